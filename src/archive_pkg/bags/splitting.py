"""Split a bag into a group of bags, and join such a group again (RFC 8493, 2.2.2).

Files are copied and hashed in one pass, and compared with the manifests they come from. The result
is complete and valid, or nothing is written.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.archives.archive import unpack_hint
from archive_pkg.bags.bag import Bag
from archive_pkg.bags.fetching import fetch_file
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.tagfiles import Declaration
from archive_pkg.bags.updating import SIGNATURES, regenerated_files
from archive_pkg.bags.verifying import PAYLOAD_MISMATCH, find_faults
from archive_pkg.bags.writing import Written, write_checked
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.fixity import ALGORITHMS
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import (
    Staging,
    missing,
    mode_of,
    refuse_existing,
    set_final_mode,
    storage_errors,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Unpack

    from archive_pkg.bags.updating import Running
    from archive_pkg.paths import StrPath

_COUNT = re.compile(r"([0-9]{1,9})\s+of\s+([0-9]{1,9})")
_OWN_LABELS = {"bag-group-identifier", "bag-count", "bag-size", "payload-oxum"}
"""Labels that differ between a bag and the bags that it is split into."""

TOO_LARGE = Code(
    "split-file-too-large",
    Severity.WARNING,
    "A file is larger than the limit of `bag split --size`, so it gets a separate bag.",
)
UNSIGNED = Code(
    "split-signatures-left-out",
    Severity.WARNING,
    "The bag is signed. The signatures are over its own tag manifests, so they are not copied.",
)
GROUP_DIFFERS = Code(
    "join-group-differs",
    Severity.ERROR,
    "Bags to join do not have the same Bag-Group-Identifier, or a Bag-Count without a total.",
    "RFC 8493, 2.2.2",
)
PART_MISSING = Code(
    "join-part-missing",
    Severity.ERROR,
    "According to Bag-Count, a bag of the group is missing, or two bags have the same number.",
    "RFC 8493, 2.2.2",
)
FILE_CLASHES = Code(
    "join-file-clashes",
    Severity.ERROR,
    "Two bags of a group have the same payload file, or tag files with different bytes.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the bags that a bag was split into.

    Attributes:
        path: The bag's folder.
        files: The number of its payload files.
        size: The size of its payload in bytes.
    """

    path: Path
    files: int
    size: int


def split(
    bag: StrPath,
    destination: StrPath,
    *,
    size: int | None = None,
    count: int | None = None,
    group: str = "",
    **running: Unpack[Running],
) -> tuple[list[Part], Report]:
    """Copy a bag into several bags that form a group (RFC 8493, 2.2.2).

    Payload files stay in the order of their paths, so files of one folder stay together. Every part
    has all other tag files, and the labels of the bag with Bag-Group-Identifier and Bag-Count. The
    bag itself is not changed.

    Args:
        bag: The bag's folder.
        destination: The folder for the parts. It must not exist, or be empty.
        size: The most bytes of payload in a part. A larger file gets a part of its own.
        count: The number of parts, of about the same size. Give either `size` or `count`.
        group: The Bag-Group-Identifier; "" is the name of the bag's folder.
        **running: See `Running`. `wait` is for another run that uses the destination.

    Returns:
        The parts, and warnings.

    Raises:
        UsageError: Neither or both of size and count are given, or there are fewer files than
            parts, or the bag is a part of a group and no group is given.
        InvalidError: The bag is not complete or not valid.
        ChangedError: A file changes while it is read.
        StorageError: Reading or writing fails, or the destination exists and is not empty.
    """
    path, destination = Path(bag), Path(destination)
    if (size is None) == (count is None) or (size or count or 0) < 1:
        raise UsageError(
            _("a split needs either a size or a count"), _("Give --size 2G or --count 3.")
        )
    if destination.resolve().is_relative_to(path.resolve()):
        raise UsageError(
            _("{destination} is inside {path}", destination=destination, path=path),
            _("Choose a destination elsewhere."),
        )
    if os.path.lexists(destination) and not _is_empty(destination):
        raise StorageError(
            _("{destination} exists and is not empty", destination=destination),
            _("Name a new folder."),
        )
    old, sizes = _complete(path)
    labels = {label.lower() for label, __ in old.info}
    if not group and labels & {"bag-group-identifier", "bag-count"}:
        raise UsageError(
            _("{path} already belongs to a group", path=path), _("Name a new group with --group.")
        )
    report = Report()
    if signed := [name for name in old.tag_files if name.startswith(SIGNATURES)]:
        report.add(UNSIGNED.at(Location(signed[0]), _("is not copied"), _("Sign the parts.")))
    if size is not None:
        for name in [name for name, bytes_ in sizes.items() if bytes_ > size]:
            report.add(
                TOO_LARGE.at(
                    Location(name),
                    _("has {sizes} bytes, more than {size}", sizes=sizes[name], size=size),
                )
            )
        pieces = _by_size(sizes, size)
    else:
        pieces = _by_count(sizes, count or 1)
    identifier = ("Bag-Group-Identifier", group or path.resolve().name)
    width = len(str(len(pieces)))
    parts = []
    tag_files = _other_tag_files(old)
    with Staging(destination, wait=running.get("wait", 0)) as staging:
        for number, piece in enumerate(pieces, 1):
            name = f"{path.resolve().name}-{number:0{width}}-of-{len(pieces)}"
            folder = staging.path / name
            with storage_errors(_("writing {destination}", destination=destination / name)):
                folder.mkdir()
                if number == 1:
                    for empty in old.listing.empty:
                        (folder / empty).mkdir(parents=True)
            info = [*_info(old.info, sizes, piece), identifier]
            info.append(("Bag-Count", f"{number} of {len(pieces)}"))
            written = _copy(folder, dict.fromkeys(piece, old), info, tag_files, running)
            with storage_errors(_("writing {destination}", destination=destination / name)):
                staging.mode &= written.mode & mode_of(path)
                set_final_mode(folder, staging.mode)
            parts.append(Part(destination / name, written.files, written.size))
        staging.commit(replace=True)
    return parts, report


def join(
    parts: Iterable[StrPath],
    destination: StrPath,
    *,
    replace: bool = False,
    **running: Unpack[Running],
) -> tuple[Written, Report]:
    """Copy the bags of a group into one bag (RFC 8493, 2.2.2).

    A label has all values that it has in any part, in the order of the parts, without
    Bag-Group-Identifier and Bag-Count. Of different values of Bagging-Date, the latest is kept.

    Args:
        parts: The folders of all bags of the group, in any order.
        destination: The new bag's folder. Its parent must exist.
        replace: Whether an existing destination may be replaced.
        **running: See `Running`. `wait` is for another run that uses the destination.

    Returns:
        What was written, and warnings.

    Raises:
        InvalidError: A part is missing, not complete or not valid, or the parts do not
            belong together. The error's report has all faults.
        ChangedError: A file changes while it is read.
        StorageError: Reading or writing fails, or the destination exists.
    """
    destination = Path(destination)
    paths = [Path(part) for part in parts]
    if not replace:
        refuse_existing(destination)
    for path in paths:
        if destination.resolve().is_relative_to(path.resolve()):
            raise UsageError(
                _("{destination} is inside {path}", destination=destination, path=path),
                _("Choose a destination elsewhere."),
            )
    found = [_complete(path) for path in paths]
    bags = _in_order([bag for bag, __ in found])
    sizes = {name: size for __, each in found for name, size in each.items()}
    report = Report()
    sources: dict[str, Bag] = {}
    tag_files: dict[str, bytes] = {}
    fetched: list[fetch_file.FetchLine] = []
    for bag in bags:
        for name in bag.payload:
            if name in sources:
                message = _(
                    "is in {path} and in {path_2}", path=sources[name].path, path_2=bag.path
                )
                report.add(FILE_CLASHES.at(Location(name), message, _("Remove one of the two.")))
            sources[name] = bag
        for name, data in _other_tag_files(bag).items():
            if tag_files.setdefault(name, data) != data:
                message = _("differs in {path} from the other bags", path=bag.path)
                report.add(FILE_CLASHES.at(Location(name), message, _("Give both the same bytes.")))
        fetched += bag.fetch
    if not report.ok:
        raise InvalidError(_("the bags cannot be joined; nothing was written"), report=report)
    info = list(dict.fromkeys(pair for bag in bags for pair in _info(bag.info, sizes, sources)))
    if dates := [value for label, value in info if label.lower() == "bagging-date"]:
        dropped = {("bagging-date", date) for date in dates} - {("bagging-date", max(dates))}
        info = [pair for pair in info if (pair[0].lower(), pair[1]) not in dropped]
    with Staging(destination, wait=running.get("wait", 0)) as staging:
        with storage_errors(_("writing {destination}", destination=destination)):
            for empty in {name for bag in bags for name in bag.listing.empty} - {"data"}:
                (staging.path / empty).mkdir(parents=True, exist_ok=True)
        written = _copy(staging.path, sources, info, tag_files, running, fetched)
        with storage_errors(_("writing {destination}", destination=destination)):
            staging.mode = written.mode & mode_of(*paths)
        staging.commit(replace=replace)
    return written, report


def _is_empty(path: Path) -> bool:
    with storage_errors(_("reading {path}", path=path)):
        return path.is_dir() and not any(path.iterdir())


def _complete(path: Path) -> tuple[Bag, dict[str, int]]:
    """Return a complete bag in a folder, and the sizes of its payload files by path, sorted.

    Raises:
        InvalidError: The bag is not complete, is an archive, or is older than BagIt 0.96.
        StorageError: The folder does not exist or cannot be read.
    """
    if not path.exists():
        raise missing(path)
    if path.is_file():
        raise InvalidError(_("{path} is not the folder of a bag", path=path), unpack_hint(path))
    bag = Bag.open(path)
    with storage_errors(_("reading {path}", path=path)), Folder(path) as folder:
        report = find_faults(bag, folder)
        sizes = dict(zip(bag.payload, folder.sizes(bag.payload), strict=True))
    if not report.ok:
        raise InvalidError(_("{path} is not valid; nothing was written", path=path), report=report)
    listed = {name for manifest in bag.manifests.values() for name in manifest.digests}
    if bag.declaration.number < (0, 96) or sizes.keys() - listed:
        why = _("lists names in a different normalization form")
        if bag.declaration.number < (0, 96):
            why = _("has the old BagIt version {version}", version=bag.version)
        raise InvalidError(
            f"{path} {why}", _("Upgrade it first: archive-pkg bag upgrade {path}", path=path)
        )
    return bag, dict(sorted(sizes.items()))


def _by_size(sizes: Mapping[str, int], most: int) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    total = 0
    for path, size in sizes.items():
        if pieces[-1] and total + size > most:
            pieces.append([])
            total = 0
        pieces[-1].append(path)
        total += size
    return pieces


def _by_count(sizes: Mapping[str, int], count: int) -> list[list[str]]:
    if count > max(1, len(sizes)):
        raise UsageError(
            _(
                "there are fewer payload files ({sizes}) than parts ({count})",
                sizes=len(sizes),
                count=count,
            ),
            _("Give a smaller --count."),
        )
    total = sum(sizes.values())
    pieces: list[list[str]] = [[]]
    done = 0
    for index, (path, size) in enumerate(sizes.items()):
        needed = count - len(pieces)
        full = done + size / 2 > total * len(pieces) / count
        if pieces[-1] and needed and (full or len(sizes) - index == needed):
            pieces.append([])
        pieces[-1].append(path)
        done += size
    return pieces


def _info(
    info: Sequence[tuple[str, str]], sizes: Mapping[str, int], paths: Iterable[str]
) -> list[tuple[str, str]]:
    """Return the labels that a bag shares with its parts, and Bag-Size if it has one."""
    kept = [pair for pair in info if pair[0].lower() not in _OWN_LABELS]
    if any(label.lower() == "bag-size" for label, __ in info):
        kept.append(("Bag-Size", f"{sum(sizes[path] for path in paths)} bytes"))
    return kept


def _other_tag_files(bag: Bag) -> dict[str, bytes]:
    """Return the tag files that `write` does not make, without signatures."""
    made = regenerated_files(bag) | {"bagit.txt", fetch_file.NAME}
    kept = [name for name in bag.tag_files if name not in made and not name.startswith(SIGNATURES)]
    return {name: bag.read(name) for name in kept}


def _copy(
    folder: Path,
    sources: Mapping[str, Bag],
    info: Sequence[tuple[str, str]],
    tag_files: Mapping[str, bytes],
    running: Running,
    fetched: Sequence[fetch_file.FetchLine] | None = None,
) -> Written:
    """Write a bag with payload files of other bags, and compare their digests.

    Args:
        folder: The empty folder.
        sources: The bag that each payload file is in.
        info: The labels.
        tag_files: The other tag files.
        running: See `Running`.
        fetched: The lines for fetch.txt; None for those of the files' bags.

    Raises:
        InvalidError: A file does not match the manifests of its bag.
    """
    bags = list({id(bag): bag for bag in sources.values()}.values())
    first = bags[0] if bags else None
    versions = {bag.version for bag in bags}
    algorithms = dict.fromkeys(name for bag in bags for name in bag.manifests if name in ALGORITHMS)
    of_tags = dict.fromkeys(
        name for bag in bags for name in bag.tag_manifests if name in ALGORITHMS
    )
    if fetched is None:
        fetched = [line for line in first.fetch if line.path in sources] if first else []
    extra = dict(tag_files)
    if fetched:
        extra[fetch_file.NAME] = fetch_file.render(fetched)
    written = write_checked(
        folder,
        {name.removeprefix("data/"): f"{bag.path}/{name}" for name, bag in sources.items()},
        info,
        extra,
        Declaration(versions.pop() if len(versions) == 1 else "1.0"),
        list(algorithms) or ["sha256", "sha512"],
        list(of_tags),
        running.get("jobs"),
        running.get("progress"),
    )
    report = Report()
    for name, bag in sources.items():
        for algorithm, manifest in bag.manifests.items():
            listed = manifest.digests.get(name)
            found = written.manifests.get(algorithm, {}).get(name)
            if listed and found and listed != found:
                report.add(
                    PAYLOAD_MISMATCH.at(
                        Location(f"{bag.path}/{name}"),
                        _(
                            "does not match {name} (computed {hex}, listed {hex_2})",
                            name=manifest.name,
                            hex=found.hex(),
                            hex_2=listed.hex(),
                        ),
                        _("Restore the file from another copy."),
                    )
                )
    if not report.ok:
        raise InvalidError(_("files have changed; nothing was written"), report=report)
    return written


def _in_order(bags: Sequence[Bag]) -> list[Bag]:
    """Return the bags of a group in the order of Bag-Count.

    Raises:
        InvalidError: They are not exactly the bags of one group.
    """
    report = Report()
    groups = {tuple(bag.values("Bag-Group-Identifier")) for bag in bags}
    numbered: dict[int, Bag] = {}
    totals = set()
    for bag in bags:
        counts = bag.values("Bag-Count")
        found = (
            re.fullmatch(r"\s*([0-9]{1,9})\s+of\s+([0-9]{1,9})\s*", counts[0]) if counts else None
        )
        if len(groups) > 1 or len(bag.values("Bag-Group-Identifier")) != 1:
            given = ", ".join(bag.values("Bag-Group-Identifier")) or "missing"
            place = Location(f"{bag.path}/bag-info.txt", field="Bag-Group-Identifier")
            report.add(
                GROUP_DIFFERS.at(
                    place, _("is {given}", given=given), _("Join only bags of one group.")
                )
            )
        if found is None or len(counts) > 1:
            place = Location(f"{bag.path}/bag-info.txt", field="Bag-Count")
            given = ", ".join(counts) or "missing"
            report.add(
                GROUP_DIFFERS.at(place, _("is {given}", given=given), _("Write it like 1 of 3."))
            )
            continue
        number = int(found[1])
        totals.add(int(found[2]))
        if number in numbered:
            message = _(
                "has the same number in the group ({number}) as {path}",
                number=number,
                path=numbered[number].path,
            )
            report.add(PART_MISSING.at(Location(bag.path), message, _("Leave one of them out.")))
        numbered[number] = bag
    if len(totals) > 1:
        stated = ", ".join(map(str, sorted(totals)))
        message = _("the bags state different totals for the group: {stated}", stated=stated)
        report.add(PART_MISSING.at(Location(), message))
    for total in totals if len(totals) == 1 else ():
        lacking = [str(number) for number in range(1, total + 1) if number not in numbered][:10]
        if lacking:
            message = _(
                "number {lacking} of {total} is missing", lacking=", ".join(lacking), total=total
            )
            report.add(PART_MISSING.at(Location(), message, _("Name all bags of the group.")))
    if not report.ok or not bags:
        raise InvalidError(
            _("the bags are not a complete group; nothing was written"), report=report
        )
    return [numbered[number] for number in sorted(numbered)]
