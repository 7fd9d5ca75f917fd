"""Statements of a record, each under its dotted path; items of lists go by their id or number."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.models import Evidence, Record

# What describes the record itself or its files, and so rests on nothing but the record.
_OWN = {"id", "version", "supersedes", "evidence", "type"}


def resolve(record: Record, path: str) -> Any:
    """The value a dotted path leads to, `agents.khrushchev.name` or `date`.

    Raises:
        KeyError: A name on the path leads nowhere; its argument is a sentence that says so.
    """
    value: Any = record
    for name in path.split("."):
        value = _step(value, name)
    return value


def _step(value: Any, name: str) -> Any:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            if name in (getattr(item, "id", None), str(index)) or item == name:
                return item
        raise KeyError(f"{name} is none of its {len(value)} items")
    if isinstance(value, BaseModel):
        known = type(value).model_fields
        if name in known:
            return getattr(value, name)
        near = get_close_matches(name, known, 1)
        raise KeyError(f"{name} is no field" + (f"; did you mean {near[0]}?" if near else ""))
    raise KeyError(f"there is nothing below it called {name}")


def statements(record: Record) -> Iterator[str]:
    """The paths of all that the record states of the letter: its fields, its items one by one."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in _OWN or value in (None, ()):
            continue
        if isinstance(value, tuple) and isinstance(value[0], BaseModel):
            for index, item in enumerate(value):
                yield f"{name}.{getattr(item, 'id', index)}"
        else:
            yield name


def evidence_for(record: Record, path: str) -> tuple[Evidence, ...]:
    """The evidence that covers a statement: its own, and that of what it is part of."""
    return tuple(
        item for item in record.evidence if path == item.field or path.startswith(f"{item.field}.")
    )
