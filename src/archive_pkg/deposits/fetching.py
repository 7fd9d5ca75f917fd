"""Fetch deposited packages back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.deposits import retrying
from archive_pkg.deposits.receipts import load_receipt
from archive_pkg.deposits.repository_interface import Repository, repository_errors, repository_of
from archive_pkg.deposits.transfers import fingerprint_of
from archive_pkg.errors import DepositError, StorageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.paths import StrPath


def fetch(
    receipt_file: StrPath, out: StrPath, repositories: Sequence[str | Repository] = ()
) -> Path:
    """Fetch a deposited package from the repository in its receipt, and verify it.

    Args:
        receipt_file: The receipt.
        out: The folder to write the package into; created if it does not exist.
        repositories: The repositories that you trust, or their addresses. A repository on a local
            disk need not be given.

    Returns:
        The package's folder, byte for byte as it was deposited.

    Raises:
        DepositError: The repository cannot be reached, or did not return what was deposited;
            nothing is kept.
        InvalidError: The file is not a receipt.
        StorageError: The storage failed, or the destination already exists.
        UsageError: The receipt's repository is on a server and is not in `repositories`.
    """
    receipt_file = Path(receipt_file)
    out = Path(out)
    receipt = load_receipt(receipt_file)
    repository = repository_of(receipt, repositories)
    destination = out / receipt.package
    if os.path.lexists(destination):
        raise StorageError(
            _(
                "{destination} already exists, and fetching replaces nothing",
                destination=destination,
            ),
            _("Choose another folder, or move that one away."),
        )
    with storage.storage_errors(_("making {out}", out=out)):
        storage.make_folder(out)
    with storage.Staging(destination) as staging:

        def fetch_once() -> None:
            for left in staging.path.iterdir():
                storage.remove_tree(left)
            expected = {file.path: file for file in receipt.files}
            with repository_errors(repository):
                repository.fetch(receipt.remote_id, receipt.version, staging.path, expected)

        retrying.with_retries(fetch_once)
        if fingerprint_of(staging.path) != receipt.fingerprint:
            raise DepositError(
                _(
                    "{target} returned a different package than the one in the receipt",
                    target=receipt.target,
                ),
                _("Nothing was kept. Check the repository, and other copies."),
            )
        staging.commit()
    return destination
