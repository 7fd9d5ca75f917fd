"""A record under review is completed from the register, and saving does not copy its entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_pkg.drafting import draft_letter, load_vocabulary, save_draft
from archive_pkg.records import load_record
from archive_pkg.web.review.record_editor import RecordEditor, RecordSnapshot
from archive_pkg.web.review.revision import Revision

LETTER = """\
id: letter-1
type: letter
title: A letter
sender: [gromyko]
recipients: []
"""


@pytest.fixture
def editor(tmp_path: Path) -> RecordEditor:
    """Return the editor of a record that uses a register above it."""
    (tmp_path / "agents.yaml").write_text(
        'agents:\n- {id: gromyko, name: "Gromyko, A.", kind: person}\n'
    )
    (tmp_path / "letter-1").mkdir()
    (tmp_path / "letter-1" / "record.yaml").write_text(LETTER)
    return RecordEditor(tmp_path, "letter-1/record.yaml")


def test_a_change_in_review_copies_nothing_from_the_register(editor: RecordEditor) -> None:
    def make(revision: Revision, snapshot: RecordSnapshot) -> str:
        revision.correct("title", {"title": "Another"})
        return "changed"

    snapshot = editor.read()
    assert snapshot.record
    assert snapshot.record.agent("gromyko").name == "Gromyko, A."
    assert editor.change(snapshot.digest, make, "Jane Doe").ok
    written = editor.file.read_text()
    assert "Gromyko" not in written
    assert "reviewer-jane-doe" in written
    assert load_record(editor.file).agent("gromyko").name == "Gromyko, A."


def test_a_name_corrected_in_review_is_written_into_the_record(editor: RecordEditor) -> None:
    def make(revision: Revision, snapshot: RecordSnapshot) -> str:
        revision.correct("agents.gromyko", {"name": "Gromyko, Andrei", "kind": "person"})
        return "changed"

    assert editor.change(editor.read().digest, make, "Jane Doe").ok
    assert "name: Gromyko, Andrei\n" in editor.file.read_text()


def test_review_notices_that_the_register_changed(editor: RecordEditor, tmp_path: Path) -> None:
    editor.read()
    (tmp_path / "agents.yaml").write_text(
        'agents:\n- {id: gromyko, name: "Gromyko, Andrei", kind: person}\n'
    )
    record = editor.read().record
    assert record
    assert record.agent("gromyko").name == "Gromyko, Andrei"


def test_drafting_into_a_record_copies_nothing_from_the_register(
    editor: RecordEditor, tmp_path: Path
) -> None:
    letter = editor.folder / "letter.txt"
    letter.write_text("Moscow, 18 July 1960\n\nDear Comrade Ulbricht,\n\nWe agree.\n")
    editor.file.write_text(
        LETTER + "parts: [{id: letter, kind: transcription, file: letter.txt, languages: [en]}]\n"
    )
    save_draft(draft_letter(letter), load_vocabulary())
    assert "name: Gromyko" not in editor.file.read_text()
    assert "1960-07-18" in editor.file.read_text()
