"""Write items for Tropy, with its template for correspondence: JSON-LD, or CSV for its CSV plugin.

Tropy has one value for each property, so several are in one text with `|` between them. JSON-LD
also has the photos: the images and PDF files of the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import dublin_core
from archive_pkg.interchange.exporting.csv_descriptions import joined, table
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import level_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

_TROPY = "https://tropy.org/v1/tropy#"
_TEMPLATES = "https://tropy.org/v1/templates/"
_PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "tropy": _TROPY,
}
_REFINEMENTS = ("alternative", "abstract", "provenance", "accessRights")
_PHOTOS = ("image/", "application/pdf")
_TEMPLATE = [
    "dc:title", "dc:creator", "dcterms:audience", "dc:date", "dc:coverage", "dc:type", "dc:source",
    "tropy:collection", "tropy:folder", "dc:identifier", "dc:rights", "dcterms:abstract",
]  # fmt: skip
"""The fields of the template for correspondence that a record has, and the summary."""


def _prefixed(name: str) -> str:
    return f"{'dcterms' if name in _REFINEMENTS else 'dc'}:{name}"


MAPPING = {field: _prefixed(place) for field, place in dublin_core.TERMS.items()} | {
    "recipients": "dcterms:audience",
    "place.name": "dc:coverage",
    "holdings": "dc:source, tropy:collection, tropy:folder; dc:description",
    "parts.file": "tropy:path, of images and PDF files in JSON-LD",
    "parts.sha256": "tropy:checksum, in JSON-LD",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the table, whose columns are called by the addresses of their properties."""
    rows = [_properties(record, context) for record in records]
    header = list(dict.fromkeys([*_TEMPLATE, *(name for row in rows for name in row)]))
    return table(
        list(map(_address, header)),
        [{_address(name): value for name, value in row.items()} for row in rows],
    )


def write_json(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the items in JSON-LD, as Tropy exports them."""
    return to_json({"@context": _CONTEXT, "@graph": [_item(one, context) for one in records]})


_CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "@vocab": _TROPY,
    "template": {"@id": f"{_TROPY}template", "@type": "@id"},
    "photo": {"@id": f"{_TROPY}photo", "@container": "@list"},
}


def _item(record: Record, context: ExportContext) -> dict[str, Any]:
    item = {"@type": "Item", "template": f"{_TEMPLATES}correspondence"}
    item |= {_address(name): value for name, value in _properties(record, context).items()}
    photos = [
        {
            "@type": "Photo",
            "template": f"{_TEMPLATES}photo",
            "path": f"{context.folder}{part.file}",
            "protocol": "file",
            "mimetype": part.media_type,
            # Tropy requires a value. It uses it only to recognize a photo that it has already.
            "checksum": context.digests(record, part.file).get("sha256", "unknown"),
            _address("dc:title"): derived_facts.part_title(record, part),
        }
        for part in record.parts
        if part.file and (part.media_type or "").startswith(_PHOTOS)
    ]
    return item | ({"photo": photos} if photos else {})


def _address(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return f"{_PREFIXES[prefix]}{rest}"


def _properties(record: Record, context: ExportContext) -> dict[str, str]:
    """Return the properties of a document, with prefixes; several values are joined."""
    recipients = derived_facts.agents(record, record.recipients)
    refined = {
        ("contributor", f"{agent.name} (recipient)"): [("dcterms:audience", agent.name)]
        for agent in recipients
    }
    if record.place:
        name = record.place.name
        refined["description", f"Place of writing: {name}"] = [("dc:coverage", name)]
    for holding, words in zip(record.holdings[:1], derived_facts.kept_at(record), strict=False):
        collection, *levels = [*map(level_in_words, holding.levels), ""]
        refined["source", words] = [
            ("dc:source", holding.repository),
            ("tropy:collection", collection),
            ("tropy:folder", ", ".join(filter(None, levels))),
            ("dc:description", f"Copy described: {holding.note}" if holding.note else ""),
        ]
    properties: dict[str, list[str]] = {}
    for name, value in dublin_core.terms(record, context):
        if (name, value) == ("type", "Text"):
            continue  # Tropy shows one type
        for key, words in refined.get((name, value), [(_prefixed(name), value)]):
            properties.setdefault(key, []).append(words)
    return {key: joined(filter(None, found)) for key, found in properties.items() if any(found)}
