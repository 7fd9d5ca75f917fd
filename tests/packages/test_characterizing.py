"""Test that formats and virus checks are recorded as events."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from archive_pkg.errors import InvalidError
from archive_pkg.packages import build_package, check, open_package
from archive_pkg.packages.characterizing import characterize
from archive_pkg.records import load_record
from program import Run, started, wait_until

pytest.importorskip("pygfried")
ON = date(2026, 11, 24)
DAEMON = ("clamd", "clamdscan")


@pytest.fixture
def no_scanner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def with_scanner(monkeypatch: pytest.MonkeyPatch, folder: Path, status: int, said: str) -> None:
    """Install a program that answers like clamscan, for answers that ClamAV rarely gives."""
    folder.mkdir(exist_ok=True)
    program = folder / "clamscan"
    version = 'if [ "$1" = --version ]; then echo "ClamAV 1.4.6/27450/Mon"; exit 0; fi'
    program.write_text(
        f'#!/bin/sh\n{version}\nfor file; do :; done\necho "$file: {said}"\nexit {status}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("no_scanner")
def test_formats_are_recorded_as_an_event_and_as_identifiers_of_parts(letter: Path) -> None:
    before = (letter / "record.yaml").read_text(encoding="utf-8")
    done = characterize(letter, on=ON)
    record = load_record(letter)
    assert [part.pronom for part in record.parts] == [None, "x-fmt/111", "x-fmt/111", None]
    (event,) = done.events
    assert event.type == "format identification"
    assert event.objects == ("letter", "summary")
    text = (letter / "letter-1960-07-18.txt").read_bytes()
    assert event.inputs == (f"sha256:{hashlib.sha256(text).hexdigest()}",)
    assert "x-fmt/111 Plain Text File" in str(event.detail)
    assert "DROID_SignatureFile" in str(event.detail)
    assert record.agent("siegfried").version
    assert {finding.code for finding in done.report} == {"virus-check-not-done"}
    after = (letter / "record.yaml").read_text(encoding="utf-8")
    remarks = [line for line in before.splitlines() if line.lstrip().startswith("#")]
    assert all(line in after for line in remarks)
    assert not check(letter).errors


@pytest.mark.usefixtures("no_scanner")
def test_a_second_run_writes_nothing_and_a_build_copies_the_events(
    letter: Path, tmp_path: Path
) -> None:
    characterize(letter, on=ON)
    before = (letter / "record.yaml").read_bytes()
    assert characterize(letter, on=date(2026, 12, 1)).events == ()
    assert (letter / "record.yaml").read_bytes() == before
    built = build_package(letter, tmp_path / "out", on=ON)
    record = open_package(built.path).record
    assert "format identification" in {event.type for event in record.events}
    premis = (built.path / "metadata/premis.xml").read_text(encoding="utf-8")
    assert "<formatRegistryKey>x-fmt/111</formatRegistryKey>" in premis


@pytest.mark.usefixtures("no_scanner")
def test_unknown_formats_and_wrong_media_types_are_reported(letter: Path) -> None:
    (letter / "scan").write_bytes(b"\x00\x01\x02\x03")
    (letter / "page.png").write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    yaml = (letter / "record.yaml").read_text(encoding="utf-8")
    parts = (
        "parts:\n  - {id: scan, kind: scan, file: scan, media_type: image/tiff}\n"
        "  - {id: page, kind: scan, file: page.png, media_type: image/png}\n"
    )
    (letter / "record.yaml").write_text(yaml.replace("parts:\n", parts, 1), encoding="utf-8")
    done = characterize(letter, on=ON)
    codes = {finding.code for finding in done.report}
    assert {"format-unknown", "media-type-differs"} <= codes
    outcomes = {event.objects[0]: event.outcome for event in done.events}
    assert outcomes["scan"] == "warning"


def test_viruses_are_reported_and_the_file_is_unchanged(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (letter / "letter-1960-07-18.txt").read_bytes()
    with_scanner(monkeypatch, tmp_path / "bin", 0, "OK")
    done = characterize(letter, on=ON)
    assert [event.outcome for event in done.events] == ["success", "success"]
    assert load_record(letter).agent("clamav").version == "1.4.6/27450/Mon"
    with_scanner(monkeypatch, tmp_path / "bin", 1, "Eicar-Test-Signature FOUND")
    done = characterize(letter, on=ON)
    (event,) = done.events
    assert (event.type, event.outcome) == ("virus check", "fail")
    assert event.detail == "Found Eicar-Test-Signature."
    assert {finding.code for finding in done.report} == {"virus-found"}
    assert (letter / "letter-1960-07-18.txt").read_bytes() == before
    with_scanner(monkeypatch, tmp_path / "bin", 2, "not readable ERROR")
    assert {f.code for f in characterize(letter, on=ON).report} == {"virus-check-not-done"}


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every virus scanner reports (eicar.org)."""


@pytest.fixture
def clamav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a clamscan that runs ClamAV with a database of one signature."""
    program = shutil.which("clamscan")
    if program is None:
        pytest.skip("ClamAV is not installed")
    database = tmp_path / "own.ndb"
    database.write_text(f"Eicar-Test-Text:0:*:{EICAR.hex()}\n")
    return wrapped(monkeypatch, tmp_path / "bin", f"'{program}' -d '{database}'", "clamscan")


def wrapped(monkeypatch: pytest.MonkeyPatch, folder: Path, command: str, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def with_files(letter: Path, **files: int) -> None:
    """Add scans to a letter: so many bytes, followed by the text that every scanner reports."""
    parts = "parts:\n"
    for name, size in files.items():
        with (letter / f"{name} FOUND").open("wb") as file:
            file.truncate(size)
            file.seek(size)
            file.write(EICAR)
        said = f'id: {name}, kind: scan, file: "{name} FOUND", media_type: image/tiff'
        parts += f"  - {{{said}}}\n"
    yaml = (letter / "record.yaml").read_text(encoding="utf-8")
    (letter / "record.yaml").write_text(yaml.replace("parts:\n", parts, 1), encoding="utf-8")


@pytest.mark.usefixtures("clamav")
def test_clamav_finds_viruses_in_large_files(letter: Path) -> None:
    with_files(letter, small=0, large=105 << 20)  # by default, ClamAV scans 100 MB
    done = characterize(letter, on=ON)
    found = {e.objects[0]: e for e in done.events if e.type == "virus check"}
    assert {name: event.outcome for name, event in found.items()} == {
        "small": "fail",
        "large": "fail",
        "letter": "success",
    }
    assert found["large"].detail == "Found Eicar-Test-Text.UNOFFICIAL."
    assert found["letter"].detail == "Nothing was found."
    assert "virus-check-not-done" not in {finding.code for finding in done.report}
    assert load_record(letter).agent("clamav").version


@pytest.mark.usefixtures("clamav")
def test_a_file_that_clamav_checks_only_in_part_is_not_reported_as_clean(letter: Path) -> None:
    with_files(letter, deep=0)
    inner = b"harmless"
    for depth in range(30):
        boxed = io.BytesIO()
        with zipfile.ZipFile(boxed, "w") as box:
            box.writestr(str(depth), inner)
        inner = boxed.getvalue()
    (letter / "deep FOUND").write_bytes(inner)
    done = characterize(letter, on=ON)
    assert not [e for e in done.events if e.type == "virus check" and "deep" in e.objects]
    (reported,) = [finding for finding in done.report if finding.code == "virus-check-not-done"]
    assert "could not check all of deep" in reported.message


def test_the_clamav_daemon_and_the_command_find_the_same_viruses(
    letter: Path, clamav: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, asks = (shutil.which(name, path=os.defpath + ":/usr/sbin") for name in DAEMON)
    if daemon is None or asks is None:
        pytest.skip("ClamAV's daemon is not installed")
    wrapped(monkeypatch, clamav, f"'{asks}' -c '{tmp_path}/clamd.conf'", "clamdscan")
    (tmp_path / "db").mkdir()
    shutil.copy(tmp_path / "own.ndb", tmp_path / "db")
    (tmp_path / "clamd.conf").write_text(
        f"LocalSocket {tmp_path}/socket\nDatabaseDirectory {tmp_path}/db\nForeground yes\n"
    )
    with_files(letter, small=0, large=26 << 20)

    def outcomes() -> dict[str, str | None]:
        shutil.copy(before, letter / "record.yaml")
        events = characterize(letter, on=ON).events
        return {e.objects[0]: e.outcome for e in events if e.type == "virus check"}

    before = shutil.copy(letter / "record.yaml", tmp_path / "before")
    expected = {"small": "fail", "large": "fail", "letter": "success"}
    assert outcomes() == expected  # no daemon runs, so clamscan checks all files
    with started(
        [daemon, "-c", str(tmp_path / "clamd.conf")], stdout=subprocess.DEVNULL
    ) as running:
        wait_until((tmp_path / "socket").exists, running)
        assert outcomes() == expected


@pytest.mark.usefixtures("no_scanner")
def test_characterizing_on_a_day_before_the_events_of_the_record_is_refused(
    letter: Path,
) -> None:
    before = (letter / "record.yaml").read_bytes()
    with pytest.raises(InvalidError, match="is older than"):
        characterize(letter, on=date(1950, 1, 1))
    assert (letter / "record.yaml").read_bytes() == before


def test_the_command_reports_the_events(run: Run, letter: Path) -> None:
    done = run("characterize", letter, "--json")
    assert done.returncode == 0
    (result,) = json.loads(done.stdout)["results"]
    assert result["events"][0]["type"] == "format identification"
