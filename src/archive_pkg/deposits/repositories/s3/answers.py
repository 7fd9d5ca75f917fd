"""Limit the time that an answer may take, because botocore and http.client do not."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60.0
"""Seconds that the head of an answer, or a complete answer that is not a file, may take."""


def limit_answer_time(session: Any) -> None:
    """Make connections of a session time out if no complete answer head arrives.

    Each interim answer before it, such as "100 Continue", must be complete in the same time.
    """
    for scheme, pool in session._pool_classes_by_scheme.items():
        connection = type("Connection", (_TimedConnection, pool.ConnectionCls), {})
        session._pool_classes_by_scheme[scheme] = type(
            "Pool", (pool,), {"ConnectionCls": connection}
        )


class _TimedConnection:
    """A connection that is shut down when the head of an answer takes too long."""

    sock: socket.socket

    def getresponse(self, *args: Any, **options: Any) -> Any:
        with self._timed():
            return super().getresponse(*args, **options)  # type: ignore[misc]

    def _consume_headers(self, file: Any) -> None:
        """Read the headers of "100 Continue".

        botocore's method never returns if the connection ends here.
        """
        with self._timed():
            while file.readline().strip():
                pass

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        too_late = threading.Event()

        def give_up() -> None:
            too_late.set()
            with contextlib.suppress(OSError):  # bypass TLS, which is in use
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

        timer = threading.Timer(SECONDS, give_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if too_late.is_set():
                raise TimeoutError(f"no answer came within {SECONDS:g} seconds")


class ReadBody:
    """The body of an answer that was read already, in the form that botocore expects."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self._body
