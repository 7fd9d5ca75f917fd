"""Make archival letters into packages that can be verified and that repositories accept.

The main functions are `draft_letter`, `load_record`, `check`, `build_package`, `sign`, `verify`,
`open_package`, `deposit` and `fetch`. Names and the subpackages are loaded when they are first
used, so that importing this package takes little time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg import (
        bags,
        collection,
        deposits,
        drafting,
        errors,
        interchange,
        packages,
        projects,
        records,
        reports,
        tables,
        web,
    )
    from archive_pkg.deposits import Receipt, deposit, fetch, load_receipt
    from archive_pkg.drafting import Draft, draft_letter
    from archive_pkg.errors import (
        ArchivePkgError,
        DepositError,
        InvalidError,
        StorageError,
        UsageError,
    )
    from archive_pkg.packages import (
        Package,
        Trust,
        build_package,
        check,
        open_package,
        sign,
        verify,
    )
    from archive_pkg.packages.result_sentences import states
    from archive_pkg.projects import Project, load_project
    from archive_pkg.records import (
        Agent,
        Edtf,
        Event,
        Evidence,
        Part,
        Record,
        load_record,
        load_records,
        read_record,
        save_record,
    )
    from archive_pkg.reports import Finding, Report, Severity
    from archive_pkg.version import __version__

_MODULES = {
    "deposits": ("Receipt", "deposit", "fetch", "load_receipt"),
    "drafting": ("Draft", "draft_letter"),
    "errors": ("ArchivePkgError", "DepositError", "InvalidError", "StorageError", "UsageError"),
    "packages": (
        "Package",
        "Trust",
        "build_package",
        "check",
        "open_package",
        "sign",
        "verify",
    ),
    "packages.result_sentences": ("states",),
    "projects": ("Project", "load_project"),
    "records": (
        "Agent",
        "Edtf",
        "Event",
        "Evidence",
        "Part",
        "Record",
        "load_record",
        "load_records",
        "read_record",
        "save_record",
    ),
    "reports": ("Finding", "Report", "Severity"),
    "version": ("__version__",),
    **dict.fromkeys(("bags", "collection", "interchange", "tables", "web"), ()),
}

__all__ = [
    "Agent",
    "ArchivePkgError",
    "DepositError",
    "Draft",
    "Edtf",
    "Event",
    "Evidence",
    "Finding",
    "InvalidError",
    "Package",
    "Part",
    "Project",
    "Receipt",
    "Record",
    "Report",
    "Severity",
    "StorageError",
    "Trust",
    "UsageError",
    "__version__",
    "bags",
    "build_package",
    "check",
    "collection",
    "deposit",
    "deposits",
    "draft_letter",
    "drafting",
    "errors",
    "fetch",
    "interchange",
    "load_project",
    "load_receipt",
    "load_record",
    "load_records",
    "open_package",
    "packages",
    "projects",
    "read_record",
    "records",
    "reports",
    "save_record",
    "sign",
    "states",
    "tables",
    "verify",
    "web",
]

__getattr__ = names_from(__name__, _MODULES)


def __dir__() -> list[str]:
    return sorted(__all__)
