"""Draw a letter's parts: what each was made from, belongs to or is about (SVG 1.1).

Each part is below the parts that it was made from, belongs to or is about. Parts of one row are in
the record's order. The same record gives the same bytes. Text can be searched and copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import _, term
from archive_pkg.packages import svg
from archive_pkg.packages.citation import makers, making_events
from archive_pkg.records.display import by_agents, in_languages, quoted, relations, status_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records import Part, Record

_WIDTH = 240
_LINE = 17
_PADDING = 10
_GAP_ACROSS = 28
_GAP_DOWN = 64
_MARGIN = 16
_MOST_SIGNS = 34

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1a1a1a}"
    ".kind{font-weight:600}.how{font-size:12px;fill:#444}"
    "rect{fill:#fff;stroke:#444}.absent{stroke-dasharray:5 4;fill:#f6f6f6}"
    ".shut{stroke:#a40000}path{fill:none;stroke:#444}marker path{fill:#444;stroke:none}"
)


@dataclass(frozen=True, slots=True)
class _Box:
    """A part with its position in the picture."""

    part: Part
    lines: tuple[str, ...]
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + _WIDTH // 2


def picture(record: Record) -> str:
    """Return a picture of the record's parts.

    Returns:
        An SVG document. Its title and description give the same information to screen readers.
    """
    boxes = _laid_out(record)
    width = max((box.x + _WIDTH for box in boxes.values()), default=_WIDTH) + _MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=_MARGIN) + _MARGIN
    title = _("Parts of {title}", title=record.title)
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{svg.text(title)}</title>',
        f'<desc id="description">{svg.text(" ".join(_description(record)))}</desc>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 10 5 0 10z"/></marker></defs>',
    ]
    return "\n".join([*head, *_arrows(record, boxes), *_drawn(boxes), "</svg>", ""])


def _rows(record: Record) -> list[list[Part]]:
    """Return the parts in rows. Each is in the first row below all parts that it refers to."""
    leading = {part.id: part.leads_to for part in record.parts}
    depth: dict[str, int] = {}
    for name in TopologicalSorter(leading).static_order():
        depth[name] = 1 + max((depth[other] for other in leading[name]), default=-1)
    rows: list[list[Part]] = [[] for __ in range(max(depth.values(), default=-1) + 1)]
    for part in record.parts:
        rows[depth[part.id]].append(part)
    return rows


def _laid_out(record: Record) -> dict[str, _Box]:
    rows = [[(part, tuple(_lines(record, part))) for part in row] for row in _rows(record)]
    widest = max((len(row) for row in rows), default=1)
    boxes: dict[str, _Box] = {}
    y = _MARGIN
    for row in rows:
        height = max(len(lines) for __, lines in row) * _LINE + 2 * _PADDING
        left = (widest - len(row)) * (_WIDTH + _GAP_ACROSS) // 2
        for number, (part, lines) in enumerate(row):
            x = _MARGIN + left + number * (_WIDTH + _GAP_ACROSS)
            boxes[part.id] = _Box(part, lines, x, y, height)
        y += height + _GAP_DOWN
    return boxes


def _lines(record: Record, part: Part) -> Iterator[str]:
    yield f"{term('part', part.kind)}: {part.id}"
    if part.title:
        yield part.title
    if part.languages:
        yield in_languages(part)
    yield from _making(record, part)
    for kind in ("uncertain", "illegible"):
        places = [n.at for n in record.translation_notes if (n.kind, n.at.part) == (kind, part.id)]
        if places:
            yield f"{term('note', kind)}: {', '.join(quoted(place.exact) for place in places)}"
    yield part.file_in_words
    if part.access and part.access.status != "open":
        yield status_in_words(part.access)


def _making(record: Record, part: Part) -> Iterator[str]:
    """Yield who made a part, when and how, according to the part or its events."""
    events = making_events(record, part)
    when = part.made or next((event.date for event in events if event.date), None)
    if who := makers(record, part):
        yield by_agents("; ".join(agent.name for agent in who))
    if when:
        yield _("made {date}", date=in_words(when.edtf))
    if part.method:
        yield part.method


def _description(record: Record) -> Iterator[str]:
    for part in record.parts:
        to = "".join(f", {words}" for words in relations(part))
        making = ", ".join(_making(record, part))
        held = "" if part.held else f", {part.file_in_words}"
        kind = term("part", part.kind)
        yield f"{kind} {part.id}{to}{', ' + making if making else ''}{held}."


def _arrows(record: Record, boxes: dict[str, _Box]) -> Iterator[str]:
    for part in record.parts:
        target = boxes[part.id]
        for name in part.leads_to:
            source = boxes[name]
            x1, y1 = source.middle, source.y + source.height
            x2, y2 = target.middle, target.y
            bend = (y2 - y1) // 2
            yield (
                f'<path d="M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}" '
                f'{_dashes(part, name)}marker-end="url(#tip)"/>'
            )


def _dashes(part: Part, name: str) -> str:
    """Return the line style: solid for `made from`, dashed for other relations."""
    return "" if name in part.made_from else 'stroke-dasharray="2 4" '


def _drawn(boxes: dict[str, _Box]) -> Iterator[str]:
    for box in boxes.values():
        shut = box.part.access is not None and box.part.access.status != "open"
        kinds = [*([] if box.part.held else ["absent"]), *(["shut"] if shut else [])]
        named = f' class="{" ".join(kinds)}"' if kinds else ""
        yield f"<g>{svg.title('; '.join(box.lines))}"
        yield (
            f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="6"{named}/>'
        )
        for number, line in enumerate(box.lines):
            y = box.y + _PADDING + (number + 1) * _LINE - 4
            kind = "kind" if number == 0 else "how"
            yield svg.words(_cut(line), box.middle, y, text_anchor="middle", class_=kind)
        yield "</g>"


def _cut(line: str) -> str:
    return line if len(line) <= _MOST_SIGNS else f"{line[: _MOST_SIGNS - 1]}…"
