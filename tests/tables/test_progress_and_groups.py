"""Output about many files: groups of findings, totals and progress; lock files are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_pkg.cli import bulk, counting
from archive_pkg.cli.output import Answer
from archive_pkg.collection import Done
from archive_pkg.reports import Code, Location, Severity
from program import run_here

ASKED = Code("tables-cell-ambiguous", Severity.WARNING, "A cell has several readings.")
READ = Code("tables-read-as", Severity.ADVICE, "A cell was interpreted.")


def test_findings_that_differ_only_in_numbers_and_quoted_words_are_grouped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [
        READ.at(Location("a.csv", cell=f"A{n}"), f"“{n}” is read as 19{n}") for n in range(10, 50)
    ]
    found += [READ.at(Location("a.csv", cell=f"B{n}"), "“x” is read as a person") for n in range(9)]
    found.append(ASKED.at(Location("a.csv"), "it can be read in two ways"))
    Answer("check", as_json=False).show(found, "a.csv")
    said = capsys.readouterr().out
    assert said.startswith("warning ")
    assert said.count("is read as 19") == 3
    assert "and 37 more like this [tables-read-as]" in said
    assert said.count("is read as a person") == 1
    assert "and 6 more, see --json" in said


@pytest.mark.parametrize(("total", "expected"), [(40, "10 of 40: 10 built; "), (0, "10: 10 built")])
def test_a_terminal_shows_progress_and_the_remaining_time(
    total: int, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bulk, "progress_wanted", lambda: True)
    monkeypatch.setattr(counting, "progress_wanted", lambda: True)
    if not total:
        monkeypatch.setattr(bulk, "_COUNTED", 1)
    answer = bulk.BulkAnswer(Answer("build", as_json=False), None)
    subjects, few = answer.ahead((Path(str(n)) for n in range(40)), lambda done: [])
    assert not few
    assert len(list(subjects)) == 40
    for number in range(10):
        answer._line._last = -1
        answer.take(Done(str(number), "built"))
    shown = capsys.readouterr().err
    assert expected in shown
    assert (" left" in shown) == bool(total)


def test_draft_and_import_end_with_a_summary_if_there_are_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tei").mkdir()
    Path("letters").mkdir()
    for number in range(9):
        text = f"Uppsala, {number + 1} March 1912\n\nDear Moe,\n\nYes.\n\nA. Lind\n"
        Path("letters", f"{number}.txt").write_text(text)
        Path("tei", f"{number}.xml").write_text(
            f"<TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><fileDesc><titleStmt><title>"
            f"Brief {number}</title></titleStmt></fileDesc><x{number}>y</x{number}></teiHeader>"
            "<text><body><p>Ja.</p></body></text></TEI>"
        )
    drafted = run_here("draft", "letters", "--out", "records").stdout
    assert "drafted as" not in drafted
    assert "9 letters: 9 records drafted\n" in drafted
    assert "not stated classification in 9" in drafted
    imported = run_here("import", "tei", "--out", "imported").stdout
    assert imported.splitlines()[-1] == "9 files: 9 records imported into imported"
    assert imported.count("not read: teiHeader/x") == 3
    assert "more like this [import-not-read], see --json" in imported
    few = run_here(
        "import", "tei/1.xml", "tei/2.xml", "tei/3.xml", "tei/4.xml", "--out", "few"
    ).stdout
    assert few.count("imported “Brief") == 4
    assert few.count("not read: teiHeader/x") == 3
    assert "and 1 more like this [import-not-read], see --json" in few
    one = run_here("import", "tei/1.xml", "--out", "one").stdout
    assert one.count("not read: teiHeader/x") == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.2, "4 s"), (600, "10 min"), (12_000, "3 h 20 min")]
)
def test_a_duration_is_shown_in_seconds_minutes_or_hours(seconds: float, words: str) -> None:
    assert counting.duration(seconds) == words


def test_the_counts_of_a_run_are_its_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    answer = bulk.BulkAnswer(Answer("build", as_json=False), None)
    for number in range(9):
        answer.take(Done(str(number), "built", findings=[ASKED.at(Location(str(number)), "two")]))
    answer.end()
    assert capsys.readouterr().out.splitlines()[-1] == "9 built"


def test_lock_files_of_open_documents_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text("id,type,title\na,letter,A\n")
    for name in ("~$list.csv", "._list.csv", "~$letter.docx"):
        Path(name).write_bytes(b"\x05\0\0")
    done = run_here("check", "list.csv", "~$list.csv", "~$letter.docx", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run_here("check", "list.csv", "~$list.csv")
    assert "the lock file of an open document" in done.stdout
    assert run_here("check", ".").returncode == 0


def test_a_build_of_a_list_prints_the_warnings_about_its_letters_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"l{n},1912-03-0{n},Anna Lind,Moe,{n}.txt\n" for n in (1, 2, 3))
    Path("l.csv").write_text(f"Signatur,Datum,Absender,Empfänger,Datei\n{rows}")
    for n in (1, 2, 3):
        Path(f"{n}.txt").write_text(f"Dear Moe {n}")
    assert run_here("tables", "map", "l.csv").returncode == 0
    built = run_here("build", "l.csv", "--out", "out")
    assert built.stdout.startswith("out/l1: built and verified\nout/l2: built and verified\n")
    assert built.stdout.count("[statement-unsourced]") == 1
    assert "warning  l.csv l1 sender\n" in built.stdout
    assert "         l.csv l2 sender\n" in built.stdout
