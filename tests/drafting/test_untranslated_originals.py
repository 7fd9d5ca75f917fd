"""Heads of untranslated originals in eight languages are read, or left open."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()
FIELDS = (
    "classification", "date", "place", "recipient", "signatory", "received", "event-date",
    "salutation", "type", "number", "copy-number", "copy-to", "participant",
)  # fmt: skip
CASES = {
    "Russian 1": (
        """СЕКРЕТНО
Экз. № 2

Посольство СССР в ПНР
№ 417
12 мая 1965 г.

Министру иностранных дел СССР
товарищу ГРОМЫКО А. А.

Направляю запись беседы с директором библиотеки. Прошу сообщить, когда будут посланы книги.

Приложение: на 3 листах.

Посол СССР в ПНР
А. Петров
""",
        """classification: СЕКРЕТНО
date: 1965-05-12
number: 417
copy-number: Экз. № 2
recipient: ГРОМЫКО А. А.
signatory: А. Петров
type: letter""",
    ),
    "Russian 3": (
        """ИЗ ДНЕВНИКА
Н. И. КРЫЛОВА

20 марта 1958 г.
г. Пхеньян

ЗАПИСЬ БЕСЕДЫ
с министром просвещения КНДР тов. Ким Чан Маном

18 марта 1958 г.

Сегодня я посетил министра. Он рассказал о новых школах.

Советник Посольства СССР в КНДР
(Н. Крылов)

Разослано: 1. тов. Федоренко
2. в дело
""",
        """date: 1958-03-20
place: Пхеньян
event-date: 1958-03-18
signatory: Н. Крылов
participant: Ким Чан Маном; Н. Крылов
copy-to: Федоренко
type: memorandum of conversation""",
    ),
    "Russian 7": (
        """ШИФРТЕЛЕГРАММА

Из Пекина
Принята 5 ноября 1962 г. 17 ч. 30 м.

СЕКРЕТНО
Спец. № 1890-1892

Посетил министра. Он сообщил, что урожай хороший.

5.XI.62 г. С. ЧЕРВОНЕНКО

Копии: тт. Хрущеву, Козлову, Микояну
""",
        """classification: СЕКРЕТНО
date: 1962-11-05
received: 1962-11-05
copy-to: Хрущеву; Козлову; Микояну
type: telegram""",
    ),
    "German 1": (
        """Botschaft der DDR in der VR Polen
Warschau, den 12.5.1965

Vertraulich!

An das
Ministerium für Auswärtige Angelegenheiten
Abteilung Kultur
z. Hd. Genossen Schneider

Betr.: Lieferung von Schulbüchern

Werter Genosse Schneider!

Die Bücher sind eingetroffen und werden verteilt.

Mit sozialistischem Gruß

Lehmann
Botschaftsrat
""",
        """classification: Vertraulich!
date: 1965-05-12
place: Warschau
salutation: Werter Genosse Schneider!
signatory: Lehmann
recipient: Schneider
type: letter""",
    ),
    "German 2": (
        """Aktenvermerk
über ein Gespräch mit dem Botschafter der ČSSR, Genossen Novák, am 3. April 1969

Das Gespräch fand auf Wunsch des Botschafters statt. Er sprach über den Obstbau.

Berlin, den 4.4.1969

Weber

Verteiler:
1 x Gen. Winzer
1 x Abt. ČSSR
""",
        """date: 1969-04-04
place: Berlin
event-date: 1969-04-03
signatory: Weber
participant: Novák; Weber
copy-to: Winzer; Abt. ČSSR
type: memorandum of conversation""",
    ),
    "Polish 1": (
        """Ambasada PRL w Budapeszcie

Budapeszt, dnia 12 maja 1965 r.

Tajne
Egz. nr 2

Tow. Adam Rapacki
Minister Spraw Zagranicznych
w Warszawie

Szanowny Towarzyszu Ministrze,

W załączeniu przesyłam notatkę z rozmowy z dyrektorem biblioteki.

Z towarzyskim pozdrowieniem

Jan Kowalczyk
Ambasador PRL
""",
        """classification: Tajne
date: 1965-05-12
place: Budapeszt
copy-number: Egz. nr 2
recipient: Adam Rapacki
signatory: Jan Kowalczyk
salutation: Szanowny Towarzyszu Ministrze,
type: letter""",
    ),
    "Polish 4": (
        """Kraków, 7 września 1931

Kochana Mamo!

Dziękuję za list. U nas wszyscy zdrowi, a gruszki już dojrzały.

Całuję Cię
Zosia
""",
        """date: 1931-09-07
place: Kraków
salutation: Kochana Mamo!
signatory: Zosia
recipient: Mamo
type: letter""",
    ),
    "Czech 1": (
        """Velvyslanectví ČSSR v Moskvě
Č.j. 0123/65
V Moskvě dne 12. května 1965

Tajné!

Ministerstvo zahraničních věcí
Praha

Věc: Dodávka knih

Knihy byly doručeny a budou rozděleny školám.

Velvyslanec
Otakar Šimůnek
""",
        """classification: Tajné!
date: 1965-05-12
signatory: Otakar Šimůnek
type: report""",
    ),
    "Czech 2": (
        """Záznam
o rozhovoru s velvyslancem MLR s. Kovácsem dne 3. 4. 1969

Velvyslanec hovořil o sklizni ovoce a o nových školách.

V Praze 4. 4. 1969
Novák
""",
        """date: 1969-04-04
event-date: 1969-04-03
type: memorandum of conversation""",
    ),
    "Czech 3": (
        """Vážený soudruhu ministře,

děkuji Vám za dopis ze dne 3. března. Zasílám seznam knih.

Se soudružským pozdravem

Karel Dvořák

Brno 9. června 1958
""",
        """date: 1958-06-09
place: Brno
salutation: Vážený soudruhu ministře,
signatory: Karel Dvořák
type: letter""",
    ),
    "Hungarian 3": (
        """Kedves Barátom!

Köszönöm a leveledet. A körte már érik, és mindenki egészséges.

Szeretettel ölel
Mária

Szeged, 1931. szeptember 7.
""",
        """date: 1931-09-07
place: Szeged
salutation: Kedves Barátom!
signatory: Mária
recipient: Barátom
type: letter""",
    ),
    "Hungarian 7": (
        """MAGYAR SZOCIALISTA MUNKÁSPÁRT
KÖZPONTI BIZOTTSÁGA

Szigorúan bizalmas!

JELENTÉS
a Politikai Bizottságnak

A küldöttség május 3-án érkezett meg.

Budapest, 1972. május 9.

Pullai Árpád
""",
        """classification: Szigorúan bizalmas!
date: 1972-05-09
place: Budapest
signatory: Pullai Árpád
type: report""",
    ),
    "French 2": (
        """Monsieur le Ministre,

Je vous remercie de votre lettre du 3 mars et vous envoie la liste des livres.

Veuillez agréer, Monsieur le Ministre, l'expression de ma haute considération.

Paul Durand

Lyon, le 9 juin 1934
""",
        """date: 1934-06-09
place: Lyon
salutation: Monsieur le Ministre,
signatory: Paul Durand
type: letter""",
    ),
    "French 6": (
        """Monsieur Louis JOXE
Ambassadeur de France en URSS
à
Son Excellence Monsieur Christian PINEAU
Ministre des Affaires étrangères
DIRECTION D'EUROPE

Moscou, le 3 mai 1956

Les récoltes sont bonnes.
""",
        """date: 1956-05-03
place: Moscou
recipient: Christian PINEAU
type: letter""",
    ),
    "Chinese 1": (
        """中华人民共和国驻波兰大使馆
机密
（65）波字第123号

外交部：

图书已经收到，请转告学校。

王炳南
一九六五年五月十二日
""",
        """classification: 机密
date: 1965-05-12
recipient: 外交部
type: letter""",
    ),
    "Chinese 4": (
        """绝密
中共中央

毛主席、刘少奇同志：

代表团已到达北京。特此报告。

外交部
1958年3月20日
""",
        """classification: 绝密
date: 1958-03-20
recipient: 毛主席; 刘少奇同志
type: letter""",
    ),
    "Chinese 5": (
        """发往：平壤
发自：外交部
时间：1962年11月5日
等级：加急

请转告金首相，书已寄出。
""",
        """classification: 加急
date: 1962-11-05""",
    ),
    "Korean 1": (
        """조선민주주의인민공화국 외무성
비밀
1965년 5월 12일

중국주재 대사 앞

책을 받았습니다. 학교에 전해 주십시오.

외무상 박성철
""",
        """classification: 비밀
date: 1965-05-12
type: letter""",
    ),
    "Korean 2": (
        """대화 기록

일시: 1969년 4월 3일
장소: 평양
참석자: 김일, 남일

김일 동지는 학교에 대하여 말하였다.
""",
        """date: 1969-04-03
place: 평양
event-date: 1969-04-03
type: memorandum of conversation""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_head_and_end_of_an_original_are_read(name: str) -> None:
    text, right = CASES[name]
    found: dict[str, list[str]] = {}
    for one in draft_text(text, WORDS).statements:
        if one.field in FIELDS:
            found.setdefault(one.field, []).append(one.value)
    assert [f"{field}: {'; '.join(values)}" for field, values in found.items()] == right.split("\n")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Velvyslanectví\nV Praze 4. 4. 1969\n\nVážený pane,\n\nknihy došly.\n\nNovák", "place"),
        ("ТЕЛЕГРАММА\n\nПринята 5 ноября 1962 г.\n\nУрожай хороший.", "place"),
        ("Berlin, den 4.4.1969\n\nVertraulich!\n\nDie Bücher sind da.\n\nWeber", "salutation"),
        ("Kochany Janie!\n\nGruszki dojrzały.\n\nCałuję Cię\n", "signatory"),
    ],
)
def test_lines_that_only_look_like_a_field_state_nothing_about_it(text: str, field: str) -> None:
    assert not [one.value for one in draft_text(text, WORDS).statements if one.field == field]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dziękuję za list z dnia 4 maja i przesyłam odpis umowy. Proszę o odpowiedź.", "pl"),
        ("Děkuji za dopis ze dne 4. května a zasílám Vám opis smlouvy.", "cs"),
        ("A könyvek megérkeztek, és az iskolák szétosztották őket. Kérem a névsort.", "hu"),
        ("Os livros não chegaram, mas serão distribuídos pela escola em maio.", "pt"),
        ("Manualele au sosit și vor fi împărțite la școlile din țară.", "ro"),
        ("Учебниците пристигнаха вчера и ще бъдат раздадени на българските деца.", "bg"),
        ("Підручники прибули вчора, їх роздадуть дітям у школі.", "uk"),
        ("Учебники пришли вчера, и мы раздадим их детям в школе.", "ru"),
        ("Le agradezco su carta y los libros. La compañía los espera.", "es"),
        ("图书已经收到，请转告学校。", "zh"),
        ("책을 받았습니다. 학교에 전해 주십시오.", "ko"),
        ("本を受け取りました。学校に伝えてください。", "ja"),
        ("I enclose a list and enclose a map. I enclose a note.", None),
    ],
)
def test_the_language_of_an_original_is_recognized(text: str, language: str | None) -> None:
    stated = [one for one in draft_text(text, WORDS).statements if one.field == "language"]
    assert [one.value for one in stated] == ([language] if language else [])


def test_the_day_of_a_talk_in_a_title_is_not_that_of_its_record() -> None:
    text = (
        "NOTĂ DE CONVORBIRE\ncu ambasadorul Vince, la 3 aprilie 1969\n\nA vorbit despre mere.\n\n"
    )
    found = {
        one.field: one.value for one in draft_text(f"{text}București, 4 aprilie 1969\n").statements
    }
    assert (found["event-date"], found["date"]) == ("1969-04-03", "1969-04-04")


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("To the Soviet leadership", ("Soviet leadership", "", "")),
        (
            "À Monsieur le Ministre des Affaires étrangères",
            ("Ministre des Affaires étrangères", "", ""),
        ),
        (
            "Председателю КГБ при СМ СССР тов. Орлову Ю. В.",
            ("Орлову Ю. В.", "person", "Председателю КГБ при СМ СССР"),
        ),
        ("Министру садоводства А. А. Орлину", ("А. А. Орлину", "person", "Министру садоводства")),
        (
            "Au Ministre des Affaires étrangères, Paul Duval",
            ("Paul Duval", "person", "Ministre des Affaires étrangères"),
        ),
        (
            "Do Ministra Spraw Zagranicznych, Warszawa",
            ("Ministra Spraw Zagranicznych, Warszawa", "", ""),
        ),
        ("毛泽东同志：", ("毛泽东", "person", "")),
        ("尊敬的主席先生：", ("主席", "", "")),
        ("外務大臣殿", ("外務大臣", "", "")),
        ("駐日大使 ライシャワー閣下", ("ライシャワー", "person", "駐日大使")),
        ("김일성 동지에게", ("김일성", "person", "")),
        ("이오시프 스탈린 동지 앞", ("이오시프 스탈린", "person", "")),
        ("조선로동당 중앙위원회 앞", ("조선로동당 중앙위원회", "organization", "")),
    ],
)
def test_an_office_is_not_called_a_person(line: str, right: tuple[str, str, str]) -> None:
    text = f"{line}\n\nWe report that the harvest is in.\n\nA. LIND\n\n5 May 1962\n"
    [one] = [one for one in draft_text(text, WORDS).statements if one.field == "recipient"]
    assert (one.value, one.kind, one.more.get("role", "")) == right


@pytest.mark.parametrize(
    "line", ["亲爱的同志：", "各位同志：", "同志们：", "친애하는 동지에게", "모든 동지들에게"]
)
def test_a_greeting_without_a_name_names_no_recipient(line: str) -> None:
    text = f"{line}\n\n1960年7月18日\n\n来电收到。\n"
    assert [one for one in draft_text(text, WORDS).statements if one.field == "recipient"] == []
