"""Checking tables: this program, with all its checks, against frictionless alone, in one run.

    python benchmarks/tables.py            10,000 and 50,000 rows
    python benchmarks/tables.py --full     and a million

The table is that of translation notes, fifteen columns with two foreign keys, with the tables of
the letters and parts that it refers to; all clean. Each check runs in a process of its own, so that
imports and memory count. What is asked: at most the time of frictionless at 10,000 rows, at most a
fifth of it at a million.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
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
PEER = """
import sys, warnings
warnings.simplefilter("ignore")
from frictionless import Package
report = Package(sys.argv[1]).validate()
assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:3]
"""


def main() -> None:
    """Print rows, seconds, ratios and the memory of both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="a million rows, too")
    options = parser.parse_args()
    sizes = [10_000, 50_000, *([1_000_000] if options.full else [])]
    print("     rows     ours     peer  ratio  in processor time    memory MB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            descriptor = make_catalogue(Path(folder), size)
            ours, peer = timed(OURS, descriptor), timed(PEER, descriptor)
        ratio, processor = ours.seconds / peer.seconds, ours.processor / peer.processor
        print(
            f"{size:9,} {ours.seconds:7.2f}s {peer.seconds:7.2f}s {ratio:6.2f} {processor:18.2f} "
            f"{ours.memory:5} {peer.memory:6}"
        )


class Run(NamedTuple):
    """What a process took: seconds by the clock and of the processor, and peak memory in MB."""

    seconds: float
    processor: float
    memory: int


def timed(code: str, descriptor: Path) -> Run:
    """Run a check in a process of its own."""
    wrapped = f"{code}import resource\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
    wrapped += "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", wrapped, str(descriptor)], check=True, capture_output=True, text=True
    )
    processor, memory = done.stdout.split()
    return Run(time.perf_counter() - started, float(processor), int(memory))


def make_catalogue(folder: Path, notes: int) -> Path:
    """A clean catalogue with so many translation notes; the same at each run."""
    import json

    from archive_pkg.tables.layout import tables
    from archive_pkg.tables.package import resource_of

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
            {"letter": f"1960-{n:06}", "id": name, "kind": kind, "held": "false", "made_from": of}
            for n in range(letters)
            for name, kind, of in (
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
    """One translation note."""
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
        "rendering": words(chance, 2),
        "original": "ложном положении",
        "language": chance.choice(["ru", "ru", "de", "zh-Hant"]),
        "romanized": "lozhnom polozhenii",
        "romanization": "BGN/PCGN",
    }


def words(chance: random.Random, count: int) -> str:
    """Some words."""
    return " ".join(chance.choices(WORDS, k=count))


if __name__ == "__main__":
    main()
