"""The commands of `archive-pkg bag`: exit statuses, JSON and error messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from program import Run

Bag = Callable[..., str]


@pytest.fixture
def bag(run: Run) -> Bag:
    """Run `archive-pkg bag …`, check its exit status and return its output."""

    def bag(*words: object, status: int = 0) -> str:
        done = run("bag", *words)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return bag


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a").write_text("one")
    return folder


def test_a_bag_is_created_changed_packed_and_unpacked(
    bag: Bag, source: Path, tmp_path: Path
) -> None:
    made = tmp_path / "bag"
    said = bag("create", source, made, "--info", "Contact-Name=E. Janssen", "--date", "2026-11-24")
    assert "created a bag of 1 file, 3 bytes" in said
    assert (made / "bag-info.txt").read_text() == (
        "Contact-Name: E. Janssen\nBagging-Date: 2026-11-24\nPayload-Oxum: 3.1\n"
    )
    assert "already exists" in bag("create", source, made, status=5)
    bag("update", made, "--add", f"data/b={source / 'a'}", "--info", "Contact-Name=F")
    assert "nothing to change" in bag("update", made)
    bag("upgrade", made, "--algorithm", "md5")
    bag("pack", made, tmp_path / "bag.zip")
    bag("unpack", tmp_path / "bag.zip", tmp_path / "back")
    said = bag("verify", tmp_path / "back", "--second-opinion")
    assert "complete and valid" in said
    assert "Second opinion (bagit-python): the bag is valid, too." in said
    bag("fetch", made)
    (made / "data/a").write_text("onE")
    document = json.loads(bag("verify", made, tmp_path / "bag.zip", "--json", status=3))
    assert [(each["complete"], each["valid"]) for each in document["results"]] == [
        (True, False),
        (True, True),
    ]
    (finding,) = document["results"][0]["findings"]
    assert finding["location"] == {"path": "data/a"}
    assert finding["code"] == "payload-digest-mismatch"


def test_bagging_in_place_takes_the_date_from_source_date_epoch(
    bag: Bag, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    bag("create", "--in-place", source)
    assert "Bagging-Date: 1970-01-01" in (source / "bag-info.txt").read_text()
    assert "already a bag" in bag("create", "--in-place", source)


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
def test_errors_have_their_exit_status_and_leave_no_files(
    bag: Bag, source: Path, tmp_path: Path, arguments: list[str], status: int
) -> None:
    places = {"SOURCE": str(source), "TMP": str(tmp_path)}
    filled = []
    for argument in arguments:
        for word, place in places.items():
            argument = argument.replace(word, place)
        filled.append(argument)
    bag(*filled, status=status)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    assert [path.name for path in source.iterdir()] == ["a"]


def test_a_bag_has_one_bagging_date(bag: Bag, source: Path, tmp_path: Path) -> None:
    def dates() -> list[str]:
        lines = (tmp_path / "b/bag-info.txt").read_text().splitlines()
        return [line for line in lines if line.startswith("Bagging-Date")]

    bag("create", source, tmp_path / "b", "--info", "Bagging-Date=2020-01-01")
    assert dates() == ["Bagging-Date: 2020-01-01"]
    bag("update", tmp_path / "b", "--add-info", "Bagging-Date=2021-01-01")
    bag("update", tmp_path / "b", "--info", "Bagging-Date=2022-01-01")
    assert dates() == ["Bagging-Date: 2022-01-01"]
    bag("update", tmp_path / "b", "--remove-info", "Bagging-Date", "--remove-algorithm", "sha256")
    assert dates() == []
    twice = ["--info", "Bagging-Date=2020-01-01", "--date", "2020-01-02"]
    assert "more than once" in bag("create", source, tmp_path / "c", *twice, status=2)
    assert not (tmp_path / "c").exists()


def test_the_hints_for_add_and_info_show_what_to_write(
    bag: Bag, source: Path, tmp_path: Path
) -> None:
    made = tmp_path / "bag"
    bag("create", source, made)
    assert "Write --add data/scan.png=in/scan.png\n" in bag(
        "update", made, "--add", "in/scan.png", status=2
    )
    assert "Write --info LABEL=VALUE.\n" in bag("update", made, "--info", "Janssen", status=2)


def test_a_missing_folder_for_a_new_bag_is_named(bag: Bag, source: Path, tmp_path: Path) -> None:
    said = bag("create", source, tmp_path / "bags" / "x", status=5)
    assert f"the folder {tmp_path / 'bags'} does not exist" in said


def test_verify_reports_what_a_path_is_if_it_is_not_a_bag(bag: Bag, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = bag("verify", tmp_path / "empty", status=3)
    assert "empty: not a bag" in said
    assert "is an empty folder, not a bag" in said
    (tmp_path / "record").mkdir()
    (tmp_path / "record/record.yaml").write_text("id: a\n")
    assert "is a record, not a bag" in bag("verify", tmp_path / "record", status=3)
