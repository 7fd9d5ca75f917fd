"""Statements of a record, each under its dotted path; items of lists go by their id or number."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.records.models import Evidence, Record

# What describes the record itself or its files, and so rests on nothing but the record.
_OWN = {"id", "version", "supersedes", "evidence", "type"}

MOST_MEANT = 20
"""How often, in one record, what was meant is looked for; nobody reads more, and it takes long."""


class Index:
    """A record's statements and their evidence, each list gone through once however much is asked.

    Items of a list go by their id, or else by their number or, if they are mere text, by it.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._items: dict[int, dict[str, Any]] = {}
        self._misses = 0
        self._evidence: dict[str, list[Evidence]] = defaultdict(list)
        self._finer: dict[str, list[Evidence]] = defaultdict(list)
        for item in record.evidence:
            self._evidence[item.field].append(item)
        for field, items in self._evidence.items():
            names = field.split(".")
            for end in range(1, len(names)):
                self._finer[".".join(names[:end])].extend(items)

    def value(self, path: str) -> Any:
        """The value a dotted path leads to, `agents.khrushchev.name` or `date`.

        Raises:
            KeyError: A name on the path leads nowhere; its argument is a sentence that says so.
        """
        value: Any = self._record
        for name in path.split("."):
            value = self._step(value, name)
        return value

    def evidence(self, path: str) -> tuple[Evidence, ...]:
        """The evidence that covers a statement: that of what it is part of, then its own."""
        names = path.split(".")
        wholes = (".".join(names[:end]) for end in range(1, len(names) + 1))
        return tuple(item for whole in wholes for item in self._evidence.get(whole, ()))

    def finer_evidence(self, path: str) -> tuple[Evidence, ...]:
        """The evidence for single things within a statement."""
        return tuple(self._finer.get(path, ()))

    def _step(self, value: Any, name: str) -> Any:
        if isinstance(value, tuple):
            items = self._items.get(id(value))
            if items is None:
                items = self._items[id(value)] = _by_name(value)
            if name in items:
                return items[name]
            known = (item.id for item in value if hasattr(item, "id"))
            raise KeyError(f"{name} is none of its items" + self._meant(name, known))
        if isinstance(value, BaseModel):
            fields = list(type(value).model_fields)
            if name in fields:
                return getattr(value, name)
            raise KeyError(f"{name} is no field" + self._meant(name, fields))
        raise KeyError(f"there is nothing below it called {name}")

    def _meant(self, name: str, known: Iterable[str]) -> str:
        """What was probably meant; looked for in the first misses only, as it takes its time."""
        self._misses += 1
        near = get_close_matches(name, list(known), 1) if self._misses <= MOST_MEANT else []
        return f"; did you mean {near[0]}?" if near else ""


def _by_name(items: tuple[Any, ...]) -> dict[str, Any]:
    named = {str(index): item for index, item in enumerate(items)}
    first = items[0] if items else None
    if isinstance(first, str):
        named.update((item, item) for item in items)
    elif isinstance(first, BaseModel) and "id" in type(first).model_fields:
        named.update((item.id, item) for item in reversed(items))
    return named


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
