"""Deposit into and fetch from a real OCFL root, validated by ocfl-py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import ocfl
import pytest

from archive_pkg.deposits import (
    Deposited,
    RefusedError,
    deposit,
    deposit_many,
    fetch,
    load_receipt,
    receipts_of,
)
from archive_pkg.deposits.repositories.ocfl.layouts import version_of
from archive_pkg.deposits.repositories.ocfl.objects import validate
from archive_pkg.deposits.repositories.ocfl.root import OcflRoot
from archive_pkg.deposits.transfers import pack
from archive_pkg.errors import DepositError, InvalidError, StorageError, UsageError
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing

ID = "1960-07-18-cpsu-to-sed"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def valid(root: Path) -> bool:
    return bool(ocfl.StorageRoot(str(root)).validate(log_errors=False))


def stamps(root: Path) -> dict[Path, tuple[int, int]]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def rebuild(letter: Path, out: Path, title: str) -> Path:
    record = letter / "record.yaml"
    lines = record.read_text(encoding="utf-8").splitlines()
    lines = [f"title: {title}" if line.startswith("title:") else line for line in lines]
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return build_package(letter, out, on=date(2026, 11, 24), replace=True).path


def test_a_deposit_is_read_back_and_gets_a_receipt(package: Path, root: Path) -> None:
    done = deposit(package, f"ocfl:{root}")
    assert done.new
    assert (root / "0=ocfl_1.1").is_file()
    assert "0003" in (root / "ocfl_layout.json").read_text()
    assert valid(root)
    receipt = load_receipt(done.path)
    assert receipt == done.receipt
    assert done.path.parent == package.with_name(f"{ID}.receipts")
    assert receipt.verified == "read-back"
    assert all(file.expected == file.stored for file in receipt.files)
    assert {file.path for file in receipt.files} == {
        p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("name", ["../elsewhere", "/elsewhere", "a/b", "..", ""])
def test_a_receipt_cannot_make_fetch_write_outside_its_folder(
    package: Path, root: Path, tmp_path: Path, name: str
) -> None:
    path = deposit(package, f"ocfl:{root}").path
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"package": name}))
    with pytest.raises(InvalidError, match="package"):
        fetch(path, tmp_path / "fetched" / "deep")
    assert not (tmp_path / "fetched").exists()


def test_depositing_the_same_package_again_changes_nothing(package: Path, root: Path) -> None:
    first = deposit(package, f"ocfl:{root}")
    before = stamps(root)
    second = deposit(package, f"ocfl:{root}")
    assert not second.new
    assert second.receipt == first.receipt
    assert stamps(root) == before


def test_a_changed_package_becomes_the_next_version(
    letter: Path, package: Path, root: Path, tmp_path: Path
) -> None:
    first = deposit(package, f"ocfl:{root}")
    changed = rebuild(letter, tmp_path / "out", "Another title")
    second = deposit(changed, f"ocfl:{root}")
    assert (first.receipt.version, second.receipt.version) == ("v1", "v2")
    assert valid(root)
    assert len(list(second.path.parent.glob("*.json"))) == 2
    back = fetch(second.path, tmp_path / "back")
    assert differing(back, changed) == ()
    old = fetch(first.path, tmp_path / "old")
    assert differing(old, changed) != ()
    third = rebuild(letter, tmp_path / "out", "Letter, CC CPSU to CC SED, 18 July 1960")
    assert differing(third, old) == ()


def test_a_package_is_fetched_back_byte_for_byte(package: Path, root: Path, tmp_path: Path) -> None:
    done = deposit(package, f"ocfl:{root}", receipts=tmp_path / "slips")
    [(path, _)] = receipts_of(package, tmp_path / "slips")
    assert path == done.path
    assert path.relative_to(tmp_path / "slips").parts[1:-1] == (f"{ID}.receipts",)
    assert not receipts_of(package.with_name("another"), tmp_path / "slips")
    assert differing(fetch(done.path, tmp_path / "back"), package) == ()
    with pytest.raises(StorageError, match="already exists"):
        fetch(done.path, tmp_path / "back")


def test_an_invalid_package_is_never_sent(package: Path, root: Path) -> None:
    (package / "data/parts/letter-1960-07-18.txt").write_bytes(b"something else")
    with pytest.raises(InvalidError) as refusal:
        deposit(package, f"ocfl:{root}")
    assert not refusal.value.report.ok
    assert not root.exists()


def test_a_damaged_repository_gives_nothing_back(package: Path, root: Path, tmp_path: Path) -> None:
    done = deposit(package, f"ocfl:{root}")
    (damaged,) = root.rglob("content/data/parts/letter-1960-07-18.txt")
    damaged.write_bytes(damaged.read_bytes().replace(b"1500", b"1600"))
    with pytest.raises(DepositError):
        fetch(done.path, tmp_path / "back")
    assert not list((tmp_path / "back").iterdir())
    with pytest.raises(DepositError):
        deposit(package, f"ocfl:{root}")


def test_a_missing_root_is_reported(package: Path, root: Path, tmp_path: Path) -> None:
    done = deposit(package, f"ocfl:{root}")
    shutil.rmtree(root)
    with pytest.raises(DepositError, match="no OCFL root"):
        fetch(done.path, tmp_path / "back")


def test_a_folder_with_other_files_is_refused_as_a_root(package: Path, root: Path) -> None:
    root.mkdir()
    (root / "holiday.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(RefusedError) as refusal:
        deposit(package, f"ocfl:{root}")
    assert [finding.code for finding in refusal.value.report] == ["deposit-target-not-ready"]
    assert [p.name for p in root.iterdir()] == ["holiday.jpg"]


def test_a_disk_that_fills_leaves_a_valid_root(package: Path, root: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from archive_pkg import deposit, StorageError;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "try: deposit(Path(sys.argv[1]), sys.argv[2])\n"
        "except StorageError as error: print(error)"
    )
    done = subprocess.run(
        # -B: half a compiled module would stay.
        [sys.executable, "-B", "-c", code, str(package), f"ocfl:{root}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "larger than allowed" in done.stdout
    assert valid(root)
    assert not [path for path in root.iterdir() if path.is_dir() and path.name != "extensions"]
    assert deposit(package, f"ocfl:{root}").new


@pytest.mark.parametrize("address", ["ocfl:", "nowhere:x", "archive", ""])
def test_an_address_that_names_no_repository_is_refused(package: Path, address: str) -> None:
    with pytest.raises(UsageError):
        deposit(package, address)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"target": 1}'])
def test_a_file_that_is_not_a_receipt_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(text)
    with pytest.raises(InvalidError, match="not a receipt"):
        fetch(path, tmp_path / "back")


def test_a_receipt_with_a_forged_fingerprint_is_detected(
    package: Path, root: Path, tmp_path: Path
) -> None:
    done = deposit(package, f"ocfl:{root}")
    reported = json.loads(done.path.read_text())
    reported["fingerprint"] = "0" * 64
    done.path.write_text(json.dumps(reported))
    with pytest.raises(DepositError, match="returned a different package"):
        fetch(done.path, tmp_path / "back")


def test_an_existing_empty_folder_becomes_a_root(package: Path, root: Path) -> None:
    root.mkdir()  # like a mount point, which cannot be replaced by a rename
    inode = root.stat().st_ino
    (root / "extensions").mkdir()  # leftovers of a run that was killed while it made the root
    (root / ".ocfl_layout.json.archive-pkg-0123abcd").write_text("")
    assert deposit(package, f"ocfl:{root}").new
    assert root.stat().st_ino == inode
    assert valid(root)
    older = root.with_name("older")
    older.mkdir()
    (older / "0=ocfl_1.0").write_text("ocfl_1.0\n")
    with pytest.raises(RefusedError):
        deposit(package, f"ocfl:{older}")


@pytest.mark.slow
def test_a_root_stays_valid_if_a_deposit_is_killed_at_any_of_20_changes(
    package: Path, root: Path
) -> None:
    script = Path(__file__).with_name("kills.py")
    command: list[str | Path] = [sys.executable, script, "20", f"ocfl:{root}", root, package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr


def test_progress_is_reported_in_bytes(package: Path, root: Path) -> None:
    reported: list[int] = []
    deposit(package, f"ocfl:{root}", tick=reported.append)
    sizes = [path.stat().st_size for path in package.rglob("*") if path.is_file()]
    assert 0 < sum(reported) <= sum(sizes)


def test_eight_packages_are_deposited_at_the_same_time(
    letter: Path, tmp_path: Path, root: Path
) -> None:
    packages = []
    for number in range(8):
        record = letter / "record.yaml"
        text = record.read_text()
        record.write_text(text.replace(f"id: {ID}", f"id: letter-{number}", 1))
        packages.append(build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path)
        record.write_text(text)
    done = [each for _, each in deposit_many(packages, f"ocfl:{root}", jobs=8)]
    assert [each.new for each in done if isinstance(each, Deposited)] == [True] * 8
    assert valid(root)
    assert [path.name for path in (root / "extensions").iterdir()] == [
        "0003-hash-and-id-n-tuple-storage-layout"
    ]


def test_a_root_that_another_run_creates_at_the_same_time_is_accepted(
    package: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root.mkdir()
    ours = OcflRoot(f"ocfl:{root}")

    def other_run_deposits(folder: Path) -> str:
        version = version_of(folder)
        monkeypatch.undo()
        deposit(package, f"ocfl:{root}")
        return version

    monkeypatch.setattr(
        "archive_pkg.deposits.repositories.ocfl.storage_root.version_of", other_run_deposits
    )
    ours._refuse_unfit(pack(package))
    assert valid(root)


@pytest.mark.descriptors
@pytest.mark.parametrize("own_mount", [False, True])
def test_a_version_is_staged_next_to_the_root_or_in_it_if_renaming_is_impossible(
    letter: Path, package: Path, root: Path, monkeypatch: pytest.MonkeyPatch, own_mount: bool
) -> None:
    deposit(package, f"ocfl:{root}")
    if own_mount:
        bound = ["mount", "--bind", str(root), str(root)]
        if os.geteuid() or subprocess.run(bound, check=False, capture_output=True).returncode:
            pytest.skip("nothing can be mounted here")
    built: list[Path] = []

    def look(folder: Path, **how: Any) -> None:
        validate(folder, **how)
        built.append(folder)
        folders = [path for path in root.rglob("*") if path.is_dir()]
        assert own_mount or all(list(path.iterdir()) for path in folders)
        assert own_mount or not list(root.glob("extensions/archive-pkg-*"))

    monkeypatch.setattr("archive_pkg.deposits.repositories.ocfl.versions.validate", look)
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter", "title: The Letter", 1))
    changed = build_package(letter, package.parent, on=date(2026, 11, 24), replace=True).path
    try:
        assert deposit(changed, f"ocfl:{root}").receipt.version == "v2"
        assert built[-1].is_relative_to(root) is own_mount
    finally:
        if own_mount:
            subprocess.run(["umount", root], check=True)
    assert valid(root)
    assert not list(root.parent.glob(".*"))
    assert not list(root.glob(".*"))
