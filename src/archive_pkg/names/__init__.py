"""Names: recognize bodies, romanise, and make slugs."""

from archive_pkg.names.bodies import is_body
from archive_pkg.names.slugs import latin, slug

__all__ = ["is_body", "latin", "slug"]
