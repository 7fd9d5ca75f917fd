"""`sftp://[USER@]HOST[:PORT]/PATH`: a drop folder behind OpenSSH, with the login of ssh itself.

`ssh` does the login: the host must be in its `known_hosts`, and the keys come from its agent or its
configuration. Passwords are not supported.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import posixpath
import struct
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from archive_pkg.deposits.credentials import place_of, split_address
from archive_pkg.deposits.repositories.drop.drop_folder import (
    ArrivalProgress,
    DropFolder,
    FolderStorage,
    TakenError,
    refuse_more,
    side_by_side,
)
from archive_pkg.deposits.repositories.drop.ssh import BrokenError, Channel
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.deposits.transfers import sha256_of
from archive_pkg.errors import DepositError, StorageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from archive_pkg.deposits.shared_syncs import Steps


_LARGE = 64 << 20


class SftpFolder(DropFolder):
    """The repository behind `sftp://`; the folder must exist."""

    kind = "sftp"

    def __init__(self, address: str) -> None:
        """Read the address; `/~/PATH` starts from the user's home folder on the server."""
        parts = split_address(address)
        host = str(parts.hostname)
        path, written = place_of(parts)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        self.target = f"sftp://{user}{host}{port}{written or '/'}"
        root = "." + path.removeprefix("/~") if path.startswith("/~") else path or "/"
        super().__init__(SftpStorage(host, parts.port, parts.username, root, self.target))


class SftpStorage(FolderStorage):
    """A folder behind SFTP; see `FolderStorage`. Each connection serves one thread at a time."""

    resumes = True
    width = 4

    def __init__(
        self, host: str, port: int | None, user: str | None, root: str, target: str
    ) -> None:
        """Read the address without opening anything."""
        self._login = host, port, user
        self._root = root
        self._target = target
        self._slots = threading.BoundedSemaphore(self.width)
        self._connecting = threading.Lock()
        self._idle: list[Channel] = []
        weakref.finalize(self, _close, self._idle)

    def list(self, path: str) -> dict[str, int] | None:
        """See `FolderStorage`."""
        found: dict[str, int] = {}
        with self._channel(f"reading {path}") as sftp:
            waiting, asked = [""], 0
            while waiting:
                prefix = waiting.pop()
                asked += 1
                refuse_more(len(found) + len(waiting) + asked, self._target)
                try:
                    entries = sftp.entries(self._at(posixpath.join(path, prefix)))
                except FileNotFoundError:
                    if prefix:
                        raise
                    return None
                for name, entry in entries.items():
                    if entry.is_folder:
                        waiting.append(f"{prefix}{name}/")
                    else:
                        found[prefix + name] = entry.size
        return found

    def make(self, paths: Sequence[str]) -> None:
        """See `FolderStorage`."""
        with self._channel(f"making {paths[-1]}") as sftp:
            try:
                sftp.make_all([self._at(path) for path in paths])
            except FileNotFoundError:
                message = _("{target} does not exist", target=self._target)
                raise DepositError(
                    message, _("Create it; the drop folder itself is not created.")
                ) from None

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """See `FolderStorage`."""
        with self._channel(f"writing {path}") as sftp:
            sftp.write(self._at(path), source, offset)

    def read(self, path: str) -> Iterator[bytes]:
        """See `FolderStorage`."""
        return self._read(path)

    def send(self, path: str, source: Iterable[bytes], size: int, offset: int) -> str:
        """See `FolderStorage`. A file is read back while the rest is sent."""
        trail = ArrivalProgress()

        def follow() -> str:
            return sha256_of(self._read(path, trail.ready))

        with ThreadPoolExecutor(2) as pool:
            proof = pool.submit(follow)
            early = pool.submit(self._sync, path, trail.ready) if size > _LARGE else None
            with trail, self._channel(f"writing {path}") as sftp:
                sftp.write(self._at(path), source, offset, trail.grow)
            if early is not None:
                early.result()
            return proof.result()

    def _sync(self, path: str, ready: Callable[[int], int]) -> None:
        """Sync a file on the host while it is being sent, so that the sync in `secure` is short."""
        ready(0)
        with self._channel(f"writing {path} to its disk") as sftp:
            if sftp.syncs:
                sftp.sync_growing(self._at(path), lambda offset: ready(offset + _LARGE))

    def send_many(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """See `FolderStorage`."""
        with self._channel(f"writing {len(files)} files") as sftp:
            held = sftp.write_many({self._at(path): data for path, data in files.items()})
        return [hashlib.sha256(data).hexdigest() for data in held]

    def _read(self, path: str, ready: Callable[[int], int] | None = None) -> Iterator[bytes]:
        if ready is not None:
            ready(0)  # wait before taking a connection
        with self._channel(f"reading {path}") as sftp:
            blocks = sftp.read(self._at(path), *([ready] if ready else []))
            with contextlib.closing(blocks):  # type: ignore[type-var]
                yield from blocks

    def secure(self, folder: str, files: Sequence[str], folders: Sequence[str]) -> Steps[bool]:
        """See `FolderStorage`. The server must announce `fsync@openssh.com`."""

        def sync(paths: Sequence[str]) -> bool:
            with self._channel(f"writing {folder} to its disk") as sftp:
                if sftp.syncs:
                    sftp.sync([self._at(path) for path in paths])
                return sftp.syncs

        def sync_folders(paths: Sequence[str]) -> bool:
            # Only OpenSSH supports opening a folder like a file.
            with contextlib.suppress(DepositError):
                return sync(paths)
            return False

        shares = [files[start :: self.width] for start in range(self.width)]
        synced = all(side_by_side((partial(sync, share) for share in shares if share), self.width))
        yield from ()
        return synced and sync_folders([*folders, folder])

    def rename(self, old: str, new: str, mode: int) -> Steps[None]:
        """See `FolderStorage`; the plain rename of SFTP refuses to replace."""
        with self._channel(f"renaming {old}") as sftp:
            try:
                sftp.rename(self._at(old), self._at(new))
            except OSError:
                with contextlib.suppress(FileNotFoundError):
                    sftp.lstat(self._at(new))
                    raise TakenError(
                        _("{target}/{new} exists", target=self._target, new=new)
                    ) from None
                raise
            if sftp.syncs:
                with contextlib.suppress(OSError):  # see `secure`
                    sftp.sync([self._root])
        yield from ()

    def remove(self, path: str) -> None:
        """See `FolderStorage`."""
        with self._channel(f"removing {path}") as sftp, contextlib.suppress(FileNotFoundError):
            _remove(sftp, self._at(path))

    def _at(self, path: str) -> str:
        return posixpath.join(self._root, path.rstrip("/"))

    @contextlib.contextmanager
    def _channel(self, what: str) -> Iterator[Channel]:
        """Yield a connection; turn errors of the server into LostError and DepositError."""
        with self._slots:
            sftp = self._idle.pop() if self._idle else self._connect()
            try:
                yield sftp
            except (BrokenError, struct.error, ValueError) as error:
                sftp.close()
                raise LostError(
                    _(
                        "{target}: the connection was lost while {what}: {error}",
                        target=self._target,
                        what=what,
                        error=error,
                    )
                ) from error
            except OSError as error:
                self._idle.append(sftp)
                hint = (
                    _("Create that folder, or name an existing one.")
                    if error.errno == errno.ENOENT
                    else _("Check the permissions, and the space on that disk.")
                )
                raise DepositError(
                    _(
                        "{target} refuses {what}: {strerror}",
                        target=self._target,
                        what=what,
                        strerror=error.strerror,
                    ),
                    hint,
                ) from error
            except (DepositError, StorageError):  # a local error; the connection still works
                self._idle.append(sftp)
                raise
            except BaseException:
                sftp.close()
                raise
            else:
                self._idle.append(sftp)

    def _connect(self) -> Channel:
        # Connect one at a time: servers limit unauthenticated connections (MaxStartups of sshd).
        with self._connecting:
            try:
                return Channel(*self._login)
            except BrokenError as error:
                raise _refusal(self._target, str(error)) from error


def _refusal(target: str, said: str) -> DepositError:
    """Return the error for a failed connection, from the messages of ssh."""
    if "IDENTIFICATION HAS CHANGED" in said:
        return DepositError(
            _("{target}: the host's key has changed", target=target),
            _(
                "A different computer may pretend to be the host. Ask the host's "
                "administrator first."
            ),
        )
    if "Host key verification failed" in said:
        return DepositError(
            _("{target}: the host is unknown, and unknown hosts are refused", target=target),
            _(
                "Compare its key with its administrator, then add it to "
                "~/.ssh/known_hosts (ssh asks you at the first connection)."
            ),
        )
    if "Permission denied" in said or "Too many authentication failures" in said:
        return DepositError(
            _("{target} refused the login", target=target),
            _(
                "Add your key to the ssh-agent (ssh-add) or to ~/.ssh/config, then try "
                "sftp to that host."
            ),
        )
    if "subsystem request failed" in said:
        return DepositError(
            _("{target} accepted the login, but has no SFTP", target=target),
            _("Ask the host's administrator."),
        )
    last = said.splitlines()[-1].strip() if said else "it closed the connection"
    return LostError(
        _("{target} could not be reached: {last}", target=target, last=last),
        _("Check the address, then run the same command again."),
    )


def _remove(sftp: Channel, path: str) -> None:
    if not sftp.lstat(path).is_folder:
        sftp.remove(path)
        return
    for name in sftp.entries(path):
        _remove(sftp, f"{path}/{name}")
    sftp.remove_folder(path)


def _close(channels: list[Channel]) -> None:
    for channel in channels:
        channel.close()
