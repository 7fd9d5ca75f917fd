"""The wheel is installed in an empty environment, as users install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from archive_pkg.version import SOFTWARE

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def interpreter(minor: int) -> str | None:
    """Return a Python 3.MINOR of this machine that starts, also one that pyenv has installed."""
    installed = Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")
    for found in (sys.executable, shutil.which(f"python3.{minor}"), *map(str, installed)):
        code = f"import sys; sys.exit(sys.version_info[:2] != (3, {minor}))"
        if found and not subprocess.run([found, "-c", code], capture_output=True).returncode:
            return found
    return None


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_the_wheel_runs_the_demo_in_an_empty_environment(
    minor: int, dist: Path, tmp_path: Path
) -> None:
    base = interpreter(minor)
    if base is None:
        pytest.skip(f"this machine has no Python 3.{minor}")
    python = str(tmp_path / "venv/bin/python")
    constraints = str(ROOT / "constraints.txt")
    subprocess.run([base, "-m", "venv", tmp_path / "venv"], check=True)
    [wheel] = map(str, dist.glob("*.whl"))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--constraint", constraints, wheel], check=True)
    listed = [python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    done = subprocess.run(listed, check=True, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) <= 50, done.stdout
    away = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = str(tmp_path / "venv/bin/archive-pkg")
    for words in ([program], [python, "-m", "archive_pkg"]):
        shown = subprocess.check_output([*words, "--version"], text=True, env=away, cwd=tmp_path)
        assert shown == f"{SOFTWARE}\n"
    assert (tmp_path / "venv/share/man/man1/archive-pkg-build.1").is_file()
    demo = [program, "demo", "--out", str(tmp_path / "demo")]
    done = subprocess.run(demo, check=False, capture_output=True, text=True, env=away, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    verify = [program, "verify", *map(str, (tmp_path / "demo").glob("packages/*"))]
    done = subprocess.run(verify, check=False, capture_output=True, text=True, env=away)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_source_distribution_has_the_documents_and_no_tests(dist: Path) -> None:
    [file] = dist.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"} <= names
    assert not {name.partition("/")[0] for name in names} & {"tests", ".test-data", "demo"}
