"""schema.org: where each field of a record goes, and how the things are linked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export

DOCUMENT = "#document"


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, dict[str, Any]]:
    """Return the things of a document by `@id`, after checking that each appears once."""
    graph = json.loads(export("schema-org", record(**fields), context))["@graph"]
    things = {thing["@id"]: thing for thing in graph}
    assert len(things) == len(graph)
    return things


def refs(*names: str) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def part(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": name.upper(), "held": False} | more


def test_each_field_of_a_full_record_is_written_in_its_schema_org_property() -> None:
    assert places(export("schema-org", full(), FULL_CONTEXT)) == expected("schema-org")


def test_unknown_values_are_left_out_of_schema_org() -> None:
    assert json.loads(export("schema-org", bare(), BARE_CONTEXT)) == {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@id": DOCUMENT,
                "@type": ["Message", "ArchiveComponent"],
                "name": "A letter",
                "identifier": ["x"],
                "version": "1",
                "genre": "Message",
            }
        ],
    }


def test_parts_are_related_to_the_letter_and_to_other_parts() -> None:
    parts = [
        part("o", "original"),
        part("en", "translation", made_from=["o"], made_by=["a", "p"], method="By hand"),
        part("map", "enclosure"),
        part("leaf", "scan", part_of=["o"], made_by=["a"]),
        part("map-en", "translation", made_from=["map"]),
        part("sum", "summary"),
        part("note", "summary", about=["map"]),
    ]
    agents = [
        {"id": "a", "name": "Ann", "kind": "person"},
        {"id": "p", "name": "DeepX", "kind": "software"},
    ]
    enclosures = [
        {"id": "list", "title": "A list"},
        {"id": "map", "title": "A map", "part": "map"},
        {"id": "again", "title": "MAP", "part": "map"},
    ]
    things = exported(parts=parts, agents=agents, enclosures=enclosures)
    letter = things[DOCUMENT]
    assert letter["workExample"] == refs("#part-o", "#part-en")
    assert letter["messageAttachment"] == refs("#enclosure-list", "#part-map")
    assert letter["hasPart"] == refs("#enclosure-list", "#part-map", "#part-leaf")
    assert letter["subjectOf"] == refs("#part-sum")
    assert letter["contributor"] == refs("#agent-a")
    assert things["#enclosure-list"]["name"] == "A list"
    assert "#enclosure-map" not in things
    tied = {
        name: {key: value for key, value in thing.items() if key not in ("@id", "@type", "name")}
        for name, thing in things.items()
        if name.startswith("#part-")
    }
    assert tied == {
        "#part-o": {"genre": "original", "exampleOfWork": {"@id": DOCUMENT}},
        "#part-en": {
            "genre": "translation",
            "exampleOfWork": {"@id": DOCUMENT},
            "translationOfWork": refs("#part-o"),
            "translator": refs("#agent-a"),
            "creditText": "By hand; made with DeepX",
        },
        "#part-map": {
            "genre": "enclosure",
            "isPartOf": refs(DOCUMENT),
            "alternateName": ["A map"],
        },
        "#part-leaf": {
            "genre": "scan",
            "isPartOf": refs(DOCUMENT, "#part-o"),
            "creator": refs("#agent-a"),
        },
        "#part-map-en": {"genre": "translation", "translationOfWork": refs("#part-map")},
        "#part-sum": {"genre": "summary", "about": refs(DOCUMENT)},
        "#part-note": {"genre": "summary", "about": refs("#part-map")},
    }


def test_an_enclosed_part_that_is_not_listed_is_an_attachment() -> None:
    parts = [
        part("o", "original"),
        part("map", "enclosure"),
        part("leaf", "scan", part_of=["o"]),
        part("copy", "translation", made_from=["map"]),
        part("legend", "enclosure", part_of=["copy"]),
    ]
    letter = exported(parts=parts)[DOCUMENT]
    assert letter["messageAttachment"] == refs("#part-map")
    assert letter["hasPart"] == refs("#part-map", "#part-leaf")


def test_mentioned_places_are_separate_from_the_place_of_writing() -> None:
    mentioned = [{"name": "Lviv"}, {"name": "Odesa"}]
    things = exported(mentioned_places=mentioned)
    assert "locationCreated" not in things[DOCUMENT]
    assert things[DOCUMENT]["mentions"] == refs("#place-1", "#place-2")
    assert things["#place-2"] == {"@id": "#place-2", "@type": "Place", "name": "Odesa"}
    letter = exported(mentioned_places=mentioned, place={"name": "Kyiv"})[DOCUMENT]
    assert letter["locationCreated"] == refs("#place-1")
    assert letter["mentions"] == refs("#place-2", "#place-3")


def test_places_with_the_same_identifier_become_one_entity_with_all_names() -> None:
    known = [{"scheme": "geonames", "value": "498817"}]
    names = ["Leningrad", "St Petersburg", "Leningrad"]
    things = exported(
        place={"name": names[0], "identifiers": known},
        mentioned_places=[{"name": name, "identifiers": known} for name in names[1:]],
    )
    assert things["https://sws.geonames.org/498817/"] == {
        "@id": "https://sws.geonames.org/498817/",
        "@type": "Place",
        "name": ["Leningrad", "St Petersburg"],
    }


def test_agents_with_the_same_identifier_become_one_entity_with_all_values() -> None:
    known = [{"scheme": "wikidata", "value": "Q1"}]
    agents = [
        {"id": "a", "name": "Ann", "kind": "person", "identifiers": known},
        {"id": "b", "name": "Anna", "kind": "person", "role": "Clerk", "identifiers": known},
    ]
    things = exported(agents=agents, signatories=["a", "b"])
    assert things["http://www.wikidata.org/entity/Q1"] == {
        "@id": "http://www.wikidata.org/entity/Q1",
        "@type": "Person",
        "name": ["Ann", "Anna"],
        "jobTitle": "Clerk",
        "identifier": ["http://www.wikidata.org/entity/Q1"],
    }
    assert things[DOCUMENT]["contributor"] == refs("http://www.wikidata.org/entity/Q1")


def test_agents_have_the_type_and_the_title_of_their_kind() -> None:
    kinds = ("person", "organization", "family", "software")
    agents: list[dict[str, Any]] = [
        {"id": kind, "name": "A", "kind": kind, "role": "R"} for kind in kinds
    ]
    agents[0]["identifiers"] = [{"scheme": "local", "value": "7"}]
    things = exported(agents=agents)
    described: dict[str, dict[str, Any]] = {
        "person": {"@type": "Person", "jobTitle": "R", "identifier": ["7"]},
        "organization": {"@type": "Organization", "disambiguatingDescription": "R"},
        "family": {
            "@type": "Thing",
            "additionalType": "http://id.loc.gov/ontologies/bibframe/Family",
            "disambiguatingDescription": "R",
        },
        "software": {
            "@type": "Thing",
            "additionalType": "https://schema.org/SoftwareApplication",
            "disambiguatingDescription": "R",
        },
    }
    for kind, more in described.items():
        assert things[f"#agent-{kind}"] == {"@id": f"#agent-{kind}", "name": "A"} | more


def test_subjects_share_the_description_of_their_scheme() -> None:
    subjects = [
        {"term": "Law", "identifier": {"scheme": "local", "value": "K"}},
        {"term": "Trade"},
        {"term": "War", "identifier": {"scheme": "local", "value": "U"}},
    ]
    things = exported(subjects=subjects)
    assert things[DOCUMENT]["about"] == [{"@id": "#subject-1"}, "Trade", {"@id": "#subject-3"}]
    assert things["#subject-3"] == {
        "@id": "#subject-3",
        "@type": "DefinedTerm",
        "name": "War",
        "termCode": "U",
        "inDefinedTermSet": {"@id": "#scheme-local"},
    }
    assert things["#scheme-local"]["name"] == "local"


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("Ask the archive", "#licence"),
    ],
)
def test_a_licence_in_words_gets_no_address(licence: str, name: str) -> None:
    things = exported(rights={"statement": "Free.", "licence": licence})
    assert things[DOCUMENT]["license"] == {"@id": name}
    place = {} if name == "#licence" else {"url": name}
    assert things[name] == {"@id": name, "@type": "CreativeWork", "name": licence} | place
    alone = exported(rights={"statement": "Free."})
    assert alone[DOCUMENT]["copyrightNotice"] == "Free."
    assert len(alone) == 1


def test_a_file_has_only_its_known_values() -> None:
    parts = [
        part("a", "scan", held=True, file="f ü"),
        part("b", "scan", held=True, file="f ü", media_type="image/tiff", sha256="ab" * 32),
        part("c", "scan", held=True, file="g"),
    ]
    things = exported(parts=parts)
    assert things["f%20%C3%BC"] == {
        "@id": "f%20%C3%BC",
        "@type": "MediaObject",
        "name": "f ü",
        "encodingFormat": "image/tiff",
        "sha256": "ab" * 32,
        "encodesCreativeWork": refs("#part-a", "#part-b"),
    }
    assert things["g"]["encodesCreativeWork"] == refs("#part-c")
    assert things["#part-b"]["encoding"] == {"@id": "f%20%C3%BC"}
    measured = exported(replace(BARE_CONTEXT, files={"g": FileFacts(7)}), parts=parts)
    assert measured["g"]["contentSize"] == "7"


def test_a_format_in_pronom_is_next_to_the_media_type() -> None:
    pdf = part("a", "scan", held=True, file="f", media_type="application/pdf", pronom="fmt/19")
    things = exported(parts=[pdf])
    address = "https://www.nationalarchives.gov.uk/PRONOM/fmt/19"
    assert things["f"]["encodingFormat"] == ["application/pdf", {"@id": address}]
    assert things[address]["name"] == "PRONOM fmt/19"


def test_custody_and_donor_are_described() -> None:
    agents = [{"id": "a", "name": "Ann", "kind": "person"}]
    assert exported(agents=agents, donor="a")[DOCUMENT]["description"] == "Donor: Ann"
    assert exported(custody="Ours.")[DOCUMENT]["description"] == "Custody: Ours."


def test_a_summary_without_an_author_is_only_an_abstract() -> None:
    things = exported(summary={"text": "On tanks."})
    assert things[DOCUMENT]["abstract"] == "On tanks."
    assert len(things) == 1
    assert "subjectOf" not in things[DOCUMENT]


@pytest.mark.parametrize(
    ("edtf", "ends"),
    [
        ("1958-10-02", {"startDate": "1958-10-02"}),
        ("1958-10-02/1958-10-04", {"startDate": "1958-10-02", "endDate": "1958-10-04"}),
        ("../1958", {"endDate": "1958"}),
        ("1958/", {"startDate": "1958"}),
        ("1958?/1959", {}),
        ("1958-10~", {}),
    ],
)
def test_a_session_has_the_days_on_which_it_began_and_ended(
    edtf: str, ends: dict[str, str]
) -> None:
    graph = json.loads(export("schema-org", record(recorded={"edtf": edtf})))["@graph"]
    (event,) = [thing for thing in graph if thing["@type"] == "Event"]
    assert {key: value for key, value in event.items() if key.endswith("Date")} == ends
    assert event.get("description") == (None if ends else edtf)


def test_a_date_that_is_no_day_is_in_words() -> None:
    vague: dict[str, Any] = {
        "date": {"edtf": "1961-03~", "as_written": "March 61"},
        "parts": [part("en", "translation", made={"edtf": "200X"})],
        "agents": [{"id": "a", "name": "A", "kind": "person", "born": {"edtf": "1894?"}}],
        "sender": ["a"],
    }
    things = exported(**vague)
    assert things[DOCUMENT]["temporal"] == "1961-03~; March 61"
    assert things["#part-en"]["description"] == "Made: 200X"
    assert things["#agent-a"]["description"] == "Born: 1894?"
    assert not any(key.endswith(("Date", "dateCreated")) for one in things.values() for key in one)
