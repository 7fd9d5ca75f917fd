"""How formats express uncertain dates, parts, makers and the history of a classification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from examples import LEAST_CONTEXT
from lxml import etree

from archive_pkg.interchange import ExportContext, export, find_format
from archive_pkg.interchange.importing import read
from archive_pkg.interchange.losses import losses
from archive_pkg.records.models import Record
from typed import present

if TYPE_CHECKING:
    from collections.abc import Iterable

METADATA: dict[str, Any] = {
    "id": "wire",
    "type": "telegram",
    "title": "Telegram, Ministry to Presidium",
    "sender": ["mfa"],
    "signatories": ["head"],
    "recipients": ["presidium", "steins"],
    "identifiers": [
        {"scheme": "doi", "value": "10.1234/wire"},
        {"scheme": "local", "value": "Nr. 12/57"},
    ],
    "date": {"edtf": "1957-02~/1957-04?", "as_written": "spring 1957"},
    "parts": [
        {"id": "original", "kind": "original", "held": False, "languages": ["ru"]},
        {
            "id": "english",
            "kind": "translation",
            "title": "English text",
            "file": "e.txt",
            "languages": ["en"],
            "made_from": ["original"],
            "made_by": ["translator", "machine"],
            "made": {"edtf": "1998", "note": "on the last leaf"},
            "method": "By machine, then corrected",
        },
        {"id": "annex", "kind": "enclosure", "held": False, "languages": ["de"]},
    ],
    "enclosures": [{"id": "annex", "title": "Memorandum", "part": "annex"}],
    "custody": "In the embassy until 1960.",
    "donor": "steins",
    "agents": [
        {"id": "mfa", "name": "Ministry", "kind": "organization"},
        {"id": "head", "name": "Zimyanin, Mikhail, 1914-1995", "kind": "person"},
        {"id": "presidium", "name": "Presidium", "kind": "organization"},
        {"id": "steins", "name": "The Steins", "kind": "family"},
        {"id": "translator", "name": "Doe, Jane", "kind": "person"},
        {"id": "machine", "name": "DeepX", "kind": "software", "version": "2.1"},
    ],
    "events": [
        {
            "id": "translated",
            "type": "translation",
            "date": {"edtf": "1998~", "as_written": "about 1998"},
            "agents": ["translator"],
            "sources": ["original"],
            "objects": ["english"],
            "outcome": "success",
        },
        {"id": "checked", "type": "validation", "objects": ["english"], "outcome": "warning"},
    ],
}


HELD = [METADATA["parts"][0] | {"held": True, "file": "o.txt"}, *METADATA["parts"][1:]]
"""The parts, with a held original, so that the record is not one of a translation only."""


def wire(**changes: Any) -> Record:
    return Record.model_validate(METADATA | changes)


def dated(**date: str) -> Record:
    return wire(date=date)


def texts(document: bytes, path: str) -> list[str]:
    found: Iterable[Any] = etree.fromstring(document).iterfind(f".//{{*}}{path}")
    return ["".join(element.itertext()) for element in found]


def test_ead3_keeps_the_qualifiers_of_both_ends_of_a_period() -> None:
    document = etree.fromstring(export("ead3", wire()))
    ends = [end.get("standarddate") for end in document.iter("{*}fromdate", "{*}todate")]
    assert ends == ["1957-02~", "1957-04?"]
    [first, _] = texts(export("ead3", wire()), "processinfo/{*}p")
    assert "from: Original of Telegram, Ministry to Presidium; concerns: English text" in first


def test_mets_has_no_invented_time_of_day() -> None:
    written = export("mets", wire(), ExportContext(made="2026-11-24"))
    assert b"CREATEDATE" not in written
    assert texts(written, "metsHdr/{*}agent/{*}note") == ["Created on 2026-11-24."]


def test_premis_has_original_names_of_files_only_and_titles_as_properties() -> None:
    written = export("premis", wire())
    assert texts(written, "originalName") == ["e.txt"]
    said = {
        (
            thing.findtext("{*}significantPropertiesType"),
            thing.findtext("{*}significantPropertiesValue"),
        )
        for thing in etree.fromstring(written).iter("{*}significantProperties")
    }
    assert said >= {
        ("title", "Telegram, Ministry to Presidium"),
        ("title", "English text"),
        ("made by", "Doe, Jane"),
        ("made by", "DeepX"),
        ("made", "1998; on the last leaf"),
        ("method", "By machine, then corrected"),
    }


def test_an_untitled_enclosed_part_has_the_title_of_its_enclosure() -> None:
    graph = json.loads(export("schema-org", wire()))["@graph"]
    names = {thing["@id"]: thing.get("name") for thing in graph}
    assert names["#part-annex"] == "Memorandum"
    parts = [*METADATA["parts"][:2], METADATA["parts"][2] | {"title": "Beilage"}]
    graph = json.loads(export("schema-org", wire(parts=parts)))["@graph"]
    [annex] = [thing for thing in graph if thing["@id"] == "#part-annex"]
    assert (annex["name"], annex["alternateName"]) == ("Beilage", ["Memorandum"])


def test_datacite_names_programs_and_notes_of_dates_without_edtf() -> None:
    record = dated(as_written="1956/57", note="no year on the leaf")
    descriptions = texts(export("datacite", record), "description")
    assert "English text: By machine, then corrected; made with DeepX" in descriptions
    assert "Date as written: 1956/57 (no year on the leaf)" in descriptions


def test_tei_keeps_custody_and_donor_where_the_archive_is_not_known() -> None:
    written = export("tei", wire())
    assert texts(written, "provenance") == ["In the embassy until 1960."]
    assert texts(written, "acquisition/{*}name") == ["The Steins"]
    [back] = read(written, "wire.xml")
    assert back.record.custody == "In the embassy until 1960."
    assert back.record.holdings == ()


def test_an_access_restriction_survives_export_to_datacite_and_import() -> None:
    access = {"status": "closed", "rule": "Privacy"}
    parts = [*METADATA["parts"][:2], METADATA["parts"][2] | {"access": access}]
    [back] = read(export("datacite", wire(parts=parts)), "wire.xml")
    original = back.record.part("original")
    assert original.access is not None
    assert original.access.model_dump(exclude_none=True) == access


def explained(name: str, record: Record) -> dict[str, list[str]]:
    chosen = find_format(name)
    found: dict[str, list[str]] = {}
    for finding in losses(chosen, record, {}, export(name, record)):
        place = str(finding.location.field)
        found.setdefault(finding.code.removeprefix("crosswalk-field-"), []).append(place)
    return found


def test_partially_supported_fields_are_reported_if_words_are_missing() -> None:
    partial = explained("csl", wire())["partial"]
    assert (
        "identifiers.1.value" in partial
    )  # the DOI is in the document, the other identifier is not
    assert "agents.head.name" in partial  # dates of life are not in a name
    assert "title" not in partial
    assert "parts.english.made_from" in explained("dc", wire(parts=HELD))["partial"]
    assert "partial" not in explained("prov", wire())


def test_words_of_an_open_date_are_not_lost_if_a_description_has_them() -> None:
    record = dated(as_written="1956/57")
    for name in ("dc", "csl", "bibtex"):
        assert "date.as_written" not in explained(name, record)["lost"], name
    assert "date.as_written" in explained("prov", record)["lost"]


def test_the_translator_of_a_commentary_is_not_named_as_translator_of_the_letter() -> None:
    original, english, annex = METADATA["parts"]
    comment = english | {"title": "Comment", "made_from": [], "about": ["original"]}
    record = wire(parts=[original, comment, annex])
    said = texts(export("dc", record), "contributor")
    assert "Doe, Jane (maker of “Comment”)" in said
    assert "Doe, Jane (translator)" not in said


def test_mets_has_a_translation_of_an_enclosure_within_the_enclosure() -> None:
    translated = {"id": "annex-en", "kind": "translation", "held": False, "made_from": ["annex"]}
    written = export("mets", wire(parts=[*METADATA["parts"], translated]))
    [inner] = etree.fromstring(written).findall(".//{*}div/{*}div/{*}div")
    assert inner.get("TYPE") == "translation"
    assert present(inner.getparent()).get("TYPE") == "enclosure"


def test_a_family_is_not_an_organization_in_cmif() -> None:
    steins = {"id": "steins", "name": "The Steins", "kind": "family"}
    record = Record.model_validate(
        {"id": "x", "type": "letter", "title": "A letter", "sender": ["steins"], "agents": [steins]}
    )
    [action] = etree.fromstring(export("cmif", record, LEAST_CONTEXT)).iterfind(
        ".//{*}correspAction[@type='sent']"
    )
    assert action.findtext("{*}persName") == "The Steins"
