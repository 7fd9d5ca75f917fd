"""An update changes only what the caller asked for, and the bag stays complete."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest

from archive_pkg import bags
from archive_pkg.bags import digesting, updating
from archive_pkg.errors import InvalidError, StorageError, UsageError

DAMAGED = "is damaged or not complete; nothing was changed"


def refused(bag: Path, **change: Any) -> set[tuple[str, str]]:
    """Return codes and paths of the findings for which a change is refused."""
    before = there(bag)
    with pytest.raises(InvalidError, match=DAMAGED) as error:
        updating.update(bag, **change)
    assert there(bag) == before
    assert ".archive-pkg" not in f"{error.value}{error.value.report.as_json()}"
    return {(one.code, one.location.path) for one in error.value.report}


INFO = (
    "Source-Organization: A\r\nContact-Name: E. Janssen\r\nExternal-Description: long\r\n"
    "   and folded\r\nContact-Name: Somebody else\r\nx-unknown:  kept as it is\r\n"
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a").write_bytes(b"one")
    (source / "sub/b").write_bytes(b"two!")
    bag = tmp_path / "bag"
    bags.create(source, bag, tag_files={"metadata/x.xml": b"<x/>", "notes.txt": b"n"})
    return bag


def test_files_are_added_replaced_and_removed(good: Path) -> None:
    (good.parent / "new").write_bytes(b"three")
    before = (good / "data/sub/b").stat()
    changed = updating.update(
        good,
        add={
            "data/c/d/new 100%": good.parent / "new",
            "data/a": b"ONE",
            "metadata/y.xml": b"<y/>",
            "notes.txt": b"other",
        },
        remove=["metadata/x.xml"],
    )
    verdict = bags.verify(good, second_opinion=False)
    assert verdict.valid
    assert list(verdict.report.errors) == []
    assert sorted(changed.payload) == ["data/a", "data/c/d/new 100%", "data/sub/b"]
    assert (good / "data/a").read_bytes() == b"ONE"
    assert not (good / "metadata/x.xml").exists()
    assert (good / "notes.txt").read_bytes() == b"other"
    assert bags.Bag.open(good).values("Payload-Oxum") == ["12.3"]
    after = (good / "data/sub/b").stat()
    assert (before.st_ino, before.st_nlink) == (after.st_ino, after.st_nlink)


def test_only_the_given_tags_of_bag_info_change(good: Path) -> None:
    updating.update(good, remove=["notes.txt"])
    path = good / "bag-info.txt"
    path.write_bytes(INFO.encode() + path.read_bytes())
    assert refused(good) == {("tag-digest-mismatch", "bag-info.txt")}
    updating.update(good, add={"bag-info.txt": path})
    updating.update(good, add={"data/a": b"1"}, info=[("Source-Organization", "B"), ("New", "x")])
    assert path.read_bytes().decode() == INFO.replace(": A\r", ": B\r") + (
        "Payload-Oxum: 5.2\r\nNew: x\r\n"
    )
    assert bags.verify(good).valid


def test_an_update_does_not_hide_damage(good: Path) -> None:
    (good / "data/a").write_bytes(b"ONE")
    updating.update(good, add={"data/c": b"3"})
    (finding,) = bags.verify(good).report.errors
    assert (finding.code, finding.location.path) == ("payload-digest-mismatch", "data/a")


def test_an_unlisted_file_in_the_bag_must_be_added_or_removed(good: Path) -> None:
    (good / "data/dropped").write_bytes(b"x")
    (good / "data/other").write_bytes(b"y")
    wanted = {("payload-file-unlisted", f"data/{name}") for name in ("dropped", "other")}
    assert refused(good, add={"data/c": b"3"}) == wanted | {
        ("payload-oxum-mismatch", "bag-info.txt")
    }
    (good / "data/other").unlink()
    updating.update(good, add={"data/dropped": good / "data/dropped"})
    assert bags.verify(good).valid


def test_a_file_can_replace_only_an_emptied_folder(good: Path) -> None:
    with pytest.raises(InvalidError) as refused:
        updating.update(good, add={"data/sub": b"3", "data/a/c": b"4"})
    found = {(one.code, one.location.path) for one in refused.value.report.errors}
    assert found == {
        ("name-is-file-and-folder", "data/a"),
        ("name-is-file-and-folder", "data/sub"),
    }
    updating.update(good, add={"data/sub": b"3"}, remove=["data/sub/b"])
    assert (good / "data/sub").read_bytes() == b"3"
    assert bags.verify(good, second_opinion=True).valid


@pytest.mark.parametrize("path", ["data/../x", "/x", "data/a/b"])
def test_impossible_paths_are_refused(good: Path, path: str) -> None:
    with pytest.raises((InvalidError, StorageError)):
        updating.update(good, add={path: b""})
    assert bags.verify(good).valid


@pytest.mark.parametrize("version", ["0.95", "0.96"])
def test_an_update_writes_tags_into_the_tag_file_of_the_bags_version(
    tmp_path: Path, version: str
) -> None:
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    declare(bag, version)
    (bag / "manifest-md5.txt").touch()
    name = OLD[version][0]
    with pytest.raises(UsageError, match=f"^{name} of .* has no A$"):
        updating.update(bag, remove_info=[("A", None)])
    assert updating.update(bag, info=[("A", "b")]).info == [("A", "b")]
    assert (bag / name).read_text() == "A: b\n"


OLD = {
    "0.93": ("package-info.txt", "UTF-8"),
    "0.95": ("package-info.txt", "ISO-8859-1"),
    "0.96": ("bag-info.txt", "UTF-8"),
    "0.97": ("bag-info.txt", "UTF-16"),
}


@pytest.mark.parametrize("version", OLD)
def test_old_bags_are_upgraded(tmp_path: Path, version: str) -> None:
    name, encoding = OLD[version]
    bag = tmp_path / "old"
    (bag / "data").mkdir(parents=True)
    (bag / "data/é%25").write_bytes(b"")
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n"
    )
    empty = "d41d8cd98f00b204e9800998ecf8427e"
    (bag / "manifest-md5.txt").write_bytes(f"{empty} *data/é%25\n".encode(encoding))
    (bag / name).write_bytes(
        "Packing-Date : 2009-10-14\nContact-Name: É\nPackage-Size: 1 KB\n".encode(encoding)
    )
    assert bags.verify(bag).valid
    changed = updating.upgrade(bag)
    verdict = bags.verify(bag)
    assert verdict.valid
    assert {finding.code for finding in verdict.report} <= {"name-unportable"}
    assert (changed.version, changed.encoding) == ("1.0", "UTF-8")
    old = name == "package-info.txt"
    assert changed.info == [
        ("Bagging-Date" if old else "Packing-Date", "2009-10-14"),
        ("Contact-Name", "É"),
        ("Bag-Size" if old else "Package-Size", "1 KB"),
    ]
    assert list(changed.manifests) == ["md5", "sha256", "sha512"]
    assert changed.payload == ["data/é%25"]


def test_a_bag_that_is_not_valid_is_not_upgraded(good: Path) -> None:
    (good / "data/a").write_bytes(b"ONE")
    with pytest.raises(InvalidError, match="not valid"):
        updating.upgrade(good)
    with pytest.raises(UsageError, match="crc32"):
        updating.upgrade(good, algorithms=["crc32"])
    assert (good / "data/a").read_bytes() == b"ONE"


def test_a_bag_can_be_given_by_a_link_or_as_the_current_folder(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = good.parent / "link"
    link.symlink_to(good)
    updating.update(link, add={"data/c": b"3"})
    assert link.is_symlink()
    assert (good / "data/c").read_bytes() == b"3"
    monkeypatch.chdir(good)
    updating.update(Path(), add={"data/d": b"4"})
    assert bags.verify(good).valid
    assert (good / "data/d").read_bytes() == b"4"
    monkeypatch.chdir(good / "data")
    updating.upgrade(Path(".."), algorithms=["md5"])
    assert "md5" in bags.Bag.open(good).manifests


def test_labels_are_set_added_and_removed(good: Path) -> None:
    path = good / "bag-info.txt"
    updating.update(good, info=[("Contact-Name", "A"), ("Contact-Name", "B"), ("Keep", "x")])
    assert bags.Bag.open(good).values("Contact-Name") == ["A", "B"]
    updating.update(good, info=[("contact-name", "C")])
    assert bags.Bag.open(good).values("Contact-Name") == ["C"]
    assert b"Contact-Name: C" in path.read_bytes(), "the spelling of the label stays"
    updating.update(good, add_info=[("Contact-Name", "D"), ("Contact-Name", "E, long\nfolded")])
    assert bags.Bag.open(good).values("Contact-Name") == ["C", "D", "E, long folded"]
    updating.update(good, remove_info=[("Contact-Name", "E, long folded"), ("Contact-Name", "C")])
    assert bags.Bag.open(good).values("Contact-Name") == ["D"]
    updating.update(good, remove_info=[("Contact-Name", None)])
    assert bags.Bag.open(good).values("Contact-Name") == []
    assert bags.Bag.open(good).values("Keep") == ["x"]
    assert bags.verify(good).valid
    for missing in (("Contact-Name", None), ("Keep", "y")):
        with pytest.raises(UsageError, match="has no"):
            updating.update(good, remove_info=[missing])


@pytest.mark.parametrize(
    ("tag", "words"),
    [(("Payload-Oxum", "1.1"), "is computed"), (("a:b", "x"), "cannot be a tag's label")],
)
@pytest.mark.parametrize("way", ["info", "add_info"])
def test_tags_that_cannot_be_set_are_refused(
    good: Path, tag: tuple[str, str], words: str, way: str
) -> None:
    before = (good / "bag-info.txt").read_bytes()
    with pytest.raises(UsageError, match=words):
        updating.update(good, **{way: [tag]})  # type: ignore[arg-type]
    assert (good / "bag-info.txt").read_bytes() == before


def test_an_algorithm_is_removed_with_its_manifests(good: Path) -> None:
    updating.update(good, remove_algorithms=["sha256"], add={"data/a": b"changed"})
    assert sorted(file.name for file in good.glob("*manifest-*")) == [
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
    ]
    assert bags.verify(good, second_opinion=True).valid
    with pytest.raises(UsageError, match="no manifest left") as refused:
        updating.update(good, remove_algorithms=["sha512"])
    assert refused.value.hint.endswith("--add-algorithm sha512.")
    with pytest.raises(UsageError, match="no manifest for md5"):
        updating.update(good, remove_algorithms=["md5"])
    with pytest.raises(UsageError, match="--remove-algorithm sha512"):
        updating.update(good, remove=["manifest-sha512.txt"])
    assert bags.verify(good).valid


def manifest(bag: Path, name: str, *paths: str) -> None:
    """Write a manifest of files, or of all tag files, by hand."""
    algorithm = name.removesuffix(".txt").rpartition("-")[2]
    listed = paths or sorted(
        path.name for path in bag.glob("*.txt") if not path.name.startswith("tagmanifest")
    )
    (bag / name).write_text(
        "".join(
            f"{hashlib.new(algorithm, (bag / path).read_bytes()).hexdigest()}  {path}\n"
            for path in listed
        )
    )


def declare(bag: Path, version: str) -> None:
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"
    )


def there(bag: Path) -> dict[str, bytes]:
    return {
        path.relative_to(bag).as_posix(): path.read_bytes()
        for path in bag.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def signed(good: Path) -> Path:
    (good / "signatures").mkdir()
    (good / "signatures/tagmanifest-sha512.txt.sig").write_bytes(b"s")
    (good / "signatures/README.txt").write_bytes(b"r")
    return good


@pytest.mark.parametrize("change", ["update", "upgrade"])
def test_signatures_are_removed_only_on_request(signed: Path, change: str) -> None:
    before = there(signed)
    make = updating.update if change == "update" else updating.upgrade
    with pytest.raises(InvalidError, match="is signed"):
        make(signed)
    assert there(signed) == before
    make(signed, drop_signatures=True)
    assert not (signed / "signatures/README.txt").exists()
    assert bags.verify(signed).valid
    assert "signatures" not in "".join(path.read_text() for path in signed.glob("tagm*"))


def test_a_signatures_folder_without_signatures_is_kept(signed: Path) -> None:
    (signed / "signatures/tagmanifest-sha512.txt.sig").unlink()
    updating.update(signed, add={"data/c": b"3"})
    assert (signed / "signatures/README.txt").read_bytes() == b"r"


def test_an_updated_bag_has_only_permissions_that_all_added_files_have(good: Path) -> None:
    good.chmod(0o755)
    for name, closed in (("open", 0o644), ("closed", 0o640)):
        new = good.parent / name
        new.touch()
        new.chmod(closed)
        updating.update(good, add={f"data/{name}": new, "data/bytes": b""})
        assert good.stat().st_mode & 0o777 == (0o755 if name == "open" else 0o750)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda bag: (bag / "manifest-sha256.txt").write_text("no line\n"), DAMAGED),
        (lambda bag: [path.unlink() for path in bag.glob("manifest*")], "has no payload manifest"),
        (lambda bag: (bag / "manifest-crc32.txt").write_text("00  data/a\n"), ": crc32"),
        (
            lambda bag: (bag / "fetch.txt").write_text(
                "https://a.example/a 3 data/a\nhttps://a.example/c 3 data/c\n"
            ),
            "have not been fetched",
        ),
    ],
)
def test_a_bag_with_faults_is_not_changed(
    good: Path, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(good)
    before = there(good)
    with pytest.raises(InvalidError, match=words):
        updating.update(good, add={"data/new": b"3"})
    assert there(good) == before


def test_a_manifest_of_an_unknown_algorithm_can_be_removed(good: Path) -> None:
    (good / "manifest-crc32.txt").write_text("00  data/a\n")
    updating.update(good, remove_algorithms=["crc32"])
    assert list(updating.update(good).manifests) == ["sha256", "sha512"]
    assert bags.verify(good).valid


@pytest.mark.parametrize("version", ["0.97", "1.0"])
@pytest.mark.parametrize("drop", [(), ("md5",)])
@pytest.mark.parametrize("of_tags", [True, False])
def test_an_algorithm_is_added_to_a_bag_of_bagit_python(
    tmp_path: Path, version: str, drop: tuple[str, ...], of_tags: bool
) -> None:
    bag = tmp_path / "bag"
    bag.mkdir()
    (bag / "a%").write_bytes(b"one")
    bagit.make_bag(str(bag), {"Contact-Name": ["A", "B"]}, checksums=["md5"])
    if not of_tags:
        (bag / "tagmanifest-md5.txt").unlink()
    if version == "1.0":
        declare(bag, version)
        for name in ("manifest-md5.txt", "tagmanifest-md5.txt"):
            if (bag / name).exists():
                text = (bag / name).read_text().replace("a%", "a%25")
                (bag / name).write_text(text)
        if of_tags:
            manifest(bag, "tagmanifest-md5.txt")
    changed = updating.update(bag, add_algorithms=["sha512"], remove_algorithms=drop)
    algorithms = {"sha512"} if drop else {"md5", "sha512"}
    assert set(changed.manifests) == algorithms
    assert set(changed.tag_manifests) == ({"sha512"} if drop or not of_tags else algorithms)
    assert changed.version == version
    assert changed.values("Contact-Name") == ["A", "B"]
    assert bags.verify(bag).valid
    if version == "0.97":
        bagit.Bag(str(bag)).validate()


def test_a_damaged_bag_gets_no_new_algorithm(good: Path) -> None:
    (good / "data/a").write_bytes(b"ONE")
    before = there(good)
    with pytest.raises(InvalidError, match="is damaged; nothing was changed") as error:
        updating.update(good, add_algorithms=["md5"], remove_algorithms=["sha256"])
    found = {(one.location.path, one.message.split()[3]) for one in error.value.report}
    assert found == {("data/a", "manifest-sha256.txt"), ("data/a", "manifest-sha512.txt")}
    assert there(good) == before
    updating.update(good, add_algorithms=["md5"], add={"data/a": b"one"})
    assert bags.verify(good).valid


def test_a_truncated_file_is_noticed_by_its_size(good: Path) -> None:
    (good / "data/a").write_bytes(b"on")
    assert refused(good, info=[("A", "b")]) == {("payload-oxum-mismatch", "bag-info.txt")}
    updating.update(good, add={"data/a": b"one"})
    assert bags.verify(good).valid


def test_one_of_several_equal_labels_is_changed_in_one_call(good: Path) -> None:
    label = "Contact-Name"
    updating.update(good, info=[(label, "A"), (label, "B"), (label, "C")])
    changed = updating.update(
        good, remove_info=[(label, "B")], add_info=[(label, "D"), (label, "E")]
    )
    assert changed.values(label) == ["A", "C", "D", "E"]


def test_a_bag_has_one_bagging_date_however_it_is_given(good: Path) -> None:
    updating.update(good, add_info=[("Bagging-Date", "2020-01-01")])
    changed = updating.update(good, add_info=[("bagging-date", "2021-01-01")])
    assert changed.values("Bagging-Date") == ["2021-01-01"]


def test_a_tag_manifest_alone_can_be_removed(good: Path) -> None:
    manifest(good, "tagmanifest-md5.txt")
    updating.update(good, remove_algorithms=["md5"])
    assert not (good / "tagmanifest-md5.txt").exists()
    assert bags.verify(good).valid


def test_a_missing_file_can_be_removed_from_the_manifests(good: Path) -> None:
    (good / "data/sub/b").unlink()
    assert refused(good, add={"data/c": b"3"}) == {
        ("payload-file-missing", "data/sub/b"),
        ("payload-oxum-mismatch", "bag-info.txt"),
    }
    updating.update(good, remove=["data/sub/b"])
    assert bags.verify(good).valid
    assert (good / "data/sub").is_dir(), "folders stay"


def test_an_update_never_leaves_an_old_bag_incomplete(good: Path) -> None:
    declare(good, "0.97")
    for path in good.glob("tagmanifest*"):
        path.unlink()
    (good / "data/more").write_bytes(b"more")
    assert ("payload-file-unlisted", "data/more") in refused(good, info=[("Contact-Name", "B")])
    (good / "data/more").unlink()
    (good / "data/a").unlink()
    assert ("payload-file-missing", "data/a") in refused(good, info=[("Contact-Name", "B")])
    updating.update(good, remove=["data/a"])
    assert bags.verify(good).valid


def test_a_missing_tag_file_is_restored_or_removed(good: Path) -> None:
    updating.update(good, add={"notes.txt": b"1"})
    (good / "notes.txt").unlink()
    assert refused(good, info=[("A", "B")]) == {("tag-file-missing", "notes.txt")}
    updating.update(good, add={"notes.txt": b"2"})
    assert bags.verify(good).valid
    (good / "notes.txt").unlink()
    updating.update(good, remove=["notes.txt"])
    assert bags.verify(good).valid


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_before_bagit_1_0_a_manifest_may_list_only_some_files(good: Path, algorithm: str) -> None:
    manifest(good, f"manifest-{algorithm}.txt", "data/a")
    assert ("payload-file-unlisted", "data/sub/b") in refused(good, add={"data/c": b"3"})
    declare(good, "0.97")
    for path in good.glob("tagmanifest*"):
        path.unlink()
    updating.update(good, add={"data/c": b"3"})
    assert bags.verify(good).valid
    assert bags.Bag.open(good).values("Payload-Oxum") == ["8.3"]
    listed = (good / f"manifest-{algorithm}.txt").read_text()
    assert ("data/c" in listed, "data/sub/b" in listed) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"remove": ["data/none"]}, "data/none cannot be removed"),
        ({"remove": ["data/a"], "add": {"data/a": b""}}, "both added and removed"),
        ({"remove": ["bagit.txt"]}, "not a tag file that you can"),
        ({"remove": ["bag-info.txt"]}, "not a tag file that you can"),
        ({"add": {"bagit.txt": b""}}, "not a tag file that you can"),
        ({"add": {"manifest-sha256.txt": b""}}, "not a tag file that you can"),
        ({"remove": ["tagmanifest-sha512.txt"]}, "--remove-algorithm sha512"),
        ({"add": {"fetch.txt": b""}}, "not a tag file that you can"),
        ({"remove_algorithms": ["sha256", "sha512"]}, "would have no manifest left"),
        ({"remove_info": [("Payload-Oxum", "1.1")]}, "Payload-Oxum is computed"),
        ({"remove_info": [("A", "1.1")]}, "has no A: 1.1$"),
        ({"add_algorithms": ["sha512"]}, "already has manifests for sha512"),
        ({"add_algorithms": ["md5"], "remove_algorithms": ["md5"]}, "has no manifest for md5"),
        ({"add_algorithms": ["crc32"]}, "crc32"),
        (
            {
                "info": [("Bagging-Date", "2020-01-01")],
                "add_info": [("bagging-date", "2021-01-01")],
            },
            "more than once",
        ),
        ({"remove_info": [("Nothing", None)]}, "has no Nothing$"),
    ],
)
def test_the_reason_for_refusing_a_change_is_reported(
    good: Path, arguments: dict[str, Any], words: str
) -> None:
    before = there(good)
    with pytest.raises(UsageError, match=words):
        updating.update(good, **arguments)
    assert there(good) == before


def test_payload_oxum_is_updated_but_not_added(good: Path) -> None:
    updating.update(good, add={"data/a": b"longer"}, remove=["data/sub/b"])
    assert bags.Bag.open(good).values("Payload-Oxum") == ["6.1"]
    (good / "bag-info.txt").unlink()
    for path in good.glob("tagmanifest*"):
        path.unlink()
    updating.update(good, add={"data/c": b"3"})
    assert not (good / "bag-info.txt").exists()
    assert not list(good.glob("tagmanifest*"))
    updating.update(good, info=[("A", "b")])
    assert (good / "bag-info.txt").read_text() == "A: b\n"
    assert bags.verify(good).valid


def test_lines_of_removed_files_are_removed_from_fetch_txt(good: Path) -> None:
    lines = ["https://a.example/a 3 data/a\r\n", "https://a.example/b - data/sub/b\r\n"]
    (good / "fetch.txt").write_bytes("".join(lines).encode())
    for algorithm in ("sha256", "sha512"):
        manifest(good, f"tagmanifest-{algorithm}.txt")
    updating.update(good, remove=["data/a"])
    assert (good / "fetch.txt").read_bytes() == lines[1].encode()
    assert bags.verify(good).valid
    updating.update(good, remove=["data/sub/b"])
    assert not (good / "fetch.txt").exists()
    assert bags.verify(good).valid


@pytest.mark.descriptors
@pytest.mark.parametrize(
    ("number", "copied"),
    [
        (errno.EXDEV, True),
        (errno.EMLINK, True),
        (errno.ENOTSUP, True),
        (errno.ENOSYS, True),
        (errno.EINVAL, True),
        (errno.EPERM, True),
        (errno.ENOSPC, False),
    ],
)
def test_a_file_that_cannot_be_hard_linked_is_copied_with_its_time_and_mode(
    good: Path, monkeypatch: pytest.MonkeyPatch, number: int, copied: bool
) -> None:
    def fail(name: str, *_: object, **__: object) -> None:
        assert "/" not in name, "linked from the folder that is open"
        raise OSError(number, os.strerror(number))

    os.utime(good / "data/a", ns=(0, 123456789))
    (good / "data/a").chmod(0o500)
    before = (good / "data/a").stat()
    opened = len([*Path("/proc/self/fd").iterdir()])
    monkeypatch.setattr(os, "link", fail)
    if not copied:
        with pytest.raises(StorageError, match="disk is full"):
            updating.update(good, add={"data/c": b"3"})
        return
    updating.update(good, add={"data/c": b"3"})
    after = (good / "data/a").stat()
    assert before.st_ino != after.st_ino
    assert after.st_mtime_ns == 123456789
    assert after.st_mode & 0o777 == 0o500
    assert len([*Path("/proc/self/fd").iterdir()]) == opened
    assert (good / "data/a").read_bytes() == b"one"
    assert bags.verify(good).valid


def test_tags_keep_their_position_line_endings_and_folding(good: Path) -> None:
    path = good / "bag-info.txt"
    for algorithm in ("sha256", "sha512"):
        (good / f"tagmanifest-{algorithm}.txt").unlink()
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes(end.join(["A: 1", "b: 2", " folded", "A: 3", "C: last"]).encode())
        updating.update(good, info=[("a", "x"), ("A", "y")], add_info=[("B", "z"), ("D", "new")])
        expected = ["A: x", "A: y", "b: 2", " folded", "B: z", "C: last", "D: new", ""]
        assert path.read_bytes() == end.join(expected).encode()
        updating.update(good, remove_info=[("b", "2 folded"), ("A", None)])
        assert path.read_bytes() == end.join(["B: z", "C: last", "D: new", ""]).encode()


def test_an_upgrade_keeps_listed_files_and_adds_manifests(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digesting, "_PIECE", 1)
    (good / "stray").write_bytes(b"in no tag manifest")
    reported: list[tuple[int, int | None, int, int | None]] = []
    changed = updating.upgrade(
        good,
        algorithms=["md5", "sha512"],
        progress=lambda done: reported.append(
            (done.files, done.all_files, done.size, done.all_size)
        ),
    )
    assert reported[-1] == (2, 2, 7, 7)
    assert list(changed.manifests) == ["md5", "sha256", "sha512"]
    assert (good / "stray").exists()
    tag_files = {"bagit.txt", "bag-info.txt", "metadata/x.xml", "notes.txt"}
    for algorithm in ("md5", "sha256", "sha512"):
        made = changed.tag_manifests[algorithm].digests
        assert made.keys() == tag_files | {f"manifest-{name}.txt" for name in changed.manifests}


def test_an_upgrade_of_an_old_bag_lists_all_its_tag_files(tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    (bag / "data/empty").mkdir(parents=True)
    (bag / "data/a").write_bytes(b"one")
    declare(bag, "0.97")
    manifest(bag, "manifest-md5.txt", "data/a")
    (bag / "notes").write_bytes(b"n")
    (bag / "fetch.txt").write_bytes(b"https://a.example/a 3 data/a\n")
    info = b"A: 1\nB: kept\n as it is\n"
    (bag / "bag-info.txt").write_bytes(info)
    changed = updating.upgrade(bag, algorithms=["sha512"])
    assert bags.verify(bag).valid
    assert (bag / "bag-info.txt").read_bytes() == info
    assert {"notes", "fetch.txt"} <= changed.tag_manifests["sha512"].digests.keys()
    assert (bag / "data/empty").is_dir()
    assert (bag / "fetch.txt").read_bytes() == b"https://a.example/a 3 data/a\n"


@pytest.mark.parametrize(
    ("encoding", "info", "upgraded"),
    [
        ("UTF-8", "A : 1\n folded : on\nPacking-Date: x\n", "A: 1 folded : on\nPacking-Date: x\n"),
        ("UTF-8", "A: 1\n folded : on\nB:  é\n", "A: 1\n folded : on\nB:  é\n"),
        ("ISO-8859-1", "A:  é\n", "A: é\n"),
    ],
)
def test_an_upgrade_rewrites_only_a_bag_info_that_needs_it(
    tmp_path: Path, encoding: str, info: str, upgraded: str
) -> None:
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: 0.97\nTag-File-Character-Encoding: {encoding}\n"
    )
    (bag / "manifest-md5.txt").touch()
    (bag / "bag-info.txt").write_bytes(info.encode(encoding))
    updating.upgrade(bag)
    assert (bag / "bag-info.txt").read_bytes().decode() == upgraded


def test_new_tags_end_in_a_line_feed_if_line_endings_are_mixed(good: Path) -> None:
    for path in good.glob("tagmanifest*"):
        path.unlink()
    (good / "bag-info.txt").write_bytes(b"A: 1\rB: 2\n")
    updating.update(good, add_info=[("C", "3")])
    assert (good / "bag-info.txt").read_bytes() == b"A: 1\rB: 2\nC: 3\n"


def test_lines_that_begin_with_a_space_are_not_labels(good: Path) -> None:
    for path in good.glob("tagmanifest*"):
        path.unlink()
    (good / "bag-info.txt").write_bytes(b"A: 1\n\tB: folded\n B: too\nB: 2\n\tA : end\n")
    updating.update(good, info=[("B", "3")])
    assert (good / "bag-info.txt").read_bytes() == b"A: 1\n\tB: folded\n B: too\nB: 3\n"
    declare(good, "0.97")
    updating.upgrade(good)
    assert (good / "bag-info.txt").read_bytes() == b"A: 1\n\tB: folded\n B: too\nB: 3\n"


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_an_update_keeps_the_encoding_of_tag_files(tmp_path: Path, encoding: str) -> None:
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "bagit.txt").write_text(
        f"BagIt-Version: 0.97\nTag-File-Character-Encoding: {encoding}\n"
    )
    names = ["data/é", "data/ü"]
    lines = [f"https://a.example/x 0 {name}\n" for name in names]
    for name in names:
        (bag / name).touch()
    digest = hashlib.md5(b"").hexdigest()
    listed = "".join(f"{digest}  {name}\n" for name in names)
    (bag / "manifest-md5.txt").write_bytes(listed.encode(encoding))
    (bag / "fetch.txt").write_bytes("".join(lines).encode(encoding))
    updating.update(bag, remove=["data/é"], info=[("Contact-Name", "É")])
    assert (bag / "fetch.txt").read_bytes().decode(encoding) == lines[1]
    updating.update(bag, remove=["data/ü"], add={"data/a": b""}, info=[("Contact-Name", "Ü")])
    assert not (bag / "fetch.txt").exists()
    assert (bag / "bag-info.txt").read_bytes().decode(encoding) == "Contact-Name: Ü\n"
    assert bags.verify(bag).valid


def test_an_upgrade_works_without_bag_info_and_drops_unknown_algorithms(good: Path) -> None:
    for path in (*good.glob("tagmanifest*"), good / "bag-info.txt"):
        path.unlink()
    declare(good, "0.97")
    (good / "manifest-crc32.txt").write_text("00  data/a\n00  data/sub/b\n")
    assert list(updating.upgrade(good).manifests) == ["sha256", "sha512"]
    assert not (good / "bag-info.txt").exists()


def test_an_update_keeps_an_empty_fetch_txt_in_the_tag_manifests(good: Path) -> None:
    (good / "fetch.txt").touch()
    for algorithm in ("sha256", "sha512"):
        manifest(good, f"tagmanifest-{algorithm}.txt")
    changed = updating.update(good, add={"data/c": b"3"})
    assert all("fetch.txt" in each.digests for each in changed.tag_manifests.values())
    assert bags.verify(good).valid


@pytest.mark.parametrize("change", [updating.update, updating.upgrade])
def test_the_wait_for_another_run_is_limited(
    good: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[..., bags.Bag]
) -> None:
    waited: list[float] = []

    def busy(bag: Path, *, wait: float) -> None:
        waited.append(wait)
        raise StorageError("busy")

    monkeypatch.setattr(updating, "Staging", busy)
    for arguments in ({}, {"wait": 2.5}):
        with pytest.raises(StorageError, match="busy"):
            change(good, **arguments)
    assert waited == [0, 2.5]


def test_a_bag_that_would_be_invalid_after_an_upgrade_is_unchanged(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = there(good)
    monkeypatch.setattr(updating, "_upgraded_info", lambda *_: b"no colon")
    with pytest.raises(InvalidError, match="could not be upgraded"):
        updating.upgrade(good)
    assert there(good) == before
    assert [path.name for path in good.parent.iterdir() if "archive" in path.name] == []


def test_a_folder_or_path_that_is_not_a_bag_is_named_as_such(tmp_path: Path) -> None:
    for change in (updating.update, updating.upgrade):
        with pytest.raises(StorageError, match="nowhere does not exist"):
            change(tmp_path / "nowhere")
        with pytest.raises(InvalidError) as refused_folder:
            change(tmp_path)
        assert [one.code for one in refused_folder.value.report] == ["declaration-missing"]
