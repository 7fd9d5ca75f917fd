"""Sign a package and timestamp its signatures, without changing the signed files.

`ssh-keygen -Y sign` makes the signatures, so that keys in an agent or on a hardware token
work, and this program never reads a private key.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages.later_events import LaterEvent, ready_receipts, save_event
from archive_pkg.packages.opening import require_bag, verify
from archive_pkg.packages.signatures import ssh_signatures, timestamps
from archive_pkg.packages.signatures.ssh_encoding import SshFormatError
from archive_pkg.packages.signatures.verifying import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.packages.opening import Verification
    from archive_pkg.paths import StrPath


@dataclass(frozen=True, slots=True)
class Signing:
    """The result of `sign`.

    Attributes:
        path: The package.
        fingerprint: The fingerprint of the key; empty if no key was given.
        signatures: The paths of the new signatures in the package.
        stamps: The paths of the new timestamps in the package.
        pending: For each requested timestamp that was not made, its subject and the reason.
    """

    path: Path
    fingerprint: str
    signatures: tuple[str, ...]
    stamps: tuple[str, ...]
    pending: tuple[str, ...]


def sign(
    package: StrPath,
    *,
    key: StrPath | None = None,
    timestamp: str | None = None,
    renew: bool = False,
    receipts: StrPath | None = None,
    wait: float = 0,
) -> Signing:
    """Sign each tag manifest of a valid bag, and timestamp the signatures.

    Signing again with the same key changes nothing. A different key adds signatures. If the
    time-stamping authority fails, the signatures are kept, and timestamps can be added later.

    Args:
        package: The bag's folder.
        key: The file of the private key, or of the public key if an agent has the private one.
        timestamp: The address of a time-stamping authority (RFC 3161). Existing signatures
            without a timestamp get one, too.
        renew: Also renew existing timestamps: add a new one over the newest of each signature.
        receipts: The folder for the events of many packages. If None, this package's events are
            written next to it. See `later_events.receipts_folder`.
        wait: Seconds to wait if another process is changing the same package.

    Raises:
        InvalidError: The package is not valid, or has no tag manifest to sign; nothing was done.
        StorageError: The key or the package cannot be read or written.
        UsageError: `key` and `timestamp` are both None, `timestamp` is not a web address, or the
            key cannot be used.
    """
    package = Path(package)
    key = Path(key) if key is not None else None
    receipts = Path(receipts) if receipts is not None else None
    if key is None and timestamp is None:
        raise UsageError("no key is given", "Name a key with --key, or use --timestamp URL.")
    if timestamp is not None:
        timestamps.refuse_other_addresses(timestamp)
    require_bag(package)
    verification = verify(package)
    if not verification.ok or verification.verdict.bag is None:
        raise InvalidError(
            f"{package} was not signed, since it is not valid", report=verification.report
        )
    with storage.Staging(package, wait=wait) as staging:
        run = _SigningRun(package, verification, staging.path)
        if key is not None:
            run.sign(key)
        if timestamp is not None:
            run.stamp(timestamp, renew=renew)
        run.install()
    for event in run.events():
        save_event(event, ready_receipts(package, receipts))
    return Signing(
        package, run.fingerprint, tuple(run.signatures), tuple(run.stamps), tuple(run.pending)
    )


class _SigningRun:
    """Makes new signatures of one package in a staging folder next to it."""

    def __init__(self, package: Path, verification: Verification, staged: Path) -> None:
        self.package = package
        self.existing = verification.signatures
        bag = verification.verdict.bag
        self.manifests = sorted(one.name for one in bag.tag_manifests.values()) if bag else []
        self.id = verification.record.id if verification.record else package.absolute().name
        self.staged = staged
        self.folder = staged / FOLDER
        self.fingerprint = ""
        self.key_type = ""
        self.signatures: dict[str, str] = {}
        self.stamps: dict[str, str] = {}
        self.pending: list[str] = []
        self.url = ""
        self.signed = datetime.now(UTC)
        if not self.manifests:
            raise InvalidError(
                f"{package} has no tag manifest to sign",
                "Run archive-pkg bag upgrade, which writes one.",
            )
        with storage.storage_errors(f"reading {package / FOLDER}"):
            if (package / FOLDER).is_dir():
                shutil.copytree(package / FOLDER, self.folder, symlinks=True)
            else:
                self.folder.mkdir()

    def sign(self, key: Path) -> None:
        with storage.storage_errors(f"reading {self.package}"):
            for name in self.manifests:
                shutil.copyfile(self.package / name, self.staged / name)
        signatures = sign_files(key, [self.staged / name for name in self.manifests])
        self.signed = datetime.now(UTC)
        for name, made in zip(self.manifests, signatures, strict=True):
            self.fingerprint, self.key_type = made.fingerprint, made.key_type
            is_signed = any(
                one.over == name and one.fingerprint == made.fingerprint for one in self.existing
            )
            if is_signed:
                continue
            path = self._unused_path(name)
            (self.staged / f"{name}.sig").rename(self.staged / path)
            self.signatures[path] = name

    def stamp(self, url: str, *, renew: bool) -> None:
        self.url = url
        for path in [f"{FOLDER}/{name}" for name in storage.names_in(self.folder, "*.sig")]:
            newest = path
            while (self.staged / f"{newest}.tsr").is_file():
                newest += ".tsr"
            if newest != path and not renew:
                continue
            try:
                answer = timestamps.request(storage.read_regular(self.staged / newest), url)
            except timestamps.NoStampError as error:
                self.pending.append(f"{newest}: {error}")
                continue
            stamp = f"{newest}.tsr"
            (self.staged / stamp).write_bytes(answer)
            certificates = timestamps.read(answer).certificates
            (self.staged / f"{stamp}.pem").write_bytes(certificates)
            self.stamps[stamp] = newest

    def install(self) -> None:
        """Move the folder of signatures into the package.

        This is one step, unless the package has such a folder and the file system cannot exchange
        the two.
        """
        if not (self.signatures or self.stamps):
            return
        place = self.package / FOLDER
        with storage.storage_errors(f"writing {place}"):
            storage.sync_tree(self.folder)
            if not place.exists():
                self.folder.rename(place)
            elif not storage.exchange(self.folder, place):
                # Each of these files is valid without the others.
                new = set(storage.names_in(self.folder)) - set(storage.names_in(place))
                for name in sorted(new):
                    storage.write_atomically(place / name, storage.read_regular(self.folder / name))
            storage.sync_folder(self.package)

    def events(self) -> Iterator[LaterEvent]:
        """Return the events to record next to the package."""
        if self.signatures:
            yield LaterEvent(
                type="digital signature generation",
                time=self.signed,
                package=self.id,
                inputs=self._digests(self.signatures.values()),
                outputs=self._digests(self.signatures),
                outcome="success",
                detail=f"OpenSSH signature for files, {self.key_type} key {self.fingerprint}.",
            )
        if self.stamps or self.pending:
            detail = f"RFC 3161, by {self.url}."
            yield LaterEvent(
                type="timestamping",
                time=datetime.now(UTC),
                package=self.id,
                inputs=self._digests(self.stamps.values()),
                outputs=self._digests(self.stamps),
                outcome="fail" if self.pending else "success",
                detail=" ".join([detail, *(f"Pending: {words}." for words in self.pending)]),
            )

    def _digests(self, paths: Iterable[str]) -> dict[str, str]:
        return {
            path: hashlib.sha256(storage.read_beneath(self.package, path)).hexdigest()
            for path in paths
        }

    def _unused_path(self, manifest: str) -> str:
        path, number = f"{FOLDER}/{manifest}.sig", 2
        while (self.staged / path).exists():
            path, number = f"{FOLDER}/{manifest}.{number}.sig", number + 1
        return path


def sign_files(key: Path, files: list[Path]) -> list[ssh_signatures.SshSignature]:
    """Sign files with OpenSSH; each signature is next to its file and ends in `.sig`.

    Returns:
        The signatures, in the order of the files; each has been checked against its file.

    Raises:
        StorageError: The key does not exist or cannot be read, or a signature does not match.
        UsageError: ssh-keygen is not installed, or cannot sign with the key.
    """
    if not os.path.lexists(key):
        raise storage.missing(key)
    with storage.storage_errors(f"reading the key {key}"):
        storage.open_regular(key).close()  # ssh-keygen would wait forever on a pipe
    program = shutil.which("ssh-keygen")
    if program is None:
        raise UsageError(
            "ssh-keygen, which makes signatures, is not installed", "Install OpenSSH 8.1 or later."
        )
    terminal = sys.stdin.isatty()
    environment = dict(os.environ)
    if not terminal and "SSH_ASKPASS" not in environment:
        environment["SSH_ASKPASS_REQUIRE"] = "never"
    command = [
        program,
        "-q",
        "-Y",
        "sign",
        "-n",
        ssh_signatures.NAMESPACE,
        "-f",
        str(key.absolute()),
        *(str(file.absolute()) for file in files),  # a name may begin with a dash
    ]
    done = subprocess.run(  # noqa: S603 - no shell, and the key's name is one argument
        command,
        stdin=None if terminal else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # A token's request to be touched must appear in the terminal at once.
        stderr=None if terminal else subprocess.PIPE,
        start_new_session=not terminal,
        env=environment,
        check=False,
    )
    if done.returncode or not all(file.with_name(f"{file.name}.sig").exists() for file in files):
        raise _refusal(key, (done.stderr or b"").decode("utf-8", "replace"))
    return [_checked(key, file) for file in files]


def _checked(key: Path, file: Path) -> ssh_signatures.SshSignature:
    """Return the new signature of a file. Raises an error if it does not match the file."""
    try:
        made = ssh_signatures.parse(storage.read_regular(file.with_name(f"{file.name}.sig")))
        is_right = made.matches(storage.read_regular(file))
    except SshFormatError as error:
        raise UsageError(
            f"ssh-keygen's signature with {key} is not supported: {error}",
            "Use a key of type ed25519, ecdsa or rsa.",
        ) from error
    if not is_right:
        raise StorageError(
            f"ssh-keygen's signature of {file.name} does not match the file", "Sign again."
        )
    return made


def _refusal(key: Path, said: str) -> UsageError | StorageError:
    """Return the error for a failed run of ssh-keygen."""
    if "incorrect passphrase" in said:
        return UsageError(
            f"the key {key} has a passphrase, but there is no terminal to ask for it",
            f"Add it to an agent first (ssh-add {key}), or sign in a terminal.",
        )
    if "UNPROTECTED PRIVATE KEY" in said:
        return StorageError(
            f"other users can read the private key {key}, so ssh-keygen refuses to use it",
            f"Run chmod 600 {key}",
        )
    if "Permission denied" in said:
        return StorageError(
            f"you do not have permission to read the key {key}", "Ask for the permission."
        )
    if "agent" in said or "No private key found for public key" in said:
        return UsageError(
            f"the private key of {key} is not in an agent",
            "Start ssh-agent and add the key with ssh-add.",
        )
    if "Couldn't load public key" in said or "invalid format" in said:
        return UsageError(
            f"{key} is not an OpenSSH key",
            "Name a private key, or the public key of one in an agent or on a token.",
        )
    last = [line.strip() for line in said.splitlines() if line.strip()][-1:]
    return UsageError(
        f"ssh-keygen did not sign with {key}" + (f": {last[0]}" if last else ""),
        "Name a private key, or the public key of one in an agent or on a token.",
    )
