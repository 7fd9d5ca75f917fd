"""Write bags. Files are copied and hashed in one pass, and equal input gives equal bytes."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.fetching import fetch_file
from archive_pkg.bags.fetching.fetch_file import FetchLine
from archive_pkg.bags.folder import ChangedError, Folder
from archive_pkg.bags.manifests import NAME as MANIFEST_NAME
from archive_pkg.bags.manifests import render
from archive_pkg.bags.name_checks import check_names, folders_of
from archive_pkg.bags.planning import DEFAULT_ALGORITHMS, Plan
from archive_pkg.bags.surveying import ENCODED_NAMES, names_record, survey
from archive_pkg.bags.tagfiles import DECLARATION, Declaration, tags_to_bytes
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.executors import Spread
from archive_pkg.fixity import Tally, copy_and_digest, new_hash, write_all
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.storage import (
    Staging,
    mode_of,
    refuse_existing,
    storage_errors,
    system,
    widest_mode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archive_pkg.bags.profiles import Profile
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report

    Copied = tuple[int, tuple[bytes, ...], int]
    """Size of a copied file, digests in the order of the algorithms, and widest mode."""
    Listed = tuple[int, tuple[bytes, ...]]
    """Size and digests of a file that is not copied."""

_log = logger(__name__)

_SMALL = 128 * 1024
_PIECE = 256
_FEW = 32


@dataclass(slots=True)
class Written:
    """The files and digests of a bag that was written.

    Attributes:
        files: Number of payload files.
        size: Size of the payload in bytes.
        manifests: Raw digests of payload files by algorithm, then path ("data/…").
        tag_manifests: Raw digests of tag files by algorithm, then path.
        mode: The widest permissions for a copy of the payload, see `storage.widest_mode`.
    """

    files: int = 0
    size: int = 0
    manifests: dict[str, dict[str, bytes]] = field(default_factory=dict)
    tag_manifests: dict[str, dict[str, bytes]] = field(default_factory=dict)
    mode: int = 0o777

    def digests(self, path: str) -> dict[str, str]:
        """Return the hexadecimal digests of a file in the bag by algorithm."""
        kind = self.manifests if path.startswith("data/") else self.tag_manifests
        return {name: digests[path].hex() for name, digests in kind.items() if path in digests}


def write(
    folder: StrPath,
    payload: Mapping[str, StrPath | bytes],
    *,
    info: Sequence[tuple[str, str]] = (),
    tag_files: Mapping[str, bytes] | None = None,
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS,
    tag_algorithms: Sequence[str] = (),
    version: str = "1.0",
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Written:
    """Write a complete bag into an empty folder, such as a `Staging`'s (RFC 8493, 2).

    Each source is read once, and links are not followed. Files are not synced to the disk:
    `Staging` does that. The same arguments give the same bytes.

    Args:
        folder: The folder to write to. It must exist and be empty.
        payload: The file to copy, or the bytes, by path below data/ (with "/"). A copy keeps the
            modification time and the owner's right to execute.
        info: Labels and values for bag-info.txt, in order. Payload-Oxum is added at the end.
        tag_files: More tag files by path in the bag ("metadata/datacite.xml").
        algorithms: Names of the manifests' algorithms.
        tag_algorithms: Names of the tag manifests' algorithms; if empty, the same as `algorithms`.
        version: The BagIt version to declare. Before 1.0 paths must not contain "%".
        jobs: How many files to copy at a time; None means one per processor.
        progress: Called now and then with what is done so far.

    Returns:
        Counts and all digests.

    Raises:
        UsageError: An unknown algorithm, tags or tag files that cannot be written, or a "%" in a
            path of a bag before 1.0.
        InvalidError: A name is not allowed in a bag. Nothing has been written.
        ChangedError: A source changes while it is read.
        StorageError: Reading or writing fails.
    """
    folder = Path(folder)
    extra = dict(tag_files or {})
    refuse_misuse(info, extra, [*algorithms, *tag_algorithms])
    if version != "1.0" and any("%" in path for path in (*payload, *extra)):
        raise UsageError(
            _("a BagIt {version} bag cannot have a % in a path", version=version),
            _("Rename the file."),
        )
    _refuse_names([*(f"data/{path}" for path in payload), *extra])
    return write_checked(
        folder,
        payload,
        info,
        extra,
        Declaration(version),
        algorithms,
        tag_algorithms,
        jobs,
        progress,
    )


def _refuse_names(paths: Sequence[str]) -> None:
    report = check_names(paths)
    if not report.ok:
        raise InvalidError(
            _("{errors} names cannot be in a bag; nothing was written", errors=len(report.errors)),
            report=report,
        )


def write_checked(
    folder: Path,
    payload: Mapping[str, StrPath | bytes],
    info: Sequence[tuple[str, str]],
    tag_files: Mapping[str, bytes],
    declared: Declaration,
    algorithms: Sequence[str],
    tag_algorithms: Sequence[str],
    jobs: int | None,
    progress: Callable[[Tally], None] | None,
    listed: Mapping[str, Listed] | None = None,
) -> Written:
    """Write a bag as `write` does, with arguments and names that have been checked.

    Files in `listed` are in the manifests, but not written.
    """
    with storage_errors(_("writing the bag")):
        written = _write_payload(folder, payload, algorithms, jobs, progress)
        for path, (size, digests) in (listed or {}).items():
            written.files += 1
            written.size += size
            for name, value in zip(algorithms, digests, strict=True):
                written.manifests[name][f"data/{path}"] = value
        oxum = ("Payload-Oxum", f"{written.size}.{written.files}")
        finish(folder, written, tags_to_bytes([*info, oxum]), tag_files, declared, tag_algorithms)
    _log.debug("copied %d files, %d bytes, to %s", written.files, written.size, folder)
    return written


def finish(
    folder: Path,
    written: Written,
    info: bytes,
    tag_files: Mapping[str, bytes],
    declared: Declaration = Declaration(),  # noqa: B008  it is frozen
    tag_algorithms: Sequence[str] = (),
) -> None:
    """Write bagit.txt, bag-info.txt, other tag files, manifests and tag manifests.

    Args:
        folder: The bag's folder with its payload.
        written: The payload's digests. Those of the tag files are added.
        info: The bytes of bag-info.txt.
        tag_files: More tag files by path.
        declared: The content of bagit.txt.
        tag_algorithms: Names of the tag manifests' algorithms; if empty, those of the payload.

    Raises:
        OSError: Writing fails.
    """
    files = {DECLARATION: declared.to_bytes(), "bag-info.txt": info, **tag_files}
    for algorithm, digests in written.manifests.items():
        files[f"manifest-{algorithm}.txt"] = render(digests, declared)
    algorithms = list(tag_algorithms or written.manifests)
    written.tag_manifests = {name: {} for name in algorithms}
    for path, data in files.items():
        for name, value in zip(algorithms, _digests(data, algorithms), strict=True):
            written.tag_manifests[name][path] = value
    for algorithm, digests in written.tag_manifests.items():
        files[f"tagmanifest-{algorithm}.txt"] = render(digests, declared)
    _make_folders(folder, files)
    for path, data in files.items():
        _write_file(f"{folder}/{path}", data)


def create(
    source: StrPath,
    destination: StrPath,
    *,
    info: Sequence[tuple[str, str]] = (),
    tag_files: Mapping[str, bytes] | None = None,
    algorithms: Sequence[str] | None = None,
    portable: bool = False,
    encode_names: bool = False,
    exclude: Sequence[str] = (),
    fetch: Mapping[str, str] | None = None,
    profile: Profile | None = None,
    replace: bool = False,
    wait: float = 0,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> tuple[Written, Report]:
    """Create a bag with copies of all files of a folder (RFC 8493, 2).

    The bag is written next to the destination, synced to the disk and renamed, so that the
    destination is either complete or absent.

    Args:
        source: The folder whose files become the payload. It is not changed.
        destination: The bag's folder. Its parent must exist, and it must not be in the source.
        info: See `write`.
        tag_files: See `write`.
        algorithms: See `write`. None means those that the profile requires, or the default.
        portable: Refuse names that are not possible on Windows or macOS.
        encode_names: Write names that are not UTF-8 as "caf%E9", and record both names in the
            tag file encoded-names.json.
        exclude: Patterns of files to leave out, such as "._*": of their names, of their paths in
            the source, or of a folder.
        fetch: URLs of files that are listed but not copied, by their paths in the source. They are
            in the manifests and in fetch.txt, and make the bag incomplete until they are fetched.
        profile: A profile that the bag must conform to, apart from its rules for archives. It is
            named in bag-info.txt, and nothing is written if the bag would not conform.
        replace: Whether an existing destination may be replaced.
        wait: Seconds to wait for another run that uses the destination.
        jobs: See `write`.
        progress: See `write`.

    Returns:
        What was written, and warnings about the source and the profile.

    Raises:
        InvalidError: The source has links, special files or names that cannot be bagged, or the bag
            would not conform to the profile.
        UsageError: The destination is in the source, a file to fetch does not exist, or for the
            reasons given in `write`.
        ChangedError: A source changes while it is read.
        StorageError: Reading or writing fails, the destination exists, or another run uses it.
    """
    source = Path(source)
    destination = Path(destination)
    if destination.resolve().is_relative_to(source.resolve()):
        raise UsageError(
            _(
                "{destination} is inside {source}, so the bag would contain itself",
                destination=destination,
                source=source,
            ),
            _("Choose a destination elsewhere, or turn the folder itself into a bag: --in-place."),
        )
    if not replace:
        refuse_existing(destination)
    report, files, empty = survey(
        source, portable=portable, encode_names=encode_names, exclude=exclude
    )
    extra = dict(tag_files or {})
    if record := names_record(files):
        extra[ENCODED_NAMES] = record
    plan = Plan(list(info), algorithms)
    if profile is not None:
        plan.fit(profile)
    refuse_misuse(plan.info, extra, plan.algorithms)
    _refuse_names([*extra])
    if not report.ok:
        raise InvalidError(
            _("{source} has files that cannot be bagged; nothing was written", source=source),
            report=report,
        )
    sources = {path: f"{source}/{original}" for original, path in files.items()}
    fetched = _digest_fetched(source, files, fetch or {}, plan.algorithms)
    if profile is not None:
        report.extend(plan.check(profile, destination, sources, extra, fetched=bool(fetched)))
    if fetched:
        extra[fetch_file.NAME] = fetch_file.render([line for line, __ in fetched.values()])
    with Staging(destination, wait=wait) as staging:
        with storage_errors(_("writing {destination}", destination=destination)):
            for path in empty.values():
                (staging.path / "data" / path).mkdir(parents=True)
        written = write_checked(
            staging.path,
            {path: file for path, file in sources.items() if path not in fetched},
            plan.info,
            extra,
            plan.declared,
            plan.algorithms,
            (),
            jobs,
            progress,
            {path: digests for path, (__, digests) in fetched.items()},
        )
        staging.mode = written.mode & mode_of(source)
        staging.commit(replace=replace)
    return written, report


def _digest_fetched(
    source: Path, files: Mapping[str, str], fetch: Mapping[str, str], algorithms: Sequence[str]
) -> dict[str, tuple[FetchLine, Listed]]:
    """Return the line of fetch.txt, the size and the digests of each file to fetch, by path.

    Raises:
        UsageError: A file does not exist, or its URL cannot be written.
    """
    for path, url in fetch.items():
        if path not in files:
            raise UsageError(
                _("{source} has no file {path} to fetch", source=source, path=path),
                _("Name a file in the folder."),
            )
        if not fetch_file.is_web(url) or not url.isprintable() or " " in url:
            raise UsageError(
                _("{url!r} is not an http or https URL", url=url), _("Write spaces as %20.")
            )
    if not fetch:
        return {}
    with storage_errors(_("reading {source}", source=source)), Folder(source) as folder:
        found = folder.digests(list(fetch), algorithms)
    return {
        files[path]: (FetchLine(fetch[path], size, f"data/{files[path]}", 0), (size, digests))
        for path, (size, digests) in found.items()
    }


def refuse_misuse(
    info: Sequence[tuple[str, str]], extra: Mapping[str, bytes], algorithms: Sequence[str]
) -> None:
    """Refuse invalid arguments of `write`.

    Raises:
        UsageError: An unknown algorithm, or tags or tag files that cannot be written.
    """
    if not algorithms:
        raise UsageError(_("a bag needs at least one algorithm"))
    for name in algorithms:
        new_hash(name)
    refuse_tags(info)
    refuse_tag_files(extra)


def refuse_tags(info: Iterable[tuple[str, str]]) -> None:
    """Refuse tags that cannot be written into bag-info.txt.

    Raises:
        UsageError: A tag has no valid form, is Payload-Oxum, which is computed, or is a second
            Bagging-Date.
    """
    info = list(info)
    if sum(label.lower() == "bagging-date" for label, __ in info) > 1:
        raise UsageError(_("Bagging-Date is given more than once"), _("Give one date."))
    for label, value in info:
        if label.lower() == "payload-oxum":
            raise UsageError(_("Payload-Oxum is computed"), _("Leave it out."))
        try:
            tags_to_bytes([(label, value)])
        except ValueError as error:
            raise UsageError(str(error)) from error


def refuse_tag_files(paths: Iterable[str]) -> None:
    """Refuse tag files that the program writes itself, or that a manifest cannot list.

    Raises:
        UsageError: A path is refused.
    """
    for path in paths:
        made = path in (DECLARATION, "bag-info.txt", "fetch.txt") or MANIFEST_NAME.fullmatch(path)
        if made or path == "data" or path.startswith("data/"):
            raise UsageError(_("{path} is not a tag file that you can add or remove", path=path))
        if path.startswith(("~", " ", "\t", "*")):
            raise UsageError(
                _("a tag file cannot be named {path!r}: manifests would misread it", path=path)
            )


def _write_payload(
    folder: Path,
    payload: Mapping[str, StrPath | bytes],
    algorithms: Sequence[str],
    jobs: int | None,
    progress: Callable[[Tally], None] | None,
) -> Written:
    (folder / "data").mkdir(exist_ok=True)
    data = str(folder / "data")  # a string, because a million Path objects take seconds
    paths = sorted(payload)
    _make_folders(Path(data), paths)
    pieces = [paths[start : start + _PIECE] for start in range(0, len(paths), _PIECE)]
    tick = ticking(len(paths), progress, _total(payload.values()) if progress else None)

    def work(index: int, tick: Callable[[int, int], None]) -> list[Copied]:
        done = [
            copy_and_hash(payload[path], f"{data}/{path}", algorithms, tick)
            for path in pieces[index]
        ]
        tick(len(done), 0)
        return done

    written = Written(len(paths), 0, {name: {} for name in algorithms})
    with Spread(work, len(pieces), 1 if len(paths) <= _FEW else jobs) as spread:
        results = dict(spread.results(tick))
    for index, piece in enumerate(pieces):
        for path, (size, digests, mode) in zip(piece, results[index], strict=True):
            written.size += size
            written.mode &= mode
            for name, value in zip(algorithms, digests, strict=True):
                written.manifests[name][f"data/{path}"] = value
    return written


def _total(sources: Iterable[StrPath | bytes]) -> int:
    """Return the size of all sources, to estimate the time left. A missing file counts 0."""
    total = 0
    for source in sources:
        with contextlib.suppress(OSError):
            total += len(source) if isinstance(source, bytes) else os.stat(source).st_size  # noqa: PTH116
    return total


def ticking(
    files: int, progress: Callable[[Tally], None] | None, size: int | None = None
) -> Callable[[int, int], None]:
    """Return a function that adds up the work done, and reports it.

    Args:
        files: The number of all files.
        progress: Called with what is done so far.
        size: The number of all bytes; None if it is unknown.
    """
    tally = Tally(all_files=files, all_size=size)

    def tick(more_files: int, more_bytes: int) -> None:
        tally.files += more_files
        tally.size += more_bytes
        if progress is not None:
            progress(tally)

    return tick


def copy_and_hash(
    source: StrPath | bytes,
    target: Path | str,
    algorithms: Sequence[str],
    tick: Callable[[int, int], None],
) -> Copied:
    """Copy or write one file, and return its size, digests and widest mode.

    Raises:
        ChangedError: The source changes while it is read.
        StorageError: The source is not a regular file.
        OSError: Reading or writing fails.
    """
    if isinstance(source, bytes):
        _write_file(target, source)
        tick(0, len(source))
        return len(source), _digests(source, algorithms), 0o777
    descriptor = system.open_without_link(source, system.READ)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise StorageError(_("{source} is not a regular file", source=source))
        mode = 0o777 if before.st_mode & stat.S_IXUSR else 0o666
        made = system.open_without_link(target, system.CREATE, mode)
        try:
            if before.st_size <= _SMALL:
                data = os.read(descriptor, _SMALL + 1)
                write_all(made, data)
                size, digests = len(data), _digests(data, algorithms)
                tick(0, size)
            else:
                size, found = copy_and_digest(
                    descriptor, made, algorithms, lambda count: tick(0, count)
                )
                digests = tuple(found[name] for name in algorithms)
            system.set_time(made, target, before.st_mtime_ns)
        finally:
            os.close(made)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if size != before.st_size or not unchanged:
        raise ChangedError(
            _("{source} changed while it was being read", source=source),
            _("Wait until no other program writes to it, then run the same command again."),
        )
    return size, digests, widest_mode(before)


def _write_file(target: Path | str, data: bytes) -> None:
    """Write a new file without a buffer, which is faster for many small files."""
    made = system.open_without_link(target, system.CREATE)
    try:
        write_all(made, data)
    finally:
        os.close(made)


def _digests(data: bytes, algorithms: Sequence[str]) -> tuple[bytes, ...]:
    found = []
    for name in algorithms:
        hash_ = new_hash(name)
        hash_.update(data)
        found.append(hash_.digest())
    return tuple(found)


def _make_folders(base: Path, paths: Iterable[str]) -> None:
    """Make the folders that contain the paths."""
    for folder in sorted({above for path in paths for above in folders_of(path)}):
        (base / folder).mkdir(exist_ok=True)
