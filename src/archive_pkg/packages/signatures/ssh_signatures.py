"""Read and verify OpenSSH signatures of files (PROTOCOL.sshsig).

`ssh-keygen -Y sign` makes them, so that keys in an agent or on a token work. Verifying does not
need another program.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg.packages.signatures.ssh_certificates import (
    Certificate,
    is_certificate,
    read_certificate,
)
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError, SshReader, joined, key_type

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

NAMESPACE = "file"
"""The namespace of signatures of files. Others, such as "git" for commits, are not accepted."""

_MAGIC = b"SSHSIG"
_ARMOUR = re.compile(
    rb"\A-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+?)-----END SSH SIGNATURE-----\s*\Z"
)
_HASHES = {"sha256", "sha512"}
_RSA_SIGNATURES = {"rsa-sha2-256", "rsa-sha2-512"}
"""The accepted types of RSA signatures. ssh-rsa is missing because it uses SHA-1."""
_LEAST_RSA_BITS = 1024


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature as read from its file. Its certificate is verified; the signature is not.

    Attributes:
        key: The public key in SSH's binary form.
        certificate: The certificate that contains the key; None if there is none.
        namespace: The purpose of the signature, for example "file".
        hashing: The name of the hash algorithm for the message.
        signature: The signature itself, in SSH's binary form.
    """

    key: bytes
    namespace: str
    hashing: str
    signature: bytes
    certificate: Certificate | None = None

    @property
    def key_type(self) -> str:
        """The key's type, "ssh-ed25519"."""
        return key_type(self.key)

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as OpenSSH writes it, "SHA256:…"."""
        return fingerprint(self.key)

    def matches(self, message: bytes) -> bool:
        """Return whether the key signed this message for the namespace.

        Raises:
            SshFormatError: The kind of the key or of the signature is not supported.
        """
        digest = hashlib.new(self.hashing, message).digest()
        signed = _MAGIC + joined(self.namespace.encode(), b"", self.hashing.encode(), digest)
        return _is_valid(self.key, self.signature, signed)


def parse(data: bytes) -> SshSignature:
    """Read a signature's file.

    Raises:
        SshFormatError: The file is not a signature, is of an unsupported version or hash, or has a
            certificate that is not valid.
    """
    found = _ARMOUR.match(data)
    if found is None:
        raise SshFormatError(
            "it is not one block between -----BEGIN SSH SIGNATURE----- and -----END SSH "
            "SIGNATURE-----"
        )
    try:
        reader = SshReader(base64.b64decode(b"".join(found[1].split()), validate=True))
    except binascii.Error as error:
        raise SshFormatError(f"its base64 is malformed: {error}") from error
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise SshFormatError("its bytes do not begin with SSHSIG")
    if (version := reader.uint32()) != 1:
        raise SshFormatError(f"it has version {version}; only version 1 is supported")
    key, namespace = reader.string(), reader.text()
    if reader.string():
        raise SshFormatError("its reserved field is not empty")
    hashing, signature = reader.text(), reader.string()
    if hashing not in _HASHES:
        raise SshFormatError(f"it uses the hash {hashing}, not sha512 or sha256")
    if reader.rest:
        raise SshFormatError("it has extra bytes at its end")
    certificate = read_certificate(key, _is_valid) if is_certificate(key) else None
    plain = certificate.key if certificate else key
    return SshSignature(plain, namespace, hashing, signature, certificate)


def fingerprint(key: bytes) -> str:
    """Return a public key's fingerprint as OpenSSH writes it."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _is_valid(key: bytes, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    kind = key_type(key)
    reader = SshReader(signature)
    made_as, raw = reader.text(), reader.string()
    if kind.startswith("sk-"):
        flags_and_counter = reader.take(5)
        application = hashlib.sha256(_last_string(key)).digest()
        signed = application + flags_and_counter + hashlib.sha256(signed).digest()
    if reader.rest:
        raise SshFormatError("the signature has extra bytes at its end")
    public = _public_key(key)
    try:
        if isinstance(public, ed25519.Ed25519PublicKey) and made_as == kind:
            public.verify(raw, signed)
        elif isinstance(public, rsa.RSAPublicKey) and made_as in _RSA_SIGNATURES:
            if public.key_size < _LEAST_RSA_BITS:
                raise SshFormatError(f"its RSA key is too short: {public.key_size} bits")
            public.verify(raw, signed, padding.PKCS1v15(), _hash(made_as.removeprefix("rsa-sha2-")))
        elif isinstance(public, ec.EllipticCurvePublicKey) and made_as == kind:
            _verify_ecdsa(public, raw, signed)
        else:
            raise SshFormatError(
                f"a signature of type {made_as} with a key of type {kind} is not accepted"
            )
    except InvalidSignature:
        return False
    return True


def _verify_ecdsa(public: EllipticCurvePublicKey, raw: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    numbers = SshReader(raw)
    r, s = numbers.mpint(), numbers.mpint()
    if min(r, s) <= 0 or numbers.rest:
        raise SshFormatError("its two numbers are not a valid ECDSA signature")
    signature = encode_dss_signature(r, s)
    size = min(public.key_size, 512)  # RFC 5656, 6.2.1: the larger the curve, the longer the hash
    public.verify(signature, signed, ECDSA(_hash(str(size))))


def _hash(size: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[size]


def _public_key(key: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_ssh_public_key,
    )

    kind = key_type(key)
    try:
        public = load_ssh_public_key(f"{kind} ".encode("ascii") + base64.b64encode(key))
        written = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    except (ValueError, NotImplementedError, UnsupportedAlgorithm) as error:
        raise SshFormatError(f"its key of type {kind} cannot be read: {error}") from error
    # Compare what follows the type. The type of a key on a token differs, and the token's
    # application follows the numbers.
    numbers = SshReader(base64.b64decode(written.split()[1]))
    numbers.string()
    given = SshReader(key)
    given.string()
    if given.rest[: len(numbers.rest)] != numbers.rest:
        raise SshFormatError(f"its key of type {kind} is not in OpenSSH's format")
    return public


def _last_string(key: bytes) -> bytes:
    """Return the application of a key on a token, which is its last string."""
    reader, last = SshReader(key), b""
    while reader.rest:
        last = reader.string()
    return last
