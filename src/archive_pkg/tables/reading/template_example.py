"""The example letter in the template. It is ignored as long as no cell of it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.reading.headers import normalize_header
from archive_pkg.tables.schema.columns import LETTERS, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.tables.reading.sheets import Sheet

EXAMPLE_LEFT = Code(
    "tables-example-left",
    Severity.ADVICE,
    "The example of the template is still in the workbook; it is ignored.",
)

EXAMPLE: dict[str, list[dict[str, str]]] = {
    LETTERS: [
        {
            "id": "example-1",
            "type": "letter",
            "title": "Letter, A. Example to B. Example, 18 July 1960",
            "sender": "a-example",
            "recipients": "b-example",
            "date.edtf": "1960-07-18",
            "date.as_written": "18 July 1960",
            "place.name": "Moscow",
        }
    ],
    "agents": [
        {"letter": "example-1", "id": "a-example", "name": "A. Example", "kind": "person"},
        {"letter": "example-1", "id": "b-example", "name": "B. Example", "kind": "person"},
    ],
    "parts": [
        {
            "letter": "example-1",
            "id": "original",
            "kind": "original",
            "held": "false",
            "languages": "ru",
        }
    ],
}
"""The rows of the example by table."""

EXAMPLE_ID = EXAMPLE[LETTERS][0]["id"]


def leave_example_out(sheets: Iterable[Sheet]) -> None:
    """Leave the example of the template out of the sheets if no cell of it has changed."""
    by_name = {normalize_header(sheet.name): sheet for sheet in sheets}
    held = {name: by_name.get(normalize_header(name)) for name in tables()}
    found = {name: dict(_rows_of_example(sheet)) for name, sheet in held.items() if sheet}
    expected = {name: [sorted(row.values()) for row in rows] for name, rows in EXAMPLE.items()}
    if {name: list(rows.values()) for name, rows in found.items() if rows} != expected:
        return
    for name, rows in found.items():
        sheet = held[name]
        if sheet and rows:
            sheet.left_out.update(rows)
            if name == LETTERS:
                message, hint = (
                    _("this is the example of the template; it is ignored"),
                    _("Overwrite it or delete its rows."),
                )
                sheet.report.add(EXAMPLE_LEFT.at(sheet.at(min(rows)), message, hint))


def _rows_of_example(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the numbers and sorted cells of the rows with the example's id."""
    for start, rows in sheet.blocks():
        for number, row in enumerate(rows, start):
            if row[:1] == [EXAMPLE_ID]:
                yield number, sorted(filter(None, row))
