"""Hostile repository servers, and receipts with the address of one."""

from __future__ import annotations

import contextlib
import gc
import gzip
import hashlib
import io
import json
import os
import shutil
import ssl
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg import deposits, limits
from archive_pkg.deposits import credentials
from archive_pkg.deposits.repositories.ocfl.objects import validate
from archive_pkg.deposits.repositories.s3 import S3Bucket
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.errors import DepositError, InvalidError, UsageError
from archive_pkg.packages import build_package
from certificates import certify
from program import Run

FINGERPRINT = "0" * 64
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A server with given answers, which records the requests.

    Attributes:
        port: Its port.
        answer: Answers each request.
        expected: Answers a request with "Expect: 100-continue" before its body.
        got: The headers of each request.
    """

    port: int
    answer: Answer = field(default=lambda handler: handler.send_error(404))
    expected: Answer | None = None
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
        protocol_version = "HTTP/1.1"  # answers "Expect: 100-continue"

        def handle_expect_100(self) -> bool:
            if reported.expected is None:
                return super().handle_expect_100()
            with contextlib.suppress(OSError):
                reported.expected(self)
            return False

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reported.got.append({key.lower(): value for key, value in self.headers.items()})
            with contextlib.suppress(OSError):  # the client has closed the connection
                reported.answer(self)
            self.close_connection = True

        def end_headers(self) -> None:
            self.send_header(
                "Connection", "close"
            )  # otherwise the next request would use a closed connection
            super().end_headers()

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
    reported = Server(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield reported
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
    """A server with a certificate; tokens and a login for it are set."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
    for trusted in _started(tls[1]):
        name = f"ARCHIVE_PKG_{credentials.environment_name(trusted.name)}"
        monkeypatch.setenv(f"{name}_TOKEN", "the-token")
        monkeypatch.setenv(f"{name}_USER", "me")
        monkeypatch.setenv(f"{name}_PASSWORD", "the-password")
        yield trusted


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("archive_pkg.deposits.retrying.PAUSES", ())
    monkeypatch.setattr("archive_pkg.deposits.repositories.s3.bucket._ATTEMPTS", 1)
    monkeypatch.setattr("archive_pkg.deposits.credentials._from_keyring", lambda name: None)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "the-secret-key",
        "AWS_SESSION_TOKEN": "the-session-token",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)


def receipt(folder: Path, target: str, **more: Any) -> Path:
    """Return a receipt that a stranger could have written."""
    file = {"path": "letter.zip", "size": 1, "sha256": "1" * 64, "algorithm": "sha256"}
    said = {
        "target": target,
        "kind": target.partition(":")[0],
        "client": "archive-pkg 0.2.0",
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


# --- addresses in receipts are not used unless the user named them


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
    assert "you have not named that server" in done.stderr
    assert f"--repository {address}" in done.stderr.replace("'", "")
    done = run("receipts", tmp_path / "letter", "--check", "--json")
    assert done.returncode == 2
    other = f"s3://other?endpoint=http://127.0.0.1:{server.port}"
    done = run("fetch", forged, "--out", tmp_path / "back", "--repository", other)
    assert done.returncode == 2
    assert server.got == []
    assert not (tmp_path / "back").exists()


def test_a_server_that_the_user_named_gets_the_login(
    plain: Server, run: Run, tmp_path: Path
) -> None:
    address = f"s3://any?endpoint=http://127.0.0.1:{plain.port}"
    named = receipt(tmp_path, address)
    done = run("fetch", named, "--out", tmp_path / "back", "--repository", address)
    assert done.returncode == 4
    assert [headers["x-amz-security-token"] for headers in plain.got] == ["the-session-token"]


def test_the_local_folder_of_a_receipt_need_not_be_named(run: Run, tmp_path: Path) -> None:
    done = run("fetch", receipt(tmp_path, f"file:{tmp_path / 'drop'}"), "--out", tmp_path / "back")
    assert done.returncode == 4
    assert "no longer holds" in done.stderr


def test_the_address_of_a_receipt_is_quoted_for_the_shell_in_hints(
    run: Run, tmp_path: Path
) -> None:
    forged = receipt(tmp_path, "davs://example.org/$(touch x)`touch y`'; touch z")
    done = run("fetch", forged, "--out", tmp_path / "back")
    quoted = "'davs://example.org/$(touch x)`touch y`'\"'\"'; touch z'"
    assert f"--repository {quoted}" in done.stderr
    with pytest.raises(InvalidError, match="invisible characters"):
        deposits.load_receipt(receipt(tmp_path, "davs://example.org/\x1b[2J"))


def test_the_files_of_an_ocfl_object_are_checked_before_they_are_read(
    built: Path, tmp_path: Path
) -> None:
    package, root = tmp_path / built.name, tmp_path / "root"
    shutil.copytree(built, package)
    done = deposits.deposit(package, f"ocfl:{root}")
    home = next(root.rglob("v1")).parent
    (letter,) = home.rglob("letter*.txt")
    odd = home / "v1/content/odd"

    def sparse() -> None:
        odd.touch()
        os.truncate(odd, 1 << 43)

    plants: dict[str, Callable[[], object]] = {
        "not a regular file": lambda: os.mkfifo(odd),
        "is not a regular": lambda: odd.symlink_to("/etc/passwd"),
        "sparse file": sparse,
    }
    for words, plant in plants.items():
        plant()
        with pytest.raises(DepositError, match=words):
            deposits.fetch(done.path, tmp_path / "back")
        with pytest.raises(DepositError, match=words):
            validate(home)
        odd.unlink()
    os.truncate(letter, 1 << 30)
    with pytest.raises(DepositError, match=r"1,073,741,824 bytes, but .* were deposited"):
        deposits.fetch(done.path, tmp_path / "back")
    letter.unlink()
    os.truncate(home / "v1/inventory.json", limits.JSON_SIZE.value + 1)
    with pytest.raises(DepositError, match="too large"):
        validate(home)


# --- a login is only sent to its server

_LABELS = st.text("a0-", min_size=1, max_size=4).filter(lambda label: label.strip("-") == label)
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


def test_a_login_is_used_only_for_its_host_and_port(
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
    finding = deposits.repository_interface.login_lacking("x", "data-example.org:8443")
    assert "ARCHIVE_PKG_DATA_EXAMPLE_ORG_TOKEN is set, but not for data-example.org:8443" in (
        finding.message
    )
    assert "ARCHIVE_PKG_DATA__EXAMPLE_ORG_port_8443_TOKEN" in finding.hint
    assert (
        "is set" not in deposits.repository_interface.login_lacking("x", "data.example.com").message
    )


@pytest.mark.parametrize("host", ["zenodo", "zenodo.sandbox"])
def test_a_host_that_could_be_mistaken_for_zenodo_is_refused(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
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
def test_hosts_and_users_with_special_characters_are_refused(scheme: str, rest: str) -> None:
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


def test_plain_http_does_not_use_a_proxy(
    plain: Server, monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{plain.port}")
    address = "s3://any?endpoint=http://127.0.0.1:9"
    named = receipt(tmp_path, address)
    done = run("fetch", named, "--out", tmp_path / "back", "--repository", address)
    assert done.returncode == 4
    assert plain.got == []


# --- every hostile answer gives one clear error

_RECORD = {"id": "r1", "links": {}, "metadata": {}}
_ENTRIES = {"entries": [{"key": "letter.zip"}], **_RECORD}
_ODD: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"5",
    b'"x"',
    b"{}",
    b"{" * 100_000,
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"id": "\xff"}',
    b'{"id": "\\ud800", "links": {}}',
    b'{"id": NaN, "links": {}}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"id": "a", "id": "b", "links": {}}',
    b'{"id": 5, "links": {}, "data": 5, "hits": 5, "entries": 5, "key": 5}',
    b'{"id": null, "links": {}, "data": {"latestVersion": null}}',
    b'{"id": "x", "links": {}, "data": {"latestVersion": {"files": [{"dataFile": 5}]}}}',
    b'{"id": "x", "links": {}, "data": {"latestVersion": {"files": {"dataFile": 5}}}}',
    b'{"id": "x", "links": [], "entries": [{"key": null}]}',
    b'{"id": "x", "links": {}, "entries": [{"key": "../x.zip"}, {"key": "..", "status": 5}]}',
    b'{"id": "x", "links": {}, "entries": [{"key": "\\u0000.zip"}], "pids": [], "versions": ""}',
    b"<html>502</html>",
    b"<feed/>",
    b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:link rel='edit' href='http://[::1'/></a:feed>",
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>",
    b"<x>" * 100_000,
    b"<?xml version='1.0' encoding='x'?><x/>",
    b"<D:multistatus xmlns:D='DAV:'><D:response><D:href>http://[::1/x</D:href><D:propstat><D:prop>"
    b"<D:getcontentlength>\xd9\xa3</D:getcontentlength></D:prop></D:propstat></D:response>"
    b"</D:multistatus>",
    b"<D:multistatus xmlns:D='DAV:'><D:response><D:href>/drop/x/a</D:href><D:propstat><D:prop>"
    b"<D:getcontentlength>1</D:getcontentlength></D:prop></D:propstat></D:response></D:multistatus>",
    b"<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Contents><Key>x/../../y</Key>"
    b"<Size>-1</Size><ETag>x</ETag></Contents></ListBucketResult>",
    b"<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Contents><Key>x/y</Key>"
    b"<Size>many</Size></Contents></ListBucketResult>",
    b"PK\x03\x04" + b"\x00" * 100,
]
_KINDS = {
    "inveniordm": "inveniordm+https://{}",
    "dataverse": "dataverse+https://{}/letters",
    "sword2": "sword2+https://{}/1/letters/",
    "webdav": "davs://{}/drop",
    "s3": "s3://bucket/p?endpoint=https://{}",
}


@pytest.fixture
def address(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a kind of repository at the server."""
    monkeypatch.setenv("AWS_CA_BUNDLE", os.environ["SSL_CERT_FILE"])
    monkeypatch.setattr(
        "archive_pkg.deposits.repositories.s3.bucket._ATTEMPTS", 1
    )  # botocore waits before its next attempt
    return _KINDS[request.param].format(server.name)


@pytest.mark.slow
@pytest.mark.parametrize("address", _KINDS, indirect=True)
@pytest.mark.parametrize("status", [200, 207, 404, 500])
def test_malformed_answers_to_a_fetch_raise_a_deposit_error(
    address: str, status: int, server: Server, tmp_path: Path
) -> None:
    remote = f"https://{server.name}/1/letters/1/" if address.startswith("sword") else "x/"
    slip = receipt(tmp_path, address, remote_id=remote)
    repository = deposits.repository_for(address)
    for number, body in enumerate(_ODD):
        server.sends(body, status)
        with pytest.raises(DepositError):
            deposits.fetch(slip, tmp_path / f"back-{number}", [repository])
        assert not (tmp_path / f"back-{number}" / "letter").exists()
        with contextlib.suppress(DepositError):
            deposits.check_receipt(slip, [repository])
        with contextlib.suppress(DepositError):
            repository.status(remote, "v1")


@pytest.mark.slow
@pytest.mark.parametrize("address", _KINDS, indirect=True)
def test_malformed_answers_to_a_deposit_raise_a_deposit_error(
    address: str, server: Server, letter: Path, tmp_path: Path
) -> None:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    more = {"inveniordm": "?publisher=x", "dataverse": "?contact=me@example.org"}
    address += more.get(address.partition("+")[0], "")
    repository = deposits.repository_for(address)
    for number, body in enumerate(_ODD):
        server.sends(body, 200 + number % 2)
        slips = tmp_path / f"slips-{number}"
        with pytest.raises(DepositError):
            deposits.deposit(package, repository, receipts=slips)
        assert not [*slips.rglob("*.json")]


# urllib3 does not close the connection if it cannot parse the Location header. The garbage
# collector does, so it is called here, not in a later test.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
@pytest.mark.parametrize("address", _KINDS, indirect=True)
@pytest.mark.parametrize(
    "location", ["http://[::1/", "//[", "https://127.0.0.1:1/\x7f", "x" * 70000]
)
def test_malformed_redirects_raise_a_deposit_error(
    address: str, location: str, server: Server, tmp_path: Path
) -> None:
    server.sends(b"", 302, Location=location)
    remote = f"https://{server.name}/1/letters/1/" if address.startswith("sword") else "x/"
    with pytest.raises(DepositError):
        deposits.fetch(receipt(tmp_path, address, remote_id=remote), tmp_path / "back", [address])
    gc.collect()


@pytest.mark.parametrize("address", _KINDS, indirect=True)
def test_an_answer_over_the_limit_is_refused(
    address: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "server-answer=100000")

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 10_000)

    server.answer = answer
    remote = f"https://{server.name}/1/letters/1/" if address.startswith("sword") else "x/"
    with pytest.raises(DepositError, match="answers with more than 100000 bytes"):
        deposits.fetch(receipt(tmp_path, address, remote_id=remote), tmp_path / "back", [address])


@pytest.mark.parametrize("address", _KINDS, indirect=True)
@pytest.mark.parametrize("where", ["headers", "body", "chunks", "interim"])
def test_a_server_that_sends_too_slowly_is_disconnected(
    address: str, where: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive_pkg.deposits.http.client.SECONDS", 0.2)
    monkeypatch.setattr("archive_pkg.deposits.repositories.s3.answers.SECONDS", 0.2)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        while where == "interim":
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\nX: " + b"x" * 1000 + b"\r\n\r\n")
            time.sleep(0.02)
        start = {
            "headers": b"X: ",
            "body": b"\r\n",
            "chunks": b"Transfer-Encoding: chunked\r\n\r\n",
        }
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + start[where])
        while True:
            handler.wfile.write(b"1\r\n \r\n" if where == "chunks" else b" ")
            time.sleep(0.02)

    server.answer = answer
    remote = f"https://{server.name}/1/letters/1/" if address.startswith("sword") else "x/"
    with pytest.raises(DepositError):
        deposits.fetch(receipt(tmp_path, address, remote_id=remote), tmp_path / "back", [address])


def test_an_upload_with_endless_interim_answers_is_ended(
    plain: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive_pkg.deposits.repositories.s3.answers.SECONDS", 0.2)

    def go_on(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n")
        while True:
            handler.wfile.write(b"X: x\r\n")
            time.sleep(0.02)

    plain.expected = go_on
    bucket = S3Bucket(f"s3://b?endpoint=http://{plain.name}")
    with pytest.raises(LostError), bucket._errors():
        bucket._client.put_object(Bucket="b", Key="x", Body=b"x")


def test_a_listing_without_end_is_refused(plain: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive_pkg.deposits.repositories.s3.bucket._MOST_PAGES", 5)
    entry = "<Contents><Key>x/a</Key><Size>1</Size><ETag>x</ETag></Contents>"
    bucket = S3Bucket(f"s3://b?endpoint=http://{plain.name}")
    for listed, last in (("", 1), (entry, 5)):
        plain.got.clear()

        def answer(handler: BaseHTTPRequestHandler, listed: str = listed) -> None:
            token = f"<NextContinuationToken>{len(plain.got)}</NextContinuationToken>"
            body = f"<x>{listed}<IsTruncated>true</IsTruncated>{token}</x>".encode()
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        plain.answer = answer
        with pytest.raises(DepositError, match="without end"):
            bucket.status("x/", "")
        assert len(plain.got) == last


def test_compressed_answers_are_refused_and_cookies_are_not_kept(
    server: Server, tmp_path: Path
) -> None:
    address = _KINDS["inveniordm"].format(server.name)
    repository: Any = deposits.repository_for(address)
    web = repository._web
    server.sends(b"{}", Set_Cookie="session=1; Path=/")
    web.ask("GET", "x")
    web.ask("GET", "x")
    assert server.got[-1]["authorization"] == "Bearer the-token"
    assert server.got[-1]["accept-encoding"] == "identity"
    assert "cookie" not in server.got[-1]
    server.sends(gzip.compress(b" " * 100_000_000, 1), Content_Encoding="gzip")
    with pytest.raises(DepositError, match="encoding"):
        web.ask("GET", "x")


def test_a_redirect_to_another_port_does_not_get_the_login(
    server: Server, tls: tuple[Path, ssl.SSLContext], tmp_path: Path
) -> None:
    for other in _started(tls[1]):
        server.sends(b"", 302, Location=f"https://{other.name}/elsewhere")
        repository: Any = deposits.repository_for(f"davs://{server.name}/drop")
        web = repository._storage._web
        with pytest.raises(DepositError):
            web.ask("PROPFIND", "x")
        assert "authorization" in server.got[-1]
        assert other.got
        assert not [headers for headers in other.got if "authorization" in headers]


# --- a fetched archive is only unpacked if it is the deposited one


def serves_zip(server: Server, data: bytes) -> None:
    """Answer like an InvenioRDM with a record that has this zip."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        listing = {"entries": [{"key": "letter.zip"}], **_RECORD}
        server.sends(data if handler.path.endswith("/content") else listing)
        sends, server.answer = server.answer, answer
        sends(handler)

    server.answer = answer


def zip_of(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def zip_receipt(folder: Path, server: Server, data: bytes) -> Path:
    """Return a receipt for a zip, with wrong statements about the package."""
    digest = hashlib.sha256(data).hexdigest()
    file = {"path": "letter.zip", "size": len(data), "sha256": digest, "algorithm": "sha256"}
    files = [file | {"expected": digest, "stored": digest}]
    return receipt(folder, f"inveniordm+https://{server.name}", remote_id="r1", files=files)


def test_a_zip_that_differs_from_the_receipt_is_not_unpacked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = zip_receipt(tmp_path, server, zip_of(letter__a=b"right"))
    monkeypatch.setattr("archive_pkg.deposits.zips.open_archive", None)  # the zip is not opened
    address = f"inveniordm+https://{server.name}"
    for data, reported in (
        (zip_of(letter__a=b"wrong"), "different bytes"),
        (b"x" * 10_000, "more than"),
    ):
        serves_zip(server, data)
        with pytest.raises(DepositError, match=reported):
            deposits.fetch(slip, tmp_path / "back", [address])
    with pytest.raises(DepositError, match="more than"):
        deposits.check_receipt(slip, [address])
    assert list((tmp_path / "back").iterdir()) == []


def _spoiled(data: bytes, **fields: int) -> bytes:
    """Return a zip with changed flags or sizes in its directory."""
    at = data.index(b"PK\x01\x02")
    places = {"flags": (8, "<H"), "method": (10, "<H"), "size": (24, "<I")}
    spoiled = bytearray(data)
    for name, value in fields.items():
        where, form = places[name]
        struct.pack_into(form, spoiled, at + where, value)
    return bytes(spoiled)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip",
        zip_of(letter__a=b"x")[:-30],
        zip_of(a=b"outside"),
        zip_of(letter__a=b"x", other__b=b"y"),
        zip_of(**{"letter__..__..__x": b"x"}),
        zip_of(__etc__x=b"x"),
        _spoiled(zip_of(letter__a=b"x"), flags=1),
        _spoiled(zip_of(letter__a=b"x"), method=99),
        _spoiled(zip_of(letter__a=b"x"), size=1 << 31),
    ],
    ids=["empty", "none", "short", "outside", "two", "up", "root", "locked", "method", "size"],
)
def test_a_hostile_zip_with_a_forged_receipt_is_not_unpacked(
    data: bytes, server: Server, tmp_path: Path
) -> None:
    serves_zip(server, data)
    slip = zip_receipt(tmp_path / "slips", server, data)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DepositError):
        deposits.fetch(slip, tmp_path / "back", [f"inveniordm+https://{server.name}"])
    (tmp_path / "back").rmdir()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_draft_made_for_another_package_is_not_replaced(
    server: Server, letter: Path, tmp_path: Path
) -> None:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    address = f"inveniordm+https://{server.name}"
    transfer = deposits.transfers.pack(package)
    receipt(
        package.with_name(f"{package.name}.receipts"),
        address,
        kind="inveniordm",
        package=transfer.identifier,
        fingerprint=transfer.fingerprint,
        remote_id="r1",
    )

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.command)
        there = handler.path.endswith("/draft")
        server.sends(_RECORD if there else b"", 200 if there else 404)
        sends, server.answer = server.answer, answer
        sends(handler)

    asked: list[str] = []
    server.answer = answer
    with pytest.raises(DepositError, match="was not made for"):
        deposits.deposit(package, address)
    assert set(asked) == {"GET"}


@pytest.mark.parametrize(
    ("address", "step", "known"),
    [
        ("inveniordm+https://{}", "draft", {"id": "strange"}),
        ("dataverse+https://{}/letters?contact=a@example.org", "dataset", {"id": "doi:strange"}),
        (
            "sword2+https://{}/letters",
            "entry",
            dict.fromkeys(("edit", "media", "statement"), "https://{}/strange"),
        ),
    ],
    ids=["inveniordm", "dataverse", "sword2"],
)
def test_a_delivered_journal_cannot_name_the_draft_to_use(
    server: Server,
    letter: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    step: str,
    known: dict[str, str],
) -> None:
    variable = f"ARCHIVE_PKG_{credentials.environment_name(server.name)}"
    for end in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.setenv(f"{variable}_{end}", "secret")
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    repository = deposits.repository_for(address.format(server.name))
    transfer = deposits.transfers.pack(package)
    receipts = package.with_name(f"{package.name}.receipts")
    receipts.mkdir()
    said = {name: value.format(server.name) for name, value in known.items()}
    line = {"at": "2026-11-24", "what": "outcome", "step": step, "known": said}
    journal = receipts / deposits.depositing._journal_name(repository, transfer)
    journal.write_text(json.dumps(line) + "\n")
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        handler.send_error(404)

    server.answer = answer
    with pytest.raises(DepositError):
        deposits.deposit(package, repository)
    assert asked
    assert not [path for path in asked if "strange" in path]
