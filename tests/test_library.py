"""The public functions of the library, called with paths as text."""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archive_pkg
from archive_pkg import (
    bags,
    collection,
    deposits,
    drafting,
    interchange,
    packages,
    records,
    tables,
    web,
)
from archive_pkg.packages import targets
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

MODULES = (archive_pkg, bags, collection, deposits, drafting, interchange, packages, records,
         tables, targets, web)  # fmt: skip
FOR_OTHER_ROOMS = {"check_one", "check_record", "export_one", "files_folder", "letters_in",
                   "placed", "read_placed", "register_for", "unpack", "verify_one"}  # fmt: skip


def functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in dir(module) if module is archive_pkg else module.__all__:
        if inspect.isfunction(getattr(module, name)):
            yield name, getattr(module, name)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_function_with_a_path_parameter_accepts_text(module: ModuleType) -> None:
    narrow = {
        name
        for name, function in functions(module)
        for parameter in inspect.signature(function).parameters.values()
        if "Path" in str(parameter.annotation).replace("StrPath", "")
        and not str(parameter.annotation).startswith("Mapping")
    }
    assert narrow <= FOR_OTHER_ROOMS


def test_the_bags_package_can_be_used_alone_with_paths_as_text(tmp_path: Path) -> None:
    source, bag, packed = (str(tmp_path / name) for name in ("source", "bag", "bag.zip"))
    Path(source).mkdir()
    Path(source, "a").write_bytes(b"1")
    bags.create(source, bag)
    bags.update(bag, add={"data/b": b"2"}, info=[("Contact-Name", "E. Janssen")])
    bags.upgrade(bag, algorithms=["sha3256"])
    assert bags.fetch(bag).files == 0
    assert bags.pack(bag, packed).valid
    assert bags.unpack(packed, str(tmp_path / "again")).valid
    assert bags.Bag.open(packed).payload == ["data/a", "data/b"]
    assert ("Contact-Name", "E. Janssen") in bags.read_info(bag)
    assert bags.create_in_place(source)[0] is not None
    assert bags.load_profile(bags.bundled_profiles()[0]).identifier


def test_a_letter_is_checked_built_and_deposited_with_paths_as_text(
    letter: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "out")
    assert archive_pkg.check(str(letter)).ok
    package = str(archive_pkg.build_package(str(letter), out, on=date(2026, 11, 24)).path)
    assert archive_pkg.open_package(package).record.id == letter.name
    assert archive_pkg.verify(package).ok
    assert bags.verify(package).valid
    receipt = str(archive_pkg.deposit(package, f"file:{tmp_path / 'drop'}").path)
    assert archive_pkg.load_receipt(receipt).package == letter.name
    assert archive_pkg.verify(archive_pkg.fetch(receipt, str(tmp_path / "back"))).ok
    assert not targets.why_not(package, targets.find_target("rda"), {}).ok
    assert list(collection.find_packages([out])) == [Path(package)]
    bags.create(str(letter), str(tmp_path / "bag"))
    record = archive_pkg.load_record(str(letter))
    assert record.title in web.letter_page(record, str(letter))


def test_subpackages_can_be_used_after_importing_the_package() -> None:
    program = "import archive_pkg as a; print(a.bags.__name__, a.records.__name__, a.tables.check)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.startswith("archive_pkg.bags archive_pkg.records <function"), run.stderr


def test_help_on_the_package_is_one_page() -> None:
    shown = pydoc.plain(pydoc.render_doc(archive_pkg)).splitlines()
    assert len(shown) < 100
    assert any("build_package(source, out)" in line for line in shown)
    assert {"Record", "build_package", "bags", "why_not"} <= set(dir(archive_pkg))


def test_an_error_as_text_has_its_findings() -> None:
    with pytest.raises(archive_pkg.InvalidError) as caught:
        archive_pkg.load_record({"id": "x", "type": "letter", "title": "", "parts": []})
    assert len(caught.value.report) == 1
    assert "title: error: the text is empty [record-" in str(caught.value)
    many = Report([caught.value.report.findings[0]] * 22)
    assert str(archive_pkg.StorageError("bad", "Do it.", many)).endswith(
        "\n  and 2 more findings\nDo it."
    )
    assert str(archive_pkg.UsageError("bad")) == "bad"


def test_one_source_of_all_statements_is_given_once(letter: Path) -> None:
    record = archive_pkg.load_record(letter)
    assert archive_pkg.described_by(record, record.agents[0].id) == record  # all have evidence
    bare = record.model_copy(update={"evidence": ()})
    editor = archive_pkg.Agent(id="doe", name="Doe, Jane", kind="person")
    described = archive_pkg.described_by(bare, editor, "Card index of 1998")
    report = archive_pkg.check(described, letter)
    assert "statement-unsourced" not in {finding.code for finding in report}
    assert {one.note for one in described.evidence} == {"Card index of 1998"}
    assert archive_pkg.Record.model_validate(described.as_json()) == described
    assert archive_pkg.described_by(described, editor) == described
    with pytest.raises(archive_pkg.UsageError, match="has no agent nobody"):
        archive_pkg.described_by(bare, "nobody")
    other = archive_pkg.Agent(id="doe", name="Doe, John", kind="person")
    with pytest.raises(archive_pkg.UsageError, match="differently"):
        archive_pkg.described_by(described, other)
