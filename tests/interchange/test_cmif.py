"""CMIF: where each field of a record goes; one letter or many in a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from examples import (
    FULL,
    FULL_CONTEXT,
    LEAST_CONTEXT,
    PROJECT,
    bare,
    full,
    minutes,
    quote,
    record,
    talk,
)
from lxml import etree, isoschematron  # type: ignore[attr-defined]
from places import expected, places

from archive_pkg.errors import UsageError
from archive_pkg.interchange import ExportContext, export, find_format
from archive_pkg.interchange.exporting import cmif
from archive_pkg.interchange.losses import left_out, losses
from archive_pkg.projects import Project, ProjectFile
from archive_pkg.records import Record
from official import official

HEAD = "TEI/teiHeader/"
SETTINGS = PROJECT.settings.model_dump(exclude_none=True)


def test_each_field_of_a_full_record_is_written_in_its_cmif_element() -> None:
    assert places(export("cmif", full(), FULL_CONTEXT)) == expected("cmif")


def exported(context: ExportContext = LEAST_CONTEXT, **fields: Any) -> list[str]:
    lines = places(export("cmif", record(**fields), context))
    return [line.removeprefix(HEAD + "profileDesc/correspDesc/") for line in lines]


@pytest.mark.parametrize("name", ["?", "N.N.", "[unbekannt]"])
def test_a_correspondent_named_unknown_is_omitted(name: str) -> None:
    agents = [{"id": "a", "kind": "person", "name": name}]
    assert exported(sender=["a"], agents=agents) == exported()


def test_unknown_correspondents_are_written_as_unknown() -> None:
    source = cmif.source_name("https://example.org/edition/")
    assert exported()[-7:] == [
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
    own = replace(LEAST_CONTEXT, addresses={"x": "https://example.org/x"})
    assert "@ref: https://example.org/x" in exported(own, identifiers=identifiers)


def test_a_date_that_is_not_a_day_has_limits() -> None:
    result = exported(date={"edtf": "1959/1961?"}, received={"as_written": "in May"})
    assert [line for line in result if "Action" in line and "/date/" in line] == [
        "correspAction[1]/date/@from: 1959",
        "correspAction[1]/date/@to: 1961",
        "correspAction[1]/date/@cert: low",
    ]


def test_many_letters_share_one_title_and_one_source() -> None:
    both = [full(), bare()]
    written = export("cmif", both, FULL_CONTEXT)
    source = cmif.source_name("https://example.org/edition/")
    assert f'"#{source}"'.encode() in export("cmif", bare(), FULL_CONTEXT)
    lines = places(written)
    assert f"{HEAD}fileDesc/titleStmt/title: 2 letters" in lines
    assert f"{HEAD}profileDesc/correspDesc[1]/@source: #{source}" in lines
    assert f"{HEAD}profileDesc/correspDesc[2]/@source: #{source}" in lines
    pieces = [cmif.fragment(each, FULL_CONTEXT) for each in both]
    base = "https://example.org/edition/"
    assert b"".join(cmif.joined("2 letters", pieces, FULL_CONTEXT, base)) == written


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


@pytest.mark.parametrize(
    ("settings", "lacking"),
    [
        ({}, 'contact.name, contact.email, base_url, licence = "CC-BY-4.0"'),
        (SETTINGS | {"licence": "CC0-1.0"}, 'licence = "CC-BY-4.0"'),
        (SETTINGS | {"contact": {"name": "Reading room"}}, "contact.email"),
        (SETTINGS | {"licence": "https://creativecommons.org/licenses/by/4.0/"}, ""),
    ],
)
def test_a_file_that_correspsearch_would_refuse_is_not_written(
    settings: dict[str, Any], lacking: str
) -> None:
    project = Project(ProjectFile.model_validate(settings))
    context = replace(LEAST_CONTEXT, project=project)
    if not lacking:
        assert export("cmif", bare(), context)
        return
    with pytest.raises(UsageError) as refused:
        export("cmif", bare(), context)
    assert refused.value.message == f"CMIF cannot be written without {lacking}"
    with pytest.raises(UsageError, match="without publisher, "):
        export("cmif", bare())


@pytest.mark.parametrize(
    ("evidence", "attributes"),
    [
        ({"basis": "quoted", "at": quote("Moscow")}, {}),
        ({"basis": "quoted", "at": quote("Moscow"), "confidence": "guess"}, {"cert": "low"}),
        (
            {"basis": "inferred", "rule": "r", "confidence": "probable"},
            {"cert": "low", "evidence": "conjecture"},
        ),
        ({"basis": "inferred", "rule": "r", "confidence": "certain"}, {}),
        ({"basis": "supplied", "agent": "editor", "confidence": "guess", "value": "Riga"}, {}),
    ],
)
def test_only_a_statement_in_doubt_is_marked(
    evidence: dict[str, Any], attributes: dict[str, str]
) -> None:
    data = FULL | {"evidence": [{"field": "place", **evidence}]}
    written = etree.fromstring(export("cmif", Record.model_validate(data), FULL_CONTEXT))
    [place] = written.iterfind(".//{*}correspAction/{*}placeName")
    assert {key: place.get(key) for key in ("cert", "evidence") if place.get(key)} == attributes


def test_the_rules_of_cmif_in_schematron_hold() -> None:
    rules = (official("cmif-rules") / "cmif.sch").read_text("utf-8")
    # libxslt does not have the function matches() of XPath 2. EXSLT's is the same here.
    rules = rules.replace("matches(", "regexp:test(").replace('"xslt2"', '"exslt"')
    space = '<ns prefix="regexp" uri="http://exslt.org/regular-expressions"/>'
    rules = rules.replace("<ns ", f"{space}<ns ", 1)
    schematron = isoschematron.Schematron(
        etree.fromstring(rules.encode()),
        store_report=True,
        error_finder=isoschematron.Schematron.ASSERTS_ONLY,  # the others are warnings
    )

    def broken(document: Any) -> set[str]:
        schematron.validate(document)
        found = schematron.validation_report.iter("{*}failed-assert")
        return {"".join(one.itertext()).split()[0].strip("[]") for one in found}

    document = etree.fromstring(export("cmif", [full(), bare()], FULL_CONTEXT))
    assert broken(document) == set()
    for date in document.iter("{*}date"):
        date.attrib.clear()
    for source in document.iter("{*}bibl"):
        source.set("{http://www.w3.org/XML/1998/namespace}id", "x")
    for action in document.iter("{*}correspAction"):
        action.set("type", "read")
    assert broken(document) == {"W0001", "E0001", "E0002", "E0003", "E0004"}


@pytest.mark.parametrize(("others", "lost"), [({}, set()), ({"sender": ["b"]}, {"signatories"})])
def test_signatories_are_written_as_senders_only_if_there_are_no_senders_or_authors(
    others: dict[str, list[str]], lost: set[str]
) -> None:
    agents = [{"id": name, "kind": "person", "name": f"Name {name * 2}"} for name in "ab"]
    letter = record(signatories=["a"], agents=agents, **others)
    written = export("cmif", letter, LEAST_CONTEXT)
    assert (b">Name aa<" in written) != bool(lost)
    found = losses(find_format("cmif"), letter, document=written)
    assert {one.location.field for one in found if one.location.field == "signatories"} == lost
