"""W3C Web Annotations: each piece of evidence and each note, at its place in the text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from examples import BARE_CONTEXT, FULL, FULL_CONTEXT, TEXT, full
from hypothesis import HealthCheck, given, settings
from rdflib import RDF, Graph, Namespace

from archive_pkg.interchange import export, find_format
from archive_pkg.interchange.losses import losses
from archive_pkg.records.models import Record
from strategies import records

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
OA = Namespace("http://www.w3.org/ns/oa#")
AS = Namespace("http://www.w3.org/ns/activitystreams#")
# The terms of http://www.w3.org/ns/anno.jsonld that the annotations use.
TERMS: dict[str, Any] = {
    "id": "@id",
    "type": "@type",
    "value": str(RDF.value),
    "format": "http://purl.org/dc/elements/1.1/format",
    "name": "http://xmlns.com/foaf/0.1/name",
    "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "Person": "http://xmlns.com/foaf/0.1/Person",
    "Organization": "http://xmlns.com/foaf/0.1/Organization",
    "Software": str(AS.Application),
    "AnnotationCollection": str(AS.OrderedCollection),
    "AnnotationPage": str(AS.OrderedCollectionPage),
    "total": str(AS.totalItems),
    "startIndex": str(AS.startIndex),
    "partOf": {"@type": "@id", "@id": str(AS.partOf)},
    "items": {"@type": "@id", "@id": str(AS["items"]), "@container": "@list"},
    "creator": {"@type": "@id", "@id": "http://purl.org/dc/terms/creator"},
    "motivation": {"@type": "@vocab", "@id": str(OA.motivatedBy)},
    "purpose": {"@type": "@vocab", "@id": str(OA.hasPurpose)},
    **{
        name: {"@type": "@id", "@id": str(OA[f"has{name.capitalize()}"])}
        for name in ("body", "target", "source", "selector")
    },
    **{name: str(OA[name]) for name in ("start", "end", "exact", "prefix", "suffix")},
    **{name: str(OA[name]) for name in ("commenting", "describing", "tagging")},
    **{
        name: str(OA[name])
        for name in ("Annotation", "TextualBody", "TextPositionSelector", "TextQuoteSelector")
    },
}


def check(written: bytes) -> list[dict[str, Any]]:
    """Check a page by the rules of the model, and return its annotations."""
    page = json.loads(written)
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld"
    graph = Graph().parse(data=json.dumps(page | {"@context": TERMS}), format="json-ld")
    names = {item["id"] for item in page["items"]}
    assert len(names) == len(page["items"]) == page["partOf"]["total"]
    assert {str(one) for one in graph.subjects(RDF.type, OA.Annotation)} == names
    for one in graph.subjects(RDF.type, OA.Annotation):
        assert len(list(graph.objects(one, OA.hasTarget))) == 1
        [motivation] = graph.objects(one, OA.motivatedBy)
        assert motivation in (OA.describing, OA.commenting)
        for body in graph.objects(one, OA.hasBody):
            assert (body, RDF.type, OA.TextualBody) in graph
            assert len(list(graph.objects(body, RDF.value))) == 1
    # Each key is a term of the context: an unknown one would be dropped.
    assert keys(page) - {"@context"} <= TERMS.keys()
    found: list[dict[str, Any]] = page["items"]
    return found


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value}.union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_each_quote_is_found_by_its_position_and_by_its_words() -> None:
    found = check(export("annotations", full(), FULL_CONTEXT))
    assert len(found) == len(FULL["evidence"]) + len(FULL["translation_notes"])
    quoted = [each for each in found if isinstance(each["target"], dict)]
    assert len(quoted) == len(found) - 1
    for each in quoted:
        position, words = each["target"]["selector"]
        assert TEXT[position["start"] : position["end"]] == words["exact"]
        assert each["target"]["source"] == "https://example.org/letters/17#part-english"


def test_a_statement_is_annotated_with_its_value_and_what_it_rests_on() -> None:
    found = {
        tuple(body["value"] for body in each["body"]): each
        for each in check(export("annotations", full(), BARE_CONTEXT))
    }
    date = found[
        "Date: 1961-03-03 (“3 March 1961”) (new style)",
        "quoted from part english, “3 March 1961”",
        "date",
    ]
    assert date["target"]["source"] == "letter.txt"
    rival = found[
        "Date: 1961-03-04 (not the value in the record)",
        "supplied by An editor; guess; other value: 1961-03-04; The stamp says so.",
        "date",
    ]
    assert rival["target"] == "arcp://name,1961-03-03-khrushchev-to-ulbricht/document"
    assert rival["creator"]["name"] == "An editor"
    hole = "illegible, at “[illegible]”: A hole in the leaf."
    assert found[hole, "translation_notes.hole"]["motivation"] == "commenting"


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_annotations_of_any_record_have_the_form_of_the_model(record: Record) -> None:
    found = check(export("annotations", record))
    places = len(record.evidence) + len(record.translation_notes)
    assert len(found) == places + sum(item.at is not None for item in record.items)


def test_statements_without_evidence_are_reported_as_lost() -> None:
    written = export("annotations", full(), BARE_CONTEXT)
    report = losses(find_format("annotations"), full(), document=written)
    lost = {str(one.location.field) for one in report}
    assert {"subjects.0.term", "holdings.0.repository", "events.written.type"} <= lost
    assert "date.edtf" not in lost
