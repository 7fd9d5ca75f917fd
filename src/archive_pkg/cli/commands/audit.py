"""`archive-pkg audit`: check the packages of a collection over time, and repair them."""

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
    Repositories,
    bulk_answering,
    executor_from,
    parse_bytes,
    rate_of,
)
from archive_pkg.cli.help import Commands
from archive_pkg.cli.output import Json, Quiet, answering, warn, write_file
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.cli.trust import AllowedSigners, RevokedKeys, SigningKey, TimestampCa
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.reports import counted
from archive_pkg.storage import mode_of, storage_errors

if TYPE_CHECKING:
    from archive_pkg.collection import Budget, Collection
    from archive_pkg.collection.audits.auditing import AuditResult
    from archive_pkg.collection.audits.ledger import LedgerHead
    from archive_pkg.packages import Signed

Directory = Annotated[
    Path, typer.Argument(metavar="DIR", help="The collection: a folder of packages.")
]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="The ledger [default: .archive-pkg/ledger.jsonl in the collection]. Best kept "
        "on another disk.",
    ),
]

app = Commands(
    help="Check the fixity of a collection over time, report it, and repair packages.",
    no_args_is_help=True,
)


@app.command()
def run(
    directory: Directory,
    due: Annotated[
        str,
        typer.Option(
            "--due",
            help="Check packages whose last check is at least this old: 90d, 12h; 0 for all.",
        ),
    ] = "90d",
    budget: Annotated[
        str,
        typer.Option(
            "--budget",
            help="Start no new checks after this time or amount of data: 2h, 500G.",
        ),
    ] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            help="Compare with other copies; repeatable. ocfl:PATH, a folder of packages, a "
            "receipt, `receipts` (next to each package) or receipts:FOLDER.",
        ),
    ] = None,
    ledger: LedgerFile = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="Also write figures for Prometheus to this file."),
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
    """Verify the packages whose last check is oldest, and record each check in the ledger.

    Example: archive-pkg audit run packages --due 90d --budget 2h
    """
    from archive_pkg import collection
    from archive_pkg.packages import Trust

    interval, limit = parse_duration(due), parse_budget(budget)
    trust = Trust.read(allowed_signers, revoked, timestamp_ca)
    opened = collection.open_collection(directory, may_be_empty=ledger is not None)
    path = _ledger(opened, ledger)
    with bulk_answering(
        "audit run", report, as_json=as_json, quiet=quiet, files=[metrics]
    ) as answer:
        if metrics is not None and not metrics.parent.is_dir():  # reported now, not after the audit
            raise StorageError(
                f"{metrics}: the folder {metrics.parent} does not exist",
                "Create it, or name another.",
            )
        audited = collection.audit(
            opened,
            answer.take,
            executor=executor_from(jobs, executor, gentle=gentle),
            path=path,
            due=interval,
            budget=limit,
            against=tuple(against or ()),
            rate=rate_of(limit_rate, jobs),
            trust=trust,
        )
        answer.found(audited.report)
        if not audited.present:
            answer.if_none = "The collection has no packages."
        elif not audited.left:
            answer.if_none = (
                f"No package of {audited.present:,} is due (--due {due}). To check all: --due 0"
            )
        answer.closing(_closing(audited, path))
        if metrics is not None:
            _write_metrics(opened, path, metrics)


@app.command()
def report(
    directory: Directory,
    ledger: LedgerFile = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Also write the report as an HTML page.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", help="Also write a table with one row per package.")
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="Also write figures for Prometheus to this file."),
    ] = None,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Report which packages were checked when, failed, vanished or were never checked.

    Example: archive-pkg audit report packages --html audit.html
    """
    from archive_pkg import collection
    from archive_pkg.packages import Trust

    trust = Trust.read(allowed_signers, revoked, timestamp_ca)
    opened = collection.open_collection(directory, may_be_empty=ledger is not None)
    path = _ledger(opened, ledger)
    with (
        answering(
            "audit report", as_json=as_json, quiet=quiet, files=[page, table, metrics]
        ) as answer,
        answer.about(directory) as result,
        collection.Overview(opened, path, trust) as overview,
    ):
        if not overview.ok:
            answer.worsen(3)
        result |= {
            "packages": overview.present,
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
        answer.found(result, overview.report)
        with storage_errors(f"reading {directory}"):
            mode = mode_of(directory, path)  # the report names the packages
        if page is not None:
            write_file(page, overview.page().encode(), mode=mode)
        if table is not None:
            write_file(table, "".join(overview.csv_lines()).encode(), mode=mode)
        if metrics is not None:
            write_file(metrics, overview.metrics().encode())


def _signed_head(head: LedgerHead, signature: Signed) -> dict[str, object]:
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
        typer.Option(
            "--timestamp", metavar="URL", help="Address of a time-stamping authority (RFC 3161)."
        ),
    ] = None,
    ledger: LedgerFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign the ledger's head, so that changes to earlier entries are detected.

    Example: archive-pkg audit sign packages --key ~/.ssh/id_ed25519
    """
    from archive_pkg import collection

    opened = collection.open_collection(directory, may_be_empty=ledger is not None)
    with (
        answering("audit sign", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        done = collection.sign_head(_ledger(opened, ledger), key=key, timestamp=timestamp)
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
            answer.say(f"{done.file}: already signed")
        if done.pending:
            answer.worsen(4)
            warn(f"{done.file}: no timestamp yet: {done.pending}")
            typer.echo(
                "       → Run the command again with --timestamp before the next audit.", err=True
            )


@app.command()
def repair(
    directory: Directory,
    packages: Annotated[
        list[Path] | None,
        typer.Argument(help="Packages [default: all that failed or vanished]."),
    ] = None,
    copy: Annotated[
        str,
        typer.Option(
            "--from",
            help="Where to find intact copies: ocfl:PATH, a folder of packages, a receipt, "
            "`receipts` (next to each package) or receipts:FOLDER.",
        ),
    ] = "",
    repository: Repositories = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be done.")
    ] = False,
    ledger: LedgerFile = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Replace damaged or vanished packages by intact copies. Damaged packages are kept.

    Example: archive-pkg audit repair packages --from ocfl:archive
    """
    from archive_pkg import collection

    if not copy:
        raise UsageError(
            "no copy is given", "Name one with --from: ocfl:PATH, a folder, a receipt or receipts."
        )
    kind, _, folder = copy.partition(":")
    if kind in ("ocfl", "file") and not Path(folder).expanduser().exists():
        raise StorageError(f"{copy}: there is no such folder", "Check the path.")
    opened = collection.open_collection(directory, may_be_empty=ledger is not None)
    with bulk_answering(
        "audit repair", report, metrics=metrics, as_json=as_json, quiet=quiet
    ) as answer:
        answer.print_each(lambda done: [f"{done.path}: {done.outcome}"])
        answer.if_none = (
            "No package failed its last check, and none has vanished. There is nothing to repair."
        )
        found = collection.repair(
            opened,
            answer.take,
            path=_ledger(opened, ledger),
            copy=copy,
            repositories=repository or (),
            packages=packages or (),
            dry_run=dry_run,
        )
        answer.found(found)


@app.command()
def accept(
    directory: Directory,
    packages: Annotated[list[Path], typer.Argument(help="Packages that were changed on purpose.")],
    reason: Annotated[
        str, typer.Option("--reason", help="The reason, which is recorded in the ledger.")
    ],
    ledger: LedgerFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Record packages as intact in their current state, after an intended change.

    Example: archive-pkg audit accept packages packages/letter-1 --reason "bagged again"
    """
    from archive_pkg import collection

    opened = collection.open_collection(directory, may_be_empty=ledger is not None)
    with (
        answering("audit accept", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        answer.found(
            result, collection.accept(opened, packages, path=_ledger(opened, ledger), reason=reason)
        )
        answer.say(f"{counted(len(packages), 'package')} accepted")


def _closing(audited: AuditResult, ledger: Path) -> dict[str, object]:
    return {
        "packages": audited.present,
        "checked": audited.checked,
        "failed": audited.failed,
        "vanished": audited.vanished,
        "copies differ": audited.differing,
        "due, but not checked in this run": audited.left,
        "bytes read": audited.size,
        "ledger": str(ledger),
        "head of the ledger": str(audited.head),
    }


def _ledger(opened: Collection, named: Path | None) -> Path:
    """Return the path of the ledger. Only a link that the user names is followed."""
    if named is None:
        return opened.ledger
    from archive_pkg.packages.output_protection import refuse_in_package

    refuse_in_package(named)
    return named.resolve()


def _write_metrics(opened: Collection, ledger: Path, path: Path) -> None:
    from archive_pkg.collection import Overview

    with Overview(opened, ledger) as overview:
        write_file(path, overview.metrics().encode())


_SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """Read a duration: 90d, 12h, 0. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw]?)", text.strip())
    if not found or not (found[2] or float(found[1]) == 0):
        raise UsageError(f"{text!r} is not a duration", "Write it like 90d, 12h, 30m or 45s.")
    try:
        return timedelta(**{_SPANS[found[2] or "s"]: float(found[1])})
    except OverflowError as error:
        raise UsageError(
            f"{text!r} is too long", "Write a shorter duration, such as 90d."
        ) from error


def parse_budget(text: str) -> Budget:
    """Read a limit: a duration (s, m, h, d, w) or a size (K, M, G, T). Raises UsageError."""
    from archive_pkg.collection import Budget

    if not text:
        return Budget()
    if re.fullmatch(r"[\d.]+[smhdw]", text):
        return Budget(seconds=parse_duration(text).total_seconds())
    if re.fullmatch(r"[\d.]+[KMGTkgt]B?", text):
        return Budget(size=parse_bytes(text))
    raise UsageError(
        f"--budget {text}: not a duration or size", "Write it like 2h, 30m, 500G or 20M."
    )
