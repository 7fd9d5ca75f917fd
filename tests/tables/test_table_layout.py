"""The schemas of the tables follow the models: Frictionless refuses what Pydantic refuses."""

from __future__ import annotations

import functools
import re
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, StringConstraints, ValidationError

from archive_pkg.records.base import Model
from archive_pkg.records.models import Record
from archive_pkg.records.models.fields import ID_PATTERN
from archive_pkg.records.record_errors import references
from archive_pkg.tables import table_schema
from archive_pkg.tables.checking.row_validation import model_of, validator
from archive_pkg.tables.reading.headers import normalize_header
from archive_pkg.tables.schema.columns import Column, LayoutError, Table, derive, tables
from archive_pkg.tables.schema.rows import raw_item
from strategies import records, texts


def test_each_list_of_the_record_model_has_a_table_and_a_key() -> None:
    assert list(tables()) == [
        "letters", "participants", "classification_history", "subjects", "mentioned_places",
        "parts", "translation_notes", "enclosures", "items", "relations", "holdings",
        "publications", "agents", "events", "evidence",
    ]  # fmt: skip
    assert tables()["letters"].key == ("id",)
    assert tables()["parts"].key == ("letter", "id")
    assert tables()["participants"].key == ("letter", "agent")
    assert tables()["evidence"].key == ()


def test_descriptions_examples_and_choices_come_from_the_models() -> None:
    column = tables()["agents"].column("role")
    assert column.description.startswith("The office or function")
    assert column.examples == ("First Secretary",)
    assert tables()["agents"].column("kind").enum == (
        "person", "organization", "family", "software",
    )  # fmt: skip
    assert all(column.description for table in tables().values() for column in table.columns)


def test_normalized_headers_of_a_table_are_unique() -> None:
    for table in tables().values():
        names = [normalize_header(column.name) for column in table.columns]
        assert len(names) == len(set(names)), table.name


class Box(Model):
    """A box.

    Attributes:
        id: Its name.
        collection: Its collection, "A-1".
        weight: Its weight in grams.
    """

    id: str
    collection: Annotated[str, StringConstraints(pattern=r"^A-\d|B-\d$")] | None = None
    weight: Annotated[int, Field(ge=1, strict=True)] | None = None


def test_constraints_of_optional_fields_are_kept() -> None:
    (table,) = derive(Box).values()
    collection, weight = table.column("collection"), table.column("weight")
    assert collection.pattern == r"(?:A-\d|B-\d)"
    assert collection.examples == ("A-1",)
    assert weight.minimum == 1


class Collection(Model):
    """A collection.

    Attributes:
        id: Its name.
        boxes: Its boxes.
    """

    id: str
    boxes: tuple[Box, ...] = ()


class Room(Model):
    """A room.

    Attributes:
        id: Its name.
        collections: Its collections.
    """

    id: str
    collections: tuple[Collection, ...] = ()


class Odd(Model):
    """A model that does not fit into a column.

    Attributes:
        id: Its name.
        weight: A fraction.
    """

    id: str
    weight: float


@pytest.mark.parametrize("model", [Room, Odd])
def test_a_model_that_does_not_fit_into_a_table_is_an_error(model: type[Model]) -> None:
    with pytest.raises(LayoutError):
        derive(model)


@given(records())
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=20)
def test_every_reference_in_the_models_is_marked(record: Record) -> None:
    marked = {
        (*table.path, *column.path)
        for table in tables().values()
        for column in table.columns
        if column.refers_to in ("agents", "parts")
    }
    followed = {
        tuple(step for step in place if isinstance(step, str))
        for _, place, _ in references(record, Record)
    }
    assert followed <= marked


@functools.cache
def frictionless_schema(name: str) -> Any:
    from frictionless import Schema

    schema = table_schema(tables()[name])
    schema.pop("foreignKeys", None)
    schema.pop("primaryKey", None)
    return Schema.from_descriptor(schema)


def frictionless_refuses(table: Table, row: dict[str, str]) -> set[str]:
    from frictionless import Resource

    names = [column.name for column in table.columns]
    data = [names, [row.get(name, "") for name in names]]
    report = Resource(data=data, schema=frictionless_schema(table.name).to_copy()).validate()
    errors = [error for task in report.tasks for error in task.errors]
    return {error.field_name for error in errors if hasattr(error, "field_name")}


def pydantic_refuses(table: Table, row: dict[str, str]) -> set[str]:
    try:
        validator(model_of(table)).validate_python(raw_item(table, row))
    except ValidationError as error:
        return {
            ".".join(step for step in entry["loc"] if isinstance(step, str))
            for entry in error.errors()
        }
    return set()


def is_known_difference(table: Table, column: Column, text: str) -> bool:
    """Return whether a schema cannot express a rule; docs/reference/tables.md lists these."""
    return (
        # The rules for dates, languages, paths and identifiers are more than patterns.
        column.path[-1] in ("edtf", "language", "languages")
        or column.is_path
        or column.form != ""
        # Texts must not be blank.
        or column.is_free
        # In Python, $ matches before a final line break, and \d matches digits of all scripts.
        or text.endswith("\n")
        # Frictionless accepts all forms of numbers and truth values that Python accepts.
        or (column.type == "integer" and bool(re.fullmatch(r"\s*[+-]?[\d_]+\s*", text)))
        # Each item of a list is checked.
        or column.many
    )


CELLS = st.one_of(
    texts,
    st.sampled_from(
        ["", "a", "a-b", "-", "a b", "0", "1", "-1", "007", "1.5", "true", "false", "True", "yes",
         "letter", "person", "scan", "0" * 64, "text/plain", "1960-07-18", "x" * 300, "é",
         "title", "agents.x.name", "quoted", "success", "a\n"]
    ),
)  # fmt: skip


@given(st.data())
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pydantic_and_frictionless_agree(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(list(tables().values())))
    row = {
        column.name: data.draw(
            st.sampled_from([*column.enum, ""]) | CELLS if column.enum else CELLS,
            label=column.name,
        )
        for column in table.columns
        if column.required or data.draw(st.booleans())
    }
    if not any(row.values()):
        return  # Frictionless has its own error for blank rows
    theirs, ours = frictionless_refuses(table, row), pydantic_refuses(table, row)
    for column in table.columns:
        text = row.get(column.name, "")
        if is_known_difference(table, column, text) or column.name == "letter":
            # The models refuse every value that a schema refuses, except these.
            continue
        required = not text and (column.required or column.needed)
        if not required:
            assert (column.name in theirs) == (column.name in ours), (column.name, text)


def test_the_pattern_of_ids_comes_from_the_models() -> None:
    assert tables()["parts"].column("id").pattern == f"(?:{ID_PATTERN[1:-1]})"
    assert derive(Record).keys() == tables().keys()
