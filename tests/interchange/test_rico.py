"""RiC-O: rdflib reads the export, and its terms are those of the ontology."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples import BARE_CONTEXT, FULL_CONTEXT, PARTICULARS, bare, full, talk
from examples import record as make_record
from rdflib import RDF, Graph, Literal, URIRef

from archive_pkg.interchange import ExportContext, export
from archive_pkg.interchange.exporting.rico import NAMESPACE
from archive_pkg.records.models import Record

# rdflib's reader of JSON-LD uses a class that rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
PARTICULAR = make_record(**PARTICULARS)

TERMS = {
    name: (kind, *(one.split() for one in (*ends, "", "")[:2]))
    for name, kind, *ends in (
        line.split("\t")
        for line in Path(__file__).with_name("rico_terms.tsv").read_text().splitlines()
        if not line.startswith("#")
    )
}


def read(record: Record, context: ExportContext) -> Graph:
    return Graph().parse(data=export("rico", record, context), format="json-ld")


def classes(graph: Graph, node: object) -> set[str]:
    """Return the classes of a node, with those above them; none if it is in another graph."""
    found = {str(one).removeprefix(NAMESPACE) for one in graph.objects(node, RDF.type)}  # type: ignore[arg-type]
    waiting = list(found)
    while waiting:
        above = set(TERMS[waiting.pop()][1]) - found
        found |= above
        waiting += above
    return found


@pytest.mark.parametrize(
    "record", [full(), talk(), PARTICULAR, bare()], ids=["full", "talk", "particulars", "bare"]
)
def test_each_term_is_used_as_the_ontology_defines_it(record: Record) -> None:
    graph = read(record, FULL_CONTEXT)
    for subject, predicate, value in graph:
        if predicate == RDF.type:
            assert TERMS[str(value).removeprefix(NAMESPACE)][0] == "class"
            continue
        name = str(predicate).removeprefix(NAMESPACE)
        kind, domain, reach = TERMS[name]
        assert classes(graph, subject) & set(domain), (name, subject)
        assert isinstance(value, Literal) == (kind == "datatype"), (name, value)
        known = classes(graph, value)
        assert kind == "datatype" or not known or known & set(reach), (name, value)


def test_sender_addressee_evidence_and_relations_are_read_back() -> None:
    graph = read(full(), BARE_CONTEXT)
    names = {"rico": URIRef(NAMESPACE)}
    record = full()

    def ask(words: str) -> set[tuple[str, ...]]:
        rows = graph.query(f"SELECT {words}", initNs=names)
        return {tuple(map(str, row)) for row in rows}  # type: ignore[arg-type]

    for end, ids in (("hasSender", record.sender), ("hasAddressee", record.recipients)):
        named = {(record.agent(name).name,) for name in ids}
        assert ask(f"?n {{ ?r rico:{end} ?a . ?a rico:name ?n }}") == named
    evidence = ask("?s { ?e rico:type 'evidence' ; rico:relationSource ?s }")
    assert len(evidence) == len({(str(one),) for one in record.evidence})
    certain = ask("?c { ?e rico:type 'evidence' ; rico:relationCertainty ?c }")
    assert certain == {(one.confidence,) for one in record.evidence if one.confidence}
    related = Graph().parse(data=export("rico", PARTICULAR, BARE_CONTEXT), format="json-ld")
    ends = {(str(p).removeprefix(NAMESPACE), str(o)) for _, p, o in related}
    assert ("isReplyTo", "arcp://name,markother/document") in ends
    assert ("isOrWasConstituentOf", "https://doi.org/10.1000/markdoi") in ends
