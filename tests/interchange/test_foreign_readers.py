"""Other people's programs read what the exports say."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import eadpy
import pytest
from examples import FULL_CONTEXT, full, talk
from pyDataverse.models import Dataset
from rocrate.rocrate import ROCrate
from sword3common.models.metadata import Metadata

from archive_pkg.interchange import FORMATS, export
from official import items

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/format-checks.md"


@pytest.mark.parametrize("name", ["ead2002", "ead3"])
def test_eadpy_reads_the_levels_of_a_finding_aid(name: str) -> None:
    aid = eadpy.from_bytes(export(name, [full(), talk()], FULL_CONTEXT))
    letter, other = aid.create_item_chunks()
    assert letter["metadata"]["title"] == full().title
    assert letter["metadata"]["level"] == "item"
    assert letter["metadata"]["ancestor_titles"] == ["2 documents", "fond 3", "opis 14", "delo 479"]
    assert letter["metadata"]["date"] == "3 March 1961"
    assert "Accessrestrict: Access to The letter in Russian" in letter["text"]
    assert other["metadata"]["ancestor_titles"] == ["2 documents"]
    assert other["metadata"]["date"] == "1958-10-03"


def test_ro_crate_py_reads_the_letter_its_files_and_its_licence(tmp_path: Path) -> None:
    file = tmp_path / "ro-crate-metadata.json"
    file.write_bytes(export("ro-crate", full(), FULL_CONTEXT))
    crate = ROCrate(tmp_path)
    assert crate.name == full().title
    assert crate.license["name"] == "CC-BY-4.0"
    assert crate.publisher["name"] == "A publisher"
    assert [file["encodingFormat"] for file in crate.root_dataset["hasPart"]] == [
        "image/tiff",
        "text/plain",
    ]
    senders = [sender["name"] for sender in crate.mainEntity["sender"]]
    assert senders == ["Central Committee of the CPSU", "Khrushchev, Nikita"]
    # A reference to a thing that the crate does not describe stays a string.
    described = {entity.id for entity in crate.get_entities()}
    for thing in json.loads(file.read_bytes())["@graph"]:
        assert thing["@id"] in described


def test_pydataverse_accepts_the_dataset() -> None:
    dataset = Dataset()
    dataset.from_json(export("dataverse", full(), FULL_CONTEXT).decode())
    assert dataset.validate_json()
    read = dataset.get()
    assert read["title"] == full().title
    assert [author["authorName"] for author in read["author"]] == [
        "Central Committee of the CPSU",
        "Khrushchev, Nikita",
    ]
    assert read["datasetContact"][0]["datasetContactEmail"] == "reading-room@example.org"


def test_sword3common_reads_the_metadata_document() -> None:
    document = Metadata(json.loads(export("sword", full(), FULL_CONTEXT)))
    assert document.get_dc_field("title")[0] == full().title
    assert "Walter Ulbricht (recipient)" in document.get_dc_field("contributor")


def rows() -> Iterator[tuple[str, str, str]]:
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            names, schema, reader, _ = (cell.strip() for cell in line.strip("|").split("|"))
            for name in re.findall("`([^`]+)`", names):
                yield name, schema, reader


def test_the_page_on_checks_names_every_format_and_only_what_the_tests_use() -> None:
    named = [name for name, _, _ in rows()]
    assert len(named) == len(set(named))
    assert set(FORMATS) <= set(named)
    brought = {name for _, schema, _ in rows() for name in re.findall("`([^`]+)`", schema)}
    assert brought <= set(items())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = " ".join(project["optional-dependencies"]["dev"] + project["dependencies"])
    scripts = [ROOT / ".ci/run", *(ROOT / "tests").rglob("install.sh")]
    scripts.append(ROOT / "tests/packages/test_targets.py")  # installs validators for its tests
    wanted += " ".join(script.read_text("utf-8") for script in scripts)
    for _, _, reader in rows():
        for package in re.findall("`([^`]+)`", reader):
            assert package in wanted, package
