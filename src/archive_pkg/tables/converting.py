"""Convert records to tables and back. Each file is written atomically."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.projects import with_defaults
from archive_pkg.records import Record, read_record, save_record
from archive_pkg.records.saving import fresh, same_content
from archive_pkg.reports import counted
from archive_pkg.storage import (
    Staging,
    make_folder,
    mode_of,
    read_regular,
    refuse_unsafe_folder,
    storage_errors,
    write_output,
)
from archive_pkg.tables.catalogue import read_catalogue
from archive_pkg.tables.lists.mapping import read_mapping
from archive_pkg.tables.lists.opening import open_list
from archive_pkg.tables.reading.sources import find_map, raw_sheets
from archive_pkg.tables.writing.annotations import annotate_workbook, annotated_csv
from archive_pkg.tables.writing.data_package import package_files
from archive_pkg.tables.writing.workbooks import write_plain, write_workbook
from archive_pkg.tables.writing.workbooks import write_template as template_into

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project
    from archive_pkg.reports import Finding, Report
    from archive_pkg.tables.checking.validation import Progress


def export_records(
    records: Sequence[Record], out: StrPath, *, replace: bool = False, mode: int = 0o777
) -> Path:
    """Write records as tables.

    Args:
        records: The records.
        out: The workbook (`.xlsx`) to write, or the folder for `datapackage.json` and
            `tables/*.csv`.
        replace: Whether to replace an existing file or folder.
        mode: The maximum permissions of the folder or the workbook.

    Returns:
        The path of the workbook or the datapackage.json.

    Raises:
        InvalidError: Two records have the same id, or a text is too long for a cell of a workbook.
        StorageError: The path exists already, or cannot be written.
        UsageError: openpyxl is missing for a workbook.
    """
    out = Path(out)
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            hint = "Export their folders separately, or give one of them another id."
            raise InvalidError(f"two records have the id {record.id}", hint)
        seen.add(record.id)
    if _ending(out, ".xlsx") == ".xlsx":
        _write(out, partial(write_workbook, records), replace=replace, mode=mode)
        return out
    with _staging(out) as staging:
        staging.mode = mode
        for name, data in package_files(records, out.resolve().name).items():
            path = staging.path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        staging.commit(replace=replace)
    return out / "datapackage.json"


def write_template(out: StrPath, *, replace: bool = False) -> Path:
    """Write an empty workbook to fill in, with help, choices and an example.

    Raises:
        StorageError: The path exists already, or cannot be written.
        UsageError: openpyxl is not installed, or the path does not end in `.xlsx`.
    """
    out = Path(out)
    if _ending(out, ".xlsx") != ".xlsx":
        raise UsageError(f"{out} does not end in .xlsx", "Name a workbook.")
    _write(out, template_into, replace=replace)
    return out


def read_tables(
    path: StrPath,
    *,
    mapping: StrPath | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
    project: Project | None = None,
) -> tuple[list[Record], Report]:
    """Return the records of a catalogue, or of a list of letters with a map.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder with either.
        mapping: The map of a list of letters. The default is the file with the name of the list and
            `.map.yaml` after it. A catalogue needs none.
        encoding: The encoding of CSV files that are not UTF-8.
        progress: Called with the number of finished rows, and the total if known.
        project: The project whose defaults fill open fields of the records.

    Returns:
        The records, none if there is an error; and the findings.

    Raises:
        InvalidError: The map is invalid.
        StorageError: A file cannot be read.
    """
    path = Path(path)
    found = Path(mapping) if mapping is not None else find_map(path)
    if found is None:
        records, report = read_catalogue(path, encoding=encoding, progress=progress)
        return _filled(records, project), report
    reader, report = open_list(path, read_mapping(found), encoding=encoding)
    if reader is None:
        return [], report
    records = reader.records()
    report.extend(reader.report)
    return (_filled(records, project) if report.ok else []), report


def _filled(records: list[Record], project: Project | None) -> list[Record]:
    if project is None:
        return records
    return [Record.model_validate(with_defaults(each.as_json(), project)) for each in records]


def write_records(
    records: Sequence[Record], out: StrPath, *, replace: bool = False
) -> tuple[int, int]:
    """Write each record into a folder as `<id>/record.yaml`.

    What a record takes from the register above the folder is not copied. Other files in the folders
    stay. If an existing record differs, nothing is written, unless
    `replace` is set.

    Returns:
        The number of written records and the number of unchanged records.

    Raises:
        StorageError: A record exists and differs, or the storage fails.
    """
    out = Path(out)
    if not out.exists():
        with _staging(out) as staging:
            for record in records:
                (staging.path / record.id).mkdir()
                data = fresh(record, out / record.id / "record.yaml")
                (staging.path / record.id / "record.yaml").write_bytes(data)
            staging.commit()
        return len(records), 0
    with storage_errors(f"writing into {out}"):
        refuse_unsafe_folder(out)
    new = [record for record in records if not _is_unchanged(out / record.id, record)]
    differing = [r.id for r in new if (out / r.id / "record.yaml").exists()]
    if differing and not replace:
        shown = ", ".join(differing[:5]) + ("…" if len(differing) > 5 else "")
        raise StorageError(
            f"{counted(len(differing), 'record')} would change, so nothing was written: {shown}",
            "Compare them with the tables. To replace them, add --replace.",
        )
    for record in new:
        folder = out / record.id
        folder.mkdir(exist_ok=True)
        save_record(record, folder)
    return len(new), len(records) - len(new)


def _is_unchanged(folder: Path, record: Record) -> bool:
    if not (folder / "record.yaml").exists():
        return False
    existing, _ = read_record(folder)
    return existing is not None and same_content(existing, record)


def _staging(out: Path) -> Staging:
    make_folder(out.parent)
    return Staging(out)


def annotate(
    path: StrPath,
    findings: Iterable[Finding],
    out: StrPath,
    *,
    encoding: str | None = None,
    replace: bool = False,
) -> Path:
    """Write a copy of the user's file with findings next to the cells.

    A workbook keeps its formulas, formats, charts and other sheets; cells with findings get a
    colour and a note. A CSV file becomes a workbook of its text, or a CSV file with one more
    column if `out` ends in `.csv`.

    Args:
        path: The checked file.
        findings: The findings about it.
        out: The copy to write, `.xlsx` or `.csv`.
        encoding: The encoding of CSV files that are not UTF-8.
        replace: Whether to replace an existing file or folder.

    Raises:
        InvalidError: The file cannot be read.
        StorageError: The path exists already, or cannot be written.
        UsageError: The copy has another extension, or a workbook would become CSV.
    """
    path, out = Path(path), Path(out)
    is_book = path.suffix.lower() in (".xlsx", ".xlsm")
    ending = _ending(out, path.suffix.lower() if is_book else ".csv")
    if is_book and ending != path.suffix.lower():
        raise UsageError(
            f"{out} does not end in {path.suffix}",
            "Keep the extension.",
        )
    if ending not in (".xlsx", ".xlsm", ".csv"):
        raise UsageError(f"{out} does not end in .xlsx or .csv", "Use one of them.")
    sheets, report = raw_sheets(path, encoding=encoding)
    if not any(sheet.header for sheet in sheets):
        raise InvalidError(f"{path} cannot be read, so it cannot be annotated", report=report)

    def make(made: Path) -> None:
        if ending == ".csv":
            made.write_text(annotated_csv(sheets, findings), "utf-8-sig", newline="")
        elif is_book:
            annotate_workbook(path, findings, made)
        else:
            plain_book = made.with_name("plain.xlsx")
            write_plain(sheets, plain_book)
            annotate_workbook(plain_book, findings, made)

    with storage_errors(f"reading {path}"):
        mode = mode_of(path, path.parent)
    _write(out, make, replace=replace, mode=mode)
    return out


def _ending(out: Path, otherwise: str) -> str:
    """Return the extension of a file; a pipe or a device accepts any kind."""
    is_stream = out.exists() and not out.is_file() and not out.is_dir()
    return otherwise if is_stream else out.suffix.lower()


def _write(out: Path, make: Callable[[Path], object], *, replace: bool, mode: int = 0o777) -> None:
    """Write a file of the user's, which is first made in a private folder."""
    with storage_errors(f"writing {out}"):
        make_folder(out.parent)
        with TemporaryDirectory() as folder:
            made = Path(folder, out.name)
            make(made)
            data = read_regular(made)
    write_output(out, data, replace=replace, mode=mode)
