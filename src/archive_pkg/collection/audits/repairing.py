"""Repair damaged packages: replace each by a valid copy, keep the damaged one, and record it."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.audits import comparing, ledger
from archive_pkg.collection.audits.auditing import vanished_entry
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.audits.histories import CHECK, RECOVERY, PackageHistories
from archive_pkg.collection.audits.recorded_signatures import lost_signatures, signed_entry
from archive_pkg.collection.bulk.build_cache import built_fingerprints
from archive_pkg.collection.bulk.running import Done, guarded
from archive_pkg.deposits import fetch, load_receipt
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.packages import verify
from archive_pkg.packages.building import differing
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archive_pkg.collection.audits.histories import PackageHistory
    from archive_pkg.collection.audits.ledger import Ledger
    from archive_pkg.collection.opening import Collection
    from archive_pkg.packages import Verification
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report

DAMAGED = "damaged"
"""The folder in `.archive-pkg` for damaged packages that were replaced."""


def repair(
    collection: Collection,
    take: Callable[[Done], None],
    *,
    path: StrPath,
    copy: str,
    repositories: Sequence[str] = (),
    packages: Iterable[StrPath] = (),
    dry_run: bool = False,
) -> Report:
    """Restore packages that failed their last check, or have vanished, from another copy.

    The copy must be valid. If the fingerprint of the last check that passed is known, or that of
    the last build in this collection, the copy must have one of them. It must also have the
    signatures of the last check that passed. It replaces the package in one step if the system can
    exchange two paths. The damaged package is kept.

    Args:
        collection: The collection.
        take: Called with the result for each package.
        path: The ledger's file.
        copy: The address of a repository, a folder of packages, a receipt's file, "receipts" or
            "receipts:FOLDER"; see `comparing.compare`.
        repositories: The addresses of the servers that receipts may name; see `deposits.fetch`.
        packages: The packages to repair. If it is empty, all that failed or vanished.
        dry_run: Only report what would be done.

    Returns:
        Findings about the ledger itself.

    Raises:
        InvalidError: The ledger was changed or is damaged.
        LockedError: Another run holds the ledger or the collection.
        StorageError: The storage failed.
    """
    path = Path(path)
    with (
        PackageHistories() as state,
        ledger.held(path, state.take) as (book, report),
        collection.held(),
        built_fingerprints(collection.own / "built.sqlite") as built,
    ):
        for name, history in list(_wanted(state, collection, map(Path, packages))):
            home = collection.root / name
            last_build = built(name)
            both = (
                history.fingerprint if history else None,
                last_build.hex() if last_build else None,
            )
            fingerprints = tuple(filter(None, both))
            bring = partial(_bring, home, copy=copy, repositories=repositories)
            right = partial(
                _is_good, fingerprints=fingerprints, signed=history.signed if history else ()
            )
            restore = partial(_restore, collection, book, name, history, right, bring, copy)
            take(guarded(home, partial(restore, dry_run=dry_run)))
    return report


def accept(
    collection: Collection, packages: Iterable[StrPath], *, path: StrPath, reason: str
) -> Report:
    """Record that packages were changed on purpose, and are intact as they are now.

    Args:
        collection: The collection.
        packages: Their folders.
        path: The ledger's file.
        reason: Why they were changed, in words.

    Raises:
        InvalidError: A package is not valid, or the ledger was changed or is damaged.
        StorageError: The storage failed.
    """
    path = Path(path)
    with PackageHistories() as state, ledger.held(path, state.take) as (book, report):
        entries = []
        for package in map(Path, packages):
            verification = verify(package)
            if not verification.ok:
                raise InvalidError(f"{package} is not valid", report=verification.report)
            entry = {
                "event": CHECK,
                "package": _name(collection, package),
                "id": verification.record.id if verification.record else None,
                "outcome": "pass",
                "seal": fingerprint_of(package).hex(),
                "accepted": reason,
                "signed": _signed(verification),
            }
            entries.append({key: value for key, value in entry.items() if value is not None})
        book.append(entries)
    return report


def _wanted(
    state: PackageHistories, collection: Collection, packages: Iterable[Path]
) -> Iterator[tuple[str, PackageHistory | None]]:
    names = [_name(collection, package) for package in packages]
    if names:
        for name in names:
            yield name, state.known(name)
    else:
        for known in state.with_outcome("fail", "missing"):
            yield known.package, known


def _restore(
    collection: Collection,
    book: Ledger,
    name: str,
    known: PackageHistory | None,
    is_good: Callable[[Path], bool],
    bring: Callable[[str, Path], Path],
    copy: str,
    *,
    dry_run: bool,
) -> Done:
    steps = name.split("/")
    if any(step in ("", ".", "..") for step in steps):
        raise InvalidError(
            f"the ledger names the package {name!r}, which cannot be in {collection.root}",
            "Nothing was restored there. Compare the ledger with a copy.",
        )
    home = collection.root / name
    if os.path.lexists(home) and is_good(home):
        return Done(str(home), "good")
    staged = collection.work / secrets.token_hex(8)
    with storage.storage_errors(f"staging {home}"):
        staged.mkdir()
        if steps[1:]:
            storage.make_beneath(collection.root, "/".join(steps[:-1]))
    try:
        brought = bring((known.id if known else None) or home.name, staged)
        if not is_good(brought):
            raise DepositError(
                f"the copy of {home} in {copy} is damaged, too, or is a different package",
                "Nothing was changed. Try another copy.",
            )
        differences = differing(home, brought) if home.is_dir() else ()
        details = {"restored": list(differences), "from": copy}
        if dry_run:
            return Done(str(home), "restorable", details=details)
        kept = _exchange(collection, home, brought)
    finally:
        storage.remove_tree(staged)
    if kept is not None:
        details["damaged"] = str(kept)
    book.append(
        [
            *([] if kept or (known and known.outcome == "missing") else [vanished_entry(name)]),
            {
                "event": RECOVERY,
                "package": name,
                "outcome": "pass",
                "seal": fingerprint_of(home).hex(),
                "from": copy,
                "files": list(differences),
                "kept": kept.relative_to(collection.root).as_posix() if kept else None,
            },
        ]
    )
    return Done(str(home), "repaired", details=details)


def _is_good(
    package: Path, *, fingerprints: tuple[str, ...], signed: tuple[dict[str, Any], ...]
) -> bool:
    """Return whether a package is valid, with an expected fingerprint and all known signatures."""
    try:
        is_the_one = not fingerprints or fingerprint_of(package).hex() in fingerprints
    except OSError:
        return False
    if not is_the_one:
        return False
    verification = verify(package)
    lost = lost_signatures(Location(str(package)), signed, _signed(verification))
    return verification.ok and not any(lost)


def _signed(verification: Verification) -> list[dict[str, Any]]:
    return signed_entry(one.as_json() for one in verification.signatures)


def _bring(
    home: Path, identifier: str, staged: Path, *, copy: str, repositories: Sequence[str]
) -> Path:
    """Fetch a copy into the staging folder."""
    receipts = comparing.receipts_named(home, copy)
    if receipts is not None:
        if not receipts or load_receipt(receipts[-1]).package != identifier:
            raise DepositError(f"there is no receipt for {home} in {copy}", "Name another copy.")
        return fetch(receipts[-1], staged, repositories)
    if Path(copy).is_dir():
        mirrored = comparing.in_folder(home, identifier, Path(copy))
        if mirrored is None:
            raise DepositError(f"{copy} does not hold {identifier}", "Name another copy.")
        if mirrored.is_file():
            return Path(shutil.copy2(mirrored, staged / home.name))
        return Path(shutil.copytree(mirrored, staged / home.name, symlinks=True))
    if comparing.is_serialized(home):
        raise DepositError(
            f"{home} is a serialized bag, but {copy} holds unpacked files",
            "Name a folder with a copy of the archive, or fetch the package and pack it again.",
        )
    holder = comparing.repository(copy)
    version = comparing.newest_version(holder, identifier)
    if version is None:
        raise DepositError(f"{copy} does not hold {identifier}", "Name another copy.")
    brought = staged / home.name
    brought.mkdir()
    holder.fetch(identifier, version, brought)
    return brought


def _exchange(collection: Collection, home: Path, brought: Path) -> Path | None:
    """Move a valid package to its destination; return where the damaged one is kept, if any."""
    exists = os.path.lexists(home)
    # The permissions of a vanished package are unknown: use at most those of the collection.
    storage.set_final_mode(brought, storage.mode_of(collection.root), like=home if exists else None)
    storage.sync_tree(brought)
    if not exists:
        storage.move_to_destination(brought, home)
        storage.sync_filesystem(home.parent)  # folders above it can be new
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = collection.own / DAMAGED / f"{home.name}-{stamp}-{secrets.token_hex(2)}"
    storage.make_folder(kept.parent)
    # The next run clears the staging folder, so the damaged package must never be there.
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


def _name(collection: Collection, package: Path) -> str:
    try:
        return package.absolute().relative_to(collection.root.absolute()).as_posix()
    except ValueError as error:
        raise InvalidError(f"{package} is not in the collection {collection.root}") from error
