"""The program on systems that lack what Linux has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path, PureWindowsPath

import pytest

from archive_pkg import bags, storage
from archive_pkg.errors import InvalidError
from archive_pkg.paths import is_reserved_on_windows, windows_fault
from archive_pkg.storage import system
from program import command

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/archive_pkg"

_WINDOWS = """
import importlib, pkgutil, sys
import sitecustomize
sitecustomize.hide(sitecustomize.WINDOWS)
import archive_pkg
for module in pkgutil.walk_packages(archive_pkg.__path__, "archive_pkg."):
    if module.name != "archive_pkg.__main__":
        importlib.import_module(module.name)
from archive_pkg.cli import main
sys.argv = ["archive-pkg", *sys.argv[1:]]
main()
"""


def portable(*words: object, as_windows: bool = False) -> subprocess.CompletedProcess[str]:
    """Run Python with less than this system has."""
    path = os.pathsep.join([str(ROOT / "tests/portable"), str(ROOT / "src")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    environment["ARCHIVE_PKG_TESTED_AS"] = "windows" if as_windows else "files"
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_module_loads_and_the_program_works_without_what_windows_lacks(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = ["build", ROOT / "records/1960-07-18-cpsu-to-sed", "--out", out, "--jobs", 1]
    done = portable("-c", _WINDOWS, *words, as_windows=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = portable("-c", _WINDOWS, "verify", out, as_windows=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "complete and valid" in done.stdout


NAMES = ["CON", "nul.txt", "Aux.tar.gz", "com1", "LPT9.x", "com¹", "a.", "b ", "a:b", "c\\d", "e?"]
POSSIBLE = ["console", "nulls.txt", "com10", "a.b", " b", ".c", "é", "auxiliary.txt"]


def test_names_that_windows_cannot_hold_are_recognized() -> None:
    assert all(windows_fault(name) for name in NAMES)
    assert not any(windows_fault(name) for name in POSSIBLE)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        reserved = [name for name in NAMES + POSSIBLE if PureWindowsPath(name).is_reserved()]
    assert [name for name in NAMES + POSSIBLE if is_reserved_on_windows(name)] == reserved


@pytest.mark.parametrize("name", NAMES)
def test_a_system_with_such_limits_neither_opens_nor_unpacks_these_names(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / name).write_bytes(b"1")
    bags.create(tmp_path / "source", tmp_path / "bag")
    bags.pack(tmp_path / "bag", tmp_path / "bag.zip")
    monkeypatch.setattr(system, "LIMITS_NAMES", True)
    with pytest.raises(InvalidError, match="names that Windows cannot hold") as error:
        bags.unpack(tmp_path / "bag.zip", tmp_path / "new")
    assert error.value.report is not None
    assert [str(each.location) for each in error.value.report.errors] == [f"data/{name}"]
    assert bags.verify(tmp_path / "bag.zip").valid
    assert not (tmp_path / "new").exists()
    with pytest.raises(storage.NotRegularError):
        storage.open_beneath(tmp_path / "source", name)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_a_console_of_any_encoding_gets_readable_text(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "Москва").mkdir()
    for words in (["verify", tmp_path / "Москва"], ["check", ROOT / "records"]):
        done = subprocess.run(
            command(*words),
            env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        said = (done.stdout + done.stderr).decode(encoding, "replace")
        assert done.returncode in (0, 3)
        assert said
        assert "Traceback" not in said
        assert "\\u201" not in said  # quotes and dashes have a plain form


def test_only_storage_uses_what_a_system_may_lack() -> None:
    lacking = re.compile(
        r"^\s*(import|from) (fcntl|grp|msvcrt|pwd|resource|termios)\b"
        # Windows separates names with \\, and ends lines with CR LF.
        r"|\bstr\([\w.]*\.relative_to\(|\bwrite_text\((?!.*newline=\"\"|_OPENING)"
        r"|\bdir_fd\b|\bO_NOFOLLOW\b|\bsys\.platform\b|\bos\.name\b",
        re.MULTILINE,
    )
    found = {
        f"{path.relative_to(SOURCE).as_posix()}: {match[0].strip()}"
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "storage"
        for match in lacking.finditer(path.read_text("utf-8"))
    }
    assert found == set()
