"""CSL-JSON: where each field of a record goes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, export


def exported(context: ExportContext = BARE_CONTEXT, **fields: Any) -> dict[str, Any]:
    [item] = json.loads(export("csl", record(**fields), context))
    return dict(item)


def test_each_field_of_a_full_record_is_written_in_its_csl_variable() -> None:
    assert places(export("csl", full(), FULL_CONTEXT)) == expected("csl")


def test_unknown_values_are_left_out_of_csl() -> None:
    item = {
        "id": "x",
        "type": "personal_communication",
        "genre": "Message",
        "title": "A letter",
        "version": "1",
    }
    assert json.loads(export("csl", [bare(), bare()], BARE_CONTEXT)) == [item, item]


@pytest.mark.parametrize(
    ("edtf", "issued"),
    [
        ("1960", {"date-parts": [[1960]]}),
        ("1960-07-18?", {"date-parts": [[1960, 7, 18]], "circa": True}),
        ("1960-07~", {"date-parts": [[1960, 7]], "circa": True}),
        ("1957-02~/1957-04?", {"date-parts": [[1957, 2], [1957, 4]], "circa": True}),
        ("1957/..", {"literal": "1957/.."}),
        ("195X", {"literal": "195X"}),
        ("1960-21?", {"literal": "1960-21?", "circa": True}),
    ],
)
def test_a_date_has_date_parts_only_if_they_express_it(edtf: str, issued: dict[str, Any]) -> None:
    assert exported(date={"edtf": edtf})["issued"] == issued


def test_an_open_date_is_given_as_written() -> None:
    assert exported(date={"as_written": "1956/57"})["issued"] == {"literal": "1956/57"}


def test_persons_in_index_form_are_split() -> None:
    names = ["Doe, Jane", "Doe, John, Jr.", "Jane Doe"]
    agents = [{"id": f"a{at}", "name": name, "kind": "person"} for at, name in enumerate(names)]
    assert exported(agents=agents, sender=["a0", "a1", "a2"])["author"] == [
        {"family": "Doe", "given": "Jane"},
        {"family": "Doe", "given": "John", "suffix": "Jr."},
        {"literal": "Jane Doe"},
    ]


def test_the_address_of_the_letter_takes_precedence_over_its_first_identifier() -> None:
    addresses = ["https://example.org/1", "https://example.org/2"]
    known = [{"scheme": "local", "value": "1"}]
    known += [{"scheme": "url", "value": address} for address in addresses]
    assert exported(identifiers=known)["URL"] == addresses[0]
    own = replace(BARE_CONTEXT, addresses={"x": "https://example.org/x"})
    assert exported(own, identifiers=known)["URL"] == "https://example.org/x"


def test_makers_of_an_enclosure_are_not_contributors() -> None:
    parts = [
        {"id": "o", "kind": "original", "held": False},
        {"id": "e", "kind": "translation", "held": False, "made_from": ["o"], "made_by": ["a"]},
        {"id": "map", "kind": "enclosure", "held": False, "made_by": ["b"]},
        {"id": "m", "kind": "translation", "held": False, "made_from": ["map"], "made_by": ["b"]},
    ]
    agents = [{"id": name, "name": name.upper(), "kind": "person"} for name in "ab"]
    item = exported(parts=parts, agents=agents)
    assert item["translator"] == [{"literal": "A"}]
    assert "contributor" not in item


def test_a_holding_has_the_levels_that_are_known() -> None:
    written = exported(
        holdings=[{"repository": "RGANI", "levels": [{"name": "list", "value": "12"}]}]
    )
    assert written["archive"] == "RGANI"
    assert written["archive_collection"] == "list 12"
    assert "archive_location" not in written


def test_the_event_place_of_a_recorded_talk_is_the_place_of_the_talk() -> None:
    moscow = {"name": "Moscow"}
    assert exported(place={"name": "Kyiv"})["event-place"] == "Kyiv"
    talk = exported(place={"name": "Kyiv"}, recorded={"edtf": "1958", "place": moscow})
    assert talk["event-place"] == "Moscow"
    assert "event-place" not in exported(place={"name": "Kyiv"}, recorded={"edtf": "1958"})


def test_the_other_holdings_and_the_publication_with_its_editors_are_in_the_citation() -> None:
    item = exported(
        agents=[{"id": "e", "name": "Doe, Jane", "kind": "person"}],
        holdings=[{"repository": "RGANI"}, {"repository": "GARF"}],
        publications=[{"citation": "Documents", "editors": ["e"]}],
    )
    assert item["editor"] == [{"family": "Doe", "given": "Jane"}]
    assert item["note"] == ("Also kept at: GARF; Published in: Documents. Edited by Doe, Jane.")


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout delimiter="; "><group delimiter="; ">
<names variable="author"><name name-as-sort-order="all"/></names><text variable="title"/>
<date variable="issued"><date-part name="month" form="numeric" suffix="/"/>
<date-part name="year"/></date>
<text variable="archive"/><names variable="editor"/>
</group></layout></bibliography></style>"""


@pytest.mark.parametrize(
    ("date", "shown"),
    [("1960-07~", "7/1960"), ("1960-06/1960-07", "6/–7/1960"), ("195X", "195X")],
)
def test_citeproc_formats_the_citation(date: str, shown: str) -> None:
    citeproc = pytest.importorskip("citeproc")
    source = pytest.importorskip("citeproc.source.json")
    agents = [
        {"id": "a", "name": "King, Martin Luther, Jr., 1929-1968", "kind": "person"},
        {"id": "e", "name": "Doe, Jane", "kind": "person"},
    ]
    letter = record(
        sender=["a"],
        agents=agents,
        date=date,
        holdings=[{"repository": "RGANI"}],
        publications=[{"citation": "Documents", "editors": ["e"]}],
    )
    items = source.CiteProcJSON(json.loads(export("csl", letter)))
    style = citeproc.CitationStylesStyle(io.BytesIO(STYLE.encode()), validate=False)
    citations = citeproc.CitationStylesBibliography(style, items, citeproc.formatter.plain)
    citations.register(citeproc.Citation([citeproc.CitationItem("x")]))
    [words] = map(str, citations.bibliography())
    assert words == f"King, Martin Luther, Jr.; A letter; {shown}; RGANI; Jane Doe"
