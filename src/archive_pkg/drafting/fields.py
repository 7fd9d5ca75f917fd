"""From a letter's anatomy to statements, each with its evidence and how sure it is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from archive_pkg.drafting.addressees import Addressee, read_block, read_salutation
from archive_pkg.drafting.datelines import find_place
from archive_pkg.drafting.names import completed, looks_like_name, person_of, strip_titles
from archive_pkg.drafting.notes import find_brackets
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.anatomy import Anatomy
    from archive_pkg.drafting.datelines import Dateline
    from archive_pkg.drafting.tail import Signature
    from archive_pkg.drafting.vocabulary import Known, Vocabulary


class Confidence(StrEnum):
    """How sure a statement is; how often each was right stands in the docs."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in the text: offsets in code points, and what stands there."""

    start: int
    end: int
    exact: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said about the letter.

    Attributes:
        field: Which field of the record.
        value: The value, in the record's form (EDTF for dates).
        confidence: How sure.
        rule: The rule that read it, in kebab-case.
        quote: The words it rests on; None where a rule alone infers it.
        kind: "person" or "organization" for agents, the kind of a note for notes.
        details: More that the same words say (role, level, candidates).
    """

    field: str
    value: str
    confidence: Confidence
    rule: str
    quote: Quote | None = None
    kind: str = ""
    details: tuple[tuple[str, str], ...] = ()


# A ruler named by his title alone: who held it then is for the editor to say.
_RULERS = frozenset(
    {"shah", "king", "queen", "emperor", "empress", "sultan", "emir", "amir", "pope"}
)
C, P, G = Confidence.CERTAIN, Confidence.PROBABLE, Confidence.GUESS


def _same(address: frozenset[str], greeted: frozenset[str]) -> bool:
    """Whether an address has a name of the salutation, maybe cut short ("Rich." for Richard)."""
    return any(
        name == word or (len(name) >= 4 and word.startswith(name))
        for name in address
        for word in greeted
    )


class _Fields:
    def __init__(self, anatomy: Anatomy, vocabulary: Vocabulary) -> None:
        self.anatomy, self.vocabulary = anatomy, vocabulary
        self.text, self.lines = anatomy.text, anatomy.lines
        self.statements: list[Statement] = []

    def quote(self, start: int, end: int) -> Quote:
        return Quote(start, end, self.text[start:end])

    def line_quote(self, number: int) -> Quote:
        line = self.lines[number]
        return Quote(line.start, line.end, line.text)

    def say(
        self,
        name: str,
        value: str,
        sure: Confidence,
        rule: str,
        quote: Quote | None = None,
        kind: str = "",
        **details: str,
    ) -> None:
        self.statements.append(
            Statement(
                name,
                value,
                sure,
                rule,
                quote,
                kind,
                tuple((k, v) for k, v in sorted(details.items()) if v),
            )
        )

    def read(self) -> list[Statement]:
        self.classification()
        self.date_and_place()
        self.salutation()
        self.signatories()
        self.recipients()
        self.notes()
        self.enclosures()
        self.summary()
        return self.statements

    def classification(self) -> None:
        markings = self.anatomy.head.markings
        if not markings:
            return
        number, marking = markings[0]
        if marking.explicit_none:
            self.say(
                "classification",
                self.lines[number].text,
                C,
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
        level = marking.level
        sure = C if marking.sure and level else P
        self.say("classification", value, sure, "marking-line", self.quote(start, end), level=level)

    def date_and_place(self) -> None:
        head, tail = self.anatomy.head, self.anatomy.tail
        datelines, where = head.datelines, "head"
        if not datelines or not any(
            line.undated or (line.date and line.date.sure) for line in datelines
        ):
            below = [line for line in tail.datelines if line.date and line.date.sure]
            if below:
                datelines, where = below, "below-signature"
        if not datelines:
            self.place_alone()
            return
        line = max(datelines, key=lambda d: 2 if d.undated else d.date.sure if d.date else 0)
        if line.date is not None:
            base = self.lines[line.line].start
            sure = (G, P, C)[line.date.sure]
            if sure is P and self.century_is_known(line):
                sure = C
            quote = self.quote(base + line.date.start, base + line.date.end)
            self.say("date", line.date.edtf, sure, f"{line.date.rule}-{where}", quote)
        if line.place is not None:
            self.say_place(line.place, C, f"dateline-{where}")
        elif not self.place_above(line.line):
            self.place_alone()

    def century_is_known(self, line: Dateline) -> bool:
        """Whether something besides the rule speaks for the century of a two-digit year.

        The day of the week that stands beside the date, a year written out near it in time, or a
        language whose letters of two-digit years are from before 1960 in all our sources.
        """
        found = line.date
        if found is None or found.edtf.endswith("?") or "/" in found.edtf or found.style:
            return False
        year, month, day = (int(part) for part in found.edtf.split("-"))
        text = self.lines[line.line].text
        named = [word for word in words_of(text) if word in self.vocabulary.weekdays]
        if named and len(named[0]) > 2:
            number = self.vocabulary.weekdays[named[0]]
            return datetime.date(year, month, day).isoweekday() == number
        habits = self.anatomy.habits
        if habits.dated_around is not None:
            return abs(habits.dated_around - year) <= 20
        return habits.language in ("de", "fr", "it")

    def say_place(self, place: tuple[int, int], sure: Confidence, rule: str) -> None:
        self.say("place", self.text[place[0] : place[1]], sure, rule, self.quote(*place))

    def place_on(self, number: int) -> tuple[int, int] | None:
        """The place that a line begins with."""
        line = self.lines[number]
        if len(line.text) > 80:
            return None
        place = find_place(line.text, self.vocabulary)
        return None if place is None else (line.start + place[0], line.start + place[1])

    def place_above(self, dateline: int) -> bool:
        """A place on the lines above the date, in its own block; or beside it below."""
        kinds, number = self.anatomy.kinds, dateline
        if kinds[dateline] != "dateline":
            return False
        while not self.lines[number].first:
            number -= 1
        for line in range(number, dateline):
            if kinds[line] in ("place", "heading"):
                place = self.place_on(line)
                if place is not None:
                    self.say_place(place, P, "line-above-date")
                    return True
        below = dateline + 1
        if (
            below < len(self.lines)
            and not self.lines[below].first
            and kinds[below] in ("place", "heading", "letterhead")
        ):
            place = self.place_on(below)
            if place is not None:
                self.say_place(place, P, "line-below-date")
                return True
        return False

    def place_alone(self) -> None:
        """A place at the head of the block right above the salutation: the writer's address."""
        head, kinds = self.anatomy.head, self.anatomy.kinds
        last = (head.salutation if head.salutation is not None else 0) - 1
        if last < 0:
            return
        first = last
        while first > 0 and not self.lines[first].first:
            first -= 1
        if any(
            kinds[n] in ("addressee", "marking", "subject", "registry", "stamp")
            for n in range(first, last + 1)
        ):
            return
        for number in range(first, last + 1):
            words = words_of(self.lines[number].text)
            if kinds[number] == "dateline" or all(w in self.vocabulary.weekdays for w in words):
                continue
            place = self.place_on(number)
            whole = (
                last > first
                or self.lines[number].text.endswith((".", ","))
                or any(c.isdigit() for c in self.lines[number].text)
            )
            if place is not None and whole:
                self.say_place(place, P, "address-above-salutation")
            return

    def salutation(self) -> None:
        number = self.anatomy.head.salutation
        if number is not None:
            sure = G if self.anatomy.head.run_in else C
            self.say(
                "salutation",
                self.lines[number].text,
                sure,
                "salutation-line",
                self.line_quote(number),
            )

    def signatories(self) -> None:
        tail = self.anatomy.tail
        said: set[str] = set()
        body = self.body_signed_for()
        if body is not None:
            self.say(
                "sender",
                body.name,
                C,
                "signed-for-body",
                self.line_quote(tail.for_another or 0),
                "organization",
            )
        for one in tail.signatures:
            name = one.text.strip(" =,")
            sure = self.signature_sure(one)
            quote = self.quote(one.start, one.end)
            self.say("signatory", name, sure, f"signature-{one.how}", quote, "person")
            if body is None and one.how != "postscript":
                self.sender(one, C if one.how == "after-closing" else sure, said)
        if not tail.signatures:
            self.sender_line()

    def signature_sure(self, one: Signature) -> Confidence:
        """Certain for one name after a leave, or alone at the end as in telegrams.

        Where an attachment follows or others sign too, whose name it is wants eyes.
        """
        tail, line = self.anatomy.tail, self.lines[one.line]
        if one.how == "before-postscript" or (one.how == "co-signed" and not line.alone):
            return G
        if one.how == "co-signed" and not person_of(one.text, self.vocabulary).family:
            return G
        if one.how == "with-closing" and len(tail.signatures) > 1:
            return G
        if tail.enclosures or len(tail.signatures) > 1:
            return P
        if one.how == "after-closing":
            return C
        if one.how == "with-closing":
            opener = self.vocabulary.forms["closings"].at(words_of(line.text))
            return C if opener and line.text.count(" ") <= 3 and one.start - line.start < 12 else G
        plain = line.first and self.anatomy.kinds[one.line - 1] == "body"
        return C if one.how == "last-line" and plain else P

    def body_signed_for(self) -> Known | None:
        """The body in whose name somebody signed ("For the Joint Chiefs of Staff:")."""
        number = self.anatomy.tail.for_another
        if number is None:
            return None
        words = words_of(self.lines[number].text)
        skipped = self.vocabulary.forms["for_another"].at(words)
        known = self.vocabulary.agents.get(" ".join(words[skipped:]))
        return known if known is not None and known.kind == "organization" else None

    def sender(self, one: Signature, sure: Confidence, said: set[str]) -> None:
        """The signer as sender, by the fullest form of his name that stands there."""
        line = self.lines[one.typed] if one.typed is not None else None
        written = line.text if line is not None else one.text
        quote = (
            Quote(line.start, line.end, line.text)
            if line is not None
            else self.quote(one.start, one.end)
        )
        person = person_of(completed(written), self.vocabulary)
        if person.name in said:
            return
        said.add(person.name)
        if "(" in person.name:  # a firm's signature, or a name explained
            sure = P
        if not person.family:
            sure = P if one.how == "after-closing" else G
        self.say(
            "sender",
            person.name,
            sure,
            f"sender-signed-{one.how}",
            quote,
            "person",
            role=person.role,
        )

    def sender_line(self) -> None:
        """Who is named after "FROM:"."""
        for block in self.anatomy.head.senders:
            for place, number in enumerate(block):
                line = self.lines[number]
                rest = line.text.partition(":")[2].strip() if place == 0 else line.text
                name = rest.rpartition(" - ")[2].partition(",")[0].strip()
                if name and looks_like_name(name):
                    person = person_of(name, self.vocabulary)
                    self.say(
                        "sender",
                        person.name,
                        C if person.family else P,
                        "from-line",
                        self.line_quote(number),
                        "person",
                        role=person.role,
                    )
                    return

    def recipients(self) -> None:
        head, tail = self.anatomy.head, self.anatomy.tail
        line = self.lines[head.salutation] if head.salutation is not None else None
        greeted = read_salutation(line, self.vocabulary) if line is not None else None
        words = greeted.words if greeted is not None and not greeted.office else frozenset()
        blocks = [
            one
            for block in head.addressee + tail.addressee
            if (one := read_block(self.lines, block, words, self.vocabulary)) is not None
        ]
        signed = {words_of(one.text)[-1] for one in tail.signatures if words_of(one.text)}
        given = {words_of(one.text)[0] for one in tail.signatures if words_of(one.text)}
        if words:
            blocks = [
                one for one in blocks if one.words & words or not self.is_own(one, signed | given)
            ]
        matching = [one for one in blocks if _same(one.words, words)] or self.name_in_head(words)
        blocks.sort(key=lambda one: not one.addressed)
        if matching:
            self.say_recipient(matching[0], C, "address-and-salutation")
        elif blocks:
            ruler = blocks[0].office and words_of(blocks[0].name)[0] in _RULERS
            self.say_recipient(blocks[0], P if ruler else C, "address")
        elif greeted is not None:
            sure = C if greeted.role or greeted.office else G
            self.say_recipient(
                greeted, sure, "salutation-office" if greeted.office else "salutation-name"
            )

    def is_own(self, one: Addressee, signed: set[str]) -> bool:
        """Whether an address in the head is the signer's own: it has his name and no "To"."""
        name = words_of(one.name)
        return not one.addressed and bool(name) and (name[-1] in signed or name[0] in signed)

    def name_in_head(self, greeted: frozenset[str]) -> list[Addressee]:
        """A line of the head that has the name which the salutation has."""
        if not greeted:
            return []
        last = self.anatomy.head.salutation or 0
        for number in range(last):
            line = self.lines[number]
            if (
                self.anatomy.kinds[number] in ("place", "heading", "letterhead")
                and len(line.text) <= 60
            ):
                name, role = strip_titles(line.text.strip(" ,."), self.vocabulary)
                if looks_like_name(name, most=4) and " " in name:
                    one = Addressee(name, role, line.start, line.end, office=False)
                    if _same(one.words, greeted):
                        return [one]
        return []

    def say_recipient(self, one: Addressee, sure: Confidence, rule: str) -> None:
        candidates = self.vocabulary.ambiguous.get(" ".join(words_of("Mr. " + one.name)), ())
        self.say(
            "recipient",
            one.name,
            sure,
            rule,
            self.quote(one.start, one.end),
            "" if one.office else "person",
            role=one.role,
            candidates="; ".join(candidates),
        )

    def notes(self) -> None:
        brackets, _ = find_brackets(self.text)
        for bracket in brackets:
            self.say(
                "note",
                bracket.text,
                C,
                "bracket",
                Quote(bracket.start, bracket.end, bracket.text),
                "other",
            )

    def enclosures(self) -> None:
        for number in self.anatomy.tail.enclosures:
            self.say(
                "enclosure",
                self.lines[number].text,
                C,
                "enclosure-heading",
                self.line_quote(number),
            )

    def summary(self) -> None:
        span = self.anatomy.tail.summary
        if span is not None:
            start, end = self.lines[span[0]].start, self.lines[span[1]].end
            sure = C if self.anatomy.tail.set_off else P
            quote = self.quote(start, end)
            self.say("summary", quote.exact, sure, "editorial-paragraph", quote)


def read_fields(anatomy: Anatomy, vocabulary: Vocabulary) -> list[Statement]:
    """All statements that the anatomy supports."""
    return _Fields(anatomy, vocabulary).read()
