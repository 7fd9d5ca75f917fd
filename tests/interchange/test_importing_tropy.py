"""Import of Tropy's JSON-LD."""

from __future__ import annotations

import json
from typing import Any

import pytest
from examples import FULL_CONTEXT, full
from imports import names

from archive_pkg.errors import InvalidError
from archive_pkg.interchange import export
from archive_pkg.interchange.importing import Imported, is_description, read

DC = "http://purl.org/dc/elements/1.1/"
CONTEXT = {
    "@version": 1.1,
    "@vocab": "https://tropy.org/v1/tropy#",
    "template": {"@id": "https://tropy.org/v1/tropy#template", "@type": "@id"},
    "title": f"{DC}title",
    "date": {"@id": f"{DC}date", "@type": "https://tropy.org/v1/tropy#date"},
    "creator": f"{DC}creator",
    "source": f"{DC}source",
    "location": f"{DC}coverage",
    "recipient": "http://purl.org/dc/terms/audience",
    "weather": "https://example.org/terms/weather",
    "photo": {
        "@id": "https://tropy.org/v1/tropy#photo",
        "@container": "@list",
        "@context": {"caption": f"{DC}title"},
    },
}
PHOTO = {
    "@type": "Photo",
    "path": "/home/ada/leaf 1.jpg",
    "checksum": "8d2e5f0a",
    "mimetype": "image/jpeg",
    "caption": "Leaf 1",
    "angle": 90,
    "note": [
        {
            "@type": "Note",
            "text": {"@value": "Dear Ben,", "@language": "en"},
            "html": {"@value": "<p>Dear <em>Ben</em>,</p>", "@language": "en"},
        }
    ],
    "selection": [
        {"@type": "Selection", "x": 12, "note": [{"html": "<p>A stamp &amp; a seal</p>"}]}
    ],
}
ITEM = {
    "@type": "Item",
    "title": "A letter | draft",
    "creator": "Berg, Ada|The Office",
    "recipient": "Ben Two",
    "date": {"@type": "https://tropy.org/v1/tropy#date", "@value": "1911-05-03"},
    "location": "Riga",
    "source": "State Archive",
    "collection": "Fonds 1",
    "folder": "7",
    "weather": "rain in the morning",
    "tag": ["Trade", "Ships"],
    "list": "To read",
    "photo": [PHOTO],
}
LETTERS = "https://tropy.org/v1/templates/correspondence"


def tropy(data: Any, name: str = "tropy.json") -> list[Imported]:
    return read(json.dumps(data).encode(), name)


def unread(imported: Imported) -> list[str]:
    return [finding.message.removeprefix("not read: ") for finding in imported.report]


def test_an_item_becomes_a_letter_and_the_rest_of_it_is_reported() -> None:
    data = {"@context": CONTEXT, "@graph": [ITEM | {"template": LETTERS}]}
    assert is_description(json.dumps(data).encode())
    [imported] = tropy(data)
    found = imported.record
    assert (found.id, found.type, found.title) == ("tropy", "letter", "A letter | draft")
    assert names(found, "sender") == ["Berg, Ada", "The Office"]
    assert names(found, "recipients") == ["Ben Two"]
    assert found.date is not None
    assert found.place is not None
    assert (str(found.date.edtf), found.place.name) == ("1911-05-03", "Riga")
    [holding] = found.holdings
    assert holding.repository == "State Archive"
    assert [level.value for level in holding.levels] == ["Fonds 1", "7"]
    assert [subject.term for subject in found.subjects] == ["Trade", "Ships"]
    original, scan = found.parts
    assert original.note == "Tropy list: To read"
    assert (scan.kind, scan.held, scan.title) == ("scan", False, "Leaf 1")
    assert (scan.media_type, scan.made_from) == ("image/jpeg", ("original",))
    assert (scan.note or "").split("\n") == [
        "Photo in Tropy: /home/ada/leaf 1.jpg",
        "Checksum in Tropy: 8d2e5f0a",
        "Note: Dear Ben,",
        "Note on a selection: A stamp & a seal",
    ]
    assert unread(imported) == [
        "property/@name: “https://example.org/terms/weather”",
        "property: “rain in the morning”",
        "photo/angle: “90”",
        "photo/note/text/@xml:lang: “en”",
        "photo/note/html/@xml:lang: “en”",
        "photo/selection/x: “12”",
    ]


def test_groups_by_template_and_expanded_items_are_read() -> None:
    expanded = {
        "@type": ["https://tropy.org/v1/tropy#Item"],
        f"{DC}title": [{"@value": "Second"}],
        "https://tropy.org/v1/tropy#photo": [
            {"@list": [{"https://tropy.org/v1/tropy#path": [{"@value": "b.jpg"}]}]}
        ],
    }
    first = {"@context": CONTEXT, "template": LETTERS, "@graph": [ITEM]}
    one, two = tropy([first, {"@graph": [expanded]}])
    assert (one.record.id, two.record.id) == ("tropy-1", "tropy-2")
    assert two.record.title == "Second"
    assert [part.note for part in two.record.parts] == [None, "Photo in Tropy: b.jpg"]


@pytest.mark.parametrize("damage", ["", ', "@graph": []}'])
def test_a_file_without_items_is_refused(damage: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(f'{{"@context": "https://tropy.org/v1/tropy#"{damage}'.encode(), "a.json")
    said = "it has no items of Tropy" if damage else "it is not JSON"
    assert [said in finding.message for finding in refused.value.report or ()] == [True]


def test_an_item_that_this_program_wrote_is_read_back() -> None:
    given = full()
    [back] = read(export("tropy-json", given, FULL_CONTEXT), "a.json")
    assert back.record.title == given.title
    assert names(back.record, "copies_to") == ["Andrei Gromyko"]
    assert [part.kind for part in back.record.parts] == ["original", "translation", "scan"]
