"""Changed, removed and inserted entries of a ledger are found, and the place is named."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.collection.audits import ledger
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.storage import LockedError
from archive_pkg.version import SOFTWARE


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


def test_entries_are_numbered_chained_and_read_back(book: Path) -> None:
    entries: list[dict[str, Any]] = []
    whole, report = ledger.read(book, entries.append)
    assert not list(report)
    assert [entry["number"] for entry in entries] == list(range(1, 11))
    assert [entry["package"] for entry in entries] == [f"p{number}" for number in range(10)]
    assert str(whole.head) == ledger.head_file(book).read_text().strip()
    # The chain can be followed with sha256sum.
    said = subprocess.run(
        f"head -n 5 {book} | tail -n 1 | tr -d '\\n' | sha256sum",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[0] == entries[5]["previous"]


@pytest.mark.parametrize("at", range(10))
def test_a_changed_entry_is_named(book: Path, at: int) -> None:
    text = lines(book)
    text[at] = text[at].replace(f'"p{at}"', '"px"')
    book.write_text("".join(text))
    ((code, message),) = found(book)
    assert code == ("ledger-head-differs" if at == 9 else "ledger-broken")
    assert f"entry {at + 1} " in message
    refuses_to_go_on(book)


def test_removed_inserted_and_moved_entries_are_found(book: Path) -> None:
    text = lines(book)
    for spoiled, place in (
        (text[:3] + text[4:], "entry 3 is followed by entry 5"),
        ([*text[:3], text[2], *text[3:]], "entry 3 is followed by entry 3"),
        ([*text[:3], text[4], text[3], *text[5:]], "entry 3 is followed by entry 5"),
        (text[1:], "entry 0 is followed by entry 2"),
    ):
        book.write_text("".join(spoiled))
        ((code, message),) = found(book)
        assert (code, message) == ("ledger-broken", place)


@pytest.mark.parametrize(("left", "gone"), [(9, "10 to 10"), (7, "8 to 10"), (0, "1 to 10")])
def test_the_head_shows_that_the_last_entries_are_missing(book: Path, left: int, gone: str) -> None:
    book.write_text("".join(lines(book)[:left]))
    message = f"the ledger ends with entry {left}; entries {gone} are missing"
    assert found(book) == [("ledger-cut-off", message)]
    refuses_to_go_on(book)


def test_the_head_shows_that_the_ledger_is_missing(book: Path) -> None:
    book.unlink()
    message = "the ledger is missing, with entries 1 to 10"
    assert found(book) == [("ledger-cut-off", message)]
    refuses_to_go_on(book)
    assert not book.exists()


def refuses_to_go_on(book: Path) -> None:
    with pytest.raises(InvalidError, match="was changed or is damaged"), ledger.held(book, nothing):
        pass


def keep_head(book: Path, number: int, digest: str = "") -> Path:
    """Write the head after an entry to a file, as signing does."""
    if number and not digest:
        digest = hashlib.sha256(lines(book)[number - 1].strip().encode()).hexdigest()
    file = ledger.heads_folder(book) / f"{number:06}.head"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{number} {digest}\n")
    return file


@pytest.mark.parametrize(("kept", "head"), [((3, 10), 5), ((3, 5), 10), ((10, 3), None)])
def test_the_last_of_several_heads_shows_how_much_was_cut_off(
    book: Path, kept: tuple[int, ...], head: int | None
) -> None:
    for number in kept:
        keep_head(book, number)
    if head is None:
        ledger.head_file(book).unlink()
    else:
        keep_head(book, head).rename(ledger.head_file(book))
    assert [code for code, _ in found(book)] == ([] if head else ["ledger-head-missing"])
    book.write_text("".join(lines(book)[:7]))
    message = "the ledger ends with entry 7; entries 8 to 10 are missing"
    assert found(book) == [("ledger-cut-off", message)]
    book.unlink()
    assert found(book) == [("ledger-cut-off", "the ledger is missing, with entries 1 to 10")]


@pytest.mark.parametrize("number", [1, 5, 10])
def test_reading_ends_at_an_entry_that_differs_from_a_signed_head(book: Path, number: int) -> None:
    keep_head(book, number, "1" * 64)
    taken: list[dict[str, Any]] = []
    _, report = ledger.read(book, taken.append)
    (finding,) = report
    assert finding.code == "ledger-head-differs"
    assert finding.location.line == number
    message = f"entry {number} is not the one that {number:06}.head names"
    assert finding.message == message
    assert [entry["number"] for entry in taken] == list(range(1, number))
    refuses_to_go_on(book)


def test_heads_that_match_give_no_finding(book: Path) -> None:
    files = [keep_head(book, number) for number in (10, 2, 9)]
    assert ledger.kept_heads(book) == sorted(files)
    assert found(book) == []


def test_a_missing_head_is_reported_and_the_hint_says_what_to_write(book: Path) -> None:
    file = ledger.head_file(book)
    before = file.read_text()
    file.unlink()
    keep_head(book, 5)
    (finding,) = ledger.read(book, nothing)[1]
    assert finding.code == "ledger-head-missing"
    refuses_to_go_on(book)
    file.write_text(finding.hint.rpartition(": ")[2])
    assert file.read_text() == before.strip()
    assert found(book) == []


@pytest.mark.parametrize(
    "said",
    [b"", b"garbage", b"10", b"ten DIGEST", b"10 DIGEST 1", b"-10 DIGEST", b"10 DIGESTa",
     b"10  DIGEST", b"1000000000000000000 DIGEST", b"10 " + b"A" * 64],
)  # fmt: skip
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_malformed_head_is_reported_with_and_without_the_ledger(
    book: Path, said: bytes, is_kept: bool
) -> None:
    file = keep_head(book, 10) if is_kept else ledger.head_file(book)
    digest = file.read_bytes().split()[1]
    file.write_bytes(said.replace(b"DIGEST", digest))
    assert [code for code, _ in found(book)] == ["ledger-head-unreadable"]
    refuses_to_go_on(book)
    book.unlink()
    if is_kept:
        ledger.head_file(book).unlink()
    assert [code for code, _ in found(book)] == ["ledger-head-unreadable"]
    refuses_to_go_on(book)


def test_a_folder_in_place_of_a_head_is_reported(book: Path) -> None:
    ledger.head_file(book).unlink()
    ledger.head_file(book).mkdir()
    ((code, message),) = found(book)
    assert code == "ledger-head-unreadable"
    assert message.startswith("cannot be read: ")


def test_reading_a_ledger_that_does_not_exist_raises(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        ledger.read(tmp_path / "none.jsonl", nothing)


def test_a_rewritten_ledger_is_detected_by_its_head(book: Path) -> None:
    """After changing an entry and all later digests, the head is different."""
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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Return a ledger to write bytes into, and its bytes."""
    path = tmp_path_factory.mktemp("written") / "ledger.jsonl"
    with ledger.held(path, nothing) as (held, _):
        held.append([{"event": "fixity check", "package": str(n)} for n in range(4)])
    return path, path.read_bytes()


@given(data=st.binary(max_size=60), at=st.integers(0, 2000))
def test_any_bytes_written_into_a_ledger_are_reported(
    written: tuple[Path, bytes], data: bytes, at: int
) -> None:
    path, before = written
    at = min(at, len(before))
    after = before[:at] + data + before[at + len(data) :]
    path.write_bytes(after)
    if after != before:
        assert found(path)


def test_a_line_that_a_killed_run_left_unfinished_is_removed_and_reported(book: Path) -> None:
    whole = book.read_bytes()
    book.write_bytes(whole + b'{"number": 11, "ti')
    assert [code for code, _ in found(book)] == ["ledger-torn"]
    with ledger.held(book, nothing) as (held, report):
        assert [each.code for each in report] == ["ledger-torn"]
        assert held.head.number == 11
    assert book.read_bytes().startswith(whole)
    mended = json.loads(lines(book)[-1])
    assert mended["event"] == "ledger mended"
    assert mended["detail"] == "18 bytes of an unfinished entry"
    assert not found(book)


def test_an_incomplete_last_line_is_not_an_entry(book: Path) -> None:
    """A line that was cut short can still be JSON."""
    book.write_bytes(book.read_bytes()[:-1])
    taken: list[dict[str, Any]] = []
    _, report = ledger.read(book, taken.append)
    assert [each.code for each in report] == ["ledger-torn", "ledger-cut-off"]
    assert len(taken) == 9
    refuses_to_go_on(book)


def test_a_ledger_with_entries_after_its_head_is_valid(book: Path) -> None:
    head = ledger.head_file(book).read_text()
    with ledger.held(book, nothing) as (held, _):
        held.append([{"event": "fixity check", "package": "late"}])
    ledger.head_file(book).write_text(head)
    assert not found(book)


def test_interrupted_entries_can_be_appended_again(
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


def test_appending_no_entries_writes_nothing(tmp_path: Path) -> None:
    with ledger.held(tmp_path / "new" / "folder" / "ledger.jsonl", nothing) as (held, _):
        held.append([])
    assert held.path.parent.is_dir()
    assert not ledger.head_file(held.path).exists()
    assert not held.path.exists()


def test_an_entry_cannot_set_the_fields_that_the_ledger_sets(book: Path) -> None:
    with ledger.held(book, nothing) as (held, _):
        held.append([{"event": "missing", "software": "forged", "previous": "0" * 64}])
    entry = json.loads(lines(book)[-1])
    assert list(entry) == ["number", "time", "event", "software", "previous"]
    assert entry["software"] == SOFTWARE
    assert found(book) == []


def test_a_locked_ledger_has_its_size_last_time_and_head(book: Path) -> None:
    with ledger.held(book, nothing) as (held, _):
        for _ in range(2):
            last = json.loads(lines(book)[-1])
            assert held.size == book.stat().st_size
            assert held.last_time == last["time"]
            assert held.head.number == last["number"]
            assert str(held.head) == ledger.head_file(book).read_text().strip()
            held.append([{"event": "missing"}, {"event": "missing"}])


def test_the_head_is_written_after_the_entries(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise, a run that is killed in between would leave a ledger that looks cut off."""
    before = ledger.head_file(book).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "the disk is full")

    with ledger.held(book, nothing) as (held, _):
        known = (held.head, held.last_time, held.size)
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(StorageError, match="writing the ledger"):
            held.append([{"event": "missing"}])
        assert (held.head, held.last_time, held.size) == known
    assert ledger.head_file(book).read_bytes() == before


def test_entries_are_in_the_file_when_it_is_synced(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, seen = os.fsync, []

    def note(descriptor: int) -> None:
        seen.append((os.path.samestat(os.fstat(descriptor), book.stat()), book.read_bytes()))
        fsync(descriptor)

    with ledger.held(book, nothing) as (held, _):
        monkeypatch.setattr("os.fsync", note)
        held.append([{"event": "missing"}])
    assert (True, book.read_bytes()) in seen


def test_a_ledger_whose_first_entry_was_not_written_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"

    def refused(*_: object, **__: object) -> None:
        raise OSError(13, "refused")

    with monkeypatch.context() as patch:
        patch.setattr("archive_pkg.storage.write_beneath", refused)
        with pytest.raises(StorageError), ledger.held(path, nothing) as (held, _):
            held.append([{"event": "missing"}])
    assert ledger.head_file(path).read_text() == f"0 {'0' * 64}\n"
    with ledger.held(path, nothing) as (held, report):
        assert not list(report)
        held.append([{"event": "missing"}])
    assert found(path) == []
    ledger.head_file(path).write_text(f"0 {'0' * 64}\n")
    assert found(path) == []  # killed before the first head


GOOD = {
    "time": "2026-11-29T12:00:00Z", "event": "fixity check", "package": "p", "id": "x",
    "outcome": "pass", "seal": "s", "detail": "d", "accepted": "a", "from": "f", "software": "w",
    "size": 0, "files": 2**63 - 1, "findings": ["c"], "against": {"copy": "same"},
    "built_here": True,
}  # fmt: skip


def one_entry(folder: Path, entry: object) -> list[tuple[str, str]]:
    """Return the findings about a ledger with one entry."""
    if isinstance(entry, dict):
        entry = {"number": 1, "previous": "0" * 64, **entry}
    (folder / "ledger.jsonl").write_text(json.dumps(entry) + "\n")
    return [(code, said) for code, said in found(folder / "ledger.jsonl") if "head" not in code]


WRONG = {
    str: (None, 1, ["x"], {}),
    int: (None, "1", 1.0, True, -1, 2**63),
    bool: (None, 1, "x"),
    list: (None, "x", {}, [1], ["x", 1]),
    dict: (None, "x", [], {"x": 1}, {"x": "same", "y": None}),
}


@pytest.mark.parametrize("name", ["number", "previous", *GOOD])
def test_a_line_with_a_field_of_a_wrong_type_is_reported_as_malformed(
    tmp_path: Path, name: str
) -> None:
    good = {"number": 1, "previous": "0" * 64} | GOOD
    assert one_entry(tmp_path, good) == []
    for value in WRONG[type(good[name])]:
        said = one_entry(tmp_path, good | {name: value})
        assert said == [("ledger-malformed", "line 1 is not entry 1")], value


@pytest.mark.parametrize("entry", [[], 1, "x", None, {"time": "2026-11-29T12:00:00"}, {}])
def test_an_entry_without_a_time_with_zone_is_malformed(tmp_path: Path, entry: object) -> None:
    assert [code for code, _ in one_entry(tmp_path, entry)] == ["ledger-malformed"]


def test_the_field_files_is_a_list_only_in_recoveries(tmp_path: Path) -> None:
    recovery = GOOD | {"event": "recovery", "files": ["data/x"]}
    assert one_entry(tmp_path, recovery) == []
    assert one_entry(tmp_path, {k: v for k, v in recovery.items() if k != "files"}) == []
    for wrong in (
        recovery | {"files": 1},
        recovery | {"files": ["x", 1]},
        recovery | {"event": "missing"},
    ):
        assert [code for code, _ in one_entry(tmp_path, wrong)] == ["ledger-malformed"]


def test_an_unpaired_surrogate_in_an_entry_is_reported_as_malformed(tmp_path: Path) -> None:
    assert [code for code, _ in one_entry(tmp_path, GOOD | {"id": "\ud800"})] == [
        "ledger-malformed"
    ]
    assert one_entry(tmp_path, GOOD | {"id": "\U0001f600"}) == []


def test_the_first_entry_must_have_number_1_and_no_predecessor(tmp_path: Path) -> None:
    assert one_entry(tmp_path, GOOD | {"number": 0})[0][1] == "entry 0 is followed by entry 0"
    ((code, message),) = one_entry(tmp_path, GOOD | {"previous": "1" * 64})
    assert code == "ledger-broken"
    assert message.startswith("entry 1 does not have the digest of entry 0 as it is now")


def test_entries_after_a_break_of_the_chain_are_not_read(book: Path) -> None:
    text = lines(book)
    for spoiled in ("no entry\n", text[4].replace("p4", "px")):
        book.write_text("".join([*text[:4], spoiled, *text[5:]]))
        taken: list[dict[str, Any]] = []
        ledger.read(book, taken.append)
        assert len(taken) == (4 if spoiled == "no entry\n" else 5)


def test_times_are_written_to_the_millisecond_in_utc() -> None:
    time = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
    assert ledger.written(time) == "2026-11-29T12:00:00.123Z"


def test_only_one_run_at_a_time_can_write_a_ledger(book: Path) -> None:
    with (
        ledger.held(book, nothing),
        pytest.raises(LockedError, match=f"process {os.getpid()}"),
        ledger.held(book, nothing),
    ):
        pass


def test_a_clock_that_jumped_back_is_reported_and_numbers_keep_the_order(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = json.loads(lines(book)[-1])["time"]
    monkeypatch.setattr(ledger, "_now", lambda: last)
    with ledger.held(book, nothing) as (_, report):
        assert not list(report)
    monkeypatch.setattr(ledger, "_now", lambda: "1999-01-01T00:00:00Z")
    with ledger.held(book, nothing) as (held, report):
        held.append([{"event": "fixity check", "package": "early"}])
    assert [each.code for each in report] == ["ledger-clock-back"]
    assert json.loads(lines(book)[-1])["number"] == 11
    assert not found(book)


def test_a_ledger_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), ledger.held(tmp_path / "file" / "ledger", nothing):
        pass
