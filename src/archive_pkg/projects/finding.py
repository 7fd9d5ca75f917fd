"""Find the file of a project, upwards from a folder."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

NAME = "archive-pkg.toml"
"""The name of a project's file."""


def find_project(start: Path) -> Path | None:
    """Return the nearest file of a project in a folder or above it.

    The search stays in one file system. It ends at the user's home folder, and below a folder that
    cannot be examined, or that every user of the machine can write to, such as /tmp.
    """
    home = _home()
    with contextlib.suppress(OSError):
        here = start.resolve(strict=True)
        device = here.stat().st_dev
        for folder in (here, *here.parents):
            status = folder.stat()
            if status.st_dev != device or status.st_mode & stat.S_IWOTH:
                return None
            if os.path.lexists(folder / NAME):
                return folder / NAME
            if folder == home:
                return None
    return None


def file_of(path: Path) -> Path:
    """Return the file of a project: the path itself, or the project file in a folder."""
    return path / NAME if path.is_dir() else path


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # the user has no home folder
        return None
