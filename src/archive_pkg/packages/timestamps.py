"""Timestamps (RFC 3161): asking an authority for one, and checking one offline."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.storage import describe, read_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate

PATIENCE = 30.0
"""Seconds to wait for an authority."""

_MOST_BYTES = 1 << 20
_LONGEST_NAME = 100
_HASHES = ("sha256", "sha384", "sha512")
_RSA = ("rsassa_pkcs1v15", *(f"{name}_rsa" for name in _HASHES))
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class NoStampError(Exception):
    """No timestamp was to be had, or what is there is none; the argument says why."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp as its file has it.

    Attributes:
        time: When, as the authority says (RFC 3161, 2.4.2, genTime).
        certificates: The certificates that came with it, as PEM.
        authority: The name in the certificate that signed it.
        expires: Until when that certificate is good.
    """

    time: datetime
    certificates: bytes
    authority: str
    expires: datetime
    _response: Any = field(repr=False)
    _token: Any = field(repr=False)

    def fits(self, data: bytes, roots: bytes = b"") -> str:
        """Check that it is over some bytes and rightly signed, its certificates good at its time.

        Args:
            data: The bytes.
            roots: The certificates to trust, as PEM. Without any it is only shown that the owner
                of the certificate in it signed it so, and not that this is an authority.

        Returns:
            What is wrong; empty if nothing is.

        Raises:
            NoStampError: It is of a kind that cannot be checked here.
        """
        from rfc3161_client import VerificationError, VerifierBuilder

        if wrong := _unsound(self._token, data):
            return wrong
        if not roots:
            return ""
        try:
            # The certificates that came with it help to build the chain and are not trusted.
            _certificates(self.certificates)
            VerifierBuilder(roots=_certificates(roots)).build().verify_message(self._response, data)
        except (VerificationError, ValueError) as error:
            return _reason(str(error))
        return ""


def request(data: bytes, url: str, *, patience: float = PATIENCE) -> bytes:
    """Ask an authority for a timestamp over some bytes (RFC 3161, 3.4).

    Args:
        data: The bytes.
        url: The authority's address.
        patience: Seconds that it may take, all in all.

    Returns:
        Its whole answer, which has been checked to be a timestamp over these bytes.

    Raises:
        NoStampError: It does not answer, refuses, or answers something else.
        UsageError: The address is none of the web.
    """
    from rfc3161_client import TimestampRequestBuilder

    refuse_other_addresses(url)
    query = TimestampRequestBuilder().data(data).build()
    answer = _answer(url, query.as_bytes(), patience)
    stamp = read(answer)
    if stamp._response.tst_info.nonce != query.nonce:
        raise NoStampError("its answer is to another question (the nonce differs)")
    if wrong := stamp.fits(data):
        raise NoStampError(f"its answer is no good: {wrong}")
    return answer


def _answer(url: str, query: bytes, patience: float) -> bytes:
    """What an authority answers. Raises NoStampError."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    def ask() -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            with urlopen(Request(url, query, headers), timeout=patience) as answered:  # noqa: S310
                told: bytes = answered.read(_MOST_BYTES)
                return told
        except HTTPError as error:
            error.close()
            raise NoStampError(f"it answers {error.code} {error.reason}") from None

    try:
        return _within(patience, ask)
    except TimeoutError as error:
        raise NoStampError(f"it does not answer within {patience:g} seconds") from error
    except HTTPException as error:
        raise NoStampError(f"it does not speak HTTP: {error!r}") from error
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NoStampError(f"it does not answer: {reason}") from error


def _within(seconds: float, do: Callable[[], bytes]) -> bytes:
    """What comes of a call that may never end: a byte now and then keeps a connection alive.

    Raises:
        TimeoutError: It took too long, and is left to itself.
    """
    future: Future[bytes] = Future()

    def work() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # it is raised where it is waited for
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    return future.result(seconds)


def refuse_other_addresses(url: str) -> None:
    """Raise UsageError for what is no address of the web."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url} is no address of a time-stamping authority", "begin with https://")


def read(data: bytes) -> Stamp:
    """Read a timestamp's file.

    Raises:
        NoStampError: It is none, or says that none was granted.
    """
    from cryptography.x509 import InvalidVersion

    try:
        return _stamp(data)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidVersion) as error:
        raise NoStampError("it is not a timestamp (RFC 3161), or it is damaged") from error


def _stamp(data: bytes) -> Stamp:
    """Read a timestamp's file. Raises NoStampError, and what the libraries do for what is none."""
    from asn1crypto import cms, core, tsp
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from rfc3161_client import decode_timestamp_response

    class Response(core.Sequence):  # type: ignore[misc]
        """As RFC 3161 has it: a refusal has no token."""

        _fields = [  # noqa: RUF012 - asn1crypto's way
            ("status", tsp.PKIStatusInfo),
            ("time_stamp_token", cms.ContentInfo, {"optional": True}),
        ]

    answer = Response.load(data, strict=True)
    status = answer["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        said = "; ".join(answer["status"]["status_string"].native or ())
        raise NoStampError(f"the authority refused it ({status})" + (f": {said}" if said else ""))
    # The library knows only the one status, which nobody signs.
    answer["status"] = {"status": "granted"}
    token = answer["time_stamp_token"]["content"]
    # OpenSSL does not put the certificates in the order that DER asks for; a set made anew is.
    # (To have the whole made anew takes twice as long for each level that it is deep.)
    token["certificates"] = cms.CertificateSet(list(token["certificates"]))
    signer = x509.load_der_x509_certificate(_signer(token))
    response = decode_timestamp_response(answer.dump())
    certificates = map(x509.load_der_x509_certificate, sorted(response.signed_data.certificates))
    return Stamp(
        time=response.tst_info.gen_time,
        certificates=b"".join(one.public_bytes(Encoding.PEM) for one in certificates),
        authority=_name(signer),
        expires=signer.not_valid_after_utc,
        _response=response,
        _token=token,
    )


def _signer(token: Any) -> bytes:
    """Return the certificate that a token names as its signer's. Raises NoStampError."""
    if len(token["signer_infos"]) != 1:
        raise NoStampError(f"it has {len(token['signer_infos'])} signers, not one")
    there = [one.chosen for one in token["certificates"] if one.name == "certificate"]
    if len({one.dump() for one in there}) < len(there):
        raise NoStampError("it has a certificate more than once")
    sid = token["signer_infos"][0]["sid"].chosen  # the library knows no other kind of name
    named = [
        one
        for one in there
        if one.serial_number == sid["serial_number"].native and one.issuer == sid["issuer"]
    ]
    if len(named) != 1:
        raise NoStampError(f"it has {len(named) or 'no'} certificates of its signer, not one")
    der: bytes = named[0].dump()
    return der


def read_certificates(path: Path) -> bytes:
    """A file of certificates, as PEM.

    Raises:
        InvalidError: There are none in it.
        StorageError: It is not there or cannot be read.
    """
    try:
        data = read_regular(path)
    except OSError as error:
        meaning, hint = describe(error)
        raise StorageError(f"{path} could not be read: {meaning}", hint) from error
    try:
        is_empty = not _certificates(data)
    except ValueError as error:
        raise InvalidError(f"{path}: a certificate in it cannot be read: {error}") from error
    if is_empty:
        raise InvalidError(
            f"there is no certificate in {path}", "it begins with -----BEGIN CERTIFICATE-----"
        )
    return data


def _unsound(token: Any, data: bytes) -> str:
    """What is wrong between a token, its signer's certificate and the bytes (RFC 5652, 5.4).

    Raises:
        NoStampError: It is of a kind that cannot be checked here.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        (info,) = token["signer_infos"]
        content = token["encap_content_info"]["content"]
        imprint = content.parsed["message_imprint"]
        attributes = {attribute["type"].native: attribute for attribute in info["signed_attrs"]}
        if imprint["hashed_message"].native != _digest(imprint["hash_algorithm"], data):
            return "it is over something else"
        told = attributes["message_digest"]["values"][0].native
        if told != _digest(info["digest_algorithm"], content.contents):
            return "its statement was changed after it was signed"
        der = _signer(token)
        if not _names(attributes, der):
            return "it does not name its signer's certificate (RFC 5816)"
        _verify(info, der)
    except InvalidSignature:
        return "its signature is not that of its certificate's owner"
    except (KeyError, ValueError, TypeError, IndexError, UnsupportedAlgorithm) as error:
        raise NoStampError(f"it cannot be checked: {error}") from error
    return ""


def _names(attributes: dict[str, Any], der: bytes) -> bool:
    """Whether what was signed has the digest of the signer's certificate (RFC 5816)."""
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"]["values"][0]["certs"][0]
        digest = _digest(named["hash_algorithm"], der)
    else:
        named = attributes["signing_certificate"]["values"][0]["certs"][0]
        digest = hashlib.sha1(der, usedforsecurity=False).digest()
    return bool(named["cert_hash"].native == digest)


def _verify(info: Any, der: bytes) -> None:
    """Verify a token's signature. Raises InvalidSignature, and ValueError for unknown kinds."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key = x509.load_der_x509_certificate(der).public_key()
    signed = info["signed_attrs"].untag().dump()
    signature = info["signature"].native
    kind = info["signature_algorithm"]["algorithm"].native
    hashing, _, padded = kind.partition("_")
    if not padded or hashing not in _HASHES:  # it is not named there
        hashing = info["digest_algorithm"]["algorithm"].native
    if isinstance(key, ed25519.Ed25519PublicKey) and kind == "ed25519":
        key.verify(signature, signed)
    elif isinstance(key, rsa.RSAPublicKey) and kind in _RSA:
        key.verify(signature, signed, padding.PKCS1v15(), _hashing(hashing))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(_hashing(hashing)))
    else:
        raise ValueError(f"a signature of kind {kind} is not known here")


def _digest(algorithm: Any, data: bytes) -> bytes:
    name = algorithm["algorithm"].native
    if name not in _HASHES:
        raise ValueError(f"its hash {name} is weak or unknown")
    return hashlib.new(name, data).digest()


def _hashing(name: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]


def _certificates(pem: bytes) -> list[Certificate]:
    """Return the certificates in PEM. Raises ValueError for one that OpenSSL does not read, too.

    Cryptography reads names that are none, over which the library for timestamps panics.
    """
    from ssl import PROTOCOL_TLS_CLIENT, SSLContext, SSLError

    from cryptography import x509

    found = _PEM.findall(pem)
    try:
        for one in found:
            SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=one.decode("ascii"))
        return [x509.load_pem_x509_certificate(one) for one in found]
    except SSLError as error:
        raise ValueError(f"it is damaged ({error.reason})") from error
    except x509.InvalidVersion as error:
        raise ValueError(str(error)) from error


def _name(certificate: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return _plain(str(attribute.value))
    return _plain(certificate.subject.rfc4514_string())


def _plain(name: str) -> str:
    """A name as it stands in a sentence, which it can neither end nor go on with."""
    short = " ".join(name.translate({ord(sign): None for sign in "“”"}).split())
    return short if len(short) <= _LONGEST_NAME else f"{short[:_LONGEST_NAME]}…"


def _reason(said: str) -> str:
    """The library's words, shorn of OpenSSL's error stack."""
    found = re.search(r'Verify error: ([^"]+)"', said)
    if found:
        return f"its certificate is not trusted: {found[1]}"
    found = re.search(r'reason: "([^"]+)"', said)
    return f"it cannot be checked with the certificates given: {found[1] if found else said}"
