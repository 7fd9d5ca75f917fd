"""Give Frictionless the checks of letters, so that `frictionless validate --checks` finds them.

Frictionless imports every module whose name begins with `frictionless_`, and asks its plugin for
the classes of checks and errors by their types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from frictionless import Plugin

if TYPE_CHECKING:
    from frictionless import Check, Error


class ArchivepkgPlugin(Plugin):
    """The checks of types that begin with `archive-`; they are loaded when one is named."""

    def select_check_class(self, type: str | None = None) -> type[Check] | None:  # noqa: A002
        """Find the class of a check by its type."""
        if type is None or not type.startswith("archive-"):
            return None
        from archive_pkg.tables.checking.frictionless_checks import CHECKS

        return CHECKS.get(type)

    def select_error_class(self, type: str | None = None) -> type[Error] | None:  # noqa: A002
        """Find the class of an error by its type."""
        if type is None or not type.startswith("archive-"):
            return None
        from archive_pkg.tables.checking.frictionless_checks import LetterError

        return LetterError
