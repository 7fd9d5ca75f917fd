"""Kill a deposit at many changes of its run, and let the next run resume from each.

    python kills.py TIMES ADDRESS PLACE PACKAGE…

Each run is a forked process that kills itself at the N-th change it makes to any disk. After each
kill PLACE must be sound; the next run must end well, leave PLACE sound and each package in it once.
If PLACE exists, it is an OCFL root of another program: each run begins with a copy of it, and its
own files must stay as they are. Prints how often there was a kill.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from archive_pkg import deposits
from archive_pkg.packages import later_events
from archive_pkg.packages.building import differing

Packages = list[Path]
_CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate"}


def changes(event: str, arguments: tuple[object, ...]) -> bool:
    """Return whether an audited event changes what is on a disk."""
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    return event in _CHANGES


def deposit(packages: Packages, address: str) -> list[deposits.Deposited]:
    """Deposit all packages; every deposit must succeed."""
    done: list[deposits.Deposited] = []
    for _, outcome in deposits.deposit_many(packages, address):
        if isinstance(outcome, Exception):
            raise outcome
        done.append(outcome)
    return done


def dying(packages: Packages, address: str, at: int) -> bool:
    """Deposit in a process that is killed at a change; return False if it finished before."""
    child = os.fork()
    if child == 0:
        left = at

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if changes(event, arguments):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        deposit(packages, address)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def counted(packages: Packages, address: str) -> int:
    """Return how many changes a complete deposit makes."""
    read, write = os.pipe()
    if os.fork() == 0:
        number = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal number
            number += changes(event, arguments)

        sys.addaudithook(count)
        deposit(packages, address)
        os.write(write, str(number).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        return int(said.read())


def sound(place: Path, packages: Packages) -> bool:
    """Check that each folder with a package's name is that package; validate an OCFL root."""
    if (place / "0=ocfl_1.1").exists():
        import ocfl

        if "0004-hashed" not in (place / "ocfl_layout.json").read_text():
            return bool(ocfl.StorageRoot(str(place)).validate(log_errors=False))
        # ocfl-py does not know this layout; it validates each object.
        objects = [found.parent for found in place.rglob("0=ocfl_object_*")]
        return all(ocfl.Object(path=str(one)).validate(log_errors=False)[0] for one in objects)
    there = [(place / package.name, package) for package in packages]
    return all(not one.exists() or differing(one, other) == () for one, other in there)


def fresh(packages: Packages, place: Path, before: Path) -> None:
    """Restore the state before any deposit, of which `before` is a copy."""
    shutil.rmtree(place, ignore_errors=True)
    if before.exists():
        shutil.copytree(before, place)
    for package in packages:
        shutil.rmtree(later_events.receipts_folder(package), ignore_errors=True)


def main(times: int, address: str, place: Path, packages: Packages) -> None:
    """Kill and resume deposits as the module describes."""
    before = place.with_name(f"{place.name}-before")
    if place.exists():
        shutil.copytree(place, before)
    deposit(packages, address)  # so that all modules are imported before a process is killed
    fresh(packages, place, before)
    number = counted(packages, address)
    killed = 0
    for step in range(times):
        fresh(packages, place, before)
        killed += dying(packages, address, 1 + number * step // times)
        assert sound(place, packages), step
        for package in packages:  # no receipt for a package that is missing
            for path, _ in deposits.receipts_of(package):
                assert deposits.check_receipt(path).ok
        done = deposit(packages, address)
        assert sound(place, packages), step
        for file in filter(Path.is_file, before.rglob("*")):
            assert (place / file.relative_to(before)).read_bytes() == file.read_bytes()
        if address.startswith("file:"):
            assert sorted(path.name for path in place.iterdir()) == sorted(
                package.name for package in packages
            )
        assert not (place / "extensions" / "archive-pkg-staging").exists()
        assert not list(place.parent.glob(f".{place.name}.*"))
        for package, each in zip(packages, done, strict=True):
            assert each.receipt.version in ("", "v1"), each.receipt.version
            receipts = deposits.receipts_of(package)
            assert [path for path, _ in receipts] == [each.path]
            assert deposits.check_receipt(each.path).ok
    print(killed)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), [Path(word) for word in sys.argv[4:]])
