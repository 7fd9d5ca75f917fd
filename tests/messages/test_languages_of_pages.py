"""Pages are in the language of their readers, and packages do not change with it."""

import shutil
from pathlib import Path

import pytest
from visible_texts import english_on

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import within
from program import Run

RECORD = Path(__file__).resolve().parents[2] / "records" / "1960-07-18-cpsu-to-sed"
PACKAGE = RECORD.parents[1] / "packages" / RECORD.name


@pytest.mark.parametrize(
    ("edtf", "german", "french", "russian"),
    [
        ("1960-07-18", "18. Juli 1960", "18 juillet 1960", "18 июля 1960 г."),
        ("1960-05-01", "1. Mai 1960", "1er mai 1960", "1 мая 1960 г."),
        ("1960-07", "Juli 1960", "juillet 1960", "июль 1960 г."),
        ("1933-24", "Winter 1933", "hiver 1933", "зима 1933 г."),
        ("196X", "1960er Jahre", "années 1960", "1960-е годы"),
        ("1912~", "etwa 1912", "vers 1912", "примерно 1912"),
        ("../1943", "1943 oder früher", "1943 ou avant", "1943 или ранее"),
        ("1957/1963", "1957 bis 1963", "1957 – 1963", "1957 — 1963"),
    ],
)
def test_dates(edtf: str, german: str, french: str, russian: str) -> None:
    for tag, words in (("de", german), ("fr", french), ("ru", russian)):
        with within(tag):
            assert in_words(edtf) == words


@pytest.mark.parametrize("tag", ["de", "fr", "ru"])
def test_a_page_has_no_english_of_ours(tag: str, tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.html"
    assert run("page", PACKAGE, "-o", page, "--language", tag).returncode == 0
    html = page.read_text()
    assert f'<html lang="{tag}">' in html
    assert english_on(html, tag) == set()


def test_only_the_page_of_a_package_has_the_language_of_the_project(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "archive-pkg.toml"
    project.write_text('language = "de"\n')
    shutil.copytree(RECORD, tmp_path / "records")
    made = {}
    options: dict[str, list[object]] = {
        "english": ["--no-project"],
        "shown in French": ["--no-project", "--language", "fr"],
        "german": ["--project", project],
    }
    for name, words in options.items():
        monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
        out = tmp_path / name
        line = ["build", tmp_path / "records", "--out", out, "--date", "2026-11-24", *words]
        assert run(*line).returncode == 0
        [package] = out.iterdir()
        made[name] = {
            path.relative_to(package).as_posix(): path.read_bytes()
            for path in package.rglob("*")
            if path.is_file()
        }
    assert made["english"] == made["shown in French"]
    page = made["german"]["metadata/page.html"].decode()
    assert '<html lang="de">' in page
    assert english_on(page, "de") == set()
    differing = {name for name in made["german"] if made["german"][name] != made["english"][name]}
    assert differing == {
        "metadata/page.html",
        *(name for name in made["german"] if name.startswith("tagmanifest-")),
    }


@pytest.mark.parametrize("tag", ["de", "fr", "ru"])
def test_a_site_has_no_english_of_ours(tag: str, tmp_path: Path, run: Run) -> None:
    shutil.copytree(PACKAGE, tmp_path / "packages" / PACKAGE.name)
    site = tmp_path / "site"
    done = run("site", tmp_path / "packages", "--out", site, "--language", tag, "--downloads")
    assert done.returncode == 0
    pages = {path.relative_to(site): path.read_text() for path in site.rglob("*.html")}
    assert len(pages) > 5
    for name, html in pages.items():
        assert f'<html lang="{tag}">' in html, name
        assert (name, english_on(html, tag)) == (name, set())
    assert "const TEXTS = {}" not in (site / "assets" / "site.js").read_text()
