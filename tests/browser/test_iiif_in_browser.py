"""A manifest of a site, opened in Mirador: the scan, the text and a statement are visible."""

from __future__ import annotations

import io
import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from iiif_prezi3 import Manifest
from PIL import Image, ImageDraw

from archive_pkg import cli
from archive_pkg.packages import build_package
from official import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

TEXT = "Riga, 3 March 1961\n\nDear Office!\nThe harbour is free of ice.\n"
DATE = {"part": "text", "start": 6, "end": 18, "exact": "3 March 1961"}
VIEWER = """<!doctype html><meta charset="utf-8"><title>Viewer</title>
<link rel="icon" href="data:,">
<div id="viewer" style="position:absolute;inset:0"></div><script src="mirador.min.js"></script>
<script>window.viewer = Mirador.viewer({id: "viewer", annotations: {filteredMotivations:
["commenting", "supplementing"]}, window: {sideBarOpenByDefault: true, sideBarPanel: "annotations",
defaultSideBarPanel: "annotations"}, windows: [{manifestId: "MANIFEST"}]});</script>"""


def _scan() -> bytes:
    """Return a leaf of yellow paper with 18 dark lines."""
    leaf = Image.new("RGB", (600, 800), (230, 200, 150))
    for y in range(40, 760, 40):
        ImageDraw.Draw(leaf).line((40, y, 560, y), fill=(60, 30, 30), width=6)
    leaf.save(written := io.BytesIO(), "PNG")
    return written.getvalue()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Write no log."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder, and yield it with its address."""
    folder = tmp_path / "public"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_mirador_shows_the_scan_the_text_and_a_statement(
    served: tuple[Path, str], tmp_path: Path, page: Page, until: Callable[[Page, str], None]
) -> None:
    viewer = PLACE / "mirador" / "mirador.min.js"
    if not viewer.is_file():
        pytest.skip("Mirador is not installed: run tests/browser/install.sh")
    public, address = served
    source = tmp_path / "harbour"
    source.mkdir()
    (source / "letter.txt").write_text(TEXT, encoding="utf-8")
    (source / "leaf.png").write_bytes(_scan())
    record = {
        "id": "harbour",
        "type": "letter",
        "title": "Letter on the harbour",
        "date": "1961-03-03",
        "parts": [
            {"id": "leaf", "kind": "scan", "file": "leaf.png", "media_type": "image/png"},
            {"id": "text", "kind": "transcription", "file": "letter.txt", "languages": ["en"]},
        ],
        "evidence": [{"field": "date", "basis": "quoted", "at": DATE}],
    }
    (source / "record.json").write_text(json.dumps(record), encoding="utf-8")
    package = build_package(source, tmp_path / "packages").path
    words = ["site", str(package.parent), "-o", str(public), "-j", "1", "-q"]
    assert cli.run([*words, "--base-url", address]) == 0
    manifest = (public / "metadata" / "iiif" / "harbour.json").read_text("utf-8")
    [canvas] = Manifest.model_validate_json(manifest).items
    assert (canvas.width, canvas.height) == (600, 800)
    (public / "mirador.min.js").write_bytes(viewer.read_bytes())
    name = f"{address}/metadata/iiif/harbour.json"
    (public / "viewer.html").write_text(VIEWER.replace("MANIFEST", name), encoding="utf-8")
    page.goto(f"{address}/viewer.html")
    page.get_by_text("The harbour is free of ice.").wait_for()
    page.get_by_text("Date: 1961-03-03").wait_for()
    page.locator(".openseadragon-canvas").first.focus()
    page.keyboard.press("0")  # the whole leaf
    # The image is drawn when lines that are darker than the leaf are on the canvas.
    until(
        page,
        """(() => {
          const canvas = document.querySelector(".openseadragon-canvas canvas");
          const {width, height} = canvas;
          const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
          let light = 0, dark = 0;
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] == 255) data[i] > 200 ? light++ : dark++;
          return light > 10000 && dark > 1000;
        })()""",
    )
    page.screenshot(path=tmp_path / "mirador.png")
