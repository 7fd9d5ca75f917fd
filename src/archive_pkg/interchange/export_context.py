"""What an export needs besides the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from archive_pkg.projects import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archive_pkg.records.models import Record


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Measured properties of a file.

    Attributes:
        size: Its length in bytes.
        digests: Hexadecimal digests by algorithm, named as in manifests ("sha256").
    """

    size: int
    digests: Mapping[str, str] = field(default_factory=dict)


def _no_size(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContext:
    """What an export needs besides the record. Everything is optional.

    Attributes:
        texts: The decoded text of the complete file of each text part, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id. Pages
            show it; the metadata formats leave it out, because it may be incomplete.
        files: Measured properties of the held files, by their path in the record.
        image_size: Returns the width and height in pixels of the image at a path in the record, or
            None if it cannot be read.
        beside: Other documents in the folder of the export, by name. METS refers to them.
        folder: The prefix of the files' paths, relative to the export: "../data/", or "".
        addresses: The web addresses of the letters' pages, by the record's id.
        tei_addresses: The web addresses of the letters' TEI files, by the record's id.
        file_addresses: The web addresses of the letters' files, by the part's id; an empty string
            for a file that has no address on the site.
        publisher: The publisher of the package.
        year: The year of publication.
        made: The date of the export, "2026-11-24". Exports do not read the clock.
        given: The values of `--tag` for a target, by label ("Contact-Email").
        original_folder: The prefix that PREMIS puts before a path in `originalName`.
        software: The name and version of the program that writes the export.
        project: The settings of the project.
        creators: Who counts as the creators of a deposit: the senders of the document, or the
            editors of the project. The others are contributors.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    extracted: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileFacts] = field(default_factory=dict)
    image_size: Callable[[str], tuple[int, int] | None] = _no_size
    beside: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    tei_addresses: Mapping[str, str] = field(default_factory=dict)
    file_addresses: Mapping[str, str] = field(default_factory=dict)
    publisher: str | None = None
    year: int | None = None
    made: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    original_folder: str = ""
    software: str = "archive-pkg"
    project: Project = field(default_factory=Project)
    creators: Literal["senders", "editors"] = "senders"

    def digests(self, record: Record, path: str) -> dict[str, str]:
        """Return the digests of a file by algorithm.

        The measured digests take precedence over the SHA-256 that the record states.
        """
        stated = [part.sha256 for part in record.parts if part.file == path and part.sha256]
        measured = self.files[path].digests if path in self.files else {}
        return {**({"sha256": stated[0]} if stated else {}), **measured}
