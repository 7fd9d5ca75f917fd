"""DataCite: where each field of a record goes, and the words for unknown values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export

ANN = {"id": "ann", "name": "Ann", "kind": "person"}
ORIGINAL = {"id": "o", "kind": "original", "held": False, "languages": ["ru"]}
ENGLISH = {
    "id": "e", "kind": "translation", "file": "e.txt", "made_from": ["o"], "made_by": ["ann"]
}  # fmt: skip


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(export("datacite-json", record(**fields), context))
    return described


@pytest.mark.parametrize("name", ["datacite", "datacite-json"])
def test_each_field_of_a_full_record_is_written_in_its_datacite_property(name: str) -> None:
    assert places(export(name, full(), FULL_CONTEXT)) == expected(name)


def test_unknown_values_are_left_out_or_written_with_datacites_codes() -> None:
    assert places(export("datacite", bare(), BARE_CONTEXT))[1:] == [
        "resource/identifier/@identifierType: DOI",
        "resource/identifier: :tba",
        "resource/creators/creator/creatorName: :unkn",
        "resource/titles/title: A letter",
        "resource/publisher: :tba",
        "resource/publicationYear: 0000",
        "resource/resourceType/@resourceTypeGeneral: Text",
        "resource/resourceType: Message",
        "resource/alternateIdentifiers/alternateIdentifier/@alternateIdentifierType: record",
        "resource/alternateIdentifiers/alternateIdentifier: x",
        "resource/version: 1",
    ]
    assert set(exported()) == {
        "schemaVersion", "creators", "titles", "publisher", "publicationYear", "types", "version",
        "alternateIdentifiers",
    }  # fmt: skip


def test_a_relation_without_a_type_in_datacite_is_other_with_its_kind() -> None:
    relations = [{"kind": kind, "title": "B"} for kind in ("reply-to", "version-of")]
    related = exported(relations=relations)["relatedItems"]
    assert [(one["relationType"], one["relationTypeInformation"]) for one in related] == [
        ("Other", "Reply to"),
        ("IsVersionOf", "Version of"),
    ]


def test_a_report_has_its_general_type() -> None:
    assert exported(type="report")["types"]["resourceTypeGeneral"] == "Report"
    assert exported(type="speech")["types"]["resourceTypeGeneral"] == "Text"


def test_an_affiliation_has_its_ror() -> None:
    ror = {"scheme": "ror", "value": "03yrm5c26"}
    body = {"id": "b", "name": "B", "kind": "organization", "identifiers": [ror]}
    document = exported(agents=[ANN | {"affiliations": ["b"]}, body], sender=["ann"])
    assert document["creators"][0]["affiliation"] == [
        {
            "name": "B",
            "affiliationIdentifier": "https://ror.org/03yrm5c26",
            "affiliationIdentifierScheme": "ROR",
        }
    ]


def test_a_year_has_four_digits() -> None:
    assert exported(replace(BARE_CONTEXT, year=987))["publicationYear"] == "0987"


def test_the_first_doi_is_the_identifier() -> None:
    schemes = (("local", "1"), ("doi", "10.1000/1"), ("doi", "10.1000/2"))
    known = exported(identifiers=[{"scheme": scheme, "value": value} for scheme, value in schemes])
    assert known["doi"] == "10.1000/1"
    assert [each["alternateIdentifier"] for each in known["alternateIdentifiers"]] == [
        "x", "1", "10.1000/2"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("licence", "rights"),
    [
        (None, [{}]),
        ("MIT", [{"rightsIdentifier": "MIT", "rightsIdentifierScheme": "SPDX"}]),
        ("https://example.org/terms", [{"rightsUri": "https://example.org/terms"}]),
        (
            "https://creativecommons.org/licenses/by/4.0/",
            [
                {
                    "rightsUri": "https://creativecommons.org/licenses/by/4.0/",
                    "rightsIdentifier": "CC-BY-4.0",
                    "rightsIdentifierScheme": "SPDX",
                }
            ],
        ),
        ("Ask the archive", [{}, {"rights": "Ask the archive"}]),
    ],
)
def test_a_licence_is_an_address_an_spdx_identifier_or_text(
    licence: str | None, rights: list[dict[str, str]]
) -> None:
    document = exported(rights={"statement": "Free."} | ({"licence": licence} if licence else {}))
    assert document["rightsList"] == [{"rights": "Free."} | rights[0], *rights[1:]]


def test_the_size_is_the_sum_of_the_measured_files() -> None:
    parts = [{"id": name, "kind": "scan", "file": name} for name in "abc"]
    files = {"a": FileFacts(3), "b": FileFacts(4), "other": FileFacts(8)}
    assert exported(replace(BARE_CONTEXT, files=files), parts=parts)["sizes"] == ["7 bytes"]
    assert "sizes" not in exported(parts=parts)


@pytest.mark.parametrize(
    ("edtf", "date", "information"),
    [
        ("1960", "1960", None),
        ("1960?", "1960", "EDTF 1960?"),
        ("1959/1961", "1959/1961", "EDTF 1959/1961"),
        ("1960-21", "1960-03-01/1960-05-31", "EDTF 1960-21"),
        ("Y17000", "Y17000", "EDTF Y17000"),
    ],
)
def test_a_date_that_is_not_a_day_is_a_range_with_its_edtf(
    edtf: str, date: str, information: str
) -> None:
    [created] = exported(date={"edtf": edtf})["dates"]
    assert created.pop("dateType") == "Created"
    assert created.pop("date") == date
    assert created == ({"dateInformation": information} if information else {})


def test_an_open_date_is_in_a_description() -> None:
    document = exported(date={"as_written": "1956/57"}, received={"edtf": "1957"})
    assert document["dates"] == [
        {"date": "1957", "dateType": "Other", "dateInformation": "received"}
    ]
    assert document["descriptions"] == [
        {"description": "Date as written: 1956/57", "descriptionType": "Other"}
    ]


def test_the_place_of_writing_has_a_location_and_places_mentioned_a_description() -> None:
    mentioned = [{"name": "Lviv"}, {"name": "Kyiv"}, {"name": "Lviv"}]
    document = exported(place={"name": "Kyiv"}, mentioned_places=mentioned)
    assert document["geoLocations"] == [{"geoLocationPlace": "Kyiv"}]
    assert document["descriptions"] == [
        {"description": "Places mentioned: Lviv; Kyiv", "descriptionType": "Other"}
    ]
    assert "geoLocations" not in exported(mentioned_places=mentioned)


def test_an_identifier_of_a_subject_has_its_scheme() -> None:
    document = exported(subjects=[{"term": "Law", "identifier": {"scheme": "local", "value": "K"}}])
    assert document["subjects"] == [{"subject": "Law", "subjectScheme": "local"}]


def test_an_agent_appears_once_for_each_kind_of_contributor() -> None:
    document = exported(
        agents=[ANN],
        recipients=["ann"],
        donor="ann",
        parts=[ORIGINAL, ENGLISH],
        rights={"statement": "Free."},
    )
    ann = {"name": "Ann", "nameType": "Personal"}
    assert document["contributors"] == [
        ann | {"contributorType": kind} for kind in ("Translator", "Other")
    ]
    assert document["descriptions"] == [
        {
            "description": "Contributors: Ann (recipient); Ann (donor)",
            "descriptionType": "Other",
        }
    ]


def test_a_translation_is_related_to_its_original_only_if_the_original_is_not_held() -> None:
    held = ORIGINAL | {"held": True, "file": "o.txt"}
    parts = {True: [held, ENGLISH], False: [ORIGINAL, ENGLISH]}
    for is_here, given in parts.items():
        related = exported(parts=given, agents=[ANN]).get("relatedItems", [])
        assert [each["relationType"] for each in related] == ["IsTranslationOf"] * (not is_here)
