"""OpenSSH signatures: what is read, what stands, what is refused; stock ssh-keygen agrees."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError
from archive_pkg.packages.signers import read_allowed_signers, read_revoked
from archive_pkg.packages.sshsig import MalformedError, parse

MESSAGE = b"a tag manifest\n"
APPLICATION = b"ssh:"


def field(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def mpint(number: int) -> bytes:
    return field(number.to_bytes(number.bit_length() // 8 + 1))


def armoured(key: bytes, signature: bytes) -> bytes:
    blob = b"SSHSIG" + (1).to_bytes(4)
    blob += b"".join(map(field, (key, b"file", b"", b"sha512", signature)))
    text = base64.encodebytes(blob)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"-----END SSH SIGNATURE-----\n"


def on_token(kind: str) -> tuple[bytes, bytes]:
    """A key on a hardware token, played in software, and its signature of the message."""
    digest = hashlib.sha512(MESSAGE).digest()
    signed = b"SSHSIG" + b"".join(map(field, (b"file", b"", b"sha512", digest)))
    flags = b"\x01" + (7).to_bytes(4)
    payload = hashlib.sha256(APPLICATION).digest() + flags + hashlib.sha256(signed).digest()
    if kind == "sk-ssh-ed25519@openssh.com":
        private = ed25519.Ed25519PrivateKey.generate()
        point = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key = b"".join(map(field, (kind.encode(), point, APPLICATION)))
        raw = private.sign(payload)
    else:
        curve = ec.generate_private_key(ec.SECP256R1())
        point = curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        key = b"".join(map(field, (kind.encode(), b"nistp256", point, APPLICATION)))
        raw = b"".join(map(mpint, decode_dss_signature(curve.sign(payload, _ecdsa()))))
    return key, armoured(key, field(kind.encode()) + field(raw) + flags)


def _ecdsa() -> ec.ECDSA:
    return ec.ECDSA(hashes.SHA256())


@pytest.mark.parametrize(
    "kind", ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]
)
def test_signatures_of_hardware_tokens_stand_here_and_for_ssh_keygen(
    kind: str, tmp_path: Path
) -> None:
    _, data = on_token(kind)
    signature = parse(data)
    assert signature.key_type == kind
    assert signature.stands(MESSAGE)
    assert not signature.stands(MESSAGE + b" ")
    (tmp_path / "sig").write_bytes(data)
    command = ["ssh-keygen", "-Y", "check-novalidate", "-n", "file", "-s", str(tmp_path / "sig")]
    done = subprocess.run(command, input=MESSAGE, capture_output=True, check=True)
    assert signature.fingerprint in done.stdout.decode()


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    blob = base64.encodebytes(b"SSHSIG" + data)
    for text in (
        data,
        b"-----BEGIN SSH SIGNATURE-----\n" + blob + b"-----END SSH SIGNATURE-----\n",
        armoured(data, data),
        armoured(field(b"ssh-ed25519") + data, field(b"ssh-ed25519") + data),
    ):
        try:
            parse(text).stands(MESSAGE)
        except MalformedError:
            continue


def test_a_signature_of_another_kind_than_its_key_is_refused() -> None:
    key, _ = on_token("sk-ssh-ed25519@openssh.com")
    with pytest.raises(MalformedError):
        parse(armoured(key, field(b"ssh-rsa") + field(b"x" * 64) + b"\0" * 5)).stands(MESSAGE)


def test_allowed_signers_with_bad_lines_tell_every_one(tmp_path: Path) -> None:
    file = tmp_path / "allowed"
    file.write_text(
        "# a remark\n\nsomebody\nx@y ssh-ed25519 AAAA\nx@y nonsense ssh-ed25519 AAAA\n"
        'x@y valid-before="soon" ssh-ed25519 AAAA\n'
    )
    with pytest.raises(InvalidError) as refusal:
        read_allowed_signers(file)
    assert [f.location.line for f in refusal.value.report] == [3, 4, 5, 6]


def test_who_is_allowed_as_stock_ssh_keygen_has_it(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "k"], check=True
    )
    public = (tmp_path / "k.pub").read_text().strip()
    file = tmp_path / "allowed"
    file.write_text(
        f'"María <maria@example.org>,editor" namespaces="file" {public}\n'
        f'*@example.org cert-authority {public}\nשרה@example.org valid-after="20200102" {public}\n'
    )
    signers = read_allowed_signers(file)
    assert [signer.principals for signer in signers] == [
        "María <maria@example.org>,editor",
        "שרה@example.org",
    ]
    (tmp_path / "m").write_bytes(MESSAGE)
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", tmp_path / "k", tmp_path / "m"]
    subprocess.run(sign, check=True)
    find = ["ssh-keygen", "-Y", "find-principals", "-s", tmp_path / "m.sig", "-f", file]
    found = subprocess.run(find, input=MESSAGE, capture_output=True, check=True).stdout.decode()
    assert found.splitlines()[0] in signers[0].principals.split(",")


def test_revoked_keys_in_every_form_of_a_revocation_list(tmp_path: Path) -> None:
    for name in "abc":
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name]
        subprocess.run(command, check=True)
    keys = [base64.b64decode((tmp_path / f"{n}.pub").read_text().split()[1]) for n in "abc"]
    shown = subprocess.run(
        ["ssh-keygen", "-lf", tmp_path / "b.pub"], capture_output=True, text=True, check=True
    ).stdout
    spec = tmp_path / "spec"
    spec.write_text(f"sha1: {(tmp_path / 'a.pub').read_text()}hash: {shown.split()[1]}\n")
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", tmp_path / "krl", spec], check=True)
    revoked = read_revoked(tmp_path / "krl")
    assert [key in revoked for key in keys] == [True, True, False]
    (tmp_path / "none").write_text("no keys at all\n")
    with pytest.raises(InvalidError, match="cannot be used"):
        read_revoked(tmp_path / "none")
