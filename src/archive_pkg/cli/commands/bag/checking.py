"""`archive-pkg bag verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.commands.bag.options import Jobs
from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.reports import some


def verify(
    paths: Annotated[
        list[Path], typer.Argument(help="Bags, as folders or archives (.zip, .tar, .tgz).")
    ],
    profile: Annotated[
        str, typer.Option(help="A BagIt profile: a JSON file or the name of a known profile.")
    ] = "",
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Also verify with bagit-python.")
    ] = False,
    jobs: Jobs = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check whether bags are complete and valid (RFC 8493) and conform to a profile.

    Example: archive-pkg bag verify mybag theirbag.zip --profile btr-1.0
    """
    from archive_pkg import bags
    from archive_pkg.bags.second_opinion import agreement
    from archive_pkg.cli.progress import showing
    from archive_pkg.packages.opening import explained
    from archive_pkg.packages.result_sentences import is_no_bag
    from archive_pkg.storage import missing

    with answering("bag verify", as_json=as_json, quiet=quiet) as answer:
        asked = None
        if profile:
            from archive_pkg.bags import profiles

            asked = profiles.load_profile(profile)
        for path in paths:
            with answer.about(path) as result:
                if not path.exists():
                    raise missing(path)
                with showing("verifying", quiet=quiet or as_json) as progress:
                    verdict = bags.verify(
                        path,
                        profile=asked,
                        second_opinion=second_opinion,
                        jobs=jobs,
                        progress=progress,
                    )
                result |= {"complete": verdict.complete, "valid": verdict.valid}
                result |= {"files": verdict.files, "bytes": verdict.size}
                if verdict.conforms is not None:
                    result["conforms"] = verdict.conforms
                words = _words(verdict.complete, verdict.valid, verdict.conforms)
                if verdict.valid and verdict.uncovered:
                    result["uncovered"] = verdict.uncovered
                    words += f"; no checksum covers {some(verdict.uncovered)}"
                no_bag = is_no_bag(verdict)
                answer.say(f"{path}: {'not a bag' if no_bag else words}")
                if second_opinion and (agreed := agreement(verdict.report, verdict.valid)):
                    answer.say(f"  {agreed}")
                if no_bag:
                    answer.found(result, explained(path, verdict.report, "bag"))
                else:
                    answer.found(result, verdict.report)


def _words(complete: bool, valid: bool, conforms: bool | None) -> str:
    if valid:
        said = "complete and valid"
    else:
        said = "complete, but not valid" if complete else "neither complete nor valid"
    if conforms is None:
        return said
    return f"{said}; {'conforms' if conforms else 'does not conform'} to the profile"
