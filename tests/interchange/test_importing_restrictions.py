"""The import of access restrictions: exported ones are read again, and the strictest applies."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.interchange.importing.restrictions import access, own_restriction, strictest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Access to A letter: open", {"status": "open"}),
        ("Access to A: closed until 2031-03", {"status": "closed", "until": {"edtf": "2031-03"}}),
        (
            "Access to The letter: a copy: restricted until 2031 (by law (1992))",
            {"status": "restricted", "until": {"edtf": "2031"}, "rule": "by law (1992)"},
        ),
        ("Access to A: closed until then", {"status": "closed"}),
        ("Access to A: closed for ever", None),
        ("No access to A: closed", None),
        ("Access to A: secret", None),
        ("", None),
        (None, None),
    ],
)
def test_a_restriction_written_by_an_export_is_read(
    words: str | None, said: dict[str, Any] | None
) -> None:
    assert own_restriction(words) == said


@pytest.mark.parametrize(
    ("found", "status", "until"),
    [
        ([("open", None), ("restricted", "2031"), ("open", None)], "restricted", "2031"),
        ([("closed", None), ("restricted", None)], "closed", None),
        ([("closed", "2031"), ("restricted", None)], "closed", "2031"),
        ([("closed", "2031"), ("closed", None)], "closed", None),
        ([("closed", None), ("closed", "2031")], "closed", None),
        ([("closed", "2031"), ("closed", "2030-12")], "closed", "2031"),
        ([("closed", "2031-03"), ("closed", "2031")], "closed", "2031"),
        ([("closed", "2031"), ("closed", "2031/..")], "closed", "2031/.."),
    ],
)
def test_the_strictest_restriction_is_chosen_and_the_one_that_ends_last(
    found: list[tuple[str, str | None]], status: str, until: str | None
) -> None:
    assert strictest([access(*one, None) for one in found]) == access(status, until, None)


def test_the_strictest_restriction_has_the_rules_of_all() -> None:
    rules = ["by law", None, "by will", "by law"]
    found = [access("closed", None, rule) for rule in rules]
    assert strictest(found) == access("closed", None, "by law / by will")
    assert strictest([]) is None
