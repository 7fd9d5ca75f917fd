"""Search the index of a collection by agents, dates, classifications and words, and count.

Only modules that most queries need are imported at the top, to keep queries fast.
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
from archive_pkg.storage.processes import cpus

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.collection.opening import Collection
    from archive_pkg.packages.access.visibility import Audience

VERSION = 7
"""The version of the index's format. An incomplete index has the negative number."""
TABLES = ("words_0", "words_1", "words_2", "words_3")
"""The tables of words. There are several, so that several processors can search."""
_BLOCK = 10_000
"""The number of consecutive packages in one table. Their rows are then on neighbouring pages. The
hits in a collection of up to this size are ranked together: each table ranks words by its own
contents, and a small collection fills only the first one."""
_NAMES = {"public": "index.sqlite", "internal": "index-internal.sqlite"}
_RANKED = 10_000
"""Up to this number of hits are ranked. Ranking more would take a long time and help no reader."""
_WORD = re.compile(r"[^\W_]+")

_HIT = "package, id, title, coalesce(date, ''), coalesce(packages.classified, '')"
_LAST_DAY = "(latest >= ? OR (latest IS NULL AND earliest IS NOT NULL))"
_FIRST_DAY = "(earliest <= ? OR (earliest IS NULL AND latest IS NOT NULL))"
"""Conditions for dates. An interval may be open at one end; a letter without a date has neither."""
_BY_DATE = "earliest IS NULL, coalesce(earliest, ''), package"
_BY_RANK = "rank, coalesce(earliest, ''), package"
_KEYS = 3
"""The number of columns by which hits are sorted, whether by date or by rank."""


@dataclass(frozen=True, slots=True)
class Query:
    """The conditions of a search. A hit matches all of them.

    Attributes:
        words: Words anywhere in the record and its texts. A word that ends in `*` is a prefix; an
            item with several words is a phrase.
        who: Words in the names (also as written) and roles of the agents of a letter, such as
            senders, recipients and mentioned agents.
        classification: Words in the classification and its history.
        since: An EDTF date; letters entirely before it are left out, and those without a date.
        until: An EDTF date; letters entirely after it are left out, and those without a date.
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
        package: Its path in the collection.
        id: Its record's id.
        title: Its title.
        date: Its date in EDTF; empty if it is unknown.
        classification: Its classification and how that changed; empty if it has none.
    """

    package: str
    id: str
    title: str
    date: str
    classification: str


def index_path(collection: Collection, audience: Audience = "public") -> Path:
    """Return the file of the index of what an audience may see."""
    return collection.own / _NAMES[audience]


def version_of(path: Path) -> int:
    """Return the version stored in an index; 0 if it is missing, damaged or not trusted.

    An index that was made elsewhere is used only if its folder is read-only, because it cannot be
    rebuilt there.
    """
    if not is_from_here(path) and os.access(path.parent, os.W_OK):
        return 0
    try:
        with closing(open_to_read(path)) as base:
            return int(base.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return 0


def words_of(number: int) -> str:
    """Return the table that has the words of the package with this number."""
    return TABLES[number // _BLOCK % len(TABLES)]


class Index:
    """An index for queries. Use it as a context manager."""

    def __init__(self, collection: Collection, audience: Audience = "public") -> None:
        """Prepare to open the index of a collection for an audience."""
        self._path = index_path(collection, audience)

    @property
    def is_complete(self) -> bool:
        """Whether it exists, has been built completely and has the current format."""
        return version_of(self._path) == VERSION

    @property
    def is_from_here(self) -> bool:
        """Whether it was made in this folder. An index from elsewhere may be wrong."""
        return is_from_here(self._path)

    def __enter__(self) -> Index:
        if not self.is_complete:
            hint = "Build it: archive-pkg find DIR --refresh"
            raise StorageError(f"the index {self._path} is missing or incomplete", hint)
        with ExitStack() as opened:
            self._base = opened.enter_context(closing(open_to_read(self._path)))
            slices = (_Slice(self._path, words) for words in TABLES)
            self._slices = [opened.enter_context(closing(each)) for each in slices]
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._opened.close()
        if isinstance(error, sqlite3.DatabaseError):
            hint = "Rebuild it: archive-pkg find DIR --refresh"
            raise StorageError(f"{self._path} cannot be read: {error}", hint) from error

    def find(self, query: Query, most: int = 100) -> tuple[int, list[Hit]]:
        """Return how many packages match a query, and the first of them.

        If the query has words but no phrase, and up to ten thousand hits, the best hits come
        first. Otherwise the earliest come first.

        Raises:
            UsageError: A date is not EDTF.
        """
        sql = _sql_query(query)
        if not sql.match:
            return self._of_dates(sql, most)
        with ThreadPoolExecutor(min(cpus(), len(TABLES))) as pool:
            count = sum(pool.map(partial(_Slice.look, sql=sql), self._slices))
            by_rank = sql.can_rank and count <= _RANKED
            first = partial(_Slice.first, sql=sql, most=most, by_rank=by_rank)
            rows = heapq.merge(*pool.map(first, self._slices))
        return count, [Hit(*row[_KEYS:]) for row in islice(rows, most)]

    def _of_dates(self, sql: _SqlQuery, most: int) -> tuple[int, list[Hit]]:
        """Return the result of `find` for a query that has dates or nothing."""
        there = f"FROM packages WHERE {sql.dates}"
        (count,) = self._base.execute(f"SELECT count(*) {there}", sql.bounds).fetchone()
        query = f"SELECT {_HIT} {there} ORDER BY {_BY_DATE} LIMIT ?"
        return count, [Hit(*row) for row in self._base.execute(query, (*sql.bounds, most))]

    @property
    def cut(self) -> int:
        """The number of packages with parts that are withheld from the index."""
        (count,) = self._base.execute("SELECT count(*) FROM packages WHERE cut").fetchone()
        return int(count)

    def stats(self) -> dict[str, Any]:
        """Count packages, files and bytes, and packages for each type, decade, language and so on.

        Of types, classifications, languages, senders and recipients, the 20 most frequent are
        returned.
        """
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
class _SqlQuery:
    """A query in the form that the index needs.

    Attributes:
        match: Words, names and classification as a query for FTS5; empty if there are none.
        dates: The dates, as a condition in SQL.
        bounds: The values in that condition.
        can_rank: Whether to rank hits. Phrases are not ranked: FTS5 would search for them again.
    """

    match: str
    dates: str
    bounds: tuple[str, ...]
    can_rank: bool


class _Slice:
    """One table of words, and the packages that a query has found in it."""

    def __init__(self, path: Path, words: str) -> None:
        self._words = words
        self._base = open_to_read(path, one_thread=False)
        self._base.execute("CREATE TEMP TABLE found (number INTEGER PRIMARY KEY)")

    def close(self) -> None:
        self._base.close()

    def look(self, sql: _SqlQuery) -> int:
        """Find the packages that match a query, and return how many there are."""
        self._base.execute("DELETE FROM found")
        meeting = self._meeting(sql, joined=bool(sql.bounds))
        query = f"INSERT INTO found SELECT {self._words}.rowid {meeting}"
        return self._base.execute(query, (sql.match, *sql.bounds)).rowcount

    def first(self, sql: _SqlQuery, most: int, *, by_rank: bool) -> list[tuple[Any, ...]]:
        """Return the rows of the first hits: the columns by which hits are sorted, then the hit."""
        if by_rank:
            query = f"SELECT {_BY_RANK}, {_HIT} {self._meeting(sql, joined=True)}"
            values = (sql.match, *sql.bounds)
        else:
            query = f"SELECT {_BY_DATE}, {_HIT} FROM found CROSS JOIN packages USING (number)"  # noqa: S608 - as above
            values = ()
        query += " ORDER BY 1, 2, 3 LIMIT ?"
        return self._base.execute(query, (*values, most)).fetchall()

    def _meeting(self, sql: _SqlQuery, *, joined: bool) -> str:
        # Match the words first. If packages came first, FTS5 would be asked about one package at a
        # time, and would search ahead to the next match for each of them.
        packages = f"CROSS JOIN packages ON {self._words}.rowid = number" if joined else ""
        return (
            f"FROM {self._words} {packages} WHERE {self._words} MATCH ? "  # noqa: S608 - as above
            f"AND {self._words}.rowid NOT IN (SELECT number FROM gone) AND {sql.dates}"
        )


def _sql_query(query: Query) -> _SqlQuery:
    match = [_phrase(word) for word in query.words]
    match += [f"who : {_phrase(word)}" for word in query.who.split()]
    match += [f"classification : {_phrase(word)}" for word in query.classification.split()]
    dates, bounds = ["1"], []
    if query.since:
        dates.append(_LAST_DAY)
        bounds.append(_bounds(query.since)[0])
    if query.until:
        dates.append(_FIRST_DAY)
        bounds.append(_bounds(query.until)[1])
    single = all(len(_WORD.findall(word)) <= 1 for word in query.words)
    can_rank = single and bool(query.words)
    return _SqlQuery(" AND ".join(match), " AND ".join(dates), tuple(bounds), can_rank)


def _phrase(word: str) -> str:
    """Return a word quoted for FTS5, so that nothing in it is an operator.

    A final `*` still marks a prefix.
    """
    bare = word.removesuffix("*").replace('"', '""')
    return f'"{bare}"' + ("*" if word.endswith("*") else "")


def _bounds(text: str) -> tuple[str, str]:
    from archive_pkg.dates.edtf_string import Edtf, why_not_a_date

    try:
        date = Edtf(text)
    except ValueError as error:
        message, hint = why_not_a_date(text)
        raise UsageError(
            message, hint or "Write for example 1956, 1956-10 or 1956-10-23."
        ) from error
    return str(date.earliest or "0000"), str(date.latest or "9999")
