"""Statements about complete letters of several countries and layouts."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.letters.markings import read_marking
from archive_pkg.drafting.letters.segmentation import segment
from archive_pkg.drafting.records.commented_yaml import record_of
from archive_pkg.drafting.statements.base import Confidence, Statement
from archive_pkg.drafting.statements.frame import read_fields
from archive_pkg.drafting.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"


def statements(text: str) -> list[Statement]:
    vocabulary = load_vocabulary()
    return read_fields(segment(text, vocabulary), vocabulary)


def values(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement in statements(text):
        found.setdefault(statement.field, []).append(statement.value)
    return found


AMERICAN = """Secret; Exdis

Brussels, July 12, 1958—6 p.m.
[Received July 13.]

Dear Mr. Murphy:

I enclose the paper [1 line not declassified] that we spoke of.

For the Ambassador:

With best wishes,

Sincerely yours,

Harlan Q. Example
Counselor of Embassy

[Enclosure]

Memorandum

Nobody signs here.
"""

GERMAN = """Herrn
Dr. Richard Beispiel
Wien I.
Wollzeile 15.

Ischl, den 30/VI 94

Lieber Richard!

Ich komme am Dienstag und freue mich.

Mit herzlichen Grüßen
Dein

Arthur

P. S. Es regnet.
"""

FRENCH = """LETTRE N° 338.

SÉNAT

PARIS, 1er Décembre 1917.

Mon cher Martin,

Voici ma réponse, et ci-joint la note que vous savez.

Votre affectueusement dévoué,

d'Exemple de Constant

à Monsieur le Président N. Murray MARTIN,
NEW-YORK.
"""


def test_an_american_letter_is_read() -> None:
    found = values(AMERICAN)
    assert found["classification"] == ["Secret; Exdis"]
    assert found["date"] == ["1958-07-12"]
    assert found["place"] == ["Brussels"]
    assert found["salutation"] == ["Dear Mr. Murphy:"]
    assert found["recipient"] == ["Murphy"]
    assert found["signatory"] == ["Harlan Q. Example"]
    assert found["enclosure"] == ["[Enclosure]"]
    assert found["note"] == ["[Received July 13.]", "[1 line not declassified]", "[Enclosure]"]


def test_a_german_letter_is_read() -> None:
    found = values(GERMAN)
    assert found["date"] == ["1894-06-30"]
    assert found["place"] == ["Ischl"]
    assert found["recipient"] == ["Richard Beispiel"]
    assert found["signatory"] == ["Arthur"]


def test_a_french_letter_is_read() -> None:
    found = values(FRENCH)
    assert found["date"] == ["1917-12-01"]
    assert found["place"] == ["PARIS"]
    assert found["recipient"] == ["N. Murray MARTIN"]
    assert found["signatory"] == ["d'Exemple de Constant"]


@pytest.mark.parametrize("line", ["Confidential; Top Secret", "Top Secret; Confidential"])
def test_the_highest_of_several_levels_is_used(line: str) -> None:
    marking = read_marking(line, load_vocabulary())
    assert marking is not None
    assert marking.level == "top secret"


def test_the_first_letter_is_read() -> None:
    found = values(SEED.read_text("utf-8"))
    assert found["classification"] == ["Completely Secret"]
    assert found["date"] == ["1960-07-18"]
    assert found["salutation"] == ["Dear Comrades!"]
    assert found["signatory"] == ["N. KHRUSHCHEV"]
    assert found["recipient"] == ["CENTRAL COMMITTEE OF THE SOCIALIST UNITY PARTY OF GERMANY"]
    assert found["summary"][0].startswith("Khruschev reports Chinese dissatisfaction")


@pytest.mark.parametrize("text", [AMERICAN, GERMAN, FRENCH, SEED.read_text("utf-8")])
def test_every_quote_matches_the_text_at_its_place(text: str) -> None:
    for statement in statements(text):
        if statement.quote is not None:
            start, end = statement.quote.start, statement.quote.end
            assert text[start:end] == statement.quote.exact


def test_a_first_name_alone_is_not_a_certain_sender() -> None:
    sender = next(s for s in statements(GERMAN) if s.field == "sender")
    assert sender.confidence is not Confidence.CERTAIN


def test_the_record_has_receipt_copies_and_for_whom_it_was_signed() -> None:
    letter = """México, D. F., December 28, 1943.
[Received January 3.]

Sir:

I have the honor to report.

Respectfully yours,

For the Ambassador:

John Q. Doe
Counselor of Embassy

cc: Secretary Brown, Mr. Green
"""
    record = record_of(draft_text(letter), "letter.txt")
    assert record.received is not None
    assert (record.received.edtf, record.received.as_written) == ("1944-01-03", "January 3")
    assert [record.agent(key).as_written for key in record.copies_to] == [
        "Secretary Brown",
        "Mr. Green",
    ]
    assert record.agent(record.signatories[0]).note == "Signs: For the Ambassador."


@pytest.mark.parametrize(
    ("letter", "field", "value"),
    [
        ("London, undated.\n\nMac—\n\nNo.\n\nYours,\n\nW[inston]\n", "sender", "Winston"),
        ("Peking, May 3, 1900.\n\nSir: I have the honor.\n\nE. H. Bee\n", "salutation", "Sir:"),
        ("May 3, 1955\n\nDear Sir:\n\nNo.\n\nYours,\n\nWei Tao-ming\n", "sender", "Wei Tao-ming"),
        ("May 3, 1955\n\nMy dear friend Mr. Bee:\n\nNo.\n\nYours,\n\nA. Doe\n", "recipient", "Bee"),
        ("Firenze, 3 maggio 1922\n\nCaro amico,\n\nno.\n\nTuo\n\nGino\n", "date", "1922-05-03"),
        (
            "Москва, 18 июля 1960 г.\n\nТоварищи!\n\nНет.\n\nС приветом\n\nН. Хрущев\n",
            "place",
            "Москва",
        ),
    ],
)
def test_fields_of_other_kinds_of_letters_are_read(letter: str, field: str, value: str) -> None:
    assert values(letter)[field] == [value]


def wrapped(text: str) -> str:
    blocks = text.split("\n\n")
    return "\n\n".join("\n".join(textwrap.wrap(b, 64)) if len(b) > 100 else b for b in blocks)


@pytest.mark.parametrize(
    "laid",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n\n", "\n\u00a0\n"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: "".join(f"      {line}\n" for line in text.split("\n")),
        wrapped,
        lambda text: wrapped(text).replace("\n\n", "\n"),
    ],
    ids=["crlf", "cr", "nbsp", "no blank lines", "indented", "wrapped", "wrapped, no blank lines"],
)
def test_the_layout_of_a_letter_does_not_change_its_statements(laid: Callable[[str], str]) -> None:
    letter = AMERICAN.replace("I enclose", "We are glad of it and shall say so. " * 9 + "I enclose")
    found = values(laid(letter))
    for field, value in values(letter).items():
        if field in ("classification", "date", "place", "salutation", "recipient", "signatory"):
            assert found[field] == value, field


@pytest.mark.parametrize(
    ("foot", "signed"),
    [
        (
            "Votre dévoué,\n\nA. Bérard\n\nà Monsieur le Président\nN. M. Example,\nNEW-YORK.",
            ["A. Bérard"],
        ),
        ("Votre dévoué,\n\nA. Bérard\n\nMonsieur N. Example,\nNEW-YORK.", ["A. Bérard"]),
        (
            "Votre dévoué,\n\nA. Bérard\n\nP.S.\n\nIl part ce soir pour la Suisse.\n\nA. B.\n\n"
            "à Monsieur N. Example,\nNEW-YORK.",
            ["A. Bérard", "A. B."],
        ),
        ("Dein\n\nMax!!", ["Max!!"]),
        ("Herzl. Gr. D. tr.\n\nM. B.", ["M. B."]),
        ("Ihr\n\nMax\n\nHallstatt am See", ["Max"]),
    ],
)
def test_signatures_at_the_end_are_read(foot: str, signed: list[str]) -> None:
    head = "Paris, 3. Mai 1912\n\nMon cher ami,\n\nJe vous en parlerai la semaine prochaine."
    text = f"{head}\n\n{foot}\n"
    assert values(text)["signatory"] == signed


def test_an_ambiguous_form_of_address_has_candidates() -> None:
    letter = "Paris, May 3, 1955\n\nYour Imperial Majesty:\n\nI thank you.\n\nYours,\n\nAnn Bee\n"
    found = next(one for one in statements(letter) if one.field == "recipient")
    assert (found.value, found.rule) == ("Your Imperial Majesty", "salutation-office")
    assert "any emperor" in found.more["candidates"]


def test_a_family_name_with_one_letter_is_not_a_certain_sender() -> None:
    letter = "Wien, 2. Mai 1904\n\nLieber Max,\n\nich komme morgen.\n\nDein\n\nGeorg B.\n"
    assert (
        next(one for one in statements(letter) if one.field == "sender").confidence
        is Confidence.PROBABLE
    )


def test_a_street_is_not_read_as_a_place() -> None:
    assert "place" not in values(
        "Lieber Max!\n\nIch komme.\n\nIhr\n\nOtto\n\nLindeng. 11, 2. Mai 1904\n"
    )


def test_the_event_of_writing_is_not_about_the_transcription() -> None:
    record = record_of(draft_text(AMERICAN), "letter.txt")
    assert record.part("letter").kind == "transcription"
    written = next(event for event in record.events if event.id == "written")
    assert (written.objects, written.sources) == ((), ())
    translated = record_of(draft_text(SEED.read_text(encoding="utf-8")), SEED.name)
    assert translated.events[0].objects == ("original",)
