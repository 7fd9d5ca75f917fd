"""Parse untrusted JSON and XML within limits. All faults raise ValueError."""

from __future__ import annotations

import codecs
import json
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any, NoReturn

from archive_pkg.limits import DOCUMENT_SIZE, JSON_DEPTH, JSON_SIZE, JSON_VALUES, XML_MARKUP
from archive_pkg.messages import _

if TYPE_CHECKING:
    from archive_pkg.limits import Limit

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
# In these encodings every “<” contains the byte 0x3C. Others, such as UTF-7, can hide markup.
_READABLE = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|iso-?8859-?\d+|latin-?1|windows-125\d|cp125\d|koi8-[ru]"
    r"|gb18030|gbk|gb2312|big5|euc-(jp|kr)|shift.jis|macintosh",
    re.IGNORECASE,
)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


ZIP_ERRORS = (zlib.error, struct.error, EOFError, LookupError, RuntimeError, ValueError)
"""Exceptions of the standard library for a damaged zip file, in addition to BadZipFile."""


class MalformedError(ValueError):
    """Input that cannot be parsed.

    Attributes:
        line: The line, from 1; None if unknown.
        hint: What to do; may be empty.
    """

    def __init__(self, message: str, line: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


class OverLimitError(MalformedError):
    """Input over a limit. The hint says how to raise the limit."""

    def __init__(self, message: str, limit: Limit) -> None:
        super().__init__(f"{message}, more than the limit of {limit.value}", hint=limit.hint)


def read_json(data: bytes | str) -> Any:
    """Parse JSON in UTF-8, and refuse input that different parsers read differently.

    Raises:
        ValueError: The input is not JSON, repeats a key, has a lone surrogate or is over a limit.
    """
    encoded = data.encode() if isinstance(data, str) else data
    if len(encoded) > JSON_SIZE.value:
        raise OverLimitError(_("it has {encoded} bytes", encoded=len(encoded)), JSON_SIZE)
    opened = encoded.count(b"[") + encoded.count(b"{")
    if (values := opened + encoded.count(b",")) > JSON_VALUES.value:
        raise OverLimitError(_("it has {values} values", values=values), JSON_VALUES)
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep() from None
    if opened > JSON_DEPTH.value:
        level = [value]
        for __ in range(JSON_DEPTH.value):
            level = [
                inner
                for outer in level
                if isinstance(outer, dict | list)
                for inner in (outer.values() if isinstance(outer, dict) else outer)
            ]
        if any(isinstance(each, dict | list) for each in level):
            raise _too_deep()
    if b"\\u" in encoded:  # a lone surrogate cannot be written as UTF-8
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _too_deep() -> OverLimitError:
    return OverLimitError(_("its lists and objects are nested too deeply"), JSON_DEPTH)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedError(_("an object has the same key twice"))
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedError(_("{constant} is not JSON", constant=constant))


def check_xml(data: bytes) -> int:
    """Refuse XML that is over a limit, or whose encoding can hide markup.

    Returns:
        An upper bound for the number of tags and attributes.

    Raises:
        MalformedError: The XML is over a limit, or does not start as XML in a safe encoding.
    """
    if len(data) > DOCUMENT_SIZE.value:
        raise OverLimitError(_("it has {data} bytes", data=len(data)), DOCUMENT_SIZE)
    marks = data.count(b"<") + data.count(b"=")
    if marks > XML_MARKUP.value:
        raise OverLimitError(_("it has {marks} tags and attributes", marks=marks), XML_MARKUP)
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
    hidden = declared is not None and not _READABLE.fullmatch(declared[1].decode("latin-1"))
    if hidden:
        raise MalformedError(_("its encoding is not supported"), 1, _("Save it as UTF-8."))
    if not data.lstrip().startswith((b"<", *_BOMS, b"\0<")):
        raise MalformedError(_("it does not begin with <"), 1, _("Use an XML file in UTF-8."))
    return marks


def parse_xml(data: bytes, *, remove_pis: bool = False) -> Any:
    """Parse XML without entities or network, and return its root element.

    Args:
        data: The document.
        remove_pis: Whether to drop processing instructions.

    Raises:
        MalformedError: The document is not well formed, or `check_xml` refuses it.
    """
    from lxml import etree

    check_xml(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_pis=remove_pis,
        collect_ids=False,  # some editions repeat an xml:id
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from error


def _malformed(error: Any) -> MalformedError:
    """Return the error for XML that lxml cannot parse, in plain words where it ends too early."""
    message = re.sub(r",? line \d+, column \d+$", "", error.msg or "it is empty")
    if found := re.match(r"Premature end of data in tag (\S+) line \d+|EndTag: '</' not", message):
        within = f", within <{found[1]}>" if found[1] else ""
        hint = _("The file is incomplete. Copy it again.")
        return MalformedError(
            _("it ends too early{within}", within=within), error.lineno or None, hint
        )
    if found := re.match(r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)", message):
        message = _(
            "<{found}> in line {found_2} is not closed before </{found_3}>",
            found=found[1],
            found_2=found[2],
            found_3=found[3],
        )
    elif message.startswith("xmlParseEntityRef"):
        message = _("there is a “&” that must be written as &amp;")
    return MalformedError(message, error.lineno or None)
