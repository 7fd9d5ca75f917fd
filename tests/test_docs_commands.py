"""Run the commands of the tutorial and the how-to pages, except those that need a network."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from program import Run

ROOT = Path(__file__).parents[1]
PAGES = (
    "docs/tutorial/first-letter.md",
    "docs/how-to/bags.md",
    "docs/how-to/build.md",
    "docs/how-to/deposit.md",
    "docs/how-to/deposit-ocfl.md",
    "docs/how-to/draft.md",
    "docs/how-to/export.md",
    "docs/how-to/manage-a-collection.md",
    "docs/how-to/page.md",
    "docs/how-to/site.md",
    "docs/how-to/spreadsheets.md",
    "docs/how-to/targets.md",
    "docs/how-to/trace-a-letter.md",
    "docs/how-to/withhold.md",
    "docs/how-to/write-a-record.md",
)
LEFT_OUT = re.compile(
    r" review$| bag fetch | bag upgrade oldbag|theirs\.|--timestamp|--executor|--repository"
    r"| characterize |audit accept|audit sign|\b(ocfl|file)-1a2b3c4d"
)
"""Commands that wait for a person, contact a server, or need a file that only the reader has."""

REFUSED = {"archive-pkg why-not records/1960-07-18-cpsu-to-sed --target aptrust": 3}
"""Commands that show what is wrong, and their exit status."""

LETTER = """Uppsala, 4 March 1912

Dear Moe,

The plates have arrived. Of the twelve, two are broken [negatives 7 and 9].

Yours sincerely,

A. Lind
"""


def commands(page: str) -> Iterator[str]:
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            command = " ".join(line.partition(" #")[0].split())
            if command.startswith("archive-pkg ") and not LEFT_OUT.search(command):
                # Absolute paths become paths in the folder of the test.
                yield re.sub(r"(?<![\w.])/(srv|mnt|tmp|var)/", r"\1/", command)


@pytest.fixture
def readers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with the files that the pages mention."""
    monkeypatch.chdir(tmp_path)
    for name in ("records", "packages"):
        shutil.copytree(ROOT / name, name)
    for folder in ("letters", "photographs", "srv/bags", "var/lib/node_exporter/textfile"):
        Path(folder).mkdir(parents=True)
    for name in ("letter.txt", "brief.txt", "letters/a.txt", "photographs/draft.txt"):
        Path(name).write_text(LETTER, encoding="utf-8")
    Path("scan-12.tif").write_bytes(b"II*\0")
    Path("names.yaml").write_text("persons:\n  - {name: 'Moe, Kari', variants: [K. Moe]}\n")
    Path("proposals.json").write_text(
        '{"agent": {"name": "A", "kind": "person"}, "statements": []}'
    )
    Path("briefe.csv").write_text(
        "Signatur;Datum;Absender;Lfd.\nAA 12/1;18.7.1960;ZK der KPdSU;1\n", encoding="ascii"
    )
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(page: str, readers_folder: Path, run: Run) -> None:
    for command in commands(page):
        words = [
            name
            for word in shlex.split(command)[1:]
            for name in (
                sorted(map(str, readers_folder.glob(word))) if word.endswith("/*") else [word]
            )
        ]
        done = run(*words)
        assert done.returncode == REFUSED.get(command, 0), f"{command}\n{done.stdout}{done.stderr}"
