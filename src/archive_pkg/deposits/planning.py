"""Plan a deposit: what it would do, and every reason for a refusal."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.deposits.receipts import Receipt, load_receipt
from archive_pkg.deposits.repository_interface import (
    TARGET_IS_OPEN,
    TARGET_NEEDS_METADATA,
    TARGET_NOT_READY,
    TARGET_TAKES_FEWER,
    TARGET_TAKES_LESS,
    Comparing,
    DepositPlan,
    Repository,
    repository_errors,
    repository_for,
)
from archive_pkg.deposits.transfers import NO_RECORD, Transfer, pack
from archive_pkg.errors import DepositError, InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.packages.later_events import receipts_folder
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.packages import Package
    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project

    PageMaker = Callable[[Package], str]


def plan(
    package: StrPath,
    to: str | Repository,
    *,
    receipts: StrPath | None = None,
    publish: bool = False,
    include_restricted: bool = False,
    page: PageMaker | None = None,
    project: Project | None = None,
) -> DepositPlan:
    """Return what depositing a package would do, and every reason for a refusal.

    The arguments are those of `deposit`.

    Raises:
        InvalidError: The package is not valid.
        StorageError: The storage failed.
        UsageError: The address does not belong to a known repository; or `publish` is set, and the
            repository cannot publish.
    """
    package = Path(package)
    receipts = Path(receipts) if receipts is not None else None
    repository = repository_for(to, project) if isinstance(to, str) else to
    transfer = with_page(pack(package), page)
    transfer = with_earlier(transfer, receipts_folder(package, receipts), repository)
    planned = checked_plan(
        repository, transfer, publish=publish, include_restricted=include_restricted
    )
    if planned.report.ok and isinstance(repository, Comparing):
        try:
            with repository_errors(repository):
                planned.held = repository.holds(transfer)
            planned.compared = True
        except DepositError as error:
            where = Location(repository.target)
            planned.report.add(TARGET_NOT_READY.at(where, error.message, error.hint))
    return planned


def checked_plan(
    repository: Repository, transfer: Transfer, *, publish: bool, include_restricted: bool
) -> DepositPlan:
    """Return a repository's plan, after checking its limits and the access to restricted parts."""
    capabilities = repository.capabilities()
    if publish and not capabilities.publishes:
        raise UsageError(
            _("{target} cannot publish deposits", target=repository.target),
            _("Leave out --publish."),
        )
    if transfer.letter is None and capabilities.needs_record:
        planned = DepositPlan(())
        message = _(
            "the bag has no record, and {target} needs a description", target=repository.target
        )
        planned.report.add(
            TARGET_NEEDS_METADATA.at(Location(transfer.identifier), message, NO_RECORD)
        )
        return planned
    with repository_errors(repository):
        planned = repository.plan(transfer, publish=publish)
    planned.notes += transfer.left_out
    files, size, place = len(planned.transfers), planned.size, Location(transfer.identifier)
    if capabilities.most_files is not None and files > capabilities.most_files:
        message = _(
            "the package has {files} files; the repository takes {most_files}",
            files=files,
            most_files=capabilities.most_files,
        )
        planned.report.add(TARGET_TAKES_FEWER.at(place, message))
    if capabilities.most_bytes is not None and size > capabilities.most_bytes:
        message = _(
            "the package has {size} bytes; the repository takes {most_bytes}",
            size=size,
            most_bytes=capabilities.most_bytes,
        )
        planned.report.add(TARGET_TAKES_LESS.at(place, message))
    _check_access(repository, transfer, planned, include_restricted=include_restricted)
    return planned


def _check_access(
    repository: Repository, transfer: Transfer, planned: DepositPlan, *, include_restricted: bool
) -> None:
    """Report each restricted part that everyone could read.

    If the parts may be sent, name them in a note or in a step of the plan instead.
    """
    if transfer.letter is None:
        _check_bag_access(repository, transfer, planned, include_restricted=include_restricted)
        return
    outgoing = transfer.outgoing
    if not outgoing.is_cut:
        return
    capabilities = repository.capabilities()
    named = "; ".join(f"{name}, {one.sentence}" for name, one in outgoing.withheld.items())
    if not capabilities.open_to_all:
        planned.notes += (f"The package includes restricted parts: {named}.",)
        return
    if include_restricted:
        planned.steps += (f"INCLUDE restricted parts: {named}",)
        return
    option = capabilities.restricting
    restrict = f", add ?{option} to the address" if option else ""
    cannot = "" if option else "; this repository cannot restrict access"
    for name, one in outgoing.withheld.items():
        planned.report.add(
            TARGET_IS_OPEN.at(
                Location("data/record.json", field=f"parts.{name}"),
                _(
                    "part “{name}” is {sentence}, but everyone can read “{target}”{cannot}",
                    name=name,
                    sentence=one.sentence,
                    target=repository.target,
                    cannot=cannot,
                ),
                _(
                    "Deposit the public package (`build --audience public`){restrict}, or "
                    "send the restricted parts, too (--include-restricted).",
                    restrict=restrict,
                ),
            )
        )


def _check_bag_access(
    repository: Repository, transfer: Transfer, planned: DepositPlan, *, include_restricted: bool
) -> None:
    """Report that a bag does not say who may see it, if everyone could read it."""
    silent = "the bag has no record, so it does not say who may see its files"
    if include_restricted or not repository.capabilities().open_to_all:
        planned.notes += (f"{silent[0].upper()}{silent[1:]}.",)
        return
    message = _(
        "{silent}, but everyone can read “{target}”", silent=silent, target=repository.target
    )
    hint = _(
        "{NO_RECORD} If everyone may see every file, add --include-restricted.", NO_RECORD=NO_RECORD
    )
    planned.report.add(TARGET_IS_OPEN.at(Location(transfer.identifier), message, hint))


def with_page(transfer: Transfer, page: PageMaker | None) -> Transfer:
    """Return the transfer with the maker of its page, if there is one and it has a record."""
    if page is None or transfer.letter is None:
        return transfer
    return replace(transfer, page=cache(lambda: page(transfer.opened).encode()))


def with_earlier(transfer: Transfer, folder: Path, repository: Repository) -> Transfer:
    """Return the transfer with the search for earlier receipts of it in a folder."""

    def find() -> tuple[Receipt, ...]:
        found = []
        with storage.storage_errors(_("reading {folder}", folder=folder)):
            names = storage.names_in(folder, f"{repository.kind}-*.json")
        for name in names:
            try:
                receipt = load_receipt(folder / name)
            except InvalidError:
                continue
            if (receipt.target, receipt.package) == (repository.target, transfer.identifier):
                found.append(receipt)
        return tuple(sorted(found, key=lambda receipt: receipt.ended))

    return replace(transfer, find_earlier=find)
