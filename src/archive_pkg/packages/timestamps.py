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
        """
        from rfc3161_client import VerificationError, VerifierBuilder

        if wrong := _unsound(self._token, data):
            return wrong
        if not roots:
            return ""
        try:
            # The certificates that came with it help to build the chain and are not trusted.
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
        raise NoStampError(f"it is no timestamp (RFC 3161): {error}") from error


def _stamp(data: bytes) -> Stamp:
    """Read a timestamp's file. Raises NoStampError, and what the libraries do for what is none."""
    from asn1crypto import cms, tsp
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from rfc3161_client import decode_timestamp_response

    answer = tsp.TimeStampResp.load(data, strict=True)
    status = answer["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        said = "; ".join(answer["status"]["status_string"].native or ())
        raise NoStampError(f"the authority refused it ({status})" + (f": {said}" if said else ""))
    token = answer["time_stamp_token"]["content"]
    # OpenSSL does not put the certificates in the order that DER asks for; a set made anew is.
    # (To have the whole made anew takes twice as long for each level that it is deep.)
    token["certificates"] = cms.CertificateSet(list(token["certificates"]))
    response = decode_timestamp_response(answer.dump())
    ders = sorted(response.signed_data.certificates)
    certificates = [x509.load_der_x509_certificate(der) for der in ders]
    (info,) = response.signed_data.signer_infos
    signers = [one for one in certificates if one.serial_number == info.serial_number]
    if not signers:
        raise NoStampError("the certificate that signed it is not in it")
    return Stamp(
        time=response.tst_info.gen_time,
        certificates=b"".join(one.public_bytes(Encoding.PEM) for one in certificates),
        authority=_name(signers[0]),
        expires=signers[0].not_valid_after_utc,
        _response=response,
        _token=token,
    )


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
    """What is wrong between a token, its signer's certificate and the bytes (RFC 5652, 5.4)."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

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
        serial = info["sid"].chosen["serial_number"].native
        (der,) = (one.dump() for one in token["certificates"] if one.chosen.serial_number == serial)
        key = x509.load_der_x509_certificate(der).public_key()
        signed = info["signed_attrs"].untag().dump()
        hashing = _hashing(info["digest_algorithm"]["algorithm"].native)
        signature = info["signature"].native
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashing)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(hashing))
        else:
            return "its key is of a kind that is not known here"
    except InvalidSignature:
        return "its signature is not that of its certificate's owner"
    except (KeyError, ValueError, TypeError, IndexError, UnsupportedAlgorithm) as error:
        return f"it cannot be checked: {error}"
    return ""


def _digest(algorithm: Any, data: bytes) -> bytes:
    name = algorithm["algorithm"].native
    if name not in ("sha256", "sha384", "sha512"):
        raise ValueError(f"its hash {name} is weak or unknown")
    return hashlib.new(name, data).digest()


def _hashing(name: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]


def _certificates(pem: bytes) -> list[Certificate]:
    from cryptography import x509

    return [x509.load_pem_x509_certificate(one) for one in _PEM.findall(pem)]


def _name(certificate: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return certificate.subject.rfc4514_string()


def _reason(said: str) -> str:
    """The library's words, shorn of OpenSSL's error stack."""
    found = re.search(r'Verify error: ([^"]+)"', said)
    if found:
        return f"its certificate is not trusted: {found[1]}"
    found = re.search(r'reason: "([^"]+)"', said)
    return found[1] if found else said[:1].lower() + said[1:]
