"""PROV-JSON: where each field of a record goes, and how things are related."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export

DIGEST = "ab" * 32


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, dict[str, Any]]:
    return dict(json.loads(export("prov", record(**fields), context)))


def part(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "held": False} | more


def relations(document: dict[str, dict[str, Any]], kind: str) -> list[tuple[str, ...]]:
    """Return the two ends of each relation of a kind, without their namespaces."""
    return [
        tuple(end.removeprefix("record:") for end in ends.values())
        for ends in document.get(kind, {}).values()
    ]


def test_each_field_of_a_full_record_is_written_in_its_prov_property() -> None:
    assert places(export("prov", full(), FULL_CONTEXT)) == expected("prov")


def test_unknown_values_are_left_out_of_prov() -> None:
    assert json.loads(export("prov", bare(), BARE_CONTEXT)) == {
        "prefix": {
            "record": "arcp://name,x/",
            "dcterms": "http://purl.org/dc/terms/",
            "schema": "https://schema.org/",
        },
        "entity": {
            "record:document": {
                "prov:label": "A letter",
                "dcterms:identifier": "x",
                "schema:version": "1",
                "dcterms:type": "message",
            }
        },
    }


def test_parts_are_related_to_the_letter_and_to_each_other() -> None:
    parts = [
        part("o", "original"),
        part("map", "enclosure"),
        part("leaf", "scan", part_of=["o", "map"]),
        part("map-en", "translation", made_from=["map", "leaf"], made_by=["a", "b"]),
        part("sum", "summary"),
        part("note", "summary", about=["map", "o"]),
    ]
    agents = [{"id": name, "name": name.upper(), "kind": "person"} for name in "ab"]
    document = exported(parts=parts, agents=agents)
    assert relations(document, "hadMember") == [
        ("document", "part/map"),
        ("part/o", "part/leaf"),
        ("part/map", "part/leaf"),
    ]
    assert relations(document, "wasDerivedFrom") == [
        ("part/map-en", "part/map"),
        ("part/map-en", "part/leaf"),
    ]
    assert relations(document, "wasAttributedTo") == [
        ("part/map-en", "agent/a"),
        ("part/map-en", "agent/b"),
    ]
    entities = document["entity"]
    versions = {name for name, thing in entities.items() if "dcterms:relation" in thing}
    assert versions == {"record:part/o"}
    about = {
        name: thing["schema:about"] for name, thing in entities.items() if "schema:about" in thing
    }
    assert about == {
        "record:part/sum": {"$": "record:document", "type": "xsd:QName"},
        "record:part/note": [
            {"$": "record:part/map", "type": "xsd:QName"},
            {"$": "record:part/o", "type": "xsd:QName"},
        ],
    }


def test_a_part_has_the_digest_of_its_own_file() -> None:
    parts = [
        part("a", "scan", held=True, file="a", sha256=DIGEST),
        part("b", "scan", held=True, file="b", sha256=DIGEST, languages=["en", "fr"]),
        part("c", "scan"),
    ]
    measured = replace(BARE_CONTEXT, files={"b": FileFacts(1, {"sha256": "cd" * 32})})
    entities = exported(measured, parts=parts)["entity"]
    digests = [entities[f"record:part/{name}"].get("schema:sha256") for name in "abc"]
    assert digests == [DIGEST, "cd" * 32, None]
    assert entities["record:part/a"]["prov:location"] == "a"
    assert "prov:location" not in entities["record:part/c"]
    assert entities["record:part/b"]["dcterms:language"] == ["en", "fr"]


def test_a_note_appears_once_at_the_part_that_it_is_about() -> None:
    at = {"start": 0, "end": 5, "exact": "Miska"}
    notes = [
        {"id": name, "kind": "sic", "at": at | {"part": of}}
        for name, of in (("x", "a"), ("y", "b"), ("z", "a"))
    ]
    parts = [part(name, "translation", held=True, file=name) for name in "ab"]
    entities = exported(parts=parts, translation_notes=notes)["entity"]
    for name in "ab":
        assert entities[f"record:part/{name}"]["record:note"] == "sic, at “Miska”"


def test_a_failed_event_generates_nothing() -> None:
    made = {"id": "a", "type": "translation", "objects": ["e"]}
    parts = [part("e", "translation")]
    document = exported(parts=parts, events=[made | {"outcome": "fail"}])
    assert relations(document, "used") == [("event/a", "part/e")]
    assert "wasGeneratedBy" not in document


def test_an_event_uses_parts_that_it_does_not_make_first() -> None:
    parts = [part("o", "original"), part("e", "translation", made_from=["o"])]
    events = [
        {"id": "a", "type": "translation", "objects": ["e"], "sources": ["o"]},
        {"id": "b", "type": "translation", "objects": ["e"]},
        {"id": "c", "type": "virus check", "objects": ["o", "e"], "inputs": [f"sha256:{DIGEST}"]},
        {"id": "d", "type": "creation"},
        {"id": "e", "type": "sending", "outputs": [f"sha256:{DIGEST}"]},
        {"id": "f", "type": "translation", "sources": ["o"]},
        {"id": "g", "type": "translation"},
    ]
    document = exported(parts=parts, events=events)
    assert relations(document, "wasGeneratedBy") == [("part/e", "event/a"), ("document", "event/d")]
    assert relations(document, "used") == [
        ("event/a", "part/o"),
        ("event/b", "part/e"),
        ("event/c", "part/o"),
        ("event/c", "part/e"),
        ("event/e", "document"),
        ("event/f", "part/o"),
        ("event/g", "document"),
    ]
    assert document["activity"] == {
        "record:event/a": {"prov:type": "translation"},
        "record:event/b": {"prov:type": "translation"},
        "record:event/c": {"prov:type": "virus check", "record:input": f"sha256:{DIGEST}"},
        "record:event/d": {"prov:type": "creation"},
        "record:event/e": {"prov:type": "sending", "record:output": f"sha256:{DIGEST}"},
        "record:event/f": {"prov:type": "translation"},
        "record:event/g": {"prov:type": "translation"},
    }


def test_a_document_is_attributed_to_its_authors_and_senders() -> None:
    agents = [{"id": name, "name": name, "kind": "person"} for name in "ab"]
    prov = json.loads(export("prov", record(authors=["a"], sender=["b", "a"], agents=agents)))
    found = [each["prov:agent"] for each in prov["wasAttributedTo"].values()]
    assert found == ["record:agent/a", "record:agent/b"]


def test_only_agents_who_made_or_did_something_are_agents_in_prov() -> None:
    agents = [{"id": name, "name": name, "kind": "person"} for name in ("from", "to", "named")]
    document = exported(
        sender=["from"], recipients=["to"], mentioned_agents=["named"], agents=agents
    )
    assert list(document["agent"]) == ["record:agent/from"]
    for name in ("to", "named"):
        assert document["entity"][f"record:agent/{name}"] == {
            "prov:label": name,
            "prov:type": "person",
        }
