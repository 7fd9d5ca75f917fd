"""The items of finding aids in EAD3 are read into records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, full
from imports import ead, names

from archive_pkg.errors import InvalidError
from archive_pkg.interchange import export
from archive_pkg.interchange.importing import Imported, read
from typed import present

if TYPE_CHECKING:
    from archive_pkg.records import Record


def test_an_item_inherits_from_the_levels_above() -> None:
    [imported] = ead(
        """<c01 level="series"><did><unittitle>Letters</unittitle><container localtype="box">4
        </container><unitdate normal="1869/1871">1869-1871</unitdate></did>
        <c02 level="item"><did><unittitle/></did></c02></c01>""",
        "<userestrict><p>Ask first.</p></userestrict>",
    )
    record = imported.record
    assert (record.title, record.type) == ("Letters", "letter")
    date = present(record.date)
    assert (str(date.edtf), date.as_written) == ("[1869..1871]", None)
    [holding] = record.holdings
    assert holding.repository == "An archive"
    assert [(level.name, level.value) for level in holding.levels] == [
        ("fonds", "Papers (FA 7)"),
        ("series", "Letters"),
        ("file", "box 4"),
    ]
    assert present(record.rights).statement == "Ask first."


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
def test_the_strictest_restriction_of_all_levels_applies(
    above: str, own: str, status: str, until: str | None
) -> None:
    inner = f"<accessrestrict><p>{own}</p></accessrestrict>" if own else ""
    [imported] = ead(
        f'<c level="item"><did><unittitle>A letter</unittitle></did>{inner}</c>',
        f"<accessrestrict><p>{above}</p></accessrestrict>",
    )
    access = present(imported.record.part("original").access)
    assert access.status == status
    assert (str(access.until.edtf) if access.until else None) == until
    assert above in present(access.rule)
    assert "import-access-read" in [finding.code for finding in imported.report]


def test_internal_items_of_a_finding_aid_are_closed() -> None:
    [imported] = ead(
        '<c level="item" audience="internal"><did><unittitle>A letter</unittitle></did>'
        '<odd audience="internal"><p>For staff.</p></odd></c>'
    )
    original = imported.record.part("original")
    assert present(original.access).status == "closed"
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
def test_dates_of_finding_aids_are_read_or_left_open(date: str, said: str | None) -> None:
    [imported] = ead(
        f'<c level="item"><did><unittitle>A letter</unittitle><unitdate {date}</unitdate></did></c>'
    )
    read_as = present(imported.record.date)
    assert (str(read_as.edtf) if read_as.edtf else None) == said
    assert read_as.as_written or said is not None


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
def test_dates_in_the_julian_calendar_are_converted_once_or_left_open(
    date: str, said: str | None
) -> None:
    [imported] = ead(f'<c level="item"><did><unittitle>Letter</unittitle>{date}</did></c>')
    assert imported.record.date
    assert (str(imported.record.date.edtf) if imported.record.date.edtf else None) == said
    codes = [finding.code for finding in imported.report]
    assert ("import-date-open" in codes) is (said is None)


def test_two_items_with_the_same_call_number_are_reported() -> None:
    item = '<c level="item"><did><unittitle>Letter</unittitle><unitid>{}</unitid></did></c>'
    for numbers, asked in ((("ORL/1/3", "ORL/1/3"), True), (("ORL/1/3", "ORL/1/4"), False)):
        found = ead("".join(map(item.format, numbers)))
        codes = [finding.code for imported in found for finding in imported.report]
        assert ("import-same-call-number" in codes) is asked
    series = '<c level="series"><did><unittitle>{}</unittitle></did>' + item.format("3") + "</c>"
    found = ead(series.format("A") + series.format("B"))
    assert "import-same-call-number" not in [f.code for i in found for f in i.report]


def test_folders_do_not_become_records_beside_items() -> None:
    found = ead(
        '<c level="item"><did><unittitle>A letter</unittitle></did></c>'
        '<c level="otherlevel" otherlevel="piece"><did><unittitle>A piece</unittitle></did></c>'
        '<c level="file"><did><unittitle>Folder of three</unittitle></did></c>'
    )
    assert [imported.record.title for imported in found] == ["A letter", "A piece"]
    [finding] = [f for f in found[0].report if f.code == "import-not-a-letter"]
    assert "Folder of three" in finding.message
    with pytest.raises(InvalidError) as refused:
        ead('<c level="series"><did><unittitle>Series</unittitle></did></c>')
    assert "without items, not a letter" in str(refused.value.report.findings)


def test_folders_become_records_with_a_warning_if_the_finding_aid_has_no_items() -> None:
    [imported] = ead('<c level="file"><did><unittitle>Folder</unittitle></did></c>')
    assert imported.record.title == "Folder"
    [finding] = [f for f in imported.report if f.code == "import-not-a-letter"]
    assert finding.message == "“Folder” is a file, imported as one document"


def item(did: str = "", more: str = "", archdesc: str = "", attributes: str = "") -> Imported:
    """Return what is imported from a finding aid with one item."""
    [imported] = ead(
        f'<c level="item" {attributes}><did><unittitle>A letter</unittitle>{did}</did>{more}</c>',
        archdesc,
    )
    return imported


def unread(imported: Imported) -> list[str]:
    """Return the unread paths in a report, shortened to their last two steps."""
    said = [f.message.removeprefix("not read: ") for f in imported.report
            if f.code == "import-not-read"]  # fmt: skip
    return ["/".join(one.partition(": ")[0].split("/")[-2:]) + ": " + one.partition(": ")[2]
            for one in said]  # fmt: skip


def dump(value: Any) -> Any:
    return value.model_dump(exclude_defaults=True, mode="json")


def test_an_item_keeps_its_numbers_boxes_and_files() -> None:
    imported = item(
        """<unittitle>To Ben</unittitle><unitid>A 7</unitid><unitid>B 7</unitid><unitid
        localtype="folio">12</unitid><unitid localtype="barcode">99</unitid><unitid
        localtype="barcode">99</unitid><unitid localtype="x"/>
        <container localtype="box">4</container><container>5</container>
        <daoset><dao href="https://e.org/scan"/></daoset><dao href="https://e.org/2"/>""",
        "<relatedmaterial><p>See <dao href='https://e.org/3'/> 3.</p></relatedmaterial>",
    )
    record = imported.record
    assert (record.title, record.variant_titles) == ("A letter", ("To Ben",))
    [holding] = record.holdings
    assert holding.repository == "An archive"
    assert [(level.name, level.value) for level in holding.levels] == [
        ("fonds", "Papers (FA 7)"),
        ("file", "A 7, box 4, 5"),
        ("folio", "12"),
    ]
    assert [(i.value, i.note) for i in record.identifiers] == [
        ("B 7", None),
        ("99", "barcode"),
        ("https://e.org/scan", None),
        ("https://e.org/2", None),
    ]
    assert record.part("original").note == "See 3."
    assert sorted(unread(imported)) == sorted(
        ["unitid/@localtype: “x”", "dao/@href: “https://e.org/3”"]
    )


def test_numbers_without_a_repository_are_identifiers() -> None:
    text = """<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="item"><did>
    <unittitle>A letter</unittitle><unitid localtype="fonds">FA 7</unitid><unitid>3</unitid></did>
    </archdesc></ead>"""
    [imported] = read(text.encode(), "aid.xml")
    assert imported.record.id == "aid"
    assert imported.record.holdings == ()
    assert [(i.value, i.note) for i in imported.record.identifiers] == [
        ("FA 7", "fonds"),
        ("3", "file"),
    ]


@pytest.mark.parametrize(
    ("control", "attributes", "name"),
    [
        ("<recordid>R 1</recordid>", 'id="a"', "R-1"),
        ("", 'id="a"', "a"),
        ("", "", "aid"),
    ],
)
def test_the_only_item_of_a_file_has_the_id_of_the_file(
    control: str, attributes: str, name: str
) -> None:
    text = f"""<ead xmlns="http://ead3.archivists.org/schema/"><control>{control}
    <maintenanceagency><agencyname>An agency</agencyname></maintenanceagency></control>
    <archdesc level="item" {attributes}><did><repository>An archive <corpname/></repository></did>
    </archdesc></ead>"""
    [imported] = read(text.encode(), "aid.xml")
    record = imported.record
    assert (record.id, record.title, record.type) == (name, "Document", "other")
    assert {i.agent for i in record.evidence if i.basis != "inferred"} == {"an-agency"}
    assert record.agent("an-agency").kind == "organization"
    unknown = text.replace("An agency", "Unknown")
    assert read(unknown.encode(), "aid.xml")[0].record.agents == ()


def test_the_id_of_an_item_is_its_xml_id_or_its_number() -> None:
    one = '<c level="item" {}><did><unittitle>Letter</unittitle></did></c>'
    found = ead("".join(map(one.format, ('id="x"', "", 'id="y"', 'id="y"'))))
    assert [imported.record.id for imported in found] == ["x", "aid-2", "aid-3", "aid-4"]
    assert "c/@id: “y”" in unread(found[2])
    assert unread(found[0]) in ([], ["dsc/c/@id: “y”"])


def test_files_without_a_description_or_items_are_refused() -> None:
    for inner, said in (
        ("", "has no archdesc"),
        ('<archdesc level="fonds"><did><unittitle>Papers</unittitle></did></archdesc>',
         "“Papers” is a fonds without items"),
        ("<archdesc><did/></archdesc>", "“aid.xml” is a collection without items"),
    ):  # fmt: skip
        text = f'<ead xmlns="http://ead3.archivists.org/schema/">{inner}</ead>'
        with pytest.raises(InvalidError) as refused:
            read(text.encode(), "aid.xml")
        assert said in str(refused.value.report.findings)


def test_numbered_components_are_read_like_unnumbered_ones() -> None:
    found = ead(
        """<c01 level="series"><did><unittitle>Letters</unittitle></did><c12><did><unittitle>To
        Ben</unittitle></did></c12><c02 level="item"><did><unittitle>To Carl</unittitle></did>
        <c03 level="file"><did/></c03></c02></c01><c level="subseries"><did/></c>"""
    )
    assert [imported.record.title for imported in found] == ["To Ben", "To Carl"]
    folders = [f.message for f in found[0].report if f.code == "import-not-a-letter"]
    assert folders == [
        "“a component without a title” is a file without items, not a letter",
        "“a component without a title” is a subseries without items, not a letter",
    ]


@pytest.mark.parametrize(
    ("titles", "form", "kind", "is_read"),
    [
        (("Papers", "Letters", "To Ben"), "", "letter", True),
        (("Papers", "Notes", "To Ben"), "", "other", True),
        (("Korrespondenz", "Notes", "To Ben"), "", "letter", True),
        (("Papers", "Notes", "Письмо"), "", "letter", True),
        (("Papers", "Letters", "To Ben"), "Telegram", "telegram", True),
        (("Papers", "Letters", "To Ben"), "Brief", "letter", False),
    ],
)
def test_the_type_of_an_item_comes_from_its_genre_or_the_titles(
    titles: tuple[str, ...], form: str, kind: str, is_read: bool
) -> None:
    aid, series, own = titles
    text = f"""<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="fonds"><did>
    <unittitle>{aid}</unittitle></did><dsc><c level="series"><did><unittitle>{series}</unittitle>
    </did><c level="item"><did><unittitle>{own}</unittitle></did><controlaccess><genreform>{form}
    </genreform></controlaccess></c></c></dsc></archdesc></ead>"""
    [imported] = read(text.encode(), "aid.xml")
    assert imported.record.type == kind
    assert ("controlaccess/genreform: “Brief”" not in unread(imported)) is is_read


def test_labels_and_relators_decide_the_roles_of_people() -> None:
    imported = item(
        """<origination label="Creator:"><persname identifier="118540238" source="gnd">
        <part localtype="surname">One</part><part>Ada</part><part localtype="role">Countess</part>
        </persname><!-- x --></origination><origination><corpname><part>An office</part></corpname>
        </origination><origination label="signatory"><persname><part>Eva</part></persname>
        </origination><origination label="addressee"><persname><part>Ben</part></persname>
        </origination><origination label="collector"><famname><part>The Ones</part></famname>
        </origination>""",
        """<controlaccess><persname relator="Recipient"><part>Carl</part></persname>
        <name relator="copy"><part>Dan</part></name><persname relator="author"><part>Ada</part>
        <part/></persname><persname relator="painter"><part>Fay</part></persname>
        <persname relator="subject"><part>Gus</part></persname><persname><part/></persname>
        <persname relator="rcp"><part>Carl</part></persname></controlaccess>""",
    )
    record = imported.record
    roles = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")
    assert [names(record, role) for role in roles] == [
        ["One, Ada", "An office", "Ada"],
        ["Eva"],
        ["Ben", "Carl"],
        ["Dan"],
        ["The Ones", "Fay", "Gus"],
    ]
    assert dump(record.agent("one-ada")) == {
        "id": "one-ada",
        "name": "One, Ada",
        "kind": "person",
        "role": "Countess",
        "identifiers": [{"scheme": "gnd", "value": "118540238"}],
    }
    kinds = [record.agent(name).kind for name in ("an-office", "the-ones", "dan")]
    assert kinds == ["organization", "family", "person"]
    assert sorted(unread(imported)) == [
        "origination/@label: “collector”",
        "part/@localtype: “surname”",
        "persname/@relator: “painter”",
    ]


def test_places_and_subjects_are_read_with_their_identifiers() -> None:
    imported = item(
        more="""<controlaccess><geogname relator="place of writing" identifier="2950159"
        source="geonames"><part>Exton</part><part>Wyeland</part></geogname><geogname relator="x">
        <part>Riga</part></geogname><geogname/><subject identifier="sh85073188" source="lcsh"><part>
        Korea</part><part>War</part></subject><subject><part>Trade</part></subject><subject/>
        </controlaccess>"""
    )
    record = imported.record
    assert dump(record.place) == {
        "name": "Exton, Wyeland",
        "identifiers": [{"scheme": "geonames", "value": "2950159"}],
    }
    assert [dump(place) for place in record.mentioned_places] == [{"name": "Riga"}]
    assert [dump(subject) for subject in record.subjects] == [
        {"term": "Korea, War", "identifier": {"scheme": "lcsh", "value": "sh85073188"}},
        {"term": "Trade"},
    ]
    assert sorted(unread(imported)) == ["geogname/@relator: “x”"]


def test_sections_become_summary_extent_custody_rights_and_remarks() -> None:
    imported = item(
        "<abstract>Thanks.</abstract><physdesc>One leaf.</physdesc><physloc>Room 3</physloc>",
        """<scopecontent><head>Contents</head><p>On trade.</p><p>And war.</p></scopecontent>
        <custodhist><p>Kept.</p><p>Sold.</p></custodhist><userestrict><p>No copies.</p>
        </userestrict><bibliography><bibref>Letters, vol. 1</bibref><bibref/><p>More</p>
        </bibliography><odd><p>Torn.</p></odd><processinfo><p>By us.</p></processinfo>""",
        "<userestrict><p>Ask first.</p><p>No copies.</p></userestrict>"
        "<bioghist><p>B.</p></bioghist>",
    )
    record = imported.record
    assert record.summary
    assert record.summary.text == "Thanks.\nOn trade.\nAnd war."
    assert record.extent == "One leaf."
    assert record.custody == "Kept. Sold."
    assert record.rights
    assert present(record.rights).statement == "No copies. Ask first."
    assert [each.citation for each in record.publications] == ["Letters, vol. 1"]
    assert record.part("original").note == "Room 3\nTorn.\nBy us."
    assert sorted(unread(imported)) == [
        "bibliography/p: “More”",
        "bioghist/p: “B.”",
        "scopecontent/head: “Contents”",
    ]


def test_languages_of_an_item_become_languages_of_the_original() -> None:
    imported = item(
        """<langmaterial><language langcode="ger">German</language><languageset><language>fr
        </language></languageset><language langcode="de"/><language>Old Exton</language>
        </langmaterial>"""
    )
    original = imported.record.part("original")
    assert (original.languages, original.held, original.access) == (("de", "fr"), False, None)
    assert sorted(unread(imported)) == ["langmaterial/language: “Old Exton”"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ('<unitdate normal="1870" certainty="probable">in 70</unitdate>',
         {"edtf": "1870?", "as_written": "in 70", "note": "certainty: probable"}),
        ('<unitdate normal="1870" certainty="Circa" calendar="gregorian" era="ce">1870</unitdate>',
         {"edtf": "1870~", "as_written": "1870", "note": "certainty: Circa"}),
        ('<unitdate normal="1870" certainty="certain" unitdatetype="inclusive" label="Sent"/>',
         {"edtf": "1870", "note": "certainty: certain; unitdatetype: inclusive; label: Sent"}),
        ('<unitdate normal="-0042" era="bce">43</unitdate>',
         {"edtf": "-0042", "as_written": "43 BCE", "note": "era: bce"}),
        ('<unitdate normal="-0042" era="bce"/>', {"edtf": "-0042", "note": "era: bce"}),
        ("<unitdatestructured><datesingle standarddate='1870-05-03'>3 May</datesingle>"
         "</unitdatestructured>", {"edtf": "1870-05-03", "as_written": "3 May"}),
        ("<unitdatestructured certainty='circa'><dateset><datesingle>3 May 1870</datesingle>"
         "</dateset></unitdatestructured>",
         {"edtf": "1870-05-03", "as_written": "3 May 1870", "note": "certainty: circa"}),
        ("<unitdatestructured><datesingle notbefore='1870' notafter='1871'>about then</datesingle>"
         "</unitdatestructured>", {"edtf": "[1870..1871]", "as_written": "about then"}),
        ("<unitdatestructured><datesingle standarddate='1870'>1870</datesingle>"
         "</unitdatestructured>", {"edtf": "1870"}),
        ("<unitdatestructured><datesingle standarddate='-0043' notbefore='-0043'>43 BC"
         "</datesingle></unitdatestructured>",
         {"as_written": "43 BC"}),
        ("<unitdatestructured calendar='julian'><datesingle standarddate='1870-05-10'>10 May 1870"
         "</datesingle></unitdatestructured>",
         {"edtf": "1870-05-22", "as_written": "10 May 1870",
          "note": "1870-05-10 in the Julian calendar; calendar: julian"}),
        ("<unitdatestructured><daterange><fromdate standarddate='1870-05'>May</fromdate>"
         "<todate standarddate='1870-06'>June</todate></daterange></unitdatestructured>",
         {"edtf": "1870-05/1870-06", "as_written": "May – June"}),
        ("<unitdatestructured><daterange><fromdate>3 May 1870</fromdate><todate>5 May 1870</todate>"
         "</daterange></unitdatestructured>",
         {"edtf": "1870-05-03/1870-05-05", "as_written": "3 May 1870 – 5 May 1870"}),
        ("<unitdatestructured><daterange><fromdate standarddate='1870'/></daterange>"
         "</unitdatestructured>", {"edtf": "1870/.."}),
        ("<unitdatestructured calendar='julian'><daterange><fromdate standarddate='1870-05-10'/>"
         "</daterange></unitdatestructured>", None),
        ("<unitdate normal='soon' label='Sent'>Pentecost</unitdate>",
         {"as_written": "Pentecost", "note": "normal: soon; label: Sent"}),
        ("<unitdate normal='soon'/>", {"as_written": "soon", "note": "normal: soon"}),
        ("<unitdate>Pentecost</unitdate>", {"as_written": "Pentecost"}),
        ("<unitdate>undated</unitdate>", {"as_written": "undated"}),
    ],
)  # fmt: skip
def test_the_date_of_an_item_keeps_its_words_and_uncertainty(
    dates: str, expected: dict[str, str] | None
) -> None:
    imported = item(dates)
    assert (imported.record.date and dump(imported.record.date)) == expected
    if expected and "edtf" in expected:
        assert unread(imported) == []


@pytest.mark.parametrize(
    ("attributes", "edtf", "left"),
    [
        ("standarddate='1870-13-01'", "1870", ["@standarddate"]),
        ("standarddate='soon' notbefore='1869' notafter='1871'", "[1869..1871]", ["@standarddate"]),
        ("standarddate='1870' notbefore='1869' notafter='1871'", "1870",
         ["@notbefore", "@notafter"]),
        ("notbefore='soon'", "1870", ["@notbefore"]),
    ],
)  # fmt: skip
def test_an_attribute_of_a_date_that_was_not_read_is_reported(
    attributes: str, edtf: str, left: list[str]
) -> None:
    imported = item(
        f"<unitdatestructured><datesingle {attributes}>1870</datesingle></unitdatestructured>"
    )
    assert imported.record.date
    assert str(imported.record.date.edtf) == edtf
    ends = [said.partition(": ")[0].rpartition("/")[2] for said in unread(imported)]
    assert ends == left


def test_a_day_in_words_is_converted_from_the_julian_calendar_that_the_aid_names() -> None:
    for dates in (
        '<unitdate calendar="julian">10 May 1870</unitdate>',
        '<unitdatestructured calendar="julian"><datesingle>10 May 1870</datesingle>'
        "</unitdatestructured>",
    ):
        date = item(dates).record.date
        assert date
        assert (str(date.edtf), date.as_written) == ("1870-05-22", "10 May 1870")
        assert date.note == "10 May 1870 in the Julian calendar; calendar: julian"


def test_an_editors_signs_around_a_name_become_its_confidence() -> None:
    imported = item(
        """<origination label="sender"><persname><part>[One, Ada?]</part></persname></origination>
        """,
        """<controlaccess><persname relator="recipient"><part>[Two, Ben]</part></persname>
        </controlaccess>""",
    )
    record = imported.record
    assert (names(record, "sender"), names(record, "recipients")) == (["One, Ada"], ["Two, Ben"])
    doubts = {item.field: (item.confidence, item.note) for item in record.evidence}
    assert doubts["sender.one-ada"] == ("guess", "written [One, Ada?]")
    assert doubts["recipients.two-ben"] == ("probable", "written [Two, Ben]")


def test_all_dates_of_a_set_are_read() -> None:
    imported = item(
        """<unitdatestructured><dateset><datesingle standarddate="1870-05-03">3 May</datesingle>
        <daterange><fromdate standarddate="1871">1871</fromdate><todate standarddate="1872">1872
        </todate></daterange></dateset></unitdatestructured>"""
    )
    assert str(imported.record.date and imported.record.date.edtf) == "1870-05-03"
    assert [i.value for i in imported.record.evidence if i.value] == ["1871/1872"]
    assert unread(imported) == []


@pytest.mark.parametrize("end", ["early", "<emph>early</emph>"])
def test_a_range_with_an_end_that_is_not_understood_gives_no_date_in_edtf(end: str) -> None:
    imported = item(
        f"""<unitdatestructured><daterange><fromdate notbefore="1870">{end}</fromdate><todate
        standarddate="1875">1875</todate></daterange></unitdatestructured>"""
    )
    assert imported.record.date
    assert imported.record.date.edtf is None
    assert "fromdate/@notbefore: “1870”" in str(unread(imported))
    assert "todate/@standarddate: “1875”" in str(unread(imported))


def test_further_dates_of_an_item_become_rival_values() -> None:
    imported = item(
        '<unitdate normal="1870"/><unitdate normal="1871" label="Sent">in 71</unitdate>'
        '<unitdate normal="1872"/>'
    )
    assert imported.record.date
    assert str(imported.record.date.edtf) == "1870"
    rivals = [(i.value, i.note) for i in imported.record.evidence if i.value]
    assert rivals == [("1871", "in 71; label: Sent"), ("1872", None)]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", {"edtf": "[1869..1871]", "note": "Undated; Letters has 1869-1871"}),
        ("<unitdate>undated</unitdate>",
         {"edtf": "[1869..1871]", "note": "Undated; Letters has 1869-1871",
          "as_written": "undated"}),
        ("<unitdate>Pentecost</unitdate>", {"as_written": "Pentecost"}),
    ],
)  # fmt: skip
def test_an_undated_item_gets_the_dates_of_the_nearest_level(
    own: str, expected: dict[str, str]
) -> None:
    [imported] = ead(
        f"""<c level="series"><did><unittitle>Letters</unittitle><unitdate normal="1869/1871">
        1869-1871</unitdate></did><c level="subseries"><did/><c level="item"><did><unittitle>To Ben
        </unittitle>{own}</did></c></c></c>"""
    )
    assert imported.record.date
    assert dump(imported.record.date) == expected
    rules = [item.rule for item in imported.record.evidence if item.field == "date"]
    assert rules == (["date-of-the-level-above"] if "edtf" in expected else [])


def test_an_inherited_date_keeps_the_calendar_and_certainty_of_its_level() -> None:
    [imported] = ead(
        """<c level="series"><did><unittitle>Letters</unittitle><unitdate normal="1869/1871"
        certainty="circa" unitdatetype="bulk"/></did><c level="item"><did><unittitle>To Ben
        </unittitle></did></c></c>"""
    )
    assert imported.record.date
    assert dump(imported.record.date) == {
        "edtf": "[1869..1871]",
        "note": "Undated; Letters has 1869~/1871~ (certainty: circa; unitdatetype: bulk)",
    }


def test_content_marked_internal_is_not_in_the_records() -> None:
    internal = 'audience="internal"'
    imported = item(
        f"""<unittitle {internal}>Secret title</unittitle><unitid {internal}>S 1</unitid>
        <unitdate {internal} normal="1870">1870</unitdate><daoset {internal}><dao
        href="https://e.org/s"/></daoset><origination {internal}><persname><part>Spy</part>
        </persname></origination>""",
        f"""<scopecontent><p {internal}>On spies.</p><p>On trade.</p></scopecontent>
        <custodhist {internal}><p>From a spy.</p></custodhist><odd {internal}><p {internal}>Hm.</p>
        </odd><bibliography><bibref>Letters <emph {internal}>of spies</emph>, vol. 1</bibref>
        </bibliography>""",
    )
    record = imported.record
    assert (record.title, record.variant_titles, record.sender) == ("A letter", (), ())
    assert record.summary
    assert record.summary.text == "On trade."
    assert (record.date, record.custody, record.identifiers) == (None, None, ())
    assert record.part("original").access is None
    assert [found.citation for found in record.publications] == ["Letters , vol. 1"]
    assert sum("Hm." in said for said in unread(imported)) == 1
    for words in ("Secret title", "S 1", "https://e.org/s", "Spy", "On spies.", "From a spy."):
        assert words in str(unread(imported))
        assert words not in str(record.as_json())


@pytest.mark.parametrize(
    "place", ["item", "restriction", "series", "restriction of the series", "archdesc"]
)
def test_an_item_is_closed_if_it_or_its_restriction_is_internal(place: str) -> None:
    marks = {
        key: 'audience="internal"' if key == place else ""
        for key in ("item", "restriction", "series", "restriction of the series", "archdesc")
    }
    text = f"""<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="fonds"
    {marks["archdesc"]}><did/><dsc><c level="series" {marks["series"]}><did/>
    <accessrestrict {marks["restriction of the series"]}><p>Open.</p></accessrestrict>
    <c level="item" {marks["item"]}><did><unittitle>A letter</unittitle></did>
    <accessrestrict {marks["restriction"]}><p>Open.</p></accessrestrict></c></c></dsc></archdesc>
    </ead>"""
    [imported] = read(text.encode(), "aid.xml")
    access = present(imported.record.part("original").access)
    assert dump(access) == {
        "status": "closed",
        "rule": 'Marked audience="internal" in the finding aid.',
    }
    assert any("“Open.”" in said for said in unread(imported))
    assert not any("@audience" in said for said in unread(imported)) or "restriction" in place


@pytest.mark.parametrize(
    ("words", "status", "until"),
    [
        ("Open.", "open", None),
        ("The collection is open for research.", "open", None),
        ("These papers are unrestricted.", "open", None),
        ("Frei zugänglich.", "open", None),
        ("Open for research without restrictions on use.", "open", None),
        ("There are no restrictions on access.", "open", None),
        ("There are no restrictions except for box 3.", "closed", None),
        ("Keine Zugangsbeschränkungen.", "open", None),
        ("Aucune restriction, sauf le dossier 3.", "closed", None),
        ("Box 1 is closed until 2040; box 2 is closed until 2060.", "restricted", "2060"),
        ("Closed until 2040; medical files closed until further notice.", "closed", None),
        ("No restrictions.", "open", None),
        ("Open to staff.", "closed", None),
        ("Open to members only.", "closed", None),
        ("Open from 2050.", "closed", None),
        ("Frei zugänglich außer Krankenakten.", "closed", None),
        ("Open, with restrictions.", "closed", None),
        ("Open with permission.", "closed", None),
        ("Jusqu'en 2050.", "restricted", "2050"),
        ("Closed until further notice.", "closed", None),
        ("Закрыто до 2050.", "restricted", "2050"),
        ("Ask.", "closed", None),
    ],
)
def test_a_statement_on_access_means_open_only_if_nothing_limits_it(
    words: str, status: str, until: str | None
) -> None:
    imported = item(more=f"<accessrestrict><head>Access</head><p>{words}</p></accessrestrict>")
    access = present(imported.record.part("original").access)
    said = {"status": status, "rule": words} | ({"until": {"edtf": until}} if until else {})
    assert dump(access) == said
    [finding] = [f for f in imported.report if f.code == "import-access-read"]
    end = f" until {until}" if until else ""
    assert finding.message == f"“{words}” was interpreted as {status}{end}"
    assert finding.location.field == "parts.original.access"


def test_call_numbers_are_compared_within_their_level_and_kind() -> None:
    one = '<c level="item"><did><unittitle>{}</unittitle><unitid {}>{}</unitid></did></c>'

    def asked(*given: tuple[str, str]) -> list[list[str]]:
        found = ead("".join(one.format(f"L{n}", *each) for n, each in enumerate(given)))
        return [[f.message for f in imported.report if f.code == "import-same-call-number"]
                for imported in found]  # fmt: skip

    said = "“L1” and “L0” have the same call number Orl/1"
    assert asked(("", "ORL/1"), ("", "Orl/1")) == [[], [said]]
    assert asked(("", "No. 3"), ("", "no. 3"))[1]
    for kind, number in (('localtype="file"', "A/1"), ('localtype="fonds"', "A/1"), ("", "")):
        assert asked((kind, number), (kind, number)) == [[], []]
    assert asked(('localtype="x"', "A/1"), ("", "A/1")) == [[], []]
    found = ead("".join(one.format(n, "", "A/1") for n in "abc"))
    [finding] = [f for f in found[2].report if f.code == "import-same-call-number"]
    assert "“c” and “a”" in finding.message
    assert finding.location.field == "holdings"


def described(record: Record) -> tuple[str, str]:
    assert record.summary
    assert record.rights
    return record.summary.text, present(record.rights).statement


def test_lists_in_an_exported_finding_aid_are_not_imported_twice() -> None:
    [imported] = read(export("ead3", full(), FULL_CONTEXT), "aid.xml")
    record = imported.record
    assert record.id == full().id
    assert described(record) == described(full())
    assert [i.title for i in record.enclosures] == [i.title for i in full().enclosures]
    assert record.part("original").note is None
    assert dump(record.part("original").access)["status"] == "restricted"
    # The words name the part by its title, which does not come back.
    [said] = (said for said in unread(imported) if "accessrestrict" in said)
    assert "Access to The letter in Russian: restricted until 2031-03" in said
    assert not any(said.startswith(("did/unitid", "unitid")) for said in unread(imported))
