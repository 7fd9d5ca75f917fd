"""Opening a bag wherever it is: a folder or an archive; its bytes tell which, not its name."""

from __future__ import annotations

import importlib.util
import stat
from typing import TYPE_CHECKING

from archive_pkg.bags.archives import LIMITS, UNKNOWN, Archive, BadArchiveError, Limits
from archive_pkg.bags.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


def open_tree(path: Path) -> Folder | Archive:
    """A bag's folder or archive, open.

    Raises:
        BadArchiveError: When it is neither a folder nor an archive of a known kind.
        OSError: When it cannot be opened.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        return Folder(path)
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is neither a folder nor a file", str(path))
    return open_archive(path)


def open_archive(path: Path, limits: Limits = LIMITS) -> Archive:
    """Open a serialized bag; what kind it is, its bytes tell, not its name.

    Raises:
        BadArchiveError: When it is no archive that can be read here.
        OSError: When it cannot be opened.
    """
    import tarfile

    from archive_pkg.bags import tars, zips  # folders are common, and need neither

    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zips.Zip(path, limits)
    if head.startswith(b"\x1f\x8b"):
        return tars.PackedTar(path, limits, "tgz", tars.gunzip)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        if importlib.util.find_spec("zstandard") is None:
            raise BadArchiveError(
                UNKNOWN, "is compressed by zstandard, whose library is not installed here"
            )
        return tars.PackedTar(path, limits, "zst", tars.unzstd)
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise BadArchiveError(UNKNOWN, "is neither a folder nor a zip, tar or tgz") from error
    return tars.Tar(path, limits)
