"""A letter's record and files as one package: checking, building, opening, verifying."""

from archive_pkg.packages.building import Built, build_package
from archive_pkg.packages.checking import check, check_record
from archive_pkg.packages.opening import Package, Verification, is_bag, open_package, verify
from archive_pkg.packages.signatures.signing import Signing, sign
from archive_pkg.packages.signatures.verifying import Signed, Trust
from archive_pkg.packages.states import states

__all__ = [
    "Built",
    "Package",
    "Signed",
    "Signing",
    "Trust",
    "Verification",
    "build_package",
    "check",
    "check_record",
    "is_bag",
    "open_package",
    "sign",
    "states",
    "verify",
]
