"""A forger who can change packages and the ledger cannot hide a removed signature."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.collection import (
    Collection,
    Done,
    Overview,
    accept,
    audit,
    executor_for,
    open_collection,
    repair,
    sign_head,
)
from archive_pkg.collection.audits import ledger
from archive_pkg.errors import InvalidError
from archive_pkg.packages import Trust, sign
from authority import Authority
from program import Run

GOLDEN = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"
EDITOR = "editor@example.org"


@pytest.fixture(scope="module")
def signed(
    signed_letter: Path, keys: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A collection with one package, signed and timestamped and checked once."""
    root = tmp_path_factory.mktemp("signed") / "packages"
    shutil.copytree(signed_letter, root / GOLDEN.name)
    collection = open_collection(root)
    check(collection, Trust.read(keys / "allowed", None, authority.ca))
    sign_head(collection.ledger, key=keys / "editor", timestamp=authority.url)
    return root


@pytest.fixture
def collection(signed: Path, tmp_path: Path) -> Collection:
    return open_collection(shutil.copytree(signed, tmp_path / "packages"))


def check(collection: Collection, trust: Trust | None = None) -> tuple[list[Done], list[str]]:
    """Return the findings of an audit about the package and about the ledger."""
    done: list[Done] = []
    found = audit(
        collection,
        done.append,
        executor=partial(executor_for, 1),
        path=collection.ledger,
        trust=trust,
    )
    return done, [finding.code for finding in found.report]


def entries(collection: Collection) -> list[dict[str, Any]]:
    return [json.loads(line) for line in collection.ledger.read_text().splitlines()]


def package(collection: Collection) -> Path:
    return collection.root / GOLDEN.name


def lost(done: list[Done]) -> list[str]:
    return [f.message for one in done for f in one.findings if f.code == "signature-gone"]


def test_an_audit_records_what_was_signed_by_whom_and_when(collection: Collection) -> None:
    (entry,) = entries(collection)
    (found,) = entry["signed"]
    assert found["key"].startswith("SHA256:")
    assert found["signers"] == [EDITOR]
    assert entry["id"] == GOLDEN.name
    assert found["lists"] == ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
    assert found["times"]
    assert all(time.endswith("+00:00") for time in found["times"])
    done, _ = check(collection)
    assert [one.outcome for one in done] == ["passed"]


def test_a_lost_signature_is_reported_until_it_is_restored_or_accepted(
    collection: Collection, tmp_path: Path
) -> None:
    shutil.copytree(collection.root, tmp_path / "copy")
    shutil.rmtree(package(collection) / "signatures")
    for _ in range(2):
        done, _ = check(collection)
        (message,) = lost(done)
        assert f"of {EDITOR} is gone" in message
        assert done[0].outcome == "failed"
    taken: list[Done] = []
    repair(collection, taken.append, path=collection.ledger, copy=str(tmp_path / "copy"))
    assert [one.outcome for one in taken] == ["repaired"]
    assert (package(collection) / "signatures").is_dir()
    assert not lost(check(collection)[0])
    shutil.rmtree(package(collection) / "signatures")
    assert lost(check(collection)[0])
    accept(collection, [package(collection)], path=collection.ledger, reason="the key was lost")
    done, _ = check(collection)
    assert not lost(done)
    assert done[0].outcome == "passed"


def test_a_manifest_that_lost_its_signature_is_reported(collection: Collection) -> None:
    (package(collection) / "signatures/tagmanifest-sha256.txt.sig").unlink()
    message, *others = lost(check(collection)[0])
    assert message.startswith("the signature of tagmanifest-sha256.txt with the key SHA256:")
    # The two timestamps may have the same time.
    assert all(each.startswith("the timestamp of 20") for each in others)


def test_a_signature_that_replaces_the_first_signers_is_reported(
    collection: Collection, keys: Path
) -> None:
    shutil.rmtree(package(collection) / "signatures")
    sign(package(collection), key=keys / "stranger")
    (message,) = lost(check(collection)[0])
    assert "is gone; now it is signed with SHA256:" in message


def test_an_additional_signature_is_not_reported(collection: Collection, keys: Path) -> None:
    sign(package(collection), key=keys / "stranger")
    done, _ = check(collection)
    assert done[0].outcome == "passed"
    assert len(entries(collection)[-1]["signed"]) == 2


def test_a_lost_timestamp_is_reported(collection: Collection) -> None:
    for path in (package(collection) / "signatures").glob("*.tsr*"):
        path.unlink()
    messages = lost(check(collection)[0])
    assert messages
    assert all("the timestamp of 20" in message for message in messages)


def test_an_audit_with_trusted_signers_fails_packages_signed_by_others(
    collection: Collection, keys: Path
) -> None:
    other = keys / "others"
    other.write_text(f"boss@example.org {(keys / 'stranger.pub').read_text()}")
    done, codes = check(collection, Trust.read(other))
    assert {"signer-unknown", "signature-required"} <= {f.code for f in done[0].findings}
    assert codes == ["signer-unknown"]  # the ledger's head is signed by the editor, too


def test_a_lost_ledger_is_detected_by_its_heads(collection: Collection, run: Run) -> None:
    book = collection.ledger
    kept = book.read_bytes()
    book.unlink()
    for head_too in (False, True):
        if head_too:
            ledger.head_file(book).unlink()
        with pytest.raises(InvalidError) as refusal:
            check(collection)
        assert [f.code for f in refusal.value.report] == ["ledger-cut-off"]
        assert run("audit", "report", collection.root).returncode == 3
        assert run("audit", "run", collection.root).returncode == 3
        assert not book.exists()
    book.write_bytes(kept)
    with pytest.raises(InvalidError) as refusal:
        check(collection)
    assert [f.code for f in refusal.value.report] == ["ledger-head-missing"]


@pytest.mark.parametrize(
    "head", [b"", b"garbage", b"1", b"one two", b"1 2 3", b"\xff\xfe", b"-1 x"]
)
def test_a_garbled_head_stops_an_audit(collection: Collection, head: bytes) -> None:
    check(collection)
    ledger.head_file(collection.ledger).write_bytes(head)
    with pytest.raises(InvalidError):
        check(collection)
    collection.ledger.unlink()
    with pytest.raises(InvalidError):
        check(collection)


def test_lost_entries_are_detected_by_the_signed_head_even_if_the_head_is_set_back(
    collection: Collection, keys: Path
) -> None:
    before, head = collection.ledger.read_bytes(), ledger.head_file(collection.ledger).read_bytes()
    check(collection)
    sign_head(collection.ledger, key=keys / "editor")
    collection.ledger.write_bytes(before)
    ledger.head_file(collection.ledger).write_bytes(head)
    with pytest.raises(InvalidError) as refusal:
        check(collection)
    assert [f.code for f in refusal.value.report] == ["ledger-cut-off"]


def test_a_lost_signature_of_a_head_is_detected_by_the_ledger(
    collection: Collection, keys: Path, run: Run
) -> None:
    _, codes = check(collection)
    assert codes == []
    recorded = [entry for entry in entries(collection) if entry["event"] == "signed head"]
    assert [entry["head"] for entry in recorded] == [1]
    assert recorded[0]["key"].startswith("SHA256:")
    check(collection)
    assert len([entry for entry in entries(collection) if entry["event"] == "signed head"]) == 1
    folder = ledger.heads_folder(collection.ledger)
    kept = {path: path.read_bytes() for path in folder.iterdir()}
    (folder / "000001.head.sig").unlink()
    assert set(check(collection)[1]) == {"ledger-head-signature-gone"}
    assert run("audit", "run", collection.root).returncode == 3
    shutil.rmtree(folder)
    assert check(collection)[1] == ["ledger-head-signature-gone"]
    assert run("audit", "report", collection.root).returncode == 3
    folder.mkdir()
    for path, data in kept.items():
        path.write_bytes(data)
    assert check(collection)[1] == []
    # The signature is replaced by that of a stranger.
    head = folder / "000001.head"
    head.with_name("000001.head.sig").unlink()
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f"]
    subprocess.run([*sign, keys / "stranger", head], check=True, capture_output=True)
    assert "ledger-head-signature-gone" in check(collection)[1]


def test_the_csv_report_has_the_key_that_signed_each_package(collection: Collection) -> None:
    with Overview(collection, collection.ledger) as overview:
        head, line = list(overview.csv_lines())
        assert head.strip().endswith("signed_with")
        assert line.strip().rpartition(",")[2].startswith("SHA256:")


def test_the_report_says_who_signed_the_ledger_and_finds_a_forged_signature(
    collection: Collection, keys: Path, tmp_path: Path, run: Run
) -> None:
    words = ("audit", "report", collection.root, "--allowed-signers", keys / "allowed")
    done = run(*words)
    assert done.returncode == 0
    assert "Entry 1 and all before it: signed with the ssh-ed25519 key" in done.stdout
    assert f"of {EDITOR}" in done.stdout
    other = tmp_path / "other"
    other.write_text("1 another\n")
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f"]
    subprocess.run([*sign, keys / "editor", other], check=True, capture_output=True)
    signature = ledger.heads_folder(collection.ledger) / "000001.head.sig"
    signature.write_bytes(other.with_name("other.sig").read_bytes())
    done = run(*words, "--json")
    assert done.returncode == 3
    assert not json.loads(done.stdout)["results"][0]["signed_heads"][0]["good"]
