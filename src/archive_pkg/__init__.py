"""Make archival letters into packages that can be verified and that repositories accept.

    from archive_pkg import build_package, deposit, load_record, verify

    record = load_record("records/1960-07-18-cpsu-to-sed")
    package = build_package("records/1960-07-18-cpsu-to-sed", "packages").path
    assert verify(package).ok
    deposit(package, "ocfl:archive")

Records
    draft_letter(path)             draft a record from a letter's text
    load_record, read_record       read a record; the latter returns all findings
    load_records, save_record      read many, write one
    described_by(record, agent)    give evidence for all statements at once
    Record, Agent, Part, Event, Evidence, Edtf      the models

Packages
    check(source)                  findings on a record and its files
    build_package(source, out)     build a package
    open_package(path)             the record and files of a package
    verify(path), sign(path)       verify any bag, sign a package
    states(verification)           the result in sentences
    why_not(path, target)          why a repository would not accept it
    export(format, record)         TEI, DataCite, EAD, MODS and other formats

Repositories
    deposit(package, to)           deposit any bag, and get a Receipt
    fetch(receipt, out)            fetch it back and verify it

Subpackages
    bags         bags of any folder (RFC 8493), without letters
    collection   many packages: build, verify, audit, repair, index, duplicates
    tables       records as Frictionless Data Packages, CSV and workbooks
    deposits, drafting, interchange, packages, projects, records, web

All exceptions are subclasses of ArchivePkgError; `str` of one has the findings. Names and
subpackages are loaded when they are first used, so importing this package takes little time. There
is no `__all__`, so that `help(archive_pkg)` is this page; `help(archive_pkg.deposit)` and
docs/reference/api.md say more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg import (
        bags as bags,
        collection as collection,
        deposits as deposits,
        drafting as drafting,
        errors as errors,
        interchange as interchange,
        packages as packages,
        projects as projects,
        records as records,
        reports as reports,
        tables as tables,
        web as web,
    )
    from archive_pkg.deposits import (
        Receipt as Receipt,
        deposit as deposit,
        fetch as fetch,
        load_receipt as load_receipt,
    )
    from archive_pkg.drafting import (
        Draft as Draft,
        draft_letter as draft_letter,
    )
    from archive_pkg.errors import (
        ArchivePkgError as ArchivePkgError,
        DepositError as DepositError,
        InvalidError as InvalidError,
        StorageError as StorageError,
        UsageError as UsageError,
    )
    from archive_pkg.interchange import (
        export as export,
    )
    from archive_pkg.packages import (
        Package as Package,
        Trust as Trust,
        build_package as build_package,
        check as check,
        open_package as open_package,
        sign as sign,
        verify as verify,
    )
    from archive_pkg.packages.result_sentences import (
        states as states,
    )
    from archive_pkg.packages.targets import (
        find_target as find_target,
        why_not as why_not,
    )
    from archive_pkg.projects import (
        Project as Project,
        load_project as load_project,
    )
    from archive_pkg.records import (
        Agent as Agent,
        Edtf as Edtf,
        Event as Event,
        Evidence as Evidence,
        Part as Part,
        Record as Record,
        described_by as described_by,
        load_record as load_record,
        load_records as load_records,
        read_record as read_record,
        save_record as save_record,
    )
    from archive_pkg.reports import (
        Finding as Finding,
        Report as Report,
        Severity as Severity,
    )
    from archive_pkg.version import (
        __version__ as __version__,
    )

_MODULES = {
    "deposits": (
        "Receipt",
        "deposit",
        "fetch",
        "load_receipt",
    ),
    "drafting": (
        "Draft",
        "draft_letter",
    ),
    "errors": (
        "ArchivePkgError",
        "DepositError",
        "InvalidError",
        "StorageError",
        "UsageError",
    ),
    "interchange": ("export",),
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
    "packages.targets": (
        "find_target",
        "why_not",
    ),
    "projects": (
        "Project",
        "load_project",
    ),
    "records": (
        "Agent",
        "Edtf",
        "Event",
        "Evidence",
        "Part",
        "Record",
        "described_by",
        "load_record",
        "load_records",
        "read_record",
        "save_record",
    ),
    "reports": (
        "Finding",
        "Report",
        "Severity",
    ),
    "version": ("__version__",),
    **dict.fromkeys(("bags", "collection", "tables", "web"), ()),
}

__getattr__ = names_from(__name__, _MODULES)


def __dir__() -> list[str]:
    modules = [name for name in _MODULES if "." not in name and name != "version"]
    return sorted([*modules, *(name for names in _MODULES.values() for name in names)])
