"""Deposit packages into repositories with receipts, and fetch them back."""

from archive_pkg.deposits.depositing import Deposited, RefusedError, deposit, deposit_many
from archive_pkg.deposits.fetching import fetch
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.planning import plan
from archive_pkg.deposits.receipts import Arrival, Receipt, load_receipt
from archive_pkg.deposits.repository_interface import (
    Capabilities,
    DepositPlan,
    Describing,
    LostError,
    PlannedFile,
    Repository,
    Status,
    Stored,
    arrivals,
    repository_for,
)
from archive_pkg.deposits.reserving import reserve
from archive_pkg.deposits.status import (
    DepositStatus,
    ask,
    check_receipt,
    receipts_below,
    receipts_of,
    superseded,
)
from archive_pkg.deposits.transfers import Item, Transfer
from archive_pkg.deposits.zips import Upload, unpack, zipped

__all__ = [
    "Arrival",
    "Capabilities",
    "DepositPlan",
    "DepositStatus",
    "Deposited",
    "Describing",
    "Item",
    "Journal",
    "LostError",
    "PlannedFile",
    "Receipt",
    "RefusedError",
    "Repository",
    "Status",
    "Stored",
    "Transfer",
    "Upload",
    "arrivals",
    "ask",
    "check_receipt",
    "deposit",
    "deposit_many",
    "fetch",
    "load_receipt",
    "plan",
    "receipts_below",
    "receipts_of",
    "repository_for",
    "reserve",
    "superseded",
    "unpack",
    "zipped",
]
