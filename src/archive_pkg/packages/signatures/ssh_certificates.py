"""Read OpenSSH certificates (PROTOCOL.certkeys): a key, and an authority's statement about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg.packages.signatures.ssh_encoding import SshFormatError, SshReader, joined, key_type

if TYPE_CHECKING:
    from collections.abc import Callable

_SUFFIX = "-cert-v01@openssh.com"
_FIELDS = {
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519": 2,
    "sk-ecdsa-sha2-nistp256": 3,
}
"""The number of fields of a public key, by type."""
_SECURITY_KEY = "sk-"
KEY_TYPES = frozenset(
    f"{name}@openssh.com" if name.startswith(_SECURITY_KEY) else name for name in _FIELDS
)
"""The types of keys whose signatures can be checked."""
_USER = 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: an authority's signed statement about a key.

    Attributes:
        key: The key itself in binary form.
        serial: The certificate's number; 0 if the authority does not number its certificates.
        is_of_user: Whether the certificate is for a user, not for a host.
        key_id: The name that the authority gave the certificate.
        principals: The names of the key's owner.
        after: The first second of validity, since 1970.
        before: The first second after the validity, since 1970.
        authority: The authority's key in binary form.
    """

    key: bytes
    serial: int
    is_of_user: bool
    key_id: bytes
    principals: tuple[str, ...]
    after: int
    before: int
    authority: bytes

    def is_good(self, at: datetime) -> bool:
        """Return whether the certificate is a user's, and valid at a time."""
        return self.is_of_user and self.after <= at.timestamp() < self.before

    @property
    def span(self) -> str:
        """The period of validity, in words."""
        since, until = _day(self.after), _day(self.before)
        return f"good from {since} to {until}" if until else f"good from {since} on"


def is_certificate(key: bytes) -> bool:
    """Return whether a public key in binary form is a certificate."""
    return key_type(key).endswith(_SUFFIX)


def read_certificate(key: bytes, is_valid: Callable[[bytes, bytes, bytes], bool]) -> Certificate:
    """Read a certificate and check that its authority signed it.

    Args:
        key: The certificate in binary form.
        is_valid: Returns whether a key made a signature over a message.

    Raises:
        SshFormatError: The bytes are not a certificate, or its key is of an unknown type, or the
            authority that it names did not sign it.
    """
    reader = SshReader(key)
    plain = _take_key(reader)
    serial, role, key_id = reader.uint64(), reader.uint32(), reader.string()
    people = SshReader(reader.string())
    principals = []
    while people.rest:
        principals.append(people.string().decode("utf-8", "surrogateescape"))
    after, before = reader.uint64(), reader.uint64()
    reader.string()  # critical options; all of them concern logins
    reader.string()
    reader.string()
    authority = reader.string()
    signed = key[: len(key) - len(reader.rest)]
    signature = reader.string()
    if reader.rest:
        raise SshFormatError("its certificate has extra bytes at its end")
    if is_certificate(authority) or not is_valid(authority, signature, signed):
        raise SshFormatError("its certificate is not signed by the authority it names")
    return Certificate(
        plain,
        serial,
        role == _USER,
        key_id,
        tuple(principals),
        after,
        before,
        authority,
    )


def plain_key(key: bytes) -> bytes:
    """Return the key in a certificate, or the key itself if it is not a certificate.

    Raises:
        SshFormatError: The bytes are not a key, or are a certificate for a key of an unknown type.
    """
    return _take_key(SshReader(key)) if is_certificate(key) else key


def _take_key(reader: SshReader) -> bytes:
    kind = reader.text().removesuffix(_SUFFIX)
    if kind not in _FIELDS:
        raise SshFormatError(f"its certificate is for a key of the unknown type {kind}")
    reader.string()  # a nonce
    fields = [reader.string() for _ in range(_FIELDS[kind])]
    name = f"{kind}@openssh.com" if kind.startswith(_SECURITY_KEY) else kind
    return joined(name.encode(), *fields)


def _day(seconds: int) -> str:
    """Return the day of a time; empty if the time is too late for a date and means no end."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return ""
