"""The import of TEI headers: the content is in the record or in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, full
from imports import names

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read
from typed import present

if TYPE_CHECKING:
    from archive_pkg.interchange.importing import Imported
    from archive_pkg.records import Record

PARTS = ("titleStmt", "editionStmt", "publicationStmt", "sourceDesc")
SENT = """<correspDesc><correspAction type="sent"><persName>Ada One</persName>
<placeName>Exton</placeName><date when="1870"/></correspAction></correspDesc>"""


def letter(profile: str = "", body: str = "", attributes: str = "", **parts: str) -> Imported:
    """Return what is imported from a letter with the given elements in its `fileDesc`."""
    file = "".join(f"<{name}>{parts[name]}</{name}>" for name in PARTS if name in parts)
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>{file}</fileDesc>
    <profileDesc>{profile}</profileDesc></teiHeader><text {attributes}>{body}</text></TEI>"""
    [imported] = read(text.encode(), "in/a.xml")
    return imported


def unread(imported: Imported) -> list[str]:
    """Return the unread paths in a report, shortened to their last two steps."""
    said = [finding.message.removeprefix("not read: ") for finding in imported.report]
    return ["/".join(one.partition(": ")[0].split("/")[-2:]) + ": " + one.partition(": ")[2]
            for one in said]  # fmt: skip


def dump(value: Any) -> Any:
    return value.model_dump(exclude_defaults=True, mode="json")


def own(record: Record | None = None, /, **changes: str) -> Imported:
    """Return what is imported from a file that this program wrote, with some words replaced."""
    written = export("tei", record or full(), FULL_CONTEXT).decode()
    for old, new in changes.items():
        written = written.replace(old, new)
    [imported] = read(written.encode(), "letter.xml")
    return imported


@pytest.mark.parametrize(
    ("statement", "name", "kind", "ids"),
    [
        ("<publisher>A press</publisher><authority>B</authority>", "A press", "organization", []),
        ("<publisher><name>A press</name></publisher>", "A press", "organization", []),
        ("<publisher><orgName>A press</orgName></publisher>", "A press", "organization", []),
        ("<publisher>Unknown</publisher><authority>A board</authority>", "A board",
         "organization", []),
        ('<publisher ref="https://e.org/p">A press</publisher>', "A press", "organization",
         ["https://e.org/p"]),
        ('<publisher>A press <ref target="https://e.org/p">here</ref></publisher>',
         "A press here", "organization", ["https://e.org/p"]),
        ('<publisher ref="#p">A press</publisher>', "A press", "organization", []),
        ('<publisher><ref target="https://orcid.org/0000-0002-1825-0097">Ed One</ref></publisher>',
         "Ed One", "person", ["0000-0002-1825-0097"]),
    ],
)  # fmt: skip
def test_the_publisher_supplies_the_statements(
    statement: str, name: str, kind: str, ids: list[str]
) -> None:
    imported = letter(titleStmt="<title>A</title><editor>Ed</editor>", publicationStmt=statement)
    supplier = imported.record.agents[0]
    assert (supplier.name, supplier.kind) == (name, kind)
    assert [item.value for item in supplier.identifiers] == ids
    assert {item.agent for item in imported.record.evidence} == {supplier.id}
    assert ("publicationStmt/publisher: “Unknown”" in unread(imported)) is ("Unknown" in statement)
    assert ("publisher/@ref: “#p”" in unread(imported)) is ("#p" in statement)


@pytest.mark.parametrize("editor", ["<persName>Ed</persName>", "<name>Ed</name>", "Ed"])
def test_without_a_publisher_the_first_editor_supplies_the_statements(editor: str) -> None:
    imported = letter(titleStmt=f"<title>A</title><editor>{editor}</editor>",
                      publicationStmt="<publisher>Unknown</publisher>")  # fmt: skip
    [supplier] = imported.record.agents
    assert (supplier.name, supplier.kind) == ("Ed", "person")
    assert {item.agent for item in imported.record.evidence} == {"ed"}
    unknown = letter(titleStmt="<title>A</title><editor>Unknown</editor>")
    assert unknown.record.agents == ()
    assert not [item for item in unknown.record.evidence if item.basis == "supplied"]


def test_titles_of_the_file_become_titles_of_the_letter() -> None:
    imported = letter(
        titleStmt="<title type='main'>A</title><title level='a'>B</title><title/>"
        "<title level='u' type='letter'>C</title><title type='alternative'>B</title>"
        "<title level='s'>Series</title><title type='sub'>Sub</title>"
    )
    record = imported.record
    assert (record.title, record.variant_titles) == ("A", ("B", "C"))
    assert unread(imported) == [
        "title/@level: “s”",
        "titleStmt/title: “Series”, “Sub”",
        "title/@type: “sub”",
    ]


@pytest.mark.parametrize(
    ("profile", "title"),
    [
        ("", "Document"),
        ("<correspDesc/>", "Letter"),
        (SENT, "Letter from Ada One, 1870"),
        ('<correspDesc><correspAction type="received"><persName>Ben</persName><persName>Carl'
         "</persName></correspAction></correspDesc>", "Letter to Ben and Carl"),
    ],
)  # fmt: skip
def test_a_letter_without_a_title_gets_one_from_its_fields(profile: str, title: str) -> None:
    assert letter(profile).record.title == title


def test_the_author_is_the_sender_if_no_action_names_one() -> None:
    authors = "<author>Ada One</author><author><orgName>A board</orgName><name>Eva</name></author>"
    imported = letter(titleStmt=f"<title>A</title>{authors}<author>Ada One</author>")
    assert names(imported.record, "sender") == ["Ada One", "A board", "Eva"]
    assert imported.record.agent("a-board").kind == "organization"
    assert unread(imported) == []


def test_an_author_who_is_not_the_sender_becomes_a_rival_value() -> None:
    authors = "<author>Ada One</author><author>Ben</author>"
    imported = letter(SENT, titleStmt=f"<title>A</title>{authors}")
    assert names(imported.record, "sender") == ["Ada One"]
    [rival] = [item for item in imported.record.evidence if item.value]
    assert (rival.field, rival.value) == ("sender", "Ben")
    assert rival.note == "the author according to the title statement"


def test_the_date_and_place_of_creation_become_the_date_and_place_of_the_letter() -> None:
    creation = """<creation><date when="1871" cert="high">in 71</date><date>Pentecost</date>
    <placeName key="2">Riga</placeName><placeName>Wye</placeName></creation>"""
    imported = letter(creation)
    record = imported.record
    assert dump(record.date) == {"edtf": "1871", "as_written": "in 71", "note": "cert: high"}
    assert dump(record.place) == {
        "name": "Riga",
        "identifiers": [{"scheme": "local", "value": "2"}],
    }
    assert unread(imported) == ["creation/date: “Pentecost”", "creation/placeName: “Wye”"]
    assert letter("<creation><date>Pentecost</date></creation>").record.date is not None


@pytest.mark.parametrize(
    ("date", "rivals"),
    [
        ('<date when="1870"/>', []),
        ('<date when="1871"/>', [("1871", None)]),
        ('<date when="1870" cert="high"/>', [("1870", "cert: high")]),
    ],
)
def test_a_different_date_of_creation_becomes_a_rival_value(
    date: str, rivals: list[tuple[str, str | None]]
) -> None:
    imported = letter(f"{SENT}<creation>{date}<placeName key='1'>Exton</placeName></creation>")
    assert str(imported.record.date and imported.record.date.edtf) == "1870"
    assert [(i.value, i.note) for i in imported.record.evidence if i.value] == rivals
    assert unread(imported) == ["placeName/@key: “1”"]


def test_identifiers_of_the_publication_become_identifiers_of_the_letter() -> None:
    imported = letter(
        '<correspDesc ref="https://e.org/l" key="k"/>',
        publicationStmt="""<idno type="DOI">10.1234/a</idno><p><idno>B 7</idno></p>
        <idno type="record">r</idno><idno type="DOI">10.1234/a</idno><idno/><idno>XXXX</idno>"""
        + f'<idno type="long">{"a" * 2000}</idno>',
        editionStmt="<edition>The edition</edition>",
        body="<body><p>Text.</p></body>",
    )
    assert [(i.scheme, i.value, i.note) for i in imported.record.identifiers] == [
        ("url", "https://e.org/l", None),
        ("doi", "10.1234/a", None),
        ("local", "B 7", None),
        ("local", "r", "record"),
    ]
    assert imported.record.id == "a"
    assert unread(imported) == [
        "editionStmt/edition: “The edition”",
        f"publicationStmt/idno: “XXXX”, “{'a' * 2000}”",
        "idno/@type: “long”",
        "correspDesc/@key: “k”",
    ]


def test_rights_contain_every_licence_and_paragraph() -> None:
    imported = letter(
        publicationStmt="""<availability status="free">
        <licence target="https://spdx.org/licenses/CC-BY-4.0.html">Some rights.</licence>
        <licence target="https://e.org/2">More.</licence><!-- x --><p>Ask us.</p>
        <p type="access">Come by.</p></availability>"""
    )
    rights = imported.record.rights
    assert rights
    assert (rights.statement, rights.licence) == (
        "Some rights. More. Ask us. Come by.",
        "CC-BY-4.0",
    )
    assert unread(imported) == [
        "availability/@status: “free”",
        "licence/@target: “https://e.org/2”",
        "p/@type: “access”",
    ]


@pytest.mark.parametrize(
    ("inner", "statement", "licence"),
    [
        ('<licence target="https://e.org/l"/>', "https://e.org/l", "https://e.org/l"),
        ("<licence>Free.</licence>", "Free.", None),
        ("All rights reserved.", "All rights reserved.", None),
        ('<licence target="https://spdx.org/licenses/None.html">Free.</licence>', "Free.",
         "https://spdx.org/licenses/None.html"),
    ],
)  # fmt: skip
def test_rights_may_be_an_address_or_plain_words(
    inner: str, statement: str, licence: str | None
) -> None:
    rights = letter(publicationStmt=f"<availability>{inner}</availability>").record.rights
    assert rights
    assert (rights.statement, rights.licence) == (statement, licence)
    assert letter(publicationStmt="<availability/>").record.rights is None


MANUSCRIPT = """<msDesc><msIdentifier><country>Wyeland</country><settlement>Exton</settlement>
<repository>An archive</repository><collection>Papers</collection><collection>Ones</collection>
<idno type="shelfmark">A 7</idno><idno subtype="Signatur">B 7</idno><idno type="folio">12</idno>
<idno type="barcode">99</idno><idno/><altIdentifier><idno>Old 3</idno></altIdentifier>
</msIdentifier><msContents><summary>Thanks.</summary></msContents>
<physDesc><p>One leaf.</p></physDesc><history><origin>Written at sea.</origin>
<provenance>Kept by Ada.</provenance><provenance>Sold.</provenance>
<acquisition>Bought 1900.</acquisition></history></msDesc>"""


def test_the_description_of_a_manuscript_gives_holding_identifiers_and_custody() -> None:
    imported = letter(sourceDesc=MANUSCRIPT)
    record = imported.record
    assert [dump(holding) for holding in record.holdings] == [
        {
            "repository": "An archive, Exton, Wyeland",
            "levels": [
                {"name": "fonds", "value": "Papers, Ones"},
                {"name": "file", "value": "A 7"},
                {"name": "folio", "value": "12"},
            ],
        }
    ]
    assert [(i.value, i.note) for i in record.identifiers] == [
        ("B 7", "Signatur"),
        ("99", "barcode"),
        ("Old 3", "another call number"),
    ]
    assert record.custody == "Kept by Ada. Sold. Bought 1900."
    assert record.part("original").note == "One leaf.\nWritten at sea."
    assert record.summary
    assert record.summary.text == "Thanks."
    assert record.donor is None
    assert unread(imported) == []


def test_a_manuscript_identifier_with_only_unknown_values_gives_no_holding() -> None:
    imported = letter(
        sourceDesc="""<msDesc><msIdentifier><country>Onbekend</country><settlement>[unknown]
        </settlement><repository>?</repository><idno>Unbekannt</idno></msIdentifier></msDesc>"""
    )
    assert (imported.record.holdings, imported.record.identifiers) == ((), ())
    start = "msIdentifier/"
    assert unread(imported) == [
        f"{start}country: “Onbekend”",
        f"{start}settlement: “[unknown]”",
        f"{start}repository: “?”",
        f"{start}idno: “Unbekannt”",
    ]


def test_a_link_of_type_licence_in_a_paragraph_is_the_licence() -> None:
    imported = letter(
        publicationStmt="""<availability><p>Under <ref type="license"
        target="https://creativecommons.org/licenses/by/4.0/">CC BY</ref>, see <ref
        target="https://e.org/terms">here</ref>.</p></availability>"""
    )
    assert dump(imported.record.rights) == {
        "statement": "Under CC BY, see here.",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert unread(imported) == ["ref/@target: “https://e.org/terms”"]


def test_call_numbers_without_a_repository_are_identifiers() -> None:
    imported = letter(
        sourceDesc="""<msDesc><msIdentifier><collection>Papers</collection><idno>A 7</idno>
        </msIdentifier></msDesc>"""
        + MANUSCRIPT
        + "<msDesc><msIdentifier><repository>Another</repository></msIdentifier></msDesc>"
    )
    found = [(i.value, i.note) for i in imported.record.identifiers]
    assert found[:2] == [("Papers", "call number (fonds)"), ("A 7", "call number (file)")]
    [holding] = imported.record.holdings
    assert ("file", "A 7") in [(level.name, level.value) for level in holding.levels]
    assert unread(imported) == ["msIdentifier/repository: “Another”"]
    assert letter(sourceDesc="<msDesc/>").record.holdings == ()


def test_printed_editions_become_publications() -> None:
    imported = letter(
        sourceDesc="""<bibl>Letters, vol. 1</bibl><listBibl><biblStruct><author>Ada</author>
        <title>Life</title><bibl>Series</bibl></biblStruct><bibl>Letters, vol. 1</bibl></listBibl>
        <biblFull>Works</biblFull><msDesc><listBibl><bibl>In a catalogue</bibl></listBibl>
        </msDesc>"""
    )
    found = [each.citation for each in imported.record.publications]
    assert found == ["Ada, Life, Series", "Letters, vol. 1", "Works"]
    assert unread(imported) == ["listBibl/bibl: “In a catalogue”"]


def test_abstract_subjects_places_and_type_are_read() -> None:
    imported = letter(
        """<abstract><p>Thanks.</p></abstract><abstract>Again.</abstract><textClass><keywords>
        <term ref="http://id.loc.gov/authorities/subjects/sh85073188">Korea</term>
        <term type="x">Trade</term><term/><term type="document-type">telegram</term>
        </keywords></textClass><settingDesc><listPlace><place><placeName>Exton</placeName>
        <placeName type="as-written">Extonia</placeName><idno type="geonames">2950159</idno></place>
        <place><placeName>Riga</placeName><placeName type="old">Reval</placeName></place>
        <place/></listPlace></settingDesc>""",
        sourceDesc="<msDesc><msContents><summary>Not this.</summary></msContents></msDesc>",
    )
    record = imported.record
    assert record.type == "telegram"
    assert record.summary
    assert record.summary.text == "Thanks."
    assert [dump(subject) for subject in record.subjects] == [
        {"term": "Korea", "identifier": {"scheme": "lcsh", "value": "sh85073188"}},
        {"term": "Trade"},
    ]
    assert [dump(place) for place in record.mentioned_places] == [
        {
            "name": "Exton",
            "as_written": "Extonia",
            "identifiers": [{"scheme": "geonames", "value": "2950159"}],
        },
        {"name": "Riga"},
    ]
    assert unread(imported) == [
        "msContents/summary: “Not this.”",
        "profileDesc/abstract: “Again.”",
        "term/@type: “x”",
        "placeName/@type: “old”",
        "place/placeName: “Reval”",
    ]


def test_a_type_that_records_do_not_have_is_reported() -> None:
    imported = letter('<textClass><keywords><term type="document-type">Brief</term><term '
                      'type="document-type"/></keywords></textClass>')  # fmt: skip
    assert imported.record.type == "other"


@pytest.mark.parametrize(
    ("listed", "text", "body", "expected"),
    [
        ('<language ident="de"/><language>French</language>', "en", "it", ["de", "fr"]),
        ('<language ident="de">German, in places Latin</language>', "en", "", ["de"]),
        ('<language ident="de">German</language><language ident="fr"/>', "", "", ["de", "fr"]),
        ("", "en", "it", ["en"]),
        ("", "", "it", ["it"]),
        ("", "x?", "", []),
    ],
)
def test_listed_languages_take_precedence_over_the_language_of_the_text(
    listed: str, text: str, body: str, expected: list[str]
) -> None:
    imported = letter(
        f"<langUsage>{listed}</langUsage>",
        f'<body xml:lang="{body}"><p>Text.</p></body>',
        f'xml:lang="{text}"',
    )
    assert imported.record.part("tei").languages == tuple(expected)
    left = ["language: “German, in places Latin”"] if "Latin" in listed else []
    left += ["@xml:lang"] * ("?" in text)
    assert [one for one in left if one not in str(imported.report.findings)] == []
    assert len(list(imported.report)) == len(left)


def test_editors_become_makers_of_the_file_and_translators_of_the_translation() -> None:
    imported = letter(
        body="""<body><div><p>Ja.</p></div><div type="translation"><p>Yes.</p></div></body>""",
        titleStmt="""<title>A</title><editor role="edited by">Ed One</editor>
        <editor><persName>Ed Two</persName><persName>Ed Three</persName></editor>
        <editor role="Übersetzerin">Tr One</editor>
        <respStmt><resp>encoded</resp><resp>checked</resp><name>Ed One</name></respStmt>
        <respStmt><resp>translation</resp><persName>Tr Two</persName></respStmt>
        <respStmt><resp>thanks</resp></respStmt>""",
        editionStmt="<respStmt><resp>proofs</resp><orgName>A board</orgName></respStmt>",
    )
    record = imported.record
    assert [record.agent(name).name for name in record.part("tei").made_by] == [
        "Ed One",
        "Ed Two",
        "Ed Three",
        "A board",
    ]
    translators = [record.agent(name) for name in record.part("translation").made_by]
    assert [(agent.name, agent.note) for agent in translators] == [
        ("Tr One", "Übersetzerin"),
        ("Tr Two", "translation"),
    ]
    assert record.agent("ed-one").note == "edited by; encoded; checked"
    assert record.agent("a-board").kind == "organization"
    assert unread(imported) == ["respStmt/resp: “thanks”"]


@pytest.mark.parametrize(
    ("resp", "makers"),
    [("", ["Max Three"]), ("#t", ["Max Three"]), ("#e", ["Eva Two"]), ("#t #e", ["Max Three",
     "Eva Two"]), ("#machine", []), ("#machine #e", ["Eva Two"])],
)  # fmt: skip
def test_the_responsibility_for_a_translation_is_that_of_its_division(
    resp: str, makers: list[str]
) -> None:
    given = f'resp="{resp}"' if resp else ""
    imported = letter(
        body=f"""<body><div><p>Ja.</p></div><div type="translation" {given}><p>Yes.</p></div></body>
        """,
        titleStmt="""<title>A</title><editor xml:id="e">Eva Two</editor><respStmt xml:id="t"><resp>
        Translator</resp><name>Max Three</name></respStmt>""",
    )
    record = imported.record
    assert [record.agent(name).name for name in record.part("translation").made_by] == makers
    assert any("@resp" in said for said in unread(imported)) is ("machine" in resp)


def test_call_numbers_within_a_call_number_are_read_separately() -> None:
    imported = letter(
        sourceDesc="""<msDesc><msIdentifier><repository>Museum</repository><idno><idno
        type="shelfmark">MS 1</idno><idno type="old">Z 9</idno></idno></msIdentifier></msDesc>"""
    )
    [holding] = imported.record.holdings
    assert [(level.name, level.value) for level in holding.levels] == [("file", "MS 1")]
    assert [(i.value, i.note) for i in imported.record.identifiers] == [("Z 9", "old")]


def test_agents_keep_all_fields_in_an_export_to_tei_and_import() -> None:
    record = full()
    assert sorted({agent.kind for agent in record.agents}) == [
        "family",
        "organization",
        "person",
        "software",
    ]
    agents = sorted(record.agents, key=lambda agent: agent.kind)
    imported = own(record.model_copy(update={"agents": tuple(agents)}))
    found = {agent.name: dump(agent) for agent in imported.record.agents}
    for agent in agents:
        expected = dump(agent)
        assert found[agent.name] | {"id": agent.id} == expected, agent.name


def test_an_exported_file_is_imported_and_the_report_has_only_what_records_lack() -> None:
    imported = own()
    assert [said.partition(": ")[0] for said in unread(imported)] == [
        "titleStmt/respStmt",
        "edition/@n",
        "editionStmt/edition",
        "date/@when",
        "availability/ab",
        "note/@type",
        "notesStmt/note",
        "revisionDesc/change",
        # The scans are not in the file.
        "graphic/@xml:id",
        "graphic/@url",
        "graphic/@mimeType",
        "graphic/desc",
    ]
    record = imported.record
    assert record.donor is not None
    assert record.agent(record.donor).name == "The Goldbergs"
    assert record.custody == full().custody
    assert record.part("tei").made_by == ()
    rights = {"statement": present(full().rights).statement, "licence": "CC-BY-4.0"}
    assert dump(record.rights) == rights | {"holder": "the-goldbergs"}
    identifiers = [(item.scheme, item.value) for item in record.identifiers]
    assert identifiers == [(item.scheme, item.value) for item in full().identifiers]


def test_an_unknown_entry_in_the_list_of_an_exported_file_is_reported() -> None:
    imported = own(**{"<listPerson>": "<listPerson><relation>kin</relation>"})
    assert "relation: “kin”" in str(unread(imported))
