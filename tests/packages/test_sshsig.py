"""Test that OpenSSH signatures are accepted and refused as by ssh-keygen."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError
from archive_pkg.packages.signatures.signers import read_allowed_signers, read_revoked
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError, SshReader
from archive_pkg.packages.signatures.ssh_signatures import SshSignature, parse

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
    """Return a key as on a hardware token, and its signature of the message."""
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


def ssh_keygen(*words: str | bytes | Path, cwd: Path | None = None) -> str:
    """Run ssh-keygen, which gets the message as its standard input, and return what it prints."""
    command = ["ssh-keygen", *words]
    done = subprocess.run(command, cwd=cwd, input=MESSAGE, capture_output=True, check=True)
    return done.stdout.decode()


def _ecdsa() -> ec.ECDSA:
    return ec.ECDSA(hashes.SHA256())


@pytest.mark.parametrize(
    "kind", ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]
)
def test_signatures_of_hardware_tokens_are_accepted_as_by_ssh_keygen(
    kind: str, tmp_path: Path
) -> None:
    _, data = on_token(kind)
    signature = parse(data)
    assert signature.key_type == kind
    assert signature.matches(MESSAGE)
    assert not signature.matches(MESSAGE + b" ")
    (tmp_path / "sig").write_bytes(data)
    said = ssh_keygen("-Y", "check-novalidate", "-n", "file", "-s", tmp_path / "sig")
    assert signature.fingerprint in said


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    blob = base64.encodebytes(b"SSHSIG" + data)
    for text in (
        data,
        b"-----BEGIN SSH SIGNATURE-----\n" + blob + b"-----END SSH SIGNATURE-----\n",
        armoured(data, data),
        armoured(field(b"ssh-ed25519") + data, field(b"ssh-ed25519") + data),
    ):
        try:
            parse(text).matches(MESSAGE)
        except SshFormatError:
            continue


def test_a_signature_of_a_different_type_than_its_key_is_refused() -> None:
    key, _ = on_token("sk-ssh-ed25519@openssh.com")
    with pytest.raises(SshFormatError):
        parse(armoured(key, field(b"ssh-rsa") + field(b"x" * 64) + b"\0" * 5)).matches(MESSAGE)


def test_every_malformed_line_of_allowed_signers_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "allowed"
    file.write_text(
        "# a remark\n\nsomebody\nx@y ssh-ed25519 AAAA\nx@y nonsense ssh-ed25519 AAAA\n"
        'x@y valid-before="soon" ssh-ed25519 AAAA\n'
    )
    with pytest.raises(InvalidError) as refusal:
        read_allowed_signers(file)
    assert [f.location.line for f in refusal.value.report] == [3, 4, 5, 6]


def test_lines_of_allowed_signers_are_read_as_by_ssh_keygen(tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "k")
    public = (tmp_path / "k.pub").read_text().strip()
    file = tmp_path / "allowed"
    file.write_text(
        f'"María <maria@example.org>,editor" namespaces="file" {public}\n'
        f'*@example.org cert-authority {public}\nשרה@example.org valid-after="20200102" {public}\n'
    )
    signers = read_allowed_signers(file)
    assert [(signer.principals, signer.is_authority) for signer in signers] == [
        ("María <maria@example.org>,editor", False),
        ("*@example.org", True),
        ("שרה@example.org", False),
    ]
    (tmp_path / "m").write_bytes(MESSAGE)
    ssh_keygen("-q", "-Y", "sign", "-n", "file", "-f", tmp_path / "k", tmp_path / "m")
    found = ssh_keygen("-Y", "find-principals", "-s", tmp_path / "m.sig", "-f", file)
    assert found.splitlines()[0] in signers[0].principals.split(",")


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a message and the keys of an authority, an editor and a stranger."""
    folder = tmp_path_factory.mktemp("certified")
    for name in ("authority", "editor", "stranger"):
        ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name)
    (folder / "m").write_bytes(MESSAGE)
    return folder


def signed_as(folder: Path, *how: str, principals: str = "editor@example.org,boss") -> bytes:
    """Return a signature of the editor with a certificate made with options of ssh-keygen."""
    names = ["-n", principals] if principals else []
    ssh_keygen("-q", "-s", "authority", "-I", "an editor", *names, *how, "editor.pub", cwd=folder)
    (folder / "m.sig").unlink(missing_ok=True)
    ssh_keygen("-q", "-Y", "sign", "-n", "file", "-f", "editor-cert.pub", "m", cwd=folder)
    return (folder / "m.sig").read_bytes()


def stock(folder: Path, *more: str, who: str = "editor@example.org") -> bool:
    """Return whether ssh-keygen accepts the signature as that of a signer."""
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-n", "file", "-I", who]
    command += ["-s", "m.sig", *more]
    return not subprocess.run(
        command, cwd=folder, input=MESSAGE, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    ("line", "how", "principals", "allowed"),
    [
        ("*@example.org cert-authority", ["-V", "-1d:+1d"], "editor@example.org,boss", True),
        ('*@example.org cert-authority,namespaces="git"', [], "editor@example.org", False),
        ("*@example.org,!editor@* cert-authority", [], "editor@example.org", False),
        ("*@example.org cert-authority", ["-V", "-2d:-1d"], "editor@example.org", False),
        ("*@example.org cert-authority", ["-V", "+1d:+2d"], "editor@example.org", False),
        ("*@example.org cert-authority", ["-h"], "editor@example.org", False),
        ("*@example.org cert-authority", [], "boss", False),
        ("*@example.org cert-authority", [], "", False),
        ("*@example.org", [], "editor@example.org", False),
    ],
)
def test_certificates_are_accepted_as_by_ssh_keygen(
    certified: Path, line: str, how: list[str], principals: str, allowed: bool
) -> None:
    signature = parse(signed_as(certified, *how, principals=principals))
    assert signature.certificate
    assert signature.matches(MESSAGE)
    assert not signature.matches(MESSAGE + b" ")
    public = (certified / "authority.pub").read_text()
    (certified / "allowed").write_text(f"{line} {public}")
    now = datetime.now(UTC)
    (signer,) = read_allowed_signers(certified / "allowed")
    assert signer.allows(signature, now) == (("editor@example.org",) if allowed else ())
    assert stock(certified) is allowed
    assert signature.fingerprint in ssh_keygen("-lf", "editor.pub", cwd=certified)


def test_a_certificate_needs_its_authority_and_must_be_unchanged(certified: Path) -> None:
    data = signed_as(certified)
    (certified / "allowed").write_text(
        f"editor@example.org {(certified / 'editor.pub').read_text()}"
    )
    (signer,) = read_allowed_signers(certified / "allowed")
    assert not signer.allows(parse(data), datetime.now(UTC))
    assert not stock(certified)
    raw = base64.b64decode(b"".join(data.splitlines()[1:-1]))
    here = raw.index(b"editor@example.org")
    forged = raw[:here] + b"edit0r" + raw[here + 6 :]
    lines = b"\n".join([data.splitlines()[0], base64.b64encode(forged), data.splitlines()[-1]])
    with pytest.raises(SshFormatError, match="not signed by the authority"):
        parse(lines + b"\n")


@pytest.fixture(scope="module")
def plainly(certified: Path) -> Path:
    """Return a folder with the same keys and the editor's signature without a certificate."""
    folder = certified.parent / "plainly"
    folder.mkdir()
    for name in ("editor", "editor.pub", "stranger.pub", "authority", "authority.pub"):
        shutil.copy(certified / name, folder)
    (folder / "m").write_bytes(MESSAGE)
    ssh_keygen("-q", "-Y", "sign", "-n", "file", "-f", "editor", "m", cwd=folder)
    return folder


WHO = "editor@example.org"
LINES = [
    f"{WHO} KEY",
    f"  \t{WHO} \t KEY a remark",
    f"{WHO} KEY\r",
    f'"{WHO}" KEY',
    f'"Ed It,{WHO}" KEY',
    'edi"tor@example.org" KEY',
    f'"{WHO}"KEY',
    f'"{WHO} KEY',
    "*@example.org KEY",
    "?ditor@example.org KEY",
    "[e]ditor@example.org KEY",
    f"!{WHO},* KEY",
    f"*,!{WHO} KEY",
    "!* KEY",
    "EDITOR@example.org KEY",
    f"someone,{WHO} KEY",
    f"{WHO}, KEY",
    f"# {WHO} KEY",
    f"\u2028{WHO} KEY",
    f"\u00a0{WHO} KEY",
    f"# a remark\u2028{WHO} KEY",
    f"# a remark\x0c{WHO} KEY",
    f"# a remark\x85{WHO} KEY",
    f"{WHO}\u00a0KEY",
    f'{WHO} namespaces="file" KEY',
    f'{WHO} namespaces="git,file" KEY',
    f'{WHO} namespaces="f*" KEY',
    f'{WHO} namespaces="" KEY',
    f'{WHO} namespaces="FILE" KEY',
    f'{WHO} namespaces="!file,*" KEY',
    f'{WHO} namespaces="[f]ile" KEY',
    f'{WHO} namespaces="git" KEY',
    f'{WHO} namespaces="fi\\"le,file" KEY',
    f'{WHO} namespaces="file",namespaces="file" KEY',
    f"{WHO} namespaces=file KEY",
    f"{WHO} namespaces KEY",
    f'{WHO} NameSpaces="file" KEY',
    f'{WHO} namespaces="file", KEY',
    f'{WHO} namespaces="file"x KEY',
    f'{WHO} namespaces="fi le,file" KEY',
    f"{WHO} cert-authority KEY",
    f"{WHO} no-touch-required KEY",
    f'{WHO} valid-after="20200101" KEY',
    f'{WHO} valid-after="20200101Z" KEY',
    f'{WHO} valid-after="20200101z" KEY',
    f'{WHO} valid-after="202001011530" KEY',
    f'{WHO} valid-after="202001011530Z" KEY',
    f'{WHO} valid-after="20200101153059" KEY',
    f'{WHO} valid-after="20200101153059Z" KEY',
    f'{WHO} valid-after="20200101UTC" KEY',
    f'{WHO} valid-after="2020010115" KEY',
    f'{WHO} valid-after="20201301" KEY',
    f'{WHO} valid-after="2020-01-01" KEY',
    f'{WHO} valid-after="" KEY',
    f'{WHO} valid-after="29990101" KEY',
    f'{WHO} valid-before="29990101" KEY',
    f'{WHO} valid-before="20200101" KEY',
    f'{WHO} valid-before="19700101Z" KEY',
    f'{WHO} valid-after="20300101",valid-before="20290101" KEY',
    f'{WHO} valid-after="20200101",valid-before="29990101",namespaces="file" KEY',
    f"{WHO} STRANGER",
    f"{WHO} ssh-rsa KEY",
    f"{WHO}",
    "",
]


def ours(folder: Path, signature: SshSignature, *, who: str = WHO) -> bool:
    """Return whether archive-pkg accepts the signature as that of a signer."""
    try:
        signers = read_allowed_signers(folder / "allowed")
    except InvalidError:
        return False
    return any(one.allows_as(who, signature, datetime.now(UTC)) for one in signers)


def test_each_line_of_allowed_signers_allows_the_same_as_for_ssh_keygen(plainly: Path) -> None:
    signature = parse((plainly / "m.sig").read_bytes())
    for line in LINES:
        for word, name in (("KEY", "editor"), ("STRANGER", "stranger")):
            line = line.replace(word, (plainly / f"{name}.pub").read_text().rpartition(" ")[0])
        (plainly / "allowed").write_bytes(line.encode() + b"\n")
        assert ours(plainly, signature) is stock(plainly), line


def test_times_without_z_are_in_the_local_time_zone(
    plainly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = parse((plainly / "m.sig").read_bytes())
    key = (plainly / "editor.pub").read_text()
    monkeypatch.setenv("TZ", "UTC-9")
    time.tzset()
    try:
        soon = datetime.now(UTC) + timedelta(hours=5)
        for zone, allowed in (("", True), ("Z", False)):
            # Local time is nine hours ahead of UTC, so it has passed the time without Z.
            (plainly / "allowed").write_text(f'{WHO} valid-after="{soon:%Y%m%d%H%M}{zone}" {key}')
            assert ours(plainly, signature) is allowed is stock(plainly)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_list_of_certificates_revokes_their_keys(certified: Path, plainly: Path) -> None:
    signed_as(certified)
    signature = parse((plainly / "m.sig").read_bytes())
    (plainly / "allowed").write_text(f"{WHO} {(plainly / 'editor.pub').read_text()}")
    revoked = plainly / "revoked"
    certificate = (certified / "editor-cert.pub").read_text()
    for text in (certificate, f"  # a remark\n\t{certificate}", f"# x\r\n{certificate}\r\n"):
        revoked.write_text(text)
        assert read_revoked(revoked).revokes(signature)
        assert not stock(plainly, "-r", "revoked")
    revoked.write_text((plainly / "stranger.pub").read_text())
    assert not read_revoked(revoked).revokes(signature)
    assert stock(plainly, "-r", "revoked")


def test_a_key_in_a_different_encoding_is_refused(tmp_path: Path) -> None:
    """Otherwise a revoked key could be used with a zero before its number."""
    ssh_keygen("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", tmp_path / "k")
    (tmp_path / "m").write_bytes(MESSAGE)
    ssh_keygen("-q", "-Y", "sign", "-n", "file", "-f", tmp_path / "k", tmp_path / "m")
    good = parse((tmp_path / "m.sig").read_bytes())
    assert good.matches(MESSAGE)
    reader = SshReader(good.key)
    kind, exponent, modulus = reader.string(), reader.string(), reader.string()
    other = b"".join(map(field, (kind, exponent, b"\0" + modulus)))
    with pytest.raises(SshFormatError):
        parse(armoured(other, good.signature)).matches(MESSAGE)
    with pytest.raises(SshFormatError):
        parse(armoured(good.key + b"\0", good.signature)).matches(MESSAGE)


def test_rsa_over_sha1_and_short_rsa_keys_are_refused() -> None:
    for bits, name, how in ((2048, b"ssh-rsa", hashes.SHA1()), (1024, b"rsa-sha2-256", None)):
        private = rsa.generate_private_key(65537, bits)
        numbers = private.public_key().public_numbers()
        key = field(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)
        signed = b"SSHSIG" + b"".join(
            map(field, (b"file", b"", b"sha512", hashlib.sha512(MESSAGE).digest()))
        )
        raw = private.sign(signed, padding.PKCS1v15(), how or hashes.SHA256())
        data = armoured(key, field(name) + field(raw))
        if how:
            with pytest.raises(SshFormatError, match="type ssh-rsa"):
                parse(data).matches(MESSAGE)
        else:
            assert parse(data).matches(MESSAGE)  # the least that OpenSSH takes


def test_an_rsa_key_of_fewer_than_1024_bits_is_refused() -> None:
    short = field(b"ssh-rsa") + mpint(65537) + mpint((1 << 1022) | 1)
    with pytest.raises(SshFormatError, match="its RSA key is too short: 1023 bits"):
        parse(armoured(short, field(b"rsa-sha2-256") + field(b"x" * 128))).matches(MESSAGE)


def test_changed_flags_of_a_hardware_token_invalidate_the_signature() -> None:
    key, data = on_token("sk-ssh-ed25519@openssh.com")
    signature = parse(data)
    flags = signature.signature[-5:]
    for other in (b"\0" + flags[1:], flags[:4] + b"\x08", flags + b"\0"):
        changed = armoured(key, signature.signature[:-5] + other)
        try:
            assert not parse(changed).matches(MESSAGE)
        except SshFormatError:
            continue


VECTORS = Path(__file__).parents[1] / "fixtures" / "signatures"


def blob(name: str) -> bytes:
    """Return the bytes of a signature that OpenSSH made, without their armour."""
    return base64.b64decode(b"".join((VECTORS / f"{name}.sig").read_bytes().splitlines()[1:-1]))


def fields(name: str) -> list[bytes]:
    """Return a signature's key, namespace, reserved field, hash and raw signature."""
    reader = SshReader(blob(name)[10:])
    return [reader.string() for _ in range(5)]


def armour(data: bytes) -> bytes:
    text = base64.encodebytes(data)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"-----END SSH SIGNATURE-----\n"


def built(*parts: bytes, end: bytes = b"") -> bytes:
    return armour(b"SSHSIG\0\0\0\1" + b"".join(map(field, parts)) + end)


def test_each_field_of_a_signature_must_be_as_openssh_writes_it() -> None:
    key, space, reserved, hashing, signature = fields("rsa")
    assert parse(built(key, space, reserved, hashing, signature)).matches(MESSAGE)
    for data, said in (
        (armour(b"SSHSIH" + blob("rsa")[6:]), "do not begin with SSHSIG"),
        (armour(blob("rsa")[:9] + b"\2" + blob("rsa")[10:]), "it has version 2"),
        (built(key, space, b"x", hashing, signature), "its reserved field is not empty"),
        (built(key, space, reserved, b"sha1", signature), "it uses the hash sha1"),
        (built(key, space, reserved, b"md5", signature), "it uses the hash md5"),
        (
            built(key, space, reserved, hashing, signature, end=b"\0"),
            "it has extra bytes at its end",
        ),
        (built(key, space, reserved, hashing), "it is incomplete"),
        (built(key, "fichier\u00e9".encode(), reserved, hashing, signature), "is not ASCII"),
        (built(b"", space, reserved, hashing, signature), "it is incomplete"),
    ):
        with pytest.raises(SshFormatError, match=said):
            parse(data)
    assert not parse(built(key, b"git", reserved, hashing, signature)).matches(MESSAGE)
    assert not parse(built(key, space, reserved, b"sha256", signature)).matches(MESSAGE)
    more = parse(built(key, space, reserved, hashing, signature + b"\0"))
    with pytest.raises(SshFormatError, match="signature has extra bytes at its end"):
        more.matches(MESSAGE)


def test_text_before_or_after_the_armoured_signature_is_refused() -> None:
    good = armour(blob("rsa"))
    for data in (good, good.strip(), good + b"\n \n", good.replace(b"\n", b"\r\n")):
        assert parse(data).matches(MESSAGE)
    for data in (b"\n" + good, b"x" + good, good + b"x", good + good, good[:-30], b"", blob("rsa")):
        with pytest.raises(SshFormatError, match="it is not one block"):
            parse(data)
    start = good.index(b"U1NIU0lH")
    for data in (good.replace(b"=", b"", 1), good[: start + 5] + b"=" + good[start + 5 :]):
        with pytest.raises(SshFormatError, match="its base64 is malformed"):
            parse(data)


def test_malformed_numbers_in_an_ecdsa_signature_are_refused() -> None:
    key, space, reserved, hashing, signature = fields("ecdsa256")
    reader = SshReader(signature)
    kind, numbers = reader.string(), SshReader(reader.string())
    r, s = numbers.string(), numbers.string()
    for pair in (
        field(b"") + field(s),
        field(r) + field(b""),
        field(b"\xff" + r) + field(s),
        field(r) + field(s) + b"\0",
    ):
        bad = parse(built(key, space, reserved, hashing, field(kind) + field(pair)))
        with pytest.raises(SshFormatError, match="its two numbers are not"):
            bad.matches(MESSAGE)
    swapped = field(kind) + field(field(s) + field(r))
    assert not parse(built(key, space, reserved, hashing, swapped)).matches(MESSAGE)


@pytest.mark.parametrize("name", ["ed25519", "rsa", "ecdsa256", "ecdsa384"])
def test_a_signature_must_have_the_type_of_its_key(name: str) -> None:
    key, space, reserved, hashing, signature = fields(name)
    reader = SshReader(signature)
    reader.string()
    raw = reader.string()
    for kind in (b"ssh-ed25519", b"ssh-rsa", b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp521", b""):
        if kind.decode() != parse(built(*fields(name))).key_type or name == "rsa":
            other = parse(built(key, space, reserved, hashing, field(kind) + field(raw)))
            with pytest.raises(SshFormatError, match="a signature of type"):
                other.matches(MESSAGE)


def test_a_certificate_with_extra_bytes_or_by_a_certified_authority_is_refused() -> None:
    """The authority has not signed extra bytes."""
    certificate, *rest = fields("by-ed25519")
    with pytest.raises(SshFormatError, match="certificate has extra bytes at its end"):
        parse(built(certificate + b"\0", *rest))
    with pytest.raises(SshFormatError, match="it is incomplete"):
        parse(built(certificate[:-1], *rest))
    by = fields("ed25519")[0]
    assert certificate.count(field(by)) == 1
    chained = certificate.replace(field(by), field(certificate))
    with pytest.raises(SshFormatError, match="not signed by the authority it names"):
        parse(built(chained, *rest))
    kind = b"ssh-ed25519-cert-v01@openssh.com"
    unknown = certificate.replace(kind, b"ssh-ed25518-cert-v01@openssh.com")
    with pytest.raises(SshFormatError, match="for a key of the unknown type ssh-ed25518"):
        parse(built(unknown, *rest))


@pytest.mark.parametrize(
    "kind", ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]
)
def test_a_certificate_can_contain_a_key_on_a_token(kind: str, certified: Path) -> None:
    key, data = on_token(kind)
    name = kind.partition("@")[0]
    (certified / f"{name}.pub").write_text(f"{kind} {base64.b64encode(key).decode()}\n")
    who = WHO.encode() + b",caf\xe9"  # a name need not be UTF-8
    ssh_keygen("-q", "-s", "authority", "-I", "x", "-n", who, f"{name}.pub", cwd=certified)
    public = (certified / f"{name}-cert.pub").read_text().split()[1]
    plain = parse(data)
    signature = parse(armoured(base64.b64decode(public), plain.signature))
    assert signature.key == key
    assert signature.certificate
    assert signature.certificate.principals == (WHO, "caf\udce9")
    assert signature.matches(MESSAGE)
