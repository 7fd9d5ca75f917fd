"""Write EAD3: a finding aid of one document or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import licence_address
from archive_pkg.interchange.dates import extremes, plain
from archive_pkg.interchange.exporting.ead import (
    NO_DATE,
    FindingAid,
    paragraphs,
    remarks_on,
    version_in_words,
)
from archive_pkg.interchange.markup import put, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.markup import Element
    from archive_pkg.records.models import Record, WrittenDate

NAMESPACE = "http://ead3.archivists.org/schema/"

_PARTS = "originalsloc, altformavail, scopecontent, odd"

MAPPING = {
    "id": "recordid, unitid",
    "version": "maintenanceevent, eventdescription",
    "supersedes": "maintenanceevent, eventdescription",
    "identifiers": "unitid",
    "type": "controlaccess, genreform",
    "title": "titleproper, unittitle",
    "variant_titles": "unittitle",
    "authors": "origination, relator",
    "sender": "origination, relator",
    "signatories": "origination, relator",
    "recipients": "controlaccess, relator",
    "copies_to": "controlaccess, relator",
    "participants.agent": "controlaccess",
    "participants.part": "controlaccess, relator",
    "date.edtf": "unitdatestructured",
    "date.as_written": "datesingle, fromdate",
    "date.calendar": "unitdatestructured, calendar",
    "date.note": "didnote",
    **dict.fromkeys(derived_facts.PARTICULARS, "didnote"),
    "extent": "physdesc",
    "place.name": "controlaccess, geogname",
    "place.identifiers": "geogname, identifier",
    "classification": "odd",
    "summary.text": "scopecontent",
    "summary.author": "scopecontent",
    "subjects": "controlaccess, subject",
    "mentioned_agents": "controlaccess",
    "mentioned_places.name": "controlaccess, geogname",
    "mentioned_places.identifiers": "geogname, identifier",
    "parts.kind": _PARTS,
    "parts.title": _PARTS,
    "parts.held": _PARTS,
    "parts.file": _PARTS,
    "parts.media_type": _PARTS,
    "parts.languages": f"langmaterial (for the letter and its enclosures), {_PARTS}",
    "parts.access.status": "accessrestrict",
    "parts.access.until.edtf": "accessrestrict",
    "parts.access.rule": "accessrestrict",
    "parts.made_from": _PARTS,
    "parts.part_of": _PARTS,
    "parts.about": _PARTS,
    "parts.made_by": _PARTS,
    "parts.made.edtf": _PARTS,
    "parts.method": _PARTS,
    "parts.note": _PARTS,
    **dict.fromkeys(derived_facts.NOTES, "didnote"),
    "enclosures.title": "scopecontent",
    **dict.fromkeys(derived_facts.ITEMS, "scopecontent"),
    **dict.fromkeys(derived_facts.RELATIONS, "relatedmaterial"),
    "holdings.repository": "repository",
    "holdings.levels": "unitid",
    "holdings.note": "didnote",
    "custody": "custodhist",
    "donor": "acqinfo",
    "publications": "bibliography, bibref",
    "rights": "userestrict",
    "agents.name": "part",
    "agents.kind": "persname, corpname, famname (person, organization, family)",
    "agents.role": "part",
    "agents.identifiers": "identifier, source (the first)",
    "events.type": "processinfo",
    "events.date": "processinfo",
    "events.agents": "processinfo",
    "events.objects": "processinfo",
    "events.sources": "processinfo",
    "events.outcome": "processinfo",
    "events.detail": "processinfo",
    "evidence": "processinfo",
}
"""The elements and attributes of EAD3 that each field of a record is written to."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return a finding aid of the records in EAD3. A single document is the whole finding aid."""
    aid = _Ead3(records, context)
    return aid.write_one() if len(records) == 1 else aid.write()


class _Ead3(FindingAid):
    namespace = NAMESPACE
    kind = "localtype"
    date_kind = "unitdatetype"
    relator = "relator"
    authority = "identifier"
    level_kind = "level"

    def control(self, ead: Element, name: str, title: str) -> None:
        context = self.context
        control = put(ead, "control")
        say(control, "recordid", name)
        titles = put(put(control, "filedesc"), "titlestmt")
        say(titles, "titleproper", title)
        revised = any(record.supersedes for record in self.records)
        say(control, "maintenancestatus", value="revised" if revised else "new")
        settings = context.project.settings
        agency = put(control, "maintenanceagency")
        if settings.institution and context.publisher == settings.institution.name:
            say(agency, "agencycode", settings.institution.isil)
        say(agency, "agencyname", context.publisher or "Unknown")
        if settings.licence or settings.rights_statement:
            declared = put(control, "rightsdeclaration")
            if licence := settings.licence:
                say(declared, "citation", licence, href=licence_address(licence))
            if settings.rights_statement:
                say(put(declared, "descriptivenote"), "p", settings.rights_statement)
        event = put(put(control, "maintenancehistory"), "maintenanceevent")
        say(event, "eventtype", value="created")
        say(event, "eventdatetime", context.made or "", standarddatetime=context.made)
        say(event, "agenttype", value="machine")
        say(event, "agent", context.software)
        for record in self.records:
            say(event, "eventdescription", version_in_words(record))

    def date(self, did: Element, date: WrittenDate) -> None:
        if date.edtf is None:
            say(did, "unitdate", date.words, calendar=date.calendar)
            return
        parent = put(did, "unitdatestructured", calendar=date.calendar)
        if date.edtf.is_interval:
            both = put(parent, "daterange")
            first, last = (None if end in NO_DATE else end for end in date.edtf.split("/"))
            say(both, "fromdate", date.as_written or str(date.edtf), standarddate=first)
            say(both, "todate", standarddate=last)
            return
        vague = plain(date.edtf) is None
        first, last = extremes(date.edtf) if vague else (None, None)
        say(
            parent,
            "datesingle",
            date.as_written or str(date.edtf),
            standarddate=str(date.edtf),
            notbefore=first,
            notafter=last,
        )

    def named(
        self, parent: Element, name: str, words: str, title: str | None, /, **more: Any
    ) -> None:
        element = put(parent, name, **more)
        say(element, "part", words)
        if title:
            say(element, "part", title, localtype="role")

    def extent(self, did: Element, words: str) -> None:
        say(did, "physdesc", words)

    def language(self, material: Element, tag: str) -> None:
        say(material, "language", tag, langcode=tag)

    def link(self, did: Element, address: str, title: str) -> None:
        say(did, "dao", daotype="unknown", href=address, linktitle=title)

    def remarks(self, description: Element, did: Element, record: Record) -> None:
        date = record.date
        # EAD3 cannot express whether an end without a date is open or unknown.
        if date and date.edtf and date.as_written and not NO_DATE.isdisjoint(date.edtf.split("/")):
            say(did, "didnote", f"Date in EDTF: {date.edtf}")
        for words in remarks_on(record):
            say(did, "didnote", words)

    def section(self, description: Element, kind: str, contents: Iterable[str]) -> None:
        if kind == "other":
            paragraphs(description, "odd", contents)
        else:
            paragraphs(description, "scopecontent", contents, localtype=kind)
