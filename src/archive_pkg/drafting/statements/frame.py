"""Make statements about the frame of a letter, and collect the statements of all readers."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from archive_pkg.dates.written.reader import find_dates
from archive_pkg.drafting.language import question_about, question_about_century
from archive_pkg.drafting.letters.datelines import LONGEST, find_place
from archive_pkg.drafting.letters.head import salutation_in
from archive_pkg.drafting.letters.line_shapes import is_certain_closing
from archive_pkg.drafting.name_shapes import without_brackets
from archive_pkg.drafting.official_documents.dates import with_year
from archive_pkg.drafting.statements.base import (
    CERTAIN,
    GUESS,
    PROBABLE,
    Confidence,
    Statement,
    StatementReader,
)
from archive_pkg.drafting.statements.combining import Combining
from archive_pkg.drafting.statements.content import ContentReader
from archive_pkg.drafting.statements.correspondents import CorrespondentsReader
from archive_pkg.drafting.statements.text_kind import text_kind
from archive_pkg.drafting.vocabulary import words_of
from archive_pkg.records.vocabularies.terms import find_marking

if TYPE_CHECKING:
    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.drafting.letters.segmentation import LetterLayout
    from archive_pkg.drafting.vocabulary import Vocabulary


# An editor's correction after a date: "1 May 1940 [recte 1941]".
_CORRECTED = re.compile(
    r"[\s\[(,;]*(?:recte|rectius|correctly|should be|sic,? for|eigentlich|richtig|vielmehr|właśc"
    r"|właściwie|powinno być|správně|правильно|lire|en réalité)\b",
    re.IGNORECASE,
)
_INITIALED = re.compile(r"(?:[^\W\d_]\.\s?)+[^\W\d_]+")  # "V. I. Orlin" is a person


class FrameReader(StatementReader):
    """Makes statements about classification, date, place, receipt, salutation and closing."""

    def read(self) -> None:
        """Add all these statements."""
        self.classification()
        self.date_and_place()
        self.received()
        self.salutation()
        self.closing()

    def classification(self) -> None:
        """Add the first marking, with the lines that continue it."""
        markings = self.layout.head.markings
        if not markings:
            return
        number, marking = markings[0]
        if marking.explicit_none:
            self.add(
                "classification",
                self.lines[number].text,
                CERTAIN,
                "no-marking-stated",
                self.line_quote(number),
                "none",
            )
            return
        last = number
        for following, _ in markings[1:]:
            if following != last + 1 or self.lines[following].block != self.lines[number].block:
                break
            last = following
        start, end = self.lines[number].start, self.lines[last].end
        value = " ".join(self.lines[n].text for n in range(number, last + 1))
        candidates = find_marking(value)
        level, scheme = marking.level, ""
        if len(candidates) == 1:
            level, scheme = candidates[0].level.id, candidates[0].level.scheme
        sure = CERTAIN if marking.sure else PROBABLE
        self.add(
            "classification",
            value,
            sure,
            "marking-line",
            self.quote(start, end),
            level=level,
            scheme=scheme,
        )

    def date_and_place(self) -> None:
        """Add date and place of the most certain dateline, in the head or below the signature."""
        head, tail = self.layout.head, self.layout.tail
        datelines, where = head.datelines, "head"
        if not any(line.date is None or line.date.sure for line in datelines):
            below = [line for line in tail.datelines if line.date and line.date.sure]
            if below:
                datelines, where = below, "below-signature"
        if not datelines:
            self.place_alone()
            return
        line = max(datelines, key=lambda one: one.date.sure if one.date else 2)
        if line.date is not None:
            base = self.lines[line.line].start
            sure = (GUESS, PROBABLE, CERTAIN)[line.date.sure]
            if line.date.short_year and not line.date.note:
                sure = self.sure_of_century(line.date, self.lines[line.line].text)
            quote = self.quote(base + line.date.start, base + line.date.end)
            rule = f"{line.date.rule}-{where}"
            century_open = line.date.short_year and sure is GUESS
            if _CORRECTED.match(self.text, quote.end):
                sure = GUESS
            question = question_about(line.date, century_open=century_open)
            note = line.date.note
            self.add("date", line.date.edtf, sure, rule, quote, note=note, question=question)
        if line.place is not None:
            self.add_place(line.place, CERTAIN, f"dateline-{where}")
        elif not self.place_above(line.line):
            self.place_alone()

    def sure_of_century(self, date: DateReading, line: str) -> Confidence:
        """Return how certain the century of a date with a two-digit year is.

        Evidence is the day of the week on the line, or else four-digit years or states of the 20th
        century in the text. The century is only probable if the evidence contradicts the date (a
        different day of the week, or years more than 20 years away), or if the date is not a single
        day. Without evidence, it is a guess.
        """
        conventions = self.layout.conventions
        named = [word for word in words_of(line) if word in self.vocabulary.weekdays]
        full = re.fullmatch(r"\d{4}-\d\d-\d\d", date.edtf)
        if named and full:
            day = datetime.date.fromisoformat(date.edtf)
            agrees = day.isoweekday() == self.vocabulary.weekdays[named[0]]
            return CERTAIN if agrees else PROBABLE
        if not conventions.century_known:
            return GUESS
        around = conventions.dated_around
        close = full and (around is None or abs(around - int(date.edtf[:4])) <= 20)
        return CERTAIN if close else PROBABLE

    def received(self) -> None:
        """Add the date of a stamp of receipt. A day without a year needs the letter's date."""
        for number in range(self.layout.head.body):
            if self.layout.kinds[number] != "stamp":
                continue
            line = self.lines[number]
            if len(line.text) > LONGEST:
                continue
            dates = find_dates(line.text, self.vocabulary, pivot=self.layout.conventions.pivot)
            if not dates:
                continue
            quote = self.quote(line.start + dates[0].start, line.start + dates[0].end)
            day = dates[0].edtf
            if day.startswith("XXXX"):
                written = next((s for s in self.statements if s.field == "date"), None)
                if not written or len(written.value) != 10 or not written.value[:4].isdigit():
                    return
                day = with_year(day, written.value)
                if "question" in written.more:
                    question = question_about_century(day)
                    self.add("received", day, GUESS, "stamp-of-receipt", quote, question=question)
                    return
            sure = CERTAIN if day == dates[0].edtf and dates[0].sure == 2 else PROBABLE
            self.add("received", day, sure, "stamp-of-receipt", quote)
            return

    def add_place(self, place: tuple[int, int], sure: Confidence, rule: str) -> None:
        """Add a place."""
        quote = self.quote(*place)
        if "[" in quote.exact and "]" not in quote.exact and self.text[place[1]] == "]":
            quote = self.quote(place[0], place[1] + 1)  # "Lw[ów]"
        self.add("place", without_brackets(quote.exact), sure, rule, quote)

    def place_on(self, number: int) -> tuple[int, int] | None:
        """Return the range of the place at the beginning of a line; None if there is none."""
        line = self.lines[number]
        if len(line.text) > 80 or _INITIALED.fullmatch(line.text):
            return None
        if self.vocabulary.body_words & set(words_of(line.text)):
            return None
        place = find_place(line.text, self.vocabulary)
        return None if place is None else (line.start + place[0], line.start + place[1])

    def place_above(self, dateline: int) -> bool:
        """Add the place above or below the date in its block; return whether there is one."""
        kinds, number = self.layout.kinds, dateline
        while not self.lines[number].first:
            number -= 1
        for line in range(number, dateline):
            if kinds[line] in ("place", "heading") or self.is_address_in_capitals(line):
                place = self.place_on(line)
                if place is not None:
                    self.add_place(place, PROBABLE, "line-above-date")
                    return True
        below = dateline + 1
        while below < len(self.lines) and not self.lines[below].first and below < dateline + 4:
            if kinds[below] in ("place", "heading", "letterhead"):
                place = self.place_on(below)
                if place is not None:
                    self.add_place(place, PROBABLE, "line-below-date")
                    return True
            below += 1
        return False

    def is_address_in_capitals(self, number: int) -> bool:
        """Return whether a line of a letterhead names no office, and so may be an address."""
        words = words_of(self.lines[number].text)
        known = self.vocabulary.forms["letterheads"].within(words) >= 0
        return self.layout.kinds[number] == "letterhead" and not known

    def place_alone(self) -> None:
        """Add the place of the writer's address in the block right above the salutation."""
        kinds, end = self.layout.kinds, self.layout.head.salutation or 0
        if not end:
            return
        first = end - 1
        while not self.lines[first].first:
            first -= 1
        block = range(first, end)
        others = ("addressee", "marking", "subject", "registry", "stamp")
        if any(kinds[number] in others for number in block):
            return
        for number in block:
            words = words_of(self.lines[number].text)
            if kinds[number] == "dateline" or all(w in self.vocabulary.weekdays for w in words):
                continue
            place = self.place_on(number)
            is_address = (
                len(block) > 1
                or self.lines[number].text.endswith((".", ","))
                or any(c.isdigit() for c in self.lines[number].text)
            )
            if place is not None and is_address:
                self.add_place(place, PROBABLE, "address-above-salutation")
            return

    def salutation(self) -> None:
        """Add the salutation. It is only a guess if the body begins in its block or line."""
        number = self.layout.head.salutation
        if number is not None:
            sure = GUESS if self.layout.head.run_in else CERTAIN
            quote = self.line_quote(number)
            self.add("salutation", quote.exact, sure, "salutation-line", quote)
        elif self.layout.head.body < len(self.lines):
            line = self.lines[self.layout.head.body]
            length = salutation_in(line.text, self.vocabulary)
            if length:
                quote = self.quote(line.start, line.start + length)
                self.add("salutation", quote.exact, GUESS, "salutation-in-line", quote)

    def closing(self) -> None:
        """Add the last closing lines, up to the first signature if there is one."""
        tail = self.layout.tail
        last = tail.signatures[0].line if tail.signatures else len(self.lines)
        above = [number for number in tail.closings if number <= last]
        if not above:
            return
        number = above[-1]
        end = self.lines[number].end
        if tail.signatures and tail.signatures[0].line == number:
            end = tail.signatures[0].start
        first = number
        while first - 1 in above and self.lines[number].end - self.lines[first - 1].start < 160:
            first -= 1
        start = self.lines[first].start
        quote = self.quote(start, start + len(self.text[start:end].rstrip()))
        sure = CERTAIN if is_certain_closing(quote.exact, self.vocabulary) else PROBABLE
        if quote.exact[0].islower() and not self.lines[first].first:
            sure = GUESS  # the end of a sentence that began on the line above
        self.add("closing", quote.exact, sure, "lines-above-signature", quote)


def read_fields(layout: LetterLayout, vocabulary: Vocabulary) -> list[Statement]:
    """Return all statements except the document's type, from its forms and its layout."""
    statements: list[Statement] = []
    for kind in (FrameReader, CorrespondentsReader, ContentReader):
        reader = kind(layout, vocabulary)
        reader.read()
        statements += reader.statements
    chosen = Combining(layout.text, layout.forms, statements, vocabulary).statements()
    return [*chosen, *text_kind(layout.text, chosen, vocabulary)]
