"""Auditing a shelf: the longest unchecked first, within a budget, every check in the ledger."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits import copies, ledger
from archive_pkg.collection.audits.heads import SignedHeads
from archive_pkg.collection.audits.seals import seal_of
from archive_pkg.collection.audits.signed import gone, signed_entry
from archive_pkg.collection.audits.state import CHECK, MISSING, State
from archive_pkg.collection.bulk.each import INVALID, Each, Pace, verify_one
from archive_pkg.collection.bulk.memory import built_seals
from archive_pkg.collection.bulk.running import Done, run
from archive_pkg.errors import StorageError
from archive_pkg.packages import Trust
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.collection.audits.ledger import Head, Ledger
    from archive_pkg.collection.audits.state import Known
    from archive_pkg.collection.shelves import Shelf
    from archive_pkg.executors import Executor
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding, Report

BATCH = 8
"""Packages that one process checks in one go; few, so that a budget is kept."""
_TOGETHER = 200
_SECONDS = 5.0

VANISHED = Code(
    "package-vanished",
    Severity.ERROR,
    "A package that was checked before is not on the shelf any more.",
)
CHANGED = Code(
    "package-not-the-one",
    Severity.ERROR,
    "A package is not the one that was checked, or built, before: its manifests are others. It may "
    "be valid all the same; whoever can forge manifests makes a valid bag. Restore it from a copy, "
    "or accept it with `audit accept`.",
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a run may do; None for no limit.

    Attributes:
        seconds: No package is begun after so many.
        size: No package is begun after so many bytes were read.
    """

    seconds: float | None = None
    size: int | None = None


@dataclass(slots=True)
class Audited:
    """What a run came to.

    Attributes:
        there: Packages on the shelf.
        checked: Of them, checked in this run.
        failed: Of these, not passed.
        vanished: Packages that the ledger knows and the shelf has no more.
        differing: Packages of which another copy differs, or is not there.
        left: Packages that are due and were not begun, for the budget was used up.
        size: Bytes read.
        head: Where the ledger ends now.
        report: What was found about the ledger itself.
    """

    report: Report
    head: Head
    there: int = 0
    checked: int = 0
    failed: int = 0
    vanished: int = 0
    differing: int = 0
    left: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A package to check.

    Attributes:
        path: Its folder, or its file where it is serialized.
        name: The same from the shelf's folder, as the ledger has it.
        seals: The seals that it may have, in hexadecimal: that of its last check that passed, and
            that with which the shelf built it since; none where neither is known.
        built_here: Whether the shelf knows that it was built here.
        first: Whether the ledger does not know it yet.
        signed: What was signed by whom at its last check that passed.
    """

    path: Path
    name: str
    seals: tuple[str, ...]
    built_here: bool
    first: bool
    signed: tuple[dict[str, Any], ...] = ()

    def __str__(self) -> str:
        return str(self.path)


def audit(
    shelf: Shelf,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor],
    path: StrPath,
    due: timedelta = timedelta(0),
    budget: Budget = Budget(),
    against: tuple[str, ...] = (),
    rate: float = 0,
    trust: Trust | None = None,
) -> Audited:
    """Verify the packages of a shelf that are due, the longest unchecked first, and record it.

    Args:
        shelf: The shelf; only read.
        take: Called with what came of each package that was checked or has vanished.
        executor: Makes those who do the work.
        path: The ledger's file.
        due: Packages are due whose last check is so long ago.
        budget: How much to do at most.
        against: Other copies to compare each package with; see `copies.compare`.
        rate: Bytes a second that one process may read; 0 for no limit.
        trust: Whose signatures and timestamps to believe.

    Raises:
        InvalidError: The ledger is not what was written; nothing was checked.
        LockedError: Another run holds it.
        StorageError: The ledger cannot be written, or the shelf is empty and should not be.
    """
    path = Path(path)
    heads = SignedHeads(path)

    def read(entry: dict[str, Any]) -> None:
        state.take(entry)
        heads.take(entry)

    with State() as state, ledger.held(path, read) as (book, report):
        heads.examine(trust or Trust(), report)
        book.append(heads.new_entries())
        done = Audited(report, book.head)
        names = (
            str(package.relative_to(shelf.root))
            for package in shelf.packages(take, serialized=True)
        )
        done.there = state.see(names)
        if not done.there and state.count():
            raise StorageError(
                f"{shelf.root} has no packages, and the ledger knows {state.count()}",
                "is the right disk mounted?",
            )
        record = _Recorder(book, done, take)
        with contextlib.ExitStack() as stack:
            stack.callback(record.flush)
            built = stack.enter_context(built_seals(shelf.own / "built.sqlite"))
            for known in state.vanished():
                record.vanished(shelf.root / known.package, known)
            subjects = _due(state, shelf.root, built, due)
            work = Each(partial(_check_one, against=against, trust=trust), rate)
            within = _within(subjects, budget, done)
            run(work, within, record.checked, executor=executor, batch=BATCH, few=BATCH)
            done.left = sum(1 for _ in subjects)
        done.head = book.head
    return done


def _due(
    state: State, root: Path, built: Callable[[str], bytes | None], due: timedelta
) -> Iterator[Subject]:
    now = datetime.now(UTC)
    for name, known in state.due(ledger.written(now - due), ledger.written(now)):
        here = built(name)
        seals = (known.seal if known else None, here.hex() if here else None)
        sealed = tuple(seal for seal in seals if seal)
        signed = known.signed if known else ()
        yield Subject(root / name, name, sealed, here is not None, known is None, signed)


def _within(subjects: Iterator[Subject], budget: Budget, done: Audited) -> Iterator[Subject]:
    started = time.monotonic()
    while budget.seconds is None or time.monotonic() - started < budget.seconds:
        if budget.size is not None and done.size >= budget.size:
            return
        subject = next(subjects, None)
        if subject is None:
            return
        yield subject


def _check_one(
    subject: Subject, pace: Pace, *, against: tuple[str, ...], trust: Trust | None
) -> Done:
    """Check a package, its seal, and its other copies."""
    if not os.path.lexists(subject.path):
        return _gone(subject.path)
    seal = None
    try:
        done = verify_one(subject.path, pace, trust=trust)
        with contextlib.suppress(OSError):  # what cannot be read is among the findings
            seal = seal_of(subject.path).hex()
    except (StorageError, OSError):
        if os.path.lexists(subject.path):
            raise
        return _gone(subject.path)
    if not os.path.lexists(subject.path):  # removed while it was read
        return _gone(subject.path)
    if seal and subject.seals and seal not in subject.seals:
        message = "it is not the package that was checked or built before: its manifests differ"
        hint = "restore it from a copy (audit repair), or accept it (audit accept)"
        done.findings.append(CHANGED.at(Location(str(subject.path)), message, hint))
        done.status = INVALID
    done.details["signed"] = signed_entry(done.details.pop("signatures", ()))
    lost = list(gone(Location(str(subject.path)), subject.signed, done.details["signed"]))
    if lost:
        done.findings += lost
        done.status = INVALID
    done.outcome = "failed" if done.status else "passed"
    done.details["seal"] = seal
    if against:
        _compare(subject, done, against)
    return done


def _compare(subject: Subject, done: Done, against: tuple[str, ...]) -> None:
    identifier = done.details["record"] or subject.path.name
    told = {}
    for copy in against:
        found = copies.compare(subject.path, identifier, copy)
        told[copy] = "differs" if found else "same"
        done.findings += found
        if found:
            done.status = INVALID
    done.details["against"] = told


def _gone(path: Path) -> Done:
    finding = VANISHED.at(Location(str(path)), "it is not there any more", "restore it from a copy")
    return Done(str(path), "vanished", INVALID, [finding])


@dataclass(slots=True)
class _Recorder:
    """Puts what comes of checks into the ledger, many entries at a time."""

    book: Ledger
    done: Audited
    tell: Callable[[Done], None]
    entries: list[dict[str, Any]] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)

    def checked(self, subject: Subject, done: Done) -> None:
        self.done.checked += 1
        self.done.size += done.details.get("size", 0)
        if done.outcome == "vanished":
            self.done.vanished += 1
            self._add(missing_entry(subject.name))
        else:
            self.done.failed += done.outcome == "failed"
            self.done.differing += "differs" in done.details.get("against", {}).values()
            self._add(_entry(subject, done))
        self.tell(done)

    def vanished(self, path: Path, known: Known) -> None:
        self.done.vanished += 1
        if known.outcome != "missing":
            self._add(missing_entry(known.package))
        self.tell(_gone(path))

    def flush(self) -> None:
        self.book.append(self.entries)
        self.entries = []
        self.written = time.monotonic()

    def _add(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)
        if len(self.entries) >= _TOGETHER or time.monotonic() - self.written > _SECONDS:
            self.flush()


def _entry(subject: Subject, done: Done) -> dict[str, Any]:
    """The ledger's entry of a check."""
    entry: dict[str, Any] = {
        "event": CHECK,
        "package": subject.name,
        "id": done.details.get("record"),
        "outcome": "pass" if done.outcome == "passed" else "fail",
        "seal": done.details.get("seal"),
        "files": done.details.get("files"),
        "size": done.details.get("size"),
        "findings": codes(done.findings),
        "signed": done.details.get("signed"),
        "against": done.details.get("against"),
        "built_here": subject.built_here if subject.first else None,
        "detail": done.error[0] or None,
    }
    return {key: value for key, value in entry.items() if value not in (None, [])}


def missing_entry(name: str) -> dict[str, Any]:
    """The ledger's entry of a package that has vanished."""
    return {"event": MISSING, "package": name, "outcome": "fail", "findings": [VANISHED.code]}


def codes(findings: list[Finding]) -> list[str]:
    """The codes of findings that are errors, each once."""
    grave = (finding.code for finding in findings if finding.severity is Severity.ERROR)
    return list(dict.fromkeys(grave))
