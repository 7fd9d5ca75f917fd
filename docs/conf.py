"""Settings of Sphinx for the documentation as a site: make site-docs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.version import VERSION

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "archive_pkg"
release = VERSION
extensions = ["myst_parser"]
include_patterns = ["docs/**.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
include_patterns += ["benchmarks/README.md", "tests/README.md", "tests/mutants/README.md"]
exclude_patterns = [".*", "build", "demo", "dist", "packages", "src"]
root_doc = "docs/index"
myst_heading_anchors = 4
nitpicky = True
html_theme = "furo"
html_title = "archive_pkg"
html_show_copyright = False
html_copy_source = False

_SECTIONS = {
    "Tutorial": "tutorial",
    "How-to guides": "how-to",
    "Reference": "reference",
    "Explanation": "explanation",
}
_PROJECT = [
    *("design", "decisions/index", "../CHANGELOG", "../CONTRIBUTING", "../SECURITY"),
    *("../tests/README", "../tests/mutants/README", "../benchmarks/README"),
]


def setup(app: Sphinx) -> None:
    """Add the contents of the sidebar, in the order of the page, which links to all of them."""
    app.connect("source-read", _add_contents)
    app.connect("build-finished", _add_start)


def _add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        _begin, guides = source[0].split("\n## Tutorial\n")
        for caption, folder in _SECTIONS.items():
            pages = re.findall(rf"\(({folder}/[\w-]+)\.md", guides)
            source[0] += _contents(list(dict.fromkeys(pages)), f":caption: {caption}")
        source[0] += _contents(_PROJECT, ":caption: Project")
    elif page == "docs/decisions/index":
        source[0] += _contents(["0*"])


def _add_start(app: Sphinx, error: Exception | None) -> None:
    start = f'<meta http-equiv="refresh" content="0; url={root_doc}.html">'
    (app.outdir / "index.html").write_text(f"<!DOCTYPE html>\n<title>{project}</title>\n{start}\n")


def _contents(pages: list[str], *options: str) -> str:
    return "\n".join(["", "```{toctree}", ":hidden:", ":glob:", *options, "", *pages, "```", ""])
