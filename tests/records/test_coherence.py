"""A record is one thing: references lead somewhere, nothing runs in circles, all told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from archive_pkg.records import Record, load_record
from archive_pkg.records.statements import Index, statements

ROOT = Path(__file__).parents[2]

BASE = {
    "id": "a-to-b",
    "type": "letter",
    "title": "Letter, A to B",
    "sender": ["a"],
    "agents": [
        {"id": "a", "name": "A", "kind": "person"},
        {"id": "b", "name": "B", "kind": "person"},
    ],
}


def problems(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**BASE, **changes})
    return [(error["type"], ".".join(map(str, error["loc"]))) for error in caught.value.errors()]


def test_everything_wrong_is_told_at_once() -> None:
    found = problems(
        sender=["x"],
        recipients=["b", "y"],
        parts=[
            {"id": "p", "kind": "scan", "held": False, "made_from": ["q"]},
            {"id": "q", "kind": "scan", "held": False, "made_from": ["p"]},
            {"id": "q", "kind": "original", "held": False},
        ],
        evidence=[{"field": "nowhere", "basis": "supplied", "agent": "z"}],
    )
    assert ("unknown_reference", "sender.0") in found
    assert ("unknown_reference", "recipients.1") in found
    assert ("unknown_reference", "evidence.0.agent") in found
    assert ("id_taken", "parts.2.id") in found
    assert ("unknown_statement", "evidence.0.field") in found


def test_an_agent_that_nobody_defines_is_told_wherever_it_is_named() -> None:
    found = problems(
        classification={
            "as_written": "Secret",
            "history": [{"action": "declassified", "by": "nobody"}],
        },
        parts=[{"id": "p", "kind": "scan", "held": False, "made_by": ["a", "nobody"]}],
        events=[{"id": "e", "type": "translation", "agents": ["nobody"]}],
    )
    places = ("classification.history.0.by", "parts.0.made_by.1", "events.0.agents.0")
    assert found == [("unknown_reference", place) for place in places]


def test_parts_made_of_each_other_in_a_circle() -> None:
    parts = [
        {"id": "p", "kind": "scan", "held": False, "made_from": ["q"]},
        {"id": "q", "kind": "translation", "held": False, "made_from": ["r"]},
        {"id": "r", "kind": "original", "held": False, "made_from": ["p"]},
    ]
    assert [kind for kind, _ in problems(parts=parts)] == ["circle_of_parts"]
    assert problems(parts=[{"id": "p", "kind": "scan", "held": False, "made_from": ["p"]}])


@pytest.mark.parametrize(
    ("dates", "sound"),
    [
        (["1960", "1961"], True),
        (["1961", "1960"], False),
        (["1960-07", "1960-07-18"], True),
        (["1960-07-18", "1960-07"], True),
        (["1960-07-18", None, "1960-07-17"], False),
        (["../1960", "1959"], True),
        (["1960/..", "1961"], True),
        (["[1959..1961]", "1960"], True),
    ],
)
def test_events_stand_oldest_first_as_far_as_their_dates_tell(
    dates: list[str | None], sound: bool
) -> None:
    events = [
        {"id": f"e{number}", "type": "creation", **({"date": date} if date else {})}
        for number, date in enumerate(dates)
    ]
    if sound:
        Record.model_validate({**BASE, "events": events})
    else:
        assert [kind for kind, _ in problems(events=events)] == ["events_out_of_order"]


@pytest.mark.parametrize(
    "part",
    [
        {"id": "p", "kind": "scan"},
        {"id": "p", "kind": "scan", "held": False, "file": "x.tif"},
        {"id": "p", "kind": "scan", "file": "../x.tif"},
        {"id": "p", "kind": "scan", "file": "x.txt", "span": {"start": 5, "end": 5}},
        {"id": "p.q", "kind": "scan", "held": False},
        {"id": "p", "kind": "photograph", "held": False},
        {"id": "p", "kind": "scan", "held": False, "languages": ["xx-klingon"]},
        {"id": "p", "kind": "scan", "file": "x.txt", "sha256": "ABC"},
    ],
)
def test_a_part_that_cannot_be(part: dict[str, object]) -> None:
    assert problems(parts=[part])


def test_two_editors_disagree_and_both_stand() -> None:
    record = Record.model_validate(
        {
            **BASE,
            "date": "1960-07-18",
            "evidence": [
                {"field": "date", "basis": "supplied", "agent": "a"},
                {"field": "date", "basis": "supplied", "agent": "b", "value": "1960-07-19"},
            ],
        }
    )
    ours, theirs = Index(record).evidence("date")
    assert (ours.value, theirs.value) == (None, "1960-07-19")
    assert str(Index(record).value("date").edtf) == "1960-07-18"


def test_evidence_for_what_nobody_states() -> None:
    evidence = [{"field": "place", "basis": "supplied", "agent": "a"}]
    assert problems(evidence=evidence) == [("unknown_statement", "evidence.0.field")]
    rival = [{**evidence[0], "value": "Moscow"}]
    assert Record.model_validate({**BASE, "evidence": rival})


def test_a_quote_is_as_long_as_its_span() -> None:
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    at = {"part": "p", "start": 0, "end": 3, "exact": "four"}
    evidence = [{"field": "title", "basis": "quoted", "at": at}]
    assert problems(parts=parts, evidence=evidence)


def test_what_the_first_letter_states_and_where_it_rests() -> None:
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    paths = list(statements(record))
    assert {"sender", "agents.khrushchev", "parts.note-to-prc", "mentioned_places.2"} <= set(paths)
    index = Index(record)
    assert all(index.evidence(path) for path in paths)
    assert index.value("agents.khrushchev.name") == "N. Khrushchev"
    assert index.value("translation_notes.lozhnom-polozhenii.original") == "ложном положении"
    with pytest.raises(KeyError, match="did you mean name"):
        index.value("agents.khrushchev.nmae")


def test_nothing_in_the_first_record_is_quoted_that_is_not_in_the_text() -> None:
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    text = (ROOT / "records" / record.id / "letter-1960-07-18.txt").read_bytes().decode()
    assert "ложном" not in text
    for evidence in Index(record).evidence("translation_notes.lozhnom-polozhenii.original"):
        if evidence.field.endswith(".original"):
            assert evidence.basis == "inferred"
    assert record.holding is None
    assert all(part.made_by == () for part in record.parts)
