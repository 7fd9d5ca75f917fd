"""Write reports as self-contained HTML pages, in which each picture is also given in words."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import TYPE_CHECKING

from archive_pkg.collection.reports.charts import STYLE, Bar, columns, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_STYLE = (
    """
:root { --ink: #1d1b16; --soft: #5a564c; --paper: #fffdf6; --line: #8d8775; --link: #1f4e79;
  --red: #a1231b; --green: #1f6b3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece6d8; --soft: #b5ae9e; --paper: #23211d;
  --line: #7a7465; --link: #9cc7ee; --red: #ff9c92; --green: #8fd6a6; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
table { border-collapse: collapse; } .wide { overflow-x: auto; } figure { margin: 1.5rem 0; }
@media (max-width: 30rem) { td, th { overflow-wrap: anywhere; } }
figcaption { font-weight: 600; } .picture { overflow-x: auto; } .picture svg { min-width: 28rem; }
.bad { color: var(--red); font-weight: 700; } .good { color: var(--green); }
summary { cursor: pointer; padding: .25rem 0; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); }
"""
    + STYLE
)


def report_page(title: str, body: str) -> str:
    """Return a report as a page.

    Args:
        title: The report's title.
        body: Its contents, as HTML.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{html.escape(title)}</h1>
{body}
</main>
</body>
</html>
"""


def figure(title: str, draw: Callable[[Sequence[Bar], str], str], bars: Sequence[Bar]) -> str:
    """Return counts as a picture, and as a table for readers who cannot see the picture."""
    lines = "".join(
        f"<tr><th scope='row'>{html.escape(bar.label)}</th><td>{bar.count:,}</td></tr>"
        for bar in bars
    )
    table = (
        f"<details><summary>Show as a table</summary><table><caption>{html.escape(title)}"
        f"</caption><tbody>{lines}</tbody></table></details>"
    )
    return framed(title, draw(bars, title), table)


def framed(title: str, picture: str, details: str) -> str:
    """Return a picture with its title and the same information in words."""
    escaped = html.escape(title)
    return (
        f"<figure><figcaption>{escaped}</figcaption><div class='picture' role='region' "
        f"aria-label='{escaped}' tabindex='0'>{picture}</div>{details}</figure>"
    )


def listed(names: Iterator[str]) -> str:
    """Return names as an HTML list; "" if there are none."""
    items = "".join(f"<li>{html.escape(name)}</li>" for name in names)
    return f"<ul>{items}</ul>" if items else ""


def stats_page(root: str, counted: Mapping[str, int | Mapping[str, int]]) -> str:
    """Return the counts of `Index.stats` as a page: single counts in a table, groups as pictures.

    Empty groups are left out.

    Args:
        root: The collection's folder.
        counted: Counts, or groups of counts, by name.
    """
    single = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th><td>{value:,}</td></tr>"
        for name, value in counted.items()
        if isinstance(value, int)
    )
    pictures = (
        figure(
            name.capitalize(),
            columns if name == "decades" else rows,
            [Bar(str(label), count) for label, count in value.items()],
        )
        for name, value in counted.items()
        if not isinstance(value, int) and value
    )
    return report_page(
        f"Contents of {root}", "\n".join((f"<table><tbody>{single}</tbody></table>", *pictures))
    )
