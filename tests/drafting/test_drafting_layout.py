"""Each line of a letter gets a kind, by its shape and its place."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.drafting import load_vocabulary
from archive_pkg.drafting.language import text_conventions
from archive_pkg.drafting.letters.datelines import read_dateline
from archive_pkg.drafting.letters.head import is_prose, is_salutation, salutation_in
from archive_pkg.drafting.letters.line_shapes import LineShapes, closing_end, is_certain_closing
from archive_pkg.drafting.letters.markings import read_marking
from archive_pkg.drafting.letters.segmentation import Zone, segment
from archive_pkg.drafting.letters.tail import is_document_heading
from archive_pkg.drafting.lines import Line, split_lines
from archive_pkg.drafting.official_documents.facts import DocumentForms

VOCABULARY = load_vocabulary()


def line(text: str) -> Line:
    return split_lines(text)[0]


def shapes(text: str) -> LineShapes:
    return LineShapes(split_lines(text), VOCABULARY)


def facts(text: str) -> dict[str, Any]:
    """Return the facts in the layout of a letter, without empty ones."""
    layout = segment(text, VOCABULARY, DocumentForms())
    head, tail = layout.head, layout.tail
    datelines = [*head.datelines, *tail.datelines]
    for one in tail.signatures:
        assert text[one.start : one.end] == one.text
    found = {
        "salutation": head.salutation,
        "run in": head.run_in or None,
        "addressee": head.addressee,
        "senders": head.senders,
        "closings": tail.closings,
        "address below": tail.addressee,
        "enclosures": tail.enclosures,
        "for": tail.for_another,
        "summary": tail.summary and (*tail.summary, tail.set_off),
        "end": tail.end if tail.end != len(layout.lines) else None,
        "signatures": [(one.text, one.how, one.typed) for one in tail.signatures],
        "dates": [(one.line, one.place and text[slice(*one.place)]) for one in datelines],
        "markings": [marking.level for _, marking in head.markings],
    }
    return {"body": head.body} | {k: v for k, v in found.items() if v not in (None, [])}


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (
            """marking | TOP SECRET; NODIS

registry | No. 123

letterhead | American Embassy
dateline | London, May 3, 1955, 7 p.m.

subject | SUBJECT: Trade

sender | FROM: The Ambassador
sender | and his staff
addressee | TO: The Secretary
addressee | of State

stamp | Received: May 4, 1955

salutation | Dear Mr. Murphy:

body | Here is the paper that we spoke of last week in the garden.
body | It is long.

body | Another paragraph follows here, with more words in it than the last.

closing | Sincerely yours,

signature | John Q. Example
title | Counselor of Embassy

copies | cc: Mr. Bee""",
            {
                "body": 11,
                "salutation": 10,
                "addressee": [[7, 8]],
                "senders": [[5, 6]],
                "closings": [14],
                "signatures": [("John Q. Example", "after-closing", None)],
                "dates": [(3, "London")],
                "markings": ["top secret"],
            },
        ),
        (
            """dateline | Berlin, den 5. Juni 1907

addressee | An Herrn Paul Muster
addressee | Wien

body | Lieber Paul! Ich danke Dir für Deinen Brief, der heute morgen hier angekommen ist.

body | Es grüßt Dich herzlich
closing | Dein Karl

postscript | P.S. Grüße an Anna, die ich lange nicht gesehen habe.""",
            {
                "body": 3,
                "addressee": [[1, 2]],
                "closings": [5],
                "signatures": [("Karl", "with-closing", None)],
                "dates": [(0, "Berlin")],
            },
        ),
        (
            """salutation | Mein lieber Freund,

body | komm bald zu uns, wir warten schon so lange auf Dich.

body | Mit herzlichem Gruss
closing | Deine
signature | Anna

dateline | Wien, 3. Mai 1907

addressee | An Herrn
addressee | Karl Beispiel
addressee | Berlin""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [3],
                "address below": [[6, 7, 8]],
                "signatures": [("Anna", "after-closing", None)],
                "dates": [(5, "Wien")],
            },
        ),
        (
            """dateline | Paris, le 15 novembre 1917

salutation | Monsieur le Président,

body | J'ai l'honneur de vous adresser la lettre que vous avez demandée hier.

body | Veuillez agréer, Monsieur le Président, l'expression de mes sentiments dévoués.

signature | Signé: G. Clemenceau""",
            {
                "body": 2,
                "salutation": 1,
                "signatures": [("G. Clemenceau", "marked-signed", None)],
                "dates": [(0, "Paris")],
            },
        ),
        (
            """body | I have the honor to say that the conference ended without any result.

for-another | For the Ambassador:
signature | Ann Bee
title | Counselor of Embassy

enclosure | Enclosure
body | Minutes of the conference

body | The conference began at nine.""",
            {
                "body": 0,
                "enclosures": [4],
                "for": 1,
                "end": 4,
                "signatures": [("Ann Bee", "after-closing", None)],
            },
        ),
        (
            """dateline | Undated

salutation | Dear Joe,

body | We went to town and saw the king, who was in a good mood this time.

closing | Best wishes,

signature | Ann Bee
title | Carl Dee

postscript | [Signature illegible]""",
            {
                "body": 2,
                "salutation": 1,
                "closings": [3],
                "signatures": [("Ann Bee", "after-closing", 5)],
                "dates": [(0, None)],
            },
        ),
        (
            """salutation | Dear Ann,

body | Nothing new here since Monday, and the weather is as bad as it was before.

closing | Yours ever
signature | Joe

postscript | Tell Paul that I wrote.

signature | Mary""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Joe", "after-closing", None), ("Mary", "postscript", None)],
            },
        ),
        (
            """body | The President has asked me to write to you about the boats, which he likes.

signature | HULL""",
            {"body": 0, "signatures": [("HULL", "last-line", None)]},
        ),
        (
            """dateline | London, May 3, 1955

marking | Secret
marking | Personal

subject | Re: The boats

heading | Copies: Mr. Dee

addressee | An die
addressee | Kanzlei

place | Deutsche Botschaft

registry | Nr. 12/07

place | Ann Bee

heading | We met.

salutation | Sehr geehrter Herr Muster!

body | Ich danke Ihnen für den Brief vom letzten Montag und bleibe noch hier.

body | Hochachtungsvoll
closing | Ihr ergebener
signature | P. Beispiel
title | Dr. Paul Beispiel
title | Direktor der Bank""",
            {
                "body": 12,
                "salutation": 11,
                "addressee": [[5, 6]],
                "closings": [14],
                "signatures": [("P. Beispiel", "after-closing", 16)],
                "dates": [(0, "London")],
                "markings": ["secret", ""],
            },
        ),
        (
            """addressee | TO ALL DIPLOMATIC POSTS

body | The conference ended without any result at all, and we left the town in the evening.

signature | HULL
title | BYRNES""",
            {"body": 1, "addressee": [[0]], "signatures": [("HULL", "last-line", None)]},
        ),
        (
            """addressee | Monsieur Paul Muster,

salutation | Monsieur,

body | J'ai reçu votre lettre de lundi et je vous en remercie de tout mon coeur.

closing | Votre dévoué,

signature | Jean Petit
title | Président
title | Marie Grand
title | Secrétaire""",
            {
                "body": 2,
                "salutation": 1,
                "addressee": [[0]],
                "closings": [3],
                "signatures": [("Jean Petit", "after-closing", None)],
            },
        ),
        (
            """salutation | Lieber Karl!

body | Heute nur ein Wort.

body | Herzlich Dein Paul
closing | Dein Fritz

postscript | Abschrift""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [3],
                "signatures": [("Fritz", "with-closing", None)],
            },
        ),
        (
            """salutation | Dear Sir:

body | I have the honor to send you the enclosed note about the ships in the harbor.

closing | Very truly yours,

signature | Ann Bee

enclosure | President Roosevelt to Prime Minister Churchill

body | I have read your note and agree.""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "enclosures": [4],
                "end": 4,
                "signatures": [("Ann Bee", "after-closing", None)],
            },
        ),
        (
            """body | Wir fahren morgen nach Wien.

closing | Gruß Anna

dateline | Wien, 5. 6. 1907""",
            {
                "body": 0,
                "closings": [1],
                "signatures": [("Anna", "with-closing", None)],
                "dates": [(2, "Wien")],
            },
        ),
        (
            """salutation | Dear Mr. Dee:

body | I am happy to say that the ships have come back to the harbor with all their men.

closing | Respectfully,

for-another | For the Secretary of State:
signature | Ann Bee

title | To the Honorable
title | Carl Dee""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "for": 3,
                "signatures": [("Ann Bee", "after-closing", None)],
            },
        ),
        (
            """salutation | Hannah!

body | I shall come on Monday, and we shall go to the sea if the weather allows.

closing | Auf Wiedersehen,
signature | Paul

postscript | PS I saw Fritz.

copies | cc: Fritz""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Paul", "after-closing", None)],
            },
        ),
        (
            """sender | FROM: The Ambassador
addressee | TO: The Secretary
subject | SUBJECT: Boats

body | The boats came back yesterday, all but one, which was sold to the king.""",
            {"body": 3, "addressee": [[1]], "senders": [[0]]},
        ),
        (
            """body | For Ann
body | k Paul

body | The boats came back yesterday, all but one, which was sold to the king.""",
            {"body": 0},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | In haste,

signature | Ann Bee""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Ann Bee", "after-closing", None)],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

body | Monsieur N. Bee,

signature | Paris Grand""",
            {"body": 1, "salutation": 0, "signatures": [("Paris Grand", "last-line", None)]},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

body | N. Murray Bee,

signature | London Dee""",
            {"body": 1, "salutation": 0, "signatures": [("London Dee", "last-line", None)]},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Sincerely,

signature | Ann Bee

signature | Carl Dee

signature | Eve Fay
title | Secretary

postscript | We left.""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [
                    ("Ann Bee", "after-closing", None),
                    ("Carl Dee", "co-signed", None),
                    ("Eve Fay", "co-signed", None),
                ],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Yours

signature | Ann

postscript | P.S. I saw Paul, who is very well and sends his love.

closing | Yours
signature | Carl""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2, 5],
                "signatures": [("Ann", "after-closing", None), ("Carl", "after-closing", None)],
            },
        ),
        (
            """body | [signed Joe]

body | I send you the note about the ships in the harbor, as you asked me last week.

body | I send you the note about the ships in the harbor, as you asked me last week.

signature | HULL""",
            {"body": 0, "signatures": [("HULL", "last-line", None)]},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

signature | Ann

postscript | Tell Paul that I wrote to him yesterday evening.""",
            {"body": 1, "salutation": 0, "signatures": [("Ann", "before-postscript", None)]},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Yours

signature | Ann Bee
dateline | London, May 3, 1955""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Ann Bee", "after-closing", None)],
                "dates": [(4, "London")],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Yours Ann

signature | /s/ Ann Bee""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Ann Bee", "marked-signed", None)],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Sincerely yours,

body | The Ambassador

signature | Ann Bee""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Ann Bee", "after-closing", None)],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Yours
signature | Ann

title | To the Honorable Carl Dee
title | London""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("Ann", "after-closing", None)],
            },
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Yours

signature | A. Bee
title | Ann Bee
title | Secretary""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [("A. Bee", "after-closing", 4)],
            },
        ),
        (
            """body | I send you the note about the ships in the harbor, as you asked me last week.

signature | HULL
title | Secretary of State""",
            {"body": 0, "signatures": [("HULL", "last-line", None)]},
        ),
        (
            """body | I send you the note about the ships in the harbor, as you asked me last week.

signature | HULL

title | Secretary of State

dateline | May 3, 1955""",
            {"body": 0, "signatures": [("HULL", "last-line", None)], "dates": [(3, None)]},
        ),
        (
            """salutation | Dear Joe,

body | I send you the note about the ships in the harbor, as you asked me last week.

closing | Best wishes

signature | Ann Bee

dateline | May 3, 1955

signature | Carl Dee""",
            {
                "body": 1,
                "salutation": 0,
                "closings": [2],
                "signatures": [
                    ("Ann Bee", "after-closing", None),
                    ("Carl Dee", "postscript", None),
                ],
                "dates": [(4, None)],
            },
        ),
    ],
)
def test_each_line_of_a_letter_has_its_kind(letter: str, expected: dict[str, Any]) -> None:
    rows = [row.partition(" | ") for row in letter.split("\n")]
    text = "\n".join(words for _, _, words in rows)
    assert segment(text, VOCABULARY, DocumentForms()).kinds == [kind for kind, _, _ in rows if kind]
    assert facts(text) == expected


def test_consecutive_lines_of_one_kind_form_a_zone_and_each_paragraph_its_own() -> None:
    text = "Dear Ann,\n\nWe met.\nIt rained.\n\nWe left.\n\nYours\nJoe"
    assert segment(text, VOCABULARY, DocumentForms()).zones == [
        Zone("salutation", 0, 9),
        Zone("body", 11, 29),
        Zone("body", 31, 39),
        Zone("closing", 41, 46),
        Zone("signature", 47, 50),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Secret", ("secret", False, True)),
        ("TOP SECRET", ("top secret", False, True)),
        ("Top Secret Priority", ("top secret", False, True)),
        ("Secret and Personal", ("secret", False, True)),
        ("Personal and Confidential", ("confidential", False, True)),
        ("Secret; Nodis; Sandstorm", ("secret", False, False)),
        ("Sandstorm; Secret", None),
        ("personal remarks", None),
        ("Secret; and then we went", None),
        ("Unclassified", ("unclassified", False, True)),
        ("[Confidential]", ("confidential", False, True)),
        ("Confidential.", ("confidential", False, True)),
        ("SECRET - EYES ONLY", ("secret", False, True)),
        ("Streng geheim", ("top secret", False, True)),
        ("Nodis", ("", False, True)),
        ("Secret (not a U.S. classification)", ("secret", False, True)),
        ("No classification", ("", True, True)),
        ("secret", None),
        ("Très secret", ("top secret", False, True)),
        ("Secret of", None),
        ("and", None),
        ("Confidential; Secret", ("secret", False, True)),
        ("Secret; Confidential", ("secret", False, True)),
        ("(Secret)", ("secret", False, True)),
        ("; ;", None),
        ("Nodis; Sandstorm", None),
        ("Secret; " + "S" * 61, None),
        ("Secret; " + "S" * 60, ("secret", False, False)),
        ("Secret; " + "Nodis; " * 16, ("secret", False, True)),
        ("Secret; " + "Nodis; " * 17, None),
    ],
)
def test_a_line_of_markings_has_its_highest_level(
    text: str, expected: tuple[str, bool, bool] | None
) -> None:
    marking = read_marking(text, VOCABULARY)
    found = marking and (marking.level, marking.explicit_none, marking.sure)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("London, May 3, 1955.", ("1955-05-03", "London", False)),
        ("Houston, Texas, May 3, 1955", ("1955-05-03", "Houston, Texas", False)),
        ("Houston – Texas, May 3, 1955", ("1955-05-03", "Texas", False)),
        ("Received: May 4, 1955", None),
        ("[Rec'd May 4, 1955]", None),
        ("Undated", (None, None, True)),
        ("London, undated", (None, "London", True)),
        ("o. D.", (None, None, True)),
        ("Without digits, London", None),
        ("Paris, 15 No vembre 1917.", ("1917", "Paris", False)),
        ("Washington, May 3, 1955, 7 p.m.", ("1955-05-03", "Washington", False)),
        ("3 May 1955 London", ("1955-05-03", "London", False)),
        ("Wien III, 5. 6. 1907", ("1907-06-05", "Wien", False)),
        ("No. 123 London, May 3, 1955", ("1955-05-03", "London", False)),
        ("12345 London, May 3, 1955", ("1955-05-03", "London", False)),
        ("Frankg. 1, Wien, 3. Mai 1907", ("1907-05-03", None, False)),
        ("Taunusstrasse, 3. Mai 1907", ("1907-05-03", None, False)),
        ("Wien, Montag, den 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("I saw him on May 3, 1955 when we went together into the large old town", None),
        ("Cedarhurst N. Y., May 3, 1955", ("1955-05-03", "Cedarhurst N. Y", False)),
        ("London W., May 3, 1955", ("1955-05-03", "London", False)),
        ("The Ambassador, May 3, 1955", ("1955-05-03", None, False)),
        ("Wien, IX. Berggasse 19, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("London – Paris, May 3, 1955", ("1955-05-03", "Paris", False)),
        ("München. 3. Mai 1907", ("1907-05-03", "München", False)),
        ("d. 3. Mai 1907 Wien", ("1907-05-03", "Wien", False)),
        ("den 5. Juni 1907", ("1907-06-05", None, False)),
        ("Moscow, May 3, 1955, midnight", ("1955-05-03", "Moscow", False)),
        ("London, " + "x" * 93 + " May 3, 1955", None),
        ("Geneva 3 May 1955, Hotel", ("1955-05-03", "Geneva", False)),
        ("Berlin und Wien am 3. Mai 1907", ("1907-05-03", "Berlin und Wien", False)),
        ("Rome, (May 3, 1955)", ("1955-05-03", "Rome", False)),
        ("II, 3. Mai 1907", ("1907-05-03", None, False)),
        ("A, May 3, 1955", ("1955-05-03", None, False)),
        ("5/6/1907 Bonn", ("", "Bonn", False)),
        (
            "Lake Placid Club Essex County New York City Hall, May 3, 1955",
            ("1955-05-03", None, False),
        ),
        ("Montag, Wien, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("wien, 3. Mai 1907", ("1907-05-03", None, False)),
        ("Here we met, London, May 3, 1955", ("1955-05-03", "Here we met", False)),
        ("On 5/6/1907 we all went to the town", None),
        ("1955, London", None),
        ("Cedarhurst N. W., May 3, 1955", ("1955-05-03", "Cedarhurst N. W", False)),
        ("Cedarhurst NW, May 3, 1955", ("1955-05-03", "Cedarhurst", False)),
        ("Old Cedarhurst N.W., May 3, 1955", ("1955-05-03", "Old Cedarhurst", False)),
        ("Au, 3. Mai 1907", ("1907-05-03", "Au", False)),
        ("Ulm, 3. Mai 1907", ("1907-05-03", "Ulm", False)),
        ("d. 3. Mai 1907, Wien", ("1907-05-03", "Wien", False)),
        ("am Montag Wien, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("den Wien, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Montag Wien, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Den Haag, 3. Mai 1907", ("1907-05-03", "Den Haag", False)),
        ("We met in May", None),
        ("Mai", None),
        ("When the king came here, May 3, 1955", None),
        ("the long road here, May 3, 1955", None),
        ("Wien am Montag, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Wien, am, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Wien V/2, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Wien (Hof), 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("Wien #2, 3. Mai 1907", ("1907-05-03", "Wien", False)),
        ("One Two Three Four Five Six Seven, May 3, 1955", ("1955-05-03", None, False)),
        (
            "One Two Three Four Five Six, May 3, 1955",
            ("1955-05-03", "One Two Three Four Five Six", False),
        ),
        ("Bahnhofstr., 3. Mai 1907", ("1907-05-03", None, False)),
        ("Wien Bahnhofstrasse, 3. Mai 1907", ("1907-05-03", "Wien Bahnhofstrasse", False)),
        ("May 3, 1955, noon, London", ("1955-05-03", None, False)),
        ("May 3, 1955; London", ("1955-05-03", "London", False)),
        ("May 3, 1955]' London", ("1955-05-03", "London", False)),
        ("3/4 in the very old town here Bonn", None),
    ],
)
def test_a_dateline_has_a_date_and_perhaps_a_place(
    text: str, expected: tuple[str | None, str | None, bool] | None
) -> None:
    found = read_dateline(0, line(text), VOCABULARY, text_conventions(text, VOCABULARY))
    said = found and (
        found.date and found.date.edtf,
        found.place and text[slice(*found.place)],
        found.undated,
    )
    assert said == expected


def test_a_place_is_at_its_offsets_in_the_letter() -> None:
    text = "Secret\n\nLondon, May 3, 1955\n"
    found = read_dateline(1, split_lines(text)[1], VOCABULARY, text_conventions(text, VOCABULARY))
    assert found
    assert (found.line, found.place) == (1, (8, 14))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Dear Mr. Murphy:", 2),
        ("Dear Mr. Murphy", 2),
        ("Dear Mr. Murphy.", 2),
        ("Dear old friend of mine and of my father.", 0),
        ("Sir,", 2),
        ("Sir", 2),
        ("Monsieur le Président,", 2),
        ("Monsieur le Président", 0),
        ("Madame.", 0),
        ("Dear Joe I write to you", 1),
        ("Dear Joe –", 2),
        ("Dear Joe -", 2),
        ("Dear Joe--", 2),
        ("Hannah!", 2),
        ("HANNAH!", 0),
        ("LP!", 2),
        ("Mein Herzenssohn!", 2),
        ("Mac—", 2),
        ("Mac", 0),
        ("Mac Dee Ann—", 0),
        ("Dein Karl!", 0),
        ("(Dear Joe)", 0),
        ("1. Dear Joe", 0),
        ("Dear " + "x" * 84 + ":", 2),
        ("Dear " + "x" * 85 + ":", 0),
        ("Dear a b c d e f g h i j k l:", 0),
        ("Dear a b c d e f g h i j k:", 2),
        ("L. P.,", 2),
        ("L. P.", 1),
        ("Geliebtes Herz!", 2),
        ("Geliebtes Herz", 0),
        ("Anna und Paul und Fritz gehen!", 0),
        ("...", 0),
        ("Hochverehrter Herr Professor", 2),
        ("Anna, komm!", 0),
        ("Mc—", 2),
        ("M—", 2),
        ("Xaver—", 2),
        ("Ma Mc—", 2),
        ("Geliebtes Herz meines Lebens und meiner Tage hier auf Erden!", 0),
        ("Geliebtes Herz meines Lebens und meiner Tage hier!", 0),
        ("Hanna!", 2),
        ("HANNA!", 0),
        ("HANNAS!", 0),
        ("Anna Bea Cea!", 2),
        ("Anna Bea Cea Dea!", 0),
        ("A" * 29 + "!", 0),
        ("A" + "x" * 28 + "!", 2),
        ("B" + "x" * 29 + "!", 0),
    ],
)
def test_a_salutation_is_certain_possible_or_none(text: str, rate: int) -> None:
    assert is_salutation(line(text), VOCABULARY) == rate


def test_salutations_next_to_other_lines_are_less_certain() -> None:
    for text, rate in (("Dear Ann", 1), ("Hannah!", 0), ("Geliebtes Herz!", 0), ("L. P.,", 0)):
        assert is_salutation(line(text + "\nWe met."), VOCABULARY) == rate
    assert is_salutation(line("Dear Ann,\nWe met."), VOCABULARY) == 2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Sir: I have the honor", 4),
        ("Verehrter Freund! Ich bin", 17),
        ("Dear Joe, I go", 9),
        ("Monsieur le Comte, I go", 0),
        ("Sir, I go", 4),
        ("The king: I go", 0),
        ("Dear Joe I go", 0),
        ("Dear " + "x" * 64 + ": I", 0),
        ("Dear " + "x" * 65 + ": I", 0),
        ("Dear a b c d e f g h: I go", 0),
        ("Dear a b c d e f g: I go", 19),
        ("Sir:I go", 0),
    ],
)
def test_a_salutation_may_begin_a_line_of_prose(text: str, length: int) -> None:
    assert salutation_in(text, VOCABULARY) == length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 101, True),
        ("x" * 100, False),
        ("one two three four five six seven eight nine ten eleven twelve.", True),
        ("one two three four five six seven eight nine ten eleven twelve", False),
        ("one two three four five six seven eight nine ten eleven.", False),
        ("TO ALL POSTS AND MISSIONS OF THE UNITED STATES IN ALL OF THE PLACES.", False),
        ("A B C D E F G H I J K L M.", False),
        ("TO " + "A" * 157, False),
        ("TO " + "A" * 158, True),
        ("To " + "A" * 157, True),
        ("TO " + "a" * 157, True),
    ],
)
def test_a_line_is_prose_if_it_is_long_or_a_long_sentence(text: str, expected: bool) -> None:
    assert is_prose(line(text)) is expected


@pytest.mark.parametrize(
    ("text", "end", "certain"),
    [
        ("Sincerely yours,", 2, True),
        ("Yours", 1, True),
        ("Yours ever Joe", 2, True),
        ("Dein Karl", 1, True),
        ("an Deine Frau", 0, False),
        ("Deine Frau an", 1, True),
        ("GrussIhr", 1, False),
        ("Mit herzlichem Gruss Deine Anna", 4, True),
        ("We go home", 0, False),
        ("Ich greife Deine Hand!", 3, False),
        ("Deine", 1, True),
        ("I remain, Sir, your obedient servant", 6, True),
        ("x" * 39 + "Ihr", 0, False),
        ("x" * 36 + "Ihr", 1, False),
    ],
)
def test_a_closing_ends_with_its_last_word(text: str, end: int, certain: bool) -> None:
    assert closing_end(text, VOCABULARY) == end
    assert is_certain_closing(text, VOCABULARY) is certain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("President Roosevelt to Generalissimo Chiang", True),
        ("The Ambassador in France to the Secretary of State", True),
        ("The Ambassador in France to the Secretary of State.", False),
        ("Memo to Paul", False),
        ("to Paul Muster And Others Here", False),
        ("President Roosevelt writes Generalissimo Chiang", False),
        ("The king goes slowly towards home to London", False),
        ("“President Roosevelt” (Him) to (Generalissimo Chiang)", False),
        ("Paul Muster Goes To", False),
        ("President roosevelt to Generalissimo Chiang", True),
        ("President roosevelt to generalissimo Chiang", False),
        ("President Roosevelt to Generalissimo Chiang\nx", False),
        ("Paul Muster And to Ann Dee", False),
    ],
)
def test_a_heading_that_names_writer_and_addressee_is_recognized(text: str, expected: bool) -> None:
    assert is_document_heading(line(text)) is expected


@pytest.mark.parametrize(
    ("text", "after_closing", "last_line"),
    [
        ("Ann Bee", ("Ann Bee", "after-closing"), ("Ann Bee", "last-line")),
        (
            "Ann Bee Counselor of Embassy at the Court in London",
            ("Ann Bee", "after-closing"),
            ("Ann Bee", "last-line"),
        ),
        (
            "Ann Bee, Counselor of Embassy at the Court in London",
            ("Ann Bee", "after-closing"),
            ("Ann Bee", "last-line"),
        ),
        ("ANN BEE COUNSELOR OF EMBASSY AT THE COURT", None, None),
        ("Ann Bee Counselor of Embassy at the Court.", None, None),
        ("Counselor Bee of the Embassy at the Court in London", None, None),
        (
            "[Illegible signature]",
            ("[Illegible signature]", "marked-signed"),
            ("[Illegible signature]", "marked-signed"),
        ),
        ("“Ann Bee”", None, None),
        ("Ann Bee:", None, None),
        ("We go home", None, None),
        ("Paul!", ("Paul!", "after-closing"), None),
        ("Lieber Paul!", None, None),
        ("Dein Karl", None, None),
        ("= Paul", ("= Paul", "after-closing"), ("= Paul", "last-line")),
        ("Mutter", None, None),
        ("Mutter.", ("Mutter.", "after-closing"), ("Mutter.", "last-line")),
        ("P.S.", None, None),
        ("No. 12", None, None),
        ("Ambassador", None, None),
        ("d.", None, None),
        ("(Ann)", None, None),
        ("(ANN)", ("(ANN)", "after-closing"), ("(ANN)", "last-line")),
        ("And Ann", None, None),
        ("A. Bee", ("A. Bee", "after-closing"), ("A. Bee", "last-line")),
        ("x" * 200, None, None),
    ],
)
def test_a_name_alone_on_a_line_is_read_as_a_signature(
    text: str, after_closing: tuple[str, str] | None, last_line: tuple[str, str] | None
) -> None:
    for how, expected in (("after-closing", after_closing), ("last-line", last_line)):
        found = shapes(text).read_name(0, how)
        assert (found and (found.text, found.how)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Counselor of Embassy", True),
        ("Dr. P. Tillich", False),
        ("Dr.", True),
        ("Ann Bee", False),
        ("American Embassy", True),
        ("one two three four five six seven eight nine ten eleven Secretary", True),
        ("one two three four five six seven eight nine ten eleven twelve Secretary", False),
        ("...", False),
    ],
)
def test_a_line_that_names_an_office_is_a_title(text: str, expected: bool) -> None:
    assert shapes(text).is_title(0) is expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Signé: G. Clemenceau", "G. Clemenceau"),
        ("[signed Joe]", "Joe"),
        ("/s/ Ann Bee", "Ann Bee"),
        ("Ann Bee signed", "Ann Bee"),
        ("signed", None),
        ("signed and sealed", None),
        ("s/Ann Bee", "Ann Bee"),
        ("Signed: “Joe”", None),
        ("/s/", None),
        ("Signed: we go home today", None),
        ("[Illegible signature]", "[Illegible signature]"),
        ("Signed and Ann", None),
        ("Ann Bee", None),
    ],
)
def test_a_signature_marked_as_signed_is_read(text: str, name: str | None) -> None:
    found = shapes(text).read_marked(0)
    assert (found and found.text) == name
    assert found is None or (found.how, text[found.start : found.end]) == ("marked-signed", name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For the Ambassador:", True),
        ("For the Ambassador,", True),
        ("For the Ambassador", False),
        ("For Ann:", False),
        ("For the Ambassador and one two three four five six:", True),
        ("For the Ambassador and one two three four five six seven:", False),
        ("By the Ambassador:", False),
    ],
)
def test_a_line_that_says_for_whom_a_letter_is_signed_is_recognized(
    text: str, expected: bool
) -> None:
    assert shapes(text).is_for_another(0) is expected


@pytest.mark.parametrize(
    ("text", "closing", "name"),
    [
        ("Dein Paul.", 1, "Paul."),
        ("a b c lieber Paul", 3, "Paul"),
        ("a b c d lieber Paul", 4, None),
        ("Dein tr. Paul", 1, "Paul"),
        ("Ihr treuergebener Eduard", 1, "Eduard"),
        ("Ihr", 1, None),
        ("Deine Anna und Mutter", 1, "Anna und Mutter"),
        ("Deine Mutter", 1, None),
        ("Dein Director", 1, None),
        ("Dein “Paul”", 1, None),
        ("Ich bin Dein Paul", 3, None),
        ("Dein lieber guter alter Paul kommt bald!", 1, None),
        ("Dein and Paul", 1, "Paul"),
        ("Dein Paul Dein Karl", 1, None),
        ("Dein P. K. Muster von Wien jun", 1, None),
        ("a b c d Dein lieber Paul", 5, None),
        ("Dein Paul!", 1, "Paul!"),
        ("Es grüßt Dich heute wieder Dein Paul!", 6, None),
    ],
)
def test_a_name_after_a_closing_on_the_same_line_is_read(
    text: str, closing: int, name: str | None
) -> None:
    found = shapes(text).name_after_closing(0, closing)
    assert (found and found.text) == name
    assert found is None or (found.how, text[found.start : found.end]) == ("with-closing", name)


LONG = "We met at the harbor and went to the town to see the king, who was in a good mood, and "


@pytest.mark.parametrize(
    ("end", "length"),
    [
        ("I am sincerely yours", 46),
        ("I am yours truly and home", 48),
        ("I am yours very much", 47),
        ("I am yours Very much", 0),
        ("we go home", 0),
        ("we go to yours", 0),
    ],
)
def test_a_closing_at_the_end_of_a_long_line_is_found(end: str, length: int) -> None:
    assert shapes(LONG * 2 + end).closing_length(0) == length


def test_a_closing_at_the_beginning_of_a_short_line_is_found() -> None:
    assert shapes("Sincerely yours, Ann").closing_length(0) == 2
    assert shapes("We go home").closing_length(0) == 0


BEFORE = "Dear Sir:\n\nI send you the note about the ships in the harbor.\n\nYours\n\nAnn Bee\n\n"


@pytest.mark.parametrize(
    ("below", "kinds"),
    [
        ("Enclosure\n\nText.", ["enclosure", "body"]),
        ("[Enclosure]\n\nText.", ["enclosure", "body"]),
        ("enclosure\n\nText.", ["postscript", "signature"]),
        ("(Enclosure)\n\nText.", ["postscript", "signature"]),
        ("Enclosure A B C D E F\n\nText.", ["enclosure", "body"]),
        ("Enclosure A B C D E F G\n\nText.", ["postscript", "signature"]),
        ("Enclosure " + "x" * 50 + "\n\nText.", ["enclosure", "body"]),
        ("Enclosure " + "x" * 51 + "\n\nText.", ["postscript", "signature"]),
        ("Enclosure one two\nText", ["enclosure", "body"]),
        ("Enclosure one two three\nText", ["postscript", "postscript"]),
        ("ENCLOSURE ONE TWO THREE\nText", ["enclosure", "body"]),
        ("President Roosevelt to Churchill\n\nText.", ["enclosure", "body"]),
        ("Ann Dee to Bee\n\nText.", ["postscript", "signature"]),
        ("Roosevelt to Churchill\n\nText.", ["postscript", "signature"]),
        ("President Roosevelt to Churchill" + " Bee" * 28, ["enclosure"]),
        ("President Roosevelt to Churchill" + " Bee" * 29, ["postscript"]),
        ("President Roosevelt to Churchill " + "X" * 207, ["enclosure"]),
        ("President Roosevelt to Churchill " + "X" * 208, ["postscript"]),
        ("London, May 3, 1955", ["dateline"]),
        ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch, May 3, 1955", ["dateline"]),
        (
            "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch, Llanfairpwllgwyn, "
            "May 3, 1955",
            ["postscript"],
        ),
        (
            "Wien, Berggasse 19, IX. Bezirk, Haus Nr. 3 im Hof, am Montag, den 3. Mai im Jahr 1907",
            ["postscript"],
        ),
        ("cc: Paul", ["copies"]),
        ("cc: Paul " + "and Ann " * 30, ["postscript"]),
        ("An Herrn\nKarl Beispiel\nBerlin", ["addressee", "addressee", "addressee"]),
        ("An Karl", ["postscript"]),
        ("Monsieur Paul\nParis", ["addressee", "addressee"]),
        ("à Monsieur Paul", ["addressee"]),
        ("à Paul", ["postscript"]),
        ("a Paul", ["postscript"]),
        ("k Paul", ["postscript"]),
        ("Die Kanzlei der Bank", ["title"]),
        ("An die\nKanzlei", ["addressee", "addressee"]),
        ("P.S. I saw Paul.\n\nLondon, May 3, 1955", ["postscript", "postscript"]),
        ("P.S. I saw Paul.\n\ncc: Paul", ["postscript", "copies"]),
        ("An Herrn\n" + "x" * 100, ["addressee", "addressee"]),
        ("An Herrn\n" + "x" * 101, ["addressee", "postscript"]),
        ("An Herrn Karl\n\nBerlin ist weit.", ["addressee", "postscript"]),
        (
            "Roosevelt thanks Churchill for the note about the ships and urges him to come.",
            ["summary"],
        ),
        (
            "Roosevelt thanks Churchill for the note about the ships.\nHe urges him to come.",
            ["summary", "summary"],
        ),
        (
            "Paul\nRoosevelt thanks Churchill for the note about the ships and urges him to come.",
            ["summary", "summary"],
        ),
    ],
)
def test_lines_below_a_signature_have_their_kind(below: str, kinds: list[str]) -> None:
    assert segment(BEFORE + below, VOCABULARY, DocumentForms()).kinds[4:] == kinds


SENTENCE = "One two three four five six seven eight nine ten eleven twelve."
AFTER = "\n\nDear Joe,\n\nI send you the note about the ships in the harbor.\n"
PROSE = (
    "\n\nI send you the note about the ships in the harbor, as you asked me last week, and more."
)


@pytest.mark.parametrize(
    ("above", "kinds"),
    [
        ("An Paul", ["place"]),
        ("an Paul", ["heading"]),
        ("AN PAUL", ["addressee"]),
        ("An Herrn Muster", ["addressee"]),
        ("An Frau Muster", ["addressee"]),
        ("An: Paul", ["addressee"]),
        ("An die Bank", ["addressee"]),
        ("à Monsieur Paul", ["addressee"]),
        ("A: Paul", ["heading"]),
        ("À LA BANQUE", ["addressee"]),
        ("To: Paul", ["addressee"]),
        ("TO PAUL DEE", ["addressee"]),
        ("To Paul", ["place"]),
        ("To the Secretary", ["addressee"]),
        ("To:", ["addressee"]),
        ("To", ["place"]),
        ("FOR THE EMBASSY", ["addressee"]),
        ("For the Embassy", ["addressee"]),
        ("Monsieur Paul Muster", ["addressee"]),
        ("American Embassy", ["letterhead"]),
        ("american Embassy", ["heading"]),
        ("The Embassy of the United States of America here", ["letterhead"]),
        ("The Embassy of the United States of America in Wien", ["heading"]),
        ("No. 123", ["registry"]),
        ("Nr. 12 Mai 1907 B", ["dateline"]),
        ("Nr. mit sechs Worten in der Zeile 9", ["heading"]),
        ("Re: Boats", ["subject"]),
        ("Copies: Mr. Dee", ["heading"]),
        ("cc: Mr. Dee", ["copies"]),
        ("FROM: The Ambassador\nand staff", ["sender", "sender"]),
        ("FROM: The Ambassador\n\nand staff", ["sender", "heading"]),
        ("TO: The Secretary\nand staff\n\nParis", ["addressee", "addressee", "place"]),
        ("ANN BEE", ["letterhead"]),
        ("Ann Bee", ["place"]),
        ("Ann Bee:", ["heading"]),
        ("We met.", ["heading"]),
        ("Received: May 4", ["stamp"]),
        ("To London, May 3, 1955", ["dateline"]),
        ("To the Secretary, May 3, 1955", ["addressee"]),
        ("À Paul", ["place"]),
        ("À: Paul", ["addressee"]),
        ("à Paul", ["heading"]),
        ("To Herrn Muster", ["addressee"]),
        ("To Frau Muster", ["addressee"]),
        ("Embassy of America", ["letterhead"]),
        ("For Paul", ["place"]),
        ("For: Paul", ["addressee"]),
        ("Office in the town", ["letterhead"]),
        ("Subject: Boats", ["subject"]),
        ("subject Boats", ["heading"]),
        ("Copies to: Paul", ["copies"]),
        ("From: Ann", ["sender"]),
        ("From Ann", ["place"]),
        ("Nr. 12", ["registry"]),
        ("Nr. 12/07 A B C", ["heading"]),
        ("Nr. 12/07 A B C D", ["heading"]),
        ("Ann, Bee", ["place"]),
        ("ANN", ["place"]),
        ("A" * 51, ["heading"]),
        ("A" * 50, ["place"]),
    ],
)
def test_lines_above_a_salutation_have_their_kind(above: str, kinds: list[str]) -> None:
    assert segment(above + AFTER, VOCABULARY, DocumentForms()).kinds[:-2] == kinds


@pytest.mark.parametrize(
    ("above", "kinds"),
    [
        ("FROM: The Ambassador", ["sender"]),
        ("American Embassy", ["body"]),
        ("SUBJECT: Boats", ["subject"]),
        ("cc: Mr. Dee", ["copies"]),
        ("No. 123", ["registry"]),
        ("Received: May 4", ["stamp"]),
        ("Secret", ["marking"]),
        ("London, May 3, 1955", ["dateline"]),
        ("TO: Paul\n\nAnn Bee", ["addressee", "body"]),
        ("Ann Bee\n\nTO: Paul\n\nWe met.", ["place", "addressee", "body"]),
    ],
)
def test_a_head_without_a_salutation_ends_with_its_last_form(above: str, kinds: list[str]) -> None:
    assert segment(above + PROSE, VOCABULARY, DocumentForms()).kinds[: len(kinds)] == kinds


def test_a_heading_below_a_name_begins_an_enclosure() -> None:
    heading = "\n\nPresident Roosevelt to Churchill\n\nText."
    for above, kind in (("\n\nWe met.", "body"), ("\n\nWe met.\n\nAnn", "enclosure")):
        assert segment("Dear Sir:" + above + heading, VOCABULARY, DocumentForms()).kinds[-2] == kind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("London, May 3, 1955\nDear Joe,\nWe met.", ["dateline", "salutation", "body"]),
        ("ANNA!\n\nWe met.", ["salutation", "body"]),
        ("HANNAH!\n\nWe met.", ["body", "body"]),
        ("We met.\nDear Joe,\nWe met.", ["body", "body", "body"]),
        (
            f"{SENTENCE}\n\nDear Joe,\n\nWe met.",
            ["heading", "salutation", "body"],
        ),
        (
            f"{SENTENCE}\n\n{SENTENCE}\n\nDear Joe,\n\nWe met.",
            ["body", "body", "body", "body"],
        ),
        (
            f"{SENTENCE}\nWe left.\n\nDear Joe,\n\nWe met.",
            ["body", "body", "body", "body"],
        ),
        (
            "SUBJECT: a b c d e f g h i j k in place twelve.\nWe left.\n\nDear Joe,\n\nWe met.",
            ["subject", "heading", "salutation", "body"],
        ),
        (
            "TO ALL DIPLOMATIC AND OTHER POSTS IN ALL OF THE PLACES ABROAD\n\nWe met.",
            ["addressee", "body"],
        ),
        ("Paris\n\nBest wishes from Ann\n\nAnn", ["body", "closing", "signature"]),
        ("Monsieur Paul,\n\nMonsieur,\n\nWe met.", ["addressee", "salutation", "body"]),
        ("Dear Joe\nWe met.", ["salutation", "body"]),
    ],
)
def test_a_salutation_ends_the_head_unless_prose_comes_before(text: str, kinds: list[str]) -> None:
    assert segment(text, VOCABULARY, DocumentForms()).kinds == kinds
