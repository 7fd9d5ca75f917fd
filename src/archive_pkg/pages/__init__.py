"""What people would rather look at than read: pages made from records and packages.

Every page works offline, for decades, and can be read without its script.
"""

from archive_pkg.pages.letter import letter_page, package_page

__all__ = ["letter_page", "package_page"]
