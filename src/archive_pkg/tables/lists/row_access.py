"""Read who may see a letter, from the rows of a list."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import _
from archive_pkg.tables.lists.access_words import (
    ACCESS_ASKED,
    AccessReading,
    exported_access,
    read_access,
    restriction_in,
    strictest,
)
from archive_pkg.tables.lists.list_rows import ACCESS_FIELDS, READ_AS, ListRow
from archive_pkg.tables.lists.row_reader import RowReader, as_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet

_UNDECIDED = "Not decided: the list of letters does not say clearly who may see it"
_END_IN_TEXT = re.compile(r"\b(?:19|2\d)\d\d(?:-\d\d){0,2}\b")
_ACCESS_HINT = "Write open, closed, or until and a date: until 2030-12-31."


class AccessCells(RowReader):
    """Reads the columns about access, and the restrictions in remarks."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        super().__init__(sheet, mapping)
        self._restricted_ids = {
            as_id(given)
            for row in self._rows.letters
            for given in row.texts("id")
            if any(
                read_access(cell.text, cell.header).status in ("restricted", "closed")
                for target in ("access", "access_until")
                for cell in row.cells.get(target, ())
            )
        }
        self._states_open = any(
            read_access(text, header).status == "open"
            for header, target in mapping.columns.items()
            if target == "access"
            for __, text in self._rows.cells_of(header)
        )

    def _access(self, row: ListRow) -> dict[str, Any]:
        """Return who may see the letter, by its row and those above it; empty if none says so."""
        date = row.raw.get("date", {}).get("edtf", "")
        rows = (row, *row.above)
        cells = [
            (one, target, cell)
            for one in rows
            for target in ("access", "access_until", "remarks", "classification", "rights")
            for cell in one.cells.get(target, ())
        ]
        for level in row.above:
            level.used |= {*ACCESS_FIELDS}
        exported, __ = exported_access("\n".join(cell.text for __row, __name, cell in cells))
        for at, __, cell in cells:
            if one := exported_access(cell.text)[0]:
                self._reported(at, cell.header, cell.text, one)
        is_open = {
            at.number: cell.header
            for at, target, cell in cells
            if target == "access" and read_access(cell.text, cell.header).status == "open"
        }
        read = [
            self._reported(at, cell.header, text, read_access(text, cell.header, date), is_open)
            for at, target, cell in cells
            for __, text in (exported_access(cell.text),)
            if (target in ACCESS_FIELDS and text) or restriction_in(text)
        ]
        read += [exported] if exported else []
        rules = [text for one in rows for text in one.texts("access_rule")]
        rules += [exported.rule] if exported and exported.rule else []
        if not any(one.status for one in read) and (question := self._question(row, rules)):
            columns = self._map.columns.items()
            header = next((name for name, meant in columns if meant in ACCESS_FIELDS), "")
            read.append(self._reported(row, header, "", AccessReading("closed", question=question)))
        one = strictest(read)
        if not one.status:
            return {}
        access: dict[str, Any] = {"status": one.status}
        if one.until:
            access["until"] = {"edtf": one.until}
        if rules:
            access["rule"] = "; ".join(rules)
        elif one.status != "open":
            access["rule"] = _UNDECIDED if one.question else "according to the list of letters"
        return access

    def _question(self, row: ListRow, rules: list[str]) -> str:
        """Return why a letter without stated access may be closed; "" if nothing suggests it."""
        given = (row.texts("id") or [""])[0]
        if rules:
            return "there is a rule, but the list does not say whether the letter is open"
        if as_id(given) in self._restricted_ids:
            return f"another row with the id “{given}” is restricted"
        if self._states_open:
            return "other rows say that a letter is open, but this one says nothing"
        return ""

    def _reported(
        self,
        row: ListRow,
        header: str,
        text: str,
        one: AccessReading,
        is_open: Mapping[int, str] = MappingProxyType({}),
    ) -> AccessReading:
        """Report how a cell about access is read, and return the reading.

        Args:
            row: The row of the cell.
            header: The header of the cell's column.
            text: The text of the cell.
            one: The reading.
            is_open: The header of the column that says that a row is open, by the row's number.
        """
        opened = is_open.get(row.number, header)
        if one.status not in ("", "open") and opened != header:
            message = _(
                "“{text}” speaks of a restriction, but “{column}” says that the letter is open; "
                "the restriction counts",
                text=text,
                column=opened,
            )
            hint = _("Write closed, or until and a date, into “{column}”.", column=opened)
            if end := one.until or "".join(_END_IN_TEXT.findall(text)[:1]):
                hint = _("Write into “{column}”: until {end}", column=opened, end=end)
            self._report(ACCESS_ASKED, row, header, message, hint)
        elif one.question:
            message = _("{question}; the letter is treated as closed", question=one.question)
            self._report(ACCESS_ASKED, row, header, message, _ACCESS_HINT)
        elif one.status and text.casefold() != one.status:
            until = f" until {one.until}" if one.until else ""
            self._report(
                READ_AS,
                row,
                header,
                _("“{text}” is read as {status}{until}", text=text, status=one.status, until=until),
            )
        return one
