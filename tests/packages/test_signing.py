"""Test that packages are signed, timestamped and verified, also with standard tools."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive_pkg import bags
from archive_pkg.bags.archives.serializing import pack
from archive_pkg.bags.updating import update, upgrade
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages import Trust, Verification, build_package, sign, states, verify
from archive_pkg.packages.later_events import load_events, receipts_folder
from archive_pkg.packages.signatures.signing import sign_files
from archive_pkg.packages.signatures.verifying import examine_signatures
from archive_pkg.reports import Report
from authority import Authority
from program import Run
from small_bags import write_bag

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "packages" / "1960-07-18-cpsu-to-sed"
RECORD = ROOT / "records" / GOLDEN.name
SCRIPT = ROOT / "docs" / "how-to" / "check-signed-package.sh"
EDITOR = "editor@example.org"
OUT_OF_TIME = {"signer-out-of-time", "signature-required"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "collection" / GOLDEN.name))


@pytest.fixture
def signed(package: Path, signed_letter: Path) -> Path:
    """Return a copy of the package with the editor's signatures."""
    return add(package, signed_letter, "*.sig")


@pytest.fixture
def stamped(package: Path, signed_letter: Path) -> Path:
    """Return a copy of the package with the editor's signatures and timestamps over them."""
    return add(package, signed_letter, "*")


def add(package: Path, signed: Path, names: str) -> Path:
    (package / "signatures").mkdir()
    for path in (signed / "signatures").glob(names):
        shutil.copy(path, package / "signatures")
    return package


def codes(verification: Verification) -> set[str]:
    return {finding.code for finding in verification.report}


def rebag(package: Path) -> None:
    """Write new manifests after a change, as a forger would."""
    for tags in (False, True):
        files = sorted(p for p in package.rglob("*") if p.is_file())
        names = [p.relative_to(package).as_posix() for p in files]
        wanted = [
            name
            for name in names
            if name.startswith("data/") != tags
            and not name.startswith(("signatures/", "tagmanifest-"))
        ]
        for algorithm in ("sha256", "sha512"):
            lines = [
                f"{hashlib.new(algorithm, (package / name).read_bytes()).hexdigest()}  {name}\n"
                for name in wanted
            ]
            (package / f"{'tag' * tags}manifest-{algorithm}.txt").write_text("".join(lines))


def test_signing_changes_no_existing_file_and_the_result_names_signer_and_time(
    package: Path, keys: Path, authority: Authority
) -> None:
    before = {p: p.read_bytes() for p in package.rglob("*") if p.is_file()}
    first = states(verify(package))
    assert first[0].startswith(
        "All files match the package's checksums (the package was made on 2026-11-24"
    )
    assert first[1] == "Not signed."
    done = sign(package, key=keys / "editor", timestamp=authority.url)
    assert {p: p.read_bytes() for p in before} == before
    assert done.pending == ()
    assert sorted(done.signatures) == [
        "signatures/tagmanifest-sha256.txt.sig",
        "signatures/tagmanifest-sha512.txt.sig",
    ]
    bare = verify(package)
    assert bare.ok
    assert not bare.report.findings
    assert any("whose owner is unknown" in state for state in states(bare))
    assert any("no trusted certificate vouches" in state for state in states(bare))
    known = verify(package, trust=Trust.read(keys / "allowed", None, authority.ca))
    assert known.ok
    assert not known.report.findings
    said = states(known)
    assert said[0].startswith("All files match the package's checksums")
    assert said[1].startswith(f"Signed by {EDITOR} (ssh-ed25519 key SHA256:")
    assert said[2].startswith("Existed before 20")
    assert said[2].endswith("according to “Test time-stamping authority”.")


def test_standard_tools_alone_can_check_a_package(
    stamped: Path, keys: Path, authority: Authority
) -> None:
    sign(stamped, timestamp=authority.url, renew=True)
    command = ["sh", str(SCRIPT), str(stamped), str(keys / "allowed"), EDITOR, str(authority.ca)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('Good "file" signature') == 2
    assert done.stdout.endswith("All good.\n")
    letter = stamped / "data/parts/letter-1960-07-18.txt"
    good = letter.read_bytes()
    letter.write_bytes(good + b" ")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    letter.write_bytes(good + b" ")
    rebag(stamped)
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_a_key_in_an_agent_signs(
    package: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = subprocess.run(
        ["ssh-agent", "-c", "-a", str(tmp_path / "agent")],
        capture_output=True,
        text=True,
        check=True,
    )
    process = int(started.stdout.split("SSH_AGENT_PID ")[1].split(";")[0])
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    try:
        subprocess.run(["ssh-add", "-q", str(keys / "editor")], check=True)
        alone = tmp_path / "public" / "key.pub"
        alone.parent.mkdir()
        shutil.copy(keys / "editor.pub", alone)
        assert sign(package, key=alone).fingerprint.startswith("SHA256:")
    finally:
        os.kill(process, signal.SIGTERM)
    assert verify(package).ok


def test_signing_again_with_one_key_changes_nothing_and_another_key_adds_signatures(
    signed: Path, keys: Path
) -> None:
    assert sign(signed, key=keys / "editor").signatures == ()
    lost = "signatures/tagmanifest-sha512.txt.sig"
    (signed / lost).unlink()
    assert sign(signed, key=keys / "editor").signatures == (lost,)
    assert "signatures/tagmanifest-sha512.txt.2.sig" in sign(signed, key=keys / "rsa").signatures
    verification = verify(signed, trust=Trust.read(keys / "allowed"))
    assert [one.signers for one in verification.signatures] == [(EDITOR,)] * 4
    assert "signatures/tagmanifest-sha512.txt.3.sig" in sign(signed, key=keys / "ecdsa").signatures
    assert not verification.report.findings


def test_without_exchange_of_folders_new_files_are_added_one_by_one(
    signed: Path, keys: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in (signed / "signatures").iterdir()}
    monkeypatch.setattr("archive_pkg.storage.exchange", lambda *_: False)
    done = sign(signed, key=keys / "rsa", timestamp=authority.url)
    assert {path: path.read_bytes() for path in before} == before
    new = [*done.signatures, *done.stamps, *(f"{stamp}.pem" for stamp in done.stamps)]
    assert (len(done.signatures), len(done.stamps)) == (2, 4)
    there = {path.relative_to(signed).as_posix() for path in (signed / "signatures").iterdir()}
    assert there == {*new, *(path.relative_to(signed).as_posix() for path in before)}
    assert not verify(signed, trust=Trust.read(keys / "allowed", None, authority.ca)).report


def test_a_public_key_whose_private_key_is_not_in_an_agent_cannot_sign(
    package: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    shutil.copy(keys / "editor.pub", tmp_path / "alone.pub")
    with pytest.raises(UsageError, match="is not in an agent"):
        sign(package, key=tmp_path / "alone.pub")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="ssh-keygen, which makes signatures, is not installed"):
        sign(package, key=keys / "editor")
    assert not (package / "signatures").exists()


def test_a_bag_without_tag_manifests_is_not_signed(tmp_path: Path, keys: Path) -> None:
    write_bag(tmp_path / "bag", tags=())
    with pytest.raises(InvalidError, match="no tag manifest to sign"):
        sign(tmp_path / "bag", key=keys / "editor")


def test_a_key_with_a_passphrase_needs_a_terminal(package: Path, keys: Path) -> None:
    with pytest.raises(UsageError, match="passphrase, but there is no terminal"):
        sign(package, key=keys / "locked")
    assert not (package / "signatures").exists()
    assert not receipts_folder(package).exists()
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_unusable_keys_are_refused(package: Path, keys: Path, tmp_path: Path) -> None:
    lax = tmp_path / "lax"
    shutil.copy(keys / "editor", lax)
    lax.chmod(0o644)
    with pytest.raises(StorageError, match="other users can read"):
        sign(package, key=lax)
    with pytest.raises(StorageError, match="does not exist"):
        sign(package, key=tmp_path / "nothing")
    none = tmp_path / "none"
    none.write_text("no key\n")
    none.chmod(0o600)
    with pytest.raises(UsageError, match="none is not an OpenSSH key"):
        sign(package, key=none)
    with pytest.raises(UsageError, match="no key is given"):
        sign(package)


def test_an_invalid_package_is_not_signed(package: Path, keys: Path) -> None:
    (package / "data/README.txt").write_text("other")
    with pytest.raises(InvalidError, match="not signed"):
        sign(package, key=keys / "editor")
    assert not (package / "signatures").exists()


def test_a_forged_tag_manifest_is_reported(signed: Path, keys: Path) -> None:
    with (signed / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{'0' * 128}  bag-info.txt2\n")
    verification = verify(signed, trust=Trust.read(keys / "allowed"))
    assert not verification.ok
    assert "signature-wrong" in codes(verification)
    assert any("was changed after signing" in f.message for f in verification.report)


def test_a_package_whose_manifests_were_rewritten_after_signing_is_reported(signed: Path) -> None:
    readme = signed / "data/README.txt"
    readme.write_bytes(readme.read_bytes().replace(b"Letter", b"Lettre"))
    rebag(signed)
    assert bags.verify(signed).valid
    verification = verify(signed)
    assert not verification.ok
    assert codes(verification) == {"signature-wrong"}
    assert all("rewritten after signing" in f.message for f in verification.report.errors)
    assert any("does NOT match its signature" in state for state in states(verification))


def test_states_say_that_signed_files_have_changed(signed: Path, keys: Path) -> None:
    (signed / "data/README.txt").write_text("other")
    said = states(verify(signed, trust=Trust.read(keys / "allowed")))
    assert said[0].startswith("Files or manifests are missing")
    assert any(f"is signed by {EDITOR}" in s and "package is NOT valid" in s for s in said)


def test_an_unknown_signer_and_a_revoked_key_are_errors(
    signed: Path, keys: Path, tmp_path: Path
) -> None:
    (tmp_path / "allowed").write_text(f"{EDITOR} {(keys / 'ecdsa.pub').read_text()}")
    verification = verify(signed, trust=Trust.read(tmp_path / "allowed"))
    assert not verification.ok
    assert codes(verification) == {"signer-unknown", "signature-required"}
    verification = verify(signed, trust=Trust.read(None, keys / "editor.pub"))
    assert not verification.ok
    assert codes(verification) == {"signature-key-revoked"}
    assert any("revoked key" in state for state in states(verification))


def test_if_an_authority_fails_the_signature_is_kept_and_the_timestamp_pending(
    package: Path, keys: Path, authority: Authority
) -> None:
    try:
        for answer, status, said in (
            (b"<html>", 200, "not a timestamp"),
            (b"", 200, "not a timestamp"),
            (b"no", 503, "503"),
        ):
            authority.answer, authority.status = answer, status
            done = sign(package, key=keys / "editor", timestamp=authority.url)
            assert len(done.pending) == 2
            assert said in done.pending[0]
    finally:
        authority.answer, authority.status = None, 200
    done = sign(package, timestamp="http://127.0.0.1:9/")
    assert "cannot be reached" in done.pending[0]
    assert verify(package).ok
    assert any(state.startswith("No timestamp") for state in states(verify(package)))
    later = sign(package, timestamp=authority.url)
    assert len(later.stamps) == 2
    assert later.pending == ()
    with pytest.raises(UsageError, match="not the address"):
        sign(package, timestamp="file:///etc/passwd")


def test_a_timestamp_is_renewed_by_a_timestamp_over_it(stamped: Path, authority: Authority) -> None:
    assert sign(stamped, timestamp=authority.url).stamps == ()
    renewed = sign(stamped, timestamp=authority.url, renew=True)
    assert "signatures/tagmanifest-sha512.txt.sig.tsr.tsr" in renewed.stamps
    verification = verify(stamped, trust=Trust.read(None, None, authority.ca))
    assert not verification.report.findings
    assert [[each.trusted for each in one.stamps] for one in verification.signatures] == [
        [True, True]
    ] * 2
    third = sign(stamped, timestamp=authority.url, renew=True)
    assert "signatures/tagmanifest-sha512.txt.sig.tsr.tsr.tsr" in third.stamps


def test_only_signatures_without_a_timestamp_get_one(stamped: Path, authority: Authority) -> None:
    name = "signatures/tagmanifest-sha512.txt.sig.tsr"
    (stamped / name).unlink()
    assert sign(stamped, timestamp=authority.url).stamps == (name,)


def test_signing_waits_for_another_run_up_to_the_given_time(
    package: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def busy(package: Path, *, wait: float) -> None:
        waited.append(wait)
        raise StorageError("busy")

    monkeypatch.setattr("archive_pkg.storage.Staging", busy)
    for wait in (0, 2.5):
        with pytest.raises(StorageError, match="busy"):
            sign(package, key=keys / "editor", wait=wait)
    assert waited == [0, 2.5]


@pytest.fixture
def keygen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that installs a program as ssh-keygen and returns its folder."""

    def make(lines: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "ssh-keygen").write_text(f"#!/bin/sh\ncd {folder}\n{lines}\n")
        (folder / "ssh-keygen").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return folder

    return make


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        ('echo x > "$8.sig"', UsageError, "is not supported: it is not one block"),
        (
            'cp other.sig "$8.sig"',
            StorageError,
            "ssh-keygen's signature of m does not match the file",
        ),
        ("true", UsageError, "did not sign with .*key\n"),
        (
            "printf '\\n one\\n two \\n \\n' >&2; exit 1",
            UsageError,
            "did not sign with .*key: two\n",
        ),
        (
            "echo load: Permission denied >&2; exit 1",
            StorageError,
            "do not have permission to read",
        ),
        ("echo agent refused operation >&2; exit 1", UsageError, "is not in an agent"),
        ('cp good.sig "$8.sig"; exit 1', UsageError, "did not sign with .*key\n"),
    ],
)
def test_the_reason_why_ssh_keygen_does_not_sign_is_reported(
    tmp_path: Path,
    keys: Path,
    keygen: Callable[[str], Path],
    lines: str,
    kind: type[Exception],
    message: str,
) -> None:
    (tmp_path / "m").write_text("good")
    shutil.copy(keys / "editor", tmp_path / "key")
    (tmp_path / "bin").mkdir()
    for name in ("good", "other"):
        (tmp_path / "bin" / name).write_text(name)
        sign_files(keys / "editor", [tmp_path / "bin" / name])
    keygen(lines)
    with pytest.raises(kind, match=message):
        sign_files(tmp_path / "key", [tmp_path / "m"])


@pytest.mark.parametrize(
    ("terminal", "askpass", "require"),
    [(False, "", "never"), (False, "program", ""), (True, "", ""), (True, "program", "")],
)
def test_ssh_keygen_asks_for_a_passphrase_only_in_a_terminal_or_window(
    tmp_path: Path,
    keys: Path,
    keygen: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    askpass: str,
    require: str,
) -> None:
    said = (
        "echo $SSH_ASKPASS_REQUIRE. $(readlink /proc/$$/fd/0 /proc/$$/fd/1) "
        "$(cut -d' ' -f6 /proc/$$/stat) > said; echo later >&2; exit 1"
    )
    folder = keygen(said)
    monkeypatch.delenv("SSH_ASKPASS_REQUIRE", raising=False)
    monkeypatch.setenv("SSH_ASKPASS", askpass)
    if not askpass:
        monkeypatch.delenv("SSH_ASKPASS")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: terminal))
    with pytest.raises(UsageError) as caught:
        sign_files(keys / "editor", [tmp_path / "m"])
    # In a terminal, the user has seen the program's message.
    assert caught.value.message.endswith("editor" if terminal else ": later")
    how, stdin, stdout, session = (folder / "said").read_text().split()
    assert (how, stdout) == (f"{require}.", "/dev/null")
    assert stdin == (str(Path("/proc/self/fd/0").readlink()) if terminal else "/dev/null")
    assert (session == str(os.getsid(0))) is terminal


def test_a_key_that_is_a_pipe_is_refused(tmp_path: Path, keygen: Callable[[str], Path]) -> None:
    keygen("exit 1")
    os.mkfifo(tmp_path / "key")
    with pytest.raises(StorageError, match="it is a pipe"):
        sign_files(tmp_path / "key", [tmp_path / "m"])


def test_signing_records_its_events_next_to_the_package(
    package: Path, keys: Path, authority: Authority
) -> None:
    sign(package, key=keys / "editor", timestamp=authority.url)
    signing, stamping = load_events(receipts_folder(package))
    assert signing.type == "digital signature generation"
    assert signing.package == GOLDEN.name
    manifest = package / "tagmanifest-sha512.txt"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert signing.inputs["tagmanifest-sha512.txt"] == digest
    assert sorted(signing.inputs) == ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
    assert sorted(signing.outputs) == [
        "signatures/tagmanifest-sha256.txt.sig",
        "signatures/tagmanifest-sha512.txt.sig",
    ]
    assert stamping.inputs == signing.outputs
    assert stamping.type == "timestamping"
    assert sorted(stamping.outputs) == [f"{path}.tsr" for path in sorted(signing.outputs)]
    for path, digest in {**signing.outputs, **stamping.outputs}.items():
        assert hashlib.sha256((package / path).read_bytes()).hexdigest() == digest
    assert (signing.outcome, stamping.outcome) == ("success", "success")
    assert "ssh-ed25519 key SHA256:" in (signing.detail or "")
    assert stamping.detail == f"RFC 3161, by {authority.url}."
    sign(package, key=keys / "editor")
    assert len(load_events(receipts_folder(package))) == 2
    kept = package.parent / "kept"
    sign(package, key=keys / "ecdsa", receipts=str(kept))
    assert len(load_events(receipts_folder(package, kept))) == 1
    sign(package, key=keys / "rsa", timestamp="http://127.0.0.1:9/")
    *_, signing, stamping = load_events(receipts_folder(package))
    assert (signing.outcome, stamping.outcome) == ("success", "fail")
    assert (stamping.inputs, stamping.outputs) == ({}, {})
    assert "Pending: signatures/tagmanifest-sha256.txt.2.sig: it cannot be reached" in (
        stamping.detail or ""
    )


def test_a_signed_package_is_replaced_only_on_request(
    letter: Path, tmp_path: Path, keys: Path
) -> None:
    on = date(2026, 11, 24)
    built = build_package(letter, tmp_path / "out", on=on)
    sign(built.path, key=keys / "editor")
    assert build_package(letter, tmp_path / "out", on=on).outcome == "unchanged"
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter, CC", "title: Brief, CC", 1))
    with pytest.raises(InvalidError) as refusal:
        build_package(letter, tmp_path / "out", on=on, replace=True)
    assert {f.code for f in refusal.value.report} == {"package-signed"}
    with pytest.raises(InvalidError, match="is signed"):
        update(built.path, info=[("Contact-Name", "X")])
    with pytest.raises(InvalidError, match="is signed"):
        upgrade(built.path, algorithms=["md5"])
    assert verify(built.path).signatures
    again = build_package(letter, tmp_path / "out", on=on, replace=True, drop_signatures=True)
    assert "signatures/tagmanifest-sha512.txt.sig" in again.differences
    assert not (built.path / "signatures").exists()
    sign(built.path, key=keys / "editor")
    update(built.path, info=[("Contact-Name", "X")], drop_signatures=True)
    assert verify(built.path).ok
    assert not verify(built.path).signatures


def test_a_signed_package_in_a_zip_is_verified_as_in_its_folder(
    stamped: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    pack(stamped, tmp_path / "package.zip")
    trust = Trust.read(keys / "allowed", None, authority.ca)
    packed, loose = verify(tmp_path / "package.zip", trust=trust), verify(stamped, trust=trust)
    assert packed.ok
    assert packed.signatures == loose.signatures
    assert states(packed) == states(loose)


def test_trust_survives_pickling(package: Path, keys: Path, authority: Authority) -> None:
    trust = Trust.read(keys / "allowed", keys / "ecdsa.pub", authority.ca)
    assert pickle.loads(pickle.dumps(trust)) == trust


def test_the_commands_report_signatures_with_their_exit_status(
    run: Run, package: Path, keys: Path, authority: Authority
) -> None:
    key = keys / "editor"
    done = run("sign", package, "--key", key, "--timestamp", "http://127.0.0.1:9/")
    assert done.returncode == 4
    assert "no timestamp yet" in done.stderr
    done = run("sign", package, "--timestamp", authority.url, "--json")
    assert len(json.loads(done.stdout)["results"][0]["timestamps"]) == 2
    allowed = ("--allowed-signers", keys / "allowed", "--timestamp-ca", authority.ca)
    done = run("verify", package, *allowed)
    assert done.returncode == 0, done.stdout
    assert f"Signed by {EDITOR}" in done.stdout
    done = run("verify", package, *allowed, "--json")
    (result,) = json.loads(done.stdout)["results"]
    assert result["signatures"][0]["signers"] == [EDITOR]
    assert len(result["states"]) == 3
    shown = " ".join(run("show", package, *allowed).stdout.split())
    assert f"Signed by {EDITOR}" in shown
    assert "according to “Test time-stamping authority”" in shown
    shown = " ".join(run("show", package).stdout.split())
    assert "whose owner is unknown" in shown
    assert "no trusted certificate vouches" in shown
    assert run("show", RECORD, *allowed).returncode == 2
    done = run("verify", package, *allowed, "--jobs", "1", "--json")
    assert len(json.loads(done.stdout)["results"][0]["states"]) == 3
    done = run("sign", package, "--key", keys / "locked")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert run("verify", package, "--allowed-signers", "nothing").returncode == 5


def test_the_python_example_in_the_docs_signs_and_names_the_signer(
    package: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/how-to/sign.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    home = package.parent.parent
    package.parent.rename(home / "packages")
    shutil.copy(keys / "editor", home / "id_ed25519")
    shutil.copy(keys / "allowed", home / "allowed_signers")
    monkeypatch.chdir(home)
    exec(compile(code, "sign.md", "exec"), {})
    assert f"Signed by {EDITOR}" in capsys.readouterr().out


def test_a_certificate_names_the_signer_as_long_as_it_is_valid(
    package: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    for name in ("editor", "editor.pub"):
        shutil.copy(keys / name, tmp_path / name.replace("editor", "id"))
    certify = ["ssh-keygen", "-q", "-s", str(keys / "ecdsa"), "-I", "x", "-n", EDITOR]
    subprocess.run([*certify, "-V", "-1d:+1d", tmp_path / "id.pub"], check=True)
    sign(package, key=tmp_path / "id-cert.pub", timestamp=authority.url)
    assert "signer-unknown" in codes(verify(package, trust=Trust.read(keys / "allowed")))
    listed = tmp_path / "allowed"
    listed.write_text(f"*@example.org cert-authority {(keys / 'ecdsa.pub').read_text()}")
    trust = Trust.read(listed, authorities=authority.ca)
    assert f"Signed by {EDITOR} (ssh-ed25519 key" in states(verify(package, trust=trust))[1]
    years_on = datetime.now(UTC) + timedelta(days=400)
    for later, known in ((Trust.read(listed), False), (trust, True)):
        bag, report = bags.Bag.open(package), Report()
        files = {p: bag.read(p) for p in bag.tag_files if "tagmanifest-" in p}
        signed = examine_signatures(bag, files, later, report, years_on)
        assert [one.signers for one in signed] == ([(EDITOR,)] * 2 if known else [()] * 2)
        said = [f.message for f in report if f.code == "signer-out-of-time"]
        assert len(said) == (0 if known else 2)
        assert all(f"certified for {EDITOR} and good from" in message for message in said)
    revoked = Trust.read(listed, keys / "ecdsa.pub", authority.ca)
    assert "signature-key-revoked" in codes(verify(package, trust=revoked))
