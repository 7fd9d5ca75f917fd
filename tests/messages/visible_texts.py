"""Find English on pages that are in another language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from archive_pkg.messages import catalogue

_SPOKEN = {"aria-label", "alt", "title", "placeholder"}
_VOID = {"meta", "link", "input", "img", "br", "wbr", "hr", "source"}
_SILENT = {"script", "style", "code", "bdi", "mark", "kbd", "textarea", "pre"}


class _Texts(HTMLParser):
    """Collects what a reader sees or hears, without values and texts in other languages."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        silent = self.open[-1][1] if self.open else False
        own = known.get("lang")
        if own is not None:
            silent = own != self.language
        silent = silent or tag in _SILENT or known.get("dir") == "auto"
        if not silent:
            self.found += [str(value) for name, value in attrs if name in _SPOKEN]
        if tag not in _VOID:
            self.open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]) and data.strip():
            self.found.append(" ".join(data.split()))


def visible(html: str, language: str) -> list[str]:
    """Return the texts of a page that are the interface's own."""
    parser = _Texts(language)
    parser.feed(html)
    return parser.found


def english_on(html: str, language: str) -> set[str]:
    """Return the texts of a page that are English texts of the catalogue."""
    known = list(_patterns(language))
    return {
        text
        for text in visible(html, language)
        if re.search(r"[A-Za-z]{3}", text) and any(one.fullmatch(text) for one in known)
    }


def _patterns(language: str) -> Iterator[re.Pattern[str]]:
    for key, text in catalogue(language)._catalog.items():  # type: ignore[attr-defined]
        source = (key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2]
        plain = re.sub(r"\{[^}]*\}", "", source)
        # A text of few words and a value, "{kind} in {language}", would find sentences of records.
        if source != text and len(re.findall("[A-Za-z]", plain)) > (2 if plain == source else 12):
            yield re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(source)))
