"""Find the plugins of other projects by their entry points.

The groups are `archive_pkg.formats`, `archive_pkg.importers`, `archive_pkg.targets` and
`archive_pkg.repositories`.
"""

from __future__ import annotations

import contextlib
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import ArchivePkgError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = "archive_pkg.formats"
IMPORTERS = "archive_pkg.importers"
REPOSITORIES = "archive_pkg.repositories"
TARGETS = "archive_pkg.targets"


class PluginError(ArchivePkgError):
    """Another project's format, importer, target or repository failed."""


def entries(group: str) -> dict[str, EntryPoint]:
    """Return the installed entry points of a group by name, sorted."""
    return {point.name: point for point in sorted(entry_points(group=group))}


def load(point: EntryPoint, kind: type | None = None) -> Any:
    """Return the object of an entry point.

    Args:
        point: The entry point.
        kind: The type that the object must have; None if any type will do.

    Raises:
        PluginError: The object cannot be imported, or is not of that type.
    """
    with blamed(provider(point), point.name):
        found = point.load()
        if kind and not isinstance(found, kind):
            raise TypeError(_("{value} is not a {name}", value=point.value, name=kind.__name__))
        return found


def provider(point: EntryPoint) -> str:
    """Return the name and version of the project that provides an entry point."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


@contextlib.contextmanager
def blamed(project: str, name: str) -> Iterator[None]:
    """Raise unexpected exceptions in the block as a PluginError that names the project.

    Args:
        project: The project that provides the code; empty if it is this program, whose exceptions
            stay as they are.
        name: The name of the format, importer, target or repository.
    """
    try:
        yield
    except ArchivePkgError:
        raise
    except Exception as error:
        if not project:
            raise
        words = " ".join(str(error).split())[:200]
        raise PluginError(
            _(
                "{name}, which {project} provides, failed: {name_2}: {words}",
                name=name,
                project=project,
                name_2=type(error).__name__,
                words=words,
            ),
            _(
                "Report this to the authors of {project}. --verbose shows where it failed.",
                project=project,
            ),
        ) from error
