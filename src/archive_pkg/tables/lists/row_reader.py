"""Share the list, its map and the report among the readers of the rows of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.names import latin
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.lists.list_rows import ListRow, ListRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.reports import Finding
    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet


class RowReader:
    """Reads the rows of a list; `report` has the findings about it."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        self._sheet, self._map = sheet, mapping
        self._rows = ListRows(sheet, mapping)
        self.report = self._rows.report
        self._errors = 0
        self._inherited: list[Finding] = []

    def _report(self, code: Code, row: ListRow, header: str, message: str, hint: str = "") -> None:
        self._errors += code.severity is Severity.ERROR
        finding = code.at(self._rows.at(row.number, header), message, hint)
        if row.number in self._rows.levels:  # many letters inherit the same cell
            if finding in self._inherited:
                return
            self._inherited.append(finding)
        self.report.add(finding)


def as_id(text: str) -> str:
    """Convert an id or call number of a list to the id of a record; may be empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", latin(text)).strip("-._")[:100]


def numbered(base: str) -> Iterator[str]:
    """Yield a name, then the same name with 2, 3 and so on."""
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
