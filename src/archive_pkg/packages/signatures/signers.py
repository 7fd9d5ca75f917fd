"""Read OpenSSH's files of allowed signers and of revoked keys (ssh-keygen(1))."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError
from archive_pkg.packages.signatures.ssh_certificates import KEY_TYPES, is_certificate, plain_key
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError, SshReader, key_type
from archive_pkg.packages.signatures.ssh_signatures import NAMESPACE, SshSignature
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import read_regular, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.packages.signatures.ssh_certificates import Certificate

ALLOWED_SIGNERS_LINE = Code(
    "allowed-signers-line-malformed",
    Severity.ERROR,
    "A line of the file of allowed signers cannot be read, so it is not clear whom it allows.",
    "ssh-keygen(1), ALLOWED SIGNERS",
)
REVOKED_KEYS_MALFORMED = Code(
    "revoked-keys-malformed",
    Severity.ERROR,
    "The file of revoked keys is neither a list of public keys nor a key revocation list.",
    "ssh-keygen(1), KEY REVOCATION LISTS",
)

_BLANKS = " \t\r"
"""The only characters that OpenSSH treats as space."""
_OPTION = re.compile(
    r"(?P<flag>cert-authority)"
    r'|(?P<name>namespaces|valid-after|valid-before)="(?P<value>(?:\\"|[^"\\]|\\(?!"))*)"',
    re.IGNORECASE,
)
_TIME = re.compile(r"([0-9]{8})(?:([0-9]{4})([0-9]{2})?)?(Z|UTC)?", re.IGNORECASE)
_KRL = b"SSHKRL\n\0"
_KRL_SIGNATURE = 4
"""The kind of a section that signs the list itself. OpenSSH does not check it, either."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One line of a file of allowed signers.

    Attributes:
        principals: The signers: names or patterns, separated by commas.
        key: The public key in binary form.
        namespaces: What the key may sign: patterns, separated by commas.
        after: The start of the key's validity; None if it is not limited.
        before: The end of the key's validity; None if it is not limited.
        is_authority: Whether the key signs certificates instead of files.
    """

    principals: str
    key: bytes
    namespaces: str = "*"
    after: datetime | None = None
    before: datetime | None = None
    is_authority: bool = False

    def knows(self, signature: SshSignature) -> bool:
        """Return whether the line lists a signature's key, or the authority of its certificate."""
        if signature.certificate:
            return self.is_authority and signature.certificate.authority == self.key
        return not self.is_authority and signature.key == self.key

    def allows(self, signature: SshSignature, at: datetime) -> tuple[str, ...]:
        """Return who may have made a signature at a time, according to the line; empty if none."""
        if not (
            self.knows(signature)
            and _matches(NAMESPACE, self.namespaces)
            and (self.after is None or at >= self.after)
            and (self.before is None or at <= self.before)
        ):
            return ()
        certificate = signature.certificate
        if certificate is None:
            return (self.principals,)
        names = certificate.principals if certificate.is_good(at) else ()
        return tuple(name for name in names if _matches(name, self.principals))

    def allows_as(self, who: str, signature: SshSignature, at: datetime) -> bool:
        """Return whether `ssh-keygen -Y verify -I WHO` accepts a signature because of the line."""
        allowed = self.allows(signature, at)
        return who in allowed if signature.certificate else any(_matches(who, a) for a in allowed)


@dataclass(frozen=True, slots=True)
class RevokedCertificates:
    """Revoked certificates of one authority.

    Attributes:
        authority: The authority's key in binary form; empty for every authority.
        serials: Ranges of serial numbers: the first and the last of each.
        bitmaps: Further serial numbers: the first of a range, and one bit for each number from it.
        key_ids: The key ids of further certificates.
    """

    authority: bytes
    serials: tuple[tuple[int, int], ...] = ()
    bitmaps: tuple[tuple[int, int], ...] = ()
    key_ids: frozenset[bytes] = frozenset()

    def __contains__(self, certificate: Certificate) -> bool:
        if self.authority and certificate.authority != self.authority:
            return False
        # Zero means that there is no serial number.
        serial = certificate.serial
        is_listed = serial and (
            any(first <= serial <= last for first, last in self.serials)
            or any(first <= serial and bits >> (serial - first) & 1 for first, bits in self.bitmaps)
        )
        return bool(is_listed) or certificate.key_id in self.key_ids


@dataclass(frozen=True, slots=True)
class Revoked:
    """Revoked keys and certificates.

    Attributes:
        keys: Public keys in binary form.
        sha1: SHA-1 digests of further keys.
        sha256: SHA-256 digests of further keys.
        certificates: Revoked certificates, grouped by authority.
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

    def revokes(self, signature: SshSignature) -> bool:
        """Return whether a signature's key, certificate or certificate authority is revoked."""
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
        InvalidError: Lines cannot be read; the error's report has all of them.
        StorageError: The file does not exist or cannot be read.
    """
    report, signers = Report(), []
    for number, line in enumerate(_lines(_read(path)), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            signer = _signer(line)
        except SshFormatError as error:
            place = Location(str(path), line=number)
            hint = "Write it as: editor@example.org ssh-ed25519 AAAA…"
            report.add(ALLOWED_SIGNERS_LINE.at(place, str(error), hint))
        else:
            signers.append(signer)
    if not report.ok:
        raise InvalidError(f"{path} has lines that cannot be read", report=report)
    return tuple(signers)


def read_revoked(path: Path) -> Revoked:
    """Read a file of revoked keys: a key revocation list, or public keys line by line.

    Raises:
        InvalidError: The file is neither.
        StorageError: The file does not exist or cannot be read.
    """
    data = _read(path)
    try:
        if data.startswith(_KRL):
            return _krl(data)
        lines = [line for line in _lines(data) if line and not line.startswith("#")]
        return Revoked(frozenset(plain_key(_key(line)) for line in lines))
    except SshFormatError as error:
        found = REVOKED_KEYS_MALFORMED.at(Location(str(path)), str(error))
        raise InvalidError(f"{path} cannot be used: {error}", report=Report([found])) from error


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise unreadable(path, error) from error


def _lines(data: bytes) -> Iterator[str]:
    """Yield the lines of a file as OpenSSH splits them, stripped."""
    for line in data.split(b"\n"):
        yield line.decode("utf-8", "surrogateescape").strip(_BLANKS)


def _signer(line: str) -> Signer:
    if "\0" in line:
        raise SshFormatError("the line has a NUL byte")
    principals, rest = _principals(line)
    options: dict[str, str] = {}
    try:
        key = _key(rest)
    except SshFormatError:
        end = _options_end(rest)
        options = _options(rest[:end])
        key = _key(rest[end:].lstrip(_BLANKS))
    if (kind := key_type(key)) not in KEY_TYPES:
        raise SshFormatError(
            f"the key is of type {kind}; list the key itself, or its authority as cert-authority"
            if is_certificate(key)
            else f"the key is of the unknown type {kind}"
        )
    after, before = (_time(options.get(name)) for name in ("valid-after", "valid-before"))
    if after and before and before <= after:
        raise SshFormatError("valid-before is not later than valid-after")
    return Signer(
        principals,
        key,
        options.get("namespaces", "*"),
        after,
        before,
        "cert-authority" in options,
    )


def _principals(line: str) -> tuple[str, str]:
    """Split off the first word of a line, which may be partly in quotation marks."""
    end = next((place for place, sign in enumerate(line) if sign in _BLANKS or sign == '"'), None)
    if end is None:
        raise SshFormatError("the line has no key")
    if line[end] != '"':
        return line[:end], line[end:].lstrip(_BLANKS)
    quoted, closing, rest = line[end + 1 :].partition('"')
    if not closing:
        raise SshFormatError("a quotation mark is not closed")
    return line[:end] + quoted, rest.lstrip(_BLANKS)


def _options_end(text: str) -> int:
    found = re.match(r'(?:\\"|"(?:\\"|[^"\\]|\\(?!"))*"|[^"\\ \t]|\\(?!"))*+(?=[ \t])', text)
    if found is None:
        raise SshFormatError(
            "the line has no key, or a quotation mark in its options is not closed"
        )
    return found.end()


def _options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    place = 0
    while True:
        found = _OPTION.match(text, place)
        if found is None:
            raise SshFormatError(f"the option {text[place:]} is not known")
        name = (found["flag"] or found["name"]).lower()
        if found["name"] and name in options:
            raise SshFormatError(f"{name} is given more than once")
        options[name] = (found["value"] or "").replace('\\"', '"')
        place = found.end()
        if place == len(text):
            return options
        if text[place] != ",":
            raise SshFormatError(f"the option {text[found.start() :]} is not known")
        place += 1


def _matches(name: str, patterns: str) -> bool:
    """Return whether a name matches a pattern, but not one negated by "!" (see ssh_config(5))."""
    is_match = False
    for pattern in patterns.split(","):
        is_negated = pattern.startswith("!")
        # Brackets are literal; only "*" and "?" are wildcards.
        if fnmatchcase(name, pattern.removeprefix("!").replace("[", "[[]")):
            if is_negated:
                return False
            is_match = True
    return is_match


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        digits = f"{found[1]}{found[2] or '0000'}{found[3] or '00'}"
        naive = datetime.strptime(digits, "%Y%m%d%H%M%S")
        time = naive.replace(tzinfo=UTC) if found[4] else naive.astimezone()
        if time.timestamp() <= 0:
            raise ValueError(text)
    except (ValueError, OverflowError) as error:
        raise SshFormatError(f"{text!r} is not a time such as 20261124 or 202611241530Z") from error
    return time


def _key(text: str) -> bytes:
    """Read a public key: its type and its base64, and possibly a comment."""
    words = re.split(r"[ \t]+", text, maxsplit=2)
    try:
        key = base64.b64decode(words[1], validate=True)
    except (IndexError, ValueError) as error:
        raise SshFormatError("the key is not a public key such as: ssh-ed25519 AAAA…") from error
    if key_type(key) != words[0]:
        raise SshFormatError(f"the key is of type {key_type(key)}, but the line says {words[0]}")
    return key


def _krl(data: bytes) -> Revoked:
    """Read a key revocation list (OpenSSH's PROTOCOL.krl)."""
    reader = SshReader(data)
    reader.take(len(_KRL))
    if (version := reader.uint32()) != 1:
        raise SshFormatError(f"the list has version {version}; only version 1 is supported")
    reader.take(24)
    reader.string()
    reader.string()
    found: dict[int, set[bytes]] = {2: set(), 3: set(), 5: set()}
    certificates = []
    while reader.rest:
        kind, section = reader.take(1)[0], reader.string()
        if kind in found:
            found[kind] |= set(_strings(section))
        elif kind == 1:
            certificates.append(_revoked_certificates(SshReader(section)))
        elif kind != _KRL_SIGNATURE:
            raise SshFormatError(f"the list has a section of the unknown kind {kind}")
    keys, sha1, sha256 = (frozenset(found[kind]) for kind in (2, 3, 5))
    return Revoked(frozenset(map(plain_key, keys)), sha1, sha256, tuple(certificates))


def _revoked_certificates(reader: SshReader) -> RevokedCertificates:
    """Read a section of a revocation list that revokes certificates of one authority."""
    authority = reader.string()
    reader.string()
    serials: list[tuple[int, int]] = []
    bitmaps: list[tuple[int, int]] = []
    key_ids: set[bytes] = set()
    while reader.rest:
        kind, section = reader.take(1)[0], SshReader(reader.string())
        if kind == 0x20:
            while section.rest:
                number = section.uint64()
                serials.append((number, number))
        elif kind == 0x21:
            serials.append((section.uint64(), section.uint64()))
        elif kind == 0x22:
            bitmaps.append((section.uint64(), section.mpint()))
        elif kind == 0x23:
            key_ids |= set(_strings(section.take(len(section.rest))))
        else:
            raise SshFormatError(f"the list revokes certificates in an unknown way ({kind:#x})")
        if section.rest:
            raise SshFormatError("a section of the list has extra bytes at its end")
    if any(bits < 0 for _, bits in bitmaps):
        raise SshFormatError("a bitmap of the list is negative")
    return RevokedCertificates(authority, tuple(serials), tuple(bitmaps), frozenset(key_ids))


def _strings(data: bytes) -> Iterator[bytes]:
    reader = SshReader(data)
    while reader.rest:
        yield reader.string()
