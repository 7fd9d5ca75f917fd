"""OCFL roots from other programs: used with their layout, or refused before sending."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import ocfl
import pytest

from archive_pkg.deposits import RefusedError, deposit, fetch, plan
from archive_pkg.deposits.repositories.ocfl.layouts import Layout, layout_of
from archive_pkg.deposits.repositories.ocfl.root import OcflRoot
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing

FLAT = "0002-flat-direct-storage-layout"
ENCAPSULATED = "0003-hash-and-id-n-tuple-storage-layout"
HASHED = "0004-hashed-n-tuple-storage-layout"
FLAT_OMIT = "0006-flat-omit-prefix-storage-layout"
TUPLES_OMIT = "0007-n-tuple-omit-prefix-storage-layout"


def make_root(
    root: Path, layout: str | None, config: dict[str, Any] | None = None, version: str = "1.1"
) -> Path:
    root.mkdir()
    (root / f"0=ocfl_{version}").write_text(f"ocfl_{version}\n")
    if layout:
        said: dict[str, Any] = {"extension": layout, "description": "as another program writes it"}
        (root / "ocfl_layout.json").write_text(json.dumps(said))
    if config is not None:
        (root / "extensions" / str(layout)).mkdir(parents=True)
        said = {"extensionName": layout, **config}
        (root / "extensions" / str(layout) / "config.json").write_text(json.dumps(said))
    return root


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packages")
    letter = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed"
    return build_package(letter, out, on=date(2026, 11, 24)).path


# The examples of the extensions' own texts.
@pytest.mark.parametrize(
    ("name", "config", "identifier", "path"),
    [
        (FLAT, {}, "object-01", "object-01"),
        (ENCAPSULATED, {}, "object-01", "3c0/ff4/240/object-01"),
        (ENCAPSULATED, {}, "..Hor/rib:lè-$id", "373/529/21a/%2e%2eHor%2frib%3al%c3%a8-%24id"),
        (
            ENCAPSULATED,
            {"digestAlgorithm": "md5", "tupleSize": 2, "numberOfTuples": 15},
            "object-01",
            "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/object-01",
        ),
        (ENCAPSULATED, {"tupleSize": 0, "numberOfTuples": 0}, "object-01", "object-01"),
        (
            ENCAPSULATED,
            {},
            "abcdefghij" * 10 + "a",
            f"5cc/73e/648/{'abcdefghij' * 10}-"
            "5cc73e648fbcff136510e330871180922ddacf193b68fdeff855683a01464220",
        ),
        (
            HASHED,
            {},
            "object-01",
            "3c0/ff4/240/3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4",
        ),
        (
            HASHED,
            {
                "digestAlgorithm": "md5",
                "tupleSize": 2,
                "numberOfTuples": 15,
                "shortObjectRoot": True,
            },
            "object-01",
            "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/4e",
        ),
        (
            HASHED,
            {"digestAlgorithm": "blake2b-512", "shortObjectRoot": True},
            "object-01",
            "860/ef8/03e/"
            "364030bdc23bdc27a6eff83c472b554653c21513f0bdec3d240d944440fe"
            "d57af380941c85d669e10b9d38b3309e164d309afae3b528f87bd2b3021",
        ),
        (
            HASHED,
            {"digestAlgorithm": "blake2b-160"},
            "object-01",
            "ecb/137/ea4/ecb137ea45a0f565474866d26b5b4faebb105621",
        ),
        (FLAT_OMIT, {"delimiter": ":"}, "namespace:12887296", "12887296"),
        (TUPLES_OMIT, None, "namespace:Ärzte", ""),
        (FLAT_OMIT, {"delimiter": "EDU/"}, "https://institution.edu/a/edu/f8.05v", "f8.05v"),
        (
            TUPLES_OMIT,
            {"tupleSize": 4, "numberOfTuples": 2, "reverseObjectRoot": True},
            "namespace:12887296",
            "6927/8821/12887296",
        ),
        (
            TUPLES_OMIT,
            {"tupleSize": 4, "numberOfTuples": 2, "reverseObjectRoot": True},
            "abc123",
            "321c/ba00/abc123",
        ),
        (
            TUPLES_OMIT,
            {"delimiter": "edu/", "zeroPadding": "right"},
            "https://institution.edu/3448793",
            "344/879/300/3448793",
        ),
    ],
)
def test_an_object_is_stored_where_its_layout_says(
    name: str, config: dict[str, Any] | None, identifier: str, path: str, tmp_path: Path
) -> None:
    root = make_root(tmp_path / "root", name, config)
    assert layout_of(root).path(identifier) == path


@pytest.mark.parametrize(
    ("layout", "config"),
    [
        (None, None),
        (FLAT, {}),
        (FLAT, None),
        (ENCAPSULATED, {}),
        (ENCAPSULATED, None),
        (HASHED, {"digestAlgorithm": "sha512", "shortObjectRoot": True}),
        (FLAT_OMIT, {"delimiter": "-to-"}),
        (TUPLES_OMIT, {"tupleSize": 2, "numberOfTuples": 2}),
    ],
)
def test_a_package_is_deposited_into_roots_of_other_programs_and_fetched(
    layout: str | None, config: dict[str, Any] | None, package: Path, tmp_path: Path
) -> None:
    root = make_root(tmp_path / "root", layout, config)
    before = {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}
    assert plan(package, f"ocfl:{root}").report.ok
    done = deposit(package, f"ocfl:{root}", receipts=tmp_path / "receipts")
    assert done.new
    assert done.receipt.location == layout_of(root).path(package.name)
    assert not deposit(package, f"ocfl:{root}", receipts=tmp_path / "again").new
    assert differing(fetch(done.path, tmp_path / "back"), package) == ()
    passed, _ = ocfl.Object(path=str(root / done.receipt.location)).validate(log_errors=False)
    assert passed
    assert {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()} == before


def test_an_undeclared_layout_is_inferred_from_the_objects(package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", HASHED)
    deposit(package, f"ocfl:{root}", receipts=tmp_path / "receipts")
    (root / "ocfl_layout.json").unlink()
    assert layout_of(root).name == HASHED
    home = root / Layout(HASHED, layout_of(root).parameters).path(package.name)
    home.rename(root / "somewhere")
    with pytest.raises(DepositError, match="do not follow a known layout"):
        layout_of(root)


def test_an_undeclared_layout_is_the_one_in_the_extensions_folder(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", HASHED, {"tupleSize": 2})
    (root / "ocfl_layout.json").unlink()
    assert layout_of(root).path("object-01").startswith("3c/0f/f4/3c0ff4240c1e")


def _refused(package: Path, root: Path, receipts: Path) -> str:
    """The reason, which the plan and the deposit give alike; nothing in the root changes."""
    before = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*"))
    (reason,) = plan(package, f"ocfl:{root}").report.errors
    with pytest.raises(RefusedError) as caught:
        deposit(package, f"ocfl:{root}", receipts=receipts)
    assert [finding.message for finding in caught.value.report.errors] == [reason.message]
    assert sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*")) == before
    return reason.message


@pytest.mark.parametrize(
    ("layout", "config", "version", "reason"),
    [
        (None, None, "1.0", "is an OCFL 1.0 root"),
        (HASHED, {}, "2.0", "is an OCFL 2.0 root"),
        ("0010-differential-n-tuple-omit-prefix-storage-layout", {}, "1.1", "does not know"),
        (HASHED, None, "object_1.1", "is an OCFL object"),
        (HASHED, {"tupleSize": "3"}, "1.1", "tupleSize"),
        (HASHED, {"tupleSize": 0}, "1.1", "both be 0"),
        (HASHED, {"tupleSize": 32, "numberOfTuples": 32}, "1.1", "too many"),
        (HASHED, {"digestAlgorithm": "crc32"}, "1.1", "digestAlgorithm"),
        (HASHED, {"extensionName": ENCAPSULATED}, "1.1", "not the name of the folder"),
        (FLAT_OMIT, {"delimiter": ""}, "1.1", "delimiter"),
        (FLAT_OMIT, None, "1.1", "delimiter"),
        (TUPLES_OMIT, {"tupleSize": 0, "numberOfTuples": 0}, "1.1", "at least 1"),
        (FLAT_OMIT, {"delimiter": "sed"}, "1.1", "does not fit the layout"),
    ],
)
def test_an_unsuitable_root_is_refused_with_the_reason(
    layout: str | None,
    config: dict[str, Any] | None,
    version: str,
    reason: str,
    package: Path,
    tmp_path: Path,
) -> None:
    root = make_root(tmp_path / "root", layout, config, version)
    assert reason in _refused(package, root, tmp_path / "receipts")


def test_a_root_that_declares_two_versions_is_refused(package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", None)
    (root / "0=ocfl_1.0").write_text("ocfl_1.0\n")
    assert "0=ocfl_1.0, 0=ocfl_1.1" in _refused(package, root, tmp_path / "receipts")


@pytest.mark.parametrize("text", ["[", "[]", '{"extension": 3}', "[" * 100_000])
def test_a_layout_that_cannot_be_read_is_refused(text: str, package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", None)
    (root / "ocfl_layout.json").write_text(text)
    assert _refused(package, root, tmp_path / "receipts")


def test_an_object_of_another_program_gets_no_version(package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", FLAT)
    home = root / package.name
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_text("a")
    other = ocfl.Object(identifier=package.name, spec_version="1.0", digest_algorithm="sha512")
    made = ocfl.VersionMetadata(created="2026-11-24T00:00:00Z")
    other.create(srcdir=str(tmp_path / "source"), objdir=str(home), metadata=made)
    assert "OCFL version is 1.0" in _refused(package, root, tmp_path / "receipts")
    (home / "inventory.json").write_text("not JSON")
    assert "is not an OCFL inventory" in _refused(package, root, tmp_path / "receipts")


def test_an_object_of_another_program_is_never_touched(package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", FLAT)
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_text("a")
    other = ocfl.Object(identifier=package.name, spec_version="1.1", digest_algorithm="sha512")
    made = ocfl.VersionMetadata(created="2026-11-24T00:00:00Z")
    home = root / package.name
    other.create(srcdir=str(tmp_path / "source"), objdir=str(home), metadata=made)
    assert "holds something else" in _refused(package, root, tmp_path / "receipts")
    (home / "extensions/0005-mutable-head/head").mkdir(parents=True)
    assert "not yet a version" in _refused(package, root, tmp_path / "receipts")


def test_objects_of_ocfl_1_0_are_read(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", FLAT, version="1.0")
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_text("a")
    other = ocfl.Object(identifier="old", spec_version="1.0", digest_algorithm="sha256")
    made = ocfl.VersionMetadata(created="2026-11-24T00:00:00Z")
    other.create(srcdir=str(tmp_path / "source"), objdir=str(root / "old"), metadata=made)
    (tmp_path / "back").mkdir()
    OcflRoot(f"ocfl:{root}").fetch("old", "v1", tmp_path / "back")
    assert (tmp_path / "back/a.txt").read_text() == "a"
    (root / "old/v1/content/a.txt").write_text("b")
    with pytest.raises(DepositError, match="does not match its digest"):
        OcflRoot(f"ocfl:{root}").fetch("old", "v1", tmp_path / "back")


def test_an_object_that_was_upgraded_from_ocfl_1_0_gets_a_version(
    letter: Path, tmp_path: Path
) -> None:
    to = f"ocfl:{tmp_path / 'root'}"
    for number in (1, 2, 3):
        changed = build_package(letter, tmp_path / str(number), on=date(2026, 11, number)).path
        done = deposit(changed, to, receipts=tmp_path / "receipts")
        home = tmp_path / "root" / done.receipt.location
        if number == 2:
            old = home / "v1/inventory.json"
            data = old.read_bytes().replace(b"ocfl.io/1.1", b"ocfl.io/1.0")
            old.write_bytes(data)
            sidecar = f"{hashlib.sha512(data).hexdigest()} inventory.json\n"
            old.with_name("inventory.json.sha512").write_text(sidecar)
    assert done.receipt.version == "v3"
    passed, _ = ocfl.Object(path=str(home)).validate(log_errors=False)
    assert passed


@pytest.fixture(params=["rocfl", "Fedora", "Fedora after a migration"])
def documented_root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A root with the files that the documentation of another program shows."""
    config = {
        "rocfl": None,  # its defaults are those of the layout
        "Fedora": {
            "digestAlgorithm": "sha256",
            "tupleSize": 3,
            "numberOfTuples": 3,
            "shortObjectRoot": False,
        },
        "Fedora after a migration": {
            "digestAlgorithm": "md5",
            "tupleSize": 2,
            "numberOfTuples": 15,
            "shortObjectRoot": True,
        },
    }[request.param]
    root = make_root(tmp_path / "root", HASHED, config)
    for name in ("ocfl_1.1.md", "ocfl_extensions_1.0.md", f"{HASHED}.md"):
        (root / name).write_text("the text of the specification")
    if request.param == "rocfl":
        (root / "extensions/rocfl-staging").mkdir(parents=True)
    return root


def test_a_root_with_the_files_of_fedora_or_rocfl_takes_a_package(
    package: Path, documented_root: Path, tmp_path: Path
) -> None:
    staging = (documented_root / "extensions/rocfl-staging").is_dir()
    assert deposit(package, f"ocfl:{documented_root}", receipts=tmp_path / "receipts").new
    assert (documented_root / "extensions/rocfl-staging").is_dir() == staging


@pytest.mark.slow
def test_a_root_of_fedora_or_rocfl_takes_a_deposit_killed_at_20_changes(
    letter: Path, documented_root: Path, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("kills.py")
    own = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    words: list[str | Path] = [
        sys.executable,
        script,
        "20",
        f"ocfl:{documented_root}",
        documented_root,
        own,
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr


@pytest.mark.parametrize("text", ["", "ocfl_1.1", "ocfl_1.0\n", "ocfl_1.1\r\n", None])
def test_a_root_or_object_with_a_wrong_declaration_is_refused(
    text: str | None, package: Path, tmp_path: Path
) -> None:
    def declare(folder: Path, name: str) -> None:
        declaration = folder / name
        declaration.unlink(missing_ok=True)
        if text is None:
            declaration.mkdir()
        else:
            declaration.write_bytes(text.replace("ocfl", name[2:].rpartition("_")[0]).encode())

    root = make_root(tmp_path / "root", FLAT)
    home = root / package.name
    home.mkdir()
    (home / "inventory.json").write_text(
        json.dumps({
            "id": package.name, "type": "https://ocfl.io/1.1/spec/#inventory", "head": "v1",
            "digestAlgorithm": "sha512", "manifest": {},
            "versions": {"v1": {"created": "2026-11-24T00:00:00Z", "state": {}}},
        })
    )  # fmt: skip
    assert "0=ocfl_object_1.1 is missing" in _refused(package, root, tmp_path / "receipts")
    declare(home, "0=ocfl_object_1.1")
    reason = "contains only ocfl_object_1.1 and a newline"
    assert reason in _refused(package, root, tmp_path / "receipts")
    declare(root, "0=ocfl_1.1")
    assert "contains only ocfl_1.1 and a newline" in _refused(package, root, tmp_path / "receipts")


def test_an_object_is_not_stored_inside_another_object(package: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", ENCAPSULATED)
    above = root / layout_of(root).path(package.name).partition("/")[0]
    above.mkdir()
    (above / "0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")
    assert "is an object" in _refused(package, root, tmp_path / "receipts")
