"""Choose the language of messages and pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from archive_pkg.cli.project import current_project
from archive_pkg.errors import UsageError
from archive_pkg.messages import ENGLISH, LANGUAGES, known_language, shown

if TYPE_CHECKING:
    from archive_pkg.projects import Project

_chosen: str | None = None


def choose_language(wish: str | None) -> None:
    """Set the language of `--language` for the next command; None if it is not given.

    Raises:
        UsageError: The interface does not have the language.
    """
    global _chosen
    _chosen = known_language(wish) if wish else None
    if wish and _chosen is None:
        known = ", ".join(f"{tag} ({name})" for tag, name in LANGUAGES.items())
        raise UsageError(f"the interface does not have the language {wish}", f"Use one of {known}.")


def chosen_language() -> str | None:
    """Return the language of `--language`; None if it is not given."""
    return _chosen


def message_language() -> str:
    """Return the language of messages: that of `--language`, or else of the locale."""
    if _chosen:
        return _chosen
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return known_language(next(filter(None, names), ENGLISH)) or ENGLISH


def project_for_pages() -> Project:
    """Return the project of this command line, with the language of `--language` if it is given.

    Raises:
        ArchivePkgError: Its file is not valid, cannot be read or cannot be trusted.
    """
    project = current_project()
    return project.in_language(_chosen) if _chosen else project


def translated(text: Any) -> Any:
    """Return a message in the language of messages; any other value unchanged."""
    return shown(text, message_language())
