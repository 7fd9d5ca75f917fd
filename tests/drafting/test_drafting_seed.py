"""The draft of the first letter has the same fields as its reviewed record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive_pkg.drafting.draft import draft_letter
from archive_pkg.drafting.records.commented_yaml import record_of, record_yaml
from archive_pkg.records.loading import load_record, read_record
from archive_pkg.records.models import Record

HOME = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed"
TEXT = HOME / "letter-1960-07-18.txt"


@pytest.fixture(scope="module")
def drafted() -> Record:
    return record_of(draft_letter(TEXT), TEXT.name)


@pytest.fixture(scope="module")
def reviewed() -> Record:
    return load_record(HOME)


@pytest.mark.parametrize(
    "field",
    ["type", "title", "date", "place", "classification", "salutation", "closing"],
)
def test_the_draft_of_the_first_letter_has_the_same_fields_as_its_record(
    drafted: Record, reviewed: Record, field: str
) -> None:
    assert getattr(drafted, field) == getattr(reviewed, field)


@pytest.mark.parametrize("role", ["sender", "signatories", "recipients"])
def test_the_draft_of_the_first_letter_has_the_same_correspondents(
    drafted: Record, reviewed: Record, role: str
) -> None:
    def compared(record: Record) -> list[dict[str, Any]]:
        return [record.agent(key).model_dump(exclude={"id"}) for key in getattr(record, role)]

    assert compared(drafted) == compared(reviewed)


def test_the_draft_of_the_first_letter_mentions_the_same_bodies_and_places(
    drafted: Record, reviewed: Record
) -> None:
    def bodies(record: Record) -> set[tuple[str, str, str | None]]:
        agents = [record.agent(key) for key in record.mentioned_agents]
        return {(agent.name, agent.kind, agent.as_written) for agent in agents}

    assert bodies(drafted) == bodies(reviewed)
    names = [{place.name for place in one.mentioned_places} for one in (drafted, reviewed)]
    assert names[0] == names[1]


def test_the_draft_of_the_first_letter_has_the_same_summary(
    drafted: Record, reviewed: Record
) -> None:
    assert drafted.summary is not None
    assert reviewed.summary is not None
    assert drafted.summary.text == reviewed.summary.text


def test_the_draft_of_the_first_letter_has_the_same_notes(
    drafted: Record, reviewed: Record
) -> None:
    def compared(record: Record) -> set[tuple[Any, ...]]:
        return {
            (
                n.kind,
                n.at.start,
                n.at.end,
                n.at.exact,
                n.rendering,
                n.original,
                n.language,
                n.romanized,
            )
            for n in record.translation_notes
        }

    assert compared(drafted) == compared(reviewed)


def test_the_draft_of_the_first_letter_has_the_same_parts(
    drafted: Record, reviewed: Record
) -> None:
    def compared(record: Record) -> set[tuple[Any, ...]]:
        return {
            (p.kind, p.held, p.file, p.span, p.sha256, p.media_type, p.encoding, p.languages)
            for p in record.parts
        }

    assert compared(drafted) == compared(reviewed)


def test_the_draft_of_the_first_letter_has_the_same_evidence_for_the_enclosure(
    drafted: Record, reviewed: Record
) -> None:
    def compared(record: Record) -> list[tuple[int, int]]:
        found = [e.at for e in record.evidence if e.field.startswith("enclosures.") and e.at]
        return [(at.start, at.end) for at in found]

    assert compared(drafted) == compared(reviewed)


def test_the_enclosure_has_the_name_that_the_letter_uses(drafted: Record) -> None:
    (enclosure,) = drafted.enclosures
    assert enclosure.title == "copy of the note that we sent to the government of the PRC"
    assert enclosure.id == "copy-of-the-note"
    assert enclosure.part == enclosure.id
    assert TEXT.read_text(encoding="utf-8").count(enclosure.title) == 1


def test_the_draft_of_the_first_letter_has_the_same_events(
    drafted: Record, reviewed: Record
) -> None:
    def compared(record: Record) -> list[tuple[Any, ...]]:
        return [(event.type, event.date) for event in record.events]

    assert compared(drafted) == compared(reviewed)


def test_the_written_record_is_valid_and_has_reasons(drafted: Record) -> None:
    written = record_yaml(draft_letter(TEXT), TEXT.name)
    assert "# certain: the line after the closing\n" in written
    assert "# probable: the body that speaks in the first sentence\n" in written
    read, report = read_record(written.encode())
    assert read == drafted
    assert not list(report)
