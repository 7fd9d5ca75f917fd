"""A statement is certain only if its rule was measured, on documents of the same form."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.rule_levels import (
    BARS,
    BY_FORM,
    EDITIONS,
    ENOUGH,
    MEASURED,
    PROBABLE_MEASURED,
    level,
)
from archive_pkg.drafting.rule_reasons import RULES
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
BODY = "The plates have come and have gone since."
LETTER = f"London, 18 July 1960\n\nDear Mr. Smith,\n\n{BODY}\n\nYours sincerely,\nAnna Lind\n"


def confidence(text: str, field: str) -> str:
    found = draft_text(text, VOCABULARY).one(field)
    assert found is not None
    return str(found.confidence)


@pytest.mark.parametrize("unit", MEASURED)
def test_a_rule_is_certain_only_if_its_measurement_supports_it(unit: tuple[str, str]) -> None:
    right, said, editions = MEASURED[unit]
    supported = said >= ENOUGH[CERTAIN] and editions >= EDITIONS and right / said >= BARS[CERTAIN]
    assert (level(*unit, CERTAIN) is CERTAIN) == (supported or unit in BY_FORM)


def test_a_rule_without_a_measurement_is_at_most_probable() -> None:
    assert level("date", "title-line", CERTAIN) is PROBABLE
    assert level("date", "dateline", PROBABLE) is PROBABLE


@pytest.mark.parametrize("unit", PROBABLE_MEASURED)
def test_a_rule_that_misses_the_bar_of_probable_is_a_guess(unit: tuple[str, str]) -> None:
    assert level(*unit, PROBABLE) is GUESS


def test_each_exception_is_a_rule_and_has_a_reason() -> None:
    assert all(rule in RULES and reason for (_, rule), reason in BY_FORM.items())


@pytest.mark.parametrize("field", ["date", "place", "salutation", "signatory", "sender"])
def test_a_plain_letter_is_certain(field: str) -> None:
    assert confidence(LETTER, field) == "certain"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        # A place that no list has.
        (LETTER.replace("London", "Lower Wickham"), "place"),
        # A second date in the head.
        (f"Issued 28 July 1955\n\n{LETTER}", "date"),
        # A number of an edition.
        (f"27. A Letter\n\n{LETTER}", "date"),
        # A signature without a salutation.
        (f"London, 18 July 1960\n\n{BODY}\n\nAnna Lind\n", "signatory"),
        # The head of a different kind of document.
        (f"From: Otto Moser\nTo: Jo Smith\n\n{LETTER}", "signatory"),
        # A language that was not measured.
        (LETTER.replace(BODY, "Desky přišly včera ráno a my jsme je dali do skříně u okna."),
         "salutation"),
        # An office in the salutation.
        (LETTER.replace("Mr. Smith", "Mr. Chairman"), "recipient"),
        # A signature with more than a name.
        (LETTER.replace("Anna Lind", "Sd/- Anna Lind"), "signatory"),
    ],
)  # fmt: skip
def test_a_statement_out_of_its_depth_is_probable(text: str, field: str) -> None:
    assert confidence(text, field) == "probable"
