"""A package's seal: one digest that stands for all its bytes, as its manifests have them."""

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
"""The list whose digest is the seal, where it is there."""


def seal_of(package: Path) -> bytes:
    """SHA-256 of a bag's tag manifest, which lists the manifests, which list the payload.

    A bag without a tag manifest for SHA-512 is sealed by all manifests that it has. A serialized
    bag has the seal of the folder in it: how it was packed makes no difference.

    Raises:
        OSError: They cannot be read.
    """
    if not package.is_dir():
        return _seal_in_archive(package)
    try:
        return file_digest(package, BEST)
    except FileNotFoundError:
        names = storage.names_in(package, "*manifest-*.txt")
        if not names:
            raise
    return _joined((name, file_digest(package, name)) for name in names)


def _seal_in_archive(path: Path) -> bytes:
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
    whole = hashlib.sha256()
    for name, digest in manifests:
        whole.update(os.fsencode(name) + digest)
    return whole.digest()


def file_digest(package: Path, name: str) -> bytes:
    """SHA-256 of a regular file in a package's folder. Raises OSError."""
    with storage.open_beneath(package, name) as stream:
        return hashlib.file_digest(stream, "sha256").digest()
