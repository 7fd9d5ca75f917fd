"""Digests of all files of a bag, computed by many processes while other things are done.

The processes write into memory that all share, a column for the sizes and one for each algorithm,
so that a column is compared with what a manifest wants in one go, and nothing needs to be sent.
"""

from __future__ import annotations

import mmap
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from archive_pkg.fixity import ALGORITHMS, Workers, spread

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
        self._starts: dict[str, int] = {}
        end = 8 * len(files)
        for name, length in self._lengths.items():
            self._starts[name] = end
            end += length * len(files)
        self._table = mmap.mmap(-1, max(end, 1))

    def put(self, start: int, piece: Piece) -> None:
        """Write what came of files, the first of which is number `start`."""
        sizes = piece.sizes.tobytes()
        self._table[8 * start : 8 * start + len(sizes)] = sizes
        for name, digests in zip(self.algorithms, piece.digests, strict=True):
            column = b"".join(digests)
            place = self._starts[name] + start * self._lengths[name]
            self._table[place : place + len(column)] = column

    def sizes(self) -> array[int]:
        """Bytes of each file; `UNREAD` for one that could not be read."""
        sizes = array("q")
        sizes.frombytes(self._table[: 8 * len(self.files)])
        return sizes

    def of(self, index: int, name: str) -> bytes:
        """The digest of a file."""
        length = self._lengths[name]
        place = self._starts[name] + index * length
        return self._table[place : place + length]

    def unread(self) -> set[str]:
        """Files that could not be read."""
        sizes = self.sizes()
        if UNREAD not in sizes:
            return set()
        return {path for path, size in zip(self.files, sizes, strict=True) if size == UNREAD}

    def mismatches(self, wanted: Mapping[str, Mapping[str, bytes]]) -> list[tuple[str, str, bytes]]:
        """Path, algorithm and digest of each file that was read and is not as wanted.

        Args:
            wanted: Digests by algorithm, then path; files that are in none are not compared.
        """
        found = []
        unread = self.unread()
        for name, digests in wanted.items():
            start, length = self._starts[name], self._lengths[name]
            column = self._table[start : start + length * len(self.files)]
            expected = [digests.get(path) for path in self.files]
            if None not in expected and b"".join(filter(None, expected)) == column:
                continue
            for index, (path, digest) in enumerate(zip(self.files, expected, strict=True)):
                if digest is not None and path not in unread:
                    actual = column[index * length : (index + 1) * length]
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
        self._workers = Workers(self._work, -(-len(files) // _PIECE), 1 if few else jobs)

    def __enter__(self) -> Digesting:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.__exit__()

    def _work(self, index: int, say: Say) -> tuple[list[Finding], list[str]]:
        start = index * _PIECE
        files = self._digests.files[start : start + _PIECE]
        piece = self._source.digest_piece(files, self._digests.algorithms, say)
        self._digests.put(start, piece)
        return piece.findings, piece.large

    def finish(self, say: Say) -> Digests:
        """Wait for all digests.

        Args:
            say: Called with files and bytes done since it was last called.
        """
        digests = self._digests
        large: list[str] = []
        for _, (findings, later) in sorted(
            self._workers.results(say), key=lambda result: result[0]
        ):
            digests.findings += findings
            large += later
        if large:
            numbers = {path: number for number, path in enumerate(digests.files)}
            for index, piece in sorted(
                spread(
                    lambda index, tick: self._source.digest_large(
                        large[index], digests.algorithms, tick
                    ),
                    len(large),
                    jobs=self._large_jobs,
                    tick=say,
                ),
                key=lambda result: result[0],
            ):
                digests.put(numbers[large[index]], piece)
                digests.findings += piece.findings
        return digests
