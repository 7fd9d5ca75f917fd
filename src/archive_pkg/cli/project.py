"""Choose the project of a command line: named, found above the working folder, or none."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from archive_pkg.projects import Project

VARIABLE = "ARCHIVE_PKG_PROJECT"
"""The environment variable that names the project file. If it is empty, no file is used."""

_FOUND = "found upwards from the working folder"


@dataclass
class ProjectChoice:
    """Which project file a command line uses. It is read when a command first needs it.

    Attributes:
        named: The file of `--project`.
        none: Whether `--no-project` is given.
    """

    named: Path | None = None
    none: bool = False

    @cached_property
    def origin(self) -> tuple[Path | None, str]:
        """The file, and what chose it."""
        from archive_pkg.projects import file_of, find_project

        if self.none:
            return None, "option --no-project"
        if self.named:
            return file_of(self.named), "option --project"
        if (variable := os.environ.get(VARIABLE)) is not None:
            return file_of(Path(variable)) if variable else None, f"environment {VARIABLE}"
        found = find_project(Path())
        return found, _FOUND if found else "default"

    @cached_property
    def project(self) -> Project:
        """The project; one without settings if there is no file.

        Raises:
            ArchivePkgError: The file is not valid, cannot be read or cannot be trusted.
        """
        from archive_pkg.projects import Project, load_project

        file, how = self.origin
        return load_project(file, named=how != _FOUND) if file else Project()


_choice = ProjectChoice()


def choose_project(named: Path | None, *, none: bool) -> None:
    """Set which project the next command uses.

    Raises:
        ArchivePkgError: The options cannot be combined, or the named file is not valid.
    """
    global _choice
    if named and none:
        raise UsageError("--project and --no-project cannot be combined", "Give only one.")
    _choice = ProjectChoice(named, none)
    if named:
        _ = _choice.project  # report errors, even if the command needs no settings


def project_origin() -> tuple[Path | None, str]:
    """Return the project file of this command line, and what chose it."""
    return _choice.origin


def current_project() -> Project:
    """Return the project of this command line.

    Raises:
        ArchivePkgError: Its file is not valid, cannot be read or cannot be trusted.
    """
    return _choice.project


def named_address(to: str) -> str:
    """Return the address of a target in the project file; return an address unchanged.

    Raises:
        UsageError: It is neither an address nor the name of a target.
        ArchivePkgError: The project file is not valid, cannot be read or cannot be trusted.
    """
    if not re.fullmatch(r"[\w-]+", to):
        return to
    project = current_project()
    names = list(project.settings.targets)
    if to in names or not names:
        return project.address(to)
    raise UsageError(
        f"{to} is not the name of a target in {project.file}",
        f"Use one of {', '.join(names)}, or an address such as ocfl:PATH.",
    )
