"""A hostile repository server, and a receipt that leads to one."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg import deposits
from archive_pkg.deposits import credentials
from archive_pkg.errors import InvalidError, UsageError
from certificates import certify
from program import Run

FINGERPRINT = "0" * 64
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A server that answers as it is told, and remembers what it was sent.

    Attributes:
        port: Its port.
        answer: Answers each request.
        got: The headers of each request.
    """

    port: int
    answer: Answer = field(default=lambda handler: handler.send_error(404))
    got: list[dict[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def sends(self, body: bytes | str | dict[str, Any], status: int = 200, **headers: str) -> None:
        """Answer everything with this body."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        data = data.encode() if isinstance(data, str) else data

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.answer = answer


def _started(context: ssl.SSLContext | None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.got.append({key.lower(): value for key, value in self.headers.items()})
            with contextlib.suppress(OSError):  # the other side has had enough
                told.answer(self)
            self.close_connection = True

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self.do_GET
            raise AttributeError(name)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    told = Server(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def plain() -> Iterator[Server]:
    """A server without encryption."""
    yield from _started(None)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    ca, certificate, key = certify(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return ca, context


@pytest.fixture
def server(tls: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that has a certificate and knows the token."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
    for told in _started(tls[1]):
        name = f"ARCHIVE_PKG_{credentials.environment_name(told.name)}"
        monkeypatch.setenv(f"{name}_TOKEN", "the-token")
        monkeypatch.setenv(f"{name}_USER", "me")
        monkeypatch.setenv(f"{name}_PASSWORD", "the-password")
        yield told


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("archive_pkg.deposits.patience.PAUSES", ())
    monkeypatch.setattr("archive_pkg.deposits.credentials._from_keyring", lambda name: None)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "the-secret-key",
        "AWS_SESSION_TOKEN": "the-session-token",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)


def receipt(folder: Path, target: str, **more: Any) -> Path:
    """A receipt that anybody could have written."""
    file = {"path": "letter.zip", "size": 1, "sha256": "1" * 64, "algorithm": "sha256"}
    said = {
        "target": target,
        "kind": target.partition(":")[0],
        "client": "archive-pkg 0.1.0",
        "packaging": "BagIt 1.0 (RFC 8493), as a zip",
        "package": "letter",
        "fingerprint": FINGERPRINT,
        "manifests": {},
        "payload_oxum": "1.1",
        "remote_id": "x/",
        "version": "v1",
        "location": "x",
        "files": [file | {"expected": "1" * 64, "stored": "1" * 64}],
        "verified": "read-back",
        "started": "2026-11-29T12:40:54Z",
        "ended": "2026-11-29T12:40:55Z",
        "answer": {},
    } | more
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{said['kind'].partition('+')[0]}-0-v1.json"
    path.write_text(json.dumps(said))
    return path


# --- receipts lead nowhere that the user did not name


@pytest.mark.parametrize(
    "target",
    [
        "s3://any?endpoint=http://127.0.0.1:{port}",
        "inveniordm+https://127.0.0.1:{port}",
        "dataverse+https://127.0.0.1:{port}/letters",
        "sword2+https://127.0.0.1:{port}/1/letters/",
        "davs://127.0.0.1:{port}/drop",
        "sftp://127.0.0.1:{port}/drop",
        "zenodo:",
    ],
)
def test_a_receipt_sends_no_request_to_a_server_that_was_not_named(
    target: str, server: Server, run: Run, tmp_path: Path
) -> None:
    address = target.format(port=server.port)
    forged = receipt(tmp_path / "letter.receipts", address)
    done = run("fetch", forged, "--out", tmp_path / "back")
    assert done.returncode == 2
    assert "you have not named it" in done.stderr
    assert f"--repository {address}" in done.stderr.replace("'", "")
    done = run("receipts", tmp_path / "letter", "--check", "--json")
    assert done.returncode == 2
    other = f"s3://other?endpoint=http://127.0.0.1:{server.port}"
    done = run("fetch", forged, "--out", tmp_path / "back", "--repository", other)
    assert done.returncode == 2
    assert server.got == []
    assert not (tmp_path / "back").exists()


def test_a_named_server_is_asked_with_the_login(plain: Server, run: Run, tmp_path: Path) -> None:
    address = f"s3://any?endpoint=http://127.0.0.1:{plain.port}"
    named = receipt(tmp_path, address)
    done = run("fetch", named, "--out", tmp_path / "back", "--repository", address)
    assert done.returncode == 4
    assert [headers["x-amz-security-token"] for headers in plain.got] == ["the-session-token"]


def test_a_receipt_of_a_folder_here_needs_no_name(run: Run, tmp_path: Path) -> None:
    done = run("fetch", receipt(tmp_path, f"file:{tmp_path / 'drop'}"), "--out", tmp_path / "back")
    assert done.returncode == 4
    assert "does not hold" in done.stderr


def test_what_a_receipt_says_is_safe_to_paste(run: Run, tmp_path: Path) -> None:
    forged = receipt(tmp_path, "davs://example.org/$(touch x)`touch y`'; touch z")
    done = run("fetch", forged, "--out", tmp_path / "back")
    quoted = "'davs://example.org/$(touch x)`touch y`'\"'\"'; touch z'"
    assert f"--repository {quoted}" in done.stderr
    with pytest.raises(InvalidError, match="cannot be seen"):
        deposits.load_receipt(receipt(tmp_path, "davs://example.org/\x1b[2J"))


# --- a login belongs to one server

_LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,3}[a-z0-9])?", fullmatch=True)
_NAMES = st.builds(
    lambda labels, port: ".".join(labels) + (f":{port}" if port else ""),
    st.lists(_LABELS, min_size=1, max_size=3),
    st.sampled_from([0, 80, 8443]),
)


@given(_NAMES, _NAMES)
def test_no_two_servers_share_a_variable(one: str, other: str) -> None:
    names = {credentials.environment_name(one), credentials.environment_name(other)}
    assert len(names) == len({one, other})
    assert all(name.isidentifier() or name[0].isdigit() for name in names)


def test_a_login_is_for_one_host_and_one_port(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine drop.example.org login me password of-drop\n")
    monkeypatch.setenv("ARCHIVE_PKG_DATA_EXAMPLE_ORG_TOKEN", "of-data")
    assert credentials.find_token("data.example.org") == "of-data"
    assert credentials.find_token("drop.example.org") == "of-drop"
    for other in ("data-example.org", "data.example-org", "data.example.org:8443"):
        assert credentials.find_token(other) is None
    assert credentials.login("drop.example.org:8443") is None
    monkeypatch.setenv("ARCHIVE_PKG_DATA_EXAMPLE_ORG_port_8443_TOKEN", "of-8443")
    assert credentials.find_token("data.example.org:8443") == "of-8443"


def test_a_variable_of_the_old_form_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_DATA_EXAMPLE_ORG_TOKEN", "x")
    finding = deposits.repositories.login_lacking("x", "data-example.org:8443")
    assert "ARCHIVE_PKG_DATA_EXAMPLE_ORG_TOKEN is set, but is not for data-example.org:8443" in (
        finding.message
    )
    assert "ARCHIVE_PKG_DATA__EXAMPLE_ORG_port_8443_TOKEN" in finding.hint
    assert "is set" not in deposits.repositories.login_lacking("x", "data.example.com").message


@pytest.mark.parametrize("host", ["zenodo", "zenodo.sandbox"])
def test_no_server_borrows_the_name_of_zenodo(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_ZENODO_TOKEN", "of-zenodo")
    with pytest.raises(UsageError, match="mistaken"):
        deposits.repository_for(f"inveniordm+https://{host}")


@pytest.mark.parametrize("scheme", ["davs", "sftp", "inveniordm+https", "sword2+https", "s3"])
@pytest.mark.parametrize(
    "rest",
    [
        "exa$(id)mple.org/x",
        "-oProxyCommand=id/x",
        "a..b/x",
        "a-.b/x",
        "a;b/x",
        "exam\nple.org/x",
        "example.org\x00/x",
        "example.org\u202e/x",
        "me;id@example.org/x",
        "-oX@example.org/x",
        "me:hunter2@example.org/x",
        "me:hun/ter2@example.org/x",
        "[::1/x",
        "example.org:99999/x",
    ],
)
def test_no_host_or_user_has_signs_that_mean_something(scheme: str, rest: str) -> None:
    with pytest.raises(UsageError) as refusal:
        deposits.repository_for(f"{scheme}://{rest}")
    assert "hunter2" not in str(refusal.value)
    assert "ter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("s3://b?endpoint=http://127.0.0.1:9000", True),
        ("s3://b?endpoint=http://[::1]:9000", True),
        ("s3://b?endpoint=http://localhost:9000", True),
        ("s3://b?endpoint=https://s3.example.org", True),
        ("s3://b?endpoint=http://s3.example.org&http=yes", True),
        ("s3://b?endpoint=http://s3.example.org", False),
        ("s3://b?endpoint=http://127.0.0.1.example.org", False),
        ("s3://b?endpoint=http://10.0.0.1&http=no", False),
        ("s3://b?endpoint=ftp://s3.example.org", False),
    ],
)
def test_plain_http_reaches_this_machine_only(address: str, allowed: bool) -> None:
    if allowed:
        target = deposits.repository_for(address).target
        assert deposits.repository_for(target).target == target
    else:
        with pytest.raises(UsageError, match="plain http"):
            deposits.repository_for(address)


def test_plain_http_goes_to_no_proxy(
    plain: Server, monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{plain.port}")
    address = "s3://any?endpoint=http://127.0.0.1:9"
    named = receipt(tmp_path, address)
    done = run("fetch", named, "--out", tmp_path / "back", "--repository", address)
    assert done.returncode == 4
    assert plain.got == []
