"""The library's logger, `archive_pkg`: silent unless a program listens to it.

Messages say what is done: never a secret, never the text of a document.
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
    """Show what is logged on standard error, and in a file.

    Args:
        verbose: Whether to show what is done, not only warnings.
        file: The file's path, for the processes that this one starts.
        stream: The file, opened for adding lines of JSON; takes requests and files as well.
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
    """Return whether this process shows what is done, and its log file; None if it is silent."""
    return _shown


def stop() -> None:
    """Show nothing any more."""
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
        with contextlib.suppress(OSError):  # there is nowhere left to say it
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
        except OSError as error:  # the work is worth more than its log
            _LOGGER.removeHandler(self)
            _LOGGER.warning("the log file cannot be written: %s", error.strerror)

    def close(self) -> None:
        self._stream.close()
        super().close()
