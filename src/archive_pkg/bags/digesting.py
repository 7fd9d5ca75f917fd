"""Digests of all files of a bag, computed by several processes while other things are done.

They are kept in columns, one for the sizes and one for each algorithm, so that all of a manifest is
compared in one go.
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

    Say = Callable[[int, int], None]

_PIECE = 512
"""Files digested between two looks at what is left to do."""
_FEW = 48
"""So few files are digested without helpers; starting them would take longer."""
UNREAD = -1
"""Stands for the size of a file that could not be read."""


@dataclass(slots=True)
class Piece:
    """What came of some files.

    Attributes:
        sizes: Their bytes, `UNREAD` where one could not be read or is put off.
        digests: Raw digests by algorithm, one after the other; zeros for those unread.
        findings: Why files could not be read.
        large: Paths that are put off, for each of them keeps several processors busy.
    """

    sizes: array[int] = field(default_factory=lambda: array("q"))
    digests: list[list[bytes]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    large: list[str] = field(default_factory=list)


class Source(Protocol):
    """Where files are read."""

    def digest_piece(self, files: Sequence[str], algorithms: Sequence[str], say: Say) -> Piece:
        """Digest some files, one after the other."""

    def digest_large(self, path: str, algorithms: Sequence[str], say: Say) -> Piece:
        """Digest one large file, each algorithm in a thread of its own."""


class Digests:
    """Sizes and digests of files, in the order they were given.

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
        """Write what came of files, the first of which is number `start`."""
        self.findings += piece.findings
        self._sizes[start : start + len(piece.sizes)] = piece.sizes
        for name, digests in zip(self.algorithms, piece.digests, strict=True):
            place = start * self._lengths[name]
            column = b"".join(digests)
            self._columns[name][place : place + len(column)] = column

    def sizes(self) -> array[int]:
        """Bytes of each file; `UNREAD` for one that could not be read."""
        return self._sizes

    def of(self, index: int, name: str) -> bytes:
        """The digest of a file."""
        length = self._lengths[name]
        return bytes(self._columns[name][index * length : (index + 1) * length])

    def unread(self) -> set[str]:
        """Files that could not be read."""
        if UNREAD not in self._sizes:
            return set()
        return {path for path, size in zip(self.files, self._sizes, strict=True) if size == UNREAD}

    def mismatches(self, wanted: Mapping[str, Mapping[str, bytes]]) -> list[tuple[str, str, bytes]]:
        """Path, algorithm and digest of each file that was read and is not as wanted.

        Args:
            wanted: Digests by algorithm, then path; files that are in none are not compared.
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
    """Digests being computed; a context, which ends the work when it is left."""

    def __init__(
        self,
        source: Source,
        files: Sequence[str],
        algorithms: Iterable[str],
        *,
        jobs: int | None,
        large_jobs: int | None,
    ) -> None:
        """Begin.

        Args:
            source: Where the files are.
            files: Their paths, best folder by folder.
            algorithms: Names of algorithms.
            jobs: How many small files to read at a time.
            large_jobs: How many large files.
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

    def _work(self, index: int, say: Say) -> Piece:
        files = self._digests.files[index * _PIECE : (index + 1) * _PIECE]
        return self._source.digest_piece(files, self._digests.algorithms, say)

    def finish(self, say: Say) -> Digests:
        """Wait for all digests.

        Args:
            say: Called with files and bytes done since it was last called.
        """
        digests = self._digests
        large: list[str] = []
        for index, piece in sorted(self._pieces.results(say), key=lambda result: result[0]):
            digests.put(index * _PIECE, piece)
            large += piece.large
        if large:
            numbers = {path: number for number, path in enumerate(digests.files)}
            one_at_a_time = threading.Lock()

            def told(files: int, size: int) -> None:
                with one_at_a_time:
                    say(files, size)

            def digest(path: str) -> Piece:
                return self._source.digest_large(path, digests.algorithms, told)

            with ThreadPoolExecutor(self._large_jobs) as pool:
                for path, piece in zip(large, pool.map(digest, large), strict=True):
                    digests.put(numbers[path], piece)
        return digests
