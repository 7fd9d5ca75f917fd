"""`archive-pkg deposit`, `receipts`, `fetch` and `login`."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    LimitRate,
    ReportFile,
    Repositories,
    executor_from,
    in_words,
    rate_of,
    telling,
)
from archive_pkg.cli.output import Answer, Json, Quiet, answering, no_stream, progress_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.collection import Done
    from archive_pkg.deposits import Plan, Repository

Receipts = Annotated[
    Path | None,
    typer.Option("--receipts", help="A folder for receipts, if not beside each package."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deposit)
    app.command()(receipts)
    app.command()(fetch)
    app.command()(login)


def deposit(
    packages: Annotated[
        list[Path], typer.Argument(help="Packages; folders of packages, which are looked through.")
    ],
    to: Annotated[str, typer.Option("--to", help="The repository's address: ocfl:PATH, …")],
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish it; without this it stays a draft.")
    ] = False,
    include_restricted: Annotated[
        bool,
        typer.Option(
            "--include-restricted",
            help="Send closed and restricted parts into a repository that is open to all, where "
            "everybody can see them.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be sent, and what forbids it.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only ask the repository what it knows of them.")
    ] = False,
    reserve: Annotated[
        bool,
        typer.Option(
            "--reserve", help="Only reserve a DOI in a draft; the arguments are then records."
        ),
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="How many packages at a time.")
    ] = 1,
    receipts: Receipts = None,
    report: ReportFile = None,
    executor: Executor = "",
    limit_rate: LimitRate = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deposit packages into a repository, prove that they arrived, keep a receipt of each.

    A deposit that was stopped goes on where it was when the same command is given again.

    Example: archive-pkg deposit packages/1960-07-18-cpsu-to-sed --to ocfl:archive
    """
    from archive_pkg import deposits
    from archive_pkg.errors import UsageError

    if dry_run + status + reserve > 1:
        raise UsageError("--dry-run, --status and --reserve exclude one another", "give one")
    repository = deposits.repository_for(to)
    if dry_run or status or reserve:
        with answering("deposit", as_json=as_json, quiet=quiet) as answer:
            for package in packages:
                if dry_run:
                    _plan(
                        answer,
                        package,
                        repository,
                        publish=publish,
                        include_restricted=include_restricted,
                    )
                elif status:
                    _status(answer, package, repository, receipts)
                else:
                    _reserve(answer, package, repository, receipts)
        return
    from archive_pkg import collection
    from archive_pkg.packages.page import package_page

    watched = progress_wanted() and not quiet and not executor
    with (
        _going_on(),
        collection.metering() if watched else nullcontext() as meter,
        telling("deposit", report, as_json=as_json, quiet=quiet, meter=meter) as told,
    ):
        rate = rate_of(limit_rate, jobs)
        work = collection.Depositing(
            to, receipts, publish, package_page, rate, meter, include_restricted
        )
        found, _ = told.ahead(collection.find_packages(packages, told.take), _lines)
        collection.run(
            work,
            found,
            told.took,
            executor=executor_from(None if executor else jobs, executor, gentle=gentle),
        )


def _lines(done: Done) -> Iterator[str]:
    told = done.details
    version = f"{told['version']} of " if told["version"] else ""
    state = _STATES[told["state"]]
    yield f"{done.path}: {_OUTCOMES[done.outcome]} as {version}{told['remote_id']}{state}"
    yield f"  in {told['target']}, at {told['location']}; {_HOW[told['verified']]}"
    if told["pid"]:
        yield f"  persistent identifier: {told['pid']}"
    yield f"  receipt: {told['receipt']}"


_OUTCOMES = {
    "deposited": "deposited",
    "unchanged": "was there already, nothing was written;",
    "differs": "is there, but NOT AS ASKED:",
}
_HOW = {
    "server-digest": "the repository's digests are those of what was sent",
    "read-back": "read back, every digest is that of what was sent",
    "unverified": "NOT VERIFIED: the repository gives no way to tell what arrived",
}
_STATES = {
    "stored": "",
    "draft": ", a draft: --publish publishes it",
    "published": ", published",
    "pending": ", which the repository is still working on: ask again with --status",
}


def _plan(
    answer: Answer,
    package: Path,
    repository: Repository,
    *,
    publish: bool,
    include_restricted: bool,
) -> None:
    from archive_pkg import deposits
    from archive_pkg.packages.page import package_page

    with answer.about(package) as result:
        plan = deposits.plan(
            package,
            repository,
            publish=publish,
            include_restricted=include_restricted,
            page=package_page,
        )
        result["target"] = repository.target
        result["capabilities"] = asdict(repository.capabilities())
        result["transfers"] = [
            {"path": each.path, "size": each.size, "to": each.to} for each in plan.transfers
        ]
        result["steps"] = list(plan.steps)
        answer.say(f"{package} to {repository.target}: {_files(plan)}")
        for each in plan.transfers:
            answer.say(f"  {in_words(each.size):>10}  {each.path} → {each.to}")
        for number, step in enumerate(plan.steps, 1):
            answer.say(f"  {number}. {step}")
        answer.found(result, plan.report)
        if not plan.report.ok:
            answer.worsen(4)
        verdict = "nothing known here forbids it" if plan.report.ok else "it would be refused"
        answer.say(f"  {verdict}; nothing was sent")


def _files(plan: Plan) -> str:
    number = len(plan.transfers)
    return f"{number} file{'' if number == 1 else 's'}, {in_words(plan.size)}"


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
            answer.say(f"{package}: no receipt and no journal of a deposit into {place} is here")
        for each in known:
            answer.say(
                f"{package}: {each.status.state} in {each.target} as {each.remote_id or '–'}"
            )
            if each.status.detail:
                answer.say(f"  {each.status.detail}")
            if each.unfinished:
                answer.say("  the last run did not come to its end: give the command again")
        if any(each.status.state in ("absent", "partial", "pending", "rejected") for each in known):
            answer.worsen(4)


def _reserve(answer: Answer, record: Path, repository: Repository, receipts: Path | None) -> None:
    from archive_pkg import deposits

    with answer.about(record) as result:
        doi = deposits.reserve(record, repository, receipts=receipts)
        result["pid"] = doi
        answer.say(f"{record}: {doi} is reserved in {repository.target}, in a draft")
        answer.say("  put it into the record's identifiers, build, and deposit there")


def receipts(
    package: Annotated[
        Path,
        typer.Argument(help="A package's folder, or a folder: all receipts below it are listed."),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Read everything back from where it is, and compare.")
    ] = False,
    repository: Repositories = None,
    folder: Receipts = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show where packages are deposited, since when, and how that was verified.

    Example: archive-pkg receipts packages/1960-07-18-cpsu-to-sed --check
    Example: archive-pkg receipts packages
    """
    from archive_pkg import deposits
    from archive_pkg.packages import is_bag

    with answering("receipts", as_json=as_json, quiet=quiet) as answer:
        found = [path for path, _ in deposits.receipts_of(package, folder)]
        if not found and not is_bag(package):
            found = deposits.receipts_below(package)
        if not found:
            answer.say(f"{package}: no receipt of a deposit is here")
        for path in found:
            with answer.about(path) as result:
                receipt = deposits.load_receipt(path)
                result |= receipt.told() | {"since": receipt.ended.isoformat()}
                version = f"{receipt.version} of " if receipt.version else ""
                answer.say(f"{receipt.package}: {receipt.state} in {receipt.target}")
                answer.say(f"  as {version}{receipt.remote_id}")
                answer.say(f"  since {receipt.ended:%Y-%m-%d %H:%M} UTC; {_HOW[receipt.verified]}")
                answer.say(f"  receipt: {path}")
                if check:
                    report = deposits.check_receipt(path, repository or ())
                    answer.found(result, report)
                    result["checked"] = report.ok
                    if not report.ok:
                        answer.worsen(4)
                    words = "everything is as deposited" if report.ok else "it is NOT as deposited"
                    answer.say(f"  read back now: {words}")


def fetch(
    receipt: Annotated[Path, typer.Argument(help="A receipt that `deposit` wrote.")],
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the package.", callback=no_stream)
    ],
    repository: Repositories = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring a package back from where its receipt says it is, byte for byte.

    A receipt can come from anyone: name the server that it may lead to with --repository.

    Example: archive-pkg fetch packages/1960.receipts/ocfl-1a2b3c4d-v1.json --out back
    """
    from archive_pkg import deposits

    with (
        answering("fetch", as_json=as_json, quiet=quiet) as answer,
        answer.about(receipt) as result,
    ):
        package = deposits.fetch(receipt, out, repository or ())
        result["package"] = str(package)
        answer.say(f"{package}: fetched; every digest is that of what was deposited")


def login(
    name: Annotated[str, typer.Argument(help="The repository: zenodo, or HOST or HOST:PORT.")],
    user: Annotated[
        str, typer.Option("--user", help="For repositories that want a user and a password.")
    ] = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Keep a repository's token (or a user's password) in the keyring.

    It is asked for, or read from standard input if that is no terminal; never give it as an
    argument.

    Example: archive-pkg login zenodo
    """
    from archive_pkg.deposits import credentials
    from archive_pkg.errors import UsageError

    if sys.stdin.isatty():
        secret = typer.prompt(f"{'Password' if user else 'Token'} for {name}", hide_input=True)
    else:
        secret = sys.stdin.readline().rstrip("\n")
    if not secret:
        raise UsageError("nothing was given to keep")
    with answering("login", as_json=as_json, quiet=quiet) as answer, answer.about(name):
        credentials.keep(name, secret, user)
        answer.say(f"kept in the keyring for {name}")


_RESUMED = "give the same command again: it goes on from there"


@contextmanager
def _going_on() -> Iterator[None]:
    """Where sending is interrupted, some of it may be there, without its name."""
    from archive_pkg.cli.interruptions import Interrupted, say_if_abandoned

    say_if_abandoned(_RESUMED)
    try:
        yield
    except Interrupted as interruption:
        interruption.left = _RESUMED
        raise
