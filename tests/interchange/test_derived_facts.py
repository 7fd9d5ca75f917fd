"""Facts that several formats derive from a record: bonds, roles, names, and the order of events."""

from __future__ import annotations

from typing import Any

import pytest
from examples import BARE_CONTEXT, record
from places import places

from archive_pkg.interchange import derived_facts, export
from archive_pkg.records.models import Agent, Event, Part, Record
from archive_pkg.records.models.parts import WITHHELD

DIGEST = f"sha256:{'ab' * 32}"
AGENTS = [
    {"id": name, "name": name.title(), "kind": "software" if name == "ocr" else "person"}
    for name in ("ann", "bob", "cat", "ocr")
]


def part(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": name.upper(), "held": False} | more


PARTS = [
    part("detail", "scan", part_of=["leaf"], languages=["pl"]),
    part("o", "original", languages=["ru", "uk"]),
    part("en", "translation", made_from=["o"], languages=["en"]),
    part("map", "enclosure", languages=["de", "ru"]),
    part("leaf", "scan", part_of=["o"]),
    part("map-en", "translation", made_from=["map"], languages=["fr"]),
    part("legend", "enclosure", part_of=["map-en"]),
    part("both", "translation", made_from=["map", "en"]),
    part("sum", "summary", languages=["es"]),
    part("review", "transcription", about=["en"]),
    part("note", "summary", about=["map"]),
    part("note-en", "translation", made_from=["note"]),
]


def test_the_order_of_the_parts_does_not_change_their_relations_to_the_letter() -> None:
    assert derived_facts.bonds(record(parts=PARTS)) == {
        "detail": "part", "o": "version", "en": "version", "map": "part", "leaf": "part",
        "map-en": "other", "legend": "other", "both": "version", "sum": "about",
        "review": "about", "note": "other", "note-en": "other",
    }  # fmt: skip


def test_titles_and_languages_come_from_the_letter_and_its_enclosures() -> None:
    letter = record(parts=PARTS, enclosures=[{"id": "list", "title": "A list"}])
    assert derived_facts.enclosed(letter) == ["A list", "MAP"]
    assert derived_facts.contained(letter) == ["A list", "MAP", "DETAIL", "LEAF"]
    assert derived_facts.languages(letter) == ["pl", "ru", "uk", "en", "de"]
    assert [each.id for each in derived_facts.versions(letter)] == ["o", "en", "both"]


def test_the_main_text_is_the_first_text_that_is_a_version() -> None:
    parts = [
        part("map", "enclosure", held=True, file="m.txt", languages=["de"]),
        part("scan", "scan", held=True, file="s.tif", media_type="image/tiff"),
        part("o", "original", languages=["uk"]),
        part("en", "translation", held=True, file="e.txt", made_from=["o"], languages=["en"]),
        part("ru", "transcription", held=True, file="r.txt", made_from=["o"], languages=["ru"]),
    ]
    found = derived_facts.main_text(record(parts=parts))
    assert found is not None
    assert found.id == "en"
    assert derived_facts.main_language(record(parts=parts)) == "en"
    assert derived_facts.main_text(record(parts=parts[:2])) is None
    assert derived_facts.main_language(record(parts=parts[:2])) == "de"
    assert [each.id for each in derived_facts.text_parts(record(parts=parts))] == [
        "map", "en", "ru"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["original", "transcription", "redaction"])
def test_a_letter_is_a_translation_if_no_untranslated_text_is_held(kind: str) -> None:
    english = part("en", "translation", held=True, file="e.txt", made_from=["o"])
    assert derived_facts.is_translation(record(parts=[part("o", kind), english]))
    held = part("o", kind, held=True, file="o.txt")
    assert not derived_facts.is_translation(record(parts=[held, english]))
    assert not derived_facts.is_translation(record(parts=[part("o", kind)]))
    scan = part("s", "scan", held=True, file="s.tif")
    assert derived_facts.is_translation(record(parts=[part("o", kind), scan, english]))


def test_originals_are_the_parts_that_translations_were_made_from() -> None:
    parts = [
        part("o", "original"),
        part("copy", "transcription", made_from=["o"]),
        part("en", "translation", made_from=["copy"]),
        part("fr", "translation", made_from=["o", "copy"]),
        part("map", "enclosure"),
        part("map-en", "translation", made_from=["map"]),
    ]
    assert [each.id for each in derived_facts.originals(record(parts=parts))] == ["copy", "o"]


def test_a_holding_in_words_has_the_archive_and_the_levels() -> None:
    levels = [
        {"name": "fond", "value": "3"},
        {"name": "list", "value": "l. 12"},
        {"name": "box", "value": "Box 7"},
        {"name": "Bestand", "value": "B 136"},
    ]
    found = record(holdings=[{"repository": "RGANI", "levels": levels, "note": "a carbon copy"}])
    place = "RGANI, fond 3, l. 12, Box 7, Bestand B 136 (a carbon copy)"
    assert derived_facts.kept_at(found) == [place]


def test_the_role_of_a_maker_depends_on_the_kind_of_part() -> None:
    parts = [
        part("o", "original", made_by=["ann"]),
        part("scan", "scan", made_from=["o"], made_by=["ann"]),
        part("text", "transcription", made_from=["scan"], made_by=["ocr", "bob"]),
        part("en", "translation", made_from=["text"], made_by=["bob", "ocr", "bob"]),
        part("cut", "redaction", made_from=["o"], made_by=["cat"]),
        part("sum", "summary", made_by=["cat"]),
        part("map", "enclosure", made_by=["ann"]),
        part("review", "translation", about=["o"], made_by=["ann"]),
        part("note", "summary", about=["map"], made_by=["cat"]),
    ]
    letter = record(
        agents=AGENTS,
        parts=parts,
        signatories=["ann"],
        recipients=["bob"],
        copies_to=["cat"],
        donor="ann",
        summary={"text": "Words.", "author": "cat"},
    )
    contributions = [
        (one.agent.id, one.role, one.is_own) for one in derived_facts.all_contributors(letter)
    ]
    assert contributions == [
        ("ann", "signatory", True),
        ("ann", "maker of the original", True),
        ("ann", "digitizer", True),
        ("bob", "transcriber", True),
        ("bob", "translator", True),
        ("cat", "redactor", True),
        ("cat", "author of summary", False),
        ("ann", "maker of “MAP”", False),
        ("ann", "maker of “REVIEW”", False),
        ("cat", "maker of “NOTE”", False),
        ("bob", "recipient", True),
        ("cat", "recipient of a copy", True),
        ("ann", "donor", True),
    ]
    programs = [
        one.agent.id for one in derived_facts.contributions(letter) if one.role == "software"
    ]
    assert programs == ["ocr"]
    alone = record(agents=AGENTS, summary={"text": "Words.", "author": "cat"})
    assert [(one.role, one.is_own) for one in derived_facts.all_contributors(alone)] == [
        ("author of summary", False)
    ]
    assert list(derived_facts.all_contributors(record(summary={"text": "Words."}))) == []
    assert list(derived_facts.all_contributors(record())) == []


def test_signatories_are_creators_only_without_authors_and_senders() -> None:
    sent = record(agents=AGENTS, sender=["bob", "ann"], signatories=["cat"])
    assert [agent.id for agent in derived_facts.creators(sent)] == ["bob", "ann"]
    signed = record(agents=AGENTS, signatories=["cat"])
    assert [agent.id for agent in derived_facts.creators(signed)] == ["cat"]


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("Doe, Jane", ("Doe", "Jane", "")),
        ("Doe, Jane, 1914-1995", ("Doe", "Jane", "")),
        ("Doe, Jane, b. 1914, active 1960", ("Doe", "Jane", "")),
        ("Doe, Jane, ca. 1914?-", ("Doe", "Jane", "")),
        ("Doe, John, Jr.", ("Doe", "John", "Jr.")),
        ("Doe, John, III, 1914-", ("Doe", "John", "III")),
        ("Doe, John, Baron, of Kew", ("Doe", "John, Baron, of Kew", "")),
        ("Doe, Jr.", ("Doe", "Jr.", "")),
        ("Doe, 1914-1995", None),
        ("1914-1995", None),
        ("Jane Doe", None),
        ("Doe, ", None),
        (", Jane", None),
    ],
)
def test_a_name_that_is_not_in_index_form_is_not_split(
    name: str, pieces: tuple[str, str, str] | None
) -> None:
    agent = Agent(id="a", name=name, kind="person")
    assert derived_facts.family_and_given(agent) == pieces
    body = Agent(id="a", name=name, kind="organization")
    assert derived_facts.family_and_given(body) is None


def test_the_suffix_of_a_name_can_follow_the_given_names() -> None:
    assert derived_facts.NamePieces("Doe", "John", "Jr.").all_given == "John Jr."
    assert derived_facts.NamePieces("Doe", "John").all_given == "John"


def test_a_part_without_a_title_is_named_after_its_enclosure_or_its_kind() -> None:
    parts = [part(name, "enclosure") for name in "abc"]
    for each in parts[1:]:
        del each["title"]
    enclosures = [{"id": name, "title": f"Entry {name}", "part": name} for name in "ab"]
    letter = record(parts=parts, enclosures=enclosures)
    titles = [derived_facts.part_title(letter, each) for each in letter.parts]
    assert titles == ["A", "Entry b", "Enclosure of A letter"]


@pytest.mark.parametrize(
    ("kind", "examines", "makes"),
    [
        ("virus check", True, False),
        ("translation", False, True),
        ("digitization", False, True),
        ("packing", False, False),
    ],
)
def test_the_type_of_an_event_decides_whether_it_makes_or_examines_its_objects(
    kind: str, examines: bool, makes: bool
) -> None:
    event = Event(id="e", type=kind, objects=("o",))
    assert derived_facts.examines(event) is examines
    assert derived_facts.makes(event) is makes
    assert derived_facts.makes(event.model_copy(update={"sources": ("s",)}))
    assert not derived_facts.makes(event.model_copy(update={"outcome": "fail"}))
    alone = event.model_copy(update={"objects": ()})
    assert not derived_facts.makes(alone)
    assert derived_facts.makes(alone.model_copy(update={"type": "creation"}))


def history(events: list[dict[str, Any]], *changes: dict[str, Any]) -> list[str]:
    """Return the dates (or the ids) of a record's history with the given classification changes."""
    letter = record(
        classification={"as_written": "SECRET", "history": list(changes)},
        agents=AGENTS,
        events=[
            {"id": f"e{number}", "type": "sending"} | each for number, each in enumerate(events)
        ],
    )
    return [
        event.date.edtf if event.date and event.date.edtf else event.id
        for event in derived_facts.history(letter)
    ]


def dated(edtf: str) -> dict[str, Any]:
    return {"date": {"edtf": edtf}}


def test_changes_of_the_classification_are_inserted_by_their_dates() -> None:
    change = {"action": "downgraded"}
    assert history([dated("1960"), dated("1990")], change | dated("1985")) == [
        "1960", "1985", "1990"
    ]  # fmt: skip
    assert history([dated("1960"), dated("1985-06")], change | dated("1985")) == [
        "1960", "1985-06", "1985"
    ]  # fmt: skip
    assert history([dated("1960"), {}], change | dated("1985")) == ["1960", "e1", "1985"]
    assert history([dated("1960")], change | dated("1985/..")) == ["1960", "1985/.."]
    assert history([dated("1985-12-31")], change | dated("1985")) == ["1985-12-31", "1985"]
    sent = {"id": "e", "type": "sending"}
    assert derived_facts.history(record(events=[sent])) == [Event.model_validate(sent)]


def test_changes_of_the_classification_keep_their_order() -> None:
    changes = [
        {"action": "classified"},
        {"action": "reviewed"} | dated("1970"),
        {"action": "downgraded"},
        {"action": "declassified"} | dated("1995"),
    ]
    assert history([dated("1960"), dated("1980"), dated("2000")], *changes) == [
        "1960", "classification-1", "1970", "1980", "classification-3", "1995", "2000",
    ]  # fmt: skip


def test_changes_without_a_date_are_inserted_before_events_of_programs() -> None:
    events = [{}, {"inputs": [DIGEST]}, {"outputs": [DIGEST]}]
    assert history(events, {"action": "declassified"}) == ["e0", "classification-1", "e1", "e2"]
    assert history(events[2:], {"action": "declassified"}) == ["classification-1", "e0"]
    assert history(events[:1], {"action": "declassified"}) == ["e0", "classification-1"]


def test_a_change_of_the_classification_that_is_also_an_event_is_not_repeated() -> None:
    changes = [{"action": "declassified"} | dated("1995"), {"action": "upgraded"} | dated("1995")]
    events = [{"type": "declassification"} | dated("1995"), {"id": "classification-1"}]
    assert history(events, *changes) == ["1995", "classification-1", "1995"]
    letter = record(
        classification={
            "as_written": "S",
            "history": [
                {"action": "downgraded", "level": "secret", "by": "ann", "note": "By decree."},
                {"action": "reviewed"},
            ],
        },
        agents=AGENTS,
        events=[{"id": "classification-1", "type": "sending"}],
    )
    assert derived_facts.history(letter)[1:] == [
        Event(
            id="classification-2",
            type="downgrading",
            agents=("ann",),
            detail="Downgraded to secret. By decree.",
        ),
        Event(id="classification-3", type="classification review", detail="Reviewed."),
    ]


def test_access_and_methods_are_expressed_in_words() -> None:
    parts = [
        part("a", "scan", access={"status": "open"}, method="By hand", made_by=["ann", "ocr"]),
        part("b", "scan", access={"status": "closed", "rule": "law"}, made_by=["ocr"]),
        part(
            "c",
            "scan",
            access={"status": "restricted", "until": {"edtf": "2031"}, "rule": "law"},
            method="M",
        ),
        part("d", "scan"),
    ]
    letter = record(parts=parts, agents=AGENTS)
    assert list(derived_facts.restrictions(letter)) == [
        "Access to A: open",
        "Access to B: closed (law)",
        "Access to C: restricted until 2031 (law)",
    ]
    assert [derived_facts.method_words(letter, Part.model_validate(each)) for each in parts] == [
        "By hand; made with Ocr", "made with Ocr", "M", ""
    ]  # fmt: skip


def test_a_date_without_edtf_is_given_as_written() -> None:
    letter = record(date={"as_written": "1923-24", "note": "or 1924"})
    assert list(derived_facts.dates_without_edtf(letter)) == ["Date as written: 1923-24 (or 1924)"]
    assert list(derived_facts.dates_without_edtf(record(date={"edtf": "1923"}))) == []


def test_a_note_in_words_has_all_its_fields() -> None:
    at = {"part": "a", "start": 0, "end": 6, "exact": "planom"}
    notes = [
        {
            "id": "x",
            "kind": "source-term",
            "at": at,
            "rendering": "the plan",
            "original": "планом",
            "romanized": "planom",
            "text": "In the instrumental.",
        },
        {"id": "y", "kind": "sic", "at": at},
    ]
    parts = [part("a", "translation", held=True, file="a.txt")]
    assert list(derived_facts.note_words(record(parts=parts, translation_notes=notes))) == [
        (
            "x",
            "source-term, at “planom”: rendered “the plan”: планом planom: In the instrumental.",
        ),
        ("y", "sic, at “planom”"),
    ]


def test_the_first_doi_is_the_doi_of_the_letter() -> None:
    known = [("local", "1"), ("doi", "10.1000/1"), ("doi", "10.1000/2")]
    letter = record(identifiers=[{"scheme": scheme, "value": value} for scheme, value in known])
    found = derived_facts.doi(letter)
    assert found is not None
    assert found.value == "10.1000/1"
    assert derived_facts.doi(record()) is None


def test_an_enclosure_is_called_not_held_only_if_its_part_says_so() -> None:
    parts = [
        {"id": "here", "kind": "enclosure", "file": "h.txt"},
        {"id": "away", "kind": "enclosure", "held": False},
        {"id": "shut", "kind": "enclosure", "held": False, "note": WITHHELD},
    ]
    more = [{"part": "here"}, {"part": "away"}, {"part": "shut"}, {"record": "own"}, {}]
    enclosures = [
        {"id": f"e{n}", "number": "1", "title": "Map"} | one for n, one in enumerate(more)
    ]
    letter = record(parts=parts, enclosures=enclosures)
    assert [derived_facts.enclosure_words(letter, item) for item in letter.enclosures] == [
        "1 Map (held)",
        "1 Map (not held)",
        "1 Map (withheld from this package)",
        "1 Map (record own)",
        "1 Map",
    ]


@pytest.mark.parametrize("name", ["premis", "ead3"])
def test_exports_describe_a_withheld_part_as_withheld(name: str) -> None:
    part = {"id": "shut", "kind": "enclosure", "held": False, "note": WITHHELD}
    lines = "\n".join(places(export(name, record(parts=[part]), BARE_CONTEXT)))
    assert WITHHELD in lines
    assert "not held" not in lines
    assert "significantPropertiesValue: no" not in lines


def test_a_part_without_a_title_is_named_after_what_it_belongs_to() -> None:
    parts = [
        {"id": "o", "kind": "original", "held": False},
        {"id": "en", "kind": "translation", "held": False, "made_from": ["o"]},
        {"id": "sum", "kind": "summary", "held": False, "about": ["en"]},
        {"id": "map", "kind": "enclosure", "held": False, "part_of": ["o"]},
        {"id": "scan", "kind": "scan", "held": False, "made_from": ["map"]},
        {"id": "text", "kind": "transcription", "held": False, "made_from": ["scan"]},
        {"id": "key", "kind": "enclosure", "held": False, "part_of": ["map"]},
    ]
    enclosures = [{"id": "map", "title": "Map of Exton", "part": "map"}]
    letter = record(title="Letter", parts=parts, enclosures=enclosures)
    assert [derived_facts.part_title(letter, one) for one in letter.parts] == [
        "Original of Letter",
        "Translation of Letter",
        "Summary of Letter",
        "Map of Exton",
        "Scan of Map of Exton",
        "Transcription of Map of Exton",
        "Enclosure of Map of Exton",
    ]


def test_evidence_is_put_into_words() -> None:
    quote = {"part": "letter", "start": 0, "end": 5, "exact": "Riga,"}
    stated = Record.model_validate({
        "id": "x", "type": "letter", "title": "t", "place": {"name": "Riga"}, "sender": ["ada"],
        "agents": [{"id": "ada", "name": "Ada", "kind": "person"}],
        "parts": [{"id": "letter", "kind": "transcription", "file": "a.txt"}],
        "evidence": [
            {"field": "place", "basis": "quoted", "at": quote},
            {"field": "sender", "basis": "inferred", "rule": "hand", "confidence": "probable"},
            {"field": "title", "basis": "supplied", "agent": "ada", "value": "u", "note": "No."},
        ],
    })  # fmt: skip
    assert list(derived_facts.evidence_words(stated)) == [
        "place: quoted from part letter, “Riga,”",
        "sender: inferred by hand; probable",
        "title: supplied by Ada; other value: u; No.",
    ]
