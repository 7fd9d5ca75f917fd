"""Other readers of XML read what `markup` writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive_pkg.interchange.markup import (
    Element,
    escaped,
    fit,
    label,
    put,
    root,
    say,
    serialize,
    text_of,
)

SPACE = "https://example.org/letters"
TEXTS = st.text(
    st.one_of(st.sampled_from("&<>\"'\r\n\t\0\v\x1f\x85\u2028\ufffe\ud800 ]"), st.characters())
)


def read(document: bytes) -> etree._Element:
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5))
def test_any_text_is_read_back_from_mixed_content(pieces: list[tuple[str, str, str]]) -> None:
    document = root(SPACE, "p")
    document.line = ""
    for text, behind, value in pieces:
        say(document, "seg", text, xml_id=None, n=value)
        document.append(escaped(fit(behind)))
    found = read(serialize(document))
    assert found.tag == f"{{{SPACE}}}p"
    said = [(child.text or "", child.tail or "", child.get("n")) for child in found]
    assert said == [tuple(map(fit, piece)) for piece in pieces]


@given(TEXTS, TEXTS)
def test_indentation_adds_space_only_between_elements(one: str, other: str) -> None:
    document = root(SPACE, "list", {"l": SPACE})
    say(put(document, "item"), "name", one, key=other)
    put(document, "empty")
    say(document, "empty")
    found = read(serialize(document))
    [item, *empty] = found
    assert (item[0].text or "", item[0].get("key")) == (fit(one), fit(other))
    assert [node.tag for node in found.iter()] == [
        f"{{{SPACE}}}{name}" for name in ("list", "item", "name", "empty", "empty")
    ]
    assert [element.text for element in empty] == [None, None]


def test_names_have_the_prefix_that_the_root_declares() -> None:
    spaces = {None: SPACE, "xlink": "http://www.w3.org/1999/xlink"}
    document = label(root(SPACE, "list", spaces), xml_lang="de", xlink_href="#a", from_="1")
    found = read(serialize(document))
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert found.get("{http://www.w3.org/1999/xlink}href") == "#a"
    assert found.get("from") == "1"


@pytest.mark.parametrize("indent", [True, False])
def test_elements_can_be_nested_without_limit(indent: bool) -> None:
    depth = 5000
    document: Element = root(SPACE, "seg")
    document.line = document.line if indent else ""
    inner = document
    for _ in range(depth):
        inner = put(inner, "seg")
    assert serialize(document).count(b"<seg") == depth + 1


def test_a_fragment_is_indented_as_in_its_document() -> None:
    document = root(SPACE, "list")
    inner = root("https://example.org/names", "names", within=put(document, "item"))
    say(inner, "name", "Ada")
    written = text_of(inner)
    assert written == (
        '\n    <names xmlns="https://example.org/names">\n      <name>Ada</name>\n    </names>'
    )
    assert written in text_of(document)
