"""The JSON Schema of a record accepts what the models accept, as far as a schema can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from archive_pkg import Record, load_record, read_record, records

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SPAN = {"start": 0, "end": "4"}
QUOTE = {**SPAN, "part": "p", "exact": "four", "prefix": "", "suffix": "x"}
DATE = {
    "edtf": "1960-07-18", "as_written": "18 July 1960", "calendar": "julian", "note": "in words",
}  # fmt: skip
NAMED = {"scheme": "gnd", "value": "118540238", "note": "x"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "AgendaItem": {"id": "i", "title": "x", "number": "1", "at": QUOTE, "record": "r"},
    "Access": {"status": "restricted", "until": "2030", "rule": "the donor's wish"},
    "Agent": {
        "id": "a", "name": "A", "kind": "person", "name_parts": {"given": "A"}, "born": "1894",
        "died": DATE, "role": "x", "affiliations": ["b"], "as_written": "x", "version": "1",
        "identifiers": [NAMED], "note": "x",
    },
    "Classification": {
        "as_written": "Secret", "language": "en", "scheme": "us", "level": "secret",
        "caveats": ["x"], "history": [{"action": "reviewed"}],
    },
    "Date": DATE,
    "DateAndPlace": DATE | {"place": {"name": "x"}},
    "Enclosure": {
        "id": "e", "title": "x", "number": "1", "sender": ["a"], "date": "1960", "part": "p",
        "record": "r",
    },
    "Event": {
        "id": "e", "type": "creation", "date": DATE, "agents": ["a"], "objects": ["p"],
        "sources": ["p"], "inputs": ["sha256:" + "0" * 64], "outputs": [], "outcome": "fail",
        "detail": "x",
    },
    "Evidence": {
        "field": "agents.a.name", "basis": "quoted", "at": QUOTE, "rule": "r", "agent": "a",
        "value": "x", "confidence": "guess", "note": "x",
    },
    "Holding": {"repository": "x", "levels": [{"name": "x", "value": "x"}], "note": "x"},
    "HoldingLevel": {"name": "x", "value": "x"},
    "Identifier": NAMED,
    "NameParts": {"family": "x", "given": "x", "patronymic": "x", "suffix": "x"},
    "OwnType": {"label": "x", "definition": "x", "like": "note"},
    "Participant": {"agent": "a", "part": ["chair", "speaker"], "office": "x", "side": "x"},
    "Publication": {
        "citation": "x", "title": "x", "editors": ["a"], "translators": ["a"], "place_in": "x",
        "date": "1960", "identifiers": [NAMED],
    },
    "RecordedEvent": DATE | {"place": {"name": "x"}, "kind": "talk"},
    "Relation": {
        "kind": "reply-to", "record": "r", "title": "x", "identifier": NAMED, "note": "x",
    },
    "Part": {
        "id": "p", "kind": "scan", "title": "x", "held": "true", "file": "a/b.txt", "span": SPAN,
        "sha256": "0" * 64, "media_type": "text/plain", "pronom": "fmt/354", "excerpt": True,
        "encoding": "UTF-8",
        "languages": ["ru"], "made_from": ["q"], "part_of": ["q"], "about": ["q"],
        "made_by": ["a"], "made": "1960", "method": "x", "access": {"status": "open"}, "note": "x",
    },
    "Place": {"name": "Moscow", "as_written": "x", "identifiers": []},
    "Quote": QUOTE,
    "Reclassification": {
        "action": "reviewed", "date": "1960", "by": "a", "level": "secret", "note": "x",
    },
    "Rights": {"statement": "unknown", "licence": "CC0-1.0", "holder": "a"},
    "Span": SPAN,
    "Subject": {"term": "x", "identifier": NAMED},
    "Summary": {"text": "x", "part": "p", "author": "a"},
    "TranslationNote": {
        "id": "n", "kind": "sic", "at": QUOTE, "text": "x", "rendering": "x", "original": "x",
        "language": "ru", "romanized": "x", "romanization": "x",
    },
    "WrittenDate": DATE,
    "Record": {
        "format": 3, "id": "a", "version": 1, "supersedes": "x", "identifiers": [NAMED],
        "type": "plan", "own_type": {"label": "x", "definition": "x", "like": "report"},
        "title": "x", "variant_titles": ["x"], "number": "x", "authors": ["x"], "sender": ["x"],
        "signatories": ["x"], "recipients": ["x"], "attention": ["x"], "copies_to": [],
        "distribution": "x", "participants": [{"agent": "x"}], "date": "1960",
        "place": {"name": "x"}, "recorded": {"place": {"name": "x"}}, "dispatched": "1960",
        "received": DATE, "classification": {"as_written": "Secret"}, "copy_number": "x",
        "filing_reference": "x", "extent": "3 pages", "excerpt": True, "salutation": "x",
        "closing": "x",
        "summary": {"text": "x"}, "subjects": [{"term": "x"}], "mentioned_agents": ["x"],
        "mentioned_places": [{"name": "x"}], "parts": [{"id": "p", "kind": "scan", "held": False}],
        "translation_notes": [], "enclosures": [], "items": [],
        "relations": [{"kind": "same-as", "record": "b"}], "holdings": [{"repository": "x"}],
        "custody": "x", "donor": "x", "publications": ["x", {"citation": "x"}],
        "rights": {"statement": "x"}, "agents": [{"id": "x", "name": "X", "kind": "person"}],
        "events": [], "evidence": [{"field": "title", "basis": "supplied", "agent": "x"}],
    },
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    "", " ", "words", "X y", "x\0", "1960-07-18", "1960-13", "open", "closed", "inferred",
    "supplied", "true", "no", "0", "-1", "01", "/x", "a/../b", "b.txt", "doi", "118540239", 0, 7,
    -1, 0.5, None, True, False, [], ["words"], [7], ["1960"], {}, {"no": "field"}, DATE, SPAN,
    "0" * 64, "9" * 19,
)  # fmt: skip
BEYOND = (
    "there is no month", "not a date in EDTF", "check digit", "the span ends", "the quote has",
    "a language", "subtag", "has the id", "the record has no", "has the same id",
)  # fmt: skip
"""Messages of faults that a schema cannot express: calendars, check digits, references."""


def variants(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an example, then variants with a field less, a field more, or a different value."""
    values = VALUES[:: 1 if len(example) < 20 else 4]
    yield example
    yield {**example, "unknown": "x"}
    for name in example:
        yield {key: value for key, value in example.items() if key != name}
        yield from ({**example, name: value} for value in values)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_schema_accepts_what_the_model_accepts(name: str) -> None:
    model = getattr(records, name)
    schema = model.model_json_schema()
    assert schema["properties"].keys() - {"holding"} == EXAMPLES[name].keys()
    assert all(field["description"] for field in schema["properties"].values())
    validator = jsonschema.Draft202012Validator(schema)
    for data in variants(EXAMPLES[name]):
        try:
            model.model_validate(data)
        except ValidationError as error:
            messages = [entry["msg"] for entry in error.errors()]
            beyond = any(word in message for message in messages for word in BEYOND)
            assert beyond or not validator.is_valid(data), (data, messages)
        else:
            assert validator.is_valid(data), data


def test_every_model_of_the_schema_has_an_example() -> None:
    assert {*Record.model_json_schema()["$defs"], "Record"} == EXAMPLES.keys()


@pytest.mark.parametrize(
    ("number", "field", "accepted"),
    [
        (None, "of", True),
        (1, "of", True),
        (2, "of", False),
        ("2", "made_from", True),
        (3, "of", False),
        ("3", "about", True),
        (4, "", False),
    ],
)
def test_the_schema_and_the_reader_accept_the_same_formats(
    number: object, field: str, accepted: bool
) -> None:
    parts = [{"id": name, "kind": "scan", "held": False} for name in "pq"]
    parts[1] |= {field: ["p"]} if field else {}
    data = {"id": "a", "type": "letter", "title": "A", "format": number, "parts": parts}
    assert (read_record(data)[0] is not None) is accepted
    assert jsonschema.Draft202012Validator(Record.model_json_schema()).is_valid(data) is accepted


@pytest.mark.parametrize("number", [None, 1, "2", 3])
@pytest.mark.parametrize(
    "change", [{"folio": "3"}, {"folio": ""}, {"repository": None}, {"x": "y"}]
)
def test_the_schema_and_the_reader_accept_the_same_holding(
    number: object, change: dict[str, object]
) -> None:
    holding = {"repository": "A", "fonds": "F", "file": None} | change
    data = {"id": "a", "type": "letter", "title": "A", "format": number, "holding": holding}
    accepted = number != 3 and change == {"folio": "3"}
    assert (read_record(data)[0] is not None) is accepted
    assert jsonschema.Draft202012Validator(Record.model_json_schema()).is_valid(data) is accepted
    both = data | {"holdings": []}
    assert read_record(both)[0] is None
    assert not jsonschema.Draft202012Validator(Record.model_json_schema()).is_valid(both)


@pytest.mark.parametrize(
    ("agent", "accepted"),
    [
        ({}, True),
        ({"role": "Minister"}, True),
        ({"name": None, "kind": None, "as_written": "GROMYKO"}, True),
        ({"kind": "person"}, True),
        ({"kind": "minister"}, False),
        ({"name": "Gromyko, Andrei"}, False),
        ({"name": "Gromyko, Andrei", "kind": "person"}, True),
        ({"office": "Minister"}, False),
    ],
)
def test_the_schema_accepts_agents_that_a_register_describes(
    tmp_path: Path, agent: dict[str, object], accepted: bool
) -> None:
    (tmp_path / "agents.yaml").write_text("agents: [{id: a, name: A, kind: person}]\n")
    data = {"id": "x", "type": "letter", "title": "A", "agents": [{"id": "a", **agent}]}
    read, _ = read_record(json.dumps(data).encode(), folder=tmp_path)
    assert (read is not None) is accepted
    assert jsonschema.Draft202012Validator(Record.model_json_schema()).is_valid(data) is accepted


def test_the_schema_accepts_the_first_record() -> None:
    validator = jsonschema.Draft202012Validator(Record.model_json_schema())
    seed = ROOT / "records" / "1960-07-18-cpsu-to-sed"
    texts = yaml.load((seed / "record.yaml").read_text("utf-8"), yaml.BaseLoader)
    for data in (texts, load_record(seed).as_json()):
        assert validator.is_valid(data)
        assert not validator.is_valid(data | {"titel": "x"})
