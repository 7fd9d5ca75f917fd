"""Which rows of a block might be wrong: a quick look at whole columns, before any row is read.

What the screen lets pass, the row's model accepts (a property test holds them together); what it
stops is looked at again, cell by cell. Values that come again and again are checked once.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import sub
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.tables.items import model_of, validator
from archive_pkg.tables.rows import plain_item

if TYPE_CHECKING:
    from archive_pkg.records.base import Model
    from archive_pkg.tables.layout import Column, Table
    from archive_pkg.tables.sheets import Rows

    Cells = Mapping[str, Sequence[str]]

_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WHOLE = r"(?:0|[1-9][0-9]{0,17})"
_COUNT = r"[1-9][0-9]{0,17}"
_REMEMBERED = 100_000


class Screen:
    """The screen of one table; it remembers the values it has seen to be good."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._looks = {column.name: _look(table, column) for column in table.columns}
        self._groups = tuple(_groups(table))
        self._opaque = _is_opaque(table.model)
        self._unjudged = tuple(_unjudged(table))

    def suspects(self, rows: Rows) -> set[int]:
        """The places of the rows that need a closer look."""
        cells, count = rows.cells, len(rows)
        if self._opaque:
            return set(range(count))
        found: set[int] = set()
        for name in self._unjudged:
            found.update(place for place, value in enumerate(cells.get(name, ())) if value)
        for column in self._table.columns:
            values = cells.get(column.name)
            if values is None:
                if column.required:
                    return set(range(count))
                continue
            if column.required and "" in values:
                found.update(place for place, value in enumerate(values) if not value)
            if whole := rows.text(column.name):
                found.update(self._looks[column.name](values, whole))
        for needed, others in self._groups:
            found.update(_incomplete(cells, needed, others, count))
        if rule := _ROW_RULES.get(self._table.name):
            found.update(rule(cells, count))
        return found


Look = Callable[[Sequence[str], str], Iterable[int]]
"""Looks at a column's values, and at all of them run together; gives the places of wrong ones."""


def _look(table: Table, column: Column) -> Look:
    """What looks at a column."""
    if column.enum and not column.many:
        allowed = {"", *column.enum}
        return lambda values, _: _not_among(values, allowed)
    if column.type == "boolean":
        return lambda values, _: _not_among(values, {"", "true", "false"})
    if column.type == "integer":
        patterns = _every(_WHOLE if column.minimum == 0 else _COUNT)
        return lambda values, _: _not_matching(values, patterns)
    named = column.path[-1] in ("id", "letter", "sha256") or column.refers_to
    if named and not column.many:
        pattern = _every(column.pattern)
        return lambda values, _: _not_matching(values, pattern)
    if column.is_free and not (column.many or column.is_path):
        if column.min_length or column.path[-1] in ("prefix", "suffix"):
            return lambda values, whole: _unclean(values, whole, blank=True)
        return lambda values, whole: _unclean(values, whole, blank=False)
    return _Remembering(table, column)


def _every(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"(?:(?:{pattern})?\n)*"), re.compile(pattern)


def _not_matching(
    values: Sequence[str], patterns: tuple[re.Pattern[str], re.Pattern[str]]
) -> Iterable[int]:
    every, one = patterns
    whole = "\n".join(values) + "\n"
    # A cell may have a line feed in it; its lines are no values.
    if whole.count("\n") == len(values) and every.fullmatch(whole):
        return ()
    return [place for place, value in enumerate(values) if value and not one.fullmatch(value)]


def _not_among(values: Sequence[str], allowed: set[str]) -> Iterable[int]:
    if allowed.issuperset(values):
        return ()
    return [place for place, value in enumerate(values) if value not in allowed]


def _unclean(values: Sequence[str], whole: str, *, blank: bool) -> Iterable[int]:
    """Text with control characters, and, where that is not allowed, of nothing but spaces."""
    found: list[int] = []
    if not whole.isprintable() and _UNCLEAN.search(whole):
        found += (place for place, value in enumerate(values) if _UNCLEAN.search(value))
    if not blank and any(map(str.isspace, values)):
        found += (place for place, value in enumerate(values) if value.isspace())
    return found


class _Remembering:
    """Asks the model about each value once."""

    def __init__(self, table: Table, column: Column) -> None:
        self._table, self._column = table, column
        self._good: set[str] = {""}

    def __call__(self, values: Sequence[str], _: str) -> Iterable[int]:
        new = set(values) - self._good
        if not new:
            return ()
        bad = {value for value in new if not self._accepts(value)}
        if len(self._good) < _REMEMBERED:
            self._good |= new - bad
        return [place for place, value in enumerate(values) if value in bad] if bad else ()

    def _accepts(self, value: str) -> bool:
        """Whether the model has nothing against the value, whatever else the row may lack."""
        item = plain_item(self._table, {self._column.name: value})
        try:
            validator(model_of(self._table)).validate_python(item)
        except ValidationError as error:
            path = self._column.path
            return all(
                not entry["loc"] or (entry["type"] == "missing" and entry["loc"][:-1] != path)
                for entry in error.errors(include_url=False)
            )
        return True


def _groups(table: Table) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Columns that are needed as soon as one beside or below them is filled, and those."""
    for column in table.columns:
        if column.needed and not column.required:
            home = column.path[:-1]
            yield (
                column.name,
                tuple(
                    other.name
                    for other in table.columns
                    if other.path[: len(home)] == home and other is not column
                ),
            )


_RULES = {
    "Record": {"_coherent", "_of_this_format"},  # tables have no format
    "Date": {"_says_something"},  # its edtf is needed
    "WrittenDate": {"_says_something"},
    "Part": {"_held_as_a_file"},
    "Span": {"_forwards"},
    "Quote": {"_forwards", "_long_as_said"},
    "Evidence": {"_says_on_what"},
}
"""The validators of models that `_ROW_RULES`, or `coherence`, look after."""


def _is_opaque(model: type[Model]) -> bool:
    """Whether a model has rules that the screen does not know."""
    rules = model.__pydantic_decorators__
    known = _RULES.get(model.__name__, set())
    return bool(rules.field_validators or rules.model_validators.keys() - known)


def _unjudged(table: Table) -> Iterable[str]:
    """Columns of what has rules that the screen does not know: where filled, the model judges."""
    for path, model in table.parts:
        if _is_opaque(model):
            for column in table.columns:
                if column.path[: len(path)] == path:
                    yield column.name


def _incomplete(cells: Cells, needed: str, others: tuple[str, ...], count: int) -> Iterable[int]:
    must = cells.get(needed)
    if must is not None and "" not in must:
        return ()
    filled = [cells[name] for name in others if any(cells.get(name, ()))]
    if not filled:
        return ()
    return [
        place
        for place in range(count)
        if not (must and must[place]) and any(values[place] for values in filled)
    ]


def _letters(cells: Cells, count: int) -> Iterable[int]:
    """Rows with a note on a date that is not there."""
    empty = ("",) * count
    for name in ("date", "received"):
        fields = (cells.get(f"{name}.{each}", empty) for each in ("note", "edtf", "as_written"))
        for place, (note, edtf, words) in enumerate(zip(*fields, strict=True)):
            if note and not (edtf or words):
                yield place


def _quotes(cells: Cells, count: int) -> Iterable[int]:
    """Rows whose quote is not as long as its span."""
    if not any(cells.get("at.start", ())):
        return ()
    if not cells.get("at.end") or not cells.get("at.exact"):
        return range(count)
    starts, ends, words = cells["at.start"], cells["at.end"], cells["at.exact"]
    with contextlib.suppress(ValueError):
        if list(map(sub, map(int, ends), map(int, starts))) == list(map(len, words)):
            return ()
    found = []
    for place, (start, end, exact) in enumerate(zip(starts, ends, words, strict=True)):
        try:
            if start and int(end) - int(start) != len(exact):
                found.append(place)
        except ValueError:
            found.append(place)
    return found


def _parts(cells: Cells, count: int) -> Iterable[int]:
    empty = ("",) * count
    held, file, start, end, digest = (
        cells.get(name, empty) for name in ("held", "file", "span.start", "span.end", "sha256")
    )
    found = []
    for place in range(count):
        here = file[place] or start[place] or digest[place]
        wrong = bool(here) if held[place] == "false" else not file[place]
        if wrong or (start[place] and not _forwards(start[place], end[place])):
            found.append(place)
    return found


def _forwards(start: str, end: str) -> bool:
    return start.isdecimal() and end.isdecimal() and int(start) < int(end)


def _evidence(cells: Cells, count: int) -> Iterable[int]:
    needs = {"quoted": "at.start", "inferred": "rule", "supplied": "agent"}
    empty = ("",) * count
    basis = cells.get("basis", empty)
    there = {name: cells.get(column, empty) for name, column in needs.items()}
    wrong = [
        place for place, name in enumerate(basis) if name not in there or not there[name][place]
    ]
    return [*wrong, *_quotes(cells, count)]


_ROW_RULES: dict[str, Callable[[Cells, int], Iterable[int]]] = {
    "letters": _letters,
    "translation_notes": _quotes,
    "parts": _parts,
    "evidence": _evidence,
}
"""What the models ask of a row as a whole."""
