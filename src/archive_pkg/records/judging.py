"""A file's tree against the models: the record, or everything that is wrong with it.

Pydantic looks at what holds a record together only when every field is right by itself. So that an
editor is told all at once, what is wrong by itself is taken out of a copy, and the rest is judged
again; of that second judgement only what concerns the whole counts, and nothing that was caused by
taking something out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.records.explaining import OF_THE_WHOLE, explain, model_at
from archive_pkg.records.models import Record, WrittenDate
from archive_pkg.records.nodes import Node, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from archive_pkg.records.explaining import Loc
    from archive_pkg.reports import Finding

# Each turn takes something out, and what is found then lies deeper; a record has few levels.
_TURNS = 4
_PLACEHOLDERS = {"id": "x", "type": "other", "title": "x"}


def judge(root: Node, path: str) -> tuple[Record | None, list[Finding]]:
    """The record that a tree is; None, and all findings in the file's order, where it is none.

    Args:
        root: The file's tree; a mapping.
        path: What findings call the file.
    """
    try:
        return Record.model_validate(root.plain), []
    except ValidationError as error:
        entries = error.errors(include_url=False)
    entries += _hidden(root, entries)
    return None, explain(entries, Record, root, path)


def _hidden(root: Node, entries: list[ErrorDetails]) -> list[ErrorDetails]:
    """What concerns the whole and was not judged yet, at its place in the tree."""
    if any(entry["type"] in OF_THE_WHOLE for entry in entries):
        return []
    rest = _Rest(root)
    for _ in range(_TURNS):
        rest.take_out(entries)
        try:
            Record.model_validate(rest.root.plain)
        except ValidationError as error:
            entries = error.errors(include_url=False)
        else:
            return []
        if any(entry["type"] in OF_THE_WHOLE for entry in entries):
            return [rest.back(entry) for entry in entries if rest.has_cause_for(entry)]
    return []


class _Rest:
    """A copy of a tree from which things are taken out, and which remembers where they were."""

    def __init__(self, root: Node) -> None:
        self._whole = root
        self._indices: dict[int, list[int]] = {}
        self.root = self._copy(root)

    def _copy(self, node: Node) -> Node:
        value = node.value
        if isinstance(value, dict):
            value = {key: self._copy(child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [self._copy(child) for child in value]
        copied = Node(value, node.start, node.end, node.style, node.keys)
        if isinstance(value, list):
            self._indices[id(copied)] = list(range(len(value)))
        return copied

    def take_out(self, entries: Iterable[ErrorDetails]) -> None:
        """Take out what entries are about: the least that a record can do without."""
        places = {self._dispensable(entry["loc"]) for entry in entries}
        # From the back, so that the items of a list that are still to go keep their numbers.
        for loc in sorted(places, key=lambda loc: [f"{step:>9}" for step in loc], reverse=True):
            self._remove(loc)

    def _dispensable(self, loc: Loc) -> Loc:
        while loc:
            owner = model_at(Record, loc[:-1])
            last = loc[-1]
            if isinstance(last, int) or owner is None or last not in owner.model_fields:
                return loc
            needed = owner.model_fields[last].is_required() or issubclass(owner, WrittenDate)
            if len(loc) == 1 or not needed:
                return loc
            loc = loc[:-1]
        return loc

    def _remove(self, loc: Loc) -> None:
        if not loc:
            return
        *above, last = loc
        nodes = [self.root, *(node for _, node in walk(self.root, tuple(above)))]
        if len(nodes) != len(above) + 1:
            return
        value = nodes[-1].value
        if isinstance(value, list) and isinstance(last, int) and last < len(value):
            del value[last]
            del self._indices[id(nodes[-1])][last]
        elif isinstance(value, dict):
            removed = value.pop(str(last), nodes[-1])
            if not above and last in _PLACEHOLDERS:
                placeholder = _PLACEHOLDERS[str(last)]
                value[str(last)] = Node(placeholder, removed.start, removed.end)

    def has_cause_for(self, entry: ErrorDetails) -> bool:
        """Whether an entry is about the whole and was not caused by what was taken out."""
        if entry["type"] == "unknown_reference":
            return not self._has_been(str(entry["input"]))
        if entry["type"] == "unknown_statement":
            names = str(entry["input"]).split(".")
            return _depth(self._whole, names) == _depth(self.root, names)
        return entry["type"] in OF_THE_WHOLE

    def _has_been(self, name: str) -> bool:
        """Whether an agent or part of that id was in the whole, or may have been."""
        held = self._whole.value if isinstance(self._whole.value, dict) else {}
        tables = [held[table] for table in ("agents", "parts") if table in held]
        return any(
            not isinstance(table.value, list) or name in map(_id, table.children)
            for table in tables
        )

    def back(self, entry: ErrorDetails) -> ErrorDetails:
        """An entry about the rest as one about the whole."""
        loc: list[str | int] = []
        node = self.root
        for step in entry["loc"]:
            indices = self._indices.get(id(node))
            loc.append(indices[step] if indices and isinstance(step, int) else step)
            node = next((below for _, below in walk(node, (step,))), node)
        return {**entry, "loc": tuple(loc)}


def _depth(node: Node, names: list[str]) -> int:
    """How many names of a dotted path lead somewhere."""
    for depth, name in enumerate(names):
        value = node.value
        if isinstance(value, dict):
            below = value.get(name)
        else:
            numbered = enumerate(node.children)
            below = next((item for n, item in numbered if name in (_id(item), str(n))), None)
        last = depth == len(names) - 1
        if below is None or (last and below.value in (None, [], {})):
            return depth
        node = below
    return len(names)


def _id(node: Node) -> str:
    return node.value if isinstance(node.value, str) else node.id
