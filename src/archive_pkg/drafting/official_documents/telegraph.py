"""Read the lines that telegraph offices write above a telegram: places, times, numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from archive_pkg.drafting.official_documents.dates import days_in
from archive_pkg.drafting.official_documents.headings import TitleForms
from archive_pkg.drafting.official_documents.marks import read_marking_line
from archive_pkg.drafting.official_documents.people import looks_like_body
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE

if TYPE_CHECKING:
    from archive_pkg.drafting.official_documents.segments import Segment

# The most days between dispatch and receipt; "11.03" and "04.11" are not in the same order.
MOST_DAYS = 31
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d")
_BY = re.compile(
    r"by (?:telegraph|telephone|radio|vch|cable|wire|teletype|cipher)\.?|(?:via )?(?:vch|hf)\.?"
    r"|телеграфом\.?|telegraphisch\.?",
    re.IGNORECASE,
)
_TELETYPED = re.compile(r"\(?teletyped from (?P<place>[^()]+?)\)?", re.IGNORECASE)
_FROM_PLACE = re.compile(
    r"(?:from|aus|из|z|de)\s+(?P<place>[^\W\d][^\d.,:]{1,40}?)(?=\s*(?:[.,:]"
    r"|\s(?:sent|no|nr|№)\b|$))",
    re.IGNORECASE,
)
_FROM_BODY = re.compile(
    r"from (?:the )?(?P<body>(?:[\w’']+ )?(?:embassy|legation|mission|consulate(?: general)?"
    r"|delegation|representation) (?:in|at|to) (?P<place>[^\d,.:]{2,40}))[.:]?$",
    re.IGNORECASE,
)
_MESSAGE_FROM = re.compile(
    r"(?:telephone|telephoned|radio|vch) message.*\bfrom (?P<place>[^\W\d][\w -]{2,30})$",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:sent|dispatched|transmitted|отправлена?|abgesandt|nadano)[:.]?\s+"
    r"(?:from [^\W\d][^\d]{1,40}? (?=on ))?(?:on |at |le |am )?"
    r"(?P<date>\d.*?)(?=\breceived\b|$)",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    r"\b(?:received|rec['’]?d|arrived|получен[ао]?|принят[ао]|eingegangen|otrzymano|wpłynęło|došlo"
    r"|reçu(?: le)?|érkezett)[:.]?"
    r"\s+(?:on |at |le |am )?(?P<date>\d.*)$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"(?:sent|forwarded|passed|transmitted) to\b.*\d.*", re.IGNORECASE)
_TWO_DAYS = re.compile(
    r"(?:on|em|de|in)\s*/?\s*(?P<sent>\d{1,2})/(?P<received>\d{1,2})/"
    r"(?P<rest>[IVX]{1,4}|\d{1,2})/(?P<year>\d{2,4})\.?",
    re.IGNORECASE,
)
_CITY = re.compile(r"(?:г|гор|м|m)\.\s?(?=[^\W\d_])", re.IGNORECASE)  # "г. Москва"
_TOWN_AND_BODY = re.compile(
    r"(?P<town>[^\W\d][\w .,'’-]{2,30}?)\s*(?:[—–]|--|\s-\s)\s*(?P<body>\S.*)$"
)
_TOWN_AND_NUMBER = re.compile(
    r"(?P<town>[A-Z][A-Z .-]{2,24}?)\s+(?P<number>\d{3,6})(?:\s+[\d:. ]{1,8})?"
)


# "O 022104Z MAR 78": precedence, day, time and month, as in American cables.
_TIME_GROUP = re.compile(
    r"(?:[ZOPR]\s){0,3}(?P<day>\d\d)(?:[01]\d|2[0-3])[0-5]\dZ\s(?P<month>[A-Z]{3,4})\s"
    r"(?P<year>\d\d|\d{4})\b.{0,20}"
)
_STATION = re.compile(
    r"(?P<field>FM|TO|INFO)\s(?P<name>[A-Z][A-Z .-]{2,60}?)"
    r"(?:\s(?:FLASH|NIACT|IMMEDIATE|PRIORITY|ROUTINE)\b.*|\s\d{1,4})?"
)
_POST = re.compile(r"(?:AM)?(?:EMBASSY|EMB|CONSUL|CONGEN|MISSION)\s(?P<town>[A-Z .]+)")
_LEVEL_AND_NUMBER = re.compile(
    r"(?P<level>[A-Z ]{5,30}?)\s(?:(?:FINAL )?SECTION \d.*? OF \d+\s)?"
    r"(?P<number>[A-Z][A-Z .]{2,24} \d{3,6})"
)
# Lines of routing, clearance and filing in American cables.
_ROUTING = re.compile(
    r"PAGE \d+.*|ORIGIN [A-Z]+-\d.*|INFO (?:OCT|[A-Z/]+)-\d.*|(?:DRAFTED|APPROVED|CLEARED) BY .*"
    r"|DESIRED DISTRIBUTION|\d+ COPY ONLY.*|-{3,}.*\d.*|E\.? ?O\.? ?\d{5}:?.*|TAGS:.*"
)


class TelegraphForms(TitleForms):
    """Reads the lines of a telegraph office."""

    def cable(self, one: Segment) -> bool:
        """Read a line in the head of an American cable; return whether it is one."""
        text = one.plain.strip()
        group = _TIME_GROUP.fullmatch(text)
        if group is not None:
            written = f"{int(group['day'])} {group['month']} {self._full_year(group['year'])}"
            days = days_in(written, self.vocabulary, self.conventions)
            for day in days[:1]:
                whole = replace(day, start=0, end=len(text))
                self.date("date", whole, text, one.start, "telegraph-head", CERTAIN, 10)
            self.add("type", "telegram", CERTAIN, "telegraph-head", one.start, one.end, rank=9)
            self.strong, self.cabled = True, bool(days)
            self.take(one.line, "dateline")
            return bool(days)
        if _ROUTING.fullmatch(text):
            self.take(one.line, "registry")
            return True
        return self.cabled and (self._station(one, text) or self._level_and_number(one, text))

    def _full_year(self, year: str) -> str:
        """Return a year with its century. Time groups are in use since the Second World War."""
        return year if len(year) == 4 else f"{19 if int(year) >= 40 else 20}{year}"

    def _station(self, one: Segment, text: str) -> bool:
        """Read "FM AMEMBASSY MOSCOW" or "TO SECSTATE WASHDC IMMEDIATE 1234"."""
        found = _STATION.fullmatch(text)
        if found is None:
            return False
        name, at = found["name"], one.start + found.start("name")
        field = {"FM": "sender", "TO": "recipient", "INFO": "copy-to"}[found["field"]]
        rule = {"FM": "from-line", "TO": "address-to", "INFO": "copies-line"}[found["field"]]
        rank = 2 if field == "sender" else 9
        self.add(field, name, PROBABLE, rule, at, rank=rank, kind="organization")
        post = _POST.fullmatch(name)
        if field == "sender" and post and self.is_town(post["town"]):
            self.add(
                "place", post["town"], CERTAIN, "telegraph-head", at + post.start("town"), rank=8
            )
        self.take(one.line, "sender" if field == "sender" else "addressee")
        return True

    def _level_and_number(self, one: Segment, text: str) -> bool:
        """Read "S E C R E T STATE 053931"."""
        found = _LEVEL_AND_NUMBER.fullmatch(text)
        marks = read_marking_line(found["level"], self.vocabulary) if found else []
        if found is None or not any(mark.kind == "level" for mark in marks):
            return False
        written = one.text[: one.text.find(found["number"].split()[0])].strip()
        at = one.start + one.text.find(written)
        level = next(mark.level for mark in marks if mark.level)
        self.add(
            "level", found["level"], CERTAIN, "marking-line", at, at + len(written), level=level
        )
        self.number(found["number"], self.text.find(found["number"], one.start), CERTAIN, rank=8)
        self.take(one.line, "marking")
        return True

    def telegraph(self, one: Segment) -> bool:
        """Read a line if a telegraph office wrote it; return whether this is so."""
        text = one.plain.strip()
        if len(text) > 160:
            return False
        readers = (
            self._two_days, self._by_telegraph, self._from_body, self._from_place, self._times,
            self._forwarded, self._town_and_number, self._town_and_body, self._town,
        )  # fmt: skip
        return any(reader(one, text) for reader in readers)

    def _add_type(self, one: Segment, rank: int) -> None:
        self.add("type", "telegram", PROBABLE, "telegraph-head", one.start, one.end, rank=rank)

    def _add_place(self, one: Segment, place: str, *, sure: bool = True) -> None:
        sure = sure and self.is_town(place)
        at = self.text.find(place, one.start)
        self.add("place", place, CERTAIN if sure else PROBABLE, "telegraph-head", at, rank=8)
        self.strong = True

    def _two_days(self, one: Segment, text: str) -> bool:
        """Read the days of dispatch and of receipt in a line such as "ON/26/26/X/62"."""
        found = _TWO_DAYS.fullmatch(text)
        if found is None:
            return False
        for name, field in (("sent", "date"), ("received", "received")):
            written = f"{found[name]}.{found['rest']}.{found['year']}"
            days = days_in(written, self.vocabulary, self.conventions)
            if days:
                day = replace(days[0], start=0, end=len(text))
                self.date(field, day, text, one.start, "telegraph-head", PROBABLE, 9)
        self.take(one.line, "dateline")
        return True

    def _by_telegraph(self, one: Segment, text: str) -> bool:
        typed = _TELETYPED.fullmatch(text) or _MESSAGE_FROM.fullmatch(text)
        if typed is not None:
            self._add_place(one, typed["place"].strip())
        elif _BY.fullmatch(text):
            self._add_type(one, 6)
        else:
            return False
        self.take(one.line, "registry")
        return True

    def _from_body(self, one: Segment, text: str) -> bool:
        found = _FROM_BODY.match(text)
        if found is None:
            return False
        self._add_place(one, found["place"].strip())
        at = self.text.find(found["body"], one.start)
        self.add("sender", found["body"], PROBABLE, "from-line", at, rank=2, kind="organization")
        self.take(one.line, "sender")
        return True

    def _from_place(self, one: Segment, text: str) -> bool:
        """Read a line such as "From Pyongyang. Sent 31.8.50 11:32"."""
        found, sent = _FROM_PLACE.match(text), _SENT.search(text)
        if found is None or not (self.is_town(found["place"]) or sent):
            return False
        # "aus Wien" on a postcard is the address of the sender
        self._add_place(one, found["place"].strip(), sure=text[0].isupper())
        self._add_type(one, 6 if sent else 4)
        self._times(one, text)
        self.take(one.line, "registry")
        if re.search(r"\breceived$", text, re.IGNORECASE) and one.line + 1 < len(self.lines):
            below = self.lines[one.line + 1]
            self.received(below.text, below.start)
            self.take(one.line + 1, "stamp")
        return True

    def _times(self, one: Segment, text: str) -> bool:
        """Read the times of dispatch and of receipt."""
        sent, arrived = _SENT.search(text), _RECEIVED.search(text)
        if not (sent or (arrived and arrived.start() < 2)):
            return False
        if sent:
            at = one.start + sent.start("date")
            sure = CERTAIN if not arrived or self._agree(sent["date"], arrived["date"]) else GUESS
            self.dates_in(sent["date"], at, "sent-line", sure, rank=8)
            self._add_type(one, 6)
        if arrived:
            self.received(arrived["date"], one.start + arrived.start("date"))
        self.take(one.line, "dateline" if sent else "stamp")
        return True

    def _agree(self, sent: str, arrived: str) -> bool:
        """Return whether the day of receipt follows that of dispatch within a month, if both do."""
        days = [days_in(each, self.vocabulary, self.conventions)[:1] for each in (sent, arrived)]
        both = [one.edtf for found in days for one in found if _WHOLE.fullmatch(one.edtf)]
        spent = date.fromisoformat(both[1]) - date.fromisoformat(both[0]) if both[1:] else None
        return spent is None or 0 <= spent.days <= MOST_DAYS

    def _forwarded(self, one: Segment, text: str) -> bool:
        if not _FORWARDED.fullmatch(text):
            return False
        self.take(one.line, "stamp")
        return True

    def _town_and_number(self, one: Segment, text: str) -> bool:
        """Read a line such as "WASHINGTON 54607 9"."""
        found = _TOWN_AND_NUMBER.fullmatch(text)
        if found is None or not self.is_town(found["town"]):
            return False
        self._add_place(one, found["town"])
        self.number(found["number"], self.text.find(found["number"], one.start), PROBABLE, rank=2)
        self.take(one.line, "registry")
        return True

    def _town_and_body(self, one: Segment, text: str) -> bool:
        """Read a line such as "Moscow—Ministry of Foreign Affairs of the USSR."."""
        found = _TOWN_AND_BODY.fullmatch(text.rstrip("."))
        if found is None or not self.is_town(found["town"].rstrip(" ,")):
            return False
        if not looks_like_body(found["body"], self.vocabulary):
            return False
        at = self.text.find(found["body"], one.start)
        rule = "address-town-and-body"
        self.correspondents("recipient", found["body"], at, one.line, CERTAIN, rule, rank=9)
        self.take(one.line, "addressee")
        return True

    def _town(self, one: Segment, text: str) -> bool:
        """Read a town alone on a line: the place of the document or of the addressee."""
        abbreviated = _CITY.match(text)
        begin = abbreviated.end() if abbreviated else 0
        name = text[begin:].rstrip(" .–—-:")
        if not self.is_town(name):
            return False
        self.towns.append((one.start + begin, name, one.line))
        self.take(one.line, "place")
        return True
