"""IIIF Presentation 3.0: a manifest for a document with scans."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL, FULL_CONTEXT, LEAST_CONTEXT, bare, full
from iiif_prezi3 import Manifest

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange import ExportContext, export, find_format
from archive_pkg.interchange.losses import left_out
from archive_pkg.packages.metadata_documents import export_context
from archive_pkg.projects import Project, ProjectFile
from archive_pkg.records.models import Record

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://example.org/edition"
SCAN = f"{SITE}/files/{FULL['id']}.scan.tif"


def manifest(context: ExportContext = FULL_CONTEXT, **changes: Any) -> dict[str, Any]:
    written = export("iiif", Record.model_validate(FULL | changes), context)
    Manifest.model_validate_json(written)
    found: dict[str, Any] = json.loads(written)
    return found


def test_a_scan_is_a_canvas_of_the_size_of_its_image() -> None:
    made = manifest()
    assert made["id"] == f"{SITE}/metadata/iiif/{FULL['id']}.json"
    assert made["label"] == {"none": [FULL["title"]]}
    assert made["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    [canvas] = made["items"]
    assert (canvas["width"], canvas["height"]) == (1200, 1600)
    [painting] = canvas["items"][0]["items"]
    assert painting["target"] == canvas["id"]
    assert painting["body"] == {
        "id": SCAN, "type": "Image", "format": "image/tiff", "height": 1600, "width": 1200,
    }  # fmt: skip


def test_the_text_and_the_statements_that_quote_it_are_annotations_of_the_canvas() -> None:
    [canvas] = manifest()["items"]
    texts, statements = canvas["annotations"]
    [text] = texts["items"]
    assert (text["motivation"], text["target"]) == ("supplementing", canvas["id"])
    assert text["body"]["value"] == FULL_CONTEXT.texts["english"]
    assert text["body"]["language"] == "en"
    quoting = [each for each in FULL["evidence"] if "at" in each]
    assert len(statements["items"]) == len(quoting) + len(FULL["translation_notes"])
    said = [each["body"]["value"] for each in statements["items"]]
    assert "Date: 1961-03-03 (“3 March 1961”) (new style)\nquoted from part english, " in said[2]
    assert said[2].endswith("“3 March 1961”\n(date)")


def test_each_scan_has_the_text_and_only_the_first_has_the_statements() -> None:
    second = FULL["parts"][1] | {"id": "verso", "file": "scans/leaf 2.tif"}
    first, other = manifest(parts=[*FULL["parts"], second])["items"]
    assert [len(canvas["annotations"]) for canvas in (first, other)] == [2, 1]


def test_an_image_service_takes_the_place_of_the_files() -> None:
    settings = FULL_CONTEXT.project.settings.model_dump(exclude_none=True)
    settings["image_service"] = "https://images.example.org/iiif/3/"
    project = Project(ProjectFile.model_validate(settings))
    [canvas] = manifest(replace(FULL_CONTEXT, project=project))["items"]
    image = canvas["items"][0]["items"][0]["body"]
    name = f"https://images.example.org/iiif/3/{FULL['id']}%2Fscans%2Fleaf%201.tif"
    assert image["id"] == f"{name}/full/max/0/default.jpg"
    assert image["service"] == [{"id": name, "type": "ImageService3", "profile": "level0"}]


def test_a_manifest_without_addresses_scans_or_sizes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="web addresses") as refused:
        export("iiif", full(), ExportContext())
    assert "base_url" in str(refused.value.hint)
    with pytest.raises(UsageError, match="none of these documents has a scan as an image"):
        export("iiif", bare(), LEAST_CONTEXT)
    [finding] = left_out(find_format("iiif"), bare())
    assert "describes scans only: “A letter”" in finding.message
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "leaf 1.tif").write_bytes(b"broken")
    context = export_context(full(), tmp_path, project=FULL_CONTEXT.project)
    with pytest.raises(InvalidError, match=r"the size of scans/leaf 1\.tif cannot be read"):
        export("iiif", full(), context)
