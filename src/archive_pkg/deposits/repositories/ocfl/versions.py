"""Versions of OCFL objects: what a package is as a version, and writing one into a folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive_pkg import storage
from archive_pkg.deposits.repositories.drop.local import LocalStorage
from archive_pkg.deposits.repositories.ocfl.objects import (
    DECLARATION,
    DIGEST_ALGORITHM,
    MUTABLE_HEAD,
    SPECIFICATION,
    Inventory,
    content_folder,
    declaration_fault,
    inventory_files,
    newest_state,
    read_inventory,
    validate,
)
from archive_pkg.deposits.transfers import VerifiedReader
from archive_pkg.errors import DepositError
from archive_pkg.messages import _
from archive_pkg.packages.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.deposits.transfers import Item, Transfer


def state_of(transfer: Transfer) -> dict[str, list[str]]:
    """Return the package's paths by digest, as the state of a version (OCFL 1.1, 3.5.3.1)."""
    state: dict[str, list[str]] = {}
    for path, digest in transfer.digests(DIGEST_ALGORITHM).items():
        state.setdefault(digest, []).append(path)
    return state


def is_newest(inventory: Inventory, transfer: Transfer) -> bool:
    """Return whether the newest version of an object is exactly this package."""
    return dict(newest_state(inventory)) == dict(transfer.digests(DIGEST_ALGORITHM))


def refuse_foreign(object_root: Path, transfer: Transfer) -> None:
    """Refuse to add a version to an object that is not a deposit of the same package.

    Raises:
        DepositError: The object has a different id, OCFL version or digest; has no valid
            declaration; holds something else; or cannot be read.
    """
    try:
        inventory = read_inventory(object_root)
        said = {
            "id": inventory.get("id"),
            "OCFL version": "".join(str(inventory.get("type", "")).split("/")[3:4]),
            "digest": inventory.get("digestAlgorithm"),
        }
    except (OSError, ValueError, AttributeError) as error:
        raise DepositError(
            _(
                "{object_root} is not a readable OCFL object: {explain}",
                object_root=object_root,
                explain=storage.explain(error),
            ),
            _("Repair it before you deposit again."),
        ) from error
    ours = {"id": transfer.identifier, "OCFL version": SPECIFICATION, "digest": DIGEST_ALGORITHM}
    for name, value in ours.items():
        if said[name] != value:
            raise DepositError(
                _(
                    "{object_root} was not written by archive-pkg: its {name} is {said}, "
                    "not {value}",
                    object_root=object_root,
                    name=name,
                    said=said[name],
                    value=value,
                ),
                _("Add the version with the program that wrote it, or use another root."),
            )
    if fault := declaration_fault(object_root, DECLARATION):
        raise DepositError(
            _(
                "{object_root} is not a valid OCFL object: {fault}",
                object_root=object_root,
                fault=fault,
            ),
            _("Repair it before you deposit again."),
        )
    if os.path.lexists(object_root / MUTABLE_HEAD):
        raise DepositError(
            _(
                "{object_root} has changes of another program that are not yet a "
                "version ({mutable_head})",
                object_root=object_root,
                mutable_head=MUTABLE_HEAD,
            ),
            _("Commit these changes with that program first."),
        )
    needed = {"bagit.txt"} | ({f"data/{RECORD}"} if transfer.letter else set())
    if lacking := needed - newest_state(inventory).keys():
        raise DepositError(
            _(
                "{object_root} holds something else: its newest version has no {max}",
                object_root=object_root,
                max=max(lacking),
            ),
            _("Use another root."),
        )
    if not (transfer.letter or transfer.earlier or is_newest(inventory, transfer)):
        raise DepositError(
            _(
                "{object_root} holds a different bag named {identifier}, and no "
                "receipt shows that {folder} is a new version of it",
                object_root=object_root,
                identifier=transfer.identifier,
                folder=transfer.folder,
            ),
            _(
                "If it is a different bag, rename its folder. If it is a new version, "
                "name the folder of its receipts with --receipts."
            ),
        )


def share(object_root: Path, made: Path) -> None:
    """Copy an object into the staging folder: content as hard links, other files as copies."""

    def place(source: str, target: str) -> str:
        if Path(source).parent != object_root:
            with contextlib.suppress(OSError):
                os.link(source, target)
                return target
        return str(shutil.copy2(source, target))

    with storage.storage_errors(_("staging {object_root}", object_root=object_root)):
        shutil.copytree(object_root, made, copy_function=place)


def write_version(
    transfer: Transfer, inventory: Inventory, made: Path, root: Path
) -> Mapping[str, str]:
    """Write a version's files and inventories; return the SHA-256 of each new file there.

    Args:
        transfer: The package.
        inventory: The inventory with the new version; its manifest gets the new content.
        made: The staged object.
        root: The storage root, for messages.

    Raises:
        DepositError: What is there is not what was sent, or the object is not valid.
        StorageError: The storage failed.
    """
    head, folder = str(inventory["head"]), content_folder(inventory)
    content: dict[str, str] = {}
    for digest, (path, *__) in state_of(transfer).items():
        if digest not in inventory["manifest"]:
            content[path] = f"{folder}/{_plain(path)}"
            inventory["manifest"][digest] = [content[path]]
    made.mkdir(parents=True, exist_ok=True)
    for folder in [head, *sorted({path.rpartition("/")[0] for path in content.values()})]:
        storage.make_beneath(made, folder)
    items = [item for item in transfer.items if item.path in content]
    with storage.RecentFolder(transfer.folder) as package, storage.RecentFolder(made) as opened:
        place = LocalStorage(made, opened)

        def bring(item: Item) -> str:
            with transfer.open(item, package) as file:
                source = VerifiedReader(file, item, transfer.tick, digest=False)
                return place.send(content[item.path], source, item.size, 0)

        held = {item.path: bring(item) for item in items}
    for item in items:
        if held[item.path] != item.sha256:
            raise DepositError(
                _(
                    "{path} changed in {root} since the package was verified",
                    path=item.path,
                    root=root,
                ),
                _(
                    "Nothing was kept. Check whether another program writes into the "
                    "package, and check the disk."
                ),
            )
    about = inventory_files(inventory)
    declaration = {DECLARATION: f"{DECLARATION[2:]}\n".encode()}
    above = {f"{head}/{name}": data for name, data in about.items()}
    for name in about if head != "v1" else ():
        storage.remove_beneath(made, name)  # copies from the earlier version
    written = (declaration if head == "v1" else {}) | above | about
    found = LocalStorage(made).send_many(written)
    for (name, data), digest in zip(written.items(), found, strict=True):
        if digest != hashlib.sha256(data).hexdigest():
            raise DepositError(
                _("{made} is not as it was written", made=made / name), _("Check the disk.")
            )
    validate(made, digests=False, written=written)
    return held


def _plain(path: str) -> str:
    """Return a content path for a logical path, valid on every file system and not hidden."""
    return "/".join(
        "%2E" + quoted[1:] if quoted.startswith(".") else quoted
        for quoted in map(quote, path.split("/"))
    )
