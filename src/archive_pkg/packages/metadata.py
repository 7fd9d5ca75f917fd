"""The record in the words of others: what `metadata/` of a package holds, and what export needs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.interchange import FORMATS, FileFacts, Setting
from archive_pkg.packages.access.audience import Outgoing, seen_by
from archive_pkg.packages.checking import TEXT_LIMIT, decode
from archive_pkg.packages.layout import PARTS
from archive_pkg.packages.opening import is_bag, open_package
from archive_pkg.records import load_record, record_file
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    from archive_pkg.packages.access.decision import Audience
    from archive_pkg.records import Part, Record

METADATA = "metadata"
CRATE = "ro-crate-metadata.json"
"""RO-Crate's own file, which lies at its crate's root, `data/` (RO-Crate 1.2, "Structure")."""


@dataclass(frozen=True, slots=True)
class Described:
    """A record as an audience may see it, and what export needs besides.

    Attributes:
        outgoing: The record.
        setting: Its texts, and the sizes of its files.
        folder: The folder that the parts' paths start from.
    """

    outgoing: Outgoing
    setting: Setting
    folder: Path


def described(
    source: Path,
    *,
    audience: Audience = "public",
    on: date | None = None,
    made: str | None = None,
) -> Described:
    """Read a record, and what export needs besides.

    A file that is not there or cannot be decoded is left out; `check` tells of it.

    Args:
        source: A record's file or folder, or a package.
        audience: Who is to see it.
        on: The day by which restrictions are judged; today if not given, or if later.
        made: The day of the document that will be written; a package has its own.

    Raises:
        InvalidError: There is no sound record at the path.
        StorageError: It cannot be read.
    """
    if is_bag(source):
        package = open_package(source)
        record, folder = package.record, package.parts
        made = package.packaged_on or made
        beneath = f"data/{PARTS}/"
    else:
        record, folder, beneath = load_record(source), record_file(source)[0].parent, ""
    outgoing = seen_by(record, audience, on)
    known = setting(outgoing.record, folder, beneath=beneath, made=made)
    return Described(outgoing, known, folder)


def setting(record: Record, folder: Path, *, beneath: str = "", made: str | None = None) -> Setting:
    """What crosswalks are told of a record's files.

    Args:
        record: The record.
        folder: The folder that the parts' paths start from; only read.
        beneath: Where that folder lies, seen from the document that will be written.
        made: The day of that document.
    """
    sizes, contents = {}, {}
    wanted = {part.file for part in record.parts if part.is_text}
    for path in record.files:
        try:
            with storage.open_beneath(folder, path) as stream:
                sizes[path] = os.fstat(stream.fileno()).st_size
                if path in wanted and sizes[path] <= TEXT_LIMIT:
                    contents[path] = stream.read()
        except OSError:
            continue
    texts = {
        part.id: text
        for part in record.parts
        if part.file in contents
        and part.is_text
        and (text := _text(part, contents[part.file])) is not None
    }
    files = {path: FileFacts(size) for path, size in sizes.items()}
    return Setting(texts=texts, files=files, folder=beneath, made=made, software=SOFTWARE)


def _text(part: Part, data: bytes) -> str | None:
    try:
        return decode(data, part.encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None


def metadata_files(record: Record, known: Setting, more: Collection[str] = ()) -> dict[str, bytes]:
    """The files of `metadata/`, by their path in the package; more formats where a target asks."""
    made: dict[str, bytes] = {}
    seen = replace(known, folder=f"../data/{PARTS}/", beside=made)
    for item in FORMATS.values():
        if item.packaged or item.name in more:
            made[item.file] = item.write([record], seen)
    return {f"{METADATA}/{name}": document for name, document in made.items()}


def crate_file(record: Record, known: Setting) -> bytes:
    """RO-Crate's file, seen from `data/`."""
    return FORMATS["ro-crate"].write([record], replace(known, folder=f"{PARTS}/"))
