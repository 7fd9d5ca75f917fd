"""The letters of CMIF files are read into records."""

from __future__ import annotations

import pytest
from imports import INDEX, index, names, sent, tei

from archive_pkg.interchange.importing import read


def test_an_identifier_for_two_names_in_two_letters_is_questioned() -> None:
    viaf = '<persName ref="https://viaf.org/viaf/12345">{}</persName>'
    found = index(*(sent(viaf.format(name)) for name in ("Ann", "Eva", "Ann", "Eva")))
    asked = [[f.message for f in i.report if f.code == "import-shared-identifier"] for i in found]
    assert [len(messages) for messages in asked] == [0, 1, 0, 0]
    assert "“Ann”" in asked[1][0]
    assert "“Eva”" in asked[1][0]


def test_what_a_file_says_of_an_unknown_correspondent_is_reported() -> None:
    for found in (index(*[sent("<persName>[Unknown]</persName>")] * 2),
                  [tei(sent("<persName>[Unknown]</persName>"))]):  # fmt: skip
        for imported in found:
            assert not imported.record.sender
            assert any("“[Unknown]”" in finding.message for finding in imported.report)


@pytest.mark.parametrize(
    ("letters", "ids"),
    [
        (('key="1" xml:id="a"', 'key="1" xml:id="b"'), ["a", "b"]),
        (('key="1"', 'key="2"'), ["1", "2"]),
        (('key="1" source="#v1"', 'key="1" source="#v2"'), ["v1-1", "v2-1"]),
        (('key="1" ref="https://e.org/x"', 'key="1" ref="https://e.org/y"'), ["x", "y"]),
        (('key="1"', 'key="1"'), ["index-1", "index-2"]),
        (('key="a/b"', 'key="A b"'), ["index-1", "index-2"]),
    ],
)
def test_letters_of_an_index_are_distinguished(letters: tuple[str, ...], ids: list[str]) -> None:
    described = "".join(f"<correspDesc {attributes}/>" for attributes in letters)
    found = read(INDEX.format(described).encode(), "index.xml")
    assert [imported.record.id for imported in found] == ids
    editions = [imported.record.publications for imported in found]
    if "source" in letters[0]:
        assert editions == [("Letters, vol. 1",), ("Letters, vol. 2",)]


def test_statements_of_cmifs_vocabulary_are_in_the_record() -> None:
    note = """<correspDesc key="1"><note><ref type="cmif:mentionsPerson"
    target="http://viaf.org/viaf/95218067">Ada One</ref><ref type="cmif:hasLanguage" target="de"/>
    <ref type="cmif:mentionsPlace">Exton</ref><ref type="cmif:hasTextBase" target="cmif:Draft"/>
    </note></correspDesc>"""
    [imported] = read(INDEX.format(note).encode(), "index.xml")
    record = imported.record
    assert names(record, "mentioned_agents") == ["Ada One"]
    assert record.mentioned_places[0].name == "Exton"
    assert record.part("original").languages == ("de",)
    assert record.part("original").note == "hasTextBase: cmif:Draft"
