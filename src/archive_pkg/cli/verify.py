"""`archive-pkg verify`."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    Jobs,
    LimitRate,
    ReportFile,
    crew,
    options_of,
    rate_of,
    telling,
)
from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.cli.trust import AllowedSigners, RevokedKeys, TimestampCa

if TYPE_CHECKING:
    from archive_pkg.packages import Signed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Bags: any, ours or other people's; folders of bags, which are looked through."
        ),
    ],
    second_opinion: Annotated[
        bool,
        typer.Option("--second-opinion", help="Ask bagit-python too, and tell where it differs."),
    ] = False,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    bag_only: Annotated[
        bool,
        typer.Option("--bag-only", help="Verify the bag alone, not the record and tables in it."),
    ] = False,
    jobs: Jobs = None,
    report: ReportFile = None,
    executor: Executor = "",
    limit_rate: LimitRate = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify bags: complete? valid? signed by whom, since when? And a letter's record, its bytes.

    Example: archive-pkg verify packages/1960-07-18-cpsu-to-sed --second-opinion
    """
    from archive_pkg.holdings.subjects import are_single
    from archive_pkg.packages import Trust, is_bag, states

    trust = Trust.read(allowed_signers, revoked, timestamp_ca)
    bulk = options_of(a=bag_only, b=jobs, c=report, d=executor, e=limit_rate, f=gentle)
    if bulk or not are_single(paths, is_bag):
        from archive_pkg import holdings

        do = partial(
            holdings.verify_one, bag_only=bag_only, second_opinion=second_opinion, trust=trust
        )
        with telling("verify", report, as_json=as_json, quiet=quiet) as told:
            holdings.run(
                holdings.Each(do, rate_of(limit_rate, jobs)),
                holdings.find_packages(paths),
                told.took,
                crew=crew(jobs, executor, gentle=gentle),
            )
        return
    from archive_pkg.packages import verify as verify_package

    with answering("verify", as_json=as_json, quiet=quiet) as answer:
        for path in paths:
            with answer.about(path) as result:
                verification = verify_package(path, second_opinion=second_opinion, trust=trust)
                verdict = verification.verdict
                result |= {"complete": verdict.complete, "valid": verdict.valid}
                result["record"] = verification.record.id if verification.record else None
                result["states"] = states(verification)
                result["signatures"] = [_plain(one) for one in verification.signatures]
                answer.found(result, verification.report)
                if not verification.ok:
                    answer.worsen(3)
                answer.say(f"{path}: {_words(verification.ok, verdict.complete, verdict.valid)}")
                for state in states(verification):
                    answer.say(f"  {state}")
                if verification.record:
                    answer.say(
                        f"  its record stands against its bytes: {verification.record.title}"
                    )


def _plain(signed: Signed) -> dict[str, Any]:
    stamps = [{**asdict(stamp), "time": stamp.time.isoformat()} for stamp in signed.stamps]
    return {**asdict(signed), "stamps": stamps}


def _words(ok: bool, complete: bool, valid: bool) -> str:
    if ok:
        return "complete and valid"
    if valid:
        return "a valid bag, but something is wrong with its record or signatures"
    return "complete, but not valid" if complete else "not complete, not valid"
