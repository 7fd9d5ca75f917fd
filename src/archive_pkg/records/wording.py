"""Put the values of a record into words, in the same way for the terminal and for pages."""

from __future__ import annotations

import re
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from archive_pkg.records.models import (
    Agent,
    Classification,
    Enclosure,
    Event,
    Holding,
    Part,
    Place,
    Record,
    Rights,
    Subject,
    Summary,
    TranslationNote,
    WrittenDate,
)
from archive_pkg.records.vocabularies.identifiers import SCHEMES, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = (
    "title", "variant_titles", "identifiers", "sender", "signatories", "recipients", "copies_to",
    "date", "received", "place", "classification", "salutation", "closing", "summary", "subjects",
    "mentioned_agents", "mentioned_places", "holding", "custody", "donor", "publications", "rights",
)  # fmt: skip
"""The fields that describe the document, in the order in which they are shown."""

OF_AGENTS = {"sender", "signatories", "recipients", "copies_to", "mentioned_agents", "donor"}
"""The fields whose values are ids of agents."""


def label(field: str) -> str:
    """Return the label of a field, such as "Copies to" for `copies_to`."""
    return field.replace("_", " ").capitalize()


def facts(record: Record) -> Iterator[tuple[str, str, str]]:
    """Yield the name, label and value in words of each field that describes the document."""
    for name in FIELDS:
        value = getattr(record, name)
        if value not in (None, ()):
            yield name, label(name), words(record, value, of_agents=name in OF_AGENTS)


def words(record: Record, value: Any, *, of_agents: bool = False) -> str:
    """Return a value of a record in words.

    Args:
        record: The record.
        value: The value of a field, or an item of a list.
        of_agents: Whether texts in the value are ids of agents.
    """
    if isinstance(value, tuple):
        return "\n".join(words(record, item, of_agents=of_agents) for item in value)
    if of_agents:
        agent = record.agent(value)
        return f"{agent.name}, {agent.role}" if agent.role else agent.name
    return _words(value, record)


@singledispatch
def _words(value: Any, record: Record) -> str:
    return str(value)


@_words.register
def _(value: WrittenDate, record: Record) -> str:
    if value.edtf is None:
        return f"“{value.as_written}” (not read)"
    return f"{value.edtf} (“{value.as_written}”)" if value.as_written else str(value.edtf)


@_words.register
def _(value: Identifier, record: Record) -> str:
    said = f"{SCHEMES[value.scheme].name} {value.value}" if value.uri else value.value
    return f"{said} ({value.note})" if value.note else said


@_words.register
def _(value: Place, record: Record) -> str:
    return value.name


def classification_in_words(record: Record, *, brief: bool = False) -> str:
    """Return the classification with its history: "TOP SECRET, declassified 1 March 1995".

    A classification is a fact about the past. `access` says who may see the document now.

    Args:
        record: The record.
        brief: Whether to leave out who changed the classification, the notes and the level's name.

    Returns:
        The phrase; empty if the document is not classified.
    """
    classification = record.classification
    if classification is None:
        return ""
    said = "; ".join((classification.as_written, *classification.caveats))
    for change in classification.history:
        said += f", {change.action}"
        said += f" to {change.level}" if change.level else ""
        said += f" {date_in_words(change.date.words)}" if change.date else ""
        if not brief:
            said += f" by {record.agent(change.by).name}" if change.by else ""
            said += f" ({change.note})" if change.note else ""
    if not brief and classification.level:
        said += f"; level {': '.join(filter(None, (classification.scheme, classification.level)))}"
    return said


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def date_in_words(edtf: str) -> str:
    """Return a day or month as titles have it, "18 July 1960"; any other date as it is."""
    full = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", edtf)
    if full is None or not 1 <= int(full[2]) <= len(_MONTHS):
        return edtf
    month = f"{_MONTHS[int(full[2]) - 1]} {full[1]}"
    return f"{int(full[3])} {month}" if full[3] else month


@_words.register
def _(value: Classification, record: Record) -> str:
    return classification_in_words(record)


@_words.register
def _(value: Summary, record: Record) -> str:
    return value.text


@_words.register
def _(value: Subject, record: Record) -> str:
    return value.term


@_words.register
def _(value: Holding, record: Record) -> str:
    return "; ".join(text for _, text in value if text)


@_words.register
def _(value: Rights, record: Record) -> str:
    return f"{value.statement} Licence: {value.licence}" if value.licence else value.statement


@_words.register
def _(value: Agent, record: Record) -> str:
    office = f", {value.role}" if value.role else ""
    version = f" {value.version}" if value.version else ""
    written = f" (“{value.as_written}”)" if value.as_written else ""
    return f"{value.name}{version}{office}, {value.kind}{written}"


def relations(part: Part) -> Iterator[str]:
    """Yield a phrase for each relation of a part to other parts, such as "made from original"."""
    for words, names in (
        ("made from", part.made_from),
        ("part of", part.part_of),
        ("about", part.about),
    ):
        if names:
            yield f"{words} {', '.join(names)}"


@_words.register
def _(value: Part, record: Record) -> str:
    said: list[str] = [value.kind]
    if value.languages:
        said.append(f"in {', '.join(value.languages)}")
    said.extend(relations(value))
    if value.made_by:
        said.append(f"by {record.names(value.made_by)}")
    where = value.file if value.file else "not held"
    if value.span:
        where += f", characters {value.span.start}–{value.span.end}"
    return f"{' '.join(said)}: {where}"


@_words.register
def _(value: TranslationNote, record: Record) -> str:
    said = f"“{value.at.exact}” at {value.at.start}"
    if value.rendering:
        said += f", rendered “{value.rendering}”"
    if value.original:
        said += f" from {value.original}"
    return f"{said}. {value.text}" if value.text and value.text not in value.at.exact else said


@_words.register
def _(value: Enclosure, record: Record) -> str:
    held = value.part is not None and record.part(value.part).held
    return f"{value.title} ({'held' if held else 'not held'})"


@_words.register
def _(value: Event, record: Record) -> str:
    by = f" by {record.names(value.agents)}" if value.agents else ""
    return f"{value.type}{by}" + (f". {value.detail}" if value.detail else "")
