"""Download the files that fetch.txt lists, on request only, and check addresses and digests.

All addresses of a host are checked, and the connection goes to one of them, so that the name cannot
resolve to another address in between. The same holds for redirects. A file stays next to the bag
until its size and all its digests are right. A URL that fails gives a finding, and the other files
are fetched.
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
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import (
    Lock,
    hidden,
    open_folder,
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
"""Seconds without data after which a connection is closed."""
_SECONDS, _SLOWEST = 60.0, 1024
"""After this many seconds, the average speed must be at least this many bytes per second."""
_MOST_ADDRESSES = 4
_MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}

REFUSED = Code(
    "fetch-refused",
    Severity.ERROR,
    "A file must not be fetched. Either its URL, or one that this redirects to, is not http or "
    "https, contains a user name or password, redirects from https to http, or leads to a private "
    "address without --allow-private; or no manifest with a known algorithm lists the file.",
    "RFC 8493, 5.2",
)
FAILED = Code(
    "fetch-failed",
    Severity.ERROR,
    "A file could not be fetched completely. The next run fetches the rest, if the server can send "
    "a part of a file.",
    "RFC 8493, 2.2.3",
)
WRONG_SIZE = Code(
    "fetch-size-mismatch",
    Severity.ERROR,
    "A fetched file does not have the length in fetch.txt. It was discarded.",
    "RFC 8493, 5.3",
)
WRONG_DIGEST = Code(
    "fetch-digest-mismatch",
    Severity.ERROR,
    "A fetched file does not match the digests in the manifests. It was discarded.",
    "RFC 8493, 3",
)


class _FetchError(Exception):
    """A file could not be fetched."""

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(slots=True)
class Fetched:
    """The result of fetching.

    Attributes:
        files: Number of files that were fetched.
        size: Number of bytes that arrived in this run.
        report: A finding for each file that could not be fetched.
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
    """Fetch the missing payload files that fetch.txt lists (RFC 8493, 2.2.3).

    A file is moved into the bag when its size and digests are right. An interrupted download is
    resumed if the server supports it.

    Args:
        bag: The bag's folder.
        allow_private: Whether to connect to private and loopback addresses.
        wait: Seconds to wait for another run that uses the bag.
        progress: Called now and then with what is done so far.

    Returns:
        Counts, and findings for files that could not be fetched.

    Raises:
        InvalidError: The bag's tag files have faults, so it is not clear what to fetch.
        StorageError: Writing fails, or another run uses the bag.
    """
    bag = Path(bag).resolve()
    with Lock(bag, wait), storage_errors(_("fetching files of {bag}", bag=bag)):
        read = Bag.open(bag)
        if read.report.errors:
            raise InvalidError(
                _("{bag} has faults", bag=bag), _("Nothing was fetched."), read.report
            )
        there = set(read.listing.files)
        todo = [line for line in read.fetch if line.path not in there]
        lengths = [line.length for line in todo]
        size = None if None in lengths else sum(length or 0 for length in lengths)
        run = _FetchRun(read, allow_private, Tally(all_files=len(todo), all_size=size), progress)
        state_folder(run.parts.parent, run.parts.name, 0o700)
        try:
            for line in todo:
                run.one(line)
        finally:
            if not any(run.parts.iterdir()):
                remove_tree(run.parts)
        return Fetched(run.tally.files, run.tally.size, run.report)


class _FetchRun:
    """A run that fetches the files of one bag."""

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
        """Fetch one file, or report why it cannot be fetched."""
        wanted = {
            name: manifest.digests[line.path]
            for name, manifest in self.bag.manifests.items()
            if name in ALGORITHMS and line.path in manifest.digests
        }
        try:
            if not wanted:
                raise _FetchError(REFUSED, _("is not in any manifest with a known algorithm"))
            part = self.parts / hashlib.sha256(line.path.encode()).hexdigest()
            resumed = os.path.lexists(part)
            try:
                self._download(line, part, wanted)
            except _FetchError as error:
                if not (resumed and error.code in (WRONG_DIGEST, WRONG_SIZE)):
                    raise
                self._download(line, part, wanted)  # the file has changed on the server
            self._place(part, line.path)
        except _FetchError as error:
            place = Location("fetch.txt", line=line.line)
            self.report.add(error.code.at(place, f"{line.path}: {error}", error.hint))
        else:
            self._count(1, 0)

    def _count(self, files: int, size: int) -> None:
        self.tally.files += files
        self.tally.size += size
        if self.progress is not None:
            self.progress(self.tally)

    def _download(self, line: FetchLine, part: Path, wanted: dict[str, bytes]) -> None:
        hashes = {name: new_hash(name) for name in wanted}
        descriptor = write_beneath(self.parts, part.name, append=os.path.lexists(part))
        try:
            have = _hash_so_far(descriptor, hashes)
            if have != line.length:
                have = self._receive(line, descriptor, have, hashes)
            if line.length is not None and have != line.length:
                raise _FetchError(
                    FAILED,
                    _("{have} of {length} bytes arrived", have=have, length=line.length),
                    _("Run the same command again."),
                )
            wrong = [name for name, hash_ in hashes.items() if hash_.digest() != wanted[name]]
            if wrong:
                part.unlink()
                raise _FetchError(
                    WRONG_DIGEST,
                    _(
                        "{url} does not match the manifests ({wrong})",
                        url=line.url,
                        wrong=", ".join(wrong),
                    ),
                    _("Ask the creator of the bag for the right file."),
                )
            os.fsync(descriptor)
        except _FetchError as error:
            if error.code is WRONG_SIZE:
                part.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def _receive(self, line: FetchLine, descriptor: int, have: int, hashes: dict[str, Hash]) -> int:
        with self._response(line.url, have) as (response, pace):
            if have and response.status != http.client.PARTIAL_CONTENT:  # the server ignored Range
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                hashes.update((name, new_hash(name)) for name in hashes)
                have = 0
            most = limits.DOWNLOAD.value if line.length is None else line.length
            while data := _read(response, line.url, pace):
                have += len(data)
                if have > most:
                    raise _FetchError(
                        WRONG_SIZE, _("{url} sends more than {most} bytes", url=line.url, most=most)
                    )
                write_all(descriptor, data)
                for hash_ in hashes.values():
                    hash_.update(data)
                self._count(0, len(data))
            if response.length:
                raise _FetchError(
                    FAILED,
                    _("the connection to {url} was interrupted", url=line.url),
                    _("Run the same command again to fetch the rest."),
                )
        return have

    @contextlib.contextmanager
    def _response(
        self, url: str, have: int
    ) -> Iterator[tuple[http.client.HTTPResponse, _SpeedGuard]]:
        """Request a file, or the rest of it, follow redirects and yield the response."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "archive-pkg"}
        if have:
            headers["Range"] = f"bytes={have}-"
        redirects = 0
        while redirects <= _MOST_REDIRECTS:
            with contextlib.ExitStack() as stack:
                response, pace = self._request(url, headers, stack)
                if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and (
                    headers.pop("Range", "")  # the file on the server has changed
                ):
                    continue
                if response.status in _REDIRECTS:
                    url = _redirected(url, response.getheader("Location", ""))
                    redirects += 1
                    continue
                if response.status not in (http.client.OK, http.client.PARTIAL_CONTENT):
                    raise _FetchError(
                        FAILED,
                        _(
                            "{url} answers {status} {reason}",
                            url=url,
                            status=response.status,
                            reason=response.reason,
                        ),
                    )
                yield response, pace
                return
        raise _FetchError(
            FAILED,
            _(
                "{url}: more than {most_redirects} redirects",
                url=url,
                most_redirects=_MOST_REDIRECTS,
            ),
        )

    def _request(
        self, url: str, headers: dict[str, str], stack: contextlib.ExitStack
    ) -> tuple[http.client.HTTPResponse, _SpeedGuard]:
        scheme, host, port, path = _split_url(url)
        addresses = self._addresses(url, host, port)
        with _network_errors(url):
            link = stack.enter_context(_connected(addresses, port))
            pace = stack.enter_context(_SpeedGuard(link))
            with _slow_reported(url, pace):
                if scheme == "https":
                    context = ssl.create_default_context()
                    link = stack.enter_context(context.wrap_socket(link, server_hostname=host))
                connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
                connection.sock = link
                connection.request("GET", path, headers=headers)
                return stack.enter_context(connection.getresponse()), pace

    def _addresses(self, url: str, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of which must be allowed."""
        with _network_errors(url):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            if not self.allow_private and not is_public(address):
                raise _FetchError(
                    REFUSED,
                    _(
                        "{host} has the private or loopback address {address}",
                        host=host,
                        address=address,
                    ),
                    _("If you trust the bag, allow such addresses: --allow-private."),
                )
        return addresses

    def _place(self, part: Path, path: str) -> None:
        """Move a file into the bag. Links on the way are not followed."""
        *folders, name = path.split("/")
        folder = open_folder(self.root)
        try:
            for step in folders:
                with contextlib.suppress(FileExistsError):
                    folder.make(step)
                    folder.sync()
                with folder:
                    folder = folder.folder(step)
            folder.move_in(part, name)
            folder.sync()
        finally:
            folder.close()


class _SpeedGuard:
    """Closes a connection whose average speed is too low, even if data keeps arriving."""

    def __init__(self, link: socket.socket) -> None:
        self.is_slow = False
        self.count = 0
        # A duplicate of the socket, because TLS takes over the original.
        self._link = link.dup()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _SpeedGuard:
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
def _slow_reported(url: str, pace: _SpeedGuard) -> Iterator[None]:
    """Raise _FetchError if a connection was closed because it was too slow."""
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not pace.is_slow:
            raise
    if pace.is_slow:
        message = _("{url} sends less than {slowest} bytes a second", url=url, slowest=_SLOWEST)
        raise _FetchError(FAILED, message, _("Run the same command again later."))


def _read(response: http.client.HTTPResponse, url: str, pace: _SpeedGuard) -> bytes:
    """Return the next bytes of a response; none at its end."""
    with _network_errors(url), _slow_reported(url, pace):
        data = response.read1(BLOCK)
    pace.count += len(data)
    return data


@contextlib.contextmanager
def _network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (http.client.InvalidURL, UnicodeError) as error:
        raise _FetchError(
            REFUSED, _("{url!r} is not a URL: {error}", url=url, error=error)
        ) from error
    except (OSError, http.client.HTTPException) as error:
        message = str(error) or type(error).__name__
        raise _FetchError(
            FAILED, f"{url}: {message}", _("Run the same command again later.")
        ) from error


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """Connect to the first address that answers."""
    for address in addresses[:_MOST_ADDRESSES]:
        try:
            return socket.create_connection((address, port), _TIMEOUT)
        except OSError as error:
            failure = error
    raise failure


def _split_url(url: str) -> tuple[str, str, int, str]:
    """Return the scheme, host, port and path of a URL. Refuse one that must not be fetched."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise _FetchError(
            REFUSED, _("{url!r} is not a URL: {error}", url=url, error=error)
        ) from error
    if parts.username is not None or parts.password is not None:
        raise _FetchError(REFUSED, _("the URL contains a user name or a password"))
    if scheme not in _PORTS or not host:
        raise _FetchError(REFUSED, _("{url!r} is not an http or https URL", url=url))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return scheme, host, port or _PORTS[scheme], path


def _redirected(url: str, location: str) -> str:
    """Return the URL that another one redirects to."""
    try:
        following = urljoin(url, location)
        scheme = urlsplit(following).scheme
    except ValueError as error:
        raise _FetchError(
            REFUSED,
            _("{url} redirects to {location!r}: {error}", url=url, location=location, error=error),
        ) from error
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise _FetchError(
            REFUSED, _("{url} redirects from https to {value}", url=url, value=scheme or "nowhere")
        )
    return following


def _hash_so_far(descriptor: int, hashes: dict[str, Hash]) -> int:
    have = 0
    while data := os.read(descriptor, BLOCK):
        for hash_ in hashes.values():
            hash_.update(data)
        have += len(data)
    return have
