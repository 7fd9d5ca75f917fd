"""Read the dates in the rows of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.dates.date_words import in_words
from archive_pkg.dates.edtf_string import Edtf, somewhere_between, somewhere_within
from archive_pkg.dates.written.reader import read_date
from archive_pkg.dates.written.readings import is_edtf
from archive_pkg.messages import _, in_english
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.lists.list_rows import READ_AS, ListRow
from archive_pkg.tables.lists.row_reader import RowReader

if TYPE_CHECKING:
    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet

CELL_AMBIGUOUS = Code(
    "tables-cell-ambiguous",
    Severity.WARNING,
    "A date has several readings, does not exist or contradicts another column; it is not imported "
    "as a date.",
)
DATE_UNREAD = Code(
    "tables-date-unread",
    Severity.WARNING,
    "A date is not recognized; it is not imported as a date.",
)
_DATES = ("date", "date_begin", "date_end", "date_earliest", "date_latest")
_NO_SPAN = "the first and last day are not used"


class DateCells(RowReader):
    """Reads the columns of dates."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        super().__init__(sheet, mapping)
        self._conventions = self._rows.conventions()
        self._dated: set[int] = set()

    def _dates(self, row: ListRow) -> None:
        """Read the dates of a letter. An undated one is within the date of the level above."""
        self._read_dates(row)
        if "date" in row.raw:
            return
        for level in row.above:
            self._read_dates(level)
            date = level.raw.get("date", {})
            if within := somewhere_within(date.get("edtf", "")):
                level.used |= {*_DATES, "date_as_written"}
                note = f"Undated; {level.called} has {date.get('as_written') or date['edtf']}"
                row.raw["date"] = {"edtf": within, "note": note}
                row.inferred.append(("date", "date-of-the-level-above", note))
                return

    def _read_dates(self, row: ListRow) -> None:
        if row.number in self._dated:
            return
        self._dated.add(row.number)
        # Without another date, the date as written is read.
        date = ("date",) if any(map(row.cells.get, _DATES)) else ("date_as_written",)
        for target, columns in (("date", date), ("received", ("received",))):
            for header, text, __ in (
                cell for column in columns for cell in row.cells.get(column, ())
            ):
                shown, read = self._read_date(row, header, text)
                if read is None:
                    hint = _("Write it as 1960-07-18, 1960-07, 1960?, 1959/1961 or 18 July 1960.")
                    message = _(
                        "“{shown}” is not recognized as a date; the date is left empty", shown=shown
                    )
                    row.raw[target] = {"as_written": shown}
                    self._report(DATE_UNREAD, row, header, message, hint)
                elif read.is_open:
                    row.raw[target] = {"as_written": shown}
                    self._report(CELL_AMBIGUOUS, row, header, *_ambiguity(shown, read))
                elif not read.edtf:
                    self._report(
                        READ_AS, row, header, _("“{shown}” is read as “no date”", shown=shown)
                    )
                else:
                    row.raw[target] = {"edtf": read.edtf, "as_written": shown}
                    if read.note:
                        row.raw[target]["note"] = read.note
                    if read.rule != "edtf":
                        said = _in_words(read)
                        if said.casefold() != shown.casefold():
                            message = _("“{shown}” is read as “{date}”", shown=shown, date=said)
                            self._report(READ_AS, row, header, message)
                        where = f"“{shown}” in the column “{header}”"
                        row.inferred.append((target, read.rule, where))
        self._span(row)
        words = "; ".join(row.texts("date_as_written"))
        if words:
            row.raw["date"] = row.raw.get("date", {}) | {"as_written": words}
            row.origin.setdefault("date", row.origin["date_as_written"])

    def _read_date(self, row: ListRow, header: str, text: str) -> tuple[str, DateReading | None]:
        """Return a date as the cell shows it, and its reading; None if it is not recognized."""
        typed = self._sheet.typed.get((row.number, self._rows.columns.get(header, -1)))
        return typed or (text, read_date(text, self._conventions.get(header)))

    def _span(self, row: ListRow) -> None:
        """Set the date of the letter from the columns for its first and last day.

        A letter was written in a range (`date_begin`), or on an unknown day in it
        (`date_earliest`).
        """
        for first, last in (("date_begin", "date_end"), ("date_earliest", "date_latest")):
            written, ends = self._ends(row, first, last)
            if written:
                words = " – ".join(dict.fromkeys(shown for __, shown in written))
                row.origin.setdefault("date", written[0][0])
                if len(ends) < len(written):
                    row.raw["date"] = {"as_written": words} | row.raw.get("date", {})
                elif first == "date_begin":
                    known = list(dict.fromkeys(ends.values()))
                    self._set_span(row, written, words, "/".join(known))
                else:
                    span = somewhere_between(ends.get(first, ""), ends.get(last, ""))
                    alike = ends.get(first) == ends.get(last)
                    self._set_span(row, written, words, ends[first] if alike else span)

    def _ends(self, row: ListRow, *targets: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
        """Return the headers and words of the ends of a range, and the dates that are read."""
        written, ends = [], {}
        for target in targets:
            for header, text, __ in row.cells.get(target, ())[:1]:
                shown, read = self._read_date(row, header, text)
                if read and not read.edtf and not read.is_open:
                    continue  # the words for "no date"
                written.append((header, shown))
                if read is None or (read.edtf and not _is_span_end(read.edtf)):
                    message = _(
                        "“{shown}” is not recognized as a day, month or year; {no_span}",
                        shown=shown,
                        no_span=_NO_SPAN,
                    )
                    self._report(DATE_UNREAD, row, header, message, _("Write it as 1960-07-18."))
                elif read.is_open:
                    self._report(CELL_AMBIGUOUS, row, header, *_ambiguity(shown, read, _NO_SPAN))
                else:
                    ends[target] = read.edtf
        return written, ends

    def _set_span(
        self, row: ListRow, written: list[tuple[str, str]], words: str, span: str
    ) -> None:
        """Set the date to a range, unless it is invalid or contradicts the date of the letter."""
        date = row.raw.get("date", {})
        stated = date.get("edtf")
        if not is_edtf(span):
            message = _(
                "{written} is later than {written_2}; {no_span}",
                written=written[0][1],
                written_2=written[-1][1],
                no_span=_NO_SPAN,
            )
            row.raw["date"] = {"as_written": words} | date
            self._report(CELL_AMBIGUOUS, row, written[-1][0], message, _("Check both columns."))
        elif stated and not _overlap(stated, span):
            message = _(
                "the date {stated} is outside {span}; the date is left empty",
                stated=stated,
                span=span,
            )
            row.raw["date"] = {"as_written": f"{date['as_written']}; {words}"}
            self._report(
                CELL_AMBIGUOUS, row, written[0][0], message, _("Check the columns of dates.")
            )
        elif not stated:
            row.raw["date"] = {"edtf": span, "as_written": date.get("as_written", words)}
            row.inferred.append(("date", "begin-and-end", f"“{words}” in “{written[0][0]}”"))


def _is_span_end(edtf: str) -> bool:
    """Return whether a date can begin or end an interval in EDTF."""
    return not set(edtf) & set("/[]{},")


def _overlap(one: str, other: str) -> bool:
    """Return whether two dates have a day in common; True if one has no first or last day."""
    first, second = Edtf(one), Edtf(other)
    ends = (first.earliest, first.latest, second.earliest, second.latest)
    if None in ends:
        return True
    return str(ends[0]) <= str(ends[3]) and str(ends[2]) <= str(ends[1])


def _ambiguity(
    shown: str, read: DateReading, result: str = "the date is left empty"
) -> tuple[str, str]:
    """Return the message, which ends with the result, and the hint for an ambiguous date."""
    if not read.readings:
        return f"“{shown}”: this day does not exist; {result}", "Check the source."
    ways = " or ".join(f"{_in_words(one)} ({one.edtf})" for one in read.readings)
    if len(read.readings) == 1:
        hint = _("Write the date that is meant.")
        return f"“{shown}” may mean {ways}; {result}", hint
    return f"“{shown}” can be read as {ways}; {result}", _DATE_HINTS.get(
        read.rule, "Write the date that is meant."
    )


@in_english
def _in_words(read: DateReading) -> str:
    """Return a reading in words: "December 1911", "winter 1923", "1911 to 1912"."""
    said = in_words(read.edtf)
    return f"{said}, of a year that began on 25 March" if read.rule == "dual-year" else said


_DATE_HINTS = {
    "century": "Write the year with its century: 1977-06-18.",
    "day-or-month": "Write the month in words, such as 4 May 1960.",
    "until-a-year": "Write ../1934 for the time until 1934.",
    "years-or-month": "Write two years as 1911/1912, or a month or season in words: December 1911.",
}
