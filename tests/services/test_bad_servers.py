"""Failures between client and real server: no package is lost, doubled or wrongly confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.deposits import retrying
from archive_pkg.deposits.http import client
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package
from archive_pkg.packages.page import package_page
from certificates import certify
from services import proxy, servers, targets

pytestmark = pytest.mark.service


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES", ())
    monkeypatch.setattr(client, "SECONDS", 10.0)


@pytest.fixture(params=["webdav", "rdm", "swh", "swift"])
def spoiled(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[targets.Target, proxy.Proxy]]:
    """A real server with a proxy in front of it."""
    server = request.getfixturevalue(request.param)
    with proxy.before(server.port, *tls(server)) as between:
        name = f"spoiled{abs(hash(str(tmp_path))) % 10**9}"
        if request.param == "webdav":
            target = targets.webdav(server, name, between.port)
        elif request.param == "rdm":
            target = targets.rdm(server, between.port)
        elif request.param == "swh":
            target = targets.swh(server, between.port)
        else:
            target = targets.s3(server, name)
            port = f":{server.port}"
            target.address = target.address.replace(port, f":{between.port}")
            monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        yield target, between


def tls(server: object) -> tuple[Path, ...]:
    """Return the certificate, key and authority of a proxy with TLS."""
    ca: Path | None = getattr(server, "ca", None)
    return (ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca) if ca else ()


HARMS = ["reset before", "reset midway", "reset after", "500", "502", "429", "truncate", "html"]
HARMS += ["lie", "drip", "spoil request", "spoil answer"]


@pytest.mark.parametrize("harm", HARMS)
def test_a_deposit_after_a_failed_request_sends_each_file_and_publishes_once(
    harm: str, spoiled: tuple[targets.Target, proxy.Proxy], letter: Path, tmp_path: Path
) -> None:
    target, between = spoiled
    record = letter / "record.yaml"
    plain = record.read_text()

    def package(number: int) -> Path:
        # Each round has its own package, since the repository has that of the last round.
        record.write_text(plain.replace("title: Letter", f"title: {harm} {number}", 1))
        return build_package(letter, tmp_path / str(number), on=date(2026, 11, 24)).path

    def deposit(there: Path) -> deposits.Deposited:
        return deposits.deposit(there, target.address, publish=target.publishes, page=package_page)

    deposit(package(0))
    for number, (method, at) in enumerate(steps(target, between), 1):
        if target.clear is not None:
            target.clear()
        before, records, there = dict(target.held()), target.records(), package(number)
        between.fault = proxy.Fault(harm, at=at, method=method)
        try:
            claimed = deposit(there)
        except DepositError:
            claimed = None
        between.fault = None
        if claimed is not None:
            sent = {file.sha256 for file in claimed.receipt.files}
            assert sent <= set(target.held().values()), (method, at)
        done = deposit(there)
        arrived = sorted(file.sha256 for file in done.receipt.files)
        new = [digest for path, digest in target.held().items() if path not in before]
        assert sorted(new) == arrived, (method, at)
        made = target.records().items() - dict(records).items()
        assert [state for _, state in made] in ([], ["published"], ["deposited"]), (method, at)
        assert len(made) == target.publishes, (method, at)
        assert not deposit(there).new


def steps(target: targets.Target, between: proxy.Proxy) -> list[tuple[str, int]]:
    """Return the exchanges to disturb: all, or the first and last of each method."""
    if target.publishes:
        return [("", number) for number in range(len(between.exchanges))]
    methods = [method for method, _ in between.exchanges]
    return [
        (method, at)
        for method in dict.fromkeys(methods)
        for at in sorted({0, methods.count(method) - 1})
    ]


def test_a_version_whose_stored_file_differs_is_not_published(
    rdm: servers.InvenioRdm, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = rdm.ca
    with proxy.before(
        rdm.port, ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca
    ) as between:
        target = targets.rdm(rdm, between.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        between.fault = proxy.Fault("spoil request", method="PUT", path="/content", times=9)
        with pytest.raises(DepositError, match="not what was sent"):
            deposits.deposit(package, target.address, publish=True)
        assert not [path for method, path in between.exchanges if "publish" in path]
        between.fault = None
        done = deposits.deposit(package, target.address, publish=True)
        assert done.receipt.state == "published"
        assert len([path for _, path in between.exchanges if "actions/publish" in path]) == 1


def test_a_file_that_was_damaged_in_transit_is_sent_again(
    webdav: servers.WebDav, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = webdav.ca
    with proxy.before(
        webdav.port, ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca
    ) as between:
        target = targets.webdav(webdav, "way", between.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        between.fault = proxy.Fault("spoil request", method="PUT", path="record.json", times=9)
        with pytest.raises(DepositError, match="twice"):
            deposits.deposit(package, target.address)
        assert target.held() == {}
        between.fault = proxy.Fault("spoil request", method="PUT", path="record.json")
        done = deposits.deposit(package, target.address)
        assert done.receipt.verified == "read-back"


def test_a_deposit_waits_as_long_as_retry_after_asks(
    webdav: servers.WebDav, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(retrying, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr("archive_pkg.deposits.retrying.time.sleep", waited.append)
    ca = webdav.ca
    with proxy.before(
        webdav.port, ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca
    ) as between:
        target = targets.webdav(webdav, "patience", between.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        between.fault = proxy.Fault("429", method="PUT", headers={"Retry-After": "17"})
        assert deposits.deposit(package, target.address).new
        assert [seconds for seconds in waited if 17 <= seconds <= 22]


def test_credentials_are_not_sent_to_the_target_of_a_redirect(
    webdav: servers.WebDav, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = webdav.ca
    tls = (ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca)
    with proxy.before(webdav.port, *tls) as between, proxy.before(webdav.port, *tls) as stranger:
        target = targets.webdav(webdav, "elsewhere", between.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        away = {"Location": f"https://localhost:{stranger.port}/elsewhere"}
        for method in ("PROPFIND", "MKCOL", "PUT", "GET", "MOVE"):
            between.fault = proxy.Fault("redirect", method=method, headers=away, times=99)
            with pytest.raises(DepositError):
                deposits.deposit(package, target.address)
            between.fault = None
        assert between.authorizations
        assert stranger.authorizations == []
        assert target.held() == {}
        assert deposits.deposit(package, target.address).new


def test_an_expired_or_untrusted_certificate_is_refused(
    webdav: servers.WebDav, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca, certificate, key = certify(webdav.ca.parent, days=-1, name="expired")
    with proxy.before(webdav.port, certificate, key, ca) as between:
        target = targets.webdav(webdav, "expired", between.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(DepositError, match="certificate has expired"):
            deposits.deposit(package, target.address)
        assert between.exchanges == []
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(DepositError, match="certificate"):
            deposits.deposit(package, target.address)


def test_a_deposit_by_sftp_succeeds_after_the_connection_was_cut(
    sftp: servers.Sftp, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter / "scan.tif").write_bytes(bytes(range(256)) * 4096)
    record = letter / "record.yaml"
    scan = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", "parts:\n" + scan))
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    cutter = proxy.Cutter(sftp.port)
    for number, left in enumerate(range(1_000, 1_300_000, 65_000)):
        target = targets.sftp(sftp, f"cut-{number}", cutter.port)
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        cutter.left = left
        slips = tmp_path / f"slips-{number}"
        with pytest.raises(DepositError):
            deposits.deposit(package, target.address, receipts=slips)
        assert target.held() == {}
        done = deposits.deposit(package, target.address, receipts=slips)
        held = sorted(target.held().values())
        assert held == sorted(file.sha256 for file in done.receipt.files)
    cutter.close()
