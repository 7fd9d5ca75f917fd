"""After a kill at any instant (kill -9) no data is lost or incomplete, and the next run succeeds.

Each operation is killed at up to a hundred evenly spread instants (see `killing`).
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags import inplace, updating
from archive_pkg.bags.archives import serializing
from archive_pkg.storage import Staging
from killing import instants, run_until

FILES = {f"d{number % 4}/f{number}": os.urandom(40) for number in range(24)} | {"top": b"t"}


@pytest.fixture(params=[8, pytest.param(100, marks=pytest.mark.soak)])
def count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory if possible: thousands of syncs would take minutes on a disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def make_source(folder: Path) -> None:
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_create_loses_nothing_when_it_is_killed(tmp_path: Path, count: int) -> None:
    source, bag = tmp_path / "source", tmp_path / "bag"
    make_source(source)

    def work() -> None:
        bags.create(source, bag)

    killed = 0
    for instant in instants(work, count):
        shutil.rmtree(bag, ignore_errors=True)
        killed += run_until(instant, work) is None
        assert contents(source) == FILES
        if bag.exists():
            assert bags.verify(bag).valid
        else:
            work()
        with Staging(tmp_path / "bag"):  # the next run removes leftovers
            assert contents(bag / "data") == FILES
        assert names(tmp_path) == ["bag", "source"]
    assert killed > count * 3 // 4


def test_bagging_in_place_loses_nothing_when_it_is_killed(tmp_path: Path, count: int) -> None:
    pristine, folder = tmp_path / "pristine", tmp_path / "folder"
    make_source(pristine)
    shutil.copytree(pristine, folder)

    def work() -> None:
        inplace.create_in_place(folder)

    states = set()
    for instant in instants(work, count):
        shutil.rmtree(folder)
        shutil.copytree(pristine, folder)
        run_until(instant, work)
        states.add((folder.exists(), (folder / "bagit.txt").exists()))
        work()
        work()
        assert bags.verify(folder).valid
        assert contents(folder / "data") == FILES
        assert names(tmp_path) == ["folder", "pristine"]
    assert states == {(True, False), (False, False), (True, True)}


def changing(
    tmp_path: Path,
    count: int,
    work: Callable[[Path], object],
    old: dict[str, bytes],
    new: dict[str, bytes],
) -> None:
    pristine, bag = tmp_path / "pristine", tmp_path / "bag"
    shutil.copytree(pristine, bag)
    for instant in instants(lambda: work(bag), count):
        shutil.rmtree(bag)
        shutil.copytree(pristine, bag)
        run_until(instant, lambda: work(bag))
        assert bags.verify(bag).valid
        there = contents(bag / "data")
        assert there in (old, new)
        if there == old:
            work(bag)
        with Staging(bag):
            assert bags.verify(bag).valid
            assert contents(bag / "data") == new
        assert names(tmp_path) == ["bag", "pristine", "source"]


def test_update_loses_nothing_when_it_is_killed(tmp_path: Path, count: int) -> None:
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", tmp_path / "pristine")
    new = {path: data for path, data in FILES.items() if path != "top"} | {"d0/f0": b"new"}

    def work(bag: Path) -> None:
        updating.update(
            bag,
            add={"data/d0/f0": b"new"},
            remove=["data/top"],
            add_algorithms=["md5"],
            remove_algorithms=["sha256"],
        )

    changing(tmp_path, count, work, FILES, new)


def test_upgrade_loses_nothing_when_it_is_killed(tmp_path: Path, count: int) -> None:
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", tmp_path / "pristine", algorithms=["md5"])

    def work(bag: Path) -> None:
        updating.upgrade(bag)

    changing(tmp_path, count, work, FILES, FILES)
    assert set(bags.Bag.open(tmp_path / "bag").manifests) == {"md5", "sha256", "sha512"}


def test_splitting_and_joining_lose_nothing_when_they_are_killed(
    tmp_path: Path, count: int
) -> None:
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", tmp_path / "bag")
    parts, joined = tmp_path / "parts", tmp_path / "joined"

    def split() -> None:
        bags.split(tmp_path / "bag", parts, count=3)

    def join() -> None:
        bags.join(sorted(parts.iterdir()), joined)

    for work, made in ((split, parts), (join, joined)):
        for instant in instants(work, count // 2, last=4):
            shutil.rmtree(made, ignore_errors=True)
            run_until(instant, work)
            if not made.exists():
                work()
            with Staging(made):
                split_or_whole = sorted(parts.iterdir()) if made == parts else [joined]
                assert all(bags.verify(bag).valid for bag in split_or_whole)
                assert len(split_or_whole) == (3 if made == parts else 1)
    assert contents(joined / "data") == FILES
    assert names(tmp_path) == ["bag", "joined", "parts", "source"]


def test_reverting_loses_nothing_when_it_is_killed(tmp_path: Path, count: int) -> None:
    pristine, bag, kept = tmp_path / "pristine", tmp_path / "bag", tmp_path / "bag-tag-files"
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", pristine)
    shutil.copytree(pristine, bag)
    states = set()
    for instant in instants(lambda: bags.revert(bag), count, last=12):
        shutil.rmtree(bag)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(pristine, bag)
        run_until(instant, lambda: bags.revert(bag))
        states.add((bag.exists(), (bag / "bagit.txt").exists(), kept.exists()))
        if not kept.exists():
            bags.revert(bag)
        with Staging(bag):
            assert contents(bag) == FILES
        shutil.copytree(bag, kept / "data")
        assert contents(kept) == contents(pristine)
        assert names(tmp_path) == ["bag", "bag-tag-files", "pristine", "source"]
    assert states == {
        (True, True, False),
        (False, False, False),
        (True, False, False),
        (True, False, True),
    }


def test_packing_and_unpacking_lose_nothing_when_they_are_killed(
    tmp_path: Path, count: int
) -> None:
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", tmp_path / "bag")
    archive, folder = tmp_path / "bag.tgz", tmp_path / "unpacked"

    def pack() -> None:
        serializing.pack(tmp_path / "bag", archive)

    def unpack() -> None:
        serializing.unpack(archive, folder)

    for work, made in ((pack, archive), (unpack, folder)):
        for instant in instants(work, count):
            if made.is_dir():
                shutil.rmtree(made)
            else:
                made.unlink(missing_ok=True)
            run_until(instant, work)
            if not made.exists():
                work()
            with Staging(made):
                assert bags.verify(made).valid
    assert names(tmp_path) == ["bag", "bag.tgz", "source", "unpacked"]


@pytest.mark.parametrize("operation", ["update", "split", "join", "revert"])
def test_ctrl_c_at_any_instant_leaves_all_or_nothing(tmp_path: Path, operation: str) -> None:
    pristine, bag, made = tmp_path / "pristine", tmp_path / "bag", tmp_path / "made"
    make_source(tmp_path / "source")
    bags.create(tmp_path / "source", pristine)
    bags.split(pristine, tmp_path / "parts", count=2)
    works: dict[str, Callable[[], object]] = {
        "update": lambda: bags.update(bag, add_algorithms=["md5"], remove=["data/top"]),
        "split": lambda: bags.split(bag, made, count=2),
        "join": lambda: bags.join(sorted((tmp_path / "parts").iterdir()), made),
        "revert": lambda: bags.revert(bag, tag_files=made),
    }
    work = works[operation]
    shutil.copytree(pristine, bag)
    for instant in instants(work, 4, last=6):
        for folder in (bag, made):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(pristine, bag)
        run_until(instant, work, interrupt=True)
        if operation == "revert":
            if not made.exists():
                work()
            assert contents(bag) == FILES
            assert names(made) == [name for name in names(pristine) if name != "data"]
        else:
            for place in (bag, made):
                with Staging(place):  # removes what an interrupted removal has left
                    pass
            assert not [name for name in names(tmp_path) if name.startswith(".")]
            whole = [made / name for name in ("bag-1-of-2", "bag-2-of-2")]
            found = [bag, *(whole if operation == "split" else [made])]
            assert all(bags.verify(one).valid for one in found if made.exists() or one == bag)


@pytest.mark.soak
def test_create_with_many_workers_loses_nothing_when_it_is_killed(tmp_path: Path) -> None:
    """Thousands of files, with worker processes, killed by the clock."""
    import time

    source, bag = tmp_path / "source", tmp_path / "bag"
    for number in range(3000):
        path = source / f"d{number % 10}/f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(1000))
    start = time.monotonic()
    bags.create(source, bag, jobs=2)
    usual = time.monotonic() - start
    for number in range(100):
        shutil.rmtree(bag, ignore_errors=True)
        child = os.fork()
        if child == 0:
            bags.create(source, bag, jobs=2)
            os._exit(0)
        time.sleep(usual * number / 90)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if not bag.exists():
            bags.create(source, bag, jobs=2, wait=10)
        assert bags.verify(bag).valid
        with Staging(bag):
            pass
        assert names(tmp_path) == ["bag", "source"]
