"""Codes of findings about archives, and the exception that stops reading one."""

from __future__ import annotations

from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Severity

UNKNOWN = Code(
    "archive-unknown",
    Severity.ERROR,
    "A file is not an archive of a kind that can be read (zip, tar, tgz; tar.zst with the extra "
    "`zstd`).",
    "BagIt 0.97, 4",
)
DAMAGED = Code(
    "archive-damaged",
    Severity.ERROR,
    "An archive, or a member of it, is truncated or damaged and cannot be read to its end.",
    "BagIt 0.97, 4",
)
NO_TOP_FOLDER = Code(
    "archive-without-top-folder",
    Severity.ERROR,
    "The files of a serialized bag are not in one folder, which is required.",
    "BagIt 0.97, 4",
)
OUTSIDE = Code(
    "archive-member-outside",
    Severity.ERROR,
    "An archive has a member outside the bag's folder.",
    "BagIt 0.97, 4",
)
OTHER_NAME = Code(
    "archive-folder-named-otherwise",
    Severity.WARNING,
    "The folder in an archive should have the archive's name, but does not.",
    "BagIt 0.97, 4",
)
MEMBER_UNSAFE = Code(
    "archive-member-unsafe",
    Severity.ERROR,
    "An archive has a member whose name could lead out of the folder it is unpacked into.",
    "RFC 8493, 5.1",
)
MEMBER_TWICE = Code(
    "archive-member-twice",
    Severity.ERROR,
    "An archive has two members with the same name, so it is not clear which one counts.",
    "BagIt 0.97, 4",
)
MEMBER_CLASHES = Code(
    "archive-member-clashes",
    Severity.ERROR,
    "An archive has a file and a folder with the same name, which no file system can store.",
    "BagIt 0.97, 4",
)
MEMBER_LINK = Code(
    "archive-member-is-link",
    Severity.ERROR,
    "An archive contains a symbolic or hard link. It is not followed.",
    "RFC 8493, 5.1",
)
MEMBER_SPECIAL = Code(
    "archive-member-is-special",
    Severity.ERROR,
    "An archive contains a device or FIFO.",
    "RFC 8493, 5.1",
)
MEMBER_ENCRYPTED = Code(
    "archive-member-encrypted",
    Severity.ERROR,
    "A member of an archive is encrypted, so it cannot be verified.",
    "BagIt 0.97, 4",
)
BOMB = Code(
    "archive-bomb",
    Severity.ERROR,
    "An archive would unpack to much more than its size makes plausible, or its members overlap. "
    "It is not read.",
    "RFC 8493, 5.3",
)


class BadArchiveError(Exception):
    """An archive cannot be read, or not to its end. `finding` is the finding to report."""

    def __init__(self, code: Code, message: str, path: str = "", hint: str = "") -> None:
        super().__init__(message)
        if not hint and code is DAMAGED:
            hint = _("Copy the archive again, or restore it from another copy.")
        self.finding = code.at(Location(path), message, hint)
