"""The targets as the tests see them: where they are, who may go in, what the server holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Target:
    """A running repository.

    Attributes:
        address: What `--to` takes.
        environment: Variables that hold the login, and where the certificates are.
        held: What the server holds, asked by its own interface or looked up on its disk: the
            SHA-256 of every file that stands under its final name, by path. Each deposit adds.
        zipped: Whether it holds zips.
        publishes: Whether it has drafts.
    """

    address: str
    held: Callable[[], Mapping[str, str]]
    environment: dict[str, str] = field(default_factory=dict)
    zipped: bool = False
    publishes: bool = False


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, hidden folders left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def file(folder: Path) -> Target:
    return Target(f"file:{folder / 'drop'}", lambda: digests(folder / "drop"))


def sftp(server: servers.Sftp, name: str, port: int | None = None) -> Target:
    """A fresh folder of the server, and a home whose ssh knows it."""
    root = server.root / name
    root.mkdir()
    home = server.root.parent / f"home-{name}"
    (home / ".ssh").mkdir(parents=True)
    port = port or server.port
    known = f"[{servers.LOOPBACK}]:{port} {' '.join(server.host_key)}\n"
    (home / ".ssh" / "known_hosts").write_text(known)
    (home / ".ssh" / "config").write_text(
        f"Host {servers.LOOPBACK}\n  IdentityFile {server.key}\n  User {server.user}\n"
    )
    return Target(
        f"sftp://{servers.LOOPBACK}:{port}{root}",
        lambda: digests(root),
        {"HOME": str(home), "SSH_AUTH_SOCK": ""},
    )


NAMES = ("file", "sftp")


def fresh(name: str, fixture: Callable[[str], object], folder: Path) -> Target:
    """A place of its own in a repository, started if it is not running yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == "file":
        return file(folder)
    unique = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    server = fixture(name)
    if isinstance(server, servers.Sftp):
        return sftp(server, unique)
    raise ValueError(name)
