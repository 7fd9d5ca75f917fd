"""A bag as it stands: what its tag files say, read permissively, with all that is wrong in them."""

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
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.storage import describe, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.bags.archives.archive import Archive
    from archive_pkg.bags.digesting import Digesting
    from archive_pkg.bags.fetching.fetch_file import FetchLine
    from archive_pkg.bags.manifests import Manifest
    from archive_pkg.paths import StrPath

_MOST_ALIKE = 10_000
"""So many findings of one code are told one by one; the rest are counted."""
_MOST_ARE_SMALLER = 64 * 1024
"""Asked for first: making room for more takes longer than reading most of them."""

TAG_FILE_UNREADABLE = Code(
    "tag-file-unreadable",
    Severity.ERROR,
    "A tag file cannot be read.",
    "RFC 8493, 3",
)


class Tree(Protocol):
    """Where a bag's files are: a folder or an archive.

    Attributes:
        kind: "folder", "zip", "tar", "tgz" or "zst".
    """

    kind: str

    def listing(self) -> Listing:
        """Everything there is."""

    def open(self, path: str) -> BinaryIO:
        """A regular file, as a stream; OSError when it cannot be opened."""

    def size(self, path: str) -> int:
        """Its bytes; OSError when it cannot be told."""

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Begin to digest files."""


class BoundedReport(Report):
    """A report that counts what is alike beyond ten thousand, so that no bag fills the memory."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: Counter[str] = Counter()
        self._first: dict[str, Finding] = {}

    def add(self, finding: Finding) -> None:
        """Take one more finding, or count it."""
        self._counts[finding.code] += 1
        if self._counts[finding.code] <= _MOST_ALIKE:
            self.findings.append(finding)
        else:
            self._first.setdefault(finding.code, finding)

    def extend(self, findings: object) -> None:
        """Take more findings."""
        for finding in findings:  # type: ignore[attr-defined]
            self.add(finding)

    def close(self) -> None:
        """Say how many more there were of each code that had too many."""
        for code, first in self._first.items():
            more = self._counts[code] - _MOST_ALIKE
            self.findings.append(
                Finding(code, first.severity, f"{more} more of these are not told one by one")
            )
        self._first.clear()


@dataclass(slots=True)
class Bag:
    """A bag that has been read; nothing in it has been verified yet.

    Attributes:
        path: As the caller named it.
        declaration: Version and encoding; what is missing is taken as 1.0 and UTF-8.
        tags: The elements of bag-info.txt (package-info.txt before 0.96), in order, with repeats.
        info_name: The name of that file, "" where there is none.
        manifests: Payload manifests by algorithm.
        tag_manifests: Tag manifests by algorithm.
        fetch: The lines of fetch.txt.
        listing: What there is in the bag.
        report: What is wrong with the tag files' form.
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
        """Read a bag, in its folder or archive, as far as it can be read; see `report`.

        Raises:
            InvalidError: When it is neither a folder nor an archive of a known kind.
            StorageError: When it cannot be opened.
        """
        with _opened(Path(path)) as tree:
            return load(tree, str(path))

    @property
    def version(self) -> str:
        """The BagIt version, "1.0"."""
        return self.declaration.version

    @property
    def encoding(self) -> str:
        """The tag files' character encoding as declared."""
        return self.declaration.encoding

    @property
    def info(self) -> list[tuple[str, str]]:
        """Labels and values of bag-info.txt in order, with repeats."""
        return [(tag.label, tag.value) for tag in self.tags]

    def values(self, label: str) -> list[str]:
        """All values of a label of bag-info.txt; case of labels does not count."""
        return [tag.value for tag in self.tags if tag.label.lower() == label.lower()]

    @property
    def payload(self) -> list[str]:
        """Paths of payload files from the bag's folder ("data/…"), as they are there."""
        return [path for path in self.listing.files if path.startswith("data/")]

    @property
    def tag_files(self) -> list[str]:
        """Paths of all other files."""
        return [path for path in self.listing.files if not path.startswith("data/")]

    def read(self, path: str) -> bytes:
        """The bytes of a file in the bag, opened without leaving it.

        Raises:
            InvalidError: When the bag is an archive that cannot be read.
            StorageError: When it is not there, is no regular file, or cannot be read.
        """
        with _opened(Path(self.path)) as tree:
            if isinstance(tree, Folder):
                with tree.open(path) as file:
                    return file.read()
            tree.listing()
            with tree.open(path) as member:
                return member.read()


def read_info(folder: StrPath) -> list[tuple[str, str]]:
    """Labels and values of the bag-info.txt in a bag's folder, where nothing else is asked.

    Empty where there is none, or none that can be read.

    Raises:
        InvalidError: When it is no folder.
        StorageError: When it cannot be opened.
    """
    folder = Path(folder)
    unheard = BoundedReport()
    with _opened(folder) as tree:
        declaration, _ = parse_declaration(_bytes(tree, DECLARATION, unheard))
        tags = read_tags(tree, _info_name(declaration), declaration, unheard)
    return [(tag.label, tag.value) for tag in tags]


def _info_name(declaration: Declaration) -> str:
    return "package-info.txt" if declaration.number < (0, 96) else "bag-info.txt"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Folder | Archive]:
    try:
        with storage_errors(f"reading {path}"), open_tree(path) as tree:
            yield tree
    except BadArchiveError as error:
        report = Report([error.finding])
        raise InvalidError(f"{path} cannot be read as a bag: {error}", "", report) from error


def load(tree: Tree, name: str, listing: Listing | None = None) -> Bag:
    """Read the tag files of a bag, wherever it is.

    Args:
        tree: Where it is.
        name: What the caller calls it.
        listing: What there is in it, where that has been looked up.

    Raises:
        OSError: When the tree as a whole cannot be read.
    """
    bag = Bag(name, listing=listing or tree.listing())
    report = bag.report
    report.extend(bag.listing.findings)
    top = [path for path in bag.listing.files if "/" not in path]
    if DECLARATION in top:
        data = _bytes(tree, DECLARATION, report)
        bag.declaration, findings = parse_declaration(data)
        report.extend(findings)
    elif not bag.listing.torn:
        report.add(_missing(top))
    number = bag.declaration.number
    bag.info_name = _info_name(bag.declaration)
    if bag.info_name in top:
        bag.tags = read_tags(tree, bag.info_name, bag.declaration, report)
    else:
        bag.info_name = ""
    parser = manifests.Parser(number, bag.encoding, report)
    for path in top:
        manifest = manifests.describe(path, report)
        if manifest is not None:
            _add_manifest(bag, tree, parser, manifest)
    if "fetch.txt" in top:
        from archive_pkg.bags.fetching import fetch_file  # few bags have one

        text = _text(tree, fetch_file.NAME, bag.declaration, report, limits.FETCH_FILE)
        bag.fetch = fetch_file.parse(text, number, report)
    return bag


def read_tags(tree: Tree, path: str, declaration: Declaration, report: Report) -> list[Tag]:
    """The elements of a tag file of the form of bag-info.txt."""
    text = _text(tree, path, declaration, report)
    return parse_tags(path, text, declaration.number, report)


def _add_manifest(bag: Bag, tree: Tree, parser: manifests.Parser, manifest: Manifest) -> None:
    kind = bag.tag_manifests if manifest.of_tags else bag.manifests
    if manifest.algorithm in kind:
        bag.report.add(
            manifests.ALGORITHM_TWICE.at(
                Location(manifest.name),
                f"is for the same algorithm as {kind[manifest.algorithm].name}",
                "Keep the one whose name is in lower case.",
            )
        )
        return
    kind[manifest.algorithm] = manifest
    try:
        with tree.open(manifest.name) as file:
            parser.read(manifest, file)
    except OSError as error:
        bag.report.add(_unreadable(manifest.name, error))


def _missing(top: Sequence[str]) -> Finding:
    alike = [path for path in top if path.lower() == DECLARATION]
    hint = f"Rename {alike[0]} to {DECLARATION}." if alike else "Is this the folder of a bag?"
    return MISSING.at(Location(DECLARATION), "is missing", hint)


def _text(
    tree: Tree,
    path: str,
    declaration: Declaration,
    report: Report,
    limit: limits.Limit = limits.TAG_FILE,
) -> str:
    data = _bytes(tree, path, report, limit)
    text, findings = decode_text(path, data, declaration.encoding)
    report.extend(findings)
    return text


def _bytes(tree: Tree, path: str, report: Report, limit: limits.Limit = limits.TAG_FILE) -> bytes:
    try:
        with tree.open(path) as file:
            data = file.read(_MOST_ARE_SMALLER)
            if len(data) == _MOST_ARE_SMALLER:
                data += file.read(limit.value + 1 - len(data))
    except OSError as error:
        report.add(_unreadable(path, error))
        return b""
    if len(data) > limit.value:
        said = f"has more than {limit.value} bytes"
        report.add(manifests.TOO_LARGE.at(Location(path), said, limit.hint))
        return b""
    return data


def _unreadable(path: str, error: OSError) -> Finding:
    meaning, hint = describe(error)
    return TAG_FILE_UNREADABLE.at(Location(path), f"cannot be read: {meaning}", hint)
