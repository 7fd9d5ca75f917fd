"""Write a project file with every setting, explained and commented out."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from archive_pkg.projects.models import ProjectFile, has_user_names, table_model
from archive_pkg.projects.schemas import FOLDER, PROJECT_SCHEMA
from archive_pkg.records.base import attribute_docs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_HEAD = f"""\
#:schema {FOLDER}/{PROJECT_SCHEMA}
## The settings of a project. archive-pkg uses them in this folder and below it.
## Remove the # before a setting that you need. Do not put passwords or tokens into this file.
## See docs/how-to/set-up-a-project.md, and archive-pkg show --settings.
"""


def template() -> str:
    """Return a project file in which every setting has its explanation and an example."""
    return _HEAD + "".join(_table(ProjectFile, ""))


def _table(model: type[BaseModel], name: str) -> Iterator[str]:
    docs = attribute_docs(model)
    tables = []
    for key, field in model.model_fields.items():
        [example] = field.examples or [None]
        if inner := table_model(field):
            header = f"{name}{key}" + (f".{example}" if has_user_names(field) else "")
            tables.append((header, docs[key], inner))
        else:
            yield "\n" + _comment(docs[key]) + f"# {key} = {in_toml(example)}\n"
    for header, words, inner in tables:
        yield f"\n\n{_comment(words)}# [{header}]\n"
        yield from _table(inner, f"{header}.")


def _comment(words: str) -> str:
    return textwrap.fill(words, 96, initial_indent="## ", subsequent_indent="## ") + "\n"


def in_toml(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {in_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(in_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
