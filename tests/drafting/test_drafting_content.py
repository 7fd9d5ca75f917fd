"""Notes, slips, enclosures, mentions and languages are read in the body of a letter."""

from __future__ import annotations

import re

import pytest

from archive_pkg.drafting.letters.segmentation import segment
from archive_pkg.drafting.statements import content
from archive_pkg.drafting.statements.base import CERTAIN, StatementReader
from archive_pkg.drafting.statements.content import ContentReader
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()


def read(text: str) -> list[str]:
    """Return the statements as lines of text, with the quote if it differs from the value."""
    found = []
    reader = ContentReader(segment(text, WORDS), WORDS)
    reader.read()
    for one in reader.statements:
        row = [one.field, one.value, one.confidence, one.rule, one.kind]
        row += [f"\n  {key}={value}" for key, value in one.details]
        if one.quote is not None:
            assert text[one.quote.start : one.quote.end] == one.quote.exact
            row += [] if one.quote.exact == one.value else [f"\n  “{one.quote.exact}”"]
        found.append(", ".join(filter(None, row)).replace(", \n", "\n"))
    return found


DOCUMENTS = """
The garden [sadovnik] is old.
=
note, [sadovnik], certain, romanised-russian, source-term
  kind_sure=no
  language=ru
  original=садовник
  rendering=garden
  romanized=sadovnik
  schemes=BGN/PCGN; ALA-LC; ALA-LC without diacritics
  spellings=садовник
original-language, ru, probable, language-of-source-terms
  “[sadovnik]”
-----
Dear Anna,

The old garden [sadovnik] is here. The pears [sic] are ripe.
=
note, [sadovnik], certain, romanised-russian, source-term
  kind_sure=no
  language=ru
  original=садовник
  rendering=garden
  romanized=sadovnik
  schemes=BGN/PCGN; ALA-LC; ALA-LC without diacritics
  spellings=садовник
note, [sic], certain, bracket-says-sic, sic
language, en, certain, function-words
original-language, ru, probable, language-of-source-terms
  “[sadovnik]”
-----
Dear Anna,

The pears have went away.
=
slip, have went, probable, past-tense-after-have, sic
  word=went
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Melnix

Orlin thanks Melnik for the note about the pears and urges him to come. Melnik and Melnik go.
=
slip, Melnik, probable, name-spelt-otherwise, sic
  word=A. Melnix
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Melnix

Orlin thanks Melnik for the note about the pears and urges him to come. The melnik goes.
=
slip, Melnik, probable, name-spelt-otherwise, sic
  word=A. Melnix
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Orlim

Orlin thanks Melnik for the note about the pears and urges him to come.
=
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Melnik

Orlin thanks Melnik for the note about the pears and urges him to come.
=
language, en, certain, function-words
-----
To Cde. Babich

The pears are ripe.

(A. MELNIX)

Orlin thanks Melnik for the note on pears and urges haste.
=
slip, Melnik, probable, name-spelt-otherwise, sic
  word=(A. MELNIX)
summary, Orlin thanks Melnik for the note on pears and urges haste., certain, editorial-paragraph
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe. Orlin thanks Melnik for the note about the pears and urges him to come.
=
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe.

Yours sincerely,

A. Lind

Enclosure

The list.
=
enclosure, Enclosure, certain, enclosure-heading
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe. I enclose a list of pears. They are many.
=
enclosure-mentioned, list of pears, probable, letter-speaks-of-it
  “I enclose a list of pears.”
language, en, certain, function-words
-----
Dear Anna,

The pears are ripe.
I enclose a list of pears
They are many.
=
enclosure-mentioned, list of pears, probable, letter-speaks-of-it
  “I enclose a list of pears”
language, en, certain, function-words
-----
Dear Anna,

The attached list is long! Herewith a map? They are many.
=
enclosure-mentioned, list, guess, letter-speaks-of-it
  “The attached list is long!”
enclosure-mentioned, map, guess, letter-speaks-of-it
  “Herewith a map?”
language, en, certain, function-words
-----
Dear Anna,

I enclose a list and enclose a map. I enclose a note.
=
enclosure-mentioned, list and enclose a map, probable, letter-speaks-of-it
  “I enclose a list and enclose a map.”
enclosure-mentioned, note, probable, letter-speaks-of-it
  “I enclose a note.”
-----
I enclose a list.
=
enclosure-mentioned, list, probable, letter-speaks-of-it
  “I enclose a list.”
-----
Dear Anna,
=
-----
Dear Anna,

NATO and NATO came to London. The USSR did not.

Yours sincerely,

KGB
=
mentioned, North Atlantic Treaty Organization, probable, name-in-vocabulary, organization
  “NATO”
mentioned-place, London, probable, name-in-vocabulary, place
mentioned-place, Soviet Union, probable, name-in-vocabulary, place
  “The USSR”
language, en, certain, function-words
-----
Dear Anna,

I came with you to the garden and we were there.
=
language, en, certain, function-words
-----
Dear Anna,

The garden; pears, ladders, doors, roofs; walls, lakes, roads, paths to trees.
=
-----
Xx yy zz.
=
"""
CASES = [each.strip("\n").partition("\n=") for each in DOCUMENTS.split("-----\n")]


@pytest.mark.parametrize(("text", "right"), [(text, right) for text, _, right in CASES])
def test_the_content_of_a_letter_is_read(text: str, right: str) -> None:
    assert "\n".join(read(text)) == right.strip()


def test_only_the_beginning_of_a_long_letter_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SEARCHED", 40)
    text = "Dear Anna,\n\nNATO came. I enclose a list. The pears have went. KGB came."
    fields = [re.split(", ", row)[0] for row in read(text)]
    assert fields == ["enclosure-mentioned", "mentioned"]


def test_a_long_sentence_is_quoted_near_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "REACH", 12)
    text = "Dear Anna,\n\nThe pears and roofs and I enclose a list of pears and ladders."
    assert read(text)[0].endswith("“roofs and I enclose a list of p”")
    text = "Dear Anna,\n\nSee there. And I enclose a list. No."
    assert read(text)[0].endswith("“And I enclose a list.”")


def test_the_number_of_listed_notes_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_NOTES", 2)
    assert len(read("[a] [b] [c]")) == 2


def test_a_statement_has_sorted_details_without_empty_ones() -> None:
    reader = StatementReader(segment("Pears\nLadders", WORDS), WORDS)
    reader.add("type", "list", CERTAIN, "rule", role="", word="b", note="a")
    [one] = reader.statements
    assert (one.details, one.more) == ((("note", "a"), ("word", "b")), {"note": "a", "word": "b"})
    assert (one.quote, one.kind) == (None, "")
    assert reader.line_quote(1) == reader.quote(6, 13)
    assert reader.quote(6, 13).exact == "Ladders"
