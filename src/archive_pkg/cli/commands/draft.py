"""`archive-pkg draft`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.language import message_language, translated
from archive_pkg.cli.output import FEW, Json, Quiet, answering, clean, no_stream
from archive_pkg.cli.project import current_project
from archive_pkg.messages import ENGLISH, _, term
from archive_pkg.reports import abridged, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table
    from rich.text import Text

    from archive_pkg.cli.output import Answer
    from archive_pkg.drafting import Draft, Proposals, SavedDraft, Statement, Vocabulary
    from archive_pkg.errors import ArchivePkgError
    from archive_pkg.projects import Project

_ZONES = {
    "marking": "bold red", "dateline": "green", "addressee": "magenta", "salutation": "cyan",
    "closing": "cyan", "signature": "bold yellow", "title": "yellow", "summary": "blue",
    "enclosure": "bright_black", "registry": "bright_black", "stamp": "bright_black",
    "letterhead": "bright_black", "postscript": "white", "subject": "bold", "place": "green",
    "heading": "bold", "participants": "magenta", "copies": "bright_black", "source": "blue",
    "sender": "magenta",
}  # fmt: skip
_SURE = {"certain": "green", "probable": "yellow", "guess": "red"}
# The names of fields, where statements use different names.
_FIELDS = {
    "recipient": "recipients", "signatory": "signatories", "copy-to": "copies to",
    "text-kind": "translation or transcription",
    "copy-number": "copy number", "event-date": "date of the event",
    "event-place": "place of the event", "source-line": "source", "caveat": "caveats",
    "enclosure-mentioned": "enclosure", "note": "note on the text", "slip": "note on the text",
}  # fmt: skip
# The field of the record, where its name is not the one above.
_RECORD_FIELDS = {
    "enclosure": "enclosures", "enclosure-mentioned": "enclosures", "note": "translation_notes",
    "slip": "translation_notes", "caveat": "classification", "event-date": "recorded",
    "event-place": "recorded", "source-line": "holdings", "language": "parts", "text-kind": "parts",
}  # fmt: skip
# Names that the text only mentions. They are not listed for review.
_IN_PASSING = ("mentioned", "mentioned-place")
# How many paragraphs of a long body the terminal shows, at its beginning and at its end.
_PARAGRAPHS = 6
# The largest number of listed statements.
_MOST_TO_REVIEW = 40


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(draft)


def draft(
    texts: Annotated[
        list[Path],
        typer.Argument(
            help="Letters (.txt, .docx, .odt, PAGE, ALTO or TEI XML, PDF), or folders with letters."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write each record, with a copy of its letter, to its own folder in this folder.",
            callback=no_stream,
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of plain texts that are not UTF-8.")
    ] = None,
    vocabulary: Annotated[
        list[Path] | None, typer.Option(help="YAML file with more names, markings and phrases.")
    ] = None,
    proposals: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="A file of statements with quotes that a program or a person proposes.",
        ),
    ] = None,
    split: Annotated[
        bool,
        typer.Option(
            "--split",
            help="Draft each document of a file that has several, such as a letter and its "
            "enclosure. Needs --out.",
        ),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draft records from letters, for you to review.

    Each statement quotes the text and says how certain it is. What the text does not state is left
    out. An existing record is never overwritten: only its empty fields are filled.

    Example: archive-pkg draft letter.txt
    """
    from archive_pkg.drafting import (
        draft_letter,
        letters_in,
        load_vocabulary,
        read_proposals,
        split_draft,
    )
    from archive_pkg.drafting.records.draft_files import HAS_RECORD, record_of_letter
    from archive_pkg.errors import ArchivePkgError, UsageError
    from archive_pkg.packages.output_protection import refuse_in_package
    from archive_pkg.records.path_checks import refusal
    from archive_pkg.reports import Location

    with answering("draft", as_json=as_json, quiet=quiet) as answer:
        project = current_project()
        own = (*project.vocabularies, *(vocabulary or ()))
        known = load_vocabulary(*own)
        skipped: list[Path] = []
        found = list(letters_in(texts, answer.unreadable, skipped.append))
        letters = [letter for letter in found if not _is_side_file(answer, letter)]
        skipped = [file for file in skipped if not _is_side_file(answer, file)]
        if split and out is None:
            raise UsageError("--split needs a folder for the records", "Add --out FOLDER.")
        if not found and not answer.status:
            raise UsageError(*refusal(texts[0], "letter"))
        if len(letters) > 1 and out is None and len({p.parent for p in letters}) < len(letters):
            raise UsageError(
                "several letters are in the same folder, which can have only one record",
                "Use --out, which makes a folder for each letter.",
            )
        _report_skipped(answer, skipped)
        proposed = read_proposals(proposals) if proposals is not None else None
        drafts: list[tuple[Draft, SavedDraft]] = []
        for letter in answer.each(letters):
            with answer.about(letter) as result:
                if out is None:
                    refuse_in_package(letter)
                if _is_marked_up(letter):
                    _import(answer, result, letter, out)
                    continue
                if out is not None and (existing := record_of_letter(letter)):
                    message = f"the letter already has the record {existing}"
                    hint = "To fill its empty fields, draft without --out."
                    answer.found(result, [HAS_RECORD.at(Location(str(letter)), message, hint)])
                try:
                    read = draft_letter(letter, encoding=encoding, vocabulary=own)
                except ArchivePkgError as error:
                    _skip_or_raise(answer, result, letter, error, named=letter in texts)
                    continue
                pieces = split_draft(read, known) if split and read.cuts else [read]
                drafts += _save(answer, result, pieces, known, out, project, proposed, drafts)
        if proposed is not None:
            with answer.about(proposals) as result:
                answer.found(result, [*proposed.report, *proposed.unused()])
        if len(drafts) == 1 and len(letters) == 1 and not (as_json or quiet):
            _show(drafts[0][0])
        elif letters:
            _list_for_review(answer, letters, drafts)


def _save(
    answer: Answer,
    result: dict[str, Any],
    pieces: list[Draft],
    known: Vocabulary,
    out: Path | None,
    project: Project,
    proposed: Proposals | None,
    earlier: list[tuple[Draft, SavedDraft]],
) -> list[tuple[Draft, SavedDraft]]:
    """Save a record for each document of a file; the first one's result is the file's.

    Copies of a letter that was drafted earlier in this run are not returned.
    """
    from archive_pkg.drafting import save_draft, with_enclosure_relation

    saved: list[tuple[Draft, SavedDraft]] = []
    for piece in pieces:
        if saved:
            piece = with_enclosure_relation(piece, saved[0][1].record.parent.name)
            result = {"path": piece.source.path, "findings": []}
            answer.results.append(result)
        if proposed is not None:
            piece, left_out = proposed.add_to(piece)
            answer.found(result, left_out)
        filed = save_draft(piece, known, out, project)
        answer.found(result, piece.report)
        result |= _as_json(piece, filed)
        first = next((read for read, known in earlier if known.record == filed.record), None)
        if first is not None:
            same = f"the same text as {first.source.path}"
            answer.say_of_one(f"{piece.source.path}: {same}; nothing to add to {filed.record}")
            continue
        saved.append((piece, filed))
        _say_filed(answer, piece, filed)
    return saved


def _is_side_file(answer: Answer, path: Path) -> bool:
    """Return whether a program keeps a file next to a document, and say so."""
    from archive_pkg.records.file_kinds import side_file
    from archive_pkg.reports import Location
    from archive_pkg.texts.letter_files import LOCK_FILE

    kind = side_file(path.name)
    if not kind:
        return False
    with answer.about(path) as result:
        message = f"left out, because it is {kind}"
        answer.found(result, [LOCK_FILE.at(Location(str(path)), message, "")])
    return True


def _report_skipped(answer: Answer, files: list[Path]) -> None:
    """Report the files in folders that are not drafted, files of the same kind together."""
    from archive_pkg.drafting.records.draft_files import why_skipped

    findings = [why_skipped(file) for file in files]
    for file, found in zip(files, findings, strict=True):
        answer.results.append({"path": str(file), "findings": [found.as_json()]})
    answer.show(findings, "")


def _skip_or_raise(
    answer: Answer, result: dict[str, Any], letter: Path, error: ArchivePkgError, *, named: bool
) -> None:
    """Report that a file in a folder is not a letter's text.

    Raises:
        ArchivePkgError: The user named the file, or it is a letter's text that cannot be read.
    """
    from archive_pkg.drafting.records.draft_files import is_no_letter, why_skipped

    if named or not is_no_letter(error, letter):
        raise error
    answer.found(result, [why_skipped(letter, error)])


def _is_marked_up(letter: Path) -> bool:
    """Return whether a file has markup that describes the letter, so that `import` can read it."""
    from archive_pkg.interchange.importing import is_description
    from archive_pkg.storage import open_regular

    try:
        with open_regular(letter) as file:
            return is_description(file.read(8192))
    except OSError:
        return False


def _import(answer: Answer, result: dict[str, Any], letter: Path, out: Path | None) -> None:
    """Write the same record of a TEI file as `archive-pkg import`."""
    from archive_pkg.cli.commands.import_ import shortened
    from archive_pkg.interchange.importing import file_letter

    filed = file_letter(letter, out)
    answer.found(result, filed.report if answer.as_json else shortened(filed.report))
    result |= {"record": str(filed.record), "written": filed.changed}
    result |= {"statements": [], "open": [], "zones": [], "documents": [0], "differences": []}
    said = (
        _("{letter}: imported as {record}", letter=letter, record=filed.record)
        if filed.changed
        else _("{letter}: kept {record}", letter=letter, record=filed.record)
    )
    answer.say_of_one(said)


def _as_json(read: Draft, filed: SavedDraft) -> dict[str, Any]:
    return {
        "record": str(filed.record),
        "written": filed.changed,
        "statements": [_statement(one) for one in read.statements],
        "open": read.open,
        "zones": [{"kind": zone.kind, "start": zone.start, "end": zone.end} for zone in read.zones],
        "documents": [read.span[0] if read.span else 0, *read.cuts],
        "differences": [
            {"field": d.field, "kept": d.kept, "drafted": d.drafted} for d in filed.differences
        ],
    }


def _statement(one: Statement) -> dict[str, Any]:
    data: dict[str, Any] = {"field": one.field, "value": one.value}
    data |= {"confidence": str(one.confidence), "rule": one.rule}
    if one.kind:
        data["kind"] = one.kind
    if one.quote is not None:
        data |= {"start": one.quote.start, "end": one.quote.end, "exact": one.quote.exact}
    return data | one.more


def _say_filed(answer: Answer, read: Draft, filed: SavedDraft) -> None:
    if filed.new:
        said = _("{letter}: drafted as {record}", letter=read.source.path, record=filed.record)
    elif filed.changed:
        said = _(
            "{letter}: empty fields filled in {record}",
            letter=read.source.path,
            record=filed.record,
        )
    else:
        said = _(
            "{letter}: nothing to add to {record}", letter=read.source.path, record=filed.record
        )
    answer.say_of_one(said)
    for one in filed.differences:
        kept, drafted = _in_words(one.kept), _in_words(one.drafted)
        answer.say(
            _(
                "  {field}: the record has {kept} (kept); the text now says {drafted}",
                field=one.field,
                kept=kept,
                drafted=drafted,
            )
        )


def _in_words(value: Any) -> str:
    """Return the value of a field for people. For a mapping, it is the value of its first key."""
    if isinstance(value, dict):
        return _in_words(next(iter(value.values()), "nothing"))
    return ", ".join(map(_in_words, value)) if isinstance(value, list) else str(value)


def _list_for_review(
    answer: Answer, letters: Sequence[Path], drafts: Sequence[tuple[Draft, SavedDraft]]
) -> None:
    """List the statements to review, least certain first, then the fields that are not stated.

    For many letters, totals come first, and only the first statements are listed.
    """
    if len(letters) > FEW:
        _say_totals(answer, letters, drafts)
    if not drafts:
        return
    answer.say()
    answer.say(_("To review, least certain first:"), bold=True)
    rows = [
        (str(one.confidence) != "guess", filed.record, one)
        for read, filed in drafts
        for one in read.needs_review
        if one.field not in (*_IN_PASSING, "type", "language", "text-kind")
        and _record_field(one.field) not in filed.kept
    ]
    rows.sort(key=lambda row: (row[0], str(row[1]), row[2].field))
    for __, record, one in rows[:_MOST_TO_REVIEW]:
        answer.say(_to_review(record, one))
    if more := max(len(rows) - _MOST_TO_REVIEW, 0):
        answer.say(_("and {more:,} more, see --json or archive-pkg review", more=more))
    missing = [
        (filed.record, _not_stated(read, _shown(read), filed.kept)) for read, filed in drafts
    ]
    if len(drafts) > FEW:
        counts = Counter(name for _, names in missing for name in names)
        if counts:
            many = [
                translated(_("{field} in {number:,}", field=name, number=number))
                for name, number in counts.most_common()
            ]
            answer.say(_("not stated {fields}", fields=", ".join(many)))
        return
    for record, names in missing:
        if names:
            fields = ", ".join(map(translated, names))
            answer.say(_("not stated {record}: {fields}", record=record, fields=fields))


def _to_review(record: Path, one: Statement) -> str:
    """Return the line of a statement to review."""
    known = {
        "certainty": term("certainty", str(one.confidence)),
        "record": record,
        "field": _label(one.field),
        "words": _short(one.value),
        "reason": _reason(one.rule),
    }
    if one.quote is None:
        return _("{certainty:9} {record}: {field} “{words}” ({reason})", **known)
    known["start"] = one.quote.start
    if question := one.more.get("question"):
        known |= {"words": _short(one.quote.exact), "question": question}
        return _(
            "{certainty:9} {record}: {field} “{words}” at character {start}: {question} ({reason})",
            **known,
        )
    return _("{certainty:9} {record}: {field} “{words}” at character {start} ({reason})", **known)


def _reason(rule: str) -> str:
    """Return the reason of a statement in words; in other languages, the name of its rule."""
    from archive_pkg.drafting.rule_reasons import reason, rule_name

    return reason(rule) if message_language() == ENGLISH else rule_name(rule)


def _say_totals(
    answer: Answer, letters: Sequence[Path], drafts: Sequence[tuple[Draft, SavedDraft]]
) -> None:
    new = sum(filed.new for _, filed in drafts)
    filled = sum(filed.changed and not filed.new for _, filed in drafts)
    other = len(drafts) - new - filled
    said = [_("{records} drafted", records=counted(new, "record"))]
    if filled:
        said.append(_("empty fields of {records} filled", records=counted(filled, "record")))
    if other:
        said.append(_("{records} unchanged", records=counted(other, "record")))
    done = ", ".join(map(translated, said))
    answer.say(_("{letters}: {done}", letters=counted(len(letters), "letter"), done=done))


def _not_stated(
    read: Draft, shown: list[Statement], kept: frozenset[str] = frozenset()
) -> list[str]:
    """Return the names of the open fields.

    Fields that have a statement to review, or a value in the existing record, are left out.
    """
    stated = {one.field for one in shown}
    missing = [name for name in read.open if name not in stated]
    return [_label(name) for name in missing if _record_field(name) not in kept]


def _record_field(field: str) -> str:
    """Return the name of the record's field that a statement is about."""
    return _RECORD_FIELDS.get(field) or _FIELDS.get(field, field).replace(" ", "_").replace(
        "-", "_"
    )


def _label(field: str) -> str:
    return term("statement", _FIELDS.get(field, field.replace("-", " ")))


def _value(one: Statement) -> str:
    """Return a statement's value, or its words and why a person must decide on it."""
    question = one.more.get("question")
    return f"{one.quote.exact}: {question}" if question and one.quote else one.value


def _short(text: str) -> str:
    return abridged(" ".join(text.split()))


def _shown(read: Draft) -> list[Statement]:
    """Return the statements to show: not the bracket of a source line, which is shown as such."""
    return [one for one in read.statements if (one.field, one.rule) != ("note", "source-line")]


def _show(read: Draft) -> None:
    """Print the coloured letter next to its fields, or plain lines if output is not a terminal."""
    if not sys.stdout.isatty():
        for one in _shown(read):
            if one.field not in _IN_PASSING:
                text = _(
                    "  {field}: {value} ({certainty}, {reason})",
                    field=_label(one.field),
                    value=_short(clean(_value(one), lines=True)),
                    certainty=term("certainty", str(one.confidence)),
                    reason=_reason(one.rule),
                )
                typer.echo(translated(text))
        if missing := _not_stated(read, _shown(read)):
            fields = ", ".join(map(translated, missing))
            typer.echo(translated(_("  not stated: {fields}", fields=fields)))
        return
    from rich.console import Console
    from rich.table import Table

    page = Table(box=None, padding=(0, 2), show_header=False)
    page.add_column(ratio=3, overflow="fold")
    page.add_column(ratio=2, overflow="fold")
    page.add_row(_coloured(read), _fields(read))
    Console().print(page)


def _fields(read: Draft) -> Table:
    """Return a table of the statements with their confidence and reason."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for one in _shown(read):
        cell = Text(_short(clean(_value(one), lines=True)))
        if one.field not in _IN_PASSING:
            certainty = translated(term("certainty", str(one.confidence)))
            why = f"\n{certainty}: {translated(_reason(one.rule))}"
            cell.append(why, style=_SURE[str(one.confidence)])
        table.add_row(translated(_label(one.field)), cell)
    if missing := _not_stated(read, _shown(read)):
        table.add_row(
            translated(term("certainty", "not stated")), ", ".join(map(translated, missing))
        )
    return table


def _coloured(read: Draft) -> Text:
    """Return the text with coloured zones and underlined quotes; a long body is shortened."""
    from rich.text import Text

    shown = Text()
    quotes = [one.quote for one in read.statements if one.quote and one.field != "mentioned"]
    bodies = [zone for zone in read.zones if zone.kind == "body"]
    left_out = {id(zone) for zone in bodies[_PARAGRAPHS:-_PARAGRAPHS]}
    shortened = False
    for zone in read.zones:
        if id(zone) in left_out:
            if not shortened:
                shown.append("…\n\n", style="bright_black")
            shortened = True
            continue
        start = len(shown)
        shown.append(
            clean(read.text[zone.start : zone.end], lines=True), style=_ZONES.get(zone.kind, "")
        )
        if len(shown) - start == zone.end - zone.start:
            for quote in quotes:
                if zone.start <= quote.start and quote.end <= zone.end:
                    shift = start - zone.start
                    shown.stylize("underline", quote.start + shift, quote.end + shift)
        shown.append("\n\n")
    return shown
