"""Texts that are damaged or not letters get a mostly empty draft, with the reasons."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.drafting.draft import Draft, draft_text
from archive_pkg.drafting.records.commented_yaml import record_yaml
from archive_pkg.records.loading import read_record

CORRESPONDENCE = ("sender", "recipient", "date", "signatory", "salutation", "closing", "summary")

POEM = """The ogre does what ogres can,
Deeds quite impossible for man,
But one prize is beyond his reach:
The ogre cannot master Speech.

About a subjugated plain,
Among its desperate and slain,
The ogre stalks with hands on hips,
While drivel gushes from his lips

August
"""
TABLE = "\n".join(f"{n}. {n % 12 + 1}. 1904\t{n * 3}\t{n * 7}" for n in range(1, 29))
CONVERSATION = """SECRET

MEMORANDUM OF CONVERSATION

Moscow, July 18, 1960.

PARTICIPANTS:
Mr. Thompson
Mr. Khrushchev

The Ambassador said that he was grateful. Mr. Khrushchev answered at length and with warmth.
"""
GEORGIAN = "პატივცემულო ამხანაგო, გწერთ ამ წერილს მოსკოვიდან. " * 5
NOISE = "".join(random.Random(1).choice("lI1|;:.,'`~^ rnm\n{}") for _ in range(3000))


def codes(draft: Draft) -> set[str]:
    return {finding.code for finding in draft.report}


def stated(draft: Draft) -> set[str]:
    return {one.field for one in draft.statements} & set(CORRESPONDENCE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (POEM, "draft-no-letter"),
        (TABLE, "draft-no-letter"),
        (GEORGIAN, "draft-unknown-script"),
        (NOISE, "draft-no-letter"),
        ("word " * 2000, "draft-no-line-breaks"),
        ("\n" * 5000, "draft-text-empty"),
        ("", "draft-text-empty"),
        ("[" * 500_000, "draft-no-letter"),
        ("[a [b] c", "draft-bracket-loose"),
        ("a] b", "draft-bracket-loose"),
        ("abc \u202e def", "draft-bidi-control"),
        ("[x] " * 3000, "draft-many-brackets"),
    ],
)
def test_a_draft_without_statements_has_a_finding_with_the_reason(text: str, code: str) -> None:
    draft = draft_text(text)
    assert code in codes(draft)
    assert not stated(draft)


def test_a_memorandum_of_conversation_has_its_date_and_no_correspondents() -> None:
    draft = draft_text(CONVERSATION)
    assert [one.value for one in draft.of("date")] == ["1960-07-18"]
    assert [one.value for one in draft.of("type")] == ["memorandum of conversation"]
    assert [one.value for one in draft.of("participant")] == ["Thompson", "Khrushchev"]
    assert not stated(draft) - {"date", "place"}


def test_direction_controls_are_kept_in_quotes_and_reported() -> None:
    draft = draft_text("Secret\n\nLondon, May 3, 1955.\n\nDear \u202eSir:\n\nYours,\n\nA. Bee")
    assert [one.quote.exact for one in draft.of("salutation") if one.quote] == ["Dear \u202eSir:"]
    places = [finding.location.offset for finding in draft.report]
    assert places == [35]


def test_brackets_after_an_unclosed_one_are_found() -> None:
    draft = draft_text(
        "Dear Sir:\n\nThis [is not closed, this [is] and [this too].\n\nYours,\n\nAnn Bee"
    )
    assert [one.value for one in draft.of("note")] == ["[is]", "[this too]"]


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=400))
def test_quotes_match_any_text(text: str) -> None:
    draft = draft_text(text)
    for one in draft.statements:
        if one.quote is not None:
            assert text[one.quote.start : one.quote.end] == one.quote.exact


LETTER = """Secret

London, May 3, 1955.

Dear Mr. Murphy:

Here [sic] is the paper [lozhnom polozhenii] that I enclose.

Sincerely yours,

John Q. Example

[Enclosure]
"""


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(LETTER)), st.integers(0, 30), st.text(max_size=12))
def test_a_letter_with_words_cut_out_and_inserted_gives_a_valid_record(
    start: int, length: int, put: str
) -> None:
    text = LETTER[:start] + put + LETTER[start + length :]
    draft = draft_text(text)
    record, report = read_record(record_yaml(draft, "letter.txt").encode("utf-8", "replace"))
    assert record is not None, [finding.message for finding in report]


PIECES = [
    "Secret", "Top Secret; Trine", "London, May 3, 1955.", "den 7/5 1931", "undated.", "30. 7.",
    "TO THE SECRETARY OF STATE ROGERS", "Herrn", "Dr. Karl Meier", "à Monsieur le Président",
    "Dear Sir:", "Mac—", "Lieber Freund!", "SUBJECT:", "FROM:", "No. 12", "[Received July 3.]",
    "I have nothing to say of this. It is enclosed.", "has began", "[lozhnom polozhenii]", "[sic]",
    "Sincerely yours,", "Ihr", "Dein Paul.", "For the Ambassador:", "John Doe", "Counselor",
    "/s/ X", "P. S. One more thing.", "[Enclosure]", "Enclosure",
    "President A to President B, a Letter", "Nixon replied that he would not go there.",
    "cc: Nobody",
    "(signed)", "Signé:", "«Ihr»", "—",
]  # fmt: skip


ENDS = ["\n", "\n\n", "\r\n", " ", ""]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(ENDS))))
def test_parts_of_letters_in_any_order_give_a_valid_record(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + end for piece, end in pieces)
    draft = draft_text(text)
    for one in draft.statements:
        if one.quote is not None:
            assert text[one.quote.start : one.quote.end] == one.quote.exact
    record, report = read_record(record_yaml(draft, "letter.txt").encode())
    assert record is not None, [finding.message for finding in report]


PATHOLOGICAL = {
    "brackets": "[" * 120_000 + "]" * 120_000,
    "short blocks": "a\n\n" * 30_000,
    "datelines": "12. 12. 1904\n" * 1_500,
    "closings": "Sincerely,\n\nJohn Smith\n\n" * 5_000,
    "one word": "a" * 1_000_000,
    "one romanised word": "[" + "zh" * 200_000 + "]",
    "digits": "1" * 1_000_000,
    "capitals": "The Of The " * 60_000,
    "possessives": "an Ihre Ihr " * 60_000,
    "attachments": "Enclosure\n\n" * 20_000,
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_the_time_grows_about_linearly_with_the_text(name: str) -> None:
    text = PATHOLOGICAL[name]

    def spent(part: str) -> float:
        started = time.process_time()
        draft_text(part)
        return time.process_time() - started

    spent(text[: len(text) // 8])
    short = min(spent(text[: len(text) // 8]) for _ in range(2))
    # Eight times the text may take twenty times as long; quadratic time would be 64 times.
    # Load on the machine can slow down one run, but hardly three.
    assert any(spent(text) < 20 * max(short, 0.02) for _ in range(3))
