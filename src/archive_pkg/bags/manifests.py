"""Manifests: which file has which digest (RFC 8493, 2.1.3 and 2.2.1)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from archive_pkg.bags import names
from archive_pkg.bags.tagfiles import Declaration, codec_of, decode_text, split_lines
from archive_pkg.fixity import ALGORITHMS
from archive_pkg.limits import MANIFEST_LINES, TAG_FILE
from archive_pkg.reports import Code, Finding, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9-]+)\.txt")
_CHUNK = 2 * 1024 * 1024
_FIRST_CHUNK = 64 * 1024
"""Asked for first: making room for more takes longer than reading most of them."""
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]++(\*?)(.+)", re.DOTALL)
_LONGEST_LINE = 64 * 1024
"""A digest and the longest path that a system can open need less, also percent-encoded."""
MOST_WRONG = 10_000
"""Lines without an entry after which reading stops: the file is something else."""
_ODD = ("%", "\\", "\0")
_ODD_PARTS = re.compile(r"/(?:/|\.{0,2}[/\n])")
"""A chunk of lines with none of these needs no look at each path."""

TOO_LARGE = Code(
    "tag-file-too-large",
    Severity.ERROR,
    "A tag file or a manifest is larger than is read.",
    "RFC 8493, 2.2.2",
)
LINE_MALFORMED = Code(
    "manifest-line-malformed",
    Severity.ERROR,
    "A line of a manifest is not 'digest path'.",
    "RFC 8493, 2.1.3",
)
DIGEST_LENGTH = Code(
    "manifest-digest-length",
    Severity.ERROR,
    "A digest has not as many hexadecimal digits as its algorithm gives.",
    "RFC 8493, 2.1.3",
)
ALGORITHM_UNKNOWN = Code(
    "manifest-algorithm-unknown",
    Severity.WARNING,
    "A manifest's algorithm cannot be computed here, so its digests are not checked.",
    "RFC 8493, 2.4",
)
ALGORITHM_WEAK = Code(
    "manifest-algorithm-weak",
    Severity.WARNING,
    "Only MD5 or SHA-1 protect these files: they show accidents, no longer malice.",
    "RFC 8493, 2.4",
)
ALGORITHM_UPPER_CASE = Code(
    "manifest-name-not-lower-case",
    Severity.WARNING,
    "A manifest's file name writes its algorithm otherwise than in lower case without punctuation.",
    "RFC 8493, 2.4",
)
ALGORITHM_TWICE = Code(
    "manifest-algorithm-twice",
    Severity.ERROR,
    "Two manifests of the same kind are for the same algorithm.",
    "RFC 8493, 2.1.3",
)
PATH_UNSAFE = Code(
    "manifest-path-unsafe",
    Severity.ERROR,
    "A manifest names something that may lie outside the bag; it is not looked at.",
    "RFC 8493, 5.1",
)
PATH_OUTSIDE_PAYLOAD = Code(
    "manifest-path-outside-payload",
    Severity.ERROR,
    "A payload manifest lists a file that is not in data/.",
    "RFC 8493, 2.1.3",
)
PATH_IN_PAYLOAD = Code(
    "tagmanifest-path-in-payload",
    Severity.ERROR,
    "A tag manifest lists a payload file; those belong into the payload manifests.",
    "RFC 8493, 2.2.1",
)
LISTS_TAG_MANIFEST = Code(
    "tagmanifest-lists-tagmanifest",
    Severity.ERROR,
    "A tag manifest lists a tag manifest, which it must not from version 1.0 on.",
    "RFC 8493, 2.2.1",
)
LISTS_TAG_MANIFEST_OLD = Code(
    "tagmanifest-lists-tagmanifest-old",
    Severity.WARNING,
    "A tag manifest of a bag before version 1.0 lists a tag manifest.",
    "RFC 8493, 2.2.1",
)
PATH_DOTTED = Code(
    "manifest-path-dotted",
    Severity.WARNING,
    "A path is written with './' or '//', as some checksum tools do.",
    "RFC 8493, 6",
)
PATH_STARRED = Code(
    "manifest-path-starred",
    Severity.WARNING,
    "A path has the '*' before it with which md5sum and its kin mark binary reading.",
    "RFC 8493, 6",
)
PATH_IS_FOLDER = Code(
    "manifest-path-is-folder",
    Severity.ERROR,
    "A manifest lists a folder; only files have digests.",
    "RFC 8493, 2.1.3",
)
PERCENT = Code(
    "manifest-path-percent",
    Severity.ERROR,
    "From version 1.0 on a manifest writes line ends and '%' in paths percent-encoded, and "
    "nothing else.",
    "RFC 8493, 2.1.3",
)
TWICE = Code(
    "manifest-path-twice",
    Severity.ERROR,
    "A manifest lists a file more than once.",
    "RFC 8493, 2.1.3",
)
TWICE_OLD = Code(
    "manifest-path-twice-old",
    Severity.WARNING,
    "A manifest of a bag before version 1.0 lists a file more than once, with the same digest.",
    "RFC 8493, 2.1.3",
)
EMPTY_LINE = Code(
    "manifest-line-empty",
    Severity.ERROR,
    "A manifest has an empty line; every line must be 'digest path'.",
    "RFC 8493, 2.1.3",
)


@dataclass(slots=True)
class Manifest:
    """One manifest of a bag.

    Attributes:
        name: The file's name.
        algorithm: The algorithm's name, lower case.
        of_tags: Whether it is a tag manifest.
        digests: Raw digests by path from the bag's folder, in the file's order.
    """

    name: str
    algorithm: str
    of_tags: bool = False
    digests: dict[str, bytes] = field(default_factory=dict)
    _gaps: list[int] = field(default_factory=list)
    """Numbers of lines that gave no entry; from them the line of an entry is known."""

    def lines_of(self, paths: set[str]) -> dict[str, int]:
        """The lines that list some paths, from 1."""
        return {path: line for line, path in self._lines() if path in paths}

    def hex(self) -> Mapping[str, str]:
        """Lower-case hexadecimal digests by path."""
        return {path: digest.hex() for path, digest in self.digests.items()}

    def _lines(self) -> Iterator[tuple[int, str]]:
        line = 0
        gaps = iter([*self._gaps, 0])
        gap = next(gaps)
        for path in self.digests:
            line += 1
            while line == gap:
                line += 1
                gap = next(gaps)
            yield line, path


def render(digests: Mapping[str, bytes], declaration: Declaration | None = None) -> bytes:
    """A manifest's bytes: sorted by path, two spaces, LF.

    Args:
        digests: Raw digests by path.
        declaration: The bag's, where it is not 1.0 in UTF-8.

    Raises:
        UnicodeEncodeError: When a path cannot be written in the encoding.
    """
    said = declaration or Declaration()
    percent = said.number >= (1, 0)
    return "".join(
        f"{digests[path].hex()}  {names.encode(path, percent=percent)}\n"
        for path in sorted(digests)
    ).encode(codec_of(said.encoding) or "utf-8")


def too_many_wrong(code: Code, name: str) -> Finding:
    """The finding for a manifest or fetch.txt that is not read to its end."""
    return code.at(Location(name), f"has more than {MOST_WRONG} such lines: the rest is not read")


def describe(name: str, report: Report) -> Manifest | None:
    """What a file's name says: an empty manifest of its kind, or None where it is none."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    written = found[2]
    algorithm = re.sub(r"[^a-z0-9]", "", written.lower())
    if algorithm != written:
        report.add(
            ALGORITHM_UPPER_CASE.at(
                Location(name),
                f"writes its algorithm as {written!r}",
                f"Name it {found[1] or ''}manifest-{algorithm}.txt.",
            )
        )
    if algorithm not in ALGORITHMS:
        report.add(
            ALGORITHM_UNKNOWN.at(
                Location(name),
                f"is for the algorithm {written!r}, which cannot be computed here",
                f"Add a manifest for one of {', '.join(ALGORITHMS)}.",
            )
        )
    return Manifest(name, algorithm, found[1] is not None)


class Parser:
    """Reads manifests of one bag by the rules of its version."""

    def __init__(self, version: tuple[int, int], encoding: str, report: Report) -> None:
        """Args: the bag's version and encoding; the report takes what is wrong."""
        self._strict = version >= (1, 0)
        self._encoding = encoding
        self._report = report
        self._lines = 0

    def read(self, manifest: Manifest, file: BinaryIO) -> None:
        """Fill a manifest from its file, which can be sought in."""
        algorithm = ALGORITHMS.get(manifest.algorithm)
        length = algorithm.length if algorithm else None
        quick = _quick(length, manifest.of_tags) if length else None
        findings = self._report.findings
        mark = len(findings)
        lines = self._lines
        try:
            self._read(manifest, file, length, quick)
        except _TwiceError:  # some path is there twice: each line has to be looked at
            manifest.digests.clear()
            manifest._gaps.clear()
            del findings[mark:]
            self._lines = lines
            file.seek(0)
            self._read(manifest, file, length, None)

    def _read(
        self,
        manifest: Manifest,
        file: BinaryIO,
        length: int | None,
        quick: re.Pattern[str] | None,
    ) -> None:
        line = 1
        for text in self._chunks(manifest.name, file):
            self._lines += text.count("\n")
            if self._lines > MANIFEST_LINES.value:
                said = f"the bag's manifests have more than {MANIFEST_LINES.value} lines"
                self._report.add(TOO_LARGE.at(Location(manifest.name), said, MANIFEST_LINES.hint))
                return
            plain = not any(odd in text for odd in _ODD) and not _ODD_PARTS.search(text)
            pairs = quick.findall(text) if quick and plain else []
            if pairs and len(pairs) == text.count("\n"):
                _take(manifest.digests, pairs)
                line += len(pairs)
                continue
            for each in split_lines(text):
                self._line(manifest, length, line, each)
                line += 1
                if len(manifest._gaps) > MOST_WRONG:
                    self._report.add(too_many_wrong(LINE_MALFORMED, manifest.name))
                    return

    def _chunks(self, name: str, file: BinaryIO) -> Iterator[str]:
        """The text in pieces of whole lines, each line ended by LF but perhaps the last."""
        codec = codec_of(self._encoding) or "utf-8"
        if codec.startswith(("utf-16", "utf-32")):
            data = file.read(TAG_FILE.value + 1)
            if len(data) > TAG_FILE.value:
                said = f"has more than {TAG_FILE.value} bytes in {self._encoding}"
                self._report.add(TOO_LARGE.at(Location(name), said, TAG_FILE.hint))
                return
            text, findings = decode_text(name, data, self._encoding)
            self._report.extend(findings)
            yield "\n".join(split_lines(text)) + "\n" if text else ""
            return
        rest = b""
        offset = 0
        size = _FIRST_CHUNK
        while True:
            data = file.read(size)
            if len(data) == size:
                size = _CHUNK
            whole = rest + data
            # A CR at a chunk's end may be the first half of a CRLF.
            end = max(whole.rfind(b"\n"), whole.rfind(b"\r", 0, len(whole) - 1)) + 1
            if not data or (not end and len(whole) > 2 * _CHUNK):  # no line is that long
                end = len(whole)
            elif not end:
                rest = whole
                continue
            piece, rest = whole[:end], whole[end:]
            if piece:
                yield self._decode(name, piece, codec, offset)
            offset += len(piece)
            if not data:
                return

    def _decode(self, name: str, piece: bytes, codec: str, offset: int) -> str:
        if not offset and codec == "utf-8" and piece.startswith(codecs.BOM_UTF8):
            text, findings = decode_text(name, piece, self._encoding)
            self._report.extend(findings)
        else:
            try:
                text = piece.decode(codec)
            except UnicodeDecodeError:
                text, findings = decode_text(name, piece, self._encoding)
                for each in findings:
                    place = Location(name, byte=(each.location.byte or 0) + offset)
                    self._report.add(replace(each, location=place))
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text

    def _line(self, manifest: Manifest, length: int | None, number: int, line: str) -> None:
        entry = self._entry(manifest, length, number, line)
        if entry is None:
            manifest._gaps.append(number)
            return
        path, digest = entry
        known = manifest.digests.get(path)
        if known is None:
            manifest.digests[path] = digest
            return
        manifest._gaps.append(number)
        code = TWICE if self._strict or known != digest else TWICE_OLD
        same = "the same digest" if known == digest else "another digest"
        self._report.add(
            code.at(
                Location(manifest.name, line=number),
                f"lists {path!r} again, with {same}",
                "List each file once.",
            )
        )

    def _entry(
        self, manifest: Manifest, length: int | None, number: int, line: str
    ) -> tuple[str, bytes] | None:
        place = Location(manifest.name, line=number)
        if not line.strip():
            self._report.add(EMPTY_LINE.at(place, "is an empty line", "Remove it."))
            return None
        found = _LINE.fullmatch(line) if len(line) < _LONGEST_LINE else None
        if found is None:
            self._report.add(
                LINE_MALFORMED.at(
                    place, f"{line[:80]!r} is no 'digest path'", "Write digest, spaces, path."
                )
            )
            return None
        text, star, written = found.groups()
        if length is not None and len(text) != length:
            self._report.add(
                DIGEST_LENGTH.at(
                    place,
                    f"the digest has {len(text)} digits, {manifest.algorithm} has {length}",
                )
            )
            return None
        if length is None and len(text) % 2:
            text = "0" + text
        path = self._path(manifest, place, star, written)
        return (path, bytes.fromhex(text)) if path else None

    def _path(self, manifest: Manifest, place: Location, star: str, written: str) -> str:
        """The path a line means, or "" where it is none that a manifest may list."""
        add = self._report.add
        if star:
            add(PATH_STARRED.at(place, f"has '*' before {written!r}", "Remove the '*'."))
        if self._strict and names.has_stray_percent(written):
            add(
                PERCENT.at(
                    place,
                    f"{written!r} has a '%' that is not part of %25, %0A or %0D",
                    "Write '%' in names as %25, and encode nothing but '%' and line ends.",
                )
            )
        decoded = names.decode(written, percent=self._strict)
        if why := names.unsafe(decoded):
            add(PATH_UNSAFE.at(place, f"{decoded!r} is not safe: {why}", "Paths begin in the bag."))
            return ""
        path = names.straighten(decoded)
        if decoded.endswith("/") or not path:
            add(PATH_IS_FOLDER.at(place, f"{decoded!r} is a folder", "List the files in it."))
            return ""
        if path != decoded:
            add(PATH_DOTTED.at(place, f"{decoded!r} is written for {path!r}", f"Write {path!r}."))
        if not manifest.of_tags and not path.startswith("data/"):
            add(
                PATH_OUTSIDE_PAYLOAD.at(
                    place,
                    f"{path!r} is not in data/",
                    "Write '/' between folders."
                    if path.startswith("data\\")
                    else "Tag files belong into a tag manifest.",
                )
            )
            return ""
        if manifest.of_tags and (path.startswith("data/") or path == "data"):
            add(
                PATH_IN_PAYLOAD.at(
                    place, f"{path!r} is a payload file", "List it in the payload manifests."
                )
            )
            return ""
        if manifest.of_tags and "/" not in path and path.lower().startswith("tagmanifest-"):
            code = LISTS_TAG_MANIFEST if self._strict else LISTS_TAG_MANIFEST_OLD
            add(code.at(place, f"{path!r} is a tag manifest", "Remove the line."))
            return ""
        return path


@cache
def _quick(length: int, of_tags: bool) -> re.Pattern[str]:
    """What finds the lines of a chunk that is otherwise plain: tag files of plain names only."""
    name = "[A-Za-z0-9_-][A-Za-z0-9_.-]*"
    tag_file = rf"(?!data[/\n]|(?i:tagmanifest-)){name}(?:/{name})*"
    path = tag_file if of_tags else "data/.+"
    return re.compile(rf"^([0-9A-Fa-f]{{{length}}})[ \t]+({path})\n", re.MULTILINE)


def _take(digests: dict[str, bytes], pairs: list[tuple[str, str]]) -> None:
    """Add lines that need no further look.

    Raises:
        _TwiceError: When a path is there already.
    """
    expected = len(digests) + len(pairs)
    digests.update([(path, bytes.fromhex(digest)) for digest, path in pairs])
    if len(digests) != expected:
        raise _TwiceError


class _TwiceError(Exception):
    """A path stands in a manifest twice."""
