"""The statements of a record: their paths, values and evidence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from archive_pkg.records.value_paths import Values, id_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.models import Evidence, Record

# Fields that describe the record itself, so they need no evidence.
_OWN = {"id", "version", "supersedes", "evidence", "type", "own_type"}


class StatementIndex(Values):
    """Finds values and their evidence by the paths of statements."""

    def __init__(self, record: Record) -> None:
        super().__init__(record, type(record))
        self._agents = {agent.id: agent for agent in record.agents}
        self._evidence: dict[str, list[Evidence]] = defaultdict(list)
        self._finer: dict[str, list[Evidence]] = defaultdict(list)
        for item in record.evidence:
            self._evidence[item.field].append(item)
        for field, items in self._evidence.items():
            names = field.split(".")
            for end in range(1, len(names)):
                self._finer[".".join(names[:end])].extend(items)

    def evidence(self, path: str) -> tuple[Evidence, ...]:
        """Return the evidence for a statement, after that for the statements that contain it."""
        names = path.split(".")
        wholes = (".".join(names[:end]) for end in range(1, len(names) + 1))
        return tuple(item for whole in wholes for item in self._evidence.get(whole, ()))

    def finer_evidence(self, path: str) -> tuple[Evidence, ...]:
        """Return the evidence for values within a statement."""
        return tuple(self._finer.get(path, ()))

    def is_by_person(self, path: str) -> bool:
        """Return whether a person made or accepted the statement at a path."""
        items = self.evidence(path)
        agents = [item.agent for item in items if item.agent and item.value is None]
        return any(self._agents[agent].kind != "software" for agent in agents)

    def uncertainty(self, path: str) -> Literal["", "probable", "guess"]:
        """Return "guess" or "probable" if a value at or below a path is uncertain.

        The least certain value counts. What a person states or accepts is not uncertain.
        """
        finer = [one for one in self.finer_evidence(path) if not self.is_by_person(one.field)]
        unsure = finer if self.is_by_person(path) else (*self.evidence(path), *finer)
        said = {item.confidence for item in unsure if item.value is None}
        return "guess" if "guess" in said else "probable" if "probable" in said else ""


def statements(record: Record) -> Iterator[str]:
    """Yield the path of each statement about the document: fields and items of lists."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in _OWN or value in (None, ()):
            continue
        if isinstance(value, tuple) and isinstance(value[0], BaseModel):
            for index, item in enumerate(value):
                yield f"{name}.{id_of(item) or index}"
        else:
            yield name
