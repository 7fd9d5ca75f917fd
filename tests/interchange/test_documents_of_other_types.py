"""Exports of a memorandum of conversation, minutes and a report, which are not correspondence."""

from __future__ import annotations

import json
from typing import Any

from examples import TALK, minutes, record, talk
from places import places

from archive_pkg.interchange import export, find_format
from archive_pkg.interchange.importing import read
from archive_pkg.interchange.losses import losses


def graph(*args: Any) -> dict[str, Any]:
    things = json.loads(export("schema-org", *args))["@graph"]
    return {thing["@id"]: thing for thing in things}


def test_schema_org_has_the_document_and_the_talk_that_it_records() -> None:
    found = graph(talk())
    assert found["#document"] == {
        "@id": "#document",
        "@type": ["CreativeWork", "ArchiveComponent"],
        "name": "Talk on the river traffic, 2 October 1958",
        "identifier": ["1958-10-02-talk"],
        "version": "1",
        "genre": "Memorandum of conversation",
        "creator": [{"@id": "#agent-weber"}],
        "contributor": [{"@id": "#agent-orlova"}, {"@id": "#agent-weber"}],
        "dateCreated": "1958-10-03",
        "recordedAt": {"@id": "#recorded"},
        "mentions": [{"@id": "#agent-shipping"}],
        "description": "Participant: Orlova, Vera, Deputy Minister (USSR, chair)\n"
        "Participant: Weber, Karl (GDR, interpreter, note-taker)",
    }
    assert found["#recorded"] == {
        "@id": "#recorded",
        "@type": "Event",
        "name": "Talk",
        "startDate": "1958-10-02",
        "location": {"@id": "#recorded-place"},
        "attendee": [{"@id": "#agent-orlova"}, {"@id": "#agent-weber"}],
    }
    assert found["#recorded-place"]["name"] == "Moscow"


def test_schema_org_has_the_recipients_of_a_report_as_contributors() -> None:
    report = record(
        type="report",
        sender=["weber"],
        recipients=["orlova"],
        received={"edtf": "1958"},
        enclosures=[{"id": "map", "title": "A map"}],
        agents=TALK["agents"],
    )
    letter = graph(report)["#document"]
    assert letter["@type"] == ["Report", "ArchiveComponent"]
    assert letter["creator"] == [{"@id": "#agent-weber"}]
    assert letter["contributor"] == [{"@id": "#agent-orlova"}]
    assert letter["description"] == "Received: 1958"
    of_messages = {"sender", "recipient", "ccRecipient", "dateReceived", "messageAttachment"}
    assert not of_messages & set(letter)


def test_csl_has_a_document_with_its_authors_and_the_day_of_the_talk() -> None:
    [item] = json.loads(export("csl", talk()))
    assert item == {
        "id": "1958-10-02-talk",
        "type": "document",
        "genre": "Memorandum of conversation",
        "title": "Talk on the river traffic, 2 October 1958",
        "author": [{"family": "Weber", "given": "Karl"}],
        "contributor": [
            {"family": "Orlova", "given": "Vera"},
            {"family": "Weber", "given": "Karl"},
        ],
        "issued": {"date-parts": [[1958, 10, 3]]},
        "event-date": {"date-parts": [[1958, 10, 2]]},
        "event-place": "Moscow",
        "version": "1",
    }
    [item] = json.loads(export("csl", minutes()))
    assert (item["type"], item["number"]) == ("document", "49")


def test_bibtex_takes_the_type_of_an_entry_from_the_table_of_types() -> None:
    report = record(type="report", authors=["weber"], number="7", agents=TALK["agents"])
    lines = export("bibtex", report).decode().splitlines()
    assert lines[:2] == ["@techreport{x,", "  author = {Weber, Karl},"]
    assert "  number = {7}," in lines
    assert export("bibtex", talk()).decode().startswith("@misc{1958-10-02-talk,")


def test_dublin_core_and_datacite_name_authors_and_participants() -> None:
    dc = places(export("dc", talk()))
    assert dc[3:6] == [
        "dc/creator: Weber, Karl",
        "dc/contributor[1]: Orlova, Vera (chair)",
        "dc/contributor[2]: Weber, Karl (interpreter, note-taker)",
    ]
    data = json.loads(export("datacite-json", talk()))
    assert [one["name"] for one in data["creators"]] == ["Weber, Karl"]
    assert [(one["name"], one["contributorType"]) for one in data["contributors"]] == [
        ("Orlova, Vera", "Other"),
        ("Weber, Karl", "Other"),
    ]
    assert [one["description"] for one in data["descriptions"]] == [
        "Contributors: Orlova, Vera (chair); Weber, Karl (interpreter, note-taker)",
        "Participant: Orlova, Vera, Deputy Minister (USSR, chair)",
        "Participant: Weber, Karl (GDR, interpreter, note-taker)",
        "Mentioned: River Shipping Office",
    ]
    assert data["dates"][1] == {
        "date": "1958-10-02",
        "dateType": "Other",
        "dateInformation": "recorded; talk; Moscow",
    }


def test_participants_are_not_reported_as_lost_by_formats_that_have_them() -> None:
    for name in ("dc", "datacite", "schema-org", "csl", "invenio", "dataverse"):
        found = losses(find_format(name), talk(), document=export(name, talk()))
        lost = {each.location.field for each in found}
        assert not lost & {"authors", "participants.orlova.agent"}, name
        assert ("participants.orlova.office" in lost) == (name == "csl"), name


def test_tei_has_the_participants_of_a_talk_and_no_correspdesc() -> None:
    head = "TEI/teiHeader/profileDesc/"
    lines = [one.removeprefix(head) for one in places(export("tei", talk())) if head in one]
    assert lines[2:] == [
        "creation/date/@when: 1958-10-03",
        "creation/date: 1958-10-03",
        "particDesc/listPerson/person[1]/@xml:id: agent-orlova",
        "particDesc/listPerson/person[1]/@role: chair",
        "particDesc/listPerson/person[1]/persName: Orlova, Vera",
        "particDesc/listPerson/person[1]/note[1]/@type: office",
        "particDesc/listPerson/person[1]/note[1]: Deputy Minister",
        "particDesc/listPerson/person[1]/note[2]/@type: side",
        "particDesc/listPerson/person[1]/note[2]: USSR",
        "particDesc/listPerson/person[2]/@xml:id: agent-weber",
        "particDesc/listPerson/person[2]/@role: interpreter note-taker",
        "particDesc/listPerson/person[2]/persName: Weber, Karl",
        "particDesc/listPerson/person[2]/note/@type: side",
        "particDesc/listPerson/person[2]/note: GDR",
        "particDesc/listOrg/org/@xml:id: agent-shipping",
        "particDesc/listOrg/org/orgName: River Shipping Office",
        "settingDesc/setting/placeName: Moscow",
        "settingDesc/setting/date/@when: 1958-10-02",
        "settingDesc/setting/date: 1958-10-02",
        "settingDesc/setting/activity: talk",
    ]


def test_tei_has_the_enclosures_and_recipients_of_a_report_as_notes() -> None:
    report = record(
        type="report",
        recipients=["orlova"],
        received={"edtf": "1958", "as_written": "a stamp"},
        date={"edtf": "1957", "note": "new style"},
        enclosures=[{"id": "map", "title": "A map"}],
        agents=TALK["agents"],
    )
    lines = [one.removeprefix("TEI/teiHeader/fileDesc/") for one in places(export("tei", report))]
    notes = [one for one in lines if one.startswith("notesStmt") and "@" not in one]
    assert notes == [
        "notesStmt/note[1]/persName: Orlova, Vera",
        "notesStmt/note[2]: new style",
        "notesStmt/note[3]/date: a stamp",
        "notesStmt/note[4]: A map",
    ]
    assert not [one for one in lines if "respStmt" in one]
    [back] = read(export("tei", report), "report.xml")
    assert [back.record.agent(name).name for name in back.record.recipients] == ["Orlova, Vera"]


def test_an_author_without_a_sender_is_exported_to_tei_and_imported_as_author() -> None:
    [back] = read(export("tei", talk()), "talk.xml")
    record = back.record
    assert [record.agent(name).name for name in record.authors] == ["Weber, Karl"]
    assert (record.type, record.sender) == ("memorandum-of-conversation", ())
    assert record.date is not None
    assert str(record.date.edtf) == "1958-10-03"


def test_premis_leaves_out_agents_who_are_only_mentioned() -> None:
    names = [one for one in places(export("premis", talk())) if "/agentName: " in one]
    assert [one.partition(": ")[2] for one in names] == ["Orlova, Vera", "Weber, Karl"]
    both = record(**TALK | {"copies_to": ["shipping"]})
    assert "River Shipping Office" in export("premis", both).decode()
