"""Write JSON for Dataverse's native API: the citation block of one dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import dois_in, first_address
from archive_pkg.interchange.dates import is_exact, plain
from archive_pkg.interchange.exporting import datacite
from archive_pkg.interchange.json_text import to_json
from archive_pkg.interchange.licences import spdx_id, spdx_page
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.vocabularies.identifiers import SCHEMES
from archive_pkg.records.vocabularies.languages import language_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.projects import Project
    from archive_pkg.records.models import Agent, Publication, Record, Rights, Subject

SUBJECT = "Arts and Humanities"
"""The default subject, one of those that Dataverse allows."""

LANGUAGES = frozenset(
    [
        "Abkhaz", "Afrikaans", "Akan", "Albanian", "Amharic", "Arabic", "Aragonese", "Armenian",
        "Assamese", "Avaric", "Azerbaijani", "Bambara", "Bashkir", "Basque", "Belarusian",
        "Bengali, Bangla", "Bosnian", "Breton", "Bulgarian", "Burmese", "Catalan,Valencian",
        "Chechen", "Chinese", "Chuvash", "Cornish", "Corsican", "Cree", "Croatian", "Czech",
        "Danish", "Dutch", "Dzongkha", "English", "Esperanto", "Estonian", "Ewe", "Faroese",
        "Finnish", "French", "Galician", "Ganda", "Georgian", "German", "Greek (modern)",
        "Gujarati", "Haitian, Haitian Creole", "Hausa", "Hebrew (modern)", "Hindi", "Hungarian",
        "Icelandic", "Igbo", "Indonesian", "Inuktitut", "Irish", "Italian", "Japanese", "Javanese",
        "Kannada", "Kashmiri", "Kazakh", "Khmer", "Kinyarwanda", "Kirundi", "Komi", "Kongo",
        "Korean", "Kurdish", "Kyrgyz", "Lao", "Latin", "Latvian", "Lingala", "Lithuanian",
        "Luba-Katanga", "Luxembourgish, Letzeburgesch", "Macedonian", "Malagasy", "Malay",
        "Malayalam", "Maltese", "Manx", "Marathi (Marāṭhī)", "Mongolian", "Māori", "Nepali",
        "Northern Sami", "Norwegian", "Norwegian Bokmål", "Norwegian Nynorsk", "Occitan",
        "Old Church Slavonic,Church Slavonic,Old Bulgarian", "Oriya", "Oromo", "Ossetian, Ossetic",
        "Panjabi, Punjabi", "Pashto, Pushto", "Persian (Farsi)", "Polish", "Portuguese", "Quechua",
        "Romanian", "Romansh", "Russian", "Sango", "Sanskrit (Saṁskṛta)", "Sardinian",
        "Scottish Gaelic, Gaelic", "Serbian", "Shona", "Sindhi", "Sinhala, Sinhalese", "Slovak",
        "Slovene", "Somali", "Southern Sotho", "Spanish, Castilian", "Swahili", "Swedish",
        "Tagalog", "Tajik", "Tamil", "Tatar", "Telugu", "Thai",
        "Tibetan Standard, Tibetan, Central", "Tigrinya", "Turkish", "Turkmen", "Twi", "Ukrainian",
        "Urdu", "Uyghur, Uighur", "Uzbek", "Vietnamese", "Walloon", "Welsh", "Western Frisian",
        "Wolof", "Xhosa", "Yiddish", "Yoruba", "Zulu",
    ]
)  # fmt: skip
"""The names of languages in Dataverse's citation.tsv. It refuses a dataset with any other name."""
_DATAVERSE_NAMES = {
    "Abkhazian": "Abkhaz",
    "Bengali": "Bengali, Bangla",
    "Church Slavic": "Old Church Slavonic,Church Slavonic,Old Bulgarian",
    "Haitian": "Haitian, Haitian Creole",
    "Iron Ossetic": "Ossetian, Ossetic",
    "Kirghiz": "Kyrgyz",
    "Luxembourgish": "Luxembourgish, Letzeburgesch",
    "Maori": "Māori",
    "Marathi": "Marathi (Marāṭhī)",
    "Occitan (post 1500)": "Occitan",
    "Oriya (macrolanguage)": "Oriya",
    "Panjabi": "Panjabi, Punjabi",
    "Pushto": "Pashto, Pushto",
    "Rundi": "Kirundi",
    "Sanskrit": "Sanskrit (Saṁskṛta)",
    "Scottish Gaelic": "Scottish Gaelic, Gaelic",
    "Sinhala": "Sinhala, Sinhalese",
    "Tibetan": "Tibetan Standard, Tibetan, Central",
    "Uighur": "Uyghur, Uighur",
    "Catalan": "Catalan,Valencian",
    "Modern Greek (1453-)": "Greek (modern)",
    "Hebrew": "Hebrew (modern)",
    "Persian": "Persian (Farsi)",
    "Slovenian": "Slovene",
    "Spanish": "Spanish, Castilian",
    "Swahili (macrolanguage)": "Swahili",
    "Malay (macrolanguage)": "Malay",
    "Nepali (macrolanguage)": "Nepali",
}
"""The names of languages in Dataverse that differ from those in the registry of language tags."""
_PUBLICATION_SCHEMES = {"doi": "doi", "handle": "handle", "ark": "ark", "url": "url"}
"""Dataverse's names of the schemes of identifiers that it accepts for publications."""
_AUTHOR_SCHEMES = {"orcid": "ORCID", "isni": "ISNI", "viaf": "VIAF", "gnd": "GND", "lcnaf": "LCNA"}
"""Dataverse's names of the schemes of identifiers that it accepts for authors."""

MAPPING = {
    "id": "otherId",
    "identifiers": "otherId",
    "title": "title",
    "variant_titles": "alternativeTitle",
    "authors": "author",
    "sender": "author",
    "participants.agent": "contributor",
    "participants.part": "contributor",
    "signatories": "contributor",
    "date.edtf": "productionDate (a year, month or day); notesText",
    "date.as_written": "notesText",
    "date.note": "notesText",
    **dict.fromkeys(derived_facts.PARTICULARS, "notesText"),
    "place.name": "productionPlace",
    "mentioned_places.name": "notesText",
    "summary.text": "dsDescription",
    "summary.author": "contributor",
    "subjects.term": "keyword",
    "subjects.identifier": "keywordVocabulary, keywordTermURI; notesText without an address",
    "parts.title": "relatedMaterial; notesText",
    "parts.languages": "language, or notesText for one that Dataverse has no name for",
    "parts.part_of": "relatedMaterial (of the document)",
    "parts.made_by": "contributor",
    "parts.method": "notesText",
    "parts.access.status": "notesText",
    "parts.access.until.edtf": "notesText",
    "parts.access.rule": "notesText",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "notesText"),
    "recipients": "contributor",
    "copies_to": "contributor",
    **dict.fromkeys(derived_facts.NOTES, "notesText"),
    "type": "kindOfData",
    "publications": "publication; publicationIDType, publicationIDNumber and publicationURL",
    "version": "notesText",
    "supersedes": "notesText",
    "enclosures.title": "relatedMaterial",
    **dict.fromkeys(derived_facts.ITEMS, "notesText"),
    **dict.fromkeys(derived_facts.RELATIONS, "relatedMaterial"),
    "holdings": "originOfSources; contributor, Hosting Institution",
    "custody": "originOfSources",
    "donor": "contributor",
    "rights.statement": "termsOfUse",
    "rights.licence": "termsOfUse",
    "rights.holder": "contributor, Rights Holder",
    "agents.name": "authorName, contributorName",
    "agents.affiliations": "authorAffiliation",
    "agents.identifiers": "authorIdentifier; notesText",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the body of a request to create a dataset."""
    [record] = records
    return to_json({"datasetVersion": describe(record, context)})


def describe(record: Record, context: ExportContext) -> dict[str, Any]:
    """Return the record as a dataset version in Dataverse's JSON."""
    fields = [field for field in _fields(record, context) if field["value"] not in (None, "", [])]
    version: dict[str, Any] = {
        "metadataBlocks": {"citation": {"displayName": "Citation Metadata", "fields": fields}}
    }
    if record.rights:
        version["termsOfUse"] = _terms(record.rights)
    return version


def _fields(record: Record, context: ExportContext) -> Iterator[dict[str, Any]]:
    yield _primitive("title", record.title)
    yield _primitives("alternativeTitle", list(record.variant_titles))
    yield _compounds(
        "otherId",
        [
            _compound(("otherIdAgency", agency), ("otherIdValue", value))
            for agency, value in (
                ("record", record.id),
                *((item.scheme, item.value) for item in record.identifiers),
            )
        ],
    )
    settings, by_editors = context.project.settings, context.creators == "editors"
    editors = [each.agents for each in settings.editors]
    senders = [
        (agent, *derived_facts.agents(record, agent.affiliations))
        for agent in derived_facts.creators(record)
    ]
    authors = [_author(agent, bodies) for agent, *bodies in (editors if by_editors else senders)]
    yield _compounds("author", authors or [_unknown_author()])
    others = [_person(*each) for each in editors] if not by_editors else []
    if by_editors:
        sent = [f"{agent.name} (author or sender of the document)" for agent, *_ in senders]
        others = [_compound(("contributorName", words)) for words in sent]
    name = context.given.get("Contact-Name") or settings.contact.name
    email = context.given.get("Contact-Email") or settings.contact.email
    yield _primitive("depositor", name)
    yield _compounds(
        "grantNumber",
        [
            _compound(
                ("grantNumberAgency", each.funder),
                ("grantNumberValue", ", ".join(filter(None, (each.number, each.title)))),
            )
            for each in settings.funding
        ],
    )
    contact = _compound(("datasetContactName", name), ("datasetContactEmail", email))
    yield _compounds("datasetContact", [contact])
    summary = record.summary.text if record.summary else datacite.UNKNOWN
    yield _compounds("dsDescription", [_compound(("dsDescriptionValue", summary))])
    yield _vocabulary_terms("subject", [context.given.get("Subject", SUBJECT)])
    yield _compounds("keyword", [_keyword(subject) for subject in record.subjects])
    published = zip(record.publications, derived_facts.published_in(record), strict=True)
    yield _compounds("publication", [_publication(one, words) for one, words in published])
    names = [_language(tag) for tag in derived_facts.languages(record)]
    yield _vocabulary_terms("language", [name for name in names if name in LANGUAGES])
    yield _primitive("notesText", "\n".join([*_notes(record), *_project_notes(context.project)]))
    yield _primitives("productionPlace", [record.place.name] if record.place else [])
    yield _compounds("contributor", [*_contributors(record), *others])
    date = record.date.edtf if record.date else None
    yield _primitive("productionDate", plain(date) if date and is_exact(date) else None)
    yield _primitives("kindOfData", [record.document_type.label])
    related = [*derived_facts.contained(record), *derived_facts.labelled_relations(record)]
    yield _primitives("relatedMaterial", related)
    yield _primitive("originOfSources", "\n".join(_origin(record)))


def _person(agent: Agent, *bodies: Agent) -> dict[str, Any]:
    """Return an editor of the project as a contributor."""
    kind = _vocabulary_term("contributorType", "Editor")
    return {"contributorType": kind} | _compound(("contributorName", agent.name))


def _author(agent: Agent, bodies: Sequence[Agent]) -> dict[str, Any]:
    names = "; ".join(body.name for body in bodies)
    author = _compound(("authorName", agent.name), ("authorAffiliation", names))
    for item in agent.identifiers:
        if item.scheme in _AUTHOR_SCHEMES:
            author["authorIdentifierScheme"] = _vocabulary_term(
                "authorIdentifierScheme", _AUTHOR_SCHEMES[item.scheme]
            )
            author["authorIdentifier"] = _primitive("authorIdentifier", item.value)
            break
    return author


def _contributors(record: Record) -> Iterator[dict[str, Any]]:
    for agent, role, _ in derived_facts.all_contributors(record):
        yield _compound(("contributorName", f"{agent.name} ({role})"))
    if record.rights and record.rights.holder:
        holder = record.agent(record.rights.holder)
        kind = _vocabulary_term("contributorType", "Rights Holder")
        yield {"contributorType": kind} | _compound(("contributorName", holder.name))
    for name in dict.fromkeys(holding.repository for holding in record.holdings):
        kind = _vocabulary_term("contributorType", "Hosting Institution")
        yield {"contributorType": kind} | _compound(("contributorName", name))


def _keyword(subject: Subject) -> dict[str, Any]:
    known = subject.identifier
    return _compound(
        ("keywordValue", subject.term),
        ("keywordVocabulary", SCHEMES[known.scheme].name if known else None),
        ("keywordTermURI", known.uri if known else None),
    )


def _publication(one: Publication, citation: str) -> dict[str, Any]:
    publication = _compound(("publicationCitation", citation))
    known = [item for item in one.identifiers if item.scheme in _PUBLICATION_SCHEMES]
    named = [(_PUBLICATION_SCHEMES[item.scheme], item.value) for item in known]
    named += [("doi", value) for value in dois_in(citation)]
    if named:
        kind, number = named[0]
        publication["publicationIDType"] = _vocabulary_term("publicationIDType", kind)
        publication["publicationIDNumber"] = _primitive("publicationIDNumber", number)
    return publication | _compound(("publicationURL", first_address(known)))


def _notes(record: Record) -> Iterator[str]:
    """Yield lines for facts that have no field of their own in the citation block."""
    if record.classification:
        yield f"Marked: {classification_in_words(record)}"
    if date := record.date:
        known = (date.as_written, f"EDTF {date.edtf}" if date.edtf else "", date.note)
        yield f"Date: {'; '.join(filter(None, known))}"
    yield from derived_facts.labelled_particulars(record)
    yield from (f"Item: {item}" for item in derived_facts.items(record))
    others = [
        f"{_language(tag)} ({tag})"
        for tag in derived_facts.languages(record)
        if tag != "und" and ("-" in tag or _language(tag) not in LANGUAGES)
    ]
    if others:
        yield f"Languages: {', '.join(others)}"
    for part in record.parts:
        if method := derived_facts.method_words(record, part):
            yield f"{derived_facts.part_title(record, part)}: {method}"
    yield from derived_facts.restrictions(record)
    yield from _identifiers(record)
    yield f"Version of the record: {record.version}"
    if record.supersedes:
        yield f"Supersedes: {record.supersedes}"
    for _, words in derived_facts.note_words(record):
        yield words


def _identifiers(record: Record) -> Iterator[str]:
    """Yield the identifiers of agents, and of subjects whose identifiers have no web address."""
    named = [(agent.name, agent.identifiers) for agent in record.agents]
    named += [
        (subject.term, (subject.identifier,))
        for subject in record.subjects
        if subject.identifier and not subject.identifier.uri
    ]
    for name, known in named:
        if known:
            yield f"{name}: {', '.join(f'{SCHEMES[one.scheme].name} {one.value}' for one in known)}"


def _project_notes(project: Project) -> Iterator[str]:
    """Yield the identifiers of the project that have no field of their own."""
    known = [agent for each in project.settings.editors for agent in each.agents]
    yield from (
        f"{agent.name}: {SCHEMES[one.scheme].name} {one.value}"
        for agent in known
        for one in agent.identifiers
    )
    yield from (f"{each.funder}: ROR {each.ror}" for each in project.settings.funding if each.ror)


def _origin(record: Record) -> Iterator[str]:
    yield from (f"Kept at: {words}" for words in derived_facts.kept_at(record))
    if record.custody:
        yield record.custody


def _terms(rights: Rights) -> str:
    """Return the rights statement and the licence as terms of use.

    They are not in the field for licences, where Dataverse accepts only licences in its
    configuration.
    """
    if not rights.licence:
        return str(rights.statement)
    listed = spdx_id(rights.licence)
    named = f"{listed} ({spdx_page(listed)})" if listed else rights.licence
    return f"{rights.statement}\nLicence: {named}"


def _language(tag: str) -> str:
    """Return the name of a language in Dataverse or, if it has none, in the registry of tags."""
    name = language_name(tag)
    return _DATAVERSE_NAMES.get(name, name)


def _unknown_author() -> dict[str, Any]:
    return _compound(("authorName", datacite.UNKNOWN))


def _primitive(name: str, value: str | None) -> dict[str, Any]:
    return {"typeName": name, "multiple": False, "typeClass": "primitive", "value": value}


def _primitives(name: str, value: list[str]) -> dict[str, Any]:
    return {"typeName": name, "multiple": True, "typeClass": "primitive", "value": value}


def _vocabulary_term(name: str, value: str) -> dict[str, Any]:
    """Return a value of a controlled vocabulary."""
    return {
        "typeName": name,
        "multiple": False,
        "typeClass": "controlledVocabulary",
        "value": value,
    }


def _vocabulary_terms(name: str, value: list[str]) -> dict[str, Any]:
    return {
        "typeName": name,
        "multiple": True,
        "typeClass": "controlledVocabulary",
        "value": list(dict.fromkeys(value)),
    }


def _compounds(name: str, value: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "typeName": name,
        "multiple": True,
        "typeClass": "compound",
        "value": [item for item in value if item],
    }


def _compound(*pairs: tuple[str, str | None]) -> dict[str, Any]:
    return {name: _primitive(name, value) for name, value in pairs if value}
