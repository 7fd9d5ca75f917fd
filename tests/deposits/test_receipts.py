"""Receipts: how they are written, read, named and summarized."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import storage
from archive_pkg.deposits import load_receipt, receipts, superseded
from archive_pkg.deposits.receipts import Receipt, place_digest, saving
from archive_pkg.deposits.shared_syncs import run_alone
from archive_pkg.errors import InvalidError, StorageError
from program import Run

RECEIPT: dict[str, Any] = {
    "target": "ocfl:/archive",
    "kind": "ocfl",
    "client": "depositor 1.2",
    "packaging": "folder",
    "package": "letter",
    "fingerprint": "0" * 64,
    "manifests": {"manifest-sha256.txt": "1" * 64},
    "payload_oxum": "1.1",
    "remote_id": "letter",
    "version": "v2",
    "location": "/archive/letter",
    "files": [
        {
            "path": "a", "size": 1, "sha256": "2" * 64, "algorithm": "sha256",
            "expected": "2" * 64, "stored": None,
        }
    ],
    "verified": "read-back",
    "started": "2026-11-24T10:00:00Z",
    "ended": "2026-11-24T10:00:05Z",
    "answer": {"id": 1},
}  # fmt: skip


def receipt(**changes: Any) -> Receipt:
    return Receipt.model_validate(RECEIPT | changes)


def test_a_saved_receipt_is_read_back_unchanged(tmp_path: Path) -> None:
    path = run_alone(saving(receipt(), tmp_path))
    assert load_receipt(path) == receipt()
    assert path.read_bytes().startswith(b'{\n  "target": "ocfl:/archive",\n  "kind"')
    assert path.read_bytes().endswith(b"}\n")
    assert (receipt().pid, receipt().status_url, receipt().state) == ("", "", "stored")
    assert run_alone(saving(receipt(pid="10.5072/1"), tmp_path)) == path
    assert load_receipt(path).pid == "10.5072/1"
    assert list(tmp_path.iterdir()) == [path]


def test_a_receipt_is_renamed_after_its_bytes_are_durable(tmp_path: Path) -> None:
    steps = saving(receipt(), tmp_path)
    (staged,) = next(steps)
    assert load_receipt(staged.path) == receipt()
    assert staged.path.name != receipt().name
    assert next(steps) == [(tmp_path, storage.sync_folder)]
    assert [path.name for path in tmp_path.iterdir()] == [receipt().name]
    with pytest.raises(StopIteration):
        next(steps)


def test_the_name_of_a_receipt_depends_on_the_place_of_the_deposit(tmp_path: Path) -> None:
    name = receipt().name
    assert name == f"ocfl-{place_digest('ocfl:/archive', 'letter')}-v2.json"
    assert len(place_digest("ocfl:/archive", "letter")) == 8
    assert receipt(version="").name == name.replace("-v2", "")
    others = (
        {"target": "ocfl:/other"},
        {"remote_id": "other"},
        {"version": "v1"},
        {"kind": "file"},
    )
    assert len({name, *(receipt(**each).name for each in others)}) == 5
    assert receipt(state="draft", fingerprint="5" * 64).name == name
    assert place_digest("ab", "c") != place_digest("a", "bc")


@pytest.mark.parametrize(
    ("verified", "outcome", "proof"),
    [
        ("server-digest", "success", "the repository's digests are those of what was sent"),
        (
            "read-back",
            "success",
            "all files were read back, and their digests are those of what was sent",
        ),
        ("unverified", "warning", "not verified"),
    ],
)
def test_the_event_of_a_deposit_says_how_the_deposit_was_verified(
    verified: str, outcome: str, proof: str
) -> None:
    event = receipt(verified=verified).event()
    assert event.model_dump() == {
        "type": "deposit",
        "time": datetime(2026, 11, 24, 10, 0, 5, tzinfo=UTC),
        "package": "letter",
        "software": "depositor",
        "version": "1.2",
        "inputs": {"manifest-sha256.txt": "1" * 64},
        "outputs": {},
        "outcome": outcome,
        "detail": f"Into ocfl:/archive as letter, v2; {proof}.",
    }
    without = receipt(verified=verified, version="").event()
    assert without.detail == f"Into ocfl:/archive as letter; {proof}."


@pytest.mark.parametrize(
    ("verified", "state", "settled"),
    [
        ("read-back", "stored", True),
        ("server-digest", "draft", True),
        ("server-digest", "published", True),
        ("server-digest", "pending", False),
        ("unverified", "stored", False),
    ],
)
def test_a_deposit_is_settled_if_it_is_verified_and_not_pending(
    verified: str, state: str, settled: bool
) -> None:
    assert receipt(verified=verified, state=state).settled is settled


def test_the_summary_of_a_receipt_has_its_place_and_state() -> None:
    assert receipt(pid="10.5072/1", state="draft").summary() == {
        "target": "ocfl:/archive", "remote_id": "letter", "version": "v2", "state": "draft",
        "location": "/archive/letter", "pid": "10.5072/1", "concept_pid": "",
        "verified": "read-back",
    }  # fmt: skip


def test_the_concept_identifier_is_that_of_all_versions() -> None:
    zenodo = {"record": {"conceptdoi": "10.5281/zenodo.1"}}
    invenio = {"record": {"parent": {"pids": {"doi": {"identifier": "10.1/c"}}}}}
    assert receipt(kind="inveniordm", answer=zenodo).concept_pid == "10.5281/zenodo.1"
    assert receipt(kind="inveniordm", answer=invenio).concept_pid == "10.1/c"
    assert receipt(kind="inveniordm", answer={"record": {}}).concept_pid == ""
    assert receipt(kind="dataverse", pid="doi:10.2/D").concept_pid == "doi:10.2/D"


def test_drafts_and_earlier_receipts_of_the_same_deposit_are_superseded() -> None:
    def at(hour: int, **fields: Any) -> Receipt:
        return receipt(ended=datetime(2026, 11, 24, hour, tzinfo=UTC), **fields)

    assert superseded(
        [
            at(1, remote_id="r1", state="draft"),  # discarded
            at(2, remote_id="r2", state="draft"),
            at(3, remote_id="r2", state="published"),
            at(4, remote_id="r3", version="v3", state="published"),
            at(5, target="ocfl:/other", remote_id="r9"),
        ]
    ) == [True, True, False, False, False]


def test_the_receipts_of_a_folder_are_one_table(package: Path, run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("deposit", package, "--to", f"ocfl:{tmp_path / name}").returncode == 0
    (package.parent / "x.receipts").mkdir()
    (package.parent / "x.receipts/bad.json").write_text("{}")
    done = run("receipts", package.parent, "--csv", tmp_path / "all.csv", "--json")
    assert done.returncode == 3
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text().splitlines()))
    assert [(row["package"], row["state"], row["superseded"]) for row in rows] == [
        (package.name, "stored", "no")
    ] * 2
    assert {row["target"] for row in rows} == {f"ocfl:{tmp_path / n}" for n in ("one", "two")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fingerprint": "0" * 63}, "fingerprint: String should match"),
        ({"fingerprint": "G" * 64}, "fingerprint: String should match"),
        ({"package": "../letter"}, "package: "),
        ({"verified": "trust me"}, "verified: "),
        ({"state": "lost"}, "state: "),
        ({"more": 1}, "more: Extra inputs"),
        ({"started": "today"}, "started: "),
        ({"files": [RECEIPT["files"][0] | {"sha256": "2" * 65}]}, "files.0.sha256: "),
        ({"files": [RECEIPT["files"][0] | {"more": 1}]}, "files.0.more: "),
        ({"target": "ocfl:/archive\u202e"}, "the target has invisible characters"),
    ],
)
def test_an_invalid_receipt_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(RECEIPT | change))
    with pytest.raises(InvalidError) as refusal:
        load_receipt(path)
    assert str(path) in refusal.value.message
    assert message in refusal.value.message


def test_a_file_that_is_not_json_is_refused_as_a_receipt(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{")
    with pytest.raises(InvalidError, match=r"a\.json is not a receipt: it is not JSON") as refusal:
        load_receipt(path)
    assert "a file that `deposit` wrote" in refusal.value.hint
    path.write_text(json.dumps({key: RECEIPT[key] for key in RECEIPT if key != "answer"}))
    with pytest.raises(InvalidError, match="answer: the field is missing"):
        load_receipt(path)


def test_a_receipt_larger_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = run_alone(saving(receipt(), tmp_path))
    monkeypatch.setattr(receipts, "RECEIPT_LIMIT", path.stat().st_size)
    assert load_receipt(path) == receipt()
    monkeypatch.setattr(receipts, "RECEIPT_LIMIT", path.stat().st_size - 1)
    with pytest.raises(InvalidError, match="too large for a receipt"):
        load_receipt(path)


def test_a_receipt_that_cannot_be_read_or_written_raises_a_storage_error(
    tmp_path: Path,
) -> None:
    with pytest.raises(StorageError, match=r"none\.json does not exist"):
        load_receipt(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(StorageError):
        load_receipt(tmp_path / "pipe.json")
    with pytest.raises(StorageError, match="writing a receipt into"):
        run_alone(saving(receipt(), tmp_path / "none"))
