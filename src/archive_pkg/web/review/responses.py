"""Read the requests of a review, and answer them with pages."""

from __future__ import annotations

import json
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.messages import ENGLISH, language_wished, shown, within
from archive_pkg.web.review.display import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

P = ParamSpec("P")
R = TypeVar("R")


async def request_data(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request."""
    try:
        data = json.loads(await request.body())
        json.dumps(data, ensure_ascii=False).encode()  # rejects lone surrogates
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise UsageError("the request is not valid", "Reload the page.")
    return data


_wished: ContextVar[str] = ContextVar("wished", default=ENGLISH)
"""The language of the reader who makes the request. What is written into files stays English."""


class Speaking:
    """Answers each request in the language of `--language`, of the browser or of the project."""

    def __init__(self, app: ASGIApp, chosen: str | None, fallback: str) -> None:
        self._app, self._chosen, self._fallback = app, chosen, fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        accept = Headers(scope=scope).get("accept-language", "")
        token = _wished.set(self._chosen or language_wished(accept) or self._fallback)
        try:
            await self._app(scope, receive, send)
        finally:
            _wished.reset(token)


def reader_language() -> str:
    """Return the language of the reader who makes the request."""
    return _wished.get()


def for_reader(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function, which writes nothing, use the language of the reader."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with within(_wished.get()):
            return function(*args, **kwargs)

    return inner


@for_reader
def page(template: str, *, base: str, status: int = 200, **context: Any) -> Response:
    """Return a page made from a template."""
    return HTMLResponse(environment().get_template(template).render(base=base, **context), status)


def error_response(request: Request, error: Exception) -> Response:
    """Return a response that shows an error."""
    assert isinstance(error, ArchivePkgError)  # noqa: S101  registered for this class only
    status = 500 if isinstance(error, StorageError) else 404 if request.method == "GET" else 400
    if "text/html" in request.headers.get("accept", ""):
        return page("error.html", base=request.scope["root_path"], status=status, error=error)
    said = {"message": error.message, "hint": error.hint}
    return JSONResponse({key: shown(text, _wished.get()) for key, text in said.items()}, status)
