"""Compute the digests of a bag's files in several processes, while the caller does other work.

The digests of each algorithm are stored in one array, so that one comparison checks a complete
manifest.
"""

from __future__ import annotations

import threading
from array import array
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from archive_pkg.executors import Spread
from archive_pkg.fixity import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archive_pkg.reports import Finding

    Tick = Callable[[int, int], None]

_PIECE = 512
"""Files that a worker digests before it asks for more."""
_FEW = 48
"""Up to this many files are digested without workers; starting them would take longer."""
UNREAD = -1
"""The size given for a file that could not be read."""


@dataclass(slots=True)
class Piece:
    """Sizes and digests of some files.

    Attributes:
        sizes: Sizes in bytes, `UNREAD` for a file that could not be read or is left for later.
        digests: One list of raw digests per algorithm; zeros for unread files.
        findings: Why files could not be read.
        large: Paths left for later, because each of them keeps several processors busy.
    """

    sizes: array[int] = field(default_factory=lambda: array("q"))
    digests: list[list[bytes]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    large: list[str] = field(default_factory=list)


class DigestSource(Protocol):
    """A folder or archive whose files can be digested."""

    def digest_piece(self, files: Sequence[str], algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest some files, one after the other."""

    def digest_large(self, path: str, algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest one large file, with one thread per algorithm."""


class Digests:
    """Sizes and digests of files, in the order of the files.

    Attributes:
        findings: Why files could not be read.
    """

    def __init__(self, files: Sequence[str], algorithms: Sequence[str]) -> None:
        self.files = files
        self.algorithms = algorithms
        self.findings: list[Finding] = []
        self._lengths = {name: ALGORITHMS[name].length // 2 for name in algorithms}
        self._sizes = array("q", bytes(8 * len(files)))
        self._columns = {
            name: bytearray(length * len(files)) for name, length in self._lengths.items()
        }

    def put(self, start: int, piece: Piece) -> None:
        """Store the results for the files from number `start` on."""
        self.findings += piece.findings
        self._sizes[start : start + len(piece.sizes)] = piece.sizes
        for name, digests in zip(self.algorithms, piece.digests, strict=True):
            place = start * self._lengths[name]
            column = b"".join(digests)
            self._columns[name][place : place + len(column)] = column

    def sizes(self) -> array[int]:
        """Return the size of each file; `UNREAD` for one that could not be read."""
        return self._sizes

    def of(self, index: int, name: str) -> bytes:
        """Return the digest of a file by an algorithm."""
        length = self._lengths[name]
        return bytes(self._columns[name][index * length : (index + 1) * length])

    def unread(self) -> set[str]:
        """Return the files that could not be read."""
        if UNREAD not in self._sizes:
            return set()
        return {path for path, size in zip(self.files, self._sizes, strict=True) if size == UNREAD}

    def mismatches(self, wanted: Mapping[str, Mapping[str, bytes]]) -> list[tuple[str, str, bytes]]:
        """Return path, algorithm and digest of each file that was read and differs.

        Args:
            wanted: Expected digests by algorithm, then path. Other files are not compared.
        """
        found = []
        unread = self.unread()
        for name, digests in wanted.items():
            length, column = self._lengths[name], self._columns[name]
            expected = [digests.get(path) for path in self.files]
            if None not in expected and b"".join(filter(None, expected)) == column:
                continue
            for index, (path, digest) in enumerate(zip(self.files, expected, strict=True)):
                if digest is not None and path not in unread:
                    actual = bytes(column[index * length : (index + 1) * length])
                    if actual != digest:
                        found.append((path, name, actual))
        return found


class Digesting:
    """The computation of digests: a context manager that ends the work when it exits."""

    def __init__(
        self,
        source: DigestSource,
        files: Sequence[str],
        algorithms: Iterable[str],
        *,
        jobs: int | None,
        large_jobs: int | None,
    ) -> None:
        """Start the work.

        Args:
            source: The folder or archive with the files.
            files: The paths of the files. Reading is fastest if they are grouped by folder.
            algorithms: Names of algorithms.
            jobs: How many small files to read at a time.
            large_jobs: How many large files to read at a time.
        """
        self._source = source
        self._digests = Digests(files, list(algorithms))
        self._large_jobs = large_jobs
        few = len(files) <= _FEW
        self._pieces = Spread(self._work, -(-len(files) // _PIECE), 1 if few else jobs)

    def __enter__(self) -> Digesting:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.__exit__()

    def _work(self, index: int, tick: Tick) -> Piece:
        files = self._digests.files[index * _PIECE : (index + 1) * _PIECE]
        return self._source.digest_piece(files, self._digests.algorithms, tick)

    def finish(self, tick: Tick) -> Digests:
        """Wait for all digests.

        Args:
            tick: Called with the numbers of files and bytes done since its last call.
        """
        digests = self._digests
        large: list[str] = []
        for index, piece in sorted(self._pieces.results(tick), key=lambda result: result[0]):
            digests.put(index * _PIECE, piece)
            large += piece.large
        if large:
            numbers = {path: number for number, path in enumerate(digests.files)}
            one_at_a_time = threading.Lock()

            def tick_locked(files: int, size: int) -> None:
                with one_at_a_time:
                    tick(files, size)

            def digest(path: str) -> Piece:
                return self._source.digest_large(path, digests.algorithms, tick_locked)

            with ThreadPoolExecutor(self._large_jobs) as pool:
                for path, piece in zip(large, pool.map(digest, large), strict=True):
                    digests.put(numbers[path], piece)
        return digests
