"""The site of a collection: complete, up to date, and without withheld parts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pybtex.database
import pytest
from lxml import etree, html

from archive_pkg import cli
from archive_pkg.collection import make_collection
from archive_pkg.packages import build_package
from archive_pkg.records import Agent, load_record
from archive_pkg.web.site.entries import agent_entry
from killing import instants, run_until
from program import PUBLISHING
from typed import content, elements, present, strings

ON = date(2026, 11, 24)
HOSTILE = "</script><script>alert(1)</script></title><img src=x onerror=alert(1)>\u202e&\u2028"
OURS = r"(\.\./)?(assets/(letter|site|neighbours)|data/year-\d+)\.js"
SECRET = "Zwölf geheimnisvolle Quecksilberfässer lagern unter der Orangerie von Sanssouci"


def write(collection: Path, record: dict[str, Any], **files: str) -> Path:
    source = collection.parent / "records" / record["id"]
    source.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (source / f"{name}.txt").write_text(text, encoding="utf-8")
    (source / "record.json").write_text(json.dumps({"type": "letter", **record}), encoding="utf-8")
    return build_package(source, collection, on=ON).path


def simple(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": f"letter-{number}",
        "title": f"Letter {number}",
        "sender": ["a"],
        "recipients": ["b"],
        "date": f"19{60 + number}-01-02",
        "agents": [
            {"id": "a", "name": "Ada Berg", "kind": "person"},
            {"id": "b", "name": "The Office", "kind": "organization"},
        ],
        "parts": [{"id": "p", "kind": "original", "file": "p.txt", "languages": ["de"]}],
        **more,
    }


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    collection = tmp_path / "collection"
    for number in range(3):
        write(collection, simple(number), p=f"Dear Office!\nThe number is {number}.\n")
    return collection


def site(collection: Path, *more: str, status: int = 0) -> Path:
    out = collection.parent / "public"
    assert cli.run(["site", str(collection), "-o", str(out), "--jobs", "1", "-q", *more]) == status
    return out


def pages(out: Path) -> list[Path]:
    return sorted(out.rglob("*.html"))


def test_every_link_has_a_target_and_every_page_is_well_formed(collection: Path) -> None:
    out = site(collection, "--base-url", "https://example.org/letters")
    for page in pages(out):
        root = html.fromstring(page.read_bytes())
        assert elements(root, "//main[.//h1] | //h1[following::main]")
        assert strings(root, "//html/@lang")
        for link in strings(root, "//@href | //@src"):
            if link.startswith(("https://", "data:")):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / unquote(name)).resolve() if name else page
            assert target.is_file(), f"{page.name}: {link}"
            if anchor:
                assert anchor in strings(html.fromstring(target.read_bytes()), "//@id")
    assert {"letter-0.html", "index.html", "1961.html", "network.html"} <= {
        p.name for p in pages(out)
    }


def test_the_manifest_has_the_digests_of_all_files(collection: Path) -> None:
    out = site(collection)
    subprocess.run(
        ["sha256sum", "-c", "--quiet", "--strict", "site-sha256.txt"], cwd=out, check=True
    )
    listed = {line.split("  ", 1)[1] for line in (out / "site-sha256.txt").read_text().splitlines()}
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert there == listed | {"site-sha256.txt"}


def test_the_site_has_cmif_a_sitemap_and_linked_data(collection: Path) -> None:
    project = collection.parent / "archive-pkg.toml"
    project.write_text(PUBLISHING)
    address = "https://example.org/letters"
    out = site(collection, "--base-url", address, "--project", str(project))
    tei = "{http://www.tei-c.org/ns/1.0}"
    letters = list(etree.parse(out / "cmif.xml").iter(f"{tei}correspDesc"))
    assert [one.get("ref") for one in letters] == [
        f"https://example.org/letters/letters/letter-{n}.html" for n in range(3)
    ]
    [source] = {present(one.get("source")).removeprefix("#") for one in letters}
    assert strings(etree.parse(out / "cmif.xml"), "//@xml:id") == [source]
    files = strings(etree.parse(out / "cmif.xml"), "//*[@type='cmif:isAvailableAsTEIfile']/@target")
    assert files == [f"{address}/metadata/tei/letter-{n}.xml" for n in range(3)]
    assert (out / "metadata/tei/letter-0.xml").is_file()
    addresses = strings(etree.parse(out / "sitemap.xml"), "//*[local-name()='loc']/text()")
    assert "https://example.org/letters/letters/letter-1.html" in addresses
    assert "Sitemap: https://example.org/letters/sitemap.xml" in (out / "robots.txt").read_text()
    root = html.fromstring((out / "letters" / "letter-1.html").read_bytes())
    [linked] = strings(root, "//script[@type='application/ld+json']/text()")
    [letter] = [one for one in json.loads(linked)["@graph"] if "Message" in one["@type"]]
    assert letter["@id"] == "https://example.org/letters/letters/letter-1.html"


def citation(page: Any) -> list[tuple[str, str]]:
    fields = elements(page, "//meta[starts-with(@name, 'citation_')]")
    return [(present(one.get("name")), present(one.get("content"))) for one in fields]


def test_citation_managers_find_the_fields_and_documents_of_a_letter(tmp_path: Path) -> None:
    ada = {"scheme": "orcid", "value": "0000-0002-1825-0097"}
    agents = [
        {"id": "a", "name": "Berg, Ada, 1890-1950", "kind": "person", "identifiers": [ada]},
        {"id": "b", "name": "The Office", "kind": "organization"},
    ]
    known = [{"scheme": "doi", "value": "10.1000/1"}]
    part = {"id": "p", "kind": "original", "file": "p.txt", "languages": ["de"]}
    one = simple(
        1,
        agents=agents,
        identifiers=known,
        rights={"statement": "-", "licence": "MIT"},
        parts=[part | {"media_type": "text/plain"}],
    )
    write(tmp_path / "collection", one, p="Dear Office!\n")
    out = site(tmp_path / "collection", "--base-url", "https://example.org", "--title", "Letters")
    page = html.fromstring((out / "letters" / "letter-1.html").read_bytes())
    address = "https://example.org/letters/letter-1.html"
    assert citation(page) == [
        ("citation_title", "Letter 1"),
        ("citation_author", "Berg, Ada"),
        ("citation_publication_date", "1961/01/02"),
        ("citation_language", "de"),
        ("citation_publisher", "Letters"),
        ("citation_doi", "10.1000/1"),
        ("citation_public_url", address),
        ("citation_abstract_html_url", address),
    ]
    links = {
        (one.get("rel"), one.get("href"), one.get("type"))
        for one in elements(page, "//head/link")
        if one.get("rel") != "stylesheet"
    }
    start = "https://example.org/metadata"
    item = "https://example.org/files/letter-1.p.txt"
    assert links == {
        ("canonical", address, None),
        ("cite-as", "https://doi.org/10.1000/1", None),
        ("type", "https://schema.org/AboutPage", None),
        ("type", "https://schema.org/Message", None),
        ("author", "https://orcid.org/0000-0002-1825-0097", None),
        ("license", "https://spdx.org/licenses/MIT.html", None),
        ("describedby", f"{start}/json/letter-1.json", "application/json"),
        ("describedby", f"{start}/tei/letter-1.xml", "application/tei+xml"),
        ("describedby", f"{start}/bibtex/letter-1.bib", "application/x-bibtex"),
        ("describedby", f"{start}/csl/letter-1.json", "application/vnd.citationstyles.csl+json"),
        ("describedby", f"{start}/annotations/letter-1.jsonld", "application/ld+json"),
        ("item", item, "text/plain"),
        ("linkset", f"{start}/linkset/letter-1.json", "application/linkset+json"),
    }
    described = json.loads((out / "metadata" / "linkset" / "letter-1.json").read_bytes())["linkset"]
    assert described[0]["anchor"] == address
    assert described[0]["item"] == [{"href": item, "type": "text/plain"}]
    assert {one["anchor"] for one in described} == {
        address, item, *(href for rel, href, _ in links if rel == "describedby")
    }  # fmt: skip
    assert load_record(out / "metadata" / "json" / "letter-1.json").id == "letter-1"
    assert b"Dear Office!" in (out / "metadata" / "tei" / "letter-1.xml").read_bytes()
    [entry] = pybtex.database.parse_file(
        out / "metadata" / "bibtex" / "letter-1.bib"
    ).entries.values()
    assert entry.fields["url"] == address
    [item] = json.loads((out / "metadata" / "csl" / "letter-1.json").read_bytes())
    assert item["URL"] == address


def test_the_page_of_a_letter_says_how_to_cite_it(collection: Path) -> None:
    page = html.parse(site(collection) / "letters" / "letter-1.html").getroot()
    [cited] = elements(page, "//section[@aria-labelledby='cite']/p")
    assert content(cited).strip() == "Letter 1. Package letter-1, version 1."


def test_without_an_address_the_links_of_a_letter_are_relative(collection: Path) -> None:
    out = site(collection)
    page = html.fromstring((out / "letters" / "letter-1.html").read_bytes())
    links = {rel: strings(page, f"//link[@rel='{rel}']/@href") for rel in ("describedby", "item")}
    for link in (*links["describedby"], *links["item"]):
        assert (out / "letters" / link).is_file()
    assert len(links["describedby"]) == 5
    assert len(links["item"]) == 1
    assert not strings(page, "//link[@rel='linkset' or @rel='cite-as']/@href")
    assert not list((out / "metadata" / "linkset").iterdir())
    assert "citation_public_url" not in dict(citation(page))


def test_a_date_that_is_not_a_day_is_in_words_for_citation_managers(tmp_path: Path) -> None:
    write(tmp_path / "collection", simple(1, date="1960-07~"), p="Dear Office!\n")
    page = (site(tmp_path / "collection") / "letters" / "letter-1.html").read_bytes()
    fields = dict(citation(html.fromstring(page)))
    assert fields["citation_date"] == "about July 1960"
    assert "citation_publication_date" not in fields


def test_the_sitemap_has_the_day_since_which_each_page_is_as_it_is(collection: Path) -> None:
    out = site(collection, "--base-url", "https://example.org")
    days = strings(etree.parse(out / "sitemap.xml"), "//*[local-name()='lastmod']/text()")
    pages = strings(etree.parse(out / "sitemap.xml"), "//*[local-name()='loc']/text()")
    assert days == ["2026-11-24"] * len(pages)


def test_resource_sync_lists_each_letter_and_its_documents(collection: Path) -> None:
    base = "https://example.org"
    out = site(collection, "--base-url", base)
    capability = "{http://www.openarchives.org/rs/terms/}md"
    seen = []
    file = ".well-known/resourcesync"
    while True:
        listed = etree.parse(out / file).getroot()
        addresses = strings(listed, "//*[local-name()='loc']/text()")
        seen.append(present(listed.find(capability)).get("capability"))
        above = strings(listed, "*[local-name()='ln'][@rel='up']/@href")
        assert all((out / address.removeprefix(f"{base}/")).is_file() for address in above)
        if len(addresses) > 1:
            break
        file = addresses[0].removeprefix(f"{base}/")
    assert seen == ["description", "capabilitylist", "resourcelist"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(present(listed.find(capability)).get("at")))
    assert len(addresses) == 3 * 6
    assert all((out / address.removeprefix(f"{base}/")).is_file() for address in addresses)


def test_an_agent_named_n_n_has_no_page(collection: Path) -> None:
    unknown = {"id": "a", "name": "N.N.", "kind": "person"}
    agents = [unknown, {"id": "b", "name": "The Office", "kind": "organization"}]
    for number in range(3):
        write(collection, simple(number + 4, agents=agents), p="Dear Office!\n")
    out = site(collection)
    assert len(list((out / "people").iterdir())) == 2
    for page in ("people.html", "network.html", "index.html"):
        assert "N.N." not in (out / page).read_text()


def test_a_place_has_a_page_with_its_documents(collection: Path) -> None:
    places = [{"name": "Riga"}, {"name": "?"}]
    write(collection, simple(4, place={"name": "Riga"}), p="Dear Office!\n")
    write(collection, simple(5, mentioned_places=places), p="Dear Office!\n")
    out = site(collection)
    [page] = (out / "places").iterdir()
    rows = elements(html.fromstring(page.read_bytes()), "//tbody/tr")
    assert [strings(row, "td[last()]/text()") for row in rows] == [["Place"], ["Mentioned places"]]
    letter = html.fromstring((out / "letters" / "letter-4.html").read_bytes())
    assert f"../places/{page.name}" in strings(letter, "//@href")


def test_the_data_of_a_year_include_the_documents_around_it(collection: Path) -> None:
    out = site(collection)
    given = (out / "data" / "year-1961.js").read_text()
    assert re.findall(r"letter-\d", given) == ["letter-0", "letter-1", "letter-2"]


def test_a_sitemap_is_only_written_if_the_site_has_an_address(collection: Path) -> None:
    out = site(collection)
    assert not (out / "sitemap.xml").exists()
    assert not (out / "resourcelist.xml").exists()


def test_each_file_of_a_letter_is_on_the_site_and_drawings_are_embedded(collection: Path) -> None:
    parts = [
        {"id": "s", "kind": "scan", "file": "s.png", "media_type": "image/png"},
        {"id": "d", "kind": "scan", "file": "d.svg", "media_type": "image/svg+xml"},
    ]
    source = collection.parent / "records" / "letter-4"
    source.mkdir(parents=True)
    (source / "s.png").write_bytes(b"\x89PNG")
    (source / "d.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    write(collection, simple(4, parts=parts))
    out = site(collection)
    assert (out / "files" / "letter-4.s.png").read_bytes() == b"\x89PNG"
    # A browser that opened the drawing by itself would run its scripts.
    assert (out / "files" / "letter-4.d.bin").is_file()
    root = html.fromstring((out / "letters" / "letter-4.html").read_bytes())
    images = [
        image.split(",")[0] for image in strings(root, "//main//section[@class='paper']/img/@src")
    ]
    links = elements(root, "//p[@class='file']/a")
    assert [(link.get("href"), link.get("download")) for link in links] == [
        ("../files/letter-4.s.png", None),
        ("../files/letter-4.d.bin", "d.svg"),
    ]
    assert images == ["../files/letter-4.s.png", "data:image/svg+xml;base64"]


def test_a_later_run_writes_only_what_changed(collection: Path) -> None:
    out = site(collection)
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    site(collection)
    assert {p: p.stat().st_ino for p in before if p.name != "site-sha256.txt"} == {
        p: inode for p, inode in before.items() if p.name != "site-sha256.txt"
    }
    shutil.rmtree(collection / "letter-1")
    write(collection, simple(7), p="A new one.\n")
    site(collection)
    assert not list(out.rglob("*letter-1.*"))
    assert not (out / "years" / "1961.html").exists()
    assert (out / "letters" / "letter-7.html").is_file()
    same = out / "letters" / "letter-0.html"
    assert same.stat().st_ino == before[same]
    pages = {path.stem for path in (out / "letters").iterdir()}
    assert pages == {"letter-0", "letter-2", "letter-7"}


def test_a_changed_page_is_written_again(collection: Path) -> None:
    out = site(collection)
    page = out / "letters" / "letter-0.html"
    good = page.read_bytes()
    page.unlink()
    page.write_bytes(b"changed")
    (out / "index.html").write_bytes(b"changed")
    site(collection)
    assert page.read_bytes() == good
    assert b"Documents" in (out / "index.html").read_bytes()


def test_the_same_collection_and_day_give_the_same_site(collection: Path, tmp_path: Path) -> None:
    one = site(collection, "--date", "2026-11-20")
    first = {p.relative_to(one): p.read_bytes() for p in one.rglob("*") if p.is_file()}
    shutil.rmtree(one)
    shutil.rmtree(collection / ".archive-pkg")
    other = site(collection, "--date", "2026-11-20")
    assert {p.relative_to(other): p.read_bytes() for p in other.rglob("*") if p.is_file()} == first


def test_downloaded_packages_are_valid(collection: Path, tmp_path: Path) -> None:
    out = site(collection, "--downloads")
    with zipfile.ZipFile(out / "downloads" / "letter-0.zip") as archive:
        archive.extractall(tmp_path / "got")
    assert cli.run(["verify", str(tmp_path / "got" / "letter-0"), "-q"]) == 0
    out = site(collection)
    assert not list((out / "downloads").iterdir())


def restricted(until: str = "2200-01-01") -> dict[str, Any]:
    access = {"status": "restricted", "until": until, "rule": "Deed of gift, 3"}
    return simple(
        5,
        parts=[
            {"id": "p", "kind": "translation", "file": "p.txt", "languages": ["en"]},
            {"id": "secret", "kind": "enclosure", "file": "tresor.txt", "access": access,
             "title": "Quecksilberliste", "languages": ["de"]},
        ],
        evidence=[
            {"field": name, "basis": "supplied", "agent": "a"}
            for name in ("title", "sender", "recipients", "date", "agents", "parts.p")
        ],
    )  # fmt: skip


def test_withheld_words_and_file_names_are_not_on_the_site(collection: Path) -> None:
    write(collection, restricted(), p="An open letter.\n", tresor=f"{SECRET}\n")
    out = site(collection, "--downloads")
    page = (out / "letters" / "letter-5.html").read_text(encoding="utf-8")
    assert "withheld" in page
    assert "Deed of gift, 3" in page
    assert not (out / "downloads" / "letter-5.zip").exists()
    words = [word.encode() for word in SECRET.split() if len(word) > 5]
    words += [word.casefold().encode() for word in SECRET.split() if len(word) > 5]
    words += [b"tresor", b"Quecksilberliste", b"fasser", b"zwolf"]
    places = [*out.rglob("*"), *(collection / ".archive-pkg").rglob("*")]
    for path in (place for place in places if place.is_file()):
        data = path.read_bytes()
        assert not [word for word in words if word in data], path
    for path in (out / "data").glob("words-*.js"):
        assert "quecks" not in path.read_text(encoding="utf-8")


def test_a_part_appears_on_the_day_its_restriction_ends(collection: Path) -> None:
    write(collection, restricted("2026-01-01"), p="An open letter.\n", tresor=f"{SECRET}\n")
    out = site(collection, "--date", "2025-12-31")
    page = out / "letters" / "letter-5.html"
    assert SECRET not in page.read_text(encoding="utf-8")
    site(collection, "--date", "2026-01-01")
    assert SECRET in page.read_text(encoding="utf-8")
    site(collection, "--date", "2025-12-31")
    assert SECRET not in page.read_text(encoding="utf-8")


def test_a_future_date_does_not_lift_a_restriction_early(collection: Path) -> None:
    write(collection, restricted(), p="An open letter.\n", tresor=f"{SECRET}\n")
    out = site(collection, "--date", "2300-01-01")
    assert SECRET not in (out / "letters" / "letter-5.html").read_text(encoding="utf-8")


def test_a_public_package_replaces_the_internal_one(collection: Path) -> None:
    package = write(collection, restricted(), p="An open letter.\n", tresor=f"{SECRET}\n")
    source = collection.parent / "records" / package.name
    build_package(source, collection, on=ON, audience="public")
    out = site(collection, "--downloads")
    names = {path.name for path in (out / "letters").iterdir()}
    assert "letter-5-public.html" in names
    assert "letter-5.html" not in names
    assert (out / "downloads" / "letter-5-public.zip").is_file()


def test_hostile_values_of_a_record_are_escaped(collection: Path) -> None:
    agents = [
        {"id": "a", "name": HOSTILE, "kind": "person",
         "identifiers": [{"scheme": "url", "value": "https://example.org/\"><script>"}]},
        {"id": "b", "name": f"b {HOSTILE}", "kind": "organization"},
    ]  # fmt: skip
    record = simple(6, title=HOSTILE, agents=agents, holdings=[{"repository": HOSTILE}],
                    classification={"as_written": HOSTILE})  # fmt: skip
    write(collection, record, p=f"{HOSTILE}\n")
    out = site(collection, "--title", HOSTILE)
    for page in pages(out):
        root = html.fromstring(page.read_text(encoding="utf-8"))
        for script in elements(root, "//script"):
            kind = script.get("type")
            assert re.fullmatch(OURS, script.get("src", "")) or kind, page
            if kind:
                json.loads(present(script.text))
        assert not elements(root, "//img[not(starts-with(@src, 'data:'))] | //*[@onerror]")
    for data in (out / "data").rglob("*.js"):
        text = data.read_text(encoding="utf-8")
        assert "<" not in text
        assert "\u2028" not in text
        call = present(re.fullmatch(r"archive\.\w+\((.*)\);\n", text, re.DOTALL))
        json.loads(f"[{call[1]}]")


def test_a_folder_with_other_files_is_refused(collection: Path) -> None:
    out = collection.parent / "public"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    site(collection, status=2)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]
    assert cli.run(["site", str(collection), "-o", str(collection.parent), "-q"]) == 2


def test_files_added_by_hand_are_kept(collection: Path) -> None:
    out = site(collection)
    (out / "CNAME").write_text("letters.example.org")
    (out / ".git" / "refs").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("ref: x")
    (out / "assets" / "logo.svg").write_text("<svg/>")
    write(collection, simple(8), p="x\n")
    site(collection)
    assert (out / "CNAME").read_text() == "letters.example.org"
    assert (out / ".git" / "HEAD").read_text() == "ref: x"
    assert (out / ".git" / "refs").is_dir()
    assert (out / "assets" / "logo.svg").is_file()
    assert (out / "letters" / "letter-8.html").is_file()


def test_the_site_has_the_other_letters_if_a_package_is_invalid(collection: Path) -> None:
    (collection / "letter-1" / "data" / "record.json").write_text("{")
    (collection / "letter-2" / "data" / "parts" / "p.txt").write_text("Not what it was.")
    out = site(collection, "--downloads", status=3)
    assert {path.name for path in (out / "letters").iterdir()} == {"letter-0.html", "letter-2.html"}
    assert "✗ Not valid" in (out / "letters" / "letter-2.html").read_text(encoding="utf-8")
    assert [path.name for path in (out / "downloads").iterdir()] == ["letter-0.zip"]


def test_a_page_shows_the_result_of_the_last_audit(collection: Path) -> None:
    def page(number: int) -> str:
        return (out / "letters" / f"letter-{number}.html").read_text(encoding="utf-8")

    out = site(collection)
    assert "Not audited yet" in page(0)
    assert "✓" not in page(0)
    (collection / "letter-1" / "data" / "parts" / "p.txt").write_text("Not what it was.")
    assert cli.run(["audit", "run", str(collection), "-q", "--jobs", "1"]) == 3
    out = site(collection)
    assert "✓ Complete and valid, checked on" in page(0)
    assert "✗ Not valid, checked on" in page(1)
    shutil.rmtree(collection / "letter-2")
    write(collection, simple(2, title="Another"), p="Another.\n")
    out = site(collection)
    assert "Changed since the last audit" in page(2)


def test_only_the_first_of_two_packages_with_the_same_id_is_on_the_site(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(collection / "letter-1", collection / "zz" / "letter-1")
    out = collection.parent / "public"
    assert cli.run(["site", str(collection), "-o", str(out), "--json"]) == 3
    output = json.loads(capsys.readouterr().out)
    codes = [finding["code"] for line in output["results"] for finding in line["findings"]]
    assert codes == ["site-id-taken"]
    assert output["counts"] == {"written": 3, "left out": 1}
    assert output["summary"]["documents on the site"] == 3
    assert cli.run(["site", str(collection), "-o", str(out), "-q"]) == 3


def test_a_site_is_built_for_an_empty_collection(tmp_path: Path) -> None:
    make_collection(tmp_path / "collection")
    out = site(tmp_path / "collection")
    assert "0 documents" in (out / "index.html").read_text(encoding="utf-8")


def test_a_killed_run_leaves_the_complete_old_site_or_the_new_one(collection: Path) -> None:
    out = site(collection)
    before = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    write(collection, simple(9), p="x\n")
    kept = shutil.copytree(out, collection.parent / "kept")
    for instant in instants(lambda: site(collection), 4, 4):
        shutil.rmtree(out)
        shutil.copytree(kept, out)
        run_until(instant, lambda: site(collection))
        now = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        is_new = Path("letters/letter-9.html") in now
        assert is_new or now == before
    site(collection)
    assert (out / "letters" / "letter-9.html").is_file()
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".public")] == []


def test_the_site_is_built_if_the_cache_cannot_be_opened(collection: Path) -> None:
    (collection / ".archive-pkg" / "site.sqlite").mkdir(parents=True)
    assert (site(collection) / "letters" / "letter-0.html").is_file()
    assert (site(collection) / "letters" / "letter-0.html").is_file()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"name": "A"}, {"name": "A"}, True),
        ({"name": "A"}, {"name": "Ä"}, False),
        ({"name": "A"}, {"name": "A", "kind": "organization"}, False),
        ({"name": "A", "viaf": "9847974"}, {"name": "B", "viaf": "9847974"}, True),
        ({"name": "A", "viaf": "9847974"}, {"name": "A"}, False),
    ],
)
def test_agents_with_the_same_authority_identifier_or_name_are_merged(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    def key(given: dict[str, Any]) -> str:
        viaf = given.pop("viaf", None)
        identifiers = [{"scheme": "viaf", "value": viaf}] if viaf else []
        data = {"id": "x", "kind": "person", "identifiers": identifiers, **given}
        return agent_entry(Agent.model_validate(data)).key

    assert (key(dict(one)) == key(dict(other))) is same
