"""Bring the catalogues of the interface's languages up to date with the source, and compile them.

python docs/catalogues.py            update and compile all catalogues
python docs/catalogues.py it         begin a catalogue, here of Italian
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import typer
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from archive_pkg.cli.help import WORDS, help_texts
from archive_pkg.cli.main import app
from archive_pkg.dates.date_words import PARTS
from archive_pkg.dates.written.words import MONTH_NAMES
from archive_pkg.drafting.rule_reasons import RULES
from archive_pkg.messages import ENGLISH, LANGUAGES, within
from archive_pkg.records import Record
from archive_pkg.records.display import label
from archive_pkg.records.models import (
    Access,
    Agent,
    Date,
    Evidence,
    Part,
    RecordedEvent,
    Relation,
    TranslationNote,
)
from archive_pkg.records.models.agents import NameParts, PartTaken
from archive_pkg.records.models.description import Reclassification
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.records.vocabularies.languages import language_name
from archive_pkg.records.vocabularies.terms import event_types
from archive_pkg.reports import Severity
from archive_pkg.web.review.app import STATE_LABELS
from archive_pkg.web.review.arranging import FIELDS
from archive_pkg.web.review.batches import OUTCOMES
from archive_pkg.web.review.cards import LISTS
from archive_pkg.web.review.change_requests import CHANGES
from archive_pkg.web.review.inputs import form_texts
from archive_pkg.web.review.listing import SORTED_BY, STATES
from archive_pkg.web.review.shared_values import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.base import Model

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "archive_pkg"
FOLDER = SOURCE / "messages" / "catalogues"
_KEYWORDS = {"_": None, "plural": (1, 2), "term": ((1, "c"), 2)}
_HEAD = """\
msgid ""
msgstr ""
"Language: {tag}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""
_COUNTED = re.compile(r"""counted\([^"'\n]*["']([a-z -]+)["']\)""")
"""A number with a noun; its plural is not in the source."""
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in compiled catalogues: the same texts give the same bytes."""
_PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
"""The plurals of a language for which Babel gives one more, for millions."""
RUN_OUTCOMES = (
    "according to Payload-Oxum", "built", "complete", "cut", "deposited", "differs", "failed",
    "gone", "good", "invalid", "left out", "no errors", "read", "repaired", "replaced",
    "restorable", "unchanged", "valid", "vanished", "written",
)  # fmt: skip
"""The outcomes that commands count."""
FIGURES = (
    "parts withheld", "documents on the site", "files", "new or changed", "removed", "open",
    "cmif.xml, which lists letters for correspSearch, was not written; set in archive-pkg.toml",
)  # fmt: skip
"""The figures at the end of commands."""
FORMER_RULES = ("language-of-text", "named-in-text", "nothing-said", "summary-after-date")
"""Names of rules that only records of earlier drafts have, such as the first letter's."""
ZONES = (
    "addressee", "closing", "copies", "dateline", "enclosure", "for-another", "heading",
    "letterhead", "marking", "office", "postscript", "registry", "salutation", "sender",
    "signature", "stamp", "subject", "summary", "title",
)  # fmt: skip
"""The kinds of lines that the review shows next to a text."""
STATEMENTS = (
    "caveats", "classification", "closing", "copies to", "copy number", "date",
    "date of the event", "enclosure", "filing reference", "language", "level",
    "note on the text", "number", "office", "original language", "participants", "place",
    "place of the event", "recipients", "relation", "salutation", "sender", "sending body",
    "signatories", "source", "subject", "summary", "title", "translation or transcription",
    "type",
)  # fmt: skip
"""The fields that `draft` lists."""
_METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract", ".js": "javascript"}


def extracted() -> Catalog:
    """Return a catalogue of all texts in the source and all words of the vocabularies."""
    made = Catalog()
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in _METHODS and _has_texts(path):
            place = path.relative_to(ROOT / "src").as_posix()
            with path.open("rb") as stream:
                options = {"trim_blocks": "true", "lstrip_blocks": "true", "encoding": "utf-8"}
                for _, text, _, context in extract(
                    _METHODS[path.suffix], stream, _KEYWORDS, options=options
                ):
                    made.add(text, locations=[(place, 1)], context=context)
    nouns = {noun for path in SOURCE.rglob("*.py") for noun in _COUNTED.findall(path.read_text())}
    for noun in sorted(nouns | set(map(str, Severity))):
        made.add((f"{{n:,}} {noun}", f"{{n:,}} {noun}s"))
    for context, word in _terms():
        made.add(word, context=context)
    for message in made:
        message.flags.discard("python-format")
        if (isinstance(message.id, str) and "{" in message.id) or isinstance(message.id, tuple):
            message.flags.add("python-brace-format")
    return made


def _has_texts(path: Path) -> bool:
    return path.suffix != ".py" or "archive_pkg.messages" in path.read_text("utf-8")


def _terms() -> Iterator[tuple[str, str]]:
    """Yield the words of the vocabularies, each with the name of its vocabulary."""
    for context, words in {
        "thousands": [","],
        "month": MONTH_NAMES,
        "month of a day": MONTH_NAMES,
        "season": PARTS.values(),
        "field": dict.fromkeys(map(label, _fields())),
        "field in a sentence": [label(name).lower() for name in Record.model_fields],
        "hint": dict.fromkeys(hint for _, hint in form_texts() if hint),
        "type": [each.label for each in document_types().values()],
        "access": _words(Access, "status"),
        "agent": [*_words(Agent, "kind"), "place"],
        "classification": _words(Reclassification, "action"),
        "evidence": _words(Evidence, "basis"),
        "note": _words(TranslationNote, "kind"),
        "part": _words(Part, "kind"),
        "participant": get_args(PartTaken),
        "recording": _words(RecordedEvent, "kind"),
        "relation": _words(Relation, "kind"),
        "calendar": [f"{name} calendar" for name in _words(Date, "calendar")],
        "name": NameParts.model_fields,
        "event": event_types(),
        "rule": [*RULES, *FORMER_RULES],
        "severity": Severity,
        "language": map(language_name, _languages()),
        "certainty": STATE_LABELS.values(),
        "change": CHANGES.values(),
        "column": [name.replace("_", " ") for name in FIELDS if name != "-"],
        "order": SORTED_BY,
        "outcome": OUTCOMES.values(),
        "state": STATES,
        "step": OUTCOMES,
        "value": VALUES,
        "zone": ZONES,
        "statement": STATEMENTS,
        "outcome of a run": RUN_OUTCOMES,
        "figure": FIGURES,
        "outcome of event": ("success", "warning", "fail"),
        "calendar alone": _words(Date, "calendar"),
        "help": [*WORDS, *help_texts(typer.main.get_command(app))],
    }.items():
        spaced = context in ("note", "participant", "relation", "rule", "calendar alone")
        for word in words:
            yield context, str(word).replace("-", " ") if spaced else str(word)


def _fields() -> Iterator[str]:
    """Yield the names of all fields, and of one item of each list."""
    yield from Record.model_fields
    for name, _ in form_texts():
        yield name
    yield from (name.removesuffix("s") for name in LISTS)


def _words(model: type[Model], field: str) -> Iterator[str]:
    """Yield the words that a field can have, from the Literal in its annotation."""

    def inside(annotation: object) -> Iterator[str]:
        for one in get_args(annotation):
            if isinstance(one, str):
                yield one
            else:
                yield from inside(one)

    yield from dict.fromkeys(inside(model.model_fields[field].annotation))


def _languages() -> list[str]:
    """Return the codes of languages that have two letters."""
    codes = map(str, Locale("en").languages)
    return sorted(code for code in codes if len(code) == 2 and code != "sh")


def known_elsewhere(tag: str, message: Message) -> str:
    """Return a translation from Unicode's CLDR or from another context; or ""."""
    locale, word = Locale.parse(tag), str(message.id)
    if message.context == "field in a sentence":
        with within(tag):
            return label(word)
    if message.context == "thousands":
        return str(locale.number_symbols["latn"]["group"])
    if message.context in ("month", "month of a day"):
        form = "stand-alone" if message.context == "month" else "format"
        return str(locale.months[form]["wide"][MONTH_NAMES.index(word) + 1])
    if message.context == "language":
        code = next(code for code in _languages() if language_name(code) == word)
        return str(locale.languages.get(code, ""))
    return ""


def updated(tag: str) -> Catalog:
    """Return the catalogue of a language with the texts of today, and no others."""
    path = FOLDER / f"{tag}.po"
    old = Catalog(locale=tag)
    if path.exists():
        with path.open("rb") as stream:
            old = read_po(stream, locale=tag)
    made = Catalog(locale=tag, fuzzy=False, creation_date=_DAY, revision_date=_DAY)
    if tag in _PLURALS:
        made.mime_headers = [("Plural-Forms", _PLURALS[tag])]
    for message in extracted():
        if message.id:
            known = old.get(message.id, message.context)
            text = (known and known.string) or ""
            text = text if any(text) else known_elsewhere(tag, message)
            made.add(
                message.id,
                text,
                locations=message.locations,
                context=message.context,
                flags=message.flags,
            )
    return made


def written(tag: str) -> dict[str, bytes]:
    """Return the two files of a language's catalogue by their names."""
    made = updated(tag)
    text, compiled = BytesIO(), BytesIO()
    write_po(text, made, width=100, omit_header=True, sort_output=True, include_lineno=False)
    write_mo(compiled, made)
    head = _HEAD.format(tag=tag, plurals=made.plural_forms)
    return {f"{tag}.po": head.encode() + text.getvalue(), f"{tag}.mo": compiled.getvalue()}


def main() -> None:
    """Write the catalogues."""
    for tag in [*(tag for tag in LANGUAGES if tag != ENGLISH), *sys.argv[1:]]:
        for name, data in written(tag).items():
            (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
