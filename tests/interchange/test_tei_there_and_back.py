"""Exported TEI is imported again, with every word and every note at its place."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, PARTICULARS, record
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from archive_pkg.interchange import ExportContext, export
from archive_pkg.interchange.importing import read
from archive_pkg.records import Record, display
from archive_pkg.records.display import facts
from official import published_letters
from strategies import HOSTILE, NOTE_KINDS
from typed import content, present

if TYPE_CHECKING:
    from archive_pkg.interchange.importing import Imported

# Characters that XML cannot hold come back; several white spaces become one space.
letters = st.text(
    st.sampled_from(["a", "b", "Ω", " ", " ", "\n", "\n", "[", "]", ".", *HOSTILE, "\x01"]),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(text.strip()))


def words(text: str) -> list[str]:
    return text.split()


def notes(record: Record, text: str) -> list[Any]:
    """Return the words of each note, its content, and the number of characters before it."""
    listed = [
        (
            len("".join(text[: note.at.start].split())),
            words(note.at.exact),
            note.kind,
            note.text,
            note.rendering,
            note.original,
        )
        for note in record.translation_notes
    ]
    return sorted(listed, key=str)


@st.composite
def annotated(draw: st.DrawFn) -> tuple[Record, str]:
    """Generate a record with a text and notes in it, which may contain or overlap each other."""
    text = draw(letters)
    spans = draw(
        st.lists(
            st.tuples(st.integers(0, len(text) - 1), st.integers(1, 20)), max_size=4, unique=True
        )
    )
    listed = []
    for number, (start, length) in enumerate(spans):
        exact = text[start : start + length]
        if exact.strip():
            kind = draw(st.sampled_from(NOTE_KINDS))
            said = {"text": f"It says {number}."} if kind == "editorial" or number % 2 else {}
            at = {"part": "letter", "start": start, "end": start + len(exact), "exact": exact}
            listed.append({"id": f"n{number}", "kind": kind, "at": at} | said)
    return _record(text, listed), text


def _record(text: str, listed: list[dict[str, Any]]) -> Record:
    part = {
        "id": "letter",
        "kind": "transcription",
        "file": "letter.txt",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "media_type": "text/plain",
    }
    raw = {"id": "a", "type": "letter", "title": "A letter", "parts": [part]}
    return Record.model_validate(raw | {"translation_notes": listed})


def there_and_back(record: Record, text: str) -> tuple[bytes, Imported]:
    written = export("tei", record, ExportContext(software="x", texts={"letter": text}))
    [back] = read(written, "letter.xml")
    return written, back


def without_notes(written: bytes) -> bytes:
    root = etree.fromstring(written)
    etree.strip_elements(root, "{*}note", with_tail=False)
    return etree.tostring(root)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(made=annotated())
@example(made=(_record("a.", []), "a."))
@example(made=(_record("a\n\n; b", []), "a\n\n; b"))
def test_every_word_and_note_survives_export_to_tei_and_import(made: tuple[Record, str]) -> None:
    record, text = made
    written, back = there_and_back(record, text)
    [part] = [part for part in back.record.parts if part.is_text]
    came = back.files[str(part.file)].decode()
    assert words(came) == words(text)
    assert (part.id, part.kind) == ("letter", "transcription")
    assert notes(back.record, came) == notes(record, text)
    [skipped] = read(without_notes(written), "letter.xml")
    assert words(skipped.files["letter.txt"].decode()) == words(text)


def test_every_word_and_note_of_published_letters_survives_export_and_import() -> None:
    for file in published_letters()[::4]:
        for imported in read(file.read_bytes(), file.name):
            record = imported.record
            parts = [part for part in record.parts if part.is_text]
            if not parts:
                continue
            text = imported.files[str(parts[0].file)].decode()
            context = ExportContext(software="x", texts={part.id: text for part in parts})
            [back] = read(export("tei", record, context), file.name)
            kept = [part for part in back.record.parts if part.is_text]
            came = back.files[str(kept[0].file)].decode()
            assert words(came) == words(text), file.name
            assert notes(back.record, came) == notes(record, text), file.name
            kinds = [(part.id, part.kind) for part in parts]
            assert [(part.id, part.kind) for part in kept] == kinds


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_the_words_of_the_letter_remain_if_all_note_elements_are_removed(kind: str) -> None:
    text = "I shall not come to London this year."
    at = {"part": "letter", "start": 20, "end": 26, "exact": "London"}
    record = _record(text, [{"id": "n", "kind": kind, "at": at, "text": "She came."}])
    written, _ = there_and_back(record, text)
    body = present(etree.fromstring(without_notes(written)).find(".//{*}body"))
    assert " ".join(content(body).split()) == text


@pytest.mark.parametrize("kind", ["minutes", "letter"])
def test_all_facts_of_a_tei_header_survive_export_and_import(kind: str) -> None:
    more: dict[str, Any] = {
        "type": kind,
        "mentioned_agents": ["reader"],
        "recorded": {"edtf": "1961-03-02", "kind": "talk", "place": {"name": "Kyiv"}},
        "received": {"edtf": "1961", "place": {"name": "Bonn"}},
        "excerpt": False,
    }
    given = record(**PARTICULARS | more)
    [back] = read(export("tei", given, FULL_CONTEXT), "x.xml")
    assert list(facts(back.record)) == list(facts(given))
    assert [display.words(back.record, one) for one in back.record.enclosures] == [
        display.words(given, one) for one in given.enclosures
    ]
