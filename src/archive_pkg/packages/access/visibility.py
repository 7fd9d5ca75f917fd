"""Decide on access: may this audience see this part on this day?

Everything that shows or sends a part uses this decision: builds, deposits, pages, exports,
the site, tables, the index and the search for duplicates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archive_pkg.records import Access, Part, Record

Audience = Literal["public", "internal"]
"""The public, or the staff of the archive, who may see everything."""

_STRICTNESS = {"open": 0, "restricted": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part that an audience may not see.

    Attributes:
        part: The part.
        access: The restriction that applies to it, with its rule.
        because: Why another part's restriction applies; empty if `access` is the part's own.
    """

    part: Part
    access: Access
    because: str = ""

    @property
    def rule(self) -> str:
        """The rule in words."""
        return f"{self.because}: {self.access.rule}" if self.because else str(self.access.rule)

    @property
    def until(self) -> date | None:
        """The day from which the part is open; None if no such day is set."""
        return self.access.until.edtf.latest if self.access.until else None

    @property
    def sentence(self) -> str:
        """The restriction in words: "restricted until 1 January 2040 (rule)"."""
        until = f" until {in_words(self.access.until.edtf)}" if self.access.until else ""
        return f"{self.access.status}{until} ({self.rule})"


def withheld(record: Record, audience: Audience, on: date | None = None) -> dict[str, Withheld]:
    """Return the parts that an audience may not see on a day, by their ids.

    A part that does not state its access has the strictest restriction of the parts that it was
    made from, belongs to or is about. If one part in a file is withheld, so are all others in it,
    because files are never cut.

    Args:
        record: The record.
        audience: Who will see the record.
        on: The day; today if None. A future day counts as today, so that a future --date does
            not lift an embargo early.
    """
    if audience == "internal":
        return {}
    day = judged_on(on)
    found: dict[str, Withheld] = {}
    for part in _ancestors_first(record):
        if part.access is not None:
            if not part.access.opened(day):
                found[part.id] = Withheld(part, part.access)
            continue
        sources = [found[name] for name in part.leads_to if name in found]
        if sources:
            source = max(sources, key=_strictness)
            found[part.id] = Withheld(
                part, source.access, _("it goes with {id}", id=source.part.id)
            )
    shut = {one.part.file: one for one in sorted(found.values(), key=_strictness) if one.part.file}
    for part in record.parts:
        if part.file in shut and part.id not in found:
            other = shut[part.file]
            found[part.id] = Withheld(
                part, other.access, _("it is in the same file as {id}", id=other.part.id)
            )
    return found


def _strictness(one: Withheld) -> tuple[int, date]:
    return _STRICTNESS[one.access.status], one.until or date.max


def judged_on(on: date | None = None) -> date:
    """Return the day on which restrictions are judged: the given day, but never a future one."""
    today = datetime.now(UTC).date()
    return today if on is None else min(on, today)


def opening(withheld_parts: Mapping[str, Withheld]) -> date | None:
    """Return the day from which all withheld parts are open.

    Return None if no parts are withheld, or if it is not known when one of them will be open.
    """
    days = [one.until for one in withheld_parts.values()]
    return None if None in days else max(filter(None, days), default=None)


def window(record: Record, on: date) -> tuple[str, str]:
    """Return a period around a day in which the same parts are withheld.

    Returns:
        The first day of the period, and the day after its last one, as ISO dates.
    """
    ends = (
        part.access.until.edtf.latest for part in record.parts if part.access and part.access.until
    )
    days = [end for end in ends if end is not None]
    since = max((end for end in days if end <= on), default=date.min)
    until = min((end for end in days if end > on), default=date.max)
    return since.isoformat(), until.isoformat()


def _ancestors_first(record: Record) -> Iterator[Part]:
    parts = {part.id: part for part in record.parts}
    done: set[str] = set()
    waiting = list(reversed(record.parts))
    while waiting:
        part = waiting.pop()
        if part.id in done:
            continue
        before = [name for name in part.leads_to if name not in done]
        if before:
            waiting += [part, *(parts[name] for name in before)]
            continue
        done.add(part.id)
        yield part
