"""`archive-pkg import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering

if TYPE_CHECKING:
    from archive_pkg.crosswalks.incoming import Imported


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    files: Annotated[
        list[Path], typer.Argument(help="TEI letters, CMIF files, EAD3 finding aids, DataCite XML.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the records, each in one of its own.")
    ] = Path("records"),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read other people's descriptions into draft records, and say what was not read.

    Example: archive-pkg import edition/L00147.xml --out records
    """
    from archive_pkg.crosswalks.incoming import read
    from archive_pkg.storage import read_regular, storage_errors

    with answering("import", as_json=as_json, quiet=quiet) as answer:
        for file in files:
            found: list[Imported] = []
            with answer.about(file) as result:
                with storage_errors(f"reading {file}"):
                    data = read_regular(file)
                found = read(data, file.name)
            for imported in found:
                folder = out / imported.record.id
                with answer.about(folder) as result:
                    result["source"] = str(file)
                    answer.found(result, imported.report)
                    _write(imported, folder)
                    answer.say(f"{folder}: {imported.record.title}")


def _write(imported: Imported, folder: Path) -> None:
    """A record's folder, there whole or not at all; one that is there already stays as it is."""
    from archive_pkg.records.saving import as_yaml
    from archive_pkg.storage import Staging, storage_errors

    with storage_errors(f"making {folder.parent}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with Staging(folder) as staging, storage_errors(f"writing {folder}"):
        for path, data in imported.files.items():
            target = staging.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        (staging.path / "record.yaml").write_text(as_yaml(imported.record), encoding="utf-8")
        staging.commit()
