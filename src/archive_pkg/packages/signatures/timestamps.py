"""Request timestamps (RFC 3161) from an authority, and check them offline."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages.signatures import der
from archive_pkg.reports import abridged
from archive_pkg.storage import read_regular, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate

TIMEOUT = 30.0
"""Seconds to wait for the complete answer of an authority."""

_MOST_BYTES = 1 << 20
_LONGEST_NAME = 100
_CONTEXT_0 = 0xA0
_GRANTED_WITH_CHANGES = 1
_REFUSALS = {
    2: "rejection",
    3: "waiting",
    4: "revocation_warning",
    5: "revocation_notification",
}
_SHA2 = "2.16.840.1.101.3.4.2"
_STRONG = ("sha256", "sha384", "sha512")
_HASHES = {
    f"{_SHA2}.1": "sha256", f"{_SHA2}.2": "sha384", f"{_SHA2}.3": "sha512", "1.3.14.3.2.26": "sha1"
}  # fmt: skip
_PKCS_1, _PKCS_9, _ECDSA = "1.2.840.113549.1.1", "1.2.840.113549.1.9", "1.2.840.10045.4.3"
_MESSAGE_DIGEST = f"{_PKCS_9}.4"
_SIGNING_CERTIFICATE = f"{_PKCS_9}.16.2.12"
_SIGNING_CERTIFICATE_2 = f"{_PKCS_9}.16.2.47"
_SIGNATURES = {
    "1.3.101.112": ("ed25519", ""),
    f"{_PKCS_1}.1": ("rsa", ""),
    f"{_PKCS_1}.5": ("sha1_rsa", ""),
    f"{_PKCS_1}.10": ("rsassa_pss", ""),
    **{f"{_PKCS_1}.{11 + n}": ("rsa", name) for n, name in enumerate(_STRONG)},
    **{f"{_ECDSA}.{2 + n}": ("ecdsa", name) for n, name in enumerate(_STRONG)},
}
"""The types of signatures by object identifier, each with the hash that it implies, if any."""
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class NoStampError(Exception):
    """A timestamp cannot be obtained, read or checked. The argument says why."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp as read from its file.

    Attributes:
        time: The time that the authority states (RFC 3161, 2.4.2, genTime).
        certificates: The certificates that came with the timestamp, as PEM.
        authority: The name in the signer's certificate.
        expires: The end of the validity of the signer's certificate.
    """

    time: datetime
    certificates: bytes
    authority: str
    expires: datetime
    _response: Any = field(repr=False)
    _token: _Token = field(repr=False)
    _signer: Certificate = field(repr=False)

    def fault(self, data: bytes, roots: bytes = b"") -> str:
        """Return why this is not a validly signed timestamp of some bytes; empty if it is one.

        Args:
            data: The bytes.
            roots: The certificates to trust, as PEM. If empty, the signature is checked with the
                certificate in the timestamp, whoever issued that certificate.

        Raises:
            NoStampError: The timestamp is malformed or of a kind that is not supported.
        """
        from rfc3161_client import VerificationError, VerifierBuilder

        if wrong := _mismatch(self, data):
            return wrong
        if not roots:
            return ""
        try:
            # The library panics on certificates that OpenSSL cannot read.
            _certificates(self.certificates)
            VerifierBuilder(roots=_certificates(roots)).build().verify_message(self._response, data)
        except (VerificationError, ValueError) as error:
            return _reason(str(error))
        return ""


def request(data: bytes, url: str, *, timeout: float = TIMEOUT) -> bytes:
    """Ask an authority for a timestamp over some bytes (RFC 3161, 3.4).

    Args:
        data: The bytes.
        url: The authority's address.
        timeout: Seconds until the complete answer.

    Returns:
        The authority's complete answer, which is a validly signed timestamp over these bytes.

    Raises:
        NoStampError: The authority does not answer, refuses, or sends something else.
        UsageError: The address does not begin with http:// or https://.
    """
    from rfc3161_client import TimestampRequestBuilder

    refuse_other_addresses(url)
    query = TimestampRequestBuilder().data(data).build()
    answer = _answer(url, query.as_bytes(), timeout)
    stamp = read(answer)
    if stamp._response.tst_info.nonce != query.nonce:
        raise NoStampError("it answered a different request (the nonce differs)")
    if wrong := stamp.fault(data):
        raise NoStampError(f"its timestamp is not valid: {wrong}")
    return answer


def _answer(url: str, query: bytes, timeout: float) -> bytes:
    """Return an authority's answer. Raises NoStampError."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    def ask() -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            with urlopen(Request(url, query, headers), timeout=timeout) as answered:  # noqa: S310
                body: bytes = answered.read(_MOST_BYTES)
                return body
        except HTTPError as error:
            error.close()
            raise NoStampError(f"it answered {error.code} {error.reason}") from None

    try:
        return _within(timeout, ask)
    except TimeoutError as error:
        raise NoStampError(f"it did not answer within {timeout:g} seconds") from error
    except HTTPException as error:
        raise NoStampError(f"it does not speak HTTP: {error!r}") from error
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NoStampError(f"it cannot be reached: {reason}") from error


def _within(seconds: float, do: Callable[[], bytes]) -> bytes:
    """Return the result of a call, with a limit on its total time.

    A server that sends a byte now and then would keep a connection alive forever.

    Raises:
        TimeoutError: It took too long. Its thread is abandoned.
    """
    future: Future[bytes] = Future()

    def work() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # raised again in the waiting thread
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    return future.result(seconds)


def refuse_other_addresses(url: str) -> None:
    """Raise UsageError unless an address begins with http:// or https://."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            f"{url} is not the address of a time-stamping authority",
            "Give an address that begins with https://.",
        )


def read(data: bytes) -> Stamp:
    """Read a timestamp's file.

    Raises:
        NoStampError: The file is not a timestamp, or says that the request was refused.
    """
    from cryptography.x509 import InvalidVersion

    try:
        return _stamp(data)
    except (ValueError, TypeError, LookupError, AttributeError, InvalidVersion) as error:
        raise NoStampError("it is not a timestamp (RFC 3161), or it is damaged") from error


def _stamp(data: bytes) -> Stamp:
    """Do the work of `read`. Raises NoStampError, and the errors of the libraries."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from rfc3161_client import decode_timestamp_response

    answer = der.only(data)
    about, *tokens = answer.parts()
    status, *said = about.parts()
    number = int.from_bytes(status.content)
    if number > _GRANTED_WITH_CHANGES:
        words = [one.content.decode() for texts in said[:1] for one in texts.parts()]
        name = _REFUSALS.get(number, str(number))
        said_why = f": {'; '.join(words)}" if words else ""
        raise NoStampError(f"the authority refused it ({name}){said_why}")
    token = _token(tokens[0])
    first, last = (token.certificates[0].start, token.certificates[-1].end)
    # OpenSSL does not sort the certificates, although DER and the library require it. The library
    # supports only the status "granted". Neither is signed, so both can be changed.
    changed = bytearray(data)
    in_order = sorted(one.whole for one in token.certificates)
    changed[first:last] = b"".join(in_order)
    changed[status.inside : status.end] = bytes(len(status.content))
    response = decode_timestamp_response(bytes(changed))
    there = [x509.load_der_x509_certificate(one) for one in in_order]
    (named,) = response.signed_data.signer_infos
    signers = [
        one
        for one in there
        if one.serial_number == named.serial_number and one.issuer == named.issuer
    ]
    if len(signers) != 1:
        raise NoStampError(f"it has {len(signers)} certificates of its signer instead of one")
    return Stamp(
        time=response.tst_info.gen_time,
        certificates=b"".join(one.public_bytes(Encoding.PEM) for one in there),
        authority=_name(signers[0]),
        expires=signers[0].not_valid_after_utc,
        _response=response,
        _token=token,
        _signer=signers[0],
    )


@dataclass(frozen=True, slots=True)
class _Token:
    """The parts of a token that the library does not return (RFC 5652, 5.1).

    Attributes:
        content: The statement, whose digest is signed.
        certificates: The certificates in the token.
        signer: The description of the signer and the signature.
    """

    content: bytes
    certificates: list[der.DerElement]
    signer: list[der.DerElement]

    @property
    def signed(self) -> der.DerElement | None:
        """The signed attributes; None if there are none."""
        return next((one for one in self.signer if one.tag == _CONTEXT_0), None)


def _token(element: der.DerElement) -> _Token:
    """Parse a token. Raises NoStampError, and ValueError if it is malformed."""
    signed = element.parts()[1].parts()[0].parts()
    content = signed[2].parts()[1].parts()[0].content
    signers = signed[-1].parts()
    if len(signers) != 1:
        raise NoStampError(f"it has {len(signers)} signers instead of one")
    certificates = [one for some in signed[3:-1] if some.tag == _CONTEXT_0 for one in some.parts()]
    if not certificates:
        raise NoStampError("it does not have its signer's certificate")
    if len({one.whole for one in certificates}) < len(certificates):
        raise NoStampError("it has the same certificate more than once")
    return _Token(content, certificates, signers[0].parts())


def read_certificates(path: Path) -> bytes:
    """Return the bytes of a PEM file after checking its certificates.

    Raises:
        InvalidError: The file does not contain a certificate, or one cannot be read.
        StorageError: The file does not exist or cannot be read.
    """
    try:
        data = read_regular(path)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        is_empty = not _certificates(data)
    except ValueError as error:
        raise InvalidError(f"{path}: a certificate in it cannot be read: {error}") from error
    if is_empty:
        raise InvalidError(
            f"{path} does not contain a certificate",
            "Name a PEM file, which begins with -----BEGIN CERTIFICATE-----.",
        )
    return data


def _mismatch(stamp: Stamp, data: bytes) -> str:
    """Return why a token does not match its signer's certificate or the bytes (RFC 5652, 5.4).

    Raises:
        NoStampError: The token is malformed or of a kind that is not supported.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    token = stamp._token
    try:
        imprint = stamp._response.tst_info.message_imprint
        if imprint.message != _digest(imprint.hash_algorithm.dotted_string, data):
            return "it is a timestamp of something else"
        if (signed := token.signed) is None:
            raise ValueError("it signs only its statement")
        attributes = {}
        for kind, values in (one.parts() for one in signed.parts()):
            attributes[kind.oid()] = values.parts()[0]
        hashing = _algorithm(token.signer[2])
        if attributes[_MESSAGE_DIGEST].content != _digest(hashing, token.content):
            return "its statement was changed after signing"
        if not _names_signer(attributes, stamp._signer):
            return "it does not name its signer's certificate (RFC 5816)"
        _verify(token, signed, hashing, stamp._signer)
    except InvalidSignature:
        return "its signature was not made with its certificate's key"
    except (KeyError, ValueError, TypeError, IndexError, UnsupportedAlgorithm) as error:
        raise NoStampError(f"it cannot be checked: {error}") from error
    return ""


def _names_signer(attributes: dict[str, der.DerElement], signer: Certificate) -> bool:
    """Return whether the signed attributes name the signer's certificate (RFC 5816).

    Raises:
        ValueError: They do not name a certificate.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = signer.public_bytes(Encoding.DER)
    for kind in (_SIGNING_CERTIFICATE_2, _SIGNING_CERTIFICATE):
        if kind in attributes:
            named, *more = attributes[kind].parts()[0].parts()[0].parts()
            break
    else:
        raise ValueError("it does not name its signer's certificate")
    if kind == _SIGNING_CERTIFICATE:
        return named.content == hashlib.sha1(certificate, usedforsecurity=False).digest()
    if named.tag == der.SEQUENCE:
        return more[0].content == _digest(_algorithm(named), certificate)
    return named.content == hashlib.sha256(certificate).digest()


def _verify(token: _Token, signed: der.DerElement, hashing: str, signer: Certificate) -> None:
    """Verify a token's signature. Raises InvalidSignature, and ValueError for unknown kinds."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key = signer.public_key()
    place = token.signer.index(signed)
    kind, signature = _algorithm(token.signer[place + 1]), token.signer[place + 2].content
    message = bytes([der.SET]) + signed.whole[1:]
    name, own = _SIGNATURES.get(kind, (kind, ""))
    if isinstance(key, ed25519.Ed25519PublicKey) and name == "ed25519":
        key.verify(signature, message)
    elif isinstance(key, rsa.RSAPublicKey) and name == "rsa":
        key.verify(signature, message, padding.PKCS1v15(), _hash_object(own or _hash_name(hashing)))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(_hash_object(own or _hash_name(hashing))))
    else:
        raise ValueError(f"signatures of type {name} are not supported")


def _algorithm(element: der.DerElement) -> str:
    """Return the object identifier of an algorithm with its parameters."""
    return element.parts()[0].oid()


def _digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(_hash_name(algorithm), data).digest()


def _hash_name(algorithm: str) -> str:
    name = _HASHES.get(algorithm, algorithm)
    if name not in _STRONG:
        raise ValueError(f"its hash {name} is weak or unknown")
    return name


def _hash_object(name: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]


def _certificates(pem: bytes) -> list[Certificate]:
    """Return the certificates in PEM. Raises ValueError for one that OpenSSL cannot read.

    The `cryptography` library reads invalid names, on which `rfc3161-client` panics.
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
    """Return a name for use inside “quotes”: shortened, without quotation marks and line breaks."""
    plain = name.translate({ord(sign): None for sign in "“”"})
    return abridged(" ".join(plain.split()), _LONGEST_NAME)


def _reason(said: str) -> str:
    """Return the library's message without OpenSSL's error stack."""
    found = re.search(r'Verify error: ([^"]+)"', said)
    if found:
        return f"its certificate is not trusted: {found[1]}"
    found = re.search(r'reason: "([^"]+)"', said)
    return f"it cannot be checked with the certificates given: {found[1] if found else said}"
