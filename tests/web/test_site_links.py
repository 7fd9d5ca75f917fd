"""Each link of a site leads to a file of the site, in pages and in documents for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin

import pytest
from lxml import etree, html

from archive_pkg import cli
from archive_pkg.packages import build_package
from archive_pkg.packages.page import parts
from program import PUBLISHING
from typed import strings

if TYPE_CHECKING:
    from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
ROOT = Path(__file__).parents[2]
BASE = "https://example.org/letters/"
ADDRESSES = frozenset(["@id", "URL", "anchor", "contentUrl", "href", "source", "url"])
"""Keys in JSON whose values are links. Values that begin with # name things."""
ATTRIBUTES = ("ref", "source", "target", "url", "href")
SCAN = {
    "id": "scan",
    "type": "letter",
    "title": "A letter",
    "parts": [
        {"id": "one", "kind": "scan", "file": "page 1.png", "media_type": "image/png"},
        {"id": "large", "kind": "scan", "file": "large.png", "media_type": "image/png"},
    ],
}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a collection with the first letter, documents with parts and agents, and scans."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "archive-pkg.toml").write_text(PUBLISHING)
    scan = folder / "records" / "scan"
    scan.mkdir(parents=True)
    (scan / "page 1.png").write_bytes(PNG)
    (scan / "large.png").write_bytes(PNG + bytes(40_000))
    (scan / "record.json").write_text(json.dumps(SCAN))
    documents = ROOT / "tests" / "fixtures" / "documents"
    sources = [documents / name for name in ("letter", "minutes")]
    for source in (ROOT / "records" / "1960-07-18-cpsu-to-sed", *sources, scan):
        build_package(source, folder / "packages")
    return folder


def values(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the strings in plain data, each with its key."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from values(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from values(value, key)
    elif isinstance(data, str):
        yield key, data


def links_in_json(text: str) -> Iterator[str]:
    for key, value in values(json.loads(text)):
        is_name = value.startswith("#") or "/canvas/" in value
        if not is_name and (key in ADDRESSES or value.startswith(BASE)):
            yield value


def links(file: Path) -> Iterator[str]:
    """Yield all links in a file of a site."""
    if file.suffix == ".html":
        page = html.fromstring(file.read_bytes())
        yield from strings(page, "//@href | //@src | //meta[contains(@name, '_url')]/@content")
        for data in strings(page, "//script[@type='application/ld+json']/text()"):
            yield from links_in_json(data)
    elif file.suffix in (".json", ".jsonld"):
        yield from links_in_json(file.read_text())
    elif file.suffix == ".xml" or file.name == "resourcesync":
        for element in etree.parse(file).iter("*"):
            name = etree.QName(element).localname
            is_language = (element.get("type") or "").endswith("hasLanguage")
            yield from [element.text or ""] if name == "loc" else []
            for attribute in ATTRIBUTES if not is_language else ():
                yield from (element.get(attribute) or "").split()


def dead(site: Path, base: str) -> Iterator[str]:
    """Yield the links whose targets are not on the site."""
    for file in filter(Path.is_file, site.rglob("*")):
        for link in links(file):
            address, _, anchor = urljoin(f"{base}{file.relative_to(site)}", link).partition("#")
            target = site / unquote(address.removeprefix(base))
            if not address.startswith(base) or target == site:
                continue
            tei = target.suffix == ".xml" and not anchor.startswith("string-range")
            ids = strings(etree.parse(target), "//@*[local-name()='id']") if anchor and tei else []
            if not target.is_file() or (ids and anchor not in ids):
                yield f"{file.relative_to(site)}: {link}"


@pytest.mark.parametrize("base", [BASE, ""])
def test_each_link_of_a_site_leads_to_a_file(
    collection: Path,
    base: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(parts, "_FILE_LIMIT", 30_000)
    site = collection / ("full" if base else "relative")
    project = ["--project", str(collection / "archive-pkg.toml"), "--base-url", base]
    command = ["site", str(collection / "packages"), "-o", str(site), "--jobs", "1", "--downloads"]
    assert cli.run([*command, *(project if base else ["--no-project"])]) == 0
    assert list(dead(site, base or "https://site.invalid/")) == []
    assert "large.png is too large for the site" in " ".join(capsys.readouterr().out.split())
    names = {path.name for path in site.rglob("*")}
    assert "scan.one.png" in names
    assert "scan.large.png" not in names
    assert not (site / "metadata/iiif/scan.json").exists()
    tei = etree.parse(site / "metadata/tei/scan.xml")
    [image] = strings(tei, "//@url")
    assert image == f"{base or '../../'}files/scan.one.png"
    page = html.fromstring((site / "letters/scan.html").read_bytes())
    data = json.loads(strings(page, "//script[@type='application/ld+json']/text()")[0])
    known = {
        one["name"]: one.get("contentUrl") for one in data["@graph"] if "encodesCreativeWork" in one
    }
    assert known == {"page 1.png": f"{base}files/scan.one.png" if base else None, "large.png": None}
