"""Serve a review on this machine until the reviewer ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archive_pkg.errors import UsageError
from archive_pkg.storage.processes import STOP_SIGNALS
from archive_pkg.web.review.guard import Guard, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import uvicorn

    from archive_pkg.web.review.app import Review

HOST = "127.0.0.1"
_OPENING_PAGE = """<!DOCTYPE html>
<meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Review</title>
<meta http-equiv="refresh" content="0; url={address}">
<a href="{address}">Open the review</a>
"""
_BACKLOG = 64
_MOST_CONNECTIONS = 200
"""Other users can open connections, too. A browser opens six."""


@dataclass(slots=True)
class Server:
    """A server that listens; `run` answers requests.

    Attributes:
        port: The port.
        keys: The secrets that a browser needs.
    """

    port: int
    keys: Keys
    _socket: socket.socket
    _server: uvicorn.Server
    _guard: Guard

    @property
    def address(self) -> str:
        """The address that opens the review, for the reviewer to see and copy."""
        return f"http://{HOST}:{self.port}/?token={self.keys.token}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Path]:
        """Write a file that opens the review in a browser, and let signals stop the server.

        Other users can read the command line of a browser, so it must not contain the token. Only
        this user can read the file. The end of the block removes it and restores the signal
        handlers.
        """
        before = {number: signal.signal(number, self._stop_on_signal) for number in STOP_SIGNALS}
        try:
            with TemporaryDirectory(prefix="archive-pkg-review-") as folder:
                path = Path(folder, "review.html")
                path.write_text(_OPENING_PAGE.format(address=self.address), encoding="utf-8")
                yield path
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self) -> None:
        """Serve until ctrl-C, SIGTERM, SIGHUP or the page's own button stops the server."""
        with contextlib.closing(self._socket):
            asyncio.run(self._server.serve(sockets=[self._socket]))

    def _stop_on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse new requests, and stop after the current ones. A second call stops at once."""
        self._guard.ended = True
        if self._server.should_exit:
            self._server.force_exit = True
        self._server.should_exit = True


def listen(review: Review, port: int = 0) -> Server:
    """Return a server that listens on a port of this machine.

    Args:
        review: The review, whose page can stop the server.
        port: The port; 0 for a free one.

    Raises:
        UsageError: The port is in use or not allowed.
    """
    import uvicorn

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        why = (error.strerror or str(error)).lower()
        raise UsageError(
            f"port {port} of this machine cannot be used: {why}",
            "Leave out --port to use a free port.",
        ) from error
    port = listening.getsockname()[1]
    keys = Keys()
    review.base = f"/{keys.path}"
    guard = Guard(review.app(), keys, port)
    config = uvicorn.Config(
        guard,
        lifespan="off",
        ws="none",
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        http=protocol(),
        backlog=_BACKLOG,
    )
    server = Server(port, keys, listening, _uvicorn()(config), guard)
    review.stop = server.stop
    return server


def _uvicorn() -> type[uvicorn.Server]:
    import uvicorn

    class ServerWithoutSignals(uvicorn.Server):
        """A server that ignores signals: uvicorn would raise them again after a normal end."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return ServerWithoutSignals


def protocol() -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with limits on slow and idle connections.

    The head of a request must arrive within the keep-alive time. If too many connections are open,
    the oldest idle one is closed.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    opened: dict[H11Protocol, None] = {}

    class LimitedProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            opened[self] = None
            if len(opened) > _MOST_CONNECTIONS:
                idle = (one for one in opened if one.cycle is None or one.cycle.response_complete)
                oldest = next(idle, self)
                del opened[oldest]
                oldest.transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            opened.pop(self, None)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            # Only a complete head stops the timer; in uvicorn any byte does.
            self.conn.receive_data(data)
            self.handle_events()

    return LimitedProtocol
