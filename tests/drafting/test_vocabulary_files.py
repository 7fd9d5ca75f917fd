"""Errors in vocabulary files are findings with a line, and the keys are documented."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.drafting.vocabulary.file_model import VocabularyFile
from archive_pkg.errors import InvalidError
from archive_pkg.records.yaml.reading import read_yaml
from program import Run

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/drafting-vocabulary.md"


def own(folder: Path, text: str | bytes) -> Path:
    path = folder / "own.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(None, "", "the file is empty")]),
        ("- a\n- b\n", [(1, "", "this is not a mapping of lists")]),
        ("just words", [(1, "", "this is not a mapping of lists")]),
        ("kin: [a]\na: [", [(3, "", "a value is missing here")]),
        ("kin: [a]\nkin: [b]", [(2, "kin", "“kin” is repeated; it is already in line 1")]),
        ("kin: *x", [(1, "kin", "*x is an alias")]),
        ('kin: ["a\x00"]', [(1, "", "the character U+0000 is not allowed")]),
        ("kin: [a]\nperson: []", [(2, "person", "“person” is not a key of a vocabulary file")]),
        ("kin:", [(1, "kin", "kin is empty")]),
        ("kin: aunt", [(1, "kin", "kin is “aunt”, not a list")]),
        ("kin: {a: b}", [(1, "kin", "kin is a mapping, not a list")]),
        ("kin:\n- a\n- [b]", [(3, "kin.1", "this item of kin is a list, not text")]),
        ("kin: [a, '']", [(1, "kin.1", "the text is empty")]),
        ("kin: ['—']", [(1, "kin.0", "“—” has no letters or digits")]),
        ("closings: [a]", [(1, "closings", "closings is a list, not a group of fields")]),
        ("bodies:\n- {short: X}", [(2, "bodies.0.name", "name is missing")]),
        ("bodies:\n- a name", [(2, "bodies.0", "this item of bodies is “a name”, not a")]),
        (
            "places: [{nam: X}]",
            [
                (1, "places.0.name", "name is missing"),
                (1, "places.0.nam", "“nam” is not a key of a named place or person"),
            ],
        ),
        (
            "persons:\n- name: A\n- name: B\n- name: A",
            [(4, "persons.2.name", "an earlier entry already has the name “A”")],
        ),
        (
            "bodies:\n- name: Paper Club\n- name: A\n  part_of: Papers Club",
            [(4, "bodies.1.part_of", "“Papers Club” is not the name of a body")],
        ),
        ("months: 3", [(1, "months", "months is “3”, not a group of fields")]),
        ("months:\n  pl: {maja: 13}", [(2, "months.pl.maja", "“13” is not the number of a month")]),
        ("weekdays: {pl: [a, b]}", [(1, "weekdays.pl", "pl has 2 names of days")]),
        ("levels: [{level: a}]", [(1, "levels.0.names", "names is missing")]),
        ("ambiguous: [{form: a}]", [(1, "ambiguous.0.candidates", "candidates is missing")]),
        ("enclosures:\n  heading: {}", [(2, "enclosures.heading", "“heading” is not a key of")]),
        ("words:\n  never: [a]", [(2, "words.never", "“never” is not a name in words")]),
        ("brackets: {sick: [a]}", [(1, "brackets.sick", "“sick” is not a name in brackets")]),
        ("document_kinds: {latter: [a]}", [(1, "document_kinds.latter", "“latter” is not")]),
        ("field_labels: {form: [a]}", [(1, "field_labels.form", "“form” is not a name in")]),
        ("language_names: {polish: [a]}", [(1, "language_names.polish", "“polish” is not")]),
        ("source_languages: {pl: 3}", [(1, "source_languages.pl", "pl is “3”, not a")]),
        (
            "kin: a\noffices: b",
            [(1, "kin", "kin is “a”, not a list"), (2, "offices", "offices is “b”, not a list")],
        ),
    ],
)  # fmt: skip
def test_each_error_is_a_finding_with_its_line(
    tmp_path: Path, text: str, found: list[tuple[int | None, str, str]]
) -> None:
    path = own(tmp_path, text)
    with pytest.raises(InvalidError, match="is not a valid vocabulary") as caught:
        load_vocabulary.__wrapped__(path)
    said = list(caught.value.report or ())
    assert [(one.location.line, one.location.field) for one in said] == [one[:2] for one in found]
    for one, (*_, message) in zip(said, found, strict=True):
        assert one.message.startswith(message)
        assert one.location.path == str(path)
        assert one.hint


def test_the_command_reports_the_findings_and_drafts_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "letter.txt").write_text("Dear Anna,\n\nThe pears are ripe.\n")
    done = run("draft", tmp_path / "letter.txt", "--vocabulary", own(tmp_path, "kin: a\nmonth: b"))
    assert done.returncode == 3
    assert "own.yaml:1:6 kin\n         kin is “a”, not a list [vocabulary-invalid]" in done.stdout
    assert "Did you mean months?" in done.stdout
    assert "own.yaml is not a valid vocabulary" in done.stderr
    assert not (tmp_path / "record.yaml").exists()


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"own\.yaml, byte 6: not UTF-8"):
        load_vocabulary.__wrapped__(own(tmp_path, b"kin: [\xff]"))


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    assert "aunt" in load_vocabulary.__wrapped__(own(tmp_path, "\ufeffkin: [aunt]")).kin


@pytest.mark.parametrize(
    "name", ["letters.yaml", "markings.yaml", "agents.yaml", "official_documents.yaml"]
)
def test_the_files_of_the_program_have_the_form_of_a_users_file(name: str) -> None:
    text = files("archive_pkg.drafting.vocabulary").joinpath(name).read_text("utf-8")
    root = read_yaml(text, name).root
    assert root is not None
    VocabularyFile.model_validate(root.plain)


def test_the_page_lists_all_keys() -> None:
    page = PAGE.read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE)
    keys = [key for cell in cells for key in re.findall(r"`(\w+)`", cell)]
    assert sorted(keys) == sorted(VocabularyFile.model_fields)
    inner = {
        name
        for model in ("bodies", "persons", "ambiguous", "levels", "salutations", "addressees",
                      "enclosures", "source_languages")
        for name in nested(model)
    }  # fmt: skip
    assert {name for name in inner if f"`{name}`" not in page} == set()


def nested(key: str) -> list[str]:
    schema = VocabularyFile.model_json_schema()
    found = re.findall(r"#/\$defs/(\w+)", str(schema["properties"][key]))
    return [name for one in found for name in schema["$defs"][one]["properties"]]


def test_the_example_of_the_page_is_valid(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    known = load_vocabulary.__wrapped__(own(tmp_path, example[1]))
    assert known.agents["cc rwp"].part_of == "Romanian Workers’ Party"
