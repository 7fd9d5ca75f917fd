"""SFTP's protocol, version 3 (draft-ietf-secsh-filexfer-02), over the machine's own `ssh`.

`ssh` does the encryption and the login: keys, agents, known hosts, jump hosts and configuration.
This module sends the requests, many at a time.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import stat
import struct
import subprocess
import tempfile
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.errors import UsageError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.storage import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_log = logger(__name__)

SECONDS = 60.0
"""Seconds that a server may take to answer a request."""
PROGRAM = "ARCHIVE_PKG_SSH"
"""The environment variable that can name a different ssh program, with options."""
_OPTIONS = {
    "BatchMode": "yes",  # never ask the user
    "StrictHostKeyChecking": "yes",
    "ConnectTimeout": "20",
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "4",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "PermitLocalCommand": "no",
    "LogLevel": "ERROR",
}
_UNDER_WAY = 16
"""The number of reads or writes of one file that are sent before waiting for answers."""
_OPEN_AT_ONCE = 64
_ENDLESS, _BEYOND = 1 << 63, 1 << 62
_MODEST, _MOST = 32 * 1024, 255 * 1024
"""Bytes in one read or write: the most that every server supports, and the most that we use."""

_INIT, _VERSION, _OPEN, _CLOSE, _READ, _WRITE, _LSTAT = range(1, 8)
_OPENDIR, _READDIR, _REMOVE, _MKDIR, _RMDIR = range(11, 16)
_STAT, _RENAME = 17, 18
_STATUS, _HANDLE, _DATA, _NAME, _ATTRS, _EXTENDED, _EXTENDED_REPLY = (
    101,
    102,
    103,
    104,
    105,
    200,
    201,
)
_ERRORS = {2: errno.ENOENT, 3: errno.EACCES}
_OK, _EOF = 0, 1
_FSYNC = "fsync@openssh.com"
_FOR_READING, _FOR_WRITING, _CREATE, _TRUNCATE = 1, 2, 8, 16


class BrokenError(Exception):
    """The connection could not be made or was lost, or the server does not follow the protocol."""


class SftpEntry(NamedTuple):
    """The attributes of a file that this program uses."""

    size: int
    is_folder: bool


class Channel:
    """One SFTP connection, for one thread at a time.

    A refusal by the server raises OSError; a broken connection raises BrokenError.

    Attributes:
        syncs: Whether the server supports `fsync@openssh.com`, which syncs a file to its disk.
    """

    def __init__(self, host: str, port: int | None, user: str | None) -> None:
        """Connect.

        Raises:
            BrokenError: The connection or the login failed.
            UsageError: `ssh` is not installed, or the system cannot wait for its answers.
        """
        if not processes.WAITS_FOR_PIPES:
            raise UsageError(
                _("SFTP does not work on this system, which cannot wait for a pipe of a program"),
                _("Deposit from Linux, macOS or WSL, or use another kind of target."),
            )
        command = [*shlex.split(os.environ.get(PROGRAM) or "ssh")]
        for name, value in (_OPTIONS | _preferred(tuple(command), host)).items():
            command += ["-o", f"{name}={value}"]
        command += ["-p", str(port)] if port else []
        command += ["-l", user] if user else []
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the connection
        try:
            self._ssh = subprocess.Popen(  # noqa: S603 - the user's own program and options
                [*command, "-s", "--", host, "sftp"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                # An interruption must not end ssh before pending requests have ended.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            self._said.close()
            raise UsageError(
                _("{command} is not installed", command=command[0]),
                _("Install OpenSSH, or name an ssh program in {program}.", program=PROGRAM),
            ) from error
        _log.debug("started %s for %s", command[0], host)
        self._ends = [end for end in (self._ssh.stdin, self._ssh.stdout) if end]
        self._to, self._from = (end.fileno() for end in self._ends)
        processes.let_writing_fail(self._to)
        self._number = 0
        self._buffer = bytearray()
        self._unsent = bytearray()
        self._ignored: set[int] = set()
        self._answers: dict[int, tuple[int, memoryview]] = {}
        self._most = _MODEST
        self.syncs = False
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.close()
        self._ssh.terminate()
        self._ssh.wait()
        self._said.close()

    def stat(self, path: str) -> SftpEntry:
        """Return a file's attributes, following links."""
        return _entry(self._ask(_STAT, _text(path), _ATTRS), 0)[0]

    def lstat(self, path: str) -> SftpEntry:
        """Return a file's attributes, or a link's own."""
        return _entry(self._ask(_LSTAT, _text(path), _ATTRS), 0)[0]

    def entries(self, path: str) -> dict[str, SftpEntry]:
        """Return the entries of a folder, by name."""
        handle = self._ask(_OPENDIR, _text(path), _HANDLE)
        found: dict[str, SftpEntry] = {}
        while names := self._names(bytes(handle)):
            found |= names
        self._ignore(self._send(_CLOSE, handle))
        return {name: entry for name, entry in found.items() if name not in (".", "..")}

    def make_all(self, paths: Sequence[str]) -> None:
        """Make folders in the given order; leave existing ones alone."""
        sent = [self._send(_MKDIR, _text(path), bytes(4)) for path in paths]
        for path, number in zip(paths, sent, strict=True):
            try:
                self._done(number)
            except OSError:
                if not self.stat(path).is_folder:
                    raise

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._done(self._send(_REMOVE, _text(path)))

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        self._done(self._send(_RMDIR, _text(path)))

    def rename(self, old: str, new: str) -> None:
        """Rename a file or folder; the server refuses if the new name is taken."""
        self._done(self._send(_RENAME, _text(old), _text(new)))

    def write(
        self,
        path: str,
        blocks: Iterable[bytes],
        offset: int,
        arrived: Callable[[int], None] = lambda offset: None,
    ) -> None:
        """Write a file from its start, or from an offset on.

        Args:
            path: The file.
            blocks: The bytes to write from the offset on.
            offset: At most the size of the file.
            arrived: Called with the offset up to which the bytes have arrived.
        """
        flags = _FOR_WRITING | _CREATE | (0 if offset else _TRUNCATE)
        handle = self._ask(_OPEN, _open(path, flags), _HANDLE)
        left: memoryview | None = handle
        waiting: deque[tuple[int, int]] = deque()
        try:
            for block in blocks:
                view = memoryview(block)
                for start in range(0, len(view), self._most):
                    piece = view[start : start + self._most]
                    where = struct.pack(">QI", offset, len(piece))
                    offset += len(piece)
                    waiting.append((self._send(_WRITE, handle, where, piece), offset))
                    if len(waiting) >= _UNDER_WAY:
                        self._arrived(waiting, arrived)
            waiting.append((self._send(_CLOSE, handle), offset))
            left = None  # the request to close it is sent
            while waiting:
                self._arrived(waiting, arrived)
        except BaseException:
            self._leave(left, [number for number, __ in waiting])
            raise

    def _arrived(self, waiting: deque[tuple[int, int]], arrived: Callable[[int], None]) -> None:
        number, offset = waiting.popleft()
        self._done(number)
        arrived(offset)

    def read(
        self, path: str, ready: Callable[[int], int] = lambda offset: _ENDLESS
    ) -> Iterator[bytes]:
        """Yield a file's bytes, from start to end.

        Args:
            path: The file.
            ready: Takes an offset, waits until bytes after it can be read, and returns the offset
                up to which they can.
        """
        limit = ready(0)
        handle = self._ask(_OPEN, _open(path, _FOR_READING), _HANDLE)
        waiting: deque[tuple[int, int, int]] = deque()
        offset, ahead, ended = 0, 2, False
        try:
            while not ended or waiting:
                while not ended and len(waiting) < ahead:
                    if offset >= limit:
                        if waiting:
                            break
                        limit = ready(offset)
                    size = min(self._most, limit - offset)
                    waiting.append(self._read(handle, offset, size))
                    offset += size
                number, start, size = waiting.popleft()
                kind, body = self._answer(number)
                if kind == _STATUS and _status(body)[0] == _EOF:
                    ended = True
                    continue
                data = self._expected(kind, body, _DATA)[4:]
                if len(data) < size:  # request the rest after a short answer
                    waiting.appendleft(self._read(handle, start + len(data), size - len(data)))
                ahead = min(ahead * 2, _UNDER_WAY)
                yield bytes(data)
        finally:
            self._leave(handle, [number for number, *__ in waiting])

    def write_many(self, files: Mapping[str, bytes]) -> list[bytes]:
        """Write small files, and return the bytes that are read back, in the same order.

        All requests of a kind are sent at once. If the server supports syncs, the files are on its
        disk before they are read back.
        """
        handles = self._open_many(files, _FOR_READING | _FOR_WRITING | _CREATE | _TRUNCATE)
        done: list[int] = []
        for handle, data in zip(handles, files.values(), strict=True):
            for start in range(0, len(data), self._most):
                piece = memoryview(data)[start : start + self._most]
                where = struct.pack(">QI", start, len(piece))
                done.append(self._send(_WRITE, handle, where, piece))
        if self.syncs:
            done += [self._send(_EXTENDED, _text(_FSYNC), handle) for handle in handles]
        # Request large answers only after all data is sent: nothing would read them before.
        asked: list[list[int]] = []
        for handle, data in zip(handles, files.values(), strict=True):
            starts = range(0, len(data) + 1, self._most)
            asked.append([self._read(handle, start, self._most)[0] for start in starts])
            done.append(self._send(_CLOSE, handle))
        failures: list[OSError] = []
        found = [b"".join(self._pieces(numbers, failures)) for numbers in asked]
        self._all(done, failures)
        return found

    def _pieces(self, numbers: Iterable[int], failures: list[OSError]) -> Iterator[bytes]:
        """Yield the answers to reads, up to the file's end."""
        for number in numbers:
            kind, body = self._answer(number)
            if kind == _STATUS and _status(body)[0] == _EOF:
                continue
            try:
                yield bytes(self._expected(kind, body, _DATA)[4:])
            except OSError as error:
                failures.append(error)

    def sync(self, paths: Sequence[str]) -> None:
        """Sync files, or folders, to the server's disk, sending all requests of a kind at once."""
        for start in range(0, len(paths), _OPEN_AT_ONCE):
            handles = self._open_many(paths[start : start + _OPEN_AT_ONCE], _FOR_READING)
            synced = [self._send(_EXTENDED, _text(_FSYNC), handle) for handle in handles]
            for handle in handles:
                self._leave(handle, [])
            self._all(synced)

    def sync_growing(self, path: str, ready: Callable[[int], int]) -> None:
        """Sync a file to the server's disk repeatedly while it is being written.

        Args:
            path: The file.
            ready: Takes the offset up to which the file had arrived, waits for enough more, and
                returns the new offset; a number beyond the end if the file is complete.
        """
        handle = self._ask(_OPEN, _open(path, _FOR_READING), _HANDLE)
        there = 0
        try:
            while (there := ready(there)) < _BEYOND:
                self._done(self._send(_EXTENDED, _text(_FSYNC), handle))
        finally:
            self._leave(handle, [])

    def _open_many(self, paths: Iterable[str], flags: int) -> list[memoryview]:
        sent = [self._send(_OPEN, _open(path, flags)) for path in paths]
        handles: list[memoryview] = []
        failures: list[OSError] = []
        for number in sent:
            try:
                handles.append(self._expected(*self._answer(number), _HANDLE))
            except OSError as error:
                failures.append(error)
        if failures:
            for handle in handles:
                self._leave(handle, [])
        _raise_first(failures)
        return handles

    def _all(self, numbers: Iterable[int], failures: Sequence[OSError] = ()) -> None:
        """Wait for all answers; raise the first error, if there is one."""
        failures = list(failures)
        for number in numbers:
            try:
                self._done(number)
            except OSError as error:
                failures.append(error)
        _raise_first(failures)

    def _leave(self, handle: memoryview | None, waiting: Iterable[int]) -> None:
        """Close a file, and ignore the answers to its pending requests."""
        for number in waiting:
            self._ignore(number)
        if handle is not None:
            with contextlib.suppress(BrokenError):
                self._ignore(self._send(_CLOSE, handle))

    def _read(self, handle: memoryview, offset: int, size: int) -> tuple[int, int, int]:
        return self._send(_READ, handle, struct.pack(">QI", offset, size)), offset, size

    def _names(self, handle: bytes) -> dict[str, SftpEntry]:
        kind, body = self._answer(self._send(_READDIR, handle))
        if kind == _STATUS and _status(body)[0] == _EOF:
            return {}
        body = self._expected(kind, body, _NAME)
        (count,) = struct.unpack_from(">I", body)
        at = 4
        found = {}
        for __ in range(count):
            name, at = _string(body, at)
            _line, at = _string(body, at)  # the line that `ls -l` would print
            entry, at = _entry(body, at)
            found[os.fsdecode(bytes(name))] = entry
        return found

    def _greet(self) -> None:
        self._flush(struct.pack(">IBI", 5, _INIT, 3))
        kind, body = self._packet()
        if kind != _VERSION:
            raise BrokenError(_("the answer is not SFTP"))
        at = 4
        known = {}
        while at < len(body):
            name, at = _string(body, at)
            value, at = _string(body, at)
            known[bytes(name)] = bytes(value)
        self.syncs = known.get(_FSYNC.encode()) == b"1"
        if b"limits@openssh.com" in known:
            number = self._send(_EXTENDED, _text("limits@openssh.com"))
            kind, body = self._answer(number)
            if kind == _EXTENDED_REPLY:
                __, reads, writes, __ = struct.unpack_from(">QQQQ", body)
                self._most = max(_MODEST, min(_MOST, reads or _MODEST, writes or _MODEST))

    def _ask(self, kind: int, body: bytes, expected: int) -> memoryview:
        return self._expected(*self._answer(self._send(kind, body)), expected)

    def _done(self, number: int) -> None:
        self._expected(*self._answer(number), _STATUS)

    def _expected(self, kind: int, body: memoryview, expected: int) -> memoryview:
        if kind == _STATUS:
            code, message = _status(body)
            if code != _OK:
                raise OSError(_ERRORS.get(code, errno.EIO), message)
        if kind != expected:
            raise BrokenError(_("the server does not follow the SFTP protocol"))
        return body

    def _send(self, kind: int, *pieces: bytes | memoryview) -> int:
        """Send a request. Small requests are buffered until an answer is needed."""
        self._number = (self._number + 1) & 0xFFFFFFFF
        size = 5 + sum(map(len, pieces))
        self._unsent += struct.pack(">IBI", size, kind, self._number)
        if size < _MODEST:
            for piece in pieces:
                self._unsent += piece
        if size >= _MODEST or len(self._unsent) >= _MODEST:
            self._flush(*(pieces if size >= _MODEST else ()))
        return self._number

    def _flush(self, *pieces: bytes | memoryview) -> None:
        """Send the buffered requests, and more data."""
        left: Sequence[bytes | memoryview] = [bytes(self._unsent), *pieces]
        self._unsent.clear()
        try:
            while left:
                try:
                    count = processes.write_pieces(self._to, left)
                except BlockingIOError:
                    self._wait(self._to, to_write=True)
                    continue
                while left and count >= len(left[0]):
                    count -= len(left[0])
                    left = left[1:]
                if left:
                    left = [memoryview(left[0])[count:], *left[1:]]
        except BrokenPipeError:
            raise BrokenError(self._last_words()) from None

    def _ignore(self, number: int) -> None:
        """Ignore the answer to a request, whether it has arrived or not."""
        if self._answers.pop(number, None) is None:
            self._ignored.add(number)

    def _answer(self, number: int) -> tuple[int, memoryview]:
        while number not in self._answers:
            kind, body = self._packet()
            (which,) = struct.unpack_from(">I", body)
            if which in self._ignored:
                self._ignored.discard(which)
            else:
                self._answers[which] = kind, body[4:]
        return self._answers.pop(number)

    def _packet(self) -> tuple[int, memoryview]:
        if self._unsent:
            self._flush()
        size, kind = struct.unpack(">IB", self._take(5))
        if not 5 <= size <= _MOST + 1024:
            raise BrokenError(_("the answer is not SFTP"))
        return kind, memoryview(self._take(size - 1))

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._wait(self._from)
            data = os.read(self._from, 1 << 20)
            if not data:
                raise BrokenError(self._last_words())
            self._buffer += data
        taken = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return taken

    def _wait(self, descriptor: int, *, to_write: bool = False) -> None:
        if not processes.wait_for_pipe(descriptor, SECONDS, to_write=to_write):
            raise BrokenError(_("no answer came for {seconds:.0f} seconds", seconds=SECONDS))

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._ssh.wait(5)
        self._said.seek(0)
        return self._said.read(20_000).decode("utf-8", "replace").strip()


@lru_cache
def _preferred(command: tuple[str, ...], host: str) -> dict[str, str]:
    """Return the option for the cipher that is fastest on processors with AES instructions.

    Empty on other processors, or if the user has configured ciphers.
    """
    cipher = "aes128-gcm@openssh.com"
    try:
        if " aes " not in Path("/proc/cpuinfo").read_text():
            return {}
        chosen, usual = (
            subprocess.run(  # noqa: S603 - the user's own program and options
                [*command, *more, "-G", "--", host], capture_output=True, text=True, check=True
            ).stdout
            for more in ((), ("-F", "none"))
        )
    except (OSError, subprocess.CalledProcessError):
        return {}
    lines = [line for line in chosen.splitlines() if line.startswith("ciphers ")]
    ours_to_choose = lines and cipher in lines[0] and lines[0] in usual.splitlines()
    return {"Ciphers": f"^{cipher}"} if ours_to_choose else {}


def _raise_first(failures: Sequence[OSError]) -> None:
    for error in failures:
        raise error


def _open(path: str, flags: int) -> bytes:
    return _text(path) + struct.pack(">II", flags, 0)


def _text(path: str) -> bytes:
    data = os.fsencode(path)
    return struct.pack(">I", len(data)) + data


def _string(body: memoryview, at: int) -> tuple[memoryview, int]:
    (size,) = struct.unpack_from(">I", body, at)
    return body[at + 4 : at + 4 + size], at + 4 + size


def _status(body: memoryview) -> tuple[int, str]:
    (code,) = struct.unpack_from(">I", body)
    message, __ = _string(body, 4) if len(body) >= 8 else (memoryview(b""), 0)
    return code, bytes(message).decode("utf-8", "replace") or f"error {code}"


def _entry(body: memoryview, at: int) -> tuple[SftpEntry, int]:
    """Return the attributes at an offset, and the offset of their end."""
    (flags,) = struct.unpack_from(">I", body, at)
    at += 4
    size = mode = 0
    if flags & 1:
        (size,) = struct.unpack_from(">Q", body, at)
        at += 8
    at += 8 if flags & 2 else 0
    if flags & 4:
        (mode,) = struct.unpack_from(">I", body, at)
        at += 4
    at += 8 if flags & 8 else 0
    if flags & 0x80000000:
        (count,) = struct.unpack_from(">I", body, at)
        at += 4
        for __ in range(2 * count):
            _line, at = _string(body, at)
    return SftpEntry(size, stat.S_ISDIR(mode)), at
