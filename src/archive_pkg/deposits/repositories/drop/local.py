"""`file:PATH`: a drop folder on a disk of this machine, or mounted on it."""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.deposits.repositories.drop.drop_folder import (
    SMALL,
    ArrivalProgress,
    DropFolder,
    FolderStorage,
    TakenError,
)
from archive_pkg.deposits.shared_syncs import Unsynced
from archive_pkg.deposits.transfers import BLOCK, sha256_of
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from archive_pkg.deposits.repository_interface import DepositPlan
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.deposits.transfers import Transfer


_LARGE = 32 * BLOCK


class LocalFolder(DropFolder):
    """The repository behind `file:PATH`; the folder is created if it does not exist."""

    kind = "file"
    near = True

    def __init__(self, address: str) -> None:
        """Read `file:PATH` or `file:///PATH`; a relative path starts from the working folder."""
        path = address.partition(":")[2]
        if path.startswith("//"):
            path = path.removeprefix("//").removeprefix("localhost")
        if not path:
            raise UsageError(
                _("{address} does not name a folder", address=address), _("Write file:PATH.")
            )
        self.root = Path(path).expanduser().absolute()
        super().__init__(LocalStorage(self.root))

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan which files go where, and whether the folder is new; see `Repository`."""
        plan = super().plan(transfer, publish=publish)
        plan.makes = "" if os.path.lexists(self.root) else "a new folder"
        return plan

    @property
    def target(self) -> str:  # type: ignore[override]
        """The address with the folder's absolute path."""
        return f"file:{self.root}"


class LocalStorage(FolderStorage):
    """A folder of this machine; see `FolderStorage`.

    Other people may write into the folder. So each path is opened from the folder down without
    following links, and this user must own every file and folder that is written.
    """

    resumes = True
    width = 2
    near = True

    def __init__(self, root: Path, opened: storage.RecentFolder | None = None) -> None:
        """Use a folder, which one thread may have opened for many small files."""
        self.root = root
        self._opened = opened or root
        self._made: dict[str, os.stat_result] = {}

    def list(self, path: str) -> dict[str, int] | None:
        """See `FolderStorage`."""
        found: dict[str, int] = {}
        waiting = [path]
        with storage.storage_errors(_("reading {root}", root=self.root / path)):
            while waiting:
                here = waiting.pop()
                try:
                    folder = storage.folder_beneath(self.root, here)
                except FileNotFoundError:
                    if here != path:
                        raise
                    return None
                except storage.NotRegularError:
                    if here != path:
                        raise
                    return {}  # something else has the name
                with folder, folder.entries() as entries:
                    for entry in entries:
                        inner = f"{here}/{entry.name}"
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(inner)
                        else:
                            size = entry.stat(follow_symlinks=False).st_size
                            found[inner.removeprefix(f"{path}/")] = size
        return found

    def make(self, paths: Sequence[str]) -> None:
        """See `FolderStorage`. Only this user can read a folder before it is renamed."""
        with storage.storage_errors(_("making {root}", root=self.root)):
            storage.make_folder(self.root)
        for path in paths:
            with storage.storage_errors(_("making {root}", root=self.root / path)):
                storage.make_beneath(self.root, path, 0o777 if "/" in path else 0o700)
            if "/" not in path:
                self._made[path] = self._ours(path)

    def _ours(self, path: str) -> os.stat_result:
        """Return a folder's status; refuse a folder that another user owns or may write into."""
        with storage.folder_beneath(self.root, path) as folder:
            status = folder.status()
        shared = storage.system.HAS_OWNERS and status.st_mode & 0o022
        if not storage.is_ours(status) or shared:
            raise StorageError(
                _(
                    "{root} belongs to another user, or others may write into it",
                    root=self.root / path,
                ),
                _("If nothing else needs it, remove it, then run the same command again."),
            )
        return status

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """See `FolderStorage`."""
        self._write(path, source, offset, lambda offset: None)

    def read(self, path: str) -> Iterator[bytes]:
        """See `FolderStorage`."""
        return self._read(path, lambda offset: sys.maxsize)

    def send(self, path: str, source: Iterable[bytes], size: int, offset: int) -> str:
        """See `FolderStorage`. A large file is read back while it is still being written."""
        if size <= SMALL and not offset:
            return self._put(path, source)
        if size < _LARGE:
            return super().send(path, source, size, offset)
        trail = ArrivalProgress()
        with ThreadPoolExecutor(2) as pool:
            proof = pool.submit(lambda: sha256_of(self._read(path, trail.ready)))
            early = pool.submit(self._sync, path, trail.ready)
            with trail:
                self._write(path, source, offset, trail.grow)
            early.result()  # an error is raised once only
            return proof.result()

    def _sync(self, path: str, ready: Callable[[int], int]) -> None:
        """Sync a file while it is being written, so that the sync after `secure` is short."""
        with storage.storage_errors(_("writing {root}", root=self.root / path)):
            ready(0)
            descriptor = storage.write_beneath(self.root, path, append=True)
            try:
                there = 0
                while (there := ready(there + _LARGE)) != sys.maxsize:
                    storage.system.sync_data(descriptor)
            finally:
                os.close(descriptor)

    def send_many(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """See `FolderStorage`. Files go one by one: a local disk does not gain from threads."""
        return [self.send(path, [data], len(data), 0) for path, data in files.items()]

    def _put(self, path: str, source: Iterable[bytes]) -> str:
        """Write a small file, and read it back."""
        with storage.storage_errors(_("writing {path} in {root}", path=path, root=self.root)):
            data = b"".join(source)
            descriptor = storage.write_beneath(self._opened, path)
            try:
                fixity.write_all(descriptor, data)
                return hashlib.sha256(
                    storage.system.read_at(descriptor, len(data) + 1, 0)
                ).hexdigest()
            finally:
                os.close(descriptor)

    def _write(
        self, path: str, source: Iterable[bytes], offset: int, arrived: Callable[[int], None]
    ) -> None:
        with storage.storage_errors(_("writing {root}", root=self.root / path)):
            descriptor = storage.write_beneath(self.root, path, append=offset > 0)
            try:
                for block in source:
                    fixity.write_all(descriptor, block)
                    offset += len(block)
                    arrived(offset)
            finally:
                os.close(descriptor)

    def _read(self, path: str, ready: Callable[[int], int]) -> Iterator[bytes]:
        limit, offset = ready(0), 0
        with storage.storage_errors(_("reading {root}", root=self.root / path)):
            file = storage.open_beneath(self.root, path)
        with file:
            while block := file.read(min(BLOCK, limit - offset)):
                offset += len(block)
                yield block
                if offset >= limit:
                    limit = ready(offset)

    def secure(self, folder: str, files: Sequence[str], folders: Sequence[str]) -> Steps[bool]:
        """See `FolderStorage`."""
        yield [Unsynced(self.root / folder), Unsynced(self.root, storage.sync_folder)]
        return True

    def rename(self, old: str, new: str, mode: int) -> Steps[None]:
        """See `FolderStorage`."""
        with storage.storage_errors(_("renaming {root}", root=self.root / old)):
            storage.set_final_mode(self.root / old, mode)
            try:
                storage.move_to_destination(self.root / old, self.root / new)
            except storage.DestinationExistsError as error:
                raise TakenError(_("{root} exists", root=self.root / new)) from error
            if not os.path.samestat((self.root / new).lstat(), self._made[old]):
                raise StorageError(
                    _(
                        "{root} is not the folder that was written: another user has exchanged it",
                        root=self.root / new,
                    ),
                    _("Deposit into a folder in which only you can rename files."),
                )
        yield [Unsynced(self.root, storage.sync_folder)]

    def remove(self, path: str) -> None:
        """See `FolderStorage`."""
        with storage.storage_errors(_("removing {root}", root=self.root / path)):
            storage.remove_beneath(self.root, path)
