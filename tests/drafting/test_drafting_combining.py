"""Statements are chosen from the forms of a document and from its layout."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.official_documents.facts import DocumentForms, Fact
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, Confidence, Statement
from archive_pkg.drafting.statements.combining import Combining
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()


def fact(name: str, value: str, rank: int = 5, start: int = 0, sure: Confidence = CERTAIN) -> Fact:
    return Fact(name, value, sure, "of-form", start, start + len(value), rank)


def own(
    name: str, value: str, rule: str = "of-letter", kind: str = "", sure: Confidence = CERTAIN
) -> Statement:
    return Statement(name, value, sure, rule, kind=kind)


def stated(
    *given: Fact | Statement, text: str = " " * 200, documents: tuple[int, ...] = ()
) -> list[tuple[str, str]]:
    forms = DocumentForms([one for one in given if isinstance(one, Fact)])
    forms.documents.extend(documents)
    letter = [one for one in given if isinstance(one, Statement)]
    found = Combining(text, forms, letter, WORDS).statements()
    return [(one.field, one.value) for one in found]


def marked(text: str, *marks: tuple[str, str]) -> list[Statement]:
    facts = [fact(name, value, start=text.index(value)) for name, value in marks]
    return Combining(text, DocumentForms(facts), [], WORDS).statements()


def test_without_forms_of_a_document_all_statements_of_the_letter_are_kept() -> None:
    assert stated(own("date", "1961"), own("sender", "Orlin")) == [
        ("date", "1961"),
        ("sender", "Orlin"),
    ]


@pytest.mark.parametrize(
    ("field", "rank", "right"),
    [
        ("date", 6, "form"), ("date", 5, "letter"), ("received", 5, "letter"),
        ("summary", 6, "form"), ("summary", 5, "letter"), ("subject", 5, "form"),
        ("subject", 4, "letter"),
    ],
)  # fmt: skip
def test_a_fact_of_sufficient_rank_replaces_the_statement_of_the_letter(
    field: str, rank: int, right: str
) -> None:
    assert stated(own(field, "letter"), fact(field, "form", rank)) == [(field, right)]
    assert stated(fact(field, "form", 1), own("other", "x"))[0] == (field, "form")


def test_the_fact_of_the_highest_rank_decides_a_field_with_one_value() -> None:
    assert stated(fact("date", "1960", 6), fact("date", "1961", 7)) == [("date", "1961")]


def test_a_marking_or_a_kind_of_document_is_not_a_place() -> None:
    for value, kept in (
        ("Sofia", True), ("From Sofia", False), ("Secret", False), ("Telegram", False),
    ):  # fmt: skip
        assert bool(stated(own("place", value))) is kept
    assert stated(own("date", "Secret")) == [("date", "Secret")]


def test_a_day_of_receipt_gets_the_year_of_the_document() -> None:
    received, number = fact("received", "XXXX-05-03"), fact("number", "7")
    assert stated(fact("date", "1961-05-01", 6), received) == [
        ("date", "1961-05-01"),
        ("received", "1961-05-03"),
    ]
    assert stated(fact("date", "1961-05", 6), received, number) == [
        ("date", "1961-05"),
        ("number", "7"),
    ]
    assert stated(fact("date", "1961-05-01", 6), fact("received", "1961-06-02"))[1][1] == (
        "1961-06-02"
    )
    assert stated(fact("date", "XXXX-05-01", 6), number)[0] == ("date", "XXXX-05-01")


def test_uncertain_summaries_of_reports_and_telegrams_are_dropped() -> None:
    summary, guessed = own("summary", "pears"), own("summary", "pears", sure=GUESS)
    for kind, one, kept in (
        ("letter", guessed, True), ("telegram", summary, True), ("telegram", guessed, False),
        ("minutes", summary, False), ("memorandum of conversation", summary, False),
    ):  # fmt: skip
        assert (("summary", "pears") in stated(fact("type", kind), one)) is kept
    assert ("subject", "x") in stated(fact("type", "minutes"), own("subject", "x"))
    assert not stated(fact("type", "letter"), summary, documents=(9,))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Karl Orlin", True), ("Sofia", False), ("CPSU", False), ("Minister", False),
        ("Secret", False), ("Orlin, Karl, Dr", False), ("Orlin, Karl", True),
    ],
)  # fmt: skip
def test_a_town_body_office_or_marking_is_not_a_signature(value: str, kept: bool) -> None:
    for name in ("sender", "signatory"):
        assert bool(stated(fact("type", "letter"), own(name, value))) is kept
        assert stated(fact("type", "letter"), own(name, value, kind="organization"))
    assert stated(fact("type", "letter"), own("recipient", value)) == [("recipient", value)]


@pytest.mark.parametrize(
    ("rule", "rank", "right"),
    [
        ("signature-after-closing", 4, ["Babich"]),
        ("signature-after-closing", 3, ["Orlin", "Babich"]),
        ("signature-last-line", 3, ["Babich"]),
        ("signature-last-line", 2, ["Babich"]),
        ("signature-last-line", 1, ["Orlin", "Babich"]),
    ],
)
def test_a_signature_below_a_closing_outranks_weak_forms(
    rule: str, rank: int, right: list[str]
) -> None:
    letter, form = own("signatory", "Orlin", rule), fact("signatory", "Babich", rank)
    assert [value for _, value in stated(letter, form)] == right


def test_a_weaker_form_adds_only_signers_with_other_names() -> None:
    letter = own("signatory", "K. Orlin", "signature-after-closing")
    assert stated(letter, fact("signatory", "Karl Orlin", 1)) == [("signatory", "K. Orlin")]
    found = Combining("Babich", DocumentForms([fact("signatory", "Babich", 1)]), [letter], WORDS)
    assert [one.confidence for one in found.statements()] == [CERTAIN, PROBABLE]
    sender = own("sender", "Orlin", "sender-signed-after-closing")
    assert stated(sender, fact("sender", "Babich", 1)) == [("sender", "Orlin")]


def test_facts_of_the_highest_rank_are_kept_once_in_text_order() -> None:
    given = [fact("recipient", "Orlin", 5, 20), fact("recipient", "Babich", 5, 3),
             fact("recipient", "ORLIN", 5, 40), fact("recipient", "Maj", 4)]  # fmt: skip
    assert [value for _, value in stated(*given)] == ["Babich", "Orlin"]
    for name in ("participant", "copy-to", "translator"):
        both = stated(fact(name, "Orlin", 6, 9), fact(name, "Babich", 1))
        assert both == [(name, "Babich"), (name, "Orlin")]


def test_a_part_of_a_participants_name_does_not_become_a_second_participant() -> None:
    given = [fact("participant", "Orlin", 5), fact("participant", "Karl Orlin", 5, 10),
             fact("participant", "Maj", 5, 30)]  # fmt: skip
    assert [value for _, value in stated(*given)] == ["Karl Orlin", "Maj"]


@pytest.mark.parametrize(
    ("text", "value", "quote"),
    [
        ("Secret and Personal", "Secret and Personal", "Secret and Personal"),
        ("Secret et Personal", "Secret et Personal", "Secret et Personal"),
        ("Personal. Secret", "Personal. Secret", "Personal. Secret"),
        ("Secret or Personal", "Secret; Personal", "Secret"),
        ("Secret\nPersonal", "Secret; Personal", "Secret"),
        ("Personal\nSecret", "Secret; Personal", "Secret"),
    ],
)
def test_a_classification_quotes_the_line_of_its_markings(
    text: str, value: str, quote: str
) -> None:
    found = marked(text, ("level", "Secret"), ("caveat", "Personal"))
    assert (found[0].field, found[0].value) == ("classification", value)
    assert found[0].quote is not None
    assert found[0].quote.exact == quote
    assert text[found[0].quote.start : found[0].quote.end] == quote
    assert sorted(one.value for one in found[1:]) == ["Personal", "Secret"]


def test_only_levels_of_the_first_line_count_and_each_caveat_once() -> None:
    text = "Secret Confidential\nTop Secret urgent Urgent"
    levels = [("level", one) for one in ("Secret", "Confidential", "Top Secret")]
    found = marked(text, *levels, ("caveat", "urgent"), ("caveat", "Urgent"))
    assert [one.value for one in found[1:]] == ["Secret", "Confidential", "urgent"]


def test_the_least_certain_marking_decides_the_confidence_of_a_classification() -> None:
    facts = [fact("level", "Secret"), fact("caveat", "Personal", 5, 7, PROBABLE)]
    found = Combining("Secret Personal", DocumentForms(facts), [], WORDS).statements()
    assert found[0].confidence is PROBABLE
    assert stated(fact("type", "letter"), own("classification", "x")) == [("classification", "x")]
