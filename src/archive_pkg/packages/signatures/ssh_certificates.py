"""Read OpenSSH certificates (PROTOCOL.certkeys): a key, and an authority's statement about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg.packages.signatures.ssh_encoding import SshFormatError, Wire, joined, key_type

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
_ON_TOKENS = "sk-"
KEY_TYPES = frozenset(
    f"{name}@openssh.com" if name.startswith(_ON_TOKENS) else name for name in _FIELDS
)
"""The types of key whose signatures can be checked."""
_USER = 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: an authority's signed statement about a key.

    Attributes:
        key: The key itself in binary form.
        serial: The certificate's number; 0 if the authority does not number its certificates.
        is_of_user: Whether it is for a user, not for a host.
        key_id: The name that the authority gave it.
        principals: The names of the key's owner.
        after: The start of its validity, in seconds since 1970.
        before: The end of its validity, exclusive.
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
        """Return whether its owner may sign at a time."""
        return self.is_of_user and self.after <= at.timestamp() < self.before

    @property
    def span(self) -> str:
        """The period of its validity, in words."""
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
        SshFormatError: It is not a certificate, of an unknown kind, or not signed by its authority.
    """
    wire = Wire(key)
    plain = _take_key(wire)
    serial, role, key_id = wire.uint64(), wire.uint32(), wire.string()
    people = Wire(wire.string())
    principals = []
    while people.rest:
        principals.append(people.string().decode("utf-8", "surrogateescape"))
    after, before = wire.uint64(), wire.uint64()
    wire.string()  # critical options; all of them concern logins
    wire.string()
    wire.string()
    authority = wire.string()
    signed = key[: len(key) - len(wire.rest)]
    signature = wire.string()
    if wire.rest:
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
        SshFormatError: It is not a key, or a certificate of an unknown kind.
    """
    return _take_key(Wire(key)) if is_certificate(key) else key


def _take_key(wire: Wire) -> bytes:
    kind = wire.text().removesuffix(_SUFFIX)
    if kind not in _FIELDS:
        raise SshFormatError(f"its certificate is for a key of the unknown type {kind}")
    wire.string()  # a nonce
    fields = [wire.string() for _ in range(_FIELDS[kind])]
    name = f"{kind}@openssh.com" if kind.startswith(_ON_TOKENS) else kind
    return joined(name.encode(), *fields)


def _day(seconds: int) -> str:
    """Return the day of a time in a certificate; empty if it never ends."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return ""
