"""Verify the signatures and timestamps of a package.

Their files are in `signatures/`. The tag manifests that they sign do not list them, so that signing
changes nothing that was signed. RFC 8493 (2.2.1) recommends, but does not require, that tag
manifests list every tag file.

    signatures/tagmanifest-sha512.txt.sig           an OpenSSH signature of the tag manifest
    signatures/tagmanifest-sha512.txt.2.sig         a second signer's signature
    signatures/tagmanifest-sha512.txt.sig.tsr       a timestamp over the first signature
    signatures/tagmanifest-sha512.txt.sig.tsr.pem   the certificates that came with the timestamp
    signatures/tagmanifest-sha512.txt.sig.tsr.tsr   a later timestamp, which renews the first
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.fixity import ALGORITHMS
from archive_pkg.packages.layout import RECORD
from archive_pkg.packages.signatures import ssh_signatures, timestamps
from archive_pkg.packages.signatures.signers import (
    Revoked,
    Signer,
    read_allowed_signers,
    read_revoked,
)
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import names_in, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.bags import Bag
    from archive_pkg.bags.manifests import Manifest
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding

FOLDER = "signatures"

SIGNATURE_WRONG = Code(
    "signature-wrong",
    Severity.ERROR,
    "A signature does not match its tag manifest. The manifest was changed or rewritten after "
    "signing, or the signature belongs to another package or is forged.",
    "OpenSSH, PROTOCOL.sshsig",
)
SIGNATURE_MALFORMED = Code(
    "signature-malformed",
    Severity.ERROR,
    "A signature file is not an OpenSSH signature, or its type is not supported.",
    "OpenSSH, PROTOCOL.sshsig",
)
SIGNATURE_NAMESPACE = Code(
    "signature-for-other-purpose",
    Severity.ERROR,
    'A signature was made for something other than a file (namespace "file"), such as a '
    "commit, so it does not vouch for this package.",
    "ssh-keygen(1), -Y sign",
)
SIGNATURE_WITHOUT_SUBJECT = Code(
    "signature-without-subject",
    Severity.ERROR,
    "The tag manifest that a signature was made for is missing.",
)
SIGNATURE_PARTIAL = Code(
    "signature-covers-part",
    Severity.WARNING,
    "The signed tag manifest does not cover every file of the bag with a strong algorithm. "
    "Changes of the other files go unnoticed.",
)
SIGNATURE_REQUIRED = Code(
    "signature-required",
    Severity.ERROR,
    "A signature is required (`--require-signature`, `--allowed-signers`), but a tag manifest "
    "has none by an allowed signer that covers every file of the bag.",
)
TIMESTAMP_REQUIRED = Code(
    "timestamp-required",
    Severity.ERROR,
    "A timestamp is required (`--require-timestamp`), but a tag manifest has no accepted signature "
    "with a timestamp by a trusted authority.",
)
SIGNER_UNKNOWN = Code(
    "signer-unknown",
    Severity.ERROR,
    "The signature is valid, but the file of allowed signers does not list its key.",
    "ssh-keygen(1), ALLOWED SIGNERS",
)
SIGNER_OUT_OF_TIME = Code(
    "signer-out-of-time",
    Severity.ERROR,
    "The signature is valid, and the file of allowed signers lists its key or its certificate's "
    "authority, but does not allow it at that time, for files, or for the certificate's names.",
    "ssh-keygen(1), ALLOWED SIGNERS",
)
KEY_REVOKED = Code(
    "signature-key-revoked",
    Severity.ERROR,
    "The signature's key, its certificate or the certificate's authority has been revoked, so "
    "anyone may have made the signature.",
    "ssh-keygen(1), KEY REVOCATION LISTS",
)
TAG_MANIFEST_UNSIGNED = Code(
    "tagmanifest-unsigned",
    Severity.ADVICE,
    "Some tag manifests are signed, but not this one. Sign again with the same key.",
)
STRAY = Code(
    "signatures-stray-file",
    Severity.WARNING,
    "A file in signatures/ is not a signature of a tag manifest, a timestamp of a signature or "
    "a timestamp's certificates, or the file it belongs to is missing.",
)
TIMESTAMP_MALFORMED = Code(
    "timestamp-malformed",
    Severity.ERROR,
    "A timestamp file cannot be read, or its type is not supported.",
    "RFC 3161, 2.4.2",
)
TIMESTAMP_WRONG = Code(
    "timestamp-wrong",
    Severity.ERROR,
    "A timestamp does not match the signature next to it, or was changed.",
    "RFC 3161, 2.4.2",
)
TIMESTAMP_UNTRUSTED = Code(
    "timestamp-untrusted",
    Severity.ERROR,
    "A timestamp matches the signature, but the given certificates do not vouch for its "
    "authority at that time.",
    "RFC 3161, 2.3",
)
TIMESTAMP_EXPIRED = Code(
    "timestamp-certificate-expired",
    Severity.ADVICE,
    "The certificate of a signature's newest timestamp has expired. If its key leaks later, the "
    "timestamp proves nothing. Renew the timestamp with sign --timestamp URL --renew.",
    "RFC 3161, 4.3",
)
TIMESTAMP_IN_FUTURE = Code(
    "timestamp-in-future",
    Severity.WARNING,
    "A timestamp is more than five minutes ahead of this machine's clock. One of the two clocks "
    "is wrong.",
)

_SIGNATURE = re.compile(
    r"signatures/(tagmanifest-[A-Za-z0-9-]+\.txt)(?:\.([2-9]|[1-9][0-9]+))?\.sig"
)
_STAMP_FILE = re.compile(rf"(?P<of>{_SIGNATURE.pattern}(?:\.tsr)*)\.tsr|(?P<for>.+\.tsr)\.pem")
"""The name of a timestamp, or of its certificates."""
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Trust:
    """Which signers and time-stamping authorities to trust, and what to require.

    Attributes:
        signers: Who may sign, each with a key; None if no file of allowed signers is given.
        revoked: Revoked keys.
        authorities: Certificates of time-stamping authorities, as PEM.
        require_signature: Whether a package must be signed, or who must have signed it. With
            `signers` it must be signed in any case.
        require_timestamp: Whether a package must have a timestamp that `authorities` vouch for.
    """

    signers: tuple[Signer, ...] | None = None
    revoked: Revoked = field(default_factory=Revoked)
    authorities: bytes = b""
    require_signature: bool | str = False
    require_timestamp: bool = False

    @classmethod
    def read(
        cls,
        allowed_signers: StrPath | None = None,
        revoked: StrPath | None = None,
        authorities: StrPath | None = None,
        *,
        require_signature: bool | str = False,
        require_timestamp: bool = False,
    ) -> Trust:
        """Read allowed signers, revoked keys and authorities from files of OpenSSH and OpenSSL.

        Args:
            allowed_signers: A file as `ssh-keygen -Y verify -f` takes it.
            revoked: A file as `ssh-keygen -Y verify -r` takes it.
            authorities: Certificates as PEM, as `openssl ts -verify -CAfile` takes them.
            require_signature: Whether a package must be signed, or who must have signed it.
            require_timestamp: Whether a package must have a timestamp.

        Raises:
            InvalidError: A file does not have the expected format.
            StorageError: A file does not exist or cannot be read.
        """
        return cls(
            None if allowed_signers is None else read_allowed_signers(Path(allowed_signers)),
            Revoked() if revoked is None else read_revoked(Path(revoked)),
            b"" if authorities is None else timestamps.read_certificates(Path(authorities)),
            require_signature,
            require_timestamp,
        )

    @property
    def wants_signature(self) -> bool:
        """Whether a package must have a signature by an allowed signer."""
        return self.signers is not None or self.require_signature is not False


@dataclass(frozen=True, slots=True)
class Stamped:
    """A valid timestamp.

    Attributes:
        file: The timestamp's file in the package.
        time: The time that the timestamp states.
        authority: The name in the authority's certificate.
        trusted: Whether the given certificates vouch for the authority.
    """

    file: str
    time: datetime
    authority: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature.

    Attributes:
        file: The signature's file in the package.
        over: The signed tag manifest.
        key_type: The type of the key, "ssh-ed25519"; empty if the signature cannot be read.
        fingerprint: The key's fingerprint as OpenSSH writes it; empty like `key_type`.
        right: Whether the signature matches the tag manifest and was made for files.
        covers: Whether it is right, and the manifest covers every file with strong algorithms.
        revoked: Whether the key, its certificate or the certificate's authority is revoked.
        signers: Who may have signed with the key, according to the allowed signers, at the time of
            the oldest trusted timestamp, or now if there is none.
        stamps: The valid timestamps, the oldest first.
    """

    file: str
    over: str
    key_type: str = ""
    fingerprint: str = ""
    right: bool = False
    covers: bool = False
    revoked: bool = False
    signers: tuple[str, ...] = ()
    stamps: tuple[Stamped, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the signature is right and its key is not revoked."""
        return self.right and not self.revoked

    def as_json(self) -> dict[str, Any]:
        """Return the signature as plain data for JSON."""
        stamps = [{**asdict(stamp), "time": stamp.time.isoformat()} for stamp in self.stamps]
        return {**asdict(self), "good": self.good, "stamps": stamps}


def utc(time: datetime) -> str:
    """Return a time as text, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def is_signature_file(path: str) -> bool:
    """Return whether a path in a bag is that of a signature, timestamp or its certificates."""
    return bool(_SIGNATURE.fullmatch(path)) or _belongs_to(path) != ""


def _belongs_to(path: str) -> str:
    """Return the file that a timestamp or its certificates belong to; empty for other files."""
    found = _STAMP_FILE.fullmatch(path)
    if found is None or (found["for"] and not _belongs_to(found["for"])):
        return ""
    return found["of"] or found["for"]


def is_signed(package: Path) -> bool:
    """Return whether a package's folder has signatures, valid or not."""
    with storage_errors(f"reading {package}"):
        return any(
            _SIGNATURE.fullmatch(f"{FOLDER}/{name}") for name in names_in(package / FOLDER, "*.sig")
        )


def examine_signatures(
    bag: Bag, files: Mapping[str, bytes], trust: Trust, report: Report, now: datetime | None = None
) -> tuple[Signed, ...]:
    """Check every signature and timestamp of a bag.

    Args:
        bag: The bag.
        files: The bytes of its tag manifests and of the files in `signatures/`, by their paths.
        trust: Whom to trust, and what to require.
        report: Receives the findings.
        now: The time at which keys and certificates must be valid; the current time if None.

    Returns:
        The signatures, sorted by tag manifest and number.
    """
    work = _Examination(files, trust, report, now or datetime.now(UTC), bag_is_valid=report.ok)
    covering = {manifest.name: _uncovered(bag, manifest) for manifest in bag.tag_manifests.values()}
    matches = filter(None, map(_SIGNATURE.fullmatch, files))
    ordered = sorted((found[1], int(found[2] or 1), found[0]) for found in matches)
    signed = tuple(work.signature(path, over, covering.get(over, "")) for over, _, path in ordered)
    for path in sorted(files):
        if path.startswith(f"{FOLDER}/") and not _SIGNATURE.fullmatch(path):
            if not (subject := _belongs_to(path)):
                message, hint = "is neither a signature nor a timestamp", "Remove it."
            elif subject not in files:
                message, hint = f"{subject} is missing", "Restore that file, or remove this one."
            else:
                continue
            report.add(STRAY.at(work.at(path), message, hint))
    if trust.wants_signature or trust.require_timestamp:
        work.require(bag, signed)
    elif signed:
        unsigned = covering.keys() - {one.over for one in signed}
        for name in sorted(unsigned):
            report.add(TAG_MANIFEST_UNSIGNED.at(work.at(name), "is not signed"))
    return signed


def _uncovered(bag: Bag, manifest: Manifest) -> str:
    """Return what a tag manifest does not cover; empty if it covers the bag completely."""
    if not _is_strong(manifest):
        return f"any file: {manifest.algorithm} is weak or unknown"
    lists = {each.name for each in bag.tag_manifests.values()}
    bare = [
        path
        for path in bag.tag_files
        if path not in manifest.digests and path not in lists and not is_signature_file(path)
    ]
    strong = [each.digests for each in bag.manifests.values() if _is_strong(each)]
    # Since version 1.0 a bag is not valid unless every manifest lists the complete payload.
    is_old = bag.declaration.number < (1, 0)
    if not strong or (is_old and not any(each.keys() >= set(bag.payload) for each in strong)):
        bare.append("data/")
    more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
    return ", ".join(bare[:3]) + more


def _is_strong(manifest: Manifest) -> bool:
    known = ALGORITHMS.get(manifest.algorithm)
    return known is not None and not known.weak


def examine_signature(
    path: str, over: str, files: Mapping[str, bytes], trust: Trust, report: Report
) -> Signed:
    """Check a signature of any file, and its timestamps.

    Args:
        path: The signature's file.
        over: The signed file.
        files: The bytes of both files and of the signature's timestamps, by their paths.
        trust: Whom to trust.
        report: Receives the findings.
    """
    return _Examination(files, trust, report, datetime.now(UTC)).signature(path, over, "")


class _Examination:
    def __init__(
        self,
        files: Mapping[str, bytes],
        trust: Trust,
        report: Report,
        now: datetime,
        *,
        bag_is_valid: bool = False,
    ) -> None:
        self.files = files
        self.trust = trust
        self.report = report
        self.now = now
        self.valid = bag_is_valid
        self.accepted: set[str] = set()
        """The files of the signatures that the required or allowed signers made."""

    def at(self, path: str) -> Location:
        return Location(path)

    def signature(self, path: str, over: str, uncovered: str) -> Signed:
        try:
            signature = ssh_signatures.parse(self.files[path])
            right = over in self.files and signature.matches(self.files[over])
        except SshFormatError as error:
            hint = "Restore it from another copy, or check it with ssh-keygen -Y check-novalidate."
            self.report.add(SIGNATURE_MALFORMED.at(self.at(path), str(error), hint))
            return Signed(path, over)
        key = f"{signature.key_type} key {signature.fingerprint}"
        if over not in self.files:
            self.report.add(SIGNATURE_WITHOUT_SUBJECT.at(self.at(path), f"{over} is missing"))
        elif not right:
            self.report.add(self._wrong(path, over, key))
        elif signature.namespace != ssh_signatures.NAMESPACE:
            message = f"it was made for the namespace “{signature.namespace}”, not for a file"
            self.report.add(SIGNATURE_NAMESPACE.at(self.at(path), message))
            right = False
        stamps = self.stamps(path)
        when = next((stamp.time for stamp in stamps if stamp.trusted), self.now)
        revoked = self.trust.revoked.revokes(signature)
        if right and revoked:
            self.report.add(KEY_REVOKED.at(self.at(path), f"the {key} has been revoked"))
        if right and uncovered:
            message = f"it does not cover {uncovered}"
            self.report.add(
                SIGNATURE_PARTIAL.at(
                    self.at(path), message, "Run archive-pkg bag update, then sign again."
                )
            )
        good = right and not revoked
        signers = self._who(path, signature, key, when) if good else ()
        if good and self._is_accepted(signature, when):
            self.accepted.add(path)
        return Signed(
            path,
            over,
            signature.key_type,
            signature.fingerprint,
            right,
            right and not uncovered,
            revoked,
            signers,
            stamps,
        )

    def _is_accepted(self, signature: ssh_signatures.SshSignature, when: datetime) -> bool:
        who, lines = self.trust.require_signature, self.trust.signers
        if lines is None:  # the user gave no allowed signers
            return not self.trust.wants_signature
        if isinstance(who, str):
            return any(line.allows_as(who, signature, when) for line in lines)
        return any(line.allows(signature, when) for line in lines)

    def require(self, bag: Bag, signed: tuple[Signed, ...]) -> None:
        """Report required signatures and timestamps that are missing."""
        who = self.trust.require_signature
        by = f" by {who}" if isinstance(who, str) else " by an allowed signer"
        hint = "Get the package from its signer again."
        if self.trust.signers is None:
            hint = "Name the file of allowed signers with --allowed-signers."
        lists = {manifest.name for manifest in bag.tag_manifests.values()}
        if f"data/{RECORD}" in bag.payload:  # packages have tag manifests for the same algorithms
            lists |= {f"tag{manifest.name}" for manifest in bag.manifests.values()}
        strong = {each.name for each in bag.tag_manifests.values() if _is_strong(each)}
        if not signed or not strong:
            code = SIGNATURE_REQUIRED if self.trust.wants_signature else TIMESTAMP_REQUIRED
            hint = "Ask its maker for a signed copy, or sign it: archive-pkg sign."
            self.report.add(code.at(self.at(FOLDER), "the package is not signed", hint))
            return
        for name in sorted(lists):
            good = [
                one
                for one in signed
                if one.over == name
                and one.file in self.accepted
                and (one.covers or name not in strong)
            ]
            if not good and self.trust.wants_signature:
                message = f"has no valid signature{by} that covers every file"
                self.report.add(SIGNATURE_REQUIRED.at(self.at(name), message, hint))
            elif self.trust.require_timestamp and not any(
                stamp.trusted for one in good for stamp in one.stamps
            ):
                message = "has no signature with a timestamp by a trusted authority"
                hint = "Name the certificates to trust with --timestamp-ca."
                self.report.add(TIMESTAMP_REQUIRED.at(self.at(name), message, hint))

    def _wrong(self, path: str, over: str, key: str) -> Finding:
        if self.valid:
            message = (
                f"{over} does not match the signature with the {key}, although the bag is "
                "valid: the "
                "manifests were rewritten after signing, or the signature belongs to "
                "another package"
            )
        else:
            message = (
                f"{over} does not match the signature with the {key}: the manifest was changed "
                "after signing, or the signature belongs to another package"
            )
        hint = "Do not trust this copy of the package. Get another one."
        return SIGNATURE_WRONG.at(self.at(path), message, hint)

    def _who(
        self, path: str, signature: ssh_signatures.SshSignature, name: str, when: datetime
    ) -> tuple[str, ...]:
        listed = [one for one in self.trust.signers or () if one.knows(signature)]
        allowed = [who for one in listed for who in one.allows(signature, when)]
        if self.trust.signers is None or allowed:
            return tuple(dict.fromkeys(allowed))
        certificate = signature.certificate
        if not listed:
            whose = f"the authority that certified the {name}" if certificate else f"the {name}"
            message = f"{whose} is not among the allowed signers"
            hint = "Ask the signer for the public key through another channel, then list it."
            self.report.add(SIGNER_UNKNOWN.at(self.at(path), message, hint))
            return ()
        if certificate:
            named = ", ".join(certificate.principals) or "nobody"
            whose = f"the {name}, certified for {named} and {certificate.span},"
        else:
            whose = f"the {name} of {listed[0].principals}"
        message = f"{whose} was not allowed to sign files at {utc(when)}"
        self.report.add(SIGNER_OUT_OF_TIME.at(self.at(path), message))
        return ()

    def stamps(self, path: str) -> tuple[Stamped, ...]:
        """Return the valid timestamps of a signature. Each is over the one before it."""
        stamps: list[Stamped] = []
        newest: timestamps.Stamp | None = None
        while (file := f"{path}.tsr") in self.files:
            try:
                stamp = timestamps.read(self.files[file])
                wrong = stamp.fault(self.files[path])
            except timestamps.NoStampError as error:
                hint = "Restore it from another copy of the package."
                self.report.add(TIMESTAMP_MALFORMED.at(self.at(file), str(error), hint))
                break
            if wrong:
                self.report.add(TIMESTAMP_WRONG.at(self.at(file), wrong))
                break
            stamps.append(self._stamped(file, stamp, self.files[path]))
            path, newest = file, stamp
        if newest and newest.expires < self.now:
            until = f"{newest.expires:%Y-%m-%d}"
            message = f"the certificate of {newest.authority} expired on {until}"
            self.report.add(TIMESTAMP_EXPIRED.at(self.at(path), message))
        return tuple(stamps)

    def _stamped(self, file: str, stamp: timestamps.Stamp, data: bytes) -> Stamped:
        trusted = False
        if self.trust.authorities:
            wrong = stamp.fault(data, self.trust.authorities)
            trusted = not wrong
            if wrong:
                self.report.add(TIMESTAMP_UNTRUSTED.at(self.at(file), wrong))
        if stamp.time > self.now + _CLOCKS_DIFFER:
            message = f"it says {utc(stamp.time)}, but this machine's clock says {utc(self.now)}"
            self.report.add(TIMESTAMP_IN_FUTURE.at(self.at(file), message, "Check both clocks."))
        return Stamped(file, stamp.time, stamp.authority, trusted)
