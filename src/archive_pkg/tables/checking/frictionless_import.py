"""Frictionless, loaded when a table is validated, and without other people's plugins."""

from __future__ import annotations

import os
import pkgutil
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any


@cache
def import_frictionless() -> Any:
    """Load the library.

    While it is imported, the working folder is not searched: a file there may have the name of a
    module that the library imports. Frictionless also imports every module on the path whose name
    begins with `frictionless_`. For as long as it searches, each of them is an empty module.
    """
    path = list(sys.path)
    here = os.path.realpath(Path.cwd())
    sys.path[:] = [entry for entry in path if entry and os.path.realpath(entry) != here]
    try:
        import frictionless

        found = [module.name for module in pkgutil.iter_modules()]
        plugins = [name for name in found if name.startswith("frictionless_")]
        empty = {name: ModuleType(name) for name in plugins if name not in sys.modules}
        sys.modules.update(empty)
        try:
            getattr(frictionless.system, "methods", None)  # looks for plugins, once
        finally:
            for name in empty:
                del sys.modules[name]
    finally:
        sys.path[:] = path
    return frictionless
