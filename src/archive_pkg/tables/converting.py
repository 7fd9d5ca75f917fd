"""Convert records to tables and back. Each file is written atomically."""

from __future__ import annotations

import filecmp
import shutil
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.messages import _
from archive_pkg.projects import with_defaults
from archive_pkg.records import Record, read_record, save_record
from archive_pkg.records.saving import fresh, same_content
from archive_pkg.reports import counted, some
from archive_pkg.storage import (
    Staging,
    hidden,
    is_real_folder,
    make_beneath,
    make_folder,
    mode_of,
    open_beneath,
    read_regular,
    refuse_unsafe_folder,
    storage_errors,
    write_output,
)
from archive_pkg.tables.catalogue import read_catalogue
from archive_pkg.tables.lists.opening import read_list
from archive_pkg.tables.reading.sources import find_map, raw_sheets
from archive_pkg.tables.writing.annotations import annotate_workbook, annotated_csv
from archive_pkg.tables.writing.data_package import package_files
from archive_pkg.tables.writing.workbooks import write_plain, write_workbook
from archive_pkg.tables.writing.workbooks import write_template as template_into

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project
    from archive_pkg.records.models import Register
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
        InvalidError: Two records have the same id, or a text is too long for a cell of a workbook,
            or a table has too many rows for a sheet.
        StorageError: The path exists already, or cannot be written.
        UsageError: openpyxl is missing for a workbook, or the path ends in .xls, .ods or .csv.
    """
    out = Path(out)
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            hint = _("Export their folders separately, or give one of them another id.")
            raise InvalidError(_("two records have the id {id}", id=record.id), hint)
        seen.add(record.id)
    if (ending := _ending(out, ".xlsx")) in (".xls", ".ods", ".csv"):
        raise UsageError(
            _("{out}: records cannot be written as {ending}", out=out, ending=ending),
            _("Name a workbook that ends in .xlsx, or a folder for CSV files."),
        )
    if ending == ".xlsx":
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
        raise UsageError(_("{out} does not end in .xlsx", out=out), _("Name a workbook."))
    _write(out, template_into, replace=replace)
    return out


def read_tables(
    path: StrPath,
    *,
    mapping: StrPath | None = None,
    encoding: str | None = None,
    files: StrPath | None = None,
    progress: Progress | None = None,
    project: Project | None = None,
    register: Register | None = None,
) -> tuple[list[Record], Report]:
    """Return the records of a catalogue, or of a list of letters with a map.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder that has a datapackage.json or
            CSV files.
        mapping: The map of a list of letters. The default is the file name of the list followed by
            `.map.yaml`, if there is such a file. A catalogue needs no map.
        encoding: The encoding of CSV files that are not UTF-8.
        files: The folder of the files of a list's letters. The default is the folder of the list.
        progress: Called with the number of finished rows, and the total if known.
        project: The project whose defaults fill the missing fields of the records.
        register: The register with agents that a catalogue need not describe.

    Returns:
        The records (none if there is an error), and the findings.

    Raises:
        InvalidError: The map is invalid, or names a sheet that the workbook does not have.
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    path = Path(path)
    found = Path(mapping) if mapping is not None else find_map(path)
    if found is None:
        records, report = read_catalogue(
            path, encoding=encoding, progress=progress, register=register
        )
        return filled(records, project), report
    folder = Path(files) if files is not None else None
    records, report = read_list(path, found, encoding=encoding, files=folder)
    return (filled(records, project) if report.ok else []), report


def filled(records: list[Record], project: Project | None) -> list[Record]:
    """Return records whose missing fields have the defaults of a project."""
    if project is None:
        return records
    return [Record.model_validate(with_defaults(each.as_json(), project)) for each in records]


def write_records(
    records: Sequence[Record],
    out: StrPath,
    *,
    files: StrPath | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Write each record into a folder as `<id>/record.yaml`, with copies of its files.

    Records do not repeat what the register above the folder says about agents. Other files in the
    folders stay. If an existing record or file differs, nothing is written unless `replace` is set.

    Args:
        records: The records.
        out: The folder for the records' folders.
        files: A folder with the records' files, or with one subfolder per record, named after the
            record's id. With None, no files are copied.
        replace: Whether to replace records and files that differ.
        progress: Called with the number of written records, and the total.

    Returns:
        The number of written records and the number of unchanged records.

    Raises:
        StorageError: A record or file exists and differs (unless `replace` is set), or the storage
            fails.
    """
    out = Path(out)
    sources = Path(files) if files is not None else None
    if not out.exists():
        with _staging(out) as staging:
            for number, record in enumerate(records):
                if progress:
                    progress(number, len(records))
                folder = staging.path / record.id
                folder.mkdir()
                _copy_files(record, folder, sources)
                data = fresh(record, out / record.id / "record.yaml")
                (folder / "record.yaml").write_bytes(data)
            staging.commit()
        return len(records), 0
    with storage_errors(_("writing into {out}", out=out)):
        refuse_unsafe_folder(out)
    new = [record for record in records if not _is_unchanged(out / record.id, record, sources)]
    differing = [r.id for r in new if _differs(out / r.id, r, sources)]
    if differing and not replace:
        raise StorageError(
            _(
                "{records} would change, so nothing was written: {differing}",
                records=counted(len(differing), "record"),
                differing=some(differing, 5),
            ),
            _("Compare them with the tables. To replace them, add --replace."),
        )
    for number, record in enumerate(new):
        if progress:
            progress(number, len(new))
        folder = out / record.id
        folder.mkdir(exist_ok=True)
        _copy_files(record, folder, sources)
        save_record(record, folder)
    return len(new), len(records) - len(new)


def files_folder(files: Path, record: Record) -> Path:
    """Return the subfolder with the name of a record's id if it has all its files, else `files`."""
    own = files / record.id
    is_own = is_real_folder(own) and all((own / name).is_file() for name in record.files)
    return own if is_own else files


def _copy_files(record: Record, folder: Path, sources: Path | None) -> None:
    """Copy the files of a record into its folder; none if there are no sources."""
    if sources is None:
        return
    home = files_folder(sources, record)
    for name in record.files:
        target = folder / name
        with storage_errors(_("copying {name}", name=name)):
            if target.parent != folder:
                make_beneath(folder, name.rpartition("/")[0])
            part = hidden(target, ".part")
            with open_beneath(home, name) as source, part.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            shutil.copystat(home / name, part, follow_symlinks=False)
            part.replace(target)


def _same_file(one: Path, other: Path) -> bool:
    return one.is_file() and filecmp.cmp(one, other, shallow=False)


def _differs(folder: Path, record: Record, sources: Path | None) -> bool:
    """Return whether a record, or one of its files, exists in a folder and differs."""
    if (folder / "record.yaml").exists() and not _is_unchanged(folder, record, None):
        return True
    home = files_folder(sources, record) if sources is not None else folder
    return any(
        (folder / name).exists() and not _same_file(folder / name, home / name)
        for name in record.files
    )


def _is_unchanged(folder: Path, record: Record, sources: Path | None) -> bool:
    if not (folder / "record.yaml").exists():
        return False
    existing, __ = read_record(folder)
    if existing is None or not same_content(existing, record):
        return False
    home = files_folder(sources, record) if sources is not None else None
    return home is None or all(_same_file(folder / name, home / name) for name in record.files)


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
        out: The copy to write. The copy of a workbook has its extension; that of a CSV file is
            `.xlsx` or `.csv`.
        encoding: The encoding of CSV files that are not UTF-8.
        replace: Whether to replace an existing file.

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
            _("{out} does not end in {suffix}", out=out, suffix=path.suffix),
            _("Keep the extension."),
        )
    if not is_book and ending not in (".xlsx", ".csv"):
        raise UsageError(_("{out} does not end in .xlsx or .csv", out=out), _("Use one of them."))
    sheets, report = raw_sheets(path, encoding=encoding)
    if not any(sheet.header for sheet in sheets):
        raise InvalidError(
            _("{path} cannot be read, so it cannot be annotated", path=path), report=report
        )

    def make(made: Path) -> None:
        if ending == ".csv":
            made.write_text(annotated_csv(sheets, findings), "utf-8-sig", newline="")
        elif is_book:
            annotate_workbook(path, findings, made)
        else:
            plain_book = made.with_name("plain.xlsx")
            write_plain(sheets, plain_book)
            annotate_workbook(plain_book, findings, made)

    with storage_errors(_("reading {path}", path=path)):
        mode = mode_of(path, path.parent)
    _write(out, make, replace=replace, mode=mode)
    return out


def _ending(out: Path, otherwise: str) -> str:
    """Return the extension of a file; `otherwise` for a pipe or device, which has none."""
    is_stream = out.exists() and not out.is_file() and not out.is_dir()
    return otherwise if is_stream else out.suffix.lower()


def _write(out: Path, make: Callable[[Path], object], *, replace: bool, mode: int = 0o777) -> None:
    """Make a file in a private temporary folder, and write it to its destination."""
    with storage_errors(_("writing {out}", out=out)):
        make_folder(out.parent)
        with TemporaryDirectory() as folder:
            made = Path(folder, out.name)
            make(made)
            data = read_regular(made)
    write_output(out, data, replace=replace, mode=mode)
