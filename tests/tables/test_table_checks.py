"""Each fault in a table is reported once, at its cell, with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_pkg.tables import check
from archive_pkg.tables.checking import validation
from archive_pkg.tables.checking.validation import CatalogueCheck
from archive_pkg.tables.reading import csv_files
from archive_pkg.tables.reading.csv_files import read_csv

LETTERS = "id,type,title\na,letter,A\nb,letter,B\n"
IGNORED = {"tables-files-elsewhere"}

Reported = tuple[str, str, str]


def found(folder: Path, **sheets: str) -> list[Reported]:
    """Return code, place and message of each finding, in order."""
    folder.mkdir(exist_ok=True)
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    report = list(check(folder))
    return [
        (each.code, f"{each.location.table}!{each.location.cell}", f"{each.message} → {each.hint}")
        for each in report
        if each.code not in IGNORED
    ]


def test_consecutive_blank_rows_are_reported_together(tmp_path: Path) -> None:
    text = "id,type,title\n,,\na,letter,A\n,,\n,,\n,,\nb,letter,B\n"
    assert found(tmp_path, letters=text) == [
        ("tables-row-blank", "letters!2", "the row is blank → Delete it."),
        ("tables-row-blank", "letters!4", "3 rows are blank, up to row 6 → Delete them."),
    ]


def test_a_row_before_many_blank_rows_is_checked(tmp_path: Path) -> None:
    text = "id,type,title\na,lettre,A\n" + ",,\n" * 9 + "b,lettre,B\n"
    places = [place for code, place, _ in found(tmp_path, letters=text) if "blank" not in code]
    assert places == ["letters!B2", "letters!B12"]


def test_rows_of_another_length_than_the_header_are_reported(tmp_path: Path) -> None:
    text = "id,type,title,custody\na,letter,A\nb,letter,B,,,x\nc,letter,C,,,\nd,letter,D,y,z\n"
    short = "Write empty cells, too, or put quotes around a cell that has a line break."
    long = "Put quotes around a cell that has a separator, or add a header for the column."
    assert found(tmp_path, letters=text) == [
        ("tables-row-ragged", "letters!D2", f"the row has 3 cells, but the header has 4 → {short}"),
        ("tables-row-ragged", "letters!F3", f"the row has 6 cells, but the header has 4 → {long}"),
        ("tables-row-ragged", "letters!E5", f"the row has 5 cells, but the header has 4 → {long}"),
    ]


def test_a_repeated_id_in_a_letter_is_reported(tmp_path: Path) -> None:
    letters = LETTERS + "a,letter,Again\na,letter,A third time\n"
    parts = "letter,id,kind,held\n" + "".join(
        f"{key},scan,false\n" for key in ("a,x", "b,x", "a,y", "b,x")
    )
    hint = "Give one of the rows another id, or delete the duplicate."
    assert found(tmp_path, letters=letters, parts=parts) == [
        ("tables-key-taken", "letters!A4", f"row 2 already has the id a → {hint}"),
        ("tables-key-taken", "letters!A5", f"row 2 already has the id a → {hint}"),
        ("tables-key-taken", "parts!B5", f"row 3 already has the id x → {hint}"),
    ]


def test_a_repeated_id_in_another_block_of_rows_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK", 4)
    rows = [f"n{number},letter,T" for number in range(9)]
    reported = found(tmp_path, letters="\n".join(["id,type,title", *rows, "n0,letter,T", ""]))
    assert [(code, cell) for code, cell, _ in reported] == [("tables-key-taken", "letters!A11")]


def test_an_id_with_a_line_break_is_invalid(tmp_path: Path) -> None:
    reported = found(tmp_path, letters='id,type,title\n"a\nb",letter,A\n')
    assert [(code, cell) for code, cell, _ in reported] == [("record-value-wrong", "letters!A2")]


def test_rows_without_an_id_are_not_duplicates(tmp_path: Path) -> None:
    text = "id,type,title\n,letter,A\n,letter,B\n"
    assert {code for code, _, _ in found(tmp_path, letters=text)} == {"record-field-missing"}


def test_a_reference_to_an_id_of_another_letter_is_reported(tmp_path: Path) -> None:
    agents = "letter,id,name,kind\na,ann,Ann,person\nb,bob,Bob,person\n"
    letters = "id,type,title,sender,donor\na,letter,A,ann; anne;bob,\nb,letter,B,,zoe\n"
    known = found(tmp_path, letters=letters, agents=agents)
    assert known == [
        ("record-reference-unknown", "letters!D2", "no agent has the id anne → Did you mean ann?"),
        ("record-reference-unknown", "letters!D2", "no agent has the id bob → Add it to agents."),
        ("record-reference-unknown", "letters!E3", "no agent has the id zoe → Add it to agents."),
    ]


def test_a_missing_letter_is_reported_once(tmp_path: Path) -> None:
    events = "letter,id,type,agents\nc,e,creation,ann\na,f,creation,ann\n"
    agents = "letter,id,name,kind\nc,eve,Eve,person\n"
    reported = found(tmp_path, letters=LETTERS, agents=agents, events=events)
    assert [(code, cell) for code, cell, _ in reported] == [
        ("record-reference-unknown", "agents!A2"),
        ("record-reference-unknown", "events!A2"),
        ("record-reference-unknown", "events!D3"),
    ]


def test_a_missing_table_is_reported_once(tmp_path: Path) -> None:
    text = "id,type,title,sender,donor\na,letter,A,ann,ann\nb,letter,B,ann,\n"
    assert found(tmp_path, letters=text) == [
        (
            "tables-table-missing",
            "letters!1",
            "letters refers to agents, but that table is missing → Put agents into the same "
            "folder, and check them together.",
        )
    ]
    empty = "id,type,title,sender,donor\na,letter,A,,\n"
    assert found(tmp_path, letters=empty) == []


def test_a_missing_required_column_is_reported_once(tmp_path: Path) -> None:
    reported = found(tmp_path, letters="id,title\na,A\nb,B\n")
    assert [(code, cell) for code, cell, _ in reported] == [("tables-column-missing", "letters!1")]


def test_quoted_words_may_have_outer_spaces_and_mixed_scripts(tmp_path: Path) -> None:
    text = "id,type,title,date.as_written,custody\na,letter,A, Сecret ,kept \n"
    reported = found(tmp_path, letters=text)
    assert [(code, cell) for code, cell, _ in reported] == [("tables-space-around", "letters!E2")]


def test_findings_are_sorted_by_table_row_and_column(tmp_path: Path) -> None:
    agents = "letter,id,name,kind\na,ann,Ann ,man\n"
    letters = "id,type,title,custody\na,letter,A , x\nb,lettre,B,\n"
    reported = found(tmp_path, agents=agents, letters=letters)
    assert [cell for _, cell, _ in reported] == [
        "letters!C2", "letters!D2", "letters!B3", "agents!C2", "agents!D2"
    ]  # fmt: skip


def test_the_former_column_of_becomes_the_relation_that_fits_the_kind(tmp_path: Path) -> None:
    parts = (
        "letter,id,kind,held,of\na,o,original,false,\na,s,scan,false,o\na,sum,summary,false,o\n"
        "a,e,enclosure,false,o\na,t,translation,false,x\n"
    )
    reported = found(tmp_path, letters=LETTERS, parts=parts)
    assert [
        (code, cell, words) for code, cell, words in reported if code == "record-reference-unknown"
    ] == [("record-reference-unknown", "parts!E6", "no part has the id x → Add it to parts.")]


def test_progress_is_the_number_of_checked_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letters.csv").write_text(LETTERS)
    (tmp_path / "parts.csv").write_text("letter,id,kind,held,file\na,x,scan,,x.tif\n")
    (tmp_path / "agents.csv").write_text("letter,id,name,kind\na,ann,Ann,person\n")
    ticks: list[tuple[int, int | None]] = []
    check(tmp_path, progress=lambda *tick: ticks.append(tick))
    done, totals = zip(*ticks, strict=True)
    assert done == (2, 2, 3, 3, 4, 4)
    monkeypatch.setattr(validation, "_BATCH", 1)
    ticks.clear()
    check(tmp_path, progress=lambda *tick: ticks.append(tick))
    assert [done for done, _ in ticks] == [1, 2, 2, 3, 3, 4, 4]
    assert {total for _, total in ticks} == {*totals} == {None}
    for size, total in ((2, 5), (None, None)):
        sheets = {name: read_csv(tmp_path / f"{name}.csv") for name in ("letters", "parts")}
        sheets["letters"].size, sheets["parts"].size = size, 3
        ticks.clear()
        CatalogueCheck(sheets, progress=lambda *tick: ticks.append(tick)).run()
        assert {total for _, total in ticks} == {total}


def test_an_identifier_without_a_scheme_is_reported_once(tmp_path: Path) -> None:
    agents = "letter,id,name,kind,identifiers\na,ann,Ann,person,e.org/x\n"
    reported = found(tmp_path, letters=LETTERS, agents=agents)
    assert [(code, cell) for code, cell, _ in reported] == [("record-value-wrong", "agents!E2")]


def test_rows_without_a_letter_are_not_checked_together(tmp_path: Path) -> None:
    letters = "id,type,title\n,letter,A\n"
    parts = "letter,id,kind,held,made_from\n,x,scan,false,y\n,y,scan,false,x\n"
    codes = {code for code, _, _ in found(tmp_path, letters=letters, parts=parts)}
    assert "record-parts-circle" not in codes


def test_similar_ids_in_large_tables_are_suggested_only_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive_pkg.tables.checking import frictionless_checks

    monkeypatch.setattr(frictionless_checks, "_FEW", 1)
    monkeypatch.setattr(frictionless_checks, "MAX_SUGGESTIONS", 2)
    head = "letter,id,name,kind\n"
    events = "letter,id,type,agents\na,e,creation,anne\na,f,creation,anna\na,g,creation,annn\n"
    for agents, hints in (
        ("a,ann,Ann,person\na,bob,Bob,person\n", ["Did you mean ann?"] * 2 + ["Add it to agents."]),
        ("a,ann,Ann,person\n", ["Did you mean ann?"] * 3),
    ):
        reported = found(tmp_path, letters=LETTERS, agents=head + agents, events=events)
        assert [words.rpartition(" → ")[2] for _, _, words in reported] == hints


def test_a_table_without_ids_or_letters_is_reported_at_its_header(tmp_path: Path) -> None:
    parts = "letter,kind,held\na,scam,false\n"
    agents = "id,name,kind\nann,Ann,man\n"
    reported = found(tmp_path, letters=LETTERS, parts=parts, agents=agents)
    assert [(code, cell) for code, cell, _ in reported] == [
        ("tables-column-missing", "parts!1"),
        ("record-value-wrong", "parts!B2"),
        ("tables-column-missing", "agents!1"),
        ("record-value-wrong", "agents!C2"),
    ]


def test_apostrophes_before_formulas_are_removed_only_in_guarded_tables(tmp_path: Path) -> None:
    for guarded in (True, False):
        sheet = read_csv(write(tmp_path / "letters.csv", "id,type,title\n'=a,letter,'=A\n"))
        sheet.is_guarded = guarded
        [(_, row)] = CatalogueCheck({"letters": sheet}).bound["letters"].rows()
        assert row == {"id": "'=a", "type": "letter", "title": "=A" if guarded else "'=A"}


def test_blank_rows_of_a_table_are_skipped(tmp_path: Path) -> None:
    sheet = read_csv(write(tmp_path / "letters.csv", "id,type,title\na,letter,\n,,\nb,,B\n"))
    rows = CatalogueCheck({"letters": sheet}).bound["letters"].rows()
    assert list(rows) == [(2, {"id": "a", "type": "letter"}), (4, {"id": "b", "title": "B"})]


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
