"""Files are written atomically, locks name their holder, and links are not followed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import logging
import os
import resource
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive_pkg import storage
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.storage import (
    ENCLOSING,
    DestinationExistsError,
    FullError,
    Lock,
    LockedError,
    NotRegularError,
    Staging,
    hidden,
    write_atomically,
)
from archive_pkg.storage.files import rename_to_free
from archive_pkg.storage.reading import TooLargeError

NOBODY = 65534
pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def without_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the system calls that only Linux has."""
    monkeypatch.setattr(storage.files, "_system_call", lambda name: None)


def failing_call(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Make these system calls fail with an error."""

    def call(*_: object) -> int:
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(storage.files, "_system_call", lambda name: call)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fill(folder: Path, name: str) -> None:
    """Make a folder with two files; the name of one shows the folder's kind."""
    folder.mkdir(exist_ok=True)
    (folder / name).touch()
    (folder / "bagit.txt").touch()


def test_a_file_is_replaced_atomically_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a"]


def test_a_full_disk_leaves_the_old_file_and_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # The limit would also cut the .pyc files of modules that are imported now.
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StorageError, match="larger than allowed") as caught:
            write_atomically(path, b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        sys.dont_write_bytecode = kept
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
def test_system_errors_become_plain_messages(number: int, words: str) -> None:
    with pytest.raises(StorageError, match=words), storage.storage_errors("writing x"):
        raise OSError(number, os.strerror(number), "x")


def test_a_staging_folder_is_renamed_on_commit_and_otherwise_removed(tmp_path: Path) -> None:
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


def test_an_existing_destination_is_refused_even_if_it_is_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with Staging(tmp_path / "made") as staging, pytest.raises(DestinationExistsError):
        staging.commit()
    assert names(tmp_path) == ["made"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_replacing_a_folder_leaves_no_other_files(
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
def test_the_next_run_finishes_or_undoes_an_interrupted_replacement(
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


def test_a_lock_names_its_holder_and_protects_the_staging_folder(tmp_path: Path) -> None:
    with Staging(tmp_path / "made") as staging:
        with (
            pytest.raises(LockedError, match=f"process {os.getpid()} on"),
            Staging(tmp_path / "made"),
        ):
            pass
        assert staging.path.is_dir()
        with Staging(tmp_path / "made2"):
            assert staging.path.is_dir()


def test_the_next_run_removes_the_leftovers_of_a_killed_run(tmp_path: Path) -> None:
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


def test_a_missing_parent_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"), Staging(tmp_path / "no/x"):
        pass


def test_a_file_is_replaced_only_if_it_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    assert storage.replace_if_unchanged(path, b"new", b"old")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert not storage.replace_if_unchanged(path, b"mine", b"old")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.descriptors
def test_a_change_just_before_the_exchange_is_kept(
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
    assert not storage.replace_if_unchanged(path, b"mine", b"old")
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a"]


# --- files ------------------------------------------------------------------------------------


def test_system_errors_have_an_explanation_and_a_hint() -> None:
    what = "it is a pipe, not a file"
    cases: list[tuple[OSError, tuple[str, str]]] = [
        (NotRegularError(errno.EINVAL, what, "p"), (what, "Use a regular file.")),
        (
            OSError(errno.ELOOP, "x"),
            ("it is a symbolic link, and links are not", "Name its target."),
        ),
        (NotRegularError(errno.EISDIR, "x", "p"), ("it is a folder", "Name a file.")),
        (NotRegularError(errno.ELOOP, "x", "p"), ("x", "remove it")),
        (TooLargeError(errno.EFBIG, "it has 9 bytes", "p"), ("it has 9 bytes", "file-size=")),
        (OSError(errno.EFBIG, "x"), ("the file would be larger than allowed", "ulimit -f")),
        (OSError(errno.ENOTEMPTY, "Directory not empty"), ("directory not empty", "")),
        (OSError("No Number"), ("no number", "")),
    ]
    for error, (meaning, hint) in cases:
        said = storage.describe(error)
        assert said[0].startswith(meaning)
        assert hint in said[1]
        assert bool(hint) == bool(said[1])
        assert storage.explain(error) == said[0]
    assert storage.explain(ValueError("as it is")) == "as it is"


def test_only_a_full_disk_or_quota_is_a_full_error() -> None:
    for number, full in ((errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)):
        with pytest.raises(StorageError) as caught, storage.storage_errors("writing x"):
            raise OSError(number, "", "the/file")
        assert isinstance(caught.value, FullError) == full
        assert str(caught.value).startswith("writing x failed: ")
        assert " (the/file)\n" in str(caught.value)


def test_names_that_are_not_utf8_and_deep_nesting_are_invalid_input() -> None:
    with pytest.raises(InvalidError, match="is not UTF-8"), storage.storage_errors("writing x"):
        "a\udcff".encode()
    with pytest.raises(UnicodeEncodeError), storage.storage_errors("writing x"):
        "\u00e9".encode("ascii")  # an error of the program, not of the input
    with pytest.raises(InvalidError, match="nested too deeply"), storage.storage_errors("x"):
        raise RecursionError


def test_new_files_follow_the_umask_and_are_not_executable(
    tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(0o027)
    write_atomically(tmp_path / "a", b"")
    assert mode(tmp_path / "a") == 0o640
    umask(0)
    write_atomically(tmp_path / "b", b"", 0o750)
    assert mode(tmp_path / "b") == 0o640


def test_a_replaced_file_has_no_wider_permissions_than_requested(
    tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(0o077)
    path = tmp_path / "a"
    for old, widest, new in ((0o2644, 0o777, 0o2644), (0o664, 0o740, 0o640)):
        path.write_bytes(b"")
        path.chmod(old)
        write_atomically(path, b"x", widest)
        assert mode(path) == new


def test_a_staged_file_never_has_wider_permissions_than_the_final_file(
    tmp_path: Path, umask: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    umask(0)
    path = tmp_path / "a"
    path.write_bytes(b"")
    path.chmod(0o600)
    seen = []
    monkeypatch.setattr(os, "fchmod", lambda file, _: seen.append(os.fstat(file).st_mode & 0o777))
    write_atomically(path, b"x")
    assert seen == [0o600]


def test_a_staged_file_does_not_replace_an_existing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    taken = hidden(tmp_path / "a", "-00000000")
    taken.write_bytes(b"theirs")
    with pytest.raises(StorageError, match="already exists"):
        write_atomically(tmp_path / "a", b"x")
    assert taken.read_bytes() == b"theirs"
    assert not (tmp_path / "a").exists()


def test_a_file_is_replaced_if_the_system_cannot_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_calls(monkeypatch)
    (tmp_path / "a").write_bytes(b"old")
    assert storage.replace_if_unchanged(tmp_path / "a", b"new", b"old")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.descriptors
def test_syncing_a_file_system_reports_what_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.sync_filesystem(tmp_path)
    failing_call(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output") as caught:
        storage.sync_filesystem(tmp_path)
    assert caught.value.errno == errno.EIO
    without_calls(monkeypatch)
    synced = []
    monkeypatch.setattr(os, "sync", lambda: synced.append(True))
    storage.sync_filesystem(tmp_path)
    assert synced == [True]


@pytest.mark.descriptors
def test_two_mounts_of_the_same_disk_are_different_mounts(
    tmp_path: Path, disk: Callable[[str], Path]
) -> None:
    place = disk("size=1m")
    (tmp_path / "one").mkdir()
    (tmp_path / "bound").mkdir()
    assert storage.same_mount(tmp_path, tmp_path / "one")
    assert not storage.same_mount(tmp_path, place)
    subprocess.run(["mount", "--bind", tmp_path / "one", tmp_path / "bound"], check=True)
    try:
        assert not storage.same_mount(tmp_path / "one", tmp_path / "bound")
    finally:
        subprocess.run(["umount", tmp_path / "bound"], check=True)


@pytest.mark.descriptors
def test_paths_are_exchanged_or_renamed_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("2")
    assert storage.exchange(one, other)
    assert (one.read_text(), other.read_text()) == ("2", "1")
    ctypes.set_errno(0)
    with pytest.raises(FileExistsError):
        rename_to_free(one, other)
    assert (one.read_text(), other.read_text()) == ("2", "1")
    assert rename_to_free(one, tmp_path / "free")
    assert names(tmp_path) == ["free", "other"]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM])
def test_an_unsupported_system_call_is_not_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing_call(monkeypatch, number)
    assert not storage.exchange(tmp_path / "one", tmp_path / "other")
    failing_call(monkeypatch, errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        storage.exchange(tmp_path / "one", tmp_path / "other")


@pytest.mark.parametrize(
    ("folder", "swap", "everyone"),
    [
        (0o755, False, False),
        (0o775, True, False),
        (0o757, True, True),
        (0o1777, False, False),
        (0o1775, False, False),
    ],
)
def test_folders_in_which_every_user_can_replace_files_are_refused(
    tmp_path: Path, folder: int, swap: bool, everyone: bool
) -> None:
    place = tmp_path / "place"
    (place / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(place / "inner")
    place.chmod(folder)
    assert storage.others_can_swap(place) == swap
    for inside in (place, place / "inner", tmp_path / "link"):
        if everyone:
            with pytest.raises(StorageError, match=f"{place}: every user"):
                storage.refuse_unsafe_folder(inside)
        else:
            storage.refuse_unsafe_folder(inside)
    assert names(place) == ["inner"]


def test_modes_are_ignored_on_file_systems_without_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o777)
    make = Path.mkdir
    monkeypatch.setattr(Path, "mkdir", lambda path, _: (make(path), path.chmod(0o755)))
    storage.refuse_unsafe_folder(tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("sources", "widest"),
    [
        ([], 0o777),
        ([0o644], 0o777),
        ([0o640], 0o770),
        ([0o604], 0o707),
        ([0o600], 0o700),
        ([0o640, 0o604], 0o700),
        ([0o222], 0o700),
    ],
)
def test_an_output_has_the_permissions_that_all_its_sources_have(
    tmp_path: Path, sources: list[int], widest: int
) -> None:
    paths = [tmp_path / str(number) for number in range(len(sources))]
    for path, each in zip(paths, sources, strict=True):
        path.touch()
        path.chmod(each)
    assert storage.mode_of(tmp_path / "none", *paths) == widest


@pytest.mark.parametrize("reported", [True, False])
def test_the_umask_is_read_without_changing_it(
    umask: Callable[[int], int], monkeypatch: pytest.MonkeyPatch, reported: bool
) -> None:
    umask(0o027)
    if not reported:
        monkeypatch.setattr(Path, "read_text", lambda path: "")
    assert storage.mode_under_umask(0o777) == 0o750
    assert storage.mode_under_umask(0o606) == 0o600
    assert umask(0) == 0o027


def test_a_folder_and_its_parents_are_made_durably(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: Callable[[int], int]
) -> None:
    umask(0o027)
    synced: list[Path] = []
    monkeypatch.setattr(storage.files, "sync_folder", synced.append)
    storage.make_folder(tmp_path / "a" / "b")
    assert sorted(synced) == [tmp_path, tmp_path / "a"]
    storage.make_folder(tmp_path / "a" / "c", 0o700)
    storage.make_folder(tmp_path / "a" / "c")
    assert len(synced) == 3
    modes = [(tmp_path / "a" / name).stat().st_mode & 0o777 for name in "bc"]
    assert modes == [0o750, 0o700]


def test_hidden_names_are_shortened_to_fit_into_the_file_system(tmp_path: Path) -> None:
    longest = tmp_path / ("ж" * 109 + "x")
    assert hidden(longest, "-1").name == f".{longest.name}.archive-pkg-1"
    assert hidden(longest.with_name(longest.name + "x"), "").name[65:] == ".archive-pkg"


def test_the_current_folder_is_resolved_to_a_path_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert storage.named(Path()) == tmp_path / "inner"
    assert storage.named(Path("..")) == tmp_path
    assert storage.named(Path("a")) == Path("a")


# --- locks ------------------------------------------------------------------------------------


@pytest.mark.descriptors
def test_a_lock_file_that_was_removed_before_locking_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = Lock(tmp_path / "a", wait=1)
    flock = fcntl.flock
    changes = ["removed", "made again"]

    def late(descriptor: int, how: int) -> None:
        if changes:
            lock.path.unlink()
            if changes.pop() == "made again":
                lock.path.touch()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with lock:
        assert changes == []
        monkeypatch.undo()
        with pytest.raises(LockedError), Lock(tmp_path / "a"):
            pass
    assert names(tmp_path) == []


@pytest.mark.descriptors
def test_a_lock_file_that_disappears_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = Lock(tmp_path / "a", wait=1)
    lock.path.touch()
    look = Path.lstat

    def gone(path: Path) -> os.stat_result:
        status = look(path)
        monkeypatch.undo()
        path.unlink()
        return status

    monkeypatch.setattr(Path, "lstat", gone)
    with lock:
        assert json.loads(lock.path.read_text())["pid"] == os.getpid()


def test_a_waiting_run_gets_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holding = Lock(tmp_path / "a")
    holding.__enter__()
    monkeypatch.setattr(time, "sleep", lambda _: holding.__exit__(None, None, None))
    with Lock(tmp_path / "a", wait=5):
        assert names(tmp_path) == [".a.archive-pkg.lock"]
    assert names(tmp_path) == []


@pytest.mark.parametrize("said", ["", "{", "[]", '{"pid": 1}', "[" * 1000])
def test_the_holder_of_an_unreadable_lock_file_is_reported_as_another_run(
    tmp_path: Path, said: str
) -> None:
    with Lock(tmp_path / "a") as lock:
        lock.path.write_text(said)
        with pytest.raises(LockedError, match="by another run"), Lock(tmp_path / "a"):
            pass


@pytest.mark.descriptors
def test_a_lock_names_only_its_current_holder(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "a")
    lock.path.write_text("x" * 2000)
    with lock:
        said = json.loads(lock.path.read_text())
    assert (said["pid"], said["host"]) == (os.getpid(), os.uname().nodename)


@pytest.mark.descriptors
def test_a_lock_file_with_a_second_hard_link_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    lock = Lock(tmp_path / "a")
    os.link(tmp_path / "mine", lock.path)
    with lock:
        pass
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.mark.descriptors
@needs_root
def test_a_lock_file_of_another_user_is_locked_but_not_written(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "a")
    lock.path.write_bytes(b"theirs")
    os.chown(lock.path, NOBODY, -1)
    with lock:
        assert lock.path.read_bytes() == b"theirs"
        with pytest.raises(LockedError, match="another run"), Lock(tmp_path / "a"):
            pass


@needs_root
def test_a_read_only_lock_file_can_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = Lock(tmp_path / "a")
    lock.path.touch()
    os.chown(lock.path, NOBODY, -1)
    open_ = os.open

    def for_reading(path: Path, flags: int, *more: int) -> int:
        if flags & os.O_RDWR:
            if flags & os.O_EXCL:
                raise FileExistsError
            raise PermissionError
        return open_(path, flags, *more)

    monkeypatch.setattr(os, "open", for_reading)
    with lock, pytest.raises(LockedError), Lock(tmp_path / "a"):
        pass


KINDS: dict[str, Callable[[Path], object]] = {
    "link": lambda path: path.symlink_to("victim"),
    "dangling": lambda path: path.symlink_to("none"),
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("late", [False, True])
def test_a_link_or_pipe_with_the_name_of_a_lock_is_not_changed(
    tmp_path: Path, kind: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    lock = Lock(tmp_path / "a")
    lock.path.touch()
    look = Path.lstat

    def swap() -> None:
        lock.path.unlink()
        KINDS[kind](lock.path)

    def seen(path: Path) -> os.stat_result:
        status = look(path)
        monkeypatch.undo()
        swap()
        return status

    if late:
        monkeypatch.setattr(Path, "lstat", seen)
    else:
        swap()
    with pytest.raises(StorageError) as caught, lock:
        pass
    assert late or "has the name of this program's lock" in caught.value.message
    assert not isinstance(caught.value, LockedError)
    assert victim.read_bytes() == b"mine"
    assert names(tmp_path) == [lock.path.name, "victim"]


def test_a_lock_in_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file"), Lock(tmp_path / "no/a", wait=5):
        pass


# --- staging ----------------------------------------------------------------------------------


def test_only_this_user_can_read_a_staged_folder(
    tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(0)
    with Staging(tmp_path / "made") as staging:
        assert mode(staging.path) == 0o700
        staging.mode = 0o775
        staging.commit()
    assert mode(tmp_path / "made") == 0o775
    with Staging(tmp_path / "file") as staging:
        (staging.path / "file").touch()
        staging.commit(item=staging.path / "file")
    assert mode(tmp_path / "file") == 0o666
    for path, narrow, got in (("file", 0o750, 0o640), ("made", 0o500, 0o500)):
        storage.set_final_mode(tmp_path / path, narrow)
        assert mode(tmp_path / path) == got


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_only_files_and_folders_get_final_permissions(tmp_path: Path, kind: str) -> None:
    (tmp_path / "victim").touch()
    (tmp_path / "victim").chmod(0o600)
    KINDS[kind](tmp_path / "made")
    with contextlib.suppress(OSError):
        storage.set_final_mode(tmp_path / "made")
    assert mode(tmp_path / "victim") == 0o600


def test_a_replaced_destination_does_not_get_wider_permissions(
    tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(0)
    for before, widest, after in ((0, 0o777, 0o777), (0o750, 0o777, 0o750), (0o755, 0o700, 0o700)):
        if before:
            (tmp_path / "made").chmod(before)
        with Staging(tmp_path / "made") as staging:
            fill(staging.path, "a")
            staging.mode = widest
            staging.commit(replace=True)
        assert mode(tmp_path / "made") == after


def test_a_folder_keeps_the_inherited_group(tmp_path: Path) -> None:
    tmp_path.chmod(0o2700)
    with Staging(tmp_path / "made") as staging:
        staging.commit()
    assert mode(tmp_path / "made") & stat.S_ISGID


def test_staging_is_refused_in_folders_that_all_users_can_write_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StorageError, match="every user"), Staging(tmp_path / "made"):
        pass
    assert names(tmp_path) == []


@pytest.mark.descriptors
def test_a_destination_staged_without_sync_is_not_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with Staging(tmp_path / "a", sync=False) as staging:
        staging.commit()
    assert synced == []
    with Staging(tmp_path / "b") as staging:
        staging.commit()
    assert synced != []


def test_a_locked_destination_can_be_staged_by_the_holder_of_the_lock(tmp_path: Path) -> None:
    with Lock(tmp_path / "a"), Staging(tmp_path / "a", locked=True) as staging:
        staging.commit()
    assert names(tmp_path) == ["a"]


def test_a_failing_removal_does_not_hide_the_first_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(errno.EIO, "x")

    monkeypatch.setattr(storage.staging, "remove_tree", fail)
    with pytest.raises(StorageError, match="removing"), Staging(tmp_path / "a"):
        pass
    with pytest.raises(KeyError), Staging(tmp_path / "b"):
        raise KeyError
    assert not [name for name in names(tmp_path) if name.endswith(".lock")]


@pytest.mark.parametrize("can_rename", [True, False])
@pytest.mark.parametrize("kind", [*KINDS, "file"])
def test_existing_destinations_are_not_replaced_by_default(
    tmp_path: Path, kind: str, can_rename: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_rename:
        without_calls(monkeypatch)
    made, place = tmp_path / "made", tmp_path / "place"
    made.touch()
    (KINDS | {"file": Path.touch})[kind](place)
    before = place.lstat()
    with pytest.raises(DestinationExistsError, match="already exists"):
        storage.move_to_destination(made, place)
    assert os.path.samestat(before, place.lstat())
    assert made.exists()


@pytest.mark.descriptors
def test_a_destination_that_appears_before_the_rename_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made").write_bytes(b"new")
    (tmp_path / "place").write_bytes(b"theirs")
    monkeypatch.setattr(storage.staging, "refuse_existing", lambda path: None)
    with pytest.raises(DestinationExistsError):
        storage.move_to_destination(tmp_path / "made", tmp_path / "place")
    assert (tmp_path / "place").read_bytes() == b"theirs"


def folder_with(*inside: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.mkdir()
        for name in inside:
            (path / name).mkdir() if name.endswith("/") else (path / name).touch()

    return make


@pytest.mark.descriptors
@pytest.mark.parametrize(
    ("made", "there", "replaced"),
    [
        (Path.touch, Path.touch, True),
        (Path.touch, folder_with(), False),
        (Path.touch, KINDS["link"], False),
        (Path.touch, KINDS["pipe"], False),
        (folder_with("a"), Path.touch, False),
        (folder_with("a"), KINDS["link"], False),
        (folder_with("a"), folder_with(), True),
        (folder_with("a", "c"), folder_with("b", "c"), True),
        (folder_with("a"), folder_with("b"), False),
        (folder_with("a/", "c"), folder_with("a/", "b"), False),
        (folder_with("a/", "c"), folder_with("a", "b"), False),
        (folder_with("a", "c"), folder_with("a/", "b"), False),
    ],
)
def test_only_a_destination_of_the_same_kind_is_replaced(
    tmp_path: Path,
    made: Callable[[Path], object],
    there: Callable[[Path], object],
    replaced: bool,
) -> None:
    made(tmp_path / "made")
    there(tmp_path / "place")
    new, old = (tmp_path / "made").lstat(), (tmp_path / "place").lstat()
    if replaced:
        storage.move_to_destination(tmp_path / "made", tmp_path / "place", replace=True)
        assert os.path.samestat(old, (tmp_path / "made").lstat())  # until the folder is synced
    else:
        with pytest.raises(DestinationExistsError, match="is of a different kind than the new"):
            storage.move_to_destination(tmp_path / "made", tmp_path / "place", replace=True)
    assert os.path.samestat(new if replaced else old, (tmp_path / "place").lstat())


def test_replacing_a_missing_destination_creates_it(tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    storage.move_to_destination(tmp_path / "made", tmp_path / "place", replace=True)
    assert names(tmp_path) == ["place"]


def test_a_destination_is_created_without_the_system_calls_of_linux(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_calls(monkeypatch)
    (tmp_path / "made").touch()
    storage.move_to_destination(tmp_path / "made", tmp_path / "place")
    assert names(tmp_path) == ["place"]


def test_a_file_is_replaced_without_an_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_calls(monkeypatch)
    monkeypatch.delattr(Path, "rename")  # two renames would leave a moment without a file
    (tmp_path / "made").write_bytes(b"new")
    (tmp_path / "place").write_bytes(b"old")
    storage.move_to_destination(tmp_path / "made", tmp_path / "place", replace=True)
    assert (tmp_path / "place").read_bytes() == b"new"
    assert names(tmp_path) == ["place"]


def test_a_replacement_that_fails_halfway_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_calls(monkeypatch)
    fill(tmp_path / "made", "old")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name.endswith(".new"):
            raise OSError(errno.EIO, "x")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with Staging(tmp_path / "made") as staging:
        fill(staging.path, "new")
        with pytest.raises(StorageError, match="device reports"):
            staging.commit(replace=True)
    monkeypatch.undo()
    assert names(tmp_path / "made") == ["bagit.txt", "old"]
    with Staging(tmp_path / "made"):
        pass
    assert names(tmp_path) == ["made"]


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        ({"-0123abcd.old"}, "-0123abcd.old"),
        ({"-0123abcd.old", "-0123abcd.new"}, "-0123abcd.new"),
        ({"-0123abcd.old", "-ffffffff.new"}, "-0123abcd.old"),
        ({"-0123abcd.new"}, None),
        ({"-0123abcd"}, None),
        ({"", "-0123abcd.old", "-0123abcd.new"}, ""),
    ],
)
def test_a_killed_exchange_is_finished_or_undone(
    tmp_path: Path, left: set[str], kept: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    made = tmp_path / "made"
    for suffix in left:
        fill(hidden(made, suffix) if suffix else made, f"{suffix}!")
    with caplog.at_level(logging.INFO):
        storage.recover(made)
    renamed = kept or ""
    moved = {".old": [f"restored {made}"], ".new": [f"finished {made}"]}.get(renamed[-4:], [])
    removed = sorted(f"removed {hidden(made, suffix)}" for suffix in left - {kept, ""})
    logged = [message.partition(", ")[0] for message in caplog.messages]
    assert [*logged[: len(moved)], *sorted(logged[len(moved) :])] == [*moved, *removed]
    if kept is None:
        assert names(tmp_path) == []
    else:
        assert names(tmp_path) == ["made"]
        assert names(made) == sorted(["bagit.txt", f"{kept}!"])


def test_foreign_files_with_similar_names_are_logged_and_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = tmp_path / "made"
    reported = ["-0123abcde", "-0123abc", "-XYZ", ".else", "-0123abcd.olds"]
    silent = ["", ".lock", ENCLOSING, ".fetched", "s"]
    for suffix in (*reported, *silent):
        hidden(made, suffix).touch()
    hidden(made, "-00000000").symlink_to("x")
    os.mkfifo(hidden(made, "-00000001.old"))
    if os.geteuid() == 0:
        hidden(made, "-00000002").touch()
        os.chown(hidden(made, "-00000002"), NOBODY, -1)
        reported.append("-00000002")
    hidden(tmp_path / "made2", "-0123abcd").touch()
    before = names(tmp_path)
    with caplog.at_level(logging.WARNING):
        storage.recover(made)
    assert names(tmp_path) == before
    said = sorted(str(record.args).rpartition("archive-pkg")[2] for record in caplog.records)
    expected = sorted([*reported, "-00000000", "-00000001.old"])
    assert [each.removesuffix("',)") for each in said] == expected


# --- bagging in place -------------------------------------------------------------------------


def shell_of(folder: Path) -> Path:
    shell = hidden(folder, ENCLOSING)
    fill(shell, "tag")
    return shell


def test_enclosing_moves_a_folder_into_data(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    fill(folder, "mine")
    storage.enclose(folder, shell_of(folder))
    assert names(tmp_path) == ["folder"]
    assert names(folder) == ["bagit.txt", "data", "tag"]
    assert names(folder / "data") == ["bagit.txt", "mine"]
    assert not storage.finish_enclosing(folder)


def test_enclosing_is_finished_only_if_the_enclosing_folder_has_the_data(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    assert not storage.finish_enclosing(folder)
    shell = shell_of(folder)
    assert not storage.finish_enclosing(folder)
    (shell / "data").touch()
    assert not storage.finish_enclosing(folder)
    (shell / "data").unlink()
    (shell / "data").symlink_to(tmp_path)
    assert not storage.finish_enclosing(folder)
    (shell / "data").unlink()
    (shell / "data").mkdir()
    folder.symlink_to("none")
    assert not storage.finish_enclosing(folder)
    folder.unlink()
    assert storage.finish_enclosing(folder)
    assert names(folder) == ["bagit.txt", "data", "tag"]


@needs_root
def test_an_enclosing_folder_that_is_a_link_a_file_or_another_users_holds_no_data(
    tmp_path: Path,
) -> None:
    shell = shell_of(tmp_path / "folder")
    (shell / "data").mkdir()
    os.chown(shell, NOBODY, -1)
    assert not storage.holds_data(shell)
    os.chown(shell, os.geteuid(), -1)
    assert storage.holds_data(shell)
    shell.rename(tmp_path / "real")
    shell.symlink_to("real")
    assert not storage.holds_data(shell)
    shell.unlink()
    shell.touch()
    assert not storage.holds_data(shell)


# --- order ------------------------------------------------------------------------------------


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the order of syncs, renames, exchanges and removals."""
    recorded: list[str] = []

    def record(module: object, name: str) -> None:
        real = getattr(module, name)

        def call(*paths: Path) -> object:
            recorded.append(
                " ".join([name, *(path.name.partition(".archive-pkg")[0] for path in paths)])
            )
            if any(path.name.endswith((".old", ".new")) for path in paths):
                recorded[-1] += " " + " ".join(path.suffix for path in paths)
            return real(*paths)

        monkeypatch.setattr(module, name, call)

    for name in ("sync_folder", "sync_tree", "remove_tree"):
        record(storage.staging, name)
    for name in ("sync_folder", "sync_file", "exchange"):
        record(storage.files, name)
    for name in ("rename", "replace"):
        record(Path, name)
    return recorded


def test_the_enclosing_folder_and_its_contents_are_synced_before_each_rename(
    tmp_path: Path, steps: list[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    storage.enclose(folder, shell_of(folder))
    above = f"sync_folder {tmp_path.name}"
    expected = ["sync_tree .folder", above, "rename folder data", "sync_folder .folder"]
    expected += ["rename .folder folder", above]
    assert [step for step in steps if "sync_file" not in step] == [
        "sync_tree .folder",
        "sync_folder .folder",
        *expected[1:],
    ]


def test_an_exchange_is_synced_before_the_old_content_is_removed(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_calls(monkeypatch)
    for name in ("made", "place"):
        fill(tmp_path / name, "a")
    storage.move_to_destination(tmp_path / "made", tmp_path / "place", replace=True)
    above = f"sync_folder {tmp_path.name}"
    assert steps == [
        "rename made .place  .new",
        above,
        "rename place .place  .old",
        "rename .place place .new ",
        above,
        "remove_tree .place .old",
    ]


def test_a_finished_exchange_is_synced_before_leftovers_are_removed(
    tmp_path: Path, steps: list[str]
) -> None:
    for suffix in ("-0123abcd.old", "-0123abcd.new"):
        fill(hidden(tmp_path / "place", suffix), "a")
    storage.recover(tmp_path / "place")
    assert steps[:2] == ["rename .place place .new ", f"sync_folder {tmp_path.name}"]
    assert "remove_tree .place .old" in steps[2:]


@pytest.mark.descriptors
def test_a_file_is_synced_before_its_rename_and_the_folder_after(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    above = f"sync_folder {tmp_path.name}"
    write_atomically(tmp_path / "a", b"1")
    assert steps == ["sync_file .a", "replace .a a", above]
    steps.clear()
    assert storage.replace_if_unchanged(tmp_path / "a", b"2", b"1")
    assert steps == ["sync_file .a", "exchange .a a", above]
    steps.clear()
    without_calls(monkeypatch)
    assert storage.replace_if_unchanged(tmp_path / "a", b"3", b"2")
    assert steps == ["sync_file .a", "exchange .a a", "replace .a a", above]


@pytest.mark.descriptors
@pytest.mark.parametrize("files", [62, 63])
def test_few_files_are_synced_one_by_one_and_many_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    synced: list[str] = []
    together: list[Path] = []

    def reported(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    monkeypatch.setattr(os, "fsync", reported)
    monkeypatch.setattr(storage.files, "sync_filesystem", together.append)
    top = tmp_path / "top"
    (top / "inner").mkdir(parents=True)
    for number in range(files):
        (top / "inner" / str(number)).touch()
    storage.sync_tree(top)
    if files == 62:  # with the two folders, as many as are synced one by one
        assert sorted(synced) == sorted(map(str, (top, *top.rglob("*"))))
        assert together == []
    else:
        assert (synced, together) == ([], [top])
