"""Import Frictionless when it is needed, without third-party plugins."""

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
    """Import Frictionless safely.

    Meanwhile, the working directory is not on the import path, because a file in it may have the
    name of a module that Frictionless imports. Frictionless also imports every module whose name
    begins with `frictionless_`. While it searches for plugins, empty modules have these names.
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
            getattr(frictionless.system, "methods", None)  # searches for plugins, once
        finally:
            for name in empty:
                del sys.modules[name]
    finally:
        sys.path[:] = path
    return frictionless
