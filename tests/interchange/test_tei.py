"""TEI: where each field of a record goes, in the header and around the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, full, record
from lxml import etree
from places import expected, places

from archive_pkg.interchange import ExportContext, export

HEAD = "TEI/teiHeader/"
FILE = HEAD + "fileDesc/"
PROFILE = HEAD + "profileDesc/"
QUOTED = {"part": "a", "start": 0, "end": 4, "exact": "Kyiv"}


def test_each_field_of_a_full_record_is_written_in_its_tei_element() -> None:
    assert places(export("tei", full(), FULL_CONTEXT)) == expected("tei")


def exported(within: str, context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[str]:
    lines = places(export("tei", record(**fields), context))
    return [line.removeprefix(within) for line in lines if line.startswith(within)]


def test_unknown_values_are_left_out_of_tei_or_written_as_gaps() -> None:
    assert exported("") == [
        FILE + "titleStmt/title: A letter",
        FILE + "editionStmt/edition/@n: 1",
        FILE + "editionStmt/edition: Version 1 of the record",
        FILE + "publicationStmt/publisher/gap/@reason: unknown",
        FILE + "publicationStmt/idno/@type: record",
        FILE + "publicationStmt/idno: x",
        FILE + "sourceDesc/p: ",
        PROFILE + "textClass/keywords/term/@type: document-type",
        PROFILE + "textClass/keywords/term: message",
        PROFILE + "correspDesc/@key: x",
        PROFILE + "correspDesc/correspAction/@type: sent",
        PROFILE + "correspDesc/correspAction/name: Unknown",
        "TEI/text/body/p/gap/@reason: unavailable",
    ]


def test_a_year_has_four_digits() -> None:
    assert exported(FILE + "publicationStmt/date/", ExportContext(year=987)) == ["@when: 0987"]


def test_restrictions_can_be_exported_without_rights_and_rights_without_restrictions() -> None:
    closed = {
        "id": "a", "kind": "original", "held": False,
        "access": {"status": "closed", "rule": "law"},
    }  # fmt: skip
    within = FILE + "publicationStmt/availability/"
    words = "Access to Original of A letter: closed (law)"
    assert exported(within, parts=[closed]) == ["ab/@type: access", f"ab: {words}"]
    assert exported(within, rights={"statement": "Free."}) == ["p: Free."]
    assert exported(within, rights={"statement": "Free.", "licence": "Ask"}) == [
        "licence: Ask", "p: Free."
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"custody": "Ours."}, ["msIdentifier/repository/gap/@reason: unknown",
                                "history/provenance: Ours."]),
        ({"donor": "ann"}, ["msIdentifier/repository/gap/@reason: unknown",
                            "history/acquisition/persName: Ann"]),
        ({"holdings": [{"repository": "A"}]}, ["msIdentifier/repository: A"]),
        ({"holdings": [{"repository": "A", "levels": [{"name": "folio", "value": "1"}]}]},
         ["msIdentifier/repository: A", "msIdentifier/idno/@type: level",
          "msIdentifier/idno/@n: folio", "msIdentifier/idno: 1"]),
    ],
)  # fmt: skip
def test_holdings_custody_and_donor_are_in_the_source_description(
    fields: dict[str, Any], lines: list[str]
) -> None:
    agents = [{"id": "ann", "name": "Ann", "kind": "person"}]
    assert exported(FILE + "sourceDesc/msDesc/", agents=agents, **fields) == lines


def test_a_language_without_a_text_in_the_document_has_usage_0() -> None:
    parts = [
        {"id": "a", "kind": "transcription", "file": "a.txt", "languages": ["ru"]},
        {"id": "b", "kind": "translation", "file": "b.txt", "languages": ["en"]},
    ]
    within = PROFILE + "langUsage/"
    plain = [
        "language[1]/@ident: ru",
        "language[1]: Russian",
        "language[2]/@ident: en",
        "language[2]: English",
    ]
    assert exported(within, parts=parts) == plain
    written = exported(within, ExportContext(texts={"b": "Text"}), parts=parts)
    assert written == [plain[0], "language[1]/@usage: 0", *plain[1:]]


def test_signatories_are_written_as_senders_only_if_there_are_no_authors_or_senders() -> None:
    agents = [{"id": "ann", "name": "Ann", "kind": "person"}]
    within = PROFILE + "correspDesc/"
    assert exported(within, agents=agents, signatories=["ann"])[1:] == [
        "correspAction/@type: sent", "correspAction/persName/@role: signatory",
        "correspAction/persName/@ref: #agent-ann", "correspAction/persName: Ann",
    ]  # fmt: skip
    assert exported(FILE + "titleStmt/author", agents=agents, signatories=["ann"]) == []
    written = exported(within, agents=agents, received={"edtf": "1960"}, place={"name": "Kyiv"})
    assert written[1:] == [
        "correspAction[1]/@type: sent",
        "correspAction[1]/placeName: Kyiv",
        "correspAction[2]/@type: received",
        "correspAction[2]/date/@when: 1960",
        "correspAction[2]/date: 1960",
    ]


def test_names_have_every_address_and_the_first_local_key() -> None:
    identifiers = [
        {"scheme": "local", "value": "A 1"},
        {"scheme": "wikidata", "value": "Q1"},
        {"scheme": "local", "value": "A 2"},
        {"scheme": "geonames", "value": "7"},
    ]
    written = exported(PROFILE + "correspDesc/", place={"name": "Kyiv", "identifiers": identifiers})
    refs = "http://www.wikidata.org/entity/Q1 https://sws.geonames.org/7/"
    assert written[2:4] == [
        f"correspAction/placeName/@ref: {refs}", "correspAction/placeName/@key: A 1"
    ]  # fmt: skip
    for kind, tag in (("person", "persName"), ("organization", "orgName"), ("family", "name")):
        agents = [{"id": "ann", "name": "Ann", "kind": kind, "identifiers": identifiers[:2]}]
        written = exported(PROFILE + "correspDesc/correspAction/", agents=agents, sender=["ann"])
        named = [f"{tag}/@ref: #agent-ann http://www.wikidata.org/entity/Q1", f"{tag}/@key: A 1"]
        assert [line for line in written if "@ref" in line or "@key" in line] == named


@pytest.mark.parametrize(
    ("evidence", "marks"),
    [
        ({"basis": "quoted", "at": QUOTED}, {"evidence": "internal"}),
        (
            {"basis": "inferred", "rule": "r", "confidence": "guess"},
            {"evidence": "conjecture", "cert": "low"},
        ),
        (
            {"basis": "supplied", "agent": "ann", "confidence": "certain"},
            {"resp": "#agent-ann", "cert": "high"},
        ),
        ({"basis": "supplied", "agent": "ann", "value": "Riga"}, {}),
    ],
)
def test_names_dates_and_places_say_what_they_rest_on(
    evidence: dict[str, Any], marks: dict[str, str]
) -> None:
    given = record(
        agents=[{"id": "ann", "name": "Ann", "kind": "person"}],
        sender=["ann"],
        place={"name": "Kyiv"},
        date={"edtf": "1960"},
        parts=[{"id": "a", "kind": "original", "file": "a.txt"}],
        evidence=[{"field": field, **evidence} for field in ("sender", "place", "date")],
    )
    written = etree.fromstring(export("tei", given, BARE_CONTEXT))
    for tag in ("persName", "placeName", "date"):
        [element] = written.iterfind(f".//{{*}}correspAction/{{*}}{tag}")
        said = {name: element.get(name, "") for name in ("cert", "evidence", "resp")}
        # A low certainty on a date would be a doubt about the day.
        hidden = {"cert"} if tag == "date" and marks.get("cert") == "low" else set()
        expected = {name: value for name, value in marks.items() if name not in hidden}
        assert {name: value for name, value in said.items() if value} == expected


def test_scans_are_graphics_of_a_facsimile() -> None:
    written = etree.fromstring(export("tei", full(), FULL_CONTEXT))
    [graphic] = written.iterfind("{*}facsimile/{*}graphic")
    assert graphic.get("{http://www.w3.org/XML/1998/namespace}id") == "part-scan"
    assert graphic.get("url") == "../data/scans/leaf%201.tif"
    assert graphic.get("mimeType") == "image/tiff"
    assert graphic.findtext("{*}desc") == "Photographs of the leaves"
    own = replace(FULL_CONTEXT, file_addresses={"scan": "https://example.org/1.tif"})
    assert b'url="https://example.org/1.tif"' in export("tei", full(), own)


def test_a_note_has_only_its_known_values() -> None:
    text = "the plan [planom]"
    at = {"part": "a", "start": 9, "end": 17, "exact": "[planom]"}
    note = {"id": "n", "kind": "source-term", "at": at, "romanized": "planom"}
    parts = [{"id": "a", "kind": "translation", "file": "a.txt"}]
    within = "TEI/standOff/note/"
    context = ExportContext(texts={"a": text})
    for language, tagged in (("ru", ["term/@xml:lang: ru-Latn"]), ("ru-Cyrl", []), (None, [])):
        more = {"language": language} if language else {}
        written = exported(within, context, parts=parts, translation_notes=[note | more])
        assert written == [
            "@type: source-term", "@target: #note-n", "term/@type: romanized", *tagged,
            "term: planom",
        ]  # fmt: skip
    both = [*parts, {"id": "b", "kind": "translation", "file": "b.txt"}]
    context = ExportContext(texts={"a": text, "b": "other words"})
    assert "@target: #note-n" in exported(within, context, parts=both, translation_notes=[note])
    assert exported(within, parts=parts, translation_notes=[note])[:2] == [
        "@type: source-term", "term/@type: romanized"
    ]  # fmt: skip
