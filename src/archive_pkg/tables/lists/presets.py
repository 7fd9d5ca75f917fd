"""The columns of the CSV files of archival systems, for maps that need no review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.records.vocabularies.document_types import type_in_words
from archive_pkg.tables.lists.header_words import LEFT_OUT, NO_RESTRICTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Preset:
    """The columns of a system's CSV file.

    Attributes:
        system: The system.
        marks: Headers that only files of this system have.
        columns: The field of each header, without its number: `subject_term` for `subject_1_term`.
            Other headers are not imported.
        level: The header of the column with the level of a row.
        items: The levels of rows that are letters, in lower case.
        unknown: The words for an empty value among several.
    """

    system: str
    marks: frozenset[str]
    columns: Mapping[str, str]
    level: str
    items: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def field(self, header: str, values: Collection[str]) -> tuple[str, str]:
        """Return the field of a column and the reason for it.

        Args:
            header: The header of the column.
            values: Some values of the column.
        """
        unnumbered = re.sub(r"_[0-9]+(?=_|$)", "", header.strip())
        target = self.columns.get(unnumbered, LEFT_OUT)
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
    unknown=("NULL",),
)  # fmt: skip

_ARCHIVESSPACE = Preset(
    "ArchivesSpace",
    frozenset(["ead", "hierarchy", "level"]),
    {
        "ref_id": "id",
        "title": "title",
        "unit_id": "identifiers",
        "restrictions_flag": NO_RESTRICTION,
        "l_lang": "languages",
        "begin": "date_begin",
        "end": "date_end",
        "expression": "date_as_written",
        "rep_file_uri": "identifiers",
        "subject_term": "subjects",
        "n_abstract": "summary",
        "n_scopecontent": "summary",
        "n_accessrestrict": "access",
        "e_accessrestrict": "access_until",
        "t_accessrestrict": "access_rule",
        "n_custodhist": "custody",
        "n_userestrict": "rights",
        **dict.fromkeys(
            (f"{kind}_agent_header" for kind in ("people", "corporate_entities", "families")),
            "mentioned_agents",
        ),
        **dict.fromkeys(
            (
                "number", "extent_type", "container_summary", "physical_details", "dimensions",
                "n_langmaterial", "indicator", "n_acqinfo", "n_arrangement", "n_bioghist",
                "n_dimensions", "n_odd", "n_physdesc", "n_physfacet", "n_physloc", "n_prefercite",
                "n_processinfo", "n_relatedmaterial", "n_separatedmaterial", "processing_note",
            ),
            "remarks",
        ),
        **dict.fromkeys(
("b_accessrestrict", "p_accessrestrict", "l_accessrestrict"),
            NO_RESTRICTION,
        ),
    },
    level="level",
    items=("item",),
)  # fmt: skip

_PRESETS = (_ATOM, _ARCHIVESSPACE)


def preset_of(header: Collection[str]) -> Preset | None:
    """Return the preset of the system whose columns a header has; None if there is none."""
    names = {name.strip() for name in header}
    return next((preset for preset in _PRESETS if preset.marks <= names), None)
