"""InvenioRDM: where each field of a record goes, and the terms of its vocabularies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export
from archive_pkg.interchange.exporting import invenio
from archive_pkg.projects import Project, read_project
from official import official

TERMS = {
    "additional_titles": {"alternative-title", "subtitle", "translated-title", "other"},
    "additional_descriptions": {
        "abstract", "methods", "series-information", "table-of-contents", "technical-info", "other",
    },
    "dates": {
        "accepted", "available", "collected", "copyrighted", "coverage", "created", "issued",
        "other", "submitted", "updated", "valid", "withdrawn",
    },
}  # fmt: skip
"""The types in the vocabularies of a fresh InvenioRDM 13, which refuses other types."""


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = json.loads(export("invenio", record(**fields), context))["metadata"]
    return metadata


def words(**fields: Any) -> list[str]:
    """Return all descriptions except the first, which has the kind of document."""
    found = exported(**fields)["additional_descriptions"]
    assert {each["type"]["id"] for each in found} <= TERMS["additional_descriptions"]
    return [each["description"] for each in found][1:]


def identifiers(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"scheme": scheme, "value": value} for scheme, value in pairs]


def test_each_field_of_a_full_record_is_written_in_its_invenio_field() -> None:
    assert places(export("invenio", full(), FULL_CONTEXT)) == expected("invenio")


@pytest.mark.parametrize("creators", ["senders", "editors"])
def test_the_project_names_editors_and_funding(creators: Literal["senders", "editors"]) -> None:
    text = """
    editors = [{ name = "Doe, Jane", orcid = "0000-0002-1825-0097", affiliation = "U", ror = "05dxps055" }]
    funding = [{ funder = "Council", ror = "05dxps055", title = "Letters" }]
    """  # noqa: E501
    project, _ = read_project(text.encode(), Path("archive-pkg.toml"))
    context = replace(BARE_CONTEXT, project=project or Project(), creators=creators)
    fields = {"sender": ["a"], "agents": [{"id": "a", "name": "Lind, A.", "kind": "person"}]}
    found = exported(context, **fields)
    people = {
        key: [one["person_or_org"]["family_name"] for one in found[key]]
        for key in ("creators", "contributors")
    }
    sent = ["Lind"]
    assert people == {
        "creators": sent if creators == "senders" else ["Doe"],
        "contributors": ["Doe"] if creators == "senders" else sent,
    }
    (doe,) = found["contributors" if creators == "senders" else "creators"]
    assert doe["person_or_org"]["identifiers"][0]["identifier"] == "0000-0002-1825-0097"
    assert doe["affiliations"] == [{"name": "U", "id": "05dxps055"}]
    assert found["funding"] == [
        {"funder": {"name": "Council", "id": "05dxps055"}, "award": {"title": {"en": "Letters"}}}
    ]
    assert [vocabulary for vocabulary, _ in invenio.terms(found)] == ["affiliations", "funders"]


def test_unknown_values_are_left_out_or_written_with_datacites_codes() -> None:
    assert json.loads(export("invenio", bare(), BARE_CONTEXT)) == {
        "metadata": {
            "resource_type": {"id": "publication-other"},
            "title": "A letter",
            "creators": [{"person_or_org": {"type": "organizational", "name": ":unkn"}}],
            "publication_date": "0000",
            "additional_descriptions": [
                {"description": "Kind of document: Message", "type": {"id": "other"}}
            ],
            "identifiers": [{"identifier": "x", "scheme": "other"}],
            "version": "1",
        }
    }


def test_all_types_in_an_export_exist_in_a_new_instance() -> None:
    metadata = json.loads(export("invenio", full(), FULL_CONTEXT))["metadata"]
    metadata["additional_descriptions"] += exported(date={"as_written": "1956/57"})[
        "additional_descriptions"
    ]
    for name, known in TERMS.items():
        assert {each["type"]["id"] for each in metadata[name]} <= known


def test_identifiers_appear_once_and_the_first_doi_becomes_the_doi_of_the_draft() -> None:
    known = identifiers(
        ("doi", "10.1000/A"), ("doi", "10.1000/b"), ("local", "x"), ("local", "7"),
        ("handle", "20.500/1"), ("doi", "10.1000/a"),
    )  # fmt: skip
    document = json.loads(export("invenio", record(identifiers=known), BARE_CONTEXT))
    assert document["pids"] == {"doi": {"identifier": "10.1000/A", "provider": "external"}}
    others = [
        {"identifier": "x", "scheme": "other"},
        {"identifier": "10.1000/b", "scheme": "doi"},
        {"identifier": "7", "scheme": "other"},
        {"identifier": "https://hdl.handle.net/20.500/1", "scheme": "url"},
    ]
    assert document["metadata"]["identifiers"] == others
    drafted = invenio.describe(record(identifiers=known), BARE_CONTEXT, "10.1000/B")
    assert [each["identifier"] for each in drafted["identifiers"]] == [
        "x", "10.1000/A", "7", "https://hdl.handle.net/20.500/1", "10.1000/a",
    ]  # fmt: skip


def test_an_agent_has_one_identifier_of_each_scheme_and_the_others_are_described() -> None:
    known = identifiers(
        ("local", "7"), ("isni", "000000012281955X"), ("gnd", "118540238"), ("gnd", "4020517-4")
    )
    agents = [{"id": "a", "name": "Doe, John, Jr.", "kind": "person", "identifiers": known}]
    fields: dict[str, Any] = {"agents": agents, "sender": ["a"]}
    [creator] = exported(**fields)["creators"]
    assert creator["person_or_org"] == {
        "type": "personal",
        "family_name": "Doe",
        "given_name": "John Jr.",
        "identifiers": [
            {"scheme": "isni", "identifier": "000000012281955X"},
            {"scheme": "gnd", "identifier": "118540238"},
        ],
    }
    assert words(**fields) == ["Doe, John, Jr.: local 7, GND 4020517-4"]


def test_a_place_has_one_identifier_of_each_scheme_and_the_others_are_described() -> None:
    known = identifiers(("wikidata", "Q1899"), ("local", "7"), ("geonames", "703448"))
    metadata = exported(mentioned_places=[{"name": "Kyiv", "identifiers": known}, {"name": "Lviv"}])
    assert metadata["locations"]["features"] == [
        {
            "place": "Kyiv",
            "description": "Mentioned in the text; local 7",
            "identifiers": [
                {"scheme": "wikidata", "identifier": "Q1899"},
                {"scheme": "geonames", "identifier": "703448"},
            ],
        },
        {"place": "Lviv", "description": "Mentioned in the text"},
    ]
    [here] = exported(place={"name": "Kyiv"})["locations"]["features"]
    assert here == {"place": "Kyiv", "description": "Place of writing"}


def test_an_agent_appears_once_for_each_kind_of_contributor() -> None:
    agents = [{"id": "ann", "name": "Ann", "kind": "person"}]
    metadata = exported(
        agents=agents, recipients=["ann"], donor="ann", rights={"statement": "Free."}
    )
    assert [each["role"]["id"] for each in metadata["contributors"]] == ["other"]
    assert words(agents=agents, recipients=["ann"], donor="ann") == [
        "Contributors: Ann (recipient); Ann (donor)"
    ]


@pytest.mark.parametrize(
    ("edtf", "date", "description"),
    [
        ("1961-03-03", "1961-03-03", None),
        ("1960?", "1960", "EDTF 1960?"),
        ("1959/1961", "1959/1961", "EDTF 1959/1961"),
        ("195X", "1950-01-01/1959-12-31", "EDTF 195X"),
    ],
)
def test_a_date_that_is_not_a_day_is_a_range_with_its_edtf(
    edtf: str, date: str, description: str | None
) -> None:
    more = {"description": description} if description else {}
    assert exported(date={"edtf": edtf})["dates"] == [
        {"date": date, "type": {"id": "created"}} | more
    ]


def test_a_date_without_two_ends_is_put_into_a_description() -> None:
    assert words(date={"edtf": "1957/..", "note": "a stamp"}) == [
        "Date of the document: EDTF 1957/..; a stamp"
    ]
    assert "dates" not in exported(date={"edtf": "1957/.."})
    assert words(received={"edtf": "../1957"}) == ["Received: ../1957"]
    assert words(date={"as_written": "1956/57"}) == ["Date as written: 1956/57"]
    assert exported(received={"edtf": "1957"})["dates"] == [
        {"date": "1957", "type": {"id": "other"}, "description": "Received"}
    ]


def test_markup_in_a_record_is_escaped() -> None:
    metadata = exported(
        summary={"text": "A <b> & c"}, custody="<i>", rights={"statement": "© <X>"}, title="A <b>"
    )
    assert metadata["description"] == "<p>A &lt;b&gt; &amp; c</p>"
    assert metadata["additional_descriptions"][1]["description"] == "Custody: &lt;i&gt;"
    assert metadata["copyright"] == "© &lt;X&gt;"
    assert metadata["title"] == "A <b>"  # InvenioRDM reads titles and rights as plain text
    assert metadata["rights"] == [{"title": {"en": "Rights"}, "description": {"en": "© <X>"}}]


@pytest.mark.parametrize(
    ("licence", "rights"),
    [
        ("MIT", {"id": "mit"}),
        (
            "https://example.org/terms",
            {"title": {"en": "https://example.org/terms"}, "link": "https://example.org/terms"},
        ),
        ("Ask the archive", {"title": {"en": "Ask the archive"}}),
    ],
)
def test_a_licence_is_an_spdx_identifier_or_a_title(licence: str, rights: dict[str, Any]) -> None:
    metadata = exported(rights={"statement": "Free.", "licence": licence})
    assert metadata["rights"] == [
        rights,
        {"title": {"en": "Rights"}, "description": {"en": "Free."}},
    ]


def test_a_term_that_an_instance_does_not_have_becomes_text() -> None:
    parts = [{"id": "o", "kind": "original", "held": False, "languages": ["ru", "en"]}]
    metadata = exported(parts=parts, rights={"statement": "Free.", "licence": "MIT"})
    invenio.without_licence(metadata, "mit")
    assert metadata["rights"] == [
        {"title": {"en": "MIT"}, "link": "https://spdx.org/licenses/MIT.html"},
        {"title": {"en": "Rights"}, "description": {"en": "Free."}},
    ]
    invenio.without_language(metadata, "rus")
    assert metadata["languages"] == [{"id": "eng"}]
    language = {"description": "Language: Russian", "type": {"id": "other"}}
    assert metadata["additional_descriptions"][1:] == [language]


def test_publications_are_related_once_by_doi_or_address() -> None:
    publications = [
        "One, https://doi.org/10.1000/1 (https://example.org/1)",
        "Two, https://example.org/2, https://example.org/3",
        "One again, 10.1000/1",
    ]
    related = exported(publications=publications)["related_identifiers"]
    kind = {"relation_type": {"id": "ispublishedin"}}
    assert related == [
        {"identifier": "10.1000/1", "scheme": "doi"} | kind,
        {"identifier": "https://example.org/2", "scheme": "url"} | kind,
        {"identifier": "https://example.org/3", "scheme": "url"} | kind,
    ]


def test_the_size_is_the_sum_of_the_measured_files() -> None:
    parts = [{"id": name, "kind": "scan", "file": name} for name in "abc"]
    files = {"a": FileFacts(3), "b": FileFacts(4), "other": FileFacts(8)}
    metadata = exported(replace(BARE_CONTEXT, files=files), parts=parts)
    assert metadata["sizes"] == ["7 bytes"]
    assert "formats" not in metadata
    assert "sizes" not in exported(parts=parts)


def test_languages_have_three_letters_and_a_description_has_their_script() -> None:
    parts = [
        {"id": "o", "kind": "original", "held": False, "languages": ["zh-Hant", "zh", "und"]},
    ]
    assert exported(parts=parts)["languages"] == [{"id": "zho"}]
    assert words(parts=parts) == ["Languages, with script or region: zh-Hant"]


def test_a_holding_without_levels_is_only_the_archive() -> None:
    assert words(holdings=[{"repository": "RGANI"}]) == ["Kept at: RGANI"]


def test_the_official_schema_accepts_every_field() -> None:
    schema = json.loads((official("invenio") / "record-v6.0.0.json").read_text("utf-8"))
    known = schema["properties"]["metadata"]["properties"]
    metadata = json.loads(export("invenio", full(), FULL_CONTEXT))["metadata"]
    assert set(metadata) <= set(known)
    for name in ("related_identifiers", "additional_descriptions", "rights", "dates"):
        allowed = known[name]["items"]["properties"]
        assert all(set(each) <= set(allowed) for each in metadata[name])
    feature = known["locations"]["properties"]["features"]["items"]["allOf"][0]
    plain: dict[str, object] = {key: {} for key in feature["properties"]}
    for each in metadata["locations"]["features"]:
        jsonschema.validate(each, feature | {"properties": plain})


def test_a_title_that_inveniordm_refuses_is_in_a_description() -> None:
    made = json.loads(export("invenio", record(variant_titles=["Hm", "Hmm"])))["metadata"]
    assert [each["title"] for each in made["additional_titles"]] == ["Hmm"]
    words = [each["description"] for each in made["additional_descriptions"]]
    assert "Other title: Hm" in words
