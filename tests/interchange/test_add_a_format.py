"""The examples of docs/how-to/add-a-format.md: installed, found, and run."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from archive_pkg.records import load_record
from program import Run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-format.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which the page's project is installed, with its entry points."""
    folder = tmp_path / "site"
    info = folder / "lines-1.0.dist-info"
    info.mkdir(parents=True)
    (code,), (target, declared) = blocks("python"), blocks("toml")
    (folder / "lines.py").write_text(code)
    (folder / "shelf").mkdir()
    (folder / "shelf" / "__init__.py").touch()
    (folder / "shelf" / "shelf.toml").write_text(target)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lines\nVersion: 1.0\n")
    groups = tomllib.loads(declared)["project"]["entry-points"]
    (info / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
            for group, points in groups.items()
        )
    )
    monkeypatch.syspath_prepend(folder)
    for module in ("lines", "shelf"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return folder


@pytest.mark.usefixtures("site")
def test_the_commands_of_the_page_use_the_installed_project(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "records").symlink_to(ROOT / "records")
    (commands,) = blocks("sh")
    for command in commands.splitlines():
        done = run(*shlex.split(command)[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    imported = load_record(tmp_path / "imported" / record.id)
    assert (imported.title, imported.date) == (record.title, imported.date)
    (archive,) = (tmp_path / "packages").glob("*.zip")
    names = {Path(name).name for name in zipfile.ZipFile(archive).namelist()}
    assert "manifest-sha256.txt" in names
    assert "manifest-sha512.txt" not in names


def test_a_failing_plugin_is_blamed_by_name(site: Path, letter: Path, run: Run) -> None:
    path = site / "lines.py"
    path.write_text(path.read_text().replace("one.title", "one.no_field"))
    done = run("export", letter, "--to", "lines")
    assert done.returncode == 1
    assert "lines, which lines 1.0 provides, failed: AttributeError" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("site")
def test_a_misspelt_name_suggests_the_format_of_a_plugin(letter: Path, run: Run) -> None:
    done = run("export", letter, "--to", "line")
    assert done.returncode == 2
    assert "Did you mean lines?" in done.stderr
