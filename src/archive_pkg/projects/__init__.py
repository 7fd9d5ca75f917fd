"""The settings of a project, in its file `archive-pkg.toml`."""

from archive_pkg.projects.defaulting import with_defaults, with_own_type
from archive_pkg.projects.finding import NAME, file_of, find_project
from archive_pkg.projects.loading import Project, load_project, read_project
from archive_pkg.projects.models import (
    DEFAULT_DOCUMENTS,
    SITE_ADDRESS,
    Editor,
    Funding,
    ProjectFile,
)
from archive_pkg.projects.schemas import FOLDER as SCHEMAS
from archive_pkg.projects.schemas import schema_comment, schema_files, schema_text
from archive_pkg.projects.template import in_toml, template

__all__ = [
    "DEFAULT_DOCUMENTS",
    "NAME",
    "SCHEMAS",
    "SITE_ADDRESS",
    "Editor",
    "Funding",
    "Project",
    "ProjectFile",
    "file_of",
    "find_project",
    "in_toml",
    "load_project",
    "read_project",
    "schema_comment",
    "schema_files",
    "schema_text",
    "template",
    "with_defaults",
    "with_own_type",
]
