"""Build the data of a record from a draft, with evidence for every statement."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.records.frame_builder import FrameBuilder
from archive_pkg.drafting.records.titles_and_ids import composed_id, composed_title, correspondents
from archive_pkg.drafting.rule_reasons import sentence
from archive_pkg.drafting.statements.base import PROBABLE
from archive_pkg.drafting.statements.enclosures import enclosure_id
from archive_pkg.names import slug
from archive_pkg.records.models import Record
from archive_pkg.texts.letter_files import METHODS

if TYPE_CHECKING:
    from archive_pkg.drafting.statements.base import Statement

MAIN_PART = "letter"
"""The id of the part with the text."""


def _of_original(one: Statement) -> str:
    """Return the rule by which a text has an original in another language."""
    by_terms = one.rule == "language-of-source-terms"
    return "translation-has-an-original" if by_terms else one.rule


class RecordBuilder(FrameBuilder):
    """Builds the complete data of a record from a draft."""

    def build(self) -> dict[str, Any]:
        """Return the record's data with its fields in the order of the models."""
        self.correspondents()
        self.frame()
        self.described()
        self.mentions()
        self.parts()
        self.notes()
        self.title()
        self.data["agents"] = list(self.agents.values())
        self.data["evidence"] = self.evidence
        return {name: self.data[name] for name in Record.model_fields if self.data.get(name)}

    def mentions(self) -> None:
        """Add the agents and places that the text mentions, except the correspondents."""
        names = {agent["name"] for agent in self.agents.values()}
        organs = {
            known.part_of for name in names if (known := self.vocabulary.agent(name)) is not None
        }
        others = [one for one in self.storable("mentioned") if one.value not in names | organs]
        keys = [self.agent(one) for one in others]
        if keys:
            self.data["mentioned_agents"] = keys
            self.evidence.append(
                {"field": "mentioned_agents", "basis": "inferred", "rule": "name-in-vocabulary",
                 "confidence": "probable", "note": "Named in the text; see each agent’s evidence."}
            )  # fmt: skip
        places = self.storable("mentioned-place")
        self.data["mentioned_places"] = [{"name": one.value} for one in places]
        for number, one in enumerate(places):
            self.add_evidence(f"mentioned_places.{number}", one)

    def parts(self) -> None:
        """Add the parts: the letter, its original, the summary, enclosures."""
        source = self.draft.source
        parts: list[dict[str, Any]] = []
        original = self.first("original-language")
        summary, language = self.first("summary"), self.draft.one("language")
        text_kind = self.first("text-kind")
        file: dict[str, Any] = {"file": self.text_file, "media_type": "text/plain"}
        file["encoding"] = source.charset
        if not source.extracted:
            file["sha256"] = source.sha256
        shared = {"languages": [language.value]} if language else {}
        letter: dict[str, Any] = {
            "id": MAIN_PART,
            "kind": text_kind.value if text_kind else "transcription",
        }
        if source.extracted:
            parts.append(self.source_part())
            letter |= {"method": METHODS[source.media_type]}
            letter["made_from"] = ["source-file"]
        letter |= file
        start, last = self.draft.span or (0, len(self.text))
        end = last
        if summary is not None and summary.quote is not None:
            before = self.text[: summary.quote.start]
            cut = max(before.rfind("\n"), before.rfind("\r")) + 1
            if cut > 0:
                end = cut
        if (start, end) != (0, len(self.text)):
            letter["span"] = {"start": start, "end": end}
        letter |= shared
        if original is not None:
            languages = [original.value]
            parts.append(
                {"id": "original", "kind": "original", "held": False, "languages": languages}
            )
            letter["made_from"] = [*letter.get("made_from", []), "original"]
            self.add_evidence("parts.original", original, rule=_of_original(original), quoted=False)
        parts.append(letter)
        self.infer("parts.letter", language.rule if language else "letter-forms")
        if text_kind is not None:
            self.add_evidence(f"parts.{MAIN_PART}.kind", text_kind, quoted=False)
            self.comment("parts", text_kind)
        if summary is not None and summary.quote is not None:
            part: dict[str, Any] = {"id": "summary", "kind": "summary"} | file
            part["span"] = {"start": summary.quote.start, "end": last}
            parts.append(part | shared | {"about": ["letter"]})
            self.data["summary"] = {"text": summary.value, "part": "summary"}
            self.add_evidence_and_comment("summary", summary)
            self.add_evidence("parts.summary", summary, quoted=False)
        self.enclosures(parts, "original" if original else "letter")
        self.data["parts"] = parts
        self.events(original)

    def source_part(self) -> dict[str, Any]:
        """Return the part of the file that the text was extracted from."""
        source = self.draft.source
        self.infer("parts.source-file", "letter-forms")
        return {
            "id": "source-file",
            "kind": "transcription",
            "title": "The file that the text was extracted from",
            "file": self.file,
            "media_type": source.media_type,
            "sha256": source.sha256,
        }

    def infer(self, field: str, rule: str) -> None:
        """Add evidence for a value that a rule infers from the complete text."""
        self.evidence.append(
            {
                "field": field,
                "basis": "inferred",
                "rule": rule,
                "note": sentence(rule),
            }
        )

    def enclosures(self, parts: list[dict[str, Any]], of: str) -> None:
        """Add the attachments in the text; if there are none, the enclosures that it mentions."""
        listed = []
        for one in self.storable("enclosure") or self.storable("enclosure-mentioned"):
            title = one.value.strip("[] .:") or one.value
            key = self.new_id(enclosure_id(title), "enclosure")
            held = one.field == "enclosure"
            listed.append(
                {"id": key, "title": title} if held else {"id": key, "title": title, "part": key}
            )
            if not held:
                parts.append(
                    {"id": key, "kind": "enclosure", "title": title, "held": False, "part_of": [of]}
                )
                self.add_evidence(f"parts.{key}", one)
            self.add_evidence(f"enclosures.{key}", one)
            self.comment("enclosures", one)
        self.data["enclosures"] = listed

    def events(self, original: Statement | None) -> None:
        """Add the creation of the document, and its translation if the text is a translation."""
        events: list[dict[str, Any]] = []
        one = self.first("date")
        if "edtf" in self.data.get("date", {}) and one is not None:
            written: dict[str, Any] = {
                "id": "written",
                "type": "creation",
                "date": dict(self.data["date"]),
            }
            if self.data.get("sender"):
                written["agents"] = list(self.data["sender"])
            if original:  # the sender did not make a transcription
                written["objects"] = ["original"]
            events.append(written)
            self.add_evidence("events.written", one)
        if original is not None:
            events.append(
                {
                    "id": "translated",
                    "type": "translation",
                    "sources": ["original"],
                    "objects": ["letter"],
                }
            )
            rule = _of_original(original)
            self.add_evidence("events.translated", original, rule=rule, quoted=False)
        translator = self.first("translator")
        if translator is not None:
            made: dict[str, Any] = {"id": "translated", "type": "translation"}
            if original is None:
                events.append(made | {"objects": [MAIN_PART]})
            events[-1]["agents"] = [self.agent(translator)]
            self.add_evidence("events.translated.agents", translator)
        self.data["events"] = events

    def notes(self) -> None:
        """Add brackets and slips as translation notes, in the order of the text."""
        notes = []
        stated = self.storable("note") + self.storable("slip")
        for one in sorted(stated, key=lambda s: s.quote.start if s.quote else 0):
            if one.quote is None or one.rule == "source-line":
                continue
            inner = one.value[1:-1].strip() if one.field == "note" else one.value
            key = self.new_id(inner if one.kind != "sic" else f"slip {inner}", "note")
            note: dict[str, Any] = {"id": key, "kind": one.kind, "at": self.at(one.quote)}
            more = one.more
            if one.kind == "source-term":
                shown = ("rendering", "original", "language", "romanized")
                note |= {name: more[name] for name in shown if name in more}
            elif one.field == "slip":
                note["text"] = self.slip_text(one)
            elif inner and one.kind != "sic":
                note["text"] = inner
            notes.append(note)
            self.add_evidence(f"translation_notes.{key}", one, quoted=one.field == "note")
            if more.get("kind_sure") == "no":
                unsure = replace(one, confidence=PROBABLE)
                self.add_evidence(f"translation_notes.{key}.kind", unsure, quoted=False)
            if one.rule == "romanised-russian":
                self.add_evidence(
                    f"translation_notes.{key}.original",
                    one,
                    rule="romanization-reversed",
                    quoted=False,
                )
        self.data["translation_notes"] = notes

    def slip_text(self, one: Statement) -> str:
        """Return the text of a note on a slip."""
        if one.rule == "name-spelt-otherwise":
            return f"So in the text; the signature has “{one.more['word']}”."
        return "So in the text."

    def title(self) -> None:
        """Add a title and the record's id."""
        kind = self.draft.one("type")
        self.data["type"] = slug(kind.value if kind is not None else "other")
        data = self.data | {"agents": list(self.agents.values())}
        self.data["title"] = composed_title(data, self.vocabulary)
        self.infer("title", "title-from-parts")
        stem = slug(PurePosixPath(self.file).stem)
        date = data.get("date", {}).get("edtf", "")
        known = slug(" ".join((date, *correspondents(data, self.vocabulary))))
        self.data["id"] = composed_id(data, self.vocabulary) or stem or known or "letter"
