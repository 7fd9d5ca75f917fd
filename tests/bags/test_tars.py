"""Tar archives as streams: every byte once, in pieces of any size, and no end before the end."""

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
def test_a_gzip_file_may_have_members_and_zeros_behind(
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


def test_a_gzip_file_that_ends_early_or_has_more_behind_is_damaged(tmp_path: Path) -> None:
    path, one = tmp_path / "a.gz", gzip.compress(DATA)
    for packed, error in (
        (one[:-1], EOFError),
        (one[: len(one) // 2], EOFError),
        (one + one[:20], EOFError),
        (one + b"xyz", zlib.error),
        (one[:-8] + bytes(8), zlib.error),
    ):
        path.write_bytes(packed)
        with pytest.raises(error):
            gunzipped(path)


def test_a_stream_is_read_and_skipped_over_its_pieces() -> None:
    given: list[int] = []
    stream = tars._Stream(iter([b"abc", b"d", b"efgh"]), given.append)
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
def test_a_stream_that_cannot_be_unpacked_is_damage(error: Exception) -> None:
    def unpacked() -> Iterator[bytes]:
        yield b"abc"
        raise error

    stream = tars._Stream(unpacked(), lambda size: None)
    with pytest.raises(BadArchiveError, match=f"to its end: {error}"):
        stream.read(4)


def test_an_open_archive_is_read_from_a_place_and_skipped_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with (tmp_path / "a").open("rb") as file:
        placed = tars._Placed(file.fileno(), 2)
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


@pytest.mark.parametrize("kind", ["tar", "tgz"])
@pytest.mark.parametrize(("small", "kept"), [(1 << 20, 1 << 20), (0, 1 << 20), (1 << 20, 40)])
def test_members_are_read_and_digested_whatever_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, small: int, kept: int
) -> None:
    monkeypatch.setattr(tars, "_SMALL", small)
    monkeypatch.setattr(tars, "_MOST_KEPT", kept)
    path = tmp_path / f"b.{kind}"
    with tarfile.open(path, "w:gz" if kind == "tgz" else "w") as made:
        for name, data in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
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
        told: list[tuple[int, int]] = []
        with opened.digesting(names, ["md5", "sha224"]) as digesting:
            digests = digesting.finish(lambda *step: told.append(step))
        for number, data in enumerate(MEMBERS.values()):
            for algorithm in ("md5", "sha224"):
                expected = hashlib.new(algorithm, data).digest()
                assert digests.of(number, algorithm) == expected
        assert list(digests.sizes()) == [len(data) for data in MEMBERS.values()]
        assert digests.findings == []
        assert [sum(column) for column in zip(*told, strict=True)] == [5, sum(digests.sizes())]


def test_a_member_that_is_lost_between_two_readings_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "b.tgz"
    with tarfile.open(path, "w:gz") as made:
        info = tarfile.TarInfo("b/data/a")
        info.size = len(DATA)
        made.addfile(info, io.BytesIO(DATA))
    with open_archive(path) as opened:
        opened.listing()
        path.write_bytes(path.read_bytes()[:100])
        with opened.digesting(["data/a"], ["sha224"]) as digesting:
            digests = digesting.finish(lambda *_: None)
    found = [(each.code, each.location.path, each.message) for each in digests.findings]
    assert ("archive-damaged", "data/a", "cannot be read") in found
    assert digests.unread() == {"data/a"}
