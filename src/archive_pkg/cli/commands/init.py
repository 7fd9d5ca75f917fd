"""`archive-pkg init`."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering, no_stream, write_file
from archive_pkg.errors import StorageError
from archive_pkg.storage import make_folder, storage_errors


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            help="The folder of the project [default: this one].",
            callback=no_stream,
            show_default=False,
        ),
    ] = Path(),
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace an existing project file.")
    ] = False,
    only_schemas: Annotated[
        bool,
        typer.Option("--schemas", help="Write only the JSON Schemas again, after an update."),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a project file, archive-pkg.toml, with every setting explained.

    The settings apply to commands that you run in this folder or below it. The folder .schemas next
    to the file gets JSON Schemas, so that editors complete and check the project file and records.

    Example: archive-pkg init
    """
    from archive_pkg.packages.output_protection import refuse_in_package
    from archive_pkg.projects import NAME, SCHEMAS, schema_files, template

    file = folder / NAME
    refuse_in_package(file)
    with answering("init", as_json=as_json, quiet=quiet) as answer, answer.about(file) as result:
        with storage_errors(f"making {folder}"):
            make_folder(folder)
            if folder.stat().st_mode & stat.S_IWOTH:
                raise StorageError(
                    f"{folder}: every user of the machine can write to it, so a project file there "
                    "is not used",
                    "Choose a folder of your own.",
                )
        if not only_schemas:
            write_file(file, template().encode(), replace=replace)
            answer.say(f"{file}: written. Remove the # before the settings that you need.")
        with storage_errors(f"making {folder / SCHEMAS}"):
            make_folder(folder / SCHEMAS)
        for name, text in schema_files().items():
            write_file(folder / SCHEMAS / name, text.encode())
        answer.say(f"{folder / SCHEMAS}: the JSON Schemas for editors are written.")
        result["written"] = True
        if only_schemas:
            return
        answer.say("Then run archive-pkg show --settings")
