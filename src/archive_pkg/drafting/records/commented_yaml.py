"""Write a draft as a record to review: valid YAML with comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.records.record_builder import MAIN_PART, RecordBuilder
from archive_pkg.drafting.statements.base import GUESS, Confidence
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.projects import with_defaults, with_own_type
from archive_pkg.records.models import Record
from archive_pkg.records.saving import as_yaml

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.projects import Project

_FIELD = re.compile(r"^([a-z_]+):")
_CONFIDENCE = re.compile(rf"# (?:{'|'.join(Confidence)}): ")
_OPEN_HEAD = "# Open, because the text does not say or is not clear: "
_OPEN = re.compile(rf"({_OPEN_HEAD})(.*?)(\.\r?\n)")
_RECORD_FIELDS = {
    "recipient": "recipients", "signatory": "signatories", "enclosure": "enclosures",
    "language": "parts", "text-kind": "parts",
}  # fmt: skip
"""The fields of records whose names differ from those in drafts."""


def record_of(
    draft: Draft,
    file: str,
    vocabulary: Vocabulary | None = None,
    text_file: str = "",
    project: Project | None = None,
) -> Record:
    """Return the record of a draft.

    Args:
        draft: The draft.
        file: Path of the letter's file, relative to the record's folder.
        vocabulary: The vocabulary of the draft.
        text_file: Path of the extracted text if the file is not plain text.
        project: The project whose defaults fill fields that the text leaves open.
    """
    builder = RecordBuilder(draft, file, vocabulary or load_vocabulary(), text_file)
    return Record.model_validate(_filled(builder.build(), draft, project))


def record_yaml(
    draft: Draft,
    file: str,
    vocabulary: Vocabulary | None = None,
    text_file: str = "",
    record_id: str = "",
    project: Project | None = None,
) -> str:
    """Return the record of a draft as YAML with comments on the confidence of each statement.

    Args:
        draft: The draft.
        file: Path of the letter's file, relative to the record's folder.
        vocabulary: The vocabulary of the draft.
        text_file: Path of the extracted text if the file is not plain text.
        record_id: The record's id if the name of its folder determines it.
        project: The project whose defaults fill fields that the text leaves open.
    """
    builder = RecordBuilder(draft, file, vocabulary or load_vocabulary(), text_file)
    data = _filled(builder.build(), draft, project)
    if record_id:
        data["id"] = record_id
    written = as_yaml(Record.model_validate(data))
    head = f"# Drafted from {_one_line(file)}: review every statement before you rely on it.\n"
    if draft.open:
        head += f"{_OPEN_HEAD}{', '.join(draft.open)}.\n"
    return head + commented(written, builder.comments)


def _filled(data: dict[str, Any], draft: Draft, project: Project | None) -> dict[str, Any]:
    if project is None:
        return data
    text_kind = draft.one("text-kind")
    guessed = MAIN_PART if text_kind is None or text_kind.confidence is GUESS else ""
    return with_defaults(with_own_type(data, draft.text, project), project, guessed)


def commented(text: str, comments: Mapping[str, str]) -> str:
    """Return YAML of a record with comments above its fields.

    Args:
        text: The YAML.
        comments: The comments, by the name of the field.
    """
    lines = []
    for line in text.splitlines(keepends=True):
        field = _FIELD.match(line)
        if field and field[1] in comments:
            lines += [f"# {_one_line(comment)}\n" for comment in comments[field[1]].splitlines()]
        lines.append(line)
    return "".join(lines)


def without_comments(text: str, fields: Container[str]) -> str:
    """Return a record's YAML without the comments of `record_yaml` on fields.

    Args:
        text: The YAML.
        fields: The names of the fields, which a person has reviewed.
    """
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        field = _FIELD.match(line)
        if field and field[1] in fields:
            first = len(lines)
            while first and lines[first - 1].startswith("#"):
                first -= 1
            lines[first:] = [above for above in lines[first:] if not _CONFIDENCE.match(above)]
        if opened := _OPEN.match(line):
            left = [
                name
                for name in opened[2].split(", ")
                if _RECORD_FIELDS.get(name, name) not in fields
            ]
            line = f"{opened[1]}{', '.join(left)}{opened[3]}" if left else ""
        lines.append(line)
    return "".join(lines)


def _one_line(text: str) -> str:
    """Return a string in which characters that end a comment or are invisible are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
