"""The files of AtoM, ArchivesSpace, Islandora, Omeka S and Tropy."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import rdflib
from examples import FULL_CONTEXT, full, record
from hypothesis import HealthCheck, given, settings
from test_incoming import comparable
from test_no_silent_loss import Marks

from archive_pkg.interchange import export, find_format
from archive_pkg.interchange.dates import edtf_of
from archive_pkg.interchange.losses import losses
from archive_pkg.records.models import Record
from archive_pkg.tables import draft_map, read_tables
from strategies import records
from typed import present

ATOM_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?|NULL|")
"""The dates that AtoM's own check of a CSV file accepts."""


def kept(name: str, *levels: tuple[str, str], archive: str = "RGANI", **more: Any) -> Any:
    path = [{"name": level, "value": value} for level, value in levels]
    held = [{"repository": archive} | ({"levels": path} if path else {})] if archive else []
    return record(id=name, title=name.upper(), holdings=held, **more)


LETTERS = [
    kept("a", ("fond", "3"), ("opis", "1"), ("list", "12"), date={"edtf": "1960-07"}),
    kept("b", ("fond", "3"), ("opis", "1"), date={"edtf": "1961-02-03", "as_written": "3/2"}),
    kept("c", ("fond", "3"), ("Kiste", "9")),
]


def rows(document: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(document.decode().splitlines(keepends=True)))


def test_atom_has_a_row_for_each_level_above_the_documents() -> None:
    written = rows(export("atom", LETTERS))
    names = ("legacyId", "parentId", "identifier", "levelOfDescription", "title", "repository")
    assert [[row[name] for name in names] for row in written] == [
        ["fond-3", "", "3", "Fonds", "fond 3", "RGANI"],
        ["fond-3-opis-1", "fond-3", "1", "Series", "opis 1", "RGANI"],
        ["a", "fond-3-opis-1", "12", "Item", "A", "RGANI"],
        ["b", "fond-3-opis-1", "b", "Item", "B", "RGANI"],
        ["fond-3-kiste-9", "fond-3", "9", "Kiste", "Kiste 9", "RGANI"],
        ["c", "fond-3-kiste-9", "c", "Item", "C", "RGANI"],
    ]
    days = [(row["eventStartDates"], row["eventEndDates"]) for row in written[:2]]
    assert days == [("", ""), ("1960-07-01", "1961-02-03")], "one document of the fond is undated"
    assert (written[3]["eventDates"], written[3]["eventStartDates"]) == ("3/2", "1961-02-03")


def test_rows_have_unique_ids_even_if_a_document_is_called_like_a_level() -> None:
    written = rows(export("atom", [kept("fond-3", ("fond", "3")), kept("x", ("fond", "3"))]))
    assert [row["legacyId"] for row in written] == ["fond-3-1", "fond-3", "x"]
    assert [row["parentId"] for row in written] == ["", "fond-3-1", "fond-3-1"]


def test_atoms_events_have_as_many_dates_as_creators_and_only_its_dates() -> None:
    agents = [{"id": n, "name": f"{n} | Co", "kind": "organization"} for n in ("one", "two")]
    for date in ("1957/..", "195X", "1960-07~", "-0042", "[1960,1962]", "1960-07-18"):
        one = record(date={"edtf": date}, agents=agents, sender=["one", "two"])
        row = rows(export("atom", [one]))[-1]
        assert row["eventActors"] == "one / Co|two / Co"
        assert row["eventTypes"] == "Creation|Creation"
        for column in ("eventStartDates", "eventEndDates"):
            values = row[column].split("|")
            assert all(map(ATOM_DATE.fullmatch, values))
            assert len(values) == 2 or values == [""]


def test_atom_has_what_people_did_and_reports_that_it_leaves_out_what_programs_did() -> None:
    agents = [
        {"id": "ann", "name": "Ann", "kind": "person"},
        {"id": "ocr", "name": "tesseract", "kind": "software"},
    ]
    events = [
        {"id": "1", "type": "translation", "agents": ["ann"], "detail": "By hand."},
        {"id": "2", "type": "packing", "agents": ["ocr"], "detail": "Into a bag."},
    ]
    made = record(agents=agents, events=events)
    document = export("atom", [made])
    assert rows(document)[-1]["archivistNote"] == "translation; by Ann; By hand."
    report = losses(find_format("atom"), made, document=document)
    assert {one.location.field for one in report} >= {"events.2.agents", "events.2.detail"}


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    written = export("atom", [record(title="=1+1", extent="@x")]).decode()
    assert ",'=1+1," in written
    assert ",'@x," in written


def test_everything_in_atom_is_a_draft_in_the_columns_of_its_example() -> None:
    written = rows(export("atom", [full()]))
    assert {row["publicationStatus"] for row in written} == {"Draft"}
    assert len(written[0]) == 56


def imported(path: Path, document: bytes) -> dict[str, Record]:
    """Return the records of a table, read with the map that is drafted from its header."""
    path.write_bytes(document)
    path.with_name(f"{path.name}.map.yaml").write_text(draft_map(path), encoding="utf-8")
    found, report = read_tables(path)
    assert report.ok, [one.message for one in report.errors]
    return {one.id: one for one in found}


def test_atoms_table_is_recognized_by_its_header_and_comes_back(tmp_path: Path) -> None:
    agents = [{"id": n, "name": f"{n.title()}, Ann", "kind": "person"} for n in ("orlov", "petrov")]
    sent = record(
        id="d",
        title="=Letter | 1",
        agents=agents,
        sender=["orlov", "petrov"],
        date={"edtf": "1960-07-18", "as_written": "18 July 1960"},
        subjects=[{"term": "oil"}, {"term": "coal"}],
        publications=["Pravda 1, p. 2"],
        custody="Found.",
        holdings=[{"repository": "RGANI", "levels": [{"name": "fond", "value": "3"}]}],
    )
    again = imported(tmp_path / "atom.csv", export("atom", [*LETTERS, sent]))
    assert sorted(again) == ["a", "b", "c", "d"]
    for one in (*LETTERS, sent):
        back = again[one.id]
        assert edtf_of(back.date) == edtf_of(one.date)
        kept_at = [level for level in one.holdings[0].levels if level.name != "list"]
        assert list(back.holdings[0].levels) == kept_at
        assert back.holdings[0].repository == "RGANI"
        assert not back.identifiers or one.id == "a"
    back = again["d"]
    assert back.title == "=Letter | 1"
    assert [back.agent(name).name for name in back.sender] == ["Orlov, Ann", "Petrov, Ann"]
    assert (back.subjects, back.publications, back.custody) == (
        sent.subjects,
        sent.publications,
        sent.custody,
    )
    assert "RGANI, fond 3" in (back.parts[0].note or "")


def test_a_level_that_is_not_a_letter_and_a_second_date_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "atom.csv"
    path.write_text(
        "legacyId,parentId,levelOfDescription,title,scopeAndContent,eventStartDates,eventActors\n"
        "1,,Fonds,Papers,,1800,\n2,1,Item,A letter,Thanks.,1801|NULL|1803,Doe|NULL\n"
    )
    path.with_name("atom.csv.map.yaml").write_text(draft_map(path), encoding="utf-8")
    [one], report = read_tables(path)
    assert (one.title, edtf_of(one.date), one.sender) == ("A letter", "1801", ("doe",))
    said = [finding.message for finding in report]
    assert "the row “Papers” is above 1 letter; not imported: eventStartDates (“1800”)" in said
    assert "“1803” is left out: “1801” is the date_begin" in said


def read(path: Path, table: str) -> tuple[list[Record], list[str]]:
    path.write_text(table, encoding="utf-8")
    path.with_name(f"{path.name}.map.yaml").write_text(draft_map(path), encoding="utf-8")
    found, report = read_tables(path)
    return found, [finding.message for finding in report]


def test_letters_inherit_from_the_rows_above_them(tmp_path: Path) -> None:
    [first, second, third], said = read(
        tmp_path / "atom.csv",
        "legacyId,parentId,identifier,title,levelOfDescription,repository,scopeAndContent,"
        "accessConditions,language,eventStartDates,eventEndDates,reproductionConditions\n"
        "1,,F1,Orlov Papers,Fonds,RGANI,On oil,Closed until 2040-01-01,ru,1960,1963,Ask.\n"
        "2,1,9,Kiste 9,Kiste,,,,,,,\n"
        "3,2,F1-1,,Item,,,,,,,\n"
        "4,2,F1-2,A letter,Item,GARF,,open,de,1961,,Ask me.\n"
        "5,7,F1-3,A letter,Item,,,,,,,\n",
    )
    path = [("fonds", "Orlov Papers (F1)"), ("Kiste", "9")]
    for one, archive in ((first, "RGANI"), (second, "GARF")):
        [holding] = one.holdings
        assert holding.repository == archive
        assert [(level.name, level.value) for level in holding.levels] == path
        access = present(one.parts[0].access)
        assert (access.status, str(present(access.until).edtf)) == ("restricted", "2040-01-01")
    assert (first.title, edtf_of(first.date)) == ("Kiste 9", "[1960..1963]")
    assert edtf_of(second.date) == "1961"
    assert (first.parts[0].languages, second.parts[0].languages) == (("ru",), ("de",))
    assert [present(one.rights).statement for one in (first, second)] == ["Ask.", "Ask me.\nAsk."]
    rules = {one.rule for one in first.evidence}
    assert rules >= {f"{what}-of-the-level-above" for what in ("title", "date", "language")}
    assert not third.holdings
    assert "parentId is “7”, but the list does not have exactly one such row" in said
    lost = "not imported: scopeAndContent (“On oil”)"
    assert f"the row “Orlov Papers (F1)” is above 2 letters; {lost}" in said
    assert "the row “Kiste 9” is above 2 letters" in said


@pytest.mark.parametrize("header", ["legacyId", "identifier"])
def test_without_parents_the_levels_of_a_short_table_are_reported(
    header: str, tmp_path: Path
) -> None:
    table = f"{header},title,levelOfDescription\nF1,Papers,Fonds\nF1-1,A letter,Item\n"
    [one], said = read(tmp_path / "atom.csv", table)
    assert (one.id, one.title, one.holdings) == ("F1-1", "A letter", ())
    assert "the row “F1” is not a letter: its levelOfDescription is Fonds" in said


def test_archivesspaces_hierarchy_says_what_is_above_a_letter(tmp_path: Path) -> None:
    [below, beside], said = read(
        tmp_path / "a.csv",
        "ead,title,unit_id,hierarchy,level,other_level,n_accessrestrict,dates_label_1\n"
        "x,Trips,1,1,series,,Closed until 2050,\n"
        "x,Box 9,9,2,otherlevel,box,,\n"
        "x,A,a-1,3,item,,,\n"
        "x,B,a-2,1,item,,,\n",
    )
    above = [(one.note, one.value) for one in below.identifiers]
    assert above == [("series", "Trips (1)"), ("Box", "9")], "the table cannot name the archive"
    assert present(below.parts[0].access).status == "restricted"
    assert (beside.identifiers, beside.parts) == ((), ())
    assert "the row “Trips (1)” is above 1 letter" in said


def in_archivesspace(*records: Record) -> list[dict[str, str]]:
    """Return the rows below the two headers."""
    labels, *found = rows(export("archivesspace", records))
    assert next(iter(labels)).startswith("ArchivesSpace field code")  # where its importer starts
    assert all(labels.values())
    return found


def test_archivesspace_imports_the_rows_into_the_resource_of_the_highest_level() -> None:
    names = ("ead", "hierarchy", "level", "other_level", "ref_id", "unit_id", "title")
    assert [[row[name] for name in names] for row in in_archivesspace(*LETTERS)] == [
        ["fond-3", "1", "series", "", "", "1", "opis 1"],
        ["fond-3", "2", "item", "", "a", "12", "A"],
        ["fond-3", "2", "item", "", "b", "", "B"],
        ["fond-3", "1", "otherlevel", "kiste", "", "9", "Kiste 9"],
        ["fond-3", "2", "item", "", "c", "", "C"],
    ]


def test_archivesspace_has_numbered_agents_and_at_most_ten_subjects() -> None:
    terms = [{"term": f"term {n}"} for n in range(12)]
    [row] = in_archivesspace(record(subjects=terms, date={"edtf": "1957/1958"}))
    assert (row["subject_1_type"], row["subject_10_term"]) == ("genre_form", "term 8")
    assert "subject_11_term" not in row
    assert "Heading: term 9 (topical)" in row["n_odd"]
    assert (row["begin_1"], row["end_1"], row["date_type_1"]) == ("1957", "1958", "inclusive")
    row = in_archivesspace(full())[-1]
    assert row["people_agent_header_1"]
    assert row["people_agent_role_1"] == "creator"


def test_archivesspaces_table_is_recognized_by_its_header_and_comes_back(tmp_path: Path) -> None:
    access = {"status": "closed", "rule": "Law 1"}
    parts = [{"id": "o", "kind": "original", "held": False, "languages": ["de"], "access": access}]
    closed = record(
        id="d",
        parts=parts,
        summary={"text": "Thanks."},
        subjects=[{"term": "oil"}],
        rights={"statement": "Ask."},
    )
    again = imported(tmp_path / "a.csv", export("archivesspace", [*LETTERS, closed]))
    assert sorted(again) == ["a", "b", "c", "d"]
    for one in (*LETTERS, closed):
        assert again[one.id].title == one.title
        assert edtf_of(again[one.id].date) == edtf_of(one.date)
    back = again["d"]
    assert back.summary is not None
    assert back.summary.text.startswith("Thanks.")
    assert "oil" in [subject.term for subject in back.subjects]
    assert back.rights is not None
    assert back.rights.statement == "Ask."
    [part] = back.parts
    assert part.languages == ("de",)
    assert part.access is not None
    assert part.access.status != "open"
    assert "RGANI, fond 3" in (again["a"].parts[0].note or "")


def test_the_second_header_of_archivesspace_is_not_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "ArchivesSpace field code,ead,title,hierarchy,level\n"
        "Field name,EAD ID,Title,Hierarchical Relationship,Description Level\n"
        ",a,Letters,1,file\n"
    )
    path.with_name("a.csv.map.yaml").write_text(draft_map(path), encoding="utf-8")
    [one], _ = read_tables(path)
    assert one.title == "Letters"


def test_omeka_has_a_column_for_each_element_and_bars_between_values() -> None:
    terms = [{"term": "oil | gas"}, {"term": "coal"}]
    first, second = rows(export("omeka", [record(id="a", subjects=terms), record(id="b")]))
    assert first["dcterms:subject"] == "oil / gas|coal"
    assert (second["dcterms:identifier"], second["dcterms:subject"]) == ("b", "")


ISLANDORA = {
    "id", "parent_id", "field_weight", "file", "title", "field_model", "field_linked_agent",
    "field_subjects_name",
    "field_subject_general", "field_geographic_subject", "field_edtf_date_created",
    "field_identifier", "field_genre", "field_extent", "field_language", "field_abstract",
    "field_table_of_contents", "field_rights", "field_note", "field_alt_title",
}  # fmt: skip
"""Columns of Workbench, and fields of a repository item in Islandora's starter site."""


def test_islandora_has_fields_of_its_starter_site_and_names_with_relators() -> None:
    row, page = rows(export("islandora", [full()]))
    assert set(row) == ISLANDORA
    assert row["field_linked_agent"].split("|")[1:5] == [
        "relators:aut:person:Khrushchev, Nikita",
        "relators:sgn:person:Khrushchev, Nikita",
        "relators:asn:corporate_body:RGANI",
        "relators:trl:family:The Goldbergs",
    ]
    assert (row["field_model"], row["file"]) == ("https://schema.org/Book", "")
    assert {key: value for key, value in page.items() if value} == {
        "id": f"{row['id']}--scan",
        "parent_id": row["id"],
        "field_weight": "1",
        "file": f"{row['id']}/scans/leaf 1.tif",
        "title": "Photographs of the leaves",
        "field_model": "http://id.loc.gov/ontologies/bibframe/part",
    }
    assert row["field_language"] == "Russian|English"
    assert row["field_edtf_date_created"] == "1961-03-03"
    parts = [{"id": "o", "kind": "original", "held": False, "languages": ["zh-Hant"]}]
    assert rows(export("islandora", [record(parts=parts)]))[0]["field_language"] == "zh-Hant"


def test_islandoras_pages_come_back_as_scans_of_their_letter(tmp_path: Path) -> None:
    names = ("b.tif", "a.tif", "c.tif")
    scans = [
        {"id": name[0], "kind": "scan", "title": f"Leaf {n}", "file": f"scans/{name}",
         "media_type": "image/tiff"}
        for n, name in enumerate(names, 1)
    ]  # fmt: skip
    for name in names:
        (tmp_path / f"x/scans/{name}").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"x/scans/{name}").write_bytes(b"II*\0" + name.encode())
    sent = [record(id="x", parts=scans), record(id="y")]
    found, said = read(tmp_path / "i.csv", export("islandora", sent).decode())
    assert [one.id for one in found] == ["x", "y"]
    parts = [(part.kind, part.title, part.file) for part in found[0].parts]
    assert parts == [("scan", f"Leaf {n}", f"x/scans/{name}") for n, name in enumerate(names, 1)]
    assert "the row “Leaf 1” is a page of row 2" in said


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # of rdflib's own reader
def test_tropy_has_the_fields_of_its_template_and_photos_in_json() -> None:
    [row] = rows(export("tropy", [full()], FULL_CONTEXT))
    assert row["http://purl.org/dc/terms/audience"] == "Walter Ulbricht"
    assert row["http://purl.org/dc/elements/1.1/coverage"] == "Moscow"
    assert row["https://tropy.org/v1/tropy#collection"] == "fond 3"
    assert row["https://tropy.org/v1/tropy#folder"] == "opis 14, delo 479, l. 12"
    data = rdflib.Graph().parse(data=export("tropy-json", [full()], FULL_CONTEXT), format="json-ld")
    tropy = rdflib.Namespace("https://tropy.org/v1/tropy#")
    [item] = data.subjects(rdflib.RDF.type, tropy.Item)
    assert str(data.value(item, tropy.template)).endswith("/templates/correspondence")
    assert str(data.value(item, rdflib.DC.title)) == full().title
    [photo] = data.items(present(data.value(item, tropy.photo)))
    said = [str(data.value(photo, tropy[name])) for name in ("path", "mimetype", "checksum")]
    assert said == ["../data/scans/leaf 1.tif", "image/tiff", "ab" * 32]


RETURNING = {
    "atom": "id title date.edtf subjects.term publications custody",
    "archivesspace": "id title date.edtf",
    "islandora": "id type title variant_titles sender signatories recipients date.edtf "
    "subjects.term mentioned_places.name",
    "omeka": "id type title variant_titles sender signatories recipients copies_to date.edtf "
    "summary.text subjects.term custody",
    "archivematica": "id type title variant_titles sender signatories recipients copies_to "
    "date.edtf subjects.term",
    "tropy": "id type title variant_titles sender signatories recipients copies_to date.edtf "
    "place.name summary.text subjects.term custody holdings.repository",
}
"""The fields that an export to a table and an import from it keep in their place."""


@pytest.mark.parametrize("name", RETURNING)
def test_fields_come_back_from_a_table_whose_header_is_recognized(
    name: str, tmp_path: Path
) -> None:
    own = full().as_json() | {"place": {"name": "Moscow"}, "mentioned_places": [{"name": "Berlin"}]}
    agents = [{key: agent[key] for key in ("id", "name", "kind")} for agent in own["agents"]]
    sent = Record.model_validate(own | {"agents": agents})
    again = imported(tmp_path / "t.csv", export(name, [sent], FULL_CONTEXT))[sent.id]
    for field in RETURNING[name].split():
        found, wanted = comparable(again, field), comparable(sent, field)
        assert found == wanted, field


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_each_word_of_a_table_is_in_the_imported_record_or_in_a_finding(record: Record) -> None:
    marked = Marks(record).marked()
    for name in RETURNING:
        document = export(name, [marked])
        with TemporaryDirectory() as folder:
            path = Path(folder) / "t.csv"
            path.write_bytes(document)
            path.with_name("t.csv.map.yaml").write_text(draft_map(path), encoding="utf-8")
            found, report = read_tables(path)
        assert found, [one.message for one in report.errors]
        said = str([one.as_json() for one in found]) + str([one.message for one in report])
        # The rows of files are reported as rows that are not letters, without their titles.
        of_files = r"\nobjects/.*"
        words = set(re.findall(r"w\d+x", re.sub(of_files, "", document.decode())))
        assert {word for word in words if word not in said} == set(), name


@pytest.mark.parametrize(
    ("header", "system"),
    [
        ("dcterms:title,dcterms:creator,o:id", "Omeka S"),
        ("dc.title,dc.creator", "Dublin Core"),
        ("filename,dc.title,dc.subject,dc.subject", "Archivematica"),
        ("Title,title[en],dc:title,dc:rights", "Dublin Core"),
        ("title,creator,contributor,identifier", "Dublin Core"),
        ("http://purl.org/dc/elements/1.1/title,https://tropy.org/v1/tropy#tag", "Tropy"),
        ("id,file,title,field_model,field_description", "Islandora Workbench"),
    ],
)
def test_a_header_of_a_known_system_needs_no_review(
    header: str, system: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{header}\n{','.join('abcdef'[: header.count(',') + 1])}\n")
    assert f"It has the columns of {system}." in draft_map(path)


def test_a_dublin_core_table_says_who_is_what_and_what_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "dc.csv"
    path.write_text(
        "dc.identifier,dc.title[en],dc.creator,dc.contributor,dc.rights,dc.description\n"
        'a1|https://doi.org/10.1000/1,A | B,"Doe, Ann","Roe, Max (recipient)|Poe, E. (translator)",'
        "Access to the letter: closed (Law 1),On oil; and gas.|A stain.\n"
    )
    path.with_name("dc.csv.map.yaml").write_text(draft_map(path), encoding="utf-8")
    [one], report = read_tables(path)
    assert report.ok
    assert (one.id, one.title, one.variant_titles) == ("a1", "A", ("B",))
    assert [each.scheme for each in one.identifiers] == ["doi"]
    assert [one.agent(name).name for name in one.recipients] == ["Roe, Max"]
    assert [one.agent(name).note for name in one.mentioned_agents] == ["translator"]
    assert one.summary is not None
    assert one.summary.text == "On oil; and gas."
    [part] = one.parts
    assert part.note == "A stain."
    assert part.access is not None
    assert (part.access.status, part.access.rule) == ("closed", "Law 1")
