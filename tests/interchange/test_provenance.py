"""The history of a letter in PREMIS and PROV: every event once, in order, with its parts."""

from __future__ import annotations

import json
import re
from typing import Any

from examples import FULL_CONTEXT, full
from lxml import etree
from prov.model import ProvDocument

from archive_pkg.interchange import export
from archive_pkg.records.models import Record
from typed import elements, present, strings

PREMIS = {"p": "http://www.loc.gov/premis/v3"}
DIGEST = "ab" * 32


def letter(**more: Any) -> Record:
    return Record.model_validate(
        {
            "id": "x",
            "type": "letter",
            "title": "A letter",
            "agents": [{"id": "cia", "name": "CIA", "kind": "organization"}],
            "parts": [
                {"id": "original", "kind": "original", "held": False},
                {
                    "id": "english",
                    "kind": "translation",
                    "file": "e.txt",
                    "made_from": ["original"],
                    "sha256": DIGEST,
                },
            ],
            **more,
        }
    )


def marking(*history: dict[str, Any]) -> dict[str, Any]:
    return {"as_written": "Secret", "history": list(history)}


def result(record: Record) -> list[tuple[str, str]]:
    events = etree.fromstring(export("premis", record)).findall("p:event", PREMIS)
    return [
        (str(e.findtext("p:eventType", "", PREMIS)), str(e.findtext("p:eventDateTime", "", PREMIS)))
        for e in events
    ]


def test_changes_of_a_classification_are_events_in_order() -> None:
    record = letter(
        classification=marking(
            {"action": "classified", "date": {"edtf": "1960-07-18"}},
            {"action": "reviewed"},
            {"action": "downgraded", "date": {"edtf": "1985"}, "level": "secret"},
            {
                "action": "declassified",
                "date": {"edtf": "1992-05"},
                "by": "cia",
                "note": "EO 12356.",
            },
        ),
        events=[
            {"id": "written", "type": "creation", "date": {"edtf": "1960-07-17"}},
            {"id": "read", "type": "accession", "date": {"edtf": "1990"}},
            {"id": "classification-1", "type": "ingestion", "date": {"edtf": "2026-11-24"}},
        ],
    )
    assert result(record) == [
        ("creation", "1960-07-17"),
        ("classification", "1960-07-18"),
        ("classification review", "unknown"),
        ("downgrading", "1985"),
        ("accession", "1990"),
        ("declassification", "1992-05"),
        ("ingestion", "2026-11-24"),
    ]
    document = etree.fromstring(export("premis", record))
    [last] = elements(document, "//p:event[p:eventDateTime='1992-05']", PREMIS)
    assert last.findtext(".//p:eventDetail", "", PREMIS) == "Declassified. EO 12356."
    assert last.findtext(".//p:linkingAgentIdentifierValue", "", PREMIS) == "cia"
    assert present(last.find("p:eventType", PREMIS)).get("authority") == "local"
    names = strings(document, "//p:eventIdentifierValue/text()", PREMIS)
    assert len(names) == len(set(names)) == 7
    activities = json.loads(export("prov", record))["activity"]
    assert sorted(activities) == sorted(f"record:event/{name}" for name in names)


def test_a_change_that_is_also_an_event_appears_once() -> None:
    record = letter(
        classification=marking({"action": "declassified", "date": {"edtf": "1992"}}),
        events=[{"id": "open", "type": "declassification", "date": {"edtf": "1992"}}],
    )
    assert result(record) == [("declassification", "1992")]


def test_an_undated_change_comes_before_the_events_of_packaging() -> None:
    at_work = {"id": "in", "type": "ingestion", "inputs": [f"sha256:{DIGEST}"]}
    events = [{"id": "written", "type": "creation"}, at_work]
    record = letter(classification=marking({"action": "declassified"}), events=events)
    assert [kind for kind, _ in result(record)] == ["creation", "declassification", "ingestion"]


def test_only_events_that_create_a_part_have_it_as_their_outcome() -> None:
    record = letter(
        events=[
            {"id": "a", "type": "translation", "objects": ["english"], "sources": ["original"]},
            {"id": "b", "type": "virus check", "objects": ["english"], "outcome": "success"},
            {"id": "c", "type": "accession", "objects": ["english"]},
            {"id": "d", "type": "translation", "objects": ["english"]},
            {"id": "e", "type": "sending"},
        ]
    )
    roles = [
        [str(role.text) for role in event.iter(f"{{{PREMIS['p']}}}linkingObjectRole")]
        for event in etree.fromstring(export("premis", record)).findall("p:event", PREMIS)
    ]
    assert roles == [["source", "outcome"], ["source"], [], ["outcome"], []]
    prov = json.loads(export("prov", record))
    made = [one["prov:entity"] for one in prov["wasGeneratedBy"].values()]
    assert made == ["record:part/english"]  # an entity is generated once
    used = {(one["prov:activity"], one["prov:entity"]) for one in prov["used"].values()}
    assert used == {
        ("record:event/a", "record:part/original"),
        *((f"record:event/{name}", "record:part/english") for name in "bcd"),
        ("record:event/e", "record:document"),
    }


def test_prov_has_digests_and_the_words_of_uncertain_dates() -> None:
    at = {"part": "english", "start": 0, "end": 5, "exact": "Miska", "prefix": "", "suffix": ""}
    note = {"id": "n", "kind": "uncertain", "at": at, "text": 'Or\n"Mischka\\"?'}
    event = {"id": "b", "type": "packing", "inputs": [f"sha256:{DIGEST}"]}
    record = letter(translation_notes=[note], events=[event])
    prov = json.loads(export("prov", record))
    part = prov["entity"]["record:part/english"]
    assert part["schema:sha256"] == DIGEST
    assert part["record:note"] == 'uncertain, at “Miska”: Or\n"Mischka\\"?'
    assert prov["activity"]["record:event/b"]["record:input"] == f"sha256:{DIGEST}"


def statements(document: str) -> list[tuple[str, str, Any]]:
    """Return the statements of PROV-JSON, without the numbers of relations."""
    return [
        (kind, "" if name.startswith("_:") else name, said)
        for kind, named in json.loads(document).items()
        for name, said in named.items()
    ]


def test_the_prov_library_reads_prov_json() -> None:
    written = export("prov", full(), FULL_CONTEXT).decode()
    document = ProvDocument.deserialize(content=written, format="json")
    # The library refuses, drops or changes everything that is not PROV-JSON.
    assert statements(str(document.serialize(format="json"))) == statements(written)
    named = set(re.findall(r"record:(?:part|agent|event)/[A-Za-z0-9_-]+|record:document", written))
    declared = json.loads(written)
    assert named == {name for kind in ("entity", "agent", "activity") for name in declared[kind]}
