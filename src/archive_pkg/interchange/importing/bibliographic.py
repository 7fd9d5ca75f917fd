"""Collect the description of one document in MODS, MARC or Dublin Core."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.importing.imported_record import ImportedDraft, optional
from archive_pkg.interchange.importing.restrictions import (
    access_in,
    access_read,
    folded,
    own_restriction,
    strictest,
)
from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.document_types import type_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "variant_titles", "recipients", "signatories", "date.edtf", "place.name",
    "summary.text", "subjects.term", "extent", "custody", "rights.statement", "identifiers",
    "publications", "enclosures.title", "mentioned_places.name", "mentioned_agents",
    "authors", "sender", "copies_to",
])  # fmt: skip
"""The fields that survive an export to MODS and an import from it."""


class Description:
    """A draft, and what becomes its parts, names and access.

    Attributes:
        draft: The draft.
        languages: The languages of the document.
        rights: What may be done with it.
        scans: The parts that are images of it, as plain data.
    """

    def __init__(
        self, source: XmlSource, name: str, titles: Sequence[str], kind: str | None
    ) -> None:
        self.source = source
        self.draft = ImportedDraft(source, name, "", kind or "other")
        for title in titles[:1]:
            self.draft.state("title", title)
        self.draft.state("variant_titles", titles[1:])
        self.languages: list[str] = []
        self.rights: list[str] = []
        self.scans: list[dict[str, Any]] = []
        self._is_read = False
        self._own: list[tuple[Element, dict[str, Any]]] = []
        self._restrictions: list[dict[str, Any]] = []
        self._agents: dict[str, list[str]] = {}

    def person(self, agent: str | None, field: str | None) -> None:
        """Add an agent to a field; without one, the agent is only mentioned."""
        if agent:
            self._agents.setdefault(field or "mentioned_agents", []).append(agent)

    def restrict(self, words: str | None, element: Element) -> None:
        """Add the statement on access in an element, which this program may have written."""
        own = own_restriction(words)
        if own:
            self._own.append((element, own))
        elif words:
            self._restrictions.append(access_in(words))
            self._is_read = True

    def finish(self, element: Element, *roots: Element) -> Imported:
        """Return the record of an element.

        Args:
            element: The element that describes the document.
            roots: Further elements, whose content must be in the record or in the report.
        """
        draft = self.draft
        makers = list(dict.fromkeys(self._agents.pop("translators", [])))
        for field, names in self._agents.items():
            draft.state(field, names[0] if field == "donor" else list(dict.fromkeys(names)))
        if not draft.raw["title"]:
            draft.infer_title()
        rights = " ".join(dict.fromkeys(self.rights))
        draft.state("rights", {"statement": rights} if rights else None)
        own = folded(self.source, self._own, draft.raw["title"])
        said = strictest([*self._restrictions, *([own] if own else [])])
        if said and self._is_read:
            draft.report.add(access_read(self.source.name, said))
        if self.languages or said or makers or self.scans:
            original: dict[str, Any] = {"id": "original", "kind": "original", "held": False}
            tags = list(dict.fromkeys(self.languages))
            parts = [original | optional("languages", tags) | optional("access", said)]
            if makers:
                made = {"id": "translation", "kind": "translation", "held": False}
                parts.append(made | {"made_from": ["original"], "made_by": makers})
            draft.raw["parts"] = [*parts, *self.scans]
        return draft.finish([element, *roots])


def kind_of(*words: str | None) -> str | None:
    """Return the type of document that one of some terms means; None if none does."""
    found = (type_in_words((one or "").strip(" .").removesuffix("s")) for one in words)
    plain = (type_in_words((one or "").strip(" .")) for one in words)
    return next(filter(None, (*plain, *found)), None)


def role_of(*relations: str | None) -> str | None:
    """Return the field that the first known relator means."""
    return next(filter(None, map(relators.field_of, relations)), None)


_LIFE = re.compile(r"(?P<born>[0-9]{4})?\s*[-–]\s*(?P<died>[0-9]{4})?[., ]*")


def life(words: str | None) -> dict[str, str]:
    """Return the years of birth and death in words; nothing if the words say something else."""
    found = _LIFE.fullmatch(words or "")
    return {name: year for name, year in found.groupdict().items() if year} if found else {}
