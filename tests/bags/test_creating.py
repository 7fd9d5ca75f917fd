"""`bag create`: many folders, files left out, files to fetch, and a profile."""

from __future__ import annotations

import json
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import bagit
import bagit_profile
import pytest

from archive_pkg import bags
from archive_pkg.bags import profiles
from archive_pkg.errors import InvalidError, UsageError
from program import Run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name in ("a.tif", "sub/b.tif", ".DS_Store", "sub/Thumbs.db", "sub/._b.tif"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


SYSTEM = {".DS_Store", "sub/Thumbs.db", "sub/._b.tif"}


def test_files_of_the_system_are_reported_and_left_out_on_request(source: Path) -> None:
    written, report = bags.create(source, source.parent / "all")
    assert written.files == 5
    assert {one.location.path for one in report} == SYSTEM
    assert {one.code for one in report} == {"source-system-file"}
    exclude = [".DS_Store", "Thumbs.db", "._*"]
    written, report = bags.create(source, source.parent / "some", exclude=exclude)
    assert {(one.code, one.location.path) for one in report} == {
        ("source-excluded", path) for path in SYSTEM
    }
    assert bags.Bag.open(source.parent / "some").payload == ["data/a.tif", "data/sub/b.tif"]
    assert bags.verify(source.parent / "some").valid


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("sub", ["data/.DS_Store", "data/a.tif"]),
        ("sub/*.tif", ["data/.DS_Store", "data/a.tif", "data/sub/Thumbs.db"]),
        ("*.tif", ["data/.DS_Store", "data/sub/Thumbs.db"]),
    ],
)
def test_a_pattern_matches_names_paths_and_folders(
    source: Path, pattern: str, left: list[str]
) -> None:
    (source / "sub/link.tif").symlink_to("b.tif")
    bags.create(source, source.parent / "bag", exclude=[pattern, "link.tif"])
    assert bags.Bag.open(source.parent / "bag").payload == left


def test_files_to_fetch_are_listed_and_not_copied(source: Path) -> None:
    (source / "100%.tif").write_text("large")
    url = "https://store.example/b.tif"
    fetch = {"sub/b.tif": url, "100%.tif": "https://store.example/c"}
    written, _ = bags.create(source, source.parent / "bag", fetch=fetch, exclude=["._*"])
    bag = bags.Bag.open(source.parent / "bag")
    assert (bag.path and [(line.url, line.length, line.path) for line in bag.fetch]) == [
        (url, 9, "data/sub/b.tif"),
        ("https://store.example/c", 5, "data/100%.tif"),
    ]
    verdict = bags.verify(source.parent / "bag")
    assert {one.code for one in verdict.report.errors} == {"payload-file-unfetched"}
    assert all(one.hint.startswith("Fetch it: ") for one in verdict.report.errors)
    assert verdict.complete is False
    for path in fetch:
        (source.parent / "bag/data" / path).write_bytes((source / path).read_bytes())
    assert bags.verify(source.parent / "bag").valid
    assert bag.values("Payload-Oxum") == [f"{written.size}.{written.files}"]


@pytest.mark.parametrize(
    ("fetch", "words"),
    [
        ({"none": "https://a.example/a"}, "has no file none to fetch"),
        ({"a.tif": "ftp://a.example/a"}, "is not an http or https URL"),
        ({"a.tif": "https://a.example/a b"}, "is not an http or https URL"),
        ({"a.tif": "https://a.example/a\nb"}, "is not an http or https URL"),
    ],
)
def test_a_file_that_cannot_be_fetched_is_refused(
    source: Path, fetch: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        bags.create(source, source.parent / "bag", fetch=fetch)
    assert [path.name for path in source.parent.iterdir()] == ["photos"]


def profile(**rules: Any) -> profiles.Profile:
    return profiles.parse(json.dumps({"BagIt-Profile-Info": HEAD, **rules}).encode(), "p.json")


HEAD = {"BagIt-Profile-Identifier": "https://a.example/p.json", "BagIt-Profile-Version": "1.4.0"}


@pytest.mark.parametrize("in_place", [False, True])
def test_a_bag_for_a_profile_has_its_version_algorithms_and_name(
    source: Path, in_place: bool
) -> None:
    rules: dict[str, Any] = {
        "Accept-BagIt-Version": ["0.97"],
        "Manifests-Required": ["md5"],
        "Tag-Manifests-Required": ["sha256"],
        "Bag-Info": {"Contact-Name": {"required": True}},
        "Serialization": "required",
        "Accept-Serialization": ["application/zip"],
    }
    bag = source if in_place else source.parent / "bag"
    before = sorted(source.rglob("*"))
    target = () if in_place else (bag,)
    make: Any = partial(bags.create_in_place if in_place else bags.create, source, *target)
    with pytest.raises(InvalidError, match="would not conform") as error:
        make(profile=profile(**rules))
    assert [one.code for one in error.value.report] == ["profile-tag-missing"]
    assert sorted(source.rglob("*")) == before
    assert bag.exists() == in_place
    info = [("Contact-Name", "A")]
    make(profile=profile(**rules), info=info)
    made = bags.Bag.open(bag)
    assert (made.version, set(made.manifests)) == ("0.97", {"md5", "sha256"})
    bags.pack(bag, source.parent / "bag.zip")
    verdict = bags.verify(source.parent / "bag.zip", profile=profile(**rules))
    assert (verdict.valid, verdict.conforms) == (True, True)
    reference = bagit_profile.Profile(
        HEAD["BagIt-Profile-Identifier"],
        profile=json.dumps({"BagIt-Profile-Info": {
            **HEAD, "Source-Organization": "A", "External-Description": "B", "Version": "1"
        }, **rules, "Serialization": "optional"}),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert reference.validate(bagit.Bag(str(bag)))


def test_a_profile_limits_the_algorithms_that_are_used_by_default(source: Path) -> None:
    for number, (allowed, wanted) in enumerate(
        [(["sha512", "md5"], {"sha512", "md5"}), (["SHA-1"], {"sha1"})]
    ):
        bag = source.parent / str(number)
        bags.create(source, bag, profile=profile(**{"Manifests-Allowed": allowed}))
        assert set(bags.Bag.open(bag).manifests) == wanted
    with pytest.raises(InvalidError) as error:
        bags.create(
            source,
            source.parent / "bag",
            profile=profile(**{"Manifests-Allowed": ["md5"]}),
            algorithms=["sha256"],
        )
    assert {one.code for one in error.value.report} == {"profile-manifest-not-allowed"}


def test_many_folders_are_bagged_in_one_call(source: Path, run: Run) -> None:
    there = source.parent
    (there / "texts").mkdir()
    (there / "texts/a").write_text("a")
    (there / "out").mkdir()
    done = run("bag", "create", source, there / "texts", there / "none", "--out", there / "out")
    assert done.returncode == 5
    assert f"{there / 'out/photos'}: created a bag of 5 files" in done.stdout
    assert f"{there / 'out/texts'}: created a bag of 1 file" in done.stdout
    assert "none does not exist" in done.stderr
    assert sorted(path.name for path in (there / "out").iterdir()) == ["photos", "texts"]
    assert run("bag", "verify", there / "out").returncode == 0
    (there / "more/texts").mkdir(parents=True)
    done = run("bag", "create", there / "texts", there / "more/texts", "--out", there / "out")
    assert (done.returncode, "several folders would make" in done.stderr) == (2, True)
    done = run("bag", "create", "--in-place", source, there / "texts")
    assert (done.returncode, len(done.stdout.splitlines()) > 1) == (0, True)
    assert bags.verify(there / "texts").valid
