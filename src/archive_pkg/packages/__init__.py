"""A letter's record and files as one package: checking, building, opening, verifying."""

from archive_pkg.packages.building import Built, build_package
from archive_pkg.packages.checking import check, check_many, check_record
from archive_pkg.packages.opening import Package, Verification, is_bag, open_package, verify

__all__ = [
    "Built",
    "Package",
    "Verification",
    "build_package",
    "check",
    "check_many",
    "check_record",
    "is_bag",
    "open_package",
    "verify",
]
