"""A package received from elsewhere cannot hang the program, fill its memory, or mislead it."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive_pkg import bags, packages
from archive_pkg.bags import manifests
from archive_pkg.bags.archives import serializing, tars
from archive_pkg.bags.fetching import fetch_file
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.limits import VARIABLE
from archive_pkg.reports import Report

FILES = {
    "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    "data/a.txt": b"hello",
    "manifest-sha256.txt": f"{hashlib.sha256(b'hello').hexdigest()}  data/a.txt\n".encode(),
}


def header(name: str, kind: bytes = b"0", size: int = 0) -> bytes:
    info = tarfile.TarInfo(name)
    info.type = kind
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    if size < 0:
        block[124:136] = b"\xff" + size.to_bytes(11, "big", signed=True)
    else:
        block[124:136] = f"{size:011o}\0".encode() if size < 8**11 else base256(size)
    return checked(block)


def base256(size: int) -> bytes:
    return b"\x80" + size.to_bytes(11, "big")


def checked(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def member(name: str, data: bytes, kind: bytes = b"0") -> bytes:
    return header(name, kind, len(data)) + data + bytes(-len(data) % 512)


def pax(**records: str) -> bytes:
    body = b""
    for key, value in records.items():
        line = f" {key.replace('__', '.')}={value}\n".encode()
        length = len(line)
        while len(str(length)) + len(line) != length:
            length = len(str(length)) + len(line)
        body += str(length).encode() + line
    return member("pax", body, b"x")


def sparse(name: str, size: int, stored: bytes = b"", at: int = 0) -> bytes:
    block = bytearray(header(name, b"S", len(stored)))
    block[386:398], block[398:410] = base256(at), base256(len(stored))
    block[257:265], block[345:386] = b"ustar  \0", bytes(41)
    block[483:495] = base256(size)
    return checked(block) + stored + bytes(-len(stored) % 512)


def in_tar(path: Path, *more: bytes, files: dict[str, bytes] = FILES) -> Path:
    data = b"".join(member(f"bag/{name}", held) for name, held in files.items())
    data += b"".join(more) + bytes(1024)
    path.write_bytes(gzip.compress(data) if path.suffix == ".tgz" else data)
    return path


def in_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            archive.writestr(name, held)
    return path


def codes(path: Path) -> set[str]:
    return {finding.code for finding in bags.verify(path).report.errors}


@pytest.mark.parametrize("suffix", [".tar", ".tgz"])
@pytest.mark.parametrize(
    ("more", "code"),
    [
        (pax(size="-1536") + header("bag/data/loop"), "archive-damaged"),
        (pax(size="9" * 4000) + header("bag/data/x"), "archive-damaged"),
        (pax(size=str(1 << 61)) + header("bag/data/x"), "archive-bomb"),
        (header("bag/data/x", size=-512), "archive-damaged"),
        (header("pax", b"x", -512), "archive-damaged"),
        (header("pax", b"x", 1 << 40), "archive-bomb"),
        (header("long", b"L", 1 << 40), "archive-bomb"),
        (b"".join(pax(comment="x") for _ in range(2000)), "archive-bomb"),
        (member("pax", b"20 size=12\n", b"x") + header("bag/data/x"), "archive-damaged"),
        (sparse("bag/data/holes", 1 << 50), "archive-bomb"),
        (sparse("bag/data/holes", 100, b"x" * 200), "archive-damaged"),
        (
            pax(GNU__sparse__map="0,1," * 9, GNU__sparse__size="9") + header("bag/data/x"),
            "archive-damaged",
        ),
        (
            pax(GNU__sparse__major="1", GNU__sparse__realsize="9")
            + member("bag/data/x", b"9" * 512),
            "archive-damaged",
        ),
        (pax(path="bag/data/" + "d/" * 400 + "f") + header("x"), "folder-too-deep"),
        (member("bag/data/a.txt/b.txt", b""), "archive-member-clashes"),
        (header("bag/data/a.txt/", b"5"), "archive-member-clashes"),
    ],
)
def test_hostile_headers_of_a_tar_are_reported(
    tmp_path: Path, suffix: str, more: bytes, code: str
) -> None:
    path = in_tar(tmp_path / f"bag{suffix}", more)
    assert code in codes(path)
    with pytest.raises(InvalidError):
        serializing.unpack(path, tmp_path / "back")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_name_that_is_both_file_and_folder_in_a_zip_is_reported(tmp_path: Path) -> None:
    for name in ("bag/data/a.txt/b.txt", "bag/data/a.txt/"):
        files = {f"bag/{path}": held for path, held in FILES.items()} | {name: b""}
        assert "archive-member-clashes" in codes(in_zip(tmp_path / "bag.zip", files))


def test_deep_folders_in_a_zip_are_reported(tmp_path: Path) -> None:
    files = {f"bag/{path}": held for path, held in FILES.items()}
    deep = {"bag/data/" + "d/" * 3000 + "f": b""}
    assert "folder-too-deep" in codes(in_zip(tmp_path / "bag.zip", files | deep))


def test_sparse_files_are_verified_with_their_holes(tmp_path: Path) -> None:
    whole = bytes(3000) + b"stored" + bytes(7000)
    line = f"{hashlib.sha256(whole).hexdigest()}  data/s\n".encode()
    files = FILES | {"manifest-sha256.txt": FILES["manifest-sha256.txt"] + line}
    about = {"GNU__sparse__name": "bag/data/s", "size": "1030"}
    stored_map = b"1\n3000\n6\n".ljust(512, b"\0") + b"stored"
    forms = {
        "old": sparse("bag/data/s", len(whole), b"stored", 3000),
        "0.0": pax(GNU__sparse__size="10006", GNU__sparse__offset="3000", GNU__sparse__numbytes="6")
        + member("bag/data/s", b"stored"),
        "0.1": pax(
            GNU__sparse__name="bag/data/s", GNU__sparse__size="10006", GNU__sparse__map="3000,6"
        )
        + member("bag/x", b"stored"),
        "1.0": pax(
            **about | {"size": "518"},
            GNU__sparse__major="1",
            GNU__sparse__minor="0",
            GNU__sparse__realsize="10006",
        )
        + member("bag/x", stored_map),
    }
    for form, made in forms.items():
        for suffix in ("tar", "tgz"):
            path = in_tar(tmp_path / f"bag.{suffix}", made, files=files)
            assert bags.verify(path).valid, (form, suffix, list(bags.verify(path).report))
        serializing.unpack(path, tmp_path / "back", replace=True)
        assert (tmp_path / "back/data/s").read_bytes() == whole


def peak(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["zip", "tgz"])
@pytest.mark.parametrize("name", ["bag-info.txt", "manifest-sha512.txt", "fetch.txt", "other.txt"])
def test_a_large_tag_file_in_an_archive_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, name: str
) -> None:
    monkeypatch.setenv(VARIABLE, f"tag-file={1 << 16},fetch-file={1 << 16}")
    monkeypatch.setattr("archive_pkg.bags.archives.tars._MOST_KEPT", 1 << 16)
    large = FILES | {name: b"a: b\n" * (6 << 20)}
    path = tmp_path / f"bag.{suffix}"
    if suffix == "zip":
        in_zip(path, {f"bag/{path}": held for path, held in large.items()})
    else:
        in_tar(path, files=large)
    del large
    found: set[str] = set()
    assert peak(lambda: found.update(codes(path))) < 20 << 20
    assert found or name == "other.txt"


def test_reading_fetch_txt_and_manifests_stops_after_too_many_malformed_lines() -> None:
    report = Report()
    fetch_file.parse("x\n" * 1_000_000, (1, 0), report)
    parser = manifests.Parser((1, 0), "UTF-8", report)
    manifest = manifests.Manifest("manifest-md5.txt", "md5")
    parser.read(manifest, io.BytesIO(b"x\n" * 1_000_000))
    assert len(report) < 20_100
    assert len([f for f in report if "the rest is not read" in f.message]) == 2


def test_a_limit_is_named_and_can_be_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = in_tar(tmp_path / "bag.tgz", files=FILES | {"bag-info.txt": b"A: b\n" * 2000})
    monkeypatch.setenv(VARIABLE, "tag-file=9000, archive-members=100")
    [finding] = bags.verify(path).report.errors
    assert finding.message == "has more than 9000 bytes"
    assert finding.hint == "To read more, set ARCHIVE_PKG_LIMITS=tag-file=NUMBER (now 9000)."
    monkeypatch.setenv(VARIABLE, "tag-file=11000,archive-members=100")
    assert bags.verify(path).valid
    for wrong in ("tag-files=1", "tag-file", "tag-file=-1", "tag-file=1e9"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(UsageError, match="is not a limit and a number"):
            bags.verify(path)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("archive-members=3", "archive-bomb"),
        ("archive-names=20", "archive-bomb"),
        ("archive-size=400", "archive-bomb"),
        ("archive-header=300", "archive-bomb"),
        ("folder-depth=0", "folder-too-deep"),
        ("manifest-lines=1", "tag-file-too-large"),
        ("tag-file=50", "tag-file-too-large"),
    ],
)
def test_archives_over_a_limit_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, code: str
) -> None:
    line = FILES["manifest-sha256.txt"]
    files = FILES | {"manifest-sha256.txt": line + line, "bag-info.txt": b"A: b\n" * 99}
    monkeypatch.setenv(VARIABLE, setting)
    assert code in codes(in_tar(tmp_path / "bag.tgz", files=files))


def test_an_archive_of_zeros_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive_pkg.limits._PLAUSIBLE", 1 << 20)
    zeros = {"data/zeros": bytes(20 << 20)}
    files = {f"bag/{path}": held for path, held in (FILES | zeros).items()}
    for path in (
        in_zip(tmp_path / "bag.zip", files),
        in_tar(tmp_path / "bag.tgz", files=FILES | zeros),
    ):
        assert "archive-bomb" in codes(path)


def test_a_manifest_line_longer_than_any_path_is_reported(tmp_path: Path) -> None:
    line = b"a" * 64 + b"  data/" + b"x" * (1 << 20) + b"\n"
    path = in_tar(tmp_path / "bag.tgz", files=FILES | {"manifest-sha512.txt": line})
    report = bags.verify(path).report
    assert "manifest-line-malformed" in {finding.code for finding in report}
    assert max(len(str(finding)) for finding in report) < 1000


def test_more_signatures_do_not_mean_more_readings_of_a_compressed_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[Path] = []
    entries = tars.PackedTar._entries

    def noted(self: tars.PackedTar) -> object:
        readings.append(self.path)
        return entries(self)

    monkeypatch.setattr(tars.PackedTar, "_entries", noted)
    for count in (1, 9):
        path = tmp_path / f"{count}.tgz"
        with tarfile.open(path, "w:gz") as archive:
            for name, data in {
                "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
                "data/a": b"",
                "manifest-sha256.txt": hashlib.sha256().hexdigest().encode() + b"  data/a\n",
                "tagmanifest-sha256.txt": b"",
                **{f"signatures/tagmanifest-sha256.txt.{n + 2}.sig": b"x" for n in range(count)},
            }.items():
                entry = tarfile.TarInfo(f"bag/{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        assert len(packages.verify(path).signatures) == count
    assert readings.count(tmp_path / "1.tgz") == readings.count(tmp_path / "9.tgz")
