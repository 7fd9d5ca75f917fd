"""The review application: a letter beside its draft, in the browser, every change written at once.

`docs/explanation/review-security.md` describes the protection against other users and pages.
"""

from archive_pkg.web.review.app import Review, Reviewer
from archive_pkg.web.review.opened import Opened
from archive_pkg.web.review.serving import Server, listen

__all__ = ["Opened", "Review", "Reviewer", "Server", "listen"]
