"""A letter's record and files as one package: checking, building, opening, verifying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.lazy import names_from
from archive_pkg.packages.result_sentences import states

if TYPE_CHECKING:
    from archive_pkg.packages.building import Built, build_package
    from archive_pkg.packages.checking.runner import check, check_record
    from archive_pkg.packages.layout import is_bag
    from archive_pkg.packages.opening import Package, Verification, open_package, verify
    from archive_pkg.packages.signatures.signing import Signing, sign
    from archive_pkg.packages.signatures.verifying import Signed, Trust

_MODULES = {
    "building": ("Built", "build_package"),
    "checking.runner": ("check", "check_record"),
    "layout": ("is_bag",),
    "opening": ("Package", "Verification", "open_package", "verify"),
    "signatures.signing": ("Signing", "sign"),
    "signatures.verifying": ("Signed", "Trust"),
}

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

__getattr__ = names_from(__name__, _MODULES)
