"""`archive-pkg bag create`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from archive_pkg.cli.commands.bag.options import (
    Algorithms,
    Info,
    Jobs,
    Replace,
    Wait,
    dated,
    pairs,
    read_bytes,
)
from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.reports import counted


def create(
    source: Annotated[Path, typer.Argument(help="The folder with the files to bag.")],
    destination: Annotated[
        Path | None, typer.Argument(help="The bag to create; leave it out with --in-place.")
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="Turn the folder itself into a bag, without copying."),
    ] = False,
    info: Info = None,
    tag_file: Annotated[
        list[str] | None,
        typer.Option(
            "--tag-file",
            metavar="PATH=FILE",
            help="Add FILE to the bag as the tag file PATH; repeatable.",
        ),
    ] = None,
    algorithm: Algorithms = None,
    date: Annotated[
        str, typer.Option(help="Bagging-Date, YYYY-MM-DD [default: SOURCE_DATE_EPOCH or today].")
    ] = "",
    portable: Annotated[
        bool,
        typer.Option("--portable", help="Refuse file names that do not work on Windows or macOS."),
    ] = False,
    encode_names: Annotated[
        bool,
        typer.Option(
            "--encode-names",
            help="Rename files whose names are not UTF-8, and record the old and new names.",
        ),
    ] = False,
    replace: Replace = False,
    wait: Wait = 0,
    jobs: Jobs = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Create a bag from a folder. The bag is either complete or absent.

    Example: archive-pkg bag create photographs bags/photographs --info "Contact-Name=E. Janssen"
    """
    from archive_pkg import bags
    from archive_pkg.bags.inplace import create_in_place
    from archive_pkg.cli.progress import showing
    from archive_pkg.errors import UsageError

    with answering("bag create", as_json=as_json, quiet=quiet) as answer:
        if in_place != (destination is None):
            raise UsageError(
                "bag create needs either a destination or --in-place",
                "Write `bag create SOURCE DESTINATION` or `bag create --in-place SOURCE`.",
            )
        if in_place and (encode_names or replace):
            raise UsageError(
                "--encode-names and --replace do not work with --in-place", "Leave them out."
            )
        options: dict[str, Any] = {
            "info": dated(pairs(info, "--info"), date),
            "tag_files": {
                path: read_bytes(Path(file)) for path, file in pairs(tag_file, "--tag-file")
            },
            "algorithms": algorithm or bags.DEFAULT_ALGORITHMS,
            "portable": portable,
            "wait": wait,
            "jobs": jobs,
        }
        target = destination or source
        with (
            answer.about(target) as result,
            showing("bagging", quiet=quiet or as_json) as progress,
        ):
            if in_place:
                written, report = create_in_place(source, **options, progress=progress)
            else:
                written, report = bags.create(
                    source,
                    target,
                    **options,
                    encode_names=encode_names,
                    replace=replace,
                    progress=progress,
                )
            answer.found(result, report)
            if written is None:
                answer.say(f"{target}: is already a bag; it is complete and valid")
            else:
                result |= {"files": written.files, "bytes": written.size}
                files = counted(written.files, "file")
                answer.say(f"{target}: created a bag of {files}, {written.size:,} bytes")
