"""Changes to several files, which can be shown before they are written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class _FileChange:
    """A file before and after a change; before is None if it is new."""

    file: Path
    before: bytes | None
    after: bytes

    def write(self) -> None:
        if self.before is None:
            storage.write_atomically(self.file, self.after)
        elif not storage.replace_if_unchanged(self.file, self.after, self.before):
            raise StorageError(
                f"{self.file} was changed by another program", "Run the same command again."
            )


@dataclass(slots=True)
class FileChanges:
    """Changes to files, which are not yet written.

    Attributes:
        files: The files to write, in an order in which all records stay valid.
    """

    files: list[_FileChange] = field(default_factory=list)

    @property
    def paths(self) -> list[Path]:
        """The files that change, each once."""
        return list(dict.fromkeys(change.file for change in self.files))

    @property
    def diff(self) -> str:
        """The changes as a unified diff."""
        last = {change.file: change for change in self.files}
        first = {change.file: change for change in reversed(self.files)}
        return "".join(
            f"{line}\n"
            for file in self.paths
            for line in difflib.unified_diff(
                (first[file].before or b"").decode().splitlines(),
                last[file].after.decode().splitlines(),
                str(file),
                str(file),
                lineterm="",
            )
        )

    def write(self) -> None:
        """Write the files, each atomically. After an interruption, the same command continues.

        Raises:
            StorageError: A file cannot be written, or another program has changed it.
        """
        for change in self.files:
            change.write()

    def add(self, file: Path, before: bytes | None, after: bytes) -> None:
        """Add a change, unless nothing changes."""
        if before != after:
            self.files.append(_FileChange(file, before, after))
