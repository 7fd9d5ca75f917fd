"""Check bags against BagIt Profiles 1.3 and 1.4, which state the requirements of repositories.

The JSON form of APTrust's DART, which can require tags in any tag file, is read as well. A profile
comes from a file or ships with this package. It is never looked up on the network.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.bags.archives.archive import Archive
from archive_pkg.bags.bag import Bag, BagFiles, read_tags
from archive_pkg.bags.manifests import NAME as MANIFEST_NAME
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.storage import read_regular, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archive_pkg.paths import StrPath

_STANDARD = ("bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt")
_MEDIA_TYPES = {
    "zip": {"application/zip", "application/x-zip-compressed"},
    "tar": {"application/tar", "application/x-tar"},
    "tgz": {
        "application/gzip",
        "application/x-gzip",
        "application/tar+gzip",
        "application/x-tar+gzip",
        "application/x-gtar",
        "application/x-compressed-tar",
    },
    "zst": {"application/zstd", "application/x-zstd-compressed-tar"},
}

MALFORMED = Code(
    "profile-malformed",
    Severity.ERROR,
    "A file is not a usable BagIt profile.",
    "BagIt Profiles 1.4",
)
VERSION = Code(
    "profile-version",
    Severity.ERROR,
    "The profile does not accept the bag's BagIt version.",
    "BagIt Profiles 1.4, Accept-BagIt-Version",
)
TAG_MISSING = Code(
    "profile-tag-missing",
    Severity.ERROR,
    "A tag that the profile requires is missing or empty.",
    "BagIt Profiles 1.4, Bag-Info",
)
TAG_RECOMMENDED = Code(
    "profile-tag-recommended",
    Severity.WARNING,
    "A tag that the profile recommends is missing.",
    "BagIt Profiles 1.4, Bag-Info",
)
TAG_VALUE = Code(
    "profile-tag-value",
    Severity.ERROR,
    "A tag has a value that the profile does not allow.",
    "BagIt Profiles 1.4, Bag-Info",
)
TAG_REPEATED = Code(
    "profile-tag-repeated",
    Severity.ERROR,
    "A tag appears more than once, which the profile does not allow.",
    "BagIt Profiles 1.4, Bag-Info",
)
IDENTIFIER = Code(
    "profile-identifier",
    Severity.ERROR,
    "bag-info.txt does not name the profile in BagIt-Profile-Identifier.",
    "BagIt Profiles 1.4, Bag-Info",
)
IDENTIFIER_DART = Code(
    "profile-identifier-dart",
    Severity.WARNING,
    "bag-info.txt does not name the profile. DART's form of a profile does not require it.",
)
ARCHIVE_FOLDER = Code(
    "profile-archive-folder",
    Severity.ERROR,
    "The folder in the archive does not have the archive's name, as the profile requires.",
    "DART, tarDirMustMatchName",
)
MANIFEST = Code(
    "profile-manifest-missing",
    Severity.ERROR,
    "A manifest or tag manifest that the profile requires is missing.",
    "BagIt Profiles 1.4, Manifests-Required",
)
MANIFEST_ALLOWED = Code(
    "profile-manifest-not-allowed",
    Severity.ERROR,
    "A manifest or tag manifest is for an algorithm that the profile does not allow.",
    "BagIt Profiles 1.4, Manifests-Allowed",
)
FILE_MISSING = Code(
    "profile-file-missing",
    Severity.ERROR,
    "A tag file or payload file that the profile requires is missing.",
    "BagIt Profiles 1.4, Tag-Files-Required",
)
FILE_ALLOWED = Code(
    "profile-file-not-allowed",
    Severity.ERROR,
    "The profile does not allow a tag file or payload file.",
    "BagIt Profiles 1.4, Tag-Files-Allowed",
)
FETCH = Code(
    "profile-fetch",
    Severity.ERROR,
    "The bag has a fetch.txt that the profile forbids, or lacks one that it requires.",
    "BagIt Profiles 1.4, Allow-Fetch.txt",
)
SERIALIZATION = Code(
    "profile-serialization",
    Severity.ERROR,
    "The profile does not accept a bag in this form (a folder, an archive, or this kind of "
    "archive).",
    "BagIt Profiles 1.4, Serialization",
)
DATA_EMPTY = Code(
    "profile-data-not-empty",
    Severity.ERROR,
    "The profile requires an empty payload (nothing, or one file of zero bytes).",
    "BagIt Profiles 1.4, Data-Empty",
)

CONTRADICTION = Code(
    "profile-contradicts-itself",
    Severity.ERROR,
    "The profile requires something that it does not allow, so no bag conforms to it.",
    "BagIt Profiles 1.4, Tag-Files-Allowed",
)
KEY_UNREAD = Code(
    "profile-key-unread",
    Severity.WARNING,
    "The profile has a key that archive-pkg does not know, or a value of the wrong type, so this "
    "requirement is not checked.",
    "BagIt Profiles 1.4",
)


@dataclass(frozen=True, slots=True)
class TagRule:
    """The requirements of a profile for one tag.

    Attributes:
        label: The tag's label.
        required: Whether the tag is required.
        empty: Whether a required tag may be empty.
        recommended: Whether a missing tag is a warning.
        repeatable: Whether the tag may appear more than once.
        values: The allowed values; empty allows any value.
    """

    label: str
    required: bool = False
    empty: bool = False
    recommended: bool = False
    repeatable: bool = True
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Profile:
    """The requirements of a repository for bags. A list of allowed values that is None allows any.

    Attributes:
        identifier: The profile's URI.
        versions: Accepted BagIt versions; empty accepts any.
        tags: Rules by tag file.
        manifests_required: Algorithms that need a payload manifest.
        manifests_allowed: Algorithms that payload manifests may use.
        tag_manifests_required: Algorithms that need a tag manifest.
        tag_manifests_allowed: Algorithms that tag manifests may use.
        tag_files_required: Paths of required tag files.
        tag_files_allowed: Patterns of allowed tag files.
        payload_files_required: Paths of required payload files.
        payload_files_allowed: Patterns of allowed payload files.
        fetch_allowed: Whether a fetch.txt is allowed.
        fetch_required: Whether a fetch.txt is required.
        data_empty: Whether the payload must be empty.
        serialization: "required", "optional" or "forbidden".
        media_types: Accepted kinds of archive.
        folder_named: Whether the folder in an archive must have the archive's name.
        in_darts_form: Whether the profile has the JSON form of DART.
        unread: Keys that are not understood, with the reason.
    """

    identifier: str = ""
    versions: tuple[str, ...] = ()
    tags: dict[str, list[TagRule]] = field(default_factory=dict)
    manifests_required: tuple[str, ...] = ()
    manifests_allowed: tuple[str, ...] | None = None
    tag_manifests_required: tuple[str, ...] = ()
    tag_manifests_allowed: tuple[str, ...] | None = None
    tag_files_required: tuple[str, ...] = ()
    tag_files_allowed: tuple[str, ...] | None = None
    payload_files_required: tuple[str, ...] = ()
    payload_files_allowed: tuple[str, ...] | None = None
    fetch_allowed: bool = True
    fetch_required: bool = False
    data_empty: bool = False
    serialization: str = "optional"
    media_types: tuple[str, ...] = ()
    folder_named: bool = False
    in_darts_form: bool = False
    unread: tuple[tuple[str, str], ...] = ()


def bundled_profiles() -> list[str]:
    """Return the names of the profiles that ship with this package."""
    folder = resources.files("archive_pkg.bags") / "known-profiles"
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir())


def load_profile(source: StrPath) -> Profile:
    """Load a profile from a JSON file, or one that ships with this package by its name.

    Args:
        source: A path, or a name such as "btr-1.0" (see `bundled_profiles`).

    Raises:
        UsageError: There is no such file or name.
        InvalidError: The file is not a profile. The error's report has all faults.
        StorageError: The file cannot be read.
    """
    if isinstance(source, str) and source in bundled_profiles():
        entry = resources.files("archive_pkg.bags") / "known-profiles" / f"{source}.json"
        return parse(entry.read_bytes(), source)
    path = Path(source)
    if not path.exists():
        raise UsageError(
            _("there is no profile {source}", source=source),
            _(
                "Name a file, or one of {bundled_profiles}.",
                bundled_profiles=", ".join(bundled_profiles()),
            ),
        )
    with storage_errors(_("reading {path}", path=path)):
        return parse(read_regular(path), str(path))


def parse(data: bytes, name: str) -> Profile:
    """Parse a profile from JSON, in the specification's form or in DART's.

    Raises:
        InvalidError: The JSON is not a profile. The error's report has all faults.
    """
    report = Report()
    try:
        document = read_json(data)
    except ValueError as error:
        report.add(MALFORMED.at(Location(name), _("is not JSON: {error}", error=error)))
        document = {}
    reader = _ProfileParser(_unwrapped(document), name, report)
    profile = reader.dart() if "bagItProfileInfo" in reader.document else reader.profile()
    profile.unread = tuple(reader.unread)
    if not report.ok:
        raise InvalidError(_("{name} is not a usable BagIt profile", name=name), "", report)
    return profile


def _unwrapped(document: Any) -> dict[str, Any]:
    """Return the profile in a document; DART's workflows and settings wrap theirs."""
    if not isinstance(document, dict):
        return {}
    listed = document.get("bagItProfiles")
    inner = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    inner = document.get("bagItProfile", inner)
    return inner if isinstance(inner, dict) else document


_KEYS = {
    "BagIt-Profile-Info", "Bag-Info", "Accept-BagIt-Version", "Manifests-Required",
    "Manifests-Allowed", "Tag-Manifests-Required", "Tag-Manifests-Allowed", "Tag-Files-Required",
    "Tag-Files-Allowed", "Payload-Files-Required", "Payload-Files-Allowed", "Allow-Fetch.txt",
    "Fetch.txt-Required", "Data-Empty", "Serialization", "Accept-Serialization",
    "tarDirMustMatchName",
}  # fmt: skip
_RULE_KEYS = {"required", "recommended", "repeatable", "values", "description"}
_DART_KEYS = {
    "bagItProfileInfo", "tags", "acceptBagItVersion", "manifestsRequired", "manifestsAllowed",
    "tagManifestsRequired", "tagManifestsAllowed", "tagFilesRequired", "tagFilesAllowed",
    "allowFetchTxt", "serialization", "acceptSerialization", "tarDirMustMatchName",
    # These describe the profile, or serve DART's windows.
    "id", "name", "description", "isBuiltIn", "userCanDelete", "baseProfileId", "required",
    "errors",
}  # fmt: skip
_DART_TAG_KEYS = {
    "tagFile", "tagName", "required", "values", "emptyOk", "emptyOK",
    "id", "defaultValue", "userValue", "help", "isBuiltIn", "isUserAddedFile", "isUserAddedTag",
    "wasAddedForJob", "systemMustSet", "errors",
}  # fmt: skip


class _ProfileParser:
    """Reads the values of a profile's JSON, and reports wrong ones."""

    def __init__(self, document: Mapping[str, Any], name: str, report: Report) -> None:
        self.document = document
        self.name = name
        self.report = report
        self.unread: list[tuple[str, str]] = []

    def know(self, keys: set[str], found: Mapping[str, Any], prefix: str = "") -> None:
        """Record the keys that are not known. A key with false or nothing requires nothing."""
        self.unread += [
            (prefix + key, "is not known, so it is not checked")
            for key, value in found.items()
            if key not in keys and (value or key.startswith("allowMisc"))
        ]

    def flag(
        self, key: str, default: bool, rule: Mapping[str, Any] | None = None, prefix: str = ""
    ) -> bool:
        """Return whether a key is true. Values other than true and false count as the default."""
        value = (self.document if rule is None else rule).get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.unread.append((prefix + key, f"is {value!r}, which is neither true nor false"))
        return default

    def note(self, key: str, message: str) -> None:
        """Report what is wrong with a key."""
        self.report.add(MALFORMED.at(Location(self.name, field=key), message))

    def profile(self) -> Profile:
        """Return a profile written in the specification's form."""
        known = self.document.get("BagIt-Profile-Info")
        if not isinstance(known, dict):
            self.note("BagIt-Profile-Info", _("is missing"))
            known = {}
        self.know(_KEYS, self.document)
        tags = self.document.get("Bag-Info", {})
        rules = []
        for label, rule in tags.items() if isinstance(tags, dict) else []:
            if not isinstance(rule, dict):
                self.note(f"Bag-Info.{label}", _("is not an object"))
                continue
            at = f"Bag-Info.{label}."
            self.know(_RULE_KEYS, rule, at)
            rules.append(
                TagRule(
                    label,
                    required=self.flag("required", False, rule, at),
                    recommended=self.flag("recommended", False, rule, at),
                    repeatable=self.flag("repeatable", True, rule, at),
                    values=tuple(map(str, rule.get("values") or ())),
                )
            )
        return Profile(
            identifier=str(known.get("BagIt-Profile-Identifier", "")),
            versions=self.list("Accept-BagIt-Version"),
            tags={"bag-info.txt": rules},
            manifests_required=self.list("Manifests-Required"),
            manifests_allowed=self.optional("Manifests-Allowed"),
            tag_manifests_required=self.list("Tag-Manifests-Required"),
            tag_manifests_allowed=self.optional("Tag-Manifests-Allowed"),
            tag_files_required=self.list("Tag-Files-Required"),
            tag_files_allowed=self.optional("Tag-Files-Allowed"),
            payload_files_required=self.list("Payload-Files-Required"),
            payload_files_allowed=self.optional("Payload-Files-Allowed"),
            fetch_allowed=self.flag("Allow-Fetch.txt", True),
            fetch_required=self.flag("Fetch.txt-Required", False),
            data_empty=self.flag("Data-Empty", False),
            serialization=self.serialization("Serialization"),
            media_types=self.list("Accept-Serialization"),
            folder_named=self.flag("tarDirMustMatchName", False),
        )

    def dart(self) -> Profile:
        """Return a profile written in DART's form."""
        known = self.document["bagItProfileInfo"]
        if not isinstance(known, dict):
            self.note("bagItProfileInfo", _("is not an object"))
            known = {}
        tags: dict[str, list[TagRule]] = defaultdict(list)
        asked = self.document.get("tags") or []
        if not isinstance(asked, list) or not all(isinstance(tag, dict) for tag in asked):
            self.note("tags", _("is not a list of objects"))
            asked = []
        self.know(_DART_KEYS, self.document)
        for tag in asked:
            at = f"tags.{tag.get('tagName')}."
            self.know(_DART_TAG_KEYS, tag, at)
            tags[str(tag.get("tagFile"))].append(
                TagRule(
                    str(tag.get("tagName")),
                    required=self.flag("required", False, tag, at),
                    empty=tag.get("emptyOk", tag.get("emptyOK", False)) is True,
                    values=tuple(map(str, _listed(tag.get("values")))),
                )
            )
        return Profile(
            identifier=str(known.get("bagItProfileIdentifier", "")),
            versions=self.list("acceptBagItVersion"),
            tags=dict(tags),
            manifests_required=self.list("manifestsRequired"),
            manifests_allowed=self.list("manifestsAllowed") or None,
            tag_manifests_required=self.list("tagManifestsRequired"),
            tag_manifests_allowed=self.list("tagManifestsAllowed") or None,
            tag_files_required=self.list("tagFilesRequired"),
            tag_files_allowed=self.list("tagFilesAllowed") or None,
            fetch_allowed=self.flag("allowFetchTxt", True),
            serialization=self.serialization("serialization"),
            media_types=self.list("acceptSerialization"),
            folder_named=self.flag("tarDirMustMatchName", False),
            in_darts_form=True,
        )

    def serialization(self, key: str) -> str:
        """Return whether a bag must, may or must not be an archive."""
        value = self.document.get(key) or "optional"
        if value not in ("required", "optional", "forbidden"):
            self.note(key, _("is {value!r}", value=value))
        return str(value)

    def list(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; empty if the key is missing."""
        value = self.document.get(key) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.note(key, _("is not a list of strings"))
            return ()
        return tuple(value)

    def optional(self, key: str) -> tuple[str, ...] | None:
        """Return a list of strings; None if the key is missing."""
        return None if self.document.get(key) is None else self.list(key)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def check(profile: Profile, bag: Bag, tree: BagFiles, kind: str) -> Iterator[Finding]:
    """Yield a finding for each requirement of a profile that a bag does not meet.

    Args:
        profile: The profile.
        bag: The bag.
        tree: The bag's files, to read tags in tag files other than bag-info.txt.
        kind: "folder", "zip", "tar", "tgz" or "zst".
    """
    for key, why in profile.unread:
        yield KEY_UNREAD.at(Location(profile.identifier or "profile", field=key), why)
    yield from _contradictions(profile)
    if profile.versions and bag.version not in profile.versions:
        yield VERSION.at(
            Location("bagit.txt", line=1),
            _("the bag's version is {version}", version=bag.version),
            _(
                "Use a version that the profile accepts: {versions}.",
                versions=", ".join(profile.versions),
            ),
        )
    for path, rules in profile.tags.items():
        yield from _check_tags(path, rules, bag, tree)
    named = bag.values("BagIt-Profile-Identifier")
    if profile.identifier and profile.identifier not in named:
        code = IDENTIFIER_DART if profile.in_darts_form else IDENTIFIER
        yield code.at(
            Location("bag-info.txt", field="BagIt-Profile-Identifier"),
            _("is {named}", named=", ".join(named)) if named else _("is missing"),
            _("Set it to {identifier}.", identifier=profile.identifier),
        )
    for prefix, manifests, required, allowed in (
        ("manifest", bag.manifests, profile.manifests_required, profile.manifests_allowed),
        (
            "tagmanifest",
            bag.tag_manifests,
            profile.tag_manifests_required,
            profile.tag_manifests_allowed,
        ),
    ):
        for name in required:
            if plain_algorithm(name) not in manifests:
                yield MANIFEST.at(
                    Location(f"{prefix}-{plain_algorithm(name)}.txt"), _("is missing")
                )
        for name in manifests:
            if allowed is not None and name not in map(plain_algorithm, allowed):
                yield MANIFEST_ALLOWED.at(
                    Location(f"{prefix}-{name}.txt"),
                    _("is not allowed"),
                    f"Allowed: {', '.join(allowed)}.",
                )
    tag_files = [path for path in bag.tag_files if not _is_standard(path)]
    for files, required, allowed in (
        (bag.tag_files, profile.tag_files_required, None),
        (tag_files, (), profile.tag_files_allowed),
        (bag.payload, profile.payload_files_required, profile.payload_files_allowed),
    ):
        yield from _check_files(files, required, allowed)
    yield from _check_rest(profile, bag, tree, kind)


def _contradictions(profile: Profile) -> Iterator[Finding]:
    """Yield what a profile requires but does not allow."""
    place = profile.identifier or "profile"
    for key, required, allowed in (
        ("Manifests-Allowed", profile.manifests_required, profile.manifests_allowed),
        ("Tag-Manifests-Allowed", profile.tag_manifests_required, profile.tag_manifests_allowed),
    ):
        known = None if allowed is None else set(map(plain_algorithm, allowed))
        for name in required:
            if known is not None and plain_algorithm(name) not in known:
                yield CONTRADICTION.at(
                    Location(place, field=key), _("lacks {name}", name=name), _("Add it there.")
                )
    for key, required, allowed in (
        ("Tag-Files-Allowed", profile.tag_files_required, profile.tag_files_allowed),
        ("Payload-Files-Allowed", profile.payload_files_required, profile.payload_files_allowed),
    ):
        for name in required:
            if allowed is not None and not _is_allowed(name, allowed):
                yield CONTRADICTION.at(
                    Location(place, field=key), _("lacks {name}", name=name), _("Add it there.")
                )
    if profile.fetch_required and not profile.fetch_allowed:
        at = Location(place, field="Allow-Fetch.txt")
        yield CONTRADICTION.at(
            at, _("is false, but Fetch.txt-Required is true"), _("Change one of the two.")
        )


def _is_allowed(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _check_tags(path: str, rules: Sequence[TagRule], bag: Bag, tree: BagFiles) -> Iterator[Finding]:
    if path == "bagit.txt":
        values = {
            "bagit-version": [bag.version],
            "tag-file-character-encoding": [bag.encoding],
        }
    else:
        info = path == "bag-info.txt"
        exists = path in bag.listing.files
        found = Report()
        tags = bag.tags if info else read_tags(tree, path, bag.declaration, found) if exists else []
        yield from found
        values = defaultdict(list)
        for tag in tags:
            values[tag.label.lower()].append(tag.value)
    for rule in rules:
        place = Location(path, field=rule.label)
        given = values.get(rule.label.lower(), [])
        if rule.required and (not given or (not any(given) and not rule.empty)):
            hint = _("Use one of {values}.", values=", ".join(rule.values)) if rule.values else ""
            yield TAG_MISSING.at(place, _("is empty") if given else _("is missing"), hint)
        elif rule.recommended and not given:
            yield TAG_RECOMMENDED.at(place, _("is missing, but recommended"))
        if len(given) > 1 and not rule.repeatable:
            yield TAG_REPEATED.at(place, _("appears {given} times", given=len(given)))
        for value in given:
            if rule.values and value not in rule.values and (value or not rule.empty):
                yield TAG_VALUE.at(
                    place,
                    _("is {value!r}", value=value),
                    _("Use one of {values}.", values=", ".join(rule.values)),
                )


def _check_files(
    files: Sequence[str], required: Sequence[str], allowed: Sequence[str] | None
) -> Iterator[Finding]:
    existing = set(files)
    for path in required:
        if path not in existing:
            yield FILE_MISSING.at(Location(path), _("is missing, but required"))
    if allowed is not None:
        for path in files:
            if not _is_allowed(path, allowed):
                yield FILE_ALLOWED.at(
                    Location(path), _("is not allowed"), f"Allowed: {', '.join(allowed)}."
                )


def _check_rest(profile: Profile, bag: Bag, tree: BagFiles, kind: str) -> Iterator[Finding]:
    fetch = "fetch.txt" in bag.listing.files
    if fetch and not profile.fetch_allowed:
        yield FETCH.at(
            Location("fetch.txt"), _("is not allowed"), _("Fetch the files and remove it.")
        )
    if profile.fetch_required and not fetch:
        yield FETCH.at(Location("fetch.txt"), _("is missing, but required"))
    if profile.data_empty:
        payload = bag.payload
        if len(payload) > 1 or any(tree.size(path) for path in payload):
            yield DATA_EMPTY.at(Location("data"), _("has {payload} files", payload=len(payload)))
    serialized = kind != "folder"
    if profile.folder_named and isinstance(tree, Archive) and not tree.is_named_alike:
        yield ARCHIVE_FOLDER.at(
            Location(bag.path),
            _("its folder does not have the archive's name"),
            _("Pack the bag again, or rename the archive."),
        )
    place = Location(bag.path)
    if profile.serialization == "required" and not serialized:
        kinds = ", ".join(profile.media_types)
        yield SERIALIZATION.at(
            place, _("is a folder, but must be an archive"), f"Accepted: {kinds}."
        )
    elif profile.serialization == "forbidden" and serialized:
        yield SERIALIZATION.at(place, _("is an archive, but must be a folder"))
    elif serialized and not _MEDIA_TYPES[kind] & set(profile.media_types):
        yield SERIALIZATION.at(
            place, f"is a {kind}", f"Accepted: {', '.join(profile.media_types) or 'none'}."
        )


def _is_standard(path: str) -> bool:
    return path in _STANDARD or MANIFEST_NAME.fullmatch(path) is not None


def plain_algorithm(algorithm: str) -> str:
    """Return an algorithm's name as file names write it: `SHA-256` becomes `sha256`."""
    return algorithm.lower().replace("-", "")
