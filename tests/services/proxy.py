"""A proxy between client and server that causes network failures.

It ends TLS with a certificate of the tests and passes requests on to the real server. At the
request that a test names, it causes a failure: before the server gets the request, after the server
has done its work (so that only the answer is lost), or in the answer.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOPBACK = "127.0.0.1"
_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}


@dataclass
class Fault:
    """One kind of failure, and the exchanges in which it happens.

    Attributes:
        harm: The kind of failure.
        at: The number of the first exchange among the matching ones, from 0.
        method: Only exchanges with this method; all if empty.
        path: Only exchanges with this in their path.
        headers: The headers of answers that the proxy makes itself.
        times: The number of consecutive exchanges.
    """

    harm: str
    at: int = 0
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    seen: int = 0
    done: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if self.method not in ("", method) or self.path not in path:
            return False
        self.seen += 1
        if self.seen > self.at and self.done < self.times:
            self.done += 1
            return True
        return False


class Proxy:
    """A proxy on the loopback interface, in threads of this process.

    Attributes:
        port: Where it listens.
        fault: The failure that it causes; None to pass everything on.
        exchanges: Every request that came, as method and path.
        authorizations: The Authorization headers that came.
    """

    def __init__(
        self, upstream: int, certificate: Path | None, key: Path | None, ca: Path | None
    ) -> None:
        """Take the server's port, and for TLS the certificate, key and authority."""
        self.fault: Fault | None = None
        self.exchanges: list[tuple[str, str]] = []
        self.authorizations: list[str] = []
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def log_message(self, *words: object) -> None:
                pass

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()
                    return
                self.close_connection = True

            def __getattr__(self, name: str) -> Callable[[], None]:
                if name.startswith("do_"):
                    return self.exchange
                raise AttributeError(name)

            def exchange(self) -> None:
                proxy.handle(self)

        self.upstream = upstream
        self.trust = ssl.create_default_context(cafile=str(ca)) if ca else None
        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        if certificate and key:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, client: BaseHTTPRequestHandler) -> None:
        method, path = client.command, client.path
        with self.lock:
            self.exchanges.append((method, path))
            if given := client.headers.get("Authorization"):
                self.authorizations.append(given)
            fault = self.fault if self.fault and self.fault.strikes(method, path) else None
        harm = fault.harm if fault else ""
        if harm == "reset before":
            self._reset(client)
            return
        if harm == "reset midway":
            client.rfile.read(int(client.headers.get("Content-Length") or 0) // 2)
            self._reset(client)
            return
        body = self._body(client)
        if fault and harm.isdigit():
            self._answer(client, int(harm), fault.headers, b"<html>bad day</html>")
            return
        if fault and harm == "html":
            self._answer(client, 200, {"Content-Type": "text/html"}, b"<html>Sign in</html>")
            return
        if fault and harm == "lie":
            self._answer(client, 200, {"Content-Type": "application/json"}, b"{}")
            return
        if fault and harm == "redirect":
            self._answer(client, 302, fault.headers, b"")
            return
        if harm == "spoil request":
            body = bytes([body[0] ^ 1]) + body[1:] if body else body
        status, headers, answer = self._ask(client, body)
        if harm == "reset after":
            self._reset(client)
            return
        if harm == "truncate":
            self._head(client, status, headers, len(answer) + 10)
            client.wfile.write(answer[: len(answer) // 2])
            client.wfile.flush()
            self._reset(client)
            return
        if harm == "spoil answer":
            answer = (
                answer.replace(b'"md5:', b'"md5:0', 1)
                if b'"md5:' in answer
                else (bytes([answer[0] ^ 1]) + answer[1:] if answer else answer)
            )
        if harm == "drip":
            self._head(client, status, headers, len(answer))
            for byte in answer[:40]:
                client.wfile.write(bytes([byte]))
                client.wfile.flush()
                time.sleep(0.1)  # four seconds together
            self._reset(client)
            return
        self._head(client, status, headers, len(answer), method)
        if method != "HEAD":
            client.wfile.write(answer)

    def _body(self, client: BaseHTTPRequestHandler) -> bytes:
        if "chunked" in client.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(client.rfile.readline().split(b";")[0], 16):
                body += client.rfile.read(size)
                client.rfile.readline()
            client.rfile.readline()
            return body
        return client.rfile.read(int(client.headers.get("Content-Length") or 0))

    def _ask(
        self, client: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = (
            http.client.HTTPSConnection(LOOPBACK, self.upstream, timeout=60, context=self.trust)
            if self.trust
            else http.client.HTTPConnection(LOOPBACK, self.upstream, timeout=60)
        )
        with contextlib.closing(connection):
            connection.putrequest(
                client.command, client.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in client.headers.items():
                if name.lower() not in {*_HOP, "content-length", "expect"}:
                    connection.putheader(name, value)
            if body or client.command in ("PUT", "POST"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()

    def _answer(
        self, client: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        self._head(client, status, list(headers.items()), len(body))
        client.wfile.write(body)

    def _head(
        self,
        client: BaseHTTPRequestHandler,
        status: int,
        headers: list[tuple[str, str]],
        length: int,
        method: str = "",
    ) -> None:
        client.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {*_HOP, "content-length"} or (
                method == "HEAD" and name.lower() == "content-length"
            ):
                client.send_header(name, value)
        if method != "HEAD" and status not in (204, 304):
            client.send_header("Content-Length", str(length))
        client.end_headers()

    def _reset(self, client: BaseHTTPRequestHandler) -> None:
        client.close_connection = True
        raw = client.connection
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            raw.close()


@contextlib.contextmanager
def before(
    upstream: int, certificate: Path | None = None, key: Path | None = None, ca: Path | None = None
) -> Iterator[Proxy]:
    """Run a proxy in front of a server during a block."""
    proxy = Proxy(upstream, certificate, key, ca)
    try:
        yield proxy
    finally:
        proxy.close()


class Cutter:
    """A proxy for TCP that resets the connection after some bytes.

    Attributes:
        port: Where it listens.
        left: Bytes from the client that still pass; None for all.
    """

    def __init__(self, upstream: int) -> None:
        self.left: int | None = None
        self._upstream = upstream
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((LOOPBACK, self._upstream))
            for source, target, counts in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._pump, args=(source, target, counts), daemon=True
                ).start()

    def _pump(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                if counts and self.left is not None:
                    if len(data) >= self.left:
                        self.left = None
                        break
                    self.left -= len(data)
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
