"""Checks of complete letters: cycles, the order of events, evidence, histories."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_table_checks import found

from archive_pkg.tables.reading import csv_files

LETTERS = "id,type,title\na,letter,A\nb,letter,B\n"
CIRCLE, ORDER = "record-parts-circle", "record-events-disorder"


def reported(folder: Path, **sheets: str) -> list[tuple[str, str]]:
    """Return the codes and cells of the findings."""
    return [(code, cell) for code, cell, _ in found(folder, **({"letters": LETTERS} | sheets))]


@pytest.mark.parametrize("relation", ["made_from", "part_of", "about"])
def test_cycles_of_parts_are_reported_at_their_cells(tmp_path: Path, relation: str) -> None:
    head = f"letter,id,kind,held,{relation}\n"
    good = head + "b,z,scan,false,y\nb,y,scan,false,\na,x,scan,false,\na,w,scan,false,x\n"
    assert reported(tmp_path, parts=good) == []
    circle = head + "a,x,scan,false,\na,y,scan,false,x; z\nb,y,scan,false,\na,z,scan,false,y\n"
    assert [code for code, _ in reported(tmp_path, parts=circle)] == [CIRCLE]
    itself = head + "a,x,scan,false,x\nb,x,scan,false,\n"
    assert reported(tmp_path, parts=itself) == [(CIRCLE, "parts!E2")]


def test_a_cycle_is_found_if_another_letter_has_parts_with_the_same_ids(tmp_path: Path) -> None:
    head = "letter,id,kind,held,part_of\n"
    parts = head + "b,y,scan,false,\na,x,scan,false,y\na,y,scan,false,x\n"
    assert [code for code, _ in reported(tmp_path, parts=parts)] == [CIRCLE]


@pytest.mark.parametrize(
    ("dates", "rows"),
    [
        (["1960", "1961", "1962"], []),
        (["1960", "", "1960"], []),
        (["1961", "1960"], [3]),
        (["1961-05", "1961"], []),
        (["1961", "1961-05"], []),
        (["1960", "1962", "1961"], [4]),
        (["1962", "", "1961"], [4]),
        (["1962", "someday", "1961"], [4]),
        (["1960/..", "1959"], [3]),
    ],
)
def test_events_that_are_not_in_the_order_of_their_dates_are_reported(
    tmp_path: Path, dates: list[str], rows: list[int]
) -> None:
    lines = [f"a,e{at},accession,{date}\n" for at, date in enumerate(dates)]
    events = "letter,id,type,date.edtf\n" + "".join(lines) + "b,e,accession,1900\n"
    places = reported(tmp_path, events=events)
    assert places == [(ORDER, f"events!D{row}") for row in rows] or "someday" in dates
    assert [cell for code, cell in places if code == ORDER] == [f"events!D{row}" for row in rows]


def test_the_order_of_events_does_not_depend_on_the_block_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK", 1)
    events = "letter,id,type,date.edtf\na,e0,accession,1961\na,e1,accession,1960\n"
    assert reported(tmp_path, events=events) == [(ORDER, "events!D3")]


def test_a_letter_with_an_unreadable_table_is_not_checked_as_a_unit(tmp_path: Path) -> None:
    agents = 'letter,id,name,kind\na,"open\n'
    evidence = "letter,field,basis,rule\na,agents.ann,inferred,r\n"
    found = reported(tmp_path, agents=agents, evidence=evidence)
    assert [code for code, _ in found] == ["tables-csv-broken"]


def test_evidence_for_an_empty_or_unknown_field_is_reported(tmp_path: Path) -> None:
    agents = "letter,id,name,kind\na,ann,Ann,person\nb,bob,Bob,person\n"
    letters = "id,type,title,sender,date.edtf\na,letter,A,ann,1960\nb,letter,B,,\n"
    evidence = "letter,field,basis,rule\n" + "".join(
        f"{row},inferred,r\n"
        for row in (
            "a,title", "a,sender", "a,date", "a,agents.ann", "a,agents",
            "a,place", "a,agents.bob", "b,date", "b,sender", "b,agents.bob",
        )
    )  # fmt: skip
    cells = reported(tmp_path, letters=letters, agents=agents, evidence=evidence)
    assert [cell for code, cell in cells if code == "record-statement-unknown"] == [
        f"evidence!B{row}" for row in (7, 8, 9, 10)
    ]


def test_of_two_rows_with_the_same_id_the_first_is_checked(tmp_path: Path) -> None:
    letters = "id,type,title,custody\na,letter,A,kept\na,letter,B,\n"
    evidence = "letter,field,basis,rule\na,custody,inferred,r\n"
    assert reported(tmp_path, letters=letters, evidence=evidence) == [
        ("tables-key-taken", "letters!A3")
    ]


def test_a_classification_history_without_a_classification_is_reported(tmp_path: Path) -> None:
    history = "letter,action\na,declassified\nb,declassified\n"
    letters = "id,type,title,classification.as_written\na,letter,A,\nb,letter,B,Secret\n"
    assert reported(tmp_path, letters=letters, classification_history=history) == [
        ("record-field-missing", "letters!D2")
    ]


def test_an_invalid_cell_is_reported_once_and_does_not_hide_a_cycle(tmp_path: Path) -> None:
    letters = "id,type,title,date.edtf\na,lettre,,1960-13\nb,letter,B,\n"
    parts = (
        "letter,id,kind,held,languages,part_of\na,x,scan,false,russian,y\n"
        "a,y,scan,false,english,x\na,,scan,false,,\n"
    )
    places = reported(tmp_path, letters=letters, parts=parts)
    assert [code for code, _ in places if code == CIRCLE] == [CIRCLE]
    assert sorted(cell for code, cell in places if code != CIRCLE) == [
        "letters!B2", "letters!C2", "letters!D2", "parts!B4", "parts!E2", "parts!E3"
    ]  # fmt: skip


def test_an_incomplete_row_does_not_affect_other_rows(tmp_path: Path) -> None:
    parts = (
        "letter,id,kind,held,languages,part_of\na,,,false,russian,\n"
        "a,x,scan,false,en,y\na,y,scan,false,en,x\n"
    )
    codes = [code for code, _ in reported(tmp_path, parts=parts)]
    assert codes.count(CIRCLE) == 1
