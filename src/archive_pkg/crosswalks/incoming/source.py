"""An XML document from elsewhere: read without entities or network, and watched for what is read.

Whatever a reader does not take is told at the end, so that nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPORT_NOT_XML = Code("import-not-xml", Severity.ERROR, "The file to import is not XML.")
IMPORT_HAS_ENTITIES = Code(
    "import-has-entities",
    Severity.ERROR,
    "The file to import declares entities. None is expanded, so the file is not read; expand them "
    "with a tool of your choice, after looking at them.",
)
IMPORT_UNKNOWN = Code(
    "import-unknown", Severity.ERROR, "The file to import is in none of the formats that are read."
)
IMPORT_NOT_READ = Code(
    "import-not-read",
    Severity.ADVICE,
    "The imported file says something that a record has no place for, or that is not understood.",
)

Element = Any
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Source:
    """A document, and which of its elements have been taken.

    Attributes:
        root: Its first element.
        name: The file's name, for findings.
    """

    def __init__(self, data: bytes, name: str) -> None:
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True
        )
        try:
            self.root: Element = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            place = Location(name, line=error.lineno or None)
            words = str(error.msg or "it is empty")
            raise _refusal(
                f"{name} is not XML", Report([IMPORT_NOT_XML.at(place, f"not XML: {words}")])
            ) from error
        dtd = self.root.getroottree().docinfo.internalDTD
        declared = [entity.name for entity in _entities(dtd)] if dtd is not None else []
        if declared:
            finding = IMPORT_HAS_ENTITIES.at(
                Location(name),
                f"it declares the entities {', '.join(map(str, declared[:5]))}",
                "expand them first, for example with xmllint --noent, if you trust the file",
            )
            raise _refusal(f"{name} declares entities", Report([finding]))
        self.name = name
        self._taken: set[Element] = set()

    @property
    def namespace(self) -> str:
        """The namespace of the first element; empty if it has none."""
        return str(self.root.tag).rpartition("}")[0].removeprefix("{")

    @cached_property
    def listed(self) -> dict[str, Element]:
        """Persons, bodies and places that a TEI file lists, by their xml:id."""
        names = ("person", "personGrp", "org", "place")
        tags = (f"{{{self.namespace}}}{name}" for name in names)
        found = ((element.get(_XML_ID), element) for element in self.root.iter(*tags))
        return {name: element for name, element in found if name}

    def all(self, below: Element, path: str) -> list[Element]:
        """The elements at a path of names in the document's namespace, `correspDesc/date`."""
        steps = "/".join(
            step if step in (".", "..", "*", "") else f"{{{self.namespace}}}{step}"
            for step in path.split("/")
        )
        return list(below.iterfind(steps))

    def first(self, below: Element | None, path: str) -> Element | None:
        """The first element at a path."""
        found = self.all(below, path) if below is not None else []
        return found[0] if found else None

    def take(self, element: Element) -> Element:
        """Note that an element was read, with all that stands in it."""
        self._taken.update(element.iter())
        return element

    def words(self, element: Element | None) -> str | None:
        """An element's text on one line, and the element taken; None if it says nothing."""
        if element is None:
            return None
        return text_of(self.take(element))

    def text(self, below: Element | None, path: str) -> str | None:
        """The text of the first element at a path."""
        return self.words(self.first(below, path))

    def untaken(self, below: Element) -> Iterator[tuple[str, int]]:
        """The paths of elements below one that say something and were not taken, with counts."""
        counts: Counter[str] = Counter()
        for element in below.iter("*"):
            if element not in self._taken and _says_something(element):
                names = [local(element)]
                names += [local(up) for up in element.iterancestors() if up is not self.root]
                counts["/".join(reversed(names))] += 1
        yield from counts.items()

    def not_read(self, what: str, count: int = 1, hint: str = "") -> Any:
        """A finding that something was not read."""
        times = f" ({count} times)" if count > 1 else ""
        return IMPORT_NOT_READ.at(
            Location(self.name), f"not read: {what}{times}", hint or "the file itself is kept"
        )


def _entities(dtd: Any) -> Iterator[Any]:
    yield from dtd.iterentities()


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Element) -> str | None:
    """An element's text on one line, as a record takes it; None if it says nothing."""
    return fit(element.xpath("string()"))


def fit(text: str | None) -> str | None:
    """Text on one line without the characters that a record refuses; None if nothing is left."""
    return " ".join(_UNFIT.sub(" ", text or "").split()) or None


def refuse_unknown(name: str, what: str, hint: str) -> InvalidError:
    """The error for a file in no format that is read."""
    return _refusal(
        f"{name} cannot be imported", Report([IMPORT_UNKNOWN.at(Location(name), what, hint)])
    )


def _refusal(message: str, report: Report) -> InvalidError:
    return InvalidError(message, report=report)


def _says_something(element: Element) -> bool:
    if (element.text or "").strip():
        return True
    attributes = {name for name in element.attrib if not name.startswith("{")}
    return bool(attributes - {"n", "type"}) and not len(element)
