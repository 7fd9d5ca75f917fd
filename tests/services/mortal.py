"""Run `archive-pkg` and kill it with SIGKILL at a given instant: `mortal.py NUMBER WORDS…`.

These instants are counted: before and after every entry in the journal, before every request,
before every answer is read, and before every block of a file that is sent. If the number is never
reached, the program runs to its end and prints the number of instants to standard error.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import httpx

from archive_pkg.cli import main
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.transfers import BLOCK, VerifiedReader

_instants = itertools.count()
_last = int(sys.argv.pop(1))


def instant() -> None:
    if next(_instants) == _last:
        os.kill(os.getpid(), signal.SIGKILL)


def around(do: Callable[..., Any]) -> Callable[..., Any]:
    def done(*words: Any, **named: Any) -> Any:
        instant()
        result = do(*words, **named)
        instant()
        return result

    return done


for owner, name in ((Journal, "begin"), (Journal, "done"), (httpx.Client, "send")):
    setattr(owner, name, around(getattr(owner, name)))
_read = VerifiedReader.read


def read(self: VerifiedReader, size: int = BLOCK) -> bytes:
    instant()
    return _read(self, size)


VerifiedReader.read = read  # type: ignore[method-assign]
try:
    main()
finally:
    print(next(_instants), file=sys.stderr)
