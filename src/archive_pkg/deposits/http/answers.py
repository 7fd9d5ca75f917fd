"""Check the JSON and XML in server responses before other code uses them."""

from __future__ import annotations

from typing import Any

from archive_pkg.errors import DepositError
from archive_pkg.messages import _
from archive_pkg.parsing import MalformedError, OverLimitError, parse_xml

Shape = Any
"""The required shape of a JSON value: a type; a list with the shape of its items; or a dictionary
of shapes by name. A name that ends in "?" may be absent or null. Other names are ignored."""


def misfit(value: Any, shape: Shape, place: str = "") -> str:
    """Return where and how a JSON value differs from a shape; empty if it does not."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{place or 'the answer'} is not an object"
        for written, inner in shape.items():
            name = written.removesuffix("?")
            here = f"{place}.{name}" if place else name
            if written.endswith("?") and value.get(name) is None:
                continue
            if name not in value:
                return f"{here} is missing"
            if found := misfit(value[name], inner, here):
                return found
        return ""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{place} is not a list"
        faults = (misfit(each, shape[0], f"{place}[{at}]") for at, each in enumerate(value))
        return next(filter(None, faults), "")
    is_right = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return "" if is_right else f"{place} is not {_NAMES[shape]}"


def read_xml(data: bytes, target: str, hint: str) -> Any:
    """Return the root element of an XML document without reading anything outside it.

    Raises:
        DepositError: The document is not XML, exceeds a limit, or has a document type declaration.
    """
    try:
        root = parse_xml(data)
    except MalformedError as error:
        message = _(
            "{target} answers with something other than XML: {error}", target=target, error=error
        )
        over_limit = isinstance(error, OverLimitError)
        raise DepositError(message, error.hint if over_limit else hint) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DepositError(
            _("{target} answers with a document type declaration", target=target), hint
        )
    return root


_NAMES = {str: "text", int: "a whole number", bool: "true or false", dict: "an object"}
