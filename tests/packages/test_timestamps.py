"""Timestamps: what a token must have to be believed, and what is said of one that has it not."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from archive_pkg.packages.timestamps import NoStampError, read
from authority import EC, Authority

DATA = b"a signature"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture(scope="module")
def stamp(authority: Authority) -> bytes:
    return ask(authority)


def ask(authority: Authority) -> bytes:
    command = ["openssl", "ts", "-query", "-data", "/dev/stdin", "-sha256", "-cert"]
    query = subprocess.run(command, input=DATA, capture_output=True, check=True).stdout
    return authority.reply(query)


def changed(authority: Authority, stamp: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """A stamp in which something was changed, signed again by the authority's key."""
    answer = tsp.TimeStampResp.load(stamp)
    token = answer["time_stamp_token"]["content"]
    info = token["signer_infos"][0]
    change(token, info)
    # Only what was made anew is written anew.
    info["signed_attrs"] = cms.CMSAttributes(list(info["signed_attrs"]))
    signed = cms.CMSAttributes(list(info["signed_attrs"])).dump(force=True)
    key = load_pem_private_key((authority.folder / "tsa.key").read_bytes(), None)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        info["signature_algorithm"] = {"algorithm": "ed25519"}
        info["signature"] = key.sign(signed)
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        info["signature"] = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    written: bytes = answer.dump(force=True)
    return written


def certificate(authority: Authority, name: str = "tsa.pem") -> asn1.Certificate:
    found = x509.load_pem_x509_certificate((authority.folder / name).read_bytes())
    return asn1.Certificate.load(found.public_bytes(Encoding.DER))


@pytest.mark.parametrize("kind", [EC, "rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384"])
def test_stamps_of_every_kind_of_key_that_openssl_knows(kind: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa", kind=kind)
    found = read(ask(authority))
    assert found.authority == "Test time-stamping authority"
    assert found.fits(DATA) == ""
    assert found.fits(DATA, authority.ca.read_bytes()) == ""
    assert found.fits(b"other") == "it is over something else"


def test_an_ed25519_stamp_is_verified_and_not_trusted(
    authority: Authority, stamp: bytes, tmp_path: Path
) -> None:
    """Neither OpenSSL nor the library can follow it to a trusted certificate."""
    signer = Authority(tmp_path / "ed25519", kind="ed25519")
    mine = certificate(signer)

    def change(token: Any, info: Any) -> None:
        token["certificates"] = cms.CertificateSet([cms.CertificateChoices("certificate", mine)])
        info["sid"] = cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": mine.issuer, "serial_number": mine.serial_number},
        )
        info["digest_algorithm"] = {"algorithm": "sha512"}
        content = token["encap_content_info"]["content"].contents
        for attribute in info["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                attribute["values"] = [hashlib.sha512(content).digest()]
            if attribute["type"].native == "signing_certificate_v2":
                named = {"certs": [{"cert_hash": hashlib.sha256(mine.dump()).digest()}]}
                attribute["values"] = [tsp.SigningCertificateV2(named)]

    made = changed(signer, stamp, change)
    assert read(made).fits(DATA) == ""
    assert read(made).fits(DATA, signer.ca.read_bytes()) != ""
    forged = made.replace(mine.public_key["public_key"].contents, b"\0" + b"x" * 32)
    assert read(forged).fits(DATA) != ""


def test_a_certificate_twice_is_a_malformed_stamp(authority: Authority, stamp: bytes) -> None:
    def double(token: Any, info: Any) -> None:
        token["certificates"] = cms.CertificateSet(
            [*token["certificates"], token["certificates"][0]]
        )

    with pytest.raises(NoStampError, match="has a certificate more than once"):
        read(changed(authority, stamp, double))


def test_a_strangers_certificate_of_the_same_number_does_not_give_its_name(
    authority: Authority, stamp: bytes, tmp_path: Path
) -> None:
    serial = certificate(authority).serial_number
    name = "/CN=Famous authority"
    command = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null"]
    command += ["-subj", name, "-set_serial", str(serial)]
    done = subprocess.run(command, capture_output=True, check=True)
    other = x509.load_pem_x509_certificate(done.stdout).public_bytes(Encoding.DER)

    def add(token: Any, info: Any) -> None:
        more = cms.CertificateChoices("certificate", asn1.Certificate.load(other))
        token["certificates"] = cms.CertificateSet([more, *token["certificates"]])

    found = read(changed(authority, stamp, add))
    assert found.authority == "Test time-stamping authority"
    assert found.fits(DATA, authority.ca.read_bytes()) == ""


def test_without_its_signers_certificate_or_without_naming_it_a_stamp_is_nothing(
    authority: Authority, stamp: bytes
) -> None:
    def take_out(token: Any, info: Any) -> None:
        left = [each for each in token["certificates"] if each.chosen.ca]
        token["certificates"] = cms.CertificateSet(left)

    with pytest.raises(NoStampError, match="no certificates of its signer"):
        read(changed(authority, stamp, take_out))

    def forget(token: Any, info: Any) -> None:
        left = [a for a in info["signed_attrs"] if a["type"].native != "signing_certificate_v2"]
        info["signed_attrs"] = cms.CMSAttributes(left)

    with pytest.raises(NoStampError, match="cannot be checked"):
        read(changed(authority, stamp, forget)).fits(DATA)

    def name_another(token: Any, info: Any) -> None:
        for attribute in info["signed_attrs"]:
            if attribute["type"].native == "signing_certificate_v2":
                named = {"certs": [{"cert_hash": hashlib.sha256(b"another").digest()}]}
                attribute["values"] = [tsp.SigningCertificateV2(named)]

    said = read(changed(authority, stamp, name_another)).fits(DATA)
    assert said == "it does not name its signer's certificate (RFC 5816)"


def test_a_stamp_granted_with_changes_is_granted(authority: Authority, stamp: bytes) -> None:
    answer = tsp.TimeStampResp.load(stamp)
    answer["status"] = {"status": "granted_with_mods"}
    assert read(answer.dump()).fits(DATA, authority.ca.read_bytes()) == ""


def test_a_refusal_without_a_token_says_why(tmp_path: Path) -> None:
    """OpenSSL's authority cannot sign with such a key."""
    with pytest.raises(NoStampError, match=r"refused it \(rejection\): Error during"):
        read(ask(Authority(tmp_path / "tsa", kind="ed25519")))


def test_a_certificate_of_the_same_root_that_is_for_something_else_stamps_nothing(
    authority: Authority, stamp: bytes, tmp_path: Path
) -> None:
    """It is one of a web server, say, and OpenSSL would make no stamp with it."""
    folder = authority.folder
    plain = "-extfile plain.cnf -extensions plain"
    (folder / "plain.cnf").write_text("[plain]\nextendedKeyUsage = serverAuth\n")
    subprocess.run(
        f"openssl req -new -key tsa.key -subj /CN=web | openssl x509 -req -CA ca.pem -CAkey ca.key "
        f"-CAcreateserial -days 30 {plain} -out web.pem",
        shell=True,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    web = certificate(authority, "web.pem")

    def change(token: Any, info: Any) -> None:
        more = cms.CertificateChoices("certificate", web)
        # The right one is there, too, so that its name is taken by who looks at the order alone.
        token["certificates"] = cms.CertificateSet([*token["certificates"], more])
        info["sid"] = cms.SignerIdentifier(
            "issuer_and_serial_number", {"issuer": web.issuer, "serial_number": web.serial_number}
        )
        for attribute in info["signed_attrs"]:
            if attribute["type"].native == "signing_certificate_v2":
                named = {"certs": [{"cert_hash": hashlib.sha256(web.dump()).digest()}]}
                attribute["values"] = [tsp.SigningCertificateV2(named)]

    found = read(changed(authority, stamp, change))
    assert found.authority == "web"
    assert found.fits(DATA, authority.ca.read_bytes()) != ""
