"""Help of commands in the language of messages.

Docstrings and options have their help in English. The catalogues have each paragraph and each help
of an option in the vocabulary "help".
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from archive_pkg.cli.language import message_language
from archive_pkg.messages import ENGLISH, language, term, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

F = TypeVar("F", bound="Callable[..., Any]")

_EXAMPLE = "Example:"
WORDS = ("Usage:", "Arguments:", "Options:", "Commands:", "default:", "required", _EXAMPLE)
"""The words around the texts."""


def help_texts(command: Any) -> Iterator[str]:
    """Yield the texts in the help of a command and its subcommands, as the catalogues have them."""
    texts = filter(None, _paragraphs(command.help))
    yield from (text for text in texts if not text.startswith(_EXAMPLE))
    for each in command.get_params(typer.Context(command)):
        if each.help:
            yield " ".join(each.help.split())
    for below in getattr(command, "commands", {}).values():
        yield from help_texts(below)


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(each.split()) for each in inspect.cleandoc(text or "").split("\n\n")]


def _translated(paragraph: str) -> str:
    if paragraph.startswith(_EXAMPLE):
        return term("help", _EXAMPLE) + paragraph.removeprefix(_EXAMPLE)
    return term("help", paragraph)


class _Formatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    """Writes headings and helps of parameters in the language of messages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or term("help", "Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        title = f"{heading}:"
        super().write_heading(term("help", title).removesuffix(":"))

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().write_dl([(name, _described(text)) for name, text in rows], *args, **options)


def _described(text: str) -> str:
    """Translate the help of a parameter, and what Typer adds: `  [default: 0; x>=0]`."""
    text, gap, added = re.fullmatch(r"(?s)(.*?)(?:(^|  )\[([^]]*)\])?", text).groups("")  # type: ignore[union-attr]
    words = " ".join(text.split())
    text = term("help", words)
    if not added:
        return text
    pairs = [each.partition(" ") for each in added.split("; ")]
    return f"{text}{gap}[{'; '.join(term('help', name) + sp + value for name, sp, value in pairs)}]"


class _Context(typer.Context):
    formatter_class = _Formatter


class _Translated:
    """A command whose help is in the language of messages."""

    context_class: Any = _Context
    _help: str | None

    def _in_current_language(self) -> str | None:
        if language() == ENGLISH or not self._help:
            return self._help
        return "\n\n".join(map(_translated, _paragraphs(self._help)))

    def _keep(self, text: str | None) -> None:
        self._help = text

    help = property(_in_current_language, _keep)

    def get_help(self, ctx: Any) -> str:
        """Return the complete help in the language of messages."""
        with within(message_language()):
            return super().get_help(ctx)  # type: ignore[misc, no-any-return]


class Command(_Translated, TyperCommand):
    """A command that is not a group."""


class _Group(_Translated, TyperGroup):
    pass


class Commands(typer.Typer):
    """A group of commands with help in the language of messages."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=_Group, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[F], F]:
        """Add a function as a command."""
        return super().command(name, **{"cls": Command, **settings})
