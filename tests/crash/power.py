"""Simulate a disk that loses unsynced data: the states of a folder after a power cut.

Every call that creates, renames, links, removes or syncs a file below the folder is recorded. The
power can fail before each call and at the end. After that, the folder has these contents:

- a file has the bytes of its last sync (no bytes if it was never synced), or all bytes, or half of
  the bytes that were added since the sync
- a folder has the names of its last sync, or all names. This is independent for each folder, so a
  removal in one folder can be on the disk before an earlier rename in another. But a rename from
  one folder to another is on the disk in both folders or in neither.
- files of SQLite have all their bytes, because SQLite syncs them itself
"""

from __future__ import annotations

import builtins
import io
import os
import re
import shutil
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.storage import files

State = dict[str, tuple[int, int, bytes | None]]
"""Each path with its mode, time and bytes; a folder has None."""

_BEFORE = ("rename", "replace", "link", "unlink", "remove", "rmdir", "mkdir", "ftruncate", "write")
_STAGED = re.compile(
    r"(\.archive-pkg-[0-9a-f]{8}|\.[0-9a-f]{12}\.part)(?=/|$)|\.archive-pkg/work(?=/)"
)
"""Folders in which a run builds something that has no name yet."""


class Node:
    """A file or folder with its contents and the synced part of them."""

    def __init__(self, status: os.stat_result) -> None:
        self.is_folder = stat.S_ISDIR(status.st_mode)
        self.mode, self.time = status.st_mode, status.st_mtime_ns
        self.live: Any = {} if self.is_folder else b""
        self.safe: Any = {} if self.is_folder else b""
        self.tied = {self}  # the folders that something was moved to or from

    def sync(self) -> None:
        for node in self.tied:
            node.safe, node.tied = node.live, {node}


class Power:
    """Record work on a folder, and return the states that a power cut can leave."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.exchanges = True  # whether the system can exchange two names
        root.mkdir()
        self._nodes: dict[int, Node] = {}
        self._seen: dict[Any, State] = {}
        self._lock = threading.RLock()

    def states(self, work: Callable[[], object]) -> tuple[list[State], list[State]]:
        """Do the work on a folder that is durable; the states during it, and those after it."""
        self._nodes, self._seen = {}, {}
        self._look()
        self._sync_all()
        with self._noticing():
            work()
        during, self._seen = list(self._seen.values()), {}
        self._look()
        self._cut()
        return during, list(self._seen.values())

    def restore(self, state: State) -> None:
        """Give the folder the contents of a state."""
        shutil.rmtree(self.root)
        for path, (mode, time, data) in state.items():
            here = self.root / path
            if data is None:
                here.mkdir(mode=stat.S_IMODE(mode) | 0o700)
            else:
                here.write_bytes(data)
                here.chmod(stat.S_IMODE(mode))
            os.utime(here, ns=(time, time))

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in _BEFORE:
                patch.setattr(os, name, self._noticed(getattr(os, name)))
            for module, name in ((os, "open"), (io, "open"), (builtins, "open")):
                patch.setattr(module, name, self._noticed_opening(getattr(module, name)))
            for name in ("fsync", "fdatasync"):
                patch.setattr(os, name, self._sync)
            call = files._system_call
            rename = self._noticed(call("renameat2")) if self.exchanges else None
            calls = {"syncfs": lambda _: self._syncfs(), "renameat2": rename}
            patch.setattr(files, "_system_call", calls.get)
            yield

    def _noticed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def noticed(*given: Any, **named: Any) -> Any:
            with self._lock:
                self._moment()
                try:
                    return call(*given, **named)
                finally:
                    self._look()

        return noticed

    def _noticed_opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        noticed = self._noticed(call)

        def opened(*given: Any, **named: Any) -> Any:
            how = named.get("mode", given[1] if len(given) > 1 else "r")
            writes = how & os.O_CREAT if isinstance(how, int) else how[0] in "wax"
            return (noticed if writes else call)(*given, **named)

        return opened

    def _sync(self, descriptor: int) -> None:
        with self._lock:
            self._moment()
            node = self._nodes.get(os.fstat(descriptor).st_ino)
            if node is not None:
                node.sync()

    def _syncfs(self) -> int:
        with self._lock:
            self._moment()
            self._sync_all()
        return 0

    def _sync_all(self) -> None:
        for node in self._nodes.values():
            node.sync()

    def _moment(self) -> None:
        self._look()
        self._cut()

    def _look(self) -> None:
        """Record the current contents of the folder."""
        known, self._nodes = self._nodes, {}
        before = _places(known.values())

        def look(path: str, status: os.stat_result) -> Node:
            node = self._nodes.get(status.st_ino) or known.get(status.st_ino) or Node(status)
            self._nodes[status.st_ino] = node
            node.mode, node.time = status.st_mode, status.st_mtime_ns
            if node.is_folder:
                with os.scandir(path) as entries:
                    found = [(entry.name, entry.path, entry.stat()) for entry in entries]
                node.live = {name: look(path, status) for name, path, status in sorted(found)}
            else:
                with _open(path, "rb") as file:
                    node.live = file.read()
                if ".sqlite" in path:
                    node.safe = node.live
            return node

        look(str(self.root), self.root.stat())
        for node, places in _places(self._nodes.values()).items():
            for old in before.get(node, places) - places:
                for new in places - before[node]:
                    together = old.tied | new.tied
                    for each in together:
                        each.tied = together

    def _cut(self) -> None:
        """Record the states that a power cut could leave now."""
        top = self._nodes[self.root.stat().st_ino]
        dirty = [node for node in _folders(top) if node.live != node.safe]
        everything, nothing = (lambda _: True), (lambda _: False)
        self._note(top, everything, everything)
        for names in (everything, nothing):
            self._note(top, names, nothing)
            self._note(top, names, nothing, half=True)
        for one in dirty if len(dirty) > 1 else []:
            self._note(top, one.tied.__contains__, nothing)
            self._note(top, partial(_is_outside, one.tied), nothing)

    def _note(
        self,
        top: Node,
        arrived: Callable[[Node], bool],
        written: Callable[[Node], bool],
        *,
        half: bool = False,
    ) -> None:
        state: State = {}
        cut: list[str] = []

        def note(path: str, node: Node) -> None:
            if node.is_folder:
                state[path] = (node.mode, node.time, None)
                for name, inner in (node.live if arrived(node) else node.safe).items():
                    note(f"{path}/{name}" if path else name, inner)
                return
            data = node.live if written(node) else node.safe
            if half and data != node.live and node.live.startswith(data):
                data = node.live[: (len(data) + len(node.live)) // 2]
            state[path] = (node.mode, node.time, data)
            if data != node.live:
                cut.append(path)

        note("", top)
        # Of a file without a name, it is only recorded whether bytes were lost.
        lost = any(_STAGED.search(path) for path in cut)
        outside = [
            (_STAGED.sub("*", path), None if _STAGED.search(path) else data)
            for path, (_, _, data) in state.items()
            if not _STAGED.search(os.path.dirname(path))  # noqa: PTH120
        ]
        self._seen.setdefault((lost, *outside), state)


_open = open


def _is_outside(nodes: set[Node], node: Node) -> bool:
    return node not in nodes


def _places(nodes: Iterable[Node]) -> dict[Node, set[Node]]:
    """Return the folders that contain each file or folder."""
    places: dict[Node, set[Node]] = {}
    for folder in nodes:
        for node in folder.live.values() if folder.is_folder else ():
            places.setdefault(node, set()).add(folder)
    return places


def _folders(top: Node) -> Iterator[Node]:
    """Return the folders that a power cut leaves, the topmost first."""
    yield top
    for node in top.safe.values():
        if node.is_folder:
            yield from _folders(node)
