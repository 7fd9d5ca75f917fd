"""Lists that say who may see a letter: no restriction is lost or lifted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive_pkg.packages.access.visibility import withheld
from archive_pkg.reports import Report
from archive_pkg.tables import check, draft_map, read_tables
from archive_pkg.tables.lists import header_words
from archive_pkg.tables.lists.access_words import read_access, speaks_of_access
from archive_pkg.tables.lists.mapping import read_mapping
from typed import present


@pytest.mark.parametrize(
    ("header", "text", "meant"),
    [
        ("Sperrfrist", "gesperrt bis 2030", "restricted 2030"),
        ("Access", "closed until 1 Jan 2031", "restricted 2031-01-01"),
        ("Accès", "fermé jusqu'au 31 décembre 2040", "restricted 2040-12-31"),
        ("Dostęp", "zastrzeżone do 2035 r.", "restricted 2035"),
        ("Доступ", "закрыто до 1 января 2031 г.", "restricted 2031-01-01"),
        ("Acceso", "cerrado hasta 2040", "restricted 2040"),
        ("Accesso", "riservato fino al 2045", "restricted 2045"),
        ("Sperrfrist", "2030", "restricted 2030"),
        ("Sperrfrist", "bis 2030 gesperrt", "restricted 2030"),
        ("Zugang", "frei ab 2031", "restricted 2031-01-01"),
        ("Sperrfrist", "30 Jahre", "restricted 1990"),
        ("Access", "closed for 80 years", "restricted 2040"),
        ("Zugang", "frei", "open"),
        ("accessConditions", "Open for research", "open"),
        ("Consultabilità", "liberamente consultabile", "open"),
        ("Consultabilità", "libera consultazione", "open"),
        ("Dostęp", "bez ograniczeń", "open"),
        ("Sperre", "nicht gesperrt", "open"),
        ("Status", "zastrzeżone", "closed"),
        ("Geheim?", "ja", "closed"),
        ("Geheim?", "nein", "open"),
        ("Zugänglich?", "nein", "closed"),
        ("Sperrfrist", "–", ""),
    ],
)
def test_access_is_read_from_values_in_several_languages(
    header: str, text: str, meant: str
) -> None:
    read = read_access(text, header, "1960-07-18")
    assert f"{read.status} {read.until}".strip() == meant
    assert not read.question


@pytest.mark.parametrize(
    "text",
    ["?", "vielleicht", "bis 30", "4/5/30", "open until 2025", "ab 2020 gesperrt", "2030?", "ja"],
)
def test_an_unclear_value_means_closed_access_and_a_question(text: str) -> None:
    read = read_access(text, "Status")
    assert read.status == "closed"
    assert text in read.question


def test_a_term_of_years_from_an_uncertain_date_is_a_question() -> None:
    for date in ("", "1960?", "[1959..1961]"):
        assert read_access("30 Jahre", "Sperrfrist", date).question


@pytest.mark.parametrize(
    "header", ["accessionNumber", "nameAccessPoints", "Zugangsnummer", "Secretary", "Accessed"]
)
def test_a_header_that_resembles_a_word_for_access_is_not_about_access(header: str) -> None:
    assert not speaks_of_access(header)


def test_the_known_headers_of_other_fields_are_not_about_access() -> None:
    others = {
        header
        for target, headers in header_words._HEADERS.items()
        if target != "classification"
        for header in headers.split()
    }
    assert not {header for header in others if speaks_of_access(header)}


def _list(folder: Path, text: str, columns: str = "") -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    mapping = f"columns: {{{columns}}}\n" if columns else draft_map(path)
    path.with_name("list.csv.map.yaml").write_text(mapping, encoding="utf-8")
    return path


def _found(report: Report, code: str) -> list[str]:
    return [finding.message for finding in report if finding.code == code]


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("Sperrfrist", "gesperrt bis 2030", "access"),
        ("Sperrfrist", "2030", "access_until"),
        ("Embargo date", "2031-01-01", "access_until"),
        ("Release date", "1 Jan 2041", "access_until"),
        ("Freigabe", "2041", "access_until"),
        ("Reason for restriction", "Data Protection Act", "access_rule"),
        ("Grund der Sperrung", "Archivgesetz § 5", "access_rule"),
        ("Geheim?", "streng geheim", "classification"),
        ("Geheim?", "ja", "access"),
        ("Zastrzeżone", "tak", "access"),
        ("Confidentiel", "oui", "access"),
        ("n_accessrestrict", "Open", "access"),
    ],
)
def test_a_column_about_access_is_mapped_by_its_name_and_values(
    header: str, value: str, field: str, tmp_path: Path
) -> None:
    path = _list(tmp_path, f"id;{header}\na;{value}\n")
    assert read_mapping(path.with_name("list.csv.map.yaml")).columns[header] == field


@pytest.mark.parametrize("header", ["Sperrfrist", "Geheim?", "zastrzeżone", "restricted", "Accès"])
@pytest.mark.parametrize("field", ['"-"', "remarks", ""])
def test_a_column_about_access_is_an_error_until_it_is_mapped_or_waived(
    header: str, field: str, tmp_path: Path
) -> None:
    columns = f'id: id, "{header}": {field}' if field else "id: id"
    path = _list(tmp_path, f"id;{header}\na;2030\n", columns)
    for report in (check(path), read_tables(path)[1]):
        assert _found(report, "tables-restriction-unmapped")
        assert not report.ok
    for waived in ("access", "no_restriction"):
        path = _list(tmp_path, f"id;{header}\na;2030\n", f'id: id, "{header}": {waived}')
        assert check(path).ok


def test_a_restriction_in_a_column_of_remarks_is_reported_and_applied(tmp_path: Path) -> None:
    text = "id;Notiz\na;Durchschlag\nb;s. auch a, gesperrt bis 2030\n"
    path = _list(tmp_path, text, 'id: id, Notiz: "-"')
    (message,) = _found(check(path), "tables-restriction-unmapped")
    assert "gesperrt bis 2030" in message
    records, report = read_tables(_list(tmp_path, text, "id: id, Notiz: remarks"))
    assert report.ok
    assert [part.access and part.access.status for r in records for part in r.parts] == [
        None,
        "closed",
    ]
    assert _found(report, "tables-access-asked")


def test_every_column_that_is_not_imported_is_reported_each_time(tmp_path: Path) -> None:
    path = _list(tmp_path, "id;Farbe;Gewicht\na;rot;2\n", 'id: id, Farbe: "-"')
    for report in (check(path), read_tables(path)[1]):
        (left_out,) = _found(report, "tables-column-left-out")
        (unmapped,) = _found(report, "tables-column-unmapped")
        assert "“Farbe” is not imported (1 cell filled, such as “rot”)" in left_out
        assert "“Gewicht” is not imported" in unmapped


def _access(path: Path) -> tuple[dict[str, Any], Report]:
    records, report = read_tables(path)
    return {r.id: r.parts[0].access if r.parts else None for r in records}, report


def test_a_restriction_applies_to_all_parts_of_the_letter(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        "id,Sperrfrist,Rechtsgrundlage,Datei\n"
        "a,gesperrt bis 2030,ArchG § 5,a1.jpg; a2.txt\nb,,,b.txt\nc,gesperrt,,\n",
        "id: id, Sperrfrist: access, Rechtsgrundlage: access_rule, Datei: files",
    )
    records, report = read_tables(path)
    assert report.ok
    first, second, third = records
    ends = [present(part.access.until) for part in first.parts if part.access]
    assert [end.edtf for end in ends] == ["2030"] * 2
    assert {part.access.rule for part in first.parts if part.access} == {"ArchG § 5"}
    assert len(withheld(first, "public")) == 2
    assert second.parts[0].access is None
    # A letter without a file has a part that is not held, so that the restriction is recorded.
    (part,) = third.parts
    assert (part.held, part.access.status if part.access else "") == (False, "closed")


def test_an_end_in_another_column_completes_the_restriction(tmp_path: Path) -> None:
    path = _list(
        tmp_path,
        "id,Access,Until\na,restricted,2030\nb,open,\nc,closed,soon\n",
        "id: id, Access: access, Until: access_until",
    )
    access, report = _access(path)
    assert report.ok
    assert (access["a"].status, str(access["a"].until.edtf)) == ("restricted", "2030")
    assert access["b"] is None
    assert access["c"].status == "closed"
    (asked,) = _found(report, "tables-access-asked")
    assert "soon" in asked


def test_a_row_with_an_empty_access_cell_is_closed_if_other_rows_have_one(tmp_path: Path) -> None:
    path = _list(tmp_path, "id,Zugang,Datei\na,frei,a.txt\nb,,b.txt\n")
    access, report = _access(path)
    assert access["a"].status == "open"
    assert access["b"].status == "closed"
    assert len(_found(report, "tables-access-asked")) == 1


@pytest.mark.parametrize("field", ["access", "access_until"])
def test_a_letter_is_closed_if_its_access_is_a_word_for_unknown(field: str, tmp_path: Path) -> None:
    path = _list(tmp_path, "id,Sperrfrist\na,?\n", f"id: id, Sperrfrist: {field}")
    access, report = _access(path)
    assert access["a"].status == "closed"
    assert _found(report, "tables-access-asked")


def test_a_column_about_access_is_recognized_by_its_values(tmp_path: Path) -> None:
    path = _list(tmp_path, "id,Status\na,frei\nb,closed\n")
    assert read_mapping(path.with_name("list.csv.map.yaml")).columns["Status"] == "access"
    for word in ("closed", "zastrzeżone", "Sperrfrist 2040", "gesperrt bis 2040"):
        path = _list(tmp_path, f"id,Status\na,ok\nb,{word}\n", 'id: id, Status: "-"')
        assert _found(check(path), "tables-restriction-unmapped"), word
    path = _list(tmp_path, "id,Status\na,ok\nb,nicht gesperrt\n", 'id: id, Status: "-"')
    assert check(path).ok


def test_a_row_is_closed_if_a_row_with_the_same_call_number_is_restricted(
    tmp_path: Path,
) -> None:
    path = _list(tmp_path, "Signatur,Sperrfrist\nA 7,gesperrt bis 2130\nA 7,\nA 8,\n")
    access, report = _access(path)
    assert (access["A-7"].status, access["A-7-2"].status, access["A-8"]) == (
        "restricted",
        "closed",
        None,
    )
    assert "another row" in _found(report, "tables-access-asked")[0]


def test_a_file_of_a_restricted_and_an_open_letter_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    text = "id,Sperrfrist,Datei\nL1,gesperrt bis 2130,a.pdf\nL2,{},a.pdf\n"
    report = check(_list(tmp_path, text.format("")))
    assert _found(report, "tables-list-closed-file-shared")
    assert check(_list(tmp_path, text.format("gesperrt"))).ok


def test_a_letter_whose_parts_are_all_closed_is_not_on_the_site(tmp_path: Path) -> None:
    from archive_pkg.collection import make_collection
    from archive_pkg.executors import InProcess
    from archive_pkg.packages import build_package
    from archive_pkg.packages.access.visibility import judged_on
    from archive_pkg.web.site.builder import build_site

    files = {"a.txt": b"Dear Moe,\n", "b.txt": b"Dear Ann,\n"}
    path = _list(tmp_path, "id,Sperrfrist,Datei\na,gesperrt bis 2130,a.txt\nb,,b.txt\n")
    records, _ = read_tables(path)
    for record in records:
        build_package(
            record, tmp_path / "packages", files={name: files[name] for name in record.files}
        )
    done: list[Any] = []
    build_site(
        make_collection(tmp_path / "packages", ""),
        tmp_path / "site",
        done.append,
        executor=InProcess,
        day=judged_on(),
    )
    assert [file.name for file in (tmp_path / "site" / "letters").iterdir()] == ["b.html"]
    assert [one.findings[0].code for one in done if one.outcome == "left out"] == [
        "site-letter-withheld"
    ]
    assert not any(
        b"Dear Moe" in file.read_bytes()
        for file in (tmp_path / "site").rglob("*")
        if file.is_file()
    )
