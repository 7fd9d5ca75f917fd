"""Rows of all tables are grouped by their letters, in the order of the letters."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from archive_pkg.errors import StorageError
from archive_pkg.tables.checking.letter_rows import by_letter, raw_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.tables.schema.rows import Row

ROWS: dict[str, list[tuple[int, Row]]] = {
    "parts": [
        (2, {"letter": "a", "id": "x"}),
        (3, {"letter": "b", "id": "x"}),
        (4, {"letter": "a", "id": "y"}),
        (5, {"letter": "nobody", "id": "z"}),
        (6, {"id": "lost"}),
    ],
    "letters": [
        (2, {"id": "b", "letter": "a"}),
        (3, {"id": "a", "title": "Ä"}),
        (4, {"title": "No id"}),
        (5, {"id": "b", "title": "Again"}),
    ],
}


def test_each_letter_has_its_rows_of_all_tables() -> None:
    assert list(by_letter(ROWS)) == [
        ("b", {"parts": [ROWS["parts"][1]], "letters": [ROWS["letters"][0], ROWS["letters"][3]]}),
        ("a", {"parts": [ROWS["parts"][0], ROWS["parts"][2]], "letters": [ROWS["letters"][1]]}),
        ("", {"parts": [ROWS["parts"][4]], "letters": [ROWS["letters"][2]]}),
    ]


def test_only_the_requested_letters_are_returned() -> None:
    assert [letter for letter, _ in by_letter(ROWS, {"a", "nobody"})] == ["a"]
    assert list(by_letter(ROWS, set())) == []
    assert list(by_letter({})) == []


def test_rows_are_read_once_when_the_first_letter_is_requested() -> None:
    read: list[int] = []

    def rows() -> Iterator[tuple[int, Row]]:
        for number, row in ROWS["letters"]:
            read.append(number)
            yield number, row

    grouped = by_letter({"letters": rows()})
    assert read == []
    assert next(grouped)[0] == "b"
    assert read == [2, 3, 4, 5]


def test_a_full_disk_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []

    def small(path: str, *, isolation_level: None) -> sqlite3.Connection:
        base = connect(path, isolation_level=isolation_level)
        base.execute("PRAGMA max_page_count = 4")
        opened.append(base)
        return base

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", small)
    many = ((number, {"id": str(number), "title": "T" * 100}) for number in range(2, 2000))
    with pytest.raises(StorageError) as failed:
        list(by_letter({"letters": many}))
    assert "temporary file" in failed.value.message
    assert "TMPDIR" in failed.value.hint
    with pytest.raises(sqlite3.ProgrammingError):
        opened[0].execute("SELECT 1")


def test_rows_of_a_letter_are_converted_into_a_raw_record() -> None:
    rows: dict[str, list[tuple[int, Row]]] = {
        "letters": [(2, {"id": "a", "title": "A"})],
        "parts": [(5, {"letter": "a", "id": "x", "kind": "scan"})],
    }
    raw = raw_letter(rows)
    assert (raw["id"], raw["title"]) == ("a", "A")
    assert raw["parts"] == [{"id": "x", "kind": "scan"}]
