"""The bag engine: BagIt (RFC 8493) whole, for letters or anything else.

Heavier parts are modules of their own: `serializing`, `updating`, `inplace`, `fetching`,
`profiles`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.bags.bag import Bag, read_info
from archive_pkg.bags.folder import ChangedError
from archive_pkg.bags.verifying import Verdict, verify

if TYPE_CHECKING:
    from archive_pkg.bags.writing import DEFAULT_ALGORITHMS, Written, check_names, create, write

__all__ = [
    "DEFAULT_ALGORITHMS",
    "Bag",
    "ChangedError",
    "Verdict",
    "Written",
    "check_names",
    "create",
    "read_info",
    "verify",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load what writes bags when it is first asked for: verifying has to start quickly."""
    if name in __all__:
        from archive_pkg.bags import writing

        return getattr(writing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
