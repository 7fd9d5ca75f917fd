"""Run each row of docs/how-to/coming-from-bagit.md, and compare it with bagit-python."""

from __future__ import annotations

import json
import logging
import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import pytest

from archive_pkg import bags
from program import Run

PAGE = Path(__file__).parents[2] / "docs/how-to/coming-from-bagit.md"
NOT_FETCHED = "archive-pkg bag fetch scans"


def rows(heading: str) -> list[tuple[str, str]]:
    section = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (.+?) \| `(.+)` \|$", section, re.MULTILINE)
    assert len(found) > 6
    return [(re.sub("^`|`$", "", left), right) for left, right in found]


@pytest.fixture(autouse=True)
def quiet_bagit() -> Iterator[None]:
    """Silence bagit-python, whose command line changes the configuration of logging."""
    logger = logging.getLogger("bagit")
    before = logger.disabled, logging.root.handlers[:]
    logger.disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logger.disabled, logging.root.handlers[:] = before


def make_folders(place: Path) -> None:
    for name in ("photos", "letters", "maps", "scans", "source", "plans"):
        (place / name).mkdir(parents=True)
        (place / name / "a.tif").write_bytes(b"II*\0")
    (place / "plans/large.tif").write_bytes(b"large")
    (place / "new.tif").write_bytes(b"new")
    profile = {"BagIt-Profile-Info": {}, "Manifests-Allowed": ["md5"]}
    (place / "profile.json").write_text(json.dumps(profile))


def bagit_py(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        bagit.main()
    return int(str(ended.value.code or 0))


def test_the_commands_do_what_those_of_bagit_py_do(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side in ("theirs", "ours"):
        make_folders(tmp_path / side)
    for theirs, ours in rows("Commands of bagit.py"):
        monkeypatch.chdir(tmp_path / "theirs")
        wanted = bagit_py(shlex.split(theirs), monkeypatch)
        monkeypatch.chdir(tmp_path / "ours")
        done = run(*shlex.split(ours)[1:])
        assert done.returncode == wanted == 0, done
    for name in ("photos", "letters", "maps"):
        made, wanted_bag = (bags.Bag.open(tmp_path / side / name) for side in ("ours", "theirs"))
        assert bags.verify(made.path, second_opinion=True).valid
        assert set(made.manifests) == set(wanted_bag.manifests)
        assert made.payload == wanted_bag.payload
        assert made.values("Contact-Name") == wanted_bag.values("Contact-Name")


@pytest.mark.parametrize("heading", ["Commands of bdbag", "Bagger and DART"])
def test_the_commands_for_users_of_other_programs_run(
    heading: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folders(tmp_path)
    monkeypatch.chdir(tmp_path)
    for _, ours in rows(heading):
        done = run(*shlex.split(ours)[1:])
        assert done.returncode == 0, (ours, done)
    if heading == "Commands of bdbag":
        assert sorted(path.name for path in Path("scans").iterdir()) == ["a.tif", "new.tif"]
        assert bags.verify("out").valid
        assert [line.path for line in bags.Bag.open("planbag").fetch] == ["data/large.tif"]


def test_the_calls_give_what_those_of_bagit_python_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, dict[str, Any]] = {}
    for side in ("theirs", "ours"):
        make_folders(tmp_path / side)
        names[side] = {"bagit": bagit, "bags": bags, "Path": Path}
    compared = 0
    for row in rows("Functions of bagit-python"):
        found = []
        for side, code in zip(("theirs", "ours"), row, strict=True):
            monkeypatch.chdir(tmp_path / side)
            try:
                found.append(eval(compile(code, "row", "eval"), names[side]))
            except SyntaxError:  # it is a statement
                exec(compile(code, "row", "exec"), names[side])
        if len(found) == 2 and not row[0].startswith("bagit.make_bag"):
            assert found[0] == found[1], row
            compared += 1
    assert compared > 14
