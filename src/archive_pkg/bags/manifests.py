"""Read and write manifests, which list the digest of each file (RFC 8493, 2.1.3 and 2.2.1)."""

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
from archive_pkg.messages import _
from archive_pkg.reports import Code, Finding, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9-]+)\.txt")
_CHUNK = 2 * 1024 * 1024
_FIRST_CHUNK = 64 * 1024
"""Bytes of the first read. Allocating a larger buffer takes longer than reading most manifests."""
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]++(\*?)(.+)", re.DOTALL)
_LONGEST_LINE = 64 * 1024
"""A digest and the longest path that Linux can open need less, even percent-encoded."""
MOST_WRONG = 10_000
"""Reading stops after this many malformed lines, because the file is not a manifest."""
_ODD = ("%", "\\", "\0")
_ODD_PARTS = re.compile(r"/(?:/|\.{0,2}[/\n])")
"""In a chunk without these, paths need not be checked one by one."""

TOO_LARGE = Code(
    "tag-file-too-large",
    Severity.ERROR,
    "A tag file is larger than its limit, or the bag's manifests have more lines than theirs.",
    "RFC 8493, 2.2.2",
)
LINE_MALFORMED = Code(
    "manifest-line-malformed",
    Severity.ERROR,
    "A line of a manifest is not a checksum and a path.",
    "RFC 8493, 2.1.3",
)
DIGEST_LENGTH = Code(
    "manifest-digest-length",
    Severity.ERROR,
    "A digest does not have the number of hexadecimal digits of its algorithm.",
    "RFC 8493, 2.1.3",
)
ALGORITHM_UNKNOWN = Code(
    "manifest-algorithm-unknown",
    Severity.WARNING,
    "A manifest uses an algorithm that archive-pkg does not know, so its digests are not checked.",
    "RFC 8493, 2.4",
)
ALGORITHM_WEAK = Code(
    "manifest-algorithm-weak",
    Severity.WARNING,
    "Only MD5 or SHA-1 protect these files: they reveal accidents, but not manipulation.",
    "RFC 8493, 2.4",
)
ALGORITHM_UPPER_CASE = Code(
    "manifest-name-not-lower-case",
    Severity.WARNING,
    "The algorithm in a manifest's file name has capital letters or punctuation.",
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
    "A manifest lists a path that can lead out of the bag. The path is not opened.",
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
    "A tag manifest lists a payload file; list it in the payload manifests.",
    "RFC 8493, 2.2.1",
)
LISTS_TAG_MANIFEST = Code(
    "tagmanifest-lists-tagmanifest",
    Severity.ERROR,
    "A tag manifest lists a tag manifest, which is not allowed from version 1.0 on.",
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
    "A path begins with the '*' with which md5sum and similar programs mark binary files.",
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
    "From version 1.0 on, a manifest must percent-encode line breaks and '%' in paths, and nothing "
    "else.",
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
    "A manifest has an empty line; every line must have a checksum and a path.",
    "RFC 8493, 2.1.3",
)


@dataclass(slots=True)
class Manifest:
    """One manifest of a bag.

    Attributes:
        name: The file's name.
        algorithm: The algorithm's name, lower case.
        of_tags: Whether it is a tag manifest.
        digests: Raw digests by path, in the order of the file.
        is_complete: Whether the file was read to its end. If not, a path that is not in `digests`
            may still be listed.
    """

    name: str
    algorithm: str
    of_tags: bool = False
    digests: dict[str, bytes] = field(default_factory=dict)
    is_complete: bool = True
    _gaps: list[int] = field(default_factory=list)
    """Numbers of lines without an entry, from which the line of an entry can be computed."""

    def lines_of(self, paths: set[str]) -> dict[str, int]:
        """Return the line numbers, from 1, that list the given paths."""
        return {path: line for line, path in self._lines() if path in paths}

    def hex(self) -> Mapping[str, str]:
        """Return lower-case hexadecimal digests by path."""
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
    """Return the bytes of a manifest: sorted by path, two spaces, LF.

    Args:
        digests: Raw digests by path.
        declaration: The bag's declaration, if it is not 1.0 in UTF-8.

    Raises:
        UnicodeEncodeError: A path cannot be written in the encoding.
    """
    declared = declaration or Declaration()
    percent = declared.number >= (1, 0)
    return "".join(
        f"{digests[path].hex()}  {names.encode(path, percent=percent)}\n"
        for path in sorted(digests)
    ).encode(codec_of(declared.encoding) or "utf-8")


def too_many_wrong(code: Code, name: str) -> Finding:
    """Return the finding for a manifest or fetch.txt that is not read to its end."""
    return code.at(
        Location(name),
        _("has more than {MOST_WRONG} such lines: the rest is not read", MOST_WRONG=MOST_WRONG),
    )


def empty_manifest(name: str, report: Report) -> Manifest | None:
    """Return an empty manifest for a manifest's file name; None for other file names."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    written = found[2]
    algorithm = re.sub(r"[^a-z0-9]", "", written.lower())
    if algorithm != written:
        report.add(
            ALGORITHM_UPPER_CASE.at(
                Location(name),
                _("writes its algorithm as {written!r}", written=written),
                _(
                    "Name it {value}manifest-{algorithm}.txt.",
                    value=found[1] or "",
                    algorithm=algorithm,
                ),
            )
        )
    if algorithm not in ALGORITHMS:
        report.add(
            ALGORITHM_UNKNOWN.at(
                Location(name),
                _(
                    "uses the algorithm {written!r}, which archive-pkg does not know",
                    written=written,
                ),
                _("Add a manifest for one of {ALGORITHMS}.", ALGORITHMS=", ".join(ALGORITHMS)),
            )
        )
    return Manifest(name, algorithm, found[1] is not None)


class Parser:
    """Reads the manifests of a bag by the rules of its version."""

    def __init__(self, version: tuple[int, int], encoding: str, report: Report) -> None:
        """Use the bag's version and encoding, and add findings to the report."""
        self._strict = version >= (1, 0)
        self._encoding = encoding
        self._report = report
        self._lines = 0

    def read(self, manifest: Manifest, file: BinaryIO) -> None:
        """Fill a manifest from its file, which must be seekable."""
        algorithm = ALGORITHMS.get(manifest.algorithm)
        length = algorithm.length if algorithm else None
        quick = _quick(length, manifest.of_tags) if length else None
        findings = self._report.findings
        mark = len(findings)
        lines = self._lines
        try:
            self._read(manifest, file, length, quick)
        except _TwiceError:  # check line by line to report which path is repeated
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
                message = _(
                    "the bag's manifests have more than {value} lines", value=MANIFEST_LINES.value
                )
                self._report.add(
                    TOO_LARGE.at(Location(manifest.name), message, MANIFEST_LINES.hint)
                )
                manifest.is_complete = False
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
                    manifest.is_complete = False
                    return

    def _chunks(self, name: str, file: BinaryIO) -> Iterator[str]:
        """Yield the text in pieces of complete lines with LF at their ends."""
        codec = codec_of(self._encoding) or "utf-8"
        if codec.startswith(("utf-16", "utf-32")):
            data = file.read(TAG_FILE.value + 1)
            if len(data) > TAG_FILE.value:
                message = _(
                    "has more than {value} bytes in {encoding}",
                    value=TAG_FILE.value,
                    encoding=self._encoding,
                )
                self._report.add(TOO_LARGE.at(Location(name), message, TAG_FILE.hint))
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
            buffer = rest + data
            # A CR at a chunk's end may be the first half of a CRLF.
            end = max(buffer.rfind(b"\n"), buffer.rfind(b"\r", 0, len(buffer) - 1)) + 1
            if not data or (not end and len(buffer) > 2 * _CHUNK):  # no line is that long
                end = len(buffer)
            elif not end:
                rest = buffer
                continue
            piece, rest = buffer[:end], buffer[end:]
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
        same = "the same digest" if known == digest else "a different digest"
        self._report.add(
            code.at(
                Location(manifest.name, line=number),
                _("lists {path!r} again, with {same}", path=path, same=same),
                _("List each file once."),
            )
        )

    def _entry(
        self, manifest: Manifest, length: int | None, number: int, line: str
    ) -> tuple[str, bytes] | None:
        place = Location(manifest.name, line=number)
        if not line.strip():
            self._report.add(EMPTY_LINE.at(place, _("is an empty line"), _("Remove it.")))
            return None
        found = _LINE.fullmatch(line) if len(line) < _LONGEST_LINE else None
        if found is None:
            self._report.add(
                LINE_MALFORMED.at(
                    place,
                    _("the line {line!r} is not a checksum and a path", line=line[:80]),
                    _("Each line must have a checksum, two spaces and a path."),
                )
            )
            return None
        text, star, written = found.groups()
        if length is not None and len(text) != length:
            self._report.add(
                DIGEST_LENGTH.at(
                    place,
                    _(
                        "the digest has {text} digits, {algorithm} has {length}",
                        text=len(text),
                        algorithm=manifest.algorithm,
                        length=length,
                    ),
                )
            )
            return None
        if length is None and len(text) % 2:
            text = "0" + text
        path = self._path(manifest, place, star, written)
        return (path, bytes.fromhex(text)) if path else None

    def _path(self, manifest: Manifest, place: Location, star: str, written: str) -> str:
        """Return the path that a line lists, or "" if the manifest may not list it."""
        add = self._report.add
        if star:
            add(
                PATH_STARRED.at(
                    place, _("has '*' before {written!r}", written=written), _("Remove the '*'.")
                )
            )
        if self._strict and names.has_stray_percent(written):
            add(
                PERCENT.at(
                    place,
                    _("{written!r} has a '%' that is not part of %25, %0A or %0D", written=written),
                    _("Write '%' in names as %25, and encode nothing but '%' and line breaks."),
                )
            )
        decoded = names.decode(written, percent=self._strict)
        if why := names.unsafe(decoded):
            add(
                PATH_UNSAFE.at(
                    place,
                    _("{decoded!r} is not safe: {why}", decoded=decoded, why=why),
                    _("Write paths from the bag's folder."),
                )
            )
            return ""
        path = names.straighten(decoded)
        if decoded.endswith("/") or not path:
            add(
                PATH_IS_FOLDER.at(
                    place, _("{decoded!r} is a folder", decoded=decoded), _("List the files in it.")
                )
            )
            return ""
        if path != decoded:
            add(
                PATH_DOTTED.at(
                    place,
                    _("{decoded!r} means {path!r}", decoded=decoded, path=path),
                    _("Write {path!r}.", path=path),
                )
            )
        if not manifest.of_tags and not path.startswith("data/"):
            add(
                PATH_OUTSIDE_PAYLOAD.at(
                    place,
                    _("{path!r} is not in data/", path=path),
                    _("Write '/' between folders.")
                    if path.startswith("data\\")
                    else _("List tag files in a tag manifest."),
                )
            )
            return ""
        if manifest.of_tags and (path.startswith("data/") or path == "data"):
            add(
                PATH_IN_PAYLOAD.at(
                    place,
                    _("{path!r} is a payload file", path=path),
                    _("List it in the payload manifests."),
                )
            )
            return ""
        if manifest.of_tags and "/" not in path and path.lower().startswith("tagmanifest-"):
            code = LISTS_TAG_MANIFEST if self._strict else LISTS_TAG_MANIFEST_OLD
            add(code.at(place, _("{path!r} is a tag manifest", path=path), _("Remove the line.")))
            return ""
        return path


@cache
def _quick(length: int, of_tags: bool) -> re.Pattern[str]:
    """Return a pattern for the lines of a chunk without unusual characters.

    In a tag manifest it matches only lines with plain file names.
    """
    name = "[A-Za-z0-9_-][A-Za-z0-9_.-]*"
    tag_file = rf"(?!data[/\n]|(?i:tagmanifest-)){name}(?:/{name})*"
    path = tag_file if of_tags else "data/.+"
    return re.compile(rf"^([0-9A-Fa-f]{{{length}}})[ \t]+({path})\n", re.MULTILINE)


def _take(digests: dict[str, bytes], pairs: list[tuple[str, str]]) -> None:
    """Add lines that need no further check.

    Raises:
        _TwiceError: A path is already listed.
    """
    expected = len(digests) + len(pairs)
    digests.update([(path, bytes.fromhex(digest)) for digest, path in pairs])
    if len(digests) != expected:
        raise _TwiceError


class _TwiceError(Exception):
    """A manifest lists a path twice."""
