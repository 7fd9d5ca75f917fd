"""Files in folders of others are read and written without following links or waiting."""

from __future__ import annotations

import errno
import os
import resource
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.storage import NotRegularError
from archive_pkg.storage.reading import TooLargeError

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path may have only 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


OTHERS: dict[str, tuple[Callable[[Path], object], int]] = {
    "a folder": (Path.mkdir, errno.EISDIR),
    "a pipe": (os.mkfifo, errno.EINVAL),
    "a socket": (make_socket, errno.EINVAL),
    "a device": (lambda path: path.symlink_to("/dev/null"), errno.EINVAL),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    make, number = OTHERS[kind]
    make(tmp_path / "x")
    for read in (storage.read_regular, storage.open_regular):
        with pytest.raises(NotRegularError) as caught:
            read(tmp_path / "x")
        assert (caught.value.errno, caught.value.strerror) == (number, f"it is {kind}, not a file")
        assert caught.value.filename == str(tmp_path / "x")


def test_a_file_replaced_by_a_pipe_is_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.touch()
    look = Path.stat

    def swap(path: Path) -> os.stat_result:
        status = look(path)
        path.unlink()
        OTHERS["a pipe"][0](path)
        return status

    monkeypatch.setattr(Path, "stat", swap)
    with pytest.raises(NotRegularError, match="it is a pipe"):
        storage.open_regular(path)


def test_links_that_the_user_names_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\ntwo")
    (tmp_path / "l").symlink_to("a")
    assert storage.read_regular(tmp_path / "l") == b"one\r\ntwo"
    assert storage.read_text(tmp_path / "l") == "one\ntwo"
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        storage.read_text(tmp_path / "a")


def test_files_over_the_limit_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "file-size=4")
    path = tmp_path / "a"
    path.write_bytes(b"four")
    assert storage.read_regular(path) == b"four"
    assert storage.read_beneath(tmp_path, "a") == b"four"
    path.write_bytes(b"fives")
    with pytest.raises(TooLargeError, match="it has 5 bytes, more than the limit of 4") as caught:
        storage.read_regular(path)
    assert caught.value.errno == errno.EFBIG
    with pytest.raises(TooLargeError):
        storage.read_beneath(tmp_path, "a")


def handed_over(data: bytes) -> tuple[Path, int, threading.Thread]:
    """Return a pipe as the shell passes it: its path, its descriptor and the writing thread."""
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as file:
            file.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    return Path(f"/dev/fd/{reading}"), reading, writer


def test_a_pipe_from_the_shell_is_read_to_its_end() -> None:
    data = os.urandom(300_000)
    path, reading, writer = handed_over(data)
    assert storage.read_regular(path) == data
    os.close(reading)
    writer.join()


def test_a_pipe_is_not_read_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "file-size=4")
    for data in (b"four", b"fives"):
        path, reading, writer = handed_over(data)
        if data == b"four":
            assert storage.read_regular(path) == data
        else:
            with pytest.raises(TooLargeError, match="more than 4 bytes"):
                storage.read_regular(path)
        os.close(reading)
        writer.join()


def test_a_pipe_that_does_not_end_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.reading, "_PIPE_TIMEOUT", 0.02)
    reading, writing = os.pipe()
    os.write(writing, b"some")
    with pytest.raises(TimeoutError, match="the pipe did not end within"):
        storage.read_regular(Path(f"/proc/self/fd/{reading}"))
    os.close(reading)
    os.close(writing)


def test_an_open_file_is_read_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    with (tmp_path / "a").open("rb") as file:
        assert storage.read_regular(Path(f"/dev/fd/{file.fileno()}")) == b"one"


def test_a_path_that_is_too_long_is_neither_a_file_nor_a_folder(tmp_path: Path) -> None:
    impossible = tmp_path / ("x" * 300)
    assert not storage.is_regular(impossible)
    assert not storage.is_folder(impossible)
    assert not storage.is_real_folder(impossible)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("folder")
    kinds = (storage.is_regular, storage.is_folder, storage.is_real_folder)
    said = {name: [kind(tmp_path / name) for kind in kinds] for name in names(tmp_path)}
    assert said == {
        "folder": [False, True, True],
        "file": [True, False, False],
        "link": [False, True, False],
    }


def test_names_in_a_folder_are_sorted_and_a_folder_that_cannot_be_read_is_an_error(
    tmp_path: Path,
) -> None:
    for name in ("c.txt", "a.txt", "b.csv"):
        (tmp_path / name).touch()
    assert storage.names_in(tmp_path) == ["a.txt", "b.csv", "c.txt"]
    assert storage.names_in(tmp_path, "*.txt") == ["a.txt", "c.txt"]
    assert storage.names_in(tmp_path / "none") == []
    with pytest.raises(NotADirectoryError):
        storage.names_in(tmp_path / "a.txt")


def test_a_search_reports_skipped_entries_and_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b/c/d", "b/a", "a", ".hidden/x", "b/.hidden", "z/lost", "closed/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b/link").symlink_to("a")
    (tmp_path / "b/folder").symlink_to("c")
    os.mkfifo(tmp_path / "b/pipe")
    (tmp_path / ".link").symlink_to("a")
    listed, looked = Path.iterdir, Path.lstat

    def closed(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    def lost(path: Path) -> os.stat_result:
        if path.name == "lost":
            path.unlink()
        return looked(path)

    monkeypatch.setattr(Path, "iterdir", closed)
    monkeypatch.setattr(Path, "lstat", lost)
    errors: list[OSError] = []
    found = list(storage.files_below(tmp_path, errors.append))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a", "b/a", "b/c/d"]
    said = {(Path(each.filename).name, type(each).__name__, each.strerror) for each in errors}
    assert said == {
        ("link", "NotRegularError", "it is a symbolic link"),
        ("folder", "NotRegularError", "it is a symbolic link"),
        ("pipe", "NotRegularError", "it is a pipe"),
        ("closed", "PermissionError", "Permission denied"),
        ("lost", "FileNotFoundError", "No such file or directory"),
    }
    assert len(errors) == len(said)


def test_a_skipped_entry_is_a_warning_with_its_place() -> None:
    finding = storage.left_out("a/b", "it is a pipe")
    assert (finding.code, finding.location.path) == ("search-left-out", "a/b")
    assert finding.message == "it is a pipe, so it is not read"
    assert "replace it with the file itself" in finding.hint


# --- below a folder ---------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a link to a folder that has a file, and links that lead out of the folder."""
    (tmp_path / "outside/in").mkdir(parents=True)
    (tmp_path / "outside/secret").write_bytes(b"secret")
    real = tmp_path / "real"
    (real / "in").mkdir(parents=True)
    (real / "in/a").write_bytes(b"one")
    (real / "folder").symlink_to("../outside")
    (real / "in/link").symlink_to("../../outside/secret")
    (real / "in/dangling").symlink_to("../../outside/none")
    os.mkfifo(real / "in/pipe")
    make_socket(real / "in/socket")
    (tmp_path / "place").symlink_to("real")
    return tmp_path / "place"


BAD = ["folder/secret", "in/link", "in/dangling", "in/pipe", "in/socket", "in", "in/a/x"]
CLIMBING = ["../outside/secret", "in/../../outside/secret", "in/..", "..", ".", "", "in/", "a\0b"]


def test_files_below_a_folder_are_read(place: Path) -> None:
    with storage.RecentFolder(place) as opened:
        for folder in (place, opened):
            assert storage.read_beneath(folder, "in/a") == b"one"
            assert storage.read_beneath(folder, "in//a") == b"one"
            with pytest.raises(FileNotFoundError):
                storage.open_beneath(folder, "in/none")
            with pytest.raises(FileNotFoundError):
                storage.open_beneath(folder, "none/a")


@pytest.mark.parametrize("path", [*BAD, *CLIMBING])
def test_paths_out_of_a_folder_and_paths_to_pipes_are_refused(place: Path, path: str) -> None:
    with storage.RecentFolder(place) as opened:
        for folder in (place, opened):
            with pytest.raises(NotRegularError):
                storage.open_beneath(folder, path)
            for append in (False, True):
                wrong = (NotRegularError, IsADirectoryError if append else FileExistsError)
                with pytest.raises(wrong):
                    storage.write_beneath(folder, path, append=append)
    assert names(place.parent / "outside") == ["in", "secret"]
    assert (place.parent / "outside/secret").read_bytes() == b"secret"


def test_the_error_for_a_file_in_place_of_a_folder_says_so(place: Path) -> None:
    with pytest.raises(NotRegularError, match="it is a link or not a folder"):
        storage.open_beneath(place, "in/a/x")


def test_a_file_below_a_folder_is_made_and_appended_to(
    place: Path, umask: Callable[[int], int]
) -> None:
    umask(0o027)
    for append in (False, True):
        descriptor = storage.write_beneath(place, "in/new", append=append)
        os.write(descriptor, b"line\n")
        assert os.pread(descriptor, 5, 0) == b"line\n"
        os.close(descriptor)
    assert (place / "in/new").read_bytes() == b"line\nline\n"
    assert mode(place / "in/new") == 0o640
    with pytest.raises(FileExistsError):
        storage.write_beneath(place, "in/new")
    with pytest.raises(FileNotFoundError):
        storage.write_beneath(place, "in/none", append=True)
    assert not (place / "in/none").exists()
    (place / "in/second").hardlink_to(place / "in/new")
    with pytest.raises(NotRegularError, match="second hard link"):
        storage.write_beneath(place, "in/second", append=True)


def test_folders_are_made_below_a_folder(place: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    for _ in range(2):
        storage.make_beneath(place, "x/y/z", 0o750)
    assert (place / "x/y/z").is_dir()
    assert mode(place / "x/y/z") == 0o750
    umask(0o002)
    storage.make_beneath(place, "n")
    storage.state_folder(place, "s")
    assert (mode(place / "n"), mode(place / "s")) == (0o775, 0o775)
    with pytest.raises(FileNotFoundError):
        storage.make_beneath(place / "none", "x")


@pytest.mark.parametrize(
    "path", ["folder", "folder/x", "in/a", "in/a/x", "in/link", "in/pipe", ".."]
)
def test_a_folder_is_not_made_through_a_link_or_a_file(place: Path, path: str) -> None:
    with pytest.raises((NotRegularError, FileExistsError)):
        storage.make_beneath(place, path)
    assert names(place.parent / "outside") == ["in", "secret"]


# --- state ------------------------------------------------------------------------------------


def test_making_a_state_folder_twice_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        assert storage.state_folder(tmp_path, ".state/a", 0o700) == tmp_path / ".state/a"
    assert mode(tmp_path / ".state/a") == 0o700
    (tmp_path / ".state/a/file").touch()
    (tmp_path / ".state/a/folder").mkdir()
    storage.check_state_folder(tmp_path / ".state/a")
    storage.check_state_folder(tmp_path / "none")


@pytest.mark.parametrize("kind", ["link", "link to a folder", "pipe"])
def test_a_state_folder_that_contains_a_link_is_not_trusted(tmp_path: Path, kind: str) -> None:
    made = storage.state_folder(tmp_path, "state")
    (made / "a").touch()
    if kind == "pipe":
        os.mkfifo(made / "odd")
    else:
        (made / "odd").symlink_to("a" if kind == "link" else tmp_path)
    with pytest.raises(StorageError, match=f"{made}/odd is a link"):
        storage.state_folder(tmp_path, "state")


def test_a_state_folder_that_is_a_link_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "state").symlink_to("real")
    for ask in (storage.check_state_folder, lambda path: storage.state_folder(tmp_path, "state")):
        with pytest.raises(StorageError, match="it is a link"):
            ask(tmp_path / "state")


def test_a_state_folder_that_all_users_can_write_to_is_not_trusted(tmp_path: Path) -> None:
    made = storage.state_folder(tmp_path, "state")
    made.chmod(0o770)
    storage.check_state_folder(made)
    made.chmod(0o702)
    with pytest.raises(StorageError, match="all users can write to it"):
        storage.check_state_folder(made)


@needs_root
@pytest.mark.parametrize(
    ("owner", "above", "above_mode", "trusted"),
    [
        (NOBODY, 0, 0o755, True),
        (NOBODY, 0, 0o1777, False),
        (NOBODY, NOBODY, 0o1777, True),
        (0, NOBODY, 0o1777, True),
        (1234, 0, 0o1777, True),
    ],
)
def test_a_state_folder_of_another_user_is_not_trusted_in_a_shared_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: int,
    above: int,
    above_mode: int,
    trusted: bool,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    made = storage.state_folder(tmp_path, "a/state")
    os.chown(made, owner, -1)
    os.chown(made.parent, above, -1)
    made.parent.chmod(above_mode)
    if trusted:
        storage.check_state_folder(made)
    else:
        with pytest.raises(StorageError, match="belongs to another user"):
            storage.check_state_folder(made)


# --- removing ---------------------------------------------------------------------------------


def test_a_tree_is_removed_without_following_links(place: Path) -> None:
    (place / "in/closed/deeper").mkdir(parents=True)
    (place / "in/closed/deeper/x").touch()
    (place / "in/closed/deeper").chmod(0)
    (place / "in/closed").chmod(0o400)
    storage.remove_tree(place.parent / "real")
    storage.remove_tree(place.parent / "real")
    assert names(place.parent) == ["outside", "place"]
    storage.remove_tree(place)
    assert names(place.parent) == ["outside"]
    assert (place.parent / "outside/secret").read_bytes() == b"secret"
    storage.remove_tree(place.parent / "none/a")


def test_a_path_below_a_folder_is_removed_without_following_links(place: Path) -> None:
    storage.remove_beneath(place, "in/a")
    assert not (place / "in/a").exists()
    with pytest.raises(NotRegularError):
        storage.remove_beneath(place, "folder/secret")
    storage.remove_beneath(place, "in")
    assert names(place) == ["folder"]
    assert names(place.parent / "outside") == ["in", "secret"]


@pytest.mark.descriptors
@needs_root
def test_a_folder_without_permissions_is_removed_with_its_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "top/closed/deeper").mkdir(parents=True)
    (tmp_path / "top/closed/deeper/x").touch()
    for path in (tmp_path / "top/closed/deeper", tmp_path / "top/closed", tmp_path / "top"):
        path.chmod(0)
        os.chown(path, NOBODY, -1)
    os.chown(tmp_path, NOBODY, -1)
    monkeypatch.chdir(tmp_path)
    os.seteuid(NOBODY)
    try:
        storage.remove_tree(Path("top"))
    finally:
        os.seteuid(0)
    assert names(tmp_path) == []


@needs_root
def test_permissions_of_other_users_folders_are_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "top").mkdir(mode=0o500)
    changed = []
    monkeypatch.setattr(Path, "chmod", lambda *_: changed.append(True))
    monkeypatch.setattr(storage.without_links, "is_ours", lambda _: False)
    storage.remove_tree(tmp_path / "top")
    assert changed == []


@pytest.mark.descriptors
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("what", ["top", "top/inner", "top/inner/deep"])
def test_a_link_swapped_in_for_a_folder_is_not_followed(
    tmp_path: Path, what: str, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "secret").touch()
    outside.chmod(0o500)
    (tmp_path / "top/inner/deep").mkdir(parents=True)
    for path in ("top/inner/deep", "top/inner", "top"):
        (tmp_path / path).chmod(0o300 if closed else 0o700)
    look, looked = os.stat, [""]

    def swap(name: str, **where: Any) -> os.stat_result:
        status = look(name, **where)
        looked.append(name)
        if name == Path(what).name and looked[-2]:  # not the first call, for the top folder
            (tmp_path / what).rename(tmp_path / "moved")
            (tmp_path / what).symlink_to(outside)
        return status

    monkeypatch.setattr(os, "stat", swap)
    with pytest.raises(OSError, match=r"link or not a folder|Not a directory|Too many"):
        storage.remove_tree(tmp_path / "top")
    monkeypatch.undo()
    assert mode(outside) == 0o500
    assert names(outside) == ["folder", "secret"]


def test_removing_a_deep_tree_needs_few_open_files(tmp_path: Path) -> None:
    (tmp_path / "/".join(["d"] * 100)).mkdir(parents=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (50, hard))
    try:
        storage.remove_tree(tmp_path / "d")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert names(tmp_path) == []


# --- MACs of this user -------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/archive-pkg"


def fresh(*words: bytes) -> bytes:
    """Return the MAC that a new run computes."""
    storage.user_key._key.cache_clear()
    return storage.user_mac(*words)


@pytest.fixture(autouse=True)
def _forget_the_key() -> Iterator[None]:
    yield
    storage.user_key._key.cache_clear()


def test_a_mac_depends_on_the_key_and_on_each_of_its_parts(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fresh(b"ab", b"c")
    assert len(made) == 32
    monkeypatch.delattr(storage.user_key, "staged_file")  # so that no second key can be made
    assert fresh(b"ab", b"c") == made
    assert len({made, fresh(b"a", b"bc"), fresh(b"abc"), fresh(b"ab", b"d"), fresh()}) == 5
    assert names(state) == ["key"]
    assert (mode(state), mode(state / "key")) == (0o700, 0o600)


@pytest.mark.parametrize("fault", ["open", "short", "long", "folder"])
def test_a_damaged_key_or_one_that_others_can_read_is_not_used(state: Path, fault: str) -> None:
    before = fresh(b"a")
    key = state / "key"
    if fault == "open":
        key.chmod(0o640)
    elif fault == "folder":
        key.unlink()
        key.mkdir()
    else:
        key.write_bytes(key.read_bytes() + b"x" if fault == "long" else b"short")
    assert len({before, fresh(b"a"), fresh(b"a")}) == 3
    assert storage.user_mac(b"a") == storage.user_mac(b"a")


@needs_root
def test_a_key_of_another_user_is_not_used(state: Path) -> None:
    before = fresh(b"a")
    os.chown(state / "key", NOBODY, -1)
    assert fresh(b"a") not in (before, fresh(b"a"))
    (state / "key").unlink()
    os.chown(state.parent.parent, NOBODY, -1)
    state.rmdir()
    state.parent.rmdir()
    assert fresh(b"a") != fresh(b"a")
    assert names(state.parent.parent) == []


def test_a_key_made_first_by_another_run_is_used(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(made: Path, path: Path) -> None:
        path.write_bytes(b"k" * 32)
        path.chmod(0o600)
        raise FileExistsError

    monkeypatch.setattr(os, "link", first)
    # Later versions must compute the same MACs.
    assert (
        fresh(b"a", b"bc").hex()
        == "b7d20f4915d8838557de70fd97e5647e2c7cb2bb56fe994451309a420e13abf0"
    )
    assert (state / "key").read_bytes() == b"k" * 32
    assert names(state) == ["key"]


def test_a_relative_state_folder_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    fresh(b"a")
    assert names(tmp_path) == ["home"]
    assert names(tmp_path / "home/.local/state/archive-pkg") == ["key"]
