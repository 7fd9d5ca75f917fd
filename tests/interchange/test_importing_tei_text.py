"""The import of the text of TEI letters: parts, zones, names and notes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, full
from imports import LETTER, names, sent, tei, text_of

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read

if TYPE_CHECKING:
    from archive_pkg.interchange.importing import Imported

HEADER = (
    sent("<persName>Ada One</persName>", "<placeName>Exton</placeName>",
         received="<persName>Ben Two</persName>")
    + '<particDesc><listPerson><person xml:id="p3"><persName>Eva Three, Duchess</persName>'
    "</person></listPerson><listOrg><org xml:id='o1'><orgName>The Board of Trade</orgName></org>"
    "</listOrg></particDesc>"
)  # fmt: skip


def messages(imported: Imported) -> list[str]:
    return [finding.message for finding in imported.report]


def dump(value: Any) -> Any:
    return value.model_dump(exclude_defaults=True, mode="json")


def quotes(imported: Imported) -> list[tuple[str, str | None, str]]:
    """Return the field, the rule and the words of each statement that has a place in the text."""
    text = text_of(imported)
    found = [(i.field, i.rule, i.at) for i in imported.record.evidence if i.at]
    for _, _, at in found:
        assert text[at.start : at.end] == at.exact
        assert text[: at.start][-24:] == (at.prefix or "")
        assert text[at.end :][:24] == (at.suffix or "")
    return [(field, rule, at.exact) for field, rule, at in found]


def test_a_letter_has_its_file_and_its_text_as_parts() -> None:
    imported = tei(body="<body><div><head>I</head><p>Dear Ben.</p></div></body>")
    original, encoded, text = imported.record.parts
    assert dump(original) == {"id": "original", "kind": "original", "held": False}
    assert dump(encoded) == {
        "id": "tei",
        "kind": "transcription",
        "title": "The edition's TEI file",
        "file": "a.xml",
        "sha256": hashlib.sha256(imported.files["a.xml"]).hexdigest(),
        "media_type": "application/tei+xml",
        "made_from": ["original"],
    }
    said = dump(text)
    assert said.pop("method").startswith("Taken from the TEI file by archive-pkg")
    assert said == {
        "id": "text",
        "kind": "transcription",
        "file": "a.txt",
        "sha256": hashlib.sha256(b"I\n\nDear Ben.").hexdigest(),
        "span": {"start": 0, "end": 12},
        "media_type": "text/plain",
        "encoding": "UTF-8",
        "made_from": ["tei"],
    }
    [rests] = [item for item in imported.record.evidence if item.field == "parts.text"]
    assert (rests.basis, rests.rule) == ("inferred", "text-of-the-tei-file")
    assert messages(imported) == []


def test_parts_from_a_text_have_their_relations() -> None:
    imported = tei(
        '<langUsage><language ident="de"/></langUsage>',
        """<body><div xml:lang="de"><p>Ja.</p></div><div type="normalized"><p>Jawohl.</p></div>
        <div type="translation" xml:lang="en"><p>Yes.</p></div><div type="translation"><p>Oui.</p>
        </div><div type="summary"><p>He agrees.</p></div><div type="enclosure"><p>A list.</p></div>
        <div xml:lang="it"><p>Si.</p></div></body>""",
    )
    parts = {part.id: part for part in imported.record.parts if part.span}
    own = ("text", "tei")
    found = [(p.id, p.kind, p.title, p.made_from, p.about, p.part_of, p.languages)
             for p in parts.values()]  # fmt: skip
    assert found == [
        ("text", "transcription", None, ("tei",), (), (), ("de",)),
        ("normalized", "transcription", "normalized", own, (), (), ("de",)),
        ("translation", "translation", "translation", own, (), (), ("en",)),
        ("translation-2", "translation", "translation", own, (), (), ()),
        ("summary", "summary", "summary", ("tei",), ("original",), (), ("de",)),
        ("enclosure", "enclosure", "enclosure", ("tei",), (), ("original",), ("de",)),
        ("text-2", "transcription", None, ("tei",), (), (), ("it",)),
    ]
    methods = [(p.method or "").partition(": ")[2].partition(", white")[0] for p in parts.values()]
    assert methods == [
        "the letter's own words",
        "the words of the normalized version",
        "the words of the translation",
        "the words of the translation",
        "the words of the summary",
        "the words of the enclosure",
        "the words of a division in another language",
    ]
    [finding] = imported.report
    assert (finding.code, finding.location.field) == ("import-other-language", "parts.text-2")
    assert "in it is" in finding.message


def test_zones_and_names_become_quotes() -> None:
    imported = tei(
        HEADER,
        """<body><div><opener><dateline><placeName key="4">Exton</placeName>, <date
        when="1870-05-03">3 May 1870</date></dateline> <address><addrLine>To Ben
        Two</addrLine></address> <salute>Dear Ben,</salute></opener><p>I saw <persName
        ref="#p3">Eva</persName> in <placeName key="7">Riga</placeName> with <orgName ref="#o1">the
        Board</orgName> and <rs type="person">her son</rs>, <name type="place">Wye</name>, <rs
        type="book">a book</rs>,
        <persName>Ben</persName>.</p><closer><salute>Yours</salute><signed>Ada</signed></closer></div>
        </body>""",
    )
    record = imported.record
    assert quotes(imported) == [
        ("date", "tei-dateline", "Exton, 3 May 1870"),
        ("recipients", "tei-address", "To Ben Two"),
        ("salutation", None, "Dear Ben,"),
        ("closing", None, "Yours"),
        ("signatories", "signed-by-the-sender", "Ada"),
        ("place", None, "Exton"),
        ("date", None, "3 May 1870"),
        ("agents.eva-three-duchess", None, "Eva"),
        ("mentioned_places.0", None, "Riga"),
        ("agents.the-board-of-trade", None, "the Board"),
        ("agents.her-son", None, "her son"),
        ("mentioned_places.1", None, "Wye"),
        ("agents.ben", None, "Ben"),
    ]
    assert names(record, "mentioned_agents") == [
        "Eva Three, Duchess",
        "The Board of Trade",
        "her son",
        "Ben",
    ]
    assert record.agent("the-board-of-trade").kind == "organization"
    assert (record.salutation, record.closing) == ("Dear Ben,", "Yours")
    assert names(record, "signatories") == ["Ada One"]
    assert dump(record.date) == {"edtf": "1870-05-03", "as_written": "3 May 1870"}
    assert record.place
    assert [item.value for item in record.place.identifiers] == ["4"]
    assert [place.name for place in record.mentioned_places] == ["Riga", "Wye"]
    assert messages(imported) == ["not read: text/…/rs/@type: “book”"]


@pytest.mark.parametrize(
    ("date", "dateline", "said", "is_quoted"),
    [
        ("", "<date>3 May 1870</date>", "1870-05-03", True),
        ("", "<date>3 May 1870</date> or <date>4 May 1870</date>", None, False),
        ("", "<date>Pentecost</date>", None, False),
        ("", "Exton", None, False),
        ('<date when="1871-05-03"/>', "3 May", "1871-05-03", True),
        ('<date when="1871-06-07"/>', "2 April", "1871-06-07", False),
    ],
)
def test_a_dateline_is_quoted_only_for_a_date_that_it_contains(
    date: str, dateline: str, said: str | None, is_quoted: bool
) -> None:
    body = f"<body><opener><dateline>{dateline}</dateline></opener><p>Text.</p></body>"
    imported = tei(sent("<persName>Ada</persName>", date), body)
    assert (imported.record.date and str(imported.record.date.edtf)) == said
    assert ("date" in [field for field, _, _ in quotes(imported)]) is is_quoted


@pytest.mark.parametrize(
    ("senders", "signed", "is_signed"),
    [
        (["Ada One"], "Ada", True),
        (["Ada One"], "Your friend", True),
        (["Ada One"], "<persName>A. One</persName>", True),
        (["Ada One"], "<persName>Ben Two</persName>", False),
        (["Ada One"], "<name>Ben Two</name>, <persName>Ada</persName>", False),
        (["Ada One", "Ben Two"], "Ada", False),
        ([], "Ada", False),
    ],
)
def test_the_sender_becomes_the_signatory_unless_a_different_name_is_signed(
    senders: list[str], signed: str, is_signed: bool
) -> None:
    header = sent(
        *(f"<persName>{name}</persName>" for name in senders), "<orgName>A club</orgName>"
    )
    imported = tei(header, f"<body><p>Text.</p><closer><signed>{signed}</signed></closer></body>")
    assert names(imported.record, "signatories") == (senders if is_signed else [])


def test_the_first_of_two_salutations_is_used() -> None:
    imported = tei(body="""<body><opener><salute>Sir,</salute><salute>Dear Ben,</salute></opener>
    <p>Text.</p></body>""")  # fmt: skip
    assert imported.record.salutation == "Sir,"
    assert quotes(imported) == [
        ("salutation", None, "Sir,"),
        ("parts.text", "tei-salutation", "Dear Ben,"),
    ]


@pytest.mark.parametrize(
    ("header", "body", "place", "mentioned"),
    [
        ("<placeName>Exton</placeName>", "<dateline><placeName>Exton</placeName></dateline>",
         "Exton", []),
        ("<placeName>Exton</placeName>", "<dateline><placeName>Riga</placeName></dateline>",
         "Exton", ["Riga"]),
        ("<placeName key='1'>Exton</placeName>",
         "<dateline><placeName key='2'>Exton</placeName></dateline>", "Exton", ["Exton"]),
        ("<placeName key='1'>Exton</placeName>",
         "<dateline><placeName key='1'>Exton</placeName></dateline>", "Exton", []),
        ("", "<dateline><settlement>Riga,</settlement> 3 May</dateline>", "Riga", []),
        ("", "<dateline><placeName><settlement>Riga</settlement></placeName></dateline>", "Riga",
         []),
        ("", "<dateline><placeName>Riga</placeName>, <placeName>Exton</placeName></dateline>", None,
         ["Riga", "Exton"]),
        ("<placeName>Exton</placeName>", "<p><geogName>Exton,</geogName></p>", "Exton", ["Exton"]),
    ],
)  # fmt: skip
def test_a_place_in_the_dateline_is_the_place_of_writing_if_it_matches_or_is_alone(
    header: str, body: str, place: str | None, mentioned: list[str]
) -> None:
    imported = tei(sent(header), f"<body>{body}<p>Text.</p></body>")
    assert (imported.record.place and imported.record.place.name) == place
    assert [item.name for item in imported.record.mentioned_places] == mentioned
    fields = [field for field, _, _ in quotes(imported)]
    assert ("place" in fields) is (not mentioned)
    assert ("mentioned_places.0" in fields) is bool(mentioned)


@pytest.mark.parametrize(
    ("header", "body", "languages"),
    [
        ("", '<div xml:lang="nl"><p>Ja.</p></div>', {"text": ("nl",)}),
        ("", '<div xml:lang="nl"><p>Ja.</p></div><div type="translation" xml:lang="en"><p>Yes.</p>'
         "</div>", {"text": ("nl",), "translation": ("en",)}),
        ('<langUsage><language ident="nl"/><language ident="en"/></langUsage>',
         '<div type="original" xml:lang="nl-NL"><div><p>Ja.</p></div></div>'
         '<div type="translation"><p>Yes.</p></div>', {"text": ("nl-NL",), "translation": ()}),
        ('<langUsage><language ident="nl"/></langUsage>', '<div xml:lang="x?"><p>Ja.</p></div>',
         {"text": ("nl",)}),
    ],
)  # fmt: skip
def test_the_language_of_a_division_is_that_of_its_part(
    header: str, body: str, languages: dict[str, tuple[str, ...]]
) -> None:
    imported = tei(header, f"<body>{body}</body>")
    assert {part.id: part.languages for part in imported.record.parts if part.is_text} == languages
    left = [said for said in messages(imported) if "lang" in said]
    assert left == (["not read: text/…/div/@xml:lang: “x?”"] if "x?" in body else [])


def test_a_correspondent_is_not_a_mentioned_agent() -> None:
    body = """<body><p><persName>Ben Two</persName> and <persName>Carl</persName> and <persName/> at
    <date>noon</date>.</p></body>"""
    imported = tei(HEADER, body)
    assert names(imported.record, "mentioned_agents") == ["Carl"]
    assert [field for field, _, _ in quotes(imported)] == ["agents.ben-two", "agents.carl"]


def test_notes_have_their_kinds_and_numbers() -> None:
    imported = tei(
        body="""<body><p>I saw a house<note>Burnt.</note> <supplied reason="torn">now</supplied>
        and <unclear>then</unclear> a ship<note type="x">Sunk.</note>.</p></body>"""
    )
    notes = [(note.id, note.kind, note.at.exact, note.text)
             for note in imported.record.translation_notes]  # fmt: skip
    assert notes == [
        ("note-1", "editorial", "house", "Burnt."),
        ("note-2", "insertion", "now", "torn"),
        ("note-3", "uncertain", "then", None),
        ("note-4", "editorial", "ship", "Sunk."),
    ]
    fields = [field for field, _, _ in quotes(imported)]
    assert fields == [f"translation_notes.note-{number}" for number in (1, 2, 3, 4)]
    assert {note.at.part for note in imported.record.translation_notes} == {"text"}


SAW = "<body><p>I {} here.</p>{}</body>"


@pytest.mark.parametrize(
    ("words", "after", "about"),
    [
        ('saw it<ref target="#n">1</ref>', '<note xml:id="n">Mill.</note>', "it"),
        ('saw it<ptr target="#n"/>', '<div type="notes"><note xml:id="n">Mill.</note></div>', "it"),
        ('saw it<ref target="#n">1</ref>',
         '<list type="notes"><item xml:id="n">Mill.</item></list>', "it"),
        ('<seg xml:id="s">saw it</seg>', '<note corresp="#s">Mill.</note>', "saw it"),
        ('<seg corresp="#n">saw it</seg>', '<note xml:id="n">Mill.</note>', "saw it"),
        ('<anchor xml:id="s"/>saw it<note corresp="#s">Mill.</note>', "", "saw it"),
        ("saw it", "<note>Mill.</note><p>Bye.</p>", "Bye"),
        ("saw it", "<note>Mill.</note>", "here"),
    ],
)  # fmt: skip
def test_a_note_is_at_the_words_that_point_to_it(words: str, after: str, about: str) -> None:
    imported = tei(body=SAW.format(words, after))
    assert text_of(imported).startswith("I saw it here.")
    [note] = imported.record.translation_notes
    assert (note.at.exact, note.text) == (about, "Mill.")


def test_an_annotation_has_the_target_of_its_note() -> None:
    imported = tei(
        body=SAW.format('<seg xml:id="s">saw it</seg>', ""),
        more="""<standOff><listAnnotation><annotation target="#s"><note>Mill.</note></annotation>
        </listAnnotation></standOff>""",
    )
    [note] = imported.record.translation_notes
    assert (note.at.exact, note.text) == ("saw it", "Mill.")
    assert messages(imported) == []


def test_a_note_in_a_hand_of_the_letter_belongs_to_the_text() -> None:
    imported = tei(body=SAW.format('saw<note hand="#ada" place="left">the mill</note>', ""))
    assert text_of(imported) == "I saw the mill here."
    assert not imported.record.translation_notes


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ('<ab type="original">Ja.</ab><ab type="translation">Yes.</ab>',
         {"transcription": "Ja.", "translation": "Yes."}),
        ("<div><argument><p>Ada thanks.</p></argument><p>Ja.</p></div>",
         {"summary": "Ada thanks.", "transcription": "Ja."}),
        ('<p>Ja.</p><ab type="commentary">Torn.</ab>', {"transcription": "Ja."}),
        ('<p>Ja.</p><list><item>One.</item></list>', {"transcription": "Ja.\n\nOne."}),
    ],
)  # fmt: skip
def test_blocks_with_a_kind_become_parts_like_divisions(body: str, kinds: dict[str, str]) -> None:
    imported = tei(body=f"<body>{body}</body>")
    text = text_of(imported)
    spans = {part.kind: part.span for part in imported.record.parts if part.span}
    assert {k: text[span.start : span.end].strip() for k, span in spans.items()} == kinds
    assert ("Torn." in str(messages(imported))) is ("Torn." in body)


def test_the_place_of_a_note_names_its_part() -> None:
    imported = tei(
        body="""<body><div><p>Ja<note>One.</note>.</p></div><div type="translation"><p>Yes<note>Two.
        </note>.</p></div></body>"""
    )
    parts = [note.at.part for note in imported.record.translation_notes]
    assert parts == ["text", "translation"]


def test_a_note_without_a_place_becomes_a_remark_and_is_reported() -> None:
    note = '<note {}="#x">Burnt.</note>'
    for attribute in ("target", "from"):
        imported = tei(body=f"<body><p>A house.{note.format(attribute)}</p></body>")
        assert imported.record.part("original").note == "Note on #x: Burnt."
        [finding] = imported.report
        assert finding.code == "import-note-unplaced"
        assert finding.location.field == "parts.original.note"
        assert "“Burnt.” points to #x" in finding.message


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ('<div type="letter"><p>A</p></div><div type="Brief"><p>B</p></div>', 2),
        ('<div type="letter"><div type="letter"><p>A</p></div></div>', 0),
        ('<div1 type="letter"><p>A</p></div1><div1 type="lettre"><p>B</p></div1><div1 '
         'type="document"><p>C</p></div1>', 3),
        ('<div type="letter"><p>A</p></div><div type="note"><p>B</p></div>', 0),
    ],
)  # fmt: skip
def test_several_letters_in_one_tei_text_are_counted_and_reported(body: str, count: int) -> None:
    findings = [f for f in tei(body=f"<body>{body}</body>").report
                if f.code == "import-several-letters"]  # fmt: skip
    assert [f.message.partition(" divisions")[0] for f in findings] == (
        [f"the text has {count}"] if count else []
    )


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("in/a.xml", {"a.xml", "a.txt"}),
        ("a.tei.xml", {"a.tei.xml", "a.tei.txt"}),
        ("a.txt", {"a.txt.xml", "a.txt.txt"}),
        ("A letter\\one.xml", {"a-letter-one.xml", "a-letter-one.txt"}),
        ("why?.xml", {"why?.xml", "why?.txt"}),
        ("\\.xml", {"letter.xml", "letter.txt"}),
    ],
)
def test_files_have_valid_names(name: str, files: set[str]) -> None:
    [imported] = read(LETTER.format(title="A", text="Text.").encode(), name)
    assert imported.files.keys() == files


def test_a_file_without_a_text_has_no_text_part() -> None:
    text = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/></TEI>'
    [imported] = read(text.encode(), "a.xml")
    assert [part.id for part in imported.record.parts] == ["original", "tei"]
    assert imported.files.keys() == {"a.xml"}


def test_an_exported_text_is_imported_with_its_ids_and_notes() -> None:
    record = full()
    [imported] = read(export("tei", record, FULL_CONTEXT), "a.xml")
    back = imported.record
    texts = [(part.id, part.title) for part in back.parts if part.span]
    assert texts == [("english", None)]

    def notes(one: Any) -> dict[str, Any]:
        return {note.id: note.model_dump(exclude={"at"}, mode="json")
                for note in one.translation_notes}  # fmt: skip

    assert notes(back) == notes(record)
    assert not [said for said in messages(imported) if "text/" in said or "standOff" in said]
