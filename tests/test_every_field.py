"""Every field of a record is in tables, forms, pages, searches, schemas and documentation."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg.interchange.losses import fields, leaves
from archive_pkg.packages.page.letter import letter_page
from archive_pkg.records import Record, models, read_record
from archive_pkg.records.display import search_texts
from archive_pkg.tables.schema.columns import LETTERS, tables
from archive_pkg.tables.writing.workbooks import write_template
from archive_pkg.web.review.inputs import inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.web.review.inputs import Input

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
FIELDS = dict.fromkeys(fields())
"""The paths of all fields, without the ids of items."""

NOT_IN_FORMS = {
    "id": "names the record's folder",
    "version": "counts the published versions of the record",
    "supersedes": "goes with the version",
    "evidence": "is made by every change",
    "parts.file": "a form must not choose files",
    "parts.span": "offsets are counted by programs",
    "parts.sha256": "digests are computed by programs",
    "parts.media_type": "is the format of the file",
    "parts.pronom": "is the format of the file",
    "parts.encoding": "is the format of the file",
    "translation_notes.at": "is the selection in the text",
    "items.at": "is the selection in the text",
    "agents.version": "only programs have one",
    "events.inputs": "digests are computed by programs",
    "events.outputs": "digests are computed by programs",
}
NOT_ON_PAGES = {
    "supersedes": "the page is of one version",
    "type": "the page has the label",
    "own_type.definition": "the page has the label",
    "own_type.like": "decides about the form, not about the words",
    "classification.language": "the marking is shown as written",
    "summary.part": "the summary links to its part where the text is shown",
    "summary.author": "is in the evidence",
    "translation_notes.language": "the source term is shown in its script",
    "parts.sha256": "the list of files in the package has it",
    "parts.media_type": "the list of files in the package has it",
    "parts.pronom": "the list of files in the package has it",
    "parts.encoding": "the text is already decoded",
    "rights.holder": "is named in the statement",
    "events.objects": "the record in the package has the details of events",
    "events.sources": "the record in the package has the details of events",
    "events.inputs": "the record in the package has the details of events",
    "events.outputs": "the record in the package has the details of events",
    "events.outcome": "the record in the package has the details of events",
    "evidence": "is shown with the statements",
}
NOT_IN_SEARCHES = ("parts", "events", "translation_notes", "evidence")
"""The text of a document, its history and its notes are not its description."""

GIVEN: dict[str, tuple[Any, Any]] = {
    "type": ("aide-memoire", "protocol"),
    "parts.media_type": ("text/plain", "text/html"),
    "parts.encoding": ("UTF-8", "US-ASCII"),
    "parts.file": ("text.txt", "other.txt"),
    "parts.access.status": ("restricted", "restricted"),
    "parts.held": (True, True),
    "participants.part": (["chair", "note-taker"], ["interpreter"]),
    "evidence.field": ("title", "title"),
    "evidence.basis": ("supplied", "supplied"),
    "agents.kind": ("person", "organization"),
    "rights.licence": ("CC0-1.0", "CC-BY-4.0"),
}
"""Values of fields that cannot be any text, in a record and in another one."""


class Maker:
    """Makes records with a value in every field; each text and date is in only one place."""

    def __init__(self, variant: int) -> None:
        self._schema = Record.model_json_schema(mode="serialization")
        self._variant, self._count = variant, 500 * variant

    def record(self) -> dict[str, Any]:
        data: dict[str, Any] = self._value(self._schema, "")
        for name in ("agents", "parts"):
            data[name][0]["id"] = name[:-1]
            data[name] += [{"id": f"{name[:-1]}-2"}]
        data["agents"][1] |= {"name": "Another", "kind": "organization"}
        data["parts"][1] |= {"kind": "original", "held": False}
        for name in ("made_from", "part_of", "about"):
            data["parts"][0][name] = ["part-2"]
        del data["parts"][0]["span"]
        data["agents"][0]["affiliations"] = ["agent-2"]
        return data

    def _value(self, declared: dict[str, Any], path: str) -> Any:
        if "anyOf" in declared:
            declared = next(one for one in declared["anyOf"] if one.get("type") != "null")
        if "$ref" in declared:
            declared = self._schema["$defs"][declared["$ref"].rpartition("/")[2]]
        if path in GIVEN:
            return GIVEN[path][self._variant]
        if declared.get("type") == "array":
            return [self._value(declared["items"], path)]
        if "properties" not in declared:
            return self._single(declared, path)
        if "exact" in declared["properties"]:
            return {"part": "part", "start": 0, "end": 3, "exact": "The"}
        return {
            key: "local" if key == "scheme" else self._value(inner, f"{path}.{key}".strip("."))
            for key, inner in declared["properties"].items()
        }

    def _single(self, declared: dict[str, Any], path: str) -> Any:
        self._count += 1
        last = path.rpartition(".")[2]
        fixed: dict[str, Any] = {
            "edtf": f"{1000 + self._count}-01-01",
            "language": ("ru", "de")[self._variant],
            "languages": ("ru", "de")[self._variant],
            "pronom": f"fmt/{self._count}",
            "sha256": f"{self._count:064}",
            "inputs": f"sha256:{self._count:064}",
            "outputs": f"sha256:{self._count:064}",
        }
        if "refersTo" in declared:
            name = declared["refersTo"].removesuffix("s")
            return f"{name}-2" if self._variant else name
        if "enum" in declared:
            return declared["enum"][-1 - self._variant]
        if declared.get("type") == "boolean":
            return not self._variant
        return fixed.get(last, self._count if declared.get("type") == "integer" else self._mark())

    def _mark(self) -> str:
        return f"mark{self._count:04}"


def read(data: dict[str, Any]) -> Record:
    record, report = read_record(data)
    assert record, [str(found) for found in report]
    return record


@pytest.fixture(scope="module")
def record() -> Record:
    return read(Maker(0).record())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("every-field")
    for name in ("text.txt", "other.txt"):
        (made / name).write_text("The text.\n")
    return made


def is_in(field: str, places: Iterable[str]) -> bool:
    """Return whether a field is one of some fields, or in one of them."""
    return any(field == place or field.startswith(f"{place}.") for place in places)


def marks(record: Record) -> Iterator[tuple[str, str]]:
    """Yield each field with a text or date that is only there."""
    for field, _, value in leaves(record):
        text = str(value)
        if re.fullmatch(r"mark\d{4}|\d{4}-01-01", text):
            yield field, text if text.startswith("mark") else text[:4]


def test_the_test_record_has_every_field(record: Record) -> None:
    assert {field for field, _, _ in leaves(record)} == FIELDS.keys() - {"parts.span"}
    assert NOT_IN_FORMS.keys() | NOT_ON_PAGES.keys() <= FIELDS.keys()


def test_every_field_has_a_column_in_the_tables_and_the_template(tmp_path: Path) -> None:
    import openpyxl

    write_template(tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")
    there = {
        ".".join((*table.path, str(cell.value)))
        for table in tables().values()
        for cell in book[table.name][1]
    }
    quoted = {f"{field}.exact" for field in ("translation_notes.at", "items.at", "evidence.at")}
    in_one_cell = (".identifiers", ".identifier", "identifiers", "holdings.levels")
    for field in FIELDS:
        whole = next((one for one in in_one_cell if field.rpartition(".")[0].endswith(one)), "")
        column = field.rpartition(".")[0] if whole else field
        spans = {"parts.span": "parts.span.start", "evidence": "evidence.field"}
        assert {column, f"{column}.exact", spans.get(column, column)} & there, field
    assert quoted <= there
    assert LETTERS in book.sheetnames


def test_every_field_has_an_input_in_the_review(record: Record) -> None:
    def names(form: Iterable[Input], below: str) -> Iterator[str]:
        for one in form:
            name = below if one.name == "self" else f"{below}.{one.name}"
            if not one.rows:
                yield re.sub(r"\.(\d+|\*)(?=\.)", "", name)
            for row in one.rows.values():
                yield from names(row, below)

    data = record.as_json()
    paths = {
        name: f"{name}." if isinstance(data[name], list) and isinstance(data[name][0], dict) else ""
        for name in Record.model_fields
    }
    there = {
        field for name, path in paths.items() for field in names(inputs(record, path or name), name)
    }
    assert [field for field in FIELDS if field not in there and field not in NOT_IN_FORMS] == []
    assert [field for field in NOT_IN_FORMS if field in there - set(Record.model_fields)] == []


def test_every_text_and_date_of_a_record_is_on_its_page(record: Record, folder: Path) -> None:
    page = html.unescape(letter_page(record, folder))
    missing = {field for field, text in marks(record) if text not in page}
    assert {field for field in missing if not is_in(field, NOT_ON_PAGES)} == set()


def test_every_other_value_of_a_record_changes_its_page(record: Record, folder: Path) -> None:
    page, other = letter_page(record, folder), Maker(1).record()
    written = {field for field, _ in marks(record)}
    unseen = set()
    for field, place, _ in leaves(record):
        if field in written or is_in(field, NOT_ON_PAGES) or field.endswith("scheme"):
            continue
        changed = json.loads(json.dumps(record.as_json()))
        steps = place.split(".")
        into, take = changed, other
        for step in steps[:-1]:
            at: Any = 0 if isinstance(into, list) else step
            into, take = into[at], take[at]
        into[steps[-1]] = take[steps[-1]]
        made, _ = read_record(changed)
        if made is not None and made != record and letter_page(made, folder) == page:
            unseen.add(field)
    assert unseen == set()


def test_every_text_that_describes_a_document_is_searched(record: Record) -> None:
    texts = "\n".join(search_texts(record))
    missing = {field for field, text in marks(record) if text not in texts}
    left = {field for field in missing if not is_in(field, (*NOT_IN_SEARCHES, *NOT_ON_PAGES))}
    assert left == set()


def test_every_field_can_have_evidence(record: Record) -> None:
    data = Maker(0).record()
    places = [place for field, place, _ in leaves(record) if not is_in(field, ("id", "evidence"))]
    data["evidence"] = [{"field": place, "basis": "supplied", "agent": "agent"} for place in places]
    assert len(read(data).evidence) == len(places)


def test_every_field_is_in_the_published_schema_and_the_reference() -> None:
    schema = json.loads((REFERENCE / "record.schema.json").read_text())
    text = (REFERENCE / "record.md").read_text()
    for name in models.__all__:
        model = getattr(models, name)
        declared = schema if name == "Record" else schema["$defs"].get(name)
        if name != "Register":
            section = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
            for field in model.model_fields:
                assert declared["properties"][field]["description"], (name, field)
                assert f"`{field}`" in section, (name, field)
