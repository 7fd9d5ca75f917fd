"""The bag engine: BagIt (RFC 8493) whole, for letters or anything else."""

from archive_pkg.bags.bag import Bag
from archive_pkg.bags.verifying import Verdict, verify
from archive_pkg.bags.writing import (
    DEFAULT_ALGORITHMS,
    RefusedError,
    SourceChangedError,
    Written,
    check_names,
    create,
    write,
)

__all__ = [
    "DEFAULT_ALGORITHMS",
    "Bag",
    "RefusedError",
    "SourceChangedError",
    "Verdict",
    "Written",
    "check_names",
    "create",
    "verify",
    "write",
]
