"""RO-Crate: the crate, the things of schema.org in it, and the events."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record

from archive_pkg.interchange import ExportContext, export
from archive_pkg.records.models import Record

DESCRIPTOR = {
    "@id": "ro-crate-metadata.json",
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": {"@id": "https://w3id.org/ro/crate/1.3"},
}
LETTER = {"@id": "#document"}


def graph(of: Record, context: ExportContext = BARE_CONTEXT, name: str = "ro-crate") -> list[Any]:
    return list(json.loads(export(name, of, context))["@graph"])


def part(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "scan", "held": False} | more


def actions(**fields: Any) -> list[dict[str, Any]]:
    things = graph(record(**fields))
    return [thing for thing in things if thing["@id"].startswith("#event-")]


def test_a_crate_has_the_entities_of_schema_org_and_the_events() -> None:
    document = json.loads(export("ro-crate", full(), FULL_CONTEXT))
    assert document["@context"] == "https://w3id.org/ro/crate/1.3/context"
    things = document["@graph"]
    letter = {"@id": "https://example.org/letters/17"}
    assert things[:4] == [
        DESCRIPTOR,
        {"@id": "#publisher", "@type": "Organization", "name": "A publisher"},
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "Letter, Khrushchev to Ulbricht, 3 March 1961",
            "description": "Agrees on a plan.",
            "identifier": "1961-03-03-khrushchev-to-ulbricht",
            "license": {"@id": "#rights"},
            "mainEntity": letter,
            "hasPart": [{"@id": "../data/scans/leaf%201.tif"}, {"@id": "../data/letter.txt"}],
            "datePublished": "2026-11-24",
            "publisher": {"@id": "#publisher"},
        },
        {
            "@id": "#rights",
            "@type": "CreativeWork",
            "name": "CC-BY-4.0",
            "description": "The translation may be used freely.",
        },
    ]
    known = graph(full(), FULL_CONTEXT, "schema-org")
    files = [thing | {"@type": "File"} for thing in known if thing["@type"] == "MediaObject"]
    assert things[4:-3] == known[: -len(files)] + files
    assert things[-3:] == [
        {
            "@id": "#event-written",
            "@type": "CreateAction",
            "name": "creation",
            "endTime": "1961-03-03",
            "agent": [{"@id": "#agent-cc-cpsu"}],
            "result": [{"@id": "#part-russian"}],
            "description": "Date as written: 3 March; the day it bears",
        },
        {
            "@id": "#event-translated",
            "@type": "CreateAction",
            "name": "translation",
            "endTime": "1998-05",
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            "agent": [{"@id": "#agent-goldberg"}],
            "object": [{"@id": "#part-russian"}],
            "result": [{"@id": "#part-english"}],
            "description": "From the microfilm.",
        },
        {
            "@id": "#event-kept",
            "@type": "Action",
            "name": "fixity check",
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            "object": [letter],
        },
    ]


def test_values_that_a_crate_requires_are_never_missing() -> None:
    things = graph(bare())
    assert things[:3] == [
        DESCRIPTOR,
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "A letter",
            "description": "Message with its description: A letter",
            "identifier": "x",
            "license": {"@id": "#rights"},
            "mainEntity": LETTER,
            "hasPart": [],
        },
        {
            "@id": "#rights",
            "@type": "CreativeWork",
            "name": "Rights statement",
            "description": "The record does not state the rights.",
        },
    ]
    assert things[3:] == graph(bare(), name="schema-org")
    [_, _, rights, *_] = graph(record(rights={"statement": "Free."}))
    assert (rights["name"], rights["description"]) == ("Rights statement", "Free.")


def test_each_entity_of_a_crate_is_described_once() -> None:
    place = {"name": "Kyiv", "identifiers": [{"scheme": "geonames", "value": "703448"}]}
    letter = record(place=place, mentioned_places=[place])
    names = [thing["@id"] for thing in graph(letter, replace(BARE_CONTEXT, publisher="P"))]
    assert len(names) == len(set(names))


def test_an_event_has_its_results_and_objects() -> None:
    parts = [part("o"), part("e", made_from=["o"])]
    events = [
        {"id": "a", "type": "translation", "sources": ["o"], "objects": ["e"], "outcome": "fail"},
        {"id": "b", "type": "packing", "sources": ["o"], "objects": ["e"]},
        {"id": "c", "type": "virus check", "objects": ["o", "e"]},
        {"id": "d", "type": "packing", "sources": ["o"]},
        {"id": "e", "type": "creation"},
    ]
    o, e = {"@id": "#part-o"}, {"@id": "#part-e"}
    failed = {"actionStatus": {"@id": "http://schema.org/FailedActionStatus"}}
    assert actions(parts=parts, events=events) == [
        {"@id": "#event-a", "@type": "Action", "name": "translation", "object": [o, e]} | failed,
        {
            "@id": "#event-b",
            "@type": "CreateAction",
            "name": "packing",
            "object": [o],
            "result": [e],
        },
        {"@id": "#event-c", "@type": "Action", "name": "virus check", "object": [o, e]},
        {"@id": "#event-d", "@type": "Action", "name": "packing", "object": [o]},
        {"@id": "#event-e", "@type": "CreateAction", "name": "creation", "result": [LETTER]},
    ]


def test_details_that_a_date_cannot_hold_are_in_the_description() -> None:
    events = [
        {"id": "a", "type": "sending", "date": {"edtf": "1998~", "note": "a stamp"}},
        {"id": "b", "type": "sending", "date": {"edtf": "199X"}, "outcome": "warning"},
        {"id": "c", "type": "sending", "date": {"edtf": "1998"}, "detail": "By ship."},
    ]
    assert [(each.get("endTime"), each.get("description")) for each in actions(events=events)] == [
        ("1998", "Date: 1998~; a stamp"),
        (None, "Date: 199X; Outcome: warning"),
        ("1998", "By ship."),
    ]
