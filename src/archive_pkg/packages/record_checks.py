"""Check a record against its files: presence, checksums, encodings and quotes.

The models have already validated the record itself.
"""

from __future__ import annotations

import codecs
import os
import shlex
import shutil
from collections import defaultdict
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.faults import Fault
from archive_pkg.logs import logger
from archive_pkg.packages import layout
from archive_pkg.packages.layout import is_bag
from archive_pkg.paths import StrPath
from archive_pkg.records import NAMES, Record, placed, read_placed, record_file
from archive_pkg.records.statements import StatementIndex, statements
from archive_pkg.records.vocabularies import terms
from archive_pkg.records.wording import label, relations
from archive_pkg.reports import Code, Finding, Location, Report, Severity, some
from archive_pkg.texts.decoding import ENCODING_NAMES, other_readings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from archive_pkg.records import Classification, Edtf, Part, Quote

_log = logger(__name__)

TEXT_LIMIT = 256 * 1024 * 1024
"""The largest text, in bytes, that is decoded to check quotes."""
_AT_ONCE = 1 << 20
"""Files up to this size in bytes are read at once."""

PART_MISSING = Code(
    "part-missing",
    Severity.ERROR,
    "The file of a part is not in the record's folder. Put it there, or write `held: false`.",
)
PART_NOT_A_FILE = Code(
    "part-not-a-file",
    Severity.ERROR,
    "The path of a part is a link, a folder or a device, or goes through a link. Only regular "
    "files inside the record's folder are read.",
)
PART_CHANGED = Code(
    "part-changed",
    Severity.ERROR,
    "The file of a part does not have the SHA-256 checksum that the record gives.",
)
PART_EMPTY = Code("part-empty", Severity.WARNING, "The file of a part is empty.")
NAME_PERCENT = Code(
    "part-name-percent",
    Severity.WARNING,
    "The name of a part's file contains %. A BagIt 1.0 manifest writes it as %25, which "
    "bagit-python 1.9 and programs built on it do not decode.",
    "RFC 8493, 2.1.3",
)
PART_UNREADABLE = Code(
    "part-unreadable", Severity.ERROR, "The file of a part could not be read completely."
)
PART_WITHOUT_DIGEST = Code(
    "part-without-digest",
    Severity.ADVICE,
    "The record has no SHA-256 checksum for a part, so a change of its file before the build "
    "goes unnoticed.",
)
ENCODING_UNKNOWN = Code(
    "encoding-unknown",
    Severity.ERROR,
    "A part declares an encoding that this program does not know.",
)
TEXT_UNDECODABLE = Code(
    "text-undecodable",
    Severity.ERROR,
    "A text is not in the encoding that its part declares (UTF-8 if it declares none). Declare "
    "the right one. The file itself is not changed.",
)
TEXT_TOO_LARGE = Code(
    "text-too-large",
    Severity.ERROR,
    f"A text with quotes is larger than {TEXT_LIMIT // 1024**2} MiB, so the quotes are not "
    "checked.",
)
QUOTE_MOVED = Code(
    "quote-moved",
    Severity.ERROR,
    "The words of a quote are not at its offsets in the part's file.",
    "W3C Web Annotation Data Model, 4.2.4 and 4.2.5",
)
SPAN_BEYOND_TEXT = Code(
    "span-beyond-text", Severity.ERROR, "A part's span ends after the end of the text in its file."
)
STATEMENT_UNSOURCED = Code(
    "statement-unsourced",
    Severity.WARNING,
    "A statement in the record has no evidence: it is neither quoted, inferred nor supplied.",
)
FILE_NOT_IN_RECORD = Code(
    "file-not-in-record",
    Severity.WARNING,
    "A file in the record's folder is not named by any part, so the package will not contain it.",
)
FOLDER_NAMED_OTHERWISE = Code(
    "folder-named-otherwise",
    Severity.ADVICE,
    "The record's folder is not named after the record's id.",
)
AGENT_WITHOUT_AUTHORITY = Code(
    "agent-without-authority",
    Severity.ADVICE,
    "An author, sender, signatory, recipient or participant has no identifier from an authority "
    "file (VIAF, GND, …).",
)
STATEMENT_MISSING = Code(
    "statement-missing",
    Severity.ADVICE,
    "The record does not state what a complete record of its type states.",
)
LEVEL_UNKNOWN = Code(
    "classification-level-unknown",
    Severity.ERROR,
    "The level of classification is not in the vocabulary that the record names.",
)
EVENT_TYPE_LOCAL = Code(
    "event-type-local",
    Severity.ADVICE,
    "An event's type is not in the Library of Congress's vocabulary. It is exported as a "
    "local type.",
    "PREMIS 3.0, 2.2",
)
ACCESS_WIDER = Code(
    "access-wider-than-source",
    Severity.WARNING,
    "A part is open, but the part it was made from is not. That is intended for a redaction "
    "and probably a mistake for other parts.",
)
EVENT_TOO_EARLY = Code(
    "event-before-its-object",
    Severity.WARNING,
    "An event is dated before one of its parts was made. Correct one of the two dates.",
)
RECLASSIFIED_TOO_EARLY = Code(
    "reclassified-before-the-letter",
    Severity.WARNING,
    "A change of the letter's classification is dated before the letter itself. Correct one of "
    "the two dates.",
)
RECORD_ID_TWICE = Code(
    "record-id-twice", Severity.ERROR, "Two of the records checked together have the same id."
)
RECORD_IDS_ALIKE = Code(
    "record-ids-alike",
    Severity.WARNING,
    "The ids of two records differ only in capital and small letters. On most disks of Windows "
    "and macOS, their packages would have the same folder.",
)

FILE_CODES = frozenset(
    code.code
    for code in (
        PART_MISSING,
        PART_NOT_A_FILE,
        PART_CHANGED,
        PART_UNREADABLE,
        TEXT_UNDECODABLE,
        QUOTE_MOVED,
        SPAN_BEYOND_TEXT,
    )
)
"""The codes of findings that a changed file causes."""
_ANOTHER_ID = "Give one of them another id."


Files = StrPath | Mapping[str, StrPath | bytes]
"""The folder that the paths of a record's parts start from; or the bytes or the path of each."""


def check(source: StrPath | Record, files: Files | None = None) -> Report:
    """Check a record, its files and its quotes.

    Args:
        source: A record's file, its folder, or a record.
        files: The files, if `source` is a record.

    Raises:
        UsageError: `files` has a name that no part has, or `source` is a path.
        StorageError: A file cannot be read.
    """
    if not isinstance(source, Record):
        refuse_files(files)
        return examine(Path(source))[1]
    with folder_of(source, files) as folder:
        return Report(list(check_record(source, folder, Path(source.id))))


@contextmanager
def folder_of(record: Record, files: Files | None) -> Iterator[Path]:
    """Yield the folder with the files of a record; files given one by one are copied into one.

    Raises:
        UsageError: A name in `files` is not the file of a part.
        StorageError: A file cannot be read.
    """
    if files is not None and not isinstance(files, Mapping):
        yield Path(files)
        return
    given = files or {}
    if unknown := sorted(given.keys() - set(record.files)):
        raise UsageError(
            f"no part of {record.id} has the file {some(unknown)}",
            "Use the file names that the parts have in the record.",
        )
    with TemporaryDirectory(prefix="archive-pkg-") as made:
        folder = Path(made, "files")
        for name, data in given.items():
            with storage.storage_errors(f"reading {name}"):
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(data, bytes):
                    file.write_bytes(data)
                    continue
                with storage.open_regular(Path(data)) as stream, file.open("xb") as copy:
                    shutil.copyfileobj(stream, copy)
                    file.chmod(os.fstat(stream.fileno()).st_mode)
        _log.debug("copied %d files into the temporary folder %s", len(given), made)
        yield folder


def refuse_files(files: Files | None) -> None:
    """Raise UsageError if files are given with the path of a record, which names its own."""
    if files is not None:
        raise UsageError("`files` needs a record, not the path of one", "Load the record first.")


def same_id(file: str, name: str, other: str) -> Finding:
    """Return the finding for a record that has the id of another record."""
    message = f"the id {name} is also that of {other}"
    return RECORD_ID_TWICE.at(Location(file, field="id"), message, _ANOTHER_ID)


def like_id(file: str, name: str, like: str, other: str) -> Finding:
    """Return the finding for a record whose id differs from another's only in case."""
    message = f"the id {name} and the id {like} of {other} differ only in capital and small letters"
    return RECORD_IDS_ALIKE.at(Location(file, field="id"), message, _ANOTHER_ID)


def examine(path: Path) -> tuple[Record | None, Report]:
    """Read a record, if possible, and check it and its files.

    Raises:
        StorageError: A file cannot be read.
        UsageError: The path is a package, or a folder of packages.
    """
    file, findings = record_file(path)
    if package := _package_of(path):
        raise UsageError(
            f"{path} is {'' if package == path else 'part of '}a package, not a record",
            f"Check it with archive-pkg verify {shlex.quote(str(package))}",
        )
    if findings and (package := _package_below(path)):
        raise UsageError(
            f"{path} has no record, but packages such as {package}",
            f"Check them with archive-pkg verify {shlex.quote(str(path))}",
        )
    if findings:
        return None, Report(findings)
    record, report, root = read_placed(file)
    if record is not None:
        found = [*check_record(record, file.parent, file), *_strays(record, file)]
        report.extend(placed(found, file, root))
    return record, report


def _package_of(path: Path) -> Path | None:
    """Return the package that a path names: its folder, the `data` in it, or the record there."""
    if storage.is_folder(path) and is_bag(path) and record_file(path)[1]:
        return path
    data = path.parent if path.name == layout.RECORD else path
    package = data.resolve().parent
    if data.resolve().name != "data" or not is_bag(package):
        return None
    # Another bag may contain a record's own folder.
    has_form = (data / layout.DESCRIPTOR).is_file() or (data / layout.PARTS).is_dir()
    return data.parent if has_form else None


def _package_below(folder: Path) -> Path | None:
    """Return a package in a folder or in its subfolders, or None."""
    with suppress(OSError):
        for declaration in folder.rglob("bagit.txt"):
            if storage.is_regular(declaration):
                return declaration.parent
    return None


def check_record(record: Record, folder: Path, source: Path) -> Iterator[Finding]:
    """Check a record against the files below a folder.

    Args:
        record: The record.
        folder: The folder that the parts' paths start from; only read.
        source: The record's file, for the places of the findings.
    """
    readable = yield from _files(record, folder, source)
    yield from _texts(record, folder, source, readable)
    yield from _statements(record, source)
    yield from _access(record, source)
    yield from _events(record, source)


def _files(
    record: Record, folder: Path, source: Path
) -> Generator[Finding, None, dict[str, bytes | None]]:
    """Check presence, type and digest of every held file, and return the good ones.

    The bytes of small texts are returned too, so that the same bytes are digested and decoded.
    """
    good: dict[str, bytes | None] = {}
    holders: dict[str, list[Part]] = defaultdict(list)
    for part in record.parts:
        if part.file:
            holders[part.file].append(part)
    for name, parts in holders.items():
        place = Location(str(source), field=f"parts.{parts[0].id}.file")
        try:
            with storage.open_beneath(folder, name) as stream:
                size = os.fstat(stream.fileno()).st_size
                data = stream.read() if size <= _AT_ONCE else None
                digest = fixity.digest(stream if data is None else data, ["sha256"])["sha256"]
        except FileNotFoundError:
            hint = f"Put {name} into the record's folder, or write held: false in the part."
            yield PART_MISSING.at(place, f"the file {name} is missing", hint)
            continue
        except storage.NotRegularError as error:
            yield PART_NOT_A_FILE.at(
                place,
                f"{name} was not read: {storage.explain(error)}",
                "Replace it with the file itself.",
            )
            continue
        except OSError as error:
            message = f"{name} could not be read: {storage.explain(error)}"
            yield PART_UNREADABLE.at(place, message, "Check its permissions and the disk.")
            continue
        good[name] = data if any(part.is_text for part in parts) else None
        if "%" in name:
            message = (
                f"the name {name} contains %, and bagit-python does not find such files in a bag"
            )
            yield NAME_PERCENT.at(
                place, message, "Rename the file if such programs have to read the package."
            )
        if size == 0:
            yield PART_EMPTY.at(place, f"{name} is empty", "Check whether it is the right file.")
        for part in parts:
            at = Location(str(source), field=f"parts.{part.id}.sha256")
            if part.sha256 is None:
                hint = f"Write sha256: {digest}"
                yield PART_WITHOUT_DIGEST.at(at, f"{name} has no checksum in the record", hint)
            elif part.sha256 != digest:
                message = (
                    f"{name} has changed: its sha256 is {digest}, the record has {part.sha256}"
                )
                hint = (
                    "Restore the right file, or write the new checksum into the record if you "
                    "changed the file."
                )
                yield PART_CHANGED.at(at, message, hint)
    return good


def _texts(
    record: Record, folder: Path, source: Path, readable: dict[str, bytes | None]
) -> Iterator[Finding]:
    quotes: dict[str, list[tuple[str, Quote]]] = defaultdict(list)
    for field, quote in _quotes(record):
        part = record.part(quote.part)
        if part.file in readable and part.is_text:
            quotes[part.file].append((field, quote))
    texts = {part.file: part for part in record.parts if part.is_text and part.file in readable}
    for name, part in texts.items():
        if name is None:
            continue
        place = Location(str(source), field=f"parts.{part.id}.file")
        data = readable[name]
        text = yield from _decoded(folder, name, part, place, data, needed=bool(quotes[name]))
        if text is None:
            continue
        for field, quote in quotes[name]:
            yield from _check_quote(text, quote, Location(str(source), field=field), name)
        for other in record.parts:
            if other.file == name and other.span and other.span.end > len(text):
                at = Location(str(source), field=f"parts.{other.id}.span", offset=other.span.end)
                message = (
                    f"the span ends at {other.span.end}, but the text of {name} ends at {len(text)}"
                )
                yield SPAN_BEYOND_TEXT.at(at, message, f"End the span at {len(text)} or before.")


def _decoded(
    folder: Path, name: str, part: Part, place: Location, data: bytes | None, *, needed: bool
) -> Generator[Finding, None, str | None]:
    """Decode a part's text; line ends are kept, a byte order mark is not counted."""
    encoding = part.encoding or "utf-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        hint = ENCODING_NAMES
        yield ENCODING_UNKNOWN.at(place, f"{encoding} is not a known encoding", hint)
        return None
    if data is None:
        data = yield from _large(folder, name, place, needed=needed)
        if data is None:
            return None
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        at = Location(place.path, field=place.field, byte=error.start)
        message = f"{name} is not {encoding}: the byte {data[error.start]:02x} is not valid in it"
        hint = (
            f"Write its encoding in parts.{part.id}.encoding. {other_readings(data, error.start)}"
        )
        yield TEXT_UNDECODABLE.at(at, message, hint)
        return None


def _large(
    folder: Path, name: str, place: Location, *, needed: bool
) -> Generator[Finding, None, bytes | None]:
    """Read the bytes of a text that is too large to keep from digesting."""
    try:
        with storage.open_beneath(folder, name) as stream:
            if os.fstat(stream.fileno()).st_size <= TEXT_LIMIT:
                return stream.read()
    except OSError as error:
        yield PART_UNREADABLE.at(place, f"{name} could not be read: {storage.explain(error)}")
        return None
    if needed:
        message = f"{name} is too large to check quotes in it"
        yield TEXT_TOO_LARGE.at(place, message, "Split it into one file per letter.")
    return None


def decode(data: bytes, encoding: str) -> str:
    """Decode bytes; line ends are kept, and a byte order mark is dropped.

    Raises:
        UnicodeDecodeError: A byte does not fit the encoding.
        LookupError: The encoding is unknown.
    """
    return data.decode(encoding).removeprefix("\ufeff")


def _quotes(record: Record) -> Iterator[tuple[str, Quote]]:
    for note in record.translation_notes:
        yield f"translation_notes.{note.id}.at", note.at
    for item in record.items:
        if item.at:
            yield f"items.{item.id}.at", item.at
    for index, evidence in enumerate(record.evidence):
        if evidence.at:
            yield f"evidence.{index}.at", evidence.at


def _check_quote(text: str, quote: Quote, place: Location, name: str) -> Iterator[Finding]:
    at = Location(place.path, field=place.field, offset=quote.start)
    stands = text[quote.start : quote.end]
    before = text[max(0, quote.start - len(quote.prefix)) : quote.start]
    after = text[quote.end : quote.end + len(quote.suffix)]
    if stands == quote.exact and before == quote.prefix and after == quote.suffix:
        return
    found = find_quote(text, quote)
    if stands == quote.exact:
        message = f"the words around “{_short(quote.exact)}” in {name} differ from the record's"
    else:
        message = (
            f"{name} has “{_short(stands)}” at {quote.start}–{quote.end}, "
            f"not “{_short(quote.exact)}”"
        )
    if found is None:
        hint = "The text does not contain these words. Quote other words, or remove the evidence."
    elif found == quote.start:
        hint = "Correct the prefix and suffix of the quote."
    else:
        hint = f"Write start: {found} and end: {found + len(quote.exact)}."
    yield QUOTE_MOVED.at(at, message, hint)


def find_quote(text: str, quote: Quote) -> int | None:
    """Find a quote with its context, or else its words nearest to the old place."""
    whole = text.find(quote.prefix + quote.exact + quote.suffix)
    if whole >= 0:
        return whole + len(quote.prefix)
    behind = text.find(quote.exact, quote.start)
    before = text.rfind(quote.exact, 0, quote.start + len(quote.exact))
    places = [place for place in (before, behind) if place >= 0]
    return min(places, key=lambda place: abs(place - quote.start), default=None)


def _short(words: str, most: int = 40) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _statements(record: Record, source: Path) -> Iterator[Finding]:
    def at(field: str) -> Location:
        return Location(str(source), field=field)

    known = StatementIndex(record)
    for path in statements(record):
        if not known.evidence(path):
            hint = (
                "Add evidence: a quote, the rule that inferred it, or the person who supplied it."
            )
            yield STATEMENT_UNSOURCED.at(at(path), "the statement has no evidence", hint)
    kind = record.document_type
    for group in kind.states:
        if not any(getattr(record, field) for field in group):
            words = " or ".join(map(label, group)).lower()
            hint = f"Add {group[0]} if the document gives it. {kind.plural} usually do."
            yield STATEMENT_MISSING.at(at(group[0]), f"the record does not state {words}", hint)
    taking_part = (one.agent for one in record.participants)
    named = dict.fromkeys(
        (
            *record.authors,
            *record.sender,
            *record.signatories,
            *record.recipients,
            *taking_part,
        )
    )
    for name in named:
        agent = record.agent(name)
        if not agent.identifiers:
            hint = "Search for the name at viaf.org, d-nb.info/gnd or wikidata.org."
            message = f"{agent.name} has no identifier from an authority file"
            yield AGENT_WITHOUT_AUTHORITY.at(at(f"agents.{name}"), message, hint)
    yield from _level(record.classification, at("classification.level"))
    yield from _history(record, at)
    yield from _event_types(record, source)


def _level(classification: Classification | None, place: Location) -> Iterator[Finding]:
    if classification is None or not (classification.scheme or classification.level):
        return
    if not (classification.scheme and classification.level):
        message = "a level needs its scheme, and only one of the two is given"
        yield LEVEL_UNKNOWN.at(place, message, "Give both, or leave both out.")
        return
    try:
        terms.level(classification.scheme, classification.level)
    except Fault as fault:
        yield LEVEL_UNKNOWN.at(place, fault.message, fault.hint)


def _history(record: Record, at: Callable[[str], Location]) -> Iterator[Finding]:
    written = record.date.edtf if record.date else None
    if record.classification is None or written is None:
        return
    for index, change in enumerate(record.classification.history):
        if change.date and _surely_before(change.date.edtf, written):
            message = f"{change.action} on {change.date.edtf}, but the letter is dated {written}"
            place = at(f"classification.history.{index}.date")
            hint = "Correct the date that is wrong."
            yield RECLASSIFIED_TOO_EARLY.at(place, message, hint)


def _surely_before(one: Edtf, other: Edtf) -> bool:
    """Return whether a date is certainly before another; False for doubtful dates."""
    if one.uncertain or one.approximate or other.uncertain or other.approximate:
        return False
    return bool(one.latest and other.earliest and one.latest < other.earliest)


def _event_types(record: Record, source: Path) -> Iterator[Finding]:
    known = terms.event_types()
    for event in record.events:
        if event.type in known and not known[event.type].local:
            continue
        place = Location(str(source), field=f"events.{event.id}.type")
        near = () if event.type in known else get_close_matches(event.type, known, 1)
        hint = f"Did you mean “{near[0]}”?" if near else "You can leave it as it is."
        yield EVENT_TYPE_LOCAL.at(
            place, f"“{event.type}” is not in the Library of Congress's list of event types", hint
        )


def _access(record: Record, source: Path) -> Iterator[Finding]:
    for part in record.parts:
        if part.kind == "redaction" or part.access is None or part.access.status != "open":
            continue
        for other in map(record.part, part.leads_to):
            if other.access and other.access.status != "open":
                at = Location(str(source), field=f"parts.{part.id}.access")
                relation = "; ".join(relations(part))
                message = f"{part.id} ({relation}) is open, but {other.id} is not"
                hint = "Describe it as a part of kind redaction, or restrict it too."
                yield ACCESS_WIDER.at(at, message, hint)


def _events(record: Record, source: Path) -> Iterator[Finding]:
    parts = {part.id: part for part in record.parts}
    for event in record.events:
        ends = event.date.edtf.latest if event.date else None
        for part in map(parts.__getitem__, dict.fromkeys((*event.sources, *event.objects))):
            made = part.made.edtf.earliest if part.made else None
            if ends and made and ends < made:
                at = Location(str(source), field=f"events.{event.id}.date")
                message = f"{event.id} is dated {ends}, but {part.id} was not made before {made}"
                yield EVENT_TOO_EARLY.at(at, message, "Correct the date that is wrong.")


def _strays(record: Record, source: Path) -> Iterator[Finding]:
    folder = source.parent
    if source.name not in NAMES:
        return
    if folder.resolve().name != record.id:
        message = f"the folder of {record.id} is called {folder.resolve().name}"
        yield FOLDER_NAMED_OTHERWISE.at(
            Location(str(folder)), message, f"Rename it to {record.id}."
        )
    known = {folder / name for name in (*record.files, source.name)}
    for file in sorted(map(Path, _files_below(str(folder)))):
        if file not in known:
            hint = "Add a part for it, or move it elsewhere."
            name = file.relative_to(folder).as_posix()
            yield FILE_NOT_IN_RECORD.at(Location(str(file)), f"no part names {name}", hint)


def _files_below(folder: str) -> Iterator[str]:
    """Return every path that is neither a folder nor a link to one."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files_below(entry.path)
                elif not entry.is_dir():
                    yield entry.path
    except OSError as error:
        raise StorageError(f"{folder} could not be listed: {storage.explain(error)}") from error
