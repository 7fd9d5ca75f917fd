"""The letters of CMIF files are read into records."""

from __future__ import annotations

import pytest
from imports import INDEX, index, names, sent, tei

from archive_pkg.interchange.importing import Imported, read
from typed import present


def test_two_names_in_different_letters_with_the_same_identifier_are_reported() -> None:
    viaf = '<persName ref="https://viaf.org/viaf/12345">{}</persName>'
    found = index(*(sent(viaf.format(name)) for name in ("Ann", "Eva", "Ann", "Eva")))
    asked = [[f.message for f in i.report if f.code == "import-shared-identifier"] for i in found]
    assert [len(messages) for messages in asked] == [0, 1, 0, 0]
    assert "“Ann”" in asked[1][0]
    assert "“Eva”" in asked[1][0]


def test_details_of_an_unknown_correspondent_are_reported() -> None:
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
def test_letters_of_a_cmif_file_get_different_ids(letters: tuple[str, ...], ids: list[str]) -> None:
    described = "".join(f"<correspDesc {attributes}/>" for attributes in letters)
    found = read(INDEX.format(described).encode(), "index.xml")
    assert [imported.record.id for imported in found] == ids
    editions = [[each.citation for each in imported.record.publications] for imported in found]
    if "source" in letters[0]:
        assert editions == [["Letters, vol. 1"], ["Letters, vol. 2"]]


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


def messages(imported: Imported) -> list[str]:
    return [finding.message for finding in imported.report]


def described(*attributes: str, inner: str = "", name: str = "index.xml") -> list[Imported]:
    letters = "".join(f"<correspDesc {one}>{inner}</correspDesc>" for one in attributes)
    return read(INDEX.format(letters).encode(), name)


def test_the_publisher_supplies_the_statements_of_a_cmif_file() -> None:
    action = '<correspAction type="sent"><persName>Ada One</persName><date when="1870"/>'
    [imported] = described('key="1"', inner=action + "</correspAction>")
    record = imported.record
    assert (record.type, record.title) == ("letter", "Letter from Ada One, 1870")
    rests = {item.field: (item.agent, item.rule) for item in record.evidence}
    # The title is not from the file.
    assert rests.pop("title") == (None, "title-from-parts")
    assert set(rests.values()) == {("a-press", None)}
    assert record.parts == ()


def test_the_header_of_a_cmif_file_is_reported_once() -> None:
    first, second = described('key="1" rend="a"', 'key="2" rend="b"')
    start = "not read: teiHeader/"
    assert messages(first) == [
        f"{start}profileDesc/correspDesc/@rend: “a”",
        f"{start}fileDesc/titleStmt/title: “Index”",
        f"{start}fileDesc/sourceDesc/bibl/@xml:id: “v1”, “v2”",
        f"{start}fileDesc/sourceDesc/bibl: “Letters, vol. 1”, “Letters, vol. 2”",
    ]
    assert messages(second) == [f"{start}profileDesc/correspDesc/@rend: “b”"]


@pytest.mark.parametrize(
    ("attributes", "identifiers"),
    [
        ('xml:id="a" key="b"', ["b"]),
        ('key="b"', []),
        ('xml:id="a" key="a"', []),
        ('key="b/c"', ["b/c"]),
        ('key="b" ref="https://e.org/x"', ["https://e.org/x"]),
        ('ref="https://e.org/x/"', ["https://e.org/x/"]),
    ],
)
def test_a_letter_keeps_the_address_and_key_that_are_not_its_id(
    attributes: str, identifiers: list[str]
) -> None:
    imported = described(attributes, 'key="other"')[0]
    assert [item.value for item in imported.record.identifiers] == identifiers
    assert [i.note for i in imported.record.identifiers] == [
        "key" if "://" not in value else None for value in identifiers
    ]
    assert not any("correspDesc" in said for said in messages(imported))


def test_an_attribute_that_gives_no_id_or_identifier_is_reported() -> None:
    first, second = described('xml:id="a" key="1"', 'xml:id="a" key="2"')
    assert [first.record.id, second.record.id] == ["1", "2"]
    assert messages(second) == ["not read: teiHeader/profileDesc/correspDesc/@xml:id: “a”"]
    address = "https://e.org/" + "a" * 2000
    [imported] = described(f'key="1" ref="{address}"')
    assert imported.record.identifiers == ()
    assert any("@ref" in said for said in messages(imported))


def test_letters_whose_ids_would_differ_only_in_case_or_punctuation_are_numbered() -> None:
    found = described('key="a b" xml:id="L"', 'key="A-B" xml:id="l"', 'key="index-1"', 'key=""')
    assert [imported.record.id for imported in found] == [
        "index-1",
        "index-2",
        "index-3",
        "index-4",
    ]


def test_ids_from_a_long_name_of_a_file_differ() -> None:
    found = described("", "", name="a" * 150 + ".xml")
    assert [imported.record.id for imported in found] == ["a" * 100 + "-1", "a" * 100 + "-2"]


@pytest.mark.parametrize(
    ("source", "publications", "is_read"),
    [
        ("#v1", ["Letters, vol. 1"], True),
        ("#v2 #v1", ["Letters, vol. 2", "Letters, vol. 1"], True),
        ("#v1 #v9", ["Letters, vol. 1"], False),
        ("https://e.org/v1", [], False),
    ],
)
def test_a_letter_is_published_in_the_editions_it_names(
    source: str, publications: list[str], is_read: bool
) -> None:
    [imported] = described(f'key="1" source="{source}"')
    assert [each.citation for each in imported.record.publications] == publications
    said = " ".join(messages(imported))
    assert ("correspDesc/@source" not in said) is is_read
    assert ("“Letters, vol. 1”" in said) is not ("Letters, vol. 1" in publications)
    assert ("“v1”" in said) is ("Letters, vol. 1" not in publications)


@pytest.mark.parametrize("name", ["bibl", "biblStruct", "biblFull", "msDesc"])
def test_an_edition_is_cited_from_any_element_of_a_source(name: str) -> None:
    text = INDEX.format('<correspDesc key="1" source="#s"/>').replace(
        "</sourceDesc>",
        f'<{name} xml:id="s"><author>Ada One</author><title>Letters,</title> <date>1871</date>.'
        f'<ref target="https://e.org/s">Online</ref></{name}></sourceDesc>',
    )
    [imported] = read(text.encode(), "index.xml")
    [publication] = imported.record.publications
    assert publication.citation == "Ada One, Letters, 1871, Online, https://e.org/s"


def test_an_edition_with_the_title_of_the_cmif_file_is_cited() -> None:
    text = INDEX.format('<correspDesc key="1" source="#v1"/>').replace("Letters, vol. 1", "Index")
    [imported] = read(text.encode(), "index.xml")
    assert [each.citation for each in imported.record.publications] == ["Index"]
    assert not any("@source" in said for said in messages(imported))


def test_calendars_postmarks_and_impossible_dates_of_a_cmif_file_are_kept() -> None:
    words = '<date when-custom="1870-05-10" calendar="#julian" when="1870-05-22">10 May 1870</date>'
    stamps = '<date type="stamp" when="1870-06-03"/><date when="1870-06-02"/>'
    dates = (words, stamps, '<date when="1870-02-30"/>')
    julian, stamped, impossible = (found.record for found in index(*map(sent, dates)))
    date = present(julian.date)
    assert (date.edtf, date.as_written) == ("1870-05-22", "10 May 1870")
    assert date.note == "calendar: #julian; when-custom: 1870-05-10"
    assert present(stamped.date).edtf == "1870-06-02"
    assert [(one.type, present(one.date).edtf) for one in stamped.events] == [
        ("postmark", "1870-06-03")
    ]
    assert present(impossible.date).as_written == "when: 1870-02-30"
    assert "1870" not in impossible.title


def test_the_letters_of_an_anthology_have_their_own_texts() -> None:
    action = '<correspAction type="sent"><persName>{}</persName></correspAction>'
    letters = "".join(
        f'<correspDesc xml:id="l{number}">{action.format(name)}</correspDesc>'
        for number, name in ((1, "Ada One"), (2, "Ben Two"), (3, "Eva Three"))
    )
    file = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc/><profileDesc>{letters}
    </profileDesc></teiHeader><text><front><p>Preface.</p></front><body><div decls="#l2"><p>Second
    <note>In Riga.</note>.</p></div><div decls="#l1"><p>First.</p></div><div><p>Loose.</p></div>
    </body></text></TEI>"""
    first, second, third = read(file.encode(), "letters.xml")
    texts = {one.record.id: one.files.get("letters.txt") for one in (first, second, third)}
    assert texts == {"l1": b"First.", "l2": b"Second .", "l3": None}
    assert [note.text for note in second.record.translation_notes] == ["In Riga."]
    assert second.files["letters.xml"] == file.encode()
    said = " ".join(finding.message for finding in first.report)
    assert ("“Preface.”" in said, "“Loose.”" in said) == (True, True)
    assert "Second" not in said
    assert not second.report.findings
