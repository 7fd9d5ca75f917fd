"""From the reviewed record to a deposited package: what takes a while, and how far it has come."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg import deposits, packages
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.records import load_record
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.deposits import Deposited, Plan
    from archive_pkg.fixity import Tally
    from archive_pkg.packages import Built, Verification

STEPS = ("check", "build", "verify", "plan", "deposit")


@dataclass(slots=True)
class Step:
    """One step: going on, or what came of it.

    Attributes:
        name: One of `STEPS`.
        of: The digest of the record that it was done with.
        running: Whether it is going on.
        bytes_done: How many bytes have been gone through.
        bytes_all: How many there are; 0 where that is not known.
        report: What was found.
        error: Why it did not go well; None if it did.
        outcome: What came of it.
        to: The repository's address, of a plan or deposit.
    """

    name: str
    of: str
    running: bool = True
    bytes_done: int = 0
    bytes_all: int = 0
    report: Report = field(default_factory=Report)
    error: ArchivePkgError | None = None
    outcome: Any = None
    to: str = ""

    @property
    def good(self) -> bool:
        """Whether it ended well."""
        return not self.running and self.error is None and self.report.ok

    def tally(self, tally: Tally) -> None:
        """Take what a verification says of its progress."""
        self.bytes_done, self.bytes_all = tally.size, tally.all_size or 0

    def tick(self, count: int) -> None:
        """Take that more bytes were sent."""
        self.bytes_done += count


@dataclass(slots=True)
class Workbench:
    """The package of one letter: what has been done for it in this review.

    Attributes:
        record: The record's file.
        out: The folder for packages.
        steps: The steps that were taken, by their names.
    """

    record: Path
    out: Path
    steps: dict[str, Step] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a step is going on."""
        return any(step.running for step in self.steps.values())

    @property
    def package(self) -> Path:
        """Where the package is, or would be."""
        return self.out / load_record(self.record).id

    def begin(self, name: str, of: str, *, replace: bool = False, to: str = "") -> None:
        """Begin a step; it goes on by itself.

        Args:
            name: One of `STEPS`.
            of: The digest of the record that the reviewer sees.
            replace: Whether a package that differs may be replaced.
            to: The repository's address; of a deposit, that of the plan which was shown.

        Raises:
            UsageError: There is no such step, or another is going on, or nothing was planned.
        """
        do = {
            "check": self._check,
            "build": lambda step: self._build(step, replace=replace),
            "verify": self._verify,
            "plan": self._plan,
            "deposit": self._deposit,
        }.get(name)
        if do is None:
            raise UsageError(f"there is no step called {name}", "reload the page")
        with self._lock:
            if self.running:
                raise UsageError("another step is still running", "wait until it has ended")
            planned = self.steps.get("plan")
            if name == "deposit" and not (planned and planned.good and planned.to == to):
                raise UsageError("there is no plan for this deposit", "press Show plan first")
            for later in STEPS[STEPS.index(name) :]:
                if not (name == "plan" and later == "deposit"):
                    self.steps.pop(later, None)
            if name == "deposit" and planned:
                self.steps["plan"] = planned
            step = self.steps[name] = Step(name, of, to=to)
            self._thread = threading.Thread(target=_run, args=(do, step), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is going on."""
        if self._thread:
            self._thread.join()

    def _check(self, step: Step) -> None:
        step.report = packages.check(self.record)

    def _build(self, step: Step, *, replace: bool) -> None:
        built: Built = packages.build_package(self.record, self.out, replace=replace)
        step.outcome = built

    def _verify(self, step: Step) -> None:
        made: Verification = packages.verify(self.package, jobs=1, progress=step.tally)
        step.outcome, step.report = packages.states(made), made.report

    def _plan(self, step: Step) -> None:
        made: Plan = deposits.plan(self.package, _address(step.to))
        step.outcome, step.report = made, made.report

    def _deposit(self, step: Step) -> None:
        step.bytes_all = self.steps["plan"].outcome.size
        made: Deposited = deposits.deposit(self.package, _address(step.to), tick=step.tick)
        step.outcome = made


def _run(do: Callable[[Step], None], step: Step) -> None:
    try:
        do(step)
    except ArchivePkgError as error:
        step.error = error
        step.report = getattr(error, "report", Report())
    except Exception as error:
        step.error = ArchivePkgError(
            f"this is a bug in archive-pkg: {type(error).__name__}: {error}", "please report it"
        )
    finally:
        step.running = False


def _address(to: str) -> str:
    """An address as it was typed; one that names nothing is no folder of that name here."""
    if ":" not in to.strip():
        raise UsageError(
            f"{to} is not the address of a repository", "write ocfl: and the path of a folder"
        )
    return to.strip()
