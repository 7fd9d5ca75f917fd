"""The base of all models of a record, and helpers for their JSON Schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from archive_pkg.faults import Fault


Steps = tuple[str | int, ...]
"""A place in a record: names of fields and numbers of items."""

if TYPE_CHECKING:
    Got = TypeVar("Got", covariant=True)
    Taken = TypeVar("Taken", contravariant=True)

    class Settable(Generic[Got, Taken]):
        """A field that is read as one type and can be set from another, for type checkers."""

        def __get__(self, owner: object, kind: type | None = None) -> Got: ...
        def __set__(self, owner: object, value: Taken) -> None: ...


class Model(BaseModel):
    """The base of all models of a record."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Take the descriptions of the model and its fields from the docstring."""
        made = handler(core_schema)
        own = handler.resolve_ref_schema(made)
        own["description"] = cleandoc(cls.__doc__ or "").partition("\n\nAttributes:")[0]
        for name, words in attribute_docs(cls).items():
            own["properties"][name]["description"] = words
        return made


def attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return the description of each field from the docstring's section "Attributes"."""
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        _, _, section = cleandoc(cls.__doc__ or "").partition("Attributes:\n")
        section = re.split(r"\n(?=\S)", section)[0]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", section, re.MULTILINE):
            if name in model.model_fields:
                docs[name] = " ".join(text.split())
    return docs


def validated_by(check: Callable[[Any], Iterable[Fault]]) -> Any:
    """Return a validator for a rule about several fields that runs even if fields are invalid.

    Args:
        check: Yields the faults of a model or of its plain data; `get` reads both. It need not
            report errors of single fields.
    """

    def validate(cls: type[Model], data: Any, handler: Callable[[Any], Any]) -> Any:
        def faults(item: Any, _: Collection[Steps]) -> Iterator[InitErrorDetails]:
            for fault in check(item):
                yield InitErrorDetails(type="value_error", input=data, ctx={"error": fault})

        try:
            made = handler(data)
            if next(iter(check(made)), None) is None:
                return made
        except ValidationError:
            pass  # collected below, together with the faults of the rule
        return with_all_faults(cls, data, handler, faults)

    validator: Any = classmethod(validate)
    return model_validator(mode="wrap")(validator)


def with_all_faults(
    model: type[BaseModel],
    data: Any,
    handler: Callable[[Any], Any],
    more: Callable[[Any, Collection[Steps]], Iterable[InitErrorDetails]],
) -> Any:
    """Validate data with a handler, and raise its errors together with those of a second check.

    Args:
        model: The model.
        data: The data to validate.
        handler: Validates the data and returns the model.
        more: The second check. Yields the errors of the model, or of the data if it is invalid. Its
            second argument has the places of the handler's errors.
    """
    item: Any = data
    faults: list[InitErrorDetails] = []
    places: Collection[Steps] = ()
    try:
        item = handler(data)
    except ValidationError as error:
        if not isinstance(data, dict):
            raise
        faults = [cast("InitErrorDetails", entry) for entry in error.errors(include_url=False)]
        places = {fault["loc"] for fault in faults}
    faults += more(item, places)
    if faults:
        raise ValidationError.from_exception_data(model.__name__, faults)
    return item


@dataclass(frozen=True, slots=True, eq=False)
class OrText:
    """Allows a string in place of a value in the JSON Schema of files.

    Attributes:
        form: The JSON Schema of the text.
    """

    form: dict[str, Any]

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(core_schema)
        if handler.mode != "validation":
            return made
        return {"anyOf": [made, {"type": "string", **self.form}]}


def present(*names: str) -> dict[str, Any]:
    """Return the JSON Schema of an object that has these fields, none of them null."""
    return {
        "properties": {name: {"not": {"type": "null"}} for name in names},
        "required": list(names),
    }


def absent(*names: str) -> dict[str, Any]:
    """Return the JSON Schema of an object in which these fields are null or absent."""
    return {"properties": {name: {"type": "null"} for name in names}}


def field_is(name: str, *values: str | bool) -> dict[str, Any]:
    """Return the JSON Schema of an object whose field has one of these values."""
    return {"properties": {name: {"enum": list(values)}}, "required": [name]}
