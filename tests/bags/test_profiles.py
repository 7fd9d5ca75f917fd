"""Profiles: what archives ask for, in the specification's form and in DART's."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg import bags
from archive_pkg.bags import profiles, serializing
from archive_pkg.errors import InvalidError, UsageError


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_bytes(b"one")
    info = [("Source-Organization", "A"), ("Contact-Name", "B"), ("Contact-Name", "C")]
    tag_files = {"info/more.txt": b"Title: T\nAccess:\n", "other.xml": b"<x/>"}
    bags.create(tmp_path / "source", tmp_path / "bag", info=info, tag_files=tag_files)
    return tmp_path / "bag"


def judge(path: Path, asked: dict[str, Any]) -> list[str]:
    asked = {"BagIt-Profile-Info": {}, **asked}
    profile = profiles.parse(json.dumps(asked).encode(), "profile.json")
    verdict = bags.verify(path, profile=profile)
    assert verdict.valid
    found = [f.code for f in verdict.report if f.code.startswith("profile-")]
    assert verdict.conforms == (not {f for f in found if f != "profile-tag-recommended"})
    return found


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, []),
        ({"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "urn:x"}}, ["profile-identifier"]),
        ({"Manifests-Allowed": []}, ["profile-manifest-not-allowed"] * 2),
        ({"Tag-Files-Allowed": []}, ["profile-file-not-allowed"] * 2),
        ({"Accept-BagIt-Version": ["1.0"]}, []),
        ({"Accept-BagIt-Version": ["0.97"]}, ["profile-version"]),
        ({"Bag-Info": {"Source-Organization": {"required": True, "values": ["A"]}}}, []),
        ({"Bag-Info": {"source-organization": {"required": True}}}, []),
        ({"Bag-Info": {"Source-Organization": {"values": ["X"]}}}, ["profile-tag-value"]),
        ({"Bag-Info": {"Bag-Count": {"required": True}}}, ["profile-tag-missing"]),
        ({"Bag-Info": {"Bag-Count": {"recommended": True}}}, ["profile-tag-recommended"]),
        ({"Bag-Info": {"Contact-Name": {"repeatable": False}}}, ["profile-tag-repeated"]),
        ({"Manifests-Required": ["sha256", "SHA-512"]}, []),
        ({"Manifests-Required": ["md5"]}, ["profile-manifest-missing"]),
        ({"Manifests-Allowed": ["sha256"]}, ["profile-manifest-not-allowed"]),
        ({"Tag-Manifests-Required": ["md5"]}, ["profile-manifest-missing"]),
        ({"Tag-Manifests-Allowed": ["sha512"]}, ["profile-manifest-not-allowed"]),
        ({"Tag-Files-Required": ["info/more.txt"]}, []),
        ({"Tag-Files-Required": ["info/less.txt"]}, ["profile-file-missing"]),
        ({"Tag-Files-Allowed": ["info/*", "*.xml"]}, []),
        ({"Tag-Files-Allowed": ["info/*"]}, ["profile-file-not-allowed"]),
        ({"Payload-Files-Required": ["data/a.txt"]}, []),
        ({"Payload-Files-Required": ["data/b.txt"]}, ["profile-file-missing"]),
        ({"Payload-Files-Allowed": ["data/*.tif"]}, ["profile-file-not-allowed"]),
        ({"Allow-Fetch.txt": False}, []),
        ({"Fetch.txt-Required": True}, ["profile-fetch"]),
        ({"Data-Empty": True}, ["profile-data-not-empty"]),
        ({"Serialization": "forbidden"}, []),
        ({"Serialization": "required"}, ["profile-serialization"]),
    ],
)
def test_each_of_a_profiles_rules(bag: Path, asked: dict[str, Any], wanted: list[str]) -> None:
    assert judge(bag, asked) == wanted


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"Serialization": "required", "Accept-Serialization": ["application/zip"]}, []),
        ({"Accept-Serialization": ["application/tar"]}, ["profile-serialization"]),
        ({"Serialization": "forbidden"}, ["profile-serialization"]),
    ],
)
def test_serialization(bag: Path, asked: dict[str, Any], wanted: list[str]) -> None:
    serializing.pack(bag, bag.parent / "bag.zip")
    assert judge(bag.parent / "bag.zip", asked) == wanted


def test_darts_form_asks_for_tags_in_any_file(bag: Path) -> None:
    def tag(label: str, **more: object) -> dict[str, object]:
        return {"tagFile": "info/more.txt", "tagName": label, "required": True, **more}

    asked = {
        "bagItProfileInfo": {"bagItProfileIdentifier": "urn:x"},
        "tags": [
            tag("Title", values=["T"]),
            tag("Access"),
            tag("Storage"),
            tag("Access", emptyOk=True),
        ],
    }
    profile = profiles.parse(json.dumps(asked).encode(), "dart.json")
    verdict = bags.verify(bag, profile=profile)
    assert [(f.code, f.location.field) for f in verdict.report] == [
        ("profile-tag-missing", "Access"),
        ("profile-tag-missing", "Storage"),
        ("profile-identifier-dart", "BagIt-Profile-Identifier"),
    ]


def test_a_tar_has_to_be_named_like_its_folder_where_the_profile_says_so(bag: Path) -> None:
    asked = {"bagItProfileInfo": {}, "acceptSerialization": ["application/tar"]}
    for name, must, wanted in (
        ("bag.tar", True, True),
        ("other.tar", True, False),
        ("other.tar", False, True),
    ):
        serializing.pack(bag, bag.parent / "bag.tar", replace=True)
        (bag.parent / "bag.tar").rename(bag.parent / name)
        said = json.dumps(asked | {"tarDirMustMatchName": must}).encode()
        verdict = bags.verify(bag.parent / name, profile=profiles.parse(said, "dart.json"))
        codes = [f.code for f in verdict.report if f.code.startswith("profile-")]
        assert verdict.conforms == wanted
        assert codes == ([] if wanted else ["profile-archive-folder"])


_ALGORITHMS = ["md5", "sha256", "sha512"]
_some = st.lists(st.sampled_from(_ALGORITHMS), unique=True, max_size=2)
PROFILES = st.fixed_dictionaries(
    {
        "BagIt-Profile-Info": st.fixed_dictionaries(
            {
                "BagIt-Profile-Identifier": st.sampled_from(["urn:profile", "urn:other"]),
                "Source-Organization": st.just("S"),
                "Version": st.just("1"),
                "BagIt-Profile-Version": st.just("1.4.0"),
            }
        ),
        "Accept-BagIt-Version": st.sampled_from([["1.0"], ["0.97"], ["0.97", "1.0"]]),
        "Manifests-Required": _some,
        "Bag-Info": st.dictionaries(
            st.sampled_from(["Source-Organization", "Contact-Name", "Bag-Count"]),
            st.fixed_dictionaries(
                {},
                optional={
                    "required": st.booleans(),
                    "repeatable": st.booleans(),
                    "description": st.just("D"),
                },
            ),
            max_size=2,
        ),
    },
    optional={
        "Manifests-Allowed": _some,
        "Tag-Manifests-Required": _some,
        "Tag-Manifests-Allowed": _some,
        "Tag-Files-Required": st.sampled_from([["info/more.txt"], ["no.txt"], ["other.xml"]]),
        "Tag-Files-Allowed": st.sampled_from([["*"], ["info/*", "*.xml"], ["*.xml"], []]),
        "Allow-Fetch.txt": st.booleans(),
    },
)


@pytest.fixture(scope="module")
def named_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "source").mkdir()
    (folder / "source/a.txt").write_bytes(b"one")
    info = [
        ("Source-Organization", "A"),
        ("Contact-Name", "B"),
        ("Contact-Name", "C"),
        ("BagIt-Profile-Identifier", "urn:profile"),
    ]
    tag_files = {"info/more.txt": b"Title: T\n", "other.xml": b"<x/>"}
    bags.create(folder / "source", folder / "bag", info=info, tag_files=tag_files)
    return folder / "bag"


@settings(max_examples=150)
@given(asked=PROFILES)
def test_the_reference_validator_says_the_same(named_bag: Path, asked: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bagit_profile
    identifier = asked["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]
    mine = profiles.parse(json.dumps(asked).encode(), "profile.json")
    reference = bagit_profile.Profile(identifier, profile=json.dumps(asked))
    assert bags.verify(named_bag, profile=mine).conforms == reference.validate(
        bagit.Bag(str(named_bag))
    )


@pytest.mark.parametrize("name", profiles.bundled())
def test_bundled_profiles_load(name: str) -> None:
    assert profiles.load(name).identifier


def test_what_is_no_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"btr-1\.0"):
        profiles.load(str(tmp_path / "none.json"))
    for data in (b"[", b"[]", b'{"a": 1}', b'{"BagIt-Profile-Info": {}, "Serialization": "maybe"}'):
        (tmp_path / "x.json").write_bytes(data)
        with pytest.raises(InvalidError, match="no BagIt profile"):
            profiles.load(tmp_path / "x.json")
