"""Upload files into a draft of InvenioRDM; large files in parts, so that they can be resumed."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.deposits.http.client import segments
from archive_pkg.deposits.transfers import BLOCK, VerifiedReader
from archive_pkg.errors import DepositError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.deposits.http.client import HttpClient
    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.transfers import Item, Transfer
    from archive_pkg.deposits.zips import Upload

Json = dict[str, Any]

_FILE = {"key": str, "status?": str, "checksum?": str}
FILES = {"entries?": [_FILE]}
"""The shape of the server's list of files."""

PART = 64 * 1024 * 1024
"""A file larger than this is sent in parts of this size, or larger if there would be too many."""
_MOST_PARTS = 1000
_PARTS_AT_ONCE = 3
_BYTES = {"Content-Type": "application/octet-stream"}


def bring(
    web: HttpClient, files: str, wanted: Sequence[Upload], transfer: Transfer, journal: Journal
) -> tuple[dict[str, Json], bool]:
    """Upload files into a draft, and remove all others from it.

    Args:
        web: The server.
        files: The path of the draft's files.
        wanted: The zip, and the page if there is one.
        transfer: The package.
        journal: The journal of the deposit.

    Returns:
        The server's entry for each wanted file, by name; and whether anything was changed there.
    """
    names = {sent.item.path for sent in wanted}
    there: dict[str, Json] = {}
    new = False
    for entry in web.ask("GET", files).json(FILES).get("entries") or []:
        if entry["key"] in names:
            there[entry["key"]] = entry
        else:
            web.ask("DELETE", f"{files}/{segments(entry['key'])}", expect={204, 404})
            new = True
    for sent in wanted:
        held = there.get(sent.item.path)
        if held is None or not _complete(held) or md5_of(held) != sent.md5:
            there[sent.item.path] = _bring(web, files, sent, held, transfer, journal)
            new = True
    return there, new


def _bring(
    web: HttpClient,
    files: str,
    sent: Upload,
    held: Json | None,
    transfer: Transfer,
    journal: Journal,
) -> Json:
    """Send a file, or its missing parts, replacing a file of the same name there.

    Return the server's new entry for it.
    """
    path = f"{files}/{segments(sent.item.path)}"
    upload = journal.outcome(f"upload {sent.item.path}") or {}
    if held is None or _complete(held) or not upload.get("parts"):
        if held is not None:
            web.ask("DELETE", path, expect={204, 404})
        upload = _begin(web, files, sent.item, journal)
    step = f"send {sent.item.path}"
    journal.begin(step)
    if upload["parts"]:
        _send_parts(web, path, sent, upload, transfer, journal)
    else:
        with storage.open_regular(sent.path) as file:
            content = VerifiedReader(file, sent.item, transfer.tick)
            length = sent.item.size
            web.ask("PUT", f"{path}/content", content=content, length=length, headers=_BYTES)
    entry: Json = web.ask("POST", f"{path}/commit").json(_FILE)
    journal.done(step, checksum=entry.get("checksum"))
    return entry


def _complete(file: Json) -> bool:
    return bool(file.get("status") == "completed")


def md5_of(file: Json) -> str | None:
    """Return the MD5 that the server states for a file; None if it states none."""
    name, __, digest = str(file.get("checksum", "")).partition(":")
    return digest if name == "md5" and digest else None


def _begin(web: HttpClient, files: str, item: Item, journal: Journal) -> Json:
    """Announce a file, in parts if it is large and the storage supports them.

    Return the number and size of the parts, 0 for a file in one piece, and a name for the upload.
    """
    step = f"upload {item.path}"
    journal.begin(step)
    file: Json = {"key": item.path, "size": item.size}
    parts, size = 0, 0
    if item.size > PART:
        size = max(PART, -(-item.size // _MOST_PARTS))
        parts = -(-item.size // size)
        transfer = {"type": "M", "parts": parts, "part_size": size}
        reply = web.ask("POST", files, expect={201, 400}, data=[file | {"transfer": transfer}])
        parts = parts if reply.status == 201 else 0
    if not parts:
        reply = web.ask("POST", files, expect={201, 400}, data=[file])
        if reply.status == 400:
            raise DepositError(_("the draft does not accept a file called {path}", path=item.path))
    # Each announcement has its own parts; those of an earlier one cannot be used.
    return journal.done(step, parts=parts, size=size, name=secrets.token_hex(4))


def _send_parts(
    web: HttpClient, path: str, sent: Upload, upload: Json, transfer: Transfer, journal: Journal
) -> None:
    def send(number: int) -> None:
        start = (number - 1) * upload["size"]
        length = min(upload["size"], sent.item.size - start)
        step = f"part {number} of {upload['name']}"
        if journal.is_done(step):
            transfer.tick(length)
            return
        journal.begin(step)
        content = _slice(sent, start, length, transfer)
        web.ask("PUT", f"{path}/content/{number}", content=content, length=length, headers=_BYTES)
        journal.done(step)

    with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
        list(pool.map(send, range(1, upload["parts"] + 1)))


def _slice(sent: Upload, start: int, length: int, transfer: Transfer) -> Iterator[bytes]:
    with storage.open_regular(sent.path) as source:
        source.seek(start)
        while length:
            with storage.storage_errors(_("reading {path}", path=sent.path)):
                block = source.read(min(BLOCK, length))
            if not block:
                raise DepositError(_("{path} changed while it was being sent", path=sent.path))
            length -= len(block)
            transfer.tick(len(block))
            yield block
