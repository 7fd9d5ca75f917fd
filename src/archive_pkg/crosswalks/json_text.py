"""Writing JSON: UTF-8, indented, in the order given."""

from __future__ import annotations

import json
from typing import Any


def to_json(data: Any) -> bytes:
    """The data as a JSON document with a line end; what UTF-8 cannot hold is escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
