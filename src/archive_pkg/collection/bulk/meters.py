"""How many bytes the processes of one run have done, for whoever wants to watch."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNT = struct.Struct("<Q")


class Meter:
    """Adds up counts from several threads and processes of this machine; can be pickled.

    Each count is added to the end of one file, which the system does whole or not at all.
    """

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self._path = path
        self._read = self._total = 0

    def add(self, count: int) -> None:
        """Count so many bytes more."""
        with self._path.open("ab", buffering=0) as file:
            file.write(_COUNT.pack(count))

    def total(self) -> int:
        """All bytes so far, whoever counted them."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        self._total += sum(count for (count,) in _COUNT.iter_unpack(data))
        return self._total


@contextmanager
def metering() -> Iterator[Meter]:
    """A meter, for the length of a block."""
    with TemporaryDirectory(prefix="archive-pkg-") as folder:
        path = Path(folder, "meter")
        path.touch()
        yield Meter(path)
