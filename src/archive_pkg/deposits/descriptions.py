"""Merge a new description of a deposit with edits made in the repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.transfers import Transfer

Json = dict[str, Any]

_DESCRIBED = {"at", "sent", "held"}


def keep_description(journal: Journal, sent: Json, held: Json, errors: Sequence[str] = ()) -> None:
    """Record what was sent to describe a deposit, and what the server made of it."""
    at = datetime.now(UTC).isoformat()
    journal.done("describe", at=at, sent=sent, held=held, errors=list(errors))


def last_description(transfer: Transfer, journal: Journal) -> Json | None:
    """Return what was sent last ("sent") and what the server made of it ("held"), if known.

    The journal may be that of an older deposit: of a package that was changed and changed back.
    """
    known = [
        journal.outcome("describe"),
        *(receipt.answer.get("described") for receipt in transfer.earlier),
    ]
    whole = [each for each in known if isinstance(each, dict) and each.keys() >= _DESCRIBED]
    return max(whole, key=lambda each: str(each["at"]), default=None)


@dataclass(frozen=True, slots=True)
class Merged:
    """A new description, merged with one that may have been edited.

    Attributes:
        fields: The fields to send.
        edited: What the repository made of our last value of each field that was edited since.
        kept: For each edited field that the record now describes differently, a sentence.
        replaced: For each field that is replaced without knowing who wrote it, a sentence.
    """

    fields: Json
    edited: Json = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def merged(
    ours: Json, there: Json, last: Mapping[str, Any] | None, quiet: Collection[str] = ()
) -> Merged:
    """Merge a new description into one that may have been edited since the last deposit.

    Edited fields are kept. If it is unknown what was sent last, an edit looks like an older
    statement of the record; the new description then replaces it.

    Args:
        ours: The fields of the new description.
        there: The fields of the one that is there.
        last: What is known of the last deposit; see `last_description`.
        quiet: Fields that are not reported, because they change without a change of the record.
    """
    fields, edited, kept, replaced = {}, {}, [], []
    sent, held = (last["sent"], last["held"]) if last else ({}, {})
    for name in (*ours, *(each for each in there if each not in ours)):
        new, old = ours.get(name), there.get(name)
        value = new
        if name not in ours and name not in sent:
            value = old
        elif last is None:
            if old and not _says(old, new) and name not in quiet:
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


def _says(there: Any, ours: Any) -> bool:
    """Return whether a repository's value is the one that was sent, apart from labels it adds."""
    if isinstance(there, dict) and isinstance(ours, dict):
        return all(_says(there.get(key), value) for key, value in ours.items())
    if isinstance(there, list) and isinstance(ours, list):
        return len(there) == len(ours) and all(map(_says, there, ours))
    return bool(there == ours)


def _short(value: Any) -> str:
    """Return the words of a value, shortened."""
    words = "; ".join(_words(value))
    if not words:
        return "nothing"
    return f"“{words[:80]}…”" if len(words) > 80 else f"“{words}”"


def _words(value: Any) -> list[str]:
    if isinstance(value, dict):
        inner = value.get("value") if "typeName" in value else list(value.values())
        return _words(inner)
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    return [] if value is None else [str(value)]
