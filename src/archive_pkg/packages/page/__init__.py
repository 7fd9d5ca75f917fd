"""The page of one letter: its text next to its record, each statement linked to quoted words."""

from archive_pkg.packages.page.letter import letter_page, package_page

__all__ = ["letter_page", "package_page"]
