"""`archive-pkg bag pack`, `unpack` and `fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.commands.bag.options import BagFolder, Replace, Wait, day, reporting
from archive_pkg.cli.output import Answer
from archive_pkg.reports import counted


@reporting("bag pack")
def pack(
    answer: Answer,
    bag: BagFolder,
    destination: Annotated[
        Path, typer.Argument(help="The archive to write: .zip, .tar, .tgz or .tar.gz.")
    ],
    date: Annotated[
        str, typer.Option(help="Date of the archive's members, YYYY-MM-DD [default: Bagging-Date].")
    ] = "",
    replace: Replace = False,
    wait: Wait = 0,
) -> None:
    """Pack a valid bag into an archive. The same bag gives the same bytes.

    Example: archive-pkg bag pack mybag mybag.zip
    """
    from datetime import date as Date  # noqa: N812 - the option has its name

    from archive_pkg.bags.archives.serializing import pack as pack_bag

    with (
        answer.about(bag) as result,
    ):
        result["packed"] = str(destination)
        on = Date.fromisoformat(day(date)) if date else None
        verdict = pack_bag(bag, destination, on=on, replace=replace, wait=wait)
        result |= {"complete": verdict.complete, "valid": verdict.valid}
        answer.say(
            f"{destination}: packed {counted(verdict.files, 'payload file')}; complete and valid"
        )


@reporting("bag unpack")
def unpack(
    answer: Answer,
    archive: Annotated[Path, typer.Argument(help="A serialized bag: .zip, .tar, .tgz or .tar.gz.")],
    destination: Annotated[Path, typer.Argument(help="The folder for the bag.")],
    replace: Replace = False,
    wait: Wait = 0,
) -> None:
    """Unpack and verify a serialized bag.

    Example: archive-pkg bag unpack mybag.zip mybag
    """
    from archive_pkg.bags.archives.serializing import unpack as unpack_bag

    with (
        answer.about(archive) as result,
    ):
        result["unpacked"] = str(destination)
        verdict = unpack_bag(archive, destination, replace=replace, wait=wait)
        result |= {"complete": verdict.complete, "valid": verdict.valid}
        answer.say(
            f"{destination}: unpacked {counted(verdict.files, 'payload file')}; complete and valid"
        )


@reporting("bag fetch")
def fetch(
    answer: Answer,
    bag: BagFolder,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Also fetch from private and loopback addresses."),
    ] = False,
    wait: Wait = 0,
) -> None:
    """Download the files that fetch.txt lists, and verify them.

    Example: archive-pkg bag fetch holeybag
    """
    from archive_pkg.bags.fetching.downloads import fetch as fetch_files
    from archive_pkg.cli.progress import showing

    with (
        answer.about(bag) as result,
        showing("fetching", quiet=answer.quiet or answer.as_json) as progress,
    ):
        fetched = fetch_files(bag, allow_private=allow_private, wait=wait, progress=progress)
        result |= {"files": fetched.files, "bytes": fetched.size}
        if fetched.files or not fetched.report.ok:
            answer.say(f"{bag}: fetched {counted(fetched.files, 'file')}, {fetched.size:,} bytes")
        else:
            answer.say(f"{bag}: there is nothing to fetch")
        answer.found(result, fetched.report)
