"""Every reader reads mutated inputs and old failures, or raises an error of this program."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import run
from readers import READERS

FOUND = sorted(path for path in run.CORPUS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name[:8]}")
def test_inputs_that_once_crashed_a_reader_are_read_or_refused(path: Path) -> None:
    assert run.crash(READERS[path.parent.name], path.read_bytes()) == ""


@pytest.mark.parametrize("name", READERS)
def test_the_inputs_before_mutation_are_readable(name: str) -> None:
    for seed in READERS[name].seeds():
        READERS[name].read(seed)


@pytest.mark.parametrize("name", READERS)
def test_mutated_inputs_are_read_or_refused(name: str) -> None:
    reader = READERS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(3):
            assert run.crash(reader, run.case(reader, seed)) == "", seed
