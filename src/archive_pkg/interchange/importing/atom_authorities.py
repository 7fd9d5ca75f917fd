"""Read agents from AtoM's CSV of authority records, for the register of a collection."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from archive_pkg.csv_text import unguarded
from archive_pkg.dates.written.reader import read_date
from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import IMPORT_NOT_READ, refuse_unknown
from archive_pkg.names import slug
from archive_pkg.records.vocabularies.identifiers import identify
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "authorizedFormOfName"
"""The column that only AtoM's authority records have."""
_KINDS = {"person": "person", "corporate body": "organization", "family": "family"}
_READ = ("culture", "typeOfEntity", NAME, "history")


def read_agents(data: bytes, name: str) -> tuple[list[dict[str, Any]], Report]:
    """Return the agents of a table as plain data, and what of the table they do not have.

    Args:
        data: The file's bytes.
        name: The file's path or name, for findings.

    Raises:
        InvalidError: The file is not AtoM's CSV of authority records in UTF-8.
    """
    found: list[dict[str, Any]] = []
    report = Report()
    try:
        rows = csv.DictReader(data.decode("utf-8-sig").splitlines(keepends=True), restval="")
        if NAME not in (rows.fieldnames or ()):
            hint = f"Give AtoM's CSV of authority records, with the column {NAME}."
            raise refuse_unknown(name, "it is not AtoM's CSV of authority records", hint)
        for number, row in enumerate(rows, 2):
            cells = {
                key: unguarded(value.strip())
                for key, value in row.items()
                if isinstance(value, str)
            }
            if None in row:
                report.add(_not_read(name, number, "", "; ".join(row[None])))
            report.extend(_agent(cells, number, name, found))
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse_unknown(name, f"it is not CSV in UTF-8: {error}", "Export it again.") from None
    return found, report


def _agent(
    cells: dict[str, str], number: int, name: str, found: list[dict[str, Any]]
) -> Iterator[Any]:
    """Add the agent of a row, and yield a finding for each cell that it does not have."""
    named, kind = cells[NAME], _KINDS.get(cells.get("typeOfEntity", "").casefold())
    read = {*_READ}
    if not (named and kind):
        for header, text in cells.items():
            if text:
                yield _not_read(name, number, header, text)
        return
    born, died = _ends(cells.get("datesOfExistence", ""))
    read |= {"datesOfExistence"} if born or died else set()
    identifiers = []
    for header in ("descriptionIdentifier", "corporateBodyIdentifiers"):
        one = identify(cells.get(header) or None)
        identifiers += [one] if one else []
        read |= {header} if one else set()
    found.append(
        {"id": slug(named) or f"agent-{number}", "name": named, "kind": kind}
        | optional("born", born)
        | optional("died", died)
        | optional("identifiers", identifiers)
        | optional("note", cells.get("history"))
    )
    for header, text in cells.items():
        if text and header not in read:
            yield _not_read(name, number, header, text)


def _not_read(name: str, number: int, header: str, text: str) -> Any:
    message = f"row {number}: {header or 'a cell without a header'} is not imported: “{text}”"
    return IMPORT_NOT_READ.at(Location(name, field=header), message)


def _ends(words: str) -> tuple[str, str]:
    """Return the dates in EDTF of “1940 - 2020” or “1940-”; empty if it is not understood."""
    first, dash, last = re.sub(r"\s*[-–—]\s*", "-", words).partition("-")
    dates = [read_date(end) if end else None for end in (first, last)]
    known = [read.edtf if read and not read.is_open else "" for read in dates]
    is_read = dash and all(
        bool(one) == bool(end) for one, end in zip(known, (first, last), strict=True)
    )
    return (known[0], known[1]) if is_read else ("", "")
