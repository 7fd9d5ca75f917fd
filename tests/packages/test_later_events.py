"""Test the events of a package in PREMIS: before, during and after its packaging."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from archive_pkg.deposits import deposit
from archive_pkg.errors import InvalidError
from archive_pkg.interchange import export
from archive_pkg.packages import build_package, check, sign, verify
from archive_pkg.packages.later_events import load_events, receipts_folder
from archive_pkg.records import Record, load_record
from official import official, xml_schema
from program import Run
from typed import elements, strings

ON = date(2026, 11, 24)
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def values(document: bytes, name: str) -> list[str]:
    return strings(etree.fromstring(document), f"//p:{name}/text()", PREMIS)


def test_an_export_to_premis_contains_the_events_before_and_after_packaging(
    run: Run, letter: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    built = build_package(letter, tmp_path / "out", on=ON).path
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    sign(built, key=key)
    deposit(built, f"ocfl:{tmp_path / 'archive'}")
    assert run("audit", "run", built.parent).returncode == 0
    exported = run("export", built, "--to", "premis")
    assert exported.returncode == 0
    document = exported.stdout.encode()
    assert values(document, "eventType") == [
        "creation",
        "translation",
        "ingestion",
        "validation",
        "message digest calculation",
        "packing",
        "validation",
        "digital signature generation",
        "deposit",
        "fixity check",
    ]
    inside = (built / "metadata/premis.xml").read_bytes()
    assert "deposit" not in values(inside, "eventType")
    root = etree.fromstring(document)
    local = strings(root, "//p:eventType[@authority='local']/text()", PREMIS)
    assert sorted(local) == ["deposit", "translation"]
    assert len(values(document, "eventIdentifierValue")) == len(
        set(values(document, "eventIdentifierValue"))
    )
    agents = set(values(document, "agentIdentifierValue"))
    assert values(document, "agentName").count("archive-pkg") == 1
    for event in elements(root, "//p:event", PREMIS)[-3:]:
        linked = strings(event, ".//p:linkingObjectIdentifierValue/text()", PREMIS)
        assert linked[0] == "1960-07-18-cpsu-to-sed"
        assert len(linked) > 1, "the event has the digests of its objects"
    assert set(values(document, "linkingAgentIdentifierValue")) <= agents
    schema = xml_schema(official("premis") / "premis.xsd", official("premis"))
    schema.assertValid(root)


def test_events_of_a_build_have_digests_of_inputs_and_outputs(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=ON).path
    record = load_record(built / "data/record.json")
    assert all(event.inputs for event in record.events if event.agents == ("archive-pkg",))
    path = built / "data/record.json"
    data = json.loads(path.read_bytes())
    for event in data["events"]:
        if event["type"] == "packing":
            event["outputs"] = [f"sha256:{'0' * 64}"]
    path.write_text(json.dumps(data))
    assert "event-digest-unknown" in {finding.code for finding in verify(built).report}


def test_a_file_without_an_event_in_the_folder_of_events_is_refused(
    letter: Path, tmp_path: Path
) -> None:
    built = build_package(letter, tmp_path / "out", on=ON).path
    folder = receipts_folder(built) / "events"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{}")
    with pytest.raises(InvalidError, match="is not an event"):
        load_events(receipts_folder(built))


def test_an_event_dated_before_its_part_was_made_is_reported(letter: Path) -> None:
    yaml = (letter / "record.yaml").read_text(encoding="utf-8")
    made = "    made_from: [original]\n    made: 1999\n"
    yaml = yaml.replace("    made_from: [original]\n", made, 1).replace(
        "    sources: [original]\n", "    date: 1970\n    sources: [original]\n", 1
    )
    (letter / "record.yaml").write_text(yaml, encoding="utf-8")
    found = [f for f in check(letter) if f.code == "event-before-its-object"]
    assert [f.location.field for f in found] == ["events.translated.date"]
    assert found[0].location.line


def test_ten_thousand_events_of_an_agent_with_a_right_to_left_name_are_exported(
    seed_data: dict[str, Any],
) -> None:
    name = "محمد بن راشد \u2066(ש. עגנון)\u2069"
    data = {
        **seed_data,
        "agents": [*seed_data["agents"], {"id": "a", "name": name, "kind": "person"}],
        "events": [
            {"id": f"e{n}", "type": "fixity check", "agents": ["a"], "objects": ["letter"]}
            for n in range(10_000)
        ],
        "evidence": [e for e in seed_data["evidence"] if not e["field"].startswith("events.")],
    }
    record = Record.model_validate(data)
    document = export("premis", record)
    assert len(values(document, "eventType")) == 10_000
    assert name in values(document, "agentName")
    assert name in json.dumps(json.loads(export("prov", record)), ensure_ascii=False)


@pytest.fixture
def seed_data() -> dict[str, Any]:
    return load_record(Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed").as_json()
