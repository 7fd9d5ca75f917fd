"""Put the values of a record into words, in the same way for the terminal and for pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import _, term
from archive_pkg.records.models import (
    Access,
    AgendaItem,
    Agent,
    Classification,
    Date,
    DateAndPlace,
    Enclosure,
    Event,
    Holding,
    HoldingLevel,
    Part,
    Participant,
    Place,
    Publication,
    Record,
    RecordedEvent,
    Relation,
    Rights,
    Subject,
    Summary,
    TranslationNote,
    WrittenDate,
)
from archive_pkg.records.record_errors import reference_paths
from archive_pkg.records.vocabularies.identifiers import SCHEMES, Identifier
from archive_pkg.records.vocabularies.languages import language_name

if TYPE_CHECKING:
    from collections.abc import Iterator

DateWords = Callable[[str], str]
"""A function that returns an EDTF date in words."""

FIELDS = (
    "title", "variant_titles", "number", "identifiers", "authors", "sender", "signatories",
    "recipients", "attention", "copies_to", "distribution", "participants", "date", "place",
    "recorded", "dispatched", "received", "classification", "copy_number", "filing_reference",
    "extent", "excerpt", "salutation", "closing", "summary", "subjects", "mentioned_agents",
    "mentioned_places", "items", "relations", "holdings", "custody", "donor", "publications",
    "rights",
)  # fmt: skip
"""The fields that describe the document, in the order in which they are shown."""

OF_AGENTS = {
    path.partition(".")[0]
    for what, path in reference_paths(Record)
    if what == "agent" and path.removesuffix(".*") in Record.model_fields
}
"""The fields whose values are ids of agents."""


def quoted(text: str) -> str:
    """Return a text in quotation marks."""
    return _("“{words}”", words=text)


def label(field: str) -> str:
    """Return the label of a field, such as "Copies to" for `copies_to`."""
    return term("field", field.replace("_", " ").capitalize())


def facts(record: Record) -> Iterator[tuple[str, str, str]]:
    """Yield the name, label and value in words of each descriptive field that is not empty."""
    for name in FIELDS:
        value = getattr(record, name)
        if value not in (None, ()):
            yield name, label(name), words(record, value, of_agents=name in OF_AGENTS)


def search_texts(record: Record) -> Iterator[str]:
    """Yield the texts in which a search finds a record by its description."""
    yield record.id
    yield record.document_type.label
    for _name, _label, value in facts(record):
        yield value
    for item in (*record.agents, *record.enclosures):
        if not (isinstance(item, Agent) and item.kind == "software"):
            yield words(record, item)


def words(
    record: Record, value: Any, *, of_agents: bool = False, dates: DateWords = in_words
) -> str:
    """Return a value of a record in words.

    Args:
        record: The record.
        value: The value of a field, or an item of a list.
        of_agents: Whether texts in the value are ids of agents.
        dates: Returns an EDTF date in words; `str` keeps it as it is.
    """
    if isinstance(value, tuple):
        return "\n".join(words(record, item, of_agents=of_agents, dates=dates) for item in value)
    if of_agents:
        return _named(record.agent(value))
    return _words(value, record, dates)


def _named(agent: Agent, office: str | None = None) -> str:
    office = office or agent.role
    return f"{agent.name}, {office}" if office else agent.name


@singledispatch
def _words(value: Any, record: Record, dates: DateWords) -> str:
    return str(value)


@_words.register
def _bool_words(value: bool, record: Record, dates: DateWords) -> str:
    return _("yes") if value else _("no")


@_words.register
def _written_date_words(value: WrittenDate, record: Record, dates: DateWords) -> str:
    written = quoted(value.as_written) if value.as_written else ""
    if value.edtf is None:
        said = unread(value.as_written) if value.as_written else ""
    else:
        said = dates(str(value.edtf))
        said = f"{said} ({written})" if written and value.as_written != said else said
    said += f", {calendar_in_words(value.calendar)}" if value.calendar else ""
    return _with_note(said, value.note)


def unread(words: str) -> str:
    """Return a date that is known only as it is written: "“4/5/60” (not read)"."""
    return _("{date} (not read)", date=quoted(words))


def calendar_in_words(calendar: str) -> str:
    """Return the name of a calendar: "julian calendar"."""
    name = f"{calendar} calendar"
    return term("calendar", name)


def _with_note(said: str, note: str | None) -> str:
    return f"{said} ({note})" if note else said


@_words.register
def _date_and_place_words(value: DateAndPlace, record: Record, dates: DateWords) -> str:
    day = _words.dispatch(WrittenDate)(value, record, dates)
    return ", ".join(filter(None, (day, words(record, value.place) if value.place else "")))


@_words.register
def _recorded_event_words(value: RecordedEvent, record: Record, dates: DateWords) -> str:
    said = _words.dispatch(DateAndPlace)(value, record, dates)
    return f"{term('recording', value.kind)}: {said}" if value.kind else said


@_words.register
def _identifier_words(value: Identifier, record: Record, dates: DateWords) -> str:
    said = f"{SCHEMES[value.scheme].name} {value.value}" if value.uri else value.value
    return _with_note(said, value.note)


@_words.register
def _place_words(value: Place, record: Record, dates: DateWords) -> str:
    more = [quoted(value.as_written)] if value.as_written not in (None, value.name) else []
    more += [words(record, identifier) for identifier in value.identifiers]
    return f"{value.name} ({'; '.join(more)})" if more else value.name


def classification_in_words(record: Record, *, brief: bool = False, complete: bool = False) -> str:
    """Return the classification with its history: "TOP SECRET, declassified 1 March 1995".

    A classification is a fact about the past. `access` says who may see the document now.

    Args:
        record: The record.
        brief: Whether to leave out the agents and notes of changes, and the level in its scheme.
        complete: Whether to add to the dates of changes how they are written, and their notes.

    Returns:
        The phrase; empty if the document is not classified.
    """
    classification = record.classification
    if classification is None:
        return ""
    said = "; ".join((classification.as_written, *classification.caveats))
    for change in classification.history:
        action = term("classification", change.action)
        if change.level:
            action = _("{change} to {level}", change=action, level=change.level)
        said += f", {action}"
        said += f" {in_words(change.date.words)}" if change.date else ""
        said += _more_of_date(change.date) if complete else ""
        if not brief:
            said += f" {by_agents(record.agent(change.by).name)}" if change.by else ""
            said += f" ({change.note})" if change.note else ""
    if not brief and classification.level:
        level = ": ".join(filter(None, (classification.scheme, classification.level)))
        said += "; " + _("level {level}", level=level)
    return said


def by_agents(names: str) -> str:
    """Return who did something: "by Jane Doe"."""
    return _("by {names}", names=names)


def _more_of_date(date: Date | None) -> str:
    """Return what a date says besides its EDTF form, in brackets."""
    if date is None:
        return ""
    written = quoted(date.as_written) if date.as_written else ""
    calendar = calendar_in_words(date.calendar) if date.calendar else ""
    more = ", ".join(filter(None, (written, calendar, date.note)))
    return f" ({more})" if more else ""


@_words.register
def _classification_words(value: Classification, record: Record, dates: DateWords) -> str:
    return classification_in_words(record, complete=True)


@_words.register
def _summary_words(value: Summary, record: Record, dates: DateWords) -> str:
    return value.text


@_words.register
def _subject_words(value: Subject, record: Record, dates: DateWords) -> str:
    return f"{value.term}, {words(record, value.identifier)}" if value.identifier else value.term


@_words.register
def _holding_words(value: Holding, record: Record, dates: DateWords) -> str:
    place = ", ".join(filter(None, (value.repository, shelfmark(value))))
    return _with_note(place, value.note)


def shelfmark(holding: Holding) -> str:
    """Return the place within the archive: "fond 5, opis 49, delo 327"."""
    return ", ".join(level_in_words(level) for level in holding.levels)


def level_in_words(level: HoldingLevel) -> str:
    """Return a level with its name, unless the value already begins with it or an abbreviation."""
    value, name = level.value.casefold(), level.name.casefold()
    short = re.match(r"([^\W\d_]+)\.", value)
    is_named = value.startswith(name) or (short and name.startswith(short[1]))
    return level.value if is_named else f"{level.name} {level.value}"


@_words.register
def _publication_words(value: Publication, record: Record, dates: DateWords) -> str:
    first, *more = publication_parts(record, value, dates)
    # The two dots of a date with an open end, "1960/..", are not the end of a sentence.
    parts = (part if part.endswith("..") else part.removesuffix(".") for part in (first, *more))
    return ". ".join(parts) + "." if more else first


def publication_parts(
    record: Record, value: Publication, dates: DateWords = in_words
) -> Iterator[str]:
    """Yield the citation of a publication, then each further statement about it, in words."""
    yield value.citation
    if value.title:
        yield value.title
    if value.editors:
        yield _("Edited by {names}", names=record.names(value.editors))
    if value.translators:
        yield _("Translated by {names}", names=record.names(value.translators))
    if value.date:
        yield words(record, value.date, dates=dates)
    if value.place_in:
        yield value.place_in
    yield from (words(record, identifier) for identifier in value.identifiers)


@_words.register
def _participant_words(value: Participant, record: Record, dates: DateWords) -> str:
    said = _named(record.agent(value.agent), value.office)
    more = [value.side] if value.side else []
    more += [term("participant", part) for part in value.part if part != "present"]
    return f"{said} ({', '.join(more)})" if more else said


@_words.register
def _agenda_item_words(value: AgendaItem, record: Record, dates: DateWords) -> str:
    said = item_title(value)
    return f"{said} ({record_named(value.record)})" if value.record else said


def record_named(name: str) -> str:
    """Return the name of another record in words."""
    return _("record {id}", id=name)


def item_title(item: AgendaItem) -> str:
    """Return the number and title of an item: "2. On the visit"."""
    return f"{item.number} {item.title}" if item.number else item.title


@_words.register
def _relation_words(value: Relation, record: Record, dates: DateWords) -> str:
    other = (
        value.title,
        record_named(value.record) if value.record and value.title else value.record,
        words(record, value.identifier) if value.identifier else "",
    )
    kind = term("relation", value.kind.replace("-", " "))
    return _with_note(f"{kind} {', '.join(filter(None, other))}", value.note)


@_words.register
def _rights_words(value: Rights, record: Record, dates: DateWords) -> str:
    said = [value.statement]
    licence, holder = value.licence, value.holder
    said += [_("Licence: {licence}", licence=licence) + "." * bool(holder)] if licence else []
    said += [_("Rights holder: {name}", name=record.agent(holder).name)] if holder else []
    return " ".join(filter(None, said))


@_words.register
def _agent_words(value: Agent, record: Record, dates: DateWords) -> str:
    office = f", {value.role}" if value.role else ""
    version = f" {value.version}" if value.version else ""
    written = f" ({quoted(value.as_written)})" if value.as_written else ""
    said = f"{value.name}{version}{office}, {term('agent', value.kind)}{written}"
    more = [f"{term('name', name)} {part}" for name, part in value.name_parts or () if part]
    born, died = (words(record, day, dates=dates) for day in (value.born or "", value.died or ""))
    more += [_("born {date}", date=born)] if born else []
    more += [_("died {date}", date=died)] if died else []
    if value.affiliations:
        more.append(_("affiliated with {names}", names=record.names(value.affiliations)))
    more += [words(record, identifier) for identifier in value.identifiers]
    more += [value.note] if value.note else []
    return "; ".join((said, *more))


def relations(part: Part) -> Iterator[str]:
    """Yield a phrase for each relation of a part to other parts, such as "made from original"."""
    if part.made_from:
        yield _("made from {parts}", parts=", ".join(part.made_from))
    if part.part_of:
        yield _("part of {parts}", parts=", ".join(part.part_of))
    if part.about:
        yield _("about {parts}", parts=", ".join(part.about))


@_words.register
def _part_words(value: Part, record: Record, dates: DateWords) -> str:
    said: list[str] = [term("part", value.kind)]
    if value.languages:
        said.append(in_languages(value))
    said.extend(relations(value))
    if value.made_by:
        said.append(by_agents(record.names(value.made_by)))
    if value.excerpt is not None:
        said.append(_("(excerpt)") if value.excerpt else _("(complete)"))
    where = value.file_in_words
    if value.span:
        span = _("characters {start}–{end}", start=value.span.start, end=value.span.end)
        where += f", {span}"
    made = _("made {date}", date=words(record, value.made, dates=dates)) if value.made else ""
    access = access_in_words(value.access) if value.access else ""
    note = None if value.is_withheld else value.note
    more = filter(None, (made, value.method, access, note))
    return "; ".join((f"{' '.join(said)}: {where}", *more))


def in_languages(part: Part) -> str:
    """Return the languages of a part: "in German, Russian"."""
    return _("in {languages}", languages=", ".join(map(language_in_words, part.languages or ())))


def language_in_words(tag: str) -> str:
    """Return the name of a language in the current language of the interface."""
    return term("language", language_name(tag))


def access_in_words(access: Access) -> str:
    """Return who may see a part, and why: "restricted until 1 May 2040: agreement of 1990"."""
    said = f"{status_in_words(access)}{_more_of_date(access.until)}"
    return f"{said}: {access.rule}" if access.rule else said


def status_in_words(access: Access) -> str:
    """Return the status of a part: "restricted until 1 May 2040"."""
    status = term("access", access.status)
    if access.until is None:
        return status
    return _("{status} until {date}", status=status, date=in_words(str(access.until.edtf)))


@_words.register
def _translation_note_words(value: TranslationNote, record: Record, dates: DateWords) -> str:
    said: str = quoted(value.at.exact)
    if value.rendering:
        said += ", " + _("rendered “{words}”", words=value.rendering)
    if value.original:
        said += " " + _("from {original}", original=value.original)
    return f"{said}. {value.text}" if value.text and value.text not in value.at.exact else said


@_words.register
def _enclosure_words(value: Enclosure, record: Record, dates: DateWords) -> str:
    said = [f"{value.number} {value.title}" if value.number else value.title]
    said += [record.names(value.sender)] if value.sender else []
    said += [words(record, value.date, dates=dates)] if value.date else []
    where = record_named(value.record) if value.record else ""
    if value.part and not where:
        part = record.part(value.part)
        where = _("held") if part.held else part.file_in_words
    return ", ".join(said) + (f" ({where})" if where else "")


@_words.register
def _event_words(value: Event, record: Record, dates: DateWords) -> str:
    by = f" {by_agents(record.names(value.agents))}" if value.agents else ""
    said = f"{term('event', value.type)}{by}{_more_of_date(value.date)}"
    return f"{said.removesuffix('.')}. {value.detail}" if value.detail else said
