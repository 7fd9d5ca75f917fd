"""The report and the metrics of one run, for commands that run unattended."""

from __future__ import annotations

import io
import os
import stat
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from archive_pkg.cli.output import STANDARD_OUTPUT, json_text, mode_for, write_file
from archive_pkg.errors import StorageError
from archive_pkg.storage import append_output, storage_errors, system

if TYPE_CHECKING:
    from typing import BinaryIO

ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="Append one JSON line per result to this file (- for standard output).",
    ),
]
MetricsFile = Annotated[
    Path | None,
    typer.Option("--metrics", help="Also write figures about this run for Prometheus to a file."),
]


class RunReport:
    """Reports one run: a line for each result, and figures at the end."""

    def __init__(self, command: str, report: Path | None, metrics: Path | None) -> None:
        """Open the report to append to it, because a resumed run reports only the rest.

        Raises:
            StorageError: The report cannot be written, or the folder for the metrics is missing.
        """
        if metrics is not None and not metrics.parent.is_dir():  # reported now, not at the end
            raise StorageError(
                f"{metrics}: the folder {metrics.parent} does not exist",
                "Create it, or name another.",
            )
        self._command = command
        self._metrics = metrics
        self._started = time.time()
        self._outcomes: Counter[str] = Counter()
        self._file = _open_report(report) if report is not None else None

    def add(self, path: str, outcome: str, result: dict[str, Any]) -> None:
        """Append a result. Raises StorageError if the report cannot be written."""
        self._outcomes[outcome] += 1
        if self._file is None:
            return
        line = {"run": _utc(self._started), "time": _utc(time.time()), "command": self._command}
        with storage_errors("writing the report"):
            _narrow(self._file, path)
            self._file.write(json_text({**line, **result}) + "\n")
            self._file.flush()

    def end(self, status: int) -> None:
        """Write the metrics, and close the report. Raises StorageError if that is not possible."""
        if self._file is not None:
            self._file.close()
        if self._metrics is not None:
            write_file(self._metrics, self._figures(status).encode())

    def _figures(self, status: int) -> str:
        now = time.time()
        command = f'command="{self._command}"'
        single = {
            "exit_status": (status, "The exit status of the last run."),
            "end_timestamp_seconds": (round(now, 3), "When the last run ended."),
            "duration_seconds": (round(now - self._started, 3), "How long the last run took."),
        }
        lines = []
        for name, (value, meaning) in single.items():
            lines += [*_head(name, meaning), f"archive_pkg_run_{name}{{{command}}} {value}"]
        lines += _head("results", "Results of the last run by outcome.")
        for outcome, number in sorted(self._outcomes.items()):
            lines.append(f'archive_pkg_run_results{{{command},outcome="{outcome}"}} {number}')
        return "\n".join(lines) + "\n"


def _head(name: str, meaning: str) -> list[str]:
    full = f"archive_pkg_run_{name}"
    return [f"# HELP {full} {meaning}", f"# TYPE {full} gauge"]


def _utc(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _open_report(path: Path) -> TextIO:
    stream: BinaryIO = (
        open(1, "wb", closefd=False, buffering=0)  # noqa: SIM115 - a descriptor
        if str(path) == STANDARD_OUTPUT
        else append_output(path)
    )
    return io.TextIOWrapper(stream, "utf-8", "surrogateescape", write_through=True)


def _narrow(report: TextIO, subject: str) -> None:
    """Narrow the permissions of a report to those of the subject that it describes."""
    status = os.fstat(report.fileno())
    if report.fileno() != 1 and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        now = stat.S_IMODE(status.st_mode)
        mode = mode_for("internal", Path(subject))
        if now & ~(mode | 0o700):
            system.set_open_mode(report.fileno(), now & mode)
