"""Correspondents, participants and copies are read from lists."""

from __future__ import annotations

import pytest

from form_facts import cases, of_document

# A document, and the facts in it; `form_facts` explains the notation.
DOCUMENTS = """
To Cde. Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee | -
-----
To Orlin

~
=
recipient = Orlin, probable, address-to 9 person
addressee | -
-----
To the Ministry of Gardens
To Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee addressee | -
-----
To the Ministry of Gardens

To Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee addressee | -
-----
To the Union of Gardens
To the Ministry of Gardens
To Comrade Orlin

~
=
recipient = Union of Gardens, certain, address-to 9 organization
recipient = Orlin, certain, address-to 9 person
addressee addressee addressee | -
-----
To the Ministry of Gardens
Melnik
To Comrade Orlin

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization
recipient = Orlin, certain, address-to 9 person
addressee - addressee | -
-----
To Comrade Melnik
To Comrade Orlin

~
=
recipient = Melnik, certain, address-to 9 person
recipient = Orlin, certain, address-to 9 person
addressee addressee | -
-----
To Comrade Orlin
To the Ministry of Gardens

~
=
recipient = Orlin, certain, address-to 9 person
recipient = Ministry of Gardens, certain, address-to 9 organization
addressee addressee | -
-----
Pears
To Comrade Orlin
Minister of Gardens

~
=
recipient = Orlin, certain, address-to 9 person role=Minister of Gardens
- addressee addressee | -
-----
To Comrade Orlin
Minister of Gardens.

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin
Minister of Gardens
Moscow

~
=
recipient = Orlin, certain, address-to 9 person
place = Moscow, probable, town-in-head 3
addressee - place | -
-----
To Comrade Orlin, Ambassador
Minister of Gardens

~
=
recipient = Orlin, certain, address-to 9 person role=Ambassador
addressee - | -
-----
To the Ministry of Gardens
Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person role=Ministry of Gardens
addressee addressee | -
-----
To the Ministry of Gardens
Comrade Orlin
Moscow

~
=
recipient = Orlin, probable, address-comrade 8 person
addressee addressee place | -
-----
To the Minister of Gardens
Comrade P. Orlin
Moscow

~
=
recipient = P. Orlin, probable, address-to 9 person role=Minister of Gardens
addressee addressee place | -
-----
To the Minister of Gardens
Comrade Orlin, Ambassador

~
=
recipient = Orlin, probable, address-to 9 person role=Ambassador
addressee addressee | -
-----
To the Minister of Gardens, to Comrade Melnik
Comrade Orlin

~
=
recipient = Melnik, probable, address-to 9 person role=Minister of Gardens
recipient = Orlin, probable, address-comrade 8 person
addressee addressee | -
-----
To Comrade Orlin
Secret

~
=
recipient = Orlin, certain, address-to 9 person
level = Secret, certain, marking-line 5 level=secret
addressee marking | -
-----
To Comrade Orlin
Dear Minister of Gardens

~
=
recipient = Orlin, certain, address-to 9 person
addressee | - -
-----
MEMORANDUM

To: Orlin, Melnik and P. Babich
From: Wilk

Subject: Pears

~
=
type = memorandum, certain, heading 8 *
recipient = Orlin, certain, to-field 10 person
recipient = Melnik, certain, to-field 10 person
recipient = P. Babich, certain, to-field 10 person
sender = Wilk, probable, from-field 10 person
subject = Pears, probable, subject-line 5
heading addressee sender subject | -
-----
MEMORANDUM

TO: Comrade Orlin
FROM: Embassy in Hanoi

~
=
type = memorandum, certain, heading 8 *
recipient = Orlin, certain, to-field 10 person
sender = Embassy in Hanoi, certain, from-field 8 organization
place = Hanoi, probable, from-field 4
heading addressee sender | -
-----
MEMORANDUM

TO: Embassy in Hanoi
FROM: Comrade Orlin, Minister

~
=
type = memorandum, certain, heading 8 *
recipient = Embassy in Hanoi, certain, to-field 10 organization
sender = Orlin, certain, from-field 10 person role=Minister
heading addressee sender | -
-----
MEMORANDUM

TO: Comrade Orlin
FROM: Embassy in Nowhere

~
=
type = memorandum, certain, heading 8 *
recipient = Orlin, certain, to-field 10 person
sender = Embassy in Nowhere, certain, from-field 8 organization
heading addressee sender | -
-----
Participants: Orlin, Melnik

~
=
participant = Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Participants: Comrade Orlin, Minister; P. Melnik, Ambassador

~
=
participant = Orlin, certain, participants-list 5 person role=Minister
participant = P. Melnik, certain, participants-list 5 person role=Ambassador
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Participants: P. Melnik, secretary of Orlin; Comrade Orlin, secretary of Wilk; Comrade Wilk

~
=
participant = P. Melnik, certain, participants-list 5 person role=secretary of Orlin
participant = Orlin, certain, participants-list 5 person role=secretary of Wilk at 53
participant = Wilk, certain, participants-list 5 person at 87
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Participants: P. Orlin
Comrade Melnik, secretary of Wilk
Comrade Wilk

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person role=secretary of Wilk
participant = Wilk, certain, participants-list 5 person at 65
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants | -
-----
Participants: Soviet side (Melnik): Melnik

~
=
participant = Melnik, certain, participants-list 5 person at 36
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Interpreter: Orlin

~
=
participant = Orlin, probable, interpreter-list 5 person
participants | -
-----
Interpreter: Comrade Orlin

~
=
participant = Orlin, certain, interpreter-list 5 person
participants | -
-----
Participants:
Comrade Orlin
Melnik

Wilk

~
=
participant = Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants - | -
-----
Participants:

P. Orlin
Comrade Melnik

- Wilk

Babich

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
participant = Wilk, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants participants - | -
-----
Participants: P. Orlin,

Comrade Melnik,

Wilk

Lis

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
participant = Wilk, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants - | -
-----
Participants: P. Orlin
Soviet side: Comrade Melnik
KGB: Comrade Wilk
Embassy of Poland: Comrade Lis
Pears: Comrade Dobosz

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
participant = Wilk, certain, participants-list 5 person
participant = Lis, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants participants - | -
-----
Participants:
Soviet side: P. Melnik
Subject: Pears

~
=
participant = P. Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
subject = Pears, probable, subject-line 5
participants participants subject | -
-----
Interpreter: P. Orlin
Soviet side: P. Melnik

~
=
participant = P. Orlin, certain, interpreter-list 5 person
participant = P. Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants | -
-----
Participants: Soviet side: P. Melnik; Comrade Lis

~
=
participant = P. Melnik, certain, participants-list 5 person
participant = Lis, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Participants: P. Orlin
Secret

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
level = Secret, certain, marking-line 5 level=secret
participants marking | -
-----
Participants: P. Orlin
Comrade Melnik went to see all the pears in the garden.

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants | - -
-----
Participants: P. Orlin
Comrade Melnik, director of the pears and ladders.

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants | - -
-----
Participants: P. Orlin
director of the pears and ladders
Comrade Melnik

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants | -
-----
Participants: P. Orlin
director of the pears and ladders {26}
Comrade Melnik

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
recipient = Melnik, probable, address-comrade 8 person
participants - addressee | -
-----
Participants: P. Orlin
director of the pears and ladders {25}
Comrade Melnik

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants participants participants | -
-----
Participants: P. Orlin
Comrade Melnik, {184}

~
=
participant = P. Orlin, certain, participants-list 5 person
participant = Melnik, certain, participants-list 5 person role={184}
type = memorandum of conversation, probable, names-participants 4 *
participants participants | -
-----
Participants: P. Orlin
Comrade Melnik, {185}

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
recipient = Melnik, probable, address-comrade 8 person role={185}
participants addressee | -
-----
Participants: P. Orlin

the pears are ripe

~
=
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants - | -
-----
Record of Conversation

Comrade P. Orlin: Have you seen the pears?
MELNIK: No, they are not ripe.
Tov. Wilk: No.
ANNA LIND (ambassador): They are ripe.
P. Orlin: So they are ripe.
The pears: They are ripe.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = ANNA LIND, probable, speaker 5 person
heading | - - - - - -
-----
Minutes of the session of 3 May 1961

Comrade P. Orlin presiding.

Presided over by Comrade Melnik

Comrade Lis: The pears are ripe.
=
type = minutes, certain, heading 7 *
date = 1961-05-03, certain, title-line 6 “3 May 1961”
event-date = 1961-05-03, certain, date-of-session 6 “3 May 1961”
participant = P. Orlin, probable, speaker 5 person
type = minutes, probable, presides 5 *
participant = Melnik, probable, speaker 5 person
type = minutes, probable, presides 5 *
participant = Lis, probable, speaker 5 person
heading - - | -
-----
Minutes of the session

Chaired by P. Orlin

~
=
type = minutes, certain, heading 8 *
participant = P. Orlin, probable, speaker 5 person
type = minutes, probable, presides 5 *
heading - | -
-----
Conversation with Comrade Orlin, 3 May 1961

~

(P. Melnik)
=
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-03, certain, date-of-talk 7 “3 May 1961”
date = 1961-05-03, probable, date-of-talk 4 “3 May 1961”
participant = Orlin, certain, heading-of-talk 5 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person
participant = P. Melnik, probable, signer-of-talk 5 person
heading | - signature
-----
Conversation of Comrade Orlin with the ambassador, 3 May 1961

~

(P. Melnik)
=
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-03, certain, date-of-talk 7 “3 May 1961”
date = 1961-05-03, probable, date-of-talk 4 “3 May 1961”
participant = Orlin, certain, heading-of-talk 5 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person
heading | - signature
-----
Conversation between Orlin and the ambassador, 3 May 1961

~

(P. Melnik)
=
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-03, certain, date-of-talk 7 “3 May 1961”
date = 1961-05-03, probable, date-of-talk 4 “3 May 1961”
signatory = P. Melnik, certain, signature-in-parentheses 6 person
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person
heading | - signature
-----
Conversation with Comrade Orlin and Comrade Lis, 3 May 1961

~

(P. Melnik)
=
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-03, certain, date-of-talk 7 “3 May 1961”
date = 1961-05-03, probable, date-of-talk 4 “3 May 1961”
participant = Orlin, certain, heading-of-talk 5 person
participant = Lis, certain, heading-of-talk 5 person
signatory = P. Melnik, certain, signature-in-parentheses 6 person
sender = P. Melnik, certain, sender-signature-in-parentheses 9 person
heading | - signature
-----
Secret, Copy No. 1

~

Copies: Orlin, Melnik
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Copies: Cde. Orlin [Minister], the Archive; for Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Archive, probable, copies-line 5
copy-to = Lis, probable, copies-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Copy: 3
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-number = Copy: 3, certain, copy-number-line 5
marking | - registry
-----
Secret, Copy No. 1

~

Copies: 3
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Distribution: 1x Foreign Ministry, 2x for the Embassy in Hanoi, 1 copy to Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Foreign Ministry, probable, copies-line 5
copy-to = Embassy in Hanoi, probable, copies-line 5
copy-to = Lis, probable, copies-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Distribution:
1x Foreign Ministry
2 - to Cde. P. Orlin
- Archive
for the pears
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Foreign Ministry, probable, copies-line 5
copy-to = P. Orlin, probable, copies-line 5
copy-to = Archive, probable, copies-line 5
marking | - copies copies copies copies copies
-----
Secret, Copy No. 1

~

Copies for
Orlin
Melnik

Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
marking | - - - - -
-----
Secret, Copy No. 1

~

Copies: Orlin,
Melnik,

Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
copy-to = Lis, probable, copies-line 5
marking | - copies copies copies
-----
Secret, Copy No. 1

~

Copies: Orlin,
Melnik
Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
marking | - copies copies -
-----
Secret, Copy No. 1

~

Copies:
Orlin,
Melnik,
Lis
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
copy-to = Lis, probable, copies-line 5
marking | - copies copies copies copies
-----
Secret, Copy No. 1

~

Produced in 3 copies:
1 - Orlin
2 - Melnik
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
marking | - copies copies copies
-----
Secret, Copy No. 1

~

3 copies printed
1 - to Orlin
2nd - to file
3rd to Melnik
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = Melnik, probable, copies-line 5
marking | - copies copies copies copies
-----
Secret, Copy No. 1

~

Copies: Orlin, pears, 2 Section, Comrade
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = Orlin, probable, copies-line 5
copy-to = 2 Section, probable, copies-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Copies: A{88}
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
copy-to = A{88}, probable, copies-line 5
marking | - copies
-----
Secret, Copy No. 1

~

Copies: A{89}
=
level = Secret, certain, marking-line 5 level=secret
copy-number = Copy No. 1, certain, copy-number-line 5
marking | - copies
-----
To Comrade Orlin
Minister of Gardens, Ladders and Pears in all the Gardens and Paths of the Old Town, Secreta

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
To Comrade Orlin
Minister of Gardens, Ladders and Pears in all the Gardens and Paths of the Old Town, Secret

~
=
recipient = Orlin, certain, address-to 9 person
addressee - | -
-----
Minutes of the session

Comrade P. Orlin: They are ripe.
ANNA LIND: They are not.

Orlin: They are.
=
type = minutes, certain, heading 8 *
participant = ANNA LIND, probable, speaker 5 person
heading | - - -
-----
Record of Conversation

Participants: P. Orlin

A. Orlin: They are ripe.

A. Lind: They are not.

Melnik: Pears.
=
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = P. Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
heading participants - - - |
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_correspondents_participants_and_copies_are_read(text: str, right: str) -> None:
    assert of_document(text) == right
