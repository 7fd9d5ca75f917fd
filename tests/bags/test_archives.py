"""Serialized bags are verified without unpacking, and hostile archives give findings."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags.archives import serializing
from archive_pkg.bags.archives.archive import SharedDescriptor, Unpacked, feed_chunks
from archive_pkg.bags.archives.findings import DAMAGED, BadArchiveError
from archive_pkg.bags.archives.opening import holds_bag, open_archive
from archive_pkg.bags.folder import Listing
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.storage import DestinationExistsError

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
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


def test_the_hint_names_the_extra_to_install_if_zstandard_is_missing(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = bag.parent / "bag.tar.zst"
    serializing.pack(bag, archive)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    (finding,) = bags.verify(archive).report
    assert (finding.code, finding.hint) == (
        "archive-unknown",
        "Install it: pip install 'archive-pkg[zstd]'",
    )
    with pytest.raises(UsageError) as refusal:
        serializing.pack(bag, bag.parent / "more.tar.zst")
    assert "archive-pkg[zstd]" in refusal.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_a_bag_is_packed_and_unpacked(bag: Path, kind: str) -> None:
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


def test_impossible_packing_is_refused(bag: Path) -> None:
    with pytest.raises(UsageError, match="does not have an archive"):
        serializing.pack(bag, bag.parent / "bag.rar")
    (bag.parent / "bag.zip").touch()
    with pytest.raises(DestinationExistsError):
        serializing.pack(bag, bag.parent / "bag.zip")
    (bag / "data/a.txt").write_text("changed")
    with pytest.raises(InvalidError, match="not valid"):
        serializing.pack(bag, bag.parent / "bag.tar")
    assert sorted(path.name for path in bag.parent.iterdir()) == ["bag", "bag.zip", "source"]


def stock(bag: Path, kind: str) -> Path:
    """Archives of other tools can have any order, for example the payload first."""
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
def test_archives_made_by_other_tools_are_valid(bag: Path, kind: str, algorithm: str) -> None:
    bags.create(bag.parent / "source", bag.parent / "other", algorithms=[algorithm])
    done: list[tuple[int, int]] = []
    verdict = bags.verify(
        stock(bag.parent / "other", kind),
        second_opinion=True,
        progress=lambda tally: done.append((tally.files, tally.size)),
    )
    assert verdict.valid, list(verdict.report)
    assert (verdict.files, verdict.size) == done[-1] == (3, 8 + (3 << 20))


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_a_changed_file_in_an_archive_is_named(bag: Path, kind: str) -> None:
    (bag / "data/sub/письмо %.txt").write_bytes(b"twO\n")
    verdict = bags.verify(stock(bag, kind))
    assert verdict.complete
    assert not verdict.valid
    assert [finding.location.path for finding in verdict.report] == ["data/sub/письмо %.txt"]


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
@pytest.mark.parametrize("keep", [0.0005, 0.3, 0.9, 0.999])
def test_truncated_archives_are_reported(bag: Path, kind: str, keep: float) -> None:
    archive = stock(bag, kind)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * keep)])
    verdict = bags.verify(archive)
    if kind != "tar" or keep < 0.99:  # a tar's last blocks are only zeros
        assert not verdict.valid
        assert "archive-damaged" in {finding.code for finding in verdict.report}
        # Missing files may be in the lost part, so they are not reported.
        absent = ("is missing", "Payload-Oxum", "a single folder for all files")
        said = [finding.message for finding in verdict.report.errors]
        assert not [message for message in said if any(word in message for word in absent)]


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_verifying_an_archive_with_a_changed_byte_never_raises(bag: Path, kind: str) -> None:
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
def test_hostile_tar_members_are_reported(bag: Path, info: tarfile.TarInfo, code: str) -> None:
    assert codes(in_tar(bag, info)) == {code}


def test_two_members_of_a_tar_with_the_same_name_are_reported(bag: Path) -> None:
    path = in_tar(bag, entry("stock/data/a.txt"), data=b"other")
    path.with_suffix(".tgz").write_bytes(gzip.compress(path.read_bytes(), 1))
    for each in (path, path.with_suffix(".tgz")):
        assert codes(each) == {"archive-member-twice"}


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
def test_hostile_zip_members_are_reported(
    bag: Path, change: Callable[[zipfile.ZipFile], object], code: str
) -> None:
    assert codes(in_zip(bag, change)) == {code}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_a_zip_with_the_same_name_are_reported(bag: Path) -> None:
    archive = in_zip(bag, lambda made: made.writestr("stock/data/a.txt", b"other"))
    assert "archive-member-twice" in codes(archive)


def test_a_zip_member_with_different_names_in_header_and_directory_is_reported(bag: Path) -> None:
    archive = stock(bag, "zip")
    data = archive.read_bytes()
    place = data.index(b"stock/data/a.txt")
    archive.write_bytes(data[:place] + b"stock/data/b.txt" + data[place + 16 :])
    assert "archive-damaged" in codes(archive)


def test_an_encrypted_member_is_reported(bag: Path) -> None:
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


def test_a_zip_with_overlapping_members_is_reported(bag: Path) -> None:
    archive = stock(bag, "zip")
    data = bytearray(archive.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    archive.write_bytes(data)
    assert codes(archive) & {"archive-bomb", "archive-damaged"}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_without_a_top_folder_is_reported(bag: Path, kind: str) -> None:
    archive = bag.parent / f"flat.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as made:
            for path in bag.rglob("*"):
                made.write(path, path.relative_to(bag))
    else:
        with tarfile.open(archive, "w") as made_tar:
            made_tar.add(bag, ".")
    assert codes(archive) == {"archive-without-top-folder"}


def test_an_archive_named_differently_from_its_folder_gives_a_warning(bag: Path) -> None:
    archive = stock(bag, "tar").rename(bag.parent / "renamed.tar")
    verdict = bags.verify(archive)
    assert verdict.valid
    assert {finding.code for finding in verdict.report} == {"archive-folder-named-otherwise"}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"x" * 600])
def test_files_that_are_not_archives_are_reported(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bag.zip"
    path.write_bytes(data)
    assert codes(path) & {"archive-damaged", "archive-unknown"}


def test_the_bytes_decide_the_kind_of_an_archive(bag: Path) -> None:
    zipfile.ZipFile(bag.parent / "empty.zip", "w").close()
    archives = {"empty.zip": "zip"}
    for kind, reported in (("zip", "zip"), ("tar", "tar"), ("tgz", "tgz"), ("tar.zst", "zst")):
        serializing.pack(bag, bag.parent / f"bag.{kind}")
        archives[f"bag.{kind}"] = reported
    for name, reported in archives.items():
        with open_archive((bag.parent / name).rename(bag.parent / "any.zip")) as opened:
            assert opened.kind == reported
    (bag.parent / "any.zip").unlink()
    os.mkfifo(bag.parent / "any.zip")
    (finding,) = bags.verify(bag.parent / "any.zip").report
    assert (finding.code, finding.message) == (
        "bag-unreadable",
        "cannot be read: it is neither a folder nor a file",
    )


def test_zip_names_in_utf8_are_read_without_the_utf8_flag(bag: Path) -> None:
    archive = bag.parent / "old.zip"
    archive.write_bytes(unflagged(bag))
    assert bags.verify(archive).valid


def unflagged(bag: Path) -> bytes:
    """Make a zip of stored members with UTF-8 names but without the flag, as some tools do."""
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
def test_a_bag_in_an_archive_can_be_read(bag: Path, kind: str) -> None:
    read = bags.Bag.open(stock(bag, kind))
    assert read.values("Bagging-Date") == ["2026-11-24"]
    assert sorted(read.payload) == ["data/a.txt", "data/large", "data/sub/письмо %.txt"]
    assert read.read("data/a.txt") == b"one\n"
    assert read.read("bagit.txt") == (bag / "bagit.txt").read_bytes()
    with pytest.raises(StorageError, match="no such file"):
        read.read("data/none")
    with pytest.raises(InvalidError, match="cannot be read as a bag"):
        bags.Bag.open(bag / "bagit.txt")


# --- contents of archives ---------------------------------------------------------------------


def packed(path: Path, members: dict[str, bytes]) -> Path:
    """Make an archive. Names that end with a slash are folders."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as made:
            for name, data in members.items():
                made.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as made_tar:
            for name, data in members.items():
                info = entry(name, tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE)
                info.size = len(data)
                made_tar.addfile(info, io.BytesIO(data))
    return path


def listed(path: Path) -> Listing:
    with open_archive(path) as archive:
        return archive.listing()


BAGIT = {"top/bagit.txt": b"", "top/data/a": b"one"}


@pytest.mark.parametrize(
    ("members", "files", "said"),
    [
        (BAGIT, ["bagit.txt", "data/a"], []),
        ({"top/X": b"", "top/data/a": b"one"}, ["X", "data/a"], []),
        (
            BAGIT | {"aaa/x": b"", "top2/bagit": b""},
            ["bagit.txt", "data/a"],
            [("archive-member-outside", "aaa/x"), ("archive-member-outside", "top2/bagit")],
        ),
        (
            BAGIT | {"bagit.txt": b""},
            ["bagit.txt", "data/a"],
            [("archive-member-outside", "bagit.txt")],
        ),
        (
            {"bagit.txt": b"", "data/a": b""},
            ["bagit.txt", "data/a"],
            [("archive-without-top-folder", "bagit.txt")],
        ),
        (
            {"top/x": b"", "pot/x": b""},
            ["top/x", "pot/x"],
            [("archive-without-top-folder", "")],
        ),
        ({"x": b""}, ["x"], [("archive-without-top-folder", "")]),
        ({"top/": b""}, [], []),
        ({"top/a/": b"", "top/x": b""}, ["x"], []),
        ({"top/x": b"", "../y/": b""}, ["x"], [("archive-member-unsafe", "../y/")]),
        (
            BAGIT | {"top/data/a/b": b"", "top/data/c": b"", "top/data/c/": b""},
            ["bagit.txt", "data/a", "data/a/b", "data/c"],
            [("archive-member-clashes", "data/a"), ("archive-member-clashes", "data/c")],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_members_outside_the_folder_of_the_bag_are_reported(
    tmp_path: Path,
    kind: str,
    members: dict[str, bytes],
    files: list[str],
    said: list[tuple[str, str]],
) -> None:
    found = listed(packed(tmp_path / f"top.{kind}", members))
    assert found.files == files
    assert [(each.code, each.location.path) for each in found.findings] == said


def test_an_archive_lists_all_its_folders_and_separately_the_empty_ones(tmp_path: Path) -> None:
    members = BAGIT | {"top/data/x/y/z/": b"", "top/data/x/": b"", "top/data/full/b": b""}
    members |= {"other/data/o/": b""}
    found = listed(packed(tmp_path / "top.tar", members))
    assert found.folders == ["data", "data/full", "data/x", "data/x/y", "data/x/y/z"]
    assert found.empty == ["data/x/y/z"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("top.TAR.GZ", "top"),
        ("top.tar.zst", "top"),
        ("top.x.tgz", "top.x"),
        ("top", "top"),
        ("topX.zip", "topX"),
    ],
)
def test_an_archive_not_named_after_its_folder_gives_a_warning(
    tmp_path: Path, name: str, stem: str
) -> None:
    made = packed(tmp_path / "bag.tar", {f"{stem}/bagit.txt": b""})
    assert listed(made.rename(tmp_path / name)).findings == []
    (finding,) = listed((tmp_path / name).rename(tmp_path / "other.tar")).findings
    assert (finding.code, finding.severity) == ("archive-folder-named-otherwise", "warning")
    assert (
        finding.message
        == f"the folder in the archive is called {stem!r}, but the archive is called 'other.tar'"
    )


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("top/bagit.txt", True),
        ("bagit.txt", True),
        ("./top/bag-info.txt", True),
        ("top/tagmanifest-md5.txt", True),
        ("top/data/bagit.txt", False),
        ("top/bagit.txt.bak", False),
        ("top/manifest", False),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_an_archive_with_a_tag_file_at_its_top_contains_a_bag(
    tmp_path: Path, kind: str, name: str, holds: bool
) -> None:
    assert holds_bag(packed(tmp_path / f"a.{kind}", {"x": b"", name: b""})) == holds


@pytest.mark.parametrize(
    ("kind", "name", "most"),
    [
        ("zip", "archive-members", 3),
        ("tar", "archive-members", 3),
        ("tgz", "archive-members", 3),
        ("tar", "archive-names", 22),
        ("tgz", "archive-names", 22),
        ("zip", "archive-size", 5),
        ("tar", "archive-size", 5),
    ],
)
def test_members_and_names_of_an_archive_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, most: int
) -> None:
    members = {"top/": b"", "top/a": b"four", "top/bagit.txt": b"1"}
    path = packed(tmp_path / f"top.{kind}", members)
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"{name}={most}")
    assert listed(path).findings == []
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"{name}={most - 1}")
    (finding,) = listed(path).findings
    assert finding.code == "archive-bomb"
    if "size" not in name:
        what = "members" if "members" in name else "bytes of names"
        assert finding.message == f"has more than {most - 1} {what}, so the rest is not read"


def test_nested_folders_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "top.tar", BAGIT | {"top/data/b/c/d": b"", "top/data/b/": b""})
    for most, codes, files in (
        (4, [], [*BAGIT, "top/data/b/c/d"]),
        (3, ["folder-too-deep"], [*BAGIT]),
    ):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"folder-depth={most}")
        found = listed(path)
        assert [each.code for each in found.findings] == codes
        assert [f"top/{each}" for each in found.files] == files


def test_a_truncated_or_empty_archive_may_have_several_folders_or_none(tmp_path: Path) -> None:
    path = packed(tmp_path / "top.tar", {"top/x": b"", "pot/x": bytes(3000)})
    path.write_bytes(path.read_bytes()[:2000])
    assert [each.code for each in listed(path).findings] == ["archive-damaged"]
    assert listed(packed(tmp_path / "top.tgz", {})).findings == []


def test_folders_in_the_paths_of_members_count_as_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "top.tar", {"top/bagit.txt": b"", "top/a/b/c/d": b""})
    for most, codes in ((3, []), (2, ["archive-bomb"])):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-members={most}")
        assert [each.code for each in listed(path).findings] == codes


@pytest.mark.parametrize("kind", ["zip", "tgz"])
def test_the_exceeded_limit_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / f"top.{kind}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("top/bagit.txt", bytes(1 << 20))
    if kind == "tgz":
        packed(path, {"top/bagit.txt": bytes(1 << 20)})
    monkeypatch.setattr("archive_pkg.limits._PLAUSIBLE", 1 << 10)
    assert "archive-ratio=" in listed(path).findings[0].hint
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "archive-size=1000")
    assert "archive-size=" in listed(path).findings[0].hint
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-size={1 << 20}")
    assert "archive-ratio=" in listed(path).findings[0].hint


@pytest.mark.parametrize("sizes", [[], [0], [1], [3, 4], [300_000, 5, 0, 700_000, 2]])
def test_chunks_of_any_size_are_digested_completely(sizes: list[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    hashes = [hashlib.sha256(), hashlib.md5()]
    reported: list[int] = []
    full = [piece for piece in pieces if piece]
    count = feed_chunks(iter(full), hashes, lambda files, size: reported.append(files or size))
    whole = b"".join(pieces)
    assert count == sum(reported) == len(whole)
    assert [each.digest() for each in hashes] == [
        hashlib.sha256(whole).digest(),
        hashlib.md5(whole).digest(),
    ]


def test_unpacked_bytes_are_a_stream_from_their_start() -> None:
    stream = Unpacked(lambda: iter([b"one", b"", b"two"]))
    assert stream.readable()
    assert stream.seekable()
    assert (stream.read(4), stream.tell()) == (b"one", 3)
    assert (stream.read(2), stream.tell()) == (b"tw", 5)
    assert stream.seek(0) == 0
    assert (stream.tell(), stream.readall()) == (0, b"onetwo")
    for place in ((1, 0), (0, 2)):
        with pytest.raises(io.UnsupportedOperation):
            stream.seek(*place)


def test_a_damaged_member_raises_before_its_end() -> None:
    def damaged() -> Iterator[bytes]:
        yield b"one"
        raise BadArchiveError(DAMAGED, "ends too early", "a")

    stream = Unpacked(damaged)
    assert stream.read(3) == b"one"
    with pytest.raises(OSError, match="ends too early"):
        stream.read(1)


def test_readers_of_one_descriptor_have_their_own_positions(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with (tmp_path / "a").open("rb") as file:
        one, other = SharedDescriptor(file.fileno()), SharedDescriptor(file.fileno())
        assert (one.read(3), other.read(2), one.read(1)) == (b"012", b"01", b"3")
        assert (one.seek(2), one.read(1), one.tell()) == (2, b"2", 3)
        assert (one.seek(2, 1), one.read(1)) == (5, b"5")
        assert (one.seek(-1, 2), one.read(5)) == (9, b"9")
        assert one.readable()
        assert one.seekable()
