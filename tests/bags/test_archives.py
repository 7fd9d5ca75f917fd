"""Serialized bags are verified where they are, and hostile archives are findings."""

from __future__ import annotations

import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags import serializing
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.storage import DestinationExistsError

KINDS = ["zip", "tar", "tgz", "tar.gz", "tar.zst"]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub/empty").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"one\n")
    (source / "sub/письмо %.txt").write_bytes(b"two\n")
    (source / "large").write_bytes(os.urandom(3 << 20))
    bags.create(source, tmp_path / "bag", info=[("Bagging-Date", "2026-11-24")])
    return tmp_path / "bag"


def codes(path: Path) -> set[str]:
    return {finding.code for finding in bags.verify(path).report}


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(bag: Path, kind: str) -> None:
    if kind == "tar.zst":
        pytest.importorskip("zstandard")
    archive = bag.parent / f"bag.{kind}"
    verdict = serializing.pack(bag, archive)
    assert verdict.valid
    assert (verdict.files, verdict.size) == (3, 8 + (3 << 20))
    first = archive.read_bytes()
    serializing.pack(bag, archive, replace=True)
    assert archive.read_bytes() == first
    serializing.unpack(archive, bag.parent / "back")
    assert bags.verify(bag.parent / "back").valid
    for path in bag.rglob("*"):
        twin = bag.parent / "back" / path.relative_to(bag)
        assert twin.is_dir() if path.is_dir() else twin.read_bytes() == path.read_bytes()


def test_packing_refuses_what_it_cannot_do(bag: Path) -> None:
    with pytest.raises(UsageError, match="no kind of archive"):
        serializing.pack(bag, bag.parent / "bag.rar")
    (bag.parent / "bag.zip").touch()
    with pytest.raises(DestinationExistsError):
        serializing.pack(bag, bag.parent / "bag.zip")
    (bag / "data/a.txt").write_text("changed")
    with pytest.raises(InvalidError, match="not valid"):
        serializing.pack(bag, bag.parent / "bag.tar")
    assert sorted(path.name for path in bag.parent.iterdir()) == ["bag", "bag.zip", "source"]


def stock(bag: Path, kind: str) -> Path:
    """What tools other than ours make: files in any order, the payload first."""
    archive = bag.parent / f"stock.{kind}"
    paths = sorted(bag.rglob("*"), reverse=True)
    if kind == "zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            for path in paths:
                made.write(path, Path("stock") / path.relative_to(bag))
    else:
        with tarfile.open(archive, "w:gz" if kind == "tgz" else "w") as made_tar:
            for path in paths:
                made_tar.add(path, Path("stock") / path.relative_to(bag), recursive=False)
    return archive


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
@pytest.mark.parametrize("algorithm", ["sha512", "md5"])
def test_archives_of_other_tools(bag: Path, kind: str, algorithm: str) -> None:
    bags.create(bag.parent / "source", bag.parent / "other", algorithms=[algorithm])
    verdict = bags.verify(stock(bag.parent / "other", kind), second_opinion=True)
    assert verdict.valid, list(verdict.report)
    assert (verdict.files, verdict.size) == (3, 8 + (3 << 20))


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_a_changed_file_in_an_archive_is_named(bag: Path, kind: str) -> None:
    (bag / "data/sub/письмо %.txt").write_bytes(b"twO\n")
    verdict = bags.verify(stock(bag, kind))
    assert verdict.complete
    assert not verdict.valid
    assert [finding.location.path for finding in verdict.report] == ["data/sub/письмо %.txt"]


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
@pytest.mark.parametrize("keep", [0.0005, 0.3, 0.9, 0.999])
def test_truncated_archives_are_findings(bag: Path, kind: str, keep: float) -> None:
    archive = stock(bag, kind)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * keep)])
    verdict = bags.verify(archive)
    if kind != "tar" or keep < 0.99:  # a tar's last blocks are only zeros
        assert not verdict.valid
        assert "archive-damaged" in {finding.code for finding in verdict.report}
        # What is missing may be in the part that is lost: nothing is concluded from it.
        absent = ("is missing", "is not there", "Payload-Oxum", "in which all lies")
        said = [finding.message for finding in verdict.report.errors]
        assert not [message for message in said if any(word in message for word in absent)]


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_any_changed_byte_is_noticed_or_harmless_and_never_raises(bag: Path, kind: str) -> None:
    (bag / "data/large").unlink()
    bags.create(bag / "data", bag.parent / "small")
    archive = stock(bag.parent / "small", kind)
    data = archive.read_bytes()
    for place in range(0, len(data), max(1, len(data) // 150)):
        archive.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        bags.verify(archive)


def in_tar(bag: Path, *more: tarfile.TarInfo, data: bytes = b"") -> Path:
    archive = stock(bag, "tar")
    with tarfile.open(archive, "a") as made:
        for info in more:
            info.size = len(data) if info.isreg() else 0
            made.addfile(info, io.BytesIO(data))
    return archive


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    ("info", "code"),
    [
        (entry("outside.txt"), "archive-member-outside"),
        (entry("other/x"), "archive-member-outside"),
        (entry("/etc/passwd"), "archive-member-unsafe"),
        (entry("stock/../../x"), "archive-member-unsafe"),
        (entry("stock/data/a.txt"), "archive-member-twice"),
        (entry("./stock/data/a.txt"), "archive-member-twice"),
        (entry("stock/data/l", tarfile.SYMTYPE, "/etc/passwd"), "archive-member-is-link"),
        (entry("stock/data/h", tarfile.LNKTYPE, "stock/data/a.txt"), "archive-member-is-link"),
        (entry("stock/data/f", tarfile.FIFOTYPE), "archive-member-is-special"),
        (entry("stock/data/c", tarfile.CHRTYPE), "archive-member-is-special"),
    ],
)
def test_hostile_tar_members(bag: Path, info: tarfile.TarInfo, code: str) -> None:
    assert codes(in_tar(bag, info)) == {code}


def in_zip(bag: Path, change: Callable[[zipfile.ZipFile], object]) -> Path:
    archive = stock(bag, "zip")
    with zipfile.ZipFile(archive, "a") as made:
        change(made)
    return archive


def link(made: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("stock/data/l")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    made.writestr(info, "/etc/passwd")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda made: made.writestr("outside.txt", b""), "archive-member-outside"),
        (lambda made: made.writestr("/etc/passwd", b""), "archive-member-unsafe"),
        (lambda made: made.writestr("stock/../../x", b""), "archive-member-unsafe"),
        (lambda made: made.writestr("C:\\x", b""), "archive-member-unsafe"),
        (link, "archive-member-is-link"),
    ],
)
def test_hostile_zip_members(
    bag: Path, change: Callable[[zipfile.ZipFile], object], code: str
) -> None:
    assert codes(in_zip(bag, change)) == {code}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_name_twice(bag: Path) -> None:
    archive = in_zip(bag, lambda made: made.writestr("stock/data/a.txt", b"other"))
    assert "archive-member-twice" in codes(archive)


def test_a_zip_whose_header_has_another_name_than_its_directory(bag: Path) -> None:
    archive = stock(bag, "zip")
    data = archive.read_bytes()
    place = data.index(b"stock/data/a.txt")
    archive.write_bytes(data[:place] + b"stock/data/b.txt" + data[place + 16 :])
    assert "archive-damaged" in codes(archive)


def test_an_encrypted_member(bag: Path) -> None:
    archive = stock(bag, "zip")
    data = bytearray(archive.read_bytes())
    central = data.index(b"PK\x01\x02")
    while central >= 0:
        length = struct.unpack_from("<H", data, central + 28)[0]
        if data[central + 46 : central + 46 + length] == b"stock/data/a.txt":
            data[central + 8] |= 1
        central = data.find(b"PK\x01\x02", central + 1)
    archive.write_bytes(data)
    assert "archive-member-encrypted" in codes(archive)


def test_overlapping_members_are_a_bomb(bag: Path) -> None:
    archive = stock(bag, "zip")
    data = bytearray(archive.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    archive.write_bytes(data)
    assert codes(archive) & {"archive-bomb", "archive-damaged"}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_bag_without_its_folder(bag: Path, kind: str) -> None:
    archive = bag.parent / f"flat.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as made:
            for path in bag.rglob("*"):
                made.write(path, path.relative_to(bag))
    else:
        with tarfile.open(archive, "w") as made_tar:
            made_tar.add(bag, ".")
    assert codes(archive) == {"archive-without-top-folder"}


def test_another_name_than_the_folder_is_a_warning(bag: Path) -> None:
    archive = stock(bag, "tar").rename(bag.parent / "renamed.tar")
    verdict = bags.verify(archive)
    assert verdict.valid
    assert {finding.code for finding in verdict.report} == {"archive-folder-named-otherwise"}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"x" * 600])
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bag.zip"
    path.write_bytes(data)
    assert codes(path) & {"archive-damaged", "archive-unknown"}


def test_utf8_names_without_the_flag_are_understood(bag: Path) -> None:
    archive = bag.parent / "old.zip"
    archive.write_bytes(unflagged(bag))
    assert bags.verify(archive).valid


def unflagged(bag: Path) -> bytes:
    """A zip of stored members whose names are UTF-8 and not flagged so, as some tools write it."""
    import zlib

    body, directory, count = b"", b"", 0
    for path in sorted(bag.rglob("*")):
        if path.is_file():
            name = os.fsencode(Path("old") / path.relative_to(bag))
            data = path.read_bytes()
            sizes = struct.pack("<LLLHH", zlib.crc32(data), len(data), len(data), len(name), 0)
            directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 0, 0, 0x21) + sizes
            directory += struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name
            body += b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 0, 0, 0x21) + sizes + name + data
            count += 1
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_reading_a_bag_in_an_archive(bag: Path, kind: str) -> None:
    read = bags.Bag.open(stock(bag, kind))
    assert read.values("Bagging-Date") == ["2026-11-24"]
    assert sorted(read.payload) == ["data/a.txt", "data/large", "data/sub/письмо %.txt"]
    assert read.read("data/a.txt") == b"one\n"
    assert read.read("bagit.txt") == (bag / "bagit.txt").read_bytes()
    with pytest.raises(StorageError, match="no such file"):
        read.read("data/none")
    with pytest.raises(InvalidError, match="cannot be read as a bag"):
        bags.Bag.open(bag / "bagit.txt")
