"""Render templates with their style sheets, scripts and content security policies.

Templates escape all values of records. Only our own style sheets and scripts are marked safe.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archive_pkg import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jinja2 import Environment
    from markupsafe import Markup

_HERE = "archive_pkg.packages.page"


def render(
    template: str, shown: Mapping[str, Any] | None = None, /, package: str = _HERE, **more: Any
) -> str:
    """Render a page from its template.

    Args:
        template: The template's name.
        shown: The values that it shows.
        package: The Python package with the template, which may extend the templates of this one.
        more: More values.
    """
    return environment(package).get_template(template).render({**(shown or {}), **more})


@cache
def asset(name: str, package: str = _HERE) -> str:
    """Return a style sheet, script or template that ships with the program."""
    return (files(package) / "templates" / name).read_text(encoding="utf-8")


def script(name: str, package: str, language: str) -> str:
    """Return a script with its texts in a language, and the functions that show them."""
    text = asset(name, package)
    used = {
        key: forms for key, forms in messages.script_texts(language).items() if f'"{key}"' in text
    }
    data = json.dumps(used, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"const TEXTS = {data};\n{asset('texts.js', package)}{text}"


def policy(
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    own: bool = False,
    images: bool = False,
) -> str:
    """Return a content security policy that allows a page only its own content.

    Args:
        styles: The style sheets in the page.
        scripts: The scripts in the page.
        own: Whether the page also uses style sheets, scripts and images of its own site.
        images: Whether the page also uses images of its own site.
    """

    def sources(texts: Sequence[str]) -> str:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts if text)
        named = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        return " ".join((["'self'"] if own else []) + named) or "'none'"

    shown = "data: 'self'" if own or images else "data:"
    return (
        f"default-src 'none'; img-src {shown}; "
        f"style-src {sources(styles)}; script-src {sources(scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def environment(package: str = _HERE) -> Environment:
    """Return the Jinja environment for the templates of a Python package and of this one."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((package, _HERE))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return with_texts(made)


def with_texts(environment: Environment) -> Environment:
    """Give templates the functions for texts, and show messages in the language of the page."""
    environment.finalize = _in_language
    environment.globals |= {
        "_": _marked(messages._),
        "plural": _marked(messages.plural),
        "term": messages.term,
        "capitalized": messages.capitalized,
        "lowered": messages.lowered,
        "language": messages.language,
    }
    return environment


def _in_language(value: Any) -> Any:
    return messages.shown(value, messages.language())


def _marked(text_of: Callable[..., messages.Message]) -> Callable[..., Markup]:
    """Make a function of `messages` return HTML: its values are escaped, unless they are HTML."""

    def inner(*args: Any, **values: Any) -> Markup:
        from markupsafe import Markup, escape

        safe = {name: escape(v) if isinstance(v, str) else v for name, v in values.items()}
        return Markup(text_of(*args, **safe))  # noqa: S704 - texts of templates have no markup

    return inner
