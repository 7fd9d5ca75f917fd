"""Measure signing, verifying a signature and tracing, compared with stock tools.

Targets: signing a package and verifying its signature add less than 50 ms each; tracing a field in
a record of 10,000 statements takes less than 100 ms after the record is read. Reading that record
from JSON and from YAML is compared with the bare parsers.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from archive_pkg import bags
from archive_pkg.packages.opening import verify
from archive_pkg.packages.signatures.signing import sign, sign_files
from archive_pkg.packages.signatures.verifying import Trust, examine_signatures
from archive_pkg.records import Record, load_record, save_record
from archive_pkg.records.tracing import trace
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parents[1] / "packages" / "1960-07-18-cpsu-to-sed"
TIMES = 9
STATEMENTS = 10_000


def median(action: Callable[[], object]) -> float:
    """Return the median time in milliseconds, without the first run, which loads libraries."""
    action()
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


def say(
    what: str, ours: float, most: float | None, peer: float | None = None, name: str = "ssh-keygen"
) -> None:
    """Print a time, with its limit and its ratio to the time of a peer."""
    limit = f" (limit {most:.0f} ms)" if most else ""
    compared = f", {ours / peer:.2f} × {name} ({peer:.1f} ms)" if peer else ""
    slow = "  TOO SLOW" if most and ours >= most else ""
    print(f"{what:36} {ours:8.2f} ms{limit}{compared}{slow}")


def signing(folder: Path) -> None:
    """Measure what signing and verifying a signature add to verifying a package."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    manifests = sorted(GOLDEN.glob("tagmanifest-*.txt"))
    copies = [Path(shutil.copy(file, folder)) for file in manifests]

    def unsigned() -> Path:
        package = folder / "package"
        shutil.rmtree(package, ignore_errors=True)
        return Path(shutil.copytree(GOLDEN, package))

    def fresh() -> None:
        for copy in copies:
            copy.with_name(f"{copy.name}.sig").unlink(missing_ok=True)

    def sign_copies() -> None:
        fresh()
        sign_files(key, copies)

    copying = median(unsigned)
    verifying = median(lambda: verify(GOLDEN))
    whole = median(lambda: sign(unsigned(), key=key))
    say("signing adds", whole - copying - verifying, 50, median(sign_copies))

    package = unsigned()
    sign(package, key=key)
    bag = bags.Bag.open(package)
    names = [name for name in bag.tag_files if "tagmanifest" in name]
    allowed = folder / "allowed"
    allowed.write_text(f"editor@example.org {key.with_suffix('.pub').read_text()}")
    trust = Trust.read(allowed)

    def check() -> None:
        files = {name: bag.read(name) for name in names}
        report = Report()
        assert all(one.signers for one in examine_signatures(bag, files, trust, report))
        assert report.ok

    def stock() -> None:
        for manifest in manifests:
            signature = package / "signatures" / f"{manifest.name}.sig"
            command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-n", "file"]
            command += ["-I", "editor@example.org", "-s", str(signature)]
            subprocess.run(command, input=manifest.read_bytes(), check=True, capture_output=True)

    say("verifying its signatures adds", median(check), 50, median(stock))


def tracing(folder: Path) -> None:
    """Measure tracing one field in a record of ten thousand statements."""
    data = load_record(GOLDEN / "data" / "record.json").as_json()
    places = [{"name": f"Place {number}"} for number in range(STATEMENTS)]
    kept = [e for e in data["evidence"] if not e["field"].startswith("mentioned_places")]
    at = next(e["at"] for e in kept if e["field"] == "date")
    data["mentioned_places"] = places
    data["evidence"] = kept + [
        {"field": f"mentioned_places.{number}", "basis": "quoted", "at": at}
        for number in range(STATEMENTS)
    ]
    record = Record.model_validate(data)
    packaged, written = folder / "record.json", folder / "record.yaml"
    packaged.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    save_record(record, written)
    field = f"mentioned_places.{STATEMENTS - 1}"
    assert trace(record, field).lineage
    say(f"tracing one of {STATEMENTS} statements", median(lambda: trace(record, field)), 100)

    def parsed() -> None:
        json.loads(packaged.read_bytes())

    def events() -> None:
        for _ in yaml.parse(written.read_bytes(), Loader=yaml.CBaseLoader):
            pass

    say(
        "reading them from a package",
        median(lambda: load_record(packaged)),
        None,
        median(parsed),
        "json",
    )
    say(
        "reading them from YAML",
        median(lambda: load_record(written)),
        None,
        median(events),
        "libyaml",
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        signing(Path(name))
        tracing(Path(name))
