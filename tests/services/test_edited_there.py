"""Deposits that a person discarded, withdrew or edited in the repository."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import deposits
from archive_pkg.deposits import retrying
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package
from archive_pkg.projects import read_project
from program import Run
from services import test_restricted_there as stand_ins
from services.test_dataverse import StandIn as Dataverse
from services.test_restricted_there import Rdm, built

pytestmark = pytest.mark.slow

running, addresses, rdm = stand_ins.running, stand_ins.addresses, stand_ins.rdm


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES", ())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return built(tmp_path, "{status: open}")


@pytest.fixture
def change(tmp_path: Path, package: Path) -> Callable[..., Path]:
    """Change words of the record, and build the package again."""

    def change(*pairs: tuple[str, str]) -> Path:
        record = tmp_path / "records" / "sec" / "record.yaml"
        text = record.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        record.write_text(text)
        return build_package(record.parent, package.parent, replace=True).path

    return change


TITLE = ("Letter, A. Lind to C. Moe", "Letter, Anna Lind to Carl Moe")
SUMMARY = ("The plates have arrived.", "The plates came.")


def draft() -> dict[str, Any]:
    (record,) = Rdm.records.values()
    return record


def test_a_discarded_draft_is_created_again_with_a_note(run: Run, package: Path, rdm: str) -> None:
    first = deposits.deposit(package, rdm)
    Rdm.records.clear()
    done = run("deposit", package, "--to", rdm, "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    (note,) = result["findings"]
    assert note["code"] == "deposit-noted"
    assert f"the draft {first.receipt.remote_id} no longer exists" in note["message"]
    assert result["remote_id"] in Rdm.records
    again = run("deposit", package, "--to", rdm)
    assert "already deposited" in again.stdout
    assert "no longer exists" not in again.stdout + again.stderr
    assert list(Rdm.records) == [result["remote_id"]]


def test_a_discarded_draft_without_a_receipt_is_created_again(package: Path, rdm: str) -> None:
    first = deposits.deposit(package, rdm)
    first.path.unlink()
    Rdm.records.clear()
    assert deposits.deposit(package, f"{rdm}?publisher=X", publish=True).notes
    assert draft()["is_published"]


def test_a_changed_package_is_deposited_where_its_draft_was_discarded(
    package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    deposits.deposit(package, rdm)
    Rdm.records.clear()
    done = deposits.deposit(change(TITLE), rdm)
    assert draft()["metadata"]["title"] == TITLE[1]
    assert done.receipt.remote_id == draft()["id"]


@pytest.mark.parametrize("kind", ["inveniordm", "dataverse"])
def test_a_withdrawn_publication_is_deposited_again_only_without_its_receipts(
    package: Path, addresses: dict[str, str], kind: str
) -> None:
    to = f"{addresses[kind]}{'?publisher=X' if kind == 'inveniordm' else ''}"
    deposits.deposit(package, to, publish=True)
    Rdm.records.clear()
    Dataverse.datasets.clear()
    with pytest.raises(DepositError, match="no longer shows") as refusal:
        deposits.deposit(package, to, publish=True)
    assert f"mv {package}.receipts {package}.receipts.old" in refusal.value.hint
    assert not Rdm.records
    assert not Dataverse.datasets
    Path(f"{package}.receipts").rename(f"{package}.receipts.old")
    assert deposits.deposit(package, to, publish=True).receipt.state == "published"


def test_an_edit_is_kept_if_the_record_did_not_change_the_field(
    package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    deposits.deposit(package, rdm)
    draft()["metadata"] |= {"title": "As a person would have it", "funding": [{"id": "1"}]}
    draft()["metadata"]["identifiers"].append({"scheme": "ark", "identifier": "ark:/1/2"})
    done = deposits.deposit(change(SUMMARY), rdm)
    said = draft()["metadata"]
    assert (done.differences, done.notes) == ((), ())
    assert said["title"] == "As a person would have it"
    assert said["description"] == f"<p>{SUMMARY[1]}</p>"
    assert said["funding"] == [{"id": "1"}]
    assert [each["identifier"][:12] for each in said["identifiers"]] == [
        "archive-pkg:", "sec", "ark:/1/2",
    ]  # fmt: skip


def test_an_edit_that_contradicts_the_changed_record_prevents_publishing_once(
    run: Run, package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    to = f"{rdm}?publisher=X"
    deposits.deposit(package, to)
    draft()["metadata"]["title"] = "As a person would have it"
    changed = change(TITLE)
    done = run("deposit", changed, "--to", to, "--publish")
    assert done.returncode == 4
    words = done.stdout + done.stderr
    assert "title was edited in the repository and is kept: “As a person would have it”" in words
    assert TITLE[1] in words
    assert not draft()["is_published"]
    again = deposits.deposit(changed, to, publish=True)
    assert (again.receipt.state, again.differences) == ("published", ())
    assert draft()["metadata"]["title"] == "As a person would have it"


def test_an_edit_is_kept_after_several_changes_of_the_record(
    package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    deposits.deposit(package, rdm)
    draft()["metadata"]["title"] = "As a person would have it"
    deposits.deposit(change(SUMMARY), rdm, page=lambda package: "a page")
    deposits.deposit(package, rdm, page=lambda package: "another page")
    deposits.deposit(change(("plates came", "plates did come")), rdm)
    assert draft()["metadata"]["title"] == "As a person would have it"


def test_a_new_version_keeps_edits_of_the_previous_version(
    package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    to = f"{rdm}?publisher=X"
    first = deposits.deposit(package, to, publish=True).receipt.remote_id
    Rdm.records[first]["metadata"]["title"] = "As a person would have it"
    second = deposits.deposit(change(SUMMARY), to, publish=True)
    said = Rdm.records[second.receipt.remote_id]["metadata"]
    assert second.receipt.remote_id != first
    assert said["title"] == "As a person would have it"
    assert said["publication_date"]
    assert said["version"] == "1"
    assert said["description"] == f"<p>{SUMMARY[1]}</p>"


def test_a_replaced_value_of_unknown_origin_is_reported(
    package: Path, rdm: str, change: Callable[..., Path]
) -> None:
    first = deposits.deposit(package, rdm)
    receipt = json.loads(first.path.read_text())
    del receipt["answer"]["described"]  # like a receipt of an earlier version
    first.path.write_text(json.dumps(receipt))
    draft()["metadata"]["title"] = "As a person would have it"
    done = deposits.deposit(change(SUMMARY), rdm)
    assert "title was replaced; it was “As a person would have it”" in done.notes
    assert draft()["metadata"]["title"] == TITLE[0]


def test_other_creators_are_set_in_a_draft_and_reported_in_a_publication(
    package: Path, rdm: str
) -> None:
    project, _ = read_project(b'editors = [{ name = "Doe, Jane" }]', package / "archive-pkg.toml")
    deposits.deposit(package, rdm)
    edited = deposits.deposit(package, f"{rdm}?creators=editors", project=project)
    assert not edited.new
    (creator,) = draft()["metadata"]["creators"]
    assert creator["person_or_org"]["family_name"] == "Doe"
    deposits.deposit(package, f"{rdm}?publisher=X", publish=True)
    again = deposits.deposit(package, f"{rdm}?creators=senders", publish=True)
    assert again.differences == ("the creators are Doe, Jane, not Lind, Anna",)


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC-BY-4.0", {"id": "cc-by-4.0"}),
        (
            "gpl-3.0-only",
            {
                "title": {"en": "GPL-3.0-only"},
                "link": "https://spdx.org/licenses/GPL-3.0-only.html",
            },
        ),
        ("House terms", {"title": {"en": "House terms"}}),
    ],
)
def test_a_licence_has_an_id_only_if_the_instance_knows_it(
    rdm: str, change: Callable[..., Path], licence: str, said: dict[str, Any]
) -> None:
    rights = f"rights: {{statement: In copyright., licence: {licence}}}\nparts:\n"
    deposits.deposit(change(("parts:\n", rights)), rdm)
    assert draft()["metadata"]["rights"][0] == said


def test_a_language_unknown_to_the_instance_is_described_in_words(
    rdm: str, change: Callable[..., Path]
) -> None:
    spoken = ("file: letter.txt", "file: letter.txt, languages: [en, grc]")
    deposits.deposit(change(spoken), rdm)
    said = draft()["metadata"]
    assert said["languages"] == [{"id": "eng"}]
    assert "Ancient Greek" in json.dumps(said["additional_descriptions"])


def test_a_value_that_the_server_did_not_accept_is_reported(
    package: Path, rdm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Rdm, "errors", [{"field": "metadata.copyright", "messages": ["Unknown field."]}]
    )
    done = deposits.deposit(package, rdm)
    assert done.notes == ("metadata.copyright was not accepted: Unknown field.",)
    assert done.differences == ()


# --- Dataverse


@pytest.fixture
def dataverse(addresses: dict[str, str]) -> str:
    return addresses["dataverse"]


def dataset() -> dict[str, Any]:
    (one,) = Dataverse.datasets.values()
    return one


def field(name: str) -> Any:
    (found,) = [each for each in dataset()["fields"] if each["typeName"] == name]
    return found["value"]


def set_field(name: str, value: str) -> None:
    (found,) = [each for each in dataset()["fields"] if each["typeName"] == name]
    found["value"] = value


@pytest.mark.parametrize("publish", [True, False])
def test_a_changed_package_is_the_next_version_of_its_dataset(
    package: Path, dataverse: str, change: Callable[..., Path], publish: bool
) -> None:
    first = deposits.deposit(package, dataverse, publish=publish)
    dataset()["files"].append({"dataFile": {"id": 999, "filename": "notes.pdf", "md5": "x"}})
    changed = change(TITLE)
    plan = deposits.plan(changed, dataverse)
    assert f"update the dataset {first.receipt.remote_id}" in plan.steps[0]
    second = deposits.deposit(changed, dataverse, publish=publish)
    assert second.receipt.remote_id == first.receipt.remote_id
    assert second.receipt.version == ("v2.0" if publish else "")
    assert field("title") == TITLE[1]
    names = [each["dataFile"]["filename"] for each in dataset()["files"]]
    assert sorted(names) == ["notes.pdf", f"{package.name}.zip"]
    stored = second.receipt.files[0].stored
    assert stored
    assert stored in json.dumps(dataset()["files"])
    again = deposits.deposit(changed, dataverse, publish=publish)
    assert (again.new, again.notes, again.differences) == (False, (), ())


def test_an_earlier_form_of_the_package_becomes_a_new_version_again(
    package: Path, dataverse: str, change: Callable[..., Path]
) -> None:
    deposits.deposit(package, dataverse, publish=True)
    deposits.deposit(change(TITLE), dataverse, publish=True)
    third = deposits.deposit(change(TITLE[::-1]), dataverse, publish=True)
    assert third.receipt.version == "v3.0"
    assert field("title") == TITLE[0]


def test_edits_in_dataverse_are_kept_and_contradictions_reported(
    package: Path, dataverse: str, change: Callable[..., Path]
) -> None:
    deposits.deposit(package, dataverse)
    set_field("title", "As a person would have it")
    dataset()["fields"].append({"typeName": "subtitle", "value": "By a person"})
    quiet = deposits.deposit(change(SUMMARY), dataverse)
    assert (quiet.differences, quiet.notes) == ((), ())
    assert field("title") == "As a person would have it"
    assert field("subtitle") == "By a person"
    assert SUMMARY[1] in json.dumps(field("dsDescription"))
    loud = deposits.deposit(change(TITLE), dataverse, publish=True)
    assert "title was edited in the repository and is kept" in loud.differences[0]
    assert dataset()["versionState"] == "DRAFT"


def test_a_dataset_with_other_settings_is_changed_in_a_draft_and_reported_if_published(
    package: Path, dataverse: str
) -> None:
    deposits.deposit(package, dataverse)
    law = deposits.deposit(package, f"{dataverse}&subject=Law")
    assert (law.new, law.notes, field("subject")) == (False, (), ["Law"])
    deposits.deposit(package, dataverse, publish=True)
    project, _ = read_project(b'editors = [{ name = "Doe, Jane" }]', package / "archive-pkg.toml")
    to = f"{dataverse}&subject=Other&creators=editors"
    other = deposits.deposit(package, to, publish=True, project=project)
    assert other.differences == (
        "subject is Law, not Other",
        "author is Lind, Anna, not Doe, Jane",
    )
    (finding,) = deposits.plan(package, to).report.errors
    assert "names no editors" in finding.message


def test_a_deleted_draft_of_a_dataset_is_created_again_with_a_note(
    package: Path, dataverse: str
) -> None:
    deposits.deposit(package, dataverse)
    Dataverse.datasets.clear()
    done = deposits.deposit(package, dataverse)
    assert "no longer exists; a new one was created" in done.notes[0]
    assert done.receipt.remote_id in Dataverse.datasets
