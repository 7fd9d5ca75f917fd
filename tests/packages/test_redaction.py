"""Test which statements of a record are public, and which are withheld with a part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.packages.access.redaction import public, seen_by
from archive_pkg.packages.access.visibility import withheld
from archive_pkg.packages.packaging_events import SOFTWARE_ID
from archive_pkg.records import Record
from archive_pkg.records.display import words as words_of
from archive_pkg.records.models.parts import WITHHELD
from archive_pkg.records.statement_index import StatementIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE = Path("no-folder")
CLOSED = {"status": "closed", "rule": "The donor's wish"}
IN_LETTER = {"part": "letter", "start": 0, "end": 1, "exact": "X"}
IN_REPORT = {**IN_LETTER, "part": "report"}
LETTER = {"id": "letter", "kind": "original", "file": "letter.txt"}
REPORT = {"id": "report", "kind": "enclosure", "file": "sub/report.txt", "access": CLOSED}


def quoted(field: str, at: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"field": field, "basis": "quoted", "at": at, **more}


def supplied(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "basis": "supplied", "agent": "archivist", **more}


def inferred(field: str, rule: str = "some-rule", **more: Any) -> dict[str, Any]:
    return {"field": field, "basis": "inferred", "rule": rule, **more}


def record_of(*parts: dict[str, Any], **more: Any) -> Record:
    return Record.model_validate(
        {"format": 2, "id": "x", "type": "letter", "title": "X", "parts": list(parts), **more}
    )


def out(*evidence: dict[str, Any], parts: Any = (LETTER, REPORT), **more: Any) -> dict[str, Any]:
    """Return the public record of a record with an open letter and a closed report."""
    agents = [{"id": "boss", "name": "Igor Secretov", "kind": "person"}]
    agents += [{"id": "archivist", "name": "A. Rchivist", "kind": "person"}]
    data = {"agents": agents, "sender": ["boss"], "evidence": list(evidence), **more}
    record = record_of(*parts, **data)
    return public(record, withheld(record, "public"), NOWHERE).as_json()


# A record in which each text is a different word that begins with w.
RICH: dict[str, Any] = {
    "title": "w1",
    "variant_titles": ["w2", "w3"],
    "identifiers": [{"scheme": "local", "value": "w4"}, {"scheme": "local", "value": "w5"}],
    "sender": ["anna"],
    "recipients": ["bert", "1"],
    "mentioned_agents": ["1", "dora", "anna"],
    "date": {"edtf": "1960", "as_written": "w6", "note": "w7"},
    "received": {"as_written": "w8"},
    "place": {"name": "w9", "as_written": "w10"},
    "classification": {
        "as_written": "w11",
        "scheme": "w12",
        "level": "w13",
        "caveats": ["w14", "w15"],
        "history": [{"action": "reviewed", "by": "dora", "note": "w16", "date": "1961"}],
    },
    "salutation": "w17",
    "summary": {"text": "w18", "author": "bert"},
    "subjects": [{"term": "w19"}, {"term": "w20"}, {"term": "w21"}],
    "mentioned_places": [{"name": "w22", "as_written": "w23"}, {"name": "w24"}],
    "translation_notes": [
        {"id": name, "kind": "sic", "at": IN_LETTER, "text": text}
        for name, text in (("n1", "w25"), ("n2", "w26"))
    ],
    "enclosures": [{"id": "e1", "title": "w27"}, {"id": "e2", "title": "w28"}],
    "holdings": [{"repository": "w29", "levels": [{"name": "fond", "value": "w30"}]}],
    "donor": "dora",
    "publications": ["w31", "w32"],
    "rights": {"statement": "w33", "licence": "w34", "holder": "anna"},
    "agents": [
        {"id": name, "name": f"w{n}", "kind": "person", "role": f"w{n + 1}", "note": f"w{n + 2}"}
        for n, name in ((35, "anna"), (38, "bert"), (41, "1"), (44, "dora"))
    ],
    "events": [
        {"id": "1", "type": "w50", "date": {"edtf": "1962", "as_written": "w51"}, "detail": "w52"},
        {"id": "v2", "type": "w53", "objects": ["letter"], "agents": ["1", "anna"]},
    ],
}


def paths(data: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each statement and of each value in it; for items by id and by number."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        if name == "id":
            continue
        below = f"{path}.{name}" if path else str(name)
        is_list_of_things = isinstance(value, list) and isinstance(value[0], dict)
        if not is_list_of_things or path:
            yield below
        if isinstance(value, dict | list):
            yield from paths(value, below)
            if is_list_of_things and "id" in value[0]:
                for item in value:
                    yield f"{below}.{item['id']}"
                    yield from paths(item, f"{below}.{item['id']}")


def is_stated(path: str) -> bool:
    """Return whether the record has a value at the path.

    A number in a path can also be the id of another item, which may lack the value.
    """
    try:
        return PLAIN.value(path) not in (None, ())
    except KeyError:
        return False


PLAIN = StatementIndex(record_of(LETTER, REPORT, **RICH))
PATHS = sorted({path for path in paths(RICH) if is_stated(path)})


def words(value: Any) -> set[str]:
    return set(json.dumps(value, default=lambda one: one.model_dump(mode="json")).split('"')[1::2])


def by_id(path: str) -> str:
    """Return the path with the id of its item instead of the item's number."""
    kind, *names = path.split(".")
    if names:
        names[0] = getattr(PLAIN.value(f"{kind}.{names[0]}"), "id", names[0])
    return ".".join((kind, *names))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(PATHS), st.sampled_from([IN_LETTER, IN_REPORT, IN_REPORT])),
        min_size=1,
        max_size=5,
    )
)
def test_statements_that_only_a_withheld_part_supports_are_withheld(
    said: list[tuple[str, dict[str, Any]]],
) -> None:
    evidence = [
        quoted(field, {**at, "start": number, "end": number + 1})
        for number, (field, at) in enumerate(said)
    ]
    record = record_of(LETTER, REPORT, **RICH, evidence=evidence)
    shown = public(record, withheld(record, "public"), NOWHERE)
    left, now = words(shown.as_json()), StatementIndex(shown)
    openly = {by_id(field) for field, at in said if at is IN_LETTER}
    for field, at in said:
        if at is IN_REPORT and by_id(field) not in openly:
            secret = {word for word in words(PLAIN.value(field)) if word.startswith("w")}
            assert not secret & left, field
    for item in shown.evidence:
        if item.at is not None:
            assert item.at.part == "letter"
            before = words(PLAIN.value(said[item.at.start][0]))
            assert words(now.value(item.field)) <= before, item.field


def test_a_record_is_unchanged_if_nothing_is_withheld() -> None:
    scan = {"id": "scan", "kind": "scan", "held": False}
    record = record_of(
        scan, **{**RICH, "translation_notes": [], "events": []}, evidence=[inferred("title")]
    )
    assert public(record, {}, NOWHERE).as_json() == record.as_json() | {"id": "x-public"}


def test_statements_quoted_from_a_withheld_part_are_withheld() -> None:
    evidence = [
        quoted(f, IN_REPORT) for f in ("agents.boss", "agents.boss.name", "place", "place.name")
    ]
    shown = out(*evidence, place={"name": "M"})
    assert not {"agents", "sender", "place", "evidence"} & shown.keys()


def test_evidence_from_open_parts_is_public() -> None:
    # The words of an event without objects can be about the report, unless a person supplied them.
    withheld_fields = {"events.1.date.as_written", "events.1.detail"}
    openly = [path for path in PATHS if by_id(path) not in withheld_fields]
    record = record_of(
        LETTER, REPORT, **RICH, evidence=[quoted(path, IN_LETTER) for path in openly]
    )
    shown = public(record, withheld(record, "public"), NOWHERE)
    assert [item.field for item in shown.evidence] == [by_id(path) for path in openly]
    lost = words(record.as_json()) - words(shown.as_json())
    assert {word for word in lost if word.startswith("w")} == {"w51", "w52"}


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("agents.boss.name", {"agents": [{"id": "boss", "name": "Igor", "kind": "person"}]}),
        ("agents.0.name", {"agents": [{"id": "boss", "name": "Igor", "kind": "person"}]}),
        ("agents.0", {"agents": [{"id": "boss", "name": "Igor", "kind": "person"}]}),
        ("mentioned_places.0.name", {"mentioned_places": [{"name": "Igor"}]}),
        ("subjects.0.term", {"subjects": [{"term": "Igor"}]}),
        ("enclosures.e.title", {"enclosures": [{"id": "e", "title": "Igor"}]}),
        ("events.e.type", {"events": [{"id": "e", "type": "Igor"}]}),
        ("variant_titles.0", {"variant_titles": ["Igor"]}),
        ("identifiers.0.value", {"identifiers": [{"scheme": "local", "value": "Igor"}]}),
        ("holdings.0.repository", {"holdings": [{"repository": "Igor"}]}),
        ("custody", {"custody": "Igor"}),
    ],
)
def test_a_value_only_the_closed_part_supports_is_withheld_with_its_statement(
    field: str, stated: dict[str, Any]
) -> None:
    (kind,) = stated
    above = field.rpartition(".")[0]
    shown = out(
        *[quoted(above, IN_LETTER)] if "." in above else [],
        quoted(field, IN_REPORT),
        **{"sender": []} | stated,
    )
    assert kind not in shown
    assert "Igor" not in json.dumps(shown)
    assert not [item for item in shown.get("evidence", ()) if item["field"].startswith(kind)]


@pytest.mark.parametrize("field", ["date", "received"])
@pytest.mark.parametrize(
    ("finer", "date", "left"),
    [
        ("", {"as_written": "in May"}, None),
        ("", {"edtf": "1960", "as_written": "in May"}, {"edtf": "1960"}),
        (".edtf", {"edtf": "1960"}, None),
        (".edtf", {"edtf": "1960", "note": "by the seal"}, None),
        (".edtf", {"edtf": "1960", "as_written": "in May"}, {"as_written": "in May"}),
        (".as_written", {"as_written": "in May"}, None),
        (".note", {"edtf": "1960", "note": "in May"}, {"edtf": "1960"}),
    ],
)
def test_the_fields_of_a_date_that_only_the_closed_part_supports_are_withheld(
    field: str, finer: str, date: dict[str, str], left: dict[str, str] | None
) -> None:
    shown = out(quoted(field, IN_LETTER), quoted(f"{field}{finer}", IN_REPORT), **{field: date})
    assert shown.get(field) == left


def test_a_classification_without_public_words_is_withheld() -> None:
    marking = {"as_written": "Secret", "scheme": "ussr", "level": "secret", "caveats": ["A"]}
    both = [quoted("classification", IN_LETTER), quoted("classification", IN_REPORT)]
    assert "classification" not in out(*both, classification=marking)
    for twin in ("scheme", "level"):
        finer = [quoted("classification", IN_LETTER), quoted(f"classification.{twin}", IN_REPORT)]
        shown = out(*finer, classification=marking)
        assert shown["classification"] == {"as_written": "Secret", "caveats": ["A"]}
    finer = [quoted("classification", IN_LETTER), quoted("classification.caveats", IN_REPORT)]
    shown = out(*finer, classification=marking)
    assert shown["classification"] == {
        "as_written": "Secret", "scheme": "ussr", "level": "secret",
    }  # fmt: skip


def test_the_spelling_of_a_name_quoted_from_an_open_and_a_closed_part_is_withheld() -> None:
    place = {"name": "Moscow", "as_written": "Moskau"}
    agents = [{"id": "boss", "name": "Igor", "kind": "person", "as_written": "IGOR"}]
    both = [quoted(f, at) for f in ("place", "agents.boss") for at in (IN_LETTER, IN_REPORT)]
    shown = out(*both, place=place, agents=agents)
    assert shown["place"] == {"name": "Moscow"}
    assert shown["agents"] == [{"id": "boss", "name": "Igor", "kind": "person"}]
    openly = [quoted(f, IN_LETTER) for f in ("place", "agents.boss")]
    shown = out(*openly, place=place, agents=agents)
    assert (shown["place"], shown["agents"]) == (place, agents)


def test_evidence_for_a_different_value_does_not_make_a_statement_public() -> None:
    rival = quoted("place", IN_LETTER, value="Kyiv")
    assert "place" not in out(rival, quoted("place", IN_REPORT), place={"name": "Moscow"})
    shown = out(rival, quoted("place", IN_LETTER), place={"name": "Moscow"})
    assert [item.get("value") for item in shown["evidence"]] == ["Kyiv", None]
    finer = [quoted("place", IN_LETTER), quoted("place.name", IN_LETTER, value="Kyiv")]
    shown = out(
        *finer,
        quoted("place.as_written", IN_REPORT, value="K."),
        place={"name": "M", "as_written": "m"},
    )
    assert shown["place"] == {"name": "M", "as_written": "m"}
    shown = out(
        quoted("place.name", IN_LETTER, value="Kyiv"),
        quoted("place.name", IN_REPORT),
        place={"name": "M"},
    )
    assert "place" not in shown


def test_notes_in_the_closed_text_and_its_summary_are_withheld() -> None:
    notes = [
        {"id": name, "kind": "sic", "at": at} for name, at in (("n1", IN_LETTER), ("n2", IN_REPORT))
    ]
    evidence = [supplied(f"translation_notes.{name}") for name in ("n1", "n2")]
    shown = out(
        *evidence,
        supplied("summary"),
        translation_notes=notes,
        summary={"text": "S", "part": "report"},
    )
    assert shown["translation_notes"] == notes[:1]
    assert "summary" not in shown
    assert [item["field"] for item in shown["evidence"]] == ["translation_notes.n1"]
    summary = {"text": "S", "part": "letter"}
    assert out(supplied("summary"), summary=summary)["summary"] == summary


def test_an_enclosure_without_a_part_is_withheld_if_its_evidence_is_withheld() -> None:
    enclosures = [{"id": "e", "title": "Report on X"}]
    assert out(enclosures=enclosures)["enclosures"] == enclosures
    assert "enclosures" not in out(quoted("enclosures.e", IN_REPORT), enclosures=enclosures)
    of_letter = [{**enclosures[0], "part": "letter"}]
    assert out(enclosures=of_letter)["enclosures"] == of_letter


@pytest.mark.parametrize(
    ("parts", "stays"),
    [
        ([LETTER, REPORT], True),
        ([{**LETTER, "media_type": "text/html"}, REPORT], True),
        ([{**LETTER, "media_type": "image/tiff"}, REPORT], False),
        ([{"id": "letter", "kind": "original", "held": False}, REPORT], False),
        ([REPORT, {"id": "scan", "kind": "scan", "held": False}], False),
    ],
)
def test_statements_without_evidence_are_public_if_an_open_part_has_a_text(
    parts: list[dict[str, Any]], stays: bool
) -> None:
    shown = out(parts=parts, custody="Bought.")
    assert ("custody" in shown) is stays
    assert ("sender" in shown) is stays
    assert shown["title"] == ("X" if stays else "Letter x")
    named = {"field": "title", "basis": "inferred", "rule": "title-withheld"}
    assert shown.get("evidence", []) == ([] if stays else [named])


@pytest.mark.parametrize(
    ("evidence", "title"),
    [
        ([], "X"),
        ([quoted("sender", IN_REPORT)], "Letter, 1960"),
        ([quoted("recipients", IN_REPORT)], "Letter, 1960"),
        ([quoted("date", IN_REPORT)], "Letter x"),
        ([quoted("agents.boss", IN_REPORT)], "Letter, 1960"),
        ([quoted("agents.two", IN_REPORT)], "Letter, 1960"),
        ([quoted("place", IN_REPORT)], "X"),
    ],
)
def test_a_composed_title_is_withheld_if_one_of_its_statements_is(
    evidence: list[dict[str, Any]], title: str
) -> None:
    agents = [{"id": name, "name": name, "kind": "person"} for name in ("boss", "two")]
    stated = {"agents": agents, "recipients": ["two"], "date": "1960", "place": {"name": "M"}}
    composed = inferred("title", "title-from-parts")
    assert out(composed, *evidence, **stated)["title"] == title
    neutral = "Letter, 1960" if title == "X" else title
    assert out(inferred("title", "another-rule"), *evidence, **stated)["title"] == neutral


def test_statements_inferred_from_open_parts_or_names_are_public() -> None:
    parts = [{**LETTER, "title": "The letter"}, {**REPORT, "title": "The report"}]
    shown = out(
        *(inferred(f"parts.{name}") for name in ("letter", "report", "0", "1")), parts=parts
    )
    assert [item["field"] for item in shown["evidence"]] == ["parts.letter"] * 2
    shown = out(inferred("agents.boss", "named-in-text"))
    assert [agent["id"] for agent in shown["agents"]] == ["boss"]
    assert "agents" not in out(inferred("agents.boss", "named-in-text", at=IN_REPORT), sender=[])
    assert "custody" in out(inferred("custody", at=IN_LETTER), custody="X")


def test_the_kind_relations_and_rule_of_a_withheld_part_are_public() -> None:
    report = {
        **REPORT, "title": "T", "sha256": "a" * 64, "media_type": "text/plain", "languages": ["de"],
        "encoding": "UTF-8", "made_from": ["letter"], "part_of": ["letter"], "about": ["letter"],
        "made_by": ["boss"], "made": "1960", "method": "M", "note": "N", "pronom": "fmt/1",
    }  # fmt: skip
    known = {"id": "known", "kind": "summary", "held": False, "about": ["report"], "note": "N"}
    shown = out(parts=[LETTER, report, known], sender=[])
    assert shown["parts"] == [
        {**LETTER, "held": True},
        {
            "id": "report", "kind": "enclosure", "held": False, "made_from": ["letter"],
            "part_of": ["letter"], "about": ["letter"], "access": CLOSED, "note": WITHHELD,
        },
        {
            "id": "known", "kind": "summary", "held": False, "about": ["report"],
            "access": {"status": "closed", "rule": "it goes with report: The donor's wish"},
        },
    ]  # fmt: skip
    assert "agents" not in shown


@pytest.mark.parametrize(
    ("at", "field", "stays"),
    [
        (IN_LETTER, "parts.letter", True),
        (IN_REPORT, "parts.letter", False),
        (IN_LETTER, "parts.letter.title", True),
        (IN_REPORT, "parts.0", False),
    ],
)
def test_statements_from_a_closed_part_about_an_open_part_are_withheld(
    at: dict[str, Any], field: str, stays: bool
) -> None:
    letter = {**LETTER, "title": "T", "method": "M", "note": "N", "media_type": "text/plain"}
    (shown, _) = out(quoted(field, at), parts=[letter, REPORT])["parts"]
    said = {name: shown.get(name) for name in ("title", "method", "note")}
    assert said == ({"title": "T", "method": "M", "note": "N"} if stays else dict.fromkeys(said))
    assert shown["media_type"] == "text/plain"


def test_only_the_title_of_an_open_part_is_withheld_if_the_closed_part_supports_it() -> None:
    letter = {**LETTER, "title": "T", "note": "N"}
    evidence = [quoted("parts.letter", IN_LETTER), quoted("parts.letter.title", IN_REPORT)]
    (shown, _) = out(*evidence, parts=[letter, REPORT])["parts"]
    assert shown == {**LETTER, "held": True, "note": "N"}
    kind = [quoted("parts.letter", IN_LETTER), quoted("parts.letter.kind", IN_REPORT)]
    assert len(out(*kind, parts=[letter, REPORT])["parts"]) == 2


MENTIONS: dict[str, Any] = {
    "sender": ["boss"],
    "signatories": ["boss"],
    "recipients": ["boss"],
    "copies_to": ["boss"],
    "mentioned_agents": ["boss"],
    "donor": "boss",
    "summary": {"text": "S", "author": "boss"},
    "rights": {"statement": "R", "holder": "boss"},
    "classification": {"as_written": "C", "history": [{"action": "reviewed", "by": "boss"}]},
    "parts": [{**LETTER, "made_by": ["boss"]}, REPORT],
    "events": [{"id": "e", "type": "creation", "agents": ["boss"], "objects": ["letter"]}],
}


@pytest.mark.parametrize("field", MENTIONS)
def test_agents_named_by_public_values_are_public(field: str) -> None:
    shown = out(**{"sender": [], field: MENTIONS[field]})
    assert [agent["id"] for agent in shown["agents"]] == ["boss"]


@pytest.mark.parametrize("field", MENTIONS)
def test_public_values_omit_agents_that_only_the_closed_part_supports(field: str) -> None:
    said = [] if field == "parts" else [quoted(field, IN_LETTER)]
    said += [quoted("events.e.agents.0", IN_LETTER)] if field == "events" else []
    said = [one for one in said if one["field"] != "events"]
    shown = out(quoted("agents.boss", IN_REPORT), *said, **{"sender": [], field: MENTIONS[field]})
    assert "boss" not in json.dumps(shown)
    shown.pop("agents", None)
    left = {"summary": {"text": "S"}, "rights": {"statement": "R"}}
    if field in left:
        assert shown[field] == left[field]


def test_an_agent_who_supplied_a_public_statement_is_public() -> None:
    agents = [{"id": name, "name": name, "kind": "person"} for name in ("boss", "a", "b", "c", "d")]
    shown = out(
        {"field": "custody", "basis": "supplied", "agent": "a"},
        {"field": "agents.a", "basis": "supplied", "agent": "b"},
        {"field": "agents.b.name", "basis": "supplied", "agent": "c"},
        {"field": "agents.d", "basis": "supplied", "agent": "d"},
        agents=agents,
        custody="X",
        sender=[],
    )
    assert [agent["id"] for agent in shown["agents"]] == ["a", "b", "c"]
    assert len(shown["evidence"]) == 3
    shown = out(
        supplied("parts.report"), supplied("place", at=IN_REPORT), sender=[], place={"name": "M"}
    )
    assert "archivist" not in json.dumps(shown)


def test_evidence_still_refers_to_its_item_if_an_earlier_item_is_withheld() -> None:
    shown = out(
        quoted("subjects.0", IN_REPORT),
        quoted("subjects.2", IN_LETTER),
        quoted("subjects.2.term", IN_LETTER),
        quoted("recipients.1", IN_LETTER),
        quoted("recipients.two", IN_LETTER),
        quoted("recipients.0", IN_LETTER),
        quoted("agents.boss", IN_REPORT),
        quoted("agents.two", IN_LETTER),
        sender=[],
        recipients=["boss", "two"],
        agents=[{"id": name, "name": name, "kind": "person"} for name in ("boss", "two")],
        subjects=[{"term": "A"}, {"term": "B"}, {"term": "C"}],
    )
    assert shown["subjects"] == [{"term": "B"}, {"term": "C"}]
    fields = ["subjects.1", "subjects.1.term", "recipients.0", "recipients.two", "agents.two"]
    assert [item["field"] for item in shown["evidence"]] == fields


def test_a_note_on_evidence_is_withheld_if_a_closed_part_supports_the_same_statement() -> None:
    noted = quoted("place", IN_LETTER, note="As in the report.")
    assert out(noted, place={"name": "M"})["evidence"] == [noted]
    shown = out(noted, quoted("place", IN_REPORT), place={"name": "M"})
    assert shown["evidence"] == [quoted("place", IN_LETTER)]


EVENT = {
    "id": "e",
    "type": "imaging",
    "date": {"edtf": "1999", "as_written": "in 1999"},
    "detail": "D",
}
BARE = {"id": "e", "type": "imaging", "date": {"edtf": "1999"}}


@pytest.mark.parametrize(
    ("more", "evidence", "left"),
    [
        ({}, [], {}),
        ({}, [supplied("events.e")], EVENT),
        ({}, [quoted("events.e", IN_LETTER)], {}),
        ({"objects": ["letter"]}, [], {**EVENT, "objects": ["letter"]}),
        ({"objects": ["letter", "report"]}, [], {"objects": ["letter"]}),
        ({"objects": ["letter", "report"]}, [supplied("events.e")], {"objects": ["letter"]}),
        (
            {"objects": ["letter"], "sources": ["report"]},
            [],
            {"objects": ["letter"], "sources": ["report"]},
        ),
        ({"objects": ["report"]}, [supplied("events.e")], None),
        ({"sources": ["report"]}, [], {"sources": ["report"]}),
    ],
)
def test_details_of_events_on_a_closed_part_are_withheld(
    more: dict[str, Any], evidence: list[dict[str, Any]], left: dict[str, Any] | None
) -> None:
    shown = out(*evidence, events=[{**EVENT, **more}])
    assert shown.get("events") == (None if left is None else [{**BARE, **left}])


@pytest.mark.parametrize("objects", [[], ["letter", "report"]])
@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_digests_in_events_that_no_open_part_has_are_withheld(
    side: str, objects: list[str]
) -> None:
    letter, report = ({**one, "sha256": sign * 64} for one, sign in ((LETTER, "a"), (REPORT, "b")))
    digests = [f"sha256:{sign * 64}" for sign in "abc"]
    event = {"id": "e", "type": "imaging", "objects": objects, side: digests}
    shown = out(supplied("events.e"), parts=[letter, report], events=[event])
    assert shown["events"][0][side] == digests[:1]


@pytest.mark.parametrize(
    ("event", "held", "is_cut"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"type": "withdrawal"}, False, True),
        ({"agents": []}, False, True),
        ({"agents": [SOFTWARE_ID, "boss"]}, False, True),
        ({"objects": ["other"]}, False, True),
    ],
)
def test_a_redacted_record_is_not_redacted_again(
    event: dict[str, Any], held: bool, is_cut: bool
) -> None:
    stub = {"id": "report", "kind": "enclosure", "access": CLOSED, "held": held}
    stub |= {"file": "report.txt"} if held else {}
    other = {"id": "other", "kind": "scan", "held": False, "access": CLOSED}
    done = {"id": "e", "type": "redaction", "agents": [SOFTWARE_ID], "objects": ["report", "other"]}
    agents = [{"id": name, "name": name, "kind": "software"} for name in (SOFTWARE_ID, "boss")]
    record = record_of(LETTER, stub, other, agents=agents, events=[{**done, **event}], custody="C")
    seen = seen_by(record, "public", NOWHERE)
    assert seen.is_cut is is_cut
    assert seen.record.id == record.id
    closed = "closed (The donor's wish)"
    assert seen.sentences == {"report": closed, "other": closed}
    assert seen.full is record
    inside = seen_by(record, "internal", NOWHERE)
    assert (inside.record, inside.is_cut, inside.sentences) == (record, False, {})


def test_statements_inferred_without_a_quote_are_withheld() -> None:
    shown = out(
        {"field": "sender", "basis": "inferred", "rule": "signature-of-report"},
        {"field": "agents.boss", "basis": "inferred", "rule": "signature-of-report"},
    )
    assert "sender" not in shown
    assert "agents" not in shown
    assert "evidence" not in shown


def test_a_title_drafted_from_public_statements_is_public() -> None:
    shown = out({"field": "title", "basis": "inferred", "rule": "title-from-parts"})
    assert shown["title"] == "X"
    shown = out(
        {"field": "title", "basis": "inferred", "rule": "title-from-parts"},
        {"field": "agents.boss", "basis": "inferred", "rule": "signature-of-report"},
    )
    assert shown["title"] == "Letter x"
    shown = out({"field": "parts.letter", "basis": "inferred", "rule": "letter-forms"})
    assert shown["evidence"] == [
        {"field": "parts.letter", "basis": "inferred", "rule": "letter-forms"}
    ]


def test_a_note_on_evidence_is_public_only_if_the_evidence_quotes_an_open_part() -> None:
    at = {"part": "letter", "start": 0, "end": 1, "exact": "X"}
    shown = out(
        {"field": "title", "basis": "supplied", "agent": "archivist", "note": "See the report."},
        {"field": "sender", "basis": "quoted", "at": at, "note": "He signs."},
    )
    assert [item.get("note") for item in shown["evidence"]] == [None, "He signs."]


def test_events_and_details_about_withheld_parts_are_withheld() -> None:
    digests = [f"sha256:{sign * 64}" for sign in "ab"]
    events = [
        {"id": "e1", "type": "accession", "detail": "With the report.", "date": "1999"},
        {"id": "e2", "type": "creation", "objects": ["report"], "agents": ["boss"]},
        {"id": "e3", "type": "imaging", "objects": ["letter", "report"], "outputs": digests},
        {"id": "e4", "type": "imaging", "objects": ["letter"], "detail": "At 400 dpi."},
        {"id": "e5", "type": "accession", "detail": "In 1999."},
    ]
    shown = out({"field": "events.e5", "basis": "supplied", "agent": "archivist"}, events=events)
    assert shown["events"] == [
        {"id": "e1", "type": "accession", "date": {"edtf": "1999"}},
        {"id": "e3", "type": "imaging", "objects": ["letter"]},
        {"id": "e4", "type": "imaging", "objects": ["letter"], "detail": "At 400 dpi."},
        {"id": "e5", "type": "accession", "detail": "In 1999."},
    ]


def test_the_title_of_a_withheld_enclosure_is_public_only_if_the_letter_names_it() -> None:
    enclosures = [{"id": "it", "title": "Report on X", "part": "report"}]
    assert "enclosures" not in out(enclosures=enclosures)
    at = {"part": "letter", "start": 0, "end": 1, "exact": "X"}
    shown = out({"field": "enclosures.it", "basis": "quoted", "at": at}, enclosures=enclosures)
    assert shown["enclosures"] == enclosures


def test_an_agent_is_withheld_if_only_the_closed_part_and_the_agent_support_it() -> None:
    shown = out(
        {"field": "agents.boss", "basis": "supplied", "agent": "boss"},
        sender=[],
        events=[{"id": "e", "type": "creation", "objects": ["report"], "agents": ["boss"]}],
    )
    assert "agents" not in shown


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Return the folder of an open letter, and of a closed report that names more."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "letter.txt").write_text("Anna sends the report to Bert.", encoding="utf-8")
    report = "Kowalewski, Moe and 王小明 saw the harbour of Danzig. Anna Lind reports by post."
    (tmp_path / "sub/report.txt").write_text(report, encoding="utf-8")
    return tmp_path


def public_from(folder: Path, *evidence: dict[str, Any], **more: Any) -> dict[str, Any]:
    record = record_of(LETTER, REPORT, evidence=list(evidence), **more)
    return public(record, withheld(record, "public"), folder).as_json()


@pytest.mark.parametrize(
    "stated",
    [
        {"custody": "Found at the HARBOUR."},
        {"title": "Letter of Kowalewski"},
        {"place": {"name": "Danzig"}},
        {"mentioned_places": [{"name": "Danzig"}]},
        {"subjects": [{"term": "harbour"}]},
        {"enclosures": [{"id": "e", "title": "On Danzig"}]},
        {"summary": {"text": "Moe has seen it."}},
        {"salutation": "王小明 先生"},
    ],
)
def test_a_statement_without_evidence_is_withheld_if_only_a_withheld_text_has_its_words(
    texts: Path, stated: dict[str, Any]
) -> None:
    (field,) = stated
    shown = public_from(texts, **stated)
    assert shown.get(field) == ("Letter x" if field == "title" else None)
    agents = [{"id": "boss", "name": "A. Rchivist", "kind": "person"}]
    by_boss = {**supplied(field), "agent": "boss"}
    if field not in ("mentioned_places", "subjects", "enclosures"):
        assert public_from(texts, by_boss, agents=agents, **stated)[field] == stated[field]


def test_an_agent_without_evidence_is_withheld_if_only_a_withheld_text_has_the_name(
    texts: Path,
) -> None:
    agents = [
        {"id": "lind", "name": "Lind, Anna", "kind": "person"},
        {"id": "bert", "name": "Bert", "kind": "person"},
        {"id": "kow", "name": "Kowalewski, Jan", "kind": "person"},
        {"id": "moe", "name": "Moe", "kind": "person"},
        {"id": "wang", "name": "王小明", "kind": "person"},
    ]
    named = {
        "sender": ["lind"],
        "recipients": ["bert", "moe"],
        "mentioned_agents": ["kow", "bert", "wang"],
        "donor": "kow",
    }
    evidence = [
        {**supplied("sender"), "agent": "lind"},
        {**supplied("parts.report"), "agent": "kow"},
    ]
    shown = public_from(texts, *evidence, agents=agents, **named)
    assert [agent["id"] for agent in shown["agents"]] == ["lind", "bert"]
    assert shown["sender"] == ["lind"]
    assert shown["recipients"] == shown["mentioned_agents"] == ["bert"]
    assert "donor" not in shown


def test_a_statement_without_evidence_is_public_if_its_words_are_not_only_in_withheld_texts(
    texts: Path,
) -> None:
    stated = {"custody": "Anna's report was bought.", "subjects": [{"term": "Photography"}]}
    shown = public_from(texts, date={"edtf": "1960"}, **stated)
    assert {name: shown[name] for name in stated} == stated


@pytest.mark.parametrize(
    ("date", "title"),
    [({"edtf": "1961-05-03"}, "Letter, 3 May 1961"), (None, "Letter x")],
)
def test_a_title_made_from_a_withheld_agent_is_replaced_by_a_neutral_one(
    date: dict[str, str] | None, title: str
) -> None:
    stated = {"title": "Letter, to Igor Secretov, 3 May 1961", "recipients": ["boss"], "sender": []}
    shown = out(
        inferred("title", "title-from-parts"),
        inferred("agents.boss.kind", "kind-from-name"),
        *[supplied(field) for field in ("recipients", "agents.boss")],
        **stated,
        **({"date": date} if date else {}),
    )
    assert shown["title"] == title
    assert "boss" not in json.dumps(shown)


def test_a_withheld_part_is_described_in_words_as_withheld() -> None:
    report = Record.model_validate(out()).part("report")
    assert report.file_in_words == "withheld from this package"
    said = words_of(Record.model_validate(out()), report)
    assert said == "enclosure: withheld from this package; closed: The donor's wish"


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0", b"Text"])
def test_an_open_scan_without_media_type_is_no_public_text(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "scan.jpg").write_bytes(data)
    scan = {"id": "scan", "kind": "scan", "file": "scan.jpg"}
    record = record_of(scan, REPORT, salutation="Dear comrades")
    shown = public(record, withheld(record, "public"), tmp_path).as_json()
    assert ("salutation" in shown) == (data == b"Text")
