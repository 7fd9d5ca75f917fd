"""Files that a catalogue names must exist, and findings about them are at their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archive_pkg.reports import Code, Finding, Location, Severity
from archive_pkg.tables import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.records.models import Record

FAULT = Code("record-file-missing-in-a-test", Severity.ERROR, "A fault.")
LETTERS = "id,type,title\na,letter,A\nb,letter,B\n"
HEAD = "letter,id,kind,held,file\n"
CODES = ("tables-part-missing", "tables-files-elsewhere", FAULT.code)


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in ({"letters": LETTERS} | tables).items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Text.")
    return folder


def places(folder: Path, files: Path | None = None) -> list[tuple[str, str]]:
    return [(f.code, str(f.location.cell)) for f in check(folder, files=files) if f.code in CODES]


def test_a_missing_file_is_reported_at_its_cell(tmp_path: Path) -> None:
    rows = "a,one,scan,,1.tif\na,two,scan,,2.tif\nb,three,scan,,sub/3.tif\nb,four,scan,,4.tif\n"
    put(write(tmp_path, parts=HEAD + rows), "1.tif", "sub/3.tif")
    found = [f for f in check(tmp_path) if f.code in CODES]
    assert [(f.code, f.location.cell, f.message, f.hint) for f in found] == [
        ("tables-part-missing", cell, f"the file {name} does not exist",
         f"Put it into {tmp_path}, or write false in held.")
        for cell, name in (("E3", "2.tif"), ("E5", "4.tif"))
    ]  # fmt: skip


@pytest.mark.parametrize("folder", ["{letter}/1.tif", "parts/1.tif", "1.tif"])
def test_files_are_found_in_a_folder_for_each_letter_or_for_all(
    tmp_path: Path, folder: str
) -> None:
    write(tmp_path / "t", parts=HEAD + "a,one,scan,,1.tif\nb,two,scan,,1.tif\n")
    names = {folder.format(letter=letter) for letter in "ab"}
    assert places(tmp_path / "t", put(tmp_path / "files", *names)) == []
    (tmp_path / "files" / sorted(names)[-1]).unlink()
    missing = places(tmp_path / "t", tmp_path / "files")
    assert missing == (
        [("tables-part-missing", "E3")] if len(names) == 2 else [("tables-files-elsewhere", "1")]
    )


def test_files_are_not_looked_for_in_a_linked_folder(tmp_path: Path) -> None:
    home = put(write(tmp_path / "t", parts=HEAD + "a,one,scan,,1.tif\n"))
    put(tmp_path / "outside", "1.tif")
    (home / "a").symlink_to(tmp_path / "outside")
    assert places(home) == [("tables-files-elsewhere", "1")]


def test_a_folder_without_any_of_the_files_gives_one_warning(tmp_path: Path) -> None:
    rows = "a,one,scan,,1.tif\na,two,scan,false,\na,three,scan,,3.tif\n"
    write(tmp_path, parts=HEAD + rows)
    [found] = [f for f in check(tmp_path) if f.code in CODES]
    assert (found.location.table, found.location.cell) == ("parts", "1")
    assert found.message == f"parts names 2 files, but none is in {tmp_path}"


@pytest.mark.parametrize("file", ["/etc/passwd", "../1.tif", "a/../../1.tif", ""])
def test_a_file_outside_the_folder_is_not_looked_for(tmp_path: Path, file: str) -> None:
    home = tmp_path / "t"
    write(home, parts=HEAD + f"a,one,scan,,{file}\nb,two,scan,,2.tif\n")
    put(home, "2.tif")
    put(tmp_path, "1.tif")
    assert places(home) == []
    write(home, parts=HEAD + f"a,one,scan,,{file}\n")
    assert places(home) == []


def test_a_catalogue_without_parts_or_files_has_no_findings_about_files(tmp_path: Path) -> None:
    assert places(write(tmp_path / "one")) == []
    assert places(write(tmp_path / "two", parts="letter,id,kind,held\na,one,scan,false\n")) == []
    folder = write(tmp_path / "three", parts=HEAD + "a,one,scan,,1.tif\n")
    (folder / "letters.csv").unlink()
    assert places(folder) == []


class Checked:
    """A check of records with their files that yields given findings."""

    def __init__(self, *locations: Location) -> None:
        self.locations = locations
        self.asked: list[tuple[str, Path, Path]] = []

    def __call__(self, record: Record, folder: Path, source: Path) -> Iterator[Finding]:
        self.asked.append((record.id, folder, source))
        for location in self.locations if record.id == "b" else ():
            yield FAULT.at(location, "a fault")


def test_a_valid_record_is_checked_with_its_files(tmp_path: Path) -> None:
    rows = "a,one,scan,,1.tif\nb,two,scan,,2.tif\nb,three,scan,,3.tif\n"
    agents = "letter,id,name,kind\na,ann,Ann,person\nb,bob,Bob,person\nb,eve,Eve,person\n"
    write(tmp_path, parts=HEAD + rows, agents=agents)
    put(tmp_path, "b/2.tif")
    checked = Checked(
        Location("x", field="parts.three.file"),
        Location("x", field="parts.1.sha256"),
        Location("x", field="parts.0"),
        Location("x", field="agents.eve.name"),
        Location("x", field="title"),
        Location("x", field="rights.statement"),
        Location("x", field="parts.nobody.file"),
        Location("x", field="agents", offset=7, byte=9),
        Location("x"),
        Location("x", field="events.e.type"),
    )
    report = check(tmp_path, check_files=checked)
    found = [f.location for f in report if f.code == FAULT.code]
    assert [(at.table, at.cell, at.field) for at in found] == [
        ("parts", "E4", "file"),
        ("parts", "4", "sha256"),
        ("parts", "3", ""),
        ("agents", "C4", "name"),
        ("letters", "C3", "title"),
        ("letters", "3", "rights.statement"),
        *[("letters", "3", "")] * 4,
    ]
    assert [(at.offset, at.byte) for at in found if at.offset] == [(7, 9)]
    assert checked.asked == [
        ("a", tmp_path, tmp_path / "letters.csv"),
        ("b", tmp_path / "b", tmp_path / "letters.csv"),
    ]


def test_missing_files_of_an_invalid_record_are_reported_too(tmp_path: Path) -> None:
    write(tmp_path, parts=HEAD + "a,one,scan,,1.tif\nb,two,scam,,2.tif\n")
    put(tmp_path, "1.tif")
    checked = Checked()
    report = check(tmp_path, check_files=checked)
    assert [f.location.cell for f in report if f.code == "tables-part-missing"] == ["E3"]
    assert [name for name, _, _ in checked.asked] == ["a"]


def test_a_letter_without_files_is_not_checked_with_files(tmp_path: Path) -> None:
    write(tmp_path, parts=HEAD + "a,one,scan,,1.tif\nb,two,scan,false,\n")
    put(tmp_path, "1.tif")
    checked = Checked()
    check(tmp_path, check_files=checked)
    assert [name for name, _, _ in checked.asked] == ["a"]
