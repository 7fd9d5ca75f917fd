"""The pages for those who come from an archival system or an archive's web page, step by step."""

from __future__ import annotations

import csv
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from archive_pkg.packages import verify
from program import run_here

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARCHIVE_PKG_PROJECT", raising=False)


def blocks(page: str) -> list[tuple[str, str]]:
    text = (HOW_TO / page).read_text("utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.S | re.M)


def run(command: str) -> str:
    done = run_here(*shlex.split(command)[1:])
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_descriptions_of_atom_become_packages_and_go_back() -> None:
    listed, files = (block for kind, block in blocks(SYSTEMS) if kind == "text")
    Path("isad.csv").write_text(listed, "utf-8")
    for name in files.split():
        Path(name).parent.mkdir()
        Path(name).write_text("The plates have arrived.\n", "utf-8")
    Path("ead.xml").write_text(FINDING_AID, "utf-8")
    for kind, block in blocks(SYSTEMS):
        if kind == "yaml":
            path = Path("isad.csv.map.yaml")
            text = path.read_text("utf-8")
            assert 'described_by: ""' in text
            path.write_text(text.replace('described_by: ""', block.strip()), "utf-8")
        for command in block.splitlines() if kind == "sh" else ():
            run(command)
    records = {path.name: verify(path).record for path in Path("packages").glob("[!.]*")}
    assert set(records) == {"F-7-1", "F-7-2"}
    first = records["F-7-1"]
    assert first is not None
    assert first.files == ("F7-1.txt",)
    dates = [record.date for _, record in sorted(records.items()) if record]
    assert [date and str(date.edtf) for date in dates] == ["1912-03-04", "1913"]
    with Path("for-atom.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    public = [row for row in rows if row["levelOfDescription"] == "Item"]
    assert [row["alternativeIdentifiers"] for row in public] == ["F 7/1", "F 7/2"]
    assert "restricted until 2080-12-31" in public[1]["accessConditions"]


def test_texts_of_a_web_page_become_packages() -> None:
    Path("texts").mkdir()
    Path("texts/1.txt").write_text(TRANSLATION, "utf-8")
    for kind, block in blocks(WEB_PAGE):
        if kind == "toml":
            tomllib.loads(block)
            Path("archive-pkg.toml").write_text(block, "utf-8")
        for command in block.splitlines() if kind == "sh" else ():
            run(command)
    [record] = (verify(path).record for path in Path("packages").glob("[!.]*"))
    assert record is not None
    assert record.rights is not None
    assert record.holdings[0].repository == "RGANI"
    assert record.date is not None
    assert str(record.date.edtf) == "1960-07-18"
    assert record.publications[0].citation.startswith("Documents on the Split")
    assert [part.kind for part in record.parts if part.held] == ["translation"]


SYSTEMS = "coming-from-archival-systems.md"
WEB_PAGE = "coming-from-a-web-page.md"

FINDING_AID = """<ead xmlns="urn:isbn:1-931666-22-9"><eadheader><eadid>f8</eadid>
<filedesc><titlestmt><titleproper>Papers of Kari Moe</titleproper>
</titlestmt></filedesc></eadheader>
<archdesc level="collection"><did><unittitle>Papers of Kari Moe</unittitle></did><dsc>
<c level="item"><did><unittitle>Letter to Ada Lind</unittitle><unitid>F 8/1</unitid></did></c>
</dsc></archdesc></ead>
"""

TRANSLATION = """TOP SECRET

18 July 1960

To the Central Committee of the SED

Dear Comrades!

We have received your letter.

For the Central Committee of the CPSU
N. Khrushchev

[Source: RGANI, f. 89, op. 42, d. 59. Translated by J. Smith]
"""
