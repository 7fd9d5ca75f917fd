"""Opening, creating and locking collections."""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from archive_pkg.collection import Collection, make_collection, open_collection
from archive_pkg.collection.opening import is_declared
from archive_pkg.errors import StorageError, UsageError

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def make_bag(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "bagit.txt").write_text(DECLARATION)
    return folder


def test_files_of_a_killed_run_are_removed_when_the_collection_is_locked(tmp_path: Path) -> None:
    collection = make_collection(tmp_path / "letters")
    (collection.work / "half").mkdir(parents=True)
    (collection.work / "half" / "a.txt").write_text("A")
    with collection.held():
        assert list(collection.work.iterdir()) == []
        assert collection.work.stat().st_mode & 0o777 == 0o700
        (collection.work / "b.txt").write_text("B")
    assert not collection.work.exists()
    assert collection.own.is_dir()


def test_the_staging_folder_is_removed_after_an_error(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "letters")
    with suppress(ZeroDivisionError), collection.held():
        assert collection.work.is_dir()
        raise ZeroDivisionError
    assert not collection.work.exists()


def test_a_collection_that_all_users_can_change_is_not_locked(tmp_path: Path) -> None:
    collection = make_collection(tmp_path / "letters")
    collection.root.chmod(0o777)
    with (
        pytest.raises(StorageError, match="every user of the machine can replace"),
        collection.held(),
    ):
        pass
    collection.root.chmod(0o1777)
    with collection.held():
        pass


def test_a_collection_without_packages_is_opened_again(tmp_path: Path) -> None:
    made = make_collection(tmp_path / "letters", "hashed")
    assert open_collection(made.root) == made
    assert is_declared(made.root)
    assert not is_declared(tmp_path)


def test_a_folder_without_packages_is_not_a_collection(tmp_path: Path, letter: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is an empty folder, not a collection"):
        open_collection(tmp_path / "empty")
    with pytest.raises(UsageError, match="is a folder of records, not a collection"):
        open_collection(letter.parent)
    with pytest.raises(UsageError, match="is a record, not a collection"):
        open_collection(letter)
    assert open_collection(tmp_path, may_be_empty=True) == Collection(tmp_path)


def test_a_folder_is_a_collection_if_an_archive_in_it_is_a_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("a.txt", "A")
    with pytest.raises(UsageError, match="contains no packages"):
        open_collection(tmp_path)
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        archive.writestr("package/bagit.txt", DECLARATION)
    opened = open_collection(tmp_path)
    assert opened == Collection(tmp_path)
    assert list(opened.packages()) == []
    assert list(opened.packages(serialized=True)) == [tmp_path / "package.zip"]


def test_a_folder_with_a_package_whose_name_is_not_utf8_is_a_collection(tmp_path: Path) -> None:
    make_bag(tmp_path / os.fsdecode(b"letter-\xff"))
    assert open_collection(tmp_path) == Collection(tmp_path)


def test_a_folder_that_cannot_be_searched_completely_is_a_collection(tmp_path: Path) -> None:
    name = "d" * 250
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # the path is longer than the system can open
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    assert open_collection(tmp_path) == Collection(tmp_path)


def test_neither_a_package_nor_a_folder_in_it_is_a_collection(tmp_path: Path) -> None:
    bag = make_bag(tmp_path / "letters" / "bag")
    (bag / "data").mkdir()
    with pytest.raises(UsageError, match="is a package, not a collection") as refused:
        open_collection(bag, may_be_empty=True)
    assert refused.value.hint == f"Name the folder that contains it: {bag.parent}"
    with pytest.raises(UsageError, match=f"{bag}"):
        open_collection(bag / "data", may_be_empty=True)
    assert open_collection(bag.parent) == Collection(bag.parent)


def test_only_a_folder_is_opened_as_a_collection(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A")
    with pytest.raises(StorageError, match=f"{tmp_path / 'nowhere'} does not exist"):
        open_collection(tmp_path / "nowhere", may_be_empty=True)
    with pytest.raises(UsageError, match=r"a\.txt is a text, not a collection"):
        open_collection(tmp_path / "a.txt", may_be_empty=True)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("{", "cannot be read"),
        ("[]", "unknown layout None"),
        ("{}", "unknown layout None"),
        ('{"layout": "round"}', "unknown layout 'round'"),
    ],
)
def test_a_declaration_without_a_known_layout_is_refused(
    tmp_path: Path, said: str, error: str
) -> None:
    collection = make_collection(tmp_path)
    (collection.own / "shelf.json").write_text(said)
    for use in (make_collection, open_collection):
        with pytest.raises(StorageError, match=error):
            use(tmp_path)


def test_a_folder_for_state_that_all_users_can_change_is_not_trusted(tmp_path: Path) -> None:
    collection = make_collection(tmp_path / "letters")
    collection.own.chmod(0o777)
    for use in (make_collection, open_collection):
        with pytest.raises(StorageError, match="all users can write to it"):
            use(collection.root)


def test_the_layout_of_a_collection_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="round is not a layout") as refused:
        make_collection(tmp_path, "round")
    assert refused.value.hint == "Use one of flat, hashed, pair-tree."
    assert list(tmp_path.iterdir()) == []
    assert make_collection(tmp_path / "new") == Collection(tmp_path / "new", "flat")
    made = make_collection(tmp_path, "pair-tree")
    assert make_collection(tmp_path) == make_collection(tmp_path, "pair-tree") == made
    with pytest.raises(UsageError, match="has the layout pair-tree, not flat"):
        make_collection(tmp_path, "flat")


def test_the_layout_determines_the_folder_of_a_package(tmp_path: Path) -> None:
    name = "1960-07-18.x"
    digest = hashlib.sha256(name.encode()).hexdigest()
    homes = {
        "flat": name,
        "hashed": f"{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{name}",
        "pair-tree": f"19/60/-0/7-/18/,x/{name}",
    }
    for layout, home in homes.items():
        assert Collection(tmp_path, layout).home(name) == tmp_path / home
