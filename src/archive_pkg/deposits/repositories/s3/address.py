"""Check what the address of an S3 bucket asks for: plain http, and an object lock."""

from __future__ import annotations

import ipaddress
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from archive_pkg.errors import UsageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def refuse_plain(endpoint: SplitResult, *, allowed: bool) -> None:
    """Refuse a server to which the login would be sent unencrypted over a network.

    Raises:
        UsageError: The endpoint is not https, is on a different machine, and is not allowed.
    """
    host = str(endpoint.hostname)
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if endpoint.scheme != "https" and not (allowed or here):
        raise UsageError(
            _("{host} would get your login unencrypted, over plain http", host=host),
            _("Write https://, or add http=yes if the network is private."),
        )


def object_lock(asked: str) -> tuple[str, datetime] | None:
    """Return the mode and the end of an object lock such as `governance:2036-12-31`.

    None if the text is empty.

    Raises:
        UsageError: The text is not an object lock, or its day is over.
    """
    if not asked:
        return None
    mode, __, until = asked.partition(":")
    try:
        if mode.upper() not in ("GOVERNANCE", "COMPLIANCE"):
            raise ValueError(mode)
        day = date.fromisoformat(until)
    except ValueError:
        raise UsageError(
            _("lock={asked} is not an object lock", asked=asked),
            _("Write lock=governance:2036-12-31 or lock=compliance:2036-12-31."),
        ) from None
    until_then = datetime.combine(day, time(23, 59, 59), UTC)
    if until_then < datetime.now(UTC):
        raise UsageError(_("lock={asked} is over already", asked=asked), _("Name a future day."))
    return mode.upper(), until_then
