"""The columns of the CSV files of archival systems, for maps that need no review.

Sources: AtoM's and ArchivesSpace's templates; Islandora's starter site and the documentation of
Workbench; DCMI Metadata Terms, and the names that Omeka S and Tropy give their columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.document_types import type_in_words
from archive_pkg.tables.lists.header_words import LEFT_OUT, NO_RESTRICTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Preset:
    """The columns of a system's CSV file.

    Attributes:
        system: The system.
        marks: Sets of headers. Only files of this system have all headers of one of the sets.
        columns: The field of each header, without its number: `subject_term` for `subject_1_term`.
            Headers of Dublin Core are without namespace and language. Other headers are not
            imported.
        level: The header of the column with the level of a row; empty if each row is a letter.
        items: The levels of rows that are letters, in lower case.
        levels: The levels of rows that are letters if none has a level of `items`. A second header
            has none of them.
        unknown: The words for an empty value among several.
        separator: What separates several values in a cell. A line break separates them anyway.
        divides_texts: Whether it also separates texts, such as summaries.
        code: The header of the column with the call number.
        made_key: What the keys look like that the system makes itself, such as 412. They are not
            imported if the column `code` is filled: only rows of the same file refer to them.
        links: Pairs of headers: a reference to the row above, and the key that it refers to.
        depth: The header of the column with the depth of a row below the top.
        level_names: The headers of columns that name a level if its column `level` does not.
        pages: The levels of rows that are pages of the row above, in lower case.
        weight: The header of the column with the order of pages.
    """

    system: str
    marks: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    level: str = ""
    items: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    separator: str = "|"
    divides_texts: bool = False
    code: str = ""
    made_key: str = r"\d+"
    links: tuple[tuple[str, str], ...] = ()
    depth: str = ""
    level_names: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    weight: str = ""

    def guesses(self, samples: Mapping[str, Collection[str]]) -> dict[str, tuple[str, str]]:
        """Return the field of each column and the reason for it.

        Args:
            samples: Some values of each column, by header.
        """
        found = {header: self.field(header, values) for header, values in samples.items()}
        for header in samples:
            if meant := _field_by_role(header, samples):
                found[header] = meant, "its column of roles"
        keys = [header for header, (target, _) in found.items() if target == "id"]
        values = [value for header in keys for value in samples[header]]
        if samples.get(self.code) and all(re.fullmatch(self.made_key, value) for value in values):
            why = f"a key that {self.system} makes; {self.code} is the id"
            found |= dict.fromkeys(keys, (LEFT_OUT, why)) | {self.code: ("id", "its call number")}
        return found

    def field(self, header: str, values: Collection[str]) -> tuple[str, str]:
        """Return the field of a column and the reason for it.

        Args:
            header: The header of the column.
            values: Some values of the column.
        """
        target = self.columns.get(_plain(header), LEFT_OUT)
        if target == "type" and not all(any(map(type_in_words, _split(v))) for v in values):
            return "remarks", "not all of its values are types of documents"
        return target, f"a column of {self.system}"


def _field_by_role(header: str, samples: Mapping[str, Collection[str]]) -> str:
    """Return the field of a column of ArchivesSpace's agents if all of them have the same role."""
    if not samples[header] or not re.fullmatch(r"\w+_agent_header(_\d+)?", header):
        return ""
    number = header.rpartition("_")[2]
    for kind in ("relator", "role"):
        for name in (header.replace("header", kind), f"agent_{number}_{kind}"):
            said = samples.get(name, ())
            fields = {relators.field_of(value) or "" for value in said}
            if len(said) == len(samples[header]) and len(fields) == 1:
                return fields.pop()
    return ""


_NAMESPACES = (
    r"http://purl\.org/dc/(?:elements/1\.1|terms)/|(?:dc|dcterms)[.:]|https://tropy\.org/v1/tropy#"
)


def _plain(header: str) -> str:
    """Return a header without number, namespace and language: "title" of "dc.title[en]"."""
    unnumbered = re.sub(r"_[0-9]+(?=_|$)", "", _without_language(header))
    return re.sub(rf"^(?:{_NAMESPACES})", "", unnumbered)


def _without_language(header: str) -> str:
    return re.sub(r"\[[\w-]*\]$| *@[a-z-]+$", "", header.strip())


def _split(value: str) -> list[str]:
    return [each.strip() for each in value.split("|")]


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(names.split()) for names in sets)


_ATOM = Preset(
    "AtoM",
    _marks(
        "levelOfDescription legacyId", "levelOfDescription scopeAndContent",
        "levelOfDescription identifier", "levelOfDescription parentId",
        "levelOfDescription eventDates", "levelOfDescription eventStartDates",
    ),
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
    levels=("file",),
    unknown=("NULL",),
    code="identifier",
    links=(("parentId", "legacyId"),),
)  # fmt: skip

_ARCHIVESSPACE = Preset(
    "ArchivesSpace",
    _marks(
        "hierarchy level ead", "hierarchy level unit_id", "hierarchy level dates_label_1",
        "hierarchy level l_lang",
    ),
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
    levels=(
        "class", "collection", "file", "fonds", "otherlevel", "recordgrp", "series", "subfonds",
        "subgrp", "subseries",
    ),
    separator="\n",
    code="unit_id",
    made_key="[0-9a-f]{32}",
    depth="hierarchy",
    level_names=("other_level",),
)  # fmt: skip

_ISLANDORA = Preset(
    "Islandora Workbench",
    _marks("field_model", "field_linked_agent", "field_edtf_date_created", "field_description"),
    {
        "id": "id",
        "file": "files",
        "title": "title",
        "field_full_title": "title",
        "field_alt_title": "variant_titles",
        "field_linked_agent": "contributors",
        "field_subjects_name": "mentioned_agents",
        "field_edtf_date_created": "date",
        "field_identifier": "identifiers",
        "field_local_identifier": "identifiers",
        "field_pid": "identifiers",
        "field_genre": "type",
        "field_language": "languages",
        "field_abstract": "summary",
        "field_description": "summary",
        "field_subject": "subjects",
        "field_subject_general": "subjects",
        "field_geographic_subject": "mentioned_places",
        "field_rights": "rights",
        **dict.fromkeys(
            (
                "field_extent", "field_physical_form", "field_table_of_contents", "field_note",
                "field_temporal_subject", "field_edtf_date", "field_edtf_date_issued",
                "field_place_published", "field_classification",
            ),
            "remarks",
        ),
    },
    level="field_model",
    levels=(
        "digital document", "https://schema.org/digitaldocument", "paged content",
        "https://schema.org/book", "compound object", "http://vocab.getty.edu/aat/300242735",
        "image", "http://purl.org/coar/resource_type/c_c513",
    ),
    divides_texts=True,
    code="field_local_identifier",
    links=(("parent_id", "id"), ("field_member_of", "node_id")),
    pages=("page", "http://id.loc.gov/ontologies/bibframe/part"),
    weight="field_weight",
)  # fmt: skip

_TELLING = ("title", "creator", "date", "identifier")
"""Terms of which a table with a namespace has at least one."""

_DUBLIN_CORE = Preset(
    "Dublin Core",
    _marks(
        *(f"{prefix}{term}" for prefix in ("dc.", "dc:", "dcterms.") for term in _TELLING),
        "title creator contributor", "title creator identifier description",
    ),
    {
        "filename": LEFT_OUT,
        "identifier": "id",
        "title": "title",
        "alternative": "variant_titles",
        "creator": "sender",
        "contributor": "contributors",
        "audience": "recipients",
        "date": "date",
        "created": "date",
        "type": "type",
        "language": "languages",
        "subject": "subjects",
        "coverage": "mentioned_places",
        "spatial": "mentioned_places",
        "abstract": "summary",
        "description": "summary",
        "rights": "rights",
        "license": "licence",
        "accessRights": "access",
        "provenance": "custody",
        "bibliographicCitation": "publications",
        **dict.fromkeys(
            (
                "relation", "source", "format", "extent", "medium", "publisher", "temporal",
                "tableOfContents", "issued", "references", "isReferencedBy", "hasPart", "isPartOf",
                "isVersionOf", "hasVersion", "replaces", "isReplacedBy", "rightsHolder",
            ),
            "remarks",
        ),
    },
    divides_texts=True,
)  # fmt: skip

_ARCHIVEMATICA = replace(
    _DUBLIN_CORE,
    system="Archivematica",
    marks=_marks("filename dc.title"),
    level="filename",
    items=("objects", "objects/"),
)
_OMEKA = replace(
    _DUBLIN_CORE,
    system="Omeka S",
    marks=_marks(*(f"dcterms:{term}" for term in _TELLING)),
    columns={**_DUBLIN_CORE.columns, "bibo:recipient": "recipients", "file": "files"},
)
_TROPY = replace(
    _DUBLIN_CORE,
    system="Tropy",
    marks=_marks(
        *(f"http://purl.org/dc/elements/1.1/{term}" for term in _TELLING),
        *(f"http://purl.org/dc/terms/{term}" for term in _TELLING),
    ),
    columns={
        **_DUBLIN_CORE.columns,
        "coverage": "place",
        "source": "repository",
        "collection": "fonds",
        "box": "file",
        "folder": "file",
        "path": "files",
        "tag": "subjects",
        "note": "remarks",
    },
)
_PRESETS = (_ATOM, _ARCHIVESSPACE, _ISLANDORA, _TROPY, _OMEKA, _ARCHIVEMATICA, _DUBLIN_CORE)


def preset_of(header: Collection[str]) -> Preset | None:
    """Return the preset of the system whose columns a header has; None if there is none.

    A description is not a summary if another column has the abstract.
    """
    names = set(map(_without_language, header))
    for preset in _PRESETS:
        if any(marks <= names for marks in preset.marks):
            if "abstract" in map(_plain, names):
                return replace(preset, columns={**preset.columns, "description": "remarks"})
            return preset
    return None
