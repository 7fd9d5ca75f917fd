"""Read an XML document without entities or network, and track which content is used.

Content that a reader interprets is "used". Content that a reader copies is "quoted", and must be in
the record. All other texts and attribute values are reported with their path, except an attribute
whose value is a complete value of the record.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from shlex import quote
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError
from archive_pkg.parsing import MalformedError, OverLimitError, parse_xml
from archive_pkg.records.file_kinds import WEB_PAGE, recognize, recognize_text
from archive_pkg.records.vocabularies.identifiers import identify
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.texts import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.reports import Finding

IMPORT_NOT_XML = Code(
    "import-not-xml", Severity.ERROR, "The file to import is not XML, or its XML is damaged."
)
IMPORT_TOO_LARGE = Code(
    "import-too-large", Severity.ERROR, "The file to import is larger than the limit."
)
IMPORT_HAS_ENTITIES = Code(
    "import-has-entities",
    Severity.ERROR,
    "The file to import declares entities, which are never expanded, so it was not read. "
    "Review the entities, then expand them with another tool.",
)
IMPORT_UNKNOWN = Code(
    "import-unknown", Severity.ERROR, "The file to import is not in a format that can be imported."
)
IMPORT_NOT_READ = Code(
    "import-not-read",
    Severity.ADVICE,
    "Something in the imported file was not understood, or a record has no field for it. The "
    "message names the element or attribute and its content.",
)

Element = Any
_TEXT_SUFFIXES = ("", ".txt", ".md", ".docx", ".odt")
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PREFIXES = {
    "http://www.w3.org/XML/1998/namespace": "xml:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}
# Characters that only separate words.
_SEPARATORS = " ,.;:–—-/|·"


@dataclass(frozen=True, slots=True)
class Held:
    """What records and their texts contain.

    Attributes:
        text: All values of the records, and their texts, one per line.
        values: The values that records have from their file, not from this program.
    """

    text: str = ""
    values: frozenset[str] = frozenset()


class XmlSource:
    """A document that tracks which content has been read.

    Attributes:
        root: The root element.
        name: The file's path or name, for findings.
        stem: The id of the letter, or its beginning, if the document does not have an id.
        bearers: For each identifier, the names that have it in the letters read so far, each with
            the letter's id.
    """

    def __init__(self, data: bytes, name: str, stem: str = "") -> None:
        try:
            self.root: Element = parse_xml(data, remove_pis=True)
        except MalformedError as error:
            message, hint = f"not XML: {error}", error.hint
            kind = recognize(data) or recognize_text(data.decode(errors="replace"))
            if kind and kind.name.startswith(("an image", "a PDF")):
                message = f"this is {kind.name}, not XML"
                hint = (
                    "Give a file in TEI, CMIF, EAD, MODS, MARCXML, Dublin Core, DataCite or Tropy."
                )
            elif data.lstrip(_BEFORE_MARKUP).startswith(b"<") and kind != WEB_PAGE:
                message = f"the XML is damaged: {error}"
                hint = error.hint or "Correct the file in an XML editor."
            elif kind and "XML" not in kind.name:
                message, hint = f"this is {kind.name}, not XML", kind.hint.replace("{}", name)
            elif PurePath(name).suffix.lower() in _TEXT_SUFFIXES:
                hint = f"If it is a letter, draft a record: archive-pkg draft {quote(name)}"
            finding = IMPORT_NOT_XML.at(Location(name, line=error.line), message, hint)
            if isinstance(error, OverLimitError):
                finding = IMPORT_TOO_LARGE.at(Location(name), str(error), error.hint)
            raise _refusal(f"{name} cannot be read as XML", Report([finding])) from error
        dtd = self.root.getroottree().docinfo.internalDTD
        declared = [entity.name for entity in _entities(dtd)] if dtd is not None else []
        if declared:
            finding = IMPORT_HAS_ENTITIES.at(
                Location(name),
                f"the file declares the entities {', '.join(map(str, declared[:5]))}",
                "If you trust the file, expand them first, for example with xmllint --noent.",
            )
            raise _refusal(f"{name} declares entities", Report([finding]))
        self.name = name
        # An id can have up to 128 characters: this leaves room for a number.
        self.stem = (stem or PurePath(name).stem)[:100]
        self.bearers: dict[tuple[str, str], list[tuple[str, str]]] = {}
        # Content that was interpreted, and content that was copied.
        self._used: set[tuple[Element, str]] = set()
        self._quoted: set[tuple[Element, str]] = set()

    @property
    def namespace(self) -> str:
        """The namespace of the root element; empty if it has none."""
        return str(self.root.tag).rpartition("}")[0].removeprefix("{")

    @cached_property
    def listed(self) -> dict[str, Element]:
        """The entries for persons, groups, organizations and places in a TEI file, by xml:id."""
        names = ("person", "personGrp", "org", "place")
        tags = (f"{{{self.namespace}}}{name}" for name in names)
        found = ((element.get(XML_ID), element) for element in self.root.iter(*tags))
        return {name: element for name, element in found if name}

    def all(self, below: Element | None, path: str) -> list[Element]:
        """Return the elements at a path below an element, such as `correspDesc/date`.

        The names are in the root's namespace.
        """
        if below is None:
            return []
        steps = "/".join(
            step if step in (".", "..", "") else f"{{{self.namespace}}}{step}"
            for step in path.split("/")
        )
        return list(below.iterfind(steps))

    def first(self, below: Element | None, path: str) -> Element | None:
        """Return the first element at a path; None if there is none."""
        found = self.all(below, path)
        return found[0] if found else None

    def mark_used(self, nodes: Iterable[tuple[Element, str]]) -> None:
        """Mark texts (an element and "text" or "tail") or attributes ("@name") as used."""
        self._used.update(nodes)

    def mark_all_used(self, element: Element) -> Element:
        """Mark an element and everything in it as used."""
        self._used.update((node, slot) for node, slot, _ in _contents(element))
        return element

    def attribute(self, element: Element, name: str) -> str | None:
        """Return an attribute's value, and mark it as used; None if it is missing or empty."""
        self._used.add((element, f"@{name}"))
        return fit(element.get(name))

    def identifier(self, element: Element, name: str) -> dict[str, str] | None:
        """Return the identifier in an attribute, and mark it as used; None if it has none."""
        found = identify(fit(element.get(name)))
        if found:
            self._used.add((element, f"@{name}"))
        return found

    def words(self, element: Element | None) -> str | None:
        """Return an element's text on one line, and mark it as quoted; None if it is empty."""
        if element is None:
            return None
        self._quoted.update(
            (node, slot) for node, slot, _ in _contents(element) if slot in ("text", "tail")
        )
        return text_of(element)

    def text(self, below: Element | None, path: str) -> str | None:
        """Return the text of the first element at a path, and mark it as quoted; None if none."""
        return self.words(self.first(below, path))

    def unread(
        self, roots: Iterable[Element], held: Held, skip: Iterable[Element] = ()
    ) -> Iterator[Finding]:
        """Yield a finding for each path below some elements whose content is not in the record.

        Args:
            roots: The elements.
            held: What the record and its texts contain.
            skip: Elements below `roots` to skip.
        """
        found: dict[str, Counter[str]] = {}
        left = set(skip)
        lines = set(held.text.split("\n"))
        for root in roots:
            for node, slot, content in _contents(root, left):
                said = content in lines and (node, slot) in self._quoted
                if not said and not self._is_held(node, slot, content, held):
                    found.setdefault(self._path(node, slot), Counter())[content] += 1
        for path, contents in found.items():
            listed = ", ".join(
                f"“{content}”" + (f" ({count} times)" if count > 1 else "")
                for content, count in contents.items()
            )
            yield self.not_read(f"{path}: {listed}")

    def _is_held(self, node: Element, slot: str, content: str, held: Held) -> bool:
        if (node, slot) in self._used:
            return True
        if slot.startswith("@"):
            # Not a short value, which could be in the record by chance.
            references = (one.removeprefix("#") for one in content.split())
            return len(content) > _SHORT and (
                content in held.values or held.values.issuperset(references)
            )
        bare = content.strip(_SEPARATORS)
        return not bare or ((node, slot) in self._quoted and bare in held.text)

    def _path(self, node: Element, slot: str) -> str:
        owner = node.getparent() if slot == "tail" else node
        names = [local(owner)]
        names += [local(up) for up in owner.iterancestors() if up is not self.root]
        if owner is self.root:
            names = []
        if slot.startswith("@"):
            names.insert(0, _attribute_name(slot))
        names.reverse()
        if len(names) > _DEEP and names[0] == "text":
            # In running text the same element occurs at any depth.
            names = ["text", "…", *names[-2:]]
        return "/".join(names) or local(owner)

    def not_read(self, what: str, hint: str = "") -> Finding:
        """Return the finding that something was not read."""
        return IMPORT_NOT_READ.at(Location(self.name), f"not read: {what}", hint)


_SHORT = 3
_DEEP = 3


def _contents(
    root: Element, skip: set[Element] | None = None
) -> Iterator[tuple[Element, str, str]]:
    """Yield every non-empty text and attribute below an element: node, slot, content."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for name, value in element.attrib.items():
            content = fit(value)
            if content:
                yield element, f"@{name}", content
        content = fit(element.text)
        if content:
            yield element, "text", content
        inner = []
        for child in element:
            content = fit(child.tail)
            if content:
                yield child, "tail", content
            if isinstance(child.tag, str) and not (skip and child in skip):
                inner.append(child)
        waiting += reversed(inner)


def _attribute_name(slot: str) -> str:
    namespace, _, name = slot[1:].rpartition("}")
    return f"@{_PREFIXES.get(namespace[1:], '')}{name}"


def _entities(dtd: Any) -> Iterator[Any]:
    yield from dtd.iterentities()


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Element | None) -> str | None:
    """Return an element's text on one line; None if it is empty."""
    return fit(words_of(element)) if element is not None else None


def fit(text: str | None) -> str | None:
    """Return text on one line without forbidden characters; None if nothing is left."""
    return " ".join(_UNFIT.sub(" ", text or "").split()) or None


def refuse_unknown(name: str, what: str, hint: str) -> InvalidError:
    """Return the error for a file that cannot be imported."""
    return _refusal(
        f"{name} cannot be imported", Report([IMPORT_UNKNOWN.at(Location(name), what, hint)])
    )


def _refusal(message: str, report: Report) -> InvalidError:
    return InvalidError(message, report=report)
