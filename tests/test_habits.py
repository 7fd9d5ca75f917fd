"""The rules of the project: what CI may leave out, and which files may break a rule."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import official
from archive_pkg.version import VERSION

ROOT = Path(__file__).parents[1]

# Data that .ci/run may miss if only package registries can be reached. Only remove items.
MAY_MISS = {
    "bagit-profiles", "bagit-suite", "cmif", "cmif-examples", "cmif-rules", "datacite", "eac-cpf",
    "labelled-letters", "premis", "ro-crate", "schnitzler", "tillich",
}  # fmt: skip

# Files that are older than the limits of complexity and exceed them. Only remove items.
TOO_COMPLEX = {
    "src/archive_pkg/bags/writing.py": {"PLR0913"},
    "src/archive_pkg/interchange/exporting/datacite.py": {"C901"},
    "src/archive_pkg/interchange/exporting/dublin_core.py": {"C901"},
    "src/archive_pkg/interchange/exporting/invenio.py": {"C901", "PLR0912"},
    "src/archive_pkg/interchange/losses.py": {"C901"},
    "src/archive_pkg/drafting/letters/head.py": {"C901", "PLR0911"},
    "src/archive_pkg/fixity.py": {"C901"},
    "src/archive_pkg/records/record_errors.py": {"C901"},
    "src/archive_pkg/dates/edtf.py": {"C901", "PLR0911", "PLR0912"},
    "src/archive_pkg/tables/lists/mapping.py": {"PLR0911"},
    "tests/fuzz/mutating.py": {"C901", "PLR0912"},
    "tests/services/proxy.py": {"C901", "PLR0911", "PLR0912"},
    "tests/services/rdm/search_sink.py": {"PLR0911"},
}


def test_only_the_listed_official_data_may_be_missing_in_ci() -> None:
    [listed] = re.findall(r"^may_miss=\(\n(.*?)^\)$", (ROOT / ".ci/run").read_text(), re.M | re.S)
    names = [name for line in listed.splitlines() for name in line.partition("#")[0].split()]
    assert set(names) == MAY_MISS
    assert set(official.items()) >= MAY_MISS
    assert all("#" in line for line in listed.splitlines()), "each has its reason"


@pytest.mark.parametrize("item", official.items().values(), ids=lambda item: item.name)
def test_official_data_are_listed_with_maker_licence_and_digest(item: official.Item) -> None:
    assert all((item.title, item.home, item.licence, item.files))
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in item.sha256)
    assert item.address or item.package or item.home == "unpublished"


def test_official_data_with_other_bytes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official, "PLACE", tmp_path / "place")
    monkeypatch.setattr(official, "SHARED", tmp_path)
    item = replace(official.items()["premis"], address="")
    assert official.bring(item) == [
        f"{tmp_path}: no folder schemas/premis3; nobody else publishes these files"
    ]
    (tmp_path / item.folder).mkdir(parents=True)
    (tmp_path / item.folder / "premis.xsd").write_bytes(b"<schema/>")
    assert official.bring(item) == [
        f"{tmp_path}: the files differ from the digests in test-data.toml"
    ]
    assert not item.place.exists()
    digest = hashlib.sha256(b"<schema/>").hexdigest()
    assert official.bring(replace(item, sha256=[digest])) == []
    assert (item.place / "premis.xsd").read_bytes() == b"<schema/>"


def test_only_the_listed_files_may_be_too_complex() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ignored = project["tool"]["ruff"]["lint"]["per-file-ignores"]
    complexity = {
        path: found
        for path, rules in ignored.items()
        if "*" not in path and (found := {rule for rule in rules if rule.startswith(("C9", "PLR"))})
    }
    assert complexity == TOO_COMPLEX


def test_the_files_for_citation_agree_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    codemeta = json.loads((ROOT / "codemeta.json").read_text("utf-8"))
    assert citation["version"] == codemeta["version"] == VERSION
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    [released] = re.findall(rf"^## {re.escape(VERSION)} - (.+)$", changelog, re.MULTILINE)
    assert str(citation["date-released"]) == codemeta["dateModified"] == released
    wheel = f"archive_pkg-{VERSION}-py3-none-any.whl"
    for page in ("README.md", "docs/reference/installation.md"):
        named = re.findall(r"archive_pkg-[\w.-]+\.whl", (ROOT / page).read_text("utf-8"))
        assert set(named) == {wheel}, page
    assert citation["license"] == codemeta["license"].rpartition("/")[2] == project["license"]
    assert codemeta["identifier"] == project["name"]
    assert citation["keywords"] == codemeta["keywords"] == project["keywords"]
    assert citation["abstract"] == codemeta["description"]


def test_the_lock_file_lists_every_dependency_with_a_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    locked = {normal(line.partition("==")[0]) for line in lines}
    groups = (project["dependencies"], *project["optional-dependencies"].values())
    wanted = {normal(re.split(r"[^\w.-]", each)[0]) for group in groups for each in group}
    assert wanted - locked == {"archive-pkg"}, "run make lock"


def normal(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def test_the_modules_to_mutate_and_their_tests_exist() -> None:
    modules = tomllib.loads((ROOT / "tests/mutants/modules.toml").read_text())
    listed = [f"src/archive_pkg/{module}" for module in modules]
    listed += [f"tests/{test.partition('::')[0]}" for tests in modules.values() for test in tests]
    assert [path for path in listed if not (ROOT / path).is_file()] == []
