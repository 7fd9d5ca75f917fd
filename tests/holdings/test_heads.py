"""Signed heads: the ledger cannot be written anew, and stock tools are enough to see it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from archive_pkg import cli
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.holdings import ledger, sign_head
from authority import Authority

EDITOR = "editor@example.org"


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


def test_stock_tools_alone_check_a_signed_head(
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


def test_a_ledger_written_anew_with_its_head_is_found(book: Path, keys: Path) -> None:
    sign_head(book, key=keys / "editor")
    book.unlink()
    ledger.head_file(book).unlink()
    kept = ledger.heads_folder(book).rename(book.with_name("kept"))
    write(book, 7)
    kept.rename(ledger.heads_folder(book))
    assert codes(book) == ["ledger-head-differs"]


def test_an_end_that_was_cut_off_with_the_head_is_found(book: Path, keys: Path) -> None:
    sign_head(book, key=keys / "editor")
    lines = book.read_bytes().splitlines(keepends=True)
    book.write_bytes(b"".join(lines[:3]))
    ledger.head_file(book).unlink()
    assert "ledger-cut-off" in codes(book)


def test_signing_again_changes_nothing_and_a_later_head_is_signed_beside(
    book: Path, keys: Path
) -> None:
    first = sign_head(book, key=keys / "editor")
    assert not sign_head(book, key=keys / "stranger").new
    write(book, 1)
    assert sign_head(book, key=keys / "stranger").file != first.file
    assert len(ledger.kept_heads(book)) == 2


def test_an_authority_that_fails_leaves_the_signature(
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


def test_what_cannot_be_signed(tmp_path: Path, book: Path, keys: Path) -> None:
    with pytest.raises(StorageError, match="no ledger"):
        sign_head(tmp_path / "none.jsonl", key=keys / "editor")
    with pytest.raises(UsageError, match="nothing was asked for"):
        sign_head(book)
    with pytest.raises(UsageError, match="no signature yet"):
        sign_head(book, timestamp="http://127.0.0.1:9/")


def test_the_report_says_who_signed_and_finds_a_forged_signature(
    letters, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: object) -> tuple[int, str]:
        status = cli.app([*map(str, words)], standalone_mode=False) or 0
        return status, capsys.readouterr().out

    letters(2)
    shelf = tmp_path / "shelf"
    run("build", tmp_path / "letters", "--out", shelf, "--layout", "flat")
    run("audit", "run", shelf)
    assert run("audit", "sign", shelf, "--key", keys / "editor")[0] == 0
    trusting = ("--allowed-signers", keys / "allowed")
    status, said = run("audit", "report", shelf, *trusting)
    assert status == 0
    assert "Entry 2 and all before it: signed with the ssh-ed25519 key" in said
    assert f"of {EDITOR}" in said
    [head] = (shelf / ".archive-pkg").glob("ledger.jsonl.heads/*.head")
    signature = head.with_name(f"{head.name}.sig")
    other = tmp_path / "other"
    other.write_text("2 another\n")
    command = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-n",
        "file",
        "-f",
        str(keys / "editor"),
        str(other),
    ]
    subprocess.run(command, check=True, capture_output=True)
    signature.write_bytes(other.with_name("other.sig").read_bytes())
    status, said = run("audit", "report", shelf, *trusting, "--json")
    told = json.loads(said)
    assert status == 3
    assert not told["results"][0]["signed_heads"][0]["good"]
