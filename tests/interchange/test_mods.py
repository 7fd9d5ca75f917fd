"""MODS: the roles of all names, and what another reader finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from lxml import etree
from pymods import MODSReader

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read

if TYPE_CHECKING:
    from pathlib import Path


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


def test_an_affiliation_is_written_by_its_name() -> None:
    agents = [
        {"id": "jane", "name": "Jane Doe", "kind": "person", "affiliations": ["ministry"]},
        {"id": "ministry", "name": "Ministry of Trade", "kind": "organization"},
    ]
    written = export("mods", record(sender=["jane"], agents=agents), BARE_CONTEXT)
    assert etree.fromstring(written).findtext(".//{*}affiliation") == "Ministry of Trade"


@pytest.mark.parametrize(
    ("born", "died", "life"),
    [
        ("1894-04-15", "1971~", "1894-1971"),
        ("1894", None, "1894-"),
        (None, "1971", "-1971"),
        ("189X", None, None),
        (None, None, None),
    ],
)
def test_the_years_of_a_life_are_a_part_of_the_name(
    born: str | None, died: str | None, life: str | None
) -> None:
    agent = {"id": "a", "name": "Doe, Jane", "kind": "person", "born": born, "died": died}
    document = export("mods", record(sender=["a"], agents=[agent]), BARE_CONTEXT)
    parts = etree.fromstring(document).iterfind("{*}name/{*}namePart[@type='date']")
    assert [part.text for part in parts] == ([life] if life else [])
    [imported] = read(document, "mods.xml")
    [again] = (one for one in imported.record.agents if one.name == "Doe, Jane")
    years = {date.edtf for date in (again.born, again.died) if date}
    assert years == (set(filter(None, life.split("-"))) if life else set())


def test_pymods_reads_what_the_document_says(tmp_path: Path) -> None:
    file = tmp_path / "mods.xml"
    file.write_bytes(export("mods", [full(), bare()], FULL_CONTEXT))
    letter, other = MODSReader(str(file))
    assert letter.titles == [full().title, "Khrushchev's reply on the plan"]
    assert {(name.text, name.role.code) for name in letter.names} >= {
        ("Khrushchev, Nikita", "aut"),
        ("Walter Ulbricht", "rcp"),
        ("The Goldbergs", "trl"),
    }
    assert [date.text for date in letter.dates] == ["1961-03-03 - 3 March 1961"]
    assert [one.code for one in letter.language] == ["ru", "en"]
    assert [genre.text for genre in letter.genre] == ["Letter"]
    assert ("10.1000/182", "doi") in {(one.text, one.type) for one in letter.identifiers}
    assert {one.text for one in letter.subjects} >= {"Berlin question", "Berlin"}
    assert other.titles == [bare().title]
