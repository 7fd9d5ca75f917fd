"""Signatures, numbers, dates and lines of filing are read below the body."""

from __future__ import annotations

import pytest

from form_facts import cases, of_document

# A document, and the facts in it; `form_facts` explains the notation.
DOCUMENTS = """
To Cde. Orlin

~

5.XI.62 A. VERBIN
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-after-date 6 person
sender = A. VERBIN, certain, sender-signature-after-date 9 person
date = 1962-11-05, certain, dateline-below-signature 6 “5.XI.62”
addressee | - signature
-----
To Cde. Orlin

~

5 and 6 May 1962 A. VERBIN
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-after-date 6 person
sender = A. VERBIN, certain, sender-signature-after-date 9 person
date = 1962-05-05/1962-05-06, certain, dateline-below-signature 6 “5 and 6 May 1962”
addressee | - signature
-----
To Cde. Orlin

~

5.XI.62 Embassy
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

By order of the minister
A. VERBIN
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-below-office 3 person role=By order of the minister
sender = A. VERBIN, certain, sender-signature-below-office 4 person role=By order of the minister
addressee | - title signature
-----
To Cde. Orlin

~

On behalf of the ministry

(A. VERBIN)
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
type = report, guess, by-order 1 *
addressee | - for-another signature
-----
To Cde. Orlin

~

(A. VERBIN)

Orlin thanks Melnik for the note about the pears.
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
summary = Orlin thanks Melnik for the note about the pears., certain, editorial-paragraph 7
addressee | - signature summary
-----
To Cde. Orlin

~

A. VERBIN

The memorandum is about pears in the old gardens.
=
recipient = Orlin, certain, address-to 9 person
summary = The memorandum is about pears in the old gardens., probable, editorial-paragraph 7
addressee | - - summary
-----
To Cde. Orlin

~

Copies: Melnik

The memorandum is about pears in the old gardens.
=
recipient = Orlin, certain, address-to 9 person
copy-to = Melnik, probable, copies-line 5
summary = The memorandum is about pears in the old gardens., certain, editorial-paragraph 7
addressee | - copies summary
-----
To Cde. Orlin

~

The memorandum is about pears in the old gardens.
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

No. 88/2 3 May 1961
=
recipient = Orlin, certain, address-to 9 person
number = 88/2, certain, number-line 4
date = 1961-05-03, probable, dateline-below-signature 3 “3 May 1961”
addressee | - registry
-----
To Cde. Orlin

~

No. 88/2
=
recipient = Orlin, certain, address-to 9 person
number = 88/2, certain, number-line 4
addressee | - registry
-----
To Cde. Orlin

~

No. 88/2 (outgoing)
=
recipient = Orlin, certain, address-to 9 person
number = 88/2, certain, number-line 4
addressee | - registry
-----
To Cde. Orlin

~

No. 88/2 outgoing
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

Date: 3 May 1961

~

4 June of this year
=
recipient = Orlin, certain, address-to 9 person
date = 1961-05-03, certain, date-field 10 “3 May 1961”
date = 1961-06-04, probable, dateline-below-signature 5 *
addressee registry | - dateline
-----
To Cde. Orlin

~

4 June of this year
=
recipient = Orlin, certain, address-to 9 person
addressee | - dateline
-----
To Cde. Orlin

~

Warsaw, 4 June 1961
=
recipient = Orlin, certain, address-to 9 person
date = 1961-06-04, certain, dateline-below-signature 5 “4 June 1961”
place = Warsaw, certain, dateline-below-signature 5
addressee | - dateline
-----
To Cde. Orlin

~

Warsaw, 4 June 1961:
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

A. VERBIN

[stamp: the date is illegible

End
=
recipient = Orlin, certain, address-to 9 person
addressee | - - stamp registry
-----
To Cde. Orlin

~

(A. VERBIN)

[handwritten in the margin]
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature stamp
-----
To Cde. Orlin

~

(A. VERBIN)

[handwritten
in the margin]

ab/cd
Typed by Lis
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature stamp stamp registry registry
-----
To Cde. Orlin

~

(A. VERBIN)

[Pears are ripe]
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

(A. VERBIN)

[signed]
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature signature
-----
To Cde. Orlin

~

(A. VERBIN)

All agreed.
File No. 3 of the archive
Approved by: Lis
2 copies
Secret
Desk officer: Lis
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature registry registry registry copies marking registry
-----
To Cde. Orlin

~

(A. VERBIN)

3 copies printed
1 - to Orlin
2nd - to file
3rd to Melnik
=
recipient = Orlin, certain, address-to 9 person
copy-to = Orlin, probable, copies-line 5 at 113
copy-to = Melnik, probable, copies-line 5
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature copies copies copies copies
-----
To Cde. Orlin

~

(A. VERBIN)

Copies:
Melnik, Babich,
Lis
=
recipient = Orlin, certain, address-to 9 person
copy-to = Melnik, probable, copies-line 5
copy-to = Babich, probable, copies-line 5
copy-to = Lis, probable, copies-line 5
signatory = A. VERBIN, certain, signature-in-parentheses 6 person
sender = A. VERBIN, certain, sender-signature-in-parentheses 9 person
addressee | - signature copies copies copies
-----
To Cde. Orlin

~

Recorded by P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, probable, signature-made-by 6 person
sender = P. Melnik, probable, sender-signature-made-by 9 person
participant = P. Melnik, probable, signature-made-by 5 person
addressee | - signature
-----
To Cde. Orlin

~

Prepared by: Comrade P. Melnik, Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, probable, signature-made-by 6 person role=Ambassador
sender = P. Melnik, probable, sender-signature-made-by 9 person role=Ambassador
participant = P. Melnik, probable, signature-made-by 5 person
addressee | - signature
-----
To Cde. Orlin

~

Written by the pears
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

[signature]
=
recipient = Orlin, certain, address-to 9 person
addressee | - signature
-----
To Cde. Orlin

~

[signature] P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-marked 6 person
sender = P. Melnik, certain, sender-signature-marked 9 person
addressee | - signature
-----
To Cde. Orlin

~

Ambassador
[signature] P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-marked 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-marked 9 person role=Ambassador
addressee | - - signature
-----
To Cde. Orlin

~

Ambassador: [signed] P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-marked 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-marked 9 person role=Ambassador
addressee | - signature
-----
To Cde. Orlin

~

[signature] Ambassador P. Melnik [seal]
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-marked 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-marked 9 person role=Ambassador
addressee | - signature
-----
To Cde. Orlin

~

= Karwin =
=
recipient = Orlin, certain, address-to 9 person
signatory = Karwin, probable, signature-between-signs 6 person
sender = Karwin, probable, sender-signature-between-signs 9 person
addressee | - signature
-----
To Cde. Orlin

~

Ambassador (P. Melnik)
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person role=Ambassador
addressee | - signature
-----
To Cde. Orlin

~

Ambassador
[signed]
(P. Melnik)
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person role=Ambassador
addressee | - - signature signature
-----
To Cde. Orlin

~

Pears (P. Melnik)
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

[signed] Pears (P. Melnik)
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person role=Pears
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person role=Pears
addressee | - signature
-----
To Cde. Orlin

~

Ambassador,
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-below-office 4 person role=Ambassador
addressee | - title signature
-----
To Cde. Orlin

~

Ambassador.
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-above-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-above-office 4 person role=Ambassador
addressee | - signature title
-----
To Cde. Orlin

~

P. Melnik

Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

With greetings
P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - -
-----
To Cde. Orlin

~

(P. Melnik)
Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person role=Ambassador
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person role=Ambassador
addressee | - signature title
-----
To Cde. Orlin

~

[signed]
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - signature title
-----
To Cde. Orlin

~

Ambassador P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, probable, signature-after-office 3 person role=Ambassador
sender = P. Melnik, probable, sender-signature-after-office 4 person role=Ambassador
addressee | - signature
-----
To Cde. Orlin

~

Ambassador P. Melnik,
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Ambassador: P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, probable, signature-after-office 3 person role=Ambassador
sender = P. Melnik, probable, sender-signature-after-office 4 person role=Ambassador
addressee | - signature
-----
To Cde. Orlin

~

Embassy of Poland in Hanoi
=
recipient = Orlin, certain, address-to 9 person
signatory = Embassy of Poland in Hanoi, probable, signature-of-body 3 organization
sender = Embassy of Poland in Hanoi, probable, sender-signature-of-body 4 organization
addressee | - signature
-----
To Cde. Orlin

~

With greetings
Embassy of Poland in Hanoi
=
recipient = Orlin, certain, address-to 9 person
signatory = Embassy of Poland in Hanoi, certain, signature-of-body 3 organization
sender = Embassy of Poland in Hanoi, certain, sender-signature-of-body 4 organization
addressee | - - signature
-----
To Cde. Orlin

~
Embassy of Poland in Hanoi
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Embassy of Poland in Hanoi
~

End
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - registry
-----
From: Embassy of Poland

To Cde. Orlin

~

Ambassador
P. Melnik
=
sender = Embassy of Poland, certain, from-field 8 organization
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-below-office 9 person role=Ambassador
sender addressee | - title signature
-----
To Cde. Orlin

~

Ambassador
Moscow
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Ambassador
P. Melnik 3
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Ambassador
P. Melnik, Pears, Ladders, Orchards, Trees
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Ambassador
Secret
=
recipient = Orlin, certain, address-to 9 person
addressee | - - marking
-----
To Cde. Orlin

~

P. Melnik, Ambassador of all the Pears and Ladders in the Gardens and Paths of the Old Town
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

With greetings
Pears
Ladders
Doors

P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-above-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-above-office 4 person role=Ambassador
addressee | - - - - - signature title
-----
To Cde. Orlin

~

With greetings
Pears
Ladders

P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - - - -
-----
To Cde. Orlin

~

Desk officer: {146}
=
recipient = Orlin, certain, address-to 9 person
addressee | - registry
-----
To Cde. Orlin

~

Desk officer: {147}
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Prepared by: P. Melnik, {96}
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, probable, signature-made-by 6 person role={96}
sender = P. Melnik, probable, sender-signature-made-by 9 person role={96}
participant = P. Melnik, probable, signature-made-by 5 person
addressee | - signature
-----
To Cde. Orlin

~

Prepared by: P. Melnik, {97}
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Ambassador P. Melnik.
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

• Ambassador P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Ambassador P. Melnik?
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Ambassador of {76}
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador of {76}
sender = P. Melnik, certain, sender-signature-below-office 4 person role=Ambassador of {76}
addressee | - title signature
-----
To Cde. Orlin

~

Ambassador of {77}
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Ambassador
Anna Berta Clara Dora Emma
=
recipient = Orlin, certain, address-to 9 person
signatory = Anna Berta Clara Dora Emma, certain, signature-below-office 3 person role=Ambassador
sender = Anna Berta Clara Dora Emma, certain, sender-signature-below-office 4 person role=Ambassador
addressee | - title signature
-----
To Cde. Orlin

~

Ambassador
Anna Berta Clara Dora Emma Hilda
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

With the best greetings from all of us
Embassy of Poland in Hanoi
=
recipient = Orlin, certain, address-to 9 person
signatory = Embassy of Poland in Hanoi, certain, signature-of-body 3 organization
sender = Embassy of Poland in Hanoi, certain, sender-signature-of-body 4 organization
addressee | - - signature
-----
To Cde. Orlin

~

With the best greetings from all of us here
Embassy of Poland in Hanoi
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Pears are ripe
P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - -
-----
To Cde. Orlin

~

Minutes
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

Comrade P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-above-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-above-office 4 person role=Ambassador
addressee | - signature title
-----
To Cde. Orlin

~

(A. VERBIN)

[{20} {20} {20} {16} seal]
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

(A. VERBIN)

3 copies printed
1 - to {60} {60} {60} {30}
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - -
-----
To Cde. Orlin

~

Copies: Melnik {60} {60} {60} {21}
=
recipient = Orlin, certain, address-to 9 person
addressee | - copies
-----
To Cde. Orlin

~

Copies: Melnik {60} {60} {60} {22}
=
recipient = Orlin, certain, address-to 9 person
addressee | - copies
-----
To Cde. Orlin

~

Ambassador of the
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador of the
sender = P. Melnik, certain, sender-signature-below-office 4 person role=Ambassador of the
addressee | - title signature
-----
To Cde. Orlin

~

Orlin

P. Melnik
Ambassador

With greetings
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - - -
-----
To Cde. Orlin

~

Ambassador P. Melnik ?
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Ambassador


P. Melnik,
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-below-office 4 person role=Ambassador
addressee | - title signature
-----
To Cde. Orlin

~

Ambassador of Old Pears, Ladders, Doors, Roofs, Walls, Paths and Lakes
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - - -
-----
To Cde. Orlin

~

With greetings

Pears and
P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - - -
-----
To Cde. Orlin

Date: [early 1961?]

~

4 June of this year
=
recipient = Orlin, certain, address-to 9 person
addressee registry | - dateline
-----
To Cde. Orlin

~

Typed by Lis

5.XI.62 A. VERBIN
=
recipient = Orlin, certain, address-to 9 person
signatory = A. VERBIN, certain, signature-after-date 6 person
sender = A. VERBIN, certain, sender-signature-after-date 9 person
date = 1962-11-05, certain, dateline-below-signature 6 “5.XI.62”
addressee | - registry signature
-----
To Cde. Orlin

~

Typed by Lis

Ambassador
P. Melnik
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-below-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-below-office 4 person role=Ambassador
addressee | - registry title signature
-----
To Cde. Orlin

~

Typed by Lis

P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
signatory = P. Melnik, certain, signature-above-office 3 person role=Ambassador
sender = P. Melnik, certain, sender-signature-above-office 4 person role=Ambassador
addressee | - registry signature title
-----
To Cde. Orlin

~

Garden Pears Ambassador P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Pears Ladders Doors Ambassador P. Melnik
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
To Cde. Orlin

~

Embassy of Poland in Hanoi
[signed]
=
recipient = Orlin, certain, address-to 9 person
addressee | - - signature
-----
To Cde. Orlin

P. Melnik
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee - - |
-----
To Cde. Orlin

With greetings
Ambassador
=
recipient = Orlin, certain, address-to 9 person
addressee - - |
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_the_lines_below_the_body_are_read(text: str, right: str) -> None:
    assert of_document(text) == right
