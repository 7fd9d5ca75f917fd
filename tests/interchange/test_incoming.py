"""Imports of files of other editions, and of our own exports."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, LEAST_CONTEXT, bare, full
from hypothesis import HealthCheck, given, settings
from imports import LETTER

from archive_pkg.errors import InvalidError
from archive_pkg.interchange import ExportContext, export
from archive_pkg.interchange.importing import ROUND_TRIP_FIELDS, read
from archive_pkg.packages import build_package, check, verify
from archive_pkg.records import DateAndPlace, load_record
from official import published_letters
from strategies import records
from typed import present

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.interchange.importing import Imported
    from archive_pkg.records import Record
    from program import Run

PEOPLE = (
    "authors", "sender", "signatories", "recipients", "copies_to", "mentioned_agents", "attention",
)  # fmt: skip


def comparable(record: Record, field: str) -> Any:
    """Return a field of a record for comparison, without the ids of agents and items."""
    if field in PEOPLE:
        return [
            (agent.name, agent.kind, {item.uri for item in agent.identifiers if item.uri})
            for agent in map(record.agent, getattr(record, field))
        ]
    if field == "identifiers":
        return [(item.scheme, item.value) for item in record.identifiers]
    if field == "place.identifiers":
        listed = record.place.identifiers if record.place else ()
        return [(item.scheme, item.value) for item in listed]
    value: Any = record
    for step in field.split("."):
        if isinstance(value, tuple):
            value = tuple(getattr(item, step) for item in value)
        else:
            value = getattr(value, step, None)
    if field in ("rights.holder", "summary.author"):
        return record.agent(value).name if value else None
    return value


def reading(name: str, record: Record, context: ExportContext) -> Imported:
    [imported] = read(export(name, record, context), "letter.xml")
    return imported


@pytest.mark.parametrize("name", ROUND_TRIP_FIELDS)
def test_exported_values_are_imported_again(name: str) -> None:
    # The import restores the days of a qualified date and that it is in doubt, not the kind of
    # doubt.
    received = DateAndPlace(edtf="1961-03?", as_written="early")
    record = full().model_copy(update={"received": received})
    imported = reading(name, record, FULL_CONTEXT)
    for field in ROUND_TRIP_FIELDS[name]:
        assert comparable(imported.record, field) == comparable(record, field), field


@pytest.mark.parametrize("name", ["tei", "ead3"])
def test_an_exported_restriction_is_imported_again(name: str) -> None:
    record = reading(name, full(), FULL_CONTEXT).record
    access = record.part("original").access
    assert access is not None
    assert (access.status, access.rule) == ("restricted", "the archive's law")
    assert access.until is not None
    assert access.until.edtf == "2031-03"


@pytest.mark.parametrize("name", ROUND_TRIP_FIELDS)
def test_a_bare_record_is_imported_as_a_bare_record(name: str) -> None:
    if name == "cmif":  # the file also names the edition and its publisher
        record = reading(name, bare(), LEAST_CONTEXT).record
        assert [each.name for each in record.agents if each.kind != "software"] == ["P"]
        [edition] = record.publications
        assert edition.citation == "P, https://example.org/edition/"
        return
    record = reading(name, bare(), BARE_CONTEXT).record
    assert set(record.as_json()) <= {
        "format",
        "id",
        "version",
        "type",
        "title",
        "parts",
        "agents",
        "evidence",
        # The only identifier in Tropy and Dublin Core is the id of the record.
        *(["identifiers"] if name in ("tropy-json", "dc") else []),
    }
    assert not [agent for agent in record.agents if agent.kind != "software"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_every_export_of_a_generated_record_can_be_imported(record: Record) -> None:
    for name in ROUND_TRIP_FIELDS:
        if name != "cmif" or record.document_type.correspondence:
            reading(name, record, LEAST_CONTEXT)


def test_an_exported_text_is_imported_with_its_zones_and_notes() -> None:
    imported = reading("tei", full(), FULL_CONTEXT)
    record = imported.record
    [text] = [part for part in record.parts if part.is_text]
    assert (text.kind, text.languages, text.made_from) == ("translation", ("en",), ("tei",))
    words = imported.files[present(text.file)].decode()
    notes, evidence = record.translation_notes, record.evidence
    for quote in [*(note.at for note in notes), *(item.at for item in evidence)]:
        if quote:
            assert words[quote.start : quote.end] == quote.exact
    assert record.salutation == "Dear Comrade Ulbricht!"
    assert present(record.classification).as_written == "SECRET Copy no. 2"
    kinds = [note.kind for note in record.translation_notes]
    assert kinds == ["source-term", "editorial", "insertion", "illegible", "sic", "omission"]
    again = export("tei", record, replace(FULL_CONTEXT, texts={text.id: words}))
    assert reading("tei", full(), FULL_CONTEXT).files["letter.txt"] == words.encode()
    [twice] = read(again, "letter.xml")
    assert twice.files["letter.txt"] == words.encode()


def test_the_tei_file_itself_is_kept() -> None:
    written = export("tei", full(), FULL_CONTEXT)
    [imported] = read(written, "edition.xml")
    assert imported.files["edition.xml"] == written


def test_a_file_of_many_letters_gives_many_records() -> None:
    found = read(export("cmif", [full(), bare()], FULL_CONTEXT), "cmif.xml")
    assert [imported.record.id for imported in found] == [full().id, bare().id]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "not XML"),
        (b"<TEI", "the XML is damaged: Couldn't find end of Start Tag TEI"),
        (b"<TEI>\n<p>a <b>c</p></TEI>", "damaged: <b> in line 2 is not closed before </p>"),
        (b'<TEI xmlns="http://www.tei-c.org/ns/1.0">\n<p>a</TEI>', "<p> in line 2 is not closed"),
        (b'<ead xmlns="urn:isbn:1-931666-22-9"><p>a & b</p></ead>', "written as &amp;"),
        (b"{}", "not XML"),
        (b"<TEI.2><teiHeader/></TEI.2>", "P4"),
        (b"<ead><archdesc/></ead>", "without items"),
        (b"<html/>", "root element is “html”"),
        (b'<resource xmlns="http://datacite.org/schema/kernel-3"/>', "kernel 4"),
    ],
)
def test_files_in_other_formats_are_refused(written: bytes, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(written, "file.xml")
    [finding] = refused.value.report
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a SYSTEM "http://127.0.0.1:9/a.dtd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;',
    ],
)
def test_entities_are_not_expanded_and_nothing_is_fetched(declared: str) -> None:
    text = f'<!DOCTYPE TEI [{declared}]><TEI xmlns="http://www.tei-c.org/ns/1.0"><p>&a;</p></TEI>'
    with pytest.raises(InvalidError) as refused:
        read(text.encode(), "file.xml")
    assert "root:" not in str(refused.value.report.findings)
    assert refused.value.report.errors


def test_letters_of_other_editions_become_valid_packages(tmp_path: Path) -> None:
    for file in published_letters()[::6]:
        for imported in read(file.read_bytes(), file.name):
            folder = tmp_path / "records" / imported.record.id
            folder.mkdir(parents=True)
            for name, data in imported.files.items():
                (folder / name).write_bytes(data)
            record = imported.record
            (folder / "record.json").write_text(json.dumps(record.as_json()), encoding="utf-8")
            assert not check(folder).errors
            built = build_package(folder, tmp_path / "packages")
            assert verify(built.path).ok
            [again] = read((built.path / "metadata" / "tei.xml").read_bytes(), file.name)
            for field in ROUND_TRIP_FIELDS["tei"]:
                assert comparable(again.record, field) == comparable(record, field), (
                    file.name,
                    field,
                )


def test_import_writes_records_and_does_not_overwrite_them(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "letters.xml"
    source.write_bytes(export("cmif", [full(), bare()], FULL_CONTEXT))
    command = ("import", source, "--out", tmp_path / "r")
    assert run(*command).returncode == 0
    assert {folder.name for folder in (tmp_path / "r").iterdir()} == {full().id, bare().id}
    before = (tmp_path / "r" / "x" / "record.yaml").read_bytes()
    again = run(*command, "--json")
    assert again.returncode == 5
    assert (tmp_path / "r" / "x" / "record.yaml").read_bytes() == before
    assert len(json.loads(again.stdout)["results"]) == 3


def test_files_with_the_same_name_get_ids_from_their_folders(run: Run, tmp_path: Path) -> None:
    for volume in ("a/v1", "a/v2", "b/v1"):
        (tmp_path / volume).mkdir(parents=True)
        (tmp_path / volume / "001.xml").write_text(LETTER.format(title=volume, text="Text."))
    (tmp_path / "a" / "other.xml").write_text(LETTER.format(title="Other", text="Text."))
    ended = run("import", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "r")
    assert ended.returncode == 0, ended.stderr
    made = {load_record(folder).title: folder.name for folder in (tmp_path / "r").iterdir()}
    assert made == {"a/v1": "a-v1-001", "b/v1": "b-v1-001", "a/v2": "v2-001", "Other": "other"}


def test_ids_that_two_files_share_become_different(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = LETTER.format(title=name, text="Text.").replace("<TEI ", '<TEI xml:id="L1" ')
        (tmp_path / f"{name}.xml").write_text(text)
    ended = run("import", tmp_path / "one.xml", tmp_path / "two.xml", "--out", tmp_path / "r")
    assert ended.returncode == 0, ended.stderr
    assert {folder.name for folder in (tmp_path / "r").iterdir()} == {"L1", "two-L1"}


def test_a_folder_is_replaced_with_the_option_that_the_hint_names(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(LETTER.format(title="First", text="Text."))
    assert run("import", file, "--out", tmp_path / "r").returncode == 0
    file.write_text(LETTER.format(title="Second", text="Text."))
    refused = run("import", file, "--out", tmp_path / "r")
    assert refused.returncode == 5
    assert "--replace" in refused.stderr
    assert load_record(tmp_path / "r" / "a").title == "First"
    assert run("import", file, "--out", tmp_path / "r", "--replace").returncode == 0
    assert load_record(tmp_path / "r" / "a").title == "Second"
