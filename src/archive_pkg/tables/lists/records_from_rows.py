"""Convert lists of letters with the user's own columns to records.

Each row becomes a record. Cells are copied unchanged. A value that is interpreted (a date) or made
(a title, an id, the kind of an agent) is inferred by a named rule, which is in the evidence of the
record and in a finding.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.dates.written.reader import column_conventions, read_date
from archive_pkg.dates.written.words import MONTH_NAMES
from archive_pkg.names import is_body, latin, slug
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.vocabularies.document_types import type_called
from archive_pkg.records.vocabularies.identifiers import SCHEMES, identify
from archive_pkg.records.vocabularies.languages import NAMES, language_tag
from archive_pkg.reports import Code, Finding, Location, Report, Severity, counted
from archive_pkg.tables.checking.suspicious_characters import find_suspicious
from archive_pkg.tables.checking.validation import ROW_RAGGED
from archive_pkg.tables.lists.header_words import LEFT_OUT
from archive_pkg.tables.lists.mapping import NO_RESTRICTION, NOT_IMPORTED, ColumnMap
from archive_pkg.tables.lists.restrictions import (
    ACCESS_ASKED,
    RESTRICTION_UNMAPPED,
    AccessReading,
    read_access,
    restriction_in,
    speaks_of_access,
    speaks_of_secrecy,
    strictest,
)
from archive_pkg.tables.schema.cells import split_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.dates.written.readings import DateConventions, DateReading
    from archive_pkg.tables.reading.sheets import Sheet

READ_AS = Code(
    "tables-read-as",
    Severity.ADVICE,
    "A cell of a list was interpreted, for example as a date, a kind or an id.",
)
CELL_AMBIGUOUS = Code(
    "tables-cell-ambiguous",
    Severity.WARNING,
    "A cell has several possible readings; the field stays open and keeps its words.",
)
DATE_UNREAD = Code(
    "tables-date-unread",
    Severity.WARNING,
    "A date is not recognized; the field stays open and keeps its words.",
)
COLUMN_UNMAPPED = Code(
    "tables-column-unmapped",
    Severity.WARNING,
    "A column of a list is not in the map; it is not imported.",
)
COLUMN_LEFT_OUT = Code(
    "tables-column-left-out",
    Severity.WARNING,
    "The map of a list says that a column is not imported.",
)
COLUMNS_UNKNOWN = Code(
    "tables-columns-unknown", Severity.ERROR, "No column of a list is recognized or mapped."
)
COLUMN_GONE = Code(
    "tables-column-gone", Severity.ERROR, "A map names a column that the list does not have."
)
ARCHIVE_UNNAMED = Code(
    "tables-archive-unnamed",
    Severity.ERROR,
    "A list gives a fonds, file or folio, but not the archive.",
)
ROW_REPEATED = Code("tables-row-repeated", Severity.ERROR, "Two rows of a list have the same id.")

IDENTIFIER_LOOSE = Code(
    "tables-identifier-loose",
    Severity.WARNING,
    "A row has more or fewer identifiers than names, so they are not imported, or one identifier "
    "for two names.",
)

_IDENTIFIED = ("sender", "recipients")
_ROLES = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")
_DATES = ("date", "received")
_ACCESS = ("access", "access_until", "access_rule")
_UNDECIDED = "Not decided: the list of letters does not say clearly who may see it."
_SCANS = ("tif", "tiff", "jpg", "jpeg", "png", "jp2", "pdf")


@dataclass(slots=True)
class _ListRow:
    """A row during its conversion to a record."""

    number: int
    cells: dict[str, list[tuple[str, str]]]
    raw: dict[str, Any] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    inferred: list[tuple[str, str, str]] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)

    def texts(self, target: str) -> list[str]:
        return [text for _, text in self.cells.get(target, ())]

    def items(self, target: str) -> list[str]:
        return [item for text in self.texts(target) for item in split_items(text) if item]


class ListReader:
    """Reads the rows of a list; `report` has its guesses and errors."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        """Match the columns of a list with its map."""
        self.report = Report()
        self._sheet, self._map = sheet, mapping
        self._filled = [
            (number, row)
            for start, rows in sheet.blocks()
            for number, row in enumerate(rows, start)
            if any(cell.strip() for cell in row)
        ]
        self.report.extend(self._sheet_findings())
        self._columns = {header: place for place, header in enumerate(sheet.header)}
        self._conventions: dict[str, DateConventions] = {}
        self._ids: dict[str, int] = {}
        self._named: set[str] = set()
        for header in self._columns:
            self._check_column(header)
        self._states_open = any(
            read_access(text, header).status == "open"
            for header, target in mapping.columns.items()
            if target == "access"
            for _, text in self._cells_of(header)
        )
        if all(mapping.columns.get(name, LEFT_OUT) in NOT_IMPORTED for name in self._columns):
            at = sheet.at(sheet.header_row)
            message = "no column of this list is recognized"
            hint = "Map the columns: archive-pkg tables map FILE"
            self.report.add(COLUMNS_UNKNOWN.at(at, message, hint))
        for header in mapping.columns:
            if header not in self._columns:
                at = sheet.at(sheet.header_row)
                message = f"the list does not have the column “{header}”, which the map names"
                self.report.add(COLUMN_GONE.at(at, message, "Write its header as in the list."))

    def records(self) -> list[Record]:
        """Return the records of the rows without errors; the report has the errors."""
        return [record for row in self._rows() if (record := self._record(row)) is not None]

    def _cells_of(self, header: str) -> Iterator[tuple[int, str]]:
        """Yield the row numbers and texts of a column's cells that are not empty."""
        place = self._columns.get(header)
        for number, row in self._filled:
            if place is not None and place < len(row) and row[place].strip():
                yield number, row[place].strip()

    def _check_column(self, header: str) -> None:
        """Report a column that is not imported, and whether it speaks of restricted access."""
        cells = list(self._cells_of(header))
        if not (header.strip() or cells):
            return
        target = self._map.columns.get(header)
        place = self._columns[header]
        at = self._sheet.at(self._sheet.header_row, place, header)
        is_left_out = target is None or target in NOT_IMPORTED
        is_access = target in (*_ACCESS, NO_RESTRICTION) or (
            target == "classification" and speaks_of_secrecy(header)
        )
        hint = (
            "Map it to access, access_until or access_rule. If it restricts nothing, map it to "
            f"{NO_RESTRICTION}."
        )
        if speaks_of_access(header) and not is_access:
            message = (
                f"the column “{header}” speaks of access, but the map says {target or 'nothing'}"
            )
            self.report.add(RESTRICTION_UNMAPPED.at(at, message, hint))
        elif is_left_out and target != NO_RESTRICTION:
            for number, text in cells:
                if restriction_in(text):
                    message = f"“{text}” speaks of access, but the column is not imported"
                    cell = self._sheet.at(number, place, header)
                    self.report.add(RESTRICTION_UNMAPPED.at(cell, message, hint))
                    break
        if not is_left_out:
            return
        said = (
            f"{counted(len(cells), 'cell')} filled, such as “{cells[0][1]}”" if cells else "empty"
        )
        message = f"the column “{header}” is not imported ({said})"
        if target is None:
            hint = f"Add it to the map, with {LEFT_OUT!r} if you do not want to import it."
            self.report.add(
                COLUMN_UNMAPPED.at(at, f"{message}, because it is not in the map", hint)
            )
        else:
            hint = "To import it, name a field in the map."
            self.report.add(COLUMN_LEFT_OUT.at(at, message, hint))

    def _sheet_findings(self) -> Iterator[Finding]:
        """Yield the findings about the sheet, except dates, which are reported with their rows."""
        dates = {header for header, meant in self._map.columns.items() if meant in _DATES}
        for finding in self._sheet.report:
            if finding.code != "tables-date-typed" or finding.location.field not in dates:
                yield finding

    def cell(self, record: Record, target: str) -> Location:
        """Return the cell of a record's row in the first column of a field."""
        header = next((h for h, meant in self._map.columns.items() if meant == target), "")
        return self._sheet.at(self._ids[record.id], self._columns.get(header), header)

    def _rows(self) -> Iterator[_ListRow]:
        for header, target in self._map.columns.items():
            if target in _DATES:
                texts = (text for _, text in self._cells_of(header))
                self._conventions[header] = column_conventions(
                    texts, epoch_1904=self._sheet.epoch_1904
                )
        for number, row in self._filled:
            if any(cell.strip() for cell in row[len(self._sheet.header) :]):
                message = f"the row has {len(row)} cells, but the header has {len(self._columns)}"
                hint = "Put quotes around a cell with a separator."
                at = self._sheet.at(number, len(self._sheet.header))
                self.report.add(ROW_RAGGED.at(at, message, hint))
            yield _ListRow(number, self._cells(number, row))

    def _cells(self, number: int, row: list[str]) -> dict[str, list[tuple[str, str]]]:
        cells: dict[str, list[tuple[str, str]]] = {}
        for header, target in self._map.columns.items():
            place = self._columns.get(header)
            if target in NOT_IMPORTED or place is None or place >= len(row):
                continue
            for code, message, hint in find_suspicious(row[place], verbatim=False):
                self.report.add(code.at(self._sheet.at(number, place, header), message, hint))
            if row[place].strip():
                cells.setdefault(target, []).append((header, row[place].strip()))
        for target, text in self._map.everywhere.items():
            cells.setdefault(target, [("", text)])
        return cells

    def _record(self, row: _ListRow) -> Record | None:
        errors = len(self.report.errors)
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
        if len(self.report.errors) > errors:
            return None
        try:
            return Record.model_validate(row.raw)
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                header = row.origin.get(str(entry["loc"][0]) if entry["loc"] else "", "")
                code, message, hint = explain_entry(entry, Record)
                self._report(code, row, header, message, hint)
            return None

    def _plain_fields(self, row: _ListRow) -> None:
        raw, origin = row.raw, row.origin
        for target, cells in row.cells.items():
            origin[target] = cells[0][0]
        for name in ("custody", "salutation", "closing"):
            if texts := row.texts(name):
                raw[name] = "\n".join(texts)
        for name in ("variant_titles", "publications"):
            if texts := row.texts(name):
                raw[name] = texts if name == "publications" else row.items(name)
        raw["type"] = self._type(row)
        if places := row.texts("place"):
            raw["place"] = {"name": places[0]}
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

    def _type(self, row: _ListRow) -> str:
        text = (row.texts("type") or ["letter"])[0]
        known = {
            "brief": "letter", "lettre": "letter", "письмо": "letter", "telegramm": "telegram",
            "телеграмма": "telegram", "memo": "memorandum", "vermerk": "note", "notiz": "note",
            "bericht": "report", "записка": "memorandum", "доклад": "report",
        }  # fmt: skip
        low = text.casefold()
        if low in known:
            self._report(READ_AS, row, row.origin["type"], f"“{text}” is read as {known[low]}")
            return known[low]
        return type_called(text) or low

    @staticmethod
    def _identifier(text: str) -> dict[str, str]:
        scheme, colon, value = text.partition(":")
        if colon and scheme.casefold() in SCHEMES and value:
            return {"scheme": scheme.casefold(), "value": value.strip()}
        return identify(text) or {"scheme": "local", "value": text}

    def _dates(self, row: _ListRow) -> None:
        for target in _DATES:
            for header, text in row.cells.get(target, ()):
                typed = self._sheet.typed.get((row.number, self._columns.get(header, -1)))
                shown, read = typed or (text, read_date(text, self._conventions.get(header)))
                if read is None:
                    hint = "Write it as 1960-07-18, 1960-07, 1960?, 1959/1961 or 18 July 1960."
                    message = f"“{shown}” is not recognized as a date; the date stays open"
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

        words = "; ".join(row.texts("date_as_written"))
        if words:
            row.raw["date"] = row.raw.get("date", {}) | {"as_written": words}
            row.origin.setdefault("date", row.origin["date_as_written"])

    def _agents(self, row: _ListRow) -> None:
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
        self, row: _ListRow, role: str, ids: list[str], found: list[dict[str, Any]]
    ) -> None:
        """Assign its identifier to each agent of a role; both columns have the same order."""
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

    def _report_unmatched_identifiers(self, row: _ListRow, target: str, names: str) -> None:
        """Report identifiers that cannot be matched with names."""
        given = row.items(target)
        if given:
            message = f"{', '.join(given)}: the row has another number of names in {names}"
            hint = "Give one identifier per name, in the same order, separated by semicolons."
            self._report(IDENTIFIER_LOOSE, row, row.origin[target], message, hint)

    def _agent(self, row: _ListRow, role: str, name: str, found: list[dict[str, Any]]) -> str:
        """Return the id of the agent with a name; add the agent at its first mention."""
        if name in row.agents:
            return row.agents[name]
        body = is_body(name) and role != "describer"
        kind = "organization" if body else "person"
        agent = slug(name) or "agent"
        taken = set(row.agents.values())
        agent = next(n for n in _numbered(agent) if n not in taken)
        row.agents[name] = agent
        found.append({"id": agent, "name": name, "kind": kind, "as_written": name})
        if role != "describer":
            header = row.origin.get(role, "")
            if name not in self._named:
                article = "an" if body else "a"
                self._report(READ_AS, row, header, f"“{name}” is read as {article} {kind}")
                self._named.add(name)
            rule = "kind-from-name"
            row.inferred.append((f"agents.{agent}.kind", rule, f"“{name}” in “{header}”"))
        return agent

    def _parts(self, row: _ListRow) -> None:
        languages = [self._language(row, text) for text in row.items("languages")]
        parts: list[dict[str, Any]] = []
        for number, name in enumerate(row.items("files"), 1):
            path = name.replace("\\", "/").removeprefix("./")
            ending = path.rpartition(".")[2].casefold()
            kind = "scan" if ending in _SCANS else "transcription"
            part = {
                "id": f"file-{number}",
                "kind": kind,
                "file": unicodedata.normalize("NFC", path),
            }
            if kind == "transcription" and ending not in ("txt",):
                part["media_type"] = _MEDIA.get(ending, "application/octet-stream")
            elif kind == "scan":
                part["media_type"] = _MEDIA[ending]
            header = row.origin["files"]
            self._report(READ_AS, row, header, f"“{name}” is read as a {kind}")
            row.inferred.append((f"parts.file-{number}.kind", "kind-from-ending", f"“{name}”"))
            parts.append(part | ({"languages": languages} if languages else {}))
        access = self._access(row)
        remarks = "\n".join(row.texts("remarks"))
        if not parts and (languages or remarks or access.get("status", "open") != "open"):
            parts.append(
                {"id": "letter", "kind": "original", "held": False}
                | ({"languages": languages} if languages else {})
            )
        if remarks:
            parts[0]["note"] = remarks
        for one in parts if access else ():
            one["access"] = access
            what = f"{access['status']}, as the list says"
            row.inferred.append((f"parts.{one['id']}.access", "access-in-words", what))
        if parts:
            row.raw["parts"] = parts
            row.origin["parts"] = row.origin.get("files") or row.origin.get("languages", "")

    def _access(self, row: _ListRow) -> dict[str, Any]:
        """Return who may see the letter; empty if the list says nothing about it."""
        date = row.raw.get("date", {}).get("edtf", "")
        read: list[AccessReading] = []
        for target in ("access", "access_until"):
            for header, text in row.cells.get(target, ()):
                read.append(self._access_in(row, header, text, read_access(text, header, date)))
        for target in ("remarks", "classification"):
            for header, text in row.cells.get(target, ()):
                if restriction_in(text):
                    one = read_access(text, header, date)
                    read.append(self._access_in(row, header, text, one))
        rules = row.texts("access_rule")
        header = next((h for h, meant in self._map.columns.items() if meant in _ACCESS), "")
        if not any(one.status for one in read) and (rules or self._states_open):
            message = "other rows say that a letter is open, but this one says nothing"
            if rules:
                message = "there is a rule, but the list does not say whether the letter is open"
            read.append(AccessReading("closed", question=message))
            self._report(ACCESS_ASKED, row, header, f"{message}; it is closed", _SAY_ACCESS)
        one = strictest(read)
        if not one.status:
            return {}
        access: dict[str, Any] = {"status": one.status}
        if one.until:
            access["until"] = {"edtf": one.until}
        if rules:
            access["rule"] = "; ".join(rules)
        elif one.status != "open":
            access["rule"] = _UNDECIDED if one.question else "According to the list of letters."
        return access

    def _access_in(
        self, row: _ListRow, header: str, text: str, one: AccessReading
    ) -> AccessReading:
        """Report how a cell about access is read, and return the reading."""
        if one.question:
            self._report(ACCESS_ASKED, row, header, f"{one.question}; it is closed", _SAY_ACCESS)
        elif one.status:
            until = f" until {one.until}" if one.until else ""
            self._report(READ_AS, row, header, f"“{text}” is read as {one.status}{until}")
        return one

    def _language(self, row: _ListRow, text: str) -> str:
        try:
            return language_tag(text)
        except ValueError:
            tag = NAMES.get(text.casefold())
            if tag is None:
                return text
            self._report(READ_AS, row, row.origin["languages"], f"“{text}” is read as {tag}")
            return tag

    def _holding(self, row: _ListRow) -> None:
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

    def _title(self, row: _ListRow) -> None:
        if titles := row.texts("title"):
            row.raw["title"] = titles[0]
            row.raw.setdefault("variant_titles", []).extend(titles[1:])
            return
        names = {agent: name for name, agent in row.agents.items()}
        sender = "; ".join(names[a] for a in row.raw.get("sender", ()))
        recipient = "; ".join(names[a] for a in row.raw.get("recipients", ()))
        date = row.raw.get("date", {})
        between = (
            f"{sender} to {recipient}"
            if sender and recipient
            else sender or (f"to {recipient}" if recipient else "")
        )
        said = [row.raw["type"].capitalize(), between, date.get("as_written", "")]
        row.raw["title"] = ", ".join(part for part in said if part)
        row.inferred.append(("title", "title-from-parts", "kind, sender, recipient and date"))

    def _id(self, row: _ListRow) -> None:
        given = (row.texts("id") or [""])[0]
        wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", latin(given)).strip("-._")[:100]
        header = row.origin.get("id", "")
        if given and wanted != given:
            row.raw.setdefault("identifiers", []).append({"scheme": "local", "value": given})
        if given and wanted:
            if wanted in self._ids:
                message = f"row {self._ids[wanted]} already has the id {wanted}"
                self._report(ROW_REPEATED, row, header, message, "Give one of the rows another id.")
                return
            if wanted != given:
                self._report(READ_AS, row, header, f"“{given}” becomes the id {wanted}")
        else:
            edtf = row.raw.get("date", {}).get("edtf", "undated")
            start = re.sub(r"[^0-9X-]+", "-", edtf).strip("-") or "undated"
            ends = [*row.raw.get("sender", ())[:1], *row.raw.get("recipients", ())[:1]]
            base = "-".join([start, "-to-".join(ends)] if ends else [start])[:100].strip("-")
            wanted = next(name for name in _numbered(base) if name not in self._ids)
            lacking = "id or date" if start == "undated" else "id"
            message = f"the row has no {lacking}; its id will be “{wanted}”"
            self._report(READ_AS, row, header, message)
        self._ids[wanted] = row.number
        row.raw["id"] = wanted

    def _evidence(self, row: _ListRow) -> None:
        place = f"{self._sheet.name}, row {row.number}"
        evidence: list[dict[str, str]] = [
            {"field": path, "basis": "inferred", "rule": rule, "note": f"{place}: {what}"}
            for path, rule, what in row.inferred
            if path.partition(".")[0] in row.raw
        ]
        if self._map.described_by:
            agent = row.agents[self._map.described_by]
            inferred = {item["field"] for item in evidence}
            evidence += (
                {"field": path, "basis": "supplied", "agent": agent, "note": place}
                for path in _stated_fields(row.raw)
                if path not in inferred
            )
        if evidence:
            row.raw["evidence"] = evidence

    def _report(self, code: Code, row: _ListRow, header: str, message: str, hint: str = "") -> None:
        place = self._columns.get(header)
        at: Location = self._sheet.at(row.number, place, header)
        self.report.add(code.at(at, message, hint))


_SAY_ACCESS = "Write open, closed, or until and a date: until 2030-12-31."
_MEDIA = {
    "tif": "image/tiff", "tiff": "image/tiff", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "png": "image/png", "jp2": "image/jp2", "pdf": "application/pdf", "xml": "application/xml",
    "htm": "text/html", "html": "text/html", "rtf": "application/rtf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip


def _ambiguity(shown: str, read: DateReading) -> tuple[str, str]:
    """Return the message and the hint for a date that stays open."""
    if not read.readings:
        return f"“{shown}”: this day does not exist; the date stays open", "Check the source."
    ways = " or ".join(f"{_in_words(one)} ({one.edtf})" for one in read.readings)
    if len(read.readings) == 1:
        hint = "Write the date that is meant."
        return f"“{shown}” may mean {ways}; the date stays open", hint
    return f"“{shown}” can be read as {ways}; the date stays open", _ANSWERS.get(
        read.rule, "Write the date that is meant."
    )


def _in_words(read: DateReading) -> str:
    """Return a reading in words: `December 1911`, `winter 1923`, `1911 to 1912`."""
    first, _, last = read.edtf.strip("[]?~%").replace(",", "/").partition("/")
    joint = " or " if "," in read.edtf else " to "
    said = joint.join(_one_in_words(end.rstrip("?~%")) for end in (first, last) if end)
    return f"{said}, of a year that began on 25 March" if read.rule == "dual-year" else said


def _one_in_words(edtf: str) -> str:
    year, *rest = edtf.partition("T")[0].split("-")
    if not rest or not rest[0].isdigit():
        return edtf
    month = int(rest[0])
    name = MONTH_NAMES[month - 1] if month <= 12 else _SEASONS[month - 21]
    return " ".join([*(str(int(day)) for day in rest[1:]), name, year])


_SEASONS = ("spring", "summer", "autumn", "winter")
_ANSWERS = {
    "century": "Write the year with its century: 1977-06-18.",
    "day-or-month": "Write the month in words: 4 May 1960.",
    "years-or-month": "Write two years as 1911/1912, or a month or season in words: December 1911.",
}


def _stated_fields(raw: dict[str, Any]) -> Iterator[str]:
    """Yield the fields with statements of a row, as `records.statements.statements` does."""
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
