"""Build the index of a collection from its packages: agents, dates, classifications, words.

The public index contains nothing that the public may not see on the day of its update. The
internal index contains everything; it is a separate file that only its owner may read.

Modules that read packages are imported where they are needed, so that queries stay fast.
"""

from __future__ import annotations

import codecs
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.bulk.running import Done, run
from archive_pkg.collection.index.databases import forget, narrow, open_to_read, open_to_write
from archive_pkg.collection.index.queries import TABLES, VERSION, index_path, version_of, words_of
from archive_pkg.executors import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive_pkg.collection.bulk.for_each import Pace
    from archive_pkg.collection.opening import Collection
    from archive_pkg.executors import Executor
    from archive_pkg.packages import Package
    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.records import Record

    _Known = tuple[bytes, str, str, str]
    _Subject = tuple[Path, _Known | None]

_MOST_TEXT = 256 * 1024
"""Only the first characters of each text are indexed, up to this number."""
_BATCH = 50
_PACKAGES_AT_ONCE = 2_000
"""The number of packages that one transaction writes."""

# The words are indexed without their text (content = ''), so SQLite cannot remove any: a package
# that is indexed again gets a new number, and the old number goes into the table `gone`.
# Prefixes have indexes of their own, because collecting all words that begin with t takes seconds.
_WORDS = """
CREATE VIRTUAL TABLE {} USING fts5 (
    who, classification, about, text, content = '', prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 2"
);
"""
_SCHEMA = """
CREATE TABLE gone (number INTEGER PRIMARY KEY);
CREATE TABLE packages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, package TEXT UNIQUE, seal BLOB, id TEXT, title TEXT,
    type TEXT,
    date TEXT, earliest TEXT, latest TEXT, classification TEXT, classified TEXT, level TEXT,
    files INTEGER, size INTEGER, cut INTEGER, withheld TEXT, since TEXT, until TEXT
);
CREATE INDEX packages_earliest ON packages (earliest, latest);
CREATE TABLE agents (number INTEGER, role TEXT, name TEXT);
CREATE INDEX agents_number ON agents (number);
CREATE TABLE languages (number INTEGER, language TEXT);
CREATE INDEX languages_number ON languages (number);
""" + "".join(map(_WORDS.format, TABLES))
_COLUMNS = (
    "package", "seal", "id", "title", "type", "date", "earliest", "latest", "classification",
    "classified", "level", "files", "size", "cut", "withheld", "since", "until",
)  # fmt: skip


def refresh(
    collection: Collection,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor] = InProcess,
    rebuild: bool = False,
    audience: Audience = "public",
) -> None:
    """Update the index from the packages, or rebuild it.

    Only new packages, and packages whose fingerprint or withheld parts have changed, are read. The
    work of an interrupted run is kept. The index is rebuilt if it is damaged or has another format,
    if it may contain words that are withheld now, and if it has as many unused numbers as packages,
    because queries are slow then.

    Args:
        collection: The collection.
        take: Called with the result for each package ("indexed", "unchanged", "gone" or "failed"),
            and with each problem of the search for packages.
        executor: Returns the executor; see `build_many`.
        rebuild: Whether to remove the old index first.
        audience: Whose index it is.

    Raises:
        LockedError: Another run is writing the index.
        StorageError: The storage failed.
    """
    path = index_path(collection, audience)
    collection.ready()
    with storage.Lock(path), storage.storage_errors(f"writing {path}"):
        try:
            if rebuild or abs(version_of(path)) != VERSION or _has_many_removed(path):
                forget(path)
            is_current = _refreshed(path, collection, take, executor, audience)
        except sqlite3.OperationalError as error:
            raise OSError(None, str(error), str(path)) from error
        except sqlite3.DatabaseError:  # the file is damaged
            forget(path)
            is_current = _refreshed(path, collection, take, executor, audience)
        if not is_current:
            # The old index still contains the words of a text that is withheld now.
            forget(path)
            _refreshed(path, collection, lambda done: None, executor, audience)


def _refreshed(
    path: Path,
    collection: Collection,
    take: Callable[[Done], None],
    executor: Callable[[], Executor],
    audience: Audience,
) -> bool:
    """Update an index; return False if it must be rebuilt."""
    with closing(_open(path, audience)) as base:
        try:
            refreshing = _Refreshing(base, collection, take, audience)
            refreshing.run(executor)
            if not refreshing.is_stale:
                base.execute(f"PRAGMA user_version = {VERSION}")
            return not refreshing.is_stale
        finally:
            base.commit()


class _Refreshing:
    """One update of an index."""

    def __init__(
        self,
        base: sqlite3.Connection,
        collection: Collection,
        take: Callable[[Done], None],
        audience: Audience,
    ) -> None:
        self.is_stale = False
        self._new_withheld = False
        self._audience = audience
        self._base = base
        self._file = index_path(collection, audience)
        self._collection = collection
        self._report = take
        self._written = 0

    def run(self, executor: Callable[[], Executor]) -> None:
        from archive_pkg.collection.bulk.for_each import ForEach

        self._base.execute("CREATE TEMP TABLE seen (package TEXT PRIMARY KEY) WITHOUT ROWID")
        work = ForEach(partial(_read_one, audience=self._audience))
        run(work, self._subjects(), self._take, executor=executor, batch=_BATCH)
        gone = self._base.execute(
            "SELECT package FROM packages WHERE package NOT IN (SELECT package FROM seen)"
        ).fetchall()
        self.is_stale |= bool(gone) and self._new_withheld
        for (name,) in gone:
            self._forget(name)
            self._report(Done(str(self._collection.root / name), "gone"))
        for words in TABLES:
            self._base.execute(f"INSERT INTO {words} ({words}) VALUES ('optimize')")  # noqa: S608 - ours

    def _subjects(self) -> Iterator[_Subject]:
        for path in self._collection.packages(self._report):
            # First narrow the index: users who cannot read a package must not find its words.
            narrow(self._file, storage.mode_of(path) & 0o666)
            name = path.relative_to(self._collection.root).as_posix()
            self._base.execute("INSERT INTO seen VALUES (?)", (name,))
            row = self._base.execute(
                "SELECT seal, since, until, withheld FROM packages WHERE package = ?", (name,)
            ).fetchone()
            yield path, row

    def _take(self, subject: _Subject, done: Done) -> None:
        row = done.details.pop("row", None)
        done.path = str(subject[0])
        if row is not None:
            self._note_withheld(subject[1], row)
            self._write(subject[0].relative_to(self._collection.root).as_posix(), row)
            self._written += 1
            if self._written % _PACKAGES_AT_ONCE == 0:
                self._base.commit()
        self._report(done)

    def _note_withheld(self, known: _Known | None, row: dict[str, Any]) -> None:
        """Record whether the index may have words that are withheld now; they cannot be removed."""
        if known is None:
            self._new_withheld |= bool(row["withheld"])
        elif set(row["withheld"].split()) - set(known[3].split()):
            self.is_stale = True

    def _write(self, name: str, row: dict[str, Any]) -> None:
        self._forget(name)
        marks = ", ".join("?" * len(_COLUMNS))
        (number,) = self._base.execute(
            f"INSERT INTO packages ({', '.join(_COLUMNS)}) VALUES ({marks}) "  # noqa: S608 - ours
            "RETURNING number",
            (name, *(row[column] for column in _COLUMNS[1:])),
        ).fetchone()
        agents = [(number, role, agent) for role, agent in row["agents"]]
        self._base.executemany("INSERT INTO agents VALUES (?, ?, ?)", agents)
        languages = [(number, language) for language in row["languages"]]
        self._base.executemany("INSERT INTO languages VALUES (?, ?)", languages)
        self._base.execute(
            f"INSERT INTO {words_of(number)} "  # noqa: S608 - ours
            "(rowid, who, classification, about, text) "
            "VALUES (?, ?, ?, ?, ?)",
            (number, row["who"], row["classified"], row["about"], row["text"]),
        )

    def _forget(self, name: str) -> None:
        row = self._base.execute(
            "DELETE FROM packages WHERE package = ? RETURNING number", (name,)
        ).fetchone()
        if row:
            self._base.execute("INSERT INTO gone VALUES (?)", row)
            self._base.execute("DELETE FROM agents WHERE number = ?", row)
            self._base.execute("DELETE FROM languages WHERE number = ?", row)


def _read_one(subject: _Subject, pace: Pace, *, audience: Audience) -> Done:
    """Read a package for the index, unless it has not changed."""
    from archive_pkg.packages import open_package
    from archive_pkg.packages.access.visibility import judged_on

    path, known = subject
    fingerprint = fingerprint_of(path)
    if known and fingerprint == known[0] and known[1] <= judged_on().isoformat() < known[2]:
        return Done(str(path), "unchanged")
    return Done(
        str(path), "indexed", details={"row": _row(open_package(path), fingerprint, audience)}
    )


def seen_in(package: Package, audience: Audience) -> tuple[Record, Iterator[str]]:
    """Return what an audience may see of a package's record and of the texts of its parts."""
    from archive_pkg.packages.access.redaction import seen_by

    record = seen_by(package.record, audience, package.parts).record
    return record, _texts(replace(package, record=record))


def _row(package: Package, fingerprint: bytes, audience: Audience) -> dict[str, Any]:
    from archive_pkg.packages.access.redaction import seen_by
    from archive_pkg.packages.access.visibility import judged_on, window
    from archive_pkg.records.display import classification_in_words, search_texts

    outgoing = seen_by(package.record, audience, package.parts)
    since, until = window(package.record, judged_on())
    record = outgoing.record
    package = replace(package, record=record)
    date = record.date.edtf if record.date else None
    mark = record.classification
    classification = "; ".join([mark.as_written, *mark.caveats]) if mark else None
    return {
        "seal": fingerprint,
        "id": record.id,
        "title": record.title,
        "type": record.type,
        "date": str(date) if date else None,
        "earliest": str(date.earliest) if date and date.earliest else None,
        "latest": str(date.latest) if date and date.latest else None,
        "classification": classification,
        "classified": classification_in_words(record) or None,
        "level": mark.level if mark else None,
        **_oxum(package),
        "agents": list(_agents(record)),
        "languages": record.languages,
        "who": " ; ".join(_names(record)),
        "about": " ; ".join(search_texts(record)),
        "text": "\n".join(_texts(package)),
        "cut": outgoing.is_cut,
        "withheld": " ".join(outgoing.withheld),
        "since": since,
        "until": until,
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
    from archive_pkg.records.display import OF_AGENTS

    fields = (getattr(record, name) or () for name in OF_AGENTS - {"donor"})
    named = [name for ids in fields for name in ids]
    named += [one.agent for one in record.participants]
    named += [name for enclosure in record.enclosures for name in enclosure.sender]
    for name in sorted(set(named)):
        agent = record.agent(name)
        yield from filter(None, (agent.name, agent.as_written, agent.role))


def _texts(package: Package) -> Iterator[str]:
    from archive_pkg.packages import layout
    from archive_pkg.texts.decoding import codec_name
    from archive_pkg.texts.letter_files import holds_text
    from archive_pkg.texts.line_ends import unbroken

    for part in {part.file: part for part in package.record.parts if part.is_text}.values():
        name = f"data/{layout.PARTS}/{part.file}"
        if not holds_text(part, package.path / "data" / layout.PARTS):
            continue
        try:
            with storage.open_beneath(package.path, name) as stream:
                # The last character may be incomplete. This decoder then leaves it out.
                decoder = codecs.getincrementaldecoder(codec_name(part.encoding or "utf-8"))()
                text = decoder.decode(stream.read(_MOST_TEXT * 4)).removeprefix("\ufeff")
        except (OSError, UnicodeDecodeError, LookupError):
            continue  # `verify` reports it, and the record can still be found
        yield unbroken(text[:_MOST_TEXT])


def _oxum(package: Package) -> dict[str, int | None]:
    size, _, files = package.value("Payload-Oxum").partition(".")
    known = size.isdigit() and files.isdigit()
    return {"size": int(size) if known else None, "files": int(files) if known else None}


def _has_many_removed(path: Path) -> bool:
    """Return whether an index has at least as many removed packages as current ones."""
    with closing(open_to_read(path)) as base:
        query = "SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM packages)"
        gone, there = base.execute(query).fetchone()
    return bool(gone) and gone >= there


def _open(path: Path, audience: Audience) -> sqlite3.Connection:
    base = open_to_write(path, 0o600 if audience == "internal" else 0o666, one_thread=False)
    if not base.execute("PRAGMA user_version").fetchone()[0]:
        base.executescript(_SCHEMA)
        base.execute(f"PRAGMA user_version = {-VERSION}")
    return base
