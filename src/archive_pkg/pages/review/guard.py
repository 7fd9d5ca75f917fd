"""Who may speak to the review: the browser that was given the address, from its own page.

The server listens on this machine only, and yet every page that the browser has open can send
requests to it. So each request is looked at before anything else is: where it is addressed, where
it comes from, whether it brings the session's cookie, how large it is.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
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
"""Most bytes that one request may bring: a letter of 4 MiB, every character of it escaped."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The content security policy: our own files, no inline script, no strange frame around it."""

_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_ASK = (
    "This page is for the browser in which the review was opened. Copy the whole address that "
    "archive-pkg printed, with its token, into the address bar."
)
_TOO_LARGE = 413, f"A request may bring {LARGEST} bytes."


@dataclass(slots=True)
class Keys:
    """What lets a browser in.

    Attributes:
        token: Stands in the address that is printed.
        tickets: Tokens that let in once: other users of the machine may see the words with which
            a browser is started.
        session: What the cookie has; a token is exchanged for it.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    tickets: set[str] = field(default_factory=set)

    def ticket(self) -> str:
        """A token that lets in once."""
        made = secrets.token_urlsafe(32)
        self.tickets.add(made)
        return made

    def opens(self, token: str) -> bool:
        """Whether a token lets in."""
        if _same(token, self.token):
            return True
        used = [ticket for ticket in self.tickets if _same(token, ticket)]
        self.tickets.difference_update(used)
        return bool(used)


class Guard:
    """Lets through what the reviewer's own page asks, and nothing else."""

    def __init__(self, app: App, keys: Keys, port: int) -> None:
        """Stand before an application.

        Args:
            app: What answers the requests that are let through.
            keys: What lets a browser in.
            port: The port of this machine that the server listens on.
        """
        self._app = app
        self._keys = keys
        self._host = f"127.0.0.1:{port}"
        # Browsers keep cookies by the machine, not by the port.
        self._cookie = f"archive-pkg-review-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        refusal = self._refusal(scope, headers)
        if refusal:
            await _answer(send, *refusal)
            return
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if token and scope["path"] == "/" and self._keys.opens(token):
            await self._let_in(send)
        elif not self._has_cookie(headers):
            await _answer(send, 403, _ASK)
        else:
            await self._pass(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[str, list[str]]) -> tuple[int, str] | None:
        """Why a request is not looked at any further: a status and words."""
        if headers.get("host", []) != [self._host]:
            return 403, f"This server answers for http://{self._host} only."
        site = headers.get("sec-fetch-site", [])
        if scope["method"] == "GET":
            if site not in ([], ["none"], ["same-origin"]):
                return 403, _ASK
        elif scope["method"] == "POST":
            if headers.get("origin", []) != [f"http://{self._host}"]:
                return 403, "Changes are taken from the review's own page only."
            if site not in ([], ["same-origin"]):
                return 403, "Changes are taken from the review's own page only."
            if headers.get("content-type", []) != ["application/json"]:
                return 415, "Changes are taken as JSON only."
        else:
            return 405, "GET and POST are answered only."
        length = headers.get("content-length", ["0"])[-1]
        if not length.isdecimal() or int(length) > LARGEST:
            return _TOO_LARGE
        return None

    def _has_cookie(self, headers: dict[str, list[str]]) -> bool:
        for line in headers.get("cookie", []):
            try:
                cookie = SimpleCookie(line).get(self._cookie)
            except CookieError:
                continue
            if cookie and _same(cookie.value, self._keys.session):
                return True
        return False

    async def _let_in(self, send: Send) -> None:
        cookie = f"{self._cookie}={self._keys.session}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", {"location": "/", "set-cookie": cookie})

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            await _answer(send, *_TOO_LARGE)
            return

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {key.decode("latin-1") for key, _ in message["headers"]}
                more = _HEADERS | {"content-security-policy": POLICY}
                message["headers"] = [
                    *message["headers"],
                    *(_raw(key, value) for key, value in more.items() if key not in own),
                ]
            await send(message)

        await self._app(scope, replay, shielded)


async def _body(receive: Receive) -> bytes | None:
    """All that a request brings; None where that is more than it may."""
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
    said = _HEADERS | {"content-security-policy": POLICY, "content-type": "text/plain"}
    said |= {"content-length": str(len(body))} | (headers or {})
    raw = [_raw(key, value) for key, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _raw(key: str, value: str) -> tuple[bytes, bytes]:
    return key.encode("latin-1"), value.encode("latin-1")


def _same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return hmac.compare_digest(one.encode(), other.encode())
