"""A record is coherent: references, circles, order of events, and evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from archive_pkg.records import Record, load_record
from archive_pkg.records.statement_index import StatementIndex, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_all_errors_are_reported_at_once() -> None:
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


QUOTE = {"part": "page", "start": 0, "end": 1, "exact": "X"}
TWO = {"agents": ["anna", "bert"], "parts": ["page", "copy"]}
FULL: dict[str, Any] = {
    "format": 3,
    "id": "full",
    "type": "letter",
    "title": "X",
    **dict.fromkeys(
        (
            "authors",
            "sender",
            "signatories",
            "recipients",
            "attention",
            "copies_to",
            "mentioned_agents",
        ),
        TWO["agents"],
    ),
    "donor": "anna",
    "participants": [{"agent": name} for name in TWO["agents"]],
    "publications": [
        {"citation": "X", "editors": TWO["agents"], "translators": TWO["agents"]} for _ in "ab"
    ],
    "items": [
        {"id": f"i-{part}", "title": "X", "at": {**QUOTE, "part": part}} for part in TWO["parts"]
    ],
    "classification": {
        "as_written": "Secret",
        "history": [{"action": "reviewed", "by": "anna"}, {"action": "declassified", "by": "bert"}],
    },
    "summary": {"text": "X", "part": "page", "author": "anna"},
    "rights": {"statement": "unknown", "holder": "anna"},
    "agents": [
        {"id": name, "name": name, "kind": "person", "affiliations": TWO["agents"]}
        for name in TWO["agents"]
    ],
    "parts": [
        *({"id": name, "kind": "scan", "held": False} for name in TWO["parts"]),
        {
            "id": "text",
            "kind": "transcription",
            "held": False,
            "made_by": TWO["agents"],
            **dict.fromkeys(("made_from", "part_of", "about"), TWO["parts"]),
        },
    ],
    "translation_notes": [
        {"id": name, "kind": "sic", "at": {**QUOTE, "part": part}}
        for name, part in (("n1", "page"), ("n2", "copy"))
    ],
    "enclosures": [
        {"id": f"e-{name}", "title": "X", "part": name, "sender": TWO["agents"]}
        for name in TWO["parts"]
    ],
    "events": [
        {
            "id": name,
            "type": "creation",
            "agents": TWO["agents"],
            "objects": TWO["parts"],
            "sources": TWO["parts"],
        }
        for name in ("e1", "e2")
    ],
    "evidence": [
        {"field": "title", "basis": "supplied", "agent": "anna", "at": QUOTE},
        {"field": "title", "basis": "supplied", "agent": "bert", "at": {**QUOTE, "part": "copy"}},
    ],
}
"""A record with every field that names an agent or a part, and more than one in each list."""


def mentions(data: Any, *place: str | int) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the table and place of every reference in plain data."""
    if isinstance(data, str):
        for table, names in TWO.items():
            if data in names and (place[0] != table or place[2] not in ("id", "name")):
                yield table, place
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from mentions(value, *place, key)


def test_the_test_record_has_every_field_that_can_refer_to_something() -> None:
    models = Record.model_json_schema()
    fields = [
        x for model in (models, *models["$defs"].values()) for x in model["properties"].items()
    ]
    known = {name for name, field in fields if "refersTo" in json.dumps(field)}
    places = [place for _, place in mentions(FULL)]
    assert {next(x for x in reversed(place) if isinstance(x, str)) for place in places} == known
    Record.model_validate(FULL)


def test_each_unknown_reference_is_reported_at_its_place() -> None:
    for table, place in mentions(FULL):
        (other,) = TWO.keys() - {table}
        for wrong in ("nobody", TWO[other][0]):
            data = holder = json.loads(json.dumps(FULL))
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = wrong
            with pytest.raises(ValidationError) as caught:
                Record.model_validate(data)
            (error,) = caught.value.errors()
            found = error["type"], error["loc"], error["input"]
            assert found == ("unknown_reference", place, wrong)
            assert error["msg"] == f"no {table[:-1]} has the id {wrong}; add it to {table}"


def test_suggestions_are_made_for_the_first_20_unknown_references() -> None:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**FULL, "sender": ["anne"] * 21})
    *first, last = (error["msg"] for error in caught.value.errors())
    assert set(first) == {"no agent has the id anne; did you mean anna?"}
    assert last == "no agent has the id anne; add it to agents"


@pytest.mark.parametrize("table", ["agents", "parts", "translation_notes", "enclosures", "events"])
def test_a_repeated_id_in_a_list_is_refused(table: str) -> None:
    items = FULL[table]
    last = len(items)
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**FULL, table: [*items, items[1], items[1]]})
    taken = [error for error in caught.value.errors() if error["type"] == "id_taken"]
    assert [(error["loc"], error["input"]) for error in taken] == [
        ((table, number, "id"), items[1]["id"]) for number in (last, last + 1)
    ]
    assert {e["msg"] for e in taken} == {
        f"{table}.1 has the same id {items[1]['id']}; rename one of them"
    }


@pytest.mark.parametrize("relation", ["made_from", "part_of", "about"])
def test_a_circle_of_parts_is_reported_at_one_part(relation: str) -> None:
    parts: list[dict[str, Any]] = [
        {"id": "first", "kind": "scan", "held": False},
        {"id": "p", "kind": "scan", "held": False, "made_from": ["first"], relation: ["q"]},
        {"id": "q", "kind": "translation", "held": False, "made_from": ["first", "r"]},
        {"id": "r", "kind": "original", "held": False, "made_from": ["p"]},
    ]
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**BASE, "format": 2, "parts": parts})
    (error,) = caught.value.errors()
    circle = error["input"]
    assert error["type"] == "circle_of_parts"
    assert error["msg"].endswith(f"in a circle: {' ← '.join(circle)}")
    assert (circle[0], set(circle), len(circle)) == (circle[-1], {"p", "q", "r"}, 4)
    table, number, field = error["loc"]
    assert (table, parts[int(number)]["id"]) == ("parts", circle[0])
    assert circle[-2] in parts[int(number)][str(field)]


def test_a_part_made_from_itself_is_reported_as_a_circle() -> None:
    part = {"id": "p", "kind": "scan", "held": False, "made_from": ["p"]}
    assert problems(parts=[part]) == [("circle_of_parts", "parts.0.made_from")]


@pytest.mark.parametrize(
    ("dates", "in_order"),
    [
        (["1960", "1961"], True),
        (["1961", "1960"], False),
        (["1960-07", "1960-07-18"], True),
        (["1960-07-18", "1960-07"], True),
        (["1960-07-18", None, "1960-07-17"], False),
        (["../1960", "1959"], True),
        (["1960/..", "1961"], True),
        (["[1959..1961]", "1960"], True),
        (["1960-07-18", "1960-07-18"], True),
        (["1960-07-18", "1959/..", "../1961", "1960-07-17"], False),
        (["1962", "1960/1962", "1961"], False),
    ],
)
def test_events_must_be_in_the_order_of_their_dates(
    dates: list[str | None], in_order: bool
) -> None:
    events = [
        {"id": f"e{number}", "type": "creation", **({"date": date} if date else {})}
        for number, date in enumerate(dates)
    ]
    if in_order:
        Record.model_validate({**BASE, "events": events})
    else:
        last = f"events.{len(dates) - 1}.date"
        assert problems(events=events) == [("events_out_of_order", last)]


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
def test_an_invalid_part_is_refused(part: dict[str, object]) -> None:
    assert problems(parts=[part])


def test_an_event_out_of_order_is_reported_with_the_latest_event_before_it() -> None:
    events = [
        {"id": f"e{number}", "type": "creation", "date": date}
        for number, date in enumerate(("1962", "1960/1962", "1961", "1960-03"))
    ]
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**BASE, "events": events})
    said = [(error["msg"], error["input"]) for error in caught.value.errors()]
    assert said == [
        ("e2 is older than e0; put the oldest event first", "1961"),
        ("e3 is older than e0; put the oldest event first", "1960-03"),
    ]


def test_evidence_of_two_editors_who_disagree_is_kept() -> None:
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
    ours, theirs = StatementIndex(record).evidence("date")
    assert (ours.value, theirs.value) == (None, "1960-07-19")
    assert str(StatementIndex(record).value("date").edtf) == "1960-07-18"


def test_evidence_for_a_statement_that_is_not_made_is_refused() -> None:
    good = {"field": "title", "basis": "supplied", "agent": "a"}
    for field, more in (
        ("place", {}),
        ("recipients", {}),
        ("nowhere", {}),
        ("nowhere", {"value": "X"}),
    ):
        evidence = [good, {**good, "field": field, **more}, good]
        assert problems(evidence=evidence) == [("unknown_statement", "evidence.1.field")]
    wrong = [{**good, "field": field} for field in ("nowhere", "place", "nobody")]
    assert [place for _, place in problems(evidence=wrong)] == [
        f"evidence.{number}.field" for number in range(3)
    ]
    rivals = [{**good, "field": field, "value": "X"} for field in ("place", "recipients")]
    Record.model_validate({**BASE, "evidence": rivals})


def test_a_quote_must_be_as_long_as_its_span() -> None:
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    at = {"part": "p", "start": 0, "end": 3, "exact": "four"}
    evidence = [{"field": "title", "basis": "quoted", "at": at}]
    assert problems(parts=parts, evidence=evidence)


def test_the_first_letter_has_the_expected_statements_and_evidence() -> None:
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    paths = list(statements(record))
    assert {"sender", "agents.khrushchev", "parts.note-to-prc", "mentioned_places.2"} <= set(paths)
    index = StatementIndex(record)
    assert all(index.evidence(path) for path in paths)
    assert index.value("agents.khrushchev.name") == "N. Khrushchev"
    assert index.value("translation_notes.lozhnom-polozhenii.original") == "ложном положении"
    with pytest.raises(KeyError, match="did you mean name"):
        index.value("agents.khrushchev.nmae")


def test_the_russian_words_of_the_first_letter_are_inferred_and_not_in_its_text() -> None:
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    text = (ROOT / "records" / record.id / "letter-1960-07-18.txt").read_bytes().decode()
    assert "ложном" not in text
    for evidence in StatementIndex(record).evidence(
        "translation_notes.lozhnom-polozhenii.original"
    ):
        if evidence.field.endswith(".original"):
            assert evidence.basis == "inferred"
    assert record.holdings == ()
    assert all(part.made_by == () for part in record.parts)
