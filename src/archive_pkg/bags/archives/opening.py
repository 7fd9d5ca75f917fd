"""Opening a bag wherever it is: a folder or an archive; its bytes tell which, not its name."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from archive_pkg.bags.folder import Folder
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.storage import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.bags.archives.archive import Archive


UNKNOWN = Code(
    "archive-unknown",
    Severity.ERROR,
    "A file is not an archive of a kind that can be read (zip, tar, tgz; tar.zst with the extra "
    "`zstd`).",
    "BagIt 0.97, 4",
)


class BadArchiveError(Exception):
    """An archive that cannot be read (further); has the finding to report."""

    def __init__(self, code: Code, message: str, path: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.finding = code.at(Location(path), message, hint)


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


def open_archive(path: Path) -> Archive:
    """Open a serialized bag; what kind it is, its bytes tell, not its name.

    Raises:
        BadArchiveError: When it is no archive that can be read here.
        OSError: When it cannot be opened.
    """
    import importlib.util

    from archive_pkg.bags.archives import (  # folders are common, and need none
        tar_headers,
        tars,
        zips,
    )

    with open_regular(path) as file:
        head = file.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zips.Zip(path)
    if head.startswith(b"\x1f\x8b"):
        return tars.PackedTar(path, "tgz", tars.gunzip)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        if importlib.util.find_spec("zstandard") is None:
            raise BadArchiveError(
                UNKNOWN,
                "is compressed by zstandard, whose library is not installed",
                hint="install it: pip install 'archive-pkg[zstd]'",
            )
        return tars.PackedTar(path, "zst", tars.unzstd)
    if not tar_headers.is_header(head):
        raise BadArchiveError(UNKNOWN, "is neither a folder nor a zip, tar or tgz")
    return tars.Tar(path)
