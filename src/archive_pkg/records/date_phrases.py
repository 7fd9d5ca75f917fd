"""A date as a person writes it in a field of its own, whole, to EDTF: "zwischen 1959 und 1961".

Dates within running text are found by `written_dates`; here the whole text is one date, or it is
not read at all. What it says about itself (about, probably, before, between) becomes EDTF where
EDTF has a sign for it, and is named in the rule otherwise.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from archive_pkg.records.dates import Edtf
from archive_pkg.records.written_dates import find_dates, known_months

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 200
"""Most characters that are read for one date."""


@dataclass(frozen=True, slots=True)
class DateRead:
    """What a phrase was read as.

    Attributes:
        edtf: The date in EDTF; empty where the phrase says that there is none.
        rule: How it was read, for the record: "written-date", "between", "excel-serial".
        sure: 2 for a date written out, 1 where a rule had to choose, 0 where it stays open.
    """

    edtf: str
    rule: str
    sure: int = 2


@dataclass(frozen=True, slots=True)
class DateHabits:
    """How dates are written in a column.

    Attributes:
        month_first: Whether 7/18/1960 has the month first; None where the column does not tell.
        pivot: A year without its century lies in the hundred years before this one.
        epoch_1904: Whether a workbook counts its days from 1904.
    """

    month_first: bool | None = None
    pivot: int = 2000
    epoch_1904: bool = False


# fmt: off
_UNDATED = frozenset([
    "n.d.", "nd", "n. d.", "undated", "no date", "without date", "o.d.", "od", "o. d.",
    "ohne datum", "undatiert", "s.d.", "s. d.", "sans date", "б.д.", "б. д.", "без даты",
    "senza data", "sin fecha", "unknown", "unbekannt", "неизвестно",
])
# fmt: on
_ABOUT = (
    r"(?:circa|cca?\.?|ca\.?|c\.|about|around|approx(?:imately|\.)?|etwa|ungefähr|gegen|um|vers|"
    r"environ|около|ок\.|примерно|verso|hacia)"
)
_PERHAPS = (
    r"(?:probably|prob\.|perhaps|possibly|presumably|likely|wohl|vermutlich|wahrscheinlich|"
    r"vielleicht|vmtl\.|probablement|вероятно|возможно|предположительно|maybe)"
)
_SEASONS = {
    "spring": 21, "frühling": 21, "frühjahr": 21, "printemps": 21, "весна": 21, "весной": 21,
    "primavera": 21, "summer": 22, "sommer": 22, "été": 22, "лето": 22, "летом": 22, "estate": 22,
    "verano": 22, "autumn": 23, "fall": 23, "herbst": 23, "automne": 23, "осень": 23,
    "осенью": 23, "autunno": 23, "otoño": 23, "winter": 24, "hiver": 24, "зима": 24, "зимой": 24,
    "inverno": 24, "invierno": 24,
}  # fmt: skip
_PARTS = (
    r"(?:early|mid(?:dle of)?|late|beginning of|start of|end of|first half of|second half of|"
    r"anfang|mitte|ende|début|fin|начало|середина|конец)[\s-]+(?:de |of |the )?"
)
_BETWEEN = (
    r"(?:between|zwischen|entre|между)\s+(?:the )?(.+?)\s+(?:and|und|et|и|y|e|&)\s+(?:the )?(.+)"
)
_FROM_TO = (
    r"(?:from|von|vom|de|du|с|dal|desde)?\s*(.+?)\s*"
    r"(?:\bto\b|\bbis\b|\bau\b|\bà\b|\bпо\b|–|—| - |\.\.)\s*(?:zum )?(.+)"
)
_LIMITS = {
    "before": r"(?:before|vor|avant|до|prior to|antes de|prima del?)\s+(?:dem |the )?(.+)",
    "after": r"(?:after|nach|après|после|post|later than|dopo|después de)\s+(?:dem |the )?(.+)",
    "not-after": (
        r"(?:not after|not later than|no later than|by|until|till|up to|spätestens|bis|"
        r"jusqu[’']?(?:à|en)|не позднее|terminus ante quem|hasta)\s+(?:dem |zum |the )?(.+)"
    ),
    "not-before": (
        r"(?:not before|not earlier than|since|from|ab|seit|frühestens|depuis|dès|с|"
        r"не ранее|terminus post quem|desde)\s+(?:dem |the )?(.+)"
    ),
}
_DAY = datetime.timedelta(days=1)


def read_date(text: str, habits: DateHabits | None = None) -> DateRead | None:
    """The date that a text is; None where it is not understood as a whole.

    Args:
        text: What stands in the field.
        habits: How dates are written in the column it stands in.
    """
    if len(text) > LONGEST:
        return None
    bare = " ".join(text.replace("\u00a0", " ").split())
    if not bare:
        return None
    # In EDTF brackets hold a set; around a single date they are an editor's.
    if _is_edtf(bare) and not re.fullmatch(r"\[[^,.]*\]", bare):
        return DateRead(bare, "edtf")
    if bare.casefold().strip("[]()") in _UNDATED:
        return DateRead("", "undated")
    read = _read(bare, habits or DateHabits(), 0)
    return read if read is None or _is_edtf(read.edtf) else None


def habits_of(texts: Iterable[str], *, epoch_1904: bool = False) -> DateHabits:
    """How dates are written in a column, told from all of it together.

    Numbers with strokes between them have the month first where some of them could not be read
    otherwise and none contradicts; the century of short years follows from the long ones.
    """
    day_first = month_first = 0
    latest = 0
    for text in texts:
        for first, second in re.findall(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?!\d)", text):
            day_first += int(first) > 12 >= int(second)
            month_first += int(second) > 12 >= int(first)
        latest = max(latest, *map(int, re.findall(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", text)), 0)
    told = None if bool(day_first) == bool(month_first) else bool(month_first)
    return DateHabits(told, latest + 10 if latest else 2000, epoch_1904)


def from_serial(number: int, *, epoch_1904: bool = False) -> DateRead | None:
    """The day that a spreadsheet's number stands for; None for numbers that stand for none.

    Excel counts from 1 January 1900 and believes that 1900 had a 29 February: number 60 is that
    day, which never was, and all before it are one less than the calendar says.
    """
    if epoch_1904:
        return DateRead(_day(datetime.date(1904, 1, 1) + number * _DAY), "excel-serial-1904", 1)
    if not 1 <= number <= 2_958_465 or number == 60:
        return None
    epoch = datetime.date(1899, 12, 31) if number < 60 else datetime.date(1899, 12, 30)
    return DateRead(_day(epoch + number * _DAY), "excel-serial", 1)


def _read(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    if depth > 4:
        return None
    for reader in (_qualified, _bounded, _short_forms, _span, _numbers, _written):
        read = reader(text, habits, depth)
        if read is not None:
            return read
    return None


def _qualified(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """`[1960]`, `1960?`, `1960 (?)`, `ca. 1960`, `probably 1960`."""
    if bracketed := re.fullmatch(r"[\[(<](.+)[\])>]", text):
        inner = _again(bracketed.group(1), habits, depth)
        return inner and replace(inner, sure=min(inner.sure, 1))
    doubt = re.fullmatch(r"(.+?)\s*[(\[]?\?+[)\]]?", text)
    if doubt is None:
        doubt = re.fullmatch(rf"{_PERHAPS}\s+(.+)", text, re.IGNORECASE)
    about = re.fullmatch(rf"{_ABOUT}\s*(?:the )?(.+)", text, re.IGNORECASE)
    found = doubt or about
    inner = _again(found.group(1), habits, depth) if found else None
    if inner is None:
        return None
    return replace(inner, edtf=_marked(inner.edtf, "?" if doubt else "~"), sure=min(inner.sure, 1))


def _bounded(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """`between 1959 and 1961`, `before 1960`, `nicht nach 18.7.1960`."""
    between = re.fullmatch(_BETWEEN, text, re.IGNORECASE)
    if between:
        ends = _both(between[1], between[2], habits, depth)
        return ends and DateRead(f"[{ends[0].edtf}..{ends[1].edtf}]", "between", _least(*ends))
    if either := re.fullmatch(r"(.+?)\s+(?:or|oder|ou|или|o)\s+(.+)", text, re.IGNORECASE):
        ends = _both(either[1], either[2], habits, depth)
        if ends and all(_is_plain(end.edtf) for end in ends):
            return DateRead(f"[{ends[0].edtf},{ends[1].edtf}]", "either", _least(*ends))
    for rule, pattern in reversed(_LIMITS.items()):
        limit = re.fullmatch(pattern, text, re.IGNORECASE)
        inner = _again(limit.group(1), habits, depth) if limit else None
        if inner and _is_plain(inner.edtf):
            edtf = inner.edtf
            if rule in ("before", "after"):
                edtf = _neighbour(edtf, -1 if rule == "before" else 1)
            bound = f"[..{edtf}]" if rule in ("before", "not-after") else f"[{edtf}..]"
            return DateRead(bound, rule, min(inner.sure, 1))
    return None


def _short_forms(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """Years, months, seasons, decades, centuries, compact days and spreadsheets' numbers."""
    low = text.casefold()
    if re.fullmatch(r"\d{5}", text):
        return from_serial(int(text), epoch_1904=habits.epoch_1904)
    if compact := re.fullmatch(r"(1[5-9]\d\d|20\d\d)(\d\d)(\d\d)", text):
        return DateRead("-".join(compact.groups()), "compact-date")
    if midnight := re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00)?", text):
        return DateRead(midnight.group(1), "iso-date")
    if slashed := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", text):
        year, month, day = map(int, slashed.groups())
        return DateRead(f"{year:04}-{month:02}-{day:02}", "year-first")
    if month_year := re.fullmatch(r"(\d{1,2})[./-](\d{4})", text):
        return DateRead(f"{month_year.group(2)}-{int(month_year.group(1)):02}", "month-and-year")
    if year_month := re.fullmatch(r"(\d{4})[./](\d{1,2})", text):
        return DateRead(f"{year_month.group(1)}-{int(year_month.group(2)):02}", "month-and-year", 1)
    if alone := re.fullmatch(r"(?:year |jahr |im jahre? |en |in )?(\d{4})(?: ?г\.?| года)?", low):
        return DateRead(alone.group(1), "year")
    if decade := re.fullmatch(
        r"(?:the |in den |années |1)?(\d\d|\d{3})0(?:'?s|er(?: jahren?)?|-х|-е)", low
    ):
        digits = decade.group(1)
        return DateRead(f"{digits}X" if len(digits) == 3 else f"1{digits}X", "decade")
    if short := re.fullmatch(r"(?:the |in den |années )?'?(\d)0(?:'?s|er(?: jahren?)?)", low):
        year, _ = _year(f"{short.group(1)}0", habits.pivot)
        return DateRead(f"{year // 10}X", "decade", 1)
    if masked := re.fullmatch(r"(\d{3})[?x_-]|(\d\d)(?:\?\?|xx|__|--)", low):
        return DateRead(
            f"{masked.group(1)}X" if masked.group(1) else f"{masked.group(2)}XX", "digits", 1
        )
    if century := re.fullmatch(
        r"(?:the )?(\d\d)(?:th|\.|e|-й|ème)? ?(?:century|jh\.?|jahrhunderts?|siècle|век|в\.)", low
    ):
        return DateRead(f"{int(century.group(1)) - 1:02}XX", "century")
    if season := re.fullmatch(
        r"(?:in the |im |in )?([^\W\d]+),? (?:of |de )?(\d{4})(?:/(\d\d|\d{4}))?", low
    ):
        number = _SEASONS.get(season.group(1))
        if number and (season.group(3) is None or number == 24):
            return DateRead(f"{season.group(2)}-{number}", "season")
    if part := re.fullmatch(rf"{_PARTS}(.+)", text, re.IGNORECASE):
        inner = _again(part.group(1), habits, depth)
        return inner and replace(inner, rule="part-of-it", sure=min(inner.sure, 1))
    return None


def _span(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """`1959–1961`, `1959-61`, `3.–5.7.1960`, `July–August 1960`, `from 1959 to 1961`."""
    if years := re.fullmatch(r"(\d{4})\s*[-–—/]\s*(\d{4}|\d\d)", text):
        first, last = years.group(1), years.group(2)
        last = last if len(last) == 4 else first[:2] + last
        return DateRead(f"{first}/{last}", "span") if first < last else None
    days = re.fullmatch(r"(\d{1,2})\.?\s*[-–—/]\s*(\d{1,2}\.?\s*\D.*)", text)
    months = re.fullmatch(r"([^\W\d]+)\.?\s*[-–—/]\s*([^\W\d]+\.?,?\s+(\d{4}))", text)
    ends = None
    if days and (last := _again(days.group(2), habits, depth)) and len(last.edtf) == 10:
        ends = DateRead(f"{last.edtf[:8]}{int(days.group(1)):02}", last.rule, last.sure), last
    elif months:
        ends = _both(f"{months.group(1)} {months.group(3)}", months.group(2), habits, depth)
    elif span := re.fullmatch(_FROM_TO, text, re.IGNORECASE):
        ends = _both(span[1], span[2], habits, depth)
    if not ends or not all(_is_plain(end.edtf.rstrip("?~%")) for end in ends):
        return None
    return DateRead(f"{ends[0].edtf}/{ends[1].edtf}", "span", _least(*ends))


def _numbers(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """`7/18/1960`, `18/7/60`: numbers with strokes, whose order depends on who wrote them."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)", text)
    if not found:
        return None
    first, second = int(found.group(1)), int(found.group(2))
    year, sure = _year(found.group(3), habits.pivot)
    dates = {False: f"{year:04}-{second:02}-{first:02}", True: f"{year:04}-{first:02}-{second:02}"}
    possible = {order: edtf for order, edtf in dates.items() if _is_edtf(edtf)}
    if len(set(possible.values())) == 2 and habits.month_first is None:
        return DateRead(f"[{','.join(sorted(possible.values()))}]", "day-or-month", 0)
    order = habits.month_first if len(possible) == 2 else next(iter(possible), None)
    if order is None and not possible:
        return None
    rule = "month-and-day" if order else "day-and-month"
    return DateRead(possible[bool(order)], rule, sure if len(possible) == 1 else 1)


def _written(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    """`18. Juli 1960`, `Monday, July 18th, 1960`, `18.VII.1960`, `July 1960`."""
    found = find_dates(text, known_months(), pivot=habits.pivot)
    if len(found) != 1 or found[0].style:
        return None
    date = found[0]
    rest = f"{text[: date.start]} {text[date.end :]}".casefold()
    if any(word not in _small_words() for word in re.findall(r"[^\W_]+", rest)):
        return None
    return DateRead(date.edtf, date.rule, date.sure) if "X" not in date.edtf else None


@cache
def _small_words() -> frozenset[str]:
    """What may stand beside a date without changing it: days of the week, small words."""
    weekdays = (
        "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa "
        "so lundi mardi mercredi jeudi vendredi samedi dimanche понедельник вторник среда четверг "
        "пятница суббота воскресенье"
    )
    return frozenset(f"{weekdays} the den am le of on vom г года".split())


def _again(text: str, habits: DateHabits, depth: int) -> DateRead | None:
    return _read(text.strip(" ,"), habits, depth + 1)


def _both(
    left: str, right: str, habits: DateHabits, depth: int
) -> tuple[DateRead, DateRead] | None:
    """Both ends of a span; the first may leave month or year to the second."""
    last = _again(right, habits, depth)
    if last is None:
        return None
    first = _again(left, habits, depth)
    if first is None:
        year = re.search(r"\d{4}", right)
        first = _again(f"{left} {year.group()}", habits, depth) if year else None
    if first is None and (tail := re.search(r"[^\d\s.,]+\.?\s+\d{4}$", right)):
        first = _again(f"{left} {tail.group()}", habits, depth)
    return None if first is None else (first, last)


def _least(*reads: DateRead) -> int:
    return min(read.sure for read in reads)


def _marked(edtf: str, sign: str) -> str:
    """A date with a qualifier; both ends of a span, and none of a set, which holds none."""
    if "/" in edtf:
        return "/".join(_marked(end, sign) for end in edtf.split("/"))
    if edtf.startswith("["):
        return edtf
    if edtf[-1:] in ("?", "~"):
        return edtf if edtf[-1] == sign else f"{edtf[:-1]}%"
    return edtf if edtf.endswith("%") else f"{edtf}{sign}"


def _neighbour(edtf: str, step: int) -> str:
    """The year, month or day before or after one."""
    parts = [int(part) for part in edtf.split("-")]
    if len(parts) == 1:
        return f"{parts[0] + step:04}"
    if len(parts) == 2:
        months = parts[0] * 12 + parts[1] - 1 + step
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return _day(datetime.date(*parts) + step * _DAY)


def _year(digits: str, pivot: int) -> tuple[int, int]:
    if len(digits) == 4:
        return int(digits), 2
    year = pivot // 100 * 100 + int(digits)
    return (year if year < pivot else year - 100), 1


def _day(date: datetime.date) -> str:
    return date.isoformat()


def _is_plain(edtf: str) -> bool:
    """Whether it is a year, month or day and nothing more."""
    return bool(re.fullmatch(r"\d{4}(?:-(?:0\d|1[012])(?:-\d\d)?)?", edtf))


def _is_edtf(text: str) -> bool:
    try:
        Edtf(text)
    except ValueError:
        return False
    return True
