"""Rules for the whole project: imports, public names and documentation."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import archive_pkg
from archive_pkg import bags, cli
from archive_pkg.interchange import FORMATS
from archive_pkg.interchange.losses import fields

ROOT = Path(__file__).parents[1]
HEAVY = (
    "frictionless",
    "cryptography",
    "lxml",
    "boto3",
    "httpx",
    "openpyxl",
    "ocfl",
    "bagit",
    "ruamel",
)


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import archive_pkg",
        "import archive_pkg; archive_pkg.build_package, archive_pkg.verify, archive_pkg.deposit",
        "import archive_pkg.cli",
    ],
)
def test_importing_the_package_does_not_load_large_libraries(code: str) -> None:
    assert not loaded_by(code) & set(HEAVY)


def test_importing_the_commands_does_not_read_the_version() -> None:
    # importlib.metadata takes as long to import as typer.
    code = "import archive_pkg.cli, sys; assert 'importlib.metadata' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
READS_RECORDS = {"pydantic", "yaml"}


def test_a_command_loads_only_what_it_needs(tmp_path: Path) -> None:
    """Each command runs in the same process after those that need less."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("a")
    bags.create(tmp_path / "files", tmp_path / "BAG")
    commands: list[tuple[list[str], set[str]]] = [
        (["bag", "verify", "BAG"], set()),
        (["verify", "BAG"], set()),
        (["verify", str(ROOT / "packages" / LETTER.name)], READS_RECORDS),
        (["check", str(LETTER)], READS_RECORDS),
        (["build", str(LETTER), "--out", "OUT", "--metadata", "premis"], READS_RECORDS),
        (["build", str(LETTER), "--out", "ALL"], {*READS_RECORDS, "jinja2"}),
    ]
    code = f"""\
import json, os, sys
from archive_pkg.cli import run
os.chdir({str(tmp_path)!r})
loaded = []
for words in {[words for words, _ in commands]}:
    assert run(words) == 0
    loaded.append([name.partition(".")[0] for name in sys.modules])
json.dump(loaded, open("LOADED", "w"))
"""
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    measured = {*HEAVY, "jinja2", "pydantic", "rich", "yaml"}
    for (words, needs), names in zip(
        commands, json.loads((tmp_path / "LOADED").read_text()), strict=True
    ):
        assert measured.intersection(names) == needs, words


def test_defaults_of_parameters_are_read_without_pydantic(generate: Any) -> None:
    import typer

    from archive_pkg.cli.parameters import without_pydantic

    root = without_pydantic(typer.main.get_command(cli.app))
    for name, command in generate.commands(root, ("archive-pkg",)):
        for one in command.get_params(typer.Context(command)):
            if hasattr(one, "type_descriptor"):
                fail = partial(pytest.fail, f"{name} loads Pydantic for {one.name}")
                replace(one.get_runtime_param(), typers=fail).coerce(one.default)


def test_every_public_name_exists_and_is_documented() -> None:
    for name in dir(archive_pkg):
        value = getattr(archive_pkg, name)
        assert name == "__version__" or value.__doc__
    with pytest.raises(AttributeError):
        archive_pkg.nothing_of_that_name  # noqa: B018


@pytest.fixture(scope="module")
def generate() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(generate: Any) -> None:
    for name, page in generate.PAGES.items():
        written = (generate.REFERENCE / name).read_text(encoding="utf-8")
        assert written == page(), f"{name} has rotted: make docs"
    written = {file.name: file.read_text(encoding="utf-8") for file in generate.MAN.iterdir()}
    assert written == generate.man_pages(), "the manual pages have rotted: make docs"


def test_no_line_of_a_manual_page_is_read_as_an_unknown_request(generate: Any) -> None:
    assert generate._roff("a -b\n.c\n'd \\e") == "a \\-b\n\\&.c\n\\&'d \\ee"
    for page in generate.man_pages().values():
        requests = re.findall("(?m)^[.'](.*?)(?: |$)", page)
        assert set(requests) <= {"TH", "SH", "PP", "TP", "B", "BR", "nf", "fi"}


def test_the_crosswalks_have_each_field_once_and_each_format_in_it(generate: Any) -> None:
    page = (generate.REFERENCE / "crosswalks.md").read_text(encoding="utf-8")
    sections = page.split("\n## ")[1:]
    named = [field for one in sections for field in one.partition("\n")[0].strip("`").split("`, `")]
    assert named == list(fields())
    for section in sections:
        formats = re.findall(r"`([a-z0-9-]+)`", section.partition("\n")[2].replace("|", " "))
        assert set(FORMATS) <= set(formats) or "Left out by every format." in section


def test_every_command_has_help_an_example_and_json(generate: Any) -> None:
    import typer

    root = typer.main.get_command(cli.app)
    for name, command in generate.commands(root, ("archive-pkg",)):
        assert f"Example: {name}" in " ".join((command.help or "").split()), name
        assert "--json" in {option for p in command.params for option in p.opts}, name


def test_the_help_of_export_names_every_format() -> None:
    import typer

    from archive_pkg.interchange import FORMATS

    root: Any = typer.main.get_command(cli.app)
    export = root.commands["export"]
    (to,) = (option for option in export.params if option.name == "to")
    assert set(re.findall(r"\b[a-z][a-z0-9-]*", to.help)) - {"or"} == set(FORMATS)


ALWAYS = {"--help", "--verbose", "--log-file"}


def _docs() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_pages_written_by_hand_have_fewer_than_40_000_words(generate: Any) -> None:
    """Signs without a letter or a digit, such as the bars of tables, are not words."""
    pages = [page for page in _docs() if page.parent.name != "decisions"]
    texts = [page.read_text(encoding="utf-8") for page in pages if page.name not in generate.PAGES]
    words = [word for word in " ".join(texts).split() if re.search(r"\w", word)]
    assert len(words) < 40_000, "say it shorter, or write the page from the code"


def test_commands_and_options_in_the_docs_exist(generate: Any) -> None:
    import typer

    root = typer.main.get_command(cli.app)
    known = dict(generate.commands(root, ("archive-pkg",)))
    for page in _docs():
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^(?:\$ )?(archive-pkg [a-z].*)$", text, re.MULTILINE):
            words = line.split()
            name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
            assert name, f"{page.name}: no such command: {line}"
            options = {option for p in known[name].params for option in p.opts} | ALWAYS
            used = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", line.partition("#")[0]))
            assert used <= options, f"{page.name}: {line}"


def test_links_between_docs_have_a_target() -> None:
    for page in _docs():
        for path, heading in LINK.findall(page.read_text(encoding="utf-8")):
            linked = page.parent / path if path else page
            assert linked.exists(), f"{page.relative_to(ROOT)}: {path}"
            if heading:
                assert heading in _headings(linked), f"{page.relative_to(ROOT)}: {path}#{heading}"


LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")


def _headings(page: Path) -> set[str]:
    """Return the names by which links lead to a page's headings."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def test_the_design_lists_every_package_and_only_existing_modules() -> None:
    source = ROOT / "src" / "archive_pkg"
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = {name.rstrip("/") for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", text)}
    assert [name for name in named if not (source / name).exists() | (ROOT / name).exists()] == []
    packages = (*source.glob("*/__init__.py"), *source.glob("*/*/__init__.py"))
    listed = [*(path.parent for path in packages), *source.glob("[a-z]*.py")]
    assert [path for path in listed if str(path.relative_to(source)) not in named] == []


def test_every_page_of_the_docs_can_be_reached_from_the_index() -> None:
    reached, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page not in reached and page.suffix == ".md" and page.is_relative_to(ROOT / "docs"):
            reached.add(page)
            links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
            waiting += [page.parent / link for link in links]
    assert set((ROOT / "docs").rglob("*.md")) - reached == set()


def test_the_index_of_decisions_lists_each_with_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("0*.md")):
        number, title = page.read_text(encoding="utf-8").splitlines()[0][2:].split(". ", 1)
        assert f"| {number} | [{title}]({page.name}) |" in index


def test_the_python_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(code.splitlines()) <= 12
    shutil.copytree(ROOT / "records", tmp_path / "records")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    assert list(tmp_path.rglob("*.receipts/*.json"))


def test_no_sentence_is_cut_off_by_a_missing_parenthesis() -> None:
    second_line = re.compile(r'^( *)[\w.]+ = f?".*"\n\1f?"(?!"")', re.MULTILINE)
    files = (ROOT / "src").rglob("*.py")
    assert not [file.name for file in files if second_line.search(file.read_text("utf-8"))]


def test_the_codes_of_common_problems_exist(generate: Any) -> None:
    page = (ROOT / "docs/how-to/solve-problems.md").read_text("utf-8")
    named = re.findall(r"^\| [^|]* `([a-z]+(?:-[a-z]+)+)` \|", page, re.MULTILINE)
    assert len(named) > 10
    assert set(named) <= set(generate.codes())


def test_every_finding_code_is_used() -> None:
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py"))
    declared = re.findall(r"^([A-Z_]+) = Code\(", source, re.MULTILINE)
    assert declared
    named = Counter(re.findall(r"\w+", source))
    assert [name for name in declared if named[name] == 1] == []


def test_only_listed_modules_open_files_without_the_storage_package() -> None:
    # Reading a pipe or device would wait, and a link would lead to another file, so
    # `storage.open_regular`, `read_regular` and `open_beneath` refuse them.
    bare = re.compile(r"\.read_bytes\(|\.read_text\(|\.open\(\"r|\.open\(encoding|\.open\(\)")
    ours = re.compile(
        r"storage\.read|files\(|folder\(\)|folder /|home\.|entry\.|/proc|Path\(places"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        if path.parent.name != "storage"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line) and not ours.search(line)
    ]
    assert {line.partition(":")[0].rpartition("/")[2] for line in found} <= {
        "byte_counting.py",  # a temporary file of this run
        "output.py",  # the same
    }, "\n".join(found)
