"""The type of a path that a caller may give: text or a path object."""

from __future__ import annotations

import os

StrPath = str | os.PathLike[str]
