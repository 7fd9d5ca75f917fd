"""Many rules for bags, each tested with a bag that breaks it."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import socket
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg import bags
from archive_pkg.bags import updating


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"one\n")
    (source / "sub/b.txt").write_bytes(b"two\n")
    bags.create(
        source,
        tmp_path / "bag",
        info=[("Bagging-Date", "2026-11-24")],
        tag_files={"metadata/x.xml": b"<x/>"},
    )
    return tmp_path / "bag"


def write_manifests(bag: Path, *algorithms: str, kind: str = "manifest") -> None:
    for algorithm in algorithms:
        lines = []
        for path in sorted(bag.rglob("*")):
            name = path.relative_to(bag).as_posix()
            payload = name.startswith("data/")
            if path.is_file() and not path.is_symlink() and payload == (kind == "manifest"):
                if name.startswith("tagmanifest-"):
                    continue
                value = hashlib.new(algorithm, path.read_bytes()).hexdigest()
                lines.append(f"{value}  {name}\n")
        (bag / f"{kind}-{algorithm}.txt").write_text("".join(lines))


def rewrite_tag_manifests(bag: Path) -> None:
    for path in bag.glob("tagmanifest-*.txt"):
        write_manifests(bag, path.stem.partition("-")[2], kind="tagmanifest")


def replace(bag: Path, name: str, old: str, new: str) -> None:
    text = (bag / name).read_text()
    assert old in text
    (bag / name).write_text(text.replace(old, new))


def findings_of(bag: Path) -> set[tuple[str, str, str]]:
    return {
        (str(finding.severity), finding.code, finding.location.path)
        for finding in bags.verify(bag).report
    }


def declare(version: str) -> Callable[[Path], None]:
    return lambda bag: replace(bag, "bagit.txt", "1.0", version)


def both(*changes: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(bag: Path) -> None:
        for each in changes:
            each(bag)

    return change


def unlink(*names: str) -> Callable[[Path], None]:
    return both(*(lambda bag, name=name: (bag / name).unlink() for name in names))


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda bag: replace(bag, name, old, new)


def add(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda bag: (bag / name).write_bytes(data)


def spelled(form: str) -> Callable[[Path], None]:
    """Name the file in one normalization form and list it in the other."""

    def change(bag: Path) -> None:
        name = {"NFC": "\u00e9.txt", "NFD": "e\u0301.txt"}
        (bag / "data/a.txt").rename(bag / "data" / name[form])
        other = name["NFD" if form == "NFC" else "NFC"]
        for algorithm in ("sha256", "sha512"):
            replace(bag, f"manifest-{algorithm}.txt", "a.txt", other)

    return change


RULES: list[tuple[str, Callable[[Path], object], set[tuple[str, str, str]]]] = [
    ("nothing wrong", lambda bag: None, set()),
    (
        "no data folder",
        both(lambda bag: shutil.rmtree(bag / "data"), edit("bag-info.txt", "8.2", "0.0")),
        {
            ("error", "payload-folder-missing", "data"),
            ("error", "payload-file-missing", "data/a.txt"),
            ("error", "payload-file-missing", "data/sub/b.txt"),
        },
    ),
    (
        "data is a link",
        both(
            lambda bag: (bag / "data").rename(bag.parent / "elsewhere"),
            lambda bag: (bag / "data").symlink_to(bag.parent / "elsewhere"),
            edit("bag-info.txt", "8.2", "0.0"),
        ),
        {
            ("error", "file-is-link", "data"),
            ("error", "payload-folder-missing", "data"),
            ("error", "payload-file-missing", "data/a.txt"),
            ("error", "payload-file-missing", "data/sub/b.txt"),
        },
    ),
    (
        "no manifest",
        unlink("manifest-sha256.txt", "manifest-sha512.txt"),
        {("error", "manifest-missing", "")},
    ),
    (
        "a manifest of an unknown algorithm",
        add("manifest-crc32.txt", b"00000000  data/a.txt\n00000000  data/sub/b.txt\n"),
        {("warning", "manifest-algorithm-unknown", "manifest-crc32.txt")},
    ),
    (
        "only manifests of unknown algorithms",
        both(
            unlink("manifest-sha256.txt", "manifest-sha512.txt"),
            add("manifest-crc32.txt", b"00000000  data/a.txt\n00000000  data/sub/b.txt\n"),
        ),
        {
            ("warning", "manifest-algorithm-unknown", "manifest-crc32.txt"),
            ("error", "manifest-none-checkable", "manifest-crc32.txt"),
        },
    ),
    (
        "only weak digests",
        both(
            unlink("manifest-sha256.txt", "manifest-sha512.txt"),
            lambda bag: write_manifests(bag, "md5", "sha1"),
        ),
        {("warning", "manifest-algorithm-weak", "manifest-md5.txt")},
    ),
    (
        "two manifests for one algorithm",
        lambda bag: shutil.copy(bag / "manifest-sha256.txt", bag / "manifest-SHA256.txt"),
        {
            ("warning", "manifest-name-not-lower-case", "manifest-SHA256.txt"),
            ("error", "manifest-algorithm-twice", "manifest-sha256.txt"),
        },
    ),
    (
        "a wrong Payload-Oxum",
        edit("bag-info.txt", "8.2", "9.2"),
        {("error", "payload-oxum-mismatch", "bag-info.txt")},
    ),
    (
        "a malformed Payload-Oxum",
        edit("bag-info.txt", "8.2", "eight"),
        {("error", "payload-oxum-malformed", "bag-info.txt")},
    ),
    (
        "two Payload-Oxums",
        edit("bag-info.txt", "Payload", "Payload-Oxum: 8.2\nPayload"),
        {("error", "payload-oxum-repeated", "bag-info.txt")},
    ),
    (
        "a malformed date",
        edit("bag-info.txt", "2026-11-24", "24.11.2026"),
        {("warning", "bagging-date-malformed", "bag-info.txt")},
    ),
    (
        "names that differ only in case",
        both(
            add("data/A.TXT", b""),
            lambda bag: write_manifests(bag, "sha256", "sha512"),
            edit("bag-info.txt", "8.2", "8.3"),
        ),
        {("warning", "payload-names-alike", "data/A.TXT")},
    ),
    *(
        (
            f"a name in a different normalization form from the file's ({form})",
            spelled(form),
            {
                ("warning", "path-normalized-otherwise", "manifest-sha256.txt"),
                ("warning", "path-normalized-otherwise", "manifest-sha512.txt"),
            },
        )
        for form in ("NFC", "NFD")
    ),
    (
        "a socket",
        lambda bag: socket.socket(socket.AF_UNIX).bind(os.path.relpath(bag / "s")),
        {("error", "file-is-special", "s")},
    ),
    (
        "a manifest that is a link",
        both(
            lambda bag: (bag / "manifest-sha256.txt").rename(bag.parent / "m"),
            lambda bag: (bag / "manifest-sha256.txt").symlink_to("../m"),
        ),
        {("error", "file-is-link", "manifest-sha256.txt")},
    ),
    (
        "a fetch.txt that names files in no manifest",
        add("fetch.txt", b"https://a.example/x 3 data/none\n"),
        {("error", "fetch-path-unlisted", "fetch.txt")},
    ),
    (
        "a payload file in no manifest (BagIt 0.97)",
        both(declare("0.97"), add("data/more", b""), edit("bag-info.txt", "8.2", "8.3")),
        {("error", "payload-file-unlisted", "data/more")},
    ),
    (
        "an empty folder",
        lambda bag: (bag / "data/empty").mkdir(),
        set(),
    ),
]


@pytest.mark.parametrize(
    ("change", "wanted"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
def test_a_bag_that_breaks_a_rule_gets_the_finding_of_that_rule(
    bag: Path,
    change: Callable[[Path], object],
    wanted: set[tuple[str, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(bag.parent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        change(bag)
    rewrite_tag_manifests(bag)
    assert findings_of(bag) == wanted


def test_faults_found_by_a_tag_manifest_are_reported(bag: Path) -> None:
    (bag / "metadata/x.xml").write_bytes(b"<y/>")
    (bag / "notes").write_bytes(b"")
    replace(bag, "tagmanifest-sha256.txt", "  bagit.txt", "  bagit.TXT")
    assert findings_of(bag) == {
        ("error", "tag-digest-mismatch", "metadata/x.xml"),
        ("error", "tag-file-missing", "bagit.TXT"),
        ("advice", "tag-file-unlisted", "notes"),
    }


@pytest.mark.parametrize(("version", "severity"), [("1.0", "error"), ("0.97", "warning")])
def test_a_tag_manifest_that_lacks_a_manifest_is_reported(
    bag: Path, version: str, severity: str
) -> None:
    declare(version)(bag)
    rewrite_tag_manifests(bag)
    lines = (bag / "tagmanifest-sha256.txt").read_text().splitlines(keepends=True)
    (bag / "tagmanifest-sha256.txt").write_text(
        "".join(line for line in lines if "manifest-sha512" not in line)
    )
    ((found, code, _),) = findings_of(bag)
    assert found == severity
    assert code.startswith("tagmanifest-lacks-manifest")


@pytest.mark.parametrize("name", ["BAGIT.TXT", "bagit.text"])
def test_a_declaration_with_a_wrong_name_counts_as_missing(bag: Path, name: str) -> None:
    (bag / "bagit.txt").rename(bag / name)
    rewrite_tag_manifests(bag)
    (finding, *_) = bags.verify(bag).report.errors
    assert finding.code == "declaration-missing"
    assert (name in finding.hint) == (name.lower() == "bagit.txt")


def test_deeply_nested_folders_are_reported(bag: Path) -> None:
    here = os.open(bag / "data", os.O_RDONLY)
    for _ in range(2200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        assert "nested in more than 256 folders" in str(list(bags.verify(bag).report))
    finally:
        subprocess.run(["rm", "-rf", str(bag / "data/d")], check=True)  # pytest's rmtree recurses


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # by bagit-python, from Python 3.13
def test_bags_made_by_bagit_python_are_valid_and_can_be_upgraded(bag: Path) -> None:
    bagit = pytest.importorskip("bagit")
    theirs = bag.parent / "source"
    (theirs / "100% é").write_bytes(b"x")
    bagit.make_bag(str(theirs), {"Contact-Name": "A"}, checksums=["md5", "sha256"])
    verdict = bags.verify(theirs, second_opinion=True)
    assert verdict.valid
    assert list(verdict.report) == []
    assert verdict.bag is not None
    assert verdict.bag.version == "0.97"
    updating.update(theirs, add={"data/new": b"1"})
    updating.upgrade(theirs)
    assert bags.verify(theirs).valid


def test_a_bag_made_with_md5sum_is_valid_with_warnings(bag: Path) -> None:
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    for path in [*bag.glob("*manifest-*"), bag / "bag-info.txt"]:
        path.unlink()
    shutil.rmtree(bag / "metadata")
    one, two = (hashlib.md5(data).hexdigest() for data in (b"one\n", b"two\n"))
    (bag / "manifest-md5.txt").write_text(f"{one.upper()} *./data/a.txt\n{two} *./data/sub/b.txt\n")
    verdict = bags.verify(bag)
    assert verdict.valid
    assert {finding.code for finding in verdict.report} == {
        "manifest-path-starred",
        "manifest-path-dotted",
        "manifest-algorithm-weak",
    }


def test_byte_order_marks_in_a_bag_edited_on_windows_are_reported(bag: Path) -> None:
    for name in ("bag-info.txt", "manifest-sha256.txt", "bagit.txt"):
        text = (bag / name).read_text()
        (bag / name).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    rewrite_tag_manifests(bag)
    assert findings_of(bag) == {
        ("error", "declaration-byte-order-mark", "bagit.txt"),
        ("warning", "tag-file-byte-order-mark", "bag-info.txt"),
        ("warning", "tag-file-byte-order-mark", "manifest-sha256.txt"),
    }


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    (folder / "source").mkdir()
    for number in range(5):
        (folder / f"source/f{number}").write_bytes(os.urandom(20 + number))
    bags.create(folder / "source", folder / "bag", info=[("Contact-Name", "A")])
    return folder / "bag"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_any_single_changed_bit_is_found_and_its_file_named(pristine: Path, seed: int) -> None:
    dice = random.Random(seed)
    path = dice.choice(sorted(path for path in pristine.rglob("*") if path.is_file()))
    before = path.read_bytes()
    place, bit = dice.randrange(len(before)), 1 << dice.randrange(8)
    path.write_bytes(before[:place] + bytes([before[place] ^ bit]) + before[place + 1 :])
    try:
        verdict = bags.verify(pristine)
    finally:
        path.write_bytes(before)
    name = path.relative_to(pristine).as_posix()
    if name.startswith("tagmanifest-") and not verdict.report.errors:
        # Nothing lists the tag manifests, and a hex digit in the other case means the same.
        assert before[place : place + 1].isalpha()
        assert bit == 0x20
        return
    assert not verdict.valid
    reported = [f"{f.location.path} {f.message}" for f in verdict.report.errors]
    assert any(name in line or name.removeprefix("tag") in line for line in reported), reported


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_a_removed_or_doubled_line_of_a_tag_file_is_found(pristine: Path, seed: int) -> None:
    dice = random.Random(seed)
    path = dice.choice(sorted(pristine.glob("*.txt")))
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    which = dice.randrange(len(lines))
    lines[which : which + 1] = dice.choice([[], [lines[which]] * 2])
    path.write_bytes(b"".join(lines))
    try:
        verdict = bags.verify(pristine)
    finally:
        path.write_bytes(before)
    if path.name.startswith("tagmanifest-") and verdict.valid:
        # A tag file removed from one tag manifest is still listed in the other.
        assert "tag-file-unlisted" in {f.code for f in verdict.report} or len(
            before.splitlines()
        ) > len(lines)
        return
    assert not verdict.valid
