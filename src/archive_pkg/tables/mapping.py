"""Mappings: what the columns of somebody's own list of letters mean, kept in a small file.

A mapping is drafted from the headers and the values below them, for a person to look over; it is
YAML with a line for each column, and every guess says what it rests on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.records.date_phrases import read_date
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.tables.headers import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.tables.sheets import Sheet

MAPPING_INVALID = Code(
    "tables-mapping-invalid", Severity.ERROR, "A mapping file is not what one must be."
)

LEFT_OUT = "-"
"""What a mapping has for a column that is not taken over."""

ENDING = ".map.yaml"
"""How the name of a mapping's file ends, after that of its table's file."""

TARGETS: dict[str, str] = {
    "id": "the letter's id; also a call number, which becomes one",
    "title": "its title; made from sender, recipient and date where there is none",
    "type": "letter, telegram, memorandum, note, message, report or other",
    "date": "when it was written, in any habit",
    "received": "when it arrived, in any habit",
    "sender": "names of senders",
    "signatories": "names of those who signed",
    "recipients": "names of recipients",
    "copies_to": "names of those who got a copy",
    "mentioned_agents": "names of people and bodies spoken of",
    "place": "where it was written",
    "mentioned_places": "places spoken of",
    "classification": "its marking, verbatim",
    "summary": "what it says, in short",
    "subjects": "what it is about",
    "languages": "its languages, as names or tags",
    "files": "the files that hold it, from the folder of the list",
    "enclosures": "what was sent with it",
    "repository": "the archive that keeps it",
    "fonds": "the fonds or collection",
    "file": "the file or box",
    "folio": "the leaf or page",
    "identifiers": "other identifiers, scheme:value or as they are",
    "variant_titles": "other titles",
    "publications": "where it has been published",
    "custody": "its history, in words",
    "rights": "what may be done with it, in words",
    "licence": "the licence of its text",
    "salutation": "its words of address",
    "closing": "its closing words",
}
"""What a column of a flat list can mean."""

# Headers as people write them, without capitals, spaces and signs (`headers.plain`).
_HEADERS: dict[str, str] = {
    "id": "id nr no number nummer lfdnr laufendenummer signatur callnumber shelfmark номер шифр "
    "letterid briefnr briefnummer unitid cote",
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
    "bestandshalter institution архив",
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
_KNOWN = {plain(name): target for target, names in _HEADERS.items() for name in names.split()}
_KNOWN |= {plain(target): target for target in TARGETS if plain(target) not in _KNOWN}
_FILE = re.compile(
    r"[^;|]+\.(?:tiff?|jpe?g|png|pdf|txt|docx?|xml|html?|jp2|rtf|odt)", re.IGNORECASE
)
_SAMPLE = 200


@dataclass(slots=True)
class Map:
    """What the columns of a list of letters mean.

    Attributes:
        columns: The target of each header; `LEFT_OUT` for a column that is not taken over.
        everywhere: What holds for every letter and stands in no column: `type: letter`.
        described_by: Who made the list and answers for what it says; empty if nobody is named.
        sheet: The sheet of a workbook; empty for the only one.
    """

    columns: dict[str, str] = field(default_factory=dict)
    everywhere: dict[str, str] = field(default_factory=dict)
    described_by: str = ""
    sheet: str = ""


def draft_mapping(sheet: Sheet) -> str:
    """The text of a mapping for a sheet, guessed from its headers and values."""
    samples = _samples(sheet)
    lines = [
        f"# What the columns of “{sheet.name}” mean, guessed: look it over before importing.",
        f"# A column that is not to be taken over has {LEFT_OUT!r}. Several columns may have one",
        "# meaning. Several values in one cell are separated by semicolons.",
        "",
        f"sheet: {_quoted(sheet.name)}",
        "",
        "# Who made the list and answers for what it says: a name, as “Mustermann, Erika”.",
        'described_by: ""',
        "",
        "# What holds for every letter and stands in no column.",
        "everywhere:",
        "  type: letter",
        "",
        "columns:",
    ]
    taken: set[str] = set()
    for place, header in enumerate(sheet.header):
        if header.strip():
            target, why = _guess(header, samples[place], taken)
            taken.add(target)
            meaning = _quoted(target) if target == LEFT_OUT else target
            lines.append(f"  {_quoted(header)}: {meaning}  # {why}")
    lines += [
        "",
        "# A column can mean:",
        *(f"#   {name}: {what}" for name, what in TARGETS.items()),
    ]
    return "\n".join(lines) + "\n"


def read_mapping(path: Path) -> Map:
    """A mapping from its file.

    Raises:
        InvalidError: It is no mapping; the report has every finding.
        StorageError: It cannot be read.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree = YAML(typ="base").load(StringIO(storage.read_text(path)))
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    except (YAMLError, ValueError) as error:
        raise InvalidError(f"{path} is no YAML in UTF-8: {error}") from error
    findings = list(_faults(tree, str(path)))
    if findings:
        message = f"{path} is no mapping: {findings[0].message}"
        raise InvalidError(message, findings[0].hint, Report(findings))
    return Map(
        tree["columns"],
        tree.get("everywhere") or {},
        tree.get("described_by") or "",
        tree.get("sheet") or "",
    )


def _faults(tree: Any, path: str) -> list[Finding]:
    here = Location(path)
    if not isinstance(tree, dict) or not isinstance(tree.get("columns"), dict):
        hint = "let `archive-pkg tables map FILE` draft one"
        return [MAPPING_INVALID.at(here, "it has no table `columns`", hint)]
    found = []
    for key in tree:
        if key not in ("sheet", "described_by", "everywhere", "columns"):
            message = f"“{key}” is nothing that a mapping has"
            hint = "it has sheet, described_by, everywhere and columns"
            found.append(MAPPING_INVALID.at(Location(path, field=str(key)), message, hint))
    for name in ("columns", "everywhere"):
        held = tree.get(name) or {}
        if not isinstance(held, dict):
            message = f"`{name}` is not a table"
            found.append(MAPPING_INVALID.at(Location(path, field=name), message))
            continue
        for key, value in held.items():
            target = value if name == "columns" else key
            if target not in TARGETS and not (name == "columns" and target == LEFT_OUT):
                near = get_close_matches(str(target), TARGETS, 1)
                hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(TARGETS)}"
                at = Location(path, field=f"{name}.{key}")
                message = f"“{target}” is nothing that a column can mean"
                found.append(MAPPING_INVALID.at(at, message, hint))
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
    """The likely meaning of a column and what the guess rests on."""
    named = _named(header)
    if values:
        dates = _share(values, _is_date)
        files = _share(values, lambda value: bool(_FILE.fullmatch(value)))
        if files >= 0.8:
            return "files", f"{files:.0%} of its values are names of files"
        if named in ("date", "received") or (dates >= 0.8 and not named and "date" not in taken):
            return named or "date", f"{dates:.0%} of its values are dates" + _by_name(named)
        if named == "files":
            return "file", "its name; its values are no names of files"
    if named and not (named in ("id", "title", "date") and named in taken):
        return named, f"its name{_example(values)}"
    return LEFT_OUT, f"not recognised{_example(values)}"


def _named(header: str) -> str:
    key = plain(header)
    if key in _KNOWN:
        return _KNOWN[key]
    words = [plain(word) for word in re.findall(r"[^\W\d_]+", header)]
    found = [_KNOWN[word] for word in words if word in _KNOWN and len(word) > 2]
    return found[0] if len(set(found)) == 1 else ""


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
