"""Read the types of documents, and the properties of each, from `data/document_types.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.vocabularies.terms import read_vocabulary


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of document.

    Attributes:
        id: The type's id, such as "memorandum-of-conversation".
        label: The name for readers, such as "Memorandum of conversation".
        plural: The label of several such documents. For a record's own type, it is the label.
        definition: What such a document is.
        correspondence: Whether it is sent from one party to another.
        title: The form of its title. `{field}` stands for a field in words. Text in brackets is
            left out if the field in it is empty.
        states: Groups of fields. A complete record has at least one field of each.
        schema_org: The type in schema.org.
        csl: The type in the Citation Style Language.
        bibtex: The entry type in BibTeX.
    """

    id: str
    label: str
    plural: str
    definition: str
    correspondence: bool
    title: str
    states: tuple[tuple[str, ...], ...]
    schema_org: str
    csl: str
    bibtex: str

    @property
    def word(self) -> str:
        """The label within a sentence, "memorandum of conversation"."""
        return self.label[0].lower() + self.label[1:]


@cache
def document_types() -> dict[str, DocumentType]:
    """Return the known types of documents by their ids."""
    return {
        entry["id"]: DocumentType(
            **{
                **entry,
                "correspondence": entry["correspondence"] == "true",
                "states": tuple(map(tuple, entry["states"])),
            }
        )
        for entry in read_vocabulary("document_types.yaml")
    }


def type_called(label: str) -> str | None:
    """Return the id of the type with a label, ignoring case; None if there is none."""
    labels = {each.label.casefold(): each.id for each in document_types().values()}
    return labels.get(label.casefold())


def type_in_words(text: str) -> str | None:
    """Return the id of the type that an id, label or word in a list means; None if none."""
    low = text.casefold()
    return _WORDS.get(low) or type_called(text) or (low if low in document_types() else None)


_WORDS = {
    "brief": "letter", "lettre": "letter", "письмо": "letter", "telegramm": "telegram",
    "телеграмма": "telegram", "memo": "memorandum", "vermerk": "note", "notiz": "note",
    "bericht": "report", "записка": "memorandum", "доклад": "report",
}  # fmt: skip


def known_type(name: str) -> str:
    """Return the id of a type unchanged if the table has it.

    Raises:
        Fault: The table does not have it.
    """
    known = document_types()
    if name not in known:
        near = get_close_matches(name.lower().replace(" ", "-"), known, 1)
        meant = _("Did you mean {near}? ", near=near[0]) if near else ""
        raise Fault(
            _("“{name}” is not a known type of document", name=name),
            _("{meant}Write one of {known}.", meant=meant, known=", ".join(known)),
        )
    return name
