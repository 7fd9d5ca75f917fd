"""Valid and invalid OCFL objects: our validator and ocfl-py's agree."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ocfl
import pytest

from archive_pkg.deposits.repositories.ocfl import objects as ocfl_objects
from archive_pkg.errors import DepositError

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an object with three versions, written by ocfl-py."""
    where = tmp_path_factory.mktemp("ocfl")
    for number in (1, 2, 3):
        version = where / "versions" / f"v{number}"
        (version / "folder").mkdir(parents=True)
        (version / "same.txt").write_text("the same")
        (version / "folder" / "changing.txt").write_text(f"version {number}")
    other = ocfl.Object(identifier="letter", spec_version="1.1", digest_algorithm="sha512")
    metadata = ocfl.VersionMetadata(created="2026-11-24T00:00:00Z", message="m", name="n")
    other.build(
        srcdir=str(where / "versions"),
        versions_metadata=dict.fromkeys((1, 2, 3), metadata),
        objdir=str(where / "object"),
    )
    return where / "object"


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "object")


def rewrite(home: Path, change: Change, where: tuple[str, ...] = ("", "v3/")) -> None:
    """Change an object's inventories, and make their sidecars right again."""
    for folder in where:
        path = home / f"{folder}inventory.json"
        inventory = json.loads(path.read_text())
        change(inventory)
        path.write_text(json.dumps(inventory))
        digest = hashlib.sha512(path.read_bytes()).hexdigest()
        path.with_name("inventory.json.sha512").write_text(f"{digest} inventory.json\n")


def ocfl_py_accepts(home: Path) -> bool:
    try:
        passed, _ = ocfl.Object(path=str(home)).validate(log_warnings=False, log_errors=False)
    except TypeError:  # without a manifest
        return False
    return bool(passed)


def move_state(inventory: dict[str, Any], path: str) -> None:
    state = inventory["versions"]["v3"]["state"]
    first = next(iter(state))
    state[first] = [path]


def test_an_object_made_by_ocfl_py_and_its_next_version_are_valid(home: Path) -> None:
    ocfl_objects.validate(home)
    assert ocfl_py_accepts(home)
    before = ocfl_objects.read_inventory(home)
    state = {hashlib.sha512(b"new").hexdigest(): ["b.txt", "a.txt"]} | {
        digest: paths
        for digest, paths in before["versions"]["v3"]["state"].items()
        if paths == ["same.txt"]
    }
    after = ocfl_objects.with_version(before, "letter", state, "changed")
    folder = ocfl_objects.content_folder(after)
    assert folder == "v4/content"
    after["manifest"][next(iter(state))] = [f"{folder}/a.txt"]
    (home / folder).mkdir(parents=True)
    (home / folder / "a.txt").write_bytes(b"new")
    for name, data in ocfl_objects.inventory_files(after).items():
        (home / name).write_bytes(data)
        (home / "v4" / name).write_bytes(data)
    ocfl_objects.validate(home)
    assert ocfl_py_accepts(home)


@pytest.mark.parametrize("without", [("v1",), ("v3",), ("v1", "v2", "v3")])
def test_version_folders_need_no_inventory(home: Path, without: tuple[str, ...]) -> None:
    for version in without:
        for path in (home / version).glob("inventory.json*"):
            path.unlink()
    assert ocfl_py_accepts(home)
    ocfl_objects.validate(home)


IN_FILES: dict[str, Callable[[Path], object]] = {
    "its declaration is gone": lambda home: (home / "0=ocfl_object_1.1").unlink(),
    "its declaration is wrong": lambda home: (home / "0=ocfl_object_1.1").write_text("ocfl"),
    "its inventory is gone": lambda home: (home / "inventory.json").unlink(),
    "its inventory is not JSON": lambda home: (home / "inventory.json").write_text("{"),
    "a sidecar is gone": lambda home: (home / "v2/inventory.json.sha512").unlink(),
    "a sidecar is wrong": lambda home: (home / "inventory.json.sha512").write_text(
        f"{'0' * 128} inventory.json\n"
    ),
    "a sidecar has the wrong form": lambda home: (home / "inventory.json.sha512").write_text("x"),
    "a file is changed": lambda home: (home / "v1/content/same.txt").write_text("The same"),
    "a file is missing": lambda home: (home / "v2/content/folder/changing.txt").unlink(),
    "a version is missing": lambda home: shutil.rmtree(home / "v2"),
    "a file is in no inventory": lambda home: (home / "v2/content/more.txt").write_text("more"),
    "a file is in the object": lambda home: (home / "more.txt").write_text("more"),
    "a folder of its content is empty": lambda home: (home / "v3/content/empty").mkdir(),
    "a version is in no inventory": lambda home: shutil.copytree(home / "v3", home / "v4"),
    "the newest inventory is an older": lambda home: [
        shutil.copy(home / "v2" / name, home / name)
        for name in ("inventory.json", "inventory.json.sha512")
    ],
    "an older version had other files": lambda home: rewrite(
        home, lambda one: one["versions"]["v1"]["state"].popitem(), ("", "v3/")
    ),
    "an older inventory is another object's": lambda home: rewrite(
        home, lambda one: one.update(id="x"), ("v2/",)
    ),
    "an older inventory has another digest": lambda home: rewrite(
        home,
        lambda one: one.update(json.loads(json.dumps(one).replace('"v1/content/same', '"v1/sam'))),
        ("v1/",),
    ),
}

IN_INVENTORY: dict[str, Change] = {
    "no id": lambda one: one.pop("id"),
    "a number for an id": lambda one: one.update(id=1),
    "an unknown type": lambda one: one.update(type="https://ocfl.io/9.9/spec/#inventory"),
    "a digest algorithm that OCFL does not allow": lambda one: one.update(digestAlgorithm="md5"),
    "a head that is not the newest": lambda one: one.update(head="v2"),
    "a head that is not there": lambda one: one.update(head="v4"),
    "no manifest": lambda one: one.pop("manifest"),
    "an empty list of paths": lambda one: one["manifest"].update({"00": []}),
    "a digest that no version uses": lambda one: one["manifest"].update(
        {"0" * 128: ["v1/content/same.txt"]}
    ),
    "a state that is not in the manifest": lambda one: one["versions"]["v3"]["state"].update(
        {"0" * 128: ["x"]}
    ),
    "a gap in its versions": lambda one: one["versions"].pop("v2"),
    "a version with an odd name": lambda one: one["versions"].update({"vx": {}}),
    "a version without a date": lambda one: one["versions"]["v3"].pop("created"),
    "a version with half a date": lambda one: one["versions"]["v3"].update(created="2026-11-24"),
    "a version of no real date": lambda one: one["versions"]["v3"].update(
        created="2026-13-24T00:00:00Z"
    ),
    "a user without a name": lambda one: one["versions"]["v3"].update(user={}),
    "a message that is a list": lambda one: one["versions"]["v3"].update(message=[]),
    "a path that leads out": lambda one: move_state(one, "../x"),
    "a path from the root": lambda one: move_state(one, "/x"),
    "a path below a file": lambda one: move_state(one, "folder/changing.txt/x"),
    "a path twice": lambda one: one["versions"]["v3"]["state"].update(
        {key: ["x"] for key in one["manifest"]}
    ),
    "content outside": lambda one: one["manifest"].update(
        {next(iter(one["manifest"])): ["v1/same.txt"]}
    ),
    "a content folder with a slash": lambda one: one.update(contentDirectory="a/b"),
    "a fixity block that is wrong": lambda one: one.update(
        fixity={"md5": {"0" * 32: ["v1/content/same.txt"]}}
    ),
}


@pytest.mark.parametrize("name", IN_FILES)
def test_a_damaged_object_is_refused_as_ocfl_py_refuses_it(name: str, home: Path) -> None:
    IN_FILES[name](home)
    assert not ocfl_py_accepts(home)
    with pytest.raises(DepositError):
        ocfl_objects.validate(home)


@pytest.mark.parametrize("name", IN_INVENTORY)
def test_a_wrong_inventory_is_refused_as_ocfl_py_refuses_it(name: str, home: Path) -> None:
    rewrite(home, IN_INVENTORY[name])
    assert not ocfl_py_accepts(home)
    with pytest.raises(DepositError):
        ocfl_objects.validate(home)


def test_all_faults_of_an_object_are_reported_at_once(home: Path) -> None:
    (home / "v1/content/same.txt").write_text("The same")
    (home / "v2/content/folder/changing.txt").unlink()
    (home / "more.txt").write_text("more")
    with pytest.raises(DepositError) as refusal:
        ocfl_objects.validate(home)
    for said in (
        "v1/content/same.txt does not match its digest",
        "v2/content/folder/changing.txt is missing",
        "the object's inventory does not list more.txt",
        "the folder v2/content/folder is empty",
    ):
        assert said in refusal.value.message


def test_an_object_with_many_empty_folders_is_refused(home: Path) -> None:
    for number in range(8):
        (home / f"v3/content/{number}").mkdir()
    with pytest.raises(DepositError, match=r"the folder v3/content/\d is empty; and more"):
        ocfl_objects.validate(home)


def test_version_names_with_leading_zeros_keep_their_length(home: Path) -> None:
    inventory = ocfl_objects.read_inventory(home)
    for head, after in (("v09", "v10"), ("v009", "v010"), ("v9", "v10")):
        if after == "v10" and head == "v09":
            with pytest.raises(DepositError, match="v09 is the last name of its length"):
                ocfl_objects.with_version(inventory | {"head": head}, "x", {}, "m")
        else:
            made = ocfl_objects.with_version(inventory | {"head": head}, "x", {}, "m")
            assert made["head"] == after
