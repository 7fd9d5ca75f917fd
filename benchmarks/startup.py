"""Measure how fast the command line starts, and how fast it checks, builds and verifies a letter.

Each command runs in a separate process, and all take turns. The figures are medians over the
rounds. Run it as `python benchmarks/startup.py [--rounds N]`.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LETTER = Path(__file__).parents[1] / "records" / "1960-07-18-cpsu-to-sed"
PYTHON = [sys.executable]
PROGRAM = [*PYTHON, "-m", "archive_pkg"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        package = work / "kept" / LETTER.name
        subprocess.run(
            [*PROGRAM, "build", str(LETTER), "--out", str(work / "kept"), "-q"], check=True
        )
        commands = {
            "import typer": [*PYTHON, "-c", "import typer"],
            "import pydantic": [*PYTHON, "-c", "import pydantic"],
            "bagit-python validates it": [
                *PYTHON,
                "-m",
                "bagit",
                "--quiet",
                "--validate",
                str(package),
            ],
            "--version": [*PROGRAM, "--version"],
            "--help": [*PROGRAM, "--help"],
            "import archive_pkg": [*PYTHON, "-c", "import archive_pkg"],
            "check": [*PROGRAM, "check", str(LETTER), "-q"],
            "build": [*PROGRAM, "build", str(LETTER), "--out", str(work / "new"), "-q"],
            "verify": [*PROGRAM, "verify", str(package), "-q"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(_seconds(command))
                shutil.rmtree(work / "new", ignore_errors=True)
    medians = {name: statistics.median(each) for name, each in times.items()}
    _print(medians)


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def _print(medians: dict[str, float]) -> None:
    typer = medians["import typer"]
    bagit = medians["bagit-python validates it"]
    print(f"{'command':28}{'seconds':>9}{'× import typer':>16}{'× bagit-python':>16}")
    for name, median in medians.items():
        print(f"{name:28}{median:9.3f}{median / typer:16.2f}{median / bagit:16.2f}")
    print("targets: --help and --version at most 3 × import typer; build and verify under 1 s")


if __name__ == "__main__":
    main()
