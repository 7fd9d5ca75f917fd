"""Find the letters of the folder under review, and add new ones.

Letters have keys, so that requests contain no paths.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.drafting import draft_letter, load_vocabulary, save_draft
from archive_pkg.drafting.records.draft_files import SUFFIXES
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange.importing import file_letter, is_description
from archive_pkg.paths import OUTPUT_MARKS
from archive_pkg.projects import Project
from archive_pkg.records import NAMES
from archive_pkg.records.file_kinds import side_file
from archive_pkg.web.review.listing import LetterList
from archive_pkg.web.review.record_editor import RecordEditor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.reports import Finding
    from archive_pkg.web.review.listing import LetterEntry

RECORDS = "records"
"""The subfolder for new letters. Each gets its own folder in it."""
LARGEST = 4 * 1024 * 1024
"""The largest size in bytes of a pasted letter."""

_DEEPEST = 4
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class UndraftedLetter:
    """A letter without a record."""

    key: str
    path: str


class OpenedFolder:
    """A folder that was opened for review.

    Attributes:
        root: The folder, its links resolved.
        project: The settings of the project.
    """

    def __init__(
        self,
        root: Path,
        only: Path | None = None,
        *,
        include_undrafted: bool = True,
        packages: Path | None = None,
        project: Project | None = None,
    ) -> None:
        """Open a folder.

        Args:
            root: The folder.
            only: The only record to review; None for all records in the folder.
            include_undrafted: Whether to find letters without a record, too.
            packages: The folder for packages. The default is `packages` in the opened folder, or
                next to it if the opened folder is that of a record.
            project: The settings of the project.
        """
        self.project = project or Project()
        self.root = root.resolve()
        self._only = only
        self._include_undrafted = include_undrafted
        self._packages = packages.absolute() if packages else None
        self._editors: dict[str, RecordEditor] = {}
        self._letters: dict[str, str] = {}
        self._digests: dict[tuple[str, int, int], str] = {}
        self._list = LetterList()
        self._lock = threading.Lock()

    @classmethod
    def with_letter(
        cls, letter: Path, packages: Path | None = None, project: Project | None = None
    ) -> OpenedFolder:
        """Open the folder of a letter without a record, and draft it.

        Raises:
            InvalidError: The letter cannot be read.
        """
        opened = cls(letter.parent, packages=packages, project=project)
        key = opened.add(letter)
        opened._only = Path(opened._editors[key].path)
        return opened

    @property
    def single(self) -> bool:
        """Whether the review is of a single letter."""
        return self._only is not None

    @property
    def packages(self) -> Path:
        """The folder for the packages of letters in folders below the opened one."""
        return self._packages or self.root / "packages"

    def packages_of(self, editor: RecordEditor) -> Path:
        """Return the folder for a letter's package: the given one, or `packages` nearby."""
        if self._packages:
            return self._packages
        home = self.root
        if editor.folder == home:
            home = home.parent.parent if home.parent.name == RECORDS else home.parent
        return home / "packages"

    def editor(self, key: str) -> RecordEditor:
        """Return the editor of a letter's record.

        Raises:
            UsageError: There is no letter with this key.
        """
        editor = self._editors.get(key) or self._scan()[0].get(key)
        if editor is None:
            raise UsageError("there is no such document here", "Go back to the list of documents.")
        return editor

    def editors(self) -> dict[str, RecordEditor]:
        """Return the editors of all records by key."""
        return self._scan()[0]

    def entries(self, *, wait: bool = False) -> list[LetterEntry]:
        """Return the letters that have a record; see `LetterList.entries`."""
        return self._entries(self.editors(), wait=wait)

    def letters(self) -> tuple[list[LetterEntry], list[UndraftedLetter]]:
        """Return the letters that have a record, and those that have none.

        The latter are known only when all records are read: no record here has their bytes.
        """
        editors, letters = self._scan()
        entries = self._entries(editors)
        if not all(entry.is_read for entry in entries):
            return entries, []
        names = {PurePosixPath(path).name for path in letters}
        known = {digest for entry in entries for digest in entry.digests}
        known |= {
            self._digest(path)
            for entry in entries
            for path in entry.undigested
            if PurePosixPath(path).name in names
        }
        found = [path for path in letters if self._digest(path) not in known]
        self._letters = {letter_key(path): path for path in found}
        return entries, [UndraftedLetter(key, path) for key, path in self._letters.items()]

    def unread(self) -> int:
        """Return how many records are still to be read for the list."""
        return self._list.unread

    def _entries(
        self, editors: dict[str, RecordEditor], *, wait: bool = False
    ) -> list[LetterEntry]:
        return [
            self._list.with_package(entry, self.packages_of(editor), editor.file)
            for entry in self._list.entries(editors, wait=wait)
            for editor in [editors[entry.key]]
        ]

    def draft(self, key: str) -> str:
        """Draft a letter into a folder of its own and return its new key.

        Raises:
            UsageError: There is no such letter.
            InvalidError: The letter cannot be read.
        """
        path = self._letters.get(key)
        if path is None:
            raise UsageError("there is no such document here", "Reload the page.")
        # Do not follow a link that has replaced the file since it was listed.
        with storage.storage_errors(f"reading {path}"):
            storage.open_beneath(self.root, path).close()
        return self.add(self.root / path)

    def paste(self, text: str) -> str:
        """Save a pasted letter unchanged in a folder of its own, and draft it.

        Returns:
            The letter's key.

        Raises:
            InvalidError: The text is empty, too long or cannot be drafted.
        """
        data = text.encode("utf-8")
        if not text.strip():
            raise InvalidError("the text is empty", "Paste the document's text first.")
        if len(data) > LARGEST:
            raise InvalidError(
                f"the text has {len(data):,} bytes; a pasted document can have up to {LARGEST:,}",
                "Save it as a file in the folder instead.",
            )
        with tempfile.TemporaryDirectory() as folder:
            letter = Path(folder, "letter.txt")
            letter.write_bytes(data)
            return self.add(letter)

    @property
    def records(self) -> Path:
        """The folder for the records of new letters.

        Raises:
            InvalidError: It is a link.
        """
        out = self.root / RECORDS
        if out.is_symlink():
            raise InvalidError(f"{out} is a symbolic link", "Replace it with a folder.")
        return out

    def add(self, letter: Path) -> str:
        """Draft or import a letter into a folder of its own, and return its key.

        Raises:
            InvalidError: The letter cannot be read.
            StorageError: The files cannot be written.
        """
        out = self.records
        with self._lock:
            if is_description(storage.read_regular(letter)):
                record = file_letter(letter, out).record
            else:
                own = self.project.vocabularies
                read = draft_letter(letter, vocabulary=own)
                record = save_draft(read, load_vocabulary(*own), out, self.project).record
        return self.key_of(record)

    def key_of(self, record: Path) -> str:
        """Return the key of a record that was added."""
        path = record.relative_to(self.root).as_posix()
        self._editors.setdefault(letter_key(path), RecordEditor(self.root, path))
        return letter_key(path)

    def _scan(self) -> tuple[dict[str, RecordEditor], list[str]]:
        """Return the editors of all records in the folder, and the paths of possible letters."""
        records, letters = [], []
        for path, mode in self._files():
            if not stat.S_ISREG(mode):
                continue
            name = path.rpartition("/")[2]
            if name in NAMES:
                records.append(path)
            elif name.lower().endswith(SUFFIXES):
                letters.append(path)
        editors = {}
        for path in records:
            key = letter_key(path)
            editors[key] = self._editors.setdefault(key, RecordEditor(self.root, path))
        return editors, letters

    def left_out(self) -> list[Finding]:
        """Return a finding for each link, pipe, socket and device among the files."""
        return [
            storage.left_out(path, "it is a link or not a regular file")
            for path, mode in self._files()
            if not stat.S_ISREG(mode)
        ]

    def _files(self) -> Iterator[tuple[str, int]]:
        """Yield the files that may be records or letters, with their modes. Do not follow links."""
        if self._only is not None:
            yield self._only.as_posix(), stat.S_IFREG
            return
        count = 0
        for folder, folders, names in os.walk(self.root):
            inside = Path(folder).relative_to(self.root).as_posix()
            depth = 0 if inside == "." else inside.count("/") + 1
            if not OUTPUT_MARKS.isdisjoint(names):
                folders.clear()
                continue
            links = [name for name in folders if stat.S_ISLNK(os.lstat(f"{folder}/{name}").st_mode)]
            enough = depth >= _DEEPEST or (not self._include_undrafted and depth >= 2)
            folders[:] = (
                []
                if enough
                else sorted(
                    name
                    for name in folders
                    if not name.startswith(".")
                    and not name.endswith(".receipts")
                    and (self._include_undrafted or depth > 0 or name == RECORDS)
                )
            )
            own = not any(name in NAMES for name in names)
            for name in sorted([*names, *links]):
                count += 1
                if name.startswith(".") or side_file(name):
                    continue
                # Files next to a record belong to it.
                if name in NAMES or (own and self._include_undrafted):
                    try:
                        mode = os.lstat(f"{folder}/{name}").st_mode
                    except OSError:  # removed meanwhile, or not accessible
                        continue
                    yield f"{inside}/{name}" if depth else name, mode
            if count > _MOST:
                return

    def _digest(self, path: str) -> str:
        """Return the digest of a file; "" if it cannot be read. Drafting reports such a file."""
        try:
            about = (self.root / path).lstat()
            key = path, about.st_mtime_ns, about.st_size
            if key not in self._digests:
                with storage.open_beneath(self.root, path) as stream:
                    self._digests[key] = fixity.digest(stream, ["sha256"])["sha256"]
        except OSError:
            return ""
        return self._digests[key]


def letter_key(path: str) -> str:
    """Return the key of a letter, which is its name in addresses."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
