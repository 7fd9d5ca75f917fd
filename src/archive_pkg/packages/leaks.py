"""A last search of what goes out for traces of what is withheld: names, digests, words."""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from contextlib import suppress
from functools import cache
from html import unescape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from archive_pkg import fixity, storage
from archive_pkg.errors import InvalidError
from archive_pkg.packages.checking import TEXT_LIMIT, decode
from archive_pkg.packages.layout import PARTS
from archive_pkg.records.statements import Index
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from archive_pkg.packages.access import Withheld
    from archive_pkg.packages.audience import Outgoing
    from archive_pkg.records import Part, Record

WITHHELD_SHOWS = Code(
    "withheld-shows",
    Severity.ERROR,
    "Words, a name or the digest of a part that may not go out are in what describes the public "
    "package. Say it in other words, or give the statement evidence of its own: from a part that "
    "is open, or supplied by a person who answers for it.",
)

_RUN = 6
"""As many words in a row that are in a withheld text and in no open one are no accident."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_SHORTEST = 4
"""Characters of a name. Shorter ones are in too many other words."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_LONGEST_DIGEST = 64
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN = re.compile(r"<[^<>]*>|\\[nrt]")
"""Tags, and line ends as JSON writes them, are between words."""
_TEX = re.compile(r"\\([%&#$_{}~^])")
_REFERENCES = {"id", "type", "kind", "field", "part", "rule", "basis", "supersedes", *RELATIONS}
"""Fields of a record whose values are ids or of a list of the program's own."""


def refuse_leaks(
    staged: Path, full: Record, public: Record, folder: Path, gone: Mapping[str, Withheld]
) -> None:
    """Search all that describes a public package for traces of what is withheld from it.

    Args:
        staged: The package's folder.
        full: The record with everything.
        public: The record as it goes out.
        folder: The folder of the parts' files.
        gone: What is withheld.

    Raises:
        InvalidError: There are such traces; its report says where, and does not repeat them.
    """
    traces = Traces(full, public, folder, gone)
    report = traces.report()
    for path in sorted(file for file in staged.rglob("*") if file.is_file()):
        place = path.relative_to(staged).as_posix()
        found = traces.in_text(place)
        if not place.startswith(f"data/{PARTS}/"):
            found += traces.in_text(storage.read_regular(path).decode("utf-8", "replace"))
        report.extend(
            WITHHELD_SHOWS.at(Location(place), f"has {what}") for what in dict.fromkeys(found)
        )
    _refuse(report, "no package was made")


def refuse_traces(out: Outgoing, folder: Path, documents: Mapping[str, str], done: str) -> None:
    """Search documents made of a record for traces of what is withheld.

    Args:
        out: The record as it goes out.
        folder: The folder of the parts' files.
        documents: What was made of it, by what messages call each.
        done: What did not happen, for the message: "it is not on the site".

    Raises:
        InvalidError: There are such traces; its report says where, and does not repeat them.
    """
    if not out.is_cut:
        return
    traces = Traces(out.full, out.record, folder, out.withheld)
    report = traces.report()
    for name, text in documents.items():
        report.extend(
            WITHHELD_SHOWS.at(Location(name), f"has {what}") for what in traces.in_text(text)
        )
    _refuse(report, done)


def _refuse(report: Report, done: str) -> None:
    if not report.ok:
        raise InvalidError(
            f"what is to be withheld would show; {done}",
            "look at the record's statements, notes and events that speak of it",
            report=report,
        )


class Traces:
    """What betrays the withheld parts of one record; the traces themselves are not repeated."""

    def __init__(
        self, full: Record, public: Record, folder: Path, gone: Mapping[str, Withheld]
    ) -> None:
        """Read the files of the record's parts.

        Args:
            full: The record with everything.
            public: The record as it goes out.
            folder: The folder of the parts' files.
            gone: What is withheld.
        """
        self._public = public
        # The rules are told to everybody, as they are.
        self._rules = [str(one.access.rule) for one in gone.values()]
        kept = [part for part in full.parts if part.id not in gone]
        shut = {str(one.part.file): one.part for one in gone.values() if one.part.file}
        said = "\n".join(_said_openly(public))
        texts = list(_texts(folder, kept))
        self._known = {_plain(word) for text in (said, *texts) for word in _words(text)}
        self._known |= {_plain(word) for text in _ids(full) for word in _words(text)}
        self._known |= _ordinary_words()
        names = {name: f"the file name of part {part.id}" for name, part in shut.items()}
        self._secrets = dict(_file_names(names, {part.file for part in kept if part.file}))
        for name, part in shut.items():
            self._secrets |= _digests(folder, name, part.id)
        self._runs = {run for text in _texts(folder, shut.values()) for run in _runs(text)}
        self._runs -= {run for text in (said, *texts) for run in _runs(text)}
        self._names = dict(self._withheld_names(full, gone))

    def in_text(self, text: str) -> list[str]:
        """Return what of the withheld parts is in a text, however it is escaped."""
        readings = [_plain(reading) for reading in _readings(text)]
        found = [
            what
            for secret, what in self._secrets.items()
            if any(_stands(secret, reading) for reading in readings)
        ]
        shows = any(not self._runs.isdisjoint(_runs(reading)) for reading in readings)
        return list(dict.fromkeys(found + (["words of a withheld text"] if shows else [])))

    def report(self) -> Report:
        """Return a report of what is in the outgoing record."""
        return Report(
            [
                WITHHELD_SHOWS.at(Location(field=field), f"has {what}")
                for field, what in self.in_record()
            ]
        )

    def in_record(self) -> Iterator[tuple[str, str]]:
        """Return what is in the values of the outgoing record, with the field of each."""
        for field, text in _values(self._public.as_json()):
            for rule in self._rules:
                text = text.replace(rule, "")
            words = {_plain(word) for word in _words(text)}
            found = [what for name, what in self._names.items() if name in words]
            for what in dict.fromkeys([*self.in_text(text), *found]):
                yield field, what

    def _withheld_names(
        self, full: Record, gone: Mapping[str, Withheld]
    ) -> Iterator[tuple[str, str]]:
        """Names in what the record says of withheld parts, and of who is known from them alone."""
        for part in (one.part for one in gone.values()):
            for text in filter(None, (part.title, part.method, part.note)):
                for found in _NAME.finditer(text):
                    yield from self._unless_known(found[0], f"a name in the title of {part.id}")
            for word in _words(part.file or ""):
                yield from self._unless_known(word, f"a word of the file name of {part.id}")
        stay = {agent.id for agent in self._public.agents}
        for agent in full.agents:
            if agent.id not in stay:
                for word in _words(f"{agent.name} {agent.as_written or ''}"):
                    yield from self._unless_known(word, "the name of an agent who is withheld")

    def _unless_known(self, word: str, what: str) -> Iterator[tuple[str, str]]:
        plain = _plain(word)
        if len(plain) >= _SHORTEST and plain not in self._known:
            yield plain, what


_NAME = re.compile(r"(?<=\S\s)[^\W\d_]*[A-ZÀ-ÖØ-ÞА-ЯЁ][^\W_]*|\b[A-ZÀ-ÖØ-ÞА-ЯЁ]{4,}\b")
"""Words in a title that look like names: capitals within the title, or all in capitals."""


def _said_openly(public: Record) -> Iterator[str]:
    """What the outgoing record says on evidence that goes out, and whom it names."""
    index = Index(public)
    for item in public.evidence:
        if item.basis == "supplied" or item.at is not None:
            yield str(index.value(item.field))
    for agent in public.agents:
        yield " ".join(filter(None, (agent.name, agent.as_written, agent.role)))


@cache
def _ordinary_words() -> frozenset[str]:
    """Words that say nothing of a document: those in which the program itself speaks of records."""
    from archive_pkg.records import Record

    return frozenset(_plain(word) for word in _words(json.dumps(Record.model_json_schema())))


def _ids(record: Record) -> Iterator[str]:
    yield record.id
    for items in (record.parts, record.agents, record.events, record.translation_notes):
        yield from (item.id for item in items)


def _file_names(names: Mapping[str, str], kept: set[str]) -> Iterator[tuple[str, str]]:
    """A file's path and all names in it, but those that open files have, too."""
    open_names = {name for path in kept for name in PurePosixPath(path).parts}
    for path, what in names.items():
        pure = PurePosixPath(path)
        yield _plain(path), what
        for name in pure.parts:
            # The name of a folder, or without its ending, may be any word; "a-b" or "n1" is none.
            for form in {name, name.removesuffix(pure.suffix)}:
                is_word = form.isalpha() and form != pure.name
                if name not in open_names and len(form) >= _SHORTEST and not is_word:
                    yield _plain(form), what


def _digests(folder: Path, name: str, part: str) -> dict[str, str]:
    with storage.open_beneath(folder, name) as stream:
        found = fixity.digest(stream, ["md5", "sha1", "sha256", "sha512"])
    return {digest: f"the {algorithm} of part {part}" for algorithm, digest in found.items()}


def _readings(text: str) -> Iterator[str]:
    """A text, and what it says once it is unescaped in the ways of our formats."""
    yield text
    for unescaped in (
        unescape(text),
        unquote(text),
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text),
        _TEX.sub(r"\1", text),
        _BETWEEN.sub(" ", text),
    ):
        if unescaped != text:
            yield unescaped
    for found in _BASE64.finditer(text):
        data = found[0].rstrip("=")
        try:
            inner = base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_")
        except (ValueError, binascii.Error):
            continue
        yield inner.hex() if len(inner) <= _LONGEST_DIGEST else ""
        with suppress(UnicodeDecodeError):
            yield inner.decode()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _stands(secret: str, text: str) -> bool:
    if secret not in text:
        return False
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) is not None


def _values(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts in plain data, each with its dotted path, but for ids."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in _REFERENCES or path.endswith("identifiers"):
                yield from _values(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            name = value.get("id", number) if isinstance(value, dict) else number
            yield from _values(value, f"{path}.{name}")
    elif isinstance(data, str):
        yield path, data


def _texts(folder: Path, parts: Iterable[Part]) -> Iterator[str]:
    for name, part in {part.file: part for part in parts if part.is_text and part.file}.items():
        with storage.open_beneath(folder, str(name)) as stream:
            data = stream.read(TEXT_LIMIT)
        try:
            yield decode(data, part.encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue


def _words(text: str) -> Iterator[str]:
    return (found[0] for found in _WORD.finditer(text))


def _runs(text: str) -> Iterator[str]:
    words = [_plain(word) for word in _words(text)]
    for place in range(len(words) - _RUN + 1):
        yield " ".join(words[place : place + _RUN])
