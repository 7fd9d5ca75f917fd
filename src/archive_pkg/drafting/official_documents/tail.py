"""Read the tail of an official document: signatures, numbers, lists of copies, abstract."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import is_prose
from archive_pkg.drafting.name_shapes import END_OF_TEXT, looks_like_name
from archive_pkg.drafting.official_documents.dates import around, days_in, says_this_year
from archive_pkg.drafting.official_documents.lists import ListForms
from archive_pkg.drafting.official_documents.marks import (
    COPIES,
    IN_PARENTHESES,
    NUMBER,
    SIGNED,
    read_marking_line,
)
from archive_pkg.drafting.official_documents.people import (
    find_person,
    is_office_word,
    is_only_office,
    looks_like_body,
    without_glosses,
)
from archive_pkg.drafting.official_documents.segments import Segment, close_up
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.statements.summary import is_abstract, is_editorial_summary, is_sentence
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.statements.base import Confidence

DEEPEST = 40
LONGEST_DATE = 60
_SEAL = re.compile(r"\[(?:stamp|seal|l\.?s\.?)\]", re.IGNORECASE)
_SUFFIX = re.compile(r",? (?:Jr|Sr)\b\.?")
_SPACED_NAME = re.compile(
    r"\(?(?P<name>(?:[^\W\d_a-zа-я]\.\s?){0,2}(?:[^\W\d_a-zа-я] ){2,}[^\W\d_a-zа-я])\)?\.?"
)
_BETWEEN_SIGNS = re.compile(r"[=/\-–—]+\s*(?P<name>[^=]{3,40}?)\s*[=/\-–—]+$")
_MADE_BY = re.compile(
    r"(?:(?:conversation |talk |minutes |notes? )?(?:recorded|written down|noted"
    r"|prepared|drafted|compiled"
    r"|taken down|taken|drawn up|written|made|reported)(?: and signed)?(?: down)? by|recorded"
    r"|the conversation was recorded by|беседу записала?|записала?|sporządził|zapsal|protokolliert"
    r"|aufgezeichnet(?: von)?|für die richtigkeit)[:.]?\s+(?P<name>.+)$",
    re.IGNORECASE,
)
# Lines at the end that state no field: "End", a typist's initials, votes, files.
_FURNITURE = (
    END_OF_TEXT,
    re.compile(r"[\W_]+"),
    re.compile(r"[a-zа-я]{2,4}|[a-zа-я]{1,4}[./][a-zа-я]{1,4}\.?"),
    re.compile(
        r"(?:typed|printed|executed|исп|отп|исполнитель|gépelte|verified|copied|checked)\b.{0,60}",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:all|for|against|agreed|voted|votes|in favor|за|против)\b.{0,60}(?:agreed|for|за)\.?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:file|folder|annex|enclosure|attachment|item|point|appendix|załącznik|anlage|nr teczki)"
        r"\s*(?:no\.?|nr\.?|#|№)?\s*[\dIVX]+\b.{0,120}(?<!\.)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:carried out|approved|confirmed|agreed|responsible)\b[^:]{0,20}:.{0,60}", re.IGNORECASE
    ),
)
# A registrar's paragraph about an earlier document.
_REFERENCE = re.compile(r"(?:spravka|справка|reference|notatka)\s*:", re.IGNORECASE)
_NUMBER_AND_DATE = re.compile(
    r"(?:no\.?|nº|№|nr\.?)\s*(?P<number>[^\s,;]*\d[^\s,;]*)\s+(?P<date>\d.+)$", re.IGNORECASE
)
_COPY_LINE = re.compile(
    r"(?:\d+\s?(?:st|nd|rd|th)?(?:\s(?:and|to|-)\s\d+(?:st|nd|rd|th)?)*|\d+\s*[x×])"
    r"\s*(?:[-–—:]|copy|copies)?\s*(?:to|for|-)?\s*\S.{0,90}",
    re.IGNORECASE,
)
_TO_FILE = re.compile(r"\bfile\b|addressee|\bдело\b|\bдела\b", re.IGNORECASE)


def is_by_order(text: str) -> bool:
    """Return whether a line says on whose order the signer signs."""
    return text.casefold().startswith(("by order of", "on behalf of", "im auftrag", "по поручению"))


class TailForms(ListForms):
    """Reads the lines below the body, from the bottom."""

    def read(self, end: int) -> None:
        """Read the lines upwards from the one before `end`, until one is not part of the tail."""
        self.signed = self.furnished = False
        self.abstract = self.top = -1
        number, floor = end - 1, max(self.forms.body, end - DEEPEST, 0)
        while number >= floor:
            if number in self.forms.taken:
                self.furnished = True
            elif not self.step(number, floor):
                break
            else:
                number = self.top
            number -= 1
        self.confirm()

    def step(self, number: int, floor: int) -> bool:
        """Read one line, and set `top` to the first line read; return whether it is in the tail."""
        line = self.lines[number]
        one = Segment(line.start, line.end, line.text, number, line.first, line.last)
        self.top = number
        if self.dated_signature(one):
            self.signed = True
            return True
        if (
            self.ends_copies(number, floor)
            or self.is_furniture(one)
            or self.is_noted(number, floor)
        ):
            self.furnished = True
            return True
        if self.signature(one, floor):
            self.signed = True
            return True
        if self.signed and is_by_order(line.text):
            self.add("type", "report", GUESS, "by-order", line.start, line.end, rank=1)
            return bool(self.take_all(number, number, "for-another"))
        return self.may_be_abstract(number, floor)

    # The abstract

    def may_be_abstract(self, number: int, floor: int) -> bool:
        """Return whether a paragraph at the end can be an editor's abstract, and remember it."""
        text = self.lines[number].text
        if self.abstract >= 0 or self.signed or number <= floor:
            return False
        if not is_abstract(text, self.vocabulary) and not is_editorial_summary(
            text, self.vocabulary, set_off=True
        ):
            return False
        self.abstract, self.furnished = number, False
        return True

    def confirm(self) -> None:
        """Add the possible abstract as summary, if a form is between it and the body."""
        if self.abstract < 0:
            return
        line, above = self.lines[self.abstract], self.lines[self.abstract - 1]
        if not any(is_sentence(one.text) for one in self.lines[self.forms.body : self.abstract]):
            return
        if not is_abstract(line.text, self.vocabulary) and not self.signed:
            return
        below_name = self.is_signer(without_glosses(above.text).strip(" ,="))
        if not (self.signed or self.furnished or below_name):
            return
        apart = self.furnished and self.abstract - 1 in self.forms.taken
        sure = CERTAIN if self.signed or apart else PROBABLE
        self.add("summary", line.text, sure, "editorial-paragraph", line.start, rank=7)
        self.take(self.abstract, "summary")

    # Furniture

    def is_furniture(self, one: Segment) -> bool:
        """Read a line about numbers, dates, filing or typists; return whether it is one."""
        text = one.text.strip()
        if len(text) > 160 and not _REFERENCE.match(text):
            return False
        if (
            self.tail_number(one, text)
            or (any(each.fullmatch(text) for each in _FURNITURE) and not _MADE_BY.match(text))
            or COPIES.fullmatch(text.strip(" .()"))
            or _REFERENCE.match(text)
            or self.is_office_label(text)
        ):
            self.take(one.line, "registry")
        elif read_marking_line(text, self.vocabulary):
            self.take(one.line, "marking")
        else:
            return self.tail_date(one)
        return True

    def is_office_label(self, text: str) -> bool:
        """Return whether a line has the label of a typist, a stenographer or a reference."""
        label = self.label(text)
        names = ("desk", "stenographer", "copy_number", "reference", "interpreter", "recorder")
        return label is not None and label.name in names and not _MADE_BY.match(text)

    def tail_number(self, one: Segment, text: str) -> bool:
        """Read the document's number below the text, perhaps dated; return whether it is there."""
        rule = "dateline-below-signature"
        pair = _NUMBER_AND_DATE.fullmatch(text)
        days = days_in(pair["date"], self.vocabulary, self.conventions) if pair else []
        if pair and days and days[0].start == 0:
            self.number(pair["number"], self.text.find(pair["number"], one.start), CERTAIN, rank=4)
            at = one.start + pair.start("date")
            self.date("date", days[0], pair["date"], at, rule, PROBABLE, 3)
            return True
        match = NUMBER.match(text)
        if match is None:
            return False
        rest = text[match.end() :].strip()
        if rest and (rest[0] not in "([," or len(rest) >= 40):
            return False
        self.number(match["value"], one.start + match.start("value"), CERTAIN, rank=4)
        return True

    def tail_date(self, one: Segment) -> bool:
        """Read a dateline below the text, even one "of this year"; return whether it is one."""
        rule = "dateline-below-signature"
        days = days_in(one.text, self.vocabulary, self.conventions)
        if len(days) == 1 and says_this_year(one.text, days[0]):
            years = [fact.value[:4] for fact in self.forms.of("date") if fact.value[:4].isdigit()]
            if years:
                edtf = days[0].edtf.replace("XXXX", years[0])
                self.add("date", edtf, PROBABLE, rule, one.start, one.end)
            self.take(one.line, "dateline")
            return True
        above = one.line
        while not self.lines[above].first:
            above -= 1
            if self.is_history(self.lines[above].text):  # "First published in Pravda"
                return False
        before = len(self.forms.facts)
        if not days or one.text.rstrip()[-1:] in ":;" or not self.dateline(one):
            return False
        day = one.start + days[0].start
        self.forms.facts[before:] = [
            replace(fact, rule=rule, rank=fact.rank - 2)
            for fact in self.forms.facts[before:]
            if fact.field != "place" or fact.start < day or self.is_town(fact.value)
        ]  # a name after the date is more often a signature
        return True

    def is_noted(self, number: int, floor: int) -> bool:
        """Read a note in brackets that ends on a line; return whether it is one."""
        line = self.lines[number]
        if line.text[0] == "[" and line.text[-1] != "]" and line.start not in self.brackets:
            noted = self.is_annotation(words_of(line.text[:80])) and not SIGNED.match(line.text)
            return noted and bool(self.take_all(number, number, "stamp"))
        start = next((s for s, each in self.brackets.items() if each.end == line.end), -1)
        top = number
        while top > floor and self.lines[top].start > start:
            top -= 1
        if self.lines[top].start != start:
            return False
        words = words_of(self.brackets[start].text[1:81])
        mark = top == number and SIGNED.fullmatch(self.brackets[start].text)
        if mark or (words and not self.is_annotation(words)):
            return False
        self.take_all(top, number, "stamp")
        self.top = top
        return True

    def ends_copies(self, number: int, floor: int) -> bool:
        """Read a list of copies that ends on a line; return whether there is one."""
        for top in range(number, max(floor, number - 10) - 1, -1):
            line = self.lines[top]
            if top in self.forms.taken or len(line.text) > 220:
                break
            label = self.label(line.text)
            lists = label is not None and label.name == "received" and not label.value
            if label is not None and (lists or label.name in ("copies", "made")):
                after = self.copies(top, label, line.start + label.offset)
            elif COPIES.match(line.text) and _COPY_LINE.fullmatch(self.lines[number].text):
                after = self.counted(top, number)
            elif (
                label is None and self.is_copy(top, floor) and not (top < number and is_prose(line))
            ):
                continue
            else:
                break
            self.top = top if after > number else number
            return after > number
        return False

    def is_copy(self, number: int, floor: int) -> bool:
        """Return whether a line can be an entry of a list of copies."""
        line = self.lines[number]
        above = self.lines[number - 1].text.rstrip() if number > floor else ""
        listed = _COPY_LINE.fullmatch(line.text) or not line.first or above.endswith(",")
        return bool(listed or line.text.rstrip().endswith(","))

    def counted(self, top: int, number: int) -> int:
        """Read the lines below "Three copies printed"; return the line after them."""
        last = top
        while last < number and _COPY_LINE.fullmatch(self.lines[last + 1].text):
            if days_in(self.lines[last + 1].text, self.vocabulary, self.conventions):
                break
            last += 1
            if not _TO_FILE.search(self.lines[last].text):
                self.copy_entry(self.lines[last].text, self.lines[last].start)
        return self.take_all(top, last, "copies")

    # Signatures

    def signature(self, one: Segment, floor: int) -> bool:
        """Read a signature on a line, with an office next to it; return whether there is one."""
        text, number = one.text.strip(), one.line
        if len(text) > 120:
            return False
        made = _MADE_BY.match(text)
        person = find_person(made["name"], self.vocabulary) if made else None
        if person is not None:
            at = self.text.find(person.name, one.start)
            self.sign(person.name, at, PROBABLE, "signature-made-by", number, person.role)
            self.participant(person.name, at, PROBABLE, "signature-made-by")
            return True
        if self.spaced_signature(one, text, floor):
            return True
        mark = SIGNED.search(text)
        rest = _SEAL.sub("", SIGNED.sub(" ", text)).strip()
        if mark and not rest:
            return bool(self.take_all(number, number, "signature"))
        return (
            self.enclosed_signature(one, rest, floor, marked=mark is not None)
            or (mark is not None and self.marked_signature(one, rest, floor))
            or self.plain_signature(one, rest, floor)
        )

    def dated_signature(self, one: Segment) -> bool:
        """Read a date and a name on one line, as in "5.XI.62 A. DOBRYNIN"."""
        if len(one.text) > 70 or not one.text[0].isdigit():
            return False
        days = days_in(one.text, self.vocabulary, self.conventions)
        if len(days) != 1 or days[0].start or not days[0].sure:
            return False
        after = one.text[days[0].end :].strip(" ,—–-")
        if not self.is_signer(after):
            return False
        at = self.text.find(after, one.start)
        self.sign(after, at, CERTAIN, "signature-after-date", one.line)
        rule = "dateline-below-signature"
        self.date("date", days[0], one.text, one.start, rule, CERTAIN, 6)
        return True

    def enclosed_signature(self, one: Segment, text: str, floor: int, *, marked: bool) -> bool:
        """Read "(A. GROMYKO)", "Minister (I. Tarkhov)" or "= Karwowski ="."""
        signs = _BETWEEN_SIGNS.fullmatch(text)
        if signs is not None and self.is_signer(signs["name"]):
            at = self.text.find(signs["name"], one.start)
            self.sign(signs["name"], at, PROBABLE, "signature-between-signs", one.line)
            return True
        found = IN_PARENTHESES.search(text)
        if found is None or not self.is_signer(found["name"]):
            return False
        before = text[: found.start()].strip(" :,")
        if before and not marked and (not self.has_office(before) or self.kind_of(before)[0]):
            return False
        role = before or self.office_near(one.line, floor)
        at = one.start + one.text.rfind(found["name"])
        self.sign(found["name"], at, CERTAIN, "signature-in-parentheses", one.line, role)
        return True

    def spaced_signature(self, one: Segment, text: str, floor: int) -> bool:
        """Read a name that is spaced for emphasis: "A. G R O M Y K O"."""
        found = _SPACED_NAME.fullmatch(text)
        name = close_up(found["name"]) if found else ""
        if found is None or not self.is_signer(name):
            return False
        start, end = (one.start + offset for offset in found.span("name"))
        role = self.office_near(one.line, floor)
        rule = "signature-in-capitals"
        self.sign(name, start, PROBABLE, rule, one.line, role, end=end)
        return True

    def marked_signature(self, one: Segment, text: str, floor: int) -> bool:
        """Read "[signature] K. Chernenko"."""
        person = find_person(text.rpartition(":")[2].strip() or text, self.vocabulary)
        if person is None:
            return False
        role = person.role or text.rpartition(":")[0] or self.office_near(one.line, floor)
        at = self.text.find(person.name, one.start)
        self.sign(person.name, at, CERTAIN, "signature-marked", one.line, role)
        return True

    def plain_signature(self, one: Segment, text: str, floor: int) -> bool:
        """Read a line that is only a name, an office with a name, or a body."""
        bare = without_glosses(text).strip(" ,=")
        if not bare or text[-1] in "!?:;" or text[0] in '("“-•' or len(text) > 90:
            return False
        stopped = bare[-1] == "." and not re.search(r"\b[^\W\d_]\.$", bare)
        if stopped or len(bare.split()) > 12 or any(c.isdigit() for c in bare):
            return False
        if not self.has_office(bare):
            return (
                self.signed_by_body(one, text)
                or self.below_office(one, bare, floor)
                or self.in_capitals(one, bare)
                or self.below_date(one, bare)
            )
        if ":" not in bare and is_only_office(bare, self.vocabulary):
            return self.above_office(one, bare, floor)
        return self.beside_office(one, bare)

    def signed_by_body(self, one: Segment, text: str) -> bool:
        """Read a body as signatory, such as "Embassy of the USSR in the GDR"."""
        if not looks_like_body(text, self.vocabulary):
            return False
        closing = self.is_closing(one.line - 1)
        lowest = self.furnished or one.line == len(self.lines) - 1
        if not closing and not (lowest and one.first and one.last):
            return False
        sure, rule = CERTAIN if closing else PROBABLE, "signature-of-body"
        self.sign(text, one.start, sure, rule, one.line, kind="organization")
        return True

    def below_date(self, one: Segment, name: str) -> bool:
        """Read a name on the last line, below a line with the date and perhaps the place."""
        above = self.lines[one.line - 1]
        lowest = self.furnished or one.line == len(self.lines) - 1
        if not (lowest and len(above.text) <= LONGEST_DATE and self.is_signer(name)):
            return False
        days = days_in(above.text, self.vocabulary, self.conventions)
        if len(days) != 1 or not days[0].sure or above.text[-1] in ":;":
            return False
        words = [part for part in around(above.text, days) if part]
        if len(words) > 1 or not all(map(self.is_place, words)):
            return False
        self.sign(name, self.text.find(name, one.start), PROBABLE, "signature-below-date", one.line)
        return True

    def in_capitals(self, one: Segment, name: str) -> bool:
        """Read a name in capitals on the last line below a sentence, perhaps with a date below."""
        above = self.lines[one.line - 1].text
        lowest = self.furnished or one.line == len(self.lines) - 1
        alone = self.furnished and bool(self.forms.of("type"))  # letters have readers of their own
        full = name.isupper() and (alone if one.first else " " in name)
        if not (lowest and full and above[-1] in ".!?" and self.is_signer(name)):
            return False
        self.sign(
            name, self.text.find(name, one.start), PROBABLE, "signature-in-capitals", one.line
        )
        return True

    def above_office(self, one: Segment, office: str, floor: int) -> bool:
        """Read an office, and the name on the line above it."""
        above = one.line - 1
        text = self.lines[above].text.strip() if above > floor else ""
        if SIGNED.search(text) or (IN_PARENTHESES.fullmatch(text) and not self.lines[above].last):
            return bool(self.take_all(one.line, one.line, "title"))
        if any(self.is_closing(number) for number in range(max(above - 3, floor), above)):
            return False  # the reader of letters reads signatures below closings
        ordered = above > floor and is_by_order(self.lines[above - 1].text)
        if above <= floor or (self.lines[above].last and not ordered):
            return False
        person = find_person(text, self.vocabulary) if self.is_signer(text) else None
        if person is None or not (self.lines[above].first or ordered or self.is_closing(above - 1)):
            return False
        at = self.text.find(person.name, self.lines[above].start)
        suffix = _SUFFIX.match(self.text, at + len(person.name))
        name = person.name + (suffix[0] if suffix else "")
        self.sign(name, at, CERTAIN, "signature-above-office", above, office)
        self.take(one.line, "title")
        self.top = above
        return True

    def beside_office(self, one: Segment, text: str) -> bool:
        """Read an office and a name on one line, as in "Ambassador Dumitru Popa"."""
        pieces, cut = text.split(), text.rpartition(":")
        person = find_person(cut[2].strip() or text, self.vocabulary)
        begins = any(is_office_word(piece, self.vocabulary) for piece in pieces[:2])
        if person is None or not begins or not (person.role or cut[0]) or one.text[-1] == ",":
            return False
        at = self.text.find(person.name, one.start)
        role = person.role or cut[0]
        self.sign(person.name, at, PROBABLE, "signature-after-office", one.line, role)
        return True

    def below_office(self, one: Segment, name: str, floor: int) -> bool:
        """Read a name below the line with its office."""
        office = self.office_above(one.line, floor)
        if not office or not self.is_signer(name):
            return False
        signer = self.lines[one.line - 2].text if one.line - 2 > floor else ""
        if not self.lines[one.line - 1].first and signer and self.is_signer(signer):
            return False  # the name is above its office
        at = self.text.find(name, one.start)
        self.sign(name, at, CERTAIN, "signature-below-office", one.line, office)
        self.take(one.line - 1, "title")
        self.top = one.line - 1
        return True

    def sign(
        self,
        name: str,
        at: int,
        sure: Confidence,
        rule: str,
        number: int,
        role: str = "",
        kind: str = "person",
        end: int | None = None,
    ) -> None:
        """Add a signer as signatory and as sender."""
        self.strong = True
        plain = rule.endswith(("office", "body"))
        signed = 3 if plain else 6
        self.add("signatory", name, sure, rule, at, end, rank=signed, kind=kind, role=role)
        rank = 4 if plain else 9
        if plain and kind == "person":
            bodies = [f.rank for f in self.forms.of("sender") if f.kind == "organization"]
            rank = max([rank, *(each + 1 for each in bodies)])
        self.add("sender", name, sure, f"sender-{rule}", at, end, rank=rank, kind=kind, role=role)
        self.take(number, "signature")

    def has_office(self, text: str) -> bool:
        """Return whether a string has a word of an office."""
        return any(is_office_word(piece, self.vocabulary) for piece in text.split())

    def is_signer(self, name: str) -> bool:
        """Return whether a string can be a signer's name."""
        pieces = name.replace(",", " ").split()
        if not looks_like_name(name, most=5) or name[-1] in "!?":
            return False
        marked = read_marking_line(name, self.vocabulary)
        if marked or self.kind_of(name)[0] or self.is_history(name):
            return False
        words = {piece.strip(".,").casefold() for piece in pieces}
        known = words & (self.vocabulary.body_words | self.vocabulary.acronyms)
        return not (known or self.is_town(name) or self.has_office(name))

    def is_closing(self, number: int) -> bool:
        """Return whether a line is the closing of a letter."""
        text = self.lines[number].text[:80] if number >= 0 else ""
        words = [] if is_by_order(text) else words_of(text)
        return 0 < len(words) <= 8 and self.vocabulary.forms["closings"].within(words) >= 0

    def office_near(self, number: int, floor: int) -> str:
        """Return the office on the line above a name, or the one that was read below it."""
        title = self.forms.taken.get(number + 1) == "title"
        return self.office_above(number, floor) or (self.lines[number + 1].text if title else "")

    def office_above(self, number: int, floor: int) -> str:
        """Return the office on the line above a name, as written; empty if there is none."""
        above = number - 1
        while above > floor and SIGNED.fullmatch(self.lines[above].text.strip()):
            above -= 1
        if above <= floor:
            return ""
        text = self.lines[above].text.strip()
        long = len(text) > 90 or text.count(" ") > 11 or text[-1] in ".;:!?"
        office = text.rstrip(",")
        return office if not long and is_only_office(office, self.vocabulary) else ""
