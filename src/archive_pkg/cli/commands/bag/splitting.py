"""`archive-pkg bag split`, `join` and `revert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.bulk import parse_bytes
from archive_pkg.cli.commands.bag.options import BagFolder, Jobs, Replace, Wait, reporting
from archive_pkg.cli.output import Answer, no_stream
from archive_pkg.reports import counted


@reporting("bag split")
def split(
    answer: Answer,
    bag: BagFolder,
    out: Annotated[
        Path,
        typer.Option("--out", help="The new folder for the parts.", callback=no_stream),
    ],
    size: Annotated[
        str,
        typer.Option("--size", metavar="BYTES", help="The maximum payload of a part, such as 2G."),
    ] = "",
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="The number of parts.")
    ] = None,
    group: Annotated[
        str,
        typer.Option("--group", help="The Bag-Group-Identifier [default: the name of the bag]."),
    ] = "",
    wait: Wait = 0,
    jobs: Jobs = None,
) -> None:
    """Copy a bag into several valid bags that form a group. The bag itself is not changed.

    Example: archive-pkg bag split mybag --size 2G --out parts
    """
    from archive_pkg import bags
    from archive_pkg.cli.progress import showing

    with (
        answer.about(bag) as result,
        showing("splitting", quiet=answer.quiet or answer.as_json) as progress,
    ):
        parts, findings = bags.split(
            bag,
            out,
            size=parse_bytes(size) if size else None,
            count=count,
            group=group,
            wait=wait,
            jobs=jobs,
            progress=progress,
        )
        answer.found(result, findings)
        result["parts"] = [
            {"path": str(part.path), "files": part.files, "size": part.size} for part in parts
        ]
        for part in parts:
            answer.say(f"{part.path}: {counted(part.files, 'payload file')}, {part.size:,} bytes")


@reporting("bag join")
def join(
    answer: Answer,
    parts: Annotated[
        list[Path],
        typer.Argument(help="All bags of a group, or a folder that contains them."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The bag to create.", callback=no_stream)],
    replace: Replace = False,
    wait: Wait = 0,
    jobs: Jobs = None,
) -> None:
    """Copy the bags of a group into one bag. The parts are not changed.

    Example: archive-pkg bag join parts --out mybag
    """
    from archive_pkg import bags, collection
    from archive_pkg.cli.progress import showing

    with (
        answer.about(out) as result,
        showing("joining", quiet=answer.quiet or answer.as_json) as progress,
    ):
        found = list(collection.find_packages(parts, answer.noted))
        written, findings = bags.join(
            found, out, replace=replace, wait=wait, jobs=jobs, progress=progress
        )
        answer.found(result, findings)
        result |= {"parts": list(map(str, found)), "files": written.files, "bytes": written.size}
        files = counted(written.files, "file")
        answer.say(f"{out}: joined {counted(len(found), 'bag')}: {files}, {written.size:,} bytes")


@reporting("bag revert")
def revert(
    answer: Answer,
    bag: BagFolder,
    tag_files: Annotated[
        Path | None,
        typer.Option(
            "--tag-files",
            metavar="DIR",
            help="Where to keep the tag files [default: BAG-tag-files].",
        ),
    ] = None,
    wait: Wait = 0,
    jobs: Jobs = None,
) -> None:
    """Turn a valid bag back into the folder of its payload. Nothing is copied or deleted.

    Example: archive-pkg bag revert mybag
    """
    from archive_pkg import bags
    from archive_pkg.cli.progress import showing

    with (
        answer.about(bag) as result,
        showing("verifying", quiet=answer.quiet or answer.as_json) as progress,
    ):
        kept = bags.revert(bag, tag_files=tag_files or "", wait=wait, jobs=jobs, progress=progress)
        result["tag_files"] = str(kept)
        answer.say(f"{bag}: reverted; the tag files are in {kept}")
