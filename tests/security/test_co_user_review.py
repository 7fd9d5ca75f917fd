"""Another user of the machine cannot take over a review that is open in a browser."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from uvicorn.server import ServerState

from archive_pkg.web.review import serving
from program import PATIENCE, command, started, wait_until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from playwright.sync_api import Browser

    from browsing import Server
    from security.conftest import Machine

WATCHER = """
import glob, os, sys, threading
seen = set()
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
print("watching")
while not ended.is_set():
    files = glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ")
    files += glob.glob("/tmp/archive-pkg-review-*/*") + glob.glob("/tmp/archive-pkg-review-*")
    for file in files:
        try:
            with open(file, "rb") as opened:
                seen.add(opened.read())
        except OSError:
            pass
    if any(words.startswith(b"/bin/sh\\0") and b"review.html" in words for words in seen):
        open(sys.argv[1], "w").close()
sys.stdout.buffer.write(b"\\n".join(seen))
"""
BROWSER = """#!/bin/sh
# Starts slowly, as browsers do: its words have been read before it opens the file.
until [ -e "$NOTICED" ]; do sleep 0.02; done
cp "${1#file://}" "$OPENED"
"""


def test_incomplete_requests_do_not_block_the_review(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_MOST_CONNECTIONS", 5)

    async def app(scope: object, receive: object, send: Callable[..., Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def flooded() -> None:
        config: Any = uvicorn.Config(app, http=serving.protocol())
        config.timeout_keep_alive = 0.3
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: config.http_protocol_class(config, state, {}),
            "127.0.0.1",
        )
        async with server:
            port = server.sockets[0].getsockname()[1]

            async def half() -> asyncio.StreamReader:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
                kept.append(writer)
                return reader

            kept: list[asyncio.StreamWriter] = []
            halves = [await half() for _ in range(20)]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
            assert len(state.connections) <= 5
            assert (
                await asyncio.wait_for(halves[-1].read(), 20) == b""
            )  # it was closed after its time limit
            for one in (*kept, writer):
                one.close()

    asyncio.run(flooded())


def test_the_command_lines_that_others_can_see_do_not_contain_the_token_of_the_review(
    machine: Machine, tmp_path: Path
) -> None:
    browser, opened = tmp_path / "browser.sh", tmp_path / "opened.html"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    noticed = machine.shared / "noticed"
    environment = {
        **os.environ,
        "BROWSER": f"{browser} %s",
        "NOTICED": str(noticed),
        "OPENED": str(opened),
    }
    words = command("review", tmp_path, "--json")
    with machine.stranger.start("-u", "-c", WATCHER, noticed) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "watching\n"
        with started(words, env=environment) as review:
            assert review.stdout is not None
            said = json.loads(review.stdout.readline())
            wait_until(lambda: opened.exists() and opened.read_text(), review)
            seen, _ = watcher.communicate()
            review.terminate()
            review.communicate(timeout=PATIENCE)
    token = said["url"].partition("token=")[2]
    assert said["url"] in opened.read_text()  # the browser of the user opens the review
    assert f"review {tmp_path}" in seen.replace("\0", " ")  # the other user saw the command
    assert Path(said["file"]).name in seen  # and the command line of the browser
    assert token not in seen
    assert not Path(said["file"]).parent.exists()


LISTENER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, "|", self.headers.get("Cookie"), "|", self.headers.get("Referer"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<script>fetch('/again')</script>")
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port)
server.serve_forever()
"""


@pytest.fixture
def listener(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """A server of the other user; the first line of its output is its port."""
    with machine.stranger.start("-u", "-c", LISTENER) as process:
        yield process
        process.kill()


@pytest.mark.browser
def test_the_cookie_of_the_review_is_not_sent_to_other_ports(
    listener: subprocess.Popen[str],
    serve: Callable[..., Server],
    browser: Browser,
) -> None:
    assert listener.stdout is not None
    port = int(listener.stdout.readline())
    server = serve()
    context = browser.new_context()
    own = context.new_page()
    own.goto(server.opening_file.as_uri())
    own.get_by_role("button", name="Create draft").wait_for()
    assert "token" not in own.url
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["path"] == f"{urlsplit(own.url).path.rpartition('/')[0]}/"
    # A link in the review, and a page of another site that links to it.
    own.evaluate("url => window.open(url)", f"http://127.0.0.1:{port}/linked")
    context.new_page().goto(f"http://127.0.0.1:{port}/first")
    context.new_page().goto(f"http://localhost:{port}/other")
    got: list[list[str]] = []
    while [path for path, *_ in got].count("/again") < 3:
        got.append(listener.stdout.readline().split(" | "))
    assert {path for path, *_ in got} >= {"/linked", "/first", "/other"}
    assert {sent for _, sent, _ in got} == {"None"}
    assert not [referrer for *_, referrer in got if cookie["path"] in referrer]
    context.close()
    # The cookie alone is not enough, either.
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(url.hostname), int(url.port or 0))
    for path in ("/", "/?all", "/letters/x"):
        connection.request("GET", path, headers={"Cookie": f"{cookie['name']}={cookie['value']}"})
        answer = connection.getresponse()
        assert (answer.status, b"Read it" in answer.read()) == (403, False)
    connection.close()
