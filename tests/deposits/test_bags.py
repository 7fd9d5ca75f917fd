"""Bags that were not made from a record: storage takes them, repositories for readers do not."""

from __future__ import annotations

import json
from pathlib import Path

import bagit
import pytest

from archive_pkg import deposits
from archive_pkg.deposits import RefusedError
from archive_pkg.errors import InvalidError
from archive_pkg.packages.building import differing
from program import Run
from small_bags import write_bag

NAME = "Box 1 – Ärzte #2 50%"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """A bag as bagit-python makes it, whose folder has a difficult name."""
    folder = tmp_path / "bags" / NAME
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/é.txt").write_text("é")
    bagit.make_bag(str(folder), {"Contact-Name": "Me"}, checksums=["md5"])
    return folder


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_a_bag_of_bagit_python_is_stored_and_fetched(
    scheme: str, bag: Path, tmp_path: Path
) -> None:
    to = f"{scheme}:{tmp_path / 'there'}"
    planned = deposits.plan(bag, to)
    assert planned.report.ok
    assert any("does not say who may see its files" in note for note in planned.notes)
    (bag / "data/empty").mkdir()
    done = deposits.deposit(bag, to)
    assert done.notes == ("empty folders are not sent: data/empty",)
    (bag / "data/empty").rmdir()
    assert (done.receipt.package, done.receipt.packaging) == (NAME, "BagIt 0.97, as a folder")
    assert done.receipt.verified == "read-back"
    assert not deposits.deposit(bag, to).new
    assert deposits.check_receipt(done.path).ok
    [known] = deposits.ask(bag, to)
    assert known.status.state == "stored"
    assert differing(deposits.fetch(done.path, tmp_path / "back"), bag) == ()


def test_a_bag_becomes_a_version_only_of_the_bag_that_its_receipts_name(
    bag: Path, tmp_path: Path
) -> None:
    to = f"ocfl:{tmp_path / 'root'}"
    deposits.deposit(bag, to)
    other = tmp_path / "others" / NAME
    write_bag(other)
    with pytest.raises(RefusedError, match="cannot be deposited") as refused:
        deposits.deposit(other, to)
    assert "different bag" in refused.value.report.errors[0].message
    bagit.Bag(str(bag)).save(manifests=True)  # without a change
    assert not deposits.deposit(bag, to).new
    (bag / "data/new.txt").write_text("new")
    bagit.Bag(str(bag)).save(manifests=True)
    assert deposits.deposit(bag, to).receipt.version == "v2"


@pytest.mark.parametrize(
    "to",
    ["zenodo:", "dataverse+https://x.example/a?contact=a@x.example", "sword2+https://x.example/1/"],
)
def test_a_repository_that_needs_a_description_refuses_a_bag(to: str, bag: Path) -> None:
    (finding,) = deposits.plan(bag, to, include_restricted=True).report.errors
    assert "needs a description" in finding.message


def test_a_damaged_bag_or_one_without_a_suitable_name_is_refused(bag: Path, tmp_path: Path) -> None:
    hidden = bag.rename(bag.with_name(".hidden"))
    with pytest.raises(InvalidError, match="begins with a dot"):
        deposits.deposit(hidden, f"file:{tmp_path / 'there'}")
    bag = hidden.rename(bag)
    (bag / "data/sub/é.txt").write_text("e")
    with pytest.raises(InvalidError, match="not valid"):
        deposits.deposit(bag, f"file:{tmp_path / 'there'}")
    assert not (tmp_path / "there").exists()


def test_a_package_whose_record_was_damaged_is_not_taken_for_a_bag(package: Path) -> None:
    (package / "data/record.json").write_text("{}")
    with pytest.raises(InvalidError):
        deposits.deposit(package, "file:/nowhere")


def test_bags_and_packages_are_deposited_in_one_call(
    bag: Path, package: Path, run: Run, tmp_path: Path
) -> None:
    done = run("deposit", bag.parent, package, "--to", f"ocfl:{tmp_path / 'root'}", "--json")
    assert done.returncode == 0
    assert {each["remote_id"] for each in json.loads(done.stdout)["results"]} == {
        NAME,
        package.name,
    }
    assert run("receipts", bag, "--check").returncode == 0


def test_a_letter_is_no_version_of_a_bag_with_its_name(package: Path, tmp_path: Path) -> None:
    write_bag(tmp_path / "bags" / package.name)
    to = f"ocfl:{tmp_path / 'root'}"
    deposits.deposit(tmp_path / "bags" / package.name, to)
    with pytest.raises(RefusedError) as refused:
        deposits.deposit(package, to)
    assert "no data/record.json" in refused.value.report.errors[0].message
