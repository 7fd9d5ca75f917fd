"""Read days and spans of days in lines of a document's head and tail."""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.drafting.language import dates_on, question_about
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.vocabulary import Vocabulary

CLOCK = re.compile(
    r"(?:at\s|um\s|à\s|в\s)?\b\d{1,2}(?:[:.]\s?\d\d)?\s?(?:[ap]\.?\s?m\b\.?"
    r"|hrs?\b\.?|hours|h\b\.?(?:\s?\d\d)?|Uhr|час\w*)"
    r"|\b\d{1,2}:\d\d\b|\b\d{4}\s?(?:Z|hours|hs|hrs)\b|\bnoon\b|\bmidnight\b",
    re.IGNORECASE,
)
DIGIT = re.compile(r"[\d年月]")
_SPAN = re.compile(
    r"\s*(?:and|&|to|through|until|till|bis|und|et|a|i|и|по|[–—-])\s*(?:the\s)?", re.IGNORECASE
)
_YEAR_LATER = re.compile(
    r"^\.?\s*(?:of this year|of the current year|this year|с\. ?г\.|d\. ?J\.|s\. "
    r"?g\.|b\. ?r\.|t\. ?r\.|f\. ?é\.)"
)
_LEFT = re.compile(r"^[\s,.;:()\[\]«»“”\"'–—-]+|[\s,.;:()\[\]«»“”\"'–—-]+$")


@dataclass(frozen=True, slots=True)
class DayOrSpan:
    """A day, or a span of days, in a line.

    Attributes:
        edtf: The date in EDTF.
        start: The offset in the line.
        end: The offset after the date.
        sure: 2 if the words have only this meaning, 1 if a rule chose it, 0 if the date is open.
        short_year: Whether the year is written without its century.
        question: Why a person must decide on the date; empty if it is clear.
        century_question: The question if nothing in the text shows the century.
    """

    edtf: str
    start: int
    end: int
    sure: int
    short_year: bool = False
    question: str = ""
    century_question: str = ""


def _day_or_span(read: DateReading) -> DayOrSpan:
    """Return a reading of a date. Two days that are joined by "and" become a span."""
    questions = (question_about(read, century_open=short) for short in (False, read.short_year))
    if read.rule == "several-days" and read.one_of.count(",") == 1:
        edtf = read.one_of.strip("[]").replace(",", "/")
        return DayOrSpan(edtf, read.start, read.end, 2, read.short_year)
    return DayOrSpan(read.edtf, read.start, read.end, read.sure, read.short_year, *questions)


def days_in(text: str, vocabulary: Vocabulary, conventions: TextConventions) -> list[DayOrSpan]:
    """Return the dates of a line. Two days joined by "and", "to" or a dash are one span."""
    return list(_days_in(text, vocabulary, conventions.pivot)) if DIGIT.search(text) else []


@lru_cache(maxsize=256)  # several readers ask for those of the same line
def _days_in(text: str, vocabulary: Vocabulary, pivot: int) -> list[DayOrSpan]:
    text = CLOCK.sub(lambda match: " " * len(match.group()), text)
    dates = [_day_or_span(read) for read in dates_on(text, vocabulary, pivot)]
    found: list[DayOrSpan] = []
    place = 0
    while place < len(dates):
        one = dates[place]
        following = dates[place + 1] if place + 1 < len(dates) else None
        if (
            following is not None
            and len(following.edtf) == 10
            and _SPAN.fullmatch(text[one.end : following.start])
            and len(one.edtf) == 10
            and one.edtf < following.edtf
        ):
            one = DayOrSpan(
                f"{one.edtf}/{following.edtf}",
                one.start,
                following.end,
                following.sure,
                following.short_year,
            )
            place += 1
        found.append(one)
        place += 1
    return found


def with_year(day: str, written: str) -> str:
    """Return a day without a year ("XXXX-…") as the first such day from the document's date on.

    29 February stays without a year if it does not exist in that year.
    """
    return _in_year(day, int(written[:4]) + (day[5:] < written[5:]))


def day_before(day: str, written: str) -> str:
    """Return a day without a year as the last such day up to the document's date.

    29 February stays without a year if it does not exist in that year.
    """
    return _in_year(day, int(written[:4]) - (day[5:] > written[5:]))


def _in_year(day: str, year: int) -> str:
    return day if day.endswith("-02-29") and not isleap(year) else f"{year:04d}{day[4:]}"


def says_this_year(text: str, one: DayOrSpan) -> bool:
    """Return whether a date without a year is followed by "of this year"."""
    return one.edtf.startswith("XXXX") and bool(_YEAR_LATER.match(text[one.end :]))


def around(text: str, days: list[DayOrSpan]) -> tuple[str, str]:
    """Return the words before the first date and after the last date, without times of day."""
    before, after = text[: days[0].start], text[days[-1].end :]
    after = _YEAR_LATER.sub("", after)
    return _bare(CLOCK.sub(" ", before)), _bare(CLOCK.sub(" ", after))


def _bare(text: str) -> str:
    return _LEFT.sub("", _LEFT.sub("", text))


def is_filler(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether words next to a date are only articles, weekdays and the like."""
    return all(
        word in vocabulary.words["fillers"]
        or word in vocabulary.weekdays
        or word in vocabulary.words["next to dates"]
        for word in words_of(text)
    )


def without_filler(text: str, vocabulary: Vocabulary) -> str:
    """Return words next to a date without articles and weekdays at their ends."""
    pieces = text.split()
    while pieces and is_filler(pieces[-1], vocabulary) and not pieces[-1][:1].isupper():
        pieces.pop()
    while (
        pieces
        and is_filler(pieces[-1], vocabulary)
        and pieces[-1].strip(".,").casefold() in vocabulary.weekdays
    ):
        pieces.pop()
    while pieces and pieces[0].strip(".,").casefold() in vocabulary.weekdays:
        pieces.pop(0)
    return _bare(" ".join(pieces))
