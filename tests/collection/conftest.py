"""Fixtures with many letters, from the generator that the benchmarks use."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from program import Letters

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    return _benchmark("_letters")


@pytest.fixture(scope="session")
def damages() -> ModuleType:
    return _benchmark("_damages")


def _benchmark(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its dataclasses look for their types
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def letters(generator: ModuleType, tmp_path: Path) -> Letters:
    """Return a function that writes a number of letters into the folder of the test."""

    def make(count: int, size: int = 300) -> list[Path]:
        folder = tmp_path / "letters"
        return list(generator.write_letters(folder, count, size=size, per_folder=20))

    return make
