"""Names: recognize bodies, romanise, and make slugs."""

from archive_pkg.names.bodies import divide_name, in_reading_order, is_body, is_corporate
from archive_pkg.names.editors_signs import confidence_in, without_signs
from archive_pkg.names.slugs import latin, slug
from archive_pkg.names.unknown import is_unknown

__all__ = [
    "confidence_in",
    "divide_name",
    "in_reading_order",
    "is_body",
    "is_corporate",
    "is_unknown",
    "latin",
    "slug",
    "without_signs",
]
