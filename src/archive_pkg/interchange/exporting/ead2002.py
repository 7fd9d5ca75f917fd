"""Write EAD 2002, as ArchivesSpace and AtoM import it.

ArchivesSpace takes the first `unitid` and the first `unittitle`, and leaves out `did/note`. It
needs an identifier, a date, an extent and languages (of ISO 639-2/B) at the top. AtoM takes the
`unitid` without a type, the last paragraph of `scopecontent`, and an `odd` of type `general`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.addresses import licence_address
from archive_pkg.interchange.dates import extremes, is_exact
from archive_pkg.interchange.exporting import ead3
from archive_pkg.interchange.exporting.ead import (
    FindingAid,
    paragraphs,
    remarks_on,
    version_in_words,
)
from archive_pkg.interchange.markup import XLINK, put, say
from archive_pkg.records.vocabularies.languages import bibliographic_code, language_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.markup import Element
    from archive_pkg.records.models import Record, WrittenDate

NAMESPACE = "urn:isbn:1-931666-22-9"
_NORMAL = re.compile(r"[0-2][0-9]{3}(?:-[0-9]{2}){0,2}")
"""The dates that the schema allows in `normal`."""

_ELEMENTS = (
    ("unitdatestructured", "unitdate"),
    ("datesingle, fromdate", "unitdate"),
    ("didnote", "odd"),
    ("scopecontent", "odd"),
    ("maintenanceevent, eventdescription", "odd"),
    ("recordid", "eadid"),
    ("relator", "role"),
    ("identifier", "authfilenumber"),
    ("part", "persname, corpname, famname, name"),
)


def _renamed(place: str) -> str:
    for name, other in _ELEMENTS:
        place = re.sub(rf"\b{name}\b", other, place)
    return place


MAPPING = {field: _renamed(place) for field, place in ead3.MAPPING.items()} | {
    "date.edtf": "unitdate, normal; odd",
    "extent": "physdesc, extent",
    "summary.text": "scopecontent",
    "agents.role": "odd",
}
"""The elements and attributes of EAD 2002 that each field of a record is written to."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return a finding aid of the records in EAD 2002."""
    return _Ead2002(records, context).write()


class _Ead2002(FindingAid):
    namespace = NAMESPACE
    prefixes = (("xlink", XLINK),)
    kind = "type"
    date_kind = "type"
    relator = "role"
    authority = "authfilenumber"
    variant_kind = "parallel"  # AtoM's alternate title

    def control(self, ead: Element, name: str, title: str) -> None:
        context = self.context
        settings = context.project.settings
        institution = settings.institution
        is_agency = institution and context.publisher == institution.name
        header = put(ead, "eadheader")
        code = institution.isil if institution and is_agency else None
        say(header, "eadid", name, mainagencycode=code)
        described = put(header, "filedesc")
        say(put(described, "titlestmt"), "titleproper", title)
        if context.publisher or settings.licence or settings.rights_statement:
            published = put(described, "publicationstmt")
            if context.publisher:
                say(published, "publisher", context.publisher)
            licence = settings.licence
            for words in (
                settings.rights_statement,
                licence and (licence_address(licence) or licence),
            ):
                if words:
                    say(published, "p", words)
        made = f" on {context.made}" if context.made else ""
        say(put(header, "profiledesc"), "creation", f"Made by {context.software}{made}.")

    def date(self, did: Element, date: WrittenDate) -> None:
        edtf = date.edtf
        normal = _normal(date)
        sure = {(True, True): "uncertain", (True, False): "uncertain", (False, True): "approximate"}
        certainty = sure.get((edtf.uncertain, edtf.approximate)) if edtf else None
        say(
            did,
            "unitdate",
            date.as_written or date.words,
            type="inclusive" if edtf and edtf.is_interval else None,
            normal=normal,
            certainty=certainty,
            calendar=date.calendar,
        )

    def named(
        self, parent: Element, name: str, words: str, title: str | None, /, **more: Any
    ) -> None:
        say(parent, name, words, **more)

    def extent(self, did: Element, words: str) -> None:
        say(put(did, "physdesc"), "extent", words)

    def language(self, material: Element, tag: str) -> None:
        code = bibliographic_code(tag)
        name = language_name(tag) if code and "-" not in tag else tag
        say(material, "language", name, langcode=code)

    def link(self, did: Element, address: str, title: str) -> None:
        say(did, "dao", xlink_type="simple", xlink_href=address, xlink_title=title)

    def remarks(self, description: Element, did: Element, record: Record) -> None:
        _odd(description, "Notes", _remarks(record))

    def section(self, description: Element, kind: str, contents: Iterable[str]) -> None:
        written = list(contents)
        if kind == "summary":
            paragraphs(description, "scopecontent", written[:1])
            written = written[1:]
        _odd(description, kind.capitalize(), written)


def _odd(description: Element, title: str, contents: Iterable[str]) -> None:
    paragraphs(description, "odd", contents, title, type="general")


def _normal(date: WrittenDate) -> str | None:
    if date.edtf is None:
        return None
    if is_exact(date.edtf) and _NORMAL.fullmatch(date.edtf):
        return str(date.edtf)
    ends = extremes(date.edtf)
    known = [end for end in ends if end and _NORMAL.fullmatch(end)]
    return "/".join(known) if len(known) == len(ends) else None


def _remarks(record: Record) -> Iterator[str]:
    if record.version > 1 or record.supersedes:
        yield version_in_words(record)
    date = record.date
    if date and date.edtf and not is_exact(date.edtf):
        yield f"Date in EDTF: {date.edtf}"
    yield from remarks_on(record)
    for agent in record.agents:
        if agent.role:
            yield f"{agent.name}: {agent.role}"
