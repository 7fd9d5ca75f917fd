"""Import TEI P5: a letter with its text, or the `correspDesc` elements of a CMIF file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archive_pkg.interchange.importing import cmif
from archive_pkg.interchange.importing.imported_record import (
    LETTERS,
    Imported,
    ImportedDraft,
    record_id,
)
from archive_pkg.interchange.importing.tei_annotations import read_evidence
from archive_pkg.interchange.importing.tei_header import TeiHeader, own_id
from archive_pkg.interchange.importing.tei_text import TeiText
from archive_pkg.interchange.importing.watched_xml import (
    XML_ID,
    XmlSource,
    local,
    refuse_unknown,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.importing.watched_xml import Element

ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "variant_titles", "authors", "sender", "recipients", "copies_to",
    "date.edtf", "date.as_written", "date.note", "received.edtf", "received.as_written",
    "received.note", "place.name", "place.identifiers", "summary.text", "summary.author",
    "signatories", "subjects.term",
    "holdings.repository", "holdings.levels", "custody", "publications", "rights.statement",
    "rights.licence", "rights.holder", "enclosures.title", "mentioned_places.name", "identifiers",
    "salutation", "closing", "mentioned_agents", "attention", "number", "distribution",
    "copy_number", "filing_reference", "extent", "excerpt", "dispatched", "received.place.name",
    "recorded.kind", "recorded.edtf", "recorded.place.name", "participants.part",
    "participants.office", "participants.side", "items.title", "items.number", "items.record",
    "enclosures.number", "enclosures.record", "relations",
])  # fmt: skip
"""The fields that survive an export to TEI and an import from it."""


_SIGNS = ("correspDesc", "opener", "closer", "salute", "postscript")
"""Elements that letters have."""


def read(source: XmlSource, data: bytes) -> list[Imported]:
    """Return a record for each letter: `TEI` in a corpus, `correspDesc` in an index.

    Any other file is one letter.
    """
    if local(source.root) == "teiCorpus":
        return _read_corpus(source, data)
    described = source.all(source.root, "teiHeader/profileDesc/correspDesc")
    if len(described) > 1 or (described and not _is_letter(source, described[0])):
        return cmif.read(source, described, data)
    name = _letter_id(source, source.root, source.stem)
    return [_read_letter(source, source.root, data, name, [source.root])]


def _read_corpus(source: XmlSource, data: bytes) -> list[Imported]:
    """Return a record for each `TEI` of a `teiCorpus`."""
    letters = source.all(source.root, ".//TEI")
    if not letters:
        raise refuse_unknown(
            source.name,
            "its teiCorpus has no TEI element",
            "Put each letter into it as a TEI element.",
        )
    numbered = [f"{source.stem}-{number}" for number in range(1, len(letters) + 1)]
    names = [_letter_id(source, *each) for each in zip(letters, numbered, strict=True)]
    counts = Counter(record_id(name).casefold() for name in names)
    found: list[Imported] = []
    for letter, own, number in zip(letters, names, numbered, strict=True):
        name = own if counts[record_id(own).casefold()] == 1 else number
        # Unread content of the corpus header is reported once, with the first letter.
        roots, skip = ([letter], []) if found else ([source.root], letters[1:])
        found.append(_read_letter(source, letter, data, name, roots, skip))
    return found


def _is_letter(source: XmlSource, described: Element) -> bool:
    """Return whether a file with one `correspDesc` is a letter, and not an index of one letter.

    A letter has text or was exported by this program, or its `correspDesc` has no key and source.
    """
    texts = source.all(source.root, "text/body")
    has_text = any(text_of(body) for body in texts) or own_id(source, source.root) is not None
    return has_text or not (described.get("key") or described.get("source"))


def _type(source: XmlSource, root: Element) -> str:
    """Return "letter" if the header or the text has signs of a letter, else "other"."""
    space = f"{{{source.namespace}}}"
    header = source.first(root, "teiHeader/fileDesc")
    titles = source.all(header, "titleStmt/title") + source.all(header, "seriesStmt/title")
    typed = root.iter(*(f"{space}{name}" for name in ("TEI", "msDesc", "text", "div")))
    said = (*(text_of(title) or "" for title in titles), *(one.get("type") or "" for one in typed))
    signs = root.iter(*(f"{space}{name}" for name in _SIGNS))
    is_letter = own_id(source, root) or next(signs, None) is not None
    return "letter" if is_letter or any(map(LETTERS.search, said)) else "other"


def _letter_id(source: XmlSource, root: Element, otherwise: str) -> str:
    return source.attribute(root, XML_ID) or own_id(source, root) or otherwise


def _read_letter(
    source: XmlSource,
    letter: Element,
    data: bytes,
    name: str,
    roots: Sequence[Element],
    skip: Sequence[Element] = (),
) -> Imported:
    """Return the record of one `TEI` element."""
    draft = ImportedDraft(source, name, "", _type(source, letter))
    header = TeiHeader(source, letter, draft)
    header.read()
    text = TeiText(header, data)
    text.read()
    header.read_titles()
    if header.is_ours:
        read_evidence(text)
    return draft.finish(roots, skip)
