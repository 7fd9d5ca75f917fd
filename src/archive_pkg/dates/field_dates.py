"""Convert the date in a field, as people write it, to EDTF: "zwischen 1959 und 1961".

Here the complete text must be one date; `text_dates` finds dates within a text. Words such as
about, probably, before and between become EDTF signs where possible, otherwise the rule says so. A
text that can be read in two ways stays open and has several readings.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from archive_pkg.dates.calendars import gregorian
from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.text_dates import ROMAN, find_dates, known_month_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST = 200
"""Most characters of a date."""


@dataclass(frozen=True, slots=True)
class DateReading:
    """The date that a phrase means.

    Attributes:
        edtf: The date in EDTF; empty if the phrase says that there is none, or stays open.
        rule: The rule that read it: "written-date", "between", "excel-serial".
        sure: 2 for a date written out, 1 if a rule had to choose, 0 if it stays open.
        note: Further information: the day in another calendar, or that it is a postmark.
        readings: The possible dates of a phrase that stays open.
    """

    edtf: str
    rule: str
    sure: int = 2
    note: str = ""
    readings: tuple[DateReading, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a person must decide, because there are several readings or no such day."""
        return self.sure == 0


@dataclass(frozen=True, slots=True)
class DateConventions:
    """Conventions for the dates of a column.

    Attributes:
        month_first: Whether the month comes first in 7/18/1960; None if the column does not say.
        pivot: A two-digit year falls in the hundred years before this one; None if the column has
            no four-digit year.
        epoch_1904: Whether a workbook counts its days from 1904.
        year_spans: The signs, `-` or `/`, with which 1911/12 is two years.
        year_months: The signs with which it is a year and a month.
    """

    month_first: bool | None = None
    pivot: int | None = None
    epoch_1904: bool = False
    year_spans: frozenset[str] = frozenset()
    year_months: frozenset[str] = frozenset()


# fmt: off
_UNDATED = frozenset([
    "n.d.", "nd", "n. d.", "undated", "no date", "without date", "n/a", "o.d.", "od", "o. d.",
    "o.j.", "o. j.", "ohne datum", "ohne jahr", "undatiert", "s.d.", "s. d.", "s.a.", "s. a.",
    "sans date", "sine anno", "sine dato", "б.д.", "б. д.", "б.г.", "б. г.", "без даты",
    "без года", "b.d.", "b. d.", "b.r.", "b. r.", "bez daty", "brak daty", "senza data",
    "sin fecha", "s.f.", "s. f.", "unknown", "unbekannt", "inconnu", "inconnue", "неизвестно",
    "nieznana", "nieznany", "desconocida", "n.n.", "n. n.", "?", "??", "???", "-", "–", "—",
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
    r"(?:between|betw\.|zwischen|zw\.|entre|между|między|mezi|tra|fra)\s+(?:the )?(.+?)\s+"
    r"(?:and|und|u\.|et|и|y|e|i|a|&)\s+(?:the )?(.+)"
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
_OLD_STYLE = (
    r"(?:O\.? ?S\.?|old style|a\. ?St\.?|alten stils|ст\. ?ст\.?|старого стиля|st\. ?v\.|v\. ?s\.|"
    r"vieux style|ancien style|julian(?: calendar)?|julianisch)"
)
_NEW_STYLE = (
    r"(?:N\.? ?S\.?|new style|n\. ?St\.?|neuen stils|н\. ?ст\.?|нового стиля|n\. ?s\.|"
    r"nouveau style|gregorian(?: calendar)?|gregorianisch)"
)
_POSTMARKS = (
    r"(?:poststempel|postmark(?:ed)?|post stamp|cachet (?:de la poste|postal)|"
    r"(?:почтовый )?штемпель|stempel pocztowy|timbro postale|matasellos)"
)
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_USUAL_PIVOT = 2000
"""If a column has no four-digit year, two-digit years are in the twentieth century."""
_LAST_YEAR = 2100
"""A higher number is not a year but a spreadsheet's count of days."""
_LADY_DAY_ENDED = 1753
"""From this year on, the year began on 1 January in England, and dual years were not used."""


def read_date(text: str, conventions: DateConventions | None = None) -> DateReading | None:
    """Read a text as a date; return None if it is not completely understood.

    Args:
        text: The content of the field.
        conventions: The conventions of its column.
    """
    if len(text) > LONGEST:
        return None
    bare = " ".join(text.replace("\u00a0", " ").split())
    bare = re.sub(r"[\"“”„«»](\d{1,2})[\"“”„«»]", r"\1", bare)
    if not bare:
        return None
    conventions = conventions or DateConventions()
    if bare.casefold().strip("[]()") in _UNDATED:
        return DateReading("", "undated")
    if re.fullmatch(r"\d{4,5}", bare) and int(bare) > _LAST_YEAR:
        serial = from_serial(int(bare), epoch_1904=conventions.epoch_1904)
        return serial and _open([serial], serial.rule)
    if pair := _year_and_short(bare, conventions):
        return pair
    # In EDTF, brackets enclose a set. Brackets around a single date are an editor's.
    if _is_edtf(bare) and not re.fullmatch(r"\[[^,.]*\]|.*T00:00(?::00.*)?", bare):
        return DateReading(bare, "edtf")
    read = _read(bare, conventions, 0)
    if read is None:
        return _no_such_day(bare, conventions)
    if all(_is_edtf(one.edtf) for one in read.readings or (read,)):
        return read
    return _no_such_day(bare, conventions)


def column_conventions(texts: Iterable[str], *, epoch_1904: bool = False) -> DateConventions:
    """Detect the conventions of a column from all of its dates.

    The month comes first in dates with slashes if some of them cannot be read in another way and
    none contradicts. The same applies to 1911/12, which is two years or a year and a month. The
    four-digit years decide the century of the two-digit ones.
    """
    day_first = month_first = 0
    latest = 0
    proven: dict[str, set[str]] = {"span": set(), "month": set()}
    for text in texts:
        sign, readings = _pair(text.strip(" []()"), DateConventions())
        meant = {"month" if "-" in one.edtf else "span" for one in readings}
        if len(meant) == 1:
            proven[meant.pop()].add(sign)
        if re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ].*)?", text.strip()):
            proven["month"].add("-")
        for first, second in re.findall(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?!\d)", text):
            day_first += int(first) > 12 >= int(second)
            month_first += int(second) > 12 >= int(first)
        latest = max(latest, *map(int, re.findall(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", text)), 0)
    order = None if bool(day_first) == bool(month_first) else bool(month_first)
    spans, months = proven["span"], proven["month"]
    return DateConventions(
        order,
        latest + 10 if latest else None,
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
        return DateReading(_day(datetime.date(1904, 1, 1) + number * _DAY), "excel-serial-1904", 1)
    if not 1 <= number <= 2_958_465 or number == 60:
        return None
    epoch = datetime.date(1899, 12, 31) if number < 60 else datetime.date(1899, 12, 30)
    return DateReading(_day(epoch + number * _DAY), "excel-serial", 1)


def _read(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    if depth > 4:
        return None
    for reader in (
        _remarked,
        _qualified,
        _calendars,
        _dual_year,
        _bounded,
        _short_forms,
        _span,
        _numbers,
        _written,
    ):
        read = reader(text, conventions, depth)
        if read is not None:
            return read
    return None


def _open(readings: Iterable[DateReading], rule: str) -> DateReading:
    """Return an open reading for a phrase with several meanings."""
    return DateReading("", rule, 0, readings=tuple(dict.fromkeys(readings)))


def _each(read: DateReading, change: Callable[[DateReading], DateReading]) -> DateReading:
    """Change a reading, or every reading of an open phrase."""
    if read.readings:
        return replace(read, readings=tuple(map(change, read.readings)))
    return change(read)


def _remarked(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `28.2.1900 (Poststempel)`, `postmark 28.2.1900`."""
    found = re.fullmatch(rf"(.+?),? ?[(\[]?{_POSTMARKS}[)\]]?", text, re.IGNORECASE)
    found = found or re.fullmatch(rf"{_POSTMARKS}:? (.+)", text, re.IGNORECASE)
    inner = _again(found.group(1), conventions, depth) if found else None
    return inner and _each(inner, lambda one: replace(one, note=_joined(one.note, "postmark")))


def _supplied(read: DateReading) -> DateReading:
    return replace(read, sure=min(read.sure, 1), note=_joined(read.note, "supplied: in brackets"))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _qualified(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `[1960]`, `1960?`, `1960 (?)`, `ca. 1960`, `probably 1960`."""
    if bracketed := re.fullmatch(r"\[([^\[\]]+)\]|\(([^()]+)\)|<([^<>]+)>", text):
        inner = _again(next(filter(None, bracketed.groups())), conventions, depth)
        return inner and _each(inner, _supplied)
    if re.fullmatch(r"(?:[^\[\]]*\[[^\[\]?]+\])+[^\[\]]*", text):
        # `3 May 19[23]` has brackets around a part of the date.
        inner = _again(re.sub(r"[\[\]]", "", text), conventions, depth)
        return inner and _each(inner, _supplied)
    doubt = re.fullmatch(r"(.+?)\s*[(\[]?\?+[)\]]?", text)
    if doubt is None:
        doubt = re.fullmatch(rf"{_PERHAPS}\s+(.+)", text, re.IGNORECASE)
    about = re.fullmatch(rf"{_ABOUT}(?![^\W\d])\s*(?:the )?(.+)", text, re.IGNORECASE)
    found = doubt or about
    inner = _again(found.group(1), conventions, depth) if found else None
    sign = "?" if doubt else "~"
    return inner and _each(
        inner, lambda one: replace(one, edtf=_marked(one.edtf, sign), sure=min(one.sure, 1))
    )


def is_old_style(text: str) -> bool:
    """Whether words say that a date is in the Julian calendar."""
    return bool(re.search(rf"(?<!\w){_OLD_STYLE}(?!\w)", text, re.IGNORECASE))


def _calendars(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read a day in two calendars, `5/17 March 1848`, or with its calendar, `5 March 1848 O.S.`."""
    if styled := re.fullmatch(rf"(.+?),? ?[(\[]?{_NEW_STYLE}[)\]]?", text, re.IGNORECASE):
        return _again(styled.group(1), conventions, depth)
    if styled := re.fullmatch(rf"(.+?),? ?[(\[]?{_OLD_STYLE}[)\]]?", text, re.IGNORECASE):
        day = _day_in(styled.group(1), conventions, depth)
        return _from_julian(day, "old-style-date") if day else None
    pair = _two_days(text, conventions, depth)
    if pair is None:
        return None
    first, second = pair
    if gregorian(*first) == _date(second):
        return _from_julian(first, "double-date")
    if gregorian(*second) == _date(first):
        return _from_julian(second, "double-date")
    readings = [DateReading(_iso(day), "written-date") for day in pair if _is_edtf(_iso(day))]
    one, other = _date(first), _date(second)
    if "/" in text and one and other and (other - one).days == 1:
        return DateReading(f"[{_iso(first)},{_iso(second)}]", "either", 1)
    if "/" in text and one and other and one < other and (other - one).days not in range(9, 15):
        either = DateReading(f"[{_iso(first)},{_iso(second)}]", "either")
        return _open(
            [either, DateReading(f"{_iso(first)}/{_iso(second)}", "span")], "span-or-either"
        )
    return _open(readings, "double-date-contradicts")


Ymd = tuple[int, int, int]


def _two_days(text: str, conventions: DateConventions, depth: int) -> tuple[Ymd, Ymd] | None:
    """Return both days of `5/17 March 1848`, `5 March (17 March) 1848`, `29.2./12.3.1848`."""
    day, month, end = r"(\d{1,2})\.?", r"([^\W\d]+\.?)", r"\)?[,.]? ?(?:г\. ?)?"
    if found := re.fullmatch(rf"{day} ?[/(] ?{day}\)? ?[. ] ?(\D.*\d{{3,}}.*|\d.*)", text):
        start = _month_of(found[3], conventions, depth)
        return ((*start, int(found[1])), (*start, int(found[2]))) if start else None
    if found := re.fullmatch(rf"{day} ?{month} ?[/(] ?{day} ?{month}{end}(\d{{4}}.*)", text):
        one = _month_of(f"{found[2]} {found[5]}", conventions, depth)
        two = _month_of(f"{found[4]} {found[5]}", conventions, depth)
        numbers = int(found[1]), int(found[3])
    elif found := re.fullmatch(r"(\d\d?)\.(\d\d?)\.? ?[/(] ?(\d\d?)\.(\d\d?)\.?\)? ?(\d{4})", text):
        one = _month_of(f"{found[2]}.{found[5]}", conventions, depth)
        two = _month_of(f"{found[4]}.{found[5]}", conventions, depth)
        numbers = int(found[1]), int(found[3])
    elif found := re.fullmatch(r"(.+\d{4})(?: ?г\.)? ?[/(] ?([^()/]+\d{4}[^()/]*)\)?", text):
        ends = _day_in(found[1], conventions, depth), _day_in(found[2], conventions, depth)
        return (ends[0], ends[1]) if ends[0] and ends[1] else None
    else:
        return None
    if not one or not two:
        return None
    if one > two and one[1] == 12:
        one = one[0] - 1, 12
    return (*one, numbers[0]), (*two, numbers[1])


def _month_of(text: str, conventions: DateConventions, depth: int) -> tuple[int, int] | None:
    """Return year and month of `March 1848`, `III.1848`, `3.1848`."""
    read = _again(f"1.{text}" if text[0].isdigit() else f"1 {text}", conventions, depth)
    if read is None or not re.fullmatch(r"\d{4}-\d\d-01", read.edtf):
        return None
    return int(read.edtf[:4]), int(read.edtf[5:7])


def _day_in(text: str, conventions: DateConventions, depth: int) -> Ymd | None:
    """Return the day of a date in any calendar, such as the Julian 29 February 1900."""
    read = _again(text, conventions, depth)
    shift = 0
    if read is None and re.search(r"(?<!\d)29(?!\d)", text):
        read, shift = _again(re.sub(r"(?<!\d)29(?!\d)", "28", text, count=1), conventions, depth), 1
    if read is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", read.edtf):
        return None
    year, month, day = map(int, read.edtf.split("-"))
    return (year, month, day + shift) if not shift or month == 2 else None


def _from_julian(day: Ymd, rule: str, note: str = "") -> DateReading | None:
    found = gregorian(*day)
    if found is None:
        return None
    written = f"{day[2]} {MONTH_NAMES[day[1] - 1]} {day[0]} in the Julian calendar"
    return DateReading(_day(found), rule, 1, note=_joined(written, note))


def _date(day: Ymd) -> datetime.date | None:
    try:
        return datetime.date(*day)
    except ValueError:
        return None


def _iso(day: Ymd) -> str:
    return f"{day[0]:04}-{day[1]:02}-{day[2]:02}"


def _dual_year(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `1 March 1704/5`: a day before 25 March, when the year began."""
    found = re.fullmatch(r"(.*[^\d\W].*?\D|\d\d?\.\d\d?\. ?)(\d{4})/(\d{1,4})", text)
    if not found or len(found[3]) == 3:
        return None
    first = int(found[2])
    second = int(found[2][: 4 - len(found[3])] + found[3])
    if second != first + 1 and (first + 1) % 10 ** len(found[3]) != int(found[3]):
        return None
    day = _day_in(f"{found[1]}{first + 1}", conventions, depth)
    if day is None:
        return None
    if day[1:] < (3, 25) and day[0] < _LADY_DAY_ENDED:
        return _from_julian(day, "dual-year", "the year began on 25 March")
    years = (DateReading(_iso((year, *day[1:])), "written-date") for year in (first, first + 1))
    return _open(years, "dual-year")


def _no_such_day(text: str, conventions: DateConventions) -> DateReading | None:
    """Read `31 April 1923`, whose day does not exist, as an open date."""
    other = re.sub(r"(?<!\d)(?:29|3[01])(?!\d)", "1", text, count=1)
    read = _read(other, conventions, 0) if other != text else None
    if read is None or not re.fullmatch(r"\d{4}-\d\d-01", read.edtf):
        return None
    day = int(re.search(r"(?<!\d)(?:29|3[01])(?!\d)", text)[0])  # type: ignore[index]
    julian = _from_julian((int(read.edtf[:4]), int(read.edtf[5:7]), day), "old-style-date")
    return _open([julian] if julian else [], "no-such-day")


def _year_and_short(text: str, conventions: DateConventions) -> DateReading | None:
    """Read `1911/12`, `1923-24`, `1675/6`: two years, a year and a month, or a dual year."""
    _, readings = _pair(text, conventions)
    if len(readings) > 1:
        return _open(readings, "years-or-month")
    return readings[0] if readings else None


def _pair(text: str, conventions: DateConventions) -> tuple[str, list[DateReading]]:
    """Return the sign between a year and a short number, and their possible readings."""
    found = re.fullmatch(r"(\d{4}) ?([-–—/]) ?(\d\d?)", text)
    if not found:
        return "", []
    year, sign, short = int(found[1]), found[2], found[3]
    round_ = 10 ** len(short)
    last = year - year % round_ + int(short)
    last += round_ if year % round_ == round_ - 1 and int(short) == 0 else 0
    spans = [DateReading(f"{year:04}/{last:04}", "span", 1)] if last > year else []
    if sign in "–—":
        return sign, spans
    months = [_year_month(found[1], short, sign)] if 1 <= int(short) <= 12 else []
    seasons = []
    if sign == "-" and len(short) == 2 and 21 <= int(short) <= 24:
        seasons = [DateReading(text, "season" if spans else "edtf", 1 if spans else 2)]
    if spans and last == year + 1 < _LADY_DAY_ENDED:
        spans.append(DateReading(f"{last:04}", "dual-year", 1))
    if sign in conventions.year_spans and spans:
        return sign, spans
    if sign in conventions.year_months and months:
        # A column with months has no seasons.
        return sign, [replace(month, rule="month-and-year", sure=1) for month in months]
    return sign, [*spans, *months, *seasons]


def _year_month(year: str, month: str, sign: str) -> DateReading:
    if sign == "-" and len(month) == 2:
        return DateReading(f"{year}-{month}", "edtf")
    return DateReading(f"{year}-{int(month):02}", "month-and-year", 1)


def _bounded(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `between 1959 and 1961`, `before 1960`, `nicht nach 18.7.1960`."""
    if pair := _year_and_short(text, conventions):
        return pair
    between = re.fullmatch(_BETWEEN, text, re.IGNORECASE)
    if between:
        ends = _both(between[1], between[2], conventions, depth)
        return ends and DateReading(f"[{ends[0].edtf}..{ends[1].edtf}]", "between", _least(*ends))
    if either := re.fullmatch(r"(.+?)\s+(?:or|oder|ou|или|o)\s+(.+)", text, re.IGNORECASE):
        ends = _both(either[1], either[2], conventions, depth)
        if ends and len(ends[0].edtf) > 4 and len(ends[1].edtf) == 4:
            # `3 May 1923 or 1924`: both have the same day and month.
            ends = ends[0], replace(ends[1], edtf=ends[1].edtf + ends[0].edtf[4:])
        if ends and all(_is_plain(end.edtf) for end in ends):
            return DateReading(f"[{ends[0].edtf},{ends[1].edtf}]", "either", _least(*ends))
    for rule, pattern in reversed(_LIMITS.items()):
        limit = re.fullmatch(pattern, text, re.IGNORECASE)
        inner = _again(limit.group(1), conventions, depth) if limit else None
        if inner and all(_is_plain(one.edtf) for one in inner.readings or (inner,)):
            return _each(inner, partial(_limited, rule))
    return None


def _limited(rule: str, read: DateReading) -> DateReading:
    edtf = read.edtf
    if rule in ("before", "after"):
        edtf = _neighbour(edtf, -1 if rule == "before" else 1)
    bound = f"[..{edtf}]" if rule in ("before", "not-after") else f"[{edtf}..]"
    return replace(read, edtf=bound, rule=rule, sure=min(read.sure, 1))


def _short_forms(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read years, months, seasons, decades, centuries, and days without separators."""
    low = text.casefold()
    if compact := re.fullmatch(r"(1[5-9]\d\d|20\d\d)(\d\d)(\d\d)", text):
        return DateReading("-".join(compact.groups()), "compact-date")
    if midnight := re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", text
    ):
        return DateReading(midnight.group(1), "midnight", 1, note="written with the time 00:00")
    if slashed := re.fullmatch(r"(\d{4})[/. -]+(\d{1,2})[/. -]+(\d{1,2})\.?", text):
        return DateReading(f"{slashed[1]}-{slashed[2]:0>2}-{slashed[3]:0>2}", "year-first")
    if month_year := re.fullmatch(r"(\d{1,2})[./-](\d{4})", text):
        return DateReading(f"{month_year.group(2)}-{int(month_year.group(1)):02}", "month-and-year")
    if year_month := re.fullmatch(r"(\d{4})\.(\d{1,2})", text):
        first = DateReading(f"{year_month[1]}-{int(year_month[2]):02}", "month-and-year", 1)
        if year_month[2] != "1":
            return first
        # Spreadsheets turn 1960.10 into the number 1960.1.
        return _open([first, replace(first, edtf=f"{year_month[1]}-10")], "month-or-number")
    if roman := re.fullmatch(r"(?:(\d{1,2})[. ]+)?([ivx]+)[. ]+(\d{4})(?: ?r\.?)?", low):
        month = ROMAN.get(roman[2])
        day = f"-{int(roman.group(1)):02}" if roman.group(1) else ""
        return DateReading(f"{roman[3]}-{month:02}{day}", "roman-month") if month else None
    if alone := re.fullmatch(r"(?:year |jahr |im jahre? |en |in )?(\d{4})(?: ?г\.?| года)?", low):
        return DateReading(alone.group(1), "year")
    if year_first := re.fullmatch(r"(\d{4})[.,]? ([^\W\d]+\.?)(?: (\d{1,2})\.?)?", text):
        day_first = f"{year_first.group(3) or ''} {year_first.group(2)} {year_first.group(1)}"
        return _written(day_first.strip(), conventions, depth)
    if (pointed := re.fullmatch(r"(\d\d)\. ?(\d\d)\. ?(\d\d)\.", text)) and pointed[1] > "31":
        # The first number cannot be a day, so it is the year, as in Hungarian dates.
        year, _ = _year(pointed[1], conventions.pivot)
        read = DateReading(f"{year:04}-{pointed[2]}-{pointed[3]}", "year-first", 1)
        other = replace(read, edtf=f"{year - 100:04}{read.edtf[4:]}")
        return _open([read, other], "century") if conventions.pivot is None else read
    if decade := re.fullmatch(
        r"(?:the |in den |années )?(\d{3})0(?:'?s|er(?: jahren?)?|-х|-е)", low
    ):
        return DateReading(f"{decade.group(1)}X", "decade")
    if short := re.fullmatch(r"(?:the |in den |années )?'?(\d)0(?:'?s|er(?: jahren?)?)", low):
        year, _ = _year(f"{short.group(1)}0", conventions.pivot)
        return DateReading(f"{year // 10}X", "decade", 1)
    if masked := re.fullmatch(r"(\d{3})[?x_-]|(\d\d)(?:\?\?|xx|__|--)", low):
        return DateReading(
            f"{masked.group(1)}X" if masked.group(1) else f"{masked.group(2)}XX", "digits", 1
        )
    if century := re.fullmatch(
        r"(?:the )?(\d\d)(?:th|\.|e|-й|ème)? ?(?:century|jh\.?|jahrhunderts?|siècle|век|в\.)", low
    ):
        return DateReading(f"{int(century.group(1)) - 1:02}XX", "century")
    if season := re.fullmatch(
        r"(?:in the |im |in )?([^\W\d]+),? (?:of |de )?(\d{4})(?:/(\d\d|\d{4}))?", low
    ):
        number = _SEASONS.get(season.group(1))
        if number and (season.group(3) is None or number == 24):
            return DateReading(f"{season.group(2)}-{number}", "season")
    if part := re.fullmatch(rf"{_PARTS}(.+)", text, re.IGNORECASE):
        inner = _again(part.group(1), conventions, depth)
        return inner and replace(inner, rule="part-of-it", sure=min(inner.sure, 1))
    return None


def _span(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `1959–1961`, `1959-61`, `3.–5.7.1960`, `July–August 1960`, `from 1959 to 1961`."""
    if years := re.fullmatch(r"(\d{4})\s*[-–—/]\s*(\d{4})", text):
        first, last = years.group(1), years.group(2)
        return DateReading(f"{first}/{last}", "span") if first < last else None
    days = re.fullmatch(r"(\d{1,2})\.?\s*[-–—]\s*(\d{1,2}\.?\s*\D.*)", text)
    months = re.fullmatch(r"([^\W\d]+)\.?\s*[-–—/]\s*([^\W\d]+\.?,?\s+(\d{4}))", text)
    ends = None
    if days and (last := _again(days.group(2), conventions, depth)) and len(last.edtf) == 10:
        ends = DateReading(f"{last.edtf[:8]}{int(days.group(1)):02}", last.rule, last.sure), last
    elif months:
        ends = _both(f"{months.group(1)} {months.group(3)}", months.group(2), conventions, depth)
    elif span := re.fullmatch(_FROM_TO, text, re.IGNORECASE):
        ends = _both(span[1], span[2], conventions, depth)
    if not ends or not all(_is_plain(end.edtf.rstrip("?~%")) for end in ends):
        return None
    return DateReading(f"{ends[0].edtf}/{ends[1].edtf}", "span", _least(*ends))


def _numbers(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `7/18/1960`, `18/7/60`: numbers with slashes, day or month first."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)", text)
    if not found:
        return None
    first, second = int(found.group(1)), int(found.group(2))
    year, sure = _year(found.group(3), conventions.pivot)
    dates = {False: f"{year:04}-{second:02}-{first:02}", True: f"{year:04}-{first:02}-{second:02}"}
    possible = {order: edtf for order, edtf in dates.items() if _is_edtf(edtf)}
    if len(set(possible.values())) == 2 and conventions.month_first is None:
        rules = {False: "day-and-month", True: "month-and-day"}
        return _open(
            (DateReading(edtf, rules[order], 1) for order, edtf in possible.items()), "day-or-month"
        )
    order = conventions.month_first if len(possible) == 2 else next(iter(possible), None)
    if order is None and not possible:
        return None
    rule = "month-and-day" if order else "day-and-month"
    return DateReading(possible[bool(order)], rule, sure if len(possible) == 1 else 1)


def _written(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    """Read `18. Juli 1960`, `Monday, July 18th, 1960`, `18.VII.1960`, `July 1960`."""
    found = find_dates(text, known_month_names(), pivot=conventions.pivot or _USUAL_PIVOT)
    if len(found) != 1 or found[0].style:
        return None
    date = found[0]
    rest = f"{text[: date.start]} {text[date.end :]}".casefold()
    if any(word not in _small_words() for word in re.findall(r"[^\W_]+", rest)):
        return None
    return DateReading(date.edtf, date.rule, date.sure) if "X" not in date.edtf else None


@cache
def _small_words() -> frozenset[str]:
    """Return words that can be next to a date without changing it, such as weekdays."""
    weekdays = (
        "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa "
        "so lundi mardi mercredi jeudi vendredi samedi dimanche понедельник вторник среда четверг "
        "пятница суббота воскресенье"
    )
    return frozenset(f"{weekdays} the den am le of on vom г года r roku roka dnia dne".split())


def _again(text: str, conventions: DateConventions, depth: int) -> DateReading | None:
    return _read(text.strip(" ,"), conventions, depth + 1)


def _both(
    left: str, right: str, conventions: DateConventions, depth: int
) -> tuple[DateReading, DateReading] | None:
    """Read both ends of a span; the first can lack the month or year of the second."""
    last = _again(right, conventions, depth)
    if last is None:
        return None
    first = _again(left, conventions, depth)
    if first is None:
        year = re.search(r"\d{4}", right)
        first = _again(f"{left} {year.group()}", conventions, depth) if year else None
    if first is None and (tail := re.search(r"[^\d\s.,]+\.?\s+\d{4}$", right)):
        first = _again(f"{left} {tail.group()}", conventions, depth)
    if first is None or first.is_open or last.is_open:
        return None
    return first, last


def _least(*reads: DateReading) -> int:
    return min(read.sure for read in reads)


def _marked(edtf: str, sign: str) -> str:
    """Add a qualifier to a date, or to both ends of a span; sets cannot have one."""
    if "/" in edtf:
        return "/".join(_marked(end, sign) for end in edtf.split("/"))
    if edtf.startswith("["):
        return edtf
    if edtf[-1:] in ("?", "~"):
        return edtf if edtf[-1] == sign else f"{edtf[:-1]}%"
    return edtf if edtf.endswith("%") else f"{edtf}{sign}"


def _neighbour(edtf: str, step: int) -> str:
    """Return the year, month or day before or after another."""
    parts = [int(part) for part in edtf.split("-")]
    if len(parts) == 1:
        return f"{parts[0] + step:04}"
    if len(parts) == 2:
        months = parts[0] * 12 + parts[1] - 1 + step
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return _day(datetime.date(*parts) + step * _DAY)


def _year(digits: str, pivot: int | None) -> tuple[int, int]:
    if len(digits) == 4:
        return int(digits), 2
    pivot = pivot or _USUAL_PIVOT
    year = pivot // 100 * 100 + int(digits)
    return (year if year < pivot else year - 100), 1


def _day(date: datetime.date) -> str:
    return date.isoformat()


def _is_plain(edtf: str) -> bool:
    """Whether a date is only a year, month or day."""
    return bool(re.fullmatch(r"\d{4}(?:-(?:0\d|1[012])(?:-\d\d)?)?", edtf))


def _is_edtf(text: str) -> bool:
    try:
        Edtf(text)
    except ValueError:
        return False
    return True
