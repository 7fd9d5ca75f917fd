"""The journal has an entry on disk before and after each step, whenever the run dies."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive_pkg import storage
from archive_pkg.deposits import Journal
from archive_pkg.errors import StorageError


def test_a_journal_that_is_opened_again_has_its_entries(tmp_path: Path) -> None:
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


def test_lines_of_another_user_or_journal_are_ignored(tmp_path: Path) -> None:
    own = Journal(tmp_path / "a.journal")
    own.done("draft", id="1")
    (tmp_path / "b.journal").write_bytes(own.path.read_bytes())
    entry = {"at": "2026-11-24", "what": "outcome", "step": "draft", "known": {"id": "2"}}
    lines = [{**entry, "mark": "0" * 64}, entry, {**entry, "what": "undone", "known": {}}]
    (tmp_path / "c.journal").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for name in ("b.journal", "c.journal"):
        journal = Journal(tmp_path / name)
        assert journal.outcome("draft") is None
        assert journal.begun("draft") == {}  # so that the next run checks the state first
        journal.done("draft", id="3")
        assert Journal(tmp_path / name).outcome("draft") == {"id": "3"}


def test_a_mark_made_for_another_purpose_is_not_valid_in_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    Journal(path).done("draft", id="1")
    said, between, _ = path.read_bytes().rpartition(b', "mark": ')
    for word, known in ((b"journal", {"id": "1"}), (b"ledger", None)):
        mark = storage.user_mac(word, b"a.journal", said).hex()
        path.write_bytes(said + between + f'"{mark}"}}\n'.encode())
        assert Journal(path).outcome("draft") == known


def test_an_undo_without_a_valid_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    Journal(path).undo("draft")
    assert json.loads(path.read_text())["what"] == "undone"
    path.rename(tmp_path / "b.journal")
    assert Journal(tmp_path / "b.journal").begun("draft") is None


def test_a_step_begun_again_has_no_outcome_yet(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.journal")
    journal.done("send")
    journal.begin("send")
    assert journal.outcome("send") is None
    assert Journal(journal.path).outcome("send") is None


@settings(max_examples=15)
@example(cut=-1)
@given(cut=st.integers(min_value=0, max_value=400))
def test_an_incomplete_last_line_is_ignored(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.journal"
    journal = Journal(path, sync=False)
    for number in range(3):
        journal.done(f"step {number}", known="ü" * number)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    again = Journal(path, sync=False)
    whole = data[:cut].count(b"\n")
    assert [again.outcome(f"step {number}") is not None for number in range(3)] == [
        number < whole for number in range(3)
    ]
    again.done("after")
    assert Journal(path).outcome("after") == {}
    assert path.read_bytes().count(b"\n") == whole + 1


def test_a_line_of_a_journal_has_its_time_and_values(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.journal")
    before = datetime.now(UTC)
    reported = journal.done("draft", at=before, count=2, title="Письмо")
    line = journal.path.read_text(encoding="utf-8")
    entry = json.loads(line)
    assert reported == entry["known"] == {"at": str(before), "count": 2, "title": "Письмо"}
    assert (entry["what"], entry["step"], len(entry["mark"])) == ("outcome", "draft", 64)
    assert abs((datetime.fromisoformat(entry["at"]) - before).total_seconds()) < 5
    assert "Письмо" in line
    assert journal.is_done("draft")
    journal.begin("send")
    assert not journal.is_done("send")
    assert not Journal(journal.path).is_done("send")


@pytest.mark.parametrize(
    "odd",
    [
        "[]",
        '"intent"',
        '{"what": "intent", "known": {}}',
        '{"what": "intent", "step": "b"}',
        '{"what": "intent", "step": 2, "known": {}}',
        '{"what": "intent", "step": "b", "known": 1}',
    ],
)
def test_an_invalid_line_and_all_after_it_are_ignored(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "a.journal"
    journal = Journal(path)
    journal.done("first")
    first = path.read_bytes()
    journal.done("last")
    last = path.read_bytes().removeprefix(first)
    path.write_bytes(first + odd.encode() + b"\n" + last)
    again = Journal(path)
    assert again.is_done("first")
    assert not again.is_done("last")
    again.begin("b")
    assert path.read_bytes().count(b"\n") == 2


def test_an_incomplete_end_is_removed_before_a_line_is_added(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = Journal(path)
    journal.begin("draft")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"what": "outcome", "known": "' + b"x" * 1000)
    Journal(path).undo("draft")
    assert path.read_bytes().startswith(whole)
    assert path.read_bytes().endswith(b"}\n")
    assert b"xxx" not in path.read_bytes()


def test_a_journal_with_a_second_hard_link_is_replaced(tmp_path: Path) -> None:
    path, other = tmp_path / "a.journal", tmp_path / "other"
    Journal(path).done("draft", id="1")
    number = path.stat().st_ino
    Journal(path).begin("send")
    assert path.stat().st_ino == number
    os.link(path, other)
    before = other.read_bytes()
    again = Journal(path)
    again.begin("publish")
    again.done("publish")
    assert other.read_bytes() == before
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(b"\n") == 4


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the size of the file at each sync."""
    sizes: list[int] = []
    fdatasync = os.fdatasync

    def sync(descriptor: int) -> None:
        fdatasync(descriptor)
        sizes.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fdatasync", sync)
    return sizes


@pytest.mark.descriptors
def test_durable_paths_are_synced_before_a_step_continues(
    tmp_path: Path, synced: list[int]
) -> None:
    journal = Journal(tmp_path / "a.journal")
    lasting = []
    for write in (
        lambda: journal.begin("draft"),
        lambda: journal.done("draft", id="1"),
        lambda: journal.undo("draft"),
    ):
        write()
        lasting.append(journal.path.stat().st_size)
    assert synced == lasting
    journal.done("deposit")  # the line is useless, and the next line is appended after it
    assert synced == lasting
    Journal(tmp_path / "b.journal", sync=False).begin("draft")
    assert synced == lasting


def test_the_name_of_a_new_journal_is_durable_before_a_step_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(storage, "sync_folder", synced.append)
    journal = Journal(tmp_path / "a.journal")
    journal.begin("draft")
    assert synced == [tmp_path]
    journal.done("draft", id="1")
    assert synced == [tmp_path]


@pytest.mark.descriptors
def test_an_entry_that_cannot_be_written_is_not_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "a.journal")
    journal.begin("draft")
    whole = journal.path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(StorageError, match=r"writing .*a\.journal"):
            journal.done("draft", id="1")
    assert journal.outcome("draft") is None
    journal.done("draft")  # instead of the failed line
    assert journal.path.read_bytes().startswith(whole)
    assert journal.path.read_bytes().count(b"\n") == 2


def test_a_long_line_is_written_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    journal = Journal(tmp_path / "a.journal")
    journal.done("draft", id="1")
    assert Journal(journal.path).outcome("draft") == {"id": "1"}


@pytest.mark.descriptors
def test_threads_write_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock, the second thread would write while the first one syncs."""
    journal = Journal(tmp_path / "a.journal")
    second = threading.Thread(target=journal.begin, args=("second",))
    inside: list[int] = []
    most: list[int] = []

    def sync(descriptor: int) -> None:
        inside.append(descriptor)
        most.append(len(inside))
        if not second.ident:
            second.start()
            second.join(0.05)
        inside.pop()

    monkeypatch.setattr(os, "fdatasync", sync)
    journal.begin("first")
    second.join()
    assert most == [1, 1]
    again = Journal(journal.path)
    assert (again.begun("first"), again.begun("second")) == ({}, {})


def test_a_journal_that_cannot_be_read_or_written_raises_a_storage_error(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "not-there" / "a.journal")
    with pytest.raises(StorageError):
        journal.begin("draft")
    assert journal.begun("draft") is None
    (tmp_path / "folder.journal").mkdir()
    with pytest.raises(StorageError, match=r"reading .*folder\.journal"):
        Journal(tmp_path / "folder.journal")
