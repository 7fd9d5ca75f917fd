"""Check, build, verify and deposit many letters in the background, or make their site."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from archive_pkg.collection import open_collection
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.executors import InProcess
from archive_pkg.messages import _, plural, sentences, term
from archive_pkg.reports import some
from archive_pkg.web.review.package_steps import STEPS
from archive_pkg.web.site.builder import build_site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archive_pkg.collection.bulk.running import Done
    from archive_pkg.projects import Project
    from archive_pkg.reports import Finding
    from archive_pkg.web.review.package_steps import PackageRunner

SITE = "site"
OUTCOMES = {
    "check": "checked",
    "build": "built",
    "verify": "verified",
    "plan": "can be deposited",
    "deposit": "deposited",
    SITE: "on the site",
}


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A letter of a batch.

    Attributes:
        key: Its key.
        title: What it is called in messages.
        digest: The digest of the record that the reviewer saw.
        runner: Runs the steps for its package.
    """

    key: str
    title: str
    digest: str
    runner: PackageRunner


@dataclass(frozen=True, slots=True)
class Failure:
    """A letter for which a step failed, and why.

    Attributes:
        key: The letter's key; empty if it has no page in the review.
        title: What the letter is called.
        message: What is wrong.
        hint: What to do.
    """

    key: str
    title: str
    message: str
    hint: str


@dataclass(slots=True)
class Batch:
    """A step for many letters.

    Attributes:
        step: One of `STEPS`, or "site".
        items: The letters.
        to: The address of the repository for a plan or deposit.
        done: The number of letters that are done.
        size: The bytes of the packages that a plan can deposit.
        held: The number of letters that the repository already has.
        failures: The letters for which the step failed.
        outcome: A sentence about the outcome; empty while it is running.
        replace: Whether to replace packages that differ.
        differing: The letters whose packages differ and were not replaced.
        site: The folder of the site.
    """

    step: str
    items: Sequence[BatchItem]
    to: str = ""
    done: int = 0
    size: int = 0
    held: int = 0
    failures: list[Failure] = field(default_factory=list)
    outcome: str = ""
    replace: bool = False
    differing: list[BatchItem] = field(default_factory=list)
    site: Path | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._thread is not None and not self.outcome

    @property
    def good(self) -> bool:
        """Whether it ended without failures."""
        return bool(self.outcome) and not self.failures

    def start(self, project: Project, packages: Path) -> None:
        """Start in a thread.

        Args:
            project: The settings of the project.
            packages: The folder of the packages for the site.

        Raises:
            UsageError: There is no such step, or no letter is selected.
        """
        if self.step not in (*STEPS, SITE):
            raise UsageError(f"{self.step} is not a step", _("Reload the page."))
        if not self.items and self.step != SITE:
            raise UsageError(_("no letter is selected"), _("Select letters in the list first."))
        work = self._make_site if self.step == SITE else self._run
        self._thread = threading.Thread(target=work, args=(project, packages), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current letter, and wait for its end."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self, project: Project, packages: Path) -> None:
        for item in self.items:
            if self._stop.is_set():
                break
            try:
                item.runner.start(self.step, item.digest, replace=self.replace, to=self.to)
                item.runner.wait()
                self._take(item)
            except ArchivePkgError as error:
                self._fail(item, error.message, error.hint)
            self.done += 1
        good = self.done - len(self.failures) - self.held
        said: list[str] = []
        if good or not self.held:
            said.append(self._counted(good))
        if self.held:
            said.append(
                plural(
                    "{n:,} letter is already deposited.",
                    "{n:,} letters are already deposited.",
                    self.held,
                )
            )
        self.outcome = sentences(said)

    def _counted(self, good: int) -> str:
        return plural(
            "{good:,} of {n:,} letter {step}.",
            "{good:,} of {n:,} letters {step}.",
            len(self.items),
            good=good,
            step=term("outcome", OUTCOMES[self.step]),
        )

    def _take(self, item: BatchItem) -> None:
        step = item.runner.steps[self.step]
        errors = step.report.errors
        if step.good and self.step in ("plan", "deposit"):
            plan = self.step == "plan"
            is_held = step.outcome.held if plan else not step.outcome.new
            self.held += is_held
            self.size += step.outcome.size if plan and not is_held else 0
        if errors and errors[0].code == "package-differs":
            self.differing.append(item)
            self._fail(item, _("a different package of this name is there already"), "")
        elif step.error is not None:
            finding: Finding | None = errors[0] if len(errors) == 1 else None
            hint = (finding.hint if finding else "") or step.error.hint
            message = step.error.message
            if finding and finding.message not in message:
                message = _("{message}: {cause}", message=message, cause=finding.message)
            self._fail(item, message, hint)
        elif errors:
            place = errors[0].location.field or errors[0].location.path
            said: str = _("{message}: {cause}", message=place, cause=errors[0].message)
            if len(errors) > 1:
                more = len(errors) - 1
                said = plural("{text} (and {n:,} more)", "{text} (and {n:,} more)", more, text=said)
            self._fail(item, said, errors[0].hint)

    def _fail(self, item: BatchItem, message: str, hint: str) -> None:
        self.failures.append(Failure(item.key, item.title, message, hint))

    def _make_site(self, project: Project, packages: Path) -> None:
        self.site = packages.parent / SITE
        left_out: list[str] = []

        def take(done: Done) -> None:
            self.done += 1
            if done.outcome == "left out":
                left_out.append(PurePath(done.path).name)
            if done.status:
                self.failures.append(Failure("", done.path, *done.error))

        try:
            made = build_site(
                open_collection(packages),
                self.site,
                take,
                executor=InProcess,
                day=datetime.now(UTC).date(),
                project=project,
            )
        except ArchivePkgError as error:
            self.failures.append(Failure("", str(packages), error.message, error.hint))
            self.outcome = _("The site was not made.")
        else:
            said = [plural("{n:,} letter on the site.", "{n:,} letters on the site.", made.letters)]
            if left_out:
                said.append(
                    plural(
                        "{n:,} letter left out, because no part is open ({names}).",
                        "{n:,} letters left out, because no part is open ({names}).",
                        len(left_out),
                        names=some(left_out),
                    )
                )
            self.outcome = sentences(said)
