"""Read the requests of a review, and answer them with pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.web.review.display import environment

if TYPE_CHECKING:
    from starlette.requests import Request


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


def page(template: str, *, base: str, status: int = 200, **context: Any) -> Response:
    """Return a page made from a template."""
    return HTMLResponse(environment().get_template(template).render(base=base, **context), status)


def error_response(request: Request, error: Exception) -> Response:
    """Return a response that shows an error."""
    assert isinstance(error, ArchivePkgError)  # noqa: S101  registered for this class only
    status = 500 if isinstance(error, StorageError) else 404 if request.method == "GET" else 400
    if "text/html" in request.headers.get("accept", ""):
        return page("error.html", base=request.scope["root_path"], status=status, error=error)
    return JSONResponse({"message": error.message, "hint": error.hint}, status)
