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
from datetime import date
from typing import TYPE_CHECKING, Any

from archive_pkg.bags.serializing import write_zip
from archive_pkg.crosswalks import Setting, cmif, export
from archive_pkg.errors import InvalidError
from archive_pkg.holdings.bulk import Done
from archive_pkg.holdings.seals import seal_of
from archive_pkg.packages import layout, states, verify
from archive_pkg.packages.audience import public, withheld
from archive_pkg.packages.history import SOFTWARE_ID
from archive_pkg.packages.leaks import WITHHELD_SHOWS, traces
from archive_pkg.packages.signatures import FOLDER as SIGNATURES
from archive_pkg.pages import rendering
from archive_pkg.pages.entries import ROLES, Entry, described_by, entry_of
from archive_pkg.pages.letter import readings_of, view
from archive_pkg.pages.searching import words_of
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archive_pkg.holdings.each import Pace
    from archive_pkg.packages import Verification
    from archive_pkg.packages.audience import Withheld
    from archive_pkg.pages.letter import Reading
    from archive_pkg.records import Record

LETTERS = "letters"
DOWNLOADS = "downloads"
INVALID = 3

SITE_ID_TAKEN = Code(
    "site-id-taken",
    Severity.ERROR,
    "Two packages on the shelf have records with the same id, and the site has one page for it. "
    "The first that was found is on the site.",
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


def publish(subject: tuple[Path, Kept | None], pace: Pace, *, plan: Plan) -> Done:
    """Put a letter on the site; where nothing has changed, what is there goes on being used.

    The `Done` has the `Made` among its details, for the catalogue, unless nothing has changed.
    """
    path, kept = subject
    key = _key(path, plan)
    if kept and kept.key == key and kept.since <= plan.day.isoformat() < kept.until:
        try:
            if _use_again(kept.files, plan):
                return Done(str(path), "unchanged")
        except FileExistsError:
            return _taken(path, next(iter(kept.files)))
    verification = verify(path, jobs=1)
    full = verification.record
    if full is None:
        raise InvalidError(
            f"{path} is no letter's package, or its record is not sound",
            report=verification.report,
        )
    gone = withheld(full, plan.day)
    record = _outgoing(full, gone)
    readings = readings_of(record, path / "data" / layout.PARTS)
    try:
        made = _Letter(plan, path, verification, record, readings, gone, full).made(key)
    except FileExistsError:
        return _taken(path, record.id)
    errors = list(verification.report.errors)
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


def _key(path: Path, plan: Plan) -> bytes:
    whole = hashlib.sha256(plan.version + seal_of(path))
    # Signatures come later than the seal, and are in no manifest.
    for file in sorted((path / SIGNATURES).glob("*")):
        whole.update(file.name.encode("utf-8", "surrogateescape") + file.read_bytes())
    return whole.digest()


def _use_again(files: Mapping[str, str], plan: Plan) -> bool:
    """Take a letter's files over from the site that stands there, if they are as they were."""
    if plan.old is None:
        return False
    for name, digest in files.items():
        try:
            with (plan.old / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                    return False
        except OSError:
            return False
    for name in files:
        link(plan.old / name, plan.stage / name)
    return True


def _taken(path: Path, name: str) -> Done:
    message = f"another package on the shelf is {name}, too"
    finding = SITE_ID_TAKEN.at(Location(str(path)), message, "give one of them another id")
    return Done(str(path), "left out", INVALID, [finding])


def _outgoing(full: Record, gone: dict[str, Withheld]) -> Record:
    """The record as it may go out; that of a package made for the public is so already."""
    taken_out = {
        name
        for event in full.events
        if event.type == "redaction" and event.agents == (SOFTWARE_ID,)
        for name in event.objects
    }
    if all(name in taken_out and not one.part.held for name, one in gone.items()):
        return full
    return public(full, gone).model_copy(update={"id": full.id})


class _Letter:
    """A letter that is being put on the site."""

    def __init__(
        self,
        plan: Plan,
        path: Path,
        verification: Verification,
        record: Record,
        readings: list[Reading],
        gone: dict[str, Withheld],
        full: Record,
    ) -> None:
        self.plan = plan
        self.path = path
        self.verification = verification
        self.record = record
        self.readings = readings
        self.gone = gone
        self.full = full
        self.is_cut = record is not full
        self.files: dict[str, str] = {}

    @property
    def _zip(self) -> str:
        return f"{DOWNLOADS}/{self.record.id}.zip"

    def made(self, key: bytes) -> Made:
        """Write its files and tell what the catalogue has to know of it."""
        name = f"{LETTERS}/{self.record.id}.html"
        page = self.plan.stage / name
        page.touch(exist_ok=False)  # of two letters with the same id, one knows
        try:
            entry = entry_of(self.record, self._download())
            html = self._page(entry).encode("utf-8", "replace")
            self._refuse_traces(html.decode())
            page.write_bytes(html)
        except BaseException:
            for file in (page, self.plan.stage / self._zip):
                file.unlink(missing_ok=True)
            raise
        self.files[name] = hashlib.sha256(html).hexdigest()
        head = {word for text in described_by(self.record) for word in words_of(text)}
        text = {word for reading in self.readings for word in words_of(reading.text)}
        setting = Setting(addresses=self._addresses())
        since, until = _window(self.full, self.plan.day)
        return Made(
            Kept(key, since, until, self.files),
            entry,
            packed(head),
            packed(text - head),
            cmif.fragment(self.record, setting),
        )

    def _download(self) -> tuple[int, str] | None:
        """Write the package for readers, if it is sound and nothing in it is withheld."""
        bag = self.verification.verdict.bag
        if not self.plan.downloads or self.is_cut or not self.verification.ok or bag is None:
            return None
        write_zip(bag, self.plan.stage / self._zip)
        with (self.plan.stage / self._zip).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
        self.files[self._zip] = digest
        return size, digest

    def _page(self, entry: Entry) -> str:
        shown = view(self.record, self.readings)
        known = {one.key: one for one in entry.people}
        roles = [
            (label, [known[key] for key in entry.of(role)])
            for role, label in ROLES.items()
            if role != "mentioned_agents" and entry.of(role)
        ]
        return rendering.render(
            "site_letter.html",
            shown,
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
        good = self.verification.ok
        # Names of files in findings might be those of what is withheld.
        told = states(self.verification) if good or not self.gone else ["Damaged or changed."]
        manifests = sorted(self.path.glob("tagmanifest-*.txt"))
        return {
            "good": good,
            "sentences": told,
            "errors": [],
            "checked_on": self.plan.day.isoformat(),
            "digests": [
                (file.name, hashlib.sha512(file.read_bytes()).hexdigest()) for file in manifests
            ],
        }

    def _addresses(self) -> dict[str, str]:
        if not self.plan.base:
            return {}
        return {self.record.id: f"{self.plan.base}{LETTERS}/{self.record.id}.html"}

    def _linked_data(self) -> Any:
        return json.loads(export("schema-org", self.record, Setting(addresses=self._addresses())))

    def _refuse_traces(self, html: str) -> None:
        if not self.gone:
            return
        betrays = traces(self.full, self.record, self.path / "data" / layout.PARTS, self.gone)
        told = json.dumps(self.record.as_json(), ensure_ascii=False)
        report = Report(
            [
                WITHHELD_SHOWS.at(Location(str(self.path)), f"the record or page has {what}")
                for what in dict.fromkeys((*betrays(told), *betrays(html)))
            ]
        )
        if not report.ok:
            raise InvalidError(
                f"what is withheld of {self.path} would show; it is not on the site",
                "look at the record's statements, notes and events that speak of it",
                report=report,
            )


def script_json(data: Any) -> str:
    """JSON that can stand in a script element of a page, whatever words are in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _window(record: Record, day: date) -> tuple[str, str]:
    """From which day on, and until which, just the same parts are withheld as on a day."""
    ends = (
        part.access.until.edtf.latest for part in record.parts if part.access and part.access.until
    )
    days = [end for end in ends if end is not None]
    since = max((end for end in days if end <= day), default=date.min)
    until = min((end for end in days if end > day), default=date.max)
    return since.isoformat(), until.isoformat()
