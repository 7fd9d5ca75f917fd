"""The bag engine: BagIt (RFC 8493) whole, for letters or anything else.

Heavier parts are modules of their own: `serializing`, `updating`, `inplace`, `fetching`,
`profiles`.
"""

from archive_pkg.bags.bag import Bag
from archive_pkg.bags.folder import ChangedError
from archive_pkg.bags.verifying import Verdict, verify
from archive_pkg.bags.writing import DEFAULT_ALGORITHMS, Written, check_names, create, write

__all__ = [
    "DEFAULT_ALGORITHMS",
    "Bag",
    "ChangedError",
    "Verdict",
    "Written",
    "check_names",
    "create",
    "verify",
    "write",
]
