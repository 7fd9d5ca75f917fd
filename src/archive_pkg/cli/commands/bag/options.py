"""Options that several commands of `archive-pkg bag` have, and how their values are read."""

from __future__ import annotations

import inspect
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.cli.run_reports import MetricsFile, ReportFile

if TYPE_CHECKING:
    from collections.abc import Callable

Info = Annotated[
    list[str] | None,
    typer.Option("--info", metavar="LABEL=VALUE", help="Add a label to bag-info.txt; repeatable."),
]
Algorithms = Annotated[
    list[str] | None,
    typer.Option(
        "--algorithm", help="Algorithm of a manifest; repeatable [default: sha256, sha512]."
    ),
]
Wait = Annotated[float, typer.Option(help="Seconds to wait for another run on the same bag.")]
Jobs = Annotated[
    int | None, typer.Option(help="Number of files to read at a time [default: one per processor].")
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace an existing destination.")]
BagFolder = Annotated[Path, typer.Argument(metavar="BAG", help="The bag's folder.")]
DropSignatures = Annotated[
    bool,
    typer.Option(
        "--drop-signatures", help="Change the bag even if it is signed, and remove its signatures."
    ),
]


def reporting(command: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a function the options --report, --metrics, --json and --quiet, as a decorator.

    The function gets an `Answer` as its first argument in place of their values.

    Args:
        command: The name of the command in reports.
    """

    def decorated(function: Callable[..., None]) -> Callable[..., None]:
        def run(
            *,
            report: ReportFile = None,
            metrics: MetricsFile = None,
            as_json: Json = False,
            quiet: Quiet = False,
            **given: Any,
        ) -> None:
            with answering(
                command, report=report, metrics=metrics, as_json=as_json, quiet=quiet
            ) as answer:
                function(answer, **given)

        _, *own = inspect.signature(function, eval_str=True).parameters.values()
        *shared, _ = inspect.signature(run, eval_str=True).parameters.values()
        update_wrapper(run, function)
        every = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *shared)]
        run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        return run

    return decorated


def pairs(given: list[str] | None, option: str) -> list[tuple[str, str]]:
    """Return the names and values of an option. Raises UsageError."""
    from archive_pkg.errors import UsageError

    found = []
    for each in given or []:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise UsageError(f"{option} {each}: '=' is missing", _pair_example(option, each))
        found.append((name.strip(), value.strip()))
    return found


def _pair_example(option: str, given: str) -> str:
    if option == "--add":
        return f"Write --add data/{Path(given).name}={given}"
    forms = {"--tag-file": "PATH=FILE", "--fetch": "PATH=URL"}
    return f"Write {option} {forms.get(option, 'LABEL=VALUE')}."


def label_and_value(text: str) -> tuple[str, str | None]:
    """Return a label and its value; None if only the label is given."""
    label, equals, value = text.partition("=")
    return label.strip(), value.strip() if equals else None


def dated(info: list[tuple[str, str]], date: str) -> list[tuple[str, str]]:
    """Return the labels for bag-info.txt, with exactly one Bagging-Date."""
    given = [value for label, value in info if label.lower() == "bagging-date"]
    if given and (date or len(given) > 1):
        from archive_pkg.errors import UsageError

        raise UsageError("Bagging-Date is given more than once", "Use only --date.")
    return info if given else [*info, ("Bagging-Date", day(date))]


def day(given: str) -> str:
    """Return the day to write, as YYYY-MM-DD."""
    from archive_pkg.cli.commands.build import parse_date
    from archive_pkg.packages.building import today

    return (parse_date(given or None) or today()).isoformat()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises StorageError."""
    from archive_pkg.storage import read_regular, storage_errors

    with storage_errors(f"reading {path}"):
        return read_regular(path)
