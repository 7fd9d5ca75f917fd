"""A package contains the entries of the register that its record uses."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from archive_pkg.collection import Done, Options, build_many, executor_for, make_collection
from archive_pkg.packages import build_package, check, open_package, verify
from archive_pkg.packages.output_protection import source_mode

DAY = date(2026, 11, 24)
REGISTER = """\
agents:
  - {id: gromyko, name: "Gromyko, Andrei", kind: person, note: Minister.}
  - {id: zorin, name: "Zorin, Valerian", kind: person}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a record that uses a register above it."""
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = tmp_path / "records" / "letter-1"
    made.mkdir(parents=True)
    made.joinpath("record.yaml").write_text(
        "id: letter-1\ntype: letter\ntitle: A letter\nsender: [gromyko]\n"
    )
    return made


def test_a_package_is_complete_without_the_register(folder: Path, tmp_path: Path) -> None:
    built = build_package(folder, tmp_path / "packages", on=DAY)
    (tmp_path / "agents.yaml").unlink()
    assert verify(built.path).ok
    record = open_package(built.path).record
    assert record.agent("gromyko").note == "Minister."
    assert "zorin" not in {agent.id for agent in record.agents}
    assert "from the register of the collection: gromyko." in (record.events[0].detail or "")


def test_the_record_in_a_package_gives_the_same_bytes_without_the_register(
    folder: Path, tmp_path: Path
) -> None:
    first = build_package(folder, tmp_path / "packages", on=DAY).path
    (tmp_path / "agents.yaml").write_text(REGISTER + "# Another comment.\n")
    assert build_package(folder, tmp_path / "packages", on=DAY).outcome == "unchanged"
    tables = first / "data" / "tables" / "agents.csv"
    assert "Gromyko, Andrei" in tables.read_text()


def test_a_register_cannot_complete_the_record_in_a_damaged_package(
    folder: Path, tmp_path: Path
) -> None:
    built = build_package(folder, tmp_path / "packages", on=DAY)
    record = built.path / "data" / "record.json"
    data = json.loads(record.read_text())
    data["agents"] = [agent for agent in data["agents"] if agent["id"] != "gromyko"]
    record.write_text(json.dumps(data))
    assert "record-reference-unknown" in {found.code for found in verify(built.path).report}


def test_an_agent_of_the_register_without_evidence_is_reported_as_unsourced(folder: Path) -> None:
    fields = {one.location.field for one in check(folder).findings if "unsourced" in one.code}
    assert "agents.gromyko" in fields


def test_a_changed_entry_of_the_register_rebuilds_the_package(folder: Path, tmp_path: Path) -> None:
    def outcome() -> str:
        done: list[Done] = []
        build_many(
            [folder],
            make_collection(tmp_path / "out"),
            done.append,
            executor=partial(executor_for, 1),
            options=Options(DAY, replace=True),
        )
        return done[0].outcome

    assert [outcome(), outcome()] == ["built", "unchanged"]
    (tmp_path / "agents.yaml").write_text(REGISTER.replace("Minister.", "Foreign minister."))
    assert outcome() == "replaced"


def test_a_package_is_private_if_the_register_is_private(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").chmod(0o600)
    built = build_package(folder, tmp_path / "packages", on=DAY)
    assert built.path.stat().st_mode & 0o077 == 0
    assert source_mode(folder) & 0o077 == 0
