"""What a repository is to the rest of the house, and how one is found by its address.

A repository is a class behind the entry-point group `archive_pkg.repositories`, under the scheme
of its addresses; others add theirs by declaring an entry point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal, Protocol

from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GROUP = "archive_pkg.repositories"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a repository holds after a deposit, as it says itself.

    Attributes:
        remote_id: The repository's identifier of what it holds.
        version: The repository's version of it, "v1".
        location: Where in the repository it lies.
        digests: The digests that the repository states, by path in the package.
        algorithm: What they are, "sha512".
        verified: How it is known that what arrived is what was sent.
        new: False where the repository held exactly this already and nothing was written.
        answer: What the repository said, for the receipt.
    """

    remote_id: str
    version: str
    location: str
    digests: Mapping[str, str]
    algorithm: str
    verified: Literal["server-digest", "read-back", "unverified"]
    new: bool
    answer: Mapping[str, Any] = field(default_factory=dict)


class Repository(Protocol):
    """Somewhere to deposit packages. Made from the address that the user gave."""

    kind: str
    """The scheme of its addresses, "ocfl"."""

    def __init__(self, address: str) -> None:
        """Take the whole address; nothing is opened or written yet. Raises UsageError."""

    @property
    def target(self) -> str:
        """The address without credentials, as receipts have it."""

    def deposit(self, package: Path, identifier: str) -> Stored:
        """Store a package's folder, already verified, as a version of what has that identifier.

        Raises:
            DepositError: The repository refuses it, or what arrived is not what was sent.
            StorageError: The storage fails.
        """

    def fetch(self, remote_id: str, version: str, into: Path) -> None:
        """Bring a version back, byte for byte, into an empty folder.

        Raises:
            DepositError: The repository does not hold it any more, or not unharmed.
            StorageError: The storage fails.
        """


def repository_for(address: str) -> Repository:
    """The repository of an address such as `ocfl:PATH`.

    Raises:
        UsageError: No repository has that scheme.
    """
    scheme, colon, _ = address.partition(":")
    known = {point.name: point for point in entry_points(group=GROUP)}
    if not colon or scheme not in known:
        raise UsageError(
            f"{address} is no address of a repository that is known here",
            f"an address begins with one of: {', '.join(f'{name}:' for name in sorted(known))}",
        )
    made: Repository = known[scheme].load()(address)
    return made
