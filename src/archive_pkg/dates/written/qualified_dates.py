"""Read date phrases: "ca. 1960", "between 1959 and 1961", "5/17 March 1848".

A phrase is one date, or two dates with a connector between them, with qualifiers around them.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.dates.calendars import gregorian, julian_days
from archive_pkg.dates.written import words
from archive_pkg.dates.written.meanings import Choice, Point, from_julian, reading_of
from archive_pkg.dates.written.readings import (
    DateReading,
    change_readings,
    is_edtf,
    joined,
    of_choices,
    open_reading,
)
from archive_pkg.dates.written.single_dates import PointReader

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = datetime.timedelta(days=1)
_DEEPEST = 6
"""The maximum number of qualifiers before a date."""

_STYLE = re.compile(
    rf",?(?: ?(?:[гр]\.|года|року))? ?[(\[]?"
    rf"(?:(?P<old>{words.OLD_STYLE})|(?P<new>{words.NEW_STYLE}))(?:/{words.NEW_STYLE})?[)\]]?(?!\w)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:,? |T|, ?)(?:at |um |в |о |à |alle |kl\.? )?"
    r"([0-2]?\d[:.][0-5]\d(?::\d\d)?|[0-2]\d[0-5]\d(?= ?(?:h|Z|uhr)))"
    r"(?: ?(?:h|hrs|hours|uhr|час\w*|ч|a\.?m|p\.?m|Z)\b\.?)?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[012])(?:-[0-9]{2})?)?")
_DAY_ALONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FARTHEST_YEARS = 50
_STYLES_ENDED = 1924
"""From this year on, two days with a dash between them are a span, not a day in two calendars."""


class Phrase(NamedTuple):
    """A date and the position after its last token."""

    reading: DateReading
    end: int


class PhraseReader(PointReader):
    """Reads dates with their qualifiers anywhere in a text."""

    def phrase(self, position: int, depth: int = 0, *, between: bool = False) -> Phrase | None:
        """Read the longest date that begins at a position; None if there is none."""
        start, position = position, self.skip_noise(position)
        prefixes = [*self._phrases(words.PREFIXES, start), *self._phrases(words.PREFIXES, position)]
        for kind, after in prefixes if depth < _DEEPEST else ():
            if self.whole or self._qualifies(kind, position, after):
                inner = self.phrase(self._articles(after), depth + 1, between=kind == "between")
                reading = self._qualified(kind, inner) if inner else None
                if inner and reading:
                    return self._suffixed(Phrase(reading, inner.end))
        found = self._core(position, between)
        return self._suffixed(found) if found else None

    def check_weekday(self, position: int, found: Phrase) -> DateReading:
        """Return the reading of a phrase after comparing it with a day of the week next to it.

        The day of the week can decide between several readings. If it does not match the only
        reading, the reading gets a note.
        """
        before, after = position - 1, self.gap(found.end, ",(")
        while before >= 0 and (self.word(before) in words.ARTICLES or self.word(before) in ",."):
            before -= 1
        named = words.WEEKDAYS.get(self.word(before)) or words.WEEKDAYS.get(self.word(after))
        reading = found.reading
        readings = reading.readings or (reading,)
        if not named or not all(_DAY_ALONE.fullmatch(one.edtf) for one in readings):
            return reading
        right = [
            one for one in readings if datetime.date.fromisoformat(one.edtf).isoweekday() == named
        ]
        if len(right) == 1:
            return replace(right[0], sure=min(right[0].sure, 1)) if reading.readings else reading
        if right or reading.readings:
            return reading
        note = joined(reading.note, "the day of the week does not match")
        return replace(reading, sure=min(reading.sure, 1), note=note)

    def skip_noise(self, position: int) -> int:
        """Return the position after words that do not change a date. Running text has none."""
        return self.gap(position, ",.", words.NOISE) if self.whole else position

    def _articles(self, position: int) -> int:
        return self.gap(position, ".-:", words.ARTICLES)

    def _qualifies(self, kind: str, position: int, after: int) -> bool:
        """Return whether a word in running text qualifies the date after it."""
        if kind in words.ONLY_IN_FIELDS:
            return False
        first, dotted = self.at(position), self.word(position + 1) == "."
        if len(first.word) > 1:
            return True
        return self.text[first.start].islower() if dotted else after > position + 1

    def _phrases(self, known: words.Phrases, position: int) -> Iterator[tuple[str, int]]:
        """Yield the kind of each known phrase at a position, and the position after the phrase."""
        for sought, kind in known.get(self.word(position), ()):
            after = position
            for word in sought:
                if after > position:
                    after = self.gap(after, ".-")
                if self.word(after) != word:
                    break
                after += 1
            else:
                yield kind, after + (self.word(after) == "." and sought[-1] != ".")

    def _core(self, position: int, between: bool) -> Phrase | None:
        """Read one date, or two dates with a connector, without qualifiers before the first."""
        best: Phrase | None = None
        for point in (*self.points(position), *self.parts(position)):
            found = [self._pair_of(point, *each, between) for each in self._connectors(point)]
            if not point.part and not between:
                found.append(Phrase(self._doubted(point, position, point.end), point.end))
            for one in found:
                if one is not None and (best is None or one.end > best.end):
                    best = one
        return best

    def _doubted(self, point: Point, start: int, end: int) -> DateReading:
        """Return the reading of a point, marked uncertain if it contains a question mark."""
        reading = reading_of(point)
        return (
            change_readings(reading, partial(_marked, "?")) if self.doubted(start, end) else reading
        )

    # Two dates

    def _connectors(self, point: Point) -> Iterator[tuple[str, int, int]]:
        """Yield the kind, beginning and end of each connector after a point."""
        start = point.end
        if self.word(start) in words.YEAR_MARKS:
            start = self.gap(start + 1, ".")
        start += self.word(start) in (",", ".")
        if self.at(start).opened:
            yield "editor", start, start
        for kind, after in self._phrases(words.CONNECTORS, start):
            yield kind, start, after

    def _pair_of(
        self, first: Point, kind: str, start: int, position: int, between: bool
    ) -> Phrase | None:
        """Read the date after a connector, and return the phrase with both; None if none fits."""
        if between != (kind == "and") and between:
            return None
        position = self._articles(self.skip_noise(position))
        mark = ""
        for qualifier, after in self._phrases(words.PREFIXES, position):
            if qualifier == "about" and self.whole:
                mark, position = "~", after
        best: Phrase | None = None
        for second in (*self.points(position), *self.parts(position, after=True)):
            found = self._joined(first, second, kind, between)
            if found is None or (best is not None and found.end <= best.end):
                continue
            reading = found.reading
            if mark:
                reading = change_readings(reading, partial(_marked, mark, ends="last"))
            if self.doubted(start - 1, found.end):
                ends = "both" if self.at(found.end - 1).doubt else "first"
                reading = change_readings(reading, partial(_marked, "?", ends=ends))
            best = Phrase(reading, found.end)
        return best

    def _joined(self, first: Point, second: Point, kind: str, between: bool) -> Phrase | None:
        """Join two dates; None if they do not fit, or if both lack a year or a needed month."""
        end, tail = second.end, Choice()
        if kind == "editor" and not (first.has_year or second.has_year):
            tail, end = self._tail(end)
        if kind == "bracket":
            end = self.gap(end, ".", words.YEAR_MARKS)
            if self.word(end) not in (")", "）"):
                return None
            end += 1
            if not (first.has_year or second.has_year):
                tail, end = self._tail(end)
        fits = self._fit(first, second, kind, between) or tail.year is not None
        if not fits or first.dual or second.dual:
            return None
        readings: list[DateReading] = []
        doubtful: list[DateReading] = []
        for one in first.choices + first.impossible:
            for other in second.choices + second.impossible:
                pair = _completed(one, _filled(other, tail), kind)
                good, bad = _meaning(*pair, kind, between) if pair else ([], [])
                readings += good
                doubtful += bad
        if readings:
            return Phrase(_either_of(readings, first, second, kind), end)
        footnote = (
            first.has_year
            and not second.has_year
            and all(one.month is None for one in second.choices)
        )  # the 3 in "18 July 1960 (3)"
        if not doubtful or footnote:
            return None
        rule = "several-days" if kind == "and" else "double-date-contradicts"
        return Phrase(open_reading(doubtful, rule), end)

    def _fit(self, first: Point, second: Point, kind: str, between: bool) -> bool:
        """Return whether two dates form a pair: each has a year, or they can share one."""
        if first.has_year and second.has_year:
            # In a text, "18 July 1960 – 1961" and "18 July 1960 and 1 May 1961" are not one date.
            days = all(one.day is not None for one in second.choices)
            return (
                self.whole
                or kind in ("or", "bracket", "editor")
                or (days and (kind != "and" or between))
            )
        if not first.has_year:
            return second.has_year
        in_field = self.whole and not second.part
        return first.year_first or kind in ("bracket", "editor") or in_field

    def _tail(self, position: int) -> tuple[Choice, int]:
        """Read the month and year after the bracket in `5 (17) March 1848`."""
        name = self.gap(position, ".,", words.OF)
        month = (
            self.names.months.get(self.word(name), 0) or self.roman(name) or self.number(name, 12)
        )
        year = self.year(self.gap(name + 1, ".,/", words.OF)) if month else self.year(name)
        if not year.years:
            return Choice(), position
        return Choice(year.years[0], month or None), year.end

    # Qualifiers

    def _qualified(self, kind: str, phrase: Phrase) -> DateReading | None:
        """Return the reading of a phrase with a qualifier; None if they do not fit together."""
        reading = phrase.reading
        if kind in ("about", "perhaps"):
            return change_readings(reading, partial(_marked, "~" if kind == "about" else "?"))
        if kind == "part":
            return change_readings(
                reading, lambda one: replace(one, rule="part-of-it", sure=min(one.sure, 1))
            )
        if kind == "postmark":
            return change_readings(
                reading, lambda one: replace(one, note=joined(one.note, "postmark"))
            )
        readings = reading.readings or (reading,)
        if kind == "between":
            return reading
        if kind == "since" and all(one.rule == "span" for one in readings):
            return reading
        if not all(_PLAIN.fullmatch(one.edtf) for one in readings):
            return None
        return change_readings(reading, partial(_limited, kind))

    def _suffixed(self, phrase: Phrase) -> Phrase:
        """Apply what follows a date: its calendar, a qualifier such as a postmark, and a time."""
        reading, end = phrase
        style = _STYLE.match(self.text, self.at(end - 1).end)
        if style:
            if style["old"] and not reading.calendar:
                reading = _of_old_style(reading)
            end = self._after(style.end(), end)
        bracket = self.word(end) in ("(", ",")
        for kind, after in self._phrases(words.SUFFIXES, end + bracket):
            if not self.whole and bracket and kind != "postmark":
                continue
            changed = self._qualified(kind, phrase._replace(reading=reading))
            if changed:
                reading = changed
                end = after + (bracket and self.word(after) == ")")
        if (
            self.whole
            and not reading.note
            and _PLAIN.fullmatch(reading.edtf)
            and len(reading.edtf) == 10
        ):
            time = _TIME.match(self.text, self.at(end - 1).end)
            if time:
                reading = replace(reading, note=f"at {time[1]}", sure=min(reading.sure, 1))
                end = self._after(time.end(), end)
        return Phrase(reading, end)

    def _after(self, offset: int, position: int) -> int:
        """Return the position of the first token that begins at an offset or later."""
        while position < self.count and self.at(position).start < offset:
            position += 1
        return position


def _either_of(readings: list[DateReading], first: Point, second: Point, kind: str) -> DateReading:
    """Return the only reading of two dates, or an open one if there are several."""
    short = first.short_year or second.short_year
    sure = min(first.sure, second.sure, 1 if short else 2)
    language = second.language or first.language
    reading = of_choices(
        (
            replace(one, language=language, short_year=short, sure=min(one.sure, sure))
            for one in readings
        ),
        "several-days" if kind == "and" else second.rule,
    )
    if any(one.rule in ("either", "double-date") for one in reading.readings):
        return replace(reading, rule="span-or-either")
    return reading


def _of_old_style(reading: DateReading) -> DateReading:
    """Convert a reading from the Julian calendar, because the text calls it old style."""
    if reading.rule == "no-such-day":
        return reading.readings[0] if reading.readings else reading
    if all(_PLAIN.fullmatch(one.edtf) for one in reading.readings or (reading,)):
        return change_readings(reading, _converted)
    return reading if reading.is_open else open_reading([reading], "old-style-date")


def _converted(reading: DateReading) -> DateReading:
    """Convert a day, month or year of the Julian calendar."""
    year, month, day = (*map(int, reading.edtf.split("-")), 0, 0)[:3]
    if day:
        return from_julian(Choice(year, month, day), language=reading.language) or reading
    first = gregorian(year, month or 1, 1)
    last = gregorian(year, month or 12, julian_days(year, month or 12))
    note = f"{reading.edtf} in the Julian calendar"
    return replace(
        reading,
        edtf=f"[{first}..{last}]",
        rule="old-style-date",
        sure=1,
        note=note,
        calendar="julian",
    )


def _filled(one: Choice, other: Choice) -> Choice:
    """Return a date whose missing year and month are taken from a second date."""
    if one.edtf or (one.year is not None and one.month is not None):
        return one
    year = other.year if one.year is None else one.year
    needs_month = one.month is None and (one.day is not None or one.year is None)
    month = other.month if needs_month else one.month
    rule = one.rule if one.month is not None or month is None else other.rule
    return one._replace(year=year, month=month, rule=rule)


def _completed(first: Choice, second: Choice, kind: str) -> tuple[Choice, Choice] | None:
    """Return both dates, each with its missing parts taken from the other.

    The result is None if a date remains incomplete, or if their years are too far apart.
    """
    if first.year and second.year and abs(first.year - second.year) > _FARTHEST_YEARS:
        return None
    only_year = kind == "or" and not (second.month or second.day or second.edtf)
    if only_year and first.year and first.month:
        second = second._replace(month=first.month, day=first.day)  # "3 May 1923 or 1924"
    own = first.year is not None, second.year is not None
    second = _filled(second, first)
    first = _filled(first, second)
    if first.month and second.month and own != (True, True):
        if not own[0] and first.month == 12 and second.month == 1 and first.year:
            first = first._replace(year=first.year - 1)
        elif not own[1] and first.month == 12 and second.month == 1 and second.year:
            second = second._replace(year=second.year + 1)
        elif not own[1] and first.month == 1 and second.month == 12 and second.year:
            second = second._replace(year=second.year - 1)
    for one in (first, second):
        if not one.edtf and (one.year is None or (one.day is not None and one.month is None)):
            return None
    return first, second


Meaning = tuple[list[DateReading], list[DateReading]]


def _meaning(first: Choice, second: Choice, kind: str, between: bool) -> Meaning:
    """Return the readings of two dates with a connector: the valid ones, then doubtful ones."""
    one, other = first.in_edtf, second.in_edtf
    if kind in ("slash", "bracket", "editor") and first.day and second.day:
        return _two_calendars(first, second, kind)
    if not (first.exists and second.exists):
        return [], []
    if between:
        valid = is_edtf(edtf := f"[{one}..{other}]")
        return ([DateReading(edtf, "between")] if valid and one != other else []), []
    if kind == "or":
        plain = _PLAIN.fullmatch(one) and _PLAIN.fullmatch(other)
        return ([DateReading(f"[{one},{other}]", "either")] if plain else []), []
    if kind == "and" and (first.day is None) == (second.day is None):
        return [], [DateReading(one, first.rule), DateReading(other, second.rule)]
    if kind in ("bracket", "editor", "and"):
        return [], []
    edtf = f"{one}/{other}"
    precisions = [bool(one.month) + bool(one.day) for one in (first, second)]
    spans = (
        [DateReading(edtf, "span")]
        if precisions[0] == precisions[1] and one != other and is_edtf(edtf)
        else []
    )
    julian = from_julian(first, "double-date") if (second.year or 0) < _STYLES_ENDED else None
    return ([*spans, julian] if julian and julian.edtf == other else spans), []


def _two_calendars(first: Choice, second: Choice, kind: str) -> Meaning:
    """Return the readings of two days such as `5/17 March 1848`, valid ones and doubtful ones.

    They can be one day in two calendars, one of two days, or the ends of a span.
    """
    days = [(one.year or 0, one.month or 0, one.day or 0) for one in (first, second)]
    one, other = first.date, second.date
    for julian, day in ((first, other), (second, one)):
        if day is not None and gregorian(*days[julian is second]) == day:
            reading = from_julian(julian, "double-date")
            return ([reading] if reading else []), []
    either = DateReading(f"[{first.in_edtf},{second.in_edtf}]", "either")
    if kind == "slash" and one and other:
        apart = (other - one).days
        if apart == 1:
            return [replace(either, sure=1)], []
        if apart > 0 and apart not in range(9, 15):
            return [either, DateReading(f"{one}/{other}", "span")], []
    return [], [DateReading(each.in_edtf, "written-date") for each in (first, second) if each.date]


def _marked(sign: str, reading: DateReading, *, ends: str = "both") -> DateReading:
    """Add a qualifier to a date, or to one or both ends of a span. Sets stay unchanged."""
    first, slash, last = reading.edtf.partition("/")
    first = _with_sign(first, sign) if ends != "last" or not slash else first
    last = _with_sign(last, sign) if slash and ends != "first" else last
    return replace(reading, edtf=f"{first}{slash}{last}", sure=min(reading.sure, 1))


def _with_sign(edtf: str, sign: str) -> str:
    if edtf.startswith("[") or edtf.endswith(("]", "%", sign)):
        return edtf
    return f"{edtf[:-1]}%" if edtf[-1:] in ("?", "~") else f"{edtf}{sign}"


def _limited(kind: str, reading: DateReading) -> DateReading:
    """Return the reading for "before", "after" or a similar limit: a set with an open end."""
    edtf = reading.edtf
    kind = {"until": "not-after", "since": "not-before", "later": "after"}.get(kind, kind)
    if kind in ("before", "after"):
        edtf = _neighbour(edtf, -1 if kind == "before" else 1)
    early = kind in ("before", "not-after")
    return replace(reading, edtf=f"[..{edtf}]" if early else f"[{edtf}..]", rule=kind, sure=1)


def _neighbour(edtf: str, step: int) -> str:
    """Return the next year, month or day; the previous one if `step` is -1."""
    parts = [int(part) for part in edtf.split("-")]
    if len(parts) == 1:
        return f"{parts[0] + step:04}"
    if len(parts) == 2:
        months = parts[0] * 12 + parts[1] - 1 + step
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return (datetime.date(*parts) + step * _DAY).isoformat()
