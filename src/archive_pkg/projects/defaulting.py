"""Fill the empty fields of a new record with a project's defaults, each with evidence."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from archive_pkg.names import slug
from archive_pkg.records.vocabularies.document_types import document_types

if TYPE_CHECKING:
    from archive_pkg.projects.loading import Project

ORIGINAL = "original"
"""The id of the part for an original that is not held."""
_NOTE = "A default of the project."
_HEAD = 4000
"""The number of characters at the beginning of a text that can name its type."""


def with_defaults(record: dict[str, Any], project: Project, drafted: str = "") -> dict[str, Any]:
    """Return a record's plain data with the project's defaults in its empty fields.

    Args:
        record: The data, as the models write it.
        project: The project.
        drafted: The id of the part whose kind is only a guess, so that a default can replace it;
            empty if there is none.
    """
    if project.settings.institution is None:
        return record
    filler = _Filler(record, project.settings.institution.name)
    defaults = project.settings.defaults
    values = defaults.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    for name in ("holdings", "publications", "rights"):
        if name in values and not record.get(name):
            filler.data[name] = values[name]
            filler.supply(name)
    filler.set_kind(drafted, defaults.part_kind, defaults.original_language)
    filler.set_original_language(defaults.original_language)
    filler.set_translator(defaults.translator)
    return filler.data


class _Filler:
    def __init__(self, record: dict[str, Any], institution: str) -> None:
        self.data = dict(record)
        for name in ("parts", "agents", "evidence"):
            self.data[name] = [dict(item) for item in record.get(name, ())]
        self._institution = institution

    def supply(self, field: str) -> None:
        """Add the evidence that the institution supplies a field."""
        agent = self._agent(self._institution, "organization")
        self.data["evidence"].append(
            {"field": field, "basis": "supplied", "agent": agent, "note": _NOTE}
        )

    def set_kind(self, drafted: str, kind: str | None, original: str | None) -> None:
        """Set the kind of the drafted part.

        A text in the language of the originals does not become a translation.
        """
        for part in self.data["parts"]:
            if part["id"] != drafted or kind in (None, part["kind"]):
                continue
            if kind == "translation" and original in part.get("languages", ()):
                continue
            part["kind"] = kind
            self.supply(f"parts.{drafted}.kind")

    def set_original_language(self, language: str | None) -> None:
        """Set the language of the originals of translations; add an original if none is named."""
        if language is None:
            return
        parts = {part["id"]: part for part in self.data["parts"]}
        for part in list(parts.values()):
            if part["kind"] != "translation" or language in part.get("languages", ()):
                continue
            sources = [parts[name] for name in part.get("made_from", ()) if name in parts]
            known = [source for source in sources if source["kind"] == "original"]
            for source in known:
                if not source.get("languages"):
                    source["languages"] = [language]
                    self.supply(f"parts.{source['id']}.languages")
            if not known and ORIGINAL not in parts:
                parts[ORIGINAL] = {"id": ORIGINAL, "kind": "original", "held": False}
                parts[ORIGINAL]["languages"] = [language]
                self.data["parts"].insert(0, parts[ORIGINAL])
                self.supply(f"parts.{ORIGINAL}")
                part["made_from"] = [*part.get("made_from", ()), ORIGINAL]
                self.supply(f"parts.{part['id']}.made_from")

    def set_translator(self, name: str | None) -> None:
        """Name the translator of each translation that does not name one."""
        for part in self.data["parts"]:
            if name and part["kind"] == "translation" and not part.get("made_by"):
                part["made_by"] = [self._agent(name, "person")]
                self.supply(f"parts.{part['id']}.made_by")

    def _agent(self, name: str, kind: str) -> str:
        """Return the id of the agent with a name, after adding the agent if it is missing."""
        agents = self.data["agents"]
        for agent in agents:
            if agent["name"] == name:
                return str(agent["id"])
        taken = {agent["id"] for agent in agents}
        base = slug(name) or kind
        key = next(
            each for n in count(1) if (each := base if n == 1 else f"{base}-{n}") not in taken
        )
        agents.append({"id": key, "name": name, "kind": kind})
        self.supply(f"agents.{key}")
        return key


def with_own_type(record: dict[str, Any], text: str, project: Project) -> dict[str, Any]:
    """Return a drafted record's data with a type of the project, if the text has its label.

    Args:
        record: The data of the draft.
        text: The text. Its first 4000 characters are searched for a line that is only a label.
        project: The project.
    """
    head = {line.strip(" \t.:[]").casefold() for line in text[:_HEAD].splitlines()}
    for name, own in project.settings.types.items():
        if own.label.casefold() in head:
            label = document_types()[record["type"]].label
            title = own.label + record["title"].removeprefix(label)
            title = title if record["title"].startswith(label) else record["title"]
            return {**record, "type": name, "own_type": own.model_dump(), "title": title}
    return record
