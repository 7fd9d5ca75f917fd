"""The ledger: what was checked when, one JSON line an entry, each sealing the one before.

An entry carries the SHA-256 of the line before it, so that nothing can be changed, taken out or
put in without breaking the chain at that place. What only the chain cannot show, that its end was
cut off, is shown by the head: number and digest of the last entry, kept in a file beside the
ledger (and best also elsewhere: in a mail, on paper, signed).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import InvalidError
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HEAD = re.compile(rb"([0-9]{1,18}) ([0-9a-f]{64})\s*")
GENESIS = "0" * 64
"""What the first entry has for the digest of the one before it."""

MALFORMED = Code(
    "ledger-malformed",
    Severity.ERROR,
    "A line of the ledger is no entry. Somebody or something wrote into the file; compare it with "
    "a copy.",
)
BROKEN = Code(
    "ledger-broken",
    Severity.ERROR,
    "An entry of the ledger does not follow from the one before it: one of the two was changed, or "
    "entries were taken out, put in or moved here. Compare the ledger with a copy.",
)
CUT_OFF = Code(
    "ledger-cut-off",
    Severity.ERROR,
    "The ledger ends before the entry that its head names: entries at its end are gone.",
)
OTHER_HEAD = Code(
    "ledger-head-differs",
    Severity.ERROR,
    "The entry that the ledger's head names is another one than when the head was written.",
)
HEAD_UNREADABLE = Code(
    "ledger-head-unreadable", Severity.ERROR, "The file with the ledger's head cannot be read."
)
HEAD_MISSING = Code(
    "ledger-head-missing",
    Severity.ERROR,
    "The ledger has entries and no head next to it, so that nothing shows whether its end was cut "
    "off. Restore the head from a copy.",
)
TORN = Code(
    "ledger-torn",
    Severity.WARNING,
    "The ledger's last line has no end: a run was killed while writing it. The next run takes the "
    "line out and says so in an entry; what it was about is checked again.",
)
CLOCK_BACK = Code(
    "ledger-clock-back",
    Severity.WARNING,
    "The clock is behind the time of the ledger's last entry. Entries keep their order by their "
    "numbers; put the clock right.",
)


_TEXTS = (
    "time",
    "event",
    "package",
    "id",
    "outcome",
    "seal",
    "previous",
    "detail",
    "accepted",
    "from",
)
_KINDS: dict[str, type] = dict.fromkeys((*_TEXTS, "software"), str)
_KINDS |= dict.fromkeys(("number", "size"), int)
_KINDS |= {"findings": list, "against": dict, "built_here": bool}


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger ends.

    Attributes:
        number: Of the last entry; 0 where there is none.
        digest: SHA-256 of its line.
    """

    number: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


@dataclass(slots=True)
class Ledger:
    """A ledger that is held by this run alone, and can be written.

    Attributes:
        path: Its file.
        head: Where it ends.
        last_time: The time of its last entry; empty where there is none.
        size: Bytes of its whole lines.
    """

    path: Path
    head: Head = field(default_factory=Head)
    last_time: str = ""
    size: int = 0

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Write entries and make them durable, then the head.

        When this is interrupted, the same can be appended again: what there is of it is taken out.

        Args:
            entries: What they say; number, time, software and the digest of the one before are
                added.

        Raises:
            StorageError: They could not be written; a line cut short is taken out by the next run.
        """
        if not entries:
            return
        lines = []
        number, digest = self.head.number, self.head.digest
        now = _now()
        for entry in entries:
            number += 1
            whole = {"number": number, "time": now, **entry, "software": SOFTWARE}
            line = json.dumps({**whole, "previous": digest}, ensure_ascii=False)
            lines.append(line)
            digest = _digest(line.encode())
        data = "".join(f"{line}\n" for line in lines).encode()
        head = Head(number, digest)
        if not self.head.number:  # so that a head is never missing
            storage.write_atomically(head_file(self.path), f"{self.head}\n".encode())
        with storage.storage_errors(f"writing the ledger {self.path}"):
            descriptor = storage.write_beneath(
                self.path.parent, self.path.name, more=os.path.lexists(self.path)
            )
            with os.fdopen(descriptor, "ab") as file:
                if file.tell() != self.size:
                    file.truncate(self.size)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        storage.write_atomically(head_file(self.path), f"{head}\n".encode())
        self.head, self.last_time, self.size = head, now, self.size + len(data)


def heads_folder(path: Path) -> Path:
    """The folder of a ledger's signed heads, beside it; see `heads`."""
    return path.with_name(f"{path.name}.heads")


def kept_heads(path: Path) -> list[Path]:
    """The files of the heads that were signed, the oldest first."""
    with storage.storage_errors(f"reading {heads_folder(path)}"):
        folder = heads_folder(path)
        return [folder / name for name in storage.names_in(folder, "*.head")]


def read_head(file: Path) -> Head | None:
    """A head from its file; None where the file says none.

    Raises:
        OSError: It cannot be read.
    """
    found = _HEAD.fullmatch(storage.read_regular(file))
    return Head(int(found[1]), found[2].decode()) if found else None


def head_file(path: Path) -> Path:
    """The file with a ledger's head, beside it."""
    return path.with_name(f"{path.name}.head")


@contextlib.contextmanager
def held(path: Path, take: Callable[[dict[str, Any]], None]) -> Iterator[tuple[Ledger, Report]]:
    """Hold a ledger, verified from its first entry to its last, to go on writing it.

    Args:
        path: Its file; a new ledger begins where there is none.
        take: Called with every entry, in their order.

    Raises:
        InvalidError: It is not what was written; its report says from which entry on.
        LockedError: Another run holds it.
        StorageError: It cannot be read or written.
    """
    with storage.storage_errors(f"making {path.parent}"):
        storage.make_folder(path.parent)
    with storage.Lock(path):
        ledger = Ledger(path)
        report = Report()
        if any(map(os.path.lexists, (path, head_file(path), *kept_heads(path)))):
            ledger, report = read(path, take)
            if not report.ok:
                raise InvalidError(
                    f"the ledger {path} is not what was written; nothing was added to it",
                    "compare it with a copy; to go on meanwhile, begin another with --ledger",
                    report,
                )
            _mend(ledger, report)
        if ledger.last_time > _now():
            message = f"the last entry is of {ledger.last_time}, and now it is {_now()}"
            report.add(CLOCK_BACK.at(Location(str(path)), message, "put the clock right"))
        yield ledger, report


def read(path: Path, take: Callable[[dict[str, Any]], None]) -> tuple[Ledger, Report]:
    """Read a ledger and verify its chain and its head.

    Args:
        path: Its file.
        take: Called with each entry up to where the chain breaks.

    Returns:
        The ledger, and what is wrong with it: the first place where the chain breaks, and the end.

    Raises:
        StorageError: It cannot be read.
    """
    ledger, report = Ledger(path), Report()
    stated = _stated_heads(path, report)
    last = max(stated, default=0)
    if not os.path.lexists(path) and (stated or not report.ok):
        if last:
            message = f"the ledger is not there; entries 1 to {last} are gone"
            report.add(CUT_OFF.at(Location(str(path)), message, "take it from a copy"))
        return ledger, report
    with storage.storage_errors(f"reading the ledger {path}"), storage.open_regular(path) as file:
        for at, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                report.add(TORN.at(Location(str(path), at), "this line has no end"))
                break
            entry = _entry(line)
            place = Location(str(path), at)
            if entry is None:
                report.add(MALFORMED.at(place, f"line {at} is no entry, {ledger.head.number + 1}"))
                return ledger, report
            if why := _unlinked(entry, ledger.head):
                report.add(BROKEN.at(place, why, "compare the ledger with a copy"))
                return ledger, report
            ledger.head = Head(ledger.head.number + 1, _digest(line.rstrip(b"\n")))
            ledger.last_time = str(entry.get("time", ""))
            ledger.size += len(line)
            if others := [
                each.name
                for each, head in stated.get(ledger.head.number, ())
                if head != ledger.head
            ]:
                message = f"entry {ledger.head.number} is not the one that {others[0]} is of"
                report.add(OTHER_HEAD.at(place, message, "compare the ledger with a copy"))
                return ledger, report
            take(entry)
    if last > ledger.head.number:
        message = (
            f"the ledger ends with entry {ledger.head.number}; entries {ledger.head.number + 1} "
            f"to {last} are gone"
        )
        report.add(CUT_OFF.at(Location(str(path)), message, "take them from a copy"))
    if not head_file(path).exists() and ledger.head.number and report.ok:
        hint = f"restore it; if you know that nothing was cut off, write into it: {ledger.head}"
        report.add(HEAD_MISSING.at(Location(str(head_file(path))), "there is no head", hint))
    return ledger, report


def _entry(line: bytes) -> dict[str, Any] | None:
    """An entry whose fields are of the kinds that are written; None for anything else."""
    try:
        entry = read_json(line)
        if b"\\ud" in line.lower():
            json.dumps(entry, ensure_ascii=False).encode()
    except ValueError:
        return None
    if not isinstance(entry, dict):
        return None
    for name, kind in _KINDS.items():
        if name in entry and type(entry[name]) is not kind:
            return None
    # Files are counted, but those restored are named.
    restored = entry.get("event") == "recovery"
    names = entry.get("files", []) if restored else []
    numbers = [entry.get("number"), entry.get("size", 0), 0 if restored else entry.get("files", 0)]
    if not isinstance(names, list):
        return None
    if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
        return None
    texts = [*entry.get("findings", ()), *entry.get("against", {}).values(), *names]
    if not all(isinstance(text, str) for text in texts):
        return None
    try:
        return entry if datetime.fromisoformat(entry["time"]).tzinfo else None
    except (KeyError, ValueError):
        return None


def _unlinked(entry: dict[str, Any], before: Head) -> str:
    """Why an entry does not follow from the one before it; empty where it does."""
    number = entry.get("number")
    if number != before.number + 1:
        return f"after entry {before.number} stands entry {number}"
    if entry.get("previous") != before.digest:
        return (
            f"entry {number} does not seal entry {before.number} as it stands: one of the two was "
            "changed"
        )
    return ""


def _stated_heads(path: Path, report: Report) -> dict[int, list[tuple[Path, Head]]]:
    """The ledger's head, and those that were signed, by the numbers of their entries."""
    stated: dict[int, list[tuple[Path, Head]]] = {}
    for file in (head_file(path), *kept_heads(path)):
        try:
            head = read_head(file)
        except FileNotFoundError:
            continue
        except OSError as error:
            report.add(
                HEAD_UNREADABLE.at(Location(str(file)), f"cannot be read: {storage.explain(error)}")
            )
            continue
        if head is None:
            report.add(HEAD_UNREADABLE.at(Location(str(file)), "is not NUMBER DIGEST"))
        else:
            stated.setdefault(head.number, []).append((file, head))
    return stated


def _mend(ledger: Ledger, report: Report) -> None:
    """Put on record that a line is taken out, by that very writing, which a run left unfinished."""
    if not any(finding.code == TORN.code for finding in report):
        return
    with storage.storage_errors(f"mending the ledger {ledger.path}"):
        torn = ledger.path.stat().st_size - ledger.size
    ledger.append([{"event": "ledger mended", "detail": f"{torn} bytes of an unfinished entry"}])


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _now() -> str:
    return written(datetime.now(UTC))


def written(time: datetime) -> str:
    """A time (UTC) as entries have it, fine enough to tell what came first within a second."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
