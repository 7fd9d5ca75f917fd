"""sign and verify: who signed what, since when, in words; checked with stock tools, too."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags.serializing import pack
from archive_pkg.bags.updating import update, upgrade
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages import Trust, Verification, build_package, sign, states, verify
from archive_pkg.packages.afterwards import load_events, receipts_folder
from archive_pkg.packages.signatures import examine_signatures
from archive_pkg.packages.timestamps import NoStampError, read, request
from archive_pkg.reports import Report
from authority import Authority, serving
from program import Run

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "packages" / "1960-07-18-cpsu-to-sed"
RECORD = ROOT / "records" / GOLDEN.name
SCRIPT = ROOT / "docs" / "how-to" / "check-signed-package.sh"
EDITOR = "editor@example.org"
OUT_OF_TIME = {"signer-out-of-time", "signature-required"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "shelf" / GOLDEN.name))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for kind in ("ed25519", "rsa", "ecdsa"):
        make_key(folder / kind, kind)
    make_key(folder / "locked", "ed25519", passphrase="a secret")
    (folder / "allowed").write_text(
        "".join(f"{EDITOR} {(folder / f'{name}.pub').read_text()}" for name in ("ed25519", "rsa"))
    )
    return folder


def make_key(path: Path, kind: str, passphrase: str = "") -> None:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    command += ["-b", "2048"] if kind == "rsa" else []
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    authority = Authority(tmp_path_factory.mktemp("tsa") / "tsa")
    with serving(authority):
        yield authority


def codes(verification: Verification) -> set[str]:
    return {finding.code for finding in verification.report}


def rebag(package: Path) -> None:
    """Make all lists right again after a change, as a forger would."""
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


def test_signing_changes_nothing_and_the_three_states_are_told_apart(
    package: Path, keys: Path, authority: Authority
) -> None:
    before = {p: p.read_bytes() for p in package.rglob("*") if p.is_file()}
    first = states(verify(package))
    assert first[0].startswith("All files match the package's checksums (created 2026-11-24")
    assert first[1] == "Not signed."
    done = sign(package, key=keys / "ed25519", timestamp=authority.url)
    assert {p: p.read_bytes() for p in before} == before
    assert done.pending == ()
    assert sorted(done.signatures) == [
        "signatures/tagmanifest-sha256.txt.sig",
        "signatures/tagmanifest-sha512.txt.sig",
    ]
    bare = verify(package)
    assert bare.ok
    assert not bare.report.findings
    assert any("whose owner is not known" in state for state in states(bare))
    assert any("no trusted certificate vouches" in state for state in states(bare))
    known = verify(package, trust=Trust.read(keys / "allowed", None, authority.ca))
    assert known.ok
    assert not known.report.findings
    said = states(known)
    assert said[0].startswith("All files match the package's checksums")
    assert said[1].startswith(f"Signed by {EDITOR} (ssh-ed25519 key SHA256:")
    assert said[2].startswith("Existed before 20")
    assert said[2].endswith("according to “Test time-stamping authority”.")


def test_stock_tools_alone_check_it_from_end_to_end(
    package: Path, keys: Path, authority: Authority
) -> None:
    sign(package, key=keys / "ed25519", timestamp=authority.url)
    sign(package, timestamp=authority.url, renew=True)
    command = ["sh", str(SCRIPT), str(package), str(keys / "allowed"), EDITOR, str(authority.ca)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('Good "file" signature') == 2
    assert done.stdout.endswith("All good.\n")
    letter = package / "data/parts/letter-1960-07-18.txt"
    good = letter.read_bytes()
    letter.write_bytes(good + b" ")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    letter.write_bytes(good + b" ")
    rebag(package)
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_stock_ssh_keygen_and_we_agree_on_each_others_signatures(
    package: Path, keys: Path, kind: str
) -> None:
    sign(package, key=keys / kind)
    manifest = package / "tagmanifest-sha512.txt"
    signature = package / "signatures/tagmanifest-sha512.txt.sig"
    check = ["ssh-keygen", "-Y", "check-novalidate", "-n", "file", "-s", str(signature)]
    subprocess.run(check, input=manifest.read_bytes(), check=True, capture_output=True)
    shutil.rmtree(package / "signatures")
    (package / "signatures").mkdir()
    made = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(keys / kind), str(manifest)]
    subprocess.run(made, check=True)
    manifest.with_name("tagmanifest-sha512.txt.sig").rename(signature)
    verification = verify(package)
    assert verification.ok
    assert [one.good for one in verification.signatures] == [True]
    assert "tagmanifest-unsigned" in codes(verification)


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
        subprocess.run(["ssh-add", "-q", str(keys / "ed25519")], check=True)
        alone = tmp_path / "public" / "key.pub"
        alone.parent.mkdir()
        shutil.copy(keys / "ed25519.pub", alone)
        assert sign(package, key=alone).fingerprint.startswith("SHA256:")
    finally:
        os.kill(process, signal.SIGTERM)
    assert verify(package).ok


def test_signing_twice_with_one_key_is_once_and_another_key_adds_its_own(
    package: Path, keys: Path
) -> None:
    sign(package, key=keys / "ed25519")
    assert sign(package, key=keys / "ed25519").signatures == ()
    assert "signatures/tagmanifest-sha512.txt.2.sig" in sign(package, key=keys / "rsa").signatures
    verification = verify(package, trust=Trust.read(keys / "allowed"))
    assert [one.signers for one in verification.signatures] == [(EDITOR,)] * 4
    assert not verification.report.findings


def test_a_passphrase_without_a_terminal_is_one_plain_error(package: Path, keys: Path) -> None:
    with pytest.raises(UsageError, match="passphrase, and there is no terminal"):
        sign(package, key=keys / "locked")
    assert not (package / "signatures").exists()
    assert not receipts_folder(package).exists()
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_a_key_that_others_may_read_is_not_there_or_is_none(
    package: Path, keys: Path, tmp_path: Path
) -> None:
    lax = tmp_path / "lax"
    shutil.copy(keys / "ed25519", lax)
    lax.chmod(0o644)
    with pytest.raises(StorageError, match="others may read"):
        sign(package, key=lax)
    with pytest.raises(StorageError, match="no key"):
        sign(package, key=tmp_path / "nothing")
    none = tmp_path / "none"
    none.write_text("no key\n")
    none.chmod(0o600)
    with pytest.raises(UsageError, match="did not sign"):
        sign(package, key=none)
    with pytest.raises(UsageError, match="nothing was asked"):
        sign(package)


def test_an_invalid_package_is_not_signed(package: Path, keys: Path) -> None:
    (package / "data/README.txt").write_text("other")
    with pytest.raises(InvalidError, match="not signed"):
        sign(package, key=keys / "ed25519")
    assert not (package / "signatures").exists()


def test_a_forged_tag_manifest_is_told_for_what_it_is(package: Path, keys: Path) -> None:
    sign(package, key=keys / "ed25519")
    with (package / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{'0' * 128}  bag-info.txt2\n")
    verification = verify(package, trust=Trust.read(keys / "allowed"))
    assert not verification.ok
    assert "signature-wrong" in codes(verification)
    assert any("it was changed afterwards" in f.message for f in verification.report)


def test_a_package_bagged_anew_after_signing_is_told_for_what_it_is(
    package: Path, keys: Path
) -> None:
    sign(package, key=keys / "ed25519")
    readme = package / "data/README.txt"
    readme.write_bytes(readme.read_bytes().replace(b"Letter", b"Lettre"))
    rebag(package)
    assert bags.verify(package).valid
    verification = verify(package)
    assert not verification.ok
    assert codes(verification) == {"signature-wrong"}
    assert all("bagged again after signing" in f.message for f in verification.report.errors)
    assert any("is NOT what was signed" in state for state in states(verification))


def test_files_changed_under_a_signature_that_stands(package: Path, keys: Path) -> None:
    sign(package, key=keys / "ed25519")
    (package / "data/README.txt").write_text("other")
    said = states(verify(package, trust=Trust.read(keys / "allowed")))
    assert said[0].startswith("NOT VALID")
    assert any(f"is signed by {EDITOR}" in s and "package is NOT valid" in s for s in said)


def test_an_unknown_signer_and_a_revoked_key_are_errors(
    package: Path, keys: Path, tmp_path: Path
) -> None:
    sign(package, key=keys / "ecdsa")
    verification = verify(package, trust=Trust.read(keys / "allowed"))
    assert not verification.ok
    assert codes(verification) == {"signer-unknown", "signature-required"}
    krl = tmp_path / "krl"
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl, keys / "ecdsa.pub"], check=True)
    for revoked in (krl, keys / "ecdsa.pub"):
        verification = verify(package, trust=Trust.read(None, revoked))
        assert not verification.ok
        assert codes(verification) == {"signature-key-revoked"}
        assert any("revoked key" in state for state in states(verification))


def test_a_signature_for_something_else_does_not_count(package: Path, keys: Path) -> None:
    sign(package, key=keys / "ed25519")
    manifest = package / "tagmanifest-sha512.txt"
    key = str(keys / "ed25519")
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", key, str(manifest)]
    subprocess.run(command, check=True)
    made = manifest.with_name("tagmanifest-sha512.txt.sig")
    made.replace(package / "signatures" / made.name)
    verification = verify(package)
    assert not verification.ok
    assert codes(verification) == {"signature-for-other-purpose"}


def test_garbage_in_the_folder_of_signatures(package: Path, keys: Path) -> None:
    sign(package, key=keys / "ed25519")
    (package / "signatures/tagmanifest-sha512.txt.sig").write_bytes(b"\x00garbage")
    (package / "signatures/tagmanifest-sha256.txt.sig.tsr").write_bytes(b"garbage")
    (package / "signatures/notes.txt").write_text("?")
    (package / "signatures/tagmanifest-md5.txt.sig").write_bytes(
        (package / "signatures/tagmanifest-sha256.txt.sig").read_bytes()
    )
    assert codes(verify(package)) >= {
        "signature-malformed",
        "timestamp-malformed",
        "signatures-stray-file",
        "signature-without-subject",
    }


def test_an_authority_that_fails_leaves_the_signature_and_the_timestamp_pending(
    package: Path, keys: Path, authority: Authority
) -> None:
    try:
        for answer, status, said in (
            (b"<html>", 200, "not a timestamp"),
            (b"", 200, "not a timestamp"),
            (b"no", 503, "503"),
        ):
            authority.answer, authority.status = answer, status
            done = sign(package, key=keys / "ed25519", timestamp=authority.url)
            assert len(done.pending) == 2
            assert said in done.pending[0]
    finally:
        authority.answer, authority.status = None, 200
    done = sign(package, timestamp="http://127.0.0.1:9/")
    assert "does not answer" in done.pending[0]
    assert verify(package).ok
    assert any(state.startswith("No timestamp") for state in states(verify(package)))
    later = sign(package, timestamp=authority.url)
    assert len(later.stamps) == 2
    assert later.pending == ()
    with pytest.raises(UsageError, match="no address"):
        sign(package, timestamp="file:///etc/passwd")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", "within 0.5 seconds"),
        (b"HTTP/1.0 200 OK\r\nX", "within 0.5 seconds"),
        (b"", "within 0.5 seconds"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "does not speak HTTP"),
    ],
)
def test_an_authority_that_answers_byte_by_byte_or_not_at_all_is_not_waited_for(
    first: bytes, said: str
) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(first)
                while first and not stop.wait(0.05):
                    connection.sendall(b"x")
                stop.wait()

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        with pytest.raises(NoStampError, match=said):
            request(b"data", f"http://127.0.0.1:{server.getsockname()[1]}/", patience=0.5)
        assert time.monotonic() - started < 5
        stop.set()
        thread.join()


def test_timestamps_by_a_stranger_of_something_else_and_of_tomorrow(
    package: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    sign(package, key=keys / "ed25519", timestamp=authority.url)
    stranger = Authority(tmp_path / "stranger")
    untrusting = verify(package, trust=Trust.read(authorities=stranger.ca))
    assert not untrusting.ok
    assert codes(untrusting) == {"timestamp-untrusted"}
    one = package / "signatures/tagmanifest-sha512.txt.sig.tsr"
    other = package / "signatures/tagmanifest-sha256.txt.sig.tsr"
    good = one.read_bytes()
    one.write_bytes(other.read_bytes())
    assert "timestamp-wrong" in codes(verify(package))
    one.write_bytes(good.replace(b"20", b"30", 1) if b"Z" in good else good)
    assert codes(verify(package)) & {"timestamp-wrong", "timestamp-malformed"}


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_timestamp_with_any_byte_changed_is_told_or_good(authority: Authority) -> None:
    good = request(b"data", authority.url)
    assert read(good).fits(b"data", authority.ca.read_bytes()) == ""
    found = set()
    for at in range(0, len(good), 3):
        changed = good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :]
        try:
            found.add(read(changed).fits(b"data", authority.ca.read_bytes()).partition(":")[0])
        except NoStampError as error:
            found.add(str(error).partition(":")[0])
    assert {
        "it is not a timestamp (RFC 3161), or it is damaged",
        "it cannot be checked",
        "it is over something else",
        "its statement was changed after it was signed",
        "its signature is not that of its certificate's owner",
        "it does not name its signer's certificate (RFC 5816)",
    } <= found


def test_an_expired_certificate_is_advice_to_renew_and_stands_at_its_time(
    package: Path, keys: Path, authority: Authority
) -> None:
    from archive_pkg.packages.signatures import examine_signatures
    from archive_pkg.reports import Report

    sign(package, key=keys / "ed25519", timestamp=authority.url)
    names = [p for p in package.rglob("*") if p.is_file() and "manifest" in p.name]
    files = {p.relative_to(package).as_posix(): p.read_bytes() for p in names}
    stamp = read(files["signatures/tagmanifest-sha512.txt.sig.tsr"])
    trust = Trust.read(keys / "allowed", None, authority.ca)
    report = Report()
    bag = bags.Bag.open(package)
    after = stamp.expires + timedelta(days=1)
    signed = examine_signatures(bag, files, trust, report, now=after)
    assert {finding.code for finding in report} == {"timestamp-certificate-expired"}
    assert all(one.stamps[0].trusted for one in signed)
    report = Report()
    examine_signatures(bag, files, trust, report, now=stamp.time - timedelta(days=1))
    assert {finding.code for finding in report} == {"timestamp-in-future"}


def test_a_timestamp_is_renewed_by_one_over_it(
    package: Path, keys: Path, authority: Authority
) -> None:
    sign(package, key=keys / "ed25519", timestamp=authority.url)
    assert sign(package, timestamp=authority.url).stamps == ()
    renewed = sign(package, timestamp=authority.url, renew=True)
    assert "signatures/tagmanifest-sha512.txt.sig.tsr.tsr" in renewed.stamps
    verification = verify(package, trust=Trust.read(None, None, authority.ca))
    assert not verification.report.findings
    assert [len(one.stamps) for one in verification.signatures] == [2, 2]


def test_a_key_good_until_yesterday_counts_at_the_time_of_its_timestamp(
    package: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    sign(package, key=keys / "ed25519")
    allowed = tmp_path / "allowed"
    key = (keys / "ed25519.pub").read_text()
    allowed.write_text(f'{EDITOR} valid-before="20200101" {key}')
    assert codes(verify(package, trust=Trust.read(allowed))) == OUT_OF_TIME
    allowed.write_text(f'{EDITOR} namespaces="git" {key}')
    assert codes(verify(package, trust=Trust.read(allowed))) == OUT_OF_TIME
    allowed.write_text(f'{EDITOR} valid-after="20200101Z",namespaces="file,git" {key}')
    assert codes(verify(package, trust=Trust.read(allowed))) == set()


def test_what_was_done_stands_beside_the_package_and_not_in_it(
    package: Path, keys: Path, authority: Authority
) -> None:
    sign(package, key=keys / "ed25519", timestamp=authority.url)
    signing, stamping = load_events(receipts_folder(package))
    assert signing.type == "digital signature generation"
    assert signing.package == GOLDEN.name
    manifest = package / "tagmanifest-sha512.txt"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert signing.inputs["tagmanifest-sha512.txt"] == digest
    assert stamping.inputs == signing.outputs
    assert "SHA256:" in (signing.detail or "")


def test_a_signed_package_is_neither_replaced_nor_updated_unless_told(
    letter: Path, tmp_path: Path, keys: Path
) -> None:
    on = date(2026, 11, 24)
    built = build_package(letter, tmp_path / "out", on=on)
    sign(built.path, key=keys / "ed25519")
    assert build_package(letter, tmp_path / "out", on=on).outcome == "unchanged"
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter, CC", "title: Brief, CC", 1))
    with pytest.raises(InvalidError) as refusal:
        build_package(letter, tmp_path / "out", on=on, replace=True)
    assert {f.code for f in refusal.value.report} == {"package-signed"}
    for change in (
        lambda: update(built.path, info=[("Contact-Name", "X")]),
        lambda: upgrade(built.path, algorithms=["md5"]),
    ):
        with pytest.raises(InvalidError, match="is signed"):
            change()
    assert verify(built.path).signatures
    again = build_package(letter, tmp_path / "out", on=on, replace=True, drop_signatures=True)
    assert "signatures/tagmanifest-sha512.txt.sig" in again.differences
    assert not (built.path / "signatures").exists()
    sign(built.path, key=keys / "ed25519")
    update(built.path, info=[("Contact-Name", "X")], drop_signatures=True)
    assert verify(built.path).ok
    assert not verify(built.path).signatures


def test_a_signed_package_in_a_zip_is_verified_as_in_its_folder(
    package: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    sign(package, key=keys / "ed25519", timestamp=authority.url)
    pack(package, tmp_path / "package.zip")
    trust = Trust.read(keys / "allowed", None, authority.ca)
    packed, loose = verify(tmp_path / "package.zip", trust=trust), verify(package, trust=trust)
    assert packed.ok
    assert packed.signatures == loose.signatures
    assert states(packed) == states(loose)


def test_whom_to_believe_is_told_to_every_process(
    package: Path, keys: Path, authority: Authority
) -> None:
    trust = Trust.read(keys / "allowed", keys / "ecdsa.pub", authority.ca)
    assert pickle.loads(pickle.dumps(trust)) == trust


def test_the_commands_say_it_and_end_with_their_status(
    run: Run, package: Path, keys: Path, authority: Authority
) -> None:
    key = keys / "ed25519"
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
    assert "whose owner is not known" in shown
    assert "no trusted certificate vouches" in shown
    assert run("show", RECORD, *allowed).returncode == 2
    done = run("verify", package, *allowed, "--jobs", "1", "--json")
    assert len(json.loads(done.stdout)["results"][0]["states"]) == 3
    done = run("sign", package, "--key", keys / "locked")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert run("verify", package, "--allowed-signers", "nothing").returncode == 5


def test_the_docs_python_signs_and_tells_whose_it_is(
    package: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/how-to/sign.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    home = package.parent.parent
    package.parent.rename(home / "packages")
    shutil.copy(keys / "ed25519", home / "id_ed25519")
    shutil.copy(keys / "allowed", home / "allowed_signers")
    monkeypatch.chdir(home)
    exec(compile(code, "sign.md", "exec"), {})
    assert f"Signed by {EDITOR}" in capsys.readouterr().out


def test_a_certificate_says_whose_the_key_is_for_as_long_as_it_is_good(
    package: Path, keys: Path, authority: Authority, tmp_path: Path
) -> None:
    make_key(tmp_path / "id", "ed25519")
    certify = ["ssh-keygen", "-q", "-s", keys / "ecdsa", "-I", "x", "-n", EDITOR, "-V", "-1d:+1d"]
    subprocess.run([*certify, tmp_path / "id.pub"], check=True)
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
