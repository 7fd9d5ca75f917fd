"""The `Edtf` type for dates of records: a string with its first and last day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydantic_core import core_schema

from archive_pkg.dates.edtf import LONGEST, parse
from archive_pkg.faults import Fault

if TYPE_CHECKING:
    import datetime

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


EDTF_FORM = {
    "title": "EDTF date",
    "description": (
        "ISO 8601-2:2019 annex A (EDTF), levels 0 and 1 and most of level 2: "
        "1960-07-18, 1960-07, 1960, 1960?, 1960~, 196X, 1960-21 (spring), 1959/1961, "
        "1959/.., [1959..1961]"
    ),
    "pattern": r"^[\[0-9XY/.?~%\-][0-9XTYZ:/.,?~%+\- ]*\]?$",
    "maxLength": LONGEST,
    "examples": ["1960-07-18", "1960-07", "196X", "1959/1961", "[1959..1961]"],
}
"""The JSON Schema of a date's text."""


class Edtf(str):
    """A date in the Extended Date/Time Format; a `str` that keeps its spelling.

    Two dates are equal if they are written in the same way. They sort by their beginning, then by
    their end. An open or unknown beginning sorts first, an open end last. The seasons 21 to 24 are
    those of meteorology in the northern hemisphere: spring (21) begins in March, summer (22) in
    June and autumn (23) in September; winter (24) begins in December and ends in February of the
    next year. Qualifiers (`?`, `~`, `%`) do not change the first and last day.

    Attributes:
        earliest: First possible day; None if it is open, unknown, or outside the years 1 to 9999
            of `datetime.date`.
        latest: Last possible day; None in the same cases.
        uncertain: Whether the date, or a date in it, is marked `?` or `%`.
        approximate: Whether the date, or a date in it, is marked `~` or `%`.
        is_interval: Whether it is an interval, `1959/1961`.
        is_set: Whether it is a set "one of", `[1959..1961]`.

    Raises:
        Fault: (a ValueError) The text is not such a date. The message says what is wrong, the hint
            what to write.
    """

    __slots__ = (
        "approximate",
        "earliest",
        "is_interval",
        "is_set",
        "latest",
        "sort_key",
        "uncertain",
    )

    earliest: datetime.date | None
    latest: datetime.date | None
    uncertain: bool
    approximate: bool
    is_interval: bool
    is_set: bool
    sort_key: tuple[float, float, str]
    """Beginning and end in seconds of the calendar, and the text."""

    def __new__(cls, text: str) -> Self:
        """Parse a date.

        Args:
            text: The date as records write it.
        """
        if isinstance(text, cls):
            return text
        span = parse(text)
        self = super().__new__(cls, text)
        known = {
            "earliest": span.first.date if span.first else None,
            "latest": span.last.date if span.last else None,
            "uncertain": span.uncertain,
            "approximate": span.approximate,
            "is_interval": "/" in text,
            "is_set": text.startswith("["),
            "sort_key": (span.start, span.end, text),
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)
        return self

    def contains(self, other: Edtf) -> bool:
        """Return whether another date is between the first and the last day of this one."""
        start, end, _ = self.sort_key
        return start <= other.sort_key[0] and other.sort_key[1] <= end

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"dates are immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"dates are immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (str(self),)

    def __repr__(self) -> str:
        return f"Edtf({super().__repr__()})"

    def __lt__(self, other: str) -> bool:
        return self.sort_key < Edtf(other).sort_key

    def __le__(self, other: str) -> bool:
        return self.sort_key <= Edtf(other).sort_key

    def __gt__(self, other: str) -> bool:
        return self.sort_key > Edtf(other).sort_key

    def __ge__(self, other: str) -> bool:
        return self.sort_key >= Edtf(other).sort_key

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", **EDTF_FORM}


def somewhere_between(first: str, last: str) -> str:
    """Return the EDTF of a date that is one of two dates or between them; "" is an open end."""
    if first and last and len(first) != len(last):
        # A set has ends of one precision.
        first, last = str(Edtf(first).earliest), str(Edtf(last).latest)
    return f"[{first}..{last}]"


def somewhere_within(date: str) -> str | None:
    """Return the EDTF of a date that is somewhere within a date or range; None if it has no form.

    Args:
        date: The date or range in EDTF.
    """
    first, slash, last = (end.strip("?~%.") for end in date.partition("/"))
    if not slash or first == last:
        return first if slash else date
    try:
        return str(Edtf(somewhere_between(first, last)))
    except Fault:
        return None


def why_not_a_date(text: str) -> tuple[str, str]:
    """Return what is wrong with a year, month or day, and a hint.

    The hint is empty unless the text has the form of a date: the caller says what to write.
    """
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text):
        try:
            Edtf(text)
        except Fault as fault:
            return fault.message, fault.hint
    return f"“{text}” is not a date", ""
