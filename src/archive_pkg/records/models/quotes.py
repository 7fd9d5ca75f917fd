"""Places in a text: spans and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, validated_by
from archive_pkg.records.models.fields import PartId
from archive_pkg.records.scalars import WholeNumber
from archive_pkg.records.value_paths import get

if TYPE_CHECKING:
    from collections.abc import Iterator


def _length(span: Any) -> int | None:
    """Return the length of a span, or None if its start or end is not a number."""
    start, end = get(span, "start"), get(span, "end")
    try:
        return int(end) - int(start)
    except (TypeError, ValueError):
        return None


def _span_faults(span: Any) -> Iterator[Fault]:
    length = _length(span)
    if length is not None and length <= 0:
        start, end = get(span, "start"), get(span, "end")
        yield Fault(
            _("the span ends at {end}, not after its start at {start}", end=end, start=start),
            _("Count the characters of the text from 0. The end is the first character after it."),
        )


def _quote_faults(quote: Any) -> Iterator[Fault]:
    length, exact = _length(quote), get(quote, "exact")
    if length is None or length <= 0:
        yield from _span_faults(quote)
    elif isinstance(exact, str) and len(exact) not in (0, length):
        yield Fault(
            _(
                "the quote has {exact} characters, but its span has {length}",
                exact=len(exact),
                length=length,
            ),
            _(
                "Copy the words exactly as they are in the text, with line endings, "
                "and correct start and end, which count characters from 0."
            ),
        )


class Span(Model):
    """A range of a decoded text.

    Attributes:
        start: The offset of the first character, counted from 0 in Unicode code points, with
            unchanged line endings and without a byte order mark.
        end: The offset after the last character.
    """

    start: WholeNumber
    end: WholeNumber

    _span_rule = validated_by(_span_faults)


class Quote(Span):
    """A quote: words of a part with their place.

    It combines the TextPositionSelector and TextQuoteSelector of W3C Web Annotation. The offsets
    are into the complete text of the part's file.

    Attributes:
        part: The part whose file has the words.
        exact: The exact words.
        prefix: A few words before them.
        suffix: A few words after them.
    """

    part: PartId
    exact: Annotated[str, Field(min_length=1)]
    prefix: str = ""
    suffix: str = ""

    _span_rule = validated_by(_quote_faults)
