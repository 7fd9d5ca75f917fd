"""What repositories' formats have in common: licences, identifiers in words, and losses."""

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
