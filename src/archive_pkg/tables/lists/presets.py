"""The columns of the CSV files of archival systems, for maps that need no review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.records.vocabularies.document_types import type_in_words
from archive_pkg.tables.lists.header_words import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Preset:
    """The columns of a system's CSV file.

    Attributes:
        system: The system.
        marks: Headers that only files of this system have.
        columns: The field of each header. Other headers are not imported.
        level: The header of the column with the level of a row.
        items: The levels of rows that are letters, in lower case.
        separator: The text that separates the values in a cell.
        unknown: The words for an empty value among several.
    """

    system: str
    marks: frozenset[str]
    columns: Mapping[str, str]
    level: str
    items: tuple[str, ...]
    separator: str
    unknown: tuple[str, ...] = ()

    def field(self, header: str, values: Collection[str]) -> tuple[str, str]:
        """Return the field of a column and the reason for it.

        Args:
            header: The header of the column.
            values: Some values of the column.
        """
        target = self.columns.get(header.strip(), LEFT_OUT)
        if target == "type" and not all(map(type_in_words, values)):
            return LEFT_OUT, "not all of its values are types of documents"
        return target, f"a column of {self.system}"


_ATOM = Preset(
    "AtoM",
    frozenset(["legacyId", "parentId", "levelOfDescription", "scopeAndContent"]),
    {
        "legacyId": "id",
        "identifier": "identifiers",
        "title": "title",
        "repository": "repository",
        "archivalHistory": "custody",
        "scopeAndContent": "summary",
        "accessConditions": "access",
        "reproductionConditions": "rights",
        "language": "languages",
        "publicationNote": "publications",
        "digitalObjectPath": "files",
        "digitalObjectURI": "identifiers",
        "subjectAccessPoints": "subjects",
        "placeAccessPoints": "mentioned_places",
        "nameAccessPoints": "mentioned_agents",
        "genreAccessPoints": "type",
        "alternativeIdentifiers": "identifiers",
        "alternateTitle": "variant_titles",
        "eventDates": "date_as_written",
        "eventStartDates": "date_begin",
        "eventEndDates": "date_end",
        "eventActors": "sender",
        **dict.fromkeys(
            (
                "extentAndMedium", "acquisition", "appraisal", "accruals", "arrangement",
                "languageNote", "physicalCharacteristics", "findingAids", "locationOfOriginals",
                "locationOfCopies", "relatedUnitsOfDescription", "generalNote", "archivistNote",
                "sources", "physicalObjectName", "physicalObjectLocation",
            ),
            "remarks",
        ),
    },
    level="levelOfDescription",
    items=("item", "part"),
    separator="|",
    unknown=("NULL",),
)  # fmt: skip

_PRESETS = (_ATOM,)


def preset_of(header: Collection[str]) -> Preset | None:
    """Return the preset of the system whose columns a header has; None if there is none."""
    names = {name.strip() for name in header}
    return next((preset for preset in _PRESETS if preset.marks <= names), None)
