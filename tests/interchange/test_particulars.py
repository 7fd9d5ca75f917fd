"""Fields for which few standards have an element: each is in the document, or reported as lost."""

from __future__ import annotations

import json

import pytest
from examples import FULL_CONTEXT, PARTICULARS, record
from places import places

from archive_pkg.interchange import FORMATS, export, find_format
from archive_pkg.interchange.losses import leaves, losses, lost_whole, place_of

FIELDS = PARTICULARS.keys() - {"agents"}


# Annotations have only statements with evidence, and IIIF needs a scan.
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("annotations", "iiif")])
def test_each_particular_is_in_the_document_or_reported_as_lost(name: str) -> None:
    chosen = find_format(name)
    given = record(**PARTICULARS)
    document = export(name, given, FULL_CONTEXT)
    report = losses(chosen, given, document=document)
    messages = [one.message for one in report if one.location.field.split(".")[0] in FIELDS]
    assert not [words for words in messages if "holds only part" in words]
    lost = {words.partition(" leaves out ")[2] for words in messages}
    for kind, _, value in leaves(given):
        if kind.partition(".")[0] not in FIELDS:
            continue
        if place_of(chosen.mapping, kind) is None:
            assert lost_whole(chosen.mapping, kind) in {one.split(" (")[0] for one in lost}
        elif kind in ("authors", "attention"):
            assert given.agent(value[0]).name.encode() in document
        elif isinstance(value, str) and value.startswith("mark"):
            assert value.encode() in document, f"{name} does not have {kind}"


RELATED = [
    {"kind": kind, "title": kind, "identifier": {"scheme": "doi", "value": f"10.1000/{kind}"}}
    for kind in ("reply-to", "enclosure-of", "draft-of", "version-of", "same-as", "refers-to")
]


def test_relations_have_the_types_of_each_standard() -> None:
    given = record(relations=RELATED)
    data = json.loads(export("datacite-json", given))
    assert [
        (item["relationType"], item["relatedItemIdentifier"]["relatedItemIdentifier"])
        for item in data["relatedItems"]
    ] == [
        ("Other", "10.1000/reply-to"),
        ("IsPartOf", "10.1000/enclosure-of"),
        ("IsPreviousVersionOf", "10.1000/draft-of"),
        ("IsVersionOf", "10.1000/version-of"),
        ("IsIdenticalTo", "10.1000/same-as"),
        ("References", "10.1000/refers-to"),
    ]
    assert data["descriptions"][0]["description"] == "Reply to: reply-to; DOI 10.1000/reply-to"
    metadata = json.loads(export("invenio", given))["metadata"]
    assert metadata["related_identifiers"][0] == {
        "identifier": "10.1000/enclosure-of",
        "scheme": "doi",
        "relation_type": {"id": "ispartof"},
    }
    document = json.loads(export("schema-org", given))["@graph"][0]
    assert document["isPartOf"] == [{"@id": "#related-2"}]
    assert document["mentions"] == [{"@id": "#related-6"}]


def test_names_come_from_their_parts() -> None:
    parts = {"family": "Orlov", "given": "Ivan", "patronymic": "Sergeyevich"}
    agents = [{"id": "o", "name": "Ivan Orlov", "kind": "person", "name_parts": parts}]
    given = record(authors=["o"], agents=agents)
    [creator] = json.loads(export("invenio", given))["metadata"]["creators"]
    assert creator["person_or_org"]["family_name"] == "Orlov"
    assert creator["person_or_org"]["given_name"] == "Ivan Sergeyevich"
    assert b"author = {Orlov, Ivan Sergeyevich}" in export("bibtex", given)


@pytest.mark.parametrize("name", ["datacite", "datacite-json", "invenio", "dataverse"])
def test_affiliations_and_identifiers_of_publications_have_their_fields(name: str) -> None:
    letter = record(
        sender=["ann"],
        publications=[
            {"citation": "Letters", "identifiers": [{"scheme": "doi", "value": "10.1000/l"}]}
        ],
        agents=[
            {"id": "ann", "name": "Ann", "kind": "person", "affiliations": ["board"]},
            {"id": "board", "name": "Board of Trade", "kind": "organization"},
        ],
    )
    document = export(name, letter)
    [(path, _)] = [line.split(": ") for line in places(document) if ": Board of Trade" in line]
    assert "ffiliation" in path or "/fields" in path
    [path] = {line.split(": ")[0] for line in places(document) if line.endswith(": 10.1000/l")}
    assert "dentifier" in path or "/fields" in path
    assert not [
        one
        for one in losses(find_format(name), letter, document=document)
        if "affil" in one.message
    ]


def test_a_lost_note_on_an_identifier_is_reported() -> None:
    known = [{"scheme": "geonames", "value": "1", "note": "as of 1960"}]
    letter = record(place={"name": "Kyiv", "identifiers": known})
    found = losses(find_format("invenio"), letter)
    assert "InvenioRDM (JSON) leaves out place.identifiers.note" in [one.message for one in found]
