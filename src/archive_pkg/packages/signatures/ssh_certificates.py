"""OpenSSH certificates (PROTOCOL.certkeys): a key, and what an authority says of its owner."""

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
"""How many fields the public key of a type has."""
_ON_TOKENS = "sk-"
KEY_TYPES = frozenset(
    f"{name}@openssh.com" if name.startswith(_ON_TOKENS) else name for name in _FIELDS
)
"""The types of key whose signatures can be checked."""
_USER = 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an authority says of a key.

    Attributes:
        key: The key itself in binary form.
        serial: The certificate's number; 0 where the authority counts none.
        is_of_user: Whether it is for a person, not for a computer.
        key_id: What the authority calls it.
        principals: Whose the key is.
        after: Since when, in seconds since 1970.
        before: Until when, not included.
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
        """Whether it lets its owner sign at a time."""
        return self.is_of_user and self.after <= at.timestamp() < self.before

    @property
    def span(self) -> str:
        """Since when and until when, in words."""
        since, until = _day(self.after), _day(self.before)
        return f"good from {since} to {until}" if until else f"good from {since} on"


def is_certificate(key: bytes) -> bool:
    """Whether a public key in binary form comes in a certificate."""
    return key_type(key).endswith(_SUFFIX)


def read_certificate(key: bytes, stands: Callable[[bytes, bytes, bytes], bool]) -> Certificate:
    """Read a certificate and check that its authority signed it.

    Args:
        key: The certificate in binary form.
        stands: Tells whether a key made a signature over a message.

    Raises:
        SshFormatError: It is none, of an unknown kind, or not signed by its authority.
    """
    wire = Wire(key)
    plain = _take_key(wire)
    serial, role, key_id = wire.uint64(), wire.uint32(), wire.string()
    people = Wire(wire.string())
    principals = []
    while people.rest:
        principals.append(people.string().decode("utf-8", "surrogateescape"))
    after, before = wire.uint64(), wire.uint64()
    wire.string()  # critical options, all of which are for logging in
    wire.string()
    wire.string()
    authority = wire.string()
    signed = key[: len(key) - len(wire.rest)]
    signature = wire.string()
    if wire.rest:
        raise SshFormatError("its certificate has extra bytes at its end")
    if is_certificate(authority) or not stands(authority, signature, signed):
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
    """Return the key in a certificate; of any other key, the key itself.

    Raises:
        SshFormatError: It is none, or in a certificate of an unknown kind.
    """
    return _take_key(Wire(key)) if is_certificate(key) else key


def _take_key(wire: Wire) -> bytes:
    kind = wire.text().removesuffix(_SUFFIX)
    if kind not in _FIELDS:
        raise SshFormatError(f"its certificate is for a key of the unknown type {kind}")
    wire.string()  # a random number
    fields = [wire.string() for _ in range(_FIELDS[kind])]
    name = f"{kind}@openssh.com" if kind.startswith(_ON_TOKENS) else kind
    return joined(name.encode(), *fields)


def _day(seconds: int) -> str:
    """A time of a certificate; empty for the end of all times."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return ""
