"""Deposits: a package into a repository, a receipt for it, and the package back again."""

from archive_pkg.deposits.asking import Known, ask, check_receipt, receipts_below, receipts_of
from archive_pkg.deposits.depositing import (
    Deposited,
    RefusedError,
    deposit,
    deposit_many,
    fetch,
    plan,
    reserve,
)
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.parcels import Item, Parcel
from archive_pkg.deposits.protocol import (
    Capabilities,
    LostError,
    Plan,
    Repository,
    Status,
    Stored,
    Transfer,
    arrivals,
    repository_for,
)
from archive_pkg.deposits.receipts import Arrival, Receipt, load_receipt
from archive_pkg.deposits.zips import Sent, unpack, zipped

__all__ = [
    "Arrival",
    "Capabilities",
    "Deposited",
    "Item",
    "Journal",
    "Known",
    "LostError",
    "Parcel",
    "Plan",
    "Receipt",
    "RefusedError",
    "Repository",
    "Sent",
    "Status",
    "Stored",
    "Transfer",
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
    "unpack",
    "zipped",
]
