"""`archive-pkg rename`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.cli.project import current_project, project_origin

if TYPE_CHECKING:
    from archive_pkg.cli.output import Answer
    from archive_pkg.collection.renaming import Renaming


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rename)


def rename(
    records: Annotated[list[Path], typer.Argument(help="Records, or folders with records.")],
    new: Annotated[
        str, typer.Option("--id", metavar="ID", help="The new id of a single record.")
    ] = "",
    collection: Annotated[
        Path | None,
        typer.Option(
            help="The folder to search for records that refer to these [default: the folder of the "
            "project file, or else the folder above each record].",
        ),
    ] = None,
    vocabulary: Annotated[
        list[Path] | None,
        typer.Option(help="The YAML files with more names that the records were drafted with."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Change the id, folder and title of records after a date or name was corrected.

    The record keeps its former id as an identifier, and other records refer to the new id. An id
    without date and names, such as a call number, and a title in your own words are left alone.

    Example: archive-pkg rename records/1960-07-18-cpsu-to-sed --dry-run
    """
    from archive_pkg.collection.bulk.searching import find_records
    from archive_pkg.collection.renaming import RecordIds
    from archive_pkg.drafting import load_vocabulary
    from archive_pkg.errors import UsageError
    from archive_pkg.storage import is_regular, named

    with answering("rename", as_json=as_json, quiet=quiet) as answer:
        known = load_vocabulary(*current_project().vocabularies, *(vocabulary or ()))
        found = list(find_records(records, answer.noted))
        if new and len(found) != 1:
            raise UsageError("--id needs exactly one record", "Name one record.")
        indexes: dict[Path, RecordIds] = {}
        for path in found:
            with answer.about(path) as result:
                folder = named(path.parent if is_regular(path) else path)
                root = collection or _project_folder(folder) or folder.parent
                if root not in indexes:
                    indexes[root] = RecordIds(root, answer.noted)
                renaming = indexes[root].rename(path, known, new)
                if not dry_run:
                    renaming.write()
                _report(answer, result, renaming, written=not dry_run)


def _project_folder(folder: Path) -> Path | None:
    """Return the folder of the project file, if it is above a record."""
    project, _ = project_origin()
    if project is None or not folder.resolve().is_relative_to(project.parent.resolve()):
        return None
    return project.parent


def _report(answer: Answer, result: dict[str, Any], renaming: Renaming, *, written: bool) -> None:
    result |= {
        "record": os.fspath(renaming.folder / renaming.record.name),
        "former_id": renaming.former,
        "id": renaming.id,
        "title": renaming.title,
        "changed": [os.fspath(path) for path in renaming.paths],
        "kept": list(renaming.kept),
        "written": written and renaming.changes,
    }
    where = renaming.record.parent
    if not renaming.changes:
        answer.say(f"{where}: nothing to change{_because(renaming)}")
        return
    said = []
    if renaming.id != renaming.former:
        said.append(f"the id {renaming.former} becomes {renaming.id}")
    if renaming.moves:
        said.append(f"the folder becomes {renaming.folder}")
    said.append(f"title: {renaming.title}")
    answer.say(f"{where}: {'; '.join(said)}{_because(renaming)}")
    for path in renaming.paths:
        if path != renaming.record:
            answer.say(f"  {path} refers to the new id")
    if not written:
        for line in renaming.diff.splitlines():
            answer.say(line)


def _because(renaming: Renaming) -> str:
    return "".join(f"; {why}" for why in renaming.kept)
