"""Compose titles in the form of documentary editions, and ids of records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.english import in_words
from archive_pkg.names import in_reading_order, slug

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

_TYPES = {
    "letter": "Letter",
    "telegram": "Telegram",
    "memorandum": "Memorandum",
    "other": "Document",
}


def composed_title(data: dict[str, Any], vocabulary: Vocabulary) -> str:
    """Return a title from the type, the correspondents and the date of a record's data."""
    title = type_in_words(data["type"])
    senders, recipients = correspondents(data, vocabulary)
    if senders and recipients:
        title += f", {senders} to {recipients}"
    elif senders or recipients:
        title += f" from {senders}" if senders else f" to {recipients}"
    date = (data.get("date") or {}).get("edtf")
    return f"{title}, {in_words(date)}" if date else title


def composed_id(data: dict[str, Any], vocabulary: Vocabulary) -> str:
    """Return an id from the date and the correspondents; empty if either is not known."""
    plain = re.match(r"\d{4}(-\d\d){0,2}", (data.get("date") or {}).get("edtf") or "")
    names = "-to-".join(filter(None, map(slug, correspondents(data, vocabulary))))
    return f"{plain.group()}-{names}" if plain and names else ""


def type_in_words(name: str) -> str:
    """Return the type of a document as a title begins with it."""
    return _TYPES.get(name, name.replace("-", " ").capitalize())


def correspondents(data: dict[str, Any], vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the names of up to three senders and recipients, in short form if there is one."""
    agents = {agent["id"]: agent for agent in data.get("agents") or ()}

    def names(field: str) -> str:
        found = []
        for key in data.get(field) or ():
            agent = agents[key]
            known = vocabulary.agent(agent["name"])
            is_person = agent["kind"] == "person"
            name = in_reading_order(agent["name"]) if is_person else agent["name"]
            found.append(known.short if known and known.short else name)
        return " and ".join(found[:3])

    return names("sender"), names("recipients")
