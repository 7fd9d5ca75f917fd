"""Test packages for repositories: their requirements, refusals and validators."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import warnings
import zipfile
from datetime import date
from pathlib import Path

import bagit
import pytest
from lxml import etree

from archive_pkg import bags
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages import build_package, check
from archive_pkg.packages.targets import TARGETS, build_for, find_target, why_not
from archive_pkg.projects import Project, ProjectFile
from archive_pkg.reports import Report
from official import official, xml_schema
from program import Run
from typed import present

ON = date(2026, 11, 24)
ID = "1960-07-18-cpsu-to-sed"
GIVEN = {
    "aptrust": {"Access": "Institution"},
    "btr": {"Source-Organization": "An archive"},
    "rda": {"Contact-Email": "a@example.org"},
    "zenodo": {"Publisher": "A publisher"},
    "dataverse": {"Contact-Email": "a@example.org"},
    "eark-sip": {"Source-Organization": "An archive"},
    "datacite": {"Publisher": "A publisher", "Publication-Year": "2026"},
}
KNOWN = Path(bags.__file__).parents[1] / "packages" / "targets" / "known"
BUILDABLE = [name for name in TARGETS if name != "datacite"]


def build(name: str, letter: Path, out: Path) -> Path:
    target = find_target(name)
    return build_for(target, letter, out, given=GIVEN.get(name, {}), on=ON).path


def unpacked(path: Path, folder: Path) -> Path:
    """Return the bag's folder. Unpack an archive with other programs."""
    if path.suffix == ".tar":
        folder.mkdir()
        subprocess.run(["tar", "-xf", path, "-C", folder], check=True)
    elif path.suffix == ".zip":
        zipfile.ZipFile(path).extractall(folder)
    else:
        return path
    [inside] = folder.iterdir()
    return inside


@pytest.mark.parametrize("name", BUILDABLE)
def test_building_for_a_target_again_changes_nothing(
    name: str, letter: Path, tmp_path: Path
) -> None:
    target = find_target(name)
    first = build_for(target, letter, tmp_path / "out", given=GIVEN.get(name, {}), on=ON)
    again = build_for(target, letter, tmp_path / "out", given=GIVEN.get(name, {}), on=ON)
    assert (first.outcome, again.outcome) == ("built", "unchanged")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [first.path.name]


@pytest.mark.parametrize("name", [n for n in BUILDABLE if find_target(n).form == "bag"])
def test_bagit_python_and_bagit_profile_accept_packages_for_targets(
    name: str, letter: Path, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bagit_profile = pytest.importorskip("bagit_profile")
    path = build(name, letter, tmp_path / "out")
    bag = bagit.Bag(str(unpacked(path, tmp_path / "unpacked")))
    bag.validate()
    file = KNOWN / f"{name}.json"
    if not file.exists():
        file = Path(bags.__file__).parent / "known-profiles" / "btr-1.0.json"
    said = json.loads(file.read_text("utf-8"))
    profile = bagit_profile.Profile(
        said["BagIt-Profile-Info"]["BagIt-Profile-Identifier"], profile=said
    )
    assert profile.validate(bag), profile.report
    assert profile.validate_serialization(str(path)), profile.report


def test_a_package_for_aptrust_conforms_to_its_profile(letter: Path, tmp_path: Path) -> None:
    path = build("aptrust", letter, tmp_path)
    assert path.name == f"{ID}.tar"
    profile = bags.profiles.load_profile(official("bagit-profiles") / "aptrust-v2.3.json")
    verdict = bags.verify(path, profile=profile)
    assert verdict.valid
    assert verdict.conforms
    info = (unpacked(path, tmp_path / "u") / "aptrust-info.txt").read_text()
    assert "Title: Letter, CC CPSU to CC SED, 18 July 1960\n" in info
    assert "Storage-Option: Standard\n" in info


def test_a_package_for_btr_conforms_to_its_profile(letter: Path, tmp_path: Path) -> None:
    path = build("btr", letter, tmp_path)
    profile = bags.profiles.load_profile(official("bagit-profiles") / "btr-v1.0-1.3.0.json")
    assert bags.verify(path, profile=profile).conforms


def test_a_package_for_archivematica_has_metadata_of_its_files(
    letter: Path, tmp_path: Path
) -> None:
    folder = build("archivematica", letter, tmp_path) / "data"
    with (folder / "metadata" / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["filename"] for row in rows] == ["objects", "objects/parts/letter-1960-07-18.txt"]
    for row in rows[1:]:
        assert (folder / row["filename"].removeprefix("objects/")).is_file()
    premis = etree.parse(folder / "metadata" / "premis.xml")
    names = {element.text for element in premis.iter("{*}originalName")}
    assert rows[1]["filename"] in names


def test_the_zip_for_zenodo_is_the_complete_package(letter: Path, tmp_path: Path) -> None:
    folder = build("zenodo", letter, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {f"{ID}.zip", "invenio.json"}
    inside = unpacked(folder / f"{ID}.zip", tmp_path / "unpacked")
    assert bags.verify(inside).valid
    metadata = json.loads((folder / "invenio.json").read_text("utf-8"))["metadata"]
    assert {"resource_type", "creators", "title", "publication_date", "publisher"} <= set(metadata)


def test_a_package_for_dataverse_has_files_and_a_citation_block(
    letter: Path, tmp_path: Path
) -> None:
    folder = build("dataverse", letter, tmp_path)
    assert (folder / "files" / "parts" / "letter-1960-07-18.txt").is_file()
    version = json.loads((folder / "dataset.json").read_text("utf-8"))["datasetVersion"]
    fields = {field["typeName"] for field in version["metadataBlocks"]["citation"]["fields"]}
    assert {"title", "author", "datasetContact", "dsDescription", "subject"} <= fields


@pytest.mark.parametrize("name", ["eark-csip", "eark-sip"])
def test_valid_mets_describes_every_file_of_a_csip_package(
    name: str, letter: Path, tmp_path: Path
) -> None:
    folder = build(name, letter, tmp_path)
    schema = xml_schema(official("mets") / "mets.xsd", official("mets"))
    documents = list(folder.rglob("METS.xml"))
    assert len(documents) == 2
    listed = set()
    for document in documents:
        mets = etree.parse(document)
        assert schema.validate(mets), schema.error_log
        for element in mets.iter("{*}FLocat", "{*}mdRef"):
            address = present(element.get("{http://www.w3.org/1999/xlink}href"))
            listed.add((document.parent / address).relative_to(folder).as_posix())
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files - listed == {"METS.xml"}


def test_a_sip_names_who_submits_it(letter: Path, tmp_path: Path) -> None:
    settings = ProjectFile.model_validate(
        {"institution": {"name": "City Archive"}, "contact": {"name": "Ada", "email": "a@b.org"}}
    )
    target = find_target("eark-sip", project=Project(settings))
    mets = etree.parse(build_for(target, letter, tmp_path, on=ON).path / "METS.xml").getroot()
    assert mets.get("PROFILE") == "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml"
    header = present(mets.find("{*}metsHdr"))
    assert header.get("{https://DILCIS.eu/XML/METS/CSIPExtensionMETS}OAISPACKAGETYPE") == "SIP"
    agents = [(a.get("ROLE"), a.get("TYPE"), a.findtext("{*}name")) for a in header][1:]
    assert agents == [
        (
            "ARCHIVIST",
            "ORGANIZATION",
            "Central Committee of the Communist Party of the Soviet Union",
        ),
        ("CREATOR", "ORGANIZATION", "City Archive"),
        ("CREATOR", "INDIVIDUAL", "Ada"),
    ]
    assert header[-1].findtext("{*}note") == "a@b.org"
    missing = why_not(letter, find_target("eark-sip"), {})
    assert [finding.code for finding in missing] == ["target-value-missing"]


@pytest.mark.parametrize(
    ("name", "digests", "container", "checked"),
    [
        (
            "rda",
            "MD5 of every file for the bag's manifests",
            "a BagIt 0.97 bag",
            "the bag against RFC 8493, and the record against its files in the bag",
        ),
        (
            "eark-csip",
            "SHA-256 of every file for METS.xml",
            "an E-ARK CSIP package",
            "the record against its files in the package",
        ),
    ],
)
def test_the_events_of_packaging_say_how_the_package_was_made(
    name: str, digests: str, container: str, checked: str, letter: Path, tmp_path: Path
) -> None:
    [record] = unpacked(build(name, letter, tmp_path), tmp_path / "u").rglob("record.json")
    details = [event["detail"] for event in json.loads(record.read_bytes())["events"][-3:]]
    assert details == [
        f"Computed {digests}.",
        f"Copied the files unchanged into {container}, with documents that describe them.",
        f"Checked {checked}.",
    ]


@pytest.mark.parametrize("name", ["rda", "archivematica", "aptrust", "sha1"])
def test_the_commands_in_the_readme_check_a_package_for_a_target(
    name: str, letter: Path, tmp_path: Path
) -> None:
    if name == "sha1":
        name = str(tmp_path / "own.json")
        Path(name).write_text(json.dumps(PROFILE | {"Bag-Info": {}} | TAGS))
    bag = unpacked(build(name, letter, tmp_path / "out"), tmp_path / "u")
    lines = (bag / "data/README.txt").read_text(encoding="utf-8").splitlines()
    sums = [line.strip() for line in lines if "sum --strict" in line]
    manifests = {word for line in sums for word in line.split() if word.endswith(".txt")}
    assert manifests == {path.name for path in bag.glob("*manifest-*.txt")}
    for command in sums:
        done = subprocess.run(command.split(), cwd=bag, capture_output=True, check=True)
        assert b"OK" in done.stdout
    start = lines.index("  { find . -type f | sed 's,^./,,'")
    unlisted = subprocess.run(
        ["sh", "-c", "\n".join(lines[start : start + 2])], cwd=bag, capture_output=True, check=True
    )
    assert set(unlisted.stdout.decode().split()) == {p.name for p in bag.glob("tagmanifest-*")}


def test_the_readme_in_a_deposit_without_a_bag_does_not_mention_bags(
    letter: Path, tmp_path: Path
) -> None:
    folder = build("dataverse", letter, tmp_path)
    readme = (folder / "files/README.txt").read_text(encoding="utf-8")
    assert "Here are the files as received" in readme
    for word in ("bag", "manifest", "metadata/", "data/"):
        assert word not in readme


@pytest.mark.parametrize("name", ["rda", "eark-csip"])
def test_a_text_that_changes_during_a_build_for_a_target_is_not_packaged(
    name: str, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(*_: object) -> Report:
        text = letter / "letter-1960-07-18.txt"
        text.write_bytes(text.read_bytes().replace(b"1500", b"1600"))
        return Report()

    monkeypatch.setattr("archive_pkg.packages.targets.making.blockers", change)
    with pytest.raises(InvalidError, match="failed its verification") as refused:
        build(name, letter, tmp_path / "out")
    assert "part-changed" in {finding.code for finding in refused.value.report}
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", TARGETS)
def test_why_not_lists_the_reasons_for_which_build_refuses(
    name: str, letter: Path, tmp_path: Path
) -> None:
    target = find_target(name)
    report = why_not(letter, target, {})
    if report.ok:
        assert build(name, letter, tmp_path).exists()
        return
    assert all(finding.hint for finding in report)
    with pytest.raises(InvalidError) as refused:
        build_for(target, letter, tmp_path, on=ON)
    assert refused.value.report.findings == report.findings
    assert not list(tmp_path.glob(f"{ID}*"))


def test_why_not_reports_all_missing_values_at_once(tmp_path: Path) -> None:
    record = tmp_path / "x" / "record.yaml"
    record.parent.mkdir()
    record.write_text("id: x\ntype: letter\ntitle: A letter\n", encoding="utf-8")
    fields = {finding.location.field for finding in why_not(record, find_target("datacite"), {})}
    assert fields == {"identifier", "creator", "publisher", "publicationYear"}
    found = why_not(record, find_target("datacite"), {"Publisher": "P", "Publication-Year": "2026"})
    assert {finding.location.field for finding in found} == {"identifier", "creator"}


def test_why_not_says_that_inveniordm_refuses_a_short_title(tmp_path: Path) -> None:
    record = tmp_path / "x" / "record.yaml"
    record.parent.mkdir()
    record.write_text("id: x\ntype: letter\ntitle: Hm\n", encoding="utf-8")
    said = {one.location.field: one.message for one in why_not(record, find_target("zenodo"), {})}
    assert said["title"] == "the title has fewer than 3 characters: “Hm”"
    assert "title" not in {one.location.field for one in why_not(record, find_target("rda"), {})}


def test_why_not_checks_an_existing_package(letter: Path, tmp_path: Path) -> None:
    package = build_package(letter, tmp_path, on=ON).path
    report = why_not(package, find_target("aptrust"), {})
    codes = {finding.code for finding in report}
    assert codes == {
        "profile-manifest-missing",
        "profile-file-missing",
        "profile-serialization",
        "profile-identifier",
    }
    assert all("--target aptrust" in finding.hint for finding in report)
    for name in ("btr", "aptrust", "rda"):
        built = build(name, letter, tmp_path / name)
        assert why_not(built, find_target(name), {}).ok
    assert not why_not(built, find_target("aptrust"), {}).ok
    with pytest.raises(UsageError, match="cannot be checked for"):
        why_not(built, find_target("zenodo"), {})
    (package / "data" / "README.txt").unlink()
    assert not why_not(package, find_target("chronopolis"), {}).ok
    report = why_not(package, find_target("zenodo"), {"Publisher": "P"})
    assert "data/README.txt" in {finding.location.path for finding in report.errors}


def test_files_larger_than_the_target_accepts_are_reported(letter: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    small = replace(find_target("chronopolis"), largest=10)
    assert {finding.code for finding in why_not(letter, small, {})} == {"target-too-large"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Acces": "Institution"}, "does not use the label Acces"),
        ({"Access": "a\nb"}, "line break"),
    ],
)
def test_unknown_labels_and_malformed_values_are_refused(
    given: dict[str, str], said: str, letter: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        build_for(find_target("aptrust"), letter, tmp_path, given=given, on=ON)
    with pytest.raises(UsageError, match="not a year"):
        build_for(find_target("datacite"), letter, tmp_path, given={"Publication-Year": "26"})


PROFILE = {
    "BagIt-Profile-Info": {"BagIt-Profile-Identifier": "https://example.org/p.json"},
    "Bag-Info": {"Contact-Name": {"required": True, "values": ["A", "B"]}},
    "Manifests-Required": ["sha1"],
    "Serialization": "required",
    "Accept-Serialization": ["application/zip"],
    "Accept-BagIt-Version": ["1.0"],
}


TAGS = {"Tag-Manifests-Required": ["md5"]}


def test_a_profile_file_can_be_a_target(letter: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(PROFILE))
    target = find_target(str(file))
    [finding] = why_not(letter, target, {})
    assert finding.hint == "Use --tag 'Contact-Name=…'. The value is one of A, B."
    [finding] = why_not(letter, target, {"Contact-Name": "C"})
    assert finding.code == "target-value"
    built = build_for(target, letter, tmp_path / "out", given={"Contact-Name": "A"}, on=ON)
    assert built.path.name == f"{ID}.zip"
    assert bags.verify(built.path, profile=bags.profiles.load_profile(file)).conforms


@pytest.mark.parametrize(
    "spoilt",
    [
        "no JSON",
        "[]",
        "{}",
        json.dumps(PROFILE | {"Manifests-Allowed": ["md5"]}),
        json.dumps(PROFILE | {"Accept-Serialization": ["application/x-rar"]}),
        json.dumps(PROFILE | {"Accept-BagIt-Version": ["0.93"]}),
        json.dumps(PROFILE | {"Data-Empty": True}),
    ],
)
def test_a_profile_that_no_package_can_meet_is_refused(spoilt: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.json"
    file.write_text(spoilt)
    with pytest.raises(InvalidError) as refused:
        find_target(str(file))
    assert refused.value.report.errors


def test_the_hint_for_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean aptrust"):
        find_target("aptrst")


def test_build_and_why_not_use_the_given_tags(run: Run, letter: Path, tmp_path: Path) -> None:
    said = run("why-not", letter, "--target", "aptrust", "--json")
    assert said.returncode == 3
    [result] = json.loads(said.stdout)["results"]
    assert not result["acceptable"]
    assert [finding["location"]["field"] for finding in result["findings"]] == ["Access"]
    tags = ("--tag", "Access=Restricted")
    assert run("why-not", letter, "--target", "aptrust", *tags).returncode == 0
    out = ("--out", tmp_path / "out")
    assert run("build", letter, "--target", "aptrust", *tags, *out).returncode == 0
    assert run("build", letter, "--target", "aptrust", *out).returncode == 3
    assert run("build", letter, *tags, *out).returncode == 2
    assert run("build", letter, "--target", "aptrust", "--tag", "Access", *out).returncode == 2


@pytest.fixture(scope="session")
def checkers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with validators whose dependencies conflict with ours."""
    folder = tmp_path_factory.mktemp("checkers")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    wanted = ["eark-validator", "roc-validator", "datacite", "pybtex"]
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return python


SCRIPTS = Path(__file__).parents[1] / "fixtures" / "packages"


@pytest.mark.soak
@pytest.mark.parametrize("name", ["eark-csip", "eark-sip"])
def test_eark_validator_accepts_the_package(
    name: str, letter: Path, tmp_path: Path, checkers: Path
) -> None:
    folder = build(name, letter, tmp_path)
    mets = folder / "METS.xml"
    # eark-validator has SIP 2.1; its rules are those of 2.2, except for the profile's address.
    mets.write_text(mets.read_text().replace("E-ARK-SIP-v2-2-0.xml", "E-ARK-SIP.xml"))
    command = [checkers, SCRIPTS / "check_csip.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = {line.split()[1] for line in done.stdout.splitlines() if "Severity.ERROR" in line}
    # SIP15 requires a creator that is no software. eark-validator asks of every creator what CSIP
    # requires of the software, and looks for NOTETYPE without its namespace.
    misread = {"CSIP12", "CSIP13", "CSIP15", "CSIP16", "SIP14"} if name == "eark-sip" else set()
    assert errors == misread, done.stdout + done.stderr
    assert done.stdout.startswith("StructureStatus.WELLFORMED MetadataStatus.VALID")


@pytest.mark.soak
def test_datacite_and_pybtex_read_the_citations_of_a_package(
    letter: Path, tmp_path: Path, checkers: Path
) -> None:
    folder = (
        build_package(letter, tmp_path, on=ON, project=Project().with_metadata(["all"])).path
        / "metadata"
    )
    command = [checkers, SCRIPTS / "check_citations.py"]
    command += [folder / "datacite.json", folder / "bibtex.bib"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Central Committee of the Communist Party of the Soviet Union" in done.stdout


@pytest.mark.soak
def test_roc_validator_accepts_the_crate(letter: Path, tmp_path: Path, checkers: Path) -> None:
    crate = build_package(letter, tmp_path / "out", on=ON).path / "data"
    context = official("ro-crate") / "context-1.2.jsonld"
    cache = tmp_path / "cache"
    subprocess.run([checkers, SCRIPTS / "seed_cache.py", cache, context], check=True)
    command: list[str | Path] = [checkers.parent / "rocrate-validator", "-y", "validate", crate]
    command += [
        "--offline",
        "--cache-path",
        cache,
        "-p",
        "ro-crate-1.3",
        "-f",
        "json",
        "--no-paging",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"}
    )
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    assert answer["passed"], answer["issues"]


def test_a_closed_part_is_withheld_from_an_open_repository(letter: Path, tmp_path: Path) -> None:
    file = letter / "record.yaml"
    shut = "  - id: letter\n    access:\n      status: closed\n      rule: by the donor\n"
    text = file.read_text("utf-8").replace("  - id: letter\n", shut, 1)
    file.write_text(text, encoding="utf-8")
    found = why_not(letter, find_target("zenodo"), GIVEN["zenodo"])
    assert {finding.code for finding in found} == {"target-is-open"}
    target = find_target("zenodo")
    built = build_for(
        target, letter, tmp_path / "out", given=GIVEN["zenodo"], on=ON, audience="public"
    )
    assert built.path.name == f"{ID}-public"
    inside = unpacked(built.path / f"{ID}-public.zip", tmp_path / "unpacked")
    assert not list(inside.rglob("letter-*.txt"))


RULES = {
    "Manifests-Allowed": ["sha512"],
    "Tag-Manifests-Allowed": ["sha256"],
    "Tag-Files-Allowed": ["metadata/premis.xml"],
    "Tag-Files-Required": ["metadata/premis.xml"],
    "Payload-Files-Allowed": ["data/parts/*"],
    "Payload-Files-Required": ["data/cover.tif"],
    "Data-Empty": False,
}
UNMET = {"Payload-Files-Allowed", "Payload-Files-Required"}


@pytest.mark.parametrize("serialization", ["optional", "required"])
@pytest.mark.parametrize("rule", RULES)
def test_build_and_why_not_report_the_same_errors_for_a_profile_file(
    rule: str, serialization: str, letter: Path, tmp_path: Path
) -> None:
    said = {
        "BagIt-Profile-Info": {"BagIt-Profile-Identifier": "urn:own"},
        "Accept-BagIt-Version": ["1.0"],
        "Serialization": serialization,
        "Accept-Serialization": ["application/tar"],
        rule: RULES[rule],
    }
    (tmp_path / "own.json").write_text(json.dumps(said))
    target = find_target(str(tmp_path / "own.json"))
    kept_out = why_not(letter, target, {})
    if rule in UNMET:
        with pytest.raises(InvalidError) as caught:
            build_for(target, letter, tmp_path / "out", on=ON)
        assert {f.code for f in caught.value.report.errors} == {f.code for f in kept_out}
        assert not list((tmp_path / "out").iterdir())
        return
    assert kept_out.ok
    built = build_for(target, letter, tmp_path / "out", on=ON)
    assert bags.verify(built.path, profile=target.profile).conforms
    left_out = [f.message for f in built.report if f.code == "target-left-out"]
    assert bool(left_out) == (rule == "Tag-Files-Allowed")
    assert "metadata/premis.xml" not in " ".join(left_out)


def test_a_target_always_has_the_documents_that_it_needs(letter: Path, tmp_path: Path) -> None:
    said = {"BagIt-Profile-Info": {}, "Tag-Files-Required": ["metadata/ead3.xml"]}
    (tmp_path / "own.json").write_text(json.dumps(said))
    for name, needed in (("rda", "datacite"), (str(tmp_path / "own.json"), "ead3")):
        assert set(find_target(name, "tei").documents) == {needed, "tei"}
    target = find_target(str(tmp_path / "own.json"), [])
    built = build_for(target, letter, tmp_path / "out", on=ON).path
    assert [file.name for file in (built / "metadata").iterdir()] == ["ead3.xml"]
    with pytest.raises(UsageError, match="has a fixed set of documents"):
        find_target("eark-csip", "tei")


@pytest.mark.parametrize(
    ("name", "refusing"),
    [
        ("letter%201960.txt", {"archivematica", "aptrust", "btr", "chronopolis", "rda"}),
        ("letter\u2028.txt", {"archivematica"}),
    ],
)
def test_a_name_that_the_reader_of_a_target_misreads_is_refused(
    letter: Path, name: str, refusing: set[str]
) -> None:
    record = letter / "record.yaml"
    (letter / "letter-1960-07-18.txt").rename(letter / name)
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("letter-1960-07-18.txt", json.dumps(name)), encoding="utf-8")
    bags = ("archivematica", "aptrust", "btr", "chronopolis", "rda", "swordbagit")
    codes = {each: {f.code for f in why_not(letter, find_target(each), {})} for each in bags}
    assert {each for each in bags if "target-name" in codes[each]} == refusing
    assert "name-misread" in codes["swordbagit"]
    assert "name-misread" in {f.code for f in check(letter)}


def test_build_and_why_not_name_the_documents_that_a_profile_does_not_allow(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(PROFILE | {"Tag-Files-Allowed": ["metadata/premis.xml"]}))
    words = [letter, "--target", file, "--tag", "Contact-Name=A"]
    for done in (run("build", *words, "--out", tmp_path / "out"), run("why-not", *words)):
        assert done.returncode == 0
        assert done.stdout.count("[target-left-out]") == 1
        assert "derived documents are left out" in done.stdout
        assert "metadata/datacite.xml" in done.stdout
