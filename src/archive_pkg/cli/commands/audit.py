"""`archive-pkg audit run`, `report`, `sign`, `repair` and `accept`."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    Jobs,
    LimitRate,
    ReportFile,
    Repositories,
    executor_from,
    parse_bytes,
    rate_of,
    telling,
)
from archive_pkg.cli.output import Json, Quiet, answering, warn, write_file
from archive_pkg.cli.trust import AllowedSigners, RevokedKeys, SigningKey, TimestampCa
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.storage import mode_of, storage_errors

if TYPE_CHECKING:
    from archive_pkg.collection import Budget, Shelf
    from archive_pkg.collection.audits.auditing import Audited
    from archive_pkg.collection.audits.ledger import Head
    from archive_pkg.packages import Signed

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The shelf: a folder of packages.")]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="The ledger, if not .archive-pkg/ledger.jsonl on the shelf. Best elsewhere.",
    ),
]

app = typer.Typer(help="Fixity over time: check, report, repair.", no_args_is_help=True)


@app.command()
def run(
    directory: Directory,
    due: Annotated[
        str,
        typer.Option("--due", help="Check what was last checked so long ago: 90d, 12h; 0 for all."),
    ] = "90d",
    budget: Annotated[
        str,
        typer.Option("--budget", help="Begin no more after so long, or so much read: 2h, 500G."),
    ] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            help="Compare with other copies: ocfl:PATH, a folder of packages, a receipt, "
            "receipts for those beside each package, receipts:FOLDER for those in a folder.",
        ),
    ] = None,
    ledger: LedgerFile = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="A file for figures in Prometheus's text format."),
    ] = None,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    jobs: Jobs = None,
    report: ReportFile = None,
    executor: Executor = "",
    limit_rate: LimitRate = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify the packages that are longest unchecked, and put each check into the ledger.

    Example: archive-pkg audit run packages --due 90d --budget 2h
    """
    from archive_pkg import collection
    from archive_pkg.packages import Trust

    interval, most = parse_duration(due), parse_budget(budget)
    trust = Trust.read(allowed_signers, revoked, timestamp_ca)
    shelf = collection.open_shelf(directory)
    path = _ledger(shelf, ledger)
    with telling("audit run", report, as_json=as_json, quiet=quiet, files=[metrics]) as told:
        if metrics is not None and not metrics.parent.is_dir():  # told now, not after two hours
            raise StorageError(f"there is no folder {metrics.parent}", "make it, or name another")
        audited = collection.audit(
            shelf,
            told.take,
            executor=executor_from(jobs, executor, gentle=gentle),
            path=path,
            due=interval,
            budget=most,
            against=tuple(against or ()),
            rate=rate_of(limit_rate, jobs),
            trust=trust,
        )
        told.found(audited.report)
        told.closing(_closing(audited))
        if metrics is not None:
            _write_metrics(shelf, path, metrics)


@app.command()
def report(
    directory: Directory,
    ledger: LedgerFile = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="A file for the report as a page.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", help="A file for a table with a line a package.")
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="A file for figures in Prometheus's text format."),
    ] = None,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell what was checked when, what failed, what was never checked, what vanished.

    Example: archive-pkg audit report packages --html audit.html
    """
    from archive_pkg import collection
    from archive_pkg.packages import Trust

    shelf = collection.open_shelf(directory)
    path = _ledger(shelf, ledger)
    trust = Trust.read(allowed_signers, revoked, timestamp_ca)
    with (
        answering(
            "audit report", as_json=as_json, quiet=quiet, files=[page, table, metrics]
        ) as answer,
        answer.about(directory) as result,
        collection.Overview(shelf, path, trust) as overview,
    ):
        answer.found(result, overview.report)
        if not overview.ok:
            answer.worsen(3)
        result |= {
            "packages": overview.there,
            "failed": overview.failed,
            "vanished": overview.vanished,
            "copies_differ": overview.differing,
            "never_checked": overview.never,
            "not_built_here": overview.strangers,
            "oldest_check": overview.oldest,
            "entries": overview.head.number,
            "head": str(overview.head),
            "signed_heads": [_signed_head(*each) for each in overview.signed],
        }
        for line in overview.words():
            answer.say(line)
        with storage_errors(f"reading {directory}"):
            mode = mode_of(directory, path)  # it has the names of the packages
        if page is not None:
            write_file(page, overview.page().encode(), mode=mode)
        if table is not None:
            write_file(table, "".join(overview.csv_lines()).encode(), mode=mode)
        if metrics is not None:
            write_file(metrics, overview.metrics().encode())


def _signed_head(head: Head, signature: Signed) -> dict[str, object]:
    return {
        **signature.as_json(),
        "entry": head.number,
        "times": [stamp.time.isoformat() for stamp in signature.stamps],
    }


@app.command()
def sign(
    directory: Directory,
    key: SigningKey = None,
    timestamp: Annotated[
        str | None,
        typer.Option("--timestamp", metavar="URL", help="A time-stamping authority (RFC 3161)."),
    ] = None,
    ledger: LedgerFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign the ledger's head, so that nobody can write anew what stands before it.

    Example: archive-pkg audit sign packages --key ~/.ssh/id_ed25519
    """
    from archive_pkg import collection

    shelf = collection.open_shelf(directory)
    with (
        answering("audit sign", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        done = collection.sign_head(_ledger(shelf, ledger), key=key, timestamp=timestamp)
        answer.found(result, done.report)
        result |= {
            "head": str(done.head),
            "file": str(done.file),
            "new": [str(path) for path in done.new],
            "pending": done.pending,
        }
        for path in done.new:
            answer.say(str(path))
        if not done.new and not done.pending:
            answer.say(f"{done.file}: is signed already")
        if done.pending:
            answer.worsen(4)
            warn(f"{done.file}: no timestamp yet: {done.pending}")
            typer.echo("       → try again with --timestamp before the next audit", err=True)


@app.command()
def repair(
    directory: Directory,
    packages: Annotated[
        list[Path] | None,
        typer.Argument(help="Packages; all that failed or vanished if none is named."),
    ] = None,
    copy: Annotated[
        str,
        typer.Option(
            "--from",
            help="A good copy: ocfl:PATH, a folder of packages, a receipt, receipts for those "
            "beside each, receipts:FOLDER for those in a folder.",
        ),
    ] = "",
    repository: Repositories = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be done.")
    ] = False,
    ledger: LedgerFile = None,
    report: ReportFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Restore damaged or vanished packages from another copy; the damaged ones are kept aside.

    Example: archive-pkg audit repair packages --from ocfl:archive
    """
    from archive_pkg import collection

    if not copy:
        raise UsageError("from which copy?", "name it with --from: ocfl:PATH, a receipt, receipts")
    shelf = collection.open_shelf(directory)
    with telling("audit repair", report, as_json=as_json, quiet=quiet) as told:
        found = collection.repair(
            shelf,
            told.take,
            path=_ledger(shelf, ledger),
            copy=copy,
            repositories=repository or (),
            packages=packages or (),
            dry_run=dry_run,
        )
        told.found(found)


@app.command()
def accept(
    directory: Directory,
    packages: Annotated[list[Path], typer.Argument(help="Packages that were changed on purpose.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in words, for the ledger.")],
    ledger: LedgerFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Accept packages as they are now, so that audits take them for the right ones.

    Example: archive-pkg audit accept packages packages/letter-1 --reason "bagged again"
    """
    from archive_pkg import collection

    shelf = collection.open_shelf(directory)
    with (
        answering("audit accept", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        answer.found(
            result, collection.accept(shelf, packages, path=_ledger(shelf, ledger), reason=reason)
        )
        answer.say(f"{len(packages)} accepted")


def _closing(audited: Audited) -> dict[str, object]:
    return {
        "packages": audited.there,
        "checked": audited.checked,
        "failed": audited.failed,
        "vanished": audited.vanished,
        "copies differ": audited.differing,
        "still due": audited.left,
        "bytes read": audited.size,
        "ledger's head": str(audited.head),
    }


def _ledger(shelf: Shelf, named: Path | None) -> Path:
    """The ledger's file; a link that the user names is followed, others are not."""
    if named is None:
        return shelf.ledger
    from archive_pkg.packages.protecting import refuse_in_package

    refuse_in_package(named)
    return named.resolve()


def _write_metrics(shelf: Shelf, ledger: Path, path: Path) -> None:
    from archive_pkg.collection import Overview

    with Overview(shelf, ledger) as overview:
        write_file(path, overview.metrics().encode())


_SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """A span of time: 90d, 12h, 0. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw]?)", text.strip())
    if not found or not (found[2] or float(found[1]) == 0):
        raise UsageError(f"{text!r} is no span of time", "write it as 90d, 12h, 30m or 45s")
    try:
        return timedelta(**{_SPANS[found[2] or "s"]: float(found[1])})
    except OverflowError as error:
        raise UsageError(f"{text!r} is too long") from error


def parse_budget(text: str) -> Budget:
    """How much to do: a span of time (lower-case unit) or bytes (upper-case). Raises UsageError."""
    from archive_pkg.collection import Budget

    if not text:
        return Budget()
    if re.fullmatch(r"[\d.]+[smhdw]", text):
        return Budget(seconds=parse_duration(text).total_seconds())
    if re.fullmatch(r"[\d.]+[KMGTkgt]B?", text):
        return Budget(size=parse_bytes(text))
    raise UsageError(f"{text!r} is no budget", "write a time, 2h or 30m, or bytes, 500G or 20M")
