"""Templates and what goes with them: style sheets, scripts, and policies that let nothing else in.

Everything that comes from records is escaped; what is not is ours, and is marked so.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment


def render(template: str, shown: Mapping[str, Any] | None = None, /, **more: Any) -> str:
    """A page from its template and what it shows."""
    return environment().get_template(template).render({**(shown or {}), **more})


@cache
def asset(name: str) -> str:
    """A style sheet or script that ships with the program."""
    return (files("archive_pkg.pages") / "templates" / name).read_text(encoding="utf-8")


def policy(*, styles: Sequence[str] = (), scripts: Sequence[str] = (), own: bool = False) -> str:
    """A content security policy under which a page loads nothing that is not its own.

    Args:
        styles: The style sheets that stand in the page.
        scripts: The scripts that stand in it.
        own: Whether it has others in files beside it.
    """

    def sources(texts: Sequence[str]) -> str:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts if text)
        named = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        return " ".join((["'self'"] if own else []) + named) or "'none'"

    images = "data: 'self'" if own else "data:"
    return (
        f"default-src 'none'; img-src {images}; "
        f"style-src {sources(styles)}; script-src {sources(scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def environment() -> Environment:
    """What renders the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("archive_pkg.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
