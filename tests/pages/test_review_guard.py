"""Who may speak to the review, and what a letter can do to it: strangers and letters do nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg.errors import StorageError
from archive_pkg.pages.review import Opened, Review, Reviewer
from archive_pkg.pages.review import guard as guards
from archive_pkg.pages.review.guard import Guard, Keys

HERE = "http://127.0.0.1:8000"
HOSTILE = (
    "Moscow, 18 July 1960\n\n"
    "Dear <script>alert(1)</script> Comrades</textarea><img src=x onerror=alert(1)>!\n\n"
    "We \u202edeceive\u202c \"quote' and <!-- comment\u2066 --> {{ 7 * 7 }} {% raw %} & &lt;\n\n"
    "With greetings,\n\nN. KHRUSHCHEV\n"
)
OWN = {"origin": HERE, "sec-fetch-site": "same-origin"}


@pytest.fixture
def review(tmp_path: Path) -> Review:
    letter = tmp_path / "opened" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text(HOSTILE, encoding="utf-8")
    return Review(Opened.with_letter(letter), Reviewer("Jane Doe", asked=True))


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def stranger(review: Review, keys: Keys) -> TestClient:
    """A browser that was not given the address."""
    review.base = f"/{keys.path}"
    guard = Guard(review.app(), keys, 8000)
    return TestClient(guard, base_url=f"{HERE}{review.base}", follow_redirects=False)


@pytest.fixture
def own(stranger: TestClient, keys: Keys) -> TestClient:
    """The browser that was."""
    assert stranger.get(f"{HERE}/?token={keys.token}").status_code == 200
    return stranger


@pytest.fixture
def state(review: Review) -> dict[str, Any]:
    ((key, desk),) = review.opened.desks().items()
    return {"key": key, "seen": desk.look().digest, "file": desk.file}


def test_nothing_is_shown_without_the_token(
    stranger: TestClient, state: dict[str, Any], keys: Keys
) -> None:
    paths = ("/", "/?token=", "/?token=x", f"/{keys.path}", f"/{keys.path}x/", "/static/review.js")
    for path in (*(HERE + path for path in paths), "/", f"/letters/{state['key']}", "/static/x"):
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "KHRUSHCHEV" not in answer.text
        assert keys.path not in answer.text
    assert stranger.post("/stop", json={}, headers=OWN).status_code == 403


def test_the_cookie_without_the_path_opens_nothing(own: TestClient, state: dict[str, Any]) -> None:
    (cookie,) = own.cookies.jar
    sent = {"cookie": f"{cookie.name}={cookie.value}"}
    for path in ("/", f"/letters/{state['key']}", f"/guess/letters/{state['key']}", "//"):
        assert own.get(HERE + path, headers=sent).status_code == 403
    assert own.get(f"/letters/{state['key']}", headers=sent).status_code == 200


def test_the_token_is_exchanged_for_a_strict_cookie_of_a_secret_path(
    stranger: TestClient, keys: Keys
) -> None:
    # A browser that is sent on by a local file says that it comes from elsewhere.
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
    compared = []
    known = guards.hmac.compare_digest
    monkeypatch.setattr(
        guards.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or known(a, b)
    )
    assert stranger.get(f"{HERE}/?token=guess").status_code == 403
    assert stranger.get(f"{HERE}/guess/").status_code == 403
    assert compared == [(b"guess", keys.token.encode()), (b"guess", keys.path.encode())]


@pytest.mark.parametrize(
    "host", ["localhost:8000", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil:8000"]
)
def test_another_hosts_name_is_refused(own: TestClient, host: str) -> None:
    assert own.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_may_not_even_read(own: TestClient, site: str) -> None:
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
def test_another_page_changes_nothing(
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
def test_what_a_plain_form_can_send_is_not_taken(own: TestClient, kind: str) -> None:
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
    assert own.post("/paste", content=b"x" * 1001, headers=headers).status_code == 413

    def unsaid():
        yield from [b"x" * 600, b"x" * 600]

    assert own.post("/paste", content=unsaid(), headers=headers).status_code == 413
    odd = headers | {"content-length": "-1"}
    assert own.post("/paste", content=b"", headers=odd).status_code == 413


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff"])
def test_what_is_no_request_is_refused_in_plain_words(own: TestClient, body: bytes) -> None:
    answer = own.post("/paste", content=body, headers=OWN | {"content-type": "application/json"})
    assert answer.status_code == 400
    assert "load the page anew" in answer.json()["hint"]


def test_every_answer_has_the_policy(own: TestClient, state: dict[str, Any]) -> None:
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
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_no_script_or_style_stands_in_a_page(
    own: TestClient, state: dict[str, Any], keys: Keys
) -> None:
    for path in ("/?all", f"/letters/{state['key']}", f"/letters/{state['key']}?edit=closing"):
        page = html.fromstring(own.get(path).text)
        assert page.xpath("//script/@src") == [f"/{keys.path}/static/review.js"]
        assert not page.xpath("//script[text()]|//style|//@style|//img|//iframe")
        assert not [name for name in page.xpath("//@*") if name.attrname.startswith("on")]


def test_a_hostile_letter_is_shown_as_it_is(own: TestClient, state: dict[str, Any]) -> None:
    page = html.fromstring(own.get(f"/letters/{state['key']}").text)
    shown = "\n".join(line.text_content() for line in page.xpath("//p[contains(@class, 'line')]"))
    signs = page.xpath("//*[contains(@class, 'text')]//*[@class='sign']/@data-sign")
    assert signs == ["U+202E", "U+202C", "U+2066"]
    bare = HOSTILE
    for sign in "\u202e\u202c\u2066":
        bare = bare.replace(sign, "")
    assert shown.split("\n") == [line for line in bare.split("\n") if line]
    assert "\u202e" not in page.text_content()


def test_hostile_words_in_a_form_come_back_as_words(own: TestClient, state: dict[str, Any]) -> None:
    evil = "</textarea></form><script>alert(1)</script>"
    asked = {"seen": state["seen"], "field": "title", "values": {"value": evil + "\x00"}}
    answer = own.post(f"/letters/{state['key']}/correct", json=asked, headers=OWN)
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    (entered,) = page.xpath("//article[@data-field='title']//input[@name='value']/@value")
    assert entered.startswith(evil)
    assert not page.xpath("//script[text()]")


@pytest.mark.parametrize(
    "key", ["%2e%2e", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%00b", "records", "0" * 16]
)
def test_no_request_names_a_path(own: TestClient, key: str) -> None:
    for path in (f"/letters/{key}", f"/letters/{key}/page", f"/letters/{key}/state"):
        answer = own.get(path)
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text
    assert own.get(f"/static/{key}").status_code in (303, 404)
    assert own.post("/draft", json={"key": key}, headers=OWN).status_code == 400


def test_nothing_outside_the_folder_is_read_or_written(tmp_path: Path) -> None:
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
    opened = Opened(inside)
    assert opened.entries() == []
    assert opened.waiting() == []
    named = ["linked", "linked.txt", "pipe.txt", "real/record.yaml"]
    assert sorted(found.location.path for found in opened.left_out()) == named
    (inside / "records").symlink_to(outside)
    client = TestClient(Review(opened, Reviewer("x")).app(), base_url=HERE)
    answer = client.post("/paste", json={"text": "Dear Moe,\n\nHello.\n\nA. Lind\n"})
    assert answer.status_code == 400
    assert sorted(path.name for path in outside.iterdir()) == ["letter.txt", "record.yaml"]


def test_a_record_that_became_a_link_is_not_followed(
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
def test_what_is_no_letter_is_not_pasted(own: TestClient, review: Review, text: str) -> None:
    before = sorted(review.opened.root.rglob("*"))
    body = json.dumps({"text": text})
    headers = OWN | {"content-type": "application/json"}
    answer = own.post("/paste", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert sorted(review.opened.root.rglob("*")) == before


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
def test_a_pasted_letter_is_kept_to_the_byte(own: TestClient, review: Review, text: str) -> None:
    answer = own.post("/paste", json={"text": text}, headers=OWN)
    assert answer.status_code == 200, answer.text
    desk = review.opened.desk(answer.json()["address"].rpartition("/")[2])
    assert (desk.folder / "letter.txt").read_bytes() == text.encode()
    assert desk.look().report.ok


def test_a_letter_that_becomes_a_link_is_not_drafted(tmp_path: Path) -> None:
    inside, private = tmp_path / "inside", tmp_path / "private.txt"
    inside.mkdir()
    private.write_text("Dear Moe,\n\nSecret.\n\nA. Lind\n")
    (inside / "letter.txt").write_text("Dear Moe,\n\nHello.\n\nA. Lind\n")
    opened = Opened(inside)
    (waiting,) = opened.waiting()
    (inside / "letter.txt").unlink()
    (inside / "letter.txt").symlink_to(private)
    with pytest.raises(StorageError, match="a link"):
        opened.draft(waiting.key)
    assert not (inside / "records").exists()
