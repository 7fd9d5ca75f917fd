"""Profiles in the specification's form and in DART's are read and checked."""

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
from archive_pkg.bags import profiles, updating
from archive_pkg.bags.archives import serializing
from archive_pkg.errors import InvalidError, StorageError, UsageError


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
        ({"Bag-Info": {"Source-Organization": {"repeatable": False}}}, []),
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
def test_each_rule_of_a_profile_is_checked(
    bag: Path, asked: dict[str, Any], wanted: list[str]
) -> None:
    assert judge(bag, asked) == wanted


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"Serialization": "required", "Accept-Serialization": ["application/zip"]}, []),
        ({"Accept-Serialization": ["application/tar"]}, ["profile-serialization"]),
        (
            {"Serialization": "forbidden", "Accept-Serialization": ["application/zip"]},
            ["profile-serialization"],
        ),
    ],
)
def test_a_profile_can_require_or_forbid_serialization(
    bag: Path, asked: dict[str, Any], wanted: list[str]
) -> None:
    serializing.pack(bag, bag.parent / "bag.zip")
    assert judge(bag.parent / "bag.zip", asked) == wanted


def test_a_profile_in_darts_form_can_require_tags_in_any_file(bag: Path) -> None:
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
    assert [(f.code, f.location.field, f.message) for f in verdict.report] == [
        ("profile-tag-missing", "Access", "is empty"),
        ("profile-tag-missing", "Storage", "is missing"),
        ("profile-identifier-dart", "BagIt-Profile-Identifier", "is missing"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"bagItProfileInfo": {}, "acceptSerialization": ["application/tar"]},
        {"BagIt-Profile-Info": {}, "Accept-Serialization": ["application/tar"]},
    ],
)
def test_a_profile_can_require_that_a_tar_is_named_after_its_folder(
    bag: Path, asked: dict[str, Any]
) -> None:
    for name, must, wanted in (
        ("bag.tar", True, True),
        ("other.tar", True, False),
        ("other.tar", False, True),
        ("other.tar", None, True),
    ):
        serializing.pack(bag, bag.parent / "bag.tar", replace=True)
        (bag.parent / "bag.tar").rename(bag.parent / name)
        said = json.dumps(asked | ({} if must is None else {"tarDirMustMatchName": must})).encode()
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
                    "recommended": st.booleans(),
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
        "Tag-Files-Required": st.sampled_from(
            [["info/more.txt"], ["no.txt"], ["other.xml"], ["bag-info.txt"]]
        ),
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
def test_the_reference_validator_agrees(named_bag: Path, asked: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bagit_profile
    identifier = asked["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]
    mine = profiles.parse(json.dumps(asked).encode(), "profile.json")
    reference = bagit_profile.Profile(identifier, profile=json.dumps(asked))
    assert bags.verify(named_bag, profile=mine).conforms == reference.validate(
        bagit.Bag(str(named_bag))
    )


@pytest.mark.parametrize("serialization", ["required", "optional", "forbidden", None])
@pytest.mark.parametrize("accepted", [["application/zip"], ["application/x-tar"], []])
@pytest.mark.parametrize("name", ["bag", "bag.zip", "bag.tar"])
def test_the_reference_validator_agrees_about_archives(
    named_bag: Path, serialization: str | None, accepted: list[str], name: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bagit_profile
    path = named_bag.with_name(name)
    if not path.exists():
        serializing.pack(named_bag, path)
    identifier = "urn:profile"
    about = {"BagIt-Profile-Identifier": identifier, "Source-Organization": "S", "Version": "1"}
    asked: dict[str, Any] = {"BagIt-Profile-Info": about, "Accept-Serialization": accepted}
    if serialization:
        asked["Serialization"] = serialization
    mine = profiles.parse(json.dumps(asked).encode(), "profile.json")
    reference = bagit_profile.Profile(identifier, profile=json.dumps(asked))
    try:
        wanted = reference.validate_serialization(str(path))
    except bagit_profile.ProfileValidationError:
        wanted = False
    assert bags.verify(path, profile=mine).conforms == wanted


@pytest.mark.parametrize(
    ("kind", "required", "allowed", "lacking"),
    [
        ("Manifests", ["sha512"], ["sha256"], "sha512"),
        ("Tag-Manifests", ["MD5"], ["sha256", "sha512"], "MD5"),
        ("Tag-Files", ["bag-info.txt"], ["info/*", "*.xml"], "bag-info.txt"),
        ("Payload-Files", ["data/a.txt"], ["data/*.tif"], "data/a.txt"),
    ],
)
def test_a_profile_that_contradicts_itself_says_so(
    bag: Path, kind: str, required: list[str], allowed: list[str], lacking: str
) -> None:
    asked = INFO | {f"{kind}-Required": required, f"{kind}-Allowed": allowed}
    (finding,) = (one for one in found(bag, asked) if one[0] == "profile-contradicts-itself")
    assert finding[2:4] == (f"{kind}-Allowed", f"lacks {lacking}")


def test_a_profile_cannot_both_require_and_forbid_fetch_txt(bag: Path) -> None:
    asked = INFO | {"Fetch.txt-Required": True, "Allow-Fetch.txt": False}
    assert "profile-contradicts-itself" in {each[0] for each in found(bag, asked)}


def test_keys_that_are_not_understood_are_reported(bag: Path) -> None:
    ours = INFO | {
        "Other-Info": [{"X": {"required": True}}],
        "Data-Empty": "yes",
        "Bag-Info": {"Contact-Name": {"required": 1, "pattern": "A.*", "description": "D"}},
    }
    theirs = dart(allowMiscTopLevelFiles=False, name="N", tags=[{"tagName": "T", "regex": "x"}])
    for asked, fields in (
        (
            ours,
            {
                "Other-Info",
                "Data-Empty",
                "Bag-Info.Contact-Name.pattern",
                "Bag-Info.Contact-Name.required",
            },
        ),
        (theirs, {"allowMiscTopLevelFiles", "tags.T.regex"}),
    ):
        unread = found(bag, asked)
        assert {each[0] for each in unread} == {"profile-key-unread"}
        assert {each[2] for each in unread} == fields
        profile = profiles.parse(json.dumps(asked).encode(), "x.json")
        assert bags.verify(bag, profile=profile).conforms


@pytest.mark.parametrize("wrap", [lambda p: {"bagItProfile": p}, lambda p: {"bagItProfiles": [p]}])
def test_a_profile_in_a_workflow_or_in_settings_of_dart_is_read(bag: Path, wrap: Any) -> None:
    assert [each[0] for each in found(bag, wrap(dart(manifestsRequired=["md5"])))] == [
        "profile-manifest-missing"
    ]


@pytest.mark.parametrize("name", profiles.bundled_profiles())
def test_bundled_profiles_are_understood_completely(name: str) -> None:
    assert profiles.load_profile(name).unread == ()


@pytest.mark.parametrize("name", profiles.bundled_profiles())
def test_bundled_profiles_load(name: str) -> None:
    assert profiles.load_profile(name).identifier


def test_a_file_that_is_not_a_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"btr-1\.0"):
        profiles.load_profile(str(tmp_path / "none.json"))
    for data in (b"[", b"[]", b'{"a": 1}', b'{"BagIt-Profile-Info": {}, "Serialization": "maybe"}'):
        (tmp_path / "x.json").write_bytes(data)
        with pytest.raises(InvalidError, match="not a usable BagIt profile"):
            profiles.load_profile(tmp_path / "x.json")


def found(bag: Path, asked: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Return the code, path, field, message and hint of each finding about a profile."""
    profile = profiles.parse(json.dumps(asked).encode(), "profile.json")
    return [
        (each.code, each.location.path, each.location.field, each.message, each.hint)
        for each in bags.verify(bag, profile=profile).report
        if each.code.startswith("profile-")
    ]


INFO: dict[str, Any] = {"BagIt-Profile-Info": {}}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (
            {"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "urn:x"}},
            (
                "identifier",
                "bag-info.txt",
                "BagIt-Profile-Identifier",
                "is missing",
                "Set it to urn:x.",
            ),
        ),
        (
            {"Accept-BagIt-Version": ["0.97", "0.96"]},
            (
                "version",
                "bagit.txt",
                "",
                "the bag's version is 1.0",
                "Use a version that the profile accepts: 0.97, 0.96.",
            ),
        ),
        (
            {"Bag-Info": {"Bag-Count": {"required": True, "values": ["1", "2"]}}},
            ("tag-missing", "bag-info.txt", "Bag-Count", "is missing", "Use one of 1, 2."),
        ),
        (
            {"Bag-Info": {"Contact-Name": {"values": ["B", "X"]}}},
            ("tag-value", "bag-info.txt", "Contact-Name", "is 'C'", "Use one of B, X."),
        ),
        (
            {"Bag-Info": {"contact-name": {"repeatable": False}}},
            ("tag-repeated", "bag-info.txt", "contact-name", "appears 2 times", ""),
        ),
        (
            {"Manifests-Required": ["sha512", "SHA-1"]},
            ("manifest-missing", "manifest-sha1.txt", "", "is missing", ""),
        ),
        (
            {"Tag-Manifests-Required": ["sha512", "SHA-1"]},
            ("manifest-missing", "tagmanifest-sha1.txt", "", "is missing", ""),
        ),
        (
            {"Manifests-Allowed": ["SHA-256"]},
            (
                "manifest-not-allowed",
                "manifest-sha512.txt",
                "",
                "is not allowed",
                "Allowed: SHA-256.",
            ),
        ),
        (
            {"Tag-Manifests-Allowed": ["sha256", "md5"]},
            (
                "manifest-not-allowed",
                "tagmanifest-sha512.txt",
                "",
                "is not allowed",
                "Allowed: sha256, md5.",
            ),
        ),
        (
            {"Tag-Files-Required": ["bag-info.txt", "x.xml"]},
            ("file-missing", "x.xml", "", "is missing, but required", ""),
        ),
        (
            {"Tag-Files-Allowed": ["info/*", "o?her.xml2"]},
            ("file-not-allowed", "other.xml", "", "is not allowed", "Allowed: info/*, o?her.xml2."),
        ),
        (
            {"Payload-Files-Allowed": ["data/A.TXT"]},
            ("file-not-allowed", "data/a.txt", "", "is not allowed", "Allowed: data/A.TXT."),
        ),
        (
            {"Payload-Files-Required": ["data/b"]},
            ("file-missing", "data/b", "", "is missing, but required", ""),
        ),
        (
            {"Fetch.txt-Required": True},
            ("fetch", "fetch.txt", "", "is missing, but required", ""),
        ),
    ],
)
def test_findings_about_a_profile_have_a_location_and_a_hint(
    bag: Path, asked: dict[str, Any], wanted: tuple[str, str, str, str, str]
) -> None:
    assert found(bag, INFO | asked) == [(f"profile-{wanted[0]}", *wanted[1:])]


def test_a_version_is_in_the_first_line_of_bagit_txt(bag: Path) -> None:
    profile = profiles.parse(json.dumps(INFO | {"Accept-BagIt-Version": ["0.97"]}).encode(), "x")
    assert str(next(iter(bags.verify(bag, profile=profile).report)).location) == "bagit.txt:1"


def test_a_bag_that_names_a_different_profile_is_reported(bag: Path) -> None:
    label = "BagIt-Profile-Identifier"
    updating.update(bag, info=[(label, "urn:a"), (label, "urn:b")])
    asked = {"BagIt-Profile-Info": {label: "urn:x"}}
    assert [each[3] for each in found(bag, asked)] == ["is urn:a, urn:b"]
    assert found(bag, {"BagIt-Profile-Info": {label: "urn:b"}}) == []


def test_a_rule_requires_only_if_true_and_forbids_only_if_false(bag: Path) -> None:
    rule = {"required": "true", "recommended": 1, "repeatable": 0}
    asked = {
        "Bag-Info": {"Bag-Count": rule, "Contact-Name": {"repeatable": None}},
        "Fetch.txt-Required": 1,
        "Allow-Fetch.txt": 0,
        "Data-Empty": "yes",
        "Tag-Files-Allowed": None,
        "Manifests-Required": None,
    }
    assert {each[0] for each in found(bag, INFO | asked)} == {"profile-key-unread"}


@pytest.mark.parametrize("there", [True, False])
def test_fetch_txt_is_forbidden_or_required(bag: Path, there: bool) -> None:
    if there:
        (bag / "fetch.txt").write_text("https://a.example/a 3 data/a.txt\n")
    codes = [each[0] for each in found(bag, INFO | {"Allow-Fetch.txt": False})]
    assert codes == ["profile-fetch"] * there
    assert bool(found(bag, INFO | {"Fetch.txt-Required": True})) != there
    assert found(bag, INFO | {"Tag-Files-Allowed": ["info/*", "other.xml"]}) == []


@pytest.mark.parametrize(
    ("files", "empty"),
    [({}, True), ({"a": b""}, True), ({"a": b"x"}, False), ({"a": b"", "b": b""}, False)],
)
def test_data_empty_allows_no_file_or_one_empty_file(
    tmp_path: Path, files: dict[str, bytes], empty: bool
) -> None:
    (tmp_path / "made").mkdir()
    bags.write(tmp_path / "made", dict(files))
    codes = [
        (each[0], each[1], each[3])
        for each in found(tmp_path / "made", INFO | {"Data-Empty": True})
    ]
    assert codes == [("profile-data-not-empty", "data", f"has {len(files)} files")] * (not empty)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("zip", "application/zip"),
        ("zip", "application/x-zip-compressed"),
        ("tar", "application/tar"),
        ("tar", "application/x-tar"),
        *(
            ("tgz", f"application/{name}")
            for name in (
                "gzip",
                "x-gzip",
                "tar+gzip",
                "x-tar+gzip",
                "x-gtar",
                "x-compressed-tar",
            )
        ),
        ("tar.zst", "application/zstd"),
        ("tar.zst", "application/x-zstd-compressed-tar"),
    ],
)
def test_accepted_archives_are_recognized_by_their_media_types(
    bag: Path, kind: str, media_type: str
) -> None:
    archive = bag.parent / f"bag.{kind}"
    serializing.pack(bag, archive)
    assert found(archive, INFO | {"Accept-Serialization": ["x/y", media_type]}) == []
    ((code, path, _, message, hint),) = found(archive, INFO | {"Accept-Serialization": ["x/y"]})
    assert (code, path) == ("profile-serialization", str(archive))
    assert message == f"is a {kind.removeprefix('tar.')}"
    assert hint == "Accepted: x/y."
    assert found(archive, INFO)[0][4] == "Accepted: none."


def dart(**said: Any) -> dict[str, Any]:
    return {"bagItProfileInfo": {}, **said}


def asked_of(path: str, label: str, **more: object) -> dict[str, Any]:
    return dart(tags=[{"tagFile": path, "tagName": label, **more}])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (asked_of("bagit.txt", "BagIt-Version", required=True, values=["1.0"]), ""),
        (asked_of("bagit.txt", "BagIt-Version", values=["0.97"]), "tag-value"),
        (asked_of("bagit.txt", "Tag-File-Character-Encoding", values=["UTF-8"]), ""),
        (asked_of("bagit.txt", "Other", required=True), "tag-missing"),
        (asked_of("bag-info.txt", "contact-name", required=True), ""),
        (asked_of("info/more.txt", "Access", required=True, emptyOk=True), ""),
        (asked_of("info/more.txt", "Access", required=True, emptyOK=True), ""),
        (asked_of("info/more.txt", "Access", required=True, emptyOk=False), "tag-missing"),
        (asked_of("info/more.txt", "Access", emptyOk=True, values=["a"]), ""),
        (asked_of("info/more.txt", "Access", values=["a"]), "tag-value"),
        (asked_of("info/more.txt", "Title", emptyOk=True, values=["a"]), "tag-value"),
        (asked_of("info/more.txt", "Title", values="not a list"), ""),
        (asked_of("none.txt", "Title", required=True), "tag-missing"),
        (asked_of("none.txt", "Title"), ""),
        (dart(manifestsRequired=["md5"]), "manifest-missing"),
        (dart(manifestsAllowed=["sha512", "sha256"]), ""),
        (dart(manifestsAllowed=["sha512"]), "manifest-not-allowed"),
        (dart(manifestsAllowed=[]), ""),
        (dart(tagManifestsRequired=["md5"]), "manifest-missing"),
        (dart(tagManifestsAllowed=["sha512"]), "manifest-not-allowed"),
        (dart(tagManifestsAllowed=[]), ""),
        (dart(tagFilesRequired=["x"]), "file-missing"),
        (dart(tagFilesAllowed=["info/*"]), "file-not-allowed"),
        (dart(tagFilesAllowed=[]), ""),
        (dart(acceptBagItVersion=["0.97"]), "version"),
        (dart(serialization="required"), "serialization"),
        (dart(serialization=None), ""),
        (dart(bagItProfileInfo={"bagItProfileIdentifier": "urn:x"}), "identifier-dart"),
    ],
)
def test_each_rule_in_darts_form_is_checked(bag: Path, asked: dict[str, Any], code: str) -> None:
    assert [each[0] for each in found(bag, asked)] == ([f"profile-{code}"] if code else [])


def test_only_errors_of_the_profile_prevent_conformance(bag: Path) -> None:
    asked = dart(bagItProfileInfo={"bagItProfileIdentifier": "urn:x"})
    for said, conforms in (
        (asked, True),  # DART itself does not ask for the identifier
        (INFO | {"Bag-Info": {"Bag-Count": {"recommended": True}}}, True),
        (INFO | {"Bag-Info": {"Bag-Count": {"required": True}}}, False),
    ):
        profile = profiles.parse(json.dumps(said).encode(), "x.json")
        assert bags.verify(bag, profile=profile).conforms is conforms


def test_standard_tag_files_are_always_allowed(bag: Path) -> None:
    for name in ("package-info.txt", "fetch.txt"):
        (bag / name).touch()
    assert found(bag, INFO | {"Tag-Files-Allowed": ["info/*", "other.xml"]}) == []


def test_fetch_txt_can_be_forbidden_in_darts_form(bag: Path) -> None:
    (bag / "fetch.txt").write_text("https://a.example/a 3 data/a.txt\n")
    found_ = [each[:2] for each in found(bag, dart(allowFetchTxt=False))]
    assert found_ == [("profile-fetch", "fetch.txt")]
    assert found(bag, dart()) == []


@pytest.mark.parametrize("path", ["info/more.txt", "bag-info.txt"])
def test_faults_in_a_tag_file_are_reported_once(bag: Path, path: str) -> None:
    (bag / path).write_bytes(b"Title: T\nno colon\n")
    for manifest in bag.glob("tagmanifest*"):
        manifest.unlink()
    profile = profiles.parse(json.dumps(asked_of(path, "Title")).encode(), "x")
    verdict = bags.verify(bag, profile=profile)
    assert [(each.code, each.location.line) for each in verdict.report] == [
        ("tag-line-malformed", 2)
    ]
    # Faults of bag-info.txt are the bag's own; those of other tag files break the profile.
    assert verdict.conforms is (path == "bag-info.txt")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["BagIt-Profile-Info"]),
        ({"BagIt-Profile-Info": []}, ["BagIt-Profile-Info"]),
        (INFO | {"Bag-Info": {"A": {}, "B": "x"}}, ["Bag-Info.B"]),
        (INFO | {"Serialization": "maybe"}, ["Serialization"]),
        (INFO | {"Manifests-Required": "md5"}, ["Manifests-Required"]),
        (INFO | {"Tag-Files-Allowed": ["a", 1]}, ["Tag-Files-Allowed"]),
        ({"Serialization": 1, "Manifests-Allowed": {}}, ["BagIt-Profile-Info", "Serialization"]),
        (dart(bagItProfileInfo=[]), ["bagItProfileInfo"]),
        (dart(tags={}), []),
        (dart(tags={"a": 1}), ["tags"]),
        (dart(tags=[{}, "x"]), ["tags"]),
        (dart(manifestsRequired=[1]), ["manifestsRequired"]),
        (dart(serialization="maybe"), ["serialization"]),
    ],
)
def test_every_fault_of_a_profile_is_named(said: dict[str, Any], fields: list[str]) -> None:
    if not fields:
        profiles.parse(json.dumps(said).encode(), "x.json")
        return
    with pytest.raises(InvalidError, match="is not a usable BagIt profile") as caught:
        profiles.parse(json.dumps(said).encode(), "x.json")
    found = [(each.location.path, each.location.field) for each in caught.value.report.errors]
    assert found[: len(fields)] == [("x.json", field) for field in fields]


def test_a_profile_is_given_by_its_name_or_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert profiles.bundled_profiles() == sorted(profiles.bundled_profiles())
    monkeypatch.chdir(tmp_path)
    name = profiles.bundled_profiles()[0]
    Path(name).mkdir()  # the bundled profile takes precedence
    assert profiles.load_profile(name).identifier
    with pytest.raises(StorageError, match="it is a folder"):
        profiles.load_profile(Path(name))
