"""Real failures: full and read-only disks, two runs at once, too little memory."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from archive_pkg import cli
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.bulk.searching import packages_below
from archive_pkg.packages import verify
from program import PATIENCE, Disk, Letters, Run, command, started, unhurried, wait_until

pytestmark = pytest.mark.slow

Answer = Callable[..., tuple[int, str]]


@pytest.fixture
def done(run: Run) -> Answer:
    """Return a function that runs a command line and returns its status and output."""

    def done(*words: object) -> tuple[int, str]:
        ran = run(*words)
        return ran.returncode, ran.stdout + ran.stderr

    return done


def outcomes(report: Path) -> list[str]:
    return [json.loads(line)["outcome"] for line in report.read_text().splitlines()]


def built(collection: Path) -> list[Path]:
    there = list(packages_below(collection))
    assert all(verify(package).ok for package in there)
    return there


def test_a_build_that_fills_the_disk_is_finished_by_the_next_run(
    done: Answer, letters: Letters, tmp_path: Path, disk: Disk
) -> None:
    letters(40, size=2_000)
    collection = disk("size=2500k") / "collection"
    words = ("build", tmp_path / "letters", "--out", collection, "--jobs", 2)
    status, said = done(*words, "--report", tmp_path / "report.jsonl")
    assert status == 5, said
    assert "the disk is full" in said
    there = built(collection)
    assert 0 < len(there) < 40
    assert f"{len(there)} built" in said
    assert outcomes(tmp_path / "report.jsonl").count("built") == len(there)
    disk("size=60m")
    status, said = done(*words)
    assert status == 0, said
    assert sorted(said.strip().split(", ")) == sorted(
        [f"{40 - len(there)} built", f"{len(there)} unchanged"]
    )
    assert len(built(collection)) == 40


def test_a_second_build_is_refused_while_the_first_runs(
    done: Answer, letters: Letters, tmp_path: Path
) -> None:
    letters(40)
    words = ("build", tmp_path / "letters", "--out", tmp_path / "collection", "--jobs", 2)
    with started(command(*words)) as first:
        wait_until((tmp_path / "collection" / ".archive-pkg" / "work").exists, first)
        first.send_signal(signal.SIGSTOP)  # even if the second one is slow
        status, said = done(*words)
        first.send_signal(signal.SIGCONT)
        assert (status, "is in use by process" in said) == (5, True), said
        assert f"process {first.pid} on " in said
        assert first.communicate(timeout=PATIENCE)[0].strip() == "40 built"
    assert done(*words) == (0, "40 unchanged\n")


def test_a_collection_on_a_read_only_disk_can_be_audited_and_searched(
    done: Answer, letters: Letters, tmp_path: Path, disk: Disk
) -> None:
    letters(5)
    collection = disk("size=20m") / "collection"
    done("build", tmp_path / "letters", "--out", collection, "-q")
    done("find", collection, "-q")
    done("audit", "run", collection, "-q")
    disk("ro")
    status, said = done("audit", "run", collection)
    assert (status, "read-only" in said) == (5, True), said
    status, said = done("audit", "run", collection, "--ledger", tmp_path / "ledger.jsonl")
    assert (status, "5 passed" in said) == (0, True), said
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["built_here"] for line in lines] == [True] * 5
    assert "5 packages" in done("audit", "report", collection)[1]
    status, said = done("find", collection, "--limit", 1)
    assert (status, "5 packages found, 1 shown" in said) == (0, True), said
    status, said = done("find", collection, "--refresh")
    assert (status, "read-only" in said) == (5, True), said


@pytest.fixture(scope="module")
def collection(generator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of 200 packages, which is only read."""
    folder = tmp_path_factory.mktemp("bad-days")
    list(generator.write_letters(folder / "letters", 200, size=300))
    words = ("build", folder / "letters", "--out", folder / "collection", "-q", "--no-sync")
    assert cli.run([*map(str, words)]) == 0
    return folder / "collection"


def entries(book: Path) -> list[dict[str, object]]:
    known: list[dict[str, object]] = []
    _, report = ledger.read(book, known.append)
    assert report.ok
    return known


def test_an_audit_stops_when_the_disk_of_its_ledger_is_full(
    done: Answer, collection: Path, disk: Disk
) -> None:
    book = disk("size=50k") / "ledger.jsonl"
    words = ("audit", "run", collection, "--ledger", book)
    status, said = done(*words)
    assert (status, "the disk is full" in said) == (5, True), said
    known = entries(book)
    assert 0 < len(known) < 200
    disk("size=20m")
    status, said = done(*words, "--due", "1d")
    assert (status, f"checked: {200 - len(known)}" in said) == (0, True), said
    assert len({entry["package"] for entry in entries(book) if "package" in entry}) == 200


def test_sigterm_ends_an_audit_and_the_next_run_finishes_it(
    done: Answer, collection: Path, tmp_path: Path
) -> None:
    book = tmp_path / "ledger.jsonl"
    words = ("audit", "run", collection, "--ledger", book, "--jobs", 2)
    with started(command(*words), stderr=subprocess.STDOUT) as run:
        wait_until(book.exists, run)
        os.killpg(run.pid, signal.SIGTERM)
        said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 143, said
    known = entries(book)
    assert len({entry["package"] for entry in known}) == len(known)
    assert "interrupted" in said
    status, said = done(*words, "--due", "1d")
    assert (status, f"checked: {200 - len(known)}" in said) == (0, True), said


def bags(folder: Path) -> Path:
    """Enough bags for several processes; the first is missing from its batch for hours."""
    digest = hashlib.sha256(b"x").hexdigest()
    for number in range(41):
        payload = folder / f"bag{number:02}" / "data"
        payload.mkdir(parents=True)
        (payload / "x").write_bytes(b"x")
        lines = [f"{digest}  data/x\n"]
        if not number:
            with (payload / "big").open("wb") as big:
                big.truncate(1 << 40)
            lines.append(f"{digest}  data/big\n")
        (payload.parent / "bagit.txt").write_text(
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        )
        (payload.parent / "manifest-sha256.txt").write_text("".join(lines))
    return folder


def test_signals_end_workers_that_read_a_large_file(tmp_path: Path) -> None:
    words = ("verify", bags(tmp_path / "bags"), "--bag-only", "--json", "--jobs", 2, "--report")
    with ExitStack() as stack:
        runs = {}
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            report = tmp_path / f"{number}.jsonl"
            runs[number] = report, stack.enter_context(started(unhurried(*words, report)))
        ending = {}
        for number, (report, run) in runs.items():
            # The other workers finish 38 bags; the batch of the first three never ends.
            wait_until(partial(_has_outcomes, report, 38), run)
            ending[number] = run, _workers(run.pid)
            os.killpg(run.pid, number)
        for number, (run, workers) in ending.items():
            assert workers
            said, complaint = run.communicate(timeout=PATIENCE)
            assert (run.returncode, "interrupted" in complaint) == (128 + number, True), complaint
            reported = json.loads(said)
            assert (reported["status"], reported["counts"]) == (128 + number, {"valid": 38})
            there = [Path(f"/proc/{worker}") for worker in workers]
            wait_until(partial(_are_gone, there))


_LOCKED = f"""\
import os, signal
from concurrent.futures import wait
from archive_pkg.__main__ import main
from archive_pkg.cli import interruptions
from archive_pkg.collection.bulk import running

def stop_with_locks(futures, *_, **options):
    for future in futures:
        future._condition.acquire()
    running.wait = wait
    os.kill(os.getpid(), signal.SIGTERM)

interruptions._LIMIT = {PATIENCE}
running.wait = stop_with_locks
main()
"""


def test_a_signal_ends_a_run_that_holds_locks_of_its_workers(tmp_path: Path) -> None:
    # A signal can interrupt concurrent.futures.wait() between acquiring a lock and noting so.
    words = ("verify", bags(tmp_path / "bags"), "--bag-only", "--json", "--jobs", "2")
    with started([sys.executable, "-c", _LOCKED, *map(str, words)]) as run:
        said, complaint = run.communicate(timeout=PATIENCE // 2)
    assert (run.returncode, json.loads(said)["status"]) == (143, 143), complaint
    assert complaint == "interrupted; unfinished work was abandoned. Run the same command again.\n"


def test_a_signal_ends_a_run_that_cannot_clean_up(tmp_path: Path) -> None:
    folder = bags(tmp_path / "bags")
    (folder / "bag00" / "data" / "big").unlink()
    reads, writes = os.pipe()
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
    words = ("verify", folder, "--bag-only", "--json", "--jobs", 1)
    with started(command(*words), stdout=writes) as run:
        os.close(writes)
        wait_until(lambda: "pipe_write" in Path(f"/proc/{run.pid}/wchan").read_text(), run)
        run.terminate()
        _, complaint = run.communicate(timeout=PATIENCE)
    assert (run.returncode, "unfinished work was abandoned" in complaint) == (143, True), complaint
    os.close(reads)


def test_letters_lost_to_a_lack_of_memory_are_built_by_the_next_run(
    done: Answer, letters: Letters, tmp_path: Path
) -> None:
    letters(60)
    collection = tmp_path / "collection"
    words = ("build", tmp_path / "letters", "--out", collection, "--jobs", 2)
    with started(command(*words), stderr=subprocess.STDOUT) as run:
        wait_until(lambda: any((collection / ".archive-pkg" / "work").glob("*/*")), run)
        (worker, *_) = _workers(run.pid)
        least = resource.getpagesize()
        resource.prlimit(worker, resource.RLIMIT_AS, (least, least))
        said, _ = run.communicate(timeout=PATIENCE)
    there = built(collection)
    # Some letters of this worker are not built, or all of them; if the worker ends without
    # a report, other workers build its letters.
    lost = 60 - len(there)
    assert (run.returncode, "a bug" in said) == (5 * (lost > 0), False)
    # A lack of memory may also be reported if other workers have built all letters.
    assert "memory" in said or not lost
    status, said = done(*words)
    assert status == 0, said
    assert len(built(collection)) == 60
    assert (f"{lost} built" in said) == (lost > 0)


def _has_outcomes(report: Path, count: int) -> bool:
    return report.exists() and len(outcomes(report)) == count


def _are_gone(processes: list[Path]) -> bool:
    return not any(path.exists() for path in processes)


def _workers(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, line in lines.items() if b"spawn_main" in line]
