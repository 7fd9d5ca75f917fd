"""Check the texts of a record: encodings, quotes and spans."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.messages import _
from archive_pkg.packages.checking.files import PART_UNREADABLE
from archive_pkg.reports import Code, Location, Severity, abridged
from archive_pkg.texts.decoding import ENCODING_NAMES, codec_name, encodings_hint
from archive_pkg.texts.letter_files import holds_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from archive_pkg.records import Part, Quote, Record
    from archive_pkg.reports import Finding

TEXT_LIMIT = 256 * 1024 * 1024
"""The largest text, in bytes, that is decoded."""

ENCODING_UNKNOWN = Code(
    "encoding-unknown",
    Severity.ERROR,
    "A part declares an encoding that this program does not know.",
)
TEXT_UNDECODABLE = Code(
    "text-undecodable",
    Severity.ERROR,
    "A text is not in the encoding that its part declares (UTF-8 if it declares none). Declare "
    "the right one. The file itself is not changed.",
)
TEXT_TOO_LARGE = Code(
    "text-too-large",
    Severity.ERROR,
    f"A text with quotes is larger than {TEXT_LIMIT // 1024**2} MiB, so the quotes are not "
    "checked.",
)
QUOTE_MOVED = Code(
    "quote-moved",
    Severity.ERROR,
    "The words of a quote, or the words around them, are not at its offsets in the part's file.",
    "W3C Web Annotation Data Model, 4.2.4 and 4.2.5",
)
SPAN_BEYOND_TEXT = Code(
    "span-beyond-text", Severity.ERROR, "A part's span ends after the end of the text in its file."
)


def check_texts(
    record: Record, folder: Path, source: Path, readable: dict[str, bytes | None]
) -> Iterator[Finding]:
    """Check that each text has its declared encoding, and that quotes and spans match it.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        source: The record's file, for the places of the findings.
        readable: The files that can be read, as `check_files` returns them.
    """
    quotes: dict[str, list[tuple[str, Quote]]] = defaultdict(list)
    for field, quote in _quotes(record):
        quotes[quote.part].append((field, quote))
    texts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in record.parts:
        if part.file in readable and holds_text(part, folder):
            texts[part.file, part.encoding or "utf-8"].append(part)
    for (name, encoding), parts in texts.items():
        quoted = [each for part in parts for each in quotes[part.id]]
        place = Location(str(source), field=f"parts.{parts[0].id}.file")
        data = readable[name]
        text = yield from _decoded(folder, name, encoding, place, data, needed=bool(quoted))
        if text is None:
            continue
        for field, quote in quoted:
            yield from _check_quote(text, quote, Location(str(source), field=field), name)
        for part in parts:
            if part.span and part.span.end > len(text):
                at = Location(str(source), field=f"parts.{part.id}.span", offset=part.span.end)
                message = _(
                    "the span ends at {end}, but the text of {name} ends at {text}",
                    end=part.span.end,
                    name=name,
                    text=len(text),
                )
                yield SPAN_BEYOND_TEXT.at(
                    at, message, _("End the span at {text} or before.", text=len(text))
                )


def _decoded(
    folder: Path, name: str, encoding: str, place: Location, data: bytes | None, *, needed: bool
) -> Generator[Finding, None, str | None]:
    """Return the text of a file, or None. The reason for None is reported.

    A text that is too large is only reported if it is `needed` to check quotes.
    """
    try:
        codec_name(encoding)
    except LookupError:
        yield ENCODING_UNKNOWN.at(
            place, _("{encoding} is not a known encoding", encoding=encoding), ENCODING_NAMES
        )
        return None
    if data is None:
        data = yield from _read_large(folder, name, place, needed=needed)
        if data is None:
            return None
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        at = Location(place.path, field=place.field, byte=error.start)
        message = _(
            "{name} is not {encoding}: the byte {data:02x} is not valid in it",
            name=name,
            encoding=encoding,
            data=data[error.start],
        )
        part = place.field.removesuffix(".file")
        hint = _(
            "Write its encoding in {part}.encoding. {data}",
            part=part,
            data=encodings_hint(data, error.start),
        )
        yield TEXT_UNDECODABLE.at(at, message, hint)
        return None


def _read_large(
    folder: Path, name: str, place: Location, *, needed: bool
) -> Generator[Finding, None, bytes | None]:
    """Return the bytes of a text that `check_files` did not keep, or None, as `_decoded` does."""
    try:
        with storage.open_beneath(folder, name) as stream:
            if os.fstat(stream.fileno()).st_size <= TEXT_LIMIT:
                return stream.read()
    except OSError as error:
        yield PART_UNREADABLE.at(
            place, _("{name} could not be read: {error}", name=name, error=storage.explain(error))
        )
        return None
    if needed:
        message = _("{name} is too large to check quotes in it", name=name)
        yield TEXT_TOO_LARGE.at(place, message, _("Split it into one file per letter."))
    return None


def decode(data: bytes, encoding: str) -> str:
    """Decode bytes without changing line endings, and remove a byte order mark.

    Raises:
        UnicodeDecodeError: A byte does not fit the encoding.
        LookupError: The encoding is unknown.
    """
    return data.decode(codec_name(encoding)).removeprefix("\ufeff")


def _quotes(record: Record) -> Iterator[tuple[str, Quote]]:
    for note in record.translation_notes:
        yield f"translation_notes.{note.id}.at", note.at
    for item in record.items:
        if item.at:
            yield f"items.{item.id}.at", item.at
    for index, evidence in enumerate(record.evidence):
        if evidence.at:
            yield f"evidence.{index}.at", evidence.at


def _check_quote(text: str, quote: Quote, place: Location, name: str) -> Iterator[Finding]:
    at = Location(place.path, field=place.field, offset=quote.start)
    actual = text[quote.start : quote.end]
    before = text[max(0, quote.start - len(quote.prefix)) : quote.start]
    after = text[quote.end : quote.end + len(quote.suffix)]
    if actual == quote.exact and before == quote.prefix and after == quote.suffix:
        return
    found = _find_quote(text, quote)
    if actual == quote.exact:
        message = _(
            "the words around “{exact}” in {name} differ from the record's",
            exact=abridged(quote.exact, 40),
            name=name,
        )
    else:
        # Shorten the beginning that both have, so that the difference is shown.
        pairs = enumerate(zip(actual, quote.exact, strict=False))
        shorter = min(len(actual), len(quote.exact))
        alike = next((at for at, (has, says) in pairs if has != says), shorter)
        cut = alike - 10 if alike > 20 else 0
        more = "…" if cut else ""
        message = _(
            "{name} has “{more}{actual}” at {start}–{end}, not “{more}{exact}”",
            name=name,
            more=more,
            actual=abridged(actual[cut:], 40),
            start=quote.start,
            end=quote.end,
            exact=abridged(quote.exact[cut:], 40),
        )
    if found is None:
        hint = _(
            "The text does not contain these words. Quote other words, or remove the evidence."
        )
    elif found == quote.start:
        hint = _("Correct the prefix and suffix of the quote.")
    else:
        hint = _(
            "Write start: {found} and end: {found2}.", found=found, found2=found + len(quote.exact)
        )
    yield QUOTE_MOVED.at(at, message, hint)


def _find_quote(text: str, quote: Quote) -> int | None:
    """Return where a quote begins in a text; None if the text does not contain its words.

    Prefer a place with the quote's context, then the place nearest to the recorded one.
    """
    context = len(quote.prefix)
    whole = quote.prefix + quote.exact + quote.suffix
    start = _nearest(text, whole, max(0, quote.start - context))
    return _nearest(text, quote.exact, quote.start) if start is None else start + context


def _nearest(text: str, words: str, start: int) -> int | None:
    before = text.rfind(words, 0, start + len(words))
    after = text.find(words, start)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start), default=None)
