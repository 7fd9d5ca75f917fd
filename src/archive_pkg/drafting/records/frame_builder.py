"""Build the frame of a draft's record, with evidence: agents, dates, places, classification."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.official_documents.people import is_office
from archive_pkg.drafting.rule_reasons import reason, sentence
from archive_pkg.faults import Fault
from archive_pkg.names import is_body, slug
from archive_pkg.records.scalars import clean_text

if TYPE_CHECKING:
    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.statements.base import DraftQuote, Statement
    from archive_pkg.drafting.vocabulary import Vocabulary

CONTEXT = 24
"""The largest number of characters in the prefix of a quote, and in its suffix."""

# fmt: off
_SMALL = frozenset({"of", "the", "for", "and", "in", "at", "to", "on", "de", "von", "van", "der",
                    "le", "la"})
# fmt: on


def mixed_case(name: str) -> str:
    """Return a name in capitals as one in mixed case, and any other name unchanged."""
    if name != name.upper() or not any(c.isalpha() for c in name):
        return name
    if len(name) < 3 or (len(name) == 3 and name[1] not in "AEIOUY"):
        return name  # initials
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


def _written_date(one: Statement) -> dict[str, Any]:
    """Return a date with its words. A date with a question has no EDTF; the note asks it."""
    question = one.more.get("question", "")
    date = {
        "edtf": "" if question else one.value,
        "as_written": one.quote.exact if one.quote else "",
        "note": " ".join(filter(None, (question, one.more.get("note")))),
    }
    return {name: value for name, value in date.items() if value}


def _in_order(name: str) -> str:
    """Return a name with its initials first, and without a full stop at the end."""
    found = _INITIALS_LAST.fullmatch(name)
    if found:
        return f"{found['initials']} {found['family']}"
    return name if _INITIALS_END.search(name) else name.rstrip(" .")


def _capital(match: re.Match[str]) -> str:
    return "Mc" if match.group() == "mc" else match.group().upper()


# "Khrushchev N. S."
_INITIALS_LAST = re.compile(
    r"(?P<family>[^\W\d_][\w'’-]{2,}),? (?P<initials>[^\W\d_]\.(?:[ -]?[^\W\d_]\.){0,2})"
)
_INITIALS_END = re.compile(r"(?<!\w)[^\W\d_]\.$")

# The part that a participant takes, by the rule that read the name.
_PARTS = {
    "interpreter-list": "interpreter",
    "recorder-list": "note-taker",
    "signature-made-by": "note-taker",
}
_RECORDED = {"memorandum of conversation": "talk", "minutes": "session", "speech": "speech"}
_LEVEL = re.compile(
    r"(?P<name>(?:f|op|d|l|ll|p|por|k|kk|t|fond|opis|delo|list|papka|file|box|folder|reel|series|RG"
    r"|Bestand|Bl|Bd|ф|оп|д|л|лл|п|Signatur|DY)\.?)\s*(?P<value>\d.*)",
    re.IGNORECASE,
)


OFFICE = "An office. The text does not name the person who holds it."
"""The note of an agent that is an office."""


class FrameBuilder:
    """Builds the agents and the frame of a record from a draft.

    Attributes:
        data: The data of the record.
        comments: The comments to write above fields, by the name of the field.
        evidence: The evidence of the record.
        agents: The agents of the record, by their ids.
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

    def new_id(self, name: str, fallback: str) -> str:
        """Return an id that is unique in the record."""
        base = slug(name) or fallback
        self._ids[base] = self._ids.get(base, 0) + 1
        return base if self._ids[base] == 1 else f"{base}-{self._ids[base]}"

    def at(self, quote: DraftQuote, part: str | None = None) -> dict[str, Any]:
        """Return a quote in the form of records, with prefix and suffix."""
        return {
            "part": part or self.part_of(quote),
            "start": quote.start,
            "end": quote.end,
            "exact": quote.exact,
            "prefix": self.text[max(0, quote.start - CONTEXT) : quote.start],
            "suffix": self.text[quote.end : quote.end + CONTEXT],
        }

    def part_of(self, quote: DraftQuote) -> str:
        """Return the id of the part that contains a quote: the summary or the letter."""
        summary = self.draft.one("summary")
        inside = (
            summary is not None and summary.quote is not None and quote.start >= summary.quote.start
        )
        return "summary" if inside else "letter"

    def add_evidence(
        self, field: str, one: Statement, *, rule: str = "", quoted: bool = True
    ) -> None:
        """Add the evidence for a field of the record.

        Args:
            field: The field.
            one: The statement.
            rule: The rule; by default that of the statement.
            quoted: Whether the basis is a quote, if the statement has one.
        """
        item: dict[str, Any] = {
            "field": field,
            "basis": "quoted" if quoted and one.quote else "inferred",
        }
        if one.quote is not None:
            item["at"] = self.at(one.quote)
        if item["basis"] == "inferred":
            item["rule"] = rule or one.rule
        item["confidence"] = str(one.confidence)
        item["note"] = sentence(rule or one.rule)
        if one.rule == "proposed":
            item["agent"] = self.proposer(one)
            item["note"] = " ".join(filter(None, (item["note"], one.more.get("remark"))))
        self.evidence.append(item)

    def proposer(self, one: Statement) -> str:
        """Return the id of the agent that proposed a statement; add the agent if it is new."""
        name = one.more["proposed-by"]
        for key, agent in self.agents.items():
            if agent["name"] == name:
                return key
        key = self.new_id(name, "proposer")
        agent = {"id": key, "name": name, "kind": one.more["proposer-kind"]}
        version = one.more.get("version")
        self.agents[key] = agent | ({"version": version} if version else {})
        return key

    def comment(self, field: str, one: Statement) -> None:
        """Add a comment above a field: its confidence and the reason."""
        comment = f"{one.confidence}: {reason(one.rule)}"
        candidates = one.more.get("candidates")
        if candidates:
            comment += f"; candidates: {candidates}"
        before = self.comments.get(field)
        if before is None or comment not in before.split("\n"):
            self.comments[field] = comment if before is None else f"{before}\n{comment}"

    def agent(self, one: Statement) -> str:
        """Return the id of the agent in a statement; add the agent if it is new."""
        written = one.quote.exact.strip() if one.quote else one.value
        known = self.vocabulary.agent(one.value) or self.vocabulary.agent(written)
        if known is not None and known.kind != "organization":
            known = None
        name = known.name if known else _in_order(mixed_case(one.value.strip(" ,")))
        for key, agent in self.agents.items():
            if agent["name"] == name:
                return key
        office = not one.kind and is_office(name, self.vocabulary)
        body = not office and is_body(name)
        kind = one.kind or ("organization" if body else "person")
        key = self.new_id(known.short if known and known.short else name, "agent")
        agent = {"id": key, "name": name, "kind": "organization" if known else kind}
        role = one.more.get("role", "").strip(" ,.")
        if role:
            agent["role"] = mixed_case(role)
        agent["as_written"] = written
        if office:
            agent["note"] = OFFICE
        self.agents[key] = agent
        self.add_evidence(f"agents.{key}", one)
        return key

    def correspondents(self) -> None:
        """Add senders, signatories, recipients, attention and copies, and their agents."""
        for field, name in (
            ("sender", "sender"),
            ("signatories", "signatory"),
            ("recipients", "recipient"),
            ("attention", "attention"),
            ("copies_to", "copy-to"),
        ):
            stated = self.storable(name)
            if name == "sender":
                stated = self.storable("sending-body") or stated
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
                    self.add_evidence(field, one)
                self.comment(field, one)
                if one.more.get("signs"):
                    self.agents[key]["note"] = f"Signs: {one.more['signs']}."
            self.data[field] = ids

    def described(self) -> None:
        """Add fields that only official documents have: numbers, participants, talk, source."""
        for field, name in (
            ("number", "number"),
            ("copy_number", "copy-number"),
            ("filing_reference", "filing"),
        ):
            one = self.first(name)
            if one is not None:
                self.data[field] = one.value
                self.add_evidence_and_comment(field, one)
        relation = self.first("relation")
        if relation is not None:
            name = "record" if "record" in relation.more else "title"
            self.data["relations"] = [{"kind": relation.kind, name: relation.value}]
            self.add_evidence("relations.0", relation)
            self.comment("relations", relation)
        self.participants()
        self.recorded()
        self.source()

    def participants(self) -> None:
        """Add each participant, with the part (such as interpreter) that the text states."""
        listed: list[dict[str, Any]] = []
        for one in self.storable("participant"):
            where = (one.quote.start, one.quote.end) if one.quote else (-1, -1)
            key = self._by_quote.get(where) or self.agent(one)
            if key in [each["agent"] for each in listed]:
                continue
            part = _PARTS.get(one.rule)
            self.add_evidence(f"participants.{key}", one)
            listed.append({"agent": key} | ({"part": part} if part else {}))
        self.data["participants"] = listed

    def recorded(self) -> None:
        """Add when and where the talk or session took place."""
        date, place = self.first("event-date"), self.first("event-place")
        recorded: dict[str, Any] = {}
        if date is not None:
            recorded = _written_date(date)
            self.add_evidence_and_comment("recorded", date)
        if place is not None:
            recorded["place"] = {"name": mixed_case(place.value)}
            self.add_evidence("recorded.place" if date else "recorded", place)
        kind = self.draft.one("type")
        if recorded and kind is not None and kind.value in _RECORDED:
            recorded["kind"] = _RECORDED[kind.value]
        self.data["recorded"] = recorded

    def source(self) -> None:
        """Add a holding or a publication from the source line."""
        one = self.first("source-line")
        if one is None:
            return
        repository, *rest = re.split(r",\s+", one.value)
        levels = [_LEVEL.fullmatch(part) for part in rest]
        if rest and any(levels):
            self.data["holdings"] = [
                {
                    "repository": repository,
                    "levels": [
                        {"name": found["name"], "value": found["value"]}
                        if found
                        else {"name": "reference", "value": part}
                        for found, part in zip(levels, rest, strict=True)
                    ],
                }
            ]
            self.add_evidence("holdings.0", one)
        else:
            self.data["publications"] = [{"citation": one.value}]
            self.add_evidence("publications.0", one)

    def storable(self, name: str) -> list[Statement]:
        """Return the statements about a field whose texts a record can hold.

        A statement with control characters is left out.
        """
        kept = []
        for one in self.draft.of(name):
            try:
                quoted = one.quote.exact if one.quote else ""
                for text in filter(None, (one.value, *one.more.values(), quoted)):
                    clean_text(text)
            except Fault:
                continue
            kept.append(one)
        return kept

    def first(self, name: str) -> Statement | None:
        """Return the first storable statement about a field; None if there is none."""
        return next(iter(self.storable(name)), None)

    def frame(self) -> None:
        """Add date, place, classification, salutation and closing."""
        self.date()
        self.received()
        place = self.first("place")
        if place is not None:
            name = mixed_case(place.value)
            self.data["place"] = (
                {"name": name} if name == place.value else {"name": name, "as_written": place.value}
            )
            self.add_evidence_and_comment("place", place)
        self.classification()
        for field in ("salutation", "closing"):
            one = self.first(field)
            if one is not None:
                self.data[field] = one.value
                self.add_evidence_and_comment(field, one)

    def add_evidence_and_comment(self, field: str, one: Statement) -> None:
        """Add the evidence and the comment for a field."""
        self.add_evidence(field, one)
        self.comment(field, one)

    def date(self) -> None:
        """Add the date."""
        one = self.first("date")
        if one is None:
            return
        self.data["date"] = _written_date(one)
        self.add_evidence_and_comment("date", one)

    def received(self) -> None:
        """Add the date of receipt."""
        one = self.first("received")
        if one is not None:
            self.data["received"] = _written_date(one)
            self.add_evidence_and_comment("received", one)

    def classification(self) -> None:
        """Add the classification, with a level if its words have only one meaning."""
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
        caveats = [caveat.value for caveat in self.storable("caveat")]
        if not caveats:
            caveats = [part.strip() for part in re.split(r"[;/]", one.value) if part.strip()][1:]
        if caveats and caveats != [one.value]:
            marking["caveats"] = caveats
        self.data["classification"] = marking
        self.add_evidence_and_comment("classification", one)
        if scheme and level:
            self.add_evidence("classification.level", one, rule="marking-rendered", quoted=False)
