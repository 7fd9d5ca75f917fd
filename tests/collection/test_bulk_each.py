"""The commands check, verify, export and deposit over folders."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pytest

from archive_pkg import cli
from archive_pkg.cli.bulk import parse_bytes
from archive_pkg.collection.bulk.for_each import Pace
from archive_pkg.collection.bulk.searching import packages_below
from archive_pkg.errors import UsageError
from program import Letters


@pytest.fixture
def collection(letters: Letters, tmp_path: Path) -> Path:
    letters(5)
    run("build", tmp_path / "letters", "--out", tmp_path / "collection", "--layout", "hashed")
    return tmp_path / "collection"


def run(*words: object) -> int:
    return cli.run([*map(str, words)])


def test_verify_searches_a_collection(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", collection) == 0
    assert run("verify", collection, "--bag-only", "--jobs", 1) == 0
    part = next(collection.rglob("translation.txt"))
    part.write_text("changed")
    capsys.readouterr()
    assert run("verify", collection, "--json") == 3
    reported = json.loads(capsys.readouterr().out)
    assert reported["counts"] == {"valid": 4, "invalid": 1}


def test_check_searches_folders(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sorted((tmp_path / "letters").rglob("translation.txt"))[0].unlink()
    capsys.readouterr()
    assert run("check", tmp_path / "letters") == 3
    said = capsys.readouterr().out
    assert "1 invalid, 4 valid" in said
    assert "[part-missing]" in said


def test_check_reports_two_records_with_the_same_id(
    letters: Letters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = letters(40)[3]
    copy = tmp_path / "letters" / "later" / first.name
    shutil.copytree(first, copy)
    assert run("check", tmp_path / "letters", "--jobs", 2, "--json") == 3
    reported = json.loads(capsys.readouterr().out)
    assert reported["counts"] == {"valid": 40, "invalid": 1}
    [twin] = [result for result in reported["results"] if result["outcome"] == "invalid"]
    [finding] = [f for f in twin["findings"] if f["severity"] == "error"]
    assert finding["code"] == "record-id-twice"
    assert {twin["path"]} | {str(first), str(copy)} == {str(first), str(copy)}
    assert (str(first) in finding["message"]) != (twin["path"] == str(first))


def test_check_reports_ids_that_differ_only_in_case(
    letters: Letters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = letters(3)[1]
    for name in ("LETTER-0000001", "Letter-0000001", "Letter-0000001"):
        twin = tmp_path / "letters" / "later" / f"{name}-{len(list(tmp_path.rglob('record.yaml')))}"
        shutil.copytree(first, twin)
        text = (twin / "record.yaml").read_text()
        (twin / "record.yaml").write_text(text.replace("id: letter-0000001", f"id: {name}"))
    assert run("check", tmp_path / "letters", "--jobs", 1, "--json") == 3
    reported = json.loads(capsys.readouterr().out)
    codes = [f["code"] for result in reported["results"] for f in result["findings"]]
    assert codes.count("record-ids-alike") == 2
    assert codes.count("record-id-twice") == 1


def test_a_record_given_twice_is_not_a_duplicate_of_itself(
    letters: Letters, tmp_path: Path
) -> None:
    letters(3)
    assert run("check", tmp_path / "letters", tmp_path / "letters") == 0


def test_a_second_deposit_of_a_collection_sends_nothing(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = f"ocfl:{collection.parent / 'archive'}"
    assert run("deposit", collection, "--to", archive) == 0
    capsys.readouterr()
    assert run("deposit", collection, "--to", archive, "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"unchanged": 5}


def test_receipts_of_a_collection_are_put_into_subfolders_and_found_there(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, slips = f"ocfl:{tmp_path / 'archive'}", tmp_path / "slips"
    assert run("deposit", collection, "--to", archive, "--receipts", slips) == 0
    assert not list(collection.rglob("*.receipts"))
    assert all(len(each.name) == 3 for each in slips.iterdir())
    packages = sorted(packages_below(collection))
    capsys.readouterr()
    words = ("--to", archive, "--receipts", slips, "--status", "--json")
    assert run("deposit", *packages, *words) == 0
    reported = json.loads(capsys.readouterr().out)["results"]
    assert [len(result["deposits"]) for result in reported] == [1] * 5
    paths = [Path(each["receipt"]) for result in reported for each in result["deposits"]]
    assert sorted(paths) == sorted(slips.glob("*/*.receipts/*.json"))
    assert run("receipts", collection, "--receipts", slips, "--json") == 0
    listed = json.loads(capsys.readouterr().out)["results"]
    assert [Path(result["path"]) for result in listed] == sorted(paths)
    assert run("fetch", paths[0], "--out", tmp_path / "back") == 0
    assert run("audit", "run", collection, "--against", f"receipts:{slips}") == 0
    (packages[0] / "data" / "parts" / "transcription.txt").write_text("rotten")
    assert run("audit", "run", collection, "--due", "0", "--against", f"receipts:{slips}") == 3
    assert run("audit", "repair", collection, "--from", f"receipts:{slips}") == 0
    assert run("audit", "run", collection, "--due", "0", "--against", f"receipts:{slips}") == 0


def test_many_records_are_exported_into_a_folder(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("export", collection, "--to", "dc", "--each", tmp_path / "dc")
    assert run(*words) == 0
    assert len(list((tmp_path / "dc").glob("letter-*.dc.xml"))) == 5
    capsys.readouterr()
    assert run(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"unchanged": 5}


def test_export_reports_two_records_that_would_have_the_same_file(
    letters: Letters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = letters(3)[1]
    shutil.copytree(first, tmp_path / "letters" / "later" / first.name)
    capsys.readouterr()
    words = ("export", tmp_path / "letters", "--to", "dc", "--each", tmp_path / "dc", "--json")
    assert run(*words) == 3
    reported = json.loads(capsys.readouterr().out)
    codes = [finding["code"] for result in reported["results"] for finding in result["findings"]]
    assert codes == ["record-id-twice"]
    assert len(list((tmp_path / "dc").iterdir())) == 3


def test_exports_of_many_packages_have_the_events_of_their_ledger_and_receipts(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "run", collection) == 0
    assert run("deposit", collection, "--to", f"ocfl:{tmp_path / 'archive'}") == 0
    lives = tmp_path / "lives"
    assert run("export", collection, "--to", "premis", "--each", lives) == 0
    documents = sorted(lives.glob("*.xml"))
    assert len(documents) == 5
    for document in documents:
        reported = re.findall(r">([a-z ]+)</eventType>", document.read_text())
        assert reported[-2:] == ["fixity check", "deposit"]
    package = next(collection.rglob("bagit.txt")).parent
    capsys.readouterr()
    alone = tmp_path / "alone.xml"
    assert run("export", package, "--to", "premis", "-o", alone) == 0
    assert alone.read_bytes() in [document.read_bytes() for document in documents]
    ledger = collection / ".archive-pkg" / "ledger.jsonl"
    moved = ledger.rename(tmp_path / "ledger.jsonl")
    ledger.with_name(f"{ledger.name}.head").rename(tmp_path / "ledger.jsonl.head")
    assert run("export", collection, "--to", "premis", "--each", lives, "--ledger", moved) == 0
    assert alone.read_bytes() in [document.read_bytes() for document in documents]
    moved.write_text(moved.read_text().replace('"pass"', '"fail"', 1))
    words = ("export", collection, "--to", "premis", "--each", lives, "--ledger", moved)
    assert run(*words) == 3
    assert "[ledger-broken]" in capsys.readouterr().out


def test_the_rate_of_reading_is_limited() -> None:
    started = time.monotonic()
    pace = Pace(1_000_000)
    for _ in range(4):
        pace.spend(50_000)
    assert time.monotonic() - started >= 0.2


def test_numbers_of_bytes_are_read_in_common_forms() -> None:
    assert parse_bytes("50M") == 50_000_000
    assert parse_bytes("1.5GB") == 1_500_000_000
    for wrong in ("", "fast", "M", "-1", "1X", "nan", "inf"):
        with pytest.raises(UsageError):
            parse_bytes(wrong)


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("verify", ()),
        ("verify", ("--bag-only",)),
        ("check", ()),
        ("export", ("--to", "dc", "--each", "OUT")),
        ("deposit", ("--to", "file:OUT")),
        ("build", ("--out", "OUT", "--date", "2026-11-24")),
    ],
)
def test_a_path_and_its_folder_give_the_same_report(
    letters: Letters,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    more: tuple[str, ...],
) -> None:
    [record] = letters(1)
    run("build", record, "--out", tmp_path / "collection")
    one = record if command in ("build", "check") else tmp_path / "collection" / record.name

    def reported(number: int, *words: object, as_json: bool) -> str:
        out = str(tmp_path / f"out{number}")
        options = [word.replace("OUT", out) for word in more]
        if command == "deposit":
            options += ["--receipts", f"{out}.receipts"]
        capsys.readouterr()
        assert run(command, *words, *options, *["--json"] * as_json) == 0
        said = capsys.readouterr().out.replace(out, "OUT")
        return re.sub(r"-[0-9a-f]{8}(?=[.-])|/[0-9a-f]{3}(?=/letter)", "", said)

    for as_json in (True, False):
        ways = ((one,), (one, "--jobs", 1), (one.parent,))
        said = {reported(n + 3 * as_json, *way, as_json=as_json) for n, way in enumerate(ways)}
        assert len(said) == 1, said


def test_many_letters_of_a_folder_go_into_one_document(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run("export", collection, "--to", "mods") == 0
    assert capsys.readouterr().out.count("<mods ") == 5
