"""List the files of a bag with their sizes and checksums, without verifying anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.bag import Bag, load, opened
from archive_pkg.bags.manifests import empty_manifest
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath


@dataclass(frozen=True, slots=True)
class BagFile:
    """A file that is in a bag, or that one of its tag files lists.

    Attributes:
        path: The path in the bag.
        size: The size in bytes; None if the file is not in the bag.
        digests: The digests in the manifests by algorithm, in lower-case hexadecimal.
        url: The address in fetch.txt; "" without one.
    """

    path: str
    size: int | None
    digests: dict[str, str]
    url: str = ""

    @property
    def state(self) -> str:
        """One of "present", "to fetch", "missing", "unlisted" (present, but in no manifest)."""
        if self.size is None:
            return "to fetch" if self.url else "missing"
        manifest = empty_manifest(self.path, Report())
        is_listed = self.digests or (manifest is not None and manifest.of_tags)
        return "present" if is_listed else "unlisted"


def contents(path: StrPath) -> tuple[Bag, list[BagFile]]:
    """Return a bag and its files, sorted by path, tag files first (RFC 8493, 2).

    The files include those that manifests or fetch.txt list. No checksum is computed.

    Args:
        path: A bag's folder, or a zip, tar, tgz or tar.zst of one.

    Raises:
        InvalidError: The path is neither a folder nor an archive that can be read.
        StorageError: The path does not exist or cannot be read.
    """
    with opened(Path(path)) as tree:
        bag = load(tree, str(path))
        sizes = dict(zip(bag.listing.files, tree.sizes(bag.listing.files), strict=True))
    digests: dict[str, dict[str, str]] = {path: {} for path in sizes}
    for manifest in [*bag.manifests.values(), *bag.tag_manifests.values()]:
        for name, digest in manifest.hex().items():
            digests.setdefault(name, {})[manifest.algorithm] = digest
    urls = {line.path: line.url for line in bag.fetch}
    paths = sorted({*digests, *urls}, key=lambda name: (name.startswith("data/"), name))
    return bag, [
        BagFile(name, sizes.get(name), digests.get(name, {}), urls.get(name, "")) for name in paths
    ]
