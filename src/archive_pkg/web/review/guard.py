"""Pass on only requests from the reviewer's own page, and refuse all others.

The server listens on this machine only, but every user of the machine can connect to it, and every
page that the browser has open can send requests to it. So the guard first checks the host,
origin, secrets and size of each request.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST = 16 * 1024 * 1024
"""The largest request in bytes: a letter of 4 MiB grows when it is written as JSON."""

UPLOAD = "files"
"""The path of uploads of files, which are not JSON and can be larger."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The content security policy: only our own files, no inline script, no frames."""

_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_NOT_OPENED = (
    "This page only works in the browser that opened the review. Copy the complete address that "
    "archive-pkg printed, with its token, into the address bar."
)
_ENTRANCE = """<!DOCTYPE html>
<link rel="icon" href="data:,"><title>Review</title><a href="{root}">Open the review</a>
"""
_ENDED = 410, "The review has ended. All changes are saved."
_TOO_LARGE = 413, f"A request can have up to {LARGEST} bytes."


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of a review, each of 256 random bits.

    Attributes:
        token: A part of the address that opens the review. The guard exchanges it for the others.
        path: The first segment of every path in the review. Cookies are not limited to a port, so
            without a secret path a browser would also send this cookie to servers of other users.
        session: The value of the cookie.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    path: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class Guard:
    """ASGI middleware that refuses all requests except those of the reviewer's own page.

    Attributes:
        ended: Whether the review has ended, so that all requests are refused.
    """

    def __init__(self, app: App, keys: Keys, port: int) -> None:
        """Guard an application.

        Args:
            app: The application, below the root path `/<keys.path>`.
            keys: The secrets that a browser needs.
            port: The port that the server listens on.
        """
        self._app = app
        self._keys = keys
        self._host = f"127.0.0.1:{port}"
        self._root = f"/{keys.path}"
        self._cookie = f"archive-pkg-review-{port}"
        self.ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        refusal = _ENDED if self.ended else self._refusal(scope, headers)
        if refusal:
            await _answer(send, *refusal)
        elif scope["path"] == "/":
            await self._enter(scope, send)
        elif self._is_own(headers) and self._has_secrets(scope, headers):
            await self._pass(scope, receive, send)
        else:
            await _answer(send, 403, _NOT_OPENED)

    def _refusal(self, scope: Scope, headers: dict[str, list[str]]) -> tuple[int, str] | None:
        """Return the status and message if the method or a header of a request is refused."""
        if headers.get("host", []) != [self._host]:
            return 403, f"This server only answers requests to http://{self._host}."
        if scope["method"] == "POST":
            if headers.get("origin", []) != [f"http://{self._host}"]:
                return 403, "Only the review's own page can make changes."
            if headers.get("sec-fetch-site", []) not in ([], ["same-origin"]):
                return 403, "Only the review's own page can make changes."
            # A form cannot send either type; another page would have to ask first.
            wanted = "application/octet-stream" if self._is_upload(scope) else "application/json"
            if headers.get("content-type", []) != [wanted]:
                return 415, "Changes are accepted as JSON only."
        elif scope["method"] != "GET":
            return 405, "Only GET and POST are answered."
        length = headers.get("content-length", ["0"])[-1]
        if not length.isdecimal() or (int(length) > LARGEST and not self._is_upload(scope)):
            return _TOO_LARGE
        return None

    def _is_upload(self, scope: Scope) -> bool:
        """Return whether a request sends a file, whose size the application limits."""
        # The secret in the path is compared elsewhere, in constant time.
        _, _, inside = scope["path"][1:].partition("/")
        return bool(scope["method"] == "POST" and inside == UPLOAD)

    def _has_cookie(self, headers: dict[str, list[str]]) -> bool:
        for line in headers.get("cookie", []):
            for pair in line.split(";"):
                name, _, value = pair.strip().partition("=")
                if name == self._cookie and _same(value, self._keys.session):
                    return True
        return False

    def _is_own(self, headers: dict[str, list[str]]) -> bool:
        """Return whether the browser says that the review itself or its user made the request.

        The result is True, too, if the browser says nothing about this.
        """
        return headers.get("sec-fetch-site", []) in ([], ["none"], ["same-origin"])

    def _has_secrets(self, scope: Scope, headers: dict[str, list[str]]) -> bool:
        """Return whether a request has both the path and the cookie."""
        first, slash, _ = scope["path"][1:].partition("/")
        return bool(slash) and _same(first, self._keys.path) and self._has_cookie(headers)

    async def _enter(self, scope: Scope, send: Send) -> None:
        """Exchange the token for the cookie and the path.

        When a local file opens this address, browsers withhold a cookie with SameSite=Strict after
        a redirect. They send it if a page loads the review by a refresh, so we answer with one.
        """
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not _same(token, self._keys.token):
            await _answer(send, 403, _NOT_OPENED)
            return
        root = f"{self._root}/"
        headers = {
            "content-type": "text/html; charset=utf-8",
            "refresh": f"0; url={root}",
            "set-cookie": f"{self._cookie}={self._keys.session}; Path={root}; HttpOnly; "
            "SameSite=Strict",
        }
        await _answer(send, 200, _ENTRANCE.format(root=root), headers)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = None if self._is_upload(scope) else await _body(receive)
        if body is None and not self._is_upload(scope):
            await _answer(send, *_TOO_LARGE)
            return

        async def replay() -> Message:
            nonlocal body
            if body is None:
                return await receive()  # the file, or the end of the connection
            read, body = body, None
            return {"type": "http.request", "body": read, "more_body": False}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {key.decode("latin-1") for key, _ in message["headers"]}
                more = _HEADERS | {"content-security-policy": POLICY}
                message["headers"] = [
                    *message["headers"],
                    *(_raw(key, value) for key, value in more.items() if key not in own),
                ]
            await send(message)

        await self._app({**scope, "root_path": self._root}, replay, send_with_headers)


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST:
            return None
    return body


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in scope["headers"]:
        found.setdefault(key.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


async def _answer(
    send: Send, status: int, text: str, headers: dict[str, str] | None = None
) -> None:
    body = text.encode()
    fields = _HEADERS | {"content-security-policy": POLICY, "content-type": "text/plain"}
    fields |= {"content-length": str(len(body))} | (headers or {})
    raw = [_raw(key, value) for key, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _raw(key: str, value: str) -> tuple[bytes, bytes]:
    return key.encode("latin-1"), value.encode("latin-1")


def _same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
