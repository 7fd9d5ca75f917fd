"""Drafting fills what an existing record, such as one from an archive's list, leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from archive_pkg.packages import check
from archive_pkg.records import Record, load_record
from archive_pkg.texts.letter_files import DOCX
from program import Run

LETTER = """Berlin, 4 May 1960

Dear Mr. Miller,

The pears are ripe, and all of them are for the school.

Yours sincerely,

Erna Schmidt
"""
RECORD = """\
id: ab-1
type: letter
title: Letter
sender: [{sender}]
recipients: [miller]
date: {date}
parts:
  - {{id: file-1, kind: transcription, file: {file}}}
agents:
  - {{id: {sender}, name: "{name}", kind: person}}
  - {{id: miller, name: "{recipient}", kind: person}}
"""


def listed(
    folder: Path,
    *,
    file: str = "AB 1.txt",
    name: str = "Schmidt, Erna",
    recipient: str = "Miller, Karl",
    date: str = "1960-05-04",
) -> Path:
    record = folder / "record.yaml"
    record.write_text(
        RECORD.format(file=file, sender="schmidt", name=name, recipient=recipient, date=date)
    )
    if not (folder / file).exists():
        (folder / file).write_text(LETTER)
    return record


def quoted(record: Record) -> dict[str, str]:
    return {one.field: one.at.part for one in record.evidence if one.at is not None}


def test_only_open_fields_are_filled_and_known_agents_are_used(tmp_path: Path, run: Run) -> None:
    file = listed(tmp_path)
    done = run("draft", tmp_path)
    record = load_record(file)
    assert "(kept)" not in done.stdout
    assert [agent.id for agent in record.agents] == ["schmidt", "miller"]
    assert record.signatories == ("schmidt",)
    assert record.place is not None
    assert record.parts[0].languages == ("en",)
    assert quoted(record) == dict.fromkeys(
        ("signatories", "place", "salutation", "closing"), "file-1"
    )
    before = file.read_bytes()
    assert "nothing to add" in run("draft", tmp_path).stdout
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("values", "difference"),
    [
        ({"name": "Schmidt"}, ""),
        ({"name": "Dr. Erna Schmidt"}, ""),
        ({"recipient": "Miller"}, ""),
        ({"name": "Adler, Anna"}, "sender: the record has Adler, Anna (kept); the text now says"),
        ({"date": "1960-05-05"}, "date: the record has 1960-05-05 (kept); the text now says"),
        ({"date": '{edtf: "1960-05-04", as_written: 4.5.60}'}, ""),
    ],
)
def test_only_values_that_contradict_the_list_are_differences(
    tmp_path: Path, run: Run, values: dict[str, str], difference: str
) -> None:
    listed(tmp_path, **values)
    done = run("draft", tmp_path)
    assert (difference in done.stdout) if difference else ("(kept)" not in done.stdout)


def test_an_office_in_the_greeting_does_not_contradict_a_person(tmp_path: Path, run: Run) -> None:
    (tmp_path / "AB 1.txt").write_text(LETTER.replace("Mr. Miller", "Mr. Minister"))
    listed(tmp_path)
    assert "(kept)" not in run("draft", tmp_path).stdout


def test_a_body_has_the_same_entry_under_its_short_name(tmp_path: Path, run: Run) -> None:
    (tmp_path / "AB 1.txt").write_text(
        LETTER.replace("Dear Mr. Miller,", "To the CPSU Central Committee\n\nDear comrades,")
    )
    file = listed(tmp_path, recipient="CC CPSU")
    text = file.read_text()
    file.write_text(text.replace('"CC CPSU", kind: person', '"CC CPSU", kind: organization'))
    assert "(kept)" not in run("draft", tmp_path).stdout


def test_a_word_file_gets_a_text_that_the_evidence_quotes(tmp_path: Path, run: Run) -> None:
    document = Document()
    for paragraph in LETTER.split("\n\n"):
        document.add_paragraph(paragraph.strip())
    document.save(str(tmp_path / "AB 1.docx"))
    file = listed(tmp_path, file="AB 1.docx")
    file.write_text(file.read_text().replace("1.docx}", f"1.docx, media_type: {DOCX}}}"))
    assert run("draft", tmp_path).returncode == 0
    record = load_record(file)
    assert [(part.id, part.file, part.made_from) for part in record.parts] == [
        ("file-1", "AB 1.docx", ()),
        ("letter", "AB 1.text.txt", ("file-1",)),
    ]
    assert set(quoted(record).values()) == {"letter"}
    assert not check(file).errors
    before = file.read_bytes()
    assert "nothing to add" in run("draft", tmp_path).stdout
    assert file.read_bytes() == before


def test_the_text_of_a_word_file_gets_an_id_of_its_own(tmp_path: Path, run: Run) -> None:
    document = Document()
    for paragraph in LETTER.split("\n\n"):
        document.add_paragraph(paragraph.strip())
    document.save(str(tmp_path / "AB 1.docx"))
    file = listed(tmp_path, file="AB 1.docx")
    text = file.read_text().replace("id: file-1", "id: letter")
    file.write_text(text.replace("1.docx}", f"1.docx, media_type: {DOCX}}}"))
    run("draft", tmp_path)
    assert [part.id for part in load_record(file).parts] == ["letter", "letter-drafted"]


def test_of_several_texts_of_a_record_the_first_is_drafted(tmp_path: Path, run: Run) -> None:
    file = listed(tmp_path, file="z.txt")
    (tmp_path / "a.txt").write_text(LETTER.replace("Berlin", "London"))
    part = "  - {id: file-2, kind: translation, file: a.txt}\nagents:"
    file.write_text(file.read_text().replace("agents:", part))
    assert "z.txt: empty fields filled" in run("draft", tmp_path).stdout
    place = load_record(file).place
    assert place is not None
    assert place.name == "Berlin"


def test_the_review_list_leaves_out_what_the_record_has(tmp_path: Path, run: Run) -> None:
    (tmp_path / "AB 1.txt").write_text(LETTER.replace("4 May 1960", "4.5.60"))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "letter.txt").write_text(LETTER.replace("4 May 1960", "4.5.60"))
    listed(tmp_path)
    done = run("draft", tmp_path, "--out", tmp_path / "records")
    assert done.stdout.count("It may be 1860-05-04 or") == 2
    done = run("draft", tmp_path / "AB 1.txt", tmp_path / "two" / "letter.txt")
    assert done.stdout.count("It may be 1860-05-04 or") == 1
