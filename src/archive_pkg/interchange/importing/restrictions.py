"""Read access restrictions from imported documents."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.reader import read_date
from archive_pkg.interchange.importing.dates import edtf
from archive_pkg.interchange.importing.watched_xml import text_of
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource
    from archive_pkg.reports import Finding

IMPORT_ACCESS_READ = Code(
    "import-access-read",
    Severity.WARNING,
    "An imported file says in words who may see a document. The record has the program's "
    "interpretation of these words. Check it before you publish anything.",
)

_OURS = re.compile(r"Access to .*: (open|restricted|closed)(?: until (\S+))?(?: \((.*)\))?")
_CLOSED_UNTIL = re.compile(
    r"\b(?:until|till|bis(?: zum)?|jusqu[’'](?:au|en|à)|до|fino al?|hasta)\s+"
    r"(.{4,40}?)\s*(?:[.;,()]|$)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"^(?:(?:the |this |these )?(?:materials?|collection|papers|records?|items?|letters?|files?|"
    r"series)?\s*(?:is|are)?\s*)?(?:open|unrestricted|(?:there (?:is|are) )?no (?:access )?"
    r"restrictions?|frei zugänglich|unbeschränkt|keine (?:zugangs|nutzungs)?beschränkung(?:en)?|"
    r"libre|librement communicable|aucune restriction)\b",
    re.IGNORECASE,
)
_UNRESTRICTED = re.compile(r"\b(?:no|without|any) (?:access )?restrictions?\b", re.IGNORECASE)
_NOT_OPEN = re.compile(
    r"\b(?:clos|restrict(?!ions? on use)|except|unless|until|permission|gesperrt|sperr|not open|"
    r"only|staff|nur|au(?:ß|ss)er|ausgenommen|ausnahme|sauf|seulement)|[0-9]",
    re.IGNORECASE,
)
_STRICTNESS = {"open": 0, "restricted": 1, "closed": 2}


def access(status: str, until: str | None, rule: str | None) -> dict[str, Any]:
    """Return the access of a part as plain data."""
    said: dict[str, Any] = {"status": status} | ({"rule": rule} if rule else {})
    return said | ({"until": {"edtf": until}} if until else {})


def access_in(words: str) -> dict[str, Any]:
    """Return the access that words state: closed, if the words are not understood.

    If the words have several ends, the last one applies.
    """
    read = [read_date(end) for end in _CLOSED_UNTIL.findall(words)]
    ends = [one.edtf for one in read if one and one.edtf]
    if ends and len(ends) == len(read):
        last = max(ends, key=lambda end: Edtf(end).latest or datetime.date.max)
        return access("restricted", last, words)
    if _OPEN.search(words) and not _NOT_OPEN.search(_UNRESTRICTED.sub("", words)):
        return access("open", None, words)
    return access("closed", None, words)


def access_read(file: str, said: dict[str, Any]) -> Finding:
    """Return the finding that the words of an access restriction were interpreted."""
    until = f" until {said['until']['edtf']}" if "until" in said else ""
    return IMPORT_ACCESS_READ.at(
        Location(file, field="parts.original.access"),
        f"“{said['rule']}” was interpreted as {said['status']}{until}",
        "Check the access in the record.",
    )


def own_restriction(words: str | None) -> dict[str, Any] | None:
    """Return the access in a paragraph that this program exported; None for other paragraphs.

    `derived_facts.restrictions` writes such paragraphs.
    """
    found = _OURS.fullmatch(words or "")
    # Without a valid end, the restriction has no end.
    return access(found[1], edtf(found[2] or ""), found[3]) if found else None


def strictest(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the strictest restriction with the rules of all; None if there are none."""
    if not found:
        return None
    rules = list(dict.fromkeys(one["rule"] for one in found if "rule" in one))
    return max(found, key=_strictness) | ({"rule": " / ".join(rules)} if rules else {})


def folded(
    source: XmlSource, found: Sequence[tuple[Element, dict[str, Any]]], title: str
) -> dict[str, Any] | None:
    """Return the strictest of the restrictions that this program exported; None if there are none.

    Only a restriction of the original that is exactly the returned one counts as read. The others
    are reported with the content that is not read, because their parts do not come back.

    Args:
        source: The file.
        found: The elements with restrictions, and what they say.
        title: The title of the document.
    """
    said = strictest([one for _, one in found])
    start = f"Access to Original of {title}: "
    same = (e for e, one in found if one == said and (text_of(e) or "").startswith(start))
    for element in (*same,)[:1]:
        source.mark_all_used(element)
    return said


def _strictness(said: dict[str, Any]) -> tuple[int, datetime.date]:
    last = Edtf(said["until"]["edtf"]).latest if "until" in said else None
    return _STRICTNESS[said["status"]], last or datetime.date.max
