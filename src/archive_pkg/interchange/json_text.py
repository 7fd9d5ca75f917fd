"""Write JSON: UTF-8, indented, in the order given."""

from __future__ import annotations

import json
from typing import Any

import pydantic_core


def to_json(data: Any) -> bytes:
    """Return the data as a JSON document with a line end. Characters not in UTF-8 are escaped."""
    try:
        # The same bytes as the standard library's, whose indenting is many times slower.
        return pydantic_core.to_json(data, indent=2) + b"\n"
    except pydantic_core.PydanticSerializationError:  # half of a surrogate pair
        text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
        return text.encode("utf-8", "backslashreplace") + b"\n"
