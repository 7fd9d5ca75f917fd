"""The CSV files of archival systems: AtoM."""

from __future__ import annotations

import csv
import re
from typing import Any

from examples import full, record

from archive_pkg.interchange import export

ATOM_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?|NULL|")
"""The dates that AtoM's own check of a CSV file accepts."""


def kept(name: str, *levels: tuple[str, str], archive: str = "RGANI", **more: Any) -> Any:
    path = [{"name": level, "value": value} for level, value in levels]
    held = [{"repository": archive} | ({"levels": path} if path else {})] if archive else []
    return record(id=name, title=name.upper(), holdings=held, **more)


LETTERS = [
    kept("a", ("fond", "3"), ("opis", "1"), ("list", "12"), date={"edtf": "1960-07"}),
    kept("b", ("fond", "3"), ("opis", "1"), date={"edtf": "1961-02-03", "as_written": "3/2"}),
    kept("c", ("fond", "3"), ("Kiste", "9")),
]


def rows(document: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(document.decode().splitlines(keepends=True)))


def test_atom_has_a_row_for_each_level_above_the_documents() -> None:
    written = rows(export("atom", LETTERS))
    names = ("legacyId", "parentId", "identifier", "levelOfDescription", "title", "repository")
    assert [[row[name] for name in names] for row in written] == [
        ["fond-3", "", "3", "Fonds", "fond 3", "RGANI"],
        ["fond-3-opis-1", "fond-3", "1", "Series", "opis 1", "RGANI"],
        ["a", "fond-3-opis-1", "12", "Item", "A", "RGANI"],
        ["b", "fond-3-opis-1", "b", "Item", "B", "RGANI"],
        ["fond-3-kiste-9", "fond-3", "9", "Kiste", "Kiste 9", "RGANI"],
        ["c", "fond-3-kiste-9", "c", "Item", "C", "RGANI"],
    ]
    assert (written[0]["eventStartDates"], written[0]["eventEndDates"]) == (
        "1960-07-01",
        "1961-02-03",
    )
    assert (written[3]["eventDates"], written[3]["eventStartDates"]) == ("3/2", "1961-02-03")


def test_rows_have_unique_ids_even_if_a_document_is_called_like_a_level() -> None:
    written = rows(export("atom", [kept("fond-3", ("fond", "3")), kept("x", ("fond", "3"))]))
    assert [row["legacyId"] for row in written] == ["fond-3-1", "fond-3", "x"]
    assert [row["parentId"] for row in written] == ["", "fond-3-1", "fond-3-1"]


def test_atoms_events_have_as_many_dates_as_creators_and_only_its_dates() -> None:
    agents = [{"id": n, "name": f"{n} | Co", "kind": "organization"} for n in ("one", "two")]
    for date in ("1957/..", "195X", "1960-07~", "-0042", "[1960,1962]", "1960-07-18"):
        one = record(date={"edtf": date}, agents=agents, sender=["one", "two"])
        row = rows(export("atom", [one]))[-1]
        assert row["eventActors"] == "one / Co|two / Co"
        assert row["eventTypes"] == "Creation|Creation"
        for column in ("eventStartDates", "eventEndDates"):
            values = row[column].split("|")
            assert all(map(ATOM_DATE.fullmatch, values))
            assert len(values) == 2 or values == [""]


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    written = export("atom", [record(title="=1+1", extent="@x")]).decode()
    assert ",'=1+1," in written
    assert ",'@x," in written


def test_everything_in_atom_is_a_draft_in_the_columns_of_its_example() -> None:
    written = rows(export("atom", [full()]))
    assert {row["publicationStatus"] for row in written} == {"Draft"}
    assert len(written[0]) == 56
