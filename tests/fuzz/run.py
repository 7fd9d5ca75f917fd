"""Fuzz the readers: `python tests/fuzz/run.py [--count N] [--seconds S] [--seed N] [READER …]`.

Each reader gets mutated inputs, in a process of its own whose memory and time are limited. It
must read them or raise an error of this program. Other inputs are printed and kept in the corpus,
which the tests read again. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import mmap
import os
import random
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "interchange"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from archive_pkg.errors import ArchivePkgError

if TYPE_CHECKING:
    from readers import Reader

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 10
MEMORY = 1 << 30


class HangError(BaseException):
    """An input took more than ten seconds."""


def case(reader: Reader, seed: int) -> bytes:
    """Return the input made from a seed."""
    rng = random.Random(f"{reader.name}/{seed}")
    return reader.mutate(rng, rng.choice(reader.seeds()))


def crash(reader: Reader, data: bytes) -> str:
    """Return the kind of an unexpected error of a reader; empty if there is none."""
    try:
        reader.read(data)
    except ArchivePkgError:
        return ""
    except reader.allowed:
        return ""
    except (Exception, HangError) as error:
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if "archive_pkg" in f.filename
        ]
        last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
        words = " ".join(str(error).split())[:100]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return f"{type(error).__name__} at {place} ({last.name}): {words}"
    return ""


def keep(reader: Reader, data: bytes) -> Path:
    """Keep an input in the corpus."""
    folder = CORPUS / reader.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path


def work(reader: Reader, start: int, stop: int, end: float, shared: mmap.mmap) -> None:
    """Read the inputs of some seeds until a time, and print failures to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + (1 << 29), MEMORY + (1 << 29)))

    def ring(*_: object) -> None:
        raise HangError("more than ten seconds")

    signal.signal(signal.SIGALRM, ring)
    warnings.simplefilter("ignore")
    crash(
        reader, reader.seeds()[0]
    )  # the first input takes longer because of imports and connections
    known: collections.Counter[str] = collections.Counter()
    for seed in range(start, stop):
        if seed % 16 == 0 and time.monotonic() > end:
            return
        data = case(reader, seed)
        shared[:8] = struct.pack("<q", seed)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        kind = crash(reader, data)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if kind:
            where = kind.partition("): ")[0]
            known[where] += 1
            shared[8:16] = struct.pack("<q", sum(known.values()))
            if known[where] == 1:
                print(f"{reader.name} seed {seed}: {kind}\n  {keep(reader, data)}", flush=True)
    shared[:8] = struct.pack("<q", stop)


def fuzz(reader: Reader, seed: int, count: int, seconds: float) -> tuple[int, int]:
    """Read many inputs; return how many were read and how many failed."""
    shared = mmap.mmap(-1, 16)
    end = time.monotonic() + seconds
    place, stop, bad = seed, seed + count, 0
    while place < stop and time.monotonic() < end:
        shared[:16] = struct.pack("<qq", place, 0)
        child = os.fork()
        if not child:
            try:
                work(reader, place, stop, end, shared)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        last, since = place, time.monotonic()
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.2)
            now = struct.unpack("<q", shared[:8])[0]
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > 3 * SECONDS:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                break
        reached, found = struct.unpack("<qq", shared[:16])
        bad += found
        if reached >= stop or time.monotonic() > end:
            place = reached
            break
        bad += 1
        path = keep(reader, case(reader, reached))
        print(f"{reader.name} seed {reached}: the process died or hung\n  {path}", flush=True)
        place = reached + 1
    return place - seed, bad


def main() -> int:
    """Run from the command line."""
    from readers import READERS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", help="readers to fuzz; all if none is named")
    parser.add_argument("--count", type=int, default=20_000, help="inputs for each reader")
    parser.add_argument("--seconds", type=float, default=1e9, help="the most time for each reader")
    parser.add_argument("--seed", type=int, default=0, help="the first input")
    given = parser.parse_args()
    total, wrong = 0, 0
    for name in given.readers or READERS:
        begun = time.monotonic()
        done, bad = fuzz(READERS[name], given.seed, given.count, given.seconds)
        total, wrong = total + done, wrong + bad
        rate = done / (time.monotonic() - begun)
        print(f"{name}: {done} inputs, {bad} bad, {rate:.0f} a second", flush=True)
    print(f"{total} inputs, {wrong} bad")
    return 1 if wrong else 0


if __name__ == "__main__":
    scratch = tempfile.mkdtemp(
        prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None
    )
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
