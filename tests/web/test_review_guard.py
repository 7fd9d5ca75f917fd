"""The review answers only the reviewer's browser, and hostile letters cannot harm it."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg.errors import StorageError
from archive_pkg.web.review import OpenedFolder, Review, Reviewer, listen
from archive_pkg.web.review import guard as guards
from archive_pkg.web.review.guard import Guard, Keys
from typed import content, elements, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "http://127.0.0.1:8000"
HOSTILE = (
    "Moscow, 18 July 1960\n\n"
    "Dear <script>alert(1)</script> Comrades</textarea><img src=x onerror=alert(1)>!\n\n"
    "We \u202edeceive\u202c \"quote' and <!-- comment\u2066 --> {{ 7 * 7 }} {% raw %} & &lt;\n\n"
    "With greetings,\n\nN. KHRUSHCHEV\n"
)
OWN = {"origin": HERE, "sec-fetch-site": "same-origin"}
SHIELDS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@pytest.fixture
def review(tmp_path: Path) -> Review:
    letter = tmp_path / "opened" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text(HOSTILE, encoding="utf-8")
    return Review(OpenedFolder.with_letter(letter), Reviewer("Jane Doe", confirmed=True))


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def stranger(review: Review, keys: Keys) -> TestClient:
    """A browser that was not opened with the token."""
    review.base = f"/{keys.path}"
    guard = Guard(review.app(), keys, 8000)
    return TestClient(guard, base_url=f"{HERE}{review.base}", follow_redirects=False)


@pytest.fixture
def own(stranger: TestClient, keys: Keys) -> TestClient:
    """The browser that opened the review with the token."""
    assert stranger.get(f"{HERE}/?token={keys.token}").status_code == 200
    return stranger


@pytest.fixture
def state(review: Review) -> dict[str, Any]:
    ((key, editor),) = review.folder.editors().items()
    return {"key": key, "seen": editor.read().digest, "file": editor.file}


def test_every_page_is_refused_without_the_token(
    stranger: TestClient, state: dict[str, Any], keys: Keys
) -> None:
    paths = ("/", "/?token=", "/?token=x", f"/{keys.path}", f"/{keys.path}x/", "/static/review.js")
    for path in (*(HERE + path for path in paths), "/", f"/letters/{state['key']}", "/static/x"):
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "KHRUSHCHEV" not in answer.text
        assert keys.path not in answer.text
    assert stranger.post("/stop", json={}, headers=OWN).status_code == 403


def test_the_cookie_without_the_secret_path_is_refused(
    own: TestClient, state: dict[str, Any]
) -> None:
    (cookie,) = own.cookies.jar
    sent = {"cookie": f"{cookie.name}={cookie.value}"}
    for path in ("/", f"/letters/{state['key']}", f"/guess/letters/{state['key']}", "//"):
        assert own.get(HERE + path, headers=sent).status_code == 403
    assert own.get(f"/letters/{state['key']}", headers=sent).status_code == 200


def test_each_review_has_its_own_cookie(own: TestClient, review: Review, keys: Keys) -> None:
    (cookie,) = own.cookies.jar
    assert cookie.name == "archive-pkg-review-8000"
    other = Guard(review.app(), keys, 8001)
    browser = TestClient(other, base_url="http://127.0.0.1:8001", follow_redirects=False)
    sent = {"cookie": f"{cookie.name}={cookie.value}"}
    assert browser.get(f"/{keys.path}/static/review.js", headers=sent).status_code == 403
    sent = {"cookie": f"archive-pkg-review-8001={cookie.value}"}
    assert browser.get(f"/{keys.path}/static/review.js", headers=sent).status_code == 200


@pytest.mark.parametrize(
    ("cookies", "status"),
    [
        (["other=1; {}"], 200),
        (["{}; other=1"], 200),
        (["other=1", "{}"], 200),
        (["a(b)=1; {}"], 200),
        (["archive-pkg-review-8000=x; {}"], 200),
        (["{}x"], 403),
        (["archive-pkg-review-8000="], 403),
        (["archive-pkg-review-8000"], 403),
        ([], 403),
    ],
)
def test_the_cookie_is_accepted_beside_other_cookies(
    stranger: TestClient, keys: Keys, cookies: list[str], status: int
) -> None:
    own = f"archive-pkg-review-8000={keys.session}"
    headers = [("cookie", line.format(own)) for line in cookies]
    assert stranger.get("/static/review.js", headers=headers).status_code == status


def test_the_secrets_of_a_review_are_long_and_differ() -> None:
    found = {
        secret for keys in (Keys(), Keys()) for secret in (keys.token, keys.path, keys.session)
    }
    assert len(found) == 6
    assert min(map(len, found)) == 43  # 256 bits in Base64


def test_the_token_is_exchanged_for_a_strict_cookie_of_a_secret_path(
    stranger: TestClient, keys: Keys
) -> None:
    # A browser that a local file redirects sends `cross-site`.
    answer = stranger.get(f"{HERE}/?token={keys.token}", headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["refresh"] == f"0; url=/{keys.path}/"
    assert keys.token not in answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path=/{keys.path}/;" in cookie
    assert keys.token not in cookie
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_secrets_are_compared_in_constant_time(
    stranger: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return known(one, other)

    known = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert stranger.get(f"{HERE}/?token=guess").status_code == 403
    assert stranger.get(f"{HERE}/guess/").status_code == 403
    assert compared == [(b"guess", keys.token.encode()), (b"guess", keys.path.encode())]


@pytest.mark.parametrize(
    "host", ["localhost:8000", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil:8000"]
)
def test_another_host_name_is_refused(own: TestClient, host: str) -> None:
    answer = own.get("/", headers={"host": host})
    assert (answer.status_code, answer.text) == (
        403,
        f"This server only answers requests to {HERE}.",
    )


@pytest.mark.parametrize("name", ["host", "origin", "sec-fetch-site", "content-type"])
def test_a_repeated_header_is_refused(own: TestClient, name: str) -> None:
    known = {"host": "127.0.0.1:8000", "content-type": "application/json", **OWN}
    assert own.post("/paste", content="{", headers=list(known.items())).status_code == 400
    for other in ("evil.example", known[name]):
        sent = [*known.items(), (name, other)]
        answer = own.post("/paste", content="{", headers=sent)
        assert answer.status_code == (415 if name == "content-type" else 403)


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_requests_of_the_reviewer_and_of_the_review_page_are_answered(
    own: TestClient, site: str
) -> None:
    assert own.get("/static/review.js", headers={"sec-fetch-site": site}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_requests_of_pages_of_other_sites_are_refused(own: TestClient, site: str) -> None:
    for path in ("/", "/static/review.js"):
        assert own.get(path, headers={"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
        {"origin": HERE, "sec-fetch-site": "same-site"},
        {"origin": HERE, "sec-fetch-site": "none"},
    ],
)
def test_changes_requested_by_pages_of_other_origins_are_refused(
    own: TestClient, state: dict[str, Any], headers: dict[str, str]
) -> None:
    before = state["file"].read_bytes()
    asked = {"seen": state["seen"], "field": "closing"}
    answer = own.post(f"/letters/{state['key']}/unknown", json=asked, headers=headers)
    assert answer.status_code == 403
    assert state["file"].read_bytes() == before
    mine = own.post(f"/letters/{state['key']}/unknown", json=asked, headers=OWN)
    assert mine.status_code == 200
    assert state["file"].read_bytes() != before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_content_types_of_plain_forms_are_refused(own: TestClient, kind: str) -> None:
    headers = OWN | {"content-type": kind}
    assert own.post("/stop", content="{}", headers=headers).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH"])
def test_other_methods_are_refused(own: TestClient, method: str) -> None:
    assert own.request(method, "/", headers=OWN).status_code == 405


def test_a_request_that_is_too_large_is_refused(
    own: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "LARGEST", 1000)
    headers = OWN | {"content-type": "application/json"}

    def in_pieces(*sizes: int) -> Iterator[bytes]:
        yield from (b"x" * size for size in sizes)

    for size, status in ((1000, 400), (1001, 413)):
        assert own.post("/paste", content=b"x" * size, headers=headers).status_code == status
        pieces = in_pieces(400, size - 400)
        assert own.post("/paste", content=pieces, headers=headers).status_code == status
    assert own.post("/paste", content=in_pieces(1001, 0), headers=headers).status_code == 413
    for length, status in (("-1", 413), ("x", 413), ("1001", 413), ("\xb2", 413), ("1000", 400)):
        odd = [(name.encode(), value.encode()) for name, value in headers.items()]
        odd.append((b"content-length", length.encode("latin-1")))
        assert own.post("/paste", content=b"", headers=odd).status_code == status


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff"])
def test_a_malformed_request_is_refused_with_a_message(own: TestClient, body: bytes) -> None:
    answer = own.post("/paste", content=body, headers=OWN | {"content-type": "application/json"})
    assert answer.status_code == 400
    assert "Reload the page" in answer.json()["hint"]


def test_every_response_has_the_security_headers(own: TestClient, state: dict[str, Any]) -> None:
    for path in ("/?all", f"/letters/{state['key']}", "/letters/none", "/nothing", "/static/x"):
        headers = own.get(path).headers
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert policy["trusted-types"] == "'none'"
        assert policy["connect-src"] == policy["form-action"] == "'self'"
        assert policy["img-src"] == "'self' data:"
        assert SHIELDS.items() <= dict(headers).items()


def test_every_refusal_has_the_security_headers(stranger: TestClient, keys: Keys) -> None:
    entrance = stranger.get(f"{HERE}/?token={keys.token}")
    stranger.cookies.clear()
    for answer in (
        entrance,
        stranger.get("/"),
        stranger.get(f"{HERE}/?token=x"),
        stranger.get("/", headers={"host": "evil.example"}),
        stranger.put("/"),
    ):
        assert SHIELDS.items() <= dict(answer.headers).items()
        assert answer.headers["content-security-policy"] == guards.POLICY
        assert int(answer.headers["content-length"]) == len(answer.content)
        is_page = answer is entrance
        assert answer.headers["content-type"].startswith("text/html" if is_page else "text/plain")
    assert f'<a href="/{keys.path}/">' in entrance.text


def test_headers_set_by_a_page_are_kept(keys: Keys) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        own = [(b"cache-control", b"max-age=1"), (b"x-frame-options", b"SAMEORIGIN")]
        message = await receive()
        assert (message["body"], message["more_body"]) == (b"", False)
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": scope["root_path"].encode()})

    browser = TestClient(Guard(app, keys, 8000), base_url=HERE)
    sent = {"cookie": f"archive-pkg-review-8000={keys.session}"}
    answer = browser.get(f"/{keys.path}/", headers=sent)
    assert answer.headers.get_list("cache-control") == ["max-age=1"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text == f"/{keys.path}"


def test_connections_other_than_http_are_not_answered(review: Review, keys: Keys) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def connect(kind: str, messages: list[dict[str, Any]]) -> None:
        scope = {
            "type": kind, "method": "GET", "path": f"/{keys.path}/", "query_string": b"",
            "headers": [
                (b"Host", b"127.0.0.1:8000"),
                (b"Cookie", f"archive-pkg-review-8000={keys.session}".encode()),
            ],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send(await receive())

        await Guard(app, keys, 8000)(scope, receive, send)

    asyncio.run(connect("websocket", []))
    assert sent == []
    gone: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.disconnect"},
    ]
    asyncio.run(connect("http", gone))
    assert sent == [{"type": "http.request", "body": b"", "more_body": False}]


def test_every_style_sheet_and_script_is_served(own: TestClient) -> None:
    page = html.fromstring(own.get("/?all").text)
    files = strings(page, "//link[@rel='stylesheet']/@href | //script/@src")
    assert [path.rpartition("/")[2] for path in files] == ["letter.css", "review.css", "review.js"]
    for path in (*files, "/static/text.js", "/static/patch.js"):
        assert own.get(HERE + path if path in files else path).text


def test_pages_have_no_inline_script_or_style(
    own: TestClient, state: dict[str, Any], keys: Keys
) -> None:
    for path in ("/?all", f"/letters/{state['key']}", f"/letters/{state['key']}?edit=closing"):
        page = html.fromstring(own.get(path).text)
        assert strings(page, "//script/@src") == [f"/{keys.path}/static/review.js"]
        assert not elements(page, "//script[text()]|//style|//*[@style]|//img|//iframe")
        assert not strings(page, "//@*[starts-with(name(), 'on')]")


def test_a_hostile_letter_is_shown_as_text(own: TestClient, state: dict[str, Any]) -> None:
    page = html.fromstring(own.get(f"/letters/{state['key']}").text)
    shown = "\n".join(content(line) for line in elements(page, "//p[contains(@class, 'line')]"))
    signs = strings(page, "//*[contains(@class, 'text')]//*[@class='sign']/@data-sign")
    assert signs == ["U+202E", "U+202C", "U+2066"]
    bare = HOSTILE
    for sign in "\u202e\u202c\u2066":
        bare = bare.replace(sign, "")
    assert shown.split("\n") == [line for line in bare.split("\n") if line]
    assert "\u202e" not in content(page)


def test_hostile_input_in_a_form_is_shown_again_as_text(
    own: TestClient, state: dict[str, Any]
) -> None:
    evil = "</textarea></form><script>alert(1)</script>"
    asked = {"seen": state["seen"], "field": "title", "values": {"self": evil + "\x00"}}
    answer = own.post(f"/letters/{state['key']}/correct", json=asked, headers=OWN)
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    (entered,) = strings(page, "//article[@data-field='title']//input[@name='self']/@value")
    assert entered.startswith(evil)
    assert not elements(page, "//script[text()]")


@pytest.mark.parametrize(
    "key", ["%2e%2e", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%00b", "records", "0" * 16]
)
def test_a_path_in_a_request_is_never_opened(own: TestClient, key: str) -> None:
    for path in (f"/letters/{key}", f"/letters/{key}/page", f"/letters/{key}/state"):
        answer = own.get(path)
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text
    assert own.get(f"/static/{key}").status_code in (303, 404)
    assert own.post("/draft", json={"key": key}, headers=OWN).status_code == 400


def test_links_to_files_outside_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "letter.txt").write_text("Dear Moe,\n\nSecret.\n\nA. Lind\n")
    (outside / "record.yaml").write_text("id: x\ntype: letter\ntitle: Secret\n")
    (inside / "linked").symlink_to(outside)
    (inside / "linked.txt").symlink_to(outside / "letter.txt")
    (inside / "real").mkdir()
    (inside / "real" / "record.yaml").symlink_to(outside / "record.yaml")
    os.mkfifo(inside / "pipe.txt")
    opened = OpenedFolder(inside)
    assert opened.letters() == ([], [])
    named = ["linked", "linked.txt", "pipe.txt", "real/record.yaml"]
    assert sorted(found.location.path for found in opened.left_out()) == named
    (inside / "records").symlink_to(outside)
    client = TestClient(Review(opened, Reviewer("x")).app(), base_url=HERE)
    answer = client.post("/paste", json={"text": "Dear Moe,\n\nHello.\n\nA. Lind\n"})
    assert answer.status_code == 400
    assert sorted(path.name for path in outside.iterdir()) == ["letter.txt", "record.yaml"]


def test_a_record_that_was_replaced_by_a_link_is_not_changed(
    own: TestClient, state: dict[str, Any], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    state["file"].rename(elsewhere)
    state["file"].symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    asked = {"seen": state["seen"], "field": "closing"}
    answer = own.post(f"/letters/{state['key']}/unknown", json=asked, headers=OWN)
    assert answer.status_code in (400, 500)
    assert elsewhere.read_bytes() == before
    assert state["file"].is_symlink()


@pytest.mark.parametrize("text", ["", " \n", "a\ud800b", "Dear\x00Moe"])
def test_an_empty_or_invalid_text_cannot_be_pasted(
    own: TestClient, review: Review, text: str
) -> None:
    before = sorted(review.folder.root.rglob("*"))
    body = json.dumps({"text": text})
    headers = OWN | {"content-type": "application/json"}
    answer = own.post("/paste", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert sorted(review.folder.root.rglob("*")) == before


@pytest.mark.parametrize(
    "text",
    [
        "Dear Moe,\r\n\r\nHello.\r\n\r\nA. Lind",
        "\ufeffDear Moe,\n\nHello.\n\nA. Lind\n",
        "Dear Moe,\r\rmixed\n\r\nends\u2028\u0085\n\nA. Lind",
        "مرحبا بك يا صديقي،\n\nهذا نص.\n",
        "Dear 𝔐oe 📷 e\u0301,\n\n\u00a0Hello.\n\nA. Lind\n",
    ],
)
def test_a_pasted_letter_is_saved_unchanged(own: TestClient, review: Review, text: str) -> None:
    answer = own.post("/paste", json={"text": text}, headers=OWN)
    assert answer.status_code == 200, answer.text
    editor = review.folder.editor(answer.json()["address"].rpartition("/")[2])
    assert (editor.folder / "letter.txt").read_bytes() == text.encode()
    assert editor.read().report.ok


def test_a_letter_that_was_replaced_by_a_link_is_not_drafted(tmp_path: Path) -> None:
    inside, private = tmp_path / "inside", tmp_path / "private.txt"
    inside.mkdir()
    private.write_text("Dear Moe,\n\nSecret.\n\nA. Lind\n")
    (inside / "letter.txt").write_text("Dear Moe,\n\nHello.\n\nA. Lind\n")
    opened = OpenedFolder(inside)
    _, (waiting,) = opened.letters()
    (inside / "letter.txt").unlink()
    (inside / "letter.txt").symlink_to(private)
    with pytest.raises(StorageError, match="a link"):
        opened.draft(waiting.key)
    assert not (inside / "records").exists()


def test_every_request_is_refused_after_the_end(review: Review) -> None:
    server = listen(review)
    with contextlib.closing(server._socket):
        app: Any = server._server.config.app
        client = TestClient(app, base_url=f"http://127.0.0.1:{server.port}")
        assert client.get(f"/?token={server.keys.token}").status_code == 200
        server.stop()
        for address in ("/", f"/?token={server.keys.token}", f"{review.base}/"):
            answer = client.get(address)
            assert (answer.status_code, "has ended" in answer.text) == (410, True)


def test_an_answer_that_is_sent_in_pieces_does_not_wait_for_the_request_again(keys: Keys) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        received.append(await receive())
        received.append(await receive())

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect" if received else "http.request", "body": b""}

    async def send(message: Any) -> None: ...

    received: list[Any] = []
    guard = Guard(app, keys, 8000)
    scope = {"type": "http", "method": "GET", "path": f"/{keys.path}/", "query_string": b""}
    cookie = f"archive-pkg-review-8000={keys.session}".encode()
    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", cookie)]
    asyncio.run(guard({**scope, "headers": headers}, receive, send))
    assert [message["type"] for message in received] == ["http.request", "http.disconnect"]
