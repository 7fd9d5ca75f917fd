"""Offer a letter to programs: documents to download, links to them, and citation fields.

The links follow the FAIR Signposting Profile. If the address of the site is unknown, the links are
relative to the page. The site then has no set of links (RFC 9264), which requires full addresses.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from archive_pkg.dates.date_words import in_words
from archive_pkg.interchange import FORMATS, ExportContext, derived_facts, export
from archive_pkg.interchange.addresses import address, licence_address
from archive_pkg.interchange.dates import is_exact
from archive_pkg.interchange.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records import Record

_SUFFIXES = {
    "tei": ".xml",
    "bibtex": ".bib",
    "csl": ".json",
    "annotations": ".jsonld",
    "iiif": ".json",
}
"""The formats of the documents, with the ends of their files' names."""
FOLDERS = ("metadata", *(f"metadata/{name}" for name in ("json", *_SUFFIXES, "linkset")))
"""The folders of the documents. Ids may have dots, so each kind of document has its own folder."""
LINKSET = "application/linkset+json"
_PERSISTENT = ("doi", "handle", "ark")


class Link(NamedTuple):
    """A typed link from the page of a letter.

    Attributes:
        rel: The relation of the link's target to the page.
        href: The address.
        type: The media type of the target; empty if it is not stated.
    """

    rel: str
    href: str
    type: str = ""


class Download(NamedTuple):
    """A document about a letter.

    Attributes:
        name: Its path on the site.
        title: The name of the format.
        media_type: The media type.
        data: The document.
    """

    name: str
    title: str
    media_type: str
    data: bytes


def downloads(record: Record, context: ExportContext) -> list[Download]:
    """Return the documents about a letter. The record must only have what the public may see."""
    name = next(paths(record.id))
    found = [Download(name, "JSON", "application/json", to_json(record.as_json()))]
    for chosen in _SUFFIXES:
        if chosen == "iiif" and not _has_manifest(record, context):
            continue
        known = FORMATS[chosen]
        data = export(chosen, record, context)
        found.append(Download(path(chosen, record.id), known.title, known.media_type, data))
    return found


def _has_manifest(record: Record, context: ExportContext) -> bool:
    """Return whether all that a IIIF manifest requires is known."""
    found = derived_facts.scans(record)
    return bool(
        found
        and context.project.settings.base_url
        and (
            context.project.settings.image_service
            or all(context.file_addresses.get(one.id) for one in found)
        )
        and find_spec("PIL")
        and all(context.image_size(str(part.file)) for part in found)
    )


def paths(record_id: str) -> Iterator[str]:
    """Yield the paths on the site of the documents that every letter has, the JSON first.

    Only letters with scans have a IIIF manifest.
    """
    yield f"metadata/json/{record_id}.json"
    yield from (path(chosen, record_id) for chosen in _SUFFIXES if chosen != "iiif")


def path(chosen: str, record_id: str) -> str:
    """Return the path on the site of the document about a letter in a format of `_SUFFIXES`."""
    return f"metadata/{chosen}/{record_id}{_SUFFIXES[chosen]}"


def links(
    record: Record, root: str, page: str, documents: Sequence[Download], items: Sequence[Link]
) -> Iterator[Link]:
    """Yield the links from a letter's page to its identifier, authors, metadata and files.

    Args:
        record: The record.
        root: The address of the site, or the path to it from the page.
        page: The address of the page; empty if unknown.
        documents: The documents about the letter.
        items: The links to its files.
    """
    persistent = (item.uri for item in record.identifiers if item.scheme in _PERSISTENT)
    cited = next(filter(None, map(address, persistent)), page)
    if cited:
        yield Link("cite-as", cited)
    yield Link("type", "https://schema.org/AboutPage")
    yield Link("type", f"https://schema.org/{record.document_type.schema_org}")
    for agent in derived_facts.creators(record):
        known = filter(None, (address(item.uri) for item in agent.identifiers))
        yield from (Link("author", place) for place in list(known)[:1])
    licence = record.rights.licence if record.rights else None
    if licence and (place := licence_address(licence)):
        yield Link("license", place)
    yield from (Link("describedby", root + one.name, one.media_type) for one in documents)
    yield from items


def linkset(page: str, found: Sequence[Link]) -> bytes:
    """Return the links as a set in JSON, with the links back to the page."""
    relations: dict[str, Any] = {"anchor": page}
    back = []
    for link in found:
        target = {"href": link.href} | ({"type": link.type} if link.type else {})
        relations.setdefault(link.rel, []).append(target)
        if link.rel in ("describedby", "item"):
            rel = "describes" if link.rel == "describedby" else "collection"
            back.append({"anchor": link.href, rel: [{"href": page, "type": "text/html"}]})
    return to_json({"linkset": [relations, *back]})


def citation_fields(
    record: Record, publisher: str, page: str, items: Sequence[Link]
) -> Iterator[tuple[str, str]]:
    """Yield the names and contents of the `meta` elements that citation managers read.

    Args:
        record: The record.
        publisher: The publisher of the site.
        page: The address of the page; empty if unknown.
        items: The links to the letter's files.
    """
    yield "citation_title", record.title
    for agent in derived_facts.creators(record):
        pieces = derived_facts.family_and_given(agent)
        yield "citation_author", f"{pieces.family}, {pieces.all_given}" if pieces else agent.name
    if record.date and record.date.edtf:
        date = record.date.edtf
        if is_exact(date):
            yield "citation_publication_date", date.replace("-", "/")
        else:
            yield "citation_date", in_words(str(date))
    doi = derived_facts.doi(record)
    for name, value in (
        ("language", derived_facts.main_language(record)),
        ("publisher", publisher),
        ("doi", doi.value if doi else ""),
        ("keywords", "; ".join(subject.term for subject in record.subjects)),
        ("abstract", record.summary.text if record.summary else ""),
        ("public_url", page),
        ("abstract_html_url", page),
        ("pdf_url", next((x.href for x in items if page and x.type == "application/pdf"), "")),
    ):
        if value:
            yield f"citation_{name}", value
