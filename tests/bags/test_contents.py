"""`bag show` and `bag list` describe any bag, without verifying it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from archive_pkg import bags
from program import Run


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_bytes(b"one\n")
    (tmp_path / "source/b.txt").write_bytes(b"gone")
    info = [("Contact-Name", "A"), ("Contact-Name", "B")]
    bags.create(tmp_path / "source", tmp_path / "bag", info=info, algorithms=["sha256"])
    bag = tmp_path / "bag"
    (bag / "data/b.txt").unlink()
    (bag / "data/new").write_bytes(b"x")
    (bag / "fetch.txt").write_text("https://a.example/c - data/c.txt\n")
    return bag


def test_all_files_are_listed_with_their_state(bag: Path) -> None:
    read, files = bags.contents(bag)
    assert read.version == "1.0"
    assert [(file.path, file.size, file.state) for file in files if file.path[:4] == "data"] == [
        ("data/a.txt", 4, "present"),
        ("data/b.txt", None, "missing"),
        ("data/c.txt", None, "to fetch"),
        ("data/new", 1, "unlisted"),
    ]
    tags = {file.path: file.state for file in files if file.path[:4] != "data"}
    assert tags == {
        "bag-info.txt": "present",
        "bagit.txt": "present",
        "fetch.txt": "unlisted",
        "manifest-sha256.txt": "present",
        "tagmanifest-sha256.txt": "present",
    }


def test_show_and_list_of_a_folder_and_an_archive_say_the_same(bag: Path, run: Run) -> None:
    archive = bag.parent / "bag.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in bag.rglob("*.*"):
            packed.write(file, file.relative_to(bag.parent))
        packed.write(bag / "data/new", "bag/data/new")
    for command in ("show", "list"):
        done = run("bag", command, bag, archive, "--json")
        assert done.returncode == 0
        folder, zipped = json.loads(done.stdout)["results"]
        assert folder.pop("path") == str(bag)
        assert zipped.pop("path") == str(archive)
        assert folder == zipped
    done = run("bag", "show", bag)
    assert done.stdout == (
        f"{bag}: BagIt 1.0, UTF-8; not verified\n  Contact-Name: A\n  Contact-Name: B\n"
        "  Payload-Oxum: 8.2\n  payload: 2 files, 5 bytes; 1 to fetch; 1 missing; 1 unlisted\n"
        "  manifests: sha256 (2 files)\n  tag manifests: sha256\n  tag files: 5\n"
    )
    lines = run("bag", "list", bag, "--algorithm", "sha256").stdout.splitlines()
    assert f"           4  {bags.contents(bag)[1][5].digests['sha256']}  data/a.txt" in lines
    assert f"{'-':>12}  -  data/c.txt  (to fetch)" in lines


def test_a_path_that_is_not_a_bag_is_explained(tmp_path: Path, run: Run) -> None:
    for command in ("show", "list"):
        done = run("bag", command, tmp_path)
        assert (done.returncode, done.stdout.splitlines()[0]) == (3, f"{tmp_path}: not a bag")
        assert run("bag", command, tmp_path / "none").returncode == 5
