"""The data besides the record that formats need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.projects import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.records.models import Record


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Measured properties of a file.

    Attributes:
        size: Its length in bytes.
        digests: Hexadecimal digests by the algorithm's name as manifests have it, "sha256".
    """

    size: int
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContext:
    """Data besides the record, as far as the caller has it.

    Attributes:
        texts: Decoded text of the whole file of each text part, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id. Pages
            show it; the metadata formats leave it out, because it may be incomplete.
        files: Measured properties of the held files, by their path in the record.
        beside: Documents in the same folder, by their name, to which a document may refer.
        folder: The folder of the files, relative to the written document: "../data/", or "".
        addresses: The letters' own addresses (URLs), by the record's id.
        publisher: Who publishes the package.
        year: The year of its publication.
        made: The day the document is written, "2026-11-24"; nothing reads a clock.
        given: What the user gave for one target, by label ("Contact-Email").
        original_folder: The prefix of a file's path in its original name.
        software: The program that writes, with its version.
        project: The settings of the project.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    extracted: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileFacts] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    publisher: str | None = None
    year: int | None = None
    made: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    original_folder: str = ""
    software: str = "archive-pkg"
    project: Project = field(default_factory=Project)

    def digests(self, record: Record, path: str) -> dict[str, str]:
        """Return the digests of a held file by algorithm; measured ones take precedence."""
        stated = [part.sha256 for part in record.parts if part.file == path and part.sha256]
        measured = self.files[path].digests if path in self.files else {}
        return {**({"sha256": stated[0]} if stated else {}), **measured}
