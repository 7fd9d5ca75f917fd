"""Find the path of an object in an OCFL root by the layouts 0002, 0003, 0004, 0006 and 0007.

A root declares its layout in `ocfl_layout.json`, and the layout's parameters in
`extensions/NAME/config.json` (OCFL 1.1, 4.1 and 4.2). Missing parameters have the defaults of the
extension. If a root does not declare a layout, the layout is inferred from its `extensions` folder
and its objects. The extension 0005 is no layout, see `objects`.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import DepositError
from archive_pkg.messages import _
from archive_pkg.parsing import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USUAL = "0003-hash-and-id-n-tuple-storage-layout"
"""The layout of new roots."""

_DEFAULTS: dict[str, dict[str, Any]] = {
    "0002-flat-direct-storage-layout": {},
    USUAL: {"digestAlgorithm": "sha256", "tupleSize": 3, "numberOfTuples": 3},
    "0004-hashed-n-tuple-storage-layout": {
        "digestAlgorithm": "sha256",
        "tupleSize": 3,
        "numberOfTuples": 3,
        "shortObjectRoot": False,
    },
    "0006-flat-omit-prefix-storage-layout": {"delimiter": ""},  # has no default
    "0007-n-tuple-omit-prefix-storage-layout": {
        "delimiter": ":",
        "tupleSize": 3,
        "numberOfTuples": 3,
        "zeroPadding": "left",
        "reverseObjectRoot": False,
    },
}
_DIGESTS: dict[str, Callable[[bytes], Any]] = {
    **{name: partial(hashlib.new, name) for name in ("md5", "sha1", "sha256", "sha512")},
    "sha512/256": partial(hashlib.new, "sha512_256"),
    **{
        f"blake2b-{bits}": partial(hashlib.blake2b, digest_size=bits // 8)
        for bits in (160, 256, 384, 512)
    },
}
"""The digest algorithms of OCFL and of its extension 0009."""
_ENOUGH = 20
"""The most objects that are compared with a layout before the layout is accepted."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A storage layout with its parameters.

    Attributes:
        name: The extension's name.
        parameters: All parameters, defaults included.
    """

    name: str = USUAL
    parameters: dict[str, Any] = field(default_factory=lambda: dict(_DEFAULTS[USUAL]))

    def path(self, identifier: str) -> str:
        """Return the path below the root of an object; empty if the layout cannot place its id."""
        number = self.name[:4]
        if number == "0007" and not identifier.isascii():
            return ""
        if number == "0002":
            return identifier
        if number in ("0006", "0007"):
            return self._without_prefix(identifier)
        digest = _DIGESTS[self.parameters["digestAlgorithm"]](identifier.encode()).hexdigest()
        tuples = self._tuples(digest)
        if number == "0003":
            return "/".join([*tuples, _encapsulated(identifier, digest)])
        rest = digest[sum(map(len, tuples)) :] if self.parameters["shortObjectRoot"] else digest
        return "/".join([*tuples, rest])

    def _tuples(self, text: str) -> list[str]:
        size, count = self.parameters["tupleSize"], self.parameters["numberOfTuples"]
        return [text[n * size : (n + 1) * size] for n in range(count)]

    def _without_prefix(self, identifier: str) -> str:
        delimiter = self.parameters["delimiter"]
        place = identifier.lower().rfind(delimiter.lower())
        rest = identifier[place + len(delimiter) :] if place >= 0 else identifier
        if self.name.startswith("0006"):
            return rest
        width = self.parameters["tupleSize"] * self.parameters["numberOfTuples"]
        padding = self.parameters["zeroPadding"]
        padded = rest.ljust(width, "0") if padding == "right" else rest.rjust(width, "0")
        if self.parameters["reverseObjectRoot"]:
            padded = padded[::-1]
        return "/".join([*self._tuples(padded), rest])


def _encapsulated(identifier: str, digest: str) -> str:
    """Return the folder's name in layout 0003: percent-encoded; shortened and unique if long."""
    name = "".join(
        sign
        if re.fullmatch(r"[A-Za-z0-9_-]", sign)
        else "".join(f"%{byte:02x}" for byte in sign.encode())
        for sign in identifier
    )
    return f"{name[:100]}-{digest}" if len(name) > 100 else name


def version_of(root: Path) -> str:
    """Return the OCFL version that a root declares; empty unless it declares exactly one.

    Raises:
        OSError: The folder cannot be read.
    """
    found = [path.name.removeprefix("0=ocfl_") for path in root.glob("0=ocfl_*")]
    return found[0] if len(found) == 1 else ""


def layout_of(root: Path) -> Layout:
    """Return the layout of a root.

    Raises:
        DepositError: The layout is unknown or its parameters are wrong; or the root does not
            declare one, and no known layout matches its objects.
        OSError: The root cannot be read.
    """
    if not os.path.lexists(root / "ocfl_layout.json"):
        return _inferred(root)
    name = _read(root, "ocfl_layout.json").get("extension")
    if name not in _DEFAULTS:
        known = ", ".join(name[:4] for name in _DEFAULTS)
        raise DepositError(
            _(
                "{root} has the storage layout {name}, which this program does not know",
                root=root,
                name=name,
            ),
            _("Use a root with one of the layouts {known}.", known=known),
        )
    return _configured(root, name)


def _configured(root: Path, name: str) -> Layout:
    """Return a layout with the parameters of the root, or the defaults.

    Raises:
        DepositError: A parameter is wrong or missing.
        OSError: The configuration cannot be read.
    """
    config = f"extensions/{name}/config.json"
    said = _read(root, config) if os.path.lexists(root / config) else {}
    parameters = _DEFAULTS[name] | {
        key: value for key, value in said.items() if key in _DEFAULTS[name]
    }
    wrong = _wrong(parameters)
    if said.get("extensionName", name) != name:
        wrong = f"extensionName is {said['extensionName']!r}, not the name of the folder"
    if wrong:
        raise DepositError(
            f"{root / config}: {wrong}", _("Correct the configuration of the layout.")
        )
    return Layout(name, parameters)


def _read(root: Path, path: str) -> dict[str, Any]:
    try:
        said = read_json(storage.read_beneath(root, path))
    except (ValueError, RecursionError) as error:
        raise DepositError(
            _("{root} is not JSON: {error}", root=root / path, error=error), _("Correct the file.")
        ) from error
    if not isinstance(said, dict):
        raise DepositError(
            _("{root} is not a JSON object", root=root / path), _("Correct the file.")
        )
    return said


def _wrong(parameters: dict[str, Any]) -> str:
    """Return what is wrong with a layout's parameters; empty if they are valid."""
    size, count = parameters.get("tupleSize", 0), parameters.get("numberOfTuples", 0)
    for name, value in (("tupleSize", size), ("numberOfTuples", count)):
        if type(value) is not int or not 0 <= value <= 32:
            return f"{name} is {value!r}, and must be a number from 0 to 32"
    if "zeroPadding" in parameters and not size * count:
        return "tupleSize and numberOfTuples must be at least 1"
    if (size == 0) != (count == 0):
        return "tupleSize and numberOfTuples must both be 0, or neither"
    for name, values in (
        ("digestAlgorithm", tuple(_DIGESTS)),
        ("zeroPadding", ("left", "right")),
        ("shortObjectRoot", (True, False)),
        ("reverseObjectRoot", (True, False)),
    ):
        if parameters.get(name, values[0]) not in values:
            known = ", ".join(map(str, values))
            return f"{name} is {parameters[name]!r}, but this program knows only {known}"
    delimiter = parameters.get("delimiter", ":")
    if not isinstance(delimiter, str) or not delimiter:
        return "delimiter must be a string of one character or more"
    if "digestAlgorithm" in parameters:
        length = _DIGESTS[parameters["digestAlgorithm"]](b"").digest_size * 2
        if size * count > length or (size * count == length and parameters.get("shortObjectRoot")):
            return f"{count} tuples of {size} characters are too many for the digest"
    return ""


def _inferred(root: Path) -> Layout:
    """Return the layout that matches the objects of a root without a declared layout."""
    here: list[tuple[str, str]] = []
    for path in _objects(root):
        here.append((_read(root, f"{path}/inventory.json").get("id", ""), path))
        if len(here) == _ENOUGH:
            break
    configured = [name for name in _DEFAULTS if os.path.lexists(root / "extensions" / name)]
    layouts = [_configured(root, name) for name in configured]
    layouts += [Layout(name, parameters) for name, parameters in _DEFAULTS.items()]
    usual = layouts[:1] if configured else [Layout()]
    for layout in [one for one in layouts if not _wrong(one.parameters)] if here else usual:
        if all(layout.path(str(identifier)) == path for identifier, path in here):
            return layout
    raise DepositError(
        _(
            "{root} has no ocfl_layout.json, and its objects do not follow a known layout",
            root=root,
        ),
        _("Ask its administrator to add ocfl_layout.json, or use another root."),
    )


def _objects(root: Path, below: str = "") -> Iterator[str]:
    """Yield the paths of a root's objects, in any order, without searching inside objects."""
    with os.scandir(root / below) as entries:
        names = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    if below and any(name.startswith("0=ocfl_object_") for name in names):
        yield below
        return
    for name, is_folder in names.items():
        if is_folder and not (below == "" and name == "extensions"):
            yield from _objects(root, f"{below}/{name}" if below else name)
