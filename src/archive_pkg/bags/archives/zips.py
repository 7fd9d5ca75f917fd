"""Read bags in zip archives: the directory once, members by several processes at a time."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from archive_pkg import limits
from archive_pkg.bags.archives.archive import Archive, Member, SharedDescriptor, uncompressed
from archive_pkg.bags.archives.findings import (
    BOMB,
    DAMAGED,
    MEMBER_ENCRYPTED,
    MEMBER_LINK,
    MEMBER_SPECIAL,
    BadArchiveError,
)
from archive_pkg.fixity import BLOCK
from archive_pkg.messages import _
from archive_pkg.storage import system

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Zip(Archive):
    """A zip archive."""

    kind = "zip"

    def names(self) -> Iterator[str]:
        """Return the names of the members."""
        return map(_zip_name, self._infos())

    def scan(self) -> None:
        """Read the central directory and refuse unsafe entries."""
        infos = self._infos()
        self._refuse_bombs(infos)
        for info in infos:
            name = _zip_name(info)
            mode = info.external_attr >> 16 if info.create_system == 3 else 0
            if info.filename.endswith("/"):  # is_dir() fails on an empty name
                self.add_folder(name)
            elif stat.S_ISLNK(mode):
                self.note(
                    MEMBER_LINK,
                    name,
                    _("is a symbolic link"),
                    _("Replace the link with the file itself."),
                )
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                self.note(MEMBER_SPECIAL, name, _("is a device or FIFO"), _("Remove it."))
            elif info.flag_bits & 0x41:
                self.note(MEMBER_ENCRYPTED, name, _("is encrypted"), _("Archive it unencrypted."))
            else:
                raw = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
                self.add(
                    Member(
                        name,
                        info.file_size,
                        info.header_offset,
                        info.compress_size,
                        info.compress_type,
                        raw,
                    )
                )

    def _infos(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(_Directory(self.descriptor)) as archive:
                return archive.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, OSError, NotImplementedError) as error:
            hint = _("Copy it again, or restore it from another copy.")
            message = _("is damaged or cut short, so it cannot be read as zip")
            raise BadArchiveError(DAMAGED, message, hint=hint) from error

    def _refuse_bombs(self, infos: Sequence[zipfile.ZipInfo]) -> None:
        self.refuse_bomb(sum(info.file_size for info in infos))
        end = 0
        for info in sorted(infos, key=lambda info: info.header_offset):
            if info.header_offset < end:
                raise BadArchiveError(
                    BOMB, "has overlapping members, so it is not read", info.filename
                )
            end = info.header_offset + 30 + info.compress_size

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes, up to its declared size."""
        start = self._data_of(member)
        if member.method == zipfile.ZIP_STORED:
            if member.packed != member.size:
                raise BadArchiveError(DAMAGED, "is stored with two different sizes", member.path)
            yield from uncompressed(self.descriptor, start, member.size, member.path)
            return
        if member.method == zipfile.ZIP_DEFLATED:
            unpack = zlib.decompressobj(-15)
        else:
            raise BadArchiveError(
                DAMAGED, f"is compressed by the unknown method {member.method}", member.path
            )
        given = taken = 0
        pending = b""
        while not unpack.eof:
            if not pending:
                pending = system.read_at(
                    self.descriptor, min(BLOCK, member.packed - taken), start + taken
                )
                taken += len(pending)
                if not pending:
                    raise BadArchiveError(DAMAGED, "ends too early", member.path)
            try:
                data = unpack.decompress(pending, BLOCK)
            except zlib.error as error:
                raise BadArchiveError(DAMAGED, "is damaged in the archive", member.path) from error
            pending = unpack.unconsumed_tail
            given += len(data)
            if given > member.size:
                raise BadArchiveError(BOMB, "unpacks to more than it declares", member.path)
            if data:
                yield data
        if given != member.size:
            raise BadArchiveError(DAMAGED, "unpacks to less than it declares", member.path)

    def _data_of(self, member: Member) -> int:
        header = system.read_at(self.descriptor, 30 + len(member.raw_name), member.place)
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
            raise BadArchiveError(DAMAGED, "does not have a header at the given place", member.path)
        __, length, extra = _LOCAL_HEADER.unpack(header[:30])
        if header[30 : 30 + length] != member.raw_name:
            raise BadArchiveError(
                DAMAGED, "has different names in its header and in the directory", member.path
            )
        return int(member.place + 30 + length + extra)


class _Directory(SharedDescriptor):
    """The bytes of a zip archive. No more than the limit for a directory is read at once."""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises BadArchiveError for more than the limit."""
        most = limits.ARCHIVE_NAMES.value
        if size > most:
            message = _("has a directory of {size} bytes, so it is not read", size=size)
            raise BadArchiveError(BOMB, message, hint=limits.ARCHIVE_NAMES.hint)
        return super().read(size) or b""


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name. Many programs write UTF-8 without setting its flag."""
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            return name.encode("cp437").decode()
        except UnicodeError:
            return name
    return name
