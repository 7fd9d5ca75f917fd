"""What a ledger says of each package, gathered in a temporary database while it is read."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits.signed import read_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHECK = "fixity check"
RECOVERY = "recovery"
MISSING = "missing"

DIFFERING = (
    "EXISTS (SELECT 1 FROM json_each(against) WHERE value = 'differs') "
    "AND package IN (SELECT package FROM there)"
)
"""Of packages on the shelf: another copy differed, or was not there, when last compared."""

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
class Known:
    """What the ledger says of one package.

    Attributes:
        package: Its folder, from the shelf's.
        id: Its record's id, where that was ever read.
        first: When it was first checked.
        number: The entry of its last check.
        time: When it was last checked.
        outcome: Of that check: "pass", "fail" or "missing".
        seal: SHA-256 of its tag manifest when it last passed; None if it never did.
        checks: How often it was checked.
        failures: How often it did not pass.
        built: Whether it was known to have been built on the shelf when it was first checked.
        against: The copies that it was last compared with, each "same" or "differs", as JSON.
        findings: Codes of what was found at its last check.
        signed: What was signed by whom when it last passed, as its entry has it.
    """

    package: str
    id: str | None
    first: str
    number: int
    time: str
    outcome: str
    seal: str | None
    checks: int
    failures: int
    built: bool
    against: str | None
    findings: tuple[str, ...]
    signed: tuple[dict[str, Any], ...]


class State:
    """What is known of the packages of a shelf, and which are there; a context."""

    def __enter__(self) -> State:
        self._base = sqlite3.connect("")  # a temporary file, which SQLite removes
        self._base.executescript(_SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def take(self, entry: dict[str, Any]) -> None:
        """Take an entry of the ledger, in their order; those about no package say nothing."""
        package, event = entry.get("package"), entry.get("event")
        if not isinstance(package, str) or event not in (CHECK, RECOVERY, MISSING):
            return
        passed = entry.get("outcome") == "pass"
        outcome = "pass" if passed else "missing" if event == MISSING else "fail"
        # What was restored has other bytes than those that were compared.
        against = {} if event == RECOVERY else entry.get("against")
        # A repair says nothing of signatures; what failed is compared with what passed before.
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
        """Note which packages are on the shelf; gives how many."""
        self._base.executemany("INSERT INTO there VALUES (?)", ((name,) for name in packages))
        (count,) = self._base.execute("SELECT count(*) FROM there").fetchone()
        return int(count)

    def due(self, before: str, now: str) -> Iterator[tuple[str, Known | None]]:
        """Packages on the shelf to check, the longest unchecked first, the never checked before.

        Args:
            before: Those last checked at or before this time are due.
            now: A check later than this is one of a wrong clock, and counts for nothing.
        """
        rows = self._base.execute(
            "SELECT there.package, known.* FROM there LEFT JOIN known USING (package) "
            "WHERE known.time IS NULL OR known.time <= ? OR known.time > ? "
            "ORDER BY coalesce(known.number, 0), there.package",
            (before, now),
        )
        for name, *known in rows:
            yield name, _known(known) if known[0] is not None else None

    def vanished(self) -> Iterator[Known]:
        """Packages that the ledger knows and the shelf has no more, by their paths."""
        yield from self._select("package NOT IN (SELECT package FROM there)")

    def differing(self) -> Iterator[Known]:
        """Packages on the shelf of which another copy differed when last compared."""
        yield from self._select(DIFFERING)

    def with_outcome(self, *outcomes: str) -> Iterator[Known]:
        """Packages whose last check came out so, by their paths."""
        marks = ", ".join("?" * len(outcomes))
        yield from self._select(f"outcome IN ({marks})", *outcomes)

    def all(self) -> Iterator[Known]:
        """Every package that the ledger knows, by their paths."""
        yield from self._select("1")

    def never_checked(self) -> Iterator[str]:
        """Packages on the shelf that the ledger does not know, by their paths."""
        rows = self._base.execute(
            "SELECT package FROM there WHERE package NOT IN (SELECT package FROM known) ORDER BY 1"
        )
        yield from (str(name) for (name,) in rows)

    def known(self, package: str) -> Known | None:
        """What the ledger says of a package."""
        return next(self._select("package = ?", package), None)

    def count(self, condition: str = "1", *values: object) -> int:
        """How many packages that the ledger knows meet a condition in SQL."""
        query = f"SELECT count(*) FROM known WHERE {condition}"  # noqa: S608 - our own conditions
        (count,) = self._base.execute(query, values).fetchone()
        return int(count)

    def by_month(self) -> list[tuple[str, int, int]]:
        """The months in which something was checked: how many checks, how many did not pass."""
        return self._base.execute("SELECT * FROM months WHERE month <> '' ORDER BY 1").fetchall()

    def first_checks(self) -> list[tuple[str, int]]:
        """The days on which packages that are on the shelf were first checked, and how many."""
        return self._base.execute(
            "SELECT substr(first, 1, 10), count(*) FROM known WHERE first <> '' "
            "AND package IN (SELECT package FROM there) GROUP BY 1 ORDER BY 1"
        ).fetchall()

    def checked_between(self, after: str, until: str) -> int:
        """How many packages on the shelf were last checked later than one time, up to another."""
        return self.count(
            "time > ? AND time <= ? AND package IN (SELECT package FROM there)", after, until
        )

    def oldest_pass(self) -> str:
        """The time of the check that is longest ago, of what is on the shelf; empty if none."""
        (time,) = self._base.execute(
            "SELECT min(time) FROM known WHERE package IN (SELECT package FROM there)"
        ).fetchone()
        return time or ""

    def _select(self, condition: str, *values: object) -> Iterator[Known]:
        query = f"SELECT * FROM known WHERE {condition} ORDER BY package"  # noqa: S608 - as above
        yield from map(_known, self._base.execute(query, values))


def _known(row: Iterable[Any]) -> Known:
    package, name, first, number, time, outcome, seal, *more = row
    checks, failures, built, against, codes, signed = more
    return Known(
        package,
        name,
        first,
        number,
        time,
        outcome,
        seal,
        checks,
        failures,
        bool(built),
        against,
        tuple(json.loads(codes)),
        tuple(json.loads(signed or "[]")),
    )
