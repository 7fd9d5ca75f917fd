"""`sftp://[USER@]HOST[:PORT]/PATH`: a drop folder behind OpenSSH, with the login of ssh itself.

Hosts must be known (`~/.ssh/known_hosts`), keys come from the agent or from where ssh's own
configuration says; there are no passwords.
"""

from __future__ import annotations

import contextlib
import errno
import posixpath
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archive_pkg.deposits.credentials import split_address
from archive_pkg.deposits.drop import DropFolder, TakenError
from archive_pkg.deposits.parcels import BLOCK, Checked
from archive_pkg.deposits.repositories import LostError
from archive_pkg.errors import DepositError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import paramiko

SECONDS = 60
_REQUEST = 32 * 1024
"""What OpenSSH's server takes in one write."""


class SftpFolder(DropFolder):
    """The repository behind `sftp://`; the folder must be there."""

    kind = "sftp"

    def __init__(self, address: str) -> None:
        """Take the address; `/~/PATH` starts from the login's own folder."""
        import paramiko  # noqa: F401 - so that what is missing is told at once

        parts = split_address(address)
        path = unquote(parts.path).rstrip("/") or "/"
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        self.target = f"sftp://{user}{parts.hostname}{port}{path}"
        root = "." + path.removeprefix("/~") if path.startswith("/~") else path
        super().__init__(
            SftpPlace(str(parts.hostname), parts.port, parts.username, root, self.target)
        )


class SftpPlace:
    """A folder behind SFTP; see `drop.Place`. One connection, a channel for each thread."""

    resumes = True
    width = 4

    def __init__(
        self, host: str, port: int | None, user: str | None, root: str, target: str
    ) -> None:
        """Take where it is; nothing is opened yet."""
        self._host, self._port, self._user = host, port, user
        self._root = root
        self._target = target
        self._lock = threading.Lock()
        self._client: paramiko.SSHClient | None = None
        self._channels = threading.local()

    def list(self, path: str) -> dict[str, int] | None:
        """See `drop.Place`."""
        found: dict[str, int] = {}
        with self._errors(f"reading {path}"):
            sftp = self._sftp()
            waiting = [""]
            while waiting:
                prefix = waiting.pop()
                try:
                    entries = sftp.listdir_attr(self._at(posixpath.join(path, prefix)))
                except FileNotFoundError:
                    if prefix:
                        raise
                    return None
                for entry in entries:
                    name = prefix + entry.filename
                    if stat.S_ISDIR(entry.st_mode or 0):
                        waiting.append(name + "/")
                    else:
                        found[name] = entry.st_size or 0
        return found

    def make(self, path: str) -> None:
        """See `drop.Place`."""
        with self._errors(f"making {path}"):
            try:
                self._sftp().mkdir(self._at(path))
            except OSError:
                if not stat.S_ISDIR(self._sftp().stat(self._at(path)).st_mode or 0):
                    raise

    def write(self, path: str, source: Checked, size: int, offset: int) -> None:
        """See `drop.Place`."""
        with (
            self._errors(f"writing {path}"),
            self._sftp().open(self._at(path), "r+b" if offset else "wb") as file,
        ):
            if offset:
                file.seek(offset)
            file.set_pipelined(True)
            for block in source:
                view = memoryview(block)
                for start in range(0, len(view), _REQUEST):
                    file.write(view[start : start + _REQUEST].tobytes())
        # Writes are sent ahead of their answers, so that a refusal shows in the size alone.
        with self._errors(f"writing {path}"):
            arrived = self._sftp().stat(self._at(path)).st_size
        if arrived != size:
            raise DepositError(
                f"{self._target} took {arrived} of {size} bytes of {path}",
                "is there permission, and space on that disk?",
            )

    def read(self, path: str) -> Iterator[bytes]:
        """See `drop.Place`."""
        with self._errors(f"reading {path}"), self._sftp().open(self._at(path), "rb") as file:
            size = file.stat().st_size or 0
            file.prefetch(size, max_concurrent_requests=64)
            while block := file.read(min(BLOCK, max(size, 1))):
                yield block

    def rename(self, old: str, new: str) -> None:
        """See `drop.Place`; the plain rename of SFTP refuses to replace."""
        with self._errors(f"renaming {old}"):
            try:
                self._sftp().rename(self._at(old), self._at(new))
            except OSError:
                if self._exists(new):
                    raise TakenError(f"{self._target}/{new} exists") from None
                raise

    def remove(self, path: str) -> None:
        """See `drop.Place`."""
        with self._errors(f"removing {path}"):
            sftp = self._sftp()
            try:
                entry = sftp.lstat(self._at(path))
            except FileNotFoundError:
                return
            if not stat.S_ISDIR(entry.st_mode or 0):
                sftp.remove(self._at(path))
                return
            for inner in sftp.listdir(self._at(path)):
                self.remove(f"{path}/{inner}")
            sftp.rmdir(self._at(path))

    def _exists(self, path: str) -> bool:
        try:
            self._sftp().lstat(self._at(path))
        except FileNotFoundError:
            return False
        return True

    def _at(self, path: str) -> str:
        return posixpath.join(self._root, path.rstrip("/"))

    def _sftp(self) -> paramiko.SFTPClient:
        with self._lock:
            transport = self._client.get_transport() if self._client else None
            if self._client is None or transport is None or not transport.is_active():
                if self._client:
                    self._client.close()
                self._client = self._connect()
            client = self._client
        if getattr(self._channels, "of", None) is not client:
            self._channels.sftp = client.open_sftp()
            self._channels.sftp.get_channel().settimeout(SECONDS)
            self._channels.of = client
        sftp: paramiko.SFTPClient = self._channels.sftp
        return sftp

    def _connect(self) -> paramiko.SSHClient:
        import paramiko

        config = paramiko.SSHConfig()
        own = Path("~/.ssh/config").expanduser()
        if own.is_file():
            config = paramiko.SSHConfig.from_path(str(own))
        ours = config.lookup(self._host)
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        known = ours.get("userknownhostsfile", "~/.ssh/known_hosts").split()
        for name in (*known, "/etc/ssh/ssh_known_hosts"):
            path = Path(name).expanduser()
            if path.is_file():
                client.load_system_host_keys(str(path))
        keys = [name for name in ours.get("identityfile", []) if Path(name).exists()]
        try:
            client.connect(
                ours.get("hostname", self._host),
                port=self._port or int(ours.get("port", 22)),
                username=self._user or ours.get("user"),
                key_filename=keys or None,  # type: ignore[arg-type]  # a list is taken, too
                timeout=SECONDS,
                banner_timeout=SECONDS,
                auth_timeout=SECONDS,
                channel_timeout=SECONDS,
            )
        except BaseException as error:
            client.close()
            refusal = self._refusal(error)
            if refusal is not None:
                raise refusal from error
            raise
        return client

    def _refusal(self, error: BaseException) -> DepositError | None:
        """What a failed login means; None where the connection was merely lost."""
        import paramiko

        if isinstance(error, paramiko.BadHostKeyException):
            return DepositError(
                f"{self._target}: the host's key is not the one that is known",
                "somebody may be listening in; ask the host's keeper before you do anything",
            )
        if "No authentication methods" in str(error):
            return DepositError(
                f"{self._target} does not let us in: there is no key to show it",
                "add your key to ssh's agent (ssh-add), or name it in ~/.ssh/config",
            )
        if isinstance(error, paramiko.AuthenticationException):
            return DepositError(
                f"{self._target} does not let us in",
                "is your key in ssh's agent, or named in ~/.ssh/config? try: sftp to that host",
            )
        if "not found in known_hosts" in str(error):
            return DepositError(
                f"{self._target}: the host is not known, and unknown hosts are refused",
                "compare its key with its keeper, then add it to ~/.ssh/known_hosts "
                "(ssh asks you at the first connection)",
            )
        return None

    @contextlib.contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        """Turn paramiko's errors into ours: what is lost, and what is refused."""
        import paramiko

        try:
            yield
        except (paramiko.SSHException, EOFError, TimeoutError, ConnectionError) as error:
            self._drop()
            raise LostError(f"{self._target}: the connection was lost while {what}") from error
        except OSError as error:
            transport = self._client.get_transport() if self._client else None
            if transport is None or not transport.is_active():
                self._drop()
                raise LostError(f"{self._target} could not be reached: {error}") from error
            hint = (
                "make that folder, or name one that is there"
                if error.errno == errno.ENOENT
                else "is there permission, and space on that disk?"
            )
            raise DepositError(
                f"{self._target} refuses {what}: {error.strerror or error}", hint
            ) from error

    def _drop(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None
