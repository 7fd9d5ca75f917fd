"""The catalogue's site: all packages of a shelf as static pages that need no server.

It is made whole beside the one that stands there and takes its place in one step. What has not
changed since is not read, not written and keeps its file; what is gone from the shelf is gone from
the site. Files that others have put there stay.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.state import State
from archive_pkg.collection.bulk.each import Each
from archive_pkg.collection.bulk.running import Done, run
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages import is_bag
from archive_pkg.packages.access.audience import SUFFIX
from archive_pkg.packages.access.decision import judged_on
from archive_pkg.packages.page import rendering
from archive_pkg.version import SOFTWARE
from archive_pkg.web.site.catalogue import Catalogue
from archive_pkg.web.site.keeping import Keeping
from archive_pkg.web.site.publishing import (
    DOWNLOADS,
    LETTERS,
    SCANS,
    Checked,
    Made,
    Plan,
    Subject,
    link,
    publish,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from archive_pkg.collection.shelves import Shelf
    from archive_pkg.executors import Executor

MANIFEST = "site-sha256.txt"
"""The digests of all files of a site, as sha256sum takes them; by it a folder is known as one."""
_MEMORY = "site.sqlite"
_BATCH = 25
_FOLDERS = (LETTERS, SCANS, DOWNLOADS, "people", "years", "data", "assets")


@dataclass(frozen=True, slots=True)
class Site:
    """A site that was made.

    Attributes:
        path: Its folder.
        letters: How many letters it has.
        files: How many files.
        written: How many of those are new or changed.
        removed: How many files of the one before it has no more.
    """

    path: Path
    letters: int
    files: int
    written: int
    removed: int


def build_site(
    shelf: Shelf,
    out: Path,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor],
    day: date,
    title: str = "Letters",
    base: str = "",
    downloads: bool = False,
) -> Site:
    """Make the site of a shelf, or bring it up to date.

    Args:
        shelf: The shelf.
        out: The site's folder; a folder with other things in it has to be a site already.
        take: Called with what came of each package: "written", "unchanged", "left out", "failed".
        executor: Makes those who do the work.
        day: The day by which parts are open or withheld; a future day counts as today.
        title: What the site is called.
        base: The address at which it will be; without one it has no sitemap.
        downloads: Whether packages can be downloaded from it; they are verified first.

    Raises:
        UsageError: The folder is no site, or the shelf lies in it.
        StorageError: The storage failed, or another run is at it; the site is as it was.
    """
    out = out.resolve()
    if shelf.root.resolve().is_relative_to(out):
        raise UsageError(
            f"the collection {shelf.root} is inside {out}", "choose another folder for the site"
        )
    with storage.storage_errors(f"making {out.parent}"):
        storage.make_folder(out.parent)
    with storage.Staging(out) as staging, _memory(shelf) as memory, _audits(shelf) as audits:
        before = _manifest(out)
        with storage.storage_errors(f"writing {out}"):
            for folder in _FOLDERS:
                (staging.path / folder).mkdir()
        base = base and base.rstrip("/") + "/"
        plan = Plan(
            staging.path,
            out if before else None,
            title,
            base,
            judged_on(day),
            downloads,
            _version(title, base, downloads),
        )
        assembling = _Assembling(plan, out, before)
        work = Each(partial(publish, plan=plan))
        run(
            work,
            _subjects(shelf, memory, audits, take),
            partial(_take, shelf, memory, assembling, take),
            executor=executor,
            batch=_BATCH,
        )
        with storage.storage_errors(f"writing {out}"):
            site = assembling.all(memory)
            staging.commit(replace=True)
    return site


@contextlib.contextmanager
def _memory(shelf: Shelf) -> Iterator[Keeping]:
    path = shelf.own / _MEMORY
    with contextlib.ExitStack() as held:
        with contextlib.suppress(StorageError):  # a shelf that may only be read has a site, too
            shelf.ready()
            if os.access(path.parent, os.W_OK):
                held.enter_context(storage.Lock(path))
        yield held.enter_context(Keeping(path))


def _version(title: str, base: str, downloads: bool) -> bytes:
    whole = hashlib.sha256(repr((SOFTWARE, title, base, downloads)).encode())
    whole.update(rendering.asset("letter.html").encode())
    for name in ("site_macros.html", "site_letter.html"):
        whole.update(rendering.asset(name, "archive_pkg.web").encode())
    return whole.digest()


def _subjects(
    shelf: Shelf, memory: Keeping, audits: State, note: Callable[[Done], None]
) -> Iterator[Subject]:
    for path in shelf.packages(note):
        # Where a package has been made for the public, it stands for the other.
        if not path.name.endswith(SUFFIX) and is_bag(_public_twin(shelf, path)):
            continue
        name = str(path.relative_to(shelf.root))
        known = audits.known(name)
        checked = Checked(known.time[:10], known.outcome == "pass", known.seal) if known else None
        yield Subject(path, memory.recall(name), checked)


@contextlib.contextmanager
def _audits(shelf: Shelf) -> Iterator[State]:
    """What the shelf's ledger says of its packages; nothing where it has none."""
    with State() as state:
        if shelf.ledger.is_file():
            ledger.read(shelf.ledger, state.take)
        yield state


def _public_twin(shelf: Shelf, path: Path) -> Path:
    twin = shelf.home(path.name + SUFFIX)
    return twin if shelf.layout != "flat" else path.with_name(path.name + SUFFIX)


def _take(
    shelf: Shelf,
    memory: Keeping,
    assembling: _Assembling,
    tell: Callable[[Done], None],
    subject: Subject,
    done: Done,
) -> None:
    made = done.details.pop("made", None)
    package = str(subject.path.relative_to(shelf.root))
    if isinstance(made, Made):
        memory.keep(package, made)
        assembling.add(made)
    elif done.outcome == "unchanged":
        memory.note(package)
        assembling.add(memory.made(package))
    tell(done)


def _manifest(out: Path) -> dict[str, str]:
    """The files of the site that stands there, with their digests; none where there is nothing.

    Raises:
        UsageError: Something else stands there.
    """
    with storage.storage_errors(f"reading {out}"):
        if not os.path.lexists(out):
            return {}
        path = out / MANIFEST
        if path.is_file():
            lines = storage.read_text(path).splitlines()
            pairs = (line.split("  ", 1) for line in lines if "  " in line)
            return {name: digest for digest, name in pairs}
        if out.is_dir() and not any(out.iterdir()):
            return {}
    raise UsageError(
        f"{out} is not a site made by archive-pkg, and it is not empty",
        "choose a new folder; nothing in this one was changed",
    )


class _Assembling:
    """What is made once all letters are there: the catalogue, the manifest, what others put in."""

    def __init__(self, plan: Plan, out: Path, before: dict[str, str]) -> None:
        self._plan = plan
        self._out = out
        self._before = before
        self._catalogue = Catalogue(plan)
        self._now: dict[str, str] = {}

    def add(self, made: Made) -> None:
        """Add a letter, whose own files are there already."""
        self._now.update(made.kept.files)
        self._catalogue.add(made)

    def all(self, memory: Keeping) -> Site:
        """Write all the rest."""
        for name, pieces in self._catalogue.files(memory.fragments()):
            self._write(name, pieces)
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._now.items()))
        (self._plan.stage / MANIFEST).write_text(lines, encoding="utf-8")
        self._carry_over()
        return Site(
            self._out,
            self._catalogue.count,
            len(self._now),
            sum(self._before.get(name) != digest for name, digest in self._now.items()),
            sum(name not in self._now for name in self._before),
        )

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file of the site; if it is as it was, it stays the same file."""
        new, old = self._plan.stage / name, self._out / name
        whole = hashlib.sha256()
        with new.open("xb") as file:
            for piece in pieces:
                whole.update(piece)
                file.write(piece)
        self._now[name] = digest = whole.hexdigest()
        if self._before.get(name) == digest and _digest(old) == digest:
            new.unlink()
            link(old, new)

    def _carry_over(self) -> None:
        """Take over what others have put into the folder: CNAME, .git, .well-known."""
        if not self._before:
            return
        for folder, _, names in os.walk(self._out):
            here = Path(folder)
            for name in names:
                place = (here / name).relative_to(self._out)
                if place.as_posix() in self._before or place.as_posix() == MANIFEST:
                    continue
                target = self._plan.stage / place
                if not os.path.lexists(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    link(here / name, target)
            if not self._is_ours(here):
                (self._plan.stage / here.relative_to(self._out)).mkdir(parents=True, exist_ok=True)

    def _is_ours(self, folder: Path) -> bool:
        return folder.relative_to(self._out).parts[:1] in ((), *((name,) for name in _FOLDERS))


def _digest(file: Path) -> str:
    try:
        with storage.open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
