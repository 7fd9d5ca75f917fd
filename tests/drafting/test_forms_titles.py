"""Headings and title lines state kind of document, correspondents, dates and places."""

from __future__ import annotations

import pytest

from archive_pkg.drafting import draft_text
from form_facts import BODY, cases, of_head

# A document, and the facts in its head; `form_facts` explains the notation.
DOCUMENTS = """
Report

~
=
strong
type = report, certain, heading 8 *
heading | -
-----
Telegram 17 May 1961

~
=
strong
type = telegram, certain, heading 7 *
date = 1961-05-17, certain, title-line 6 “17 May 1961”
heading | -
-----
Report 3-5 May 1961

~
=
strong
type = report, probable, heading 7 *
event-date = 1961-05-03/1961-05-05, probable, title-line 5 “3-5 May 1961”
date = 1961-05-03/1961-05-05, probable, title-line 3 “3-5 May 1961”
heading | -
-----
Report Secret, Urgent

~
=
strong
type = report, probable, heading 7 *
level = Secret, certain, marking-line 5 level=secret
caveat = Urgent, certain, marking-line 5
heading | -
-----
Report, № 7

~
=
strong
number = 7, certain, number-line 8
type = report, probable, heading 7 *
heading | -
-----
Report (pears)

~
=
strong
type = report, probable, heading 7 *
heading | -
-----
Memorandum of
the {257}
~
=
strong
type = memorandum, probable, heading 7 *
heading | - -
-----
Memorandum
(4 May 1961 {46})
~
=
strong
type = memorandum, probable, heading 7 *
date = 1961-05-04, probable, title-line 3 “4 May 1961”
heading heading | -
-----
Memorandum
(4 May 1961 {47})
~
=
strong
type = memorandum, certain, heading 8 *
heading - | -
-----
Record of {311}
=
| -
-----
Record of {310}
~
=
strong
heading | -
-----
Record
of a conversation with Comrade Osin
~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Osin, certain, heading-of-talk 5 person
heading heading | -
-----
Record

Subject: Conversation with Karl Babich
~
=
strong
type = memorandum of conversation, probable, heading-of-talk 9 “Conversation with Karl Babich”
participant = Karl Babich, probable, heading-of-talk 5 person
heading subject | -
-----
Letter from Comrade Osin to Bremer
Director
~
=
strong
type = letter, certain, heading 7 *
sender = Osin, probable, title-line 2 person
recipient = Bremer, probable, title-line 6 person
heading - | -
-----
Report, Osin, Babich to Lantos

~
=
- | -
-----
Report on pears

~
=
strong
type = report, probable, heading 7 *
heading | -
-----
Report on the pears is ready.

~
=
| - -
-----
Report 17 on pears.

~
=
strong
number = 17, certain, number-line 8
type = report, probable, heading 7 *
heading | -
-----
Report pears

~
=
- | -
-----
REPORT PEARS

~
=
strong
type = report, probable, heading 7 *
heading | -
-----
Report Secret

~
=
strong
type = report, probable, heading 7 *
level = Secret, certain, marking-line 5 level=secret
heading | -
-----
Telegram, Osin to Bremer, 4 August 1962

~
=
strong
type = telegram, certain, heading 7 *
date = 1962-08-04, certain, title-line 6 “4 August 1962”
sender = Osin, probable, title-line 2 person
recipient = Bremer, probable, title-line 6 person
heading | -
-----
Letter, Osin to Bremer.

~
=
- | -
-----
Resolution of {87}, No. 7.

~
=
| - -
-----
Telegram № 7 {87};

~
=
| - -
-----
Telegram № 7 {86};

~
=
strong
number = 7, certain, number-line 8
type = telegram, certain, heading 7 *
heading | -
-----
Telegram № 7 {70} on 4 garden paths;

~
=
| - -
-----
Telegram № 7 {90}, 4 May 1961.

~
=
strong
number = 7, certain, number-line 8
type = telegram, certain, heading 7 *
date = 1961-05-04, certain, title-line 6 “4 May 1961”
heading | -
-----
Memorandum
of the garden
on the pears and
Comrade Orlin
(4 May 1961)
~
=
strong
type = memorandum, probable, heading 7 *
date = 1961-05-04, certain, title-line 6 “4 May 1961”
sender = Orlin, probable, title-line 2 person role=garden on the pears and
heading heading heading heading heading | -
-----
Memorandum
(without a date)
~
=
strong
type = memorandum, certain, heading 8 *
heading - | -
-----
Memorandum of
Dear friend,
~
=
strong
type = memorandum, probable, heading 7 *
heading | - -
-----
Memorandum of
Secret
~
=
strong
type = memorandum, probable, heading 7 *
level = Secret, certain, marking-line 5 level=secret
heading marking | -
-----
Memorandum,
Subject: pears
~
=
strong
type = memorandum, certain, heading 8 *
subject = pears, probable, subject-line 5
heading subject | -
-----
Memorandum
OF THE GARDEN
~
=
strong
type = memorandum, probable, heading 7 *
heading heading | -
-----
Memorandum
Of the garden
~
=
strong
type = memorandum, certain, heading 8 *
heading - | -
-----
Memorandum
of the garden is this.
~
=
strong
type = memorandum, certain, heading 8 *
heading - | -
-----
Memorandum
garden of pears
~
=
strong
type = memorandum, certain, heading 8 *
heading - | -
-----
Memorandum
of a
of b
of c
of d
of e
of f
of g
=
strong
type = memorandum, probable, heading 7 *
heading heading heading heading heading heading - - |
-----
KGB Chief Serov, Report, 29 October 1956

~
=
strong
type = report, certain, title-line 8 *
sender = Serov, probable, title-line 2 person role=KGB Chief
date = 1956-10-29, certain, title-line 6 “29 October 1956”
heading | -
-----
KGB Chief Serov, Garden, Report, 29 October 1956

~
=
strong
type = report, certain, title-line 8 *
sender = Serov, probable, title-line 2 person role=KGB Chief, Garden
date = 1956-10-29, certain, title-line 6 “29 October 1956”
heading | -
-----
KGB Chief Serov, Report

~
=
letterhead KGB Chief Serov, Report False
letterhead | -
-----
Osin, Report on pears, 29 October 1956

~
=
- | -
-----
Report, Osin, 29 October 1956

~
=
- | -
-----
Letter No. 17

~
=
strong
number = 17, certain, number-line 8
type = letter, certain, heading 7 *
heading | -
-----
Letter, Enclosure No. 17

~
=
- | -
-----
Speech No. 17

~
=
strong
type = speech, certain, heading 7 *
heading | -
-----
Report of the garden and of all who work in it, No. 17

~
=
strong
number = 17, probable, number-line 3
type = report, probable, heading 7 *
heading | -
-----
Excerpt from Minutes No. 17

~
=
strong
number = 17, probable, number-line 3
type = resolution, certain, heading 7 *
heading | -
-----
Telegram 17-22

~
=
strong
number = 17-22, certain, number-line 8
type = telegram, certain, heading 7 *
heading | -
-----
Record No. 17

~
=
strong
heading | -
-----
From the diary, 4 May 1961

~
=
strong
type = memorandum of conversation, guess, heading-of-diary 7 *
date = 1961-05-04, certain, title-line 6 “4 May 1961”
heading | -
-----
From the journal of pears

~
=
strong
type = memorandum of conversation, guess, diary-of 3 *
heading | -
-----
Report, 3-5 May 1961

~
=
strong
type = report, probable, heading 7 *
event-date = 1961-05-03/1961-05-05, probable, title-line 5 “3-5 May 1961”
date = 1961-05-03/1961-05-05, probable, title-line 3 “3-5 May 1961”
heading | -
-----
Report on 4 May 1961 in the garden

~
=
strong
type = report, probable, heading 7 *
date = 1961-05-04, probable, title-line 3 “4 May 1961”
heading | -
-----
Minutes of the meeting of the Politburo of 3 May 1961 and 7 July 1961

~
=
strong
type = minutes, certain, heading 7 *
date = 1961-05-03/1961-07-07, certain, title-line 6 “3 May 1961 and 7 July 1961”
event-date = 1961-05-03/1961-07-07, certain, date-of-session 6 “3 May 1961 and 7 July 1961”
sender = Politburo, guess, body-of-session 2 organization
heading | -
-----
Resolution of the session of the Politburo of the garden, 3 May 1961 and 7 July 1961

~
=
strong
type = resolution, certain, heading 7 *
date = 1961-05-03/1961-07-07, probable, title-line 6 “3 May 1961 and 7 July 1961”
sender = Politburo of the garden, probable, body-of-session 2 organization
heading | -
-----
Resolution of the Garden

~
=
strong
type = resolution, certain, heading 7 *
heading | -
-----
Minutes of the extraordinary meeting of the Garden

~
=
strong
type = minutes, certain, heading 7 *
heading | -
-----
Report from Osin to Bremer “from Orlin to Babich”

~
=
strong
type = report, probable, heading 7 *
sender = Osin, probable, title-line 2 person
recipient = Bremer, probable, title-line 6 person
heading | -
-----
Letter by Osin, to the Ministry of Gardens (4 May 1961)

~
=
strong
type = letter, certain, heading 7 *
date = 1961-05-04, certain, title-line 6 “4 May 1961”
sender = Osin, probable, title-line 2 person
recipient = Ministry of Gardens, probable, title-line 6 organization
heading | -
-----
Letter from the Ambassador to Cuba Osin to Bremer

~
=
strong
type = letter, certain, heading 7 *
sender = Osin, probable, title-line 2 person role=Ambassador to Cuba
recipient = Bremer, probable, title-line 6 person
heading | -
-----
Letter from the Ministry of Gardens dated 4 May 1961

~
=
strong
type = letter, certain, heading 7 *
date = 1961-05-04, certain, title-line 6 “4 May 1961”
sender = Ministry of Gardens, probable, title-line 2 organization
heading | -
-----
Letter from gardeners

~
=
strong
type = letter, certain, heading 7 *
heading | -
-----
Telegram from the Ambassador in Havana Osin

~
=
strong
type = telegram, certain, heading 7 *
sender = Osin, probable, title-line 2 person role=Ambassador in Havana
place = Havana, probable, title-line 4
heading | -
-----
Telegram from the Ambassador in Gardenia Osin

~
=
strong
type = telegram, certain, heading 7 *
sender = Osin, probable, title-line 2 person role=Ambassador in Gardenia
heading | -
-----
Conversation of the Soviet Ambassador Osin with Comrade Bremer in Berlin on 4 May 1961

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
event-place = Berlin, probable, heading-of-talk 5
place = Berlin, probable, heading-of-talk 4
participant = Osin, probable, heading-of-talk 5 person
participant = Bremer, certain, heading-of-talk 5 person
sender = Osin, guess, heading-of-talk 1 person
heading | -
-----
CONVERSATION OF AMBASSADOR OSIN WITH BREMER

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = OSIN, probable, heading-of-talk 5 person
heading | -
-----
Conversation between Karl Osin and Bremer, Warsaw 4 May 1961

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
event-place = Warsaw, probable, heading-of-talk 5
place = Warsaw, probable, heading-of-talk 4
participant = Karl Osin, probable, heading-of-talk 5 person
heading | -
-----
Conversation between Karl Osin and Bremer, 4 May 1961 Warsaw

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
event-place = Warsaw, probable, heading-of-talk 5
place = Warsaw, probable, heading-of-talk 4
participant = Karl Osin, probable, heading-of-talk 5 person
heading | -
-----
Conversation between Karl Osin and Bremer, 4 May 1961, at home

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
participant = Karl Osin, probable, heading-of-talk 5 person
heading | -
-----
Record of conversation in East Berlin with Director Osin

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-place = East Berlin, probable, heading-of-talk 5
place = East Berlin, probable, heading-of-talk 4
participant = Osin, probable, heading-of-talk 5 person
heading | -
-----
Record of conversation in Berlin Garden with OSIN and K. BABICH (MELNIK)

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
event-place = Berlin, probable, heading-of-talk 5
place = Berlin, probable, heading-of-talk 4
participant = OSIN, certain, heading-of-talk 5 person
participant = K. BABICH, probable, heading-of-talk 5 person
heading | -
-----
Conversation in Moscow Garden with OSIN, in Garden Sofia

~
=
- | -
-----
Record of conversation in Gardenia with Comrade Osin, Karl Lantos and Comrade Osin

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Osin, certain, heading-of-talk 5 person
heading | -
-----
Conversation with Comrade Osin Lantos Babich Melnik Orlin

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Osin Lantos Babich Melnik, certain, heading-of-talk 5 person
heading | -
-----
Conversation with Comrade Osin; Lantos

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Osin, certain, heading-of-talk 5 person
heading | -
-----
Conversation with Karl Osin Minister and Bremer Ministry

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
heading | -
-----
Conversation of Premier [Osin] with Director [sic] Babich

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Osin, probable, heading-of-talk 5 person
participant = Babich, probable, heading-of-talk 5 person
heading | -
-----
Record of conversation about PEARS, TELEGRAM, (LANTOS) and WITH the USSR and A and VII by OX

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = PEARS, certain, heading-of-talk 5 person
participant = OX, certain, heading-of-talk 5 person
heading | -
-----
Conversation with A. B. OSIN

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = A. B. OSIN, probable, heading-of-talk 5 person
heading | -
-----
Record of Ambassador’s talk with Karl Osin’s pears in May with Monday Lantos

~
=
strong
type = memorandum of conversation, certain, heading-of-talk 9 *
participant = Karl Osin, probable, heading-of-talk 5 person
sender = Karl Osin, guess, heading-of-talk 1 person
heading | -
-----
Report from Osin

Subject: Talk with K. Babich, 4 May 1961

~
=
strong
type = report, probable, heading 7 *
sender = Osin, probable, title-line 2 person
type = memorandum of conversation, probable, heading-of-talk 3 “Talk with K. Babich, 4 May 1961”
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
participant = K. Babich, probable, heading-of-talk 5 person
heading subject | -
-----
Note

Subject: Talk with K. Babich, 4 May 1961

~
=
strong
type = note, certain, heading 8 *
type = memorandum of conversation, probable, heading-of-talk 9 “Talk with K. Babich, 4 May 1961”
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
participant = K. Babich, probable, heading-of-talk 5 person
heading subject | -
-----
Subject: pears of Karl Babich, 4 May 1961

~
=
subject = pears of Karl Babich, 4 May 1961, probable, subject-line 5
subject | -
-----
Report on the Meeting in Sofia, 4 May 1961

~
=
strong
type = report, probable, heading 7 *
date = 1961-05-04, probable, title-line 3 “4 May 1961”
heading | -
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_a_heading_is_read(text: str, right: str) -> None:
    assert of_head(text) == right


# Headings that run over blank lines, and the words that the statements about each field quote.
OVER_BLANK_LINES = {
    "N o t e\n\non a Conversation with Comrade Havlik\n\nin Sofia on 3 April 1969": {
        "date": "3 April 1969",
        "event-date": "3 April 1969",
        "event-place": "Sofia",
        "participant": "Havlik",
        "place": "Sofia",
    },
    "Memorandum of Conversation\n\nwith Comrade Havlik\n\non 3 April 1969": {
        "date": "3 April 1969",
        "event-date": "3 April 1969",
        "participant": "Havlik",
    },
    "T e l e g r a m\n\nof the Embassy\n\nin Sofia\n\ndated 3 April 1969": {
        "date": "3 April 1969",
        "sender": "Embassy\n\nin Sofia",
    },
}


@pytest.mark.parametrize(("heading", "words"), OVER_BLANK_LINES.items())
def test_statements_quote_their_words_in_a_heading_over_blank_lines(
    heading: str, words: dict[str, str]
) -> None:
    statements = draft_text(f"{heading}\n\n{BODY}\n").statements
    quotes = {one.field: one.quote.exact for one in statements if one.quote}
    assert quotes == {**words, "type": heading}


def test_the_number_in_a_joined_heading_is_quoted_where_it_stands() -> None:
    found = of_head(f"Telegram of the 7th Army\n\non pears, No. 7\n\n{BODY}")
    assert "number = 7, certain, number-line 8 at 40" in found
