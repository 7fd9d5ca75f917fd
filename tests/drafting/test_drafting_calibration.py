"""The levels of rules are checked on editions that did not decide them."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, Confidence


@pytest.fixture
def calibration(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("calibration")


def test_the_level_of_a_rule_is_computed_from_the_other_editions(calibration: ModuleType) -> None:
    def said(edition: str, given: Confidence, right: int, wrong: int) -> list[object]:
        made = [True] * right + [False] * wrong
        return [calibration.Case(edition, "date", "dateline", given, one) for one in made]

    found = said("A", CERTAIN, 100, 0) + said("B", CERTAIN, 18, 2)
    levels = {case.edition: level for case, level in calibration.left_out(found)}
    assert levels == {"A": PROBABLE, "B": CERTAIN}


@pytest.mark.parametrize(
    ("given", "right", "said", "level"),
    [
        (CERTAIN, 99, 100, CERTAIN),
        (CERTAIN, 98, 100, PROBABLE),
        (CERTAIN, 19, 19, GUESS),
        (CERTAIN, 10, 20, GUESS),
        (PROBABLE, 100, 100, PROBABLE),
    ],
)
def test_a_drafting_rule_with_few_or_wrong_cases_gets_a_lower_confidence(
    calibration: ModuleType, given: Confidence, right: int, said: int, level: Confidence
) -> None:
    assert calibration.level(given, right, said) is level
