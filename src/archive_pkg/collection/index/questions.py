"""Questions to the index of a collection: agents, dates, classifications, words, and counts.

Nothing is imported here that a question does not need: it has to be answered quickly.
"""

from __future__ import annotations

import heapq
import os
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.index.databases import is_from_here, open_to_read
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.executors import cpus

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.collection.shelves import Shelf
    from archive_pkg.packages.access.decision import Audience

VERSION = 6
"""Of the index's form; its negative stands in one that has been begun and is not whole yet."""
TABLES = ("words_0", "words_1", "words_2", "words_3")
"""These share the packages' words, so that several processors can look for them."""
_BLOCK = 10_000
"""So many packages at a time go into one of the tables. What each has is read from neighbouring
pages then; and few are not shared out at all, for a table weighs words by what it has itself."""
_NAMES = {"public": "index.sqlite", "internal": "index-internal.sqlite"}
_RANKED = 10_000
"""Up to so many hits the best come first. To weigh each of more takes long, and tells little."""
_WORD = re.compile(r"[^\W_]+")

_HIT = "package, id, title, coalesce(date, ''), coalesce(packages.classified, '')"
_BY_DATE = "earliest IS NULL, coalesce(earliest, ''), package"
_BY_RANK = "rank, coalesce(earliest, ''), package"
_KEYS = 3
"""The columns by which hits are ordered, either way."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; all that is given has to be met.

    Attributes:
        words: Anywhere in record and texts. A word that ends in `*` stands for its beginnings; one
            with spaces in it for words that follow one another.
        who: In the names of senders, signatories, recipients and those spoken of.
        classification: In the classification and its history.
        since: An EDTF date; letters that are wholly before it are left out.
        until: An EDTF date; letters that are wholly after it are left out.
    """

    words: tuple[str, ...] = ()
    who: str = ""
    classification: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A package that was found.

    Attributes:
        package: Its folder, from the shelf's.
        id: Its record's id.
        title: Its title.
        date: Its date in EDTF; empty where it is not known.
        classification: Its classification with its history; empty where it has none.
    """

    package: str
    id: str
    title: str
    date: str
    classification: str


def index_path(shelf: Shelf, audience: Audience = "public") -> Path:
    """Return the file of the index of what an audience may see."""
    return shelf.own / _NAMES[audience]


def version_of(path: Path) -> int:
    """The version that an index has in it; 0 where there is none that can be believed.

    One that is not from here is made again, and read as it is only where that cannot be.
    """
    if not is_from_here(path) and os.access(path.parent, os.W_OK):
        return 0
    try:
        with closing(open_to_read(path)) as base:
            return int(base.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return 0


def words_of(number: int) -> str:
    """The table that has the words of the package with that number."""
    return TABLES[number // _BLOCK % len(TABLES)]


class Index:
    """An index, open for questions; a context."""

    def __init__(self, shelf: Shelf, audience: Audience = "public") -> None:
        """Args: the shelf, whose index has to be there; the audience whose index it is."""
        self._path = index_path(shelf, audience)

    @property
    def is_whole(self) -> bool:
        """Whether it is there, and has once been made to its end."""
        return version_of(self._path) == VERSION

    @property
    def is_from_here(self) -> bool:
        """Whether it was made where it lies; what one that was delivered says need not be so."""
        return is_from_here(self._path)

    def __enter__(self) -> Index:
        if not self.is_whole:
            hint = "make it: archive-pkg find DIR --refresh"
            raise StorageError(f"there is no index at {self._path}, or it is not whole yet", hint)
        with ExitStack() as opened:
            self._base = opened.enter_context(closing(open_to_read(self._path)))
            slices = (_Slice(self._path, words) for words in TABLES)
            self._slices = [opened.enter_context(closing(each)) for each in slices]
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._opened.close()
        if isinstance(error, sqlite3.DatabaseError):
            hint = "make it again: archive-pkg find DIR --refresh"
            raise StorageError(f"{self._path} cannot be read: {error}", hint) from error

    def find(self, query: Query, most: int = 100) -> tuple[int, list[Hit]]:
        """How many packages meet a query, and the first of them.

        Where single words are looked for and up to ten thousand packages have them, the best come
        first; otherwise the earliest.

        Raises:
            UsageError: A date is none.
        """
        asked = _asked(query)
        if not asked.match:
            return self._of_dates(asked, most)
        with ThreadPoolExecutor(min(cpus(), len(TABLES))) as pool:
            count = sum(pool.map(partial(_Slice.look, asked=asked), self._slices))
            by_rank = asked.can_rank and count <= _RANKED
            first = partial(_Slice.first, asked=asked, most=most, by_rank=by_rank)
            rows = heapq.merge(*pool.map(first, self._slices))
        return count, [Hit(*row[_KEYS:]) for row in islice(rows, most)]

    def _of_dates(self, asked: _Asked, most: int) -> tuple[int, list[Hit]]:
        """What `find` gives where no words are looked for."""
        there = f"FROM packages WHERE {asked.dates}"
        (count,) = self._base.execute(f"SELECT count(*) {there}", asked.bounds).fetchone()
        query = f"SELECT {_HIT} {there} ORDER BY {_BY_DATE} LIMIT ?"
        return count, [Hit(*row) for row in self._base.execute(query, (*asked.bounds, most))]

    @property
    def cut(self) -> int:
        """How many packages have parts that are withheld from the index."""
        (count,) = self._base.execute("SELECT count(*) FROM packages WHERE cut").fetchone()
        return int(count)

    def stats(self) -> dict[str, Any]:
        """Count packages, bytes, decades, classifications, languages and agents."""
        packages, files, size = self._base.execute(
            "SELECT count(*), coalesce(sum(files), 0), coalesce(sum(size), 0) FROM packages"
        ).fetchone()
        return {
            "packages": packages,
            "files": files,
            "bytes": size,
            "types": self._counts("type", "packages"),
            "decades": self._decades(),
            "undated": self._base.execute(
                "SELECT count(*) FROM packages WHERE earliest IS NULL"
            ).fetchone()[0],
            "classifications": self._counts("classification", "packages"),
            "languages": self._counts("language", "languages"),
            "senders": self._counts("name", "agents", "role = 'sender'"),
            "recipients": self._counts("name", "agents", "role = 'recipient'"),
        }

    def _counts(self, column: str, table: str, condition: str = "1") -> dict[str, int]:
        query = (
            f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL AND {condition} "  # noqa: S608 - our own names and conditions
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
        )
        return dict(self._base.execute(query).fetchall())

    def _decades(self) -> dict[str, int]:
        rows = self._base.execute(
            "SELECT substr(earliest, 1, 3) || '0s', count(*) FROM packages "
            "WHERE earliest IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return dict(rows.fetchall())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query in the index's terms.

    Attributes:
        match: Its words, names and classification for FTS5; empty if it has none.
        dates: Its dates, as a condition.
        bounds: The values in that.
        can_rank: Whether hits are weighed. Of words that follow one another FTS5 would look for all
            again to do so.
    """

    match: str
    dates: str
    bounds: tuple[str, ...]
    can_rank: bool


class _Slice:
    """A part of the words, and what was found in it."""

    def __init__(self, path: Path, words: str) -> None:
        self._words = words
        self._base = open_to_read(path, one_thread=False)
        self._base.execute("CREATE TEMP TABLE found (number INTEGER PRIMARY KEY)")

    def close(self) -> None:
        self._base.close()

    def look(self, asked: _Asked) -> int:
        """Find what meets a query; how many packages do."""
        self._base.execute("DELETE FROM found")
        meeting = self._meeting(asked, joined=bool(asked.bounds))
        query = f"INSERT INTO found SELECT {self._words}.rowid {meeting}"
        return self._base.execute(query, (asked.match, *asked.bounds)).rowcount

    def first(self, asked: _Asked, most: int, *, by_rank: bool) -> list[tuple[Any, ...]]:
        """The first of what was found, each behind that by which they are ordered."""
        if by_rank:
            query = f"SELECT {_BY_RANK}, {_HIT} {self._meeting(asked, joined=True)}"
            values = (asked.match, *asked.bounds)
        else:
            query = f"SELECT {_BY_DATE}, {_HIT} FROM found CROSS JOIN packages USING (number)"  # noqa: S608 - as above
            values = ()
        query += " ORDER BY 1, 2, 3 LIMIT ?"
        return self._base.execute(query, (*values, most)).fetchall()

    def _meeting(self, asked: _Asked, *, joined: bool) -> str:
        # The words come first: asked of one package after another, FTS5 reads on from each to the
        # next that has them.
        packages = f"CROSS JOIN packages ON {self._words}.rowid = number" if joined else ""
        return (
            f"FROM {self._words} {packages} WHERE {self._words} MATCH ? "  # noqa: S608 - as above
            f"AND {self._words}.rowid NOT IN (SELECT number FROM gone) AND {asked.dates}"
        )


def _asked(query: Query) -> _Asked:
    match = [_phrase(word) for word in query.words]
    match += [f"who : {_phrase(word)}" for word in query.who.split()]
    match += [f"classification : {_phrase(word)}" for word in query.classification.split()]
    dates, bounds = ["1"], []
    if query.since:
        dates.append("latest >= ?")
        bounds.append(_bounds(query.since)[0])
    if query.until:
        dates.append("earliest <= ?")
        bounds.append(_bounds(query.until)[1])
    single = all(len(_WORD.findall(word)) <= 1 for word in query.words)
    can_rank = single and bool(query.words)
    return _Asked(" AND ".join(match), " AND ".join(dates), tuple(bounds), can_rank)


def _phrase(word: str) -> str:
    """A word as FTS5 takes it, none of its signs being an operator."""
    bare = word.removesuffix("*").replace('"', '""')
    return f'"{bare}"' + ("*" if word.endswith("*") else "")


def _bounds(text: str) -> tuple[str, str]:
    from archive_pkg.dates.edtf_string import Edtf

    try:
        date = Edtf(text)
    except ValueError as error:
        hint = "write it in EDTF: 1956, 1956-10, 1956-10-23"
        raise UsageError(f"{text!r} is no date", hint) from error
    return str(date.earliest or "0000"), str(date.latest or "9999")
