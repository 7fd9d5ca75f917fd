"""Headers of tar archives are read in every form, and damaged ones are refused."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive_pkg.bags.archives import tar_headers
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.tar_headers import TarEntry


class Memory:
    """An archive in memory."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def read(self, size: int) -> bytes:
        got = self.data[self.place : self.place + size]
        self.place += len(got)
        return got

    def skip(self, size: int) -> None:
        assert size >= 0
        self.place += size


def read(data: bytes) -> list[tuple[TarEntry, bytes]]:
    """The members of an archive, each with the bytes of its file."""
    source = Memory(data)
    found = []
    for entry in tar_headers.entries(source):
        assert entry.place == source.place or entry.kind != "file"
        held = b"".join(tar_headers.contents(entry, source.read)) if entry.kind == "file" else b""
        found.append((entry, held))
    return found


def checked(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def header(name: str, size: int = 0, kind: bytes = b"0") -> bytearray:
    block = bytearray(512)
    block[: len(name)] = name.encode()
    block[124:136] = b"%011o\0" % size
    block[156:157] = kind
    return block


def member(name: str, data: bytes, kind: bytes = b"0") -> bytes:
    return checked(header(name, len(data), kind)) + data + bytes(-len(data) % 512)


def record(key: str, value: str) -> bytes:
    line = f" {key}={value}\n".encode()
    length = len(line) + 1
    while len(str(length)) + len(line) != length:
        length += 1
    return str(length).encode() + line


def pax(said: Iterable[tuple[str, str]], kind: bytes = b"x") -> bytes:
    return member("pax", b"".join(record(*each) for each in said), kind)


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=60),
    min_size=1,
    max_size=5,
).map("/".join)


@given(
    st.lists(st.tuples(NAMES, st.sampled_from([0, 1, 511, 512, 513])), max_size=4),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT]),
)
def test_archives_made_by_tarfile_are_read(files: list[tuple[str, int]], form: int) -> None:
    packed = io.BytesIO()
    written = []
    with tarfile.open(fileobj=packed, mode="w", format=form) as made:
        for name, size in files:
            info = tarfile.TarInfo(name)
            info.size = size
            try:
                made.addfile(info, io.BytesIO(b"x" * size))
            except ValueError:  # too long for this format
                continue
            written.append((name, "file", size))
    found = read(packed.getvalue())
    assert [(each.path, each.kind, each.size) for each, _ in found] == written
    assert [held for _, held in found] == [b"x" * size for _, _, size in written]


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        (b"\0", "file"),
        (b"0", "file"),
        (b"7", "file"),
        (b"5", "folder"),
        (b"1", "link"),
        (b"2", "link"),
        (b"3", "special"),
        (b"6", "special"),
        (b"V", "special"),
    ],
)
def test_the_type_flag_determines_the_kind_of_a_member(kind: bytes, meant: str) -> None:
    stored = 0 if meant in ("folder", "link") else 3
    block = checked(header("a", 3, kind))
    data = block + (b"abc" + bytes(509) if stored else b"") + member("b", b"after")
    assert [(each.path, each.kind) for each, _ in read(data)] == [("a", meant), ("b", "file")]


def test_a_file_whose_name_ends_with_a_slash_is_a_folder_in_old_tars() -> None:
    assert read(checked(header("a/", kind=b"\0")))[0][0].kind == "folder"


def test_only_ustar_headers_have_a_prefix() -> None:
    block = header("name")
    block[345:351] = b"prefix"
    assert read(checked(block))[0][0].path == "name"
    block[257:263] = b"ustar "  # GNU tar's, which has other fields there
    assert read(checked(block))[0][0].path == "name"
    block[257:263] = b"ustar\0"
    assert read(checked(block))[0][0].path == "prefix/name"
    block[:100], block[345:501] = b"~" * 100, b"~" * 155 + b"x"  # a checksum of six digits
    assert read(checked(block))[0][0].path == f"{'~' * 155}/{'~' * 100}"


def test_extended_headers_apply_only_to_the_next_member() -> None:
    data = (
        pax([("path", "global"), ("size", "1")], b"g")
        + member("L", b"long name\0rest", b"L")
        + member("K", b"target", b"K")
        + pax([("size", "4")])
        + checked(header("short", 9))
        + b"four".ljust(512, b"\0")
        + member("next", b"n")
        + pax([("path", "old")], b"X")
        + member("old", b"o")
        + pax([("comment", "x")], b"g")  # earlier records still apply
        + member("still", b"s")
        + pax([("path", "new")], b"g")
        + checked(header("again", 9))
        + b"a".ljust(512, b"\0")
    )
    assert [(each.path, held) for each, held in read(data)] == [
        ("long name", b"four"),
        ("global", b"n"),
        ("old", b"o"),
        ("global", b"s"),
        ("new", b"a"),
    ]


def test_checksums_of_signed_bytes_are_accepted() -> None:
    block = bytearray(header("é\xff"))
    signed = bytearray(checked(block))
    assert tar_headers.is_header(bytes(signed))
    total = sum(signed[:148]) + 256 + sum(signed[156:])
    high = sum(byte > 127 for byte in signed)
    assert high
    signed[148:156] = b"%06o\0 " % (total - 256 * high)
    assert tar_headers.is_header(bytes(signed))
    signed[148:156] = b"%06o\0 " % (total - 256 * high + 1)
    assert not tar_headers.is_header(bytes(signed))
    signed[148:156] = b"xyz     "
    assert not tar_headers.is_header(bytes(signed))
    assert not tar_headers.is_header(checked(block)[:511])


@pytest.mark.parametrize(
    ("field", "size"),
    [
        (b"00000000003\0", 3),
        (b"         3 \0", 3),
        (b"3".ljust(12, b"\0"), 3),
        (b"\x80" + (3).to_bytes(11, "big"), 3),
        (bytes(12), 0),
        (b"\xff" * 12, None),
        (b"\x81" + (3).to_bytes(11, "big"), None),
        (b"\xc0" + (3).to_bytes(11, "big"), None),
        (b"8".ljust(12, b"\0"), None),
        (b"\x80" + ((1 << 62) + 1).to_bytes(11, "big"), None),
    ],
)
def test_sizes_are_octal_or_in_base_256(field: bytes, size: int | None) -> None:
    block = header("a")
    block[124:136] = field
    data = checked(block) + (b"abc".ljust(512, b"\0") if size else b"")
    if size is None:
        with pytest.raises(BadArchiveError, match="impossible size"):
            read(data)
    else:
        assert read(data)[0][1] == b"abc"[:size]


@pytest.mark.parametrize("after", [bytes(1024), bytes(512), bytes(10), b"", bytes(512) + b"x"])
def test_an_archive_ends_with_zeros_or_at_its_last_byte(after: bytes) -> None:
    assert len(read(member("a", b"1") + after)) == 1
    assert read(bytes(512) + after) == []


@pytest.mark.parametrize("data", [b"", b"x" * 600, bytes(checked(header("a")))[:300]])
def test_an_archive_begins_with_a_header(data: bytes) -> None:
    with pytest.raises(BadArchiveError, match="damaged header at byte 0"):
        read(data)


def test_a_damaged_header_is_reported_with_its_offset() -> None:
    for length in (512, 513):
        data = member("a", b"x" * length)
        with pytest.raises(BadArchiveError, match=f"at byte {len(data)}$"):
            read(data + b"y" * 512)


@pytest.mark.parametrize(
    "data",
    [
        b"x path=a\n",
        b"8 path=a\n",
        b"11 path=a\n",
        b"9 path=ab",
        b"7 path\n",
        b"9 path=a\n3",
        b"9 path=a\n0 x=y\n",
    ],
)
def test_records_of_the_wrong_length_are_reported_as_damage(data: bytes) -> None:
    with pytest.raises(BadArchiveError, match="damaged extended header"):
        read(member("pax", data, b"x") + member("a", b""))


@pytest.mark.parametrize("said", ["-1", "", "1e3", "9" * 5000, str((1 << 62) + 1)])
def test_a_size_in_an_extended_header_is_a_number(said: str) -> None:
    with pytest.raises(BadArchiveError, match="impossible size"):
        read(pax([("size", said)]) + member("a", b""))


def test_the_largest_size_is_accepted() -> None:
    with pytest.raises(BadArchiveError, match="ends too early"):
        read(pax([("size", str(1 << 62))]) + member("a", b""))


def test_a_truncated_extended_header_is_reported_as_damage() -> None:
    with pytest.raises(BadArchiveError, match="in the middle of a header"):
        read(checked(header("pax", 99, b"x")) + b"9 path=a\n")


def test_headers_of_one_member_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(pax([("comment", "x")]) + member(name, b"") for name in "ab")
    spent = 512 + len(record("comment", "x")) + 512
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-header={spent}")
    assert len(read(data)) == 2
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"archive-header={spent - 1}")
    with pytest.raises(BadArchiveError, match=f"more than {spent - 1} bytes") as caught:
        read(data)
    assert caught.value.finding.code == "archive-bomb"
    assert "archive-header=" in caught.value.finding.hint


def test_a_truncated_member_is_reported_as_damage() -> None:
    entry = TarEntry("a", "file", 5, 0, [(0, 5)])
    with pytest.raises(BadArchiveError, match="ends too early") as caught:
        list(tar_headers.contents(entry, io.BytesIO(b"four").read))
    assert caught.value.finding.location.path == "a"


# --- sparse files -----------------------------------------------------------------------------


def old_sparse(segments: list[tuple[int, int]], size: int, stored: bytes) -> bytes:
    """GNU's first form: four segments in the header, 21 more in each block that follows."""
    block = header("s", len(stored), b"S")
    fields = [b"%011o\0%011o\0" % each for each in segments]
    block[386:482] = b"".join(fields[:4]).ljust(96, b"\0")
    block[483:495] = b"%011o\0" % size
    more = fields[4:]
    block[482] = bool(more)
    blocks = b""
    while more:
        blocks += b"".join(more[:21]).ljust(504, b"\0") + bytes([len(more) > 21]) + bytes(7)
        more = more[21:]
    return checked(block) + blocks + stored + bytes(-len(stored) % 512)


def new_sparse(segments: list[tuple[int, int]], size: int, stored: bytes) -> bytes:
    """The form 1.0: the map before the bytes."""
    numbers = [len(segments), *(number for each in segments for number in each)]
    table = b"".join(b"%d\n" % number for number in numbers)
    table += bytes(-len(table) % 512)
    said = [("GNU.sparse.major", "1"), ("GNU.sparse.name", "s"), ("GNU.sparse.realsize", str(size))]
    return pax(said) + member("other", table + stored)


def map_sparse(segments: list[tuple[int, int]], size: int, stored: bytes) -> bytes:
    """The form 0.1: the map in the extended header."""
    numbers = ",".join(f"{start},{length}" for start, length in segments)
    said = [("GNU.sparse.map", numbers), ("GNU.sparse.name", "s"), ("GNU.sparse.size", str(size))]
    return pax(said) + member("other", stored)


def first_sparse(segments: list[tuple[int, int]], size: int, stored: bytes) -> bytes:
    """The form 0.0: the map in repeated records."""
    said = [("GNU.sparse.size", str(size))]
    for start, length in segments:
        said += [("GNU.sparse.offset", str(start)), ("GNU.sparse.numbytes", str(length))]
    return pax(said) + member("s", stored)


SPARSE = [old_sparse, new_sparse, map_sparse, first_sparse]


@pytest.mark.parametrize("form", SPARSE)
@settings(max_examples=30)
@example([(1, 2)] * 90, True)
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 700)), max_size=40), st.booleans())
def test_holes_are_filled_with_zeros(
    form: Callable[[list[tuple[int, int]], int, bytes], bytes],
    gaps: list[tuple[int, int]],
    ends_with_hole: bool,
) -> None:
    segments, whole, stored = [], b"", b""
    for gap, length in gaps or [(0, 1)]:
        whole += bytes(gap)
        segments.append((len(whole), length))
        data = bytes(1 + number % 255 for number in range(length))
        whole, stored = whole + data, stored + data
    whole += bytes(600 * ends_with_hole)
    data = form(segments, len(whole), stored) + member("next", b"n")
    found = [(each.path, each.size, held) for each, held in read(data)]
    assert found == [("s", len(whole), whole), ("next", 1, b"n")]


@pytest.mark.parametrize("form", SPARSE)
@pytest.mark.parametrize(
    ("segments", "size"),
    [
        ([(0, 2), (1, 2)], 9),
        ([(2, 2), (0, 2)], 9),
        ([(0, 2), (8, 2)], 9),
        ([(0, 3)], 9),
        ([(0, 5)], 9),
        ([(9, 4)], 9),
    ],
)
def test_an_impossible_map_is_reported_as_damage(
    form: Callable[[list[tuple[int, int]], int, bytes], bytes],
    segments: list[tuple[int, int]],
    size: int,
) -> None:
    with pytest.raises(BadArchiveError, match="damaged map of a sparse file") as caught:
        read(form(segments, size, b"four"))
    assert caught.value.finding.location.path == "s"


def test_an_odd_number_of_values_in_a_sparse_map_is_reported_as_damage() -> None:
    said = [("GNU.sparse.map", "0,4,4"), ("GNU.sparse.size", "9")]
    with pytest.raises(BadArchiveError, match="damaged map"):
        read(pax(said) + member("s", b"four"))


def test_a_sparse_file_can_be_one_hole_or_end_at_the_largest_octal_size() -> None:
    said = [("GNU.sparse.map", ""), ("GNU.sparse.size", "9")]
    assert read(pax(said) + member("s", b""))[0][1] == bytes(9)
    start = 0o77777777770
    (entry,) = tar_headers.entries(Memory(old_sparse([(start, 4)], start + 7, b"four")))
    assert (entry.segments, entry.size) == ([(start, 4)], start + 7)
