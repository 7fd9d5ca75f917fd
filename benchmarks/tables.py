"""Compare checking tables, with all checks of this program, with Frictionless alone.

    python benchmarks/tables.py            10,000 and 100,000 rows
    python benchmarks/tables.py --full     1,000,000 rows as well

The table of translation notes has fifteen columns and two foreign keys, to the tables of letters
and parts. All tables are valid. Frictionless alone validates the same data package with the same
schemas and foreign keys, but without our checks of letters. Each run is a separate process, so
imports and memory count. The two take turns, and the best run of each counts.

The target is at most 1.3 times the time of Frictionless alone.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

WORDS = ["government", "of", "that", "country", "has", "asked", "for", "письмо", "вопрос"]
NOTES_PER_LETTER = 20

OURS = """
import sys
from archive_pkg.tables import check
report = check(sys.argv[1])
assert report.ok, list(report)[:3]
"""
FRICTIONLESS = """
import sys, warnings
warnings.simplefilter("ignore")
from frictionless import Package
report = Package(sys.argv[1]).validate()
assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:3]
"""
USED = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)
"""


def main() -> None:
    """Print rows, processor seconds, the ratio and the memory of both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="also a million rows")
    parser.add_argument("--runs", type=int, default=3, help="the number of runs of each")
    options = parser.parse_args()
    sizes = [10_000, 100_000, *([1_000_000] if options.full else [])]
    print("     rows      ours  frictionless  ratio      memory in MB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            descriptor = make_catalogue(Path(folder), size)
            runs = 1 if size > 100_000 else options.runs
            pairs = [(used(OURS, descriptor), used(FRICTIONLESS, descriptor)) for _ in range(runs)]
        ours, alone = (min(one) for one in zip(*pairs, strict=True))
        print(
            f"{size:9,} {ours.seconds:8.2f}s {alone.seconds:12.2f}s "
            f"{ours.seconds / alone.seconds:6.2f} {ours.memory:8} and {alone.memory}"
        )


class Run(NamedTuple):
    """The processor time of a process in seconds, and its peak memory in MB."""

    seconds: float
    memory: int


def used(code: str, descriptor: Path) -> Run:
    """Run a check in a separate process, and return what it used."""
    command = [sys.executable, "-c", code + USED, str(descriptor)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = done.stdout.split()
    return Run(float(seconds), int(memory))


def make_catalogue(folder: Path, notes: int) -> Path:
    """Write a valid catalogue with this many translation notes; each run writes the same."""
    from archive_pkg.tables.schema.columns import tables
    from archive_pkg.tables.writing.data_package import resource_of

    chance = random.Random(1960)
    letters = max(notes // NOTES_PER_LETTER, 1)
    files = {
        "letters": (
            {
                "id": f"1960-{n:06}",
                "version": "1",
                "type": "letter",
                "title": f"Letter {n} {words(chance, 6)}",
                "date.edtf": f"196{n % 10}-07-{n % 28 + 1:02}",
                "date.as_written": f"{n % 28 + 1} July 196{n % 10}",
                "place.name": "Moscow",
            }
            for n in range(letters)
        ),
        "parts": (
            {
                "letter": f"1960-{n:06}",
                "id": name,
                "kind": kind,
                "held": "false",
                "made_from": source,
            }
            for n in range(letters)
            for name, kind, source in (
                ("original", "original", ""),
                ("english", "translation", "original"),
            )
        ),
        "translation_notes": (note(chance, n) for n in range(notes)),
    }
    (folder / "tables").mkdir()
    for name, rows in files.items():
        columns = [column.name for column in tables()[name].columns]
        with (folder / "tables" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(columns) + "\n")
            for row in rows:
                file.write(",".join(row.get(column, "") for column in columns) + "\n")
    resources = [resource_of(tables()[name]) for name in files]
    descriptor = folder / "datapackage.json"
    descriptor.write_text(json.dumps({"name": "bench", "resources": resources}))
    return descriptor


def note(chance: random.Random, number: int) -> dict[str, str]:
    """Return a random translation note."""
    exact = f"[{words(chance, 3)}]"
    start = chance.randrange(10_000)
    return {
        "letter": f"1960-{number // NOTES_PER_LETTER:06}",
        "id": f"note-{number % NOTES_PER_LETTER}",
        "kind": chance.choice(["source-term", "insertion", "sic"]),
        "at.start": str(start),
        "at.end": str(start + len(exact)),
        "at.part": "english",
        "at.exact": exact,
        "at.prefix": words(chance, 4),
        "at.suffix": words(chance, 4),
        "text": words(chance, 5),
        "rendering": words(chance, 2),
        "original": "ложном положении",
        "language": chance.choice(["ru", "ru", "de", "zh-Hant"]),
        "romanized": "lozhnom polozhenii",
        "romanization": "BGN/PCGN",
    }


def words(chance: random.Random, count: int) -> str:
    """Return some random words."""
    return " ".join(chance.choices(WORDS, k=count))


if __name__ == "__main__":
    main()
