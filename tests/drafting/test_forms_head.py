"""The lines above the body are read one by one, and the body begins below them."""

from __future__ import annotations

import pytest

from form_facts import cases, of_head

# Documents, each with the facts in its head; `form_facts` explains the notation.
DOCUMENTS = """
Pears
Ladders
Lakes
Paths
Trees
Roofs
Doors
Walls
Roads
Copy No. 3
=
- - - - - - - - - | -
-----
Pears
Ladders
Lakes
Paths
Trees
Roofs
Doors
Walls
Copy No. 3
=
strong
copy-number = Copy No. 3, certain, copy-number-line 5
- - - - - - - - marking |
-----
Personal note for all of you who will read these lines.

[To] Orlin

~
=
recipient = Orlin, probable, address-to 9 person
- addressee | -
-----
Personal note for all of you who will read these lines.

[To Orlin

~
=
| - - -
-----
Personal note for all of you who will read these lines.

Pears

[To] Orlin

~
=
recipient = Orlin, probable, address-to 9 person
- - addressee | -
-----
Personal note for all of you who will read these lines.

Pears

Ladders

[To] Orlin

~
=
| - - - - -
-----
Secret    4 May 1961

~
=
level = Secret, certain, marking-line 5 level=secret
date = 1961-05-04, certain, dateline 7 “4 May 1961”
marking | -
-----
Pears\tLadders

~
=
- | -
-----
Pears\tSecret\tLadders

~
=
level = Secret, certain, marking-line 5 level=secret
marking | -
-----
No. 7 {397}
=
| -
-----
No. 7, {394}
=
| -
-----
No. 7, {393}
=
strong
number = 7, probable, number-line 5
registry |
-----
Pears of the big garden grow.

No. 7
=
| - -
-----
Pears of the garden grow.

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
Pears of the big garden Grow.

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
Pears of the big garden grow

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
* * *

Workers of the World, Unite!

No. 7
=
strong
number = 7, certain, number-line 5
heading heading registry |
-----
Dear Orlin!

No. 7
=
| - -
-----
To the gardeners of Norway:

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
To the gardeners of Norway

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
Comrade Orlin!

No. 7
=
| - -
-----
[pears]

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
[Stamp: pears]

No. 7
=
strong
number = 7, certain, number-line 5
stamp registry |
-----
[Stamp: pears
of No. 8
]
No. 7
=
strong
number = 7, certain, number-line 5
stamp stamp stamp registry |
-----
[Stamp of No. 8

No. 7
=
strong
number = 8, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[]

No. 7
=
strong
number = 7, certain, number-line 5
stamp registry |
-----
[Stamp] No. 8/Secret/61

No. 7
=
strong
level = Secret, probable, marking-in-number 2 level=secret
number = 8/Secret/61, probable, number-in-stamp 4
number = 7, certain, number-line 5
stamp registry |
-----
[Copied] No. 8/pears/61

No. 7
=
strong
number = 8/pears/61, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[Copied] No. pears; No. 9

No. 7
=
strong
number = 9, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[Copied] Nº 12 secret/61

No. 7
=
strong
number = 12 secret/61, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[now copied] No. 8

No. 7
=
strong
number = 8, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[Received: 6 May 1961]

No. 7
=
arrival 6 May 1961 at 11
strong
number = 7, certain, number-line 5
stamp registry |
-----
[Received, 6 May 1961] No. 8

No. 7
=
arrival 6 May 1961 at 11
strong
number = 8, guess, number-in-stamp 3
number = 7, certain, number-line 5
stamp registry |
-----
[Stamp on pears and on all ladders by the lake, distribution: Orlin, Babich]

No. 7
=
strong
copy-to = Orlin, probable, copies-line 5
copy-to = Babich, probable, copies-line 5
number = 7, certain, number-line 5
stamp registry |
-----
[{70} note {10}]

No. 7
=
strong
number = 7, certain, number-line 5
stamp registry |
-----
[{75} note]

No. 7
=
strong
number = 7, certain, number-line 5
stamp registry |
-----
[{76} note]

No. 7
=
strong
number = 7, certain, number-line 5
- registry |
-----
Annex 2 to {148} 7

~
=
- | -
-----
Annex 2 to {147} 7

~
=
filing = Annex 2 to {147} 7, probable, filing-line 5
relation = {147} 7, probable, filing-line 5 enclosure-of
registry | -
-----
(Re: pears)

~
=
filing = (Re: pears), probable, filing-line 5
registry | -
-----
- 7 -

~
=
registry | -
-----
p. 7

~
=
registry | -
-----
Circulate to all.
Orlin
{90}
4 May 1961
No. 7
=
strong
number = 7, certain, number-line 5
stamp stamp stamp stamp registry |
-----
Circulate to all.
a
b
c
d
e
on 4 May 1961

No. 7
=
strong
date = 1961-05-04, certain, dateline 7 “4 May 1961”
number = 7, certain, number-line 5
- - - - - - dateline registry |
-----
Circulate to all.
a
b
c
d
e
4 May 1961

No. 7
=
strong
number = 7, certain, number-line 5
stamp stamp stamp stamp stamp stamp stamp registry |
-----
Circulate to all.
a
b
c
d
e
f
4 May 1961

No. 7
=
strong
date = 1961-05-04, certain, dateline 7 *
number = 7, certain, number-line 5
- - - - - - - dateline registry |
-----
126/Secret/1961

~
=
strong
number = 126/Secret/1961, certain, number-line 5
level = Secret, probable, marking-in-number 2 level=secret
registry | -
-----
126/Secret, Copy/1961

~
=
strong
number = 126/Secret, Copy/1961, certain, number-line 5
level = Secret, probable, marking-in-number 2 level=secret
registry | -
-----
126/pears/1961

~
=
strong
number = 126/pears/1961, certain, number-line 5
registry | -
-----
(61)外发文第12号

~
=
strong
number = 12, certain, number-line 5
registry | -
-----
No. 7

~
=
strong
number = 7, certain, number-line 5
registry | -
-----
No. 7, 4 May 1961

~
=
strong
number = 7, probable, number-line 5
date = 1961-05-04, probable, date-after-number 5 “4 May 1961”
registry | -
-----
No. 7 4 May 1961

~
=
strong
number = 7, probable, number-line 5
date = 1961-05-04, probable, date-after-number 5 “4 May 1961”
registry | -
-----
No. 7 [sic]

~
=
strong
number = 7, probable, number-line 5
registry | -
-----
No. 7 pears

~
=
- | -
-----
No. 7 pears, ladders

~
=
strong
number = 7, probable, number-line 5
registry | -
-----
No. 7: pears, ladders

~
=
strong
number = 7, probable, number-line 5
registry | -
-----
No. 7, aa ab ac ad ae af ag ah ai aj ak al am

~
=
strong
number = 7, probable, number-line 5
registry | -
-----
No. 7, aa ab ac ad ae af ag ah ai aj ak al am an

~
=
- | -
-----
Agenda: pears

~
=
| - -
-----
From: Sofia

~
=
strong
place = Sofia, certain, from-field 8
type = telegram, probable, telegraph-head 4 *
sender | -
-----
From: Orlin

~
=
strong
sender = Orlin, probable, from-field 10 person
sender | -
-----
From: EUR - Karl Orlin

~
=
strong
sender = Karl Orlin, certain, from-field 10 person
sender | -
-----
From: Eur - Karl Orlin

~
=
strong
sender = Eur, probable, from-field 10 person role=Karl Orlin
sender | -
-----
From: EURGARD - Karl Orlin

~
=
strong
sender = Karl Orlin, certain, from-field 10 person
sender | -
-----
From: EURGARDE - Karl Orlin

~
=
strong
sender = EURGARDE, probable, from-field 10 person role=Karl Orlin
sender | -
-----
To: Sofia

~
=
strong
recipient = Sofia, probable, to-field 10 person
addressee | -
-----
To:
Karl Orlin

~
=
strong
recipient = Karl Orlin, certain, to-field 10 person
addressee addressee | -
-----
To: -

Karl Orlin

~
=
strong
recipient = Karl Orlin, certain, to-field 10 person
addressee addressee | -
-----
To:
=
strong
addressee |
-----
Attention: Orlin

~
=
strong
attention = Orlin, probable, to-field 10 person
addressee | -
-----
发电单位：外交部

~
=
strong
sender = 外交部, certain, from-field 8 organization
type = telegram, certain, telegraph-head 7 *
sender | -
-----
Participants: Orlin

~
=
strong
participant = Orlin, certain, participants-list 5 person
type = memorandum of conversation, probable, names-participants 4 *
participants | -
-----
Recorder: Orlin

~
=
participant = Orlin, probable, recorder-list 5 person
participants | -
-----
Interpreter: Orlin

~
=
participant = Orlin, probable, interpreter-list 5 person
participants | -
-----
Copies: Orlin

~
=
copy-to = Orlin, probable, copies-line 5
copies | -
-----
Printed: 3 copies

~
=
strong
copies | -
-----
Absent: Orlin

~
=
registry | -
-----
Subject:
pears

~
=
subject = pears, probable, subject-line 5
subject subject | -
-----
Subject:

No. 7

~
=
strong
number = 7, certain, number-line 5
subject registry | -
-----
Subject:
No: 7

~
=
number = 7, certain, number-line 5
subject registry | -
-----
Subject:
=
subject |
-----
Subject: pears
Ladders

~
=
subject = pears, probable, subject-line 5
subject - | -
-----
Desk officer: Orlin

~
=
type = report, probable, desk-officer 5 *
registry | -
-----
Classification: Secret

~
=
level = Secret, certain, marking-line 5 level=secret
registry | -
-----
Classification: {59}

~
=
caveat = {59}, probable, classification-field 5
registry | -
-----
Classification: {60}

~
=
registry | -
-----
Classification:

~
=
registry | -
-----
Date: 4 May 1961

~
=
date = 1961-05-04, certain, date-field 10 “4 May 1961”
registry | -
-----
Sent: 4 May 1961

~
=
date = 1961-05-04, certain, sent-field 8 “4 May 1961”
registry | -
-----
Received: 4 May 1961

~
=
arrival 4 May 1961 at 10
registry | -
-----
Time: 4 May 1961

~
=
event-date = 1961-05-04, certain, date-of-talk 9 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
registry | -
-----
Place: Sofia

~
=
event-place = Sofia, probable, place-field 5
place = Sofia, probable, place-field 4
registry | -
-----
Number: 7, 8

~
=
number = 7, certain, number-line 5
registry | -
-----
Number: pears 8

~
=
registry | -
-----
Copy no: 3

~
=
strong
copy-number = Copy no: 3, certain, copy-number-line 5
marking | -
-----
Copy no:

~
=
registry | -
-----
Subject: Conversation with Comrade Orlin

~
=
type = memorandum of conversation, probable, heading-of-talk 9 “Conversation with Comrade Orlin”
participant = Orlin, certain, heading-of-talk 5 person
subject | -
-----
To: Babich

Subject: Conversation with Comrade Orlin

~
=
strong
recipient = Babich, probable, to-field 10 person
subject = Conversation with Comrade Orlin, probable, subject-line 5
addressee subject | -
-----
From: Karl Babich

Subject: Conversation with Comrade Orlin

~
=
strong
sender = Karl Babich, certain, from-field 10 person
subject = Conversation with Comrade Orlin, probable, subject-line 5
sender subject | -
-----
To Comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee | -
-----
To comrade Orlin

~
=
recipient = Orlin, certain, address-to 9 person
addressee | -
-----
To gardeners

~
=
- | -
-----
To No. 7

~
=
- | -
-----
To the gardeners

~
=
- | -
-----
To the Ministry of Gardens

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization
addressee | -
-----
To the Ministry of Gardens, Orlin

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization
recipient = Orlin, certain, address-to 9 person
addressee | -
-----
To Ministry of Gardens

~
=
recipient = Ministry of Gardens, probable, address-to 9 organization
addressee | -
-----
To the CPSU CC

~
=
recipient = CPSU CC, certain, address-to 9 organization
addressee | -
-----
To CPSU CC

~
=
recipient = CPSU CC, certain, address-to 9 organization
addressee | -
-----
To all Ministries of Gardens

~
=
- | -
-----
To the Ministry of the Great Gardens.

~
=
recipient = Ministry of the Great Gardens, certain, address-to 9 organization
addressee | -
-----
To the Ministry of the Gardens.

~
=
recipient = Ministry of the Gardens, certain, address-to 9 organization
addressee | -
-----
To the Comrades of the Great Gardens.

~
=
- | -
-----
To the Ministry of the Great Gardens

~
=
recipient = Ministry of the Great Gardens, certain, address-to 9 organization
addressee | -
-----
To Comrades:
Orlin,
Babich

~
=
recipient = Orlin, probable, address-to 9 person
recipient = Babich, probable, address-to 9 person
addressee addressee addressee | -
-----
To Comrades:
=
- |
-----
To Comrades:
Orlin,
=
recipient = Orlin, probable, address-to 9 person
addressee addressee |
-----
To ORLIN

Dear Friend!

~
=
- | - -
-----
To ORLIN

a

b

c

Dear Friend!

~
=
- - - - | - -
-----
To ORLIN

a

b

c

d

Dear Friend!

~
=
- - - - - | - -
-----
To ORLIN

Dear Comrade!

~
=
- | - -
-----
To Orlin

Dear Friend!

~
=
recipient = Orlin, probable, address-to 9 person
addressee | - -
-----
To Comrade ORLIN

Dear Friend!

~
=
recipient = ORLIN, certain, address-to 9 person
addressee | - -
-----
To the Ministry
of Gardens

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization “Ministry
of Gardens”
addressee addressee | -
-----
To the Ministry

of Gardens

~
=
recipient = Ministry, certain, address-to 9 organization
addressee - | -
-----
To the Ministry of
Gardens

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization “Ministry of
Gardens”
addressee addressee | -
-----
To the Ministry of
Dear Friend!

~
=
recipient = Ministry of, certain, address-to 9 organization
addressee | - -
-----
To the Ministry
Gardens

~
=
recipient = Ministry, certain, address-to 9 organization
addressee - | -
-----
To the Ministry of
{90}

~
=
recipient = Ministry of {90}, certain, address-to 9 organization “Ministry of
{90}”
addressee addressee | -
-----
To the Ministry of
{91}

~
=
recipient = Ministry of, certain, address-to 9 organization
addressee - | -
-----
To the Ministry of
Secret

~
=
recipient = Ministry of, certain, address-to 9 organization
level = Secret, certain, marking-line 5 level=secret
addressee marking | -
-----
To the Ministry of
No: 7

~
=
recipient = Ministry of, certain, address-to 9 organization
number = 7, certain, number-line 5
addressee registry | -
-----
To the CC of Pears
and As
and Bs
and Cs
and Ds

~
=
recipient = CC of Pears and As and Bs and Cs, certain, address-to 9 organization “CC of Pears
and As
and Bs
and Cs”
addressee addressee addressee addressee - | -
-----
To the Ministry
of Gardens
=
recipient = Ministry of Gardens, certain, address-to 9 organization “Ministry
of Gardens”
addressee addressee |
-----
Minister of Gardens, Comrade K. Orlin,

~
=
recipient = K. Orlin, probable, address-comrade 8 person role=Minister of Gardens
addressee | -
-----
Garden of Norway, Comrade K. Orlin,

~
=
- | -
-----
L’ambassadeur de Norvège à Monsieur le Ministre

~
=
recipient = Ministre, probable, address-from-to 8
addressee | -
-----
外交部：

~
=
recipient = 外交部, probable, address-colon 8 organization
addressee | -
-----
外交部 外交：

~
=
- | -
-----
外交部

~
=
letterhead 外交部 False
letterhead | -
-----
CPSU CC

~
=
recipient = CPSU CC, probable, address-bare-committee 8 organization
addressee | -
-----
CC CPSU.

No. 7
=
strong
recipient = CC CPSU, probable, address-bare-committee 8 organization
number = 7, certain, number-line 5
addressee registry |
-----
CPSU CC
No. 7
=
letterhead CPSU CC False
strong
number = 7, certain, number-line 5
letterhead registry |
-----
Telegram

ORLIN

~
=
strong
type = telegram, certain, heading 8 *
recipient = ORLIN, guess, address-in-telegram 8 person
heading addressee | -
-----
Telegram

ORLIN [sic] BABICH LIND

~
=
strong
type = telegram, certain, heading 8 *
heading addressee | -
-----
Telegram

ORLIN BABICH LIND MELNIK

~
=
strong
type = telegram, certain, heading 8 *
heading - | -
-----
Telegram

SOFIA

~
=
town SOFIA at 10, line 1
strong
type = telegram, certain, heading 8 *
heading place | -
-----
Telegram

Orlin

~
=
strong
type = telegram, certain, heading 8 *
heading - | -
-----
Telegram

ORLIN
=
strong
type = telegram, certain, heading 8 *
heading - |
-----
Letter

ORLIN

~
=
strong
type = letter, certain, heading 8 *
heading - | -
-----
ORLIN

~
=
- | -
-----
Министру Орлину

~
=
recipient = Орлину, guess, address-dative 8 person role=Министру
addressee | -
-----
Орлину

~
=
- | -
-----
Секретарь Орлину

~
=
- | -
-----
Lantos elvtársnak.

~
=
recipient = Lantos, certain, address-dative 8 person
addressee | -
-----
Comrade Orlin

~
=
recipient = Orlin, probable, address-comrade 8 person
addressee | -
-----
comrade Orlin

~
=
recipient = Orlin, probable, address-comrade 8 person
addressee | -
-----
Comrade K. Orlin.

~
=
- | -
-----
Comrade Orlin K.

~
=
recipient = Orlin K., probable, address-comrade 8 person
addressee | -
-----
Comrade Orlin sees.

~
=
- | -
-----
Comrade Minister

~
=
recipient = Minister, probable, address-comrade 8
addressee | -
-----
Comrade Orlin, Head of aa ab ac ad ae af ag ah ai aj

~
=
recipient = Orlin, probable, address-comrade 8 person role=Head of aa ab ac ad ae af ag ah ai aj
addressee | -
-----
Comrade Orlin, Head of aa ab ac ad ae af ag ah ai aj ak

~
=
- | -
-----
Dr. Orlin

~
=
- | -
-----
Ministry of Gardens

~
=
letterhead Ministry of Gardens False
letterhead | -
-----
“Ministry of Gardens”

~
=
- | -
-----
Ministry of Gardens!

~
=
| - -
-----
Ministry of 7 Gardens

~
=
- | -
-----
Ministry of {97}

~
=
letterhead Ministry of {97} False
letterhead | -
-----
Ministry of {98}

~
=
letterhead Ministry of {98} False
letterhead | -
-----
Ministry of {99}

~
=
- | -
-----
Ministry Attached to Gardens

~
=
- | -
-----
Norwegian Embassy Returned to Peru

~
=
letterhead Norwegian Embassy Returned to Peru False
letterhead | -
-----
Ministry Gardens will Return

~
=
- | -
-----
Ministry of Gardens
of the neighbours
under the Council

~
=
letterhead Ministry of Gardens of the neighbours True
letterhead letterhead letterhead | -
-----
Ministry of Gardens
of {78}

~
=
letterhead Ministry of Gardens False
letterhead - | -
-----
Ministry of Gardens
of {77}

~
=
letterhead Ministry of Gardens of {77} True
letterhead letterhead | -
-----
Ministry of Gardens
of neighbours:

~
=
letterhead Ministry of Gardens False
letterhead - | -
-----
Ministry of Gardens
of neighbours
=
letterhead Ministry of Gardens of neighbours True
letterhead letterhead |
-----
From the diary of Orlin, talk with Com. Lind, 4 May 1961

~
=
strong
sender = Orlin, certain, diary-of 8 person
participant = Orlin, probable, diary-of 5 person
type = memorandum of conversation, guess, diary-of 3 *
type = memorandum of conversation, probable, heading-of-talk 9 “, talk with Com. Lind, 4 May 1961”
event-date = 1961-05-04, certain, date-of-talk 7 “4 May 1961”
date = 1961-05-04, probable, date-of-talk 4 “4 May 1961”
participant = Lind, certain, heading-of-talk 5 person
heading | -
-----
From the diary of Ambassador Karl Orlin

~
=
strong
sender = Karl Orlin, certain, diary-of 8 person role=Ambassador
participant = Karl Orlin, probable, diary-of 5 person
type = memorandum of conversation, guess, diary-of 3 *
heading | -
-----
From the diary of the garden

~
=
strong
type = memorandum of conversation, guess, diary-of 3 *
heading | -
-----
211 – Monday – 1400hs – pears

~
=
number = 211, certain, number-line 9
type = telegram, probable, number-opens-text 6 “211 – Monday – 1400h”
- | -
-----
211 – Garden – 1400hs – pears

~
=
- | -
-----
No. 7

a

b

c

d

211 – Monday – 1400hs – pears
=
strong
number = 7, certain, number-line 5
number = 211, certain, number-line 9
type = telegram, probable, number-opens-text 6 “211 – Monday – 1400h”
registry - - - - - |
-----
The Ministry of Gardens presents its compliments.
=
letterhead The Ministry of Gardens presents its compliments True
letterhead |
-----
The Ministry of Gardens presents its compliments to all.
=
type = note, certain, opening-words 7 “presents its compliments to”
sender = Ministry of Gardens, probable, opening-words 2 organization
| -
-----
We say: the Ministry presents its compliments to all.
=
type = note, certain, opening-words 7 “presents its compliments to”
sender = We say: the Ministry, probable, opening-words 2 organization
| -
-----
~

{1}

{2}

1. Approves pears.
=
type = resolution, probable, opening-words 4 “1. Approves”
| - - - -
-----
~

{1}

{2}

{3}

1. Approves pears.
=
| - - - - -
-----
Orlin visited me.
=
type = memorandum of conversation, guess, opening-words 2 “visited me”
- |
-----
Comrade Orlin said pears.
=
type = minutes, guess, opening-words 2 “Comrade Orlin said”
- |
-----
Your telegram of May came.
=
type = telegram, probable, opening-words 3 “Your telegram of”
- |
-----
{396} invited me.
=
| -
-----
{391} invited me.
=
| -
-----
Subject:
pears
=
subject = pears, probable, subject-line 5
subject subject |
-----
Egz: pojedynczy

~
=
copy-number = Egz: pojedynczy, certain, copy-number-line 5
registry | -
-----
a\tSecret
b\tSecret
c\tSecret
d\tSecret
e\tSecret
f\tSecret
g\tSecret
h\tSecret
i\tSecret
j\tSecret

~
=
level = Secret, certain, marking-line 5 level=secret
level = Secret, certain, marking-line 5 level=secret at 11
level = Secret, certain, marking-line 5 level=secret at 20
level = Secret, certain, marking-line 5 level=secret at 29
level = Secret, certain, marking-line 5 level=secret at 38
level = Secret, certain, marking-line 5 level=secret at 47
level = Secret, certain, marking-line 5 level=secret at 56
level = Secret, certain, marking-line 5 level=secret at 65
level = Secret, certain, marking-line 5 level=secret at 74
level = Secret, certain, marking-line 5 level=secret at 83
marking marking marking marking marking marking marking marking marking marking | -
-----
To the Congress of Norway:

No. 7
=
| - -
-----
Pears

* * *

No. 7
=
strong
number = 7, certain, number-line 5
- heading registry |
-----
No. 1

No. 2

Circulate to all.
Orlin

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry - - registry |
-----
No. 1

No. 2

To gardeners

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry - registry |
-----
No. 1

No. 2

To the gardeners

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry - registry |
-----
No. 1

No. 2

To the Ministry of all of the Great Gardens.

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry - registry |
-----
No. 1

No. 2

To the Ministry of the Great Gardens now

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
recipient = Ministry of the Great Gardens now, certain, address-to 9 organization
number = 7, certain, number-line 5
registry registry addressee registry |
-----
No. 1

No. 2

From:
Karl Orlin
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
sender = Karl Orlin, certain, from-field 10 person
registry registry sender sender |
-----
No. 1

No. 2

[illegible] Orlin

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry - registry |
-----
No. 1

No. 2

[Stamp
of pears

and ladders] Orlin

No. 7
=
strong
number = 1, certain, number-line 5
number = 2, certain, number-line 5
number = 7, certain, number-line 5
registry registry stamp stamp stamp registry |
-----
[Stamp
of pears]
=
stamp stamp |
-----
Letterman

To the Ministry of Gardens, the great one

~
=
recipient = Ministry of Gardens, certain, address-to 9 organization
- addressee | -
-----
Pears

To pears Comrade

~
=
- - | -
-----
CPSU CC Politburo Now

~
=
letterhead CPSU CC Politburo Now False
letterhead | -
-----
No. 1

a

b

c

1. Approves pears.
=
strong
number = 1, certain, number-line 5
type = resolution, probable, opening-words 4 “1. Approves”
registry - - - - |
"""


@pytest.mark.parametrize(("text", "right"), cases(DOCUMENTS))
def test_the_head_of_a_document_is_read(text: str, right: str) -> None:
    assert of_head(text) == right
