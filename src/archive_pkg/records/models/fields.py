"""The types of single fields, each with its form and its JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003  pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.records.scalars import PATH_PATTERN, TEXT_PATTERN, Form, clean_text, relative_path
from archive_pkg.records.vocabularies.document_types import document_types, known_type

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from archive_pkg.records.base import Settable


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


T = TypeVar("T")
EMPTY: Any = ()
UNKNOWN: Any = None

if TYPE_CHECKING:
    Many = Settable[tuple[T, ...], Sequence[T]]
    AnyEdtf = Settable[Edtf, str]
    MaybeEdtf = Settable[Edtf | None, str | None]
else:
    Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
    AnyEdtf = Edtf
    MaybeEdtf = Edtf | None

Text = Annotated[
    str,
    AfterValidator(clean_text),
    WithJsonSchema({"type": "string", "pattern": TEXT_PATTERN}, mode="validation"),
]
"""Text that is not blank and has no control characters except tab and line breaks."""

ID_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?$"
Id = Annotated[
    str,
    Form(
        "an id",
        ID_PATTERN,
        "Use up to 64 letters, digits, - and _. Begin with a letter or digit; do not end with -.",
    ),
]
"""An id within a record, such as that of an agent, a part or an event."""


class _OneOfTheTypes:
    """Adds the known types of documents to the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core_schema), "enum": list(document_types())}


KnownType = Annotated[str, AfterValidator(known_type), _OneOfTheTypes()]
"""The id of a type of document in the vocabulary."""

AgentId = Annotated[
    str,
    Form(
        "an agent's id",
        ID_PATTERN,
        "Write the id of an agent, such as khrushchev, and describe the agent under agents.",
    ),
    Field(json_schema_extra={"refersTo": "agents"}),
]
"""The id of one of the record's agents."""

PartId = Annotated[
    str,
    Form(
        "a part's id",
        ID_PATTERN,
        "Write the id of a part, such as letter, and describe the part under parts.",
    ),
    Field(json_schema_extra={"refersTo": "parts"}),
]
"""The id of one of the record's parts."""

RECORD_ID_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?$"
RecordId = Annotated[
    str,
    Form(
        "a record's id",
        RECORD_ID_PATTERN,
        "Use up to 128 letters, digits, dots, - and _. Begin with a letter or digit, and end with "
        "one or with _. The id is also the name of a folder.",
    ),
]
"""The id of a record, which is also the name of its folder."""

PartPath = Annotated[
    str,
    AfterValidator(relative_path),
    Field(json_schema_extra={"format": "path"}),
    WithJsonSchema(
        {"type": "string", "format": "path", "pattern": PATH_PATTERN}, mode="validation"
    ),
]
"""The path of a file in the record's folder, with `/` between names."""

Sha256 = Annotated[
    str,
    Form(
        "a SHA-256 digest",
        r"^[0-9a-f]{64}$",
        "Write 64 characters of 0-9 and a-f, as `sha256sum FILE` prints them.",
    ),
]
"""A SHA-256 digest in lower-case hexadecimal."""

MediaType = Annotated[
    str,
    Form(
        "a media type",
        r"^[\w.+-]+/[\w.+-]+$",
        "Write two names with / between them, as in text/plain.",
    ),
]
"""A media type (RFC 6838) without parameters."""

StatementPath = Annotated[
    str,
    Form(
        "a statement's path",
        r"^[a-z_]+(?:\.[A-Za-z0-9_-]+)*$",
        "Write names with dots between them, and list items by id: agents.khrushchev.name.",
    ),
]
"""The dotted path of a statement in a record."""

Puid = Annotated[
    str, Form("a PRONOM identifier", r"^(?:x-)?fmt/[0-9]+$", "Write fmt/ or x-fmt/ and a number.")
]
"""A format's identifier in PRONOM."""

Digest = Annotated[
    str,
    Form("a digest", r"^sha256:[0-9a-f]{64}$", "Write sha256: and 64 characters of 0-9 and a-f."),
]
"""The SHA-256 digest of the bytes of a file."""

Confidence = Literal["certain", "probable", "guess"]
