"""Repair: a damaged package is put right from a good copy, kept aside, and the ledger says so."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.audits import copies, ledger
from archive_pkg.collection.audits.auditing import missing_entry
from archive_pkg.collection.audits.seals import seal_of
from archive_pkg.collection.audits.signed import gone, signed_entry
from archive_pkg.collection.audits.state import CHECK, RECOVERY, State
from archive_pkg.collection.bulk.memory import built_seals
from archive_pkg.collection.bulk.running import Done, guarded
from archive_pkg.deposits import fetch, load_receipt
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.packages import verify
from archive_pkg.packages.building import differing
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archive_pkg.collection.audits.ledger import Ledger
    from archive_pkg.collection.audits.state import Known
    from archive_pkg.collection.shelves import Shelf
    from archive_pkg.packages import Verification
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report

DAMAGED = "damaged"
"""The folder, in the shelf's own, for what was replaced: nothing is thrown away."""


def repair(
    shelf: Shelf,
    take: Callable[[Done], None],
    *,
    path: StrPath,
    copy: str,
    repositories: Sequence[str] = (),
    packages: Iterable[StrPath] = (),
    dry_run: bool = False,
) -> Report:
    """Restore packages that failed their last check, or have vanished, from another copy.

    What the copy gives has to be valid and to have the seal of the last check that was passed, or
    that with which the shelf built it, where either is known. It takes the package's place in one
    step; the damaged one is kept.

    Args:
        shelf: The shelf.
        take: Called with what came of each.
        path: The ledger's file.
        copy: The address of a repository, a folder of packages, a receipt's file, "receipts" or
            "receipts:FOLDER"; see `copies.compare`.
        repositories: The addresses of the servers that receipts may lead to; see
            `deposits.fetch`.
        packages: Only these; all that failed or vanished if not given.
        dry_run: Only tell what would be done.

    Returns:
        What was found about the ledger itself.

    Raises:
        InvalidError: The ledger is not what was written.
        LockedError: Another run holds the ledger or the shelf.
        StorageError: The storage failed.
    """
    path = Path(path)
    with (
        State() as state,
        ledger.held(path, state.take) as (book, report),
        shelf.held(),
        built_seals(shelf.own / "built.sqlite") as built,
    ):
        for name, known in list(_wanted(state, shelf, map(Path, packages))):
            home = shelf.root / name
            here = built(name)
            stated = (known.seal if known else None, here.hex() if here else None)
            seals = tuple(filter(None, stated))
            bring = partial(_bring, home, copy=copy, repositories=repositories)
            right = partial(_is_good, seals=seals, signed=known.signed if known else ())
            restore = partial(_restore, shelf, book, name, known, right, bring, copy)
            take(guarded(home, partial(restore, dry_run=dry_run)))
    return report


def accept(shelf: Shelf, packages: Iterable[StrPath], *, path: StrPath, reason: str) -> Report:
    """Accept packages as they are now, where they were changed on purpose; the ledger says so.

    Args:
        shelf: The shelf.
        packages: Their folders.
        path: The ledger's file.
        reason: Why, in words.

    Raises:
        InvalidError: A package is not valid, or the ledger is not what was written.
        StorageError: The storage failed.
    """
    path = Path(path)
    with State() as state, ledger.held(path, state.take) as (book, report):
        entries = []
        for package in map(Path, packages):
            verification = verify(package)
            if not verification.ok:
                raise InvalidError(f"{package} is not valid", report=verification.report)
            entry = {
                "event": CHECK,
                "package": _name(shelf, package),
                "id": verification.record.id if verification.record else None,
                "outcome": "pass",
                "seal": seal_of(package).hex(),
                "accepted": reason,
                "signed": _signed(verification),
            }
            entries.append({key: value for key, value in entry.items() if value is not None})
        book.append(entries)
    return report


def _wanted(
    state: State, shelf: Shelf, packages: Iterable[Path]
) -> Iterator[tuple[str, Known | None]]:
    names = [_name(shelf, package) for package in packages]
    if names:
        for name in names:
            yield name, state.known(name)
    else:
        for known in state.with_outcome("fail", "missing"):
            yield known.package, known


def _restore(
    shelf: Shelf,
    book: Ledger,
    name: str,
    known: Known | None,
    is_good: Callable[[Path], bool],
    bring: Callable[[str, Path], Path],
    copy: str,
    *,
    dry_run: bool,
) -> Done:
    steps = name.split("/")
    if any(step in ("", ".", "..") for step in steps):
        raise InvalidError(
            f"the ledger names the package {name!r}, which cannot lie in {shelf.root}",
            "nothing was restored there; compare the ledger with a copy",
        )
    home = shelf.root / name
    if os.path.lexists(home) and is_good(home):
        return Done(str(home), "good")
    staged = shelf.work / secrets.token_hex(8)
    with storage.storage_errors(f"staging {home}"):
        staged.mkdir()
        if steps[1:]:
            storage.make_beneath(shelf.root, "/".join(steps[:-1]))
    try:
        brought = bring((known.id if known else None) or home.name, staged)
        if not is_good(brought):
            raise DepositError(
                f"the copy of {home} in {copy} is not good either, or not of the same package",
                "look for another copy; nothing was changed",
            )
        differences = differing(home, brought) if home.is_dir() else ()
        details = {"restored": list(differences), "from": copy}
        if dry_run:
            return Done(str(home), "restorable", details=details)
        kept = _exchange(shelf, home, brought)
    finally:
        storage.remove_tree(staged)
    if kept is not None:
        details["damaged"] = str(kept)
    book.append(
        [
            *([] if kept or (known and known.outcome == "missing") else [missing_entry(name)]),
            {
                "event": RECOVERY,
                "package": name,
                "outcome": "pass",
                "seal": seal_of(home).hex(),
                "from": copy,
                "files": list(differences),
                "kept": str(kept.relative_to(shelf.root)) if kept else None,
            },
        ]
    )
    return Done(str(home), "repaired", details=details)


def _is_good(package: Path, *, seals: tuple[str, ...], signed: tuple[dict[str, Any], ...]) -> bool:
    """Whether a package is valid and, as far as is known, the one that it should be."""
    try:
        is_the_one = not seals or seal_of(package).hex() in seals
    except OSError:
        return False
    if not is_the_one:
        return False
    verification = verify(package)
    lost = gone(Location(str(package)), signed, _signed(verification))
    return verification.ok and not any(lost)


def _signed(verification: Verification) -> list[dict[str, Any]]:
    return signed_entry(one.as_json() for one in verification.signatures)


def _bring(
    home: Path, identifier: str, staged: Path, *, copy: str, repositories: Sequence[str]
) -> Path:
    """Bring a copy into a folder of the staging's."""
    receipts = copies.receipts_named(home, copy)
    if receipts is not None:
        if not receipts or load_receipt(receipts[-1]).package != identifier:
            raise DepositError(f"there is no receipt for {home} in {copy}", "name another copy")
        return fetch(receipts[-1], staged, repositories)
    if Path(copy).is_dir():
        mirrored = copies.in_folder(home, identifier, Path(copy))
        if mirrored is None:
            raise DepositError(f"{copy} does not hold {identifier}", "name another copy")
        if mirrored.is_file():
            return Path(shutil.copy2(mirrored, staged / home.name))
        return Path(shutil.copytree(mirrored, staged / home.name, symlinks=True))
    if copies.is_serialized(home):
        raise DepositError(
            f"{home} is a serialized bag, and {copy} holds the files that are in one",
            "Name a folder with a copy of the archive, or fetch the package and pack it again.",
        )
    holder = copies.repository(copy)
    version = copies.newest_version(holder, identifier)
    if version is None:
        raise DepositError(f"{copy} does not hold {identifier}", "name another copy")
    brought = staged / home.name
    brought.mkdir()
    holder.fetch(identifier, version, brought)
    return brought


def _exchange(shelf: Shelf, home: Path, brought: Path) -> Path | None:
    """Let a good package have the place; gives where the damaged one, if any, is kept."""
    there = os.path.lexists(home)
    # What may be read of a package that vanished, nobody knows: no more than of the collection.
    storage.open_up(brought, storage.mode_of(shelf.root), like=home if there else None)
    storage.sync_tree(brought)
    if not there:
        storage.place(brought, home)
        storage.sync_filesystem(home.parent)  # folders above it may be new
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = shelf.own / DAMAGED / f"{home.name}-{stamp}-{secrets.token_hex(2)}"
    storage.make_folder(kept.parent)
    # The next run clears the staging folder, so the damaged package must never lie there.
    good = kept.with_name(f".{kept.name}")
    brought.rename(good)
    if storage.exchange(good, home):
        good.rename(kept)
    else:
        home.rename(kept)
        good.rename(home)
    storage.sync_folder(home.parent)
    storage.sync_folder(kept.parent)
    return kept


def _name(shelf: Shelf, package: Path) -> str:
    try:
        return str(package.absolute().relative_to(shelf.root.absolute()))
    except ValueError as error:
        raise InvalidError(f"{package} is not on the shelf {shelf.root}") from error
