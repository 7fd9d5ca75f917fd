"""Talking to a repository over HTTPS: patient, bounded, and never telling a secret elsewhere.

Every request goes to the one origin that the user named, with its login; a redirect to another is
followed only to read, and without the login. Certificates are always verified; an authority of
one's own is named with SSL_CERT_FILE. What is lost raises LostError, and whoever asked looks what
became of it before asking again.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import os
import re
import ssl
import time
import weakref
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from archive_pkg.deposits.credentials import redact, unused_variable
from archive_pkg.deposits.repositories import LostError
from archive_pkg.errors import DepositError
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import httpx

SECONDS = 60.0
"""How long a server may be silent, and how long an answer that is no file may take in all."""
ANSWER_LIMIT = 32 * 1024 * 1024
_SLOWEST = 1024
"""Bytes a second, over a minute, below which a download is given up as lost."""
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_READING = {"GET", "HEAD", "PROPFIND"}


class Reply:
    """What a server answered.

    Attributes:
        status: The HTTP status.
        headers: Its headers; names in lower case.
        body: Its body.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, target: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self._target = target

    def json(self, *names: str) -> Any:
        """The body, which has to be a JSON object that has these names.

        Raises:
            LostError: It is not; something in between answered, or it was cut short.
        """
        with contextlib.suppress(ValueError):
            found = json.loads(self.body)
            if isinstance(found, dict) and all(name in found for name in names):
                return found
        raise LostError(
            f"{self._target} answered {self.status} with something else than was asked for",
            "is that the address of the repository, or does a proxy answer in its place?",
        )


class Web:
    """One server, one pool of connections, for all threads."""

    def __init__(self, base: str, target: str, name: str, login: Mapping[str, str]) -> None:
        """Take the server.

        Args:
            base: The address that all paths are below, `https://host[:port]/path`.
            target: The repository's address, for messages.
            name: What its secrets are called by.
            login: Headers that let us in, sent to this server and no other.
        """
        import httpx

        self.base = base.rstrip("/")
        self._origin = _origin(base)
        self._target = target
        self._name, self._login = name, dict(login)
        self._client = httpx.Client(
            verify=_certificates(),
            timeout=httpx.Timeout(SECONDS, connect=20.0),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
            follow_redirects=False,
            headers={"User-Agent": SOFTWARE.replace(" ", "/")},
            trust_env=False,
        )
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
        """Send a request and read the answer whole.

        Args:
            method: The HTTP method.
            path: Below the base; already escaped. Or a whole address on the same origin.
            expect: Statuses that the caller knows what to do with.
            headers: More headers.
            content: A body.
            length: The body's bytes, where it is an iterable.
            data: A body to send as JSON.
            hint: What to do where the server refuses.

        Raises:
            LostError: No whole answer came, or the server asks for patience.
            DepositError: The server refuses.
        """
        sent = dict(headers or {})
        if data is not None:
            content = json.dumps(data, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if length is not None:
            sent["Content-Length"] = str(length)
        with self._open(method, path, sent, content) as response:
            body = self._whole(response)
            return self._judged(method, path, response, body, expect, hint)

    @contextlib.contextmanager
    def download(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[Iterator[bytes]]:
        """The bytes of a file as they lie there, not compressed on their way.

        Raises:
            LostError: They end before their time.
            DepositError: The server refuses.
        """
        asked = {"Accept-Encoding": "identity", **(headers or {})}
        with self._open("GET", path, asked, None) as response:
            if response.status_code != 200:
                self._judged("GET", path, response, self._whole(response), {200})
            yield self._blocks(response)

    def url(self, path: str) -> str:
        """A path's whole address, which must be on the server's own origin.

        Raises:
            DepositError: It is on another.
        """
        url = path if "://" in path else f"{self.base}/{path.lstrip('/')}" if path else self.base
        if _origin(url) != self._origin:
            raise DepositError(
                f"{self._target} refers to {urlsplit(url).hostname}, where nothing is sent",
                "is that address the repository's own? name it as it names itself",
            )
        return url

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
            for _ in range(6):
                login = self._login if _origin(url) == self._origin else {}
                request = self._client.build_request(
                    method, url, headers={**headers, **login}, content=content
                )
                with contextlib.closing(self._client.send(request, stream=True)) as response:
                    if method not in _READING or not response.has_redirect_location:
                        yield response
                        return
                    url = urljoin(url, response.headers["location"])
                    if urlsplit(url).scheme != "https":
                        raise DepositError(
                            f"{self._target} leads on to an address that is not encrypted",
                            "nothing is read over plain http",
                        )
            raise DepositError(f"{self._target} leads from one address to the next without end")
        except httpx.TransportError as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> DepositError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return DepositError(
                    f"{self._target}: its certificate is not good: {cause.verify_message}",
                    "certificates are always verified; name an authority of your own with "
                    "SSL_CERT_FILE",
                )
            cause = cause.__cause__ or cause.__context__
        words = redact(str(error)) or type(error).__name__
        return LostError(f"{self._target} could not be reached, or broke off: {words}")

    def _whole(self, response: httpx.Response) -> bytes:
        """The body of an answer, within a limit of bytes and of time."""
        end = time.monotonic() + SECONDS
        body = bytearray()
        for block in response.iter_bytes():
            body += block
            if len(body) > ANSWER_LIMIT:
                raise DepositError(f"{self._target} answers with more than {ANSWER_LIMIT} bytes")
            if time.monotonic() > end:
                raise LostError(f"{self._target} answers too slowly")
        return bytes(body)

    def _blocks(self, response: httpx.Response) -> Iterator[bytes]:
        import httpx

        begun, count = time.monotonic(), 0
        try:
            for block in response.iter_raw(1 << 20):
                count += len(block)
                took = time.monotonic() - begun
                if took > SECONDS and count < _SLOWEST * took:
                    raise LostError(f"{self._target} sends too slowly")
                yield block
        except httpx.TransportError as error:
            raise self._lost(error) from error

    def _judged(
        self,
        method: str,
        path: str,
        response: httpx.Response,
        body: bytes,
        expect: Collection[int],
        hint: str = "",
    ) -> Reply:
        status = response.status_code
        if status in expect:
            return Reply(status, dict(response.headers), body, self._target)
        words = _words(response, body)
        what = f"{self._target} answers {status} to {method} {urlsplit(path).path or '/'}{words}"
        if status in _BUSY:
            raise LostError(what, after=_retry_after(response))
        if status in (401, 403) or (status == 400 and b"CSRF" in body):
            # Of somebody whom it does not know, InvenioRDM asks what a browser would send.
            unused = unused_variable(self._name)
            raise DepositError(
                what,
                "is the login right, and may it do this? a token may have expired"
                if self._login
                else f"no login for {self._name} is known here: archive-pkg login {self._name}"
                + (f"; {unused}" if unused else ""),
            )
        if 300 <= status < 400:
            where = urlsplit(response.headers.get("location", "")).hostname or "elsewhere"
            raise DepositError(
                f"{what}, a redirect to {where}", "it is not followed; name the repository there"
            )
        raise DepositError(what, hint)


def segments(path: str) -> str:
    """A path with every segment escaped for an address."""
    return "/".join(quote(step, safe="") for step in path.split("/"))


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port


def _certificates() -> ssl.SSLContext:
    own = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if any(own):
        return ssl.create_default_context(cafile=own[0] or None, capath=own[1] or None)
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks to wait (RFC 9110, 10.2.3)."""
    said = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", said):
        return float(said)
    with contextlib.suppress(TypeError, ValueError):
        when = email.utils.parsedate_to_datetime(said)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    return None


def _words(response: httpx.Response, body: bytes) -> str:
    """The server's own words on an error, in short."""
    text = body[:20000].decode("utf-8", "replace")
    if "json" in response.headers.get("content-type", ""):
        with contextlib.suppress(ValueError, AttributeError):
            said = json.loads(text)
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
