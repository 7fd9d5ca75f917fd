"""The interface of a repository, and how a repository is found by its address.

A repository is a class in the entry-point group `archive_pkg.repositories`, under the scheme of its
addresses. Plugins add repositories by declaring an entry point.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable
from urllib.parse import parse_qsl

from archive_pkg import plugins
from archive_pkg.deposits.credentials import (
    environment_name,
    keyring_failure,
    redact,
    unused_variable,
    without_secret,
)
from archive_pkg.deposits.receipts import Arrival, Receipt, Verified
from archive_pkg.errors import ArchivePkgError, DepositError, UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Code, Finding, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.deposits.transfers import Item, Transfer
    from archive_pkg.projects import Project
    from archive_pkg.records import Record

TARGET_TAKES_LESS = Code(
    "deposit-too-large",
    Severity.ERROR,
    "The package, or a file in it, is larger than the repository accepts.",
)
TARGET_TAKES_FEWER = Code(
    "deposit-too-many-files",
    Severity.ERROR,
    "The package has more files than the repository accepts.",
)
TARGET_NEEDS_METADATA = Code(
    "deposit-metadata-lacking",
    Severity.ERROR,
    "The record, or the address, lacks a value that the repository requires.",
)
TARGET_NEEDS_LOGIN = Code(
    "deposit-login-lacking",
    Severity.ERROR,
    "There is no token or password for the repository. Use `archive-pkg login` or the environment.",
)
TARGET_REFUSES_NAME = Code(
    "deposit-name-refused", Severity.ERROR, "The repository does not accept a file with this name."
)
TARGET_IS_OPEN = Code(
    "deposit-open-to-all",
    Severity.ERROR,
    "The repository shows what it publishes to everybody, and the package has parts that the "
    "public may not see. Deposit the package that `build --audience public` makes, restrict the "
    "access there if the repository can, or add `--include-restricted` to send everything.",
)
DEPOSIT_DIFFERS = Code(
    "deposit-differs",
    Severity.ERROR,
    "The repository holds the package already, but not as this deposit asks: published or not, "
    "with different access, or described differently. What is published, and what was edited "
    "there, was not changed.",
)
DEPOSIT_NOTED = Code(
    "deposit-noted",
    Severity.WARNING,
    "The deposit in the repository differs from what the last deposit left: a draft was discarded "
    "and created again, a value was replaced, or the repository did not accept a field.",
)
TARGET_NOT_READY = Code(
    "deposit-target-not-ready",
    Severity.ERROR,
    "The place in the repository is not ready.",
)


class LostError(DepositError):
    """The repository could not be reached or asks to wait; the same request may succeed later.

    Attributes:
        after: The seconds that the repository asks to wait; None if it does not say.
    """

    def __init__(self, message: str, hint: str = "", after: float | None = None) -> None:
        super().__init__(message, hint or "Run the same command again to resume.")
        self.after = after


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of repository can do.

    Attributes:
        packaging: "folder" if the package's files are sent, "zip" if one zip of them is sent.
        digest: The algorithm of the digests that the repository states; empty if it states none.
        write_once: Whether the repository itself refuses to overwrite a deposit.
        resumes: Whether a partly sent file can be resumed.
        publishes: Whether a deposit is a draft until it is published.
        open_to_all: Whether everyone can see the deposits, at once or after a draft is published.
            False for an archive's own storage.
        restricting: The option of the address that restricts access; empty if there is none.
        needs_record: Whether it needs the record of a package, for a description. If so, other bags
            are refused.
        most_files: The most files per package; None if no limit is known.
        most_bytes: The most bytes per package; None if no limit is known.
    """

    packaging: Literal["folder", "zip"]
    digest: str = ""
    write_once: bool = False
    resumes: bool = False
    publishes: bool = False
    open_to_all: bool = True
    restricting: str = ""
    needs_record: bool = False
    most_files: int | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that would be sent.

    Attributes:
        path: The file's path in the package, or the name of a zip.
        size: The size in bytes.
        to: The destination in words.
    """

    path: str
    size: int
    to: str


@dataclass(slots=True)
class DepositPlan:
    """What a deposit would do.

    Attributes:
        transfers: The files, with their destinations.
        report: Every known reason for a refusal.
        steps: Sentences on what would happen, in order.
        notes: Other sentences for the user.
        held: Whether the repository is known to have exactly this package, so that nothing would
            be sent.
        compared: Whether the package was compared with what the repository has.
        makes: What the deposit creates if the address names nothing yet, such as "a new folder".
    """

    transfers: tuple[PlannedFile, ...]
    report: Report = field(default_factory=Report)
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    held: bool = False
    compared: bool = False
    makes: str = ""

    @property
    def size(self) -> int:
        """Bytes that would be sent."""
        return sum(transfer.size for transfer in self.transfers)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a repository holds after a deposit, as it states.

    Attributes:
        remote_id: The repository's identifier of the deposit.
        version: The repository's version of the deposit, such as "v1"; empty if it has none.
        location: The deposit's place in the repository.
        files: Each file as it was sent and as the repository has it.
        verified: How the arrived files were verified.
        new: Whether something was written; False if the repository already had exactly this.
        state: The deposit's state in the repository.
        pid: The persistent identifier that the repository gave; empty if there is none.
        status_url: An address with the current state; empty if there is none.
        answer: The repository's answer, for the receipt.
        differences: Sentences on how the deposit differs from the request; nothing was changed.
        notes: Other sentences for the user.
    """

    remote_id: str
    version: str
    location: str
    files: tuple[Arrival, ...]
    verified: Verified
    new: bool = True
    state: Literal["stored", "draft", "published", "pending"] = "stored"
    pid: str = ""
    status_url: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What a repository says about a deposit now.

    Attributes:
        state: The state in one word.
        detail: More about the state, in the repository's words or in this program's.
        answer: The repository's answer.
    """

    state: Literal["absent", "partial", "draft", "stored", "published", "pending", "rejected"]
    detail: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)


Expected = Mapping[str, Arrival]
"""The files of a deposit, by path."""


class Repository(Protocol):
    """A place to deposit packages into, made from the address that the user gave.

    One instance serves a complete run: several threads may use it at the same time.
    """

    kind: str
    """The name of this kind of repository in receipts, such as "ocfl"."""

    def __init__(self, address: str) -> None:
        """Read the address without opening or writing anything. Raises UsageError."""

    @property
    def target(self) -> str:
        """The address without credentials, for receipts."""

    def capabilities(self) -> Capabilities:
        """Return what this kind of repository can do."""

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Return what depositing would do, and a finding for every reason to refuse the package.

        Sends nothing. Limits of `capabilities` need not be checked here.
        """

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Store a package, resuming from the journal of an earlier run.

        Record each step that changes the repository in the journal, before and after the step. Do
        not send files again that the repository already has. After a LostError, the caller may call
        this again with the same journal.

        Raises:
            LostError: The repository cannot be reached, or asks to wait.
            DepositError: The repository refuses the package, or what arrived is not what was sent.
            StorageError: The storage on this side fails.
        """

    def status(self, remote_id: str, version: str) -> Status:
        """Return what the repository says about a deposit now.

        Raises:
            DepositError: The repository cannot be reached, or refuses.
        """

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Read back every byte of a deposit, and return the SHA-256 of each file, by path.

        In a repository for zips, the path is the zip's name. For each file of a server, read no
        more than its size in `expected`, or than `limits.DOWNLOAD`.

        Raises:
            DepositError: The deposit cannot be read back.
        """

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Copy a version, byte for byte, into an empty folder.

        Args:
            remote_id: The repository's identifier of the deposit.
            version: The version.
            into: The folder.
            expected: The deposited files, if there is a receipt: nothing else is accepted, and a
                zip is compared with its entry here before it is unpacked.

        Raises:
            DepositError: The repository no longer has the version, or has changed it.
            StorageError: The storage on this side fails.
        """


@runtime_checkable
class Comparing(Protocol):
    """A repository that can compare a package with what is at its destination."""

    def holds(self, transfer: Transfer) -> bool:
        """Return whether the repository has exactly this package; writes nothing.

        Raises:
            DepositError: Something at the destination prevents the deposit, or cannot be read.
            StorageError: The storage on this side fails.
        """


@runtime_checkable
class Reserving(Protocol):
    """A repository that gives a persistent identifier before it has the package."""

    def reserve(self, record: Record, journal: Journal) -> str:
        """Reserve an identifier in a draft of a public record, and return the identifier.

        A later deposit of a record with this identifier finds the draft.
        """


@runtime_checkable
class Stepwise(Protocol):
    """A repository that can deposit many packages whose files are synced to disk together.

    The journals that it gets do not sync. It yields them with the other paths that must be synced.
    """

    near: bool
    """Whether it is on a local disk, and a deposit does not exist until it is renamed.

    If so, a package may be copied before it is verified. The repository must then call the
    transfer's `confirm` before the rename.
    """

    at_once: int
    """The number of packages whose steps run at the same time."""

    def steps(self, transfer: Transfer, journal: Journal) -> Steps[Stored]:
        """Deposit a package as a task of `shared_syncs`; see `deposit`.

        After a LostError, the caller may call this again with the same journal.
        """


@runtime_checkable
class Describing(Protocol):
    """A repository whose descriptions name the editors and the funding of a project."""

    project: Project


def arrivals(items: tuple[Item, ...], held: Mapping[str, str]) -> tuple[Arrival, ...]:
    """Return files as they were sent, with the SHA-256 that the repository has for each."""
    return tuple(
        Arrival(
            path=item.path,
            size=item.size,
            sha256=item.sha256,
            algorithm="sha256",
            expected=item.sha256,
            stored=held.get(item.path),
        )
        for item in items
    )


def options_of(address: str, query: str, known: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the options that follow an address's question mark.

    Args:
        address: The complete address, for messages.
        query: The part of the address after the question mark.
        known: The possible options, each with its possible values; an empty collection allows any
            value.

    Raises:
        UsageError: An option or its value is unknown, the value is missing, or the option is given
            twice.
    """
    shown = without_secret(address)
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            hint = _("The options are {known}.", known=", ".join(sorted(known)))
            raise UsageError(_("{shown}: {name} is not an option", shown=shown, name=name), hint)
        if name in options:
            raise UsageError(
                _("{shown}: {name} is given twice", shown=shown, name=name), _("Give it once.")
            )
        if not value.strip() or (known[name] and value not in known[name]):
            values = ", ".join(known[name]) or "a value"
            hint = (
                _("Write {name}= and one of: {values}", name=name, values=values)
                if known[name]
                else _("Write {name}=VALUE.", name=name)
            )
            raise UsageError(
                _(
                    "{shown}: {value!r} is not a value of {name}",
                    shown=shown,
                    value=value,
                    name=name,
                ),
                hint,
            )
        options[name] = value
    return options


def state_differences(*, published: bool, publish: bool) -> tuple[str, ...]:
    """Return a sentence if a deposit is published but a draft was requested; else ()."""
    if published and not publish:
        return ("It is published, but a draft was requested. Add --publish.",)
    return ()


def begun_again(vanished: str) -> tuple[str, ...]:
    """Return a note about a draft that no longer exists; empty if there was none."""
    return (f"the draft {vanished} no longer exists; a new one was created",) if vanished else ()


def earlier_deposits(transfer: Transfer) -> tuple[str, str]:
    """Return the last remote ids of this exact package and of a different version; "" if none."""
    same = [each.remote_id for each in transfer.earlier if each.fingerprint == transfer.fingerprint]
    other = [
        each.remote_id for each in transfer.earlier if each.fingerprint != transfer.fingerprint
    ]
    return (same or [""])[-1], (other or [""])[-1]


def refuse_withdrawn(target: str, name: str, transfer: Transfer, journal: Journal) -> None:
    """Refuse to deposit a package again that was published, and that the repository has withdrawn.

    Raises:
        DepositError: A receipt says that the package was published, or the journal says that its
            publication was begun.
    """
    published = any(
        receipt.remote_id == name and receipt.state == "published" for receipt in transfer.earlier
    )
    if published or journal.begun("publish"):
        folder = shlex.quote(str(journal.path.parent))
        raise DepositError(
            _(
                "{target} no longer shows {name}, which was or should have been published",
                target=target,
                name=name,
            ),
            _(
                "Nothing was sent. Ask the repository whether it was withdrawn. To "
                "deposit it as a new one anyway: mv {folder} {folder}.old",
                folder=folder,
            ),
        )


def login_lacking(target: str, name: str, *, user: bool = False) -> Finding:
    """Return the finding that there is no token, or no user name and password, for a repository."""
    variable = f"ARCHIVE_PKG_{environment_name(name)}"
    if user:
        what, hint = (
            _("user name and password"),
            _("Run archive-pkg login {name} --user NAME", name=name),
        )
        variables = f"{variable}_USER and {variable}_PASSWORD"
    else:
        what, variables = _("token"), f"{variable}_TOKEN"
        hint = _(
            "Get a token from your account there. Then run archive-pkg login {name}", name=name
        )
    message = _("there is no {what} for {name}", what=what, name=name)
    if shut := keyring_failure(name):
        message = _(
            "{message}, and the keyring could not be opened ({reason})",
            message=message,
            reason=shut,
        )
    if unused := unused_variable(name):
        message = _("{message}; {hint}", message=message, hint=unused)
    return TARGET_NEEDS_LOGIN.at(
        Location(target), message, _("{hint}, or set {variables}.", hint=hint, variables=variables)
    )


def repository_for(address: str, project: Project | None = None) -> Repository:
    """Return the repository with an address such as `ocfl:PATH`.

    Args:
        address: The address.
        project: The settings that descriptions of deposits use.

    Raises:
        UsageError: No repository has that scheme, or a library that it needs is not installed.
        PluginError: The repository is another project's, and cannot be loaded.
    """
    kind = _kind_of(address)
    try:
        with plugins.blamed(_other(kind), kind.name):
            made: Repository = kind.load()(address)
    except ModuleNotFoundError as error:
        raise UsageError(
            _(
                "deposits to {name}: need {name_2}, which is not installed",
                name=kind.name,
                name_2=error.name,
            ),
            _("Run: pip install 'archive-pkg[deposit]'"),
        ) from error
    return using(made, project)


def using(repository: Repository, project: Project | None) -> Repository:
    """Return a repository after giving it a project, if its descriptions use one."""
    if project is not None and isinstance(repository, Describing):
        repository.project = project
    return repository


def _other(kind: EntryPoint) -> str:
    """Return the project that provides a repository; empty if it is this program."""
    return "" if kind.module.startswith("archive_pkg.") else plugins.provider(kind)


def repository_of(receipt: Receipt, named: Iterable[str | Repository]) -> Repository:
    """Return the repository that a receipt names, if this program may use it.

    A receipt can come from anyone. So the program sends requests, and the user's login, only to a
    server that the user named. Repositories on local disks need not be named.

    Args:
        receipt: The receipt.
        named: The repositories that the user named, or their addresses.

    Raises:
        UsageError: The receipt names a server that the user did not name.
    """
    for each in named:
        repository = repository_for(each) if isinstance(each, str) else each
        if receipt.target in (each, repository.target):
            return repository
    if getattr(plugins.load(_kind_of(receipt.target)), "near", False) is True:
        return repository_for(receipt.target)
    raise UsageError(
        _(
            "the receipt names {without_secret}, but you have not named that server",
            without_secret=without_secret(receipt.target),
        ),
        "If you trust this server with your login, add --repository "
        + shlex.quote(without_secret(receipt.target)),
    )


_UNEXPECTED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextlib.contextmanager
def repository_errors(repository: Repository) -> Iterator[None]:
    """Turn errors that an unexpected answer or journal causes in the block into a DepositError.

    An unexpected exception of a plugin becomes a PluginError that names the plugin.
    """
    try:
        yield
    except ArchivePkgError:
        raise
    except Exception as error:
        # The search for plugins takes milliseconds, so it is made only now.
        provider = _provider_of(repository)
        with plugins.blamed(provider, repository.kind):
            if provider or not isinstance(error, _UNEXPECTED):
                raise
        raise _not_understood(repository, error) from error


def _provider_of(repository: Repository) -> str:
    """Return the project that provides a repository; empty if none provides it as a plugin."""
    module = type(repository).__module__
    points = plugins.entries(plugins.REPOSITORIES).values()
    return next((_other(each) for each in points if each.module == module), "")


def _not_understood(repository: Repository, error: Exception) -> DepositError:
    words = redact(" ".join(str(error).split()))[:200]
    return DepositError(
        _(
            "{target}: an answer, or the journal of an earlier run, was not "
            "understood: {name}: {words}",
            target=repository.target,
            name=type(error).__name__,
            words=words,
        ),
        _("Check the address of the repository, and whether a proxy answers in its place."),
    )


def _kind_of(address: str) -> EntryPoint:
    scheme, colon, __ = address.partition(":")
    known = plugins.entries(plugins.REPOSITORIES)
    if not colon or scheme not in known:
        shown = without_secret(address)
        hint = _(
            "Begin the address with one of {known}.", known=", ".join(f"{name}:" for name in known)
        )
        if address in known:
            hint = _("Did you mean {address}: (with a colon)?", address=address)
        elif near := get_close_matches(scheme, known, 1, 0.7) if colon else []:
            hint = _(
                "Did you mean {near}{removeprefix}?",
                near=near[0],
                removeprefix=shown.removeprefix(scheme),
            )
        elif not colon:
            hint = _(
                "For a folder on this disk, write file:{shown} or ocfl:{shown}. {hint}",
                shown=shown,
                hint=hint,
            )
        raise UsageError(_("{shown} is not the address of a known repository", shown=shown), hint)
    return known[scheme]
