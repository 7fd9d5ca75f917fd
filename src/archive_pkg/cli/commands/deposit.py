"""`archive-pkg deposit`, `receipts`, `fetch` and `login`."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    LimitRate,
    Repositories,
    bulk_answering,
    executor_from,
    rate_of,
)
from archive_pkg.cli.counting import in_words, progress_wanted
from archive_pkg.cli.language import translated
from archive_pkg.cli.output import Answer, Json, Quiet, answering, no_stream, write_file
from archive_pkg.cli.project import current_project, named_address
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.messages import _
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archive_pkg.collection import Done
    from archive_pkg.deposits import Receipt, Repository
    from archive_pkg.packages import Package

Receipts = Annotated[
    Path | None,
    typer.Option("--receipts", help="The folder of the receipts [default: next to each package]."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deposit)
    app.command()(receipts)
    app.command()(fetch)
    app.command()(login)


def deposit(
    packages: Annotated[
        list[Path], typer.Argument(help="Packages or other bags, or folders of them.")
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="The address of the repository, such as ocfl:PATH, or the name of a target in the "
            "project file.",
        ),
    ],
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish the deposit [default: leave it as a draft].")
    ] = False,
    include_restricted: Annotated[
        bool,
        typer.Option(
            "--include-restricted",
            help="Send closed and restricted parts to a public repository, where everyone can see "
            "them.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only show what would be sent, and what would prevent it."),
    ] = False,
    status: Annotated[
        bool,
        typer.Option("--status", help="Only ask the repository for the state of the deposits."),
    ] = False,
    reserve: Annotated[
        bool,
        typer.Option("--reserve", help="Only reserve a DOI in a draft; the arguments are records."),
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Number of packages to deposit at a time.")
    ] = 1,
    receipts: Receipts = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    executor: Executor = "",
    limit_rate: LimitRate = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deposit packages into a repository, check that they arrived, and write receipts.

    If a deposit was interrupted, run the same command again to resume it.

    Example: archive-pkg deposit packages/1960-07-18-cpsu-to-sed --to ocfl:archive
    """
    from archive_pkg import collection, deposits
    from archive_pkg.errors import UsageError

    if dry_run + status + reserve > 1:
        raise UsageError(
            _("--dry-run, --status and --reserve cannot be combined"), _("Give only one.")
        )
    to = named_address(to)
    repository = deposits.repository_for(to)
    project = current_project() if isinstance(repository, deposits.Describing) else None
    repository = deposits.repository_for(to, project)
    if dry_run or status or reserve:
        with answering("deposit", as_json=as_json, quiet=quiet) as answer:
            for path in packages if reserve else collection.find_packages(packages, answer.noted):
                if dry_run:
                    _plan(
                        answer,
                        path,
                        repository,
                        receipts,
                        publish=publish,
                        include_restricted=include_restricted,
                    )
                elif status:
                    _status(answer, path, repository, receipts)
                else:
                    _reserve(answer, path, repository, receipts)
        return
    watched = progress_wanted() and not quiet and not executor
    with (
        _resumable(),
        collection.counting_bytes() if watched else nullcontext() as meter,
        bulk_answering(
            "deposit", report, metrics=metrics, as_json=as_json, quiet=quiet, meter=meter
        ) as answer,
    ):
        rate = rate_of(limit_rate, jobs)
        work = collection.Depositing(
            to, receipts, publish, _page(), rate, meter, include_restricted, project
        )
        found, _few = answer.ahead(collection.find_packages(packages, answer.take), _lines)
        collection.run(
            work,
            found,
            answer.take_for_subject,
            executor=executor_from(None if executor else jobs, executor, gentle=gentle),
        )


def _lines(done: Done) -> Iterator[str]:
    details = done.details
    name = details["remote_id"]
    if details["version"]:
        name = _("{version} of {name}", version=details["version"], name=name)
    if state := _STATES[details["state"]]:
        name = _("{name}, {state}", name=name, state=state)
    outcome = {
        "deposited": _("deposited as {name}", name=name),
        "unchanged": _("already deposited as {name}; nothing was written", name=name),
        "differs": _("deposited as {name}; it DIFFERS from what was requested", name=name),
    }[done.outcome]
    yield _("{path}: {outcome}", path=done.path, outcome=outcome)
    target = details["target"] + (f" ({details['made']})" if details["made"] else "")
    how = (_AGAIN if done.outcome == "unchanged" else _HOW)[details["verified"]]
    yield _(
        "  in {target}, at {details}; {how}", target=target, details=details["location"], how=how
    )
    if details["pid"]:
        yield _("  persistent identifier: {details}", details=details["pid"])
    yield _("  receipt: {details}", details=details["receipt"])


_HOW = {
    "server-digest": _("verified: the repository's checksums match the files that were sent"),
    "read-back": _("verified: the files were read back and their checksums match"),
    "unverified": _("NOT VERIFIED: the repository has no means to check what arrived"),
}
_AGAIN = _HOW | {
    "server-digest": _(
        "verified again just now: the repository's checksums match the files that were sent"
    ),
    "read-back": _("verified again just now: the files were read back and their checksums match"),
}
_STATES = {
    "stored": "",
    "draft": _("a draft (publish it with --publish)"),
    "published": _("published"),
    "pending": _("which the repository is still processing (ask again with --status)"),
}


def _plan(
    answer: Answer,
    package: Path,
    repository: Repository,
    receipts: Path | None,
    *,
    publish: bool,
    include_restricted: bool,
) -> None:
    from archive_pkg import deposits

    with answer.about(package) as result:
        plan = deposits.plan(
            package,
            repository,
            receipts=receipts,
            publish=publish,
            include_restricted=include_restricted,
            page=_page(),
        )
        result["target"] = repository.target
        result["capabilities"] = asdict(repository.capabilities())
        result["transfers"] = [
            {"path": each.path, "size": each.size, "to": each.to} for each in plan.transfers
        ]
        result["steps"] = list(plan.steps)
        result["notes"] = list(plan.notes)
        result["held"] = plan.held
        result["compared"] = plan.compared
        result["makes"] = plan.makes
        if plan.held:
            answer.say(
                _(
                    "{package}: nothing to do: {target} has exactly this package",
                    package=package,
                    target=repository.target,
                )
            )
            answer.found(result, plan.report)
            return
        target = repository.target + (f" ({plan.makes})" if plan.makes else "")
        if plan.report.ok:
            said = _(
                "{package}: no known obstacle to a deposit in {target}; nothing was sent",
                package=package,
                target=target,
            )
        else:
            said = _(
                "{package}: NOT ready for a deposit in {target}; nothing was sent",
                package=package,
                target=target,
            )
        answer.say(said)
        answer.say(f"  {translated(counted(len(plan.transfers), 'file'))}, {in_words(plan.size)}")
        for each in plan.transfers:
            answer.say(f"  {in_words(each.size):>10}  {each.path} → {each.to}")
        for number, step in enumerate(plan.steps, 1):
            answer.say(f"  {number}. {translated(step)}")
        for note in plan.notes:
            answer.say(_("  {text}", text=note))
        if plan.report.ok and not plan.compared:
            answer.say(
                _("  This plan does not show what {target} already has.", target=repository.target)
            )
        answer.found(result, plan.report)
        if not plan.report.ok:
            answer.worsen(4)


def _status(answer: Answer, package: Path, repository: Repository, receipts: Path | None) -> None:
    from archive_pkg import deposits

    with answer.about(package) as result:
        known = deposits.ask(package, repository, receipts=receipts)
        result["deposits"] = [
            {
                "target": each.target,
                "remote_id": each.remote_id,
                "receipt": str(each.receipt) if each.receipt else None,
                "unfinished": each.unfinished,
                "state": each.status.state,
                "detail": each.status.detail,
                "answer": dict(each.status.answer),
            }
            for each in known
        ]
        if not known:
            place = repository.target
            answer.say(
                _(
                    "{package}: not deposited in {place} (no receipt, no journal)",
                    package=package,
                    place=place,
                )
            )
        for each in known:
            answer.say(
                _(
                    "{package}: {state} in {target} as {value}",
                    package=package,
                    state=each.status.state,
                    target=each.target,
                    value=each.remote_id or "–",
                )
            )
            if each.status.detail:
                answer.say(_("  {text}", text=each.status.detail))
            if each.unfinished:
                answer.say(
                    _(
                        "  the last deposit did not finish; run the command without --status "
                        "to continue it"
                    )
                )
        if any(each.status.state in ("absent", "partial", "pending", "rejected") for each in known):
            answer.worsen(4)


def _reserve(answer: Answer, record: Path, repository: Repository, receipts: Path | None) -> None:
    from archive_pkg import deposits

    with answer.about(record) as result:
        doi = deposits.reserve(record, repository, receipts=receipts)
        result["pid"] = doi
        answer.say(
            _(
                "{record}: reserved {doi} in a draft in {target}",
                record=record,
                doi=doi,
                target=repository.target,
            )
        )
        answer.say(
            _("  Add it to the identifiers of the record, then build and deposit the package.")
        )


def receipts(
    package: Annotated[
        Path,
        typer.Argument(
            help="A package, or a folder: all receipts in it (or in --receipts) are listed."
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Read the deposited files back and compare them.")
    ] = False,
    repository: Repositories = None,
    folder: Receipts = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--csv", help="Also write a table with one row per receipt.", callback=no_stream
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show where and when packages were deposited, and how that was verified.

    Example: archive-pkg receipts packages/1960-07-18-cpsu-to-sed --check
    """
    from archive_pkg import deposits
    from archive_pkg.errors import ArchivePkgError
    from archive_pkg.packages import is_bag
    from archive_pkg.packages.opening import require_bag
    from archive_pkg.records import record_file
    from archive_pkg.storage import is_folder, missing

    with answering("receipts", as_json=as_json, quiet=quiet) as answer:
        if folder is not None and not is_folder(folder):
            raise missing(folder)
        found = [path for path, __ in deposits.receipts_of(package, folder)]
        if not found and is_folder(package) and not is_bag(package):
            found = deposits.receipts_below(package if folder is None else folder)
        if not found and (not is_folder(package) or not record_file(package)[1]):
            require_bag(package)
        if not found:
            answer.say(_("{package} has no receipts.", package=package))
        read: dict[Path, Receipt] = {}
        for path in found:
            with suppress(ArchivePkgError):  # reported below
                read[path] = deposits.load_receipt(path)
        rows = dict(zip(read, deposits.superseded(read.values()), strict=True))
        if table is not None:
            write_file(table, "".join(_table_lines(read, rows)).encode())
        for path in found:
            with answer.about(path) as result:
                receipt = read.get(path) or deposits.load_receipt(path)
                result |= {"package": receipt.package, **receipt.summary()}
                result |= {"since": receipt.ended.isoformat(), "superseded": rows[path]}
                version = f"{receipt.version} of " if receipt.version else ""
                old = ", SUPERSEDED by a later deposit" if rows[path] else ""
                answer.say(
                    _(
                        "{package}: {state} in {target}{old}",
                        package=receipt.package,
                        state=receipt.state,
                        target=receipt.target,
                        old=old,
                    )
                )
                answer.say(
                    _("  as {version}{remote_id}", version=version, remote_id=receipt.remote_id)
                )
                answer.say(
                    _(
                        "  since {ended:%Y-%m-%d %H:%M} UTC; {HOW}",
                        ended=receipt.ended,
                        HOW=_HOW[receipt.verified],
                    )
                )
                answer.say(_("  receipt: {path}", path=path))
                if check:
                    report = deposits.check_receipt(path, repository or ())
                    result["checked"] = report.ok
                    if not report.ok:
                        answer.worsen(4)
                    words = "all files are as deposited" if report.ok else "NOT as deposited"
                    answer.say(_("  checked now: {words}", words=words))
                    answer.found(result, report)


_COLUMNS = (
    "package",
    "target",
    "state",
    "superseded",
    "pid",
    "concept_pid",
    "version",
    "remote_id",
    "location",
    "verified",
    "since",
    "receipt",
)


def _table_lines(
    receipts: Mapping[Path, Receipt], superseded: Mapping[Path, bool]
) -> Iterator[str]:
    """Yield the lines of the table of `receipts --csv`."""
    from archive_pkg import csv_text

    yield csv_text.line(_COLUMNS)
    for path, receipt in receipts.items():
        row = {"package": receipt.package, **receipt.summary()}
        row |= {"since": receipt.ended.isoformat(), "receipt": str(path)}
        row["superseded"] = "yes" if superseded[path] else "no"
        yield csv_text.line(row[column] for column in _COLUMNS)


def fetch(
    receipt: Annotated[Path, typer.Argument(help="A receipt that `deposit` wrote.")],
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the package.", callback=no_stream)
    ],
    repository: Repositories = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch a deposited package from the repository that its receipt names.

    A receipt can come from anyone, so use --repository to name the server that you trust.

    Example: archive-pkg fetch packages/1960.receipts/ocfl-1a2b3c4d-v1.json --out back
    """
    from archive_pkg import deposits

    with (
        answering("fetch", as_json=as_json, quiet=quiet) as answer,
        answer.about(receipt) as result,
    ):
        package = deposits.fetch(receipt, out, repository or ())
        result["package"] = str(package)
        answer.say(_("{package}: fetched; all checksums match the receipt", package=package))


def login(
    name: Annotated[str, typer.Argument(help="The repository: zenodo, or HOST or HOST:PORT.")],
    user: Annotated[
        str,
        typer.Option(
            "--user", help="Your user name, for repositories with user names and passwords."
        ),
    ] = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Store the token or password for a repository in the keyring.

    The command asks for it, or reads it from standard input. Never give it as an argument.

    Example: archive-pkg login zenodo
    """
    from archive_pkg.deposits import credentials
    from archive_pkg.errors import UsageError

    if sys.stdin.isatty():
        secret = typer.prompt(f"{'Password' if user else 'Token'} for {name}", hide_input=True)
    else:
        secret = sys.stdin.readline().rstrip("\n")
    if not secret:
        raise UsageError(
            _("nothing was entered"), _("Paste it when asked, or send it to standard input.")
        )
    with answering("login", as_json=as_json, quiet=quiet) as answer, answer.about(name):
        credentials.keep(name, secret, user)
        answer.say(_("{name}: stored in the keyring", name=name))


_HOW_TO_RESUME = "run the same command again to resume"


def _page() -> Callable[[Package], str]:
    """Return the function that makes the page of a package, in the language of the project."""
    from archive_pkg.packages.page import package_page

    return partial(package_page, tag=current_project().language)


@contextmanager
def _resumable() -> Iterator[None]:
    """Say how to resume when an interruption leaves part of a deposit in the repository."""
    from archive_pkg.cli.interruptions import Interrupted, say_if_abandoned

    say_if_abandoned(_HOW_TO_RESUME)
    try:
        yield
    except Interrupted as interruption:
        interruption.left = _HOW_TO_RESUME
        raise
