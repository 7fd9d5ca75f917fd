"""Writing is whole or not at all; locks tell who holds them."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.storage import DestinationExistsError, LockedError, Staging, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fill(folder: Path, name: str) -> None:
    """Put a file into a folder, and one that tells what kind of folder it is."""
    folder.mkdir(exist_ok=True)
    (folder / name).touch()
    (folder / "bagit.txt").touch()


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a"]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StorageError, match="larger than is allowed") as caught:
            write_atomically(path, b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert caught.value.exit_status == 5
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "device reports an error"),
        (errno.ENOENT, "no such file"),
    ],
)
def test_errors_of_the_system_become_plain_words(number: int, words: str) -> None:
    with pytest.raises(StorageError, match=words), storage.storage_errors("writing x"):
        raise OSError(number, os.strerror(number), "x")


def test_staging_is_renamed_on_commit_and_removed_without(tmp_path: Path) -> None:
    with Staging(tmp_path / "made") as staging:
        (staging.path / "f").write_text("1")
        staging.commit()
    with Staging(tmp_path / "dropped") as staging:
        (staging.path / "f").write_text("1")
    assert names(tmp_path) == ["made"]
    assert (tmp_path / "made/f").read_text() == "1"


def test_a_single_file_can_be_committed(tmp_path: Path) -> None:
    with Staging(tmp_path / "x.zip") as staging:
        (staging.path / "x.zip").write_text("1")
        staging.commit(item=staging.path / "x.zip")
    assert names(tmp_path) == ["x.zip"]


def test_an_existing_destination_is_refused_even_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with Staging(tmp_path / "made") as staging, pytest.raises(DestinationExistsError):
        staging.commit()
    assert names(tmp_path) == ["made"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_replacing_swaps_and_leaves_nothing_behind(
    tmp_path: Path, can_exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_exchange:
        monkeypatch.setattr(storage.files, "_system_call", lambda name: None)
    fill(tmp_path / "made", "old")
    with Staging(tmp_path / "made") as staging:
        fill(staging.path, "new")
        staging.commit(replace=True)
    assert names(tmp_path) == ["made"]
    assert names(tmp_path / "made") == ["bagit.txt", "new"]


@pytest.mark.parametrize(("renames_done", "kept"), [(0, "old"), (1, "old"), (2, "new"), (3, "new")])
def test_a_swap_that_was_killed_is_finished_or_undone_by_the_next_run(
    tmp_path: Path, renames_done: int, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.files, "_system_call", lambda name: None)
    fill(tmp_path / "made", "old")
    renames = 0
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        nonlocal renames
        if renames == renames_done:
            raise KeyboardInterrupt
        renames += 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", killed)
    monkeypatch.setattr(storage.staging, "remove_tree", lambda path: None)
    with contextlib.suppress(KeyboardInterrupt), Staging(tmp_path / "made") as staging:
        fill(staging.path, "new")
        staging.commit(replace=True)
    monkeypatch.undo()
    with Staging(tmp_path / "made"):
        assert names(tmp_path / "made") == ["bagit.txt", kept]
    assert names(tmp_path) == ["made"]


def test_the_lock_says_who_holds_it_and_a_live_staging_is_left_alone(tmp_path: Path) -> None:
    with Staging(tmp_path / "made") as staging:
        with (
            pytest.raises(LockedError, match=f"process {os.getpid()} on"),
            Staging(tmp_path / "made"),
        ):
            pass
        assert staging.path.is_dir()
        with Staging(tmp_path / "made2"):
            assert staging.path.is_dir()


def test_a_killed_run_leaves_nothing_that_the_next_does_not_clean(tmp_path: Path) -> None:
    script = f"""
        import time
        from pathlib import Path
        from archive_pkg.storage import Staging
        with Staging(Path({str(tmp_path / "made")!r})) as staging:
            (staging.path / "half").touch()
            print("ready", flush=True)
            time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = time.monotonic()
        with pytest.raises(LockedError), Staging(tmp_path / "made", wait=0.2):
            pass
        assert time.monotonic() - start >= 0.2
        process.kill()
    assert len(names(tmp_path)) == 2
    with Staging(tmp_path / "made") as staging:
        staging.commit()
    assert names(tmp_path) == ["made"]


def test_long_names_can_be_staged(tmp_path: Path) -> None:
    name = "ж" * 127
    with Staging(tmp_path / name) as staging:
        staging.commit()
    assert names(tmp_path) == [name]


def test_many_files_are_synced(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).touch()
    storage.sync_tree(tmp_path)


def test_a_missing_parent_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file or folder"), Staging(tmp_path / "no/x"):
        pass


def test_a_file_is_replaced_only_where_it_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    assert storage.replace_unchanged(path, b"new", b"old")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert not storage.replace_unchanged(path, b"mine", b"old")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_what_is_written_between_the_look_and_the_exchange_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    exchange = storage.exchange
    moments = iter([True])

    def later(one: Path, other: Path) -> bool:
        if next(moments, False):
            other.write_bytes(b"theirs")
        return exchange(one, other)

    monkeypatch.setattr(storage.files, "exchange", later)
    assert not storage.replace_unchanged(path, b"mine", b"old")
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a"]
