"""The JSON Schemas of a project, in a folder next to its file, so that editors work offline."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    from archive_pkg.projects.loading import Project

FOLDER = ".schemas"
"""The folder of the schemas, next to the project's file."""
RECORD_SCHEMA = "record.schema.json"
PROJECT_SCHEMA = "project.schema.json"


def schema_text(model: type[BaseModel]) -> str:
    """Return the JSON Schema (draft 2020-12) of the files that a model describes."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(),
    }
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def schema_files() -> dict[str, str]:
    """Return the schemas of records and of project files, by their names."""
    from archive_pkg.projects.models import ProjectFile
    from archive_pkg.records.models import Record

    return {RECORD_SCHEMA: schema_text(Record), PROJECT_SCHEMA: schema_text(ProjectFile)}


def schema_comment(project: Project | None, folder: Path) -> str:
    """Return the line that names the schema of a record to editors, as yaml-language-server reads.

    Args:
        project: The project.
        folder: The folder of the record.

    Returns:
        The line, or "" if the folder is not in a project that has the schema.
    """
    if project is None or project.file is None:
        return ""
    home = project.folder.resolve()
    schema = home / FOLDER / RECORD_SCHEMA
    if not folder.resolve().is_relative_to(home) or not schema.is_file():
        return ""
    path = os.path.relpath(schema, folder.resolve()).replace(os.sep, "/")
    return f"# yaml-language-server: $schema={path}\n"
