"""Deposits: a package into a repository, a receipt for it, and the package back again."""

from archive_pkg.deposits.depositing import Deposited, deposit, fetch
from archive_pkg.deposits.receipts import Receipt, load_receipt
from archive_pkg.deposits.repositories import Repository, Stored, repository_for

__all__ = [
    "Deposited",
    "Receipt",
    "Repository",
    "Stored",
    "deposit",
    "fetch",
    "load_receipt",
    "repository_for",
]
