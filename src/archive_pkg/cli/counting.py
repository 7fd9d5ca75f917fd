"""Show the number of finished subjects in one line of a terminal."""

from __future__ import annotations

import sys
import time

import typer

_INTERVAL = 0.2
"""Seconds between two updates of the line."""


class CountedProgress:
    """A line on standard error: done of total, rate, time left. Empty if it is not a terminal.

    Attributes:
        total: The number of subjects; 0 if unknown.
    """

    def __init__(self, total: int = 0, *, shown: bool = True) -> None:
        """Start counting; `shown` says whether to show the line."""
        self.total = total
        self._shown = shown and progress_wanted()
        self._started = self._last = time.monotonic()

    def show(self, done: int, what: str = "") -> None:
        """Show how many subjects are done, and their outcomes in words."""
        if done and self._is_due():
            rate = done / self._elapsed
            of = f" of {self.total:,}" if self.total else ""
            left = f", {duration((self.total - done) / rate)} left" if of else ""
            quick = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
            self._write(f"{done:,}{of}{what and f': {what}'}; {quick}/s{left}")

    def show_bytes(self, size: int, done: int, what: str) -> None:
        """Show how many bytes were sent, and how many subjects are done."""
        if self._is_due():
            rate = in_words(size / self._elapsed)
            of = f"{done:,} of {self.total:,}: " if self.total else ""
            left = ""
            if self.total and done:
                left = f", {duration((self.total - done) * self._elapsed / done)} left"
            self._write(f"{of}{what}; {in_words(size)}, {rate}/s{left}")

    def clear(self) -> None:
        """Remove the line before something else is printed."""
        if self._shown:
            self._write("")

    @property
    def _elapsed(self) -> float:
        return max(0.001, time.monotonic() - self._started)

    def _is_due(self) -> bool:
        now = time.monotonic()
        due = self._shown and now - self._last > _INTERVAL
        self._last = now if due else self._last
        return due

    def _write(self, text: str) -> None:
        typer.echo(f"\r\x1b[K{text}", nl=False, err=True)


def progress_wanted() -> bool:
    """Return whether standard error is a terminal, so that progress can be shown."""
    return sys.stderr.isatty()


def duration(seconds: float) -> str:
    """Return a time in words: 40 s, 12 min, 3 h 20 min."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(0, seconds):.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def in_words(size: float) -> str:
    """Return a number of bytes in words: 1.5 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
