"""Read the rows of a list of letters with its map, and report what is not imported."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from archive_pkg.csv_text import unguarded
from archive_pkg.dates.written.reader import column_conventions
from archive_pkg.messages import _
from archive_pkg.names import is_unknown
from archive_pkg.records.vocabularies.document_types import type_in_words
from archive_pkg.reports import Code, Report, Severity, counted
from archive_pkg.tables.checking.suspicious_characters import SPACE_AROUND, find_suspicious
from archive_pkg.tables.checking.validation import ROW_RAGGED
from archive_pkg.tables.lists.access_words import (
    RESTRICTION_UNMAPPED,
    restriction_in,
    says_closed,
    speaks_of_access,
    speaks_of_secrecy,
)
from archive_pkg.tables.lists.header_words import LEFT_OUT, NO_RESTRICTION
from archive_pkg.tables.lists.mapping import MANY_VALUES, NOT_IMPORTED, ColumnMap
from archive_pkg.tables.lists.presets import preset_of
from archive_pkg.tables.lists.rows_above import ROW_ABOVE, ROW_ABOVE_MISSING, RowTree
from archive_pkg.tables.reading.headers import COLUMN_TWICE, HEADER_LATE, normalize_header
from archive_pkg.tables.schema.cells import split_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.dates.written.readings import DateConventions
    from archive_pkg.reports import Finding, Location
    from archive_pkg.tables.reading.sheets import Sheet

READ_AS = Code(
    "tables-read-as",
    Severity.ADVICE,
    "A cell of a list was interpreted, for example as a date or a kind.",
)
COLUMN_UNMAPPED = Code(
    "tables-column-unmapped",
    Severity.WARNING,
    "A column of a list is not in the map; it is not imported.",
)
COLUMN_LEFT_OUT = Code(
    "tables-column-left-out",
    Severity.WARNING,
    "The map of a list says that a column is not imported.",
)
COLUMNS_UNKNOWN = Code(
    "tables-columns-unknown", Severity.ERROR, "No column of a list is recognized or mapped."
)
COLUMN_GONE = Code(
    "tables-column-gone", Severity.ERROR, "A map names a column that the list does not have."
)
CELL_LEFT_OUT = Code(
    "tables-cell-left-out",
    Severity.WARNING,
    "Two columns of a list are mapped to a field with one value; the second value is left out.",
)
CLASSIFICATION_OPEN = Code(
    "tables-classification-open",
    Severity.ADVICE,
    "A list has a column of classifications. A classification is a fact about the past and "
    "withholds nothing today.",
)
ROW_LEFT_OUT = Code(
    "tables-row-left-out",
    Severity.WARNING,
    "A row of a list is a heading, a total or a repeated header, or has nothing to import.",
)

DATE_FIELDS = ("date", "date_begin", "date_end", "date_earliest", "date_latest", "received")
ACCESS_FIELDS = ("access", "access_until", "access_rule")

_SINGLE = ("id", "type", "place", "licence", "file_encoding", *DATE_FIELDS)
_ONE_VALUE = ("type", "licence", "file_encoding", "date_as_written", *DATE_FIELDS)
"""The fields that take only one of the values in a cell; the others are reported."""
_FURTHER = {
    "id": "identifiers", "title": "variant_titles", "summary": "remarks",
    "place": "mentioned_places",
}  # fmt: skip
"""The fields that take the further values in a cell of a field with one value."""
_KEEPS_UNKNOWN = frozenset(
    ["title", "summary", "remarks", "rights", "custody", *ACCESS_FIELDS, *DATE_FIELDS]
)
"""The fields that keep a word for "unknown": as text, or because another rule interprets it."""
_HEADING = re.compile(r"[-=*#_~–—.\s]{2,}.*")
_TOTAL = re.compile(
    r"(?:(?:summe|gesamt\w*|insgesamt|total\w*|razem|suma|ogółem|somme|итого|всего|subtotal"
    r"|zwischensumme)(?: [^,]{0,30})?|(?:sum|anzahl|count|nombre|liczba|number)[^,]{0,30}[:=])"
    r"[:=]?\s*\d*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_OPEN_HINT = "To withhold a letter today, say so in a column that is mapped to access."
_ACCESS_HINT = (
    "Map it to access, access_until or access_rule. If it restricts nothing, map it to "
    f"{NO_RESTRICTION}."
)


class Cell(NamedTuple):
    """A cell of an imported column.

    Attributes:
        header: The header of its column; empty for a value of `everywhere`.
        text: Its text, stripped.
        items: Its values without words for "unknown". Only a field of `MANY_VALUES` has several.
    """

    header: str
    text: str
    items: tuple[str, ...]


@dataclass(slots=True)
class ListRow:
    """A row during its conversion to a record.

    Attributes:
        number: Its number in the sheet.
        cells: Its cells by field.
        raw: The plain data of the record.
        agents: The ids of the record's agents by their names.
        doubts: For each value that an editor marked as supplied or doubtful: its field, the
            confidence and a note.
        inferred: For each value that a rule interpreted or made: its field, the rule and a note.
        origin: By field of the record, the header of the column that it was read from.
        above: The rows of the levels above, the nearest first.
        level: What the row is for the rows below it.
        pages: The titles of the files that the rows of its pages name, in order.
        used: The fields whose cells rows below inherit.
    """

    number: int
    cells: dict[str, list[Cell]]
    raw: dict[str, Any] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    inferred: list[tuple[str, str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    above: list[ListRow] = field(default_factory=list)
    level: dict[str, str] | None = None
    pages: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def texts(self, target: str) -> list[str]:
        """Return the texts of the cells of a field."""
        return [cell.text for cell in self.cells.get(target, ())]

    def items(self, target: str) -> list[str]:
        """Return the values in the cells of a field."""
        return [item for cell in self.cells.get(target, ()) for item in cell.items]

    def inherited(self, target: str) -> ListRow | None:
        """Return the nearest row that has a field, this one included; None if none has it."""
        row = next((row for row in (self, *self.above) if row.cells.get(target)), None)
        if row:
            row.used.add(target)
        return row

    @property
    def called(self) -> str:
        """What a note calls a row that is a level."""
        if self.level is None:
            return f"row {self.number}"
        value = self.level["value"]
        return value if re.search(r"[^\W\d_]{2}", value) else f"{self.level['name']} {value}"


class ListRows:
    """The rows of a list.

    Attributes:
        report: Findings about the sheet, its columns and rows.
        columns: The index of each column, by header.
        letters: The rows that are letters.
        levels: The rows that are above letters and are not letters, by their number.
    """

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        """Read the rows, and check the columns."""
        self.report = Report()
        self._sheet, self._map = sheet, mapping
        preset = preset_of(sheet.header)
        self._repeats = preset is not None
        self._unknown = {word.casefold() for word in mapping.unknown}
        self.columns = {
            header: place for place, header in enumerate(sheet.header) if header.strip()
        }
        # Only the table of a known system can have a header several times.
        self._places = {header: [place] for header, place in self.columns.items()}
        for place, header in enumerate(sheet.header) if self._repeats else ():
            if header in self._places and place not in self._places[header]:
                self._places[header].insert(-1, place)
        self._filled = [
            (number, row)
            for start, rows in sheet.blocks()
            for number, row in enumerate(rows, start)
            if any(cell.strip() for cell in row)
        ]
        reasons = {number: self._why_not_a_letter(row) for number, row in self._filled}
        self._not_letters = {number for number, why in reasons.items() if why}
        self._with_remarks = reasons.keys() - self._not_letters
        self._tree = RowTree(
            preset,
            {
                number: {
                    header: row[p].strip() for header, p in self.columns.items() if p < len(row)
                }
                for number, row in self._filled
                if not reasons[number] or reasons[number].startswith("its ")
            },
        )
        letters = [number for number, why in reasons.items() if not why]
        above = {up for number in letters for up in self._tree.above(number)}
        pages = {page for number in letters for page in self._tree.pages(number)}
        self.report.extend(self._sheet_findings())
        self._check_columns()
        self._check_above()
        rows: dict[int, ListRow] = {}
        for number, row in self._filled:
            if not reasons[number] or number in above | pages:
                cells = self._cells(number, row)
                origin = {target: found[0].header for target, found in cells.items()}
                rows[number] = ListRow(number, cells, origin=origin)
            else:
                self._report_not_letter(number, row, reasons[number])
        for number in {*letters, *above}:
            rows[number].level = self._tree.level(number)
            rows[number].above = [rows[up] for up in self._tree.above(number)]
        self.letters = [rows[number] for number in letters]
        self.levels = {number: rows[number] for number in sorted(above.difference(letters))}
        for letter in self.letters:
            self._add_pages(letter, [rows[page] for page in self._tree.pages(letter.number)])
            for number in (letter.number, *self._tree.above(letter.number)):
                self._report_missing(number)

    def at(self, number: int, header: str) -> Location:
        """Return the location of a cell, or of its row if no column has the header."""
        return self._sheet.at(number, self.columns.get(header), header)

    def cells_of(self, header: str) -> Iterator[tuple[int, str]]:
        """Yield the row number and text of each filled cell in a column, for rows of letters."""
        places = self._places.get(header, ())
        for number, row in self._filled:
            for place in places if number not in self._not_letters else ():
                if place < len(row) and row[place].strip():
                    yield number, row[place].strip()

    def conventions(self) -> dict[str, DateConventions]:
        """Return how to read ambiguous dates in each column of dates, by header.

        The years in all of these columns decide the century in a column without such years.
        """
        texts = {
            header: [text for __, text in self.cells_of(header)]
            for header, target in self._map.columns.items()
            if target in DATE_FIELDS
        }
        every = column_conventions(chain.from_iterable(texts.values()))
        found = {
            header: column_conventions(cells, epoch_1904=self._sheet.epoch_1904)
            for header, cells in texts.items()
        }
        return {
            header: replace(one, pivot=every.pivot, since=every.since) if not one.pivot else one
            for header, one in found.items()
        }

    def _why_not_a_letter(self, row: list[str]) -> str:
        """Return why a row is not a letter; "" if it is one."""
        filled = [(place, cell.strip()) for place, cell in enumerate(row) if cell.strip()]
        if [normalize_header(c) for c in row] == [normalize_header(c) for c in self._sheet.header]:
            return "it is a repeated header"
        first = filled[0][1]
        if _TOTAL.fullmatch(first) and len(filled) <= 3:
            return "it is a total"
        if len(filled) <= 2 and _HEADING.fullmatch(first):
            return "it is a heading"
        header = self._sheet.header
        fields = {self._map.columns.get(header[p], "") for p, __ in filled if p < len(header)}
        for name, wanted in self._map.rows.items():
            at = self.columns.get(name, len(row))
            cell = row[at].strip() if at < len(row) else ""
            if cell.casefold() not in map(str.casefold, split_items(wanted)):
                return f"its {name} is {cell or 'empty'}"
        width = sum(bool(header.strip()) for header in self._sheet.header)
        if len(filled) == 1 and width > 2 and not fields & {"files", "title", "summary"}:
            return "it is a heading"
        return "" if fields - {"", *NOT_IMPORTED} else "none of its filled cells is imported"

    def _add_pages(self, row: ListRow, pages: list[ListRow]) -> None:
        """Add the files of the rows that are pages of a letter."""
        for page in pages:
            files = page.cells.get("files", [])
            row.cells.setdefault("files", []).extend(files)
            title = "".join(page.texts("title")[:1])
            row.pages |= {name.replace("\\", "/"): title for cell in files for name in cell.items}
            page.used |= {"files", "title"} if files else set()
            page.used.add("id")
            what = _("a page of row {number}", number=row.number)
            self._report_used(page, f"the row “{title or page.number}” is {what}")

    def _report_missing(self, number: int) -> None:
        """Report that the row above a row is not in the list."""
        if found := self._tree.missing.pop(number, None):
            header, key = found
            message = _(
                "{header} is “{key}”, but the list does not have exactly one such row",
                header=header,
                key=key,
            )
            hint = _("Add the row above, so that the letters inherit who may see them.")
            self.report.add(ROW_ABOVE_MISSING.at(self.at(number, header), message, hint))

    def report_levels(self) -> None:
        """Report the rows above letters, with what their letters did not inherit."""
        for level in self.levels.values():
            count = sum(level in row.above for row in self.letters)
            message = _(
                "the row “{called}” is above {letters}",
                called=level.called,
                letters=counted(count, "letter"),
            )
            self._report_used(level, message)

    def _report_used(self, row: ListRow, message: str) -> None:
        """Report a row that is not a letter itself, with its cells that no letter has."""
        known = self._tree.describing()
        lost = {
            cell.header: cell.text
            for target, cells in row.cells.items()
            if target not in row.used
            for cell in cells
            if cell.header and cell.header not in known
        }
        at = self._sheet.at(row.number)
        if not lost:
            self.report.add(READ_AS.at(at, message))
            return
        said = "; ".join(f"{header} (“{text}”)" for header, text in lost.items())
        hint = _("Write into the rows of the letters what is true of them.")
        self.report.add(
            ROW_ABOVE.at(at, _("{message}; not imported: {said}", message=message, said=said), hint)
        )
        self._check_words(at, " ".join(lost.values()), hint)

    def _report_not_letter(self, number: int, row: list[str], why: str) -> None:
        text = next(cell.strip() for cell in row if cell.strip())
        at = self._sheet.at(number)
        hint = _("If it is a letter, fill more of its cells.")
        if why.startswith("its "):
            hint = _("If it is a letter, correct this cell, or “rows” in the map.")
        message = _("the row “{text}” is not a letter: {why}", text=text, why=why)
        self.report.add(ROW_LEFT_OUT.at(at, message, hint))
        self._check_words(at, " ".join(row), "Say so in a column of the rows that it concerns.")

    def _check_words(self, at: Location, text: str, hint: str) -> None:
        """Report a string that restricts access but is not imported."""
        if says_closed(text):
            message = _("“{strip}” speaks of access, but it is not imported", strip=text.strip())
            self.report.add(RESTRICTION_UNMAPPED.at(at, message, hint))

    def _check_above(self) -> None:
        """Report the text above the header, which is not imported."""
        if above := " ".join(self._sheet.above.split()):
            at = self._sheet.at(1)
            message = _(
                "the header is row {header_row}; “{above}” is not imported",
                header_row=self._sheet.header_row,
                above=above,
            )
            self.report.add(HEADER_LATE.at(at, message))
            self._check_words(at, above, "Say so in a column of the rows that it concerns.")

    def _sheet_findings(self) -> Iterator[Finding]:
        """Yield the sheet's own findings, except those about cells that are not imported.

        Findings about date cells in columns of dates are left out, too, because `ListReader`
        reports how it reads these cells.
        """
        dates = {header for header, meant in self._map.columns.items() if meant in DATE_FIELDS}
        ignored = {
            place
            for header, place in self.columns.items()
            if self._map.columns.get(header, LEFT_OUT) in NOT_IMPORTED
        }
        for finding in self._sheet.report:
            if finding.code == "tables-date-typed" and finding.location.field in dates:
                continue
            address = _ADDRESS.fullmatch(finding.location.cell)
            if finding.code == "tables-cell-note":
                if address and int(address[2]) not in self._with_remarks:
                    yield finding
                continue
            is_ignored = address and (
                int(address[2]) in self._not_letters or _column_index(address[1]) in ignored
            )
            if not is_ignored or finding.code == "tables-hidden":
                yield finding

    def _check_columns(self) -> None:
        for place, header in enumerate(self._sheet.header):
            if not header.strip():
                self._check_unnamed(place)
            elif self.columns[header] != place and not self._repeats:
                at = self._sheet.at(self._sheet.header_row, place, header)
                message = _("two columns have the header “{header}”", header=header)
                self.report.add(COLUMN_TWICE.at(at, message, _("Rename one of them.")))
            elif self.columns[header] == place:
                self._check_column(header)
        if all(self._map.columns.get(name, LEFT_OUT) in NOT_IMPORTED for name in self.columns):
            at = self._sheet.at(self._sheet.header_row)
            message = _("no column of this list is recognized")
            hint = _("Map the columns: archive-pkg tables map FILE")
            self.report.add(COLUMNS_UNKNOWN.at(at, message, hint))
        for header in self._map.columns:
            if header not in self.columns:
                at = self._sheet.at(self._sheet.header_row)
                message = _(
                    "the list does not have the column “{header}”, which the map names",
                    header=header,
                )
                self.report.add(COLUMN_GONE.at(at, message, _("Write its header as in the list.")))

    def _check_unnamed(self, place: int) -> None:
        """Report a column without a header, if it has cells."""
        cells = [
            (number, row[place])
            for number, row in self._filled
            if place < len(row) and row[place].strip() and number not in self._not_letters
        ]
        if cells:
            at = self._sheet.at(self._sheet.header_row, place)
            message = _(
                "a column without a header is not imported (“{strip}”)", strip=cells[0][1].strip()
            )
            self.report.add(COLUMN_LEFT_OUT.at(at, message, _("To import it, write a header.")))
        for number, text in cells:
            self._check_words(self._sheet.at(number, place), text, "Write a header, and map it.")

    def _check_column(self, header: str) -> None:
        """Report a column that is not imported, or speaks of access but is not mapped to it."""
        cells = list(self.cells_of(header))
        target = self._map.columns.get(header)
        at = self.at(self._sheet.header_row, header)
        is_left_out = target is None or target in NOT_IMPORTED
        is_access = target in (*ACCESS_FIELDS, NO_RESTRICTION) or (
            target == "classification" and speaks_of_secrecy(header)
        )
        if speaks_of_access(header) and not is_access:
            meaning = (
                _("is mapped to “{target}”", target=target) if target else _("is not in the map")
            )
            message = _(
                "the column “{header}” speaks of access, but {meaning}",
                header=header,
                meaning=meaning,
            )
            self.report.add(RESTRICTION_UNMAPPED.at(at, message, _ACCESS_HINT))
        elif is_left_out and target != NO_RESTRICTION:
            restricted = next((cell for cell in cells if says_closed(cell[1])), None)
            if restricted:
                self._check_words(self.at(restricted[0], header), restricted[1], _ACCESS_HINT)
        if target == "classification" and (
            marked := [text for __, text in cells if not restriction_in(text)]
        ):
            letters = counted(len(marked), "letter")
            message = _(
                "“{header}” is the classification of {letters}; it withholds none of them",
                header=header,
                letters=letters,
            )
            self.report.add(CLASSIFICATION_OPEN.at(at, message, _OPEN_HINT))
        if not is_left_out or header in self._tree.describing():
            return
        content = (
            f"{counted(len(cells), 'cell')} filled, such as “{cells[0][1]}”" if cells else "empty"
        )
        message = _(
            "the column “{header}” is not imported ({content})", header=header, content=content
        )
        if target is None:
            hint = _(
                "Add it to the map, with {left_out!r} if you do not want to import it.",
                left_out=LEFT_OUT,
            )
            self.report.add(
                COLUMN_UNMAPPED.at(
                    at, _("{message}, because it is not in the map", message=message), hint
                )
            )
        else:
            hint = _("To import it, choose a field for it.")
            self.report.add(COLUMN_LEFT_OUT.at(at, message, hint))

    def _cells(self, number: int, row: list[str]) -> dict[str, list[Cell]]:
        if any(cell.strip() for cell in row[len(self._sheet.header) :]):
            message = _(
                "the row has {row} cells, but the header has {header}",
                row=len(row),
                header=len(self._sheet.header),
            )
            hint = _("If a cell contains a separator, put quotes around the cell.")
            at = self._sheet.at(number, len(self._sheet.header))
            self.report.add(ROW_RAGGED.at(at, message, hint))
        cells: dict[str, list[Cell]] = {}
        for header, target in self._map.columns.items():
            for place in self._places.get(header, ()) if target not in NOT_IMPORTED else ():
                text = row[place] if place < len(row) else ""
                for meant, cell in self._cells_in(number, header, target, text):
                    cells.setdefault(meant, []).append(cell)
        self._keep_first(number, cells)
        for header, text in self._notes(number):
            cells.setdefault("remarks", []).append(Cell(header, text, (text,)))
        for target, text in self._map.everywhere.items():
            cells.setdefault(target, [Cell("", text, tuple(split_items(text)))])
        return cells

    def _cells_in(
        self, number: int, header: str, target: str, text: str
    ) -> Iterator[tuple[str, Cell]]:
        """Yield what is in one cell of the sheet, each with its field."""
        for code, message, hint in find_suspicious(text, verbatim=False):
            if code is not SPACE_AROUND:  # these spaces are stripped
                self.report.add(code.at(self.at(number, header), message, hint))
        text = text.strip()
        text = unguarded(text) if self._sheet.is_guarded else text
        for meant, piece in self._pieces(header, target, text):
            if cell := self._cell(number, header, meant, piece):
                is_rest = meant == "remarks" != target  # and not a note on the cell
                yield meant, cell._replace(header="") if is_rest else cell

    def _keep_first(self, number: int, cells: dict[str, list[Cell]]) -> None:
        """Remove all cells but the first of the fields with one value, and report the others."""
        cells.get("type", []).sort(key=lambda cell: type_in_words(cell.text) is None)
        for target in _SINGLE:
            for cell in cells.get(target, ())[1:]:
                if cell.text != cells[target][0].text:
                    first = cells[target][0]
                    message = _(
                        "“{text}” is left out: “{text_2}” in the column “{header}” is the {target}",
                        text=cell.text,
                        text_2=first.text,
                        header=first.header,
                        target=target,
                    )
                    hint = _("Map only one of the columns to this field.")
                    self.report.add(CELL_LEFT_OUT.at(self.at(number, cell.header), message, hint))
            del cells.get(target, [])[1:]

    def _notes(self, number: int) -> Iterator[tuple[str, str]]:
        """Yield the header and the text of each note in a row, which is imported as a remark."""
        for (row, column), text in sorted(self._sheet.notes.items()):
            if row == number:
                header = self._sheet.header[column] if column < len(self._sheet.header) else ""
                message = _(
                    "the note “{split}” is imported as a remark", split=" ".join(text.split())
                )
                self.report.add(READ_AS.at(self._sheet.at(row, column, header), message))
                yield header, text

    def _pieces(self, header: str, target: str, text: str) -> Iterator[tuple[str, str]]:
        """Yield the values in a cell, divided by its separator, each with its field."""
        separator = self._map.separators.get(header)
        if not separator or target in MANY_VALUES or target in _ONE_VALUE:
            yield target, text
            return
        for piece in filter(None, map(str.strip, text.split(separator))):
            yield target, piece
            target = _FURTHER.get(target, target)

    def _cell(self, number: int, header: str, target: str, text: str) -> Cell | None:
        """Return a cell without the words for "unknown"; None if nothing is left."""
        items = self._split(header, text) if target in MANY_VALUES else [text]
        if target not in MANY_VALUES and header in self._map.separators:
            values = [item for item in self._split(header, text) if not self.is_unknown(item)]
            if target == "type":
                values.sort(key=lambda value: type_in_words(value) is None)
            text = values[0] if values else ""
            items = [text]
            for other in values[1:]:
                message = _(
                    "“{other}” is left out: “{text}” is the {target}",
                    other=other,
                    text=text,
                    target=target,
                )
                self.report.add(CELL_LEFT_OUT.at(self.at(number, header), message))
        known = [item for item in items if target in _KEEPS_UNKNOWN or not self.is_unknown(item)]
        if len(known) < sum(map(bool, items)):
            message = _(
                "“{text}” means “unknown”, so {target} is left empty", text=text, target=target
            )
            if known:
                message = _(
                    "“{text}” contains a word for “unknown”, which is left out of {target}",
                    text=text,
                    target=target,
                )
            self.report.add(READ_AS.at(self.at(number, header), message))
        return Cell(header, text, tuple(filter(None, known))) if any(known) else None

    def _split(self, header: str, text: str) -> list[str]:
        separator = self._map.separators.get(header)
        lines = text.splitlines()
        if separator:
            return [item.strip() for line in lines for item in line.split(separator)]
        return [item for line in lines for item in split_items(line)]

    def is_unknown(self, text: str) -> bool:
        """Return whether a string means "unknown", by the usual words or those of the map."""
        low = " ".join(text.casefold().split())
        return is_unknown(text) or low in self._unknown or low.strip("[]()") in self._unknown


def _column_index(letters: str) -> int:
    """Return the index of a spreadsheet column from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
