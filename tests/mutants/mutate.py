"""Change important modules, one small change at a time, and check that a test fails.

    python tests/mutants/mutate.py [MODULE ...] [--sample N] [--seconds N] [--floor PERCENT]

`modules.toml` names the modules and their tests, `equivalent.toml` the changes that do not matter.
mutmut makes the changes and runs, for each, the tests that reach the function, in a copy.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEFT_OUT = (".git", ".venv", ".services", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis")
COPIED = ("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "benchmarks", "docs", "packages")
UNWRAPPED = ("contextlib.contextmanager", "property", "cached_property", "cache")
# Caches filled by one test would hide from mutmut that another test reaches the function, too.
REMEMBERS = re.compile(r"^ *@lru_cache\(.*\)\n", re.MULTILINE)


def mutate(module: str, sample: int, seconds: float) -> dict[str, Any]:
    """Test the mutants of one module in a copy of the project, in a process of its own."""
    given = tomllib.loads((HERE / "modules.toml").read_text())[module]
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copy = Path(name) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        settings = {
            "source_paths": ["src"],
            "only_mutate": [f"src/archive_pkg/{module}"],
            "also_copy": [each for each in (*COPIED, "records") if (copy / each).exists()],
            "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist"],
            "pytest_add_cli_args_test_selection": [f"tests/{test}" for test in given],
            "timeout_multiplier": 3.0,
            "timeout_constant": 2.0,
        }
        (copy / "mutants" / "src").mkdir(
            parents=True
        )  # otherwise Python remembers that it does not exist
        with (copy / "pyproject.toml").open("a") as file:
            file.write("\n[tool.mutmut]\n")
            file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        here = {"PYTHONPATH": str(copy / "mutants" / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        words = [
            sys.executable,
            str(HERE / "mutate.py"),
            module,
            "--inside",
            "--sample",
            str(sample),
        ]
        child = subprocess.Popen(
            words,
            cwd=copy,
            env=os.environ | here | {"CI": "1"},
            stdout=(copy / "log").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            child.wait(max(seconds, 1))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGINT)  # mutmut stops, and keeps its results
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(90)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if not (copy / "result.json").exists():
            return {"error": (copy / "log").read_text(errors="replace")[-3000:]}
        result: dict[str, Any] = json.loads((copy / "result.json").read_text())
        return result


def inside(module: str, sample: int) -> None:
    """Make the mutants of a module and test them, in the copy that is the current folder."""
    import operators
    from mutmut import __main__ as mutmut
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code

    for each in Path("src").rglob("*.py"):
        each.write_text(REMEMBERS.sub("", each.read_text()))
    path = Path("src/archive_pkg", module)
    path.write_text(operators.unwrapped(path.read_text(), UNWRAPPED))
    names = operators.install(path)
    chosen = random.Random(1).sample(names, min(sample or len(names), len(names)))
    with contextlib.suppress(KeyboardInterrupt):
        mutmut._run(sorted(chosen, key=names.index), 2)
    data = SourceFileMutationData(path=path)
    data.load()
    told = {name: status_by_exit_code[data.exit_code_by_key[name]] for name in chosen}
    survived, unknown = ("survived", "no tests"), ("not checked", "check was interrupted by user")
    result = {
        "known": sum(status not in unknown for status in told.values()),
        "chosen": len(names),
        "survivors": {
            name.rpartition(".")[2]: get_diff_for_mutant(name, path=path)
            for name, status in sorted(told.items())
            if status in survived
        },
    }
    Path("result.json").write_text(json.dumps(result))


def shortened(name: str, diff: str) -> str:
    """Return the function and the changed lines of a diff."""
    lines = [line for line in diff.splitlines()[2:] if line.startswith(("-", "+"))]
    function = name.removeprefix("x").strip("_ǁ").replace("ǁ", ".").partition("__mutmut")[0]
    return "\n".join([function, *lines])


def changed(diff: str) -> tuple[str, str]:
    """Return the lines that a mutant removes and adds, without indent."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    was, new = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return "\n".join(was), "\n".join(new)


def main() -> int:
    """Print each survivor and the score of each module; 1 when one is below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="as bags/manifests.py; all without")
    parser.add_argument("--sample", type=int, default=0, help="mutants of each module; all without")
    parser.add_argument("--seconds", type=float, default=3600, help="the time for everything")
    parser.add_argument("--floor", type=float, default=0, help="the lowest score in percent")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        inside(given.modules[0], given.sample)
        return 0
    known = tomllib.loads((HERE / "equivalent.toml").read_text()).get("mutant", [])
    same = {(each["module"], each["was"], each["is"]) for each in known}
    modules = given.modules or list(tomllib.loads((HERE / "modules.toml").read_text()))
    end, rows, failed = time.monotonic() + given.seconds, [], False
    for at, module in enumerate(modules):
        left = end - time.monotonic()
        result = mutate(module, given.sample, left / (len(modules) - at))
        if "error" in result:
            print(f"{module}: {result['error']}")
            failed = True
            continue
        survivors = {
            name: diff
            for name, diff in result["survivors"].items()
            if (module, *changed(diff)) not in same
        }
        equivalent = len(result["survivors"]) - len(survivors)
        for name, diff in survivors.items():
            print(f"\n{module}: {shortened(name, diff)}", flush=True)
        counted = result["known"] - equivalent
        score = 100 * (counted - len(survivors)) / max(counted, 1)
        failed = failed or (
            counted > 0 and score < given.floor
        )  # it is possible that none was tested in time
        rows.append(f"{score:5.1f} %  {counted - len(survivors):4} of {counted:4}  {module}")
        print(f"\n{rows[-1]} ({result['chosen']} in all, {equivalent} equivalent)", flush=True)
    print("\n" + "\n".join(rows))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
