"""Write a catalogue as a Data Package: CSV files and a datapackage.json that describes them."""

from __future__ import annotations

import json
import re
from functools import cache
from textwrap import indent
from typing import TYPE_CHECKING, Any

from archive_pkg.tables.reading.descriptor import DESCRIPTOR
from archive_pkg.tables.schema.cells import csv_cell, csv_line
from archive_pkg.tables.schema.columns import LETTERS, Column, Table, tables
from archive_pkg.tables.schema.rows import record_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records.models import Record

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

FOLDER = "tables"
_ONE_WORD = re.compile(r"[^\s]+")
_MAKERS = {"translation": "translator", "transcription": "transcriber", "scan": "digitizer"}


def package_files(records: Sequence[Record], name: str) -> dict[str, bytes]:
    """Return the files of a Data Package (version 2) with records as tables.

    The same records give the same bytes. The tables are CSV (RFC 4180) in UTF-8 with a byte order
    mark, without which Excel misreads umlauts, and with line feeds. Rows are in the order of the
    records and of their lists. A table without rows is left out, except `letters`.

    Args:
        records: The records, with distinct ids.
        name: The package's name; invalid characters become hyphens.

    Returns:
        The bytes of the files by path: `datapackage.json` and `tables/*.csv`.
    """
    files: dict[str, bytes] = {}
    resources = []
    for table in tables().values():
        rows = [row for record in records for row in record_rows(table, record)]
        if rows or table.name == LETTERS:
            files[f"{FOLDER}/{table.name}.csv"] = _csv(table, rows)
            resources.append(_resource_text(table.name))
    about = {"$schema": PROFILE, "name": _package_name(name)}
    if len(records) == 1:
        about |= _about(records[0])
    head = _json(about).removesuffix("\n}")
    text = head + ',\n  "resources": [\n' + ",\n".join(resources) + "\n  ]\n}\n"
    return {DESCRIPTOR: text.encode(), **files}


def _about(record: Record) -> dict[str, Any]:
    """Return the title, description, licence and contributors of a package with one record.

    A licence in words is left out, because Data Package has only identifiers and addresses. It is
    in the tables.
    """
    licence = (record.rights.licence if record.rights else None) or ""
    key = "path" if licence.startswith(("https://", "http://")) else "name"
    roles: dict[str, list[str]] = {}
    for name, role in _roles(record):
        if record.agent(name).kind != "software" and role not in roles.setdefault(name, []):
            roles[name].append(role)
    found = {
        "title": record.title,
        "description": record.summary.text if record.summary else None,
        "licenses": [{key: licence}] if _ONE_WORD.fullmatch(licence) else None,
        "contributors": [
            {"title": record.agent(name).name, "roles": several} for name, several in roles.items()
        ],
    }
    return {key: value for key, value in found.items() if value}


def _roles(record: Record) -> Iterator[tuple[str, str]]:
    yield from ((name, "author") for name in record.authors)
    yield from ((name, "sender") for name in record.sender)
    yield from ((name, "signatory") for name in record.signatories)
    for part in record.parts:
        yield from ((name, _MAKERS.get(part.kind, "contributor")) for name in part.made_by)
    if record.summary and record.summary.author:
        yield record.summary.author, "contributor"


def table_schema(table: Table) -> dict[str, Any]:
    """Return the Table Schema of a table.

    References that may be empty are not declared as foreign keys: the key is (letter, id), and
    Frictionless looks up a key even if a part of it is empty. `check` follows all references.
    """
    required = {column.name for column in table.columns if column.required}
    schema: dict[str, Any] = {
        "$schema": SCHEMA_PROFILE,
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [
        _foreign_key(column, target)
        for column, target in table.references
        if column in required and not table.column(column).many
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _csv(table: Table, rows: list[list[str]]) -> bytes:
    head = csv_line([column.name for column in table.columns])
    lines = (",".join(map(csv_cell, table.columns, row)) + "\n" for row in rows)
    return "".join([head, *lines]).encode("utf-8-sig")


@cache
def _resource_text(name: str) -> str:
    """Return the entry of a table in the descriptor, which is the same for all records."""
    return indent(_json(resource_of(tables()[name])), "    ")


def _json(value: Any, depth: int = 3) -> str:
    """Return JSON in lines, down to a depth; a schema then has one line for each field."""
    if depth and isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_json(inner, depth - 1)}" for key, inner in value.items()]
        return "{\n" + indent(",\n".join(items), "  ") + "\n}"
    if depth and isinstance(value, list):
        return "[\n" + indent(",\n".join(_json(one, 0) for one in value), "  ") + "\n]"
    return json.dumps(value, ensure_ascii=False)


def resource_of(table: Table) -> dict[str, Any]:
    """Return the resource of a data package for a table."""
    return {
        "name": table.name,
        "type": "table",
        "path": f"{FOLDER}/{table.name}.csv",
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
        },
        "schema": table_schema(table),
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.description:
        field["description"] = column.description
    if column.examples:
        field["example"] = column.examples[0]
    if column.type == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {
        "required": column.required or None,
        "pattern": _cell_pattern(column),
        "enum": list(column.enum) if column.enum and not column.many else None,
        "minimum": column.minimum,
        "minLength": None if column.many else column.min_length,
        "maxLength": None if column.many else column.max_length,
    }
    constraints = {name: value for name, value in constraints.items() if value is not None}
    return field | ({"constraints": constraints} if constraints else {})


def _cell_pattern(column: Column) -> str | None:
    item = column.pattern
    if column.many and column.enum:
        item = f"(?:{'|'.join(map(re.escape, column.enum))})"
    if not item:
        return None
    return rf"(?:{item}(?:\s*;\s*{item})*)" if column.many else item


def _foreign_key(column: str, target: str) -> dict[str, Any]:
    if target == LETTERS:
        return {"fields": [column], "reference": {"resource": LETTERS, "fields": ["id"]}}
    reference = {"resource": target, "fields": ["letter", "id"]}
    return {"fields": ["letter", column], "reference": reference}


def _package_name(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "letters"
