"""Classify the elements of TEI: blocks, divisions of the letter or of its editors, notes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

Element = Any

PART_KINDS = frozenset([
    "transcription", "translation", "redaction", "enclosure", "summary", "original",
])  # fmt: skip
"""The kinds of parts that our own export writes as the type of a `div`."""

_EDITORS = frozenset([
    "apparatus", "apparat", "app", "apparato", "bibliography", "bibliographie", "colophon",
    "contents", "description", "editorial", "endnotes", "endnoten", "footnotes", "fussnoten",
    "foreword", "glossary", "index", "indices", "literature", "metadata", "nachwort", "nota",
    "notas", "note", "notes", "preface", "preambule", "prefazione", "prefacio", "provenance",
    "przypisy", "register", "sources", "toc", "vorwort", "wstep",
])  # fmt: skip
_EDITORS_STEMS = re.compile(
    "annotation|anmerk|einleit|einfuhr|erlauter|comment|coment|komment|komentar|"
    "introdu|коммент|примечан|предислов|введени|вступлен"
)
_KINDS = {
    "translation": re.compile(
        "translat|traduc|traduz|tradutt|vertaling|oversatt|oversett|przeklad|tlumacz|preklad|"
        "перевод|переклад|.*ubersetz"
    ),
    "summary": re.compile(
        "summar|abstract|.*regest|synops|.*zusammenfass|resum|riassunt|sommario|streszcz|"
        "регест|резюме|аннотаци"
    ),
    "normalized": re.compile("normali[sz]|moderni[sz]|regulari[sz]|lesefassung|нормализ"),
    "enclosure": re.compile(
        "enclosure|attachment|beilage|anlage|annexe|allegat|zalacznik|приложени"
    ),
    "redaction": re.compile("redaction$"),
    "transcription": re.compile(
        "(?:original|transcription|transcript|transkription|letter|brief|lettre|print|diplomatic|"
        "edition|text|writing)$"
    ),
}
"""Patterns for the words in the type of a `div`; the first match decides its kind."""
LETTER_DIVISIONS = {
    "dateline": "date", "opener": None, "salute": "salutation", "salutation": "salutation",
    "address": "recipients", "closer": None, "closing": "closing", "signed": "signatories",
    "signature": "signatories", "postscript": "postscript", "ps": "postscript", "envelope": None,
    "dispatch": None,
}  # fmt: skip
"""The types of `div` that belong to the letter, even in `front` and `back`, with their zones."""
_LETTERS_ELEMENTS = (
    "opener", "closer", "dateline", "salute", "signed", "postscript",
)  # fmt: skip
UNTYPED = {
    "front": ("opener", "dateline", "salute", "address"),
    "back": ("closer", "dateline", "salute", "signed", "postscript", "address"),
}
"""Elements that show that an untyped part of `front` or `back` belongs to the letter. `signed` in
`front` does not count, since editors sign prefaces.
"""
BLOCKS = frozenset([
    "ab", "address", "argument", "body", "back", "byline", "closer",
    "dateline", "div", "div1", "div2", "div3", "docDate", "epigraph", "figure", "floatingText",
    "front", "group", "head", "lg", "list", "opener", "p", "postscript", "salute", "signed", "sp",
    "speaker", "table", "text", "trailer",
])  # fmt: skip
LINES = frozenset(["addrLine", "item", "l", "row"])
DIVISIONS = frozenset(["div", "div1", "div2", "div3", "floatingText", "text"])
LEFT_OUT = frozenset([
    "certainty", "del", "desc", "fw", "figDesc", "index", "interp", "interpGrp", "metamark", "rdg",
    "respons", "spanGrp", "witDetail",
])  # fmt: skip
"""Elements whose words are deleted, or are not from the letter."""
CHOSEN = ("sic", "orig", "abbr", "unclear", "seg", "lem", "rdg")
"""The alternatives in a `choice` or `app`, with the letter's own words first."""
BREAKS = frozenset(["lb", "pb", "cb", "gb"])
_LINE_ENDS = BREAKS | {"br"}
EMPTY = frozenset([
    "anchor", "gap", "graphic", "handShift", "milestone", "ptr", "space", "addSpan", "delSpan",
    "damageSpan", "listTranspose",
])  # fmt: skip
LISTS = frozenset([
    "listEvent", "listOrg", "listPerson", "listPlace", "listRelation", "titlePage",
])  # fmt: skip
"""Elements that never belong to the letter: an edition's lists and title page."""
NOTES = {"supplied": "insertion", "corr": "insertion", "unclear": "uncertain", "sic": "sic"}
SEGMENTS = frozenset([
    "editorial", "illegible", "omission", "source-term", "withheld",
])  # fmt: skip
"""Kinds of notes that our own export writes as a `seg` around the words."""
PLACES = frozenset([
    "bloc", "country", "district", "geogName", "placeName", "region", "settlement",
])  # fmt: skip
NAMES = frozenset(["persName", "orgName", "rs", "name", "date"]) | PLACES
WRITERS = frozenset(["author", "authorial", "writer", "original", "autograph"])
"""Types of notes by the letter's writer."""
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ILLEGIBLE = ("illegible", "damage", "damaged", "faded", "hole", "lost", "torn")
REASONS = ("reason", "cert", "evidence", "extent", "quantity", "unit", "agent", "source")


def reasons_of(element: Element) -> str | None:
    """Return the reasons in the attributes of a gap or of doubtful words, as text, or None."""
    values = [element.get(name) for name in REASONS if element.get(name)]
    inner = words_of(element) if tag_of(element) == "gap" else None
    return " ".join(filter(None, (*values, inner))) or None


def is_citation(element: Element, name: str) -> bool:
    """Return whether an element is an edition's bibliographic entry, not words in a sentence."""
    return name in ("bibl", "biblStruct", "listBibl", "msDesc") and (
        tag_of(element.getparent()) in (*DIVISIONS, "back", "body", "front", "group")
    )


def kind_of(element: Element, above: str) -> str:
    """Return the kind of a division: a kind of part, "editors", or "" for its parent's kind."""
    if above in ("front", "back") and not _is_letters(element):
        kind = _named_kind(element)
        return kind if kind not in ("", "transcription") else "editors"
    return _named_kind(element)


def is_version(element: Element, name: str) -> bool:
    """Return whether an `ab`, `argument` or `list` is a version or section by its type or name."""
    return name in ("ab", "argument", "list") and bool(_named_kind(element))


def is_endnote(item: Element) -> bool:
    """Return whether the item of a list is an editor's note."""
    above = item.getparent()
    return tag_of(above) == "list" and _named_kind(above) == "editors"


def _named_kind(element: Element) -> str:
    if (element.get(XML_ID) or "").startswith("part-") and element.get("type") in PART_KINDS:
        return str(element.get("type"))
    words = words_in(element.get("type"), element.get("subtype"))
    if tag_of(element) == "argument" and not words:
        return "summary"  # It lists the topics of a division.
    if words & _EDITORS or any(map(_EDITORS_STEMS.search, words)):
        return "editors"
    return next((kind for kind, stems in _KINDS.items() if any(map(stems.match, words))), "")


def _is_letters(element: Element) -> bool:
    """Return whether a division of `front` or `back` belongs to the letter."""
    words = words_in(element.get("type"))
    if words & LETTER_DIVISIONS.keys():
        return True
    if not words:
        return has_element(element, UNTYPED[tag_of(element.getparent())])
    return not _named_kind(element) and has_element(element, _LETTERS_ELEMENTS)


def has_element(element: Element, names: tuple[str, ...]) -> bool:
    """Return whether an element has one of the names, or contains an element with one."""
    return any(tag_of(inner) in names for inner in element.iter("*"))


def is_evidence(note: Element) -> bool:
    """Return whether a note belongs to an annotation with evidence that our own export wrote."""
    return any(
        tag_of(above) == "listAnnotation" and above.get("type") == "evidence"
        for above in note.iterancestors()
    )


def has_target(note: Element) -> bool:
    """Return whether a note has a target."""
    return tag_of(note) == "note" and bool((note.get("target") or note.get("from") or "").strip())


def words_in(*texts: str | None) -> set[str]:
    """Return the words of attributes, folded: "editorial-comment" has two."""
    apart = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _plain(text)) for text in texts if text)
    return {
        re.sub("([aou])e", r"\1", word)
        for text in apart
        for word in re.findall(r"[^\W\d_]+", text.casefold())
    }


def _plain(text: str) -> str:
    """Return a string without accents: "ubersetzung" for "übersetzung"."""
    bare = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return bare.translate(_LIGATURES)


_LIGATURES = str.maketrans({"æ": "a", "Æ": "A", "œ": "o", "Œ": "O", "ø": "o", "Ø": "O", "ł": "l"})


def primary_language(tag: str | None) -> str:
    """Return the language in a language tag, without script and country; "" if there is no tag."""
    return (tag or "").strip().casefold().replace("_", "-").partition("-")[0]


def language_around(element: Element) -> str:
    """Return the language that an element inherits, or the only one of the header, or "".

    `xml:lang` of the complete file is ignored, because it can be the edition's language.
    """
    for above in (element, *element.iterancestors()):
        if tag_of(above) in ("TEI", "teiCorpus"):
            languages = {
                primary_language(e.get("mainLang") or e.get("ident"))
                for e in above.iterfind("{*}teiHeader//*")
                if tag_of(e) in ("textLang", "language")
            }
            return languages.pop() if len(languages) == 1 else ""
        if above.get(XML_LANG):
            return primary_language(above.get(XML_LANG))
    return ""


def zone_of(element: Element, name: str) -> str | None:
    """Return the zone of a letter that an element is, such as "salutation", or None."""
    if name == "seg" and element.get("type") == "classification":
        return "classification"
    if name == "div":
        return LETTER_DIVISIONS.get((element.get("type") or "").casefold())
    if name == "date" and tag_of(element.getparent()) in ("opener", "closer"):
        return "date"
    if name not in ("salute", "address", "dateline", "signed", "postscript"):
        return None
    parents = {tag_of(parent) for parent in element.iterancestors()}
    if name == "salute":
        return "closing" if "closer" in parents else "salutation"
    if name == "address":
        return "recipients" if "opener" in parents and "dateline" not in parents else None
    return {"dateline": "date", "signed": "signatories"}.get(name, name)


def words_of(element: Element) -> str | None:
    """Return an element's words on one line, or None if it has none.

    A space separates neighbouring elements without text between them, and dates from words.
    """
    return " ".join("".join(_flat(element)).split()) or None


def _flat(element: Element) -> list[str]:
    own = [element.text or "", *(child.tail or "" for child in element)]
    apart = not any(text.strip() for text in own)
    pieces = [element.text or ""]
    for child in element:
        between = apart
        if isinstance(child.tag, str):
            is_date = tag_of(child) in ("unitdate", "date")
            pieces += [" "] if is_date and pieces[-1][-1:].isalnum() else []
            pieces += _flat(child)
            between |= tag_of(child) in _LINE_ENDS and child.get("break") != "no"
            between |= is_date and (child.tail or "")[:1].isalnum()
        pieces += [" " if between else "", child.tail or ""]
    return pieces


def tag_of(element: Element | None) -> str:
    """Return the name of an element without its namespace; empty for None."""
    return str(element.tag).rpartition("}")[2] if element is not None else ""
