"""InvenioRDM itself: drafts, publication once, versions, reserved DOIs, parts, restarts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import servers
import targets

from archive_pkg import deposits
from archive_pkg.deposits import invenio_files
from archive_pkg.deposits.web import Web
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing

pytestmark = pytest.mark.service


@pytest.fixture
def target(rdm: servers.InvenioRdm, monkeypatch: pytest.MonkeyPatch) -> targets.Target:
    made = targets.rdm(rdm)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def build(letter: Path, out: Path) -> Path:
    return build_package(letter, out, on=date(2026, 11, 24), replace=True).path


def edit(letter: Path, old: str, new: str) -> None:
    record = letter / "record.yaml"
    assert old in record.read_text()
    record.write_text(record.read_text().replace(old, new, 1))


def test_published_once_on_demand_and_then_a_new_version(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    package = build(letter, tmp_path / "out")
    draft = deposits.deposit(package, target.address)
    assert draft.receipt.state == "draft"
    assert not deposits.plan(package, target.address, publish=True).report.errors
    assert "PUBLISH" in " ".join(deposits.plan(package, target.address, publish=True).steps)
    published = deposits.deposit(package, target.address, publish=True)
    assert (published.receipt.state, published.receipt.version) == ("published", "v1")
    assert published.receipt.remote_id == draft.receipt.remote_id
    assert published.receipt.pid.startswith("10.5072/")
    again = deposits.deposit(package, target.address, publish=True)
    assert not again.new
    assert again.receipt == published.receipt
    assert len(target.held()) == 1
    (known,) = deposits.ask(package, target.address)
    assert known.status.state == "published"

    edit(letter, "title: Letter", "title: The Letter")
    changed = build(letter, tmp_path / "out")
    second = deposits.deposit(changed, target.address, publish=True)
    assert (second.receipt.state, second.receipt.version) == ("published", "v2")
    assert second.receipt.remote_id != published.receipt.remote_id
    assert differing(deposits.fetch(second.path, tmp_path / "back"), changed) == ()
    fetched = deposits.fetch(published.path, tmp_path / "first")
    assert differing(fetched, changed) != ()


def test_a_changed_draft_stays_one_draft(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    first = deposits.deposit(build(letter, tmp_path / "out"), target.address)
    edit(letter, "title: Letter", "title: The Letter")
    second = deposits.deposit(build(letter, tmp_path / "out"), target.address)
    assert second.receipt.remote_id == first.receipt.remote_id
    assert len(target.held()) == 1


def test_a_doi_reserved_stands_in_the_record_and_finds_its_draft(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    doi = deposits.reserve(letter, target.address)
    assert doi == deposits.reserve(letter, target.address)
    edit(
        letter, "type: letter\n", f"type: letter\nidentifiers:\n  - {{scheme: doi, value: {doi}}}\n"
    )
    done = deposits.deposit(build(letter, tmp_path / "out"), target.address, publish=True)
    assert done.receipt.pid == doi
    assert done.receipt.state == "published"


def test_in_parts_and_gone_on_with(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invenio_files, "PART", 10_000)
    package = build(letter, tmp_path / "out")
    whole = Web.ask
    sent: list[str] = []

    def breaks(self: Web, method: str, path: str, **options: object) -> object:
        if "/content/" in path:
            if len(sent) >= 2:
                raise DepositError("the test breaks off here")
            sent.append(path)
        return whole(self, method, path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Web, "ask", breaks)
    with pytest.raises(DepositError, match="breaks off"):
        deposits.deposit(package, target.address)
    monkeypatch.setattr(Web, "ask", whole)
    done = deposits.deposit(package, target.address)
    assert done.receipt.verified in ("server-digest", "read-back")
    assert differing(deposits.fetch(done.path, tmp_path / "back"), package) == ()
    assert len(target.held()) == 1


def test_an_expired_token(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = build(letter, tmp_path / "out")
    good = target.environment["ARCHIVE_PKG_127_0_0_1_TOKEN"]
    monkeypatch.setenv("ARCHIVE_PKG_127_0_0_1_TOKEN", "expired")
    with pytest.raises(DepositError, match=r"40[13]"):
        deposits.deposit(package, target.address)
    monkeypatch.setenv("ARCHIVE_PKG_127_0_0_1_TOKEN", good)
    assert deposits.deposit(package, target.address).new
    assert len(target.held()) == 1


def test_nothing_without_a_token(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARCHIVE_PKG_127_0_0_1_TOKEN")
    with pytest.raises(deposits.RefusedError) as refusal:
        deposits.deposit(build(letter, tmp_path / "out"), target.address)
    assert [finding.code for finding in refusal.value.report] == ["deposit-login-lacking"]
