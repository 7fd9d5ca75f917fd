"""Progress of long work: bytes and files, with rate and time left; only where somebody looks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from archive_pkg.cli.output import progress_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.fixity import Tally


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
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, files="")

        def show(tally: Tally) -> None:
            of = "" if tally.all_files is None else f"/{tally.all_files:,}"
            progress.update(
                task,
                completed=tally.size,
                total=tally.all_size,
                files=f"{tally.files:,}{of} files",
            )

        yield show
