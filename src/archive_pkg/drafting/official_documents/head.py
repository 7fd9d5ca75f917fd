"""Read the head of an official document: everything above its body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import is_prose, is_salutation, is_title
from archive_pkg.drafting.official_documents.base import TALK
from archive_pkg.drafting.official_documents.dates import days_in
from archive_pkg.drafting.official_documents.marks import NUMBER, read_marking_line
from archive_pkg.drafting.official_documents.people import (
    find_person,
    is_comrade,
    is_office_word,
    is_party_title,
    known_body,
    looks_like_body,
    without_glosses,
)
from archive_pkg.drafting.official_documents.segments import Segment, cells
from archive_pkg.drafting.official_documents.telegraph import TelegraphForms
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.drafting.official_documents.base import Label
    from archive_pkg.drafting.statements.base import Confidence

LONGEST = 400
LONGEST_ADDRESS = 100
# The lines in which the head of another document is searched for, and the most spaces in a line
# that counts as short.
LINES_OF_HEAD = 8
MOST_BLANKS = 6
MOST_UNKNOWN = 8
# The result of `step` for a line at which the body begins, and for a line that it cannot read.
BODY, UNKNOWN = -2, -1

_FILING = re.compile(
    r"(?:enclosure|attachment|annex|appendix|supplement|addendum|anlage|приложение"
    r"|załącznik|příloha)"
    r"\s*(?:no\.?|nr\.?|#|№|nº)?\s*[\dIVX]*\.?\s*(?:to|zu|zum|к|do|k)\b.*\d"
    r"|document\s+(?:no\.?|nr\.?|#)?\s*\d+\.?|\((?:re|regarding|concerning|item"
    r"|point):?\s[^()]*\)(?:\(\d+\))?"
    r"|(?:file|folder|dossier|akte|teczka|дело|папка)\s*(?:no\.?|nr\.?|#|№)?\s*[\w./-]*\d[\w./-]*"
    r"|return\s(?:within|to|after)\b.*|(?:to|for)\s(?:point|item|paragraph)\s[\dIVX]+.*protocol.*"
    r"|(?:item|point)\s[\dIVX]+\sof\s.*(?:protocol|minutes|agenda).*|p\.?\s?\d+"
    r"|page\s\d+(?:\sof\s\d+)?|-?\s?\d{1,3}\s?-?",
    re.IGNORECASE,
)
_PAGE = re.compile(r"p\.?\s?\d|page\s\d", re.IGNORECASE)
_BELONGS = re.compile(
    r"(?:(?:enclosure|attachment|annex|appendix|supplement|addendum|anlage|приложение|załącznik"
    r"|příloha)|(?P<item>(?:(?:to|for) )?(?:point|item|paragraph)))"
    r"\s*(?:no\.?|nr\.?|#|№)?\s*[\dIVX]*\.?\s*(?:to|of|from|in|zu|zum|к|do|k)\s+(?:the\s)?"
    r"(?P<title>\S.*\d.*)$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:\[to\]|to|for(?= (?:Comrade|Cde))|для|кому|do|an|à l['’]attention de|для "
    r"сведения)(?:\s*:)?\s+(?=\S)",
    re.IGNORECASE,
)
_ATTENTION = re.compile(
    r"(?:for the attention of|attention|attn|zu händen(?: von)?|z\.\s?hd\.|à l['’]attention de"
    r"|вниманию|do rąk)\b[.:]?\s+(?P<who>.*)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:(?:home |return )?address|residing (?:at|in)|resident of|адрес|проживающ\w+|wohnhaft"
    r"|anschrift|adres|zamieszkał\w+)\b[:,]?\s",
    re.IGNORECASE,
)
_DIARY = re.compile(
    r"\W*(?:(?:excerpts? )?(?:from the )?(?:official )?(?:diary|journal|дневника) (?:of\s)?"
    r"|of (?=(?:the )?(?:soviet|ussr) ambassador .*\bperiod\b))"
    r"(?P<who>[^,;:]{3,80}?)(?=\sfor the period|[,;:]|$)",
    re.IGNORECASE,
)
_RESOLVED = re.compile(
    r"(?:разослать|ознакомить|send to|circulate|for circulation|to be circulated|distribute)\b",
    re.IGNORECASE,
)
_NUMBER_IN_STAMP = re.compile(
    r"(?:No\.?|Nº|№)\s*(?=[^\s,;\]]*\d)((?:[^\s,;/\]]+(?: secret)?/)*[^\s,;/\]]+)"
)
_NUMBER_AND_MARK = re.compile(r"\d{1,5}/(?P<mark>[^/\d]{2,20})/\d{2,4}\.?")
_NUMBER_AND_DAY = re.compile(
    r"(?P<number>\d{1,5})\s*[–—-]\s*(?P<day>[^\W\d]+)(?:-feira)?\s*[–—-]\s*\d{1,4}\s?h",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\s(?:only|personally|in person)[.!]?$", re.IGNORECASE)
_BARE_STAMP = re.compile(
    r"(?:[\w ]+\s)?(?:stamps?|stamped|handwritten(?: notes?)?|resolution|notations?|штамп|резолюция"
    r"|stempel|handschriftlich|pieczęć|razítko|pecsét)(?: in the margin| above)?:?",
    re.IGNORECASE,
)
# "124.61/263: Telegram", "500.CC/8-1444": a file of the Department of State.
_FILE_NUMBER = re.compile(r"\d{3}[\w.]*/[\d–-]+[\w–-]*(?::\s(?P<kind>\w*\s?[Tt]elegram|Airgram))?")
_SESSION_LINE = re.compile(
    r"(?:\d+\s?(?:st|nd|rd|th|\.|-е|-ое|e|ème)?\s(?:(?:plenary|regular|closed|open)\s)?"
    r"(?:meeting|session|sitting|sitzung|заседание|posiedzenie|zasedání|schůze|séance|ülés)"
    r"|(?:meeting|session|sitting) of (?:the )?(?P<body>[^,;:]{2,80}))",
    re.IGNORECASE,
)
_OFFICE_AND_COMRADE = re.compile(
    r"(?P<office>[^,]{3,60}),\s(?P<who>(?:Cde|Comrade|Com|Tov)\.?\s[^,]{3,40}),"
)
_FRENCH = re.compile(r"(?:l['’]|le |la )[^:;.]{4,60}? à (?P<two>[^:;.]{4,80})$", re.IGNORECASE)
_MONSIEUR = re.compile(r"^(?:Son Excellence )?(?:Monsieur|Madame)?\s*(?:le |la )?")
_COMPLIMENTS = re.compile(r"(?:The )?(?P<one>[A-Z][^.;]{4,90}?) presents? its compliments")
_CHINESE_NUMBER = re.compile(r"\(?\d*\)?[^\d]{0,8}第(?P<number>\d+)号")
# "2. The Ministry shall report by 1 June."
_ITEM = re.compile(r"\d{1,2}[.)]\s+[^\W\d_]")
_STOPS = frozenset(".!?")
_ARTICLES = frozenset(["the", "das", "die", "den", "der", "all", "members"])
_PLURALS = frozenset(["comrades", "cdes", "coms", "members"])
# Words at the end of a line, and at the beginning of the next, which show that an address
# continues.
_OPEN_ENDS = (" of", " of the", " the", " for", " and", ",", " der", " des")
_BEGINNINGS = frozenset(["of", "and", "for", "der", "des", "für", "in"])
_COMMITTEES = frozenset(["cc", "цк", "zk", "kc"])
_DATIVES = ("рю", "лю", "ру", "му")
# Words that show that a line about a body is a sentence.
_VERBS = frozenset(["from", "is", "was", "has", "by", "с", "will", "have", "are"])
# Words of the first sentences that show the kind of document.
_OPENINGS = (
    (r"\bpresents? its compliments to\b|свидетельствует свое уважение", "note", 7),
    (r"\b(?:the following (?:telegram|reply|message|text|letter)"
     r"|your (?:telegram|cable|cipher(?:ed)? telegram) (?:no|nº|of|dated))\b", "telegram", 3),
    (r"^\W*1\.\s*(?:to [a-z]+|approves?|agrees?|adopts?|accepts?|instructs?|charges?|considers? it"
     r"|finds? it|deems?|recommends?|takes? note|confirms?|allows?|permits?|утвердить|поручить"
     r"|принять|считать|согласиться|одобрить)\b", "resolution", 4),
    (r"\b(?:called on|visited|received|came to (?:see|visit)|invited|met(?: with)?"
     r"|paid (?:a|me a|us a) (?:farewell |courtesy )?(?:visit|call)) (?:me|us)\b"
     r"|\bI (?:called on|visited|received|met(?: with)?|had a (?:talk|conversation) with"
     r"|was received by|paid a visit)\b|\bcame to my (?:house|office|residence|room)\b"
     r"|\b(?:посетил|имел беседу|заш[её]л в гости|нан[её]с визит|принял меня|был принят"
     r"|состоялась беседа|suchte mich auf|empfing mich)\b", TALK, 2),
    (r"^(?:Cde|Comrade|Com)\.? [A-Z][^.,:]{2,40} (?:said|says|reports?|reported|stated?|proposed"
     r"|asked)\b", "minutes", 2),
)  # fmt: skip
OPENINGS = tuple((re.compile(words, re.IGNORECASE), kind, rank) for words, kind, rank in _OPENINGS)


class HeadForms(TelegraphForms):
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
        return BODY if ends or sentence else UNKNOWN

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
        else:
            self.annotated(rest or line.text, line.start)
        if rest and self.vocabulary.history.within(words) < 0:
            return 0
        return self.take_all(number, last, "stamp")

    def annotated(self, text: str, offset: int) -> None:
        """Add the document's number from words that were stamped or written by hand."""
        match = _NUMBER_IN_STAMP.search(text)
        if match is not None:
            start = self.text.find(match[1], offset)
            marked = any(self.mark_in_number(part, start) for part in match[1].split("/"))
            sure, rank = (PROBABLE, 4) if marked else (GUESS, 3)
            self.add("number", match[1], sure, "number-in-stamp", start, rank=rank)

    def mark_in_number(self, part: str, offset: int) -> bool:
        """Add the marking within a number, as in "126/Secret/1958"; return whether there is one."""
        marks = read_marking_line(part.strip(), self.vocabulary)
        if not marks or marks[0].kind != "level":
            return False
        mark = marks[0]
        at = self.text.find(mark.text, offset)
        self.add("level", mark.text, PROBABLE, "marking-in-number", at, rank=2, level=mark.level)
        return True

    # Filing and numbers

    def filing(self, one: Segment) -> bool:
        """Read a line that says where the document is filed; return whether it does."""
        number = _FILE_NUMBER.fullmatch(one.plain)
        if number is not None and number["kind"]:
            self.add("type", "telegram", CERTAIN, "heading", one.start, one.end, rank=7)
        if number is None and (len(one.text) > 160 or not _FILING.fullmatch(one.plain.strip(" ."))):
            return False
        self.take(one.line, "registry")
        if any(c.isalpha() for c in one.text) and not _PAGE.match(one.text):
            self.add("filing", one.text, PROBABLE, "filing-line", one.start, one.end)
        belongs = _BELONGS.match(one.text)
        if belongs is not None:
            kind = "item-of" if belongs["item"] else "enclosure-of"
            title, at = belongs["title"].strip(" ."), one.start + belongs.start("title")
            self.add("relation", title, PROBABLE, "filing-line", at, kind=kind)
        return True

    def resolution(self, one: Segment) -> int:
        """Read an instruction that a leader wrote above the document, up to its date."""
        if not _RESOLVED.match(one.plain):
            return 0
        for last in range(one.line, min(one.line + 7, len(self.lines))):
            text = self.lines[last].text
            days = days_in(text, self.vocabulary, self.conventions)
            if days and not text[: days[0].start].strip():
                return self.take_all(one.line, last, "stamp")
        return 0

    def number_line(self, one: Segment) -> bool:
        """Read a line that begins with the document's number; return whether it does."""
        text = one.plain
        if _NUMBER_AND_MARK.fullmatch(text):
            self.number(text, one.start, CERTAIN)
            self.mark_in_number(text.split("/")[1], one.start)
        elif chinese := _CHINESE_NUMBER.fullmatch(text):
            self.number(chinese["number"], one.start + chinese.start("number"), CERTAIN)
        elif not self.labelled_number(one, text):
            return False
        self.strong = True
        self.take(one.line, "registry")
        return True

    def labelled_number(self, one: Segment, text: str) -> bool:
        """Read a line such as "No. 2205-A", perhaps with a date or an office after the number."""
        match = NUMBER.match(text)
        if match is None:
            return False
        rest = text[match.end() :].strip(" .,;()")
        dated = bool(days_in(rest, self.vocabulary, self.conventions))
        listed = "," in text and text[match.end() : match.end() + 1] in (",", " ")
        if rest and not (dated or rest[0] == "[" or (listed and len(rest.split()) < 14)):
            return False
        sure = PROBABLE if rest else CERTAIN
        self.number(match["value"], one.start + match.start("value"), sure)
        at = self.text.find(rest, one.start)
        self.dates_in(rest, at, "date-after-number", PROBABLE, rank=5)
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
        elif name == "time":
            self.event_date(value, offset, CERTAIN, rank=9)
        elif name == "place":
            self.event_place(value, offset)
        elif name == "number" and (match := re.match(r"[^\s,;]*\d[^\s,;]*", value)):
            self.number(match.group(), offset, CERTAIN)
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

    # Addressees

    def attention(self, one: Segment) -> int:
        """Read "For the attention of Comrade X", perhaps with the office on the line below."""
        match = _ATTENTION.fullmatch(one.text)
        if match is None or find_person(match["who"], self.vocabulary) is None:
            return 0
        at = one.start + match.start("who")
        rule = "address-attention"
        last = self.correspondents("attention", match["who"], at, one.line, CERTAIN, rule, rank=9)
        return self.take_all(one.line, last, "addressee")

    def petitioner(self, one: Segment) -> int:
        """Read the name of a petitioner, who gives an address on the line below."""
        below = self.lines[one.line + 1] if one.line + 1 < len(self.lines) else None
        if below is None or not _ADDRESS.match(below.text) or len(below.text) > LONGEST_ADDRESS:
            return 0
        person = find_person(one.plain, self.vocabulary)
        if person is None or not (person.sure or " " in person.name):
            return 0
        at = self.text.find(person.name, one.start)
        self.add("sender", person.name, PROBABLE, "name-above-address", at, rank=6, kind="person")
        self.take(one.line + 1, "sender")
        return self.take_all(one.line, one.line, "sender") + 1

    def addressee(self, one: Segment) -> int:
        """Read a line of address, with the lines that continue it."""
        opener = _TO.match(one.text)
        if opener is None:
            return 0
        rest = _ONLY.sub("", one.text[opener.end() :])
        pieces = rest.split()
        first = pieces[0].strip(".,:;").casefold()
        party = any(is_comrade(piece, self.vocabulary) for piece in pieces)
        if not (first in _ARTICLES or pieces[0][0].isupper() or party):
            return 0
        if not party and (
            (len(pieces) > 6 and rest[-1] == ".") or self.greeted_below(one.line, rest)
        ):
            return 0
        joined, last = self.joined(one.line, rest)
        offset = one.start + opener.end()
        if len(pieces) == 1 and first in _PLURALS and last + 1 < len(self.lines):
            joined, offset, last = self.list_below(last)
        article = first in _ARTICLES
        sure = CERTAIN if self.sure_address(joined, article=article) else PROBABLE
        return self.addressed(joined, offset, one.line, last, sure, "address-to", rank=9)

    def addressed(
        self,
        text: str,
        offset: int,
        number: int,
        last: int,
        sure: Confidence,
        rule: str,
        *,
        rank: int,
    ) -> int:
        """Add the recipients that a string names; return the line after it, or 0 for none."""
        last = self.correspondents("recipient", text, offset, last, sure, rule, rank=rank)
        return self.take_all(number, last, "addressee") if self.added else 0

    def greeted_below(self, number: int, text: str) -> bool:
        """Return whether a salutation follows an address in capitals, which letters have."""
        for line in self.lines[number + 1 : number + 6]:
            greeted = words_of(line.text)
            opener = self.vocabulary.forms["salutation openers"].at(greeted)
            if opener and is_salutation(line, self.vocabulary) == 2:
                party = any(is_party_title(p, self.vocabulary) for p in line.text.split())
                return not party and text.isupper()
        return False

    def joined(self, number: int, text: str) -> tuple[str, int]:
        """Return a line of address with the lines that continue it, and the number of the last."""
        last = number
        while last + 1 < len(self.lines) and last < number + 3 and not self.lines[last].last:
            below = self.lines[last + 1].text
            ends = text.rstrip().casefold()
            open_end = ends.endswith(_OPEN_ENDS)
            begins = below.split()[0] in _BEGINNINGS
            if len(below) > 90 or self.label(below) or read_marking_line(below, self.vocabulary):
                break
            if not begins and not (open_end and not self.greets(below)):
                break
            text, last = f"{text} {below}", last + 1
        return text, last

    def list_below(self, number: int) -> tuple[str, int, int]:
        """Return the names below "To Comrades:", their offset, and the number of the last line."""
        last = number + 1
        joined, offset = self.lines[last].text, self.lines[last].start
        while joined.rstrip().endswith(",") and last + 1 < len(self.lines):
            last += 1
            joined += " " + self.lines[last].text
        return joined, offset, last

    def sure_address(self, rest: str, *, article: bool) -> bool:
        """Return whether a line of address certainly names a person or a body."""
        if is_comrade(rest.split()[0], self.vocabulary) or known_body(rest, self.vocabulary):
            return True
        return article and looks_like_body(rest.split(",")[0], self.vocabulary)

    def address(self, one: Segment, text: str, sure: Confidence, rule: str) -> int:
        """Add the recipients that a part of a line names; return the next line, or 0 for none."""
        at = self.text.find(text, one.start)
        return self.addressed(text, at, one.line, one.line, sure, rule, rank=8)

    def bare_addressee(self, one: Segment) -> int:
        """Read an addressee without "To", such as an office or a committee alone on a line."""
        text, vocabulary = one.text, self.vocabulary
        pieces = text.split()
        person, rule, sure = text, "", PROBABLE
        found = _OFFICE_AND_COMRADE.fullmatch(text)
        if found and any(is_office_word(piece, vocabulary) for piece in found["office"].split()):
            person, rule = text.rstrip(","), "address-comrade"
        elif found := _FRENCH.fullmatch(text):
            person, rule = _MONSIEUR.sub("", found["two"]), "address-from-to"
        elif pieces[0][0] > "\u2e80" and text[-1] in ":：" and len(pieces) == 1:
            return self.body_addressed(one, text[:-1], "address-colon")
        elif self.is_committee(one):
            return self.body_addressed(one, text.strip(" .,"), "address-bare-committee")
        elif self.is_telegram_name(one):
            person, rule, sure = without_glosses(text), "address-in-telegram", GUESS
        elif self.is_dative(pieces[0]) or text.casefold().rstrip(".").endswith("elvtársnak"):
            rule, sure = "address-dative", CERTAIN
        elif is_party_title(pieces[0], vocabulary) and len(pieces) <= 14 and self.is_open(text):
            rule = "address-comrade"
        return self.address(one, person, sure, rule) if rule else 0

    def body_addressed(self, one: Segment, name: str, rule: str) -> int:
        """Add a body as recipient."""
        self.add("recipient", name, PROBABLE, rule, one.start, rank=8, kind="organization")
        return self.take_all(one.line, one.line, "addressee")

    def is_telegram_name(self, one: Segment) -> bool:
        """Return whether a line in the head of a telegram is only a name in capitals."""
        bare = without_glosses(one.text).strip()
        pieces = bare.split()
        if not self.forms.of("type") or self.forms.of("type")[0].value != "telegram":
            return False
        if self.is_history(bare) or read_marking_line(bare, self.vocabulary):
            return False
        if one.line + 1 == len(self.lines):
            return False
        return (
            1 <= len(pieces) <= 3
            and all(map(self.is_name_in_capitals, pieces))
            and not self.is_town(bare)
        )

    def is_committee(self, one: Segment) -> bool:
        """Return whether a line is only the abbreviation of a party's committee: "CC CPSU"."""
        pieces = [piece.casefold().strip(".,") for piece in one.text.split()]
        above = {self.forms.taken.get(number) for number in range(one.line)}
        full = pieces[-2:] == ["central", "committee"] and above & {"dateline", "registry"}
        short = len(pieces) <= 4 and (full or not _COMMITTEES.isdisjoint(pieces))
        alone = self.lines[one.line].alone
        return short and alone and known_body(one.text, self.vocabulary) is not None

    def is_open(self, text: str) -> bool:
        """Return whether a line does not end a sentence."""
        return text[-1] not in ".!?:" or bool(re.search(r"\b[^\W\d_]\.$", text))

    def is_dative(self, word: str) -> bool:
        """Return whether a word is an office in the dative of Russian: "Секретарю"."""
        ends = word.casefold().strip(",").endswith(_DATIVES)
        return ends and is_office_word(word, self.vocabulary)

    # Letterheads, diaries, first sentences

    def letterhead(self, one: Segment) -> bool:
        """Read the name of a body in the head, which is the sender if no other form names one."""
        text = one.plain.strip(" .")
        if len(text) > 110 or not looks_like_body(text, self.vocabulary) or text[0] in '("“':
            return False
        if any(c.isdigit() or c in ":!?" for c in one.text):
            return False
        to = "to" in words_of(text) and not re.search(r"\b[Ee]mbassy\b.* to ", text)
        if to or any(piece in _VERBS for piece in text.split()):
            return False
        last, end = one.line, one.end
        while last + 1 < len(self.lines):
            below = self.lines[last + 1]
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
        return bool(marked or self.kind_of(text)[0] or _TO.match(text))

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
        address = _TO.match(text)
        capital = address and text[address.end() :].removeprefix("the ")[:1].isupper()
        tests: dict[str, Callable[[], object]] = {
            "marking": lambda: read_marking_line(text, self.vocabulary),
            "filing": lambda: _FILING.fullmatch(text.strip(" .")) and any(map(str.isalpha, text)),
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
        for pattern, kind, rank in OPENINGS:
            for line in (self.lines[n] for n in first[:4]):
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
