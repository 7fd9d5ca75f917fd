"""The program on systems that lack what Linux has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

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


def test_only_storage_uses_what_a_system_may_lack() -> None:
    lacking = re.compile(
        r"^\s*(import|from) (fcntl|grp|msvcrt|pwd|resource|termios)\b"
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
