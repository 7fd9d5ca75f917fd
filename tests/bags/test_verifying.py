"""Valid bags pass, and each fault of a bag is reported with its location."""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path

import pytest

from archive_pkg import bags, fixity
from archive_pkg.bags.profiles import Profile, TagRule
from archive_pkg.reports import Severity
from official import official


def test_the_conformance_suite_gets_the_expected_verdicts() -> None:
    cases = [path for path in official("bagit-suite").glob("v*/*/*") if path.is_dir()]
    assert len(cases) > 30
    for case in cases:
        verdict = bags.verify(case)
        assert verdict.valid == (case.parent.name == "valid"), (case, list(verdict.report))


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"one\n")
    (source / "sub/b.txt").write_bytes(b"two\n")
    bags.create(source, tmp_path / "bag", info=[("Bagging-Date", "2026-11-24")])
    return tmp_path / "bag"


def rewrite_tag_manifests(bag: Path, *algorithms: str) -> None:
    """Rewrite the tag manifests, so that only the fault of the test remains."""
    for algorithm in algorithms or ("sha256", "sha512"):
        lines = [
            f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in sorted(bag.glob("*.txt"))
            if not path.name.startswith("tagmanifest")
        ]
        (bag / f"tagmanifest-{algorithm}.txt").write_text("".join(lines))


def codes(bag: Path, least: Severity = Severity.ERROR) -> set[str]:
    return {finding.code for finding in bags.verify(bag).report.of(least)}


def test_a_good_bag_is_complete_and_valid(bag: Path) -> None:
    verdict = bags.verify(bag, second_opinion=True)
    assert verdict.complete
    assert verdict.valid
    assert list(verdict.report) == []
    assert (verdict.files, verdict.size) == (2, 8)


def test_a_bag_with_a_changed_byte_is_complete_but_not_valid(bag: Path) -> None:
    (bag / "data/a.txt").write_bytes(b"onE\n")
    verdict = bags.verify(bag)
    assert verdict.complete
    assert not verdict.valid
    (finding,) = verdict.report
    assert finding.code == "payload-digest-mismatch"
    assert finding.location.path == "data/a.txt"


def test_a_missing_and_an_unlisted_file_are_both_named(bag: Path) -> None:
    (bag / "data/a.txt").rename(bag / "data/A.txt")
    verdict = bags.verify(bag)
    assert not verdict.complete
    said = {(finding.code, finding.location.path) for finding in verdict.report}
    assert said == {
        ("payload-file-missing", "data/a.txt"),
        ("payload-file-unlisted", "data/A.txt"),
    }
    assert "'data/A.txt'" in verdict.report.findings[0].hint


def test_every_manifest_must_list_every_file_from_1_0_on(bag: Path) -> None:
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text().splitlines(keepends=True)[0])
    rewrite_tag_manifests(bag)
    assert codes(bag) == {"payload-file-unlisted"}
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    rewrite_tag_manifests(bag)
    assert codes(bag) == set()


@pytest.mark.parametrize(
    "path",
    ["../outside", "/etc/passwd", "data/../../x", "~/x", "~root/x", "C:/x", "C:\\x", "\\\\h\\x"],
)
@pytest.mark.parametrize("kind", ["manifest", "tagmanifest"])
def test_unsafe_paths_are_reported_and_never_opened(bag: Path, path: str, kind: str) -> None:
    name = bag / f"{kind}-sha256.txt"
    text = name.read_text() + f"{'0' * 64}  {path}\n"
    if kind == "manifest":
        name.write_text(text)
        rewrite_tag_manifests(bag)
    else:
        name.write_text(text)
    assert codes(bag) == {"manifest-path-unsafe"}


def test_links_are_reported_and_never_followed(bag: Path) -> None:
    (bag / "data/a.txt").unlink()
    (bag / "data/a.txt").symlink_to(bag.parent / "source/a.txt")
    (bag / "data/folder").symlink_to(bag.parent / "source")
    os.mkfifo(bag / "data/fifo")
    verdict = bags.verify(bag, second_opinion=True)
    said = {(finding.code, finding.location.path) for finding in verdict.report.errors}
    assert said >= {
        ("file-is-link", "data/a.txt"),
        ("file-is-link", "data/folder"),
        ("file-is-special", "data/fifo"),
        ("payload-file-missing", "data/a.txt"),
    }
    assert "second-opinion-not-asked" in codes(bag, Severity.ADVICE) | {
        finding.code for finding in verdict.report
    }


def test_a_path_that_is_not_a_bag_is_reported(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == {"bag-unreadable"}
    (tmp_path / "file").write_bytes(b"x" * 600)
    assert codes(tmp_path / "file") == {"archive-unknown"}
    (tmp_path / "file").unlink()
    # A hint to add data/ would make a folder of something else look like a bag.
    assert codes(tmp_path) == {"declaration-missing"}
    (tmp_path / "data").mkdir()
    assert codes(tmp_path) == {"declaration-missing", "manifest-missing"}
    (tmp_path / "data").rmdir()
    (tmp_path / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    assert codes(tmp_path) == {"manifest-missing", "payload-folder-missing"}


def spoil(bag: Path, name: str, line: int, digest: str = "0") -> str:
    """Change the digest in one line of a manifest and return its path."""
    lines = (bag / name).read_text().splitlines(keepends=True)
    before, _, path = lines[line].partition("  ")
    lines[line] = f"{digest * len(before)}  {path}"
    (bag / name).write_text("".join(lines))
    return path.rstrip("\n")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("line", [0, 1])
def test_every_digest_of_every_manifest_is_compared(bag: Path, algorithm: str, line: int) -> None:
    path = spoil(bag, f"manifest-{algorithm}.txt", line)
    rewrite_tag_manifests(bag)
    verdict = bags.verify(bag)
    (finding,) = verdict.report
    assert (verdict.complete, verdict.valid) == (True, False)
    assert (finding.code, finding.location.path) == ("payload-digest-mismatch", path)
    value = hashlib.new(algorithm, (bag / path).read_bytes()).hexdigest()
    assert finding.message == (
        f"does not match manifest-{algorithm}.txt (computed {value}, listed {'0' * len(value)})"
    )
    other = {"sha256": "sha512", "sha512": "sha256"}[algorithm]
    assert finding.hint == (
        f"The file matches manifest-{other}.txt: the other manifest is damaged."
    )


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("line", [0, 1, 2, 3])
def test_every_digest_of_every_tag_manifest_is_compared(
    bag: Path, algorithm: str, line: int
) -> None:
    path = spoil(bag, f"tagmanifest-{algorithm}.txt", line)
    verdict = bags.verify(bag)
    (finding,) = verdict.report
    assert (verdict.complete, verdict.valid) == (True, False)
    assert (finding.code, finding.location.path) == ("tag-digest-mismatch", path)


def test_a_changed_file_is_one_finding_that_names_all_manifests(bag: Path) -> None:
    (bag / "data/sub/b.txt").write_bytes(b"twO\n")
    (finding,) = bags.verify(bag).report
    assert finding.location.path == "data/sub/b.txt"
    assert "manifest-sha256.txt (computed" in finding.message
    assert " and manifest-sha512.txt (computed" in finding.message
    assert "Restore it from another copy" in finding.hint


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_missing_file_listed_by_one_manifest_is_named(bag: Path, algorithm: str) -> None:
    name = f"manifest-{algorithm}.txt"
    length = 2 * hashlib.new(algorithm).digest_size
    (bag / name).write_text((bag / name).read_text() + f"{'0' * length}  data/none\n")
    rewrite_tag_manifests(bag)
    verdict = bags.verify(bag)
    (finding,) = verdict.report
    assert (finding.code, finding.location.path) == ("payload-file-missing", "data/none")
    assert finding.message == f"is missing, but listed in {name}, line 3"
    assert finding.hint == "Restore it from another copy."
    assert not verdict.complete


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_file_that_one_manifest_does_not_list_is_named(bag: Path, algorithm: str) -> None:
    name = f"manifest-{algorithm}.txt"
    lines = (bag / name).read_text().splitlines(keepends=True)
    (bag / name).write_text(lines[0])
    rewrite_tag_manifests(bag)
    (finding,) = bags.verify(bag).report
    assert (finding.code, finding.location.path) == ("payload-file-unlisted", "data/sub/b.txt")
    assert finding.message == f"is not in {name}"


def test_a_file_that_no_manifest_lists_is_reported_as_unlisted_and_uncovered(bag: Path) -> None:
    (bag / "data/stray").touch()
    verdict = bags.verify(bag)
    (finding, _) = verdict.report
    assert (finding.code, finding.location.path) == ("payload-file-unlisted", "data/stray")
    assert finding.message == "is not in any manifest"
    assert verdict.uncovered == ["data/stray"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("other", ["sha256", "sha512"])
def test_a_tag_manifest_must_list_every_manifest(bag: Path, algorithm: str, other: str) -> None:
    name = f"tagmanifest-{algorithm}.txt"
    lines = (bag / name).read_text().splitlines(keepends=True)
    (bag / name).write_text("".join(line for line in lines if f"manifest-{other}" not in line))
    (finding,) = bags.verify(bag).report
    assert (finding.code, finding.location.path) == ("tagmanifest-lacks-manifest", name)
    assert finding.message == f"does not list manifest-{other}.txt"


def test_every_manifest_that_a_tag_manifest_does_not_list_is_named(bag: Path) -> None:
    (bag / "tagmanifest-sha512.txt").unlink()
    file = bag / "tagmanifest-sha256.txt"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if " manifest-" not in line))
    found = [each.message for each in bags.verify(bag).report.errors]
    assert found == ["does not list manifest-sha256.txt", "does not list manifest-sha512.txt"]


@pytest.mark.parametrize("oxum", ["9.2", "7.2", "8.3", "8.1"])
def test_the_size_and_number_of_files_are_compared_with_payload_oxum(bag: Path, oxum: str) -> None:
    info = bag / "bag-info.txt"
    info.write_text(info.read_text().replace("8.2", oxum))
    rewrite_tag_manifests(bag)
    (finding,) = bags.verify(bag).report
    assert finding.code == "payload-oxum-mismatch"
    assert (finding.location.line, finding.location.field) == (2, "Payload-Oxum")
    size, files = oxum.split(".")
    assert finding.message == (
        f"states {size} bytes in {files} file{'s' * (files != '1')}, "
        "but the payload has 8 bytes in 2 files"
    )


@pytest.mark.parametrize(
    ("oxum", "code"),
    [
        ("", "malformed"),
        ("8", "malformed"),
        ("8.2.1", "malformed"),
        ("8.2 ", ""),
        ("-8.2", "malformed"),
        (f"{'0' * 19}8.2", ""),
        (f"{'0' * 20}8.2", "malformed"),
        (f"8.{'0' * 20}2", "malformed"),
        ("8,2", "malformed"),
        ("٨.٢", "malformed"),
        ("8.2\nPayload-Oxum: 8.2", "repeated"),
    ],
)
def test_a_malformed_payload_oxum_is_reported(bag: Path, oxum: str, code: str) -> None:
    info = bag / "bag-info.txt"
    info.write_text(info.read_text().replace("8.2", oxum))
    rewrite_tag_manifests(bag)
    found = [
        (each.code, each.location.line) for each in bags.verify(bag).report if "oxum" in each.code
    ]
    assert found == ([(f"payload-oxum-{code}", 2)] if code else [])


@pytest.mark.parametrize("fetched", [True, False])
def test_payload_oxum_is_compared_only_when_all_files_are_fetched(bag: Path, fetched: bool) -> None:
    (bag / "fetch.txt").write_text("https://a.example/b 4 data/sub/b.txt\n")
    if not fetched:
        (bag / "data/sub/b.txt").unlink()
    info = bag / "bag-info.txt"
    info.write_text(info.read_text().replace("8.2", "9.2"))
    rewrite_tag_manifests(bag)
    expected = [("payload-oxum-mismatch", "bag-info.txt")]
    if not fetched:
        expected = [("payload-file-unfetched", "data/sub/b.txt")] * 2
    assert [(each.code, each.location.path) for each in bags.verify(bag).report] == expected


def test_unfetched_files_are_not_reported_as_missing(bag: Path) -> None:
    (bag / "fetch.txt").write_text("https://a.example/b 4 data/sub/b.txt\n")
    (bag / "data/a.txt").unlink()
    (bag / "data/sub/b.txt").unlink()
    rewrite_tag_manifests(bag)
    said = {(each.code, each.location.path) for each in bags.verify(bag).report}
    assert said == {
        ("payload-file-unfetched", "data/sub/b.txt"),
        ("payload-file-missing", "data/a.txt"),
    }


@pytest.mark.parametrize(
    ("version", "listed", "found"),
    [
        ("1.0", ["sha256", "sha512"], False),
        ("1.0", ["sha256"], True),
        ("1.0", ["sha512"], True),
        ("0.97", ["sha512"], False),
        ("0.97", [], True),
    ],
)
def test_a_file_to_fetch_must_be_in_every_manifest_or_in_one_before_1_0(
    bag: Path, version: str, listed: list[str], found: bool
) -> None:
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"
    )
    (bag / "fetch.txt").write_text("# no line\nhttps://a.example/c 4 data/c\n")
    for algorithm in listed:
        name = bag / f"manifest-{algorithm}.txt"
        length = 2 * hashlib.new(algorithm).digest_size
        name.write_text(name.read_text() + f"{'0' * length}  data/c\n")
    rewrite_tag_manifests(bag)
    unlisted = [each for each in bags.verify(bag).report if each.code == "fetch-path-unlisted"]
    assert [each.location.line for each in unlisted] == [2] * found
    for each in unlisted:
        others = {f"manifest-{name}.txt" for name in ("sha256", "sha512") if name not in listed}
        assert each.message == f"'data/c' is not in {', '.join(sorted(others))}"


@pytest.mark.parametrize(
    ("version", "label", "value", "found"),
    [
        ("1.0", "Bagging-Date", "2026-11-24", False),
        ("1.0", "bagging-date", "2026-02-30", True),
        ("1.0", "Bagging-Date", "20261124", True),
        ("1.0", "Bagging-Date", "2026-11-24T00", True),
        ("1.0", "Packing-Date", "no date", False),
        ("0.96", "Bagging-Date", "no date", True),
        ("0.95", "Packing-Date", "no date", True),
        ("0.95", "Bagging-Date", "no date", False),
    ],
)
def test_a_malformed_bagging_date_is_reported(
    bag: Path, version: str, label: str, value: str, found: bool
) -> None:
    name = "package-info.txt" if version == "0.95" else "bag-info.txt"
    (bag / "bag-info.txt").unlink()
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"
    )
    (bag / name).write_text(f"X: y\n{label}: {value}\n")
    rewrite_tag_manifests(bag)
    dates = [each for each in bags.verify(bag).report if each.code == "bagging-date-malformed"]
    assert [(each.location.path, each.location.line, each.location.field) for each in dates] == [
        (name, 2, label)
    ] * found


FORMS = {"NFC": "\u00e9\u00e9", "NFD": "e\u0301e\u0301", "mixed": "e\u0301\u00e9"}


@pytest.mark.parametrize(
    ("listed", "there", "seen_through"),
    [
        (["NFC"], ["mixed"], True),
        (["NFC"], ["NFD", "mixed"], False),
        (["NFC", "NFD"], ["mixed"], False),
        (["NFC", "NFD"], ["NFC", "mixed"], True),
    ],
)
def test_a_name_in_a_different_normalization_form_is_accepted_if_unambiguous(
    bag: Path, listed: list[str], there: list[str], seen_through: bool
) -> None:
    for form in there:
        (bag / f"data/{FORMS[form]}").write_bytes(b"x")
    for algorithm in ("sha256", "sha512"):
        name = bag / f"manifest-{algorithm}.txt"
        value = hashlib.new(algorithm, b"x").hexdigest()
        name.write_text(
            name.read_text() + "".join(f"{value}  data/{FORMS[form]}\n" for form in listed)
        )
    info = bag / "bag-info.txt"
    info.write_text(info.read_text().replace("8.2", f"{8 + len(there)}.{2 + len(there)}"))
    rewrite_tag_manifests(bag)
    verdict = bags.verify(bag)
    assert verdict.valid == seen_through
    lines = [
        (each.location.path, each.location.line)
        for each in verdict.report
        if each.code == "path-normalized-otherwise"
    ]
    if seen_through:
        line = 3 if len(listed) == 1 else 4
        assert lines == [("manifest-sha256.txt", line), ("manifest-sha512.txt", line)]


def test_files_whose_digest_was_not_compared_are_listed(bag: Path) -> None:
    assert bags.verify(bag).uncovered == []
    (bag / "notes").touch()
    (bag / "manifest-crc32.txt").write_text("0  data/a.txt\n0  data/sub/b.txt\n")
    assert bags.verify(bag).uncovered == ["manifest-crc32.txt", "notes"]
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    (bag / "tagmanifest-crc32.txt").write_text(
        "".join(f"0  {path.name}\n" for path in sorted(bag.glob("*.txt")))
    )
    said = bags.verify(bag)
    assert sorted(said.uncovered) == sorted(
        path.name for path in bag.iterdir() if path.is_file() and "tagm" not in path.name
    )
    unlisted = [each.location.path for each in said.report if each.code == "tag-file-unlisted"]
    assert unlisted == said.uncovered
    for path in bag.glob("manifest-sha*"):
        path.unlink()
    found = bags.verify(bag)
    assert "manifest-none-checkable" in {each.code for each in found.report}
    assert {"data/a.txt", "data/sub/b.txt"} <= set(found.uncovered)


def test_files_with_only_an_unknown_algorithm_are_uncovered(bag: Path) -> None:
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    for algorithm in ("sha256", "sha512"):
        name = bag / f"manifest-{algorithm}.txt"
        name.write_text(name.read_text().splitlines(keepends=True)[0])
    (bag / "manifest-crc32.txt").write_text("0  data/sub/b.txt\n")
    rewrite_tag_manifests(bag)
    verdict = bags.verify(bag)
    assert verdict.valid
    assert verdict.uncovered == ["data/sub/b.txt"]


def test_without_tag_manifests_no_tag_file_is_reported_as_unlisted(bag: Path) -> None:
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    verdict = bags.verify(bag)
    assert list(verdict.report) == []
    assert len(verdict.uncovered) == 4


def test_a_weak_algorithm_next_to_a_strong_one_gives_no_warning(bag: Path) -> None:
    for algorithm in ("sha1", "sha256"):
        lines = [
            f"{hashlib.new(algorithm, (bag / path).read_bytes()).hexdigest()}  {path}\n"
            for path in ("data/a.txt", "data/sub/b.txt")
        ]
        (bag / f"manifest-{algorithm}.txt").write_text("".join(lines))
    (bag / "manifest-sha512.txt").unlink()
    rewrite_tag_manifests(bag)
    assert list(bags.verify(bag).report) == []
    (bag / "manifest-sha256.txt").unlink()
    rewrite_tag_manifests(bag)
    (finding,) = bags.verify(bag).report
    assert (finding.code, finding.location.path) == (
        "manifest-algorithm-weak",
        "manifest-sha1.txt",
    )


def test_progress_reports_done_and_total(bag: Path) -> None:
    reported = []
    bags.verify(bag, progress=lambda tally: reported.append((tally.files, tally.size)))
    assert reported[-1] == (2, 8)
    last: list[fixity.Tally] = []
    bags.verify(bag, progress=last.append)
    assert (last[-1].all_files, last[-1].all_size) == (2, 8)


def test_a_file_that_cannot_be_read_adds_nothing_to_the_size(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, seen = os.read, list[bool]()

    def fail_once(descriptor: int, size: int) -> bytes:
        if not seen and os.fstat(descriptor).st_size == 4:
            seen.append(True)
            raise OSError(5, "Input/output error")
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", fail_once)
    verdict = bags.verify(bag, jobs=1)
    monkeypatch.undo()
    assert (verdict.files, verdict.size) == (2, 4)
    assert {each.code for each in verdict.report} == {"file-unreadable", "payload-oxum-mismatch"}


def test_conformance_to_a_profile_is_separate_from_validity(bag: Path) -> None:
    assert bags.verify(bag).conforms is None
    for algorithm, conforms in (("sha512", True), ("md5", False)):
        profile = Profile(manifests_required=(algorithm, "sha256"))
        verdict = bags.verify(bag, profile=profile)
        assert (verdict.valid, verdict.conforms) == (True, conforms)
        assert bool(list(verdict.report)) != conforms
    recommended = Profile(tags={"bag-info.txt": [TagRule("X", recommended=True)]})
    verdict = bags.verify(bag, profile=recommended)
    assert [each.code for each in verdict.report] == ["profile-tag-recommended"]
    assert verdict.conforms


def test_breaking_a_profile_does_not_count_as_a_differing_second_opinion(bag: Path) -> None:
    verdict = bags.verify(bag, profile=Profile(manifests_required=("md5",)), second_opinion=True)
    assert [each.code for each in verdict.report] == ["profile-manifest-missing"]


def test_files_are_not_reported_as_missing_if_the_archive_is_truncated(bag: Path) -> None:
    for path in bag.glob("*manifest-sha256.txt"):
        path.unlink()
    rewrite_tag_manifests(bag, "sha512")
    (bag / "data/a.txt").write_bytes(b"x" * 5000)
    archive = bag.parent / "bag.tar"
    with tarfile.open(archive, "w") as made:
        for name in ("manifest-sha512.txt", "bagit.txt", "data/a.txt"):
            made.add(bag / name, f"bag/{name}")
    whole = archive.read_bytes()
    for kept in (6000, 3000, 2000):  # in the payload file, in a tag file, in the manifest
        archive.write_bytes(whole[:kept])
        assert {each.code for each in bags.verify(archive).report} == {"archive-damaged"}
