"""Do one thing to each of many subjects, at a pace; verify each of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import bags
from archive_pkg.collection.bulk.running import Done, guarded
from archive_pkg.packages import states, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from archive_pkg.fixity import Tally
    from archive_pkg.packages import Trust

INVALID = 3


@dataclass(frozen=True, slots=True)
class Each:
    """The work of doing one thing to each of a batch; goes to other processes.

    Attributes:
        do: What is done, with a pace to keep.
        rate: Bytes a second that one process may read; 0 for as many as it can.
    """

    do: Callable[[Any, Pace], Done]
    rate: float = 0

    def __call__(self, batch: Sequence[Any]) -> list[Done]:
        """Do it."""
        pace = Pace(self.rate)
        return [guarded(_named(subject), partial(self.do, subject, pace)) for subject in batch]


def _named(subject: Any) -> object:
    """The path of a subject, which may bring along what is known of it."""
    first = subject[0] if isinstance(subject, tuple) else subject
    return getattr(first, "path", first)


class Pace:
    """Keeps reading below a rate by sleeping."""

    def __init__(self, rate: float) -> None:
        """Args: bytes a second; 0 for no limit."""
        self._rate = rate
        self._started = time.monotonic()
        self._read = 0

    def spend(self, size: int) -> None:
        """Account for bytes that were read, and wait until they are within the rate."""
        if self._rate:
            self._read += size
            ahead = self._read / self._rate - (time.monotonic() - self._started)
            if ahead > 0:
                time.sleep(ahead)

    def follow(self) -> Callable[[Tally], None]:
        """What keeps the pace of one bag while it is read."""
        seen = 0

        def tell(tally: Tally) -> None:
            nonlocal seen
            self.spend(tally.size - seen)
            seen = tally.size

        return tell


def verify_one(
    path: Path,
    pace: Pace,
    *,
    bag_only: bool = False,
    second_opinion: bool = False,
    trust: Trust | None = None,
    jobs: int | None = 1,
) -> Done:
    """Verify a bag, and of a package its record too unless the bag alone is asked for.

    Args:
        path: The bag, as a folder or an archive.
        pace: Keeps reading below a rate.
        bag_only: Whether the record in it is left alone.
        second_opinion: Whether bagit-python is asked as well.
        trust: Whose signatures and timestamps are believed.
        jobs: How many of its files are read at a time; as many as processors when None.
    """
    tell = pace.follow()
    details: dict[str, Any] = {"record": None, "title": None, "states": [], "signatures": []}
    if bag_only:
        verdict = bags.verify(path, second_opinion=second_opinion, jobs=jobs, progress=tell)
        ok, report = verdict.valid, verdict.report
    else:
        verification = verify(
            path, second_opinion=second_opinion, trust=trust, jobs=jobs, progress=tell
        )
        verdict, ok, report = verification.verdict, verification.ok, verification.report
        if verification.record:
            details |= {"record": verification.record.id, "title": verification.record.title}
        details["states"] = states(verification)
        details["signatures"] = [one.as_json() for one in verification.signatures]
    details |= {
        "complete": verdict.complete,
        "valid": verdict.valid,
        "files": verdict.files,
        "size": verdict.size,
        "uncovered": verdict.uncovered,
    }
    outcome, status = ("valid", 0) if ok else ("invalid", INVALID)
    return Done(str(path), outcome, status, list(report), details=details)
