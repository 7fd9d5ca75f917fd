"""Test that this version builds the committed package of the first letter byte for byte."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import bagit
import pytest

from archive_pkg.packages import build_package, open_package, verify
from archive_pkg.packages.building import differing

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "packages" / "1960-07-18-cpsu-to-sed"


def test_a_new_build_of_the_first_letter_gives_the_same_bytes(letter: Path, tmp_path: Path) -> None:
    on = date.fromisoformat(open_package(GOLDEN).packaged_on)
    built = build_package(letter, tmp_path, on=on).path
    assert differing(built, GOLDEN) == (), "make golden rebuilds it and shows what changed"


def test_archive_pkg_bagit_python_and_sha512sum_accept_the_package() -> None:
    assert verify(GOLDEN, second_opinion=True).ok
    bagit.Bag(str(GOLDEN)).validate()
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        subprocess.run(["sha512sum", "--strict", "--quiet", "-c", manifest], cwd=GOLDEN, check=True)


def test_the_first_package_contains_the_letter_as_received() -> None:
    assert (GOLDEN / "data/parts/letter-1960-07-18.txt").read_bytes() == (
        ROOT / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"
    ).read_bytes()


@pytest.mark.parametrize("word", ["TODO", "tmp", "unknown person"])
def test_the_record_contains_no_placeholders(word: str) -> None:
    assert word not in (GOLDEN / "data/record.json").read_text(encoding="utf-8")
