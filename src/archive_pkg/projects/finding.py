"""Find the file of a project, upwards from a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.storage import find_upwards

if TYPE_CHECKING:
    from pathlib import Path

NAME = "archive-pkg.toml"
"""The name of a project's file."""


def find_project(start: Path) -> Path | None:
    """Return the nearest file of a project in a folder or above it, as `find_upwards` searches."""
    return find_upwards(start, NAME)


def file_of(path: Path) -> Path:
    """Return the file of a project: the path itself, or the project file in a folder."""
    return path / NAME if path.is_dir() else path
