"""What all models of a record share, and how their JSON Schema describes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


if TYPE_CHECKING:
    Got = TypeVar("Got", covariant=True)
    Taken = TypeVar("Taken", contravariant=True)

    class Given(Generic[Got, Taken]):
        """Tells type checkers what a field is and, where that is more, what it is made from."""

        def __get__(self, owner: object, kind: type | None = None) -> Got: ...
        def __set__(self, owner: object, value: Taken) -> None: ...


class Model(BaseModel):
    """What all models of a record share."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the model and each field in the words of the docstring."""
        made = handler(core_schema)
        own = handler.resolve_ref_schema(made)
        own["description"] = cleandoc(cls.__doc__ or "").partition("\n\nAttributes:")[0]
        for name, words in attribute_docs(cls).items():
            own["properties"][name]["description"] = words
        return made


def attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """What the section "Attributes" of a Google-style docstring says of each field."""
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        _, _, section = cleandoc(cls.__doc__ or "").partition("Attributes:\n")
        section = re.split(r"\n(?=\S)", section)[0]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", section, re.MULTILINE):
            if name in model.model_fields:
                docs[name] = " ".join(text.split())
    return docs


@dataclass(frozen=True, slots=True, eq=False)
class OrText:
    """Says in the JSON Schema of a value that a file may hold a text in its place.

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


def given(*names: str) -> dict[str, Any]:
    """Return the JSON Schema of an object that has these fields, none of them null."""
    return {
        "properties": {name: {"not": {"type": "null"}} for name in names},
        "required": list(names),
    }


def absent(*names: str) -> dict[str, Any]:
    """Return the JSON Schema of an object in which these fields are null or absent."""
    return {"properties": {name: {"type": "null"} for name in names}}


def says(name: str, *values: str | bool) -> dict[str, Any]:
    """Return the JSON Schema of an object whose field has one of these values."""
    return {"properties": {name: {"enum": list(values)}}, "required": [name]}
