"""What can be done to each of many subjects by itself: checking, verifying, depositing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import bags
from archive_pkg.holdings.bulk import Done, guarded
from archive_pkg.packages import check, verify
from archive_pkg.reports import Severity

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
        return [guarded(subject, partial(self.do, subject, pace)) for subject in batch]


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


def check_one(record: Path, pace: Pace) -> Done:
    """Check a record, its files and its quotes."""
    report = check(record)
    outcome = "sound" if report.ok else "unsound"
    return Done(str(record), outcome, 0 if report.ok else INVALID, list(report))


def verify_one(
    path: Path,
    pace: Pace,
    *,
    bag_only: bool = False,
    second_opinion: bool = False,
    trust: Trust | None = None,
) -> Done:
    """Verify a bag, and of a package its record too unless the bag alone is asked for."""
    tell = pace.follow()
    if bag_only:
        verdict = bags.verify(path, second_opinion=second_opinion, jobs=1, progress=tell)
        ok, report = verdict.valid, verdict.report
        record = None
    else:
        verification = verify(
            path, second_opinion=second_opinion, trust=trust, jobs=1, progress=tell
        )
        verdict, ok, report = verification.verdict, verification.ok, verification.report
        record = verification.record.id if verification.record else None
    return Done(
        str(path),
        "valid" if ok else "invalid",
        0 if ok else INVALID,
        [finding for finding in report if finding.severity is not Severity.ADVICE],
        details={
            "complete": verdict.complete,
            "valid": verdict.valid,
            "record": record,
            "files": verdict.files,
            "size": verdict.size,
        },
    )
