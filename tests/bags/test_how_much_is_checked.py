"""A bag can be checked in part. The verdict says only what was checked, as bagit-python does."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archive_pkg import bags
from archive_pkg.bags.verifying import Checks
from archive_pkg.errors import UsageError
from program import Run

SPOIL: dict[str, Callable[[Path], object]] = {
    "nothing": lambda bag: None,
    "changed": lambda bag: (bag / "data/a.txt").write_bytes(b"onE\n"),
    "longer": lambda bag: (bag / "data/a.txt").write_bytes(b"longer\n"),
    "missing": lambda bag: (bag / "data/a.txt").unlink(),
    "added": lambda bag: (bag / "data/new").touch(),
    "tag file": lambda bag: (bag / "bagit.txt").write_bytes((bag / "bagit.txt").read_bytes()[:-1]),
    "tag file missing": lambda bag: (bag / "more.xml").unlink(),
}
# For each level, the faults that it finds, with `complete` and `valid`.
FOUND: dict[Checks, dict[str, tuple[bool | None, bool | None]]] = {
    "payload-oxum": {
        "longer": (None, False),
        "missing": (None, False),
        "added": (None, False),
    },
    "completeness": {
        "longer": (True, False),
        "missing": (False, False),
        "added": (False, False),
        "tag file missing": (False, False),
    },
}
NOTHING_FOUND: dict[Checks, tuple[bool | None, bool | None]] = {
    "payload-oxum": (None, None),
    "completeness": (True, None),
}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_bytes(b"one\n")
    bags.create(tmp_path / "source", tmp_path / "bag", tag_files={"more.xml": b"<x/>"})
    return tmp_path / "bag"


def bagit_python(bag: Path, checks: Checks) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"payload-oxum": {"fast": True}, "completeness": {"completeness_only": True}}
        return bool(bagit.Bag(str(bag)).is_valid(**options[checks]))


@pytest.mark.parametrize("checks", FOUND)
@pytest.mark.parametrize("fault", SPOIL)
@pytest.mark.parametrize("packed", [False, True])
def test_each_level_finds_its_faults(bag: Path, checks: Checks, fault: str, packed: bool) -> None:
    SPOIL[fault](bag)
    there = bag
    if packed:
        import tarfile

        there = bag.parent / "bag.tar"
        with tarfile.open(there, "w") as archive:
            archive.add(bag, "bag")
    verdict = bags.verify(there, checks=checks)
    wanted = FOUND[checks].get(fault, NOTHING_FOUND[checks])
    assert (verdict.complete, verdict.valid, verdict.checked) == (*wanted, checks)
    assert verdict.report.ok == (fault not in FOUND[checks])
    if not packed:
        # bagit-python ignores missing tag files in bags whose tag manifests list them.
        assert verdict.report.ok == bagit_python(bag, checks) or fault == "tag file missing"


def test_without_payload_oxum_a_fast_check_has_nothing_to_compare(bag: Path) -> None:
    (bag / "bag-info.txt").write_text("Contact-Name: A\n")
    for manifest in bag.glob("tagmanifest*"):
        manifest.unlink()
    verdict = bags.verify(bag, checks="payload-oxum")
    assert [finding.code for finding in verdict.report] == ["payload-oxum-missing"]
    assert (verdict.complete, verdict.valid) == (None, None)
    assert not bagit_python(bag, "payload-oxum")


def test_a_partial_check_reads_no_file_that_it_does_not_need(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive_pkg.bags.folder import Folder

    opened: list[str] = []
    before = Folder.open_descriptor

    def noted(folder: Folder, path: str) -> int:
        opened.append(path)
        return before(folder, path)

    monkeypatch.setattr(Folder, "open_descriptor", noted)
    monkeypatch.setattr(Folder, "digesting", lambda *_: pytest.fail("a checksum was computed"))
    bags.verify(bag, checks="payload-oxum")
    assert opened == ["bagit.txt", "bag-info.txt"]
    bags.verify(bag, checks="completeness")
    assert "data/a.txt" not in opened


def test_the_commands_say_what_was_and_was_not_checked(bag: Path, run: Run) -> None:
    for options, said in (
        (
            ["--fast"],
            "1 payload file, 4 bytes, according to Payload-Oxum; neither completeness nor "
            "checksums were checked",
        ),
        (
            ["--completeness-only"],
            "complete; checksums were not checked, so validity is not known",
        ),
        ([], "complete and valid"),
    ):
        done = run("bag", "verify", bag, *options)
        assert (done.returncode, done.stdout) == (0, f"{bag}: {said}\n")
    (result,) = json.loads(run("bag", "verify", bag, "--fast", "--json").stdout)["results"]
    assert (result["complete"], result["valid"], result["checked"]) == (None, None, "payload-oxum")
    (bag / "data/a.txt").unlink()
    done = run("bag", "verify", bag, "--fast")
    assert done.returncode == 3
    assert f"{bag}: not valid; neither completeness nor checksums were checked" in done.stdout
    done = run("bag", "verify", bag, "--completeness-only")
    assert done.returncode == 3
    assert f"{bag}: not complete\n" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--fast", "--completeness-only"),
        ("--fast", "--profile", "btr-1.0"),
        ("--completeness-only", "--second-opinion"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    bag: Path, run: Run, options: tuple[str, ...]
) -> None:
    done = run("bag", "verify", bag, *options)
    assert done.returncode == 2
    assert "do not work together" in done.stderr


def test_a_library_call_refuses_what_it_cannot_check(bag: Path) -> None:
    with pytest.raises(UsageError, match="a second opinion needs more than completeness"):
        bags.verify(bag, checks="completeness", second_opinion=True)
    with pytest.raises(UsageError, match="a profile needs more than payload-oxum"):
        bags.verify(bag, checks="payload-oxum", profile=bags.load_profile("btr-1.0"))
