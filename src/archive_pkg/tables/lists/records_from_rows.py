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
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.dates.edtf_string import Edtf, somewhere_between
from archive_pkg.dates.english import in_words
from archive_pkg.dates.written.reader import read_date
from archive_pkg.dates.written.readings import is_edtf
from archive_pkg.faults import Fault
from archive_pkg.names import (
    confidence_in,
    divide_name,
    in_reading_order,
    latin,
    slug,
    without_signs,
)
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.vocabularies.document_types import type_called, type_in_words
from archive_pkg.records.vocabularies.identifiers import SCHEMES, identify
from archive_pkg.records.vocabularies.languages import language_called
from archive_pkg.reports import Code, Location, Severity, counted, some
from archive_pkg.tables.checking.files import FILES_ELSEWHERE
from archive_pkg.tables.lists.access_words import (
    ACCESS_ASKED,
    AccessReading,
    read_access,
    restriction_in,
    strictest,
)
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
from archive_pkg.tables.lists.list_rows import ACCESS_FIELDS, READ_AS, ListRow, ListRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet

CELL_AMBIGUOUS = Code(
    "tables-cell-ambiguous",
    Severity.WARNING,
    "A date has several readings, does not exist or contradicts another column; it is not imported "
    "as a date.",
)
DATE_UNREAD = Code(
    "tables-date-unread",
    Severity.WARNING,
    "A date is not recognized; it is not imported as a date.",
)
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

IDENTIFIER_LOOSE = Code(
    "tables-identifier-loose",
    Severity.WARNING,
    "A row has more or fewer identifiers than names, so they are not imported, or it has the same "
    "identifier for two names.",
)

_IDENTIFIED = ("sender", "recipients")
_ROLES = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")
_UNDECIDED = "Not decided: the list of letters does not say clearly who may see it."


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


class ListReader:
    """Converts the rows of a list to records; `report` has the findings about the list."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap, files: LetterFiles | None = None) -> None:
        """Read the rows.

        Args:
            sheet: The list.
            mapping: Its map.
            files: The files of the letters. Without them, the names in the cells are not checked.
        """
        self._sheet, self._map, self._files = sheet, mapping, files
        self._rows = ListRows(sheet, mapping)
        self.report = self._rows.report
        self._conventions = self._rows.conventions()
        self._found: dict[int, FoundFiles] = {}
        self._ids: dict[str, int] = {}
        self._made: list[Record] = []
        self._given = [_as_id(text) for row in self._rows.letters for text in row.texts("id")[:1]]
        self._reported_names: set[str] = set()
        self._errors = 0
        self._restricted_ids = {
            _as_id(given)
            for row in self._rows.letters
            for given in row.texts("id")
            if any(
                read_access(cell.text, cell.header).status in ("restricted", "closed")
                for target in ("access", "access_until")
                for cell in row.cells.get(target, ())
            )
        }
        if not mapping.described_by:
            message = "the map names no author of the list, so its statements have no evidence"
            hint = "Write a name into described_by, such as “Smith, Jane”."
            self.report.add(DESCRIBER_MISSING.at(Location(sheet.path), message, hint))
        self._states_open = any(
            read_access(text, header).status == "open"
            for header, target in mapping.columns.items()
            if target == "access"
            for _, text in self._rows.cells_of(header)
        )

    def records(self) -> list[Record]:
        """Return the records of the rows without errors; the report has the errors."""
        if self._files is not None:
            rows = [
                (row.number, row.items("files"), (row.texts("id") or [""])[0])
                for row in self._rows.letters
            ]
            self._found = self._files.assign(rows)
            named = sum(len(names) for _, names, _ in rows)
            if named and not self._files.users and not self._files.is_given:
                files = counted(named, "file")
                message = f"the list names {files}, but none is in {self._files.called}"
                hint = "Give their folder: --files FOLDER"
                at = self._sheet.at(self._sheet.header_row)
                self.report.add(FILES_ELSEWHERE.at(at, message, hint))
                self._files = None
        self._made = [
            record for row in self._rows.letters if (record := self._record(row)) is not None
        ]
        self._report_files(self._made)
        return self._made

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
        return next((text for _, text in self._rows.cells_of(header)), "")

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
                message = f"{path} is a file of the rows {rows}, but not all of them restrict it"
                hint = "Say in all of these rows who may see it, or give each its own file."
                at = self._sheet.at(users[-1])
                self.report.add(CLOSED_FILE_SHARED.at(at, message, hint))
            elif len(users) > 1:
                message = f"{path} is a file of the rows {some([str(n) for n in users])}"
                at = self._sheet.at(users[-1])
                self.report.add(FILE_SHARED.at(at, message, "Check which letter it belongs to."))
        unused = self._files.unused() if self._files.is_given else []
        if unused:
            verb = "belongs" if len(unused) == 1 else "belong"
            files = counted(len(unused), "file")
            message = f"{files} in {self._files.called} {verb} to no letter"
            hint = f"Write the file name into the row of its letter: {some(unused)}."
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
        raw, origin = row.raw, row.origin
        for target, cells in row.cells.items():
            origin[target] = cells[0].header
        for name in ("custody", "salutation", "closing"):
            if texts := row.texts(name):
                raw[name] = "\n".join(texts)
        for name in ("variant_titles", "publications"):
            if texts := row.texts(name):
                raw[name] = texts if name == "publications" else row.items(name)
        raw["type"] = self._type(row)
        if places := row.texts("place"):
            bare = without_signs(places[0]) or places[0]
            raw["place"] = {"name": bare} | ({"as_written": places[0]} if bare != places[0] else {})
            self._doubt(row, "place", places[0])
            found = [self._identifier(text) for text in row.items("place_identifiers")]
            raw["place"] |= {"identifiers": found} if found else {}
        else:
            self._report_unmatched_identifiers(row, "place_identifiers", "place")
        if places := row.items("mentioned_places"):
            raw["mentioned_places"] = [{"name": name} for name in dict.fromkeys(places)]
        if terms := row.items("subjects"):
            raw["subjects"] = [{"term": term} for term in dict.fromkeys(terms)]
        if texts := row.texts("summary"):
            raw["summary"] = {"text": "\n\n".join(texts)}
        if texts := row.items("classification"):
            raw["classification"] = {"as_written": texts[0], "caveats": texts[1:]}
        if texts := row.texts("rights"):
            raw["rights"] = {"statement": "\n".join(texts)}
        if texts := row.texts("licence"):
            raw.setdefault("rights", {"statement": texts[0]})["licence"] = texts[0]
        if titles := row.items("enclosures"):
            raw["enclosures"] = [
                {"id": f"enclosure-{number}", "title": title}
                for number, title in enumerate(titles, 1)
            ]
        if texts := row.items("identifiers"):
            raw["identifiers"] = [self._identifier(text) for text in texts]

    def _type(self, row: ListRow) -> str:
        text = (row.texts("type") or ["letter"])[0]
        low, meant = text.casefold(), type_in_words(text)
        if meant and meant not in (low, type_called(text)):
            self._report(READ_AS, row, row.origin["type"], f"“{text}” is read as {meant}")
        return meant or low

    @staticmethod
    def _identifier(text: str) -> dict[str, str]:
        scheme, colon, value = text.partition(":")
        if colon and scheme.casefold() in SCHEMES and value:
            return {"scheme": scheme.casefold(), "value": value.strip()}
        return identify(text) or {"scheme": "local", "value": text}

    def _dates(self, row: ListRow) -> None:
        for target in ("date", "received"):
            for header, text, _ in row.cells.get(target, ()):
                shown, read = self._read_date(row, header, text)
                if read is None:
                    hint = "Write it as 1960-07-18, 1960-07, 1960?, 1959/1961 or 18 July 1960."
                    message = f"“{shown}” is not recognized as a date; the date is left empty"
                    row.raw[target] = {"as_written": shown}
                    self._report(DATE_UNREAD, row, header, message, hint)
                elif read.is_open:
                    row.raw[target] = {"as_written": shown}
                    self._report(CELL_AMBIGUOUS, row, header, *_ambiguity(shown, read))
                elif not read.edtf:
                    self._report(READ_AS, row, header, f"“{shown}” is read as “no date”")
                else:
                    row.raw[target] = {"edtf": read.edtf, "as_written": shown}
                    if read.note:
                        row.raw[target]["note"] = read.note
                    if read.rule != "edtf":
                        message = f"“{shown}” is read as {read.edtf} (rule {read.rule})"
                        self._report(READ_AS, row, header, message)
                        where = f"“{shown}” in the column “{header}”"
                        row.inferred.append((target, read.rule, where))
        self._span(row)
        words = "; ".join(row.texts("date_as_written"))
        if words:
            row.raw["date"] = row.raw.get("date", {}) | {"as_written": words}
            row.origin.setdefault("date", row.origin["date_as_written"])

    def _read_date(self, row: ListRow, header: str, text: str) -> tuple[str, DateReading | None]:
        """Return a date as the cell shows it, and its reading; None if it is not recognized."""
        typed = self._sheet.typed.get((row.number, self._rows.columns.get(header, -1)))
        return typed or (text, read_date(text, self._conventions.get(header)))

    def _span(self, row: ListRow) -> None:
        """Set the date of the letter from the columns for its first and last day.

        A letter was written in a range (`date_begin`), or on an unknown day in it
        (`date_earliest`).
        """
        for first, last in (("date_begin", "date_end"), ("date_earliest", "date_latest")):
            written, ends = self._ends(row, first, last)
            if written:
                words = " – ".join(dict.fromkeys(shown for _, shown in written))
                row.origin.setdefault("date", written[0][0])
                if len(ends) < len(written):
                    row.raw["date"] = {"as_written": words} | row.raw.get("date", {})
                elif first == "date_begin":
                    known = list(dict.fromkeys(ends.values()))
                    self._set_span(row, written, words, "/".join(known))
                else:
                    span = somewhere_between(ends.get(first, ""), ends.get(last, ""))
                    alike = ends.get(first) == ends.get(last)
                    self._set_span(row, written, words, ends[first] if alike else span)

    def _ends(self, row: ListRow, *targets: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
        """Return the headers and words of the ends of a range, and the dates that are read."""
        written, ends = [], {}
        for target in targets:
            for header, text, _ in row.cells.get(target, ())[:1]:
                shown, read = self._read_date(row, header, text)
                if read and not read.edtf and not read.is_open:
                    continue  # the words for "no date"
                written.append((header, shown))
                if read is None or (read.edtf and not _is_span_end(read.edtf)):
                    message = f"“{shown}” is not recognized as a day, month or year; {_NO_SPAN}"
                    self._report(DATE_UNREAD, row, header, message, "Write it as 1960-07-18.")
                elif read.is_open:
                    self._report(CELL_AMBIGUOUS, row, header, *_ambiguity(shown, read, _NO_SPAN))
                else:
                    ends[target] = read.edtf
        return written, ends

    def _set_span(
        self, row: ListRow, written: list[tuple[str, str]], words: str, span: str
    ) -> None:
        """Set the date to a range, unless it is invalid or contradicts the date of the letter."""
        date = row.raw.get("date", {})
        stated = date.get("edtf")
        if not is_edtf(span):
            message = f"{written[0][1]} is later than {written[-1][1]}; {_NO_SPAN}"
            row.raw["date"] = {"as_written": words} | date
            self._report(CELL_AMBIGUOUS, row, written[-1][0], message, "Check both columns.")
        elif stated and not _overlap(stated, span):
            message = f"the date {stated} is outside {span}; the date is left empty"
            row.raw["date"] = {"as_written": f"{date['as_written']}; {words}"}
            self._report(CELL_AMBIGUOUS, row, written[0][0], message, "Check the columns of dates.")
        elif not stated:
            row.raw["date"] = {"edtf": span, "as_written": date.get("as_written", words)}
            row.inferred.append(("date", "begin-and-end", f"“{words}” in “{written[0][0]}”"))

    def _agents(self, row: ListRow) -> None:
        found: list[dict[str, Any]] = []
        for role in _ROLES:
            ids = [self._agent(row, role, name, found) for name in row.items(role)]
            if ids:
                row.raw[role] = list(dict.fromkeys(ids))
            if role in _IDENTIFIED:
                self._identifiers_of(row, role, ids, found)
        if name := self._map.described_by:
            self._agent(row, "describer", name, found)
        if found:
            row.raw["agents"] = found

    def _identifiers_of(
        self, row: ListRow, role: str, ids: list[str], found: list[dict[str, Any]]
    ) -> None:
        """Add identifiers to the agents of a role, in the order of the cells."""
        target = f"{role}_identifiers"
        given = row.items(target)
        if len(given) != len(ids):
            self._report_unmatched_identifiers(row, target, role)
            return
        for agent, text in zip(ids, given, strict=True):
            one = next(item for item in found if item["id"] == agent)
            listed = one.setdefault("identifiers", [])
            identifier = self._identifier(text)
            listed += [] if identifier in listed else [identifier]
            for other in found:
                if other is not one and identifier in other.get("identifiers", ()):
                    message = f"{text} is also the identifier of “{other['name']}”"
                    hint = "Two names make two agents. Check whom it identifies."
                    self._report(IDENTIFIER_LOOSE, row, row.origin[target], message, hint)

    def _report_unmatched_identifiers(self, row: ListRow, target: str, names: str) -> None:
        """Report identifiers that cannot be matched with names."""
        given = row.items(target)
        if given:
            message = f"{', '.join(given)}: the row has more or fewer names in {names}"
            hint = "Give one identifier per name, in the same order, separated by semicolons."
            self._report(IDENTIFIER_LOOSE, row, row.origin[target], message, hint)

    def _agent(self, row: ListRow, role: str, text: str, found: list[dict[str, Any]]) -> str:
        """Return the id of the agent with a name; add the agent if the row has not named it yet."""
        bare = text if role == "describer" else without_signs(text) or text
        written = divide_name(bare)
        name = written.name
        if name in row.agents:
            self._doubt(row, f"{role}.{row.agents[name]}", text)
            return row.agents[name]
        body = written.is_body and role != "describer"
        kind = "organization" if body else "person"
        taken = set(row.agents.values())
        agent = next(n for n in _numbered(slug(name) or "agent") if n not in taken)
        row.agents[name] = agent
        found.append({"id": agent, "name": name, "kind": kind, "as_written": text})
        self._doubt(row, f"{role}.{agent}", text)
        if written.office:
            found[-1]["role"] = written.office
        if role != "describer":
            header = row.origin.get(role, "")
            if text not in self._reported_names:
                article = "an" if body else "a"
                called = f" called “{name}”" if name != text else ""
                office = f", office “{written.office}”" if written.office else ""
                message = f"“{text}” is read as {article} {kind}{called}{office}"
                self._report(READ_AS, row, header, message)
                self._reported_names.add(text)
            row.inferred.append((f"agents.{agent}.kind", "kind-from-name", f"“{text}”"))
        return agent

    @staticmethod
    def _doubt(row: ListRow, path: str, text: str) -> None:
        """Record how certain the list is about a name or place that an editor marked."""
        if confidence := confidence_in(text):
            row.doubts.append((path, confidence, f"“{text}”"))

    def _parts(self, row: ListRow) -> None:
        languages = self._languages(row)
        remarks = row.cells.get("remarks", ())
        several = list(self._map.columns.values()).count("remarks") > 1
        notes = [f"{one.header}: {one.text}" if several else one.text for one in remarks]
        parts: list[dict[str, Any]] = []
        for path in self._files_of(row):
            kind = self._files.kind(path) if self._files else kind_of_file(path)
            part = part_of_file(path, kind, parts)
            if kind != "translation" and languages:
                part["languages"] = languages
            article = "an" if kind == "original" else "a"
            message = f"“{path}” is read as {article} {kind}"
            self._report(READ_AS, row, row.origin.get("files", ""), message)
            row.inferred.append((f"parts.{part['id']}.kind", "kind-from-file-name", f"“{path}”"))
            parts.append(part)
        access = self._access(row)
        notes += row.raw.pop("language_notes", [])
        if not parts and (languages or notes or access.get("status", "open") != "open"):
            parts.append(
                {"id": "letter", "kind": "original", "held": False}
                | ({"languages": languages} if languages else {})
            )
        if notes:
            parts[0]["note"] = "\n".join(notes)
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
        found = self._found[row.number]
        for name, hint in found.missing.items():
            message = f"the file “{name}” is not in {self._files.called}"
            if hint.startswith("Several"):
                message, _, hint = hint.partition(". ")
                message = f"“{name}”: {message[0].lower()}{message[1:]}"
            self._report(FILE_MISSING, row, header, message, hint)
        for path, text in found.inexact.items():
            message = f"“{path}” is added, because its name matches the letter"
            if text:
                message = f"“{text}” is read as the file {path}"
            self._report(READ_AS, row, header, message)
        if not (found.paths or found.missing):
            message = "the row has no file; its package has only the record"
            self._report(ROW_WITHOUT_FILE, row, header, message)
        return found.paths

    def _languages(self, row: ListRow) -> list[str]:
        """Return the tags of a row's languages, and report each that is not written as a tag."""
        tags = []
        for header, _, items in row.cells.get("languages", ()):
            for text in (part for item in items for part in _LANGUAGES.split(item) if part):
                try:
                    tag = language_called(text)
                except Fault:
                    message = f"“{text}” is not recognized as a language; a note keeps it"
                    self._report(
                        LANGUAGE_UNREAD,
                        row,
                        header,
                        message,
                        "Write the name or tag of the language, such as German or de.",
                    )
                    row.raw.setdefault("language_notes", []).append(f"Language: {text}")
                    continue
                if tag != text:
                    self._report(READ_AS, row, header, f"“{text}” is read as {tag}")
                tags.append(tag)
        return list(dict.fromkeys(tags))

    def _access(self, row: ListRow) -> dict[str, Any]:
        """Return who may see the letter; empty if the list says nothing about it."""
        date = row.raw.get("date", {}).get("edtf", "")
        read: list[AccessReading] = []
        for target in ("access", "access_until"):
            for header, text, _ in row.cells.get(target, ()):
                read.append(self._access_in(row, header, text, read_access(text, header, date)))
        for target in ("remarks", "classification"):
            for header, text, _ in row.cells.get(target, ()):
                if restriction_in(text):
                    one = read_access(text, header, date)
                    read.append(self._access_in(row, header, text, one))
        rules = row.texts("access_rule")
        header = next((h for h, meant in self._map.columns.items() if meant in ACCESS_FIELDS), "")
        given = (row.texts("id") or [""])[0]
        is_repeated = _as_id(given) in self._restricted_ids
        is_doubtful = rules or self._states_open or is_repeated
        if not any(one.status for one in read) and is_doubtful:
            message = "other rows say that a letter is open, but this one says nothing"
            if is_repeated:
                message = f"another row with the id “{given}” is restricted"
            if rules:
                message = "there is a rule, but the list does not say whether the letter is open"
            read.append(AccessReading("closed", question=message))
            self._report(
                ACCESS_ASKED, row, header, f"{message}; the letter is closed", _ACCESS_HINT
            )
        one = strictest(read)
        if not one.status:
            return {}
        access: dict[str, Any] = {"status": one.status}
        if one.until:
            access["until"] = {"edtf": one.until}
        if rules:
            access["rule"] = "; ".join(rules)
        elif one.status != "open":
            access["rule"] = _UNDECIDED if one.question else "according to the list of letters"
        return access

    def _access_in(self, row: ListRow, header: str, text: str, one: AccessReading) -> AccessReading:
        """Report how a cell about access is read, and return the reading."""
        if one.question:
            self._report(
                ACCESS_ASKED, row, header, f"{one.question}; the letter is closed", _ACCESS_HINT
            )
        elif one.status:
            until = f" until {one.until}" if one.until else ""
            self._report(READ_AS, row, header, f"“{text}” is read as {one.status}{until}")
        return one

    def _holding(self, row: ListRow) -> None:
        held = {
            name: "; ".join(row.texts(name))
            for name in ("repository", "fonds", "file", "folio")
            if row.texts(name)
        }
        if held and "repository" not in held:
            hint = "Map a column to repository, or add repository to `everywhere` in the map."
            header = row.origin[next(iter(held))]
            self._report(ARCHIVE_UNNAMED, row, header, "the archive is not named", hint)
        elif held:
            levels = [{"name": n, "value": v} for n, v in held.items() if n != "repository"]
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
        sender = "; ".join(names[a] for a in row.raw.get("sender", ()))
        recipient = "; ".join(names[a] for a in row.raw.get("recipients", ()))
        date = row.raw.get("date", {})
        between = (
            f"{sender} to {recipient}"
            if sender and recipient
            else sender or (f"to {recipient}" if recipient else "")
        )
        day = date.get("as_written", "").removesuffix(" 0:00:00")  # a date cell of Excel
        said = [row.raw["type"].capitalize(), between, day]
        row.raw["title"] = ", ".join(part for part in said if part)
        row.inferred.append(("title", "title-from-parts", "kind, sender, recipient and date"))

    def _id(self, row: ListRow) -> None:
        given = (row.texts("id") or [""])[0]
        wanted = _as_id(given)
        header = row.origin.get("id", "")
        if given and wanted != given:
            row.raw.setdefault("identifiers", []).append({"scheme": "local", "value": given})
        if wanted:
            first = self._ids.get(wanted)
            if first is not None:
                taken = {*self._ids, *self._given}
                wanted = next(name for name in _numbered(wanted) if name not in taken)
                message = f"row {first} has the same id, so the id of this one becomes {wanted}"
                hint = "To choose the id yourself, correct the cell."
                self._report(ROW_REPEATED, row, header, message, hint)
            elif wanted != given:
                self._report(READ_AS, row, header, f"“{given}” becomes the id {wanted}")
        else:
            edtf = row.raw.get("date", {}).get("edtf", "undated")
            start = re.sub(r"[^0-9X-]+", "-", edtf).strip("-") or "undated"
            ends = [*row.raw.get("sender", ())[:1], *row.raw.get("recipients", ())[:1]]
            base = "-".join([start, "-to-".join(ends)] if ends else [start])[:100].strip("-")
            wanted = next(name for name in _numbered(base) if name not in self._ids)
            lacking = "id or date" if start == "undated" else "id"
            message = f"the row has no {lacking}, so its id becomes “{wanted}”"
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

    def _report(self, code: Code, row: ListRow, header: str, message: str, hint: str = "") -> None:
        self._errors += code.severity is Severity.ERROR
        self.report.add(code.at(self._rows.at(row.number, header), message, hint))


_NO_SPAN = "the first and last day are not used"
_ACCESS_HINT = "Write open, closed, or until and a date: until 2030-12-31."
_LANGUAGES = re.compile(r"\s*(?:[,/&+]| und | and | et | i | y | e | и )\s*")


def _as_id(text: str) -> str:
    """Convert an id or call number of a list to the id of a record; may be empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", latin(text)).strip("-._")[:100]


def _is_span_end(edtf: str) -> bool:
    """Return whether a date can begin or end an interval in EDTF."""
    return not set(edtf) & set("/[]{},")


def _overlap(one: str, other: str) -> bool:
    """Return whether two dates have a day in common; True if one has no first or last day."""
    first, second = Edtf(one), Edtf(other)
    ends = (first.earliest, first.latest, second.earliest, second.latest)
    if None in ends:
        return True
    return str(ends[0]) <= str(ends[3]) and str(ends[2]) <= str(ends[1])


def _ambiguity(
    shown: str, read: DateReading, result: str = "the date is left empty"
) -> tuple[str, str]:
    """Return the message, which ends with the result, and the hint for an ambiguous date."""
    if not read.readings:
        return f"“{shown}”: this day does not exist; {result}", "Check the source."
    ways = " or ".join(f"{_in_words(one)} ({one.edtf})" for one in read.readings)
    if len(read.readings) == 1:
        hint = "Write the date that is meant."
        return f"“{shown}” may mean {ways}; {result}", hint
    return f"“{shown}” can be read as {ways}; {result}", _DATE_HINTS.get(
        read.rule, "Write the date that is meant."
    )


def _in_words(read: DateReading) -> str:
    """Return a reading in words: "December 1911", "winter 1923", "1911 to 1912"."""
    said = in_words(read.edtf)
    return f"{said}, of a year that began on 25 March" if read.rule == "dual-year" else said


_DATE_HINTS = {
    "century": "Write the year with its century: 1977-06-18.",
    "day-or-month": "Write the month in words: 4 May 1960.",
    "years-or-month": "Write two years as 1911/1912, or a month or season in words: December 1911.",
}


def _stated_fields(raw: dict[str, Any]) -> Iterator[str]:
    """Yield the paths of a record's statements, without those about the record itself."""
    for name, value in raw.items():
        if name in ("id", "type", "version", "evidence") or not value:
            continue
        if isinstance(value, list) and isinstance(value[0], dict) and "id" in value[0]:
            yield from (f"{name}.{item['id']}" for item in value)
        else:
            yield name


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
