"""Finding aids of many documents, in EAD3 and EAD 2002."""

from __future__ import annotations

import re
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, full, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from places import places

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read
from archive_pkg.records.models import Record
from official import official, xml_schema
from strategies import records
from typed import present


def kept(name: str, *levels: tuple[str, str], archive: str = "RGANI", **more: Any) -> Record:
    path = [{"name": level, "value": value} for level, value in levels]
    held = [{"repository": archive} | ({"levels": path} if path else {})] if archive else []
    return record(id=name, title=name.upper(), holdings=held, **more)


FOND = ("fond", "3")
LETTERS = [
    kept("a", FOND, ("opis", "1"), ("delo", "7"), ("list", "12"), date={"edtf": "1960-07"}),
    kept("b", FOND, ("opis", "1"), ("delo", "7"), ("list", "14"), date={"edtf": "1961-02-03"}),
    kept("c", FOND, ("opis", "2"), ("Kiste", "9")),
]


def outline(document: bytes) -> list[str]:
    """Return each level with its title, indented by its depth."""
    lines = []
    for element in etree.fromstring(document).iter("{*}archdesc", "{*}c"):
        depth = sum(1 for _ in element.iterancestors("{*}archdesc", "{*}c"))
        level = element.get("otherlevel") or element.get("level")
        lines.append(f"{'-' * depth}{level}: {element.findtext('{*}did/{*}unittitle')}")
    return lines


@pytest.mark.parametrize("name", ["ead3", "ead2002"])
def test_documents_are_items_below_the_levels_of_their_archive(name: str) -> None:
    written = export(name, LETTERS)
    assert outline(written) == [
        "fonds: fond 3",
        "-series: opis 1",
        "--file: delo 7",
        "---item: A",
        "---item: B",
        "-series: opis 2",
        "--kiste: Kiste 9",
        "---item: C",
    ]
    lines = places(written)
    assert sum("repository" in line for line in lines) == 1
    assert next(line for line in lines if "@normal" in line).endswith(": 1960-07-01/1961-02-03")


@pytest.mark.parametrize("name", ["ead3", "ead2002"])
def test_documents_of_several_archives_are_a_collection(name: str) -> None:
    others = [kept("d", archive="BArch"), kept("e", archive="")]
    assert outline(export(name, [*LETTERS[:1], *others])) == [
        "collection: 3 documents",
        "-fonds: fond 3",
        "--series: opis 1",
        "---file: delo 7",
        "----item: A",
        "-item: D",
        "-item: E",
    ]
    assert outline(export(name, [others[0], kept("f", archive="BArch")])) == [
        "collection: 2 documents (BArch)",
        "-item: D",
        "-item: F",
    ]


@pytest.mark.parametrize(("name", "schema"), [("ead3", "ead3.xsd"), ("ead2002", "ead.xsd")])
def test_a_finding_aid_of_many_documents_is_valid(name: str, schema: str) -> None:
    compiled = xml_schema(official(name) / schema, official("mets"))
    odd = kept("g", ("№ / x", "1"), ("...", "2"), archive="A & B")
    languages = [{"id": "o", "kind": "original", "held": False, "languages": ["grc", "zh-Hant"]}]
    some = [full(), *LETTERS, odd, kept("h", archive="", parts=languages)]
    dates = ["-0042", "1957/..", "../1957", "195X", "1960-07~", "1960-21", "[1960,1962]", "1960?"]
    some += [kept(f"i{n}", date={"edtf": date}) for n, date in enumerate(dates)]
    document = etree.fromstring(export(name, some, FULL_CONTEXT))
    assert compiled.validate(document), compiled.error_log


RICH = [
    kept("j", FOND, ("opis", "1"), date={"edtf": "1960-07~", "as_written": "July"}),
    kept("k", FOND, ("opis", "1"), ("list", "2"), date={"edtf": "1957/..", "note": "by hand"}),
    kept("l", FOND, ("Kiste", "9"), date={"as_written": "1956/57"}),
    kept("m", archive="", date={"edtf": "1870-05-22", "calendar": "julian"}),
    kept("n", archive="BArch"),
]


@pytest.mark.parametrize("name", ["ead3", "ead2002"])
def test_a_finding_aid_of_many_documents_is_imported_again(name: str) -> None:
    for several in (RICH, LETTERS):
        found = [imported.record for imported in read(export(name, several), "aid.xml")]
        again = {one.id: one for one in found}
        for one in several:
            assert again[one.id].title == one.title
            assert again[one.id].date == one.date
            assert again[one.id].holdings == one.holdings


def test_ead_2002_without_a_namespace_is_imported() -> None:
    [imported] = read(
        b"""<ead><eadheader><eadid>x</eadid></eadheader><archdesc level="collection"><did>
        <unittitle>Papers</unittitle><repository>An archive</repository><langmaterial><language
        langcode="ger"/></langmaterial></did><descgrp><accessrestrict><p>Closed until 2050.</p>
        </accessrestrict></descgrp><dsc><c01 level="item"><did><unittitle>Letter, <unitdate
        normal="18700510">10 May 1870</unitdate></unittitle><unitid>12</unitid></did><controlaccess>
        <controlaccess><persname role="trl">Doe, Jane</persname><persname role="rcp">Orlov, A.
        </persname></controlaccess></controlaccess></c01></dsc></archdesc></ead>""",
        "aid.xml",
    )
    said = imported.record
    assert [level.value for level in said.holdings[0].levels] == ["Papers", "12"]
    assert said.date
    assert said.date.edtf == "1870-05-10"
    assert [said.agent(name).name for name in said.recipients] == ["Orlov, A."]
    [original, translation] = said.parts
    assert original.languages == ("de",)
    assert original.access
    assert original.access.status == "restricted"
    assert [said.agent(name).name for name in translation.made_by] == ["Doe, Jane"]


@pytest.mark.parametrize("space", ["", ' xmlns="urn:isbn:1-931666-22-9"'])
def test_a_component_of_components_is_a_level_above_them(space: str) -> None:
    [imported] = read(
        f"""<ead{space}><eadheader><eadid>x</eadid></eadheader><archdesc level="collection"><did>
        <unittitle>Papers</unittitle></did><dsc><c01><did><unittitle>Letters</unittitle></did><c02>
        <did><unittitle>Letter to A.</unittitle></did></c02></c01></dsc></archdesc></ead>
        """.encode(),
        "aid.xml",
    )
    assert imported.record.title == "Letter to A."
    assert [one.value for one in imported.record.identifiers] == ["Papers", "Letters"]


def test_an_item_without_a_title_has_one_with_its_rule() -> None:
    item = """<c01 level="item"><did><unitdate>1799</unitdate><langmaterial>German.</langmaterial>
    </did></c01>"""
    aid = f"""<ead><eadheader/><archdesc level="collection"><did>{{}}</did><dsc>{item}</dsc>
    </archdesc></ead>"""
    titles = []
    for above in ("<unittitle>Letters</unittitle>", ""):
        [imported] = read(aid.format(above).encode(), "aid.xml")
        said = imported.record
        rules = {one.field: one.rule for one in said.evidence if one.basis == "inferred"}
        titles.append((said.type, said.title, rules["title"]))
        assert said.parts[0].languages == ("de",)
    assert titles == [
        ("letter", "Letters", "title-of-the-level-above"),
        ("other", "Document, 1799", "title-from-parts"),
    ]


def test_a_creator_does_what_the_relator_says_under_any_label() -> None:
    [imported] = read(
        b"""<ead><eadheader><eadid>x</eadid></eadheader><archdesc level="collection"><did>
        <unittitle>Papers<unitdate>1799-1801</unitdate></unittitle></did><dsc><c01 level="item">
        <did>
        <unittitle>Letter<unitdate normal="17990103">3 January 1799</unitdate>draft (<unitdate
        >1799</unitdate>)</unittitle><origination label="From"><persname role="aut">Adams, A.
        </persname>
        </origination><origination label="Creator"><persname role="rcp">Cranch, M.</persname>
        </origination></did></c01></dsc></archdesc></ead>""",
        "aid.xml",
    )
    said = imported.record
    assert [said.agent(name).name for name in said.sender] == ["Adams, A."]
    assert [said.agent(name).name for name in said.recipients] == ["Cranch, M."]
    assert said.title == "Letter 3 January 1799 draft (1799)"
    assert said.identifiers[0].value == "Papers 1799-1801"


def test_the_levels_of_an_imported_finding_aid_are_its_levels_again() -> None:
    data = b"""<ead xmlns="urn:isbn:1-931666-22-9"><eadheader><eadid>x</eadid></eadheader><archdesc
    level="collection"><did><unittitle>Orlov Papers</unittitle><unitid>MS 1</unitid><repository>
    An archive</repository></did><dsc><c level="series"><did><unittitle>Letters</unittitle></did>
    <c level="otherlevel" otherlevel="bundle"><did><unittitle>1870</unittitle></did><c level="item">
    <did><unittitle>To Ben</unittitle></did></c><c level="item"><did><unittitle>To Cy</unittitle>
    </did></c></c></c></dsc></archdesc></ead>"""
    records = [imported.record for imported in read(data, "aid.xml")]
    assert outline(export("ead2002", records)) == [
        "collection: Orlov Papers (MS 1)",
        "-series: Letters",
        "--bundle: bundle 1870",
        "---item: To Ben",
        "---item: To Cy",
    ]


def did(**fields: Any) -> list[str]:
    lines = places(export("ead2002", record(**fields), BARE_CONTEXT))
    start = "ead/archdesc/dsc/c/"
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


def test_ead_2002_has_at_the_top_what_archivesspace_requires() -> None:
    lines = places(export("ead2002", record(), BARE_CONTEXT))
    assert [line for line in lines if line.startswith("ead/archdesc/did")] == [
        "ead/archdesc/did/unitid: 1-document",
        "ead/archdesc/did/unittitle: 1 document",
        "ead/archdesc/did/unitdate: undated",
        "ead/archdesc/did/physdesc/extent: 1 item described",
    ]


def test_in_ead_2002_the_first_number_and_title_are_those_that_other_systems_take() -> None:
    levels = [{"name": "list", "value": "12"}]
    held = [{"repository": "RGANI", "levels": levels}]
    found = did(id="x", variant_titles=["Another"], holdings=held)
    assert found[1:8] == [
        "did/unitid[1]/@label: list",
        "did/unitid[1]: 12",
        "did/unitid[2]/@type: record",
        "did/unitid[2]: x",
        "did/unittitle[1]: A letter",
        "did/unittitle[2]/@type: parallel",
        "did/unittitle[2]: Another",
    ]
    assert did(id="x")[1] == "did/unitid[1]: x"


@pytest.mark.parametrize(
    ("date", "lines"),
    [
        ({"edtf": "1960-07~"}, ["@normal: 1960-07-01/1960-07-31", "@certainty: approximate"]),
        ({"edtf": "1960?"}, ["@normal: 1960-01-01/1960-12-31", "@certainty: uncertain"]),
        ({"edtf": "1957/1958"}, ["@type: inclusive", "@normal: 1957/1958"]),
        ({"edtf": "1957/.."}, ["@type: inclusive"]),
        (
            {"edtf": "1870-05-22", "calendar": "julian"},
            ["@normal: 1870-05-22", "@calendar: julian"],
        ),
        ({"edtf": "-0042"}, []),
    ],
)
def test_a_date_in_ead_2002_has_the_form_of_the_schema(
    date: dict[str, str], lines: list[str]
) -> None:
    found = [line for line in did(date=date) if line.startswith("did/unitdate")]
    edtf = date["edtf"]
    assert found == [*(f"did/unitdate/{line}" for line in lines), f"did/unitdate: {edtf}"]
    said = ["1960-07~", "1960?", "1957/1958", "1957/..", "-0042"]
    assert (f"odd/p: Date in EDTF: {edtf}" in did(date=date)) == (edtf in said)


NORMAL = re.compile(r"[0-9]{4}(-(1[0-2]|0[1-9])(-(0[1-9]|[12][0-9]|3[01]))?)?")
"""What ArchivesSpace reads in `normal`: one or two of these, with `/` between them."""


def missed_by_archivesspace(archive: Any, components: list[Any]) -> list[str]:
    """Return the rules of ArchivesSpace's ead_converter.rb that a finding aid breaks."""
    top = archive.find("{*}did")
    rules = {
        "a resource has an identifier": top.findtext("{*}unitid"),
        "a resource has a title": top.findtext("{*}unittitle"),
        "a resource has a date": top.findtext("{*}unitdate"),
        "an extent is a number and its unit": re.fullmatch(
            r"[0-9.]+\s+.+", top.findtext("{*}physdesc/{*}extent")
        ),
        "every component has a level": all(one.get("level") for one in components),
        "another level has a name": all(
            one.get("otherlevel") for one in components if one.get("level") == "otherlevel"
        ),
        "every component has a title": all(
            one.findtext("{*}did/{*}unittitle") for one in components
        ),
        "normal has days": all(
            NORMAL.fullmatch(day)
            for date in archive.iter("{*}unitdate")
            for day in (date.get("normal") or "1960").split("/")
        ),
        "the name of an agent is its only content": all(
            name.text and not len(name)
            for path in ("origination", "controlaccess")
            for name in archive.iterfind(f".//{{*}}{path}/*")
        ),
        "a digital object has an address and a title": all(
            dao.get(f"{{http://www.w3.org/1999/xlink}}{name}")
            for dao in archive.iter("{*}dao")
            for name in ("href", "title")
        ),
    }
    return [rule for rule, holds in rules.items() if not holds]


def missed_by_atom(archive: Any, components: list[Any]) -> list[str]:
    """Return the rules of AtoM's import/ead.yml that a finding aid breaks."""
    rules = {
        "one title without type is text": all(
            len([e for e in one.findall("{*}did/{*}unittitle") if not e.get("type")]) == 1
            and not len(one.find("{*}did/{*}unittitle"))
            for one in (archive, *components)
        ),
        "one identifier has no type": all(
            len([e for e in one.findall("{*}did/{*}unitid") if not e.get("type")]) <= 1
            for one in (archive, *components)
        ),
        "a repository is a body": all(
            one.findtext("{*}corpname") for one in archive.iter("{*}repository")
        ),
        "only the last paragraph of the scope counts": all(
            len(one.findall("{*}scopecontent/{*}p")) <= 1 for one in (archive, *components)
        ),
        "a note is general": all(one.get("type") == "general" for one in archive.iter("{*}odd")),
    }
    return [rule for rule, holds in rules.items() if not holds]


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(several=st.lists(records(), min_size=1, max_size=2, unique_by=lambda one: one.id))
def test_archivesspace_and_atom_can_import_any_finding_aid(several: list[Record]) -> None:
    archive = present(etree.fromstring(export("ead2002", several)).find("{*}archdesc"))
    components = list(archive.iter("{*}c"))
    assert missed_by_archivesspace(archive, components) == []
    assert missed_by_atom(archive, components) == []
