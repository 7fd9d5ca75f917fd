"""Open a bag in a folder or an archive. An archive's kind is read from its first bytes."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from archive_pkg.bags import names
from archive_pkg.bags.archives.findings import UNKNOWN, BadArchiveError
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.manifests import NAME
from archive_pkg.messages import _
from archive_pkg.storage import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.bags.archives.archive import Archive


def open_tree(path: Path) -> Folder | Archive:
    """Open a bag's folder or archive.

    Raises:
        BadArchiveError: The path is neither a folder nor an archive of a known kind.
        OSError: The path does not exist or cannot be opened.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        return Folder(path)
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is neither a folder nor a file", str(path))
    return open_archive(path)


def open_archive(path: Path) -> Archive:
    """Open a serialized bag. Its first bytes show its kind.

    Raises:
        BadArchiveError: The file is not an archive of a known kind.
        OSError: The file cannot be opened.
    """
    import importlib.util

    from archive_pkg.bags.archives import tar_headers, tars, zips
    from archive_pkg.bags.archives.archive import SUFFIXES

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
                "is compressed with zstandard, whose library is not installed",
                hint=_("Install it: pip install 'archive-pkg[zstd]'"),
            )
        return tars.PackedTar(path, "zst", tars.unzstd)
    if not tar_headers.is_header(head):
        suffix = next((one for one in SUFFIXES if path.name.lower().endswith(one)), "")
        message = _("has the name of a {suffix} archive, but not its content", suffix=suffix[1:])
        raise BadArchiveError(
            UNKNOWN,
            message if suffix else "is neither a folder nor a zip, tar or tgz",
            hint=_("Restore it from another copy.") if suffix else _("Name a bag or package."),
        )
    return tars.Tar(path)


def is_mark(name: str) -> bool:
    """Return whether a file's name shows that its folder is a bag, intact or damaged."""
    return name in ("bagit.txt", "bag-info.txt") or NAME.fullmatch(name) is not None


def holds_bag(path: Path) -> bool:
    """Return whether an archive contains a bag, intact or damaged.

    Raises:
        BadArchiveError: The file is not an archive of a known kind, or is damaged and no file
            before the damage shows a bag.
        OSError: The archive cannot be opened.
    """
    with open_archive(path) as archive:
        for name in archive.names():
            folders = names.straighten(name).split("/")
            if len(folders) <= 2 and is_mark(folders[-1]):
                return True
    return False
