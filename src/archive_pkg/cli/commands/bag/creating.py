"""`archive-pkg bag create`."""

from __future__ import annotations

from collections import Counter
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
    reporting,
)
from archive_pkg.cli.output import Answer, no_stream
from archive_pkg.errors import UsageError
from archive_pkg.reports import counted


@reporting("bag create")
def create(
    answer: Answer,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE... [BAG]",
            help="The folder with the files to bag, and the bag to create; or several folders with "
            "--out or --in-place.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Create the bag of each folder in this one, with the same name.",
            callback=no_stream,
        ),
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
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="PATTERN",
            help="Leave out files and folders with such a name or path: .DS_Store, '._*', "
            "'drafts/*'; repeatable.",
        ),
    ] = None,
    fetch: Annotated[
        list[str] | None,
        typer.Option(
            "--fetch",
            metavar="PATH=URL",
            help="List this file of the folder in the manifests and in fetch.txt, and do not copy "
            "it; repeatable.",
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            help="A BagIt profile (a JSON file or a known name) to check before files are copied, "
            "and to name in bag-info.txt."
        ),
    ] = "",
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
) -> None:
    """Create bags from folders. Each bag is either complete or absent.

    Example: archive-pkg bag create photographs bags/photographs --info "Contact-Name=E. Janssen"
    """
    from archive_pkg import bags

    targets = _targets(paths, out, in_place=in_place)
    if in_place and (encode_names or replace or exclude or fetch):
        raise UsageError(
            "--encode-names, --exclude, --fetch and --replace do not work with --in-place",
            "Leave them out.",
        )
    options: dict[str, Any] = {
        "info": dated(pairs(info, "--info"), date),
        "tag_files": {path: read_bytes(Path(file)) for path, file in pairs(tag_file, "--tag-file")},
        "algorithms": algorithm or None,
        "portable": portable,
        "profile": bags.load_profile(profile) if profile else None,
        "wait": wait,
        "jobs": jobs,
    }
    if not in_place:
        options |= {
            "encode_names": encode_names,
            "exclude": exclude or (),
            "fetch": dict(pairs(fetch, "--fetch")),
            "replace": replace,
        }
    for source, target in targets:
        _create(answer, source, target, options)


def _targets(
    paths: list[Path], out: Path | None, *, in_place: bool
) -> list[tuple[Path, Path | None]]:
    """Return each folder with the bag to create; None is in place.

    Raises:
        UsageError: The paths do not fit the options, or two bags would have the same path.
    """
    if in_place and out is None:
        from archive_pkg.storage import ENCLOSING, hidden

        for path in paths if len(paths) > 1 else ():
            if not (path.exists() or hidden(path.resolve(), ENCLOSING).exists()):
                raise UsageError(
                    f"{path} does not exist; nothing was changed",
                    "With --in-place, name only folders.",
                )
        return [(path, None) for path in paths]
    if in_place or (out is None and len(paths) != 2):
        raise UsageError(
            "bag create needs a folder and a bag, or folders with --out or --in-place",
            "Write `bag create SOURCE BAG`, `bag create SOURCE... --out DIR` or "
            "`bag create --in-place SOURCE...`.",
        )
    if out is None:
        return [(paths[0], paths[1])]
    targets = {path: out / path.resolve().name for path in paths}
    if twice := [one for one, number in Counter(targets.values()).items() if number > 1]:
        raise UsageError(f"several folders would make {twice[0]}", "Bag them one by one.")
    from archive_pkg.storage import make_folder, storage_errors

    with storage_errors(f"making {out}"):
        make_folder(out)
    return list(targets.items())


def _create(answer: Answer, source: Path, target: Path | None, options: dict[str, Any]) -> None:
    """Create one bag, and report it."""
    from archive_pkg import bags
    from archive_pkg.cli.progress import showing

    path = target or source
    with (
        answer.about(path) as result,
        showing(f"bagging {path.name}", quiet=answer.quiet or answer.as_json) as progress,
    ):
        written: bags.Written | None
        if target is None:
            written, findings = bags.create_in_place(source, **options, progress=progress)
        else:
            written, findings = bags.create(source, target, **options, progress=progress)
        answer.found(result, findings)
        if written is None:
            answer.say(f"{path}: already a bag, complete and valid")
            return
        result |= {"files": written.files, "bytes": written.size}
        said = f"{counted(written.files, 'file')}, {written.size:,} bytes"
        if lines := options.get("fetch"):
            result["to_fetch"] = len(lines)
            said += f"; {len(lines):,} to fetch, so it is not complete yet"
        answer.say(f"{path}: created a bag of {said}")
