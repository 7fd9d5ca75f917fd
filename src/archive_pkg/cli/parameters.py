"""Read simple parameters without Pydantic.

From version 0.29 on, Typer loads Pydantic to read the value of any parameter. Loading it takes
longer than everything else that a small command does. Strings, paths and lists can be read without.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_READERS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    Path: Path,
    list[str]: list,
    list[Path]: lambda values: [Path(value) for value in values],
}


@dataclass(frozen=True, slots=True)
class _SimpleReader:
    """Reads the value of a parameter. If it is not simple, Typer reads it."""

    parameter: Any
    typers: Callable[[], Any]

    def coerce(self, value: Any, **where: Any) -> Any:
        """Return the value to pass to the command."""
        kind = self.parameter.type_descriptor.annotation
        if value is None:
            return () if self.parameter.multiple or self.parameter.nargs == -1 else None
        if kind in _READERS:
            return _READERS[kind](value)
        if kind is type(value) or value == self.parameter.default:
            return value
        return self.typers().coerce(value, **where)


def without_pydantic(command: Any) -> Any:
    """Make a command and its subcommands read simple parameters without Pydantic."""
    typers = command.get_params

    def get_params(context: Any) -> list[Any]:
        parameters: list[Any] = typers(context)
        for one in parameters:
            if "get_runtime_param" not in vars(one) and hasattr(one, "type_descriptor"):
                one.get_runtime_param = partial(_SimpleReader, one, one.get_runtime_param)
        return parameters

    command.get_params = get_params
    for below in getattr(command, "commands", {}).values():
        without_pydantic(below)
    return command
