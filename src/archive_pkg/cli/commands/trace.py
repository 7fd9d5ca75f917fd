"""`archive-pkg trace`: show where a statement comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records import Evidence, Part, Record
    from archive_pkg.records.tracing import Trace


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)


def trace(
    path: Annotated[Path, typer.Argument(help="A record's file or folder, or a package.")],
    field: Annotated[
        str,
        typer.Argument(help="The statement, such as date, agents.khrushchev.name or parts.letter."),
    ],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show where a statement comes from: its evidence, the quoted part, and that part's origin.

    Example: archive-pkg trace packages/1960-07-18-cpsu-to-sed date
    """
    from archive_pkg.packages.opening import read_record_or_package
    from archive_pkg.records.tracing import trace as trace_

    with answering("trace", as_json=as_json, quiet=quiet) as answer, answer.about(path) as result:
        record = read_record_or_package(path)[0]
        traced = trace_(record, field)
        result |= traced.as_json()
        for line in _lines(record, traced):
            answer.say(line)


def _lines(record: Record, traced: Trace) -> Iterator[str]:
    yield f"{traced.field}: {_value(traced.value)}"
    yield ""
    yield "Evidence"
    for item in traced.evidence:
        yield from _evidence(record, traced.field, item)
    if not traced.evidence:
        yield "  None. The record has no evidence for this statement."
    if traced.lineage:
        yield ""
        yield "Quoted part and the parts it depends on"
        for steps, part in traced.lineage:
            yield from _part(record, steps, part)
    if traced.events:
        yield ""
        yield "Events"
        for event in traced.events:
            when = str(event.date.edtf) if event.date else "date unknown"
            who = f", by {record.names(event.agents)}" if event.agents else ""
            what = " ← ".join(", ".join(names) for names in (event.objects, event.sources) if names)
            yield f"  {when}: {event.type}" + (f" of {what}" if what else "") + who
            if event.detail:
                yield f"    {event.detail}"
    if traced.agents:
        yield ""
        yield "Agents"
        for agent in traced.agents:
            more = [text for text in (agent.role, agent.version) if text]
            ids = [identifier.uri or identifier.value for identifier in agent.identifiers]
            yield f"  {', '.join([agent.name, *more])} ({agent.kind})" + (
                f" {' '.join(ids)}" if ids else ""
            )


def _evidence(record: Record, field: str, item: Evidence) -> Iterator[str]:
    about = "" if item.field == field else f"{item.field}: "
    sure = f" ({item.confidence})" if item.confidence else ""
    against = f"contradicting value “{item.value}”: " if item.value else ""
    if item.basis == "quoted":
        ground = "quoted"
    elif item.basis == "inferred":
        ground = f"inferred by rule {item.rule}"
    else:
        ground = f"supplied by {record.agent(item.agent).name}" if item.agent else "supplied"
    yield f"  {about}{against}{ground}{sure}"
    if item.at:
        words = " ".join(f"{item.at.prefix}⟦{item.at.exact}⟧{item.at.suffix}".split())
        yield f"    {item.at.part}, characters {item.at.start}–{item.at.end}: …{words}…"
    if item.note:
        yield f"    {item.note}"


def _part(record: Record, steps: int, part: Part) -> Iterator[str]:
    from archive_pkg.records.display import relations
    from archive_pkg.records.vocabularies.languages import language_name

    indent = "  " * (steps + 1)
    words = [f"{part.id}: {part.kind}"]
    if part.languages:
        words.append(f"in {', '.join(map(language_name, part.languages))}")
    words.extend(relations(part))
    made = [f"by {record.names(part.made_by)}"] if part.made_by else []
    made += [str(part.made.edtf)] if part.made else []
    made += [part.method] if part.method else []
    yield f"{indent}{' '.join(words)}" + (f"; made {', '.join(made)}" if made else "")
    yield f"{indent}  {part.file_in_words}" + (f", sha256 {part.sha256}" if part.sha256 else "")


def _value(value: Any) -> str:
    from archive_pkg.records import WrittenDate

    if isinstance(value, WrittenDate):
        written = f" (“{value.as_written}”)" if value.as_written else ""
        return f"{value.edtf or 'no EDTF date'}{written}"
    if isinstance(value, tuple):
        return "; ".join(_value(item) for item in value)
    if hasattr(value, "model_dump"):
        known = value.model_dump(mode="json", exclude_defaults=True)
        return "; ".join(f"{name} {_short(item)}" for name, item in known.items())
    return "no value" if value is None else str(value)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_short(item) for item in value.values())
    if isinstance(value, list):
        return ", ".join(_short(item) for item in value)
    return str(value)
