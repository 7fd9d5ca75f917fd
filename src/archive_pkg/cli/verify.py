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
    ReportFile,
    crew,
    options_of,
    rate_of,
    telling,
)
from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.cli.trust import (
    AllowedSigners,
    RequireSignature,
    RequireTimestamp,
    RevokedKeys,
    TimestampCa,
    WithBareOptions,
)
from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from archive_pkg.packages import Verification


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=WithBareOptions)(verify)


def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Bags, as folders or archives; other folders are searched for both."),
    ] = None,
    second_opinion: Annotated[
        bool,
        typer.Option("--second-opinion", help="Ask bagit-python too, and tell where it differs."),
    ] = False,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    require_signature: RequireSignature = None,
    require_timestamp: RequireTimestamp = False,
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

    paths, who = _paths_and_signer(paths or [], require_signature)
    trust = Trust.read(
        allowed_signers,
        revoked,
        timestamp_ca,
        require_signature=who,
        require_timestamp=require_timestamp,
    )
    if bag_only and trust != Trust():
        raise UsageError("--bag-only does not check signatures", "leave it out")
    bulk = options_of(a=bag_only, b=jobs, c=report, d=executor, e=limit_rate, f=gentle)
    if bulk or not are_single(paths, is_bag):
        from archive_pkg import holdings

        do = partial(
            holdings.verify_one, bag_only=bag_only, second_opinion=second_opinion, trust=trust
        )
        with telling("verify", report, as_json=as_json, quiet=quiet) as told:
            holdings.run(
                holdings.Each(do, rate_of(limit_rate, jobs)),
                holdings.find_packages(paths, told.take, serialized=True),
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
                result["uncovered"] = verdict.uncovered
                result["signatures"] = [one.as_json() for one in verification.signatures]
                answer.found(result, verification.report)
                if not verification.ok:
                    answer.worsen(3)
                answer.say(f"{path}: {words_of(verification)}")
                for state in states(verification):
                    answer.say(f"  {state}")
                if verification.record:
                    answer.say(f"  Record: {' '.join(verification.record.title.split())}")


def _paths_and_signer(paths: list[Path], who: str | None) -> tuple[list[Path], bool | str]:
    """Tell the paths from the signer, whose option may have taken the first path for its value."""
    if who and not paths:
        return [Path(who)], True
    if not paths:
        raise UsageError("no bag is named", "name a bag, or a folder of bags")
    if who and os.path.lexists(who):
        raise UsageError(
            f"--require-signature was given {who}, which is a file or folder",
            "write the option after the paths, or --require-signature=WHO with a signer's name",
        )
    return paths, who if who else who is not None


def words_of(verification: Verification) -> str:
    """What a verification came to, in a few words."""
    verdict = verification.verdict
    if verification.ok:
        return "complete and valid"
    if verdict.valid:
        return "not valid: the bag is valid, but the package in it has errors"
    return "complete, but not valid" if verdict.complete else "not complete, not valid"
