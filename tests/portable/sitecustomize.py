"""Hide from archive_pkg what not every system has, so that it works the portable way.

Python imports this module at its start if its folder is on PYTHONPATH:

    PYTHONPATH=tests/portable python -m pytest tests/test_storage.py

Only modules of archive_pkg see less; the tests and other libraries see the whole system.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
from pathlib import Path
from typing import Any

FILES: dict[str, set[str] | None] = {
    "fcntl": None,
    "os": {
        "O_DIRECTORY", "O_NOFOLLOW", "O_PATH", "fdatasync", "fork", "posix_fadvise", "pread",
        "preadv", "pwrite", "readv", "sync",
    },
}  # fmt: skip
"""Modules that are missing, and names that modules lack, where files are opened by path."""

WINDOWS: dict[str, set[str] | None] = {
    **dict.fromkeys(("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")),
    "os": {
        *(FILES["os"] or ()),
        "O_NOCTTY", "O_NONBLOCK", "WNOHANG", "chown", "fchmod", "fchown", "getegid", "geteuid",
        "getgid", "getpgid", "getuid",
        "killpg", "lchown", "major", "minor", "mkfifo", "nice", "sched_getaffinity",
        "set_blocking", "setsid", "statvfs", "uname", "writev",
    },
    "select": {"epoll", "poll"},
    "signal": {
        "ITIMER_REAL", "SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIG_BLOCK", "SIG_SETMASK",
        "SIG_UNBLOCK", "alarm", "pthread_sigmask", "setitimer", "sigwait", "sigwaitinfo",
    },
}  # fmt: skip
"""The same for Windows, and also what has nothing to do with files."""

_RELATIVE = {"link", "mkdir", "open", "rename", "replace", "rmdir", "scandir", "stat", "unlink"}


class _Limited(types.ModuleType):
    """A module that lacks some names. Others are looked up in the real one, which tests patch."""

    def __init__(self, name: str, hidden: set[str]) -> None:
        super().__init__(name)
        self._real, self._hidden = importlib.import_module(name), hidden

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            raise AttributeError(f"this system has no {self.__name__}.{name}")
        value = getattr(self._real, name)
        if self.__name__ == "os" and name in _RELATIVE:
            return _by_path(value, name)
        if name in ("supports_dir_fd", "supports_fd"):
            return set()
        if name == "CDLL":
            return _no_library
        return value


def _by_path(call: Any, name: str) -> Any:
    """Return a function of `os` that takes only paths, and opens no folder, as on Windows."""

    def limited(*given: Any, **named: Any) -> Any:
        if any(word.endswith("dir_fd") for word in named):
            raise NotImplementedError(f"os.{name} is not relative to a folder on this system")
        if name == "scandir" and isinstance(given[0], int):
            raise TypeError("os.scandir takes a path on this system")
        if name == "open" and Path(given[0]).is_dir():
            raise PermissionError(13, "folders cannot be opened on this system", given[0])
        return call(*given, **named)

    return limited


def _no_library(name: str | None, **_: object) -> None:
    raise TypeError("this system has no common library")


def hide(names: dict[str, Any]) -> None:
    """Hide modules and names of modules from archive_pkg, which must not be loaded yet."""
    load = builtins.__import__
    limited = {name: _Limited(name, hidden) for name, hidden in names.items() if hidden}
    limited["ctypes"] = _Limited("ctypes", set())

    def load_limited(name: str, *given: Any, **named: Any) -> Any:
        importer = named.get("globals", given[0] if given else None) or {}
        if (importer.get("__name__") or "").startswith("archive_pkg"):
            if names.get(name, ()) is None:
                raise ModuleNotFoundError(f"this system has no module {name}", name=name)
            if name in limited:
                return limited[name]
        return load(name, *given, **named)

    assert not any(name.startswith("archive_pkg") for name in sys.modules)
    builtins.__import__ = load_limited


if os.environ.get("ARCHIVE_PKG_TESTED_AS", "files") == "files":
    hide(FILES)
