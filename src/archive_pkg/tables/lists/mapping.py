"""Draft and read the map of a list of letters, which assigns its columns to fields.

A map is drafted from the headers and the values, for the user to review. It is YAML with one line
per column, and every guess says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.dates.written.reader import read_date
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.records.loading import read_tree
from archive_pkg.records.vocabularies.document_types import type_in_words
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.tables.lists.access_words import (
    access_field,
    speaks_of_access,
    speaks_only_of_access,
)
from archive_pkg.tables.lists.header_words import (
    LEFT_OUT,
    NO_RESTRICTION,
    field_named,
    is_archive_place,
    is_name_of,
)
from archive_pkg.tables.lists.presets import preset_of
from archive_pkg.tables.reading.headers import normalize_header

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from archive_pkg.tables.reading.sheets import Sheet

MAP_INVALID = Code("tables-map-invalid", Severity.ERROR, "The map of a list of letters is invalid.")

_KEYS = (
    "sheet", "encoding", "described_by", "everywhere", "unknown", "columns", "separators",
    "rows",
)  # fmt: skip
NOT_IMPORTED = (LEFT_OUT, NO_RESTRICTION)

TARGETS: dict[str, str] = {
    "id": "the id of the letter; a call number is converted to an id",
    "title": "its title; without one, it is made from sender, recipient and date",
    "type": "letter, telegram, memorandum, note, message, report or other",
    "date": "when it was written, in any notation",
    "date_as_written": "the date as the letter gives it, if another column has the date",
    "date_begin": "the first day, month or year, if the list gives a range",
    "date_end": "the last day, month or year",
    "date_earliest": "the earliest possible day, month or year, if the date is not known exactly",
    "date_latest": "the latest possible day, month or year",
    "received": "when it arrived, in any notation",
    "sender": "names of senders",
    "sender_identifiers": "identifiers of the senders, in the order of their names",
    "signatories": "names of the signatories",
    "recipients": "names of recipients",
    "recipients_identifiers": "identifiers of the recipients, in the order of their names",
    "copies_to": "names of the recipients of copies",
    "mentioned_agents": "names of persons and organizations mentioned",
    "contributors": "names with roles: “Smith, Jane (recipient)” or “relators:rcp:Smith, Jane”",
    "place": "where it was written",
    "place_identifiers": "identifiers of the place where it was written",
    "mentioned_places": "places mentioned",
    "classification": "its classification, verbatim",
    "access": "who may see it now: open, gesperrt bis 2030, closed, 30 Jahre; readers see it",
    "access_until": "the day, month or year until which it is restricted; readers see it",
    "access_rule": "the law or agreement that restricts it; readers see it",
    "remarks": "a note for readers of the first file",
    "summary": "a summary",
    "subjects": "what it is about",
    "languages": "its languages, as names or tags",
    "files": "its files, relative to the folder of the list",
    "file_encoding": "the encoding of its text files that are not in UTF-8: windows-1252",
    "enclosures": "titles of its enclosures",
    "repository": "the archive that holds it",
    "fonds": "the fonds or collection",
    "file": "the file or box",
    "folio": "the leaf or page",
    "identifiers": "other identifiers, with or without a scheme, such as doi:10.1000/1",
    "variant_titles": "other titles",
    "publications": "where it has been published",
    "custody": "its custodial history",
    "rights": "a statement of its rights",
    "licence": "the licence of its text",
    "salutation": "its salutation",
    "closing": "its closing",
}
"""The fields that a column can be mapped to, with descriptions."""

MANY_VALUES = frozenset(
    [
        "sender", "sender_identifiers", "signatories", "recipients", "recipients_identifiers",
        "copies_to", "subjects", "mentioned_agents", "contributors", "mentioned_places",
        "place_identifiers", "languages", "files", "enclosures", "identifiers", "variant_titles",
        "classification",
    ]
)  # fmt: skip
"""The fields whose cells can have several values."""
_DIVIDED = MANY_VALUES | {"date_as_written", "date_begin", "date_end"}
"""The fields whose cells a preset splits. Of several dates, the first is used."""
_FILE = re.compile(
    r"[^;|]+\.(?:tiff?|jpe?g|png|pdf|txt|docx?|xml|html?|jp2|rtf|odt)", re.IGNORECASE
)
_SAMPLE = 200


@dataclass(slots=True)
class ColumnMap:
    """The map of a list of letters.

    Attributes:
        columns: The field of each header; `"-"` for a column that is not imported,
            `no_restriction` for one whose name suggests a restriction, but that restricts nothing.
        everywhere: Values for the letters whose rows leave a field empty, by field: `type: letter`.
        described_by: The author of the list, who is responsible for its statements; may be empty.
        sheet: The sheet of a workbook; empty for the first one with a header.
        separators: By header, the sign between several values in a cell. The default is a
            semicolon.
        unknown: Words for "unknown", in addition to the usual ones.
        encoding: The encoding of a CSV file that is not UTF-8; empty for UTF-8.
        rows: By header, the values in the rows that are letters, separated by semicolons. Other
            rows are not imported.
    """

    columns: dict[str, str] = field(default_factory=dict)
    everywhere: dict[str, str] = field(default_factory=dict)
    described_by: str = ""
    sheet: str = ""
    separators: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    encoding: str = ""
    rows: dict[str, str] = field(default_factory=dict)


def draft_mapping(sheet: Sheet, *, encoding: str = "") -> str:
    """Return a draft of the map for a sheet, guessed from its headers and values.

    Args:
        sheet: The sheet.
        encoding: The encoding of the file, which the map will record; empty for UTF-8.
    """
    samples = _samples(sheet)
    preset = preset_of(sheet.header)
    review = f"It has the columns of {preset.system}." if preset else "Review it before you import."
    lines = [
        f"# Draft of the map for “{sheet.name}”. {review}",
        f"# Write {LEFT_OUT!r} for a column that you do not want to import. Several columns may",
        "# have the same field. Several values in one cell are separated by semicolons.",
        "",
        f"sheet: {_quoted(sheet.name)}",
        *([f"encoding: {_quoted(encoding)}"] if encoding else []),
        "",
        "# The author of the list, who is responsible for its statements, such as “Smith, Jane”.",
        'described_by: ""',
        "",
        "# Values for all letters whose rows leave these fields empty.",
        "everywhere:",
        "  type: letter",
        "",
        "# Words for “unknown” in this list, in addition to ?, N.N., unbekannt, s.a. and others.",
        f"unknown: [{', '.join(map(_quoted, preset.unknown if preset else ()))}]",
        "",
    ]
    if preset:
        guesses = preset.guesses(
            {
                header: values
                for header, values in zip(sheet.header, samples, strict=True)
                if header.strip()
            }
        )
        found = {value.casefold() for column in samples for value in column}
        levels = preset.items if found & set(preset.items) else sorted(found & set(preset.levels))
        if levels:
            lines += [
                "# The rows that are letters. Other rows are not imported.",
                "rows:",
                f"  {_quoted(preset.level)}: {_quoted('; '.join(levels))}",
                "",
            ]
    else:
        guesses = _guesses(sheet.header, samples)
    lines.append("columns:")
    for header, (target, why) in guesses.items():
        meaning = _quoted(target) if target == LEFT_OUT else target
        lines.append(f"  {_quoted(header)}: {meaning}  # {why}")
    divided: Collection[str] = _DIVIDED if preset else MANY_VALUES
    if preset and preset.divides_texts:
        divided = TARGETS
    separated = [
        header
        for header, values in zip(sheet.header, samples, strict=True)
        if guesses.get(header, ("",))[0] in divided
        and (any("|" in value for value in values) or (preset and values))
    ]
    if separated:
        sign = _quoted(preset.separator if preset else "|")
        lines += ["", "# What separates the values in a cell, if not semicolons."]
        lines += [
            "separators:",
            *(f"  {_quoted(name)}: {sign}" for name in dict.fromkeys(separated)),
        ]
    lines += [
        "",
        "# The fields:",
        *(f"#   {name}: {what}" for name, what in TARGETS.items()),
        f"#   {NO_RESTRICTION}: this column does not restrict access, although it seems to",
    ]
    return "\n".join(lines) + "\n"


def _guesses(header: list[str], samples: list[list[str]]) -> dict[str, tuple[str, str]]:
    """Return the likely field of each column and the reason for the guess, by header."""
    taken: set[str] = set()
    from_to = {normalize_header(h) for h in header}
    if any(field_named(h) == "repository" and not is_archive_place(h) for h in header):
        # A column clearly names the archive, so “Standort” means where the archive is.
        taken.add("repository")
    has_id = any(field_named(h) == "id" for h in header)
    has_call_number = any(_is_call_number(h) for h in header)
    written = _columns_with_words_of_dates(header, samples)
    guesses = {}
    for name, values in zip(header, samples, strict=True):
        if name.strip():
            if has_call_number and field_named(name) == "id" and _are_running_numbers(values):
                guesses[name] = LEFT_OUT, f"a running number{_example(values)}"
                continue
            if normalize_header(name) == "a" and from_to & {"de", "da"}:
                guesses[name] = "recipients", f"another column is “de” or “da”{_example(values)}"
            elif name in written:
                guesses[name] = written[name], f"another column is the date{_example(values)}"
            elif (
                not has_id
                and field_named(name) == "identifiers"
                and not any(map(_is_address, values))
            ):
                has_id = True
                guesses[name] = "id", f"its name; no other column is the id{_example(values)}"
            else:
                guesses[name] = _guess(name, values, taken)
            taken.add(guesses[name][0])
    return guesses


def _columns_with_words_of_dates(header: list[str], samples: list[list[str]]) -> dict[str, str]:
    """Return the fields of the columns named date, if a later one has more dates than they have."""
    columns = [
        (name, values, _share(values, _is_date))
        for name, values in zip(header, samples, strict=True)
        if values and field_named(name) == "date"
    ]
    most = max((share for __header, __field, share in columns), default=0)
    fewer = [(name, values) for name, values, share in columns if share < most and most >= 0.8]
    fields = ["date_as_written", *[LEFT_OUT] * len(fewer)]
    return {
        name: LEFT_OUT if all(map(str.isdecimal, values)) else fields.pop(0)
        for name, values in fewer
    }


def _is_call_number(header: str) -> bool:
    return field_named(header) == "id" and normalize_header(header) in _CALL_NUMBERS


def _are_running_numbers(values: list[str]) -> bool:
    """Return whether most values are numbers, and these are 1, 2, 3 and so on."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return 2 * len(numbers) > len(values) and numbers == list(range(1, len(numbers) + 1))


def read_mapping(path: Path) -> ColumnMap:
    """Read a map from its file.

    Raises:
        InvalidError: The map is invalid; the report has the findings.
        StorageError: The file cannot be read.
    """
    try:
        data = storage.read_regular(path)
    except OSError as error:
        raise storage.unreadable(path, error) from error
    read = read_tree(data, str(path))
    if not read.report.ok and data.strip():  # `_faults` reports an empty map
        first = read.report.errors[0]
        message = _(
            "{path} is not YAML in UTF-8: {location}: {message}",
            path=path,
            location=first.location,
            message=first.message,
        )
        raise InvalidError(message, first.hint, read.report)
    tree: Any = read.root.plain if read.root else None
    findings = list(_faults(tree, str(path)))
    if findings:
        raise InvalidError(_("{path} is not a valid map", path=path), report=Report(findings))
    return ColumnMap(
        tree["columns"],
        tree.get("everywhere") or {},
        tree.get("described_by") or "",
        tree.get("sheet") or "",
        tree.get("separators") or {},
        tuple(tree.get("unknown") or ()),
        tree.get("encoding") or "",
        tree.get("rows") or {},
    )


def _faults(tree: Any, path: str) -> list[Finding]:
    here = Location(path)
    if not isinstance(tree, dict) or not isinstance(tree.get("columns"), dict):
        hint = _("Draft a map: archive-pkg tables map FILE")
        return [
            MAP_INVALID.at(
                here, _("`columns` is missing, or is not a list of `header: field`"), hint
            )
        ]
    found: list[Finding] = []
    for key, value in tree.items():
        message = ""
        if key not in _KEYS:
            message = _("“{key}” is not a field of a map", key=key)
        elif key in ("sheet", "described_by", "encoding") and not isinstance(value or "", str):
            message = _("`{key}` is not text", key=key)
        elif key == "unknown" and not _is_list_of_texts(value or []):
            message = _("`unknown` is not a list of words")
        elif key in ("columns", "everywhere", "separators", "rows"):
            found += _entry_faults(key, value or {}, tree["columns"], path)
        if message:
            at = Location(path, field=str(key))
            found.append(MAP_INVALID.at(at, message, _("A map has {keys}.", keys=", ".join(_KEYS))))
    return found


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _entry_faults(
    name: str, entries: object, columns: dict[str, Any], path: str
) -> Iterator[Finding]:
    """Yield the faults in `columns`, `everywhere`, `separators` or `rows`."""
    if not isinstance(entries, dict):
        message = _("`{name}` is not a list of `key: value`", name=name)
        yield MAP_INVALID.at(Location(path, field=name), message)
        return
    for key, value in entries.items():
        at = Location(path, field=f"{name}.{key}")
        field = value if name == "columns" else key
        if not isinstance(value, str) or not value:
            message = _("`{name}.{key}` is empty or not text", name=name, key=key)
            yield MAP_INVALID.at(at, message, _("Write one field or value."))
        elif name in ("separators", "rows"):
            if key not in columns:
                yield MAP_INVALID.at(
                    at, _("“{key}” is not one of the columns", key=key), _("Write its header.")
                )
        elif field not in TARGETS and not (name == "columns" and field in NOT_IMPORTED):
            near = get_close_matches(str(field), TARGETS, 1)
            hint = (
                _("Did you mean {near}?", near=near[0])
                if near
                else _("Use one of {targets}.", targets=", ".join(TARGETS))
            )
            yield MAP_INVALID.at(at, _("“{field}” is not a field for a column", field=field), hint)


def _samples(sheet: Sheet) -> list[list[str]]:
    samples: list[list[str]] = [[] for __ in sheet.header]
    for block in sheet.blocks():
        for row in block.rows:
            for place, cell in enumerate(row[: len(samples)]):
                if cell.strip() and len(samples[place]) < _SAMPLE:
                    samples[place].append(cell.strip())
        break
    return samples


def _guess(header: str, values: list[str], taken: set[str]) -> tuple[str, str]:
    """Return the likely field of a column and the reason for the guess."""
    named = field_named(header)
    if speaks_of_access(header) and named not in ("classification", LEFT_OUT):
        return access_field(header, values), f"its name speaks of access{_example(values)}"
    if values and (guess := _guess_from_values(header, named, values, taken)):
        return guess
    if not named and speaks_only_of_access(values):
        return "access", f"its values speak of access{_example(values)}"
    if named == "repository" and "repository" in taken and is_archive_place(header):
        return LEFT_OUT, f"another column names the archive{_example(values)}"
    if named == "id" and "id" in taken and _is_call_number(header):
        return "file", f"its name; another column is the id{_example(values)}"
    if named and not (named in ("id", "title", "date") and named in taken):
        return named, f"its name{_example(values)}"
    return LEFT_OUT, f"not recognized{_example(values)}"


def _guess_from_values(
    header: str, named: str, values: list[str], taken: set[str]
) -> tuple[str, str] | None:
    """Return the field that a column's values suggest, and the reason; None if they suggest none.

    Args:
        header: The header of the column.
        named: The field that the header suggests; may be empty.
        values: Some values of the column.
        taken: The fields of the columns before it.
    """
    if all(value.casefold() in _YES_OR_NO for value in values):
        return LEFT_OUT, f"its values only say yes or no{_example(values)}"
    if named == "type" and 2 * _share(values, lambda value: bool(type_in_words(value))) < 1:
        return LEFT_OUT, f"its values are not types of documents{_example(values)}"
    is_year = re.compile("1[0-9]{3}|20[0-9]{2}").fullmatch if named in _DATE_FIELDS else None
    dates = _share(values, lambda value: _is_date(value) or bool(is_year and is_year(value)))
    files = _share(values, lambda value: bool(_FILE.fullmatch(value)))
    # "Allegato" can be the file of the letter or its enclosure.
    if files >= 0.8 or (named == "files" and files) or (named == "enclosures" and files >= 0.2):
        return "files", f"{files:.0%} of its values are file names" + _by_name(named)
    if named in _DATE_FIELDS and not dates and not is_name_of(header, named):
        return LEFT_OUT, "its values are not dates" + _example(values)
    if named == "date" and "date" in taken:
        return LEFT_OUT, f"another column is the date{_example(values)}"
    if named in _DATE_FIELDS or (dates >= 0.8 and not named and "date" not in taken):
        return named or "date", f"{dates:.0%} of its values are dates" + _by_name(named)
    if normalize_header(header) in ("file", "path") and named == "files":
        return "file", "its name; its values are not file names"
    if named == "repository" and (ids := _share(values, _is_identifier)) >= 0.8:
        return LEFT_OUT, f"{ids:.0%} of its values are identifiers of the archive"
    return _guess_of_names(header, named, values, taken, dates)


def _guess_of_names(
    header: str, named: str, values: list[str], taken: set[str], dates: float
) -> tuple[str, str] | None:
    """Return the field of a column of names, identifiers or dates of a role; None if it is none."""
    ids = _share(values, _is_identifier)
    if named in _DATED and dates >= 0.8:
        is_free = _DATED[named] not in taken
        return _DATED[named] if is_free else LEFT_OUT, f"{dates:.0%} of its values are dates"
    if named in _IDENTIFIERS and ids >= 0.8:
        return _IDENTIFIERS[named], f"{ids:.0%} of its values are identifiers"
    if named in _NAMED_BY and not ids and _NAMED_BY[named] not in taken:
        return _NAMED_BY[named], f"its name; its values are not identifiers{_example(values)}"
    if named in _DATED and named in taken and not _FURTHER.search(header):
        return LEFT_OUT, f"another column has the names{_example(values)}"
    return None


_DATED = {"sender": "date", "recipients": "received"}
"""The fields of columns such as "sent on", whose values are dates and not names."""
_FURTHER = re.compile(
    r"org|bod(?:y|ies)|instit|corp|firm|behörde|körperschaft|other|further|second|weiter|zweit|"
    r"co-|autre|altr|otr[ao]|друг|[0-9]",
    re.IGNORECASE,
)
"""Headers of columns with more names, and not with the same names in another form."""


_DATE_FIELDS = ("date", "date_begin", "date_end", "date_earliest", "date_latest", "received")
_YES_OR_NO = frozenset(
    [
        "true", "false", "yes", "no", "ja", "nein", "oui", "non", "sí", "si", "tak", "nie", "да",
        "нет", "wahr", "falsch", "vrai", "faux", "x",
    ]
)  # fmt: skip
_CALL_NUMBERS = [
    "signatur", "callnumber", "shelfmark", "шифр", "unitid", "cote", "sygnatura", "sygn",
    "segnatura", "signatura", "componentuniqueidentifier", "ref", "refno", "reference",
    "referenceno", "referencenumber", "referencecode",
]  # fmt: skip
_IDENTIFIERS = {name: f"{name}_identifiers" for name in ("sender", "recipients", "place")}
_NAMED_BY = {identifiers: names for names, identifiers in _IDENTIFIERS.items()}


def _is_identifier(value: str) -> bool:
    """Return whether a value is an identifier and not a name: a URL, or one word with digits."""
    return _is_address(value) or (
        " " not in value and any(character.isdigit() for character in value)
    )


def _is_address(value: str) -> bool:
    return bool(re.match(r"https?://|doi:|10\.\d{4}", value))


def _share(values: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values)


def _is_date(value: str) -> bool:
    read = read_date(value)
    return read is not None and not re.fullmatch(r"\d{1,5}", value)


def _by_name(named: str) -> str:
    return ", and its name says so" if named else ""


def _example(values: list[str]) -> str:
    shown = values[0].replace("\n", " ") if values else ""
    return f"; first value: “{shown[:40]}”" if shown else "; it is empty"


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{escaped}"'
