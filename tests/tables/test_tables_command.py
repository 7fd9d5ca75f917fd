"""`archive-pkg tables` and `archive-pkg check` on tables, from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from archive_pkg.records import load_record
from program import Run, run_here

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "tables"
RECORDS = str(ROOT / "records")


def run(*words: str, status: int = 0) -> str:
    """Run a command line, and return what it printed on both streams."""
    done = run_here(*words)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("out", ["letters.xlsx", "letters"])
def test_records_are_exported_and_imported(out: str) -> None:
    assert "1 record written" in run("tables", "export", RECORDS, "--out", out)
    assert "1 record written" in run("tables", "import", out, "--out", "again")
    assert "1 unchanged" in run("tables", "import", out, "--out", "again")
    name = "1960-07-18-cpsu-to-sed"
    assert load_record(Path("again") / name) == load_record(Path(RECORDS) / name)
    run("tables", "export", RECORDS, "--out", out, status=5)
    run("check", out, "--files", str(Path(RECORDS) / name))


def test_a_template_is_filled_in_checked_and_annotated() -> None:
    run("tables", "template", "letters.xlsx")
    assert ": valid" in run("check", "letters.xlsx")
    run("tables", "template", "letters.csv", status=2)
    import openpyxl

    book = openpyxl.load_workbook("letters.xlsx")
    book["letters"]["E2"].value = "lettre"
    book.save("letters.xlsx")
    reported = run("check", "letters.xlsx", "--annotate", "checked.xlsx", status=3)
    assert "letters!E2 type" in reported
    assert "Did you mean letter?" in reported
    assert Path("checked.xlsx").exists()
    run("check", "letters.xlsx", "--annotate", "checked.xlsx", status=5)
    before = sorted(Path().rglob("*"))
    assert "Did you mean" in run("tables", "import", "letters.xlsx", "--out", "out", status=3)
    assert sorted(Path().rglob("*")) == before


def test_a_list_is_mapped_and_imported() -> None:
    shutil.copy(FIXTURES / "briefe.csv", "briefe.csv")
    run("tables", "map", "briefe.csv", status=3)
    run("tables", "map", "briefe.csv", "--encoding", "nowhere", status=2)
    run("tables", "map", "briefe.csv", "--encoding", "cp1252")
    run("tables", "map", "briefe.csv", "--encoding", "cp1252", status=5)
    out = run("tables", "import", "briefe.csv", "--encoding", "cp1252", "--out", "r", "--json")
    answer = json.loads(out)
    assert answer["results"][0]["records"] == 4
    assert {f["code"] for f in answer["results"][0]["findings"]} >= {"tables-read-as"}
    assert "AA-12-1" in {folder.name for folder in Path("r").iterdir()}


def test_a_folder_is_checked_file_by_file() -> None:
    Path("folder").mkdir()
    shutil.copy(FIXTURES / "briefe.csv", "folder/briefe.csv")
    run("tables", "template", "folder/letters.xlsx")
    answer = json.loads(run("check", "folder", "--json", status=3))
    found = {r["path"]: [f["code"] for f in r["findings"]] for r in answer["results"]}
    assert found == {
        "folder/briefe.csv": ["tables-encoding-wrong"],
        "folder/letters.xlsx": ["tables-example-left"],
    }


def test_check_accepts_records_and_tables_together() -> None:
    run("tables", "template", "letters.xlsx")
    name = str(Path(RECORDS) / "1960-07-18-cpsu-to-sed")
    answer = json.loads(run("check", name, "letters.xlsx", "--json"))
    assert [result["path"] for result in answer["results"]] == [name, "letters.xlsx"]
    run("check", name, "letters.xlsx", "--annotate", "x.xlsx", status=2)
    run("check", "nowhere.csv", status=5)


@pytest.mark.parametrize("name", ["letters.xls", "letters.ods", "letters.csv"])
def test_an_export_in_an_unsupported_format_is_refused(
    run: Run, letter: Path, tmp_path: Path, name: str
) -> None:
    done = run("tables", "export", letter, "--out", tmp_path / name)
    assert done.returncode == 2
    assert "Name a workbook that ends in .xlsx" in done.stderr
    assert not (tmp_path / name).exists()
