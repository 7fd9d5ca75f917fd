"""What is written is BagIt 1.0, whole, the same for the same input, and read once."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg import bags
from archive_pkg.bags import updating
from archive_pkg.errors import InvalidError, UsageError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_files_and_bytes_become_a_bag(tmp_path: Path) -> None:
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


def test_stock_tools_check_it(tmp_path: Path) -> None:
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


def test_sources_are_only_read_and_their_times_kept(tmp_path: Path) -> None:
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


def test_an_empty_payload_and_empty_folders_are_kept(tmp_path: Path) -> None:
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


def test_names_that_are_no_utf8_are_encoded_on_request_and_recorded(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    odd = [b"caf\xe9", b"caf%E9", b"\xff/\xfe", "é".encode()]
    for name in odd:
        file = Path(os.fsdecode(os.fsencode(source) + b"/" + name))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(name)
    bags.create(source, tmp_path / "bag", encode_names=True)
    assert bags.verify(tmp_path / "bag", second_opinion=False).valid
    record = json.loads((tmp_path / "bag/encoded-names.json").read_text())["names"]
    assert record == {"data/caf%E9~2": "caf%E9", "data/%FF/%FE": "%FF/%FE"}
    assert len(tree(tmp_path / "bag/data")) == len(odd)
    for path, data in tree(tmp_path / "bag/data").items():
        original = record.get(f"data/{path}")
        assert data == (unquote_to_bytes(original) if original else os.fsencode(path))


def test_names_that_break_elsewhere_are_refused_if_asked(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/aux.txt").touch()
    with pytest.raises(InvalidError):
        bags.create(tmp_path / "source", tmp_path / "bag", portable=True)
    _, report = bags.create(tmp_path / "source", tmp_path / "bag")
    assert [finding.code for finding in report] == ["name-unportable"]


def test_a_bag_within_its_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="would then hold itself"):
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
def test_tag_files_that_the_bag_makes_itself_are_refused(tmp_path: Path, path: str) -> None:
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
def test_names_are_checked(path: str, code: str) -> None:
    report = bags.check_names([f"data/{path}"], portable=True)
    assert [finding.code for finding in report.errors] == [code]


def test_twins_are_told_and_a_file_cannot_be_a_folder() -> None:
    report = bags.check_names(["data/é", "data/e\u0301", "data/A/x", "data/a/y", "data/A"])
    assert [finding.code for finding in report] == [
        "name-is-file-and-folder",
        "names-alike",
        "names-alike",
    ]


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
