"""Bags are packed and unpacked reproducibly, and verified before and after."""

from __future__ import annotations

import gzip
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import bags
from archive_pkg.bags.archives import serializing
from archive_pkg.bags.archives.opening import open_archive
from archive_pkg.bags.updating import update
from archive_pkg.errors import InvalidError, StorageError, UsageError

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub/empty").mkdir(parents=True)
    (source / "sub/run.sh").write_bytes(b"#!/bin/sh\n")
    (source / "sub/run.sh").chmod(0o700)
    (source / "a").write_bytes(b"a" * 9)
    (source / "X").touch()
    info, tag_files = [("Bagging-Date", "2026-11-24")], {"a/notes.txt": b"n"}
    bags.create(source, tmp_path / "bag", info=info, tag_files=tag_files)
    return tmp_path / "bag"


Members = list[tuple[str, int, datetime]]


def members(path: Path) -> Members:
    """Return names, modes and times. A folder's name ends with a slash."""
    found: Members = []
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            for each in packed.infolist():
                mode = each.external_attr >> 16
                assert stat.S_ISDIR(mode) == each.is_dir()
                assert each.external_attr & 0xFFFF == 0x10 * each.is_dir()
                assert (each.create_system, each.compress_type) == (3, zipfile.ZIP_STORED)
                moment = datetime(*each.date_time, tzinfo=UTC)
                found.append((each.filename, stat.S_IMODE(mode), moment))
    else:
        with tarfile.open(path) as packed_tar:
            for info in packed_tar:
                assert (info.uid, info.gid, info.uname, info.gname) == (0, 0, "", "")
                name = info.name + "/" * info.isdir()
                found.append((name, info.mode, datetime.fromtimestamp(info.mtime, UTC)))
    return found


KINDS = pytest.mark.parametrize("kind", ["zip", "tar", "tgz", "tar.gz", "TAR"])


@KINDS
def test_members_are_in_a_fixed_order_without_traces_of_the_machine(bag: Path, kind: str) -> None:
    archive = bag.parent / f"named.{kind}"
    verdict = serializing.pack(bag, archive)
    assert verdict.path == str(archive)
    day = datetime(2026, 11, 24, tzinfo=UTC)
    manifests = [
        f"{tag}manifest-{name}.txt" for tag in ("", "tag") for name in ("sha256", "sha512")
    ]
    first = ["", "bagit.txt", "bag-info.txt", "a/", "a/notes.txt", *manifests]
    names = [*first, "data/", "data/X", "data/a", "data/sub/", "data/sub/empty/", "data/sub/run.sh"]
    assert members(archive) == [
        (f"named/{name}", 0o755 if name.endswith(("/", ".sh")) or not name else 0o644, day)
        for name in names
    ]


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_members_have_the_date_given_or_the_bagging_date(bag: Path) -> None:
    def day(**how: Any) -> set[date]:
        serializing.pack(bag, bag.parent / "bag.tar", replace=True, **how)
        serializing.pack(bag, bag.parent / "bag.zip", replace=True, **how)
        found = (*members(bag.parent / "bag.tar"), *members(bag.parent / "bag.zip"))
        assert {moment.time() for *_, moment in found} == {datetime.min.time()}
        return {moment.date() for *_, moment in found}

    assert day(on=date(2000, 1, 2)) == {date(2000, 1, 2)}
    for path in bag.glob("tagmanifest*"):
        path.unlink()
    for said, expected in (
        ("Bagging-Date: 2001-02-03\n", date(2001, 2, 3)),
        ("Bagging-Date: 1970-01-01\n", date(1980, 1, 1)),
        ("Bagging-Date: no date\nBagging-Date: 2001-02-04\n", date(2001, 2, 4)),
        ("Bagging-Date: 2001-02-30\n", date(1980, 1, 1)),
        ("Bagging-Date: 2001-02-03T00\n", date(1980, 1, 1)),
        ("Bagging-Date: 20010203\n", date(1980, 1, 1)),
        ("", date(1980, 1, 1)),
    ):
        (bag / "bag-info.txt").write_text(said)
        assert day() == {expected}, said


def test_a_gzip_header_records_neither_date_nor_system(bag: Path) -> None:
    serializing.pack(bag, bag.parent / "bag.tgz")
    data = (bag.parent / "bag.tgz").read_bytes()
    assert data[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    assert data[-4:] == len(gzip.decompress(data)).to_bytes(4, "little")


def test_packing_and_unpacking_do_not_widen_permissions(bag: Path) -> None:
    archive = bag.parent / "bag.tar"
    for path in bag.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for closed, packed in ((bag, 0o640), (bag / "data/a", 0o600)):
        closed.chmod(0o750 if closed == bag else 0o600)
        serializing.pack(bag, archive, replace=True)
        assert stat.S_IMODE(archive.stat().st_mode) == packed
    for mode, unpacked in ((0o644, 0o755), (0o640, 0o750), (0o600, 0o700)):
        archive.chmod(mode)
        serializing.unpack(archive, bag.parent / "back", replace=True)
        assert stat.S_IMODE((bag.parent / "back").stat().st_mode) == unpacked


@KINDS
def test_a_bag_that_changes_while_it_is_packed_gets_no_archive(
    bag: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    listed = serializing._in_order

    def late(folder: Any) -> list[tuple[str, bool]]:
        (bag / "data/a").write_bytes(b"b" * 9)
        return listed(folder)

    monkeypatch.setattr(serializing, "_in_order", late)
    with pytest.raises(InvalidError, match="changed while it was packed") as caught:
        serializing.pack(bag, bag.parent / f"bag.{kind}")
    assert [each.location.path for each in caught.value.report.errors] == ["data/a"]
    assert sorted(path.name for path in bag.parent.iterdir()) == ["bag", "source"]


@pytest.mark.parametrize("change", ["another", "cut off"])
def test_an_archive_that_changes_while_it_is_unpacked_gets_no_folder(
    bag: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    archive, other = bag.parent / "bag.tar", bag.parent / "other.tar"
    serializing.pack(bag, archive)
    data = archive.read_bytes()
    place = data.index(b"a" * 9)
    other.write_bytes(data[:place] + b"b" * 9 + data[place + 9 :])
    if change == "cut off":
        other.write_bytes(data[: place + 4])
    monkeypatch.setattr(serializing, "open_archive", lambda _: open_archive(other))
    with pytest.raises(InvalidError, match="changed while it was unpacked"):
        serializing.unpack(archive, bag.parent / "back")
    assert sorted(path.name for path in bag.parent.iterdir()) == [
        "bag", "bag.tar", "other.tar", "source"
    ]  # fmt: skip


def test_existing_destinations_and_invalid_bags_are_left_alone(bag: Path) -> None:
    archive, back = bag.parent / "bag.tar", bag.parent / "back"
    serializing.pack(bag, archive)
    back.mkdir()
    with pytest.raises(StorageError, match="already exists"):
        serializing.unpack(bag.parent / "none.tar", back)  # before the archive is read
    with pytest.raises(StorageError, match="already exists"):
        serializing.pack(bag.parent / "none", archive)
    assert serializing.unpack(archive, back, replace=True).path == str(back)
    assert (back / "data/sub/empty").is_dir()
    archive.write_bytes(archive.read_bytes()[:3000])
    with pytest.raises(InvalidError, match="is not valid"):
        serializing.unpack(archive, bag.parent / "more")
    assert not (bag.parent / "more").exists()


def test_packing_refuses_files_and_unpacking_refuses_folders(bag: Path) -> None:
    archive, new = bag.parent / "bag.tar", bag.parent / "new.tar"
    serializing.pack(bag, archive)
    with pytest.raises(UsageError, match="is a folder, not an archive"):
        serializing.unpack(bag, new)
    with pytest.raises(UsageError, match="is a file, not the folder of a bag"):
        serializing.pack(archive, new)
    with pytest.raises(UsageError, match="is a file, not the folder of a bag"):
        update(archive)
    with pytest.raises(StorageError, match="is a file, not a folder"):
        bags.create(archive, new)
    with pytest.raises(StorageError, match="nowhere does not exist"):
        serializing.unpack(bag.parent / "nowhere", new)


@pytest.mark.parametrize("work", ["pack", "unpack"])
def test_the_wait_for_another_run_is_limited(
    bag: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    serializing.pack(bag, bag.parent / "bag.tar")
    there = {"pack": bag, "unpack": bag.parent / "bag.tar"}[work]
    call: Callable[..., object] = partial(getattr(serializing, work), there, bag.parent / "x.tar")
    waited: list[float] = []

    def busy(destination: Path, *, wait: float) -> None:
        waited.append(wait)
        raise StorageError("busy")

    monkeypatch.setattr(serializing, "Staging", busy)
    for each in (call, partial(call, wait=2.5)):
        with pytest.raises(StorageError, match="busy"):
            each()
    assert waited == [0, 2.5]


def test_write_zip_gives_the_bytes_of_pack(bag: Path) -> None:
    serializing.write_zip(bags.Bag.open(bag), bag.parent / "bag.zip")
    written = (bag.parent / "bag.zip").read_bytes()
    serializing.pack(bag, bag.parent / "bag.zip", replace=True)
    assert (bag.parent / "bag.zip").read_bytes() == written
    with pytest.raises(StorageError):
        serializing.write_zip(bags.Bag.open(bag), bag.parent / "bag.zip")
    assert (bag.parent / "bag.zip").read_bytes() == written
