"""Validate the resources of a data package that are not tables of a catalogue.

Each has its own schema. Frictionless validates cells that are read here, so it opens no file.
Patterns run in an engine with linear time. Keys and unique fields are checked here, because
Frictionless does not enforce `uniqueKeys`.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.tables.checking.frictionless_import import import_frictionless
from archive_pkg.tables.reading.csv_files import read_csv
from archive_pkg.tables.reading.descriptor import (
    DESCRIPTOR_INVALID,
    Resource,
    read_descriptor,
    safe_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from archive_pkg.tables.reading.sheets import Sheet

CELL_INVALID = Code(
    "tables-cell-invalid",
    Severity.ERROR,
    "A cell does not match the schema of its table.",
    "Table Schema 2.0",
)
HEADER_INVALID = Code(
    "tables-header-invalid",
    Severity.ERROR,
    "A header does not match the schema of its table.",
    "Table Schema 2.0, fieldsMatch",
)
NOT_UNIQUE = Code(
    "tables-not-unique",
    Severity.ERROR,
    "Two rows have the same primary key, unique key or unique value.",
    "Table Schema 2.0, primaryKey, uniqueKeys",
)
NO_PARENT = Code(
    "tables-no-parent",
    Severity.ERROR,
    "A foreign key refers to a row that does not exist.",
    "Table Schema 2.0, foreignKeys",
)
PATTERN_UNSUPPORTED = Code(
    "tables-pattern-unsupported",
    Severity.WARNING,
    "A pattern is not checked, because it is malformed, or has look-around or back-references, "
    "which can take unlimited time.",
)

_MAX_ERRORS = 1_000_000_000


def check_other_resources(
    path: Path, table_paths: Iterable[str], *, encoding: str | None = None
) -> Report:
    """Validate the CSV resources of a data package that are not tables of a catalogue.

    A resource without a schema is not checked.

    Args:
        path: The datapackage.json.
        table_paths: The paths of files that are already checked as tables of a catalogue.
        encoding: The encoding of CSV files that the user declares.
    """
    resources, __ = read_descriptor(path)
    done = set(table_paths)
    report = Report()
    tables = [
        _ResourceTable(resource, path, encoding, report)
        for resource in resources
        if str(resource.path) not in done
        and resource.path.suffix.lower() in (".csv", ".tsv")
        and resource.descriptor.get("schema")
    ]
    by_name = {table.name: table for table in tables}
    for table in tables:
        if table.schema is not None and table.sheet.header:
            report.extend(table.findings(by_name))
        report.extend(table.sheet.report)
    return report


class _ResourceTable:
    """A resource with its own schema."""

    def __init__(
        self, resource: Resource, package: Path, encoding: str | None, report: Report
    ) -> None:
        self.name = resource.name
        self.sheet: Sheet = read_csv(resource.path, encoding=encoding or resource.encoding)
        self.sheet.name = resource.name
        self._place = Location(str(package), field=f"{resource.name}.schema")
        self.schema = self._schema(resource, package.parent, report)
        self._rules: dict[str, Any] = self.schema or {}
        self._columns = {name: place for place, name in enumerate(self.sheet.header)}

    def findings(self, others: dict[str, _ResourceTable]) -> Iterator[Finding]:
        """Yield the findings about the rows, in the order of the checks."""
        yield from self._cells()
        schema = self._rules
        unique = [
            field["name"]
            for field in schema["fields"]
            if (field.get("constraints") or {}).get("unique") is True
        ]
        keys = (schema.get("primaryKey"), *_listed(schema.get("uniqueKeys")), *unique)
        for names in dict.fromkeys(tuple(self._names(fields)) for fields in keys):
            if names:
                yield from self._duplicates(names)
        for key in _listed(schema.get("foreignKeys")):
            yield from self._dangling_references(key, others)

    def keys(self, names: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the number of each row that is not blank, with its cells in some columns."""
        places = [self._columns[name] for name in names]
        for start, rows in self.sheet.blocks():
            for number, row in enumerate(rows, start):
                if any(row):
                    yield number, tuple(row[p] if p < len(row) else "" for p in places)

    def _schema(self, resource: Resource, folder: Path, report: Report) -> dict[str, Any] | None:
        """Return the schema; if it is malformed, report why and return None."""
        declared = resource.descriptor["schema"]
        if isinstance(declared, str):
            file = safe_file(folder, declared, self._place, report)
            if file is None:
                return None
            try:
                declared = read_json(storage.read_text(file))
            except OSError as error:
                raise storage.unreadable(file, error) from error
            except (ValueError, RecursionError) as error:
                report.add(
                    DESCRIPTOR_INVALID.at(
                        self._place, _("{file} is not JSON: {error}", file=file, error=error)
                    )
                )
                return None
        schema: dict[str, Any] = declared if isinstance(declared, dict) else {}
        fields = schema.get("fields")
        if not isinstance(fields, list) or not all(isinstance(f, dict) for f in fields):
            report.add(DESCRIPTOR_INVALID.at(self._place, _("the schema has no list of fields")))
            return None
        if why := _why_malformed(schema):
            report.add(DESCRIPTOR_INVALID.at(self._place, why))
            return None
        frictionless = import_frictionless()
        try:
            frictionless.Schema.from_descriptor(_without_patterns(schema))
        except frictionless.FrictionlessException as error:
            for problem in error.reasons or [error.error]:
                report.add(DESCRIPTOR_INVALID.at(self._place, problem.note))
            return None
        except Exception as error:  # it raises any exception for a malformed schema
            report.add(
                DESCRIPTOR_INVALID.at(self._place, _("it is not a schema: {error}", error=error))
            )
            return None
        return schema

    def _cells(self) -> Iterator[Finding]:
        frictionless = import_frictionless()
        plain = _without_patterns(self._rules)
        width = len(self.sheet.header)
        is_header_reported = False
        for start, rows in self.sheet.blocks():
            numbers = [n for n, row in enumerate(rows, start) if any(row)]
            cells = [(row + [""] * width)[:width] for row in rows if any(row)]
            resource = frictionless.Resource(
                data=[self.sheet.header, *cells],
                schema=frictionless.Schema.from_descriptor(plain),
            )
            try:
                tasks = resource.validate(limit_errors=_MAX_ERRORS).tasks
            except Exception as failure:  # a constraint that does not fit its field's type
                message = _(
                    "the schema cannot be checked: {name}: {failure}",
                    name=type(failure).__name__,
                    failure=failure,
                )
                yield DESCRIPTOR_INVALID.at(self._place, message)
                return
            for task in tasks:
                for error in task.errors:
                    row = getattr(error, "row_number", None)
                    if row is not None:
                        place = self._columns.get(getattr(error, "field_name", ""))
                        at = self.sheet.at(
                            numbers[row - 2], place, getattr(error, "field_name", "")
                        )
                        yield CELL_INVALID.at(at, error.note)
                    elif not is_header_reported:
                        place = (getattr(error, "field_number", None) or 1) - 1
                        at = self.sheet.at(self.sheet.header_row, place)
                        yield HEADER_INVALID.at(at, f"{error.title.lower()}: {error.note}")
            is_header_reported = True
        yield from self._patterns()

    def _patterns(self) -> Iterator[Finding]:
        missing = set(self._rules.get("missingValues", [""]))
        for field in self._rules["fields"]:
            pattern = (field.get("constraints") or {}).get("pattern")
            if not isinstance(pattern, str) or field.get("name") not in self._columns:
                continue
            matches = _matcher(pattern)
            if matches is None:
                message = _(
                    "the pattern {pattern} of {field} is not checked",
                    pattern=pattern,
                    field=field["name"],
                )
                hint = _("Write it without look-around and back-references.")
                yield PATTERN_UNSUPPORTED.at(self._place, message, hint)
                continue
            place = self._columns[field["name"]]
            for number, (cell,) in self.keys([field["name"]]):
                if cell not in missing and not matches(cell):
                    at = self.sheet.at(number, place, field["name"])
                    yield CELL_INVALID.at(
                        at,
                        _(
                            "“{cell}” does not match the pattern {pattern}",
                            cell=cell,
                            pattern=pattern,
                        ),
                    )

    def _names(self, fields: Any) -> list[str]:
        names = [fields] if isinstance(fields, str) else fields
        if not isinstance(names, list):
            return []
        known = all(isinstance(name, str) and name in self._columns for name in names)
        return names if known else []

    def _duplicates(self, names: Sequence[str]) -> Iterator[Finding]:
        seen: dict[tuple[str, ...], int] = {}
        for number, key in self.keys(names):
            first = seen.setdefault(key, number)
            if first != number and any(key):
                at = self.sheet.at(number, self._columns[names[0]], names[0])
                message = _(
                    "{names}: {key} is also in row {first}",
                    names=", ".join(names),
                    key=", ".join(key),
                    first=first,
                )
                yield NOT_UNIQUE.at(
                    at, message, _("This key must be unique. Correct or delete one of the rows.")
                )

    def _dangling_references(
        self, key: Any, others: dict[str, _ResourceTable]
    ) -> Iterator[Finding]:
        if not isinstance(key, dict) or not isinstance(key.get("reference"), dict):
            return
        names = self._names(key.get("fields"))
        resource = key["reference"].get("resource") or self.name
        target = others.get(resource) if isinstance(resource, str) else None
        there = target._names(key["reference"].get("fields")) if target else []
        if target is None or not names or len(there) != len(names):
            return
        known = {cells for __, cells in target.keys(there)}
        for number, cells in self.keys(names):
            if all(cells) and cells not in known:
                at = self.sheet.at(number, self._columns[names[0]], names[0])
                message = _(
                    "{name} does not have a row with {cells}",
                    name=target.name,
                    cells=", ".join(cells),
                )
                yield NO_PARENT.at(
                    at, message, _("Add the row to {name}, or correct the cell.", name=target.name)
                )


def _why_malformed(schema: dict[str, Any]) -> str:
    """Return why a schema is malformed; "" if it is not."""
    missing = schema.get("missingValues", [""])
    if not isinstance(missing, list) or not all(isinstance(each, str) for each in missing):
        return "`missingValues` is not a list of strings"
    for field in schema["fields"]:
        if not isinstance(field.get("name"), str):
            return "a field has no name"
        if not isinstance(field.get("constraints") or {}, dict):
            return f"`constraints` of {field['name']} is not an object"
    return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _without_patterns(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without patterns, keys and unique fields, which are checked here."""
    plain = copy.deepcopy(schema)
    for name in ("primaryKey", "foreignKeys", "uniqueKeys"):
        plain.pop(name, None)
    for field in plain["fields"]:
        if isinstance(field.get("constraints"), dict):
            field["constraints"].pop("pattern", None)
            field["constraints"].pop("unique", None)
    return plain


@cache
def _matcher(pattern: str) -> Callable[[str], bool] | None:
    """Return a function that matches complete strings in linear time; None if unsupported."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        schema = core_schema.str_schema(pattern=f"^(?:{pattern})$", regex_engine="rust-regex")
        validator = SchemaValidator(schema)
    except SchemaError:
        return None
    return validator.isinstance_python
