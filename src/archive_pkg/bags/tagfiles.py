"""Read and write bagit.txt and tag files of "Label: value" lines (RFC 8493, 2.1.1, 2.2.2)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.reports import Finding, Report

DECLARATION = "bagit.txt"
KNOWN_VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
_TEXT_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|utf-?32(-?[lb]e)?|us-ascii|ascii|iso-?8859-?\d+|latin-?1"
    r"|windows-?125\d|cp\d+|koi8-[ru]|shift.jis|euc-(jp|kr)|gb18030|gbk|big5|macintosh|mac-roman",
    re.IGNORECASE,
)

MISSING = Code(
    "declaration-missing",
    Severity.ERROR,
    "There is no bagit.txt, so this is not a bag.",
    "RFC 8493, 2.1.1",
)
MALFORMED = Code(
    "declaration-malformed",
    Severity.ERROR,
    "bagit.txt is not the two lines 'BagIt-Version: M.N' and "
    "'Tag-File-Character-Encoding: ENCODING' in this order and in exactly this form.",
    "RFC 8493, 2.1.1",
)
BYTE_ORDER_MARK = Code(
    "declaration-byte-order-mark",
    Severity.ERROR,
    "bagit.txt begins with a byte-order mark, which is not allowed.",
    "RFC 8493, 2.1.1",
)
VERSION_UNKNOWN = Code(
    "declaration-version-unknown",
    Severity.ERROR,
    "The declared BagIt version was never published.",
    "RFC 8493, 2.1.1",
)
ENCODING_UNKNOWN = Code(
    "declaration-encoding-unknown",
    Severity.ERROR,
    "The declared character encoding is unknown, so the tag files are read as UTF-8.",
    "RFC 8493, 2.1.1",
)
ENCODING_NOT_UTF8 = Code(
    "declaration-encoding-not-utf8",
    Severity.ADVICE,
    "The tag files are not in UTF-8, the recommended encoding.",
    "RFC 8493, 2.1.1",
)
UNDECODABLE = Code(
    "tag-file-undecodable",
    Severity.ERROR,
    "A tag file's bytes are not text in the encoding that bagit.txt declares.",
    "RFC 8493, 2.1.1",
)
TAG_FILE_MARK = Code(
    "tag-file-byte-order-mark",
    Severity.WARNING,
    "A UTF-8 tag file begins with a byte-order mark, which many programs read as text.",
    "RFC 8493, 2.1.1",
)
LINE_MALFORMED = Code(
    "tag-line-malformed",
    Severity.ERROR,
    "A line of bag-info.txt (or another such tag file) is neither 'Label: value' nor indented to "
    "continue the line before.",
    "RFC 8493, 2.2.2",
)
LABEL_SPACED = Code(
    "tag-label-spaced",
    Severity.ERROR,
    "From version 1.0 on, a label must not begin or end with white space.",
    "RFC 8493, 2.2.2",
)
VALUE_UNSPACED = Code(
    "tag-value-unspaced",
    Severity.WARNING,
    "There is no space after the colon, which the standard requires.",
    "RFC 8493, 2.2.2",
)
BLANK_LINE = Code(
    "tag-line-blank",
    Severity.WARNING,
    "A tag file has an empty line, which other programs may reject.",
    "RFC 8493, 2.2.2",
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The content of bagit.txt.

    Attributes:
        version: The BagIt version as written, for example "1.0".
        encoding: The tag files' character encoding as written, for example "UTF-8".
    """

    version: str = "1.0"
    encoding: str = "UTF-8"

    @property
    def number(self) -> tuple[int, int]:
        """The version as two numbers, for comparison."""
        major, minor = self.version.split(".")
        return int(major), int(minor)

    def to_bytes(self) -> bytes:
        """Return the bytes of bagit.txt."""
        lines = f"BagIt-Version: {self.version}\nTag-File-Character-Encoding: {self.encoding}\n"
        return lines.encode()


@dataclass(frozen=True, slots=True)
class Tag:
    """One element of a tag file.

    Attributes:
        label: The label as written, without white space around it.
        value: The value, with continued lines joined by single spaces.
        line: The number of its first line, from 1.
    """

    label: str
    value: str
    line: int


_BLANKS = " \t"
_FIRST = re.compile(r"BagIt-Version: ([0-9]+\.[0-9]+)")
_SECOND = re.compile(r"Tag-File-Character-Encoding: (\S+)")
_FIRST_LOOSE = re.compile(r"\s*BagIt-Version\s*:\s*([0-9]+\.[0-9]+)\s*", re.IGNORECASE)
_SECOND_LOOSE = re.compile(r"\s*Tag-File-Character-Encoding\s*:\s*(\S+)\s*", re.IGNORECASE)


def parse_declaration(data: bytes) -> tuple[Declaration, list[Finding]]:
    """Return what bagit.txt declares, even if its form is wrong, and findings on its form."""
    findings = []
    place = Location(DECLARATION)
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.append(
            BYTE_ORDER_MARK.at(place, _("begins with a byte-order mark"), _("Save it without one."))
        )
    try:
        text = data.decode(_encoding_by_mark(data))
    except UnicodeDecodeError as error:
        text = data.decode("latin-1")
        findings.append(
            MALFORMED.at(Location(DECLARATION, byte=error.start), _("is not UTF-8 text here"))
        )
    lines = split_lines(text)
    values = []
    for number, strict, loose, form in (
        (1, _FIRST, _FIRST_LOOSE, "BagIt-Version: 1.0"),
        (2, _SECOND, _SECOND_LOOSE, "Tag-File-Character-Encoding: UTF-8"),
    ):
        line = lines[number - 1] if number <= len(lines) else None
        if line is not None and (found := strict.fullmatch(line)):
            values.append(found[1])
            continue
        problem = _("is {line!r}", line=line) if line is not None else _("is missing")
        findings.append(
            MALFORMED.at(
                Location(DECLARATION, line=number),
                _("line {number} {problem}", number=number, problem=problem),
                _("Write it in exactly this form: '{form}'.", form=form),
            )
        )
        guesses = [found[1] for each in lines if (found := loose.fullmatch(each))]
        values.append(guesses[0] if guesses else "")
    if len(lines) > 2:
        findings.append(
            MALFORMED.at(
                Location(DECLARATION, line=3),
                _("has {lines} lines", lines=len(lines)),
                _("It must have exactly two lines. Move other tags to bag-info.txt."),
            )
        )
    version, encoding = values
    if version and version not in KNOWN_VERSIONS:
        findings.append(
            VERSION_UNKNOWN.at(
                Location(DECLARATION, line=1),
                _("declares BagIt version {version}", version=version),
                _("Declare one of {KNOWN_VERSIONS}.", KNOWN_VERSIONS=", ".join(KNOWN_VERSIONS)),
            )
        )
    if version not in KNOWN_VERSIONS:
        version = KNOWN_VERSIONS[-1]
    if encoding and codec_of(encoding) is None:
        findings.append(
            ENCODING_UNKNOWN.at(
                Location(DECLARATION, line=2),
                _("declares the unknown character encoding {encoding!r}", encoding=encoding),
                _("Declare the encoding that the tag files have, preferably UTF-8."),
            )
        )
    elif encoding and codec_of(encoding) != "utf-8":
        findings.append(
            ENCODING_NOT_UTF8.at(
                Location(DECLARATION, line=2),
                _("declares tag files in {encoding}", encoding=encoding),
                _("Use UTF-8 if you can (archive-pkg bag upgrade)."),
            )
        )
    return Declaration(version, encoding or "UTF-8"), findings


def codec_of(encoding: str) -> str | None:
    """Return Python's name for a text encoding; None for an unknown one."""
    if not _TEXT_ENCODINGS.fullmatch(encoding):
        return None
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None


def decode_text(path: str, data: bytes, encoding: str) -> tuple[str, list[Finding]]:
    """Decode a tag file. Invalid bytes become U+FFFD and give a finding.

    A UTF-16 file without a byte-order mark is read as big-endian (RFC 2781, 4.3).
    """
    codec = codec_of(encoding) or "utf-8"
    findings = []
    skipped = 0
    if codec == "utf-8" and data.startswith(codecs.BOM_UTF8):
        findings.append(
            TAG_FILE_MARK.at(
                Location(path), _("begins with a byte-order mark"), _("Save without one.")
            )
        )
        skipped = len(codecs.BOM_UTF8)
        data = data[skipped:]
    if codec == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-be"
    try:
        return data.decode(codec), findings
    except UnicodeDecodeError as error:
        findings.append(
            UNDECODABLE.at(
                Location(path, byte=skipped + error.start),
                _("has bytes that are not {encoding}", encoding=encoding),
                _("Save it in the encoding that bagit.txt declares, or declare the right one."),
            )
        )
        return data.decode(codec, "replace"), findings


def split_lines(text: str) -> list[str]:
    """Split a text at LF, CR and CRLF, but not at Unicode's other line breaks."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def parse_tags(path: str, text: str, version: tuple[int, int], report: Report) -> list[Tag]:
    """Read "Label: value" lines in order, with repeats, and join folded values.

    Args:
        path: The file's path, for findings.
        text: The file's text.
        version: The bag's version. The rules for labels are stricter in 1.0 and later.
        report: Findings are added to it.
    """
    found: list[tuple[str, list[str], int]] = []
    for number, line in enumerate(split_lines(text), 1):
        place = Location(path, line=number)
        if not line.strip(_BLANKS):
            report.add(BLANK_LINE.at(place, _("is an empty line"), _("Remove it.")))
        elif line[0] in _BLANKS and found:
            found[-1][1].append(line.strip(_BLANKS))
        else:
            label, colon, value = line.partition(":")
            name = label.strip(_BLANKS)
            if not colon or not name:
                report.add(
                    LINE_MALFORMED.at(
                        place,
                        _("{line!r} is not 'Label: value'", line=line[:60]),
                        _("Write label, colon, space, value; indent lines that continue a value."),
                    )
                )
                continue
            if label != name and version >= (1, 0):
                report.add(
                    LABEL_SPACED.at(
                        place, _("the label {label!r} has white space around it", label=label)
                    )
                )
            if value and value[0] not in _BLANKS:
                report.add(
                    VALUE_UNSPACED.at(
                        place, _("no space follows the colon after {name!r}", name=name)
                    )
                )
            found.append((name, [value.strip(_BLANKS)], number))
    return [Tag(name, " ".join(filter(None, pieces)), line) for name, pieces, line in found]


def tags_to_bytes(tags: Sequence[tuple[str, str]]) -> bytes:
    """Return the bytes of a UTF-8 tag file. Values are folded at their line breaks.

    Raises:
        ValueError: A label is empty, contains a colon or line break, or begins or ends with white
            space.
    """
    lines = []
    for label, value in tags:
        if not label or label != label.strip() or re.search(r"[:\r\n]", label):
            raise ValueError(_("{label!r} cannot be a tag's label", label=label))
        folded = "\n  ".join(line.strip() for line in split_lines(value) if line.strip())
        lines.append(f"{label}: {folded}\n")
    return "".join(lines).encode()


def _encoding_by_mark(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"
