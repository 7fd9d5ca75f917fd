"""Collect the facts of forms, look up words, and read markings and dates, for all readers."""

from __future__ import annotations

import re
from calendar import monthrange
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.drafting.language import question_about_century
from archive_pkg.drafting.letters.datelines import find_place
from archive_pkg.drafting.name_shapes import is_caseless, looks_like_name
from archive_pkg.drafting.official_documents.dates import (
    DayOrSpan,
    around,
    days_in,
    says_this_year,
    with_year,
    without_filler,
)
from archive_pkg.drafting.official_documents.facts import DocumentForms, Fact
from archive_pkg.drafting.official_documents.marks import COPIES, NUMBER, Marking, read_marking_line
from archive_pkg.drafting.official_documents.people import (
    is_body_word,
    is_comrade,
    is_office_word,
    looks_like_body,
    without_glosses,
)
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, Confidence
from archive_pkg.drafting.vocabulary import after_words, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.official_documents.segments import Segment
    from archive_pkg.drafting.statements.notes import Bracket
    from archive_pkg.drafting.vocabulary import Vocabulary

LONGEST_DATELINE = 110
LONGEST_BARE_LABEL = 24
TALK = "memorandum of conversation"
_LABEL = re.compile(r"([^:：]{1,60})[:：]\s*(.*)$", re.DOTALL)
_PEOPLE = ("participants", "recorder", "interpreter", "absent")
SIDE = re.compile(
    r"\b(?:sides?|delegations?|guests?|seite|strony|strona|strany|стороны|стороне|oldalról|fél|côté"
    r"|part[ei]a?)\b",
    re.IGNORECASE,
)
_ANNOTATION = re.compile(
    r"\b(?:stamp(?:ed|s)?|handwrit\w*|notations?|marginal\w*|margin|pages?|vertical|illegible|seal"
    r"|letterhead|faded|emblem|coat of arms|translator(?:'s)?|note|resolution|underlin\w*|initials"
    r"|signatures?|missing|wanting|excerpts?|cover|typed|blank|logo|sic|omitted|photo\w*|remark"
    r"|annotation|pencil|barcode|attached|red|blue|classification|document|file|archive|first|second"
    r"|last|continued|crossed|рукописн\w*|штамп|помета|stempel|handschriftlich\w*|randvermerk"
    r"|pieczęć|odręczn\w*|dopisek|razítko|pecsét)\b",
    re.IGNORECASE,
)
_GLOSS = re.compile(r"\[[^\[\]]*\]")
_STAMP = re.compile(r"(?:\w+\s)?stamp:\s*", re.IGNORECASE)
_UNDATED = re.compile(
    r"(?P<place>[^\W\d][^,\d]{1,40}),?\s*[\[(]?(?:no date|undated|n\.\s?d\.|o\.\s?d\.|without date"
    r"|date illegible|без даты|b\.\s?d\.|ohne datum)[\])]?\.?",
    re.IGNORECASE,
)
# "Draft of the ministry dated 3 May" refers to another document.
_REFERS = re.compile(r"\w\W+(?:from|of|dated|vom|от|du|z dnia|ze dne)\s$", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n|\r[ \t]*\r")
_LETTER = re.compile(r"\S")
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d")
_DAY = re.compile(r"(?:le |on |am )?(\d{1,2})(?:\.(\d{1,2}))?\.?(?=[\s,;à]|$)")


def _flexible(value: str) -> re.Pattern[str]:
    """Return a pattern for the words of a text, with any white space between them."""
    return re.compile(r"\s+".join(map(re.escape, value.split())))


class Label(NamedTuple):
    """A line of the form "Label: value".

    Attributes:
        name: The field that the label means.
        value: The text after the colon.
        offset: The offset of the value in the line.
        words: The label as written.
    """

    name: str
    value: str
    offset: int
    words: str


class FormsBase:
    """Collects the facts that forms state and the lines that they occupy."""

    def __init__(
        self,
        text: str,
        lines: Sequence[Line],
        brackets: dict[int, Bracket],
        vocabulary: Vocabulary,
        conventions: TextConventions,
        forms: DocumentForms,
    ) -> None:
        self.text, self.lines, self.brackets = text, lines, brackets
        self.vocabulary, self.conventions, self.forms = vocabulary, conventions, forms
        self.heads: list[tuple[int, int, str]] = []
        self.towns: list[tuple[int, str, int]] = []
        self.arrivals: list[tuple[str, int]] = []
        self.strong = self.cabled = False
        self.added = 0
        self.unspaced = _BLANK_LINE.search(text) is None

    # Collecting

    def take(self, number: int, kind: str) -> None:
        """Record the kind of a line that a form occupies, if it has no kind yet."""
        self.forms.taken.setdefault(number, kind)

    def take_all(self, first: int, last: int, kind: str) -> int:
        """Record the kind of several lines; return the number of the line after them."""
        for number in range(first, last + 1):
            self.take(number, kind)
        return last + 1

    def add(
        self,
        name: str,
        value: str,
        sure: Confidence,
        rule: str,
        start: int,
        end: int | None = None,
        *,
        rank: int = 5,
        kind: str = "",
        **details: str,
    ) -> None:
        """Add a fact, without empty details.

        Args:
            name: The field.
            value: The value.
            sure: The confidence.
            rule: The rule.
            start: The offset of the words that support the fact. Nothing is added if it is
                negative.
            end: The offset after these words; by default after the value.
            rank: The rank among the facts about the field.
            kind: "person" or "organization" for agents.
            **details: Further values.
        """
        known = tuple((key, detail) for key, detail in sorted(details.items()) if detail)
        if end is None:
            end = start + len(value)
            if not self.text.startswith(value, start):
                match = _flexible(value).match(self.text, start)
                end = match.end() if match else end
        if start >= 0:
            self.forms.facts.append(Fact(name, value, sure, rule, start, end, rank, kind, known))

    def find(self, value: str, start: int) -> int:
        """Return the offset of words in the text, with any white space between them; or -1."""
        found = self.text.find(value, start)
        match = _flexible(value).search(self.text, start) if found < 0 else None
        return match.start() if match else found

    def span(self, read: str, first: int, last: int, offset: int) -> tuple[int, int]:
        """Return the offsets in the text of a part of a string that was read from it.

        The white space of the string can differ: lines are joined and spaced words closed up.

        Args:
            read: The string.
            first: The offset of the part in the string.
            last: The offset after the part.
            offset: The offset of the string in the text.
        """
        part, start, end = read[first:last], offset + first, offset + last
        if self.text.startswith(part, start):
            return start, end
        above, letters = len("".join(read[:first].split())), "".join(part.split())
        found = islice(_LETTER.finditer(self.text, offset), above, above + len(letters))
        places = [match.start() for match in found]
        if letters and "".join(self.text[place] for place in places) == letters:
            return places[0], places[-1] + 1
        match = _flexible(part).search(self.text, start)  # the rest of a row is between them
        return match.span() if match else (start, end)

    # Words

    def is_town(self, text: str) -> bool:
        """Return whether a string is the name of a town in the vocabulary."""
        return " ".join(words_of(text)) in self.vocabulary.towns

    def is_history(self, text: str) -> bool:
        """Return whether a line is about the later history of the document."""
        return self.vocabulary.history.within(words_of(text)) >= 0

    def is_annotation(self, words: Sequence[str]) -> bool:
        """Return whether the words of a bracket describe the page, such as a stamp on it."""
        if self.vocabulary.history.within(words) >= 0:
            return True
        return bool(_ANNOTATION.search(" ".join(words)))

    def greets(self, text: str) -> bool:
        """Return whether a line begins as greetings do."""
        return self.vocabulary.forms["salutation openers"].at(words_of(text)) > 0

    def label(self, text: str) -> Label | None:
        """Read a line "Label: value" with a known label; return None for any other line."""
        if text.isupper() and len(text) <= LONGEST_BARE_LABEL and "\n" not in text:
            bare = self.vocabulary.field_labels.get(" ".join(words_of(text)), "")
            if bare in ("participants", "subject"):
                return Label(bare, "", len(text), text)
        match = _LABEL.match(text)
        if match is None:
            return None
        words = words_of(without_glosses(match[1]))
        labels = self.vocabulary.field_labels
        name = labels.get(" ".join(words), "")
        if words and not name:
            begun = (labels.get(" ".join(words[:length]), "") for length in (3, 2, 1))
            name = next((one for one in begun if one in _PEOPLE), "")
            if not name and SIDE.search(match[1]) and match[1][0].isupper():
                name = "participants"
            elif not name and words[0] in ("produced", "made", "printed") and "copies" in words:
                name = "copies"
        if not name:
            return None
        return Label(name, match[2].strip(), match.start(2), match[1].strip())

    def kind_of(self, text: str) -> tuple[str, int]:
        """Return the kind of document at the beginning of a line, and the number of its words."""
        words = words_of(text)
        bare = text.lstrip('"“«[(0123456789. )')
        if not bare[:1].isupper() and not is_caseless(bare[:1]):
            return "", 0
        if len(words) == 1 and is_caseless(bare[:1]):  # words are not separated in Chinese
            ends = (kind for kind in self.vocabulary.document_kinds if words[0].endswith(kind))
            longest = max(ends, key=len, default="")
            return (self.vocabulary.document_kinds[longest], 1) if longest else ("", 0)
        skipped = next((n for n, word in enumerate(words[:3]) if not word.isdigit()), 0)
        for start in range(skipped, min(skipped + 3, len(words))):
            for length in self.vocabulary.kind_lengths.get(words[start], ()):
                end = min(start + length, len(words))
                kind = self.vocabulary.document_kinds.get(" ".join(words[start:end]))
                last = end == len(words) <= 6 and text[-1] not in ".!?"
                if kind and (start == skipped or last):
                    connects = (
                        end > start + 1 and words[end - 1] in self.vocabulary.words["in headings"]
                    )
                    return kind, end - connects
        return "", 0

    def is_body_line(self, number: int) -> bool:
        """Return whether a line is the name of a body."""
        return looks_like_body(self.lines[number].text.strip(" ,.:"), self.vocabulary)

    def rest_of(self, text: str, count: int) -> str:
        """Return a heading without its first words."""
        return text[after_words(text, count) :].strip(" :.–—-,)!")

    # Markings

    def marks(self, one: Segment) -> bool:
        """Read a line of markings; return whether it is one."""
        stamp = _STAMP.match(one.text)
        offset = stamp.end() if stamp else 0
        plain = _GLOSS.sub(lambda match: " " * len(match.group()), one.text)  # "Secret [illegible]"
        found = read_marking_line(one.text[offset:], self.vocabulary)
        found = found or read_marking_line(plain[offset:], self.vocabulary)
        above = self.lines[one.line - 1].text if not self.lines[one.line].first else ""
        if found and len(words_of(above)) == 1 and self.is_history(above):
            self.take(one.line, "stamp")  # "REGRADED", and below it "UNCLASSIFIED"
        elif found:
            self.add_marks(found, one.start + offset)
            self.take(one.line, "marking")
        elif COPIES.fullmatch(one.text.strip(" .()")):
            self.take(one.line, "registry")
        else:
            return False
        return True

    def add_marks(self, found: Sequence[Marking], offset: int) -> None:
        """Add the markings of a line."""
        self.strong = self.strong or any(m.kind in ("copy", "number", "date") for m in found)
        for mark in found:
            start = offset + mark.start
            if mark.kind == "level":
                self.add("level", mark.text, CERTAIN, "marking-line", start, level=mark.level)
            elif mark.kind in ("caveat", "unknown"):
                sure = CERTAIN if mark.kind == "caveat" else PROBABLE
                self.add("caveat", mark.text, sure, "marking-line", start)
            elif mark.kind == "copy":
                self.add("copy-number", mark.text, CERTAIN, "copy-number-line", start)
            elif mark.kind == "number":
                self.number(mark.text, start, CERTAIN)
            elif mark.kind == "date":
                self.dates_in(mark.text, start, "date-in-marking-line", CERTAIN, rank=8)

    def number(self, value: str, start: int, sure: Confidence, rank: int = 5) -> None:
        """Add the document's number."""
        self.add("number", value.rstrip(".,;:"), sure, "number-line", start, rank=rank)

    # Dates

    def dates_in(self, text: str, offset: int, rule: str, sure: Confidence, *, rank: int) -> bool:
        """Add the first date of a string as the document's date; return whether there is one."""
        days = days_in(text, self.vocabulary, self.conventions)
        if days:
            self.date("date", days[0], text, offset, rule, sure, rank)
        return bool(days)

    def date(
        self,
        field: str,
        one: DayOrSpan,
        text: str,
        offset: int,
        rule: str,
        sure: Confidence,
        rank: int,
    ) -> None:
        """Add a date.

        The confidence is lower if the date is not clear, or if the century is not known.
        """
        known = self.conventions.century_known
        certain = one.sure == 2 or (one.short_year and not one.edtf.endswith("?"))
        question = "" if known or not one.short_year else one.century_question
        if one.sure == 0 and not says_this_year(text, one):
            sure, rank, question = GUESS, min(rank, 2), one.question
        elif question:
            sure = GUESS
        elif not certain and sure is CERTAIN:
            sure = PROBABLE
        start, end = self.span(text, one.start, one.end, offset)
        self.add(field, one.edtf, sure, rule, start, end, rank=rank, question=question)

    def dateline(self, one: Segment) -> bool:
        """Read a line that has only a date, and perhaps a place; return whether it is one."""
        text = one.plain
        if len(text) > LONGEST_DATELINE:
            return False
        undated = _UNDATED.fullmatch(text)
        if undated is not None and self.is_place(undated["place"]):
            self.place_from(undated["place"], one)
            self.take(one.line, "dateline")
            return True
        days = days_in(text, self.vocabulary, self.conventions)
        if days and self.is_history(text) and text[-1] != ".":
            self.take(one.line, "stamp")
            return True
        if len(days) != 1 or self.is_history(text) or _REFERS.search(text, 0, days[0].start):
            return False
        if one.text[: days[0].start].rstrip().endswith(":"):
            return False  # a label that is not known
        before, after = around(one.text, days)
        before, after = (without_filler(part, self.vocabulary) for part in (before, after))
        if number := NUMBER.fullmatch(after):
            at = self.text.find(number["value"], one.start + days[0].end)
            self.number(number["value"], at, CERTAIN)
            after, self.strong = "", True
        place = before or after
        if (before and after) or (place and not self.is_place(place)):
            return False
        if "/" in days[0].edtf:
            self.date("event-date", days[0], text, one.start, "span-line", PROBABLE, 5)
            self.date("date", days[0], text, one.start, "span-line", PROBABLE, 3)
        elif not self.dates_entry(days[0], text, one):
            self.date("date", days[0], text, one.start, "dateline", CERTAIN, 7)
        if place:
            self.place_from(place, one)
        self.take(one.line, "dateline")
        return True

    def dates_entry(self, one: DayOrSpan, text: str, line: Segment) -> bool:
        """Read the day of an entry, below the first and the last day of a diary.

        Returns whether such a period was read before.
        """
        spans = [fact for fact in self.forms.facts if fact.rule == "span-line"]
        if not spans:
            return False
        self.forms.facts = [fact for fact in self.forms.facts if fact not in spans]
        self.date("event-date", one, text, line.start, "date-of-entry", PROBABLE, 6)
        self.date("date", one, text, line.start, "date-of-entry", PROBABLE, 6)
        self.add("type", TALK, GUESS, "date-of-entry", line.start, line.end, rank=3)
        return True

    def place_from(self, words: str, one: Segment) -> None:
        """Add the town in the words next to a date."""
        parts = [part.strip(" .()[]") for part in words.split(",")]
        found = find_place(words, self.vocabulary)
        town = words[slice(*found)] if found else next(filter(self.is_town, parts), parts[0])
        sure = CERTAIN if self.is_town(town) else PROBABLE
        if self.cabled and sure is PROBABLE:
            return  # a cable has its place in the line "FM", and all of its text is in capitals
        at = self.text.find(town, one.start)
        self.add("place", town, sure, "dateline", at, rank=7)

    def is_place(self, text: str) -> bool:
        """Return whether words next to a date can be a place."""
        bare = text.strip(" ,.()[]")
        if any(self.is_town(part) for part in (bare, *bare.split(","))):
            return True
        pieces = bare.replace(",", " ").split()
        vocabulary = self.vocabulary
        if not looks_like_name(bare.replace(",", " "), most=4):
            return False
        if read_marking_line(bare, vocabulary) or self.kind_of(bare)[0]:
            return False
        return not any(
            is_body_word(piece, vocabulary)
            or is_office_word(piece, vocabulary)
            or is_comrade(piece, vocabulary)
            or len(piece.strip(".")) < 3
            for piece in pieces
        )

    def received(self, text: str, offset: int) -> None:
        """Keep the words of a date of receipt until the date of the document is known."""
        self.arrivals.append((text, offset))

    def add_received(self, text: str, offset: int) -> None:
        """Add the date of receipt. The document's date completes a day without month or year."""
        days = days_in(text, self.vocabulary, self.conventions)
        known = [fact for fact in self.forms.of("date") if _WHOLE.fullmatch(fact.value)]
        dates = [fact.value for fact in known]
        if days and len(days[0].edtf) == 10:
            one = days[0]
            if not one.edtf.startswith("XXXX"):
                self.date("received", one, text, offset, "stamp-of-receipt", CERTAIN, 5)
                return
            value = with_year(one.edtf, dates[0]) if dates else one.edtf
            start, end = offset + one.start, offset + one.end
        elif dates and (day := _DAY.match(text)):
            month, number = int(day[2] or dates[0][5:7]), int(day[1])
            value = f"{dates[0][:4]}-{month:02d}-{number:02d}"
            exists = 1 <= month <= 12 and 1 <= number <= monthrange(int(value[:4]), month)[1]
            if not exists or value < dates[0]:
                return
            start, end = offset, offset + day.end()
        else:
            return
        sure = GUESS if known and known[0].sure is GUESS else PROBABLE
        open_century = known and "question" in dict(known[0].details)
        question = question_about_century(value) if open_century else ""
        self.add("received", value, sure, "stamp-of-receipt", start, end, question=question)

    def event_date(self, text: str, offset: int, sure: Confidence, rank: int = 5) -> bool:
        """Add the date of a talk or session; return whether there is one.

        It is also a date of the document, with a low rank.
        """
        days = [day for day in days_in(text, self.vocabulary, self.conventions) if day.sure]
        if days:
            self.date("event-date", days[0], text, offset, "date-of-talk", sure, rank)
            self.date("date", days[0], text, offset, "date-of-talk", PROBABLE, 4)
        return bool(days)

    def event_place(self, text: str, offset: int) -> None:
        """Add the place of a talk. It is also a place of the document, with a low rank."""
        bare = without_glosses(text).strip(" .|")
        parts = [part.strip() for part in bare.split(",")]
        words = [
            word for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", bare) if word[0].isupper()
        ]
        value = next(filter(self.is_town, [*reversed(parts), *words]), bare)
        at = self.text.find(value, offset)
        if value:
            self.add("event-place", value, PROBABLE, "place-field", at)
            self.add("place", value, PROBABLE, "place-field", at, rank=4)
