"""Messages in the reader's language, from gettext catalogues.

The source has each text in English: `_("{path} is missing", path=path)`. A text is English unless
it is made `within` another language, as pages are. It also remembers what it was made from, so
that `shown` can put an English message into the reader's language when it is printed. Everything
that is written into packages, exports and JSON is made outside of `within` and stays English.
"""

from __future__ import annotations

import string
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from gettext import GNUTranslations

P = ParamSpec("P")
R = TypeVar("R")

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "fr": "français", "ru": "русский"}
"""The languages of the interface by their tags, each with its own name."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Return the language in which texts are made here."""
    return _language.get()


@contextmanager
def within(tag: str) -> Iterator[None]:
    """Make texts in a language of `LANGUAGES`."""
    token = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(token)


def in_english(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function write English, wherever it is called: its texts go into files."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        if _language.get() == ENGLISH:
            return function(*args, **kwargs)
        with within(ENGLISH):
            return function(*args, **kwargs)

    return inner


class Message(str):
    """A text that remembers what it was made from.

    Attributes:
        sources: The English text; for a text with a number also its plural. `{name}` stands for a
            value.
        values: The values; `n` is the number.
        context: What tells the text from the same words with another meaning; empty if not needed.
    """

    __slots__ = ("context", "sources", "values")
    sources: tuple[str, ...]
    values: dict[str, Any]
    context: str

    def __str__(self) -> Message:
        """Return the message itself, so that the text of an exception is still a message."""
        return self

    def mapped(self, function: Callable[[str], str]) -> Message:
        """Return the message with its values, which may come from a file, changed.

        Args:
            function: Changes a string.
        """
        return _made(
            self.context, self.sources, {k: _mapped(v, function) for k, v in self.values.items()}
        )

    def within(self, tag: str) -> Message:
        """Return the text in a language of `LANGUAGES`."""
        if tag == ENGLISH:
            one, many = self.sources[0], self.sources[-1]
            form = one if len(self.sources) == 1 or self.values["n"] == 1 else many
        else:
            form = _translated(catalogue(tag), self.context, self.sources, self.values.get("n", 0))
        values = {name: shown(value, tag) for name, value in self.values.items()}
        made = Message(_FORMATTERS[tag].vformat(form, (), values) if values else form)
        made.sources, made.values, made.context = self.sources, self.values, self.context
        return made


def _mapped(value: Any, function: Callable[[str], str]) -> Any:
    if isinstance(value, Message):
        return value.mapped(function)
    return value if isinstance(value, int | float) else function(str(value))


def _made(context: str, sources: tuple[str, ...], values: dict[str, Any]) -> Message:
    made = Message()
    made.sources, made.values, made.context = sources, values, context
    return made.within(_language.get())


def _(text: str, /, **values: Any) -> Message:
    """Return a text in the current language.

    Args:
        text: The text in English. `{name}` stands for a value; `{name:,}` groups its digits. With
            values, braces are doubled.
        values: The values by their names.
    """
    return _made("", (text,), values)


def plural(one: str, many: str, n: int, /, **values: Any) -> Message:
    """Return a text with a number, `{n}` or `{n:,}`, in the current language.

    Args:
        one: The text in English for 1.
        many: The text in English for other numbers.
        n: The number.
        values: More values by their names.
    """
    return _made("", (one, many), {"n": n, **values})


def sentence(text: str) -> Message:
    """Return a message as a sentence, with a full stop."""
    return _("{text}.", text=text)


def sentences(texts: Sequence[str]) -> str:
    """Return sentences one after the other."""
    first, *more = texts
    for text in more:
        first = _("{text} {more}", text=first, more=text)
    return first


def capital(text: Message) -> Message:
    """Return a message whose English text begins with a capital letter."""
    made = Message(text[:1].upper() + text[1:])
    made.sources, made.values, made.context = text.sources, text.values, text.context
    return made


def joined(names: Sequence[str]) -> str:
    """Return names with "and" before the last one."""
    *first, last = names
    return _("{names} and {last}", names=", ".join(first), last=last) if first else last


def term(context: str, word: str) -> Message:
    """Return a word of a vocabulary in the current language; unchanged if it has no translation.

    Args:
        context: The vocabulary, such as "part" for kinds of parts.
        word: The word in English.
    """
    return _made(context, (word,), {})


def shown(text: Any, tag: str) -> Any:
    """Return a message in a language; any other value unchanged."""
    return text.within(tag) if isinstance(text, Message) else text


def lowered(label: str) -> str:
    """Return a label as it is within a sentence: English does not capitalize it there."""
    return label.lower() if _language.get() == ENGLISH else label


def capitalized(text: str) -> str:
    """Return a text with a capital at its start."""
    return text[:1].upper() + text[1:]


@cache
def catalogue(tag: str) -> GNUTranslations:
    """Return the catalogue of a language other than English."""
    from gettext import GNUTranslations

    with (files("archive_pkg.messages") / "catalogues" / f"{tag}.mo").open("rb") as stream:
        return GNUTranslations(stream)


def _translated(
    translations: GNUTranslations, context: str, sources: tuple[str, ...], n: int
) -> str:
    match context, sources:
        case "", (text,):
            return translations.gettext(text)
        case _, (text,):
            return translations.pgettext(context, text)
        case _, (one, many):
            return translations.ngettext(one, many, n)
    raise AssertionError(sources)


class _Formatter(string.Formatter):
    """Formats values; `{n:,}` has the language's separator of thousands."""

    def __init__(self, tag: str) -> None:
        self.tag = tag

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(format(value, format_spec))
        if format_spec == "," and self.tag != ENGLISH:
            text = text.replace(",", catalogue(self.tag).pgettext("thousands", ","))
        return text


_FORMATTERS = {tag: _Formatter(tag) for tag in LANGUAGES}


def script_texts(tag: str) -> dict[str, list[str]]:
    """Return the texts of scripts in a language: the forms of each, by the English text."""
    if tag == ENGLISH:
        return {}
    texts: dict[str, list[str]] = {}
    for key, text in catalogue(tag)._catalog.items():  # type: ignore[attr-defined]
        name, number = key if isinstance(key, tuple) else (key, 0)
        if name and "\x04" not in name:
            texts.setdefault(name, []).insert(number, text)
    return texts


def known_language(wish: str) -> str | None:
    """Return the language of the interface that a tag or locale means, such as de_AT; or None."""
    tag = wish.replace("_", "-").partition(".")[0].split("-")[0].strip().lower()
    return tag if tag in LANGUAGES else None


def language_wished(accept: str) -> str | None:
    """Return the first language of the interface in an Accept-Language header, or None.

    Languages are taken by their weight (RFC 9110, 12.5.4).
    """
    wishes: list[tuple[float, int, str]] = []
    for number, wish in enumerate(accept.split(",")[:50]):
        tag, _, weight = wish.partition(";")
        name, _, value = weight.partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        known = known_language(tag)
        if known and quality > 0:
            wishes.append((-quality, number, known))
    return min(wishes)[2] if wishes else None
