"""Write JSON for the REST API of InvenioRDM, which Zenodo also uses: the body of a draft."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import addresses_in, dois_in, is_address
from archive_pkg.interchange.dates import extremes, is_exact, plain
from archive_pkg.interchange.exporting import datacite
from archive_pkg.interchange.json_text import to_json
from archive_pkg.interchange.licences import spdx_id, spdx_page
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.vocabularies.identifiers import SCHEMES
from archive_pkg.records.vocabularies.languages import as_bcp47, language_name, three_letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.projects import Editor, Funding
    from archive_pkg.records.models import Agent, Place, Record, WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier

MAPPING = {
    "id": "identifiers, other",
    "version": "version",
    "supersedes": "related_identifiers, isnewversionof",
    "identifiers": "pids, doi (the first); identifiers",
    "type": "additional_descriptions, other",
    "title": "title",
    "variant_titles": "additional_titles; additional_descriptions, other (under 3 characters)",
    "authors": "creators",
    "sender": "creators",
    "participants.agent": "contributors; additional_descriptions, other",
    "participants.part": "additional_descriptions, other",
    "signatories": "contributors; additional_descriptions, other",
    "recipients": "contributors; additional_descriptions, other",
    "copies_to": "contributors; additional_descriptions, other",
    "date": "dates, created",
    **dict.fromkeys(derived_facts.PARTICULARS, "additional_descriptions, other"),
    **dict.fromkeys(derived_facts.OCCASIONS, "dates, other; or additional_descriptions, other"),
    "place": "locations",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "additional_descriptions, other"),
    "summary.text": "description",
    "summary.author": "contributors; additional_descriptions, other",
    "subjects.term": "subjects",
    "subjects.identifier": "additional_descriptions, other",
    "mentioned_places": "locations",
    "parts.title": "additional_descriptions, methods and table-of-contents",
    "parts.media_type": "formats",
    "parts.languages": "languages of the letter and what was sent with it, by ISO 639-3",
    "parts.part_of": "additional_descriptions, table-of-contents (of the document)",
    "parts.made_by": "contributors; additional_descriptions, other",
    "parts.method": "additional_descriptions, methods",
    "parts.access.status": "additional_descriptions, other",
    "parts.access.until.edtf": "additional_descriptions, other",
    "parts.access.rule": "additional_descriptions, other",
    **dict.fromkeys(derived_facts.NOTES, "additional_descriptions, other"),
    "enclosures.title": "additional_descriptions, table-of-contents",
    **dict.fromkeys(derived_facts.ITEMS, "additional_descriptions, table-of-contents"),
    **dict.fromkeys(derived_facts.RELATIONS, "additional_descriptions, other; related_identifiers"),
    "holdings": "additional_descriptions, other; contributors, hostinginstitution",
    "custody": "additional_descriptions, other",
    "donor": "contributors; additional_descriptions, other",
    "publications": "additional_descriptions, other; related_identifiers, ispublishedin",
    "rights.statement": "rights, description; copyright",
    "rights.licence": "rights, id (of the SPDX list), or title and link",
    "rights.holder": "contributors, rightsholder",
    "agents.name": "person_or_org, name; of persons family_name and given_name",
    "agents.name_parts.family": "family_name",
    "agents.name_parts.given": "given_name",
    "agents.name_parts.patronymic": "given_name",
    "agents.name_parts.suffix": "given_name",
    "agents.kind": "person_or_org, type (person, organization)",
    "agents.affiliations": "affiliations",
    "agents.identifiers": "person_or_org, identifiers; additional_descriptions, other",
}

SHORTEST_TITLE = 3
"""The fewest characters of a title (`TitleSchema` and `MetadataSchema` of InvenioRDM)."""
_ROLES = {"translator": "translator"}
"""InvenioRDM's roles by ours. Other roles become "other", and a description names them."""
_AGENT_SCHEMES = frozenset(["orcid", "gnd", "isni", "ror"])
"""Schemes that InvenioRDM accepts for agents. Other identifiers go into a description."""
_PLACE_SCHEMES = frozenset(["geonames", "wikidata"])
"""Schemes that InvenioRDM accepts for places. Other identifiers go into the place's description."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the body of a request to create a draft."""
    [record] = records
    doi = derived_facts.doi(record)
    if doi is None:
        return to_json({"metadata": describe(record, context)})
    pids = {"doi": {"identifier": doi.value, "provider": "external"}}
    return to_json({"metadata": describe(record, context, doi.value), "pids": pids})


def describe(record: Record, context: ExportContext, doi: str = "") -> dict[str, Any]:
    """Return the record as InvenioRDM's metadata.

    If required values are not known, the creator is `:unkn` and the year 0000.

    Args:
        record: The record.
        context: What exports need besides the record.
        doi: The DOI of the draft, which InvenioRDM does not allow among the other identifiers.
    """
    summary = record.summary.text if record.summary else ""
    files = [context.files[path] for path in record.files if path in context.files]
    by_editors = context.creators == "editors"
    editors = [_editor(each) for each in context.project.settings.editors]
    senders = [_person(record, agent) for agent in derived_facts.creators(record)]
    metadata: dict[str, Any] = {
        "resource_type": {"id": "publication-other"},
        "title": record.title,
        "additional_titles": [
            {"title": title, "type": {"id": "alternative-title"}}
            for title in record.variant_titles
            if not is_too_short(title)
        ],
        "creators": (editors if by_editors else senders)
        or [{"person_or_org": {"type": "organizational", "name": datacite.UNKNOWN}}],
        "contributors": list(_contributors(record, context)),
        "funding": [_funding(each) for each in context.project.settings.funding],
        "publication_date": context.made or datacite.NO_YEAR,
        "publisher": context.publisher,
        "description": f"<p>{escape(summary)}</p>" if summary else None,
        "additional_descriptions": [
            {"description": escape(words), "type": {"id": kind}}
            for kind, words in _descriptions(record, context)
        ],
        "subjects": [{"subject": subject.term} for subject in record.subjects],
        "dates": list(_dates(record)),
        "languages": [{"id": code} for code in languages(record)],
        "locations": _locations(record),
        "identifiers": [
            {"identifier": value, "scheme": scheme}
            for scheme, value in dict.fromkeys(_identifiers(record))
            if (scheme, value.lower()) != ("doi", doi.lower())
        ],
        "related_identifiers": list(_related(record)),
        "sizes": [f"{sum(file.size for file in files)} bytes"] if files else [],
        "formats": list(dict.fromkeys(p.media_type for p in record.parts if p.media_type)),
        "rights": list(_rights(record)),
        "copyright": escape(record.rights.statement) if record.rights else None,
        "version": str(record.version),
    }
    return {key: value for key, value in metadata.items() if value}


def is_too_short(title: str) -> bool:
    """Return whether InvenioRDM refuses a title, because it has fewer than 3 characters."""
    return len(title.strip()) < SHORTEST_TITLE


def without_licence(metadata: dict[str, Any], identifier: str) -> None:
    """Replace a licence with free text, for an instance whose vocabulary does not have it."""
    listed = spdx_id(identifier) or identifier
    metadata["rights"] = [
        _custom(listed, spdx_page(listed)) if each.get("id") == identifier else each
        for each in metadata["rights"]
    ]


def without_language(metadata: dict[str, Any], code: str) -> None:
    """Replace a language with free text, for an instance whose vocabulary does not have it."""
    metadata["languages"] = [each for each in metadata["languages"] if each["id"] != code]
    words = {"description": f"Language: {language_name(as_bcp47(code))}", "type": {"id": "other"}}
    metadata["additional_descriptions"] = [*metadata.get("additional_descriptions", ()), words]


def _person(record: Record, agent: Agent, role: str = "") -> dict[str, Any]:
    """Return a creator, or a contributor in a role, with the organizations it belonged to."""
    person: dict[str, Any] = {"person_or_org": _name(agent)}
    if role:
        person["role"] = {"id": role}
    bodies = derived_facts.agents(record, agent.affiliations)
    return person | _affiliated(bodies)


def _affiliated(bodies: Sequence[Agent]) -> dict[str, Any]:
    """Return affiliations, each with its ROR, if it has one, as its term in the vocabulary."""
    found = []
    for body in bodies:
        ror = next((one.value for one in body.identifiers if one.scheme == "ror"), None)
        found.append({"name": body.name} | ({"id": ror} if ror else {}))
    return {"affiliations": found} if found else {}


def _editor(editor: Editor, role: str = "") -> dict[str, Any]:
    """Return an editor of the project as a creator, or as a contributor in a role."""
    person, *bodies = editor.agents
    named = {"role": {"id": role}} if role else {}
    return {"person_or_org": _name(person)} | named | _affiliated(bodies)


def _funding(funding: Funding) -> dict[str, Any]:
    """Return a grant. The ROR of the funder, if it has one, is its term in the vocabulary."""
    funder = {"name": funding.funder} | ({"id": funding.ror} if funding.ror else {})
    award = {"number": funding.number, "title": {"en": funding.title} if funding.title else None}
    known = {name: value for name, value in award.items() if value}
    return {"funder": funder} | ({"award": known} if known else {})


def terms(metadata: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each affiliation and funder that has both a name and a term, with its vocabulary.

    InvenioRDM takes only one of the two.
    """
    for person in (*metadata.get("creators", ()), *metadata.get("contributors", ())):
        yield from (
            ("affiliations", each) for each in person.get("affiliations", ()) if "id" in each
        )
    for grant in metadata.get("funding", ()):
        if "id" in grant["funder"]:
            yield "funders", grant["funder"]


def _name(agent: Agent) -> dict[str, Any]:
    """Return an agent. The name of a person is split only if it is in index form."""
    name: dict[str, Any]
    if agent.kind == "person":
        pieces = derived_facts.family_and_given(agent)
        name = {"type": "personal", "family_name": pieces.family if pieces else agent.name}
        name |= {"given_name": pieces.all_given} if pieces else {}
    else:
        name = {"type": "organizational", "name": agent.name}
    return name | _accepted(agent.identifiers, _AGENT_SCHEMES)


def _identifiers(record: Record) -> Iterator[tuple[str, str]]:
    """Yield InvenioRDM's scheme and the value of each identifier of the document."""
    yield "other", record.id
    for item in record.identifiers:
        if item.scheme == "doi" or not item.uri:
            yield ("doi" if item.scheme == "doi" else "other"), item.value
        else:
            yield "url", item.uri


def _first_of_each(identifiers: Sequence[Identifier], schemes: frozenset[str]) -> dict[str, str]:
    """Return the first identifier of each scheme, because InvenioRDM refuses a second one."""
    known: dict[str, str] = {}
    for item in identifiers:
        if item.scheme in schemes:
            known.setdefault(item.scheme, item.value)
    return known


def _accepted(identifiers: Sequence[Identifier], schemes: frozenset[str]) -> dict[str, Any]:
    known = _first_of_each(identifiers, schemes).items()
    listed = [{"scheme": scheme, "identifier": value} for scheme, value in known]
    return {"identifiers": listed} if listed else {}


def _refused(identifiers: Sequence[Identifier], schemes: frozenset[str]) -> list[str]:
    known = _first_of_each(identifiers, schemes)
    others = [item for item in identifiers if known.get(item.scheme) != item.value]
    return [f"{SCHEMES[item.scheme].name} {item.value}" for item in others]


def _contributions(record: Record, context: ExportContext) -> Iterator[derived_facts.Contribution]:
    """Yield the contributors; if the editors are the creators, the senders come first."""
    if context.creators == "editors":
        for agent in derived_facts.creators(record):
            yield derived_facts.Contribution(agent, "author or sender of the document")
    yield from derived_facts.all_contributors(record)


def _contributors(record: Record, context: ExportContext) -> Iterator[dict[str, Any]]:
    contributions = _contributions(record, context)
    kinds = dict.fromkeys((agent, _ROLES.get(role, "other")) for agent, role, _ in contributions)
    for agent, kind in kinds:
        yield _person(record, agent, kind)
    if record.rights and record.rights.holder:
        yield _person(record, record.agent(record.rights.holder), "rightsholder")
    if context.creators != "editors":
        yield from (_editor(each, "editor") for each in context.project.settings.editors)
    # DataCite's HostingInstitution is also an organization that stores the resource offline.
    for name in dict.fromkeys(holding.repository for holding in record.holdings):
        body = {"type": "organizational", "name": name}
        yield {"person_or_org": body, "role": {"id": "hostinginstitution"}}


def _descriptions(record: Record, context: ExportContext) -> Iterator[tuple[str, str]]:
    """Yield the type and the words of a description for each fact without a field of its own."""
    yield "other", f"Kind of document: {record.document_type.label}"
    for title in filter(is_too_short, record.variant_titles):
        yield "other", f"Other title: {title}"
    tags = [tag for tag in derived_facts.languages(record) if "-" in tag]
    if tags:
        yield "other", f"Languages, with script or region: {', '.join(tags)}"
    for words in derived_facts.dates_without_edtf(record):
        yield "other", words
    if record.date and record.date.edtf and not _level_0(record.date):
        yield "other", f"Date of the document: {_date_words(record.date)}"
    dated = {name for name, date in derived_facts.occasions(record) if _level_0(date)}
    for words in derived_facts.labelled_particulars(record, {*dated, "places_mentioned"}):
        yield "other", words
    for words in derived_facts.labelled_relations(record):
        yield "other", words
    if record.classification:
        yield "other", f"Marked: {classification_in_words(record)}"
    roles = [
        f"{one.agent.name} ({one.role})"
        for one in _contributions(record, context)
        if one.role not in _ROLES
    ]
    if roles:
        yield "other", f"Contributors: {'; '.join(roles)}"
    for agent in record.agents:
        others = ", ".join(_refused(agent.identifiers, _AGENT_SCHEMES))
        if others:
            yield "other", f"{agent.name}: {others}"
    for subject in record.subjects:
        if known := subject.identifier:
            # InvenioRDM accepts only identifiers in the vocabularies of the instance.
            yield "other", f"{subject.term}: {SCHEMES[known.scheme].name} {known.value}"
    contained = derived_facts.contained(record)
    if contained:
        yield "table-of-contents", f"With the document: {'; '.join(contained)}"
    items = list(derived_facts.items(record))
    if items:
        yield "table-of-contents", f"Items: {'; '.join(items)}"
    for part in record.parts:
        if method := derived_facts.method_words(record, part):
            yield "methods", f"{derived_facts.part_title(record, part)}: {method}"
    for _, words in derived_facts.note_words(record):
        yield "other", f"Translation note: {words}"
    for words in derived_facts.kept_at(record):
        yield "other", f"Kept at: {words}"
    if record.custody:
        yield "other", f"Custody: {record.custody}"
    for words in derived_facts.restrictions(record):
        yield "other", words
    for citation in derived_facts.published_in(record):
        yield "other", f"Published in: {citation}"


def _dates(record: Record) -> Iterator[dict[str, Any]]:
    date = record.date
    if date and (level_0 := _level_0(date)):
        words = _date_words(date)
        more = {"description": words} if words else {}
        yield {"date": level_0, "type": {"id": "created"}} | more
    for name, when in derived_facts.occasions(record):
        if level_0 := _level_0(when):
            words = derived_facts.occasion_words(when, name.capitalize())
            yield {"date": level_0, "type": {"id": "other"}, "description": words}


def _level_0(date: WrittenDate) -> str | None:
    """Return a date or range in level 0 of EDTF, the only level that InvenioRDM accepts.

    Returns None if this is not possible.
    """
    if date.edtf is None:
        return None
    day = plain(date.edtf)
    first, last = extremes(date.edtf)
    return day or (f"{first}/{last}" if first and last else None)


def _date_words(date: WrittenDate) -> str:
    """Return the date as written, its EDTF if it is not a year, month or day, and its note."""
    exact = date.edtf is not None and is_exact(date.edtf)
    words = (date.as_written, "" if exact else f"EDTF {date.edtf}", date.note)
    return "; ".join(filter(None, words))


def languages(record: Record) -> list[str]:
    """Return the codes (ISO 639-3) of the languages of the letter and its enclosures."""
    codes = map(three_letters, derived_facts.languages(record))
    return [code for code in dict.fromkeys(codes) if code != "und"]


def _locations(record: Record) -> dict[str, Any]:
    here = [_location(record.place, "Place of writing")] if record.place else []
    mentioned = [_location(place, "Mentioned in the text") for place in record.mentioned_places]
    return {"features": [*here, *mentioned]} if here or mentioned else {}


def _location(place: Place, what: str) -> dict[str, Any]:
    words = [what, f"“{place.as_written}”"] if place.as_written else [what]
    words += _refused(place.identifiers, _PLACE_SCHEMES)
    location = {"place": place.name, "description": "; ".join(words)}
    return location | _accepted(place.identifiers, _PLACE_SCHEMES)


def _related(record: Record) -> Iterator[dict[str, Any]]:
    found = [(record.supersedes, "other", "isnewversionof")] if record.supersedes else []
    for one, citation in zip(record.publications, derived_facts.published_in(record), strict=True):
        named = list(filter(None, map(datacite.identified, one.identifiers)))
        found += [(name, scheme.lower(), "ispublishedin") for scheme, name in named]
        found += [(name, "doi", "ispublishedin") for name in dois_in(citation)] or [
            (name, "url", "ispublishedin") for name in addresses_in(citation)
        ]
    for relation in record.relations:
        known = datacite.identified(relation.identifier) if relation.identifier else None
        kind = datacite.RELATIONS.get(relation.kind)
        if known and kind:
            scheme, name = known
            found.append((name, scheme.lower(), kind.lower()))
    for identifier, scheme, kind in dict.fromkeys(found):
        yield {"identifier": identifier, "scheme": scheme, "relation_type": {"id": kind}}


def _rights(record: Record) -> Iterator[dict[str, Any]]:
    rights = record.rights
    if rights is None:
        return
    licence = rights.licence or ""
    listed = spdx_id(licence)
    if listed:
        yield {"id": listed.lower()}
    elif licence:
        yield _custom(licence, licence if is_address(licence) else None)
    yield {"title": {"en": "Rights"}, "description": {"en": rights.statement}}


def _custom(title: str, link: str | None) -> dict[str, Any]:
    """Return rights that are not in the instance's vocabulary."""
    return {"title": {"en": title}} | ({"link": link} if link else {})
