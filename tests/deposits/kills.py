"""Kill a deposit at instants all along its way, and let the next run go on from each.

    python kills.py PACKAGE ADDRESS PLACE

Each deposit is a forked process that kills itself at the N-th change it makes to any disk. After
each kill PLACE must be sound; the next run must end well, leave PLACE sound and one package in it.
Prints how often there was a kill.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from archive_pkg import deposits
from archive_pkg.packages.building import differing

STEPS = 20
_CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate"}


def changes(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audited event changes what is on a disk."""
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    return event in _CHANGES


def dying(package: Path, address: str, at: int) -> bool:
    """Deposit, in a process that is killed at a change; False if it came to its end before."""
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
        deposits.deposit(package, address)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def counted(package: Path, address: str) -> int:
    """How many changes a whole deposit makes."""
    read, write = os.pipe()
    if os.fork() == 0:
        number = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal number
            number += changes(event, arguments)

        sys.addaudithook(count)
        deposits.deposit(package, address)
        os.write(write, str(number).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        return int(said.read())


def sound(place: Path, package: Path) -> bool:
    """What stands under a package's name is that package; an OCFL root is a valid one."""
    if (place / "0=ocfl_1.1").exists():
        import ocfl

        return bool(ocfl.StorageRoot(str(place)).validate(log_errors=False))
    there = place / package.name
    return not there.exists() or differing(there, package) == ()


def fresh(package: Path, place: Path) -> None:
    """Make everything as if nothing had been deposited."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(deposits.depositing.receipts_folder(package), ignore_errors=True)


def main(package: Path, address: str, place: Path) -> None:
    """See the module."""
    deposits.deposit(package, address)  # so that everything is imported before anybody is killed
    fresh(package, place)
    number = counted(package, address)
    killed = 0
    for step in range(STEPS):
        fresh(package, place)
        killed += dying(package, address, 1 + number * step // STEPS)
        assert sound(place, package), step
        done = deposits.deposit(package, address)
        assert done.receipt.version in ("", "v1"), done.receipt.version
        assert sound(place, package), step
        if address.startswith("file:"):
            assert [path.name for path in place.iterdir()] == [package.name]
        assert not (place / "extensions" / "archive-pkg-staging").exists()
        receipts = deposits.receipts_of(package)
        assert [path for path, _ in receipts] == [done.path]
        assert deposits.check_receipt(done.path).ok
    print(killed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
