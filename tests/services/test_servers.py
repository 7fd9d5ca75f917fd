"""Each server of the tests starts, listens on the loopback alone, and ends whole."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from pathlib import Path

import pytest
import servers

pytestmark = pytest.mark.service


def members(sessions: set[int]) -> list[Path]:
    """The processes of these sessions, by their folders below /proc."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(process.name)) in sessions:
                found.append(process)
    return found


def listeners(processes: servers.Processes) -> set[str]:
    """The addresses on which the processes of these sessions listen."""
    inodes = set()
    for process in members({process.pid for process in processes._running}):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            inodes |= {str(each.readlink()) for each in (process / "fd").iterdir()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                packed = bytes.fromhex(words[1].split(":")[0])
                groups = [packed[i : i + 4][::-1] for i in range(0, len(packed), 4)]
                found.add(str(ipaddress.ip_address(b"".join(groups))))
    return found


@pytest.mark.parametrize("name", ["sftp", "webdav", "swift", "localstack", "moto", "swh", "rdm"])
def test_on_the_loopback_alone(name: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(name)
    found = listeners(server.processes)
    assert found
    assert all(ipaddress.ip_address(each).is_loopback for each in found)


def test_ended_whole(tmp_path: Path) -> None:
    try:
        server = servers.Sftp(tmp_path)
    except servers.AbsentError as reason:
        pytest.skip(str(reason))
    sessions = {process.pid for process in server.processes._running}
    assert members(sessions)
    server.stop()
    assert not members(sessions)
