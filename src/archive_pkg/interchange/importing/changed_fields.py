"""The fields that an export and an import of it can change without a finding."""

from __future__ import annotations

MOVED = "comes back in the words of another field"
LOST = "comes back in a different form, or not at all"

_SCHEMES = ("publications.identifiers.scheme", "relations.identifier.scheme")
"""Schemes of identifiers. The import recognizes a scheme by the form of the identifier."""
_IN_WORDS = (
    "agents.affiliations", "agents.as_written", "agents.born", "agents.died", "agents.kind",
    "agents.name", "agents.note", "attention", "classification.history", "closing", "copy_number",
    "date", "dispatched", "distribution", "enclosures", "filing_reference", "holdings", "items",
    "number", "participants", "publications", "received", "recorded", "relations", "salutation",
    "signatories", "summary.author",
)  # fmt: skip
"""Fields that formats of libraries have in words only."""
_FINDING_AID = {
    MOVED: ("agents.name", "publications"),
    LOST: (
        *_SCHEMES, "classification.history.date", "events.objects", "events.sources", "excerpt",
        "parts.about", "parts.held", "parts.made_from", "parts.part_of", "relations.kind",
    ),
}  # fmt: skip

CHANGED_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "tei": {
        MOVED: (
            "authors", "parts.made_by", "parts.title", "publications", "signatories",
            "translation_notes.language",
        ),
        LOST: ("publications.identifiers.scheme",),
    },
    "cmif": {MOVED: ("authors", "signatories")},
    "ead3": _FINDING_AID,
    "ead2002": _FINDING_AID,
    "mods": {
        MOVED: _IN_WORDS,
        LOST: (
            *_SCHEMES, "classification.history.date", "events.objects", "events.sources", "excerpt",
            "participants.part",
            "parts.about", "parts.held", "parts.made_from", "parts.part_of",
        ),
    },
    "dc": {
        MOVED: (
            *_IN_WORDS, "authors", "classification", "custody", "extent", "id", "mentioned_agents",
            "mentioned_places", "parts.title", "place", "rights", "supersedes",
            "translation_notes",
        ),
        LOST: (
            *_SCHEMES, "classification.history.date", "excerpt", "participants.part",
            "relations.kind",
        ),
    },
    "datacite": {
        MOVED: ("agents.name", "date", "parts.title", "place.name", "publications", "signatories"),
        LOST: (*_SCHEMES, "agents.kind", "date.calendar", "excerpt", "participants.part"),
    },
}  # fmt: skip
"""For each format and kind of change, the fields that can change.

A field stands for all fields in it. All other fields except `evidence` come back as they were, or
the export or the import reports them.
"""
