"""Summarize what a ledger shows: in words, as a page, as a table, and as metrics."""

from __future__ import annotations

import html
import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from archive_pkg import csv_text
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.comparing import is_read
from archive_pkg.collection.audits.histories import DIFFERING, PackageHistories
from archive_pkg.collection.audits.signed_heads import SignedHeads
from archive_pkg.collection.reports.charts import Bar, columns, curve
from archive_pkg.collection.reports.page import figure, framed, listed, report_page
from archive_pkg.packages import Signed, Trust
from archive_pkg.packages.signatures.verifying import utc
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.collection.audits.ledger import LedgerHead
    from archive_pkg.collection.bulk.running import Done
    from archive_pkg.collection.opening import Collection
    from archive_pkg.reports import Report

_COLUMNS = (
    "package",
    "id",
    "in_collection",
    "outcome",
    "last_check",
    "first_check",
    "checks",
    "failures",
    "built_here",
    "findings",
    "compared_with",
    "signed_with",
)

_LONG = 365
_AGES = (
    ("a week", 7),
    ("a month", 31),
    ("3 months", 92),
    ("half a year", 183),
    ("a year", _LONG),
    ("longer", 365_000),
)
"""The ages by which checks are grouped, each with its number of days."""


@dataclass(frozen=True, slots=True)
class PreservationLevel:
    """A requirement of the NDSA Levels of Digital Preservation (version 2.0), with evidence.

    Attributes:
        area: The functional area.
        level: 1 to 4.
        asks: The requirement, in short.
        shown: The evidence for it in the ledger.
    """

    area: str
    level: int
    asks: str
    shown: str


class Overview:
    """What a ledger and its collection show. A context manager, which has a database."""

    def __init__(self, collection: Collection, path: Path, trust: Trust | None = None) -> None:
        """Read a ledger, and compare it with a collection. Trust is about signed heads."""
        self.collection = collection
        self.path = path
        self._trust = trust or Trust()

    def __enter__(self) -> Overview:
        with ExitStack() as opened:
            self.state = opened.enter_context(PackageHistories())
            self._recoveries = 0
            self._copies: set[str] = set()
            self._heads = SignedHeads(self.path)
            book, self.report = ledger.read(self.path, self._take)
            self.head: LedgerHead = book.head
            self.last_time = book.last_time
            self.chain_is_valid = self.report.ok
            self._heads.examine(self._trust, self.report)
            self.signed = self._heads.signed
            self.present = self.state.see(
                package.relative_to(self.collection.root).as_posix()
                for package in self.collection.packages(self._add_findings, serialized=True)
            )
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    report: Report

    def _add_findings(self, done: Done) -> None:
        self.report.extend(done.findings)

    def _take(self, entry: dict[str, object]) -> None:
        self.state.take(entry)
        self._heads.take(entry)
        self._recoveries += entry.get("event") == "recovery"
        against = entry.get("against")
        if isinstance(against, dict):
            self._copies.update(
                copy for copy, outcome in against.items() if outcome == "same" and is_read(copy)
            )

    @property
    def ok(self) -> bool:
        """Whether the ledger is valid, and no package failed, vanished or differs from a copy."""
        return self.report.ok and not (self.failed or self.vanished or self.differing)

    @property
    def failed(self) -> int:
        """The number of packages present whose last check failed."""
        return self.state.count("outcome = 'fail' AND package IN (SELECT package FROM there)")

    @property
    def vanished(self) -> int:
        """The number of packages in the ledger that are missing from the collection."""
        return self.state.count("package NOT IN (SELECT package FROM there)")

    @property
    def differing(self) -> int:
        """The number of present packages with another copy that differed when last compared."""
        return self.state.count(DIFFERING)

    @property
    def never(self) -> int:
        """The number of packages present that were never checked."""
        return self.present - self.state.count("package IN (SELECT package FROM there)")

    @property
    def strangers(self) -> int:
        """The number of packages that the ledger does not record as built here."""
        return self.state.count("NOT coalesce(built, 0)")

    @property
    def oldest(self) -> str:
        """The time of the oldest last check; empty if there is none."""
        return self.state.oldest_check()

    def words(self, most: int = 20) -> Iterator[str]:
        """Yield the overview in words, trouble first, with up to `most` names for each group."""
        if not self.chain_is_valid:
            yield "THE LEDGER'S CHAIN IS BROKEN. What follows covers only entries before the break."
        yield f"The collection {self.collection.root} has {counted(self.present, 'package')}."
        for count, what, names in self._groups():
            some = list(islice(names, most))
            yield what + (":" if some else ".")
            yield from (f"  {name}" for name in some)
            if some and count > most:
                yield f"  … and {count - most:,} more (--csv lists all)"
        if self.oldest:
            yield f"The oldest check was on {self.oldest}."
        yield ""
        yield f"The ledger {self.path} has {_entries(self.head.number)}" + (
            f", the last on {self.last_time}." if self.last_time else "."
        )
        yield f"Its head is {self.head} (entry and fingerprint). Keep a copy of it elsewhere."
        if self.chain_is_valid:
            yield "Its chain is unbroken."
        for head, signature in self.signed:
            what = f"Entry {head.number:,} and all before it"
            if not self.chain_is_valid:
                what = f"A head of entry {head.number:,}, which this ledger may not match"
            yield f"{what}: {_signed_words(signature)}."
        yield ""
        yield "Evidence for the NDSA Levels of Digital Preservation, version 2.0:"
        for level in self.levels():
            yield f"  {level.area} {level.level}, {level.asks}: {level.shown}"

    def _groups(self) -> Iterator[tuple[int, str, Iterator[str]]]:
        """Yield each group's size, a sentence about it without full stop, and its names.

        Groups with trouble come first, groups without packages last.
        """
        failed = _packages(self.failed, "failed its", "failed their")
        vanished = (f"{known.package}, last check {known.time}" for known in self.state.vanished())
        differing = (
            f"{known.package}: {_copies(known.against)}" for known in self.state.differing()
        )
        never = _packages(self.never, "was", "were")
        strangers = (known.package for known in self.state.all() if not known.built)
        foreign = f"This ledger does not record the build of {counted(self.strangers, 'package')}"
        passed = self.state.count("outcome = 'pass' AND package IN (SELECT package FROM there)")
        groups = [
            (self.failed, f"{failed} last check", self._failures()),
            (self.vanished, _packages(self.vanished, "has", "have") + " vanished", vanished),
            (
                self.differing,
                f"Copies that differed or were missing when last compared: {self.differing:,}",
                differing,
            ),
            (self.never, f"{never} never checked", self.state.never_checked()),
            (passed, _packages(passed, "passed its", "passed their") + " last check", iter(())),
        ]
        if self.strangers:
            groups.append((self.strangers, foreign, strangers))
        yield from sorted(groups, key=lambda group: not group[0])

    def _failures(self) -> Iterator[str]:
        for known in self.state.with_outcome("fail"):
            yield f"{known.package}, {known.time}: {', '.join(known.findings) or 'see the ledger'}"

    def levels(self) -> Iterator[PreservationLevel]:
        """Yield the NDSA Levels about which a ledger can have evidence, each with this evidence."""
        checked = self.state.count("package IN (SELECT package FROM there)")
        all_checked = self.present and checked == self.present
        several = self.state.count("checks > 1")
        copies = len(self._copies)
        yield PreservationLevel(
            "Storage",
            1,
            "two complete copies in separate places",
            f"packages were equal to {copies} other {'copy' if copies == 1 else 'copies'}"
            + f" ({', '.join(sorted(self._copies))})"
            if copies
            else "the ledger records no comparison with an equal copy (--against)",
        )
        yield PreservationLevel(
            "Integrity",
            1,
            "integrity information exists and was verified",
            f"{checked:,} of {self.present:,} packages were verified at least once",
        )
        yield PreservationLevel(
            "Integrity",
            2,
            "integrity information is kept apart from the content",
            "each entry has the package's fingerprint"
            + (
                ""
                if _apart(self.path, self.collection.root)
                else ", but the ledger is in the collection"
            ),
        )
        yield PreservationLevel(
            "Integrity",
            3,
            "verified at fixed intervals, with recorded outcomes",
            f"{_packages(several, 'was', 'were')} checked more than once; "
            + (
                "every package was checked"
                if all_checked
                else _packages(self.never, "was", "were") + " never checked"
            ),
        )
        yield PreservationLevel(
            "Integrity",
            4,
            "damaged content is repaired or replaced",
            f"{counted(self._recoveries, 'repair')} recorded; "
            f"{counted(self.failed + self.vanished, 'package')} to repair",
        )

    def csv_lines(self) -> Iterator[str]:
        """Yield the overview as CSV (RFC 4180), one line per package."""
        yield csv_text.line(_COLUMNS)
        vanished = {known.package for known in self.state.vanished()}
        for known in self.state.all():
            yield csv_text.line(
                (
                    known.package,
                    known.id or "",
                    "no" if known.package in vanished else "yes",
                    known.outcome,
                    known.time,
                    known.first,
                    known.checks,
                    known.failures,
                    "yes" if known.built else "no",
                    " ".join(known.findings),
                    known.against or "",
                    " ".join(entry["key"] for entry in known.signed),
                )
            )
        for name in self.state.never_checked():
            yield csv_text.line((name, "", "yes", "never checked", *[""] * (len(_COLUMNS) - 4)))

    def page(self) -> str:
        """Return the overview as one self-contained HTML page."""
        levels = "\n".join(
            f"<tr><td>{html.escape(level.area)} {level.level}</td><td>{html.escape(level.asks)}"
            f"</td><td>{html.escape(level.shown)}</td></tr>"
            for level in self.levels()
        )
        chain = (
            "<p class='good'>✓ The ledger's chain is unbroken.</p>"
            if self.report.ok
            else "<p class='bad'>✗ The ledger's chain is broken: "
            + html.escape("; ".join(str(f.message) for f in self.report.errors))
            + "</p>"
        )
        head = (
            f"<p>{counted(self.present, 'package')}. The ledger has "
            f"{_entries(self.head.number)}, the last on "
            f"{html.escape(self.last_time or '–')}. Its head is "
            f"<code>{html.escape(str(self.head))}</code>.</p>"
        )
        groups = "\n".join(
            f"<h2>{html.escape(what)}</h2>" + listed(names) for _, what, names in self._groups()
        )
        table = (
            "<h2>The NDSA Levels of Digital Preservation, version 2.0</h2><table><thead><tr>"
            "<th scope='col'>level</th><th scope='col'>requirement</th>"
            "<th scope='col'>what the ledger shows</th></tr></thead>"
            f"<tbody>{levels}</tbody></table>"
        )
        body = "\n".join((chain, groups, head, *self._pictures(), table))
        return report_page(f"Audit of {self.collection.root}", body)

    def _pictures(self) -> Iterator[str]:
        if not self.present or not self.last_time:
            return
        yield figure("When the packages were last checked", columns, list(self._ages()))
        yield self._share_checked()
        failures = [Bar(month, failed, bad=True) for month, _, failed in self.state.by_month()]
        if any(bar.count for bar in failures):
            yield figure("Failed checks by month", columns, failures)

    def _ages(self) -> Iterator[Bar]:
        """Yield the packages by the time between their last check and the ledger's last entry."""
        until = last = datetime.fromisoformat(self.last_time)
        for label, days in _AGES:
            after = last - timedelta(days=days)
            count = self.state.checked_between(_timestamp(after), _timestamp(until))
            yield Bar(label, count, bad=days > _LONG)
            until = after
        yield Bar("never", self.never, bad=True)

    def _share_checked(self) -> str:
        """Return the share of the packages present that had been checked by each day."""
        days = self.state.first_checks()
        if not days:
            return ""
        first = date.fromisoformat(days[0][0])
        last = max(date.fromisoformat(self.last_time[:10]), first)
        span = max(1, (last - first).days)
        done = 0
        points = [(0.0, 0.0)]
        for day, count in days:
            at = (date.fromisoformat(day) - first).days / span
            points.append((at, done / self.present))
            done += count
            points.append((at, done / self.present))
        points.append((1.0, done / self.present))
        what = "Share of the packages checked at least once"
        words = f"{done:,} of {self.present:,} by {last}; the first on {first}."
        picture = curve(points, (str(first), str(last)), what)
        return framed(what, picture, f"<p>{html.escape(words)}</p>")

    def metrics(self) -> str:
        """Return the overview in Prometheus's text format, for node_exporter."""
        values = {
            "packages": (self.present, "Packages in the collection."),
            "packages_failed": (self.failed, "Packages whose last check failed."),
            "packages_copy_differs": (
                self.differing,
                "Packages with another copy that differed or was missing when last compared.",
            ),
            "packages_vanished": (self.vanished, "Packages in the ledger that are missing."),
            "packages_never_checked": (self.never, "Packages that were never checked."),
            "ledger_entries": (self.head.number, "Entries in the ledger."),
            "ledger_sound": (int(self.report.ok), "Whether the ledger is valid."),
            "oldest_check_timestamp_seconds": (
                _seconds(self.oldest),
                "Time of the oldest last check.",
            ),
            "last_entry_timestamp_seconds": (
                _seconds(self.last_time),
                "Time of the last entry.",
            ),
        }
        collection = (
            str(self.collection.root).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        )
        lines = []
        for name, (value, meaning) in values.items():
            full = f"archive_pkg_{name}"
            lines.append(f"# HELP {full} {meaning}")
            lines.append(f"# TYPE {full} gauge")
            lines.append(f'{full}{{collection="{collection}"}} {value}')
        return "\n".join(lines) + "\n"


def _signed_words(signature: Signed) -> str:
    """Return in words who signed a head, and before which time, if this is known."""
    if not signature.good:
        return f"{signature.file} is NOT a valid signature of it"
    who = f" of {', '.join(signature.signers)}" if signature.signers else ""
    words = f"signed with the {signature.key_type} key {signature.fingerprint}{who}"
    for stamp in signature.stamps[:1]:
        if stamp.trusted:
            words += f", before {utc(stamp.time)} according to “{stamp.authority}”"
        else:
            words += (
                f", with a timestamp by “{stamp.authority}” that no trusted certificate vouches for"
            )
    return words


def _packages(number: int, one: str, many: str) -> str:
    return f"{counted(number, 'package')} {one if number == 1 else many}"


def _copies(against: str | None) -> str:
    """Return in words which copies of a package were not equal when last compared."""
    return "; ".join(
        f"the copy in {copy} {outcome if outcome == 'differs' else f'is {outcome}'}"
        for copy, outcome in json.loads(against or "{}").items()
        if outcome != "same"
    )


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _apart(path: Path, root: Path) -> bool:
    return not path.absolute().is_relative_to(root.absolute())


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp()) if time else 0


def _timestamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
