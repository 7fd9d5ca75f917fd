"""Files dropped into the review: grouped into letters, corrected, added; refused if unsafe."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg import verify
from archive_pkg.records import load_record
from archive_pkg.tables.lists.file_matching import letters_of_files
from archive_pkg.web.review import OpenedFolder, Review, Reviewer, uploads
from archive_pkg.web.review.guard import Guard, Keys
from typed import content, elements, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records import Record

HERE = "http://127.0.0.1:8000"
LETTER = (
    b"Lyon, 4 March 1912\n\nDear Paul,\n\nThe wine has arrived, and we thank you.\n\n"
    b"With best wishes,\nAnne Morel\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PDF = b"%PDF-1.4\n" + bytes(20)


class Dropped:
    """The page into which files are dropped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.review = Review(OpenedFolder(folder), Reviewer("Jane Doe", confirmed=True))
        self.client = TestClient(self.review.app(), base_url=HERE)

    def drop(self, path: str, data: bytes = LETTER, letter: str = "") -> str:
        """Return the message of a refusal; "" if the file was received."""
        answer = self.client.post("/files", params={"path": path, "letter": letter}, content=data)
        return "" if answer.status_code == 200 else str(answer.json()["message"])

    def take(self, answer: Any) -> list[str]:
        self.page = html.fromstring(answer.text)
        self.said = content(elements(self.page, "//*[@id='said']")[0])
        self.text = " ".join(content(self.page).split())
        return [" ".join(content(row).split()) for row in elements(self.page, "//tbody/tr")]

    def proposed(self) -> dict[str, tuple[str, str]]:
        """Return the letter and the kind of each file."""
        self.take(self.client.get("/add"))
        kinds = strings(self.page, "//select[@data-kind]/option[@selected]/text()")
        files = strings(self.page, "//@data-file")
        letters = strings(self.page, "//input[@data-file]/@value")
        return dict(zip(files, zip(letters, kinds, strict=True), strict=True))

    def arrange(self, **data: Any) -> None:
        self.take(self.client.post("/arrange", json=data))

    def add(self) -> str:
        self.take(self.client.post("/add", json={}))
        return self.said

    def records(self) -> list[Record]:
        return [load_record(path.parent) for path in sorted(self.folder.rglob("record.yaml"))]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Dropped]:
    (tmp_path / "here").mkdir()
    page = Dropped(tmp_path / "here")
    yield page
    page.review.finish()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_files_of_one_letter_are_grouped_by_the_rules_of_lists() -> None:
    paths = [
        "FD 3-1.txt", "FD_3_01 traduction.txt", "fd3-1 p.2.jpg", "fd3-1 p.10.jpg", "FD 3-2.txt",
        "IMG_0001.jpg", "IMG_0002.jpg", "Brief 2.docx", "Brief 2.pdf", "Brief 3/001.jpg",
        "Brief 3/002.jpg", "x/letter.txt", "y/letter.txt", "y/letter p.2.txt",
    ]  # fmt: skip
    assert sorted(letters_of_files(paths)) == [
        ["Brief 2.docx", "Brief 2.pdf"],
        ["Brief 3/001.jpg", "Brief 3/002.jpg"],
        ["FD 3-1.txt", "FD_3_01 traduction.txt", "fd3-1 p.2.jpg", "fd3-1 p.10.jpg"],
        ["FD 3-2.txt"],
        ["IMG_0001.jpg"],
        ["IMG_0002.jpg"],
        ["x/letter.txt"],
        ["y/letter.txt", "y/letter p.2.txt"],
    ]


def test_nothing_is_written_before_the_reviewer_adds_the_letters(page: Dropped) -> None:
    for name, data in (("FD 3-1.txt", LETTER), ("FD 3-1 translation.txt", b"Chere Anne\n")):
        assert page.drop(name, data) == ""
    page.drop("FD 3-1 p.1.png", PNG)
    assert page.proposed() == {
        "FD 3-1.txt": ("FD 3-1", "transcription"),
        "FD 3-1 translation.txt": ("FD 3-1", "translation"),
        "FD 3-1 p.1.png": ("FD 3-1", "scan"),
    }
    assert list(page.folder.iterdir()) == []
    assert page.add() == "1 letter added."
    (record,) = page.records()
    assert record.date is not None
    assert record.date.edtf == "1912-03-04"
    kinds = {part.file: part.kind for part in record.parts if part.file}
    assert kinds == {
        "FD 3-1.txt": "transcription",
        "FD 3-1 translation.txt": "translation",
        "FD 3-1 p.1.png": "scan",
    }
    translation = next(part for part in record.parts if part.kind == "translation")
    assert record.part(translation.made_from[0]).file == "FD 3-1.txt"
    (home,) = (page.folder / "records").iterdir()
    assert (home / "FD 3-1.txt").read_bytes() == LETTER
    assert home.stat().st_mode == page.folder.stat().st_mode
    assert page.proposed() == {}


def test_the_reviewer_moves_files_to_other_letters_and_changes_their_kinds(page: Dropped) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        page.drop(name, LETTER + name.encode())
    page.arrange(letters={"b.txt": "a", "d.txt": ""}, kinds={"b.txt": "translation"})
    assert page.proposed() == {
        "a.txt": ("a", "transcription"),
        "b.txt": ("a", "translation"),
        "c.txt": ("c", "transcription"),
        "d.txt": ("", "transcription"),
    }
    assert page.add() == "2 letters added."
    first, second = page.records()
    files = sorted(sorted(record.files) for record in (first, second))
    assert files == [["a.txt", "b.txt"], ["c.txt"]]


def test_a_translation_and_a_scan_are_added_to_a_letter_later(page: Dropped) -> None:
    page.drop("FD 3-1.txt")
    page.add()
    (record,) = page.records()
    page.drop("FD 3-1 translation.txt", b"Chere Anne\n")  # found by its name
    page.drop(f"{record.id} copy.png", PNG + b"2")  # found by the id of its record
    page.drop("photo?.png", PNG, letter=record.id)  # dropped into the page of the letter
    assert page.proposed() == {
        "FD 3-1 translation.txt": (record.id, "translation"),
        f"{record.id} copy.png": (record.id, "scan"),
        "photo?.png": (record.id, "scan"),
    }
    assert page.add() == "Files added to 1 letter."
    (record,) = page.records()
    assert {"FD 3-1 translation.txt", "FD 3-1.txt", "photo?.png"} < set(record.files)
    page.drop("again.png", PNG, letter=record.id)
    assert page.add() == "1 letter had these files already."
    assert page.records() == [record]
    assert {part.kind for part in record.parts} >= {"transcription", "translation", "scan"}
    scan = next(part for part in record.parts if part.file == "photo?.png")
    (ground,) = [item for item in record.evidence if item.field == f"parts.{scan.id}"]
    assert record.agent(ground.agent or "").name == "Jane Doe"
    assert scan.media_type == "image/png"


def test_a_letter_of_scans_only_gets_a_record_with_an_id_from_its_file_name(page: Dropped) -> None:
    page.drop("FD3-2 p.1.png", PNG)
    page.drop("FD3-2 p.2.png", PNG + b"2")
    page.drop("FD3-3.pdf", PDF)
    assert page.add() == "2 letters added."
    assert [(one.id, len(one.parts)) for one in page.records()] == [("fd3-2-p-1", 2), ("fd3-3", 1)]


def test_a_file_with_the_name_of_a_different_file_is_kept_next_to_it(page: Dropped) -> None:
    page.drop("a.txt")
    page.add()
    (record,) = page.records()
    page.drop("a.txt", LETTER + b"P.S.\n", letter=record.id)
    page.add()
    (record,) = page.records()
    assert sorted(record.files) == ["a-2.txt", "a.txt"]


def test_a_letter_that_cannot_be_added_is_reported_and_the_others_are_added(page: Dropped) -> None:
    page.drop("a.txt")
    page.drop("b.txt", b"   \n")
    page.drop("c.txt", "Дорогой Павел\n".encode("cp1251"))
    assert page.add() == "1 letter added. 2 failed."
    assert "b: b.txt" in page.text
    assert "Save it as a text in UTF-8" in page.text
    assert list(page.proposed()) == ["b.txt", "c.txt"]


def listed(page: Dropped) -> None:
    """Drop a list with its files."""
    header = ("Cote", "Date", "Expéditeur", "Fichier", "Communicabilité")
    rows = (
        ("FD 3/1", "18.7.1960", "Durand, Paul", "FD 3-1.txt", "libre"),
        ("FD 3/2", "4/5/60", "Morel, Anne", "note 4.txt", "fermé jusqu'en 2130"),
    )
    page.drop("liste.xlsx", workbook(header, *rows))
    page.drop("pieces/FD 3-1.txt")
    page.drop("pieces/FD_3_1 traduction.txt", b"Dear Anne\n")
    page.drop("pieces/notes.txt", b"Dear Anne, the fourth\n")


def test_a_list_says_which_files_belong_to_which_letter(page: Dropped) -> None:
    listed(page)
    proposed = page.proposed()
    assert proposed["pieces/FD_3_1 traduction.txt"] == ("FD 3/1", "translation")
    assert "“4/5/60” can be read as" in page.text
    assert "names no author" not in page.text
    assert "( )" not in page.text
    assert "the file “note 4.txt” is not in the dropped files" in page.text
    assert page.add() == "Nothing was added."
    page.arrange(letters={"pieces/notes.txt": "FD 3/2"}, described_by="Petit, Louise")
    assert page.add() == "2 letters added."
    first, second = page.records()
    assert (first.id, second.files) == ("FD-3-1", ("pieces/notes.txt",))
    access = second.parts[0].access
    assert access is not None
    assert access.status == "restricted"
    assert any(record.agent("petit-louise") for record in (first, second))
    keys = [entry.key for entry in page.review.folder.entries()]
    page.client.post("/batch", json={"step": "build", "keys": keys})
    page.review.finish()
    assert verify(page.folder / "packages/FD-3-1").ok


def test_a_list_does_not_overwrite_letters_that_were_reviewed(page: Dropped) -> None:
    page.drop("liste.csv", b"id;date\na;1912\n")
    page.add()
    before = page.records()
    page.drop("liste.csv", b"id;date\na;1913\n")
    assert page.add() == "Nothing was added."
    assert "Correct these letters on their pages" in page.text
    assert page.records() == before


def test_of_many_errors_of_one_kind_three_are_shown_and_the_others_counted(page: Dropped) -> None:
    rows = "".join(f"{name};{name}.txt\n" for name in "abcde")
    page.drop("liste.csv", f"id;file\n{rows}".encode())
    page.proposed()
    assert "2 more like this" in strings(page.page, "//summary/text()")
    assert len(elements(page.page, "//section/p[contains(@class, 'error')]")) == 3


def test_the_columns_of_a_list_can_be_corrected(page: Dropped) -> None:
    page.drop("liste.csv", b"Cote;Date;Wort\nFD 1;1912;Anne Morel\n")
    page.proposed()
    assert "the column “Wort” is not imported" in page.text
    page.arrange(columns={"Wort": "sender"})
    assert page.add() == "1 letter added."
    (record,) = page.records()
    assert record.agent(record.sender[0]).name == "Anne Morel"


def test_the_page_says_that_a_list_cannot_be_read(page: Dropped) -> None:
    page.drop("liste.csv", b"\n")
    page.proposed()
    assert "cannot be read as a list of letters" in page.text


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        ("../a.txt", LETTER, "is hidden"),
        ("/etc/a.txt", LETTER, "is hidden"),
        ("b/.ssh/a.txt", LETTER, "is hidden"),
        ("", LETTER, "is hidden"),
        ("a\nb.txt", LETTER, "a character"),
        ("a\\b.txt", LETTER, "a character"),
        ("\u202etxt.a.txt", LETTER, "a character"),
        ("a" * 300 + ".txt", LETTER, "too long"),
        ("/".join("abcdefghi") + ".txt", LETTER, "too many folders"),
        ("~$a.docx", LETTER, "lock file"),
        ("a.exe", b"MZ", "not a kind of file"),
        ("a.svg", b"<svg/>", "not a kind of file"),
        ("a.jpg", b"<html>", "is a text, not an image"),
        ("a.docx", PNG, "is an image (PNG), not a Word file"),
        ("a.txt", PDF, "is a PDF file, not a text"),
        ("a.txt", b"<!DOCTYPE html><html><p>x</p></html>", "a web page (HTML), not a text"),
        ("a.txt", b"", "is empty"),
    ],
)
def test_a_file_that_is_not_allowed_is_refused_and_not_kept(
    page: Dropped, path: str, data: bytes, message: str
) -> None:
    assert message in page.drop(path, data)
    assert page.proposed() == {}
    files = page.review.adding_pages.arrangement.uploads.folder
    assert [one for one in files.rglob("*") if one.is_file()] == []


def test_files_that_are_too_large_or_too_many_are_refused(
    page: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 100)
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    assert page.drop("a.txt", bytes(101)) == "the file has more than 100 bytes"
    assert page.drop("b.txt", b"Dear Paul\n") == ""
    assert page.drop("c.txt", b"Dear Paul\n") == "more than 1 files were dropped"


def test_only_the_page_of_the_review_uploads_files(page: Dropped) -> None:
    keys = Keys()
    page.review.base = f"/{keys.path}"
    client = TestClient(Guard(page.review.app(), keys, 8000), base_url=f"{HERE}/{keys.path}")
    client.get(f"{HERE}/?token={keys.token}")
    own = {"origin": HERE, "content-type": "application/octet-stream"}

    def status(**changed: str) -> int:
        headers = own | {name.replace("_", "-"): value for name, value in changed.items()}
        return client.post("files?path=a.txt", content=LETTER, headers=headers).status_code

    assert status() == 200
    assert status(origin="http://127.0.0.1:9000") == 403
    assert status(sec_fetch_site="cross-site") == 403
    assert status(host="example.org") == 403
    for kind in ("multipart/form-data", "text/plain", "application/json"):
        assert status(content_type=kind) == 415
    headers = {"origin": HERE, "content-type": "application/octet-stream"}
    assert client.post("paste", content=b"{}", headers=headers).status_code == 415
    client.cookies.clear()
    assert status() == 403


def test_scans_are_shown_next_to_the_text_and_other_files_can_be_saved(page: Dropped) -> None:
    page.drop("FD 3-1.txt")
    page.drop("FD 3-1 p.1.png", PNG)
    page.drop("FD 3-1.pdf", PDF)
    page.add()
    (key,) = page.review.folder.editors()
    shown = html.fromstring(page.client.get(f"/letters/{key}").text)
    assert "The wine has arrived" in content(shown)
    ids = strings(shown, "//@id")
    assert len(ids) == len(set(ids))
    (image,) = strings(shown, "//img/@src")
    (saved,) = strings(shown, "//a[@download]/@href")
    answer = page.client.get(image)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    answer = page.client.get(saved)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/octet-stream")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert page.client.get(f"/letters/{key}/files/9").status_code == 404


def test_the_text_of_a_word_file_is_shown(page: Dropped) -> None:
    book = docx.Document()
    book.add_paragraph("The wine has arrived.")
    stream = io.BytesIO()
    book.save(stream)
    page.drop("liste.csv", b"id;from;file\na;Anne Morel;a.docx\n")
    page.drop("a.docx", stream.getvalue())
    assert page.add() == "1 letter added."
    (key,) = page.review.folder.editors()
    assert "The wine has arrived." in page.client.get(f"/letters/{key}").text
