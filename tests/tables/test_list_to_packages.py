"""From a list and a folder to packages and a site, with the commands that a person would run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from archive_pkg.packages import verify
from archive_pkg.records import load_record
from archive_pkg.records.models import Record
from program import run_here
from typed import present

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "list-to-packages.md"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(command: str) -> str:
    done = run_here(*shlex.split(command)[1:])
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def edit_map(file: str, described_by: str) -> None:
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    assert 'described_by: ""' in text
    path.write_text(text.replace('described_by: ""', described_by), encoding="utf-8")


def packaged(folder: str) -> dict[str, Record]:
    found = {path.name: verify(path) for path in Path(folder).glob("[!.]*")}
    assert all(one.ok for one in found.values())
    return {name: one.record for name, one in sorted(found.items()) if one.record}


def test_the_commands_of_the_how_to_page_lead_from_a_list_to_a_site() -> None:
    said = {}
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M):
        if kind == "text" and ";" in block:
            Path("lettres.csv").write_text(block, encoding="utf-8")
        elif kind == "text":
            for name in block.splitlines():
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_bytes(b"\xff\xd8\xff" if name.endswith("jpg") else b"Cher Paul,\n")
        elif kind == "yaml":
            edit_map("lettres.csv.map.yaml", block.strip())
        else:
            for command in block.splitlines():
                said[command.split()[1]] = run(command)
    assert "4/5/60" in said["check"]
    assert re.search(r"^lettres\.csv: \d+ warnings?, .* of advice$", said["check"], re.M)
    assert "deuxième carton" in said["check"]
    assert "FD 3-3.txt" in said["check"]
    assert said["build"].splitlines()[-1] == "4 built"
    assert said["tables"].splitlines()[-1] == (
        "records: 4 records written, 5 files, 1 record without a file, 2 rows left out"
    )
    letters = packaged("packages")
    assert set(letters) == {"FD-3-1", "FD-3-2", "FD-3-3", "FD-3-3-2"}
    assert letters["FD-3-1"].files == ("FD_3_01.txt", "FD_3_01 traduction.txt")
    assert [part.kind for part in letters["FD-3-1"].parts] == ["transcription", "translation"]
    assert letters["FD-3-2"].files == ("FD3-2 p.1.jpg", "FD3-2 p.2.jpg")
    assert [one.date and one.date.edtf for one in list(letters.values())[1:]] == [None] * 3
    assert sorted(file.stem for file in Path("site", "letters").iterdir()) == [
        "FD-3-1",
        "FD-3-2",
        "FD-3-3-2",
    ]


def test_what_the_program_made_is_not_searched_for_files() -> None:
    Path("list.csv").write_text("id,date,file\nAA 1,1912-03-04,\nAA 2,1912-03-05,b.txt\n", "utf-8")
    Path("files").mkdir()
    Path("files/b.txt").write_text("Dear Moe,\n\nThe plates have come.\n", "utf-8")
    run("archive-pkg tables map list.csv")
    run("archive-pkg build list.csv --files . --out packages")
    run("archive-pkg site packages -o site")
    run("archive-pkg tables import list.csv --files . --out records")
    letters = {
        path.parent.name: load_record(path).files for path in Path("records").glob("*/*.yaml")
    }
    assert letters == {"AA-1": (), "AA-2": ("files/b.txt",)}
    run("archive-pkg draft . --out drafts")
    assert [path.name for path in Path("drafts").iterdir()] == ["b"]


def test_the_commands_of_the_how_to_page_complete_a_list_from_the_texts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ARCHIVE_PKG_PROJECT", raising=False)
    page = (PAGE.parent / "list-and-texts.md").read_text("utf-8")
    names = iter(("briefe.csv", "texte/AB_1.txt", "texte/AB 2 Brief.txt"))
    Path("texte").mkdir()
    said = {}
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", page, re.S | re.M):
        if kind != "sh":
            name = {"toml": "archive-pkg.toml"}.get(kind) or next(names)
            Path(name).write_text(block, encoding="utf-8")
            continue
        for command in block.splitlines():
            said[command.split()[1]] = run(command)
    assert "2 records written, 2 files" in said["tables"]
    assert said["draft"].count("empty fields filled") == 2
    assert "(kept)" not in said["draft"]
    first, second = packaged("packages").values()
    for record in (first, second):
        assert record.rights is not None
        assert record.holdings[0].levels[0].value == "AB"
        assert record.parts[0].languages == ("de",)
    assert first.date is not None
    assert first.date.as_written == "18.7.1960"  # as the list has it
    assert first.classification is not None
    assert first.classification.as_written == "Vertraulich"
    assert first.signatories == ("schmidt-erna",)
    assert second.date is not None
    assert (str(second.date.edtf), second.place and second.place.name) == ("1960-07-25", "Dresden")
    assert second.title == "Letter, Hans Müller to Erna Schmidt, 25 July 1960"
    assert not [one for one in second.evidence if one.field == "sender"]  # the list has it


@pytest.fixture
def polish_workbook(tmp_path: Path) -> Callable[[], None]:
    """Return a function that makes a workbook and a folder as a registry office might."""

    def make() -> None:
        book = openpyxl.Workbook()
        sheet = present(book.active)
        sheet.title = "Pisma"
        sheet.append(["Spis pism (stan: 3.4.2024)"])
        sheet.merge_cells("A1:J1")
        sheet.append([])
        header = "Lp.|Sygnatura|Data|Nadawca|Odbiorca / Adresat|Miejsce|Język|Plik|Uwagi "
        sheet.append([*header.split("|"), "Zastrzeżone do"])
        rows = [
            ["K 5/1", "12 maja 1934", "Zieliński, Adam (wójt)", "MSZ", "Łódź", "pol."],
            ["K 5/2", "b.d.", "N.N.", "tow. Nowak", "b.m.", "ros."],
            [
                "K 5/2",
                "XII 1934",
                "Rada Gminy",
                "Nowak, Ewa; Zieliński, Adam",
                "Łódź ",
                "pol./niem.",
            ],
            ["K 5/4", "30.2.1935", "Zieliński, Adam (wójt)", "Redakcja „Głosu”", "?", "pol."],
            ["K 5/5", "ok. 1935", "Nowak, Ewa", "Urząd Miasta", "Łódź", "klingoński"],
        ]
        files = ["K_5_01", "k5-2 skan.pdf", None, "pismo 4.txt", None]
        for number, (row, file) in enumerate(zip(rows, files, strict=True), 1):
            if number == 4:
                sheet.append(["--- teczka druga ---"])
            closed = "do 31 grudnia 2130" if number == 4 else None
            sheet.append([number, *row, file, "odpis" if number == 2 else None, closed])
        sheet.append(["Razem:", "=COUNTA(B4:B9)"])
        book.create_sheet("Notatki").append(["Regał 7"])
        book.save("Spis pism.xlsx")
        names = (
            "K_5_01.txt|k5-2 skan.pdf|t2/Pismo_4.TXT|K 5-5 s.1.jpg|K 5-5 s.2.jpg|~$Spis pism.xlsx"
        )
        for name in [*names.split("|"), "._K_5_01.txt"]:
            path = Path("Skany", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                {"jpg": b"\xff\xd8\xff", "pdf": b"%PDF-1.4"}.get(name[-3:], b"Witam,\n")
            )

    return make


def test_a_messy_workbook_becomes_packages_and_a_site_in_four_commands(
    polish_workbook: Callable[[], None],
) -> None:
    polish_workbook()
    run("archive-pkg tables map 'Spis pism.xlsx'")
    edit_map("Spis pism.xlsx.map.yaml", 'described_by: "Lis, Maria"')
    assert "valid" in run("archive-pkg check 'Spis pism.xlsx' --files Skany")
    said = run("archive-pkg build 'Spis pism.xlsx' --files Skany --out pakiety")
    assert said.splitlines()[-1] == "5 built"
    run("archive-pkg site pakiety --out witryna")

    letters = packaged("pakiety")
    assert set(letters) == {"K-5-1", "K-5-2", "K-5-2-2", "K-5-4", "K-5-5"}
    first, second, third, fourth, fifth = (letters[name] for name in sorted(letters))
    assert [(agent.name, agent.kind, agent.role) for agent in first.agents[:2]] == [
        ("Zieliński, Adam", "person", "wójt"),
        ("MSZ", "organization", None),
    ]
    assert (second.sender, second.date, second.place) == ((), None, None)
    assert [agent.name for agent in second.agents if agent.id in second.recipients] == ["Nowak"]
    assert third.parts[0].languages == ("pl", "de")
    assert [str(one.date.edtf) for one in (first, fifth) if one.date] == ["1934-05-12", "1935~"]
    assert fourth.date is not None
    assert (fourth.date.edtf, fourth.date.as_written) == (None, "30.2.1935")
    assert fifth.files == ("K 5-5 s.1.jpg", "K 5-5 s.2.jpg")
    assert fifth.parts[0].note == "Language: klingoński"
    assert second.files == ("k5-2 skan.pdf",)
    assert not Path("witryna", "letters", "K-5-4.html").exists()
    assert len(list(Path("witryna", "letters").iterdir())) == 4
    assert not any(
        "30.2.1935" in file.read_text("utf-8", "replace")
        for file in Path("witryna").rglob("*")
        if file.is_file()
    )


def test_no_records_or_packages_are_written_from_an_invalid_list(
    polish_workbook: Callable[[], None],
) -> None:
    polish_workbook()
    run("archive-pkg tables map 'Spis pism.xlsx'")
    Path("Skany", "k5-2 skan.pdf").rename("Skany/k5-2 skam.pdf")
    for command in ("tables import", "build"):
        done = run_here(*command.split(), "Spis pism.xlsx", "--files", "Skany", "--out", "out")
        assert done.returncode == 3
        assert "Did you mean “k5-2 skam.pdf”?" in done.stdout + done.stderr
        assert "nothing was" in done.stdout + done.stderr
        assert not Path("out").exists()


def test_names_that_windows_forbids_are_found_and_packaged_on_linux() -> None:
    names = ("why?.txt", 'say "yes".txt', "a<b>|c*.txt", "10:32.txt")
    Path("files").mkdir()
    rows = ["Signatur,Titel,Datum,Datei"]
    for number, name in enumerate(names):
        (Path("files") / name).write_text("Dear Sir,\n", encoding="utf-8")
        quoted = name.replace('"', '""')
        rows.append(f'AB {number},Letter,1960-07-18,"{quoted}"')
    Path("list.csv").write_text("\n".join(rows), encoding="utf-8")
    run("archive-pkg tables map list.csv")
    edit_map("list.csv.map.yaml", "described_by: Berg, Ada")
    run("archive-pkg tables import list.csv --files files --out records")
    said = run("archive-pkg build records --out packages")
    assert said.count("name-unportable") == len(names)
    assert {name for letter in packaged("packages").values() for name in letter.files} == set(names)


def test_check_of_a_list_ends_with_its_totals() -> None:
    Path("list.csv").write_text("Signatur,Titel,Datum\nAB 1,Letter,1960\n", encoding="utf-8")
    run("archive-pkg tables map list.csv")
    done = run_here("check", "list.csv", "--files", ".")
    end = r"list\.csv: \d warnings?"
    assert re.fullmatch(end, done.stdout.splitlines()[-1])
    assert "written" not in run_here("check", "none.csv").stdout


def test_check_of_a_list_reports_only_readings_that_say_something() -> None:
    Path("list.csv").write_text(
        "id,Date,From,To,Language,Access,Remarks\n"
        "MS 12/1,about 1892,Marie Curie,Foreign Office,English,open,\n"
        "MS 12/2,12.3.1892,Marie Curie,Anne Bell,English,open,Restricted until 2040: medical\n",
        encoding="utf-8",
    )
    run("archive-pkg tables map list.csv")
    done = json.loads(run_here("check", "list.csv", "--json").stdout)
    found = done["results"][0]["findings"]
    said = [one["message"] for one in found if one["code"] == "tables-read-as"]
    assert said == [
        "“Foreign Office” is read as an organization",
        "“12.3.1892” is read as “12 March 1892”",
    ]
    (asked,) = [one for one in found if one["code"] == "tables-access-asked"]
    assert asked["message"] == (
        "“Restricted until 2040: medical” speaks of a restriction, but “Access” says that the "
        "letter is open; the restriction counts"
    )
    assert asked["hint"] == "Write into “Access”: until 2040"
    assert "list.csv row 3, column Remarks\n" in run_here("check", "list.csv").stdout
