"""Find the rows above each row in the table of an archival system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.records.levels_above import level_above
from archive_pkg.reports import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archive_pkg.tables.lists.presets import Preset

ROW_ABOVE = Code(
    "tables-row-above",
    Severity.WARNING,
    "A row of a list is a level above letters, such as a fonds. Some of its cells are not imported "
    "into the records of the letters.",
)
ROW_ABOVE_MISSING = Code(
    "tables-row-above-missing",
    Severity.WARNING,
    "A row of a list refers to a row above it that the list does not have, or has twice. Nothing "
    "is inherited from it, such as who may see the letter.",
)


class RowTree:
    """The rows of a table by what is above them.

    Attributes:
        missing: By row, the header of its reference to a row that is not in the table, and the key.
    """

    def __init__(self, preset: Preset | None, rows: Mapping[int, Mapping[str, str]]) -> None:
        """Find the row above each row.

        Args:
            preset: The preset of the table; None if it is not the table of a known system.
            rows: The cells of each row by header, by its number.
        """
        self._preset, self._rows = preset, rows
        self._parents: dict[int, int] = {}
        self.missing: dict[int, tuple[str, str]] = {}
        if preset:
            for parent, key in reversed(preset.links):
                self._link(parent, key)
            self._nest(preset.depth)

    def _link(self, parent: str, key: str) -> None:
        """Follow references to the keys of rows."""
        keys: dict[str, list[int]] = {}
        for number, cells in self._rows.items():
            keys.setdefault(cells.get(key, ""), []).append(number)
        for number, cells in self._rows.items():
            if wanted := cells.get(parent):
                found = keys.get(wanted, [])
                if len(found) == 1:
                    self._parents[number] = found[0]
                    self.missing.pop(number, None)
                elif number not in self._parents:
                    self.missing[number] = parent, wanted

    def _nest(self, depth: str) -> None:
        """Take the last row with a lower depth as the one above."""
        open_rows: list[tuple[int, int]] = []
        for number, cells in self._rows.items():
            if (said := cells.get(depth, "")).isdecimal():
                while open_rows and open_rows[-1][0] >= int(said):
                    open_rows.pop()
                if open_rows:
                    self._parents[number] = open_rows[-1][1]
                open_rows.append((int(said), number))

    def above(self, number: int) -> Iterator[int]:
        """Yield the rows above a row, the nearest first."""
        seen = {number}
        while (parent := self._parents.get(number)) and parent not in seen:
            seen.add(parent)
            number = parent
            yield parent

    def is_page(self, number: int) -> bool:
        """Return whether a row is a page of the row above it."""
        cells, preset = self._rows[number], self._preset
        is_page = preset and cells.get(preset.level, "").casefold() in preset.pages
        return bool(is_page) and number in self._parents

    def pages(self, number: int) -> list[int]:
        """Return the rows that are pages of a row, in order."""
        found = [page for page, above in self._parents.items() if above == number]
        return sorted(filter(self.is_page, found), key=lambda page: (self._weight(page), page))

    def _weight(self, number: int) -> int:
        weight = self._rows[number].get(self._preset.weight if self._preset else "", "")
        return int(weight) if weight.isdecimal() else 0

    def level(self, number: int) -> dict[str, str] | None:
        """Return the plain data of a row as a level of an archive; None without title or number."""
        cells, preset = self._rows[number], self._preset
        if preset is None:
            return None
        names = (cells.get(header, "") for header in (*preset.level_names, preset.level))
        name = next(filter(None, names), "level").rpartition("/")[2].casefold()
        return level_above(name, cells.get("title"), cells.get(preset.code))

    def describing(self) -> set[str]:
        """Return the headers of the columns that say what a level is and where it belongs."""
        preset = self._preset
        if preset is None or not self._parents:
            return set()
        links = (header for link in preset.links for header in link)
        return {"title", preset.code, preset.level, preset.depth, *preset.level_names, *links}
