"""A zip's directory and its members are compared before they are used."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags.archives import zips
from archive_pkg.bags.archives.archive import Archive
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.zips import Zip

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
END = b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two members: one stored, one deflated."""
    path = tmp_path / "bag.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("bag/stored", b"stored bytes")
        info = zipfile.ZipInfo("bag/packed")
        info.compress_type = zipfile.ZIP_DEFLATED
        info.extra = b"\x99\x99\x04\x00more"
        made.writestr(info, b"packed " * 100_000)
    return path


def edit(path: Path, name: str, at: int, value: bytes, *, local: bool = False) -> None:
    """Change a field of a member's entry in the directory, or of its own header."""
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x03\x04") if local else data.index(CENTRAL)
    fixed, signature = (30, b"PK\x03\x04") if local else (46, CENTRAL)
    while data[place + fixed :][: len(name)] != name.encode():
        place = data.index(signature, place + 1)
    data[place + at : place + at + len(value)] = value
    path.write_bytes(data)


def read(path: Path) -> dict[str, bytes]:
    with Zip(path) as opened:
        opened.listing()
        return {name: b"".join(opened.chunks(each)) for name, each in opened.members.items()}


def findings(path: Path) -> list[tuple[str, str]]:
    with Zip(path) as opened:
        return [(each.code, each.location.path) for each in opened.listing().findings]


def test_members_are_read_completely(archive: Path) -> None:
    assert read(archive) == {"bag/stored": b"stored bytes", "bag/packed": b"packed " * 100_000}
    assert findings(archive) == []


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_a_member_is_read_in_nonempty_blocks_of_limited_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    data = bytes(range(256)) * 2
    with zipfile.ZipFile(tmp_path / "bag.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bag/x", data)
    monkeypatch.setattr(zips, "BLOCK", block)
    with Zip(tmp_path / "bag.zip") as opened:
        opened.listing()
        chunks = list(opened.chunks(opened.members["bag/x"]))
    assert b"".join(chunks) == data
    assert all(0 < len(chunk) <= block for chunk in chunks)


@pytest.mark.parametrize(
    ("name", "at", "value", "local", "words"),
    [
        ("bag/stored", 20, struct.pack("<L", 11), False, "two different sizes"),
        ("bag/stored", 24, struct.pack("<L", 11), False, "two different sizes"),
        ("bag/packed", 24, struct.pack("<L", 699_999), False, "more than it declares"),
        ("bag/packed", 24, struct.pack("<L", 700_001), False, "less than it declares"),
        ("bag/packed", 20, struct.pack("<L", 20), False, "ends too early"),
        ("bag/packed", 10, struct.pack("<H", 12), False, "by the unknown method 12"),
        ("bag/packed", 0, b"PK\x03\x05", True, "does not have a header at the given"),
        ("bag/packed", 30, b"bag/other!", True, "different names in its header"),
        ("bag/packed", 48, b"\xff\xff\xff", True, "is damaged"),
    ],
)
def test_a_member_must_match_its_directory_entry(
    archive: Path, name: str, at: int, value: bytes, local: bool, words: str
) -> None:
    edit(archive, name, at, value, local=local)
    with pytest.raises(BadArchiveError, match=words) as caught:
        read(archive)
    assert caught.value.finding.location.path == name


def test_a_stored_member_that_ends_early_is_reported_as_damage(archive: Path) -> None:
    with Zip(archive) as opened:
        opened.listing()
        member = opened.members["bag/stored"]
        member.size = member.packed = 10_000_000
        with pytest.raises(BadArchiveError, match="ends too early") as caught:
            list(opened.chunks(member))
    assert caught.value.finding.location.path == "bag/stored"


@pytest.mark.descriptors
def test_every_member_that_cannot_be_read_is_reported(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[int, int]] = []

    def digested(opened: Archive) -> list[tuple[str, str]]:
        done.clear()
        piece = opened.digest_piece(["stored", "packed"], ["md5"], lambda *step: done.append(step))
        assert len(piece.digests[0]) == 2
        return [(each.location.path, each.message) for each in piece.findings]

    def fail(*_: int) -> bytes:
        raise OSError(5, "Input/output error")

    with Zip(archive) as opened:
        opened.listing()
        assert digested(opened) == []
        assert [sum(column) for column in zip(*done, strict=True)] == [2, 700_012]
        monkeypatch.setattr(os, "pread", fail)
        found = digested(opened)
        assert [path for path, _ in found] == ["stored", "packed"]
        assert "the device reports an error" in found[0][1]
        assert done == []
        monkeypatch.undo()
    for name in ("bag/stored", "bag/packed"):
        edit(archive, name, 30, b"bag/0", local=True)
    with Zip(archive) as opened:
        opened.listing()
        assert [path for path, _ in digested(opened)] == ["bag/stored", "bag/packed"]


MODES: list[tuple[int, int, str]] = [
    (3, 0o120777, "archive-member-is-link"),
    (3, 0o010644, "archive-member-is-special"),
    (3, 0o020644, "archive-member-is-special"),
    (3, 0o100644, ""),
    (3, 0, ""),
    (0, 0o120777, ""),  # made on MS-DOS, where the bits mean something else
]


@pytest.mark.parametrize(("system", "mode", "code"), MODES)
def test_the_mode_decides_the_kind_of_a_member(
    tmp_path: Path, system: int, mode: int, code: str
) -> None:
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as made:
        info = zipfile.ZipInfo("bag/x")
        info.create_system, info.external_attr = system, mode << 16
        made.writestr(info, b"x")
        made.writestr("bag/y", b"y")
    assert findings(tmp_path / "bag.zip") == ([(code, "bag/x")] if code else [])
    assert read(tmp_path / "bag.zip").keys() == ({"bag/y"} if code else {"bag/x", "bag/y"})


@pytest.mark.parametrize("flag", [0x01, 0x40])
def test_an_encrypted_member_is_named_and_not_read(archive: Path, flag: int) -> None:
    edit(archive, "bag/stored", 8, struct.pack("<H", flag))
    assert findings(archive) == [("archive-member-encrypted", "bag/stored")]
    assert list(read(archive)) == ["bag/packed"]


@pytest.mark.parametrize(("by", "bomb"), [(0, False), (1, True)])
def test_adjacent_members_are_allowed_but_not_overlapping_ones(
    archive: Path, by: int, bomb: bool
) -> None:
    with zipfile.ZipFile(archive) as made:
        first, second = made.infolist()
        room = second.header_offset - first.header_offset - 30
    edit(archive, "bag/stored", 20, struct.pack("<L", room + by))
    found = findings(archive)
    assert ("archive-bomb" in {code for code, _ in found}) == bomb
    if bomb:
        assert found == [("archive-bomb", "bag/packed")]


def test_the_total_size_that_a_zip_declares_is_limited(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = len(b"stored bytes") + 700_000
    for limit, found in ((total, []), (total - 1, [("archive-bomb", "")])):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-size={limit}")
        assert findings(archive) == found


def test_a_central_directory_that_is_too_large_is_not_read(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = zipfile.ZipInfo("bag/x")
    info.comment = b"c" * 10_000
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr(info, b"")
    data = archive.read_bytes()
    size = data.index(END) - data.index(CENTRAL)
    for limit, found in ((size, []), (size - 1, [("archive-bomb", "")])):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-names={limit}")
        assert findings(archive) == found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: data.index(END)],
        lambda data: data[: data.index(CENTRAL)] + data[data.index(END) :],
        lambda data: data.replace(CENTRAL, b"PK\x01\x03"),
    ],
)
def test_a_damaged_central_directory_is_reported(
    archive: Path, spoil: Callable[[bytes], bytes]
) -> None:
    archive.write_bytes(spoil(archive.read_bytes()))
    assert [code for code, _ in findings(archive)] == ["archive-damaged"]
    verdict = bags.verify(archive)
    assert not verdict.valid


@pytest.mark.parametrize(
    ("written", "flag", "name"),
    [
        ("é.txt".encode(), 0x800, "é.txt"),
        ("é.txt".encode(), 0, "é.txt"),
        (b"\x82.txt", 0, "é.txt"),  # code page 437
        ("├⌐.txt".encode(), 0x800, "├⌐.txt"),  # whose bytes in code page 437 are UTF-8
        (b"a.txt", 0, "a.txt"),
    ],
)
def test_zip_names_are_read_as_utf8_or_code_page_437(
    tmp_path: Path, written: bytes, flag: int, name: str
) -> None:
    path = tmp_path / "bag.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x" * len(written), b"data")
    for local in (True, False):
        edit(path, "x" * len(written), 6 if local else 8, struct.pack("<H", flag), local=local)
    path.write_bytes(path.read_bytes().replace(b"x" * len(written), written))
    assert read(path) == {name: b"data"}


def test_files_are_not_called_unlisted_if_a_manifest_cannot_be_read(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("one")
    bags.create(source, tmp_path / "bag", algorithms=("sha256", "sha512"))
    path = tmp_path / "bag.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for file in [*sorted((tmp_path / "bag").rglob("*.*")), tmp_path / "bag/data/a"]:
            made.write(file, file.relative_to(tmp_path))
        at = made.getinfo("bag/manifest-sha512.txt").header_offset
    data = bytearray(path.read_bytes())
    data[at + 60 : at + 64] = b"\xff" * 4
    path.write_bytes(data)
    found = {(each.location.path, each.code) for each in bags.verify(path).report.errors}
    assert found == {
        ("manifest-sha512.txt", "tag-file-unreadable"),
        ("bag/manifest-sha512.txt", "archive-damaged"),
    }
