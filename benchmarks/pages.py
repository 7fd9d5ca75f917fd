"""Measure the page of the first letter, and the site of many letters, in a real browser.

python benchmarks/pages.py                     the page, and the site of 1,000 letters
python benchmarks/pages.py --count 25000       the size that the targets are for
python benchmarks/pages.py --collection DIR    the site of an existing collection

The search of the site is compared with SQLite's full-text index of the same letters.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from _letters import wide_stock, write_letters
from archive_pkg import collection
from archive_pkg.collection import Index, Query, executor_for, open_collection, refresh

ROOT = Path(__file__).parents[1]
SEED = ROOT / "packages" / "1960-07-18-cpsu-to-sed"
ON = date(2026, 11, 24)
JOBS = 2


def main() -> None:
    """Run the measurements that the options name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--collection", type=Path)
    parser.add_argument("--downloads", action="store_true")
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        folder = Path(temporary)
        browser = _browser()
        measure_page(folder, browser)
        opened = given.collection or make_collection(folder, given.count)
        measure_site(folder, opened, browser, downloads=given.downloads)
        if browser is not None:
            browser.close()


def make_collection(folder: Path, count: int) -> Path:
    """Build a collection of letters with as many words and people as a real collection has."""
    started = time.perf_counter()
    list(write_letters(folder / "letters", count, stock=wide_stock()))
    collection.build_many(
        collection.find_records([folder / "letters"]),
        collection.make_collection(folder / "collection", "hashed"),
        lambda done: None,
        executor=partial(executor_for, JOBS),
        options=collection.Options(ON, sync=False),
    )
    shutil.rmtree(folder / "letters")
    print(f"a collection of {count:,} letters: {time.perf_counter() - started:.0f} s")
    return folder / "collection"


def measure_page(folder: Path, browser: Any) -> None:
    """Measure the size of the first letter's page, and the time until it can be used."""
    page = folder / "letter.html"
    archive_pkg("page", SEED, "-o", page)
    print(f"the first letter's page (at most 150 kB): {page.stat().st_size / 1000:.1f} kB")
    if browser is None:
        return
    times = []
    for _ in range(7):
        tab = browser.new_page()
        tab.goto(page.as_uri())
        times.append(
            tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        )
        tab.close()
    print(f"  interactive after (at most 200 ms): {statistics.median(times):.0f} ms")


def measure_site(folder: Path, opened: Path, browser: Any, *, downloads: bool) -> None:
    """Measure building the site twice, and searching in it."""
    options = ["--title", "Letters", "--base-url", "https://example.org/letters", "--quiet"]
    options += ["--downloads"] if downloads else []
    site = folder / "public"
    for what in ("the site", "the site again, without changes"):
        seconds, memory = watched("site", opened, "-o", site, "--jobs", str(JOBS), *options)
        print(f"{what}: {seconds:.1f} s, at most {memory / 2**20:.0f} MiB in all processes")
    files = [path for path in site.rglob("*") if path.is_file()]
    print(f"  {len(files):,} files, {sum(path.stat().st_size for path in files) / 1e6:,.0f} MB")
    data = [path.stat().st_size for path in (site / "data").iterdir()]
    print(f"  the search's data: {sum(data) / 1e6:.1f} MB in {len(data):,} files")
    first = sum((site / name).stat().st_size for name in ("index.html", "data/catalogue.js"))
    assets = sum(path.stat().st_size for path in (site / "assets").iterdir())
    print(f"  first load: {(first + assets) / 1000:,.0f} kB")
    if browser is not None:
        measure_search(opened, site, browser)


QUESTIONS = ("treaty", "the treaty conference", "harvest railway emb", "bora", "secret berlin", "z")


def measure_search(opened: Path, site: Path, browser: Any) -> None:
    """Compare searches in the browser, the first and later ones, with the same in SQLite."""
    tab = browser.new_page()
    tab.goto((site / "index.html").as_uri())
    _answered(tab)
    times: dict[str, list[float]] = {}
    for _ in range(3):
        for question in QUESTIONS:
            tab.evaluate("delete document.documentElement.dataset.answered")
            tab.evaluate("q => { location.hash = 'q=' + encodeURIComponent(q); }", question)
            times.setdefault(question, []).append(_answered(tab))
    collection_there = open_collection(opened)
    refresh(collection_there, lambda done: None, executor=partial(executor_for, JOBS))
    with Index(collection_there) as index:
        for question, taken in times.items():
            words = question.split()
            query = Query((*words[:-1], words[-1] + "*"))
            started = time.perf_counter()
            count, _ = index.find(query)
            peer = (time.perf_counter() - started) * 1000
            print(
                f"  “{question}”: {taken[0]:.0f} ms with loading, then {min(taken[1:]):.0f} ms "
                f"(at most 100); SQLite {peer:.0f} ms, {count:,} letters"
            )
    tab.close()


def _answered(tab: Any) -> float:
    """Wait for the answer, and return the milliseconds that the page reports for it."""
    while not (reported := tab.evaluate("document.documentElement.dataset.answered")):
        time.sleep(0.005)
    return float(reported)


def archive_pkg(*words: object) -> None:
    """Run the program."""
    subprocess.run([_program(), *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def watched(*words: object) -> tuple[float, int]:
    """Run the program; return the seconds and the peak memory of all its processes together."""
    started = time.perf_counter()
    process = subprocess.Popen([_program(), *map(str, words)], stdout=subprocess.DEVNULL)
    most = 0

    def watch() -> None:
        nonlocal most
        while process.poll() is None:
            most = max(most, sum(map(_resident, _family(process.pid))))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    if process.wait():
        sys.exit(f"{words[0]} ended with {process.returncode}")
    watcher.join()
    return time.perf_counter() - started, most


def _program() -> str:
    return str(Path(sys.executable).parent / "archive-pkg")


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [pid, *(one for child in children.split() for one in _family(int(child)))]


def _resident(pid: int) -> int:
    """Return the memory of a process in bytes, with a proportional share of shared memory."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _browser() -> Any:
    program = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("Chromium or Playwright is missing: nothing is measured in a browser")
        return None
    return sync_playwright().start().chromium.launch(executable_path=program)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Playwright's event loop would keep the interpreter alive
