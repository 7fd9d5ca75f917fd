"""Fetching what fetch.txt names, on request only: checked addresses, sizes and digests.

Every address that a host name stands for is checked before a connection is made, and the
connection is made to that very address, so that a name cannot change its meaning in between.
Redirects go the same way. A file stays next to the bag until its size and all its digests are
right. A URL that fails is a finding, and the others are fetched.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from archive_pkg import limits
from archive_pkg.bags.bag import Bag
from archive_pkg.bags.fetching.addresses import is_public
from archive_pkg.errors import InvalidError
from archive_pkg.fixity import ALGORITHMS, BLOCK, Hash, Tally, new_hash, write_all
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import (
    Lock,
    hidden,
    remove_tree,
    state_folder,
    storage_errors,
    write_beneath,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive_pkg.bags.fetching.fetch_file import FetchLine
    from archive_pkg.paths import StrPath

_TIMEOUT = 30.0
"""Seconds that a server may be silent."""
_SECONDS, _SLOWEST = 60.0, 1024
"""Seconds after which a server has to have sent so many bytes a second, on the average."""
_MOST_ADDRESSES = 4
_MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}

REFUSED = Code(
    "fetch-refused",
    Severity.ERROR,
    "A URL in fetch.txt (or one it redirects to) may not be fetched: it is not http or https, has "
    "a password in it, or leads to a private address and --allow-private was not given.",
    "RFC 8493, 5.2",
)
FAILED = Code(
    "fetch-failed",
    Severity.ERROR,
    "A file could not be fetched; what arrived so far is kept and the next run goes on from there.",
    "RFC 8493, 2.2.3",
)
WRONG_SIZE = Code(
    "fetch-size-mismatch",
    Severity.ERROR,
    "What was fetched has not the length that fetch.txt gives, and was thrown away.",
    "RFC 8493, 5.3",
)
WRONG_DIGEST = Code(
    "fetch-digest-mismatch",
    Severity.ERROR,
    "What was fetched has not the digests that the manifests give, and was thrown away.",
    "RFC 8493, 3",
)


class _FetchError(Exception):
    """A file that does not come, and why."""

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(slots=True)
class Fetched:
    """What fetching came to.

    Attributes:
        files: Files that arrived.
        size: Bytes that arrived in this run.
        report: Files that did not.
    """

    files: int
    size: int
    report: Report


def fetch(
    bag: StrPath,
    *,
    allow_private: bool = False,
    wait: float = 0,
    progress: Callable[[Tally], None] | None = None,
) -> Fetched:
    """Fetch the payload files of a bag that fetch.txt names and that are not there yet.

    A file gets its name in the bag when its size and digests are right, not before. A run that
    was broken off is taken up where it ended, where the server can.

    Args:
        bag: The bag's folder.
        allow_private: Whether private and loopback addresses may be asked.
        wait: Seconds to wait for another run that works on the bag.
        progress: Called now and then with what is done so far.

    Raises:
        InvalidError: When the bag's tag files have faults, so that it is not clear what to fetch.
        StorageError: When writing fails, or another run works on the bag.
    """
    bag = Path(bag).resolve()
    with Lock(bag, wait), storage_errors(f"fetching files of {bag}"):
        read = Bag.open(bag)
        if read.report.errors:
            raise InvalidError(f"{bag} has faults", "Nothing was fetched.", read.report)
        there = set(read.listing.files)
        todo = [line for line in read.fetch if line.path not in there]
        lengths = [line.length for line in todo]
        size = None if None in lengths else sum(length or 0 for length in lengths)
        run = _Run(read, allow_private, Tally(all_files=len(todo), all_size=size), progress)
        state_folder(run.parts.parent, run.parts.name, 0o700)
        try:
            for line in todo:
                run.one(line)
        finally:
            if not any(run.parts.iterdir()):
                remove_tree(run.parts)
        return Fetched(run.tally.files, run.tally.size, run.report)


class _Run:
    """One run over a bag's fetch.txt."""

    def __init__(
        self,
        bag: Bag,
        allow_private: bool,
        tally: Tally,
        progress: Callable[[Tally], None] | None,
    ) -> None:
        self.bag = bag
        self.root = Path(bag.path)
        self.parts = hidden(self.root, ".fetched")
        self.allow_private = allow_private
        self.tally = tally
        self.progress = progress
        self.report = Report()

    def one(self, line: FetchLine) -> None:
        """Fetch one file, or say why not."""
        wanted = {
            name: manifest.digests[line.path]
            for name, manifest in self.bag.manifests.items()
            if name in ALGORITHMS and line.path in manifest.digests
        }
        try:
            if not wanted:
                raise _FetchError(REFUSED, "is in no manifest that can be checked")
            part = self.parts / hashlib.sha256(line.path.encode()).hexdigest()
            resumed = os.path.lexists(part)
            try:
                self._download(line, part, wanted)
            except _FetchError as error:
                if not (resumed and error.code in (WRONG_DIGEST, WRONG_SIZE)):
                    raise
                self._download(line, part, wanted)  # what was there already was stale
            self._place(part, line.path)
        except _FetchError as error:
            place = Location("fetch.txt", line=line.line)
            self.report.add(error.code.at(place, f"{line.path}: {error}", error.hint))
        else:
            self._tell(1, 0)

    def _tell(self, files: int, size: int) -> None:
        self.tally.files += files
        self.tally.size += size
        if self.progress is not None:
            self.progress(self.tally)

    def _download(self, line: FetchLine, part: Path, wanted: dict[str, bytes]) -> None:
        hashes = {name: new_hash(name) for name in wanted}
        descriptor = write_beneath(self.parts, part.name, more=os.path.lexists(part))
        try:
            have = _hash_so_far(descriptor, hashes)
            if have != line.length:
                have = self._receive(line, descriptor, have, hashes)
            if line.length is not None and have != line.length:
                raise _FetchError(
                    FAILED, f"{have} of {line.length} bytes came", "Run the same command again."
                )
            wrong = [name for name, hash_ in hashes.items() if hash_.digest() != wanted[name]]
            if wrong:
                part.unlink()
                raise _FetchError(
                    WRONG_DIGEST,
                    f"{line.url} gives other bytes than the manifests say ({', '.join(wrong)})",
                    "Ask whoever made the bag where the right ones are.",
                )
            os.fsync(descriptor)
        except _FetchError as error:
            if error.code is WRONG_SIZE:
                part.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def _receive(self, line: FetchLine, descriptor: int, have: int, hashes: dict[str, Hash]) -> int:
        with self._answer(line.url, have) as (response, pace):
            if have and response.status != http.client.PARTIAL_CONTENT:  # it begins again
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                hashes.update((name, new_hash(name)) for name in hashes)
                have = 0
            most = limits.DOWNLOAD.value if line.length is None else line.length
            while data := _read(response, line.url, pace):
                have += len(data)
                if have > most:
                    raise _FetchError(WRONG_SIZE, f"{line.url} gives more than {most} bytes")
                write_all(descriptor, data)
                for hash_ in hashes.values():
                    hash_.update(data)
                self._tell(0, len(data))
            if response.length:
                raise _FetchError(
                    FAILED, f"{line.url} broke off", "Run it again to fetch the rest."
                )
        return have

    @contextlib.contextmanager
    def _answer(self, url: str, have: int) -> Iterator[tuple[http.client.HTTPResponse, _Pace]]:
        """The answer to a request for a file, or for its rest, after redirects."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "archive-pkg"}
        if have:
            headers["Range"] = f"bytes={have}-"
        for _ in range(_MOST_REDIRECTS + 2):
            with contextlib.ExitStack() as stack:
                response, pace = self._ask(url, headers, stack)
                if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                    headers.pop("Range", None)  # there is no rest: what is here is stale
                    continue
                if response.status in _REDIRECTS:
                    url = _following(url, response.getheader("Location", ""))
                    continue
                if response.status not in (http.client.OK, http.client.PARTIAL_CONTENT):
                    raise _FetchError(FAILED, f"{url} answers {response.status} {response.reason}")
                yield response, pace
                return
        raise _FetchError(FAILED, f"{url}: more than {_MOST_REDIRECTS} redirects")

    def _ask(
        self, url: str, headers: dict[str, str], stack: contextlib.ExitStack
    ) -> tuple[http.client.HTTPResponse, _Pace]:
        scheme, host, port, path = _parted(url)
        addresses = self._addresses(url, host, port)
        with _network_errors(url):
            link = stack.enter_context(_connected(addresses, port))
            pace = stack.enter_context(_Pace(link))
            with _told_slow(url, pace):
                if scheme == "https":
                    context = ssl.create_default_context()
                    link = stack.enter_context(context.wrap_socket(link, server_hostname=host))
                connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
                connection.sock = link
                connection.request("GET", path, headers=headers)
                return stack.enter_context(connection.getresponse()), pace

    def _addresses(self, url: str, host: str, port: int) -> list[str]:
        """The addresses to connect to; every one that the name stands for has to be allowed."""
        with _network_errors(url):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            if not self.allow_private and not is_public(address):
                raise _FetchError(
                    REFUSED,
                    f"{host} is the private or loopback address {address}",
                    "Allow such addresses if you trust the bag: --allow-private.",
                )
        return addresses

    def _place(self, part: Path, path: str) -> None:
        """Give a file its name in the bag, following no link on the way."""
        *folders, name = path.split("/")
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=descriptor)
                    os.fsync(descriptor)
                below = os.open(
                    folder,
                    os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW,
                    dir_fd=descriptor,
                )
                os.close(descriptor)
                descriptor = below
            os.rename(part, name, dst_dir_fd=descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _Pace:
    """Breaks a connection off that is too slow on the whole, however often it sends something."""

    def __init__(self, link: socket.socket) -> None:
        self.is_slow = False
        self.count = 0
        # A socket of our own for the same connection: TLS takes the other one over.
        self._link = link.dup()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Pace:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._link.close()

    def _watch(self) -> None:
        begun = time.monotonic()
        while not self._ended.wait(_SECONDS / 60):
            took = time.monotonic() - begun
            if took > _SECONDS and self.count < took * _SLOWEST:
                self.is_slow = True
                with contextlib.suppress(OSError):
                    self._link.shutdown(socket.SHUT_RDWR)
                return


@contextlib.contextmanager
def _told_slow(url: str, pace: _Pace) -> Iterator[None]:
    """Say that a connection was too slow, where that is why it ended."""
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not pace.is_slow:
            raise
    if pace.is_slow:
        message = f"{url} sends less than {_SLOWEST} bytes a second"
        raise _FetchError(FAILED, message, "Run it again later.")


def _read(response: http.client.HTTPResponse, url: str, pace: _Pace) -> bytes:
    """The next bytes of an answer; none at its end."""
    with _network_errors(url), _told_slow(url, pace):
        data = response.read1(BLOCK)
    pace.count += len(data)
    return data


@contextlib.contextmanager
def _network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (http.client.InvalidURL, UnicodeError) as error:
        raise _FetchError(REFUSED, f"{url!r} is not a URL: {error}") from error
    except (OSError, http.client.HTTPException) as error:
        said = str(error) or type(error).__name__
        raise _FetchError(FAILED, f"{url}: {said}", "Run it again later.") from error


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that answers."""
    for address in addresses[:_MOST_ADDRESSES]:
        try:
            return socket.create_connection((address, port), _TIMEOUT)
        except OSError as error:
            failure = error
    raise failure


def _parted(url: str) -> tuple[str, str, int, str]:
    """The scheme, host, port and path of a URL that may be asked."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise _FetchError(REFUSED, f"{url!r} is not a URL: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise _FetchError(REFUSED, "the URL has a user's name or a password in it")
    if scheme not in _PORTS or not host:
        raise _FetchError(REFUSED, f"{url!r} is not an http or https URL")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return scheme, host, port or _PORTS[scheme], path


def _following(url: str, location: str) -> str:
    """The URL that another one redirects to."""
    try:
        following = urljoin(url, location)
        scheme = urlsplit(following).scheme
    except ValueError as error:
        raise _FetchError(REFUSED, f"{url} redirects to {location!r}: {error}") from error
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise _FetchError(REFUSED, f"{url} redirects from https to {scheme or 'nowhere'}")
    return following


def _hash_so_far(descriptor: int, hashes: dict[str, Hash]) -> int:
    have = 0
    while data := os.read(descriptor, BLOCK):
        for hash_ in hashes.values():
            hash_.update(data)
        have += len(data)
    return have
