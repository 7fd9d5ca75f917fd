"""A last look at a public package before it has its name: does it betray what is withheld?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.errors import InvalidError
from archive_pkg.packages.checking import TEXT_LIMIT, decode
from archive_pkg.packages.layout import PARTS
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from archive_pkg.packages.audience import Withheld
    from archive_pkg.records import Part, Record

WITHHELD_SHOWS = Code(
    "withheld-shows",
    Severity.ERROR,
    "Words, the name or the digest of a part that may not go out stand in what describes the "
    "public package. Say it in other words, or give the statement evidence of its own: from a part "
    "that is open, or supplied by somebody who answers for it.",
)

_RUN = 6
"""So many words in a row that stand in a withheld text and in no open one are no accident."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")


def refuse_leaks(
    staged: Path, full: Record, public: Record, folder: Path, gone: Mapping[str, Withheld]
) -> None:
    """Search all that describes a public package for traces of what is withheld from it.

    Args:
        staged: The package's folder.
        full: The record with everything.
        public: The record as it goes out.
        folder: The folder of the parts' files.
        gone: What is withheld.

    Raises:
        InvalidError: There are such traces; its report says where, and does not repeat them.
    """
    betrays = traces(full, public, folder, gone)
    report = Report()
    for path in sorted(file for file in staged.rglob("*") if file.is_file()):
        place = path.relative_to(staged).as_posix()
        if place.startswith(f"data/{PARTS}/"):
            continue
        found = betrays(path.read_text(encoding="utf-8", errors="replace"))
        report.extend(WITHHELD_SHOWS.at(Location(place), f"has {what}") for what in found)
    if not report.ok:
        raise InvalidError(
            "what is to be withheld would show; no package was made",
            "look at the record's statements, notes and events that speak of it",
            report=report,
        )


def traces(
    full: Record, public: Record, folder: Path, gone: Mapping[str, Withheld]
) -> Callable[[str], list[str]]:
    """What tells which traces of something withheld stand in a text; they are not repeated.

    Args:
        full: The record with everything.
        public: The record as it goes out.
        folder: The folder of the parts' files.
        gone: What is withheld.
    """
    shut = {one.part.file for one in gone.values() if one.part.file}
    secrets = {name: f"the file name of {_whose(gone, name)}" for name in shut}
    for name in shut:
        with storage.open_beneath(folder, name) as stream:
            for algorithm, digest in fixity.digest(
                stream, ["md5", "sha1", "sha256", "sha512"]
            ).items():
                secrets[digest] = f"the {algorithm} of {_whose(gone, name)}"
    private = _runs_of(folder, [one.part for one in gone.values()])
    told = [item.field for item in public.evidence if item.basis == "supplied"]
    private -= _runs_of(folder, [part for part in full.parts if part.id not in gone])
    private -= {run for field in told for run in _runs(_words_at(public, field))}

    def betrays(text: str) -> list[str]:
        found = [what for secret, what in secrets.items() if _stands(secret, text)]
        shows = not private.isdisjoint(_runs(text))
        return found + (["words of a withheld text"] if shows else [])

    return betrays


def _stands(secret: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(secret)}(?![\w-])", text) is not None


def _whose(gone: Mapping[str, Withheld], name: str) -> str:
    return next(f"part {one.part.id}" for one in gone.values() if one.part.file == name)


def _runs_of(folder: Path, parts: list[Part]) -> set[str]:
    runs: set[str] = set()
    for name, part in {part.file: part for part in parts if part.is_text and part.file}.items():
        with storage.open_beneath(folder, str(name)) as stream:
            data = stream.read(TEXT_LIMIT)
        try:
            runs.update(_runs(decode(data, part.encoding or "utf-8")))
        except (UnicodeDecodeError, LookupError):
            continue
    return runs


def _runs(text: str) -> Iterator[str]:
    words = [found[0].casefold() for found in _WORD.finditer(text)]
    for place in range(len(words) - _RUN + 1):
        yield " ".join(words[place : place + _RUN])


def _words_at(record: Record, field: str) -> str:
    from archive_pkg.records.statements import Index

    return str(Index(record).value(field))
