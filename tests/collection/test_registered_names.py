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
def test_records_that_use_the_register_come_back_from_tables(folder: Path, out: str) -> None:
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


def test_an_agent_of_a_catalogue_keeps_what_its_entry_does_not_say() -> None:
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
def test_an_agent_that_may_be_another_one_stays_described(agent: dict[str, object]) -> None:
    before = record(**agent)
    made, codes = matched(before)
    assert made == before
    assert codes == ["agent-not-registered"]


def test_an_agent_with_no_registered_name_stays_without_a_word() -> None:
    before = record(name="Gromyko")
    assert matched(before) == (before, [])


def test_a_register_that_is_not_valid_stops_the_import(folder: Path) -> None:
    (folder / "agents.yaml").write_text("agents: [{id: x}]\n")
    Path("list.csv").write_text(LIST)
    assert run_here("tables", "map", "list.csv").returncode == 0
    assert "record-field-missing" in dict(imported("list.csv", status=3))
    assert not Path("records").exists()
