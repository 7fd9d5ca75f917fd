"""Frictionless runs our checks on Data Packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.tables.checking.frictionless_import import import_frictionless
from archive_pkg.tables.schema.columns import tables
from archive_pkg.tables.writing.data_package import table_schema

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = {
    "letters": "id,type,title,sender,custody\na,letter,A,ann; anne,'=1 \nb,lettre,B,, kept\n",
    "agents": "letter,id,name,kind\na,ann,Ann,person\n",
    "parts": "letter,id,kind,held,part_of\na,x,scan,false,y\na,y,scan,false,x\n",
}


def checks_for_frictionless() -> list[Any]:
    """Return one check of each type."""
    import_frictionless()
    from archive_pkg.tables.checking.frictionless_checks import CHECKS

    return [check() for check in CHECKS.values()]


def errors_in(
    folder: Path, sheets: dict[str, str], checks: list[Any] | None = None
) -> list[tuple[Any, ...]]:
    """Validate a Data Package of these sheets, and return the errors of our checks."""
    frictionless = import_frictionless()
    resources = []
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text)
        schema = table_schema(tables()[name]) if name in tables() else {"fields": []}
        used = text.partition("\n")[0].split(",")
        fields = [{"name": each, "type": "string"} for each in used]
        keys = [
            key
            for key in schema.get("foreignKeys", ())
            if set(key["fields"]) <= set(used) and key["reference"]["resource"] in sheets
        ]
        resources.append(
            {"name": name, "path": f"{name}.csv", "schema": {"fields": fields, "foreignKeys": keys}}
        )
    package = frictionless.Package({"resources": resources}, basepath=str(folder))
    report = package.validate(frictionless.Checklist(checks=checks or checks_for_frictionless()))
    return [
        (task.name, error.row_number, error.field_name, error.field_number, error.cell, error.note)
        for task in report.tasks
        for error in task.errors
        if error.type == "archive-error"
    ]


CIRCLE = "parts: the parts depend on each other in a circle: x ← y ← x"


def test_frictionless_reports_each_fault_at_its_cell(tmp_path: Path) -> None:
    found = errors_in(tmp_path, SHEETS)
    assert [each[:-1] for each in found] == [
        ("letters", 2, "custody", 5, "'=1 "),
        ("letters", 2, "sender", 4, "ann; anne"),
        ("letters", 3, "custody", 5, " kept"),
        ("parts", 2, "part_of", 5, ""),
        ("parts", 3, "type", 1, ""),
    ]
    *others, of_type = [each[-1] for each in found]
    assert of_type.startswith("letters: “lettre” is not a known type of document; ")
    assert others == [
        "“=1 ” begins or ends with a space or line break; Write “=1”.",
        "no agent has the id anne; Did you mean ann?",
        "“ kept” begins or ends with a space or line break; Write “kept”.",
        CIRCLE,
    ]


def test_frictionless_checks_letters_after_a_table_of_another_kind(tmp_path: Path) -> None:
    """Such a table is not checked, and ids in it support no evidence."""
    notes = "letter,id,type\nb,n, lettre\n"
    evidence = "letter,field,basis,rule\nb,notes.n,inferred,r\nb,title,inferred,r\n"
    letters = "id,type,title\nb,letter,B\n"
    sheets = {"letters": letters, "evidence": evidence, "notes": notes}
    (one,) = errors_in(tmp_path, sheets)
    assert (one[0], one[1]) == ("notes", 2)
    assert one[-1].startswith("evidence: ")


def test_frictionless_does_not_check_letters_if_their_table_is_missing(tmp_path: Path) -> None:
    assert errors_in(tmp_path, {"parts": SHEETS["parts"]}) == []


def test_checks_can_be_used_for_several_packages(tmp_path: Path) -> None:
    letters = "id,type,title,sender\na,letter,A,ann\n"
    agents = "letter,id,name,kind\na,{},Ann,person\n"
    good = {"letters": letters, "agents": agents.format("ann")}
    assert errors_in(tmp_path, good) == []
    checks = checks_for_frictionless()
    assert errors_in(tmp_path, SHEETS, checks)
    assert errors_in(tmp_path, good, checks) == []
    bad = {"letters": letters, "agents": agents.format("eve")}
    assert [each[2] for each in errors_in(tmp_path, bad, checks)] == ["sender"]


def test_references_are_checked_if_a_table_has_only_ids(tmp_path: Path) -> None:
    letters = "id,type,title,sender\na,letter,A,ann\n"
    found = errors_in(tmp_path, {"letters": letters, "agents": "letter,id\na,eve\n"})
    assert ("letters", "sender") in [(each[0], each[2]) for each in found]


def test_coherence_can_be_checked_without_the_check_of_references(tmp_path: Path) -> None:
    from archive_pkg.tables.checking.frictionless_checks import CoherenceCheck

    evidence = "letter,field,basis,rule\na,parts.x,inferred,r\na,parts.z,inferred,r\n"
    sheets = {"letters": SHEETS["letters"], "parts": SHEETS["parts"], "evidence": evidence}
    found = errors_in(tmp_path, sheets, [CoherenceCheck()])
    assert [(name, row, note.partition(":")[0]) for name, row, *_, note in found] == [
        ("evidence", 2, "parts"),
        ("evidence", 3, "evidence"),
        ("evidence", 3, "letters"),
    ]
