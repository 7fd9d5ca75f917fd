"""What others wrote is read into records, and what we wrote comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from examples import BARE_SETTING, FULL_SETTING, bare, full
from hypothesis import HealthCheck, given, settings

from archive_pkg.errors import InvalidError
from archive_pkg.interchange import Setting, export
from archive_pkg.interchange.importing import READS, read
from archive_pkg.packages import build_package, check, verify
from archive_pkg.records import Date, load_record
from official import published_letters
from strategies import records

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.interchange.importing import Imported
    from archive_pkg.records import Record
    from program import Run

PEOPLE = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")


def told(record: Record, field: str) -> Any:
    """What a record says in a field, people by their names, lists of things by what they say."""
    if field in PEOPLE:
        return [
            (agent.name, agent.kind, {item.uri for item in agent.identifiers if item.uri})
            for agent in map(record.agent, getattr(record, field))
        ]
    if field == "identifiers":
        return [(item.scheme, item.value) for item in record.identifiers]
    if field == "place.identifiers":
        listed = record.place.identifiers if record.place else ()
        return [(item.scheme, item.value) for item in listed]
    value: Any = record
    for step in field.split("."):
        if isinstance(value, tuple):
            value = tuple(getattr(item, step) for item in value)
        else:
            value = getattr(value, step, None)
    return value


def reading(name: str, record: Record, setting: Setting) -> Imported:
    [imported] = read(export(name, record, setting), "letter.xml")
    return imported


@pytest.mark.parametrize("name", READS)
def test_what_was_written_comes_back(name: str) -> None:
    # Of a date that is not sure, days and doubt come back, not which kind of doubt.
    record = full().model_copy(update={"received": Date(edtf="1961-03?", as_written="early")})
    imported = reading(name, record, FULL_SETTING)
    for field in READS[name]:
        assert told(imported.record, field) == told(record, field), field


@pytest.mark.parametrize("name", ["tei", "ead3"])
def test_a_restriction_comes_back(name: str) -> None:
    record = reading(name, full(), FULL_SETTING).record
    access = record.part("original").access
    assert access is not None
    assert (access.status, access.rule) == ("restricted", "the archive's law")
    assert access.until is not None
    assert access.until.edtf == "2031-03"


@pytest.mark.parametrize("name", READS)
def test_almost_nothing_comes_back_as_almost_nothing(name: str) -> None:
    record = reading(name, bare(), BARE_SETTING).record
    assert set(record.as_json()) <= {
        "format",
        "id",
        "version",
        "type",
        "title",
        "parts",
        "agents",
        "evidence",
    }
    assert not [agent for agent in record.agents if agent.kind != "software"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_whatever_was_written_is_read(record: Record) -> None:
    for name in READS:
        reading(name, record, BARE_SETTING)


def test_the_text_comes_back_with_its_zones_and_notes() -> None:
    imported = reading("tei", full(), FULL_SETTING)
    record = imported.record
    [text] = [part for part in record.parts if part.is_text]
    assert (text.kind, text.languages, text.made_from) == ("translation", ("en",), ("tei",))
    words = imported.files[text.file].decode()
    for item in (*record.translation_notes, *record.evidence):
        quote = item.at
        if quote:
            assert words[quote.start : quote.end] == quote.exact
    assert record.salutation == "Dear Comrade Ulbricht!"
    assert record.classification.as_written == "SECRET Copy no. 2"
    kinds = [note.kind for note in record.translation_notes]
    assert kinds == ["source-term", "editorial", "insertion", "illegible", "sic", "omission"]
    again = export("tei", record, replace(FULL_SETTING, texts={text.id: words}))
    assert reading("tei", full(), FULL_SETTING).files["letter.txt"] == words.encode()
    [twice] = read(again, "letter.xml")
    assert twice.files["letter.txt"] == words.encode()


def test_the_tei_file_itself_is_kept() -> None:
    written = export("tei", full(), FULL_SETTING)
    [imported] = read(written, "edition.xml")
    assert imported.files["edition.xml"] == written


def test_a_file_of_many_letters_gives_many_records() -> None:
    found = read(export("cmif", [full(), bare()], FULL_SETTING), "cmif.xml")
    assert [imported.record.id for imported in found] == [full().id, bare().id]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "not XML"),
        (b"<TEI", "not XML"),
        (b"{}", "not XML"),
        (b"<TEI.2><teiHeader/></TEI.2>", "P4"),
        (b"<ead><archdesc/></ead>", "EAD 2002"),
        (b"<html/>", "root element is html"),
        (b'<resource xmlns="http://datacite.org/schema/kernel-3"/>', "kernel 4"),
    ],
)
def test_other_files_are_refused(written: bytes, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(written, "file.xml")
    [finding] = refused.value.report
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a SYSTEM "http://127.0.0.1:9/a.dtd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;',
    ],
)
def test_no_entity_is_expanded_and_nothing_fetched(declared: str) -> None:
    text = f'<!DOCTYPE TEI [{declared}]><TEI xmlns="http://www.tei-c.org/ns/1.0"><p>&a;</p></TEI>'
    with pytest.raises(InvalidError) as refused:
        read(text.encode(), "file.xml")
    assert "root:" not in str(refused.value.report.findings)
    assert refused.value.report.errors


def test_what_is_not_read_is_said() -> None:
    text = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>
    <fileDesc><titleStmt><title>A letter</title><funder>A fund</funder></titleStmt></fileDesc>
    <profileDesc><correspDesc><correspAction type="sent"><persName>A</persName>
    <date when="--12-24">Christmas Eve</date></correspAction>
    <correspAction type="forwarded"><persName>B</persName></correspAction></correspDesc>
    </profileDesc></teiHeader><text><body><p>One <del>two</del> <hi>three</hi>.</p></body></text>
    </TEI>"""
    [imported] = read(text.encode(), "a.xml")
    said = " ".join(finding.message for finding in imported.report)
    for words in ("funder", "Christmas Eve", "text/…/p/del: “two”"):
        assert words in said
    assert imported.files["a.txt"] == b"One three."
    assert [event.type for event in imported.record.events] == ["forwarded"]


def test_letters_made_by_others_go_the_whole_way(tmp_path: Path) -> None:
    for file in published_letters()[::6]:
        for imported in read(file.read_bytes(), file.name):
            folder = tmp_path / "records" / imported.record.id
            folder.mkdir(parents=True)
            for name, data in imported.files.items():
                (folder / name).write_bytes(data)
            record = imported.record
            (folder / "record.json").write_text(json.dumps(record.as_json()), encoding="utf-8")
            assert not check(folder).errors
            built = build_package(folder, tmp_path / "packages")
            assert verify(built.path).ok
            [again] = read((built.path / "metadata" / "tei.xml").read_bytes(), file.name)
            for field in READS["tei"]:
                assert told(again.record, field) == told(record, field), (file.name, field)


def test_the_command_writes_records(tmp_path: Path) -> None:
    source = tmp_path / "letters.xml"
    source.write_bytes(export("cmif", [full(), bare()], FULL_SETTING))
    command = [sys.executable, "-m", "archive_pkg", "import", source, "--out", tmp_path / "r"]
    first = subprocess.run(map(str, command), capture_output=True, check=False)
    assert first.returncode == 0
    assert {folder.name for folder in (tmp_path / "r").iterdir()} == {full().id, bare().id}
    before = (tmp_path / "r" / "x" / "record.yaml").read_bytes()
    again = subprocess.run([*map(str, command), "--json"], capture_output=True, check=False)
    assert again.returncode == 5
    assert (tmp_path / "r" / "x" / "record.yaml").read_bytes() == before
    assert len(json.loads(again.stdout)["results"]) == 3


LETTER = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>{title}</title></titleStmt></fileDesc></teiHeader><text><body><p>{text}</p></body></text>
</TEI>"""


def test_files_of_one_name_get_ids_from_their_folders(run: Run, tmp_path: Path) -> None:
    for volume in ("a/v1", "a/v2", "b/v1"):
        (tmp_path / volume).mkdir(parents=True)
        (tmp_path / volume / "001.xml").write_text(LETTER.format(title=volume, text="Text."))
    (tmp_path / "a" / "other.xml").write_text(LETTER.format(title="Other", text="Text."))
    ended = run("import", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "r")
    assert ended.returncode == 0, ended.stderr
    made = {load_record(folder).title: folder.name for folder in (tmp_path / "r").iterdir()}
    assert made == {"a/v1": "a-v1-001", "b/v1": "b-v1-001", "a/v2": "v2-001", "Other": "other"}


def test_ids_that_two_files_share_are_distinguished(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = LETTER.format(title=name, text="Text.").replace("<TEI ", '<TEI xml:id="L1" ')
        (tmp_path / f"{name}.xml").write_text(text)
    ended = run("import", tmp_path / "one.xml", tmp_path / "two.xml", "--out", tmp_path / "r")
    assert ended.returncode == 0, ended.stderr
    assert {folder.name for folder in (tmp_path / "r").iterdir()} == {"L1", "two-L1"}


def test_replace_is_what_its_hint_says(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(LETTER.format(title="First", text="Text."))
    assert run("import", file, "--out", tmp_path / "r").returncode == 0
    file.write_text(LETTER.format(title="Second", text="Text."))
    refused = run("import", file, "--out", tmp_path / "r")
    assert refused.returncode == 5
    assert "--replace" in refused.stderr
    assert load_record(tmp_path / "r" / "a").title == "First"
    assert run("import", file, "--out", tmp_path / "r", "--replace").returncode == 0
    assert load_record(tmp_path / "r" / "a").title == "Second"


def tei(header: str = "", body: str = "", more: str = "") -> Imported:
    """What is read of a TEI letter."""
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
    <title>A letter</title></titleStmt><publicationStmt><publisher>A press</publisher>
    </publicationStmt></fileDesc><profileDesc>{header}</profileDesc></teiHeader>{more}
    <text>{body}</text></TEI>"""
    [imported] = read(text.encode(), "a.xml")
    return imported


def text_of(imported: Imported) -> str:
    return imported.files["a.txt"].decode()


def sent(*inner: str, received: str = "") -> str:
    return (
        f'<correspDesc><correspAction type="sent">{"".join(inner)}</correspAction>'
        f'<correspAction type="received">{received}</correspAction></correspDesc>'
    )


def names(record: Record, field: str) -> list[str]:
    return [record.agent(name).name for name in getattr(record, field)]


@pytest.mark.parametrize(
    ("sender", "recipient", "agents", "asked"),
    [
        ("Ada One", "Ben Two", 2, True),
        ("Ada One", "Ben One", 2, True),
        ("Orlov, Alexei", "A. Orlov", 1, False),
        ("Ada One", "One, Ada", 1, False),
    ],
)
def test_one_identifier_alone_does_not_make_two_names_one(
    sender: str, recipient: str, agents: int, asked: bool
) -> None:
    ref = 'ref="https://d-nb.info/gnd/118540238"'
    one, other = f"<persName {ref}>{sender}</persName>", f"<persName {ref}>{recipient}</persName>"
    imported = tei(sent(one, received=other))
    record = imported.record
    persons = [agent for agent in record.agents if agent.kind == "person"]
    assert len(persons) == agents
    assert (record.sender == record.recipients) is (agents == 1)
    codes = [finding.code for finding in imported.report]
    assert ("import-shared-identifier" in codes) is asked


def test_one_name_with_two_identifiers_of_one_kind_is_two_agents() -> None:
    record = tei(
        sent(
            '<persName key="P1">Müller</persName>', received='<persName key="P2">Müller</persName>'
        )
    ).record
    assert record.sender != record.recipients


def test_the_letters_words_for_a_person_are_one_agent() -> None:
    body = """<body><p><persName key="P3">Carl Three</persName>,
    <persName key="P3">Carl's</persName> house,
    your <rs type="person" key="P3">husband</rs>.</p></body>"""
    record = tei(body=body).record
    assert names(record, "mentioned_agents") == ["Carl Three"]
    assert [item.value for item in record.agent("carl-three").identifiers] == ["P3"]


def test_each_div_is_what_its_type_says() -> None:
    body = """<front><div type="introduction"><p>By the editors.</p></div>
    <div type="dateline"><p>Exton, 1801.</p></div></front><body>
    <div type="writingSession"><p>Werther Freund!</p></div><div type="letter"><p>Ja.</p></div>
    <div type="normalized"><p>Werter Freund!</p></div><div type="comment"><p>One leaf.</p></div>
    <div type="translation" xml:lang="en"><p>Dear friend!</p></div>
    <div type="regest"><p>Thanks.</p></div><div type="register"><p>Names.</p></div></body>
    <back><div type="closer"><p>Ada</p></div><listPerson><person><persName>Ada One</persName>
    </person></listPerson></back>"""
    imported = tei(body=body)
    text = text_of(imported)
    parts = {
        part.id: (part.kind, text[part.span.start : part.span.end].strip())
        for part in imported.record.parts
        if part.span
    }
    assert parts == {
        "text": ("transcription", "Exton, 1801.\n\nWerther Freund!\n\nJa."),
        "normalized": ("transcription", "Werter Freund!"),
        "translation": ("translation", "Dear friend!"),
        "summary": ("summary", "Thanks."),
        "text-2": ("transcription", "Ada"),
    }
    assert imported.record.part("translation").languages == ("en",)
    assert not any(part.made_by for part in imported.record.parts)
    said = " ".join(finding.message for finding in imported.report)
    for words in ("By the editors.", "One leaf.", "Names.", "Ada One"):
        assert words in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('I saw a house<ptr target="#n"/>, old.', "house"),
        ('I saw a house<ref target="#n">1</ref>, old.', "house"),
        ('I saw <ref target="#n">a house</ref>, old.', "a house"),
        ('I saw <seg xml:id="s">a house</seg>, old.', "a house"),
        ('I saw <anchor xml:id="a"/>a house<anchor xml:id="b"/>, old.', "a house"),
        ('I saw <anchor xml:id="k"/>a house<note corresp="k">It burnt.</note>, old.', "a house"),
        ("I saw a house<note>It burnt.</note>, old.", "house"),
        ("<note>It burnt.</note>House, old.", "House"),
    ],
)
def test_a_note_is_at_its_words(body: str, words: str) -> None:
    back = '<back><div type="notes"><note xml:id="n">It burnt.</note></div></back>'
    standoff = {
        "s": '<standOff><note target="#s">It burnt.</note></standOff>',
        "a": '<standOff><note target="#a" targetEnd="#b">It burnt.</note></standOff>',
    }
    key = next((key for key in standoff if f'xml:id="{key}"' in body), "")
    imported = tei(body=f"<body><p>{body}</p></body>{back}", more=standoff.get(key, ""))
    [note] = imported.record.translation_notes
    assert (note.kind, note.text, note.at.exact) == ("editorial", "It burnt.", words)
    assert "burnt" not in text_of(imported)


def test_lines_and_pages_break_where_the_letter_does() -> None:
    body = """<body><p>a monu<lb break="no"/>ment,<lb/>the <pb n="2"/>wich<pb/>tige
    end</p><address><addrLine>Rue du Bac</addrLine><addrLine>Paris</addrLine></address></body>"""
    expected = "a monument,\nthe\nwichtige end\n\nRue du Bac\nParis"
    assert text_of(tei(body=body)) == expected


def test_what_the_letter_does_not_have_is_not_in_its_text() -> None:
    body = """<body><p>We <unclear reason="blot">have</unclear> <supplied>two</supplied>
    <gap reason="illegible" unit="words" quantity="2"/> <choice><sic>twelwe</sic><corr>twelve</corr>
    </choice> <choice><orig>vnd</orig><reg>und</reg></choice>.</p></body>"""
    imported = tei(body=body)
    assert text_of(imported) == "We have two twelwe vnd."
    notes = {note.kind: (note.at.exact, note.text) for note in imported.record.translation_notes}
    assert notes == {
        "uncertain": ("have", "blot"),
        "insertion": ("two", None),
        "illegible": ("two", "Gap next to this word: illegible 2 words."),
        "sic": ("twelwe", "twelve"),
    }
    assert "“und”" in " ".join(finding.message for finding in imported.report)


@pytest.mark.parametrize(
    ("front", "text"),
    [
        ("<p>By the editors.</p>", "Dear Ben."),
        ("<div><p>By the editors.</p><closer><signed>Ed.</signed></closer></div>", "Dear Ben."),
        ("<dateline>Exton, 1801.</dateline>", "Exton, 1801.\n\nDear Ben."),
        ("<div><opener><salute>Sir,</salute></opener></div>", "Sir,\n\nDear Ben."),
        ("<p>By us.</p><div><address><addrLine>Exton</addrLine></address></div>",
         "Exton\n\nDear Ben."),
    ],
)  # fmt: skip
def test_an_untyped_front_is_the_letters_if_it_has_its_opening(front: str, text: str) -> None:
    imported = tei(body=f"<front>{front}</front><body><p>Dear Ben.</p></body>")
    assert text_of(imported) == text
    said = " ".join(finding.message for finding in imported.report)
    for words in ("By the editors.", "By us."):
        assert (words in said) is (words in front)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        *((kind, "translation") for kind in ("uebersetzung", "Übersetzung", "U\u0308bersetzung",
          "englischeÜbersetzung", "traduction", "traducción", "przekład", "перевод")),
        *((kind, "summary") for kind in ("regest", "Kopfregest", "résumé", "резюме")),
        *((kind, None) for kind in ("kommentar", "commentaire", "Stellenkommentar", "комментарий",
          "introducción", "Erlaeuterungen")),
    ],
)  # fmt: skip
def test_types_of_divs_are_read_in_any_spelling(kind: str, part: str | None) -> None:
    body = f'<body><div><p>Lieber.</p></div><div type="{kind}"><p>Dear.</p></div></body>'
    imported = tei(body=body)
    spans = {p.id: text_of(imported)[p.span.start : p.span.end].strip()
             for p in imported.record.parts if p.span}  # fmt: skip
    assert spans == {"text": "Lieber."} | ({part: "Dear."} if part else {})


@pytest.mark.parametrize(
    ("header", "one", "other", "apart"),
    [
        ("", ' xml:lang="de"', ' xml:lang="en"', True),
        ("", "", ' xml:lang="en"', True),
        ('<langUsage><language ident="de"/></langUsage>', "", ' xml:lang="en"', True),
        ('<langUsage><language ident="de"/></langUsage>', "", ' xml:lang="de-AT"', False),
        ("", ' xml:lang="de"', ' xml:lang="de-AT"', False),
    ],
)
def test_a_div_in_another_language_is_a_part_of_its_own(
    header: str, one: str, other: str, apart: bool
) -> None:
    imported = tei(header, f"<body><div{one}><p>Ja.</p></div><div{other}><p>Yes.</p></div></body>")
    parts = [part.id for part in imported.record.parts if part.span]
    assert parts == (["text", "text-2"] if apart else ["text"])
    codes = [finding.code for finding in imported.report]
    assert ("import-other-language" in codes) is apart


def test_a_translation_says_what_it_was_made_from() -> None:
    body = """<body><div type="translation"><p>Dear.</p></div><div type="print"><p>Lieber.</p></div>
    <div type="summary"><p>Thanks.</p></div></body>"""
    record = tei(body=body).record
    assert record.part("translation").made_from == ("text", "tei")
    own = {p.id for p in record.parts if p.span and "letter's own words" in (p.method or "")}
    assert own == {"text"}


@pytest.mark.parametrize(
    "place",
    [
        "<body><p>My house{}.</p></body>",
        "<body><p>My house.</p></body><back>{}</back>",
        '<body><p>My house.</p></body><back><div type="notes">{}</div></back>',
    ],
)
def test_a_note_on_nothing_is_kept_without_a_place(place: str) -> None:
    imported = tei(body=place.format('<note target="#nowhere">It burnt.</note>'))
    assert not imported.record.translation_notes
    assert imported.record.part("original").note == "Note on #nowhere: It burnt."
    codes = [finding.code for finding in imported.report]
    assert "import-note-unplaced" in codes


def test_an_identifier_for_two_names_in_two_letters_is_questioned() -> None:
    viaf = '<persName ref="https://viaf.org/viaf/12345">{}</persName>'
    found = index(*(sent(viaf.format(name)) for name in ("Ann", "Eva", "Ann", "Eva")))
    asked = [[f.message for f in i.report if f.code == "import-shared-identifier"] for i in found]
    assert [len(messages) for messages in asked] == [0, 1, 0, 0]
    assert "“Ann”" in asked[1][0]
    assert "“Eva”" in asked[1][0]


def index(*described: str) -> list[Imported]:
    """What is read of a CMIF file."""
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc/><profileDesc>
    {"".join(described)}</profileDesc></teiHeader><text><body><p/></body></text></TEI>"""
    return read(text.encode(), "index.xml")


def test_what_a_file_says_of_an_unknown_correspondent_is_reported() -> None:
    for found in (index(*[sent("<persName>[Unknown]</persName>")] * 2),
                  [tei(sent("<persName>[Unknown]</persName>"))]):  # fmt: skip
        for imported in found:
            assert not imported.record.sender
            assert any("“[Unknown]”" in finding.message for finding in imported.report)


def test_several_letters_in_one_text_are_reported() -> None:
    for types, asked in ((("letter", "letter"), True), (("letter", "writingSession"), False)):
        body = "".join(f'<div type="{kind}"><p>Text.</p></div>' for kind in types)
        codes = [finding.code for finding in tei(body=f"<body>{body}</body>").report]
        assert ("import-several-letters" in codes) is asked


def test_each_letter_of_a_corpus_becomes_a_record() -> None:
    letter = LETTER.format(title="{0}", text="Text {0}.").replace("<TEI ", '<TEI xml:id="{0}" ')
    corpus = "".join(letter.format(name) for name in ("a", "b"))
    text = f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/>{corpus}</teiCorpus>'
    found = read(text.encode(), "all.xml")
    assert [(i.record.id, i.record.title) for i in found] == [("a", "a"), ("b", "b")]
    assert [i.files["all.txt"] for i in found] == [b"Text a.", b"Text b."]


def test_a_placeholder_is_not_the_letters_text() -> None:
    imported = tei(body="<body><bibl>[No transcription.]</bibl></body>")
    assert not [part for part in imported.record.parts if part.is_text]


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ('<date when="1798-06-21"/>', "1798-06-21"),
        ('<date notBefore="1798-06" notAfter="1798-07-10">um</date>', "[1798-06-01..1798-07-10]"),
        ('<date from="1798-06-21" to="1798-06-23"/>', "1798-06-21/1798-06-23"),
        ('<date when="1798" cert="low"/>', "1798?"),
        ('<date when="1798" precision="low"/>', "1798~"),
        ("<date>5/17 March 1848</date>", "1848-03-17"),
        ("<date>04/05/1960</date>", None),
        ("<date>10 May 1798</date>", "1798-05-10"),
        ('<date when="1798-02-30">30 Feb.</date>', None),
        ('<date when="--05-10"/>', None),
        ("<date>Pentecost</date>", None),
    ],
)
def test_a_date_is_read_or_stays_open(date: str, said: str | None) -> None:
    imported = tei(sent("<persName>A</persName>", date))
    assert imported.record.date is not None
    assert (imported.record.date.edtf and str(imported.record.date.edtf)) == said
    assert ("import-date-open" in [f.code for f in imported.report]) is (said is None)


def test_calendars_postmarks_and_doubts_are_kept() -> None:
    record = tei(
        sent(
            '<persName cert="medium" evidence="conjecture">[Orlov]</persName>',
            '<date type="stamp" when="1870-06-03"/>',
            '<date when="1870-05-22" when-custom="1870-05-10" calendar="#julian">10 May</date>',
            '<date when="1870-05-23"/>',
            "<placeName>Riga</placeName>",
        )
    ).record
    assert str(record.date.edtf) == "1870-05-22"
    assert record.date.note == "calendar: #julian; when-custom: 1870-05-10"
    [event] = record.events
    assert (event.type, str(event.date.edtf)) == ("postmark", "1870-06-03")
    assert names(record, "sender") == ["Orlov"]
    sure = {item.field: item.confidence for item in record.evidence}
    assert sure["sender.orlov"] == "probable"
    assert "1870-05-23" in [item.value for item in record.evidence]


def test_names_and_places_are_joined_as_people_write_them() -> None:
    record = tei(
        sent(
            "<persName><surname>Doe</surname><forename>Jane</forename></persName>",
            '<settlement key="O1">Exton</settlement><country>Wyeland</country>',
        )
    ).record
    assert names(record, "sender") == ["Doe, Jane"]
    assert record.place.name == "Exton, Wyeland"
    assert [item.value for item in record.place.identifiers] == ["O1"]


def test_a_senders_address_is_no_evidence_for_the_recipient() -> None:
    opener = "<opener><address><addrLine>{}</addrLine></address><salute>Dear B,</salute></opener>"
    header = sent("<persName>Ada One</persName>", received="<persName>Ben Two</persName>")
    for line, quoted in (("77 rue du Bac, Paris", False), ("To Mr Two, London", True)):
        record = tei(header, f"<body>{opener.format(line)}<p>Text.</p></body>").record
        rests = {item.field for item in record.evidence if item.at}
        assert ("recipients" in rests) is quoted


INDEX = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>Index</title></titleStmt><publicationStmt><publisher>A press</publisher></publicationStmt>
<sourceDesc><bibl xml:id="v1">Letters, vol. 1</bibl><bibl xml:id="v2">Letters, vol. 2</bibl>
</sourceDesc></fileDesc><profileDesc>{}</profileDesc></teiHeader></TEI>"""


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


def ead(components: str, archdesc: str = "") -> list[Imported]:
    text = f"""<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="fonds"><did>
    <repository><corpname><part>An archive</part></corpname></repository>
    <unittitle>Papers</unittitle><unitid>FA 7</unitid></did>{archdesc}<dsc>{components}</dsc>
    </archdesc></ead>"""
    return read(text.encode(), "aid.xml")


def test_an_item_has_what_the_levels_above_say() -> None:
    [imported] = ead(
        """<c01 level="series"><did><unittitle>Letters</unittitle><container localtype="box">4
        </container><unitdate normal="1869/1871">1869-1871</unitdate></did>
        <c02 level="item"><did><unittitle/></did></c02></c01>""",
        "<userestrict><p>Ask first.</p></userestrict>",
    )
    record = imported.record
    assert (record.title, record.type) == ("Letters", "letter")
    assert (str(record.date.edtf), record.date.as_written) == ("[1869..1871]", None)
    assert record.holding.model_dump(exclude_none=True) == {
        "repository": "An archive",
        "fonds": "Papers (FA 7) / Letters",
        "file": "box 4",
    }
    assert record.rights.statement == "Ask first."


@pytest.mark.parametrize(
    ("above", "own", "status", "until"),
    [
        ("Closed until 2050.", "", "restricted", "2050"),
        ("Closed until 2050.", "Closed for 100 years.", "closed", None),
        ("Gesperrt bis 31. Dezember 2040.", "", "restricted", "2040-12-31"),
        ("Open for research without restrictions.", "", "open", None),
        ("Open, except medical letters.", "", "closed", None),
        ("Open.", "Nur mit Genehmigung.", "closed", None),
    ],
)
def test_the_strictest_restriction_of_all_levels_holds(
    above: str, own: str, status: str, until: str | None
) -> None:
    inner = f"<accessrestrict><p>{own}</p></accessrestrict>" if own else ""
    [imported] = ead(
        f'<c level="item"><did><unittitle>A letter</unittitle></did>{inner}</c>',
        f"<accessrestrict><p>{above}</p></accessrestrict>",
    )
    access = imported.record.part("original").access
    assert access.status == status
    assert (str(access.until.edtf) if access.until else None) == until
    assert above in access.rule
    assert "import-access-read" in [finding.code for finding in imported.report]


def test_what_is_internal_in_a_finding_aid_is_closed() -> None:
    [imported] = ead(
        '<c level="item" audience="internal"><did><unittitle>A letter</unittitle></did>'
        '<odd audience="internal"><p>For staff.</p></odd></c>'
    )
    original = imported.record.part("original")
    assert original.access.status == "closed"
    assert original.note is None


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ('normal="19000101">1 Jan 1900', "1900-01-01"),
        ('normal="18700510/18700514">10-14 May', "1870-05-10/1870-05-14"),
        ('normal="1870-5-3">3 May', "1870-05-03"),
        ('normal="1870/9999">1870-', "1870/.."),
        ('normal="1870-05-10T00:00:00">10 May', "1870-05-10"),
        ('normal="1870" certainty="approximate">ca. 1870', "1870~"),
        (">10 May 1870", "1870-05-10"),
        ('normal="1871/1870">1871-1870', None),
    ],
)
def test_dates_of_finding_aids_are_read_or_stay_open(date: str, said: str | None) -> None:
    [imported] = ead(
        f'<c level="item"><did><unittitle>A letter</unittitle><unitdate {date}</unitdate></did></c>'
    )
    read_as = imported.record.date.edtf
    assert (str(read_as) if read_as else None) == said
    assert imported.record.date.as_written or said is not None


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ('<unitdate normal="1870-05-10">10 May 1870 (O.S.)</unitdate>', "1870-05-22"),
        ('<unitdate normal="1870-05-22">10 May 1870 (O.S.)</unitdate>', "1870-05-22"),
        ('<unitdate normal="1870-05-10">10/22 May 1870</unitdate>', "1870-05-22"),
        ('<unitdate normal="1870-05-10" calendar="julian">10 May 1870</unitdate>', "1870-05-22"),
        ('<unitdate normal="1870-05-22" calendar="julian">10 May 1870</unitdate>', "1870-05-22"),
        ('<unitdate normal="1870-05-10" calendar="julian"/>', None),
        ('<unitdate normal="1870-05-10/1870-05-12">10-12 May 1870 O.S.</unitdate>', None),
        ('<unitdate normal="-0043">43 BC</unitdate>', None),
        ('<unitdate normal="-0043" era="bce">43</unitdate>', None),
        ('<unitdate normal="-0042">43 BC</unitdate>', "-0042"),
    ],
)
def test_calendars_and_eras_of_finding_aids_are_not_mixed(date: str, said: str | None) -> None:
    [imported] = ead(f'<c level="item"><did><unittitle>Letter</unittitle>{date}</did></c>')
    assert imported.record.date
    assert (str(imported.record.date.edtf) if imported.record.date.edtf else None) == said
    codes = [finding.code for finding in imported.report]
    assert ("import-date-open" in codes) is (said is None)


def test_a_letter_dated_in_the_julian_calendar_is_one_day_in_two_calendars() -> None:
    date = tei(sent('<date when="1870-05-10" calendar="#julian">10 May 1870</date>')).record.date
    assert date
    assert str(date.edtf) == "1870-05-22"
    assert "1870-05-10 in the Julian calendar" in (date.note or "")


def test_one_call_number_for_two_items_is_questioned() -> None:
    item = '<c level="item"><did><unittitle>Letter</unittitle><unitid>{}</unitid></did></c>'
    for numbers, asked in ((("ORL/1/3", "ORL/1/3"), True), (("ORL/1/3", "ORL/1/4"), False)):
        found = ead("".join(map(item.format, numbers)))
        codes = [finding.code for imported in found for finding in imported.report]
        assert ("import-same-call-number" in codes) is asked
    series = '<c level="series"><did><unittitle>{}</unittitle></did>' + item.format("3") + "</c>"
    found = ead(series.format("A") + series.format("B"))
    assert "import-same-call-number" not in [f.code for i in found for f in i.report]


def test_folders_are_not_letters() -> None:
    found = ead(
        '<c level="item"><did><unittitle>A letter</unittitle></did></c>'
        '<c level="otherlevel" otherlevel="piece"><did><unittitle>A piece</unittitle></did></c>'
        '<c level="file"><did><unittitle>Folder of three</unittitle></did></c>'
    )
    assert [imported.record.title for imported in found] == ["A letter", "A piece"]
    [told] = [f for f in found[0].report if f.code == "import-not-a-letter"]
    assert "Folder of three" in told.message
    with pytest.raises(InvalidError) as refused:
        ead('<c level="file"><did><unittitle>Folder</unittitle></did></c>')
    assert "without items, not a letter" in str(refused.value.report.findings)


def test_a_date_read_from_words_alone_is_inferred() -> None:
    said = {}
    for date in ("<date>10 May 1798</date>", '<date when="1798-05-10">10 May 1798</date>'):
        record = tei(sent("<persName>A</persName>", date)).record
        [rests] = [item for item in record.evidence if item.field == "date"]
        said[date] = (rests.basis, rests.rule)
    assert list(said.values()) == [("inferred", "written-date"), ("supplied", None)]
