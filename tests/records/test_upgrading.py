"""Records of an earlier format load, mean the same, and are saved in the current one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from archive_pkg import tables
from archive_pkg.cli import app
from archive_pkg.records import Record, load_record, read_record, save_record

if TYPE_CHECKING:
    from pathlib import Path

FORMER = """\
# A record of the first format.
id: a-to-b
type: letter
title: Letter, A to B
parts:
  - id: original
    kind: original
    held: false
  - id: letter
    kind: translation
    held: false
    of: [original]  # not held
  - {id: scan, kind: scan, held: false, "of": [original]}
  - id: sum
    held: false
    'of':
      - letter
    kind: summary
  - id: map
    kind: enclosure
    held: false
    of: [original]
evidence:
  - field: parts.letter.of
    basis: inferred
    rule: translation-has-an-original
"""
PRESENT = (
    FORMER.replace("id: a-to-b", "format: 3\nid: a-to-b")
    .replace("    of: [original]  #", "    made_from: [original]  #")
    .replace('"of": [original]', "made_from: [original]")
    .replace("'of':", "about:")
    .replace("    of: [original]\n", "    part_of: [original]\n")
    .replace("letter.of", "letter.made_from")
)


def relations(record: Record) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {part.id: (part.made_from, part.part_of, part.about) for part in record.parts}


MEANT = {
    "original": ((), (), ()),
    "letter": (("original",), (), ()),
    "scan": (("original",), (), ()),
    "sum": ((), (), ("letter",)),
    "map": ((), ("original",), ()),
}


def test_the_relation_of_a_part_in_the_former_format_depends_on_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "record.yaml"
    file.write_text(FORMER, encoding="utf-8")
    record = load_record(file)
    assert relations(record) == MEANT
    assert record.evidence[0].field == "parts.letter.made_from"
    as_json = tmp_path / "record.json"
    plain: dict[str, Any] = record.as_json()
    del plain["format"]
    for part in plain["parts"]:
        for name in ("made_from", "part_of", "about"):
            if name in part:
                part["of"] = part.pop(name)
    plain["evidence"][0]["field"] = "parts.letter.of"
    as_json.write_text(json.dumps(plain), encoding="utf-8")
    assert load_record(as_json) == record
    save_record(record, as_json)
    assert json.loads(as_json.read_text(encoding="utf-8"))["format"] == 3


def test_saving_writes_the_current_names_of_fields_and_keeps_everything_else(
    tmp_path: Path,
) -> None:
    file = tmp_path / "record.yaml"
    file.write_text(FORMER, encoding="utf-8")
    save_record(load_record(file), file)
    assert file.read_text(encoding="utf-8") == PRESENT


HELD = """\
format: 2
id: a-to-b
type: letter
title: Letter, A to B
# Where it is.
holding:  # in Moscow
  file: op. 49  # the opis
  # Called TsKhSD until 1999.
  repository: "RGANI"
  folio:  # not known

  fonds: >-
    fond
    5
custody: unknown
evidence:
  - {field: holding.fonds, basis: inferred, rule: r}  # in braces
  - field: holding.repository  # the archive
    basis: inferred
    rule: r
"""
HELD_IN_LEVELS = """\
format: 3
id: a-to-b
type: letter
title: Letter, A to B
# Where it is.
holdings:  # in Moscow
    # Called TsKhSD until 1999.
  - repository: "RGANI"
    levels:

      - name: fonds
        value: >-
          fond
          5
      - name: file
        value: op. 49  # the opis
      # not known
custody: unknown
evidence:
  - {field: holdings.0.levels.0.value, basis: inferred, rule: r}  # in braces
  - field: holdings.0.repository  # the archive
    basis: inferred
    rule: r
"""
BRACES = 'holding: {repository: A, fonds: "5; 6", # why\n  folio: null}'


@pytest.mark.parametrize(
    ("former", "present"),
    [
        (HELD, HELD_IN_LEVELS),
        (HELD.replace("\n", "\r\n"), HELD_IN_LEVELS.replace("\n", "\r\n")),
        (HELD.replace("format: 2\n", ""), HELD_IN_LEVELS),
        (FORMER, PRESENT),
        (
            f"format: 1\nid: a\ntype: note\ntitle: A\n{BRACES}  # end\n",
            "format: 3\nid: a\ntype: note\ntitle: A\nholdings: "
            '[{repository: A, levels: [{name: fonds, value: "5; 6"}]}]  # why  # end\n',
        ),
        (
            "format: 2\nid: a\ntype: note\ntitle: A\nholding: null  # open",
            "format: 3\nid: a\ntype: note\ntitle: A\nholdings: []  # open",
        ),
        ("format: 2\nid: a\ntype: note\ntitle: A\n", "format: 3\nid: a\ntype: note\ntitle: A\n"),
        ("id: a\ntype: note\ntitle: A\n", "id: a\ntype: note\ntitle: A\n"),
    ],
)
def test_upgrade_changes_only_what_the_format_changed(
    former: str, present: str, tmp_path: Path
) -> None:
    file = tmp_path / "record.yaml"
    file.write_bytes(former.encode())
    record = load_record(file)
    for _ in range(2):
        assert CliRunner().invoke(app, ["upgrade", str(tmp_path)]).exit_code == 0
        assert file.read_bytes().decode() == present
    assert load_record(file) == record


def test_faults_in_a_former_field_have_their_place_in_the_file() -> None:
    record, report = read_record(HELD.replace("file: op. 49", "file: [op]").encode())
    assert record is None
    assert [(f.location.line, f.location.field) for f in report.errors] == [
        (7, "holdings.0.levels.1.value")
    ]
    _, report = read_record(HELD.replace("format: 2", "format: 3").encode())
    assert "Did you mean holdings?" in report.errors[0].hint


def test_saving_does_not_add_a_format_to_a_file_without_one(tmp_path: Path) -> None:
    file = tmp_path / "record.yaml"
    text = PRESENT.replace("format: 3\n", "")
    file.write_text(text, encoding="utf-8")
    record = load_record(file)
    save_record(record, file)
    assert file.read_text(encoding="utf-8") == text
    save_record(record.model_copy(update={"title": "B"}), file)
    assert file.read_text(encoding="utf-8") == text.replace("Letter, A to B", "B")


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("    of: [original]\n", "    of: [orginal]\n"), 22, "Did you mean original?"),
        (("# A record", "format: 2\n# A record"), 13, "made_from, part_of or about"),
        (("# A record", "format: 4\n# A record"), 1, "reads formats 1 to 3"),
        (("# A record", "format: true\n# A record"), 1, "format is true"),
        (("    kind: translation\n", "    kind: translation\n    made_from: [scan]\n"), 13, "“of”"),
    ],
)
def test_errors_in_a_former_format_are_reported_at_their_place(
    change: tuple[str, str], line: int, words: str
) -> None:
    record, report = read_record(FORMER.replace(*change).encode())
    assert record is None
    first = report.errors[0]
    assert first.location.line == line
    assert words in f"{first.message} {first.hint}"


def test_tables_with_the_former_column_are_read(tmp_path: Path) -> None:
    record = read_record(FORMER.encode())[0]
    assert record is not None
    tables.export_records([record], tmp_path / "t")
    file = tmp_path / "t/tables/parts.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    first = names.index("made_from")
    lines = [",".join(["of" if n == "made_from" else n for n in names])]
    for row in rows:
        cells = row.split(",")
        cells[first] = "".join(cells[first : first + 3])
        lines.append(",".join(cells))
    lines = [",".join(c for n, c in enumerate(line.split(",")) if n not in (first + 1, first + 2))
             for line in lines]  # fmt: skip
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "t/datapackage.json").unlink()
    assert tables.read_records(tmp_path / "t/tables") == [record]
    file.write_text(file.read_text(encoding="utf-8").replace("letter,", "lettre,"), "utf-8")
    report = tables.check(tmp_path / "t/tables")
    assert not report.ok


def test_a_circle_of_different_relations_is_refused() -> None:
    text = FORMER.replace("    kind: original\n", "    kind: original\n    part_of: [sum]\n")
    record, report = read_record(text.encode())
    assert record is None
    assert "circle" in report.errors[0].message
