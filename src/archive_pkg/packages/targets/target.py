"""Read a target's requirements from the TOML files in `known/` or from a BagIt profile."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import plugins
from archive_pkg.bags import profiles
from archive_pkg.bags.names import misread, undecoded
from archive_pkg.bags.profiles import plain_algorithm
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages.metadata_documents import DEFAULT, DOCUMENTS, chosen, path_of
from archive_pkg.projects import Project
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

    from archive_pkg.bags.profiles import Profile

TARGET_CONTRADICTS = Code(
    "target-contradicts",
    Severity.ERROR,
    "A profile contradicts itself, or requires something that packages of archive-pkg do not have.",
    "BagIt Profiles 1.4",
)

_VERSIONS = ("1.0", "0.97")
STRONGEST_FIRST = ("sha512", "sha256", "sha1", "md5")
"""The algorithms that packages for targets can use."""
_ARCHIVES = {
    "application/tar": ".tar",
    "application/x-tar": ".tar",
    "application/zip": ".zip",
    "application/gzip": ".tgz",
    "application/x-gzip": ".tgz",
}
"""The suffix of the archive that is written for a media type of a profile."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One value that a target asks for.

    Attributes:
        label: The label in a tag file, or the name in the target's metadata.
        source: What provides the value: the record's title, summary, id, doi or creators, or the
            size of its files; empty if nothing does.
        default: The value if neither the user nor the source provides one.
        required: Whether the value is required.
        values: The allowed values; empty if any value is allowed.
        tag: The label for --tag.
        hint: How to provide the value.
    """

    label: str
    source: str = ""
    default: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    tag: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository, or a kind of repository.

    Attributes:
        name: The name on the command line.
        title: The name in messages.
        form: "bag", "csip" (a folder with METS), or "invenio", "dataverse" (files and metadata).
        oais: The type of a package with METS in OAIS, "AIP" or "SIP".
        note: What was chosen and why, for the docs.
        algorithms: Digests of the bag's manifests.
        version: The bag's BagIt version.
        archive: The suffix of the archive into which the bag is packed; empty for a folder.
        documents: The documents in `metadata/`, by the names in `packages.metadata`.
        payload: Further documents in the payload: export formats by their path below `data/`.
        largest: The most bytes that it accepts; None if there is no limit.
        is_open: Whether its holdings are open to everyone.
        reader: How it misreads some names of files: "bagit-python" if it uses that program,
            "undecoded" if it does not decode names in manifests.
        tag_algorithms: Digests of the bag's tag manifests; if empty, the same as `algorithms`.
        profile: The BagIt profile that the bag is checked against.
        asks: The values that it asks for, by tag file; "" for values outside tag files.
        project: The settings of the project. They give the values that the user does not give.
    """

    name: str
    title: str
    form: str = "bag"
    oais: str = "AIP"
    note: str = ""
    algorithms: tuple[str, ...] = ("sha256", "sha512")
    version: str = "1.0"
    archive: str = ""
    documents: tuple[str, ...] = DEFAULT
    payload: Mapping[str, str] = field(default_factory=dict)
    largest: int | None = None
    is_open: bool = False
    reader: str = ""
    tag_algorithms: tuple[str, ...] = ()
    profile: Profile | None = None
    asks: Mapping[str, tuple[Ask, ...]] = field(default_factory=dict)
    project: Project = field(default_factory=Project)


_KNOWN = resources.files("archive_pkg.packages.targets") / "known"

TARGETS = tuple(
    sorted(
        entry.name.removesuffix(".toml")
        for entry in _KNOWN.iterdir()
        if entry.name.endswith(".toml")
    )
)
"""The names of this program's targets."""


READERS = {"bagit-python": misread, "undecoded": undecoded}
"""Functions that return why a reader of bags does not find a file by its name; see `Target`."""


def find_target(
    name: str, metadata: str | Iterable[str] | None = None, project: Project | None = None
) -> Target:
    """Return a target by its name, or read one from the file of a BagIt profile.

    Args:
        name: The name of one of `TARGETS` or of a target that another project provides, or the
            path of the file.
        metadata: The documents in `metadata/` besides those that the target needs, as `chosen` in
            `metadata.py` takes them. If None, the settings of the project choose them.
        project: The settings of the project.

    Raises:
        UsageError: The name is neither a target nor a file, a document is unknown, or the target
            has a fixed set of documents.
        InvalidError: The file is not a profile, or no package can conform to it.
        StorageError: The file cannot be read.
        PluginError: The other project's target cannot be loaded.
    """
    others = {} if name in TARGETS else plugins.entries(plugins.TARGETS)
    if name in TARGETS:
        target = _from_toml(name, _KNOWN)
    elif name in others:
        with plugins.blamed(plugins.provider(others[name]), name):
            target = _from_toml(name, resources.files(others[name].load()))
    elif Path(name).is_file():
        target = _from_profile(name)
    else:
        known = [*TARGETS, *others]
        near = get_close_matches(name, known, 1)
        raise UsageError(
            f"{name} is not a known target",
            f"Did you mean {near[0]}?"
            if near
            else f"Use one of {', '.join(known)}, or the file of a BagIt profile.",
        )
    if metadata is not None and target.form in ("csip", "dataverse"):
        raise UsageError(f"{target.title} has a fixed set of documents", "Omit --metadata.")
    project = project or Project()
    documents = chosen(project.settings.packages.metadata if metadata is None else metadata)
    return replace(target, documents=chosen([*documents, *target.documents]), project=project)


def _from_toml(name: str, folder: Traversable) -> Target:
    said = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
    asks = {path: _asks(tags) for path, tags in said.get("files", {}).items()}
    asks["bag-info.txt"] = _asks(said.get("bag-info", {}))
    asks[""] = tuple(replace(ask, required=True) for ask in _asks(said.get("needs", {})))
    plain = {
        key: said[key] for key in ("title", "form", "oais", "version", "archive") if key in said
    }
    profile = _profile(said["profile"], folder) if "profile" in said else None
    reader = said.get("reader", "")
    if reader and reader not in READERS:
        raise ValueError(f"reader is {reader!r}, but must be one of {', '.join(READERS)}")
    return Target(
        name,
        **plain,
        note=" ".join(said["note"].split()),
        algorithms=tuple(said["algorithms"]),
        documents=(*said.get("documents", ()), *_required(profile)),
        payload=said.get("payload", {}),
        largest=said.get("largest"),
        is_open=said.get("open", False),
        reader=reader,
        profile=profile,
        asks=_with_profile(asks, profile),
    )


def _profile(name: str, folder: Traversable) -> Profile:
    if name in profiles.bundled_profiles():
        return profiles.load_profile(name)
    return profiles.parse((folder / name).read_bytes(), name)


def _asks(tags: Mapping[str, Any]) -> tuple[Ask, ...]:
    return tuple(
        Ask(
            label,
            source=said.get("from", ""),
            default=said.get("default", ""),
            required=said.get("required", False),
            values=tuple(said.get("values", ())),
            tag=said.get("tag", label),
            hint=said.get("hint", ""),
        )
        for label, said in tags.items()
    )


_SOURCES = {
    "Bag-Size": "size",
    "Internal-Sender-Identifier": "id",
    "Internal-Sender-Description": "title",
    "Title": "title",
    "Description": "summary",
}
_ALWAYS = frozenset([
    "bag-software-agent", "bagging-date", "external-description", "external-identifier",
    "payload-oxum", "bagit-profile-identifier",
])  # fmt: skip
"""Labels of bag-info.txt that every package has."""


def _with_profile(
    asks: dict[str, tuple[Ask, ...]], profile: Profile | None
) -> dict[str, tuple[Ask, ...]]:
    """Return what a target asks for, with the profile's rules for these and further labels."""
    if profile is None:
        return asks
    for path, rules in profile.tags.items():
        if path == "bagit.txt":
            continue
        known = {ask.label.lower(): ask for ask in asks.get(path, ())}
        for rule in rules:
            label = rule.label.lower()
            if path == "bag-info.txt" and label in _ALWAYS and not rule.values:
                continue
            ask = known.get(label, Ask(rule.label, _SOURCES.get(rule.label, ""), tag=rule.label))
            known[label] = replace(
                ask, required=ask.required or rule.required, values=ask.values or rule.values
            )
        asks[path] = tuple(known.values())
    return asks


def _from_profile(name: str) -> Target:
    profile = profiles.load_profile(Path(name))
    report = Report(
        [
            TARGET_CONTRADICTS.at(Location(name, field=key), message)
            for key, message in _contradictions(profile)
        ]
    )
    if not report.ok:
        raise InvalidError(f"no package can conform to {name}", report=report)
    algorithms = _algorithms(profile.manifests_required, profile.manifests_allowed, ())
    tag_algorithms = _algorithms(
        profile.tag_manifests_required, profile.tag_manifests_allowed, algorithms
    )
    archives = [_ARCHIVES[kind] for kind in profile.media_types if kind in _ARCHIVES]
    accepted = profile.versions or _VERSIONS
    return Target(
        Path(name).stem,
        profile.identifier or name,
        note="A profile of your own.",
        algorithms=algorithms,
        tag_algorithms=tag_algorithms,
        version=next(version for version in _VERSIONS if version in accepted),
        archive=archives[0] if profile.serialization == "required" else "",
        documents=_required(profile),
        profile=profile,
        asks=_with_profile({"bag-info.txt": (), "": ()}, profile),
    )


def _required(profile: Profile | None) -> tuple[str, ...]:
    """Return the documents of `metadata/` among the tag files that a profile requires."""
    required = profile.tag_files_required if profile else ()
    return tuple(name for name in DOCUMENTS if path_of(name) in required)


def _algorithms(
    required: tuple[str, ...], allowed: tuple[str, ...] | None, usual: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the algorithms to use.

    These are the required ones, else the usual ones that are allowed, else the strongest that is.
    """
    names = [plain_algorithm(name) for name in required]
    if not names:
        may = None if allowed is None else [plain_algorithm(name) for name in allowed]
        names = [name for name in usual or STRONGEST_FIRST if may is None or name in may]
        names = names if usual and names else names[:1]
        names = names or [name for name in STRONGEST_FIRST if may is None or name in may][:1]
    return tuple(dict.fromkeys(names))


def _contradictions(profile: Profile) -> list[tuple[str, str]]:
    found = []
    for key, required, allowed in (
        ("Manifests", profile.manifests_required, profile.manifests_allowed),
        ("Tag-Manifests", profile.tag_manifests_required, profile.tag_manifests_allowed),
    ):
        missing = set(required) - set(required if allowed is None else allowed)
        if missing:
            found.append((f"{key}-Required", f"{', '.join(sorted(missing))} is not allowed"))
        if allowed is not None and not set(map(plain_algorithm, allowed)) & set(STRONGEST_FIRST):
            names = ", ".join(STRONGEST_FIRST)
            found.append((f"{key}-Allowed", f"none of {names} is allowed"))
    if profile.versions and not set(profile.versions) & set(_VERSIONS):
        versions = ", ".join(profile.versions)
        found.append(
            ("Accept-BagIt-Version", f"{versions}: packages have version {', '.join(_VERSIONS)}")
        )
    kinds = set(profile.media_types) & set(_ARCHIVES)
    if profile.serialization == "required" and not kinds:
        found.append(
            ("Accept-Serialization", "an archive is required, but no known kind is accepted")
        )
    if profile.fetch_required:
        found.append(("Fetch.txt-Required", "packages contain all their files and no fetch.txt"))
    if profile.data_empty:
        found.append(("Data-Empty", "a package always has a payload"))
    return found
