"""Lists as people keep them: headings, totals, words for "unknown", and files with other names."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from archive_pkg.errors import StorageError
from archive_pkg.messages import within
from archive_pkg.packages import check_record
from archive_pkg.records import load_record
from archive_pkg.records.models import Record
from archive_pkg.reports import Report
from archive_pkg.tables import draft_map, read_tables, write_records
from archive_pkg.tables.lists.file_matching import LetterFiles, kind_of_file
from archive_pkg.tables.lists.header_words import field_named
from archive_pkg.tables.lists.mapping import TARGETS, read_mapping
from archive_pkg.tables.lists.opening import read_list
from archive_pkg.tables.reading.cell_notes import AUTHOR, notes_of
from typed import present


def _list(folder: Path, text: str, columns: str = "", more: str = "") -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    mapping = f"columns: {{{columns}}}\n{more}" if columns else draft_map(path)
    path.with_name("list.csv.map.yaml").write_text(mapping, encoding="utf-8")
    return path


def _records(path: Path, files: Path | None = None) -> tuple[list[Record], dict[str, list[str]]]:
    records, report = read_tables(path, files=files)
    assert report.ok, list(report.errors)
    return records, _by_code(report)


def _by_code(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in report:
        found.setdefault(finding.code, []).append(f"{finding.location.cell} {finding.message}")
    return found


def test_headings_totals_and_repeated_headers_are_not_letters(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        "nr,Datum,von,an\na,1960,Ann,Ben\nKarton 2,,,\nnr,Datum,von,an\nb,1961,Ann,Ben\n"
        "--- Ende ---,,,x\nSumme:,2,,\nSum Li,1962,Ann,\n",
    )
    records, found = _records(path)
    assert [record.id for record in records] == ["a", "b", "Sum-Li"]
    assert [message.split(" ")[0] for message in found["tables-row-left-out"]] == list("3467")


def test_the_years_of_one_column_show_the_century_of_another(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        "nr,Datum,eingegangen,von\na,31.8.50,1.9.1950,Ann\nb,26/X/62,27/X/1962,Ben\n",
        "nr: id, Datum: date, eingegangen: received, von: sender",
    )
    records, _ = _records(path)
    assert [present(record.date).edtf for record in records] == ["1950-08-31", "1962-10-26"]


def test_a_note_on_a_cell_becomes_a_remark_and_can_close_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["nr", "Datum", "von", "an"], ["a", "1960", "Ann", "Ben"], ["b", "1961", "C", "D"]):
        sheet.append(row)
    for cell, text in (("B1", "nur Jahre"), ("B2", "gesperrt bis 2130"), ("E3", "Kopie")):
        sheet[cell].comment = Comment(text, "Dr. K.")
    sheet["C3"].comment = Comment("WARNING: found by check", AUTHOR)
    book.save(path)
    path.with_name("list.xlsx.map.yaml").write_text(draft_map(path), encoding="utf-8")
    (first, second), found = _records(path)
    assert first.parts[0].note == "Note on Datum: gesperrt bis 2130"
    assert present(first.parts[0].access).status == "restricted"
    assert second.parts[0].note == "Kopie"
    assert found["tables-cell-note"] == ["B1 the note of this cell is not imported: “nur Jahre”"]
    assert "E3 the note “Kopie” is imported as a remark" in found["tables-read-as"]
    assert "found by check" not in str(found)


def test_a_thread_of_comments_is_read_with_its_replies(tmp_path: Path) -> None:
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    old = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            f'<r><a Type="{old}" Target="/xl/comments1.xml"/>'
            f'<b Type="{kind}" Target="../threads/t1.xml"/><c Type="{old}" Target="gone.xml"/></r>',
        )
        archive.writestr(
            "xl/comments1.xml",
            f'<comments xmlns="{space}"><authors><author>A</author></authors><commentList>'
            '<comment ref="B2" authorId="0"><text><t>[Threaded comment] …</t></text></comment>'
            '<comment ref="C2" authorId="9"><text><r><t>one </t></r><r><t>two</t></r></text>'
            "</comment></commentList></comments>",
        )
        archive.writestr(
            "xl/threads/t1.xml",
            '<t xmlns="x"><c ref="B2"><text>Wer?</text></c>'
            '<c ref="B2"><text>Ulbricht</text></c></t>',
        )
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        found = notes_of(archive, "xl/worksheets/sheet1.xml")
    assert found == {"B2": ("", "Wer?\nUlbricht"), "C2": ("", "one two")}


def test_a_cell_beyond_the_header_is_reported(tmp_path: Path) -> None:
    path = _list(tmp_path, "nr,Datum,von\na,1960,Ann\n,,,,left over\nb,1961,Ben,,more\n")
    found = _by_code(read_tables(path)[1])
    assert [message[0] for message in found["tables-row-left-out"]] == ["3"]
    assert found["tables-row-ragged"] == ["D4 the row has 5 cells, but the header has 3"]


def test_a_heading_about_a_restriction_is_an_error(tmp_path: Path) -> None:
    path = _list(tmp_path, "nr,Datum,von\na,1960,Ann\n--- gesperrt bis 2030 ---,,\nb,1961,Ben\n")
    _, report = read_tables(path)
    assert "tables-restriction-unmapped" in _by_code(report)
    path = _list(tmp_path, "Briefe gesperrt bis 2030,,\nnr,Datum,von\na,1960,Ann\n")
    assert "tables-restriction-unmapped" in _by_code(read_tables(path)[1])


def test_a_formula_or_an_error_outside_the_letters_is_not_an_error(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = present(book.active)
    sheet.append(["nr", "Datum", "von", "Prüfung"])
    sheet.append(["a", "1960", "Ann", "=1/0"])
    sheet.append(["Summe:", "=COUNTA(B2:B2)", None, None])
    book.create_sheet("Notizen").append(["Regal 4"])
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "list.xlsx.map.yaml").write_text(draft_map(tmp_path / "list.xlsx"))
    records, found = _records(tmp_path / "list.xlsx")
    assert len(records) == 1
    assert "Notizen" in found["tables-sheet-ignored"][0]


@pytest.mark.parametrize(
    "word", ["?", "N.N.", "unbekannt", "[unbekannt]", "b.d.", "s.a.", "o. O.", "неизвестен", "k.A."]
)
def test_words_for_unknown_are_not_read_as_people_or_places(word: str, tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        f"id,from,to,place,langs\na,{word},Ann; {word},{word},{word}\n",
        "id: id, from: sender, to: recipients, place: place, langs: languages",
        'unknown: ["k.A."]\n',
    )
    (record,), found = _records(path)
    assert [agent.name for agent in record.agents] == ["Ann"]
    assert (record.sender, record.place, record.parts) == ((), None, ())
    assert len(found["tables-read-as"]) >= 4


def test_people_offices_and_organizations_are_distinguished(tmp_path: Path) -> None:
    names = {
        "Müller, Hans (Minister)": ("Müller, Hans", "person", "Minister"),
        "MfAA": ("MfAA", "organization", None),
        "Ministerstwo Spraw Zagranicznych": (None, "organization", None),
        "Außenministerium / Abt. II": (None, "organization", None),
        "Genosse Ulbricht": ("Ulbricht", "person", None),
        "Gen. Franco": ("Gen. Franco", "person", None),
        "Schmidt, Erna (1890–1960)": (None, "person", None),
        "LENIN": ("LENIN", "person", None),
        "Plant, R.": ("Plant, R.", "person", None),
        "Ambasciata d'Italia": (None, "organization", None),
        "Cruz Roja": (None, "organization", None),
        "Legación de México": (None, "organization", None),
    }
    path = _list(tmp_path, "id;from\na;" + " | ".join(names) + "\n")
    (record,), _ = _records(path)
    assert [(a.name, a.kind, a.role) for a in record.agents] == [
        (name or text, kind, role) for text, (name, kind, role) in names.items()
    ]
    assert [agent.as_written for agent in record.agents] == list(names)
    assert record.title.startswith("Letter from Hans Müller and MfAA and Ministerstwo ")
    assert record.title.endswith(" and others")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("dt.", "de"), ("engl.", "en"), ("pol.", "pl"), ("frz.", "fr"), ("russ.", "ru"),
        ("German", "de"), ("eng", "en"), ("rus", "ru"), ("ger", "de"), ("ru-Latn", "ru-Latn"),
        ("ted.", "de"), ("ingl.", "en"), ("dt./russ.", "de ru"), ("German and French", "de fr"),
        ("Yoruba", "yo"),
        ("polski, niem.", "pl de"),
    ],
)  # fmt: skip
def test_languages_are_read_from_names_and_abbreviations(
    text: str, tags: str, tmp_path: Path
) -> None:
    path = _list(tmp_path, f'id,Sprache\na,"{text}"\n')
    (record,), _ = _records(path)
    assert " ".join(record.parts[0].languages) == tags


def test_a_bare_number_that_can_mean_files_in_two_folders_is_a_question(tmp_path: Path) -> None:
    for name in ("D/a/1.txt", "D/b/1.jpg", "D/a/2.txt", "D/b/2.jpg", "D/a/3.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    path = _list(tmp_path, "Nr,Datum,von,Datei\n1,1960,A,\n2,1961,B,2\n3,1962,C,\n")
    _, report = read_tables(path, files=tmp_path / "D")
    asked = [(one.location.cell, one.message, one.hint) for one in report.errors]
    assert asked == [
        (
            "2",
            "“1”: several files have this number",
            "Write “a/1.txt” or “b/1.jpg”, or both with a semicolon.",
        ),
        (
            "D3",
            "“2”: several files have this number",
            "Write “a/2.txt” or “b/2.jpg”, or both with a semicolon.",
        ),
    ]


def test_an_abbreviation_is_not_a_rare_language(tmp_path: Path) -> None:
    (record,), found = _records(_list(tmp_path, "id,Sprache\na,kpl.\n"))
    assert record.parts[0].languages == ()
    assert "“kpl.” is not recognized as a language" in found["tables-language-unread"][0]


def test_a_column_of_attachments_with_file_names_has_the_files_of_the_letters(
    tmp_path: Path,
) -> None:
    path = _list(tmp_path, "Segnatura,Data,Allegato\na,1960,a.pdf\nb,1961,b\nc,1962,c p.1\n")
    assert read_mapping(path.with_name("list.csv.map.yaml")).columns["Allegato"] == "files"
    path = _list(tmp_path, "Segnatura,Data,Allegato\na,1960,una mappa\nb,1961,due foto\n")
    assert read_mapping(path.with_name("list.csv.map.yaml")).columns["Allegato"] == "enclosures"


def test_separators_are_declared_for_each_column(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        "id,title,from,subjects,to\na,A | B,Ann | Ben,Trade|Tariffs; duties,Cy; Di\n",
    )
    mapping = read_mapping(path.with_name("list.csv.map.yaml"))
    assert mapping.separators == {"from": "|", "subjects": "|"}
    (record,), _ = _records(path)
    assert [agent.name for agent in record.agents] == ["Ann", "Ben", "Cy", "Di"]
    assert [subject.term for subject in record.subjects] == ["Trade", "Tariffs; duties"]
    assert record.title == "A | B"


@pytest.mark.parametrize(
    ("cells", "edtf", "code"),
    [
        ("1911-05-03,1911-05-05,", "1911-05-03/1911-05-05", ""),
        ("1911-05-03,,", "1911-05-03", ""),
        ("1911-05-03,1911-05-03,3 May 1911", "1911-05-03", ""),
        ("1911,1912,about then", "1911/1912", "tables-date-unread"),
        ("1912,1911,", "None", "tables-cell-ambiguous"),
        ("1911,1912,5 June 1960", "None", "tables-cell-ambiguous"),
        ("1911|1923,,", "None", "tables-date-unread"),
    ],
)
def test_the_first_and_last_day_become_one_date(
    cells: str, edtf: str, code: str, tmp_path: Path
) -> None:
    path = _list(tmp_path, f"id,Begin,End,Dates\na,{cells}\n")
    columns = read_mapping(path.with_name("list.csv.map.yaml")).columns
    assert list(columns.values()) == ["id", "date_begin", "date_end", "date"]
    (record,), found = _records(path)
    assert str(record.date.edtf if record.date else None) == edtf
    assert not code or code in found


@pytest.mark.parametrize(
    ("cells", "edtf"),
    [
        ("1911-05-03,1911-05-05", "[1911-05-03..1911-05-05]"),
        ("1911-05,1911-06-02", "[1911-05-01..1911-06-02]"),
        ("1911,1911", "1911"),
        ("1911,", "[1911..]"),
        (",1911", "[..1911]"),
        ("1912,1911", "None"),
    ],
)
@pytest.mark.parametrize("headers", ["notBefore,notAfter", "senderDateEarliest,senderDateLatest"])
def test_the_earliest_and_latest_day_become_one_uncertain_date(
    headers: str, cells: str, edtf: str, tmp_path: Path
) -> None:
    path = _list(tmp_path, f"id,{headers}\nx,1900,1901\na,{cells}\n")
    columns = read_mapping(path.with_name("list.csv.map.yaml")).columns
    assert list(columns.values()) == ["id", "date_earliest", "date_latest"]
    records, _ = _records(path)
    assert str(present(records[1].date).edtf) == edtf


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("senderDateFrom", "date_begin"),
        ("Datum von", "date_begin"),
        ("date_to", "date_end"),
        ("dateNotAfter", "date_latest"),
        ("addresseeDateTo", "-"),
        ("from_date", "date"),
        ("to_date", "received"),
    ],
)
def test_an_end_of_a_range_is_not_taken_for_a_date_or_a_role(header: str, field: str) -> None:
    assert field_named(header) == field


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("publicationReady", "true false true", "-"),
        ("notes", "x x x", "-"),
        ("Druck", "ja nein nein", "-"),
        ("Druck", "ja Rom nein", "publications"),
        ("type", "Draft Sent Draft", "-"),
        ("type", "Brief letter Draft", "type"),
    ],
)
def test_a_field_is_guessed_from_header_and_values_together(
    header: str, values: str, field: str, tmp_path: Path
) -> None:
    rows = "".join(f"{number},{value}\n" for number, value in enumerate(values.split(), 1))
    path = _list(tmp_path, f"id,{header}\n{rows}")
    assert read_mapping(path.with_name("list.csv.map.yaml")).columns[header] == field


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("From,To,Sent on,Received on", "Ada,Ben,3 May 1870,9 May 1870",
         "sender recipients date received"),
        ("From,To,Sent from,Sent to", "Ada,Ben,Exton,Wyeford", "sender recipients - -"),
        ("Authors,Authors as marked,Addressees", "One,A. O.,Two", "sender - recipients"),
        ("addressee,addresseeOrg", "Ben Two,Board", "recipients recipients"),
        ("Datum,Datum (ISO)", "Pfingsten 1870,1870-06-05", "date_as_written date"),
        ("Year date,Standard gregorian date", "1666,1666-09-21", "- date"),
        ("Datum,Datum (ISO)", "5. Juni 1870,1870-06-05", "date -"),
    ],
)  # fmt: skip
def test_columns_with_several_names_and_dates_are_mapped_to_different_fields(
    header: str, row: str, columns: str, tmp_path: Path
) -> None:
    path = _list(tmp_path, f"id,{header}\na,{row}\n")
    guessed = read_mapping(path.with_name("list.csv.map.yaml")).columns
    assert " ".join(list(guessed.values())[1:]) == columns


_VALUES = {
    "type": "telegram", "licence": "CC-BY-4.0", "languages": "de", "access": "open",
    "access_until": "2030",
}  # fmt: skip


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("field", [name for name in TARGETS if name not in ("id", *_VALUES)])
def test_every_word_of_a_cell_is_in_the_record_or_the_report(
    field: str, columns: int, tmp_path: Path
) -> None:
    words = ["Qone Qtwo", "Qthree Qfour"][:columns]
    known = {"id": "L1", "sender": "Ada One", "repository": "Museum"}
    known.pop(field, None)
    mapping = [f"{name}: {name}" for name in known]
    mapping += [f"{number}: {field}" for number in range(columns)]
    header = ",".join([*known, *map(str, range(columns))])
    path = _list(tmp_path, f"{header}\n{','.join([*known.values(), *words])}\n",
                 ", ".join(f'"{one.replace(": ", chr(34) + ": ")}' for one in mapping))  # fmt: skip
    records, report = read_tables(path)
    said = str([record.as_json() for record in records]) + str([f.message for f in report])
    assert [word for word in " ".join(words).split() if word not in said] == []


def test_an_editors_signs_become_the_confidence_of_names_and_places(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        'id,from,to,place\na,[Anna Orlov],Ben Two?,"[Exton?]"\nb,Anna Orlov,(Ben Two),Exton\n',
    )
    records, _ = _records(path)
    for record in records:
        assert [agent.name for agent in record.agents] == ["Anna Orlov", "Ben Two"]
        assert present(record.place).name == "Exton"
    first, second = records
    assert [agent.as_written for agent in first.agents] == ["[Anna Orlov]", "Ben Two?"]
    assert present(first.place).as_written == "[Exton?]"
    doubts = [(item.field, item.confidence) for item in first.evidence if item.confidence]
    assert doubts == [
        ("place", "guess"),
        ("sender.anna-orlov", "probable"),
        ("recipients.ben-two", "guess"),
    ]
    assert not any(item.confidence for item in second.evidence)


@pytest.mark.parametrize(
    ("begin", "code"),
    [("harvest", "tables-date-unread"), ("04/05/1911", "tables-cell-ambiguous")],
)
def test_a_date_with_an_unclear_beginning_stays_open(begin: str, code: str, tmp_path: Path) -> None:
    path = _list(tmp_path, f"id,Begin,End\na,{begin},1911-06-01\n")
    (record,), found = _records(path)
    assert record.date
    assert (record.date.edtf, record.date.as_written) == (None, f"{begin} – 1911-06-01")
    assert "; the first and last day are not used" in found[code][0]


def test_a_second_column_for_a_field_with_one_value_is_reported(tmp_path: Path) -> None:
    path = _list(
        tmp_path, "id,Date,Release date\na,1960,2041\n", "id: id, Date: date, Release date: date"
    )
    records, report = read_tables(path)
    assert "tables-restriction-unmapped" in _by_code(report)
    path = _list(tmp_path, "id,D1,D2\na,1960,1961\nb,,1962\n", "id: id, D1: date, D2: date")
    records, found = _records(path)
    assert [str(record.date.edtf) for record in records if record.date] == ["1960", "1962"]
    assert found["tables-cell-left-out"][0].startswith("C2 ")


def test_an_id_from_a_repeated_call_number_gets_an_unused_suffix(tmp_path: Path) -> None:
    path = _list(tmp_path, "Signatur,Datum\nA 7,1960\nA 7,1961\nA-7-2,1962\nA 7,1963\n")
    records, found = _records(path)
    assert [record.id for record in records] == ["A-7", "A-7-3", "A-7-2", "A-7-4"]
    assert [record.identifiers[0].value for record in records if record.identifiers] == ["A 7"] * 3
    assert len(found["tables-row-repeated"]) == 2


def test_a_message_about_a_date_is_english_in_every_language(tmp_path: Path) -> None:
    with within("de"):
        _, found = _records(_list(tmp_path, "id,date\na,4/5/60\n", "id: id, date: date"))
    [message] = found["tables-cell-ambiguous"]
    assert "can be read as 4 May 1960 (1960-05-04) or" in message


def test_a_file_can_show_which_id_a_repeated_one_should_be(tmp_path: Path) -> None:
    files = ("Brief 7.jpg", "aa12-8 Kopie.jpg", "aa12-9.jpg", "aa12-7.jpg", "b 6.jpg")
    rows = "\n".join(f"AA 12/7,{name}" for name in files)
    path = _list(tmp_path, f"Signatur,Datei\n{rows}\nAA 12/9,c.jpg\n", "Signatur: id, Datei: files")
    _, report = read_tables(path)
    hints = [found.hint for found in report if found.code == "tables-row-repeated"]
    plain = "To choose the id yourself, correct the cell."
    asked = f"Is AA 12/8 meant, as in the name of the file aa12-8 Kopie.jpg? {plain}"
    assert hints == [asked, plain, plain, plain]


def test_a_column_of_classifications_withholds_no_letter(tmp_path: Path) -> None:
    marked = "id,Geheim?\na,VVS\nb,streng geheim\nc,\nd,gesperrt bis 2030\n"
    _, found = _records(_list(tmp_path, marked, "id: id, Geheim?: classification"))
    message = "“Geheim?” is the classification of 2 letters; it withholds none of them"
    assert found["tables-classification-open"] == [f"B1 {message}"]


@pytest.mark.parametrize("header", ["Signatur", "Reference code"])
def test_a_call_number_becomes_the_id_instead_of_a_running_number(
    header: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"No.,{header},Title\n1,AA 7,First\n2,AA 9,Second\n")
    path.with_name("list.csv.map.yaml").write_text(draft_map(path))
    columns = read_mapping(path.with_name("list.csv.map.yaml")).columns
    assert columns == {"No.": "-", header: "id", "Title": "title"}


def test_the_map_records_the_encoding_of_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,Empfänger\na,Müller\n".encode("cp1252"))
    path.with_name("list.csv.map.yaml").write_text(draft_map(path, encoding="cp1252"), "utf-8")
    (record,), _ = _records(path)
    assert record.agents[0].name == "Müller"


ATOM = (
    "legacyId,identifier,title,levelOfDescription,repository,scopeAndContent,accessConditions,"
    "language,locationOfOriginals,subjectAccessPoints,placeAccessPoints,nameAccessPoints,"
    "genreAccessPoints,descriptionStatus,scriptOfDescription,publicationStatus,eventDates,"
    "eventStartDates,eventEndDates,eventActors,culture\n"
    "1,F1-1,Letter,Item,An archive,On ducks,Open,en|fr,Rome,Trade|Tariffs,China,The Bureau,Letters,"
    'Final,Latn,Published,"18 July 1960",1960-07-18,1960-07-18,"Orlov, A.|Petrov, B.",en\n'
)
ASPACE = (
    "title,unit_id,hierarchy,level,dates_label,begin,end,date_type,expression,agent_1_relator,"
    "agent_1_role,people_agent_header_1,n_scopecontent,n_accessrestrict,l_lang\n"
    'Letter,F1-1,1,item,creation,1960-07-18,1960-07-18,single,18 July 1960,aut,creator,"Doe, J.",'
    "About,Open,rus\n"
)
ISLANDORA = (
    "id,field_local_identifier,title,field_linked_agent,field_edtf_date_created,field_description,"
    "field_language\n"
    '17,F1-1,Letter,"relators:aut:person:Doe, Jane",1960-07-18,About ducks,en\n'
)
OMEKA = (
    "dcterms:identifier,dcterms:title,dcterms:creator,dcterms:date,dcterms:description,"
    "dcterms:language,dcterms:rights,dcterms:spatial,dcterms:accessRights\n"
    'F1-1,Letter,"Doe, Jane",1960-07-18,About ducks,en,CC BY,Moscow,Open\n'
)


@pytest.mark.parametrize(
    ("text", "senders", "left_out"),
    [
        (ATOM, ["Orlov, A.", "Petrov, B."], 6),
        (ATOM.replace("Id,", "Id,parentId,", 1).replace("\n1", "\n1,"), None, 7),
        (ATOM.removeprefix("legacyId,").replace("\n1,", "\n"), None, 5),
        (ASPACE, ["Doe, J."], 6),
        (f"ref_id,{ASPACE}".replace("\nLetter", f"\n{'0af5' * 8},Letter"), ["Doe, J."], 7),
        (ISLANDORA, ["Doe, Jane"], 1),
        (ISLANDORA.removeprefix("id,").replace("\n17,", "\n"), ["Doe, Jane"], 0),
        (OMEKA, ["Doe, Jane"], 0),
        (OMEKA.replace("dcterms:", "dc."), ["Doe, Jane"], 0),
        (OMEKA.replace("dcterms:", "http://purl.org/dc/terms/"), ["Doe, Jane"], 0),
    ],
)
def test_exports_of_cataloguing_systems_are_recognized(
    text: str, senders: list[str] | None, left_out: int, tmp_path: Path
) -> None:
    (record,), found = _records(_list(tmp_path, text))
    assert record.id == "F1-1"
    assert record.identifiers == ()
    assert [record.agent(one).name for one in record.sender] == (
        senders or ["Orlov, A.", "Petrov, B."]
    )
    assert record.date is not None
    assert str(record.date.edtf) == "1960-07-18"
    assert record.parts[0].access is None or record.parts[0].access.status == "open"
    assert len(found.get("tables-column-left-out", ())) == left_out
    assert record.summary is not None
    assert record.summary.text.startswith(("On ducks", "About"))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    for name in (
        "AA_12_01.txt", "aa12-3 Kopie.pdf", "AA12_4 S.1.jpg", "AA12_4 S.2.jpg", "sub/Brief 5.docx",
        "AA 12-6.txt", "AA 12-6 Übersetzung.docx", "AA-12-7/Seite 1.jpg", "AA-12-7/Seite 2.jpg",
        "AA12_9.JPG", "a/same.txt", "b/same.txt", "leftover.txt", "~$Brief 5.docx", "._AA12_9.JPG",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("cell", "given", "paths"),
    [
        ("AA_12_01.txt", "", ["AA_12_01.txt"]),
        ("AA_12_01", "", ["AA_12_01.txt"]),
        ("aa 12-1.TXT", "", ["AA_12_01.txt"]),
        ("aa12-3 Kopie", "", ["aa12-3 Kopie.pdf"]),
        ("AA12_4 S.1.jpg", "", ["AA12_4 S.1.jpg", "AA12_4 S.2.jpg"]),
        ("Brief 5.docx", "", ["sub/Brief 5.docx"]),
        ("scans\\..\\x", "", []),
        ("AA-12-7", "", ["AA-12-7/Seite 1.jpg", "AA-12-7/Seite 2.jpg"]),
        ("a/same.txt", "", ["a/same.txt"]),
        ("", "AA 12/3", ["aa12-3 Kopie.pdf"]),
        ("", "AA 12/4", ["AA12_4 S.1.jpg", "AA12_4 S.2.jpg"]),
        ("", "AA 12/6", ["AA 12-6.txt", "AA 12-6 Übersetzung.docx"]),
        ("", "AA 12/7", ["AA-12-7/Seite 1.jpg", "AA-12-7/Seite 2.jpg"]),
        ("AA 12-6.txt", "AA 12/6", ["AA 12-6.txt", "AA 12-6 Übersetzung.docx"]),
        ("", "5", ["sub/Brief 5.docx"]),
        ("AA12 4", "", ["AA12_4 S.1.jpg", "AA12_4 S.2.jpg"]),
        ("AA12_9", "5", ["AA12_9.JPG"]),
        ("missing.txt", "5", []),
        ("", "AA 12/2", []),
        ("", "AA 1/2", []),
    ],
)
def test_files_are_found_by_name_folder_id_and_page(
    cell: str, given: str, paths: list[str], scans: Path
) -> None:
    found = LetterFiles(scans).assign([(2, [cell] if cell else [], given)])[2]
    assert found.paths == paths


def test_both_sides_and_a_translation_are_found_by_the_call_number(tmp_path: Path) -> None:
    names = ["AA 12-8 reverso.jpg", "AA 12-8 trad inglesa.txt", "AA 12-8 copia.pdf", "anverso.jpg"]
    for name in (*names, "AA 12-8 inglesa.txt"):
        (tmp_path / name).write_bytes(b"x")
    found = LetterFiles(tmp_path).assign([(2, ["anverso.jpg"], "AA 12/8")])[2]
    assert sorted(found.paths) == sorted(names)


def test_a_name_that_is_proposed_has_the_same_numbers(tmp_path: Path) -> None:
    for name in ("NI 3-1.txt", "NI 3-11 copy of it.pdf"):
        (tmp_path / name).write_bytes(b"x")
    found = LetterFiles(tmp_path).assign([(2, ["NI 3-11 copy o.pdf"], "")])[2]
    assert found.missing["NI 3-11 copy o.pdf"] == "Did you mean “NI 3-11 copy of it.pdf”?"


def test_a_file_of_another_row_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "ms12-6.txt").write_bytes(b"x")
    rows = [(2, ["ms12-x.txt"], "MS 12/3"), (3, ["ms12-6.txt"], "MS 12/6")]
    hint = LetterFiles(tmp_path).assign(rows)[2].missing["ms12-x.txt"]
    assert hint == "Put it there, correct the cell, or clear it."
    assert "ms12-6.txt" in LetterFiles(tmp_path).assign(rows[:1])[2].missing["ms12-x.txt"]


def test_a_file_that_is_missing_or_ambiguous_is_reported_at_its_cell(scans: Path) -> None:
    rows = ["same.txt", "aa12-3 Kopia.pdf", "nothing like it"]
    missing = LetterFiles(scans).assign([(2, rows, "")])[2].missing
    assert "“a/same.txt” or “b/same.txt”" in missing["same.txt"]
    assert missing["aa12-3 Kopia.pdf"] == "Did you mean “aa12-3 Kopie.pdf”?"
    path = _list(scans.parent, "id,Datum,Datei\na,irgendwann,aa12-3 Kopia.pdf\nb,1960,AA12_9\n")
    records, report = read_tables(path, files=scans)
    found = _by_code(report)
    assert records == []
    assert found["tables-list-file-missing"][0].startswith("C2 ")
    assert found["tables-date-unread"][0].startswith("B2 ")
    (unused,) = found["tables-list-files-unused"]
    assert "12 files" in unused


def test_only_two_levels_of_a_folder_are_searched_unless_it_is_named(tmp_path: Path) -> None:
    for name in ("a.txt", "1/b.txt", "1/2/c.txt", "1/2/3/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert LetterFiles(tmp_path, is_given=False).paths == ["1/2/c.txt", "1/b.txt", "a.txt"]
    assert len(LetterFiles(tmp_path).paths) == 4


def test_the_kind_of_a_part_is_guessed_from_the_name_of_its_file() -> None:
    kinds = {
        "a.txt": "transcription", "a.JPG": "scan", "a.pdf": "scan", "a.mp3": "original",
        "AA 1 Übersetzung.docx": "translation", "transl_3.txt": "translation",
        "tłumaczenie.docx": "translation", "tradition.txt": "transcription",
    }  # fmt: skip
    assert {name: kind_of_file(name) for name in kinds} == kinds


def test_a_translation_found_by_its_file_name_has_no_language(scans: Path) -> None:
    path = _list(scans.parent, "id,Sprache,Datei\nAA 12/6,dt.,AA 12-6.txt\n")
    (record,), _ = _records(path, scans)
    text, translation = record.parts
    assert (text.kind, text.languages) == ("transcription", ("de",))
    assert text.media_type == "text/plain"
    assert (translation.kind, translation.made_from) == ("translation", (text.id,))
    assert translation.languages == ()


def test_the_map_names_the_encoding_of_text_files_that_are_not_utf_8(tmp_path: Path) -> None:
    rows = "Signatura;De;A;Archivo\nNI 1;Peña, José;Núñez, Ana;1.txt\nNI 2;;;2.txt\n"
    path = _list(tmp_path, rows)
    (tmp_path / "1.txt").write_bytes("París".encode("cp1252"))
    (tmp_path / "2.txt").write_text("París")
    mapping = path.with_name(f"{path.name}.map.yaml")
    report = read_list(path, mapping, check_files=check_record)[1]
    (undecodable,) = report.errors
    assert (undecodable.code, undecodable.location.cell) == ("text-undecodable", "D2")
    assert "Add file_encoding with its encoding to `everywhere` in the map." in undecodable.hint
    text = mapping.read_text("utf-8")
    assert '"A": recipients' in text
    everywhere = "everywhere:\n  file_encoding: windows-1252"
    mapping.write_text(text.replace("everywhere:", everywhere), "utf-8")
    records, report = read_list(path, mapping, check_files=check_record)
    assert report.ok
    assert [record.parts[0].encoding for record in records] == ["windows-1252", None]


def test_a_row_without_a_file_and_a_shared_file_are_reported(scans: Path) -> None:
    path = _list(scans.parent, "id,Datum,Datei\nL1,1960,AA12_9\nL2,1960,AA12_9\nL3,1960,\n")
    records, found = _records(path, scans)
    assert [len(record.parts) for record in records] == [1, 1, 0]
    assert "AA12_9.JPG" in found["tables-list-file-shared"][0]
    assert found["tables-row-without-file"][0].startswith("4 ")


def test_missing_files_are_reported_one_by_one_only_if_their_folder_is_given(scans: Path) -> None:
    path = _list(scans.parent, "id,Datum,Datei\na,1960,x.txt\nb,1960,y.txt\n")
    shutil.move(scans, scans.parent.parent / "elsewhere")
    _, found = _records(path)
    assert len(found["tables-files-elsewhere"]) == 1
    _, report = read_tables(path, files=scans.parent.parent / "elsewhere")
    assert len(_by_code(report)["tables-list-file-missing"]) == 2
    shutil.rmtree(scans.parent.parent / "elsewhere")


def test_an_import_copies_files_and_protects_changed_ones(scans: Path) -> None:
    path = _list(scans.parent, "id,Datum,Datei\nL1,1960,sub/Brief 5.docx\nL2,1961,AA12_9\n")
    records, _ = _records(path, scans)
    out = scans.parent / "records"
    assert write_records(records, out, files=scans) == (2, 0)
    assert load_record(out / "L1").files == ("sub/Brief 5.docx",)
    assert (out / "L1" / "sub" / "Brief 5.docx").read_bytes() == b"x"
    assert write_records(records, out, files=scans) == (0, 2)
    (out / "L2" / "AA12_9.JPG").write_bytes(b"corrected")
    with pytest.raises(StorageError, match="would change"):
        write_records(records, out, files=scans)
    assert (out / "L2" / "AA12_9.JPG").read_bytes() == b"corrected"
    assert write_records(records, out, files=scans, replace=True) == (1, 1)
    assert (out / "L2" / "AA12_9.JPG").read_bytes() == b"x"
    assert not list(out.rglob(".*"))
