"""Limits on input, which the user can raise.

Readers refuse or report input over a limit, and do not read the rest. The environment variable
`ARCHIVE_PKG_LIMITS` sets other limits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

from archive_pkg.errors import UsageError
from archive_pkg.messages import _

VARIABLE = "ARCHIVE_PKG_LIMITS"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on input.

    Attributes:
        name: The name in the environment variable.
        default: The limit, unless the environment variable sets another.
        meaning: What is limited, for the documentation.
    """

    name: str
    default: int
    meaning: str

    @property
    def value(self) -> int:
        """The limit for this run.

        Raises:
            UsageError: The environment variable is malformed.
        """
        return _raised(os.environ.get(VARIABLE, "")).get(self.name, self.default)

    @property
    def hint(self) -> str:
        """How to raise the limit."""
        return _(
            "To read more, set {variable}={name}=NUMBER (now {value}).",
            variable=VARIABLE,
            name=self.name,
            value=self.value,
        )


_MIB = 1 << 20

ARCHIVE_SIZE = Limit("archive-size", 1 << 44, "Bytes that an archive unpacks to.")
ARCHIVE_RATIO = Limit(
    "archive-ratio",
    100,
    "Bytes that an archive unpacks to for each of its bytes, or that a sparse file in an OCFL "
    "object has for each byte on the disk. It applies above 1 GiB.",
)
ARCHIVE_MEMBERS = Limit("archive-members", 1_000_000, "Files and folders in an archive.")
ARCHIVE_NAMES = Limit(
    "archive-names", 64 * _MIB, "Bytes of all names in an archive, and of a zip's directory."
)
ARCHIVE_HEADER = Limit(
    "archive-header",
    _MIB,
    "Bytes of a tar archive's headers for one member (long names, extended headers, maps of "
    "sparse files).",
)
FOLDER_DEPTH = Limit("folder-depth", 256, "Nested folders in a bag or an archive.")
TAG_FILE = Limit(
    "tag-file",
    4 * _MIB,
    "Bytes of a tag file such as bag-info.txt, and of a manifest in UTF-16 or UTF-32.",
)
PROJECT_SIZE = Limit("project-size", 64 << 10, "Bytes of a project file.")
SIGNATURE_FILES = Limit(
    "signature-files", 200, "Signatures, timestamps and their certificates in a package."
)
SIGNATURE_SIZE = Limit(
    "signature-size", _MIB, "Bytes of a signature, a timestamp or its certificates."
)
SIGNED_SIZE = Limit(
    "signed-size", 256 * _MIB, "Bytes of a tag manifest that is read to check signatures over it."
)
MANIFEST_LINES = Limit("manifest-lines", 4_000_000, "Lines of all manifests of a bag together.")
FETCH_FILE = Limit("fetch-file", 32 * _MIB, "Bytes of fetch.txt.")
DOWNLOAD = Limit(
    "download", 1 << 40, "Bytes of a file that a server sends, if its size is not known before."
)
SERVER_ANSWER = Limit(
    "server-answer", 32 * _MIB, "Bytes of a server's answer that is not a file, such as a listing."
)
REPOSITORY_FILES = Limit(
    "repository-files", 1_000_000, "Files and folders that a repository lists for one package."
)

FILE_SIZE = Limit(
    "file-size",
    256 * _MIB,
    "Bytes of a file that is read into memory: lists of signers, maps, vocabularies, journals.",
)
JSON_SIZE = Limit("json-size", 128 * _MIB, "Bytes of a JSON file, such as an OCFL inventory.")
JSON_VALUES = Limit(
    "json-values",
    6_000_000,
    "Values of a JSON file, counted as its “[”, “{” and “,” signs.",
)
JSON_DEPTH = Limit("json-depth", 100, "Nested lists and objects in a JSON file.")
RECORD_SIZE = Limit("record-size", 16 * _MIB, "Bytes of a record's file.")
RECORD_VALUES = Limit("record-values", 250_000, "Values in a record's file or another YAML file.")
DOCUMENT_SIZE = Limit(
    "document-size",
    64 * _MIB,
    "Bytes of a document to draft from, or of an XML file to import; also when unpacked.",
)
DOCUMENT_TEXT = Limit("document-text", 16 * _MIB, "Characters of a document's text.")
XML_MARKUP = Limit(
    "xml-markup",
    4_000_000,
    "Tags and attributes of an XML file, counted as its “<” and “=” signs.",
)
TABLE_ROW = Limit("table-row", 16 * _MIB, "Characters of one row of a CSV file.")
TABLE_CELL = Limit("table-cell", 4 * _MIB, "Characters of one cell of a CSV file.")
WORKBOOK_SIZE = Limit("workbook-size", 256 * _MIB, "Bytes that a workbook unpacks to.")
WORKBOOK_CELLS = Limit(
    "workbook-cells",
    4_000_000,
    "Cells of all sheets of a workbook: on each sheet, rows with a value times columns.",
)


_PLAUSIBLE = 1 << 30
"""Up to this many unpacked bytes, the ratio is not checked, because so few do no harm."""


def all_limits() -> list[Limit]:
    """Return all limits in the order of this module."""
    return [value for value in globals().values() if isinstance(value, Limit)]


def is_bomb(unpacked: int, packed: int) -> bool:
    """Return whether an archive unpacks to more bytes than the limits allow."""
    return unpacked > ARCHIVE_SIZE.value or (
        unpacked > _PLAUSIBLE and unpacked > packed * ARCHIVE_RATIO.value
    )


@lru_cache(maxsize=4)
def _raised(setting: str) -> dict[str, int]:
    known = {limit.name for limit in all_limits()}
    found = {}
    for part in filter(None, (each.strip() for each in setting.split(","))):
        name, __, number = part.partition("=")
        if name not in known or not number.isascii() or not number.isdigit() or len(number) > 18:
            raise UsageError(
                _("{variable}: “{part}” is not a limit and a number", variable=VARIABLE, part=part),
                _(
                    "Write NAME=NUMBER,NAME=NUMBER. The limits are {known}.",
                    known=", ".join(sorted(known)),
                ),
            )
        found[name] = int(number)
    return found
