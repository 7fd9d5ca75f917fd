"""Change a bag atomically: write a changed copy that shares unchanged files, then swap the two."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from archive_pkg.bags.archives.archive import unpack_hint
from archive_pkg.bags.bag import Bag, info_file
from archive_pkg.bags.fetching import fetch_file
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.info_changes import InfoChanges, lines_with_ends
from archive_pkg.bags.manifests import empty_manifest, render
from archive_pkg.bags.name_checks import check_names, folders_of
from archive_pkg.bags.planning import DEFAULT_ALGORITHMS
from archive_pkg.bags.tagfiles import (
    DECLARATION,
    Declaration,
    codec_of,
    split_lines,
    tags_to_bytes,
)
from archive_pkg.bags.verifying import (
    MANIFEST_UNLISTED,
    OXUM_MALFORMED,
    OXUM_MISMATCH,
    OXUM_REPEATED,
    PAYLOAD_MISMATCH,
    find_faults,
    verify,
)
from archive_pkg.bags.writing import copy_and_hash, refuse_tag_files, ticking
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.fixity import ALGORITHMS, Tally, copy_and_digest, digest, new_hash
from archive_pkg.messages import _
from archive_pkg.reports import Location, Report, Severity
from archive_pkg.storage import Staging, mode_of, storage_errors, system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Unpack

    from archive_pkg.bags.manifests import Manifest
    from archive_pkg.bags.tagfiles import Tag
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding

_NO_LINKS = {errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
_RENAMED_LABELS = {"packing-date": "Bagging-Date", "package-size": "Bag-Size"}
"""Labels of package-info.txt before 0.96, and their names since."""

_REWRITTEN = {code.code for code in (MANIFEST_UNLISTED, OXUM_MALFORMED, OXUM_REPEATED)}
"""Faults that every update corrects."""

SIGNATURES = "signatures/"
"""Folder of the detached signatures of tag manifests. Any change to the bag invalidates them."""


class Running(TypedDict, total=False):
    """How an operation on a bag runs.

    Attributes:
        wait: Seconds to wait for another run that uses the bag.
        jobs: How many files to read at a time; None means one per processor.
        progress: Called now and then with what is done so far while many files are read.
    """

    wait: float
    jobs: int | None
    progress: Callable[[Tally], None] | None


def update(
    bag: StrPath,
    *,
    add: Mapping[str, Path | bytes] | None = None,
    remove: Iterable[str] = (),
    info: Sequence[tuple[str, str]] = (),
    add_info: Sequence[tuple[str, str]] = (),
    remove_info: Iterable[tuple[str, str | None]] = (),
    add_algorithms: Sequence[str] = (),
    remove_algorithms: Iterable[str] = (),
    drop_signatures: bool = False,
    **running: Unpack[Running],
) -> Bag:
    """Add, replace and remove files and tags of a bag (RFC 8493, 2.1.3 and 2.2).

    The change is atomic. The bag must be complete, and its tag files must match their digests,
    apart from the files that the change adds, replaces or removes. Only new payload files
    are hashed. Digests of unchanged files are copied from the manifests, because hashing a damaged
    file again would make its damage look valid. To add an algorithm, all files are hashed, and
    compared with the old manifests. Unchanged files become hard links, or copies if links are not
    possible.
    The bag's version and encoding stay as they are; so do tag files and tags that are not changed,
    in their order and spelling.

    Args:
        bag: The bag's folder.
        add: The new files: for each path in the bag ("data/…" or a tag file), the file to copy or
            the bytes. An existing file is replaced. To add a file that is in the bag but not in
            any manifest, or to accept a bag-info.txt that was changed by hand, give its own path as
            its source.
        remove: Paths to remove from the bag and its manifests.
        info: Labels and values of bag-info.txt to set. They replace all values of their labels.
        add_info: Labels and values to add. A Bagging-Date replaces the old one.
        remove_info: Labels and values to remove; None removes all values of the label.
        add_algorithms: Algorithms for which a manifest and a tag manifest are added.
        remove_algorithms: Algorithms whose manifest and tag manifest are removed. A manifest for
            another known algorithm must remain.
        drop_signatures: Whether a signed bag may be changed; its signatures are then removed.
        **running: See `Running`.

    Returns:
        The changed bag.

    Raises:
        InvalidError: The bag is damaged or not complete, or is signed; or a name to add is not
            allowed. The error's report has the findings.
        UsageError: A path cannot be added or removed, a tag cannot be written, or a label, value
            or algorithm to remove is unknown. Or the bag is a file.
        ChangedError: A file changes while it is read.
        StorageError: Reading or writing fails, or another run uses the bag.
    """
    given = Path(bag)
    if given.is_file():
        hint = unpack_hint(given) or _("Name the folder of a bag.")
        raise UsageError(_("{given} is a file, not the folder of a bag", given=given), hint)
    bag = given.resolve()
    with Staging(bag, wait=running.get("wait", 0)) as staging:
        dropped = _signatures_to_drop(Bag.open(bag), drop=drop_signatures)
        given_files = {
            path: new.resolve() if isinstance(new, Path) and new == given / path else new
            for path, new in (add or {}).items()
        }
        with storage_errors(_("updating {bag}", bag=bag)):
            change = _BagChange(
                bag,
                given_files,
                {*remove, *dropped},
                list(dict.fromkeys(add_algorithms)),
                {*remove_algorithms},
            )
        changes = InfoChanges(tuple(info), tuple(add_info), tuple(remove_info))
        changes.refuse_misuse(change.bag)
        with storage_errors(_("updating {bag}", bag=bag)):
            change.apply(staging.path, changes, running.get("jobs"), running.get("progress"))
            staging.mode = mode_of(*(new for new in change.add.values() if isinstance(new, Path)))
        staging.commit(replace=True)
    return Bag.open(bag)


def upgrade(
    bag: StrPath,
    *,
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS,
    drop_signatures: bool = False,
    wait: float = 0,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Bag:
    """Convert a valid bag to BagIt 1.0 in UTF-8 and add manifests (RFC 8493, 2.4).

    The bag is verified before and after. Its manifests and fetch.txt are rewritten,
    package-info.txt becomes bag-info.txt, and signatures and manifests for unknown algorithms are
    removed. Other tag files stay as they are.

    Args:
        bag: The bag's folder.
        algorithms: Algorithms to add to those of the bag.
        drop_signatures: Whether a signed bag may be changed; its signatures are then removed.
        wait: Seconds to wait for another run that uses the bag.
        jobs: How many files to read at a time; None means one per processor.
        progress: Called now and then with what is done so far.

    Returns:
        The changed bag.

    Raises:
        InvalidError: The bag is not valid before or after the change, or is signed.
        UsageError: An unknown algorithm.
        StorageError: Reading or writing fails, or another run uses the bag.
    """
    for name in algorithms:
        new_hash(name)
    bag = Path(bag).resolve()
    with Staging(bag, wait=wait) as staging:
        Bag.open(bag)  # raises if it cannot be read at all
        verdict = verify(bag, jobs=jobs)
        if not verdict.valid or verdict.bag is None:
            raise InvalidError(
                _("{bag} is not valid; nothing was changed", bag=bag), report=verdict.report
            )
        old = verdict.bag
        dropped = _signatures_to_drop(old, drop=drop_signatures)
        own = [name for name in [*old.manifests, *old.tag_manifests] if name in ALGORITHMS]
        names = list(dict.fromkeys([*own, *algorithms]))
        tick = ticking(verdict.files, progress, verdict.size)
        with storage_errors(_("upgrading {bag}", bag=bag)), Folder(bag) as folder:
            _link_or_copy(folder, staging.path, old.listing.folders, old.payload)
            digests = folder.digests(old.payload, names, jobs=jobs, tick=tick)
            manifests = {
                name: {path: found[1][index] for path, found in digests.items()}
                for index, name in enumerate(names)
            }
            _write_upgraded(folder, staging.path, old, manifests, dropped)
        after = verify(staging.path, named=bag, jobs=jobs)
        if not after.valid:
            raise InvalidError(
                _("{bag} could not be upgraded", bag=bag), _("It is unchanged."), after.report
            )
        staging.commit(replace=True)
    return Bag.open(bag)


def _signatures_to_drop(bag: Bag, *, drop: bool) -> set[str]:
    """Return the signature files to remove; empty if the bag is not signed.

    Raises:
        InvalidError: The bag is signed, and `drop` is not set.
    """
    found = {path for path in bag.tag_files if path.startswith(SIGNATURES)}
    if not any(path.endswith(".sig") for path in found):
        return set()
    if not drop:
        raise InvalidError(
            _("{path} is signed, and a change would invalidate the signatures", path=bag.path),
            _(
                "Nothing was changed. To change the bag and remove its signatures, use "
                "--drop-signatures. Then sign it again."
            ),
        )
    return found


class _BagChange:
    """A change to a bag."""

    def __init__(
        self,
        path: Path,
        add: dict[str, Path | bytes],
        remove: set[str],
        add_algorithms: list[str],
        remove_algorithms: set[str],
    ) -> None:
        self.path = path
        self.bag = bag = Bag.open(path)
        own = path / bag.info_name
        self.accepted = {bag.info_name} if add.get(bag.info_name) == own else set[str]()
        self.add = {name: new for name, new in add.items() if name not in self.accepted}
        self.remove = remove
        self.new = add_algorithms
        kinds = (bag.manifests, bag.tag_manifests)
        self.dropped = [
            kind[name] for name in sorted(remove_algorithms) for kind in kinds if name in kind
        ]
        self.left = set(bag.manifests) - remove_algorithms
        self._refuse_misuse(remove_algorithms)
        unknown = self.left - set(ALGORITHMS)
        if unknown or not bag.manifests:
            problem = _(
                "manifests of unknown algorithms: {unknown}", unknown=", ".join(sorted(unknown))
            )
            raise InvalidError(
                _(
                    "{path} has {problem}; nothing was changed",
                    path=path,
                    problem=problem if unknown else "no payload manifest",
                ),
                report=None if unknown else bag.report,
            )
        if bag.fetch and any(line.path not in set(bag.payload) for line in bag.fetch):
            raise InvalidError(
                _("{path} has files that have not been fetched", path=path),
                _("Fetch them first: archive-pkg bag fetch {path}", path=path),
            )
        if self.left:  # the manifests to drop may be damaged
            self._drop(remove_algorithms)
        with Folder(path) as folder:
            self._refuse_faults(list(find_faults(bag, folder)))
        self._drop(remove_algorithms)

    def _drop(self, algorithms: set[str]) -> None:
        for name in algorithms:
            self.bag.manifests.pop(name, None)
            self.bag.tag_manifests.pop(name, None)

    def _refuse_faults(self, findings: Sequence[Finding]) -> None:
        """Refuse a bag with faults that the change does not correct."""
        touched = self.remove | self.add.keys() | self.accepted
        if self.left:
            touched |= {each.name for each in self.dropped}
        sized = self.remove | (self.add.keys() & {*self.bag.payload, *self._listed()})
        left = [
            one
            for one in findings
            if one.severity is Severity.ERROR
            and not (one.code in _REWRITTEN or one.location.path in touched)
            # The sizes of files that are replaced or removed are part of the old Payload-Oxum.
            and not (one.code == OXUM_MISMATCH.code and any(_in_payload(path) for path in sized))
        ]
        if left:
            raise InvalidError(
                _("{path} is damaged or not complete; nothing was changed", path=self.path),
                _(
                    "Correct the bag, or restore it from another copy. If you changed "
                    "bag-info.txt yourself, accept it: --include bag-info.txt."
                ),
                Report(left),
            )

    def _refuse_misuse(self, remove_algorithms: set[str]) -> None:
        bag = self.bag
        removable = self._listed() | set(bag.listing.files)
        for path in sorted(self.remove - removable):
            raise UsageError(
                _("{path} cannot be removed: it is not in {path_2}", path=path, path_2=self.path)
            )
        for path in sorted(self.remove & self.add.keys()):
            raise UsageError(_("{path} cannot be both added and removed", path=path))
        refuse_tag_files(path for path in self.add if not _in_payload(path))
        for path in sorted(self.remove):
            manifest = empty_manifest(path, Report())
            if manifest is not None:
                raise UsageError(
                    _("{path} is a manifest", path=path),
                    _(
                        "Remove it with --remove-algorithm {algorithm}.",
                        algorithm=manifest.algorithm,
                    ),
                )
        refuse_tag_files(path for path in self.remove if not _in_payload(path))
        for name in sorted(remove_algorithms - {each.algorithm for each in self.dropped}):
            raise UsageError(_("{path} has no manifest for {name}", path=self.path, name=name))
        for name in self.new:
            new_hash(name)
            if all(name in kind for kind in (bag.manifests, bag.tag_manifests)):
                raise UsageError(
                    _("{path} already has manifests for {name}", path=self.path, name=name)
                )
        if bag.manifests and not (self.left or self.new):
            raise UsageError(
                _("{path} would have no manifest left", path=self.path),
                _("Add one in the same call, for example --add-algorithm sha512."),
            )
        report = check_names(self.add, existing=set(bag.listing.files) - self.remove)
        if not report.ok:
            raise InvalidError(_("files to add have names that are not allowed"), "", report)

    def _listed(self) -> set[str]:
        both = (self.bag.manifests, self.bag.tag_manifests)
        listings = [manifest for by_algorithm in both for manifest in by_algorithm.values()]
        return {path for manifest in [*listings, *self.dropped] for path in manifest.digests}

    def apply(
        self,
        target: Path,
        info: InfoChanges,
        jobs: int | None,
        progress: Callable[[Tally], None] | None,
    ) -> None:
        """Write the changed bag into an empty folder."""
        bag = self.bag
        payload, tags = (
            {name: dict(manifest.digests) for name, manifest in by_algorithm.items()}
            for by_algorithm in (bag.manifests, bag.tag_manifests)
        )
        manifest_names = {each.name for each in [*bag.manifests.values(), *self.dropped]}
        for digests in [*payload.values(), *tags.values()]:
            for path in self.remove | manifest_names:
                digests.pop(path, None)
        with Folder(self.path) as folder:
            not_linked = self.remove | self.add.keys() | regenerated_files(bag)
            not_linked |= {each.name for each in self.dropped}
            # An added file may replace a folder that has become empty.
            folders = [
                path
                for path in bag.listing.folders
                if self.add.keys().isdisjoint((path, *folders_of(path)))
            ]
            unchanged = [path for path in bag.listing.files if path not in not_linked]
            self._hash_again(folder, unchanged, payload, tags, jobs, progress)
            _link_or_copy(folder, target, folders, unchanged)
            for path, source in self.add.items():
                listings = payload if _in_payload(path) else tags
                new = target / path
                new.parent.mkdir(parents=True, exist_ok=True)
                __, found, __ = copy_and_hash(
                    source, new, tuple(listings), lambda files, size: None
                )
                for digests, value in zip(listings.values(), found, strict=True):
                    digests[path] = value
            added = {path for path in self.add if _in_payload(path)}
            info = replace(info, put=(*info.put, *self._oxum(target, {*bag.payload, *added})))
            self._write_tags(folder, target, payload, tags, info)

    def _hash_again(
        self,
        folder: Folder,
        unchanged: Sequence[str],
        payload: dict[str, dict[str, bytes]],
        tags: dict[str, dict[str, bytes]],
        jobs: int | None,
        progress: Callable[[Tally], None] | None,
    ) -> None:
        """Add the digests of unchanged files by the new algorithms, if there are any.

        Raises:
            InvalidError: A payload file does not match an old manifest.
        """
        if not self.new:
            return
        bag = self.bag
        old = {
            **{each.algorithm: each for each in self.dropped if not each.of_tags},
            **bag.manifests,
        }
        old = {name: manifest for name, manifest in old.items() if name in ALGORITHMS}
        names = list(dict.fromkeys([*old, *self.new]))
        files = [path for path in unchanged if _in_payload(path)]
        found = folder.digests(files, names, jobs=jobs, tick=ticking(len(files), progress))
        report = Report(
            [
                PAYLOAD_MISMATCH.at(
                    Location(path),
                    _(
                        "does not match {name} (computed {hex}, listed {hex_2})",
                        name=manifest.name,
                        hex=value.hex(),
                        hex_2=manifest.digests[path].hex(),
                    ),
                    _("Restore the file from another copy."),
                )
                for path, (__, digests) in found.items()
                for manifest, value in zip(old.values(), digests, strict=False)
                if manifest.digests.get(path, value) != value
            ]
        )
        if not report.ok:
            raise InvalidError(
                _("{path} is damaged; nothing was changed", path=self.path), report=report
            )
        covered = {path for digests in tags.values() for path in digests}
        others = [
            path
            for path in unchanged
            if not _in_payload(path) and (path in covered or not bag.tag_manifests)
        ]
        for name in self.new:
            index = names.index(name)
            new = {path: digests[index] for path, (__, digests) in found.items()}
            payload.setdefault(name, new)
            tags.setdefault(name, {})
            for path, (__, (value,)) in folder.digests(others, [name]).items():
                tags[name][path] = value

    def _oxum(self, target: Path, present: set[str]) -> list[tuple[str, str]]:
        if not self.bag.values("Payload-Oxum"):
            return []
        present -= self.remove
        size = sum((target / path).stat().st_size for path in present)
        return [("Payload-Oxum", f"{size}.{len(present)}")]

    def _write_tags(
        self,
        folder: Folder,
        target: Path,
        payload: Mapping[str, Mapping[str, bytes]],
        tags: dict[str, dict[str, bytes]],
        info: InfoChanges,
    ) -> None:
        bag = self.bag
        files: dict[str, bytes] = {}
        if bag.info_name or info.put or info.add:
            name = info_file(bag.declaration)
            old = _read(folder, bag.info_name) if bag.info_name else b""
            files[name] = info.applied(old, bag)
        if bag.fetch and (left := _fetch_without(folder, bag, self.remove)):
            files[fetch_file.NAME] = left
        elif bag.fetch:
            for digests in tags.values():
                digests.pop(fetch_file.NAME, None)
        for name, listing in payload.items():
            files[_name(bag.manifests, name, "manifest")] = render(listing, bag.declaration)
        for path, data in files.items():
            for name, value in digest(data, list(tags)).items():
                tags[name][path] = bytes.fromhex(value)
        for name, listing in tags.items():
            files[_name(bag.tag_manifests, name, "tagmanifest")] = render(listing, bag.declaration)
        for path, data in files.items():
            (target / path).write_bytes(data)


def _name(known: Mapping[str, Manifest], algorithm: str, prefix: str) -> str:
    """Return the name of a manifest, which is that of the old one if there is one."""
    return known[algorithm].name if algorithm in known else f"{prefix}-{algorithm}.txt"


def _in_payload(path: str) -> bool:
    return path.startswith("data/")


def regenerated_files(bag: Bag) -> set[str]:
    """Return the names of the tag files that are written again with each change."""
    kinds = (bag.manifests, bag.tag_manifests)
    manifests = {manifest.name for kind in kinds for manifest in kind.values()}
    return manifests | {bag.info_name} | ({fetch_file.NAME} if bag.fetch else set())


def _link_or_copy(
    folder: Folder, target: Path, folders: Iterable[str], paths: Iterable[str]
) -> None:
    """Make the same folders in a new folder, and link or copy the files into it."""
    for path in folders:
        (target / path).mkdir(exist_ok=True)
    for path in paths:
        prefix, slash, name = path.rpartition("/")
        with folder.open_folder(prefix + slash) as opened:
            try:
                opened.link(name, target / path)
            except (PermissionError, NotImplementedError):
                _copy(folder, path, target / path)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                _copy(folder, path, target / path)


def _copy(folder: Folder, path: str, target: Path) -> None:
    source = folder.open_descriptor(path)
    try:
        status = os.fstat(source)
        copy = system.open_without_link(target, system.CREATE, status.st_mode & 0o777)
        try:
            copy_and_digest(source, copy, [])
            system.set_time(copy, target, status.st_mtime_ns)
        finally:
            os.close(copy)
    finally:
        os.close(source)


def _read(folder: Folder, path: str) -> bytes:
    with folder.open(path) as file:
        return file.read()


def _fetch_without(folder: Folder, bag: Bag, removed: set[str]) -> bytes:
    """Return fetch.txt without the lines of removed files."""
    codec = codec_of(bag.encoding) or "utf-8"
    lines = lines_with_ends(_read(folder, fetch_file.NAME).decode(codec))
    dropped = {entry.line for entry in bag.fetch if entry.path in removed}
    kept = "".join(line for number, line in enumerate(lines, 1) if number not in dropped)
    return kept.encode(codec) if kept else b""


def _write_upgraded(
    folder: Folder,
    target: Path,
    old: Bag,
    manifests: Mapping[str, Mapping[str, bytes]],
    dropped: set[str],
) -> None:
    files = {DECLARATION: Declaration().to_bytes()}
    if old.info_name:
        files["bag-info.txt"] = _upgraded_info(_read(folder, old.info_name), old)
    if old.fetch:
        files[fetch_file.NAME] = fetch_file.render(old.fetch)
    for name, digests in manifests.items():
        files[f"manifest-{name}.txt"] = render(digests)
    not_linked = regenerated_files(old) | {DECLARATION} | dropped
    others = [path for path in old.tag_files if path not in not_linked]
    _link_or_copy(folder, target, old.listing.folders, others)
    listed = {path for manifest in old.tag_manifests.values() for path in manifest.digests}
    kept = [path for path in others if path in listed or not old.tag_manifests]
    tags: dict[str, dict[str, bytes]] = {name: {} for name in manifests}
    for path in [*files, *kept]:
        data = files[path] if path in files else _read(folder, path)
        for name, value in digest(data, list(tags)).items():
            tags[name][path] = bytes.fromhex(value)
    for name, listing in tags.items():
        files[f"tagmanifest-{name}.txt"] = render(listing)
    for path, data in files.items():
        (target / path).write_bytes(data)


def _upgraded_info(data: bytes, old: Bag) -> bytes:
    """Return bag-info.txt in the form of BagIt 1.0, unchanged if it already has that form."""
    labels = [(_label(tag, old), tag.value) for tag in old.tags]
    unchanged = labels == old.info and codec_of(old.encoding) == "utf-8"
    spaced = any(
        line.partition(":")[0] != line.partition(":")[0].rstrip()
        for line in split_lines(data.decode("utf-8", "replace"))
        if line[:1] not in (" ", "\t")
    )
    return data if unchanged and not spaced else tags_to_bytes(labels)


def _label(tag: Tag, old: Bag) -> str:
    if old.declaration.number >= (0, 96):
        return tag.label
    return _RENAMED_LABELS.get(tag.label.lower(), tag.label)
