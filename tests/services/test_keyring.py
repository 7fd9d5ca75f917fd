"""Tokens in a real GNOME keyring, behind the Secret Service of its own session bus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.service, pytest.mark.keyring]
_OPEN = "printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
_LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
_LOGIN = '"$PYTHON" -m archive_pkg login'
_FIND = """"$PYTHON" -c '
import sys
from archive_pkg.deposits import credentials
name = sys.argv[1]
found = credentials.login(name)
print(found.user, str.__str__(found.password)) if found else print(
    str.__str__(credentials.find_token(name) or "nothing"))' """


def session(home: Path, *commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands in a session with its own bus, and return their output."""
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (tests/services/install.sh installs it)")
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "LANG": "C.UTF-8"}
    return subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", "\n".join(commands)],
        env={**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_keyring_keeps_logins_encrypted_after_the_session_ends(tmp_path: Path) -> None:
    kept = session(
        tmp_path,
        _OPEN,
        f"echo token-of-mine | {_LOGIN} zenodo",
        f"echo pass:word | {_LOGIN} dav.example.org --user me",
    )
    assert kept.stdout.count("stored in the keyring") == 2, kept.stderr
    later = session(tmp_path, _OPEN, f"{_FIND} zenodo", f"{_FIND} dav.example.org", f"{_FIND} x")
    assert later.stdout.splitlines() == ["token-of-mine", "me pass:word", "nothing"], later.stderr
    files = [path for path in (tmp_path / ".local").rglob("*") if path.is_file()]
    assert files
    assert not any(b"token-of-mine" in path.read_bytes() for path in files)


def test_a_login_is_not_stored_in_a_locked_keyring(tmp_path: Path) -> None:
    locked = session(tmp_path, _LOCKED, f"echo token-of-mine | {_LOGIN} zenodo", "echo $?")
    assert locked.stdout.split() == ["5"]
    assert "the keyring cannot store it" in locked.stderr
    assert "token-of-mine" not in locked.stderr
