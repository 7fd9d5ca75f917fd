"""The register of agents: records take from it the agents that they do not describe."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.records import Record, load_record, read_record, save_record
from archive_pkg.records.models import Register
from archive_pkg.records.register_entries import (
    completed,
    remove_register_entries,
    taken_from_register,
)
from archive_pkg.records.saving import upgrade_record
from strategies import records

REGISTER = """\
# The people of our archive.
agents:
  - id: gromyko
    name: Gromyko, Andrei Andreyevich
    kind: person
    born: "1909"
    affiliations: [ministry]
    identifiers: [{scheme: viaf, value: "36921765"}]
  - {id: ministry, name: Ministry of Foreign Affairs, kind: organization}
  - {id: zorin, name: "Zorin, Valerian", kind: person}
  - {id: editor, name: "Doe, Jane", kind: person}
evidence:
  - {field: agents.gromyko, basis: supplied, agent: editor}
"""
LETTER = """\
id: letter-1  # the first
type: letter
title: A letter
sender: [gromyko]
recipients: [ulbricht]
agents:
  # the other one
  - id: ulbricht
    name: Ulbricht, Walter
    kind: person
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a record that uses a register above it."""
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = tmp_path / "records" / "letter-1"
    made.mkdir(parents=True)
    (made / "record.yaml").write_text(LETTER)
    return made


def _change(folder: Path, old: str, new: str) -> None:
    text = (folder / "record.yaml").read_text()
    assert old in text
    (folder / "record.yaml").write_text(text.replace(old, new))


def test_a_record_takes_the_agents_that_it_does_not_describe_from_the_register(
    folder: Path,
) -> None:
    record = load_record(folder)
    assert [agent.id for agent in record.agents] == ["ulbricht", "gromyko", "ministry", "editor"]
    assert record.agent("gromyko").identifiers[0].value == "36921765"
    assert [item.field for item in record.evidence] == ["agents.gromyko"]


def test_an_agent_without_a_name_is_completed_and_keeps_its_own_fields(folder: Path) -> None:
    _change(folder, "  # the other one\n", "  - {id: gromyko, role: Minister, affiliations: []}\n")
    agent = load_record(folder).agent("gromyko")
    assert (agent.name, agent.role) == ("Gromyko, Andrei Andreyevich", "Minister")
    assert agent.affiliations == ()


def test_a_name_that_is_left_empty_comes_from_the_register(folder: Path) -> None:
    _change(folder, "  # the other one\n", "  - id: gromyko\n    name:\n    kind:\n")
    record = load_record(folder)
    assert record.agent("gromyko").kind == "person"
    text = (folder / "record.yaml").read_text()
    save_record(record.model_copy(update={"title": "Another"}), folder)
    assert (folder / "record.yaml").read_text() == text.replace("A letter", "Another")


def test_a_description_in_the_record_takes_precedence_over_the_register(folder: Path) -> None:
    _change(folder, "  # the other one\n", "  - {id: gromyko, name: Gromyko, kind: person}\n")
    record = load_record(folder)
    assert record.agent("gromyko").born is None
    assert record.evidence == ()


@pytest.mark.parametrize(
    ("evidence", "own", "taken"),
    [
        ("agents.gromyko.born", "role: Minister", True),
        ("agents.gromyko.born", "born: '1910'", False),
        ("agents.gromyko.born", "born:", True),
        ("agents.gromyko", "born: '1910'", True),
        ("agents.zorin", "role: Minister", False),
    ],
)
def test_evidence_of_the_register_comes_with_the_values_that_it_supports(
    folder: Path, evidence: str, own: str, taken: bool
) -> None:
    register = folder.parents[1] / "agents.yaml"
    register.write_text(REGISTER.replace("field: agents.gromyko,", f"field: {evidence},"))
    _change(folder, "  # the other one\n", f"  - id: gromyko\n    {own}\n")
    record = load_record(folder)
    assert [one.field for one in record.evidence] == [evidence] * taken
    assert ("editor" in [agent.id for agent in record.agents]) is taken


def test_evidence_in_both_record_and_register_is_listed_once(
    folder: Path,
) -> None:
    own = "{field: agents.gromyko, basis: supplied, agent: editor}"
    text = f"{LETTER}evidence:\n  - {{field: title, basis: supplied, agent: editor}}\n  - {own}\n"
    (folder / "record.yaml").write_text(text)
    record = load_record(folder)
    assert [one.field for one in record.evidence] == ["title", "agents.gromyko"]
    save_record(record.model_copy(update={"title": "Another"}), folder)
    assert (folder / "record.yaml").read_text() == text.replace("A letter", "Another")


def test_agents_without_a_description_in_the_file_come_from_the_register(
    folder: Path,
) -> None:
    _change(folder, "  # the other one\n", "  - {id: gromyko, role: Minister}\n")
    before = yaml.safe_load((folder / "record.yaml").read_text())
    taken = taken_from_register(load_record(folder), before)
    assert taken == ("gromyko", "ministry", "editor")


def test_a_record_in_json_uses_the_register(folder: Path) -> None:
    data = yaml.safe_load((folder / "record.yaml").read_text())
    (folder / "record.json").write_text(json.dumps(data))
    (folder / "record.yaml").unlink()
    record = load_record(folder)
    assert record.agent("gromyko").name.startswith("Gromyko")
    save_record(record.model_copy(update={"title": "Another"}), folder)
    assert json.loads((folder / "record.json").read_text()) == data | {"title": "Another"}


def test_an_agent_in_neither_record_nor_register_gets_a_hint_that_names_the_register(
    folder: Path,
) -> None:
    _change(folder, "[gromyko]", "[podgorny, grommyko]")
    record, report = read_record(folder)
    assert record is None
    assert [(found.location.line, found.hint) for found in report] == [
        (4, f"Add it to agents, here or in {folder.parents[1] / 'agents.yaml'}."),
        (4, "Did you mean gromyko?"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "agents: [gromyko]",
        "agents: [{id: gromyko}, {id: gromyko}]",
        "agents: [{id: gromyko, affiliations: [{a: b}, [c], d]}]",
        "agents: [{id: [gromyko]}, null, {name: x}]",
        "agents: gromyko",
        "evidence: [gromyko, {field: [x]}]",
        "evidence: {}",
        "recipients: {gromyko: zorin}",
    ],
)
def test_a_malformed_record_is_reported_if_there_is_a_register(folder: Path, lines: str) -> None:
    text = LETTER.partition("recipients")[0] + lines + "\n"
    (folder / "record.yaml").write_text(text)
    record, report = read_record(folder)
    assert record is None
    assert 5 in {found.location.line for found in report}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list", "this is not a register of agents"),
        (REGISTER.replace("kind: person", "kind: human", 1), "human"),
        (REGISTER.replace("id: zorin", "id: gromyko"), "agents.0 has the same id gromyko"),
        (REGISTER.replace("[ministry]", "[mid]"), "no agent has the id mid"),
        (REGISTER.replace("agents.gromyko", "agents.kozlov"), "this is evidence for agents.kozlov"),
        (REGISTER + "people: []", "people"),
        (REGISTER + "  - [", ""),
        ("\ufffe\x00", ""),
    ],
)
def test_a_damaged_register_is_reported_with_its_own_path(
    folder: Path, text: str, message: str
) -> None:
    register = folder.parents[1] / "agents.yaml"
    register.write_text(text)
    record, report = read_record(folder)
    assert record is None
    assert {found.location.path for found in report} == {str(register)}
    assert any(message in found.message for found in report)


def test_a_register_that_is_not_needed_is_not_read(folder: Path) -> None:
    (folder.parents[1] / "agents.yaml").write_text("[")
    _change(folder, "sender: [gromyko]\n", "")
    assert load_record(folder).id == "letter-1"


def test_a_register_that_every_user_can_write_to_is_refused(folder: Path) -> None:
    (folder.parents[1] / "agents.yaml").chmod(0o666)
    with pytest.raises(StorageError, match=r"every user .* can write to it") as caught:
        load_record(folder)
    assert "chmod o-w" in caught.value.hint


def test_a_register_of_another_user_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive_pkg.storage.trusted_files.is_ours", lambda status: False)
    if os.getuid() == 0:
        os.chown(folder.parents[1] / "agents.yaml", 12345, 12345)
    with pytest.raises(StorageError, match="belongs to another user"):
        load_record(folder)


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_a_register_in_a_trusted_folder_is_used_even_if_others_can_write_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    shared = folder.parents[1]
    monkeypatch.setattr("archive_pkg.storage.trusted_files.is_ours", lambda status: False)
    if os.getuid() == 0:
        os.chown(shared / "agents.yaml", 12345, 12345)
    shared.chmod(mode)
    (shared / "agents.yaml").chmod(mode)
    trusted = os.pathsep.join(["", "relative", str(shared.parent / "other"), str(shared)])
    monkeypatch.setenv("ARCHIVE_PKG_TRUST", trusted)
    assert load_record(folder).agent("gromyko").kind == "person"
    monkeypatch.setenv("ARCHIVE_PKG_TRUST", str(shared / "records" / ".."))
    assert load_record(folder).agent("gromyko").kind == "person"


def test_a_register_of_another_user_is_refused_and_the_hint_says_how_to_trust_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = folder.parents[1]
    monkeypatch.setattr("archive_pkg.storage.trusted_files.is_ours", lambda status: False)
    monkeypatch.setenv("ARCHIVE_PKG_TRUST", f"{shared}-not{os.pathsep}.")
    if os.getuid() == 0:
        os.chown(shared / "agents.yaml", 12345, 12345)
    with pytest.raises(StorageError, match="belongs to another user") as caught:
        load_record(folder)
    assert f"set ARCHIVE_PKG_TRUST={shared}" in caught.value.hint


def test_a_register_in_a_folder_open_to_all_is_reported_if_an_agent_is_missing(
    folder: Path,
) -> None:
    shared = folder.parents[1]
    shared.chmod(0o777)
    record, report = read_record(folder)
    assert record is None
    (found,) = (found for found in report if found.code == "record-register-ignored")
    assert f"{shared / 'agents.yaml'} is not used" in found.message
    assert f"ARCHIVE_PKG_TRUST={shared}" in found.hint
    _change(folder, "sender: [gromyko]\n", "no: field\n")
    assert "record-register-ignored" not in {found.code for found in read_record(folder)[1]}


def test_a_register_that_is_a_link_is_refused(folder: Path) -> None:
    register = folder.parents[1] / "agents.yaml"
    register.rename(register.with_name("elsewhere.yaml"))
    register.symlink_to("elsewhere.yaml")
    with pytest.raises(StorageError, match="link"):
        load_record(folder)


def test_saving_copies_nothing_from_the_register(folder: Path) -> None:
    record = load_record(folder)
    save_record(record.model_copy(update={"title": "Another"}), folder)
    assert (folder / "record.yaml").read_text() == LETTER.replace("A letter", "Another")


def test_saving_writes_only_the_fields_that_differ_from_the_register(folder: Path) -> None:
    record = load_record(folder)
    changed = record.agent("gromyko").model_copy(update={"role": "Minister"})
    others = [agent for agent in record.agents if agent.id != "gromyko"]
    save_record(record.model_copy(update={"agents": (*others, changed)}), folder)
    assert "  - id: gromyko\n    role: Minister\n" in (folder / "record.yaml").read_text()
    assert load_record(folder).agent("gromyko") == changed


@pytest.mark.parametrize(
    "changes",
    [
        {"born": None},
        {"affiliations": ()},
        {"identifiers": ()},
        {"name": "Gromyko"},
        {"born": None, "name": "Gromyko"},
    ],
)
def test_saving_writes_a_description_that_contradicts_the_register(
    folder: Path, changes: dict[str, Any]
) -> None:
    record = load_record(folder)
    changed = record.agent("gromyko").model_copy(update=changes)
    others = [agent for agent in record.agents if agent.id != "gromyko"]
    save_record(record.model_copy(update={"agents": (*others, changed)}), folder)
    assert load_record(folder).agent("gromyko") == changed


def test_saving_keeps_an_agent_of_the_register_that_the_record_no_longer_uses(folder: Path) -> None:
    record = load_record(folder)
    save_record(record.model_copy(update={"sender": ()}), folder)
    assert "  - id: gromyko\n" in (folder / "record.yaml").read_text()
    assert load_record(folder).agent("gromyko") == record.agent("gromyko")


def test_upgrading_copies_nothing_from_the_register(folder: Path) -> None:
    before = LETTER + "format: 2\nholding: {repository: Archive}\n"
    (folder / "record.yaml").write_text(before)
    assert upgrade_record(folder)
    assert "gromyko\n" not in (folder / "record.yaml").read_text()


@given(records(), st.data())
@settings(max_examples=20)
def test_moving_agents_into_a_register_does_not_change_the_record(
    record: Record, data: st.DataObject
) -> None:
    full = record.model_dump(mode="json", exclude_defaults=True)
    moved = data.draw(st.sets(st.sampled_from([one.id for one in record.agents] or [""])))
    # An entry can only name other entries.
    for agent in record.agents:
        if agent.id in moved:
            moved |= {*agent.affiliations}
    for _ in record.agents:
        moved |= {key for one in record.agents if one.id in moved for key in one.affiliations}
    entries = [one for one in full.get("agents", ()) if one["id"] in moved]
    register = Register.model_validate({"agents": entries})
    left: dict[str, Any] = {**full}
    left["agents"] = [
        {"id": one["id"]} if one["id"] in moved else one for one in full.get("agents", ())
    ]
    loaded = Record.model_validate(completed(left, register))
    assert loaded == record
    dump = record.model_dump(mode="json", exclude_defaults=True)
    remove_register_entries(record, left, register, dump)
    assert dump.get("agents", []) == left["agents"]


def test_load_record_raises_for_a_damaged_register(folder: Path) -> None:
    (folder.parents[1] / "agents.yaml").write_text("agents: 3")
    with pytest.raises(InvalidError, match=r"agents\.yaml"):
        load_record(folder)
