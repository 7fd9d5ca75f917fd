"""Writing a draft as a record to review: commented YAML that `check` passes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.records.record_builder import RecordBuilder
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.records.models import Record
from archive_pkg.records.saving import as_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.vocabulary import Vocabulary

_FIELD = re.compile(r"^([a-z_]+):")


def record_of(
    draft: Draft, file: str, vocabulary: Vocabulary | None = None, text_file: str = ""
) -> Record:
    """The record that a draft makes.

    Args:
        draft: The draft.
        file: Path of the letter's file, from the record's folder.
        vocabulary: The words it was drafted with.
        text_file: Path of the extracted text, where the file is no plain text.
    """
    recorder = RecordBuilder(draft, file, vocabulary or load_vocabulary(), text_file)
    return Record.model_validate(recorder.make())


def record_yaml(
    draft: Draft,
    file: str,
    vocabulary: Vocabulary | None = None,
    text_file: str = "",
    record_id: str = "",
) -> str:
    """The record that a draft makes, as YAML with comments that say how sure each statement is.

    Args:
        draft: The draft.
        file: Path of the letter's file, from the record's folder.
        vocabulary: The words it was drafted with.
        text_file: Path of the extracted text, where the file is no plain text.
        record_id: The record's id, where its folder's name decides it.
    """
    recorder = RecordBuilder(draft, file, vocabulary or load_vocabulary(), text_file)
    data = recorder.make()
    if record_id:
        data["id"] = record_id
    written = as_yaml(Record.model_validate(data))
    opened = ", ".join(draft.open)
    head = f"# Drafted from {_one_line(file)}: read every statement before you rely on it.\n"
    if opened:
        head += f"# Open, since the text does not say: {opened}.\n"
    return head + commented(written, recorder.comments)


def commented(text: str, comments: Mapping[str, str]) -> str:
    """A record's YAML with comments above its fields.

    Args:
        text: The YAML.
        comments: What to say, by the name of the field.
    """
    lines = []
    for line in text.splitlines(keepends=True):
        field = _FIELD.match(line)
        if field and field[1] in comments:
            lines += [f"# {_one_line(told)}\n" for told in comments[field[1]].splitlines()]
        lines.append(line)
    return "".join(lines)


def _one_line(text: str) -> str:
    """Text that cannot end a comment or hide in it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
