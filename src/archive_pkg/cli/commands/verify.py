"""`archive-pkg verify`."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    Jobs,
    LimitRate,
    bulk_answering,
    executor_from,
    rate_of,
)
from archive_pkg.cli.output import Json, Quiet
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.cli.trust import (
    AllowedSigners,
    RequireSignature,
    RequireTimestamp,
    RevokedKeys,
    TimestampCa,
    WithBareOptions,
)
from archive_pkg.errors import UsageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg import executors
    from archive_pkg.cli.bulk import BulkAnswer
    from archive_pkg.collection import Done
    from archive_pkg.collection.bulk.for_each import Pace


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=WithBareOptions)(verify)


def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Packages or other bags (folders or archives), or folders that contain them."
        ),
    ] = None,
    second_opinion: Annotated[
        bool,
        typer.Option(
            "--second-opinion", help="Also verify with bagit-python, and report any difference."
        ),
    ] = False,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    require_signature: RequireSignature = None,
    require_timestamp: RequireTimestamp = False,
    bag_only: Annotated[
        bool,
        typer.Option("--bag-only", help="Verify only the bag, not the record in it."),
    ] = False,
    jobs: Jobs = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    executor: Executor = "",
    limit_rate: LimitRate = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check whether packages and other bags are complete, valid and signed.

    In a package, the record and its quotes are checked, too.

    Example: archive-pkg verify packages/1960-07-18-cpsu-to-sed --second-opinion
    """
    from archive_pkg import collection
    from archive_pkg.packages import Trust

    paths, who = _paths_and_signer(paths or [], require_signature)
    trust = Trust.read(
        allowed_signers,
        revoked,
        timestamp_ca,
        require_signature=who,
        require_timestamp=require_timestamp,
    )
    if bag_only and trust != Trust():
        raise UsageError(_("--bag-only does not check signatures"), _("Omit --bag-only."))
    do = partial(
        collection.verify_one, bag_only=bag_only, second_opinion=second_opinion, trust=trust
    )
    with bulk_answering("verify", report, metrics=metrics, as_json=as_json, quiet=quiet) as answer:
        starting = executor_from(jobs, executor, gentle=gentle)
        verify_all(answer, paths, do, _lines, starting, jobs, limit_rate, shown=not quiet)


def verify_all(
    answer: BulkAnswer,
    paths: list[Path],
    do: Callable[..., Done],
    lines: Callable[[Done], Iterator[str]],
    executor: Callable[[], executors.Executor],
    jobs: int | None,
    limit_rate: str,
    *,
    shown: bool,
) -> None:
    """Verify the bags at paths.

    Args:
        answer: Gets the results.
        paths: Bags, and folders of bags.
        do: `collection.verify_one` with some of its arguments.
        lines: Returns the lines to print about a result.
        executor: See `collection.run`.
        jobs: How many files to read at a time.
        limit_rate: The bytes to read per second, such as "50M"; "" for no limit.
        shown: Whether to show the progress with a few bags.
    """
    from archive_pkg import collection

    found = collection.find_packages(paths, answer.take, serialized=True)
    bags, few = answer.ahead(found, lines)
    do = partial(do, jobs=jobs if few else 1)
    work = collection.ForEach(
        partial(_with_progress, do) if few and shown else do,
        rate_of(limit_rate, 1 if few else jobs),
    )
    collection.run(work, bags, answer.take_for_subject, executor=executor)


def _with_progress(do: Callable[..., Done], path: Path, pace: Pace) -> Done:
    from archive_pkg.cli.progress import showing

    with showing("verifying") as show:
        return do(path, pace, show=show)


def _lines(done: Done) -> Iterator[str]:
    from archive_pkg.packages.result_sentences import NOT_A_BAG

    details = done.details
    if NOT_A_BAG in details["states"]:
        yield _("{path}: not a package or bag", path=done.path)
        return
    words = verdict_in_words(
        ok=not done.status, valid=details["valid"], complete=details["complete"]
    )
    yield _("{path}: {outcome}", path=done.path, outcome=words)
    for state in details["states"]:
        yield _("  {text}", text=state)
    if details.get("second_opinion"):
        yield f"  {details['second_opinion']}"
    if details["title"]:
        yield _("  Record: {split}", split=" ".join(details["title"].split()))


def verdict_in_words(*, ok: bool, valid: bool | None, complete: bool | None) -> str:
    """Return the outcome of a verification in a few words.

    Args:
        ok: Whether the bag and the package in it have no errors.
        valid: Whether the bag is valid.
        complete: Whether it is complete.
    """
    if ok:
        return _("complete and valid")
    if valid:
        return _("the bag is valid, but its contents or signatures have errors")
    return _("complete, but not valid") if complete else _("neither complete nor valid")


def _paths_and_signer(paths: list[Path], who: str | None) -> tuple[list[Path], bool | str]:
    """Return the paths and the signer. The option may have taken the only path as its value."""
    if who and not paths:
        return [Path(who)], True
    if not paths:
        raise UsageError(_("no path given"), _("Name a package or a folder of packages."))
    if who and os.path.lexists(who):
        raise UsageError(
            _("--require-signature {who}: this is a file or folder, not a signer", who=who),
            _("Write the option after the paths, or write --require-signature=WHO."),
        )
    return paths, who if who else who is not None
