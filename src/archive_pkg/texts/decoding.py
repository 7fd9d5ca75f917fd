"""Decode text without loss: the encoding is UTF-8 or declared, never guessed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity

NOT_DECODABLE = Code(
    "text-not-decodable",
    Severity.ERROR,
    "A byte is not valid in the text's encoding. Declare the encoding of the file.",
    "RFC 3629",
)
BINARY = Code(
    "text-binary",
    Severity.ERROR,
    "The file has NUL bytes, or many control characters, so it is not a text in its encoding.",
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# IANA names of encodings that have a different name in Python.
_IANA = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "ascii": "US-ASCII",
    "iso8859-1": "ISO-8859-1", "iso8859-2": "ISO-8859-2", "iso8859-5": "ISO-8859-5",
    "iso8859-15": "ISO-8859-15", "cp1250": "windows-1250", "cp1251": "windows-1251",
    "cp1252": "windows-1252", "cp866": "IBM866", "cp437": "IBM437", "cp850": "IBM850",
    "koi8-r": "KOI8-R", "koi8-u": "KOI8-U",
    "mac-roman": "macintosh", "mac-cyrillic": "x-mac-cyrillic",
}  # fmt: skip
ENCODING_NAMES = "Use a name such as UTF-8, UTF-16, windows-1251, windows-1252 or KOI8-R."
"""The hint for an unknown encoding."""
# Encodings of text in Python that write characters in ASCII.
_SPELLINGS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape"}
_MOST_REPORTED = 100
_SUGGESTED = ("windows-1251", "windows-1252", "KOI8-R")
_AROUND = 12
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and its encoding.

    Attributes:
        text: The text without byte order mark and with its original line endings.
        encoding: The encoding's IANA name.
        bom: Whether the file begins with a byte order mark.
    """

    text: str
    encoding: str
    bom: bool


def codec_name(encoding: str) -> str:
    """Return Python's name for a character encoding.

    Raises:
        LookupError: Python does not know it, or it does not encode characters, such as base64.
    """
    try:
        "a".encode(encoding)
    except ValueError as error:  # a NUL in the name, or the encoding "undefined"
        raise LookupError(encoding) from error
    name = codecs.lookup(encoding).name
    if name in _SPELLINGS:
        raise LookupError(encoding)
    return name


def iana_name(codec: str) -> str:
    """Return the IANA name of an encoding.

    Raises:
        UsageError: Python does not support the encoding.
    """
    try:
        name = codec_name(codec)
    except LookupError as error:
        raise UsageError(_("unknown encoding {codec}", codec=codec), ENCODING_NAMES) from error
    return _IANA.get(name, codec.upper())


def decode(data: bytes, encoding: str | None = None, *, path: str = "") -> Decoded:
    """Decode a file's bytes.

    A byte order mark identifies UTF-8 and UTF-16. Without a mark, the encoding is UTF-8 unless it
    is declared, because encodings cannot be distinguished reliably.

    Args:
        data: The file's bytes.
        encoding: The declared encoding, or None.
        path: The file's path, for findings.

    Raises:
        InvalidError: Bytes are not valid in the encoding; the report has their places.
        UsageError: The declared encoding is unknown.
    """
    mark, codec = next(((m, c) for m, c in _MARKS if data.startswith(m)), (b"", "utf-8"))
    if encoding is not None:
        declared = codecs.lookup(encoding).name if iana_name(encoding) else ""
        if mark and not codec.startswith(declared.split("-le")[0].split("-be")[0]):
            mark = b""
        if not (mark and codec.startswith(declared)):
            codec = declared
    body = data[len(mark) :]
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        if encoding is None and b"\0" in body:
            raise _with_nul(data, codec, path) from None
        raise _undecodable(body, codec, len(mark), path, declared=encoding is not None) from None
    if "\0" in text:
        raise _with_nul(data, codec, path)
    return Decoded(text, iana_name(codec), bool(mark))


def _with_nul(data: bytes, codec: str, path: str) -> InvalidError:
    """Return an error with the place of the first NUL byte."""
    name = iana_name(codec)
    message = _("the file has a NUL byte, so it is not a text in {name}", name=name)
    hint = _(
        "If it is a text in UTF-16, add --encoding UTF-16LE or UTF-16BE. "
        "Otherwise use a text, .docx, .odt or TEI file."
    )
    report = Report([BINARY.at(Location(path, byte=data.index(b"\0")), message, hint)])
    return InvalidError(
        _("{value} is not a text in {name}", value=path or _("the file"), name=name), report=report
    )


def encodings_hint(data: bytes, place: int) -> str:
    """Return a hint with the words around a byte in several encodings, for a person to choose.

    Args:
        data: The bytes of a text.
        place: The index of the byte in them.
    """
    around = _around(data, place)
    words = [f"{name} “{_readable(around, name)}”" for name in _SUGGESTED]
    named = f"{', '.join(words[:-1])} or {words[-1]}"
    choose = f"Choose the one in which the words are right: {named}."
    return f"{choose} If none is right, the file has another encoding, or is not a text."


def _around(data: bytes, place: int) -> bytes:
    """Return the bytes around a byte that are in the same line."""
    start = max(0, place - _AROUND, data.rfind(b"\n", 0, place) + 1)
    return data[start : place + _AROUND].partition(b"\n")[0]


def _readable(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _undecodable(body: bytes, codec: str, shift: int, path: str, *, declared: bool) -> InvalidError:
    """Return an error with the places of up to 100 invalid bytes; with one finding for no text."""
    if not declared and len(_CONTROLS.findall(body)) * 100 > len(body):
        message = _(
            "the file has control characters, and bytes that are not {iana_name}",
            iana_name=iana_name(codec),
        )
        hint = _(
            "It may be an image, or a damaged Word or OpenDocument file. Use a "
            "text or an intact copy."
        )
        report = Report([BINARY.at(Location(path), message, hint)])
        return InvalidError(_("{value} is not a text", value=path or _("the file")), report=report)
    advice = (
        _("Declare a different encoding with --encoding.")
        if declared
        else _("Declare the file's encoding with --encoding.")
    )
    report = Report()
    decoder = codecs.getincrementaldecoder(codec)
    start = 0
    while start < len(body) and len(report) < _MOST_REPORTED:
        try:
            decoder().decode(body[start:], final=True)
            break
        except UnicodeDecodeError as error:
            place = start + error.start
            line = body.count(b"\n", 0, place) + 1
            wrong = body[place : start + error.end].hex(" ")
            around = _readable(_around(body, place), codec)
            report.add(
                NOT_DECODABLE.at(
                    Location(path, line=line, byte=place + shift),
                    _(
                        "the byte {wrong} in “{around}” is not valid {iana_name}",
                        wrong=wrong,
                        around=around,
                        iana_name=iana_name(codec),
                    ),
                    "" if len(report) else f"{advice} {encodings_hint(body, place)}",
                )
            )
            start += error.end
    count = "1 byte is" if len(report) == 1 else f"{len(report)} bytes are"
    if len(report) == _MOST_REPORTED:
        count = f"at least {count}"
    return InvalidError(
        _(
            "{value}: {count} not valid {iana_name}",
            value=path or _("the text"),
            count=count,
            iana_name=iana_name(codec),
        ),
        report=report,
    )
