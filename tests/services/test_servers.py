"""The test servers listen on loopback only, and leave no processes and no folders."""

from __future__ import annotations

import contextlib
import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest

from program import PATIENCE, wait_until
from services import servers
from services.keeper import members

pytestmark = pytest.mark.service


def listeners(processes: servers.Processes) -> set[str]:
    """Return the addresses on which the processes of a server listen."""
    inodes = set()
    for process in members({process.pid for process in processes._running}):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            inodes |= {str(each.readlink()) for each in Path(f"/proc/{process}/fd").iterdir()}
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
def test_test_servers_listen_only_on_the_loopback_interface(
    name: str, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(name)
    found = listeners(server.processes)
    assert found
    assert all(ipaddress.ip_address(each).is_loopback for each in found)


def test_killed_tests_leave_no_server_and_no_folder(tmp_path: Path) -> None:
    program = tmp_path / "killed.py"
    program.write_text(
        "import os, signal, sys\n"
        f"sys.path[:0] = {[str(each) for each in Path(servers.__file__).parents[:2]]}\n"
        "import servers\n"
        "with servers.kept_folder('killed') as folder:\n"
        "    server = servers.Sftp(folder)\n"
        "    print(folder, *(each.pid for each in server.processes._running), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, program], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    if "AbsentError" in killed.stderr:
        pytest.skip("OpenSSH's sshd is not installed")
    folder, *sessions = killed.stdout.split()
    assert sessions
    wait_until(lambda: not members(set(map(int, sessions))) and not Path(folder).exists())


def test_stopping_a_server_ends_all_its_processes(tmp_path: Path) -> None:
    try:
        server = servers.Sftp(tmp_path)
    except servers.AbsentError as reason:
        pytest.skip(str(reason))
    sessions = {process.pid for process in server.processes._running}
    assert members(sessions)
    server.stop()
    assert not members(sessions)
