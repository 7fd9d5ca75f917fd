"""A package's seal: one digest that stands for all its bytes, as its manifests have them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

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
        return file_digest(package / BEST)
    except FileNotFoundError:
        manifests = sorted(package.glob("*manifest-*.txt"))
        if not manifests:
            raise
    whole = hashlib.sha256()
    for manifest in manifests:
        whole.update(manifest.name.encode("utf-8", "surrogateescape") + file_digest(manifest))
    return whole.digest()


def file_digest(file: Path) -> bytes:
    """SHA-256 of a file. Raises OSError."""
    with file.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").digest()
