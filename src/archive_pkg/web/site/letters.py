"""Publish one letter: its page, its package to download, and its entry in the catalogue.

Parts that are not open on the day are left out, and the page is searched for traces of them. This
runs in worker processes; the main process makes the catalogue.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from archive_pkg import storage
from archive_pkg.bags import Bag
from archive_pkg.bags.archives.serializing import write_zip
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.bulk.running import Done
from archive_pkg.dates.date_words import in_words
from archive_pkg.errors import InvalidError
from archive_pkg.interchange import ExportContext, export
from archive_pkg.interchange.addresses import site_file, site_type
from archive_pkg.interchange.exporting import cmif
from archive_pkg.messages import _, within
from archive_pkg.packages import layout, open_package, states, verify
from archive_pkg.packages.access.leaks import refuse_traces
from archive_pkg.packages.access.redaction import seen_by
from archive_pkg.packages.access.visibility import window
from archive_pkg.packages.metadata_documents import export_context
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.letter import damaged, drawing_of, view
from archive_pkg.packages.page.parts import read_parts
from archive_pkg.packages.signatures.verifying import FOLDER as SIGNATURES
from archive_pkg.records.display import facts, label, search_texts
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.texts.line_ends import unbroken
from archive_pkg.web.site import for_programs
from archive_pkg.web.site.entries import ROLES, CatalogueEntry, catalogue_entry
from archive_pkg.web.site.for_programs import Link
from archive_pkg.web.site.search_index import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from archive_pkg.collection.bulk.for_each import Pace
    from archive_pkg.packages.page.parts import ShownPart
    from archive_pkg.projects import Project
    from archive_pkg.records import Part, Record
    from archive_pkg.reports import Finding
    from archive_pkg.web.site.for_programs import Download

LETTERS = "letters"
DOWNLOADS = "downloads"
FILES = "files"
TEXTS = "data/texts"
INVALID = 3
_IN_ROWS = {"title", "date", "type", "authors", "sender", "recipients", "classification"}
"""The fields that the list of hits shows."""

SITE_ID_TAKEN = Code(
    "site-id-taken",
    Severity.ERROR,
    "Two packages of the collection have records with the same id. The site has only the page of "
    "the first one found.",
)
SITE_WITHHELD = Code(
    "site-letter-withheld",
    Severity.ADVICE,
    "The public may not see any part of a document, so the site leaves the document out.",
)

SITE_FILE_TOO_LARGE = Code(
    "site-file-too-large",
    Severity.ADVICE,
    "A file is larger than 64 MiB. The site has no copy of it, and no document links to it.",
)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The options of a site, the same for all letters.

    Attributes:
        stage: The staging folder of the new site.
        old: The old site; None if there is none.
        title: Its title.
        base: Its address, ending in `/`; empty if unknown.
        day: The day that decides which parts are open.
        downloads: Whether packages can be downloaded.
        version: A digest of the software, its templates and these options.
        project: The settings of the project.
    """

    stage: Path
    old: Path | None
    title: str
    base: str
    day: date
    downloads: bool
    version: bytes
    project: Project

    @property
    def published(self) -> Project:
        """The project with the address of this site."""
        settings = self.project.settings.model_copy(update={"base_url": self.base or None})
        return replace(self.project, settings=settings)


@dataclass(frozen=True, slots=True)
class LastAudit:
    """The last audit of a package according to the ledger.

    Attributes:
        day: The day of the audit.
        passed: Whether the package passed.
        fingerprint: The fingerprint at its last audit that passed, in hexadecimal; None if none
            passed.
    """

    day: str
    passed: bool
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class SitePackage:
    """A package to put on the site.

    Attributes:
        path: Its folder.
        cached: What the last run recorded about it.
        audit: Its last audit; None if it was never audited.
    """

    path: Path
    cached: CachedLetter | None = None
    audit: LastAudit | None = None


@dataclass(frozen=True, slots=True)
class CachedLetter:
    """What the last run recorded about a letter.

    Attributes:
        key: A digest of the package and the version of the plan.
        since: The first day on which the same parts are withheld.
        until: The first day on which other parts are withheld.
        files: The digests of its files on the site, by path.
    """

    key: bytes
    since: str
    until: str
    files: Mapping[str, str]


@dataclass(slots=True)
class SiteLetter:
    """A published letter.

    Attributes:
        cached: What the next run needs to know about it.
        entry: Its entry in the catalogue.
        head: The words of its description for the search, compressed.
        text: The words of its texts for the search, compressed.
        cmif: Its description in CMIF; empty if it is not correspondence.
    """

    cached: CachedLetter
    entry: CatalogueEntry
    head: bytes
    text: bytes
    cmif: bytes = field(repr=False)


def publish(subject: SitePackage, pace: Pace, *, plan: SitePlan) -> Done:
    """Publish a letter, or reuse its files if nothing has changed.

    The details of `Done` contain the `SiteLetter` for the catalogue, unless nothing has changed.
    """
    path, cached = subject.path, subject.cached
    fingerprint = fingerprint_of(path)
    key = _key(fingerprint, subject, plan)
    if cached and cached.key == key and cached.since <= plan.day.isoformat() < cached.until:
        try:
            if _reuse(cached.files, plan):
                return Done(str(path), "unchanged")
        except FileExistsError:
            return _taken(path, next(iter(cached.files)))
    letter = _LetterPublisher(plan, subject, fingerprint)
    if letter.is_withheld:
        message = f"the public may not see any part of {letter.full.id}, so it is not on the site"
        return Done(
            str(path), "left out", findings=[SITE_WITHHELD.at(Location(str(path)), message)]
        )
    try:
        with within(plan.project.language):
            made = letter.made(key)
    except FileExistsError:
        return _taken(path, letter.record.id)
    errors = letter.errors
    findings = [*errors, *letter.too_large]
    return Done(str(path), "written", INVALID if errors else 0, findings, details={"made": made})


def packed(words: set[str]) -> bytes:
    """Return words compressed; the same words give the same bytes."""
    return zlib.compress("\n".join(sorted(words)).encode(), 1)


def unpacked(data: bytes) -> list[str]:
    """Return the words that were compressed by `packed`."""
    return zlib.decompress(data).decode().split("\n") if data else []


def link(old: Path, new: Path) -> None:
    """Link a file to a new name, or copy it if the file system cannot link.

    Raises:
        FileExistsError: The new name is taken.
        OSError: The storage failed.
    """
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        if new.exists():
            raise
        shutil.copy2(old, new, follow_symlinks=False)


def _key(fingerprint: bytes, subject: SitePackage, plan: SitePlan) -> bytes:
    hasher = hashlib.sha256(plan.version + fingerprint + repr(subject.audit).encode())
    # No manifest covers the signatures, which are added later.
    for name in storage.names_in(subject.path / SIGNATURES):
        data = storage.read_beneath(subject.path, f"{SIGNATURES}/{name}")
        hasher.update(os.fsencode(name) + data)
    return hasher.digest()


def _reuse(files: Mapping[str, str], plan: SitePlan) -> bool:
    """Link a letter's files from the old site unless they have changed."""
    if plan.old is None:
        return False
    for name, digest in files.items():
        try:
            with storage.open_regular(plan.old / name) as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                    return False
        except OSError:
            return False
    for name in files:
        link(plan.old / name, plan.stage / name)
    return True


def _taken(path: Path, name: str) -> Done:
    message = f"another package of the collection has the id {name}"
    finding = SITE_ID_TAKEN.at(Location(str(path)), message, "Give one of the packages another id.")
    return Done(str(path), "left out", INVALID, [finding])


class _LetterPublisher:
    """Publishes one letter."""

    def __init__(self, plan: SitePlan, subject: SitePackage, fingerprint: bytes) -> None:
        self.plan = plan
        self.path = subject.path
        self.audit = subject.audit
        self.fingerprint = fingerprint
        # Only valid packages can be downloaded. Without downloads, the ledger's result is enough.
        self.verification = verify(self.path, jobs=1) if plan.downloads else None
        self.full = self._record()
        self.out = seen_by(self.full, "public", self.path / "data" / layout.PARTS, plan.day)
        self.record = self.out.record
        self.is_cut = self.out.is_cut
        self.parts: list[ShownPart] = []
        self.files: dict[str, str] = {}

    def _record(self) -> Record:
        if self.verification is None:
            return open_package(self.path).record
        if self.verification.record is None:
            raise InvalidError(
                f"{self.path} is not a package of a document, or its record is not valid",
                report=self.verification.report,
            )
        return self.verification.record

    @property
    def is_withheld(self) -> bool:
        """Whether the public may not see any part of the letter."""
        return self.is_cut and len(self.out.withheld) == len(self.full.parts)

    @property
    def errors(self) -> list[Finding]:
        """The errors of the verification; none if the package was not verified."""
        return list(self.verification.report.errors) if self.verification else []

    @property
    def _zip(self) -> str:
        return f"{DOWNLOADS}/{self.record.id}.zip"

    def made(self, key: bytes) -> SiteLetter:
        """Write the files of the letter and return it for the catalogue."""
        name = f"{LETTERS}/{self.record.id}.html"
        page = self.plan.stage / name
        page.touch(exist_ok=False)  # fails for a second letter with the same id
        try:
            folder = self.path / "data" / layout.PARTS
            self.parts = read_parts(self.record, folder, store=self._store)
            entry = catalogue_entry(self.record, self._download())
            context = replace(
                export_context(self.record, folder, project=self.plan.published),
                addresses=self._addresses(),
                file_addresses=self._file_addresses("../../"),
            )
            documents = for_programs.downloads(self.record, context)
            found = self._links(documents)
            html = self._page(entry, documents, found).encode("utf-8", "replace")
            shown = {one.name: one.data.decode() for one in documents}
            shown[str(self.path)] = html.decode()
            refuse_traces(self.out, folder, shown, f"{self.path} is not on the site")
            for one in documents:
                self._write(one.name, one.data)
            self._write(f"{TEXTS}/{self.record.id}.js", self._search_texts())
            if self._address:
                self._write(self._linkset, for_programs.linkset(self._address, found))
            page.write_bytes(html)
        except BaseException:
            for file in (name, self._zip, *self.files):
                (self.plan.stage / file).unlink(missing_ok=True)
            raise
        self.files[name] = hashlib.sha256(html).hexdigest()
        head = {word for text in search_texts(self.record) for word in words_of(text)}
        texts = [shown.text for shown in self.parts]
        texts += [whole for text in texts if (whole := unbroken(text)) != text]
        text = {word for text in texts for word in words_of(text)}
        context = ExportContext(
            addresses=self._addresses(),
            tei_addresses={
                self.record.id: f"{self.plan.base}{for_programs.path('tei', self.record.id)}"
            }
            if self.plan.base
            else {},
        )
        since, until = window(self.full, self.plan.day)
        packaged = self._packaged_on()
        entry = replace(entry, modified=max(packaged, since) if packaged else "")
        return SiteLetter(
            CachedLetter(key, since, until, self.files),
            entry,
            packed(head),
            packed(text - head),
            cmif.fragment(self.record, context)
            if self.record.document_type.correspondence
            else b"",
        )

    def _search_texts(self) -> bytes:
        """Return a script with the texts, and then the fields, around whose words hits are shown.

        All of them are on the page, which has been searched for traces of withheld parts.
        """
        texts = [unbroken(shown.text) for shown in self.parts]
        texts += [
            f"{label}: {value}" for name, label, value in facts(self.record) if name not in _IN_ROWS
        ]
        lines = [" ".join(text.split()) for text in texts]
        return script_call("text", self.record.id, [line for line in lines if line])

    def _write(self, name: str, data: bytes) -> None:
        self.files[name] = hashlib.sha256(data).hexdigest()
        (self.plan.stage / name).write_bytes(data)

    def _packaged_on(self) -> str:
        dates = Bag.open(self.path).values("Bagging-Date")
        return next((day for day in dates if re.fullmatch(r"\d{4}-\d\d-\d\d", day)), "")

    @property
    def _address(self) -> str:
        """The address of the page; empty if that of the site is unknown."""
        return self._addresses().get(self.record.id, "")

    @property
    def _linkset(self) -> str:
        return f"metadata/linkset/{self.record.id}.json"

    def _items(self) -> list[Link]:
        root = self.plan.base or "../"
        items = [
            Link("item", root + shown.file.removeprefix("../"), site_type(shown.part))
            for shown in self.parts
            if shown.file
        ]
        if self._zip in self.files:
            items.append(Link("item", root + self._zip, "application/zip"))
        return items

    def _links(self, documents: Sequence[Download]) -> list[Link]:
        root = self.plan.base or "../"
        return list(for_programs.links(self.record, root, self._address, documents, self._items()))

    def _store(self, part: Part, stream: BinaryIO) -> str:
        """Copy a part's file to the site and return its address."""
        name = site_file(self.record.id, part)
        hasher = hashlib.sha256()
        self.files[name] = ""  # an interrupted copy is removed, too
        with (self.plan.stage / name).open("xb") as file:
            while piece := stream.read(1 << 20):
                hasher.update(piece)
                file.write(piece)
        self.files[name] = hasher.hexdigest()
        return f"../{name}"

    def _download(self) -> tuple[int, str] | None:
        """Write the package as a zip if it is valid and nothing in it is withheld."""
        verification = self.verification
        if verification is None or self.is_cut or not verification.ok:
            return None
        bag = verification.verdict.bag
        if bag is None:
            return None
        write_zip(bag, self.plan.stage / self._zip)
        with storage.open_regular(self.plan.stage / self._zip) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
        self.files[self._zip] = digest
        return size, digest

    def _page(
        self, entry: CatalogueEntry, documents: Sequence[Download], found: Sequence[Link]
    ) -> str:
        if self._address:
            found = [*found, Link("linkset", self.plan.base + self._linkset, for_programs.LINKSET)]
        publisher = self.plan.project.publisher or self.plan.title
        shown = view(self.record, self.parts, drawing_of(self.record), "{}.html".format)
        agents = {one.key: one for one in entry.people}
        roles = [
            (label(role), [agents[key] for key in entry.of(role)])
            for role in (*ROLES, "place")
            if role != "mentioned_agents" and entry.of(role)
        ]
        return rendering.render(
            "site_letter.html",
            shown,
            package="archive_pkg.web",
            root="../",
            site_title=self.plan.title,
            settings=self.plan.project.settings,
            here="letters",
            entry=entry,
            roles=roles,
            withheld_parts=self.is_cut,
            state=self._state(),
            linked_data=script_json(self._linked_data()),
            address=self._address,
            links=found,
            documents=documents,
            citation_fields=list(
                for_programs.citation_fields(self.record, publisher, self._address, self._items())
            ),
            policy=rendering.policy(styles=(shown["row_style"],), own=True),
        )

    def _state(self) -> dict[str, Any]:
        good, day, sentences = self._validity()
        manifests = storage.names_in(self.path, "tagmanifest-*.txt")
        return {
            "good": good,
            "sentences": sentences,
            "errors": [],
            "checked_on": in_words(day),
            "digests": [
                (name, hashlib.sha512(storage.read_beneath(self.path, name)).hexdigest())
                for name in manifests
            ],
        }

    def _validity(self) -> tuple[bool | None, str, list[str]]:
        """Return whether the package is valid (None if unknown), since which day, and sentences."""
        if self.verification is not None:
            good = self.verification.ok
            # Findings may contain names of withheld files.
            shown = states(self.verification) if good or not self.out.withheld else [damaged()]
            return good, self.plan.day.isoformat(), shown
        if self.audit is None:
            return (
                None,
                "",
                [_("Not audited yet. The checksums are those of the current manifests.")],
            )
        if self.audit.passed and self.audit.fingerprint != self.fingerprint.hex():
            return (
                None,
                "",
                [_("Changed since the last audit on {date}.", date=in_words(self.audit.day))],
            )
        valid = _("Complete and valid at the last audit, according to the ledger.")
        sentence = valid if self.audit.passed else damaged()
        return self.audit.passed, self.audit.day, [sentence]

    def _addresses(self) -> dict[str, str]:
        if not self.plan.base:
            return {}
        return {self.record.id: f"{self.plan.base}{LETTERS}/{self.record.id}.html"}

    def _linked_data(self) -> Any:
        return json.loads(
            export(
                "schema-org",
                self.record,
                ExportContext(
                    addresses=self._addresses(), file_addresses=self._file_addresses("../")
                ),
            )
        )

    def _file_addresses(self, root: str) -> dict[str, str]:
        """Return the addresses of the held files, with the path to the site if it has no address.

        A file that is too large for the site has an empty address.
        """
        root = self.plan.base or root
        return {
            shown.part.id: shown.file and root + shown.file.removeprefix("../")
            for shown in self.parts
            if shown.part.file
        }

    @property
    def too_large(self) -> list[Finding]:
        """A finding for each file that is too large for the site."""
        return [
            SITE_FILE_TOO_LARGE.at(
                Location(str(self.path), field=f"parts.{shown.part.id}"),
                f"{shown.part.file} is too large for the site, so no page or document links to it",
            )
            for shown in self.parts
            if shown.part.file and not shown.file
        ]


def script_json(data: Any) -> str:
    """Return JSON that is safe in a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def script_call(name: str, *values: Any) -> bytes:
    """Return a call to a function of the site's script, with data."""
    return f"archive.{name}({','.join(map(script_json, values))});\n".encode("utf-8", "replace")
