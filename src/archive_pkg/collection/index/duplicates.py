"""Find letters that may be the same: same bytes, same text, nearly the same text.

Similar texts are found by MinHash (one-permutation hashing). All runs of five words are hashed
into 64 bins, and each bin keeps its smallest hash; an empty bin takes that of the next. The
proportion of equal bins estimates the proportion of equal runs. Four bins are a band. Two texts are
compared if one of their 16 bands is equal, unless many texts have that band.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import sqlite3
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archive_pkg import storage
from archive_pkg.collection.bulk.for_each import ForEach, Pace
from archive_pkg.collection.bulk.running import Done, run
from archive_pkg.collection.bulk.searching import find_letters
from archive_pkg.errors import InvalidError
from archive_pkg.executors import InProcess
from archive_pkg.packages.access.redaction import Outgoing, seen_by
from archive_pkg.packages.checking.texts import TEXT_LIMIT, decode
from archive_pkg.packages.opening import read_record_or_package
from archive_pkg.texts.letter_files import holds_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.executors import Executor
    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.paths import StrPath

_RUN = 5
_BINS = 64
_BANDS = 16
_EMPTY = 0xFFFFFFFF
_FEWEST = 20
"""Texts with fewer words are not compared."""
_MOST_ALIKE = 200
"""A band that more than this number of texts share is boilerplate, and is ignored."""
_DIFFERENCES = 20

_SCHEMA = """
CREATE TABLE parts (
    number INTEGER PRIMARY KEY, letter TEXT, part TEXT, bytes BLOB, text BLOB, signature BLOB
);
CREATE TABLE bands (band BLOB, number INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two parts of two letters that may be the same.

    Attributes:
        kind: What is the same.
        one: The folder of the first letter, and its part's id.
        other: The folder of the second letter, and its part's id.
        likeness: The proportion of runs of five words that both share: 1 for the same text.
        differences: The first lines that differ, as `diff` shows them, if the texts are similar.
    """

    kind: Literal["same-bytes", "same-text", "near-same"]
    one: tuple[str, str]
    other: tuple[str, str]
    likeness: float
    differences: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the candidate for the command line's JSON."""
        return {
            "kind": self.kind,
            "one": {"path": self.one[0], "part": self.one[1]},
            "other": {"path": self.other[0], "part": self.other[1]},
            "likeness": round(self.likeness, 3),
            "differences": list(self.differences),
        }


def duplicates(
    paths: Iterable[StrPath],
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor] = InProcess,
    near: float = 0.8,
    audience: Audience = "public",
) -> Iterator[Candidate]:
    """Yield letters that may be the same, among records and packages below paths.

    Args:
        paths: Records, packages, and folders of either.
        take: Called with the result of reading each letter.
        executor: Returns the executor; see `build_many`.
        near: The smallest likeness of texts that count as similar.
        audience: Compare only the parts that this audience may see.

    Yields:
        Candidates: same bytes, then same texts, then similar ones. In a group of equal parts, those
        of other letters are paired with the first part.
    """
    paths = map(Path, paths)
    base = sqlite3.connect("")
    base.text_factory = os.fsdecode  # names of folders need not be UTF-8
    try:
        base.executescript(_SCHEMA)

        def taken(_: Path, done: Done) -> None:
            for row in done.details.pop("parts", ()):
                _insert(base, done.path, *row)
            take(done)

        work = ForEach(partial(_read_one, audience=audience))
        run(work, find_letters(paths, take), taken, executor=executor)
        base.execute("CREATE INDEX bands_band ON bands (band)")
        yield from _same(base, "same-bytes", "bytes")
        yield from _same(base, "same-text", "text")
        yield from _near(base, near, audience)
    finally:
        base.close()


def likeness(one: str, other: str) -> float:
    """Return the proportion of runs of five words that two texts share: 0 to 1."""
    ours, theirs = set(_runs(normal(one))), set(_runs(normal(other)))
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def normal(text: str) -> str:
    """Return a text with its spaces, line breaks and composed characters normalized."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def signature(text: str) -> tuple[int, ...] | None:
    """Return the MinHash of a normalized text; None if the text is too short."""
    bins = [_EMPTY] * _BINS
    count = 0
    for words in _runs(text):
        value = zlib.crc32(words.encode()) * 0x9E3779B1 & 0xFFFFFFFF
        which, rest = value % _BINS, value // _BINS
        bins[which] = min(bins[which], rest)
        count += 1
    if count <= _FEWEST - _RUN:
        return None
    for at in range(2 * _BINS - 1, -1, -1):  # an empty bin takes the hash of the next
        if bins[at % _BINS] == _EMPTY:
            bins[at % _BINS] = bins[(at + 1) % _BINS]
    return tuple(bins)


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    for at in range(len(words) - _RUN + 1):
        yield " ".join(words[at : at + _RUN])


def _read_one(path: Path, pace: Pace, *, audience: Audience) -> Done:
    outgoing, folder = _opened(path, audience)
    rows = []
    for part in outgoing.record.parts:
        if part.file is None:
            continue
        with storage.open_beneath(folder, part.file) as file:
            data = file.read(TEXT_LIMIT)
        pace.spend(len(data))
        text_digest = marks = None
        if holds_text(part, folder):
            text = normal(_cut(decode(data, part.encoding or "utf-8"), part.span))
            text_digest, marks = _digest(text.encode("utf-8", "surrogatepass")), signature(text)
        rows.append((part.id, _digest(data), text_digest, marks))
    return Done(str(path), "read", details={"parts": rows, "cut": outgoing.is_cut})


def _opened(path: Path, audience: Audience) -> tuple[Outgoing, Path]:
    record, folder, _ = read_record_or_package(path)
    return seen_by(record, audience, folder), folder


def _insert(
    base: sqlite3.Connection,
    letter: str,
    part: str,
    digest: bytes,
    text: bytes | None,
    marks: tuple[int, ...] | None,
) -> None:
    packed = struct.pack(f"<{_BINS}I", *marks) if marks else None
    number = base.execute(
        "INSERT INTO parts (letter, part, bytes, text, signature) "
        "VALUES (CAST(? AS TEXT), ?, ?, ?, ?)",
        (os.fsencode(letter), part, digest, text, packed),
    ).lastrowid
    if packed:
        width = len(packed) // _BANDS
        bands = (
            (bytes([which]) + packed[which * width : (which + 1) * width], number)
            for which in range(_BANDS)
        )
        base.executemany("INSERT INTO bands VALUES (?, ?)", bands)


def _same(
    base: sqlite3.Connection, kind: Literal["same-bytes", "same-text"], column: str
) -> Iterator[Candidate]:
    # Texts with the same bytes are reported already.
    query = f"""
        SELECT first.letter, first.part, other.letter, other.part
        FROM (SELECT min(number) AS number, {column} AS digest FROM parts
              WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1) AS groups
        JOIN parts AS first ON first.number = groups.number
        JOIN parts AS other ON other.{column} = groups.digest
        WHERE other.letter <> first.letter AND (? OR other.bytes <> first.bytes)
        ORDER BY first.number, other.number"""  # noqa: S608 - our own columns
    for one, part, other, its_part in base.execute(query, (column == "bytes",)):
        yield Candidate(kind, (one, part), (other, its_part), 1.0)


def _near(base: sqlite3.Connection, near: float, audience: Audience) -> Iterator[Candidate]:
    pairs = base.execute(
        """
        SELECT DISTINCT a.number, b.number FROM bands AS a JOIN bands AS b USING (band)
        WHERE a.number < b.number
          AND band NOT IN (SELECT band FROM bands GROUP BY band HAVING count(*) > ?)
        ORDER BY 1, 2
        """,
        (_MOST_ALIKE,),
    )
    query = "SELECT letter, part, text, signature FROM parts WHERE number = ?"
    for numbers in pairs:
        one, other = (base.execute(query, (number,)).fetchone() for number in numbers)
        if one[0] == other[0] or one[2] == other[2]:
            continue
        if _estimate(one[3], other[3]) < near - 0.2:
            continue
        texts = [_text(Path(letter), part, audience) for letter, part, *_ in (one, other)]
        how = likeness(*texts)
        if how >= near:
            lines = tuple(_differences(*texts))
            yield Candidate("near-same", (one[0], one[1]), (other[0], other[1]), how, lines)


def _estimate(one: bytes, other: bytes) -> float:
    ours, theirs = (struct.unpack(f"<{_BINS}I", packed) for packed in (one, other))
    alike: int = sum(a == b for a, b in zip(ours, theirs, strict=True))
    return alike / _BINS


def _text(letter: Path, name: str, audience: Audience) -> str:
    outgoing, folder = _opened(letter, audience)
    part = outgoing.record.part(name)
    if part.file is None:
        raise InvalidError(f"{letter} changed while it was read", "Run the command again.")
    with storage.open_beneath(folder, part.file) as file:
        return _cut(decode(file.read(TEXT_LIMIT), part.encoding or "utf-8"), part.span)


def _cut(text: str, span: Any) -> str:
    return text[span.start : span.end] if span else text


def _differences(one: str, other: str) -> Iterator[str]:
    changes = (
        line
        for line in difflib.unified_diff(_lines(one), _lines(other), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    )
    for number, line in enumerate(changes):
        if number == _DIFFERENCES:
            yield "…"
            return
        yield line if len(line) <= 120 else line[:119] + "…"


def _lines(text: str) -> list[str]:
    return [normal(line) for line in text.splitlines() if line.strip()]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
