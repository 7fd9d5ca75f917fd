"""Changing bags: only what was asked for changes, and the bag stays whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags import updating
from archive_pkg.errors import InvalidError, StorageError, UsageError

INFO = (
    "Source-Organization: A\r\nContact-Name: E. Janssen\r\nExternal-Description: long\r\n"
    "   and folded\r\nContact-Name: Somebody else\r\nx-unknown:  kept as it is\r\n"
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a").write_bytes(b"one")
    (source / "sub/b").write_bytes(b"two!")
    bag = tmp_path / "bag"
    bags.create(source, bag, tag_files={"metadata/x.xml": b"<x/>", "notes.txt": b"n"})
    return bag


def test_add_replace_and_remove(good: Path) -> None:
    (good.parent / "new").write_bytes(b"three")
    before = (good / "data/sub/b").stat()
    changed = updating.update(
        good,
        add={
            "data/c/new 100%": good.parent / "new",
            "data/a": b"ONE",
            "metadata/y.xml": b"<y/>",
            "notes.txt": b"other",
        },
        remove=["metadata/x.xml"],
    )
    verdict = bags.verify(good, second_opinion=False)
    assert verdict.valid
    assert list(verdict.report.errors) == []
    assert sorted(changed.payload) == ["data/a", "data/c/new 100%", "data/sub/b"]
    assert (good / "data/a").read_bytes() == b"ONE"
    assert not (good / "metadata/x.xml").exists()
    assert (good / "notes.txt").read_bytes() == b"other"
    assert bags.Bag.open(good).values("Payload-Oxum") == ["12.3"]
    after = (good / "data/sub/b").stat()
    assert (before.st_ino, before.st_nlink) == (after.st_ino, after.st_nlink)


def test_bag_info_is_touched_only_where_asked(good: Path) -> None:
    updating.update(good, remove=["notes.txt"])
    path = good / "bag-info.txt"
    path.write_bytes(INFO.encode() + path.read_bytes())
    updating.update(good, add={"data/a": b"1"}, info=[("Source-Organization", "B"), ("New", "x")])
    assert path.read_bytes().decode() == INFO.replace(": A\r", ": B\r") + (
        "Payload-Oxum: 5.2\r\nNew: x\r\n"
    )
    assert bags.verify(good).valid


def test_damage_that_is_there_is_not_covered_up(good: Path) -> None:
    (good / "data/a").write_bytes(b"ONE")
    updating.update(good, add={"data/c": b"3"})
    (finding,) = bags.verify(good).report.errors
    assert (finding.code, finding.location.path) == ("payload-digest-mismatch", "data/a")


def test_a_file_that_lies_there_can_be_taken(good: Path) -> None:
    (good / "data/dropped").write_bytes(b"x")
    with pytest.raises(InvalidError, match="data/dropped"):
        updating.update(good, add={"data/c": b"3"})
    updating.update(good, add={"data/dropped": good / "data/dropped"})
    assert bags.verify(good).valid


def test_a_file_takes_the_place_of_an_emptied_folder_and_of_no_other(good: Path) -> None:
    with pytest.raises(InvalidError) as refused:
        updating.update(good, add={"data/sub": b"3", "data/a/c": b"4"})
    found = {(one.code, one.location.path) for one in refused.value.report.errors}
    assert found == {
        ("name-is-file-and-folder", "data/a"),
        ("name-is-file-and-folder", "data/sub"),
    }
    updating.update(good, add={"data/sub": b"3"}, remove=["data/sub/b"])
    assert (good / "data/sub").read_bytes() == b"3"
    assert bags.verify(good, second_opinion=True).valid


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ({}, ["data/none"]),
        ({"data/a": b""}, ["data/a"]),
        ({"bagit.txt": b""}, []),
        ({"manifest-sha256.txt": b""}, []),
        ({}, ["bag-info.txt"]),
    ],
)
def test_what_makes_no_sense_is_refused(
    good: Path, add: dict[str, bytes], remove: list[str]
) -> None:
    before = {path: path.read_bytes() for path in good.rglob("*") if path.is_file()}
    with pytest.raises(UsageError):
        updating.update(good, add=add, remove=remove)
    assert {path: path.read_bytes() for path in good.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("path", ["data/../x", "/x", "data/a/b"])
def test_paths_that_cannot_be_are_refused(good: Path, path: str) -> None:
    with pytest.raises((InvalidError, StorageError)):
        updating.update(good, add={path: b""})
    assert bags.verify(good).valid


def test_files_are_copied_where_they_cannot_be_linked(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    updating.update(good, add={"data/c": b"3"})
    assert bags.verify(good).valid


OLD = {
    "0.93": ("package-info.txt", "UTF-8"),
    "0.95": ("package-info.txt", "ISO-8859-1"),
    "0.96": ("bag-info.txt", "UTF-8"),
    "0.97": ("bag-info.txt", "UTF-16"),
}


@pytest.mark.parametrize("version", OLD)
def test_upgrading_old_bags(tmp_path: Path, version: str) -> None:
    name, encoding = OLD[version]
    bag = tmp_path / "old"
    (bag / "data").mkdir(parents=True)
    (bag / "data/é%25").write_bytes(b"")
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n"
    )
    empty = "d41d8cd98f00b204e9800998ecf8427e"
    (bag / "manifest-md5.txt").write_bytes(f"{empty} *data/é%25\n".encode(encoding))
    (bag / name).write_bytes("Packing-Date : 2009-10-14\nContact-Name: É\n".encode(encoding))
    assert bags.verify(bag).valid
    changed = updating.upgrade(bag)
    verdict = bags.verify(bag)
    assert verdict.valid
    assert {finding.code for finding in verdict.report} <= {"name-unportable"}
    assert (changed.version, changed.encoding) == ("1.0", "UTF-8")
    label = "Bagging-Date" if name == "package-info.txt" else "Packing-Date"
    assert changed.info == [(label, "2009-10-14"), ("Contact-Name", "É")]
    assert list(changed.manifests) == ["md5", "sha256", "sha512"]
    assert changed.payload == ["data/é%25"]


def test_a_bag_that_is_not_valid_is_not_upgraded(good: Path) -> None:
    (good / "data/a").write_bytes(b"ONE")
    with pytest.raises(InvalidError, match="not valid"):
        updating.upgrade(good)
    assert (good / "data/a").read_bytes() == b"ONE"


def test_a_bag_may_be_named_by_a_link_or_as_the_folder_one_is_in(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = good.parent / "link"
    link.symlink_to(good)
    updating.update(link, add={"data/c": b"3"})
    assert link.is_symlink()
    assert (good / "data/c").read_bytes() == b"3"
    monkeypatch.chdir(good)
    updating.update(Path(), add={"data/d": b"4"})
    assert bags.verify(good).valid
    assert (good / "data/d").read_bytes() == b"4"
    monkeypatch.chdir(good / "data")
    updating.upgrade(Path(".."), algorithms=["md5"])
    assert "md5" in bags.Bag.open(good).manifests


def test_labels_are_set_added_and_removed(good: Path) -> None:
    path = good / "bag-info.txt"
    updating.update(good, info=[("Contact-Name", "A"), ("Contact-Name", "B"), ("Keep", "x")])
    assert bags.Bag.open(good).values("Contact-Name") == ["A", "B"]
    updating.update(good, info=[("contact-name", "C")])
    assert bags.Bag.open(good).values("Contact-Name") == ["C"]
    assert b"Contact-Name: C" in path.read_bytes(), "the spelling of the label stays"
    updating.update(good, add_info=[("Contact-Name", "D"), ("Contact-Name", "E, long\nfolded")])
    assert bags.Bag.open(good).values("Contact-Name") == ["C", "D", "E, long folded"]
    updating.update(good, remove_info=[("Contact-Name", "E, long folded"), ("Contact-Name", "C")])
    assert bags.Bag.open(good).values("Contact-Name") == ["D"]
    updating.update(good, remove_info=[("Contact-Name", None)])
    assert bags.Bag.open(good).values("Contact-Name") == []
    assert bags.Bag.open(good).values("Keep") == ["x"]
    assert bags.verify(good).valid
    for missing in (("Contact-Name", None), ("Keep", "y")):
        with pytest.raises(UsageError, match="has no"):
            updating.update(good, remove_info=[missing])


def test_an_algorithm_is_removed_with_its_manifests(good: Path) -> None:
    updating.update(good, remove_algorithms=["sha256"], add={"data/a": b"changed"})
    assert sorted(file.name for file in good.glob("*manifest-*")) == [
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
    ]
    assert bags.verify(good, second_opinion=True).valid
    with pytest.raises(UsageError, match="no manifest left"):
        updating.update(good, remove_algorithms=["sha512"])
    with pytest.raises(UsageError, match="no manifest for md5"):
        updating.update(good, remove_algorithms=["md5"])
    with pytest.raises(UsageError, match="--remove-algorithm sha512"):
        updating.update(good, remove=["manifest-sha512.txt"])
    assert bags.verify(good).valid
