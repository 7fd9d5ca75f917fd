"""Lists of letters: the draft of a map, the records, and a finding for every guess."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import openpyxl
import pytest

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages import build_package, check_record, verify
from archive_pkg.records import load_record, record_file
from archive_pkg.tables import check, draft_map, export_records, read_tables, write_records
from archive_pkg.tables.lists.mapping import read_mapping
from typed import present

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tables"


@pytest.fixture
def briefe(tmp_path: Path) -> Path:
    """Return a German list in windows-1252 with semicolons, as a spreadsheet writes it."""
    for name in ("briefe.csv", "briefe.csv.map.yaml"):
        shutil.copy(FIXTURES / name, tmp_path / name)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "001.tif").write_bytes(b"II*\0")
    (tmp_path / "brief3.txt").write_text("Liebe Anna,\n")
    return tmp_path / "briefe.csv"


def test_a_mapping_is_guessed_from_headers_and_values(briefe: Path) -> None:
    drafted = draft_map(briefe, encoding="cp1252")
    path = briefe.with_name("drafted.yaml")
    path.write_text(drafted, encoding="utf-8")
    assert read_mapping(path).columns == {
        "Signatur": "id",
        "Datum": "date",
        "Absender": "sender",
        "Empfänger": "recipients",
        "Ort": "place",
        "Betreff": "subjects",
        "Sprache": "languages",
        "Datei": "files",
        "Lfd.": "-",
    }


def test_a_title_above_the_header_is_not_a_header(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Letters of 1960,,\n,,\nDate,From,To\n18.7.1960,"A, B","C, D"\n')
    (tmp_path / "list.csv.map.yaml").write_text(draft_map(path))
    (record,), report = read_tables(path)
    assert report.ok
    assert record.id == "1960-07-18-a-b-to-c-d"


def test_a_list_becomes_records_and_every_guess_is_reported(briefe: Path) -> None:
    records, report = read_tables(briefe, encoding="cp1252")
    assert report.ok, list(report.errors)
    first, second, third, fourth = records
    assert first.id == "AA-12-1"
    assert [(i.scheme, i.value) for i in first.identifiers] == [("local", "AA 12/1")]
    assert first.date is not None
    assert (first.date.edtf, first.date.as_written) == ("1960-07-18", "18.7.1960")
    assert first.title == "Letter, ZK der KPdSU to ZK der SED, 18 July 1960"
    assert [agent.kind for agent in first.agents] == ["organization", "organization", "person"]
    assert first.parts[0].file == "scans/001.tif"
    assert first.parts[0].languages == ("ru",)
    assert second.date is not None
    assert second.date.edtf == "[1959..1961]"
    assert [subject.term for subject in second.subjects] == ["Reise", "Geld"]
    assert third.date is not None
    assert third.date.edtf is None
    assert third.date.as_written == "4/5/60"
    assert third.title.endswith(", “4/5/60”")
    assert fourth.date is None
    reported = [(f.code, f.location.cell) for f in report]
    assert ("tables-read-as", "C2") in reported
    assert ("tables-cell-ambiguous", "C4") in reported
    assert ("tables-separator-other", "") in reported
    inferred = {(e.field, e.rule) for e in first.evidence if e.basis == "inferred"}
    assert inferred == {
        ("date", "day-and-month"),
        ("title", "title-from-parts"),
        ("agents.zk-der-kpdsu.kind", "kind-from-name"),
        ("agents.zk-der-sed.kind", "kind-from-name"),
        ("parts.file-1.kind", "kind-from-file-name"),
    }
    supplied = {e.field for e in first.evidence if e.basis == "supplied"}
    assert {"sender", "recipients", "place", "subjects"} <= supplied
    assert first.agent("muster-erika").name == "Muster, Erika"


def test_packages_built_from_the_records_of_a_list_are_valid(briefe: Path, tmp_path: Path) -> None:
    records, _ = read_tables(briefe, encoding="cp1252")
    out = tmp_path / "records"
    assert write_records(records, out) == (4, 0)
    for name in ("AA-12-1", "AA-12-3"):
        for file in load_record(out / name).files:
            target = out / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(briefe.parent / file, target)
        path = record_file(out / name)[0]
        report = check_record(load_record(out / name), path.parent, path)
        assert not [finding for finding in report if finding.severity == "error"]
        (tmp_path / "packages").mkdir(exist_ok=True)
        built = build_package(out / name, tmp_path / "packages", on=datetime.date(2026, 11, 24))
        assert verify(built.path).ok


def test_unrecognized_values_are_reported_at_their_cells(briefe: Path) -> None:
    text = briefe.read_bytes()
    briefe.write_bytes(text + "7;AA 12/1;irgendwann;X;;;;klingonisch;\r\n".encode("cp1252"))
    records, report = read_tables(briefe, encoding="cp1252")
    assert report.ok
    assert [record.id for record in records][::4] == ["AA-12-1", "AA-12-1-2"]
    assert records[-1].parts[0].note == "Language: klingonisch"
    assert {
        ("tables-row-repeated", "B6"),
        ("tables-date-unread", "C6"),
        ("tables-language-unread", "H6"),
    } <= {(f.code, f.location.cell) for f in report}


def test_a_legacy_encoding_must_be_declared(briefe: Path) -> None:
    with pytest.raises(InvalidError) as caught:
        draft_map(briefe)
    (finding,) = caught.value.report
    assert finding.code == "tables-encoding-wrong"
    assert finding.location.byte is not None


def test_dates_in_date_cells_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = present(book.active)
    sheet.append(["Date", "From", "Notes"])
    sheet.append([datetime.datetime(1960, 7, 18), "Smith, John", ""])
    sheet.append([22115, "Smith, John", ""])
    sheet.append(["7/18/60", "Smith, John", ""])
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "list.xlsx.map.yaml").write_text(draft_map(tmp_path / "list.xlsx"))
    records, report = read_tables(tmp_path / "list.xlsx")
    assert report.ok
    dates = [record.date for record in records if record.date]
    assert [(date.edtf, date.as_written) for date in dates] == [
        ("1960-07-18", "1960-07-18"),
        (None, "22115"),
        ("1960-07-18", "7/18/60"),
    ]
    assert records[0].title == "Letter from John Smith, 18 July 1960"
    assert [record.id for record in records] == [
        "1960-07-18-smith-john",
        "undated-smith-john",
        "1960-07-18-smith-john-2",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns: [a]", "columns"),
        ("columns: {a: dat}", "Did you mean date?"),
        ("columns: {a: date}\nevrywhere: {}", "evrywhere"),
        ("columns: {a: date}\neverywhere: {typ: letter}", "Did you mean type?"),
        ("{", "YAML"),
        (" \n", "Draft a map"),
    ],
)
def test_an_invalid_map_is_reported(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.map.yaml"
    path.write_text(text)
    with pytest.raises(InvalidError) as caught:
        read_mapping(path)
    assert words in f"{caught.value} {[(f.message, f.hint) for f in caught.value.report]}"


def test_a_list_without_a_recognized_column_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "colours.csv"
    path.write_text("Farbe,Gewicht\nrot,2\n")
    (tmp_path / "colours.csv.map.yaml").write_text(draft_map(path))
    found = {finding.code for finding in check(path).errors}
    assert found == {"tables-columns-unknown"}


def test_differing_records_are_not_overwritten(briefe: Path, tmp_path: Path) -> None:
    records, _ = read_tables(briefe, encoding="cp1252")
    out = tmp_path / "records"
    write_records(records, out)
    assert write_records(records, out) == (0, 4)
    changed = [records[0].model_copy(update={"custody": "Found in an attic."}), *records[1:]]
    with pytest.raises(StorageError, match="AA-12-1"):
        write_records(changed, out)
    assert load_record(out / "AA-12-1") == records[0]
    assert write_records(changed, out, replace=True) == (1, 3)
    assert load_record(out / "AA-12-1").custody == "Found in an attic."


@pytest.mark.parametrize("name", ["out", "out.xlsx"])
def test_an_export_does_not_overwrite_files(briefe: Path, tmp_path: Path, name: str) -> None:
    records, _ = read_tables(briefe, encoding="cp1252")
    export_records(records, tmp_path / name)
    with pytest.raises(StorageError):
        export_records(records[:1], tmp_path / name)
    assert read_tables(tmp_path / name)[0] == records
    export_records(records[:1], tmp_path / name, replace=True)
    assert read_tables(tmp_path / name)[0] == records[:1]
    with pytest.raises(InvalidError, match="AA-12-1"):
        export_records([records[0], records[0]], tmp_path / "twice")
    assert not (tmp_path / "twice").exists()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "No;FROM_NAME;FROM_ID;RECEIVED_BY_NAME;RECEIVED_BY_ID;Ort;Ort_ID;Signatur;Archiv\n"
            "b-1;Ada One;p-17;Ben Two;p-18;Exton;o-5;MS 1;Museum\n",
            "id sender sender_identifiers recipients recipients_identifiers place "
            "place_identifiers file repository",
        ),
        (
            "key,senderName,senderGND,senderPlace,senderPlaceID,senderDate,senderDateText,"
            "addressee,addresseeID,addresseePlace,addresseeDate\n"
            "7,Ada One,118540238,Exton,http://www.geonames.org/1,1801-02-03,3 Feb. 1801,"
            "Ben Two,http://d-nb.info/gnd/118616315,Wyeford,1801-02-09\n",
            "id sender sender_identifiers place place_identifiers date date_as_written recipients "
            "recipients_identifiers - received",
        ),
        ("Sender;Recipient\np-0001;p-0002\n", "sender_identifiers recipients_identifiers"),
    ],
)
def test_names_and_their_identifiers_are_distinguished(
    text: str, meant: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    (tmp_path / "drafted.yaml").write_text(draft_map(path))
    columns = read_mapping(tmp_path / "drafted.yaml").columns
    assert list(columns.values()) == meant.split()


def test_each_name_gets_its_identifier(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "id,from,from id,to,to id,date,place,place id\n"
        "a,One; Two,https://d-nb.info/gnd/118540238; x-2,Three,x-2,1801,Exton,geonames:2925533\n"
        "b,One; Two,x-1,Three,x-3,1801,Exton,\n"
    )
    path.with_name("list.csv.map.yaml").write_text(draft_map(path))
    records, report = read_tables(path)
    first, second = records
    held = {a.name: [(i.scheme, i.value) for i in a.identifiers] for a in first.agents}
    assert held == {
        "One": [("gnd", "118540238")], "Two": [("local", "x-2")], "Three": [("local", "x-2")]
    }  # fmt: skip
    assert [item.scheme for item in present(first.place).identifiers] == ["geonames"]
    assert not any(agent.identifiers for agent in second.agents if agent.name != "Three")
    loose = [f.message for f in report if f.code == "tables-identifier-loose"]
    assert len(loose) == 2
    assert "“Two”" in loose[0]
    assert "x-1" in loose[1]


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Aufbewahrungsort", {"Aufbewahrungsort": "repository"}),
        ("Aufbewahrungsort;Institution", {"Aufbewahrungsort": "-", "Institution": "repository"}),
        ("Archiv;Archiv-Ort", {"Archiv": "repository", "Archiv-Ort": "-"}),
        ("Repository;RepositoryID", {"Repository": "repository", "RepositoryID": "-"}),
    ],
)
def test_a_column_with_the_place_of_an_archive_is_not_mapped_to_its_name(
    header: str, meant: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n" + ";".join("Exton" for _ in meant) + "\n")
    mapping = tmp_path / "drafted.yaml"
    mapping.write_text(draft_map(path))
    assert read_mapping(mapping).columns == meant
