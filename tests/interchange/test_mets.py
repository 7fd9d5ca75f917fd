"""METS: where each field of a record goes, and the two documents in METS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from lxml import etree
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export


def test_each_field_of_a_full_record_is_written_in_its_mets_element() -> None:
    lines = places(export("mets", full(), FULL_CONTEXT))
    assert [line for line in lines if "/xmlData/" not in line] == expected("mets")


def test_mets_contains_the_same_dublin_core_and_premis_as_their_exports() -> None:
    lines = places(export("mets", full(), FULL_CONTEXT))
    for name, section in (("dc", "dmdSec"), ("premis", "amdSec/digiprovMD")):
        within = f"mets/{section}/mdWrap/xmlData/"
        inner = [line.removeprefix(within) for line in lines if line.startswith(within)]
        assert inner == places(export(name, full(), FULL_CONTEXT))


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[str]:
    lines = places(export("mets", record(**fields), context))
    return [line.removeprefix("mets/") for line in lines if "/xmlData/" not in line]


def test_unknown_values_are_left_out_of_mets() -> None:
    assert exported()[1:] == [
        "@OBJID: x",
        "@LABEL: A letter",
        "@TYPE: Message",
        "metsHdr/agent/@ROLE: CREATOR",
        "metsHdr/agent/@TYPE: OTHER",
        "metsHdr/agent/@OTHERTYPE: SOFTWARE",
        "metsHdr/agent/name: archive-pkg 0",
        "dmdSec/@ID: dmd",
        "dmdSec/mdWrap/@MDTYPE: DC",
        "dmdSec/mdWrap/@MIMETYPE: text/xml",
        "amdSec/@ID: amd",
        "amdSec/digiprovMD/@ID: premis",
        "amdSec/digiprovMD/mdWrap/@MDTYPE: PREMIS",
        "amdSec/digiprovMD/mdWrap/@MIMETYPE: text/xml",
        "structMap/@TYPE: LOGICAL",
        "structMap/div/@TYPE: message",
        "structMap/div/@LABEL: A letter",
        "structMap/div/@DMDID: dmd",
        "structMap/div/@ADMID: premis",
    ]


def test_premis_in_the_same_folder_is_referenced() -> None:
    premis = export("premis", bare(), BARE_CONTEXT)
    written = exported(replace(BARE_CONTEXT, beside={"premis.xml": b"abc", "dc.xml": premis}))
    within = "amdSec/digiprovMD/"
    assert [line.removeprefix(within) for line in written if line.startswith(within)] == [
        "@ID: premis",
        "mdRef/@LOCTYPE: URL",
        "mdRef/@xlink:href: premis.xml",
        "mdRef/@MDTYPE: PREMIS",
        "mdRef/@MIMETYPE: text/xml",
        "mdRef/@SIZE: 3",
        "mdRef/@CHECKSUM: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "mdRef/@CHECKSUMTYPE: SHA-256",
    ]


def test_a_portion_of_a_text_is_an_area_of_its_bytes() -> None:
    text = "Grüße aus Köln. Ende."
    start = text.index("aus")
    parts = [{"id": "a", "kind": "transcription", "file": "f", "media_type": "text/plain"}]
    parts[0]["span"] = {"start": start, "end": start + len("aus Köln.")}  # type: ignore[assignment]
    data = text.encode()
    for mark in (b"", b"\xef\xbb\xbf"):
        stored = mark + data
        files = {"f": FileFacts(len(stored))}
        context = replace(BARE_CONTEXT, texts={"a": text}, files=files)
        area = dict(
            line.rpartition("@")[2].split(": ")
            for line in exported(context, parts=parts)
            if "/area/" in line
        )
        assert stored[int(area["BEGIN"]) : int(area["END"]) + 1].decode() == "aus Köln."
    utf_16 = replace(context, files={"f": FileFacts(len(text.encode("utf-16")))})
    assert not [line for line in exported(utf_16, parts=parts) if "/area/" in line]


def test_a_file_has_its_strongest_digest_and_its_first_type() -> None:
    parts = [
        {"id": "a", "kind": "scan", "file": "f"},
        {"id": "b", "kind": "scan", "file": "f", "media_type": "image/tiff"},
        {"id": "c", "kind": "scan", "file": "f", "media_type": "image/jpeg"},
    ]
    strength = {"sha512": "SHA-512", "sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}
    for at, name in enumerate(strength):
        digests = {each: each * 2 for each in reversed(list(strength)[at:])}
        written = exported(replace(BARE_CONTEXT, files={"f": FileFacts(5, digests)}), parts=parts)
        assert f"fileSec/fileGrp/file/@CHECKSUM: {name * 2}" in written
        assert f"fileSec/fileGrp/file/@CHECKSUMTYPE: {strength[name]}" in written
        assert "fileSec/fileGrp/file/@MIMETYPE: image/tiff" in written
    written = exported(parts=parts[:1])
    assert [line for line in written if line.startswith("fileSec/fileGrp/file/@")] == [
        "fileSec/fileGrp/file/@ID: file-1"
    ]


def test_each_part_is_within_the_first_part_that_it_belongs_to() -> None:
    def part(name: str, kind: str = "scan", **more: list[str]) -> dict[str, Any]:
        return {"id": name, "kind": kind, "title": name.upper(), "held": False, **more}

    parts = [
        part("leaf", part_of=["o", "map"]),
        part("o", "original"),
        part("map", "enclosure"),
        part("map-en", "translation", made_from=["map"]),
        part("en", "translation", made_from=["o"]),
        part("detail", part_of=["leaf"]),
    ]
    [document] = etree.fromstring(export("mets", record(parts=parts))).iter("{*}structMap")

    def outline(division: Any) -> dict[str, Any]:
        return {each.get("LABEL"): outline(each) for each in division if "LABEL" in each.attrib}

    assert outline(document) == {
        "A letter": {"O": {"LEAF": {"DETAIL": {}}}, "MAP": {"MAP-EN": {}}, "EN": {}}
    }


def test_a_title_is_on_one_line() -> None:
    assert "@LABEL: A letter" in exported(title="A\nletter")
    parts = [{"id": "a", "kind": "scan", "title": "On\ntwo lines", "held": False}]
    assert "structMap/div/div/@LABEL: On two lines" in exported(parts=parts)
