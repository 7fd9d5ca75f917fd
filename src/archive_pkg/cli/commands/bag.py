"""`archive-pkg bag`: create, change, pack and verify bags of any content."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.reports import counted, some

app = typer.Typer(no_args_is_help=True, help="Work with BagIt bags of any content (RFC 8493).")

Info = Annotated[
    list[str] | None,
    typer.Option("--info", metavar="LABEL=VALUE", help="Add a label to bag-info.txt; repeatable."),
]
Algorithms = Annotated[
    list[str] | None,
    typer.Option(
        "--algorithm", help="Algorithm of a manifest; repeatable [default: sha256, sha512]."
    ),
]
Wait = Annotated[float, typer.Option(help="Seconds to wait for another run on the same bag.")]
Jobs = Annotated[
    int | None, typer.Option(help="Number of files to read at a time [default: one per processor].")
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace an existing destination.")]
BagFolder = Annotated[Path, typer.Argument(metavar="BAG", help="The bag's folder.")]
DropSignatures = Annotated[
    bool,
    typer.Option(
        "--drop-signatures", help="Change the bag even if it is signed, and remove its signatures."
    ),
]


@app.command()
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
            "info": _dated(_pairs(info, "--info"), date),
            "tag_files": {
                path: _bytes(Path(file)) for path, file in _pairs(tag_file, "--tag-file")
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


@app.command()
def update(
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
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Change files or labels of a bag. Only new files are hashed.

    Example: archive-pkg bag update mybag --add data/scan.tif=scan.tif --remove data/draft.txt
    """
    from archive_pkg.bags import Bag
    from archive_pkg.bags.updating import update as update_bag

    with answering("bag update", as_json=as_json, quiet=quiet) as answer:
        changes: dict[str, Path | bytes] = {path: Path(file) for path, file in _pairs(add, "--add")}
        changes |= {path: bag / path for path in include or []}
        with answer.about(bag) as result:
            asked = (
                changes,
                remove,
                info,
                add_info,
                remove_info,
                remove_algorithm,
                drop_signatures,
            )
            before = Bag.open(bag).info
            changed = update_bag(
                bag,
                add=changes,
                remove=remove or [],
                info=_pairs(info, "--info"),
                add_info=_pairs(add_info, "--add-info"),
                remove_info=[_label_and_value(text) for text in remove_info or []],
                remove_algorithms=remove_algorithm or [],
                drop_signatures=drop_signatures,
                wait=wait,
            )
            result["files"] = len(changed.payload)
            if not (any(asked) or drop_signatures) and changed.info == before:
                answer.say(f"{bag}: nothing to change (name a change, for example --add)")
                return
            answer.say(f"{bag}: updated; it has {counted(len(changed.payload), 'payload file')}")


@app.command()
def upgrade(
    bag: BagFolder,
    algorithm: Algorithms = None,
    drop_signatures: DropSignatures = False,
    wait: Wait = 0,
    jobs: Jobs = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert a valid bag to BagIt 1.0 and UTF-8, and add manifests for more algorithms.

    Example: archive-pkg bag upgrade oldbag --algorithm sha512
    """
    from archive_pkg.bags import DEFAULT_ALGORITHMS
    from archive_pkg.bags.updating import upgrade as upgrade_bag
    from archive_pkg.cli.progress import showing

    with (
        answering("bag upgrade", as_json=as_json, quiet=quiet) as answer,
        answer.about(bag) as result,
        showing("upgrading", quiet=quiet or as_json) as progress,
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


@app.command()
def fetch(
    bag: BagFolder,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Also fetch from private and loopback addresses."),
    ] = False,
    wait: Wait = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Download the files that fetch.txt lists, and verify them.

    Example: archive-pkg bag fetch holeybag
    """
    from archive_pkg.bags.fetching.downloads import fetch as fetch_files
    from archive_pkg.cli.progress import showing

    with (
        answering("bag fetch", as_json=as_json, quiet=quiet) as answer,
        answer.about(bag) as result,
        showing("fetching", quiet=quiet or as_json) as progress,
    ):
        fetched = fetch_files(bag, allow_private=allow_private, wait=wait, progress=progress)
        result |= {"files": fetched.files, "bytes": fetched.size}
        if fetched.files or not fetched.report.ok:
            answer.say(f"{bag}: fetched {counted(fetched.files, 'file')}, {fetched.size:,} bytes")
        else:
            answer.say(f"{bag}: there is nothing to fetch")
        answer.found(result, fetched.report)


@app.command()
def pack(
    bag: BagFolder,
    destination: Annotated[
        Path, typer.Argument(help="The archive to write: .zip, .tar, .tgz or .tar.gz.")
    ],
    date: Annotated[
        str, typer.Option(help="Date of the archive's members, YYYY-MM-DD [default: Bagging-Date].")
    ] = "",
    replace: Replace = False,
    wait: Wait = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack a valid bag into an archive. The same bag gives the same bytes.

    Example: archive-pkg bag pack mybag mybag.zip
    """
    from datetime import date as Date  # noqa: N812 - the option has its name

    from archive_pkg.bags.archives.serializing import pack as pack_bag

    with (
        answering("bag pack", as_json=as_json, quiet=quiet) as answer,
        answer.about(bag) as result,
    ):
        result["packed"] = str(destination)
        on = Date.fromisoformat(_day(date)) if date else None
        verdict = pack_bag(bag, destination, on=on, replace=replace, wait=wait)
        result |= {"complete": verdict.complete, "valid": verdict.valid}
        answer.say(
            f"{destination}: packed {counted(verdict.files, 'payload file')}; complete and valid"
        )


@app.command()
def unpack(
    archive: Annotated[Path, typer.Argument(help="A serialized bag: .zip, .tar, .tgz or .tar.gz.")],
    destination: Annotated[Path, typer.Argument(help="The folder for the bag.")],
    replace: Replace = False,
    wait: Wait = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Unpack and verify a serialized bag.

    Example: archive-pkg bag unpack mybag.zip mybag
    """
    from archive_pkg.bags.archives.serializing import unpack as unpack_bag

    with (
        answering("bag unpack", as_json=as_json, quiet=quiet) as answer,
        answer.about(archive) as result,
    ):
        result["unpacked"] = str(destination)
        verdict = unpack_bag(archive, destination, replace=replace, wait=wait)
        result |= {"complete": verdict.complete, "valid": verdict.valid}
        answer.say(
            f"{destination}: unpacked {counted(verdict.files, 'payload file')}; complete and valid"
        )


@app.command()
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


def _dated(info: list[tuple[str, str]], date: str) -> list[tuple[str, str]]:
    """Return the labels for bag-info.txt, with exactly one Bagging-Date."""
    given = [value for label, value in info if label.lower() == "bagging-date"]
    if given and (date or len(given) > 1):
        from archive_pkg.errors import UsageError

        raise UsageError("Bagging-Date is given more than once", "Use only --date.")
    return info if given else [*info, ("Bagging-Date", _day(date))]


def _label_and_value(text: str) -> tuple[str, str | None]:
    label, equals, value = text.partition("=")
    return label.strip(), value.strip() if equals else None


def _pair_example(option: str, given: str) -> str:
    if option == "--add":
        return f"Write --add data/{Path(given).name}={given}"
    return f"Write {option} {'PATH=FILE' if option == '--tag-file' else 'LABEL=VALUE'}."


def _pairs(given: list[str] | None, option: str) -> list[tuple[str, str]]:
    from archive_pkg.errors import UsageError

    pairs = []
    for each in given or []:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise UsageError(f"{option} {each}: '=' is missing", _pair_example(option, each))
        pairs.append((name.strip(), value.strip()))
    return pairs


def _day(given: str) -> str:
    """Return the day to write, as YYYY-MM-DD."""
    from archive_pkg.cli.commands.build import parse_date
    from archive_pkg.packages.building import today

    return (parse_date(given or None) or today()).isoformat()


def _bytes(path: Path) -> bytes:
    from archive_pkg.storage import read_regular, storage_errors

    with storage_errors(f"reading {path}"):
        return read_regular(path)
