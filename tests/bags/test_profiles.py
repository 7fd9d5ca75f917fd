"""Profiles: what archives ask for, in the specification's form and in DART's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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
        ("profile-identifier", "BagIt-Profile-Identifier"),
    ]


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
