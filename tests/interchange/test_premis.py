"""PREMIS: where each field of a record goes, and how objects, events and agents are linked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, full, record
from lxml import etree
from places import expected, places

from archive_pkg.interchange import ExportContext, FileFacts, export
from archive_pkg.interchange.exporting import premis
from typed import present

AUTHORITY = "http://id.loc.gov/vocabulary/preservation/"
DIGEST = "ab" * 32


def exported(context: ExportContext = BARE_CONTEXT, within: str = "", **fields: Any) -> list[str]:
    """Return the lines that begin with the path of an element, without names of vocabularies."""
    lines = [
        line.removeprefix("premis/")
        for line in places(export("premis", record(**fields), context))
        if "/@authority" not in line
    ]
    return [line for line in lines if line.startswith(within)]


def test_each_field_of_a_full_record_is_written_in_its_premis_element() -> None:
    lines = places(export("premis", full(), FULL_CONTEXT))
    assert [line for line in lines if "/@authorityURI" not in line] == expected("premis")


def test_each_term_has_the_address_of_its_vocabulary() -> None:
    document = etree.fromstring(export("premis", full(), FULL_CONTEXT))
    terms = [dict(term.attrib) for term in document.iter() if "authority" in str(term.attrib)]
    assert document.nsmap["premis"] == premis.NAMESPACE  # the types of objects have the prefix
    assert {term["authority"] for term in terms} == {
        "agentType", "cryptographicHashFunctions", "eventOutcome", "eventRelatedObjectRole",
        "eventType", "local", "relationshipSubType", "relationshipType", "rightsBasis",
    }  # fmt: skip
    for term in terms:
        address = None if term["authority"] == "local" else AUTHORITY + term["authority"]
        assert term.get("authorityURI") == address


def test_a_letter_without_parts_is_exported_as_one_object() -> None:
    thing = "object/significantProperties"
    assert exported()[2:] == [
        "object/@xsi:type: premis:intellectualEntity",
        "object/objectIdentifier/objectIdentifierType: local",
        "object/objectIdentifier/objectIdentifierValue: x",
        f"{thing}[1]/significantPropertiesType: title",
        f"{thing}[1]/significantPropertiesValue: A letter",
        f"{thing}[2]/significantPropertiesType: type",
        f"{thing}[2]/significantPropertiesValue: message",
        f"{thing}[3]/significantPropertiesType: record version",
        f"{thing}[3]/significantPropertiesValue: 1",
    ]


def relations(document: bytes) -> dict[str, dict[str, list[str]]]:
    """Return the relations of each object, by its name: their kinds and their ends."""
    found: dict[str, dict[str, list[str]]] = {}
    for thing in etree.fromstring(document).iter("{*}object"):
        name = present(thing.findtext("{*}objectIdentifier/{*}objectIdentifierValue"))
        own = found.setdefault(name, {})
        for relation in thing.iter("{*}relationship"):
            first = present(relation.find("{*}relationshipType"))
            second = present(relation.find("{*}relationshipSubType"))
            ends = relation.iter("{*}relatedObjectIdentifierValue")
            own[f"{first.text}, {second.text}"] = [str(end.text) for end in ends]
            has_authority = "authority" in first.attrib
            assert has_authority == (first.text != "reference")
            assert has_authority == ("authority" in second.attrib)
    return found


def test_parts_are_related_to_the_letter_and_to_each_other() -> None:
    def part(name: str, kind: str, **more: list[str]) -> dict[str, Any]:
        return {"id": name, "kind": kind, "held": False, **more}

    parts = [
        part("o", "original"),
        part("map", "enclosure"),
        part("leaf", "scan", part_of=["o"]),
        part("legend", "scan", part_of=["map"]),
        part("map-en", "translation", made_from=["map"]),
        part("sum", "summary"),
        part("note", "summary", about=["map"]),
        part("review", "transcription", about=["o"]),
    ]
    tied = relations(export("premis", record(parts=parts)))
    assert tied == {
        "x": {
            "structural, is represented by": ["part/o"],
            "structural, has part": ["part/map", "part/leaf", "part/legend"],
        },
        "part/o": {"structural, represents": ["x"]},
        "part/map": {"structural, is part of": ["x"]},
        "part/leaf": {"structural, is part of": ["x", "part/o"]},
        "part/legend": {"structural, is part of": ["x", "part/map"]},
        "part/map-en": {"derivation, has source": ["part/map"]},
        "part/sum": {"reference, is about": ["x"]},
        "part/note": {"reference, is about": ["part/map"]},
        "part/review": {"reference, is about": ["part/o"]},
    }


def test_languages_of_a_part_are_in_one_property() -> None:
    parts = [{"id": "a", "kind": "original", "held": False, "languages": ["ru", "en"]}]
    assert "object[2]/significantProperties[3]/significantPropertiesValue: ru en" in exported(
        parts=parts
    )


def test_a_file_has_only_its_known_values() -> None:
    parts = [
        {"id": "a", "kind": "scan", "file": "f", "media_type": "image/tiff", "pronom": "fmt/353"},
        {"id": "b", "kind": "scan", "file": "f", "media_type": "image/tiff", "pronom": "fmt/353"},
        {"id": "c", "kind": "scan", "file": "f", "sha256": DIGEST},
    ]
    written = exported(parts=parts, within="object[5]")
    traits = "object[5]/objectCharacteristics"
    assert written == [
        "object[5]/@xsi:type: premis:file",
        "object[5]/objectIdentifier[1]/objectIdentifierType: local",
        "object[5]/objectIdentifier[1]/objectIdentifierValue: f",
        "object[5]/objectIdentifier[2]/objectIdentifierType: SHA-256",
        f"object[5]/objectIdentifier[2]/objectIdentifierValue: {DIGEST}",
        f"{traits}/compositionLevel: 0",
        f"{traits}/fixity/messageDigestAlgorithm: SHA-256",
        f"{traits}/fixity/messageDigest: {DIGEST}",
        f"{traits}/format[1]/formatDesignation/formatName: image/tiff",
        f"{traits}/format[1]/formatRegistry/formatRegistryName: PRONOM",
        f"{traits}/format[1]/formatRegistry/formatRegistryKey: fmt/353",
        f"{traits}/format[2]/formatDesignation/formatName: unknown",
        "object[5]/originalName: f",
        "object[5]/storage/contentLocation/contentLocationType: path",
        "object[5]/storage/contentLocation/contentLocationValue: f",
        "object[5]/relationship/relationshipType: structural",
        "object[5]/relationship/relationshipSubType: is included in",
        "object[5]/relationship/relatedObjectIdentifier[1]/relatedObjectIdentifierType: local",
        "object[5]/relationship/relatedObjectIdentifier[1]/relatedObjectIdentifierValue: part/a",
        "object[5]/relationship/relatedObjectIdentifier[2]/relatedObjectIdentifierType: local",
        "object[5]/relationship/relatedObjectIdentifier[2]/relatedObjectIdentifierValue: part/b",
        "object[5]/relationship/relatedObjectIdentifier[3]/relatedObjectIdentifierType: local",
        "object[5]/relationship/relatedObjectIdentifier[3]/relatedObjectIdentifierValue: part/c",
    ]
    bare = exported(parts=parts[:1], within="object[3]")
    assert "object[3]/objectIdentifier/objectIdentifierValue: f" in bare
    assert not [line for line in bare if "fixity" in line or "SHA" in line or "size" in line]


def test_names_and_digests_come_from_the_export_context() -> None:
    digests = {"sha512": "5", "sha1": "1", "whirlpool": "w"}
    context = replace(
        BARE_CONTEXT, files={"f": FileFacts(7, digests)}, folder="data/", original_folder="in/"
    )
    written = exported(
        context, parts=[{"id": "a", "kind": "scan", "file": "f"}], within="object[3]"
    )
    traits = "object[3]/objectCharacteristics"
    for line in (
        f"{traits}/size: 7",
        "object[3]/originalName: in/f",
        "object[3]/storage/contentLocation/contentLocationValue: data/f",
    ):
        assert line in written
    named = [line.partition(": ")[2] for line in written if "messageDigest" in line]
    assert named == ["SHA-1", "1", "SHA-512", "5", "whirlpool", "w"]


def test_an_event_is_linked_with_its_parts_and_files() -> None:
    parts = [{"id": "a", "kind": "scan", "held": False}]
    events = [
        {"id": "e1", "type": "packing", "objects": ["a"], "outputs": [f"sha256:{DIGEST}"]},
        {"id": "e2", "type": "packing", "inputs": [f"sha256:{DIGEST}"], "outcome": "fail"},
        {"id": "e3", "type": "accession", "objects": ["a"]},
        {"id": "e4", "type": "packing", "sources": ["a"]},
        {"id": "e5", "type": "virus check", "objects": ["a"]},
        {"id": "e6", "type": "drying of the leaves"},
    ]
    names = [f"{{*}}linkingObject{each}" for each in ("IdentifierType", "IdentifierValue", "Role")]
    linked = [
        [tuple(map(link.findtext, names)) for link in event.iter("{*}linkingObjectIdentifier")]
        for event in etree.fromstring(export("premis", record(parts=parts, events=events))).iter(
            "{*}event"
        )
    ]
    assert linked == [
        [("local", "part/a", "outcome"), ("SHA-256", DIGEST, "outcome")],
        [("local", "x", None), ("SHA-256", DIGEST, "source")],
        [("local", "part/a", None)],
        [("local", "part/a", "source")],
        [("local", "part/a", "source")],
        [("local", "x", None)],
    ]
    written = exported(parts=parts, events=events)
    assert "event[2]/eventOutcomeInformation/eventOutcome: fail" in written
    assert "event[6]/eventType: drying of the leaves" in written
    assert not [line for line in written if line.startswith("event[1]/eventOutcome")]


def test_rights_without_a_licence_are_a_statement() -> None:
    assert exported(rights={"statement": "Free."}, within="rights") == [
        "rights/rightsStatement/rightsStatementIdentifier/rightsStatementIdentifierType: local",
        "rights/rightsStatement/rightsStatementIdentifier/rightsStatementIdentifierValue: rights",
        "rights/rightsStatement/rightsBasis: other",
        "rights/rightsStatement/otherRightsInformation/otherRightsBasis: statement of the record",
        "rights/rightsStatement/otherRightsInformation/otherRightsNote: Free.",
        "rights/rightsStatement/linkingObjectIdentifier/linkingObjectIdentifierType: local",
        "rights/rightsStatement/linkingObjectIdentifier/linkingObjectIdentifierValue: x",
    ]
