"""Names: recognize bodies, romanise, and make slugs."""

from archive_pkg.names.bodies import divide_name, in_reading_order, is_body
from archive_pkg.names.slugs import latin, slug
from archive_pkg.names.unknown import is_unknown

__all__ = ["divide_name", "in_reading_order", "is_body", "is_unknown", "latin", "slug"]
