"""One letter of the site: its page, its package to download, and what the catalogue has of it.

What may not go out on the day is left out before anything is written, and what is written is
searched for its traces. The work is done in other processes; the catalogue is made by the first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.bags.archives.serializing import write_zip
from archive_pkg.collection.audits.seals import seal_of
from archive_pkg.collection.bulk.running import Done
from archive_pkg.errors import InvalidError
from archive_pkg.interchange import Setting, export
from archive_pkg.interchange.exporting import cmif
from archive_pkg.packages import layout, open_package, states, verify
from archive_pkg.packages.access.audience import seen_by
from archive_pkg.packages.access.decision import window
from archive_pkg.packages.access.leaks import refuse_traces
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.letter import DAMAGED, drawing_of, embedded, read_parts, view
from archive_pkg.packages.signatures.verifying import FOLDER as SIGNATURES
from archive_pkg.records.wording import label
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.web.site.entries import ROLES, Entry, described_by, entry_of
from archive_pkg.web.site.searching import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from archive_pkg.collection.bulk.each import Pace
    from archive_pkg.packages.page.letter import ShownPart
    from archive_pkg.records import Part, Record
    from archive_pkg.reports import Finding

LETTERS = "letters"
DOWNLOADS = "downloads"
SCANS = "scans"
INVALID = 3
_SOUND = "Complete and valid at the last audit, according to the ledger."
_CHANGED = "Changed since the last audit on {}."
_UNCHECKED = "Not audited yet. The checksums are those of the current manifests."
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}

SITE_ID_TAKEN = Code(
    "site-id-taken",
    Severity.ERROR,
    "Two packages of the collection have records with the same id. The site has only the page of "
    "the first one found.",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all letters of a site have in common.

    Attributes:
        stage: The folder in which the new site is made.
        old: The site that stands there; None if there is none.
        title: What it is called.
        base: The address at which it will be, ending in `/`; empty where that is not known.
        day: The day by which parts are open or withheld.
        downloads: Whether packages can be downloaded from it.
        version: Stands for the software, its templates and all options above.
    """

    stage: Path
    old: Path | None
    title: str
    base: str
    day: date
    downloads: bool
    version: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """How a package's last check came out, as the audit's ledger has it.

    Attributes:
        day: When it was.
        passed: Whether it passed.
        seal: SHA-256 of its tag manifest then, in hexadecimal; None where it never passed.
    """

    day: str
    passed: bool
    seal: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A package to put on the site.

    Attributes:
        path: Its folder.
        kept: What is known of it from the last time.
        checked: What the ledger says of it.
    """

    path: Path
    kept: Kept | None = None
    checked: Checked | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a letter from the last time.

    Attributes:
        key: Stands for the package's bytes and the plan's version.
        since: The first day on which just the same parts are withheld.
        until: The first day on which others are.
        files: The digests of its files on the site, by their paths.
    """

    key: bytes
    since: str
    until: str
    files: Mapping[str, str]


@dataclass(slots=True)
class Made:
    """A letter of the site.

    Attributes:
        kept: What is to be known of it the next time.
        entry: What the catalogue has of it.
        head: The words that describe it, compressed.
        text: The words of its texts, compressed.
        cmif: Its description in CMIF.
    """

    kept: Kept
    entry: Entry
    head: bytes
    text: bytes
    cmif: bytes = field(repr=False)


def publish(subject: Subject, pace: Pace, *, plan: Plan) -> Done:
    """Put a letter on the site; where nothing has changed, what is there goes on being used.

    The `Done` has the `Made` among its details, for the catalogue, unless nothing has changed.
    """
    path, kept = subject.path, subject.kept
    seal = seal_of(path)
    key = _key(seal, subject, plan)
    if kept and kept.key == key and kept.since <= plan.day.isoformat() < kept.until:
        try:
            if _use_again(kept.files, plan):
                return Done(str(path), "unchanged")
        except FileExistsError:
            return _taken(path, next(iter(kept.files)))
    letter = _Letter(plan, subject, seal)
    try:
        made = letter.made(key)
    except FileExistsError:
        return _taken(path, letter.record.id)
    errors = letter.errors
    return Done(str(path), "written", INVALID if errors else 0, errors, details={"made": made})


def packed(words: set[str]) -> bytes:
    """Words, compressed, the same bytes for the same words."""
    return zlib.compress("\n".join(sorted(words)).encode(), 1)


def unpacked(data: bytes) -> list[str]:
    """The words that were `packed`."""
    return zlib.decompress(data).decode().split("\n") if data else []


def link(old: Path, new: Path) -> None:
    """Let a new name stand for an old file's bytes, without copying them where that can be.

    Raises:
        FileExistsError: Something has the new name.
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


def _key(seal: bytes, subject: Subject, plan: Plan) -> bytes:
    whole = hashlib.sha256(plan.version + seal + repr(subject.checked).encode())
    # Signatures come later than the seal, and are in no manifest.
    for name in storage.names_in(subject.path / SIGNATURES):
        data = storage.read_beneath(subject.path, f"{SIGNATURES}/{name}")
        whole.update(os.fsencode(name) + data)
    return whole.digest()


def _use_again(files: Mapping[str, str], plan: Plan) -> bool:
    """Take a letter's files over from the site that stands there, if they are as they were."""
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
    finding = SITE_ID_TAKEN.at(Location(str(path)), message, "give one of the packages another id")
    return Done(str(path), "left out", INVALID, [finding])


class _Letter:
    """A letter that is being put on the site."""

    def __init__(self, plan: Plan, subject: Subject, seal: bytes) -> None:
        self.plan = plan
        self.path = subject.path
        self.checked = subject.checked
        self.seal = seal
        # What can be downloaded from here has to be sound; of the rest the ledger tells.
        self.verification = verify(self.path, jobs=1) if plan.downloads else None
        self.full = self._record()
        self.out = seen_by(self.full, "public", plan.day)
        self.record = self.out.record
        self.is_cut = self.out.is_cut
        self.parts: list[ShownPart] = []
        self.files: dict[str, str] = {}

    def _record(self) -> Record:
        if self.verification is None:
            return open_package(self.path).record
        if self.verification.record is None:
            raise InvalidError(
                f"{self.path} is not a package of a letter, or its record is not valid",
                report=self.verification.report,
            )
        return self.verification.record

    @property
    def errors(self) -> list[Finding]:
        """What verifying found wrong, if it was verified."""
        return list(self.verification.report.errors) if self.verification else []

    @property
    def _zip(self) -> str:
        return f"{DOWNLOADS}/{self.record.id}.zip"

    def made(self, key: bytes) -> Made:
        """Write its files and tell what the catalogue has to know of it."""
        name = f"{LETTERS}/{self.record.id}.html"
        page = self.plan.stage / name
        page.touch(exist_ok=False)  # of two letters with the same id, one knows
        try:
            folder = self.path / "data" / layout.PARTS
            self.parts = read_parts(self.record, folder, self._scan)
            entry = entry_of(self.record, self._download())
            html = self._page(entry).encode("utf-8", "replace")
            refuse_traces(
                self.out,
                folder,
                {str(self.path): html.decode()},
                f"{self.path} is not on the site",
            )
            page.write_bytes(html)
        except BaseException:
            for file in (name, self._zip, *self.files):
                (self.plan.stage / file).unlink(missing_ok=True)
            raise
        self.files[name] = hashlib.sha256(html).hexdigest()
        head = {word for text in described_by(self.record) for word in words_of(text)}
        text = {word for shown in self.parts for word in words_of(shown.text)}
        setting = Setting(addresses=self._addresses())
        since, until = window(self.full, self.plan.day)
        return Made(
            Kept(key, since, until, self.files),
            entry,
            packed(head),
            packed(text - head),
            cmif.fragment(self.record, setting),
        )

    def _scan(self, part: Part, data: bytes) -> str:
        """The address of a scan on the site; a drawing (SVG) is no file there, for it could act."""
        suffix = _SUFFIXES.get(str(part.media_type))
        if suffix is None:
            return embedded(part, data)
        name = f"{SCANS}/{self.record.id}.{part.id}{suffix}"
        with (self.plan.stage / name).open("xb") as file:
            file.write(data)
        self.files[name] = hashlib.sha256(data).hexdigest()
        return f"../{name}"

    def _download(self) -> tuple[int, str] | None:
        """Write the package for readers, if it is sound and nothing in it is withheld."""
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

    def _page(self, entry: Entry) -> str:
        shown = view(self.record, self.parts, drawing_of(self.record))
        known = {one.key: one for one in entry.people}
        roles = [
            (label(role), [known[key] for key in entry.of(role)])
            for role in ROLES
            if role != "mentioned_agents" and entry.of(role)
        ]
        return rendering.render(
            "site_letter.html",
            shown,
            package="archive_pkg.web",
            root="../",
            site_title=self.plan.title,
            here="letters",
            entry=entry,
            roles=roles,
            withheld_parts=self.is_cut,
            state=self._state(),
            linked_data=script_json(self._linked_data()),
            address=f"{self.plan.base}{LETTERS}/{self.record.id}.html" if self.plan.base else "",
            policy=rendering.policy(styles=(shown["row_style"],), own=True),
        )

    def _state(self) -> dict[str, Any]:
        good, day, told = self._soundness()
        manifests = storage.names_in(self.path, "tagmanifest-*.txt")
        return {
            "good": good,
            "sentences": told,
            "errors": [],
            "checked_on": day,
            "digests": [
                (name, hashlib.sha512(storage.read_beneath(self.path, name)).hexdigest())
                for name in manifests
            ],
        }

    def _soundness(self) -> tuple[bool | None, str, list[str]]:
        """Whether the package is sound, if anybody has looked; on which day; and that in words."""
        if self.verification is not None:
            good = self.verification.ok
            # Names of files in findings might be those of what is withheld.
            shown = states(self.verification) if good or not self.out.withheld else [DAMAGED]
            return good, self.plan.day.isoformat(), shown
        if self.checked is None:
            return None, "", [_UNCHECKED]
        if self.checked.passed and self.checked.seal != self.seal.hex():
            return None, "", [_CHANGED.format(self.checked.day)]
        told = _SOUND if self.checked.passed else DAMAGED
        return self.checked.passed, self.checked.day, [told]

    def _addresses(self) -> dict[str, str]:
        if not self.plan.base:
            return {}
        return {self.record.id: f"{self.plan.base}{LETTERS}/{self.record.id}.html"}

    def _linked_data(self) -> Any:
        return json.loads(export("schema-org", self.record, Setting(addresses=self._addresses())))


def script_json(data: Any) -> str:
    """JSON that can stand in a script element of a page, whatever words are in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
