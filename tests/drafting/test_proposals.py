"""Proposals that quote the text fill fields that a draft leaves open."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg.drafting import draft_letter, load_vocabulary, read_proposals, save_draft
from archive_pkg.errors import InvalidError
from archive_pkg.packages import check
from archive_pkg.records import load_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from subprocess import CompletedProcess

    Run = Callable[..., CompletedProcess[str]]

TEXT = """Sofia, 4 June 1976

Dear Friend,

Anna asked about the pears, and Anna has the ladders. The school of Varna sends its greetings.

Yours sincerely,

K. Volin
"""
AGENT = {"name": "Name finder", "kind": "software", "version": "2.1"}
SENT = {"field": "recipients", "value": "Anna Lind", "kind": "person", "quote": {"exact": "Friend"}}


def proposals(folder: Path, *statements: dict[str, Any], agent: Any = None) -> Path:
    path = folder / "proposals.json"
    path.write_text(json.dumps({"agent": agent or AGENT, "statements": statements}))
    return path


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter" / "letter.txt"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def test_a_proposal_becomes_a_guess_with_its_author_as_agent(letter: Path, tmp_path: Path) -> None:
    sent = SENT | {"role": "Director", "note": "See the list."}
    place = {"field": "mentioned_places", "value": "Varna", "quote": {"exact": "Varna"}}
    read = read_proposals(proposals(tmp_path, sent, place))
    draft, left_out = read.add_to(draft_letter(letter))
    assert not [*left_out, *read.report, *read.unused()]
    filed = save_draft(draft, load_vocabulary())
    record = load_record(filed.record)
    agents = {agent.id: agent for agent in record.agents}
    [recipient] = [agents[key] for key in record.recipients]
    assert (recipient.name, recipient.kind, recipient.role) == ("Anna Lind", "person", "Director")
    [item] = [item for item in record.evidence if item.field == "recipients"]
    assert item.agent is not None
    assert item.at is not None
    reader = agents[item.agent]
    assert (reader.name, reader.kind, reader.version) == ("Name finder", "software", "2.1")
    assert (item.confidence, item.at.exact) == ("guess", "Friend")
    assert item.note == "A proposal from a program or a person. See the list."
    assert [one.name for one in record.mentioned_places] == ["Varna"]
    assert check(filed.record).ok


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quote": {"exact": "Freund"}}, "the text does not have “Freund” exactly once"),
        ({"quote": {"exact": "Anna"}}, "the text does not have “Anna” exactly once"),
        ({"quote": {"exact": "Friend", "start": 3}}, "the text does not have “Friend” at 3"),
        ({"quote": {"exact": "Friend", "start": 9_000}}, "at 9000"),
        ({"quote": {"exact": "Friend", "start": -1}}, "-1"),
        ({"field": "colour"}, "“colour”"),
        ({"value": " "}, "the text is empty"),
        ({"value": "a\x07"}, "U+0007"),
        ({"kind": "god"}, "“god”"),
        ({"field": "date", "value": "4 June"}, "“4 June” is not a date in EDTF"),
        ({"certainty": 1}, "certainty"),
        ({"file": "other.txt"}, "“other.txt” is not among the drafted files"),
    ],
)
def test_a_proposal_without_its_quote_or_a_valid_value_is_refused(
    letter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    read = read_proposals(proposals(tmp_path, SENT | change))
    draft, left_out = read.add_to(draft_letter(letter))
    [finding] = [*left_out, *read.report, *read.unused()]
    assert finding.code == "draft-proposal-refused"
    assert message in finding.message
    assert not [one for one in draft.statements if one.rule == "proposed"]


def test_a_proposal_does_not_replace_a_different_value_of_the_draft(
    letter: Path, tmp_path: Path
) -> None:
    path = proposals(
        tmp_path,
        {"field": "date", "value": "1976-06-05", "quote": {"exact": "4 June 1976"}},
        {"field": "place", "value": "Sofia", "quote": {"exact": "Sofia"}},
    )
    draft, left_out = read_proposals(path).add_to(draft_letter(letter))
    assert [one.value for one in draft.of("date")] == ["1976-06-04"]
    [finding] = left_out
    assert finding.message == "date: “1976-06-05” is proposed; the draft has “1976-06-04”"


def test_a_proposal_replaces_an_open_date(letter: Path, tmp_path: Path) -> None:
    letter.write_text(TEXT.replace("4 June 1976", "4 June"))
    day = {"field": "date", "value": "1976-06-04", "quote": {"exact": "4 June"}}
    draft, _ = read_proposals(proposals(tmp_path, day)).add_to(draft_letter(letter))
    assert [(one.value, one.more.get("question")) for one in draft.of("date")] == [
        ("1976-06-04", None)
    ]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"agent": {"name": "a", "kind": "software"}, "statements": []}', '{"a": 1}'],
)
def test_a_file_of_proposals_without_an_agent_and_statements_is_refused(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "p.json").write_text(content)
    with pytest.raises(InvalidError) as caught:
        read_proposals(tmp_path / "p.json")
    assert caught.value.report
    assert len(caught.value.report) > 0


def test_the_command_adds_proposals_to_an_existing_record(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    assert run("draft", letter, "--quiet").returncode == 0
    record = letter.parent / "record.yaml"
    wrong = SENT | {"value": "Otto", "quote": {"exact": "Otto"}}
    ended = run("draft", letter, "--proposals", proposals(tmp_path, SENT, wrong))
    assert ended.returncode == 3
    assert "the text does not have “Otto” exactly once" in ended.stdout
    found = load_record(record)
    assert [agent.name for agent in found.agents if agent.id in found.recipients] == ["Anna Lind"]
    assert check(record).ok


def test_drafting_again_adds_the_agents_of_every_field(letter: Path) -> None:
    letter.write_text(
        "Secret\nSofia, 4 June 1976\n\nMemorandum of Conversation\n\nParticipants: P. Orlin, K. Tao"
        "\n\nFor the attention of Comrade Lantos\n\nThe orchard was visited in the morning and in"
        " the evening.\n\nCopies: Babich, Rudenko\n\n(K. VOLIN)\n"
    )
    record = letter.parent / "record.yaml"
    filed = save_draft(draft_letter(letter), load_vocabulary())
    full = load_record(filed.record)
    kept = ("format", "id", "type", "title", "parts")
    data = {name: value for name, value in full.as_json().items() if name in kept}
    record.write_text(json.dumps(data))
    save_draft(draft_letter(letter), load_vocabulary())
    again = load_record(record)
    for name in ("participants", "attention", "copies_to"):
        assert getattr(again, name) == getattr(full, name)
    assert check(record).ok
