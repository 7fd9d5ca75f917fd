"""Find the files of the letters in a list by the names in its cells and by the letters' ids.

If no file has exactly the name in a cell, names are compared without folders, extensions, capitals,
spaces, punctuation and leading zeros.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.messages import _
from archive_pkg.paths import OUTPUT_MARKS
from archive_pkg.records import NAMES as RECORD_NAMES
from archive_pkg.records.file_kinds import side_file
from archive_pkg.records.media_types import media_type_of
from archive_pkg.reports import Code, Severity
from archive_pkg.storage import is_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FILE_MISSING = Code(
    "tables-list-file-missing",
    Severity.ERROR,
    "A file that a list names is not in the folder of its files, or several files have the name.",
)
FILE_SHARED = Code(
    "tables-list-file-shared", Severity.WARNING, "Several rows of a list have the same file."
)
CLOSED_FILE_SHARED = Code(
    "tables-list-closed-file-shared",
    Severity.ERROR,
    "Several rows of a list have the same file, but not all of them restrict access to it.",
)
FILES_UNUSED = Code(
    "tables-list-files-unused",
    Severity.WARNING,
    "Files in the folder belong to no row of the list.",
)
ROW_WITHOUT_FILE = Code(
    "tables-row-without-file",
    Severity.WARNING,
    "A row of a list has no file. Its package has only the record.",
)

_KINDS = {
    "scan": "tif tiff jpg jpeg png jp2 gif webp bmp pdf heic",
    "transcription": "txt md doc docx odt rtf xml html htm tex",
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
_TRANSLATION = re.compile(
    r"übers|uebers|transl|tradu|trad(?![a-z])|tłum|tlum|перев|perev|překl|fordít"
)
_PAGE_WORDS = (
    "s seite bl blatt p pp page pages fol f str strona карта л лист с стр feuillet pag pagina"
    " página karta r v recto verso anverso reverso"
)
_PAGES = frozenset(_PAGE_WORDS.split())
_COPY_WORDS = (
    "kopie copy copie kopia копия scan orig original umschlag envelope enveloppe koperta"
    " übersetzung uebersetzung übers translation transl traduction trad traducción traduzione"
    " tłumaczenie tlumaczenie перевод anlage anhang beilage annexe enclosure załącznik rückseite"
    " verso vorderseite front back anverso reverso retro awers rewers copia duplicado"
    " transkription transcription transcript abschrift transkrypcja"
    " de en fr pl ru es it"
)
_COPIES = frozenset(_COPY_WORDS.split())
_LANGUAGE = re.compile(
    r"engl|ingl|angl|deutsch|germ|alem|allem|niem|ted|fran|russ|ros|rus|pol|span|esp|hiszp|ital|wło"
    r"|англ|нем|рус|поль|фран|исп|итал"
)
"""The beginnings of words that say the language of a translation: "traducción inglesa"."""
_FILLER_WORDS = (
    "brief letter lettre list письмо carta lettera dok dokument document doc img image bild scan"
    " nr no file datei plik fichier"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_IGNORED = re.compile(r"\.|Thumbs\.db$|desktop\.ini$", re.IGNORECASE)
_DEPTH = 2
"""The number of levels of subfolders that are searched if the user names no folder."""
Tokens = tuple[str | int, ...]


@lru_cache(maxsize=1 << 14)
def _tokens(name: str) -> Tokens:
    """Return the words and numbers of a name: ("aa", 12, 5) for "AA_12-05"."""
    text = unicodedata.normalize("NFKC", name).casefold()
    found = re.findall(r"\d+|[^\W\d_]+", text)
    return tuple(int(part) if part.isdecimal() and len(part) < 12 else part for part in found)


def _bare(tokens: Tokens) -> Tokens:
    """Return the tokens without words such as "letter"; all tokens if nothing else is left."""
    return tuple(part for part in tokens if part not in _FILLERS) or tokens


def kind_of_file(path: str) -> str:
    """Return the kind of part that a file is, according to its name and extension."""
    stem = PurePosixPath(path).stem.casefold()
    return "translation" if _TRANSLATION.search(stem) else _KIND_OF.get(ending_of(path), "original")


def ending_of(path: str) -> str:
    """Return the extension of a file in lower case, without the dot."""
    return PurePosixPath(path).suffix[1:].casefold()


def part_of_file(path: str, kind: str, others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the data of a part for a file.

    Args:
        path: The file's path.
        kind: The kind of part.
        others: The parts that the letter has already.
    """
    ids = {part["id"] for part in others}
    name = next(
        f"file-{n}" for n in range(len(others) + 1, 2 * len(others) + 2) if f"file-{n}" not in ids
    )
    part: dict[str, Any] = {"id": name, "kind": kind, "file": path}
    part["media_type"] = media_type_of(path) or "application/octet-stream"
    if kind == "translation":
        sources = [one["id"] for one in others if one["kind"] in ("transcription", "scan")]
        part |= {"made_from": sources[:1]} if sources else {}
    return part


def letters_of_files(paths: Iterable[str]) -> list[list[str]]:
    """Group files without a list into letters: pages, copies and translations by their names.

    Files with the same name in different folders belong to different letters.
    """
    paths = sorted(paths, key=_order)
    names = Counter(PurePosixPath(path).name for path in paths)
    several = {letter_of(path) for path in paths if names[PurePosixPath(path).name] > 1}
    groups: dict[tuple[Tokens, str], list[str]] = defaultdict(list)
    for path in paths:
        words = letter_of(path)
        folder = str(PurePosixPath(path).parent) if words in several else ""
        groups[words, folder].append(path)
    return [sorted(group, key=_part_order) for group in groups.values()]


def letter_of(path: str) -> Tokens:
    """Return the words and numbers of a file's name that name its letter, without the page.

    If the name has nothing but pages, such as "001.jpg", the folder's name counts.
    """
    folder, tokens = PurePosixPath(path).parent, _tokens(PurePosixPath(path).stem)
    if folder.name and all(isinstance(part, int) or part in _PAGES for part in tokens):
        return _tokens(folder.name)
    while len(tokens) > 1:
        start = _page_start(tokens)
        if not start and tokens[-1] not in _COPIES and tokens[-1] not in ("r", "v"):
            break
        tokens = start or tokens[:-1]
    return tokens


def _part_order(path: str) -> tuple[bool, bool, tuple[tuple[bool, str | int], ...]]:
    """Return a key that sorts the files of a letter: texts, translations, scans by pages."""
    kind = kind_of_file(path)
    return kind == "scan", kind == "translation", _order(path)


@dataclass(slots=True)
class FoundFiles:
    """The files of a row.

    Attributes:
        paths: Their paths, relative to the folder of the files.
        inexact: The files whose names differ from the cell, each with the text of the cell. The
            text is "" for a file that was found by the letter's id or as another page.
        missing: A hint for each name in the cell that no file has or several files have.
    """

    paths: list[str] = field(default_factory=list)
    inexact: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str | None = None) -> None:
        """Add a file, unless the row already has it."""
        if path not in self.paths:
            self.paths.append(path)
            if text is not None:
                self.inexact[path] = text


class LetterFiles:
    """The files in a folder, for the letters of a list.

    Attributes:
        folder: The folder.
        is_given: Whether the user named the folder.
        paths: The paths of the files in it, relative to the folder.
        users: The numbers of the rows that each file belongs to.
        placed: The rows that the user chose for files, by path; 0 for a file of no row.
        kinds: The kinds of parts that the user chose for files, by path.
    """

    def __init__(
        self, folder: Path, without: Iterable[Path] = (), *, is_given: bool = True
    ) -> None:
        """Search the folder and its subfolders; if the user did not name it, only two levels.

        Hidden files, lock files of Office programs, links, and folders with a record, a package
        or a site are left out.

        Args:
            folder: The folder.
            without: Files that are not files of letters, such as the list.
            is_given: Whether the user named the folder.
        """
        self.folder, self.is_given = folder, is_given
        left_out = {path.absolute() for path in without}
        below = _files_below(folder, None if is_given else _DEPTH)
        found = (path for path in below if path.absolute() not in left_out)
        self.paths = sorted(path.relative_to(folder).as_posix() for path in found)
        self.users: dict[str, list[int]] = defaultdict(list)
        self.placed: dict[str, int] = {}
        self.kinds: dict[str, str] = {}
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._by_tokens: dict[Tokens, list[str]] = defaultdict(list)
        self._by_folder: dict[str, list[str]] = defaultdict(list)
        self._continued: dict[Tokens, list[str]] = defaultdict(list)
        self._pages: dict[tuple[PurePosixPath, Tokens], list[str]] = defaultdict(list)
        for name in self.paths:
            path = PurePosixPath(name)
            for key in {_key(name), _key(path.name), _key(path.stem)}:
                self._by_key[key].append(name)
            for tokens in {_tokens(path.stem), _tokens(path.name), _bare(_tokens(path.stem))}:
                self._by_tokens[tokens].append(name)
            stem = _tokens(path.stem)
            for length in range(2, len(stem)):
                # A name with a number is followed only by a page or a copy.
                has_number = any(isinstance(part, int) for part in stem[:length])
                if has_number and _is_suffix(stem[length:]):
                    self._continued[stem[:length]].append(name)
            self._pages[path.parent, _page_start(stem)].append(name)
            for parent in path.parents[:-1]:
                for key in {_key(str(parent)), _key(parent.name)}:
                    self._by_folder[key].append(name)

    @property
    def called(self) -> str:
        """The name of the folder in messages."""
        return str(self.folder) if self.folder.name else "the current folder"

    def assign(self, rows: Sequence[tuple[int, Sequence[str], str]]) -> dict[int, FoundFiles]:
        """Return the files of each row.

        Args:
            rows: For each row its number, the names in its cells, and its id or call number.
        """
        found = {number: self._named_files(number, names) for number, names, __ in rows}
        owners: dict[Tokens, list[int]] = defaultdict(list)
        for number, names, given in rows:
            tokens = _bare(_tokens(given))
            # If a row names its files, an id of one word or number is too short to find more.
            if tokens and not found[number].missing and not (names and len(tokens) == 1):
                owners[tokens].append(number)
        owned: dict[int, list[str]] = defaultdict(list)
        for name in self.unused():
            if number := self._owner(name, owners):
                owned[number].append(name)
        ids = {number: given for number, __, given in rows}
        for number, paths in owned.items():
            if hint := _asked(ids[number], paths):
                found[number].missing[ids[number]] = hint
                continue
            for name in paths:
                self._take(name, number, found[number], "")
        for number, row in found.items():
            for name in [path for path in row.paths if row.inexact.get(path) != ""]:
                for page in self._other_pages(name):
                    self._take(page, number, row, "")
            row.paths.sort(key=lambda path: (row.inexact.get(path) == "", _order(path)))
        for row in found.values():
            row.missing = {
                text: hint or self._hint_for_missing(text) for text, hint in row.missing.items()
            }
        return found

    def _named_files(self, number: int, names: Iterable[str]) -> FoundFiles:
        """Return the files that the user chose for a row, and those that its cells name."""
        row = FoundFiles()
        chosen = [path for path, owner in self.placed.items() if owner == number]
        for path in chosen:
            self._take(path, number, row)
        for name in names:
            self._find(name, number, row)
        if chosen:
            row.missing.clear()
        return row

    def unused(self) -> list[str]:
        """Return the files that belong to no row."""
        return [name for name in self.paths if name not in self.users and name not in self.placed]

    def is_utf_8(self, path: str) -> bool:
        """Return whether a file is text in UTF-8, or cannot be read."""
        try:
            with storage.open_regular(self.folder / path) as file:
                file.read().decode()
        except UnicodeDecodeError:
            return False
        except OSError:  # reported when the record is checked with its files
            return True
        return True

    def kind(self, path: str) -> str:
        """Return the kind of part that a file is."""
        return self.kinds.get(path) or kind_of_file(path)

    def _take(self, path: str, number: int, row: FoundFiles, text: str | None = None) -> None:
        if self.placed.get(path, number) != number:
            return
        row.add(path, text)
        if number not in self.users[path]:
            self.users[path].append(number)

    def _find(self, text: str, number: int, row: FoundFiles) -> None:
        """Find the files that a cell names."""
        name = unicodedata.normalize("NFC", text.replace("\\", "/")).removeprefix("./")
        if name in self._by_key.get(_key(name), ()):
            self._take(name, number, row)
            return
        path = PurePosixPath(name)
        stem = path.stem if ending_of(name) in _KIND_OF else path.name
        for matches in (
            self._by_key.get(_key(name), ()),
            self._by_folder.get(_key(name), ()),
            self._by_key.get(_key(path.name), ()),
            self._by_tokens.get(_tokens(path.name), ()),
            self._by_tokens.get(_tokens(stem), ()),
            self._continued.get(_tokens(stem), ()),
        ):
            if matches:
                self._take_matches(text, matches, number, row)
                return
        row.missing[text] = ""  # its hint needs the files of all rows

    def _hint_for_missing(self, text: str) -> str:
        """Return what to do about a name that no file has."""
        free, name = self.unused(), unicodedata.normalize("NFC", text.replace("\\", "/"))
        numbers = _numbers(name)
        same = [one for one in free if _numbers(one) == numbers] if numbers else []
        names = {PurePosixPath(one).name.casefold(): one for one in reversed(same or free)}
        near = get_close_matches(PurePosixPath(name).name.casefold(), names, 1, 0.7)
        if near:
            return f"Did you mean “{names[near[0]]}”?"
        return _("Put it there, correct the cell, or clear it.")

    def _take_matches(
        self, text: str, matches: Sequence[str], number: int, row: FoundFiles
    ) -> None:
        """Take the files that match a name, unless it can mean files in different folders."""
        if hint := _asked(text, matches):
            row.missing[text] = hint
            return
        for one in matches:
            self._take(one, number, row, text)

    def _owner(self, name: str, owners: dict[Tokens, list[int]]) -> int:
        """Return the only row whose id begins the name of a file or folder; 0 if there is none."""
        path = PurePosixPath(name)
        for part in (path.stem, *(parent.name for parent in path.parents[:-1])):
            tokens = _bare(_tokens(part))
            for length in range(len(tokens), 0, -1):
                rows = owners.get(tokens[:length], ())
                if len(rows) == 1 and _is_suffix(tokens[length:]):
                    return rows[0]
                if rows:
                    break
        return 0

    def _other_pages(self, name: str) -> Iterator[str]:
        """Yield the unused files that are other pages of the same letter: "AA 1 S.2.jpg"."""
        path = PurePosixPath(name)
        start = _page_start(_tokens(path.stem))
        for other in self._pages[path.parent, start] if start else ():
            if other not in self.users:
                yield other


def _asked(text: str, paths: Sequence[str]) -> str:
    """Return a hint if a name can mean files in different folders, otherwise "".

    They have the same name, or the name is a bare number, which each folder can have.
    """
    folders = {str(PurePosixPath(one).parent) for one in paths}
    names = {PurePosixPath(one).name for one in paths}
    is_number = all(isinstance(token, int) for token in _tokens(PurePosixPath(text).stem))
    if len(folders) < 2 or (len(names) == len(paths) and not is_number):
        return ""
    shown = " or ".join(f"“{one}”" for one in paths[:3])
    if len(names) < len(paths):
        return f"Several files have this name. Write {shown}."
    return f"Several files have this number. Write {shown}, or both with a semicolon."


def _numbers(path: str) -> list[int]:
    """Return the numbers in the name of a file."""
    return [part for part in _tokens(PurePosixPath(path).name) if isinstance(part, int)]


def _order(path: str) -> tuple[tuple[bool, str | int], ...]:
    """Return a key that sorts file names by their words and numbers: "S. 2" before "S. 10"."""
    tokens = _tokens(PurePosixPath(path).stem)
    return tuple((isinstance(part, str), part) for part in tokens)


def _page_start(tokens: Tokens) -> Tokens:
    """Return the tokens before the number of a page; empty if there is no such number."""
    if len(tokens) > 2 and isinstance(tokens[-1], int) and tokens[-2] in _PAGES:
        return tokens[:-2]
    return ()


def _is_suffix(tokens: Tokens) -> bool:
    """Return whether tokens after an id only name a page, a copy or a translation."""
    is_translated = any(_TRANSLATION.match(part) for part in tokens if isinstance(part, str))
    return all(
        isinstance(part, int)
        or part in _PAGES
        or part in _COPIES
        or len(part) == 1
        or (is_translated and bool(_LANGUAGE.match(part)))
        for part in tokens
    )


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _files_below(folder: Path, depth: int | None) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, down to a number of levels; None for all."""
    for here, folders, files in os.walk(folder):
        if depth is not None and len(Path(here).relative_to(folder).parts) >= depth:
            folders.clear()
        if not OUTPUT_MARKS.union(RECORD_NAMES).isdisjoint(files):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not _IGNORED.match(name))
        for name in files:
            path = Path(here, name)
            is_left_out = _IGNORED.match(name) or side_file(name) or path.is_symlink()
            if not is_left_out and is_regular(path):
                yield path
