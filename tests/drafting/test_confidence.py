"""The confidence that each rule gives to its statements, before it is lowered."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.rule_reasons import RULES, reason
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
LETTERS: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "plain": (
        "Moscow, 18 July 1960\n"
        "\n"
        "Dear Mr. Smith,\n"
        "\n"
        "The plates have come. I enclose the list.\n"
        "\n"
        "Yours sincerely,\n"
        "Anna Lind\n",
        [
            ("date", "certain", "written-date-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "certain", "signature-after-closing"),
            ("sender", "certain", "sender-signed-after-closing"),
            ("recipient", "certain", "salutation-name"),
            ("enclosure-mentioned", "probable", "letter-speaks-of-it"),
            ("language", "probable", "function-words"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "short year": (
        "Berlin, 18.7.04\n\nDear Sir,\n\nThe plates have come.\n\nYours sincerely,\nLind\n",
        [
            ("date", "guess", "day-and-month-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "certain", "signature-after-closing"),
            ("sender", "probable", "sender-signed-after-closing"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "short year known": (
        "Berlin, 18.7.04\n"
        "\n"
        "Dear Sir,\n"
        "\n"
        "The plates have come since 1901 and 1902.\n"
        "\n"
        "Yours sincerely,\n"
        "Lind\n",
        [
            ("date", "certain", "day-and-month-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "certain", "signature-after-closing"),
            ("sender", "probable", "sender-signed-after-closing"),
            ("language", "probable", "function-words"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "no year": (
        "Berlin, 18 July\n"
        "\n"
        "Dear Comrades,\n"
        "\n"
        "The plates have come.\n"
        "\n"
        "With greetings,\n"
        "Anna Lind\n"
        "Otto Moser\n",
        [
            ("date", "guess", "day-without-year-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "certain", "signature-after-closing"),
            ("sender", "certain", "sender-signed-after-closing"),
            ("language", "probable", "function-words"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "doubt": (
        "[Berlin, 18 July 1960(?)]\n"
        "\n"
        "Dear Anna,\n"
        "\n"
        "The plates have come.\n"
        "\n"
        "Yours, Otto\n"
        "\n"
        "P.S. The list is attached.\n"
        "\n"
        "O. Moser\n",
        [
            ("date", "probable", "written-date-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "guess", "signature-with-closing"),
            ("sender", "guess", "sender-signed-with-closing"),
            ("signatory", "probable", "signature-postscript"),
            ("recipient", "guess", "salutation-name"),
            ("note", "certain", "words-in-brackets"),
            ("enclosure-mentioned", "probable", "letter-speaks-of-it"),
            ("language", "probable", "function-words"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "telegram": (
        "SECRET\n"
        "\n"
        "Brussels, July 12, 1958\n"
        "\n"
        "123. The plates have come. Reference is made to the enclosure.\n"
        "\n"
        "Wigny\n",
        [
            ("classification", "certain", "marking-line"),
            ("date", "certain", "written-date-head"),
            ("place", "certain", "dateline-head"),
            ("signatory", "certain", "signature-last-line"),
            ("sender", "guess", "sender-signed-last-line"),
            ("language", "certain", "function-words"),
            ("type", "probable", "number-opens-text"),
        ],
    ),
    "memo": (
        "MEMORANDUM\n"
        "\n"
        "18 July 1960\n"
        "\n"
        "To: Mr. Smith\n"
        "From: Mr. Jones\n"
        "Subject: Plates\n"
        "\n"
        "The plates have come.\n"
        "\n"
        "Jones\n",
        [
            ("date", "certain", "dateline"),
            ("subject", "probable", "subject-line"),
            ("sender", "certain", "from-field"),
            ("recipient", "certain", "to-field"),
            ("signatory", "certain", "signature-last-line"),
            ("language", "certain", "function-words"),
            ("type", "certain", "heading"),
        ],
    ),
    "conversation": (
        "Memorandum of Conversation\n\nParticipants: Mr. Smith\n\nThe plates.\n",
        [
            ("participant", "certain", "participants-list"),
            ("type", "certain", "heading-of-talk"),
        ],
    ),
    "subject": (
        "18 July 1960\n"
        "London\n"
        "\n"
        "To: The Foreign Secretary\n"
        "Subject: Plates\n"
        "\n"
        "The plates have come.\n"
        "\n"
        "(signed) Anna Lind\n",
        [
            ("date", "certain", "dateline"),
            ("place", "probable", "town-in-head"),
            ("subject", "probable", "subject-line"),
            ("sender", "probable", "sender-signed-marked-signed"),
            ("recipient", "certain", "to-field"),
            ("signatory", "probable", "signature-marked-signed"),
            ("language", "certain", "function-words"),
            ("type", "probable", "subject-without-salutation"),
        ],
    ),
    "body": (
        "Moscow, 18 July 1960\n"
        "\n"
        "To the Central Committee of the SED\n"
        "\n"
        "Dear Comrades,\n"
        "\n"
        "The Central Committee of the CPSU considers it necessary to inform you.\n"
        "\n"
        "With communist greetings,\n"
        "\n"
        "Secretary of the CC CPSU\n"
        "N. KHRUSHCHEV\n"
        "\n"
        "cc: Otto Moser\n",
        [
            ("date", "certain", "dateline"),
            ("place", "certain", "dateline"),
            ("sender", "certain", "sender-signature-below-office"),
            ("recipient", "certain", "address-to"),
            ("signatory", "certain", "signature-below-office"),
            ("copy-to", "probable", "copies-line"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("mentioned", "probable", "name-in-vocabulary"),
            ("language", "certain", "function-words"),
            ("original-language", "probable", "language-of-sender"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "office": (
        "London, 18 July 1960\n"
        "\n"
        "Mr. President:\n"
        "\n"
        "The plates have come.\n"
        "\n"
        "Respectfully,\n"
        "A. Lind\n"
        "\n"
        "Enclosure: List of plates\n"
        "1. A\n",
        [
            ("date", "certain", "written-date-head"),
            ("place", "certain", "dateline-head"),
            ("salutation", "certain", "salutation-line"),
            ("closing", "certain", "lines-above-signature"),
            ("signatory", "certain", "signature-after-closing"),
            ("sender", "certain", "sender-signed-after-closing"),
            ("recipient", "certain", "salutation-office"),
            ("language", "probable", "function-words"),
            ("type", "certain", "letter-forms"),
        ],
    ),
    "none": (
        "The plates have come and have gone.\n",
        [
            ("language", "certain", "function-words"),
        ],
    ),
}


@pytest.mark.parametrize("name", LETTERS)
def test_each_statement_has_its_rule_and_confidence(name: str) -> None:
    text, expected = LETTERS[name]
    drafted = draft_text(text, VOCABULARY, lower=False).statements
    statements = [one for one in drafted if one.field != "text-kind"]
    assert [(one.field, str(one.confidence), one.rule) for one in statements] == expected
    quotes = [one.quote for one in statements if one.quote is not None]
    assert all(text[quote.start : quote.end] == quote.exact for quote in quotes)


HEAD = "Berlin, 18 July 1960"
BODY = "The plates have come."
END = "Yours sincerely,\nAnna Lind"
CENTURY = "Berlin, 18.7.04"
MEMO = "MEMORANDUM\n\n18 July 1960\n\nTo: Mr. Smith\nFrom: {}\nSubject: Plates"
NO_FORMS = {"greeting": "", "body": "The plates have come and have gone since.", "end": ""}
SURE: list[tuple[dict[str, str], str, str, str, str]] = [
    # The change to the letter, and the statement whose confidence depends on it.
    ({"head": "Berlin, Monday, 18.7.04"}, "date", "1904-07-18", "certain", "day-and-month-head"),
    ({"head": "Berlin, Tuesday, 18.7.04", "body": "Since 1904."},
     "date", "1904-07-18", "probable", "day-and-month-head"),
    ({"head": CENTURY, "body": "Since 1924."},
     "date", "1904-07-18", "certain", "day-and-month-head"),
    ({"head": CENTURY, "body": "Since 1925."},
     "date", "1904-07-18", "probable", "day-and-month-head"),
    ({"head": CENTURY, "body": "Die Platten sind gekommen, und ich danke Ihnen dafür sehr."},
     "date", "1904-07-18", "guess", "day-and-month-head"),
    ({"head": "Berlin, 3/4.3.57", "body": "Since 1957."},
     "date", "[1957-03-03,1957-03-04]", "probable", "either-head"),
    ({"head": "Berlin, before 3.4.57", "body": "Since 1957."},
     "date", "[..1957-04-02]", "probable", "before-head"),
    ({"head": "Berlin, Monday, before 3.4.57", "body": "Since 1957."},
     "date", "[..1957-04-02]", "probable", "before-head"),
    ({"head": "Berlin, [18.7.04]", "body": "Since 1904."},
     "date", "1904-07-18", "probable", "day-and-month-head"),
    ({"head": f"{CENTURY}?", "body": "Since 1904."},
     "date", "1904-07-18?", "probable", "day-and-month-head"),
    ({"head": "Berlin, 5 March 1848 (old style)", "body": "Since 1848."},
     "date", "1848-03-17", "probable", "old-style-date-head"),
    ({"head": "Berlin, 3/4 March 1957", "body": "Since 1957."},
     "date", "[1957-03-03,1957-03-04]", "probable", "either-head"),
    ({"head": f"Received 20 July\n\n{HEAD}"},
     "received", "1960-07-20", "probable", "stamp-of-receipt"),
    ({"head": f"Received 2 January\n\n{HEAD}"},
     "received", "1961-01-02", "probable", "stamp-of-receipt"),
    ({"head": f"Received 29 February\n\n{HEAD}"},
     "received", "XXXX-02-29", "probable", "stamp-of-receipt"),
    ({"greeting": "Dear Anna,\n" + BODY, "body": "So it is."},
     "salutation", "Dear Anna,", "guess", "salutation-line"),
    ({"end": "In haste and friendship,\nAnna Lind"},
     "closing", "In haste and friendship,", "probable", "lines-above-signature"),
    ({"end": "For the Joint Chiefs of Staff:\nA. Lind"},
     "sender", "Joint Chiefs of Staff", "certain", "signed-for-body"),
    ({"end": f"{END}\n\nOtto Moser"}, "signatory", "Otto Moser", "guess", "signature-co-signed"),
    ({"end": f"{END}\n\nOtto Moser"},
     "signatory", "Anna Lind", "probable", "signature-after-closing"),
    ({"end": f"{END}\n\nOtto Moser"},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"end": f"{END}\n\nEnclosures: 2"},
     "signatory", "Anna Lind", "probable", "signature-after-closing"),
    ({"end": f"{END}\n\nEnclosures: 2"},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"end": "Anna Lind\n\nEnclosures: 2"},
     "signatory", "Anna Lind", "probable", "signature-last-line"),
    ({"end": f"{END}\n\nWith greetings,\nOtto Moser"},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"end": f"{END}\n\nWith greetings,\nOtto Moser"},
     "sender", "Otto Moser", "probable", "sender-signed-after-closing"),
    ({"end": "Yours, Anna Lind"}, "signatory", "Anna Lind", "certain", "signature-with-closing"),
    ({"end": "Yours, Anna"}, "sender", "Anna", "guess", "sender-signed-with-closing"),
    ({"end": "Yours,\nAnna"}, "sender", "Anna", "probable", "sender-signed-after-closing"),
    ({"end": "Yours sincerely,\nLind & Co. (Anna Lind)"},
     "sender", "Lind & Co. (Anna Lind)", "guess", "sender-signed-after-closing"),
    ({"head": f"{HEAD}\n\nMr. Otto Moser\n12 High Street\nLondon", "greeting": "Dear Mr. Moser,"},
     "recipient", "Otto Moser", "certain", "address-and-salutation"),
    ({"head": f"{HEAD}\n\nTo the King", "greeting": ""},
     "recipient", "King", "probable", "address-to"),
    ({"head": f"{HEAD}\n\nTo the Emperor", "greeting": ""},
     "recipient", "Emperor", "probable", "address"),
    ({"head": f"{HEAD}\n\nTo the Sultan of Oman", "greeting": ""},
     "recipient", "Sultan of Oman", "probable", "address"),
    ({"head": f"{HEAD}\n\nTo the Gardener of Lind", "greeting": ""},
     "recipient", "Gardener of Lind", "certain", "address"),
    ({"head": f"{HEAD}\n\nTo the Emperor", "greeting": "Dear Emperor,"},
     "recipient", "Emperor", "certain", "address-and-salutation"),
    ({"head": f"{HEAD}\n\nCentral Committee of the CPSU", "greeting": "Dear Comrades,"},
     "recipient",
     "Central Committee of the Communist Party of the Soviet Union", "probable",
     "known-above-salutation"),
    ({"greeting": "Dear Minister Moser,"}, "recipient", "Moser", "certain", "salutation-name"),
    ({"greeting": "Dear Otto,"}, "recipient", "Otto", "guess", "salutation-name"),
    ({"greeting": "Dear Mr. Chairman,"}, "recipient", "Chairman", "certain", "salutation-office"),
    ({"head": "Gasthof zur Post, Wien\nMonday\n18 July 1960"},
     "place", "Gasthof zur Post", "probable", "line-above-date"),
    ({"head": CENTURY, "body": "I dischi sono arrivati e la ringrazio molto per averli mandati."},
     "date", "1904-07-18", "guess", "day-and-month-head"),
    ({"head": f"No classification marking\n\n{HEAD}"},
     "classification", "No classification marking", "certain", "no-marking-stated"),
    ({"head": f"TOP SECRET\nEYES ONLY\n\n{HEAD}"},
     "classification", "TOP SECRET; EYES ONLY", "certain", "marking-line"),
    ({"head": f"TOP SECRET\n\nEYES ONLY\n\n{HEAD}"},
     "classification", "TOP SECRET; EYES ONLY", "certain", "marking-line"),
    ({"head": "", "end": f"{END}\n\n{HEAD}"},
     "date", "1960-07-18", "certain", "written-date-below-signature"),
    ({"head": "", "end": f"{END}\n\n{HEAD}"},
     "place", "Berlin", "certain", "dateline-below-signature"),
    ({"head": "18 July\n\nBerlin, 19 July 1960"},
     "date", "1960-07-19", "certain", "written-date-head"),
    ({"head": f"Received 20 July 59\n\n{HEAD}"},
     "received", "1959-07-20", "probable", "stamp-of-receipt"),
    ({"head": MEMO.format("Anna Lind, Secretary")} | NO_FORMS,
     "sender", "Anna Lind", "certain", "from-field"),
    ({"head": MEMO.format("EUR - Anna Lind")} | NO_FORMS,
     "sender", "Anna Lind", "certain", "from-field"),
    ({"head": MEMO.format("Lind")} | NO_FORMS, "sender", "Lind", "probable", "from-field"),
    ({"end": f"{END}\n\nOtto"}, "signatory", "Otto", "guess", "signature-co-signed"),
    ({"end": "Yours sincerely, Anna Lind"},
     "signatory", "Anna Lind", "guess", "signature-with-closing"),
    ({"head": f"{HEAD}\n\nMr. Rich. Moser\nLondon", "greeting": "Dear Richard,"},
     "recipient", "Rich. Moser", "certain", "address-and-salutation"),
    ({"head": f"{HEAD}\n\nMr. Ric. Moser\nLondon", "greeting": "Dear Richard,"},
     "recipient", "Ric. Moser", "certain", "address"),
    ({"head": f"Otto Moser\n\n{HEAD}", "greeting": "Dear Moser,"},
     "recipient", "Otto Moser", "certain", "address-and-salutation"),
    ({"head": f"Anna Lind\n12 High Street\nLondon\n\n{HEAD}", "greeting": "Dear Otto,"},
     "recipient", "Otto", "guess", "salutation-name"),
    ({"head": f"{HEAD}\n\nAnna Lind\nParis\n\nTo: Otto Moser, Minister", "greeting": ""},
     "recipient", "Otto Moser", "certain", "to-field"),
    ({"body": "Yesterday the Central Committee of the CPSU told you of the plates."},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"head": "London."}, "place", "London", "probable", "address-above-salutation"),
    ({"head": "Berlin, Montag, 18.7.04"}, "date", "1904-07-18", "certain", "day-and-month-head"),
    ({"head": CENTURY.replace("04", "60"), "body": "Die DDR dankt."},
     "date", "1960-07-18", "certain", "day-and-month-head"),
    ({"head": CENTURY, "body": "Die Genossen haben 2000 Platten."},
     "date", "1904-07-18", "guess", "day-and-month-head"),
    ({"head": "Berlin, Di, 19.7.04"}, "date", "1904-07-19", "guess", "day-and-month-head"),
    ({"head": CENTURY, "body": "Since 1884."},
     "date", "1904-07-18", "certain", "day-and-month-head"),
    ({"head": CENTURY, "body": "Since 1883."},
     "date", "1904-07-18", "probable", "day-and-month-head"),
    ({"head": CENTURY, "body": "Les plaques sont arrivées et je vous remercie de tout mon cœur."},
     "date", "1904-07-18", "guess", "day-and-month-head"),
    ({"head": f"Received 20 July 1960\n\nReceived 21 July 1960\n\n{HEAD}"},
     "received", "1960-07-20", "certain", "stamp-of-receipt"),
    ({"head": f"Received\n\nReceived 21 July 1960\n\n{HEAD}"},
     "received", "1960-07-21", "certain", "stamp-of-receipt"),
    ({"head": f"Received 18 July\n\n{HEAD}"},
     "received", "1960-07-18", "probable", "stamp-of-receipt"),
    ({"head": f"TOP SECRET\n{HEAD}\nEYES ONLY"},
     "classification", "TOP SECRET; EYES ONLY", "certain", "marking-line"),
    ({"head": "Berlin, undated\n\nParis, 19 July 1960"},
     "place", "Berlin", "certain", "dateline-head"),
    ({"head": "18 July", "end": f"{END}\n\nWien, 20 July 1960"},
     "date", "1960-07-20", "certain", "written-date-below-signature"),
    ({"head": "Wien, 20 July", "end": f"{END}\n\nParis, 21 July"},
     "date", "XXXX-07-20", "guess", "day-without-year-head"),
    ({"head": "FOREIGN OFFICE\nWien\n18 July 1960"},
     "place", "Wien", "probable", "line-above-date"),
    ({"head": "18 July 1960\nMINISTRY OF JUSTICE\nWien"},
     "place", "Wien", "probable", "line-below-date"),
    ({"head": "18 July 1960\n(in haste)\nx y\nWien"},
     "place", "Wien", "probable", "line-below-date"),
    ({"head": "18 July 1960\n12 High Street\nWien, Austria"},
     "place", "Wien, Austria", "probable", "line-below-date"),
    ({"head": "18 July 1960\n\nGasthof zur Post\nWien"},
     "place", "Gasthof zur Post", "probable", "address-above-salutation"),
    ({"head": "18 July 1960\n\nGasthof zur Post 3"},
     "place", "Gasthof zur Post", "probable", "address-above-salutation"),
    ({"head": "18 July 1960\n\nMonday\nWien."},
     "place", "Wien", "probable", "address-above-salutation"),
    ({"head": f"{HEAD}\n\nReceived 20 July 1960"},
     "received", "1960-07-20", "certain", "stamp-of-receipt"),
    ({"head": f"Received 20 July 04\n\n{HEAD}", "body": "Since 2004."},
     "received", "2004-07-20", "probable", "stamp-of-receipt"),
    ({"head": f"Received {'x' * 88} 18 July 1960\n\n{HEAD}"},
     "received", "1960-07-18", "certain", "stamp-of-receipt"),
    ({"head": f"Received {'x' * 99} 3 May 1960\n\nReceived 20 July 1960\n\n{HEAD}"},
     "received", "1960-07-20", "certain", "stamp-of-receipt"),
    ({"head": "SECRET\n\nReceived 20 July\n\n18 July 1960"},
     "received", "1960-07-20", "probable", "stamp-of-receipt"),
    ({"head": "TOP SECRET; Sandstorm"},
     "classification", "TOP SECRET; Sandstorm", "probable", "marking-line"),
    ({"head": "Paris, 19 July 1960\n\nBerlin, undated"},
     "date", "1960-07-19", "certain", "written-date-head"),
    ({"end": f"{END}\n\nWien, 20 July 1961"},
     "date", "1960-07-18", "certain", "written-date-head"),
    ({"head": "HOTEL IMPERIAL\n18 July 1960"},
     "place", "HOTEL IMPERIAL", "probable", "address-above-salutation"),
    ({"head": "BAD GASTEIN\n18 July 1960"},
     "place", "BAD GASTEIN", "probable", "line-above-date"),
    ({"head": "18 July 1960\nBAD GASTEIN"},
     "place", "BAD GASTEIN", "probable", "line-below-date"),
    ({"head": "Paris\n\nWien\n18 July 1960"}, "place", "Wien", "probable", "line-above-date"),
    ({"head": "x y\nWien\n18 July 1960"}, "place", "Wien", "probable", "line-above-date"),
    ({"head": "Wien 12\n18 July 1960"}, "place", "Wien", "probable", "line-above-date"),
    ({"head": "18 July 1960\nWien 12"}, "place", "Wien", "probable", "line-below-date"),
    ({"head": f"Wien, {'x' * 74}\n18 July 1960"},
     "place", "Wien", "probable", "line-above-date"),
    ({"head": "20 July 1960\n\n21 July\nWien."},
     "place", "Wien", "probable", "address-above-salutation"),
    ({"head": "Gasthof zur Post,"},
     "place", "Gasthof zur Post", "probable", "address-above-salutation"),
    ({"end": "Yours, Anna Lind"}, "closing", "Yours,", "certain", "lines-above-signature"),
    ({"end": "Yours, Anna Maria Lind"},
     "signatory", "Anna Maria Lind", "certain", "signature-with-closing"),
    ({"end": "Yours, Anna Maria Eva Lind"},
     "signatory", "Anna Maria Eva Lind", "guess", "signature-with-closing"),
    ({"end": "Deine alte Anna"}, "signatory", "Anna", "certain", "signature-with-closing"),
    ({"end": "Deine liebe Anna"}, "signatory", "Anna", "guess", "signature-with-closing"),
    ({"end": f"{END}\n\nOtto Moser\nMinister of Justice"},
     "signatory", "Otto Moser", "guess", "signature-co-signed"),
    ({"greeting": "", "body": "The plates have come to us.",
      "end": "Anna Lind\n\nThe list of all that has come will follow with the post."},
     "signatory", "Anna Lind", "guess", "signature-before-postscript"),
    ({"end": f"{END}\n\nYours,\nAnna Lind."},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"head": MEMO.format("12\nAnna Lind")} | NO_FORMS,
     "sender", "Anna Lind", "certain", "from-field"),
    ({"head": f"{HEAD}\n\nDr. Karl Bee\nParis\n\nHerrn Otto Moser\nWien", "greeting": ""},
     "recipient", "Otto Moser", "certain", "address"),
    ({"head": f"Dr. Eva Maria Lind\n12 High Street\n\n{HEAD}", "greeting": "Dear Otto,"},
     "recipient", "Otto", "guess", "salutation-name"),
    ({"head": f"Dr. Anna Maria Bee\n12 High Street\n\n{HEAD}", "greeting": "Dear Otto,"},
     "recipient", "Otto", "guess", "salutation-name"),
    ({"head": f"Dr. Lind\n12 High Street\n\n{HEAD}", "greeting": "Dear Lind,"},
     "recipient", "Lind", "certain", "address-and-salutation"),
    ({"head": f"Herrn Otto Lind\n12 High Street\n\n{HEAD}", "greeting": "Dear Anton,"},
     "recipient", "Otto Lind", "certain", "address"),
    ({"head": f"Dr. Otto Lind\n12 High Street\n\n{HEAD}", "greeting": ""},
     "recipient", "Otto Lind", "certain", "address"),
    ({"head": "OTTO MOSER", "greeting": "Dear Moser,"},
     "recipient", "OTTO MOSER", "certain", "address-and-salutation"),
    ({"head": f"Otto M{'x' * 45} Moser", "greeting": "Dear Moser,"},
     "recipient", f"Otto M{'x' * 45} Moser", "certain", "address-and-salutation"),
    ({"head": "Otto Karl Emil Moser", "greeting": "Dear Moser,"},
     "recipient", "Otto Karl Emil Moser", "certain", "address-and-salutation"),
    ({"head": "Otto Karl Emil Paul Moser", "greeting": "Dear Moser,"},
     "recipient", "Moser", "guess", "salutation-name"),
    ({"head": "Haus Moser 12", "greeting": "Dear Moser,"},
     "recipient", "Moser", "guess", "salutation-name"),
    ({"head": "Moser", "greeting": "Dear Moser,"},
     "recipient", "Moser", "guess", "salutation-name"),
    ({"head": "", "greeting": "Dear Otto Moser,"},
     "recipient", "Otto Moser", "guess", "salutation-name"),
    ({"head": "", "greeting": "To the Officers!"},
     "recipient", "Officers", "probable", "salutation-office"),
    ({"head": "Central Committee of the CPSU", "greeting": "Dear Comrades,"},
     "recipient", "Central Committee of the Communist Party of the Soviet Union",
     "probable", "known-above-salutation"),
    ({"body": "The Central Committee of the CPSU considers it."},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"body": "Walter Ulbricht tells you."},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"end": "For the Ambassador:\nA. Lind"},
     "sender", "A. Lind", "certain", "sender-signed-after-closing"),
    ({"end": "P. P. Walter Ulbricht:\nA. Lind"},
     "sender", "A. Lind", "certain", "sender-signed-after-closing"),
    *(({"body": f"The Central Committee of the CPSU {word}."},
       "sender", "Central Committee of the Communist Party of the Soviet Union",
       "probable", "body-that-speaks")
      for word in ("tells you", "grüsst Ihnen", "grüsst Euch", "et vous", "и Вам", "и Вас")),
    ({"body": f"The Central Committee of the CPSU {'so ' * 121}you"},
     "sender", "Central Committee of the Communist Party of the Soviet Union",
     "probable", "body-that-speaks"),
    ({"body": f"The Central Committee of the CPSU {'so ' * 120}soo you"},
     "sender", "Anna Lind", "certain", "sender-signed-after-closing"),
    ({"head": f"{HEAD}\n\ncc: Otto Moser, {'x' * 184}"},
     "copy-to", "Otto Moser", "probable", "copies-line"),
    ({"head": "London, W.C."}, "place", "London", "probable", "address-above-salutation"),
    ({"end": "With kind regards,\n\nYours sincerely,\n\nAnna Lind"},
     "closing", "With kind regards,\n\nYours sincerely,", "certain", "lines-above-signature"),
    ({"end": "Yours sincerely,\nAnna Lind\n\nP.S. It is so.\n\nYours,\nOtto"},
     "closing", "Yours sincerely,", "certain", "lines-above-signature"),
    ({"end": "Yours,"}, "closing", "Yours,", "certain", "lines-above-signature"),
    ({"greeting": "", "body": "Sir: I have the honor to tell you of it."},
     "salutation", "Sir:", "guess", "salutation-in-line"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "value", "sure", "rule"), SURE)
def test_the_confidence_depends_on_the_words_of_the_letter(
    changes: dict[str, str], field: str, value: str, sure: str, rule: str
) -> None:
    parts = {"head": HEAD, "greeting": "Dear Sir,", "body": BODY, "end": END} | changes
    text = "\n\n".join(filter(None, parts.values())) + "\n"
    statements = draft_text(text, VOCABULARY, lower=False).statements
    [found] = [one for one in statements if (one.field, one.value) == (field, value)]
    assert (str(found.confidence), found.rule) == (sure, rule)
    assert found.quote is not None
    assert text[found.quote.start : found.quote.end] == found.quote.exact


QUOTED: list[tuple[dict[str, str], str, list[tuple[str, str, dict[str, str]]]]] = [
    # The change to the letter, a field, and its statements: the words, the kind, the details.
    ({"head": f"SECRET\n\n{HEAD}"}, "date", [("18 July 1960", "", {})]),
    ({"head": f"SECRET\n\n{HEAD}"}, "classification", [("SECRET", "", {"level": "secret"})]),
    ({"head": "Совершенно секретно"},
     "classification", [("Совершенно секретно", "", {"level": "top-secret", "scheme": "ussr"})]),
    ({"head": "No classification marking"},
     "classification", [("No classification marking", "none", {})]),
    ({"head": "Berlin, 5 March 1848 (old style)"},
     "date", [
         ("5 March 1848 (old style)", "", {"note": "5 March 1848 in the Julian calendar"}),
     ]),
    ({"head": f"{HEAD}\n\nReceived 20 July 1960"}, "received", [("20 July 1960", "", {})]),
    ({"head": "SECRET\n\n1190 Wien\n18 July 1960"}, "place", [("Wien", "", {})]),
    ({"end": f"{END}\n\ncc: Otto Moser, the rest,  Karl Bee; , Otto Bee."}, "copy-to",
     [("Otto Moser", "person", {}), ("Karl Bee", "person", {}), ("Otto Bee", "person", {})]),
    ({"head": MEMO.format("Dr. Anna Lind\nParis")} | NO_FORMS,
     "sender", [("Anna Lind", "person", {})]),
    ({"end": "For the Joint Chiefs of Staff:\nA. Lind"},
     "sender", [("For the Joint Chiefs of Staff:", "organization", {})]),
    ({"end": "For the Joint Chiefs of Staff:\nA. Lind"},
     "signatory", [("A. Lind", "person", {"signs": "For the Joint Chiefs of Staff"})]),
    ({"body": "The Central Committee of the CPSU tells you."},
     "sender", [("The Central Committee of the CPSU", "organization", {})]),
    ({"end": "Yours sincerely,\nWei Tao-ming"},
     "sender", [("Wei Tao-ming", "person", {"family": "Wei"})]),
    ({"end": "Yours sincerely,\nDr. Anna Lind"},
     "sender", [("Dr. Anna Lind", "person", {"role": "Dr."})]),
    ({"end": "Yours,\nA. L.\nAnna Lind"}, "signatory", [("A. L.", "person", {})]),
    ({"end": "Yours,\nA. L.\nAnna Lind"}, "sender", [("Anna Lind", "person", {})]),
    ({"end": f"{END}\n\nYours,\nAnna Lind."}, "sender", [("Anna Lind", "person", {})]),
    ({"greeting": "Mr. Secretary:"},
     "recipient", [("Mr. Secretary", "",
                    {"candidates": "Secretary of State; another head of a department"})]),
    ({"head": "Otto Moser", "greeting": "Dear Moser,"},
     "recipient", [("Otto Moser", "person", {})]),
    ({"head": "Central Committee of the CPSU", "greeting": "Dear Comrades,"},
     "recipient", [("Central Committee of the CPSU", "", {})]),
    ({"greeting": "Dear Minister Moser,"},
     "recipient", [("Minister Moser", "person", {"role": "Minister"})]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "expected"), QUOTED)
def test_a_statement_quotes_the_words_that_it_rests_on(
    changes: dict[str, str], field: str, expected: list[tuple[str, str, dict[str, str]]]
) -> None:
    parts = {"head": HEAD, "greeting": "Dear Sir,", "body": BODY, "end": END} | changes
    text = "\n\n".join(filter(None, parts.values())) + "\n"
    found = [
        one for one in draft_text(text, VOCABULARY, lower=False).statements if one.field == field
    ]
    quotes = [one.quote for one in found if one.quote is not None]
    cut = [text[quote.start : quote.end] for quote in quotes]
    assert cut == [quote.exact for quote in quotes]
    assert [(words, one.kind, one.more) for words, one in zip(cut, found, strict=True)] == expected


@pytest.mark.parametrize(("length", "joined"), [(159, True), (160, False)])
def test_consecutive_closings_are_joined_up_to_a_length(length: int, joined: bool) -> None:
    lines = ["With kind regards,", "With all good wishes,", "Yours sincerely,"]
    lines[0] = f"With {'x' * (length - 5 - len(''.join(lines)))} kind regards,"
    text = f"{HEAD}\n\nDear Sir,\n\n{BODY * 9}\n\n" + "\n\n".join([*lines, "Anna Lind\n"])
    statements = draft_text(text, VOCABULARY, lower=False).statements
    [closing] = [one.value for one in statements if one.field == "closing"]
    assert len("\n\n".join(lines)) == length
    assert closing == "\n\n".join(lines if joined else lines[1:])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"head": f"Received 18 July\n\n{HEAD[:6]}, July 1960"}, "received"),
        ({"head": "Received 18 July"}, "received"),
        ({"head": f"Received {'x' * 89} 18 July 1960\n\n{HEAD}"}, "received"),
        ({"head": f"Received\n\n{HEAD}"}, "received"),
        ({"head": "Berlin, undated\n\nParis, 19 July 1960"}, "date"),
        ({"end": f"{END}\n\nWien, 20 July", "head": ""}, "date"),
        ({"head": "MINISTRY OF JUSTICE\n18 July 1960"}, "place"),
        ({"head": "18 July 1960\nab\ncd\nef\nWien"}, "place"),
        ({"head": "18 July 1960\n\nGasthof zur Post"}, "place"),
        ({"head": "18 July 1960\n\nSubject: Plates\nWien."}, "place"),
        ({"head": "18 July 1960\nTo: Otto Moser\nWien"}, "place"),
        ({"head": "Wien 12\n\n18 July 1960"}, "place"),
        ({"head": ""}, "place"),
        ({"head": f"{HEAD}\n\ncc: Otto Moser, {'x' * 185}"}, "copy-to"),
        ({"end": f"{END}\n\nCopies to all"}, "copy-to"),
        ({"end": "Signed: –"}, "signatory"),
        ({"head": "To: 12", "greeting": ""}, "recipient"),
        ({"head": "", "greeting": "Central Committee of the CPSU"}, "recipient"),
        ({"head": "Paris\nCentral Committee of the CPSU", "greeting": "Dear Comrades,"},
         "recipient"),
        ({"head": "", "greeting": "Dear Comrades,", "end": "Central Committee of the CPSU"},
         "recipient"),
        ({"head": "Wien.", "greeting": ""}, "place"),
        ({"head": "PERSONAL\n18 July 1960"}, "place"),
        ({"head": "18 July 1960\n\nReceived 20 July"}, "place"),
        ({"head": "18 July 1960\n\nTranslation\nWien."}, "place"),
        ({"head": f"Wien, {'x' * 75}\n18 July 1960"}, "place"),
        ({"head": "18 July 1960", "greeting": "", "body": "", "end": ""}, "place"),
        ({"greeting": ""}, "salutation"),
        ({"greeting": "", "body": "", "end": ""}, "closing"),
    ],
)  # fmt: skip
def test_a_field_that_the_letter_does_not_have_is_not_stated(
    changes: dict[str, str], field: str
) -> None:
    parts = {"head": HEAD, "greeting": "Dear Sir,", "body": BODY, "end": END} | changes
    text = "\n\n".join(filter(None, parts.values())) + "\n"
    assert field not in {one.field for one in draft_text(text, VOCABULARY, lower=False).statements}


def test_statements_to_review_are_listed_least_certain_first() -> None:
    draft = draft_text(LETTERS["doubt"][0], VOCABULARY, lower=False)
    unsure = [one for one in draft.needs_review if one.field != "text-kind"]
    assert [one.confidence for one in unsure] == [GUESS] * 3 + [PROBABLE] * 4
    assert [one.field for one in unsure if one.confidence is GUESS] == [
        "signatory", "sender", "recipient",
    ]  # fmt: skip
    rest = [one for one in draft.statements if one not in draft.needs_review]
    assert {one.confidence for one in rest} == {CERTAIN}


def test_open_fields_are_listed() -> None:
    plain = draft_text(LETTERS["plain"][0], VOCABULARY).open
    assert "enclosure" not in plain, "the letter mentions one"
    assert "classification" in plain
    assert "enclosure" in draft_text(LETTERS["no year"][0], VOCABULARY).open


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("written-date-head", "a date written out, in the head"),
        ("iso-date-below-signature", "a date in figures, year first, below the signature"),
        ("sender-signed-after-closing", "the signer, from the line after the closing"),
        ("sender-signed-of-nobody", "sender signed of nobody"),
        ("unknown-rule-head", "unknown rule head"),
        ("unknown-rule", "unknown rule"),
    ],
)
def test_every_rule_has_a_reason(rule: str, words: str) -> None:
    assert reason(rule) == words
    assert all(reason(known) == text for known, text in RULES.items())


def test_every_rule_in_a_draft_has_a_written_reason() -> None:
    named = {rule for _, expected in LETTERS.values() for _, _, rule in expected}
    assert not [rule for rule in named if reason(rule) == rule.replace("-", " ")]
