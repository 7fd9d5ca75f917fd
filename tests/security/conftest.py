"""Other users of the machine: the program and small programs run under other user numbers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import archive_pkg
from program import PATIENCE

REQUIRED = "ARCHIVE_PKG_OTHER_USERS"
"""When this is "required", the tests that need other users fail where there are none."""

PYTHON = "ARCHIVE_PKG_PYTHON_FOR_ALL"
"""A Python that every user can run and that has what the program needs."""

USER, STRANGER = 12345, 65534


@dataclass(frozen=True)
class Person:
    """A user of the machine.

    Attributes:
        uid: The user's number.
        home: The user's folder, which others may look into.
    """

    uid: int
    home: Path
    _words: tuple[str, ...] = field(repr=False)

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start Python with some arguments as this user."""
        setting = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        own = [f"HOME={self.home}", "XDG_STATE_HOME="]
        return subprocess.Popen(
            [*setting, "env", *own, *self._words, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
        )

    def python(self, code: str, *words: object) -> str:
        """Run a small Python program as this user, with arguments in `sys.argv`."""
        done = self._done("-c", code, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run the command line as this user."""
        return self._done("-m", "archive_pkg", *words)

    def can_run_it(self) -> bool:
        """Return whether this user can run the program."""
        return self._done("-c", "import archive_pkg.cli").returncode == 0

    def _done(self, *words: object) -> subprocess.CompletedProcess[str]:
        with self.start(*words) as process:
            said, complaint = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, said, complaint)

    def owns(self, *paths: Path) -> None:
        """Make this user the owner of files and folders with their contents."""
        for path in paths:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.uid, follow_symlinks=False)


@dataclass(frozen=True)
class Machine:
    """A machine with two users who do not trust each other.

    Attributes:
        shared: A folder like /tmp, in which everybody may make files.
        user: The user who works with the program.
        stranger: Another user.
    """

    shared: Path
    user: Person
    stranger: Person


@pytest.fixture(scope="session")
def python_for_all() -> tuple[str, ...]:
    """Return a command line for a Python that every user can run, with the program."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return _without("only root can start programs as other users, with setpriv")
    source = Path(archive_pkg.__file__).parents[1]
    paths = f"PYTHONPATH={source}:{sysconfig.get_paths()['purelib']}"
    named = os.environ.get(PYTHON)
    tried = [(named,)] if named else [(paths, sys.executable), (paths, "/usr/bin/python3")]
    for words in tried:
        person = Person(USER, Path("/"), ("PYTHONDONTWRITEBYTECODE=1", *words))
        if person.can_run_it():
            return person._words
    return _without(f"no Python here can be run by every user; name one in {PYTHON}")


def _without(reason: str) -> tuple[str, ...]:
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def machine(python_for_all: tuple[str, ...]) -> Iterator[Machine]:
    """A machine with two users and a shared folder; pytest's own folder is closed to them."""
    root = Path(tempfile.mkdtemp(prefix="archive-pkg-machine-"))
    try:
        root.chmod(0o755)
        shared = root / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        people = []
        for name, uid in (("user", USER), ("stranger", STRANGER)):
            home = root / name
            home.mkdir()
            os.chown(home, uid, uid)
            people.append(Person(uid, home, python_for_all))
        yield Machine(shared, *people)
    finally:
        shutil.rmtree(root, ignore_errors=True)
