"""The example of docs/how-to/add-a-repository.md: installed, found, and run."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing
from program import Run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-repository.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder in which the page's project is installed, with its entry point."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (declared,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    body = code.partition("class ZipFolder")[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 32
    folder = tmp_path / "site"
    info = folder / "zipfolder-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "zipfolder.py").write_text(code)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zipfolder\nVersion: 1.0\n")
    group = re.search(r'entry-points\."(.*?)"', declared)
    point = re.search(r'^(\w+) = "(.*)"$', declared, re.MULTILINE)
    assert group
    assert point
    (info / "entry_points.txt").write_text(f"[{group[1]}]\n{point[1]} = {point[2]}\n")
    return folder


def test_the_example_repository_in_the_documentation_works(
    site: Path, letter: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    zips = tmp_path / "zips"
    zips.mkdir()

    def reported(*words: object) -> dict[str, object]:
        done = run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        result: dict[str, object]
        (result,) = json.loads(done.stdout)["results"]
        return result

    first = reported("deposit", package, "--to", f"zipfolder:{zips}")
    assert first["outcome"] == "deposited"
    assert first["verified"] == "read-back"
    assert reported("deposit", package, "--to", f"zipfolder:{zips}")["outcome"] == "unchanged"
    assert len(list(zips.iterdir())) == 1
    named = ["--repository", f"zipfolder:{zips}"]
    assert reported("receipts", package, "--check", *named)["checked"]
    reported("fetch", first["receipt"], "--out", tmp_path / "back", *named)
    assert differing(tmp_path / "back" / package.name, package) == ()
