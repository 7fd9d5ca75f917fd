"""Set a value in many letters at once: where they are held, rights, language, translator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.errors import UsageError
from archive_pkg.faults import Fault
from archive_pkg.records.vocabularies.languages import language_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records import Part, Record
    from archive_pkg.web.review.revision import Revision

VALUES = {
    "held at": "Held at",
    "rights": "Rights",
    "language": "Language",
    "translator": "Translator",
}
"""The values that many letters can get at once, with their labels."""


def missing_values(record: Record) -> tuple[str, ...]:
    """Return the names of the values that a letter does not have."""
    stated = {
        "held at": bool(record.holdings),
        "rights": record.rights is not None,
        "language": all(part.languages for part in _of_value(record, "language")),
        "translator": all(part.made_by for part in _of_value(record, "translator")),
    }
    return tuple(name for name in VALUES if not stated[name])


def set_value(revision: Revision, name: str, value: str, *, replace: bool) -> bool:
    """Set a value in a letter with the reviewer as its source.

    Args:
        revision: The data of the record.
        name: One of `VALUES`.
        value: The archive, the statement of rights, the language or the translator's name.
        replace: Whether to replace a value that differs.

    Returns:
        Whether the letter has changed. It does not if its value is not replaced, or if it has no
        part for the value.

    Raises:
        UsageError: There is no such value, it is empty, or the language is not known.
    """
    record, value = revision.record, value.strip()
    if name not in VALUES or not value:
        raise UsageError("there is no value to set", "Choose a field and enter its value.")
    if name == "held at":
        if record.holdings and not replace:
            return False
        if record.holdings:
            revision.set_one("holdings.0", "repository", value)
        else:
            revision.correct("holdings.", {"repository": value})
    elif name == "rights":
        if record.rights and not replace:
            return False
        if record.rights:
            revision.set_one("rights", "statement", value)
        else:
            revision.correct("rights", {"statement": value})
    else:
        return _set_in_parts(revision, name, value, replace=replace)
    return True


def _set_in_parts(revision: Revision, name: str, value: str, *, replace: bool) -> bool:
    field = "languages" if name == "language" else "made_by"
    if field == "languages":
        try:
            value = language_called(value)
        except Fault:
            raise UsageError(
                f"“{value}” is not a known language", "Write its name or tag: German or de."
            ) from None
    parts = [
        part for part in _of_value(revision.record, name) if replace or not getattr(part, field)
    ]
    for part in parts:
        given = value if field == "languages" else revision.person(value)
        revision.set_one(f"parts.{part.id}", field, [given])
    return bool(parts)


def _of_value(record: Record, name: str) -> Iterator[Part]:
    """Yield the parts that can have a value: translations have a translator, others a language."""
    for part in record.parts:
        kinds = ("translation",) if name == "translator" else ("original", "scan", "transcription")
        if part.kind in kinds:
            yield part
