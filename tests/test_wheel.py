"""The wheel is installed in an empty environment, as users install it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def test_the_wheel_runs_the_demo_in_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    python = str(tmp_path / "venv/bin/python")
    constraints = str(ROOT / "constraints.txt")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    [wheel] = map(str, dist.glob("*.whl"))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--constraint", constraints, wheel], check=True)
    listed = [python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    done = subprocess.run(listed, check=True, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) <= 50, done.stdout
    away = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = str(tmp_path / "venv/bin/archive-pkg")
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
