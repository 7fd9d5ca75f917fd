"""Receive files that the reviewer drops into the page, into a private folder.

They stay there until the reviewer adds them to letters. The opened folder does not change before.
"""

from __future__ import annotations

import contextlib
import shutil
import unicodedata
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import TYPE_CHECKING, BinaryIO

from archive_pkg import storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.records.file_kinds import (
    OPEN_DOCUMENT,
    PDF_FILE,
    WORD,
    recognize,
    recognize_text,
    side_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_FILE = 512 * 1024 * 1024
"""The largest size in bytes of a file."""
MOST_FILES = 5000
"""The largest number of files that can be added at once."""
LISTS = (".xlsx", ".xlsm", ".csv", ".tsv")
"""The endings of lists of letters."""
_IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".jp2", ".gif", ".webp")
_KINDS = {".docx": WORD.name, ".odt": OPEN_DOCUMENT.name, ".pdf": PDF_FILE.name} | dict.fromkeys(
    LISTS[:2], "a workbook"
)
_TEXTS = (".txt", ".xml", ".tei", *LISTS[2:])
_LARGEST_ZIP = 64 * 1024 * 1024
_HEAD = 1 << 16
_LONGEST_NAME = 255
_DEEPEST = 8
_ALLOWED = "Add .txt, .docx, .odt, .pdf or TEI files, images, and a list as .xlsx or .csv."


class Uploads:
    """The files that were dropped into the page and are not yet added to letters.

    Attributes:
        paths: The paths of the files in it, in the order of their arrival.
    """

    def __init__(self) -> None:
        """Start without files."""
        self.paths: dict[str, None] = {}

    @cached_property
    def folder(self) -> Path:
        """The private folder with the files."""
        # Records get at most the permissions of their files' folder.
        folder = Path(mkdtemp(prefix="archive-pkg-uploads-"), "files")
        folder.mkdir()
        return folder

    def close(self) -> None:
        """Remove all files."""
        if folder := vars(self).pop("folder", None):
            shutil.rmtree(folder.parent, ignore_errors=True)
        self.paths.clear()

    @contextlib.contextmanager
    def receiving(self, name: str) -> Iterator[BinaryIO]:
        """Open a file to write what the browser sends, and keep it if it is allowed.

        Args:
            name: The path of the file on the reviewer's machine, relative to what was dropped.

        Raises:
            InvalidError: The name, the kind or the size is not allowed; nothing is kept.
            StorageError: The file cannot be written.
        """
        path = _checked_path(name)
        if len(self.paths) >= MOST_FILES:
            raise InvalidError(
                f"more than {MOST_FILES:,} files were dropped", "Add the first ones, then the rest."
            )
        target = self.folder / path
        part = storage.hidden(target, ".part")
        with storage.storage_errors(f"receiving {path}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as stream:
                    yield stream
                _refuse_kind(path, part)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        self.paths[path] = None

    def remove(self, path: str) -> None:
        """Remove a file."""
        self.paths.pop(path, None)
        (self.folder / path).unlink(missing_ok=True)

    @property
    def list_path(self) -> Path | None:
        """The list of letters that arrived last; None if there is none."""
        lists = [path for path in self.paths if path.lower().endswith(LISTS)]
        return self.folder / lists[-1] if lists else None

    @property
    def letters(self) -> list[str]:
        """The paths of the files that are not lists."""
        return [path for path in self.paths if not path.lower().endswith(LISTS)]


def _checked_path(name: str) -> str:
    """Return the path of an uploaded file in the private folder.

    Raises:
        InvalidError: The path is not allowed.
    """
    path = unicodedata.normalize("NFC", name)
    names = path.split("/")
    wrong = ""
    if len(names) > _DEEPEST:
        wrong = "is in too many folders"
    elif any(part in ("", ".", "..") or part.startswith(".") for part in names):
        wrong = "is hidden, or has an empty name"
    elif any(len(part.encode()) > _LONGEST_NAME for part in names):
        wrong = "has a name that is too long"
    elif "\\" in path or any(unicodedata.category(each)[0] == "C" for each in path):
        wrong = "has a character in its name that is not allowed"
    elif kind := side_file(names[-1]):
        wrong = f"is {kind}"
    if wrong:
        raise InvalidError(f"“{path[:100]}” {wrong}", "Leave it out, or rename it.")
    return path


def _refuse_kind(path: str, file: Path) -> None:
    """Raise InvalidError unless a file has an allowed kind, by its ending and its bytes."""
    ending = PurePosixPath(path).suffix.lower()
    size = file.stat().st_size
    if ending not in (*_IMAGES, *_KINDS, *_TEXTS):
        raise InvalidError(f"{path} is not a kind of file that letters have", _ALLOWED)
    if not size:
        raise InvalidError(f"{path} is empty", "Restore it from another copy.")
    if ending in _KINDS and ending != ".pdf" and size > _LARGEST_ZIP:
        raise InvalidError(f"{path} is too large", f"It can have up to {_LARGEST_ZIP:,} bytes.")
    whole = ending in _KINDS and ending != ".pdf"
    with storage.open_regular(file) as stream:
        data = stream.read() if whole else stream.read(_HEAD)
    found = recognize(data)
    named = found.name if found else "a text"
    if ending in _IMAGES:
        is_right, wanted = named.startswith("an image"), "an image"
    elif ending in _KINDS:
        is_right, wanted = named == _KINDS[ending], _KINDS[ending]
    else:
        is_right, wanted = found is None and b"\0\0\0" not in data, "a text"
        page = (
            recognize_text(data.decode("utf-8", "replace"))
            if is_right and ending == ".txt"
            else None
        )
        if page is not None and "HTML" in page.name:
            is_right, named = False, page.name
    if not is_right:
        raise InvalidError(
            f"{path} is {named}, not {wanted}", "Correct its ending, or leave it out."
        )


def refuse_size(size: int) -> None:
    """Raise UsageError if a file is too large."""
    if size > LARGEST_FILE:
        raise UsageError(
            f"the file has more than {LARGEST_FILE:,} bytes",
            "Put it into the record's folder yourself, and describe it in record.yaml.",
        )
