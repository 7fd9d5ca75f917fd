"""The items of finding aids in EAD3 are read into records."""

from __future__ import annotations

import pytest
from imports import ead

from archive_pkg.errors import InvalidError


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
