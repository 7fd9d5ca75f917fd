"""Declarations, tag files, manifests and fetch.txt are read exactly as the standard says."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.bags import manifests, names, tagfiles
from archive_pkg.bags.fetching import fetch_file
from archive_pkg.reports import Finding, Report

GOOD = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ZERO = "0" * 64


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("version", tagfiles.KNOWN_VERSIONS)
def test_good_declarations_are_accepted(version: str, end: str, last: bool) -> None:
    text = f"BagIt-Version: {version}{end}Tag-File-Character-Encoding: UTF-8{end if last else ''}"
    said, findings = tagfiles.parse_declaration(text.encode())
    assert (said.version, said.encoding) == (version, "UTF-8")
    assert findings == []


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", {"declaration-malformed"}),
        (b"\xef\xbb\xbf" + GOOD, {"declaration-byte-order-mark"}),
        (GOOD.decode().encode("utf-16"), {"declaration-byte-order-mark"}),
        (GOOD.replace(b"n: 1", b"n : 1"), {"declaration-malformed"}),
        (GOOD.replace(b"n: 1", b"n:1"), {"declaration-malformed"}),
        (GOOD.replace(b"n: 1", b"n:  1"), {"declaration-malformed"}),
        (GOOD.replace(b"1.0\n", b"1.0 \n"), {"declaration-malformed"}),
        (GOOD.replace(b"BagIt", b"bagit"), {"declaration-malformed"}),
        (GOOD + b"\n", {"declaration-malformed"}),
        (GOOD + b"More: 1\n", {"declaration-malformed"}),
        (b"\n".join(reversed(GOOD.split(b"\n"))), {"declaration-malformed"}),
        (b"\n" + GOOD, {"declaration-malformed"}),
        (GOOD.replace(b"1.0", b"1.1"), {"declaration-version-unknown"}),
        (GOOD.replace(b"1.0", b"1"), {"declaration-malformed"}),
        (GOOD.replace(b"1.0", "١.٠".encode()), {"declaration-malformed"}),
        (GOOD.replace(b"UTF-8", b"UTF-9"), {"declaration-encoding-unknown"}),
        (GOOD.replace(b"UTF-8", b"rot13"), {"declaration-encoding-unknown"}),
        (GOOD.replace(b"UTF-8", b"base64"), {"declaration-encoding-unknown"}),
        (GOOD.replace(b"UTF-8", b"ISO-8859-1"), {"declaration-encoding-not-utf8"}),
        (GOOD.replace(b"BagIt-V", b"Bag\xffIt-V"), {"declaration-malformed"}),
    ],
)
def test_every_fault_of_a_declaration_is_found(data: bytes, wanted: set[str]) -> None:
    assert set(codes(tagfiles.parse_declaration(data)[1])) == wanted


def tags(text: str, version: tuple[int, int] = (1, 0)) -> tuple[list[tuple[str, str]], list[str]]:
    report = Report()
    found = tagfiles.parse_tags("bag-info.txt", text, version, report)
    return [(tag.label, tag.value) for tag in found], codes(report)


def test_tags_can_be_folded_and_repeated_and_keep_their_order() -> None:
    text = "B: 1\r\nA: two\r\n  and\r\n\tthree\r\nB: 2\rC:\nD: x:y"
    assert tags(text) == (
        [("B", "1"), ("A", "two and three"), ("B", "2"), ("C", ""), ("D", "x:y")],
        [],
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no colon\n", "tag-line-malformed"),
        ("  folded at first\n", "tag-line-malformed"),
        (": no label\n", "tag-line-malformed"),
        ("A : x\n", "tag-label-spaced"),
        ("A:x\n", "tag-value-unspaced"),
        ("A: x\n\nB: y\n", "tag-line-blank"),
    ],
)
def test_every_fault_of_a_tag_file_is_found(text: str, code: str) -> None:
    assert tags(text)[1] == [code]


def test_labels_of_old_bags_may_end_in_spaces() -> None:
    assert tags("A   :   5\n", (0, 97)) == ([("A", "5")], [])


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)


@given(
    st.lists(
        st.tuples(
            WORDS.filter(lambda label: label == label.strip() and ":" not in label),
            WORDS.filter(lambda value: value == value.strip()),
        )
    )
)
def test_written_tags_are_read_back(given_tags: list[tuple[str, str]]) -> None:
    text = tagfiles.tags_to_bytes(given_tags).decode()
    assert tags(text) == (given_tags, [])


def parse(
    text: str | bytes,
    *,
    algorithm: str = "sha256",
    version: tuple[int, int] = (1, 0),
    of_tags: bool = False,
    encoding: str = "UTF-8",
) -> tuple[dict[str, bytes], list[str]]:
    report = Report()
    manifest = manifests.Manifest(f"manifest-{algorithm}.txt", algorithm, of_tags)
    data = text.encode() if isinstance(text, str) else text
    manifests.Parser(version, encoding, report).read(manifest, io.BytesIO(data))
    return manifest.digests, codes(report)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (f"{ZERO} data/a", []),
        (f"{ZERO}  data/a", []),
        (f"{ZERO}\t \tdata/a", []),
        (f"{ZERO}  data/with two  spaces ", []),
        (f"{ZERO}  data/..a/b..", []),
        (f"{ZERO}  data/~a", []),
        (f"{'A' * 64}  data/a", []),
        (f"{ZERO}  data/a%25b%0Ac%0dd", []),
        (f"{ZERO} *data/a", ["manifest-path-starred"]),
        (f"{ZERO}  ./data/a", ["manifest-path-dotted"]),
        (f"{ZERO}  data//a", ["manifest-path-dotted"]),
        (f"{ZERO}  data/./a", ["manifest-path-dotted"]),
        (f"{ZERO}  data/a/", ["manifest-path-is-folder"]),
        (f"{ZERO}  data/a%b", ["manifest-path-percent"]),
        (f"{ZERO}  data/a%20b", ["manifest-path-percent"]),
        (f"{ZERO}  bag-info.txt", ["manifest-path-outside-payload"]),
        (f"{ZERO}  database/x", ["manifest-path-outside-payload"]),
        (f"{ZERO}  data", ["manifest-path-outside-payload"]),
        (f"{ZERO}  DATA/x", ["manifest-path-outside-payload"]),
        (f"{ZERO}  data/../x", ["manifest-path-unsafe"]),
        (f"{ZERO}  data/..", ["manifest-path-unsafe"]),
        (f"{ZERO}  data/%2e%2e/x", ["manifest-path-percent"]),
        (f"{ZERO}  data\\..\\..\\x", ["manifest-path-unsafe"]),
        (f"{ZERO}  data/a\0b", ["manifest-path-unsafe"]),
        (f"{ZERO}  ./~/x", ["manifest-path-unsafe"]),
        (f"{ZERO}  ./C:/x", ["manifest-path-unsafe"]),
        (f"{ZERO}data/a", ["manifest-line-malformed"]),
        (ZERO, ["manifest-line-malformed"]),
        (f"{ZERO}  ", ["manifest-line-malformed"]),
        (f" {ZERO}  data/a", ["manifest-line-malformed"]),
        ("# a comment", ["manifest-line-malformed"]),
        (f"SHA256 (data/a) = {ZERO}", ["manifest-line-malformed"]),
        (f"{'g' * 64}  data/a", ["manifest-line-malformed"]),
        (f"{ZERO[1:]}  data/a", ["manifest-digest-length"]),
        (f"{ZERO}00  data/a", ["manifest-digest-length"]),
        ("", ["manifest-line-empty"]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_of_a_manifest_is_read_exactly(line: str, wanted: list[str], end: str) -> None:
    good = f"{ZERO}  data/before{end}"
    digests, found = parse(good + line + end + good.replace("before", "after"))
    assert found == wanted
    assert {"data/before", "data/after"} <= digests.keys()
    assert len(digests) == (2 if [c for c in wanted if c in ERRORS] else 3)


ERRORS = {
    "manifest-path-is-folder",
    "manifest-path-outside-payload",
    "manifest-path-unsafe",
    "manifest-line-malformed",
    "manifest-digest-length",
    "manifest-line-empty",
}


def test_older_versions_do_not_decode_percent_signs() -> None:
    digests, found = parse(f"{ZERO}  data/a%25%0A%20\n", version=(0, 97))
    assert list(digests) == ["data/a%25\n%20"]
    assert found == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (f"{ZERO}  bagit.txt", []),
        (f"{ZERO}  metadata/a.xml", []),
        (f"{ZERO}  data/a", ["tagmanifest-path-in-payload"]),
        (f"{ZERO}  tagmanifest-md5.txt", ["tagmanifest-lists-tagmanifest"]),
        (f"{ZERO}  ~/x", ["manifest-path-unsafe"]),
    ],
)
def test_each_line_of_a_tag_manifest_has_its_findings(line: str, wanted: list[str]) -> None:
    assert parse(line + "\n", of_tags=True)[1] == wanted


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_a_manifest_is_read_in_the_declared_encoding(encoding: str) -> None:
    text = f"{ZERO}  data/é\n"
    assert parse(text.encode(encoding), encoding=encoding) == ({"data/é": bytes(32)}, [])
    assert parse(text.encode("utf-16-be"), encoding="UTF-16")[1] == []


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@given(st.dictionaries(NAMES.map("data/{}".format), st.binary(min_size=32, max_size=32)))
def test_written_manifests_are_read_back_except_for_unsafe_paths(digests: dict[str, bytes]) -> None:
    read, found = parse(manifests.render(digests))
    unsafe = {path for path in digests if names.unsafe(path)}
    assert read == {path: digest for path, digest in digests.items() if path not in unsafe}
    assert set(found) <= {"manifest-path-unsafe"}


@pytest.mark.parametrize("name", ["manifest-sha512.txt.bak", "xmanifest-sha512.txt"])
def test_files_with_other_names_are_not_manifests(name: str) -> None:
    report = Report()
    assert manifests.empty_manifest(name, report) is None
    assert codes(report) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("https://a.example/x 12 data/a b", []),
        ("http://a.example/x\t-\tdata/x", []),
        ("https://a.example/x data/a", ["fetch-line-malformed"]),
        ("https://a.example/x y 12 data/a", ["fetch-line-malformed"]),
        ("https://a.example/x -1 data/a", ["fetch-line-malformed"]),
        ("", ["fetch-line-malformed"]),
        ("file:///etc/passwd - data/a", ["fetch-url-unsuitable"]),
        ("http://[x - data/a", ["fetch-url-unsuitable"]),
        ("https://a.example/x 12 bag-info.txt", ["fetch-path-outside-payload"]),
        ("https://a.example/x 12 data/", ["fetch-path-outside-payload"]),
        ("https://a.example/x 12 ../a", ["fetch-path-unsafe"]),
        ("https://a.example/x 12 /etc/passwd", ["fetch-path-unsafe"]),
        ("https://a.example/x 12 ~/a", ["fetch-path-unsafe"]),
        ("https://a.example/x 12 data/%20", ["fetch-path-percent"]),
        ("https://a.example/x 12 data/ok", ["fetch-path-twice"]),
    ],
)
def test_every_line_of_fetch_txt_is_read_exactly(line: str, wanted: list[str]) -> None:
    report = Report()
    text = f"https://a.example/ok - data/ok\n{line}\n"
    read = fetch_file.parse(text, (1, 0), report)
    assert codes(report) == wanted
    assert read[0].path == "data/ok"


def mutate(data: bytes, source: random.Random) -> bytes:
    """Return data with a few random changes, like those of damaged files."""
    changed = bytearray(data)
    for _ in range(source.randint(1, 4)):
        place = source.randrange(len(changed) + 1)
        match source.randrange(5):
            case 0:
                changed[place : place + 1] = bytes([source.randrange(256)])
            case 1:
                del changed[place : place + source.randint(1, 8)]
            case 2:
                changed[place:place] = source.choice(PIECES)
            case 3:
                changed[place:place] = changed[place : place + source.randint(1, 70)]
            case _:
                del changed[place:]
    return bytes(changed)


PIECES = [b"\n", b"\r", b"\0", b" ", b":", b"%", b"%0A", b"../", b"/", b"\xff\xfe", b"\xef\xbb\xbf"]
PIECES += [b"*", b"\t", b"  data/", b"UTF-16", b"0.97", b"\xc3", "é".encode(), b"\\", b"~", b"-"]
SEEDS = [
    GOOD,
    GOOD.replace(b"UTF-8", b"UTF-16"),
    b"Contact-Name: A\n  B\nPayload-Oxum: 1.2\nContact-Name: C\n",
    f"{ZERO}  data/a\n{'1' * 64}  data/b%25\n{ZERO} *./data/c d\n".encode(),
    b"https://a.example/x 12 data/a\nhttp://b.example/ - data/b\n",
]


def feed_all(data: bytes) -> None:
    declaration, _ = tagfiles.parse_declaration(data)
    for encoding in ("UTF-8", "UTF-16", declaration.encoding):
        report = Report()
        text, _ = tagfiles.decode_text("x", data, encoding)
        tagfiles.parse_tags("bag-info.txt", text, declaration.number, report)
        fetch_file.parse(text, declaration.number, report)
        for of_tags in (False, True):
            manifest = manifests.Manifest("manifest-sha256.txt", "sha256", of_tags)
            manifests.Parser(declaration.number, encoding, report).read(manifest, io.BytesIO(data))
            for path in manifest.digests:
                assert not names.unsafe(path)
                assert path == names.straighten(path)
                assert path.startswith("data/") != of_tags


@pytest.mark.parametrize("inputs", [2000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_parsers_never_fail_on_damaged_input(inputs: int) -> None:
    seed = int(os.environ.get("ARCHIVE_PKG_SEED", "1960"))
    source = random.Random(seed)
    pool = list(SEEDS)
    for number in range(inputs):
        data = mutate(source.choice(pool), source)
        try:
            feed_all(data)
        except Exception as error:
            raise AssertionError(f"seed {seed}, input {number}: {data!r}") from error
        if len(data) < 400 and source.random() < 0.05:
            pool.append(data)
            del pool[len(SEEDS) : len(pool) - 200]
