"""Markings, labels, dates and places are read in the same way in all lines of a document."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.language import text_conventions
from archive_pkg.drafting.official_documents.facts import DocumentForms
from archive_pkg.drafting.official_documents.head import HeadForms
from archive_pkg.drafting.statements.base import CERTAIN
from form_facts import WORDS, cases, of_document

# A document, and the facts in it; `form_facts` explains the notation.
DOCUMENTS = """
Secret, Copy No. 3, Urgent, Garden

~
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 3, certain, copy-number-line 5
caveat = Urgent, certain, marking-line 5
caveat = Garden, probable, marking-line 5
marking | -
-----
Secret, No. 7

~
=
level = Secret, certain, marking-line 5 level=secret
number = 7, certain, number-line 5
marking | -
-----
Secret, 4 May 1961

~
=
level = Secret, certain, marking-line 5 level=secret
date = 1961-05-04, certain, date-in-marking-line 8 “4 May 1961”
marking | -
-----
Secret, 4 May 1961
5 May 1961

~
=
level = Secret, certain, marking-line 5 level=secret
date = 1961-05-04, certain, date-in-marking-line 8 “4 May 1961”
date = 1961-05-05, certain, dateline 7 *
marking dateline | -
-----
Secret, in 3 copies

~
=
| - -
-----
Stamp: Secret

No. 8

~
=
level = Secret, certain, marking-line 5 level=secret
number = 8, certain, number-line 5
marking registry | -
-----
In 3 copies.

No. 7

~
=
number = 7, certain, number-line 5
registry registry | -
-----
No. 17:

~
=
number = 17, certain, number-line 5
registry | -
-----
To Comrade Orlin

Moscow, no date

~
=
recipient = Orlin, certain, address-to 9 person
place = Moscow, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Gardenia, undated

~
=
recipient = Orlin, certain, address-to 9 person
place = Gardenia, probable, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Ministry, undated

~
=
recipient = Orlin, certain, address-to 9 person
sender = Ministry, undated, probable, letterhead 1 organization
addressee letterhead | -
-----
To Comrade Orlin

Copied on 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee stamp | -
-----
To Comrade Orlin

Copied on 4 May 1961.

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

4 May 1961, 5 May 1961 or 6 June 1962

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

Sofia, 4 May 1961, Sunday at noon

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, probable, dateline 7 “4 May 1961”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

4 May 1961, Sofia

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “4 May 1961”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Moscow, 4 May 1961, Sofia

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

Sofia, 4 May of this year

~
=
recipient = Orlin, certain, address-to 9 person
date = XXXX-05-04, probable, dateline 7 “4 May”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Sofia, 4 May

~
=
recipient = Orlin, certain, address-to 9 person
date = XXXX-05-04, guess, dateline 2 question=The text does not give the year. “4 May”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Sofia, 04.05.61

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “04.05.61”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin, CPSU CC

Sofia, 14.05.61

~
=
recipient = Orlin, certain, address-to 9 person
recipient = CPSU CC, certain, address-to 9 organization
date = 1961-05-14, certain, dateline 7 “14.05.61”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Sofia, 14.05.61

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-14, certain, dateline 7 “14.05.61”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Sofia, 04.05.1961

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “04.05.1961”
place = Sofia, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

3-9 May 1961

5 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
event-date = 1961-05-05, probable, date-of-entry 6 *
date = 1961-05-05, probable, date-of-entry 6 *
type = memorandum of conversation, guess, date-of-entry 3 *
addressee dateline dateline | -
-----
To Comrade Orlin

3-9 May 1961

3-9 June 1961

~
=
recipient = Orlin, certain, address-to 9 person
event-date = 1961-05-03/1961-05-09, probable, span-line 5 *
date = 1961-05-03/1961-05-09, probable, span-line 3 *
event-date = 1961-06-03/1961-06-09, probable, span-line 5 *
date = 1961-06-03/1961-06-09, probable, span-line 3 *
addressee dateline dateline | -
-----
To Comrade Orlin

Garden Lake, Great Sofia, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “4 May 1961”
place = Garden Lake, probable, dateline 7
addressee dateline | -
-----
To Comrade Orlin

Gardenia (Norway), 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “4 May 1961”
place = Gardenia, probable, dateline 7
addressee dateline | -
-----
To Comrade Orlin

{98}, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

Moscow {91}, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

Moscow, {90}, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 “4 May 1961”
place = Moscow, certain, dateline 7
addressee dateline | -
-----
To Comrade Orlin

A Garden By The Lake, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

Garden By The Lake, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

The Garden By The Lake, 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin

~

Secret Letter, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Telegram, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Ministry, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Director, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Comrade, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Ox, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Comrade Orlin

~

Oxe, 4 May 1961
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline-below-signature 5 “4 May 1961”
place = Oxe, probable, dateline-below-signature 5
addressee | - dateline
-----
To Comrade Orlin

4 May 1961

Received: 6 June 1961

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
received = 1961-06-06, certain, stamp-of-receipt 5 “6 June 1961”
addressee dateline registry | -
-----
To Comrade Orlin

Received: 06.06.61

~
=
recipient = Orlin, certain, address-to 9 person
received = 1961-06-06, certain, stamp-of-receipt 5 “06.06.61”
addressee registry | -
-----
To Comrade Orlin, CPSU CC

Received: 16.06.61

~
=
recipient = Orlin, certain, address-to 9 person
recipient = CPSU CC, certain, address-to 9 organization
received = 1961-06-16, certain, stamp-of-receipt 5 “16.06.61”
addressee registry | -
-----
To Comrade Orlin

Received: 16.06.61

~
=
recipient = Orlin, certain, address-to 9 person
received = 1961-06-16, certain, stamp-of-receipt 5 “16.06.61”
addressee registry | -
-----
To Comrade Orlin

Received: 6 June

~
=
recipient = Orlin, certain, address-to 9 person
received = XXXX-06-06, probable, stamp-of-receipt 5 “6 June”
addressee registry | -
-----
To Comrade Orlin

May 1961

Received: 6 June

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05, certain, dateline 7 *
received = XXXX-06-06, probable, stamp-of-receipt 5 “6 June”
addressee dateline registry | -
-----
To Comrade Orlin

14 December 1961

Received: 6 January

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-12-14, certain, dateline 7 *
received = 1962-01-06, probable, stamp-of-receipt 5 “6 January”
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: le 6 à 9

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
received = 1961-05-06, probable, stamp-of-receipt 5 “le 6”
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 6.7

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
received = 1961-07-06, probable, stamp-of-receipt 5 “6.7”
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 3

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 31

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
received = 1961-05-31, probable, stamp-of-receipt 5 “31”
addressee dateline registry | -
-----
To Comrade Orlin

4 April 1961

Received: 31

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-04-04, certain, dateline 7 *
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 32

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 7.13

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: 7.12

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
received = 1961-12-07, probable, stamp-of-receipt 5 “7.12”
addressee dateline registry | -
-----
To Comrade Orlin

1 January 1961

Received: 1.1

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-01-01, certain, dateline 7 *
received = 1961-01-01, probable, stamp-of-receipt 5 “1.1”
addressee dateline registry | -
-----
To Comrade Orlin

4 May 1961

Received: pears

~
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-04, certain, dateline 7 *
addressee dateline registry | -
-----
To Comrade Orlin

Time: morning of 4 May 1961

~
=
recipient = Orlin, certain, address-to 9 person
event-date = 1961-05-04, certain, date-of-talk 9 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
addressee registry | -
-----
To Comrade Orlin

Time: morning of 4 May

~
=
recipient = Orlin, certain, address-to 9 person
addressee registry | -
-----
To Comrade Orlin

Time: in the morning

~
=
recipient = Orlin, certain, address-to 9 person
addressee registry | -
-----
To Comrade Orlin

Place: Berlin, Warsaw, Garden House

~
=
recipient = Orlin, certain, address-to 9 person
event-place = Warsaw, probable, place-field 5
place = Warsaw, probable, place-field 4
addressee registry | -
-----
To Comrade Orlin

Place: moscow House of berlin and Warsaw [sic].

~
=
recipient = Orlin, certain, address-to 9 person
event-place = Warsaw, probable, place-field 5
place = Warsaw, probable, place-field 4
addressee registry | -
-----
To Comrade Orlin

Place: Garden House (left), Lake.

~
=
recipient = Orlin, certain, address-to 9 person
addressee registry | -
-----
To Comrade Orlin

Place: [sic]

~
=
recipient = Orlin, certain, address-to 9 person
addressee registry | -
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_the_lines_of_a_document_are_read(text: str, right: str) -> None:
    assert of_document(text) == right


def reader(text: str = "") -> HeadForms:
    return HeadForms(text, [], {}, WORDS, text_conventions("", WORDS), DocumentForms())


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("From: Orlin", "sender", "Orlin"),
        ("From：Orlin ", "sender", "Orlin"),
        (" From [sic] : Orlin: Babich", "sender", "Orlin: Babich"),
        ("From", "", ""),
        (": Orlin", "", ""),
        ("Pears: Orlin", "", ""),
        ("Participants in the talk: Orlin", "participants", "Orlin"),
        ("Also present in Sofia: Orlin", "participants", "Orlin"),
        ("Those taking part there: Orlin", "participants", "Orlin"),
        ("From the garden: Orlin", "", ""),
        ("Norwegian side: Orlin", "participants", "Orlin"),
        ("norwegian side: Orlin", "", ""),
        ("Made of 3 copies: Orlin", "copies", "Orlin"),
        ("Printed as copies: Orlin", "copies", "Orlin"),
        ("Produced now 3 copies: Orlin", "copies", "Orlin"),
        ("Made of pears: Orlin", "", ""),
        ("Pears in copies: Orlin", "", ""),
        ("From" + " " * 56 + ": Orlin", "sender", "Orlin"),
        ("From" + " " * 57 + ": Orlin", "", ""),
    ],
)
def test_a_line_with_a_known_label_is_a_field(line: str, name: str, value: str) -> None:
    label = reader().label(line)
    assert (label and (label.name, label.value)) == ((name, value) if name else None)
    if label is not None:
        assert line[label.offset :].strip() == value
        assert label.words == line.partition(":")[0].partition("：")[0].strip()


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Report", ("report", 1)),
        ("report", ("", 0)),
        ("Report on pears", ("report", 1)),
        ("(12) Report", ("report", 2)),
        ("12 17 Report", ("report", 3)),
        ("12 17 18 Report", ("", 0)),
        ("12", ("", 0)),
        ("", ("", 0)),
        ("Conversation with Orlin", ("memorandum of conversation", 1)),
        ("Record of a conversation on pears", ("memorandum of conversation", 4)),
        ("Secret Report", ("report", 2)),
        ("Very Secret Report", ("report", 3)),
        ("Very Very Secret Report", ("", 0)),
        ("Secret Report of 1961", ("", 0)),
        ("Secret Record of the conversation", ("memorandum of conversation", 5)),
        ("Very Secret Record of the conversation", ("memorandum of conversation", 6)),
        ("Very Secret Record of the conversation pears", ("", 0)),
        ("Secret Stenographic record of the conversation", ("memorandum of conversation", 6)),
        ("Very Secret Stenographic record of the conversation", ("", 0)),
    ],
)
def test_the_beginning_of_a_line_names_the_kind(line: str, right: tuple[str, int]) -> None:
    assert reader().kind_of(line) == right


def test_words_for_stamps_and_handwriting_are_recognized_as_annotations() -> None:
    found = {words: reader().is_annotation(words.split()) for words in ("seal", "copied", "pears")}
    assert found == {"seal": True, "copied": True, "pears": False}


def test_a_fact_quotes_its_words_across_lines() -> None:
    text = "a b \n  c d"
    one = reader(text)
    assert (one.find("b c", 0), one.find("b c", 3), one.find("a b", 0)) == (2, -1, 0)
    one.add("number", "b c", CERTAIN, "rule", 2, role="", other="x", more="y")
    one.add("number", "b d", CERTAIN, "rule", 2, 3)
    one.add("number", "bcd", CERTAIN, "rule", 2)
    one.add("number", "a", CERTAIN, "rule", -1)
    assert [(text[f.start : f.end], f.rank, f.details) for f in one.forms.facts] == [
        ("b \n  c", 5, (("more", "y"), ("other", "x"))),
        ("b", 5, ()),
        ("b \n", 5, ()),
    ]


def test_a_line_keeps_the_first_kind_that_it_gets() -> None:
    one = reader()
    one.take(2, "heading")
    assert one.take_all(1, 3, "marking") == 4
    assert one.forms.taken == {1: "marking", 2: "heading", 3: "marking"}
