"""`archive-pkg verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    paths: Annotated[list[Path], typer.Argument(help="Bags: any, ours or other people's.")],
    second_opinion: Annotated[
        bool,
        typer.Option("--second-opinion", help="Ask bagit-python too, and tell where it differs."),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify bags: complete? valid? And of a letter's package, its record against its bytes.

    Example: archive-pkg verify packages/1960-07-18-cpsu-to-sed --second-opinion
    """
    from archive_pkg.packages import verify as verify_package

    with answering("verify", as_json=as_json, quiet=quiet) as answer:
        for path in paths:
            with answer.about(path) as result:
                verification = verify_package(path, second_opinion=second_opinion)
                verdict = verification.verdict
                result |= {"complete": verdict.complete, "valid": verdict.valid}
                result["record"] = verification.record.id if verification.record else None
                answer.found(result, verification.report)
                if not verification.ok:
                    answer.worsen(3)
                answer.say(f"{path}: {_words(verification.ok, verdict.complete, verdict.valid)}")
                if verification.record:
                    answer.say(
                        f"  its record stands against its bytes: {verification.record.title}"
                    )


def _words(ok: bool, complete: bool, valid: bool) -> str:
    if ok:
        return "complete and valid"
    if valid:
        return "a valid bag, but something is wrong with its record"
    return "complete, but not valid" if complete else "not complete, not valid"
