"""Check, build, verify and deposit a reviewed letter in the background."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg import deposits, packages
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.messages import _
from archive_pkg.projects import Project
from archive_pkg.records import load_record
from archive_pkg.reports import Report
from archive_pkg.storage import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.deposits import Deposited, DepositPlan
    from archive_pkg.fixity import Tally
    from archive_pkg.packages import Built, Verification

STEPS = ("check", "build", "verify", "plan", "deposit")


@dataclass(slots=True)
class PackageStep:
    """A step that is running or has ended.

    Attributes:
        name: One of `STEPS`.
        digest: The digest of the record that the reviewer saw when the step was started.
        running: Whether it is running.
        bytes_done: The bytes processed so far.
        bytes_all: The bytes to process; 0 if unknown.
        report: The findings.
        error: Why it failed; None if it has not failed.
        outcome: What it returned: a package, sentences, a plan or a deposit; None if nothing.
        to: The repository's address for a plan or deposit; otherwise "".
    """

    name: str
    digest: str
    running: bool = True
    bytes_done: int = 0
    bytes_all: int = 0
    report: Report = field(default_factory=Report)
    error: ArchivePkgError | None = None
    outcome: Any = None
    to: str = ""

    @property
    def good(self) -> bool:
        """Whether the step has ended without errors."""
        return not self.running and self.error is None and self.report.ok

    def tally(self, tally: Tally) -> None:
        """Update the progress of a verification."""
        self.bytes_done, self.bytes_all = tally.size, tally.all_size or 0

    def tick(self, count: int) -> None:
        """Add bytes that were sent."""
        self.bytes_done += count


@dataclass(slots=True)
class PackageRunner:
    """Runs the steps for the package of one letter.

    Attributes:
        record: The record's file.
        out: The folder for packages.
        project: The settings of the project.
        steps: The steps started so far, by name.
    """

    record: Path
    out: Path
    project: Project = field(default_factory=Project)
    steps: dict[str, PackageStep] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _built: dict[Path, bytes] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether a step is running."""
        return any(step.running for step in self.steps.values())

    @property
    def package(self) -> Path:
        """The path of the package, which may not exist yet."""
        return self.out / load_record(self.record).id

    def start(self, name: str, digest: str, *, replace: bool = False, to: str = "") -> None:
        """Start a step in a thread.

        Args:
            name: One of `STEPS`.
            digest: The digest of the record that the reviewer sees.
            replace: Whether to replace a package that differs.
            to: The repository's address. A deposit needs the address of the plan.

        Raises:
            UsageError: There is no such step, a step is running, or the deposit has no plan.
        """
        do = {
            "check": self._check,
            "build": lambda step: self._build(step, replace=replace),
            "verify": self._verify,
            "plan": self._plan,
            "deposit": self._deposit,
        }.get(name)
        if do is None:
            raise UsageError(f"{name} is not a step", "Reload the page.")
        with self._lock:
            if self.running:
                raise UsageError(_("another step is still running"), _("Wait until it has ended."))
            planned = self.steps.get("plan")
            if name == "deposit" and not (planned and planned.good and planned.to == to):
                raise UsageError(
                    _("there is no plan for this deposit"), _("Press Show plan first.")
                )
            for later in STEPS[STEPS.index(name) :]:
                if not (name == "plan" and later == "deposit"):
                    self.steps.pop(later, None)
            if name == "deposit" and planned:
                self.steps["plan"] = planned
            step = self.steps[name] = PackageStep(name, digest, to=to)
            self._thread = threading.Thread(target=_run, args=(do, step), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until the running step has ended."""
        if self._thread:
            self._thread.join()

    def _check(self, step: PackageStep) -> None:
        step.report = packages.check(self.record)

    def _build(self, step: PackageStep, *, replace: bool) -> None:
        built: Built = packages.build_package(
            self.record, self.out, replace=replace or self._is_own(), project=self.project
        )
        step.outcome, step.report = built, built.report
        if built.outcome != "unchanged":
            self._built[built.path] = _tag_manifests(built.path)

    def _is_own(self) -> bool:
        """Return whether this review built the package that is there now."""
        package = self.package
        return package in self._built and self._built[package] == _tag_manifests(package)

    def _verify(self, step: PackageStep) -> None:
        made: Verification = packages.verify(self.package, jobs=1, progress=step.tally)
        step.outcome, step.report = packages.states(made), made.report

    def _plan(self, step: PackageStep) -> None:
        made: DepositPlan = deposits.plan(self.package, _address(step.to, self.project))
        step.outcome, step.report = made, made.report

    def _deposit(self, step: PackageStep) -> None:
        step.bytes_all = self.steps["plan"].outcome.size
        made: Deposited = deposits.deposit(
            self.package, _address(step.to, self.project), tick=step.tick
        )
        step.outcome = made


def _run(do: Callable[[PackageStep], None], step: PackageStep) -> None:
    try:
        do(step)
    except ArchivePkgError as error:
        step.error = error
        step.report = getattr(error, "report", Report())
    except Exception as error:
        step.error = ArchivePkgError(
            f"this is a bug in archive-pkg: {type(error).__name__}: {error}", "Please report it."
        )
    finally:
        step.running = False


def _tag_manifests(package: Path) -> bytes:
    """Return the tag manifests of a package, which differ if any of its files does."""
    return b"".join(map(read_regular, sorted(package.glob("tagmanifest-*.txt"))))


def _address(to: str, project: Project) -> str:
    """Return the address of a target in the project file, or an address without outer spaces.

    Raises:
        UsageError: It is a bare path.
    """
    to = project.address(to.strip())
    if ":" not in to:
        raise UsageError(
            _("{address} is not the address of a repository", address=to),
            _("Write ocfl: and the path of a folder."),
        )
    return to
