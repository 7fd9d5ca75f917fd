"""Dataverse: a stand-in that answers as the API guide says.

There is no real server. The stand-in keeps the files that it gets, and unpacks zips like Dataverse.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import ssl
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from archive_pkg import deposits
from archive_pkg.packages.building import differing
from certificates import certify
from services import servers, targets

pytestmark = pytest.mark.dataverse
TOKEN = "token-of-the-tests"


class StandIn(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    datasets: dict[str, dict[str, Any]]
    contents: dict[int, bytes]
    numbers = count()

    def log_message(self, *words: object) -> None:
        pass

    def answer(self, status: int, data: object = None, raw: bytes | None = None) -> None:
        body = raw if raw is not None else json.dumps({"status": "OK", "data": data}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        assert self.headers["X-Dataverse-key"] == TOKEN
        parts = urlsplit(self.path)
        if found := re.fullmatch(r"/api/access/datafile/(\d+)", parts.path):
            self.answer(200, raw=self.contents[int(found[1])])
            return
        (name,) = parse_qs(parts.query)["persistentId"]
        if name in self.datasets:
            self.answer(200, {"latestVersion": self.datasets[name]})
        else:
            self.answer(404)

    def do_POST(self) -> None:
        if self.headers["X-Dataverse-key"] != TOKEN:
            self.answer(401)
            return
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        parts = urlsplit(self.path)
        if parts.path == "/api/dataverses/letters/datasets":
            version = json.loads(body)["datasetVersion"]
            fields = version["metadataBlocks"]["citation"]["fields"]
            given = {field["typeName"] for field in fields}
            needed = {"title", "author", "datasetContact", "dsDescription", "subject"}
            assert needed <= given
            name = f"doi:10.5072/FK2/{next(self.numbers)}"
            self.datasets[name] = {"versionState": "DRAFT", "files": [], "fields": fields}
            self.datasets[name] |= version
            self.answer(201, {"id": len(self.datasets), "persistentId": name})
            return
        (name,) = parse_qs(parts.query)["persistentId"]
        dataset = self.datasets[name]
        if parts.path.endswith("/add"):
            boundary = re.search(r"boundary=(\w+)", self.headers["Content-Type"])
            assert boundary
            fields_ = body.split(f"--{boundary[1]}".encode())
            (file,) = [each for each in fields_ if b'name="file"' in each]
            data = file.partition(b"\r\n\r\n")[2][:-2]
            with zipfile.ZipFile(io.BytesIO(data)) as outer:
                for entry in outer.namelist():
                    content = outer.read(entry)
                    number = next(self.numbers)
                    self.contents[number] = content
                    md5 = hashlib.md5(content).hexdigest()
                    about = {"id": number, "filename": entry, "md5": md5}
                    checksum = {"type": "MD5", "value": md5}
                    dataset["files"].append({"dataFile": about | {"checksum": checksum}})
            self.answer(200, {"files": dataset["files"]})
        else:
            assert parts.path.endswith("/actions/:publish")
            assert dataset["versionState"] == "DRAFT"
            number = dataset.pop("after", 0) + 1
            dataset |= {"versionState": "RELEASED", "versionNumber": number}
            dataset |= {"versionMinorNumber": 0}
            self.answer(200, {})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))
        parts = urlsplit(self.path)
        assert parts.path == "/api/datasets/:persistentId/versions/:draft"
        dataset = self.datasets[parse_qs(parts.query)["persistentId"][0]]
        if dataset["versionState"] == "RELEASED":
            dataset["after"] = dataset.pop("versionNumber")
        for name in ("license", "termsOfUse", "termsOfAccess"):
            dataset.pop(name, None)
        fields = body["metadataBlocks"]["citation"]["fields"]
        dataset |= body | {"versionState": "DRAFT", "fields": fields}
        self.answer(200, dataset)

    def do_DELETE(self) -> None:
        number = int(self.path.rpartition("/")[2])
        for dataset in self.datasets.values():
            left = [each for each in dataset["files"] if each["dataFile"]["id"] != number]
            assert left == dataset["files"] or dataset["versionState"] == "DRAFT"
            dataset["files"] = left
        self.answer(200, {})


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    ca, certificate, key = certify(tmp_path / "tls")
    StandIn.datasets, StandIn.contents = {}, {}
    server = ThreadingHTTPServer((servers.LOOPBACK, 0), StandIn)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    monkeypatch.setenv(targets.variable(server.server_address[1], "TOKEN"), TOKEN)
    yield f"dataverse+https://127.0.0.1:{server.server_address[1]}/letters?contact=me@example.org"
    server.shutdown()
    server.server_close()


def test_a_draft_is_published_once_and_can_be_fetched(
    address: str, package: Path, tmp_path: Path
) -> None:
    done = deposits.deposit(package, address)
    assert (done.receipt.state, done.receipt.verified) == ("draft", "server-digest")
    assert not deposits.deposit(package, address).new
    published = deposits.deposit(package, address, publish=True)
    assert (published.receipt.state, published.receipt.version) == ("published", "v1.0")
    assert not deposits.deposit(package, address, publish=True).new
    assert len(StandIn.datasets) == 1
    assert deposits.check_receipt(published.path, [address]).ok
    assert differing(deposits.fetch(published.path, tmp_path / "back", [address]), package) == ()
    (known,) = deposits.ask(package, address)
    assert known.receipt == published.path
    assert known.status.state == "published"


def test_a_plan_reports_a_missing_token_and_missing_metadata(
    address: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(targets.variable(urlsplit(address).port or 0, "TOKEN"))
    plan = deposits.plan(package, address.partition("?")[0])
    codes = sorted(finding.code for finding in plan.report)
    assert codes == ["deposit-login-lacking", "deposit-metadata-lacking"]
