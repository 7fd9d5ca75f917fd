"""Write finding aids, with what EAD3 and EAD 2002 have in common.

One document can be the whole finding aid. Several are items below the levels of their archives,
such as fonds, series and file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address
from archive_pkg.interchange.exporting.ead_levels import arrange, level_attributes
from archive_pkg.interchange.markup import put, root, say, serialize
from archive_pkg.names import slug
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.vocabularies import relators
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.exporting.ead_levels import Component
    from archive_pkg.interchange.markup import Element
    from archive_pkg.records.models import Agent, HoldingLevel, Part, Place, Record, WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier

_NAMES = {"person": "persname", "organization": "corpname", "family": "famname"}

NO_DATE = {"", ".."}
"""The ends of an interval that are not dates: an unknown end and an open end."""


class FindingAid:
    """A finding aid in a version of EAD.

    Attributes:
        namespace: The namespace of the elements.
        prefixes: Other namespaces with their prefixes.
        kind: The attribute for the kind of an identifier.
        date_kind: The attribute that says that a date is inclusive.
        relator: The attribute for what an agent did.
        authority: The attribute for the identifier in an authority file.
        level_kind: The kind of the number of a level.
        variant_kind: The kind of a variant title.
    """

    namespace: str
    prefixes: tuple[tuple[str, str], ...] = ()
    kind: str
    date_kind: str
    relator: str
    authority: str
    level_kind: str | None = None
    variant_kind: str | None = None

    def __init__(self, records: Sequence[Record], context: ExportContext) -> None:
        self.records = records
        self.context = context

    def control(self, ead: Element, name: str, title: str) -> None:
        """Add the description of the finding aid."""
        raise NotImplementedError

    def date(self, did: Element, date: WrittenDate) -> None:
        """Add the date of a document."""
        raise NotImplementedError

    def named(
        self, parent: Element, name: str, words: str, title: str | None, /, **more: Any
    ) -> None:
        """Add a name, with the title of an agent, or a heading."""
        raise NotImplementedError

    def extent(self, did: Element, words: str) -> None:
        """Add an extent."""
        raise NotImplementedError

    def language(self, material: Element, tag: str) -> None:
        """Add a language."""
        raise NotImplementedError

    def link(self, did: Element, address: str, title: str) -> None:
        """Add the web address of a document."""
        raise NotImplementedError

    def remarks(self, description: Element, did: Element, record: Record) -> None:
        """Add the descriptions that EAD has no element for."""
        raise NotImplementedError

    def section(self, description: Element, kind: str, contents: Iterable[str]) -> None:
        """Add the summary, enclosures, items or parts, or other descriptions."""
        raise NotImplementedError

    def write_one(self) -> bytes:
        """Return the finding aid of the only document."""
        [record] = self.records
        ead = self._root()
        self.control(ead, record.id, record.title)
        description = put(ead, "archdesc", level="item")
        [holding] = record.holdings[:1] or [None]
        levels = holding.levels if holding else ()
        self._item(description, record, levels, holding.repository if holding else None)
        return serialize(ead)

    def write(self) -> bytes:
        """Return the finding aid of all documents."""
        top = arrange(self.records)
        ead = self._root()
        self.control(ead, slug(top.title) or "finding-aid", top.title)
        waiting = [(put(ead, "archdesc", **level_attributes(top.level)), top, "")]
        for description, component, repository in waiting:
            self._level(description, component, repository)
            inside = put(description, "dsc") if component is top else description
            for inner in component.inner.values():
                element = put(inside, "c", **level_attributes(inner.level))
                waiting.append((element, inner, component.repository or repository))
            for record, levels in component.items:
                kept = record.holdings[0].repository if record.holdings else None
                known = component.repository or repository
                element = put(inside, "c", level="item")
                self._item(element, record, levels, kept if kept != known else None)
        return serialize(ead)

    def _root(self) -> Element:
        return root(self.namespace, "ead", {None: self.namespace, **dict(self.prefixes)})

    def _level(self, description: Element, component: Component, above: str) -> None:
        did = put(description, "did")
        if component.number:
            self._number(did, component.level, component.number)
        else:
            say(did, "unitid", slug(component.title) or "finding-aid")
        say(did, "unittitle", component.title)
        first, last = component.first, component.last
        if first and last and last.year < 3000:  # as the schema of EAD 2002 requires
            years = "–".join(dict.fromkeys((str(first.year), str(last.year))))
            normal = f"{first.isoformat()}/{last.isoformat()}"
            say(did, "unitdate", years, normal=normal, **{self.date_kind: "inclusive"})
        else:
            say(did, "unitdate", "undated")
        self._repository(did, component.repository if component.repository != above else None)
        self.extent(did, f"{counted(len(component.records), 'item')} described")
        self._languages(did, (t for one in component.records for t in derived_facts.languages(one)))

    def _item(
        self,
        description: Element,
        record: Record,
        levels: Sequence[HoldingLevel],
        repository: str | None,
    ) -> None:
        """Add a document.

        Args:
            description: The document's element.
            record: The record.
            levels: The levels of the archive that no component above has.
            repository: The archive, unless a component above names it.
        """
        did = put(description, "did")
        for level in levels:
            self._number(did, level.name, level.value)
        if not levels and self.level_kind is None:
            say(did, "unitid", record.id)
        say(did, "unitid", record.id, **{self.kind: "record"})
        for identifier in record.identifiers:
            say(did, "unitid", identifier.value, **{self.kind: identifier.scheme})
        say(did, "unittitle", record.title)
        for title in record.variant_titles:
            say(did, "unittitle", title, **{self.kind: self.variant_kind})
        if record.date:
            self.date(did, record.date)
        for names, role, relator in (
            (record.authors, "author", relators.AUTHOR),
            (record.sender, "sender", relators.AUTHOR),
            (record.signatories, "signatory", relators.SIGNER),
        ):
            for agent in derived_facts.agents(record, names):
                self._name(put(did, "origination", label=role), agent, relator)
        self._repository(did, repository)
        self._languages(did, derived_facts.languages(record))
        if record.extent:
            self.extent(did, record.extent)
        if address := self.context.addresses.get(record.id) or first_address(record.identifiers):
            self.link(did, address, record.title)
        self.remarks(description, did, record)
        self._context(description, record)
        self._headings(put(description, "controlaccess"), record)

    def _number(self, did: Element, name: str, number: str) -> None:
        say(did, "unitid", number, **{self.kind: self.level_kind}, label=name)

    def _repository(self, did: Element, name: str | None) -> None:
        if name:
            self.named(put(did, "repository"), "corpname", name, None)

    def _languages(self, did: Element, tags: Iterable[str]) -> None:
        known = dict.fromkeys(tags)
        if known:
            material = put(did, "langmaterial")
            for tag in known:
                self.language(material, tag)

    def _name(self, parent: Element, agent: Agent, relator: str | None) -> None:
        more = self._identified(*agent.identifiers[:1]) | {self.relator: relator}
        self.named(parent, _NAMES.get(agent.kind, "name"), agent.name, agent.role, **more)

    def _identified(self, identifier: Identifier | None = None) -> dict[str, str | None]:
        if identifier is None:
            return {}
        return {self.authority: identifier.value, "source": identifier.scheme}

    def _context(self, description: Element, record: Record) -> None:
        paragraphs(description, "accessrestrict", derived_facts.restrictions(record))
        paragraphs(description, "userestrict", rights_words(record))
        paragraphs(description, "custodhist", [record.custody] if record.custody else [])
        if record.donor:
            words = f"Acquired from {record.agent(record.donor).name}."
            paragraphs(description, "acqinfo", [words])
        descriptions: dict[str, list[str]] = {}
        bonds = derived_facts.bonds(record)
        for part in record.parts:
            descriptions.setdefault(part_section(part, bonds[part.id]), []).append(
                part_in_words(record, part)
            )
        enclosed = [f"Enclosed: {title}" for title in derived_facts.enclosed(record)]
        self.section(description, "summary", summary_words(record))
        self.section(description, "enclosures", enclosed)
        self.section(description, "items", derived_facts.items(record))
        self.section(description, "parts", descriptions.get("scopecontent", ()))
        paragraphs(description, "relatedmaterial", derived_facts.labelled_relations(record))
        paragraphs(description, "originalsloc", descriptions.get("originalsloc", ()))
        paragraphs(description, "altformavail", descriptions.get("altformavail", ()))
        others = [*classification_words(record), *descriptions.get("odd", ())]
        self.section(description, "other", others)
        if record.publications:
            published = put(description, "bibliography")
            for citation in derived_facts.published_in(record):
                say(published, "bibref", citation)
        paragraphs(description, "processinfo", events_in_words(record))
        evidence = derived_facts.evidence_words(record)
        paragraphs(description, "processinfo", evidence, **{self.kind: "evidence"})

    def _headings(self, access: Element, record: Record) -> None:
        self.named(access, "genreform", record.document_type.label, None)
        for names, relator in (
            (record.recipients, relators.ADDRESSEE),
            (record.copies_to, "copy"),
            (record.mentioned_agents, None),
        ):
            for agent in derived_facts.agents(record, names):
                self._name(access, agent, relator)
        for one in record.participants:
            self._name(access, record.agent(one.agent), " ".join(one.part))
        for contribution in derived_facts.persons(record):
            if code := relators.MAKERS.get(contribution.role):
                self._name(access, contribution.agent, code)
        if record.place:
            self._place(access, record.place, "place of writing")
        for place in record.mentioned_places:
            self._place(access, place, None)
        for subject in record.subjects:
            more = self._identified(subject.identifier)
            self.named(access, "subject", subject.term, None, **more)

    def _place(self, access: Element, place: Place, relator: str | None) -> None:
        more = self._identified(*place.identifiers[:1]) | {self.relator: relator}
        self.named(access, "geogname", place.name, None, **more)


def remarks_on(record: Record) -> Iterator[str]:
    """Yield the descriptions, in words, that EAD has no element for."""
    date = record.date
    if date and date.note:
        yield f"Date: {date.note}"
    yield from derived_facts.labelled_particulars(
        record, ("mentioned", "places_mentioned", "extent")
    )
    for copy in derived_facts.kept_at(record)[1:]:
        yield f"Another copy: {copy}"
    for holding in record.holdings[:1]:
        if holding.note:
            yield f"Copy described: {holding.note}"
    for _, words in derived_facts.note_words(record):
        yield f"Translation note: {words}"


def version_in_words(record: Record) -> str:
    """Return the version of a record, and which record it replaces."""
    replaced = f", which replaces {record.supersedes}" if record.supersedes else ""
    return f"Made from version {record.version} of the record{replaced}."


def paragraphs(
    parent: Element, name: str, contents: Iterable[str], title: str | None = None, **more: str
) -> None:
    """Add a section with a paragraph for each content, unless there are none."""
    written = list(contents)
    if written:
        section = put(parent, name, **more)
        if title:
            say(section, "head", title)
        for words in written:
            say(section, "p", words)


def classification_words(record: Record) -> Iterator[str]:
    """Yield the classification and the words and notes of its changes' dates."""
    classification = record.classification
    if classification is None:
        return
    language = f" (classification in {classification.language})" if classification.language else ""
    yield f"Marked: {classification_in_words(record)}{language}"
    for change in classification.history:
        words = (change.date.as_written, change.date.note) if change.date else ()
        if any(words):
            yield f"Classification {change.action}: {'; '.join(filter(None, words))}"


def rights_words(record: Record) -> Iterator[str]:
    """Yield the statement of rights, the licence and the holder."""
    if record.rights:
        yield record.rights.statement
        if record.rights.licence:
            yield f"Licence: {record.rights.licence}"
        if record.rights.holder:
            yield f"Rights holder: {record.agent(record.rights.holder).name}"


def summary_words(record: Record) -> Iterator[str]:
    """Yield the summary and its author."""
    if record.summary:
        yield record.summary.text
        if record.summary.author:
            yield f"Summary by {record.agent(record.summary.author).name}."


def part_section(part: Part, bond: derived_facts.Bond) -> str:
    """Return the name of the element that describes a part."""
    match bond:
        case "version" if part.kind != "original":
            return "altformavail"
        case "version" if not part.held:
            return "originalsloc"
        case "part" | "about":
            return "scopecontent"
        case _:
            return "odd"


def part_in_words(record: Record, part: Part) -> str:
    """Return the description of a part in words."""
    relations = (("made from", part.made_from), ("part of", part.part_of), ("about", part.about))
    words = [
        f"{part.kind}: {derived_facts.part_title(record, part)}",
        "" if part.held or part.is_withheld else "not held",
        f"file {part.file}" if part.file else "",
        part.media_type or "",
        f"in {', '.join(part.languages)}" if part.languages else "",
        *(f"{relation}: {_titles(record, names)}" for relation, names in relations if names),
        f"by {record.names(part.made_by)}" if part.made_by else "",
        str(part.made.edtf) if part.made else "",
        part.method or "",
        part.note or "",
    ]
    return "; ".join(word for word in words if word)


def _titles(record: Record, names: Sequence[str]) -> str:
    return "; ".join(derived_facts.part_title(record, record.part(name)) for name in names)


def events_in_words(record: Record) -> Iterator[str]:
    """Yield each event in words."""
    for event in record.events:
        date = event.date
        words = [
            event.type,
            str(date.edtf) if date else "",
            date.as_written or "" if date else "",
            date.note or "" if date else "",
            f"by {record.names(event.agents)}" if event.agents else "",
            *(
                f"{relation}: {_titles(record, names)}"
                for relation, names in (("from", event.sources), ("concerns", event.objects))
                if names
            ),
            event.outcome or "",
            event.detail or "",
        ]
        yield "; ".join(word for word in words if word)
