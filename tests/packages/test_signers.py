"""Test which signatures allowed signers allow, and which ones revocation lists revoke."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages.signatures.signers import (
    Revoked,
    RevokedCertificates,
    Signer,
    read_allowed_signers,
    read_revoked,
)
from archive_pkg.packages.signatures.ssh_certificates import Certificate
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError
from archive_pkg.packages.signatures.ssh_signatures import SshSignature, parse

VECTORS = Path(__file__).parents[1] / "fixtures" / "signatures"
"""Made with OpenSSH by the script in the folder."""
MESSAGE = b"a tag manifest\n"
EDITOR = "editor@example.org"
KINDS = ("ed25519", "rsa", "ecdsa256", "ecdsa384", "ecdsa521")
THEN = datetime(2020, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@cache
def signature(name: str) -> SshSignature:
    return parse((VECTORS / f"{name}.sig").read_bytes())


def public(name: str) -> str:
    return (VECTORS / f"{name}.pub").read_text()


@pytest.fixture
def allowed(tmp_path: Path) -> Callable[[str], Signer]:
    """Return a function that reads the signer of one line."""

    def read(line: str) -> Signer:
        (tmp_path / "allowed").write_text(line)
        (signer,) = read_allowed_signers(tmp_path / "allowed")
        return signer

    return read


@pytest.mark.parametrize(
    "name", [*KINDS, *(f"{how}-{kind}" for how in ("certified", "by") for kind in KINDS)]
)
def test_signatures_and_certificates_of_each_kind_of_key_are_verified(name: str) -> None:
    good = signature(name)
    assert good.matches(MESSAGE)
    assert not good.matches(MESSAGE[:-1])
    raw = bytearray(good.signature)
    raw[-1] ^= 1
    changed = SshSignature(good.key, good.namespace, good.hashing, bytes(raw), good.certificate)
    assert not changed.matches(MESSAGE)
    other = SshSignature(good.key, "git", good.hashing, good.signature, good.certificate)
    assert not other.matches(MESSAGE)
    assert (good.certificate is None) == (name in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_that_its_authority_did_not_sign_is_refused(kind: str) -> None:
    """The last byte of the authority's signature is changed, for each type of key."""
    first, *lines, last = (VECTORS / f"by-{kind}.sig").read_bytes().splitlines()
    data = bytearray(base64.b64decode(b"".join(lines)))
    data[13 + int.from_bytes(data[10:14])] ^= 1  # after the magic bytes and the version
    with pytest.raises(SshFormatError, match="not signed by the authority it names"):
        parse(b"\n".join((first, base64.b64encode(data), last)))


def test_a_certificate_is_read_with_all_its_fields() -> None:
    certificate = signature("by-rsa").certificate
    assert certificate is not None
    assert certificate.serial == 7
    assert certificate.key_id == b"an editor"
    assert certificate.principals == (EDITOR, "boss")
    assert certificate.is_of_user
    assert certificate.key == signature("by-rsa").key
    assert certificate.authority == signature("rsa").key
    assert certificate.span == "good from 2020-01-01 to 2021-01-01"
    forever = signature("forever").certificate
    assert forever is not None
    assert forever.span == "good from 1970-01-01 on"
    assert forever.is_good(datetime(9000, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_key_allows_only_its_own_signatures_and_an_authority_only_certified_ones(
    kind: str, allowed: Callable[[str], Signer]
) -> None:
    key = allowed(f"{EDITOR} {public(kind)}")
    authority = allowed(f"*@example.org cert-authority {public(kind)}")
    own, certified, by = (signature(name) for name in (kind, f"certified-{kind}", f"by-{kind}"))
    assert [key.allows(one, THEN) for one in (own, certified, by)] == [(EDITOR,), (), ()]
    assert [key.knows(one) for one in (own, certified, by)] == [True, False, False]
    assert authority.allows(by, THEN) == (EDITOR,)
    assert not authority.knows(own)
    assert authority.allows(own, THEN) == ()
    assert authority.knows(certified) is (kind == "ed25519")


def test_an_authority_allows_the_names_in_a_certificate_that_match_the_line(
    allowed: Callable[[str], Signer],
) -> None:
    by = signature("by-rsa")
    assert allowed(f"* cert-authority {public('rsa')}").allows(by, THEN) == (EDITOR, "boss")
    some = allowed(f"!editor@*,* cert-authority {public('rsa')}")
    assert some.allows(by, THEN) == ("boss",)
    assert some.allows_as("boss", by, THEN)
    assert not some.allows_as(EDITOR, by, THEN)
    assert not some.allows_as("*", by, THEN)
    assert not allowed(f"* cert-authority {public('ecdsa256')}").allows(by, THEN)


def test_a_key_in_allowed_signers_allows_the_signers_on_its_line(
    allowed: Callable[[str], Signer],
) -> None:
    line = allowed(f"{EDITOR},*@archive.org {public('rsa')}")
    own = signature("rsa")
    assert line.allows_as(EDITOR, own, THEN)
    assert line.allows_as("x@archive.org", own, THEN)
    assert not line.allows_as("boss", own, THEN)
    assert not line.allows_as(EDITOR, signature("ed25519"), THEN)


def test_a_name_in_a_certificate_is_not_a_pattern(allowed: Callable[[str], Signer]) -> None:
    by = signature("by-rsa")
    assert by.certificate is not None
    anybody = replace(by, certificate=replace(by.certificate, principals=("*",)))
    line = allowed(f"* cert-authority {public('rsa')}")
    assert line.allows(anybody, THEN) == ("*",)
    assert line.allows_as("*", anybody, THEN)
    assert not line.allows_as(EDITOR, anybody, THEN)


def test_comments_and_empty_lines_are_skipped(tmp_path: Path) -> None:
    key = public("rsa").strip()
    (tmp_path / "allowed").write_text(f"# {key}\n\n  \t\n\t# {key}\n#x {key}\n{EDITOR} {key}")
    assert [one.principals for one in read_allowed_signers(tmp_path / "allowed")] == [EDITOR]


@pytest.mark.parametrize("name", ["host", "nobody"])
def test_a_certificate_for_a_host_or_without_names_allows_no_signer(
    name: str, allowed: Callable[[str], Signer]
) -> None:
    authority = allowed(f"* cert-authority {public('ed25519')}")
    assert authority.knows(signature(name))
    assert authority.allows(signature(name), THEN) == ()


def test_a_certificate_is_valid_from_its_first_second_until_before_its_end(
    allowed: Callable[[str], Signer],
) -> None:
    authority = allowed(f"* cert-authority {public('rsa')}")
    first, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    times = [first - SECOND, first, end - SECOND, end]
    good = [bool(authority.allows(signature("by-rsa"), time)) for time in times]
    assert good == [False, True, True, False]


@pytest.mark.parametrize(("name", "role"), [("rsa", ""), ("by-rsa", "cert-authority,")])
def test_a_line_of_allowed_signers_is_valid_from_its_first_to_its_last_second(
    name: str, role: str, allowed: Callable[[str], Signer]
) -> None:
    """Both times are included, as in OpenSSH, for keys and for authorities."""
    span = 'valid-after="20200301120000Z",valid-before="202005011200Z"'
    line = allowed(f"* {role}{span} {public('rsa')}")
    first = datetime(2020, 3, 1, 12, tzinfo=UTC)
    last = datetime(2020, 5, 1, 12, tzinfo=UTC)
    assert (line.after, line.before) == (first, last)
    times = [first - SECOND, first, last, last + SECOND]
    good = [bool(line.allows(signature(name), time)) for time in times]
    assert good == [False, True, True, False]
    open_ended = allowed(f'* {role}valid-after="20200301Z" {public("rsa")}')
    assert open_ended.before is None
    assert open_ended.after == datetime(2020, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["rsa", "by-rsa"])
def test_a_line_of_allowed_signers_allows_only_its_namespaces(
    name: str, allowed: Callable[[str], Signer]
) -> None:
    role = "cert-authority," if name != "rsa" else ""
    for namespaces, good in (("git", False), ("git,file", True), ("!file,*", False), ("*", True)):
        line = allowed(f'* {role}namespaces="{namespaces}" {public("rsa")}')
        assert bool(line.allows(signature(name), THEN)) is good


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("somebody", "the line has no key"),
        ('"somebody KEY', "a quotation mark is not closed"),
        ("x\0y KEY", "the line has a NUL byte"),
        ("x unknown KEY", "the option unknown is not known"),
        ('x namespaces="a"namespaces="b" KEY', 'the option namespaces="a"namespaces="b" is not'),
        (
            'x valid-after="20200101",valid-after="20200101" KEY',
            "valid-after is given more than once",
        ),
        ('x namespaces="a KEY', "or a quotation mark in its options is not closed"),
        ('x valid-after="soon" KEY', "'soon' is not a time such as"),
        ('x valid-after="19700101Z" KEY', "'19700101Z' is not a time such as"),
        ('x valid-after="20200101Z",valid-before="20200101Z" KEY', "is not later than"),
        ('x valid-after="20200102Z",valid-before="20200101Z" KEY', "is not later than"),
        ("x ssh-rsa KEY", "the option ssh-rsa is not known"),
        ("x ssh-ed25519 @@@@", "the option ssh-ed25519 is not known"),
        ("x KEY@", "the option ssh-ed25519 is not known"),
        ("x CERTIFICATE", "list the key itself, or its authority as cert-authority"),
        ("x nothing AAAAB25vdGhpbmc=", "the key is of the unknown type nothing"),
    ],
)
def test_a_malformed_line_is_reported_with_the_reason(line: str, said: str, tmp_path: Path) -> None:
    key = public("ed25519").strip()
    line = line.replace("KEY", key).replace("CERTIFICATE", public("certified-rsa-cert"))
    (tmp_path / "allowed").write_text(f"# {key}\n\n{EDITOR} {key}\n{line}\n")
    with pytest.raises(InvalidError, match="has lines that cannot be read") as refusal:
        read_allowed_signers(tmp_path / "allowed")
    (found,) = refusal.value.report
    assert found.code == "allowed-signers-line-malformed"
    assert found.location.line == 4
    assert said in found.message


def test_a_line_of_allowed_signers_may_be_valid_for_one_second(
    allowed: Callable[[str], Signer],
) -> None:
    line = allowed(
        f'x valid-after="20200101000000Z",valid-before="20200101000001Z" {public("rsa")}'
    )
    assert line.before is not None
    assert line.after is not None
    assert line.before - line.after == SECOND


CERTIFIED = {"certified-rsa", "by-ed25519"}
"""The certificates with numbers by the authority with the Ed25519 key."""


@pytest.mark.parametrize(
    ("listed", "revoked"),
    [
        ("ed25519.krl", {"ed25519", "unnumbered", *CERTIFIED}),
        ("ed25519-sha1.krl", {"ed25519", "unnumbered", *CERTIFIED}),
        ("ed25519-sha256.krl", {"ed25519", "unnumbered", *CERTIFIED}),
        ("rsa.krl", {"rsa", "by-rsa", "certified-rsa"}),
        ("rsa-sha1.krl", {"rsa", "by-rsa", "certified-rsa"}),
        ("rsa-sha256.krl", {"rsa", "by-rsa", "certified-rsa"}),
        ("ecdsa256.krl", {"ecdsa256"}),
        ("ecdsa256-sha1.krl", {"ecdsa256"}),
        ("ecdsa256-sha256.krl", {"ecdsa256"}),
        ("keys.txt", {"rsa", "by-rsa", "certified-rsa", "by-ed25519", "unnumbered"}),
        ("certificates.txt", {"rsa", "by-rsa", "certified-rsa"}),
        ("certificate.krl", CERTIFIED),
        ("serial.krl", CERTIFIED),
        ("bitmap-first.krl", CERTIFIED),
        ("bitmap-last.krl", set()),
        ("range.krl", CERTIFIED),
        ("range-ending.krl", CERTIFIED),
        ("range-below.krl", set()),
        ("range-above.krl", set()),
        ("id.krl", {"unnumbered", *CERTIFIED}),
        ("other-id.krl", set()),
        ("any-authority.krl", {"by-rsa", *CERTIFIED}),
        ("any-authority-id.krl", {"by-rsa", "unnumbered", *CERTIFIED}),
        ("other-authority.krl", {"by-rsa"}),
        ("both.krl", CERTIFIED),
    ],
)
def test_a_list_revokes_the_same_as_in_openssh(listed: str, revoked: set[str]) -> None:
    names = ("ed25519", "rsa", "ecdsa256", "by-rsa", "unnumbered", *sorted(CERTIFIED))
    book = read_revoked(VECTORS / listed)
    assert {name for name in names if book.revokes(signature(name))} == revoked


def field(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def certificate(serial: int, authority: bytes = b"", key_id: bytes = b"") -> Certificate:
    return Certificate(b"", serial, True, key_id, (), 0, 0, authority)


@pytest.mark.parametrize("number", [1, 7, 8, 63, 64, 65, 2**63, 2**64 - 1])
def test_bitmaps_and_ranges_revoke_their_first_and_last_number(number: int) -> None:
    single = RevokedCertificates(b"", ((number, number),))
    bitmap = RevokedCertificates(b"", (), ((number - 1, 0b10),))
    serials = (number - 1, number, number + 1)
    for some in (single, bitmap):
        assert [certificate(serial) in some for serial in serials] == [False, True, False]
    several = RevokedCertificates(b"", ((1, 1), (number, number + 2)), ((number + 4, 0b101),))
    revoked = [certificate(number + more) in several for more in range(8)]
    assert revoked == [True, True, True, False, True, False, True, False]


def test_a_certificate_without_a_number_is_not_revoked_as_number_zero() -> None:
    assert certificate(0) not in RevokedCertificates(b"", ((0, 9),), ((0, 0b11),))


def test_an_authority_cannot_revoke_certificates_of_another_authority() -> None:
    mine = RevokedCertificates(b"A", ((7, 7),), (), frozenset([b"me"]))
    assert certificate(7, b"A") in mine
    assert certificate(7, b"B") not in mine
    assert certificate(8, b"A", b"me") in mine
    assert certificate(8, b"B", b"me") not in mine
    assert certificate(7, b"B") in RevokedCertificates(b"", ((7, 7),))


def test_a_revoked_key_is_compared_completely() -> None:
    assert b"key" not in Revoked()
    assert b"key" in Revoked(frozenset([b"key"]))


def test_a_file_that_is_not_a_list_of_revoked_keys_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "revoked"
    good = (VECTORS / "both.krl").read_bytes()
    for data, said in (
        (b"no key!\n", "the key is not a public key such as"),
        (f"{EDITOR} {public('rsa')}".encode(), "the key is not a public key such as"),
        (
            public("rsa").replace("ssh-rsa", "ssh-dss").encode(),
            "is of type ssh-rsa, but the line says",
        ),
        (good[:-1], "it is incomplete"),
        (good[:40], "it is incomplete"),
        (good[:8] + b"\0\0\0\2" + good[12:], "version 2; only version 1 is supported"),
    ):
        file.write_bytes(data)
        with pytest.raises(InvalidError) as refusal:
            read_revoked(file)
        (found,) = refusal.value.report
        assert found.code == "revoked-keys-malformed"
        assert said in found.message
    for read in (read_revoked, read_allowed_signers):
        with pytest.raises(StorageError, match="does not exist"):
            read(tmp_path / "none")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (b"\x07" + field(b""), "section of the unknown kind 7"),
        (b"\x01" + field(field(b"") + field(b"") + b"\x99" + field(b"")), "unknown way .0x99"),
        (b"\x01" + field(field(b"") + field(b"") + b"\x21" + field(b"\0" * 17)), "has extra bytes"),
        (
            b"\x01" + field(field(b"") + field(b"") + b"\x22" + field(b"\0" * 8 + field(b"\xff"))),
            "negative",
        ),
    ],
)
def test_unknown_sections_of_a_revocation_list_are_refused(
    section: bytes, said: str, tmp_path: Path
) -> None:
    head = b"SSHKRL\n\0" + (1).to_bytes(4) + b"\0" * 24 + field(b"") + field(b"")
    (tmp_path / "krl").write_bytes(head + section)
    with pytest.raises(InvalidError, match=said):
        read_revoked(tmp_path / "krl")


def test_sections_of_one_kind_are_combined(tmp_path: Path) -> None:
    first, second = ((VECTORS / f"{name}.krl").read_bytes() for name in ("ed25519", "rsa"))
    (tmp_path / "krl").write_bytes(first + second[44:])  # without the second's head
    book = read_revoked(tmp_path / "krl")
    names = ("ed25519", "rsa", "ecdsa256")
    assert [signature(name).key in book for name in names] == [True, True, False]


def test_a_signature_of_the_revocation_list_is_ignored(tmp_path: Path) -> None:
    """OpenSSH does not check it, either."""
    good = (VECTORS / "ed25519.krl").read_bytes()
    (tmp_path / "krl").write_bytes(good + b"\4" + (9).to_bytes(4) + b"signature")
    assert read_revoked(tmp_path / "krl") == read_revoked(VECTORS / "ed25519.krl")
