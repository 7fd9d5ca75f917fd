"""The library's logger, `archive_pkg`. It is silent unless a program adds a handler.

Messages say what the program does. They contain no secrets and no text of documents.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LOGGER = logging.getLogger("archive_pkg")
_LOGGER.addHandler(logging.NullHandler())
_handlers: list[logging.Handler] = []
_shown: tuple[bool, Path | None] | None = None


def logger(module: str) -> logging.Logger:
    """Return the logger of a module."""
    return logging.getLogger(module)


def show(verbose: bool, file: Path | None, stream: IO[bytes] | None) -> None:
    """Show log messages on standard error, and append them to a file if there is one.

    Args:
        verbose: Whether standard error shows all steps, not only warnings.
        file: The path of the log file, so that processes that this one starts can open it.
        stream: The log file, open for appending. It gets debug messages, too, as lines of JSON.
    """
    global _shown
    stop()
    _shown = verbose, file
    _handlers.append(_OnStandardError(logging.INFO if verbose else logging.WARNING))
    if stream is not None:
        _handlers.append(_InFile(stream))
    for handler in _handlers:
        _LOGGER.addHandler(handler)
    _LOGGER.setLevel(min(handler.level for handler in _handlers))


def shown() -> tuple[bool, Path | None] | None:
    """Return the last `verbose` and `file` given to `show`; None if nothing is shown."""
    return _shown


def stop() -> None:
    """Stop showing log messages, and close the log file."""
    global _shown
    _shown = None
    _LOGGER.setLevel(logging.NOTSET)
    while _handlers:
        handler = _handlers.pop()
        _LOGGER.removeHandler(handler)
        handler.close()


class _OnStandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
        with contextlib.suppress(OSError):  # standard error is closed
            print(shown, file=sys.stderr)


class _InFile(logging.Handler):
    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(logging.DEBUG)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        try:
            self._stream.write(json.dumps(line).encode() + b"\n")
            self._stream.flush()
        except OSError as error:  # continue without a log file
            _LOGGER.removeHandler(self)
            _LOGGER.warning("the log file cannot be written: %s", error.strerror)

    def close(self) -> None:
        self._stream.close()
        super().close()
