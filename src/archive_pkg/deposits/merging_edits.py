"""Merge a new description of a deposit with edits made in the repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive_pkg.reports import abridged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.transfers import Transfer

Json = dict[str, Any]

_REQUIRED_KEYS = {"at", "sent", "held"}


def keep_description(journal: Journal, sent: Json, held: Json, errors: Sequence[str] = ()) -> None:
    """Record the description that was sent, and the description that the server then had."""
    at = datetime.now(UTC).isoformat()
    journal.done("describe", at=at, sent=sent, held=held, errors=list(errors))


def last_description(transfer: Transfer, journal: Journal) -> Json | None:
    """Return the last description that was sent ("sent"), and the server's version of it ("held").

    Return None if neither the journal nor a receipt has it. Each version of a package has a journal
    of its own. So if a package was changed and changed back, its journal is older than the last
    receipt.
    """
    recorded = [
        journal.outcome("describe"),
        *(receipt.answer.get("described") for receipt in transfer.earlier),
    ]
    complete = [
        each for each in recorded if isinstance(each, dict) and each.keys() >= _REQUIRED_KEYS
    ]
    return max(complete, key=lambda each: str(each["at"]), default=None)


@dataclass(frozen=True, slots=True)
class Merged:
    """A new description, merged with one that may have been edited.

    Attributes:
        fields: The fields to send.
        edited: For each field that was edited in the repository, the value that it had there after
            the last deposit.
        kept: A sentence for each edited field whose value in the record has changed, too.
        replaced: A sentence for each field that is replaced although it may have been edited.
    """

    fields: Json
    edited: Json = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def merged(
    ours: Json, there: Json, last: Mapping[str, Any] | None, quiet: Collection[str] = ()
) -> Merged:
    """Merge a new description into one that may have been edited since the last deposit.

    Edited fields are kept. If it is not known what was sent last, edits cannot be recognized, and
    the fields of the new description replace those in the repository.

    Args:
        ours: The fields of the new description.
        there: The fields of the description in the repository.
        last: The last description; see `last_description`.
        quiet: Fields that are not reported, because they change even if the record does not.
    """
    fields, edited, kept, replaced = {}, {}, [], []
    sent, held = (last["sent"], last["held"]) if last else ({}, {})
    for name in (*ours, *(each for each in there if each not in ours)):
        new, old = ours.get(name), there.get(name)
        value = new
        if name not in ours and name not in sent:
            value = old
        elif last is None:
            if old and not _matches(old, new) and name not in quiet:
                replaced.append(f"{name} was replaced; it was {_short(old)}")
        elif old != held.get(name):
            value, edited[name] = old, held.get(name)
            if new != sent.get(name) and name not in quiet:
                kept.append(
                    f"{name} was edited in the repository and is kept: {_short(old)}; the "
                    "record has "
                    f"{_short(new)}"
                )
        if value not in (None, "", []):
            fields[name] = value
    return Merged(fields, edited, tuple(kept), tuple(replaced))


def _matches(there: Any, ours: Any) -> bool:
    """Return whether a repository's value equals ours. It may have keys that ours does not have."""
    if isinstance(there, dict) and isinstance(ours, dict):
        return all(_matches(there.get(key), value) for key, value in ours.items())
    if isinstance(there, list) and isinstance(ours, list):
        return len(there) == len(ours) and all(map(_matches, there, ours))
    return bool(there == ours)


def _short(value: Any) -> str:
    """Return the strings in a value, quoted and shortened; "nothing" if there are none."""
    words = "; ".join(_words(value))
    return f"“{abridged(words, 80)}”" if words else "nothing"


def _words(value: Any) -> list[str]:
    if isinstance(value, dict):
        inner = value.get("value") if "typeName" in value else list(value.values())
        return _words(inner)
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    return [] if value is None else [str(value)]
