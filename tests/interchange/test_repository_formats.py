"""What InvenioRDM's and Dataverse's JSON say of a record, field by field."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from examples import FULL, FULL_SETTING

from archive_pkg.interchange import export, find_format
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.interchange.losses import losses
from archive_pkg.records.models import Record
from official import official


def record(**changes: Any) -> Record:
    return Record.model_validate(copy.deepcopy(FULL | {"evidence": []}) | changes)


def invenio(**changes: Any) -> dict[str, Any]:
    written = export("invenio", record(**changes), FULL_SETTING)
    metadata: dict[str, Any] = json.loads(written)["metadata"]
    return metadata


def dataverse(**changes: Any) -> dict[str, Any]:
    """The dataset's version, its citation fields by name."""
    version = json.loads(export("dataverse", record(**changes), FULL_SETTING))["datasetVersion"]
    fields = version.pop("metadataBlocks")["citation"]["fields"]
    return version | {field["typeName"]: field["value"] for field in fields}


def licensed(licence: str) -> dict[str, Any]:
    return {"statement": "In copyright.", "licence": licence, "holder": "goldberg"}


@pytest.mark.parametrize(
    ("licence", "listed"),
    [
        ("gpl-3.0-only", "GPL-3.0-only"),
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("http://creativecommons.org/licenses/by/3.0/de/deed.de", "CC-BY-3.0-DE"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", None),
        ("MIT OR Apache-2.0", None),
        ("All rights reserved", None),
        ("", None),
        ("(MIT)", None),
    ],
)
def test_licences_are_known_by_their_spdx_identifier(licence: str, listed: str | None) -> None:
    assert spdx_id(licence) == listed


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("GPL-3.0-only", {"id": "gpl-3.0-only"}),
        ("cc-by-4.0", {"id": "cc-by-4.0"}),
        ("https://example.org/terms", {"link": "https://example.org/terms"}),
        ("Terms of the house", {"title": {"en": "Terms of the house"}}),
    ],
)
def test_no_licence_is_dropped_on_the_way_to_invenio(licence: str, said: dict[str, Any]) -> None:
    first = invenio(rights=licensed(licence))["rights"][0]
    assert said.items() <= first.items()
    assert set(first) == {"id"} or "title" in first
    assert licence.lower() in json.dumps(dataverse(rights=licensed(licence))["termsOfUse"]).lower()


def test_a_licence_that_is_not_spdx_s_is_not_called_so() -> None:
    written = json.loads(export("datacite-json", record(rights=licensed("House terms"))))
    assert {"rights": "House terms"} in written["rightsList"]
    assert "SPDX" not in json.dumps(written)


def test_invenio_s_own_fields_have_what_they_are_for() -> None:
    said = invenio(publications=["Briefe, 1999, https://doi.org/10.1234/abc.5."])
    assert said["languages"] == [{"id": "rus"}, {"id": "eng"}]
    assert [each["place"] for each in said["locations"]["features"]] == ["Moscow", "Berlin"]
    assert said["locations"]["features"][0]["identifiers"][0]["scheme"] == "geonames"
    related = {
        (each["identifier"], each["relation_type"]["id"]) for each in said["related_identifiers"]
    }
    assert ("10.1234/abc.5", "ispublishedin") in related
    assert "rightsholder" in [each["role"]["id"] for each in said["contributors"]]
    assert said["formats"] == ["image/tiff", "text/plain"]
    assert said["copyright"] == FULL["rights"]["statement"]
    kinds = {each["type"]["id"] for each in said["additional_descriptions"]}
    assert kinds == {"methods", "other", "table-of-contents"}
    assert "Wikidata Q35314" in json.dumps(said["additional_descriptions"])


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("1961-03-03", "1961-03-03"),
        ("1961?", "1961"),
        ("1960/1961", "1960/1961"),
        ("196X", "1960-01-01/1969-12-31"),
        ("../1961", None),
    ],
)
def test_dates_are_in_the_level_of_edtf_that_invenio_knows(edtf: str, said: str | None) -> None:
    written = invenio(date={"edtf": edtf}, received=None)
    assert [each["date"] for each in written.get("dates", [])] == ([said] if said else [])
    assert f"EDTF {edtf}" in json.dumps(written) or edtf == said


def test_fields_that_invenio_has_are_not_reported_as_lost() -> None:
    for name in ("invenio", "dataverse"):
        report = losses(find_format(name), record())
        lost = {finding.message.partition("no place for ")[2].split(" ")[0] for finding in report}
        assert not lost & {
            "supersedes", "received", "place", "parts.languages", "parts.media_type", "holding",
            "custody", "donor", "rights.licence", "rights.holder", "enclosures", "type",
        } - ({"parts.media_type"} if name == "dataverse" else set())  # fmt: skip


def test_invenio_s_schema_has_a_place_for_all_that_is_sent() -> None:
    schema = json.loads((official("invenio") / "record-v6.0.0.json").read_text("utf-8"))
    known = schema["properties"]["metadata"]["properties"]
    said = invenio()
    assert set(said) <= set(known)
    for name in ("related_identifiers", "additional_descriptions", "rights", "dates", "references"):
        allowed = known[name]["items"]["properties"]
        assert all(set(each) <= set(allowed) for each in said.get(name, []))
    feature = known["locations"]["properties"]["features"]["items"]["allOf"][0]
    plain = {key: {} for key in feature["properties"]}
    for each in said["locations"]["features"]:
        jsonschema.validate(each, feature | {"properties": plain})


def test_dataverse_s_own_fields_have_what_they_are_for() -> None:
    said = dataverse(publications=["Briefe, 1999, https://doi.org/10.1234/abc.5."])
    assert said["language"] == ["Russian", "English"]
    assert said["productionPlace"] == ["Moscow"]
    assert said["relatedMaterial"] == ["A map of the sector"]
    assert said["publication"][0]["publicationIDNumber"]["value"] == "10.1234/abc.5"
    holders = [each for each in said["contributor"] if "contributorType" in each]
    assert [each["contributorName"]["value"] for each in holders] == ["The Goldbergs"]
    assert "fond 3, opis 14" in said["originOfSources"]


@pytest.mark.parametrize(
    ("citation", "found"),
    [
        ("Briefe (1999), https://example.org/a_(b).", "https://example.org/a_(b)"),
        ("(doi:10.1000/xyz(1)2), p. 3", "10.1000/xyz(1)2"),
        ("“Briefe”, https://doi.org/10.1234/abc.", "10.1234/abc"),
    ],
)
def test_punctuation_around_an_identifier_is_not_part_of_it(citation: str, found: str) -> None:
    said = invenio(publications=[citation])["related_identifiers"]
    assert found in [each["identifier"] for each in said]


def test_script_and_region_of_a_language_are_kept_in_words() -> None:
    parts = [{"id": "english", "kind": "original", "held": False, "languages": ["zh-Hant", "und"]}]
    changes: dict[str, Any] = {"parts": parts, "translation_notes": [], "events": []}
    changes["summary"] = {"text": "Agrees."}
    said = invenio(**changes)
    assert said["languages"] == [{"id": "zho"}]
    assert "zh-Hant" in json.dumps(said["additional_descriptions"])
    assert "zh-Hant" in dataverse(**changes)["notesText"]
    assert "Undetermined" not in dataverse(**changes)["notesText"]


def test_a_language_without_a_name_in_dataverse_is_in_the_notes() -> None:
    parts = [{"id": "english", "kind": "original", "held": False, "languages": ["grc", "el"]}]
    changes: dict[str, Any] = {"parts": parts, "translation_notes": [], "events": []}
    said = dataverse(**changes, summary={"text": "Agrees."})
    assert said["language"] == ["Greek (modern)"]
    assert "Ancient Greek" in said["notesText"]
