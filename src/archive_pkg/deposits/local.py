"""`file:PATH`: a drop folder on a disk of this machine, or mounted on it."""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.deposits.drop import SMALL, DropFolder, Place, TakenError, Trail
from archive_pkg.deposits.parcels import BLOCK, sha256_of
from archive_pkg.deposits.together import Unsynced
from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from archive_pkg.deposits.together import Steps


_LARGE = 32 * BLOCK
_ANEW = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class LocalFolder(DropFolder):
    """The repository behind `file:PATH`; the folder is made if it is not there."""

    kind = "file"

    def __init__(self, address: str) -> None:
        """Take `file:PATH` or `file:///PATH`; a relative path starts from the working folder."""
        path = address.partition(":")[2]
        if path.startswith("//"):
            path = path.removeprefix("//").removeprefix("localhost")
        if not path:
            raise UsageError(f"{address} names no folder", "write file:PATH")
        self.root = Path(path).expanduser().absolute()
        super().__init__(LocalPlace(self.root))

    @property
    def target(self) -> str:  # type: ignore[override]
        """The address with the folder's whole path."""
        return f"file:{self.root}"


class LocalPlace(Place):
    """A folder of this machine; see `drop.Place`."""

    resumes = True
    width = 2
    near = True

    def __init__(self, root: Path) -> None:
        """Take the folder."""
        self.root = root

    def list(self, path: str) -> dict[str, int] | None:
        """See `drop.Place`."""
        folder = self.root / path
        with storage.storage_errors(f"reading {folder}"):
            if not os.path.lexists(folder):
                return None
            return {
                each.relative_to(folder).as_posix(): each.lstat().st_size
                for each in folder.rglob("*")
                if each.is_symlink() or not each.is_dir()
            }

    def make(self, paths: Sequence[str]) -> None:
        """See `drop.Place`."""
        for path in paths:
            with storage.storage_errors(f"making {self.root / path}"):
                (self.root / path).mkdir(parents=True, exist_ok=True)

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """See `drop.Place`."""
        self._write(path, source, lambda offset: None)

    def read(self, path: str) -> Iterator[bytes]:
        """See `drop.Place`."""
        return self._read(path, lambda offset: sys.maxsize)

    def send(self, path: str, source: Iterable[bytes], size: int, offset: int) -> str:
        """See `drop.Place`; what is there of a large file is read while the rest is written."""
        if size <= SMALL and not offset:
            return self._put(path, source)
        if size < _LARGE:
            return super().send(path, source, size, offset)
        trail = Trail()
        with ThreadPoolExecutor(2) as pool:
            proof = pool.submit(lambda: sha256_of(self._read(path, trail.ready)))
            early = pool.submit(self._sync, path, trail.ready)
            with trail:
                self._write(path, source, trail.grow)
            early.result()  # what went wrong is told once only, whoever asks
            return proof.result()

    def _sync(self, path: str, ready: Callable[[int], int]) -> None:
        """Have what is there of a file on the disk, so that little is left to wait for at the end.

        The last of it is left to whoever makes the file durable.
        """
        with storage.storage_errors(f"writing {self.root / path}"):
            ready(0)
            with storage.open_beneath(self.root, path) as file:
                there = 0
                while (there := ready(there + _LARGE)) != sys.maxsize:
                    os.fdatasync(file.fileno())

    def send_many(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """See `drop.Place`; one after the other, as there is nobody to wait for."""
        return [self.send(path, [data], len(data), 0) for path, data in files.items()]

    def _put(self, path: str, source: Iterable[bytes]) -> str:
        """Write a small file, and read it back."""
        with storage.storage_errors(f"writing {path} in {self.root}"):
            data = b"".join(source)
            descriptor = os.open(f"{self.root}/{path}", _ANEW, 0o666)
            try:
                fixity.write_all(descriptor, data)
                return hashlib.sha256(os.pread(descriptor, len(data) + 1, 0)).hexdigest()
            finally:
                os.close(descriptor)

    def _write(self, path: str, source: Iterable[bytes], arrived: Callable[[int], None]) -> None:
        with (
            storage.storage_errors(f"writing {self.root / path}"),
            (self.root / path).open("ab", buffering=0) as file,
        ):
            for block in source:
                fixity.write_all(file.fileno(), block)
                arrived(file.tell())

    def _read(self, path: str, ready: Callable[[int], int]) -> Iterator[bytes]:
        limit, offset = ready(0), 0
        with storage.storage_errors(f"reading {self.root / path}"):
            file = storage.open_beneath(self.root, path)
        with file:
            while block := file.read(min(BLOCK, limit - offset)):
                offset += len(block)
                yield block
                if offset >= limit:
                    limit = ready(offset)

    def secure(self, folder: str, files: Sequence[str], folders: Sequence[str]) -> Steps[bool]:
        """See `drop.Place`."""
        yield [Unsynced(self.root / folder), Unsynced(self.root, storage.sync_folder)]
        return True

    def rename(self, old: str, new: str) -> Steps[None]:
        """See `drop.Place`."""
        with storage.storage_errors(f"renaming {self.root / old}"):
            try:
                storage.place(self.root / old, self.root / new)
            except storage.DestinationExistsError as error:
                raise TakenError(f"{self.root / new} exists") from error
        yield [Unsynced(self.root, storage.sync_folder)]

    def remove(self, path: str) -> None:
        """See `drop.Place`."""
        with storage.storage_errors(f"removing {self.root / path}"):
            storage.remove_tree(self.root / path)
