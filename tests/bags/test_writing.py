"""A written bag is complete BagIt 1.0, and the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import random
import stat
import subprocess
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg import bags
from archive_pkg.bags import updating, writing
from archive_pkg.errors import InvalidError, StorageError, UsageError

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_bag_is_written_from_files_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    folder = tmp_path / "bag"
    folder.mkdir()
    written = bags.write(
        folder,
        {"parts/a": tmp_path / "a", "100%\n.txt": b"two!"},
        info=[("Contact-Name", "A"), ("Contact-Name", "B")],
        tag_files={"metadata/dc.xml": b"<dc/>"},
    )
    assert (written.files, written.size) == (2, 7)
    assert (folder / "bag-info.txt").read_text() == (
        "Contact-Name: A\nContact-Name: B\nPayload-Oxum: 7.2\n"
    )
    assert "  data/100%25%0A.txt\n" in (folder / "manifest-sha512.txt").read_text()
    assert bags.verify(folder).valid
    assert list(bags.verify(folder).report.errors) == []
    assert set(written.digests("metadata/dc.xml")) == {"sha256", "sha512"}


def test_sha512sum_accepts_the_manifests_of_a_new_bag(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/b").write_bytes(b"one")
    bags.create(tmp_path / "source", tmp_path / "bag")
    for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        subprocess.run(
            ["sha512sum", "-c", "--strict", "--quiet", name], cwd=tmp_path / "bag", check=True
        )


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "source/x").mkdir(parents=True)
    for name in ("b", "a", "x/c"):
        (tmp_path / "source" / name).write_text(name)
    for number in (1, 2):
        bags.create(tmp_path / "source", tmp_path / str(number), info=[("X", "y")])
    assert tree(tmp_path / "1") == tree(tmp_path / "2")
    assert names(tmp_path / "1") == [
        "bag-info.txt",
        "bagit.txt",
        "data",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha512.txt",
    ]


def test_sources_are_unchanged_and_their_times_are_kept_in_the_bag(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "run").write_text("#!")
    (source / "run").chmod(0o4711)
    os.utime(source / "run", ns=(0, 123456789))
    bags.create(source, tmp_path / "bag")
    status = (tmp_path / "bag/data/run").stat()
    assert status.st_mtime_ns == 123456789
    assert status.st_mode & 0o7100 == 0o100
    assert (source / "run").stat().st_mode & 0o7777 == 0o4711


def test_an_empty_folder_is_kept_in_the_bag_and_reported(tmp_path: Path) -> None:
    (tmp_path / "source/empty").mkdir(parents=True)
    _, report = bags.create(tmp_path / "source", tmp_path / "bag")
    assert [finding.code for finding in report] == ["source-folder-empty"]
    assert (tmp_path / "bag/data/empty").is_dir()
    assert (tmp_path / "bag/manifest-sha512.txt").read_bytes() == b""
    assert bags.verify(tmp_path / "bag", second_opinion=False).valid


def test_links_special_files_and_undecodable_names_are_refused_before_writing(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "fifo")
    Path(os.fsdecode(os.fsencode(source) + b"/\xff")).touch()
    with pytest.raises(InvalidError) as caught:
        bags.create(source, tmp_path / "bag")
    assert {finding.code for finding in caught.value.report.errors} == {
        "source-is-link",
        "source-is-special",
        "name-not-utf8",
    }
    assert names(tmp_path) == ["source"]


def test_names_that_are_not_utf8_are_encoded_on_request_and_recorded(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    odd = [b"caf\xe9", b"caf%E9", b"\xff/\xfe", "é".encode()]
    for name in odd:
        file = Path(os.fsdecode(os.fsencode(source) + b"/" + name))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(name)
    bags.create(source, tmp_path / "bag", encode_names=True)
    assert bags.verify(tmp_path / "bag", second_opinion=False).valid
    said = (tmp_path / "bag/encoded-names.json").read_text()
    assert said == (
        '{\n  "meaning": "names of files before bagging, their bytes percent-encoded (RFC 3986)",\n'
        '  "names": {\n    "data/%FF/%FE": "%FF/%FE",\n    "data/caf%E9~2": "caf%E9"\n  }\n}\n'
    )
    record = json.loads(said)["names"]
    assert len(tree(tmp_path / "bag/data")) == len(odd)
    for path, data in tree(tmp_path / "bag/data").items():
        original = record.get(f"data/{path}")
        assert data == (unquote_to_bytes(original) if original else os.fsencode(path))


def test_unportable_names_are_refused_on_request(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/aux.txt").touch()
    with pytest.raises(InvalidError):
        bags.create(tmp_path / "source", tmp_path / "bag", portable=True)
    _, report = bags.create(tmp_path / "source", tmp_path / "bag")
    assert [finding.code for finding in report] == ["name-unportable"]


def test_a_bag_within_its_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="would contain itself"):
        bags.create(tmp_path, tmp_path / "bag")


def test_a_source_that_changes_while_being_read_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "log").write_bytes(b"x" * (3 << 20))

    def grow(_: object) -> None:
        with (source / "log").open("ab") as file:
            file.write(b"y")

    with pytest.raises(bags.ChangedError, match="log changed"):
        bags.create(source, tmp_path / "bag", jobs=1, progress=grow)
    assert names(tmp_path) == ["source"]


@pytest.mark.parametrize(
    "path", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "data/x", "fetch.txt", "~x"]
)
def test_tag_files_that_the_program_writes_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError):
        bags.write(tmp_path, {}, tag_files={path: b""})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../x", "name-unsafe"),
        ("a//b", "name-unsafe"),
        ("a/", "name-unsafe"),
        ("CON.txt", "name-unportable"),
        ("a.", "name-unportable"),
        ("b ", "name-unportable"),
        ("x" * 256, "name-unportable"),
        ("a:b", "name-unportable"),
    ],
)
def test_unsafe_unportable_and_undecodable_names_are_reported(path: str, code: str) -> None:
    report = bags.check_names([f"data/{path}"], portable=True)
    assert [finding.code for finding in report.errors] == [code]


def test_a_name_with_a_delete_character_is_portable() -> None:
    assert not list(bags.check_names(["data/a\x7fb"], portable=True))


def test_names_that_collide_are_reported() -> None:
    report = bags.check_names(["data/é", "data/e\u0301", "data/A/x", "data/a/y", "data/A"])
    assert [finding.code for finding in report] == [
        "name-is-file-and-folder",
        "names-alike",
        "names-alike",
    ]


@pytest.mark.parametrize("path", ["data/a", "data/sub/a", "bag-info.txt", "metadata/x", "data/b"])
@pytest.mark.parametrize("link", [True, False])
def test_existing_files_are_not_overwritten(tmp_path: Path, path: str, link: bool) -> None:
    (tmp_path / "a").write_bytes(b"new")
    bag = tmp_path / "bag"
    (bag / path).parent.mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"theirs")
    (bag / path).symlink_to(tmp_path / "victim") if link else (bag / path).write_bytes(b"theirs")
    with pytest.raises(StorageError, match="already exists"):
        bags.write(
            bag,
            {"a": tmp_path / "a", "sub/a": tmp_path / "a", "b": b"new"},
            tag_files={"metadata/x": b"new"},
        )
    assert (bag / path).read_bytes() == b"theirs"


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_only_regular_files_are_copied_without_waiting_on_pipes(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "source"
    if kind == "pipe":
        os.mkfifo(source)
    elif kind == "folder":
        source.mkdir()
    else:
        source = Path("/dev/null")
    (tmp_path / "bag").mkdir()
    with pytest.raises(StorageError, match="is not a regular file"):
        bags.write(tmp_path / "bag", {"a": source})


def test_a_link_given_as_a_source_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    (tmp_path / "link").symlink_to("secret")
    (tmp_path / "bag").mkdir()
    with pytest.raises(StorageError, match="symbolic link"):
        bags.write(tmp_path / "bag", {"a": tmp_path / "link"})


@pytest.mark.parametrize("size", [0, writing._SMALL, writing._SMALL + 1])
def test_small_and_large_files_are_copied_in_the_same_way(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "bag").mkdir()
    reported: list[tuple[int, int | None, int]] = []
    written = bags.write(
        tmp_path / "bag",
        {"a": tmp_path / "a"},
        progress=lambda tally: reported.append((tally.files, tally.all_files, tally.size)),
    )
    assert (tmp_path / "bag/data/a").read_bytes() == data
    assert written.digests("data/a")["sha512"] == hashlib.sha512(data).hexdigest()
    assert (written.files, written.size, reported[-1]) == (1, size, (1, 1, size))


def test_new_files_follow_the_umask(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "bag").mkdir()
    reported: list[tuple[int, int]] = []
    bags.write(
        tmp_path / "bag",
        {"a": tmp_path / "a", "b": b"two!"},
        progress=lambda tally: reported.append((tally.files, tally.size)),
    )
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "bag/data").iterdir()} == {0o666}
    assert reported == sorted(reported)
    assert reported[-2:] == [(0, 7), (2, 7)]


@pytest.mark.descriptors
@pytest.mark.parametrize("change", ["time", "size", "short"])
@pytest.mark.parametrize("size", [9, writing._SMALL + 9])
def test_any_sign_of_a_change_during_reading_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, size: int
) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"x" * size)
    before = source.stat().st_mtime_ns
    (tmp_path / "bag").mkdir()
    utime, read, readv = os.utime, os.read, os.readv

    def changed(made: int, *, ns: tuple[int, int]) -> None:
        if change == "size":
            os.truncate(source, size + 1)
            utime(source, ns=(before, before))
        elif change == "time":
            utime(source, ns=(before, before + 1))
        utime(made, ns=ns)

    monkeypatch.setattr(os, "utime", changed)
    if change == "short":
        monkeypatch.setattr(os, "read", lambda file, count: read(file, count)[:-1])
        monkeypatch.setattr(os, "readv", lambda file, blocks: max(0, readv(file, blocks) - 1))
    with pytest.raises(bags.ChangedError, match="a changed while it was being read"):
        bags.write(tmp_path / "bag", {"a": source})


def test_many_files_are_written_by_several_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PIECE", 2)
    monkeypatch.setattr(writing, "_FEW", 3)
    payload = {f"{number % 2}/{number}": bytes([number]) * number for number in range(7)}
    (tmp_path / "bag").mkdir()
    written = bags.write(tmp_path / "bag", dict(payload), jobs=2)
    assert (written.files, written.size) == (7, sum(range(7)))
    assert tree(tmp_path / "bag/data") == payload
    for algorithm, listed in written.manifests.items():
        assert listed == {
            f"data/{path}": hashlib.new(algorithm, data).digest() for path, data in payload.items()
        }
    assert bags.verify(tmp_path / "bag").valid


@pytest.mark.parametrize("payload", [True, False])
def test_a_percent_sign_is_refused_in_paths_of_old_bags(tmp_path: Path, payload: bool) -> None:
    files: dict[str, Path | bytes] = {"a%b": b""} if payload else {}
    tag_files = {} if payload else {"a%b": b""}
    for version in ("0.97", "1.0"):
        (tmp_path / version).mkdir()
    bags.write(tmp_path / "1.0", files, tag_files=tag_files)
    with pytest.raises(UsageError, match=r"a BagIt 0\.97 bag cannot have a %"):
        bags.write(tmp_path / "0.97", files, tag_files=tag_files, version="0.97")
    assert names(tmp_path / "0.97") == []
    bags.write(tmp_path / "0.97", {"b": b""}, version="0.97")
    assert (tmp_path / "0.97/bagit.txt").read_text().startswith("BagIt-Version: 0.97\n")
    assert bags.verify(tmp_path / "0.97").valid


def test_tag_manifests_can_use_other_algorithms(tmp_path: Path) -> None:
    written = bags.write(tmp_path, {"a": b"x"}, algorithms=["md5"], tag_algorithms=["sha1"])
    assert [path.name for path in sorted(tmp_path.glob("*manifest*"))] == [
        "manifest-md5.txt",
        "tagmanifest-sha1.txt",
    ]
    assert set(written.digests("data/a")) == {"md5"}
    assert set(written.digests("bagit.txt")) == {"sha1"}
    assert written.digests("none") == {}
    assert bags.verify(tmp_path).valid


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"algorithms": []}, "at least one algorithm"),
        ({"algorithms": ["sha512", "crc32"]}, "'crc32' is not a known algorithm"),
        ({"tag_algorithms": ["crc32"]}, "'crc32' is not a known algorithm"),
        ({"info": [("A", "b"), ("payload-oxum", "1.1")]}, "Payload-Oxum is computed"),
        ({"info": [("A:", "b")]}, "label"),
        ({"tag_files": {"data": b""}}, "not a tag file that you can"),
        ({"tag_files": {"data/a": b""}}, "not a tag file that you can"),
        ({"tag_files": {"tagmanifest-md5.txt": b""}}, "not a tag file that you can"),
        ({"tag_files": {"*a": b""}}, "misread"),
        ({"tag_files": {" a": b""}}, "misread"),
        ({"tag_files": {"\ta": b""}}, "misread"),
    ],
)
def test_invalid_arguments_are_refused_before_writing(
    tmp_path: Path, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        bags.write(tmp_path, {}, **arguments)
    assert names(tmp_path) == []


def test_names_that_are_not_allowed_are_counted_before_writing(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="2 names cannot be") as caught:
        bags.write(tmp_path, {"../a": b"", "b": b""}, tag_files={"../c": b""})
    assert [each.location.path for each in caught.value.report.errors] == ["data/../a", "../c"]
    assert names(tmp_path) == []


def test_names_of_folders_are_compared_and_invalid_bytes_escaped() -> None:
    report = bags.check_names(["data/A/x", "data/a/y", "data/\udcff", ""], existing=["data/b/c"])
    assert {(each.code, each.location.path) for each in report} == {
        ("names-alike", "data/A"),
        ("name-not-utf8", "data/\\xff"),
        ("name-unsafe", ""),
    }
    taken = bags.check_names(["data/b"], existing=["data/b/c"])
    assert [(each.code, each.location.path) for each in taken] == [
        ("name-is-file-and-folder", "data/b")
    ]


def test_a_bag_has_no_permission_that_its_files_lack(tmp_path: Path) -> None:
    for name, closed in (("one", "."), ("two", "sub/b")):
        source = tmp_path / name
        (source / "sub").mkdir(parents=True)
        (source / "a").touch()
        (source / "sub/b").touch()
        (source / closed).chmod(0o700)
        bags.create(source, tmp_path / f"{name}-bag")
        assert (tmp_path / f"{name}-bag").stat().st_mode & 0o077 == 0


def test_a_source_that_cannot_be_read_completely_is_not_bagged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "folder-depth=1")
    (tmp_path / "source/a/b/c").mkdir(parents=True)
    with pytest.raises(StorageError, match="nested in more than 1 folders"):
        bags.create(tmp_path / "source", tmp_path / "bag")
    assert names(tmp_path) == ["source"]


def test_an_existing_bag_is_replaced_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    bags.create(tmp_path / "source", tmp_path / "bag")
    (tmp_path / "source/a").touch()
    with pytest.raises(StorageError, match="already exists"):  # reported before the source is read
        bags.create(tmp_path / "none", tmp_path / "bag")
    bags.create(tmp_path / "source", tmp_path / "bag", replace=True)
    assert names(tmp_path / "bag/data") == ["a"]


def test_the_wait_for_another_run_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def busy(bag: Path, *, wait: float) -> None:
        waited.append(wait)
        raise StorageError("busy")

    monkeypatch.setattr(writing, "Staging", busy)
    (tmp_path / "source").mkdir()
    for call in (bags.create, partial(bags.create, wait=2.5)):
        with pytest.raises(StorageError, match="busy"):
            call(tmp_path / "source", tmp_path / "bag")
    assert waited == [0, 2.5]


NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), min_size=1, max_size=20
).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary(max_size=50), max_size=6
).filter(lambda files: not any(one.startswith(f"{other}/") for one in files for other in files))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TREES)
def test_any_names_and_bytes_round_trip(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "source").mkdir()
    for name, data in files.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bags.create(folder / "source", folder / "bag")
    verdict = bags.verify(folder / "bag")
    assert verdict.valid, list(verdict.report)
    assert tree(folder / "bag/data") == tree(folder / "source")


PLAIN = st.text(st.sampled_from("abcXYZ019 -_.,;()éüЖ中"), min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and name.strip(".") == name
)
FILES = st.dictionaries(
    st.lists(PLAIN, min_size=1, max_size=3).map("/".join), st.binary(max_size=50), max_size=5
).filter(lambda files: not any(one.startswith(f"{other}/") for one in files for other in files))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILES, FILES, st.randoms())
def test_bagit_python_agrees_before_and_after_an_update(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    more: dict[str, bytes],
    dice: random.Random,
) -> None:
    folder = tmp_path_factory.mktemp("agree")
    (folder / "source").mkdir()
    for name, data in files.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bag = folder / "bag"
    bags.create(folder / "source", bag)
    removed = [path for path in files if dice.random() < 0.5 and path not in more]
    left = {path: data for path, data in files.items() if path not in removed} | more
    fits = not any(one.startswith(f"{other}/") for one in left for other in left)
    if fits:
        updating.update(
            bag,
            add={f"data/{path}": data for path, data in more.items()},
            remove=[f"data/{path}" for path in removed],
        )
        assert tree(bag / "data") == left
    verdict = bags.verify(bag, second_opinion=True)
    assert verdict.valid
    assert not {finding.code for finding in verdict.report} & {"second-opinion-differs"}


def test_a_bag_has_no_permission_that_a_file_with_an_encoded_name_lacks(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    secret = tmp_path / "files" / os.fsdecode(b"\xe4.txt")
    secret.write_bytes(b"for me alone")
    secret.chmod(0o600)
    bags.create(tmp_path / "files", tmp_path / "bag", encode_names=True)
    assert stat.S_IMODE((tmp_path / "bag").stat().st_mode) == 0o700


def test_a_name_that_bagit_python_misreads_gets_a_warning(tmp_path: Path) -> None:
    for number, sign in enumerate("\t\n\x0b\x0c\x1c\x1f\x85\xa0\u2028\u3000 %é"):
        for name in (f"a{sign}b", f"a{sign}", f"d{sign}/b"):
            bag = tmp_path / f"{number}{len(name)}{name[-1] == 'b'}"
            bag.mkdir()
            bags.write(bag, {name: b"x"}, algorithms=["sha256"])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                is_read = bagit.Bag(str(bag)).is_valid()
            found = {one.code for one in bags.check_names([f"data/{name}"])}
            assert ("name-misread" in found) == (not is_read), name
