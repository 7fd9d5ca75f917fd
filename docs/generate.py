"""Write the reference pages that come from the code.

`make docs` runs this. A test fails if a page is out of date.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

import archive_pkg
from archive_pkg.cli import app
from archive_pkg.deposits.receipts import Receipt
from archive_pkg.drafting.vocabulary.file_model import VocabularyFile
from archive_pkg.interchange import FORMATS
from archive_pkg.interchange.importing import ROUND_TRIP_FIELDS
from archive_pkg.interchange.importing.changed_fields import CHANGED_FIELDS
from archive_pkg.interchange.losses import fields, place_of
from archive_pkg.limits import all_limits
from archive_pkg.packages.targets import TARGETS, find_target
from archive_pkg.projects import ProjectFile, in_toml, schema_text
from archive_pkg.projects.models import has_user_names, table_model
from archive_pkg.records import models
from archive_pkg.records.base import attribute_docs
from archive_pkg.records.value_paths import models_in
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.records.vocabularies.terms import event_types, schemes
from archive_pkg.reports import Code
from archive_pkg.tables.lists.mapping import ColumnMap
from archive_pkg.tables.schema.columns import tables

REFERENCE = Path(__file__).parent / "reference"
MAN = Path(__file__).parent / "man"
GENERATED = "<!-- docs/generate.py writes this page from the code. -->\n\n"


def codes() -> dict[str, Code]:
    """Return the kinds of finding of all modules by their codes."""
    found: dict[str, Code] = {}
    for module in pkgutil.walk_packages(archive_pkg.__path__, "archive_pkg."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Code):
                other = found.setdefault(value.code, value)
                if other is not value:
                    raise ValueError(f"two kinds of finding have the code {value.code}")
    return dict(sorted(found.items()))


RENAMED = {
    "draft-no-line-ends": "draft-no-line-breaks",
    "package-not-the-one": "package-replaced",
    "tables-mapping-invalid": "tables-map-invalid",
    "tables-not-recognised": "tables-not-recognized",
    "tables-part-not-there": "tables-part-missing",
    "tables-read-openly": "tables-cell-ambiguous",
    "tables-row-twin": "tables-row-repeated",
    "tables-sheet-left-alone": "tables-sheet-ignored",
    "target-untold": "target-value-missing",
}
"""The codes that had another name, by the old name."""


def findings_page() -> str:
    """Return the page of finding codes."""
    renamed = [f"| `{old}` | `{new}` |" for old, new in RENAMED.items()]
    rows = [
        f"| `{code.code}` | {code.severity} | {_cell(code.meaning)} | {_cell(code.section)} |"
        for code in codes().values()
    ]
    return (
        "# Finding codes\n\n"
        + GENERATED
        + "Codes keep their meaning. An *error* makes its subject invalid; a *warning* and "
        "*advice* do not.\n\n| code | severity | what it means | standard |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n## Renamed codes\n\n| old name | name |\n|---|---|\n"
        + "\n".join(renamed)
        + "\n"
    )


def commands_page() -> str:
    """Return the page of commands."""
    root = typer.main.get_command(app)
    pages = ["# Commands\n\n" + GENERATED + _PREFACE]
    pages += [_command(path, command) for path, command in commands(root, ("archive-pkg",))]
    return "\n".join(pages)


def commands(command: Any, path: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return every command that is not a group, with its full name."""
    if not hasattr(command, "commands"):
        return [(" ".join(path), command)]
    return [
        found
        for name, inner in sorted(command.commands.items())
        for found in commands(inner, (*path, name))
    ]


_PREFACE = """\
Every command takes these options:

- `--help` explains the command, with an example.
- `--json` prints one document on standard output, `{"command", "status", "results": [{"path",
  "findings", "error", …}]}`, each finding as `{"code", "severity", "location", "message", "hint"}`.
  Commands for many subjects add an `outcome` to each result, `counts` of the outcomes, and the
  `findings` that belong to no single subject. The structure is the same for one subject and many.
- `--verbose` shows progress on standard error: files written and verified, locks, retries, worker
  processes. It may also come before the command.
- `--project FILE` uses the settings of this [project](../how-to/set-up-a-project.md),
  `--no-project` uses none. The default is the nearest `archive-pkg.toml` in the working folder or
  above it.
- `--log-file FILE` appends the same, and each request with its status, to a file as lines of JSON
  (`time`, `level`, `logger`, `process`, `message`). Only you can read a new log file, because it
  names files. Logs have no secrets and no text of documents.

Findings go to standard output, errors and progress to standard error.

| exit status | meaning |
|---|---|
| 0 | success |
| 1 | a bug: please report it |
| 2 | wrong usage |
| 3 | invalid: errors were found |
| 4 | a deposit was refused, could not be verified, or is pending |
| 5 | storage: disk full, no permission, a missing path, a lock held by another run |
| 129, 130, 143 | the terminal was closed, interrupted, terminated |
| 141 | the program that reads standard output has ended, as `head` does |

If several apply, 5 comes before 4, and 4 before 3.

Control and bidirectional characters in names are shown as escapes (`\\x1b`, `\\u202e`), and in JSON
as `\\uXXXX`. If standard output cannot be written (a full disk, a closed file), the command ends
with one error and exit status 5.

An input must be a regular file, or a link to one. Pipes, sockets, devices and folders are refused
without being opened, so that no command waits forever. For small files (trust files, profiles,
maps, vocabularies, descriptions to import), `<(command)` and `/dev/stdin` of the shell are
allowed: they are read within 60 seconds and up to 256 MiB.
"""


def _command(name: str, command: Any) -> str:
    help_text = (command.help or "").strip()
    prose, _, example = help_text.partition("Example:")
    lines = [f"## {name}", "", " ".join(prose.split()), ""]
    if example:
        lines += ["```sh", " ".join(example.split()), "```", ""]
    lines += ["| argument or option | meaning |", "|---|---|"]
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        title = ", ".join(parameter.opts) if is_option else parameter.name.upper()
        lines.append(f"| `{title}` | {_cell(getattr(parameter, 'help', None) or '')} |")
    return "\n".join(lines) + "\n"


def man_pages() -> dict[str, str]:
    """Return the manual pages by the names of their files: one, and one for each command."""
    listed = commands(typer.main.get_command(app), ("archive-pkg",))
    pages = {f"{name.replace(' ', '-')}.1": _man_page(name, command) for name, command in listed}
    rows = [
        f".TP\n.B {_roff(name)}\n{_roff(_first_sentence(command.help))}" for name, command in listed
    ]
    prose = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", _PREFACE).replace("`", "")
    prose = re.sub(r"\| exit.*\n\|-.*\n", "", prose)
    prose = re.sub(r"(?m)^\| (.*?) \| (.*) \|$", r"\1: \2", prose)
    parts = ["Turn archival letters into verifiable packages that repositories accept."]
    parts += [".SH SYNOPSIS", _roff("archive-pkg COMMAND [OPTIONS] [ARGUMENTS]")]
    parts += [".SH COMMANDS", *rows, ".SH OPTIONS AND EXIT STATUS", ".nf", _roff(prose), ".fi"]
    return {"archive-pkg.1": _man_head("archive-pkg", parts), **pages}


def write_man_pages(folder: Path) -> None:
    """Write the manual pages into a folder, and remove those of commands that are gone."""
    folder.mkdir(exist_ok=True)
    pages = man_pages()
    for file in folder.iterdir():
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def _man_page(name: str, command: Any) -> str:
    prose, _, example = (command.help or "").partition("Example:")
    options = [one for one in command.params if one.param_type_name == "option"]
    arguments = [one for one in command.params if one not in options]
    places = " ".join(one.name.upper() + ("..." if one.nargs == -1 else "") for one in arguments)
    parts = [_roff(_first_sentence(command.help)), ".SH SYNOPSIS"]
    parts += [_roff(f"{name} [OPTIONS] {places}".rstrip()), ".SH DESCRIPTION"]
    parts += ["\n.PP\n".join(_roff(" ".join(each.split())) for each in prose.strip().split("\n\n"))]
    for title, found in (("ARGUMENTS", arguments), ("OPTIONS", options)):
        parts += [f".SH {title}"] if found else []
        for one in found:
            words = ", ".join(one.opts) if one in options else one.name.upper()
            parts.append(f".TP\n.B {_roff(words)}\n{_roff(' '.join((one.help or '').split()))}")
    if example:
        parts += [".SH EXAMPLE", ".nf", _roff(" ".join(example.split())), ".fi"]
    return _man_head(name, [*parts, ".SH SEE ALSO", ".BR archive\\-pkg (1)"])


def _man_head(name: str, parts: list[str]) -> str:
    name = name.replace(" ", "-")
    head = f'.TH "{_roff(name.upper())}" 1 "" "archive-pkg {archive_pkg.__version__}"'
    return "\n".join([head, ".SH NAME", _roff(name) + " \\- " + parts[0], *parts[1:]]) + "\n"


def _first_sentence(text: str | None) -> str:
    return re.split(r"(?<=[.:])\s", " ".join((text or "").split()))[0].rstrip(".:")


def _roff(text: str) -> str:
    """Return text for troff: hyphens as they are, and no line that looks like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub("(?m)^(?=[.'])", "\\\\&", text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def record_page() -> str:
    """Return the page of the record's fields."""
    sections = [_model(model) for model in _models()]
    return "# The record\n\n" + GENERATED + _RECORD_PREFACE + "\n".join(sections)


_RECORD_PREFACE = """\
A record is `record.yaml` next to the letter's files, in a folder with its id as the name. It is
YAML 1.2, or JSON in `record.json`. Every plain value is read as text: `1960-07-18`, `012` and `no`
stay as they are. Other keys than these are refused. Leave out what you do not know.

The key `format` is the version of these fields, now 3. You can leave it out. Records of formats 1
and 2 are read, too, and `archive-pkg upgrade` converts them to format 3 and changes nothing else.
Format 1 has `of` instead of `made_from`, `part_of` and `about`
([decision 50](../decisions/0050-three-relations.md)); formats 1 and 2 have one `holding` instead of
`holdings` ([decision 70](../decisions/0070-record-format-3.md)). The types of documents are in the
[vocabularies](vocabularies.md).

[record.schema.json](record.schema.json) is the JSON Schema of a record in JSON. `archive-pkg init`
copies it into the project, and new drafts in the project
[name it to editors](../how-to/set-up-a-project.md#editors). Editors of YAML read a plain `1960` as
a number: quote it there. `archive-pkg check` checks more: calendars, check digits, languages,
references and quotes. The schema requires the `name` and the `kind` of every agent, but a record
can leave them to the [register of agents](../how-to/agents.md).

Fields in **bold** are required. For a date you can write only the EDTF form, and for a publication
only the citation. Other fields refer to items by their `id`. A dotted path such as
`agents.khrushchev.name` names one statement.

"""


def record_schema() -> str:
    """Return the JSON Schema of a record's file."""
    return schema_text(models.Record)


def register_schema() -> str:
    """Return the JSON Schema of a register of agents."""
    return schema_text(models.Register)


def _models() -> list[Any]:
    """Return the record's model and those of its fields, each once, in their order."""
    found: list[Any] = [models.Record]
    for model in found:
        fields = model.model_fields.values()
        inner = [below for field in fields for below in models_in(field.annotation)]
        found += [one for one in dict.fromkeys(inner) if one not in found]
    return found


def _model(model: Any) -> str:
    meaning = inspect.cleandoc(model.__doc__ or "").partition("\n\nAttributes:")[0]
    lines = [
        f"## {model.__name__}",
        "",
        " ".join(meaning.split()),
        "",
        "| field | meaning |",
        "|---|---|",
    ]
    properties = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        title = f"**`{name}`**" if field.is_required() else f"`{name}`"
        choices = (
            re.findall(r"'([a-z-]+)'", str(field.annotation))
            if "Literal" in str(field.annotation)
            else []
        )
        words = properties[name]["description"] + (
            f" One of: {', '.join(choices)}." if choices else ""
        )
        lines.append(f"| {title} | {_cell(words)} |")
    return "\n".join(lines) + "\n"


def project_schema() -> str:
    """Return the JSON Schema of a project file."""
    return schema_text(ProjectFile)


def project_page() -> str:
    """Return the page of a project's settings."""
    return "\n".join(
        ["# The project file\n\n" + GENERATED + _PROJECT_PREFACE, *_settings(ProjectFile, "")]
    )


_PROJECT_PREFACE = """\
`archive-pkg.toml` holds the settings of a project
([how to set one up](../how-to/set-up-a-project.md)). It is TOML 1.0. Other keys than these are
refused. [project.schema.json](project.schema.json) is its JSON Schema; `archive-pkg init` copies it
next to the file, which names it to editors of TOML.
"""


def _settings(model: Any, name: str) -> list[str]:
    docs = attribute_docs(model)
    rows, below = [], list[str]()
    for key, field in model.model_fields.items():
        if inner := table_model(field):
            below += _settings(inner, f"{name}{key}{'.NAME' if has_user_names(field) else ''}.")
        else:
            title = f"**`{key}`**" if field.is_required() else f"`{key}`"
            example = in_toml(field.examples[0])
            rows.append(f"| {title} | {_cell(docs[key])} | `{_cell(example)}` |")
    heading = f"`[{name.rstrip('.')}]`" if name else "At the top of the file"
    words = " ".join(inspect.cleandoc(model.__doc__).partition("\n\nAttributes:")[0].split())
    table = ["| setting | meaning | example |", "|---|---|---|", *rows]
    return [f"## {heading}", "", words, "", *table, "", *below]


def vocabularies_page() -> str:
    """Return the page of levels of secrecy, types of documents and types of events."""
    parts = ["# Vocabularies\n\n" + GENERATED + _LEVELS]
    for scheme in schemes().values():
        parts.append(
            f"### {scheme.name}: `{scheme.id}`\n\n" + (f"{scheme.note}\n\n" * bool(scheme.note))
        )
        parts.append("| level | marking | also found as | |\n|---|---|---|---|\n")
        cited: list[str] = []
        for level in scheme.levels:
            cited += [source for source in level.sources if source not in cited]
            numbers = ", ".join(str(cited.index(source) + 1) for source in level.sources)
            cells = (f"`{level.id}`", _words(level.terms), _words(level.renderings), f"[{numbers}]")
            parts.append(f"| {' | '.join(cells)} |\n")
        notes = [f"\n`{level.id}`: {level.note}\n" for level in scheme.levels if level.note]
        parts.append(
            "".join(notes)
            + "\n"
            + "".join(f"{n}. {source}\n" for n, source in enumerate(cited, 1))
            + "\n"
        )
    parts.append(_TYPES)
    parts += [
        f"| `{one.id}` | {one.label} | {one.definition} | {_states(one.states)} |\n"
        for one in document_types().values()
    ]
    types = event_types().values()
    parts.append(_EVENTS)
    parts += [f"- `{kind.label}` <{kind.uri}>\n" for kind in types if not kind.local]
    parts.append(_LOCAL_EVENTS)
    parts += [f"- `{kind.label}`: {kind.definition}\n" for kind in types if kind.local]
    return "".join(parts)


def _words(by_language: dict[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{', '.join(words)} ({tag})" for tag, words in by_language.items())


_LEVELS = """## Levels of secrecy

`classification.scheme` and `classification.level` name a level of one of these, the highest first.
Levels of different schemes cannot be compared. "Also found as" lists translations and
romanizations. If a draft gets its level from one of these, the evidence is *inferred*.

"""
_TYPES = """
## Types of documents

`type` is one of these, or a type that the record defines in `own_type`. `archive-pkg check` gives
advice if a record does not state what a complete record of its type states.

| type | label | meaning | a complete record states |
|---|---|---|---|
"""


def _states(groups: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join(" or ".join(f"`{name}`" for name in group) for group in groups)


_EVENTS = """
## Types of events

`events.type` is the label of one of the Library of Congress's types of preservation events:

"""
_LOCAL_EVENTS = """
The following types are ours, because the Library's list has none for them. Exports mark them as
local:

"""


def formats_page() -> str:
    """Return the page of formats: what each is, and what an import brings back."""
    rows = [
        f"| {one.title} | `{name}` | `{one.file}` | {'many' if one.collects else 'one'} | "
        f"{'years, months, days' if one.dates == 'days' else 'EDTF'} |"
        for name, one in FORMATS.items()
    ]
    back = [
        f"| `{name}` | {', '.join(f'`{field}`' for field in sorted(kept))} |"
        for name, kept in sorted(ROUND_TRIP_FIELDS.items())
    ]
    return (
        "# Formats\n\n"
        + GENERATED
        + _FORMATS
        + "\n".join(rows)
        + _BROUGHT_BACK
        + "\n".join(back)
        + "\n"
    )


_FORMATS = """\
[`archive-pkg export`](../how-to/export.md) writes a record in one of these formats.
[`build --metadata`](../how-to/build.md) chooses the formats in a package.
[Crosswalks](crosswalks.md) says where each field of a record goes in them. If a format has only
years, months and days, the export writes the nearest date, and `--explain` names each such date.

| format | name | file | documents | dates |
|---|---|---|---|---|
"""
_BROUGHT_BACK = """

## What an import brings back

`archive-pkg import` of an exported file brings back these fields as they were:

| format | fields |
|---|---|
"""


def crosswalks_page() -> str:
    """Return the page of crosswalks: where each field of a record goes in each format."""
    same_places = groupby(fields(), _places)
    return "\n".join(
        [
            "# Crosswalks\n\n" + GENERATED + _CROSSWALKS + _CHANGED,
            *(
                f"| `{name}` | {how} | {', '.join(f'`{field}`' for field in sorted(changed))} |"
                for name, hows in CHANGED_FIELDS.items()
                for how, changed in hows.items()
            ),
            "",
            *(_crosswalk(list(names), dict(places)) for places, names in same_places),
        ]
    )


_CROSSWALKS = """\
For each field of a [record](record.md), where it goes in each [format](formats.md). Fields in a row
that go to the same places are together. A place in parentheses is a condition. `archive-pkg export
--explain` reports which values of a record the document leaves out, or has only in part.
"""


_CHANGED = """
If you import a file that was exported in a format of this table, each field comes back as it was,
or the export or the import reports it. Only the fields in the table can change without a finding. A
field stands for all fields in it. `evidence` and the texts of parts are not compared.

| format | change | fields |
|---|---|---|"""


def _places(field: str) -> tuple[tuple[str, str], ...]:
    places = ((name, place_of(one.mapping, field)) for name, one in FORMATS.items())
    return tuple((name, place) for name, place in places if place is not None)


def _crosswalk(names: list[str], places: dict[str, str]) -> str:
    formats: dict[str, list[str]] = {}
    for name, place in places.items():
        formats.setdefault(place, []).append(f"`{name}`")
    rows = [f"| {', '.join(known)} | {_cell(place)} |" for place, known in formats.items()]
    table = ["| formats | where it goes |", "|---|---|", *rows, ""] if rows else []
    without = [f"`{name}`" for name in FORMATS if name not in places]
    by = ", ".join(without) if places else "every format"
    lost = [f"Left out by {by}.", ""] if without else []
    return "\n".join([f"## {', '.join(f'`{name}`' for name in names)}", "", *table, *lost])


def targets_page() -> str:
    """Return the page of targets: their requirements and our choices."""
    return "\n".join(["# Targets\n\n" + GENERATED + _TARGETS, *map(_target, TARGETS)])


_TARGETS = """\
The known targets of `build --target` and `why-not --target`
([how to use them](../how-to/targets.md)). For values that are not in a record,
use `--tag 'LABEL=VALUE'`.
"""


def _target(name: str) -> str:
    target = find_target(name)
    asks = [(path, ask) for path, asks in target.asks.items() for ask in asks]
    rows = [
        f"| `{ask.label}` | {path or 'metadata'} | {'yes' if ask.required else ''} | "
        + f"{_FROM.get(ask.source) or f'`--tag {ask.tag or ask.label}=…`'}"
        + f"{f'; otherwise “{ask.default}”' if ask.default else ''} | "
        + f"{', '.join(ask.values)} |"
        for path, ask in asks
    ]
    gives = {"bag": "a bag", "csip": "a folder with METS"}.get(target.form, "a folder to upload")
    if target.form == "bag":
        kinds = " and ".join(target.algorithms)
        archive = f", in a `{target.archive}`" if target.archive else ""
        gives = f"a BagIt {target.version} bag with {kinds}{archive}"
    table = ["| requires | where | required | from | values |", "|---|---|---|---|---|", *rows, ""]
    lines = [f"## {target.title}: `{name}`", "", f"The result is {gives}. {target.note}", ""]
    return "\n".join(lines + (table if rows else []))


_FROM = {
    "title": "the title",
    "summary": "the summary",
    "id": "the id",
    "size": "the files' size",
    "creators": "sender or signatories",
    "doi": "identifiers",
}


def table_columns_page() -> str:
    """Return the page of the tables' columns."""
    parts = ["# Columns of the tables\n\n" + GENERATED]
    parts.append("Bold: required. [The page on tables](tables.md) explains the layout.\n")
    for table in tables().values():
        key = f" Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
        parts.append(
            f"\n## {table.name}\n\n{table.description}{key}\n\n| column | meaning |\n|---|---|\n"
        )
        for column in table.columns:
            title = f"**`{column.name}`**" if column.required else f"`{column.name}`"
            words = column.description
            words += " Required if a related cell is filled." if column.needed else ""
            words += " Several values." if column.many else ""
            words += f" An id of `{column.refers_to}`." if column.refers_to else ""
            words += f" One of: {', '.join(column.enum)}." if column.enum else ""
            parts.append(f"| {title} | {_cell(words)} |\n")
    keys = re.findall(
        r"^    (\w+): (.*(?:\n {8}.*)*)", inspect.getdoc(ColumnMap) or "", re.MULTILINE
    )
    parts.append(
        "\n## The keys of a map\n\n[A map](tables.md#maps) says what the columns of your own "
    )
    parts.append("list mean.\n\n| key | meaning |\n|---|---|\n")
    parts += [f"| `{key}` | {_cell(' '.join(words.split()))} |\n" for key, words in keys]
    return "".join(parts)


def drafting_vocabulary_page() -> str:
    """Return the page of the keys of a drafting vocabulary."""
    rows = [
        f"| `{key}` | {_cell(meaning)} |" for key, meaning in attribute_docs(VocabularyFile).items()
    ]
    head = (
        "# Drafting vocabulary\n\n" + GENERATED + _VOCABULARY_FILES + "\n| key | what it lists |\n"
    )
    return head + "|---|---|\n" + "\n".join(rows) + _VOCABULARY_ERRORS


_VOCABULARY_FILES = """\
`archive-pkg draft` uses the words in five YAML files of the program. Four are in
`src/archive_pkg/drafting/vocabulary/`: `letters.yaml` (greetings, closings), `markings.yaml`
(classification and handling), `agents.yaml` (bodies, places, persons) and
`official_documents.yaml` (headings, fields and other forms of official documents). The fifth is
`src/archive_pkg/names/bodies.yaml` (words that distinguish bodies from persons). `--vocabulary`
adds the words of your own file. Its entries replace the program's entries of the same name.

```yaml
bodies:
  - name: Central Committee of the Romanian Workers' Party
    short: CC RWP            # its name in titles
    part_of: Romanian Workers' Party
    variants: [CC of the RWP, RWP CC, ЦК РРП]

persons:
  - {name: "Example, Karl", variants: [K. Example, Dr. Example]}

places:
  - {name: Cluj, variants: [Klausenburg, Kolozsvár]}

ambiguous:
  - {form: Mr. Rector, kind: office, candidates: [the rector of any university]}

closings:
  pl: [z poważaniem, pozdrawiam]
salutations:
  openers:
    pl: [szanowny panie, szanowna pani, drogi, droga]
months:
  pl: {stycznia: 1, lutego: 2, marca: 3}
```

Every key is a list of words, unless the table says otherwise. “By language” means a list of words
for each language tag.
"""
_VOCABULARY_ERRORS = """

Case does not matter, except that a name in capitals ("SED") is found only in capitals.

If the file has an error, `archive-pkg draft` reports each error with its line and drafts nothing: a
file that is not YAML or repeats a key, an unknown key or name, a value of a different form, an
empty or repeated name, a misspelt `part_of`, a language that does not exist.
"""


def receipt_page() -> str:
    """Return the page of the receipt's fields."""
    rows = [f"| `{name}` | {_cell(words)} |" for name, words in attribute_docs(Receipt).items()]
    head = "# The receipt\n\n" + GENERATED + _RECEIPT + "\n| field | meaning |\n|---|---|\n"
    return head + "\n".join(rows) + _RECEIPT_USE


_RECEIPT = """\
A receipt is a JSON file next to the package, `<package>.receipts/<kind>-<place>[-<version>].json`.
The program writes it after comparing the files in the repository with the package. `export --to
premis` and `Receipt.event()` in Python give the receipt as a PREMIS event of the local type
"deposit".
"""
_RECEIPT_USE = """

The identifier and the fingerprint of the package identify a deposit: the same package is never
deposited twice in one place. After any change, even a new signature, it is a different package.

Next to the receipt is the journal, `<kind>-<place>-<fingerprint>.journal`. It has a line of JSON
before each step, with the intent, and a line after the step, with the outcome. An interrupted
deposit resumes from the journal. Keep journals and receipts: the program needs them to find the
package's record in InvenioRDM and SWORD.

A receipt can come from anyone, so commands contact the server in it only if you name this server,
too ([fetch a package back](../how-to/deposit.md#fetch-a-package-back)).
"""


def limits_page() -> str:
    """Return the page of limits."""
    rows = [
        f"| `{limit.name}` | {limit.default:,} | {_cell(limit.meaning)} |" for limit in all_limits()
    ]
    return (
        "# Limits\n\n"
        + GENERATED
        + "The program reads files from strangers. Each reader has limits, so that a small file "
        "cannot hang the program or fill the memory. Input over a limit is an error that names "
        "the limit; the program reads no more of the input, and writes nothing.\n\n"
        "If you trust the input, raise the limit for one run:\n\n"
        "```sh\n"
        "ARCHIVE_PKG_LIMITS=workbook-cells=10000000,archive-ratio=500 archive-pkg check list.xlsx\n"
        "```\n\n"
        "Higher limits need more memory and time.\n\n"
        "A server is too slow if it sends nothing for a minute, or less than 1 KiB a second on "
        "average after the first minute. (The second limit does not apply to SFTP, or to the "
        "headers of a response from S3.) You cannot change these limits.\n\n"
        "| limit | default | what is limited |\n|---|---:|---|\n" + "\n".join(rows) + "\n"
    )


API_MODULES = {
    "archive_pkg": "The main functions",
    "archive_pkg.records": "Records",
    "archive_pkg.packages": "Packages",
    "archive_pkg.packages.targets": "Packages for a repository",
    "archive_pkg.deposits": "Deposits",
    "archive_pkg.collection": "Many packages",
    "archive_pkg.bags": "Bags of any folder",
    "archive_pkg.tables": "Tables and Frictionless Data Packages",
    "archive_pkg.interchange": "Other formats",
    "archive_pkg.interchange.importing": "Importing",
    "archive_pkg.drafting": "Drafts",
    "archive_pkg.projects": "Projects",
    "archive_pkg.web": "Pages",
    "archive_pkg.errors": "Errors",
    "archive_pkg.reports": "Findings",
    "archive_pkg.plugins": "Plugins",
}
"""The modules of the API reference, with their headings."""


def api_page() -> str:
    """Return the API reference, made from the docstrings."""
    parts = [
        "# API reference\n\n" + GENERATED + "[Use the library from Python](../how-to/python.md) "
        "explains the common tasks. This page lists every public name, with the first words of its "
        "documentation; `help(NAME)` shows all of it, with arguments and exceptions. Names that "
        "begin with `archive_pkg.` can be imported from there. Other modules may change.\n"
    ]
    listed: set[int] = set()
    for module_name, heading in API_MODULES.items():
        module = importlib.import_module(module_name)
        parts.append(f"\n## {heading}: `{module_name}`\n\n{_summary(module)}\n\n")
        again = []
        for name in _public_names(module):
            value = getattr(module, name)
            if inspect.ismodule(value) or name == "__version__":
                continue
            if id(value) in listed and callable(value):
                again.append(f"`{name}`")
                continue
            listed.add(id(value))
            parts.append(_api_entry(name, value))
        if again:
            parts.append(f"\nAlso here: {', '.join(again)}.\n")
    return "".join(parts)


def _public_names(module: Any) -> list[str]:
    names = getattr(module, "__all__", None)
    if names is None and module is archive_pkg:
        names = dir(module)
    own = (
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    )
    return sorted(names or own, key=lambda name: (not name.islower(), name))


def _summary(value: Any) -> str:
    """Return the first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(value) or "").partition("\n\n")[0].split())


def _api_entry(name: str, value: Any) -> str:
    if not callable(value):
        return f"- `{name}`: {_constant(value)}\n"
    if not inspect.isclass(value):
        returned = inspect.signature(value).return_annotation
        result = "" if returned in (None, "None", inspect.Signature.empty) else f" → `{returned}`"
        return f"- `{name}{_parameters(value)}`{result}: {_summary(value)}\n"
    is_plain = issubclass(value, (Exception, str)) or hasattr(value, "model_fields")
    shown = name if is_plain or getattr(value, "_is_protocol", False) else name + _parameters(value)
    methods = [
        f"`{each}{_parameters(method, bound=True)}`"
        for each, method in vars(value).items()
        if not each.startswith("_") and inspect.isfunction(getattr(method, "__func__", method))
    ]
    more = f" Methods: {', '.join(methods)}." if methods else ""
    values = [f"`{each}`" for each, one in vars(value).items() if isinstance(one, property)]
    more += f" Properties: {', '.join(values)}." if values else ""
    return f"- `{shown}`: {_summary(value)}{more}\n"


def _constant(value: Any) -> str:
    if isinstance(value, dict):
        return f"a mapping with the keys {', '.join(f'`{key}`' for key in value)}."
    return f"`{value!r}`."


def _parameters(value: Any, *, bound: bool = False) -> str:
    """Return the parameters of a function without their types."""
    try:
        signature = inspect.signature(getattr(value, "__func__", value))
    except ValueError:
        return "(…)"
    found = list(signature.parameters.values())[bound:]
    plain = [
        each.replace(annotation=inspect.Parameter.empty, default=_default(each)) for each in found
    ]
    private = [each.name for each in plain if each.name.startswith("_")]
    if private:
        raise ValueError(f"{value} is public, but it has private parameters: {private}")
    return str(inspect.Signature(plain))


class _Shown:
    """A default value as the reference shows it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _default(parameter: inspect.Parameter) -> Any:
    value = parameter.default
    if value is inspect.Parameter.empty or isinstance(value, (str, int, float, type(None))):
        return value
    shown = repr(value)
    return _Shown(shown if isinstance(value, tuple) and len(shown) < 40 else "…")


PAGES = {
    "api.md": api_page,
    "drafting-vocabulary.md": drafting_vocabulary_page,
    "limits.md": limits_page,
    "receipt.md": receipt_page,
    "table-columns.md": table_columns_page,
    "record.md": record_page,
    "record.schema.json": record_schema,
    "agents.schema.json": register_schema,
    "project-file.md": project_page,
    "project.schema.json": project_schema,
    "findings.md": findings_page,
    "commands.md": commands_page,
    "vocabularies.md": vocabularies_page,
    "formats.md": formats_page,
    "crosswalks.md": crosswalks_page,
    "targets.md": targets_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
    write_man_pages(MAN)
