"""Records from tables refer to the agents of the collection's register."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive_pkg.collection.agents import with_registered_agents
from archive_pkg.records import load_record, read_record
from archive_pkg.records.models import Record, Register
from archive_pkg.records.saving import same_content
from archive_pkg.records.yaml.reading import read_yaml
from program import run_here

REGISTER = """\
agents:
- id: gromyko
  name: Gromyko, Andrei Andreyevich
  kind: person
  born: "1909"
  name_parts: {family: Gromyko, given: Andrei, patronymic: Andreyevich}
  identifiers: [{scheme: viaf, value: "36921765"}]
- {id: ministry, name: Ministry of Foreign Affairs, kind: organization, as_written: MFA}
- {id: ivanov-a, name: "Ivanov, Ivan", kind: person}
- {id: ivanov-b, name: Ivan Ivanov, kind: person}
- {id: editor, name: "Doe, Jane", kind: person}
evidence:
- {field: agents.gromyko, basis: supplied, agent: editor}
- {field: agents.gromyko.name, basis: supplied, agent: editor, value: "Gromyko, A."}
"""
LIST = """\
Absender,Empfänger,Datum
Andrei  Gromyko,MFA,1960-07-18
"Gromyko, A.",Ivan Ivanov,1960-07-19
Nobody Known,MINISTRY OF FOREIGN AFFAIRS,1960-07-20
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(table: str, status: int = 0, out: str = "records") -> list[tuple[str, str]]:
    """Import a table, and return the codes and messages of its findings."""
    done = run_here("tables", "import", table, "--out", out, "--json")
    assert done.returncode == status, done.stdout + done.stderr
    (result,) = json.loads(done.stdout)["results"]
    return [(found["code"], found["message"]) for found in result["findings"]]


def test_names_of_a_list_become_references_to_entries(folder: Path) -> None:
    Path("list.csv").write_text(LIST)
    assert run_here("tables", "map", "list.csv").returncode == 0
    found = imported("list.csv")
    first, second, third = sorted(Path("records").iterdir())
    text = (first / "record.yaml").read_text()
    assert load_record(first).sender == ("gromyko",)
    assert load_record(first).recipients == ("ministry",)
    assert load_record(first).agent("gromyko").as_written == "Andrei  Gromyko"
    assert load_record(first).agent("gromyko").born
    assert "name:" not in text
    assert "kind-from-name" not in text
    record = load_record(second)
    assert record.sender == ("gromyko",)
    assert record.agent(record.recipients[0]).name == "Ivan Ivanov"
    assert record.recipients[0] not in ("ivanov-a", "ivanov-b")
    assert load_record(third).agent(load_record(third).sender[0]).name == "Nobody Known"
    messages = dict(found)
    assert "ivanov-a, ivanov-b" in messages["agent-not-registered"]
    assert [code for code, _ in found].count("agent-registered") == 4
    assert imported("list.csv")
    assert run_here("check", "records").returncode == 0


@pytest.mark.parametrize("out", ["tables", "book.xlsx"])
def test_records_that_use_the_register_survive_export_to_tables_and_import(
    folder: Path, out: str
) -> None:
    letter = Path("records/letter-1")
    letter.mkdir(parents=True)
    (letter / "record.yaml").write_text(
        "format: 3\nid: letter-1\ntype: letter\ntitle: A letter\nsender:\n- gromyko\n"
        "agents:\n- id: gromyko\n  role: Minister\n- {id: other, name: Other, kind: person}\n"
    )
    before = (letter / "record.yaml").read_bytes()
    assert run_here("tables", "export", "records", "--out", out).returncode == 0
    assert "1 unchanged" in run_here("tables", "import", out, "--out", "records").stdout
    assert (letter / "record.yaml").read_bytes() == before
    imported(out, out="again")
    again = Path("again/letter-1")
    assert "born" not in (again / "record.yaml").read_text()
    assert same_content(load_record(again), load_record(letter))


def record(**agent: object) -> Record:
    data = {
        "id": "a", "type": "letter", "title": "A", "sender": ["x"], "recipients": ["x", "gast"],
        "agents": [
            {"id": "x", "kind": "person", **agent},
            {"id": "gast", "name": "G", "kind": "person"},
        ],
        "evidence": [{"field": "agents.x.name", "basis": "inferred", "rule": "r"}],
    }  # fmt: skip
    made, report = read_record(data)
    assert made, list(report)
    return made


def matched(one: Record) -> tuple[Record, list[str]]:
    root = read_yaml(REGISTER, "").root
    assert root
    (made,), report = with_registered_agents([one], Register.model_validate(root.plain), "t.csv")
    return made, [found.code for found in report]


def test_an_agent_of_a_catalogue_keeps_values_that_its_register_entry_lacks() -> None:
    made, codes = matched(
        record(
            name="GROMYKO, Andrei",
            role="Minister",
            identifiers=[{"scheme": "wikidata", "value": "Q155876"}],
        )
    )
    assert codes == ["agent-registered"]
    assert (made.sender, made.recipients) == (("gromyko",), ("gromyko", "gast"))
    agent = made.agent("gromyko")
    assert agent.name == "Gromyko, Andrei Andreyevich"
    assert agent.role == "Minister"
    assert [one.scheme for one in agent.identifiers] == ["viaf", "wikidata"]
    evidence = {(one.field, one.value) for one in made.evidence}
    assert ("agents.gromyko.name", "GROMYKO, Andrei") in evidence


@pytest.mark.parametrize(
    "agent",
    [
        {"name": "Gromyko, Andrei", "kind": "organization"},
        {"name": "Gromyko, Andrei", "born": "1932"},
        {"name": "Gromyko, Andrei", "identifiers": [{"scheme": "viaf", "value": "1"}]},
        {"name": "Ivan Ivanov"},
    ],
)
def test_an_agent_that_may_be_a_different_one_keeps_its_description(
    agent: dict[str, object],
) -> None:
    before = record(**agent)
    made, codes = matched(before)
    assert made == before
    assert codes == ["agent-not-registered"]


def test_an_agent_without_a_registered_name_is_not_reported() -> None:
    before = record(name="Gromyko")
    assert matched(before) == (before, [])


def test_a_register_that_is_not_valid_stops_the_import(folder: Path) -> None:
    (folder / "agents.yaml").write_text("agents: [{id: x}]\n")
    Path("list.csv").write_text(LIST)
    assert run_here("tables", "map", "list.csv").returncode == 0
    assert "record-field-missing" in dict(imported("list.csv", status=3))
    assert not Path("records").exists()


@pytest.fixture
def catalogue(folder: Path) -> Path:
    """A catalogue that leaves agents to the register: one completely, of one all but the office."""
    tables = folder / "catalogue"
    tables.mkdir()
    (tables / "letters.csv").write_text(
        "id,type,title,sender,recipients\na,letter,A,gromyko,ministry\nb,letter,B,,ivanov-a; me\n"
    )
    (tables / "agents.csv").write_text(
        "letter,id,name,kind,role\na,gromyko,,,Minister\nb,me,Me,person,\n"
    )
    (tables / "parts.csv").write_text("letter,id,kind,file\na,text,transcription,a.txt\n")
    (tables / "evidence.csv").write_text(
        "letter,field,basis,agent\na,agents.gromyko.born,supplied,editor\na,title,supplied,editor\n"
    )
    (tables / "a.txt").write_text("Moscow, 1960\n")
    return tables


def test_a_catalogue_need_not_describe_registered_agents(catalogue: Path) -> None:
    done = run_here("check", "catalogue")
    assert done.returncode == 0, done.stdout
    assert imported("catalogue") == []
    text = Path("records/a/record.yaml").read_text()
    assert "name:" not in text
    agent = load_record("records/a").agent("gromyko")
    assert (agent.role, agent.kind) == ("Minister", "person")
    assert load_record("records/b").recipients == ("ivanov-a", "me")
    done = run_here("build", "catalogue", "--out", "packages", "--date", "2026-11-24")
    assert done.returncode == 0, done.stdout + done.stderr
    assert load_record("packages/a/data/record.json").agent("ministry").as_written == "MFA"


def test_a_list_of_letters_can_refer_to_the_register_by_ids(folder: Path) -> None:
    Path("letters.csv").write_text("id,type,title,sender\na,letter,A,gromyko\n")
    assert imported("letters.csv") == []
    assert load_record("records/a").agent("gromyko").born
    Path("letters.csv").write_text("id,type,title,sender\na,letter,A,gromyk\n")
    assert "Did you mean gromyko?" in run_here("check", "letters.csv").stdout


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("letters", "gromyko", "gromyk", "no agent has the id gromyk"),
        ("agents", "gromyko,,", "gromyko,Gromyko,", "kind"),
        ("agents", "gromyko,,", "other,,", "name"),
        ("evidence", "born,supplied,editor", "born,supplied,nobody", "no agent has the id nobody"),
        ("evidence", "gromyko.born", "gromyk.born", "agents.gromyk"),
    ],
)
def test_agents_that_neither_catalogue_nor_register_describes_are_reported(
    catalogue: Path, table: str, old: str, new: str, message: str
) -> None:
    file = catalogue / f"{table}.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    done = run_here("check", "catalogue")
    assert done.returncode == 3
    assert message in done.stdout


def test_without_the_register_the_catalogue_is_not_valid(catalogue: Path) -> None:
    Path("agents.yaml").unlink()
    done = run_here("check", "catalogue")
    assert done.returncode == 3
    assert (
        "no agent has the id gromyko" in done.stdout
        or "no agent has the id ministry" in done.stdout
    )
