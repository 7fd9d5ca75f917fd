"""Review a letter next to its draft in the browser. Every change is saved at once.

`docs/explanation/review-security.md` describes the protection against other users and pages.
"""

from archive_pkg.web.review.app import Review, Reviewer
from archive_pkg.web.review.opened_folder import OpenedFolder
from archive_pkg.web.review.serving import Server, listen

__all__ = ["OpenedFolder", "Review", "Reviewer", "Server", "listen"]
