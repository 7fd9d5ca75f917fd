"""An index of a shelf: who, when, marking, words. Made from the packages, and makeable again.

What reads packages is imported where it is needed: a question has to be answered quickly.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.holdings.bulk import Done, run
from archive_pkg.holdings.reading import open_to_read
from archive_pkg.holdings.seals import seal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive_pkg.holdings.crews import Crew
    from archive_pkg.holdings.each import Pace
    from archive_pkg.holdings.shelves import Shelf
    from archive_pkg.packages import Package
    from archive_pkg.records import Record

NAME = "index.sqlite"
_VERSION = 2
"""Of the index's form; its negative stands in one that has been begun and is not whole yet."""
_MOST_TEXT = 256 * 1024
"""So many characters of each text are indexed."""
_BATCH = 50
_TOGETHER = 2_000
"""Packages that are written in one transaction."""
_RANKED = 10_000
"""Up to so many hits the best come first. To weigh each of more takes long, and tells little."""

# The words are kept as an index without their text (content = ''), from which SQLite takes
# nothing out: a package that is indexed again gets a new number, and the old one is gone.
_SCHEMA = """
CREATE TABLE gone (number INTEGER PRIMARY KEY);
CREATE TABLE packages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, package TEXT UNIQUE, seal BLOB, id TEXT, title TEXT,
    type TEXT,
    date TEXT, earliest TEXT, latest TEXT, marking TEXT, level TEXT, files INTEGER, size INTEGER
);
CREATE INDEX packages_earliest ON packages (earliest, latest);
CREATE TABLE agents (number INTEGER, role TEXT, name TEXT);
CREATE INDEX agents_number ON agents (number);
CREATE TABLE languages (number INTEGER, language TEXT);
CREATE INDEX languages_number ON languages (number);
CREATE VIRTUAL TABLE words USING fts5 (
    who, marking, about, text, content = '', tokenize = "unicode61 remove_diacritics 2"
);
"""
_COLUMNS = (
    "package",
    "seal",
    "id",
    "title",
    "type",
    "date",
    "earliest",
    "latest",
    "marking",
    "level",
    "files",
    "size",
)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; all that is given has to be met.

    Attributes:
        words: Anywhere in record and texts; a word that ends in `*` stands for its beginnings.
        who: In the names of senders, signatories, recipients and those spoken of.
        marking: In the marking.
        since: An EDTF date; letters that are wholly before it are left out.
        until: An EDTF date; letters that are wholly after it are left out.
    """

    words: tuple[str, ...] = ()
    who: str = ""
    marking: str = ""
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
        marking: Its marking; empty where it has none.
    """

    package: str
    id: str
    title: str
    date: str
    marking: str


def index_path(shelf: Shelf) -> Path:
    """The index's file."""
    return shelf.own / NAME


def refresh(
    shelf: Shelf,
    take: Callable[[Done], None],
    *,
    crew: Callable[[], Crew],
    anew: bool = False,
) -> None:
    """Bring the index up to date with the packages, or make it anew.

    Only packages whose seal has changed are read. What a stopped run has done is kept.

    Args:
        shelf: The shelf.
        take: Called with what came of each package: "indexed", "unchanged", "gone".
        crew: Makes those who do the work.
        anew: Forget the old index first.

    Raises:
        LockedError: Another run is at it.
        StorageError: The storage failed.
    """
    path = index_path(shelf)
    with storage.storage_errors(f"writing {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
    with storage.Lock(path), storage.storage_errors(f"writing {path}"):
        if anew or abs(_version(path)) != _VERSION:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        base = _open(path)
        try:
            _Refreshing(base, shelf, take).run(crew)
            base.execute(f"PRAGMA user_version = {_VERSION}")
        finally:
            base.commit()
            base.close()


class Index:
    """An index, open for questions; a context."""

    def __init__(self, shelf: Shelf) -> None:
        """Args: the shelf, whose index has to be there."""
        self._path = index_path(shelf)

    @property
    def is_whole(self) -> bool:
        """Whether it is there, and has once been made to its end."""
        return _version(self._path) == _VERSION

    def __enter__(self) -> Index:
        if not self.is_whole:
            hint = "make it: archive-pkg find DIR --refresh"
            raise StorageError(f"there is no index at {self._path}, or it is not whole yet", hint)
        self._base = open_to_read(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def find(self, query: Query, most: int = 100) -> tuple[int, list[Hit]]:
        """How many packages meet a query, and the first of them.

        Where words are looked for and up to ten thousand packages have them, the best come first;
        otherwise the earliest.

        Raises:
            UsageError: A date is none.
        """
        match, dates, bounds = _match(query), *_dates(query)
        conditions, values = [*dates], [*bounds]
        if match:
            conditions += ["words MATCH ?", "words.rowid NOT IN (SELECT number FROM gone)"]
            values += [match]
        both = "words JOIN packages ON words.rowid = packages.number"
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        # Dates alone and words alone are counted without looking at every package's row.
        counted = both if match and dates else "words" if match else "packages"
        (count,) = self._base.execute(
            f"SELECT count(*) FROM {counted} {where}",  # noqa: S608 - our own conditions
            values,
        ).fetchone()
        columns = "package, id, title, coalesce(date, ''), coalesce(packages.marking, '')"
        order = "earliest IS NULL, earliest, package"
        if query.words and count <= _RANKED:
            order = "rank, earliest, package"
        rows = self._base.execute(
            f"SELECT {columns} FROM {both if match else 'packages'} {where} "  # noqa: S608 - as above
            f"ORDER BY {order} LIMIT ?",
            (*values, most),
        )
        return count, [Hit(*row) for row in rows]

    def stats(self) -> dict[str, Any]:
        """Counts of what is on the shelf: packages, bytes, decades, markings, languages, agents."""
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
            "markings": self._counts("marking", "packages"),
            "languages": self._counts("language", "languages"),
            "senders": self._counts("name", "agents", "role = 'sender'"),
            "recipients": self._counts("name", "agents", "role = 'recipient'"),
        }

    def _counts(self, column: str, table: str, condition: str = "1") -> dict[str, int]:
        query = (
            f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL AND {condition} "  # noqa: S608 - as above
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
        )
        return dict(self._base.execute(query).fetchall())

    def _decades(self) -> dict[str, int]:
        rows = self._base.execute(
            "SELECT substr(earliest, 1, 3) || '0s', count(*) FROM packages "
            "WHERE earliest IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return dict(rows.fetchall())


def _match(query: Query) -> str:
    """A query's words, names and marking as FTS5 takes them; empty if it has none."""
    match = [_phrase(word) for word in query.words]
    if query.who:
        match += [f"who : {_phrase(word)}" for word in query.who.split()]
    if query.marking:
        match += [f"marking : {_phrase(word)}" for word in query.marking.split()]
    return " AND ".join(match)


def _dates(query: Query) -> tuple[list[str], list[str]]:
    """A query's dates as conditions, and their values."""
    conditions, values = [], []
    if query.since:
        conditions.append("latest >= ?")
        values.append(_bounds(query.since)[0])
    if query.until:
        conditions.append("earliest <= ?")
        values.append(_bounds(query.until)[1])
    return conditions, values


def _phrase(word: str) -> str:
    """A word as FTS5 takes it, none of its signs being an operator."""
    bare = word.removesuffix("*").replace('"', '""')
    return f'"{bare}"' + ("*" if word.endswith("*") else "")


def _bounds(text: str) -> tuple[str, str]:
    from archive_pkg.records.dates import Edtf

    try:
        date = Edtf(text)
    except ValueError as error:
        hint = "write it in EDTF: 1956, 1956-10, 1956-10-23"
        raise UsageError(f"{text!r} is no date", hint) from error
    return str(date.earliest or "0000"), str(date.latest or "9999")


class _Refreshing:
    """One bringing up to date."""

    def __init__(
        self, base: sqlite3.Connection, shelf: Shelf, take: Callable[[Done], None]
    ) -> None:
        self._base = base
        self._shelf = shelf
        self._tell = take
        self._written = 0

    def run(self, crew: Callable[[], Crew]) -> None:
        from archive_pkg.holdings.each import Each

        self._base.execute("CREATE TEMP TABLE seen (package TEXT PRIMARY KEY) WITHOUT ROWID")
        run(Each(_read_one), self._subjects(), self._take, crew=crew, batch=_BATCH)
        gone = self._base.execute(
            "SELECT package FROM packages WHERE package NOT IN (SELECT package FROM seen)"
        ).fetchall()
        for (name,) in gone:
            self._forget(name)
            self._tell(Done(str(self._shelf.root / name), "gone"))
        self._base.execute("INSERT INTO words (words) VALUES ('optimize')")

    def _subjects(self) -> Iterator[tuple[Path, bytes | None]]:
        for path in self._shelf.packages():
            name = str(path.relative_to(self._shelf.root))
            self._base.execute("INSERT INTO seen VALUES (?)", (name,))
            row = self._base.execute(
                "SELECT seal FROM packages WHERE package = ?", (name,)
            ).fetchone()
            yield path, row[0] if row else None

    def _take(self, subject: tuple[Path, bytes | None], done: Done) -> None:
        row = done.details.pop("row", None)
        done.path = str(subject[0])
        if row is not None:
            self._write(str(subject[0].relative_to(self._shelf.root)), row)
            self._written += 1
            if self._written % _TOGETHER == 0:
                self._base.commit()
        self._tell(done)

    def _write(self, name: str, row: dict[str, Any]) -> None:
        self._forget(name)
        marks = ", ".join("?" * len(_COLUMNS))
        number = self._base.execute(
            f"INSERT INTO packages ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 - ours
            (name, *(row[column] for column in _COLUMNS[1:])),
        ).lastrowid
        agents = [(number, role, agent) for role, agent in row["agents"]]
        self._base.executemany("INSERT INTO agents VALUES (?, ?, ?)", agents)
        languages = [(number, language) for language in row["languages"]]
        self._base.executemany("INSERT INTO languages VALUES (?, ?)", languages)
        self._base.execute(
            "INSERT INTO words (rowid, who, marking, about, text) VALUES (?, ?, ?, ?, ?)",
            (number, row["who"], row["marking"], row["about"], row["text"]),
        )

    def _forget(self, name: str) -> None:
        row = self._base.execute(
            "DELETE FROM packages WHERE package = ? RETURNING number", (name,)
        ).fetchone()
        if row:
            self._base.execute("INSERT INTO gone VALUES (?)", row)
            self._base.execute("DELETE FROM agents WHERE number = ?", row)
            self._base.execute("DELETE FROM languages WHERE number = ?", row)


def _read_one(subject: tuple[Path, bytes | None], pace: Pace) -> Done:
    """Read what the index has of a package, unless it has not changed."""
    from archive_pkg.packages import open_package

    path, known = subject
    seal = seal_of(path)
    if seal == known:
        return Done(str(path), "unchanged")
    return Done(str(path), "indexed", details={"row": _row(open_package(path), seal)})


def _row(package: Package, seal: bytes) -> dict[str, Any]:
    record = package.record
    date = record.date.edtf if record.date else None
    mark = record.classification
    marking = "; ".join([mark.as_written, *mark.caveats]) if mark else None
    return {
        "seal": seal,
        "id": record.id,
        "title": record.title,
        "type": record.type,
        "date": str(date) if date else None,
        "earliest": str(date.earliest) if date and date.earliest else None,
        "latest": str(date.latest) if date and date.latest else None,
        "marking": marking,
        "level": mark.level if mark else None,
        **_oxum(package),
        "agents": list(_agents(record)),
        "languages": record.languages,
        "who": " ; ".join(_names(record)),
        "about": " ; ".join(_about(record)),
        "text": "\n".join(_texts(package)),
    }


def _agents(record: Record) -> Iterator[tuple[str, str]]:
    roles = {
        "sender": record.sender,
        "signatory": record.signatories,
        "recipient": record.recipients,
        "mentioned": record.mentioned_agents,
    }
    for role, ids in roles.items():
        for name in ids:
            yield role, record.agent(name).name


def _names(record: Record) -> Iterator[str]:
    named = (*record.sender, *record.signatories, *record.recipients, *record.copies_to)
    for name in dict.fromkeys((*named, *record.mentioned_agents)):
        agent = record.agent(name)
        yield from filter(None, (agent.name, agent.as_written, agent.role))


def _about(record: Record) -> Iterator[str]:
    yield record.id
    yield record.title
    yield from record.variant_titles
    yield from (subject.term for subject in record.subjects)
    places = (*((record.place,) if record.place else ()), *record.mentioned_places)
    yield from (place.name for place in places)
    if record.summary:
        yield record.summary.text


def _texts(package: Package) -> Iterator[str]:
    from archive_pkg.packages import layout
    from archive_pkg.packages.checking import decode

    for part in {part.file: part for part in package.record.parts if part.is_text}.values():
        name = f"data/{layout.PARTS}/{part.file}"
        try:
            with storage.open_beneath(package.path, name) as stream:
                text = decode(stream.read(_MOST_TEXT * 4), part.encoding or "utf-8")
        except (OSError, UnicodeDecodeError, LookupError):
            continue  # verifying tells of it; it can be found by its record
        yield text[:_MOST_TEXT]


def _oxum(package: Package) -> dict[str, int | None]:
    size, _, files = package.value("Payload-Oxum").partition(".")
    known = size.isdigit() and files.isdigit()
    return {"size": int(size) if known else None, "files": int(files) if known else None}


def _open(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, check_same_thread=False)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = OFF")
    if not base.execute("PRAGMA user_version").fetchone()[0]:
        base.executescript(_SCHEMA)
        base.execute(f"PRAGMA user_version = {-_VERSION}")
    return base


def _version(path: Path) -> int:
    """The version that an index has in it; 0 where there is none."""
    try:
        with closing(open_to_read(path)) as base:
            return int(base.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return 0
