"""CMIF: where each field of a record goes; one letter or many in a file."""

from __future__ import annotations

from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, minutes, record, talk
from places import expected, places

from archive_pkg.errors import UsageError
from archive_pkg.interchange import ExportContext, export, find_format
from archive_pkg.interchange.exporting import cmif
from archive_pkg.interchange.losses import left_out, losses
from archive_pkg.projects import Project, ProjectFile

HEAD = "TEI/teiHeader/"


def test_each_field_of_a_full_record_is_written_in_its_cmif_element() -> None:
    assert places(export("cmif", full(), FULL_CONTEXT)) == expected("cmif")


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[str]:
    lines = places(export("cmif", record(**fields), context))
    return [line.removeprefix(HEAD + "profileDesc/correspDesc/") for line in lines]


@pytest.mark.parametrize("name", ["?", "N.N.", "[unbekannt]"])
def test_a_correspondent_named_unknown_is_omitted(name: str) -> None:
    agents = [{"id": "a", "kind": "person", "name": name}]
    assert exported(sender=["a"], agents=agents) == exported()


def test_an_unknown_editor_is_written_as_unknown() -> None:
    source = cmif.source_name(["x"])
    assert exported() == [
        "TEI/teiHeader/fileDesc/titleStmt/title: A letter",
        "TEI/teiHeader/fileDesc/titleStmt/editor: Unknown",
        "TEI/teiHeader/fileDesc/publicationStmt/publisher: Unknown",
        "TEI/teiHeader/fileDesc/publicationStmt/idno/@type: url",
        "TEI/teiHeader/fileDesc/publicationStmt/idno: cmif.xml",
        "TEI/teiHeader/fileDesc/publicationStmt/date: ",
        "TEI/teiHeader/fileDesc/publicationStmt/availability/p: ",
        f"TEI/teiHeader/fileDesc/sourceDesc/bibl/@xml:id: {source}",
        "TEI/teiHeader/fileDesc/sourceDesc/bibl/@type: online",
        "TEI/teiHeader/fileDesc/sourceDesc/bibl: A letter",
        "@key: x",
        f"@source: #{source}",
        "correspAction[1]/@type: sent",
        "correspAction[1]/persName: Unknown",
        "correspAction[2]/@type: received",
        "correspAction[2]/persName: Unknown",
        "TEI/text/body/p: ",
    ]


def test_a_letter_without_an_address_gets_the_address_of_its_first_identifier() -> None:
    identifiers = [
        {"scheme": "local", "value": "1"},
        {"scheme": "doi", "value": "10.1000/1"},
        {"scheme": "url", "value": "https://example.org/"},
    ]
    assert "@ref: https://doi.org/10.1000/1" in exported(identifiers=identifiers)
    own = ExportContext(addresses={"x": "https://example.org/x"})
    assert "@ref: https://example.org/x" in exported(own, identifiers=identifiers)


def test_a_date_that_is_not_a_day_has_limits() -> None:
    result = exported(date={"edtf": "1959/1961?"}, received={"as_written": "in May"})
    assert [line for line in result if "/date/" in line] == [
        "correspAction[1]/date/@from: 1959",
        "correspAction[1]/date/@to: 1961",
        "correspAction[1]/date/@cert: low",
    ]


def test_many_letters_share_one_title_and_one_source() -> None:
    both = [full(), bare()]
    written = export("cmif", both, FULL_CONTEXT)
    source = cmif.source_name(each.id for each in both)
    assert source == cmif.source_name([full().id, bare().id])
    assert source != cmif.source_name([bare().id, full().id])
    lines = places(written)
    assert f"{HEAD}fileDesc/titleStmt/title: 2 letters" in lines
    assert f"{HEAD}profileDesc/correspDesc[1]/@source: #{source}" in lines
    assert f"{HEAD}profileDesc/correspDesc[2]/@source: #{source}" in lines
    pieces = [cmif.fragment(each, FULL_CONTEXT) for each in both]
    assert b"".join(cmif.joined("2 letters", source, pieces, FULL_CONTEXT)) == written


def test_documents_that_are_not_correspondence_are_left_out_and_reported() -> None:
    assert export("cmif", [talk(), full()], FULL_CONTEXT) == export("cmif", full(), FULL_CONTEXT)
    [finding] = left_out(find_format("cmif"), talk())
    assert (finding.code, finding.location.field) == ("crosswalk-document-left-out", "type")
    assert finding.message == (
        "CMIF describes correspondence only: “Talk on the river traffic, 2 October 1958” "
        "(Memorandum of conversation) is not in the file"
    )
    assert not list(left_out(find_format("cmif"), full()))


def test_a_file_without_correspondence_is_refused() -> None:
    with pytest.raises(UsageError, match="none of these documents is correspondence") as refused:
        export("cmif", [talk(), minutes()])
    assert "such as tei" in refused.value.hint


def test_the_address_of_a_file_comes_from_the_project_or_is_reported_as_unknown() -> None:
    site = Project(ProjectFile.model_validate({"base_url": "https://example.org/letters"}))
    written = export("cmif", bare(), ExportContext(project=site))
    head = f"{HEAD}fileDesc/"
    lines = places(written)
    assert f"{head}publicationStmt/idno: https://example.org/letters/cmif.xml" in lines
    assert f"{head}sourceDesc/bibl/ref/@target: https://example.org/letters/" in lines
    code = "crosswalk-address-unknown"
    chosen = find_format("cmif")
    assert code not in {one.code for one in losses(chosen, bare(), document=written)}
    written = export("cmif", bare(), BARE_CONTEXT)
    assert code in {one.code for one in losses(chosen, bare(), document=written)}


@pytest.mark.parametrize(("others", "lost"), [({}, set()), ({"sender": ["b"]}, {"signatories"})])
def test_signatories_are_written_as_senders_only_if_there_are_no_senders_or_authors(
    others: dict[str, list[str]], lost: set[str]
) -> None:
    agents = [{"id": name, "kind": "person", "name": f"Name {name * 2}"} for name in "ab"]
    letter = record(signatories=["a"], agents=agents, **others)
    written = export("cmif", letter, BARE_CONTEXT)
    assert (b">Name aa<" in written) != bool(lost)
    found = losses(find_format("cmif"), letter, document=written)
    assert {one.location.field for one in found if one.location.field == "signatories"} == lost
