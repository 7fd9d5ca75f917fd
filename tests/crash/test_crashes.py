"""After a power cut at any instant the old or the new version is complete; the next run succeeds.

`power` simulates power cuts. Work that a command has reported as done is never lost.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ocfl
import pytest
from power import Power

from archive_pkg import bags, deposits, storage
from archive_pkg.bags import inplace, updating
from archive_pkg.bags.archives import serializing
from archive_pkg.bags.fetching.downloads import fetch
from archive_pkg.collection import (
    Options,
    build_many,
    executor_for,
    find_records,
    make_collection,
    repair,
    sign_head,
)
from archive_pkg.collection.audits import ledger
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.repositories.drop.local import LocalFolder
from archive_pkg.deposits.repositories.ocfl.root import OcflRoot
from archive_pkg.deposits.repository_interface import Repository
from archive_pkg.packages import build_package, sign, verify
from archive_pkg.storage import files, user_key

pytestmark = pytest.mark.descriptors
"""Where folders cannot be synced, the last renames can be lost (`docs/explanation/systems.md`)."""

FILES = {"a": b"first", "b/c": b"second"}
CHANGED = {"a": b"another", "b/c": b"second"}
ON = date(2026, 11, 24)
TEXT = "Ada, 1960"
RECORD = f"""\
id: letter
type: letter
title: A letter
sender: [ada]
date: {{edtf: 1960}}
parts:
  - {{id: text, kind: transcription, file: text.txt, media_type: text/plain, languages: [de],
     sha256: {hashlib.sha256(TEXT.encode()).hexdigest()}}}
agents:
  - {{id: ada, name: Ada, kind: person}}
evidence:
  - {{field: date, basis: quoted, at: {{part: text, exact: "1960", start: 5, end: 9}}}}
  - {{field: title, basis: supplied, agent: ada}}
  - {{field: type, basis: supplied, agent: ada}}
  - {{field: sender, basis: supplied, agent: ada}}
  - {{field: agents, basis: supplied, agent: ada}}
  - {{field: parts, basis: supplied, agent: ada}}
"""
LETTER = {"record.yaml": RECORD.encode(), "text.txt": TEXT.encode()}
CHANGED_LETTER = LETTER | {"record.yaml": RECORD.replace("A letter", "Another").encode()}


@pytest.fixture
def power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Power]:
    monkeypatch.setattr("os.fsync", lambda _: None)
    monkeypatch.setattr("os.fdatasync", lambda _: None)
    memory = Path("/dev/shm")  # SQLite syncs by itself
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Power(Path(folder, "disk"))


def write(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def left(power: Power, work: Callable[[], object], done: Callable[[], bool]) -> Iterator[bool]:
    """Yield each state that a power cut leaves, and whether the work had been done."""
    during, after = power.states(work)
    assert done()
    for state in during:
        power.restore(state)
        yield done()
    for state in after:
        power.restore(state)
        assert done(), "what was done is not durable"
        yield True


@pytest.mark.parametrize("few", [1, 64])
def test_creating_a_bag_survives_a_power_cut(
    power: Power, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FEW_FILES", few)
    source, bag = power.root / "source", power.root / "bag"
    write(source, FILES)
    create = partial(bags.create, source, bag)
    for done in left(power, create, bag.exists):
        assert contents(source) == FILES
        if not done:
            create()
            assert names(power.root) == {"source", "bag"}
        assert bags.verify(bag).valid


@pytest.mark.parametrize("exchanges", [True, False])
def test_updating_a_bag_survives_a_power_cut(power: Power, exchanges: bool) -> None:
    power.exchanges = exchanges
    bag, new = power.root / "bag", power.root / "new"
    write(new, FILES)
    bags.create(new, bag)

    def update() -> None:
        updating.update(bag, add={"data/a": CHANGED["a"]})

    def done() -> bool:
        if not exchanges:
            with storage.Staging(
                bag
            ):  # finishes an exchange that was interrupted between two renames
                pass
        there = contents(bag / "data")
        assert there in (FILES, CHANGED)
        assert bags.verify(bag).valid
        return there == CHANGED

    for is_done in left(power, update, done):
        if not is_done:
            update()
            assert done()
        with storage.Staging(bag):  # the next run removes leftovers
            pass
        assert names(power.root) == {"bag", "new"}


def test_finishing_an_interrupted_replacement_survives_a_power_cut(power: Power) -> None:
    bag = power.root / "bag"
    for name, data in ((".old", FILES), (".new", CHANGED)):
        write(power.root / f".bag.archive-pkg-00000000{name}", data)

    def finish() -> None:
        with storage.Staging(bag):
            pass

    for _ in left(power, finish, bag.exists):
        finish()
        assert contents(bag) == CHANGED
        assert names(power.root) == {"bag"}


def test_bagging_in_place_survives_a_power_cut(power: Power) -> None:
    folder = power.root / "folder"
    write(folder, FILES)
    create = partial(inplace.create_in_place, folder)
    for _ in left(power, create, (folder / "bagit.txt").exists):
        create()
        assert contents(folder / "data") == FILES
        assert names(power.root) == {"folder"}
        assert bags.verify(folder).valid


@pytest.mark.parametrize("kind", ["zip", "tgz"])
def test_packing_a_bag_survives_a_power_cut(power: Power, kind: str) -> None:
    write(power.root / "source", FILES)
    bag, archive = power.root / "bag", power.root / f"bag.{kind}"
    bags.create(power.root / "source", bag)
    pack = partial(serializing.pack, bag, archive)
    for done in left(power, pack, archive.exists):
        if not done:
            pack()
            assert names(power.root) == {"source", "bag", archive.name}
        assert bags.verify(archive).valid


def test_unpacking_an_archive_survives_a_power_cut(power: Power) -> None:
    write(power.root / "source", FILES)
    bags.create(power.root / "source", power.root / "bag")
    serializing.pack(power.root / "bag", power.root / "bag.zip")
    shutil.rmtree(power.root / "bag")
    unpack = partial(serializing.unpack, power.root / "bag.zip", power.root / "bag")
    for done in left(power, unpack, (power.root / "bag").exists):
        if not done:
            unpack()
            assert names(power.root) == {"source", "bag", "bag.zip"}
        assert contents(power.root / "bag" / "data") == FILES


def test_writing_a_journal_survives_a_power_cut(power: Power) -> None:
    path = power.root / "journal"

    def work() -> None:
        journal = Journal(path)
        journal.begin("step", why="new")
        journal.done("step", id=7)

    for done in left(power, work, lambda: Journal(path).outcome("step") == {"id": 7}):
        if not done:
            work()
            assert Journal(path).outcome("step") == {"id": 7}


def test_writing_a_ledger_survives_a_power_cut(power: Power) -> None:
    path = power.root / "ledger"

    def append(number: int) -> None:
        with ledger.held(path, lambda _: None) as (book, report):
            assert report.ok
            book.append([{"event": "fixity check", "package": f"p{number}"}])

    def packages() -> list[str]:
        found: list[str] = []
        with ledger.held(path, lambda entry: found.append(entry.get("package", ""))) as (_, report):
            assert report.ok
        return [name for name in found if name]

    for before in ([], ["p0"]):
        for done in left(power, partial(append, 1), lambda: "p1" in packages()):
            assert packages() == before + ["p1"] * done
            append(9)
            assert packages() == [*before, *["p1"] * done, "p9"]
            assert not list(ledger.read(path, lambda _: None)[1])
        shutil.rmtree(power.root)
        power.root.mkdir()
        append(0)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write(folder / "letter", LETTER)
    return build_package(folder / "letter", folder / "packages", on=ON).path


def test_building_a_package_survives_a_power_cut(power: Power, made: Path) -> None:
    write(power.root / "letter", LETTER)
    package = power.root / "new" / "out" / "letter"
    build = partial(build_package, power.root / "letter", package.parent, on=ON)
    for done in left(power, build, package.exists):
        if not done:
            build()
        assert contents(package) == contents(made)
        assert names(package.parent) <= {"letter", ".letter.archive-pkg.lock"}


def test_replacing_a_package_survives_a_power_cut(power: Power, made: Path) -> None:
    write(power.root / "letter", CHANGED_LETTER)
    out = power.root / "out"
    shutil.copytree(made, out / "letter")
    old = contents(made)

    def build() -> None:
        build_package(power.root / "letter", out, on=ON, replace=True)

    new: dict[str, bytes] = {}

    def done() -> bool:
        there = contents(out / "letter")
        new.update(there if not new else {})
        assert there in (old, new)
        return there == new

    for is_done in left(power, build, done):
        if not is_done:
            build()
            assert done()
        with storage.Staging(out / "letter"):
            pass
        assert names(out) == {"letter"}


@pytest.mark.parametrize("replace", [pytest.param(False, marks=pytest.mark.slow), True])
def test_building_many_packages_survives_a_power_cut(power: Power, replace: bool) -> None:
    letters, collection = power.root / "letters", power.root / "collection"

    def build() -> None:
        build_many(
            find_records([letters]),
            make_collection(collection),
            lambda done: None,
            executor=partial(executor_for, 1),
            options=Options(ON, replace=True),
        )

    def titles() -> list[bool]:
        packages = [path.parent for path in collection.glob("letter*/bagit.txt")]
        assert all(verify(package).ok for package in packages)
        return sorted(b"Another" in (each / "data/record.json").read_bytes() for each in packages)

    for name in ("letter-1", "letter-2"):
        record = RECORD.replace("id: letter", f"id: {name}").encode()
        write(letters / name, LETTER | {"record.yaml": record})
        if replace:
            if name == "letter-2":
                build()
            write(letters / name, {"record.yaml": record.replace(b"A letter", b"Another")})
    end = [replace, replace]
    for done in left(power, build, lambda: titles() == end):
        if not done:
            build()
            assert titles() == end


def test_making_an_ocfl_root_survives_a_power_cut(power: Power) -> None:
    place = power.root / "place"
    make = OcflRoot(f"ocfl:{place}")._folder.ensure
    for _ in left(power, make, (place / "0=ocfl_1.1").is_file):
        make()
        assert ocfl.StorageRoot(str(place)).validate(log_errors=False)


@pytest.mark.slow
def test_adding_a_version_to_an_ocfl_object_survives_a_power_cut(power: Power, made: Path) -> None:
    package, root = power.root / "letter", power.root / "place"
    shutil.copytree(made, package)
    repository = OcflRoot(f"ocfl:{root}")
    deposits.deposit(package, repository)
    write(power.root / "letter.new", CHANGED_LETTER)
    build_package(power.root / "letter.new", power.root, on=ON, replace=True)

    def deposit() -> None:
        deposits.deposit(package, repository)

    for done in left(power, deposit, lambda: len(deposits.receipts_of(package)) == 2):
        held = repository.verify("letter", "v2" if done else "v1", {})
        assert held["data/parts/text.txt"] == hashlib.sha256(TEXT.encode()).hexdigest()
        if not done:
            deposit()
        assert ocfl.StorageRoot(str(root)).validate(log_errors=False)


@pytest.mark.parametrize("kind", [LocalFolder, OcflRoot])
def test_depositing_a_package_survives_a_power_cut(
    power: Power, made: Path, kind: type[Repository]
) -> None:
    package, place = power.root / "out" / "letter", power.root / "place"
    shutil.copytree(made, package)
    repository = kind(f"{kind.kind}:{place}")
    if isinstance(repository, OcflRoot):
        repository._folder.ensure()

    def deposit() -> None:
        deposits.deposit(package, repository)

    def done() -> bool:
        found = deposits.receipts_of(package)
        assert all(deposits.check_receipt(path, [repository]).ok for path, _ in found)
        return bool(found)

    for is_done in left(power, deposit, done):
        if not is_done:
            deposit()
            assert done()
            assert not list(place.glob(".*.part"))
        assert len(deposits.receipts_of(package)) == 1


@pytest.mark.slow
def test_depositing_many_packages_survives_a_power_cut(power: Power, made: Path) -> None:
    packages, place = [power.root / "out" / name for name in ("a", "b")], power.root / "place"
    for package in packages:
        record = RECORD.replace("id: letter", f"id: {package.name}").encode()
        write(power.root / "letter", LETTER | {"record.yaml": record})
        build_package(power.root / "letter", power.root / "out", on=ON)
    shutil.rmtree(power.root / "letter")
    repository = LocalFolder(f"file:{place}")

    def deposit() -> None:
        for _, outcome in deposits.deposit_many(packages, repository):
            assert isinstance(outcome, deposits.Deposited)

    def done() -> bool:
        found = [path for each in packages for path, _ in deposits.receipts_of(each)]
        assert all(deposits.check_receipt(path, [repository]).ok for path in found)
        return len(found) == 2

    for is_done in left(power, deposit, done):
        if not is_done:
            deposit()
            assert done()
            assert not list(place.glob(".*.part"))


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize(
    "write_file",
    [storage.write_output, lambda path, data: storage.replace_if_unchanged(path, data, b"old")],
    ids=["output", "review"],
)
def test_writing_a_file_survives_a_power_cut(
    power: Power, write_file: Callable[..., object], new: bool
) -> None:
    path = power.root / "file"
    if write_file is not storage.write_output or not new:
        path.write_bytes(b"old")
    before = path.read_bytes() if path.exists() else None

    def done() -> bool:
        there = path.read_bytes() if path.exists() else None
        assert there in (before, b"new bytes")
        return there == b"new bytes"

    for is_done in left(power, lambda: write_file(path, b"new bytes"), done):
        if not is_done:
            write_file(path, b"new bytes")
            assert done()


def test_making_a_folder_for_state_survives_a_power_cut(power: Power) -> None:
    made = power.root / "receipts" / "0a1"
    for _ in left(power, partial(storage.state_folder, power.root, "receipts/0a1"), made.is_dir):
        assert storage.state_folder(power.root, "receipts/0a1") == made


def test_making_the_key_of_the_user_survives_a_power_cut(
    power: Power, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(power.root / "state"))
    for _ in left(
        power, user_key._kept_key, lambda: (power.root / "state/archive-pkg/key").exists()
    ):
        assert user_key._kept_key() == user_key._kept_key()


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def test_signing_a_package_survives_a_power_cut(power: Power, made: Path, key: Path) -> None:
    package = power.root / "letter"
    shutil.copytree(made, package)
    work = partial(sign, package, key=key)
    for done in left(power, work, lambda: bool(verify(package).signatures)):
        assert verify(package).ok
        if not done:
            work()
        assert len(verify(package).signatures) == 2


def test_signing_a_ledger_head_survives_a_power_cut(power: Power, key: Path) -> None:
    path = power.root / "ledger"
    with ledger.held(path, lambda _: None) as (book, _):
        book.append([{"event": "fixity check", "package": "p"}])
    work = partial(sign_head, path, key=key)
    signature = power.root / "ledger.heads" / "000001.head.sig"
    for done in left(power, work, signature.exists):
        if not done:
            work()
        assert not list(ledger.read(path, lambda _: None)[1])
        assert storage.read_regular(signature).endswith(b"-----END SSH SIGNATURE-----\n")


@pytest.mark.parametrize("is_lost", [False, True])
def test_repairing_a_package_survives_a_power_cut(power: Power, made: Path, is_lost: bool) -> None:
    collection = make_collection(power.root / "collection", "hashed")
    home = collection.home("letter")
    shutil.copytree(made, power.root / "copy" / "letter")
    shutil.copytree(made, home)
    name = home.relative_to(collection.root).as_posix()
    with ledger.held(collection.ledger, lambda _: None) as (book, _):
        book.append([{"event": "fixity check", "package": name, "outcome": "fail"}])
    if is_lost:
        shutil.rmtree(collection.root / name.partition("/")[0])
    else:
        (home / "data" / "README.txt").write_bytes(b"damaged")

    def work() -> None:
        repair(collection, lambda _: None, path=collection.ledger, copy=str(power.root / "copy"))

    def done() -> bool:
        return home.exists() and contents(home) == contents(made)

    for is_done in left(power, work, done):
        if not is_done:
            work()
            assert done()
        damaged = [path for path in collection.root.rglob("README.txt") if path.stat().st_size == 7]
        assert is_lost or len(damaged) == 1


def test_fetching_a_file_of_a_bag_survives_a_power_cut(
    power: Power, monkeypatch: pytest.MonkeyPatch
) -> None:
    def receive(run: object, line: object, descriptor: int, have: int, hashes: Any) -> int:
        os.ftruncate(descriptor, have)
        os.write(descriptor, b"second"[have:])
        for each in hashes.values():
            each.update(b"second"[have:])
        return 6

    monkeypatch.setattr("archive_pkg.bags.fetching.downloads._FetchRun._receive", receive)
    write(power.root / "source", {"b/c/d": b"second"})
    bag = power.root / "bag"
    bags.create(power.root / "source", bag)
    for tag_manifest in bag.glob("tagmanifest-*"):
        tag_manifest.unlink()
    write(bag, {"fetch.txt": b"http://example.org/d 6 data/b/c/d\n"})
    shutil.rmtree(bag / "data" / "b")
    work = partial(fetch, bag)
    for done in left(power, work, (bag / "data/b/c/d").exists):
        if not done:
            assert work().report.ok
        assert bags.verify(bag).valid
