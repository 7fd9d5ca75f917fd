"""Say what is at a path that a command cannot use, and what to do instead."""

from __future__ import annotations

import os
import re
import shlex
import stat
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Literal

from archive_pkg.messages import _
from archive_pkg.records.file_kinds import RECORD, TEXT, FileKind, recognize, recognize_text
from archive_pkg.records.loading import NAMES
from archive_pkg.storage import is_folder, is_regular, open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Wanted = Literal["record", "package", "record or package", "bag", "collection", "receipt", "letter"]

FOLDER = "an ordinary folder"
"""The name of the kind of a folder without records and packages."""

_CLOSED = FileKind(_("a folder that cannot be read"), "")
_EMPTY = FileKind(_("an empty folder"), "")
_PACKAGE = FileKind(_("a package"), _("Verify it: archive-pkg verify {path}", path="{}"))
_UNKNOWN = FileKind(_("a file of an unknown kind"), "")
_BUILD = "archive-pkg build {} --out packages"
_HINTS: dict[tuple[Wanted, str], str] = {
    ("record", "a package"): "Name the record that it was built from.",
    ("package", "a record"): f"Build a package from it: {_BUILD}",
    ("package", "a folder of records"): f"Build packages from them: {_BUILD}",
    ("package", "a zip archive with a bag in it"): (
        "Unpack it first: archive-pkg bag unpack {} {stem}"
    ),
    ("collection", "a package"): "Name the folder that contains it: {parent}",
    ("collection", "a record"): f"Build a package from it: {_BUILD}",
    ("collection", "a folder of records"): f"Build packages from them: {_BUILD}",
}
_NAME_ONE: dict[Wanted, str] = {
    "record": "Name the folder of a record.",
    "package": "Name the folder of a package.",
    "record or package": "Name the folder of a record or of a package.",
    "bag": "Name a bag, or make one from a folder: archive-pkg bag create.",
    "collection": "Name a collection: a folder of packages.",
    "letter": "Name a text, or a folder with letters.",
    "receipt": "Name a file that `deposit` wrote into a folder ending in .receipts.",
}
_CONTENTS = {"collection": "packages", "letter": "letters"}
_BAG = re.compile(r"bagit\.txt|bag-info\.txt|(?:tag)?manifest-\w+\.txt")
_LETTERS = (".txt", ".docx", ".odt")
_MOST_FOLDERS = 10_000
_LARGEST = 1 << 26
"""Larger files are not examined."""


def refusal(path: Path, wanted: Wanted) -> tuple[str, str]:
    """Return the message and the hint for a path that is not what a command needs.

    Args:
        path: An existing file or folder.
        wanted: What the command needs.
    """
    kind = kind_of(path)
    message = _("{path} is {name}, not a {wanted}", path=path, name=kind.name, wanted=wanted)
    if kind.name == FOLDER and wanted in _CONTENTS:
        message = _("{path} contains no {contents}", path=path, contents=_CONTENTS[wanted])
    if template := _HINTS.get((wanted, kind.name), ""):
        stem, parent = path.with_suffix(""), path.resolve().parent
        return message, template.format(_shown(path), stem=_shown(stem), parent=_shown(parent))
    if wanted in ("record", "record or package") or (
        wanted == "package" and kind.hint.startswith("Name ")
    ):
        return message, kind.advice(_shown(path)) or _NAME_ONE[wanted]
    return message, _NAME_ONE[wanted]


def kind_of(path: Path) -> FileKind:
    """Return the kind of an existing file or folder."""
    if package := package_above(path):
        return FileKind(
            _("part of the package {package}", package=package),
            _("Name the package: {package}", package=_shown(package)),
        )
    return _folder(path) if is_folder(path) else _file(path)


def package_above(path: Path) -> Path | None:
    """Return the package that a path is in; None if it is not in one."""
    # As the user wrote the path, then without links.
    for up in (*closed_parents(path), *closed_parents(path.resolve())):
        if is_regular(up / "bagit.txt") and is_folder(up / "data"):
            return up
    return None


def closed_parents(path: Path) -> Iterator[Path]:
    """Yield the folders above a path that can be examined and that not every user can change."""
    for folder in path.parents:
        with suppress(OSError):
            if not folder.stat().st_mode & stat.S_IWOTH:
                yield folder


def _folder(path: Path) -> FileKind:
    try:
        names = sorted(entry.name for entry in path.iterdir())
    except OSError:
        return _CLOSED
    if any(name in NAMES for name in names):
        return RECORD
    if any(map(_BAG.fullmatch, names)):
        return _PACKAGE
    for below, __, files in islice(os.walk(path), _MOST_FOLDERS):
        if "bagit.txt" in files:
            hint = _("Name a package in it, such as {below}", below=_shown(below))
            return FileKind(_("a folder of packages"), hint)
        if any(name in files for name in NAMES):
            return FileKind(
                _("a folder of records"),
                _("Name a record in it, such as {below}", below=_shown(below)),
            )
    letters = [name for name in names if name.lower().endswith(_LETTERS)]
    if len(letters) == 1:
        hint = _(
            "Draft a record from this file: archive-pkg draft {path}",
            path=_shown(path / letters[0]),
        )
        return FileKind(FOLDER, hint)
    if letters:
        return FileKind(
            FOLDER, _("Draft records from its letters: archive-pkg draft {path}", path=_shown(path))
        )
    return FileKind(FOLDER, "") if names else _EMPTY


def _file(path: Path) -> FileKind:
    with suppress(OSError, UnicodeDecodeError), open_regular(path) as file:
        data = file.read(_LARGEST + 1)
        if len(data) <= _LARGEST:
            return recognize(data) or recognize_text(data.decode()) or TEXT
    return _UNKNOWN


def _shown(path: str | Path) -> str:
    return shlex.quote(str(path))
