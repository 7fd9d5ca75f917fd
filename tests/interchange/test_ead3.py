"""EAD3: where each field of a record goes."""

from __future__ import annotations

from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, export


def exported(within: str = "", context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[str]:
    """Return the lines of a document that begin with the path of an element."""
    start = f"ead/{within}"
    lines = places(export("ead3", record(**fields), context))
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


def part(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": name.upper(), "held": False} | more


def test_each_field_of_a_full_record_is_written_in_its_ead3_element() -> None:
    assert places(export("ead3", full(), FULL_CONTEXT)) == expected("ead3")


def test_unknown_values_are_left_out_of_ead3() -> None:
    event = "control/maintenancehistory/maintenanceevent"
    assert exported() == [
        "control/recordid: x",
        "control/filedesc/titlestmt/titleproper: A letter",
        "control/maintenancestatus/@value: new",
        "control/maintenanceagency/agencyname: Unknown",
        f"{event}/eventtype/@value: created",
        f"{event}/eventdatetime: ",
        f"{event}/agenttype/@value: machine",
        f"{event}/agent: archive-pkg 0",
        f"{event}/eventdescription: Made from version 1 of the record.",
        "archdesc/@level: item",
        "archdesc/did/unitid/@localtype: record",
        "archdesc/did/unitid: x",
        "archdesc/did/unittitle: A letter",
        "archdesc/controlaccess/genreform/part: Message",
    ]


@pytest.mark.parametrize(
    ("edtf", "lines"),
    [
        ("1960-07~", ["@standarddate: 1960-07~", " 1960-07~"]),
        (
            "195X",
            ["@standarddate: 195X", "@notbefore: 1950-01-01", "@notafter: 1959-12-31", " 195X"],
        ),
    ],
)
def test_a_single_date_that_is_not_a_day_has_limits(edtf: str, lines: list[str]) -> None:
    single = [f"/{line}" if line[0] == "@" else f":{line}" for line in lines]
    assert exported("archdesc/did/unitdatestructured/datesingle", date={"edtf": edtf}) == single


@pytest.mark.parametrize(
    ("edtf", "lines"),
    [
        (
            "1957-02~/1957-04?",
            [
                "fromdate/@standarddate: 1957-02~",
                "fromdate: 1957-02~/1957-04?",
                "todate/@standarddate: 1957-04?",
            ],
        ),
        ("1957/..", ["fromdate/@standarddate: 1957", "fromdate: 1957/..", "todate: "]),
        ("1957/", ["fromdate/@standarddate: 1957", "fromdate: 1957/", "todate: "]),
        ("../1957", ["fromdate: ../1957", "todate/@standarddate: 1957"]),
    ],
)
def test_an_interval_is_a_range_with_its_known_ends(edtf: str, lines: list[str]) -> None:
    assert exported("archdesc/did/unitdatestructured/daterange/", date={"edtf": edtf}) == lines


def test_a_date_is_shown_as_written() -> None:
    written = {"edtf": "1957/1958", "as_written": "1957-58"}
    lines = exported("archdesc/did/unitdatestructured/daterange/", date=written)
    assert lines[1] == "fromdate: 1957-58"
    opened = {"as_written": "1956/57", "note": "no year"}
    assert exported("archdesc/did/unitdate", date=opened) == [": 1956/57"]
    assert exported("archdesc/did/didnote", date=opened, received={"edtf": "1960"}) == [
        "[1]: Date: no year",
        "[2]: Received: 1960",
    ]


@pytest.mark.parametrize("edtf", ["1957/..", "1957/", "../1957", "/1957", "1957/1958"])
def test_a_note_says_which_end_of_a_range_is_open_or_unknown(edtf: str) -> None:
    lines = exported("archdesc/did/didnote", date={"edtf": edtf, "as_written": "from 1957"})
    assert lines == ([] if edtf == "1957/1958" else [f": Date in EDTF: {edtf}"])
    assert not exported("archdesc/did/didnote", date={"edtf": edtf})


def test_places_have_their_first_identifier_if_any() -> None:
    lvov = {
        "name": "Lvov",
        "identifiers": [
            {"scheme": "geonames", "value": "702550"},
            {"scheme": "wikidata", "value": "Q36036"},
        ],
    }
    lines = exported(
        "archdesc/controlaccess/",
        place={"name": "Kyiv"},
        mentioned_places=[lvov],
        subjects=[{"term": "Law"}],
    )
    assert lines[1:] == [
        "geogname[1]/@relator: place of writing",
        "geogname[1]/part: Kyiv",
        "geogname[2]/@identifier: 702550",
        "geogname[2]/@source: geonames",
        "geogname[2]/part: Lvov",
        "subject/part: Law",
    ]


def test_agents_have_the_element_of_their_kind_and_their_first_identifier() -> None:
    kinds = ("person", "organization", "family", "software")
    agents: list[dict[str, Any]] = [
        {"id": kind, "name": kind.upper(), "kind": kind} for kind in kinds
    ]
    agents[0]["identifiers"] = [
        {"scheme": "wikidata", "value": "Q1"},
        {"scheme": "local", "value": "1"},
    ]
    sender = [*kinds, "person"]
    assert exported("archdesc/did/origination", agents=agents, sender=sender) == [
        "[1]/@label: sender",
        "[1]/persname/@identifier: Q1",
        "[1]/persname/@source: wikidata",
        "[1]/persname/@relator: aut",
        "[1]/persname/part: PERSON",
        "[2]/@label: sender",
        "[2]/corpname/@relator: aut",
        "[2]/corpname/part: ORGANIZATION",
        "[3]/@label: sender",
        "[3]/famname/@relator: aut",
        "[3]/famname/part: FAMILY",
        "[4]/@label: sender",
        "[4]/name/@relator: aut",
        "[4]/name/part: SOFTWARE",
    ]


def test_a_holding_has_only_its_known_levels() -> None:
    levels = [{"name": "delo", "value": "479"}]
    lines = exported("archdesc/did/", holdings=[{"repository": "RGANI", "levels": levels}])
    assert lines == [
        "unitid[1]/@localtype: level",
        "unitid[1]/@label: delo",
        "unitid[1]: 479",
        "unitid[2]/@localtype: record",
        "unitid[2]: x",
        "unittitle: A letter",
        "repository/corpname/part: RGANI",
    ]


def test_the_relation_of_a_part_to_the_letter_decides_its_element() -> None:
    parts = [
        part("o", "original", languages=["ru", "uk"]),
        part("copy", "original", file="o.txt", held=True),
        part("en", "translation", made_from=["o"]),
        part("map", "enclosure", made_from=[]),
        part("leaf", "scan", part_of=["o", "map"]),
        part("map-en", "translation", made_from=["map"]),
        part("sum", "summary", about=["o"]),
    ]
    lines = exported("archdesc/", parts=parts)
    assert lines[lines.index("scopecontent[1]/@localtype: enclosures") :] == [
        "scopecontent[1]/@localtype: enclosures",
        "scopecontent[1]/p: Enclosed: MAP",
        "scopecontent[2]/@localtype: parts",
        "scopecontent[2]/p[1]: enclosure: MAP; not held",
        "scopecontent[2]/p[2]: scan: LEAF; not held; part of: O; MAP",
        "scopecontent[2]/p[3]: summary: SUM; not held; about: O",
        "originalsloc/p: original: O; not held; in ru, uk",
        "altformavail/p: translation: EN; not held; made from: O",
        "odd/p[1]: original: COPY; file o.txt",
        "odd/p[2]: translation: MAP-EN; not held; made from: MAP",
        "controlaccess/genreform/part: Message",
    ]


def test_rights_without_licence_and_holder_are_only_a_statement() -> None:
    assert exported("archdesc/userestrict/", rights={"statement": "Free."}) == ["p: Free."]


def test_a_summary_without_an_author_is_only_its_text() -> None:
    assert exported("archdesc/scopecontent/", summary={"text": "On tanks."}) == [
        "@localtype: summary",
        "p: On tanks.",
    ]


def test_a_change_of_the_classification_has_the_words_of_its_date() -> None:
    history = [
        {"action": "classified", "date": {"edtf": "1960"}},
        {"action": "reviewed"},
        {"action": "downgraded", "date": {"edtf": "1985", "note": "by decree"}},
    ]
    classification = {"as_written": "SECRET", "history": history}
    assert exported("archdesc/odd/", classification=classification) == [
        "p[1]: Marked: SECRET, classified 1960, reviewed, downgraded 1985",
        "p[2]: Classification downgraded: by decree",
    ]


def test_an_event_has_only_its_known_values() -> None:
    parts = [part("o", "original"), part("en", "translation", made_from=["o"])]
    events = [
        {"id": "a", "type": "sending"},
        {"id": "b", "type": "packing", "date": {"edtf": "1999"}, "sources": ["o", "en"]},
    ]
    assert exported("archdesc/processinfo/", parts=parts, events=events) == [
        "p[1]: sending",
        "p[2]: packing; 1999; from: O; EN",
    ]
