"""Write a manifest of the IIIF Presentation API 3.0 for a document with scans.

Each scan is a canvas with the size of the image. The image is a plain file, or comes from the image
service that the project names. The text and the statements with their evidence are annotations: the
text on each canvas, because the record does not say which page has which words, and the statements
on the first canvas. All names are web addresses below the address of the project's site.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import site_file
from archive_pkg.interchange.exporting.annotations import STATEMENTS, annotations_of
from archive_pkg.interchange.json_text import to_json
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.records.display import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Part, Record

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_LICENCE = re.compile(r"CC-(BY[A-Z-]*)-(\d\.\d)")

MAPPING = {
    **dict.fromkeys(STATEMENTS, "metadata"),
    "id": "id",
    "title": "label",
    "rights.licence": "metadata; rights (Creative Commons)",
    "parts.title": "canvas, label; rendering, label",
    "evidence": "canvas, annotations (that quotes the text)",
    "translation_notes.kind": "canvas, annotations",
    "translation_notes.at": "canvas, annotations (the words alone)",
    "translation_notes.text": "canvas, annotations",
    "translation_notes.rendering": "canvas, annotations",
    "translation_notes.original": "canvas, annotations",
    "translation_notes.romanized": "canvas, annotations",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the manifest of a document.

    Raises:
        UsageError: The address of the project's site is not known.
        InvalidError: The size of an image cannot be read.
    """
    [record] = records
    site = context.project.settings.base_url
    if not site:
        raise UsageError(
            "IIIF requires the web addresses of the files, which are not known",
            "Set base_url in the project file, archive-pkg.toml.",
        )
    site = f"{site.rstrip('/')}/"
    name = f"{site}metadata/iiif/{quote(record.id)}.json"
    canvases = [_canvas(record, part, name, site, context) for part in derived_facts.scans(record)]
    for number, canvas in enumerate(canvases):
        pages = [_texts(record, canvas["id"], context)]
        pages += [] if number else [_statements(record, canvas["id"], context)]
        canvas["annotations"] = [page for page in pages if page["items"]]
    manifest: dict[str, Any] = {
        "@context": CONTEXT,
        "id": name,
        "type": "Manifest",
        "label": _said(record.title),
        "metadata": [
            {"label": {"en": [label]}, "value": _said(value)}
            for field, label, value in facts(record)
            if field != "title"
        ],
    }
    licence = _LICENCE.fullmatch(spdx_id((record.rights and record.rights.licence) or "") or "")
    if licence:
        kind, version = licence.groups()
        manifest["rights"] = f"http://creativecommons.org/licenses/{kind.lower()}/{version}/"
    if page := context.addresses.get(record.id):
        manifest["homepage"] = [
            {"id": page, "type": "Text", "label": _said(record.title), "format": "text/html"}
        ]
    renderings = [
        {
            "id": _file(record, part, site, context),
            "type": "Text",
            "label": _said(derived_facts.part_title(record, part)),
            **({"format": part.media_type} if part.media_type else {}),
        }
        for part in derived_facts.text_parts(record)
    ]
    if renderings:
        manifest["rendering"] = renderings
    return to_json(manifest | {"items": canvases})


def _said(text: str) -> dict[str, list[str]]:
    return {"none": [text]}


def _file(record: Record, part: Part, site: str, context: ExportContext) -> str:
    name = site_file(record.id, part)
    return context.file_addresses.get(part.id) or f"{site}{quote(name)}"


def _canvas(
    record: Record, part: Part, manifest: str, site: str, context: ExportContext
) -> dict[str, Any]:
    size = context.image_size(str(part.file))
    if size is None:
        raise InvalidError(
            f"the size of {part.file} cannot be read",
            "Check the image. If it is good, describe it with its media type.",
        )
    width, height = size
    name = f"{manifest}/canvas/{part.id}"
    extent = {"height": height, "width": width}
    image: dict[str, Any] = {"id": _file(record, part, site, context), "type": "Image"}
    if part.media_type:
        image["format"] = part.media_type
    service = context.project.settings.image_service
    if service:
        identifier = f"{service.rstrip('/')}/{quote(f'{record.id}/{part.file}', safe='')}"
        image |= {"id": f"{identifier}/full/max/0/default.jpg", "format": "image/jpeg"}
        image["service"] = [{"id": identifier, "type": "ImageService3", "profile": "level0"}]
    painting = {
        "id": f"{name}/image",
        "type": "Annotation",
        "motivation": "painting",
        "body": image | extent,
        "target": name,
    }
    return {
        "id": name,
        "type": "Canvas",
        "label": _said(derived_facts.part_title(record, part)),
        **extent,
        "items": [{"id": f"{name}/images", "type": "AnnotationPage", "items": [painting]}],
    }


def _texts(record: Record, canvas: str, context: ExportContext) -> dict[str, Any]:
    """Return the texts of the document as annotations of a canvas."""
    found = []
    for part in derived_facts.versions(record):
        text = context.texts.get(part.id)
        if text and text.strip():
            start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
            body = {"type": "TextualBody", "value": text[start:end], "format": "text/plain"}
            language = {"language": part.languages[0]} if len(part.languages) == 1 else {}
            found.append(_annotation(f"{canvas}/text/{part.id}", "supplementing", body | language))
    return _page(f"{canvas}/texts", canvas, found)


def _statements(record: Record, canvas: str, context: ExportContext) -> dict[str, Any]:
    """Return the statements that quote the text, and the notes, as comments on a canvas."""
    found = []
    quoting = (one for one in annotations_of(record, context) if isinstance(one["target"], dict))
    for number, one in enumerate(quoting, 1):
        bodies = {body["purpose"]: body["value"] for body in one["body"]}
        words = (bodies.get("describing"), bodies.get("commenting"), f"({bodies['tagging']})")
        body = {"type": "TextualBody", "value": "\n".join(filter(None, words))}
        body["format"] = "text/plain"
        found.append(_annotation(f"{canvas}/statement/{number}", "commenting", body))
    return _page(f"{canvas}/statements", canvas, found)


def _annotation(name: str, motivation: str, body: dict[str, str]) -> dict[str, Any]:
    return {"id": name, "type": "Annotation", "motivation": motivation, "body": body}


def _page(name: str, canvas: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    items = [one | {"target": canvas} for one in found]
    return {"id": name, "type": "AnnotationPage", "items": items}
