"""Made-up records, coherent and as odd as the models allow."""

from __future__ import annotations

from hypothesis import strategies as st

from archive_pkg.records.models import Record

ODD = "=+-@'\";\\,[] \t\r\n\u00a0|#:жé"
texts = st.text(
    st.one_of(
        st.sampled_from(ODD),
        st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc"]),
    ),
    min_size=1,
    max_size=12,
).filter(str.strip)
any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
ids = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,5}[A-Za-z0-9_])?", fullmatch=True)
dates = st.fixed_dictionaries(
    {"edtf": st.sampled_from(["1960-07-18", "1960", "196X", "1959/1961", "[1959..1961]", "-0044"])},
    optional={"as_written": texts, "note": texts},
)
languages = st.sampled_from(["en", "ru-Latn", "de-DD", "zh-Hant"])
identifiers = st.one_of(
    st.fixed_dictionaries(
        {"scheme": st.just("wikidata"), "value": st.sampled_from(["Q42", "Q7"])},
        optional={"note": any_text},
    ),
    st.fixed_dictionaries(
        {
            "scheme": st.just("local"),
            "value": st.text(
                st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]),
                min_size=1,
                max_size=8,
            ).filter(lambda value: value.strip() == value != "")
            | st.sampled_from(["a [b]", "x\\ ;", "\\[", "a; b", "c:d\\"]),
        },
        optional={"note": any_text | st.just("")},
    ),
)


def _known(**optional: st.SearchStrategy) -> dict[str, st.SearchStrategy]:
    return optional


def _some(names: list[str]) -> st.SearchStrategy:
    return st.lists(st.sampled_from(names), max_size=3) if names else st.just([])


def _one(names: list[str]) -> st.SearchStrategy:
    return st.sampled_from(names)


@st.composite
def quotes(draw: st.DrawFn, parts: list[str]) -> dict:
    start, exact = draw(st.integers(0, 1_000_000)), draw(any_text)
    return {
        "part": draw(_one(parts)),
        "start": start,
        "end": start + len(exact),
        "exact": exact,
        "prefix": draw(any_text | st.just("")),
        "suffix": draw(any_text | st.just("")),
    }


@st.composite
def records(draw: st.DrawFn, record_ids: st.SearchStrategy = ids) -> Record:
    agents = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    parts = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    agent, part, many_agents = _one(agents), _one(parts), _some(agents)
    raw = draw(
        st.fixed_dictionaries(
            {
                "id": record_ids,
                "type": st.sampled_from(["letter", "telegram", "other"]),
                "title": texts,
                "agents": st.tuples(
                    *(
                        st.fixed_dictionaries(
                            {
                                "id": st.just(name),
                                "name": texts,
                                "kind": st.sampled_from(["person", "organization", "software"]),
                            },
                            optional=_known(
                                role=texts,
                                as_written=texts,
                                version=texts,
                                identifiers=st.lists(identifiers, max_size=2),
                                note=texts,
                            ),
                        )
                        for name in agents
                    )
                ).map(list),
                "parts": st.tuples(
                    *(
                        st.fixed_dictionaries(
                            {
                                "id": st.just(name),
                                "kind": st.sampled_from(["original", "translation", "scan"]),
                                "of": _some(parts[:place]),
                            },
                            optional=_known(
                                title=texts,
                                languages=st.lists(languages, max_size=2),
                                made_by=many_agents,
                                made=dates,
                                method=texts,
                                media_type=st.just("text/plain"),
                            ),
                        ).flatmap(
                            lambda known: st.sampled_from(
                                [
                                    known | {"held": False},
                                    known | {"file": "a b/ü.txt"},
                                    known
                                    | {
                                        "file": "x.txt",
                                        "span": {"start": 0, "end": 9},
                                        "sha256": "0" * 64,
                                    },
                                ]
                            )
                        )
                        for place, name in enumerate(parts)
                    )
                ).map(list),
            },
            optional=_known(
                version=st.integers(1, 99),
                supersedes=texts,
                identifiers=st.lists(identifiers, max_size=2),
                variant_titles=st.lists(texts, max_size=3),
                sender=many_agents,
                signatories=many_agents,
                mentioned_agents=many_agents,
                date=dates,
                received=dates,
                place=st.fixed_dictionaries(
                    {"name": texts},
                    optional=_known(
                        as_written=texts, identifiers=st.lists(identifiers, max_size=2)
                    ),
                ),
                mentioned_places=st.lists(
                    st.fixed_dictionaries(
                        {"name": texts},
                        optional=_known(identifiers=st.lists(identifiers, max_size=2)),
                    ),
                    max_size=2,
                ),
                classification=st.fixed_dictionaries(
                    {"as_written": texts},
                    optional=_known(
                        language=languages,
                        caveats=st.lists(texts, max_size=2),
                        history=st.lists(
                            st.fixed_dictionaries(
                                {"action": st.just("declassified")},
                                optional=_known(date=dates, by=agent, note=texts),
                            ),
                            max_size=2,
                        ),
                    ),
                ),
                salutation=texts,
                summary=st.fixed_dictionaries(
                    {"text": texts}, optional=_known(part=part, author=agent)
                ),
                subjects=st.lists(
                    st.fixed_dictionaries({"term": texts}, optional=_known(identifier=identifiers)),
                    max_size=2,
                ),
                translation_notes=st.lists(
                    st.fixed_dictionaries(
                        {
                            "id": ids,
                            "kind": st.sampled_from(["insertion", "sic"]),
                            "at": quotes(parts),
                        },
                        optional=_known(text=texts, original=texts, language=languages),
                    ),
                    max_size=2,
                    unique_by=lambda note: note["id"],
                ),
                enclosures=st.lists(
                    st.fixed_dictionaries({"id": ids, "title": texts}, optional=_known(part=part)),
                    max_size=2,
                    unique_by=lambda enclosure: enclosure["id"],
                ),
                holding=st.fixed_dictionaries(
                    {"repository": texts}, optional=_known(fonds=texts, folio=texts)
                ),
                custody=texts,
                donor=agent,
                publications=st.lists(texts, max_size=2),
                rights=st.fixed_dictionaries({"statement": texts}, optional=_known(holder=agent)),
                events=st.lists(
                    st.fixed_dictionaries(
                        {"id": ids, "type": texts},
                        optional=_known(
                            date=st.just({"edtf": "1960"}),
                            agents=many_agents,
                            objects=_some(parts),
                            outcome=st.just("success"),
                        ),
                    ),
                    max_size=2,
                    unique_by=lambda event: event["id"],
                ),
                evidence=st.lists(
                    st.one_of(
                        st.fixed_dictionaries(
                            {
                                "field": st.just("title"),
                                "basis": st.just("quoted"),
                                "at": quotes(parts),
                            },
                            optional=_known(confidence=st.just("guess"), value=texts, note=texts),
                        ),
                        st.fixed_dictionaries(
                            {
                                "field": st.sampled_from(agents).map("agents.{}.name".format),
                                "basis": st.just("supplied"),
                                "agent": agent,
                            }
                        ),
                    ),
                    max_size=3,
                ),
            ),
        )
    )
    return Record.model_validate(raw)


def catalogues(most: int = 3) -> st.SearchStrategy:
    """Some records whose ids differ."""
    return st.lists(records(), max_size=most, unique_by=lambda record: record.id)
