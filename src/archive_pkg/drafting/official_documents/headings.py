"""Read headings and title lines: kind of document, correspondents, dates, places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from text_unidecode import unidecode

from archive_pkg.drafting.letters.head import is_title
from archive_pkg.drafting.name_shapes import looks_like_name
from archive_pkg.drafting.official_documents.base import TALK
from archive_pkg.drafting.official_documents.dates import CLOCK, days_in
from archive_pkg.drafting.official_documents.lists import ListForms
from archive_pkg.drafting.official_documents.marks import NUMBER, read_marking_line
from archive_pkg.drafting.official_documents.people import (
    Named,
    find_person,
    is_body_word,
    is_comrade,
    is_office_word,
    is_only_office,
    known_body,
    looks_like_body,
    read_addressees,
    without_glosses,
)
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.official_documents.dates import DayOrSpan
    from archive_pkg.drafting.official_documents.segments import Segment
    from archive_pkg.drafting.statements.base import Confidence

LONGEST = 320
# Kinds of document whose heading can also be the title of something else.
_VAGUE = ("report", "note", "message", "diary", "memorandum")
_NUMBERED = (
    "telegram",
    "minutes",
    "resolution",
    "report",
    "letter",
    "note",
    "memorandum",
    "message",
)
_CONTINUES = re.compile(
    r"(?:of|on|about|with|between|from|to|for|in|at|by|and|concerning|regarding|held|the|dated|über|mit"
    r"|zwischen|am|vom|der|des|o|z|w|cu|com|con|между|со?|об?|и|товарища|тов|посла|de|entre|avec)\b",
    re.IGNORECASE,
)
_OPEN_ENDS = (
    " on", " of", " of the", " the", " with", " and", ",", "’s", "'s", " between", " from",
)  # fmt: skip
# The end of an office, with the name of its holder: "Office (Orlin)".
_NAME_AFTER = re.compile(r"[A-Z][\w ]{2,30} \([A-ZÄÖÜ][^()\d]{2,30}\)")
_NUMBER = re.compile(
    r"(?:no|nr|nº|n°|№|#)\.?\s*(?P<value>[A-ZА-Я]{0,3}\s?\d[^\s,;()]*)"
    r"|^[^\W\d]+(?:\s[^\W\d]+)?\s(?P<bare>\d[\d./-]*)(?=$|\s)",
    re.IGNORECASE,
)
_NUMBER_AND_TOWN = re.compile(r"\d[\])]?\s([^\W\d][^\d,;]{2,24}),\s*$")
_SERIAL = re.compile(r"[A-Z]{0,3}\d")
_ENCLOSED = re.compile(r"enclosure|attachment|annex", re.IGNORECASE)
_EXCERPT = re.compile(r"\W*(?:excerpt|extract|выписка)", re.IGNORECASE)
_SESSION = re.compile(
    r"\bof (?:the )?(?:(?:extraordinary |regular |joint )?(?:session|meeting"
    r"|sitting) of (?:the )?)?"
    r"(?P<body>(?:Politburo|Presidium|Secretariat|Central Committee|Council"
    r"|Government|Cabinet|CC)\b"
    r"[^,;()\d]*?)(?=\s+(?:of|on|from|held|dated|in)\s+(?:\d|[A-Z][a-z]+day"
    r"|[A-Z][a-z]+ \d)|[,;(\d]|$)"
)
_PROCEEDINGS = re.compile(r"(?:discussion|meeting|proceeding|decision|event|session)s?", re.I)
_SIDES = re.compile(r"\b(?:[Ff]rom|by|of|von|от)\s+(?P<both>.+?)[\s,(]*(?:dated)?$")
_KIND_AND_SIDES = re.compile(r"[^\W\d][\w ]{3,30}, (?P<both>[^,]{2,80}? to [^,]{2,80})$")
# The most lines above a title, such as file numbers and markings.
MOST_ABOVE_TITLE = 3
_TITLE_SIDES = tuple(
    re.compile(
        r"(?:\d{1,3}\.?\s)?(?:(?:From|De|Von)\s)?(?!(?i:to|for|an|à|memorandum)\s)"
        rf"(?P<one>[^\W\d][^:;]{{2,150}}?),?\s(?:{to})\s(?P<two>[^:;]{{3,150}})"
    )
    for to in (
        r"[àÀ](?= (?:M\.|MM\.|Mme|Monsieur))",  # "X, ambassadeur à Londres, à M. Y"
        r"to|TO|an das|an den|an die|an|(?:[àÀ]|a)(?= [^\W\d_])",
    )
)
# "The Embassy to Cuba", "The Ministry Attached to Gardens": "to" belongs to the sender.
_POSTED = re.compile(
    r"\b(?:embassy|legation|mission|ambassador|envoy|minister|delegate|representative|visit|\w+ed)$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
# A mark of a note at the end of a title ("Moser1"), and a day of receipt ("(Received August 5.)").
_NOTE_MARK = re.compile(r"""(?<=[^\W\d_])\s?(?:\d{1,2}|["*†‡])$""")
_RECEIVED = re.compile(r"[.,]?\s\(?(?:received|eingegangen|reçue?)\b.*", re.IGNORECASE)
_OFFICE_AND_NAME = re.compile(r"(?P<office>.+?) \((?P<name>[^\W\d_][^()]{1,40})\)")
_TO = re.compile(r",?\s(?:to|an|к)\s")
_ADDRESSED = re.compile(r",?\s(?:addressed to|adressée? à|gerichtet an)\s")
_DATED = re.compile(r"\b(?:dated|vom|du|от|z dnia|ze dne)\s$")
_TALK = re.compile(
    r"\b(?:conversations?|talks?|discussions? (?:with|between)|meeting (?:with|between)|gespräch"
    r"|reception of|reception in|unterredung|бесед[аыеу]|rozm(?:ow[yaę]|ów)|rozhovor[uy]?"
    r"|beszélgetés\w*|entretiens?"
    r"|convorbir[ei]|разговора?)\b",
    re.IGNORECASE,
)
_IN_TOWN = re.compile(r"\b(?:in|at|w|в)\s+(?:the )?([A-Z][\w’'-]+(?:[ -][A-Z][\w’'-]+)?)")
_OFFICE_AND_GLOSS = re.compile(
    r"\b(Premier|President|Chairman|Minister|Ambassador|Secretary)\s\[([A-Z][^\[\]]+)\]"
)
_ONE_WITH_ANOTHER = re.compile(r"\bof\b.*\b[Aa]mbassador\b.*\bwith\b", re.DOTALL)
# Events whose day a heading gives: "Report on the meeting in Sofia, 3 May 1961".
_EVENT = re.compile(
    r"\b(?:meeting|visit|session|congress|conference|plenum|trip|stay|negotiations)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[A-ZА-Я]\.){1,2}")
_VOWELS = frozenset("aeiouy")
_CONNECTIVES = ("between", "and", "with", "of", "zwischen", "mit", "und", "с", "i", "z")


class TitleForms(ListForms):
    """Reads headings and title lines."""

    def heading(self, one: Segment) -> int:
        """Read a heading that names the kind of document.

        Returns the number of the line after the heading; 0 if there is no heading.
        """
        text, number = one.plain, one.line
        if len(text) > LONGEST:
            return 0
        kind, length = self.kind_of(text)
        if not kind:
            return self.office_title(one)
        rest = self.rest_of(text, length)
        first = number == 0 and is_title(self.lines[0])
        if rest and not self.fits_heading(text, rest, first=first):
            return 0
        last, joined = number, text
        while last + 1 < len(self.lines) and last < number + 5:
            below = self.lines[last + 1].text
            if not self.heading_goes_on(joined, below):
                break
            last, joined = last + 1, f"{joined} {below}"
        alone = not rest and last == number
        self.title(kind, joined, one.start, self.lines[last].end, alone=alone)
        marks = read_marking_line(rest, self.vocabulary)
        if any(mark.kind in ("level", "copy") for mark in marks):  # not "for the Secretary"
            self.add_marks(marks, self.span(text, text.rfind(rest), len(text), one.start)[0])
        return self.take_all(number, last, "heading")

    def heading_goes_on(self, above: str, text: str) -> bool:
        """Return whether a line continues the heading above it."""
        if len(text) > 260 or self.greets(text):
            return False
        if read_marking_line(text, self.vocabulary) or self.label(text):
            return False
        if above.rstrip().casefold().endswith(_OPEN_ENDS):
            return True
        if _NAME_AFTER.fullmatch(text) and above[-1] not in ".!?)":
            return True
        if text[0] == "(" and len(text) < 60:
            return bool(days_in(text, self.vocabulary, self.conventions))
        first = text.split()[0]
        small = first[0].islower() or first.isupper()
        return small and bool(_CONTINUES.match(text)) and text[-1] not in ".!?;"

    def fits_heading(self, text: str, rest: str, *, first: bool = False) -> bool:
        """Return whether the words after the kind of document continue a heading.

        Args:
            text: The line.
            rest: The words after the kind of document.
            first: Whether the line is the first of the text and not a sentence.
        """
        listed = text.rstrip()[: -len(rest)].rstrip().endswith(",")
        if (
            first
            and not listed
            and (
                rest[0].isupper()
                or rest[0] in '«"“'
                or is_comrade(rest.split()[0], self.vocabulary)
            )
        ):
            return True
        if len(text) > 100 and text[-1] in ".;" and not any(c.isdigit() for c in text[-12:]):
            return False
        if NUMBER.match(rest) or _SERIAL.match(rest) or rest[0] in "(№#":
            return True
        goes_on = _CONTINUES.match(rest) or _KIND_AND_SIDES.match(text.rpartition(",")[0])
        if goes_on and text[-1] not in ".!?;":
            return True
        return text.isupper() or bool(read_marking_line(rest, self.vocabulary))

    def office_title(self, one: Segment) -> int:
        """Read a title line such as "KGB Chief Serov, Report, 29 October 1956".

        Returns the number of the line after it; 0 if the line is not of this form.
        """
        parts = [part.strip() for part in one.plain.split(",")]
        for place, part in enumerate(parts[1:], start=1):
            kind, length = self.kind_of(part)
            if not kind or length != len(words_of(part)):
                continue
            if days := days_in(one.plain, self.vocabulary, self.conventions):
                self.add("type", kind, CERTAIN, "title-line", one.start, one.end, rank=8)
                self.title_sender(", ".join(parts[:place]), one.start)
                self.date("date", days[-1], one.plain, one.start, "title-line", CERTAIN, 6)
                self.strong = True
                return self.take_all(one.line, one.line, "heading")
        return 0

    def title(self, kind: str, text: str, start: int, end: int, *, alone: bool) -> None:
        """Add the facts in a heading or title line."""
        self.strong = True
        days = days_in(text, self.vocabulary, self.conventions)
        if kind in _NUMBERED:
            self.title_number(text, start, days)
        if kind == TALK or self.is_talk(without_glosses(text)):
            self.add("type", TALK, CERTAIN, "heading-of-talk", start, end, rank=9)
            self.talk(text, start, CERTAIN)
            return
        if kind == "record":
            return
        sure, rule = PROBABLE if kind in _VAGUE and not alone else CERTAIN, "heading"
        if kind == "diary":
            kind, sure, rule = TALK, GUESS, "heading-of-diary"
        self.add("type", kind, sure, rule, start, end, rank=8 if alone else 7)
        if kind in ("minutes", "resolution"):
            self.session(kind, text, start, days)
            return
        if days:
            ends = not CLOCK.sub("", text[days[-1].end :]).strip(" .,)]")
            span = "/" in days[-1].edtf
            if span:
                self.date("event-date", days[-1], text, start, "title-line", PROBABLE, 5)
            stated = next((day for day in days if _DATED.search(text, 0, day.start)), None)
            certain = stated is not None or (ends and not span and not _EVENT.search(text))
            sure, rank = (CERTAIN, 6) if certain else (PROBABLE, 3)
            self.date("date", stated or days[-1], text, start, "title-line", sure, rank)
            town = _NUMBER_AND_TOWN.search(text, 0, days[-1].start)
            if kind == "telegram" and town and self.is_town(town[1]):
                at = self.span(text, *town.span(1), start)[0]
                self.add("place", town[1], PROBABLE, "title-line", at, rank=5)
        self.sides(text, start, days)

    def title_number(self, text: str, start: int, days: Sequence[DayOrSpan]) -> None:
        """Add the number in a heading, unless it is the day of a date."""
        number = _NUMBER.search(text)
        if number is None or _ENCLOSED.search(text, 0, number.start()):
            return
        if any(day.start == number.start("bare") for day in days):
            return
        group = "value" if number["value"] else "bare"
        own = number.start() < 40 and not _EXCERPT.match(text)
        sure, rank = (CERTAIN, 8) if own else (PROBABLE, 3)
        at = self.span(text, *number.span(group), start)[0]
        self.number(number[group], at, sure, rank=rank)

    def session(self, kind: str, text: str, start: int, days: Sequence[DayOrSpan]) -> None:
        """Add the day and the body of a session or a decision."""
        if days and kind == "minutes":
            self.date("date", days[0], text, start, "title-line", CERTAIN, 6)
            self.date("event-date", days[0], text, start, "date-of-session", CERTAIN, 6)
        elif days:
            self.date("date", days[-1], text, start, "title-line", PROBABLE, 6)
        match = _SESSION.search(without_glosses(text))
        if match and looks_like_body(match["body"], self.vocabulary):
            body = match["body"].strip()
            sure = PROBABLE if kind == "resolution" else GUESS
            at = self.find(body, start)
            self.add("sender", body, sure, "body-of-session", at, rank=2, kind="organization")

    def sides(self, text: str, start: int, days: Sequence[DayOrSpan]) -> None:
        """Add sender and recipient from "from A to B" in a title line."""
        if any(fact.value == "minutes" for fact in self.forms.of("type")):
            return  # an item of an agenda
        dated = days and not without_glosses(text[days[-1].end :]).strip(" .,)]")
        flat = (text[: days[-1].start] if dated else text).rstrip(" ,(")
        flat = _NOTE_MARK.sub("", re.split('[‘“"«]', flat)[0].rstrip(" ,"))
        match = _SIDES.search(flat) or _KIND_AND_SIDES.match(flat)
        if match is None:
            return
        both = match["both"]
        *one, last = (_ADDRESSED if _ADDRESSED.search(both) else _TO).split(both)
        self.title_sender(" to ".join(one) or last, start)
        if one:
            self.correspondents("recipient", last, start, -1, PROBABLE, "title-line", rank=6)

    def title_sides(self, one: Segment) -> int:
        """Read a title such as "The Ambassador in Syldavia (Bee) to the Secretary of State".

        Returns the number of the line after it; 0 if the line is not of this form.
        """
        above = (n for n in range(one.line) if n not in self.forms.taken)
        if one.line > MOST_ABOVE_TITLE or any(not _DIGIT.search(self.lines[n].text) for n in above):
            return 0
        text, last = one.plain, one.line
        if text[-1] == "," and last + 1 < len(self.lines):
            last += 1
            text = f"{text} {self.lines[last].text}"
        if (text[-1] in ".!?:;," and last == one.line) or len(text) > LONGEST:
            return 0
        if text.casefold().endswith((*_OPEN_ENDS, " in", " at", " for")):
            return 0
        text = _RECEIVED.sub("", text)
        days = days_in(text, self.vocabulary, self.conventions)
        dated = days and not text[days[-1].end :].strip(" .,)]")
        title = _NOTE_MARK.sub("", text[: days[-1].start].rstrip(" ,([") if dated else text)
        both = next(filter(None, (each.fullmatch(title) for each in _TITLE_SIDES)), None)
        if both is None or _POSTED.search(both["one"]) or self.kind_of(both["one"])[0]:
            return 0
        sides = [
            self.correspondent_in_title(side.strip(" .,")) for side in both.group("one", "two")
        ]
        named = [side for side in sides if side is not None]
        if len(named) < len(sides):
            return 0
        for field, side, rank in zip(("sender", "recipient"), named, (2, 6), strict=True):
            at = self.find(side.name, one.start)
            kind, role = side.kind, side.role
            self.add(field, side.name, PROBABLE, "title-line", at, rank=rank, kind=kind, role=role)
        if dated:
            self.date("date", days[-1], text, one.start, "title-line", CERTAIN, 6)
        self.strong = True
        self.forms.facts[:] = [
            replace(fact, sure=GUESS) if fact.rule == "number-line" else fact
            for fact in self.forms.facts
        ]  # "No. 26." above a title may be the document's number in an edition
        return self.take_all(one.line, last, "heading")

    def correspondent_in_title(self, text: str) -> Named | None:
        """Return the person, office or body that a side of a title names; None if it is another."""
        held = _OFFICE_AND_NAME.fullmatch(text)
        if held is not None and is_only_office(held["office"], self.vocabulary):
            return Named(held["name"], "person", held["office"].removeprefix("The "))
        name, _, office = text.partition(", ")
        known = self.is_town(name) or known_body(name, self.vocabulary)
        person = None if known else find_person(name, self.vocabulary)
        if person is not None and (office or person.role or " " in person.name):
            return Named(person.name, "person", person.role or office)
        if office and is_only_office(name, self.vocabulary):  # "the Head, Councillor Felber"
            person = find_person(office, self.vocabulary)
            if person is not None and person.role:
                return person
        found = read_addressees(text, self.vocabulary)
        return found[0] if len(found) == 1 and found[0].kind != "person" else None

    def title_sender(self, text: str, start: int) -> None:
        """Add the sender in a title line, and the town in the sender's office as the place."""
        if self.is_town(text):  # "Telegram from Havana"
            at = self.find(text, start)
            self.add("place", text, PROBABLE, "title-line", at, rank=4)
            return
        held = _OFFICE_AND_NAME.fullmatch(text)
        person = find_person(text, self.vocabulary)
        if held is not None and is_only_office(held["office"], self.vocabulary):
            person = Named(held["name"], "person", held["office"].removeprefix("the "))
        if person is not None and _PROCEEDINGS.fullmatch(person.name):
            return  # "Memorandum of Discussion"
        if person is None:
            if looks_like_body(text, self.vocabulary):
                name = re.sub(r"^the ", "", text)
                at = self.find(name, start)
                self.add("sender", name, PROBABLE, "title-line", at, rank=2, kind="organization")
            return
        at, role = self.find(person.name, start), person.role
        self.add(
            "sender", person.name, PROBABLE, "title-line", at, rank=2, kind="person", role=role
        )
        town = re.search(r"\bin ([A-Z][\w-]+(?: [A-Z][\w-]+)?)", role)
        if town and self.is_town(town[1]):
            at = self.find(town[1], start)
            self.add("place", town[1], PROBABLE, "title-line", at, rank=4)

    # Talks

    def is_talk(self, text: str) -> bool:
        """Return whether a heading names a conversation."""
        return bool(_TALK.search(text))

    def talk(self, text: str, start: int, sure: Confidence) -> bool:
        """Add persons, date and place of a talk from a heading, if the heading names a talk."""
        if not self.is_talk(text):
            return False
        if sure is not CERTAIN:
            end = self.span(text, 0, len(text), start)[1]
            headed = {fact.value for fact in self.forms.of("type") if fact.rule == "heading"}
            rank = 3 if headed - {"memorandum", "note", "record"} else 9
            self.add("type", TALK, PROBABLE, "heading-of-talk", start, end, rank=rank)
        self.event_date(text, start, CERTAIN, rank=7)
        place = self.talk_place(text)
        if place:
            at = self.find(place, start)
            self.add("event-place", place, PROBABLE, "heading-of-talk", at)
            self.add("place", place, PROBABLE, "heading-of-talk", at, rank=4)
        named = self.named_in(text)
        for name, certain in named:
            at = self.find(name, start)
            self.participant(name, at, CERTAIN if certain else PROBABLE, "heading-of-talk")
        if named and _ONE_WITH_ANOTHER.search(text) and not text.isupper():
            name, at = named[0][0], self.find(named[0][0], start)
            self.add("sender", name, GUESS, "heading-of-talk", at, rank=1, kind="person")
        return True

    def talk_place(self, text: str) -> str:
        """Return the last town after "in", otherwise the town next to the date; "" if none."""
        days = days_in(text, self.vocabulary, self.conventions)
        found = ""
        for match in _IN_TOWN.finditer(text):
            name = match[1] if self.is_town(match[1]) else match[1].split()[0]
            if self.is_town(name):
                found = name
        if found or not days:
            return found
        before = text[: days[0].start].rstrip(" ,").rpartition(",")[2].strip()
        after = text[days[0].end :].strip(" ,.()")
        return next(filter(self.is_town, (before, after)), "")

    def named_in(self, text: str) -> list[tuple[str, bool]]:
        """Return the names in a heading that can be persons.

        Each has True if a title, an office or capitals show that it is the name of a person.
        """
        flat = without_glosses(_OFFICE_AND_GLOSS.sub(r"\1 \2", text))
        if self.kind_of(flat)[0] == TALK and not flat.isupper():
            flat = self.rest_of(flat, self.kind_of(flat)[1])  # "ЗАПИСЬ БЕСЕДЫ" is not a name
        pieces = re.sub("[’']s ", " 's ", flat).split()
        capitals = flat.isupper()
        found: dict[str, bool] = {}
        place = 0
        while place < len(pieces):
            in_capitals = not capitals and self.is_name_in_capitals(pieces[place])
            connective = pieces[place].casefold() in _CONNECTIVES
            begin, title, office = self.after_titles(pieces, place + connective)
            if not (in_capitals or title or office or connective):
                place += 1
                continue
            begin = place if in_capitals else begin
            end = self.name_end(pieces, begin)
            name = " ".join(pieces[begin:end]).strip(' ,;:()“”"')
            full = end - begin > 1 or "." in name
            follows = pieces[end].strip(",") if end < len(pieces) else ""
            of_body = is_body_word(follows, self.vocabulary) or is_office_word(
                follows, self.vocabulary
            )
            plain = not (title or office or in_capitals)
            named = name and (full or not plain) and looks_like_name(name)
            named = named and not _TALK.search(name)
            if named and not (plain and follows and of_body):
                found.setdefault(name, title or in_capitals or (office and full))
            place = end if named else place + 1
        return list(found.items())

    def after_titles(self, pieces: Sequence[str], place: int) -> tuple[int, bool, bool]:
        """Return the index after titles and offices, and whether there are titles and offices."""
        title = office = False
        while place < len(pieces):
            comrade = is_comrade(pieces[place], self.vocabulary)
            if not comrade and not is_office_word(pieces[place], self.vocabulary):
                break
            title, office, place = title or comrade, office or not comrade, place + 1
        return place, title, office

    def name_end(self, pieces: Sequence[str], begin: int) -> int:
        """Return the index after the words of a name."""
        end = begin
        while end < len(pieces) and end < begin + 4 and self.is_name_word(pieces[end]):
            end += 1
            if pieces[end - 1][-1] in ",;:)":
                break
        return end

    def is_name_in_capitals(self, piece: str) -> bool:
        """Return whether a word is in capitals and can be a part of a name: "Talk with GROMYKO"."""
        bare = piece.strip(".,;:()")
        low = bare.casefold()
        if not low.strip("ivx"):
            return False
        known = low in self.vocabulary.document_kinds or low in self.vocabulary.acronyms
        known = known or low in self.vocabulary.words["in headings"]
        known = known or (len(low) < 6 and not _VOWELS & set(unidecode(low)))  # "MLR", "КНДР"
        return len(bare) > 1 and bare.isupper() and bare.isalpha() and not known

    def is_name_word(self, piece: str) -> bool:
        """Return whether a word can be a part of a name."""
        bare = piece.strip('.,;:()[]“”"')
        low, vocabulary = bare.casefold(), self.vocabulary
        if _INITIALS.fullmatch(piece):
            return True
        if is_body_word(bare, vocabulary) or is_office_word(bare, vocabulary):
            return False
        known = (
            vocabulary.towns, vocabulary.months, vocabulary.weekdays, vocabulary.office_ends,
            vocabulary.words["in headings"],
        )  # fmt: skip
        if any(low in names for names in known):
            return False
        return looks_like_name(bare)
