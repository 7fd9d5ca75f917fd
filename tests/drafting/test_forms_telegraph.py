"""The lines of a telegraph office are read: places, times and numbers."""

from __future__ import annotations

import pytest

from form_facts import cases, of_document

# A document, and the facts in it; `form_facts` explains the notation.
DOCUMENTS = """
FROM THE EMBASSY IN LIMA
ON/12/13/VI/61

~
=
place = LIMA, certain, telegraph-head 8
sender = EMBASSY IN LIMA, probable, from-line 2 organization
date = 1961-06-12, guess, telegraph-head 9 question=It may be 1861-06-12 or 1961-06-12. *
received = 1961-06-13, guess, telegraph-head 9 question=It may be 1861-06-13 or 1961-06-13. *
sender dateline | -
-----
FROM THE EMBASSY IN NOWHERE

By telegraph.

~
=
place = NOWHERE, probable, telegraph-head 8
sender = EMBASSY IN NOWHERE, probable, from-line 2 organization
type = telegram, probable, telegraph-head 6 *
sender registry | -
-----
(Teletyped from Hanoi)

~
=
place = Hanoi, certain, telegraph-head 8
registry | -
-----
Telephone message from Hanoi

~
=
place = Hanoi, certain, telegraph-head 8
registry | -
-----
From Hanoi. Sent 3.9.54 received
4.9.54

To Cde. Orlin

~
=
place = Hanoi, certain, telegraph-head 8
type = telegram, probable, telegraph-head 6 *
date = 1954-09-03, certain, sent-line 8 “3.9.54”
type = telegram, probable, telegraph-head 6 *
date = 1954-09-04, certain, dateline 7 *
recipient = Orlin, certain, address-to 9 person
received = 1954-09-04, certain, stamp-of-receipt 5 *
dateline stamp addressee | -
-----
From Nowhere. Sent 3.9.54

~
=
place = Nowhere, probable, telegraph-head 8
type = telegram, probable, telegraph-head 6 *
date = 1954-09-03, guess, sent-line 8 question=It may be 1854-09-03 or 1954-09-03. “3.9.54”
type = telegram, probable, telegraph-head 6 *
dateline | -
-----
From Nowhere.

~
=
| - -
-----
Sent: 3.9.54 Received: 4.9.54

~
=
| - -
-----
Received 4.9.1954

From Hanoi

~
=
place = Hanoi, certain, telegraph-head 8
type = telegram, probable, telegraph-head 4 *
received = 1954-09-04, certain, stamp-of-receipt 5 “4.9.1954”
stamp registry | -
-----
From Hanoi

Forwarded to Orlin on 3 May

~
=
place = Hanoi, certain, telegraph-head 8
type = telegram, probable, telegraph-head 4 *
registry stamp | -
-----
WASHINGTON 54607 9

~
=
place = WASHINGTON, certain, telegraph-head 8
number = 54607, probable, number-line 2
registry | -
-----
NOWHERE 54607 9

By telegraph

~
=
type = telegram, probable, telegraph-head 6 *
- registry | -
-----
Moscow — Ministry of Gardens.

~
=
recipient = Ministry of Gardens, certain, address-town-and-body 9 organization
addressee | -
-----
Moscow — pears

By telegraph

~
=
type = telegram, probable, telegraph-head 6 *
- registry | -
-----
Nowhere — Ministry of Gardens

By telegraph

~
=
type = telegram, probable, telegraph-head 6 *
sender = Nowhere — Ministry of Gardens, probable, letterhead 1 organization
letterhead registry | -
-----
Hanoi

By telegraph

~
=
type = telegram, probable, telegraph-head 6 *
place = Hanoi, probable, town-in-head 3
place registry | -
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_the_lines_of_a_telegraph_office_are_read(text: str, right: str) -> None:
    assert of_document(text) == right
