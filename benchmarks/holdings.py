"""Measure bulk work in collections, and compare it with simpler programs in the same run.

python benchmarks/holdings.py                 400 letters, a minute or two
python benchmarks/holdings.py --count 2000    2,000 letters
python benchmarks/holdings.py --full          10,000 letters for building and verifying,
                                              100,000 packages for the index and the second run

Starting two workers takes 0.5 s, which is a third of the time for 200 letters and a twentieth for
2,000. So compare the ratios of building only for 2,000 letters or more.

--soak damages a hundred packages in ten ways, finds them with an audit, and repairs them from an
OCFL root. --dask also builds on a Dask cluster of two workers on this machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _damages import KINDS
from _letters import write_letters
from archive_pkg import collection, storage
from archive_pkg.deposits import deposit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ON = date(2026, 11, 24)
JOBS = 2
BATCH = 200


def main() -> None:
    """Run the measurements that the options name."""
    # With this variable, each worker would compile our source again, unlike an installed program.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        folder = Path(temporary)
        count = 10_000 if given.full else given.count
        measure(folder, count, given.seed, dask=given.dask)
        if given.full:
            shutil.rmtree(folder / "letters")
            shutil.rmtree(folder / "collection")
            count = 100_000
            build_collection(folder, count, given.seed)
        again(folder, count)
        indexed(folder, count)
        if given.soak:
            soak(folder, given.seed)


def measure(folder: Path, count: int, seed: int, *, dask: bool) -> None:
    """Compare building and verifying with bare writes, bagit-python and a bare hasher."""
    with timed("generate letters", count):
        list(write_letters(folder / "letters", count, seed=seed))
    built = build_collection(folder, count, seed, generate=False)
    unsynced = build(folder, "unsynced", count, sync=False)
    with timed("write the same bytes, one syncfs per batch", count) as bare:
        write_bare(folder / "collection", folder / "bare")
    with timed("bagit-python, make_bag in a loop, the same files", count) as same_files:
        make_bags(collection.find_packages([folder / "collection"]), folder / "bags")
    with timed("bagit-python, make_bag in a loop, only letters", count) as letters_alone:
        make_bags(collection.find_records([folder / "letters"]), folder / "small-bags")
    ratio("build : bare write (at most 2)", built, bare)
    ratio("build : make_bag of the same files (less than 1)", built, same_files)
    ratio("build : make_bag of the letters' three files", built, letters_alone)
    rate("build --no-sync, packages per second (at least 150)", count, unsynced)
    for name in ("unsynced", "bare", "bags", "small-bags"):
        shutil.rmtree(folder / name)
    verify(folder, "warm the cache", 1, bag_only=True)
    with timed("hash the same files in two processes", count) as hasher:
        hash_bare(folder / "collection")
    bag_only = verify(folder, "verify --bag-only", count, bag_only=True)
    whole = verify(folder, "verify, with records and quotes", count, bag_only=False)
    ratio("verify --bag-only : hasher (at most 1.5)", bag_only, hasher)
    rate("verify, packages per second and core (at least 100)", count / JOBS, whole)
    if dask:
        measure_dask(folder, count)


def build_collection(folder: Path, count: int, seed: int, *, generate: bool = True) -> list[float]:
    """Build the collection that the other measurements use."""
    if generate:
        with timed("generate letters", count):
            list(write_letters(folder / "letters", count, seed=seed))
    return build(folder, "collection", count, sync=True)


def build(folder: Path, name: str, count: int, *, sync: bool, executor: Any = None) -> list[float]:
    """Build packages of all letters."""
    outcomes: Counter[str] = Counter()
    with timed(f"build --jobs {JOBS}" + ("" if sync else " --no-sync"), count) as taken:
        collection.build_many(
            collection.find_records([folder / "letters"]),
            collection.make_collection(folder / name, "hashed"),
            lambda done: outcomes.update([done.outcome]),
            executor=executor or partial(collection.executor_for, JOBS),
            options=collection.Options(ON, sync=sync),
        )
    expect(outcomes, {"built": count})
    return taken


def write_bare(opened: Path, out: Path) -> None:
    """Write the bytes of the packages to files of the same names, with one sync per batch."""
    for number, package in enumerate(collection.find_packages([opened]), start=1):
        target = out / package.relative_to(opened)
        for path in package.rglob("*"):
            if path.is_dir():
                (target / path.relative_to(package)).mkdir(parents=True, exist_ok=True)
        for path in package.rglob("*"):
            if path.is_file():
                (target / path.relative_to(package)).parent.mkdir(parents=True, exist_ok=True)
                (target / path.relative_to(package)).write_bytes(path.read_bytes())
        if number % BATCH == 0:
            storage.sync_filesystem(out)
    storage.sync_filesystem(out)


def make_bags(folders: Iterable[Path], out: Path) -> None:
    """Copy each folder, and turn the copy into a bag with bagit-python."""
    import logging

    import bagit

    logging.disable(logging.WARNING)
    for folder in folders:
        target = out / folder.name
        shutil.copytree(folder, target)
        bagit.make_bag(str(target), {"External-Identifier": folder.name})
    logging.disable(logging.NOTSET)


def hash_bare(opened: Path) -> None:
    """Read every file once and compute both digests in two processes, without comparing them."""
    context = get_context("fork")
    workers = [context.Process(target=_hash, args=(opened, which)) for which in range(JOBS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _hash(opened: Path, which: int) -> None:
    for number, package in enumerate(collection.find_packages([opened])):
        if number % JOBS == which:
            for folder, _, names in os.walk(package):
                for name in names:
                    descriptor = os.open(f"{folder}/{name}", os.O_RDONLY)
                    data = os.read(descriptor, 1 << 20)
                    os.close(descriptor)
                    hashlib.sha256(data).digest()
                    hashlib.sha512(data).digest()
    os._exit(0)


def verify(folder: Path, what: str, count: int, *, bag_only: bool) -> list[float]:
    """Verify all packages of the collection."""
    bad = []

    def take(_: Path, done: collection.Done) -> None:
        if done.status:
            bad.append(done)

    with timed(what, count) as taken:
        collection.run(
            collection.ForEach(partial(collection.verify_one, bag_only=bag_only)),
            collection.find_packages([folder / "collection"]),
            take,
            executor=partial(collection.executor_for, JOBS),
        )
    expect(bad, [])
    return taken


def measure_dask(folder: Path, count: int) -> None:
    """Compare the build with one on a cluster of two workers on this machine."""
    from distributed import LocalCluster

    local = build(folder, "local", count, sync=True)
    with LocalCluster(n_workers=JOBS, threads_per_worker=1, dashboard_address=None) as cluster:
        executor = partial(collection.executor_for, None, f"dask:{cluster.scheduler_address}")
        away = build(folder, "away", count, sync=True, executor=executor)
    ratio("Dask, two workers : --jobs 2 (at most 1.2)", away, local)
    shutil.rmtree(folder / "local")
    shutil.rmtree(folder / "away")


def again(folder: Path, count: int) -> None:
    """Measure a second run without changes, in a separate process to measure its memory."""
    words = [
        "build",
        folder / "letters",
        "--out",
        folder / "collection",
        "--date",
        ON,
        "--jobs",
        JOBS,
    ]
    command = [sys.executable, "-m", "archive_pkg", *map(str, words)]
    with timed("unchanged second run", count):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    expect(said.strip(), f"{count:,} unchanged")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'  its largest process (MiB, at most 200)':58}{peak:9.0f}")


def indexed(folder: Path, count: int) -> None:
    """Measure rebuilding the index, and two searches."""
    opened = collection.open_collection(folder / "collection")
    with timed("index", count):
        collection.refresh(
            opened, lambda done: None, executor=partial(collection.executor_for, JOBS), rebuild=True
        )
    with collection.Index(opened) as index:
        for query in (
            collection.Query(("embargo", "railway"), who="Ada", since="1950", until="1960"),
            collection.Query(("the",)),
        ):
            started = time.perf_counter()
            found, _ = index.find(query)
            taken = (time.perf_counter() - started) * 1000
            print(f"{f'  find, {found:,} hits (ms, at most 100)':58}{taken:9.1f}")


def soak(folder: Path, seed: int) -> None:
    """Damage up to a hundred packages. Audits must find and repairs must fix exactly these."""
    opened = collection.open_collection(folder / "collection")
    dice = random.Random(seed)
    packages = list(opened.packages())
    chosen = dice.sample(packages, min(100, len(packages) // 2))
    archive = f"ocfl:{folder / 'archive'}"
    with timed("deposit the packages that will be damaged", len(chosen)):
        for package in chosen:
            deposit(package, archive, receipts=folder / "receipts")
    expect(audit(opened, len(packages), "audit of the intact collection"), set())
    for number, package in enumerate(chosen):
        KINDS[number % len(KINDS)](package)
    found = audit(opened, len(packages), "audit of the damaged collection")
    expect(found, {str(package) for package in chosen})
    outcomes: Counter[str] = Counter()
    with timed("repair", len(chosen)):
        collection.repair(
            opened,
            lambda done: outcomes.update([done.outcome]),
            path=opened.ledger,
            copy=archive,
        )
    expect(outcomes, {"repaired": len(chosen)})
    expect(audit(opened, len(packages), "audit of the repaired collection"), set())
    print(f"{len(chosen)} damages of {len(KINDS)} kinds: all found and repaired, no false alarm")


def audit(opened: collection.Collection, count: int, what: str) -> set[str]:
    """Return the packages in which an audit finds damage."""
    bad: set[str] = set()

    def take(done: collection.Done) -> None:
        if done.status:
            bad.add(done.path)

    with timed(what, count):
        collection.audit(
            opened, take, executor=partial(collection.executor_for, JOBS), path=opened.ledger
        )
    return bad


@contextmanager
def timed(what: str, count: float) -> Iterator[list[float]]:
    """Measure the time of a block, and the processor time of this process and its children."""
    taken: list[float] = []
    before, started = _processor(), time.perf_counter()
    yield taken
    taken += [time.perf_counter() - started, _processor() - before]
    print(
        f"{what:58}{taken[0]:9.2f} s {count / taken[0]:10.0f}/s   processor "
        f"{1000 * taken[1] / count:7.2f} ms each",
        flush=True,
    )


def _processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def ratio(what: str, one: list[float], other: list[float]) -> None:
    """Print the ratio of two times."""
    print(f"{'  ' + what:58}{one[0] / other[0]:9.2f}", flush=True)


def rate(what: str, count: float, taken: list[float]) -> None:
    """Print a number per second."""
    print(f"{'  ' + what:58}{count / taken[0]:9.0f}", flush=True)


def expect(said: object, wanted: object) -> None:
    """Stop if a result is wrong: the time of wrong work means nothing."""
    if said != wanted:
        raise SystemExit(f"expected {wanted}, not {said}")


if __name__ == "__main__":
    main()
