"""Make the pictures of the documentation: `make pictures`. A test in the browser makes them, too.

Terminal sessions are SVG, pages are PNG, in light and dark colours. The letters of the site and of
the audit are generated, except the first one.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI
from rich.text import Text

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
import _letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
PICTURES = Path(__file__).parent / "pictures"
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
LIGHT_AND_DARK = {"light": DEFAULT_TERMINAL_THEME, "dark": MONOKAI}
_SIZE = {"width": 1120, "height": 760}
_COLUMNS = 100


def make(folder: Path, browser: Browser) -> None:
    """Write all pictures into a folder, which exists."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        _record_terminal(folder / "demo", "demo", "--out", "demo", cwd=work)
        (record,) = (work / "demo" / "records").iterdir()
        package = work / "demo" / "packages" / record.name
        list(_letters.write_letters(work / "letters", 40, size=1500))
        _run("build", str(LETTER), "letters", "--out", "collection", cwd=work)
        _run("audit", "run", "collection", cwd=work)
        _run("audit", "report", "collection", "--html", "audit.html", cwd=work)
        _run("site", "collection", "--out", "site", cwd=work)
        for name, page in {
            "page": package / "metadata" / "page.html",
            "site": work / "site" / "index.html",
            "audit": work / "audit.html",
        }.items():
            for scheme in LIGHT_AND_DARK:
                with _opened(browser, page.as_uri(), scheme) as shown:
                    shown.screenshot(path=folder / f"{name}-{scheme}.png")
        _show_review(browser, folder, work)


def _show_review(browser: Browser, folder: Path, work: Path) -> None:
    shutil.copy(next(LETTER.glob("*.txt")), work / "letter.txt")
    words = ("review", "letter.txt", "--no-browser", "--reviewer", "Jane Doe", "--json")
    with subprocess.Popen(_command(*words), stdout=subprocess.PIPE, text=True, cwd=work) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().partition('"url": "')[2].partition('"')[0]
            for scheme in LIGHT_AND_DARK:
                with _opened(browser, url, scheme) as shown:
                    shown.wait_for_selector(".card.current")
                    shown.screenshot(path=folder / f"review-{scheme}.png")
        finally:
            server.terminate()


@contextmanager
def _opened(browser: Browser, url: str, scheme: str) -> Iterator[Page]:
    context = browser.new_context(viewport=_SIZE, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def _record_terminal(picture: Path, *words: str, cwd: Path) -> None:
    said = _run(*words, cwd=cwd)
    for scheme, theme in LIGHT_AND_DARK.items():
        console = Console(record=True, width=_COLUMNS, file=io.StringIO())
        console.print(Text(f"$ archive-pkg {shlex.join(words)}", style="bold"))
        for line in said.splitlines():
            step = line[:1].isdigit() and line[1:3] == ". "
            console.print(Text(line, style="bold" if step or line.startswith("$") else ""))
        svg = console.export_svg(title="archive-pkg", theme=theme)
        svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # fonts of another host
        picture.with_name(f"{picture.name}-{scheme}.svg").write_text(svg, "utf-8")


def _run(*words: str, cwd: Path) -> str:
    ran = subprocess.run(_command(*words), cwd=cwd, capture_output=True, text=True, check=True)
    return ran.stdout.replace(f"{cwd}/", "")


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "archive_pkg", *words]


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        make(PICTURES, playwright.chromium.launch(executable_path=program))
