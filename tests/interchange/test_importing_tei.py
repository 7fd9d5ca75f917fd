"""The import of TEI letters that other people made."""

from __future__ import annotations

import pytest
from imports import LETTER, names, sent, tei, text_of

from archive_pkg.errors import InvalidError
from archive_pkg.interchange.importing import Imported, read
from typed import present


def test_unread_content_is_reported() -> None:
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


@pytest.mark.parametrize(
    ("sender", "recipient", "agents", "asked"),
    [
        ("Ada One", "Ben Two", 2, True),
        ("Ada One", "Ben One", 2, True),
        ("Orlov, Alexei", "A. Orlov", 1, False),
        ("Ada One", "One, Ada", 1, False),
    ],
)
def test_two_names_with_the_same_identifier_are_two_agents_unless_the_names_match(
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


def test_the_same_name_with_different_local_keys_is_two_agents() -> None:
    record = tei(
        sent(
            '<persName key="P1">Müller</persName>', received='<persName key="P2">Müller</persName>'
        )
    ).record
    assert record.sender != record.recipients


def test_names_in_the_text_with_the_same_key_are_one_agent() -> None:
    body = """<body><p><persName key="P3">Carl Three</persName>,
    <persName key="P3">Carl's</persName> house,
    your <rs type="person" key="P3">husband</rs>.</p></body>"""
    record = tei(body=body).record
    assert names(record, "mentioned_agents") == ["Carl Three"]
    assert [item.value for item in record.agent("carl-three").identifiers] == ["P3"]


def test_the_type_of_a_div_decides_which_part_or_zone_it_becomes() -> None:
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
def test_a_note_is_placed_at_its_words(body: str, words: str) -> None:
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


def test_line_breaks_become_line_endings_and_page_breaks_form_feeds() -> None:
    body = """<body><pb n="1"/><p>a monu<lb break="no"/>ment,<lb/>the <pb n="2"/>wich<pb/>tige
    end of<pb/> it<lb/><pb/>all</p><pb/><address><addrLine>Rue du Bac</addrLine>
    <addrLine>Pa<pb break="no"/>ris</addrLine></address></body>"""
    expected = "a monument,\nthe \fwichtige \fend of \fit\n\fall\n\n\fRue du Bac\nParis"
    assert text_of(tei(body=body)) == expected


def test_a_note_after_the_first_word_of_a_page_is_placed_at_this_word() -> None:
    imported = tei(body="<body><p>I met Otto <pb/>Moser<note>A friend.</note>.</p></body>")
    [note] = imported.record.translation_notes
    assert note.at.exact == "Moser"


def test_the_text_has_only_words_of_the_letter() -> None:
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
def test_an_untyped_front_belongs_to_the_letter_if_it_has_an_opening(front: str, text: str) -> None:
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
def test_types_of_divs_are_recognized_in_several_spellings(kind: str, part: str | None) -> None:
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
def test_a_div_in_another_language_is_a_separate_part(
    header: str, one: str, other: str, apart: bool
) -> None:
    imported = tei(header, f"<body><div{one}><p>Ja.</p></div><div{other}><p>Yes.</p></div></body>")
    parts = [part.id for part in imported.record.parts if part.span]
    assert parts == (["text", "text-2"] if apart else ["text"])
    codes = [finding.code for finding in imported.report]
    assert ("import-other-language" in codes) is apart


def test_a_translation_is_made_from_the_text() -> None:
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
def test_a_note_without_words_in_the_text_has_no_place(place: str) -> None:
    imported = tei(body=place.format('<note target="#nowhere">It burnt.</note>'))
    assert not imported.record.translation_notes
    assert imported.record.part("original").note == "Note on #nowhere: It burnt."
    codes = [finding.code for finding in imported.report]
    assert "import-note-unplaced" in codes


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


def test_a_placeholder_is_not_read_as_text() -> None:
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
def test_a_date_is_read_or_left_open(date: str, said: str | None) -> None:
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
    date = present(record.date)
    assert str(date.edtf) == "1870-05-22"
    assert date.note == "calendar: #julian; when-custom: 1870-05-10"
    [event] = record.events
    assert (event.type, str(present(event.date).edtf)) == ("postmark", "1870-06-03")
    assert names(record, "sender") == ["Orlov"]
    sure = {item.field: item.confidence for item in record.evidence}
    assert sure["sender.orlov"] == "probable"
    assert "1870-05-23" in [item.value for item in record.evidence]


def test_parts_of_names_and_places_are_joined_with_the_right_spaces() -> None:
    record = tei(
        sent(
            "<persName><surname>Doe</surname><forename>Jane</forename></persName>",
            '<settlement key="O1">Exton</settlement><country>Wyeland</country>',
        )
    ).record
    assert names(record, "sender") == ["Doe, Jane"]
    place = present(record.place)
    assert place.name == "Exton, Wyeland"
    assert [item.value for item in place.identifiers] == ["O1"]


def test_a_title_from_the_other_fields_has_names_in_reading_order() -> None:
    header = sent("<persName>Orlov, Anna</persName>", received="<persName>Two, Ben</persName>")
    file = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc/><profileDesc>{header}
    </profileDesc></teiHeader><text><body><p>Text.</p></body></text></TEI>"""
    [imported] = read(file.encode(), "a.xml")
    assert imported.record.title == "Letter, Anna Orlov to Ben Two"


def test_a_senders_address_is_not_evidence_for_the_recipient() -> None:
    opener = "<opener><address><addrLine>{}</addrLine></address><salute>Dear B,</salute></opener>"
    header = sent("<persName>Ada One</persName>", received="<persName>Ben Two</persName>")
    for line, quoted in (("77 rue du Bac, Paris", False), ("To Mr Two, London", True)):
        record = tei(header, f"<body>{opener.format(line)}<p>Text.</p></body>").record
        rests = {item.field for item in record.evidence if item.at}
        assert ("recipients" in rests) is quoted


def test_a_julian_date_is_converted_and_its_note_has_the_julian_day() -> None:
    date = tei(sent('<date when="1870-05-10" calendar="#julian">10 May 1870</date>')).record.date
    assert date
    assert str(date.edtf) == "1870-05-22"
    assert "1870-05-10 in the Julian calendar" in (date.note or "")


def test_a_date_read_from_words_alone_is_inferred() -> None:
    said = {}
    for date in ("<date>10 May 1798</date>", '<date when="1798-05-10">10 May 1798</date>'):
        record = tei(sent("<persName>A</persName>", date)).record
        [rests] = [item for item in record.evidence if item.field == "date"]
        said[date] = (rests.basis, rests.rule)
    assert list(said.values()) == [("inferred", "written-date"), ("supplied", None)]


HEADER = """<teiHeader><fileDesc><titleStmt><title>{}</title></titleStmt></fileDesc>
<profileDesc>{}</profileDesc></teiHeader>"""


def read_tei(inner: str, root: str = "TEI") -> list[Imported]:
    text = f'<{root} xmlns="http://www.tei-c.org/ns/1.0">{inner}</{root}>'
    return read(text.encode(), "all.xml")


def test_letters_of_a_corpus_get_their_ids_or_numbers() -> None:
    letters = "".join(
        f"<TEI{attribute}>{HEADER.format(number, '')}</TEI>"
        for number, attribute in enumerate(("", ' xml:id="a"', ' xml:id="b"', ' xml:id="A"', ""), 1)
    )
    group = letters.replace("</TEI><TEI>", "</TEI><teiCorpus><TEI>") + "</teiCorpus>"
    for corpus in (letters, group):
        found = read_tei("<teiHeader/>" + corpus, "teiCorpus")
        assert [i.record.title for i in found] == ["1", "2", "3", "4", "5"]
        assert [i.record.id for i in found] == ["all-1", "all-2", "b", "all-4", "all-5"]


def test_the_header_of_a_corpus_is_reported_with_its_first_letter() -> None:
    letters = "".join(
        f"<TEI>{HEADER.format(name, f'<langUsage>{name}</langUsage>')}</TEI>" for name in "ABC"
    )
    found = read_tei(f"<teiHeader><revisionDesc>Made.</revisionDesc></teiHeader>{letters}",
                     "teiCorpus")  # fmt: skip
    said = ["".join(f.message.rpartition(": ")[2] for f in i.report) for i in found]
    assert said == ["“Made.”“A”", "“B”", "“C”"]


def test_a_corpus_without_letters_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        read_tei("<teiHeader/>", "teiCorpus")
    [finding] = refused.value.report
    assert "no TEI element" in finding.message


@pytest.mark.parametrize(
    ("described", "text", "is_letter"),
    [
        ("<correspDesc/>", "", True),
        ('<correspDesc key="1"/>', "", False),
        ('<correspDesc source="#b"/>', "", False),
        ('<correspDesc key="1" source="#b"/>', "<text><body><p/></body></text>", False),
        ('<correspDesc key="1"/>', "<text><body><p>Dear Ben.</p></body></text>", True),
        ("<correspDesc/><correspDesc/>", "<text><body><p>Dear Ben.</p></body></text>", False),
        ("", "", True),
    ],
)
def test_a_file_with_a_text_or_without_keys_is_read_as_a_letter_not_an_index(
    described: str, text: str, is_letter: bool
) -> None:
    found = read_tei(HEADER.format("A", described) + text)
    assert ("tei" in [part.id for part in found[0].record.parts]) is is_letter
    assert len(found) == max(1, described.count("<correspDesc"))


@pytest.mark.parametrize(
    ("edition", "name", "is_letter"),
    [("Version 1 of the record", "r", True), ("The edition", "1", False)],
)
def test_an_exported_file_without_a_text_is_read_as_a_letter(
    edition: str, name: str, is_letter: bool
) -> None:
    header = HEADER.format("A", '<correspDesc key="1"/>').replace(
        "</titleStmt>",
        f"</titleStmt><editionStmt><edition>{edition}</edition></editionStmt>"
        '<publicationStmt><idno type="record">r</idno></publicationStmt>',
    )
    [imported] = read_tei(header)
    assert (imported.record.id, bool(imported.record.parts)) == (name, is_letter)


@pytest.mark.parametrize(
    ("title", "header", "body", "kind"),
    [
        ("A casebook", "", "<p>Text.</p>", "other"),
        ("Ada One an Ben Two", "<correspDesc/>", "<p>Text.</p>", "letter"),
        ("Brief von Ada One", "", "<p>Text.</p>", "letter"),
        ("No 3", "", '<div type="Brief"><p>Text.</p></div>', "letter"),
        ("No 3", "", "<opener><salute>Sir,</salute></opener><p>Text.</p>", "letter"),
        ("No 3", "", "<p>I read his letters.</p><p><signed>Ada One</signed></p>", "other"),
    ],
)
def test_a_document_is_a_letter_only_if_something_in_the_file_says_so(
    title: str, header: str, body: str, kind: str
) -> None:
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>
    {title}</title></titleStmt></fileDesc><profileDesc>{header}</profileDesc></teiHeader><text><body>
    {body}</body></text></TEI>"""
    [imported] = read(text.encode(), "a.xml")
    assert imported.record.type == kind


def test_a_name_divided_by_a_line_end_is_one_word() -> None:
    imported = tei(
        body="""<body><p>I saw <persName>Павла Искриц-<lb/>каго</persName>, <persName>Beer-<lb/>
        Hofmann</persName> and <persName>Anna-Maria</persName> in <placeName>Ex-<lb/>ton</placeName>
        .</p></body>"""
    )
    assert names(imported.record, "mentioned_agents") == [
        "Павла Искрицкаго", "Beer-Hofmann", "Anna-Maria",
    ]  # fmt: skip
    assert [place.name for place in imported.record.mentioned_places] == ["Exton"]
