"""Read what an office wrote on a document to file it: numbers, files, instructions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.official_documents.dates import days_in
from archive_pkg.drafting.official_documents.marks import NUMBER, read_marking_line
from archive_pkg.drafting.official_documents.telegraph import TelegraphForms
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE

if TYPE_CHECKING:
    from archive_pkg.drafting.official_documents.segments import Segment

FILING = re.compile(
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
_RESOLVED = re.compile(
    r"(?:разослать|ознакомить|send to|circulate|for circulation|to be circulated|distribute)\b",
    re.IGNORECASE,
)
_NUMBER_IN_STAMP = re.compile(
    r"(?:No\.?|Nº|№)\s*(?=[^\s,;\]]*\d)((?:[^\s,;/\]]+(?: secret)?/)*[^\s,;/\]]+)"
)
_NUMBER_AND_MARK = re.compile(r"\d{1,5}/(?P<mark>[^/\d]{2,20})/\d{2,4}\.?")
# "124.61/263: Telegram", "500.CC/8-1444": a file of the Department of State.
_FILE_NUMBER = re.compile(
    r"\d{3}[\w.]*(?: [A-Z][\w ]{2,24})?/[\d–-]+[\w–-]*(?::\s(?P<kind>\w*\s?[Tt]elegram|Airgram))?"
)
_CHINESE_NUMBER = re.compile(r"\(?\d*\)?[^\d]{0,8}第(?P<number>\d+)号")


class RegistryForms(TelegraphForms):
    """Reads lines of filing, numbers, and notes written by hand."""

    def filing(self, one: Segment) -> bool:
        """Read a line that says where the document is filed; return whether it does."""
        number = _FILE_NUMBER.fullmatch(one.plain)
        if number is not None and number["kind"]:
            self.add("type", "telegram", CERTAIN, "heading", one.start, one.end, rank=7)
        if number is None and (len(one.text) > 160 or not FILING.fullmatch(one.plain.strip(" ."))):
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
        if match is None or match["label"].casefold().startswith("your"):
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
