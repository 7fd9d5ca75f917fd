"""The defaults of a project fill the empty fields of new records, each with evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive_pkg.projects import Project, ProjectFile, with_defaults
from archive_pkg.records import Record, load_record
from program import Run

SETTINGS = """\
vocabularies = ["names.yaml"]

[institution]
name = "Example State Archive"

[defaults]
original_language = "ru"
part_kind = "translation"
translator = "Doe, Jane"
publications = ["Documents, vol. 2 (1999)"]

[[defaults.holdings]]
repository = "Example State Archive"
levels = [{ name = "Bestand", value = "3" }]

[defaults.rights]
statement = "Copyright not evaluated"
licence = "CC-BY-4.0"
"""
LETTER = "Moscow, 3 March 1961\n\nDear Comrade Office,\n\nThe letter has come.\n\nYours,\nA. Berg\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a project file with defaults, and a vocabulary next to it."""
    path = tmp_path / "archive-pkg.toml"
    path.write_text(SETTINGS)
    (tmp_path / "names.yaml").write_text("offices: [Archivist]\n")
    return path


def project(**defaults: Any) -> Project:
    data = {"institution": {"name": "Example State Archive"}, "defaults": defaults}
    return Project(ProjectFile.model_validate(data))


def filled(defaults: dict[str, Any], drafted: str = "", **record: Any) -> Record:
    data = {"id": "x", "type": "letter", "title": "A letter", **record}
    return Record.model_validate(with_defaults(data, project(**defaults), drafted))


def supplied(record: Record) -> set[str]:
    """Return the fields that the institution supplies."""
    return {
        each.field
        for each in record.evidence
        if each.basis == "supplied"
        and each.agent
        and record.agent(each.agent).name == "Example State Archive"
    }


TRANSLATION = {"id": "english", "kind": "translation", "file": "a.txt", "languages": ["en"]}


def test_a_draft_gets_the_defaults_with_the_institution_as_their_source(
    run: Run, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    words = ["draft", tmp_path / "letter.txt", "--out", tmp_path / "records", "--project", file]
    assert run(*words).returncode == 0
    [path] = (tmp_path / "records").iterdir()
    record = load_record(path)
    original, letter = record.part("original"), record.part("letter")
    assert (original.held, original.languages) == (False, ("ru",))
    assert (letter.kind, letter.made_from) == ("translation", ("original",))
    assert record.names(letter.made_by) == "Doe, Jane"
    assert record.rights is not None
    assert record.rights.licence == "CC-BY-4.0"
    assert record.holdings[0].levels[0].name == "Bestand"
    assert {
        "holdings",
        "publications",
        "rights",
        "parts.original",
        "parts.letter.kind",
    } <= supplied(record)
    assert {"parts.letter.made_by", "agents.doe-jane"} <= supplied(record)
    assert run("check", path).returncode == 0


def test_drafting_again_adds_no_defaults_to_an_existing_record(
    run: Run, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    assert run("draft", tmp_path / "letter.txt").returncode == 0
    before = (tmp_path / "record.yaml").read_bytes()
    assert run("draft", tmp_path / "letter.txt", "--project", file).returncode == 0
    assert (tmp_path / "record.yaml").read_bytes() == before


def test_defaults_do_not_change_fields_that_the_record_has() -> None:
    given: dict[str, Any] = {
        "rights": {"statement": "Free"},
        "publications": ["Another book"],
        "parts": [
            {"id": "german", "kind": "original", "held": False, "languages": ["de"]},
            {**TRANSLATION, "made_from": ["german"], "made_by": ["x"]},
        ],
        "agents": [{"id": "x", "name": "X", "kind": "software"}],
    }
    defaults = {
        "rights": {"statement": "Copyright not evaluated"},
        "publications": ["Documents"],
        "original_language": "ru",
        "translator": "Doe, Jane",
    }
    assert filled(defaults, **given) == filled({}, **given)


def test_an_original_without_a_language_gets_the_default_language() -> None:
    parts = [
        {"id": "source", "kind": "original", "held": False},
        {**TRANSLATION, "made_from": ["source"]},
    ]
    record = filled({"original_language": "ru"}, parts=parts)
    assert record.part("source").languages == ("ru",)
    assert supplied(record) == {"parts.source.languages", "agents.example-state-archive"}


def test_a_text_in_the_original_language_is_not_called_a_translation() -> None:
    parts = [{"id": "letter", "kind": "transcription", "file": "a.txt", "languages": ["ru"]}]
    defaults = {"part_kind": "translation", "original_language": "ru", "translator": "Doe, Jane"}
    assert filled(defaults, "letter", parts=parts) == filled({}, parts=parts)


def test_only_the_kind_of_the_drafted_part_is_replaced() -> None:
    parts = [{"id": "letter", "kind": "transcription", "file": "a.txt"}]
    assert filled({"part_kind": "translation"}, parts=parts).part("letter").kind == "transcription"


def test_an_institution_that_the_record_already_names_is_not_added_again() -> None:
    agents = [{"id": "esa", "name": "Example State Archive", "kind": "organization"}]
    record = filled({"publications": ["Documents"]}, agents=agents)
    assert [agent.id for agent in record.agents] == ["esa"]
    assert supplied(record) == {"publications"}


def test_an_agent_gets_an_id_that_the_record_does_not_use() -> None:
    agents = [{"id": "example-state-archive", "name": "Another", "kind": "organization"}]
    record = filled({"publications": ["Documents"]}, agents=agents)
    assert record.agent("example-state-archive-2").name == "Example State Archive"


OWN = """
[types.aide-memoire]
label = "Aide-mémoire"
definition = "A summary in writing, handed over in a talk."
like = "note"
"""


def test_a_text_with_the_label_of_a_project_type_gets_that_type(
    run: Run, file: Path, tmp_path: Path
) -> None:
    file.write_text(OWN)
    (tmp_path / "a.txt").write_text(f"AIDE-MÉMOIRE\n\n{LETTER}")
    (tmp_path / "b.txt").write_text(f"{LETTER}\nI add an aide-mémoire.\n")
    for name in ("a", "b"):
        words = ["draft", tmp_path / f"{name}.txt", "--out", tmp_path / name, "--project", file]
        assert run(*words).returncode == 0
    [first], [second] = ((tmp_path / name).iterdir() for name in ("a", "b"))
    record = load_record(first)
    assert record.type == "aide-memoire"
    assert record.own_type is not None
    assert record.own_type.like == "note"
    assert record.title.startswith("Aide-mémoire")
    assert load_record(second).type == "letter"
    assert run("check", first).returncode == 0


def test_records_from_tables_get_the_defaults(run: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("id,type,title\nx,letter,A letter\n")
    (tmp_path / "list.csv.map.yaml").write_text(
        "columns:\n  id: id\n  type: type\n  title: title\n"
    )
    words = ["tables", "import", tmp_path / "list.csv", "--out", tmp_path / "records"]
    done = run(*words, "--project", file)
    assert done.returncode == 0, done.stdout
    record = load_record(tmp_path / "records/x")
    assert record.rights is not None
    assert {"publications", "rights"} <= supplied(record)
    assert "1 unchanged" in run(*words, "--project", file).stdout


def test_a_vocabulary_of_the_project_that_is_invalid_missing_or_a_link_is_reported(
    run: Run, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    words = ["draft", tmp_path / "letter.txt", "--project", file]
    (tmp_path / "names.yaml").write_text("[wrong")
    assert "names.yaml is not a valid vocabulary" in run(*words).stderr
    (tmp_path / "names.yaml").unlink()
    missing = run(*words)
    assert (missing.returncode, "names.yaml" in missing.stderr) == (5, True)
    (tmp_path / "names.yaml").symlink_to("/dev/null")
    done = run(*words)
    assert done.returncode == 5
    assert "link" in done.stderr
