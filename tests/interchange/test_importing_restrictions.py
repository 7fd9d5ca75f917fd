"""The import of access restrictions: exported ones are read again, and the strictest applies."""

from __future__ import annotations

from typing import Any

import pytest
from examples import LEAST_CONTEXT, record

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read
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


@pytest.mark.parametrize("name", ["ead3", "ead2002", "mods", "dc", "datacite", "tei"])
def test_access_that_does_not_come_back_at_its_part_is_reported(name: str) -> None:
    part: dict[str, Any] = {"id": "original", "kind": "original", "held": False}
    part["access"] = {"status": "open", "rule": "by will"}
    for status, unread in (("open", ["Scan"]), ("closed", ["Original", "Scan"])):
        said = {"status": status, "rule": "by will"}
        parts = [part, part | {"id": "scan", "kind": "scan", "access": said}]
        written = export(name, record(title="A letter", parts=parts), LEAST_CONTEXT)
        [back] = read(written, "letter.xml")
        [original, *_] = back.record.parts
        assert original.access
        assert original.access.status == status
        messages = " ".join(each.message for each in back.report)
        kinds = ("Original", "Scan")
        assert [kind for kind in kinds if f"Access to {kind} of A letter" in messages] == unread
        assert f"Access to Scan of A letter: {status} (by will)" in messages
