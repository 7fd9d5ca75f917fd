"""What `deposit` does whatever the repository, with one that the test makes up as it needs it."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.deposits import (
    Capabilities,
    Journal,
    Parcel,
    Plan,
    Status,
    Stored,
    Transfer,
    arrivals,
    patience,
)
from archive_pkg.deposits.depositing import RefusedError
from archive_pkg.deposits.parcels import pack
from archive_pkg.deposits.repositories import LostError
from archive_pkg.errors import ArchivePkgError, DepositError, InvalidError, UsageError
from archive_pkg.packages import build_package, sign


@dataclass
class Shelf:
    """A repository in memory, as moody as a test wants it."""

    moods: list[Exception] = field(default_factory=list)
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, str | None] = field(default_factory=dict)
    verified: str = "server-digest"
    can: Capabilities = field(
        default_factory=lambda: Capabilities(packaging="folder", digest="sha256")
    )
    kind = "shelf"
    target = "shelf:memory"

    def capabilities(self) -> Capabilities:
        return self.can

    def plan(self, parcel: Parcel, *, publish: bool) -> Plan:
        return Plan(tuple(Transfer(item.path, item.size, item.path) for item in parcel.items))

    def deposit(self, parcel: Parcel, journal: Journal, *, publish: bool) -> Stored:
        if self.moods:
            raise self.moods.pop(0)
        digests = {item.path: item.sha256 for item in parcel.items}
        new = self.held.get(parcel.identifier) != digests
        self.held[parcel.identifier] = digests
        files = tuple(replace_stored(file, self.claims) for file in arrivals(parcel.items, digests))
        return Stored(parcel.identifier, "", "", files, self.verified, new)  # type: ignore[arg-type]

    def status(self, remote_id: str, version: str) -> Status:
        return Status("stored" if remote_id in self.held else "absent")

    def verify(self, remote_id: str, version: str) -> Mapping[str, str]:
        return self.held[remote_id]

    def fetch(self, remote_id: str, version: str, into: Path) -> None:
        raise DepositError("digests are all that it keeps")


def replace_stored(file: deposits.Arrival, claims: Mapping[str, str | None]) -> deposits.Arrival:
    return file.model_copy(update={"stored": claims.get(file.path, file.stored)})


@pytest.fixture
def package(letter: Path, tmp_path: Path) -> Path:
    return build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", waited.append)
    return waited


def test_patience_and_what_the_repository_asks_for(package: Path, pauses: list[float]) -> None:
    shelf = Shelf([LostError("reset"), LostError("busy", after=7)])
    assert deposits.deposit(package, shelf).new
    assert 0.5 <= pauses[0] <= 0.7
    assert 7 <= pauses[1] <= 9


def test_what_a_repository_cannot_do_is_said_before_a_byte_leaves(package: Path) -> None:
    shelf = Shelf(can=Capabilities(packaging="folder", most_files=3, most_bytes=1000))
    codes = {finding.code for finding in deposits.plan(package, shelf).report}
    assert codes == {"deposit-too-many-files", "deposit-too-large"}
    with pytest.raises(RefusedError):
        deposits.deposit(package, shelf)
    with pytest.raises(UsageError, match="publishes nothing"):
        deposits.deposit(package, Shelf(), publish=True)
    assert not shelf.held


def test_what_is_no_package_is_said_to_be_none(letter: Path, package: Path) -> None:
    with pytest.raises(InvalidError, match="is no package") as refusal:
        deposits.deposit(letter, Shelf())
    assert "archive-pkg build" in refusal.value.hint
    archive = package.with_suffix(".zip")
    archive.write_bytes(b"PK")
    with pytest.raises(InvalidError, match="is a file") as refusal:
        deposits.deposit(archive, Shelf())
    assert "bag unpack" in refusal.value.hint


def test_patience_ends(package: Path, pauses: list[float]) -> None:
    shelf = Shelf([LostError("reset")] * 20)
    with pytest.raises(LostError, match="goes on from there"):
        deposits.deposit(package, shelf)
    assert len(pauses) == len(patience.PAUSES)
    with pytest.raises(LostError):
        deposits.deposit(package, Shelf([LostError("come tomorrow", after=86400)]))
    assert len(pauses) == len(patience.PAUSES)


@pytest.mark.parametrize("claim", ["0" * 64, None])
def test_a_repository_that_lies_or_keeps_silent_on_a_file(package: Path, claim: str | None) -> None:
    shelf = Shelf(claims={"data/record.json": claim})
    with pytest.raises(DepositError, match="not what was sent"):
        deposits.deposit(package, shelf)
    assert list(package.with_name(f"{package.name}.receipts").glob("*.json")) == []


def test_unverified_is_said(package: Path) -> None:
    shelf = Shelf(verified="unverified", claims={"data/record.json": None})
    done = deposits.deposit(package, shelf)
    assert done.receipt.verified == "unverified"
    assert done.receipt.event().outcome == "warning"


def test_a_later_signature_belongs_to_the_package(package: Path, tmp_path: Path) -> None:
    shelf = Shelf()
    first = deposits.deposit(package, shelf).receipt.fingerprint
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sign(package, key=key)
    second = deposits.deposit(package, shelf)
    assert second.new
    assert second.receipt.fingerprint != first
    assert [path for path in shelf.held[package.name] if path.startswith("signatures/")]


def test_side_by_side_and_one_that_fails(letter: Path, tmp_path: Path) -> None:
    packages = []
    for number in range(6):
        record = letter / "record.yaml"
        text = record.read_text()
        record.write_text(text.replace(f"id: {letter.name}", f"id: letter-{number}", 1))
        packages.append(build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path)
        record.write_text(text)
    (packages[2] / "data" / "record.json").write_text("{}")
    outcomes = dict(deposits.deposit_many(packages, Shelf(), jobs=4))
    assert list(outcomes) == packages
    assert isinstance(outcomes[packages[2]], InvalidError)
    assert [p for p in packages if isinstance(outcomes[p], ArchivePkgError)] == [packages[2]]


def test_a_receipt_is_a_premis_event(package: Path) -> None:
    event = deposits.deposit(package, Shelf()).receipt.event()
    assert event.type == "deposit"
    assert event.outcome == "success"
    assert "shelf:memory" in (event.detail or "")


def test_the_receipt_accounts_for_everything(package: Path) -> None:
    receipt = deposits.deposit(package, Shelf()).receipt
    assert {file.path for file in receipt.files} == {
        path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()
    }
    assert set(receipt.manifests) == {path.name for path in package.glob("*manifest-*.txt")}
    assert receipt.payload_oxum == receipt_oxum(package)
    assert receipt.started <= receipt.ended


def receipt_oxum(package: Path) -> str:
    files = [path for path in (package / "data").rglob("*") if path.is_file()]
    return f"{sum(path.stat().st_size for path in files)}.{len(files)}"


def test_the_same_package_zips_to_the_same_bytes(package: Path, tmp_path: Path) -> None:
    parcel = pack(package)
    one, two = parcel.zipped(tmp_path / "1.zip"), parcel.zipped(tmp_path / "2.zip")
    assert one == two
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{package.name}/{item.path}" for item in parcel.items]
    assert (tmp_path / "1.zip").stat().st_size == one[0].size


def test_a_file_that_changes_while_it_is_sent(package: Path, tmp_path: Path) -> None:
    parcel = pack(package)
    (package / "data" / "record.json").write_text("{}")
    with pytest.raises(DepositError, match="changed while"):
        parcel.zipped(tmp_path / "1.zip")
    assert replace(parcel) == parcel
