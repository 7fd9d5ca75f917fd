"""A classification is exported as a fact about the past, never as a right or a restriction."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import etree

from archive_pkg.interchange import FORMATS, export, find_format
from archive_pkg.interchange.losses import place_of
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.models import Record
from typed import content, elements

RAW: dict[str, Any] = {
    "id": "x",
    "type": "letter",
    "title": "Letter, A to B",
    "sender": ["a"],
    "classification": {
        "as_written": "STRENG GEHEIM",
        "caveats": ["Nur für den Dienstgebrauch"],
        "scheme": "ddr",
        "level": "gvs",
        "history": [
            {"action": "downgraded", "level": "vvs", "date": "1971-05"},
            {"action": "declassified", "date": "1992-01-29", "by": "a", "note": "StUG"},
        ],
    },
    "parts": [
        {"id": "l", "kind": "original", "held": False, "access": {"status": "open"}},
        {
            "id": "s",
            "kind": "scan",
            "held": False,
            "made_from": ["l"],
            "access": {"status": "closed", "rule": "by the donor's wish"},
        },
    ],
    "rights": {"statement": "Free of rights."},
    "agents": [{"id": "a", "name": "Amt A", "kind": "organization"}],
}
PHRASE = (
    "STRENG GEHEIM; Nur für den Dienstgebrauch, downgraded to vvs May 1971, "
    "declassified 29 January 1992 by Amt A (StUG); level ddr: gvs"
)
RIGHTS = {
    "dc": "//*[local-name()='rights']",
    "datacite": "//*[local-name()='rights']",
    "ead3": "//*[local-name()='accessrestrict' or local-name()='userestrict']",
    "tei": "//*[local-name()='availability']",
    "premis": "//*[local-name()='rights']",
    "mets": "//*[local-name()='rights']",
}
RIGHTS_KEYS = {
    "rights", "rightsList", "conditionsOfAccess", "license", "copyrightNotice", "termsOfUse",
    "dc:rights",
}  # fmt: skip


def rights_in(name: str, written: bytes) -> str:
    """Return everything that a document says about rights and access."""
    if name in RIGHTS:
        return " ".join(map(content, elements(etree.fromstring(written), RIGHTS[name])))
    return " ".join(json.dumps(value) for value in _under(json.loads(written)))


def _under(data: Any) -> list[Any]:
    if isinstance(data, dict):
        found = [value for key, value in data.items() if key in RIGHTS_KEYS]
        return found + [one for value in data.values() for one in _under(value)]
    return [one for item in data for one in _under(item)] if isinstance(data, list) else []


def test_a_classification_in_words_has_its_history() -> None:
    record = Record.model_validate(RAW)
    assert classification_in_words(record) == PHRASE
    assert classification_in_words(record, brief=True) == (
        "STRENG GEHEIM; Nur für den Dienstgebrauch, downgraded to vvs May 1971, "
        "declassified 29 January 1992"
    )


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in FORMATS
        # These have only what has evidence, or a scan.
        if name not in ("annotations", "iiif")
        and place_of(find_format(name).mapping, "classification.as_written")
    ],
)
def test_a_classification_is_described_but_does_not_appear_in_rights(name: str) -> None:
    written = export(name, Record.model_validate(RAW))
    text = json.dumps(json.loads(written), ensure_ascii=False) if name.endswith("json") else ""
    assert PHRASE in (text or " ".join(written.decode().split()))
    if name in RIGHTS or name in ("datacite-json", "schema-org", "ro-crate", "sword", "invenio",
                                  "dataverse"):  # fmt: skip
        assert not re.search("GEHEIM|declassified|StUG", rights_in(name, written))


@pytest.mark.parametrize("name", ["dc", "datacite", "datacite-json", "ead3", "tei", "premis"])
def test_access_and_rights_are_exported(name: str) -> None:
    said = rights_in(name, export(name, Record.model_validate(RAW)))
    assert "Free of rights." in said
    assert "closed" in said
    assert "by the donor's wish" in said
