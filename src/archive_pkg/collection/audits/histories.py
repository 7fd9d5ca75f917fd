"""Collect the entries of a ledger by package, in a temporary database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits.recorded_signatures import read_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHECK = "fixity check"
RECOVERY = "recovery"
MISSING = "missing"

DIFFERING = (
    "EXISTS (SELECT 1 FROM json_each(against) WHERE value <> 'same') "
    "AND package IN (SELECT package FROM there)"
)
"""Packages in the collection with another copy that was not equal when last compared."""

_SCHEMA = """
CREATE TABLE known (
    package TEXT PRIMARY KEY, id TEXT, first TEXT, number INTEGER, time TEXT, outcome TEXT,
    seal TEXT, checks INTEGER, failures INTEGER, built INTEGER, against TEXT, findings TEXT,
    signed TEXT
) WITHOUT ROWID;
CREATE TABLE there (package TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE months (month TEXT PRIMARY KEY, checks INTEGER, failures INTEGER) WITHOUT ROWID;
"""
_UPSERT = """
INSERT INTO known VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
ON CONFLICT (package) DO UPDATE SET
    id = coalesce(excluded.id, id), number = excluded.number, time = excluded.time,
    outcome = excluded.outcome, seal = coalesce(excluded.seal, seal), checks = checks + 1,
    failures = failures + excluded.failures, built = coalesce(built, excluded.built),
    against = nullif(coalesce(excluded.against, against), '{}'), findings = excluded.findings,
    signed = coalesce(excluded.signed, signed)
"""


@dataclass(frozen=True, slots=True)
class PackageHistory:
    """What the ledger says about a package.

    Attributes:
        package: Its path in the collection.
        id: Its record's id; None if no check could read it.
        first: The time of its first check.
        number: The number of the entry of its last check.
        time: The time of its last check.
        outcome: The outcome of that check: "pass", "fail" or "missing".
        fingerprint: Its fingerprint at its last check that passed; None if none passed.
        checks: The number of checks.
        failures: The number of failed checks.
        built: Whether this program had built it in the collection before its first check.
        against: The copies that it was last compared with, as JSON: for each "same", "differs",
            "missing" or "unreadable".
        findings: The codes of the findings of its last check.
        signed: Its signatures at its last check that passed, as the entry records them.
    """

    package: str
    id: str | None
    first: str
    number: int
    time: str
    outcome: str
    fingerprint: str | None
    checks: int
    failures: int
    built: bool
    against: str | None
    findings: tuple[str, ...]
    signed: tuple[dict[str, Any], ...]


class PackageHistories:
    """The histories of all packages of a collection, and which packages are present; a context."""

    def __enter__(self) -> PackageHistories:
        self._base = sqlite3.connect("")  # a temporary file, which SQLite removes
        self._base.executescript(_SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def take(self, entry: dict[str, Any]) -> None:
        """Add the next entry of the ledger. Entries that are not about a package are ignored."""
        package, event = entry.get("package"), entry.get("event")
        if not isinstance(package, str) or event not in (CHECK, RECOVERY, MISSING):
            return
        passed = entry.get("outcome") == "pass"
        outcome = "pass" if passed else "missing" if event == MISSING else "fail"
        # A comparison is void after a repair, because the bytes are different.
        against = {} if event == RECOVERY else entry.get("against")
        # Signatures are compared with those of the last check that passed; a repair has none.
        signed = read_signed(entry.get("signed")) if passed and event == CHECK else None
        self._base.execute(
            _UPSERT,
            (
                package,
                entry.get("id"),
                entry.get("time", ""),
                entry["number"],
                entry.get("time", ""),
                outcome,
                entry.get("seal") if passed else None,
                0 if passed else 1,
                entry.get("built_here"),
                None if against is None else json.dumps(against),
                json.dumps(entry.get("findings", [])),
                None if signed is None else json.dumps(signed),
            ),
        )

        self._base.execute(
            "INSERT INTO months VALUES (?, 1, ?) ON CONFLICT (month) DO UPDATE SET "
            "checks = checks + 1, failures = failures + excluded.failures",
            (str(entry.get("time", ""))[:7], 0 if passed else 1),
        )

    def see(self, packages: Iterable[str]) -> int:
        """Record which packages are in the collection, and return their number."""
        self._base.executemany("INSERT INTO there VALUES (?)", ((name,) for name in packages))
        (count,) = self._base.execute("SELECT count(*) FROM there").fetchone()
        return int(count)

    def due(self, before: str, now: str) -> Iterator[tuple[str, PackageHistory | None]]:
        """Yield the packages to check: never checked ones first, then the longest unchecked.

        Args:
            before: Packages last checked at or before this time are due.
            now: Checks with a later time are ignored, because the clock was wrong.
        """
        rows = self._base.execute(
            "SELECT there.package, known.* FROM there LEFT JOIN known USING (package) "
            "WHERE known.time IS NULL OR known.time <= ? OR known.time > ? "
            "ORDER BY coalesce(known.number, 0), there.package",
            (before, now),
        )
        for name, *known in rows:
            yield name, _known(known) if known[0] is not None else None

    def vanished(self) -> Iterator[PackageHistory]:
        """Yield the packages in the ledger that are missing from the collection, by path."""
        yield from self._select("package NOT IN (SELECT package FROM there)")

    def differing(self) -> Iterator[PackageHistory]:
        """Yield the packages with another copy that was not equal when last compared."""
        yield from self._select(DIFFERING)

    def with_outcome(self, *outcomes: str) -> Iterator[PackageHistory]:
        """Yield the packages whose last check had one of these outcomes, by path."""
        marks = ", ".join("?" * len(outcomes))
        yield from self._select(f"outcome IN ({marks})", *outcomes)

    def all(self) -> Iterator[PackageHistory]:
        """Yield every package in the ledger, by path."""
        yield from self._select("1")

    def never_checked(self) -> Iterator[str]:
        """Yield the packages in the collection that the ledger does not contain, by path."""
        rows = self._base.execute(
            "SELECT package FROM there WHERE package NOT IN (SELECT package FROM known) ORDER BY 1"
        )
        yield from (str(name) for (name,) in rows)

    def known(self, package: str) -> PackageHistory | None:
        """Return the history of a package."""
        return next(self._select("package = ?", package), None)

    def count(self, condition: str = "1", *values: object) -> int:
        """Return how many packages in the ledger meet a condition in SQL."""
        query = f"SELECT count(*) FROM known WHERE {condition}"  # noqa: S608 - our own conditions
        (count,) = self._base.execute(query, values).fetchone()
        return int(count)

    def by_month(self) -> list[tuple[str, int, int]]:
        """Return the months with checks: how many checks, how many failed."""
        return self._base.execute("SELECT * FROM months WHERE month <> '' ORDER BY 1").fetchall()

    def first_checks(self) -> list[tuple[str, int]]:
        """Return the days on which the packages present were first checked, and how many."""
        return self._base.execute(
            "SELECT substr(first, 1, 10), count(*) FROM known WHERE first <> '' "
            "AND package IN (SELECT package FROM there) GROUP BY 1 ORDER BY 1"
        ).fetchall()

    def checked_between(self, after: str, until: str) -> int:
        """Return how many packages present had their last check after `after` and up to `until`."""
        return self.count(
            "time > ? AND time <= ? AND package IN (SELECT package FROM there)", after, until
        )

    def oldest_check(self) -> str:
        """Return the oldest time of a last check of the packages present; "" if there is none."""
        (time,) = self._base.execute(
            "SELECT min(time) FROM known WHERE package IN (SELECT package FROM there)"
        ).fetchone()
        return time or ""

    def _select(self, condition: str, *values: object) -> Iterator[PackageHistory]:
        query = f"SELECT * FROM known WHERE {condition} ORDER BY package"  # noqa: S608 - as above
        yield from map(_known, self._base.execute(query, values))


def _known(row: Iterable[Any]) -> PackageHistory:
    package, name, first, number, time, outcome, fingerprint, *more = row
    checks, failures, built, against, codes, signed = more
    return PackageHistory(
        package,
        name,
        first,
        number,
        time,
        outcome,
        fingerprint,
        checks,
        failures,
        bool(built),
        against,
        tuple(json.loads(codes)),
        tuple(json.loads(signed or "[]")),
    )
