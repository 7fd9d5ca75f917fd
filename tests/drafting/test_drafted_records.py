"""A draft becomes a record: its fields, with evidence for each of them."""

from __future__ import annotations

from dataclasses import replace
from textwrap import fill
from typing import Any

import pytest

from archive_pkg.drafting.draft import Draft, draft_text
from archive_pkg.drafting.records.record_builder import RecordBuilder
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.records import Record

WORDS = load_vocabulary()
FIELDS = ("id", "type", "title", "summary", "mentioned_agents", "mentioned_places", "parts",
          "translation_notes", "enclosures", "events")  # fmt: skip
FILE = {
    "file": "x/letter-7.txt",
    "media_type": "text/plain",
    "encoding": "UTF-8",
    "sha256": "0" * 64,
}
TABLE = """
Moscow, 18 July 1960

Dear Mr. Smith,

The pears [sic] are ripe [and red].

Yours sincerely,
Anna Lind
=
id = 1960-07-18-anna-lind-to-smith
type = letter
title = Letter, Anna Lind to Smith, 18 July 1960
parts = id letter, kind transcription, languages [en], FILE
translation_notes = id slip-sic, kind sic, at “[sic]” in letter
translation_notes = id and-red, kind insertion, at “[and red]” in letter, text and red
events = id written, type creation, date edtf 1960-07-18, as_written 18 July 1960, agents
  [anna-lind]
parts.letter: inferred function-words
events.written: quoted certain “18 July 1960” in letter
translation_notes.slip-sic: quoted certain “[sic]” in letter
translation_notes.and-red: quoted certain “[and red]” in letter
translation_notes.and-red.kind: inferred words-in-brackets probable “[and red]” in letter
title: inferred title-from-parts
-----
Dear Anna,

The old garden [sadovnik] and the pears have went to Berlin.

Walter Ulbricht and the CIA are in Paris.
=
id = letter-7
type = letter
title = Letter to Anna
mentioned_agents = ulbricht-walter
mentioned_agents = cia
mentioned_places = name Berlin
mentioned_places = name Paris
parts = id original, kind original, held False, languages [ru]
parts = id letter, kind translation, languages [en], made_from [original], FILE
translation_notes = id sadovnik, kind source-term, at “[sadovnik]” in letter, rendering garden,
  original садовник, language ru, romanized sadovnik
translation_notes = id slip-have-went, kind sic, at “have went” in letter, text So in the text.
events = id translated, type translation, sources [original], objects [letter]
mentioned_agents: inferred name-in-vocabulary probable
mentioned_places.0: quoted probable “Berlin” in letter
mentioned_places.1: quoted probable “Paris” in letter
parts.original: inferred translation-has-an-original probable “[sadovnik]” in letter
parts.letter: inferred function-words
events.translated: inferred translation-has-an-original probable “[sadovnik]” in letter
translation_notes.sadovnik: quoted probable “[sadovnik]” in letter
translation_notes.sadovnik.kind: inferred romanised-russian probable “[sadovnik]” in letter
translation_notes.sadovnik.original: inferred romanization-reversed probable “[sadovnik]” in
  letter
translation_notes.slip-have-went: inferred past-tense-after-have probable “have went” in letter
title: inferred title-from-parts
-----
Dear Comrade Ulbricht,

The Central Committee of the CPSU writes to you. Walter Ulbricht and the CPSU and Wilk know.
=
id = letter-7
type = letter
title = Letter, CC CPSU to Ulbricht
mentioned_agents = ulbricht-walter
parts = id original, kind original, held False, languages [ru]
parts = id letter, kind translation, languages [en], made_from [original], FILE
events = id translated, type translation, sources [original], objects [letter]
mentioned_agents: inferred name-in-vocabulary probable
parts.original: inferred language-of-sender probable
parts.letter: inferred function-words
events.translated: inferred language-of-sender probable
title: inferred title-from-parts
-----
[sadovnik] is old.
=
id = letter-7
type = other
title = Document
parts = id original, kind original, held False, languages [ru]
parts = id letter, kind translation, made_from [original], FILE
translation_notes = id sadovnik, kind source-term, at “[sadovnik]” in letter, original садовник,
  language ru, romanized sadovnik
events = id translated, type translation, sources [original], objects [letter]
parts.original: inferred translation-has-an-original probable “[sadovnik]” in letter
parts.letter: inferred letter-forms
events.translated: inferred translation-has-an-original probable “[sadovnik]” in letter
translation_notes.sadovnik: quoted probable “[sadovnik]” in letter
translation_notes.sadovnik.kind: inferred romanised-russian probable “[sadovnik]” in letter
translation_notes.sadovnik.original: inferred romanization-reversed probable “[sadovnik]” in
  letter
title: inferred title-from-parts
-----
Translated by Otto Moser

3 May 1961

Dear Anna,

The pears are ripe.
=
id = 1961-05-03-anna
type = letter
title = Letter to Anna, 3 May 1961
parts = id letter, kind translation, languages [en], FILE
events = id written, type creation, date edtf 1961-05-03, as_written 3 May 1961
events = id translated, type translation, objects [letter], agents [otto-moser]
parts.letter: inferred function-words
events.written: quoted certain “3 May 1961” in letter
events.translated.agents: quoted probable “Otto Moser” in letter
title: inferred title-from-parts
-----
Translated from Russian by Otto Moser

Dear Anna,

The garden [sadovnik] is old. Here is the list.
=
id = letter-7
type = letter
title = Letter to Anna
parts = id original, kind original, held False, languages [ru]
parts = id letter, kind translation, languages [en], made_from [original], FILE
translation_notes = id sadovnik, kind source-term, at “[sadovnik]” in letter, rendering garden,
  original садовник, language ru, romanized sadovnik
events = id translated, type translation, sources [original], objects [letter], agents
  [otto-moser]
parts.original: inferred translation-has-an-original probable “[sadovnik]” in letter
parts.letter: inferred function-words
events.translated: inferred translation-has-an-original probable “[sadovnik]” in letter
events.translated.agents: quoted probable “Otto Moser” in letter
translation_notes.sadovnik: quoted probable “[sadovnik]” in letter
translation_notes.sadovnik.kind: inferred romanised-russian probable “[sadovnik]” in letter
translation_notes.sadovnik.original: inferred romanization-reversed probable “[sadovnik]” in
  letter
title: inferred title-from-parts
-----
3 May 1961

Dear Anna,

The garden [sadovnik] is old. I enclose the list.

Yours,
Otto
=
id = 1961-05-03-otto-to-anna
type = letter
title = Letter, Otto to Anna, 3 May 1961
parts = id original, kind original, held False, languages [ru]
parts = id letter, kind translation, languages [en], made_from [original], FILE
parts = id list, kind enclosure, title list, held False, part_of [original]
translation_notes = id sadovnik, kind source-term, at “[sadovnik]” in letter, rendering garden,
  original садовник, language ru, romanized sadovnik
enclosures = id list, title list, part list
events = id written, type creation, date edtf 1961-05-03, as_written 3 May 1961, agents [otto],
  objects [original]
events = id translated, type translation, sources [original], objects [letter]
parts.original: inferred translation-has-an-original probable “[sadovnik]” in letter
parts.letter: inferred function-words
parts.list: quoted probable “I enclose the list.” in letter
enclosures.list: quoted probable “I enclose the list.” in letter
events.written: quoted certain “3 May 1961” in letter
events.translated: inferred translation-has-an-original probable “[sadovnik]” in letter
translation_notes.sadovnik: quoted probable “[sadovnik]” in letter
translation_notes.sadovnik.kind: inferred romanised-russian probable “[sadovnik]” in letter
translation_notes.sadovnik.original: inferred romanization-reversed probable “[sadovnik]” in
  letter
title: inferred title-from-parts
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Melnix

Orlin thanks Melnik for the note about the pears [sic] and urges him to come. Melnik goes.
=
id = letter-7
type = letter
title = Letter, A. Melnix to Anna
summary = text Orlin thanks Melnik for the note about the pears [sic] and urges him to come.
  Melnik goes., part summary
parts = id letter, kind transcription, span start 0, end 62, languages [en], FILE
parts = id summary, kind summary, span start 62, end 153, languages [en], about [letter], FILE
translation_notes = id slip-melnik, kind sic, at “Melnik” in summary, text So in the text; the
  signature has “A. Melnix”.
translation_notes = id slip-sic, kind sic, at “[sic]” in summary
parts.letter: inferred function-words
summary: quoted probable “Orlin thanks Melnik for the note about the pears [sic] and urges him
  to come. Melnik goes.” in summary
parts.summary: inferred editorial-paragraph probable “Orlin thanks Melnik for the note about the
  pears [sic] and urges him to come. Melnik goes.” in summary
translation_notes.slip-melnik: inferred name-spelt-otherwise probable “Melnik” in summary
translation_notes.slip-sic: quoted certain “[sic]” in summary
title: inferred title-from-parts
-----
Dear Anna,

I enclose the list of pears. Attached is the plan. I enclose the list of pears.

Yours,
Otto
=
id = letter-7
type = letter
title = Letter, Otto to Anna
parts = id letter, kind transcription, languages [en], FILE
parts = id list-of-pears, kind enclosure, title list of pears, held False, part_of [letter]
parts = id plan, kind enclosure, title plan, held False, part_of [letter]
parts = id list-of-pears-2, kind enclosure, title list of pears, held False, part_of [letter]
enclosures = id list-of-pears, title list of pears, part list-of-pears
enclosures = id plan, title plan, part plan
enclosures = id list-of-pears-2, title list of pears, part list-of-pears-2
parts.letter: inferred function-words
parts.list-of-pears: quoted probable “I enclose the list of pears.” in letter
enclosures.list-of-pears: quoted probable “I enclose the list of pears.” in letter
parts.plan: quoted guess “Attached is the plan.” in letter
enclosures.plan: quoted guess “Attached is the plan.” in letter
parts.list-of-pears-2: quoted probable “I enclose the list of pears.” in letter
enclosures.list-of-pears-2: quoted probable “I enclose the list of pears.” in letter
title: inferred title-from-parts
-----
Dear Anna,

I enclose the list of pears.

Yours,
Otto

Enclosure: List of pears

[Attachment 1]

Pears

Enclosure:

Pears
=
id = letter-7
type = letter
title = Letter, Otto to Anna
parts = id letter, kind transcription, languages [en], FILE
translation_notes = id attachment-1-2, kind editorial, at “[Attachment 1]” in letter, text
  Attachment 1
enclosures = id enclosure-list-of-pears, title Enclosure: List of pears
enclosures = id attachment-1, title Attachment 1
enclosures = id enclosure, title Enclosure
parts.letter: inferred function-words
enclosures.enclosure-list-of-pears: quoted certain “Enclosure: List of pears” in letter
enclosures.attachment-1: quoted certain “[Attachment 1]” in letter
enclosures.enclosure: quoted certain “Enclosure:” in letter
translation_notes.attachment-1-2: quoted certain “[Attachment 1]” in letter
title: inferred title-from-parts
-----
SECRET

Brussels, July 12, 1958

123. The plates have come to the Central Committee of the CPSU.

Wigny
=
id = 1958-07-12-wigny
type = telegram
title = Telegram from Wigny, 12 July 1958
mentioned_agents = cc-cpsu
parts = id letter, kind transcription, languages [en], FILE
events = id written, type creation, date edtf 1958-07-12, as_written July 12, 1958, agents
  [wigny]
mentioned_agents: inferred name-in-vocabulary probable
parts.letter: inferred function-words
events.written: quoted certain “July 12, 1958” in letter
title: inferred title-from-parts
-----
The pears are ripe.
=
id = letter-7
type = other
title = Document
parts = id letter, kind transcription, FILE
parts.letter: inferred letter-forms
title: inferred title-from-parts
-----
18 July

To the Central Committee of the CPSU

Dear Comrades,

The pears are ripe.

With greetings,
Anna Lind
Otto Moser
=
id = letter-7
type = letter
title = Letter, Otto Moser to CC CPSU
parts = id letter, kind transcription, languages [en], FILE
parts.letter: inferred function-words
title: inferred title-from-parts
-----
Memorandum of Conversation

3 May 1961

Participants: P. Orlin, P. Melnik

The pears are ripe.
=
id = letter-7
type = memorandum-of-conversation
title = Memorandum of conversation, 3 May 1961
parts = id letter, kind transcription, languages [en], FILE
events = id written, type creation, date edtf 1961-05-03, as_written 3 May 1961
parts.letter: inferred function-words
events.written: quoted certain “3 May 1961” in letter
title: inferred title-from-parts
-----
July 1960

The pears [] are [sic!] ripe […] now [{7}bad] and [bad] and [ bad ].

Anna Lind
=
id = 1960-07-anna-lind
type = letter
title = Letter from Anna Lind, July 1960
parts = id letter, kind transcription, languages [en], FILE
translation_notes = id note, kind insertion, at “[]” in letter
translation_notes = id slip-sic, kind sic, at “[sic!]” in letter
translation_notes = id note-2, kind omission, at “[…]” in letter, text …
translation_notes = id bad, kind insertion, at “[bad]” in letter, text bad
translation_notes = id bad-2, kind insertion, at “[ bad ]” in letter, text bad
events = id written, type creation, date edtf 1960-07, as_written July 1960, agents [anna-lind]
parts.letter: inferred function-words
events.written: quoted probable “July 1960” in letter
translation_notes.note: quoted certain “[]” in letter
translation_notes.slip-sic: quoted certain “[sic!]” in letter
translation_notes.note-2: quoted certain “[…]” in letter
translation_notes.note-2.kind: inferred dots-in-brackets probable “[…]” in letter
translation_notes.bad: quoted certain “[bad]” in letter
translation_notes.bad.kind: inferred words-in-brackets probable “[bad]” in letter
translation_notes.bad-2: quoted certain “[ bad ]” in letter
translation_notes.bad-2.kind: inferred words-in-brackets probable “[ bad ]” in letter
title: inferred title-from-parts
"""


def plain(value: Any) -> str:
    """Return a value in words, with files of parts and words of quotes shortened."""
    if isinstance(value, list):
        return f"[{', '.join(map(plain, value))}]"
    if not isinstance(value, dict):
        return str(value)
    if "exact" in value:
        return f"“{value['exact']}” in {value['part']}"
    left = {key: each for key, each in value.items() if FILE.get(key) != each}
    words = [f"{key} {plain(each)}" for key, each in left.items()]
    return ", ".join(words + ["FILE"] * (left.keys() | FILE.keys() == value.keys()))


def built(draft: Draft) -> list[str]:
    """Return the fields of a drafted record and their evidence as lines to compare."""
    builder = RecordBuilder(draft, FILE["file"], WORDS)
    data = builder.build()
    Record.model_validate(data)
    assert [*data] == [name for name in Record.model_fields if name in data]
    lines = []
    for name in filter(data.get, FIELDS):
        values = data[name] if isinstance(data[name], list) else [data[name]]
        lines += [f"{name} = {plain(value)}" for value in values]
    for one in data["evidence"]:
        why = [one["basis"], one.get("rule", ""), one.get("confidence", "")]
        if one["field"].partition(".")[0] in FIELDS and one["field"] != "parts.letter.kind":
            line = filter(None, [f"{one['field']}:", *why, plain(one.get("at", ""))])
            lines.append(" ".join(line))
    return [fill(line, 96, subsequent_indent="  ", break_on_hyphens=False) for line in lines]


ROWS = [row.strip("\n").partition("\n=\n") for row in TABLE.split("-----\n")]


@pytest.mark.parametrize(("text", "right"), [(text, right) for text, _, right in ROWS])
def test_each_draft_of_the_table_becomes_a_record_with_evidence(text: str, right: str) -> None:
    draft = draft_text(text.replace("{7}", "\x07") + "\n", WORDS)
    draft = replace(draft, source=replace(draft.source, sha256=FILE["sha256"]))
    assert "\n".join(built(draft)) == right


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("x/Letter 7.txt", "The pears are ripe.", "letter-7"),
        ("—.txt", "The pears are ripe.", "letter"),
        ("—.txt", "Dear Anna,\n\nThe pears are ripe.", "anna"),
        ("a.b.txt", "3 May 1961\n\nThe pears are ripe.", "a-b"),
        ("—.txt", "3 May 1961\n\nDear Sir,\n\nThe pears are ripe.", "1961-05-03"),
        ("a.txt", "3 May 1961\n\nDear Anna,\n\nThe pears are ripe.", "1961-05-03-anna"),
    ],
)
def test_a_record_is_named_after_its_date_and_people_or_its_file(
    file: str, text: str, expected: str
) -> None:
    assert RecordBuilder(draft_text(text, WORDS), file, WORDS).build()["id"] == expected


def test_extracted_text_becomes_a_part_made_from_the_file() -> None:
    draft = draft_text("Dear Anna,\n\nThe garden [sadovnik] is old.\n", WORDS)
    found = replace(draft.source, media_type="application/pdf", sha256="1" * 64)
    builder = RecordBuilder(replace(draft, source=found), "a.pdf", WORDS, "a.txt")
    file, original, letter = builder.build()["parts"]
    assert (file["id"], file["file"], file["sha256"]) == ("source-file", "a.pdf", "1" * 64)
    assert (file["kind"], file["media_type"]) == ("transcription", "application/pdf")
    assert file["title"] == "The file that the text was extracted from"
    assert letter["made_from"] == ["source-file", original["id"]]
    assert letter["method"] == "Text layer of the file, with a blank line between pages"
    assert (letter["file"], letter["media_type"], "sha256" in letter) == (
        "a.txt",
        "text/plain",
        False,
    )


def test_a_source_line_in_brackets_is_not_a_translation_note() -> None:
    text = (
        "Secret\n\nTo the Ministry of Fisheries\n\nThe nets [seti] are dry.\n\nA. GULL\n\n"
        "[Source: RGAE, f. 8, op. 2, d. 5. Translated by Jo Heron.]\n"
    )
    built = RecordBuilder(draft_text(text), "letter.txt", WORDS).build()
    assert [note["at"]["exact"] for note in built["translation_notes"]] == ["[seti]"]
    assert [holding["repository"] for holding in built["holdings"]] == ["RGAE"]
