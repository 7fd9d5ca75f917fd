"""Write BibTeX with the fields of biblatex.

The type of an entry follows from the type of the document. Characters that TeX reads as commands
are escaped, except in `doi` and `url`, which biblatex reads verbatim. Names that are not in index
form, such as those of organizations, are in braces, because BibTeX would split them into first and
last names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.dates import edtf_of, plain
from archive_pkg.records.vocabularies.languages import language_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Record

MAPPING = {
    "id": "the entry's key",
    "version": "version",
    "identifiers": "doi, url (the first of each)",
    "type": "the entry's type; howpublished, type",
    "title": "title",
    "number": "number",
    "authors": "author",
    "sender": "author",
    "signatories": "author (where no author or sender is known)",
    "recipients": "howpublished",
    "date.edtf": "date; year and month; note (level 2 of EDTF)",
    "place.name": "location",
    "summary.text": "abstract",
    "subjects.term": "keywords",
    "parts.languages": "language (the name of the main text's language)",
    "parts.made_by": "translator (of translations)",
    "holdings": "library; note",
    "publications": "note",
    "publications.editors": "editor (of the first publication with editors); note",
    "rights.statement": "note",
    **dict.fromkeys(derived_facts.RECEIPT, "annotation"),
    "agents.name": "author, translator, editor, annotation",
    "agents.name_parts.family": "author, translator, editor",
    "agents.name_parts.given": "author, translator, editor",
    "agents.name_parts.patronymic": "author, translator, editor",
    "agents.name_parts.suffix": "author, translator, editor",
}

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}%$&#_"},
}
_BRACES = str.maketrans({"{": "%7B", "}": "%7D"})


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the records in BibTeX."""
    return "\n".join(_entry(record, context) for record in records).encode()


def _entry(record: Record, context: ExportContext) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in _fields(record, context) if value]
    return "\n".join([f"@{record.document_type.bibtex}{{{record.id},", *lines, "}", ""])


def _fields(record: Record, context: ExportContext) -> Iterator[tuple[str, str]]:
    yield "author", _names(derived_facts.creators(record))
    yield "title", f"{{{_tex(record.title)}}}"
    kind = record.document_type.label
    to = f" to {record.names(record.recipients)}" if record.recipients else ""
    yield "howpublished", _tex(f"{kind}{to}")
    yield "type", kind
    yield "number", _tex(record.number or "")
    date = edtf_of(record.date) or ""
    when = plain(date) or ""
    yield "date", "" if _is_level_2(date) else date
    yield "year", when[:4]
    yield "month", when[5:7].removeprefix("0")
    if record.place:
        yield "location", _tex(record.place.name)
    translators = [h.agent for h in derived_facts.persons(record) if h.role == "translator"]
    yield "translator", _names(translators)
    yield "editor", _names(derived_facts.editors(record))
    yield "language", _language(derived_facts.main_language(record))
    yield "library", _tex("; ".join(derived_facts.kept_at(record)))
    yield "keywords", _tex(", ".join(subject.term for subject in record.subjects))
    yield "abstract", _tex(record.summary.text) if record.summary else ""
    yield "note", _tex("; ".join(_notes(record)))
    yield "annotation", _tex(derived_facts.receipt(record))
    yield "publisher", _tex(context.publisher or "")
    doi = derived_facts.doi(record)
    yield "doi", _verbatim(doi.value) if doi else ""
    urls = (item.value for item in record.identifiers if item.scheme == "url")
    yield "url", _verbatim(context.addresses.get(record.id) or next(urls, ""))
    yield "version", str(record.version)


def _notes(record: Record) -> Iterator[str]:
    date = edtf_of(record.date) or ""
    if _is_level_2(date):
        yield f"Date: one of {date}" if date.startswith("[") else f"Date: {date}"
    yield from derived_facts.dates_without_edtf(record)
    # `library` is for databases: no style prints it.
    yield from (f"Kept at: {words}" for words in derived_facts.kept_at(record))
    yield from (f"Published in: {words}" for words in derived_facts.published_in(record))
    if record.rights:
        yield f"Rights: {record.rights.statement}"


def _language(tag: str | None) -> str:
    if tag is None or tag in ("und", "mul", "mis", "zxx"):
        return ""
    return _tex(language_name(tag))


_LEVEL_1 = re.compile(
    r"-?[0-9]{4}(?:-[01][0-9](?:-[0-9]{2}|-XX)?|-2[1-4]|-XX(?:-XX)?)?[?~%]?(?:T.*)?"
    r"|-?[0-9]{2}(?:[0-9]X|XX)[?~%]?|Y-?[0-9]+[?~%]?|\.\.|"
)


def _is_level_2(date: str) -> bool:
    """Return whether a date, or an end of an interval, is not in level 0 or 1 of EDTF.

    biblatex refuses such dates.
    """
    return not all(_LEVEL_1.fullmatch(end) for end in date.split("/"))


def _names(agents: Sequence[Agent]) -> str:
    return " and ".join(map(_name, agents))


def _name(agent: Agent) -> str:
    name = derived_facts.family_and_given(agent)
    if name is None:
        return f"{{{_tex(agent.name)}}}"
    pieces = (name.family, name.suffix, name.given)
    return ", ".join(map(_piece, filter(None, pieces)))


def _piece(text: str) -> str:
    """Return a piece of a name, in braces if BibTeX would split it there."""
    return f"{{{_tex(text)}}}" if _SPLITS.search(text) else _tex(text)


_SPLITS = re.compile(r",|\band\b", re.IGNORECASE)


def _tex(text: str) -> str:
    """Return a string on one line, with the characters escaped that TeX reads as commands."""
    return "".join(_ESCAPES.get(sign, sign) for sign in " ".join(text.split()))


def _verbatim(address: str) -> str:
    """Return an address for a verbatim field, with braces encoded because they end the field."""
    return address.translate(_BRACES)
