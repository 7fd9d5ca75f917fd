"""Decide how certain a rule is, by its measured cases and the form of the document."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from archive_pkg.drafting.language import dates_on
from archive_pkg.drafting.official_documents.dates import DIGIT
from archive_pkg.drafting.official_documents.people import is_office_word
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.drafting.letters.segmentation import LetterLayout
    from archive_pkg.drafting.statements.base import Confidence, Statement
    from archive_pkg.drafting.vocabulary import Vocabulary

BARS = {CERTAIN: 0.99, PROBABLE: 0.85}
ENOUGH = {CERTAIN: 100, PROBABLE: 20}
"""The number of cases that show whether a rule is right as often as its word says."""
EDITIONS = 5
"""The number of editions that these cases must come from, so that no single edition decides."""

MEASURED: dict[tuple[str, str], tuple[int, int, int]] = {
    ("caveat", "marking-line"): (21, 22, 5),
    ("classification", "marking-line"): (1256, 1258, 15),
    ("copy-number", "copy-number-line"): (13, 13, 5),
    ("date", "dateline"): (601, 604, 16),
    ("date", "dateline-below-signature"): (34, 34, 9),
    ("date", "day-and-month-head"): (54, 54, 2),
    ("date", "written-date-below-signature"): (275, 275, 9),
    ("date", "written-date-head"): (1429, 1429, 14),
    ("enclosure", "enclosure-heading"): (100, 100, 7),
    ("language", "function-words"): (2700, 2702, 21),
    ("level", "marking-line"): (37, 37, 6),
    ("note", "bracket-says-editorial"): (240, 240, 14),
    ("note", "bracket-says-omission"): (147, 147, 7),
    ("note", "bracket-says-sic"): (20, 20, 10),
    ("note", "bracket-says-withheld"): (263, 263, 6),
    ("note", "completion"): (149, 149, 9),
    ("note", "dots-in-brackets"): (398, 398, 8),
    ("note", "question-mark-in-brackets"): (30, 30, 8),
    ("note", "words-in-brackets"): (291, 291, 18),
    ("number", "number-line"): (36, 36, 6),
    ("participant", "participants-list"): (75, 75, 2),
    ("place", "dateline"): (542, 542, 15),
    ("place", "dateline-head"): (1495, 1498, 13),
    ("recipient", "address"): (310, 312, 11),
    ("recipient", "address-and-salutation"): (378, 379, 11),
    ("recipient", "address-to"): (31, 31, 7),
    ("recipient", "salutation-name"): (162, 162, 11),
    ("recipient", "salutation-office"): (22, 22, 2),
    ("salutation", "salutation-line"): (2261, 2266, 15),
    ("sender", "sender-signed-after-closing"): (1059, 1060, 12),
    ("sender", "sender-signed-last-line"): (123, 124, 14),
    ("signatory", "signature-above-office"): (15, 15, 7),
    ("signatory", "signature-after-closing"): (1885, 1889, 15),
    ("signatory", "signature-last-line"): (380, 381, 17),
    ("signatory", "signature-with-closing"): (66, 67, 1),
    ("summary", "editorial-paragraph"): (53, 53, 5),
    ("type", "heading"): (21, 21, 3),
}
"""For the rules that say certain: the right cases, all cases, and their editions.

`benchmarks/calibration.py` measures them. A rule that is not listed has fewer than 13 cases.
"""

PROBABLE_MEASURED: dict[tuple[str, str], tuple[int, int]] = {
    ("signatory", "signature-after-closing"): (124, 148),
    ("sender", "sender-signed-after-closing"): (59, 74),
}
"""The right cases and all cases of the rules that say probable, but are right too rarely."""

BY_FORM: dict[tuple[str, str], str] = {
    ("classification", "no-marking-stated"): "the text says in words that it has no marking",
    ("date", "date-field"): "the text labels the date, and the date is complete",
    ("note", "bracket-says-illegible"): "the bracket says it in words",
    ("note", "bracket-says-sic"): "the bracket says it in words",
    ("copy-number", "copy-number-line"): "the text labels the number as that of the copy",
    ("text-kind", "translation-heading"): "a heading says that the text is a translation",
    ("text-kind", "source-line"): "the source line says that the text was translated",
    ("text-kind", "translator-shows"): "the text names its translator",
    ("language", "script-of-text"): "only this language has these letters",
}
"""Rules that are certain without a measurement, with the reason: the text states the value."""

# Only one value of these fields can be right. The content of a text does not show its form.
_ONE_VALUE = frozenset({"date", "number", "place", "recipient", "sender", "signatory"})
_CONTENT = frozenset({"note", "slip", "language", "mentioned", "mentioned-place", "enclosure"})
_LANGUAGES = frozenset({"en", "de", "fr"})  # of the labelled editions
_EDITION = re.compile(r"\[?\d+\]?\.? *(?:Nr|No|N°|Doc)?\b|(?:Nr|No|N°|Document|Doc)\b\.? *\d+")
# The fields of a head that letters do not have, and rules that need a letter around their line.
_OFFICIAL = frozenset({"type", "sender", "recipient", "number", "participant"})
_MARKINGS = frozenset({"classification", "level", "caveat"})
_IN_LETTERS = frozenset({"signature-last-line", "sender-signed-last-line", "address"})
_NAME = re.compile(r"[\w .,()\[\]'’-]+")  # "Sd/- A. Lind" has more than a name
# Titles of wives, who can have their husbands' names: "Mrs. Otto Lind".
_HUSBANDS = frozenset([
    "mrs", "mme", "madame", "frau", "lady", "countess", "baroness", "princess", "gräfin", "baronin",
    "pani", "signora", "señora", "г-жа", "госпожа",
])  # fmt: skip
_TOP, _LONG_LINE, _DATELINE = 1500, 90, 60  # characters


def level(field: str, rule: str, given: Confidence) -> Confidence:
    """Return the confidence of a rule, at most the one that the rule gives."""
    if given is GUESS:
        return given
    unit = field, rule
    if given is CERTAIN and unit not in BY_FORM:
        right, said, editions = MEASURED.get(unit, (0, 0, 0))
        enough = said >= ENOUGH[CERTAIN] and editions >= EDITIONS
        return CERTAIN if enough and right >= BARS[CERTAIN] * said else PROBABLE
    if given is PROBABLE and unit in PROBABLE_MEASURED:
        right, said = PROBABLE_MEASURED[unit]
        return GUESS if said >= ENOUGH[PROBABLE] and right < BARS[PROBABLE] * said else given
    return given


def leveled(
    statements: list[Statement], layout: LetterLayout, vocabulary: Vocabulary
) -> list[Statement]:
    """Return the statements, each at most as certain as its rule and its document allow."""
    form = _FormCheck(statements, layout, vocabulary)
    made = []
    for one in statements:
        sure = level(one.field, one.rule, one.confidence)
        if (
            sure is CERTAIN
            and one.field not in _CONTENT
            and (one.field, one.rule) not in BY_FORM
            and form.is_outside(one)
        ):
            sure = PROBABLE
        if form.may_be_husbands(one):
            sure = GUESS
        made.append(one if sure is one.confidence else replace(one, confidence=sure))
    return made


class _FormCheck:
    """Checks whether a document has the form that the rules were measured on."""

    def __init__(
        self, statements: list[Statement], layout: LetterLayout, vocabulary: Vocabulary
    ) -> None:
        self.text, self.vocabulary = layout.text, vocabulary
        self.values: dict[str, set[str]] = {}
        facts = layout.forms.facts
        said = [(one.field, one.value) for one in statements]
        said += [(fact.field, fact.value) for fact in facts]
        for field, value in said:
            self.values.setdefault(field, set()).add(value.casefold())
        self.official = {fact.rule for fact in facts}
        self.has_head = any(
            fact.field in _OFFICIAL and (fact.field, fact.value) != ("type", "letter")
            for fact in facts
        )
        self.is_unfamiliar = bool(self.values.get("language", set()) - _LANGUAGES)
        self.pivot = layout.conventions.pivot
        self.short = [line for line in self.text[:_TOP].splitlines() if len(line) < _LONG_LINE]

    def dates_on(self, line: str) -> list[DateReading]:
        """Return the dates of a line, which another reader has mostly read before."""
        return dates_on(line.strip(), self.vocabulary, self.pivot)

    @cached_property
    def is_numbered(self) -> bool:
        """Whether the text begins with the number that an edition gave it."""
        first = self.short[0].strip() if self.short else ""
        return bool(_EDITION.match(first)) and all(d.start > 1 for d in self.dates_on(first))

    @cached_property
    def days(self) -> set[str]:
        """The days in the short lines at the beginning."""
        dated = (line for line in self.short if DIGIT.search(line))
        days = (day for line in dated for day in self.dates_on(line) if day.sure)
        return {day.edtf for day in days if len(day.edtf) == len("1960-07-18")}

    def is_outside(self, one: Statement) -> bool:
        """Return whether a statement is outside the form that its rule was measured on."""
        return (
            self.is_unfamiliar
            or self.has_other_value(one)
            or self.mixes_forms(one)
            or self.is_unusual(one)
        )

    def has_other_value(self, one: Statement) -> bool:
        """Return whether the document has another value for the field."""
        if one.field == "date" and self.days - {one.value}:
            return True
        return one.field in _ONE_VALUE and len(self.values[one.field]) > 1

    def mixes_forms(self, one: Statement) -> bool:
        """Return whether a rule for letters read the head of another type or of an edition."""
        if self.has_head and one.rule not in self.official and one.field not in _MARKINGS:
            return True
        if one.rule in _IN_LETTERS and "salutation" not in self.values:
            return True
        return self.is_numbered and one.field in ("number", "place", "date")

    def is_unusual(self, one: Statement) -> bool:
        """Return whether the value or its line is unusual."""
        if one.field == "place" and not self.is_known(one.value):
            return True
        if one.field in ("date", "place") and one.quote:
            start = self.text.rfind("\n", 0, one.quote.start) + 1
            end = self.text.find("\n", one.quote.end)
            return (end if end >= 0 else len(self.text)) - start > _DATELINE
        if one.field in _MARKINGS:
            return "level" not in self.values and not one.more.get("level")
        if one.rule == "salutation-name" and is_office_word(one.value, self.vocabulary):
            return True
        return one.kind == "person" and not _NAME.fullmatch(one.value)

    def may_be_husbands(self, one: Statement) -> bool:
        """Return whether a woman's title is before a name that may be that of her husband."""
        if one.field not in ("sender", "recipient") or " " not in one.value or not one.quote:
            return False
        line = self.text[self.text.rfind("\n", 0, one.quote.start) + 1 : one.quote.end]
        before = line.partition(one.value)[0]
        return not _HUSBANDS.isdisjoint(words_of(f"{before} {one.more.get('role', '')}"))

    def is_known(self, place: str) -> bool:
        """Return whether the vocabulary has a place."""
        name = place.casefold().strip(" .")
        return name in self.vocabulary.agents or name in self.vocabulary.towns
