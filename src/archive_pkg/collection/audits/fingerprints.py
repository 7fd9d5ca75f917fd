"""Compute the fingerprint of a package for audits: one digest that covers its manifests."""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import os
from typing import TYPE_CHECKING

from archive_pkg import storage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BEST = "tagmanifest-sha512.txt"
"""The tag manifest whose digest is the fingerprint, if the bag has this manifest."""


def fingerprint_of(package: Path) -> bytes:
    """Return the SHA-256 of a bag's tag manifest, which covers the manifests and the payload.

    Without a tag manifest for SHA-512, all manifests of the bag are used. A serialized bag has
    the same fingerprint as the unpacked bag.

    Raises:
        OSError: The manifests cannot be read.
    """
    if not package.is_dir():
        return _fingerprint_in_archive(package)
    try:
        return file_digest(package, BEST)
    except FileNotFoundError:
        names = storage.names_in(package, "*manifest-*.txt")
        if not names:
            raise
    return _joined((name, file_digest(package, name)) for name in names)


def _fingerprint_in_archive(path: Path) -> bytes:
    from archive_pkg.bags.archives.findings import BadArchiveError
    from archive_pkg.bags.archives.opening import open_tree

    try:
        with open_tree(path) as tree:
            top = [name for name in tree.listing().files if "/" not in name]
            names = [BEST] if BEST in top else fnmatch.filter(sorted(top), "*manifest-*.txt")
            if not names:
                raise FileNotFoundError(errno.ENOENT, "it has no manifest", str(path))
            found = []
            for name in names:
                with tree.open(name) as stream:
                    found.append((name, hashlib.sha256(stream.read()).digest()))
    except BadArchiveError as error:
        raise OSError(0, str(error), str(path)) from error
    return found[0][1] if names == [BEST] else _joined(found)


def _joined(manifests: Iterable[tuple[str, bytes]]) -> bytes:
    hashing = hashlib.sha256()
    for name, digest in manifests:
        hashing.update(os.fsencode(name) + digest)
    return hashing.digest()


def file_digest(package: Path, name: str) -> bytes:
    """Return the SHA-256 of a regular file in a package's folder. Raises OSError."""
    with storage.open_beneath(package, name) as stream:
        return hashlib.file_digest(stream, "sha256").digest()
