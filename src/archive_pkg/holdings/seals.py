"""A package's seal: one digest that stands for all its bytes, as its manifests have them."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from archive_pkg import storage

if TYPE_CHECKING:
    from pathlib import Path

BEST = "tagmanifest-sha512.txt"
"""The list whose digest is the seal, where it is there."""


def seal_of(package: Path) -> bytes:
    """SHA-256 of a bag's tag manifest, which lists the manifests, which list the payload.

    A bag without a tag manifest for SHA-512 is sealed by all manifests that it has.

    Raises:
        OSError: They cannot be read.
    """
    try:
        return file_digest(package, BEST)
    except FileNotFoundError:
        names = sorted(path.name for path in package.glob("*manifest-*.txt"))
        if not names:
            raise
    whole = hashlib.sha256()
    for name in names:
        whole.update(os.fsencode(name) + file_digest(package, name))
    return whole.digest()


def file_digest(package: Path, name: str) -> bytes:
    """SHA-256 of a regular file in a package's folder. Raises OSError."""
    with storage.open_beneath(package, name) as stream:
        return hashlib.file_digest(stream, "sha256").digest()
