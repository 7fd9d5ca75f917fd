"""Candidates for identifiers from a service, a list and OpenRefine, and those that are accepted."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from archive_pkg.collection.agents import (
    accept,
    agent_collection,
    candidates_table,
    from_file,
    from_service,
    names_to_find,
)
from archive_pkg.errors import DepositError, InvalidError, UsageError
from archive_pkg.records import load_record
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.collection.agents import AgentCollection
    from program import Run

REGISTER = """\
agents:
  - id: gromyko  # the minister
    name: Gromyko, Andrei
    kind: person
    born: "1909-07-18"
  - {id: editor, name: "Doe, Jane", kind: person}
"""
OPEN = """\
id: open
type: letter
title: A letter
sender: [gromyko]
place: {name: Moscow}  # not Moscow, Idaho
"""
CLOSED = """\
id: closed
type: letter
title: Another letter
sender: [agent]
recipients: [gromyko]
agents: [{id: agent, name: Secret Agent, kind: person}]
mentioned_places: [{name: Secret Place}]
parts:
  - {id: o, kind: original, held: false, access: {status: closed, rule: Law 1}}
"""
DAY = datetime.date(2026, 11, 30)


@pytest.fixture
def collection(tmp_path: Path) -> AgentCollection:
    (tmp_path / "agents.yaml").write_text(REGISTER)
    for name, text in (("open", OPEN), ("closed", CLOSED)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "record.yaml").write_text(text)
    return agent_collection(tmp_path)


MANIFEST = {
    "versions": ["0.2"],
    "name": "People",
    "identifierSpace": "http://www.wikidata.org/entity/",
    "schemaSpace": "http://www.wikidata.org/prop/direct/",
    "view": {"url": "https://www.wikidata.org/wiki/{{id}}"},
}


@contextlib.contextmanager
def serving(people: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Serve the Reconciliation Service API 0.2; yield its address and the names that it is sent."""
    sent: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(MANIFEST)

        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            queries = json.loads(parse_qs(form)["queries"][0])
            sent.extend(one["query"] for one in queries.values())
            self.answer({key: people.get(q["query"], {"result": []}) for key, q in queries.items()})

        def answer(self, data: Any) -> None:
            body = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


GROMYKO = {
    "id": "Q166877",
    "name": "Andrei Gromyko",
    "score": 91.5,
    "match": True,
    "type": [{"id": "Q5", "name": "human"}],
    "description": "Soviet diplomat",
}
PEOPLE = {"Gromyko, Andrei": {"result": [GROMYKO]}}


def test_a_service_gets_only_names_that_the_public_may_see(collection: AgentCollection) -> None:
    found = names_to_find(collection, Report())
    assert ([one.name for one in found.names], found.withheld) == (
        ["Doe, Jane", "Gromyko, Andrei"],
        1,
    )
    with serving(PEOPLE) as (address, sent):
        [row] = from_service(found.names, address)
    assert sent == ["Doe, Jane", "Gromyko, Andrei"]
    assert row == {
        "id": "gromyko",
        "name": "Gromyko, Andrei",
        "kind": "person",
        "born": "1909-07-18",
        "died": "",
        "records": "2",
        "identifier": "wikidata:Q166877",
        "candidate": "Andrei Gromyko",
        "description": "Soviet diplomat; human",
        "score": "91.5",
        "match": "yes",
        "source": address,
    }
    everything = names_to_find(collection, Report(), audience="internal")
    assert ("Secret Agent" in [one.name for one in everything.names], everything.withheld) == (
        True,
        0,
    )
    places = names_to_find(collection, Report(), places=True)
    assert ([one.name for one in places.names], places.withheld) == (["Moscow"], 1)


def test_names_are_not_sent_unencrypted_to_another_computer(collection: AgentCollection) -> None:
    names = names_to_find(collection, Report()).names
    with pytest.raises(UsageError, match="not an encrypted address"):
        list(from_service(names, "http://example.org/api"))


def test_an_answer_of_another_form_is_refused(collection: AgentCollection) -> None:
    names = names_to_find(collection, Report()).names
    wrong = {"Gromyko, Andrei": {"result": [{"id": 5}]}}
    with serving(wrong) as (address, _), pytest.raises(DepositError, match="not text"):
        list(from_service(names, address))


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_list_finds_other_forms_of_a_name(
    ending: str, collection: AgentCollection, tmp_path: Path
) -> None:
    dump = tmp_path / f"gnd.{ending}"
    if ending == "csv":
        dump.write_text(
            "id,name,description\n118697986,Andrej Gromyko,\n118697986,A. GROMYKO,x\n"
            "https://d-nb.info/gnd/118697986,ANDREI  GROMYKO,Minister\n"
        )
    else:
        person = {"id": "gnd:118697986", "name": "Громыко", "names": ["Gromyko, Andrei"]}
        dump.write_text(json.dumps(person | {"description": "Minister"}) + "\n\n")
    [row] = from_file(names_to_find(collection, Report()).names, dump)
    assert (row["identifier"], row["description"], row["match"]) == (
        "gnd:118697986",
        "Minister",
        "",
    )


def table_of(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_bytes(candidates_table(rows))
    return path


def test_what_a_person_accepts_gets_evidence_and_keeps_the_comments(
    collection: AgentCollection, tmp_path: Path
) -> None:
    refined = tmp_path / "refined.csv"
    refined.write_text(
        'id,name,kind,identifier\ngromyko,"Gromyko, Andrei",person,Q166877\n'
        'editor,"Doe, Jane",person,\n'
    )
    [row] = from_file(names_to_find(collection, Report()).names, refined)
    assert (row["identifier"], row["match"], row["source"]) == (
        "local:Q166877",
        "yes",
        "refined.csv",
    )
    row |= {"identifier": "wikidata:Q166877", "accept": "yes", "candidate": "Andrei Gromyko"}
    other = row | {"identifier": "viaf:1", "accept": ""}
    changes = accept(collection, table_of(tmp_path / "c.csv", [row, other]), "editor", DAY)
    changes.write()
    written = (tmp_path / "agents.yaml").read_text()
    assert "# the minister" in written
    register = agent_collection(tmp_path).register
    [one] = register.agents[0].identifiers
    assert (one.scheme, one.value) == ("wikidata", "Q166877")
    [evidence] = register.evidence
    assert (evidence.field, evidence.agent) == ("agents.gromyko.identifiers", "editor")
    assert evidence.note == (
        "wikidata Q166877 (“Andrei Gromyko”), a candidate from refined.csv; accepted on 2026-11-30"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"identifier": ""}, "“” is not an identifier"),
        ({"id": "agent"}, "the register has no entry agent"),
        ({"identifier": "wikidata:Q2"}, "already has a different identifier of wikidata"),
    ],
)
def test_a_candidate_that_does_not_fit_changes_nothing(
    change: dict[str, str], said: str, collection: AgentCollection, tmp_path: Path
) -> None:
    row = {"id": "gromyko", "name": "Gromyko, Andrei", "kind": "person", "accept": "x"}
    good = row | {"identifier": "wikidata:Q1"}
    with pytest.raises(InvalidError) as refused:
        accept(collection, table_of(tmp_path / "c.csv", [good, good | change]), "editor", DAY)
    assert [finding.message for finding in refused.value.report if said in finding.message]
    assert (tmp_path / "agents.yaml").read_text() == REGISTER


def test_an_accepted_place_is_identified_in_the_records(
    collection: AgentCollection, tmp_path: Path
) -> None:
    row = {"id": "", "name": "Moscow", "kind": "place", "identifier": "geonames:524901"}
    accept(
        collection, table_of(tmp_path / "c.csv", [row | {"accept": "yes"}]), "editor", DAY
    ).write()
    record = load_record(tmp_path / "open")
    assert record.place is not None
    assert [one.value for one in record.place.identifiers] == ["524901"]
    [evidence] = [one for one in record.evidence if one.field == "place.identifiers"]
    assert (evidence.basis, evidence.agent) == ("supplied", "editor")


def test_the_commands_say_what_is_sent_and_what_is_withheld(
    run: Run, collection: AgentCollection
) -> None:
    folder = collection.file.parent
    table = folder / "c.csv"
    register = ("--register", collection.file)
    with serving(PEOPLE) as (address, _):
        done = run("agents", "reconcile", "--from", address, "-o", table, *register)
    assert done.returncode == 0, done.stderr
    assert f"sending the names of 2 agents to {address}" in done.stdout
    assert "withheld: 1 name; --audience internal" in done.stdout
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert [row["accept"] for row in rows] == [""]
    nothing = run("agents", "accept", table, "--by", "editor", *register)
    assert (nothing.returncode, "has no accepted candidate" in nothing.stderr) == (2, True)
    table.write_text(table.read_text().replace(f"yes,{address},", f"yes,{address},yes"))
    done = run("agents", "accept", table, "--by", "editor", "--date", "2026-11-30", *register)
    assert done.returncode == 0, done.stderr
    assert "Q166877" in collection.file.read_text()
    again = run("agents", "reconcile", "-o", folder / "names.csv", *register)
    useless = run("agents", "reconcile", "--from", folder / "names.csv", "-o", "-", *register)
    assert "a table of names without identifiers" in useless.stderr
    assert (folder / "names.csv").read_text().splitlines()[0] == "id,name,kind,born,died,records"
    assert again.returncode == 0
