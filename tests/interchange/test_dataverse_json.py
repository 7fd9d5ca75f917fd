"""Dataverse: where each field of a record goes, and the forms of its citation block."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected

from archive_pkg.interchange import ExportContext, export
from archive_pkg.projects import Project, read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.models import Record

ONE, MANY = ("primitive", False), ("primitive", True)
TERM, TERMS = ("controlledVocabulary", False), ("controlledVocabulary", True)
COMPOUNDS = ("compound", True)
FORMS = {
    "title": ONE, "alternativeTitle": MANY, "otherId": COMPOUNDS, "otherIdAgency": ONE,
    "otherIdValue": ONE, "author": COMPOUNDS, "authorName": ONE, "authorIdentifierScheme": TERM,
    "authorIdentifier": ONE, "datasetContact": COMPOUNDS, "datasetContactName": ONE,
    "datasetContactEmail": ONE, "dsDescription": COMPOUNDS, "dsDescriptionValue": ONE,
    "subject": TERMS, "keyword": COMPOUNDS, "keywordValue": ONE, "keywordVocabulary": ONE,
    "keywordTermURI": ONE, "publication": COMPOUNDS, "publicationCitation": ONE,
    "publicationIDType": TERM, "publicationIDNumber": ONE, "publicationURL": ONE,
    "language": TERMS, "notesText": ONE,
    "productionPlace": MANY, "contributor": COMPOUNDS, "contributorType": TERM,
    "authorAffiliation": ONE, "contributorName": ONE, "productionDate": ONE, "kindOfData": MANY,
    "relatedMaterial": MANY, "originOfSources": ONE, "depositor": ONE,
    "grantNumber": COMPOUNDS, "grantNumberAgency": ONE, "grantNumberValue": ONE,
}  # fmt: skip
"""The class of each field in the citation block of Dataverse 6, and whether it can repeat."""

PROJECT = """
editors = [
  { name = "Doe, Jane", orcid = "0000-0002-1825-0097", affiliation = "Example University", ror = "05dxps055" },
]
funding = [{ funder = "Council", number = "EX-1", title = "Letters" }]
"""  # noqa: E501


def lines(fields: list[Any], within: str = "") -> Iterator[str]:
    """Return the values of fields with their names, and check the form of each field."""
    for field in fields:
        name, value = field["typeName"], field["value"]
        assert (field["typeClass"], field["multiple"]) == FORMS[name], name
        assert len(field) == 4
        assert value not in (None, "", [])
        assert value != [{}]
        for number, each in enumerate(value if field["multiple"] else [value], 1):
            path = f"{within}{name}[{number}]" if field["multiple"] else f"{within}{name}"
            if isinstance(each, dict):
                assert [inner["typeName"] for inner in each.values()] == list(each)
                yield from lines(list(each.values()), f"{path}/")
            else:
                yield from (f"{path}: {line}" for line in each.splitlines())


def written(of: Record, context: ExportContext = BARE_CONTEXT) -> list[str]:
    [version] = json.loads(export("dataverse", of, context)).values()
    block = version["metadataBlocks"]["citation"]
    assert block["displayName"] == "Citation Metadata"
    terms = [f"termsOfUse: {line}" for line in version.get("termsOfUse", "").splitlines()]
    assert set(version) == {"metadataBlocks"} | ({"termsOfUse"} if terms else set())
    return [*lines(block["fields"]), *terms]


def exported(within: str, context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[str]:
    shown = written(record(**fields), context)
    return [line.removeprefix(within) for line in shown if line.startswith(within)]


def test_each_field_of_a_full_record_is_written_in_its_dataverse_field() -> None:
    assert written(full(), FULL_CONTEXT) == expected("dataverse")


def test_unknown_values_are_left_out_or_written_with_datacites_codes() -> None:
    document = json.loads(export("dataverse", bare(), BARE_CONTEXT))
    assert set(document) == {"datasetVersion"}
    assert written(bare()) == [
        "title: A letter",
        "otherId[1]/otherIdAgency: record",
        "otherId[1]/otherIdValue: x",
        "author[1]/authorName: :unkn",
        "dsDescription[1]/dsDescriptionValue: :unkn",
        "subject[1]: Arts and Humanities",
        "notesText: Version of the record: 1",
        "kindOfData[1]: Message",
    ]


def test_the_user_can_give_contact_and_subject() -> None:
    given = {"Contact-Name": "Ann", "Contact-Email": "ann@example.org", "Subject": "Law"}
    context = replace(BARE_CONTEXT, given=given)
    assert exported("datasetContact[1]/", context) == [
        "datasetContactName: Ann",
        "datasetContactEmail: ann@example.org",
    ]
    assert exported("subject", context) == ["[1]: Law"]


@pytest.mark.parametrize("creators", ["senders", "editors"])
def test_the_project_names_editors_and_funding(creators: Literal["senders", "editors"]) -> None:
    project, _ = read_project(PROJECT.encode(), Path("archive-pkg.toml"))
    context = replace(BARE_CONTEXT, project=project or Project(), creators=creators)
    fields = {"sender": ["a"], "agents": [{"id": "a", "name": "Lind, A.", "kind": "person"}]}
    lind, doe = "authorName: Lind, A.", "authorName: Doe, Jane"
    authors = exported("author[1]/", context, **fields)
    others = exported("contributor", context, **fields)
    if creators == "senders":
        assert authors == [lind]
        assert others == ["[1]/contributorType: Editor", "[1]/contributorName: Doe, Jane"]
    else:
        assert authors[:2] == [doe, "authorAffiliation: Example University"]
        assert others == ["[1]/contributorName: Lind, A. (author or sender of the document)"]
    assert exported("grantNumber[1]/", context) == [
        "grantNumberAgency: Council",
        "grantNumberValue: EX-1, Letters",
    ]
    assert "Example University: ROR 05dxps055" in exported("notesText: ", context)


def test_an_author_has_the_first_identifier_that_dataverse_accepts() -> None:
    known = [("wikidata", "Q1"), ("gnd", "118540238"), ("isni", "000000012281955X")]
    agent = {
        "id": "a",
        "name": "Doe, Jane",
        "kind": "person",
        "identifiers": [{"scheme": scheme, "value": value} for scheme, value in known],
    }
    assert exported("author[1]/", agents=[agent], sender=["a"]) == [
        "authorName: Doe, Jane",
        "authorIdentifierScheme: GND",
        "authorIdentifier: 118540238",
    ]
    assert exported("notesText: Doe", agents=[agent]) == [
        ", Jane: Wikidata Q1, GND 118540238, ISNI 000000012281955X"
    ]


def test_a_term_without_an_address_has_no_keyword_uri() -> None:
    subjects = [
        {"term": "Law", "identifier": {"scheme": "local", "value": "K"}},
        {"term": "Trade", "identifier": {"scheme": "lcsh", "value": "sh85136613"}},
    ]
    assert exported("keyword", subjects=subjects) == [
        "[1]/keywordValue: Law",
        "[1]/keywordVocabulary: local",
        "[2]/keywordValue: Trade",
        "[2]/keywordVocabulary: Library of Congress subject",
        "[2]/keywordTermURI: http://id.loc.gov/authorities/subjects/sh85136613",
    ]
    assert exported("notesText: ", subjects=subjects) == [
        "Law: local K",
        "Version of the record: 1",
    ]


def test_a_publication_has_its_first_doi() -> None:
    publications = ["One, 10.1000/1 and 10.1000/2", "Two"]
    assert exported("publication", publications=publications) == [
        "[1]/publicationCitation: One, 10.1000/1 and 10.1000/2",
        "[1]/publicationIDType: doi",
        "[1]/publicationIDNumber: 10.1000/1",
        "[2]/publicationCitation: Two",
    ]


def test_an_identifier_of_a_publication_comes_before_a_doi_in_its_citation() -> None:
    handle = {"scheme": "handle", "value": "2027/mdp.1"}
    viaf = {"scheme": "viaf", "value": "97006051"}
    one = {"citation": "One, 10.1000/1", "identifiers": [viaf, handle]}
    assert exported("publication", publications=[one])[1:] == [
        "[1]/publicationIDType: handle",
        "[1]/publicationIDNumber: 2027/mdp.1",
        "[1]/publicationURL: https://hdl.handle.net/2027/mdp.1",
    ]


@pytest.mark.parametrize(
    ("edtf", "produced"),
    [
        ("1960", [": 1960"]),
        ("1960-07", [": 1960-07"]),
        *((vague, []) for vague in ("1960-07~", "195X", "1957/1958-02", "../1957", "Y17000")),
    ],
)
def test_an_exact_date_is_the_date_of_production_and_every_date_is_noted(
    edtf: str, produced: list[str]
) -> None:
    assert exported("productionDate", date={"edtf": edtf}) == produced
    assert exported("notesText: Date: ", date={"edtf": edtf}) == [f"EDTF {edtf}"]


def test_an_open_date_is_in_the_notes() -> None:
    assert exported("productionDate", date={"as_written": "1956/57"}) == []
    assert exported("notesText: Date: ", date={"as_written": "1956/57"}) == ["1956/57"]


def test_languages_have_dataverses_names() -> None:
    tags = ["el", "ru", "zh-Hant", "zh", "grc", "und", "ky", "cu"]
    parts = [{"id": "o", "kind": "original", "held": False, "languages": tags}]
    assert exported("language", parts=parts) == [
        "[1]: Greek (modern)",
        "[2]: Russian",
        "[3]: Chinese",
        "[4]: Kyrgyz",
        "[5]: Old Church Slavonic,Church Slavonic,Old Bulgarian",
    ]
    assert exported("notesText: Languages: ", parts=parts) == [
        "Chinese (zh-Hant), Ancient Greek (to 1453) (grc)"
    ]


def test_places_mentioned_are_noted_once() -> None:
    mentioned = [{"name": "Kyiv"}, {"name": "Lviv"}, {"name": "Kyiv"}]
    assert exported("notesText: Places mentioned: ", mentioned_places=mentioned) == ["Kyiv; Lviv"]


def test_a_holding_without_levels_is_only_the_archive() -> None:
    assert exported("originOfSources", holdings=[{"repository": "RGANI"}]) == [": Kept at: RGANI"]


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        (None, []),
        ("mit", ["Licence: MIT (https://spdx.org/licenses/MIT.html)"]),
        ("Ask the archive", ["Licence: Ask the archive"]),
    ],
)
def test_the_licence_is_in_the_terms_of_use(licence: str | None, words: list[str]) -> None:
    rights = {"statement": "Free."} | ({"licence": licence} if licence else {})
    assert exported("termsOfUse: ", rights=rights) == ["Free.", *words]
