"""Read and write fetch.txt, the list of payload files to fetch (RFC 8493, 2.2.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive_pkg.bags import names
from archive_pkg.bags.manifests import MOST_WRONG, too_many_wrong
from archive_pkg.bags.tagfiles import split_lines
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.reports import Report

NAME = "fetch.txt"
_LINE = re.compile(r"(\S+)[ \t]+(\S+)[ \t]+(.+)", re.DOTALL)

LINE_MALFORMED = Code(
    "fetch-line-malformed",
    Severity.ERROR,
    "A line of fetch.txt is not 'URL length path', with '-' for an unknown length.",
    "RFC 8493, 2.2.3",
)
URL_UNSUITABLE = Code(
    "fetch-url-unsuitable",
    Severity.WARNING,
    "A URL in fetch.txt is not http or https, so archive-pkg does not fetch it.",
    "RFC 8493, 5.2",
)
PATH_UNSAFE = Code(
    "fetch-path-unsafe",
    Severity.ERROR,
    "fetch.txt lists a path that can lead out of the bag. Nothing is written there.",
    "RFC 8493, 5.1",
)
PATH_OUTSIDE_PAYLOAD = Code(
    "fetch-path-outside-payload",
    Severity.ERROR,
    "fetch.txt lists a path that is not in data/.",
    "RFC 8493, 2.2.3",
)
PATH_PERCENT = Code(
    "fetch-path-percent",
    Severity.ERROR,
    "From version 1.0 on, fetch.txt must percent-encode line breaks and '%' in paths, and nothing "
    "else.",
    "RFC 8493, 2.2.3",
)
TWICE = Code(
    "fetch-path-twice",
    Severity.ERROR,
    "fetch.txt lists a path more than once.",
    "RFC 8493, 2.2.3",
)


@dataclass(frozen=True, slots=True)
class FetchLine:
    """One file to fetch.

    Attributes:
        url: The URL as written.
        length: The size in bytes; None for "-".
        path: The path in the bag, safe and within data/.
        line: The line in fetch.txt, from 1.
    """

    url: str
    length: int | None
    path: str
    line: int


def parse(text: str, version: tuple[int, int], report: Report) -> list[FetchLine]:
    """Read fetch.txt. Malformed lines, repeated paths and unsafe paths are left out.

    Args:
        text: The file's text.
        version: The bag's version.
        report: Findings are added to it.
    """
    entries: dict[str, FetchLine] = {}
    for number, line in enumerate(split_lines(text), 1):
        if number - len(entries) > MOST_WRONG + 1:
            report.add(too_many_wrong(LINE_MALFORMED, NAME))
            break
        place = Location(NAME, line=number)
        found = _LINE.fullmatch(line)
        if found is None or not re.fullmatch(r"[0-9]{1,19}|-", found[2]):
            report.add(
                LINE_MALFORMED.at(
                    place,
                    _("{line!r} is not 'URL length path'", line=line[:80]),
                    _("Write URL, length in bytes or '-', path. Encode spaces in the URL as %20."),
                )
            )
            continue
        url, length, written = found.groups()
        path = _path(written, version, place, report)
        if not path:
            continue
        if path in entries:
            report.add(
                TWICE.at(place, _("lists {path!r} again", path=path), _("List each file once."))
            )
            continue
        if not is_web(url):
            report.add(URL_UNSUITABLE.at(place, _("{url!r} is not an http or https URL", url=url)))
        entries[path] = FetchLine(url, None if length == "-" else int(length), path, number)
    return list(entries.values())


def render(lines: Sequence[FetchLine]) -> bytes:
    """Return the bytes of fetch.txt in the form of BagIt 1.0."""
    return "".join(
        f"{line.url} {'-' if line.length is None else line.length} {names.encode(line.path)}\n"
        for line in lines
    ).encode()


def _path(written: str, version: tuple[int, int], place: Location, report: Report) -> str:
    strict = version >= (1, 0)
    if strict and names.has_stray_percent(written):
        report.add(
            PATH_PERCENT.at(
                place, _("{written!r} has a '%' that is not part of %25, %0A, %0D", written=written)
            )
        )
    decoded = names.decode(written, percent=strict)
    if why := names.unsafe(decoded):
        report.add(
            PATH_UNSAFE.at(place, _("{decoded!r} is not safe: {why}", decoded=decoded, why=why))
        )
        return ""
    path = names.straighten(decoded)
    if not path.startswith("data/") or decoded.endswith("/"):
        report.add(
            PATH_OUTSIDE_PAYLOAD.at(
                place,
                _("{decoded!r} is not a file in data/", decoded=decoded),
                _("List only payload files."),
            )
        )
        return ""
    return path


def is_web(url: str) -> bool:
    """Return whether a URL is an http or https URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)
