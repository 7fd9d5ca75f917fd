"""Read the head of an official document: everything above its body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import is_prose, is_salutation, is_title
from archive_pkg.drafting.official_documents.addressees import LONGEST_ADDRESS, TO, AddressForms
from archive_pkg.drafting.official_documents.base import TALK
from archive_pkg.drafting.official_documents.dates import days_in
from archive_pkg.drafting.official_documents.marks import (
    IN_PARENTHESES,
    NUMBER,
    SIGNED,
    read_marking_line,
)
from archive_pkg.drafting.official_documents.people import (
    find_person,
    is_comrade,
    is_only_office,
    looks_like_body,
    without_glosses,
)
from archive_pkg.drafting.official_documents.registry import FILING
from archive_pkg.drafting.official_documents.segments import Segment, cells
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.drafting.official_documents.base import Label

LONGEST = 400
# The lines in which the head of another document is searched for, and the most spaces in a line
# that counts as short.
LINES_OF_HEAD = 8
MOST_BLANKS = 6
MOST_UNKNOWN = 8
# The result of `step` for a line at which the body begins, and for a line that it cannot read.
BODY, UNKNOWN = -2, -1

_DIARY = re.compile(
    r"\W*(?:(?:excerpts? )?(?:from the )?(?:official )?(?:diary|journal|дневника) (?:of\s)?"
    r"|of (?=(?:the )?(?:soviet|ussr) ambassador .*\bperiod\b))"
    r"(?P<who>[^,;:]{3,80}?)(?=\sfor the period|[,;:]|$)",
    re.IGNORECASE,
)
_NUMBER_AND_DAY = re.compile(
    r"(?P<number>\d{1,5})\s*[–—-]\s*(?P<day>[^\W\d]+)(?:-feira)?\s*[–—-]\s*\d{1,4}\s?h",
    re.IGNORECASE,
)
_MEETING = re.compile(r"(?:meeting|session|talks?|conversation|visit)\b", re.IGNORECASE)
_STAMP = re.compile(
    r"(?:(?:rubber|red|blue|violet|black|round|square|large|first|second)\s)?(?:stamp(?:ed)?"
    r"|handwritten|штамп|от руки|stempel|gestempelt|pieczęć|razítko|pecsét|cachet)\b[:.]?\s*",
    re.IGNORECASE,
)
_BARE_STAMP = re.compile(
    r"(?:[\w ]+\s)?(?:stamps?|stamped|handwritten(?: notes?)?|resolution|notations?|штамп|резолюция"
    r"|stempel|handschriftlich|pieczęć|razítko|pecsét)(?: in the margin| above)?:?",
    re.IGNORECASE,
)
_DOCUMENT_NUMBER = re.compile(
    r"(?:document|doc\.?|dokument|документ)\s(?:no\.?\s?|nr\.?\s?|№\s?)?\d+\s?[:.–—-]\s+(?=\S)",
    re.IGNORECASE,
)
_SESSION_LINE = re.compile(
    r"(?:\d+\s?(?:st|nd|rd|th|\.|-е|-ое|e|ème)?\s(?:(?:plenary|regular|closed|open)\s)?"
    r"(?:meeting|session|sitting|sitzung|заседание|posiedzenie|zasedání|schůze|séance|ülés)"
    r"|(?:meeting|session|sitting) of (?:the )?(?P<body>[^,;:]{2,80}))",
    re.IGNORECASE,
)
_COMPLIMENTS = re.compile(r"(?:The )?(?P<one>[A-Z][^.;]{4,90}?) presents? its compliments")
# "2. The Ministry shall report by 1 June."
_ITEM = re.compile(r"\d{1,2}[.)]\s+[^\W\d_]")
_STOPS = frozenset(".!?")
# Words that show that a line about a body is a sentence.
_VERBS = frozenset(["from", "is", "was", "has", "by", "с", "will", "have", "are"])
# Words of the first sentences that show the kind of document. The first string has parts of these
# words: a cheap test that excludes most lines.
_OPENINGS = (
    ("compliments|уважение", r"\bpresents? its compliments to\b|свидетельствует свое уважение",
     "note", 7),
    ("following|your", r"\b(?:the following (?:telegram|reply|message|text|letter)"
     r"|your (?:telegram|cable|cipher(?:ed)? telegram) (?:no|nº|of|dated))\b", "telegram", 3),
    ("1.", r"^\W*1\.\s*(?:to (?-i:[a-z])+|approves?|agrees?|adopts?|accepts?|instructs?|charges?"
     r"|considers? it|finds? it|deems?|recommends?|takes? note|confirms?|allows?|permits?"
     r"|утвердить|поручить|принять|считать|согласиться|одобрить)\b", "resolution", 4),
    ("called|visit|receiv|came|invit|met|paid|had a|посет|бесед|гости|приня|suchte|empfing",
     r"\b(?:called on|visited|received|came to (?:see|visit)|invited|met(?: with)?"
     r"|paid (?:a|me a|us a) (?:farewell |courtesy )?(?:visit|call)) (?:me|us)\b"
     r"|\bI (?:called on|visited|received|met(?: with)?|had a (?:talk|conversation) with"
     r"|was received by|paid a visit)\b|\bcame to my (?:house|office|residence|room)\b"
     r"|\b(?:посетил|имел беседу|заш[её]л в гости|нан[её]с визит|принял меня|был принят"
     r"|состоялась беседа|suchte mich auf|empfing mich)\b", TALK, 2),
    ("cde|com", r"^(?:Cde|Comrade|Com)\.? [A-Z][^.,:]{2,40} (?:said|says|reports?|reported|stated?"
     r"|proposed|asked)\b", "minutes", 2),
)  # fmt: skip
OPENINGS = tuple(
    (parts.split("|"), re.compile(words, re.IGNORECASE), kind, rank)
    for parts, words, kind, rank in _OPENINGS
)
_REFERENCE_NUMBER = re.compile(r"(?:ref|reference|file|serial)\b", re.IGNORECASE)
_TO_FIELD = re.compile(r"\s(?:TO|To|AN|An)\s?:\s?\S")


class HeadForms(AddressForms):
    """Reads the lines above the body, from the top."""

    def read(self) -> None:
        """Read the head and set where the body begins."""
        number = unknown = 0
        while number < len(self.lines) and unknown <= MOST_UNKNOWN:
            following = self.step(number)
            if following == BODY and not self.addressed_soon(number):
                break
            following = UNKNOWN if following == BODY else following
            unknown += following == UNKNOWN
            number = number + 1 if following == UNKNOWN else following
        self.forms.body = number
        self.opening()

    def addressed_soon(self, number: int) -> bool:
        """Return whether "[To]" begins one of the next two lines, so that the head is not over."""
        below = self.lines[number + 1 : number + 3]
        return any(line.text.startswith("[To]") for line in below)

    def step(self, number: int) -> int:
        """Read one line; return the number of the next line to read, UNKNOWN or BODY."""
        line = self.lines[number]
        if line.text[0] == "[" and (after := self.bracket(number)):
            return after
        if len(line.text) > LONGEST:
            return BODY
        found = cells(self.lines, number)
        if len(found) == 1:
            return self.cell(found[0])
        return number + 1 if max([self.cell(one) for one in found]) > 0 else UNKNOWN

    def cell(self, one: Segment) -> int:
        """Read a line, or a cell of it, with the first reader that can; return as `step` does."""
        if number := _DOCUMENT_NUMBER.match(one.text):  # of an edition
            one = one._replace(start=one.start + number.end(), text=one.text[number.end() :])
        text, line = one.plain, self.lines[one.line]
        readers = (
            self.furniture, self.cable, self.marks, self.filing, self.resolution, self.greeting,
            self.field, self.diary, self.telegraph, self.number_line, self.heading,
            self.session_line, self.title_sides, self.attention, self.petitioner, self.addressee,
            self.bare_addressee, self.dateline, self.letterhead,
        )  # fmt: skip
        for reader in readers:
            after = reader(one)
            if after is True:
                return one.line + 1
            if after:
                return after
        title = one.line == 0 and is_title(line)
        ends = is_salutation(line, self.vocabulary) or (is_prose(line) and not title)
        text = without_glosses(text)  # "It was bought. (Enclosure No. 1)"
        long = text[-1:] in _STOPS and text.count(" ") > 4
        sentence = long and (text.split()[-1].islower() or _ITEM.match(text))
        signed = text[-1:] in _STOPS and self.signed_below(one.line)
        return BODY if ends or sentence or signed else UNKNOWN

    def signed_below(self, number: int) -> bool:
        """Return whether the signature of an office is right below a short text."""
        office, *signed = [line.text for line in self.lines[number + 1 : number + 3]] or [""]
        return is_only_office(office, self.vocabulary) and any(
            SIGNED.match(each) or IN_PARENTHESES.fullmatch(each) for each in signed
        )

    def furniture(self, one: Segment) -> bool:
        """Read a line without words, or a slogan; return whether it is one."""
        words = words_of(one.plain)
        if words and not self.vocabulary.slogans.at(words):
            return False
        self.take(one.line, "heading")
        return True

    def greeting(self, one: Segment) -> int:
        """Return BODY for a salutation, otherwise 0. "Comrade Orlin!" is an address here."""
        if not self.greets(one.plain) or is_comrade(one.plain.split()[0], self.vocabulary):
            return 0
        return BODY if is_salutation(self.lines[one.line], self.vocabulary) else 0

    # Brackets

    def bracket(self, number: int) -> int:
        """Read a note in brackets that begins on a line; return the next line, or 0 for none."""
        line = self.lines[number]
        found = self.brackets.get(line.start)
        inner = (found.text[1:-1] if found else line.text[1:]).strip()
        words = words_of(inner[:80])
        if words and not self.is_annotation(words):
            return 0
        end, last = found.end if found else line.end, number
        while last + 1 < len(self.lines) and self.lines[last + 1].start < end:
            last += 1
        rest = self.text[end : self.lines[last].end].strip()
        if _BARE_STAMP.fullmatch(inner) and not rest:
            while not self.lines[last].last:  # what was stamped is below
                last += 1
        if words and self.vocabulary.field_labels.get(words[0]) == "received":
            written = inner[len(words[0]) :].lstrip(" :,")
            self.received(written, self.text.find(written, line.start))
        if "distribution" in words:
            self.copies_in(inner, line.start + 1)
        elif self.stamped(inner, rest, line.start):
            return self.take_all(number, last, "marking")
        else:
            self.annotated(rest or line.text, line.start)
        if rest and self.vocabulary.history.within(words) < 0:
            return 0
        return self.take_all(number, last, "stamp")

    def stamped(self, inner: str, rest: str, start: int) -> bool:
        """Read the level of secrecy on a stamp: "[stamp] SECRET", "[Stamp: Top Secret]"."""
        stamp = _STAMP.match(inner)
        words = (inner[stamp.end() :] or rest) if stamp else ""
        levels = [mark for mark in read_marking_line(words, self.vocabulary) if mark.level]
        if self.is_history(words) or not levels:
            return False
        for mark in levels:
            rule, at = "marking-stamp", self.text.find(mark.text, start)
            self.add("level", mark.text, PROBABLE, rule, at, rank=4, level=mark.level)
        self.strong = True
        return True

    def session_line(self, one: Segment) -> bool:
        """Read "58. Sitzung" or "Meeting of the CPSU Politburo"; return whether it is a session."""
        found = _SESSION_LINE.fullmatch(one.plain.strip(" ."))
        if found is None:
            return False
        body = found["body"] or ""
        if body and not looks_like_body(body, self.vocabulary):
            return False
        self.add("type", "minutes", PROBABLE, "heading", one.start, one.end, rank=7)
        if body:
            at, rule = self.find(body, one.start), "body-of-session"
            self.add("sender", body, GUESS, rule, at, rank=2, kind="organization")
        self.take(one.line, "heading")
        self.strong = True
        return True

    # Fields

    def field(self, one: Segment) -> int:
        """Read a line "Label: value" and, for lists, the lines that continue it."""
        label = self.label(one.plain)
        if label is None:
            return 0
        value, offset, number = label.value, one.start + label.offset, one.line
        if label.name == "agenda":
            return BODY
        if label.name in ("sender", "recipient", "attention"):
            return self.correspondent(one, label)
        if label.name in ("participants", "recorder", "interpreter"):
            return self.people(one, label)
        if label.name in ("copies", "made"):
            return self.copies(number, label, offset)
        last = number
        if not value and number + 1 < len(self.lines) and not self.lines[number].last:
            below = self.lines[number + 1]
            if self.label(below.text) is None:
                value, offset, last = below.text, below.start, number + 1
        self.value(label.name, value, offset, one)
        return self.take_all(number, last, "subject" if label.name == "subject" else "registry")

    def value(self, name: str, value: str, offset: int, one: Segment) -> None:
        """Add the value of a field, by the name of the field."""
        if name == "desk":
            self.add("type", "report", PROBABLE, "desk-officer", one.start, one.end, rank=5)
        elif name == "classification":
            marks = read_marking_line(value, self.vocabulary)
            self.add_marks(marks, offset)
            if not marks and 0 < len(value) < 60:
                self.add("caveat", value, PROBABLE, "classification-field", offset)
        elif name in ("date", "sent"):
            rank = 10 if name == "date" else 8
            self.dates_in(value, offset, f"{name}-field", CERTAIN, rank=rank)
        elif name == "received":
            self.received(value, offset)
        elif name == "time" and self.has_correspondents():
            self.dates_in(value, offset, "sent-field", PROBABLE, rank=8)
        elif name == "time":
            self.event_date(value, offset, CERTAIN, rank=9)
        elif name == "place":
            self.event_place(value, offset)
        elif name == "number" and (match := re.match(r"[^\s,;]*\d[^\s,;]*", value)):
            own = not _REFERENCE_NUMBER.match(one.plain)
            self.number(match.group(), offset, CERTAIN if own else PROBABLE, rank=5 if own else 3)
        elif name == "copy_number" and value:
            self.add("copy-number", one.text, CERTAIN, "copy-number-line", one.start)
        elif (
            name == "subject"
            and value
            and (self.has_correspondents() or not self.talk(value, offset, PROBABLE))
        ):
            self.add("subject", value, PROBABLE, "subject-line", offset)

    def has_correspondents(self) -> bool:
        """Return whether the head has fields for sender or recipient, as a memorandum has."""
        return any(fact.rule in ("from-field", "to-field") for fact in self.forms.facts)

    def correspondent(self, one: Segment, label: Label) -> int:
        """Read the value of "From:" or "To:" with the lines below that belong to it."""
        value, offset, last = label.value, one.start + label.offset, one.line
        if both := _TO_FIELD.search(value):  # "FROM: X TO: Y"
            rest = value[both.start() + 1 :]
            self.field(one._replace(start=offset + both.start() + 1, text=rest))
            value = value[: both.start()]
        if not any(c.isalpha() for c in value) and last + 1 < len(self.lines):
            last += 1
            value, offset = self.lines[last].text, self.lines[last].start
        self.strong = True
        office, dash, named = value.partition(" - ")
        if dash and office.isupper() and len(office) < 8:
            value, offset = named, offset + len(office) + len(dash)
        name, town = label.name, value.strip(" .,")
        if name == "sender" and self.is_town(town):
            self.add("place", town, CERTAIN, "from-field", self.text.find(town, offset), rank=8)
            self.add("type", "telegram", PROBABLE, "telegraph-head", one.start, one.end, rank=4)
        else:
            rule = "from-field" if name == "sender" else "to-field"
            last = self.correspondents(name, value, offset, last, CERTAIN, rule, rank=10)
            if one.plain.startswith("发电单位"):
                self.add("type", "telegram", CERTAIN, "telegraph-head", one.start, one.end, rank=7)
        return self.take_all(one.line, last, "sender" if name == "sender" else "addressee")

    # Letterheads, diaries, first sentences

    def letterhead(self, one: Segment) -> bool:
        """Read the name of a body in the head, which is the sender if no other form names one."""
        text = one.plain.strip(" .")
        if len(text) > 110 or not looks_like_body(text, self.vocabulary) or text[0] in '("“':
            return False
        if _MEETING.match(text):
            return False
        if any(c.isdigit() or c in ":!?" for c in one.text):
            return False
        to = "to" in words_of(text) and not re.search(r"\b[Ee]mbassy\b.* to ", text)
        if to or any(piece in _VERBS for piece in text.split()):
            return False
        last, end = one.line, one.end
        while last + 1 < len(self.lines):
            below = cells(self.lines, last + 1)[0]
            broken = " " not in text and text.isupper() and below.text.isupper()
            if not (below.text[0].islower() or broken):
                break
            if len(below.text) > 80 or below.text[-1] in ".:" or self.is_town(below.text):
                break
            last += 1
            text, end = f"{text} {below.text}", below.end
        text = re.split(r"\s(?:under|attached to)\sthe\s", text)[0]
        self.heads.append((one.start, end, text))
        self.take_all(one.line, last, "letterhead")
        return True

    def diary(self, one: Segment) -> bool:
        """Read "From the diary of N. V. ROSHCHIN"."""
        match = _DIARY.match(one.plain)
        if match is None:
            return False
        person = find_person(match["who"], self.vocabulary)
        if person is not None:
            at = self.text.find(person.name.split()[0], one.start)
            name, role = person.name, person.role
            self.add("sender", name, CERTAIN, "diary-of", at, rank=8, kind="person", role=role)
            self.add("participant", person.name, PROBABLE, "diary-of", at, kind="person")
        self.add("type", TALK, GUESS, "diary-of", one.start, one.end, rank=3)
        self.talk(one.plain[match.end() :], one.start + match.end(), PROBABLE)
        self.take(one.line, "heading")
        self.strong = True
        return True

    def opens_document(self, number: int) -> bool:
        """Return whether a line is a marking, a heading or an address, as documents begin with."""
        text = self.lines[number].text
        marked = read_marking_line(text, self.vocabulary)
        return bool(marked or self.kind_of(text)[0] or TO.match(text))

    def kinds_of_lines(self, number: int) -> set[str]:
        """Return the kinds of the lines of a head that would begin at a line (see below)."""
        kinds: set[str] = set()
        for place in range(number, min(number + LINES_OF_HEAD, len(self.lines))):
            kind = self.kind_of_line(place)
            if not kind and (is_prose(self.lines[place]) or self.greets(self.lines[place].text)):
                break
            kinds.add(kind)
        return kinds - {""}

    def kind_of_line(self, number: int) -> str:
        """Return what a line is in the head of a document, such as "marking" or "date".

        Returns "" if the line is nothing that a head contains.
        """
        text = self.lines[number].text
        short = text.count(" ") <= MOST_BLANKS
        if len(text) > LONGEST_ADDRESS or text[-1] in ",;?" or (text[-1] in ".!" and not short):
            return ""
        kind, length = self.kind_of(text)
        rest = self.rest_of(text, length)
        address = TO.match(text)
        capital = address and text[address.end() :].removeprefix("the ")[:1].isupper()
        tests: dict[str, Callable[[], object]] = {
            "marking": lambda: read_marking_line(text, self.vocabulary),
            "filing": lambda: FILING.fullmatch(text.strip(" .")) and any(map(str.isalpha, text)),
            "heading": lambda: kind and (not rest or self.fits_heading(text, rest)),
            "field": lambda: self.label(text),
            "number": lambda: NUMBER.match(text),
            "address": lambda: capital,
            "date": lambda: short and not self.is_history(text)
                    and days_in(text, self.vocabulary, self.conventions),
        }  # fmt: skip
        return next((name for name, test in tests.items() if test()), "")

    def opening(self) -> None:
        """Read the number of a telegram and the kind of document from the first sentences."""
        near = range(max(0, self.forms.body - 2), len(self.lines))
        first = [n for n in near if n not in self.forms.taken][:5]
        for line in (self.lines[n] for n in first):
            match = _NUMBER_AND_DAY.match(line.text)
            if match is not None and match["day"].casefold() in self.vocabulary.weekdays:
                self.number(match["number"], line.start, CERTAIN, rank=9)
                end = line.start + match.end()
                self.add("type", "telegram", PROBABLE, "number-opens-text", line.start, end, rank=6)
        folded = {n: self.lines[n].text[:LONGEST].casefold() for n in first[:4]}
        for parts, pattern, kind, rank in OPENINGS:
            for line in (self.lines[n] for n in folded if any(part in folded[n] for part in parts)):
                match = pattern.search(line.text, 0, LONGEST)
                if match is not None:
                    sure = CERTAIN if rank > 6 else PROBABLE if rank > 2 else GUESS
                    start, end = line.start + match.start(), line.start + match.end()
                    self.add("type", kind, sure, "opening-words", start, end, rank=rank)
                    if kind == "note" and (subject := _COMPLIMENTS.match(line.text)):
                        name, rule = subject["one"], "opening-words"
                        at = line.start + subject.start("one")
                        self.add("sender", name, PROBABLE, rule, at, rank=2, kind="organization")
                    return
