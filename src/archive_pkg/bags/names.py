"""File names in bags: how manifests write them, and which are unsafe or not portable."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from archive_pkg.paths import windows_fault

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

_ENCODED = re.compile(r"%(0[AaDd]|25)")
_ENCODED_OLD = re.compile(r"%(0[AaDd])")
_STRAY_PERCENT = re.compile(r"%(?!0[AaDd]|25)")
_TO_ENCODE = re.compile(r"[%\r\n]")
_TO_ENCODE_OLD = re.compile(r"[\r\n]")
_DRIVE = re.compile(r"[A-Za-z]:")
_CHUNK = 4096
_LONGEST_PATH = 240
"""The limit in characters. Windows accepts 260 UTF-16 units; the rest is for the bag's folder."""


def encode(path: str, *, percent: bool = True) -> str:
    """Return a path as manifests write it, with line breaks and "%" percent-encoded.

    RFC 8493, 2.1.3.

    Args:
        path: The path.
        percent: Whether to encode "%" too. BagIt 1.0 and later do.
    """
    return (_TO_ENCODE if percent else _TO_ENCODE_OLD).sub(
        lambda found: f"%{ord(found[0]):02X}", path
    )


def decode(path: str, *, percent: bool = True) -> str:
    """Return the path of a file from its percent-encoded form in a manifest.

    Args:
        path: The path as the manifest writes it.
        percent: Whether "%25" means "%", as it does in BagIt 1.0 and later. Older versions encode
            only line breaks.
    """
    if "%" not in path:
        return path
    encoded = _ENCODED if percent else _ENCODED_OLD
    return encoded.sub(lambda found: chr(int(found[1], 16)), path)


def has_stray_percent(path: str) -> bool:
    """Return whether a path in a 1.0 manifest has a "%" other than %25, %0A and %0D."""
    return _STRAY_PERCENT.search(path) is not None


def unsafe(path: str) -> str:
    """Return why a path could lead out of the bag, or "" if it cannot.

    RFC 8493, 5.1: absolute paths, parent folders, home folders, drives, network shares and NUL
    characters, also after a leading "./".
    """
    straight = straighten(path)
    return _unsafe(path) or (_unsafe(straight) if straight != path else "")


def _unsafe(path: str) -> str:
    if "\0" in path:
        return "it has a NUL character"
    if path.startswith("/"):
        return "it is absolute"
    if path.startswith("\\\\"):
        return "it names a network share"
    if _DRIVE.match(path):
        return "it names a drive"
    if path.startswith("~"):
        return "it starts from a home folder"
    parts = path.split("/")
    if ".." in parts or ("\\" in path and ".." in re.split(r"[/\\]", path)):
        return "it leads to a parent folder"
    return ""


def straighten(path: str) -> str:
    """Return "data/x" for "./data//x". Paths without "//", "./" and a final "/." are unchanged."""
    if "//" not in path and "./" not in path and not path.endswith("/."):
        return path
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def fold(path: str) -> str:
    """Return a form that is equal for paths that some file system treats as the same."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def composed(path: str) -> str:
    """Return the path in Unicode normalization form C."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def unportable(path: str) -> str:
    """Return why a path cannot be created on Windows or on macOS; "" if it can on both."""
    if len(path) > _LONGEST_PATH:
        return f"it has more than {_LONGEST_PATH} characters"
    for part in path.split("/"):
        if len(part.encode("utf-8", "surrogateescape")) > 255:
            return "a name in it has more than 255 bytes"
        if why := windows_fault(part):
            return f"a name in it {why}"
    return ""


def undecoded(path: str) -> str:
    """Return why a program that takes names from manifests as they are written misses a file.

    Many programs do not decode %25, %0A and %0D (RFC 8493, 2.1.3). Empty if they find the file.
    """
    if encode(path) == path:
        return ""
    return "its reader does not decode %25, %0A and %0D in manifests"


def misread(path: str) -> str:
    """Return why bagit-python 1.9 does not find a file in a bag by this path; "" if it does.

    It does not decode %25, ends lines of manifests at more than LF and CR, and drops white space at
    their ends.
    """
    if "%" in path:
        return "bagit-python does not find a file whose name has a %"
    written = encode(path)
    if written[-1:].isspace():
        return "bagit-python does not find a file whose name ends with white space"
    if len(written.splitlines()) > 1:
        return "bagit-python takes a character in the name as the end of a line"
    return ""


def collisions(paths: Sequence[str], path_set: Container[str]) -> list[list[str]]:
    """Return groups of paths that some file systems treat as the same (case, normalization).

    Args:
        paths: The paths, without duplicates.
        path_set: The same paths as a set or dictionary.
    """
    # Most paths equal their folded form. For the others only a hash is kept: a million folded
    # paths would need more memory than everything else.
    hashes: list[int] = []
    alike = False
    for start in range(0, len(paths), _CHUNK):
        chunk = paths[start : start + _CHUNK]
        joined = "\0".join(chunk)
        folded = fold(joined)
        if folded != joined:
            others = zip(chunk, folded.split("\0"), strict=True)
            changed = [other for path, other in others if other != path]
            alike = alike or any(other in path_set for other in changed)
            hashes.extend(map(hash, changed))
    hashes.sort()
    if not alike and all(one != other for one, other in pairwise(hashes)):
        return []
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(fold(path), []).append(path)
    return [group for group in groups.values() if len(group) > 1]


def utf8_names(paths: Iterable[str]) -> dict[str, str]:
    r"""Return UTF-8 names for paths, which on Linux can be any bytes: b"caf\xe9" becomes "caf%E9".

    Paths in UTF-8 keep their names. No two paths get the same name.

    Returns:
        The UTF-8 name of each path, by path.
    """
    paths = list(paths)
    names = {path: path for path in paths if encodable(path)}
    taken = set(names)
    for path in sorted(set(paths) - taken):
        name = "".join(
            character if encodable(character) else f"%{ord(character) - 0xDC00:02X}"
            for character in path
        )
        number = 1
        while name in taken:
            number += 1
            name = f"{name.rpartition('~')[0] if number > 2 else name}~{number}"
        taken.add(name)
        names[path] = name
    return names


def encodable(path: str) -> bool:
    """Return whether the path can be written in UTF-8: names on Linux can be any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
