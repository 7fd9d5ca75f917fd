"""Content of an imported file that the import does not use is reported with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archive_pkg.errors import InvalidError
from archive_pkg.interchange.importing.watched_xml import (
    Held,
    XmlSource,
    fit,
    local,
    refuse_unknown,
    text_of,
)

if TYPE_CHECKING:
    from archive_pkg.reports import Finding

SPACE = "https://example.org/letters"


def source(inner: str, attributes: str = "", name: str = "folder/letter.one.xml") -> XmlSource:
    return XmlSource(f'<a xmlns="{SPACE}" {attributes}>{inner}</a>'.encode(), name)


def unread(read: XmlSource, held: str = "") -> list[str]:
    has = Held(held, frozenset(held.split("\n")))
    return [finding.message for finding in read.unread([read.root], has)]


def refusal(data: bytes, name: str = "a letter.xml") -> Finding:
    with pytest.raises(InvalidError) as refused:
        XmlSource(data, name)
    assert refused.value.message.startswith(f"{name} ")
    [finding] = refused.value.report
    assert finding.location.path == name
    return finding


def test_an_xml_source_has_the_namespace_of_its_root_and_an_id_for_the_letter() -> None:
    assert source("").namespace == SPACE
    assert XmlSource(b"<a/>", "a.xml").namespace == ""
    assert source("").stem == "letter.one"
    assert XmlSource(b"<a/>", "a.xml", "b").stem == "b"


@pytest.mark.parametrize(
    ("data", "name", "line", "hint"),
    [
        (b"Dear Ben,\nI", "a letter.txt", 1, "archive-pkg draft 'a letter.txt'"),
        (b"Dear Ben,\nI", "a letter.xml", 1, "Use an XML file in UTF-8."),
        (b"<a>\n<b></a>", "a letter.txt", 2, "Correct the file in an XML editor."),
        (b"<a>\n<b>", "a letter.xml", 2, "The file is incomplete. Copy it again."),
        (b"\xef\xbb\xbf\n<a>\n<b></a>", "a letter.txt", 3, "Correct the file in an XML editor."),
    ],
)
def test_a_file_that_is_not_xml_is_refused_with_its_line(
    data: bytes, name: str, line: int, hint: str
) -> None:
    finding = refusal(data, name)
    assert finding.code == "import-not-xml"
    assert finding.location.line == line
    assert hint in finding.hint


def test_a_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "xml-markup=3")
    finding = refusal(b"<a><b/><b/></a>")
    assert finding.code == "import-too-large"
    assert finding.hint


def test_declared_entities_are_named_up_to_five() -> None:
    declared = "".join(f'<!ENTITY {name} "x">' for name in "bcdefg")
    finding = refusal(f"<!DOCTYPE a [{declared}]><a/>".encode())
    assert finding.code == "import-has-entities"
    assert "b, c, d, e, f" in finding.message
    assert " g" not in finding.message
    assert XmlSource(b"<!DOCTYPE a [<!ELEMENT a EMPTY>]><a/>", "a.xml").root.tag == "a"


def test_elements_are_found_by_a_path_of_names() -> None:
    read = source("<b><c>1</c><d><c>2</c></d></b><b><c>3</c></b>")
    assert [e.text for e in read.all(read.root, "b/c")] == ["1", "3"]
    assert [e.text for e in read.all(read.root, ".//c")] == ["1", "2", "3"]
    assert [e.text for e in read.all(read.root, "b/*/c")] == ["2"]
    assert [local(e) for e in read.all(read.first(read.root, "b/c"), "..")] == ["b"]
    assert read.first(read.root, "e") is None
    assert read.all(None, "b") == []
    assert read.text(read.root, "b/d") == "2"
    assert read.text(read.root, "e") is None
    assert read.words(None) is None


def test_listed_persons_bodies_and_places_are_found_by_their_id() -> None:
    read = source(
        '<person xml:id="p"/><l><personGrp xml:id="g"/><org xml:id="o"/></l><place xml:id="q"/>'
        '<person/><name xml:id="n"/>'
    )
    assert {key: local(e) for key, e in read.listed.items()} == {
        "p": "person",
        "g": "personGrp",
        "o": "org",
        "q": "place",
    }


def test_every_text_and_attribute_has_a_path() -> None:
    read = source(
        "one<b>two<c d='three'>four</c>five</b><!-- six -->seven<b>two</b>",
        'xml:lang="eight" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="nine" xmlns:o="https://example.org/o" o:p="ten"',
    )
    assert unread(read) == [
        "not read: @xml:lang: “eight”",
        "not read: @xsi:type: “nine”",
        "not read: @p: “ten”",
        "not read: a: “one”, “seven”",
        "not read: b: “two” (2 times), “five”",
        "not read: b/c/@d: “three”",
        "not read: b/c: “four”",
    ]


def test_a_long_path_in_running_text_is_shortened() -> None:
    read = source(
        "<text><b f='one'><c><d e='one'>two</d></c>three</b></text><x><y><z><d>four</d></z></y></x>"
    )
    assert unread(read) == [
        "not read: text/b/@f: “one”",
        "not read: text/b: “three”",
        "not read: text/…/d/@e: “one”",
        "not read: text/…/c/d: “two”",
        "not read: x/y/z/d: “four”",
    ]


def test_punctuation_alone_is_not_reported_as_unread() -> None:
    assert unread(source("<b> , </b>;<b>&#133;</b><c>– / |</c>")) == []
    assert unread(source("<b>, a</b>")) == ["not read: b: “, a”"]


def test_used_content_is_not_reported_as_unread() -> None:
    read = source("<b c='one' d='two'>three<e>four</e>five</b>six")
    [b, e] = [read.first(read.root, path) for path in ("b", "b/e")]
    assert read.attribute(b, "c") == "one"
    assert read.attribute(b, "none") is None
    read.mark_used([(e, "tail"), (b, "text")])
    assert unread(read) == [
        "not read: a: “six”",
        "not read: b/@d: “two”",
        "not read: b/e: “four”",
    ]
    assert read.mark_all_used(b) is b
    # Text after an element belongs to the element around it.
    assert unread(read) == ["not read: a: “six”"]


def test_quoted_content_counts_as_read_if_the_record_has_it() -> None:
    read = source("<b>one two<c>three</c> four</b><d>one two</d>")
    assert read.words(read.first(read.root, "b")) == "one twothree four"
    assert unread(read, "said: one two.\nthree\nfour") == ["not read: d: “one two”"]
    assert unread(read, "one two\nfour") == ["not read: b/c: “three”", "not read: d: “one two”"]


def test_processing_instructions_do_not_divide_words() -> None:
    assert unread(source("<b>one<?x y?>two</b>")) == ["not read: b: “onetwo”"]


def test_quoted_content_counts_as_read_if_it_is_a_line_of_the_record() -> None:
    read = source("<b>, one ;</b><b>two</b>")
    for b in read.all(read.root, "b"):
        read.words(b)
    assert unread(read, ", one ;\ntwo") == []
    assert unread(read, "one\nthree") == ["not read: b: “two”"]


def test_an_attribute_counts_as_read_if_it_is_a_complete_value_of_the_record() -> None:
    read = source("<b c='long name' d='abc' e='https://e.org/x' f='#entry #other'/>")
    assert unread(read, "long name\nabc\nhttps://e.org/x\nentry\nother") == [
        "not read: b/@d: “abc”"
    ]
    assert len(unread(read, "a long name, with abc and https://e.org/x\nentry\nlong")) == 4


def test_an_attribute_that_only_a_text_contains_is_reported() -> None:
    read = source("<b c='mayor'/>")
    [finding] = read.unread([read.root], Held("mayor"))
    assert finding.message == "not read: b/@c: “mayor”"


def test_unread_content_of_excluded_elements_is_not_reported() -> None:
    read = source("<b>one<c>two</c></b><d>three</d>")
    [b, c, d] = [read.first(read.root, path) for path in ("b", "b/c", "d")]
    said = [finding.message for finding in read.unread([b, d], Held(), [c])]
    assert said == ["not read: b: “one”", "not read: d: “three”"]


def test_spaces_and_forbidden_characters_in_text_become_single_spaces() -> None:
    assert fit(" a\n\tb\x00c\x7fd\x85e ") == "a b c d e"
    assert fit("\x01 ") is None
    assert fit(None) is None
    assert text_of(None) is None
    assert local(etree.Element("{x}b")) == "b"
    assert local(etree.Element("b")) == "b"


def test_a_file_in_another_format_is_refused_with_a_hint() -> None:
    error = refuse_unknown("a.xml", "its root is b", "Use c.")
    [finding] = error.report
    assert (finding.code, finding.message, finding.hint) == (
        "import-unknown",
        "its root is b",
        "Use c.",
    )
