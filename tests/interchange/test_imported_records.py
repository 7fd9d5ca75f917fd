"""Imported records keep what was read, with evidence for each statement."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from archive_pkg.errors import InvalidError
from archive_pkg.interchange.importing.imported_record import (
    ImportedDraft,
    fits,
    held,
    language,
    record_id,
)
from archive_pkg.interchange.importing.watched_xml import XmlSource

GND, VIAF = {"scheme": "gnd", "value": "118540238"}, {"scheme": "viaf", "value": "32011500"}
QUOTE = {"part": "text", "start": 0, "end": 4, "exact": "Dear"}


def draft(supplier: str = "", source: XmlSource | None = None, name: str = "x") -> ImportedDraft:
    made = ImportedDraft(source or XmlSource(b"<a/>", "in/a.xml"), name, "A letter", "letter")
    made.supplier = made.agent(supplier, "organization")
    return made


def messages(made: ImportedDraft) -> list[str]:
    return [finding.message for finding in made.report]


def agents(made: ImportedDraft) -> list[dict[str, Any]]:
    return [
        agent.model_dump(exclude_defaults=True, mode="json")
        for agent in made.finish([]).record.agents
    ]


def evidence(made: ImportedDraft) -> list[dict[str, Any]]:
    return [
        item.model_dump(exclude_defaults=True, mode="json")
        for item in made.finish([]).record.evidence
    ]


def test_an_agent_with_a_known_name_or_reference_is_reused() -> None:
    made = draft()
    assert made.agent(None) is None
    assert made.agent("") is None
    assert made.agent("One, Ada", reference="#a") == "one-ada"
    assert made.agent("Ada One", as_written="Ada") == "one-ada"
    assert made.agent("The Queen", reference="#a", role="queen") == "one-ada"
    assert made.agent("Ada One", role="duchess") == "one-ada"
    assert made.agent_name("one-ada") == "One, Ada"
    assert made.agent_kind("one-ada") == "person"
    expected = {"id": "one-ada", "name": "One, Ada", "kind": "person"}
    assert agents(made) == [expected | {"as_written": "Ada", "role": "queen"}]


def test_a_different_name_is_kept_unless_the_text_of_the_letter_has_it() -> None:
    made = draft()
    made.agent("One, Ada")
    made.agent("Ada's one", mentioned=True)
    assert "as_written" not in agents(made)[0]
    made.agent("ada one")
    assert agents(made)[0]["as_written"] == "ada one"


def test_agents_whose_names_would_give_the_same_id_get_different_ids() -> None:
    made = draft()
    ids = [{"scheme": "local", "value": f"P{n}"} for n in range(3)]
    assert [made.agent("Müller", "family", [item]) for item in ids] == [
        "muller",
        "muller-2",
        "muller-3",
    ]
    assert made.agent("!!") == "agent"
    assert [agent["kind"] for agent in agents(made)] == ["family"] * 3 + ["person"]


def test_identifiers_of_one_agent_are_collected() -> None:
    made = draft()
    made.agent("Ada One", identifiers=[GND])
    made.agent("Ada One", identifiers=[GND, VIAF])
    made.agent("A. One", identifiers=[VIAF])
    [agent] = agents(made)
    assert [item["value"] for item in agent["identifiers"]] == [GND["value"], VIAF["value"]]
    assert not messages(made)


@pytest.mark.parametrize(
    ("name", "more", "is_same"),
    [
        ("A. One", {}, True),
        ("Ada Ones", {}, False),
        ("Ada Ones", {"mentioned": True}, True),
        ("husband", {}, False),
        ("husband", {"mentioned": True}, True),
        ("Goethe", {"mentioned": True}, True),
        ("Ben Two", {"mentioned": True}, False),
        ("Ben Two", {"referred": True}, True),
    ],
)
def test_two_names_with_the_same_identifier_are_one_agent_only_if_the_names_match(
    name: str, more: dict[str, Any], is_same: bool
) -> None:
    made = draft()
    made.agent("Ada One", identifiers=[GND])
    assert (made.agent(name, identifiers=[GND], **more) == "ada-one") is is_same
    assert messages(made) == (
        [] if is_same else [f"“Ada One” and “{name}” have the same identifier, gnd 118540238"]
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ([{"scheme": "local", "value": "P1"}], [{"scheme": "local", "value": "P2"}], False),
        ([{"scheme": "local", "value": "P1"}], [{"scheme": "local", "value": "Q2"}], True),
        ([GND], [VIAF], False),
        ([GND], [{"scheme": "local", "value": "P1"}], True),
        ([GND], [GND | {"value": "118529579"}], False),
        ([GND, VIAF], [GND, VIAF | {"value": "95218067"}], True),
        (
            [{"scheme": "url", "value": "https://e.org/1"}],
            [{"scheme": "url", "value": "https://e.org/2"}],
            False,
        ),
        (
            [{"scheme": "url", "value": "https://e.org/1"}],
            [{"scheme": "url", "value": "https://f.org/1"}],
            True,
        ),
        ([], [GND], True),
    ],
)
def test_the_same_name_means_the_same_agent_unless_identifiers_differ(
    one: list[dict[str, str]], other: list[dict[str, str]], is_same: bool
) -> None:
    made = draft()
    first = made.agent("Ada One", identifiers=one)
    assert (made.agent("Ada One", identifiers=other) == first) is is_same


def test_the_first_of_several_matching_agents_is_used() -> None:
    made = draft()
    [p1, p2] = [{"scheme": "local", "value": value} for value in ("P1", "P2")]
    assert made.agent("Ada One", identifiers=[p1]) == "ada-one"
    assert made.agent("Ada One", identifiers=[p2]) == "ada-one-2"
    assert made.agent("Ada One") == "ada-one"
    assert made.agent("Ada One", identifiers=[p2]) == "ada-one-2"


def test_a_shared_identifier_is_reported_at_the_later_agent() -> None:
    made = draft()
    made.agent("Ada One", identifiers=[GND])
    made.agent("Ben Two", identifiers=[GND])
    [finding] = made.report
    assert (finding.location.path, finding.location.field) == ("in/a.xml", "agents.ben-two")
    made.agent("Eva Three", identifiers=[VIAF])
    assert len(list(made.report)) == 1


def test_two_names_in_different_letters_with_the_same_identifier_are_reported_once() -> None:
    source = XmlSource(b"<a/>", "a.xml")
    letters = [draft(source=source, name=name) for name in ("l1", "l2", "l3")]
    for letter, name in zip(letters, ("Ada One", "Ben Two", "Ben Two"), strict=True):
        letter.agent(name, identifiers=[GND])
    assert [messages(letter) for letter in letters] == [
        [],
        [
            "“Ada One” in the letter l1 and “Ben Two” in the letter l2 have the same identifier, "
            "gnd 118540238"
        ],
        [],
    ]
    assert [f.location.field for f in letters[1].report] == ["agents.ben-two"]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("A. One", {}),
        ("husband", {"mentioned": True}),
        ("your dear Friend", {"referred": True}),
    ],
)
def test_matching_names_in_two_letters_with_the_same_identifier_are_not_reported(
    name: str, more: dict[str, Any]
) -> None:
    source = XmlSource(b"<a/>", "a.xml")
    first, second = draft(source=source, name="l1"), draft(source=source, name="l2")
    first.agent("Ada One", identifiers=[GND])
    second.agent(name, identifiers=[GND], **more)
    assert not messages(second)


def test_the_notes_on_an_agent_are_joined_without_repetition() -> None:
    made = draft()
    made.agent("Ada One")
    for words in ("editor", "translator", "editor"):
        made.note_on("ada-one", words)
    assert agents(made)[0]["note"] == "editor; translator"


def test_events_are_in_the_order_of_their_dates() -> None:
    made = draft()
    made.agent("Ada One")
    made.event("forwarded", None, [], None)
    made.event("postmark", {"edtf": "1871", "rule": "year"}, ["ada-one"], "Exton")
    made.event("…", {"edtf": "1870"}, [], None)
    assert [
        event.model_dump(exclude_defaults=True, mode="json")
        for event in made.finish([]).record.events
    ] == [
        {"id": "event-3", "type": "…", "date": {"edtf": "1870"}},
        {
            "id": "postmark-2",
            "type": "postmark",
            "date": {"edtf": "1871"},
            "agents": ["ada-one"],
            "detail": "Exton",
        },
        {"id": "forwarded-1", "type": "forwarded"},
    ]


def test_remarks_and_languages_go_to_the_original() -> None:
    made = draft()
    for words in ("One leaf.", None, "", "Torn.", "One leaf."):
        made.remark(words)
    for tag in ("de", "fr", "de"):
        made.add("languages", tag)
    [part] = made.finish([]).record.parts
    assert (part.id, part.kind, part.held) == ("original", "original", False)
    assert (part.note, part.languages) == ("One leaf.\nTorn.", ("de", "fr"))


def test_an_original_keeps_its_own_note_and_languages() -> None:
    made = draft()
    made.raw["parts"] = [
        {"id": "scan", "kind": "scan", "held": False},
        {"id": "original", "kind": "original", "held": False, "note": "Ink.", "languages": ["fr"]},
    ]
    made.remark("Torn.")
    made.add("languages", "de")
    record = made.finish([]).record
    assert [part.id for part in record.parts] == ["scan", "original"]
    original = record.part("original")
    assert (original.note, original.languages) == ("Ink.\nTorn.", ("fr", "de"))
    made = draft()
    made.raw["parts"] = [{"id": "scan", "kind": "scan", "held": False}]
    made.remark("Torn.")
    record = made.finish([]).record
    assert [part.id for part in record.parts] == ["original", "scan"]
    assert record.part("original").languages == ()
    made = draft()
    made.raw["parts"] = [{"id": "original", "kind": "original", "held": False, "note": "Ink."}]
    made.add("languages", "de")
    assert made.finish([]).record.part("original").note == "Ink."


def test_a_record_without_remarks_gets_no_original() -> None:
    assert draft().finish([]).record.parts == ()


def test_evidence_is_supplied_inferred_or_quoted() -> None:
    made = draft("A press")
    made.state("title", "A title")
    made.state("place", None)
    made.state("custody", "")
    made.state("date", {"edtf": "1870", "as_written": "in 70", "rule": "year"})
    made.state("received", {"edtf": "1871", "rule": "year"})
    made.state("salutation", "Dear", quoted=True)
    made.infer("salutation", "r", "n")
    assert "place" not in made.raw
    assert "custody" not in made.raw
    press = {"basis": "supplied", "agent": "a-press", "note": "As a.xml has it."}
    assert evidence(made) == [
        {"field": "title"} | press,
        {"field": "date", "basis": "inferred", "rule": "year", "note": "Read from “in 70”."},
        {"field": "received", "basis": "inferred", "rule": "year", "note": "Read from “1871”."},
        {"field": "salutation", "basis": "inferred", "rule": "r", "note": "n"},
        {"field": "agents.a-press"} | press,
    ]


def test_statements_without_evidence_are_supplied() -> None:
    made = draft("A press")
    made.raw["custody"] = "Kept."
    made.raw["mentioned_places"] = [{"name": "Exton"}]
    made.state("mentioned_places", made.raw["mentioned_places"])
    fields = [item["field"] for item in evidence(made)]
    assert sorted(fields) == ["agents.a-press", "custody", "mentioned_places", "title"]
    assert evidence(draft()) == []


def test_the_same_item_is_added_only_once() -> None:
    made = draft()
    made.raw["publications"] = ["One"]
    items: list[Any] = ["One", "Two", "", None, {}, "Two"]
    for item in items:
        made.add("publications", item)
    assert made.raw["publications"] == ["One", "Two"]
    made.add("copies_to", None)
    assert "copies_to" not in made.raw


def test_confidence_and_rival_values_are_supplied_or_inferred() -> None:
    for made, basis in (
        (draft("A press"), {"basis": "supplied", "agent": "a-press"}),
        (draft(), {"basis": "inferred", "rule": "as-the-imported-file-has-it"}),
    ):
        made.qualify("title", "guess", "cert: low")
        made.rival("title", "Another")
        made.rival("title", "A third", "on the back")
        assert evidence(made)[:3] == [
            {"field": "title", "confidence": "guess", "note": "cert: low"} | basis,
            {"field": "title", "value": "Another"} | basis,
            {"field": "title", "value": "A third", "note": "on the back"} | basis,
        ]


def test_the_same_quote_is_added_once() -> None:
    made = draft()
    made.raw["parts"] = [{"id": "text", "kind": "transcription", "held": False}]
    for _ in range(2):
        made.at("title", QUOTE)
    made.at("type", QUOTE, "tei-opener")
    made.at("title", QUOTE | {"end": 5, "exact": "Dear,"})
    assert [(i["field"], i["basis"], i.get("rule"), i["at"]["end"]) for i in evidence(made)] == [
        ("title", "quoted", None, 4),
        ("type", "inferred", "tei-opener", 4),
        ("title", "quoted", None, 5),
    ]


@pytest.mark.parametrize(
    ("words", "note", "said"),
    [
        ("Pentecost", None, "the date “Pentecost” was not understood"),
        ("Pentecost", "when: x", "the date “Pentecost” was not understood (when: x)"),
        ("04/05/1960", None, "the date “04/05/1960” can mean 1960-05-04 or 1960-04-05"),
        ("43 BC", None, "the date “43 BC” is -0042 in EDTF"),
        ("43 BC", "when: -0043", "the date “43 BC” is -0042 in EDTF, but it has when: -0043"),
        ("3 May 1870", "when: x", "the date “3 May 1870” was not understood (when: x)"),
        ("undated", None, None),
    ],
)
def test_an_open_date_keeps_its_words(words: str, note: str | None, said: str | None) -> None:
    made = draft()
    made.open_date("date", words, note)
    made.open_date("date", "another")
    made.open_date("received", None)
    date = made.finish([]).record.date
    assert date
    assert (date.edtf, date.as_written, date.note) == (None, words, note)
    assert messages(made) == ([said] if said else [])
    assert all(f.location.field == "date" and f.code == "import-date-open" for f in made.report)


def test_places_that_match_are_one_place() -> None:
    made = draft()
    here, there = [{"scheme": "geonames", "value": n} for n in ("1", "2")]
    assert made.mention_place(None, []) is None
    assert made.mention_place("Exton", []) == 0
    assert made.mention_place("Exton", [here]) == 0
    assert made.mention_place("Extons", [here]) == 0
    assert made.mention_place("Extons", []) == 0
    assert made.mention_place("Exton", [there]) == 1
    assert made.mention_place("Wyeland", [here]) == 2
    assert made.mention_place("Wyelands", []) == 2
    assert made.mention_place("Riga", []) == 3
    assert made.mention_place("Rigas", []) == 4
    assert made.raw["mentioned_places"][:2] == [
        {"name": "Exton", "identifiers": [here]},
        {"name": "Exton", "identifiers": [there]},
    ]


def test_invalid_values_are_removed_and_reported() -> None:
    made = draft()
    made.raw |= {
        "type": "pamphlet",
        "version": "two",
        "enclosures": [{"id": "a", "title": None}, {"id": "b", "title": "B"}, {"id": "§"}],
        "received": {"edtf": "soon"},
    }
    made.infer("nothing here", "r", "n")
    record = made.finish([]).record
    assert (record.type, record.version, record.received) == ("other", 1, None)
    assert [item.id for item in record.enclosures] == ["b"]
    assert record.evidence == ()
    found = {str(f.location.field): f.message for f in made.report}
    assert list(found) == ["version", "type", "received", "enclosures.2", "enclosures.0"]
    assert found["enclosures.0"].startswith("not read: “a”: ")
    assert found["received"].startswith("not read: “soon”: ")
    assert {f.location.path for f in made.report} == {"in/a.xml"}


def test_a_record_without_a_valid_statement_is_refused() -> None:
    made = draft()
    del made.raw["title"]
    with pytest.raises(InvalidError) as refused:
        made.finish([])
    [finding] = refused.value.report
    assert (finding.code, finding.location.path) == ("import-unknown", "in/a.xml")
    assert finding.message.startswith("title: ")


def test_unread_content_of_the_letter_is_reported() -> None:
    source = XmlSource(b"<a><b>one</b><c>two</c><d>A letter</d></a>", "a.xml")
    made = draft(source=source)
    source.words(source.root[2])
    made.finish([source.root], [source.root[1]])
    assert messages(made) == ["not read: b: “one”"]


def test_imported_files_are_kept_with_their_digests() -> None:
    made = draft()
    digest = hashlib.sha256(b"Dear").hexdigest()
    assert made.file("a.txt", b"Dear") == {"file": "a.txt", "sha256": digest}
    imported = made.finish([])
    assert imported.files == {"a.txt": b"Dear"}
    files = {"a.txt": b"Dear  Ben\xff", "a.xml": b"<b/>"}
    found = held([dataclasses.replace(imported, files=files)])
    lines = found.text.split("\n")
    assert "A letter" in lines
    assert "Dear Ben\ufffd" in lines
    assert "<b/>" not in lines
    assert "A letter" in found.values
    # The letter's words are not statements, and "letter" is the record's type.
    assert not {"Dear Ben\ufffd", "letter"} & found.values


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ab_c.1-2", "ab_c.1-2"),
        (" a b/c ", "a-b-c"),
        ("-.a_.", "a_"),
        ("письмо", "pismo"),
        ("?!", "letter"),
        ("a" * 127 + "-b", "a" * 127),
        ("a" * 200, "a" * 128),
    ],
)
def test_any_text_gives_a_valid_id(text: str, name: str) -> None:
    assert record_id(text) == name


@pytest.mark.parametrize(
    ("text", "tag"),
    [("DE", "de"), ("ger", "de"), ("de-at", "de-AT"), ("x?", None), ("", None), (None, None)],
)
def test_only_valid_language_tags_are_kept(text: str | None, tag: str | None) -> None:
    assert language(text) == tag


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Orlov, Anna", "Mr A. Orlov", True),
        ("Orlov", "Anna Orlov", True),
        ("Orlov", "Orlova", False),
        ("Anna Orlov", "Ada Orlov", False),
        ("Anna's", "Anna", True),
        ("Mr", "Mr Orlov", False),
        ("Or", "Orlov", False),
        ("", "Orlov", False),
        ("Frau", "Herr", False),
    ],
)
def test_names_match_if_all_words_of_the_shorter_are_in_the_longer(
    one: str, other: str, fit: bool
) -> None:
    assert fits(one, other) is fit
    assert fits(other, one) is fit


def test_inflected_names_match_if_up_to_three_letters_are_added() -> None:
    assert fits("Orlov", "Orlovymi", inflected=True)
    assert not fits("Orlov", "Orlovskij", inflected=True)
    assert not fits("Orlova", "Orlovu", inflected=True)
