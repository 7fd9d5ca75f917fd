"""`archive-pkg bag verify`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    Jobs,
    LimitRate,
    bulk_answering,
    executor_from,
)
from archive_pkg.cli.commands.verify import verdict_in_words, verify_all
from archive_pkg.cli.output import Json, Quiet
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.errors import UsageError
from archive_pkg.reports import counted, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.bags.verifying import Checks
    from archive_pkg.collection import Done


def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Bags (folders or archives), or folders that contain them."),
    ],
    completeness_only: Annotated[
        bool,
        typer.Option(
            "--completeness-only",
            help="Check which files exist, and their total size, but no checksums.",
        ),
    ] = False,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="Compare only Payload-Oxum: the number and total size of payload files."
        ),
    ] = False,
    profile: Annotated[
        str, typer.Option(help="A BagIt profile: a JSON file or the name of a known profile.")
    ] = "",
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Also verify with bagit-python.")
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
    """Check whether bags are complete and valid (RFC 8493) and conform to a profile.

    Example: archive-pkg bag verify mybag theirbag.zip --profile btr-1.0
    """
    from archive_pkg import bags, collection

    with bulk_answering(
        "bag verify", report, metrics=metrics, as_json=as_json, quiet=quiet
    ) as answer:
        do = partial(
            collection.verify_one,
            bag_only=True,
            checks=_checks(completeness_only, fast, profile, second_opinion),
            profile=bags.load_profile(profile) if profile else None,
            second_opinion=second_opinion,
        )
        starting = executor_from(jobs, executor, gentle=gentle)
        verify_all(answer, paths, do, _lines, starting, jobs, limit_rate, shown=not quiet)


def _checks(completeness_only: bool, fast: bool, profile: str, second_opinion: bool) -> Checks:
    """Return how much to check. Raises UsageError if the options exclude each other."""
    given = {
        "--fast": fast,
        "--completeness-only": completeness_only,
        "--second-opinion": second_opinion,
        "--profile": bool(profile) and fast,
    }
    wanted = [name for name, is_given in given.items() if is_given]
    if len(wanted) > 1:
        raise UsageError(f"{' and '.join(wanted)} do not work together", "Leave one of them out.")
    if fast:
        return "payload-oxum"
    return "completeness" if completeness_only else "everything"


def _lines(done: Done) -> Iterator[str]:
    yield f"{done.path}: {_words(done.details, ok=not done.status)}"
    if done.details.get("second_opinion"):
        yield f"{done.path}: {done.details['second_opinion']}"


def _words(details: dict[str, Any], *, ok: bool) -> str:
    """Return what was checked and the outcome, in the words of RFC 8493 (2.2.2 and 3)."""
    if details["states"]:
        return "not a bag"
    valid, complete, checked = details["valid"], details["complete"], details["checked"]
    if checked == "payload-oxum":
        files, size = counted(details["files"], "payload file"), counted(details["size"], "byte")
        said = f"{files}, {size}, according to Payload-Oxum" if ok else "not valid"
        if not ok and valid is None:
            said = "Payload-Oxum is missing"
        return f"{said}; neither completeness nor checksums were checked"
    if checked == "completeness":
        said = "complete" if complete else "not complete"
        if complete and valid is False:
            said += ", but not valid"
        said += "; checksums were not checked, so validity is not known" if valid is None else ""
    else:
        said = verdict_in_words(ok=valid, valid=valid, complete=complete)
        if valid and details["uncovered"]:
            said += f"; no checksum covers {some(details['uncovered'])}"
    if "conforms" in details:
        said += f"; {'conforms' if details['conforms'] else 'does not conform'} to the profile"
    return said
