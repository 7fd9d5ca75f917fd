"""Read the lines that name the recipients of an official document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import is_salutation
from archive_pkg.drafting.official_documents.marks import read_marking_line
from archive_pkg.drafting.official_documents.people import (
    find_person,
    is_comrade,
    is_office_word,
    is_party_title,
    known_body,
    looks_like_body,
    names_group,
    without_glosses,
)
from archive_pkg.drafting.official_documents.registry import RegistryForms
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.official_documents.segments import Segment
    from archive_pkg.drafting.statements.base import Confidence

LONGEST_ADDRESS = 100
TO = re.compile(
    r"(?:\[to\]|to|for(?= (?:Comrade|Cde))|для|кому|do|an|à l['’]attention de|для сведения"
    r"|в(?= (?-i:ЦК|Центральный|Президиум|Политбюро|Секретариат|Совет|Министерство|МИД|КГБ)\b)"
    r"|au(?= (?:ministre|président|secrétaire|premier|chef|camarade|comité|gouvernement)))"
    r"(?:\s*:)?\s+(?=\S)",
    re.IGNORECASE,
)
_TO_ALONE = re.compile("to|an|кому|do", re.IGNORECASE)
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
_ABOUT = re.compile(r"\s(?:on|about|concerning|regarding|über|betreffend|о|об|zu)\s")
_ONLY = re.compile(r"\s(?:only|personally|in person)[.!]?$", re.IGNORECASE)
_OFFICE_AND_COMRADE = re.compile(
    r"(?P<office>[^,]{3,60}),\s(?P<who>(?:Cde|Comrade|Com|Tov)\.?\s[^,]{3,40}),"
)
_FRENCH = re.compile(r"(?:l['’]|le |la )[^:;.]{4,60}? à (?P<two>[^:;.]{4,80})$", re.IGNORECASE)
_MONSIEUR = re.compile(r"^(?:Son Excellence )?(?:Monsieur|Madame)?\s*(?:le |la )?")
_ARTICLES = frozenset(["the", "das", "die", "den", "der", "all", "members"])
_PLURALS = frozenset(["comrades", "cdes", "coms", "members"])
# Words at the end of a line, and at the beginning of the next, which show that an address
# continues.
_OPEN_ENDS = (" of", " of the", " the", " for", " and", ",", " der", " des")
_BEGINNINGS = frozenset(["of", "and", "for", "der", "des", "für", "in"])
# "毛泽东同志：", "外務大臣殿", "김일성 동지에게", "조선로동당 중앙위원회 앞", but not
# "亲爱的同志" (dear comrade).
_EAST_ASIAN = re.compile(
    r"(?!各|全体|诸|親愛|敬愛)(?:(?:[尊敬亲]\S的|(?:친애|경애|존경)하는 )?"
    r"(?P<who>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af· ]{2,24}?)"
    r"(?<![的는なる])(?<!는 )\s?(?:同志|先生|女士|阁下|閣下|殿|様|동지|동무|각하|선생|귀하)"
    r"(?:에게|께|\s?앞)?"
    r"|(?P<body>[\uac00-\ud7af ]{2,40}(?:위원회|대사관|외무성|외무부|정부))\s?(?:앞|귀중))"
    r"\s?[:：,，]?"
)
_NOT_OF_BODIES = ("同志", "们", "先生", "女士")
_OFFICES = (
    "长", "長", "首相", "总理", "總理", "主席", "大使", "书记", "書記", "总统", "大臣", "수상",
    "장관", "위원장", "대사", "비서", "주석", "대통령", "상",
)  # fmt: skip
LONGEST_HAN, LONGEST_FOREIGN = 4, 14  # characters of a name
_COMMITTEES = frozenset(["cc", "цк", "zk", "kc"])
_DATIVES = ("рю", "лю", "ру", "му")


class AddressForms(RegistryForms):
    """Reads lines of address."""

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
        below = self.lines[one.line + 1 : one.line + 2]
        if _TO_ALONE.fullmatch(one.text) and below and not below[0].first:
            rest, offset, number = below[0].text, below[0].start, one.line + 1
        elif opener := TO.match(one.text):
            rest, offset, number = one.text[opener.end() :], one.start + opener.end(), one.line
        else:
            return 0
        rest = _ONLY.sub("", rest)
        if one.text[0] in "Вв" and not looks_like_body(rest.split(",")[0], self.vocabulary):
            return 0  # "В ЦК КПСС поступило письмо."
        if one.text[0].islower():  # below "Report"
            rest = _ABOUT.split(rest)[0]
        pieces = rest.split()
        first = pieces[0].strip(".,:;").casefold()
        party = any(is_comrade(piece, self.vocabulary) for piece in pieces)
        if not (first in _ARTICLES or pieces[0][0].isupper() or party):
            return 0
        if not party and (
            (len(pieces) > 6 and rest[-1] == ".")
            or (rest[-1] == "!" and names_group(rest, self.vocabulary))
            or self.greeted_below(number, rest)
        ):
            return 0
        joined, last = self.joined(number, rest)
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
            if _ATTENTION.fullmatch(below):
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
        elif pieces[0][0] > "\u2e80" and (titled := _EAST_ASIAN.fullmatch(text)):
            return self.titled(one, titled["who"] or "", titled["body"])
        elif pieces[0][0] > "\u2e80" and text[-1] in ":：" and len(pieces) == 1:
            if text[:-1].endswith(_NOT_OF_BODIES) and "、" not in text:
                return 0
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

    def titled(self, one: Segment, who: str, body: str) -> int:
        """Read a Chinese, Japanese or Korean name with a title, such as "毛泽东同志："."""
        office, _, name = who.rpartition(" ")
        long = len(who) > (LONGEST_FOREIGN if "·" in who or " " in who else LONGEST_HAN)
        if body:
            self.add("recipient", body, PROBABLE, "address-titled", one.start, kind="organization")
        elif who.endswith(_OFFICES):
            self.add("recipient", who, PROBABLE, "address-titled", one.start, rank=8)
        elif office.endswith(_OFFICES):
            at, rule = one.start + len(office) + 1, "address-titled"
            self.add("recipient", name, PROBABLE, rule, at, rank=8, kind="person", role=office)
        elif not long:
            self.add("recipient", who, PROBABLE, "address-titled", one.start, rank=8, kind="person")
        else:
            return 0
        return self.take_all(one.line, one.line, "addressee")

    def body_addressed(self, one: Segment, name: str, rule: str) -> int:
        """Add bodies as recipients; a name with a title among them has no kind."""
        for each in name.split("、"):
            kind = "" if each.endswith((*_NOT_OF_BODIES, *_OFFICES)) else "organization"
            at = self.find(each, one.start)
            self.add("recipient", each, PROBABLE, rule, at, rank=8, kind=kind)
        return self.take_all(one.line, one.line, "addressee")

    def is_telegram_name(self, one: Segment) -> bool:
        """Return whether a line in the head of a telegram is only a name in capitals."""
        bare = without_glosses(one.text).strip()
        pieces = bare.split()
        if not self.forms.of("type") or self.forms.of("type")[0].value != "telegram":
            return False
        if self.is_history(bare) or read_marking_line(bare, self.vocabulary):
            return False
        if self.vocabulary.forms["closings"].within(words_of(bare)) >= 0:
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
