"""The servers as fixtures: started when a test first asks for one, stopped at the session's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
import servers
import targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Server = TypeVar("Server")


def _run(make: Callable[[Path], Server], factory: pytest.TempPathFactory) -> Iterator[Server]:
    try:
        server = make(factory.mktemp(make.__name__.lower()))
    except servers.AbsentError as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Sftp]:
    yield from _run(servers.Sftp, tmp_path_factory)


@pytest.fixture(scope="session")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.WebDav]:
    yield from _run(servers.WebDav, tmp_path_factory)


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Swift]:
    yield from _run(servers.Swift, tmp_path_factory)


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.LocalStack]:
    yield from _run(servers.LocalStack, tmp_path_factory)


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Moto]:
    yield from _run(servers.Moto, tmp_path_factory)


@pytest.fixture(scope="session")
def swh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.SwhDeposit]:
    yield from _run(servers.SwhDeposit, tmp_path_factory)


@pytest.fixture(scope="session")
def rdm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.InvenioRdm]:
    yield from _run(servers.InvenioRdm, tmp_path_factory)


@pytest.fixture
def target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> targets.Target:
    """A fresh place in the repository that the test is parametrized with, the login set."""
    made = targets.fresh(request.param, request.getfixturevalue, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture(autouse=True)
def _no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
