"""Read a day, month or year, or a part of one, at a position in a text.

Each reader tries one way of writing dates. A point that it yields can have several choices, such as
two centuries, and can lack the year or month that the rest of the phrase has ("3" in "3–5 May").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.dates.calendars import COMPLEMENTARY, LAST_REPUBLICAN_DAY, republican
from archive_pkg.dates.written import words
from archive_pkg.dates.written.components import (
    FIRST_YEAR,
    LAST_YEAR,
    NO_YEAR,
    ComponentReader,
    Year,
)
from archive_pkg.dates.written.meanings import Choice, Point, year_and_short
from archive_pkg.dates.written.month_names import AFTER_DAY, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASKED = re.compile(
    r"([0-9]{3})(?:[?_xXuU]|[-–](?![\w–-]))(?!\w)|([0-9]{2})(?:\?\?|[xX]{2}|[uU]{2}|__|--)(?!\w)"
)


class PointReader(ComponentReader):
    """Reads dates without qualifiers anywhere in a text."""

    def points(self, position: int) -> Iterator[Point]:
        """Yield everything that can be a date, or a part of one, at a position."""
        token = self.at(position)
        if token.digits:
            yield from self._year_first(position)
            yield from self._day_first(position)
            yield from self._numbers(position)
        elif token.word in self.names.months:
            yield from self._month_first(position)
        elif token.word in ("i", "ier"):
            yield from self._day_first(position)
            yield from self._numbers(position)
        if self.has_units:
            yield from self._east_asian(position)
        if token.digits or self.whole:
            yield from self._republican(position)
        if self.whole:
            yield from self._whole(position)

    def may_begin(self, position: int) -> bool:
        """Return whether a date can begin at a position: a cheap test that excludes most words."""
        token, word = self.at(position), self.word(position)
        if token.digits:
            glued = position and self.touches(position) and self.word(position - 1).isalpha()
            return not (glued and self.word(position - 1).isascii())
        return word in self.names.months or word in words.BEGINNINGS

    def parts(self, position: int, *, after: bool = False) -> Iterator[Point]:
        """Yield what can be the first or second part of a phrase: a day, a month, or a year."""
        token = self.at(position)
        day = self.number(position, 31)
        if day and (after or not self.is_cited(position)):
            end = position + 1
            while self.word(end) in words.ORDINALS or (self.word(end) == "." and not after):
                end += 1
            end += after and self.word(end) in ("日", "일")
            yield Point(end, (Choice(None, None, day),), part=True)
            year = self.year_after(end, ".,") if after else NO_YEAR
            is_month = day <= 12 and self.word(position + 1) == "." and year.end == position + 3
            if year.years and not is_month:  # "12.1951" is a month
                yield self.point(year, None, day, "written-date")
        elif token.word in self.names.months and not day:
            month = self.names.months[token.word]
            end = position + 2 if self.word(position + 1) == "." else position + 1
            rule = "month-and-year"
            language = self.language(position)
            yield Point(end, (Choice(None, month, None, rule),), part=True, language=language)
        if after and not self.whole and token.digits == 4:
            year = self.year(position)
            if year.years:
                yield self.point(year, None, None, "year")

    # Dates with the name of a month

    def _day_first(self, position: int) -> Iterator[Point]:
        """Read `18 July 1960`, `17. August 32`, `1er mai 1918`, `7 mars`, `3 V 1923`."""
        day, after = self.day(position)
        name = self.gap(after, ".,-", words.OF) if day else position
        month = self.names.months.get(self.word(name), 0)
        if day and month:
            year = self.year_after(name + 1, ".,-", words.OF)
            language = self.language(name)
            yield self.point(year, month, day, "written-date", end=name + 1, language=language)
        elif day and name == after and self.roman(name):
            year = self.year(name + 1)
            if year.years and not year.short:
                yield self.point(year, self.roman(name), day, "roman-month")

    def _month_first(self, position: int) -> Iterator[Point]:
        """Read `July 18, 1960`, `July 18`, `July 1960`."""
        month, language = self.names.months[self.word(position)], self.language(position)
        verb = self.word(position) in VERBS and self.text[self.at(position).start].islower()
        if not self.whole and (verb or self.word(position) in AFTER_DAY):
            return
        after = self.gap(position + 1)
        if self.word(after) in words.OF or self.word(after) == "the":
            after += 1
        day, end = self.day(after)
        if day and self.at(after).digits:
            year = self.year_after(end, ".,", words.OF)
            yield self.point(year, month, day, "written-date", end=end, language=language)
        year = self.year(self.gap(position + 1, ".,-" if self.whole else ".,", words.OF))
        marked = self.word(year.end - 2) in ("'", "’") or self.whole
        if year.years and (not year.short or (marked and not day)):
            yield self.point(year, month, None, "month-and-year", language=language)

    # Dates in figures

    def _year_first(self, position: int) -> Iterator[Point]:
        """Read `1960-07-18`, `1960/7/8`, `1960. július 18.`, `1960 July`, `77. 06. 18.`."""
        year = self.year(position, dual=False)
        if year.short and self.at(position).value <= 31:
            return
        if not year.years or self.at(position).digits == 3:
            return
        signs = self.gap(year.end, "./-,", words.YEAR_MARKS)
        month = self.names.months.get(self.word(signs), 0) or self.roman(signs)
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
                yield self.point(year, month, day, rule, end=end, year_first=True)

    def _year_and_month_name(self, year: Year, position: int, month: int) -> Iterator[Point]:
        """Read the rest of `1960 July 18`, `1960. VII. 18.`."""
        named = self.word(position) in self.names.months
        language = self.language(position)
        after = self.gap(position + 1, ".,-/")
        day = self.number(after, 31)
        if day and not (named and self.word(after + 1) == "/" and year.short):
            end = self._after_day(after)
            rule = "written-date" if named else "roman-month"
            yield self.point(year, month, day, rule, end=end, language=language, year_first=True)
        elif self.whole and named:
            rule = "month-and-year"
            yield self.point(year, month, None, rule, end=position + 1, language=language)

    def _after_day(self, position: int) -> int:
        """Return the position after a day with its full stop or suffix: `18.`, `4-én`."""
        if self.word(position + 1) == "-" and self.word(position + 2) in words.HUNGARIAN:
            return position + 3
        return position + 2 if self.word(position + 1) == "." else position + 1

    def _numbers(self, position: int) -> Iterator[Point]:
        """Read `15.V.07`, `7/5 1931`, `2. 11. 904`, `16./11.05`, `7/18/1960`, `30. 7.`."""
        first, end = self.day(position)
        signs = self.gap(end, "./-–")
        if not first or signs == end or end != position + 1:
            return
        if self.word(end) == "." and self.word(end + 1) in ("-", "–"):
            return  # "3.-5.1951"
        roman = self.roman(signs)
        second = roman or self.number(signs, 31)
        after = self.gap(signs + 1, "./-–,")
        year = self.year(after)
        if after > signs + 2 or (after == signs + 1 and self.touches(after)):
            year = NO_YEAR
        if not second:
            return
        if not year.years or year.short:
            yield from self._without_year(position, first, second, roman, signs)
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
        points = [self.point(year, month, day, rule) for day, month, rule in orders]
        if points:
            choices = tuple(one for point in points for one in point.choices)
            points[0].choices, points[0].sure = choices, sure
            points[0].rule = "day-or-month" if len(orders) == 2 else "century"
            yield points[0]

    def _without_year(
        self, position: int, first: int, second: int, roman: int, signs: int
    ) -> Iterator[Point]:
        """Read dates without a year, such as `30. 7.` and `2/XI`, and parts of dates: `29.2`."""
        found = self.point(NO_YEAR, second, first, "day-without-year", end=signs + 1)
        found.part = roman == 1 and self.word(position + 1) != "/"  # "2. I" often begins a sentence
        if not roman:
            # "1/2" and "3.5" are more often fractions.
            found.part = self.word(position + 1) == "/" or self.word(signs + 1) != "."
            found.end += self.word(signs + 1) == "." and self.word(signs + 2) in words.CONNECTORS
        if found.choices and (roman or second <= 12):
            yield found

    # Other calendars

    def _east_asian(self, position: int) -> Iterator[Point]:
        """Read `1962年10月22日`, `昭和三十五年七月十八日`, `1962년 10월 22일`, `10月22日`."""
        base, first, token = -1, position, self.at(position)
        for era, before in words.ERAS.items():
            if self.text.startswith(era, token.start) and not token.digits:
                base, position = before, position + len(era)
        year, month, day = (self._counted(position, "年년"), 0, 0)
        if year and base < 0 and self.at(position).digits != 4:
            return
        after = position + 2 if year else position
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
        years = Year(after, (full,)) if year else NO_YEAR
        yield self.point(years, month or None, day or None, rule, end=after, year_first=True)

    def _counted(self, position: int, units: str) -> int:
        unit = self.word(position + 1)
        return self.at(position).value if self.at(position).digits and unit and unit in units else 0

    def _republican(self, position: int) -> Iterator[Point]:
        """Read `18 brumaire an VIII`, `brumaire an 8`, `an III`."""
        day = self.number(position, 30)
        after = position
        if day:
            after = self.day(position)[1]
            after += self.word(after) in ("jour", "jours")
        month = words.REPUBLICAN_MONTHS.get(self.word(after), 0)
        after = self.gap(after + 1, ".,'’", words.OF | {"l"}) if month else position
        if self.word(after) not in ("an", "année", "anno") or (day and not month):
            return
        value = self.at(after + 1).value if self.number(after + 1, 14) else 0
        year = value or words.ROMAN.get(self.word(after + 1), 0)
        first = republican(year, month or 1, day or 1)
        if first is None:
            return
        lasts = (republican(year, month or COMPLEMENTARY, last) for last in (30, 6, 5))
        last = next(filter(None, lasts), LAST_REPUBLICAN_DAY)
        edtf = str(first) if day else f"[{first}..{last}]"
        words_of_it = self.text[self.at(position).start : self.at(after + 1).end]
        note = f"{words_of_it} in the French Republican calendar"
        choices = (Choice(edtf=edtf, rule="republican-date"),)
        yield Point(after + 2, choices, note=note, calendar="republican")

    # Dates that only a field has

    def _whole(self, position: int) -> Iterator[Point]:
        """Read years, seasons, decades and centuries, and months and years in figures."""
        yield from self._masked(position)
        yield from self._decade(position)
        yield from self._season(position)
        yield from self._compact(position)
        number, after = self.number(position, 12), position + 2
        roman = self.roman(position)
        signed = self.word(position + 1) in ("/", ".", "-", "–")
        year = self.year(after if signed else position + 1)
        if (roman or (number and signed)) and year.years and not year.short:
            rule = "roman-month" if roman else "month-and-year"
            yield self.point(year, roman or number, None, rule)
        if self.at(position).digits == 4:
            yield from self._pair(position)
            year = self.year(position)
            if year.years:
                yield self.point(year, None, None, "year")

    def _compact(self, position: int) -> Iterator[Point]:
        """Read `19600718`, `1960.12`."""
        token = self.at(position)
        found = re.fullmatch(r"(1[5-9]\d\d|20\d\d)(\d\d)(\d\d)", str(token.value))
        if found and token.digits == 8:
            year = Year(position + 1, (int(found[1]),))
            yield self.point(year, int(found[2]), int(found[3]), "compact-date")
        month = self.number(position + 2, 12)
        if (
            token.digits == 4
            and self.word(position + 1) == "."
            and month
            and self.touches(position + 2)
        ):
            years = self.year(position, dual=False).years
            months = [month]
            if month == 1 and self.at(position + 2).digits == 1:
                months.append(10)  # spreadsheets turn 1960.10 into the number 1960.1
            choices = [Choice(y, each, None, "month-and-year") for y in years for each in months]
            yield Point(position + 3, tuple(choices), rule="month-or-number", sure=1)

    def _masked(self, position: int) -> Iterator[Point]:
        """Read `196?`, `19--`, `19XX`."""
        found = _MASKED.match(self.text, self.at(position).start)
        if found:
            end = next(
                (n for n in range(position, self.count) if self.at(n).start >= found.end()),
                self.count,
            )
            if "?" in found.group():
                self.clear_doubt(position, end)
            edtf = f"{found[1]}X" if found[1] else f"{found[2]}XX"
            yield Point(end, (Choice(edtf=edtf, rule="digits"),), sure=1)

    def _decade(self, position: int) -> Iterator[Point]:
        """Read `1960s`, `60er Jahre`, `20th century`, `XIX век`."""
        named = self.word(position) in words.CENTURIES
        position += named
        token = self.at(position)
        roman = words.ROMAN.get(token.word.removesuffix("e"), 0)
        number = roman or (token.value if token.digits == 2 else 0)
        after = position + 1
        while self.word(after) in words.ORDINALS or self.word(after) in (".", "-", "ème", "-й"):
            after += 1
        if number and (self.word(after) in words.CENTURIES or named):
            after += 0 if named else 1 + (self.word(after + 1) == ".")
            yield Point(after, (Choice(edtf=f"{number - 1:02}XX", rule="century"),))
        before = words.BEFORE_DECADES
        after = self.gap(position + 1, "-")
        end = after + 1 if self.word(after) in words.DECADES else position + 1
        end += self.word(end) in words.AFTER_DECADES
        if token.value % 10 or (end == position + 1 and self.word(position - 1) not in before):
            return
        if token.digits == 4 and FIRST_YEAR <= token.value <= LAST_YEAR:
            yield Point(end, (Choice(edtf=f"{token.value // 10}X", rule="decade"),))
        elif token.digits == 2:
            decades = (f"{year // 10}X" for year in self.centuries(token.value))
            choices = tuple(Choice(edtf=edtf, rule="decade") for edtf in decades)
            yield Point(end, choices, short_year=True)

    def _season(self, position: int) -> Iterator[Point]:
        """Read `spring 1960`, `im Sommer 1960`, `winter 1959/60`."""
        season = words.SEASONS.get(self.word(position))
        year = self.year(self.gap(position + 1, ".,", words.OF)) if season else NO_YEAR
        if year.years and not year.short and (not year.dual or season == 24):
            edtf = f"{year.years[0]:04}-{season}"
            sure = 1 if season == 24 and not year.dual else 2
            yield Point(year.end, (Choice(edtf=edtf, rule="season"),), sure=sure)

    def _pair(self, position: int) -> Iterator[Point]:
        """Read `1911/12`, `1923-24`, `1675/6`: two years, a year and a month, or a dual year."""
        sign, short = self.word(position + 1), self.at(position + 2)
        after = self.word(position + 3)
        if (
            sign not in tuple("/-–—")
            or short.digits not in (1, 2)
            or after in (sign, "/", "-", "#")
        ):
            return
        choices = year_and_short(self.at(position).value, sign, short.value, short.digits)
        proven = {"span": self.conventions.year_spans, "month": self.conventions.year_months}
        for kind, signs in proven.items():
            if sign in signs and any(kind in one.rule for one in choices):
                choices = [one for one in choices if kind in one.rule or one.rule == "dual-year"]
        if choices:
            yield Point(position + 3, tuple(choices), rule="years-or-month", sure=1)
