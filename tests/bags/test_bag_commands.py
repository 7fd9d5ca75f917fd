"""The commands of `archive-pkg bag`: exit statuses, JSON, one clear line for each error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: object, status: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "archive_pkg", "bag", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a").write_text("one")
    return folder


def test_the_whole_way(source: Path, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    said = run("create", source, bag, "--info", "Contact-Name=E. Janssen", "--date", "2026-11-24")
    assert "a bag of 1 files, 3 bytes" in said
    assert (bag / "bag-info.txt").read_text() == (
        "Contact-Name: E. Janssen\nBagging-Date: 2026-11-24\nPayload-Oxum: 3.1\n"
    )
    assert "exists already" in run("create", source, bag, status=5)
    run("update", bag, "--add", f"data/b={source / 'a'}", "--info", "Contact-Name=F")
    run("upgrade", bag, "--algorithm", "md5")
    run("pack", bag, tmp_path / "bag.zip")
    run("unpack", tmp_path / "bag.zip", tmp_path / "back")
    assert "complete and valid" in run("verify", tmp_path / "back", "--second-opinion")
    run("fetch", bag)
    (bag / "data/a").write_text("onE")
    document = json.loads(run("verify", bag, tmp_path / "bag.zip", "--json", status=3))
    assert [(each["complete"], each["valid"]) for each in document["results"]] == [
        (True, False),
        (True, True),
    ]
    (finding,) = document["results"][0]["findings"]
    assert finding["location"] == {"path": "data/a"}
    assert finding["code"] == "payload-digest-mismatch"


def test_in_place_and_dates_of_the_environment(source: Path) -> None:
    run("create", "--in-place", source, SOURCE_DATE_EPOCH="0")
    assert "Bagging-Date: 1970-01-01" in (source / "bag-info.txt").read_text()
    assert "is a bag, complete and valid" in run("create", "--in-place", source)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["create", "SOURCE"], 2),
        (["create", "SOURCE", "bag", "--in-place"], 2),
        (["create", "SOURCE", "SOURCE/bag"], 2),
        (["create", "SOURCE", "TMP/bag", "--date", "24.11.2026"], 2),
        (["create", "SOURCE", "TMP/bag", "--info", "no sign"], 2),
        (["create", "SOURCE", "TMP/bag", "--algorithm", "crc32"], 2),
        (["create", "TMP/none", "TMP/bag"], 5),
        (["create", "SOURCE", "TMP/none/bag"], 5),
        (["verify", "TMP/none"], 5),
        (["verify", "SOURCE"], 3),
        (["verify", "SOURCE", "--profile", "unheard-of"], 2),
        (["update", "SOURCE"], 3),
        (["upgrade", "SOURCE"], 3),
        (["pack", "SOURCE", "TMP/x.zip"], 3),
        (["pack", "SOURCE", "TMP/x.rar"], 2),
        (["unpack", "SOURCE/a", "TMP/x"], 3),
        (["fetch", "SOURCE"], 3),
        (["fetch", "TMP/none"], 5),
    ],
)
def test_errors_end_in_their_status_and_leave_nothing(
    source: Path, tmp_path: Path, arguments: list[str], status: int
) -> None:
    places = {"SOURCE": str(source), "TMP": str(tmp_path)}
    filled = []
    for argument in arguments:
        for word, place in places.items():
            argument = argument.replace(word, place)
        filled.append(argument)
    run(*filled, status=status)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    assert [path.name for path in source.iterdir()] == ["a"]
