"""Types of the single values in a record, which are read from their source text.

Most readers of YAML turn plain words into numbers, dates and truth values. `records/loading.py`
returns them as text, so the models convert them with these types.
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
from archive_pkg.messages import _
from archive_pkg.paths import is_reserved_on_windows
from archive_pkg.records.base import OrText
from archive_pkg.reports import abridged

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_LONGEST_NUMBER = 18
# Control characters except tab and line breaks, U+FFFE, U+FFFF and halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
TEXT_PATTERN = r"^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]*$"
"""The texts that `clean_text` accepts, as far as JSON Schema can describe them."""

PATH_PATTERN = (
    r"^(?! |.:|.*(?:/ |[ ./](?:/|$)))[^/\\\u0000-\u001f\u007f-\u009f]"
    r"[^\\\u0000-\u001f\u007f-\u009f]*$"
)
"""The paths that `relative_path` accepts, without its rules on NFC, reserved names and length."""

_DIGITS = re.compile("-?[1-9][0-9]*|0")


def _whole(value: object) -> object:
    """Read an integer from decimal digits."""
    if not isinstance(value, str):
        return value
    if not _DIGITS.fullmatch(value):
        raise Fault(
            _("“{value}” is not a whole number", value=abridged(value)),
            _("Write decimal digits, as in 12."),
        )
    digits = len(value.removeprefix("-"))
    if digits > _LONGEST_NUMBER:
        raise Fault(
            _("the number has {digits} digits", digits=digits),
            _("Write up to {longest_number} digits.", longest_number=_LONGEST_NUMBER),
        )
    return int(value)


def _flag(value: object) -> object:
    """Read true or false; refuse the other words that YAML 1.1 has for them."""
    if not isinstance(value, str):
        return value
    if value not in ("true", "false"):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
            value.lower(), value.lower()
        )
        right = meant if meant in ("true", "false") else "true or false"
        raise Fault(
            _("“{value}” is neither true nor false", value=abridged(value)),
            _("Write {right}.", right=right),
        )
    return value == "true"


WholeNumber = Annotated[
    int, Field(ge=0), BeforeValidator(_whole), OrText({"pattern": "^(?:0|[1-9][0-9]{0,17})$"})
]
"""An integer from 0, or its decimal digits; `012` and `1e3` are refused."""

PositiveNumber = Annotated[
    int, Field(ge=1), BeforeValidator(_whole), OrText({"pattern": "^[1-9][0-9]{0,17}$"})
]
"""An integer from 1, or its decimal digits."""

Flag = Annotated[bool, BeforeValidator(_flag), OrText({"enum": ["true", "false"]})]
"""A truth value, or the text `true` or `false`; `yes`, `no` and `1` are refused."""


_compiled = cache(re.compile)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a string, as an annotation of `str`.

    Attributes:
        name: The name of such a string, such as "an id".
        pattern: The form as a regular expression, anchored at both ends.
        words: The hint that describes the form.
    """

    name: str
    pattern: str
    words: str

    def _check(self, value: str) -> str:
        if not _compiled(self.pattern).fullmatch(value):  # `$` alone lets a line break pass
            raise Fault(
                _("“{value}” is not {name}", value=abridged(value), name=self.name), self.words
            )
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
    """Return a string unchanged if it is valid.

    Raises:
        Fault: The text is empty or blank, or has a control character other than tab and line
            breaks, U+FFFE, U+FFFF or half a surrogate pair.
    """
    if not value.strip():
        raise Fault(_("the text is empty"), _("Leave the field out if nothing is known."))
    wrong = _NO_TEXT.search(value)
    if wrong:
        raise Fault(
            _("the text has the character U+{ord:04X}, which is not allowed", ord=ord(wrong[0])),
            _("Remove it. It is character {start} of the text.", start=wrong.start() + 1),
        )
    return value


def relative_path(value: str) -> str:
    """Return a relative path unchanged if it is valid in a record.

    Characters that only Windows forbids, such as `?`, are accepted. `check` warns of them.

    Raises:
        Fault: The path is absolute, leaves its folder, is not in NFC, has a control character, or
            has a name that Windows changes or reserves.
    """
    if not value:
        raise Fault(_("the path is empty"), _("Name a file in the record's folder."))
    if value.startswith("/") or value[1:2] == ":":
        raise Fault(
            _("“{value}” is an absolute path", value=abridged(value)),
            _("Write a path relative to the record's folder."),
        )
    if "\\" in value:
        raise Fault(
            _("“{value}” has a backslash", value=abridged(value)),
            _("Write {replace}", replace=abridged(value.replace(chr(92), "/"))),
        )
    if unicodedata.normalize("NFC", value) != value:
        raise Fault(
            _("“{value}” is not in Unicode normalization form C", value=abridged(value)),
            _(
                "Write {normalize}, and rename the file.",
                normalize=abridged(unicodedata.normalize("NFC", value)),
            ),
        )
    for name in value.split("/"):
        _check_name(value, name)
    return value


def _check_name(path: str, name: str) -> None:
    shown = abridged(path)
    if name == "..":
        raise Fault(
            _("“{shown}” is outside the folder of the files", shown=shown),
            _("Move the file into it."),
        )
    if name in ("", "."):
        raise Fault(
            _("“{shown}” has an empty name or a dot between slashes", shown=shown),
            _("Write FOLDER/FILE."),
        )
    if name != name.rstrip(" .") or name != name.lstrip(" "):
        message = _(
            "“{shown}”: “{name}” begins with a space, or ends with a space or dot",
            shown=shown,
            name=name,
        )
        raise Fault(message, _("Rename the file."))
    bad = [c for c in name if unicodedata.category(c) in ("Cc", "Cs")]
    if bad:
        raise Fault(
            _("“{shown}”: the name has the character U+{ord:04X}", shown=shown, ord=ord(bad[0])),
            _("Rename the file without it."),
        )
    if is_reserved_on_windows(name):  # a package has to be unpacked there, too
        raise Fault(
            _("“{shown}”: Windows reserves the name {name}", shown=shown, name=name),
            _("Rename the file."),
        )
    if len(name.encode()) > 255:
        raise Fault(
            _("“{shown}” has a name of more than 255 bytes", shown=shown),
            _("Shorten the name of the file."),
        )
