"""The catalogues have each text, in each language, with the same values."""

import importlib.util
import re
import string
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes

from archive_pkg.messages import (
    ENGLISH,
    LANGUAGES,
    _,
    known_language,
    language_wished,
    plural,
    script_texts,
    shown,
    term,
    within,
)
from archive_pkg.packages.page import rendering
from archive_pkg.projects.models import InterfaceLanguage

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "archive_pkg"
OTHERS = [tag for tag in LANGUAGES if tag != ENGLISH]


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "docs" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogues_have_the_texts_of_the_source_and_are_compiled(
    tool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = tool.extracted()
    monkeypatch.setattr(tool, "extracted", lambda: texts)
    for tag in OTHERS:
        for name, data in tool.written(tag).items():
            message = f"{name} is out of date: run python docs/catalogues.py, then translate"
            assert (tool.FOLDER / name).read_bytes() == data, message


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(map(str, texts)) if isinstance(texts, tuple) else (str(texts),)


def _names(text: str) -> set[str]:
    if "{" not in text:  # such as “Write } at its end”
        return set()
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("tag", OTHERS)
def test_each_text_is_translated_with_the_same_values(tag: str) -> None:
    with (SOURCE / "messages" / "catalogues" / f"{tag}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=tag)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        sources, forms = _forms(message.id), _forms(message.string)
        wanted = _names(sources[-1]) - {"called"}
        if message.fuzzy or not all(forms) or any(_names(x) - {"called"} != wanted for x in forms):
            wrong.append(message.id)
        if "html" in str(message.locations) and re.search('[<>&"]', "".join(forms)):
            wrong.append(message.id)
    assert wrong == []


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag in ("script", "style", "code")
        for name, value in attrs:
            if name in ("aria-label", "alt", "title", "placeholder") and value:
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


NOT_TRANSLATED = {"CMIF", "zip", "SHA-512", "SHA-256", "Enter", "Esc"}
UNMARKED: set[str] = set()
"""Folders of templates whose texts are not marked yet."""


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(SOURCE.rglob("templates/**/*.html")) if p.parent.name not in UNMARKED],
    ids=lambda path: path.name,
)
def test_templates_have_no_words_outside_of_the_catalogues(path: Path) -> None:
    tree = rendering.environment("archive_pkg.web").parse(path.read_text("utf-8"))
    parser = _Words()
    # Each expression becomes a sign, so that the tags stay complete.
    pieces = [
        piece.data if isinstance(piece, nodes.TemplateData) else "·"
        for output in tree.find_all(nodes.Output)
        for piece in output.nodes
    ]
    parser.feed("".join(pieces))
    words = {text.strip(" \n·.:,;()") for text in parser.found if re.search("[A-Za-z]{2}", text)}
    assert words <= NOT_TRANSLATED


def test_no_text_is_inside_an_f_string() -> None:
    """Babel does not see it there."""
    for path in SOURCE.rglob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            assert not re.search(r"\{(_|plural)\(", line), f"{path.name}: {line}"


def test_the_languages_of_the_project_file_are_those_of_the_interface() -> None:
    assert set(InterfaceLanguage.__args__) == set(LANGUAGES)  # type: ignore[attr-defined]


def test_a_message_is_english_and_is_shown_in_the_language_of_the_reader() -> None:
    text = plural("{n:,} document", "{n:,} documents", 12_345)
    assert text == "12,345 documents"
    assert shown(text, "de") == "12.345 Dokumente"
    assert shown(text, "fr") == "12\u202f345 documents"
    assert shown(text, "ru") == "12\xa0345 документов"
    assert shown(plural("{n:,} document", "{n:,} documents", 22), "ru") == "22 документа"
    assert shown("documents", "de") == "documents"
    with within("de"):
        assert _("yes") == "ja"
        assert _("checked on {date}", date=term("month", "May")) == "geprüft am Mai"
    assert _("yes") == "yes"
    assert script_texts("en") == {}
    assert len(script_texts("ru")["{n} document"]) == 3


@pytest.mark.parametrize(
    ("wish", "tag"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("it, fr;q=0.5, en;q=0.4", "fr"),
        ("en;q=0.1, ru;q=0.9", "ru"),
        ("fr;q=0, *", None),
        ("fr;q=x", None),
        ("", None),
    ],
)
def test_the_wish_of_a_browser(wish: str, tag: str | None) -> None:
    assert language_wished(wish) == tag


def test_locales() -> None:
    assert known_language("de_DE.UTF-8") == "de"
    assert known_language("C.UTF-8") is None
