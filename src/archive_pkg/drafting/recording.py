"""From a draft to the data of a record: every statement with its evidence, nothing more."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.romanisation import BGN_PCGN, romanise
from archive_pkg.drafting.rules import reason
from archive_pkg.drafting.statements import PROBABLE
from archive_pkg.drafting.vocabulary import words_of
from archive_pkg.records.dates import Edtf
from archive_pkg.records.faults import Fault
from archive_pkg.records.scalars import clean_text

if TYPE_CHECKING:
    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.statements import Quote, Statement
    from archive_pkg.drafting.vocabulary import Known, Vocabulary

CONTEXT = 24
"""Characters that a quote carries of what stands before and after it."""

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
# fmt: off
_SMALL = frozenset({"of", "the", "for", "and", "in", "at", "to", "on", "de", "von", "van", "der",
                    "le", "la"})
_BODY_WORDS = frozenset({
    "committee", "party", "ministry", "council", "government", "department", "embassy", "bureau",
    "congress", "senate", "commission", "ministerium", "verlag", "universität", "university",
    "office", "company", "fakultät", "union", "staff", "agency", "board", "mission", "partei",
    "komitee", "комитет", "министерство",
})
_ORDER = (
    "id", "type", "title", "sender", "signatories", "recipients", "date", "place",
    "classification", "salutation", "closing", "summary", "mentioned_agents", "mentioned_places",
    "parts", "translation_notes", "enclosures", "agents", "events", "evidence",
)
# fmt: on
_TYPES = {
    "letter": "Letter",
    "telegram": "Telegram",
    "memorandum": "Memorandum",
    "other": "Document",
}


def slug(text: str, longest: int = 40) -> str:
    """A name for an id: Latin letters and digits, words joined by hyphens; may be empty."""
    latin = unicodedata.normalize("NFKD", romanise(text, BGN_PCGN).replace("ß", "ss"))
    words = re.findall(
        r"[a-z0-9]+", "".join(c for c in latin if not unicodedata.combining(c)).lower()
    )
    made = "-".join(words)
    return (
        made[:longest].rsplit("-", 1)[0]
        if len(made) > longest and "-" in made[:longest]
        else made[:longest]
    )


def cased(name: str) -> str:
    """A name set in capitals as it is otherwise written; any other as it stands."""
    if name != name.upper() or len(name) < 4 or not any(c.isalpha() for c in name):
        return name
    words = []
    for number, word in enumerate(name.split()):
        small = word.lower()
        if number and small.strip(",.") in _SMALL:
            words.append(small)
        elif len(word.strip(".")) <= 1 or "." in word[:-1]:
            words.append(word)
        else:
            words.append(re.sub(r"^mc(?=\w{3})|^\w|(?<=[-’'])\w|(?<=^mc)\w", _capital, small))
    return " ".join(words)


def _capital(match: re.Match[str]) -> str:
    return "Mc" if match.group() == "mc" else match.group().upper()


def date_in_words(edtf: str) -> str:
    """A full date as titles have it ("18 July 1960"); another as it is."""
    full = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", edtf)
    if full is None:
        return edtf
    return f"{int(full[3])} {_MONTHS[int(full[2]) - 1]} {full[1]}"


class Recorder:
    """Makes a record's data from a draft; each field comes with its comments.

    Attributes:
        data: The record, in the order of the models.
        comments: What to say above a field, by its name.
    """

    def __init__(
        self, draft: Draft, file: str, vocabulary: Vocabulary, text_file: str = ""
    ) -> None:
        self.draft, self.vocabulary = draft, vocabulary
        self.file, self.text_file = file, text_file or file
        self.text = draft.text
        self.comments: dict[str, str] = {}
        self.evidence: list[dict[str, Any]] = []
        self.agents: dict[str, dict[str, Any]] = {}
        self.data: dict[str, Any] = {}
        self._ids: dict[str, int] = {}
        self._by_quote: dict[tuple[int, int], str] = {}

    # Small parts.

    def new_id(self, name: str, fallback: str) -> str:
        """An id that nothing in the record has yet."""
        base = slug(name) or fallback
        self._ids[base] = self._ids.get(base, 0) + 1
        return base if self._ids[base] == 1 else f"{base}-{self._ids[base]}"

    def at(self, quote: Quote, part: str | None = None) -> dict[str, Any]:
        """A quote with a little of what stands around it."""
        return {
            "part": part or self.part_of(quote),
            "start": quote.start,
            "end": quote.end,
            "exact": quote.exact,
            "prefix": self.text[max(0, quote.start - CONTEXT) : quote.start],
            "suffix": self.text[quote.end : quote.end + CONTEXT],
        }

    def part_of(self, quote: Quote) -> str:
        """The part that a quote stands in."""
        summary = self.draft.one("summary")
        inside = (
            summary is not None and summary.quote is not None and quote.start >= summary.quote.start
        )
        return "summary" if inside else "letter"

    def rests(self, field: str, one: Statement, *, rule: str = "", quoted: bool = True) -> None:
        """Note what a statement of the record rests on."""
        item: dict[str, Any] = {
            "field": field,
            "basis": "quoted" if quoted and one.quote else "inferred",
        }
        if one.quote is not None:
            item["at"] = self.at(one.quote)
        if item["basis"] == "inferred":
            item["rule"] = rule or one.rule
        item["confidence"] = str(one.confidence)
        item["note"] = f"{reason(rule or one.rule).capitalize()}."
        self.evidence.append(item)

    def comment(self, field: str, one: Statement) -> None:
        """Say above a field how sure it is and why."""
        told = f"{one.confidence}: {reason(one.rule)}"
        candidates = one.more.get("candidates")
        if candidates:
            told += f"; it may be: {candidates}"
        before = self.comments.get(field)
        if before is None or told not in before.split("\n"):
            self.comments[field] = told if before is None else f"{before}\n{told}"

    # The whole.

    def make(self) -> dict[str, Any]:
        """The record's data; valid, if the letter gave a title."""
        self.correspondents()
        self.frame()
        self.mentions()
        self.parts()
        self.notes()
        self.title()
        self.data["agents"] = list(self.agents.values())
        self.data["evidence"] = self.evidence
        return {name: self.data[name] for name in _ORDER if self.data.get(name)}

    def agent(self, one: Statement) -> str:
        """The id of an agent that a statement names; the agent is added when it is new."""
        written = one.quote.exact.strip() if one.quote else one.value
        known = self.known(one.value) or self.known(written)
        if known is not None and known.kind != "organization":
            known = None
        name = known.name if known else cased(one.value.strip(" .,"))
        for key, agent in self.agents.items():
            if agent["name"] == name:
                return key
        kind = one.kind or ("organization" if _BODY_WORDS & set(words_of(name)) else "person")
        key = self.new_id(known.short if known and known.short else name, "agent")
        agent = {"id": key, "name": name, "kind": "organization" if known else kind}
        role = one.more.get("role", "").strip(" ,.")
        if role:
            agent["role"] = cased(role)
        agent["as_written"] = written
        self.agents[key] = agent
        self.rests(f"agents.{key}", one)
        return key

    def known(self, name: str) -> Known | None:
        """Whom the vocabulary knows by a name."""
        words = words_of(name)
        return self.vocabulary.agents.get(" ".join(words[1:] if words[:1] == ["the"] else words))

    def correspondents(self) -> None:
        """Sender, signatories, recipients, and the agents that they are."""
        for field, name in (
            ("sender", "sender"),
            ("signatories", "signatory"),
            ("recipients", "recipient"),
        ):
            stated = self.sayable(name)
            if name == "sender" and any(one.kind == "organization" for one in stated):
                stated = [one for one in stated if one.kind == "organization"]
            ids = []
            for one in stated:
                where = (one.quote.start, one.quote.end) if one.quote else (-1, -1)
                key = self._by_quote.get(where) or self.agent(one)
                if one.quote:
                    self._by_quote[where] = key
                if key not in ids:
                    ids.append(key)
                    self.rests(field, one)
                self.comment(field, one)
            self.data[field] = ids

    def sayable(self, name: str) -> list[Statement]:
        """The statements about a field that a record can hold: text without control characters."""
        kept = []
        for one in self.draft.of(name):
            try:
                for text in (
                    one.value,
                    *one.more.values(),
                    *([one.quote.exact] if one.quote else []),
                ):
                    clean_text(text)
            except Fault:
                continue
            kept.append(one)
        return kept

    def first(self, name: str) -> Statement | None:
        """The first of them."""
        return next(iter(self.sayable(name)), None)

    def frame(self) -> None:
        """Date, place, marking, salutation, closing."""
        self.date()
        place = self.first("place")
        if place is not None:
            name = cased(place.value)
            self.data["place"] = (
                {"name": name} if name == place.value else {"name": name, "as_written": place.value}
            )
            self.state("place", place)
        self.classification()
        for field in ("salutation", "closing"):
            one = self.first(field)
            if one is not None:
                self.data[field] = one.value
                self.state(field, one)

    def state(self, field: str, one: Statement) -> None:
        """Evidence and comment of a field."""
        self.rests(field, one)
        self.comment(field, one)

    def date(self) -> None:
        """The date, if it can be written in EDTF as records have it."""
        one = self.first("date")
        if one is None:
            return
        try:
            Edtf(one.value)
        except Fault:
            written = one.quote.exact if one.quote else one.value
            self.comments["title"] = f"The date is open: the text gives “{written}” and no year."
            return
        self.data["date"] = {"edtf": one.value}
        if one.quote is not None:
            self.data["date"]["as_written"] = one.quote.exact
        self.state("date", one)

    def classification(self) -> None:
        """The marking; its level only where one vocabulary has its words."""
        one = self.first("classification")
        if one is None or one.kind == "none":
            return
        marking: dict[str, Any] = {"as_written": one.value}
        language = self.draft.one("language")
        if language is not None:
            marking["language"] = language.value
        scheme, level = one.more.get("scheme"), one.more.get("level")
        if scheme and level:
            marking |= {"scheme": scheme, "level": slug(level)}
        parts = [part.strip() for part in re.split(r"[;/]", one.value) if part.strip()]
        if len(parts) > 1:
            marking["caveats"] = parts[1:]
        self.data["classification"] = marking
        self.state("classification", one)
        if scheme and level:
            self.rests("classification.level", one, rule="marking-rendered", quoted=False)

    def mentions(self) -> None:
        """Bodies, persons and places of the text other than those who write to each other."""
        names = {agent["name"] for agent in self.agents.values()}
        organs = {known.part_of for name in names if (known := self.known(name)) is not None}
        others = [one for one in self.sayable("mentioned") if one.value not in names | organs]
        keys = [self.agent(one) for one in others]
        if keys:
            self.data["mentioned_agents"] = keys
            self.evidence.append(
                {"field": "mentioned_agents", "basis": "inferred", "rule": "name-in-vocabulary",
                 "confidence": "probable", "note": "Named in the text; each agent has its place."}
            )  # fmt: skip
        places = self.sayable("mentioned-place")
        self.data["mentioned_places"] = [{"name": one.value} for one in places]
        for number, one in enumerate(places):
            self.rests(f"mentioned_places.{number}", one)

    def parts(self) -> None:
        """The file's parts: the letter, its original, the summary, enclosures."""
        source = self.draft.source
        parts: list[dict[str, Any]] = []
        original = self.first("original-language")
        summary, language = self.first("summary"), self.draft.one("language")
        file: dict[str, Any] = {"file": self.text_file, "media_type": "text/plain"}
        file["encoding"] = source.charset
        if not source.extracted:
            file["sha256"] = source.sha256
        shared = {"languages": [language.value]} if language else {}
        letter: dict[str, Any] = {
            "id": "letter",
            "kind": "translation" if original else "transcription",
        }
        if source.extracted:
            parts.append(self.source_part())
            letter |= {"method": "The file's text, paragraphs as blocks", "of": ["source-file"]}
        letter |= file
        if summary is not None and summary.quote is not None:
            before = self.text[: summary.quote.start]
            cut = max(before.rfind("\n"), before.rfind("\r")) + 1
            if cut > 0:
                letter["span"] = {"start": 0, "end": cut}
        letter |= shared
        if original is not None:
            languages = [original.value]
            parts.append(
                {"id": "original", "kind": "original", "held": False, "languages": languages}
            )
            letter["of"] = [*letter.get("of", []), "original"]
            rule = "translation-has-an-original"
            self.rests("parts.original", original, rule=rule, quoted=False)
        parts.append(letter)
        self.infer("parts.letter", "function-words" if language else "letter-forms")
        if summary is not None and summary.quote is not None:
            part: dict[str, Any] = {"id": "summary", "kind": "summary"} | file
            part["span"] = {"start": summary.quote.start, "end": len(self.text)}
            parts.append(part | shared | {"of": ["letter"]})
            self.data["summary"] = {"text": summary.value, "part": "summary"}
            self.state("summary", summary)
            self.rests("parts.summary", summary, quoted=False)
        self.enclosures(parts, "original" if original else "letter")
        self.data["parts"] = parts
        self.events(original)

    def source_part(self) -> dict[str, Any]:
        """The file that the text was taken from, where that is no plain text."""
        source = self.draft.source
        self.infer("parts.source-file", "letter-forms")
        return {
            "id": "source-file",
            "kind": "transcription",
            "title": "The file that the text was taken from",
            "file": self.file,
            "media_type": source.media_type,
            "sha256": source.sha256,
        }

    def infer(self, field: str, rule: str) -> None:
        """Evidence of what a rule infers from the text as a whole."""
        self.evidence.append(
            {
                "field": field,
                "basis": "inferred",
                "rule": rule,
                "note": f"{reason(rule).capitalize()}.",
            }
        )

    def enclosures(self, parts: list[dict[str, Any]], of: str) -> None:
        """Attachments in the text, or enclosures that the letter speaks of and the file lacks."""
        listed = []
        for one in self.sayable("enclosure") or self.sayable("enclosure-mentioned"):
            title = one.value.strip("[] .:") or one.value
            key = self.new_id(title, "enclosure")
            held = one.field == "enclosure"
            listed.append(
                {"id": key, "title": title} if held else {"id": key, "title": title, "part": key}
            )
            if not held:
                parts.append(
                    {"id": key, "kind": "enclosure", "title": title, "held": False, "of": [of]}
                )
                self.rests(f"parts.{key}", one)
            self.rests(f"enclosures.{key}", one)
            self.comment("enclosures", one)
        self.data["enclosures"] = listed

    def events(self, original: Statement | None) -> None:
        """The writing, and the translation where the text shows that it is one."""
        events: list[dict[str, Any]] = []
        one = self.first("date")
        if "date" in self.data and one is not None:
            written: dict[str, Any] = {
                "id": "written",
                "type": "creation",
                "date": dict(self.data["date"]),
            }
            if self.data.get("sender"):
                written["agents"] = list(self.data["sender"])
            written["objects"] = ["original" if original else "letter"]
            events.append(written)
            self.rests("events.written", one)
        if original is not None:
            events.append(
                {
                    "id": "translated",
                    "type": "translation",
                    "sources": ["original"],
                    "objects": ["letter"],
                }
            )
            self.rests(
                "events.translated", original, rule="translation-has-an-original", quoted=False
            )
        self.data["events"] = events

    def notes(self) -> None:
        """Brackets and slips as translation notes, in the order of the text."""
        notes = []
        stated = self.sayable("note") + self.sayable("slip")
        for one in sorted(stated, key=lambda s: s.quote.start if s.quote else 0):
            if one.quote is None:
                continue
            inner = one.value[1:-1].strip() if one.field == "note" else one.value
            key = self.new_id(inner if one.kind != "sic" else f"slip {inner}", "note")
            note: dict[str, Any] = {"id": key, "kind": one.kind, "at": self.at(one.quote)}
            more = one.more
            if one.kind == "source-term":
                note |= {name: more[name] for name in ("rendering",) if name in more}
                note |= {"original": more["original"], "language": "ru", "romanized": inner}
            elif one.field == "slip":
                note["text"] = self.slip_words(one)
            elif inner and one.kind != "sic":
                note["text"] = inner
            notes.append(note)
            self.rests(f"translation_notes.{key}", one, quoted=one.field == "note")
            if more.get("kind_sure") == "no":
                unsure = replace(one, confidence=PROBABLE)
                self.rests(f"translation_notes.{key}.kind", unsure, quoted=False)
            if one.kind == "source-term":
                self.rests(
                    f"translation_notes.{key}.original",
                    one,
                    rule="romanization-reversed",
                    quoted=False,
                )
        self.data["translation_notes"] = notes

    def slip_words(self, one: Statement) -> str:
        """What is to be said of a slip."""
        if one.rule == "name-spelt-otherwise":
            return f"Stands so in the text; the signature has “{one.more['word']}”."
        return "Stands so in the text."

    def title(self) -> None:
        """A title in the form of documentary editions, and the record's id."""
        kind = self.draft.one("type")
        kind_name = kind.value if kind is not None else "other"
        self.data["type"] = kind_name
        words = _TYPES.get(kind_name, kind_name.capitalize())
        senders, recipients = self.short("sender"), self.short("recipients")
        title = words
        if senders and recipients:
            title += f", {senders} to {recipients}"
        elif senders or recipients:
            title += f" from {senders}" if senders else f" to {recipients}"
        date = self.data.get("date", {}).get("edtf", "")
        title += f", {date_in_words(date)}" if date else ""
        self.data["title"] = title
        self.infer("title", "title-from-parts")
        names = "-to-".join(name for name in (slug(senders), slug(recipients)) if name)
        stem = slug(self.file.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        plain = re.match(r"\d{4}(-\d\d){0,2}", date)
        made = "-".join(piece for piece in (plain.group() if plain else "", names) if piece)
        self.data["id"] = made if plain and names else stem or made or "letter"

    def short(self, field: str) -> str:
        """The names of a field's agents as titles have them: short forms, family names."""
        names = []
        for key in self.data.get(field, ()):
            agent = self.agents[key]
            known = self.known(agent["name"])
            names.append(known.short if known and known.short else agent["name"])
        return " and ".join(names[:3])
