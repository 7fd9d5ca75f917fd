"""The agents of a collection: listing, checking, merging and splitting them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive_pkg.collection.agents import agent_collection, check_agents, merge, split, summaries
from archive_pkg.collection.bulk.searching import unheard
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.records import Record, load_record, save_record
from archive_pkg.reports import Report
from program import Run
from strategies import records

RECORD = """\
# Letter {number}
id: letter-{number}
type: letter
title: Letter {number}
sender: [{agent}]  # the minister
agents:
  - id: {agent}
    name: {name}  # as in the catalogue
    kind: person
    role: Minister {number}
    {more}
evidence:
  - field: agents.{agent}.name
    basis: inferred
    rule: test
"""
REGISTER = """\
# Our people
agents:
  - id: gromyko  # the minister
    name: Gromyko, Andrei
    kind: person
  # Nobody yet
  - {id: a-gromyko, name: "Gromyko, A. A.", kind: person, born: "1909", affiliations: [ministry]}
  - {id: ministry, name: Ministry, kind: organization}
evidence:
  - {field: agents.a-gromyko.born, basis: supplied, agent: ministry}
"""


def letter(folder: Path, number: int, agent: str = "gromyko", **more: str) -> Path:
    made = folder / "records" / f"letter-{number}"
    made.mkdir(parents=True)
    words = {"name": "Gromyko, Andrei", "more": "note: A note."} | more
    text = RECORD.format(number=number, agent=agent, **words)
    (made / "record.yaml").write_text(text)
    return made


def bare(folder: Path, number: int, agent: str) -> Path:
    """Write a record that takes its sender from the register."""
    made = folder / "records" / f"letter-{number}"
    made.mkdir(parents=True)
    text = f"id: letter-{number}\ntype: letter\ntitle: A\nsender: [{agent}]\n"
    (made / "record.yaml").write_text(text)
    return made


def tree(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*.yaml")}


def merged(folder: Path, keep: str, *others: str, **options: bool) -> list[str]:
    changes = merge(agent_collection(folder), keep, others, **options)
    changes.write()
    return [path.parent.name for path in changes.paths]


def result(run: Run, *words: object) -> tuple[int, dict[str, Any]]:
    done = run("agents", *words, "--json")
    return done.returncode, json.loads(done.stdout)["results"][0]


def said(record: Record) -> tuple[Any, ...]:
    """Return what a record says, without the order of agents from a register."""
    agents = {agent.id: agent for agent in record.agents}
    return record.model_copy(update={"agents": ()}), agents


def test_forty_descriptions_of_one_minister_become_one_entry(tmp_path: Path) -> None:
    letters = [letter(tmp_path, number) for number in range(1, 41)]
    before = [load_record(path) for path in letters]
    assert len(merged(tmp_path, "gromyko")) == 41
    entry = "  - id: gromyko\n    name: Gromyko, Andrei\n    kind: person\n"
    assert (tmp_path / "agents.yaml").read_text() == f"agents:\n{entry}"
    assert [load_record(path) for path in letters] == before
    text = (letters[6] / "record.yaml").read_text()
    assert text.startswith("# Letter 7\n")
    assert "  - id: gromyko\n    role: Minister 7\n    note: A note.\nevidence:" in text
    assert merged(tmp_path, "gromyko") == []


@pytest.mark.parametrize("text", ["# Our people\n", "# Our people\nagents: []\n"])
def test_an_empty_register_gets_entries_and_keeps_its_comment(tmp_path: Path, text: str) -> None:
    (tmp_path / "agents.yaml").write_text(text)
    made = letter(tmp_path, 1)
    before = load_record(made)
    merged(tmp_path, "gromyko")
    assert (tmp_path / "agents.yaml").read_text().startswith("# Our people\n")
    assert load_record(made) == before


def test_a_merge_leaves_records_in_their_format(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = bare(tmp_path, 1, "a-gromyko")
    text = (made / "record.yaml").read_text() + "format: 2\nholding: {repository: A}\n"
    (made / "record.yaml").write_text(text)
    merged(tmp_path, "gromyko", "a-gromyko")
    assert (made / "record.yaml").read_text() == text.replace("a-gromyko", "gromyko")


def test_merging_two_entries_changes_all_records_and_keeps_comments(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    first, second = bare(tmp_path, 1, "gromyko"), bare(tmp_path, 2, "a-gromyko")
    assert merged(tmp_path, "gromyko", "a-gromyko") == [tmp_path.name, "letter-2"]
    text = (tmp_path / "agents.yaml").read_text()
    assert "a-gromyko" not in text
    assert "# Our people" in text
    assert "  - id: gromyko  # the minister\n" in text
    for path in (first, second):
        record = load_record(path)
        assert record.sender == ("gromyko",)
        assert record.agent("gromyko").born is not None
        assert record.agent("gromyko").affiliations == ("ministry",)
        assert [one.field for one in record.evidence] == ["agents.gromyko.born"]


def test_every_reference_to_a_merged_agent_changes(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = bare(tmp_path, 1, "a-gromyko")
    with (made / "record.yaml").open("a") as file:
        file.write(
            "recipients: [gromyko, a-gromyko]\n"
            "participants: [{agent: a-gromyko}]\n"
            "donor: a-gromyko\n"
            "agents: [{id: a-gromyko, role: Minister}]\n"
            "events: [{id: e, type: creation, agents: [a-gromyko]}]\n"
            "evidence:\n- {field: agents.0.role, basis: supplied, agent: a-gromyko}\n"
        )
    merged(tmp_path, "gromyko", "a-gromyko")
    assert "a-gromyko" not in (made / "record.yaml").read_text()
    record = load_record(made)
    assert record.recipients == ("gromyko",)
    assert record.evidence[0].field == "agents.gromyko.role"


def test_a_dry_run_shows_the_changes_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    letter(tmp_path, 1)
    letter(tmp_path, 2, "a-gromyko", name="Gromyko, A.")
    before = tree(tmp_path)
    words = ("agents", "merge", "gromyko", "a-gromyko", "--register", tmp_path)
    done = run(*words, "--dry-run")
    assert done.returncode == 0
    assert "name “Gromyko, A.” is dropped, “Gromyko, Andrei” stays" in done.stdout
    assert "\n+sender: [gromyko]  # the minister\n" in done.stdout
    assert "would change 3 files" in done.stdout
    assert tree(tmp_path) == before
    assert "changed 3 files" in run(*words).stdout


@pytest.mark.parametrize("more", ["born: 1909", "identifiers: [{scheme: viaf, value: '1'}]"])
def test_descriptions_that_contradict_each_other_are_not_merged(tmp_path: Path, more: str) -> None:
    letter(tmp_path, 1, more=more)
    letter(tmp_path, 2, "a-gromyko", more=more.replace("1909", "1910").replace("'1'", "'2'"))
    before = tree(tmp_path)
    with pytest.raises(InvalidError, match="contradict") as caught:
        merged(tmp_path, "gromyko", "a-gromyko")
    [found] = caught.value.report
    assert found.location.path.endswith("letter-2/record.yaml")
    assert tree(tmp_path) == before
    merged(tmp_path, "gromyko", "a-gromyko", keep_first=True)
    text = (tmp_path / "agents.yaml").read_text()
    assert "1910" not in text
    assert "2" not in text


def test_evidence_for_a_dropped_name_keeps_the_name(tmp_path: Path) -> None:
    letter(tmp_path, 1)
    second = letter(tmp_path, 2, name="Gromyko, A.")
    merged(tmp_path, "gromyko")
    record = load_record(second)
    assert record.agent("gromyko").name == "Gromyko, Andrei"
    assert record.evidence[0].value == "Gromyko, A."


def test_nothing_is_merged_while_a_record_is_not_valid(tmp_path: Path) -> None:
    letter(tmp_path, 1)
    broken = letter(tmp_path, 2)
    (broken / "record.yaml").write_text("id: [\n")
    before = tree(tmp_path)
    with pytest.raises(InvalidError, match=r"1 record .* cannot be read, so nothing was changed"):
        merged(tmp_path, "gromyko")
    assert tree(tmp_path) == before


def test_two_participants_of_the_same_record_are_not_merged(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = bare(tmp_path, 1, "gromyko")
    with (made / "record.yaml").open("a") as file:
        file.write("participants: [{agent: gromyko}, {agent: a-gromyko}]\n")
    before = tree(tmp_path)
    with pytest.raises(InvalidError, match="would not be valid, so nothing was changed"):
        merged(tmp_path, "gromyko", "a-gromyko")
    assert tree(tmp_path) == before


def test_records_stay_valid_when_a_merge_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    letters = [bare(tmp_path, 1, "a-gromyko"), bare(tmp_path, 2, "a-gromyko")]
    changes = merge(agent_collection(tmp_path), "gromyko", ["a-gromyko"])
    for change in changes.files:
        change.write()
        assert all(load_record(path).sender for path in letters)
    assert merged(tmp_path, "gromyko") == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    made = letter(tmp_path, 1)
    changes = merge(agent_collection(tmp_path), "gromyko", [])
    with (made / "record.yaml").open("a") as file:
        file.write("# Added.\n")
    with pytest.raises(StorageError, match="changed by another program"):
        changes.write()
    assert "# Added." in (made / "record.yaml").read_text()
    merged(tmp_path, "gromyko")
    assert "# Added." in (made / "record.yaml").read_text()


def test_merging_undoes_a_split(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    bare(tmp_path, 1, "gromyko")
    second, third = bare(tmp_path, 2, "gromyko"), letter(tmp_path, 3)
    merged(tmp_path, "gromyko")
    before = {path: said(load_record(path)) for path in (second, third)}
    text = (third / "record.yaml").read_text()
    split(agent_collection(tmp_path), "gromyko", "other", [second, third / "record.yaml"]).write()
    assert load_record(second).agent("other").name == "Gromyko, Andrei"
    assert "[gromyko]" in (tmp_path / "records/letter-1/record.yaml").read_text()
    assert "gromyko" not in (third / "record.yaml").read_text()
    merged(tmp_path, "gromyko", "other")
    assert {path: said(load_record(path)) for path in (second, third)} == before
    assert (third / "record.yaml").read_text() == text


@pytest.mark.parametrize(
    ("name", "new", "record", "message"),
    [
        ("gromyko", "ministry", "letter-1", "already has the id ministry"),
        ("gromyko", "x y", "letter-1", "x y cannot be an id"),
        ("grommyko", "other", "letter-1", "has an agent grommyko"),
        ("ministry", "other", "letter-1", "does not refer to ministry"),
        ("gromyko", "other", "letter-9", "is not a record"),
    ],
)
def test_impossible_splits_are_refused_with_the_reason(
    tmp_path: Path, name: str, new: str, record: str, message: str
) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    bare(tmp_path, 1, "gromyko")
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=message):
        split(agent_collection(tmp_path), name, new, [tmp_path / "records" / record])
    assert tree(tmp_path) == before


def test_an_affiliation_between_two_merged_agents_disappears(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    bare(tmp_path, 1, "a-gromyko")
    merged(tmp_path, "a-gromyko", "ministry", keep_first=True)
    assert agent_collection(tmp_path).entries["a-gromyko"].affiliations == ()


@given(records(), st.data(), st.sampled_from(["yaml", "json", "crlf", "bom"]))
@settings(max_examples=5, deadline=None)
def test_moving_and_splitting_any_agents_can_be_undone(
    record: Record, data: st.DataObject, form: str
) -> None:
    assume(record.agents)
    chosen = data.draw(st.lists(st.sampled_from(record.agents), min_size=1, unique=True))
    with TemporaryDirectory() as folder:
        file = Path(folder, record.id, "record.json" if form == "json" else "record.yaml")
        file.parent.mkdir()
        save_record(record, file)
        text = file.read_text()
        text = "\ufeff" + text if form == "bom" else text
        file.write_text(text, newline="\r\n" if form == "crlf" else "\n")
        for agent in chosen:
            merged(Path(folder), agent.id)
        assert load_record(file) == record
        before = file.read_bytes()
        with suppress(UsageError):  # the record does not refer to the agent
            split(agent_collection(folder), chosen[0].id, "another-one", [file]).write()
            merged(Path(folder), chosen[0].id, "another-one")
        assert load_record(file) == record
        assert file.read_bytes() == before


def test_unknown_and_repeated_agents_are_not_merged(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    with pytest.raises(UsageError, match="has an agent grommyko") as caught:
        merged(tmp_path, "gromyko", "grommyko")
    assert caught.value.hint == "Did you mean gromyko?"
    made = letter(tmp_path, 1)
    text = (made / "record.yaml").read_text()
    (made / "record.yaml").write_text(text.replace("agents.gromyko.name", "agents.0.name"))
    with pytest.raises(UsageError, match="has an agent 0"):  # the number of an item is not an id
        merged(tmp_path, "0")
    with pytest.raises(UsageError, match="with itself"):
        merged(tmp_path, "gromyko", "gromyko")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_id_of_a_merge_must_belong_to_an_agent(tmp_path: Path, place: int) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    names = ["gromyko", "a-gromyko"]
    names.insert(place, "zorin")
    with pytest.raises(UsageError, match="has an agent zorin") as caught:
        merged(tmp_path, *names)
    assert caught.value.hint == "List them: archive-pkg agents list"


@pytest.mark.parametrize("keep", ["gromyko", "zorin"])
def test_agents_that_only_records_describe_can_be_merged(tmp_path: Path, keep: str) -> None:
    letter(tmp_path, 1)
    letter(tmp_path, 2, "zorin")
    merged(tmp_path, keep, "zorin" if keep == "gromyko" else "gromyko")
    assert [*agent_collection(tmp_path).entries] == [keep]


def registered(folder: Path, *entries: str, evidence: str = "") -> Path:
    """Write a register of persons and others, and return its file."""
    file = folder / "agents.yaml"
    full = (entry if "kind" in entry else f"{entry}, kind: person" for entry in entries)
    listed = "".join(f"  - {{{entry}}}\n" for entry in full)
    file.write_text(f"agents:\n{listed}" + (f"evidence:\n  - {evidence}\n" if evidence else ""))
    return file


def checked(folder: Path) -> list[tuple[str, str, str]]:
    """Return the code, location and message of each finding about agents."""
    invalid = Report()
    _, report = check_agents(agent_collection(folder), invalid, unheard)
    assert not invalid
    found = []
    for one in report:
        at = Path(one.location.path)
        place = at.name if at.name == "agents.yaml" else at.parent.name
        found.append((one.code, place, one.message.replace(f"{folder}/records/", "")))
    return found


def test_two_agents_of_a_record_are_merged_unless_their_fields_differ(tmp_path: Path) -> None:
    made = letter(tmp_path, 1)
    text = (made / "record.yaml").read_text()
    second = "  - {id: zorin, name: 'Gromyko, Andrei', kind: person, as_written: G.}\nevidence:"
    both = text.replace("evidence:", second).replace("[gromyko]", "[gromyko, zorin]")
    (made / "record.yaml").write_text(both)
    merged(tmp_path, "gromyko", "zorin")
    [agent] = load_record(made).agents
    assert (agent.role, agent.as_written, agent.note) == ("Minister 1", "G.", "A note.")
    (tmp_path / "agents.yaml").unlink()
    (made / "record.yaml").write_text(both.replace("as_written: G.", "role: Envoy, note: Ours."))
    with pytest.raises(InvalidError, match="letter-1 has two agents that differ in role and note"):
        merged(tmp_path, "gromyko", "zorin")


def test_a_merge_leaves_other_agents_in_their_record(tmp_path: Path) -> None:
    made = letter(tmp_path, 1)
    text = (made / "record.yaml").read_text()
    other = "  - {id: zorin, name: Zorin, kind: person, born: '1902'}\nevidence:"
    (made / "record.yaml").write_text(text.replace("evidence:", other))
    merged(tmp_path, "gromyko")
    [entry] = agent_collection(tmp_path).register.agents
    assert (entry.name, entry.born) == ("Gromyko, Andrei", None)
    assert load_record(made).agent("zorin").name == "Zorin"


def test_a_part_with_the_id_of_an_agent_does_not_refer_to_it(tmp_path: Path) -> None:
    registered(tmp_path, "id: a, name: A, affiliations: [b]", "id: b, name: B")
    file = bare(tmp_path, 1, "a") / "record.yaml"
    parts = "parts: [{id: b, kind: original, held: false}]\n"
    file.write_text(file.read_text() + parts + "events: [{id: e, type: creation, objects: [b]}]\n")
    assert [agent.id for agent in load_record(file).agents] == ["a", "b"]
    with pytest.raises(UsageError, match="does not refer to b"):
        split(agent_collection(tmp_path), "b", "c", [file])


def test_a_record_in_json_uses_the_merged_entry(tmp_path: Path) -> None:
    made = letter(tmp_path, 1)
    before = load_record(made)
    (made / "record.yaml").unlink()
    save_record(before, made / "record.json")
    merged(tmp_path, "gromyko")
    data = json.loads((made / "record.json").read_text())
    assert data["agents"] == [{"id": "gromyko", "role": "Minister 1", "note": "A note."}]
    assert load_record(made) == before


def test_the_merged_entry_has_all_that_both_entries_state(tmp_path: Path) -> None:
    file = registered(
        tmp_path,
        "id: a, name: A, affiliations: [c], as_written: A.",
        "id: b, name: B, affiliations: [d], as_written: B., role: Envoy, died: '1990'",
        "id: c, name: C",
        "id: d, name: D, affiliations: [b]",
    )
    merged(tmp_path, "a", "b")
    first, *others = agent_collection(tmp_path).register.agents
    assert (first.name, first.as_written, first.role) == ("A", "A.", "Envoy")
    assert first.affiliations == ("c", "d")
    assert [one.id for one in others] == ["c", "d"]
    assert others[1].affiliations == ("a",)
    merged(tmp_path, "a", "c", "d")
    assert "affiliations" not in file.read_text()  # neither a link to itself nor an empty list


def test_evidence_that_states_a_value_keeps_the_value(tmp_path: Path) -> None:
    letter(tmp_path, 1)
    second = letter(tmp_path, 2, name="Gromyko, A.")
    text = (second / "record.yaml").read_text()
    (second / "record.yaml").write_text(text + "    value: Gromyko A\n")
    merged(tmp_path, "gromyko")
    assert [one.value for one in load_record(second).evidence] == ["Gromyko A"]


def test_a_split_copies_the_evidence_of_the_entry(tmp_path: Path) -> None:
    evidence = "{field: agents.a.born, basis: supplied, agent: b}"
    registered(tmp_path, "id: a, name: A, born: '1900'", "id: b, name: B", evidence=evidence)
    made = bare(tmp_path, 1, "a")
    split(agent_collection(tmp_path), "a", "c", [made]).write()
    register = agent_collection(tmp_path).register
    assert [one.field for one in register.evidence] == ["agents.a.born", "agents.c.born"]
    assert [one.field for one in load_record(made).evidence] == ["agents.c.born"]
    split(agent_collection(tmp_path), "c", "d", [made]).write()
    assert load_record(made).agent("d").born == register.agents[0].born


def test_the_diff_has_the_lines_of_each_file_that_changes(tmp_path: Path) -> None:
    file = registered(tmp_path, "id: a, name: A", "id: b, name: B")
    made = bare(tmp_path, 1, "b") / "record.yaml"
    made.write_text(made.read_text().rstrip())  # no line ending at the end
    assert merge(agent_collection(tmp_path), "a", ["b"]).diff == (
        f"--- {made}\n+++ {made}\n@@ -1,4 +1,4 @@\n id: letter-1\n type: letter\n title: A\n"
        "-sender: [b]\n+sender: [a]\n"
        f"--- {file}\n+++ {file}\n@@ -1,3 +1,2 @@\n agents:\n"
        "   - {id: a, name: A, kind: person}\n-  - {id: b, name: B, kind: person}\n"
    )


@pytest.mark.parametrize("name", ["people.yaml", "elsewhere/agents.yaml", "agents.yaml/x"])
def test_a_register_needs_its_usual_name_and_an_existing_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match=f"{name} cannot be a register"):
        agent_collection(tmp_path / name)


def test_a_folder_with_two_records_is_reported(tmp_path: Path) -> None:
    made = letter(tmp_path, 1)
    (made / "record.json").write_text("{}")
    invalid = Report()
    assert not [*agent_collection(tmp_path).records(invalid)]
    assert len(invalid.errors) == 1
    with pytest.raises(InvalidError, match="1 record of the collection cannot be read"):
        merged(tmp_path, "gromyko")


def test_the_summary_counts_records_that_use_and_describe_an_agent(tmp_path: Path) -> None:
    registered(tmp_path, "id: gromyko, name: 'Gromyko, Andrei'")
    first = letter(tmp_path, 1)
    role = bare(tmp_path, 2, "gromyko") / "record.yaml"
    role.write_text(role.read_text() + "agents: [{id: gromyko, role: Envoy}]\n")
    bare(tmp_path, 3, "gromyko")
    letter(tmp_path, 4, "zorin", name="Zorin")
    known, report = summaries(agent_collection(tmp_path), Report(), unheard)
    assert not report
    assert {
        name: (one.registered, one.used, [file.parent.name for file in one.described])
        for name, one in known.items()
    } == {"gromyko": (True, 3, [first.name]), "zorin": (False, 1, ["letter-4"])}


def test_descriptions_that_could_be_in_the_register_are_counted(tmp_path: Path) -> None:
    registered(tmp_path, "id: a, name: A")
    letter(tmp_path, 1, "a", name="A")
    letter(tmp_path, 2, "b", name="B")
    letter(tmp_path, 3, "b", name="B")
    letter(tmp_path, 4, "c", name="C")
    assert checked(tmp_path) == [
        ("agent-described-again", "agents.yaml", "1 record describes a; the register does, too"),
        ("agent-described-again", "agents.yaml", "2 records describe b; the register does not"),
    ]


def test_a_description_is_compared_with_the_register_or_the_first_record(tmp_path: Path) -> None:
    registered(tmp_path, "id: a, name: A, name_parts: {family: A, given: B}, born: 1900-02")
    letter(tmp_path, 1, "a", name="A", more="born: 1901-03")
    born = "born: {edtf: 1900-02, as_written: II. 1900}"
    letter(tmp_path, 2, "a", name="A", more=f"name_parts: {{family: A, given: C}}\n    {born}")
    letter(tmp_path, 3, "b", name="B")
    last = letter(tmp_path, 4, "b", name="C") / "record.yaml"
    also = "  - {id: a, name: A, kind: family}\nevidence:"
    last.write_text(last.read_text().replace("evidence:", also))
    assert [one for one in checked(tmp_path) if one[0] == "agent-differs"] == [
        (
            "agent-differs",
            "letter-1",
            "born of a is “1901-03” here, but “1900-02” in the register",
        ),
        ("agent-differs", "letter-2", "name_parts of a is “A, C” here, but “A, B” in the register"),
        (
            "agent-differs",
            "letter-4",
            "name of b is “C” here, but “B” in letter-3/record.yaml",
        ),
        ("agent-differs", "letter-4", "kind of a is “family” here, but “person” in the register"),
    ]


def test_dates_agree_if_one_contains_the_other(tmp_path: Path) -> None:
    registered(tmp_path, "id: a, name: A, born: '1909'")
    for number, born in enumerate(["1909-07-18", "190X", "1909-07", "1909-08"], 1):
        letter(tmp_path, number, "a", name="A", more=f"born: '{born}'")
    assert [one for one in checked(tmp_path) if one[0] == "agent-differs"] == [
        (
            "agent-differs",
            "letter-4",
            "born of a is “1909-08” here, but “1909-07-18” in letter-1/record.yaml",
        )
    ]


@pytest.mark.parametrize("born", [("1909", "1909-07-18"), ("1909-07-18", "1909")])
def test_merged_agents_have_the_more_exact_date(tmp_path: Path, born: tuple[str, str]) -> None:
    for number, (name, date) in enumerate(zip(["gromyko", "a-gromyko"], born, strict=True)):
        letter(tmp_path, number, name, more=f"born: '{date}'")
    merged(tmp_path, "gromyko", "a-gromyko")
    [entry] = agent_collection(tmp_path).register.agents
    assert entry.born is not None
    assert entry.born.words == "1909-07-18"


@pytest.mark.parametrize("known", [False, True])
def test_versions_of_a_program_are_compared_with_the_register_only(
    tmp_path: Path, known: bool
) -> None:
    if known:
        registered(tmp_path, "id: ocr, name: OCR, kind: software, version: '1'")
    for number in (1, 2):
        made = letter(tmp_path, number, "ocr", name="OCR", more=f"version: '{number}'")
        text = (made / "record.yaml").read_text().replace("kind: person", "kind: software")
        (made / "record.yaml").write_text(text)
    found = [one[1] for one in checked(tmp_path) if one[0] == "agent-differs"]
    assert found == ["letter-2"] * known


def test_agents_that_may_be_the_same_are_reported_where_the_second_is_described(
    tmp_path: Path,
) -> None:
    registered(tmp_path, "id: a, name: A", "id: b, name: a")
    bare(tmp_path, 1, "a")
    bare(tmp_path, 2, "b")
    letter(tmp_path, 3, "c", name="A  ")
    same = [one[1:] for one in checked(tmp_path) if one[0] == "agent-twice"]
    assert same == [
        ("agents.yaml", "a and b may be the same agent: both have the name a"),
        ("letter-3", "a and c may be the same agent: both have the name A"),
        ("letter-3", "b and c may be the same agent: both have the name A"),
    ]


def test_a_split_refuses_a_new_id_that_a_record_uses(tmp_path: Path) -> None:
    made = bare(tmp_path, 1, "gromyko")
    (tmp_path / "agents.yaml").write_text(REGISTER)
    other = letter(tmp_path, 2, "zorin")
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=r"letter-2/record\.yaml already uses the id zorin"):
        split(agent_collection(tmp_path), "gromyko", "zorin", [made])
    assert tree(tmp_path) == before
    split(agent_collection(tmp_path), "zorin", "orlin", [other]).write()
    assert load_record(other).sender == ("orlin",)


@pytest.mark.parametrize("scheme", ["url", "local"])
def test_an_agent_can_have_several_urls_and_local_identifiers(tmp_path: Path, scheme: str) -> None:
    value = "https://example.org/{}" if scheme == "url" else "ours {}"
    for number in (1, 2, 3):
        item = f"{{scheme: {scheme}, value: '{value.format(number % 2)}'}}"
        letter(tmp_path, number, more=f"identifiers: [{item}]")
    merged(tmp_path, "gromyko")
    entry = agent_collection(tmp_path).entries["gromyko"]
    assert [one.value for one in entry.identifiers] == [value.format(1), value.format(0)]


def test_the_list_counts_records_that_use_and_describe_each_agent(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    bare(tmp_path, 1, "gromyko")
    letter(tmp_path, 2, "zorin", name="Zorin")
    code, found = result(run, "list", "--register", tmp_path)
    assert code == 0
    rows = {row["id"]: (row["registered"], row["used"]) for row in found["agents"]}
    assert rows == {
        "a-gromyko": (True, 0),
        "gromyko": (True, 1),
        "ministry": (True, 0),
        "zorin": (False, 1),
    }
    done = run("agents", "list", "--register", tmp_path)
    assert "zorin: Zorin; used by 1 record, described in 1 record\n" in done.stdout


def test_the_check_reports_differences_and_duplicates(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    letter(tmp_path, 1, "a-gromyko", name="Gromyko, A. A.", more="born: 1910")
    letter(tmp_path, 2, "gromyko-2")
    code, found = result(run, "check", "--register", tmp_path)
    assert code == 0
    assert [(one["code"], one["location"]["field"]) for one in found["findings"]] == [
        ("agent-differs", "agents.a-gromyko.born"),
        ("agent-twice", "agents.gromyko-2"),
        ("agent-unused", "agents.gromyko"),
        ("agent-described-again", "agents.a-gromyko"),
        ("agent-unused", "agents.ministry"),
    ]
    assert found["findings"][0]["location"]["line"] == 11


def test_the_check_compares_identifiers_and_dates(run: Run, tmp_path: Path) -> None:
    letter(tmp_path, 1, "a", name="A", more="identifiers: [{scheme: viaf, value: '1'}]")
    letter(tmp_path, 2, "b", name="B", more="identifiers: [{scheme: viaf, value: '1'}]")
    letter(tmp_path, 3, "c", name="A", more="born: 1900")
    letter(tmp_path, 4, "d", name="A", more="born: 1901")
    _, found = result(run, "check", "--register", tmp_path)
    twice = [one["message"] for one in found["findings"] if one["code"] == "agent-twice"]
    assert twice == [
        "a and b may be the same agent: both have viaf 1",
        "a and c may be the same agent: both have the name A",
        "a and d may be the same agent: both have the name A",
    ]


def test_two_agents_with_the_same_identifier_are_reported_even_if_their_dates_differ(
    tmp_path: Path,
) -> None:
    more = "identifiers: [{{scheme: {}, value: '1'}}]\n    born: {}"
    letter(tmp_path, 1, "a", name="A", more=more.format("viaf", 1900))
    letter(tmp_path, 2, "b", name="B", more=more.format("viaf", 1901))
    letter(tmp_path, 3, "c", name="C", more=more.format("local", 1902))
    letter(tmp_path, 4, "d", name="D", more=more.format("local", 1902))
    _, report = check_agents(agent_collection(tmp_path), Report(), unheard)
    assert [one.message for one in report] == [
        "a and b may be the same agent: both have viaf 1",
    ]


def test_records_that_are_not_valid_are_reported_and_the_others_listed(
    run: Run, tmp_path: Path
) -> None:
    letter(tmp_path, 1)
    (letter(tmp_path, 2) / "record.yaml").write_text("id: [\n")
    done = run("agents", "list", "--register", tmp_path, "--json")
    assert done.returncode == 3
    first, second = json.loads(done.stdout)["results"]
    assert [row["id"] for row in first["agents"]] == ["gromyko"]
    assert second["path"].endswith("letter-2/record.yaml")


def test_a_damaged_register_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER + "  - {field: agents.zorin, basis: x}\n")
    done = run("agents", "check", "--register", tmp_path)
    assert done.returncode == 3
    assert "agents.yaml:11" in done.stdout + done.stderr


def test_a_folder_that_everyone_can_write_to_gets_no_register(tmp_path: Path) -> None:
    letter(tmp_path, 1)
    tmp_path.chmod(0o777)
    with pytest.raises(StorageError, match="every user"):
        merged(tmp_path, "gromyko")


def test_the_register_is_found_above_the_working_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    made = bare(tmp_path, 1, "gromyko")
    monkeypatch.chdir(made)
    code, found = result(run, "list")
    assert (code, found["path"]) == (0, str(tmp_path / "agents.yaml"))


def test_records_below_another_register_are_left_alone(tmp_path: Path) -> None:
    letter(tmp_path, 1)
    letter(tmp_path / "other", 2)
    (tmp_path / "other" / "agents.yaml").write_text("agents: []\n")
    assert merged(tmp_path, "gromyko") == [tmp_path.name, "letter-1"]
