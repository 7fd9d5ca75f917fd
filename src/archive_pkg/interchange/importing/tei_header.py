"""Read the header of a TEI file: everything but the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.importing.correspondence import (
    AGENT_ELEMENTS,
    Correspondence,
    read_date_element,
)
from archive_pkg.interchange.importing.imported_record import language, optional, read_language
from archive_pkg.interchange.importing.restrictions import own_restriction
from archive_pkg.interchange.importing.tei_notes import OwnNotes
from archive_pkg.interchange.importing.watched_xml import XML_ID, XML_LANG, fit, local, text_of
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.names import is_unknown
from archive_pkg.records.vocabularies.identifiers import identify, is_placeholder

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import ImportedDraft
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

_OWN_MAKERS = ("transcriber", "translator", "software")
"""The roles in exports of this program that makers of the text have."""
_LICENCE = re.compile("licen[cs]e", re.IGNORECASE)
_TRANSLATES = re.compile(r"translat|übersetz|uebersetz|tradu[cz]|перев", re.IGNORECASE)
_OWN_PARTS = {"surname": "family", "patronymic": "patronymic", "genName": "suffix"}
_OWN_KINDS = {"person": "person", "personGrp": "family", "org": "organization"}
_SHELFMARKS = frozenset([
    "", "call", "callnumber", "call-number", "cote", "file", "idno", "inventory", "shelfmark",
    "shelf-mark", "signatur", "signature", "segnatura", "unitid",
])  # fmt: skip


def own_id(source: XmlSource, root: Element) -> str | None:
    """Return the id of the record that this program exported the file from; None for others."""
    edition = text_of(source.first(root, "teiHeader/fileDesc/editionStmt/edition")) or ""
    for idno in source.all(root, "teiHeader/fileDesc/publicationStmt/idno"):
        if idno.get("type") == "record" and edition.endswith(" of the record"):
            return text_of(idno)
    return None


def read_supplier(source: XmlSource, draft: ImportedDraft, root: Element) -> None:
    """Read who is responsible for the file: its publisher or authority, else its first editor."""
    statement = source.first(root, "teiHeader/fileDesc/publicationStmt")
    for path in ("publisher/name", "publisher/orgName", "publisher", "authority"):
        words = source.text(statement, path)
        if words and words != "Unknown":
            links = _links(source, statement, path)
            is_person = any(link["scheme"] == "orcid" for link in links)
            kind = "person" if is_person else "organization"
            draft.supplier = draft.agent(words, kind, links)
            return
    for path in ("editor/persName", "editor/name", "editor"):
        words = source.text(root, f"teiHeader/fileDesc/titleStmt/{path}")
        if words and words != "Unknown":
            draft.supplier = draft.agent(words)
            return


def _links(source: XmlSource, statement: Element, path: str) -> list[dict[str, str]]:
    """Return the addresses in a publisher's name: its `ref`, and the targets of its links."""
    named = source.first(statement, path)
    links = [(named, "ref"), *((link, "target") for link in source.all(named, "ref"))]
    addresses = [link for link in links if "://" in (link[0].get(link[1]) or "")]
    return [found for link in addresses if (found := source.identifier(*link))]


def _licence(address: str) -> str:
    """Return the SPDX identifier if the address is a page of spdx.org, else the address."""
    listed = spdx_id(address) if address.startswith("https://spdx.org/") else None
    return listed or address


def citation(source: XmlSource, element: Element) -> str | None:
    """Return the words of a bibliographic entry with commas between its elements; None if none."""
    source.words(element)
    words = [fit(text) for text in element.xpath(".//text()[normalize-space()]")]
    for link in element.iter(f"{{{source.namespace}}}ref"):
        target = source.attribute(link, "target")
        words += [target] if target and target not in words else []
    return ", ".join(word.strip(" ,") for word in words if word and word.strip(" ,.;:")) or None


class TeiHeader:
    """Reads the header of a letter into a draft.

    Attributes:
        is_ours: Whether this program exported the file.
        access: The access restrictions in the form of this program's exports.
        responsible: The agents in the statements of responsibility, by xml:id.
    """

    def __init__(self, source: XmlSource, root: Element, draft: ImportedDraft) -> None:
        self.source = source
        self.root = root
        self.draft = draft
        self.element = source.first(root, "teiHeader")
        self.is_ours = own_id(source, root) is not None
        self.correspondence = Correspondence(source, draft, is_ours=self.is_ours)
        self.access: list[tuple[Element, dict[str, Any]]] = []
        self.responsible: dict[str | None, list[str]] = {}

    def _all(self, path: str) -> list[Element]:
        return self.source.all(self.element, path)

    def read(self) -> None:
        """Read everything but the titles, languages and makers."""
        read_supplier(self.source, self.draft, self.root)
        if self.is_ours:
            self._own_agents()
        for described in self._all("profileDesc/correspDesc"):
            if self.is_ours:
                self.source.mark_used([(described, "@key")])
            elif address := self.source.identifier(described, "ref"):
                self.draft.add("identifiers", address)
            self.correspondence.read(described)
        self._author()
        if self.is_ours:
            OwnNotes(self.correspondence).read(self.element)
        self._creation()
        self._publication()
        self._holding()
        self._profile()

    def _own_agents(self) -> None:
        """Read the agents that this program exported, with all their fields."""
        known: dict[str, tuple[str, Element]] = {}
        for path in ("listPerson/*", "listOrg/*"):
            for entry in self._all(f"profileDesc/particDesc/{path}"):
                kind = _OWN_KINDS.get(local(entry))
                if kind is None:
                    continue
                names = [e for e in entry if local(e) in ("persName", "orgName", "name")]
                written = [n for n in names if n.get("type") == "as-written"]
                pieces = [n for n in names if n.get("type") == "name-parts"]
                notes = {note.get("type"): note for note in self.source.all(entry, "note")}
                for element in (*written, *pieces, *notes.values()):
                    self.source.attribute(element, "type")
                more: dict[str, Any] = {
                    field: self.source.words(notes[field])
                    for field in ("role", "version", "note")
                    if field in notes
                }
                more |= {"as_written": self.source.words(written[0])} if written else {}
                more |= self._own_life(entry, pieces)
                software = self.source.attribute(entry, "type") == "software"
                listed = self.correspondence.listed_identifiers(entry) if names else []
                agent = self.draft.agent(
                    self.source.words(names[0]) if names else None,
                    "software" if software else kind,
                    [item for item in listed if item],
                    reference=f"#{entry.get(XML_ID)}",
                    **more,
                )
                name = self.draft.agent_name(agent) if agent else ""
                if name in self.correspondence.own:
                    what = f"particDesc: a second entry for “{name}”"
                    self.draft.report.add(self.source.not_read(what))
                elif name:
                    self.correspondence.own[name] = f"#{entry.get(XML_ID)}"
                if agent:
                    known[f"#{entry.get(XML_ID)}"] = agent, entry
                parts = re.split(r"[ +]", self.source.attribute(entry, "role") or "")
                if agent and all(parts):
                    taken = {"agent": agent, "part": parts}
                    for field in ("office", "side"):
                        taken |= optional(field, self.source.words(notes.get(field)))
                    self.draft.add("participants", taken)

        self._own_affiliations(known)

    def _own_affiliations(self, known: dict[str, tuple[str, Element]]) -> None:
        """Add the organizations of agents.

        Args:
            known: Each agent with its entry, by the reference to it.
        """
        for reference, (agent, entry) in known.items():
            bodies = []
            for path in ("affiliation", "note[@type='affiliation']/rs"):
                for element in self.source.all(entry, path):
                    if body := known.get(element.get("ref") or ""):
                        self.source.attribute(element, "ref")
                        bodies.append(body[0])
            name = self.draft.agent_name(agent)
            self.draft.agent(name, reference=reference, affiliations=bodies)

    def _own_life(self, entry: Element, pieces: list[Element]) -> dict[str, Any]:
        """Return the parts of a person's name, and the dates of the beginning and end."""
        found: dict[str, Any] = {}
        for tag, kind, field in (("birth", "founded", "born"), ("death", "dissolved", "died")):
            dates = self.source.all(entry, tag)
            for note in self.source.all(entry, f"note[@type='{kind}']"):
                dates += self.source.all(note, "date")
            for element in dates[:1]:
                date = read_date_element(self.source, element, is_ours=True)
                date = date or optional("as_written", self.source.words(element))
                date.pop("rule", None)
                found |= optional(field, date)
        parts = {
            _OWN_PARTS.get(part.get("type") or local(part), "given"): self.source.words(part)
            for part in (pieces[0] if pieces else ())
        }
        for part in pieces[0] if pieces else ():
            self.source.attribute(part, "type")
        return found | optional("name_parts", parts)

    def _author(self) -> None:
        """Read the author as the sender, or as a rival if a `correspDesc` names a different sender.

        A file that this program exported has the sender in its `correspDesc`.
        """
        names: dict[str, list[str]] = {}
        for author in self._all("fileDesc/titleStmt/author"):
            inner = [e for e in author if isinstance(e.tag, str) and local(e) in AGENT_ELEMENTS]
            for named in inner or [author]:
                name = self.correspondence.agent(named)
                if name:
                    role = self.source.attribute(named, "role") if self.is_ours else None
                    names.setdefault(name, []).extend((role or "").split())
        found = list(names)
        senders = self.draft.raw.get("sender")
        if self.is_ours:
            named_senders = [name for name in found if "sender" in names[name]]
            others = [name for name in found if name not in (*(senders or ()), *named_senders)]
            both = [name for name in found if "author" in names[name]]
            self.draft.state("authors", [name for name in found if name in (*others, *both)])
            if named_senders:
                self.draft.state("sender", named_senders)
            return
        if senders is None:
            self.draft.state("sender", found)
            return
        for name in found:
            if name not in senders:
                author = self.draft.agent_name(name)
                self.draft.rival("sender", author, "the author according to the title statement")

    def _creation(self) -> None:
        """Read the date and place of writing; those in a `correspDesc` have precedence."""
        for created in self._all("profileDesc/creation"):
            self.correspondence.read_dates(created, "date")
            for element in self.source.all(created, "placeName"):
                words = self.source.words(element)
                if words and "place" not in self.draft.raw:
                    found = self.correspondence.identifiers(element)
                    self.draft.state("place", {"name": words} | optional("identifiers", found))

    def read_titles(self) -> None:
        """Read the titles; if there is none, make one from the other fields."""
        titles = self._all("fileDesc/titleStmt/title")
        mine = [
            t
            for t in titles
            if t.get("level") in (None, "a", "u")
            and t.get("type") in (None, "main", "letter", "alternative")
        ]
        for title in mine:
            self.source.mark_used([(title, "@level"), (title, "@type")])
        words = [self.source.words(title) for title in mine]
        known = [word for word in words if word]
        if known:
            self.draft.state("title", known[0])
        else:
            self.draft.infer_title()
        self.draft.state("variant_titles", list(dict.fromkeys(known[1:])))

    def _publication(self) -> None:
        identifiers = []
        for idno in self._all("fileDesc/publicationStmt//idno"):
            kind = fit(idno.get("type"))
            if not self.is_ours and is_placeholder(text_of(idno)):
                continue
            if kind == "record" and self.is_ours:
                self.source.mark_all_used(idno)
                continue
            found = identify(text_of(idno), kind)
            self.source.mark_used([(idno, "text"), (idno, "@type")] if found else [])
            identifiers += [found] if found else []
        for identifier in identifiers:
            self.draft.add("identifiers", identifier)
        for available in self._all("fileDesc/publicationStmt/availability"):
            self._rights(available)

    def _rights(self, available: Element) -> None:
        """Read the rights from all licences and paragraphs."""
        statements: list[str | None] = []
        address = holder = name = None
        for child in available:
            if not isinstance(child.tag, str):
                continue
            access = own_restriction(text_of(child)) if child.get("type") == "access" else None
            if access:
                self.source.attribute(child, "type")
                self.access.append((child, access))
            elif self.is_ours and child.get("type") == "rights-holder":
                self.source.attribute(child, "type")
                holder = next(iter(self.correspondence.agents(child)), None)
            elif local(child) == "licence":
                target = child.get("target")
                if target and address is None:
                    address = self.source.attribute(child, "target")
                words = self.source.words(child)
                name = words if self.is_ours else None
                statements.append(None if self.is_ours else words)
            else:
                for link in child.iter(f"{{{self.source.namespace}}}ref"):
                    if _LICENCE.fullmatch(link.get("type") or "") and address is None:
                        self.source.attribute(link, "type")
                        address = self.source.attribute(link, "target")
                statements.append(self.source.words(child))
        statement = " ".join(filter(None, statements)) or address
        if not statement and not self.access:
            statement = self.source.words(available)
        licence = name or _licence(address or "")
        if statement:
            more = optional("licence", licence) | optional("holder", holder)
            self.draft.state("rights", {"statement": statement} | more)

    def _holding(self) -> None:
        for description in self._all("fileDesc/sourceDesc//msDesc"):
            if "holdings" not in self.draft.raw:
                self._manuscript(description)
        citations = [
            citation(self.source, cited)
            for path in ("biblStruct", "bibl", "biblFull")
            for cited in self._all(f"fileDesc/sourceDesc//{path}")
            if not any(
                local(up) in ("bibl", "biblStruct", "msDesc") for up in cited.iterancestors()
            )
        ]
        self.draft.state("publications", [words for words in dict.fromkeys(citations) if words])

    def _manuscript(self, description: Element) -> None:
        place = self.source.first(description, "msIdentifier")
        holding: dict[str, str] = {}
        if place is not None:
            names = ("repository", "institution", "settlement", "region", "country")
            where = [self.source.text(place, name) for name in names]
            known = [word for word in where if word and not is_unknown(word)]
            if known:
                holding["repository"] = ", ".join(known)
            collections = [self.source.words(c) for c in self.source.all(place, "collection")]
            if any(collections):
                holding["fonds"] = ", ".join(word for word in collections if word)
            numbers = (
                number
                for idno in self.source.all(place, "idno")
                for number in self.source.all(idno, "idno") or [idno]
            )
            for number in numbers:
                self._call_number(number, holding)
        for idno in self.source.all(place, "altIdentifier/idno"):
            self._other_number(idno)
        if "repository" in holding:
            self.draft.hold(holding.pop("repository"), holding)
        else:
            for kind, value in holding.items():
                self.draft.add("identifiers", identify(value, f"call number ({kind})"))
        kept = [
            self.source.words(item) for item in self.source.all(description, "history/provenance")
        ]
        acquired = self.source.first(description, "history/acquisition")
        donors = [] if acquired is None else [e for e in acquired if local(e) in AGENT_ELEMENTS]
        if self.is_ours and donors:
            self.draft.state("donor", self.correspondence.agent(donors[0]))
        else:
            kept.append(self.source.words(acquired))
        self.draft.state("custody", " ".join(word for word in kept if word))
        for path in ("physDesc", "history/origin"):
            for item in self.source.all(description, path):
                self.draft.remark(self.source.words(item))

    def _call_number(self, idno: Element, holding: dict[str, str]) -> None:
        """Read an `idno` as a level of the holding, or else as an identifier of the letter."""
        kind = fit(idno.get("type")) or fit(idno.get("subtype")) or ""
        words = self.source.words(idno)
        if is_unknown(words or ""):
            return
        field = "folio" if kind == "folio" else "file" if kind.casefold() in _SHELFMARKS else ""
        if not words:
            return
        if kind == "level" and (name := self.source.attribute(idno, "n")):
            self.source.attribute(idno, "type")
            holding[name] = words
        elif field and field not in holding:
            holding[field] = words
            self.source.attribute(idno, "type" if idno.get("type") else "subtype")
        else:
            self._other_number(idno)

    def _other_number(self, idno: Element) -> None:
        """Read an `idno` as an identifier of the letter."""
        kind = fit(idno.get("type")) or fit(idno.get("subtype")) or "another call number"
        identified = identify(self.source.words(idno), kind)
        if identified:
            self.source.mark_used(
                [(idno, "@type" if idno.get("type") else "@subtype"), (idno, "text")]
            )
            self.draft.add("identifiers", identified)

    def _profile(self) -> None:
        found = [
            *self._all("profileDesc/abstract"),
            *self._all("fileDesc/sourceDesc//msContents/summary"),
        ]
        abstract = self.source.words(found[0] if found else None)
        author = self._responsible(found[0]) if abstract and self.is_ours else None
        summary = {"text": abstract} | optional("author", author)
        self.draft.state("summary", summary if abstract else None)
        subjects = [
            {"term": words}
            | optional(
                "identifier",
                self.source.identifier(term, "ref") or self.source.identifier(term, "key"),
            )
            for term in self._all("profileDesc/textClass/keywords/term")
            if term.get("type") != "document-type" and (words := self.source.words(term))
        ]
        self.draft.state("subjects", subjects)
        for term in self._all("profileDesc/textClass/keywords/term"):
            if term.get("type") == "document-type":
                self.source.attribute(term, "type")
                self.draft.raw["type"] = self.source.words(term) or "other"
        for place in self._all("profileDesc/settingDesc/listPlace/place"):
            words = self.source.text(place, "placeName")
            found = self.correspondence.listed_identifiers(place) if words else []
            written = self.source.all(place, "placeName")[1:]
            number = self.draft.mention_place(words, [item for item in found if item])
            if number is not None and written and written[0].get("type") == "as-written":
                self.source.attribute(written[0], "type")
                self.draft.raw["mentioned_places"][number]["as_written"] = self.source.words(
                    written[0]
                )

    def _responsible(self, element: Element) -> str | None:
        """Return the id of the listed agent that `resp` names; None if it names none."""
        listed = self.source.listed.get((element.get("resp") or "").removeprefix("#"))
        names = [e for e in listed if local(e) in AGENT_ELEMENTS] if listed is not None else []
        if not names:
            return None
        self.source.mark_used([(element, "@resp")])
        return self.correspondence.agent(names[0])

    def languages(self) -> list[str]:
        """Return the languages that the header lists, or else the first language of the text."""
        found = []
        for item in self._all("profileDesc/langUsage/language"):
            tag = read_language(self.source, item, "ident")
            if tag:
                self.source.mark_used([(item, "@usage")] if self.is_ours else [])
                found.append(tag)
        texts = self.source.all(self.root, "text")
        for item in (*texts, *self.source.all(self.root, "text/body")):
            tag = language(item.get(XML_LANG))
            if tag:
                self.source.attribute(item, XML_LANG)
                found = found or [tag]
        return list(dict.fromkeys(found))

    def makers(self) -> tuple[list[str], list[str]]:
        """Return the ids of the agents who made the TEI file, and of the translators."""
        makers: list[str] = []
        translators: list[str] = []
        for path in ("titleStmt/editor", "titleStmt/respStmt", "editionStmt/respStmt"):
            for element in self._all(f"fileDesc/{path}"):
                did = "; ".join(filter(None, map(text_of, self.source.all(element, "resp"))))
                did = did or fit(element.get("role")) or ""
                named = [
                    e for e in element if isinstance(e.tag, str) and local(e) in AGENT_ELEMENTS
                ]
                if self.is_ours and did not in _OWN_MAKERS:
                    self._role(element, named, did)
                    continue
                if local(element) == "editor":
                    named = named or [element]
                    self.source.attribute(element, "role")
                for resp in self.source.all(element, "resp"):
                    self.source.words(resp)
                for who in named:
                    agent = self._maker(who, did)
                    if agent:
                        (translators if _TRANSLATES.search(did) else makers).append(agent)
                        for owner in {element, who}:
                            self.responsible.setdefault(owner.get(XML_ID), []).append(agent)
        return list(dict.fromkeys(makers)), list(dict.fromkeys(translators))

    def _role(self, element: Element, named: list[Element], did: str) -> None:
        """Read the signatories of a document that this program exported; report other roles.

        The abstract names its author.
        """
        agents = list(filter(None, map(self.correspondence.agent, named)))
        self.source.mark_all_used(element)
        summary = self.draft.raw.get("summary", {})
        if did == "signatory":
            self.draft.state("signatories", [*self.draft.raw.get("signatories", ()), *agents])
        elif did != "author of summary" or agents != [summary.get("author")]:
            self.report_role(did, agents)

    def report_role(self, did: str, agents: list[str]) -> None:
        """Report agents with a role that the record has no place for."""
        for name in map(self.draft.agent_name, agents):
            self.draft.report.add(self.source.not_read(f"titleStmt/respStmt: {did}: {name}"))

    def _maker(self, who: Element, did: str) -> str | None:
        """Return the id of a maker of the edition; None if the element names none.

        What the maker did becomes a note on the agent, unless this program exported the file.
        """
        agent = self.correspondence.agent(who)
        if agent and did and not self.is_ours:
            self.draft.note_on(agent, did)
        elif agent and did:
            for resp in self.source.all(who.getparent(), "resp"):
                self.source.mark_used([(resp, "text")])
        return agent
