"""MODS: valid, and with the roles of all names."""

from __future__ import annotations

import pytest
from examples import BARE, BARE_CONTEXT, FULL_CONTEXT, PARTICULARS, bare, full, talk
from lxml import etree

from archive_pkg.interchange import export
from archive_pkg.records.models import Record
from official import official, xml_schema

NEWER = ("nameIdentifier", "recordInfoNote")
"""Elements that came after version 3.4, whose schema these tests have."""


@pytest.mark.parametrize(
    "records",
    [[full()], [bare()], [talk()], [Record.model_validate(BARE | PARTICULARS)], [full(), bare()]],
    ids=["full", "bare", "talk", "particulars", "two"],
)
def test_mods_is_valid(records: list[Record]) -> None:
    document = etree.fromstring(export("mods", records, FULL_CONTEXT))
    for mods in document.iter("{*}mods"):
        mods.set("version", "3.4")
    etree.strip_elements(document, *(f"{{*}}{name}" for name in NEWER))
    folders = (official("mods"), official("datacite") / "include")
    schema = xml_schema(official("mods") / "mods-3-4.xsd", *folders)
    assert schema.validate(document), schema.error_log


def test_names_in_mods_have_a_code_and_a_term_of_their_role() -> None:
    document = etree.fromstring(export("mods", full(), BARE_CONTEXT))
    said = []
    for name in document.iterfind("{*}name"):
        words = name.findtext("{*}displayForm") or name.findtext("{*}namePart")
        said.append((words, *(term.text for term in name.iterfind("{*}role/{*}roleTerm"))))
    assert said == [
        ("Central Committee of the CPSU", "sender", "aut"),
        ("Khrushchev, Nikita", "sender", "aut"),
        ("Khrushchev, Nikita", "signatory", "sgn"),
        ("RGANI", "digitizer"),
        ("The Goldbergs", "translator", "trl"),
        ("An editor", "author of summary"),
        ("Walter Ulbricht", "recipient", "rcp"),
        ("Andrei Gromyko", "recipient of a copy", "rcp"),
        ("The Goldbergs", "donor", "dnr"),
    ]
