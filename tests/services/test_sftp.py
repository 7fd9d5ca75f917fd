"""SFTP: which hosts we trust, logins, resumed transfers, a full disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.deposits.repositories.drop import sftp as sftp_module
from archive_pkg.deposits.repositories.drop import ssh
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.packages import build_package, later_events
from archive_pkg.packages.building import differing
from services import servers, targets

pytestmark = pytest.mark.service


@pytest.fixture
def target(sftp: servers.Sftp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> targets.Target:
    made = targets.sftp(sftp, f"place-{abs(hash(str(tmp_path)))}")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def agent(sftp: servers.Sftp, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    said = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True).stdout
    pid = said.split("SSH_AGENT_PID=")[1].split(";")[0]
    socket = said.split("SSH_AUTH_SOCK=")[1].split(";")[0]
    environment = {**os.environ, "SSH_AUTH_SOCK": socket}
    subprocess.run(["ssh-add", "-q", sftp.key], check=True, env=environment)
    monkeypatch.setenv("SSH_AUTH_SOCK", socket)
    yield
    os.kill(int(pid), 15)


def home(target: targets.Target) -> Path:
    return Path(target.environment["ARCHIVE_PKG_SSH"].split()[-1]).parent


def test_an_unknown_host_is_refused(target: targets.Target, package: Path) -> None:
    (home(target) / "known_hosts").write_text("")
    with pytest.raises(DepositError, match="host is unknown"):
        deposits.deposit(package, target.address)
    assert target.held() == {}


def test_a_host_with_another_key_is_refused(target: targets.Target, package: Path) -> None:
    known = home(target) / "known_hosts"
    other = known.with_name("other")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    key = " ".join(other.with_suffix(".pub").read_text().split()[:2])
    known.write_text(f"{known.read_text().split()[0]} {key}\n")
    with pytest.raises(DepositError, match="key has changed"):
        deposits.deposit(package, target.address)


def test_a_login_without_an_accepted_key_is_refused(target: targets.Target, package: Path) -> None:
    _without_key(target)
    with pytest.raises(DepositError, match="refused the login"):
        deposits.deposit(package, target.address)


def test_a_key_in_the_ssh_agent_is_used(target: targets.Target, package: Path, agent: None) -> None:
    _without_key(target)
    assert deposits.deposit(package, target.address).receipt.verified == "read-back"


def _without_key(target: targets.Target) -> None:
    config = home(target) / "config"
    lines = [line for line in config.read_text().splitlines() if "IdentityFile" not in line]
    config.write_text("\n".join([*lines, "  IdentityFile none", ""]))


def test_a_missing_folder_on_the_server_is_an_error(target: targets.Target, package: Path) -> None:
    with pytest.raises(DepositError, match="does not exist"):
        deposits.deposit(package, target.address + "/not/there")


def test_a_partly_sent_file_is_continued(
    target: targets.Target, package: Path, sftp: servers.Sftp
) -> None:
    root = Path("/" + target.address.split("/", 3)[3])
    part = root / f".{package.name}.{'0' * 12}.part"
    (part / "data").mkdir(parents=True)
    transfer, repository = deposits.transfers.pack(package), deposits.repository_for(target.address)
    folder = later_events.receipts_folder(package)
    folder.mkdir()
    journal = folder / deposits.depositing._journal_name(repository, transfer)
    deposits.Journal(journal).begin("send", part=part.name)
    whole = (package / "data" / "record.json").read_bytes()
    (part / "data" / "record.json").write_bytes(whole[:5000])
    inode = (part / "data" / "record.json").stat().st_ino
    deposits.deposit(package, target.address)
    assert differing(root / package.name, package) == ()
    assert (root / package.name / "data" / "record.json").stat().st_ino == inode


def test_a_deposit_is_found_and_fetched_after_the_server_was_restarted(
    target: targets.Target, package: Path, sftp: servers.Sftp, tmp_path: Path
) -> None:
    repository = deposits.repository_for(target.address)
    done = deposits.deposit(package, repository)
    sftp.stop()
    sftp.start()
    assert not deposits.deposit(package, repository).new
    assert differing(deposits.fetch(done.path, tmp_path / "back", [target.address]), package) == ()


def test_a_deposit_is_written_durably_to_the_disk_of_the_server(
    target: targets.Target, package: Path
) -> None:
    assert deposits.deposit(package, target.address).receipt.answer == {"durable": True}
    for receipt in deposits.receipts_of(package):
        receipt[0].unlink()
    assert deposits.deposit(package, target.address).receipt.answer == {"durable": True}


def test_a_receipt_says_if_the_server_cannot_write_durably(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.running(lambda folder: servers.Sftp(folder, "-P fsync"), tmp_path) as server:
        assert isinstance(server, servers.Sftp)
        target = targets.sftp(server, "forgetful")
        for name, value in target.environment.items():
            monkeypatch.setenv(name, value)
        done = deposits.deposit(package, target.address)
        assert done.receipt.answer == {"durable": False}
        assert done.receipt.verified == "read-back"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_deposit_succeeds_after_space_was_freed_on_the_server(
    target: targets.Target, package: Path, sftp: servers.Sftp
) -> None:
    root = Path("/" + target.address.split("/", 3)[3])
    small = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(root)]
    if subprocess.run(small, check=False, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(DepositError, match="space on that disk"):
            deposits.deposit(package, target.address)
        assert target.held() == {}
        subprocess.run(["mount", "-o", "remount,size=8m", str(root)], check=True)
        assert deposits.deposit(package, target.address).receipt.verified == "read-back"
        assert differing(root / package.name, package) == ()
    finally:
        subprocess.run(["umount", str(root)], check=True)


def test_invalid_packages_do_not_disturb_parallel_deposits(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    root = Path("/" + target.address.split("/", 3)[3])
    packages = []
    for number in range(6):
        source = letter.with_name(f"letter-{number}")
        shutil.copytree(letter, source)
        record = source / "record.yaml"
        record.write_text(record.read_text().replace(f"id: {letter.name}", f"id: {source.name}", 1))
        packages.append(build_package(source, tmp_path / "many", on=date(2026, 11, 24)).path)
    (packages[1] / "bagit.txt").write_text("")
    (root / packages[4].name).mkdir()
    outcomes = [outcome for _, outcome in deposits.deposit_many(packages, target.address)]
    assert isinstance(outcomes[1], InvalidError)
    assert isinstance(outcomes[4], DepositError)
    for number in (0, 2, 3, 5):
        outcome = outcomes[number]
        assert isinstance(outcome, deposits.Deposited)
        assert outcome.receipt.answer == {"durable": True}
        assert differing(root / packages[number].name, packages[number]) == ()
    assert not list(root.glob(".*"))


def test_the_server_syncs_a_large_file_while_it_is_sent(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_module, "_LARGE", 1 << 20)
    asked: list[str] = []
    sync = ssh.Channel.sync_growing

    def counted(self: ssh.Channel, path: str, ready: Callable[[int], int]) -> None:
        asked.append(path)
        sync(self, path, ready)

    monkeypatch.setattr(ssh.Channel, "sync_growing", counted)
    (letter / "scan.tif").write_bytes(os.urandom(8 << 20))
    record = letter / "record.yaml"
    scan = "parts:\n  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", scan, 1))
    package = build_package(letter, tmp_path / "large", on=date(2026, 11, 24)).path
    done = deposits.deposit(package, target.address)
    assert [path.rpartition("/")[2] for path in asked] == ["scan.tif"]
    assert done.receipt.answer == {"durable": True}
    assert deposits.check_receipt(done.path, [target.address]).ok
