"""An HTTPS client for repositories, with limits and retries, that does not leak secrets.

Requests, and the login with them, go only to the origin that the user named. Redirects are followed
only for reading, and without the login if they lead to a different origin. Certificates are always
verified; SSL_CERT_FILE can name your own certificate authority. A lost connection raises LostError.
The caller then checks what happened before it repeats the request.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import os
import re
import socket
import ssl
import time
import weakref
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from archive_pkg import limits
from archive_pkg.deposits.credentials import redact, unused_variable
from archive_pkg.deposits.http.answers import misfit
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.errors import DepositError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import httpx

    from archive_pkg.deposits.http.answers import Shape

_log = logger(__name__)

SECONDS = 60.0
"""Seconds that a server may be silent, and that a complete answer other than a file may take."""
_SLOWEST = 1024
"""The average bytes per second that a server must send after the first minute."""
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_READING = {"GET", "HEAD", "PROPFIND"}


class Reply:
    """A server's answer.

    Attributes:
        status: The HTTP status.
        headers: The headers, with names in lower case.
        body: The complete body.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, target: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self._target = target

    def json(self, shape: Shape) -> Any:
        """Return the body as a JSON value that has a shape (see `answers.Shape`).

        Raises:
            LostError: The body is not JSON. A proxy may have answered.
            DepositError: The value does not have the shape.
        """
        try:
            found = read_json(self.body)
        except ValueError as error:
            raise LostError(
                _(
                    "{target} answers {status} with something other than JSON: {redact}",
                    target=self._target,
                    status=self.status,
                    redact=redact(str(error)),
                ),
                _("Check the address of the repository, and whether a proxy answers in its place."),
            ) from error
        if wrong := misfit(found, shape):
            raise DepositError(
                _(
                    "{target} answers {status} with unexpected JSON: {wrong}",
                    target=self._target,
                    status=self.status,
                    wrong=wrong,
                ),
                _("Check the address and the kind of the repository."),
            )
        return found


class HttpClient:
    """A client for one server, with one pool of connections for all threads."""

    def __init__(self, base: str, target: str, name: str, login: Mapping[str, str]) -> None:
        """Prepare connections to a server.

        Args:
            base: The address that paths are relative to, `https://host[:port]/path`.
            target: The repository's address, for messages.
            name: The name of the server's secrets; see `credentials`.
            login: Headers with the login; sent only to this server.
        """
        import httpx

        self.base = base.rstrip("/")
        self._origin = _origin(base)
        self._target = target
        self._name, self._login = name, dict(login)
        self._client = httpx.Client(
            transport=_transport(),
            timeout=httpx.Timeout(SECONDS, connect=20.0),
            follow_redirects=False,
            # No content coding: a small answer could be decompressed to a very large one.
            headers={"User-Agent": SOFTWARE.replace(" ", "/"), "Accept-Encoding": "identity"},
            trust_env=False,
        )
        # Cookies would be sent to every port of the host.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        weakref.finalize(self, self._client.close)

    def ask(
        self,
        method: str,
        path: str,
        *,
        expect: Collection[int] = (200, 201, 202, 204),
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        length: int | None = None,
        data: Any = None,
        hint: str = "",
    ) -> Reply:
        """Send a request and read the complete answer.

        Args:
            method: The HTTP method.
            path: The path below the base, escaped; or a full address on the same origin.
            expect: The statuses to return; all others raise an error.
            headers: More headers.
            content: The body.
            length: The number of bytes, if the body is an iterable.
            data: The body as a JSON value; replaces `content`.
            hint: The hint if the server refuses.

        Raises:
            LostError: The server cannot be reached, its answer is incomplete or too slow, or it is
                busy (such as 429 or 503).
            DepositError: The server refuses, or its answer is not acceptable.
        """
        sent = dict(headers or {})
        if data is not None:
            content = json.dumps(data, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if length is not None:
            sent["Content-Length"] = str(length)
        with self._open(method, path, sent, content) as response:
            body = self._complete_body(response)
            return self._accepted(method, path, response, body, expect, hint)

    @contextlib.contextmanager
    def download(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[Iterator[bytes]]:
        """Yield the bytes of a file.

        Raises:
            LostError: As for `ask`.
            DepositError: As for `ask`.
        """
        with self._open("GET", path, dict(headers or {}), None) as response:
            if response.status_code != 200:
                self._accepted("GET", path, response, self._complete_body(response), {200})
            yield self._blocks(response)

    def url(self, path: str) -> str:
        """Return the full address of a path or address, which must be on this server's origin.

        Raises:
            DepositError: The address is on a different origin.
        """
        url = path if "://" in path else f"{self.base}/{path.lstrip('/')}" if path else self.base
        if self._origin_of(url) != self._origin:
            raise DepositError(
                _(
                    "{target} refers to {hostname}, which is a different server; nothing "
                    "is sent there",
                    target=self._target,
                    hostname=urlsplit(url).hostname,
                ),
                _("If that is the repository's address, use it with --to."),
            )
        return url

    def _origin_of(self, url: str) -> tuple[str, str, int]:
        try:
            return _origin(url)
        except ValueError as error:
            raise DepositError(
                _(
                    "{target} refers to {url!r}: {error}",
                    target=self._target,
                    url=url[:200],
                    error=error,
                )
            ) from error

    @contextlib.contextmanager
    def _open(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes | Iterable[bytes] | None,
    ) -> Iterator[httpx.Response]:
        import httpx

        url = self.url(path)
        try:
            for __ in range(6):
                login = self._login if self._origin_of(url) == self._origin else {}
                request = self._client.build_request(
                    method, url, headers={**headers, **login}, content=content
                )
                with contextlib.closing(self._client.send(request, stream=True)) as response:
                    response.extensions["network_stream"].has_head = True
                    _log.debug("%s %s answers %d", method, _bare(url), response.status_code)
                    if method not in _READING or not response.has_redirect_location:
                        yield response
                        return
                    url = self._joined(url, response.headers["location"])
                    if not url.startswith("https:"):
                        raise DepositError(
                            _(
                                "{target} redirects to an address that is not encrypted",
                                target=self._target,
                            ),
                            _("Nothing is read over plain http."),
                        )
            raise DepositError(_("{target} redirects too many times", target=self._target))
        except httpx.TransportError as error:
            raise self._lost(error) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DepositError(
                _(
                    "{target} sent an invalid answer: {redact}",
                    target=self._target,
                    redact=redact(str(error)),
                )
            ) from error

    def _joined(self, url: str, location: str) -> str:
        try:
            return urljoin(url, location)
        except ValueError as error:
            raise DepositError(
                _(
                    "{target} redirects to {location!r}: {error}",
                    target=self._target,
                    location=location[:200],
                    error=error,
                )
            ) from error

    def _lost(self, error: Exception) -> DepositError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return DepositError(
                    _(
                        "{target}: its certificate is not valid: {verify_message}",
                        target=self._target,
                        verify_message=cause.verify_message,
                    ),
                    _(
                        "Certificates are always verified. Name your own authority with "
                        "SSL_CERT_FILE."
                    ),
                )
            if isinstance(cause, socket.gaierror):
                return LostError(
                    _(
                        "{target} could not be reached: the name of the server was not found",
                        target=self._target,
                    ),
                    _("Check the address and your network, then run the same command again."),
                )
            if isinstance(cause, ConnectionRefusedError):
                return LostError(
                    _(
                        "{target} could not be reached: no server answers at that address",
                        target=self._target,
                    ),
                    _("Check the address. If it is right, run the same command again later."),
                )
            cause = cause.__cause__ or cause.__context__
        words = redact(str(error)) or type(error).__name__
        return LostError(
            _(
                "{target} could not be reached, or did not finish: {words}",
                target=self._target,
                words=words,
            )
        )

    def _complete_body(self, response: httpx.Response) -> bytes:
        """Return the body of an answer, within limits of bytes and time."""
        end = time.monotonic() + SECONDS
        body = bytearray()
        for block in self._blocks(response):
            body += block
            if len(body) > limits.SERVER_ANSWER.value:
                raise DepositError(
                    _(
                        "{target} answers with more than {value} bytes",
                        target=self._target,
                        value=limits.SERVER_ANSWER.value,
                    ),
                    limits.SERVER_ANSWER.hint,
                )
            if time.monotonic() > end:
                raise LostError(_("{target} answers too slowly", target=self._target))
        return bytes(body)

    def _blocks(self, response: httpx.Response) -> Iterator[bytes]:
        import httpx

        if (encoding := response.headers.get("content-encoding", "identity")) != "identity":
            message = _(
                "{target} answers in an unwanted encoding: {encoding!r}",
                target=self._target,
                encoding=encoding[:50],
            )
            raise DepositError(message)
        try:
            yield from response.iter_raw()
        except httpx.TransportError as error:
            raise self._lost(error) from error

    def _accepted(
        self,
        method: str,
        path: str,
        response: httpx.Response,
        body: bytes,
        expect: Collection[int],
        hint: str = "",
    ) -> Reply:
        """Return an answer with an expected status; raise an error for any other."""
        status = response.status_code
        if status in expect:
            return Reply(status, dict(response.headers), body, self._target)
        words = _words(response, body)
        what = _(
            "{target} answers {status} to {method} {value}{words}",
            target=self._target,
            status=status,
            method=method,
            value=urlsplit(path).path or "/",
            words=words,
        )
        if status in _BUSY:
            raise LostError(what, after=_retry_after(response))
        if status in (401, 403) or (status == 400 and b"CSRF" in body):
            # InvenioRDM answers 400 and names CSRF if a request has no login.
            unused = unused_variable(self._name)
            raise DepositError(
                what,
                _(
                    "Check the login: it may be wrong, may have expired, or may lack the "
                    "right to do this. Store a new one: archive-pkg login {name}",
                    name=self._name,
                )
                if self._login
                else f"Store a login for {self._name}: archive-pkg login {self._name}"
                + (f"; {unused}" if unused else ""),
            )
        if 300 <= status < 400:
            where = urlsplit(response.headers.get("location", "")).hostname or "elsewhere"
            raise DepositError(
                _("{what}, a redirect to {where}", what=what, where=where),
                _("Redirects are not followed. Use the new address of the repository."),
            )
        raise DepositError(what, hint)


def _bare(url: str) -> str:
    """Return an address without its user and its query, which can be secret."""
    parts = urlsplit(url)
    return redact(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


def segments(path: str) -> str:
    """Return a path with every segment escaped for use in an address.

    Raises:
        DepositError: A segment is "." or "..", which would lead to a different place.
    """
    if {".", ".."} & set(path.split("/")):
        raise DepositError(_("{path!r} would point to another place in the repository", path=path))
    return "/".join(quote(step, safe="") for step in path.split("/"))


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port


def _transport() -> httpx.HTTPTransport:
    """Return a transport whose connections time out if an answer is too slow in total."""
    import httpcore
    import httpx

    class Paced(httpcore.NetworkStream):
        """A connection that times out if the answer to a request is too slow.

        The head must be complete after a minute: a server could send interim answers without end.
        After that minute, the average rate must be at least `_SLOWEST`.

        Attributes:
            has_head: Whether the head of the answer has been read.
        """

        def __init__(self, stream: httpcore.NetworkStream) -> None:
            self._stream = stream
            self._since: float | None = None
            self._count = 0
            self.has_head = False

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            now = time.monotonic()
            if self._since is None:
                self._since, self._count = now, 0
            took = now - self._since
            if took > SECONDS and not self.has_head:
                raise httpcore.ReadTimeout(f"it does not answer within {SECONDS:g} seconds")
            if took > SECONDS and self._count < took * _SLOWEST:
                raise httpcore.ReadTimeout(f"it sends less than {_SLOWEST} bytes a second")
            data = self._stream.read(max_bytes, timeout)
            self._count += len(data)
            return data

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._since, self.has_head = None, False
            self._stream.write(buffer, timeout)

        def close(self) -> None:
            self._stream.close()

        def start_tls(
            self,
            ssl_context: ssl.SSLContext,
            server_hostname: str | None = None,
            timeout: float | None = None,
        ) -> httpcore.NetworkStream:
            return Paced(self._stream.start_tls(ssl_context, server_hostname, timeout))

        def get_extra_info(self, info: str) -> Any:
            return self._stream.get_extra_info(info)

    class Backend(httpcore.SyncBackend):
        def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
            return Paced(super().connect_tcp(*args, **options))

    transport = httpx.HTTPTransport(verify=_certificates(), trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_certificates(),
        max_connections=32,
        max_keepalive_connections=16,
        network_backend=Backend(),
    )
    return transport


def _certificates() -> ssl.SSLContext:
    own = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if any(own):
        return ssl.create_default_context(cafile=own[0] or None, capath=own[1] or None)
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the server asks to wait (RFC 9110, 10.2.3); None if it does not."""
    said = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", said):
        return float(said)
    with contextlib.suppress(TypeError, ValueError):
        when = email.utils.parsedate_to_datetime(said)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    return None


def _words(response: httpx.Response, body: bytes) -> str:
    """Return the server's message about an error, shortened, after a colon; "" if there is none."""
    text = body[:20000].decode("utf-8", "replace")
    if "json" in response.headers.get("content-type", ""):
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            said = read_json(body[:20000])
            errors = said.get("errors") or []
            parts = [str(said.get("message", ""))] + [
                f"{each.get('field', '')}: {' '.join(map(str, each.get('messages', [])))}"
                for each in errors
                if isinstance(each, dict)
            ]
            text = "; ".join(part for part in parts if part)
    else:
        text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.S | re.I)
        text = re.sub(r"<[^>]*>", " ", text)
    text = " ".join(redact(text).split())
    return f": {text[:300]}" if text else ""
