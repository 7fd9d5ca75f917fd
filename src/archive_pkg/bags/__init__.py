"""Create, verify, change, pack and complete BagIt bags (RFC 8493) of any files.

This package does not depend on records of letters, so it can be used alone. Functions that write
are loaded when they are first used, so that verifying starts quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.bags.bag import Bag, read_info
from archive_pkg.bags.folder import ChangedError
from archive_pkg.bags.verifying import Verdict, verify
from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg.bags.archives.serializing import pack, unpack
    from archive_pkg.bags.bag_files import BagFile, contents
    from archive_pkg.bags.fetching.downloads import Fetched, fetch
    from archive_pkg.bags.inplace import create_in_place
    from archive_pkg.bags.name_checks import check_names
    from archive_pkg.bags.planning import DEFAULT_ALGORITHMS
    from archive_pkg.bags.profiles import Profile, bundled_profiles, load_profile
    from archive_pkg.bags.reverting import revert
    from archive_pkg.bags.splitting import Part, join, split
    from archive_pkg.bags.updating import update, upgrade
    from archive_pkg.bags.writing import Written, create, write

__all__ = [
    "DEFAULT_ALGORITHMS",
    "Bag",
    "BagFile",
    "ChangedError",
    "Fetched",
    "Part",
    "Profile",
    "Verdict",
    "Written",
    "bundled_profiles",
    "check_names",
    "contents",
    "create",
    "create_in_place",
    "fetch",
    "join",
    "load_profile",
    "pack",
    "read_info",
    "revert",
    "split",
    "unpack",
    "update",
    "upgrade",
    "verify",
    "write",
]

__getattr__ = names_from(
    __name__,
    {
        "archives.serializing": ("pack", "unpack"),
        "bag_files": ("BagFile", "contents"),
        "fetching.downloads": ("Fetched", "fetch"),
        "inplace": ("create_in_place",),
        "profiles": ("Profile", "bundled_profiles", "load_profile"),
        "reverting": ("revert",),
        "splitting": ("Part", "join", "split"),
        "updating": ("update", "upgrade"),
        "name_checks": ("check_names",),
        "planning": ("DEFAULT_ALGORITHMS",),
        "writing": ("Written", "create", "write"),
    },
)
