"""A time-stamping authority on loopback: `openssl ts` behind a tiny HTTP server."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:false
"""
NAME = "Test time-stamping authority"
EC = "ec -pkeyopt ec_paramgen_curve:P-256"


class Authority:
    """An authority: its keys and certificates in a folder, and its answers."""

    def __init__(self, folder: Path, name: str = NAME) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.ca = folder / "ca.pem"
        self.answer: bytes | None = None
        self.status = 200
        self.url = ""
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._openssl(
            f"req -x509 -newkey {EC} -nodes -keyout ca.key -out ca.pem -days 3650 -subj '/CN=Root'"
        )
        subject = shlex.quote(f"/O=Test/CN={name}")
        self._openssl(f"req -utf8 -newkey {EC} -nodes -keyout tsa.key -out tsa.csr -subj {subject}")
        self._openssl(
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem "
            "-days 3650 -extfile tsa.cnf -extensions extensions"
        )

    def reply(self, query: bytes) -> bytes:
        """Return the answer to a query: that of `openssl ts`, unless the test sets another."""
        if self.answer is not None:
            return self.answer
        (self.folder / "query.tsq").write_bytes(query)
        self._openssl("ts -reply -config tsa.cnf -section tsa -queryfile query.tsq -out reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def _openssl(self, command: str) -> None:
        words = ["openssl", *shlex.split(command)]
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)


@contextlib.contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """Let the authority answer at an address during a block; the block gets the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = authority.reply(query)
            asked = self.headers["Content-Type"] == "application/timestamp-query"
            self.send_response(authority.status if asked else 415)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield authority.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
