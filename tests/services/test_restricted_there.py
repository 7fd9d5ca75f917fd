"""Restricted parts in repositories: refused by open ones, restricted by others.

Here InvenioRDM is a stand-in; the tests in test_inveniordm.py use the real program.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive_pkg import deposits
from archive_pkg.deposits.repository_interface import repository_for
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.packages import build_package
from archive_pkg.packages.access.visibility import Audience
from archive_pkg.packages.page import package_page
from certificates import certify
from program import Run
from services import servers, targets
from services.test_dataverse import StandIn as Dataverse

pytestmark = pytest.mark.slow

TOKEN = "token-of-the-tests"
RULE = "Donor agreement 1999"
SECRET = "Agent Wacholder has a bad heart."


class Rdm(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    records: dict[str, dict[str, Any]]
    files: dict[str, dict[str, bytes]]
    requests: list[str]
    vocabulary = ("licenses/cc-by-4.0", "languages/eng", "resourcetypes/dataset")
    errors: Sequence[dict[str, Any]] = ()
    numbers = count()

    def log_message(self, *words: object) -> None:
        pass

    def answer(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        path = self.path.removeprefix("/api/").partition("?")[0]
        self.requests.append(f"{self.command} {path}")
        if path == "user/records":
            self.answer(200, {"hits": {"hits": []}})
        elif path.startswith("vocabularies/"):
            known = path.removeprefix("vocabularies/") in self.vocabulary
            self.answer(200 if known else 404, {})
        elif path == "records":
            name = f"r{next(self.numbers)}"
            self.records[name] = {"id": name, "is_published": False, "is_draft": True, "links": {}}
            self.records[name] |= json.loads(body)
            self.files[name] = {}
            self.answer(201, self.records[name] | {"errors": self.errors})
        else:
            _, name, *rest = path.split("/")
            if name not in self.records:
                self.answer(404, {"message": "The persistent identifier does not exist."})
                return
            self.of_record(self.records[name], "/".join(rest), body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the server's names

    def of_record(self, record: dict[str, Any], path: str, body: bytes) -> None:
        files = self.files[record["id"]]
        is_draft = record["is_draft"]
        if path in ("", "draft"):
            if self.command == "PUT":
                record |= json.loads(body)
            found = is_draft == (path == "draft")
            self.answer(200 if found else 404, record)
        elif path == "draft/actions/publish":
            record |= {"is_published": True, "is_draft": False}
            self.answer(202, record)
        elif path == "versions":
            name = f"{record['id']}v"
            if name not in self.records:
                metadata = dict(record["metadata"])
                del metadata["publication_date"], metadata["version"]
                new = {"id": name, "metadata": metadata, "is_published": False, "is_draft": True}
                self.records[name], self.files[name] = record | new, {}
            self.answer(201, self.records[name])
        elif path in ("files", "draft/files"):
            for item in json.loads(body) if self.command == "POST" else ():
                files[item["key"]] = b""
            entries = [self.entry(name, data) for name, data in files.items()]
            self.answer(201 if self.command == "POST" else 200, {"entries": entries, "links": {}})
        elif found := re.fullmatch("draft/files/(.*)/content", path):
            files[found[1]] = body
            self.answer(200, {})
        elif found := re.fullmatch("draft/files/(.*)/commit", path):
            self.answer(200, self.entry(found[1], files[found[1]]))
        else:
            found = re.fullmatch("draft/files/(.*)", path)
            assert found, path
            if self.command == "DELETE":
                del files[found[1]]
                self.send_response(204)
                self.end_headers()
                return
            self.answer(200, self.entry(found[1], files[found[1]]))

    def entry(self, name: str, data: bytes) -> dict[str, Any]:
        md5 = f"md5:{hashlib.md5(data).hexdigest()}"
        return {"key": name, "checksum": md5, "status": "completed" if data else "pending"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    ca, certificate, key = certify(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    addresses, opened = {}, []
    for scheme, handler in (("inveniordm", Rdm), ("dataverse", Dataverse)):
        server = ThreadingHTTPServer((servers.LOOPBACK, 0), handler)
        server.daemon_threads = True
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        addresses[scheme] = f"{scheme}+https://127.0.0.1:{server.server_address[1]}"
        opened.append(server)
    addresses["dataverse"] += "/letters?contact=me@example.org"
    yield ca, addresses
    for server in opened:
        server.shutdown()
        server.server_close()


@pytest.fixture
def addresses(
    running: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    Rdm.records, Rdm.files, Rdm.requests = {}, {}, []
    Dataverse.datasets, Dataverse.contents = {}, {}
    monkeypatch.setenv("SSL_CERT_FILE", str(running[0]))
    for address in running[1].values():
        port = urlsplit(address.partition("+")[2]).port
        monkeypatch.setenv(targets.variable(int(port or 0), "TOKEN"), TOKEN)
    monkeypatch.setenv("ARCHIVE_PKG_ZENODO_TOKEN", TOKEN)
    return running[1]


@pytest.fixture
def rdm(addresses: dict[str, str]) -> str:
    return addresses["inveniordm"]


def built(folder: Path, access: str, audience: Audience = "internal") -> Path:
    source = folder / "records" / "sec"
    source.mkdir(parents=True, exist_ok=True)
    (source / "letter.txt").write_text("Dear Moe,\n\nThe plates have arrived.\n\nA. Lind\n")
    (source / "wacholder.txt").write_text(SECRET)
    (source / "record.yaml").write_text(
        f"""
id: sec
type: letter
title: Letter, A. Lind to C. Moe
sender: [lind]
summary: {{text: The plates have arrived.}}
parts:
  - {{id: letter, kind: original, file: letter.txt}}
  - {{id: encl, kind: enclosure, file: wacholder.txt, title: On Wacholder, access: {access}}}
agents:
  - {{id: lind, name: "Lind, Anna", kind: person}}
"""
    )
    return build_package(source, folder / "out", audience=audience).path


UNTIL = f"{{status: restricted, until: 2090-01-01, rule: {RULE}}}"
CLOSED = f"{{status: closed, rule: {RULE}}}"


@pytest.mark.parametrize("publish", [True, False])
@pytest.mark.parametrize("address", ["zenodo:?publisher=X", "sword2+https://127.0.0.1:1/c"])
def test_restricted_parts_are_refused_without_a_request(
    tmp_path: Path,
    addresses: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    publish: bool,
) -> None:
    for name in ("USER", "PASSWORD"):
        monkeypatch.setenv(f"ARCHIVE_PKG_127_0_0_1_{name}", "x")
    package = built(tmp_path, UNTIL)
    plan = deposits.plan(package, address, publish=publish, page=package_page)
    refused = [each for each in plan.report.errors if each.code == "deposit-open-to-all"]
    assert [each.location.field for each in refused] == ["parts.encl"]
    assert RULE in refused[0].message
    assert ("access=restricted" in refused[0].hint) == address.startswith("zenodo")
    assert ("cannot restrict access" in refused[0].message) != address.startswith("zenodo")
    with pytest.raises(DepositError, match="cannot be deposited"):
        deposits.deposit(package, address, publish=publish)
    assert not list(tmp_path.rglob("*.journal"))
    shown = deposits.plan(package, address, publish=publish, include_restricted=True)
    assert not [each for each in shown.report.errors if each.code == "deposit-open-to-all"]
    assert any("INCLUDE restricted parts: encl" in step for step in shown.steps)


def test_a_folder_of_packages_is_refused_with_a_reason_for_each(run: Run, tmp_path: Path) -> None:
    folder = built(tmp_path, UNTIL).parent
    done = run("deposit", folder, "--to", "zenodo:?publisher=X", "--publish", "--json")
    assert done.returncode == 4
    (result,) = json.loads(done.stdout)["results"]
    assert "deposit-open-to-all" in {finding["code"] for finding in result["findings"]}


def test_a_public_package_is_published_without_withheld_words(tmp_path: Path, rdm: str) -> None:
    package = built(tmp_path, UNTIL, "public")
    done = deposits.deposit(package, f"{rdm}?publisher=X", publish=True, page=package_page)
    assert done.receipt.state == "published"
    sent = b"".join(data for files in Rdm.files.values() for data in files.values())
    assert b"acholder" not in sent + json.dumps(Rdm.records).encode()


def test_a_plan_for_storage_names_the_restricted_parts_it_includes(tmp_path: Path) -> None:
    package = built(tmp_path, CLOSED)
    for address in (f"ocfl:{tmp_path}/o", f"file:{tmp_path}/f"):
        plan = deposits.plan(package, address)
        assert plan.report.ok
        assert "includes restricted parts: encl, closed" in plan.notes[0]


@pytest.mark.parametrize(("access", "until"), [(UNTIL, "2090-01-01"), (CLOSED, "")])
def test_invenio_restricts_the_files_until_the_date_in_the_record(
    tmp_path: Path, rdm: str, access: str, until: str
) -> None:
    package = built(tmp_path, access)
    where = f"{rdm}?publisher=X&access=restricted"
    plan = deposits.plan(package, where, publish=True)
    assert plan.report.ok
    assert any(until in step for step in plan.steps if "restrict the files" in step)
    done = deposits.deposit(package, where, publish=True, page=package_page)
    assert (done.receipt.state, done.differences) == ("published", ())
    (record,) = Rdm.records.values()
    assert (record["access"]["record"], record["access"]["files"]) == ("public", "restricted")
    assert record["access"].get("embargo", {}).get("until", "") == until
    assert "acholder" not in json.dumps(record["metadata"])
    posted = Rdm.requests.index("POST records")
    assert not any("files" in request for request in Rdm.requests[:posted])


def test_a_draft_is_restricted_before_its_files_are_sent(tmp_path: Path, rdm: str) -> None:
    where = f"{rdm}?access=restricted"
    public = built(tmp_path, "{status: open}")
    deposits.deposit(public, rdm)
    (record,) = Rdm.records.values()
    assert record["access"]["files"] == "public"
    Rdm.requests.clear()
    deposits.deposit(public, where)
    assert record["access"]["files"] == "restricted"
    changed = next(n for n, each in enumerate(Rdm.requests) if each.startswith("PUT"))
    assert not any("/files" in each for each in Rdm.requests[:changed])


def test_a_deposit_with_other_options_than_the_published_one_reports_differences(
    run: Run, tmp_path: Path, rdm: str
) -> None:
    package = built(tmp_path, "{status: open}")
    published = f"{rdm}?publisher=X"
    assert deposits.deposit(package, published, publish=True).differences == ()
    assert deposits.deposit(package, published, publish=True).differences == ()
    for address, publish, words in (
        (f"{published}&access=restricted", True, "access to the files is public, not restricted"),
        (rdm, False, "It is published, but a draft was requested"),
        (f"{rdm}?publisher=Y", True, "publisher is X, not Y"),
        (f"{published}&type=dataset", True, "resource_type is publication-other, not dataset"),
    ):
        again = deposits.deposit(package, address, publish=publish)
        assert words in again.differences[0]
        assert not again.new
    done = run("deposit", package, "--to", f"{published}&access=restricted", "--publish")
    assert done.returncode == 4
    assert "already deposited" not in done.stdout
    assert "access to the files is public, not restricted" in done.stdout + done.stderr
    bulk = run("deposit", package.parent, "--to", rdm)
    assert bulk.returncode == 4, bulk.stderr


def test_files_restricted_earlier_are_reported_if_they_should_be_public(
    tmp_path: Path, rdm: str
) -> None:
    package = built(tmp_path, "{status: open}")
    where = f"{rdm}?publisher=X"
    deposits.deposit(package, f"{where}&access=restricted", publish=True)
    again = deposits.deposit(package, where, publish=True)
    assert again.differences == ("access to the files is restricted, not public",)


def test_access_restricted_in_the_repository_stays_restricted(tmp_path: Path, rdm: str) -> None:
    package = built(tmp_path, "{status: open}")
    deposits.deposit(package, rdm)
    (record,) = Rdm.records.values()
    record["access"] = {"record": "restricted", "files": "restricted"}
    record["metadata"]["publisher"] = "X"
    where = f"{rdm}?publisher=X"
    assert deposits.deposit(package, where, publish=True).differences == ()
    assert record["access"] == {"record": "restricted", "files": "restricted"}


@pytest.mark.parametrize(
    "address",
    [
        "zenodo:?access=banana",
        "zenodo:?banana=1",
        "zenodo:?access=",
        "zenodo:?access=public&access=restricted",
        "dataverse+https://example.org/c?access=banana&contact=a@b.c",
        "inveniordm+https://data.example.org;id",
        "inveniordm+https://$(id)",
        "sftp://`id`/drop",
        "sftp://a|b/drop",
        "davs://exam ple.org/x",
        "sword2+https://a&b/c",
    ],
)
def test_unknown_options_and_invalid_hosts_are_refused(run: Run, address: str) -> None:
    with pytest.raises(UsageError):
        repository_for(address)


@pytest.mark.parametrize("host", ["data.example.org", "[::1]", "127.0.0.1", "a_b"])
def test_names_and_ip_addresses_are_valid_hosts(host: str) -> None:
    assert host.strip("[]") in repository_for(f"inveniordm+https://{host}").target


def test_dataverse_restricts_the_zip_or_sets_its_embargo(
    tmp_path: Path, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = monkeypatched_dataverse(monkeypatch)
    where = f"{addresses['dataverse']}&access=restricted"
    done = deposits.deposit(built(tmp_path / "a", UNTIL), where, publish=True)
    assert done.receipt.state == "published"
    ((path, body),) = asked
    assert "set-embargo" in path
    assert (body["dateAvailable"], body["reason"]) == ("2090-01-01", RULE)
    asked.clear()
    deposits.deposit(built(tmp_path / "b", CLOSED), where, publish=True)
    ((path, body),) = asked
    assert path.endswith("/restrict")
    assert body is True
    assert "acholder" not in json.dumps([one["fields"] for one in Dataverse.datasets.values()])


def test_a_dataset_is_not_published_if_its_file_is_not_restricted(
    tmp_path: Path, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatched_dataverse(monkeypatch, deaf=True)
    where = f"{addresses['dataverse']}&access=restricted"
    with pytest.raises(DepositError, match="not as requested"):
        deposits.deposit(built(tmp_path, CLOSED), where, publish=True)
    assert [one["versionState"] for one in Dataverse.datasets.values()] == ["DRAFT"]


def monkeypatched_dataverse(
    monkeypatch: pytest.MonkeyPatch, *, deaf: bool = False
) -> list[tuple[str, Any]]:
    """Let the stand-in restrict files; return a list of its requests."""
    asked: list[tuple[str, Any]] = []
    plain = Dataverse.do_POST

    def restrict(self: Dataverse) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked.append((self.path.partition("?")[0], body))
        *_, dataset = Dataverse.datasets.values()
        if not deaf and body is True:
            dataset["files"][0]["restricted"] = True
        elif not deaf:
            dataset["files"][0]["dataFile"]["embargo"] = {"dateAvailable": body["dateAvailable"]}
        self.answer(200, {})

    def post(self: Dataverse) -> None:
        if "set-embargo" in self.path:
            restrict(self)
        else:
            plain(self)

    monkeypatch.setattr(Dataverse, "do_POST", post)
    monkeypatch.setattr(Dataverse, "do_PUT", restrict, raising=False)
    return asked
