"""Read correspondents, lists of participants and lists of copies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import looks_like_name
from archive_pkg.drafting.official_documents.base import SIDE, FormsBase, Label
from archive_pkg.drafting.official_documents.dates import days_in
from archive_pkg.drafting.official_documents.marks import COPIES, COPY, read_marking_line
from archive_pkg.drafting.official_documents.people import (
    Named,
    find_person,
    is_comrade,
    is_dative,
    is_office_word,
    is_only_office,
    is_party_title,
    looks_like_body,
    read_addressees,
    read_people,
    split_names,
    undotted,
    without_glosses,
)
from archive_pkg.drafting.official_documents.segments import without_bullet
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.official_documents.segments import Segment
    from archive_pkg.drafting.statements.base import Confidence

_SIDE_LABEL = re.compile(r"([^:：]{1,49})[:：]\s*(.*)$", re.DOTALL)
_MISSION_IN = re.compile(
    r"(?:Embassy|Legation|Mission|Consulate(?: General)?) in (?:the "
    r")?([A-Z][\w-]+(?: [A-Z][\w-]+)?)$"
)
_COPY_ENTRY = re.compile(
    r"^\W*(?:\d+\s*(?:st|nd|rd|th)?(?:\s*(?:and|&|,)\s*\d+(?:st|nd|rd|th)?)*"
    r"\s*(?:[-–—x×.)\s]|copy|copies|экз\.?|exemplar|ausfertigung|ex\.?|egz\.?)*\s*[-–—:]?\s*)?"
    r"(?:(?:to|for|an|für|к|в|do|dla)\b)?\s*(?:the\s|addressee)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b\d+\s*(?:x\s*(?:for\s+)?|(?:x\s*|copies\s+|copy\s+)?(?:for|to|an|für)\s+)(?:the\s+)?"
    r"(?P<who>[^,;]+)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"(?P<who>[^\W\d_][^:.()\[\]]{2,40}?)\s?(?:\([^()]*\)|\[[^\]]*\])?:\s+\S")
_PRESIDED_BY = re.compile(
    r"(?:presided(?: over)? by|presiding|chaired by|in the chair)[:]?\s(?P<who>[^,;:]{3,40})$",
    re.IGNORECASE,
)
_PRESIDES = re.compile(
    r"(?P<who>(?:Cdes?\.|Comrade|Com\.)\s[^,;:]{3,30}?)\s(?:presiding|presided|in "
    r"the chair|chaired)\b"
)
_OF_OTHER = re.compile(
    r"\b(?:[Cc]onversation|talks?) of\b|['’]s [Cc]onversation|\bbetween\b(?! \d)|\bof [Cc]omrade\b"
)
_LISTED = re.compile(r"\W*\d+\s*(?:x|×|st|nd|rd|th|\.|-|–|copy|copies|экз|-й)|[-–•*]")
# "Miller, Brandt. Minutes: Otto"
_NUMBERED_ENTRY = re.compile(r"\d{1,2}\s?[-–—]\s")  # "Copies: 1 - Orlin"
_NEXT_LABEL = re.compile(r"[.;]\s+(?P<rest>[^\W\d_][^\W_]+:\s.*)")
_FOR = re.compile(r"^(?:(?:to|an|for|для)\s+)?(?:the\s)?", re.IGNORECASE)


class ListForms(FormsBase):
    """Reads correspondents, participants and copies."""

    # Correspondents

    def correspondents(
        self,
        field: str,
        text: str,
        offset: int,
        number: int,
        sure: Confidence,
        rule: str,
        *,
        rank: int,
    ) -> int:
        """Add the correspondents that a string names, with an office or person on the line below.

        Args:
            field: "sender", "recipient" or "attention".
            text: The words after the label or "To".
            offset: The offset of these words.
            number: The number of their line; -1 if the line below does not belong to them.
            sure: The confidence of the form.
            rule: The rule.
            rank: The rank of the facts.

        Returns:
            The last line that belongs to the address.
        """
        found = read_addressees(text, self.vocabulary)
        last = number
        if number >= 0 and found and (below := self.below(number)) is not None:
            more = self.with_line_below(found[-1], below, alone=len(found) == 1)
            if more is not None:
                found[-1], last = more, number + 1
        self.added = len(found)
        if field == "recipient" and found and found[0].kind == "person":
            self.drop_body_above(number)
        for one in found:
            at = self.find(one.name, offset)
            certain = sure
            listed = len(found) > 1
            single = one.kind == "person" and not one.sure and " " not in one.name
            if single and not listed:
                certain = PROBABLE if sure is CERTAIN else sure
            dative = field != "sender" and one.kind == "person" and is_dative(one.name)
            if one.guessed or dative:
                certain = GUESS
            self.correspondent_fact(field, one, max(at, offset), certain, rule, rank)
        return last

    def drop_body_above(self, number: int) -> None:
        """Drop a recipient on the line above a person: a body to which the person belongs."""
        if number < 1:
            return
        above = self.lines[number - 1]
        self.forms.facts = [
            fact
            for fact in self.forms.facts
            if not (fact.field == "recipient" and fact.kind == "organization"
                    and above.start <= fact.start < above.end)
        ]  # fmt: skip

    def below(self, number: int) -> Line | None:
        """Return the line below if it can continue an address; otherwise None."""
        if number + 1 >= len(self.lines) or self.lines[number].last:
            return None
        below = self.lines[number + 1]
        other = self.label(below.text) or read_marking_line(below.text, self.vocabulary)
        return None if len(below.text) >= 90 or other or self.greets(below.text) else below

    def with_line_below(self, one: Named, below: Line, *, alone: bool) -> Named | None:
        """Return a correspondent, completed from the line below; None if this line adds nothing."""
        plain = undotted(without_glosses(below.text).strip(" ,;:"))
        if not plain:
            return None
        person = None
        if is_comrade(plain.split()[0], self.vocabulary):
            person = find_person(plain, self.vocabulary)
        if person is not None and (not one.kind or (alone and below.last and one.kind != "person")):
            return Named(person.name, "person", person.role or one.name)
        office = is_only_office(plain.split(",")[0], self.vocabulary) and below.last
        if one.kind == "person" and not one.role and office and below.text[-1] not in ".!?:":
            return Named(one.name, "person", plain)
        return None

    def correspondent_fact(
        self, field: str, one: Named, at: int, sure: Confidence, rule: str, rank: int
    ) -> None:
        """Add a correspondent; for a sender that is a mission, also its town as the place."""
        if rule == "from-field" and one.kind != "person":
            rank = 8  # a person who signs comes first
        self.add(field, one.name, sure, rule, at, rank=rank, kind=one.kind, role=one.role)
        town = _MISSION_IN.search(one.name)
        if field == "sender" and town and self.is_town(town[1]):
            where = self.text.find(town[1], at)
            self.add("place", town[1], PROBABLE, "from-field", where, rank=4)

    # Participants

    def people(self, one: Segment, label: Label) -> int:
        """Read a list of persons after "Participants:", "Present:" and the like."""
        value, offset = label.value, one.start + label.offset
        for match in _NEXT_LABEL.finditer(value):
            other = self.label(match["rest"])
            if other is not None and other.name != "participants":
                rest = one._replace(start=offset + match.start("rest"), text=match["rest"])
                value = value[: match.start()]
                self.people(rest, other)
                break
        values = [(value, offset)]
        last = one.line
        while last + 1 < len(self.lines) and self.list_goes_on(
            self.lines[last + 1], values[-1][0], label.name
        ):
            last += 1
            text = without_bullet(self.lines[last].text)
            inner = _SIDE_LABEL.match(text)
            text = inner[2] if inner else text
            values.append((text, self.lines[last].end - len(text)))
        listed = label.name == "participants"
        self.strong = self.strong or listed
        before = len(self.forms.of("participant"))
        for value, offset in values:
            inner = _SIDE_LABEL.match(value)
            if inner is not None and SIDE.search(inner[1]):
                offset, value = offset + inner.start(2), inner[2]
            self.list_people(value, offset, label.name)
        if listed and len(self.forms.of("participant")) > before:
            kind = "memorandum of conversation"
            self.add("type", kind, PROBABLE, "names-participants", one.start, one.end, rank=4)
        return self.take_all(one.line, last, "participants")

    def list_people(self, value: str, offset: int, name: str) -> None:
        """Add the persons of one line of a list."""
        for group in value.split(";"):
            for named in read_people(group, self.vocabulary):
                at = self.text.find(named.name.split(",")[0], offset)
                if named.kind != "person" or at < 0:
                    continue
                sure = CERTAIN if named.sure or name == "participants" else PROBABLE
                self.participant(named.name, at, sure, f"{name}-list", named.role)
            offset += len(group) + 1

    def participant(self, name: str, at: int, sure: Confidence, rule: str, role: str = "") -> None:
        """Add a participant."""
        self.add("participant", name, sure, rule, at, kind="person", role=role)

    def list_goes_on(self, line: Line, before: str, name: str) -> bool:
        """Return whether a line continues a list of persons."""
        text = without_bullet(line.text)
        apart = line.first and not self.unspaced
        if not text or len(text) > 200 or read_marking_line(text, self.vocabulary):
            return False
        if any(day.sure for day in days_in(text, self.vocabulary, self.conventions)):
            return False
        label = self.label(text)
        if label is not None:
            return label.name == name == "participants" and bool(SIDE.search(label.words))
        if before.rstrip().endswith(","):
            return True
        inner = _SIDE_LABEL.match(text)
        if inner is not None:
            return self.heads_side(inner[1]) and bool(read_people(inner[2], self.vocabulary))
        if text[-1] in ".!?" and text.count(" ") > 6:
            return False
        person = find_person(re.split("[,;]", text)[0], self.vocabulary)
        if person is None:
            return not apart and (
                (text[0].islower() and len(text) < 60)
                or text.strip(" .").casefold() in self.vocabulary.acronyms
                or is_only_office(text, self.vocabulary)
                or self.heads_side(text)
            )
        titled = is_comrade(text.split()[0], self.vocabulary) or text != line.text
        return not apart or titled or (not before and person.sure)

    def heads_side(self, text: str) -> bool:
        """Return whether the words before a colon name a side, such as "KGB" or "GDR Embassy"."""
        return len(words_of(text)) <= 4 and looks_like_body(text, self.vocabulary)

    def speakers(self) -> None:
        """Add speakers and chairs from "Comrade X:", "ANNA LIND:" and "Cde. X presiding"."""
        known = {w for f in self.forms.of("participant") for w in words_of(f.value)[-1:]}
        for number in range(len(self.lines)):
            line = self.lines[number]
            match = (
                _PRESIDES.match(line.text)
                or _PRESIDED_BY.match(line.text)
                or _SPEAKS.match(line.text)
            )
            if number in self.forms.taken or match is None:
                continue
            person = find_person(match["who"], self.vocabulary)
            full = person is not None and (" " in person.name or person.sure)
            if person is None or not full or words_of(person.name)[-1] in known:
                continue
            known.add(words_of(person.name)[-1])
            at = line.start + max(line.text.find(person.name), 0)
            self.participant(person.name, at, PROBABLE, "speaker", person.role)
            if match.re is not _SPEAKS:
                self.add("type", "minutes", PROBABLE, "presides", line.start, line.end, rank=5)

    def add_signer(self) -> None:
        """Add the signer as participant, if the heading says with whom the talk was."""
        headings = [fact for fact in self.forms.of("type") if fact.rule == "heading-of-talk"]
        people = self.forms.of("participant")
        if (
            not headings
            or any(fact.rule != "heading-of-talk" for fact in people)
            or len(people) != 1
        ):
            return
        heading = self.text[headings[0].start : headings[0].end]
        if re.search(r"\b(?:[Ww]ith|mit|с|z)\s", heading) and not _OF_OTHER.search(heading):
            for fact in self.forms.of("signatory")[:1]:
                self.participant(fact.value, fact.start, PROBABLE, "signer-of-talk")

    # Copies

    def copies(self, number: int, label: Label, offset: int) -> int:
        """Read a list of copies; return the line after it."""
        value, line = label.value, self.lines[number]
        self.strong = self.strong or label.words.split()[0].casefold() in (
            "produced",
            "made",
            "printed",
        )
        if label.words.casefold().startswith("copy") and COPY.fullmatch(f"Copy {value}".strip()):
            self.add("copy-number", line.text, CERTAIN, "copy-number-line", line.start)
            return self.take_all(number, number, "registry")
        counted = [*_COUNTED.finditer(value)]
        for match in counted:
            self.copy_to(match["who"].strip(" ."), offset + match.start("who"))
        if value and not counted and _NUMBERED_ENTRY.match(value):
            self.copy_entry(value, offset)
        elif value and not counted and not COPIES.fullmatch(value.strip(" .")):
            self.copies_in(value, offset)
        last, goes_on = number, not value or value.endswith(",") or label.words.endswith("for")
        while last + 1 < len(self.lines):
            below = self.lines[last + 1]
            listed = bool(_LISTED.match(below.text))
            continued = goes_on and (not below.first or value.endswith(","))
            continued |= bool(value) and not below.first and self.lists_names(below.text)
            if len(below.text) > 200 or self.label(below.text) or not (listed or continued):
                break
            last += 1
            if listed:
                self.copy_entry(below.text, below.start)
            else:
                self.copies_in(below.text, below.start)
                value = below.text.rstrip()
                goes_on = value.endswith(",") or (goes_on and not label.value)
        return self.take_all(number, last, "copies")

    def lists_names(self, text: str) -> bool:
        """Return whether a line is a list of persons, such as "Bulganin, Mikoyan"."""
        names = [name.rstrip(" .") for _, name in split_names(text)]
        return len(names) > 1 and all(
            re.search(r"[^\W\d_]{3}", name)  # not "Mikoyan, A. I."
            and looks_like_name(name, most=5)
            and not self.is_town(name)
            and not any(is_office_word(piece, self.vocabulary) for piece in name.split())
            for name in names
        )

    def copy_entry(self, text: str, offset: int) -> None:
        """Read one entry of a list of copies, such as "1st - to Cde. A. A. Gromyko"."""
        match = _COPY_ENTRY.match(text)
        rest = text[match.end() :].strip(" .,;:-–") if match else ""
        self.copy_to(rest, offset)

    def copies_in(self, text: str, offset: int) -> None:
        """Add the names of a list of copies in one line."""
        if "distribution" in text[:60].casefold():
            offset, text = offset + text.rfind(":") + 1, text.rpartition(":")[2]
        for start, entry in split_names(text):
            who = undotted(_FOR.sub("", without_glosses(entry)).strip(" :;"))
            self.copy_to(who, offset + start)

    def copy_to(self, who: str, offset: int) -> None:
        """Add the recipient of a copy, without a title such as "Comrade"."""
        pieces = re.sub(r"^\d{1,2}[.)]\s", "", who).split()
        while pieces and is_party_title(pieces[0], self.vocabulary):
            pieces = pieces[1:]
        who = " ".join(pieces)
        at = self.text.find(who, offset)
        if self.vocabulary.field_labels.get(who.casefold()) == "copies":
            return  # "Copies: Orlin (2), Lind, copy"
        if (who[:1].isupper() or who[:1].isdigit()) and not who.isdigit() and len(who) < 90:
            sure = GUESS if is_dative(who) else PROBABLE
            self.add("copy-to", who, sure, "copies-line", max(at, offset))
