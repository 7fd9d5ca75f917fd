"""From bytes to text, and nothing lost: encodings are declared or UTF-8, never guessed."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.reports import Code, Location, Report, Severity

NOT_DECODABLE = Code(
    "text-not-decodable",
    Severity.ERROR,
    "A byte does not fit the text's encoding; declare the encoding that the file has.",
    "RFC 3629",
)
BINARY = Code(
    "text-binary",
    Severity.ERROR,
    "The file has bytes that no text has (NUL); it is something else than a text.",
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Names as IANA registers them, for codecs that Python calls otherwise.
_IANA = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "ascii": "US-ASCII",
    "iso8859-1": "ISO-8859-1", "iso8859-2": "ISO-8859-2", "iso8859-5": "ISO-8859-5",
    "iso8859-15": "ISO-8859-15", "cp1250": "windows-1250", "cp1251": "windows-1251",
    "cp1252": "windows-1252", "cp866": "IBM866", "cp437": "IBM437", "cp850": "IBM850",
    "koi8-r": "KOI8-R", "koi8-u": "KOI8-U",
    "mac-roman": "macintosh", "mac-cyrillic": "x-mac-cyrillic",
}  # fmt: skip
_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how its bytes were read.

    Attributes:
        text: The text without its byte order mark, newlines as they are.
        encoding: The encoding's IANA name.
        bom: Whether the file begins with a byte order mark.
    """

    text: str
    encoding: str
    bom: bool


def iana_name(codec: str) -> str:
    """The IANA name of an encoding that Python knows.

    Raises:
        UsageError: No such encoding is known.
    """
    try:
        name = codecs.lookup(codec).name
    except LookupError as error:
        raise UsageError(
            f"the encoding {codec} is not known", "Examples: utf-8, windows-1251, iso-8859-1."
        ) from error
    return _IANA.get(name, codec.upper())


def decode(data: bytes, encoding: str | None = None, *, path: str = "") -> Decoded:
    """The text of a file's bytes.

    A byte order mark tells UTF-8 and UTF-16; without one the text is UTF-8. Anything else has to be
    declared, since no program can tell one old encoding from another.

    Args:
        data: The file's bytes.
        encoding: The declared encoding.
        path: What findings call the file.

    Raises:
        InvalidError: Bytes do not fit; its report names each place.
        UsageError: The declared encoding is not known.
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
        raise _misfit(body, codec, len(mark), path, declared=encoding is not None) from None
    if "\0" in text:
        place = Location(path, byte=data.index(b"\0"))
        finding = BINARY.at(place, "a NUL byte: this is no text", "give a text, .docx, .odt or TEI")
        raise InvalidError(f"{path or 'the file'} is no text", finding.hint, Report([finding]))
    return Decoded(text, iana_name(codec), bool(mark))


def _misfit(body: bytes, codec: str, shift: int, path: str, *, declared: bool) -> InvalidError:
    """The error that names every byte which does not fit, a hundred at most."""
    hint = (
        "the declared encoding is not the file's"
        if declared
        else "declare the file's encoding, as in --encoding windows-1251"
    )
    report = Report()
    decoder = codecs.getincrementaldecoder(codec)
    start = 0
    while start < len(body) and len(report) < _MOST_TOLD:
        try:
            decoder().decode(body[start:], final=True)
            break
        except UnicodeDecodeError as error:
            place = start + error.start
            line = body.count(b"\n", 0, place) + 1
            wrong = body[place : start + error.end].hex(" ")
            report.add(
                NOT_DECODABLE.at(
                    Location(path, line=line, byte=place + shift),
                    f"the byte {wrong} is no {iana_name(codec)}",
                    hint,
                )
            )
            start += error.end
    first = report.findings[0]
    return InvalidError(f"{first.location}: {first.message}", hint, report)
