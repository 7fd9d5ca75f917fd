"""Scalars of a record: decided here from their source text, since loading leaves all text as text.

A YAML reader left alone makes numbers, dates and truth values out of plain words; loading does not
(`records/loading.py`), so a model says where it means one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import core_schema

from archive_pkg.faults import Fault
from archive_pkg.records.base import OrText

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_LONGEST_NUMBER = 18
# Names that one common system keeps for itself or cannot write; a package has to be unpacked there.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
# Control characters but tab and line ends, and halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
TEXT_PATTERN = r"^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]*$"
"""What `clean_text` accepts, as far as every reader of JSON Schema understands it."""

PATH_PATTERN = (
    r"^(?! |.*(?:/ |[ ./](?:/|$)))[^/<>:\"|?*\\\u0000-\u001f\u007f-\u009f]"
    r"[^<>:\"|?*\\\u0000-\u001f\u007f-\u009f]*$"
)
"""What `portable_path` accepts but for rules of single names."""

_UNPORTABLE = frozenset('<>:"\\|?*')


def _whole(value: object) -> object:
    """A whole number from its decimal digits."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch("-?[1-9][0-9]*|0", value):
        raise Fault(f"“{_short(value)}” is not a whole number", "write decimal digits, as in 12")
    digits = len(value.removeprefix("-"))
    if digits > _LONGEST_NUMBER:
        raise Fault(f"a number of {digits} digits", f"at most {_LONGEST_NUMBER} digits are read")
    return int(value)


def _flag(value: object) -> object:
    """A truth value from the words true and false; what else YAML 1.1 took for one is refused."""
    if not isinstance(value, str):
        return value
    if value not in ("true", "false"):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
            value.lower(), value.lower()
        )
        right = meant if meant in ("true", "false") else "true or false"
        raise Fault(f"“{_short(value)}” is neither true nor false", f"write {right}")
    return value == "true"


Whole = Annotated[
    int, Field(ge=0), BeforeValidator(_whole), OrText({"pattern": "^(?:0|[1-9][0-9]{0,17})$"})
]
"""A whole number from 0, given as one or as its decimal digits; `012` and `1e3` are refused."""

Counted = Annotated[
    int, Field(ge=1), BeforeValidator(_whole), OrText({"pattern": "^[1-9][0-9]{0,17}$"})
]
"""A whole number from 1."""

Flag = Annotated[bool, BeforeValidator(_flag), OrText({"enum": ["true", "false"]})]
"""A truth value, given as one or as `true` or `false`; `yes`, `no` and `1` are refused."""


_compiled = cache(re.compile)


@dataclass(frozen=True, slots=True)
class Form:
    """A text's form, to annotate `str` with: a pattern for machines, and words for people.

    Attributes:
        name: What such a text is called, "an id".
        pattern: The form as a regular expression, anchored at both ends.
        words: The form in words.
    """

    name: str
    pattern: str
    words: str

    def _check(self, value: str) -> str:
        if not _compiled(self.pattern).fullmatch(value):  # `$` alone lets a line end pass
            raise Fault(f"“{_short(value)}” is not {self.name}", self.words)
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}


def clean_text(value: str) -> str:
    """Text that says something, unchanged.

    Raises:
        Fault: It is empty or only spaces, has a control character other than tab and line ends, or
            something that is no character (half a surrogate pair).
    """
    if not value.strip():
        raise Fault("the text is empty", "leave the field out where nothing is known")
    wrong = _NO_TEXT.search(value)
    if wrong:
        raise Fault(
            f"the text has a U+{ord(wrong[0]):04X} at character {wrong.start()}", "take it out"
        )
    return value


def portable_path(value: str) -> str:
    """A relative path with `/` between its names that every common system can hold.

    Raises:
        Fault: It is absolute, leaves its folder, is not normalised (NFC), or has a name that some
            common system cannot write.
    """
    if not value:
        raise Fault("the path is empty", "name a file below the record's folder")
    if value.startswith("/") or value[1:2] == ":":
        raise Fault(f"“{_short(value)}” is an absolute path", "name it from the record's folder")
    if "\\" in value:
        raise Fault(
            f"“{_short(value)}” has a backslash", f"write {_short(value.replace(chr(92), '/'))}"
        )
    if unicodedata.normalize("NFC", value) != value:
        raise Fault(
            f"“{_short(value)}” is not in Unicode's normal form C",
            f"write {_short(unicodedata.normalize('NFC', value))}, and name the file so",
        )
    for name in value.split("/"):
        _check_name(value, name)
    return value


def _check_name(path: str, name: str) -> None:
    shown = _short(path)
    if name == "..":
        raise Fault(f"“{shown}” leaves the record's folder", "name a file below it")
    if name in ("", "."):
        raise Fault(f"“{shown}” has an empty step", "write each folder once, with / between")
    if name != name.rstrip(" .") or name != name.lstrip(" "):
        raise Fault(f"“{shown}”: “{name}” begins or ends with a space or dot", "rename the file")
    bad = [c for c in name if c in _UNPORTABLE or unicodedata.category(c) in ("Cc", "Cs")]
    if bad:
        raise Fault(f"“{shown}” has U+{ord(bad[0]):04X} in a name", "rename the file without it")
    if name.split(".")[0].lower() in _RESERVED:
        raise Fault(f"“{shown}”: Windows keeps the name {name} for itself", "rename the file")
    if len(name.encode()) > 255:
        raise Fault(f"“{shown}” has a name of over 255 bytes", "give the file a shorter name")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
