"""Write a copy of the user's workbook with findings as coloured cells and notes.

Only cell formats and notes change, and the parts that declare them. Everything else (formulas,
charts, pictures, other sheets) is copied unchanged, which a library for workbooks would not do.
"""

from __future__ import annotations

import copy
import posixpath
import re
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from archive_pkg import storage
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.reports import Finding, Severity
from archive_pkg.tables.reading.cell_notes import AUTHOR
from archive_pkg.tables.reading.sheets import column_letters
from archive_pkg.tables.schema.cells import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.tables.reading.sheets import Sheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"

_CONTENT_TYPES = "[Content_Types].xml"
_COLOURS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFEB9C", Severity.ADVICE: "FFDDEBF7"}
_BY_SEVERITY = (Severity.ERROR, Severity.WARNING, Severity.ADVICE)
# The elements after a reference to notes in a worksheet (ECMA-376, 18.3.1.99).
_AFTER_NOTES = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_MAX_NOTE_LENGTH = 4_000


def annotate_workbook(source: Path, findings: Iterable[Finding], out: Path) -> int:
    """Write a copy of a workbook with findings as notes of the cells.

    Args:
        source: The workbook, which is known to be safe to read.
        findings: The findings about it.
        out: The file to write.

    Returns:
        The number of cells with findings.

    Raises:
        InvalidError: A part of the workbook is damaged.
    """
    try:
        with storage.open_regular(source) as file, zipfile.ZipFile(file) as archive:
            book = _AnnotatedWorkbook(archive)
            cells = 0
            for title, noted in _by_sheet(findings, book.titles).items():
                cells += len(noted)
                book.note(title, noted)
            book.write(out)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a damaged workbook may lack any element
        message = _(
            "{source} cannot be annotated: {name}: {error}",
            source=source,
            name=type(error).__name__,
            error=error,
        )
        hint = _("Open it in a spreadsheet program, save it again, and check the new file.")
        raise InvalidError(message, hint) from error
    return cells


def _by_sheet(
    findings: Iterable[Finding], titles: list[str]
) -> dict[str, dict[tuple[int, int], list[Finding]]]:
    """Group findings by sheet and cell, and leave out those that are not about a row or cell.

    A finding about a complete row is at the first cell of the row.
    """
    found: dict[str, dict[tuple[int, int], list[Finding]]] = {}
    for finding in findings:
        title = finding.location.table
        match = re.fullmatch(r"([A-Z]*)(\d+)(?::.*)?", finding.location.cell)
        if match and title in titles:
            place = int(match[2]), _number(match[1] or "A")
            found.setdefault(title, defaultdict(list))[place].append(finding)
    return found


def annotated_csv(sheets: Sequence[Sheet], findings: Iterable[Finding]) -> str:
    """Return the header and rows of a CSV file with one more column for the findings of each row.

    Findings about the file or the rows above the header are in the row of the header.
    """
    sheet = sheets[0]
    by_row: dict[int, list[str]] = defaultdict(list)
    for finding in findings:
        match = re.fullmatch(r"([A-Z]*)(\d+)", finding.location.cell)
        where = finding.location.field or finding.location.cell
        words = " ".join(_note_text(finding).split())
        row = max(int(match[2]) if match else 1, sheet.header_row)
        by_row[row].append(f"{where}: {words}" if where else words)
    width = len(sheet.header)
    rows = [(sheet.header_row, sheet.header)]
    for start, block in sheet.blocks():
        rows += enumerate(block, start)
    lines = []
    for number, cells in rows:
        notes = by_row.get(number, [])
        note = "archive-pkg" if number == sheet.header_row and not notes else " | ".join(notes)
        lines.append(csv_line([*cells, *[""] * (width - len(cells)), note]))
    return "".join(lines)


class _AnnotatedWorkbook:
    """The parts of a workbook; only those that change are parsed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        from lxml import etree

        self._archive = archive
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        self._parsed: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._texts: dict[str, str] = {}
        kinds = {rel.get("Type", "").rpartition("/")[2]: rel for rel in self._rels("")}
        workbook = _target("", kinds["officeDocument"])
        targets = {r.get("Id"): r for r in self._rels(workbook)}
        self._sheets: dict[str, str] = {}
        for sheet in self._xml(workbook).iter(f"{{{_MAIN}}}sheet"):
            rel = targets[sheet.get(f"{{{_REL}}}id")]
            if rel.get("Type", "").endswith("/worksheet"):
                self._sheets[sheet.get("name")] = _target(workbook, rel)
        styles = next(r for r in targets.values() if r.get("Type", "").endswith("/styles"))
        self._styles_part = _target(workbook, styles)
        self._styles = self._xml(self._styles_part)
        self._fills: dict[Severity, int] = {}
        self._formats: dict[tuple[int, Severity], int] = {}

    @property
    def titles(self) -> list[str]:
        return list(self._sheets)

    def note(self, title: str, noted: Mapping[tuple[int, int], list[Finding]]) -> None:
        """Color cells of a sheet according to their findings, and add notes to them."""
        part = self._sheets[title]
        sheet = self._xml(part)
        self._changed |= {part, self._styles_part}
        data = sheet.find(f"{{{_MAIN}}}sheetData")
        rows = {int(row.get("r")): row for row in data if row.get("r")}
        for (number, column), findings in sorted(noted.items()):
            severity = min((f.severity for f in findings), key=_BY_SEVERITY.index)
            cell = _cell(data, rows, number, column)
            cell.set("s", str(self._format(int(cell.get("s", "0")), severity)))
        self._add_comments(part, sheet, noted)

    def write(self, out: Path) -> None:
        """Write the workbook; unchanged parts keep their bytes."""
        from lxml import etree

        changed = {
            name: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            for name, root in self._parsed.items()
            if name in self._changed
        } | {name: text.encode() for name, text in self._texts.items()}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for member in self._archive.infolist():
                data = changed.pop(member.filename, None)
                target.writestr(member, self._archive.read(member) if data is None else data)
            for name, data in changed.items():
                target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)

    def _xml(self, part: str) -> Any:
        from lxml import etree

        if part not in self._parsed:
            self._parsed[part] = etree.fromstring(self._archive.read(part), self._parser)
        return self._parsed[part]

    def _rels(self, part: str) -> Any:
        """Return the relationships of a part; create them if there are none."""
        from lxml import etree

        path = _rels_path(part)
        if path not in self._parsed and path not in self._archive.namelist():
            self._parsed[path] = etree.Element(
                f"{{{_PACKAGE_REL}}}Relationships", nsmap=_default(_PACKAGE_REL)
            )
        return self._xml(path)

    def _format(self, base: int, severity: Severity) -> int:
        """Return the number of a format that adds the severity's colour to another format."""
        if (base, severity) not in self._formats:
            formats = self._styles.find(f"{{{_MAIN}}}cellXfs")
            made = copy.deepcopy(formats[base])
            made.set("fillId", str(self._fill(severity)))
            made.set("applyFill", "1")
            formats.append(made)
            formats.set("count", str(len(formats)))
            self._formats[base, severity] = len(formats) - 1
        return self._formats[base, severity]

    def _fill(self, severity: Severity) -> int:
        from lxml import etree

        if severity not in self._fills:
            fills = self._styles.find(f"{{{_MAIN}}}fills")
            fill = etree.SubElement(fills, f"{{{_MAIN}}}fill")
            pattern = etree.SubElement(fill, f"{{{_MAIN}}}patternFill", patternType="solid")
            etree.SubElement(pattern, f"{{{_MAIN}}}fgColor", rgb=_COLOURS[severity])
            etree.SubElement(pattern, f"{{{_MAIN}}}bgColor", indexed="64")
            fills.set("count", str(len(fills)))
            self._fills[severity] = len(fills) - 1
        return self._fills[severity]

    def _add_comments(
        self, part: str, sheet: Any, noted: Mapping[tuple[int, int], list[Finding]]
    ) -> None:
        from lxml import etree

        name = self._comments_of(part)
        comments = self._xml(name)
        self._changed.add(name)
        authors = comments.find(f"{{{_MAIN}}}authors")
        etree.SubElement(authors, f"{{{_MAIN}}}author").text = AUTHOR
        listed = comments.find(f"{{{_MAIN}}}commentList")
        known = {comment.get("ref"): comment for comment in listed}
        fresh = []
        for (number, column), findings in sorted(noted.items()):
            ref = f"{_letters(column)}{number}"
            if ref not in known:
                fresh.append((number, column))
                known[ref] = etree.SubElement(
                    listed, f"{{{_MAIN}}}comment", ref=ref, authorId=str(len(authors) - 1)
                )
                etree.SubElement(known[ref], f"{{{_MAIN}}}text")
            text = known[ref].find(f"{{{_MAIN}}}text")
            _add_run(text, "\n\n".join(map(_note_text, findings)), after=len(text) > 0)
        if fresh:
            self._add_shapes(part, sheet, fresh)

    def _comments_of(self, part: str) -> str:
        """Return the part with a sheet's notes; create it if there is none."""
        from lxml import etree

        for rel in self._rels(part):
            if rel.get("Type", "").endswith("/relationships/comments"):
                return _target(part, rel)
        name = self._free("xl/archivePkgComments{}.xml")
        root = etree.Element(f"{{{_MAIN}}}comments", nsmap=_default(_MAIN))
        etree.SubElement(root, f"{{{_MAIN}}}authors")
        etree.SubElement(root, f"{{{_MAIN}}}commentList")
        self._parsed[name] = root
        self._relate(part, name, "comments")
        types = self._types()
        etree.SubElement(
            types, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=_COMMENTS_TYPE
        )
        return name

    def _add_shapes(self, part: str, sheet: Any, places: list[tuple[int, int]]) -> None:
        """Add boxes for notes; Excel does not show a note without one."""
        name = self._drawing_of(part, sheet)
        text = self._texts.get(name) or self._archive.read(name).decode("utf-8")
        used = [int(number) for number in re.findall(r"_x0000_s(\d+)", text)]
        first = max([1024, *used]) + 1
        shapes = "".join(
            _shape(first + count, row, column) for count, (row, column) in enumerate(places)
        )
        before, end, after = text.rpartition("</xml>")
        self._texts[name] = f"{before}{shapes}{end}{after}"

    def _drawing_of(self, part: str, sheet: Any) -> str:
        from lxml import etree

        known = sheet.find(f"{{{_MAIN}}}legacyDrawing")
        if known is not None:
            wanted = known.get(f"{{{_REL}}}id")
            rel = next(rel for rel in self._rels(part) if rel.get("Id") == wanted)
            return _target(part, rel)
        name = self._free("xl/drawings/archivePkgNotes{}.vml")
        self._texts[name] = _VML
        element = etree.Element(f"{{{_MAIN}}}legacyDrawing", nsmap={"r": _REL})
        element.set(f"{{{_REL}}}id", self._relate(part, name, "vmlDrawing"))
        later = next((e for e in sheet if etree.QName(e).localname in _AFTER_NOTES), None)
        if later is None:
            sheet.append(element)
        else:
            later.addprevious(element)
        types = self._types()
        if not any(kind.get("Extension", "").lower() == "vml" for kind in types):
            default = etree.Element(f"{{{_TYPES}}}Default", Extension="vml", ContentType=_VML_TYPE)
            types.insert(0, default)
        return name

    def _relate(self, part: str, target: str, kind: str) -> str:
        from lxml import etree

        rels = self._rels(part)
        self._changed.add(_rels_path(part))
        used = {rel.get("Id") for rel in rels}
        name = next(f"rId{n}" for n in range(1, len(used) + 2) if f"rId{n}" not in used)
        etree.SubElement(
            rels,
            f"{{{_PACKAGE_REL}}}Relationship",
            Id=name,
            Type=f"{_REL}/{kind}",
            Target=posixpath.relpath(target, posixpath.dirname(part)),
        )
        return name

    def _types(self) -> Any:
        """Return the content types of the parts, and mark them as changed."""
        self._changed.add(_CONTENT_TYPES)
        return self._xml(_CONTENT_TYPES)

    def _free(self, pattern: str) -> str:
        taken = {*self._archive.namelist(), *self._parsed, *self._texts}
        number = 1
        while pattern.format(number) in taken:
            number += 1
        return pattern.format(number)


def _default(namespace: str) -> Any:
    """Return a namespace without a prefix; lxml accepts None as a key, but its stubs do not."""
    return {None: namespace}


def _rels_path(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, rel: Any) -> str:
    target: str = rel.get("Target")
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def _cell(data: Any, rows: dict[int, Any], number: int, column: int) -> Any:
    """Return the cell at a place; create it if there is none."""
    from lxml import etree

    row = rows.get(number)
    if row is None:
        row = etree.Element(f"{{{_MAIN}}}row", r=str(number))
        later = [other for other in rows if other > number]
        if later:
            rows[min(later)].addprevious(row)
        else:
            data.append(row)
        rows[number] = row
    ref = f"{_letters(column)}{number}"
    following = None
    for cell in row:
        place = _number(re.sub(r"\d", "", cell.get("r", "A")))
        if place == column:
            return cell
        if place > column:
            following = cell
            break
    made = etree.Element(f"{{{_MAIN}}}c", r=ref)
    if style := row.get("s"):
        made.set("s", style)
    if following is None:
        row.append(made)
    else:
        following.addprevious(made)
    return made


def _add_run(text: Any, words: str, *, after: bool) -> None:
    from lxml import etree

    plain = text.find(f"{{{_MAIN}}}t")
    if plain is not None and plain.getparent() is text:
        # A note is either plain text or a list of runs. Only a list can be extended.
        run = etree.SubElement(text, f"{{{_MAIN}}}r")
        run.append(plain)
    run = etree.SubElement(text, f"{{{_MAIN}}}r")
    held = etree.SubElement(run, f"{{{_MAIN}}}t")
    held.text = ("\n\n" if after else "") + words
    held.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _note_text(finding: Finding) -> str:
    hint = f"\n→ {finding.hint}" if finding.hint else ""
    words = f"{finding.severity.upper()}: {finding.message}{hint}"[:_MAX_NOTE_LENGTH]
    return re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", words)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    return column_letters(column - 1)


_VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" \
xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>
</xml>
"""


def _shape(number: int, row: int, column: int) -> str:
    anchor = f"{column}, 15, {max(row - 2, 0)}, 10, {column + 4}, 15, {row + 4}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
        'margin-left:60pt;margin-top:2pt;width:260pt;height:90pt;z-index:1;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{escape(anchor)}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )
