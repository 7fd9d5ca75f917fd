"""Read CSV files with different encodings and separators.

The encoding is the declared one, that of the byte order mark, or UTF-8. A file with an invalid byte
is not read; the finding gives the place of the byte.
"""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TextIO

from archive_pkg import limits, storage
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.tables.reading.headers import HEADER_SEARCH_ROWS, find_header
from archive_pkg.tables.reading.sheets import Sheet, SheetBlock, words_in
from archive_pkg.texts.decoding import ENCODING_NAMES, codec_name, encodings_hint, iana_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENCODING_WRONG = Code(
    "tables-encoding-wrong",
    Severity.ERROR,
    "A byte of a file is not valid in its encoding: the declared one, that of its byte order mark, "
    "or UTF-8.",
    "RFC 3629",
)
CSV_BROKEN = Code(
    "tables-csv-broken",
    Severity.ERROR,
    "The quotes of a CSV file are unbalanced, or a row or cell is too long.",
    "RFC 4180, 2",
)
NUL_BYTE = Code(
    "tables-nul-character",
    Severity.ERROR,
    "A CSV file has so many NUL characters that it is not text in its encoding.",
)
SEPARATOR_OTHER = Code(
    "tables-separator-other",
    Severity.ADVICE,
    "The columns of a CSV file are not separated by commas.",
    "RFC 4180, 2",
)
EMPTY = Code("tables-empty", Severity.ERROR, "A file or sheet has no header and no rows.")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_CHUNK = 1 << 20
_BLOCK = 1_000  # rows; more do not fit into the cache of the processor
_SAMPLE = 64 * 1024


def read_csv(path: Path, *, encoding: str | None = None) -> Sheet:
    """Read a CSV file as a sheet; its report has the findings about the file.

    Args:
        path: The file.
        encoding: The encoding that the user or a data package declares. The default is that of the
            byte order mark, or UTF-8.

    Raises:
        StorageError: The file cannot be read.
        UsageError: The encoding is unknown.
    """
    report = Report()
    try:
        with storage.open_regular(path) as file:
            name = _encoding(file, encoding)
            is_valid = _decodes(file, path, name, report)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    if not is_valid:
        return _empty_sheet(path, report)
    separator = _separator(path, name)
    if separator != ",":
        message = _("the columns are separated by {separators}", separators=_SEPARATORS[separator])
        hint = _("This is accepted, but a program that expects commas reads each row as one cell.")
        report.add(SEPARATOR_OTHER.at(Location(str(path)), message, hint))
    first = _first_rows(path, name, separator, report)
    header_row, header = find_header(first)
    if not header and not report.ok:
        return _empty_sheet(path, report)
    if not header:
        report.add(EMPTY.at(Location(str(path)), _("the file is empty")))
        return _empty_sheet(path, report)

    def blocks() -> Iterator[SheetBlock]:
        return _blocks(path, name, separator, header_row, report)

    above = words_in(first[: header_row - 1])
    return Sheet(
        path.stem, str(path), header, header_row, blocks, above, is_guarded=True, report=report
    )


def _encoding(file: BinaryIO, declared: str | None) -> str:
    start = file.read(4)
    file.seek(0)
    marked = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    if declared is None:
        return marked or "utf-8"
    try:
        name = codec_name(declared)
    except LookupError:
        raise UsageError(
            _("the encoding {declared} is unknown", declared=declared), ENCODING_NAMES
        ) from None
    return marked if marked and name in ("utf-8", "utf-16") else name


def _text(path: Path, encoding: str) -> TextIO:
    buffered = io.BufferedReader(storage.open_regular(path).detach(), _CHUNK)
    return io.TextIOWrapper(buffered, encoding, newline="")


def _decodes(file: BinaryIO, path: Path, encoding: str, report: Report) -> bool:
    """Return whether a file is text in an encoding; report the first invalid byte, or the NULs."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done, lines = 0, 1
    while True:
        chunk = file.read(_CHUNK)
        state = decoder.getstate()
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            is_wide = encoding.startswith(("utf-16", "utf-32"))  # has NULs of its own
            if done == 0 and chunk.count(0) > len(chunk) // 4 and not is_wide:
                report.add(_nul_finding(path, 1, chunk))
                return False
            decoder.setstate(state)
            lines += decoder.decode(error.object[len(state[0]) : error.start]).count("\n")
            place = Location(str(path), line=lines, byte=done - len(state[0]) + error.start)
            report.add(_encoding_finding(place, error, encoding))
            return False
        if done == 0 and text.count("\0") > len(text) // 4:
            report.add(_nul_finding(path, lines, chunk))
            return False
        lines += text.count("\n")
        done += len(chunk)
        if not chunk:
            return True


def _nul_finding(path: Path, line: int, start: bytes) -> Finding:
    message = _("there are NUL characters: this is UTF-16 without a byte order mark, or not text")
    name = "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
    hint = _("Declare its encoding, as in --encoding {name}, or save the file as UTF-8.", name=name)
    return NUL_BYTE.at(Location(str(path), line=line), message, hint)


def _encoding_finding(place: Location, error: UnicodeDecodeError, encoding: str) -> Finding:
    byte = error.object[error.start] if error.start < len(error.object) else 0
    name = "UTF-8" if encoding.startswith("utf-8") else iana_name(encoding)
    hint = _(
        "Declare the encoding with --encoding. {encodings_hint}",
        encodings_hint=encodings_hint(error.object, error.start),
    )
    return ENCODING_WRONG.at(
        place, _("the byte {byte:02x} is not valid {name}", byte=byte, name=name), hint
    )


def _separator(path: Path, encoding: str) -> str:
    """Return the most frequent separator in the first row, outside quotes."""
    with _text(path, encoding) as file:
        sample = file.read(_SAMPLE)
    outside = "".join(sample.split('"')[::2])
    first = next((line for line in outside.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=lambda sign: (first.count(sign), sign == ","))


def _first_rows(path: Path, encoding: str, separator: str, report: Report) -> list[list[str]]:
    """Return the first rows, among which is the header, up to the first error."""
    csv.field_size_limit(limits.TABLE_CELL.value)
    rows: list[list[str]] = []
    with _text(path, encoding) as file:
        try:
            rows.extend(
                islice(
                    csv.reader(_lines(file), delimiter=separator, strict=True), HEADER_SEARCH_ROWS
                )
            )
        except csv.Error as error:
            report.add(_csv_finding(path, error, len(rows) + 1))
    return rows


def _blocks(
    path: Path, encoding: str, separator: str, header_row: int, report: Report
) -> Iterator[SheetBlock]:
    csv.field_size_limit(limits.TABLE_CELL.value)
    number = header_row + 1
    with _text(path, encoding) as file:
        reader = csv.reader(_lines(file), delimiter=separator, strict=True)
        for __ in range(header_row):
            next(reader)
        is_broken = False
        while not is_broken:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _BLOCK))
            except csv.Error as error:
                is_broken = True
                finding = _csv_finding(path, error, number + len(rows))
                if finding not in report.findings:
                    report.add(finding)
            if not rows:
                return
            yield SheetBlock(number, rows)
            number += len(rows)


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file. Raise `csv.Error` at a row that is over the limit."""
    limit = limits.TABLE_ROW.value
    length, quoted = 0, False
    while line := file.readline(limit + 1):
        length += len(line)
        if length > limit:
            raise csv.Error(f"the row is longer than {limit} characters")
        if line.count('"') & 1:
            quoted = not quoted
        if not quoted:
            length = 0
        yield line


def _csv_finding(path: Path, error: csv.Error, row: int = 1) -> Finding:
    message = _("in row {row} or later: {error}", row=row, error=error)
    hint = _(
        'Write a quote within a quoted cell twice: "he said ""yes""". End the cell with one quote.'
    )
    if "longer than" in str(error) or "larger than field limit" in str(error):
        limit = limits.TABLE_ROW if "longer" in str(error) else limits.TABLE_CELL
        hint = _("{text} {more}", text=hint, more=limit.hint)
    return CSV_BROKEN.at(Location(str(path), table=path.stem, cell=str(row)), message, hint)


def _empty_sheet(path: Path, report: Report) -> Sheet:
    return Sheet(path.stem, str(path), [], 0, lambda: iter(()), is_guarded=True, report=report)
