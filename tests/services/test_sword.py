"""SWORD 2.0 with swh-deposit, which accepts deposits and returns none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive_pkg import deposits
from archive_pkg.deposits.http.client import HttpClient
from archive_pkg.errors import DepositError
from services import servers, targets

pytestmark = pytest.mark.service


@pytest.fixture
def address(swh: servers.SwhDeposit, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SSL_CERT_FILE", str(swh.ca))
    monkeypatch.setenv(targets.variable(swh.port, "USER"), swh.user)
    monkeypatch.setenv(targets.variable(swh.port, "PASSWORD"), swh.password)
    return f"sword2+https://{servers.LOOPBACK}:{swh.port}/1/{swh.collection}/"


def test_a_deposit_by_sword_is_unverified_and_completed_once(
    swh: servers.SwhDeposit, address: str, package: Path, tmp_path: Path
) -> None:
    before = set(swh.archives().items())
    done = deposits.deposit(package, address)
    assert (done.receipt.state, done.receipt.verified) == ("draft", "unverified")
    (sent,) = done.receipt.files
    (held,) = set(swh.archives().items()) - before
    assert held[1] == sent.sha256
    again = deposits.deposit(package, address)
    assert not again.new
    assert len(set(swh.archives().items()) - before) == 1
    (known,) = deposits.ask(package, address)
    assert known.status.state == "draft"
    completed = deposits.deposit(package, address, publish=True)
    assert completed.receipt.state in ("published", "pending")
    assert not deposits.deposit(package, address, publish=True).new
    assert len(set(swh.archives().items()) - before) == 1
    with pytest.raises(DepositError, match="does not return"):
        deposits.fetch(completed.path, tmp_path / "back", [address])


def test_a_wrong_password_is_refused_and_not_shown(
    address: str, swh: servers.SwhDeposit, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(targets.variable(swh.port, "PASSWORD"), "hunter2-of-the-tests")
    with pytest.raises(DepositError, match="401") as refusal:
        deposits.deposit(package, address)
    assert "hunter2" not in str(refusal.value)


def test_a_deposit_resumes_after_its_password_was_refused(
    swh: servers.SwhDeposit, address: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(swh.deposits())
    whole = HttpClient.ask

    def ask(self: HttpClient, method: str, path: str, **options: Any) -> object:
        if method == "PUT":
            self._login = {"Authorization": "Basic aHVudGVyMg=="}
        return whole(self, method, path, **options)

    monkeypatch.setattr(HttpClient, "ask", ask)
    with pytest.raises(DepositError, match="answers 401 to PUT") as refusal:
        deposits.deposit(package, address, publish=True)
    assert "may have expired" in refusal.value.hint
    monkeypatch.setattr(HttpClient, "ask", whole)
    (known,) = deposits.ask(package, address)
    assert (known.receipt, known.unfinished, known.status.state) == (None, True, "draft")
    done = deposits.deposit(package, address, publish=True)
    assert done.receipt.state in ("published", "pending")
    assert len(set(swh.deposits()) - before) == 1
