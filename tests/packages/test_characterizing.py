"""characterize: formats by PRONOM and virus checks, as events in the record before building."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from archive_pkg.errors import InvalidError
from archive_pkg.packages import build_package, check, open_package
from archive_pkg.packages.characterizing import characterize
from archive_pkg.records import load_record

pytest.importorskip("pygfried")
ON = date(2026, 11, 24)


@pytest.fixture
def no_scanner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def with_scanner(monkeypatch: pytest.MonkeyPatch, folder: Path, status: int, said: str) -> None:
    """A program that answers as clamscan does, where ClamAV itself is not there."""
    folder.mkdir(exist_ok=True)
    program = folder / "clamscan"
    version = 'if [ "$1" = --version ]; then echo "ClamAV 1.4.6/27450/Mon"; exit 0; fi'
    program.write_text(f"#!/bin/sh\n{version}\necho '{said}'\nexit {status}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("no_scanner")
def test_the_format_of_each_file_is_an_event_and_an_identifier_of_its_parts(letter: Path) -> None:
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
def test_saying_it_again_writes_nothing_and_building_copies_it(
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
    assert "<premis:formatRegistryKey>x-fmt/111</premis:formatRegistryKey>" in premis


@pytest.mark.usefixtures("no_scanner")
def test_a_file_of_no_known_format_and_one_that_is_not_what_the_record_says(letter: Path) -> None:
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


def test_viruses_are_told_and_the_file_is_left_as_it_is(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (letter / "letter-1960-07-18.txt").read_bytes()
    with_scanner(monkeypatch, tmp_path / "bin", 0, "letter: OK")
    done = characterize(letter, on=ON)
    assert [event.outcome for event in done.events] == ["success", "success"]
    assert load_record(letter).agent("clamav").version == "1.4.6/27450/Mon"
    with_scanner(monkeypatch, tmp_path / "bin", 1, "letter: Eicar-Test-Signature FOUND")
    done = characterize(letter, on=ON)
    (event,) = done.events
    assert (event.type, event.outcome) == ("virus check", "fail")
    assert event.detail == "Found Eicar-Test-Signature."
    assert {finding.code for finding in done.report} == {"virus-found"}
    assert (letter / "letter-1960-07-18.txt").read_bytes() == before
    with_scanner(monkeypatch, tmp_path / "bin", 2, "no database")
    assert {f.code for f in characterize(letter, on=ON).report} == {"virus-check-not-done"}


@pytest.mark.skipif(not shutil.which("clamscan"), reason="ClamAV is not installed")
def test_clamav_itself(letter: Path) -> None:
    codes = {finding.code for finding in characterize(letter, on=ON).report}
    assert codes <= {"virus-check-not-done"}


@pytest.mark.usefixtures("no_scanner")
def test_a_clock_behind_the_records_own_events_is_refused_and_nothing_is_lost(
    letter: Path,
) -> None:
    before = (letter / "record.yaml").read_bytes()
    with pytest.raises(InvalidError, match="oldest first"):
        characterize(letter, on=date(1950, 1, 1))
    assert (letter / "record.yaml").read_bytes() == before


def test_the_command(letter: Path) -> None:
    command = [sys.executable, "-m", "archive_pkg", "characterize", str(letter), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (result,) = json.loads(done.stdout)["results"]
    assert result["events"][0]["type"] == "format identification"
