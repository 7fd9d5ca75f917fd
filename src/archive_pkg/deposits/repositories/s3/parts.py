"""The parts of a file that is sent in several requests, and their digests."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from archive_pkg.deposits.receipts import Arrival

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.deposits.transfers import Item, VerifiedReader

PART = 16 * 1024 * 1024
"""Files larger than this are sent in parts of this size, or larger if there would be too many."""
_MOST_PARTS = 10_000


class PartsThere(dict[int, tuple[int, str]]):
    """The parts that the server has: for each number, the part's size and MD5.

    `checksums` says whether the server stores the SHA-256 of the parts.
    """

    checksums = False


class PartDigests:
    """The digests of a file's parts, from which the server's digest of the file is predicted."""

    def __init__(self) -> None:
        self.sha256: dict[int, bytes] = {}
        self.md5: dict[int, bytes] = {}

    def add(self, number: int, data: bytes) -> tuple[bytes, bytes]:
        """Return the SHA-256 and MD5 of a part, and keep them; the first part has number 1."""
        self.sha256[number] = hashlib.sha256(data).digest()
        self.md5[number] = hashlib.md5(data, usedforsecurity=False).digest()
        return self.sha256[number], self.md5[number]

    def arrival(self, item: Item, answer: dict[str, Any], *, multiple: bool) -> Arrival | None:
        """Return the server's digest next to the expected one.

        None if the server states no digest that can be compared.
        """
        checksum, etag = answer.get("ChecksumSHA256"), str(answer.get("ETag", "")).strip('"')
        if multiple:
            number = f"-{len(self.sha256)}"
            joined = hashlib.sha256(_joined(self.sha256)).digest()
            md5 = hashlib.md5(_joined(self.md5), usedforsecurity=False)
            etag_expected = md5.hexdigest() + number
            expected, name = base64(joined) + number, "sha256 of the parts' sha256"
        else:
            etag_expected, name = self.md5[1].hex(), "sha256"
            expected = base64(self.sha256[1])
        if checksum and checksum.partition("-")[2] == expected.partition("-")[2]:
            return _arrival(item, f"{name}, base64", expected, checksum)
        if etag == etag_expected:
            return _arrival(item, f"md5{' of the parts' if multiple else ''}", etag_expected, etag)
        # A different ETag may not be an MD5 (encryption, copies), so the caller reads the bytes.
        return None


def _joined(digests: dict[int, bytes]) -> bytes:
    return b"".join(digests[number] for number in sorted(digests))


def _arrival(item: Item, algorithm: str, expected: str, stored: str) -> Arrival:
    return Arrival(
        path=item.path,
        size=item.size,
        sha256=item.sha256,
        algorithm=algorithm,
        expected=expected,
        stored=stored,
    )


def part_size(size: int) -> int:
    """Return the size of the parts in which a file with this many bytes is sent."""
    mebibyte = 1024 * 1024
    return max(PART, -(-size // _MOST_PARTS // mebibyte) * mebibyte)


def parts_of(source: VerifiedReader, item: Item, size: int) -> Iterator[bytes]:
    """Yield a file's bytes in parts of a size; the last can be smaller. An empty file has one."""
    sent = 0
    while sent < item.size or not sent:
        data = source.read(size)
        sent += len(data)
        yield data
        if not data:
            return


def base64(digest: bytes) -> str:
    """Return a digest as S3 writes it."""
    return b64encode(digest).decode()
