"""Count the bytes that the processes of a run have handled, for a progress bar."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNT = struct.Struct("<Q")


class ByteCounter:
    """Adds up counts from threads and processes of this machine. It can be pickled.

    Each count is appended to one file. The system appends atomically.
    """

    def __init__(self, path: Path) -> None:
        """Count in this file."""
        self._path = path
        self._read = self._total = 0

    def add(self, count: int) -> None:
        """Add a number of bytes."""
        with self._path.open("ab", buffering=0) as file:
            file.write(_COUNT.pack(count))

    def total(self) -> int:
        """Return all bytes counted so far."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        self._total += sum(count for (count,) in _COUNT.iter_unpack(data))
        return self._total


@contextmanager
def counting_bytes() -> Iterator[ByteCounter]:
    """Yield a counter, and remove its file at the end."""
    with TemporaryDirectory(prefix="archive-pkg-") as folder:
        path = Path(folder, "meter")
        path.touch()
        yield ByteCounter(path)
