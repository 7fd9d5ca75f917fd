"""A folder becomes a bag without copying, and never a bag in a bag."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags import inplace
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.storage import ENCLOSING, Staging, hidden


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "data/empty").mkdir(parents=True)
    (folder / "data/a").write_bytes(b"one")
    (folder / "b").write_bytes(b"two")
    return folder


def test_files_are_not_copied(folder: Path) -> None:
    before = (folder / "b").stat().st_ino
    written, report = inplace.create_in_place(folder, info=[("Contact-Name", "A")])
    assert written is not None
    assert (written.files, written.size) == (2, 6)
    assert [finding.code for finding in report] == ["source-folder-empty"]
    assert (folder / "data/b").stat().st_ino == before
    assert (folder / "data/data/a").read_bytes() == b"one"
    assert (folder / "data/data/empty").is_dir()
    assert bags.verify(folder).valid


def test_a_bag_is_left_alone(folder: Path) -> None:
    inplace.create_in_place(folder)
    assert inplace.create_in_place(folder)[0] is None
    assert not (folder / "data/data/data").exists()
    (folder / "data/b").write_bytes(b"TWO")
    with pytest.raises(InvalidError, match="a bag already, but not valid"):
        inplace.create_in_place(folder)


def test_what_cannot_be_bagged_is_left_as_it_was(folder: Path) -> None:
    (folder / "link").symlink_to("b")
    with pytest.raises(InvalidError):
        inplace.create_in_place(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["b", "data", "link"]
    assert [path.name for path in folder.parent.iterdir()] == ["folder"]


def test_other_commands_leave_a_broken_off_bagging_to_be_finished(folder: Path) -> None:
    inplace.create_in_place(folder)
    folder.rename(hidden(folder, ENCLOSING))  # the state between the two renames
    with pytest.raises(StorageError, match="--in-place"), Staging(folder):
        pass
    assert inplace.create_in_place(folder)[0] is None
    assert bags.verify(folder).valid


def test_files_of_a_broken_off_bagging_are_never_removed(folder: Path) -> None:
    inplace.create_in_place(folder)
    folder.rename(hidden(folder, ENCLOSING))
    folder.mkdir()
    with pytest.raises(StorageError, match="exists too"):
        inplace.create_in_place(folder)
    assert (hidden(folder, ENCLOSING) / "data/b").read_bytes() == b"two"
