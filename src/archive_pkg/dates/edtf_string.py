"""The date of a record: an EDTF text that knows when it begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydantic_core import core_schema

from archive_pkg.dates.edtf import LONGEST, parse

if TYPE_CHECKING:
    import datetime

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


EDTF_FORM = {
    "title": "EDTF date",
    "description": (
        "ISO 8601-2:2019 annex A (EDTF), levels 0 and 1 and the level 2 sets “one of”: "
        "1960-07-18, 1960-07, 1960, 1960?, 1960~, 196X, 1960-21 (spring), 1959/1961, "
        "1959/.., [1959..1961]"
    ),
    "pattern": r"^[\[0-9Y/.\-][0-9XTYZ:/.,?~%+\- ]*\]?$",
    "maxLength": LONGEST,
    "examples": ["1960-07-18", "1960-07", "196X", "1959/1961", "[1959..1961]"],
}
"""The JSON Schema of a date's text."""


class Edtf(str):
    """A date in the Extended Date/Time Format; a `str` that stays as it was written.

    Two dates are equal when they are written alike; they order by when they begin, then by when
    they end. An open or unknown beginning comes before everything, an open end after everything.
    Seasons are counted as meteorologists of the northern hemisphere do: spring (21) from March,
    summer (22) from June, autumn (23) from September, winter (24) from December of its year to
    the February after. Qualifiers (`?`, `~`, `%`) widen nothing.

    Attributes:
        earliest: First day it can mean; None where it is open, unknown, or not within the years
            1 to 9999 that `datetime.date` holds.
        latest: Last day it can mean; None likewise.
        uncertain: Whether it, or a date in it, is marked `?` or `%`.
        approximate: Whether it, or a date in it, is marked `~` or `%`.
        is_interval: Whether it is an interval, `1959/1961`.
        is_set: Whether it is a set "one of", `[1959..1961]`.

    Raises:
        Fault: (a ValueError) The text is no such date; the message says what is wrong with it and
            what would be right.
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
    """(begin, end, text) in seconds of the calendar; compares with every other date's."""

    def __new__(cls, text: str) -> Self:
        """Read a date.

        Args:
            text: The date, as it stands in a record.
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

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a date does not change: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a date does not change: {name} cannot be deleted")

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
