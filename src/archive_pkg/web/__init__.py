"""What people read in a browser: the page of a letter, the site of a catalogue, the review.

Every page works offline, for decades, and can be read without its script.
"""

from archive_pkg.packages.page import letter_page, package_page

__all__ = ["letter_page", "package_page"]
