"""`davs://HOST[:PORT]/PATH`: a drop folder behind WebDAV (RFC 4918) over TLS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from archive_pkg.deposits import credentials
from archive_pkg.deposits.http.answers import read_xml
from archive_pkg.deposits.http.client import HttpClient, segments
from archive_pkg.deposits.repositories.drop.drop_folder import (
    DropFolder,
    FolderStorage,
    TakenError,
    refuse_more,
)
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.deposits.shared_syncs import Steps

_DAV = "{DAV:}"
_SIZES = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/></prop></propfind>"""


class WebDavFolder(DropFolder):
    """The repository behind `davs://`; the folder must exist.

    The login is a user and a password (basic), or a token (bearer), for the host.
    """

    kind = "webdav"

    def __init__(self, address: str) -> None:
        """Read the address."""
        parts = credentials.split_address(address)
        if parts.username:
            shown = credentials.without_secret(address)
            raise UsageError(
                _("{shown} names a user", shown=shown), _("Run: archive-pkg login HOST --user NAME")
            )
        name = credentials.server_name(parts)
        path, written = credentials.place_of(parts)
        self.target = f"davs://{parts.netloc}{written}"
        self._login = credentials.login(name)
        headers = self._login.basic() if self._login else credentials.bearer(name)
        web = HttpClient(f"https://{parts.netloc}{segments(path)}", self.target, name, headers)
        super().__init__(WebDavStorage(web, self.target))


class WebDavStorage(FolderStorage):
    """A folder behind WebDAV; see `FolderStorage`."""

    resumes = False
    width = 4

    def __init__(self, web: HttpClient, target: str) -> None:
        """Use a server."""
        self._web = web
        self._target = target

    def list(self, path: str) -> dict[str, int] | None:
        """See `FolderStorage`. Lists level by level, because servers refuse infinite depth."""
        found: dict[str, int] = {}
        waiting, asked = [""], 0
        while waiting:
            prefix = waiting.pop()
            asked += 1
            refuse_more(len(found) + len(waiting) + asked, self._target)
            entries = self._entries(f"{path}/{prefix}")
            if entries is None:
                if prefix:
                    raise DepositError(
                        _(
                            "{target}/{path}/{prefix} vanished while it was read",
                            target=self._target,
                            path=path,
                            prefix=prefix,
                        )
                    )
                return None
            for name, size in entries:
                if size is None:
                    waiting.append(f"{prefix}{name}/")
                else:
                    found[prefix + name] = size
        return found

    def _entries(self, path: str) -> builtins.list[tuple[str, int | None]] | None:
        """Return the names in a folder, with the sizes of files; None if it does not exist."""
        reply = self._web.ask(
            "PROPFIND",
            segments(path),
            expect={207, 404},
            headers={"Depth": "1", "Content-Type": "application/xml"},
            content=_SIZES,
        )
        if reply.status == 404:
            return None
        own = unquote(urlsplit(self._web.url(segments(path))).path).rstrip("/")
        found = []
        for href, size in _responses(reply.body, self._target):
            there = unquote(_path_of(href, self._target)).rstrip("/")
            above, __, name = there.rpartition("/")
            if above == own and name:
                found.append((name, size))
        return found

    def make(self, paths: Sequence[str]) -> None:
        """See `FolderStorage`."""
        for path in paths:
            # 405: it exists; 409: its parent does not exist (RFC 4918, 9.3.1).
            reply = self._web.ask("MKCOL", f"{segments(path)}/", expect={201, 405, 409})
            if reply.status == 409:
                above = f"{self._target}/{path}".rpartition("/")[0]
                raise DepositError(
                    _("{above} does not exist", above=above),
                    _("Create it; the drop folder itself is not created."),
                )

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """See `FolderStorage`."""
        self._web.ask(
            "PUT",
            segments(path),
            content=source,
            length=size,
            headers={"Content-Type": "application/octet-stream"},
        )

    def read(self, path: str) -> Iterator[bytes]:
        """See `FolderStorage`."""
        with self._web.download(segments(path)) as blocks:
            yield from blocks

    def rename(self, old: str, new: str, mode: int) -> Steps[None]:
        """See `FolderStorage`. "Overwrite: F" refuses to replace (RFC 4918, 10.6)."""
        reply = self._web.ask(
            "MOVE",
            f"{segments(old)}/",
            expect={201, 204, 412},
            headers={"Destination": self._web.url(f"{segments(new)}/"), "Overwrite": "F"},
        )
        if reply.status == 412:
            raise TakenError(_("{target}/{new} exists", target=self._target, new=new))
        yield from ()

    def remove(self, path: str) -> None:
        """See `FolderStorage`."""
        reply = self._web.ask("DELETE", segments(path), expect={200, 204, 400, 404, 409})
        if reply.status in (400, 409):
            # Some servers require the slash after a folder's name.
            self._web.ask("DELETE", f"{segments(path)}/", expect={200, 204, 404})


def _path_of(href: str, target: str) -> str:
    try:
        return urlsplit(href).path
    except ValueError as error:
        raise DepositError(
            _("{target} lists {href!r}: {error}", target=target, href=href[:200], error=error)
        ) from error


def _responses(body: bytes, target: str) -> Iterator[tuple[str, int | None]]:
    """Yield the addresses in a multistatus answer, each with its size; None for folders."""
    root = read_xml(body, target, "Check that the address is WebDAV.")
    for response in root.iter(f"{_DAV}response"):
        href = response.findtext(f"{_DAV}href") or ""
        if response.find(f".//{_DAV}collection") is not None:
            yield href, None
        else:
            size = response.findtext(f".//{_DAV}getcontentlength") or ""
            if not re.fullmatch(r"[0-9]{1,19}", size):
                raise DepositError(
                    _("{target} does not report the size of {href}", target=target, href=href)
                )
            yield href, int(size)
