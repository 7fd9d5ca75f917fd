"""Writing a draft as a record to review: commented YAML that `check` passes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.recording import Recorder
from archive_pkg.drafting.vocabulary import Vocabulary, load_vocabulary
from archive_pkg.records.models import Record

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

    from archive_pkg.drafting.draft import Draft

_QUOTED = frozenset({"exact", "prefix", "suffix"})
_WIDEST = 1_000_000


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
    recorder = Recorder(draft, file, vocabulary or load_vocabulary(), text_file)
    return Record.model_validate(recorder.make())


def record_yaml(
    draft: Draft, file: str, vocabulary: Vocabulary | None = None, text_file: str = ""
) -> str:
    """The record that a draft makes, as YAML with comments that say how sure each statement is.

    Args:
        draft: The draft.
        file: Path of the letter's file, from the record's folder.
        vocabulary: The words it was drafted with.
        text_file: Path of the extracted text, where the file is no plain text.
    """
    recorder = Recorder(draft, file, vocabulary or load_vocabulary(), text_file)
    data = recorder.make()
    Record.model_validate(data)
    tree: CommentedMap = as_tree(data)
    for name, told in recorder.comments.items():
        if name in data:
            tree.yaml_set_comment_before_after_key(name, before=told)
    opened = ", ".join(draft.open)
    tree.yaml_set_start_comment(
        f"Drafted from {file}: read every statement before you rely on it."
        + (f"\nOpen, since the text does not say: {opened}." if opened else "")
    )
    return as_yaml(tree)


def yaml_format() -> Any:
    """The YAML library, set to write as records are written and to keep what it reads."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = _WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    return yaml


def as_tree(value: Any, key: str = "") -> Any:
    """Plain data as a tree that can carry comments; words of the source in quotation marks."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return CommentedMap((name, as_tree(item, name)) for name, item in value.items())
    if isinstance(value, list):
        items = CommentedSeq(as_tree(item) for item in value)
        if value and all(isinstance(item, str) and len(item) < 60 for item in value):
            items.fa.set_flow_style()
        return items
    return DoubleQuotedScalarString(value) if key in _QUOTED else value


def as_yaml(tree: CommentedMap) -> str:
    """A tree as YAML, comments included."""
    buffer = io.StringIO()
    yaml_format().dump(tree, buffer)
    return buffer.getvalue()
