"""Pages for a browser: the page of a letter, the site of a collection, the review.

Pages and sites work offline and can be read without their scripts.
"""

from archive_pkg.packages.page import letter_page, package_page

__all__ = ["letter_page", "package_page"]
