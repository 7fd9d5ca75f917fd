"""The journal: on disk before and after each step, whatever instant the run dies at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.deposits import Journal
from archive_pkg.errors import StorageError


def test_read_again_as_it_was_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.journal")
    journal.begin("draft", title="Письмо")
    journal.done("draft", id="1")
    journal.begin("send", part=2)
    again = Journal(tmp_path / "a.journal")
    assert again.outcome("draft") == {"id": "1"}
    assert again.begun("draft") == {"title": "Письмо"}
    assert again.begun("send") == {"part": 2}
    assert again.outcome("send") is None
    assert again.begun("publish") is None
    again.undo("draft")
    assert Journal(again.path).outcome("draft") is None
    assert Journal(again.path).begun("draft") is None


def test_what_another_person_or_another_journal_says_is_not_known(tmp_path: Path) -> None:
    own = Journal(tmp_path / "a.journal")
    own.done("draft", id="1")
    (tmp_path / "b.journal").write_bytes(own.path.read_bytes())
    entry = {"at": "2026-11-24", "what": "outcome", "step": "draft", "known": {"id": "2"}}
    lines = [{**entry, "mark": "0" * 64}, entry, {**entry, "what": "undone", "known": {}}]
    (tmp_path / "c.journal").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for name in ("b.journal", "c.journal"):
        journal = Journal(tmp_path / name)
        assert journal.outcome("draft") is None
        assert journal.begun("draft") == {}  # so that whoever goes on looks first
        journal.done("draft", id="3")
        assert Journal(tmp_path / name).outcome("draft") == {"id": "3"}


def test_a_step_begun_anew_has_no_outcome_yet(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.journal")
    journal.done("send")
    journal.begin("send")
    assert journal.outcome("send") is None
    assert Journal(journal.path).outcome("send") is None


@given(cut=st.integers(min_value=0, max_value=400))
def test_a_last_line_cut_anywhere_never_was(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.journal"
    journal = Journal(path)
    for number in range(3):
        journal.done(f"step {number}", known="ü" * number)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    again = Journal(path)
    whole = data[:cut].count(b"\n")
    assert [again.outcome(f"step {number}") is not None for number in range(3)] == [
        number < whole for number in range(3)
    ]
    again.done("after")
    assert Journal(path).outcome("after") == {}
    assert path.read_bytes().count(b"\n") == whole + 1


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "not-there" / "a.journal")
    with pytest.raises(StorageError):
        journal.begin("draft")
