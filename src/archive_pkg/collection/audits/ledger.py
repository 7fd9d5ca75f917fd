"""The ledger of a collection: one JSON line per entry, with the digest of the line before.

Changing, removing or inserting an entry breaks this chain at that place. The chain cannot show that
entries at the end were removed. The head shows this: it is the number and digest of the last entry,
in a file next to the ledger. Keep a copy of the head elsewhere, preferably a signed one.
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
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HEAD = re.compile(rb"([0-9]{1,18}) ([0-9a-f]{64})\s*")
GENESIS = "0" * 64
"""What the first entry has instead of the digest of the line before."""

MALFORMED = Code(
    "ledger-malformed",
    Severity.ERROR,
    "A line of the ledger is not an entry: something else wrote into the file. Compare it with a "
    "copy.",
)
BROKEN = Code(
    "ledger-broken",
    Severity.ERROR,
    "An entry of the ledger does not follow from the one before it: one of the two was changed, or "
    "entries were removed, inserted or moved. Compare the ledger with a copy.",
)
CUT_OFF = Code(
    "ledger-cut-off",
    Severity.ERROR,
    "The ledger ends before the entry that its head names: entries at its end are missing. Restore "
    "them from a copy.",
)
OTHER_HEAD = Code(
    "ledger-head-differs",
    Severity.ERROR,
    "The entry that the ledger's head names has changed since the head was written. Compare the "
    "ledger with a copy.",
)
HEAD_UNREADABLE = Code(
    "ledger-head-unreadable", Severity.ERROR, "The file with the ledger's head cannot be read."
)
HEAD_MISSING = Code(
    "ledger-head-missing",
    Severity.ERROR,
    "The ledger has entries but no head file next to it, so nothing shows whether its end was cut "
    "off. Restore the head from a copy.",
)
TORN = Code(
    "ledger-torn",
    Severity.WARNING,
    "The ledger's last line is incomplete: a run was killed while writing it. The next run removes "
    "the line, records that in an entry, and checks the package again.",
)
CLOCK_BACK = Code(
    "ledger-clock-back",
    Severity.WARNING,
    "The clock is earlier than the time of the ledger's last entry. Entries keep their order by "
    "their numbers. Correct the clock.",
)


_TEXTS = (
    "time", "event", "package", "id", "outcome", "seal", "previous", "detail", "accepted", "from",
)  # fmt: skip
_KINDS: dict[str, type] = dict.fromkeys((*_TEXTS, "software"), str)
_KINDS |= dict.fromkeys(("number", "size"), int)
_KINDS |= {"findings": list, "against": dict, "built_here": bool}


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The number and digest of a ledger's last entry.

    Attributes:
        number: The number of the last entry; 0 if the ledger is empty.
        digest: The SHA-256 of its line; `GENESIS` if the ledger is empty.
    """

    number: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


@dataclass(slots=True)
class Ledger:
    """A ledger as it was read. Entries can be appended to it while `held` locks it.

    Attributes:
        path: The ledger's file.
        head: The number and digest of its last entry.
        last_time: The time of its last entry; empty if there is none.
        size: The number of bytes of its complete lines.
    """

    path: Path
    head: LedgerHead = field(default_factory=LedgerHead)
    last_time: str = ""
    size: int = 0

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Write entries and make them durable, then write the head.

        After an interruption, append the same entries again: an incomplete write is removed.

        Args:
            entries: The entries without number, time, software and previous digest, which are
                added here.

        Raises:
            StorageError: They could not be written. The next run removes an incomplete line.
        """
        if not entries:
            return
        lines = []
        number, digest = self.head.number, self.head.digest
        now = _now()
        for entry in entries:
            number += 1
            complete = {"number": number, "time": now, **entry, "software": SOFTWARE}
            line = json.dumps({**complete, "previous": digest}, ensure_ascii=False)
            lines.append(line)
            digest = _digest(line.encode())
        data = "".join(f"{line}\n" for line in lines).encode()
        head = LedgerHead(number, digest)
        if not self.head.number:  # a ledger with entries must have a head
            storage.write_atomically(head_file(self.path), f"{self.head}\n".encode())
        with storage.storage_errors(f"writing the ledger {self.path}"):
            descriptor = storage.write_beneath(
                self.path.parent, self.path.name, append=os.path.lexists(self.path)
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
    """Return the folder of a ledger's signed heads, next to it; see `signed_heads`."""
    return path.with_name(f"{path.name}.heads")


def kept_heads(path: Path) -> list[Path]:
    """Return the files of the signed heads, oldest first."""
    with storage.storage_errors(f"reading {heads_folder(path)}"):
        folder = heads_folder(path)
        return [folder / name for name in storage.names_in(folder, "*.head")]


def read_head(file: Path) -> LedgerHead | None:
    """Return the head in a file; None if the file does not contain one.

    Raises:
        OSError: It cannot be read.
    """
    found = _HEAD.fullmatch(storage.read_regular(file))
    return LedgerHead(int(found[1]), found[2].decode()) if found else None


def head_file(path: Path) -> Path:
    """Return the file with a ledger's head, next to the ledger."""
    return path.with_name(f"{path.name}.head")


@contextlib.contextmanager
def held(path: Path, take: Callable[[dict[str, Any]], None]) -> Iterator[tuple[Ledger, Report]]:
    """Lock a ledger for writing, after verifying every entry.

    Args:
        path: The ledger's file. It need not exist.
        take: Called with every entry, in order.

    Raises:
        InvalidError: The ledger was changed or is damaged; the report says from which entry on.
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
                    f"the ledger {path} was changed or is damaged; nothing was added",
                    "Compare it with a copy. To continue now, start another ledger with --ledger.",
                    report,
                )
            _record_torn_line(ledger, report)
        if ledger.last_time > _now():
            message = f"the last entry is dated {ledger.last_time}, but the clock says {_now()}"
            report.add(CLOCK_BACK.at(Location(str(path)), message, "Correct the clock."))
        yield ledger, report


def read(path: Path, take: Callable[[dict[str, Any]], None]) -> tuple[Ledger, Report]:
    """Read a ledger and verify its chain and its head.

    Args:
        path: The ledger's file.
        take: Called with each entry up to the place where the chain breaks.

    Returns:
        The ledger, and a report on the first place where the chain breaks and on the end.

    Raises:
        StorageError: It cannot be read.
    """
    ledger, report = Ledger(path), Report()
    stated = _stated_heads(path, report)
    last = max(stated, default=0)
    if not os.path.lexists(path) and (stated or not report.ok):
        if last:
            message = f"the ledger is missing, with entries 1 to {last}"
            report.add(CUT_OFF.at(Location(str(path)), message, "Restore it from a copy."))
        return ledger, report
    refuse_missing(path)
    with storage.storage_errors(f"reading the ledger {path}"), storage.open_regular(path) as file:
        for at, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                report.add(TORN.at(Location(str(path), at), "this line is incomplete"))
                break
            entry = _entry(line)
            place = Location(str(path), at)
            if entry is None:
                report.add(MALFORMED.at(place, f"line {at} is not entry {ledger.head.number + 1}"))
                return ledger, report
            if why := _unlinked(entry, ledger.head):
                report.add(BROKEN.at(place, why, "Compare the ledger with a copy."))
                return ledger, report
            ledger.head = LedgerHead(ledger.head.number + 1, _digest(line.rstrip(b"\n")))
            ledger.last_time = str(entry.get("time", ""))
            ledger.size += len(line)
            if others := [
                each.name
                for each, head in stated.get(ledger.head.number, ())
                if head != ledger.head
            ]:
                message = f"entry {ledger.head.number} is not the one that {others[0]} names"
                report.add(OTHER_HEAD.at(place, message, "Compare the ledger with a copy."))
                return ledger, report
            take(entry)
    if last > ledger.head.number:
        message = (
            f"the ledger ends with entry {ledger.head.number}; entries {ledger.head.number + 1} "
            f"to {last} are missing"
        )
        report.add(CUT_OFF.at(Location(str(path)), message, "Restore them from a copy."))
    if not head_file(path).exists() and ledger.head.number and report.ok:
        hint = f"Restore it. If you are sure that nothing was cut off, write into it: {ledger.head}"
        report.add(
            HEAD_MISSING.at(Location(str(head_file(path))), "the head file is missing", hint)
        )
    return ledger, report


def refuse_missing(path: Path) -> None:
    """Raise a StorageError if a ledger does not exist."""
    if not os.path.lexists(path):
        hint = "Start one: archive-pkg audit run COLLECTION"
        raise StorageError(f"the ledger {path} does not exist", hint)


def _entry(line: bytes) -> dict[str, Any] | None:
    """Return an entry whose fields have the right types; None for anything else."""
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
    # Most entries count files; those of a recovery name them.
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


def _unlinked(entry: dict[str, Any], before: LedgerHead) -> str:
    """Return why an entry does not follow from the one before it; empty if it does."""
    number = entry.get("number")
    if number != before.number + 1:
        return f"entry {before.number} is followed by entry {number}"
    if entry.get("previous") != before.digest:
        return (
            f"entry {number} does not have the digest of entry {before.number} as it is now: "
            "one of the two was changed"
        )
    return ""


def _stated_heads(path: Path, report: Report) -> dict[int, list[tuple[Path, LedgerHead]]]:
    """Return the ledger's head and the signed heads, by the numbers of their entries."""
    stated: dict[int, list[tuple[Path, LedgerHead]]] = {}
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
            report.add(HEAD_UNREADABLE.at(Location(str(file)), "is not of the form NUMBER DIGEST"))
        else:
            stated.setdefault(head.number, []).append((file, head))
    return stated


def _record_torn_line(ledger: Ledger, report: Report) -> None:
    """Add an entry about an incomplete last line. Writing the entry removes that line."""
    if not any(finding.code == TORN.code for finding in report):
        return
    with storage.storage_errors(f"repairing the ledger {ledger.path}"):
        torn = ledger.path.stat().st_size - ledger.size
    ledger.append([{"event": "ledger mended", "detail": f"{torn} bytes of an unfinished entry"}])


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _now() -> str:
    return written(datetime.now(UTC))


def written(time: datetime) -> str:
    """Return a time (UTC) in the form that entries use, in milliseconds to keep their order."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
