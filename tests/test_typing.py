"""Type checkers accept what runs: lists for tuples, texts for dates."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

GOOD = """
from datetime import date
from pathlib import Path

from archive_pkg import Agent, Edtf, Event, Evidence, Part, Record, build_package, check
from archive_pkg import read_record, records
from archive_pkg.records import Access, Classification, DateAndPlace, Identifier, Reclassification

record = Record(
    id="a",
    type="letter",
    title="A",
    sender=["x"],
    recipients=("x",),
    date="1960-07-18",
    received=DateAndPlace(edtf="1960", as_written="in 1960"),
    agents=[
        Agent(
            id="x",
            name="X",
            kind="person",
            identifiers=[Identifier(scheme="wikidata", value="Q42")],
        )
    ],
    parts=[
        Part(
            id="p",
            kind="original",
            file="a.txt",
            languages=["ru"],
            made=records.Date(edtf=Edtf("1960")),
            access=Access(status="restricted", until="2030", rule="law"),
        )
    ],
    events=[Event(id="e", type="creation", date="1960", agents=["x"], objects=["p"])],
    evidence=[Evidence(field="title", basis="supplied", agent="x")],
    classification=Classification(
        as_written="Secret", history=[Reclassification(action="reviewed", date="1999")]
    ),
)
first: str = record.sender[0]
day: date | None = record.date.edtf.earliest if record.date and record.date.edtf else None
names: list[str] = [agent.name for agent in record.agents]
"""
CALLS = """
check(record, {"a.txt": b"x"})
build_package(record, "out", files={"a.txt": Path("a.txt")})
found, findings = read_record({"id": "a"})
"""
BAD = """
Record(id="a", type="letter", title="A", date=7)
Record(id="a", type="letter", title="A", sender=[7])
Record(id="a", type="letter", title="A", sendr=["x"])
"""


def test_the_program_with_valid_calls_runs() -> None:
    exec(GOOD, {})


@pytest.mark.slow
def test_mypy_accepts_valid_calls_and_refuses_invalid_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYPYPATH", str(Path(__file__).parents[1] / "src"))
    program = tmp_path / "program.py"
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path}", str(program)]
    program.write_text(GOOD + CALLS)
    said, _, status = api.run(options)
    assert status == 0, said
    program.write_text(GOOD + BAD)
    said, _, _ = api.run(options)
    first = GOOD.count("\n") + 2
    refused = [int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line]
    assert refused == [first, first + 1, first + 2], said
