"""All faults of a record are reported, except those that only follow from another."""

from __future__ import annotations

import copy
import datetime
import json
from typing import Any

import pytest
from pydantic import ValidationError

from archive_pkg.records import Record, read_record
from typed import present

GOOD: dict[str, Any] = {
    "format": 2,
    "id": "x",
    "type": "letter",
    "title": "X",
    "sender": ["anna", "bert"],
    "date": {"edtf": "1960"},
    "agents": [{"id": name, "name": name, "kind": "person"} for name in ("anna", "bert", "carl")],
    "parts": [
        {"id": "p", "kind": "original", "held": False},
        {"id": "q", "kind": "scan", "held": False, "made_from": ["p"]},
    ],
    "subjects": [{"term": "A"}, {"term": "B"}],
    "events": [{"id": "e", "type": "creation", "date": "1960", "agents": ["anna"]}],
    "evidence": [{"field": "title", "basis": "supplied", "agent": "anna"}],
}
BAD_AGENT = {"id": "dora", "name": "Dora", "kind": "person", "age": 7}


def faults(**changes: Any) -> list[tuple[str, str]]:
    """Return the code and field of every finding of the good record with some changes."""
    record, report = read_record({**GOOD, **changes})
    assert (record is None) is bool(len(report))
    return [(finding.code, present(finding.location.field)) for finding in report]


UNKNOWN = "record-reference-unknown"
NOT_STATED = "record-statement-unknown"


def test_faults_of_single_fields_and_of_the_record_are_reported_together() -> None:
    parts = [{"id": "p", "kind": "original", "file": "a.txt", "held": "yes"}]
    evidence = [{"field": "nosuch", "basis": "supplied", "agent": "x"}]
    bad = {**GOOD, "sender": ["nobody"], "parts": parts, "evidence": evidence}
    with pytest.raises(ValidationError) as of_data:
        Record.model_validate(bad)
    with pytest.raises(ValidationError) as of_json:
        Record.model_validate_json(json.dumps(bad))
    for caught in (of_data, of_json):
        assert {error["loc"] for error in caught.value.errors()} == {
            ("sender", 0), ("parts", 0, "held"), ("evidence", 0, "agent"), ("evidence", 0, "field"),
        }  # fmt: skip


def test_a_malformed_reference_is_reported_once() -> None:
    assert faults(sender=["a b"]) == [("record-value-wrong", "sender.0")]


def test_a_value_from_python_of_the_wrong_type_is_named_by_its_type() -> None:
    _, report = read_record({**GOOD, "date": datetime.date(1960, 7, 18), "title": 7})
    assert [(finding.message, finding.hint) for finding in report] == [
        ("title is of type int, not text", "Write text."),
        ("date is of type date, not a group of fields", 'Write "1960-07-18".'),
    ]


def test_a_valid_record_has_no_faults() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"title": [7]}, "title"),
        ({"id": "a b"}, "id"),
        ({"type": "novel"}, "type"),
        ({"custody": ""}, "custody"),
        ({"custody": "", "donor": "-"}, ["custody", "donor"]),
        ({"date": {"edtf": "1960-13"}}, "date.edtf"),
        ({"agents": [*GOOD["agents"], BAD_AGENT]}, "agents.dora.age"),
        ({"agents": [BAD_AGENT, *GOOD["agents"]]}, "agents.dora.age"),
        (
            {"agents": [{**BAD_AGENT, "id": "a b"}, *GOOD["agents"]]},
            ["agents.0.id", "agents.0.age"],
        ),
        ({"subjects": [{"term": ""}, {"term": "B"}]}, "subjects.0.term"),
        ({"events": [{"id": "e", "type": ""}]}, "events.e.type"),
        ({"parts": [*GOOD["parts"], {"id": "r", "kind": "film"}]}, ["parts.r.kind", "parts.r"]),
    ],
)
def test_an_invalid_field_does_not_hide_cross_field_faults(
    changes: dict[str, Any], bad: str | list[str]
) -> None:
    alone = [field for _, field in faults(**changes)]
    assert alone == ([bad] if isinstance(bad, str) else bad)
    cross_field = {"recipients": ["anna", "nobody"], "copies_to": ["nobody"]}
    evidence = [*GOOD["evidence"], {"field": "place", "basis": "supplied", "agent": "bert"}]
    found = faults(**changes, **cross_field, evidence=evidence)
    cross_field_faults = [(code, field) for code, field in found if code in (UNKNOWN, NOT_STATED)]
    assert sorted(cross_field_faults) == [
        (UNKNOWN, "copies_to.0"),
        (UNKNOWN, "recipients.1"),
        (NOT_STATED, "evidence.1.field"),
    ]
    assert sorted(
        field for code, field in found if (code, field) not in cross_field_faults
    ) == sorted(alone)


def test_references_to_an_invalid_agent_or_part_are_not_reported_as_unknown() -> None:
    agents = [{**GOOD["agents"][0], "name": ""}, *GOOD["agents"][1:]]
    parts = [{**GOOD["parts"][0], "kind": "film"}, GOOD["parts"][1]]
    found = faults(agents=agents, parts=parts)
    assert [field for _, field in found] == ["parts.p.kind", "agents.anna.name"]
    found = faults(agents=agents, recipients=["dora"])
    assert found[-1] != (UNKNOWN, "sender.0")
    assert (UNKNOWN, "recipients.0") in found


@pytest.mark.parametrize("agents", [{}, "all of them", 7, None])
def test_if_the_list_of_agents_is_invalid_no_reference_is_reported_as_unknown(
    agents: object,
) -> None:
    found = [field for _, field in faults(agents=agents, sender=["anna", "nobody"]) if field]
    assert not [field for field in found if field.startswith(("sender", "events"))]


def test_evidence_for_an_invalid_value_is_not_reported() -> None:
    evidence = [
        {"field": field, "basis": "supplied", "agent": "anna"}
        for field in (
            "custody",
            "subjects.0.term",
            "subjects.1",
            "agents.anna.role",
            "date",
            "place",
        )
    ]
    agents = [{**GOOD["agents"][0], "role": ""}, *GOOD["agents"][1:]]
    subjects = [{"term": ""}, {"term": "B"}]
    found = faults(
        custody="", subjects=subjects, agents=agents, date={"edtf": "x"}, evidence=evidence
    )
    assert [one for one in found if one[0] == NOT_STATED] == [(NOT_STATED, "evidence.5.field")]


def test_invalid_items_do_not_shift_the_places_of_later_items() -> None:
    subjects = [{"term": ""}, {"term": "A"}, {"term": ""}, {"term": "B"}]
    events = [
        {"id": "e1", "type": ""},
        {"id": "e2", "type": "creation", "date": "1961"},
        {"id": "e3", "type": ""},
        {"id": "e4", "type": "creation", "date": "1960", "agents": ["nobody"]},
    ]
    found = faults(subjects=subjects, events=events)
    assert [field for _, field in found] == [
        "subjects.0.term", "subjects.2.term", "events.e1.type", "events.e3.type",
        "events.e4.agents.0", "events.e4.date",
    ]  # fmt: skip


def test_a_nested_fault_is_reported_with_cross_field_faults() -> None:
    span = {"start": 2, "end": 1}
    parts = [
        {"id": "p", "kind": "original", "held": False, "made_from": ["q"]},
        {"id": "q", "kind": "scan", "file": "q.txt", "made_from": ["p"], "span": span},
    ]
    found = [field for _, field in faults(parts=parts, title="", recipients=["nobody"])]
    assert set(found) >= {"title", "parts.q.span", "recipients.0"}
    assert {"parts.p.made_from", "parts.q.made_from"} & set(found), (
        "the cycle in made_from is not reported"
    )


def test_an_unknown_format_does_not_hide_other_faults() -> None:
    found = [field for _, field in faults(format=99, recipients=["nobody"])]
    assert found == ["format", "recipients.0"]


def test_references_to_a_missing_list_are_reported_as_unknown() -> None:
    changed = {name: value for name, value in GOOD.items() if name != "parts"}
    changed |= {"title": "", "summary": {"text": "X", "part": "p"}}
    _, report = read_record(changed)
    assert [finding.location.field for finding in report] == ["title", "summary.part"]


def test_evidence_can_name_items_by_number_or_text() -> None:
    evidence = [
        {"field": field, "basis": "supplied", "agent": "anna"}
        for field in ("sender.bert", "sender.1", "subjects.1.term", "agents.carl", "agents.2.name")
    ]
    wrong = [{"field": "subjects.2", "basis": "supplied", "agent": "anna"}]
    found = faults(title="", evidence=[*evidence, *wrong])
    assert [field for _, field in found] == ["title", "evidence.5.field"]


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        (
            {"parts": [{"id": "p", "kind": "film"}, {"id": "q", "held": "false", "file": "q.txt"}]},
            ["parts.p.kind", "parts.p", "parts.q.kind", "parts.q"],
        ),
        ({"parts": [{"id": "p", "kind": "scan", "held": "perhaps"}]}, ["parts.p.held"]),
        (
            {"evidence": [{"field": "title", "basis": "quoted", "note": ""}]},
            ["evidence.0.note", "evidence.0"],
        ),
        ({"evidence": [{"field": "title", "basis": "guessed"}]}, ["evidence.0.basis"]),
        ({"date": {"note": ""}}, ["date.note", "date"]),
        (
            {"events": [{"id": "e", "type": "creation", "date": {"note": ""}}]},
            ["events.e.date.edtf", "events.e.date.note"],
        ),
        (
            {"subjects": [{"term": "", "identifier": {"scheme": "viaf", "value": "x", "n": 1}}]},
            ["subjects.0.term", "subjects.0.identifier.n", "subjects.0.identifier"],
        ),
    ],
)
def test_an_invalid_field_does_not_hide_faults_that_its_model_finds(
    changes: dict[str, Any], places: list[str]
) -> None:
    assert [field for _, field in faults(**changes)] == places


def test_faults_of_access_and_quotes_are_reported_along_with_invalid_fields() -> None:
    access = {"status": "restricted", "note": "x"}
    quote = {"part": "p q", "start": "0", "end": 3, "exact": "two"[:2]}
    evidence = [{"field": "title", "basis": "quoted", "at": quote}]
    found = faults(parts=[{**GOOD["parts"][0], "access": access}], evidence=evidence)
    assert [field for _, field in found] == [
        "parts.p.access.note", "parts.p.access", "parts.p.access",
        "evidence.0.at.part", "evidence.0.at",
    ]  # fmt: skip


ODD: list[Any] = [5, True, [5], [[]], [{}]]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("sender.0", "sender.0"),
        ("parts.1", "parts.1"),
        ("parts.1.made_from", "parts.q.made_from"),
        ("parts.1.made_from.0", "parts.q.made_from.0"),
        ("parts.1.id", "parts.1.id"),
        ("events.0", "events.0"),
        ("events.0.date", "events.e.date"),
        ("events.0.agents", "events.e.agents"),
        ("evidence.0.field", "evidence.0.field"),
        ("evidence.0.agent", "evidence.0.agent"),
        ("date", "date"),
        ("subjects.0", "subjects.0"),
    ],
)
def test_a_value_of_the_wrong_type_is_reported_once_at_its_place(path: str, place: str) -> None:
    for odd in ODD:
        data: Any = copy.deepcopy(GOOD)
        here, steps = data, [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in steps[:-1]:
            here = here[step]
        here[steps[-1]] = odd
        ((code, field),) = faults(**data)
        assert code in ("record-type-wrong", "record-field-missing"), odd
        assert field in (place, f"{place}.0"), odd


def test_a_fault_in_one_item_does_not_hide_a_fault_in_the_next() -> None:
    said = {"basis": "supplied", "agent": "anna"}
    evidence = [{"field": 5, **said}, {"field": "nosuch", **said}]
    assert faults(evidence=evidence) == [
        ("record-type-wrong", "evidence.0.field"),
        (NOT_STATED, "evidence.1.field"),
    ]
    events = [
        {"id": "e", "type": "creation", "date": {"edtf": 5}},
        {"id": "f", "type": "creation", "date": "1961"},
        {"id": "g", "type": "creation", "date": "1960"},
    ]
    found = faults(events=events)
    assert [field for _, field in found] == ["events.e.date.edtf", "events.g.date"]
    agents = [*GOOD["agents"], {"name": "X", "kind": "person"}, {"name": "Y", "kind": "person"}]
    assert faults(agents=agents, sender=["none"]) == [
        ("record-field-missing", "agents.3.id"),
        ("record-field-missing", "agents.4.id"),
        (UNKNOWN, "sender.0"),
    ]


def test_a_word_in_place_of_a_list_gets_a_hint_that_leads_to_a_valid_list() -> None:
    _, report = read_record(
        {
            **GOOD,
            "parts": "none",
            "publications": "Doe 1990",
            "enclosures": "a map",
            "variant_titles": "A",
        }
    )
    assert {finding.location.field: finding.hint for finding in report} == {
        "parts": "Leave the field out if nothing is known.",
        "publications": "Write on the next line, indented: - citation: Doe 1990",
        "enclosures": "Write a list of items, each with id and title.",
        "variant_titles": "Write [A].",
    }
