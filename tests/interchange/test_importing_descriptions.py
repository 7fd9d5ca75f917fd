"""Import of MODS, MARC and Dublin Core."""

from __future__ import annotations

from typing import Any

import pymarc
import pytest
from examples import BARE_CONTEXT, full
from imports import names

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import Imported, is_description, read
from typed import present


def dump(value: Any) -> Any:
    return present(value).model_dump(mode="json", exclude_defaults=True)


def marc(*fields: tuple[str, str, dict[str, str]]) -> Imported:
    """Read a record that pymarc wrote."""
    record = pymarc.Record()
    record.add_field(pymarc.Field("001", data="m 1"))
    for tag, ind1, parts in fields:
        subfields = [pymarc.Subfield(code[0], said) for code, said in parts.items()]
        record.add_field(pymarc.Field(tag, pymarc.Indicators(ind1, " "), subfields))
    [imported] = read(pymarc.record_to_xml(record, namespace=True), "a.xml")
    return imported


def test_a_letter_in_marc_becomes_a_record() -> None:
    imported = marc(
        ("100", "1", {"a": "Orlov, Anna,", "d": "1820-1890,", "0": "(DE-588)118540238"}),
        ("245", "1", {"a": "Letter to Ivan Beispiel /", "c": "Anna Orlov."}),
        ("264", " ", {"a": "[Riga],", "c": "1870 May 10."}),
        ("300", " ", {"a": "2 leaves ;", "c": "22 cm"}),
        ("500", " ", {"a": "Autograph letter signed."}),
        ("506", " ", {"a": "Closed until 2050."}),
        ("520", " ", {"a": "On trade."}),
        ("540", " ", {"a": "Ask first."}),
        ("600", "1", {"a": "Goethe, Johann Wolfgang von"}),
        ("650", " ", {"a": "Trade", "z": "Russia."}),
        ("651", " ", {"a": "Riga (Latvia)"}),
        ("655", " ", {"a": "Letters."}),
        ("700", "1", {"a": "Beispiel, Ivan,", "e": "addressee."}),
        ("700", "1", {"a": "Doe, Jane,", "4": "trl"}),
        ("700", "3", {"a": "Goldberg family", "4": "http://id.loc.gov/vocabulary/relators/rcp"}),
        ("710", "2", {"a": "Trading Company"}),
        ("852", " ", {"a": "Example Library", "j": "MS 12"}),
        ("856", "4", {"u": "https://example.org/1"}),
    )
    record = imported.record
    assert (record.id, record.type, record.title) == ("m-1", "letter", "Letter to Ivan Beispiel")
    assert names(record, "sender") == ["Orlov, Anna"]
    assert names(record, "recipients") == ["Beispiel, Ivan", "Goldberg family"]
    assert names(record, "mentioned_agents") == ["Goethe, Johann Wolfgang von", "Trading Company"]
    kinds = {agent.name: agent.kind for agent in record.agents}
    assert kinds["Goldberg family"] == "family"
    assert kinds["Trading Company"] == "organization"
    sender = record.agent(record.sender[0])
    assert (present(sender.born).edtf, sender.identifiers[0].scheme) == ("1820", "gnd")
    assert dump(record.date) == {"edtf": "1870-05-10", "as_written": "1870 May 10"}
    assert present(record.place).name == "Riga"
    assert record.extent == "2 leaves ; 22 cm"
    assert present(record.summary).text == "On trade."
    assert present(record.rights).statement == "Ask first."
    assert [subject.term for subject in record.subjects] == ["Trade--Russia"]
    assert [place.name for place in record.mentioned_places] == ["Riga (Latvia)"]
    original, translation = record.parts
    assert original.note == "Autograph letter signed."
    assert present(original.access).status == "restricted"
    assert [record.agent(name).name for name in translation.made_by] == ["Doe, Jane"]
    assert dump(record.holdings[0])["repository"] == "Example Library"
    assert next(found.code for found in imported.report) == "import-access-read"


def test_a_coded_date_in_marc_wins_over_words() -> None:
    record = marc(
        ("046", " ", {"k": "1870-05", "l": "1870-06"}), ("264", " ", {"c": "Spring 1870"})
    ).record
    assert dump(record.date) == {"edtf": "1870-05/1870-06", "as_written": "Spring 1870"}


def mods(inner: str) -> Imported:
    [imported] = read(f'<mods xmlns="http://www.loc.gov/mods/v3">{inner}</mods>'.encode(), "a.xml")
    return imported


@pytest.mark.parametrize(
    ("origin", "edtf"),
    [
        ('<dateCreated encoding="w3cdtf">1870-05-10</dateCreated>', "1870-05-10"),
        ('<dateCreated encoding="edtf">1870~</dateCreated>', "1870~"),
        ('<dateCreated qualifier="questionable">1870</dateCreated>', "1870?"),
        ('<dateCreated encoding="w3cdtf" point="start">1870</dateCreated>'
         '<dateCreated encoding="w3cdtf" point="end">1872</dateCreated>', "1870/1872"),
        ("<dateIssued>10 May 1870</dateIssued>", "1870-05-10"),
    ],
)  # fmt: skip
def test_dates_in_mods_are_read(origin: str, edtf: str) -> None:
    record = mods(f"<originInfo>{origin}</originInfo>").record
    assert present(record.date).edtf == edtf


def test_a_collection_of_mods_has_several_records() -> None:
    written = export("mods", [full(), full()], BARE_CONTEXT)
    assert [one.record.title for one in read(written, "a.xml")] == [full().title] * 2


def test_dublin_core_of_this_program_comes_back() -> None:
    [imported] = read(export("dc", full(), BARE_CONTEXT), "a.xml")
    again, record = imported.record, full()
    for field in ("sender", "signatories", "recipients", "copies_to"):
        assert names(again, field) == names(record, field)
    assert (again.title, again.type, again.variant_titles) == (
        record.title, record.type, record.variant_titles,
    )  # fmt: skip
    assert present(again.date).edtf == present(record.date).edtf
    assert [item.title for item in again.enclosures] == [item.title for item in record.enclosures]
    assert present(again.parts[0].access).status == "restricted"


def test_dcterms_in_any_element_are_read() -> None:
    inner: dict[str, Any] = {
        "dcterms:title": "Letter", "dcterms:created": "1870-05", "dcterms:provenance": "Kept.",
        "dcterms:accessRights": "Closed until 2050.", "dc:creator": "Example Company Ltd.",
    }  # fmt: skip
    text = "".join(f"<{name}>{said}</{name}>" for name, said in inner.items())
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    data = f"<metadata {spaces}>{text}</metadata>".encode()
    assert is_description(data)
    [imported] = read(data, "a.xml")
    record = imported.record
    assert (present(record.date).edtf, record.custody) == ("1870-05", "Kept.")
    assert present(record.parts[0].access).status == "restricted"
    assert record.agents[0].kind == "organization"


@pytest.mark.parametrize(
    "text",
    [
        '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>'
        "</record>",
        '<mods xmlns="http://www.loc.gov/mods/v3"><typeOfResource>text</typeOfResource></mods>',
        '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:language>de</dc:language></dc>',
        '<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="collection"><did/><dsc>'
        '<c level="item"><did><unitdate>1911</unitdate></did></c></dsc></archdesc></ead>',
    ],
)
def test_the_title_of_a_description_without_one_is_marked_as_inferred(text: str) -> None:
    [imported] = read(text.encode(), "a.xml")
    record = imported.record
    assert record.title.startswith("Document")
    rests = [(item.rule, item.note) for item in record.evidence if item.field == "title"]
    assert rests == [("title-from-parts", "a.xml has no title of the document.")]
