"""Read a day, month or year, or a part of one, at a place in a text.

Each reader tries one way of writing. What it returns can have several choices, such as two
centuries, and can lack the year or month that another part of the phrase has ("3" in "3–5 May").
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.dates import words
from archive_pkg.dates.calendars import COMPLEMENTARY, gregorian, republican
from archive_pkg.dates.month_names import AFTER_DAY, VERBS
from archive_pkg.dates.readings import DateReading, joined, of_choices, open_reading
from archive_pkg.dates.tokens import END, date_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.dates.month_names import MonthNames
    from archive_pkg.dates.readings import DateConventions
    from archive_pkg.dates.tokens import DateToken

FIRST_YEAR, LAST_YEAR = 1000, 2100
LADY_DAY_ENDED = 1753
"""From this year on, the year began on 1 January in England, and dual years were not used."""
_USUAL_PIVOT = 2000
_DASHES = "-–—"
_MASKED = re.compile(
    r"([0-9]{3})(?:[?_xXuU]|[-–](?![\w–-]))(?!\w)|([0-9]{2})(?:\?\?|[xX]{2}|[uU]{2}|__|--)(?!\w)"
)


class Choice(NamedTuple):
    """One meaning of a date: a year, month or day, or another date in EDTF."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    rule: str = "written-date"
    edtf: str = ""

    @property
    def written(self) -> str:
        """The date in EDTF, with XXXX for a missing year."""
        if self.edtf:
            return self.edtf
        year = "XXXX" if self.year is None else f"{self.year:04}"
        parts = [part for part in (self.month, self.day) if part is not None]
        return "-".join([year, *(f"{part:02}" for part in parts)])

    @property
    def date(self) -> datetime.date | None:
        """The Gregorian day; None if it does not exist."""
        try:
            return datetime.date(self.year or 0, self.month or 0, self.day or 0)
        except ValueError:
            return None

    @property
    def exists(self) -> bool:
        """Whether there is such a year, month or day."""
        if self.month is not None and not 1 <= self.month <= 12:
            return False
        if self.day is None or self.month is None:
            return True
        leap_year = 2000
        year = leap_year if self.year is None else self.year
        return 1 <= self.day <= calendar.monthrange(year, self.month)[1]


@dataclass(slots=True)
class Point:
    """A date, or a part of one, in a text.

    Attributes:
        end: The place after its last token.
        choices: Its possible meanings, without those that do not exist.
        rule: The rule of an open reading if it has several.
        sure: The certainty of the reading if it has one.
        short_year: Whether its century is not written.
        dual: The second year of 1704/5, or 0.
        part: Whether it is a date only together with another part of the phrase.
        year_first: Whether its largest unit comes first, so that a day after it has its month.
        language: The language of the month's name, if only one fits.
        missing: The days that do not exist.
        note: Its day in another calendar.
        calendar: That calendar.
    """

    end: int
    choices: tuple[Choice, ...]
    rule: str = "century"
    sure: int = 2
    short_year: bool = False
    dual: int = 0
    part: bool = False
    year_first: bool = False
    language: str = ""
    missing: tuple[Choice, ...] = ()
    note: str = ""
    calendar: str = ""

    @property
    def has_year(self) -> bool:
        """Whether it has a year of its own."""
        return all(one.year is not None or one.edtf for one in self.choices)


class _Year(NamedTuple):
    end: int
    years: tuple[int, ...]
    short: bool = False
    dual: int = 0


_NO_YEAR = _Year(-1, ())


class PointReader:
    """Reads dates without qualifiers at any place of a text."""

    def __init__(
        self, text: str, names: MonthNames, conventions: DateConventions, whole: bool
    ) -> None:
        """Split the text.

        Args:
            text: A field or a line.
            names: Names of the months.
            conventions: The conventions of its dates.
            whole: Whether the text is a field with one date, in which years alone are dates.
        """
        self.text, self.names, self.conventions, self.whole = text, names, conventions, whole
        self.tokens = date_tokens(text)

    def at(self, place: int) -> DateToken:
        """Return a token, or an empty one after the last."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else END

    def word(self, place: int) -> str:
        """Return the characters of a token."""
        return self.at(place).word

    def gap(self, place: int, signs: str = ".,", others: frozenset[str] = frozenset()) -> int:
        """Return the next place after signs, apostrophes and words."""
        while (word := self.word(place)) and (word in signs or word in "'’" or word in others):
            place += 1
        return place

    def touches(self, place: int) -> bool:
        """Whether nothing is between a token and the one before it."""
        return self.at(place).start == self.at(place - 1).end

    def number(self, place: int, most: int) -> int:
        """Return a number of one or two figures, from 1 to `most`; 0 if there is none."""
        token = self.at(place)
        return token.value if 0 < token.digits <= 2 and 1 <= token.value <= most else 0

    def points(self, place: int) -> Iterator[Point]:
        """Yield everything that can be a date, or a part of one, at a place."""
        token = self.at(place)
        if token.digits:
            readers = [self._east_asian, self._year_first, self._day_first, self._numbers]
            readers += [self._republican, self._whole] if self.whole else [self._republican]
        elif token.word in self.names.months:
            readers = [self._month_first]
        else:
            readers = [self._east_asian, self._first_of_month]
            readers += [self._republican, self._whole] if self.whole else []
        for reader in readers:
            yield from reader(place)

    def parts(self, place: int, *, after: bool = False) -> Iterator[Point]:
        """Yield what can be the first or second part of a phrase: a day, a month, or a year."""
        token = self.at(place)
        day = self.number(place, 31)
        if day and not (not after and self._is_cited(place)):
            end = place + 1
            while self.word(end) in words.ORDINALS or (self.word(end) == "." and not after):
                end += 1
            end += after and self.word(end) in ("日", "일")
            yield Point(end, (Choice(None, None, day),), part=True)
            year = self._year_after(end, ".,") if after else _NO_YEAR
            if year.years:
                yield self._point(year, None, day, "written-date")
        elif token.word in self.names.months and not day:
            month = self.names.months[token.word]
            end = place + 2 if self.word(place + 1) == "." else place + 1
            rule = "month-and-year"
            language = self._language(place)
            yield Point(end, (Choice(None, month, None, rule),), part=True, language=language)
        if after and not self.whole and token.digits == 4:
            year = self._year(place)
            if year.years:
                yield self._point(year, None, None, "year")

    def _is_cited(self, place: int) -> bool:
        before = place - 2 if self.word(place - 1) == "." else place - 1
        return self.word(before) in words.CITED

    def reading(self, point: Point) -> DateReading:
        """Return the reading of a complete point."""
        if point.dual:
            return self._dual(point)
        found = [
            DateReading(
                one.written,
                one.rule,
                min(point.sure, 1 if point.short_year or point.calendar else 2),
                note=point.note,
                calendar=point.calendar,
                short_year=point.short_year,
                language=point.language,
            )
            for one in point.choices
        ]
        if not found:
            days = (one for one in point.missing if one.year)
            return open_reading(filter(None, map(from_julian, days)), "no-such-day")
        if found[0].edtf.startswith("XXXX"):
            return DateReading(found[0].edtf, "day-without-year", 0, language=point.language)
        return of_choices(found, point.rule)

    def _dual(self, point: Point) -> DateReading:
        """Return the reading of `1 March 1704/5`: a day before 25 March, when the year began."""
        first = point.choices[0] if point.choices else point.missing[0]
        second = first._replace(year=point.dual)
        begins_late = point.dual < LADY_DAY_ENDED
        if first.day and begins_late and (first.month or 0, first.day) < (3, 25):
            read = from_julian(second, "dual-year", "the year began on 25 March")
            return read or open_reading([], "no-such-day")
        if first.day is None and first.month is not None and first.month < 3 and begins_late:
            return open_reading([DateReading(second.written, "dual-year", 1)], "dual-year")
        years = (one for one in (first, second) if one.exists)
        return open_reading((DateReading(one.written, one.rule) for one in years), "dual-year")

    def _language(self, place: int) -> str:
        languages = self.names.languages.get(self.word(place), frozenset())
        return next(iter(languages)) if len(languages) == 1 else ""

    def _point(
        self,
        year: _Year,
        month: int | None,
        day: int | None,
        rule: str,
        *,
        end: int = -1,
        language: str = "",
        year_first: bool = False,
    ) -> Point:
        """Return a point; `end` is its end if it has no year."""
        given = [Choice(one, month, day, rule) for one in year.years or (None,)]
        return Point(
            max(end, year.end),
            tuple(one for one in given if one.exists),
            short_year=year.short,
            dual=year.dual,
            language=language,
            year_first=year_first,
            missing=tuple(one for one in given if not one.exists),
        )

    # Years and days

    def _year(self, place: int, *, dual: bool = True) -> _Year:
        """Read a year: `1960`, `1704/5`, `904`, `60`, `’60`."""
        if self.word(place) in ("'", "’") and self.at(place + 1).digits == 2:
            place += 1
        token = self.at(place)
        value, end = token.value, place + 1
        if not token.digits or self._is_time(place):
            return _NO_YEAR
        if token.digits == 4:
            if not FIRST_YEAR <= value <= LAST_YEAR:
                return _NO_YEAR
            second = self.at(place + 2)
            follows = self.word(end) == "/" and self.touches(end) and self.touches(end + 1)
            goes_on = self.word(place + 3) in ("/", ".") and self.at(place + 4).digits
            if dual and follows and second.digits in (1, 2, 4) and not goes_on:
                last = value + 1
                if second.value == last % 10**second.digits and second.value != value:
                    return _Year(place + 3, (value,), dual=last)
            return _Year(end, (value,))
        pivot = self.conventions.pivot
        if token.digits == 3 and 700 <= value <= 999:
            return _Year(end, (1000 + value,) if pivot else (1000 + value, value))
        if token.digits != 2:
            return _NO_YEAR
        return _Year(end, self.centuries(value), short=True)

    def centuries(self, short: int) -> tuple[int, ...]:
        """Return the years that two figures can mean."""
        pivot = self.conventions.pivot or _USUAL_PIVOT
        year = pivot // 100 * 100 + short
        year = year if year < pivot else year - 100
        return (year,) if self.conventions.pivot else (year, year - 100)

    def _is_time(self, place: int) -> bool:
        """Whether a number is a time of day: `1945 hours`, `19:23`, `19.23 Uhr`, `6 p.m.`."""
        after = self.word(place + 1)
        if after in words.CLOCK or self.word(place - 1) == ":":
            return True
        if after in ("a", "p") and self.word(place + 2) == "." and self.word(place + 3) == "m":
            return True
        more = self.at(place + 2).digits == 2 and self.touches(place + 2)
        return more and (
            after == ":" or (after == "." and self.word(place + 3) in {*words.CLOCK, "a", "p"})
        )

    def _year_after(self, end: int, signs: str, others: frozenset[str] = frozenset()) -> _Year:
        """Read the year that follows a month's name."""
        place = self.gap(end, signs, others)
        year = self._year(place)
        if self.word(place) == "(" and self.word(place + 2) == ")":
            year = self._year(place + 1)
            return year._replace(end=place + 3) if year.years and not year.short else _NO_YEAR
        if not year.short:
            return year
        if self.at(year.end - 1).start - self.at(end - 1).end > 3:
            return _NO_YEAR
        if not self.whole and place == end and self.text[self.at(year.end).start :][:1].islower():
            return _NO_YEAR  # "5 May 12 divisions"
        return year

    def _day(self, place: int) -> tuple[int, int]:
        """Return a day and the place after it; the first can be written "I." or "Ier"."""
        day = self.number(place, 31)
        end = place + 1
        if self.word(place) == "ier" or (self.word(place) == "i" and self.word(end) in (".", "°")):
            day = 1
        while day and (
            self.word(end) in words.ORDINALS
            or (self.word(end) == "-" and self.word(end + 1) in words.ORDINALS)
        ):
            end += 1
        return day, end

    def _roman(self, place: int) -> int:
        """Return a month in Roman figures, which are all capitals or all small."""
        token = self.at(place)
        raw = self.text[token.start : token.end]
        month = words.ROMAN.get(token.word, 0)
        return month if month <= 12 and (raw.isupper() or raw.islower()) else 0

    # Dates with the name of a month

    def _day_first(self, place: int) -> Iterator[Point]:
        """Read `18 July 1960`, `17. August 32`, `1er mai 1918`, `7 mars`, `3 V 1923`."""
        day, after = self._day(place)
        name = self.gap(after, ".,-", words.OF) if day else place
        month = self.names.months.get(self.word(name), 0)
        if day and month:
            year = self._year_after(name + 1, ".,-", words.OF)
            language = self._language(name)
            yield self._point(year, month, day, "written-date", end=name + 1, language=language)
        elif day and name == after and self._roman(name):
            year = self._year(name + 1)
            if year.years and not year.short:
                yield self._point(year, self._roman(name), day, "roman-month")

    def _first_of_month(self, place: int) -> Iterator[Point]:
        if self.word(place) in ("i", "ier"):
            yield from self._day_first(place)
            yield from self._numbers(place)

    def _month_first(self, place: int) -> Iterator[Point]:
        """Read `July 18, 1960`, `July 18`, `July 1960`."""
        month, language = self.names.months[self.word(place)], self._language(place)
        verb = self.word(place) in VERBS and self.text[self.at(place).start].islower()
        if not self.whole and (verb or self.word(place) in AFTER_DAY):
            return
        after = self.gap(place + 1)
        if self.word(after) in words.OF or self.word(after) == "the":
            after += 1
        day, end = self._day(after)
        if day and self.at(after).digits:
            year = self._year_after(end, ".,")
            yield self._point(year, month, day, "written-date", end=end, language=language)
        year = self._year(self.gap(place + 1, ".,", words.OF))
        marked = self.word(year.end - 2) in ("'", "’") or self.whole
        if year.years and (not year.short or (marked and not day)):
            yield self._point(year, month, None, "month-and-year", language=language)

    # Dates in figures

    def _year_first(self, place: int) -> Iterator[Point]:
        """Read `1960-07-18`, `1960/7/8`, `1960. július 18.`, `1960 July`, `77. 06. 18.`."""
        year = self._year(place, dual=False)
        if year.short and self.at(place).value <= 31:
            return
        if not year.years or self.at(place).digits == 3:
            return
        signs = self.gap(year.end, "./-,")
        month = self.names.months.get(self.word(signs), 0) or self._roman(signs)
        if month:
            yield from self._year_and_month_name(year, signs, month)
            return
        sign = self.word(year.end)
        month, after = self.number(signs, 99), self.gap(signs + 1, "./-")
        day = self.number(after, 31)
        spaced = signs == year.end and after == signs + 1 and self.whole
        if month and day and self.at(after).digits and (spaced or sign == self.word(signs + 1)):
            if not spaced and sign not in tuple("./-"):
                return
            end = after + 2 if sign == self.word(after + 1) == "." else after + 1
            iso = sign == "-" and self.at(signs).digits == self.at(after).digits == 2
            rule = "iso-date" if iso and not year.short else "year-first"
            if 1 <= month <= 12:
                yield self._point(year, month, day, rule, end=end, year_first=True)

    def _year_and_month_name(self, year: _Year, place: int, month: int) -> Iterator[Point]:
        """Read the rest of `1960 July 18`, `1960. VII. 18.`."""
        named = self.word(place) in self.names.months
        language = self._language(place)
        after = self.gap(place + 1)
        day = self.number(after, 31)
        if day and not (named and self.word(after + 1) == "/" and year.short):
            end = self._after_day(after)
            rule = "written-date" if named else "roman-month"
            yield self._point(year, month, day, rule, end=end, language=language, year_first=True)
        elif self.whole and named:
            rule = "month-and-year"
            yield self._point(year, month, None, rule, end=place + 1, language=language)

    def _after_day(self, place: int) -> int:
        """Return the place after a day with its full stop or suffix: `18.`, `4-én`."""
        if self.word(place + 1) == "-" and self.word(place + 2) in words.HUNGARIAN:
            return place + 3
        return place + 2 if self.word(place + 1) == "." else place + 1

    def _numbers(self, place: int) -> Iterator[Point]:
        """Read `15.V.07`, `7/5 1931`, `2. 11. 904`, `16./11.05`, `7/18/1960`, `30. 7.`."""
        first, end = self._day(place)
        signs = self.gap(end, "./-–")
        if not first or signs == end or end != place + 1:
            return
        roman = self._roman(signs)
        second = roman or self.number(signs, 31)
        after = self.gap(signs + 1, "./-–,")
        year = self._year(after)
        if after > signs + 2 or (after == signs + 1 and self.touches(after)):
            year = _NO_YEAR
        if not second:
            return
        if not year.years or year.short:
            yield from self._without_year(place, first, second, roman, signs)
        if not year.years:
            return
        orders = [(first, second, "roman-month" if roman else "day-and-month")]
        alike = self.word(end) == self.word(signs + 1) and not roman and signs == end + 1
        reversible = alike and self.word(end) in ("/", "-", "–")
        unique = alike and second > 12 and not year.short
        if (reversible or unique) and first <= 12 and first != second:
            orders.append((second, first, "month-and-day"))
        if second > 12:
            orders = orders[1:]
        sure = 2
        if len(orders) == 2 and self.conventions.month_first is not None:
            orders, sure = [orders[self.conventions.month_first]], 1
        points = [self._point(year, month, day, rule) for day, month, rule in orders]
        if points:
            choices = tuple(one for point in points for one in point.choices)
            points[0].choices, points[0].sure = choices, sure
            points[0].rule = "day-or-month" if len(orders) == 2 else "century"
            yield points[0]

    def _without_year(
        self, place: int, first: int, second: int, roman: int, signs: int
    ) -> Iterator[Point]:
        """Read `30. 7.`, `2/XI`, which are dates, and `29.2`, which is a part of one."""
        rule = "roman-month" if roman else "day-and-month"
        found = self._point(_NO_YEAR, second, first, rule, end=signs + 1)
        found.part = roman == 1 and self.word(place + 1) != "/"  # "2. I" often begins a sentence
        if not roman:
            # "1/2" and "3.5" are more often fractions.
            found.part = self.word(place + 1) == "/" or self.word(signs + 1) != "."
            found.end += self.word(signs + 1) == "." and self.word(signs + 2) in tuple("/(-–—")
        if found.choices and (roman or second <= 12):
            yield found

    # Other calendars

    def _east_asian(self, place: int) -> Iterator[Point]:
        """Read `1962年10月22日`, `昭和三十五年七月十八日`, `1962년 10월 22일`, `10月22日`."""
        base, first, token = -1, place, self.at(place)
        for era, before in words.ERAS.items():
            if self.text.startswith(era, token.start) and not token.digits:
                base, place = before, place + len(era)
        year, month, day = (self._counted(place, "年년"), 0, 0)
        if year and base < 0 and self.at(place).digits != 4:
            return
        after = place + 2 if year else place
        if month := self._counted(after, "月월"):
            after += 2
            if day := self._counted(after, "日號号일"):
                after += 2
        if not (month and day) and not year:
            return
        if after == first or (base >= 0 and not year) or (not month and not self.whole):
            return
        full = year + max(base, 0)
        rule = "written-date" if day else "month-and-year" if month else "year"
        years = _Year(after, (full,)) if year else _NO_YEAR
        yield self._point(years, month or None, day or None, rule, end=after, year_first=True)

    def _counted(self, place: int, units: str) -> int:
        unit = self.word(place + 1)
        return self.at(place).value if self.at(place).digits and unit and unit in units else 0

    def _republican(self, place: int) -> Iterator[Point]:
        """Read `18 brumaire an VIII`, `brumaire an 8`, `an III`."""
        day = self.number(place, 30)
        after = place
        if day:
            after = self._day(place)[1]
            after += self.word(after) in ("jour", "jours")
        month = words.REPUBLICAN_MONTHS.get(self.word(after), 0)
        after = self.gap(after + 1, ".,'’", words.OF | {"l"}) if month else place
        if self.word(after) not in ("an", "année", "anno") or (day and not month):
            return
        value = self.at(after + 1).value if self.number(after + 1, 14) else 0
        year = value or words.ROMAN.get(self.word(after + 1), 0)
        days = [republican(year, month or 1, day or 1)]
        if not day and days[0] is not None:
            last = 6 if month in (0, COMPLEMENTARY) else 30
            months = month or COMPLEMENTARY
            ends = (republican(year, months, last - less) for less in (0, 1))
            days.append(next(filter(None, ends), None) or datetime.date(1805, 12, 31))
        if days[0] is None:
            return
        edtf = f"[{days[0]}..{days[1]}]" if len(days) == 2 else str(days[0])
        start, end = self.at(place).start, self.at(after + 1).end
        rule = "republican-date"
        yield Point(
            after + 2,
            (Choice(edtf=edtf, rule=rule),)
            if len(days) == 2
            else (Choice(days[0].year, days[0].month, days[0].day, rule),),
            note=f"{self.text[start:end]} in the French Republican calendar",
            calendar="republican",
        )

    # Dates that only a field has

    def _whole(self, place: int) -> Iterator[Point]:
        """Read years, seasons, decades and centuries, and months and years in figures."""
        yield from self._masked(place)
        yield from self._decade(place)
        yield from self._season(place)
        yield from self._compact(place)
        number, after = self.number(place, 12), place + 2
        roman = self._roman(place)
        signed = self.word(place + 1) in ("/", ".", "-", "–")
        year = self._year(after if signed else place + 1)
        if (roman or (number and signed)) and year.years and not year.short:
            rule = "roman-month" if roman else "month-and-year"
            yield self._point(year, roman or number, None, rule)
        if self.at(place).digits == 4:
            pair = self._pair(place)
            if pair is not None:
                yield pair
            year = self._year(place)
            if year.years:
                yield self._point(year, None, None, "year")

    def _compact(self, place: int) -> Iterator[Point]:
        """Read `19600718`, `1960.12`."""
        token = self.at(place)
        found = re.fullmatch(r"(1[5-9]\d\d|20\d\d)(\d\d)(\d\d)", str(token.value))
        if found and token.digits == 8:
            year = _Year(place + 1, (int(found[1]),))
            yield self._point(year, int(found[2]), int(found[3]), "compact-date")
        month = self.number(place + 2, 12)
        if token.digits == 4 and self.word(place + 1) == "." and month and self.touches(place + 2):
            years = self._year(place, dual=False).years
            months = [month]
            if month == 1 and self.at(place + 2).digits == 1:
                months.append(10)  # spreadsheets turn 1960.10 into the number 1960.1
            choices = [Choice(y, each, None, "month-and-year") for y in years for each in months]
            yield Point(place + 3, tuple(choices), rule="month-or-number", sure=1)

    def _masked(self, place: int) -> Iterator[Point]:
        """Read `196?`, `19--`, `19XX`."""
        found = _MASKED.match(self.text, self.at(place).start)
        if found:
            end = next(
                (n for n in range(place, len(self.tokens)) if self.at(n).start >= found.end()),
                len(self.tokens),
            )
            for token in self.tokens[place:end]:
                token.doubt = token.doubt and "?" not in found.group()
            edtf = f"{found[1]}X" if found[1] else f"{found[2]}XX"
            yield Point(end, (Choice(edtf=edtf, rule="digits"),), sure=1)

    def _decade(self, place: int) -> Iterator[Point]:
        """Read `1960s`, `60er Jahre`, `20th century`, `XIX век`."""
        named = self.word(place) in words.CENTURIES
        place += named
        token = self.at(place)
        roman = words.ROMAN.get(token.word.removesuffix("e"), 0)
        number = roman or (token.value if token.digits == 2 else 0)
        after = place + 1
        while self.word(after) in words.ORDINALS or self.word(after) in (".", "-", "ème", "-й"):
            after += 1
        if number and (self.word(after) in words.CENTURIES or named):
            after += 0 if named else 1 + (self.word(after + 1) == ".")
            yield Point(after, (Choice(edtf=f"{number - 1:02}XX", rule="century"),))
        before = words.BEFORE_DECADES
        after = self.gap(place + 1, "-")
        end = after + 1 if self.word(after) in words.DECADES else place + 1
        end += self.word(end) in words.AFTER_DECADES
        if token.value % 10 or (end == place + 1 and self.word(place - 1) not in before):
            return
        if token.digits == 4 and FIRST_YEAR <= token.value <= LAST_YEAR:
            yield Point(end, (Choice(edtf=f"{token.value // 10}X", rule="decade"),))
        elif token.digits == 2:
            decades = (f"{year // 10}X" for year in self.centuries(token.value))
            choices = tuple(Choice(edtf=edtf, rule="decade") for edtf in decades)
            yield Point(end, choices, short_year=True)

    def _season(self, place: int) -> Iterator[Point]:
        """Read `spring 1960`, `im Sommer 1960`, `winter 1959/60`."""
        season = words.SEASONS.get(self.word(place))
        year = self._year(self.gap(place + 1, ".,", words.OF)) if season else _NO_YEAR
        if year.years and not year.short and (not year.dual or season == 24):
            edtf = f"{year.years[0]:04}-{season}"
            sure = 1 if season == 24 and not year.dual else 2
            yield Point(year.end, (Choice(edtf=edtf, rule="season"),), sure=sure)

    def _pair(self, place: int) -> Point | None:
        """Read `1911/12`, `1923-24`, `1675/6`: two years, a year and a month, or a dual year."""
        sign, short = self.word(place + 1), self.at(place + 2)
        if sign not in ("/", *_DASHES) or short.digits not in (1, 2):
            return None
        after = self.word(place + 3)
        if after and (after == sign or after in "/-" or self.at(place + 3).digits):
            return None
        choices = year_and_short(self.at(place).value, sign, short.value, short.digits)
        proven = {"span": self.conventions.year_spans, "month": self.conventions.year_months}
        for kind, signs in proven.items():
            if sign in signs and any(kind in one.rule for one in choices):
                choices = [one for one in choices if kind in one.rule or one.rule == "dual-year"]
        return Point(place + 3, tuple(choices), rule="years-or-month", sure=1) if choices else None


def year_and_short(year: int, sign: str, short: int, digits: int) -> list[Choice]:
    """Return the meanings of a year and a short number with a sign between them."""
    round_ = 10**digits
    last = year - year % round_ + short
    last += round_ if year % round_ == round_ - 1 and short == 0 else 0
    choices = [Choice(edtf=f"{year:04}/{last:04}", rule="span")] if last > year else []
    if sign in "–—":
        return choices
    if last == year + 1 < LADY_DAY_ENDED:
        choices.append(Choice(last, rule="dual-year"))
    if 1 <= short <= 12:
        choices.append(Choice(year, short, None, "month-and-year"))
    if sign == "-" and digits == 2 and 21 <= short <= 24:
        choices.append(Choice(edtf=f"{year:04}-{short}", rule="season"))
    return choices


def from_julian(
    day: Choice, rule: str = "old-style-date", note: str = "", *, language: str = ""
) -> DateReading | None:
    """Return the reading of a day in the Julian calendar; None if it does not exist."""
    found = gregorian(day.year or 0, day.month or 0, day.day or 0)
    if found is None:
        return None
    name = words.MONTH_NAMES[(day.month or 1) - 1]
    note = joined(f"{day.day} {name} {day.year} in the Julian calendar", note)
    return DateReading(found.isoformat(), rule, 1, note=note, calendar="julian", language=language)
