"""Read a bag: its declaration, tags, manifests and file list. Report what is wrong with them."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from archive_pkg import limits
from archive_pkg.bags import manifests
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_tree
from archive_pkg.bags.folder import Folder, Listing
from archive_pkg.bags.tagfiles import (
    DECLARATION,
    MISSING,
    Declaration,
    Tag,
    decode_text,
    parse_declaration,
    parse_tags,
)
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.storage import describe, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.bags.archives.archive import Archive
    from archive_pkg.bags.digesting import Digesting
    from archive_pkg.bags.fetching.fetch_file import FetchLine
    from archive_pkg.bags.manifests import Manifest
    from archive_pkg.paths import StrPath

_MOST_PER_CODE = 10_000
"""Up to this many findings of one code are reported one by one; the rest are counted."""
_FIRST_READ = 64 * 1024
"""Bytes of the first read. Allocating a larger buffer takes longer than reading most tag files."""

TAG_FILE_UNREADABLE = Code(
    "tag-file-unreadable",
    Severity.ERROR,
    "A tag file cannot be read.",
    "RFC 8493, 3",
)


class BagFiles(Protocol):
    """The files of a bag that exists or is planned."""

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading. Raises OSError if it cannot be opened."""

    def size(self, path: str) -> int:
        """Return a file's size in bytes. Raises OSError if it is unknown."""


class BagTree(BagFiles, Protocol):
    """The files of a bag, in a folder or an archive.

    Attributes:
        kind: "folder", "zip", "tar", "tgz" or "zst".
    """

    kind: str

    def listing(self) -> Listing:
        """Return all files, folders and other entries."""

    def sizes(self, paths: Sequence[str]) -> list[int]:
        """Return the sizes of files. Raises OSError if one is unknown."""

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Start computing the digests of files."""


class BoundedReport(Report):
    """A report that keeps up to 10,000 findings of a code and counts the rest, to limit memory."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: Counter[str] = Counter()
        self._first: dict[str, Finding] = {}

    def add(self, finding: Finding) -> None:
        """Add a finding, or count it if there are too many of its code."""
        self._counts[finding.code] += 1
        if self._counts[finding.code] <= _MOST_PER_CODE:
            self.findings.append(finding)
        else:
            self._first.setdefault(finding.code, finding)

    def extend(self, findings: object) -> None:
        """Add findings."""
        for finding in findings:  # type: ignore[attr-defined]
            self.add(finding)

    def close(self) -> None:
        """Add the number of findings that were only counted."""
        for code, first in self._first.items():
            more = self._counts[code] - _MOST_PER_CODE
            self.findings.append(
                Finding(code, first.severity, _("{more} more of these are not listed", more=more))
            )
        self._first.clear()


@dataclass(slots=True)
class Bag:
    """A bag whose tag files have been read, but not verified.

    Attributes:
        path: The path that the caller gave.
        declaration: Version and encoding; 1.0 and UTF-8 where they are missing.
        tags: The elements of bag-info.txt (package-info.txt before 0.96), in order, with repeats.
        info_name: The name of that file, "" if the bag has none.
        manifests: Payload manifests by algorithm.
        tag_manifests: Tag manifests by algorithm.
        fetch: The lines of fetch.txt.
        listing: The files and folders in the bag.
        report: What is wrong with the listing and with the form of the tag files.
    """

    path: str
    declaration: Declaration = field(default_factory=Declaration)
    tags: list[Tag] = field(default_factory=list)
    info_name: str = ""
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tag_manifests: dict[str, Manifest] = field(default_factory=dict)
    fetch: list[FetchLine] = field(default_factory=list)
    listing: Listing = field(default_factory=Listing)
    report: Report = field(default_factory=BoundedReport)

    @classmethod
    def open(cls, path: StrPath) -> Bag:
        """Read a bag in a folder or archive (RFC 8493, 2). Faults are in `report`.

        Args:
            path: A bag's folder, or a zip, tar, tgz or tar.zst of one.

        Raises:
            InvalidError: The path is neither a folder nor an archive that can be read.
            StorageError: The path does not exist or cannot be opened.
        """
        with opened(Path(path)) as tree:
            return load(tree, str(path))

    @property
    def version(self) -> str:
        """The BagIt version, for example "1.0"."""
        return self.declaration.version

    @property
    def encoding(self) -> str:
        """The declared character encoding of the tag files."""
        return self.declaration.encoding

    @property
    def info(self) -> list[tuple[str, str]]:
        """Labels and values of bag-info.txt in order, with repeats (RFC 8493, 2.2.2)."""
        return [(tag.label, tag.value) for tag in self.tags]

    def values(self, label: str) -> list[str]:
        """Return all values of a label of bag-info.txt. The case of labels is ignored."""
        return [tag.value for tag in self.tags if tag.label.lower() == label.lower()]

    @property
    def payload(self) -> list[str]:
        """Paths of the payload files in the bag ("data/…"), whether listed in a manifest or not."""
        return [path for path in self.listing.files if path.startswith("data/")]

    @property
    def tag_files(self) -> list[str]:
        """Paths of all other files."""
        return [path for path in self.listing.files if not path.startswith("data/")]

    def read(self, path: str) -> bytes:
        """Return the bytes of a file in the bag. Links are not followed.

        Raises:
            InvalidError: The bag is an archive that cannot be read.
            StorageError: The file does not exist, is not a regular file, or cannot be read.
        """
        with opened(Path(self.path)) as tree:
            if isinstance(tree, Folder):
                with tree.open(path) as file:
                    return file.read()
            tree.listing()
            with tree.open(path) as member:
                return member.read()


def read_info(folder: StrPath) -> list[tuple[str, str]]:
    """Return the labels and values of bag-info.txt. Of other files, only bagit.txt is read.

    Returns an empty list if bag-info.txt does not exist or cannot be read.

    Raises:
        InvalidError: The path is neither a folder nor an archive that can be read.
        StorageError: The path does not exist or cannot be opened.
    """
    folder = Path(folder)
    ignored = BoundedReport()
    with opened(folder) as tree:
        declaration, __ = parse_declaration(_bytes(tree, DECLARATION, ignored))
        tags = read_tags(tree, info_file(declaration), declaration, ignored)
    return [(tag.label, tag.value) for tag in tags]


def info_file(declaration: Declaration) -> str:
    """Return the name of the tag file that describes a bag of this version."""
    return "package-info.txt" if declaration.number < (0, 96) else "bag-info.txt"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Folder | Archive]:
    """Open the files of a bag.

    Raises:
        InvalidError: The path is neither a folder nor an archive that can be read.
        StorageError: The path does not exist or cannot be opened.
    """
    try:
        with storage_errors(_("reading {path}", path=path)), open_tree(path) as tree:
            yield tree
    except BadArchiveError as error:
        report = Report([error.finding])
        raise InvalidError(
            _("{path} cannot be read as a bag: {error}", path=path, error=error), "", report
        ) from error


def load(
    tree: BagTree, name: str, listing: Listing | None = None, *, only_info: bool = False
) -> Bag:
    """Read the tag files of a bag.

    Args:
        tree: The bag's files.
        name: The bag's path as the caller gave it.
        listing: The bag's files, if they have already been listed.
        only_info: Whether to read only bagit.txt and bag-info.txt.

    Raises:
        OSError: The bag's files cannot be listed.
    """
    bag = Bag(name, listing=listing or tree.listing())
    report = bag.report
    report.extend(bag.listing.findings)
    top = [path for path in bag.listing.files if "/" not in path]
    if DECLARATION in top:
        data = _bytes(tree, DECLARATION, report)
        bag.declaration, findings = parse_declaration(data)
        report.extend(findings)
    elif not bag.listing.truncated:
        report.add(_missing(bag.listing.files, getattr(tree, "top", None)))
    number = bag.declaration.number
    bag.info_name = info_file(bag.declaration)
    if bag.info_name in top:
        bag.tags = read_tags(tree, bag.info_name, bag.declaration, report)
    else:
        bag.info_name = ""
    if only_info:
        return bag
    parser = manifests.Parser(number, bag.encoding, report)
    for path in top:
        manifest = manifests.empty_manifest(path, report)
        if manifest is not None:
            _add_manifest(bag, tree, parser, manifest)
    if "fetch.txt" in top:
        from archive_pkg.bags.fetching import fetch_file  # few bags have one

        text = _text(tree, fetch_file.NAME, bag.declaration, report, limits.FETCH_FILE)
        bag.fetch = fetch_file.parse(text, number, report)
    return bag


def read_tags(tree: BagFiles, path: str, declaration: Declaration, report: Report) -> list[Tag]:
    """Return the elements of a tag file that has the form of bag-info.txt."""
    text = _text(tree, path, declaration, report)
    return parse_tags(path, text, declaration.number, report)


def _add_manifest(bag: Bag, tree: BagTree, parser: manifests.Parser, manifest: Manifest) -> None:
    kind = bag.tag_manifests if manifest.of_tags else bag.manifests
    if manifest.algorithm in kind:
        bag.report.add(
            manifests.ALGORITHM_TWICE.at(
                Location(manifest.name),
                _("is for the same algorithm as {name}", name=kind[manifest.algorithm].name),
                _("Keep the one whose name is in lower case."),
            )
        )
        return
    kind[manifest.algorithm] = manifest
    try:
        with tree.open(manifest.name) as file:
            parser.read(manifest, file)
    except OSError as error:
        manifest.is_complete = False
        bag.report.add(_unreadable(manifest.name, error))


def _missing(files: Sequence[str], top: str | None) -> Finding:
    """Return the finding for a bag without declaration.

    Args:
        files: The paths in the folder.
        top: The folder of the paths in an archive; None if it is a folder on disk.
    """
    alike = [path for path in files if path.lower() == DECLARATION]
    deeper = [path for path in files if path.endswith(f"/{DECLARATION}")]
    hint = _("If this is a bag, restore {declaration}.", declaration=DECLARATION)
    if alike:
        hint = _("Rename {alike} to {declaration}.", alike=alike[0], declaration=DECLARATION)
    elif deeper:
        where = f"{top or ''}{deeper[0].removesuffix(DECLARATION)}"
        hint = _("The bag is in {where} in the archive. Archive that folder alone.", where=where)
        if top is None:
            hint = _("The bag is in {where}. Name that folder.", where=where)
    return MISSING.at(Location(DECLARATION), _("is missing"), hint)


def _text(
    tree: BagFiles,
    path: str,
    declaration: Declaration,
    report: Report,
    limit: limits.Limit = limits.TAG_FILE,
) -> str:
    data = _bytes(tree, path, report, limit)
    text, findings = decode_text(path, data, declaration.encoding)
    report.extend(findings)
    return text


def _bytes(
    tree: BagFiles, path: str, report: Report, limit: limits.Limit = limits.TAG_FILE
) -> bytes:
    try:
        with tree.open(path) as file:
            data = file.read(_FIRST_READ)
            if len(data) == _FIRST_READ:
                data += file.read(limit.value + 1 - len(data))
    except OSError as error:
        report.add(_unreadable(path, error))
        return b""
    if len(data) > limit.value:
        message = _("has more than {value} bytes", value=limit.value)
        report.add(manifests.TOO_LARGE.at(Location(path), message, limit.hint))
        return b""
    return data


def _unreadable(path: str, error: OSError) -> Finding:
    meaning, hint = describe(error)
    hint = hint or _("Restore it from another copy.")
    return TAG_FILE_UNREADABLE.at(
        Location(path), _("cannot be read: {meaning}", meaning=meaning), hint
    )
