"""`archive-pkg bag update` and `upgrade`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.commands.bag.options import (
    Algorithms,
    BagFolder,
    DropSignatures,
    Jobs,
    Wait,
    label_and_value,
    pairs,
    reporting,
)
from archive_pkg.cli.output import Answer
from archive_pkg.reports import counted


@reporting("bag update")
def update(
    answer: Answer,
    bag: BagFolder,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add",
            metavar="PATH=FILE",
            help="Add or replace a file of the bag (data/… or a tag file); repeatable.",
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="PATH",
            help="Add a file that is already in the bag to its manifests; repeatable.",
        ),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="PATH", help="Remove a file; repeatable."),
    ] = None,
    info: Annotated[
        list[str] | None,
        typer.Option(
            "--info",
            metavar="LABEL=VALUE",
            help="Set a label of bag-info.txt; repeat it to give a label several values.",
        ),
    ] = None,
    add_info: Annotated[
        list[str] | None,
        typer.Option(
            "--add-info", metavar="LABEL=VALUE", help="Add one more value to a label; repeatable."
        ),
    ] = None,
    remove_info: Annotated[
        list[str] | None,
        typer.Option(
            "--remove-info",
            metavar="LABEL[=VALUE]",
            help="Remove one value of a label, or all of them; repeatable.",
        ),
    ] = None,
    add_algorithm: Annotated[
        list[str] | None,
        typer.Option(
            "--add-algorithm",
            metavar="NAME",
            help="Add manifests for an algorithm, such as sha512, after comparing all files with "
            "the old ones; repeatable.",
        ),
    ] = None,
    remove_algorithm: Annotated[
        list[str] | None,
        typer.Option(
            "--remove-algorithm",
            metavar="NAME",
            help="Remove the manifests of an algorithm, such as md5; repeatable.",
        ),
    ] = None,
    drop_signatures: DropSignatures = False,
    wait: Wait = 0,
    jobs: Jobs = None,
) -> None:
    """Change files, labels or algorithms of a bag. Only new files are hashed if possible.

    Example: archive-pkg bag update mybag --add data/scan.tif=scan.tif --remove data/draft.txt
    """
    from archive_pkg.bags import Bag
    from archive_pkg.bags.updating import update as update_bag
    from archive_pkg.cli.progress import showing

    changes: dict[str, Path | bytes] = {path: Path(file) for path, file in pairs(add, "--add")}
    changes |= {path: bag / path for path in include or []}
    with (
        answer.about(bag) as result,
        showing("hashing", quiet=answer.quiet or answer.as_json) as progress,
    ):
        asked = (
            changes,
            remove,
            info,
            add_info,
            remove_info,
            add_algorithm,
            remove_algorithm,
            drop_signatures,
        )
        before = Bag.open(bag).info
        changed = update_bag(
            bag,
            add=changes,
            remove=remove or [],
            info=pairs(info, "--info"),
            add_info=pairs(add_info, "--add-info"),
            remove_info=[label_and_value(text) for text in remove_info or []],
            add_algorithms=add_algorithm or [],
            remove_algorithms=remove_algorithm or [],
            drop_signatures=drop_signatures,
            wait=wait,
            jobs=jobs,
            progress=progress,
        )
        result["files"] = len(changed.payload)
        if not (any(asked) or drop_signatures) and changed.info == before:
            answer.say(f"{bag}: nothing to change (name a change, for example --add)")
            return
        answer.say(f"{bag}: updated; it has {counted(len(changed.payload), 'payload file')}")


@reporting("bag upgrade")
def upgrade(
    answer: Answer,
    bag: BagFolder,
    algorithm: Algorithms = None,
    drop_signatures: DropSignatures = False,
    wait: Wait = 0,
    jobs: Jobs = None,
) -> None:
    """Convert a valid bag to BagIt 1.0 and UTF-8, and add manifests for more algorithms.

    Example: archive-pkg bag upgrade oldbag --algorithm sha512
    """
    from archive_pkg.bags import DEFAULT_ALGORITHMS
    from archive_pkg.bags.updating import upgrade as upgrade_bag
    from archive_pkg.cli.progress import showing

    with (
        answer.about(bag) as result,
        showing("upgrading", quiet=answer.quiet or answer.as_json) as progress,
    ):
        upgraded = upgrade_bag(
            bag,
            algorithms=algorithm or DEFAULT_ALGORITHMS,
            drop_signatures=drop_signatures,
            wait=wait,
            jobs=jobs,
            progress=progress,
        )
        names = ", ".join(upgraded.manifests)
        result |= {"version": upgraded.version, "algorithms": list(upgraded.manifests)}
        answer.say(f"{bag}: upgraded to BagIt {upgraded.version}, with manifests for {names}")
