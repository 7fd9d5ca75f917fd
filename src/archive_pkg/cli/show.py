"""`archive-pkg show`: a record or a package, for a person's eyes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering, clean

if TYPE_CHECKING:
    from rich.console import Console

    from archive_pkg.packages import Verification
    from archive_pkg.records import Part, Record, TranslationNote


_STYLES = {True: "green", False: "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    path: Annotated[Path, typer.Argument(help="A record's file or folder, or a package.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a record or a package: who, when, what, its parts, notes, events and state.

    Example: archive-pkg show packages/1960-07-18-cpsu-to-sed
    """
    from archive_pkg.packages import is_bag, verify
    from archive_pkg.packages import open_package as open_
    from archive_pkg.records import load_record

    with answering("show", as_json=as_json, quiet=quiet) as answer, answer.about(path) as result:
        verification = None
        if is_bag(path):
            record = open_(path).record
            verification = verify(path)
            result |= {"complete": verification.verdict.complete, "valid": verification.ok}
            answer.found(result, verification.report)
        else:
            record = load_record(path)
        result["record"] = record.as_json()
        if not (as_json or quiet):
            from rich.console import Console

            _print(Console(highlight=False, markup=False, soft_wrap=False), record, verification)


def _print(console: Console, record: Record, verification: Verification | None) -> None:
    from rich.panel import Panel
    from rich.text import Text

    from archive_pkg.packages import states

    heading = Text(clean(record.title), style="bold")
    if record.classification:
        marking = "; ".join((record.classification.as_written, *record.classification.caveats))
        heading.append(f"\n{clean(marking)}", style="red")
        if record.classification.level:
            heading.append(f"  ({record.classification.scheme}: {record.classification.level})")
    console.print(Panel(heading, expand=False))
    _table(console, _facts(record))
    if record.summary:
        _section(console, "Summary")
        console.print(clean(record.summary.text))
    if record.parts:
        _section(console, "Parts")
        _table(console, [(part.id, _part(record, part)) for part in record.parts])
    if record.translation_notes:
        _section(console, "Notes in the text")
        _table(console, [(note.kind, _note(note)) for note in record.translation_notes])
    if record.enclosures:
        _section(console, "Enclosures")
        _table(
            console,
            [(item.id, _enclosure(record, item.part, item.title)) for item in record.enclosures],
        )
    if record.events:
        _section(console, "What happened to it")
        _table(
            console,
            [
                (
                    str(event.date.edtf) if event.date else "?",
                    _event(record, event.type, event.agents, event.detail),
                )
                for event in record.events
            ],
        )
    _section(console, "What it rests on")
    console.print(_evidence(record))
    if verification:
        _section(console, "State")
        good = verification.ok
        console.print("complete and valid" if good else "NOT VALID", style=_STYLES[good])
        for state in states(verification):
            console.print(clean(state))


def _section(console: Console, title: str) -> None:
    console.print(f"\n{title}", style="bold")


def _table(console: Console, rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for label, value in rows:
        grid.add_row(clean(label), clean(value))
    console.print(grid)


def _facts(record: Record) -> list[tuple[str, str]]:
    def names(ids: tuple[str, ...]) -> str:
        return "\n".join(
            agent.name + (f", {agent.role}" if agent.role else "")
            for agent in map(record.agent, ids)
        )

    date = record.date
    rows = [
        ("From", names(record.sender)),
        ("Signed", names(record.signatories)),
        ("To", names(record.recipients)),
        ("Copies to", names(record.copies_to)),
        (
            "Date",
            f"{date.edtf}" + (f" (“{date.as_written}”)" if date.as_written else "") if date else "",
        ),
        ("Place", record.place.name if record.place else ""),
        ("Opens", record.salutation or ""),
        ("Closes", record.closing or ""),
        ("Languages", ", ".join(record.languages)),
        (
            "Held at",
            "; ".join(value for _, value in record.holding if value) if record.holding else "",
        ),
        ("Rights", record.rights.statement if record.rights else ""),
        ("Record", f"{record.id}, version {record.version}"),
    ]
    return [(label, value) for label, value in rows if value]


def _part(record: Record, part: Part) -> str:
    words: list[str] = [part.kind]
    if part.languages:
        words.append(f"in {', '.join(part.languages)}")
    if part.of:
        words.append(f"of {', '.join(part.of)}")
    if part.made_by:
        words.append(f"by {record.names(part.made_by)}")
    where = part.file if part.file else "not held"
    if part.span:
        where += f", characters {part.span.start}–{part.span.end}"
    return f"{' '.join(words)}: {where}"


def _note(note: TranslationNote) -> str:
    words = f"“{note.at.exact}” at {note.at.start}"
    if note.rendering:
        words += f", rendered “{note.rendering}”"
    if note.original:
        words += f" from {note.original}"
    return f"{words}. {note.text}" if note.text and note.text not in note.at.exact else words


def _enclosure(record: Record, part: str | None, title: str) -> str:
    held = part is not None and record.part(part).held
    return f"{title} ({'held' if held else 'not held'})"


def _event(record: Record, kind: str, agents: tuple[str, ...], detail: str | None) -> str:
    by = f" by {record.names(agents)}" if agents else ""
    return f"{kind}{by}" + (f". {detail}" if detail else "")


def _evidence(record: Record) -> str:
    from archive_pkg.records.statements import Index, statements

    counts = dict.fromkeys(("quoted", "inferred", "supplied"), 0)
    for evidence in record.evidence:
        counts[evidence.basis] += 1
    words = ", ".join(f"{number} {basis}" for basis, number in counts.items())
    known = Index(record)
    bare = [path for path in statements(record) if not known.evidence(path)]
    return words + (
        f"; without evidence: {', '.join(bare)}" if bare else "; nothing without evidence"
    )
