"""Test which timestamps are valid and trusted, and what is reported about others."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import socket
import threading
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages.signatures.timestamps import (
    NoStampError,
    read,
    read_certificates,
    request,
)
from authority import Authority
from program import PATIENCE

VECTORS = Path(__file__).parents[1] / "fixtures" / "timestamps"
"""Made with OpenSSL by the script in the folder."""
DATA = (VECTORS.with_name("signatures") / "rsa.sig").read_bytes()
ROOT = (VECTORS / "root.pem").read_bytes()
STRANGER = (VECTORS / "stranger.pem").read_bytes()
DAMAGED = "it is not a timestamp (RFC 3161), or it is damaged"
GOOD = {
    "good": "Good authority",
    "good-among-others": "Good authority",
    "good-named-by-sha1": "Good authority",
    "good-p384": "P-384",
    "good-rsa": "RSA",
    "good-rsa-sha512": "RSA",
    "good-below": "Below",
    "good-nameless": "Test",
    "good-unnamed": f"OU={2:064},OU={1:064}"[:100] + "…",
    "good-quoting": "A. All is good",
    "good-expired-since": "Short",
}
UNTRUSTED = {
    "other-signer": "unable to get local issuer certificate",
    "own-root": "self-signed certificate",
    "without-issuer": "unable to get local issuer certificate",
    "not-yet-valid": "certificate is not yet valid",
    "expired": "certificate has expired",
    "purpose-serving": "unsuitable certificate purpose",
    "purpose-purposes": "unsuitable certificate purpose",
    "purpose-uncritical": "unsuitable certificate purpose",
    "purpose-purposeless": "unsuitable certificate purpose",
}
REFUSED = {
    "sha1-imprint": "it cannot be checked: its hash sha1 is weak or unknown",
    "sha1-signature": "it cannot be checked: its hash sha1 is weak or unknown",
    "sha1-rsa": "it cannot be checked: its hash sha1 is weak or unknown",
    "pss": "it cannot be checked: signatures of type rsassa_pss are not supported",
    "no-attributes": "it cannot be checked: it signs only its statement",
    "certificate-not-named": "it cannot be checked: it does not name its signer's certificate",
    "no-certificates": "it does not have its signer's certificate",
    "two-signers": "it has 2 signers instead of one",
    "key-identifier": DAMAGED,
    "refused": "the authority refused it (rejection): Message digest algorithm is not supported.",
}


def vector(name: str) -> bytes:
    return (VECTORS / f"{name}.tsr").read_bytes()


def test_each_test_timestamp_has_an_expected_result() -> None:
    names = {path.stem for path in VECTORS.glob("*.tsr") if "renewed" not in path.stem}
    assert names == {*GOOD, *UNTRUSTED, *REFUSED}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_timestamp_is_trusted_only_with_its_root(name: str) -> None:
    stamp = read(vector(name))
    assert stamp.authority == GOOD[name]
    assert stamp.fault(DATA) == ""
    assert stamp.fault(DATA, ROOT) == ""
    assert stamp.fault(DATA, STRANGER + ROOT) == ""
    assert stamp.fault(DATA, STRANGER).startswith("its certificate is not trusted: unable to get")
    for roots in (b"", ROOT):
        assert stamp.fault(DATA + b" ", roots) == "it is a timestamp of something else"


@pytest.mark.parametrize("name", GOOD)
def test_a_timestamp_with_a_changed_signature_is_not_valid(name: str) -> None:
    """With or without roots, for each type of key."""
    data = vector(name)
    stamp = read(data[:-1] + bytes([data[-1] ^ 1]))
    for roots in (b"", ROOT):
        assert stamp.fault(DATA, roots) == "its signature was not made with its certificate's key"


@pytest.mark.parametrize("name", GOOD)
def test_a_timestamp_with_a_changed_time_is_not_valid(name: str) -> None:
    data = vector(name)
    at = data.index(b"\x18\x0f20") + 6
    stamp = read(data[:at] + b"01" + data[at + 2 :])
    assert stamp.time.month == 1
    for roots in (b"", ROOT):
        assert stamp.fault(DATA, roots) == "its statement was changed after signing"


@pytest.mark.parametrize("name", UNTRUSTED)
def test_a_timestamp_with_a_wrong_certificate_matches_but_is_not_trusted(name: str) -> None:
    stamp = read(vector(name))
    assert stamp.fault(DATA) == ""
    assert stamp.fault(DATA, ROOT).startswith(f"its certificate is not trusted: {UNTRUSTED[name]}")


@pytest.mark.parametrize("name", REFUSED)
def test_an_unsupported_timestamp_is_refused(name: str) -> None:
    for roots in (b"", ROOT):
        with pytest.raises(NoStampError) as refusal:
            read(vector(name)).fault(DATA, roots)
        assert str(refusal.value) == REFUSED[name]


def test_a_timestamp_has_its_time_certificates_and_expiry() -> None:
    stamp = read(vector("good-expired-since"))
    assert stamp.time == datetime.datetime(2020, 6, 1, 12, tzinfo=datetime.UTC)
    assert stamp.expires == datetime.datetime(2020, 6, 2, tzinfo=datetime.UTC)
    assert stamp.certificates.count(b"BEGIN CERTIFICATE") == 1
    for name, subjects in (
        ("good-below", {"CN=Below", "CN=Issuer"}),
        ("good-among-others", {"O=Test,CN=Good authority", "CN=Famous", "CN=RSA"}),
    ):
        there = x509.load_pem_x509_certificates(read(vector(name)).certificates)
        assert {one.subject.rfc4514_string() for one in there} == subjects


def test_a_signature_type_with_or_without_a_hash_is_accepted() -> None:
    """Some authorities write sha256WithRSAEncryption where others write rsaEncryption."""
    data, plain = vector("good-rsa"), bytes.fromhex("2a864886f70d010101")
    at = data.rindex(plain) + len(plain) - 1
    stamps = {last: data[:at] + bytes([last]) + data[at + 1 :] for last in (0x0B, 0x0D, 0x05)}
    assert read(stamps[0x0B]).fault(DATA) == ""
    assert "not made with its certificate's key" in read(stamps[0x0D]).fault(DATA)
    with pytest.raises(NoStampError, match="type sha1_rsa are not supported"):
        read(stamps[0x05]).fault(DATA)


@pytest.mark.parametrize(("name", "hashing"), [("good", "sha256"), ("good-named-by-sha1", "sha1")])
def test_a_timestamp_that_names_a_different_certificate_is_not_valid(
    name: str, hashing: str
) -> None:
    """RFC 5816: otherwise a certificate of the same key for another purpose could replace it."""
    data = vector(name)
    token = tsp.TimeStampResp.load(data)["time_stamp_token"]["content"]
    digest = hashlib.new(hashing, token["certificates"][0].chosen.dump()).digest()
    assert data.count(digest) == 1
    stamp = read(data.replace(digest, digest[:-1] + bytes([digest[-1] ^ 1])))
    for roots in (b"", ROOT):
        assert stamp.fault(DATA, roots) == "it does not name its signer's certificate (RFC 5816)"


def test_a_timestamp_with_a_repeated_certificate_is_refused() -> None:
    answer = tsp.TimeStampResp.load(vector("good"))
    token = answer["time_stamp_token"]["content"]
    token["certificates"] = cms.CertificateSet([*token["certificates"], token["certificates"][0]])
    with pytest.raises(NoStampError, match="has the same certificate more than once"):
        read(answer.dump())


def test_a_timestamp_without_its_signers_certificate_is_refused() -> None:
    answer = tsp.TimeStampResp.load(vector("good-among-others"))
    token = answer["time_stamp_token"]["content"]
    others = [
        one for one in token["certificates"] if "Good" not in one.chosen.subject.human_friendly
    ]
    assert len(others) == 2
    token["certificates"] = cms.CertificateSet(others)
    with pytest.raises(NoStampError, match="0 certificates of its signer"):
        read(answer.dump())


def test_a_timestamp_granted_with_changes_is_accepted() -> None:
    answer = tsp.TimeStampResp.load(vector("good"))
    answer["status"] = {"status": "granted_with_mods"}
    assert read(answer.dump()).fault(DATA, ROOT) == ""
    answer["status"] = {"status": "waiting"}
    with pytest.raises(NoStampError, match=r"the authority refused it \(waiting\)$"):
        read(answer.dump())


def test_a_revocation_list_in_a_timestamp_is_not_read_as_a_certificate() -> None:
    answer = tsp.TimeStampResp.load(vector("good"))
    token = answer["time_stamp_token"]["content"]
    written = b"".join(token[name].dump() for name in token)
    last = token["signer_infos"].dump()
    revoked = b"\xa1\x02\x30\x00"
    inside = token.contents.replace(last, revoked + last)
    assert len(inside) == len(written) + len(revoked)
    for tag in (b"\x30", b"\xa0"):
        inside = tag + b"\x82" + len(inside).to_bytes(2) + inside
    inside = answer["time_stamp_token"]["content_type"].dump() + inside
    inside = b"\x30\x82" + len(inside).to_bytes(2) + inside
    outer = answer["status"].dump() + inside
    stamp = read(b"\x30\x82" + len(outer).to_bytes(2) + outer)
    assert stamp.fault(DATA) == ""
    assert stamp.certificates.count(b"BEGIN CERTIFICATE") == 1


def test_a_truncated_timestamp_and_one_with_extra_bytes_are_reported_as_damaged() -> None:
    for data in (vector("good") + b"\0", vector("good")[:-1], b"", b"\x30\x00"):
        with pytest.raises(NoStampError) as refusal:
            read(data)
        assert str(refusal.value) == DAMAGED


def test_an_ed25519_timestamp_is_verified_but_not_trusted() -> None:
    """OpenSSL can neither make such a timestamp nor trust its certificate."""
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mine")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=3650))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, None)
    )
    mine = asn1.Certificate.load(made.public_bytes(Encoding.DER))
    answer = tsp.TimeStampResp.load(vector("good"))
    token = answer["time_stamp_token"]["content"]
    info = token["signer_infos"][0]
    token["certificates"] = cms.CertificateSet([cms.CertificateChoices("certificate", mine)])
    sid = {"issuer": mine.issuer, "serial_number": mine.serial_number}
    info["sid"] = cms.SignerIdentifier("issuer_and_serial_number", sid)
    info["digest_algorithm"] = {"algorithm": "sha512"}
    content = token["encap_content_info"]["content"].contents
    known = {"certs": [{"cert_hash": hashlib.sha256(mine.dump()).digest()}]}
    values = {
        "content_type": ["tst_info"],
        "message_digest": [hashlib.sha512(content).digest()],
        "signing_certificate_v2": [tsp.SigningCertificateV2(known)],
    }
    info["signed_attrs"] = [{"type": kind, "values": value} for kind, value in values.items()]
    info["signature_algorithm"] = {"algorithm": "ed25519"}
    info["signature"] = key.sign(info["signed_attrs"].untag().dump())
    written = answer.dump(force=True)
    stamp = read(written)
    assert stamp.fault(DATA) == ""
    assert stamp.fault(DATA, stamp.certificates) != ""
    assert stamp.fault(DATA + b" ") == "it is a timestamp of something else"
    forged = read(written[:-1] + bytes([written[-1] ^ 1]))
    assert forged.fault(DATA) == "its signature was not made with its certificate's key"


def pem(der: bytes) -> bytes:
    text = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"


def test_a_file_of_certificates_that_is_empty_or_malformed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(b"a remark\n" + STRANGER + ROOT)
    der = base64.b64decode(b"".join(ROOT.splitlines()[1:-1]))
    assert read(vector("good")).fault(DATA, read_certificates(file)) == ""
    for data, said in (
        (b"", "does not contain a certificate"),
        (ROOT.replace(b"BEGIN", b"BEG1N"), "does not contain a certificate"),
        (ROOT + ROOT.replace(b"MII", b"MIX", 1), "a certificate in it cannot be read"),
        (pem(der.replace(b"Root", b"R\xffot")), "a certificate in it cannot be read"),
    ):
        file.write_bytes(data)
        with pytest.raises(InvalidError, match=said):
            read_certificates(file)
    with pytest.raises(StorageError, match="does not exist"):
        read_certificates(tmp_path / "none.pem")


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_timestamp_with_any_byte_changed_never_crashes() -> None:
    good = vector("good")
    found = set()
    for at in range(0, len(good), 5):
        changed = good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :]
        try:
            found.add(read(changed).fault(DATA, ROOT).partition(":")[0])
        except NoStampError as error:
            found.add(str(error).partition(":")[0])
    assert {
        DAMAGED,
        "it cannot be checked",
        "it is a timestamp of something else",
        "its statement was changed after signing",
        "its signature was not made with its certificate's key",
        "it does not name its signer's certificate (RFC 5816)",
    } <= found


@pytest.mark.parametrize(
    ("first", "patience", "said"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", 0.5, "within 0.5 seconds"),
        (b"HTTP/1.0 200 OK\r\nX", 0.5, "within 0.5 seconds"),
        (b"", 0.5, "within 0.5 seconds"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", PATIENCE, "does not speak HTTP"),
    ],
)
def test_waiting_for_a_slow_or_silent_authority_is_limited(
    first: bytes, patience: float, said: str
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
        with pytest.raises(NoStampError, match=said):
            request(b"data", f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=patience)
        stop.set()
        thread.join()


def test_an_endless_answer_of_an_authority_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def pour() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                while True:
                    connection.sendall(bytes(1 << 16))

        thread = threading.Thread(target=pour)
        thread.start()
        with pytest.raises(NoStampError) as refusal:
            request(DATA, f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert str(refusal.value) == DAMAGED
        thread.join()


@pytest.fixture
def answered(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list that collects the authority's queries and answers."""
    seen: list[bytes] = []
    reply = authority.reply

    def note(query: bytes) -> bytes:
        seen.extend((query, reply(query)))
        return seen[-1]

    monkeypatch.setattr(authority, "reply", note)
    return seen


def test_each_request_has_a_new_nonce_and_returns_the_complete_answer(
    authority: Authority, answered: list[bytes]
) -> None:
    answers = [request(DATA, authority.url) for _ in range(2)]
    assert answers == answered[1::2]
    assert read(answers[0]).fault(DATA, authority.ca.read_bytes()) == ""
    queries = [tsp.TimeStampReq.load(query) for query in answered[::2]]
    assert queries[0]["nonce"].native != queries[1]["nonce"].native
    assert queries[0]["cert_req"].native


def test_an_answer_to_an_earlier_request_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old answer is validly signed and over the same bytes. Only its nonce is different."""
    old = request(DATA, authority.url)
    for answer in (old, vector("good")):
        monkeypatch.setattr(authority, "answer", answer)
        with pytest.raises(NoStampError) as refusal:
            request(DATA, authority.url)
        assert str(refusal.value) == "it answered a different request (the nonce differs)"


def test_an_answer_for_different_bytes_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = authority.reply

    def other(query: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = bytes(
            len(asked["message_imprint"]["hashed_message"].native)
        )
        return reply(asked.dump())

    monkeypatch.setattr(authority, "reply", other)
    with pytest.raises(NoStampError) as refusal:
        request(DATA, authority.url)
    assert str(refusal.value) == "its timestamp is not valid: it is a timestamp of something else"


def test_the_reason_why_an_authority_did_not_answer_is_reported(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "status", 503)
    with pytest.raises(NoStampError, match=r"^it answered 503 Service Unavailable$"):
        request(DATA, authority.url)
    for scheme in ("http", "https"):
        with pytest.raises(NoStampError, match=r"^it cannot be reached: \[Errno 111\]"):
            request(DATA, f"{scheme}://127.0.0.1:9/")
    for address in ("file:///etc/passwd", "ftp://127.0.0.1/", "httpx://127.0.0.1/", "127.0.0.1"):
        with pytest.raises(UsageError, match="not the address of a time-stamping authority"):
            request(DATA, address)
