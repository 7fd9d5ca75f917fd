"""Read the notes of cells in a workbook: Excel's notes, and its comments with their replies."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OURS = re.compile(r"(?:\A|\n\n)(?:ERROR|WARNING|ADVICE): .*", re.DOTALL)
"""The text that `check --annotate` writes into a note, after the words of the user."""
AUTHOR = "archive-pkg"
"""The author of the notes that the program writes."""


def notes_of(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the author and the text of the note of each cell, by the cell's address.

    Comments (threads) have no author here, but their replies. Notes that `check --annotate` wrote
    are left out.

    Args:
        archive: The workbook, whose XML is safe to parse.
        part: The part of the sheet.
    """
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    notes: dict[str, tuple[str, str]] = {}
    threads: dict[str, list[str]] = {}
    for relation in _parsed(archive, relations):
        kind = relation.get("Type", "").rpartition("/")[2]
        target = posixpath.normpath(posixpath.join(f"/{folder}", relation.get("Target", "")))[1:]
        if kind not in ("comments", "threadedComment") or target not in archive.namelist():
            continue
        root = _parsed(archive, target)
        if kind == "comments":
            notes |= dict(_notes(root))
            continue
        for comment in root:
            text = "".join(one.text or "" for one in comment if one.tag.endswith("}text"))
            threads.setdefault(comment.get("ref", ""), []).append(text.strip())
    # Excel also writes a thread as a note, for versions that do not know threads.
    notes |= {ref: ("", "\n".join(filter(None, texts))) for ref, texts in threads.items()}
    return {ref: (author, text) for ref, (author, text) in notes.items() if text}


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(part))  # noqa: S314 - the workbook was checked


def _notes(root: ElementTree.Element) -> Iterator[tuple[str, tuple[str, str]]]:
    authors = [author.text or "" for author in root.iter(f"{_MAIN}author")]
    for comment in root.iter(f"{_MAIN}comment"):
        text = "".join(run.text or "" for run in comment.iter(f"{_MAIN}t"))
        number = comment.get("authorId", "")
        author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
        yield comment.get("ref", ""), (author, _OURS.sub("", text).strip())
