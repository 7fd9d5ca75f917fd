"""Forms in which archives and editions publish documents: what a draft says of them."""

from __future__ import annotations

from collections import defaultdict

import pytest

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, Confidence
from archive_pkg.drafting.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
BODY = "The plates for the museum have come, and the boxes were counted twice in the yard.\n"
RUSSIAN = "Тарелки для музея пришли, и ящики дважды пересчитали во дворе завода.\n"


def said(text: str) -> dict[str, list[str]]:
    """Return the values of each field of a draft."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in draft_text(text, VOCABULARY).statements:
        found[one.field].append(one.value)
    return found


CASES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "a long title does not hide the lines below it": (
        "Решение Правления Общества друзей стекла «О хранении тарелок и ящиков, пришедших в музей "
        "из других городов, и о порядке их учета»\n\n"
        f"11 мая 1959 г.\n\nСекретно\n\n{RUSSIAN}",
        {"type": ["resolution"], "date": ["1959-05-11"], "level": ["Секретно"]},
    ),
    "the date in the title of a letter, and its sides": (
        "Letter dated 15 May 1968 from the Permanent Representative of Borduria to the United "
        f"Nations addressed to the Secretary-General\n\n{BODY}\n(Signed) Ann Bee\nAmbassador\n",
        {"type": ["letter"], "date": ["1968-05-15"], "recipient": ["Secretary-General"],
         "signatory": ["Ann Bee"]},
    ),
    "a session with its number": (
        f"58. Kabinettssitzung\nam Mittwoch, den 3. Mai 1961\n\n{BODY}",
        {"type": ["minutes"], "date": ["1961-05-03"]},
    ),
    "a session of a body is not a letterhead": (
        f"Secret\n\nMEETING OF THE SED POLITBURO\n3 May 1961\n\n{BODY}",
        {"type": ["minutes"], "sender": ["SED POLITBURO"]},
    ),
    "a label after the names, and names with a particle": (
        "Minutes\n\n3 May 1961\n\n"
        f"Participants: Miller, von Brand, Orlin. Minutes: Otto\n\n{BODY}",
        {"participant": ["Miller", "von Brand", "Orlin", "Otto"]},
    ),
    "labels in capitals without a colon": (
        "Memorandum of Conversation\n\nPARTICIPANTS\nU.S.\nThe Secretary\nMr. Miller\n"
        f"U.S.S.R.\nForeign Minister Orlin\n\n{BODY}",
        {"participant": ["Miller", "Orlin"], "recipient": []},
    ),
    "a number after the date is not a place": (
        f"16 May 1961, No 197-K\n\nTo the CPSU Central Committee\n\n{BODY}",
        {"number": ["197-K"], "place": [], "date": ["1961-05-16"]},
    ),
    "an item of minutes is not a place": (
        f"Item 15, Minutes No 49\n\nDear Comrades\n\n{BODY}",
        {"place": []},
    ),
    "words before a date in the text are not a place": (
        "Решение Правления «О тарелках» от 10 мая 1933 г.\n\n"
        f"Опросом членов Правления от 8.V.33 г.\n\n{RUSSIAN}",
        {"place": [], "date": ["1933-05-10"]},
    ),
    "an address with an initial is not a place": (
        f"Его Превосходительству Ивану Э. Орлину\n\nУважаемый господин Президент,\n\n{RUSSIAN}",
        {"place": []},
    ),
    "a single letter with a full stop is no greeting": (
        f"L.\n\nParis, 29 novembre 1948.\n\n{BODY}",
        {"salutation": [], "date": ["1948-11-29"]},
    ),
    "an office in a greeting is not a person": (
        f"Sehr geehrter Herr Präsident,\n\n{BODY}\nIhr\nOtto Moser\n",
        {"recipient": []},
    ),
    "what was stamped is not an address": (
        "[Stamp]\nThe agreement has been obtained, reports\nComrade Galdin, V.E., General "
        f"Department\n12 May 1961\n\n11 May 1961\nNo 547-A\n\nCPSU CENTRAL COMMITTEE\n\n{BODY}",
        {"recipient": ["CPSU CENTRAL COMMITTEE"], "date": ["1961-05-11"], "number": ["547-A"]},
    ),
    "a reference to an archive without a label": (
        f"Письмо\n\n3 мая 1961 г.\n\n{RUSSIAN}\nРГАСПИ. Ф. 558. Оп. 1. Д. 54. Л. 4.\n",
        {"source-line": ["РГАСПИ. Ф. 558. Оп. 1. Д. 54. Л. 4"]},
    ),
    "the last paragraph above a signature is not an abstract": (
        "11 May 1961\n\nOn the plates\n\nThe Committee considers that the plates were counted "
        "twice and reports that they have come.\n\nChairman of the Committee\nORLIN\n",
        {"summary": [], "signatory": ["ORLIN"]},
    ),
    "several signers, each with initials": (
        f"To the CPSU Central Committee\n\n{BODY}\nA. ORLIN\nN. BEREG\n\n5 May 1968\n",
        {"signatory": ["A. ORLIN", "N. BEREG"]},
    ),
    "the last item of an agenda is not a signature": (
        "58. Kabinettssitzung\nam Mittwoch, den 3. Mai 1961\n\n"
        "1. Teller\nVorlage des BMX vom 2. Mai 1961\n2. Kisten\nVortrag des AB.\n",
        {"signatory": [], "place": []},
    ),
    "number, town and time in the title of a telegram": (
        f"Cablegram D1 LONDON, 2 May 1944, 3.55 p.m.\n\nMOST SECRET\n\n{BODY}",
        {"type": ["telegram"], "place": ["LONDON"], "date": ["1944-05-02"]},
    ),
    "a letterhead over several lines": (
        f"КОМИТЕТ\nСТЕКОЛЬНОЙ ПРОМЫШЛЕННОСТИ\n5 мая 1961 г.\n№ 7-А\n\nЦК КПСС\n\n{RUSSIAN}",
        {"sender": ["КОМИТЕТ СТЕКОЛЬНОЙ ПРОМЫШЛЕННОСТИ"], "recipient": ["ЦК КПСС"], "place": []},
    ),
    "the sides of a title, with the holder of an office": (
        "124.61/263: Telegram\n\nThe Ambassador in Borduria (Bee) to the Secretary of State\n\n"
        f"1038. My number 1010, August 3, 5 p.m. The office will be closed on August 14.\n\n{BODY}",
        {"type": ["telegram"], "sender": ["Bee"], "recipient": ["Secretary of State"], "date": []},
    ),
    "the sides of a French title": (
        "M. DUPONT, SECRÉTAIRE GÉNÉRAL DU MINISTÈRE DES AFFAIRES ÉTRANGÈRES,\n"
        f"À M. DURAND, AMBASSADEUR DE FRANCE À LONDRES.\nL.\nParis, 9 mai 1948.\n{BODY}",
        {"sender": ["M. DUPONT"], "recipient": ["M. DURAND"], "date": ["1948-05-09"]},
    ),
    "a French title with a post abroad": (
        "M. DUPONT, AMBASSADEUR DE FRANCE À LONDRES,\n"
        "À M. DURAND, MINISTRE DES AFFAIRES ÉTRANGÈRES.\n"
        f"D. no 30.\nLondres, 3 mai 1948.\n{BODY}",
        {"sender": ["M. DUPONT"], "recipient": ["M. DURAND"], "date": ["1948-05-03"]},
    ),
    "an embassy to a country is no title with two sides": (
        f"GDR Embassy to the DPRK\n\nPyongyang, 16 May 1967\n\nNote\n\n{BODY}",
        {"recipient": []},
    ),
    "an American cable": (
        "PAGE 01\nSTATE 053931\nORIGIN NODS-00\nINFO OCT-01 ISO-00 /001 R\n"
        "DRAFTED BY S/MS: M D MILLER:GM\n------------------093396 022210Z /62\n"
        "O 022104Z MAY 78 ZFF4\nFM AMEMBASSY MOSCOW\nTO SECSTATE WASHDC IMMEDIATE 1234\n"
        "S E C R E T MOSCOW 053931\nNODIS\nE.O. 11652: XGDS-1\nTAGS: PARM, US\n"
        "SUBJECT: LETTER TO THE MUSEUM\n1. THE LETTER WAS DELIVERED BY\n"
        "MILLER ON 28 APRIL, 1978.\n2. BEGIN TEXT:\n"
        "DEAR MR. PRESIDENT: YOUR LATEST LETTER ON THE PLATES\nHAS COME.\n",
        {"type": ["telegram"], "date": ["1978-05-02"], "place": ["MOSCOW"], "level": ["SECRET"],
         "sender": ["AMEMBASSY MOSCOW"], "recipient": ["SECSTATE WASHDC"], "participant": [],
         "number": ["MOSCOW 053931"], "caveat": ["NODIS"], "filing": []},
    ),
    "the file in an archive's reference is not the date": (
        "The Minister of Fisheries to the Ambassador in Borduria\n\nCablegram (extract), n.d.\n\n"
        f"{BODY}\n[AA:M100, FEBRUARY 1942]\n",
        {"date": []},
    ),
    "a speaker is not an address": (
        "Transcript of a Telephone Conversation Between Mr. Miller and the Ambassador (Orlin)\n\n"
        "Washington, May 24, 1970, 4:35 p.m.\n\nO: I just arrived.\n\n"
        f"K: Did you have a good time?\n\nO: Yes.\n\nK: {BODY}",
        {"type": ["memorandum of conversation"], "recipient": [], "date": ["1970-05-24"]},
    ),
    "a number of the addressee's telegram is not the document's": (
        "Miller Papers: Telegram\n\nPresident Miller to Prime Minister Orlin\n\n"
        f"[Washington,] 30 May 1943.\n\nYour number 390.\n\n{BODY}",
        {"number": [], "sender": ["Miller"], "recipient": ["Orlin"], "place": ["Washington"]},
    ),
    "both fields on a line, and a level that was regraded": (
        "COMMUNICATION SERVICE\n\nFROM : THE PRESIDENT TO: NAVY DEPARTMENT\n\n29 May 1941\n\n"
        f"REGRADED\nUNCLASSIFIED\n\n{BODY}",
        {"sender": ["PRESIDENT"], "recipient": ["NAVY DEPARTMENT"], "level": []},
    ),
    "initials are not the name of an addressee": (
        "TELEGRAM\nTO THE PRESIDENT OF THE BORDURIAN UNION OF STATES WASHINGTON D.C.\n"
        "THE PLATES FOR THE MUSEUM HAVE COME AND WERE COUNTED TWICE\nRESPECTFULLY\nORLIN\n",
        {"recipient": ["PRESIDENT OF THE BORDURIAN UNION OF STATES WASHINGTON D.C"]},
    ),
    "the day of a publication is not the day of the letter": (
        f"TO THE FRIENDS OF GLASS\n\nDear Comrades,\n\n{BODY}\nWith best greetings,\n\nN. Orlin\n\n"
        "Written in German\nFirst published in Russian\nin Glass No. 21,\nJanuary 21, 1931\n",
        {"date": []},
    ),
    "a name after the day at the end is not a place": (
        f"To: J. V. MILLER\n\nWritten: Written on November 20, 1921\n\n{BODY}\n20/XI. Orlin\n",
        {"place": [], "date": ["1921-11-20"]},
    ),
    "the number of an edition before a title with two sides and a date": (
        f"Document 26: Telegram, Ann Miller to Otto Moser, 12 May 1950\n\nComrade Moser:\n\n{BODY}",
        {"type": ["telegram"], "sender": ["Ann Miller"], "recipient": ["Otto Moser"],
         "date": ["1950-05-12"], "place": []},
    ),
    "two persons and a date": (
        f"Jean de Gris à Otto Moser (23 mai 1960)\n\nCher monsieur,\n\n{BODY}\nJean de Gris\n",
        {"recipient": ["Otto Moser"], "date": ["1960-05-23"], "place": []},
    ),
    "a footnote after the date of a title": (
        "Letter from the Chargé d’Affaires of Borduria, F. Miller, to the Deputy Minister, "
        f"O. Moser, 8 May 1946[1]\n\nDear Mr. Moser,\n\n{BODY}\nSincerely yours,\n\nF. Miller\n",
        {"recipient": ["O. Moser"], "date": ["1946-05-08"]},
    ),
    "a telephone conversation is not a participant": (
        "Transcript of Telephone Conversation Between Secretary Miller and the Ambassador\n\n"
        f"Washington, May 8, 1973, 9:54 a.m.\n\nM: Hello.\n\n{BODY}",
        {"participant": ["Miller"]},
    ),
    "times and copies of a telegram": (
        "Top Secret\nReceived on 4:10 am, 14 May 1950\nSent on 5:30 am, 14 May 1950\n"
        f"CIPHERED TELEGRAM\n\n{BODY}\nMOSER\n5 copies\n14 May 1950\nCopies:\n1. Comr. Miller\n",
        {"place": [], "copy-to": ["Miller"], "date": ["1950-05-14"]},
    ),
    "a person and an office in a German title": (
        "[2155] Nr. 623\nAnna Lind an den Reichskanzler. 12. Mai 1932\n\n"
        "Nachl. Moser Nr. 97, Bl. 265\n\n"
        f"Sehr geehrter Herr Reichskanzler!\n\n{BODY}\nIhr sehr ergebener\n\nAnna Lind\n",
        {"place": [], "recipient": ["Reichskanzler"], "sender": ["Anna Lind"]},
    ),
    "a heading in capitals is not a signature": (
        "SECRET\nO 220116Z MAY 73\nFM SECSTATE WASHDC\nTO AMEMBASSY VIENNA\n"
        "S E C R E T STATE 189296\nMEMORANDUM FOR THE SECRETARY\nCONTAINS CODEWORD MAY 7, 1973\n"
        "THE PLATES FOR THE MUSEUM HAVE COME AND WERE COUNTED TWICE\nA. PLATES TO BE RELEASED\n",
        {"signatory": [], "place": [], "level": ["SECRET"], "date": ["1973-05-22"]},
    ),
    "the number of a dispatch is not a date": (
        f"Dispatch 44/1/1 (extracts) WELLINGTON, 5 May 1944\n\nSECRET\n\n{BODY}",
        {"date": ["1944-05-05"], "place": []},
    ),
    "a day of issue and a reference number are not the message's": (
        "Ref No: S/NBF/T540\n\nIssued: 28/7/1955\n\nFrom: OTTAWA\nTo: MOSCOW\nNo.: 57\n"
        f"16 May 1945\n\n{BODY}",
        {"date": ["1945-05-16"], "number": ["57"], "place": ["OTTAWA"]},
    ),
    "a meeting with a body is not a letterhead": (
        "26. Memorandum From the Assistant (Moser) to President Miller\n\n"
        f"Washington, June 12, 1959\n\nMEETING WITH THE NATIONAL GLASS COUNCIL\n\n{BODY}",
        {"sender": ["Moser"], "recipient": ["Miller"]},
    ),
    "a day of the week, a sentence and a farewell are no greetings": (
        "Sonnabend!\n\nLiebste Anna!\n\nDie Teller sind da, und wir haben sie zweimal gezählt.\n\n"
        "Ich liebe Dich, ich liebe Dich für Zeit und Ewigkeit!\n\nVale!\n\nDein Otto\n",
        {"salutation": ["Liebste Anna!"]},
    ),
    "a phrase in parentheses with an exclamation mark is not a signature": (
        f"Liebe Anna!\n\n{BODY}\nIn treuer Liebe D. Tante Toni\n\n(Im Zug!)\n",
        {"signatory": ["Liebe D. Tante Toni"]},
    ),
    "a suffix of a name above an office belongs to the name": (
        f"Dear Ann:\n\n{BODY}\nFor the Ambassador:\n\nOtto P. Moser, Jr.\nCounselor of Embassy\n",
        {"signatory": ["Otto P. Moser, Jr."]},
    ),
    "the number of an edition and the marks of notes in a title": (
        "No. 316\n\nThe Minister at Sofia to Sir Otto Moser 1 (Received August 5.)\n\n"
        f"SOFIA, July 31, 1914.\n\nTelegram 41. {BODY}",
        {"sender": ["Minister at Sofia"], "recipient": ["Sir Otto Moser"], "date": ["1914-07-31"]},
    ),
    "an appeal is not certainly a letter": (
        f"Citizens!\n\n{BODY}\nSofia, 3 August 1914\n\nThe Glass Council\n",
        {"type": ["letter"], "salutation": ["Citizens!"]},
    ),
    "an office with “to” below a signature is not an enclosure": (
        f"Dear Ann,\n\n{BODY}\nSincerely yours,\n\nOtto Moser\n\n"
        "Special Assistant to the President\n",
        {"enclosure": [], "signatory": ["Otto Moser"]},
    ),
    "a group in an address is not a person": (
        f"An die\nGärtner und Köche des Museums\nin der Stadt\n\nLiebe Freunde!\n\n{BODY}",
        {"recipient": ["Gärtner und Köche des Museums in der Stadt"]},
    ),
    "a report to a committee has no recipient among those who talked": (
        "Report\nto the Glass Committee on the meeting with Comrade O. Moser and Comrade Lind.\n\n"
        f"{BODY}",
        {"type": ["report"], "recipient": ["Glass Committee"]},
    ),
    "an entry in a list of addressees is not a decision": (
        f"TO THE POLITBURO\n\n1. To Comrade Orlin.\n2. To all members.\n\n{BODY}",
        {"type": ["letter"]},
    ),
    "the first of numbered paragraphs is not the number of a telegram": (
        f"4. {BODY}\n5. {BODY}\n(sgd) A. Lind.\n\n26th May, 1947.\n",
        {"type": [], "signatory": ["A. Lind"], "date": ["1947-05-26"]},
    ),
    "days of dispatch and of receipt that do not fit": (
        "Cable No. 162\n\nDispatched from Sofia, on 11.03.1962 at 16:00 and received on "
        f"04.11.1962 at 01:50\n\nFrom: LIND\n\n{BODY}",
        {"date": ["1962-03-11"], "received": ["1962-11-04"]},
    ),
    "a copy for no one, and a reference below the signature": (
        f"Copies: Orlin (2), Lind, Copy.\n\nFrom SOFIA No. 1309\n\n{BODY}\n13.1.1951 MOSER\n\n"
        "Spravka: no. 48 of 13 May 1950. Lind proposed to visit Orlin and gave him the telegram.\n",
        {"copy-to": ["Orlin", "Lind"], "signatory": ["MOSER"], "summary": []},
    ),
    "a citation of a newspaper is not the date": (
        f"To the Minister of Glass, Comrade Otto Moser.\n\n{BODY}\nJ. LIND\n\n"
        '("New Glass," No. 109, May, 1952)\n',
        {"date": [], "signatory": ["J. LIND"]},
    ),
    "the office of translators does not send the document": (
        "DEPARTMENT OF GLASS\nOFFICE OF LANGUAGE SERVICES\n(Translation Division)\n\nTOP SECRET\n"
        f"Removal of copies is prohibited\n\nCipher telegram\n\n{BODY}",
        {"sender": [], "caveat": ["Removal of copies is prohibited"]},
    ),
    "a title that two columns cut": (
        "SECRETARY OF STATE TO THE EMBASSY OF BORDURIA IN\nFOR EXTERNAL RELATIONS SOFIA.\n\n"
        f"SECRET\n\n25 May 1962\n\n{BODY}",
        {"recipient": []},
    ),
    "a note in the third person has no summary": (
        f"The Embassy presents its compliments to the Ministry of Glass.\n\n{BODY}\n"
        "Otto Moser in Sofia reports to the Minister that the boxes for the museum came.\n",
        {"summary": []},
    ),
    "signs of a signature in copies": (
        f"Dear Ann,\n\n{BODY}\nYours sincerely,\n\nSd/- A. Lind\n",
        {"signatory": ["A. Lind"], "sender": ["A. Lind"]},
    ),
    "a sign of a signature above the name": (
        f"Dear Ann,\n\n{BODY}\nYours sincerely,\n\ns/d\nA. Lind\n",
        {"signatory": ["A. Lind"], "sender": ["A. Lind"]},
    ),
    "a name in brackets in a salutation": (
        f"Sofia, 3. Mai 1938\n\nLieber Herr [Moser]!\n\n{BODY}", {"recipient": ["Moser"]},
    ),
    "initials above a date are not a place": (
        f"8th Gardeners\nB. E. F.\n25. 5. 1916.\n\nDear Mother,\n\n{BODY}\nLove to all\nJack.\n",
        {"place": [], "date": ["1916-05-25"], "signatory": ["Jack."]},
    ),
    "the date of a letter is not that of a talk": (
        f"Otto Moser to Anna Lind, 10 June 1867\n\nDear Friend\n\nI met with no one. {BODY}",
        {"date": ["1867-06-10"]},
    ),
    "a letterhead in a column": (
        "Embassy                      Sofia, 2 May 1953\nof the Bordurian Republic    BY COURIER\n"
        f"in Korea\n\nNo. 24\n\nNote\n\n{BODY}",
        {"sender": ["Embassy of the Bordurian Republic in Korea"], "date": ["1953-05-02"]},
    ),
    "a message for an office personally": (
        "The Minister of Glass to the Ambassador in Borduria (Moser)\n\nTelegram\n\n"
        f"SOFIA, May 3, 1939\n\nFor the Ambassador personally!\n\n{BODY}",
        {"recipient": ["Moser"]},
    ),
    "an office that goes on in the next line of a heading": (
        f"Memorandum by the State Secretary in the Bordurian Glass\nOffice (Moser)\n\n{BODY}",
        {"sender": ["Moser"]},
    ),
    "a dear brother is not a doctor": (
        f"Sofia April 21st 1833\n\nDr Brother,\n\n{BODY}", {"recipient": []},
    ),
    "brackets in a place": (f"So[fia], 8 May 1943\n\nDear Ann,\n\n{BODY}", {"place": ["Sofia"]}),
    "an office in capitals with its town": (
        f"Date: 11/19/65\n\nTO : DIRECTOR\n\nFROM : SAC, NEW YORK\n\nSUBJECT: Plates\n\n{BODY}",
        {"sender": ["SAC, NEW YORK"], "date": ["1965-11-19"]},
    ),
    "a report of a single paragraph has no summary": (
        "To: Director of Glass\n\nSubject: Plates\n\nOn 3 May, Otto Moser met Anna Lind at the "
        "yard of the museum and reported to the Director that the plates came.\n",
        {"summary": []},
    ),
    "a town after a mission is not a sender": (
        "DATE: July 3, 1963\n\nFROM: Otto Moser, Ambassador, Embassy of Borduria, Belgrade\n\n"
        f"TO: Foreign Secretary\n\n{BODY}",
        {"sender": ["Otto Moser"], "sending-body": ["Embassy of Borduria"]},
    ),
    "a discussion is not a person": (
        f"97. Memorandum of Discussion\n\nNote: Mr. Moser is to read this.\n\n{BODY}",
        {"sender": [], "type": ["memorandum"]},
    ),
    "a dear brother in the first sentence is not a doctor": (
        f"Sofia August 16th 1836\n\nDr Brother I take this favourable\nopportunity. {BODY}",
        {"recipient": []},
    ),
    "a place in the second column of a line": (
        "The Minister of Glass to the Legation at Paris\n\n"
        f"T                                   Bern, 8. November 1918\n\n{BODY}",
        {"place": ["Bern"]},
    ),
    "a body of a town in a field": (
        f"SECRET\n\nTo: Senate of Exton\n\nFrom: Chapter of St. Mary, Exton\n\n{BODY}",
        {"recipient": ["Senate of Exton"], "sender": ["Chapter of St. Mary, Exton"]},
    ),
    "a body of a town in an address": (
        f"An den Magistrat der Stadt Exton\n\nExton, 3. Mai 1790\n\nHochgeehrte Herren!\n\n{BODY}",
        {"recipient": ["Magistrat der Stadt Exton"]},
    ),
    "a signature in spaced capitals": (
        f"Secret\n\n3 May 1960\n\nTo Comrade Orlin\n\n{BODY}\nMinister\nA. L I N D E R\n",
        {"signatory": ["A. LINDER"], "sender": ["A. LINDER"]},
    ),
    "a Russian town with its abbreviation": (
        f"Секретно\n\nЦК КПСС\n\n3 мая 1960 г.\nг. Москва\n\n{RUSSIAN}", {"place": ["Москва"]},
    ),
    "a French office without its article": (
        "L'Ambassadeur de France à Monsieur le Ministre des Affaires étrangères\n\n"
        f"Paris, le 3 mai 1960\n\n{BODY}",
        {"recipient": ["Ministre des Affaires étrangères"]},
    ),
    "a numbered list of copies after its label": (
        f"Secret\n\nTo Cde. Orlin\n\n{BODY}\n(A. LIND)\n\nCopies: 1 - Moser\n2 - Bee\n3 - file\n",
        {"copy-to": ["Moser", "Bee"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_draft_says_of_published_forms(name: str) -> None:
    text, expected = CASES[name]
    found = said(text)
    assert {field: found[field] for field in expected} == expected


@pytest.mark.parametrize(
    ("text", "field", "confidence"),
    [
        (f"No. 316\n\nThe Minister at Sofia to the Foreign Office\n\n{BODY}", "number", GUESS),
        (f"No. 316\n\nSofia, 3 August 1914\n\n{BODY}", "number", PROBABLE),
        (f"Citizens!\n\n{BODY}\nSofia, 3 August 1914\n", "type", PROBABLE),
        (f"Dear Ann!\n\n{BODY}\nSofia, 3 August 1914\n", "type", PROBABLE),
        (f"Sofia, 3 May 1914\n\nDear Mrs. Otto Lind,\n\n{BODY}", "recipient", GUESS),
        (f"Sofia, 3 May 1914\n\nFrau Otto Lind\n\nLiebe Frau Lind,\n\n{BODY}", "recipient", GUESS),
        (f"Sofia, 3 May 1914\n\nDear Mrs. Lind,\n\n{BODY}", "recipient", CERTAIN),
        (
            f"Dear Ann,\n\n{BODY}Give my love to all\nof the house. Yours.\n\nOtto\n",
            "closing",
            GUESS,
        ),
        (f"Sofia, 1 V 1940 (recte 1941)\n\nDear Ann!\n\n{BODY}", "date", GUESS),
        (f"Cable\n\nSent on 11.03.1962 received on 04.11.1962\n\n{BODY}", "date", GUESS),
    ],
)
def test_the_confidence_of_a_number_or_type(text: str, field: str, confidence: Confidence) -> None:
    found = [
        one.confidence for one in draft_text(text, VOCABULARY).statements if one.field == field
    ]
    assert found == [confidence]


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        (f"Paris, ce 4 mai 1801\n\n{BODY}Salut et fraternité,\n\nL. Lind\n", "salutation", []),
        (f"Paris, ce 4 mai 1801\n\n{BODY}Salut et fraternité,\n\nL. Lind\n", "signatory",
         ["L. Lind"]),
        (f"MR. LIND TO MR. BEE, SECRETARY OF STATE.\n\nParis, May 4, 1811.\n\n{BODY}",
         "recipient", []),
        (f"Шифртелеграмма\n\nИз Пекина № 4412 3 июля 1959 г.\n\n{BODY}", "place", []),
        (f"MEMORANDUM FOR: The Director\n\n{BODY}\nAnn Lind\nAssistant Director\nNational Pears\n",
         "signatory", ["Ann Lind"]),
        (f"Telegramm\n\nDer Botschafter an das Auswärtige Amt\n\n{BODY}", "recipient",
         ["Auswärtige Amt"]),
    ],
)  # fmt: skip
def test_lines_of_other_forms_are_not_taken_for_a_value(
    text: str, field: str, values: list[str]
) -> None:
    found = [one.value for one in draft_text(text, VOCABULARY).statements if one.field == field]
    assert found == values
