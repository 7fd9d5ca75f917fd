"""A received package is hostile: its contents and the files next to it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive_pkg.packages import verify
from program import Run

if TYPE_CHECKING:
    from security.conftest import Machine

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages" / "1960-07-18-cpsu-to-sed"
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
SECONDS = 120


@pytest.fixture(autouse=True)
def _no_hanging() -> Iterator[None]:
    """End a test that hangs."""

    def give_up(number: int, frame: object) -> None:
        pytest.fail(f"it hangs for {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listener(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's name has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


INPUTS = [
    "verify {}",
    "verify PACKAGE --allowed-signers {}",
    "verify PACKAGE --revoked {}",
    "verify PACKAGE --timestamp-ca {}",
    "bag verify {}",
    "bag verify PACKAGE --profile {}",
    "bag create FOLDER OUT --tag-file notes.txt={}",
    "bag unpack {} OUT",
    "check {}",
    "check TABLE --map {}",
    "tables import TABLE --map {} --out OUT",
    "tables import {} --out OUT",
    "draft {}",
    "draft TEXT --vocabulary {} --out OUT",
    "import {} --out OUT",
    "build {} --out OUT",
    "why-not PACKAGE --target {}",
    "show {}",
    "page {} -o OUT",
    "export {} --to datacite",
    "export PACKAGE --to premis --ledger {}",
    "sign {} --key KEY",
    "sign PACKAGE --key {}",
    "deposit {} --to ocfl:OUT",
    "fetch {} --out OUT",
    "characterize {}",
    "audit run FOLDER --ledger {}",
    "audit report FOLDER --ledger {}",
    "audit report FOLDER --allowed-signers {}",
]


@pytest.mark.parametrize("line", INPUTS)
def test_an_input_that_is_not_a_file_is_refused(run: Run, tmp_path: Path, line: str) -> None:
    odd = tmp_path / "odd"
    (pipe, endless, listener)[INPUTS.index(line) % 3](odd)
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "TABLE").write_text("id,title\na,b\n")
    (tmp_path / "TABLE").rename(tmp_path / "TABLE.csv")
    (tmp_path / "TEXT.txt").write_text("Dear friend")
    places = {
        "PACKAGE": PACKAGE,
        "TABLE": tmp_path / "TABLE.csv",
        "TEXT": tmp_path / "TEXT.txt",
        **{name: tmp_path / name for name in ("FOLDER", "OUT", "KEY")},
        "ocfl:OUT": f"ocfl:{tmp_path / 'OUT'}",
    }
    done = run(*(places.get(word, word.format(odd)) for word in line.split()))
    assert done.returncode in (2, 3, 5), done
    assert "odd" in done.stdout + done.stderr
    assert not (tmp_path / "OUT").exists() or not any((tmp_path / "OUT").iterdir())


PLACES = [
    "bagit.txt",
    "bag-info.txt",
    "tagmanifest-sha512.txt",
    "tagmanifest-evil.txt",
    "data/record.json",
    "data/datapackage.json",
    "data/parts/letter-1960-07-18.txt",
    "signatures/tagmanifest-sha512.txt.sig",
]


def test_pipes_and_endless_files_in_a_package_do_not_make_commands_wait(
    run: Run, tmp_path: Path
) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(PACKAGE, collection / "good")
    for number, name in enumerate(PLACES):
        place = collection / f"bad-{number}" / name
        shutil.copytree(PACKAGE, collection / f"bad-{number}")
        place.unlink(missing_ok=True)
        place.parent.mkdir(exist_ok=True)
        (pipe, endless)[number % 2](place)
    commands = {
        ("verify", collection): (3,),
        ("audit", "run", collection): (3, 5),
        ("stats", collection, "--refresh"): (0, 3, 5),
        ("duplicates", collection): (0, 3, 5),
        ("page", collection / "bad-3", "-o", tmp_path / "page.html"): (0, 3, 5),
        ("site", collection, "-o", tmp_path / "site"): (0, 3, 5),
        ("deposit", collection, "--to", f"file:{tmp_path / 'drop'}"): (3, 5),
        ("export", collection, "--to", "datacite", "--each", tmp_path / "each"): (0, 3, 5),
    }
    for words, status in commands.items():
        done = run(*words)
        assert done.returncode in status, (words, done)
        assert "a bug" not in done.stdout + done.stderr, (words, done)
    assert (tmp_path / "drop" / PACKAGE.name / "bagit.txt").exists()
    assert (tmp_path / "site" / "index.html").exists()


def test_an_unreadable_package_is_named_by_its_path(run: Run, tmp_path: Path) -> None:
    package = tmp_path / "collection" / "bad"
    package.mkdir(parents=True)
    (package / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (package / "tagmanifest-sha512.txt").symlink_to("/dev/zero")
    for words in (("site", tmp_path / "collection", "-o", tmp_path / "site"),
                  ("stats", tmp_path / "collection", "--refresh")):  # fmt: skip
        done = run(*words)
        assert "collection/bad" in done.stdout + done.stderr
        assert "Path(" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["letter-1960-07-18.txt", "record.yaml"])
def test_a_pipe_in_the_folder_of_a_record_does_not_make_commands_wait(
    run: Run, letter: Path, tmp_path: Path, name: str
) -> None:
    (letter / name).unlink()
    pipe(letter / name)
    for words in (
        ("check", letter.parent),
        ("build", letter, "--out", tmp_path / "out"),
        ("export", letter, "--to", "tei", "-o", tmp_path / "tei.xml"),
    ):
        done = run(*words)
        assert done.returncode in (0, 3, 5), (words, done)


def test_a_file_that_the_shell_pipes_in_is_read(run: Run, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"nobody ssh-ed25519 AAAA\n")
    os.close(writing)
    done = run("verify", PACKAGE, "--allowed-signers", f"/dev/fd/{reading}")
    os.close(reading)
    assert "a pipe, not a file" not in done.stderr
    assert done.returncode in (0, 3)


def test_a_pipe_that_stays_silent_is_given_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive_pkg.storage.reading._PIPE_TIMEOUT", 0.2)
    reading, writing = os.pipe()
    done = run("verify", PACKAGE, "--allowed-signers", f"/dev/fd/{reading}")
    os.close(reading)
    os.close(writing)
    assert done.returncode == 5
    assert "the pipe did not end" in done.stderr


def test_the_number_and_size_of_signature_files_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, package)
    signatures = package / "signatures"
    shutil.rmtree(signatures, ignore_errors=True)
    signatures.mkdir()

    def plant(name: str, size: int) -> None:
        (signatures / name).touch()
        os.truncate(signatures / name, size)

    def wrong() -> dict[str, str]:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = verify(package, jobs=1).report
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
        return {one.location.path: one.message for one in report.errors}

    plant("tagmanifest-sha512.txt.sig", 200 << 20)
    plant("stray", 200 << 20)
    assert (
        "larger than the limit of 1048576 bytes" in wrong()["signatures/tagmanifest-sha512.txt.sig"]
    )
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "signature-files=3")
    for number in range(2, 5):
        plant(f"tagmanifest-sha512.txt.{number}.sig", 0)
    assert "has 4 signatures, more than the limit of 3" in wrong()["signatures"]


@pytest.mark.slow
def test_files_that_the_user_may_not_read_do_not_stop_work_on_the_others(machine: Machine) -> None:
    collection, out = machine.user.home / "collection", machine.user.home / "out"
    for name in ("good", "closed", "half"):
        shutil.copytree(PACKAGE, collection / name)
    shutil.copytree(LETTER, machine.user.home / "records" / "letter")
    for folder in (collection, machine.user.home / "records"):
        (folder / "lost+found").mkdir()
    machine.user.owns(machine.user.home)
    for path in (
        collection / "lost+found",
        machine.user.home / "records" / "lost+found",
        collection / "closed",
        collection / "half" / "data" / "parts",
        collection / "half" / "metadata" / "premis.xml",
    ):
        path.chmod(0)
        os.chown(path, 0, 0)
    commands = [
        ("verify", collection),
        ("audit", "run", collection),
        ("site", collection, "-o", out / "site"),
        ("deposit", collection, "--to", f"file:{out / 'drop'}"),
        ("draft", machine.user.home / "records", "--out", out / "drafts"),
        ("build", machine.user.home / "records", "--out", out / "packages"),
    ]
    for words in commands:
        done = machine.user.run(*words)
        said = done.stdout + done.stderr
        assert done.returncode == 5, said
        assert "lost+found" in said, words
        assert "a bug" not in said, words
        assert "Traceback" not in said, words
    assert (out / "drop" / PACKAGE.name / "bagit.txt").exists()
    assert list((out / "drafts").glob("*/record.yaml"))
    assert (out / "packages" / PACKAGE.name / "bagit.txt").exists()
    entries = (collection / ".archive-pkg" / "ledger.jsonl").read_text()
    assert '"good"' in entries
    assert "lost+found" not in entries  # it is not a package
