"""Progress of long work: bytes and files, with rate and time left; only where somebody looks."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from archive_pkg.cli.output import progress_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.fixity import Tally

_INTERVAL = 0.1
"""Seconds between two drawings."""


@contextlib.contextmanager
def showing(what: str, *, quiet: bool = False) -> Iterator[Callable[[Tally], None] | None]:
    """Show how far work has come while the block runs; None where nobody looks.

    Args:
        what: What is done, in a word: "verifying".
        quiet: Whether nothing but errors is wanted.
    """
    if quiet or not progress_wanted():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TextColumn("{task.fields[files]}"),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # Drawn when there is news, not by a thread: worker processes are forked only where none is.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        task = progress.add_task(what, total=None, files="")
        drawn = 0.0

        def show(tally: Tally) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn < _INTERVAL:
                return
            drawn = now
            of = "" if tally.all_files is None else f"/{tally.all_files:,}"
            progress.update(
                task,
                completed=tally.size,
                total=tally.all_size,
                files=f"{tally.files:,}{of} files",
                refresh=True,
            )

        yield show
