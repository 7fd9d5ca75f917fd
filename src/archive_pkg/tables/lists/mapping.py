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
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.records.loading import read_tree
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.tables.reading.headers import normalize_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.tables.reading.sheets import Sheet

MAP_INVALID = Code("tables-map-invalid", Severity.ERROR, "The map of a list of letters is invalid.")

LEFT_OUT = "-"
"""The value for a column that is not imported."""


TARGETS: dict[str, str] = {
    "id": "the id of the letter; a call number is converted to an id",
    "title": "its title; without one, it is made from sender, recipient and date",
    "type": "letter, telegram, memorandum, note, message, report or other",
    "date": "when it was written, in any notation",
    "date_as_written": "the date in words, if another column has the date",
    "received": "when it arrived, in any notation",
    "sender": "names of senders",
    "sender_identifiers": "identifiers of the senders, in the order of their names",
    "signatories": "names of the signatories",
    "recipients": "names of recipients",
    "recipients_identifiers": "identifiers of the recipients, in the order of their names",
    "copies_to": "names of the recipients of copies",
    "mentioned_agents": "names of persons and organizations mentioned",
    "place": "where it was written",
    "place_identifiers": "identifiers of the place where it was written",
    "mentioned_places": "places mentioned",
    "classification": "its classification, verbatim",
    "summary": "a summary",
    "subjects": "what it is about",
    "languages": "its languages, as names or tags",
    "files": "its files, relative to the folder of the list",
    "enclosures": "titles of its enclosures",
    "repository": "the archive that holds it",
    "fonds": "the fonds or collection",
    "file": "the file or box",
    "folio": "the leaf or page",
    "identifiers": "other identifiers, with or without scheme:",
    "variant_titles": "other titles",
    "publications": "where it has been published",
    "custody": "its custodial history",
    "rights": "a statement of its rights",
    "licence": "the licence of its text",
    "salutation": "its salutation",
    "closing": "its closing",
}
"""The fields that a column can be mapped to, with descriptions."""

# Usual headers in the form of `headers.normalize_header`.
_HEADERS: dict[str, str] = {
    "id": "id nr no number nummer lfdnr laufendenummer signatur callnumber shelfmark номер шифр "
    "key letterid briefnr briefnummer unitid cote",
    "title": "title titel titre заглавие название betreffzeile bezeichnung unittitle",
    "type": "type typ art dokumentart documenttype gattung genre вид тип",
    "date": "date datum dated datierung briefdatum дата datesent absendedatum datewritten "
    "unitdate entstehungsdatum data fecha",
    "received": "received receiveddate eingang eingangsdatum erhalten datereceived",
    "sender": "sender senders from absender von author authors autor verfasser expéditeur "
    "expediteur отправитель автор writer creator schreiber mittente remitente",
    "signatories": "signed signatory signatories signedby unterzeichner unterschrift signature "
    "подпись",
    "recipients": "recipient recipients to addressee empfänger empfaenger an adressat destinataire "
    "получатель адресат receiver destinatario",
    "copies_to": "cc copies copiesto copyto kopie kopien копия verteiler",
    "mentioned_agents": "persons people personen mentioned names namen erwähntepersonen "
    "mentionedpersons лица",
    "place": "place ort lieu место placesent absendeort placeofwriting schreibort ausstellungsort "
    "from_place city luogo lugar origin",
    "mentioned_places": "places orte mentionedplaces lieux места erwähnteorte",
    "classification": "classification secrecy marking geheimhaltung einstufung vermerk гриф "
    "geheimhaltungsgrad securityclassification",
    "summary": "summary abstract regest inhalt zusammenfassung description beschreibung résumé "
    "резюме аннотация содержание contents content scopeandcontent regeste",
    "subjects": "subject subjects betreff schlagwort schlagwörter schlagworte thema keywords "
    "keyword tags topic topics тема sujet",
    "languages": "language languages sprache sprachen langue язык lang langmaterial lingua idioma",
    "files": "file filename files datei dateiname dateien scan scans image images digitalisat "
    "bild path pfad filepath файл fichier digitalobject",
    "enclosures": "enclosure enclosures anlage anlagen beilage beilagen attachment attachments "
    "приложение annexe annexes",
    "repository": "repository archive archiv holding holdingarchive aufbewahrungsort standort "
    "aufbewahrungsinstitution bestandshalter institution архив",
    "fonds": "fonds bestand collection sammlung recordgroup фонд",
    "file": "box folder akte karton mappe faszikel дело dossier",
    "folio": "folio page pages blatt seite seiten лист leaf bl",
    "identifiers": "identifier identifiers doi otherid kennung uri url",
    "publications": "publication publications published druck edition publiziert printed "
    "публикация veröffentlichung",
    "custody": "provenance provenienz custody überlieferung происхождение",
    "rights": "rights rechte droits copyright права",
    "licence": "licence license lizenz лицензия",
    "salutation": "salutation anrede обращение",
    "closing": "closing grußformel schlussformel",
}
_KNOWN = {
    normalize_header(name): target for target, names in _HEADERS.items() for name in names.split()
}
_KNOWN |= {
    normalize_header(target): target for target in TARGETS if normalize_header(target) not in _KNOWN
}
_ROLES = {
    "sender": "sender sent from absender von",
    "recipients": "recipient recipients addressee to empfänger empfaenger adressat an receiver "
    "received empfang",
}
_ASPECTS = {
    "identifiers": "id ids identifier identifiers gnd viaf uri url ref kennung norm normdaten "
    "geonames wikidata nummer nr key",
    "place": "place ort settlement city lieu место absendeort empfangsort location",
    "date": "date datum dated дата absendedatum empfangsdatum",
    "written": "text written aswritten wording wortlaut original",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_ASPECT_OF = {word: aspect for aspect, words in _ASPECTS.items() for word in words.split()}
_LETTER_FIELDS = {
    ("sender", "place"): "place", ("sender", "date"): "date", ("recipients", "date"): "received",
    ("recipients", "place"): LEFT_OUT,
}  # fmt: skip
"""The fields for a place or date of an agent; a record has no place of arrival."""
_IDENTIFIERS = {
    "sender": "sender_identifiers", "recipients": "recipients_identifiers",
    "place": "place_identifiers",
}  # fmt: skip
_FILE = re.compile(
    r"[^;|]+\.(?:tiff?|jpe?g|png|pdf|txt|docx?|xml|html?|jp2|rtf|odt)", re.IGNORECASE
)
_SAMPLE = 200


@dataclass(slots=True)
class ColumnMap:
    """The map of a list of letters.

    Attributes:
        columns: The field of each header; `LEFT_OUT` for a column that is not imported.
        everywhere: The values that all letters share and no column has: `type: letter`.
        described_by: The author of the list, who is responsible for its statements; may be empty.
        sheet: The sheet of a workbook; empty if there is only one.
    """

    columns: dict[str, str] = field(default_factory=dict)
    everywhere: dict[str, str] = field(default_factory=dict)
    described_by: str = ""
    sheet: str = ""


def draft_mapping(sheet: Sheet) -> str:
    """Return a draft of the map for a sheet, guessed from its headers and values."""
    samples = _samples(sheet)
    lines = [
        f"# Draft of the map for “{sheet.name}”. Review it before you import the list.",
        f"# Write {LEFT_OUT!r} for a column that you do not want to import. Several columns may",
        "# have the same field. Several values in one cell are separated by semicolons.",
        "",
        f"sheet: {_quoted(sheet.name)}",
        "",
        "# The author of the list, who is responsible for its statements: “Mustermann, Erika”.",
        'described_by: ""',
        "",
        "# Values that all letters share and no column has.",
        "everywhere:",
        "  type: letter",
        "",
        "columns:",
    ]
    taken: set[str] = set()
    if any(_named(h) == "repository" and not _is_place(h) for h in sheet.header):
        # Another column names the archive, so these columns are its place.
        taken.add("repository")
    for place, header in enumerate(sheet.header):
        if header.strip():
            target, why = _guess(header, samples[place], taken)
            taken.add(target)
            meaning = _quoted(target) if target == LEFT_OUT else target
            lines.append(f"  {_quoted(header)}: {meaning}  # {why}")
    lines += [
        "",
        "# The fields:",
        *(f"#   {name}: {what}" for name, what in TARGETS.items()),
    ]
    return "\n".join(lines) + "\n"


def read_mapping(path: Path) -> ColumnMap:
    """Read a map from its file.

    Raises:
        InvalidError: The map is invalid; the report has the findings.
        StorageError: The file cannot be read.
    """
    try:
        data = storage.read_regular(path)
    except OSError as error:
        meaning, hint = storage.describe(error)
        raise StorageError(f"{path}: {meaning}", hint) from error
    read = read_tree(data, str(path))
    if not read.report.ok:
        first = read.report.errors[0]
        message = f"{path} is not YAML in UTF-8: {first.location}: {first.message}"
        raise InvalidError(message, first.hint, read.report)
    tree: Any = read.root.plain if read.root else None
    findings = list(_faults(tree, str(path)))
    if findings:
        first = findings[0]
        message = f"{path} is not a valid map: {first.location}: {first.message}"
        raise InvalidError(message, first.hint, Report(findings))
    return ColumnMap(
        tree["columns"],
        tree.get("everywhere") or {},
        tree.get("described_by") or "",
        tree.get("sheet") or "",
    )


def _faults(tree: Any, path: str) -> list[Finding]:
    here = Location(path)
    if not isinstance(tree, dict) or not isinstance(tree.get("columns"), dict):
        hint = "Draft a map: archive-pkg tables map FILE"
        return [
            MAP_INVALID.at(here, "`columns` is missing, or is not a list of `header: field`", hint)
        ]
    found = []
    for key in tree:
        if key not in ("sheet", "described_by", "everywhere", "columns"):
            message = f"“{key}” is not a field of a map"
            hint = "Use sheet, described_by, everywhere and columns."
            found.append(MAP_INVALID.at(Location(path, field=str(key)), message, hint))
    for name in ("columns", "everywhere"):
        held = tree.get(name) or {}
        if not isinstance(held, dict):
            message = f"`{name}` is not a list of `key: value`"
            found.append(MAP_INVALID.at(Location(path, field=name), message))
            continue
        for key, value in held.items():
            target = value if name == "columns" else key
            if not isinstance(value, str):
                message = f"`{name}.{key}` is not text"
                at = Location(path, field=f"{name}.{key}")
                found.append(MAP_INVALID.at(at, message, "Write one field or value."))
                continue
            if target not in TARGETS and not (name == "columns" and target == LEFT_OUT):
                near = get_close_matches(str(target), TARGETS, 1)
                hint = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(TARGETS)}."
                at = Location(path, field=f"{name}.{key}")
                message = f"“{target}” is not a field for a column"
                found.append(MAP_INVALID.at(at, message, hint))
    return found


def _samples(sheet: Sheet) -> list[list[str]]:
    samples: list[list[str]] = [[] for _ in sheet.header]
    for block in sheet.blocks():
        for row in block.rows:
            for place, cell in enumerate(row[: len(samples)]):
                if cell.strip() and len(samples[place]) < _SAMPLE:
                    samples[place].append(cell.strip())
        break
    return samples


def _guess(header: str, values: list[str], taken: set[str]) -> tuple[str, str]:
    """Return the likely field of a column and the reason for the guess."""
    named = _named(header)
    if values:
        dates = _share(values, _is_date)
        files = _share(values, lambda value: bool(_FILE.fullmatch(value)))
        ids = _share(values, _is_identifier)
        if files >= 0.8:
            return "files", f"{files:.0%} of its values are file names"
        if named in ("date", "received") and not dates and not _is_only(header, named):
            return LEFT_OUT, "its values are not dates" + _example(values)
        if named in ("date", "received") or (dates >= 0.8 and not named and "date" not in taken):
            return named or "date", f"{dates:.0%} of its values are dates" + _by_name(named)
        if named == "files":
            return "file", "its name; its values are not file names"
        if named == "repository" and ids >= 0.8:
            return LEFT_OUT, f"{ids:.0%} of its values are identifiers of the archive"
        if named in _IDENTIFIERS and ids >= 0.8:
            return _IDENTIFIERS[named], f"{ids:.0%} of its values are identifiers"
        if named in _NAMED_BY and not ids and _NAMED_BY[named] not in taken:
            return _NAMED_BY[named], f"its name; its values are not identifiers{_example(values)}"
    if named == "repository" and "repository" in taken and _is_place(header):
        return LEFT_OUT, f"another column names the archive{_example(values)}"
    if named == "id" and "id" in taken and normalize_header(header) in _CALL_NUMBERS:
        return "file", f"its name; another column is the id{_example(values)}"
    if named and not (named in ("id", "title", "date") and named in taken):
        return named, f"its name{_example(values)}"
    return LEFT_OUT, f"not recognized{_example(values)}"


def _named(header: str) -> str:
    """Return the field that the words of a header name, or an empty string.

    "senderPlaceID" is the identifier of the place.
    """
    key = normalize_header(header)
    if key in _KNOWN:
        return _KNOWN[key]
    apart = re.sub(r"(?<=[^\W\d_])(?<![A-ZÄÖÜ])(?=[A-ZÄÖÜ])", " ", header)
    words = [normalize_header(word) for word in re.findall(r"[^\W\d_]+", apart)]
    roles = list(dict.fromkeys(_ROLE_OF[word] for word in words if word in _ROLE_OF))
    aspects = {_ASPECT_OF[word] for word in words if word in _ASPECT_OF}
    if len(roles) == 1 or (not roles and aspects > {"identifiers"}):
        meant = _field_of_role(roles[0] if roles else "", aspects)
        if meant:
            return meant
    found = [_KNOWN[word] for word in words if word in _KNOWN and len(word) > 2]
    if "repository" in found and aspects:
        # A record has no field for the place or identifier of the archive.
        return LEFT_OUT
    return found[0] if len(set(found)) == 1 else ""


def _is_place(header: str) -> bool:
    """Return whether a header can mean the place of the archive or its name."""
    return normalize_header(header) in ("aufbewahrungsort", "standort", "lagerort", "verwahrort")


def _field_of_role(role: str, aspects: set[str]) -> str:
    """Return the field for the name, place, date or identifier of a sender or recipient."""
    meant = role
    for aspect in ("place", "date"):
        if aspect in aspects:
            meant = _LETTER_FIELDS[role or "sender", aspect]
    if "identifiers" in aspects:
        return _IDENTIFIERS.get(meant, LEFT_OUT if role else "")
    if "written" in aspects:
        return "date_as_written" if meant == "date" else LEFT_OUT if meant != role else role
    return meant


_CALL_NUMBERS = ("signatur", "callnumber", "shelfmark", "шифр", "unitid", "cote")
_NAMED_BY = {identifiers: names for names, identifiers in _IDENTIFIERS.items()}


def _is_only(header: str, named: str) -> bool:
    """Return whether a header is only the name of a date."""
    return _KNOWN.get(normalize_header(header)) == named


def _is_identifier(value: str) -> bool:
    """Return whether a value is an identifier and not a name: a URL, or one word with digits."""
    if re.match(r"https?://", value):
        return True
    return " " not in value and any(sign.isdigit() for sign in value)


def _share(values: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values)


def _is_date(value: str) -> bool:
    read = read_date(value)
    return read is not None and not re.fullmatch(r"\d{1,5}", value)


def _by_name(named: str) -> str:
    return ", and its name says so" if named else ""


def _example(values: list[str]) -> str:
    shown = values[0].replace("\n", " ") if values else ""
    return f"; “{shown[:40]}”" if shown else "; it is empty"


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{escaped}"'
