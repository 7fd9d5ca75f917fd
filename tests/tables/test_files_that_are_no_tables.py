"""A file that cannot be read as a list is named for what it is, with what to do."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def zipped(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def workbook() -> bytes:
    openpyxl.Workbook().save(file := io.BytesIO())
    return file.getvalue()


ODS = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet")
NUMBERS = zipped(**{"Index/Document.iwa": "x"})


@pytest.mark.parametrize(
    ("name", "data", "said", "hint"),
    [
        ("~$Briefe.xlsx", b"\x07Ana", "the lock file of an open document", "itself: Briefe.xlsx"),
        (".~lock.Briefe.xlsx#", b",a,b", "the lock file of an open document", "itself: Briefe.x"),
        ("a.xls", COMPOUND, "an old", "Save it as .xlsx"),
        ("a.xlsx", COMPOUND, "an old workbook (.xls)", "Save it as .xlsx"),
        ("a.xlsx", COMPOUND + "EncryptedPackage".encode("utf-16-le"), "a password", "remove the p"),
        ("a.ods", ODS, "an OpenDocument spreadsheet", "Save it as .xlsx"),
        ("a.xlsx", ODS, "an OpenDocument spreadsheet", "Save it as .xlsx"),
        ("a.numbers", NUMBERS, "a file of Numbers", "Export a table as .xlsx"),
        ("a.csv", workbook(), "a workbook, although its name ends in .csv", "Rename it to a.xlsx"),
        ("a.csv", "id;Müller\n".encode("utf-16-be"), "without a byte order mark", "utf-16-be"),
        ("a.csv", "id;Müller\n".encode("utf-16-le"), "without a byte order mark", "utf-16-le"),
    ],
)
def test_every_command_says_what_a_file_is_and_what_to_do(
    name: str, data: bytes, said: str, hint: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "Briefe.xlsx").write_bytes(workbook())
    file = tmp_path / name
    file.write_bytes(data)
    for words in (("tables", "map", file), ("tables", "import", file, "--out", tmp_path / "r")):
        done = run(*words)
        assert done.returncode == 3
        assert said in done.stdout
        assert hint in done.stdout
    done = run("build", file, "--out", tmp_path / "p")
    assert done.returncode == 3
    assert said[:6] in done.stdout
    assert hint[:12] in done.stdout or "a table as .xlsx" in done.stdout


def test_a_table_in_utf_16_with_a_byte_order_mark_is_read(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.csv").write_text("id;from\na;Müller, Anna\n", encoding="utf-16")
    assert run("tables", "map", tmp_path / "a.csv").returncode == 0
    assert run("tables", "import", tmp_path / "a.csv", "--out", tmp_path / "r").returncode == 0
    assert "Müller" in (tmp_path / "r/a/record.yaml").read_text("utf-8")
