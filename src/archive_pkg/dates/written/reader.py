"""Read dates as people write them, and convert them to EDTF.

Both functions use one grammar. `read_date` reads a complete text as one date: a cell, a field or an
attribute. `find_dates` finds days and months in a line of text, where years alone are not dates. If
words have several meanings, the reading stays open and lists them.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.dates.written import words
from archive_pkg.dates.written.meanings import year_and_short
from archive_pkg.dates.written.month_names import KNOWN
from archive_pkg.dates.written.qualified_dates import PhraseReader
from archive_pkg.dates.written.readings import (
    DateConventions,
    DateReading,
    change_readings,
    is_edtf,
    joined,
    open_reading,
)
from archive_pkg.dates.written.tokens import balanced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive_pkg.dates.written.month_names import MonthNames

LONGEST = 200
"""The maximum number of characters in a field with a date."""

_LAST_YEAR = 2100
"""A higher number is not a year but a spreadsheet's count of days."""
_DAY = datetime.timedelta(days=1)
_MIDNIGHT = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
_ISO_TIME = re.compile(r"[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_YEAR_MARK = re.compile(r"(?<=\d) ?г(?:\.|ода\b)(?! ?[А-Я])")
_PAIR = re.compile(r"(\d{4}) ?([-–—/]) ?(\d\d?)", re.ASCII)
_USUAL = DateConventions()
_ZEROS = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-00|00\.(?P<month>\d\d?)\.(?P<year>\d{4})", re.ASCII)
# "1960-XX-18": EDTF with X for unknown digits.
_UNSPECIFIED = re.compile(
    r"(?<![\w-])(?:(?=.{0,9}X)(?:\d{4}|\d\d\dX|\d\dXX|XXXX)-(?:\d\d|XX)-(?:\d\d|XX))(?![\w-])",
    re.ASCII,
)
# In "18 July 1960/5", "3 May 1923 or 4" and "5–3 July 1960", only a part is read as a date.
_GOES_ON = re.compile(r"[/–-]\d|,? (?:or|oder|ou|или|lub|nebo) \d")
_GOES_BEFORE = re.compile(r"\d ?[/–-] ?$")
# "5, " before "6 or 7 May 1923".
_TWO_DAYS = re.compile(r"\[(?P<month>[\dX]{4}-\d\d-)(?P<day>\d\d),(?P=month)\d\d\]")
_DAYS_BEFORE = re.compile(
    r"(?<![\w.–/-])(?<!№ )(?<!no\. )(?<!nr\. )"
    r"(?:\d\d?(?:st|nd|rd|th|\.)?(?:, ?| (?:or|and|oder|und|ou|et|или|и|lub|i|o|e|y|nebo|a) ))+$",
    re.IGNORECASE,
)


def read_date(text: str, conventions: DateConventions | None = None) -> DateReading | None:
    """Read a string as a date; return None if it is not completely understood.

    Args:
        text: The content of a field.
        conventions: The conventions of its column, or None for the usual ones.
    """
    return _read(text, conventions or _USUAL) if len(text) <= LONGEST else None


@lru_cache(maxsize=1 << 14)
def _read(text: str, conventions: DateConventions) -> DateReading | None:
    bare = " ".join(text.replace("\u00a0", " ").split())
    if not bare:
        return None
    reading = _read_bare(bare, conventions)
    return reading and replace(reading, as_written=bare, start=0, end=len(text))


def _read_bare(bare: str, conventions: DateConventions) -> DateReading | None:
    if bare.casefold().strip("[]()") in words.UNDATED:
        return DateReading("", "undated")
    number = re.fullmatch(r"-(?:1\d{3}|20\d\d)|\d{4,5}", bare, re.ASCII)
    if number and not 0 <= int(bare) <= _LAST_YEAR:
        return _odd_number(int(bare), conventions)
    if midnight := _MIDNIGHT.fullmatch(bare):
        reading = DateReading(midnight[1], "midnight", 1, note="written with the time 00:00")
        return reading if is_edtf(reading.edtf) else None
    if zeros := _ZEROS.fullmatch(bare):
        year, month = zeros["y"] or zeros["year"], zeros["m"] or zeros["month"]
        edtf = f"{year}-{int(month):02}" if int(month) else year
        reading = DateReading(edtf, "zeros", 1) if int(year) else DateReading("", "undated")
        return reading if is_edtf(edtf) else None
    # In EDTF, brackets enclose a set. Brackets around a single date are an editor's.
    if not re.fullmatch(r"\[[^,.]*\]", bare) and not _PAIR.fullmatch(bare) and is_edtf(bare):
        return DateReading(bare, "edtf")
    inner = re.fullmatch(r"\(([^()]+)\)", bare)
    reader = PhraseReader(inner[1] if inner else bare, KNOWN, conventions, whole=True)
    position = reader.skip_noise(0)
    found = reader.phrase(0)
    if found is None or reader.skip_noise(found.end) < reader.count:
        return DateReading(bare, "edtf") if is_edtf(bare) and bare[0] != "[" else None
    reading = reader.check_weekday(position, found)
    if reading.edtf.startswith("XXXX") or not all(
        is_edtf(one.edtf) for one in reading.readings or [reading]
    ):
        return reading if reading.rule == "no-such-day" else None
    supplied = inner or re.search(r"[\[<]", re.sub(r"\[\?+\]", "", bare))
    return change_readings(reading, _supplied) if supplied else reading


def _odd_number(number: int, conventions: DateConventions) -> DateReading | None:
    """Return the readings of a number that is not a year: a day of a spreadsheet, or "-1934"."""
    if number < 0:
        # EDTF reads it as a year before Christ.
        choices = (f"../{-number}", str(number))
        rule = "until-a-year"
        return open_reading((DateReading(one, rule, 1) for one in choices), rule)
    serial = from_serial(number, epoch_1904=conventions.epoch_1904)
    return serial and open_reading([serial], serial.rule)


def _supplied(reading: DateReading) -> DateReading:
    return replace(
        reading, sure=min(reading.sure, 1), note=joined(reading.note, "supplied: in brackets")
    )


def find_dates(
    line: str, vocabulary: MonthNames | None = None, *, pivot: int | None = None
) -> list[DateReading]:
    """Find all days and months in a line, from left to right.

    Args:
        line: A line of a letter.
        vocabulary: Names of the months, or None for the built-in ones.
        pivot: A two-digit year falls in the hundred years before this one. None if the century is
            not known.
    """
    if not any(sign.isdigit() or sign in "年月" for sign in line):
        return []
    given = _UNSPECIFIED.search(line) if "X" in line else None
    if given and is_edtf(given[0]):
        start, end = given.span()
        return [DateReading(given[0], "edtf", 1, as_written=given[0], start=start, end=end)]
    conventions = DateConventions(pivot=pivot)
    reader = PhraseReader(line, vocabulary or KNOWN, conventions, whole=False)
    found: list[DateReading] = []
    position = 0
    while position < reader.count:
        one = reader.phrase(position) if reader.may_begin(position) else None
        if one is None:
            position += 1
            continue
        reading = reader.check_weekday(position, one)
        floor = found[-1].end if found else 0
        found.append(_located(line, reading, reader, position, one.end, floor))
        position = one.end
    return found


def _located(
    line: str, reading: DateReading, reader: PhraseReader, first: int, after: int, floor: int
) -> DateReading:
    """Return a reading with its words and their position, including brackets at the ends."""
    start, end = balanced(line, reader.at(first).start, reader.at(after - 1).end)
    if reading.rule in ("either", "several-days"):
        reading, start = _with_days_before(line, reading, start, floor)
    if reading.rule == "iso-date" and (time := _ISO_TIME.match(line, end)):
        end = time.end()
        reading = replace(
            reading, sure=min(reading.sure, 1), note=f"written with the time {time[1]}"
        )
    elif year_mark := _YEAR_MARK.match(line, end):
        end = year_mark.end()
    written = line[start:end]
    if "[" in re.sub(r"\[\?+\]", "", written):
        reading = change_readings(reading, _supplied)
    if _GOES_ON.match(line, end) or _GOES_BEFORE.search(line[:start]) or reader.is_cited(first):
        reading = replace(reading, sure=min(reading.sure, 1))
    return replace(reading, as_written=written, start=start, end=end)


def _with_days_before(
    line: str, reading: DateReading, start: int, floor: int
) -> tuple[DateReading, int]:
    """Return "6 or 7 May" with the earlier days of the same list, as in "5, 6 or 7 May".

    Args:
        line: The line.
        reading: A reading of two days.
        start: The offset of its words.
        floor: The offset after the date before it.

    Returns:
        The reading and the offset at which its words begin.
    """
    two, before = _TWO_DAYS.fullmatch(reading.one_of), _DAYS_BEFORE.search(line, floor, start)
    numbers = [int(number) for number in re.findall(r"\d+", before[0])] if before else []
    ordered = [0, *numbers, int(two["day"])] if two else []
    if two is None or before is None or ordered != sorted(set(ordered)):
        return reading, start
    earlier = [f"{two['month']}{number:02}" for number in numbers]
    if reading.readings:
        more = (replace(reading.readings[0], edtf=edtf) for edtf in earlier)
        reading = replace(reading, readings=(*more, *reading.readings))
    else:
        edtf = f"[{','.join(earlier)},{reading.edtf[1:]}"
        reading = replace(reading, edtf=edtf, sure=min(reading.sure, 1))
    return reading, before.start()


def is_old_style(text: str) -> bool:
    """Return whether a string says that a date is in the Julian calendar."""
    return bool(re.search(rf"(?<!\w){words.OLD_STYLE}(?!\w)", text, re.IGNORECASE))


def column_conventions(texts: Iterable[str], *, epoch_1904: bool = False) -> DateConventions:
    """Detect the conventions of a column from all of its dates.

    The month comes first in dates with slashes if some can only be read in that way, and none only
    with the day first. In the same way, the unambiguous cells decide whether 1911/12 means two
    years or a year and a month. The four-digit years decide the century of a two-digit year that
    lies among them, or less than ten years from them, unless two centuries are possible.
    """
    day_first = month_first = 0
    years: set[int] = set()
    proven: dict[str, set[str]] = {"span": set(), "month": set()}
    for text in texts:
        if pair := _PAIR.fullmatch(text.strip(" []()")):
            year, sign, short = pair.groups()
            choices = year_and_short(int(year), sign, int(short), len(short))
            meant = {"month" if "-" in one.in_edtf else "span" for one in choices}
            if len(meant) == 1:
                proven[meant.pop()].add(sign)
        if re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ].*)?", text.strip()):
            proven["month"].add("-")
        for first, second in re.findall(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?!\d)", text):
            day_first += int(first) > 12 >= int(second)
            month_first += int(second) > 12 >= int(first)
        years |= set(map(int, re.findall(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", text)))
    order = None if bool(day_first) == bool(month_first) else bool(month_first)
    since, pivot = (min(years) - 9, max(years) + 10) if years else (0, 0)
    is_known = 0 < pivot - since <= 100
    spans, months = proven["span"], proven["month"]
    return DateConventions(
        order,
        pivot if is_known else None,
        since if is_known else 0,
        epoch_1904,
        frozenset(spans - months),
        frozenset(months - spans),
    )


def from_serial(number: int, *, epoch_1904: bool = False) -> DateReading | None:
    """Return the day of a spreadsheet's serial number, or None if the number is not a day.

    Excel counts from 1 January 1900 and includes a 29 February 1900, which did not exist, as number
    60.
    """
    if epoch_1904:
        day = datetime.date(1904, 1, 1) + number * _DAY
        return DateReading(day.isoformat(), "excel-serial-1904", 1)
    if not 1 <= number <= 2_958_465 or number == 60:
        return None
    epoch = datetime.date(1899, 12, 31) if number < 60 else datetime.date(1899, 12, 30)
    return DateReading((epoch + number * _DAY).isoformat(), "excel-serial", 1)
