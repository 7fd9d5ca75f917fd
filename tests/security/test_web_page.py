"""A web page in another tab of the reviewer's browser cannot read or change the review."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from browsing import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Serves a page from another port of this machine."""
    pages: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(page: str) -> str:
        pages["/evil"] = page.encode()
        return f"http://127.0.0.1:{server.server_port}/evil"

    yield put
    server.shutdown()
    server.server_close()


EVIL = """<!doctype html><title>evil</title>
<iframe id="frame" src="{url}"></iframe>
<form id="form" action="{url}stop" method="post" enctype="text/plain" target="out">
<input name='{{"x":"' value='"}}'></form><iframe name="out"></iframe>
<img id="img" src="{url}letters/x"><script src="{url}static/review.js"></script>
<script>
const opened = (socket) => new Promise((resolve) => {{
  socket.onopen = socket.onmessage = () => resolve("open");
  socket.onerror = () => resolve("refused");
}});
window.done = (async () => {{
  const tried = {{}};
  for (const [name, options] of Object.entries({{
    read: {{}}, cookies: {{credentials: "include"}},
    private: {{targetAddressSpace: "private", credentials: "include"}},
    simple: {{method: "POST", mode: "no-cors", credentials: "include", body: "{{}}"}},
    json: {{method: "POST", credentials: "include", headers: {{"Content-Type": "application/json"}}, body: "{{}}"}},
    put: {{method: "PUT", credentials: "include", body: "{{}}"}},
  }})) {{
    try {{ const got = await fetch("{url}stop", options); tried[name] = got.type + (await got.text()); }}
    catch (error) {{ tried[name] = "refused"; }}
  }}
  tried.events = await opened(new EventSource("{url}", {{withCredentials: true}}));
  tried.socket = await opened(new WebSocket("{url}".replace("http:", "ws:")));
  document.getElementById("form").submit();
  navigator.sendBeacon("{url}stop", new Blob(["{{}}"], {{type: "text/plain"}}));
  await new Promise((resolve) => setTimeout(resolve, 500));
  try {{ tried.frame = frames[0].document.body.innerText; }} catch {{ tried.frame = "refused"; }}
  const popup = window.open("{url}");
  await new Promise((resolve) => setTimeout(resolve, 500));
  try {{ tried.popup = popup.document.body.innerText; }} catch {{ tried.popup = "refused"; }}
  return tried;
}})();
</script>"""  # noqa: E501


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_foreign_page_that_knows_the_secret_path_cannot_read_or_change_anything(
    host: str,
    serve: Callable[..., Server],
    tmp_path: Path,
    browser: Browser,
    elsewhere: Callable[[str], str],
) -> None:
    (tmp_path / "letter.txt").write_text("Dear Moe,\n\nThe plates have arrived.\n\nA. Lind\n")
    server = serve("letter.txt")
    # Not watched: the browser blocks the attempts of this page and reports them in the console.
    context = browser.new_context()
    own = context.new_page()
    own.goto(server.url)
    own.wait_for_selector(".card.current")
    before = server.file.read_bytes()
    secret = urlsplit(own.url).path.split("/")[1]
    evil = context.new_page()
    page = elsewhere(EVIL.format(url=server.url.partition("?")[0] + f"{secret}/"))
    evil.goto(page.replace("127.0.0.1", host))
    tried = evil.evaluate("window.done")
    assert set(tried.values()) == {"refused"}
    assert len(tried) == 10
    assert evil.evaluate("document.querySelector('#img').naturalWidth") == 0
    assert server.process.poll() is None
    assert server.file.read_bytes() == before
    own.reload()
    own.wait_for_selector(".card.current")
    context.close()


def test_the_address_of_the_review_is_not_sent_to_other_sites(
    serve: Callable[..., Server], browser: Browser, elsewhere: Callable[[str], str]
) -> None:
    server = serve()
    context = browser.new_context()
    page = context.new_page()
    sent = []
    context.on("request", lambda request: sent.append(request.all_headers()))
    page.goto(server.opening_file.as_uri())
    page.get_by_role("button", name="Create draft").wait_for()
    other = elsewhere("<p>hello</p>")
    page.evaluate("url => { location.href = url }", other)
    page.wait_for_url(other)
    assert page.evaluate("document.referrer") == ""
    assert not [headers["referer"] for headers in sent if headers.get("referer")]
    assert page.evaluate("window.opener") is None
    context.close()
