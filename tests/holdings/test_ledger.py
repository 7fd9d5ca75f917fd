"""The ledger: whatever is done to it is found, and at which entry."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.holdings import ledger
from archive_pkg.storage import LockedError


def nothing(_: object) -> None:
    pass


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A ledger of ten entries, written in three runs."""
    path = tmp_path / "ledger.jsonl"
    for some in (range(4), range(4, 5), range(5, 10)):
        with ledger.held(path, nothing) as (held, _):
            held.append([{"event": "fixity check", "package": f"p{number}"} for number in some])
    return path


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


def found(path: Path) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in ledger.read(path, nothing)[1]]


def test_entries_are_numbered_sealed_and_read_back(book: Path) -> None:
    entries: list[dict] = []
    whole, report = ledger.read(book, entries.append)
    assert not list(report)
    assert [entry["number"] for entry in entries] == list(range(1, 11))
    assert [entry["package"] for entry in entries] == [f"p{number}" for number in range(10)]
    assert str(whole.head) == ledger.head_file(book).read_text().strip()
    # Anybody can follow the chain with sha256sum.
    said = subprocess.run(
        f"head -n 5 {book} | tail -n 1 | tr -d '\\n' | sha256sum",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[0] == entries[5]["previous"]


@pytest.mark.parametrize("at", range(10))
def test_an_entry_that_was_changed_is_named(book: Path, at: int) -> None:
    text = lines(book)
    text[at] = text[at].replace(f'"p{at}"', '"px"')
    book.write_text("".join(text))
    ((code, message),) = found(book)
    assert code == ("ledger-head-differs" if at == 9 else "ledger-broken")
    assert f"entry {at + 1} " in message
    with pytest.raises(InvalidError, match="not what was written"), ledger.held(book, nothing):
        pass


def test_entries_taken_out_put_in_and_moved_are_found(book: Path) -> None:
    text = lines(book)
    for spoiled, place in (
        (text[:3] + text[4:], "after entry 3 stands entry 5"),
        ([*text[:3], text[2], *text[3:]], "after entry 3 stands entry 3"),
        ([*text[:3], text[4], text[3], *text[5:]], "after entry 3 stands entry 5"),
        (text[1:], "after entry 0 stands entry 2"),
    ):
        book.write_text("".join(spoiled))
        ((code, message),) = found(book)
        assert (code, message) == ("ledger-broken", place)


def test_an_end_that_was_cut_off_is_found_by_the_head(book: Path) -> None:
    book.write_text("".join(lines(book)[:7]))
    ((code, message),) = found(book)
    assert code == "ledger-cut-off"
    assert "entries 8 to 10 are gone" in message
    book.unlink()
    with pytest.raises(InvalidError, match="not what was written"), ledger.held(book, nothing):
        pass


def test_a_chain_that_was_made_anew_is_found_by_the_head(book: Path) -> None:
    """Who changes an entry and every seal after it still has another head."""
    entries = [json.loads(line) for line in lines(book)]
    book.unlink()
    head = ledger.head_file(book).read_text()
    ledger.head_file(book).unlink()
    entries[2]["package"] = "forged"
    for number in range(10):
        entry = {k: v for k, v in entries[number].items() if k not in ("number", "previous")}
        with ledger.held(book, nothing) as (held, _):
            held.append([entry])
    assert not found(book)
    ledger.head_file(book).write_text(head)
    assert [code for code, _ in found(book)] == ["ledger-head-differs"]


@given(st.binary(max_size=60), st.integers(0, 2000))
def test_no_bytes_written_into_it_pass_or_raise(data: bytes, at: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.jsonl")
        with ledger.held(path, nothing) as (held, _):
            held.append([{"event": "fixity check", "package": str(n)} for n in range(4)])
        before = path.read_bytes()
        at = min(at, len(before))
        after = before[:at] + data + before[at + len(data) :]
        path.write_bytes(after)
        if after != before:
            assert found(path)


def test_a_line_that_a_killed_run_left_unfinished_is_mended_and_told(book: Path) -> None:
    whole = book.read_bytes()
    book.write_bytes(whole + b'{"number": 11, "ti')
    assert [code for code, _ in found(book)] == ["ledger-torn"]
    with ledger.held(book, nothing) as (held, report):
        assert [each.code for each in report] == ["ledger-torn"]
        assert held.head.number == 11
    assert book.read_bytes().startswith(whole)
    assert json.loads(lines(book)[-1])["event"] == "ledger mended"
    assert not found(book)


def test_killed_between_entries_and_head_it_goes_on(book: Path) -> None:
    head = ledger.head_file(book).read_text()
    with ledger.held(book, nothing) as (held, _):
        held.append([{"event": "fixity check", "package": "late"}])
    ledger.head_file(book).write_text(head)
    assert not found(book)


def test_what_was_interrupted_can_be_appended_again(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [{"event": "fixity check", "package": "late"}] * 3

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("os.fsync", "archive_pkg.storage.write_atomically"):
        with ledger.held(book, nothing) as (held, _):
            with monkeypatch.context() as patch:
                patch.setattr(place, interrupted)
                with pytest.raises(KeyboardInterrupt):
                    held.append(entries)
            held.append(entries)
    assert len(lines(book)) == 16
    assert not found(book)


def test_one_run_at_a_time(book: Path) -> None:
    with (
        ledger.held(book, nothing),
        pytest.raises(LockedError, match=f"process {os.getpid()}"),
        ledger.held(book, nothing),
    ):
        pass


def test_a_clock_that_jumped_back_is_told_and_numbers_keep_the_order(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_now", lambda: "1999-01-01T00:00:00Z")
    with ledger.held(book, nothing) as (held, report):
        held.append([{"event": "fixity check", "package": "early"}])
    assert [each.code for each in report] == ["ledger-clock-back"]
    assert json.loads(lines(book)[-1])["number"] == 11
    assert not found(book)


def test_a_ledger_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), ledger.held(tmp_path / "file" / "ledger", nothing):
        pass
