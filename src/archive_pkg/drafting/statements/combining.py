"""Combine the facts of official forms with the statements of a letter's layout."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import PARTICLES
from archive_pkg.drafting.official_documents.dates import with_year
from archive_pkg.drafting.official_documents.marks import read_marking_line
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, DraftQuote, Statement
from archive_pkg.drafting.vocabulary import words_of
from archive_pkg.records.vocabularies.terms import find_marking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.official_documents.facts import DocumentForms, Fact
    from archive_pkg.drafting.vocabulary import Vocabulary

# The rank of the layout's statements among the facts of forms, by field.
_RANKS = {
    "date": 6, "place": 5, "sender": 5, "recipient": 5, "signatory": 4, "received": 6, "summary": 6,
}  # fmt: skip
# Rules of signatures that a closing or the word "signed" supports.
_FIRM = ("after-closing", "with-closing", "marked-signed", "co-signed")
_SINGLE = (
    "date", "place", "received", "event-date", "event-place", "number", "copy-number",
    "source-line", "summary", "filing", "relation", "subject",
)  # fmt: skip
_NARRATING = ("memorandum of conversation", "minutes", "resolution")
# Words that show, at the beginning or end of the text next to a date, that it is not a place.
_NO_PLACE = frozenset(
    ["from", "on", "of", "for", "about", "concerning", "regarding", "re", "by", "из", "№"]
)
# Small words within names of places: "Frankfurt am Main", "Rio de Janeiro", "Chalon-sur-Saône".
_IN_PLACES = PARTICLES | frozenset([
    "am", "an", "im", "in", "bei", "b.", "near", "ob", "sur", "sous", "upon", "les", "a.",
    "на", "под", "над", "nad", "pod", "w", "i.", "d.", "u.", "près", "unter", "o.", "a/d", "auf",
])  # fmt: skip
# An initial between two names, as persons have, or the label of a number.
_NO_PLACE_NAME = re.compile(
    r".*[^\W\d_]{2,}\s[A-ZÄÖÜА-Я]\.\s[^\W\d_]{3,}|(?i:no|nr|item|point|page|folder|document|nachl|nachla[ßs]s?|bestand|vol|№)\b"
    r"|.*\san (?:den|die|das|Herrn|Frau)\s"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.\s?){2,}[^\W\d_]?")  # "B. E. F."
# "II. Talks" is a heading.
_NUMBERED = re.compile(r"(?:[IVX]{2,}|\d+)[.)]\s")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SEVERAL = ("sender", "recipient", "attention", "signatory", "participant", "copy-to", "translator")


class Combining:
    """Chooses the statements of a draft from forms and layout."""

    def __init__(
        self, text: str, forms: DocumentForms, letter: Sequence[Statement], vocabulary: Vocabulary
    ) -> None:
        self.text, self.forms, self.letter, self.vocabulary = text, forms, letter, vocabulary

    def statements(self) -> list[Statement]:
        """Return the chosen statements, by field, and then all other statements of the layout."""
        self.letter = [one for one in self.letter if one.field != "place" or self.is_place(one)]
        if not self.forms.facts:
            return list(self.letter)
        chosen = self.classification()
        for name in _SINGLE:
            chosen += self.single(name)
        chosen = self.with_years(chosen)
        for name in _SEVERAL:
            chosen += self.several(name)
        named = {"classification", "level", "caveat", *_SINGLE, *_SEVERAL}
        return chosen + [one for one in self.letter if one.field not in named]

    def with_years(self, chosen: list[Statement]) -> list[Statement]:
        """Return statements in which days of receipt have a year.

        The year follows from the date of the document. Without this date, the day is left out.
        """
        dates = [one.value for one in chosen if one.field == "date" and _DAY.fullmatch(one.value)]
        found = []
        for one in chosen:
            if one.field == "received" and one.value.startswith("XXXX"):
                if not dates:
                    continue
                one = replace(one, value=with_year(one.value, dates[0]))
            found.append(one)
        return found

    def of_letter(self, name: str) -> list[Statement]:
        """Return the statements of the letter's layout about a field."""
        return [one for one in self.letter if one.field == name]

    def statement(self, fact: Fact) -> Statement:
        """Return a fact as a statement with its quote."""
        quote = DraftQuote(fact.start, fact.end, self.text[fact.start : fact.end])
        return Statement(
            fact.field, fact.value, fact.sure, fact.rule, quote, fact.kind, fact.details
        )

    def classification(self) -> list[Statement]:
        """Return statements about the classification, its levels and its caveats."""
        levels, caveats = self.levels(), self.caveats()
        if not levels and not caveats:
            return self.of_letter("classification")
        marks = levels + caveats
        span = self.text[min(m.start for m in marks) : max(m.end for m in marks)]
        if "\n" not in span and "\r" not in span:
            marks = sorted(marks, key=lambda mark: mark.start)
        level = dict(levels[0].details).get("level", "") if levels else ""
        start, end = min(m.start for m in marks), max(m.end for m in marks)
        written = self.text[start:end]
        value = "; ".join(mark.value for mark in marks)
        between = [word for word in words_of(written) if word not in words_of(value)]
        if "\n" not in written and set(between) <= {"and", "und", "et", "и"}:
            value = written
        else:
            start, end = marks[0].start, marks[0].end
        candidates = find_marking(value)
        scheme = ""
        if len(candidates) == 1:
            level, scheme = candidates[0].level.id, candidates[0].level.scheme
        sure = max((mark.sure for mark in marks), key=[CERTAIN, PROBABLE, GUESS].index)
        details = tuple((k, v) for k, v in (("level", level), ("scheme", scheme)) if v)
        quote = DraftQuote(start, end, self.text[start:end])
        found = [Statement("classification", value, sure, marks[0].rule, quote, "", details)]
        return found + [self.statement(mark) for mark in marks]

    def is_place(self, one: Statement) -> bool:
        """Return whether the place of a dateline can be a place, not a marking or a heading."""
        words, vocabulary = words_of(one.value), self.vocabulary
        if (
            words[0] in _NO_PLACE
            or words[-1] in _NO_PLACE
            or read_marking_line(one.value, vocabulary)
            or _NO_PLACE_NAME.match(one.value)
            or _INITIALS.fullmatch(one.value)
            or ":" in one.value
            or any(word.islower() and word not in _IN_PLACES for word in one.value.split())
        ):
            return False
        known = words[0] in vocabulary.document_kinds or words[0] in vocabulary.field_labels
        return not known or " ".join(words) in vocabulary.towns

    def is_on_line_of_date(self, one: Statement) -> bool:
        """Return whether the place of a dateline is on the line of the document's date, if any."""
        dates = self.forms.of("date")
        if not (one.quote and dates and dates[0].rank >= _RANKS["date"] and "dateline" in one.rule):
            return True
        between = sorted((one.quote.start, dates[0].start))
        return "\n" not in self.text[between[0] : between[1]]

    def narrates(self) -> bool:
        """Return whether the type is one whose last lines are rarely signed."""
        kinds = self.forms.of("type")
        return bool(kinds) and kinds[0].value in _NARRATING

    def is_set_apart(self, one: Statement) -> bool:
        """Return whether a blank line is above the words of a statement."""
        above = self.text[: one.quote.start].rstrip(" \t") if one.quote else ""
        return above.endswith(("\n\n", "\n\r\n"))

    def is_name(self, one: Statement) -> bool:
        """Return whether a signature in a letter's layout can be the name of a person."""
        words = words_of(one.value)
        vocabulary = self.vocabulary
        return not (
            any(w in vocabulary.acronyms or w in vocabulary.body_words for w in words)
            or " ".join(words) in vocabulary.towns
            or (
                any(w in vocabulary.office_words for w in words)
                and all(w in vocabulary.office_words or len(w) < 4 for w in words)
            )
            or read_marking_line(one.value, vocabulary)
            or one.value.count(",") > 1
            or _NUMBERED.match(one.value)
        )

    def levels(self) -> list[Fact]:
        """Return the first level, and the other levels on the same line."""
        found = self.forms.of("level")
        return [one for one in found if "\n" not in self.text[found[0].start : one.end]]

    def caveats(self) -> list[Fact]:
        """Return each caveat once."""
        found: dict[str, Fact] = {}
        for fact in self.forms.of("caveat"):
            found.setdefault(" ".join(words_of(fact.value)), fact)
        return list(found.values())

    def single(self, name: str) -> list[Statement]:
        """Return the best statement about a field that has one value; empty if there is none."""
        facts, own = self.forms.of(name), self.of_letter(name)
        kinds = self.forms.of("type")
        if name == "summary" and self.narrates():
            own = []  # paragraphs of reports and conversations look like summaries
        elif name == "summary" and kinds and kinds[0].value == "telegram":
            own = [one for one in own if one.confidence is CERTAIN]
        if name == "summary":
            last = max((fact.start for fact in self.forms.of("signatory")), default=-1)
            below = [one for one in own if one.quote is None or one.quote.start > last]
            own = [] if self.forms.documents else below
        if name == "place":
            own = [one for one in own if self.is_on_line_of_date(one)]
        better = facts and own and facts[0].sure is CERTAIN and own[0].confidence is GUESS
        if facts and (not own or better or facts[0].rank >= _RANKS.get(name, 5)):
            return [self.statement(facts[0])]
        return own

    def several(self, name: str) -> list[Statement]:
        """Return the statements of the highest rank about a field with several values."""
        facts, own = self.forms.of(name), self.of_letter(name)
        if name in ("sender", "signatory") and self.narrates():
            own = [one for one in own if one.rule.endswith(_FIRM) or self.is_set_apart(one)]
        listed = any(fact.rule == "participants-list" for fact in self.forms.of("participant"))
        if name == "recipient" and listed and self.narrates():
            own = []  # "Mr. Miller" in a list of participants is like an address
        firm = any(one.rule.endswith(_FIRM) for one in own)
        if name in ("sender", "signatory") and self.forms.facts:
            own = [one for one in own if one.kind == "organization" or self.is_name(one)]
        weaker = own and facts and facts[0].rank < _RANKS.get(name, 0) - 2 * (not firm)
        if not facts or weaker:
            stated = {word for one in own for word in words_of(one.value)}
            more = [f for f in facts if name == "signatory" and not stated & {*words_of(f.value)}]
            return own + [replace(self.statement(f), confidence=PROBABLE) for f in more]
        kept: dict[str, Fact] = {}
        best = facts[0].rank if name not in ("participant", "copy-to", "translator") else 0
        for fact in facts:
            if fact.rank >= best:
                kept.setdefault(" ".join(words_of(fact.value)), fact)
        found = sorted(kept.values(), key=lambda fact: fact.start)
        if name == "participant":
            found = _without_repeats(found)
        if name == "sender":
            found += [
                replace(fact, field="sending-body")
                for fact in facts
                if fact.rule in ("from-field", "from-line")
                and fact.kind == "organization"
                and fact not in found
            ][:1]
        return [self.statement(fact) for fact in found]


def _without_repeats(found: list[Fact]) -> list[Fact]:
    """Return participants without shorter forms of names that the list gives in full."""
    full = [frozenset(words_of(fact.value)) for fact in found]
    return [
        fact for place, fact in enumerate(found) if not any(full[place] < other for other in full)
    ]
