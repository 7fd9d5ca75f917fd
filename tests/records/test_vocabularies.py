"""Vocabularies: the order of levels, the meanings of a marking, types of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.faults import Fault
from archive_pkg.records.vocabularies.languages import language_tag
from archive_pkg.records.vocabularies.terms import event_types, find_marking, level, schemes


def test_top_secret_is_not_the_highest_soviet_level() -> None:
    assert level("ussr", "top-secret") < level("ussr", "of-special-importance")
    assert level("ussr", "secret") < level("ussr", "top-secret")
    assert level("ussr", "of-special-importance").terms["ru"] == ("особой важности",)
    assert "special importance" in level("ussr", "of-special-importance").sources[0]
    assert "not the highest" in schemes()["ussr"].note


def test_levels_of_different_schemes_are_not_ordered() -> None:
    ours, theirs = level("ussr", "secret"), level("us", "top-secret")
    assert not ours < theirs
    assert not theirs < ours


def test_every_level_has_a_rank_words_and_a_source() -> None:
    assert set(schemes()) == {"ussr", "us", "uk", "ddr", "nato"}
    for scheme in schemes().values():
        assert [one.rank for one in scheme.levels] == list(range(len(scheme.levels), 0, -1))
        assert len({one.id for one in scheme.levels}) == len(scheme.levels)
        for one in scheme.levels:
            assert one.terms
            assert one.sources
            for language in (*one.terms, *one.renderings):
                assert language_tag(language) == language


@pytest.mark.parametrize(
    ("scheme", "name", "right"),
    [
        ("soviet", "secret", "ussr"),
        ("ussr", "topsecret", "top-secret"),
        ("ussr", "confidential", "Write one of"),
    ],
)
def test_an_unknown_level_is_refused_with_the_known_ones(
    scheme: str, name: str, right: str
) -> None:
    with pytest.raises(Fault) as caught:
        level(scheme, name)
    assert right in caught.value.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Completely Secret", [("ussr", "top-secret", True)]),
        (" COMPLETELY  SECRET.", [("ussr", "top-secret", True)]),
        ("Совершенно секретно", [("ussr", "top-secret", False)]),
        ("Сов. секретно. Экз. № 1", [("ussr", "top-secret", False)]),
        ("СЕКРЕТНО", [("ussr", "secret", False)]),
        ("Особой важности", [("ussr", "of-special-importance", False)]),
        (
            "TOP SECRET//NOFORN",
            [
                ("us", "top-secret", False),
                ("uk", "top-secret", False),
                ("ussr", "top-secret", True),
            ],
        ),
        ("COSMIC TOP SECRET", [("nato", "cosmic-top-secret", False)]),
        ("Geheime Verschlußsache", [("ddr", "geheime-verschlusssache", False)]),
        ("GVS-Nr. 12/60", [("ddr", "geheime-verschlusssache", False)]),
        ("Secretary of State", []),
        ("personal", []),
        ("", []),
    ],
)
def test_a_marking_gives_the_levels_that_it_can_mean(
    text: str, found: list[tuple[str, str, bool]]
) -> None:
    candidates = find_marking(text)
    assert sorted((c.level.scheme, c.level.id, c.rendering) for c in candidates) == sorted(found)
    assert [c.rendering for c in candidates] == sorted(c.rendering for c in candidates)


def test_every_term_and_rendering_of_a_level_is_recognized() -> None:
    for scheme in schemes().values():
        for one in scheme.levels:
            for words in [
                w for terms in (one.terms, one.renderings) for t in terms.values() for w in t
            ]:
                assert one in [candidate.level for candidate in find_marking(words.upper())]


@given(st.text(max_size=200))
def test_a_text_has_at_most_one_candidate_level_per_scheme(text: str) -> None:
    assert len(find_marking(text)) <= len(schemes())


def test_event_types_have_an_address_or_are_local() -> None:
    types = event_types()
    assert types["creation"].uri == "http://id.loc.gov/vocabulary/preservation/eventType/cre"
    assert types["digital signature generation"].uri.endswith("/dsg")
    assert types["translation"].local
    assert types["translation"].definition
    assert sum(not kind.local for kind in types.values()) == 50
    uris = [kind.uri for kind in types.values() if kind.uri]
    assert len(set(uris)) == 50
