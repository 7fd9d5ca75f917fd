"""Manifests are read in pieces, by the rules of their version and within limits."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.bags import manifests
from archive_pkg.bags.tagfiles import Declaration
from archive_pkg.reports import Finding, Report

ZERO, ONE = "0" * 32, "1" * 32
LINES = [
    f"{ZERO}  data/a",
    f"{ONE}  data/a",
    f"{ZERO}\tdata/b",
    f"{ZERO.replace('0', 'F')}  data/c/d",
    f"{ZERO}  data/a%25",
    f"{ZERO}  data/a%20",
    f"{ZERO}  data/é",
    f"{ZERO} *data/starred",
    f"{ZERO}  ./data/dotted",
    f"{ZERO}  data/../up",
    f"{ZERO}  data/.",
    f"{ZERO}  data/..",
    f"{ZERO}  data/folder/",
    f"{ZERO}  data",
    f"{ZERO}  bagit.txt",
    f"{ZERO}  metadata/.x",
    f"{ZERO}  tagmanifest-md5.txt",
    f"{ZERO}  TagManifest-md5.txt",
    f"{ZERO}  sub/tagmanifest-md5.txt",
    f"{ZERO}0  data/long",
    "no line",
    "",
]


def read(
    data: bytes,
    *,
    algorithm: str = "md5",
    of_tags: bool = False,
    version: tuple[int, int] = (1, 0),
    encoding: str = "UTF-8",
) -> tuple[manifests.Manifest, list[Finding]]:
    report = Report()
    name = f"{'tag' if of_tags else ''}manifest-{algorithm}.txt"
    manifest = manifests.Manifest(name, algorithm, of_tags)
    manifests.Parser(version, encoding, report).read(manifest, io.BytesIO(data))
    return manifest, list(report)


def said(findings: list[Finding]) -> list[tuple[str, int | None]]:
    return [(each.code, each.location.line) for each in findings]


TEXTS = st.lists(
    st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\r\n", "\r"])), max_size=12
).map(lambda lines: "".join(map("".join, lines)))
KINDS = st.fixed_dictionaries(
    {"of_tags": st.booleans(), "version": st.sampled_from([(0, 97), (1, 0)])}
)


@given(TEXTS, st.booleans(), st.integers(1, 120), KINDS)
def test_a_manifest_reads_the_same_in_blocks_of_any_size(
    text: str, ended: bool, first: int, kind: dict[str, Any]
) -> None:
    data = (text if ended else text.rstrip("\r\n")).encode()
    manifest, findings = read(data, **kind)
    lines = manifest.lines_of(set(manifest.digests))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifests, "_FIRST_CHUNK", first)
        patch.setattr(manifests, "_CHUNK", 60)
        again, others = read(data, **kind)
        assert (again.digests, others) == (manifest.digests, findings)
        assert again.lines_of(set(again.digests)) == lines
        patch.setattr(manifests, "_quick", lambda *_: None)
        slowly, others = read(data, **kind)
    assert (list(slowly.digests.items()), others) == (list(manifest.digests.items()), findings)
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for path, line in lines.items():
        assert path.removeprefix("data/").partition("%")[0] in written[line - 1]


@pytest.mark.parametrize(
    ("line", "of_tags", "code", "hint"),
    [
        ("data", True, "tagmanifest-path-in-payload", "List it in the payload manifests."),
        ("data/x", True, "tagmanifest-path-in-payload", "List it in the payload manifests."),
        ("database", True, "", ""),
        ("TagManifest-md5.txt", True, "tagmanifest-lists-tagmanifest", "Remove the line."),
        ("sub/tagmanifest-md5.txt", True, "", ""),
        ("data\\x", False, "manifest-path-outside-payload", "Write '/' between folders."),
        ("x", False, "manifest-path-outside-payload", "List tag files in a tag manifest."),
        ("./", True, "manifest-path-is-folder", "List the files in it."),
        ("data/a//b", False, "manifest-path-dotted", "Write 'data/a/b'."),
        ("*data/a", False, "manifest-path-starred", "Remove the '*'."),
    ],
)
def test_manifests_list_payload_files_and_tag_manifests_list_tag_files(
    line: str, of_tags: bool, code: str, hint: str
) -> None:
    text = f"{ZERO} {line}\n" if line.startswith("*") else f"{ZERO}  {line}\n"
    _, findings = read(f"{ZERO}  data/..\n{text}".encode(), of_tags=of_tags)
    assert said(findings[1:]) == ([(code, 2)] if code else [])
    assert [each.hint for each in findings[1:]] == ([hint] if code else [])


def test_in_old_bags_a_tag_manifest_that_lists_another_gives_a_warning() -> None:
    _, findings = read(f"{ZERO}  tagmanifest-md5.txt\n".encode(), of_tags=True, version=(0, 97))
    assert said(findings) == [("tagmanifest-lists-tagmanifest-old", 1)]


def test_a_repeated_file_is_reported_with_its_line_and_keeps_its_first_digest() -> None:
    data = f"{ZERO}  data/a\n{ONE}  data/b\n{ONE}  data/a\n{ONE}  data/c\n".encode()
    for version, code in (((1, 0), "manifest-path-twice"), ((0, 97), "manifest-path-twice")):
        manifest, findings = read(data, version=version)
        assert said(findings) == [(code, 3)]
        assert "with a different digest" in findings[0].message
        assert manifest.hex()["data/a"] == ZERO
        assert manifest.lines_of({"data/b", "data/c"}) == {"data/b": 2, "data/c": 4}
    _, findings = read(data.replace(b"1", b"0"), version=(0, 97))
    assert said(findings) == [("manifest-path-twice-old", 3)]
    assert "with the same digest" in findings[0].message


def test_empty_lines_count_in_line_numbers() -> None:
    manifest, _ = read(f"\n\n{ZERO}  data/a\n\n\n{ZERO}  data/b\n{ZERO}  data/c\n\n".encode())
    assert manifest.lines_of({"data/a", "data/b", "data/c"}) == {
        "data/a": 3,
        "data/b": 6,
        "data/c": 7,
    }
    assert manifest.lines_of(set()) == {}


def test_line_numbers_are_correct_after_a_malformed_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = f"x\n{ZERO}  data/a\n"
    monkeypatch.setattr(manifests, "_FIRST_CHUNK", len(first))
    again = f"{ZERO}  data/b\n{ZERO}  data/b\n{ZERO}  data/c\n"  # only here is a file listed twice
    manifest, findings = read((first + again).encode())
    assert manifest.lines_of({"data/a", "data/b", "data/c"}) == {
        "data/a": 2,
        "data/b": 3,
        "data/c": 5,
    }
    assert said(findings) == [("manifest-line-malformed", 1), ("manifest-path-twice", 4)]


def test_digests_of_unknown_algorithms_are_read_too() -> None:
    data = b"abc  data/a\n0102  data/b\n"
    manifest, findings = read(data, algorithm="crc32")
    assert manifest.hex() == {"data/a": "0abc", "data/b": "0102"}
    assert findings == []


@pytest.mark.parametrize("wrong", [2, 3])
def test_reading_stops_after_too_many_malformed_lines(
    monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    monkeypatch.setattr(manifests, "MOST_WRONG", 2)
    manifest, findings = read(("x\n" * wrong + f"{ZERO}  data/a\n").encode())
    if wrong == 2:
        assert list(manifest.digests) == ["data/a"]
        assert len(findings) == 2
    else:
        assert list(manifest.digests) == []
        assert findings[-1].message == "has more than 2 such lines: the rest is not read"
        assert len(findings) == 4


def test_lines_of_all_manifests_together_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "manifest-lines=4")
    report = Report()
    parser = manifests.Parser((1, 0), "UTF-8", report)
    twice = f"{ZERO}  data/a\n{ZERO}  data/a\n".encode()  # it is read a second time, line by line
    for name in ("one", "two"):
        parser.read(manifests.Manifest(name, "md5"), io.BytesIO(twice))
    assert [each.code for each in report] == ["manifest-path-twice"] * 2
    last = manifests.Manifest("three", "md5")
    parser.read(last, io.BytesIO(f"{ZERO}  data/a\n".encode()))
    assert last.digests == {}
    finding = report.findings[-1]
    assert (finding.code, finding.location.path) == ("tag-file-too-large", "three")
    assert "more than 4 lines" in finding.message
    assert "manifest-lines=" in finding.hint


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-32"])
def test_manifests_in_wide_encodings_are_limited(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    data = f"{ZERO}  data/a\r\n{ZERO}  data/b".encode(encoding)
    for most, found in ((len(data), 2), (len(data) - 1, 0)):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"tag-file={most}")
        manifest, findings = read(data, encoding=encoding)
        assert len(manifest.digests) == found
        assert [each.code for each in findings] == ([] if found else ["tag-file-too-large"])
    assert read(b"", encoding=encoding) == read(b"")


def test_lines_longer_than_any_path_are_malformed() -> None:
    longest = 64 * 1024 - 1
    good = f"{ZERO}  data/".ljust(longest, "x")
    assert len(read(f"{good}\n".encode())[0].digests) == 1
    assert len(read(f"{good}%\n".encode())[0].digests) == 0
    _, findings = read(f"{ZERO}  bagit.txt\n{good}x%\n".encode())
    assert said(findings)[-1] == ("manifest-line-malformed", 2)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("first", [64 * 1024, 50])
def test_undecodable_bytes_are_reported_with_their_offset(
    monkeypatch: pytest.MonkeyPatch, mark: bytes, first: int
) -> None:
    monkeypatch.setattr(manifests, "_FIRST_CHUNK", first)
    data = mark + f"{ZERO}  data/a\n{ZERO}  data/b\n{ZERO}  data/c".encode() + b"\xff\n"
    manifest, findings = read(data)
    assert list(manifest.digests) == ["data/a", "data/b", "data/c\ufffd"]
    assert [each.code for each in findings] == ["tag-file-byte-order-mark"] * bool(mark) + [
        "tag-file-undecodable"
    ]
    assert findings[-1].location.byte == data.index(b"\xff")


@pytest.mark.parametrize(
    ("name", "algorithm", "of_tags", "code", "hint"),
    [
        ("manifest-sha512.txt", "sha512", False, "", ""),
        ("tagmanifest-sha512.txt", "sha512", True, "", ""),
        (
            "tagmanifest-SHA-512.txt",
            "sha512",
            True,
            "manifest-name-not-lower-case",
            "Name it tagmanifest-sha512.txt.",
        ),
        (
            "manifest-MD5.txt",
            "md5",
            False,
            "manifest-name-not-lower-case",
            "Name it manifest-md5.txt.",
        ),
        (
            "manifest-crc32.txt",
            "crc32",
            False,
            "manifest-algorithm-unknown",
            "Add a manifest for one of md5,",
        ),
    ],
)
def test_the_name_of_a_manifest_determines_its_algorithm(
    name: str, algorithm: str, of_tags: bool, code: str, hint: str
) -> None:
    report = Report()
    manifest = manifests.empty_manifest(name, report)
    assert manifest == manifests.Manifest(name, algorithm, of_tags)
    assert [(each.code, each.location.path) for each in report] == ([(code, name)] if code else [])
    assert all(each.hint.startswith(hint) for each in report)


def test_a_manifest_is_written_sorted_for_the_version_and_encoding_of_the_bag() -> None:
    digests = {"data/é%": b"\x01", "data/B": b"\xab"}
    assert manifests.render(digests) == "ab  data/B\n01  data/é%25\n".encode()
    old = Declaration("0.97", "ISO-8859-1")
    assert manifests.render(digests, old) == b"ab  data/B\n01  data/\xe9%\n"
    with pytest.raises(UnicodeEncodeError):
        manifests.render({"data/ж": b""}, old)
