"""TEI: the markup in the text of a letter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from examples import record

from archive_pkg.interchange import ExportContext, export

FIELDS: dict[str, Any] = {
    "agents": [
        {"id": "ann", "name": "Ann", "kind": "person"},
        {"id": "union", "name": "Union", "kind": "organization"},
        {"id": "does", "name": "The Does", "kind": "family"},
    ],
    "sender": ["ann", "union"],
    "recipients": ["does"],
    "signatories": ["union"],
    "date": {"edtf": "1960-07"},
    "received": {"edtf": "1961~"},
    "place": {"name": "Kyiv"},
    "mentioned_places": [{"name": "Lviv"}],
    "classification": {"as_written": "SECRET"},
    "salutation": "Dear Ann",
    "closing": "Yours",
}


def body(
    text: str,
    notes: tuple[tuple[str, str], ...] = (),
    evidence: tuple[tuple[str, str], ...] = (),
    span: dict[str, int] | None = None,
    **fields: Any,
) -> str:
    """Return the markup of a text with the given notes and evidence."""

    def quote(exact: str) -> dict[str, Any]:
        start = text.index(exact)
        return {"part": "a", "start": start, "end": start + len(exact), "exact": exact}

    parts = [
        {"id": "a", "kind": "translation", "file": "a", "span": span},
        {"id": "b", "kind": "translation", "file": "b"},
    ]
    noted = [
        {"id": f"n{number}", "kind": kind, "at": quote(exact)}
        for number, (kind, exact) in enumerate(notes, 1)
    ]
    quoted = [{"field": field, "basis": "quoted", "at": quote(exact)} for field, exact in evidence]
    given = FIELDS | {"parts": parts, "translation_notes": noted} | fields
    given["evidence"] = [*quoted, *given.pop("more_evidence", ())]
    written = export("tei", record(**given), ExportContext(texts={"a": text}))
    [found] = re.findall(r'(?s)<div xml:id="part-a"[^>]*>(.*?)</div>', written.decode())
    return str(found)


def test_the_opener_ends_with_the_salutation_and_the_closer_begins_with_the_closing() -> None:
    text = (
        "SECRET\n\nNo. 7\n\nTO ANN\n\nKyiv, May\n\nDear Ann,\n\nOne.\n\nTwo.\n\nYours,\n\nU\n\nPS."
    )
    evidence = (
        ("classification", "SECRET"), ("recipients", "TO ANN"), ("place", "Kyiv,"),
        ("salutation", "Dear Ann"), ("closing", "Yours"), ("signatories", "U\n"),
    )  # fmt: skip
    assert body(text, evidence=evidence, recipients=["ann", "does"]) == (
        '<opener><seg type="classification">SECRET</seg>\n'
        "<seg>No. 7</seg>\n"
        "<address><addrLine>TO ANN</addrLine></address>\n"
        "<dateline><placeName>Kyiv,</placeName> May</dateline>\n"
        "<salute>Dear Ann,</salute></opener>\n"
        "<p>One.</p>\n"
        "<p>Two.</p>\n"
        "<closer><salute>Yours,</salute>\n"
        "<signed>U</signed>\n"
        "<seg>PS.</seg></closer>\n"
    )


def test_without_a_salutation_the_opener_has_the_first_opening_blocks() -> None:
    text = "SECRET\n\nJuly 1960\n\nWords.\n\nKyiv"
    evidence = (("classification", "SECRET"), ("date", "July 1960"), ("place", "Kyiv"))
    assert body(text, evidence=evidence) == (
        '<opener><seg type="classification">SECRET</seg>\n'
        '<dateline><date when="1960-07">July 1960</date></dateline></opener>\n'
        "<p>Words.</p>\n"
        "<p><placeName>Kyiv</placeName></p>\n"
    )
    assert body("SECRET", evidence=evidence[:1]) == (
        '<opener><seg type="classification">SECRET</seg></opener>\n<p/>\n'
    )


def test_without_a_closing_the_closer_begins_with_the_signature() -> None:
    assert body("Words.\n\nUnion\n\nPS.", evidence=(("signatories", "Union"),)) == (
        "<p>Words.</p>\n"
        '<closer><signed><orgName ref="#agent-union">Union</orgName></signed>\n'
        "<seg>PS.</seg></closer>\n"
    )
    assert body("Union", evidence=(("signatories", "Union"),)) == (
        '<p/>\n<closer><signed><orgName ref="#agent-union">Union</orgName></signed></closer>\n'
    )


@pytest.mark.parametrize(
    ("quoted", "is_salute"), [("Dear", True), ("Dea", False), ("ar Ann", True)]
)
def test_evidence_must_quote_half_of_a_block(quoted: str, is_salute: bool) -> None:
    written = body("  Dear Ann \n\nWords.", evidence=(("salutation", quoted),))
    assert ("<opener>" in written) is is_salute


def test_only_quotes_from_its_part_give_a_block_its_zone() -> None:
    text = "Dear Ann\n\nWords."
    plain = "<p>Dear Ann</p>\n<p>Words.</p>\n"
    at = {"part": "a", "start": 0, "end": 8, "exact": "Dear Ann"}
    for evidence in (
        {"field": "salutation", "basis": "quoted", "at": at | {"part": "b"}},
        {"field": "salutation", "basis": "supplied", "agent": "ann", "at": at},
        {"field": "salutation", "basis": "quoted", "at": at, "value": "Dear Anna"},
        {"field": "salutation", "basis": "supplied", "agent": "ann"},
        {"field": "title", "basis": "quoted", "at": at},
    ):
        assert body(text, more_evidence=[evidence]) == plain


def test_blank_lines_divide_blocks_and_white_space_stays_at_lines_with_words() -> None:
    text = " \t\n  One\t\ntwo \n \u00a0\t\n\n\n\x1f\n\nThree\n"
    assert body(text) == (
        "<p>  One\t\n<lb/>two </p>\n"
        '<p><g n="U+001F">\N{REPLACEMENT CHARACTER}</g></p>\n'
        "<p>Three</p>\n"
    )
    assert body(" \n\n") == "<p/>\n"


def test_each_kind_of_line_ending_is_kept() -> None:
    assert body("One\r\ntwo\rthree\r\n\r\nFour\r\rFive\r") == (
        "<p>One&#13;\n<lb/>two&#13;<lb/>three</p>\n<p>Four</p>\n<p>Five</p>\n"
    )


def test_markup_is_escaped_and_forbidden_characters_are_named() -> None:
    assert body("a < b & c > d\x0c\ufffe") == (
        '<p>a &lt; b &amp; c &gt; d<g n="U+000C">\N{REPLACEMENT CHARACTER}</g>'
        '<g n="U+FFFE">\N{REPLACEMENT CHARACTER}</g></p>\n'
    )


def test_only_the_span_of_a_part_is_written() -> None:
    text = "Other.\n\nOne.\n\nTwo.\n\nOther."
    start = text.index("One")
    span = {"start": start, "end": text.index("Two") + 4}
    notes = (("sic", "Other."), ("sic", "One"))
    assert body(text, notes, span=span) == '<p><sic xml:id="note-n2">One</sic>.</p>\n<p>Two.</p>\n'


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("source-term", '<seg xml:id="note-n1" type="source-term">', "</seg>"),
        ("insertion", '<supplied xml:id="note-n1">', "</supplied>"),
        ("uncertain", '<unclear xml:id="note-n1">', "</unclear>"),
        ("illegible", '<seg xml:id="note-n1" type="illegible"><gap reason="illegible"/>', "</seg>"),
        ("sic", '<sic xml:id="note-n1">', "</sic>"),
        ("omission", '<seg xml:id="note-n1" type="omission"><gap reason="editorial"/>', "</seg>"),
        ("withheld", '<seg xml:id="note-n1" type="withheld"><gap reason="withheld"/>', "</seg>"),
        ("editorial", '<seg xml:id="note-n1" type="editorial">', "</seg>"),
    ],
)
def test_each_kind_of_note_has_its_element(kind: str, before: str, after: str) -> None:
    assert body("a [x] b", ((kind, "[x]"),)) == f"<p>a {before}[x]{after} b</p>\n"


def test_notes_can_contain_one_another_and_share_words() -> None:
    notes = (("sic", "b c d"), ("insertion", "c"), ("editorial", "b c d"), ("uncertain", "b"))
    assert body("a b c d e", notes) == (
        '<p>a <sic xml:id="note-n1"><seg xml:id="note-n3" type="editorial">'
        '<unclear xml:id="note-n4">b</unclear> <supplied xml:id="note-n2">c</supplied> d'
        "</seg></sic> e</p>\n"
    )


def test_the_longer_of_two_overlapping_notes_is_written_as_two_anchors() -> None:
    assert body("a b c d e", (("sic", "a b c"), ("insertion", "c d"))) == (
        '<p><anchor xml:id="note-n1"/>a b <supplied xml:id="note-n2">c'
        '<anchor xml:id="note-n1.end"/> d</supplied> e</p>\n'
    )


def test_a_note_over_several_blocks_is_written_as_two_anchors() -> None:
    assert body("a b\n\nc\n\nd e", (("sic", "b\n\nc\n\nd"), ("insertion", "c"))) == (
        '<p>a <anchor xml:id="note-n1"/>b</p>\n'
        '<p><supplied xml:id="note-n2">c</supplied></p>\n'
        '<p>d<anchor xml:id="note-n1.end"/> e</p>\n'
    )


def test_a_note_that_overlaps_at_the_end_of_a_block_has_its_anchor_there() -> None:
    assert body("a b\n\nc d", (("sic", "b\n\nc d"),)) == (
        '<p>a <anchor xml:id="note-n1"/>b</p>\n<p>c d<anchor xml:id="note-n1.end"/></p>\n'
    )


@pytest.mark.parametrize(("first", "second"), [("ab", "cd"), ("cd", "ab"), ("abc", "d")])
def test_notes_next_to_each_other_do_not_overlap(first: str, second: str) -> None:
    written = body("abcd", (("sic", first), ("sic", second)))
    assert written.count("<sic") == 2
    assert "anchor" not in written


@pytest.mark.parametrize("inner", ["ab", "bc", "abc", "b"])
def test_a_mark_inside_another_can_share_its_beginning_and_its_end(inner: str) -> None:
    before, after = "abc".split(inner) if inner != "abc" else ("", "")
    note = f'<sic xml:id="note-n1">{inner}</sic>'
    assert body("abc", (("sic", inner), ("insertion", "abc"))) in (
        f'<p><supplied xml:id="note-n2">{before}{note}{after}</supplied></p>\n',
        '<p><sic xml:id="note-n1"><supplied xml:id="note-n2">abc</supplied></sic></p>\n',
    )
    named = body("abc", (("sic", "abc"),), (("agents.ann.name", inner),))
    name = f'<persName ref="#agent-ann">{inner}</persName>'
    assert named == f'<p><sic xml:id="note-n1">{before}{name}{after}</sic></p>\n'


def test_white_space_around_the_words_of_a_note_is_outside_its_element() -> None:
    assert body("a\n\n b c \n\nd", (("sic", "\n\n b c \n\n"),)) == (
        '<p>a</p>\n<p> <sic xml:id="note-n1">b c</sic> </p>\n<p>d</p>\n'
    )
    assert body("a  b", (("sic", "  "),)) == '<p>a<sic xml:id="note-n1">  </sic>b</p>\n'
    assert body("a \x1f b", (("sic", " \x1f "),)) == (
        '<p>a <sic xml:id="note-n1"><g n="U+001F">\N{REPLACEMENT CHARACTER}</g></sic> b</p>\n'
    )


def test_long_notes_that_overlap_distant_notes_become_anchors() -> None:
    words = " ".join(f"w{number:03}" for number in range(300))
    middle = words[words.index("w060") : words.index("w200") + 4]
    crossing = words[words.index("w199") : words.index("w201") + 4]
    inside, first = "w130", words[words.index("w000") : words.index("w001") + 4]
    notes = (("sic", middle), ("insertion", crossing), ("uncertain", inside), ("editorial", first))
    written = body(words, notes)
    assert '<seg xml:id="note-n4" type="editorial">w000 w001</seg>' in written
    assert '<anchor xml:id="note-n1"/>w060' in written
    assert '<unclear xml:id="note-n3">w130</unclear>' in written
    assert (
        '<supplied xml:id="note-n2">w199 w200<anchor xml:id="note-n1.end"/> w201</supplied>'
        in written
    )


def test_quoted_names_and_dates_are_marked() -> None:
    text = "Ann, Union, Does of May, June, Kyiv, Lviv, Anna"
    evidence = (
        ("agents.ann.name", "Ann"), ("signatories", "Union"), ("recipients", "Does"),
        ("date", "May"), ("received", "June"), ("place", "Kyiv"), ("mentioned_places.0", "Lviv"),
        ("sender", "Anna"),
    )  # fmt: skip
    assert body(text, evidence=evidence) == (
        '<p><persName ref="#agent-ann">Ann</persName>, <orgName ref="#agent-union">Union</orgName>,'
        ' <rs ref="#agent-does">Does</rs> of <date when="1960-07">May</date>, '
        '<date when="1961" cert="low">June</date>, <placeName>Kyiv</placeName>, '
        "<placeName>Lviv</placeName>, Anna</p>\n"
    )


def test_only_quotes_from_this_part_are_marked() -> None:
    at = {"part": "a", "start": 3, "end": 6, "exact": "Ann"}
    quoted = {"field": "agents.ann.name", "basis": "quoted", "at": at}
    for evidence in (
        quoted | {"at": at | {"part": "b"}},
        quoted | {"value": "Anna"},
        quoted | {"basis": "supplied", "agent": "ann"},
    ):
        assert body("by Ann", more_evidence=[evidence]) == "<p>by Ann</p>\n"


def test_evidence_for_the_words_of_a_classification_marks_the_block() -> None:
    assert body("SECRET", evidence=(("classification.as_written", "SECRET"),)).startswith(
        '<opener><seg type="classification">SECRET</seg></opener>'
    )


def test_zones_do_not_depend_on_the_order_of_the_evidence() -> None:
    evidence = (("agents.union.name", "Union"), ("signatories", "Union"))
    for given in (evidence, evidence[::-1]):
        assert "<closer><signed>" in body("Words.\n\nUnion", evidence=given)


def test_words_with_several_meanings_have_each_element_once() -> None:
    evidence = (("place", "Kyiv"), ("mentioned_places.0", "Kyiv"), ("date", "in May"))
    assert body("We met in Kyiv in May.", evidence=evidence) == (
        '<p>We met in <placeName>Kyiv</placeName> <date when="1960-07">in May</date>.</p>\n'
    )


def test_a_name_around_a_note_is_marked_and_one_that_overlaps_it_is_not() -> None:
    overlapping = body("by Ann Doe", (("sic", "by Ann"),), (("agents.ann.name", "Ann Doe"),))
    assert overlapping == '<p><sic xml:id="note-n1">by Ann</sic> Doe</p>\n'
    around = body("by Ann Doe", (("sic", "Ann"),), (("agents.ann.name", "Ann Doe"),))
    assert around == (
        '<p>by <persName ref="#agent-ann"><sic xml:id="note-n1">Ann</sic> Doe</persName></p>\n'
    )
    across = body("by Ann\n\nDoe", (), (("agents.ann.name", "Ann\n\nDoe"),))
    assert across == "<p>by Ann</p>\n<p>Doe</p>\n"


def test_a_note_is_placed_only_if_its_words_are_in_the_document() -> None:
    given = FIELDS | {
        "parts": [{"id": name, "kind": "translation", "file": name} for name in ("a", "b")],
        "translation_notes": [
            {"id": name, "kind": "sic", "at": {"part": part, "start": 0, "end": 1, "exact": "x"}}
            for name, part in (("here", "a"), ("there", "b"))
        ],
    }
    written = export("tei", record(**given), ExportContext(texts={"a": "x y"})).decode()
    assert written.count('xml:id="note-') == 1
    assert 'target="#note-here"' in written
    assert "#note-there" not in written
