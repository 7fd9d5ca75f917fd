"""Identify the formats of files and check them for viruses before building.

The results are written into the record, so a build does not depend on installed programs.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from archive_pkg import fixity, storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.packages.checking.runner import examine
from archive_pkg.records import Agent, Date, Edtf, Event, Evidence, record_file, save_record
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.records import Part, Record

FORMAT_UNKNOWN = Code(
    "format-unknown",
    Severity.WARNING,
    "No format in PRONOM matches a file.",
)
FORMAT_UNSURE = Code(
    "format-unsure",
    Severity.WARNING,
    "Several formats in PRONOM match a file, or the only match is doubtful, such as by the name "
    "alone. The event lists the matches.",
)
MEDIA_TYPE_DIFFERS = Code(
    "media-type-differs",
    Severity.WARNING,
    "The media type that the record gives for a part does not match the file's format.",
)
VIRUS_FOUND = Code(
    "virus-found",
    Severity.ERROR,
    "ClamAV found malware in a file. The record has an event for it. The file is unchanged.",
)
NOT_SCANNED = Code(
    "virus-check-not-done",
    Severity.ADVICE,
    "Files were not, or not completely, checked for viruses, because ClamAV is not installed or "
    "failed.",
)


@dataclass(frozen=True, slots=True)
class Characterized:
    """What `characterize` did.

    Attributes:
        file: The record's file.
        events: The events that were added to the record.
        report: The findings.
    """

    file: Path
    events: tuple[Event, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class _Result:
    """What a program found in one file."""

    type: str
    program: Agent
    outcome: str
    detail: str
    pronom: str | None = None


def characterize(source: Path, *, on: date | None = None) -> Characterized:
    """Identify the format of each file (PRONOM), check it for viruses, and record both.

    Each result is added to the record as an event, and the PRONOM identifier also to the parts. A
    result that the record already has for the same bytes is not added again. The record's file
    keeps its comments and order.

    Args:
        source: The record's file or folder.
        on: The day of the events; today (UTC) if None.

    Raises:
        InvalidError: The record or its files are not valid, or the record has an event after `on`.
        StorageError: A file cannot be read, or the record cannot be written.
        UsageError: The library that identifies formats is not installed, or `source` is a package.
    """
    if importlib.util.find_spec("pygfried") is None:
        raise UsageError(
            _("pygfried, which identifies formats, is not installed"),
            _("Run: pip install 'archive-pkg[characterize]'"),
        )
    record, found, __ = examine(source)
    file = record_file(source)[0]
    if record is None or not found.ok:
        raise InvalidError(
            _("{source} was not characterized: it is not valid", source=source), report=found
        )
    report = Report()
    work = _RecordAdditions(record, (on or datetime.now(UTC).date()).isoformat())
    scanned = _scanned([file.parent / name for name in record.files], report, file)
    for name in record.files:
        with storage.storage_errors(_("reading {name}", name=name)):
            with storage.open_beneath(file.parent, name) as stream:
                digest = fixity.digest(stream, ["sha256"])["sha256"]
            path = file.parent / name
            parts = [part for part in record.parts if part.file == name]
            place = Location(str(file), field=f"parts.{parts[0].id}.file")
            work.take(parts, digest, _format(path, parts, place, report))
            if scanned is not None:
                checked = scanned.finding(path, place, report)
                if checked is not None:
                    work.take(parts, digest, checked)
    if work.events:
        save_record(work.record(), file)
    return Characterized(file, tuple(work.events), report)


class _RecordAdditions:
    """Collects the events, agents, evidence and PRONOM identifiers to add to a record."""

    def __init__(self, record: Record, day: str) -> None:
        self.source = record
        self.day = day
        self.events: list[Event] = []
        self.agents = {agent.id: agent for agent in record.agents}
        self.evidence: list[Evidence] = []
        self.pronom: dict[str, str] = {}
        self.taken = {event.id for event in record.events}

    def take(self, parts: list[Part], digest: str, found: _Result) -> None:
        """Add a result, unless the record already has it."""
        inputs = (f"sha256:{digest}",)
        recorded = {(event.type, event.inputs, event.detail) for event in self.source.events}
        if (found.type, inputs, found.detail) in recorded:
            return
        agent = self._agent(found.program)
        event = Event(
            id=self._unused_id(f"{found.type.replace(' ', '-')}-{parts[0].id}"[:56]),
            type=found.type,
            date=Date(edtf=Edtf(self.day)),
            agents=(agent,),
            objects=tuple(part.id for part in parts),
            inputs=inputs,
            outcome=found.outcome,  # type: ignore[arg-type]
            detail=found.detail,
        )
        self.events.append(event)
        fields = [f"events.{event.id}"]
        for part in parts if found.pronom else ():
            self.pronom[part.id] = str(found.pronom)
            fields.append(f"parts.{part.id}.pronom")
        self.evidence += [Evidence(field=f, basis="supplied", agent=agent) for f in fields]

    def record(self) -> Record:
        """Return the record with the results."""
        old = self.source
        parts = tuple(
            part.model_copy(update={"pronom": self.pronom[part.id]})
            if part.id in self.pronom
            else part
            for part in old.parts
        )
        existing = {(item.field, item.agent) for item in old.evidence}
        evidence = [item for item in self.evidence if (item.field, item.agent) not in existing]
        return old.model_copy(
            update={
                "parts": parts,
                "agents": tuple(self.agents.values()),
                "events": (*old.events, *self.events),
                "evidence": (*old.evidence, *evidence),
            }
        )

    def _agent(self, program: Agent) -> str:
        """Return the id of a program's agent, which is added if the record does not have it.

        Each version of a program is a separate agent.
        """
        for agent in self.agents.values():
            if (agent.name, agent.version) == (program.name, program.version):
                return agent.id
        name = self._unused_id(program.id, set(self.agents))
        self.agents[name] = program.model_copy(update={"id": name})
        self.evidence.append(Evidence(field=f"agents.{name}", basis="supplied", agent=name))
        return name

    def _unused_id(self, name: str, taken: set[str] | None = None) -> str:
        taken = self.taken if taken is None else taken
        free, number = name, 2
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        taken.add(free)
        return free


def _format(path: Path, parts: list[Part], place: Location, report: Report) -> _Result:
    import pygfried

    found: dict[str, Any] = pygfried.identify(str(path), detailed=True)  # type: ignore[assignment]
    (signatures,) = (one["details"] for one in found["identifiers"] if one["name"] == "pronom")
    program = Agent(
        id="siegfried", name="Siegfried", kind="software", version=str(found["siegfried"])
    )
    (file,) = found["files"]
    matches = [one for one in file["matches"] if one["id"] != "UNKNOWN"]
    formats = "; ".join(_words(one) for one in matches) or "No format matches"
    detail = f"PRONOM: {formats}. Signatures: {signatures}."
    if not matches:
        message = _("no format in PRONOM matches {name}", name=path.name)
        report.add(
            FORMAT_UNKNOWN.at(
                place, message, _("Check whether the file is complete, and which program wrote it.")
            )
        )
        return _Result("format identification", program, "warning", detail)
    unsure = len(matches) > 1 or matches[0]["warning"]
    if unsure:
        report.add(
            FORMAT_UNSURE.at(place, f"{path.name}: {formats}", _("Open the file and check it."))
        )
    pronom = matches[0]["id"] if len(matches) == 1 else None
    mimes = {mime.strip() for one in matches for mime in one["mime"].split(",") if mime.strip()}
    for part in parts:
        if part.media_type and mimes and part.media_type not in mimes:
            at = Location(place.path, field=f"parts.{part.id}.media_type")
            message = _(
                "the record says {media_type}, but the file's format is {mimes}",
                media_type=part.media_type,
                mimes=", ".join(sorted(mimes)),
            )
            report.add(MEDIA_TYPE_DIFFERS.at(at, message, _("Correct the record if it is wrong.")))
    outcome = "warning" if unsure else "success"
    return _Result("format identification", program, outcome, detail, pronom)


def _words(match: dict[str, str]) -> str:
    named = f"{match['id']} {match['format']} {match['version']}".strip()
    ground = [match["basis"], match["warning"]]
    return f"{named} ({', '.join(filter(None, ground))})"


@dataclass(frozen=True, slots=True)
class _Scanned:
    """ClamAV's results for files.

    Attributes:
        program: ClamAV with its version.
        results: ClamAV's words for each file: "OK", "Empty file", "Eicar-Test-Signature FOUND".
        wrong: ClamAV's error message, for files without a result.
    """

    program: Agent
    results: dict[Path, str]
    wrong: str

    def finding(self, path: Path, place: Location, report: Report) -> _Result | None:
        """Return the result for a file, and report malware.

        If the file was not completely checked, report that and return None.
        """
        result = self.results.get(path, "")
        named = result.removesuffix(" FOUND")
        if named.startswith(_LIMIT):
            message = _(
                "ClamAV could not check all of {name}: {named}", name=path.name, named=named
            )
            report.add(NOT_SCANNED.at(place, message, _("Check it with another program.")))
            return None
        if named != result:
            detail = f"Found {named}."
            report.add(
                VIRUS_FOUND.at(
                    place, f"{path.name}: {detail}", _("Keep it away from other machines.")
                )
            )
            return _Result("virus check", self.program, "fail", detail)
        if result in _CLEAN:
            return _Result("virus check", self.program, "success", "Nothing was found.")
        message = _(
            "ClamAV could not check {name}: {value}", name=path.name, value=result or self.wrong
        )
        report.add(NOT_SCANNED.at(place, message))
        return None


_CLEAN = ("OK", "Empty file")
_LIMIT = "Heuristics.Limits.Exceeded"
_SCAN_ALL = ("--max-filesize=0", "--max-scansize=0", "--max-scantime=0", "--alert-exceeds-max=yes")
"""Without these, ClamAV says "OK" to large files that it did not scan completely."""
_DAEMON_LIMIT = 25 << 20
"""The largest file that the daemon gets. It may check larger ones in part without saying so."""


def _scanned(files: list[Path], report: Report, file: Path) -> _Scanned | None:
    """Check files with ClamAV: small ones with its daemon if possible, others with clamscan.

    If ClamAV is not installed, report that and return None.
    """
    daemon, program = shutil.which("clamdscan"), shutil.which("clamscan")
    if not (daemon or program):
        place = Location(str(file))
        report.add(
            NOT_SCANNED.at(
                place,
                _("ClamAV is not installed"),
                _("Install it, then run the command again to check for viruses."),
            )
        )
        return None
    version = _run(str(program or daemon), "--version").stdout.strip()
    agent = Agent(
        id="clamav",
        name="ClamAV",
        kind="software",
        version=re.sub(r"^ClamAV ", "", version) or None,
    )
    scanned = _Scanned(agent, {}, "")
    small = [path for path in files if path.stat().st_size <= _DAEMON_LIMIT]
    if daemon and small:
        scanned = _with_results(scanned, [daemon, "--fdpass"], small)
    rest = [path for path in files if path not in scanned.results]
    if program and rest:
        scanned = _with_results(scanned, [program, *_SCAN_ALL], rest)
    return scanned


def _with_results(before: _Scanned, command: list[str], files: list[Path]) -> _Scanned:
    paths = {str(path.absolute()): path for path in files}
    done = _run(*command, "--no-summary", "--stdout", *paths)
    results = dict(before.results)
    for line in done.stdout.splitlines():
        for name, path in paths.items():
            if line.startswith(f"{name}: "):
                results[path] = line.removeprefix(f"{name}: ")
    lines = (done.stderr or done.stdout).strip().splitlines()
    return _Scanned(before.program, results, lines[0] if lines else "no reason given")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - no shell, and files are named by absolute paths
        command, capture_output=True, text=True, errors="surrogateescape", check=False
    )
