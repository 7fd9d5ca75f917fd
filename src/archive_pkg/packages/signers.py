"""Whose a key is: OpenSSH's files of allowed signers, and of revoked keys (ssh-keygen(1))."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages.sshsig import NAMESPACE, Signature
from archive_pkg.packages.wire import MalformedError, Wire, key_type
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import describe, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.packages.sshcert import Certificate

ALLOWED_SIGNERS_LINE = Code(
    "allowed-signers-line-malformed",
    Severity.ERROR,
    "A line of the file of allowed signers cannot be read, so nobody can say whom it allows.",
    "ssh-keygen(1), ALLOWED SIGNERS",
)
REVOKED_KEYS_MALFORMED = Code(
    "revoked-keys-malformed",
    Severity.ERROR,
    "The file of revoked keys is neither a list of public keys nor a key revocation list.",
    "ssh-keygen(1), KEY REVOCATION LISTS",
)

_KEY_TYPES = ("ssh-", "ecdsa-", "sk-")
_OPTION = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|$)', re.IGNORECASE)
_TIME = re.compile(r"(\d{8})(\d{4})?(\d{2})?(Z)?")
_KRL = b"SSHKRL\n\0"


@dataclass(frozen=True, slots=True)
class Signer:
    """One line of a file of allowed signers.

    Attributes:
        principals: Who it is, as the line has it: names or patterns of them, with commas.
        key: The public key in binary form.
        namespaces: What the key may sign; empty for everything.
        after: Since when the key is good.
        before: Until when.
        is_authority: Whether the key signs no files itself, but certificates of those who do.
    """

    principals: str
    key: bytes
    namespaces: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    is_authority: bool = False

    def knows(self, signature: Signature) -> bool:
        """Whether the line is about a signature's key, or its certificate's authority."""
        if signature.certificate:
            return self.is_authority and signature.certificate.authority == self.key
        return not self.is_authority and signature.key == self.key

    def allows(self, signature: Signature, at: datetime) -> str:
        """Whom the line lets sign packages at a time with a signature's key; empty for nobody."""
        if not (
            self.knows(signature)
            and (not self.namespaces or any(fnmatchcase(NAMESPACE, n) for n in self.namespaces))
            and (self.after is None or at >= self.after)
            and (self.before is None or at <= self.before)
        ):
            return ""
        certificate = signature.certificate
        if certificate is None:
            return self.principals
        names = certificate.principals if certificate.is_good(at) else ()
        return ",".join(filter(self._vouches_for, names))

    def _vouches_for(self, name: str) -> bool:
        """Whether a name fits the line's patterns, none of which forbids it."""
        patterns = self.principals.split(",")
        forbidden = any(p[:1] == "!" and fnmatchcase(name, p[1:]) for p in patterns)
        return not forbidden and any(fnmatchcase(name, p) for p in patterns)


@dataclass(frozen=True, slots=True)
class RevokedCertificates:
    """Certificates of one authority that count no more.

    Attributes:
        authority: The authority's key in binary form; empty for every authority.
        serials: Their numbers, as ranges of the first and the last.
        key_ids: What the authority calls others of them.
    """

    authority: bytes
    serials: tuple[tuple[int, int], ...] = ()
    key_ids: frozenset[bytes] = frozenset()

    def __contains__(self, certificate: Certificate) -> bool:
        if self.authority and certificate.authority != self.authority:
            return False
        # Zero is no number, but the want of one.
        numbered = certificate.serial and any(
            first <= certificate.serial <= last for first, last in self.serials
        )
        return bool(numbered) or certificate.key_id in self.key_ids


@dataclass(frozen=True, slots=True)
class Revoked:
    """The keys and certificates that somebody has revoked.

    Attributes:
        keys: Public keys in binary form.
        sha1: SHA-1 digests of such keys.
        sha256: SHA-256 digests of such keys.
        certificates: Certificates, by their authority.
    """

    keys: frozenset[bytes] = frozenset()
    sha1: frozenset[bytes] = frozenset()
    sha256: frozenset[bytes] = frozenset()
    certificates: tuple[RevokedCertificates, ...] = ()

    def __contains__(self, key: bytes) -> bool:
        return (
            key in self.keys
            or hashlib.sha256(key).digest() in self.sha256
            or hashlib.sha1(key, usedforsecurity=False).digest() in self.sha1
        )

    def counts_no_more(self, signature: Signature) -> bool:
        """Whether the key of a signature, its certificate, or that one's authority is revoked."""
        certificate = signature.certificate
        return signature.key in self or bool(
            certificate
            and (
                certificate.authority in self
                or any(certificate in some for some in self.certificates)
            )
        )


def read_allowed_signers(path: Path) -> tuple[Signer, ...]:
    """Read a file of allowed signers.

    Raises:
        InvalidError: A line cannot be read; its report has every such line.
        StorageError: The file is not there or cannot be read.
    """
    report, signers = Report(), []
    for number, line in enumerate(_read(path).decode("utf-8", "replace").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            signer = _signer(line)
        except MalformedError as error:
            place = Location(str(path), line=number)
            hint = "write it as: editor@example.org ssh-ed25519 AAAA…"
            report.add(ALLOWED_SIGNERS_LINE.at(place, str(error), hint))
        else:
            signers.append(signer)
    if not report.ok:
        raise InvalidError(f"{path} cannot be used to tell who signed", report=report)
    return tuple(signers)


def read_revoked(path: Path) -> Revoked:
    """Read a file of revoked keys: a key revocation list, or public keys line by line.

    Raises:
        InvalidError: It is neither.
        StorageError: The file is not there or cannot be read.
    """
    data = _read(path)
    try:
        if data.startswith(_KRL):
            return _krl(data)
        lines = data.decode("ascii", "replace").splitlines()
        return Revoked(frozenset(_key(x.split()) for x in lines if x.strip() and x[0] != "#"))
    except MalformedError as error:
        found = REVOKED_KEYS_MALFORMED.at(Location(str(path)), str(error))
        raise InvalidError(f"{path} cannot be used: {error}", report=Report([found])) from error


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        meaning, hint = describe(error)
        raise StorageError(f"{path} could not be read: {meaning}", hint) from error


def _signer(line: str) -> Signer:
    found = re.match(r'\s*(?:"([^"]*)"|(\S+))\s+(.*)', line)
    if found is None:
        raise MalformedError("it has no key")
    principals, rest = found[1] or found[2], found[3]
    options: dict[str, str] = {}
    if not rest.startswith(_KEY_TYPES):
        end = _options_end(rest)
        options = _options(rest[:end])
        rest = rest[end:].strip()
    key = _key(rest.split())
    return Signer(
        principals,
        key,
        tuple(filter(None, options.get("namespaces", "").split(","))),
        _time(options.get("valid-after")),
        _time(options.get("valid-before")),
        "cert-authority" in options,
    )


def _options_end(text: str) -> int:
    quoted = False
    for place, sign in enumerate(text):
        quoted ^= sign == '"'
        if sign.isspace() and not quoted:
            return place
    raise MalformedError("it has no key behind its options")


def _options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    place = 0
    while place < len(text):
        found = _OPTION.match(text, place)
        name = found[1].lower() if found else ""
        if found is None or name not in (
            "cert-authority",
            "namespaces",
            "valid-after",
            "valid-before",
        ):
            raise MalformedError(f"its option {text[place:]} is not known")
        options[name] = found[2] or ""
        place = found.end()
    return options


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        digits = f"{found[1]}{found[2] or '0000'}{found[3] or '00'}"
        naive = datetime.strptime(digits, "%Y%m%d%H%M%S")
    except ValueError as error:
        raise MalformedError(f"{text!r} is no time such as 20261124 or 202611241530Z") from error
    return naive.replace(tzinfo=UTC) if found[4] else naive.astimezone()


def _key(words: list[str]) -> bytes:
    try:
        key = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise MalformedError("its key is no public key such as: ssh-ed25519 AAAA…") from error
    if key_type(key) != words[0]:
        raise MalformedError(f"its key is of type {key_type(key)}, and it says {words[0]}")
    return key


def _krl(data: bytes) -> Revoked:
    """A key revocation list (OpenSSH's PROTOCOL.krl)."""
    wire = Wire(data)
    wire.take(len(_KRL))
    if (version := wire.uint32()) != 1:
        raise MalformedError(f"the list is of version {version}, and only version 1 is known")
    wire.take(24)
    wire.string()
    wire.string()
    found: dict[int, set[bytes]] = {2: set(), 3: set(), 5: set()}
    certificates = []
    while wire.rest:
        kind, section = wire.take(1)[0], wire.string()
        if kind in found:
            found[kind] |= set(_strings(section))
        elif kind == 1:
            certificates.append(_revoked_certificates(Wire(section)))
    keys, sha1, sha256 = (frozenset(found[kind]) for kind in (2, 3, 5))
    return Revoked(keys, sha1, sha256, tuple(certificates))


def _revoked_certificates(wire: Wire) -> RevokedCertificates:
    """A section of a revocation list about the certificates of one authority."""
    authority = wire.string()
    wire.string()
    serials: list[tuple[int, int]] = []
    key_ids: set[bytes] = set()
    while wire.rest:
        kind, section = wire.take(1)[0], Wire(wire.string())
        if kind == 0x20:
            while section.rest:
                number = section.uint64()
                serials.append((number, number))
        elif kind == 0x21:
            serials.append((section.uint64(), section.uint64()))
        elif kind == 0x22:
            first, bits = section.uint64(), section.mpint()
            places = (place for place in range(bits.bit_length()) if bits >> place & 1)
            serials += [(first + place, first + place) for place in places]
        elif kind == 0x23:
            key_ids |= set(_strings(section.rest))
    return RevokedCertificates(authority, tuple(serials), frozenset(key_ids))


def _strings(data: bytes) -> Iterator[bytes]:
    wire = Wire(data)
    while wire.rest:
        yield wire.string()
