"""Show the progress of long work in a terminal: bytes, files, rate and remaining time."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from archive_pkg.cli.counting import progress_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.fixity import Tally

_INTERVAL = 0.1
"""Seconds between two updates of the display."""


@contextlib.contextmanager
def showing(what: str, *, quiet: bool = False) -> Iterator[Callable[[Tally], None] | None]:
    """Show progress while the block runs; yield None if standard error is not a terminal.

    Args:
        what: The work in one word, such as "verifying".
        quiet: Whether to print only errors.
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
    # Drawn on each update, not by a thread: workers are forked only when no thread runs.
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
