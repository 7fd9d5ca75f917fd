"""Bags are split into groups, joined and reverted without losing a byte."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import bagit
import pytest

from archive_pkg import bags
from archive_pkg.errors import InvalidError, StorageError, UsageError
from program import Run

INFO = [
    ("Contact-Name", "A"),
    ("Contact-Name", "B"),
    ("Bagging-Date", "2026-11-24"),
]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    for name, size in (("a/1", 10), ("a/2", 20), ("b/3%", 30), ("c", 40), ("d", 0)):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(name.encode() * size)
    (source / "empty").mkdir()
    tag_files = {"metadata/x.xml": b"<x/>"}
    bags.create(source, tmp_path / "bag", info=INFO, tag_files=tag_files)
    return tmp_path / "bag"


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def by_reference(bag: Path) -> None:
    """Validate with bagit-python, which does not decode %25."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bagit.Bag(str(bag)).validate()


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ({"size": 120}, [["a/1", "a/2"], ["b/3%"], ["c", "d"]]),
        ({"size": 30}, [["a/1"], ["a/2"], ["b/3%"], ["c"], ["d"]]),
        ({"size": 10**6}, [["a/1", "a/2", "b/3%", "c", "d"]]),
        ({"count": 1}, [["a/1", "a/2", "b/3%", "c", "d"]]),
        ({"count": 2}, [["a/1", "a/2"], ["b/3%", "c", "d"]]),
        ({"count": 5}, [["a/1"], ["a/2"], ["b/3%"], ["c"], ["d"]]),
    ],
)
def test_a_split_bag_is_a_group_of_valid_bags_that_join_to_the_same_bag(
    bag: Path, how: dict[str, Any], wanted: list[list[str]]
) -> None:
    before = contents(bag)
    parts, report = bags.split(bag, bag.parent / "parts", group="G 7", **how)
    assert {finding.code for finding in report} == (
        {"split-file-too-large"} if how == {"size": 30} else set()
    )
    assert sorted(path.name for path in (bag.parent / "parts").iterdir()) == [
        f"bag-{number}-of-{len(wanted)}" for number in range(1, len(wanted) + 1)
    ]
    for number, (part, files) in enumerate(zip(parts, wanted, strict=True), 1):
        verdict = bags.verify(part.path)
        assert verdict.valid
        assert verdict.bag is not None
        assert [path.removeprefix("data/") for path in verdict.bag.payload] == sorted(
            files, key=lambda name: ("/" in name, name)
        )
        assert verdict.bag.values("Bag-Group-Identifier") == ["G 7"]
        assert verdict.bag.values("Bag-Count") == [f"{number} of {len(wanted)}"]
        assert verdict.bag.values("Contact-Name") == ["A", "B"]
        assert (verdict.files, verdict.size) == (part.files, part.size)
        if "b/3%" not in files:
            by_reference(part.path)
    bags.join([part.path for part in reversed(parts)], bag.parent / "joined")
    assert contents(bag) == before
    assert contents(bag.parent / "joined") == before


def test_the_parts_keep_version_and_algorithms_of_a_bag_of_bagit_python(tmp_path: Path) -> None:
    bag = tmp_path / "theirs"
    bag.mkdir()
    for name in "abc":
        (bag / name).write_text(name)
    bagit.make_bag(str(bag), {"Bag-Size": "3 B"}, checksums=["md5", "sha1"])
    parts, _ = bags.split(bag, tmp_path / "parts", count=3)
    for part in parts:
        by_reference(part.path)
        read = bags.Bag.open(part.path)
        assert (read.version, set(read.manifests)) == ("0.97", {"md5", "sha1"})
        assert read.values("Bag-Size") == ["1 bytes"]
        assert read.values("Bag-Group-Identifier") == ["theirs"]
    bags.join([part.path for part in parts], tmp_path / "joined")
    by_reference(tmp_path / "joined")


def test_a_damaged_or_incomplete_bag_is_not_split_joined_or_reverted(bag: Path) -> None:
    parts, _ = bags.split(bag, bag.parent / "parts", count=2)
    for broken in (bag, parts[0].path):
        (broken / "data/a/1").write_bytes(b"A/1" * 10)
    before = contents(bag.parent)
    for work in (
        lambda: bags.split(bag, bag.parent / "more", count=2),
        lambda: bags.join([part.path for part in parts], bag.parent / "more"),
        lambda: bags.revert(bag),
    ):
        with pytest.raises(InvalidError) as error:
            work()
        assert {one.code for one in error.value.report.errors} == {"payload-digest-mismatch"}
        assert ".archive-pkg" not in f"{error.value}{error.value.report.as_json()}"
    (parts[1].path / "metadata/x.xml").unlink()
    with pytest.raises(InvalidError, match="is not valid"):
        bags.join([part.path for part in parts], bag.parent / "more")
    (parts[1].path / "metadata/x.xml").write_bytes(b"<x/>")
    assert contents(bag.parent) == before


def test_only_a_complete_group_is_joined(bag: Path) -> None:
    parts = [part.path for part in bags.split(bag, bag.parent / "parts", count=3)[0]]
    others = [part.path for part in bags.split(bag, bag.parent / "x", count=3, group="y")[0]]
    for given, codes in (
        (parts[:2], {"join-part-missing"}),
        ([*parts, parts[0]], {"join-part-missing"}),
        ([*parts[:2], others[2]], {"join-group-differs"}),
        ([bag], {"join-group-differs"}),
    ):
        with pytest.raises(InvalidError, match="not a complete group") as error:
            bags.join(given, bag.parent / "joined")
        assert {one.code for one in error.value.report} == codes
    bags.update(parts[0], add={"metadata/x.xml": b"<y/>"})
    bags.update(parts[1], add={"data/a/1": b"again"})
    with pytest.raises(InvalidError, match="cannot be joined") as error:
        bags.join(parts, bag.parent / "joined")
    found = {(one.code, one.location.path) for one in error.value.report}
    assert found == {("join-file-clashes", "metadata/x.xml"), ("join-file-clashes", "data/a/1")}
    assert not (bag.parent / "joined").exists()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, UsageError, "either a size or a count"),
        ({"size": 1, "count": 1}, UsageError, "either a size or a count"),
        ({"count": 6}, UsageError, "fewer payload files"),
        ({"count": 2, "destination": "bag/data/x"}, UsageError, "is inside"),
        ({"count": 2, "destination": "source"}, StorageError, "is not empty"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(
    bag: Path, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = contents(bag.parent)
    destination = bag.parent / arguments.pop("destination", "parts")
    with pytest.raises(error, match=words):
        bags.split(bag, destination, **arguments)
    assert contents(bag.parent) == before


def test_a_part_of_a_group_is_split_only_into_a_named_group(bag: Path) -> None:
    part = bags.split(bag, bag.parent / "parts", count=2)[0][0].path
    with pytest.raises(UsageError, match="already belongs to a group"):
        bags.split(part, bag.parent / "more", count=2)
    bags.split(part, bag.parent / "more", count=2, group="new")


def test_a_reverted_bag_is_its_payload_and_nothing_is_lost(bag: Path) -> None:
    before, source = contents(bag), contents(bag.parent / "source")
    bag.chmod(0o750)
    kept = bags.revert(bag)
    assert contents(bag) == source
    assert bag.stat().st_mode & 0o777 == 0o750
    bag.rename(kept / "data")
    assert contents(kept) == before
    assert bags.verify(kept).valid


def test_the_tag_files_of_a_reverted_bag_replace_nothing(bag: Path) -> None:
    (bag.parent / "bag-tag-files").mkdir()
    before = contents(bag.parent)
    with pytest.raises(StorageError, match="already exists"):
        bags.revert(bag)
    assert contents(bag.parent) == before
    assert bags.revert(bag, tag_files=bag.parent / "tags") == bag.parent / "tags"


def test_the_commands_split_join_and_revert(bag: Path, run: Run) -> None:
    before = contents(bag)
    there = bag.parent
    done = run("bag", "split", bag, "--size", "120", "--out", there / "parts")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)
    done = run("bag", "join", there / "parts", "--out", there / "joined")
    assert (done.returncode, done.stdout) == (
        0,
        f"{there / 'joined'}: joined 3 bags: 5 files, 250 bytes\n",
    )
    assert contents(there / "joined") == before
    done = run("bag", "revert", there / "joined")
    assert (done.returncode, done.stdout) == (
        0,
        f"{there / 'joined'}: reverted; the tag files are in {there / 'joined-tag-files'}\n",
    )
    assert run("bag", "revert", there / "joined").returncode == 5
    assert run("bag", "split", there / "none", "--count", 2, "--out", there / "x").returncode == 5
