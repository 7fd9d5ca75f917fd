"""Fixtures for servers: each is started for the first test that uses it, and stopped at the end.

A test carries the marker of each server that it needs, so that `-m "service and sftp"` runs those
of one server, and `-m "service and not rdm"` all but those of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services import servers, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SERVERS = {"sftp", "webdav", "swift", "localstack", "moto", "swh", "rdm"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test with the servers that its fixtures and parameters name."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    named = {each for each in parameters if isinstance(each, str)}
    for name in sorted(SERVERS & (named | set(getattr(item, "fixturenames", ())))):
        item.add_marker(name)


def _run(make: Callable[[Path], servers.Server]) -> Iterator[servers.Server]:
    with servers.kept_folder(make.__name__.lower()) as folder:
        try:
            server = make(folder)
        except servers.AbsentError as reason:
            pytest.skip(str(reason))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def sftp() -> Iterator[servers.Sftp]:
    yield from _run(servers.Sftp)


@pytest.fixture(scope="session")
def webdav() -> Iterator[servers.WebDav]:
    yield from _run(servers.WebDav)


@pytest.fixture(scope="session")
def swift() -> Iterator[servers.Swift]:
    yield from _run(servers.Swift)


@pytest.fixture(scope="session")
def localstack() -> Iterator[servers.LocalStack]:
    yield from _run(servers.LocalStack)


@pytest.fixture(scope="session")
def moto() -> Iterator[servers.Moto]:
    yield from _run(servers.Moto)


@pytest.fixture(scope="session")
def swh() -> Iterator[servers.SwhDeposit]:
    yield from _run(servers.SwhDeposit)


@pytest.fixture(scope="session")
def rdm() -> Iterator[servers.InvenioRdm]:
    yield from _run(servers.InvenioRdm)


@pytest.fixture
def letter(letter: Path, tmp_path: Path) -> Path:
    """A letter that is different in each test, so that a repository does not find the last one."""
    record = letter / "record.yaml"
    title = f"title: Letter of {tmp_path.name}"
    record.write_text(record.read_text().replace("title: Letter", title, 1))
    return letter


@pytest.fixture
def target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> targets.Target:
    """A fresh place in the repository of the test's parameter; the login is set."""
    made = targets.fresh(request.param, request.getfixturevalue, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
