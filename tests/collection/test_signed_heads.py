"""Signed heads: nobody can rewrite the ledger unnoticed, and stock tools show it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from archive_pkg import storage
from archive_pkg.cli import app
from archive_pkg.collection import sign_head
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.signed_heads import SignedHeads
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages import Trust
from archive_pkg.reports import Report
from authority import Authority

EDITOR = "editor@example.org"
NOBODY = Trust()


def write(path: Path, count: int) -> None:
    with ledger.held(path, lambda entry: None) as (book, _):
        book.append([{"event": "fixity check", "package": f"p{n}"} for n in range(count)])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.jsonl"
    write(path, 5)
    return path


def codes(path: Path) -> list[str]:
    return [finding.code for finding in ledger.read(path, lambda entry: None)[1]]


def test_a_signed_head_can_be_checked_with_stock_tools_alone(
    book: Path, keys: Path, authority: Authority
) -> None:
    done = sign_head(book, key=keys / "editor", timestamp=authority.url)
    write(book, 3)
    assert done.file.name == "000005.head"
    script = f"""
        set -e
        cd {done.file.parent}
        read number digest < 000005.head
        ssh-keygen -Y verify -f {keys}/allowed -I {EDITOR} -n file -s 000005.head.sig < 000005.head
        openssl ts -verify -data 000005.head.sig -in 000005.head.sig.tsr -CAfile {authority.ca} \
            -untrusted 000005.head.sig.tsr.pem
        test "$(sed -n "${{number}}p" {book} | tr -d '\\n' | sha256sum | cut -c1-64)" = "$digest"
    """
    subprocess.run(["sh", "-c", script], check=True, capture_output=True)
    assert codes(book) == []


def test_a_signed_head_reveals_that_the_ledger_and_its_head_were_rewritten(
    book: Path, keys: Path
) -> None:
    sign_head(book, key=keys / "editor")
    book.unlink()
    ledger.head_file(book).unlink()
    kept = ledger.heads_folder(book).rename(book.with_name("kept"))
    write(book, 7)
    kept.rename(ledger.heads_folder(book))
    assert codes(book) == ["ledger-head-differs"]


def test_a_signed_head_reveals_that_the_ledger_and_its_head_were_cut_off(
    book: Path, keys: Path
) -> None:
    sign_head(book, key=keys / "editor")
    lines = book.read_bytes().splitlines(keepends=True)
    book.write_bytes(b"".join(lines[:3]))
    ledger.head_file(book).unlink()
    assert "ledger-cut-off" in codes(book)


def test_signing_again_changes_nothing_and_a_later_head_is_signed_separately(
    book: Path, keys: Path
) -> None:
    first = sign_head(book, key=keys / "editor")
    assert not sign_head(book, key=keys / "stranger").new
    write(book, 1)
    assert sign_head(book, key=keys / "stranger").file != first.file
    assert len(ledger.kept_heads(book)) == 2


def test_a_signature_is_kept_if_the_timestamp_authority_fails(
    book: Path, keys: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(authority, "status", 503)
        done = sign_head(book, key=keys / "editor", timestamp=authority.url)
    assert done.pending
    assert [path.suffix for path in done.new] == [".sig"]
    later = sign_head(book, timestamp=authority.url)
    assert not later.pending
    assert [path.suffix for path in later.new] == [".tsr", ".pem"]


def test_the_exit_status_says_that_a_timestamp_is_still_missing(
    book: Path, keys: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["audit", "sign", str(book.parent), "--ledger", str(book)]
    words += ["--key", str(keys / "editor"), "--timestamp", authority.url]
    with monkeypatch.context() as patch:
        patch.setattr(authority, "status", 503)
        assert CliRunner().invoke(app, words).exit_code == 4
    assert CliRunner().invoke(app, words).exit_code == 0


def test_unsuitable_heads_and_keys_are_refused(tmp_path: Path, book: Path, keys: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        sign_head(tmp_path / "none.jsonl", key=keys / "editor")
    with pytest.raises(UsageError, match="nothing to do"):
        sign_head(book)
    with pytest.raises(UsageError, match="is not signed"):
        sign_head(book, timestamp="http://127.0.0.1:9/")
    with pytest.raises(UsageError, match="not the address of a time-stamping authority"):
        sign_head(book, key=keys / "editor", timestamp="file:///etc/passwd")
    assert ledger.kept_heads(book) == []
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    with pytest.raises(UsageError, match="has no entries"):
        sign_head(empty, key=keys / "editor")
    book.write_bytes(book.read_bytes()[:-9])
    with pytest.raises(InvalidError, match="was changed or is damaged"):
        sign_head(book, key=keys / "editor")


def test_signing_a_head_writes_the_head_a_signature_and_a_timestamp(
    book: Path, keys: Path, authority: Authority
) -> None:
    done = sign_head(book, key=keys / "editor", timestamp=authority.url)
    folder = ledger.heads_folder(book)
    assert done.file == folder / "000005.head"
    assert done.pending == ""
    assert list(done.report) == []
    assert f"{done.head}\n" == done.file.read_text() == ledger.head_file(book).read_text()
    names = [f"000005.head{end}" for end in (".sig", ".sig.tsr", ".sig.tsr.pem")]
    assert done.new == tuple(folder / name for name in names)
    assert sorted(each.name for each in folder.iterdir()) == ["000005.head", *names]
    again = sign_head(book, key=keys / "editor", timestamp=authority.url)
    assert (again.new, again.pending) == ((), "")


def examined(
    book: Path, trust: Trust = NOBODY, entries: Sequence[dict[str, Any]] = ()
) -> tuple[SignedHeads, dict[str, str]]:
    """Return the signed heads, and the codes of the findings by file name."""
    heads, report = SignedHeads(book), Report()
    for entry in entries:
        heads.take(entry)
    heads.examine(trust, report)
    return heads, {Path(each.location.path).name: each.code for each in report}


def test_signed_heads_are_examined_and_new_valid_ones_get_entries(
    book: Path, keys: Path, authority: Authority
) -> None:
    sign_head(book, key=keys / "editor", timestamp=authority.url)
    write(book, 1)
    sign_head(book, key=keys / "stranger")
    write(book, 1)
    sign_head(book, key=keys / "rsa")
    (ledger.heads_folder(book) / "000007.head").write_text(f"7 {'0' * 64}\n")
    heads, codes = examined(book, Trust.read(keys / "allowed", authorities=authority.ca))
    assert codes == {"000006.head.sig": "signer-unknown", "000007.head.sig": "signature-wrong"}
    assert [head.number for head, _ in heads.signed] == [5, 6, 7]
    first, second, third = (signed for _, signed in heads.signed)
    assert (first.good, second.good, third.good) == (True, True, False)
    assert (first.signers, second.signers, third.signers) == ((EDITOR,), (), ())
    assert [[each.trusted for each in one.stamps] for one in (first, second)] == [[True], []]
    entry, other = heads.new_entries()
    time = first.stamps[0].time.isoformat()
    assert entry == {
        "event": "signed head",
        "head": 5,
        "key": first.fingerprint,
        "signers": [EDITOR],
        "times": [time],
    }
    assert (other["head"], other["key"], other["times"]) == (6, second.fingerprint, [])
    heads, codes = examined(book, entries=[entry])
    assert codes == {"000007.head.sig": "signature-wrong"}
    assert [each["head"] for each in heads.new_entries()] == [6]


def test_a_recorded_signature_must_exist_be_valid_and_have_the_same_key(
    book: Path, keys: Path
) -> None:
    signed = sign_head(book, key=keys / "editor")
    heads, _ = examined(book)
    (entry,) = heads.new_entries()
    head = "000005.head"
    gone = {head: "ledger-head-signature-gone"}
    assert examined(book, entries=[entry])[1] == {}
    assert examined(book, entries=[{**entry, "key": "SHA256:x"}])[1] == gone
    assert examined(book, entries=[{**entry, "head": 4}])[1] == {
        "000004.head": "ledger-head-signature-gone"
    }
    for other in ({**entry, "head": "4"}, {**entry, "head": 4, "event": "missing"}):
        assert examined(book, entries=[entry, other])[1] == {}
    _, codes = examined(book, Trust.read(None, keys / "editor.pub"), [entry])
    assert codes == {f"{head}.sig": "signature-key-revoked", **gone}
    heads, _ = examined(book, Trust.read(None, keys / "editor.pub"))
    assert heads.new_entries() == []
    (signature,) = signed.new
    signature.unlink()
    heads, codes = examined(book)
    assert codes == gone
    assert heads.signed == ()
    signed.file.unlink()
    assert examined(book)[1] == {}
    assert examined(book, entries=[entry])[1] == gone


def test_a_head_that_cannot_be_read_is_not_examined(book: Path, keys: Path) -> None:
    sign_head(book, key=keys / "editor")
    folder = ledger.heads_folder(book)
    (folder / "000001.head").write_text("garbage")
    (folder / "000002.head").mkdir()
    heads, found = examined(book)
    assert found == {}
    assert [head.number for head, _ in heads.signed] == [5]
    assert codes(book) == ["ledger-head-unreadable"] * 2


def test_other_heads_are_examined_if_one_signature_is_missing(book: Path, keys: Path) -> None:
    (gone,) = sign_head(book, key=keys / "editor").new
    write(book, 1)
    sign_head(book, key=keys / "editor")
    gone.unlink()
    heads, found = examined(book)
    assert found == {"000005.head": "ledger-head-signature-gone"}
    assert [head.number for head, _ in heads.signed] == [6]


def test_the_files_of_a_head_and_their_bytes_are_limited(
    book: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (signature,) = sign_head(book, key=keys / "editor").new
    for name, most, message in (
        ("signature-files", 2, "2 files belong to this head, which is too many"),
        ("signature-size", signature.stat().st_size, "too large to read"),
    ):
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"{name}={most}")
        assert examined(book)[1] == {}
        monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"{name}={most - 1}")
        with pytest.raises(StorageError, match=message) as caught:
            examined(book)
        assert f"{name}=" in caught.value.hint


def test_the_certificates_of_a_timestamp_are_written_before_it(
    book: Path, keys: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, a run that is killed in between would leave an incomplete timestamp."""
    write_atomically = storage.write_atomically

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".tsr":
            raise StorageError("the disk is full")
        write_atomically(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write_atomically", full)
        with pytest.raises(StorageError, match="full"):
            sign_head(book, key=keys / "editor", timestamp=authority.url)
    done = sign_head(book, timestamp=authority.url)
    assert all(path.is_file() for path in done.new)
    assert len(done.new) == 2
