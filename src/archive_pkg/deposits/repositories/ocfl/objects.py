"""OCFL objects on disk: read, extend and validate their inventories and files.

Versions are added only to objects of OCFL 1.1. Objects of OCFL 1.0 can be read. An object whose
extension 0005 (mutable head) has changes that no version has yet gets no version either.

Codes such as E063 in comments are the validation codes of OCFL 1.1.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import stat
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from archive_pkg import fixity, limits, storage
from archive_pkg.deposits.repositories.drop.drop_folder import refuse_more
from archive_pkg.errors import DepositError
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SPECIFICATION = "1.1"
DIGEST_ALGORITHM = "sha512"
INVENTORY = "inventory.json"
DECLARATION = f"0=ocfl_object_{SPECIFICATION}"
MUTABLE_HEAD = "extensions/0005-mutable-head"
_TYPES = tuple(f"https://ocfl.io/{each}/spec/#inventory" for each in ("1.0", SPECIFICATION))
"""The types of inventories that can be read, oldest first."""
_DECLARATIONS = ("0=ocfl_object_1.0", DECLARATION)
"""The declarations of objects, in the order of `_TYPES`."""
_DIGEST_ALGORITHMS = ("sha512", "sha256")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_VERSION = re.compile(r"v(?:[1-9][0-9]{0,8}|0[0-9]{1,9})", re.ASCII)
_SIDECAR = re.compile(r"([0-9a-f]+)[ \t]+inventory\.json\n?")
_SHOWN = 5
_RESTORE = "Restore the object from another copy."

Inventory: TypeAlias = dict[str, Any]
State: TypeAlias = "Mapping[str, list[str]]"
"""Logical paths by the digest of their content (OCFL 1.1, 3.5.3.1)."""


def read_inventory(object_root: Path) -> Inventory:
    """Return an object's inventory, after checking its values, paths and version names.

    Raises:
        DepositError: The file is not an inventory.
        OSError: The file cannot be read.
    """
    return _parsed(object_root, INVENTORY, storage.read_beneath(object_root, INVENTORY))


def _parsed(object_root: Path, path: str, data: bytes) -> Inventory:
    try:
        read: Inventory = read_json(data)
        _check_inventory(read)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DepositError(
            _(
                "{object_root} is not an OCFL inventory: {error}",
                object_root=object_root / path,
                error=error,
            ),
            _RESTORE,
        ) from error
    return read


def _check_inventory(read: Inventory) -> None:
    for name in ("id", "type", "digestAlgorithm", "head"):
        if not isinstance(read[name], str):
            raise TypeError(_("its {name} is not a string", name=name))
    folder = read.get("contentDirectory", "content")
    if not isinstance(folder, str) or "/" in folder or not _is_plain(folder):
        raise TypeError(_("its contentDirectory is not the name of a folder"))
    for fixity_block in read.get("fixity", {}).values():
        _check_paths(fixity_block, "its fixity block")
    _check_paths(read["manifest"], "its manifest")
    for name, version in read["versions"].items():
        if not _VERSION.fullmatch(name) or not _is_date(version["created"]):
            raise TypeError(_("its version {name} has no proper name or date", name=name))
        _check_paths(version["state"], f"its version {name}")
        if not version["state"].keys() <= read["manifest"].keys():
            raise TypeError(
                _("its version {name} has a digest that its manifest does not have", name=name)
            )
        if not isinstance(version.get("message", ""), str):
            raise TypeError(_("the message of its version {name} is not a string", name=name))
        if "user" in version and not isinstance(version["user"]["name"], str):
            raise TypeError(_("the user of its version {name} has no name", name=name))
    read["versions"][read["head"]]


def _check_paths(listed: Any, where: str) -> None:
    """Raise TypeError unless a block lists safe paths by digest: each once, none below another."""
    paths: list[str] = []
    for digest, here in listed.items():
        if not isinstance(here, list) or not here or not all(isinstance(one, str) for one in here):
            raise TypeError(_("{where} has no paths for {digest}", where=where, digest=digest))
        paths += here
    if wrong := [path for path in paths if not _is_plain(path)]:
        raise TypeError(_("{where} has an unsafe path, {wrong!r}", where=where, wrong=wrong[0]))
    known = set(paths)
    if len(known) < len(paths) or len({digest.lower() for digest in listed}) < len(listed):
        raise TypeError(_("{where} has a path or a digest twice", where=where))
    for path in known:
        if any(above in known for above in _above(path)):
            raise TypeError(
                _(
                    "{where} has a file and a folder with the same name above {path}",
                    where=where,
                    path=path,
                )
            )


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _is_plain(path: str) -> bool:
    return not any(step in ("", ".", "..") for step in path.split("/")) and "\0" not in path


def _is_date(text: Any) -> bool:
    if not isinstance(text, str) or not _CREATED.fullmatch(text):
        return False
    datetime.fromisoformat(text)
    return True


def newest_state(inventory: Inventory) -> dict[str, str]:
    """Return the digest of each logical path of the newest version."""
    state: State = inventory["versions"][inventory["head"]]["state"]
    return {path: digest.lower() for digest, paths in state.items() for path in paths}


def with_version(
    before: Inventory | None, identifier: str, state: State, message: str
) -> Inventory:
    """Return an inventory with a new version. Its manifest does not list the new content yet.

    Args:
        before: The inventory so far; None for a first version.
        identifier: The object's id.
        state: The new version's state.
        message: The message of the version.
    """
    inventory = before or {
        "digestAlgorithm": DIGEST_ALGORITHM,
        "id": identifier,
        "manifest": {},
        "type": _TYPES[-1],
        "versions": {},
    }
    head = _next_name(inventory["head"]) if before else "v1"
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    version = {
        "created": created,
        "message": message,
        "state": {digest: sorted(paths) for digest, paths in state.items()},
        "user": {"name": SOFTWARE},
    }
    manifest = {digest.lower(): paths for digest, paths in inventory["manifest"].items()}
    versions = {
        name: one | {"state": {key.lower(): paths for key, paths in one["state"].items()}}
        for name, one in inventory["versions"].items()
    }
    return inventory | {
        "head": head,
        "manifest": manifest,
        "versions": versions | {head: version},
    }


def _next_name(head: str) -> str:
    """Return the name of the next version; names with leading zeros keep their length."""
    number = str(int(head[1:]) + 1)
    if not head.startswith("v0"):
        return f"v{number}"
    name = "v" + number.zfill(len(head) - 1)
    if not name.startswith("v0"):
        raise DepositError(
            _(
                "the object cannot have another version, because {head} is the last "
                "name of its length",
                head=head,
            )
        )
    return name


def content_folder(inventory: Inventory) -> str:
    """Return the newest version's content folder, relative to the object's folder."""
    return f"{inventory['head']}/{inventory.get('contentDirectory', 'content')}"


def inventory_files(inventory: Inventory) -> dict[str, bytes]:
    """Return the bytes of the inventory and of its sidecar by their names."""
    data = json.dumps(inventory, sort_keys=True, indent=2, ensure_ascii=False).encode()
    sidecar = f"{hashlib.new(DIGEST_ALGORITHM, data).hexdigest()} {INVENTORY}\n".encode()
    return {INVENTORY: data, f"{INVENTORY}.{DIGEST_ALGORITHM}": sidecar}


def validate(
    object_root: Path, *, digests: bool = True, written: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """Validate an object: its structure, its inventories, and the digest of every file.

    Args:
        object_root: The object's folder.
        digests: Whether to read the content.
        written: The bytes of files that were just written and read back; these files are not read
            again.

    Raises:
        DepositError: The object is not valid, or has a file that is not safe to read; see `_files`.
        OSError: The object cannot be read.
    """
    files, empty = _files(object_root)
    faults = itertools.chain(
        (f"the folder {path} is empty" for path in empty),
        _faults(object_root, files, written, digests=digests),
    )
    found = list(itertools.islice(faults, _SHOWN + 1))
    if found:
        more = "; and more" if len(found) > _SHOWN else ""
        raise DepositError(
            _(
                "the OCFL object at {object_root} is not valid: {found}{more}",
                object_root=object_root,
                found="; ".join(found[:_SHOWN]),
                more=more,
            ),
            _("Restore it from another copy before you deposit again."),
        )


def _files(object_root: Path) -> tuple[set[str], list[str]]:
    """Return the paths of an object's files, and those of its empty folders.

    Raises:
        DepositError: The object contains a link, a special file, a sparse file, an inventory or
            declaration that is too large, or too many files.
    """
    files, empty, waiting, count = set[str](), list[str](), [""], 0
    while waiting:
        here = waiting.pop()
        with os.scandir(object_root / here) as scanned:
            entries = list(scanned)
        if not entries:
            empty.append(here)
        count += len(entries)
        refuse_more(count, str(object_root))
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            path = f"{here}/{entry.name}" if here else entry.name
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
                continue
            if not stat.S_ISREG(status.st_mode):
                raise DepositError(_("{path}: it is not a regular file", path=entry.path), _RESTORE)
            is_metadata = entry.name.startswith((INVENTORY, "0="))
            if is_metadata and status.st_size > limits.JSON_SIZE.value:
                raise DepositError(
                    _("{path}: it is too large", path=entry.path), limits.JSON_SIZE.hint
                )
            if limits.is_bomb(status.st_size, storage.system.size_on_disk(status)):
                raise DepositError(
                    _("{path}: it is a sparse file", path=entry.path), limits.ARCHIVE_RATIO.hint
                )
            files.add(path)
    return files, empty


def declaration_fault(folder: Path, name: str) -> str:
    """Return what is wrong with the declaration of a root or an object; empty if it is valid.

    Raises:
        OSError: The file cannot be read.
    """
    required = name.removeprefix("0=")
    try:
        if storage.read_beneath(folder, name) == f"{required}\n".encode():
            return ""
    except FileNotFoundError:
        return f"{name} is missing"
    except storage.NotRegularError:
        pass
    return f"{name} is not a file that contains only {required} and a newline, as OCFL requires"


def _faults(
    object_root: Path, files: set[str], written: Mapping[str, bytes], *, digests: bool
) -> Iterator[str]:
    def read(path: str) -> bytes:
        return written[path] if path in written else storage.read_beneath(object_root, path)

    declaration = next((each for each in _DECLARATIONS if each in files), DECLARATION)
    if missing := {declaration, INVENTORY} - files:  # E003, E063
        yield f"{min(missing)} is missing"
        return
    if fault := declaration_fault(object_root, declaration):  # E007
        yield fault
    data = read(INVENTORY)
    inventory = _parsed(object_root, INVENTORY, data)
    stated = _TYPES[_DECLARATIONS.index(declaration)]
    yield from _faults_of(inventory, (stated,))
    versions = inventory["versions"]
    others = {
        name: inventory if (its := read(path)) == data else _parsed(object_root, path, its)
        for name in versions
        if (path := f"{name}/{INVENTORY}") in files
    }
    inventories = {"": inventory} | others
    for name, one in inventories.items():
        yield from _faults_of_sidecar(read, f"{name}/{INVENTORY}".lstrip("/"), one)
    if others.get(inventory["head"], inventory) != inventory:  # E064
        yield f"the inventory in {inventory['head']} differs from the object's inventory"
    for name, one in others.items():
        yield from _faults_of_older(name, one, inventory)
    yield from _faults_of_files(files, inventories, declaration)
    wanted: dict[str, dict[str, str]] = {}
    for one in inventories.values():
        for algorithm, digest, path in _listed_digests(one):
            if wanted.setdefault(path, {}).setdefault(algorithm, digest) != digest:  # E066, E092
                yield f"{path} has two different digests"
    if digests:
        yield from _changed(object_root, {path: wanted[path] for path in wanted.keys() & files})


def _faults_of(inventory: Inventory, types: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong in an inventory, which may have one of several types.

    `read_inventory` has checked its values before.
    """
    names = list(inventory["versions"])
    numbers = sorted(int(name[1:]) for name in names)
    if numbers != list(range(1, len(names) + 1)):  # E008 to E011
        yield "its version numbers do not begin at v1, or have a gap"
    if any(name.startswith("v0") for name in names) and len({len(name) for name in names}) > 1:
        yield "the names of its versions differ in length"  # E012
    if int(inventory["head"][1:]) != max(numbers):  # E040
        yield f"its head {inventory['head']} is not its newest version"
    algorithm = inventory["digestAlgorithm"]
    if inventory["type"] not in types or algorithm not in _DIGEST_ALGORITHMS:  # E025, E038, E103
        yield f"its type is not {types[-1]}, or its digestAlgorithm is not sha512 or sha256"
    used = {digest for version in inventory["versions"].values() for digest in version["state"]}
    unused = inventory["manifest"].keys() - used
    if unused and inventory["type"] == _TYPES[-1]:  # E107, new in OCFL 1.1
        yield f"no version uses {min(unused)}"


def _faults_of_sidecar(
    read: Callable[[str], bytes], path: str, inventory: Inventory
) -> Iterator[str]:
    algorithm = inventory["digestAlgorithm"]
    if algorithm not in _DIGEST_ALGORITHMS:
        return
    digest = hashlib.new(algorithm, read(path)).hexdigest()
    try:
        said = read(f"{path}.{algorithm}").decode()
    except (FileNotFoundError, ValueError):
        said = ""
    named = _SIDECAR.fullmatch(said)
    if named is None or named[1] != digest:  # E058, E060, E061
        yield f"{path} does not match {path}.{algorithm}"


def _faults_of_older(name: str, older: Inventory, inventory: Inventory) -> Iterator[str]:
    """Yield where a version's inventory contradicts the newest one (E066, E110)."""
    if (older["id"], older["head"]) != (inventory["id"], name):
        yield f"the inventory in {name} belongs to a different object or version"
        return
    types = _TYPES[: _TYPES.index(inventory["type"]) + 1] if inventory["type"] in _TYPES else ()
    yield from _faults_of(older, types) if types and older != inventory else ()
    for version in older["versions"]:
        then, now = (_content(one, version) for one in (older, inventory))
        if then.keys() != now.keys() or not all(then[path] <= now[path] for path in then):
            yield f"the inventory in {name} and the object's inventory disagree about {version}"


def _content(inventory: Inventory, version: str) -> dict[str, set[str]]:
    """Return the content paths of each logical path of a version."""
    state = inventory["versions"].get(version, {"state": {}})["state"]
    manifest = inventory["manifest"]
    return {path: set(manifest[digest]) for digest, paths in state.items() for path in paths}


def _faults_of_files(
    files: set[str], inventories: Mapping[str, Inventory], declaration: str
) -> Iterator[str]:
    """Yield a message for each file that is not listed, missing or in the wrong folder."""
    inventory = inventories[""]
    metadata_files = {declaration}
    for name, one in inventories.items():
        path = f"{name}/{INVENTORY}".lstrip("/")
        metadata_files |= {path, f"{path}.{one['digestAlgorithm']}"}
    listed = {path for paths in inventory["manifest"].values() for path in paths}
    folder = inventory.get("contentDirectory", "content")
    for path in sorted(listed):
        version, __, rest = path.partition("/")
        if version not in inventory["versions"] or not rest.startswith(f"{folder}/"):  # E042
            yield f"{path} is not below a version's {folder}"
        elif path not in files:  # E092
            yield f"{path} is missing"
    for path in sorted(files - listed - metadata_files):
        if path.partition("/")[0] not in ("extensions", "logs"):  # E001, E015, E023
            yield f"the object's inventory does not list {path}"


def _listed_digests(inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    """Yield the algorithm, digest and path for every digest that this program can compute."""
    blocks = {inventory["digestAlgorithm"]: inventory["manifest"]}
    for algorithm, listed in itertools.chain(blocks.items(), inventory.get("fixity", {}).items()):
        if algorithm in fixity.ALGORITHMS:
            for digest, paths in listed.items():
                yield from ((algorithm, digest.lower(), path) for path in paths)


def _changed(object_root: Path, wanted: Mapping[str, dict[str, str]]) -> Iterable[str]:
    for path, digests in sorted(wanted.items()):
        with storage.open_beneath(object_root, path) as file:
            if fixity.digest(file, list(digests)) != digests:  # E092, E093
                yield f"{path} does not match its digest"
