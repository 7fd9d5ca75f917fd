"""Real faults of the machine: full disks, limits, lost permissions, vanishing sources."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags import inplace, updating
from archive_pkg.bags.archives import serializing
from archive_pkg.errors import StorageError

ROOT = os.geteuid() == 0


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(8):
        (folder / f"f{number}").write_bytes(os.urandom(300_000))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if not ROOT or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_create_on_a_full_disk_fails_and_leaves_nothing(source: Path, small_disk: Path) -> None:
    with pytest.raises(StorageError, match="the disk is full") as caught:
        bags.create(source, small_disk / "bag")
    assert caught.value.exit_status == 5
    assert names(small_disk) == []


def test_a_full_disk_ends_a_change_or_packing_and_the_bag_stays_valid(
    tmp_path: Path, small_disk: Path
) -> None:
    (tmp_path / "little").mkdir()
    (tmp_path / "little/x").write_bytes(os.urandom(1_200_000))
    bag = small_disk / "bag"
    bags.create(tmp_path / "little", bag)
    for work in (
        lambda: updating.update(bag, add={"data/y": tmp_path / "little/x"}),
        lambda: serializing.pack(bag, small_disk / "bag.tar"),
        lambda: bags.split(bag, small_disk / "parts", count=1),
    ):
        with pytest.raises(StorageError, match="the disk is full"):
            work()
        assert names(small_disk) == ["bag"]
        assert bags.verify(bag).valid


def test_on_a_read_only_disk_a_bag_is_checked_and_not_changed(
    source: Path, small_disk: Path, tmp_path: Path
) -> None:
    bag = small_disk / "bag"
    (tmp_path / "few").mkdir()
    (source / "f0").rename(tmp_path / "few/f0")
    bags.create(tmp_path / "few", bag)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for work in (
        lambda: bags.update(bag, info=[("A", "b")]),
        lambda: bags.update(bag, add_algorithms=["md5"]),
        lambda: bags.revert(bag),
        lambda: bags.split(bag, small_disk / "parts", count=1),
    ):
        with pytest.raises(StorageError, match="read-only"):
            work()
    bags.split(bag, tmp_path / "parts", count=1)
    assert bags.verify(bag, checks="completeness").complete
    assert bags.verify(bag).valid


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Limit the size of files, as a quota does (ulimit -f)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # half a module would stay
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        sys.dont_write_bytecode = kept
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("jobs", [1, 2])
def test_create_under_a_file_size_limit_fails_and_leaves_nothing(source: Path, jobs: int) -> None:
    for number in range(40):
        (source / f"more{number}").write_bytes(b"x")
    with largest_file(200_000), pytest.raises(StorageError, match="larger than allowed"):
        bags.create(source, source.parent / "bag", jobs=jobs)
    assert names(source.parent) == ["source"]


def test_bagging_in_place_under_a_file_size_limit_leaves_the_folder_unchanged(source: Path) -> None:
    for number in range(40):
        (source / f"more{number}").write_bytes(b"x")
    before = names(source)
    with largest_file(500), pytest.raises(StorageError, match="larger than allowed"):
        inplace.create_in_place(source)
    assert names(source) == before
    assert names(source.parent) == ["source"]


def test_a_source_that_vanishes_during_create_is_reported(source: Path) -> None:
    def vanish(_: object) -> None:
        for path in source.iterdir():
            path.unlink()

    with pytest.raises(StorageError, match="no such file or folder"):
        bags.create(source, source.parent / "bag", jobs=1, progress=vanish)
    assert names(source.parent) == ["source"]


# Once the rights are gone, Python's own modules may be out of reach: all is done once before.
WITHOUT_RIGHTS = """
import os, shutil, sys
from pathlib import Path
from archive_pkg import bags
from archive_pkg.errors import StorageError
source, destination = map(Path, sys.argv[1:])
def work(source, destination, verify):
    if verify:
        return "\\n".join(f"{f.code} {f.location}" for f in bags.verify(source).report)
    try:
        return bags.create(source, destination)
    except StorageError as error:
        return error
place = source.parent / "warm"
(place / "source").mkdir(parents=True, exist_ok=True)
for _ in range(2):
    work(place / "source", place / "bag", False)
    work(place / "bag", None, True)
work(place / "none", place / "bag", False)
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
print(work(source, destination, destination.name == "verify"))
"""


def without_rights(source: Path, destination: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_RIGHTS, str(source), str(destination)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that other users can read, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "source").mkdir()
        for number in range(8):
            (place / f"source/f{number}").write_bytes(b"x" * number)
        yield place


@pytest.mark.descriptors
def test_lost_permissions_are_reported(open_place: Path) -> None:
    source, made = open_place / "source", open_place / "made"
    (source / "f3").chmod(0)
    made.mkdir()
    os.chown(made, 65534, -1)
    assert "permission denied" in without_rights(source, made / "bag")
    assert names(made) == []
    (source / "f3").chmod(0o644)
    made.chmod(0o555)
    assert "permission denied" in without_rights(source, made / "bag")
    made.chmod(0o755)


def test_an_unreadable_file_is_reported_by_verify(open_place: Path) -> None:
    bag = open_place / "bag"
    bags.create(open_place / "source", bag)
    (bag / "data/f3").chmod(0)
    (bag / "data/closed").mkdir(mode=0)
    said = without_rights(bag, Path("verify"))
    assert "file-unreadable data/f3" in said
    assert "file-unreadable data/closed" in said


class BrokenDevice:
    """Make reads fail as on a failing disk."""

    def __init__(self, name: str, real: Callable[..., object]) -> None:
        self.name, self.real = name, real

    def __call__(self, *args: object, **more: object) -> object:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("call", ["read", "write"])
def test_create_on_a_failing_device_fails_and_leaves_nothing(
    source: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "f0").write_bytes(b"small")
    monkeypatch.setattr(os, call, BrokenDevice(call, getattr(os, call)))
    with pytest.raises(StorageError, match="device reports an error"):
        bags.create(source, source.parent / "bag", jobs=1)
    assert names(source.parent) == ["source"]


def test_verify_reports_each_file_that_a_failing_device_cannot_read(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bags.create(source, source.parent / "bag")
    monkeypatch.setattr(os, "read", BrokenDevice("read", os.read))
    verdict = bags.verify(source.parent / "bag", jobs=1)
    assert not verdict.valid
    unreadable = [f for f in verdict.report if f.code == "file-unreadable"]
    assert {f.location.path for f in unreadable} >= {f"data/f{number}" for number in range(8)}
