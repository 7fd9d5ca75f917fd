"""Run the examples in the documentation of records and dates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["how-to/python.md", "reference/dates.md"])
def test_the_python_examples_in_the_documentation_run(
    page: str, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(letter.parents[1])
    for code in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL):
        exec(compile(code, page, "exec"), {})


def test_the_table_of_dates_gives_their_earliest_and_latest_days() -> None:
    from archive_pkg import Edtf

    text = (DOCS / "reference" / "dates.md").read_text("utf-8")
    table = text[text.index("| what you know") :].partition("\n\n")[0]
    seen = 0
    for line in table.strip().splitlines()[2:]:
        _, _, dates, meaning, _ = line.split("|")
        day = re.findall(r"\d{4}-\d\d-\d\d", meaning)
        first = re.findall(r"`([^`]+)`", dates)[0]
        date = Edtf(first)
        if len(day) == 2:
            assert (str(date.earliest), str(date.latest)) == tuple(day), first
            seen += 1
        elif "outside the range" in meaning:
            assert (date.earliest, date.latest) == (None, None)
    assert seen > 10
