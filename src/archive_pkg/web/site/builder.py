"""Build the static site of a collection.

The new site is made in a staging folder and replaces the old one in one step. Files of packages
that have not changed are linked from the old site. Files that were added by hand are kept.
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
from archive_pkg.collection.audits.histories import PackageHistories
from archive_pkg.collection.bulk.for_each import ForEach
from archive_pkg.collection.bulk.running import Done, run
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.messages import _, within
from archive_pkg.packages import is_bag
from archive_pkg.packages.access.redaction import SUFFIX
from archive_pkg.packages.access.visibility import judged_on
from archive_pkg.packages.page import rendering
from archive_pkg.paths import SITE_MANIFEST
from archive_pkg.projects import Project
from archive_pkg.version import SOFTWARE
from archive_pkg.web.site import for_programs
from archive_pkg.web.site.cache import SiteCache
from archive_pkg.web.site.catalogue import Catalogue
from archive_pkg.web.site.letters import (
    DOWNLOADS,
    FILES,
    LETTERS,
    TEXTS,
    LastAudit,
    SiteLetter,
    SitePackage,
    SitePlan,
    link,
    publish,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from archive_pkg.collection.opening import Collection
    from archive_pkg.executors import Executor

"""The file with the digests of all files that archive-pkg made, as sha256sum writes them.

It marks a folder as a site.
"""
_CACHE_FILE = "site.sqlite"
_BATCH = 25
_FOLDERS = (
    LETTERS,
    FILES,
    DOWNLOADS,
    *for_programs.FOLDERS,
    ".well-known",
    "people",
    "places",
    "years",
    "data",
    TEXTS,
    "assets",
)


@dataclass(frozen=True, slots=True)
class Site:
    """A built site.

    Attributes:
        path: Its folder.
        letters: The number of letters.
        files: The number of files in its manifest.
        written: The number of new or changed files.
        removed: The number of files removed from the old site.
        without_cmif: What CMIF requires and is not known. If there is anything, the site has no
            file in CMIF.
    """

    path: Path
    letters: int
    files: int
    written: int
    removed: int
    without_cmif: tuple[str, ...]


def build_site(
    collection: Collection,
    out: Path,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor],
    day: date,
    title: str = "",
    base: str = "",
    downloads: bool = False,
    project: Project | None = None,
) -> Site:
    """Build or update the site of a collection.

    Args:
        collection: The collection.
        out: The folder for the site: a new one, an empty one, or an existing site.
        take: Called with the outcome of each package: "written", "unchanged", "left out", "failed".
        executor: Returns the executor.
        day: The day that decides which parts are open; a future day counts as today.
        title: The title of the site; if empty, that of the project, or "Documents".
        base: The address of the site; if empty, that of the project. Without one, the site has
            no sitemap.
        downloads: Whether to verify packages and offer them for download.
        project: The settings of the project.

    Raises:
        UsageError: The folder is not a site, or contains the collection.
        StorageError: The storage failed, or another run is active; the old site is kept.
    """
    out = out.resolve()
    project = project or Project()
    with within(project.language):
        title = title or project.settings.site.title or _("Documents")
    base = base or project.settings.base_url or ""
    if collection.root.resolve().is_relative_to(out):
        raise UsageError(
            f"the folder for the site, {out}, contains the collection {collection.root}",
            "Choose another folder for the site.",
        )
    with storage.storage_errors(f"making {out.parent}"):
        storage.make_folder(out.parent)
    with (
        storage.Staging(out) as staging,
        _open_cache(collection) as cache,
        _audits(collection) as audits,
    ):
        before = _manifest(out)
        with storage.storage_errors(f"writing {out}"):
            for folder in _FOLDERS:
                (staging.path / folder).mkdir()
        base = base and base.rstrip("/") + "/"
        plan = SitePlan(
            staging.path,
            out if before else None,
            title,
            base,
            judged_on(day),
            downloads,
            _version(title, base, downloads, project),
            project,
        )
        builder = _SiteBuilder(plan, out, before)
        work = ForEach(partial(publish, plan=plan))
        run(
            work,
            _packages(collection, cache, audits, take),
            partial(_take, collection, cache, builder, take),
            executor=executor,
            batch=_BATCH,
        )
        with storage.storage_errors(f"writing {out}"):
            site = builder.finish(cache)
            staging.commit(replace=True)
    return site


@contextlib.contextmanager
def _open_cache(collection: Collection) -> Iterator[SiteCache]:
    path = collection.own / _CACHE_FILE
    with contextlib.ExitStack() as held:
        with contextlib.suppress(StorageError):  # the collection may be read-only
            collection.ready()
            if os.access(path.parent, os.W_OK):
                held.enter_context(storage.Lock(path))
        yield held.enter_context(SiteCache(path))


def _version(title: str, base: str, downloads: bool, project: Project) -> bytes:
    shown = (project.publisher, project.settings.model_dump_json())
    hasher = hashlib.sha256(repr((SOFTWARE, title, base, downloads, shown)).encode())
    hasher.update(rendering.asset("letter.html").encode())
    for name in ("site_macros.html", "site_letter.html", "site.js"):
        hasher.update(rendering.asset(name, "archive_pkg.web").encode())
    return hasher.digest()


def count_packages(collection: Collection) -> int:
    """Return how many packages `build_site` reads."""
    return sum(1 for __ in _shown(collection, lambda done: None))


def _shown(collection: Collection, take: Callable[[Done], None]) -> Iterator[Path]:
    """Yield the packages of a collection. A public package replaces the internal one."""
    for path in collection.packages(take):
        if path.name.endswith(SUFFIX) or not is_bag(_public_copy(collection, path)):
            yield path


def _packages(
    collection: Collection, cache: SiteCache, audits: PackageHistories, take: Callable[[Done], None]
) -> Iterator[SitePackage]:
    for path in _shown(collection, take):
        name = path.relative_to(collection.root).as_posix()
        known = audits.known(name)
        audit = (
            LastAudit(known.time[:10], known.outcome == "pass", known.fingerprint)
            if known
            else None
        )
        yield SitePackage(path, cache.find(name), audit)


@contextlib.contextmanager
def _audits(collection: Collection) -> Iterator[PackageHistories]:
    """Open the histories of the packages in the ledger; they are empty without a ledger."""
    with PackageHistories() as state:
        if collection.ledger.is_file():
            ledger.read(collection.ledger, state.take)
        yield state


def _public_copy(collection: Collection, path: Path) -> Path:
    copy = collection.home(path.name + SUFFIX)
    return copy if collection.layout != "flat" else path.with_name(path.name + SUFFIX)


def _take(
    collection: Collection,
    cache: SiteCache,
    builder: _SiteBuilder,
    take: Callable[[Done], None],
    subject: SitePackage,
    done: Done,
) -> None:
    made = done.details.pop("made", None)
    package = subject.path.relative_to(collection.root).as_posix()
    if isinstance(made, SiteLetter):
        cache.store(package, made)
        builder.add(made)
    elif done.outcome == "unchanged":
        cache.confirm(package)
        builder.add(cache.letter(package))
    take(done)


def _manifest(out: Path) -> dict[str, str]:
    """Return the files of the old site with their digests; none if there is no site.

    Raises:
        UsageError: The folder contains something else.
    """
    with storage.storage_errors(f"reading {out}"):
        if not os.path.lexists(out):
            return {}
        path = out / SITE_MANIFEST
        if path.is_file():
            lines = storage.read_text(path).splitlines()
            pairs = (line.split("  ", 1) for line in lines if "  " in line)
            return {name: digest for digest, name in pairs}
        if out.is_dir() and not any(out.iterdir()):
            return {}
    raise UsageError(
        f"{out} is not a site made by archive-pkg, and it is not empty",
        "Nothing was changed in it. Choose a new folder.",
    )


class _SiteBuilder:
    """Completes a site with its catalogue, its manifest and the files that were added by hand."""

    def __init__(self, plan: SitePlan, out: Path, before: dict[str, str]) -> None:
        self._plan = plan
        self._out = out
        self._before = before
        self._catalogue = Catalogue(plan)
        self._now: dict[str, str] = {}

    def add(self, made: SiteLetter) -> None:
        """Add a letter whose files have been written."""
        self._now.update(made.cached.files)
        self._catalogue.add(made)

    def finish(self, cache: SiteCache) -> Site:
        """Write the manifest and the files that are not a letter's; link those added by hand."""
        with within(self._plan.project.language):
            for name, pieces in self._catalogue.files(cache.fragments()):
                self._write(name, pieces)
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._now.items()))
        (self._plan.stage / SITE_MANIFEST).write_bytes(lines.encode())
        self._carry_over()
        return Site(
            self._out,
            self._catalogue.count,
            len(self._now),
            sum(self._before.get(name) != digest for name, digest in self._now.items()),
            sum(name not in self._now for name in self._before),
            tuple(self._catalogue.without_cmif),
        )

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file; link the old one if it has the same bytes."""
        new, old = self._plan.stage / name, self._out / name
        hasher = hashlib.sha256()
        with new.open("xb") as file:
            for piece in pieces:
                hasher.update(piece)
                file.write(piece)
        self._now[name] = digest = hasher.hexdigest()
        if self._before.get(name) == digest and _digest(old) == digest:
            new.unlink()
            link(old, new)

    def _carry_over(self) -> None:
        """Link the files that were added by hand, such as CNAME, .git and .well-known."""
        if not self._before:
            return
        for folder, _folders, names in os.walk(self._out):
            here = Path(folder)
            for name in names:
                place = (here / name).relative_to(self._out)
                if place.as_posix() in self._before or place.as_posix() == SITE_MANIFEST:
                    continue
                target = self._plan.stage / place
                if not os.path.lexists(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    link(here / name, target)
            if not self._is_generated(here):
                (self._plan.stage / here.relative_to(self._out)).mkdir(parents=True, exist_ok=True)

    def _is_generated(self, folder: Path) -> bool:
        return folder.relative_to(self._out).parts[:1] in ((), *((name,) for name in _FOLDERS))


def _digest(file: Path) -> str:
    try:
        with storage.open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
