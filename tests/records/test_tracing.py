"""A trace leads from a statement to its evidence, its parts and their makers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive_pkg.errors import UsageError
from archive_pkg.records import Record, load_record
from archive_pkg.records.statement_index import statements
from archive_pkg.records.tracing import trace
from program import Run

ROOT = Path(__file__).parents[2]
SEED = ROOT / "records" / "1960-07-18-cpsu-to-sed"


@pytest.fixture(scope="module")
def seed() -> Record:
    return load_record(SEED)


def test_the_trace_of_a_quoted_statement_has_its_words_and_all_source_parts(
    seed: Record,
) -> None:
    traced = trace(seed, "date")
    assert [item.at.exact for item in traced.evidence if item.at] == ["18 July 1960"]
    assert [(steps, part.id) for steps, part in traced.lineage] == [(0, "letter"), (1, "original")]
    assert [event.id for event in traced.events] == ["written", "translated"]
    assert [agent.id for agent in traced.agents] == ["cc-cpsu"]


def test_every_statement_of_the_first_letter_has_evidence(seed: Record) -> None:
    for path in statements(seed):
        assert trace(seed, path).evidence, path


def test_evidence_for_a_list_covers_its_items(seed: Record) -> None:
    assert [item.field for item in trace(seed, "sender.cc-cpsu").evidence] == ["sender"]
    fields = [item.field for item in trace(seed, "classification").evidence]
    assert fields == ["classification", "classification.level"]


def test_the_trace_of_an_event_or_part_has_its_source_parts(seed: Record) -> None:
    assert {p.id for _, p in trace(seed, "events.translated").lineage} == {"letter", "original"}
    assert [p.id for _, p in trace(seed, "parts.summary").lineage] == [
        "summary",
        "letter",
        "original",
    ]


def test_every_source_of_a_part_is_in_its_lineage() -> None:
    parts = [
        {"id": name, "kind": "scan", "held": False, "made_from": sources}
        for name, sources in (("first", []), ("second", []), ("text", ["first", "second"]))
    ]
    record = Record.model_validate({"id": "a", "type": "letter", "title": "A", "parts": parts})
    lineage = [(steps, part.id) for steps, part in trace(record, "parts.text").lineage]
    assert lineage == [(0, "text"), (1, "first"), (1, "second")]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("nonsense", "is not a field"),
        ("agents.kruschev", "Did you mean khrushchev"),
        ("place", "no value for"),
        ("date.edtf.year", "does not exist there"),
    ],
)
def test_an_unknown_statement_is_an_error(seed: Record, field: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        trace(seed, field)


def test_contradicting_evidence_is_shown_next_to_the_rest(seed: Record) -> None:
    data = seed.as_json()
    data["evidence"].append(
        {"field": "date", "basis": "supplied", "agent": "khrushchev", "value": "1960-07-16"}
    )
    traced = trace(Record.model_validate(data), "date")
    assert [item.value for item in traced.evidence] == [None, "1960-07-16"]
    assert {agent.id for agent in traced.agents} == {"cc-cpsu", "khrushchev"}


def test_the_command_traces_records_and_packages_in_words_and_as_json(run: Run) -> None:
    package = ROOT / "packages" / SEED.name
    said = run("trace", package, "date")
    assert said.returncode == 0
    assert "⟦18 July 1960⟧" in said.stdout
    assert "packing of letter, summary, by archive-pkg" in said.stdout
    done = run("trace", package, "parts.letter", "--json")
    assert done.returncode == 0
    (result,) = json.loads(done.stdout)["results"]
    assert result["lineage"][0]["id"] == "letter"
