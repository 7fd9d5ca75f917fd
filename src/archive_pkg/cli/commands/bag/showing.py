"""`archive-pkg bag show` and `list`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from archive_pkg.bags import Bag, BagFile
    from archive_pkg.cli.output import Answer

Bags = Annotated[list[Path], typer.Argument(metavar="BAG", help="Bags, as folders or archives.")]


def show(bags: Bags, as_json: Json = False, quiet: Quiet = False) -> None:
    """Show the version, labels, manifests and size of bags. Nothing is verified.

    Example: archive-pkg bag show mybag theirbag.zip
    """
    with answering("bag show", as_json=as_json, quiet=quiet) as answer:
        for path in bags:
            with answer.about(path) as result:
                bag, files = _read(answer, result, path)
                if bag is not None:
                    result |= _shown(bag, files)
                    for line in _lines(result):
                        answer.say(line)


def list_(
    bags: Bags,
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="Also print the checksums of this algorithm.")
    ] = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the files in bags, and those that are listed but not in them. Nothing is verified.

    Example: archive-pkg bag list mybag --algorithm sha256
    """
    with answering("bag list", as_json=as_json, quiet=quiet) as answer:
        for path in bags:
            with answer.about(path) as result:
                bag, files = _read(answer, result, path)
                if bag is None:
                    continue
                result["files"] = [_as_json(file) for file in files]
                for file in files:
                    state = "" if file.state == "present" else f"  ({file.state})"
                    size = "-" if file.size is None else str(file.size)
                    digest = f"{file.digests.get(algorithm, '-')}  " if algorithm else ""
                    within = f"{path}: " if len(bags) > 1 else ""
                    answer.say(f"{within}{size:>12}  {digest}{file.path}{state}")


def _read(answer: Answer, result: dict[str, Any], path: Path) -> tuple[Bag | None, list[BagFile]]:
    """Return a bag and its files, after reporting what is wrong with the form of its tag files."""
    from archive_pkg.bags import Verdict, contents
    from archive_pkg.packages.opening import explained
    from archive_pkg.packages.result_sentences import is_no_bag

    bag, files = contents(path)
    if is_no_bag(Verdict(str(path), bag.report, bag=bag)):
        answer.say(f"{path}: not a bag")
        answer.found(result, explained(path, bag.report, "bag"))
        return None, []
    answer.found(result, bag.report)
    return bag, files


def _as_json(file: BagFile) -> dict[str, Any]:
    found = {"path": file.path, "size": file.size, "state": file.state, "digests": file.digests}
    return found | ({"url": file.url} if file.url else {})


def _shown(bag: Bag, files: list[BagFile]) -> dict[str, Any]:
    payload = [file for file in files if file.path.startswith("data/")]
    return {
        "version": bag.version,
        "encoding": bag.encoding,
        "info": [list(pair) for pair in bag.info],
        "manifests": {name: len(one.digests) for name, one in bag.manifests.items()},
        "tag_manifests": {name: len(one.digests) for name, one in bag.tag_manifests.items()},
        "payload_files": sum(file.size is not None for file in payload),
        "payload_bytes": sum(file.size or 0 for file in payload),
        "tag_files": sum(file.size is not None for file in files) - len(bag.payload),
        "to_fetch": sum(file.state == "to fetch" for file in payload),
        "missing": sum(file.state == "missing" for file in files),
        "unlisted": sum(file.state == "unlisted" for file in payload),
    }


def _lines(shown: dict[str, Any]) -> list[str]:
    """Return the lines to print about a bag."""
    manifests = [f"{name} ({counted(n, 'file')})" for name, n in shown["manifests"].items()]
    payload = (
        f"{counted(shown['payload_files'], 'file')}, {counted(shown['payload_bytes'], 'byte')}"
    )
    for what in ("to_fetch", "missing", "unlisted"):
        if shown[what]:
            payload += f"; {shown[what]:,} {what.replace('_', ' ')}"
    return [
        f"{shown['path']}: BagIt {shown['version']}, {shown['encoding']}; not verified",
        *(f"  {label}: {value}" for label, value in shown["info"]),
        f"  payload: {payload}",
        f"  manifests: {', '.join(manifests) or 'none'}",
        f"  tag manifests: {', '.join(shown['tag_manifests']) or 'none'}",
        f"  tag files: {shown['tag_files']:,}",
    ]
