"""Generated records for tests of every record: coherent, with all values that the models allow."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from archive_pkg.records.models import Part, Record, Relation, TranslationNote
from archive_pkg.records.vocabularies.document_types import document_types

HOSTILE = (
    "<>&\"'\t\r\n]\\{}%$#_~^|;,=\u00a0\u0085\u200e\u202e\u2028\ue000\ufdd0\ufffd\ufffe\uffff😀жé"
)

PART_KINDS = get_args(Part.model_fields["kind"].annotation)
NOTE_KINDS = get_args(TranslationNote.model_fields["kind"].annotation)
RELATION_KINDS = get_args(Relation.model_fields["kind"].annotation)

texts = st.text(
    st.one_of(
        st.sampled_from([sign for sign in HOSTILE if sign != "\u0085"]),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip())) | st.sampled_from(["]]>", "<!--", "&lt;", "--", "\\n"])
"""What a text field of a record may hold."""

raw_texts = st.text(st.characters(exclude_categories=[]), max_size=60)
"""What a file's decoded text may hold: anything, control characters and lone surrogates too."""

ids = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,4}[A-Za-z0-9_])?", fullmatch=True)
record_ids = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,8}[A-Za-z0-9_])?", fullmatch=True)
languages = st.sampled_from(["en", "ru", "ru-Latn", "de-DD", "zh-Hant", "sr-Cyrl-YU"])
edtf = st.sampled_from(
    [
        "1960-07-18", "1960-07", "1960", "1960?", "1960-07~", "1960-07-18%", "196X", "19XX",
        "1960-XX", "1960-07-XX", "1960-21", "1959/1961", "1959-11/1960-02-03", "../1961",
        "1960/..", "1960/", "[1959..1961]", "[1959,1961]", "[..1961]", "-0044", "0000", "Y17000",
        "1960-07-18T09:30:00", "1960-07-18T09:30:00Z", "1960-07-18T09:30:00+03", "1959~/1961?",
    ]
)  # fmt: skip
calendars = st.sampled_from(["gregorian", "julian", "french-republican", "other"])
_beside_dates = {"calendar": calendars, "note": texts}
dates = st.fixed_dictionaries({"edtf": edtf}, optional={"as_written": texts, **_beside_dates})
open_dates = st.fixed_dictionaries({"as_written": texts}, optional=_beside_dates)
identifiers = st.sampled_from(
    [
        {"scheme": "wikidata", "value": "Q42"},
        {"scheme": "doi", "value": "10.1000/182<&>"},
        {"scheme": "url", "value": "https://example.org/a?b=1&c=%20"},
        {"scheme": "url", "value": 'https://example.org/<{[^`|\\"]}>#a#b%'},
        {"scheme": "geonames", "value": "524901"},
        {"scheme": "local", "value": "a [b] <c> “d”"},
    ]
)


def _some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), max_size=3, unique=True) if names else st.just([])


def _items(
    names: list[str], required: dict[str, Any], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[list[Any]]:
    return st.tuples(
        *(
            st.fixed_dictionaries({"id": st.just(name)} | required, optional=optional)
            for name in names
        )
    ).map(list)


@st.composite
def quotes(draw: st.DrawFn, parts: list[str]) -> dict[str, Any]:
    start = draw(st.integers(0, 60))
    exact = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
    return {
        "part": draw(st.sampled_from(parts)),
        "start": start,
        "end": start + len(exact),
        "exact": exact,
    }


places = st.fixed_dictionaries(
    {"name": texts},
    optional={"as_written": texts, "identifiers": st.lists(identifiers, max_size=2)},
)


def _placed(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A date, a place, or both."""
    return st.builds(
        lambda required, more: required | more,
        dates | open_dates | st.fixed_dictionaries({"place": places}),
        st.fixed_dictionaries({}, optional={"place": places, **optional}),
    )


TYPES = (*document_types(), "plan")
OWN_TYPE = {"label": "Plan of <work>", "definition": "What & when.", "like": "report"}


@st.composite
def records(draw: st.DrawFn, record_ids: st.SearchStrategy[str] = record_ids) -> Record:
    """Generate a record; each optional field may be empty."""
    agents = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    parts = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    notes = draw(st.lists(ids, unique=True, max_size=3))
    some, one, part = _some(agents), st.sampled_from(agents), st.sampled_from(parts)
    raw = draw(
        st.fixed_dictionaries(
            {
                "id": record_ids,
                "type": st.sampled_from(TYPES),
                "title": texts,
                "agents": _items(
                    agents,
                    {
                        "name": texts | st.just("Khrushchev, Nikita"),
                        "kind": st.sampled_from(["person", "organization", "family", "software"]),
                    },
                    name_parts=st.fixed_dictionaries(
                        {"family": texts},
                        optional={"given": texts, "patronymic": texts, "suffix": texts},
                    ),
                    born=dates,
                    died=open_dates,
                    role=texts,
                    affiliations=some,
                    as_written=texts,
                    version=texts,
                    identifiers=st.lists(identifiers, max_size=2),
                    note=texts,
                ),
                "parts": st.tuples(
                    *(_part(name, parts, place, some) for place, name in enumerate(parts))
                ).map(list),
            },
            optional={
                "version": st.integers(1, 99),
                "supersedes": texts,
                "identifiers": st.lists(identifiers, max_size=2),
                "variant_titles": st.lists(texts, max_size=2),
                "sender": some,
                "signatories": some,
                "recipients": some,
                "copies_to": some,
                "authors": some,
                "attention": some,
                "distribution": texts,
                "participants": _participants(agents),
                "number": texts,
                "copy_number": texts,
                "filing_reference": texts,
                "extent": texts,
                "excerpt": st.booleans(),
                "recorded": _placed(kind=st.sampled_from(["talk", "session", "speech"])),
                "dispatched": _placed(),
                "mentioned_agents": some,
                "date": dates | open_dates,
                "received": _placed(),
                "place": places,
                "mentioned_places": st.lists(places, max_size=2),
                "classification": st.fixed_dictionaries(
                    {"as_written": texts},
                    optional={
                        "language": languages,
                        "caveats": st.lists(texts, max_size=2),
                        "history": st.lists(
                            st.fixed_dictionaries(
                                {"action": st.sampled_from(["declassified", "reviewed"])},
                                optional={"date": dates, "by": one, "note": texts},
                            ),
                            max_size=2,
                        ),
                    },
                ),
                "salutation": texts,
                "closing": texts,
                "summary": st.fixed_dictionaries(
                    {"text": texts}, optional={"part": part, "author": one}
                ),
                "subjects": st.lists(
                    st.fixed_dictionaries({"term": texts}, optional={"identifier": identifiers}),
                    max_size=2,
                ),
                "translation_notes": _items(
                    notes,
                    {
                        "kind": st.sampled_from(NOTE_KINDS),
                        "at": quotes(parts),
                    },
                    text=texts,
                    rendering=texts,
                    original=texts,
                    language=languages,
                    romanized=texts,
                    romanization=texts,
                ),
                "enclosures": _items(
                    notes,
                    {"title": texts},
                    part=part,
                    number=texts,
                    sender=some,
                    date=dates | open_dates,
                    record=record_ids,
                ),
                "items": _items(
                    notes, {"title": texts}, number=texts, at=quotes(parts), record=record_ids
                ),
                "relations": st.lists(
                    st.fixed_dictionaries(
                        {"kind": st.sampled_from(RELATION_KINDS), "title": texts},
                        optional={"record": record_ids, "identifier": identifiers, "note": texts},
                    ),
                    max_size=2,
                ),
                "holdings": st.lists(
                    st.fixed_dictionaries(
                        {"repository": texts},
                        optional={
                            "levels": st.lists(
                                st.fixed_dictionaries({"name": texts, "value": texts}), max_size=3
                            ),
                            "note": texts,
                        },
                    ),
                    max_size=2,
                ),
                "custody": texts,
                "donor": one,
                "publications": st.lists(
                    texts
                    | st.fixed_dictionaries(
                        {"citation": texts},
                        optional={
                            "title": texts,
                            "editors": some,
                            "translators": some,
                            "place_in": texts,
                            "date": dates | open_dates,
                            "identifiers": st.lists(identifiers, max_size=2),
                        },
                    ),
                    max_size=2,
                ),
                "rights": st.fixed_dictionaries(
                    {"statement": texts},
                    optional={
                        "holder": one,
                        "licence": st.sampled_from(
                            ["CC-BY-4.0", "https://example.org/licence", "see the letter"]
                        ),
                    },
                ),
                "events": _items(
                    notes,
                    {"type": texts | st.sampled_from(["creation", "ingestion", "translation"])},
                    # One date for all keeps them oldest first.
                    date=st.just({"edtf": "1960", "as_written": "in 1960"}),
                    agents=some,
                    objects=_some(parts),
                    sources=_some(parts),
                    outcome=st.sampled_from(["success", "warning", "fail"]),
                    detail=texts,
                ),
                "evidence": st.lists(_evidence(agents, parts), max_size=4),
            },
        )
    )
    own = {} if raw["type"] in document_types() else {"own_type": OWN_TYPE}
    return Record.model_validate(_coherent(raw | own))


def _participants(agents: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    parts = ["chair", "interpreter", "note-taker", "speaker", "present"]
    optional = {
        "part": st.lists(st.sampled_from(parts), min_size=1, max_size=2, unique=True),
        "office": texts,
        "side": texts,
    }
    return st.tuples(
        *(st.fixed_dictionaries({"agent": st.just(a)}, optional=optional) for a in agents)
    ).map(list)


def _part(
    name: str, parts: list[str], place: int, makers: st.SearchStrategy[list[str]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda known, kept: known | kept,
        st.fixed_dictionaries(
            {
                "id": st.just(name),
                "kind": st.sampled_from(
                    [
                        "original",
                        "scan",
                        "transcription",
                        "translation",
                        "redaction",
                        "enclosure",
                        "summary",
                    ]
                ),
                "made_from": _some(parts[:place]),
                "part_of": _some(parts[:place]),
                "about": _some(parts[:place]),
            },
            optional={
                "title": texts,
                "languages": st.lists(languages, max_size=2, unique=True),
                "made_by": makers,
                "made": dates,
                "method": texts,
                "note": texts,
                "excerpt": st.booleans(),
                "encoding": st.just("UTF-8"),
                "access": st.sampled_from(
                    [
                        {"status": "open"},
                        {"status": "closed", "rule": "<&>"},
                        {"status": "restricted", "until": {"edtf": "2031?"}, "rule": "]]>"},
                    ]
                ),
                "media_type": st.sampled_from(["text/plain", "image/tiff"]),
            },
        ),
        st.sampled_from(
            [
                {"held": False},
                {"file": "a b/ü&.txt"},
                {"file": "x.txt", "sha256": "0" * 64},
                {"file": "x.txt", "span": {"start": 0, "end": 9}},
            ]
        ),
    )


def _evidence(agents: list[str], parts: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    agent_fields = st.sampled_from(agents).map("agents.{}.name".format)
    quotable = ["title", "sender", "signatories", "recipients", "date", "received", "place"]
    quotable += ["classification", "salutation", "closing", "summary"]
    return st.one_of(
        st.fixed_dictionaries(
            {
                "field": st.sampled_from(quotable) | agent_fields,
                "basis": st.just("quoted"),
                "at": quotes(parts),
            },
            optional={"confidence": st.just("guess"), "note": texts},
        ),
        st.fixed_dictionaries(
            {
                "field": agent_fields,
                "basis": st.just("supplied"),
                "agent": st.sampled_from(agents),
                "value": texts,
            },
        ),
    )


def _coherent(raw: dict[str, Any]) -> dict[str, Any]:
    """Keep only evidence for fields that the record has."""
    stated = [
        item
        for item in raw.get("evidence", [])
        if item["field"].startswith("agents.") or raw.get(item["field"])
    ]
    return raw | {"evidence": stated}
