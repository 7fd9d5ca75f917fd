"""Tar archives are read as streams, and an early end is noticed."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_tar_headers import member, old_sparse

from archive_pkg.bags.archives import tars
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_archive

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
DATA = bytes(range(256)) * 40


def gunzipped(path: Path) -> list[bytes]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return list(tars.gunzip(descriptor))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 18])
def test_a_gzip_file_can_have_several_members_and_trailing_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(tars, "BLOCK", block)
    path, one = tmp_path / "a.gz", gzip.compress(DATA)
    for packed, data in (
        (one, DATA),
        (one + bytes(300), DATA),
        (one + gzip.compress(b"more"), DATA + b"more"),
        (gzip.compress(b"") + one, DATA),
    ):
        path.write_bytes(packed)
        chunks = gunzipped(path)
        assert b"".join(chunks) == data
        assert all(0 < len(chunk) <= 4 * block for chunk in chunks)


def test_a_gzip_file_that_ends_early_or_has_trailing_bytes_is_damaged(tmp_path: Path) -> None:
    path, one = tmp_path / "a.gz", gzip.compress(DATA)
    for packed, error in (
        (one[:-1], EOFError),
        (one[: len(one) // 2], EOFError),
        (one + one[:20], EOFError),
        (one + b"xyz", zlib.error),
        (one + b"XX\0", zlib.error),
        (one[:-8] + bytes(8), zlib.error),
    ):
        path.write_bytes(packed)
        with pytest.raises(error):
            gunzipped(path)


def test_reading_and_skipping_cross_the_pieces_of_a_stream() -> None:
    given: list[int] = []
    stream = tars._StreamSource(iter([b"abc", b"d", b"efgh"]), given.append)
    assert (stream.read(2), stream.place) == (b"ab", 2)
    assert (stream.read(3), stream.place) == (b"cde", 5)
    stream.skip(2)
    assert (stream.read(0), stream.read(9), stream.place) == (b"", b"h", 8)
    assert stream.read(1) == b""
    with pytest.raises(BadArchiveError, match="it ends too early"):
        stream.skip(1)
    assert given[:3] == [3, 4, 8]
    assert max(given) == 8


@pytest.mark.parametrize("error", [EOFError("no end"), zlib.error("odd")])
def test_a_stream_that_cannot_be_unpacked_is_reported_as_damage(error: Exception) -> None:
    def unpacked() -> Iterator[bytes]:
        yield b"abc"
        raise error

    stream = tars._StreamSource(unpacked(), lambda size: None)
    with pytest.raises(BadArchiveError, match=f"to its end: {error}"):
        stream.read(4)


def test_an_open_archive_is_read_from_an_offset_and_skipped_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with (tmp_path / "a").open("rb") as file:
        placed = tars._FileSource(file.fileno(), 2)
        assert (placed.read(3), placed.place) == (b"234", 5)
        placed.skip(5)
        assert (placed.read(1), placed.place) == (b"", 10)
        with pytest.raises(BadArchiveError, match="it ends too early"):
            placed.skip(1)


MEMBERS = {
    "b/manifest-md5.txt": b"m",
    "b/bagit.txt": b"x" * 30,
    "b/data/a": DATA,
    "b/data/b": b"",
    "b/notes": b"y" * 50,
}


def packed(path: Path, members: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
        for info in more:
            made.addfile(info, io.BytesIO(bytes(info.size)))
    path.write_bytes(compressed(plain.getvalue(), path.suffix))
    return path


def compressed(data: bytes, suffix: str) -> bytes:
    if suffix == ".tgz":
        return gzip.compress(data)
    if suffix == ".zst":
        return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(data))
    return data


KINDS = pytest.mark.parametrize("kind", ["tar", "tgz", "tar.zst"])


def entry(name: str, kind: bytes, size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, "b/data/a" * (kind == tarfile.LNKTYPE)
    return info


@KINDS
def test_only_the_first_regular_file_of_a_name_is_a_member(tmp_path: Path, kind: str) -> None:
    more = (
        entry("b/data/empty", tarfile.DIRTYPE),
        entry("b/data/link", tarfile.LNKTYPE),
        entry("b/data/pipe", tarfile.FIFOTYPE),
        entry("b/data/a", tarfile.REGTYPE, 7),
    )
    with open_archive(packed(tmp_path / f"b.{kind}", MEMBERS, *more)) as opened:
        found = opened.listing()
        assert found.files == [name.partition("/")[2] for name in MEMBERS]
        assert (found.folders, found.empty) == (["data", "data/empty"], ["data/empty"])
        assert [(each.code, each.location.path) for each in found.findings] == [
            ("archive-member-is-link", "b/data/link"),
            ("archive-member-is-special", "b/data/pipe"),
            ("archive-member-twice", "b/data/a"),
        ]
        assert dict(opened.contents(["data/a"])).keys() == {"data/a"}
        assert opened.open("data/a").read() == DATA
        with opened.digesting(["data/a"], ["sha256"]) as digesting:
            digests = digesting.finish(lambda *_: None)
        assert digests.of(0, "sha256") == hashlib.sha256(DATA).digest()


@KINDS
def test_the_holes_of_a_sparse_file_are_read_as_zeros(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"b.{kind}"
    data = old_sparse([(2, 3)], 9, b"abc") + member("next", b"n")
    path.write_bytes(compressed(data, path.suffix))
    with open_archive(path) as opened:
        opened.listing()
        assert opened.open("s").read() == b"\0\0abc\0\0\0\0"
        assert opened.open("next").read() == b"n"


@pytest.mark.parametrize(
    ("first", "algorithm", "readings"),
    [
        ("manifest-md5.txt", "md5", 1),
        ("manifest-md5.txt", "sha512", 2),
        ("manifest-crc32.txt", "sha512", 1),
        ("tagmanifest-md5.txt", "md5", 2),
        ("notes", "sha256", 1),
        ("notes", "md5", 2),
    ],
)
def test_a_compressed_archive_is_read_once_if_its_manifest_comes_first(
    tmp_path: Path, first: str, algorithm: str, readings: int
) -> None:
    made = packed(tmp_path / "b.tgz", {f"b/{first}": b"m", "b/data/a": DATA, "b/tags/x": b"x" * 50})
    begun: list[int] = []

    def unpack(descriptor: int) -> Iterator[bytes]:
        begun.append(descriptor)
        return tars.gunzip(descriptor)

    with tars.PackedTar(made, "tgz", unpack) as opened:
        opened.listing()
        with opened.digesting(["data/a"], [algorithm]) as digesting:
            digests = digesting.finish(lambda *_: None)
        assert digests.of(0, algorithm) == hashlib.new(algorithm, DATA).digest()
        assert opened.open(first).read() == b"m"
        assert len(begun) == readings


@pytest.mark.parametrize(("small", "most", "kept"), [(50, 51, 1), (49, 51, 0), (50, 50, 0)])
def test_kept_tag_files_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int, most: int, kept: int
) -> None:
    monkeypatch.setattr(tars, "_SMALL", small)
    monkeypatch.setattr(tars, "_MOST_KEPT", most)
    begun: list[int] = []

    def unpack(descriptor: int) -> Iterator[bytes]:
        begun.append(descriptor)
        return tars.gunzip(descriptor)

    made = packed(tmp_path / "b.tgz", {"b/x": b"m", "b/tags/x": b"x" * 50})
    with tars.PackedTar(made, "tgz", unpack) as opened:
        opened.listing()
        assert opened.open("tags/x").read() == b"x" * 50
    assert len(begun) == 2 - kept


@KINDS
@pytest.mark.parametrize(("small", "kept"), [(1 << 20, 1 << 20), (0, 1 << 20), (1 << 20, 40)])
def test_members_are_read_and_digested_with_any_size_of_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, small: int, kept: int
) -> None:
    monkeypatch.setattr(tars, "_SMALL", small)
    monkeypatch.setattr(tars, "_MOST_KEPT", kept)
    path = packed(tmp_path / f"b.{kind}", MEMBERS)
    names = [name.partition("/")[2] for name in MEMBERS]
    with open_archive(path) as opened:
        assert opened.listing().files == names
        for name, data in MEMBERS.items():
            inner = name.partition("/")[2]
            assert opened.size(inner) == len(data)
            assert opened.open(inner).read() == data
        assert {n: b"".join(c) for n, c in opened.contents(names[::-1])} == {
            name.partition("/")[2]: data for name, data in MEMBERS.items()
        }
        reported: list[tuple[int, int]] = []
        with opened.digesting(names, ["md5", "sha224"]) as digesting:
            digests = digesting.finish(lambda *step: reported.append(step))
        for number, data in enumerate(MEMBERS.values()):
            for algorithm in ("md5", "sha224"):
                expected = hashlib.new(algorithm, data).digest()
                assert digests.of(number, algorithm) == expected
        assert list(digests.sizes()) == [len(data) for data in MEMBERS.values()]
        assert digests.findings == []
        assert [sum(column) for column in zip(*reported, strict=True)] == [5, sum(digests.sizes())]


def test_a_member_lost_between_two_readings_is_reported_as_damage(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.tgz", {"b/data/a": DATA})
    with open_archive(path) as opened:
        opened.listing()
        path.write_bytes(path.read_bytes()[:100])
        with opened.digesting(["data/a"], ["sha224"]) as digesting:
            digests = digesting.finish(lambda *_: None)
    found = [(each.code, each.location.path, each.message) for each in digests.findings]
    assert ("archive-damaged", "data/a", "cannot be read") in found
    assert digests.unread() == {"data/a"}
