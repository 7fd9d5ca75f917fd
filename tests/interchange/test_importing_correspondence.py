"""The import of correspondents, places and dates from the header of a TEI letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from imports import names, sent, tei

if TYPE_CHECKING:
    from archive_pkg.interchange.importing import Imported

GND, VIAF = "https://d-nb.info/gnd/118540238", "https://viaf.org/viaf/32011500"
LISTS = """<particDesc><listPerson>
<person xml:id="p1"><persName>Ada One</persName><idno type="GND">118540238</idno>
<idno type="URI" subtype="viaf">https://viaf.org/viaf/32011500</idno>
<idno type="house" subtype="catalogue">P 7</idno><idno/></person>
<person xml:id="p2"><persName>Ben Two</persName></person>
<person xml:id="agent-p3"><persName>Eva Three</persName></person></listPerson>
<listOrg><org xml:id="o1"><orgName>An office</orgName></org></listOrg></particDesc>"""


def messages(imported: Imported) -> list[str]:
    return [finding.message for finding in imported.report]


def agent(imported: Imported, name: str) -> dict[str, Any]:
    return imported.record.agent(name).model_dump(exclude_defaults=True, mode="json")


def values(imported: Imported, name: str) -> list[tuple[str, str, str | None]]:
    return [(i.scheme, i.value, i.note) for i in imported.record.agent(name).identifiers]


def evidence(imported: Imported, field: str) -> list[dict[str, Any]]:
    found = [item for item in imported.record.evidence if item.field == field]
    dropped = {"field", "agent"}
    return [i.model_dump(exclude_defaults=True, mode="json", exclude=dropped) for i in found]


def described(inner: str, more: str = "") -> Imported:
    return tei(f"<correspDesc>{inner}</correspDesc>{more}")


def test_the_type_of_an_action_decides_how_it_is_read() -> None:
    imported = described(
        """<correspAction type="sent"><persName>Ada One</persName><orgName>Office</orgName>
        <placeName>Exton</placeName><date when="1870-05-03"/></correspAction>
        <correspAction type="received"><persName>Ben Two</persName>
        <date when="1870-05-05"/></correspAction>
        <correspAction type="received" subtype="copy"><persName>Eva Three</persName>
        </correspAction><correspAction type="transmitted"><persName>Dan Four</persName>
        <persName>Dan Four</persName><placeName>Riga</placeName><date when="1870-06"/>
        <date>4 May 1871</date><p>By ship.</p></correspAction>
        <correspAction><p>Lost.</p></correspAction><correspAction/>"""
    )
    record = imported.record
    fields = ("sender", "recipients", "copies_to")
    assert [names(record, field) for field in fields] == [
        ["Ada One", "Office"],
        ["Ben Two"],
        ["Eva Three"],
    ]
    assert record.place
    assert record.date
    assert record.received
    assert (record.place.name, str(record.date.edtf), str(record.received.edtf)) == (
        "Exton",
        "1870-05-03",
        "1870-05-05",
    )
    assert [(e.type, e.agents, e.detail, e.date and str(e.date.edtf)) for e in record.events] == [
        ("transmitted", ("dan-four",), "Riga; 1871-05-04; 4 May 1871; By ship.", "1870-06"),
        ("correspondence action", (), "Lost.", None),
    ]
    assert messages(imported) == []


def test_the_place_of_arrival_is_read_and_a_second_place_is_a_rival_value() -> None:
    imported = described(
        """<correspAction type="received" subtype="late"><placeName>Riga</placeName>
        <persName type="place">Exton</persName></correspAction>
        <correspAction type="sent" subtype="copy"><persName>Ada One</persName></correspAction>"""
    )
    assert names(imported.record, "sender") == ["Ada One"]
    assert not imported.record.recipients
    received = imported.record.received
    assert received
    assert received.place
    assert received.place.name == "Riga"
    assert evidence(imported, "received.place") == [
        {"basis": "supplied", "value": "Exton", "note": "a further place"}
    ]
    start = "not read: teiHeader/profileDesc/correspDesc/correspAction/"
    assert messages(imported) == [
        f"{start}@subtype: “late”, “copy”",
        f"{start}persName/@type: “place”",
    ]


@pytest.mark.parametrize("kind", ["sent", "received"])
def test_places_of_sending_and_arrival_are_read_alike(kind: str) -> None:
    imported = described(
        f"""<correspAction type="{kind}"><date when="1801"/><settlement cert="low">[Exton]
        </settlement><country key="2">Wyeland</country></correspAction>"""
    )
    record = imported.record
    place = record.place if kind == "sent" else record.received and record.received.place
    assert place
    assert (place.name, place.as_written) == ("[Exton], Wyeland", None)
    assert [item.value for item in place.identifiers] == ["2"]
    path = "place" if kind == "sent" else "received.place"
    assert {"basis": "supplied", "confidence": "guess",
            "note": "cert: low; written [Exton], Wyeland"} in evidence(imported, path)  # fmt: skip
    assert messages(imported) == []


@pytest.mark.parametrize("kind", ["sent", "received"])
@pytest.mark.parametrize("word", ["?", "[o. O.]", "s. l.", "unbekannt", "onbekend"])
def test_a_place_that_is_only_said_to_be_unknown_is_reported(kind: str, word: str) -> None:
    action = f'<correspAction type="{kind}"><placeName>{word}</placeName></correspAction>'
    imported = described(action)
    assert (imported.record.place, imported.record.received) == (None, None)
    assert messages(imported) == [f"not read: correspAction/placeName: “{word}”"]


@pytest.mark.parametrize(
    ("element", "name", "kind"),
    [
        ("<persName>Ada</persName>", "Ada", "person"),
        ("<orgName>Ada</orgName>", "Ada", "organization"),
        ("<name>Ada</name>", "Ada", "person"),
        ("<rs>her aunt</rs>", "her aunt", "person"),
        ('<name type="org">Ada</name>', "Ada", "organization"),
        ('<name type="organisation">Ada</name>', "Ada", "organization"),
        ('<name type="organization">Ada</name>', "Ada", "organization"),
        ('<persName type="family">The Ones</persName>', "The Ones", "family"),
        ('<name type="software">Ada</name>', "Ada", "software"),
        ('<orgName type="person">Ada</orgName>', "Ada", "person"),
        ("<persName><surname>One</surname> <forename>Ada</forename></persName>", "One, Ada",
         "person"),
        ("<persName>Ada <surname>One</surname><forename>A.</forename></persName>", "Ada OneA.",
         "person"),
        ("<persName><forename>Ada</forename> <surname>One</surname>, Lady</persName>",
         "Ada One, Lady", "person"),
        ("<persName><surname>One</surname></persName>", "One", "person"),
        ("<persName><roleName>Tsar</roleName> <forename>Ivan</forename></persName>", "Tsar Ivan",
         "person"),
        ("<persName><!-- x --><surname>One</surname><forename>A</forename>"
         "<forename>B</forename></persName>", "One, A B", "person"),
    ],
)  # fmt: skip
def test_an_agent_has_its_kind_and_a_name_in_index_order(
    element: str, name: str, kind: str
) -> None:
    imported = tei(sent(element))
    [found] = imported.record.sender
    assert (imported.record.agent(found).name, imported.record.agent(found).kind) == (name, kind)
    assert messages(imported) == []


def test_an_office_in_a_name_is_the_agents_role() -> None:
    element = """<persName><roleName>Tsar</roleName> <surname>Romanov</surname>
    <forename>Ivan</forename></persName>"""
    imported = tei(sent(element))
    expected = {"id": "romanov-ivan", "name": "Romanov, Ivan", "kind": "person", "role": "Tsar"}
    assert agent(imported, "romanov-ivan") == expected
    assert messages(imported) == []


@pytest.mark.parametrize(
    ("written", "name", "as_written"),
    [
        ("<persName>[Orlov]</persName>", "Orlov", "[Orlov]"),
        ("<persName>[Orlov?]</persName>", "Orlov", "[Orlov?]"),
        ("<persName>Orlov (?)</persName>", "Orlov", "Orlov (?)"),
        ("<persName>Orlov?</persName>", "Orlov", "Orlov?"),
        ("[<persName>Orlov</persName>]", "Orlov", "[Orlov]"),
        ("[<persName>Orlov</persName>?]", "Orlov", "[Orlov?]"),
        ("<date when='1870'/>[<persName>Orlov</persName>] ?", "Orlov", "[Orlov] ?"),
        ("from [ <persName>Orlov</persName>, later]", "Orlov", "[Orlov"),
        ("<persName>[A.] Orlov</persName>", "[A.] Orlov", None),
        ("<persName>Orlov</persName>", "Orlov", None),
    ],
)
def test_editorial_signs_are_not_part_of_a_name(
    written: str, name: str, as_written: str | None
) -> None:
    imported = tei(sent(written))
    [found] = imported.record.sender
    said = imported.record.agent(found)
    assert (said.name, said.as_written) == (name, as_written)


@pytest.mark.parametrize(
    ("attributes", "words", "confidence", "note"),
    [
        ('cert="high"', "Orlov", "certain", "cert: high"),
        ('cert="medium"', "Orlov", "probable", "cert: medium"),
        ('cert="low"', "Orlov", "guess", "cert: low"),
        ('cert="unknown"', "Orlov", "guess", "cert: unknown"),
        ('evidence="conjecture"', "Orlov", "probable", "evidence: conjecture"),
        ('evidence="external"', "Orlov", "probable", "evidence: external"),
        ('cert="low" evidence="external"', "Orlov", "guess", "cert: low; evidence: external"),
        ('cert="high" precision="high"', "[Orlov]", "certain",
         "cert: high; precision: high; written [Orlov]"),
        ("", "[Orlov]", "probable", "written [Orlov]"),
        ("", "Orlov?", "guess", "written Orlov?"),
        ('cert="low"', "(Orlov)", "guess", "cert: low; written (Orlov)"),
    ],
)  # fmt: skip
def test_uncertainty_about_a_correspondent_is_in_the_evidence(
    attributes: str, words: str, confidence: str, note: str
) -> None:
    imported = tei(sent(f"<persName {attributes}>{words}</persName>"))
    [said] = evidence(imported, "sender.orlov")
    assert said == {"basis": "supplied", "confidence": confidence, "note": note}
    assert messages(imported) == []


@pytest.mark.parametrize("attribute", ['evidence="internal"', 'precision="high"', 'cert="so-so"'])
def test_an_unknown_degree_of_certainty_is_reported(attribute: str) -> None:
    imported = tei(sent(f"<persName {attribute}>Orlov</persName>"))
    assert evidence(imported, "sender.orlov") == []
    [said] = messages(imported)
    assert said.split(": “")[0].endswith("persName/@" + attribute.split("=")[0])


@pytest.mark.parametrize("name", ["Unknown", "unbekannt", "N. N.", "[anonymous]", "[N.N.]"])
def test_an_unknown_correspondent_does_not_become_an_agent(name: str) -> None:
    imported = tei(sent(f"<persName>{name}</persName>"))
    assert not imported.record.sender
    said = [] if name == "Unknown" else [f"not read: correspAction/persName: “{name}”"]
    assert messages(imported) == said


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (f'ref="{GND} {VIAF}"', [("gnd", "118540238", None), ("viaf", "32011500", None)]),
        (f'sameAs="{GND}"', [("gnd", "118540238", None)]),
        (f'corresp="{GND}" ref="{GND}"', [("gnd", "118540238", None)]),
        ('corresp="#c"', [("local", "#c", None)]),
        ('ref="p1"', [("local", "p1", None)]),
        ('key="P 7"', [("local", "P 7", None)]),
        ('ref="#p2 #p1"', [
            ("local", "p2", None),
            ("gnd", "118540238", None),
            ("viaf", "32011500", None),
            ("local", "P 7", "house catalogue"),
        ]),
        (f'key="P7" ref="{GND}"', [("gnd", "118540238", None), ("local", "P7", None)]),
        ('ref="#p1"', [
            ("gnd", "118540238", None),
            ("viaf", "32011500", None),
            ("local", "P 7", "house catalogue"),
        ]),
        ('ref="#p2"', [("local", "p2", None)]),
        ('ref="#agent-p3"', []),
        ('ref="#p9"', [("local", "#p9", None)]),
    ],
)  # fmt: skip
def test_an_agent_has_the_identifiers_that_it_refers_to(
    attributes: str, expected: list[tuple[str, str, str | None]]
) -> None:
    imported = tei(sent(f"<persName {attributes}>Ada One</persName>") + LISTS)
    assert values(imported, "ada-one") == expected
    entries = [f"person/{part}" for part in ("persName", "idno/@type", "idno", "idno/@subtype")]
    listed = entries if "#p1" not in attributes else entries[:1]
    unread = [said.partition("particDesc/")[2].partition(": ")[0] for said in messages(imported)]
    assert {f"listPerson/{entry}" for entry in listed} <= {*unread}
    assert ("listPerson/person/idno" in unread) is ("#p1" not in attributes)
    assert ("“Ada One”" in str(messages(imported))) is ("#p1" not in attributes)


def test_names_in_other_actions_become_agents_by_their_references() -> None:
    forwarded = """<correspAction type="forwarded"><persName ref="#agent-p3">Eva Three</persName>
    <persName ref="#agent-p3">The clerk</persName><persName ref="#p8">A clerk</persName>
    <persName ref="#p8">B clerk</persName></correspAction>"""
    [event] = described(forwarded, LISTS).record.events
    assert event.agents == ("eva-three", "a-clerk", "b-clerk")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (f'<person xml:id="p" ref="{GND}"><persName>Ada One</persName></person>',
         [("gnd", "118540238", None)]),
        ('<person xml:id="p"><persName key="P-1">Ada One</persName><idno type="GND">118540238'
         "</idno></person>", [("gnd", "118540238", None), ("local", "P-1", None)]),
        ('<person xml:id="p" corresp="#q"><persName>Ada One</persName></person>',
         [("local", "p", None)]),
    ],
)  # fmt: skip
def test_references_of_an_entry_and_its_names_identify_the_agent(
    entry: str, expected: list[tuple[str, str, str | None]]
) -> None:
    lists = f"<particDesc><listPerson>{entry}</listPerson></particDesc>"
    imported = tei(sent('<persName ref="#p">Ada One</persName>') + lists)
    assert values(imported, "ada-one") == expected
    assert any("@corresp: “#q”" in said for said in messages(imported)) is ("#q" in entry)


@pytest.mark.parametrize(
    ("subtype", "field"),
    [("to", "recipients"), ("cc", "copies_to"), ("bcc", "copies_to"), ("copy", "copies_to")],
)
def test_the_subtype_of_a_receipt_distinguishes_recipients_of_copies(
    subtype: str, field: str
) -> None:
    imported = described(
        f"""<correspAction type="received"><persName>Ben Two</persName></correspAction>
        <correspAction type="received" subtype="{subtype}"><persName>Eva Three</persName>
        </correspAction>"""
    )
    expected = {"recipients": ["Ben Two"], "copies_to": []}
    expected[field].append("Eva Three")
    assert {name: names(imported.record, name) for name in expected} == expected
    assert messages(imported) == []


def test_an_identifier_over_the_limit_is_reported() -> None:
    imported = tei(sent(f'<persName ref="{GND} {"a" * 2000}">Ada One</persName>'))
    assert values(imported, "ada-one") == [("gnd", "118540238", None)]
    assert "persName/@ref" in str(messages(imported))


def test_a_different_name_in_the_list_of_persons_is_reported() -> None:
    imported = tei(sent('<persName ref="#p2">Benno</persName>') + LISTS)
    assert "“Ben Two”" in " ".join(messages(imported))


@pytest.mark.parametrize(
    ("written", "name", "as_written", "ids"),
    [
        ("<settlement key='1'>Exton</settlement><country key='2'>Wyeland</country>",
         "Exton, Wyeland", None, ["1", "2"]),
        ("<placeName key='1'>[Exton?]</placeName>", "Exton", "[Exton?]", ["1"]),
        ("<name type='place' key='1'>Exton</name>", "Exton", None, ["1"]),
        ("<settlement/><country>Wyeland</country>", "Wyeland", None, []),
        ("<geogName>Exton</geogName>", "Exton", None, []),
    ],
)  # fmt: skip
def test_a_place_of_sending_has_its_name_and_identifiers(
    written: str, name: str, as_written: str | None, ids: list[str]
) -> None:
    imported = tei(sent(written))
    place = imported.record.place
    assert place
    assert (place.name, place.as_written) == (name, as_written)
    assert [item.value for item in place.identifiers] == ids
    assert messages(imported) == []


def test_a_second_place_of_sending_becomes_a_rival_value() -> None:
    imported = tei(sent(
        '<placeName cert="low">Exton</placeName><placeName key="2">Riga</placeName><placeName/>'
    ))  # fmt: skip
    assert imported.record.place
    assert imported.record.place.name == "Exton"
    assert evidence(imported, "place") == [
        {"basis": "supplied", "note": "As a.xml has it."},
        {"basis": "supplied", "confidence": "guess", "note": "cert: low"},
        {"basis": "supplied", "value": "Riga", "note": "a further place"},
    ]
    [said] = messages(imported)
    assert said.endswith("placeName/@key: “2”")
    assert tei(sent("<placeName/>")).record.place is None


def test_a_second_date_of_sending_becomes_a_rival_value_with_its_uncertainty() -> None:
    imported = tei(sent(
        '<date when="1870"/><date when="1871" cert="high">later</date><date when="1872"/>'
    ))  # fmt: skip
    assert imported.record.date
    assert str(imported.record.date.edtf) == "1870"
    assert evidence(imported, "date")[1:] == [
        {"basis": "supplied", "value": "1871", "note": "later; cert: high"},
        {"basis": "supplied", "value": "1872"},
    ]
    assert messages(imported) == []


def test_a_date_that_can_be_read_is_preferred() -> None:
    imported = tei(sent('<date when="soon">Pentecost</date><date when="1871"/>'))
    assert imported.record.date
    assert str(imported.record.date.edtf) == "1871"


@pytest.mark.parametrize("kind", ["stamp", "postmark", "Poststempel", "cachet"])
def test_a_postmark_becomes_an_event(kind: str) -> None:
    imported = tei(sent(f'<date type="{kind}" when="1870">in 70</date><date>Pentecost</date>'
                        f'<date type="{kind}">blurred</date>'))  # fmt: skip
    [event] = imported.record.events
    assert event.date
    assert (event.type, str(event.date.edtf), event.date.as_written) == (
        "postmark",
        "1870",
        "in 70",
    )
    assert imported.record.date
    assert imported.record.date.as_written == "Pentecost"
    assert any("“blurred”" in said for said in messages(imported))


@pytest.mark.parametrize(
    ("date", "as_written", "note"),
    [
        ('<date when="1870-02-30" cert="low">30 Feb.</date>', "30 Feb.",
         "when: 1870-02-30; cert: low"),
        ('<date when="soon" calendar="#julian"/>', "when: soon; calendar: #julian", None),
        ("<date>Pentecost</date>", "Pentecost", None),
    ],
)  # fmt: skip
def test_an_open_date_keeps_its_words_and_attributes(
    date: str, as_written: str, note: str | None
) -> None:
    imported = tei(sent(date + '<date when="never">Another</date>'))
    found = imported.record.date
    assert found
    assert (found.edtf, found.as_written, found.note) == (None, as_written, note)
    codes = [finding.code for finding in imported.report]
    assert codes == ["import-date-open", "import-not-read", "import-not-read"]
    assert ["never" in said for said in messages(imported)] == [False, True, False]


@pytest.mark.parametrize(
    ("date", "edtf", "note"),
    [
        ('<date when="1870" cert="high" evidence="internal"/>', "1870",
         "cert: high; evidence: internal"),
        ('<date when="1870" cert="low"/>', "1870?", None),
        ('<date when="1870" cert="medium"/>', "1870?", "cert: medium"),
        ('<date when="1870" cert="unknown"/>', "1870?", "cert: unknown"),
        ('<date when="1870" evidence="conjecture"/>', "1870?", "evidence: conjecture"),
        ('<date when="1870" precision="medium"/>', "1870~", "precision: medium"),
        ('<date when="1870" precision="high"/>', "1870", "precision: high"),
        ('<date when="1870" cert="low" precision="low"/>', "1870%", None),
        ('<date from="1870" to="1871" cert="low"/>', "1870?/1871?", None),
        ('<date notBefore="1870" notAfter="1871" cert="low"/>', "[1870..1871]", "cert: low"),
        ('<date when="1870">1870?</date>', "1870?", None),
        ('<date when="1870">[1870?]</date>', "1870?", None),
        ('<date when-iso="1870-05"/>', "1870-05", None),
        ('<date notBefore-iso="1870" notAfter-iso="1871"/>', "[1870..1871]", None),
        ('<date from-iso="1870" to-iso="1871"/>', "1870/1871", None),
        ('<date when="1870" period="#war" datingMethod="#m"/>', "1870",
         "datingMethod: #m; period: #war"),
    ],
)  # fmt: skip
def test_a_date_is_read_with_its_uncertainty(date: str, edtf: str, note: str | None) -> None:
    imported = tei(sent(date))
    found = imported.record.date
    assert found
    assert (str(found.edtf), found.note) == (edtf, note)
    assert messages(imported) == []


@pytest.mark.parametrize(
    ("date", "unread"),
    [
        ('<date when="1870" notBefore="1860" from="1861"/>', ["@notBefore", "@from"]),
        ('<date when-iso="1870" to="1860"/>', ["@to"]),
        ('<date from="1870" notBefore="1860" notAfter-iso="1869"/>',
         ["@notBefore", "@notAfter-iso"]),
        ('<date to-iso="1870" notAfter="1860"/>', ["@notAfter"]),
    ],
)  # fmt: skip
def test_attributes_of_a_date_that_were_not_read_are_reported(date: str, unread: list[str]) -> None:
    found = [said.split(": “")[0].rpartition("/")[2] for said in messages(tei(sent(date)))]
    assert found == unread


@pytest.mark.parametrize("kind", ["type='postmark'", "subtype='stamp'", "type='Poststempel'"])
def test_a_postmark_is_not_the_date_of_writing(kind: str) -> None:
    imported = tei(sent(f'<date {kind} when="1870-05-03"/><date when="1870-05-02"/>'))
    assert str(imported.record.date and imported.record.date.edtf) == "1870-05-02"
    [event] = imported.record.events
    assert (event.type, str(event.date and event.date.edtf)) == ("postmark", "1870-05-03")
    assert messages(imported) == []


def test_notes_on_a_date_become_its_note() -> None:
    imported = described(
        """<correspAction type="sent"><date when="1870" cert="high"/>
        <note type="date">new style</note><note>Torn.</note></correspAction>
        <correspAction type="received"><note type="date">blurred</note></correspAction>
        <correspAction type="forwarded"><date when="1871"/><note type="date">late</note>
        </correspAction>"""
    )
    assert imported.record.date
    assert imported.record.date.note == "cert: high; new style"
    assert imported.record.part("original").note == "Torn.\ndate: blurred\ndate: late"
    assert messages(imported) == []


def test_notes_on_the_letter_become_enclosures_statements_or_remarks() -> None:
    imported = described(
        f"""<correspContext><note type="enclosure">A list</note><note type="enclosure"/>
        <note type="enclosure">A map</note><note type="reply">See 3.</note><p>Also 4.</p>
        </correspContext><note><ref type="cmif:mentionsPerson" target="{GND}">Ada One</ref>
        <ref type="x#mentionsOrg" target="{VIAF}">A court</ref><ref type="mentionsPlace"
        target="https://www.geonames.org/2950159">Exton</ref><ref type="mentionsSubject"
        target="http://id.loc.gov/authorities/subjects/sh85073188">Korea</ref>
        <ref type="mentionsSubject">Trade</ref><ref type="hasLanguage" target="de"/>
        <ref type="isPublishedWith" target="https://e.org/x">A book</ref>
        <ref type="mentionsBibl">Faust</ref></note>
        <note type="y"><ref type="z" target="#q">More</ref></note><p>End.</p>"""
    )
    record = imported.record
    assert [(item.id, item.title) for item in record.enclosures] == [
        ("enclosure-1", "A list"),
        ("enclosure-2", "A map"),
    ]
    people = [(record.agent(name).name, record.agent(name).kind, values(imported, name))
              for name in record.mentioned_agents]  # fmt: skip
    assert people == [
        ("Ada One", "person", [("gnd", "118540238", None)]),
        ("A court", "organization", [("viaf", "32011500", None)]),
    ]
    assert [(p.name, [i.value for i in p.identifiers]) for p in record.mentioned_places] == [
        ("Exton", ["2950159"])
    ]
    assert [(s.term, s.identifier and s.identifier.value) for s in record.subjects] == [
        ("Korea", "sh85073188"),
        ("Trade", None),
    ]
    original = record.part("original")
    assert original.languages == ("de",)
    assert original.note == (
        "reply: See 3.\nisPublishedWith: A book https://e.org/x\nmentionsBibl: Faust\n"
        "y: More\nEnd.\nAlso 4."
    )
    assert [said.rpartition("note/")[2] for said in messages(imported)] == [
        "@type: “enclosure”",
        "ref/@type: “z”",
        "ref/@target: “#q”",
    ]
