"""Find values in a record, or in its plain data, by their dotted paths."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from archive_pkg.messages import Message, _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

MAX_SUGGESTIONS = 20
"""Up to this many wrong names in a record get a suggestion, because finding one is slow."""

_FAULTY = object()


class Values:
    """Finds values in a record, or in its plain data, by their dotted paths.

    An item of a list is found by its id or number; a text is its own id. Each list is indexed once.
    """

    def __init__(
        self, record: Any, model: type[BaseModel], faulty: Collection[tuple[str | int, ...]] = ()
    ) -> None:
        """Prepare to find values.

        Args:
            record: The record, or the plain data of one.
            model: The model of a record.
            faulty: Places with errors. A path through such a place leads to a placeholder.
        """
        self._record = record
        self._model = model
        self._faulty = faulty
        self._items: dict[int, dict[str, int]] = {}
        self._misses = 0

    def value(self, path: str) -> Any:
        """Return the value at a dotted path, such as `agents.khrushchev.name` or `date`.

        Raises:
            KeyError: A name on the path does not exist. The argument is a message for the user.
        """
        return self._walk(path)[0]

    def place(self, path: str) -> tuple[str | int, ...]:
        """Return the names of fields and numbers of items on a dotted path.

        Raises:
            KeyError: As for `value`.
        """
        return self._walk(path)[1]

    def _walk(self, path: str) -> tuple[Any, tuple[str | int, ...]]:
        value = self._record
        model: type[BaseModel] | None = self._model
        place: tuple[str | int, ...] = ()
        for name in path.split("."):
            value, model, step = self._step(value, model, name)
            place = (*place, step)
            if place in self._faulty:
                return _FAULTY, place
        return value, place

    def _step(
        self, value: Any, model: type[BaseModel] | None, name: str
    ) -> tuple[Any, type[BaseModel] | None, str | int]:
        if isinstance(value, tuple | list):
            numbers = self._items.get(id(value))
            if numbers is None:
                numbers = self._items[id(value)] = _by_name(value)
            if name in numbers:
                return value[numbers[name]], model, numbers[name]
            known = filter(None, map(id_of, value))
            raise KeyError(self._meant(_("the list has no item {name}", name=name), name, known))
        if model is None or value is None:
            raise KeyError(_("{name} does not exist there", name=name))
        if name not in model.model_fields:
            raise KeyError(
                self._meant(_("{name} is not a field", name=name), name, model.model_fields)
            )
        if isinstance(value, str):  # a date can be just its EDTF form
            value = {next(iter(model.model_fields)): value}
        return get(value, name, model.model_fields[name].default), _model_of(model, name), name

    def _meant(self, message: Message, name: str, known: Iterable[str]) -> Message:
        """Return a message with a suggestion for a wrong name, unless there were too many."""
        self._misses += 1
        near = get_close_matches(name, list(known), 1) if self._misses <= MAX_SUGGESTIONS else []
        return (
            _("{message}; did you mean {near}?", message=message, near=near[0]) if near else message
        )


def get(value: Any, name: str, default: Any = None) -> Any:
    """Return a field of a model or of plain data, or the default."""
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return fields.get(name, default)


def items(value: Any, name: str) -> Sequence[Any]:
    """Return the items of a field, or an empty tuple if it is not a list."""
    found = get(value, name)
    return found if isinstance(found, list | tuple) else ()


def id_of(item: Any) -> str | None:
    """Return the id of an item, or None. A text is its own id, a participant has its agent's."""
    name = item if isinstance(item, str) else get(item, "id")
    if name is None and get(item, "field") is None:  # evidence, which has a field, has no id
        name = get(item, "agent")
    return name if isinstance(name, str) else None


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in a field's annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for arg in get_args(annotation):
        yield from models_in(arg)


@cache
def _model_of(model: type[BaseModel], field: str) -> type[BaseModel] | None:
    return next(models_in(model.model_fields[field].annotation), None)


def _by_name(items: Sequence[Any]) -> dict[str, int]:
    """Return the index of each item by its id and by its number as text."""
    numbers = range(len(items))
    ids = {name: n for n in reversed(numbers) if (name := id_of(items[n])) is not None}
    return {str(n): n for n in numbers} | ids
