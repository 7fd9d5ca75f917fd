"""BibTeX: where each field of a record goes, and how TeX's commands are escaped."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, export


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, str]:
    _, *lines, _ = places(export("bibtex", record(**fields), context))
    pairs = (line.strip().removesuffix("},").partition(" = {") for line in lines)
    return {name: value for name, _, value in pairs}


def test_each_field_of_a_full_record_is_written_in_its_bibtex_field() -> None:
    assert places(export("bibtex", full(), FULL_CONTEXT)) == expected("bibtex")


def test_entries_are_separated_by_a_blank_line_and_omit_unknown_values() -> None:
    entry = "\n".join(
        [
            "@misc{x,",
            "  title = {{A letter}},",
            "  howpublished = {Message},",
            "  type = {Message},",
            "  version = {1},",
            "}",
            "",
        ]
    )
    assert export("bibtex", bare(), BARE_CONTEXT).decode() == entry
    assert export("bibtex", [bare(), bare()], BARE_CONTEXT).decode() == f"{entry}\n{entry}"


@pytest.mark.parametrize(
    ("edtf", "date", "year", "month"),
    [
        ("1960", "1960", "1960", None),
        ("1960-07", "1960-07", "1960", "7"),
        ("1960-11-18~", "1960-11-18~", "1960", "11"),
        ("1959/1961", "1959/1961", None, None),
        ("[1959..1961]", None, None, None),
        ("1960-XX-03", None, None, None),
        ("1957/1958-?03", None, None, None),
        ("1960-25", None, None, None),
        ("1960-XX-XX", "1960-XX-XX", None, None),
        ("19XX?", "19XX?", None, None),
        ("1960-21", "1960-21", None, None),
        ("Y17000", "Y17000", None, None),
        ("../1960", "../1960", None, None),
    ],
)
def test_a_date_is_written_in_the_fields_of_biblatex_and_bibtex(
    edtf: str, date: str | None, year: str | None, month: str | None
) -> None:
    found = exported(date={"edtf": edtf})
    assert (found.get("date"), found.get("year"), found.get("month")) == (date, year, month)
    one_of = "one of " if edtf.startswith("[") else ""
    assert found.get("note") == (None if date else f"Date: {one_of}{edtf}")


def test_a_note_has_the_open_date_and_the_rights() -> None:
    found = exported(date={"as_written": "1956/57"}, rights={"statement": "Free."})
    assert found["note"] == "Date as written: 1956/57; Rights: Free."


def test_names_in_index_form_are_split_and_others_are_in_braces() -> None:
    names = {"a": "Doe, Jane", "b": "Doe, John, Jr.", "c": "Ann & Co"}
    agents = [
        {"id": key, "name": name, "kind": "organization" if key == "c" else "person"}
        for key, name in names.items()
    ]
    found = exported(agents=agents, signatories=list(names))
    assert found["author"] == r"Doe, Jane and Doe, Jr., John and {Ann \& Co}"


@pytest.mark.parametrize(
    ("name", "last", "first", "suffix"),
    [
        ("King, Martin Luther, Jr.", "King", "Martin Luther", "Jr."),
        ("King, Jr., Martin Luther", "King", "Martin Luther", "Jr."),
        ("King, Martin Luther Jr., 1929-1968", "King", "Martin Luther", "Jr."),
        ("Marx, Karl, 1818-1883", "Marx", "Karl", ""),
        ("Marx, Karl (1818–1883)", "Marx", "Karl", ""),
        ("Marx, Karl, *1818", "Marx", "Karl", ""),
        ("Doe, Jane and John", "Doe", "Jane and John", ""),
        ("Bülow, Hans Adolf Karl", "Bülow", "Hans Adolf Karl", ""),
    ],
)
def test_pybtex_reads_suffixes_and_given_names_without_dates_of_life(
    name: str, last: str, first: str, suffix: str
) -> None:
    pybtex = pytest.importorskip("pybtex.database")
    data = export(
        "bibtex", record(sender=["a"], agents=[{"id": "a", "name": name, "kind": "person"}])
    )
    [person] = pybtex.parse_string(data.decode(), "bibtex").entries["x"].persons["author"]
    assert " ".join(person.last_names) == last
    given = " ".join(person.first_names + person.middle_names)
    assert given.strip("{}") == first
    assert " ".join(person.lineage_names) == suffix


def test_the_citation_has_the_holding_the_publication_and_its_editors() -> None:
    found = exported(
        agents=[{"id": "e", "name": "Doe, Jane", "kind": "person"}],
        holdings=[{"repository": "RGANI"}],
        publications=[{"citation": "Documents", "editors": ["e"]}],
    )
    assert found["editor"] == "Doe, Jane"
    assert found["note"] == ("Kept at: RGANI; Published in: Documents. Edited by Doe, Jane.")


def test_programs_are_not_contributors_of_a_citation() -> None:
    parts = [
        {"id": "o", "kind": "original", "held": False},
        {"id": "t", "kind": "translation", "held": False, "made_from": ["o"], "made_by": ["p"]},
    ]
    agents = [{"id": "p", "name": "Translator 5", "kind": "software"}]
    assert "Translator 5" not in export("bibtex", record(parts=parts, agents=agents)).decode()
    assert "Translator 5" not in export("csl", record(parts=parts, agents=agents)).decode()


def test_characters_that_tex_reads_as_commands_are_escaped() -> None:
    title = "a\\b~c^d{e}f%g$h&i#j_k\n\t l"
    assert exported(title=title)["title"] == (
        r"{a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d\{e\}f\%g\$h\&i\#j\_k l}"
    )


def test_addresses_are_not_escaped() -> None:
    url = "https://example.org/a_b%20c?d#e~{f}"
    schemes = (
        ("local", "1"),
        ("url", url),
        ("doi", "10.1000/a_b"),
        ("url", "https://example.org/2"),
    )
    known = [{"scheme": scheme, "value": value} for scheme, value in schemes]
    found = exported(identifiers=known)
    assert found["url"] == "https://example.org/a_b%20c?d#e~%7Bf%7D"
    assert found["doi"] == "10.1000/a_b"
    own = exported(
        replace(BARE_CONTEXT, addresses={"x": "https://example.org/x"}), identifiers=known
    )
    assert own["url"] == "https://example.org/x"


def test_a_holding_without_levels_is_only_the_archive() -> None:
    assert exported(holdings=[{"repository": "RGANI"}])["library"] == "RGANI"


def test_translators_of_enclosures_are_not_named_as_translator() -> None:
    parts = [
        {"id": "o", "kind": "original", "file": "o.txt", "languages": ["ru"]},
        {"id": "e", "kind": "translation", "file": "e.txt", "made_from": ["o"], "made_by": ["a"]},
        {"id": "s", "kind": "scan", "file": "s", "made_from": ["o"], "made_by": ["b"]},
    ]
    agents = [
        {"id": "a", "name": "A, B", "kind": "person"},
        {"id": "b", "name": "C, D", "kind": "person"},
    ]
    found = exported(parts=parts, agents=agents)
    assert found["translator"] == "A, B"
    assert found["language"] == "Russian"


BIBER_WRITES = {
    "1960-XX": "1960-00", "1960-07-XX": "1960-07-00", "1960-XX-XX": "1960-00-00",
    "1960/..": "1960/", "-0044-03-15": "-44-03-15", "0044": "44", "Y17000": "17000",
}  # fmt: skip
"""Dates that biber writes in another form than it reads them."""


@pytest.mark.slow
def test_biber_reads_every_entry_with_its_date_and_names(tmp_path: Path) -> None:
    biber = shutil.which("biber") or pytest.skip("biber is not installed (Debian's package biber)")
    dates = ["1960", "1960-07", "1960-07-16", "1960?", "1960-07~", "1960-07-16%", "196X", "19XX"]
    dates += ["1960-21", "1960/1961", "1960-07-16/1960-07-20", "1960~/1961?"]
    dates += ["1960-07-16T10:00:00Z", *BIBER_WRITES]
    level_2 = ["[1960,1961]", "1960-?07", "156X-12-25", "1960-1X"]
    agents = [
        {"id": "a", "name": "King, Martin Luther, Jr., 1929-1968", "kind": "person"},
        {"id": "b", "name": "Board of Trade and Plantations", "kind": "organization"},
    ]
    letters = [
        record(id=f"d{number}", date=date, sender=["a", "b"], agents=agents)
        for number, date in enumerate(dates + level_2)
    ]
    source, output = tmp_path / "letters.bib", tmp_path / "out.bib"
    source.write_bytes(export("bibtex", [full(), *letters], FULL_CONTEXT))
    command: list[str | Path] = [
        biber,
        "--tool",
        "--validate-datamodel",
        "--output-file",
        output,
        source,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    warnings = [line for line in done.stdout.splitlines() if line.startswith(("WARN", "ERROR"))]
    # biblatex's model of data has these fields for other types of entries.
    warnings = [line for line in warnings if "Invalid field" not in line]
    assert len(warnings) == len(level_2), warnings
    assert all("one of 'date, year' must be defined" in line for line in warnings)
    entries = pytest.importorskip("pybtex.database").parse_file(str(output), "bibtex").entries
    assert set(entries) == {full().id, *(letter.id for letter in letters)}
    for letter, date in zip(letters, dates, strict=False):
        entry = entries[letter.id]
        assert entry.fields["date"] == BIBER_WRITES.get(date, date)
        names = [str(one) for one in entry.persons["author"]]
        assert names == ["King, Jr., Martin Luther", "{Board of Trade and Plantations}"]
