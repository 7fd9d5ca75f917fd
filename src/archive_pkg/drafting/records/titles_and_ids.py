"""Compose titles in the form of documentary editions, and ids of records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.names import in_reading_order, slug
from archive_pkg.records.titles import joined_names, title_from_parts

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary


def composed_title(data: dict[str, Any], vocabulary: Vocabulary | None) -> str:
    """Return a title from the type, the correspondents and the date of a record's data.

    Without a vocabulary, as for a row of a list, the names of the correspondents are not
    abbreviated, and a date that is not read appears in its words.
    """
    date = data.get("date") or {}
    written = date.get("as_written") if vocabulary is None else None
    names = correspondents(data, vocabulary)
    return title_from_parts(data["type"], *names, date.get("edtf"), written)


def composed_id(data: dict[str, Any], vocabulary: Vocabulary) -> str:
    """Return an id from the date and the correspondents; empty if either is not known."""
    plain = re.match(r"\d{4}(-\d\d){0,2}", (data.get("date") or {}).get("edtf") or "")
    names = "-to-".join(filter(None, map(slug, correspondents(data, vocabulary))))
    return f"{plain.group()}-{names}" if plain and names else ""


def correspondents(data: dict[str, Any], vocabulary: Vocabulary | None) -> tuple[str, str]:
    """Return the names of up to three senders and recipients, in short form if there is one."""
    agents = {agent["id"]: agent for agent in data.get("agents") or ()}

    def names(field: str) -> str:
        found = []
        for key in data.get(field) or ():
            agent = agents[key]
            known = vocabulary and vocabulary.agent(agent["name"])
            is_person = agent["kind"] == "person"
            name = in_reading_order(agent["name"]) if is_person else agent["name"]
            found.append(known.short if known and known.short else name)
        return joined_names(found)

    return names("sender"), names("recipients")
