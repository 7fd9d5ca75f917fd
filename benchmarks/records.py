"""Compare loading and saving records with libraries that only read YAML.

All tasks run in this process and take turns. The figures are medians. Run it as
`python benchmarks/records.py`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from ruamel.yaml import YAML

from archive_pkg import Edtf, load_record, save_record
from archive_pkg.records.saving import updated_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
FILE = Path(__file__).parents[1] / "records" / "1960-07-18-cpsu-to-sed" / "record.yaml"


def main() -> None:
    """Print the table."""
    text = FILE.read_text(encoding="utf-8")
    record = load_record(FILE)
    changed = record.model_copy(update={"title": "Another title"})
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / FILE.name
        copy.write_text(text, encoding="utf-8")
        work: dict[str, Callable[[], Any]] = {
            "ruamel.yaml reads it (pure Python)": lambda: YAML(typ="safe", pure=True).load(text),
            "ruamel.yaml reads and writes it": lambda: _round_trip(text),
            "PyYAML reads it (safe, libyaml)": lambda: yaml.load(text, Loader=yaml.CSafeLoader),
            "load_record reads and validates it": lambda: load_record(FILE),
            "patching one value, in memory": lambda: updated_yaml(changed, text),
            "save_record, nothing changed": lambda: save_record(record, copy),
            "1000 dates": lambda: [Edtf("1960-07-18") for _ in range(1000)],
        }
        times: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(ROUNDS):
            for name, task in work.items():
                start = time.perf_counter()
                task()
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(each) for name, each in times.items()}
    peer = next(iter(medians.values()))
    print(f"{'a record of ' + str(len(text)) + ' characters':38} {'median':>9} {'of ruamel':>10}")
    for name, seconds in medians.items():
        print(f"{name:38} {seconds * 1000:6.1f} ms {seconds / peer:9.2f}×")


def _round_trip(text: str) -> None:
    import io

    reader = YAML()
    reader.dump(reader.load(text), io.StringIO())


if __name__ == "__main__":
    main()
