"""Deposits to real servers over HTTP, killed at twenty instants: no loss, no duplicate.

The instants (see `mortal.py`) are spread over the whole run, so that each kind of step is
interrupted before it, in it and after it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import bagit
import pytest

from archive_pkg import deposits
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing
from archive_pkg.packages.page import package_page
from services import servers, targets

pytestmark = pytest.mark.service
INSTANTS = 20


def mortal(instant: int, *words: object) -> subprocess.CompletedProcess[str]:
    program = Path(__file__).with_name("mortal.py")
    return subprocess.run(
        [sys.executable, program, str(instant), "deposit", *map(str, words), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def rounds(
    letter: Path, tmp_path: Path, *words: str, clear: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Yield packages, each with its deposit killed at another instant."""
    record = letter / "record.yaml"
    plain = record.read_text()

    def package(number: int) -> Path:
        record.write_text(plain.replace("title: Letter", f"title: Letter {number}", 1))
        return build_package(letter, tmp_path / str(number), on=date(2026, 11, 24)).path

    rehearsal = mortal(10**6, package(INSTANTS), *words)
    assert rehearsal.returncode in (0, 4), rehearsal.stderr
    total = int(rehearsal.stderr.split()[-1])
    assert total > INSTANTS
    for number in range(INSTANTS):
        clear()
        there = package(number)
        died = mortal(total * number // INSTANTS + 1, there, *words)
        assert died.returncode == -signal.SIGKILL
        yield there


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> targets.Target:
    """A place in a repository; the login is set."""
    target = targets.fresh(request.param, request.getfixturevalue, tmp_path / "place")
    for variable, value in target.environment.items():
        monkeypatch.setenv(variable, value)
    return target


@pytest.mark.parametrize("place", ["rdm"], indirect=True)
def test_a_killed_deposit_to_inveniordm_is_completed_and_published_once(
    place: targets.Target, rdm: servers.InvenioRdm, letter: Path, tmp_path: Path
) -> None:
    before = rdm.records()
    for package in rounds(letter, tmp_path, "--to", place.address, "--publish"):
        done = deposits.deposit(package, place.address, publish=True, page=package_page)
        assert (done.receipt.state, done.receipt.verified) == ("published", "server-digest")
        assert done.receipt.version == "v1"
        assert len(done.receipt.files) == 2
        assert not deposits.deposit(package, place.address, publish=True, page=package_page).new
        back = deposits.fetch(done.path, package.parent / "back", [place.address])
        assert differing(back, package) == ()
    # As many as packages, including that of the rehearsal: one more would be a duplicate.
    made = rdm.records().items() - before.items()
    assert [state for _, state in made] == ["published"] * (INSTANTS + 1)
    assert len(place.held()) == 2 * (INSTANTS + 1)  # a zip and a page each


@pytest.mark.parametrize("place", ["webdav"], indirect=True)
def test_a_killed_deposit_to_webdav_is_completed(
    place: targets.Target, webdav: servers.WebDav, letter: Path, tmp_path: Path
) -> None:
    assert place.clear is not None
    for package in rounds(letter, tmp_path, "--to", place.address, clear=place.clear):
        held = place.held()
        done = deposits.deposit(package, place.address)
        sent = sorted(file.sha256 for file in done.receipt.files)
        assert held == {} or sorted(held.values()) == sent
        assert sorted(place.held().values()) == sent
        assert done.receipt.verified == "read-back"
        assert not deposits.deposit(package, place.address).new
        back = deposits.fetch(done.path, package.parent / "back", [place.address])
        assert differing(back, package) == ()


@pytest.mark.parametrize("place", ["sftp", "swift"], indirect=True)
def test_a_killed_deposit_of_a_plain_bag_is_completed(
    place: targets.Target, tmp_path: Path
) -> None:
    def bag(number: int) -> Path:
        made = tmp_path / f"bag{number:02}"
        (made / "photographs").mkdir(parents=True)
        for page in range(12):
            (made / "photographs" / f"{page}.tif").write_bytes(b"II*\0" * page)
        (made / "notes.txt").write_text(f"{number}")
        bagit.make_bag(str(made), checksums=["sha256"])
        return made

    rehearsal = mortal(10**6, bag(INSTANTS), "--to", place.address)
    assert rehearsal.returncode == 0, rehearsal.stderr
    total = int(rehearsal.stderr.split()[-1])
    assert total > INSTANTS
    for number in range(INSTANTS):
        made = bag(number)
        died = mortal(total * number // INSTANTS + 1, made, "--to", place.address)
        assert died.returncode == -signal.SIGKILL
        deposits.deposit(made, place.address)
        held = [digest for path, digest in place.held().items() if made.name in path]
        assert sorted(held) == sorted(targets.digests(made).values())
        assert not deposits.deposit(made, place.address).new


def test_a_killed_deposit_to_swh_deposit_is_completed_once(
    swh: servers.SwhDeposit, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(swh.ca))
    monkeypatch.setenv(targets.variable(swh.port, "USER"), swh.user)
    monkeypatch.setenv(targets.variable(swh.port, "PASSWORD"), swh.password)
    address = f"sword2+https://{servers.LOOPBACK}:{swh.port}/1/{swh.collection}/"
    before, held = swh.deposits(), swh.archives()
    for package in rounds(letter, tmp_path, "--to", address, "--publish"):
        done = deposits.deposit(package, address, publish=True)
        assert done.receipt.state in ("published", "pending")
        (sent,) = done.receipt.files
        assert list(swh.archives().values()).count(sent.sha256) == 1
        assert not deposits.deposit(package, address, publish=True).new
    made = dict(swh.deposits().items() - before.items())
    assert len(made) == INSTANTS + 1
    assert len(swh.archives()) == len(held) + INSTANTS + 1
    assert set(made.values()) == {"deposited"}
