"""The type of a path argument: text or a path object."""

from __future__ import annotations

import os

StrPath = str | os.PathLike[str]
