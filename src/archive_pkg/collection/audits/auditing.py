"""Audit a collection: check the packages with the oldest checks first, and record each."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits import comparing, ledger
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.audits.histories import CHECK, MISSING, PackageHistories
from archive_pkg.collection.audits.recorded_signatures import lost_signatures, signed_entry
from archive_pkg.collection.audits.signed_heads import SignedHeads
from archive_pkg.collection.bulk.build_cache import built_fingerprints
from archive_pkg.collection.bulk.for_each import INVALID, ForEach, Pace, verify_one
from archive_pkg.collection.bulk.running import ROUNDS, Done, run
from archive_pkg.errors import StorageError
from archive_pkg.executors import InProcess
from archive_pkg.packages import Trust
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.collection.audits.histories import PackageHistory
    from archive_pkg.collection.audits.ledger import Ledger, LedgerHead
    from archive_pkg.collection.opening import Collection
    from archive_pkg.executors import Executor
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding, Report

BATCH = 8
"""The number of packages in a batch. It is small, because budgets are checked between batches."""
_ENTRIES_PER_WRITE = 200
"""Write the collected entries into the ledger when there are this many."""
_SECONDS_PER_WRITE = 5.0
"""Write the collected entries into the ledger after this many seconds."""

VANISHED = Code(
    "package-vanished",
    Severity.ERROR,
    "A package that was checked before is missing from the collection. Restore it from a copy "
    "(`audit repair`).",
)
CHANGED = Code(
    "package-replaced",
    Severity.ERROR,
    "A package is not the one that was checked or built before: its manifests are different. It "
    "can still be valid, because a forger can write new manifests. Restore it from a copy (`audit "
    "repair`), or accept it as it is (`audit accept`).",
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a run may do. None means no limit.

    Attributes:
        seconds: After this many seconds, no more packages are given to workers.
        size: After this many bytes have been read, no more packages are given to workers.
    """

    seconds: float | None = None
    size: int | None = None


@dataclass(slots=True)
class AuditResult:
    """The result of an audit.

    Attributes:
        present: Packages in the collection.
        checked: Packages that workers examined in this run, including those that have vanished
            since.
        failed: Packages whose check failed.
        vanished: Packages in the ledger that are missing from the collection.
        differing: Packages with another copy that differs, is missing or cannot be read.
        left: Packages that are due but were not checked, because a budget was used up.
        size: Bytes read.
        head: The ledger's head after the run.
        report: Findings about the ledger itself.
    """

    report: Report
    head: LedgerHead
    present: int = 0
    checked: int = 0
    failed: int = 0
    vanished: int = 0
    differing: int = 0
    left: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class AuditSubject:
    """A package to check.

    Attributes:
        path: Its folder, or its file if it is serialized.
        name: Its path in the collection, as the ledger has it.
        fingerprints: The accepted fingerprints (hex): that of the last check that passed, and
            that of the last build in this collection. If there is none, every fingerprint is
            accepted.
        built_here: Whether this program is known to have built it in this collection.
        first: Whether this is its first check.
        signed: Its signatures at its last check that passed.
    """

    path: Path
    name: str
    fingerprints: tuple[str, ...]
    built_here: bool
    first: bool
    signed: tuple[dict[str, Any], ...] = ()

    def __str__(self) -> str:
        return str(self.path)


def audit(
    collection: Collection,
    on_result: Callable[[Done], None],
    *,
    path: StrPath,
    executor: Callable[[], Executor] = InProcess,
    due: timedelta = timedelta(0),
    budget: Budget = Budget(),
    against: tuple[str, ...] = (),
    rate: float = 0,
    trust: Trust | None = None,
) -> AuditResult:
    """Verify the packages that are due, those with the oldest checks first, and record each check.

    Args:
        collection: The collection. Its packages are not changed.
        on_result: Called with the result for each package that was checked or has vanished, and
            for problems that the search for packages finds.
        executor: Returns the executor; see `build_many`.
        path: The ledger's file.
        due: Check packages whose last check is at least this long ago.
        budget: The limits of this run.
        against: Other copies to compare each package with; see `comparing.compare`.
        rate: Bytes per second that one worker may read; 0 for no limit.
        trust: Whose signatures and timestamps to trust.

    Raises:
        InvalidError: The ledger was changed or is damaged; nothing was checked.
        LockedError: Another run holds it.
        StorageError: The ledger cannot be written, or the collection is unexpectedly empty.
        UsageError: A copy in `against` is of an unknown kind.
    """
    for copy in against:
        comparing.refuse_unknown(copy)
    path = Path(path)
    heads = SignedHeads(path)

    def read(entry: dict[str, Any]) -> None:
        histories.take(entry)
        heads.take(entry)

    with PackageHistories() as histories, ledger.held(path, read) as (open_ledger, report):
        heads.examine(trust or Trust(), report)
        open_ledger.append(heads.new_entries())
        result = AuditResult(report, open_ledger.head)
        names = (
            package.relative_to(collection.root).as_posix()
            for package in collection.packages(on_result, serialized=True)
        )
        result.present = histories.see(names)
        if not result.present and histories.count():
            raise StorageError(
                f"{collection.root} has no packages, but the ledger has {histories.count()}",
                "Check that the right disk is mounted.",
            )
        recorder = _Recorder(open_ledger, result, on_result)
        with contextlib.ExitStack() as stack:
            stack.callback(recorder.flush)
            built = stack.enter_context(built_fingerprints(collection.own / "built.sqlite"))
            for history in histories.vanished():
                recorder.vanished(collection.root / history.package, history)
            subjects = _due(histories, collection.root, built, due)
            work = ForEach(partial(_check_one, against=against, trust=trust), rate)
            within = _until_spent(subjects, budget, result)
            rounds = ROUNDS if budget == Budget() else 1  # what is read ahead is checked
            run(
                work, within, recorder.checked,
                executor=executor, batch=BATCH, few=BATCH, rounds=rounds,
            )  # fmt: skip
            result.left = sum(1 for _ in subjects)
        result.head = open_ledger.head
    return result


def _due(
    histories: PackageHistories, root: Path, built: Callable[[str], bytes | None], due: timedelta
) -> Iterator[AuditSubject]:
    now = datetime.now(UTC)
    for name, history in histories.due(ledger.written(now - due), ledger.written(now)):
        last_build = built(name)
        both = (
            history.fingerprint if history else None,
            last_build.hex() if last_build else None,
        )
        allowed = tuple(filter(None, both))
        signed = history.signed if history else ()
        yield AuditSubject(
            root / name, name, allowed, last_build is not None, history is None, signed
        )


def _until_spent(
    subjects: Iterator[AuditSubject], budget: Budget, result: AuditResult
) -> Iterator[AuditSubject]:
    started = time.monotonic()
    while budget.seconds is None or time.monotonic() - started < budget.seconds:
        if budget.size is not None and result.size >= budget.size:
            return
        subject = next(subjects, None)
        if subject is None:
            return
        yield subject


def _check_one(
    subject: AuditSubject, pace: Pace, *, against: tuple[str, ...], trust: Trust | None
) -> Done:
    """Check a package, its fingerprint, and its other copies."""
    if not os.path.lexists(subject.path):
        return _vanished(subject.path)
    fingerprint = None
    try:
        done = verify_one(subject.path, pace, trust=trust)
        with contextlib.suppress(OSError):  # the findings say what cannot be read
            fingerprint = fingerprint_of(subject.path).hex()
    except (StorageError, OSError):
        if os.path.lexists(subject.path):
            raise
        return _vanished(subject.path)
    if not os.path.lexists(subject.path):  # removed while it was read
        return _vanished(subject.path)
    if fingerprint and subject.fingerprints and fingerprint not in subject.fingerprints:
        message = "this is not the package that was checked or built before: its manifests differ"
        hint = "Restore it from a copy (audit repair), or accept it as it is (audit accept)."
        done.findings.append(CHANGED.at(Location(str(subject.path)), message, hint))
        done.status = INVALID
    done.details["signed"] = signed_entry(done.details.pop("signatures", ()))
    lost = list(
        lost_signatures(Location(str(subject.path)), subject.signed, done.details["signed"])
    )
    if lost:
        done.findings += lost
        done.status = INVALID
    done.outcome = "failed" if done.status else "passed"
    done.details["seal"] = fingerprint  # the name in the ledger
    if against:
        _compare(subject, done, against)
    return done


_OUTCOMES = {
    comparing.COPY_ABSENT.code: "missing",
    comparing.COPY_UNREADABLE.code: "unreadable",
}
"""The outcomes of comparisons in which no bytes were compared."""


def _compare(subject: AuditSubject, done: Done, against: tuple[str, ...]) -> None:
    identifier = done.details["record"] or subject.path.name
    outcomes = {}
    for copy in against:
        found = comparing.compare(subject.path, identifier, copy)
        outcomes[copy] = _OUTCOMES.get(found[0].code, "differs") if found else "same"
        done.findings += found
        if found:
            done.status = INVALID
    done.details["against"] = outcomes


def _vanished(path: Path) -> Done:
    finding = VANISHED.at(
        Location(str(path)), "the package is missing", "Restore it from a copy (audit repair)."
    )
    return Done(str(path), "vanished", INVALID, [finding])


@dataclass(slots=True)
class _Recorder:
    """Writes the results of checks into the ledger, many entries at a time."""

    ledger: Ledger
    result: AuditResult
    on_result: Callable[[Done], None]
    entries: list[dict[str, Any]] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)

    def checked(self, subject: AuditSubject, done: Done) -> None:
        self.result.checked += 1
        self.result.size += done.details.get("size", 0)
        if done.outcome == "vanished":
            self.result.vanished += 1
            self._add(vanished_entry(subject.name))
        else:
            self.result.failed += done.outcome == "failed"
            self.result.differing += not {*done.details.get("against", {}).values()} <= {"same"}
            self._add(_entry(subject, done))
        self.on_result(done)

    def vanished(self, path: Path, history: PackageHistory) -> None:
        self.result.vanished += 1
        if history.outcome != "missing":
            self._add(vanished_entry(history.package))
        self.on_result(_vanished(path))

    def flush(self) -> None:
        self.ledger.append(self.entries)
        self.entries = []
        self.written = time.monotonic()

    def _add(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)
        if (
            len(self.entries) >= _ENTRIES_PER_WRITE
            or time.monotonic() - self.written > _SECONDS_PER_WRITE
        ):
            self.flush()


def _entry(subject: AuditSubject, done: Done) -> dict[str, Any]:
    """Return the ledger's entry for a check."""
    entry: dict[str, Any] = {
        "event": CHECK,
        "package": subject.name,
        "id": done.details.get("record"),
        "outcome": "pass" if done.outcome == "passed" else "fail",
        "seal": done.details.get("seal"),
        "files": done.details.get("files"),
        "size": done.details.get("size"),
        "findings": error_codes(done.findings),
        "signed": done.details.get("signed"),
        "against": done.details.get("against"),
        "built_here": subject.built_here if subject.first else None,
        "detail": done.error[0] or None,
    }
    return {key: value for key, value in entry.items() if value not in (None, [])}


def vanished_entry(name: str) -> dict[str, Any]:
    """Return the ledger's entry for a package that has vanished."""
    return {"event": MISSING, "package": name, "outcome": "fail", "findings": [VANISHED.code]}


def error_codes(findings: list[Finding]) -> list[str]:
    """Return the codes of the findings that are errors, each once."""
    grave = (finding.code for finding in findings if finding.severity is Severity.ERROR)
    return list(dict.fromkeys(grave))
