"""The page of a letter: complete text, all statements, no other files."""

from __future__ import annotations

import base64
import re
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from lxml import html

from archive_pkg import cli
from archive_pkg.errors import InvalidError
from archive_pkg.packages import build_package, open_package, verify
from archive_pkg.packages.metadata_documents import export_context, metadata_files
from archive_pkg.packages.page import letter_page, package_page
from archive_pkg.records import Record, load_record
from archive_pkg.texts.letter_files import DOCX
from typed import content, elements, present, strings

HOSTILE = "<script>alert(1)</script></textarea>\"'><img src=x onerror=alert(1)>\u202e"


def plain(path: Path, part: str = "letter") -> str:
    root = html.fromstring(path.read_text(encoding="utf-8"))
    (section,) = elements(root, f"//section[@aria-labelledby='r-{part}']")
    for note in elements(section, ".//a[@class='ref']"):
        note.text = None
    for end in section.iter("br"):
        end.tail = "\n" + (end.tail or "")
    return "\n".join(map(content, elements(section, ".//p[@class!='file']")))


@pytest.fixture
def page(letter: Path, tmp_path: Path) -> Path:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    file = tmp_path / "letter.html"
    assert cli.run(["page", str(package), "-o", str(file), "--date", "2026-11-24"]) == 0
    return file


def test_the_page_has_the_complete_text_of_the_letter(page: Path, letter: Path) -> None:
    text = (letter / "letter-1960-07-18.txt").read_text(encoding="utf-8")[:5093]
    meant = "\n".join(line for line in text.split("\n") if line.strip())
    assert plain(page) == meant


def test_each_statement_links_to_its_words(page: Path) -> None:
    root = html.fromstring(page.read_text(encoding="utf-8"))
    ids = strings(root, "//@id")
    assert len(ids) == len(set(ids))
    links = [link[1:] for link in strings(root, "//a/@href") if link.startswith("#")]
    assert set(links) <= set(ids)
    (dated,) = elements(root, "//*[@id='s-date']//a")
    assert content(dated) == "“18 July 1960”"
    (words,) = elements(root, "//*[@id='q-s-date']")
    assert content(words) == "18 July 1960"


def test_the_page_refers_to_no_other_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=[\"'](?!#|data:)", text)
    assert "default-src &#39;none&#39;" in text
    assert "url(" not in text
    assert len(text.encode()) < 150_000


def test_the_same_package_and_day_give_the_same_page(page: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    package = tmp_path / "out" / "1960-07-18-cpsu-to-sed"
    cli.run(["page", str(package), "-o", str(again), "--date", "2026-11-24"])
    assert again.read_bytes() == page.read_bytes()


def test_only_a_valid_package_is_shown_as_valid(page: Path, tmp_path: Path) -> None:
    assert "✓ Complete and valid" in page.read_text(encoding="utf-8")
    package = tmp_path / "out" / "1960-07-18-cpsu-to-sed"
    readme = package / "data" / "README.txt"
    readme.write_bytes(readme.read_bytes().upper())
    opened = open_package(package)
    shown = letter_page(opened.record, opened.parts, verification=verify(package))
    assert "✗ Not valid" in shown
    assert "✓" not in shown


def test_hostile_values_on_a_page_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text(f"{HOSTILE}\nDear {HOSTILE}", encoding="utf-8")
    at = {"part": "p", "start": 0, "end": len(HOSTILE), "exact": HOSTILE}
    record = Record.model_validate(
        {
            "id": "x",
            "type": "letter",
            "title": HOSTILE,
            "parts": [{"id": "p", "kind": "original", "file": "p.txt"}],
            "translation_notes": [{"id": "n", "kind": "sic", "at": at, "text": HOSTILE}],
            "evidence": [{"field": "title", "basis": "quoted", "at": at, "note": HOSTILE}],
        }
    )
    root = html.fromstring(letter_page(record, tmp_path))
    assert len(elements(root, "//script")) == 1
    assert not elements(root, "//img[not(starts-with(@src, 'data:'))] | //textarea | //*[@onerror]")


def test_a_minimal_record_has_a_page(tmp_path: Path) -> None:
    bare = Record.model_validate({"id": "x", "type": "letter", "title": "A letter"})
    shown = letter_page(bare, tmp_path)
    assert "No text of the letter is available here." in shown
    assert "no evidence" in shown


def test_the_text_of_a_word_file_is_on_the_page(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("Dear Anna,")
    document.add_paragraph("The monument is finished.")
    document.save(str(tmp_path / "Brief 1.docx"))
    (tmp_path / "broken.docx").write_bytes(b"PK\3\4")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    parts = [
        {"id": "d", "kind": "original", "file": "Brief 1.docx", "media_type": DOCX},
        {"id": "b", "kind": "scan", "file": "broken.docx", "media_type": DOCX},
        {"id": "p", "kind": "scan", "file": "a.pdf", "media_type": "application/pdf"},
    ]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "X", "parts": parts})
    known = export_context(record, tmp_path)
    made = metadata_files(record, known, ["page"])
    [page] = made.values()
    for shown, address in (
        (html.fromstring(letter_page(record, tmp_path)), []),
        (html.fromstring(page), ["Brief%201.docx", "broken.docx", "a.pdf"]),
    ):
        [text] = map(content, elements(shown, "//main/section[@class='paper']"))
        assert "Dear Anna," in text
        assert "The monument is finished." in text
        assert "extracted from the file, without layout, notes and images" in text
        unseen = elements(shown, "//main/section[@class='files']/ul/li")
        assert list(map(content, unseen)) == ["Scan: broken.docx", "Scan (2): a.pdf"]
        links = strings(shown, "//main//a/@href")
        assert [link for link in links if not link.startswith("data:application/")] == [
            f"../data/parts/{name}" for name in address
        ]
        assert len(links) == 3


def paragraphs(folder: Path, text: str, **more: object) -> list[str]:
    (folder / "p.txt").write_text(text, encoding="utf-8")
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    record = Record.model_validate(
        {"id": "x", "type": "letter", "title": "X", "parts": parts, **more}
    )
    shown = letter_page(record, folder).replace("<br>", "|")
    path = "//section[@aria-labelledby='r-p']/p[@class!='file']"
    return [content(line) for line in elements(html.fromstring(shown), path)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "\nDear Anna,\n\nthe stone\nis laid.\n \nYours\n",
            ["Dear Anna,", "the stone|is laid.", "Yours"],
        ),
        ("Dear Anna,\nall is well.\n", ["Dear Anna,|all is well."]),
        (f"Dear Anna,\n{'so ' * 40}\nYours\n", ["Dear Anna,", "so " * 40, "Yours"]),
    ],
)
def test_line_endings_become_line_breaks_and_blank_lines_separate_paragraphs(
    tmp_path: Path, text: str, shown: list[str]
) -> None:
    assert paragraphs(tmp_path, text) == shown


def test_form_feeds_are_shown_as_page_breaks(tmp_path: Path) -> None:
    [line] = paragraphs(tmp_path, "the end \fof it\n")
    assert line == "the end of it"
    (tmp_path / "p.txt").write_text("the end \fof it\n", encoding="utf-8")
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "X", "parts": parts})
    root = html.fromstring(letter_page(record, tmp_path))
    assert strings(root, "//*[@role='img']/@aria-label") == ["Page break"]


def test_the_number_of_a_note_is_after_the_word(tmp_path: Path) -> None:
    text = "a monument, and another"
    evidence = {"part": "p", "start": 4, "end": 10, "exact": "nument"}
    notes = [
        {"id": "n", "kind": "sic", "at": {"part": "p", "start": 2, "end": 6, "exact": "monu"}},
        {"id": "m", "kind": "sic", "at": {"part": "p", "start": 16, "end": 23, "exact": "another"}},
    ]
    known = [{"field": "title", "basis": "quoted", "at": evidence}]
    [line] = paragraphs(tmp_path, text, translation_notes=notes, evidence=known)
    assert line == "a monument1, and another2"
    inside = [
        {"id": "n", "kind": "sic", "at": {"part": "p", "start": 2, "end": 4, "exact": "mo"}},
        {"id": "m", "kind": "sic", "at": {"part": "p", "start": 6, "end": 10, "exact": "ment"}},
    ]
    assert paragraphs(tmp_path, text, translation_notes=inside) == ["a monument1,2, and another"]


def test_a_citation_names_the_holding_and_those_who_made_the_texts(tmp_path: Path) -> None:
    names = {"s": "Sharp, Tony", "l": "Lind, Anna", "u": "N.N.", "i": "The Institute"}
    record = Record.model_validate(
        {
            "id": "x",
            "type": "letter",
            "title": "A letter",
            "holdings": [{"repository": "An archive"}],
            "parts": [
                {"id": "o", "kind": "original", "held": False, "made_by": ["l"]},
                {"id": "t", "kind": "translation", "held": False, "made_by": ["s", "u", "l"]},
                {"id": "c", "kind": "transcription", "held": False, "made_by": ["i"]},
            ],
            "agents": [
                {"id": key, "name": name, "kind": "organization" if key == "i" else "person"}
                for key, name in names.items()
            ],
        }
    )
    [cited] = elements(html.fromstring(letter_page(record, tmp_path)), "//*[@id='cite']/../p")
    assert content(cited) == (
        "A letter. Transcribed by The Institute. Translated by Tony Sharp and Anna Lind. "
        "An archive. Package x, version 1."
    )


def test_a_page_calls_a_document_by_its_type(tmp_path: Path) -> None:
    minutes = Record.model_validate({"id": "x", "type": "minutes", "title": "Session"})
    shown = letter_page(minutes, tmp_path)
    assert "No text of the minutes is available here." in shown
    assert "Skip to the minutes" in shown
    assert "its place in the minutes." in shown


VIENNA = {
    "name": "Wien",
    "identifiers": [
        {"scheme": "local", "value": "pmb50"},
        {"scheme": "gnd", "value": "4066009-6"},
        {"scheme": "url", "value": "https://example.org/50"},
    ],
}


def test_a_place_is_shown_with_one_identifier_and_the_others_are_folded(tmp_path: Path) -> None:
    key = {"name": "Berlin", "identifiers": [{"scheme": "local", "value": "#place-38"}]}
    record = Record.model_validate(
        {"id": "x", "type": "letter", "title": "X", "place": VIENNA, "mentioned_places": [key]}
        | {"received": {"edtf": "1906", "place": VIENNA}}
    )
    root = html.fromstring(letter_page(record, tmp_path))
    shown = {
        name: (
            content(elements(root, f"//*[@id='s-{name}']//*[@class='value']")[0]),
            list(map(content, elements(root, f"//*[@id='s-{name}']//details//li"))),
        )
        for name in ("place", "received", "mentioned_places-0")
    }
    every = ["pmb50", "GND 4066009-6", "web https://example.org/50"]
    assert shown == {
        "place": ("Wien (GND 4066009-6)", every),
        "received": ("1906, Wien (GND 4066009-6)", every),
        "mentioned_places-0": ("Berlin", ["Berlin: #place-38"]),
    }
    assert strings(root, "//*[@id='s-place']//li/a/@href") == [
        "https://d-nb.info/gnd/4066009-6",
        "https://example.org/50",
    ]


def test_the_text_of_a_licence_is_folded(tmp_path: Path) -> None:
    rights = {"statement": "You are free to share. " * 20, "licence": "CC-BY-4.0"}
    record = Record.model_validate({"id": "x", "type": "letter", "title": "X", "rights": rights})
    root = html.fromstring(letter_page(record, tmp_path))
    [row] = elements(root, "//*[@id='s-rights']")
    assert content(elements(row, ".//*[@class='value']")[0]) == "Licence: CC-BY-4.0"
    assert content(elements(row, ".//details/p")[0]) == rights["statement"]


def test_a_note_on_letters_names_their_word(tmp_path: Path) -> None:
    at = {
        "part": "p",
        "start": 3,
        "end": 4,
        "exact": "b",
        "prefix": "lie",
        "suffix": "enswürd, Anna",
    }
    note = {"id": "n", "kind": "uncertain", "at": at}
    (tmp_path / "p.txt").write_text("liebenswürd, Anna\n", encoding="utf-8")
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    raw = {"id": "x", "type": "letter", "title": "X", "parts": parts, "translation_notes": [note]}
    root = html.fromstring(letter_page(Record.model_validate(raw), tmp_path))
    [shown] = elements(root, "//*[@id='n-n']")
    assert content(shown) == "uncertain “b” in “liebenswürd”. ↩"


def test_the_page_contains_files_to_save_and_scans_without_a_media_type(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "b.jpg").write_text("Not an image.\n", encoding="utf-8")
    (tmp_path / "Brief 2.pdf").write_bytes(b"%PDF-1.4")
    parts = [
        {"id": "a", "kind": "scan", "file": "a.jpg"},
        {"id": "b", "kind": "transcription", "file": "b.jpg"},
        {"id": "c", "kind": "scan", "file": "Brief 2.pdf", "media_type": "application/pdf"},
    ]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "A", "parts": parts})
    root = html.fromstring(letter_page(record, tmp_path))
    [image] = strings(root, "//section[@class='paper']//img/@src")
    assert image == "data:image/jpeg;base64,/9j/4A=="
    assert "Not an image." in content(root)
    [pdf] = elements(root, "//a[@download='Brief 2.pdf']")
    encoded = present(pdf.get("href")).removeprefix("data:application/octet-stream;base64,")
    assert base64.b64decode(encoded) == b"%PDF-1.4"


def test_each_text_has_its_language_and_direction(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("سلام\n", encoding="utf-8")
    (tmp_path / "e.txt").write_text("Peace\n", encoding="utf-8")
    record = Record.model_validate(
        {
            "id": "x",
            "type": "letter",
            "title": "A letter",
            "parts": [
                {"id": "a", "kind": "original", "file": "a.txt", "languages": ["ar"]},
                {"id": "e", "kind": "translation", "file": "e.txt", "languages": ["en"]},
            ],
        }
    )
    root = html.fromstring(letter_page(record, tmp_path))
    assert elements(root, "//section[@lang='ar' and @dir='rtl']")
    assert len(elements(root, "//div[@id='band-0']/section")) == 2


def test_the_page_for_a_deposit_is_reproducible(letter: Path, tmp_path: Path) -> None:
    opened = open_package(build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path)
    assert package_page(opened) == package_page(opened)
    assert "Complete and valid" not in package_page(opened)


def test_scans_are_embedded_up_to_a_size_limit(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.png").write_bytes(name.encode() * 1000)
    record = Record.model_validate(
        {
            "id": "x",
            "type": "letter",
            "title": "A letter",
            "parts": [
                {"id": name, "kind": "scan", "file": f"{name}.png", "media_type": "image/png"}
                for name in "abc"
            ],
        }
    )
    root = html.fromstring(letter_page(record, tmp_path, scan_limit=2500))
    assert len(elements(root, "//img[starts-with(@src, 'data:image/png')]")) == 2


def test_the_page_of_a_record_does_not_call_it_valid(letter: Path) -> None:
    shown = letter_page(load_record(letter), letter)
    assert "Complete and valid" not in shown


def test_a_text_in_another_encoding_is_refused_with_its_file_name(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_bytes(b"Gr\xfc\xdfe\n")
    parts = [{"id": "p", "kind": "original", "file": "p.txt"}]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "X", "parts": parts})
    with pytest.raises(InvalidError, match=r"^p\.txt: the text is not utf-8"):
        letter_page(record, tmp_path)


def test_what_is_a_guess_is_shown_as_a_guess(letter: Path) -> None:
    record = load_record(letter / "record.yaml")
    agent = next(one.id for one in record.agents if one.kind != "software")
    guess = {"field": "parts.letter.kind", "basis": "inferred", "rule": "x", "confidence": "guess"}
    own = [one for one in record.evidence if not one.field.startswith("parts.letter")]
    accepted = {"field": "parts.letter.kind", "basis": "supplied", "agent": agent}

    def shown(*evidence: dict[str, str]) -> tuple[str, str]:
        data = record.model_dump(mode="json", exclude_none=True, exclude={"evidence"})
        data["evidence"] = [one.model_dump(mode="json", exclude_none=True) for one in own]
        next(one for one in data["parts"] if one["id"] == "letter").pop("title")
        made = Record.model_validate(data | {"evidence": [*data["evidence"], *evidence]})
        root = html.fromstring(letter_page(made, letter))
        (title,) = elements(root, "//*[@id='r-letter']")
        (row,) = elements(root, "//*[@id='s-parts-letter']//p[@class='value']")
        return content(title), content(row)

    title, row = shown(accepted)
    assert "guess" not in title + row
    assert shown(guess) == (f"{title} (guess)", f"{row} (guess)")
    assert shown(guess, accepted) == (title, row)
