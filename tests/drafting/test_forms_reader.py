"""Source lines, letterheads, towns and talks are read wherever they are."""

from __future__ import annotations

import pytest

from form_facts import cases, of_document

# A document, and the facts in it; `form_facts` explains the notation.
DOCUMENTS = """
~
=
| -
-----
Speech
=
type = speech, certain, heading 8 *
heading |
-----
To: Orlin

~

Source: RGANI, f. 5. Translated by Ewa Maj.
=
source-line = RGANI, f. 5, certain, source-line 5
translator = Ewa Maj, certain, source-line 5 person
recipient = Orlin, probable, to-field 10 person
addressee | - source
-----
~

Source: RGANI, f. 5,
op. 7; Obtained by Karl Lind

Translated by Ewa Maj.
=
source-line = RGANI, f. 5, op. 7, certain, source-line 5 “RGANI, f. 5,
op. 7”
translator = Ewa Maj, certain, source-line 5 person
| - source source source
-----
~

[Source: RGANI,
f. 5.

Translation by
Ewa Maj for us.]
~
=
source-line = RGANI, f. 5, certain, source-line 5 “RGANI,
f. 5”
translator = Ewa Maj, certain, source-line 5 person
| - source source source source -
-----
Source: RGANI,
f. 5;
d. 7

Orlin
=
source-line = RGANI, f. 5; d. 7, certain, source-line 5 “RGANI,
f. 5;
d. 7”
source source source - |
-----
Source:

~
=
| - -
-----
~
~
~
[7] RGANI, f. 5
=
| - - - -
-----
~
~
~
~
[7] RGANI, f. 5.
Orlin
=
source-line = RGANI, f. 5, probable, source-line 5
| - - - - source -
-----
~
~
~
~
[7] Orlin, f 5.
=
| - - - - -
-----
~
~
~
~
[7]
=
| - - - - -
-----
~

Translated by ewa maj.
=
| - -
-----
~

[Translated from Russian by Ewa Maj, Karl Lind]
=
translator = Ewa Maj, certain, source-line 5 person
| - source
-----
~

Translated by Ewa A. Maj Karl B. Lind
=
translator = Ewa A. Maj Karl B. Lind, certain, source-line 5 person
| - source
-----
~

Translated by Ewa A. Maj Karl B. Lind Orlin
=
| - -
-----
~

Translated: Ewa Maj and edited by us
=
translator = Ewa Maj, certain, source-line 5 person
| - source
-----
~

Source: RGANI. Translated for us by Ewa from Sofia
=
source-line = RGANI, certain, source-line 5
translator = Ewa, certain, source-line 5 person
| - source
-----
{1}
{2}
{3}
{4}
{5}
{6}
{7}
{8}
{9}
{10}
{11}
{12}
Source: RGANI, 13
Source: RGANI, 14
Source: RGANI, 15
Source: RGANI, 16
{17}
{18}
{19}
{20}
{21}
{22}
{23}
{24}
{25}
{26}
{27}
=
source-line = RGANI, 13, certain, source-line 5
source-line = RGANI, 16, certain, source-line 5
- - - - - - - - - | - - - source - - source - - - - - - - - - - -
-----
Anlage 2 zum Protokoll 7

~
=
filing = Anlage 2 zum Protokoll 7, probable, filing-line 5
relation = Protokoll 7, probable, filing-line 5 enclosure-of
registry | -
-----
Cde. Orlin presiding
~
=
| - -
-----
Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
marking | -
-----
By telegraph.

~
=
type = telegram, probable, telegraph-head 6 *
registry | -
-----
The garden presents its compliments to the lake.
=
type = note, certain, opening-words 7 “presents its compliments to”
sender = The garden, probable, opening-words 2 organization
| -
-----
Urgent

~
=
caveat = Urgent, certain, marking-line 5
marking | -
-----
Personnel

~
=
caveat = Personnel, certain, marking-line 5
marking | -
-----
Secret

~
=
| - -
-----
To Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee | -
-----
(Orlin Babich)

Lind sends pears and reports on the orchard to Babich.
=
| - -
-----
[Attachment]

Secret

~
=
| - - -
-----
To Comrade Orlin

~

Attachment No. 2
a
Report
=
recipient = Orlin, certain, address-to 9 person
document at 79
addressee | - - - -
-----
To Comrade Orlin

~

Attachment No. 2
a
b
c
Report

~
=
recipient = Orlin, certain, address-to 9 person
addressee | - - - - - - -
-----
To Comrade Orlin

~

Attachment No. 2
a
b
Report

~
=
recipient = Orlin, certain, address-to 9 person
document at 79
addressee | - - - - - -
-----
Report
Attachment

~

Report
=
type = report, certain, heading 8 *
heading - | - -
-----
the Ministry of Gardens

Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
sender = Ministry of Gardens, probable, letterhead 1 organization *
letterhead marking | -
-----
The Ministry of Gardens
Ministry of Pears

Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
sender = The Ministry of Gardens, probable, letterhead 1 organization
letterhead letterhead marking | -
-----
Ministry Document

Ministry of Pears

Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
sender = Ministry of Pears, probable, letterhead 1 organization
letterhead letterhead marking | -
-----
Embassy of Norway

Conversation with Comrade Orlin

~
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
sender = Embassy of Norway, probable, letterhead 1 organization
letterhead heading | -
-----
Ministry of Pears

Conversation with Comrade Orlin

~
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
sender = Ministry of Pears, guess, letterhead 1 organization
letterhead heading | -
-----
Ministry Document

Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
letterhead marking | -
-----
Sofia

Copy No. 3

~
=
copy-number = Copy No. 3, certain, copy-number-line 5
place = Sofia, probable, town-in-head 3
place marking | -
-----
To Comrade Orlin
Sofia

~
=
recipient = Orlin, certain, address-to 9 person
addressee place | -
-----
Sofia
To Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
place addressee | -
-----
3 May 1961
Sofia

To Comrade Orlin

~
=
date = 1961-05-03, certain, dateline 7 *
recipient = Orlin, certain, address-to 9 person
place = Sofia, probable, town-in-head 3
dateline place addressee | -
-----
3 May 1961

Sofia

To Comrade Orlin

~
=
date = 1961-05-03, certain, dateline 7 *
recipient = Orlin, certain, address-to 9 person
place = Sofia, probable, town-in-head 3
dateline place addressee | -
-----
SOFIA

TO COMRADE ORLIN

~
=
recipient = ORLIN, certain, address-to 9 person
place addressee | -
-----
Report

On 3 May 1961 the orchard was visited.
=
type = report, certain, heading 8 *
heading | -
-----
Conversation with Comrade Orlin

On 3 May 1961 the orchard was visited.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
event-date = 1961-05-03, probable, date-of-talk 5 “3 May 1961”
date = 1961-05-03, probable, date-of-talk 4 “3 May 1961”
heading | -
-----
Conversation with Comrade Orlin

5 May 1961

On 3 May the orchard was visited.

Lind
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05-05, certain, dateline 7 *
event-date = 1961-05-03, probable, date-of-talk 5 “3 May”
heading dateline | - -
-----
Conversation with Comrade Orlin

2 May 1961

In the morning of 3 May the orchard was visited.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05-02, certain, dateline 7 *
event-date = 1960-05-03, probable, date-of-talk 5 “3 May”
heading dateline | -
-----
Conversation with Comrade Orlin

May 1961

On 3 May the orchard was visited.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05, certain, dateline 7 *
event-date = 1961-05, probable, dateline 1 *
heading dateline | -
-----
Conversation with Comrade Orlin

On 3 May the orchard was visited.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
heading | -
-----
Conversation with Comrade Orlin

5 May 1961

On the way the orchard was visited by us.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05-05, certain, dateline 7 *
event-date = 1961-05-05, probable, dateline 1 *
heading dateline | -
-----
Conversation with Comrade Orlin on 4 May 1961

5 May 1961

On 3 May 1961 the orchard was visited.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05-05, certain, dateline 7 *
heading dateline | -
-----
Minutes

Karl Lind: Have you seen the pears?

5 May 1961
=
type = minutes, certain, heading 8 *
date = 1961-05-05, certain, dateline-below-signature 5 *
participant = Karl Lind, probable, speaker 5 person
event-date = 1961-05-05, probable, dateline-below-signature 1 *
heading | - dateline
-----
Conversation with Comrade Orlin

~

(K. LIND)
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
signatory = K. LIND, certain, signature-in-parentheses 6 person
sender = K. LIND, certain, sender-signature-in-parentheses 9 person
participant = K. LIND, probable, signer-of-talk 5 person
heading | - signature
-----
To Comrade Orlin

~

Annex
Report
=
recipient = Orlin, certain, address-to 9 person
document at 79
addressee | - - -
-----
Secret, Garden

~
=
| - -
-----
Conversation with Comrade Orlin

5 May 1961
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Orlin, certain, heading-of-talk 5 person
date = 1961-05-05, certain, dateline 7 *
event-date = 1961-05-05, probable, dateline 1 *
heading dateline |
-----
Secret

Received 3 June

4 May 1961

To Comrade Orlin

~
=
level = Secret, certain, marking-line 5 level=secret
date = 1961-05-04, certain, dateline 7 *
recipient = Orlin, certain, address-to 9 person
received = 1961-06-03, probable, stamp-of-receipt 5 “3 June”
marking stamp dateline addressee | -
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_all_forms_of_a_document_are_read(text: str, right: str) -> None:
    assert of_document(text) == right
