"""Measure how fast bags are verified and created, compared with bare hashing and stock tools.

Each command runs in a separate process. The commands take turns for several rounds, and the
shortest time of each counts, because other work on the machine can only add time. The time to start
the command line (`archive-pkg --version`) is subtracted from our times, and the time to start the
bare hasher from its times.

Each run that writes gets a new folder, and the folders are removed at the end. Some file systems do
not reuse the inodes of files that were just removed: for a minute, ext4 without a journal searches
for different ones, so creating a file after removing 20,000 takes ten times as long.

`--full` makes large corpora (about 5 GB on disk, and 30 GB while bags are created). Without it, the
corpora are smaller, and fixed costs count for more.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import multiprocessing
import os
import queue
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Job = Sequence[str] | Callable[[], None]

ALGORITHMS = ("sha256", "sha512")
PYTHON = sys.executable
PROGRAM = (PYTHON, "-m", "archive_pkg")
BLOCK = 1 << 20
MIB = 1 << 20


def main() -> None:
    """Make the corpora and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the large corpora")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where to make the corpora, or where they are")
    parser.add_argument("--only", default="verify,create,archives,manifest")
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--manifest", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reference:
        print(bare_hashing(options.reference))
    elif options.manifest:
        print(*million_lines(options.manifest))
    else:
        with tempfile.TemporaryDirectory(prefix="bench-bags-") as folder:
            measure(options.folder or Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Print all tables."""
    # With this variable, each run would compile our source again, unlike an installed program.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rounds = options.rounds or (5 if options.full else 2)
    corpora = make_corpora(folder, full=options.full)
    only = options.only.split(",")
    print(f"{os.cpu_count()} processors, {', '.join(ALGORITHMS)}, least of {rounds} rounds")
    for name, tree in corpora.items():
        bag = folder / f"bag-{tree.name}"
        if not bag.exists():
            run([*PROGRAM, "bag", "create", str(tree), str(bag), "-q"])
        if "verify" in only:
            verify_table(name, tree, bag, rounds)
        if "create" in only:
            create_table(name, tree, folder, rounds)
        if "archives" in only and (options.full or tree.name == "b"):
            archive_table(name, bag, folder, rounds)
    if "manifest" in only:
        manifest_table(folder, 1_000_000 if options.full else 100_000)


def make_corpora(folder: Path, *, full: bool) -> dict[str, Path]:
    """Make one large file, many small files and more that are smaller, unless they exist."""
    large, many, more = (2048, 20_000, 100_000) if full else (64, 2_000, 5_000)
    wanted = {
        f"one file of {large} MiB": ("a", 1, large * MIB, 1),
        f"{many:,} files of 4 KiB": ("b", many, 4096, 200),
        f"{more:,} files of 1 KiB": ("c", more, 1024, 100),
    }
    for tree, count, size, folders in wanted.values():
        if (folder / tree).exists():
            continue
        for number in range(folders):
            (folder / tree / f"d{number:04}").mkdir(parents=True)
        for number in range(count):
            path = folder / tree / f"d{number % folders:04}" / f"f{number:06}.bin"
            with path.open("wb") as file:
                for start in range(0, size, MIB):
                    file.write(os.urandom(min(MIB, size - start)))
    return {name: folder / tree for name, (tree, *_) in wanted.items()}


def verify_table(name: str, tree: Path, bag: Path, rounds: int) -> None:
    """Measure verifying a folder."""
    times = in_turns(
        {
            **starts(bag.parent),
            "bare hashing": [PYTHON, __file__, "--reference", str(tree)],
            "bagit-python": [PYTHON, "-m", "bagit", "--validate", "--quiet", str(bag)],
            "archive-pkg": [*PROGRAM, "bag", "verify", str(bag), "-q"],
        },
        rounds,
    )
    subtract_starts(times)
    table(f"verify {name}", times, "bare hashing")


def create_table(name: str, tree: Path, folder: Path, rounds: int) -> None:
    """Measure creating a bag durably."""
    made = folder / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    new = (made / str(number) for number in itertools.count())

    def copy() -> None:
        target = next(new)
        run(["cp", "-r", str(tree), str(target)])
        run(["sync", "-f", str(target)])

    def create() -> None:
        run([*PROGRAM, "bag", "create", str(tree), str(next(new)), "-q"])

    times = in_turns(
        {
            **starts(folder),
            "bare hashing": [PYTHON, __file__, "--reference", str(tree)],
            "cp, sync": copy,
            "archive-pkg": create,
        },
        rounds,
        os.sync,
    )
    shutil.rmtree(made)
    subtract_starts(times)
    times["cp, sync, bare hashing"] = times.pop("cp, sync") + times.pop("bare hashing")
    table(f"create {name}", times, "cp, sync, bare hashing")


def starts(folder: Path) -> dict[str, Job]:
    """Return the jobs that start our program and the bare hasher without work to do."""
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    return {
        "start": [*PROGRAM, "--version"],
        "bare start": [PYTHON, __file__, "--reference", str(empty)],
    }


def subtract_starts(times: dict[str, float]) -> None:
    """Subtract the start-up times from the times of our program and of the bare hasher."""
    times["archive-pkg"] -= times.pop("start")
    times["bare hashing"] -= times.pop("bare start")


def archive_table(name: str, bag: Path, folder: Path, rounds: int) -> None:
    """Measure verifying inside an archive, compared with unpacking it and verifying the folder."""
    unpacked = folder / "unpacked"
    kinds = {
        "tar": (["tar", "-C", str(folder), "-cf"], ["tar", "-C", str(unpacked), "-xf"]),
        "zip": (["zip", "-q", "-r"], ["unzip", "-q", "-d", str(unpacked)]),
        "tgz": (["tar", "-C", str(folder), "-czf"], ["tar", "-C", str(unpacked), "-xzf"]),
    }

    def clean() -> None:
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir()

    for kind, (pack, unpack) in kinds.items():
        if shutil.which(unpack[0]) is None or shutil.which(pack[0]) is None:
            print(f"\n{unpack[0]} is not installed: verifying inside {kind} is not measured")
            continue
        archive = folder / f"{bag.name}.{kind}"
        if not archive.exists():
            run([*pack, str(archive), bag.name], folder)
        both = " ".join([*unpack, str(archive)])
        verify = " ".join([*PROGRAM, "bag", "verify", "-q"])
        times = in_turns(
            {
                f"un{kind}, verify": ["sh", "-c", f"{both} && {verify} {unpacked / bag.name}"],
                "archive-pkg": [*PROGRAM, "bag", "verify", str(archive), "-q"],
            },
            rounds,
            clean,
        )
        table(f"verify inside {kind}: {name}", times, f"un{kind}, verify")
    shutil.rmtree(unpacked, ignore_errors=True)


def manifest_table(folder: Path, lines: int) -> None:
    """Measure reading and checking a very long manifest."""
    path = folder / "manifest-sha256.txt"
    with path.open("w") as file:
        for number in range(lines):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            file.write(f"{digest}  data/folder-{number % 1000:04}/file-{number:08}.tif\n")
    said = subprocess.run(
        [PYTHON, __file__, "--manifest", str(path)], check=True, capture_output=True, text=True
    )
    seconds, collisions, memory = map(float, said.stdout.split())
    print(
        f"\nmanifest of {lines:,} lines: {seconds / lines * 1e6:.2f} µs per line to read and check "
        f"it, {collisions / lines * 1e6:.2f} µs per line to find colliding names, "
        f"at most {memory:.0f} MiB"
    )


def million_lines(path: Path) -> tuple[float, float, float]:
    """Return the seconds to read a manifest and to find colliding names, and the peak in MiB."""
    from archive_pkg.bags import manifests, names
    from archive_pkg.reports import Report

    report = Report()
    manifest = manifests.Manifest(path.name, "sha256")
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        manifests.Parser((1, 0), "UTF-8", report).read(manifest, file)
    read = time.perf_counter()
    alike = names.collisions(list(manifest.digests), manifest.digests)
    end = time.perf_counter()
    if report.findings or alike:
        raise SystemExit("the manifest should be valid")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return read - start, end - read, most


def in_turns(
    jobs: dict[str, Job], rounds: int, clean: Callable[[], None] | None = None
) -> dict[str, float]:
    """Return the shortest time of each job over some rounds. All jobs run in each round.

    Every second round has the opposite order, because one job can slow down the next: a virtual
    machine that has returned free memory to its host must wait to get it back.
    """
    least: dict[str, float] = {}
    for number in range(rounds + 1):  # the first round warms the cache
        for name, job in list(jobs.items())[:: -1 if number % 2 else 1]:
            if clean is not None:
                clean()
            start = time.perf_counter()
            if callable(job):
                job()
            else:
                run(job)
            taken = time.perf_counter() - start
            least[name] = min(least.get(name, taken), taken)
    if clean is not None:
        clean()
    return least


def run(command: Sequence[str], folder: Path | None = None) -> None:
    """Run a command, and stop if it fails."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)


def table(title: str, times: dict[str, float], peer: str) -> None:
    """Print times, and their ratios to the time of a peer."""
    print(f"\n{title}")
    for name, taken in times.items():
        print(f"  {name:24} {taken:8.3f} s {taken / times[peer]:7.2f} ×")


# --- bare hashing: a plain program that lists, reads and hashes files -------------------------


def bare_hashing(folder: Path) -> int:
    """Hash every file. Four files or more are shared among one process per processor."""
    paths: list[str] = []
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    paths.append(entry.path)
    if len(paths) < 4:
        digests = [hash_large(path) for path in paths]
    else:
        workers = os.cpu_count() or 1
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            digests = pool.map(hash_small, paths, -(-len(paths) // workers))
    lines = [f"{one}  {path}" for path, each in zip(paths, digests, strict=True) for one in each]
    return len("\n".join(lines))


def hash_small(path: str) -> list[str]:
    """Hash a file that fits in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    data = os.read(descriptor, BLOCK)
    while more := os.read(descriptor, BLOCK):
        data += more
    os.close(descriptor)
    return [hashlib.new(name, data).hexdigest() for name in ALGORITHMS]


def hash_large(path: str) -> list[str]:
    """Hash a large file with one thread per algorithm."""
    inboxes: list[queue.Queue[bytes | None]] = [queue.Queue(8) for _ in ALGORITHMS]
    hashes = [hashlib.new(name) for name in ALGORITHMS]

    def work(which: int) -> None:
        while (block := inboxes[which].get()) is not None:
            hashes[which].update(block)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(len(hashes))]
    for thread in threads:
        thread.start()
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - no overhead
        while block := file.read(BLOCK):
            for inbox in inboxes:
                inbox.put(block)
    for inbox in inboxes:
        inbox.put(None)
    for thread in threads:
        thread.join()
    return [hash_.hexdigest() for hash_ in hashes]


if __name__ == "__main__":
    main()
