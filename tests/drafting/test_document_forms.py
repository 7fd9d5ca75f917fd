"""Official documents of the Cold War are drafted from their forms, such as heads in fields."""

from __future__ import annotations

import re

import pytest

from archive_pkg.drafting import record_of
from archive_pkg.drafting.draft import draft_text

BODY = "The orchard was visited in the morning. The pears are ripe and the ladders are long enough."
# A text, and the statements of its draft: field = value; " | " separates several values.
# A field without a value has no statement. A text without "~" has the sentence of BODY.
DOCUMENTS = """
Top Secret, Copy 3, 2 June 1951, No. 77

Memorandum of Conversation

of the ambassador Com. P. R. LUNIN with the deputy minister TAO MIN on 30 May 1951
=
type = memorandum of conversation
level = Top Secret
copy-number = Copy 3
number = 77
date = 1951-06-02
event-date = 1951-05-30
participant = P. R. LUNIN | TAO MIN
place =
-----
From the Diary of S. T. VERBIN

Secret, Copy No. 2

Record of Conversation with the Hungarian Ambassador Comrade Lantos on 4 March 1958
=
type = memorandum of conversation
level = Secret
copy-number = Copy No. 2
sender = S. T. VERBIN
event-date = 1958-03-04
-----
CIPHERED TELEGRAM No. 4410
STRICTLY SECRET
Copying prohibited

From BEIJING

TO THE MINISTRY OF FOREIGN AFFAIRS OF THE USSR

~

4.V.49 TARASOV

Copies: Melnik (2), Orlin, Babich,
Rudenko, Archive
=
type = telegram
number = 4410
level = STRICTLY SECRET
caveat = Copying prohibited
place = BEIJING
recipient = MINISTRY OF FOREIGN AFFAIRS OF THE USSR
date = 1949-05-04
signatory = TARASOV
copy-to = Melnik | Orlin | Babich | Rudenko | Archive
-----
From Hanoi. Sent 3.9.54 08:15

Received 3.9 12:40

By telegraph.

To Comrade Malin

~

No. 318
3 September of this year
=
type = telegram
place = Hanoi
date = 1954-09-03
received = 1954-09-03
recipient = Malin
number = 318
-----
TELEGRAM 051.330

To: the Ministry of Foreign Affairs (Second Directorate)

From: the Romanian Embassy in Hanoi

Date: March 3rd, 1976

Classification: Strictly secret

~

Ambassador Mircea Olteanu
=
type = telegram
number = 051.330
recipient = Ministry of Foreign Affairs
date = 1976-03-03
level = Strictly secret
signatory = Mircea Olteanu
sender = Mircea Olteanu
sending-body = Romanian Embassy in Hanoi
place = Hanoi
-----
From the diary of S. T. VERBIN

JOURNAL
of the Soviet Ambassador in the DPRK, Comrade S. T. Verbin
for the period from 20 April to 4 May 1961

20 April 1961

I received the Hungarian Ambassador at his request. He asked about the pears.

24 April 1961

I visited the Minister and handed him the list of ladders.

4 May

~
=
type = diary-entry
sender = S. T. VERBIN
event-date = 1961-04-20/1961-05-04
-----
Secret
No. 7 4 May 1961
File No. 3

To Comrade Orlin

The Council agreed to buy the pears. (Enclosure No. 1)

gez. Lantos
III. Sekretär
=
number = 7
date = 1961-05-04
filing = File No. 3
enclosure-mentioned = Enclosure No. 1
signatory = Lantos
sender = Lantos
-----
TOP SECRET [illegible]
CIPHER TELEGRAM
RECEIVED
No. 71 14.X.1961

~
=
type = telegram
level = TOP SECRET
number = 71
date = 1961-10-14
recipient =
-----
On 1 June 1951, in the morning, the director Tao Min came to my house with the news of the nets.

We spoke about the boats.
=
type = memorandum of conversation
event-date = 1951-06-01
-----
(Secret)

...a report on the orchard was given by Cdes. Orlin and Melnik.

It was agreed to let the commission count the ladders.

[signature] K. Volin
=
type =
signatory = K. Volin
level = (Secret)
-----
We wish to let you know how the singers of the choir came and went.
In the beginning they kept to themselves.
By order of the Minister
Ilona Lantos
Deputy Director
The ambassador is told how the singers behaved at a festival in the summer.
=
signatory = Ilona Lantos
type = report
summary = The ambassador is told how the singers behaved at a festival in the summer.
-----
STRICTLY CONFIDENTIAL
Made in 4 copies

INFORMATION
for members of the Council

~

Sofia, 9 May 1971

Ilona Lantos
=
type = report
date = 1971-05-09
place = Sofia
signatory = Ilona Lantos
-----
Peking, 4 November 1965
Secret

Note from a conversation with Comrade Lantos on 1 November 1965

~

Chargé d'Affaires a.i.
/-/ J. Maj

Received:
1. Comrade Wilk
2. Archive
=
signatory = J. Maj
copy-to = Wilk | Archive
received =
-----
Vertraulich

Aktenvermerk über ein Gespräch mit Genossen Lantos am 10. 3. 1967

~

Krause

Verteiler:
1. Exemplar: Gen. Moser
2. Exemplar: Abt. Ost
=
copy-to = Moser | Abt. Ost
-----
Notes of the hearing, 1 p.m.

Present: all but one

~
=
participant =
type =
-----
Telegram No. 118 from Havana, 27 October 1962

To Comrade Lantos

~

For your information.

MOREIRA
28/X/62
=
type = telegram
number = 118
place = Havana
signatory = MOREIRA
sender = MOREIRA
-----
COUNCIL OF MINISTERS OF BULGARIA
Order No. 5 of 3 March 1958

1. To accept the proposal of the Ministry of Trade.
2. The Ministry shall report by 1 June.

Chairman: (A. Kolev)
=
type = resolution
signatory = A. Kolev
-----
Report on the stay of the delegation from 3 to 10 May 1970

I. General

The delegation was met by the Vice Minister.

II. Talks

~

Compiled by: H. Krause
Pyongyang, 12 May 1970
=
date = 1970-05-12
place = Pyongyang
participant = H. Krause
signatory = H. Krause
-----
2 June 1957
S. K. Lantos
Address: Vilnius, Garden Street 4
to Cde. Orlin
I asked for the pears in May and have had no answer.
=
sender = S. K. Lantos
recipient = Orlin
salutation =
-----
FROM THE EMBASSY IN HAVANA
SECRET
219 – MONDAY – 0900hs – The harbour is quiet.
R. T. MOREIRA
=
number = 219
signatory = R. T. MOREIRA
sending-body = EMBASSY IN HAVANA
-----
Sofia, 4 June 1976

to the Central Committee of the Hungarian Socialist Workers Party
For the attention of Comrade Pál Lantos
First Secretary

Dear Comrades:

~

With comradely greetings,

I. KOLEV
=
recipient = Central Committee of the Hungarian Socialist Workers Party
attention = Pál Lantos
salutation = Dear Comrades:
-----
[Stamp: Declassified 3.2.1994]

TOP SECRET
Special Folder
Copy No. 3

To the CPSU CC

~

[signature] (K. VOLIN)

7 July 1971

No. 1881-V
=
level = TOP SECRET
caveat = Special Folder
copy-number = Copy No. 3
recipient = CPSU CC
signatory = K. VOLIN
date = 1971-07-07
number = 1881-V
place =
-----
SECRET

To Cde. R. I. Osin

~

Deputy head of the Planning Department
[signature]
(V. Melnik)
25 October 1976
=
level = SECRET
recipient = R. I. Osin
signatory = V. Melnik
date = 1976-10-25
place =
-----
To Cde. Orlin

To Cde. Babich

~

M. D. Verbin

20 April 1946
=
recipient = Orlin | Babich
signatory = M. D. Verbin
date = 1946-04-20
salutation =
-----
14 February 1979

To the General Secretary of the SED CC
Comrade Karl Bremer

Esteemed Comrade Karl Bremer!

~

With communist greetings,

A. VERBIN
=
type = letter
date = 1979-02-14
recipient = Karl Bremer
salutation = Esteemed Comrade Karl Bremer!
closing = With communist greetings,
signatory = A. VERBIN
-----
Sofia, 3 May 1983

to the Central Committee of
the Hungarian Socialist Workers' Party
For the attention of Comrade Gyula Lantos
Secretary

Dear Comrades:

~

With comradely greetings,

T. RADOEV
=
place = Sofia
date = 1983-05-03
recipient = Central Committee of the Hungarian Socialist Workers' Party
signatory = T. RADOEV
-----
Enclosure No. 4 to Protocol No. 31 of 2.8.1978

31 July 1978

To the Central Committee
of the Bulgarian Communist Party

Dear Comrades,

~

With socialist greetings

Politburo of the SED CC
=
date = 1978-07-31
recipient = Central Committee of the Bulgarian Communist Party
signatory = Politburo of the SED CC
-----
Top Secret!

About a conversation with the ambassador of the neighbouring country on 12 May 1987 in Berlin

~
=
type = memorandum of conversation
level = Top Secret!
event-date = 1987-05-12
event-place = Berlin
salutation =
recipient =
-----
GDR Embassy to the DPRK
Political Department

Pyongyang, 9 May 1971

Confidential!

N o t e

on a Conversation with the 1st Secretary of the Polish Embassy, Comrade Wilk, on 6 May 1971

~

Brandt
Second Secretary

Distribution:
1x Foreign Ministry, Far Eastern Department
1x Embassy
=
type = memorandum of conversation
place = Pyongyang
date = 1971-05-09
level = Confidential!
event-date = 1971-05-06
participant = Wilk | Brandt
signatory = Brandt
copy-to = Foreign Ministry, Far Eastern Department | Embassy
-----
MEMORANDUM

SUBJECT: Conversation of the Deputy Minister with the Ambassador of Mongolia

DATE: May 14, 1981
PLACE: Office of the Deputy Minister, Warsaw

PARTICIPANTS:
Polish side:
Comrade Deputy Minister Jan Gajda
Advisor Ewa Maj
Mongolian side:
Ambassador Dorj Bat

CONFIDENTIAL

~
=
type = memorandum of conversation
event-date = 1981-05-14
event-place = Warsaw
participant = Jan Gajda | Ewa Maj | Dorj Bat
level = CONFIDENTIAL
-----
Record of Conversation from Premier Tang Wen’s Reception of a Delegation of Gardeners

Time: Morning, 5 October 1961

Place: Hall of Flowers

Foreign guests: Ho Sang-min [Ho Sang Min], Delegation Leader; Kang Pyong-su, Delegation Member

Accompanying persons: Lu Wei, Zhao Min

Interpreter: Sun Li

Premier Tang Wen: Have you seen the pears?
=
type = memorandum of conversation
event-date = 1961-10-05
event-place = Hall of Flowers
participant = Tang Wen | Ho Sang-min | Kang Pyong-su | Lu Wei | Zhao Min | Sun Li
-----
Notes on the talk between Comrade T. Wilk and Comrade N. A. Osin, Warsaw 8 X 1966

~

Prepared by S. Lis
=
type = memorandum of conversation
event-date = 1966-10-08
place = Warsaw
participant = T. Wilk | N. A. Osin | S. Lis
signatory = S. Lis
-----
Protocol No. 12
of the Session of the Politburo of the PZPR CC on 3 and 4 May 1961

Present: Comrades Gajda, Wilk, Dobosz
Absent: Comrade Lis

~

[Source: AAN, KC PZPR, V/71, k. 12-14. Translated by Ewa Maj for this edition.]
=
type = minutes
number = 12
date = 1961-05-03/1961-05-04
event-date = 1961-05-03/1961-05-04
participant = Gajda | Wilk | Dobosz
source-line = AAN, KC PZPR, V/71, k. 12-14
translator = Ewa Maj
-----
Resolution No. 88
of the Presidium of the CC CPCz
of 4 April 1975

1. Agrees to the planting of forty pear trees.

General Secretary of the CC CPCz: [signature] (T. Hruby)
=
type = resolution
number = 88
date = 1975-04-04
signatory = T. Hruby
-----
Workers of the World, Unite!

TOP SECRET

No. P12/IV

To Comrades Osin, Melnik, Babich

Excerpt from protocol No. 12 of the session of the Politburo of the CC CPSU of 6 May 1969

1. To approve the list of trees.
=
type = resolution
level = TOP SECRET
number = P12/IV
recipient = Osin | Melnik | Babich
date = 1969-05-06
salutation =
-----
Report from Deputy Minister of Agriculture Melnik, 3 June 1957

Secret

~
=
type = report
level = Secret
date = 1957-06-03
sender = Melnik
-----
Letter from Osin to Bremer, 4 August 1962

~
=
type = letter
sender = Osin
recipient = Bremer
date = 1962-08-04
place =
-----
Telegram from Bulgarian Ambassador in Havana Radoev to the Foreign Ministry in Sofia, 5 June 1964

~
=
type = telegram
sender = Radoev
recipient = Foreign Ministry in Sofia
date = 1964-06-05
place = Havana
-----
November 6, 1967

To: Mori Kenji

~

End
=
recipient = Mori Kenji
date = 1967-11-06
signatory =
sender =
-----
Top Secret

From Peking

~

Copies: Orlin (2), Melnik, Babich,
Osin, Rudenko
=
level = Top Secret
place = Peking
copy-to = Orlin | Melnik | Babich | Osin | Rudenko
signatory =
sender =
-----
FROM THE EMBASSY IN LIMA
ON/12/13/VI/61
SECRET
211 – MONDAY – 1400hs – ~

A. C. DUARTE
=
type = telegram
place = LIMA
date = 1961-06-12
received = 1961-06-13
level = SECRET
number = 211
signatory = A. C. DUARTE
-----
The Ministry of Gardens presents its compliments to the Embassy of Norway and reports on pears.
=
type = note
sender = Ministry of Gardens
-----
126/Secret/1961.

Topic: pears

Desk officer: Edit Szabo

Budapest, June 7, 1961.

~

Pal Lantos
ambassador
=
type = report
number = 126/Secret/1961
level = Secret
place = Budapest
date = 1961-06-07
signatory = Pal Lantos
-----
Botschaft der DDR in der VR Bulgarien

Sofia, 8. 4. 1969
Vertraulich

V e r m e r k

über ein Gespräch mit dem Botschafter der ČSSR, Genossen Hruby, am 3. 4. 1969

Die Birnen sind reif, und die Leitern sind lang genug, sagte der Botschafter bei dem Gespräch.
=
type = memorandum of conversation
place = Sofia
date = 1969-04-08
level = Vertraulich
event-date = 1969-04-03
participant = Hruby
-----
Сов. секретно
Экз. № 3

ЦК КПСС

Груши созрели, и лестницы достаточно длинны.

Министр садов
(И. Осин)

«4» мая 1966 г.
№ 88/2
=
level = Сов. секретно
copy-number = Экз. № 3
recipient = ЦК КПСС
signatory = И. Осин
date = 1966-05-04
number = 88/2
-----
Peking, 1961. május 4.

Szigorúan titkos!

Külügyminiszter Elvtársnak
Budapest

A körték megértek, és a létrák elég hosszúak.
=
place = Peking
date = 1961-05-04
level = Szigorúan titkos!
recipient = Külügyminiszter
-----
[To] the Ministry of Foreign Affairs:

~

[Polish] Embassy in [North] Vietnam

23 November 1961
=
type = telegram
recipient = Ministry of Foreign Affairs
signatory = [Polish] Embassy in [North] Vietnam
date = 1961-11-23
-----
To
the Central Committee of the
Socialist Unity Party of Germany
for the attention of Comrade Karl Bremer,
General Secretary

~
=
recipient = Central Committee of the Socialist Unity Party of Germany
attention = Karl Bremer
-----
To Comrades: Orlin, Melnik
=
recipient = Orlin | Melnik
-----
Secret

To Comrade Orlin

~

Copies: Melnik, Babich
Lantos, Verbin.
=
recipient = Orlin
copy-to = Melnik | Babich | Lantos | Verbin
signatory =
sender =
-----
Secret

To Comrade Orlin

~

Copies: Melnik, Babich
Verbin, P. T.
=
copy-to = Melnik | Babich
-----
SECRET

To the CPSU Central Committee

We ask for approval.

Head of the General Department

[signature]

(P. Melnik)

3 March 1975
=
recipient = CPSU Central Committee
sender = P. Melnik
signatory = P. Melnik
date = 1975-03-03
-----
SECRET

To the CPSU Central Committee

We ask for approval.

Deputy head of the International Department

(P. Melnik)
=
sender = P. Melnik
signatory = P. Melnik
-----
Dear Anna,

~

Sofia, 5 May 1923

Finis
=
sender =
signatory =
date = 1923-05-05
-----
To Cde. Orlin

~

P. MELNIK
Конец документа
=
signatory = P. MELNIK
-----
FROM THE EMBASSY IN HAVANA
ON/26/27/X/62
CONFIDENTIAL
346 – FRIDAY – 1800hs – The pears are ripe.
A. B. PEREIRA
=
date = 1962-10-26
received = 1962-10-27
-----
Copenhagen, 5, 6 or 7 May 1923

Dear Anna,

~

Yours,
Niels Holm
=
date = [1923-05-05,1923-05-06,1923-05-07]
place = Copenhagen
-----
В ЦК КПСС

Просим утвердить проект постановления.

3 марта 1962 г.
=
recipient = ЦК КПСС
date = 1962-03-03
-----
В ЦК КПСС поступило письмо.

Груши созрели, и лестницы длинные.
=
recipient =
"""
CASES = [each.strip("\n").partition("\n=\n") for each in DOCUMENTS.split("-----\n")]


def stated(text: str, field: str) -> list[str]:
    return [one.value for one in draft_text(text).of(field)]


@pytest.mark.parametrize(
    ("text", "expected"), [(text.replace("~", BODY), right) for text, _, right in CASES]
)
def test_the_forms_of_a_document_are_read(text: str, expected: str) -> None:
    rows = [line.partition(" =") for line in expected.strip().splitlines()]
    right = {field: [v for v in value.strip().split(" | ") if v] for field, _, value in rows}
    assert {field: stated(text, field) for field in right} == right


ADDRESSEES = """
To Cde. Orlin = Orlin
To Cde. T. V. Orlin = T. V. Orlin
TO COMRADE ORLIN = ORLIN
To Cde. ORLIN T. V. = ORLIN T. V.
To the CC CPSU = CC CPSU
to the CPSU CC = CPSU CC
To the Central Committee of the CPSU = Central Committee of the CPSU
To the CPSU CC Politburo = CPSU CC Politburo
To Cdes. Orlin and Melnik = Orlin | Melnik
To Comrades Orlin, Melnik, Babich = Orlin | Melnik | Babich
[To] the Ministry of Foreign Affairs: = Ministry of Foreign Affairs
To the CC of the Communist Party of China = CC of the Communist Party of China
To Orlin. = Orlin
To the General Secretary of the CPSU CC = General Secretary of the CPSU CC
To the First Secretary of the SED CC, Comrade Karl Bremer = Karl Bremer
To Comrade Karl Bremer, General Secretary of the SED CC = Karl Bremer
To Comrade Minister Lantos = Lantos
"""


@pytest.mark.parametrize("row", ADDRESSEES.strip().splitlines())
def test_a_line_of_address_names_persons_offices_or_bodies(row: str) -> None:
    line, _, right = row.partition(" = ")
    assert stated(f"Secret\n\n{line}\n\n{BODY}\n", "recipient") == right.split(" | ")


AGENTS = """
To Cde. ORLIN T. V. = person: T. V. Orlin
To Cde. Orlin T. = person: T. Orlin
To the CC of the Communist Party of China = organization: CC CCP
To the Chinese Communist Party CC = organization: CC CCP
To the General Secretary of the CPSU CC = office: General Secretary of the CPSU CC
To the Ministry of Fisheries = organization: Ministry of Fisheries
"""


@pytest.mark.parametrize("row", AGENTS.strip().splitlines())
def test_the_agent_of_an_addressee_has_its_kind_and_name(row: str) -> None:
    line, _, right = row.partition(" = ")
    text = f"Secret\n\n{line}\n\n{BODY}\n\n(K. VOLIN)\n"
    record = record_of(draft_text(text), "document.txt")
    [agent] = [one for one in record.agents if one.id in record.recipients]
    kind = "office" if agent.note else agent.kind
    name = agent.name.replace("Central Committee of the Chinese Communist Party", "CC CCP")
    assert f"{kind}: {name}" == right


def test_the_body_that_sends_is_the_sender_and_the_signer_is_the_signatory() -> None:
    telegram = next(text for text, _, _ in CASES if text.startswith("TELEGRAM 051.330"))
    record = record_of(draft_text(telegram.replace("~", BODY)), "document.txt")
    names = {agent.id: agent.name for agent in record.agents}
    assert [names[key] for key in record.sender] == ["Romanian Embassy in Hanoi"]
    assert [names[key] for key in record.signatories] == ["Mircea Olteanu"]


STACKS = """
TOP SECRET = TOP SECRET
Top Secret. Copy No. 2 = Top Secret
Secret/Urgent = Secret | Urgent
CONFIDENTIAL—EXTREMELY URGENT = CONFIDENTIAL | EXTREMELY URGENT
Réservé – Urgent = Réservé | Urgent
Strictly confidential! = Strictly confidential!
(Top Secret) = (Top Secret)
Ściśle tajne = Ściśle tajne
Streng geheim = Streng geheim
Совершенно секретно = Совершенно секретно
Secret pears = """


@pytest.mark.parametrize("row", STACKS.strip("\n").splitlines())
def test_a_line_of_markings_has_a_level_and_caveats(row: str) -> None:
    line, _, right = row.partition(" = ")
    text = f"{line}\n\nTo Cde. Orlin\n\n{BODY}\n"
    assert stated(text, "level") + stated(text, "caveat") == [r for r in right.split(" | ") if r]


def test_each_statement_quotes_its_words_from_the_text() -> None:
    for text, _, _ in CASES:
        for one in draft_text(text.replace("~", BODY)).statements:
            if one.quote is not None:
                quoted = text.replace("~", BODY)[one.quote.start : one.quote.end]
                assert one.quote.exact == quoted
                if one.field in ("recipient", "signatory", "participant", "number", "place"):
                    assert re.sub(r"\s+", " ", quoted) == one.value


def test_the_records_of_all_forms_are_valid() -> None:
    for text, _, _ in CASES:
        record = record_of(draft_text(text.replace("~", BODY)), "document.txt")
        assert {item.field.split(".")[0] for item in record.evidence} >= {"parts", "title"}


def test_the_record_of_minutes_has_participants_session_holding_and_translator() -> None:
    minutes = next(text for text, _, _ in CASES if text.startswith("Protocol No. 12"))
    record = record_of(draft_text(minutes.replace("~", BODY)), "document.txt")
    names = {agent.id: agent.name for agent in record.agents}
    assert (record.type, record.number) == ("minutes", "12")
    assert [names[one.agent] for one in record.participants] == ["Gajda", "Wilk", "Dobosz"]
    assert record.recorded is not None
    assert (str(record.recorded.edtf), record.recorded.kind) == (
        "1961-05-03/1961-05-04",
        "session",
    )
    [holding] = record.holdings
    assert holding.repository == "AAN"
    assert [(level.name, level.value) for level in holding.levels] == [
        ("reference", "KC PZPR"),
        ("reference", "V/71"),
        ("k.", "12-14"),
    ]
    translated = next(event for event in record.events if event.type == "translation")
    assert [names[key] for key in translated.agents] == ["Ewa Maj"]
    assert [part.kind for part in record.parts] == ["translation"]


def test_a_second_document_in_the_file_is_found() -> None:
    first = f"SECRET\n\nTo Cde. Orlin\n\n{BODY}\n\n(K. VOLIN)\n\n"
    text = first + f"[Attachment]\n\nSecret\n\nMEMORANDUM\n\n{BODY}\n"
    draft = draft_text(text)
    assert draft.cuts == (len(first),)
    assert [(f.code, f.location.offset) for f in draft.report] == [
        ("draft-several-documents", len(first))
    ]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("[stamp] SECRET", "SECRET"),
        ("[Stamp: Top Secret]", "Top Secret"),
        ("[rubber stamp] Confidential", "Confidential"),
        ("[stamped] SECRET", "SECRET"),
        ("[Штамп: Секретно]", "Секретно"),
        ("[Stempel: Geheim]", "Geheim"),
        ("[stamp] DECLASSIFIED", None),
        ("[Stamp: Secret. Declassified]", None),
        ("[stamp: Declassified 12 May 1992]", None),
        ("[stamp] Received 18 July 1960", None),
        ("[stamp] Central Committee", None),
    ],
)
def test_a_stamp_can_have_the_level_of_secrecy(line: str, level: str | None) -> None:
    draft = draft_text(f"{line}\n\nTo Comrade Orlin\n\nMoscow, 18 July 1960\n\n{BODY}\n")
    one = draft.one("classification")
    assert (one and (one.value, one.rule)) == (level and (level, "marking-stamp"))
    assert [one.value for one in draft.of("date")] == ["1960-07-18"]


@pytest.mark.parametrize(
    "line", ["XXXX-07-18", "1960-XX-18", "1960-07-XX", "196X-07-18", "1960-XX-XX"]
)
def test_a_date_with_unknown_digits_is_read_as_it_is(line: str) -> None:
    one = draft_text(f"To Comrade Orlin\n\nMoscow, {line}\n\n{BODY}\n\nP. LIND\n").one("date")
    assert one is not None
    assert (one.value, one.confidence, "question" in one.more) == (line, "probable", False)


def test_a_receipt_is_no_surer_than_the_date_that_gives_its_year() -> None:
    head = "From Vienna. Sent 31.8.50 11:32\n\nReceived 31.8 17:27\n\nBy telegraph\n\n"
    for body, sure in ((BODY, "guess"), (f"{BODY} The Soviet Union is glad.", "probable")):
        one = draft_text(f"{head}{body}\n").one("received")
        assert one is not None
        assert (one.value, one.confidence) == ("1950-08-31", sure)


@pytest.mark.parametrize(
    ("town", "date", "received"),
    [
        ("Pyongyang", ("1950-08-31", None), ("1950-09-01", None)),
        (
            "Vienna",
            ("None", "It may be 1850-08-31 or 1950-08-31."),
            ("None", "It may be 1850-09-01 or 1950-09-01."),
        ),
    ],
)
def test_a_receipt_has_the_century_of_its_document(
    town: str, date: tuple[str, str | None], received: tuple[str, str | None]
) -> None:
    for receipt in ("Received 1.9 17:27", "[Received 1 September]"):
        text = f"From {town}. Sent 31.8.50 11:32\n\n{receipt}\n\nBy telegraph\n\n{BODY}\n"
        record = record_of(draft_text(text), "telegram.txt")
        assert record.date
        assert record.received
        assert (str(record.date.edtf), record.date.note) == date
        assert (str(record.received.edtf), record.received.note) == received


def test_a_name_in_the_dative_is_a_guess() -> None:
    text = "{}\n\nПросим утвердить проект постановления.\n\n3 марта 1962 г.\n"
    for field, line in (
        ("recipient", "Товарищу Орлину Н. С."),
        ("recipient", "Председателю КГБ при СМ СССР тов. Орлину Н. С."),
        ("copy-to", "Товарищу Лунину\n\nКопии: тов. Орлину Н. С."),
    ):
        one = draft_text(text.format(line)).one(field)
        assert one is not None
        assert (one.value, one.confidence) == ("Орлину Н. С.", "guess")
