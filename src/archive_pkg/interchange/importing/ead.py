"""Import the items of a finding aid (EAD3, EAD 2002) with what they inherit from its levels."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from archive_pkg.dates.edtf_string import somewhere_within
from archive_pkg.interchange.exporting.ead3 import NAMESPACE as EAD3
from archive_pkg.interchange.importing.ead_dates import (
    NOTED,
    date_remarks,
    is_undated,
    own_date,
    said_dates,
)
from archive_pkg.interchange.importing.imported_record import (
    LETTERS,
    LEVELS,
    Imported,
    ImportedDraft,
    held,
    optional,
    read_language,
)
from archive_pkg.interchange.importing.restrictions import (
    access,
    access_in,
    access_read,
    folded,
    own_restriction,
    strictest,
)
from archive_pkg.interchange.importing.watched_xml import Held, fit, local, refuse_unknown, text_of
from archive_pkg.names import without_signs
from archive_pkg.records.levels_above import level_above
from archive_pkg.records.models.agents import PartTaken
from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.document_types import type_called
from archive_pkg.records.vocabularies.identifiers import identify
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource
    from archive_pkg.reports import Finding

IMPORT_NOT_A_LETTER = Code(
    "import-not-a-letter",
    Severity.ADVICE,
    "A component of a finding aid, such as a folder or series, has no items. It was not imported, "
    "because it is not one letter, or it was imported because no component is one.",
)
IMPORT_SAME_CALL_NUMBER = Code(
    "import-same-call-number",
    Severity.WARNING,
    "Two items of a finding aid have the same call number. Check which of them it belongs to, "
    "or whether they are one item.",
)

ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "variant_titles", "authors", "sender", "signatories", "recipients",
    "copies_to", "mentioned_agents", "participants.part", "date.edtf", "date.as_written",
    "place.name", "place.identifiers",
    "mentioned_places.name", "mentioned_places.identifiers", "summary.text", "subjects.term",
    "subjects.identifier", "holdings.repository", "holdings.levels",
    "extent", "custody", "publications", "rights.statement", "identifiers",
    "enclosures.title",
])  # fmt: skip
"""The fields that survive an export to EAD3 and an import from it."""

_NAMES = {"persname": "person", "corpname": "organization", "famname": "family", "name": "person"}


@dataclass(frozen=True, slots=True)
class _Version:
    """The names of attributes in a version of EAD.

    Attributes:
        kind: The kind of a number or a container.
        relator: What an agent did.
        authority: The identifier in an authority file.
        agency: The path to who made the finding aid.
        own_id: The path to the id of the finding aid.
        has_parts: Whether names have parts.
    """

    kind: str
    relator: str
    authority: str
    agency: str
    own_id: str
    has_parts: bool


_EAD3 = _Version(
    "localtype",
    "relator",
    "identifier",
    "control/maintenanceagency/agencyname",
    "control/recordid",
    True,
)
_EAD2002 = _Version(
    "type",
    "role",
    "authfilenumber",
    "eadheader/filedesc/publicationstmt/publisher",
    "eadheader/eadid",
    False,
)
_HREF = "{http://www.w3.org/1999/xlink}href"
_PARTS = frozenset(get_args(PartTaken))
"""What participants do, in the relators of this program's own files."""
_FOLDERS = ("file", "otherlevel", None)
"""The levels of components that may be one document, in a finding aid without items."""
_REMARKS = (
    "did/physdescset", "did/physdescstructured", "did/physloc", "did/note",
    "did/materialspec", "did/didnote", "accruals", "acqinfo", "note", "altformavail", "appraisal",
    "arrangement", "bioghist", "fileplan", "odd", "originalsloc", "otherfindaid", "phystech",
    "prefercite", "processinfo", "relatedmaterial", "separatedmaterial",
)  # fmt: skip


def read(source: XmlSource) -> list[Imported]:
    """Return a record for each item.

    Raises:
        InvalidError: The finding aid does not describe an item.
    """
    description = source.first(source.root, "archdesc")
    if description is None:
        raise refuse_unknown(
            source.name, "the file has no archdesc", "Use EAD with the element archdesc."
        )
    tags = [f"{{{source.namespace}}}c"] + [f"{{{source.namespace}}}c{n:02}" for n in range(1, 13)]
    components = list(description.iter(*tags))
    leaves = set(components) - {c.getparent() for c in components}
    folders: list[Element] = []
    items = [
        c
        for c in components
        if c.get("level") == "item" or (c in leaves and c.get("level") in (None, "otherlevel"))
    ]
    alone = description.get("level") == "item" and not items
    if not items and not alone:
        items = folders = [c for c in components if c in leaves and c.get("level") in _FOLDERS]
    if not items and not alone:
        title = text_of(source.first(description, "did/unittitle")) or source.name
        level = description.get("level") or "collection"
        raise refuse_unknown(
            source.name,
            f"“{title}” is a {level} without items, not a letter",
            "Describe its letters as components of level item.",
        )
    chosen = items or [description]
    internal = _empty_internal(source, description, components)
    ids = Counter(fit(item.get("id")) for item in chosen)
    unique = {name for name, count in ids.items() if count == 1}
    readers = [
        _Item(source, item, number, unique, alone=alone, folder=bool(folders))
        for number, item in enumerate(chosen, 1)
    ]
    for reader in readers:
        reader.read()
    _report_same_call_numbers(source, readers)
    others = set(chosen)
    found = [reader.draft.finish([reader.item], others - {reader.item}) for reader in readers]
    first = found[0].report
    first.extend(internal)
    for leaf in (c for c in components if c in leaves and (c in folders or c not in others)):
        title = text_of(source.first(leaf, "did/unittitle")) or "a component without a title"
        message = f"“{title}” is a {leaf.get('level')} without items, not a letter"
        hint = "Describe its letters as components of level item, or by hand."
        if leaf in folders:
            message = f"“{title}” is a {leaf.get('level')}, imported as one document"
            hint = "Check that it is one document."
        first.add(IMPORT_NOT_A_LETTER.at(Location(source.name), message, hint))
    first.extend(source.unread([source.root], held(found), chosen))
    return found


def _empty_internal(
    source: XmlSource, description: Element, components: list[Element]
) -> list[Finding]:
    """Empty the elements that are only for the archive's staff, except levels.

    Return the findings about the content that is thereby not read.
    """
    levels = {description, *components, *(up for c in components for up in c.iterancestors())}
    found: list[Finding] = []
    waiting = [description]
    while waiting:
        element = waiting.pop()
        if element in levels or not _is_internal(element):
            waiting += element
            continue
        source.mark_used([(element, "@audience")])
        found += source.unread([element], Held())
        element.clear(keep_tail=True)
        element.set("audience", "internal")
    return found


def _is_internal(element: Element) -> bool:
    return bool(element.get("audience") == "internal")


def _report_same_call_numbers(source: XmlSource, readers: list[_Item]) -> None:
    """Report each item that has the call number of an item before it."""
    seen: dict[tuple[str, ...], str] = {}
    for reader in readers:
        title = reader.draft.raw["title"]
        for element in source.all(reader.item, "did/unitid"):
            own = text_of(element) or ""
            place: tuple[str, ...] = ()
            if _RELATIVE.fullmatch(own):
                # “3” is a number within the level above.
                place = tuple(reader.source.root.getroottree().getpath(e) for e in reader.above[:1])
            kind = element.get(reader.version.kind)
            key = (own.casefold(), kind or "", *place)
            is_level = kind in ("level", *LEVELS) or (reader.is_ours and kind is None)
            if own and not is_level and key in seen:
                reader.draft.report.add(
                    IMPORT_SAME_CALL_NUMBER.at(
                        Location(source.name, field="holdings"),
                        f"“{title}” and “{seen[key]}” have the same call number {own}",
                        "Check which of them it belongs to.",
                    )
                )
            seen.setdefault(key, title)


_RELATIVE = re.compile(
    r"(?:(?:box|folder|file|item|letter|no|nr|mappe|brief|blatt|bl|dossier)\b\W*)?[0-9]*\W?\w?",
    re.IGNORECASE,
)
"""A number that is unique only within the level above."""


class _Item:
    """Reads an item into a draft.

    Attributes:
        above: The levels above the item that have a `did`, the nearest first.
        titles: The item's titles; if there are none, the title of the nearest level above that has
            one.
    """

    def __init__(
        self,
        source: XmlSource,
        item: Element,
        number: int,
        unique: set[str | None],
        *,
        alone: bool,
        folder: bool,
    ) -> None:
        self.source = source
        self.item = item
        self.alone = alone
        above = [e for e in item.iterancestors() if source.first(e, "did") is not None]
        self.above = above
        titles = [source.words(title) for title in source.all(item, "did/unittitle")]
        self.titles = [title for title in titles if title]
        self.has_title = bool(self.titles)
        inherited = (source.text(level, "did/unittitle") for level in above)
        self.titles = self.titles or list(filter(None, inherited))[:1]
        self.version = _EAD2002 if source.namespace != EAD3 else _EAD3
        numbers = source.all(item, "did/unitid")
        ours = [e for e in numbers if e.get(self.version.kind) == "record"]
        self.is_ours = bool(ours)
        stem = source.stem
        record_id = fit(source.text(source.root, self.version.own_id)) if alone else None
        record_id = text_of(ours[0]) if ours else record_id
        own = source.attribute(item, "id") if fit(item.get("id")) in unique else None
        name = record_id or own or (stem if alone else f"{stem}-{number}")
        source.mark_used([(item, "@level")] if item.get("level") == "item" else [])
        self.translators: list[str] = []
        self.draft = ImportedDraft(source, name, "".join(self.titles[:1]), self._type(folder))

    def _type(self, folder: bool) -> str:
        for form in self._headings("genreform"):
            kind = type_called(text_of(form) or "")
            if kind:
                self.source.mark_all_used(form)
                return kind
        if folder:
            return "other"
        titles = self.titles[:1]
        titles += [text_of(self.source.first(e, "did/unittitle")) or "" for e in self.above]
        return "letter" if any(map(LETTERS.search, titles)) else "other"

    def read(self) -> None:
        """Fill the draft."""
        agency = self.source.text(self.source.root, self.version.agency)
        if agency and agency != "Unknown":
            self.draft.supplier = self.draft.agent(agency, "organization")
        if self.has_title:
            self.draft.state("title", self.titles[0])
        elif self.titles:
            self.draft.infer("title", "title-of-the-level-above", "The item has no title.")
        self.draft.state("variant_titles", self.titles[1:])
        self._own_numbers() if self.is_ours else self._identifiers()
        if not self.is_ours:
            self._dates()
        elif date := own_date(self.source, self.item):
            self.draft.state("date", date)
        self._people()
        self._places_and_subjects()
        self._words()
        original: dict[str, Any] = {"id": "original", "kind": "original", "held": False}
        tags = self._languages(self.item)
        original |= optional("languages", tags or self._inherited_language())
        said = self._access()
        self.draft.raw["parts"] = [original | optional("access", said)]
        if self.translators:
            made = {"id": "translation", "kind": "translation", "held": False}
            made |= {"made_from": ["original"], "made_by": self.translators}
            self.draft.raw["parts"].append(made)
        if not self.titles:
            self.draft.infer_title()

    def _languages(self, level: Element) -> list[str]:
        elements = [
            element
            for said in self.source.all(level, "did/langmaterial")
            for element in self.source.all(said, ".//language") or [said]
        ]
        tags = (read_language(self.source, element, "langcode") for element in elements)
        return list(dict.fromkeys(filter(None, tags)))

    def _inherited_language(self) -> list[str]:
        """Return the language of the nearest level above that has one, unless it has several."""
        if self.is_ours:
            return []
        for level in self.above:
            if tags := self._languages(level):
                if len(tags) > 1:
                    return []
                title = text_of(self.source.first(level, "did/unittitle")) or "the level above"
                note = f"The language of {title}."
                path = "parts.original.languages"
                self.draft.infer(path, "language-of-the-level-above", note)
                return tags
        return []

    def _own_numbers(self) -> None:
        """Read the numbers of a finding aid that this program wrote."""
        kind = self.version.kind
        path = []
        for level in reversed(self.above):
            for element in self.source.all(level, "did/unitid"):
                path += self._own_level(element)
        found = []
        for element in self.source.all(self.item, "did/unitid"):
            words = self.source.words(element) or ""
            if element.get(kind) in (None, "level"):
                path += self._own_level(element)
            elif element.get(kind) != "record":
                identified = identify(words, fit(element.get(kind)))
                found += [identified] if identified else []
            self.source.mark_all_used(element)
        for dao in self.source.all(self.item, "did/dao"):
            identified = identify(fit(dao.get("href") or dao.get(_HREF)))
            if identified in found:
                self.source.mark_all_used(dao)
        if where := self._repository():
            holding = {"repository": where} | optional("levels", path)
            self.draft.state("holdings", [holding])
        self.draft.state("identifiers", found)

    def _own_level(self, element: Element) -> list[dict[str, str]]:
        name = self.source.attribute(element, "label")
        value = self.source.words(element)
        return [{"name": name, "value": value}] if name and value else []

    def _identifiers(self) -> None:
        holding: dict[str, str] = {}
        found = []
        for element in self.source.all(self.item, "did/unitid"):
            words = self.source.words(element)
            kind = fit(element.get(self.version.kind))
            if words and kind in ("level", *LEVELS):
                name = self.source.attribute(element, "label") if kind == "level" else kind
                holding[name or kind] = words
                self.source.attribute(element, self.version.kind)
            elif words and kind:
                identified = identify(words, kind)
                if identified:
                    self.source.mark_used([(element, "text"), (element, f"@{self.version.kind}")])
                    found.append(identified)
            elif words and "file" in holding:
                found += [{"scheme": "local", "value": words}]
            elif words:
                holding["file"] = words
        nearest = (self.source.all(level, "did/container") for level in (self.item, *self.above))
        boxes = [self._box(box) for box in next(filter(None, nearest), [])]
        if any(boxes):
            holding["file"] = ", ".join(filter(None, [holding.get("file"), *boxes]))
        levels = [] if "fonds" in holding else self._levels_above()
        known = [name for name in LEVELS if name in holding]
        for name in (*(name for name in holding if name not in LEVELS), *known):
            levels.append({"name": name, "value": holding[name]})
        for path in ("did//dao", "did//daoloc", "dao", "daogrp/daoloc"):
            for dao in self.source.all(self.item, path):
                identified = self.source.identifier(dao, _HREF if dao.get(_HREF) else "href")
                found += [identified] if identified else []
        where = self._repository()
        if where:
            self.draft.state("holdings", [{"repository": where} | optional("levels", levels)])
        else:
            found += [
                {"scheme": "local", "value": one["value"], "note": one["name"]} for one in levels
            ]
        self.draft.state("identifiers", [i for n, i in enumerate(found) if i not in found[:n]])

    def _box(self, box: Element) -> str | None:
        kind = self.source.attribute(box, self.version.kind)
        return fit(" ".join(filter(None, (kind, self.source.words(box)))))

    def _levels_above(self) -> list[dict[str, str]]:
        """Return the levels above the item, each with its title and call number, the top first."""
        path = []
        for level in reversed(self.above):
            title = self.source.text(level, "did/unittitle")
            number = self.source.text(level, "did/unitid")
            names = [self.source.attribute(level, name) for name in ("otherlevel", "level")]
            found = level_above(next(filter(None, names), "level"), title, number)
            path += [found] if found else []
        return path

    def _repository(self) -> str | None:
        for level in (self.item, *self.above):
            element = self.source.first(level, "did/repository")
            if element is not None:
                named = self.source.first(element, "corpname")
                return self.source.words(named if named is not None else element)
        return None

    def _dates(self) -> None:
        said = list(said_dates(self.source, self.item))
        if said:
            self.draft.state("date", said[0])
            for other in said[1:]:
                known = filter(None, (other.get("as_written"), other.get("note")))
                self.draft.rival("date", other["edtf"], "; ".join(known) or None)
            return
        written = [
            text_of(element) or fit(element.get("normal"))
            for element in self.source.all(self.item, "did/*")
            if local(element).startswith("unitdate")
        ]
        if any(w and not is_undated(w) for w in written):
            plain = self.source.first(self.item, "did/unitdate")
            normalized = self.source.attribute(plain, "normal") if plain is not None else None
            remarks = date_remarks(plain) if plain is not None else None
            self.source.mark_used((plain, f"@{name}") for name in NOTED if remarks)
            note = "; ".join(filter(None, (f"normal: {normalized}" if normalized else "", remarks)))
            self.draft.open_date("date", next(filter(None, written)), note or None)
            return
        for level in self.above:
            for date in said_dates(self.source, level):
                within = somewhere_within(date["edtf"])
                title = text_of(self.source.first(level, "did/unittitle")) or "the level above"
                if within:
                    words = next(filter(None, written), None)
                    note = f"Undated; {title} has {date.get('as_written') or date['edtf']}"
                    note += f" ({date['note']})" if "note" in date else ""
                    undated = optional("as_written", words)
                    inherited = {"edtf": within, "note": note} | undated
                    self.draft.state("date", inherited, quoted=True)
                    self.draft.infer("date", "date-of-the-level-above", note)
                    return
        self.draft.open_date("date", next(filter(None, written), None))

    def _people(self) -> None:
        roles: dict[str, list[str]] = {}
        for origination in self.source.all(self.item, "did/origination"):
            label = (fit(origination.get("label")) or "").casefold().strip(":")
            said = "sender" if not label else relators.field_of(label)
            if said:
                self.source.attribute(origination, "label")
            role = said or "mentioned_agents"
            role = "authors" if self.is_ours and label == "author" else role
            for element in origination:
                relator = element.get(self.version.relator)
                known = relators.field_of(relator)
                self.source.mark_used([(element, f"@{self.version.relator}")] if known else [])
                own_role = known if known and role != "authors" else role
                self._take_name(element, own_role, roles)
        for element in self._headings("*"):
            relator = element.get(self.version.relator) or ""
            parts = relator.split()
            is_present = self.is_ours and bool(parts) and set(parts) <= _PARTS
            known = relators.field_of(relator)
            if known or is_present:
                self.source.attribute(element, self.version.relator)
            role = "participants" if is_present else known or "mentioned_agents"
            agent = self._take_name(element, role, roles)
            if agent and is_present:
                self.draft.add("participants", {"agent": agent, "part": parts})
        roles.pop("participants", None)
        self.translators = list(dict.fromkeys(roles.pop("translators", [])))
        for role, names in roles.items():
            self.draft.state(role, names[0] if role == "donor" else list(dict.fromkeys(names)))

    def _take_name(self, element: Element, role: str, roles: dict[str, list[str]]) -> str | None:
        """Read a name for a role, and return the id of its agent."""
        if not isinstance(element.tag, str) or local(element) not in _NAMES:
            return None
        parts = self._name_parts(element)
        kinds = [part.get("localtype") for part in parts]
        self.source.mark_used((p, "@localtype") for p in parts if p.get("localtype") == "role")
        words = [self.source.words(part) for part in parts]
        said = list(zip(kinds, words, strict=True))
        titles = [word for kind, word in said if kind == "role"]
        identified = self._identified(element) if any(words) else None
        written = ", ".join(word for kind, word in said if word and kind != "role")
        name = written if self.is_ours else without_signs(written) or written
        agent = self.draft.agent(
            name or None,
            _NAMES[local(element)],
            [identified] if identified else [],
            role=titles[0] if titles else None,
            as_written=written if name != written else None,
        )
        if agent:
            if name != written:
                self.draft.doubt(f"{role}.{agent}", written)
            roles.setdefault(role, []).append(agent)
        return agent

    def _parts(self, element: Element) -> str:
        """Return a heading with commas between its parts."""
        return ", ".join(filter(None, map(self.source.words, self._name_parts(element))))

    def _name_parts(self, element: Element) -> list[Element]:
        return self.source.all(element, "part") if self.version.has_parts else [element]

    def _headings(self, name: str) -> list[Element]:
        """Return the headings with a name, in groups too."""
        groups = self.source.all(self.item, "controlaccess")
        groups += [inner for group in groups for inner in self.source.all(group, "controlaccess")]
        return [heading for group in groups for heading in self.source.all(group, name)]

    def _identified(self, element: Element) -> dict[str, str] | None:
        name = self.version.authority
        identified = identify(fit(element.get(name)), fit(element.get("source")))
        self.source.mark_used([(element, "@source"), (element, f"@{name}")] if identified else [])
        return identified

    def _places_and_subjects(self) -> None:
        mentioned = []
        for element in self._headings("geogname"):
            words = self._parts(element)
            identified = self._identified(element) if words else None
            place = {"name": words} | optional("identifiers", identified and [identified])
            if words and element.get(self.version.relator) == "place of writing":
                self.source.attribute(element, self.version.relator)
                self.draft.state("place", place)
            elif words:
                mentioned.append(place)
        self.draft.state("mentioned_places", mentioned)
        subjects = []
        for element in self._headings("subject"):
            words = self._parts(element)
            identified = self._identified(element) if words else None
            if words:
                subjects.append({"term": words} | optional("identifier", identified))
        self.draft.state("subjects", subjects)

    def _words(self) -> None:
        if self.is_ours and self.version.has_parts:
            summary = self._section(self.item, "scopecontent[@localtype='summary']")
        else:
            summary = self._section(self.item, "scopecontent")
        abstract = self.source.text(self.item, "did/abstract")
        summary = summary[:1] if self.is_ours else summary
        said = [*([abstract] if abstract else []), *summary]
        self.draft.state("summary", {"text": "\n".join(said)} if said else None)
        extents = map(self.source.words, self.source.all(self.item, "did/physdesc"))
        self.draft.state("extent", "; ".join(filter(None, extents)))
        self.draft.state("custody", " ".join(self._section(self.item, "custodhist")))
        rights: list[str] = []
        for level in (self.item, *self.above):
            rights += [w for w in self._section(level, "userestrict") if w not in rights]
        rights = rights[:1] if self.is_ours else rights
        self.draft.state("rights", {"statement": " ".join(rights)} if rights else None)
        number = 0
        own = "scopecontent[@localtype='enclosures']/p" if self.version.has_parts else "odd/p"
        for element in self.source.all(self.item, own) if self.is_ours else []:
            words = text_of(element) or ""
            if words.startswith("Enclosed: "):
                number += 1
                self.source.mark_all_used(element)
                title = words.removeprefix("Enclosed: ")
                self.draft.add("enclosures", {"id": f"enclosure-{number}", "title": title})
        citations = [
            self.source.words(e) for e in self.source.all(self.item, "bibliography/bibref")
        ]
        self.draft.state("publications", [words for words in citations if words])
        if not self.is_ours:
            for path in _REMARKS:
                grouped = self.source.all(self.item, f"descgrp/{path}")
                for element in (*self.source.all(self.item, path), *grouped):
                    self.draft.remark(self.source.words(element))

    def _section(self, level: Element, name: str) -> list[str]:
        """Return the paragraphs of a section of a level."""
        found = []
        for section in (*self.source.all(level, name), *self.source.all(level, f"descgrp/{name}")):
            inner = (e for e in self.source.all(section, "*") if local(e) != "head")
            found += [self.source.words(e) for e in inner]
        return [words for words in found if words]

    def _access(self) -> dict[str, Any] | None:
        """Return the strictest access of the item and the levels above; None if none is stated."""
        found = []
        if not self.is_ours:
            for level in (self.item, *self.above):
                words = " ".join(self._section(level, "accessrestrict"))
                if words:
                    found.append(access_in(words))
        internal = [e for e in (self.item, *self.item.iterancestors()) if _is_internal(e)]
        hidden = "{*}accessrestrict[@audience='internal']"
        if internal or any(e.find(hidden) is not None for e in (self.item, *self.above)):
            self.source.mark_used((e, "@audience") for e in internal)
            return access("closed", None, 'Marked audience="internal" in the finding aid.')
        if self.is_ours:
            read = (
                (e, own_restriction(text_of(e)))
                for e in self.source.all(self.item, "accessrestrict/p")
            )
            own = [(element, said) for element, said in read if said]
            return folded(self.source, own, self.draft.raw["title"])
        said = strictest(found)
        if said:
            self.draft.report.add(access_read(self.source.name, said))
        return said
