"""Changing a bag safely: a new folder, sharing what stays, is swapped in when whole."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.bag import Bag
from archive_pkg.bags.fetching import fetch_file
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.manifests import describe as describe_manifest
from archive_pkg.bags.manifests import render
from archive_pkg.bags.tagfiles import (
    DECLARATION,
    Declaration,
    codec_of,
    parse_tags,
    split_lines,
    tags_to_bytes,
)
from archive_pkg.bags.verifying import verify
from archive_pkg.bags.writing import (
    DEFAULT_ALGORITHMS,
    check_names,
    folders_of,
    place,
    refuse_tag_files,
)
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.fixity import ALGORITHMS, Tally, copy_and_digest, digest, new_hash
from archive_pkg.reports import Report
from archive_pkg.storage import Staging, mode_of, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archive_pkg.bags.tagfiles import Tag

_NO_LINKS = {errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
_RENAMED_LABELS = {"packing-date": "Bagging-Date", "package-size": "Bag-Size"}
"""Labels of package-info.txt before 0.96, and what they have been called since."""

_SIGNATURES = "signatures/"
"""Where detached signatures of tag manifests lie; changing a bag makes them wrong."""


def update(
    bag: Path,
    *,
    add: Mapping[str, Path | bytes] | None = None,
    remove: Iterable[str] = (),
    info: Sequence[tuple[str, str]] = (),
    add_info: Sequence[tuple[str, str]] = (),
    remove_info: Iterable[tuple[str, str | None]] = (),
    remove_algorithms: Iterable[str] = (),
    drop_signatures: bool = False,
    wait: float = 0,
) -> Bag:
    """Add, replace and remove files of a bag, atomically; only what is new is hashed.

    Digests of what stays are taken from the manifests as they are, so damage that is there is
    not covered up. Files that stay are shared with the old folder (hard links) where the file
    system can, and copied elsewhere. The bag's version and encoding stay; tag files that are not
    named, and the order, repeats and spelling of bag-info.txt's tags, stay untouched.

    Args:
        bag: The bag's folder.
        add: What becomes of each path from the bag's folder ("data/…" or a tag file): a file to
            copy or bytes. A path that is there is replaced. To list a file that lies in the bag
            already, give its own path.
        remove: Paths to remove, from the manifests too.
        info: Labels and values of bag-info.txt to set: the values given for a label replace all
            that it has.
        add_info: Labels and values to add to what a label has.
        remove_info: Labels and the value to remove; all of a label's where the value is None.
        remove_algorithms: Algorithms whose manifest and tag manifest are removed; one manifest of
            an algorithm that can be computed here must remain.
        drop_signatures: Change a signed bag, too, and leave its signatures out.
        wait: Seconds to wait for another run that works on the bag.

    Returns:
        The bag as it is now.

    Raises:
        InvalidError: When the bag cannot be read faithfully, would not be complete afterwards, or
            is signed.
        UsageError: When a path cannot be added or removed.
        StorageError: When reading or writing fails.
    """
    bag = bag.resolve()
    with Staging(bag, wait=wait) as staging:
        dropped = _signatures(Bag.open(bag), drop=drop_signatures)
        change = _Change(bag, dict(add or {}), {*remove, *dropped}, {*remove_algorithms})
        changes = _InfoChanges(tuple(info), tuple(add_info), tuple(remove_info))
        changes.refuse_misuse(change.bag)
        with storage_errors(f"updating {bag}"):
            change.apply(staging.path, changes)
            staging.mode = mode_of(*(new for new in change.add.values() if isinstance(new, Path)))
        staging.commit(replace=True)
    return Bag.open(bag)


def upgrade(
    bag: Path,
    *,
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS,
    drop_signatures: bool = False,
    wait: float = 0,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Bag:
    """Bring a valid bag to BagIt 1.0 in UTF-8, with manifests for more algorithms.

    The bag is verified before and after. Manifests that are there stay and are written anew;
    package-info.txt becomes bag-info.txt; other tag files stay untouched.

    Args:
        bag: The bag's folder.
        algorithms: Algorithms that it is to have besides its own.
        drop_signatures: Upgrade a signed bag, too, and leave its signatures out.
        wait: Seconds to wait for another run that works on the bag.
        jobs: How many files to read at a time; as many as there are processors when None.
        progress: Called now and then with what is done so far.

    Returns:
        The bag as it is now.

    Raises:
        InvalidError: When the bag is not valid, before or after, or is signed.
        UsageError: For an unknown algorithm.
        StorageError: When reading or writing fails.
    """
    for name in algorithms:
        new_hash(name)
    bag = bag.resolve()
    with Staging(bag, wait=wait) as staging:
        verdict = verify(bag, jobs=jobs)
        if not verdict.valid or verdict.bag is None:
            raise InvalidError(f"{bag} is not valid", "Nothing was changed.", verdict.report)
        old = verdict.bag
        left_out = _signatures(old, drop=drop_signatures)
        own = [name for name in [*old.manifests, *old.tag_manifests] if name in ALGORITHMS]
        names = list(dict.fromkeys([*own, *algorithms]))
        tally = Tally(all_files=verdict.files, all_size=verdict.size)

        def tick(files: int, size: int) -> None:
            tally.files += files
            tally.size += size
            if progress is not None:
                progress(tally)

        with storage_errors(f"upgrading {bag}"), Folder(bag) as folder:
            _carry(folder, staging.path, old.listing.folders, old.payload)
            digests = folder.digests(old.payload, names, jobs=jobs, tick=tick)
            manifests = {
                name: {path: found[1][index] for path, found in digests.items()}
                for index, name in enumerate(names)
            }
            _write_upgraded(folder, staging.path, old, manifests, left_out)
        after = verify(staging.path, jobs=jobs)
        if not after.valid:
            raise InvalidError(f"{bag} could not be upgraded", "It is unchanged.", after.report)
        staging.commit(replace=True)
    return Bag.open(bag)


def _signatures(bag: Bag, *, drop: bool) -> set[str]:
    """The files of a bag's signatures, which a change leaves out; none may be lost unasked."""
    found = {path for path in bag.tag_files if path.startswith(_SIGNATURES)}
    if not any(path.endswith(".sig") for path in found):
        return set()
    if not drop:
        raise InvalidError(
            f"{bag.path} is signed, and no signature outlives a change; nothing was changed",
            "to change it all the same and lose them: --drop-signatures; then sign it again",
        )
    return found


class _Change:
    """One change of one bag."""

    def __init__(
        self,
        path: Path,
        add: dict[str, Path | bytes],
        remove: set[str],
        remove_algorithms: set[str],
    ) -> None:
        self.path = path
        self.bag = bag = Bag.open(path)
        self.add = add
        self.remove = remove
        self.remove_algorithms = remove_algorithms
        # Files that nothing lists are not an obstacle: they may be what is to be added.
        if bag.report.errors:
            raise InvalidError(
                f"{path} has faults that must be mended first", "Nothing was changed.", bag.report
            )
        unknown = set(bag.manifests) - set(ALGORITHMS) - remove_algorithms
        if unknown or not bag.manifests:
            raise InvalidError(
                f"{path} has manifests that cannot be computed here: {', '.join(sorted(unknown))}",
                "Nothing was changed.",
            )
        if bag.fetch and any(line.path not in set(bag.payload) for line in bag.fetch):
            raise InvalidError(
                f"{path} has files that are still to be fetched",
                f"Fetch them first: archive-pkg bag fetch {path}",
            )
        self._refuse_misuse()

    def _refuse_misuse(self) -> None:
        listed = {path for manifest in self._manifests() for path in manifest}
        there = listed | set(self.bag.listing.files)
        for path in sorted(self.remove - there):
            raise UsageError(f"there is no {path} in {self.path} to remove")
        for path in sorted(self.remove & self.add.keys()):
            raise UsageError(f"{path} is to be added and removed at once")
        refuse_tag_files(path for path in self.add if not path.startswith("data/"))
        for path in sorted(self.remove):
            kind = describe_manifest(path, Report())
            if kind is not None:
                raise UsageError(
                    f"{path} is a manifest", f"remove it with --remove-algorithm {kind.algorithm}"
                )
        refuse_tag_files(path for path in self.remove if not path.startswith("data/"))
        for name in sorted(self.remove_algorithms):
            if name not in self.bag.manifests and name not in self.bag.tag_manifests:
                raise UsageError(f"{self.path} has no manifest for {name}")
        if not self.bag.manifests.keys() - self.remove_algorithms:
            raise UsageError(
                f"{self.path} would have no manifest left",
                "add one first: archive-pkg bag upgrade --algorithm sha512",
            )
        left = set(self.bag.listing.files) - self.remove
        report = check_names(self.add, beside=left)
        if not report.ok:
            raise InvalidError("what is to be added cannot stand in a bag", "", report)

    def _manifests(self) -> list[dict[str, bytes]]:
        kinds = (self.bag.manifests, self.bag.tag_manifests)
        return [manifest.digests for kind in kinds for manifest in kind.values()]

    def apply(self, target: Path, info: _InfoChanges) -> None:
        """Write the changed bag into an empty folder."""
        bag = self.bag
        payload, tags = (
            {
                name: dict(manifest.digests)
                for name, manifest in kind.items()
                if name not in self.remove_algorithms
            }
            for kind in (bag.manifests, bag.tag_manifests)
        )
        made = {each.name for each in bag.manifests.values()}
        for digests in [*payload.values(), *tags.values()]:
            for path in self.remove | made:
                digests.pop(path, None)
        with Folder(self.path) as folder:
            gone = self.remove | self.add.keys() | _written_anew(bag)
            # A folder that holds nothing any more gives way to a file of its name.
            folders = [
                path
                for path in bag.listing.folders
                if self.add.keys().isdisjoint((path, *folders_of(path)))
            ]
            _carry(folder, target, folders, [p for p in bag.listing.files if p not in gone])
            for path, source in self.add.items():
                kind = payload if path.startswith("data/") else tags
                new = target / path
                new.parent.mkdir(parents=True, exist_ok=True)
                _, found = place(source, new, tuple(kind), lambda files, size: None)
                for name, value in zip(kind, found, strict=True):
                    kind[name][path] = value
            added = {path for path in self.add if path.startswith("data/")}
            present = (set(bag.payload) | added) - self.remove
            self._refuse_incomplete(payload, present)
            oxum = self._oxum(target, present)
            info = replace(info, put=(*info.put, *oxum))
            self._write_tags(folder, target, payload, tags, info)

    def _refuse_incomplete(
        self, payload: Mapping[str, Mapping[str, bytes]], present: set[str]
    ) -> None:
        for name, digests in payload.items():
            wrong = sorted(present ^ digests.keys())
            if wrong and self.bag.declaration.number >= (1, 0):
                raise InvalidError(
                    f"{wrong[0]} (and {len(wrong) - 1} more) would be in the bag or in its "
                    f"{name} manifest, not in both",
                    "Add or remove them, too.",
                )

    def _oxum(self, target: Path, present: set[str]) -> list[tuple[str, str]]:
        if not self.bag.values("Payload-Oxum"):
            return []
        size = sum((target / path).stat().st_size for path in present)
        return [("Payload-Oxum", f"{size}.{len(present)}")]

    def _write_tags(
        self,
        folder: Folder,
        target: Path,
        payload: Mapping[str, Mapping[str, bytes]],
        tags: dict[str, dict[str, bytes]],
        info: _InfoChanges,
    ) -> None:
        bag = self.bag
        files: dict[str, bytes] = {}
        if bag.info_name or info.put or info.add:
            name = bag.info_name or "bag-info.txt"
            old = _read(folder, bag.info_name) if bag.info_name else b""
            files[name] = info.applied(old, bag)
        if bag.fetch and (left := _without_lines(folder, bag, self.remove)):
            files[fetch_file.NAME] = left
        elif bag.fetch:
            for digests in tags.values():
                digests.pop(fetch_file.NAME, None)
        for name, known in payload.items():
            files[bag.manifests[name].name] = render(known, bag.declaration)
        for path, data in files.items():
            for name, value in digest(data, list(tags)).items():
                tags[name][path] = bytes.fromhex(value)
        for name, listing in tags.items():
            files[bag.tag_manifests[name].name] = render(listing, bag.declaration)
        for path, data in files.items():
            (target / path).write_bytes(data)


def _written_anew(bag: Bag) -> set[str]:
    kinds = (bag.manifests, bag.tag_manifests)
    made = {manifest.name for kind in kinds for manifest in kind.values()}
    return made | {bag.info_name} | ({fetch_file.NAME} if bag.fetch else set())


def _carry(folder: Folder, target: Path, folders: Iterable[str], paths: Iterable[str]) -> None:
    """Let folders and files of the old folder be in the new one, too."""
    for path in folders:
        (target / path).mkdir(exist_ok=True)
    for path in paths:
        prefix, slash, name = path.rpartition("/")
        with folder.folder(prefix + slash) as descriptor:
            try:
                os.link(name, target / path, src_dir_fd=descriptor, follow_symlinks=False)
            except (PermissionError, NotImplementedError):
                _copy(folder, path, target / path)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                _copy(folder, path, target / path)


def _copy(folder: Folder, path: str, target: Path) -> None:
    source = folder.descriptor(path)
    try:
        status = os.fstat(source)
        made = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, status.st_mode & 0o777)
        try:
            copy_and_digest(source, made, [])
            os.utime(made, ns=(status.st_mtime_ns, status.st_mtime_ns))
        finally:
            os.close(made)
    finally:
        os.close(source)


def _read(folder: Folder, path: str) -> bytes:
    with folder.open(path) as file:
        return file.read()


@dataclass(frozen=True, slots=True)
class _InfoChanges:
    """What is changed in bag-info.txt; all other bytes of it stay.

    Attributes:
        put: Labels and values that replace all that a label has.
        add: Labels and values that are added.
        remove: Labels and the value that is removed; all where it is None.
    """

    put: tuple[tuple[str, str], ...]
    add: tuple[tuple[str, str], ...]
    remove: tuple[tuple[str, str | None], ...]

    def refuse_misuse(self, bag: Bag) -> None:
        """Refuse to remove what is not there.

        Raises:
            UsageError: When there is no such label or value.
        """
        for label, value in self.remove:
            values = bag.values(label)
            if not values or (value is not None and value not in values):
                said = label if value is None else f"{label}: {value}"
                raise UsageError(f"bag-info.txt of {bag.path} has no {said}")

    def applied(self, data: bytes, bag: Bag) -> bytes:
        """The changed bytes of bag-info.txt."""
        codec = codec_of(bag.encoding) or "utf-8"
        info = _Info(data.decode(codec))
        for label, value in self.remove:
            info.remove(label, value)
        wanted: dict[str, list[tuple[str, str]]] = {}
        for label, value in self.put:
            wanted.setdefault(label.lower(), []).append((label, value))
        for pairs in wanted.values():
            info.put(pairs)
        for label, value in self.add:
            info.add(label, value)
        return "".join(info.lines).encode(codec)


class _Info:
    """The lines of bag-info.txt, each with its end."""

    def __init__(self, text: str) -> None:
        self.lines = _lines(text)
        self.end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"

    def _places(self, label: str) -> list[tuple[int, int]]:
        """Where each value of a label begins and ends, its continuation lines included."""
        found = []
        for start, line in enumerate(self.lines):
            if line[:1] in (" ", "\t") or line.partition(":")[0].strip().lower() != label.lower():
                continue
            stop = start + 1
            while stop < len(self.lines) and self.lines[stop][:1] in (" ", "\t"):
                stop += 1
            found.append((start, stop))
        return found

    def _line(self, label: str, value: str) -> str:
        line = tags_to_bytes([(label, value)]).decode()
        return line.replace("\n", self.end)

    def remove(self, label: str, value: str | None) -> None:
        """Remove a label's values, or the one that is this."""
        for start, stop in reversed(self._places(label)):
            (tag,) = parse_tags("bag-info.txt", "".join(self.lines[start:stop]), (0, 97), Report())
            if value is None or tag.value == value:
                del self.lines[start:stop]

    def put(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Let a label have these values and no others, where the first of them is."""
        label = pairs[0][0]
        places = self._places(label)
        if not places:
            for pair in pairs:
                self.add(*pair)
            return
        spelled = self.lines[places[0][0]].partition(":")[0]
        for start, stop in reversed(places):
            del self.lines[start:stop]
        made = [spelled + self._line(label, value)[len(label) :] for label, value in pairs]
        self.lines[places[0][0] : places[0][0]] = made

    def add(self, label: str, value: str) -> None:
        """Add a value, after the last of the label's, or at the end."""
        if self.lines and not self.lines[-1].endswith(("\n", "\r")):
            self.lines[-1] += self.end
        places = self._places(label)
        place = places[-1][1] if places else len(self.lines)
        self.lines.insert(place, self._line(label, value))


def _lines(text: str) -> list[str]:
    """Lines with their ends, as `split_lines` divides them."""
    lines = []
    start = 0
    for line in split_lines(text):
        stop = start + len(line)
        stop += 2 if text[stop : stop + 2] == "\r\n" else 1
        lines.append(text[start:stop])
        start = stop
    return lines


def _without_lines(folder: Folder, bag: Bag, removed: set[str]) -> bytes:
    """fetch.txt without the lines of files that are removed."""
    codec = codec_of(bag.encoding) or "utf-8"
    lines = _lines(_read(folder, fetch_file.NAME).decode(codec))
    gone = {entry.line for entry in bag.fetch if entry.path in removed}
    kept = "".join(line for number, line in enumerate(lines, 1) if number not in gone)
    return kept.encode(codec) if kept else b""


def _write_upgraded(
    folder: Folder,
    target: Path,
    old: Bag,
    manifests: Mapping[str, Mapping[str, bytes]],
    left_out: set[str],
) -> None:
    files = {DECLARATION: Declaration().to_bytes()}
    if old.info_name:
        files["bag-info.txt"] = _upgraded_info(_read(folder, old.info_name), old)
    if old.fetch:
        files[fetch_file.NAME] = fetch_file.render(old.fetch)
    for name, digests in manifests.items():
        files[f"manifest-{name}.txt"] = render(digests)
    dropped = _written_anew(old) | {DECLARATION} | left_out
    others = [path for path in old.tag_files if path not in dropped]
    _carry(folder, target, old.listing.folders, others)
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
    """bag-info.txt as 1.0 wants it; its bytes as they are where they are good already."""
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
