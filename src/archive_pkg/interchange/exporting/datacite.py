"""Write DataCite Metadata Schema 4.7, as XML and as JSON.

If a record does not have a required value, DataCite's standard value for unknown information is
written: `:tba` (to be announced) for an identifier or publisher, `:unkn` for a creator. The year
must have four digits, so an unknown year is 0000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import address, is_address
from archive_pkg.interchange.dates import is_exact, w3cdtf
from archive_pkg.interchange.json_text import to_json
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.interchange.markup import XSI, label, put, root, say, serialize
from archive_pkg.records.display import classification_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Record, WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier

NAMESPACE = "http://datacite.org/schema/kernel-4"
TO_BE_ANNOUNCED = ":tba"
UNKNOWN = ":unkn"
NO_YEAR = "0000"

_CONTRIBUTOR_TYPES = {"translator": "Translator"}
"""The contributorType of each role for which DataCite has one. Other roles are "Other"."""

RELATIONS = {
    "enclosure-of": "IsPartOf",
    "item-of": "IsPartOf",
    "draft-of": "IsPreviousVersionOf",
    "version-of": "IsVersionOf",
    "same-as": "IsIdenticalTo",
    "refers-to": "References",
}
"""The relationType of each kind of relation. Other kinds, such as a reply, are "Other"."""
_GENERAL_TYPES = {"report": "Report"}
"""The resourceTypeGeneral of each type of document. Other types are "Text"."""
_IDENTIFIER_TYPES = {"doi": "DOI", "handle": "Handle", "ark": "ARK"}
"""The relatedItemIdentifierType of each scheme whose values are written as they are. Identifiers of
other schemes are written as web addresses."""

MAPPING = {
    "id": "alternateIdentifier",
    "version": "version",
    "supersedes": "relatedItem, IsNewVersionOf",
    "identifiers": "identifier (a DOI), alternateIdentifier",
    "type": "resourceType",
    "title": "title",
    "variant_titles": "title, AlternativeTitle",
    "authors": "creator",
    "sender": "creator",
    "signatories": "contributor, Other; description, Other",
    "recipients": "contributor, Other; description, Other",
    "copies_to": "contributor, Other; description, Other",
    "participants.agent": "contributor, Other; description, Other",
    "participants.part": "description, Other",
    "date.edtf": "date, Created (a range where it is vague)",
    "date.as_written": "dateInformation",
    "date.calendar": "dateInformation",
    "date.note": "dateInformation",
    **dict.fromkeys(derived_facts.PARTICULARS, "description, Other"),
    **dict.fromkeys(derived_facts.OCCASIONS, "date, Other; or description, Other"),
    "place.name": "geoLocationPlace",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "description, Other"),
    "summary.text": "description, Abstract",
    "summary.author": "contributor, Other; description, Other",
    "subjects.term": "subject",
    "subjects.identifier": "subject, valueURI (where the scheme has addresses)",
    "mentioned_places.name": "description, Other",
    "parts.kind": "relatedItem (of original and enclosures)",
    "parts.title": "relatedItem (of original and enclosures); description, Methods",
    "parts.media_type": "format",
    "parts.languages": "language (of the main text)",
    "parts.method": "description, Methods",
    "parts.made_by": "contributor: Translator, Other; description, Methods (of programs)",
    "parts.access.status": "rights",
    "parts.access.until.edtf": "rights",
    "parts.access.rule": "rights",
    "parts.made_from": "relatedItem, IsTranslationOf (of a translation)",
    "parts.part_of": "relatedItem, HasPart (of the document)",
    **dict.fromkeys(derived_facts.NOTES, "description, Other"),
    "enclosures.title": "relatedItem, HasPart",
    **dict.fromkeys(derived_facts.ITEMS, "description, TableOfContents"),
    **dict.fromkeys(derived_facts.RELATIONS, "description, Other; relatedItem"),
    "holdings": "relatedItem, IsPartOf",
    "custody": "description, Other",
    "donor": "contributor, Other; description, Other",
    "publications": "relatedItem, IsPublishedIn",
    "rights": "rights; contributor, RightsHolder",
    "agents.name": "creatorName, contributorName",
    "agents.name_parts.family": "familyName",
    "agents.name_parts.given": "givenName",
    "agents.name_parts.patronymic": "givenName",
    "agents.name_parts.suffix": "givenName",
    "agents.kind": "nameType (person, organization)",
    "agents.affiliations": "affiliation (with its ROR or ISNI)",
    "agents.identifiers": "nameIdentifier",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in DataCite's XML."""
    [record] = records
    data = describe(record, context)
    resource = root(NAMESPACE, "resource", {None: NAMESPACE, "xsi": XSI})
    schema = "https://schema.datacite.org/meta/kernel-4.7/metadata.xsd"
    label(resource, xsi_schemaLocation=f"{NAMESPACE} {schema}")
    say(resource, "identifier", data.get("doi", TO_BE_ANNOUNCED), identifierType="DOI")
    _people(resource, "creators", data["creators"])
    titles = put(resource, "titles")
    for title in data["titles"]:
        say(titles, "title", title["title"], titleType=title.get("titleType"))
    say(resource, "publisher", data["publisher"]["name"])
    say(resource, "publicationYear", data["publicationYear"])
    types = data["types"]
    say(
        resource,
        "resourceType",
        types["resourceType"],
        resourceTypeGeneral=types["resourceTypeGeneral"],
    )
    for plural, singular, key in _LISTS:
        items = data.get(plural, ())
        if items:
            parent = put(resource, plural)
            for item in items:
                attributes = {
                    name.replace("Uri", "URI"): value for name, value in item.items() if name != key
                }
                say(parent, singular, item[key], **attributes)
    _people(resource, "contributors", data.get("contributors", ()))
    if "language" in data:
        say(resource, "language", data["language"])
    for plural, singular in (("sizes", "size"), ("formats", "format")):
        if plural in data:
            parent = put(resource, plural)
            for value in data[plural]:
                say(parent, singular, value)
    say(resource, "version", data["version"])
    if "geoLocations" in data:
        parent = put(resource, "geoLocations")
        for location in data["geoLocations"]:
            say(put(parent, "geoLocation"), "geoLocationPlace", location["geoLocationPlace"])
    _related_items(resource, data.get("relatedItems", ()))
    return serialize(resource)


_LISTS = (
    ("subjects", "subject", "subject"),
    ("dates", "date", "date"),
    ("alternateIdentifiers", "alternateIdentifier", "alternateIdentifier"),
    ("rightsList", "rights", "rights"),
    ("descriptions", "description", "description"),
)
"""Lists of elements with text and attributes: the name of the list, the name of an element in XML,
and the key of its text in JSON."""


def _related_items(resource: Any, items: Sequence[dict[str, Any]]) -> None:
    if not items:
        return
    parent = put(resource, "relatedItems")
    for item in items:
        kinds = ("relatedItemType", "relationType", "relationTypeInformation")
        related = put(parent, "relatedItem", **{key: item.get(key) for key in kinds})
        if known := item.get("relatedItemIdentifier"):
            kind = known["relatedItemIdentifierType"]
            name = known["relatedItemIdentifier"]
            say(related, "relatedItemIdentifier", name, relatedItemIdentifierType=kind)
        titles = put(related, "titles")
        for title in item["titles"]:
            say(titles, "title", title["title"])


def _people(resource: Any, plural: str, people: Sequence[dict[str, Any]]) -> None:
    if not people:
        return
    singular = plural[:-1]
    parent = put(resource, plural)
    for person in people:
        child = put(parent, singular, contributorType=person.get("contributorType"))
        say(child, f"{singular}Name", person["name"], nameType=person.get("nameType"))
        for half in ("givenName", "familyName"):
            if half in person:
                say(child, half, person[half])
        for identifier in person.get("nameIdentifiers", ()):
            say(
                child,
                "nameIdentifier",
                identifier["nameIdentifier"],
                nameIdentifierScheme=identifier["nameIdentifierScheme"],
            )
        for body in person.get("affiliation", ()):
            scheme = body.get("affiliationIdentifierScheme")
            named = body.get("affiliationIdentifier")
            say(
                child,
                "affiliation",
                body["name"],
                affiliationIdentifier=named,
                affiliationIdentifierScheme=scheme,
            )


def describe(record: Record, context: ExportContext) -> dict[str, Any]:
    """Return the record in the form of DataCite's JSON, without empty values."""
    doi = derived_facts.doi(record)
    files = [context.files[path] for path in record.files if path in context.files]
    data: dict[str, Any] = {
        "schemaVersion": NAMESPACE,
        "doi": doi.value if doi else None,
        "creators": [_person(record, agent) for agent in derived_facts.creators(record)]
        or [{"name": UNKNOWN}],
        "titles": [
            {"title": record.title},
            *({"title": title, "titleType": "AlternativeTitle"} for title in record.variant_titles),
        ],
        "publisher": {"name": context.publisher or TO_BE_ANNOUNCED},
        "publicationYear": f"{context.year:04}" if context.year else NO_YEAR,
        "types": {
            "resourceType": record.document_type.label,
            "resourceTypeGeneral": _GENERAL_TYPES.get(record.document_type.id, "Text"),
        },
        "subjects": [_subject(record, index) for index in range(len(record.subjects))],
        "contributors": list(_contributors(record)),
        "dates": list(_dates(record)),
        "language": derived_facts.main_language(record),
        "alternateIdentifiers": [
            {"alternateIdentifier": record.id, "alternateIdentifierType": "record"},
            *(
                {"alternateIdentifier": item.value, "alternateIdentifierType": item.scheme}
                for item in record.identifiers
                if item != doi
            ),
        ],
        "relatedItems": list(_related(record)),
        "sizes": [f"{sum(file.size for file in files)} bytes"] if files else [],
        "formats": list(dict.fromkeys(p.media_type for p in record.parts if p.media_type)),
        "version": str(record.version),
        "rightsList": list(_rights(record)),
        "descriptions": list(_descriptions(record)),
        "geoLocations": [{"geoLocationPlace": record.place.name}] if record.place else [],
    }
    return {key: value for key, value in data.items() if value}


def _person(record: Record, agent: Agent) -> dict[str, Any]:
    person: dict[str, Any] = {"name": agent.name}
    if agent.kind == "person":
        person["nameType"] = "Personal"
    elif agent.kind == "organization":
        person["nameType"] = "Organizational"
    pieces = derived_facts.family_and_given(agent)
    if pieces:
        person["familyName"], person["givenName"] = pieces.family, pieces.all_given
    if agent.identifiers:
        person["nameIdentifiers"] = [
            {"nameIdentifier": item.value, "nameIdentifierScheme": item.scheme}
            for item in agent.identifiers
        ]
    if agent.affiliations:
        bodies = derived_facts.agents(record, agent.affiliations)
        person["affiliation"] = [_affiliation(body) for body in bodies]
    return person


def _affiliation(body: Agent) -> dict[str, str]:
    known = next((item for item in body.identifiers if item.scheme in ("ror", "isni")), None)
    if known is None:
        return {"name": body.name}
    named = {"affiliationIdentifier": known.uri or known.value}
    return {"name": body.name} | named | {"affiliationIdentifierScheme": known.scheme.upper()}


def _contributors(record: Record) -> Iterator[dict[str, Any]]:
    types = dict.fromkeys(
        (agent, _CONTRIBUTOR_TYPES.get(role, "Other"))
        for agent, role, _ in derived_facts.all_contributors(record)
    )
    for agent, kind in types:
        yield _person(record, agent) | {"contributorType": kind}
    if record.rights and record.rights.holder:
        holder = record.agent(record.rights.holder)
        yield _person(record, holder) | {"contributorType": "RightsHolder"}


def _dates(record: Record) -> Iterator[dict[str, Any]]:
    date = record.date
    if date and date.edtf:
        created = {"date": _day(date), "dateType": "Created"}
        vague = "" if is_exact(date.edtf) else f"EDTF {date.edtf}"
        calendar = f"{date.calendar} calendar" if date.calendar else None
        words = "; ".join(filter(None, (date.as_written, calendar, vague, date.note)))
        yield created | ({"dateInformation": words} if words else {})
    for name, when in derived_facts.occasions(record):
        if when.edtf:
            said = derived_facts.occasion_words(when, name)
            yield {"date": _day(when), "dateType": "Other", "dateInformation": said}


def _day(date: WrittenDate) -> str | None:
    return (w3cdtf(date.edtf) or str(date.edtf)) if date.edtf else None


def _subject(record: Record, index: int) -> dict[str, str]:
    subject = record.subjects[index]
    described = {"subject": subject.term}
    if subject.identifier:
        described["subjectScheme"] = subject.identifier.scheme
        place = address(subject.identifier.uri)
        if place:
            described["valueUri"] = place
    return described


def _related(record: Record) -> Iterator[dict[str, Any]]:
    if derived_facts.is_translation(record):
        for source in derived_facts.originals(record):
            yield _item("Text", "IsTranslationOf", derived_facts.part_title(record, source))
    for title in derived_facts.contained(record):
        yield _item("Text", "HasPart", title)
    for words in derived_facts.kept_at(record):
        yield _item("Collection", "IsPartOf", words)
    for one, citation in zip(record.publications, derived_facts.published_in(record), strict=True):
        known = next(filter(None, map(identified, one.identifiers)), None)
        yield _item("Text", "IsPublishedIn", citation) | _identified(known)
    if record.supersedes:
        yield _item("Text", "IsNewVersionOf", record.supersedes)
    for relation, (kind, words) in zip(
        record.relations, derived_facts.related(record), strict=True
    ):
        named = identified(relation.identifier) if relation.identifier else None
        item = _item("Text", RELATIONS.get(kind, "Other"), words) | _identified(named)
        yield item | {"relationTypeInformation": derived_facts.relation_label(kind)}


def _item(kind: str, relation: str, title: str) -> dict[str, Any]:
    return {"relatedItemType": kind, "relationType": relation, "titles": [{"title": title}]}


def _identified(named: tuple[str, str] | None) -> dict[str, Any]:
    if named is None:
        return {}
    kind, value = named
    return {
        "relatedItemIdentifier": {
            "relatedItemIdentifier": value,
            "relatedItemIdentifierType": kind,
        }
    }


def identified(identifier: Identifier) -> tuple[str, str] | None:
    """Return the type and value of an identifier of a related document.

    Returns None for an identifier that has no web address, such as a local one.
    """
    if identifier.scheme in _IDENTIFIER_TYPES:
        return _IDENTIFIER_TYPES[identifier.scheme], identifier.value
    place = address(identifier.uri)
    return ("URL", place) if place else None


def _rights(record: Record) -> Iterator[dict[str, str]]:
    if record.rights:
        statement = {"rights": record.rights.statement}
        licence = record.rights.licence or ""
        listed = spdx_id(licence)
        if is_address(licence):
            statement["rightsUri"] = licence
        if listed:
            statement |= {"rightsIdentifier": listed, "rightsIdentifierScheme": "SPDX"}
        yield statement
        if licence and not listed and not is_address(licence):
            yield {"rights": licence}
    yield from ({"rights": words} for words in derived_facts.restrictions(record))


def _descriptions(record: Record) -> Iterator[dict[str, str]]:
    if record.summary:
        yield {"description": record.summary.text, "descriptionType": "Abstract"}
    if record.classification:
        marking = f"Marked: {classification_in_words(record)}"
        yield {"description": marking, "descriptionType": "Other"}
    roles = [
        f"{agent.name} ({role})"
        for agent, role, _ in derived_facts.all_contributors(record)
        if role not in _CONTRIBUTOR_TYPES
    ]
    if roles:
        # Most contributors have the type Other, so the description names their roles.
        words = f"Contributors: {'; '.join(roles)}"
        yield {"description": words, "descriptionType": "Other"}
    for part in record.parts:
        method = derived_facts.method_words(record, part)
        if method:
            words = f"{derived_facts.part_title(record, part)}: {method}"
            yield {"description": words, "descriptionType": "Methods"}
    for _, words in derived_facts.note_words(record):
        yield {"description": f"Translation note: {words}", "descriptionType": "Other"}
    for item in derived_facts.items(record):
        yield {"description": item, "descriptionType": "TableOfContents"}
    dated = {name for name, date in derived_facts.occasions(record) if date.edtf}
    for words in (
        *derived_facts.dates_without_edtf(record),
        *derived_facts.labelled_particulars(record, dated),
        *derived_facts.labelled_relations(record),
    ):
        yield {"description": words, "descriptionType": "Other"}
    if record.custody:
        yield {"description": f"Custody: {record.custody}", "descriptionType": "Other"}


def write_json(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in DataCite's JSON."""
    [record] = records
    return to_json(describe(record, context))
