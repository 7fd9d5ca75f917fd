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
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a project file, archive-pkg.toml, with every setting explained.

    The settings apply to commands that you run in this folder or below it.

    Example: archive-pkg init
    """
    from archive_pkg.packages.output_protection import refuse_in_package
    from archive_pkg.projects import NAME, template

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
        write_file(file, template().encode(), replace=replace)
        result["written"] = True
        answer.say(f"{file}: written. Remove the # before the settings that you need.")
        answer.say("Then run archive-pkg show --settings")
