"""Apply a function to each subject of a batch, at a limited rate; verify one package."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import bags
from archive_pkg.collection.bulk.running import Done, guarded
from archive_pkg.packages import states, verify
from archive_pkg.packages.opening import explained
from archive_pkg.packages.result_sentences import NOT_A_BAG, is_no_bag
from archive_pkg.storage import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from archive_pkg.bags.profiles import Profile
    from archive_pkg.bags.verifying import Checks
    from archive_pkg.fixity import Tally
    from archive_pkg.packages import Trust

INVALID = 3
_GOOD: dict[Checks, str] = {
    "everything": "valid",
    "completeness": "complete",
    "payload-oxum": "according to Payload-Oxum",
}
"""The outcome if no fault is found."""


@dataclass(frozen=True, slots=True)
class ForEach:
    """Work that applies a function to each subject of a batch. It can be sent to other processes.

    Attributes:
        do: The function; it takes the subject and a `Pace`.
        rate: The bytes per second that one process may read; 0 for no limit.
    """

    do: Callable[[Any, Pace], Done]
    rate: float = 0

    def __call__(self, batch: Sequence[Any]) -> list[Done]:
        """Apply the function to each subject."""
        pace = Pace(self.rate)
        return [guarded(_named(subject), partial(self.do, subject, pace)) for subject in batch]


def _named(subject: Any) -> object:
    """Return the path of a subject: the subject itself, or its attribute `path`."""
    first = subject[0] if isinstance(subject, tuple) else subject
    return getattr(first, "path", first)


class Pace:
    """Limits the rate of reading by sleeping."""

    def __init__(self, rate: float) -> None:
        """Limit the rate to this number of bytes per second; 0 for no limit."""
        self._rate = rate
        self._started = time.monotonic()
        self._read = 0

    def spend(self, size: int) -> None:
        """Count bytes that were read, and wait until they are within the rate."""
        if self._rate:
            self._read += size
            ahead = self._read / self._rate - (time.monotonic() - self._started)
            if ahead > 0:
                time.sleep(ahead)

    def follow(self) -> Callable[[Tally], None]:
        """Return a progress callback that limits the rate while one bag is read."""
        seen = 0

        def advance(tally: Tally) -> None:
            nonlocal seen
            self.spend(tally.size - seen)
            seen = tally.size

        return advance


def verify_one(
    path: Path,
    pace: Pace,
    *,
    bag_only: bool = False,
    checks: Checks = "everything",
    profile: Profile | None = None,
    second_opinion: bool = False,
    trust: Trust | None = None,
    jobs: int | None = 1,
    show: Callable[[Tally], None] | None = None,
) -> Done:
    """Verify a bag, and the record of a package unless only the bag is to be verified.

    Args:
        path: The bag, as a folder or an archive.
        pace: Limits the rate of reading.
        bag_only: Whether to ignore the record in it.
        checks: How much to check if only the bag is to be verified; see `bags.verify`.
        profile: A profile that the bag must conform to if only the bag is to be verified.
        second_opinion: Whether to verify with bagit-python too.
        trust: Whose signatures and timestamps to trust.
        jobs: The number of files to read at a time; None for one per processor.
        show: Called now and then with what is done so far.
    """
    limit = pace.follow()

    def progress(tally: Tally) -> None:
        limit(tally)
        if show is not None:
            show(tally)

    details: dict[str, Any] = {"record": None, "title": None, "states": [], "signatures": []}
    if bag_only:
        if not os.path.lexists(path):
            raise missing(path)
        verdict = bags.verify(
            path,
            checks=checks,
            profile=profile,
            second_opinion=second_opinion,
            jobs=jobs,
            progress=progress,
        )
        ok, report = verdict.report.ok, verdict.report
        if is_no_bag(verdict):
            details["states"] = [NOT_A_BAG]
            report.findings[:] = explained(path, report, "bag")
    else:
        verification = verify(
            path, second_opinion=second_opinion, trust=trust, jobs=jobs, progress=progress
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
        "checked": verdict.checked,
    }
    if verdict.conforms is not None:
        details["conforms"] = verdict.conforms
    if second_opinion:
        from archive_pkg.bags.second_opinion import agreement

        details["second_opinion"] = agreement(report, verdict.valid is True)
    if not ok:
        return Done(str(path), "invalid", INVALID, list(report), details=details)
    return Done(str(path), _GOOD[verdict.checked], findings=list(report), details=details)
