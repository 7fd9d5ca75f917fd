"""Read records: report everything that is wrong at once, each finding with its place."""

from __future__ import annotations

import math
import os
import shlex
import stat
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.limits import RECORD_SIZE
from archive_pkg.messages import _, joined, sentences
from archive_pkg.parsing import read_json as parse_json
from archive_pkg.paths import StrPath
from archive_pkg.records.explaining import REFERENCE_UNKNOWN, TYPE_WRONG, explain
from archive_pkg.records.file_kinds import RECEIPT, XML, is_receipt, recognize, side_file_kind
from archive_pkg.records.json_reading import read_json
from archive_pkg.records.models import Record, Register
from archive_pkg.records.register_entries import REGISTER, completed
from archive_pkg.records.upgrading import upgrade, upgrade_tree
from archive_pkg.records.yaml.nodes import EMPTY, garbage_collection_disabled
from archive_pkg.records.yaml.reading import read_yaml
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.storage import find_upwards, open_regular, read_trusted, trusting, unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from archive_pkg.records.yaml.nodes import Node, YamlTree

TOO_LARGE = Code(
    "record-too-large",
    Severity.ERROR,
    "The file is too large for a record.",
)
NOT_UTF8 = Code("record-not-utf8", Severity.ERROR, "The file is not encoded in UTF-8.", "RFC 3629")
REGISTER_IGNORED = Code(
    "record-register-ignored",
    Severity.WARNING,
    "A register of agents is not used, because every user of the machine can write to its folder.",
)
NO_FILE = Code(
    "record-no-file",
    Severity.ERROR,
    "The path does not lead to a record file, or it leads to several.",
)

RecordSource = StrPath | bytes | Mapping[str, Any]
"""A record's file or folder, the bytes of a file, or plain data."""

NAMES = ("record.yaml", "record.yml", "record.json")
"""The names that a record's file may have in its folder."""


def load_record(source: RecordSource) -> Record:
    """Read a record.

    Args:
        source: The record's file (YAML 1.2 or JSON, in UTF-8), the folder that the file is in, the
            bytes of the file, or plain data.

    Raises:
        InvalidError: The record is not valid. The error's `report` has every finding.
        StorageError: The file cannot be read.
    """
    record, report = read_record(source)
    if record is None:
        what = _("the record") if isinstance(source, bytes | Mapping) else os.fspath(source)
        raise invalid(report, _("{what} is not a valid record", what=what))
    return record


def load_records(sources: Iterable[RecordSource]) -> Iterator[Record]:
    """Read many records, and continue after one that is not valid.

    Yields:
        The valid records, in order. Each is read only when it is requested.

    Raises:
        InvalidError: Some records were not valid. It is raised after the last record, and its
            `report` has the findings of all of them.
        StorageError: A file cannot be read.
    """
    findings, bad = Report(), 0
    for source in sources:
        record, report = read_record(source)
        if record is None:
            findings.extend(report)
            bad += 1
        else:
            yield record
    if bad:
        which = f"{bad} of the records are" if bad > 1 else "one of the records is"
        raise invalid(findings, _("{which} not valid", which=which))


def read_record(
    source: RecordSource,
    path: StrPath | None = None,
    *,
    folder: StrPath | None = None,
    standalone: bool = False,
) -> tuple[Record | None, Report]:
    """Read a record and report everything that is wrong with it. Invalid content raises nothing.

    An agent that the record refers to without describing it is taken from the nearest register,
    `agents.yaml` in the record's folder or above it.

    Args:
        source: The record's file, the folder that the file is in, the bytes of the file, or plain
            data as `Record.as_json` returns it. Plain data gets no agents from a register.
        path: The path for the findings. Bytes are read as JSON if it ends in `.json`.
        folder: For bytes, the folder in which the search for a register starts; None for no search.
        standalone: For a file: whether the record must describe all its agents itself, as in a
            package.

    Returns:
        The record, or None if it is not valid, and the findings.

    Raises:
        StorageError: The file cannot be read, or the register cannot be read or trusted.
    """
    if isinstance(source, Mapping):
        return _validated(dict(source), "" if path is None else os.fspath(path))
    if isinstance(source, bytes):
        return _read(source, "record.yaml" if path is None else os.fspath(path), folder)
    file, findings = record_file(source)
    name = os.fspath(file if path is None else path)
    if findings:
        return None, Report(findings)
    data, findings = _bytes(file, name)
    if findings:
        return None, Report(findings)
    return _read(data, name, None if standalone else file.parent)


def read_placed(file: Path) -> tuple[Record | None, Report, Node | None]:
    """Read a record's file as `read_record` does, and also return its tree, for line numbers.

    Raises:
        StorageError: The file cannot be read, or the register cannot be read or trusted.
    """
    data, findings = _bytes(file, os.fspath(file))
    return (
        (None, Report(findings), None) if findings else _record(data, os.fspath(file), file.parent)
    )


def record_file(path: StrPath) -> tuple[Path, list[Finding]]:
    """Return the file of a record: the path itself, or the record's file in a folder.

    Returns:
        The file, and findings if a folder has no record file or several.
    """
    given = Path(path)
    if not given.is_dir():
        return given, []
    there = [given / name for name in NAMES if (given / name).exists()]
    if len(there) == 1:
        return there[0], []
    place = Location(os.fspath(given))
    if there:
        message = _("the folder has {there}", there=joined([file.name for file in there]))
        return there[0], [NO_FILE.at(place, message, _("Keep one of them, or name the file."))]
    from archive_pkg.records.path_checks import FOLDER, kind_of, refusal

    name = kind_of(given).name
    said = (
        _("the folder has no record.yaml")
        if name == FOLDER
        else _("this is {name}, not a record", name=name)
    )
    return given / NAMES[0], [NO_FILE.at(place, said, refusal(given, "record")[1])]


def read_tree(data: bytes, path: str) -> YamlTree:
    """Return the tree of a file, with findings about its form.

    Args:
        data: The file's bytes.
        path: The path for the findings. The file is read as JSON if it ends in `.json`.
    """
    from archive_pkg.records.yaml.nodes import YamlTree

    kind = (
        side_file_kind(Path(path))
        or recognize(data)
        or (XML if data.startswith((b"<?xml", b"<TEI")) else None)
    )
    if kind:
        hint = kind.hint.replace("{}", path)
        if kind.name.startswith("an image"):
            hint = _("Name a record (a folder with record.yaml) or a package.")
        found = NO_FILE.at(Location(path), _("this is {name}, not a record", name=kind.name), hint)
        return YamlTree(None, complete=False, report=Report([found]))
    text, findings = _decoded(data, path)
    if findings:
        return YamlTree(None, complete=False, report=Report(findings))
    return read_json(text, path) if path.lower().endswith(".json") else read_yaml(text, path)


def invalid(report: Report, message: str) -> InvalidError:
    """Return the error for an invalid record, with its first error as the message."""
    first = report.errors[0]
    more = len(report.errors) - 1
    others = f" (and {more} more)" if more else ""
    return InvalidError(f"{message}: {first.location}: {first.message}{others}", first.hint, report)


def _read(data: bytes, path: str, folder: StrPath | None) -> tuple[Record | None, Report]:
    with garbage_collection_disabled():
        if path.lower().endswith(".json") and len(data) <= RECORD_SIZE.value:
            # Most JSON is valid, because programs write it; only errors need positions.
            with suppress(ValueError):
                return Record.model_validate(parse_json(data)), Report()
        return _record(data, path, folder)[:2]


def _record(
    data: bytes, path: str, folder: StrPath | None
) -> tuple[Record | None, Report, Node | None]:
    if len(data) > RECORD_SIZE.value:
        return None, Report([_too_large(len(data), path)]), None
    tree = read_tree(data, path)
    root, report = tree.root, tree.report
    if path.lower().endswith(".txt") and (root is None or not tree.complete):
        return None, Report([_text_finding(Location(path), path)]), root
    if root is None or not tree.complete:
        return None, report, root
    if not isinstance(root.value, dict):
        place = Location(path, root.start.line + 1, root.start.column + 1)
        if isinstance(root.value, list):
            hint = _("Write a mapping of fields, beginning with id.")
            report.add(TYPE_WRONG.at(place, _("the file is a list, not a record"), hint))
        else:
            report.add(_text_finding(place, path))
        return None, report, root
    if is_receipt(root.value):
        message = _("this is {name}, not a record", name=RECEIPT.name)
        return None, Report([NO_FILE.at(Location(path), message, RECEIPT.hint)]), root
    root = upgrade_tree(root)
    record, findings = _validated(root.plain, path, root)
    if record is None and folder is not None:
        record, findings = _completed(root, path, folder, findings)
    report.extend(findings)
    report.findings.sort(key=_place)
    return (record if report.ok else None), report, root


def _text_finding(place: Location, path: str) -> Finding:
    hint = _("Draft a record: archive-pkg draft {quote}", quote=shlex.quote(path))
    return TYPE_WRONG.at(place, _("this is plain text, not a record"), hint)


def read_register(file: Path) -> tuple[Register | None, Report]:
    """Read a register of agents and report everything that is wrong with it.

    Raises:
        StorageError: The file cannot be read or trusted.
    """
    naming = f"If you trust everyone who can write to its folder, {trusting(file.parent)}"
    size = RECORD_SIZE.value
    data = read_trusted(file, size, named=False, closing="", naming=naming)
    register, findings = _register(data, os.fspath(file))
    return register, Report(list(findings))


def register_above(folder: StrPath) -> Register | None:
    """Return the nearest register in a folder or above it; None if there is none or it is invalid.

    Raises:
        StorageError: The register cannot be read or trusted.
    """
    file = find_upwards(Path(folder), REGISTER)
    return read_register(file)[0] if file else None


@lru_cache(maxsize=8)
def _register(data: bytes, path: str) -> tuple[Register | None, tuple[Finding, ...]]:
    """Read the bytes of a register; all records of a collection share the result."""
    if len(data) > RECORD_SIZE.value:
        message = _("the file has more than {value:,} bytes", value=RECORD_SIZE.value)
        return None, (TOO_LARGE.at(Location(path), message, RECORD_SIZE.hint),)
    tree = read_tree(data, path)
    root, findings = tree.root, tuple(tree.report)
    if [found.code for found in findings] == [EMPTY.code]:
        return Register(), ()
    if root is None or not tree.complete:
        return None, findings
    if not isinstance(root.value, dict):
        hint = _("Write “agents:” and, below it, each agent with its id, name and kind.")
        place = Location(path, root.start.line + 1, root.start.column + 1)
        return None, (TYPE_WRONG.at(place, _("this is not a register of agents"), hint),)
    try:
        register = Register.model_validate(root.plain)
    except ValidationError as error:
        entries = error.errors(include_url=False)
        return None, (*findings, *explain(entries, Register, root.plain, path, root))
    return (register if tree.report.ok else None), findings


def _completed(
    root: Node, path: str, folder: StrPath, findings: Report
) -> tuple[Record | None, Report]:
    """Complete an invalid record from the nearest register, and validate it again."""
    file = find_upwards(Path(folder), REGISTER)
    if file is None:
        ignored = find_upwards(Path(folder), REGISTER, even_open=True)
        if ignored and any(found.code == REFERENCE_UNKNOWN.code for found in findings):
            message = _(
                "{ignored} is not used: every user of the machine can write to its folder",
                ignored=ignored,
            )
            closing = f"close its folder to others: chmod o-w {shlex.quote(str(ignored.parent))}"
            hint = _(
                "If it is yours, {closing}. Or {trusting}",
                closing=closing,
                trusting=trusting(ignored.parent),
            )
            findings.add(REGISTER_IGNORED.at(Location(path), message, hint))
        return None, findings
    register, found = read_register(file)
    if register is None:
        return None, found
    return validate_completed(root.plain, path, register, file, root)


def validate_completed(
    data: dict[str, Any], path: str, register: Register, file: Path, root: Node | None = None
) -> tuple[Record | None, Report]:
    """Complete a record from a register; return the record, or None if invalid, and the findings.

    Args:
        data: The plain data of a record's file.
        path: The path for the findings.
        register: The register.
        file: The register's file, for the findings.
        root: The tree of the record's file, for lines and columns.
    """
    ids = {agent.id for agent in register.agents}
    data = completed(upgrade(data), register)
    return _validated(data, path, root, (os.fspath(file), ids))


def _validated(
    data: dict[str, Any],
    path: str,
    root: Node | None = None,
    register: tuple[str, Collection[str]] | None = None,
) -> tuple[Record | None, Report]:
    try:
        return Record.model_validate(data, context=register), Report()
    except ValidationError as error:
        entries = error.errors(include_url=False)
    return None, Report(explain(entries, Record, data, path, root))


def _place(finding: Finding) -> tuple[float, float]:
    """Return the line and column of a finding, by which to sort; those without a line come last."""
    location = finding.location
    return location.line or math.inf, location.column or math.inf


def _bytes(file: Path, name: str) -> tuple[bytes, list[Finding]]:
    """Return a file's bytes, or findings if its kind or size rules it out as a record."""
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            hint = _("Name the record's file or its folder.")
            return b"", [NO_FILE.at(Location(name), _("this is not a file"), hint)]
        if about.st_size > RECORD_SIZE.value:
            return b"", [_too_large(about.st_size, name)]
        with open_regular(file) as stream:
            return stream.read(RECORD_SIZE.value + 1), []
    except OSError as error:
        raise unreadable(name, error) from error
    except ValueError as error:  # a NUL in the name
        raise StorageError(f"{name!r}: {error}", _("Check the path.")) from error


def _too_large(size: int, path: str) -> Finding:
    return TOO_LARGE.at(
        Location(path),
        _(
            "the file has {size:,} bytes; a record can have up to {value:,}",
            size=size,
            value=RECORD_SIZE.value,
        ),
        sentences([_("Put the text of the document into a separate file."), RECORD_SIZE.hint]),
    )


def _decoded(data: bytes, path: str) -> tuple[str, list[Finding]]:
    """Return the text of a file without a byte order mark, or a finding if it is not UTF-8."""
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        offset = error.start
    before = data[:offset].decode("utf-8")
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    message = (
        _("the file is in UTF-16")
        if wide
        else _("the byte 0x{data:02X} is not UTF-8", data=data[offset])
    )
    hint = _("Save the file as UTF-8.")
    return "", [NOT_UTF8.at(Location(path, line, column, byte=offset), message, hint)]
