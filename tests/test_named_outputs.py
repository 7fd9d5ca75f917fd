"""Outputs are written atomically to files, and directly to pipes and devices."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from archive_pkg import storage
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.storage import DestinationExistsError, FullError

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_only_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "a"
    storage.write_output(path, b"one", replace=False, mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to("a")
    for each in (path, tmp_path / "link"):
        with pytest.raises(DestinationExistsError, match="already exists"):
            storage.write_output(each, b"two", replace=False)
    assert path.read_bytes() == b"one"
    storage.write_output(tmp_path / "link", b"two")
    assert path.read_bytes() == b"two"
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path) == ["a", "link"]


def test_the_target_of_a_dangling_link_is_created(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("new")
    storage.write_output(tmp_path / "link", b"one", replace=False, mode=0o640)
    assert (tmp_path / "new").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert (tmp_path / "link").is_symlink()
    storage.write_output(tmp_path / "other", b"two")
    (tmp_path / "plain").touch()
    assert (tmp_path / "other").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_pipe_is_written_to_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(200_000)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link"):
        got: list[bytes] = []
        reader = threading.Thread(
            target=lambda got=got: got.append((tmp_path / "pipe").read_bytes())
        )
        reader.start()
        storage.write_output(path, data, replace=False)
        reader.join(30)
        assert got == [data]
    assert names(tmp_path) == ["link", "pipe"]


def test_a_device_that_is_full_is_an_error() -> None:
    with pytest.raises(FullError, match="the disk is full"):
        storage.write_output(Path("/dev/full"), b"x")


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_an_open_descriptor_is_written_at_its_position(tmp_path: Path, form: str) -> None:
    with (tmp_path / "a").open("wb") as file:
        inode = os.fstat(file.fileno()).st_ino
        path = Path(form.format(file.fileno()))
        if form == "link":
            path = tmp_path / "link"
            path.symlink_to(f"/dev/fd/{file.fileno()}")
        storage.write_output(path, b"one", replace=False)
    assert (tmp_path / "a").read_bytes() == b"one"
    assert (tmp_path / "a").stat().st_ino == inode


def test_paths_of_open_descriptors_are_recognized() -> None:
    for path in ("/dev/fd/3", "/proc/self/fd/12", "/proc/77/fd/0", "/dev/stdin", "/dev/stdout",
                 "/dev/stderr"):  # fmt: skip
        assert storage.names_open_descriptor(Path(path)), path
    for path in ("/dev/fd", "/dev/fd/x", "/dev/stdoutx", "/dev/null", "a/dev/fd/3", "/proc/fd/1"):
        assert not storage.names_open_descriptor(Path(path)), path


@pytest.mark.parametrize("kind", ["folder", "link to a folder", "loop", "below a file"])
def test_a_failed_write_names_the_path(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "folder":
        path.mkdir()
    elif kind == "below a file":
        path.touch()
        path = path / "y"
    else:
        path.symlink_to(tmp_path if kind == "link to a folder" else "x")
    for write in (lambda: storage.write_output(path, b""), lambda: storage.append_output(path)):
        with pytest.raises(StorageError, match=f"^writing {path} failed: "):
            write()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"{}\n"),
        (b"", b"{}\n"),
        (b'{"a": 1}\n', b'{"a": 1}\n{}\n'),
        (b'{"half', b'{"half\n{}\n'),
        (b"{", b"{\n{}\n"),
    ],
)
def test_lines_are_appended_to_a_report(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    path = tmp_path / "report.jsonl"
    if before is not None:
        path.write_bytes(before)
    with storage.append_output(path) as file:
        file.write(b"{}\n")
    assert path.read_bytes() == after


@pytest.mark.parametrize("data", [b"x", b"[{}]\n", b"\n{}\n"])
def test_lines_are_appended_only_to_files_with_json_lines(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "notes").write_bytes(data)
    with pytest.raises(UsageError, match="is not a report"):
        storage.append_output(tmp_path / "notes")
    assert (tmp_path / "notes").read_bytes() == data


def test_lines_are_not_appended_to_a_file_with_a_second_hard_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"{}\n")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    with pytest.raises(StorageError, match="second hard link"):
        storage.append_output(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == b"{}\n"


def test_lines_are_written_to_a_device_without_buffering() -> None:
    full = os.strerror(errno.ENOSPC)
    with storage.append_output(Path("/dev/full")) as stream, pytest.raises(OSError, match=full):
        stream.write(b"{}\n")


@needs_root
@pytest.mark.parametrize(
    ("owner", "above", "mode", "refused"),
    [
        (NOBODY, 0, 0o1777, True),
        (NOBODY, 0, 0o755, False),
        (NOBODY, NOBODY, 0o1777, False),
        (0, NOBODY, 0o1777, False),
        (1234, 0, 0o1777, False),
    ],
)
@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_link_of_another_user_is_not_followed_in_a_shared_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: int,
    above: int,
    mode: int,
    refused: bool,
    kind: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    place = tmp_path / "place"
    place.mkdir()
    path = place / "x"
    path.symlink_to(tmp_path / "victim") if kind == "link" else path.touch()
    os.chown(path, owner, -1, follow_symlinks=False)
    os.chown(place, above, -1)
    place.chmod(mode)
    if refused and kind == "link":
        for write in (
            lambda: storage.write_output(path, b"x"),
            lambda: storage.append_output(path),
        ):
            with pytest.raises(StorageError, match="belongs to another user"):
                write()
        assert not (tmp_path / "victim").exists()
    else:
        storage.write_output(path, b"x")
        assert path.read_bytes() == b"x"


def test_a_new_log_is_readable_only_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[bool, Path | None, bool]] = []

    def show(verbose: bool, file: Path | None, stream: BinaryIO | None) -> None:
        shown.append((verbose, file, stream is not None))
        if stream:
            stream.write(b"{}\n")
            stream.close()

    monkeypatch.setattr("archive_pkg.storage.outputs.logs.show", show)
    path = tmp_path / "log.jsonl"
    storage.log_to(False, None)
    storage.log_to(True, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    storage.log_to(False, path)
    assert path.read_bytes() == b"{}\n{}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.write_bytes(b"{")
    storage.log_to(False, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    device = Path("/dev/null").stat().st_mode
    storage.log_to(False, Path("/dev/null"))
    assert Path("/dev/null").stat().st_mode == device
    files = (path, path, path, Path("/dev/null"))
    assert shown == [
        (False, None, False),
        *zip((True, False, False, False), files, (True,) * 4, strict=True),
    ]
