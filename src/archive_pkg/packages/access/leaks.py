"""Search public output for traces of withheld parts: names, digests, words."""

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
from archive_pkg.messages import _
from archive_pkg.packages.checking.texts import TEXT_LIMIT, decode
from archive_pkg.packages.layout import PARTS
from archive_pkg.records import Agent, Event, Part, Record
from archive_pkg.records.statement_index import StatementIndex
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.records.value_paths import id_of
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from archive_pkg.packages.access.redaction import Outgoing
    from archive_pkg.packages.access.visibility import Withheld

WITHHELD_SHOWS = Code(
    "withheld-shows",
    Severity.ERROR,
    "The description of the public package contains words, a name or a checksum of a withheld "
    "part. Reword the statement, or give it public evidence: a quote from an open part, or a "
    "person who supplied it.",
)

_RUN = 6
"""This many words in a row from a withheld text count as a trace."""
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
"""Kana, Han characters and Hangul: names are often written without spaces in them."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_SHORTEST = 4
"""The least length of names that are searched for. Shorter ones occur in too many other words."""
_SHORTEST_IN_TITLE = 5
"""The least length of capitalised words of a title that are searched for."""
_SEPARATORS = re.compile(r"[-_\s]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BROKEN = re.compile(r"(?<=\w)[-\u00ad\u2010\u2011]\s*\n\s*(?=\w)")
"""A hyphen at a line end within a word."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{22,}={0,2}")
"""Base64 of at least the length of an MD5, 22 characters."""
_LONGEST_DIGEST = 64
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN = re.compile(r"<[^<>]*>|\\[nrt]")
"""Markup between words: tags, and line ends and tabs as JSON writes them."""
_TEX = re.compile(r"\\([%&#$_{}~^])")
_REFERENCES = {"id", "kind", "field", "part", "rule", "basis", "supersedes", *RELATIONS}
"""Fields of a record that are not searched: ids, terms of fixed lists, and rules of access."""


def refuse_leaks(
    staged: Path, full: Record, public: Record, folder: Path, withheld_parts: Mapping[str, Withheld]
) -> None:
    """Search a public package for traces of the withheld parts, except inside the parts' files.

    Args:
        staged: The package's folder.
        full: The complete record.
        public: The public record.
        folder: The folder that the parts' paths are relative to.
        withheld_parts: The withheld parts, by their ids.

    Raises:
        InvalidError: There are traces; the error's report says where, without repeating them.
    """
    traces = Traces(full, public, folder, withheld_parts)
    report = traces.report()
    for path in sorted(file for file in staged.rglob("*") if file.is_file()):
        place = path.relative_to(staged).as_posix()
        found = traces.in_text(place)
        if not place.startswith(f"data/{PARTS}/"):
            found += traces.in_text(storage.read_regular(path).decode("utf-8", "replace"))
        report.extend(
            WITHHELD_SHOWS.at(Location(place), _("contains {what}", what=what))
            for what in dict.fromkeys(found)
        )
    _refuse(report, "no package was made")


def refuse_traces(
    out: Outgoing, folder: Path, documents: Mapping[str, str], consequence: str
) -> None:
    """Search documents made from a record for traces of the withheld parts.

    Args:
        out: The public record.
        folder: The folder that the parts' paths are relative to.
        documents: The documents, by their names in messages.
        consequence: What the message says was not done, such as "no page was written".

    Raises:
        InvalidError: There are traces; the error's report says where, without repeating them.
    """
    if not out.is_cut:
        return
    traces = Traces(out.full, out.record, folder, out.withheld)
    report = traces.report()
    for name, text in documents.items():
        report.extend(
            WITHHELD_SHOWS.at(Location(name), _("contains {what}", what=what))
            for what in traces.in_text(text)
        )
    _refuse(report, consequence)


def _refuse(report: Report, consequence: str) -> None:
    if not report.ok:
        raise InvalidError(
            _("the result would reveal withheld parts; {consequence}", consequence=consequence),
            _(
                "Correct these places in the record, or add evidence with basis: "
                "supplied for what the public may know. Then build the package again."
            ),
            report=report,
        )


class Traces:
    """Finds traces of the withheld parts of one record, without repeating them."""

    def __init__(
        self, full: Record, public: Record, folder: Path, withheld_parts: Mapping[str, Withheld]
    ) -> None:
        """Read the files of the record's parts.

        Args:
            full: The complete record.
            public: The public record.
            folder: The folder that the parts' paths are relative to.
            withheld_parts: The withheld parts, by their ids.
        """
        self._public = public
        # The rules are public.
        self._rules = [str(one.access.rule) for one in withheld_parts.values()]
        kept = [part for part in full.parts if part.id not in withheld_parts]
        shut = {str(one.part.file): one.part for one in withheld_parts.values() if one.part.file}
        public_text = "\n".join(_said_openly(public))
        texts = list(_texts(folder, kept))
        # Use only the ids of the public record: those of withheld agents are withheld, too.
        self._known = {
            word for text in (public_text, *texts, *_ids(public)) for word in _words(text)
        }
        self._known |= _ordinary_words()
        names = {name: f"the file name of part “{part.id}”" for name, part in shut.items()}
        open_files = {part.file for part in kept if part.file}
        alike = {_squeezed(_plain(name)) for file in open_files for name in (file, *_pieces(file))}
        self._secrets = []
        for name, what in _file_names(names, open_files):
            short = _squeezed(_plain(name))
            self._secrets.append((short, self._pattern(name, strict=short in alike), what))
        for name, part in shut.items():
            for digest, what in _digests(folder, name, part.id).items():
                self._secrets.append((digest, _between_words(digest), what))
        self._runs = {run for text in _texts(folder, shut.values()) for run in _all_runs(text)}
        self._runs -= {run for text in (public_text, *texts) for run in _all_runs(text)}
        self._names = dict(self._withheld_names(full, withheld_parts))
        self._full_names = list(self._withheld_full_names(full, (public_text, *texts)))

    def in_text(self, text: str) -> list[str]:
        """Describe the traces in a string, whether written plainly or with escapes."""
        readings = [_plain(reading) for reading in _readings(text)]
        squeezed = [_squeezed(reading) for reading in readings]
        found = [
            what
            for secret, pattern, what in self._secrets
            if any(
                secret in short and pattern.search(reading)
                for short, reading in zip(squeezed, readings, strict=True)
            )
        ]
        shows = any(not self._runs.isdisjoint(_runs(reading)) for reading in readings)
        return list(dict.fromkeys(found + (["words of a withheld text"] if shows else [])))

    def report(self) -> Report:
        """Return a report of the traces in the public record."""
        return Report(
            [
                WITHHELD_SHOWS.at(Location(field=field), _("contains {what}", what=what))
                for field, what in self.in_record()
            ]
        )

    def in_record(self) -> Iterator[tuple[str, str]]:
        """Yield the field and the description of each trace in the public record."""
        for field, text in _values(self._public.as_json()):
            for rule in self._rules:
                text = text.replace(rule, "")
            readings = [_plain(reading) for reading in _readings(text)]
            words = {found[0] for reading in readings for found in _WORD.finditer(reading)}
            found = [what for name, what in self._names.items() if name in words]
            if any(name.search(reading) for name in self._full_names for reading in readings):
                found.append(_AN_AGENT)
            for what in dict.fromkeys([*self.in_text(text), *found]):
                yield field, what

    def _withheld_names(
        self, full: Record, withheld_parts: Mapping[str, Withheld]
    ) -> Iterator[tuple[str, str]]:
        """Yield words that only withheld parts reveal, each with a description.

        The words are from the titles, methods, notes and file names of these parts, and from the
        names of agents.
        """
        for part in (one.part for one in withheld_parts.values()):
            enclosed = [item.title for item in full.enclosures if item.part == part.id]
            for text in filter(None, (part.title, part.method, part.note, *enclosed)):
                for word in _capitalised(text):
                    yield from self._unless_known(
                        word, f"a name from the title of part “{part.id}”"
                    )
            for word in _words(part.file or ""):
                yield from self._unless_known(
                    word, f"a word from the file name of part “{part.id}”"
                )
        for agent in full.agents:
            for word in _words(f"{agent.name} {agent.as_written or ''}"):
                yield from self._unless_known(word, _AN_AGENT)

    def _withheld_full_names(
        self, full: Record, open_texts: Iterable[str]
    ) -> Iterator[re.Pattern[str]]:
        """Yield patterns of withheld agents' full names, and of family names with an initial."""
        taken = {form for agent in self._public.agents for form in _name_forms(agent)}
        openly = [_plain(text) for text in open_texts]
        for agent in full.agents:
            for words in _name_forms(agent) - taken:
                whole = "".join(words)
                is_cjk = re.fullmatch(rf"[{_CJK}]{{2,}}", whole) is not None
                if is_cjk or not self._known.issuperset(_words(agent.name)):
                    pattern = _between_words(*words, gap=r"[\W_]{0,3}", letter=_LETTER_NOT_CJK)
                    if not any(map(pattern.search, openly)):
                        yield pattern

    def _unless_known(self, plain: str, what: str) -> Iterator[tuple[str, str]]:
        if len(plain) >= _SHORTEST and plain not in self._known:
            yield plain, what

    def _pattern(self, name: str, *, strict: bool) -> re.Pattern[str]:
        """Return a pattern of a file name.

        It also matches other separators between the words of the name, unless `strict` is set or
        the name consists of common or short words.
        """
        plain = _plain(name)
        words = set(_words(name))
        is_distinctive = "." in plain or any(
            word.isalpha() and len(word) >= _SHORTEST for word in words - self._known
        )
        is_loose = is_distinctive and not strict
        return _between_words(*(_SEPARATORS.split(plain) if is_loose else [plain]))


class WithheldWords:
    """Finds words that are in the withheld texts of a record and in none of its open texts."""

    def __init__(
        self, record: Record, folder: Path, withheld_parts: Mapping[str, Withheld]
    ) -> None:
        """Read the texts.

        Args:
            record: The complete record.
            folder: The folder that the parts' paths are relative to.
            withheld_parts: The withheld parts, by their ids.
        """
        self._agents = {agent.id for agent in record.agents}
        shut = [part for part in record.parts if part.id in withheld_parts]
        kept = [part for part in record.parts if part.id not in withheld_parts]
        self._shut = _plain("\n".join(_readings_of(folder, shut)))
        self._open = _plain("\n".join(_readings_of(folder, kept)))
        self._words = set(_WORD.findall(self._shut)) - set(_WORD.findall(self._open))
        self._words -= _ordinary_words() | _COMMON

    def are_in(self, value: Any) -> bool:
        """Return whether plain data contains such a word.

        These words count: those of four letters or more, those of three with a capital, and runs
        of two or more Chinese, Japanese or Korean characters.
        """
        for __, text in _values(value):
            if text in self._agents:
                continue
            words = _WORD.findall(unicodedata.normalize("NFKC", text))
            long = {w for w in words if len(w) >= _SHORTEST or (len(w) == 3 and w != w.lower())}
            if not self._words.isdisjoint(_words(" ".join(w for w in long if w.isalpha()))):
                return True
            for run in re.findall(rf"[{_CJK}]{{2,}}", _plain(text)):
                if run in self._shut and run not in self._open:
                    return True
        return False


def _readings_of(folder: Path, parts: Iterable[Part]) -> Iterator[str]:
    """Yield the texts of parts, also without invisible characters and breaks within words."""
    for text in _texts(folder, parts):
        yield from (text, _BROKEN.sub("", text), _INVISIBLE.sub(" ", text))


_AN_AGENT = "the name of an agent who is withheld"
_COMMON = set(
    re.findall(
        r"\w+",
        "january february march april june july august september october november december "
        "januar februar marz juni juli oktober dezember monday tuesday wednesday thursday friday "
        "saturday sunday secret confidential general president minister ministry committee central "
        "government foreign state national international north south east west",
    )
)
"""Common words that are capitalised in titles."""


def _capitalised(text: str) -> Iterator[str]:
    """Yield words of a title that look like names: with a capital inside it, or all in capitals."""
    for found in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        word = found[0]
        is_first = re.search(r"(^|[.:;!?]\s)\W*$", text[: found.start()]) is not None
        is_within = not is_first and len(word) >= _SHORTEST_IN_TITLE and word != word.lower()
        if (is_within or word.isupper()) and _plain(word) not in _COMMON:
            yield _plain(word)


def _name_forms(agent: Agent) -> set[tuple[str, ...]]:
    """Return an agent's name in both orders and, for a person, the family name with an initial."""
    forms: set[tuple[str, ...]] = set()
    for name in filter(None, (agent.name, agent.as_written)):
        family, __, given = name.partition(",")
        words = (*_words(given), *_words(family))
        if len(words) > 1:
            forms |= {words, (words[-1], *words[:-1])}
            if agent.kind == "person":
                forms |= {(words[0][0], words[-1]), (words[-1], words[0][0])}
        elif words and re.fullmatch(rf"[{_CJK}]+", words[0]):
            forms.add(words)
    return {words for words in forms if len(words[-1]) > 1 or len(words[0]) > 1 or len(words) > 2}


def _said_openly(public: Record) -> Iterator[str]:
    """Yield the quoted and supplied values of the public record, and the names of its agents."""
    index = StatementIndex(public)
    for item in public.evidence:
        value = index.value(item.field)
        # A quote shows that an agent, part or event exists, but not what the record says about it.
        is_described = isinstance(value, (Agent, Part, Event))
        if item.basis == "supplied" or (item.at is not None and not is_described):
            yield str(value)
    for agent in public.agents:
        yield " ".join(filter(None, (agent.name, agent.as_written)))


@cache
def _ordinary_words() -> frozenset[str]:
    """Return words that reveal nothing: those of the record's schema."""
    return frozenset(_words(json.dumps(Record.model_json_schema())))


def _ids(record: Record) -> Iterator[str]:
    yield record.id
    for items in (record.parts, record.agents, record.events, record.translation_notes):
        yield from (item.id for item in items)


def _pieces(file: str) -> set[str]:
    """Return the names of a path's folders and file, and the file's name without its extension."""
    pure = PurePosixPath(file)
    return {*pure.parts, *(name.removesuffix(pure.suffix) for name in pure.parts)}


def _file_names(names: Mapping[str, str], kept: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the withheld files' paths, and names in them that open files do not have.

    Args:
        names: The withheld files' paths, each with a description.
        kept: The open files' paths.

    Yields:
        A path or name, with the description.
    """
    open_names = {name for path in kept for name in PurePosixPath(path).parts}
    for path, what in names.items():
        pure = PurePosixPath(path)
        yield path, what
        for name in pure.parts:
            # A folder's name, or a name without extension, may be a common word such as "scans".
            # With a hyphen or a digit, as in "a-b" or "n1", it is not a word.
            for form in {name, name.removesuffix(pure.suffix)}:
                is_word = form.isalpha() and form != pure.name
                if name not in open_names and len(form) >= _SHORTEST and not is_word:
                    yield form, what


def _digests(folder: Path, name: str, part: str) -> dict[str, str]:
    with storage.open_beneath(folder, name) as stream:
        found = fixity.digest(stream, ["md5", "sha1", "sha256", "sha512"])
    return {digest: f"the {algorithm} of part {part}" for algorithm, digest in found.items()}


def _readings(text: str) -> Iterator[str]:
    """Yield a string as it is, and with the escapes of each format decoded."""
    yield text
    for unescaped in (
        _INVISIBLE.sub(" ", text),
        _BROKEN.sub("", text),
        unescape(text),
        unquote(text),
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text),
        _TEX.sub(r"\1", text),
        _BETWEEN.sub(" ", text),
    ):
        if unescaped != text:
            yield unescaped
    for found in _BASE64.finditer(text):
        try:
            inner = base64.b64decode(
                f"{found[0]}==", altchars=b"-_"
            )  # more padding does not matter
        except binascii.Error:
            continue
        if len(inner) <= _LONGEST_DIGEST:
            yield inner.hex()
        with suppress(UnicodeDecodeError):
            yield inner.decode()


_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁһӏԛԝαβεηικμνορτυχζłøđı\u2212",
    "abekmhopctyxijsdhlqwabehikmvoptyxzlodi-",
)


class _Folded(dict[int, int | str | None]):
    """Maps each character to its comparison form, computed when first needed.

    A look-alike becomes the Latin letter, and a dash a hyphen. Accents and invisible characters
    are removed.
    """

    def __missing__(self, point: int) -> int | str | None:
        kind = unicodedata.category(chr(point))
        if kind in {"Mn", "Me", "Cf"}:
            self[point] = None
        else:
            self[point] = "-" if kind == "Pd" else _LOOK_ALIKES.get(point, point)
        return self[point]


_FOLDED = _Folded()


def _plain(text: str) -> str:
    """Return a string for comparison: without case, accents, invisible signs and look-alikes."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", text.translate(_FOLDED))


def _squeezed(plain: str) -> str:
    return _SEPARATORS.sub("", plain)


_LETTER_NOT_CJK = rf"[^\W_{_CJK}]"


def _between_words(
    *pieces: str, gap: str = _SEPARATORS.pattern[:-1] + "*", letter: str = r"[\w-]"
) -> re.Pattern[str]:
    """Return a pattern of pieces with `gap` between them, and no letter before or after them."""
    inner = gap.join(map(re.escape, pieces))
    return re.compile(rf"(?<!{letter}){inner}(?!{letter})")


def _values(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in plain data, each with its dotted path, except those in `_REFERENCES`."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in _REFERENCES:
                yield from _values(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            name = (None if isinstance(value, str) else id_of(value)) or number
            yield from _values(value, f"{path}.{name}")
    elif isinstance(data, str):
        yield path, data


def _texts(folder: Path, parts: Iterable[Part]) -> Iterator[str]:
    for name, part in {part.file: part for part in parts if part.is_text and part.file}.items():
        try:
            with storage.open_beneath(folder, str(name)) as stream:
                data = stream.read(TEXT_LIMIT)
            yield decode(data, part.encoding or "utf-8")
        except (OSError, UnicodeDecodeError, LookupError):
            continue


def _words(text: str) -> Iterator[str]:
    return (found[0] for found in _WORD.finditer(_plain(text)))


def _all_runs(text: str) -> Iterator[str]:
    return (run for reading in _readings(text) for run in _runs(_plain(reading)))


def _runs(plain: str) -> Iterator[str]:
    words = _WORD.findall(plain)
    for place in range(len(words) - _RUN + 1):
        yield " ".join(words[place : place + _RUN])
