"""Convert lists of letters with the user's own columns to records.

Each row that is a letter becomes a record, unless it has errors. Cells are stripped. A value that
is interpreted (a date, a language) or made (a title, an id, the kind of an agent) is noted in the
evidence of the record, in a finding, or in both.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.names import divide_name, in_reading_order, without_signs
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.titles import joined_names, title_from_parts
from archive_pkg.records.vocabularies.document_types import type_called, type_in_words
from archive_pkg.records.vocabularies.languages import language_called
from archive_pkg.reports import Code, Location, Severity, counted, some
from archive_pkg.tables.checking.files import FILES_ELSEWHERE
from archive_pkg.tables.lists.file_matching import (
    CLOSED_FILE_SHARED,
    FILE_MISSING,
    FILE_SHARED,
    FILES_UNUSED,
    ROW_WITHOUT_FILE,
    FoundFiles,
    LetterFiles,
    kind_of_file,
    part_of_file,
)
from archive_pkg.tables.lists.list_rows import READ_AS, ListRow
from archive_pkg.tables.lists.row_access import AccessCells
from archive_pkg.tables.lists.row_agents import AgentCells
from archive_pkg.tables.lists.row_dates import DateCells
from archive_pkg.tables.lists.row_reader import as_id, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet

ARCHIVE_UNNAMED = Code(
    "tables-archive-unnamed",
    Severity.ERROR,
    "A list gives a fonds, file or folio, but not the archive.",
)
ROW_REPEATED = Code(
    "tables-row-repeated",
    Severity.WARNING,
    "Two rows of a list have the same id or call number; the second id gets a number.",
)
DESCRIBER_MISSING = Code(
    "tables-describer-missing",
    Severity.WARNING,
    "The map of a list does not name its author, so the statements of the list have no evidence.",
)
LANGUAGE_UNREAD = Code(
    "tables-language-unread",
    Severity.WARNING,
    "A language is not recognized; a note keeps the words.",
)


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """A letter of a list.

    Attributes:
        name: Its id or call number in the list; with the row if it is not unique or empty.
        row: The number of its row.
        files: The paths of its files.
        record: Its record; None if the row has errors.
    """

    name: str
    row: int
    files: tuple[str, ...]
    record: Record | None


class ListReader(DateCells, AgentCells, AccessCells):
    """Converts the rows of a list to records; `report` has the findings about the list."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap, files: LetterFiles | None = None) -> None:
        """Read the rows.

        Args:
            sheet: The list.
            mapping: Its map.
            files: The files of the letters. Without them, the names in the cells are not checked.
        """
        super().__init__(sheet, mapping)
        self._files = files
        self._found: dict[int, FoundFiles] = {}
        self._ids: dict[str, int] = {}
        self._made: list[Record] = []
        self._given = [as_id(text) for row in self._rows.letters for text in row.texts("id")[:1]]
        if not mapping.described_by:
            message = _("the map names no author of the list, so its statements have no evidence")
            hint = _("Write a name into described_by, such as “Smith, Jane”.")
            self.report.add(DESCRIBER_MISSING.at(Location(sheet.path), message, hint))

    def records(self) -> list[Record]:
        """Return the records of the rows without errors; the report has the errors."""
        if self._files is not None:
            rows = [
                (row.number, self._names(row), (row.texts("id") or [""])[0])
                for row in self._rows.letters
            ]
            self._found = self._files.assign(rows)
            named = sum(len(names) for __number, names, __row in rows)
            if named and not self._files.users and not self._files.is_given:
                files = counted(named, "file")
                message = _(
                    "the list names {files}, but none is in {called}",
                    files=files,
                    called=self._files.called,
                )
                hint = _("Give their folder: --files FOLDER")
                at = self._sheet.at(self._sheet.header_row)
                self.report.add(FILES_ELSEWHERE.at(at, message, hint))
                self._files = None
        self._made = [
            record for row in self._rows.letters if (record := self._record(row)) is not None
        ]
        self._report_files(self._made)
        self._rows.report_levels()
        return self._made

    def _names(self, row: ListRow) -> list[str]:
        """Return the names of files in a row. A separator can also be part of a file's name."""
        paths = self._files.paths if self._files else ()
        return [
            name
            for cell in row.cells.get("files", ())
            for name in ((cell.text,) if cell.text in paths else cell.items)
        ]

    def letters(self) -> list[ListedLetter]:
        """Return the letters of the list; `records` must have been called."""
        by_row = {self._ids[record.id]: record for record in self._made}
        given = {row.number: (row.texts("id") or [""])[0] for row in self._rows.letters}
        counts = Counter(given.values())
        return [
            ListedLetter(
                name
                if name and counts[name] == 1
                else ", ".join(filter(None, (name, f"row {row}"))),
                row,
                tuple(self._found[row].paths) if row in self._found else (),
                by_row.get(row),
            )
            for row, name in given.items()
        ]

    def example(self, header: str) -> str:
        """Return the first value in a column; empty if it has none."""
        return next((text for __, text in self._rows.cells_of(header)), "")

    def _report_files(self, records: list[Record]) -> None:
        """Report the files that belong to several rows or to none."""
        if self._files is None:
            return
        closed = Counter(
            path
            for record in records
            for path in {
                part.file
                for part in record.parts
                if part.file and part.access and part.access.status != "open"
            }
        )
        for path, users in self._files.users.items():
            if 0 < closed[path] < len(users):
                rows = some([str(number) for number in users])
                message = _(
                    "{path} is a file of the rows {rows}, but not all of them restrict it",
                    path=path,
                    rows=rows,
                )
                hint = _("Say in all of these rows who may see it, or give each its own file.")
                at = self._sheet.at(users[-1])
                self.report.add(CLOSED_FILE_SHARED.at(at, message, hint))
            elif len(users) > 1:
                message = _(
                    "{path} is a file of the rows {value}",
                    path=path,
                    value=some([str(n) for n in users]),
                )
                at = self._sheet.at(users[-1])
                self.report.add(FILE_SHARED.at(at, message, _("Check which letter it belongs to.")))
        unused = self._files.unused() if self._files.is_given else []
        if unused:
            verb = _("belongs") if len(unused) == 1 else _("belong")
            files = counted(len(unused), "file")
            message = _(
                "{files} in {called} {verb} to no letter",
                files=files,
                called=self._files.called,
                verb=verb,
            )
            hint = _("Write each name into the row of its letter: {unused}.", unused=some(unused))
            self.report.add(FILES_UNUSED.at(Location(str(self._files.folder)), message, hint))

    def cell(self, record: Record, target: str) -> Location:
        """Return the location of a record's cell in the first column that is mapped to a field."""
        header = next((h for h, meant in self._map.columns.items() if meant == target), "")
        return self._rows.at(self._ids[record.id], header)

    def _record(self, row: ListRow) -> Record | None:
        errors = self._errors
        for build in (
            self._plain_fields,
            self._dates,
            self._agents,
            self._parts,
            self._holding,
            self._title,
            self._id,
            self._evidence,
        ):
            build(row)
        if self._errors > errors:
            return None
        try:
            return Record.model_validate(row.raw)
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                header = row.origin.get(str(entry["loc"][0]) if entry["loc"] else "", "")
                code, message, hint = explain_entry(entry, Record)
                self._report(code, row, header, message, hint)
            return None

    def _plain_fields(self, row: ListRow) -> None:
        places, subjects = (dict.fromkeys(row.items(n)) for n in ("mentioned_places", "subjects"))
        summary, licence = row.texts("summary"), row.texts("licence")
        rights = list(dict.fromkeys(t for one in (row, *row.above) for t in one.texts("rights")))
        for level in row.above:
            level.used.add("rights")
        marks = row.items("classification")
        made = {
            **{name: "\n".join(row.texts(name)) for name in ("custody", "salutation", "closing")},
            "variant_titles": row.items("variant_titles"),
            "publications": row.texts("publications"),
            "type": self._type(row),
            "place": self._place(row),
            "mentioned_places": [{"name": name} for name in places],
            "subjects": [{"term": term.removeprefix("subject:")} for term in subjects],
            "summary": summary and {"text": "\n\n".join(summary)},
            "classification": marks and {"as_written": marks[0], "caveats": marks[1:]},
            "rights": (rights or licence) and {"statement": "\n".join(rights) or licence[0]},
            "enclosures": [
                {"id": f"enclosure-{number}", "title": title}
                for number, title in enumerate(row.items("enclosures"), 1)
            ],
            "identifiers": [
                self._identifier(text)
                for text in row.items("identifiers")
                if text not in row.texts("id")
            ],
        }
        row.raw |= {name: value for name, value in made.items() if value}
        if licence:
            row.raw["rights"]["licence"] = licence[0]

    def _place(self, row: ListRow) -> dict[str, Any]:
        places = row.texts("place")
        if not places:
            self._report_unmatched_identifiers(row, "place_identifiers", "place")
            return {}
        bare = without_signs(places[0]) or places[0]
        self._doubt(row, "place", places[0])
        written = {"as_written": places[0]} if bare != places[0] else {}
        found = [self._identifier(text) for text in row.items("place_identifiers")]
        return {"name": bare} | written | ({"identifiers": found} if found else {})

    def _type(self, row: ListRow) -> str:
        text = (row.texts("type") or ["letter"])[0]
        low, meant = text.casefold(), type_in_words(text)
        if meant and meant not in (low, type_called(text)):
            self._report(
                READ_AS,
                row,
                row.origin["type"],
                _("“{text}” is read as {meant}", text=text, meant=meant),
            )
        return meant or low

    def _parts(self, row: ListRow) -> None:
        said = row.inherited("languages")
        languages = self._languages(said) if said else []
        is_own = said is row
        languages = languages if is_own or len(languages) == 1 else []
        remarks = row.cells.get("remarks", ())
        own = [name for name, target in self._map.columns.items() if target == "remarks"]
        plain = own if len(own) == 1 else []
        notes = [
            one.text
            if one.header in ("", *plain)
            else f"{'' if one.header in own else 'Note on '}{one.header}: {one.text}"
            for one in remarks
        ]
        parts: list[dict[str, Any]] = []
        encoding = next(iter(row.texts("file_encoding")), "")
        header = row.origin.get("file_encoding", "")
        for path in self._files_of(row):
            kind = self._files.kind(path) if self._files else kind_of_file(path)
            part = part_of_file(path, kind, parts)
            part |= {"title": row.pages[path]} if row.pages.get(path) else {}
            if encoding and self._files and part["media_type"] == "text/plain":
                part |= {} if self._files.is_utf_8(path) else {"encoding": encoding}
            if kind != "translation" and languages:
                part["languages"] = languages
            if kind == "translation":
                message = _("“{path}” is read as a translation", path=path)
                self._report(READ_AS, row, row.origin.get("files", ""), message)
            row.inferred.append((f"parts.{part['id']}.kind", "kind-from-file-name", f"“{path}”"))
            parts.append(part)
        if encoding and header and not any("encoding" in part for part in parts):
            message = _(
                "“{encoding}” is not used, because no text file of the row needs it",
                encoding=encoding,
            )
            self._report(READ_AS, row, header, message)
        access = self._access(row)
        notes += row.raw.pop("language_notes", [])
        if not parts and (languages or notes or access.get("status", "open") != "open"):
            parts.append(
                {"id": "letter", "kind": "original", "held": False}
                | ({"languages": languages} if languages else {})
            )
        if notes:
            parts[0]["note"] = "\n".join(notes)
        for one in parts if not is_own else ():
            if said and "languages" in one:
                what = _("The language of {called}.", called=said.called)
                path = f"parts.{one['id']}.languages"
                row.inferred.append((path, "language-of-the-level-above", what))
        for one in parts if access else ():
            one["access"] = access
            row.inferred.append((f"parts.{one['id']}.access", "access-in-words", access["status"]))
        if parts:
            row.raw["parts"] = parts
            row.origin["parts"] = row.origin.get("files") or row.origin.get("languages", "")

    def _files_of(self, row: ListRow) -> list[str]:
        """Return the paths of a row's files, and report how they were found."""
        header = row.origin.get("files", "")
        if self._files is None:
            paths = (name.replace("\\", "/").removeprefix("./") for name in row.items("files"))
            return [unicodedata.normalize("NFC", path) for path in paths]
        order = list(row.pages)
        found = self._found[row.number]
        for name, hint in found.missing.items():
            message: str = _(
                "the file “{name}” is not in {called}", name=name, called=self._files.called
            )
            if hint.startswith("Several"):
                message, __, hint = hint.partition(". ")
                message = f"“{name}”: {message[0].lower()}{message[1:]}"
            self._report(FILE_MISSING, row, header, message, hint)
        for path, text in found.inexact.items():
            message = _("“{path}” is added, because its name matches the letter", path=path)
            if text:
                message = _("“{text}” is read as the file {path}", text=text, path=path)
            self._report(READ_AS, row, header, message)
        if not (found.paths or found.missing):
            message = _("the row has no file; its package has only the record")
            self._report(ROW_WITHOUT_FILE, row, header, message)
        return sorted(found.paths, key=lambda p: order.index(p) if p in row.pages else -1)

    def _languages(self, row: ListRow) -> list[str]:
        """Return the tags of a row's languages, and report each that is not written as a tag."""
        tags = []
        for header, __, items in row.cells.get("languages", ()):
            for text in (part for item in items for part in _LANGUAGES.split(item) if part):
                try:
                    tag = language_called(text)
                except Fault:
                    message = _(
                        "“{text}” is not recognized as a language; a note keeps it", text=text
                    )
                    self._report(
                        LANGUAGE_UNREAD,
                        row,
                        header,
                        message,
                        _("Write the name or tag of the language, such as German or de."),
                    )
                    row.raw.setdefault("language_notes", []).append(f"Language: {text}")
                    continue
                tags.append(tag)
        return list(dict.fromkeys(tags))

    def _holding(self, row: ListRow) -> None:
        held = {
            name: "; ".join(said.texts(name))
            for name in ("repository", "fonds", "file", "folio")
            if (said := row.inherited(name) if name == "repository" else row) and said.texts(name)
        }
        above = [level.level for level in reversed(row.above) if level.level]
        if above and "repository" not in held:
            row.raw.setdefault("identifiers", []).extend(
                {"scheme": "local", "value": one["value"], "note": one["name"]} for one in above
            )
            above = []
        if held and "repository" not in held:
            hint = _("Map a column to repository, or add repository to `everywhere` in the map.")
            header = row.origin[next(iter(held))]
            self._report(ARCHIVE_UNNAMED, row, header, _("the archive is not named"), hint)
        elif held:
            levels = above
            levels += [{"name": n, "value": v} for n, v in held.items() if n != "repository"]
            row.raw["holdings"] = [{"repository": held["repository"], "levels": levels}]
            row.origin["holdings"] = row.origin.get("repository") or row.origin.get("fonds", "")

    def _title(self, row: ListRow) -> None:
        if titles := row.texts("title"):
            row.raw["title"] = titles[0]
            row.raw.setdefault("variant_titles", []).extend(titles[1:])
            return
        people = {one["id"] for one in row.raw.get("agents", ()) if one["kind"] == "person"}
        names = {
            agent: in_reading_order(name) if agent in people else name
            for name, agent in row.agents.items()
        }
        senders, recipients = (
            joined_names([names[agent] for agent in row.raw.get(role, ())])
            for role in ("sender", "recipients")
        )
        date = row.raw.get("date", {})
        level = row.inherited("title")
        if level and not (senders or recipients):
            row.raw["title"] = level.texts("title")[0]
            what = _("the row has no title")
            row.inferred.append(("title", "title-of-the-level-above", what))
            return
        row.raw["title"] = title_from_parts(
            row.raw["type"], senders, recipients, date.get("edtf"), date.get("as_written")
        )
        row.inferred.append(("title", "title-from-parts", "kind, sender, recipient and date"))

    def _id(self, row: ListRow) -> None:
        given = (row.texts("id") or [""])[0]
        wanted = as_id(given)
        header = row.origin.get("id", "")
        if given and wanted != given:
            row.raw.setdefault("identifiers", []).append({"scheme": "local", "value": given})
        if wanted:
            first = self._ids.get(wanted)
            if first is not None:
                taken = {*self._ids, *self._given}
                wanted = next(name for name in numbered(wanted) if name not in taken)
                message = _(
                    "row {first} has the same id, so the id of this one becomes {wanted}",
                    first=first,
                    wanted=wanted,
                )
                hint = _("To choose the id yourself, correct the cell.")
                for path in row.items("files"):
                    if (meant := _meant(given, path)) and as_id(meant) not in taken:
                        hint = _(
                            "Is {meant} meant, as in the name of the file {path}? {hint}",
                            meant=meant,
                            path=path,
                            hint=hint,
                        )
                self._report(ROW_REPEATED, row, header, message, hint)
        else:
            edtf = row.raw.get("date", {}).get("edtf", "undated")
            start = re.sub(r"[^0-9X-]+", "-", edtf).strip("-") or "undated"
            ends = [*row.raw.get("sender", ())[:1], *row.raw.get("recipients", ())[:1]]
            base = "-".join([start, "-to-".join(ends)] if ends else [start])[:100].strip("-")
            wanted = next(name for name in numbered(base) if name not in self._ids)
            lacking = "id or date" if start == "undated" else "id"
            message = _(
                "the row has no {lacking}, so its id becomes “{wanted}”",
                lacking=lacking,
                wanted=wanted,
            )
            self._report(READ_AS, row, header, message)
        self._ids[wanted] = row.number
        row.raw["id"] = wanted

    def _evidence(self, row: ListRow) -> None:
        place = f"{self._sheet.name}, row {row.number}"
        evidence: list[dict[str, str]] = [
            {"field": path, "basis": "inferred", "rule": rule, "note": f"{place}: {what}"}
            for path, rule, what in row.inferred
            if path.partition(".")[0] in row.raw
        ]
        if self._map.described_by:
            agent = row.agents[divide_name(self._map.described_by).name]
            inferred = {item["field"] for item in evidence}
            evidence += (
                {"field": path, "basis": "supplied", "agent": agent, "note": place}
                for path in _stated_fields(row.raw)
                if path not in inferred
            )
        evidence += (
            {"field": path, "basis": "inferred", "rule": "editors-signs", "confidence": confidence,
             "note": f"{place}: {what}"}
            for path, confidence, what in row.doubts
        )  # fmt: skip
        if evidence:
            row.raw["evidence"] = evidence


_LANGUAGES = re.compile(r"\s*(?:[,/&+]| und | and | et | i | y | e | и )\s*")


def _meant(given: str, path: str) -> str:
    """Return an id with the last number of a file's name, if the name otherwise begins like the id.

    For the id AA 12/7 and the file "aa12-8 copy" it is AA 12/8; empty if the name is different.
    """
    *start, last = re.findall(r"\d+|[^\W\d_]+", given.casefold()) or [""]
    named = re.findall(r"\d+|[^\W\d_]+", PurePosixPath(path).stem.casefold())
    number, *rest = named[len(start) :] or [""]
    is_like = start and named[: len(start)] == start and last.isdecimal() and number.isdecimal()
    if not is_like or number == last or any(map(str.isdecimal, rest)):
        return ""
    return f"{given[: given.rindex(last)]}{number}"


def _stated_fields(raw: dict[str, Any]) -> Iterator[str]:
    """Yield the paths of a record's statements, without those about the record itself."""
    for name, value in raw.items():
        if name in ("id", "type", "version", "evidence") or not value:
            continue
        if isinstance(value, list) and isinstance(value[0], dict) and "id" in value[0]:
            yield from (f"{name}.{item['id']}" for item in value)
        else:
            yield name
