"""A folder becomes a bag without copying, and bags are never nested."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import bags
from archive_pkg.bags import digesting, inplace, writing
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.storage import ENCLOSING, Staging, hidden


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "data/empty").mkdir(parents=True)
    (folder / "data/a").write_bytes(b"one")
    (folder / "b").write_bytes(b"two")
    return folder


def test_bagging_in_place_moves_the_files_instead_of_copying_them(folder: Path) -> None:
    before = (folder / "b").stat().st_ino
    written, report = inplace.create_in_place(folder, info=[("Contact-Name", "A")])
    assert written is not None
    assert (written.files, written.size) == (2, 6)
    assert [finding.code for finding in report] == ["source-folder-empty"]
    assert (folder / "data/b").stat().st_ino == before
    assert (folder / "data/data/a").read_bytes() == b"one"
    assert (folder / "data/data/empty").is_dir()
    assert bags.verify(folder).valid


def test_bagging_in_place_leaves_an_existing_bag_alone(folder: Path) -> None:
    inplace.create_in_place(folder)
    assert inplace.create_in_place(folder)[0] is None
    assert not (folder / "data/data/data").exists()
    (folder / "data/b").write_bytes(b"TWO")
    with pytest.raises(InvalidError, match="is already a bag, but not valid"):
        inplace.create_in_place(folder)


def test_a_folder_that_cannot_be_bagged_is_unchanged(folder: Path) -> None:
    (folder / "link").symlink_to("b")
    with pytest.raises(InvalidError):
        inplace.create_in_place(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["b", "data", "link"]
    assert [path.name for path in folder.parent.iterdir()] == ["folder"]


def test_other_commands_refuse_an_unfinished_bagging_in_place(folder: Path) -> None:
    inplace.create_in_place(folder)
    folder.rename(hidden(folder, ENCLOSING))  # the state between the two renames
    with pytest.raises(StorageError, match="--in-place"), Staging(folder):
        pass
    assert inplace.create_in_place(folder)[0] is None
    assert bags.verify(folder).valid


def test_files_of_an_interrupted_bagging_are_never_removed(folder: Path) -> None:
    inplace.create_in_place(folder)
    folder.rename(hidden(folder, ENCLOSING))
    folder.mkdir()
    with pytest.raises(StorageError, match="exists too"):
        inplace.create_in_place(folder)
    assert (hidden(folder, ENCLOSING) / "data/b").read_bytes() == b"two"


def test_an_interrupted_bagging_with_an_invalid_bag_is_finished_but_not_repeated(
    folder: Path,
) -> None:
    inplace.create_in_place(folder)
    (folder / "bagit.txt").unlink()
    folder.rename(hidden(folder, ENCLOSING))
    with pytest.raises(InvalidError, match="is already a bag, but not valid"):
        inplace.create_in_place(folder)
    assert names(folder / "data") == ["b", "data"]


def test_the_next_run_finishes_after_an_error_and_no_file_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path, shell: Path) -> None:
        folder.rename(shell / "data")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inplace, "enclose", fail)
    with pytest.raises(StorageError, match="disk is full"):
        inplace.create_in_place(folder)
    monkeypatch.undo()
    assert inplace.create_in_place(folder)[0] is None
    assert (folder / "data/b").read_bytes() == b"two"


def test_the_wait_for_another_run_is_limited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def busy(folder: Path, wait: float) -> None:
        waited.append(wait)
        raise StorageError("busy")

    monkeypatch.setattr(inplace, "Lock", busy)
    for call in (inplace.create_in_place, partial(inplace.create_in_place, wait=2.5)):
        with pytest.raises(StorageError, match="busy"):
            call(folder)
    assert waited == [0, 2.5]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("change", ["added", "removed", "moved"])
def test_files_added_or_removed_meanwhile_are_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    write = writing.finish

    def late(shell: Path, *arguments: Any) -> None:
        assert shell.stat().st_mode & 0o777 == 0o700
        write(shell, *arguments)
        if change == "added":
            (folder / "c").touch()
        elif change == "removed":
            (folder / "b").unlink()
        else:
            (folder / "b").rename(folder / "data/b")

    monkeypatch.setattr(inplace, "finish", late)
    with pytest.raises(bags.ChangedError, match="added to or removed"):
        inplace.create_in_place(folder)
    assert "bagit.txt" not in names(folder)
    assert names(folder.parent) == ["folder"]


def test_a_folder_left_by_an_interrupted_bagging_is_made_again(folder: Path) -> None:
    shell = hidden(folder, ENCLOSING)
    shell.mkdir()
    (shell / "bagit.txt").touch()
    (shell / "stray").touch()
    inplace.create_in_place(folder)
    assert not (folder / "stray").exists()
    assert bags.verify(folder).valid


@pytest.mark.parametrize("kind", ["data is a link", "data is a file", "of another user"])
def test_a_strange_folder_in_place_of_an_interrupted_bagging_is_left_alone(
    folder: Path, kind: str
) -> None:
    shell = hidden(folder, ENCLOSING)
    shell.mkdir()
    if kind == "of another user":
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        os.chown(shell, 65534, -1)
    elif kind == "data is a link":
        (shell / "data").symlink_to(folder)
    else:
        (shell / "data").touch()
    with pytest.raises(StorageError, match="was not left by this program"):
        inplace.create_in_place(folder)
    assert names(folder) == ["b", "data"]
    assert shell.is_dir()


def test_the_bag_keeps_the_folders_permissions_and_the_given_tags(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digesting, "_PIECE", 1)
    folder.chmod(0o750)
    reported: list[tuple[int, int | None, int]] = []
    written, _ = inplace.create_in_place(
        folder,
        info=[("A", "b")],
        tag_files={"notes.txt": b"n"},
        algorithms=["md5"],
        progress=lambda tally: reported.append((tally.files, tally.all_files, tally.size)),
    )
    assert folder.stat().st_mode & 0o777 == 0o750
    assert (folder / "bag-info.txt").read_text() == "A: b\nPayload-Oxum: 6.2\n"
    assert names(folder) == [
        "bag-info.txt",
        "bagit.txt",
        "data",
        "manifest-md5.txt",
        "notes.txt",
        "tagmanifest-md5.txt",
    ]
    assert written is not None
    assert set(written.manifests["md5"]) == {"data/b", "data/data/a"}
    assert reported[-1] == (2, 2, 6)
    verified: list[int] = []
    inplace.create_in_place(folder, progress=lambda tally: verified.append(tally.files))
    assert verified[-1] == 2


def test_invalid_arguments_and_unportable_names_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError):
        inplace.create_in_place(folder, algorithms=[])
    with pytest.raises(UsageError):
        inplace.create_in_place(folder, info=[("Payload-Oxum", "1.1")])
    (folder / "aux").touch()
    with pytest.raises(InvalidError, match="cannot be bagged"):
        inplace.create_in_place(folder, portable=True)
    folder.parent.chmod(0o777)
    with pytest.raises(StorageError, match="every user"):
        inplace.create_in_place(folder)
    folder.parent.chmod(0o700)
    assert names(folder) == ["aux", "b", "data"]
    assert names(folder.parent) == ["folder"]


def test_a_folder_with_bagit_txt_but_no_data_folder_is_bagged(folder: Path) -> None:
    (folder / "data/a").unlink()
    (folder / "data/empty").rmdir()
    (folder / "data").rmdir()
    (folder / "bagit.txt").touch()
    assert inplace.create_in_place(folder)[0] is not None
    assert names(folder / "data") == ["b", "bagit.txt"]
